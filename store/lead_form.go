package store

import (
	"database/sql"
	"encoding/json"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/lead"
)

// LeadForms are the web forms, by the order in which they were made.
func (v *View) LeadForms() (_ []lead.Form, err error) {
	defer fault.Wrap(&err, "store.LeadForms")
	return v.leadForms(v.where(""), " ORDER BY id LIMIT 500")
}

// LeadForm is one form.
func (v *View) LeadForm(i id.Source) (_ lead.Form, err error) {
	defer fault.Wrap(&err, "store.LeadForm(%s)", i)
	return onlyOne(v.leadForms(v.where("").and("id = ?", i), ""))
}

// LeadFormAt is the form with an address.
func (v *View) LeadFormAt(key string) (_ lead.Form, err error) {
	defer fault.Wrap(&err, "store.LeadFormAt")
	return onlyOne(v.leadForms(v.where("").and("form_key = ?", key), ""))
}

func (v *View) leadForms(w *where, rest string) (all []lead.Form, err error) {
	err = v.rows("SELECT id, version, form_key, secret, body, created_at, updated_at FROM lead_form"+w.String()+rest, w.args, func(rs *sql.Rows) error {
		var f, row lead.Form
		var body string
		if err := rs.Scan(&row.ID, &row.Version, &row.Key, &row.Secret, &body, &row.Created, &row.Updated); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(body), &f); err != nil {
			return err
		}
		f.ID, f.Version, f.Key, f.Secret, f.Created, f.Updated = row.ID, row.Version, row.Key, row.Secret, row.Created, row.Updated
		all = append(all, f)
		return nil
	})
	return all, err
}

// AddLeadForm stores a new form.
func (tx *Tx) AddLeadForm(f lead.Form, why fact.Fact) (_ lead.Form, err error) {
	defer fault.Wrap(&err, "store.AddLeadForm")
	body, err := json.Marshal(f)
	if err != nil {
		return f, err
	}
	if _, err := tx.exec("INSERT INTO lead_form (org_id, id, version, form_key, secret, body, created_at, updated_at) VALUES ("+marks(8)+")",
		tx.org, f.ID, f.Version, f.Key, f.Secret, string(body), f.Created, f.Updated); err != nil {
		return f, err
	}
	return f, tx.fact(aboutForm(f, why))
}

// SaveLeadForm changes a form; ErrStale when somebody else did meanwhile.
func (tx *Tx) SaveLeadForm(f lead.Form, why fact.Fact) (_ lead.Form, err error) {
	defer fault.Wrap(&err, "store.SaveLeadForm(%s)", f.ID)
	body, err := json.Marshal(f)
	if err != nil {
		return f, err
	}
	if err := tx.change1("UPDATE lead_form SET version = version + 1, body = ?, updated_at = ? WHERE org_id = ? AND id = ? AND version = ?", string(body), f.Updated, tx.org, f.ID, f.Version); err != nil {
		return f, err
	}
	f.Version++
	return f, tx.fact(aboutForm(f, why))
}

func aboutForm(f lead.Form, why fact.Fact) fact.Fact {
	why.Kind, why.Subject, why.Label = fact.Form, f.ID.Any(), f.Name
	return why
}

const optInColumns = "id, lead_id, form_id, secret, wording, channel, purpose, text_version, asked_at, confirmed_at"

// AddOptIn keeps a consent that waits for its confirmation; the lead that comes
// with it is the fact.
func (tx *Tx) AddOptIn(o lead.OptIn) (err error) {
	defer fault.Wrap(&err, "store.AddOptIn(%s)", o.Lead)
	_, err = tx.exec("INSERT INTO lead_optin (org_id, "+optInColumns+") VALUES ("+marks(11)+")", tx.org, o.ID, o.Lead, o.Form, o.Secret, o.Wording, o.Channel, o.Purpose, o.Text, o.Asked, o.Confirmed)
	return err
}

// ConfirmOptIn notes that it was confirmed; false when it was already.
func (tx *Tx) ConfirmOptIn(o lead.OptIn) (first bool, err error) {
	defer fault.Wrap(&err, "store.ConfirmOptIn(%s)", o.ID)
	n, err := tx.exec("UPDATE lead_optin SET confirmed_at = ? WHERE org_id = ? AND id = ? AND confirmed_at = 0", tx.now, tx.org, o.ID)
	return n > 0, err
}

// OptIn is the consent that a link confirms.
func (v *View) OptIn(secret string) (_ lead.OptIn, err error) {
	defer fault.Wrap(&err, "store.OptIn")
	return onlyOne(v.optIns(v.where("").and("secret = ?", secret), ""))
}

// OptInsOf are the consents that were ticked with a lead, the latest first.
func (v *View) OptInsOf(i id.Lead) (_ []lead.OptIn, err error) {
	defer fault.Wrap(&err, "store.OptInsOf(%s)", i)
	return v.optIns(v.where("").and("lead_id = ?", i), " ORDER BY id DESC LIMIT 20")
}

func (v *View) optIns(w *where, rest string) (all []lead.OptIn, err error) {
	err = v.rows("SELECT "+optInColumns+" FROM lead_optin"+w.String()+rest, w.args, func(rs *sql.Rows) error {
		var o lead.OptIn
		err := rs.Scan(&o.ID, &o.Lead, &o.Form, &o.Secret, &o.Wording, &o.Channel, &o.Purpose, &o.Text, &o.Asked, &o.Confirmed)
		all = append(all, o)
		return err
	})
	return all, err
}

// Attempts is how often something was tried in its window that did not end.
func (v *View) Attempts(name string) (n int64, err error) {
	defer fault.Wrap(&err, "store.Attempts")
	err = v.row("SELECT COALESCE(MAX(failed), 0) FROM attempt WHERE name = ? AND until > ?", []any{name, v.now}, &n)
	return n, err
}

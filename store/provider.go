package store

import (
	"database/sql"
	"encoding/json"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/entry"
)

const providerColumns = "org_id, id, version, name, issuer, client_id, secret, domains, role, created_at"

// AddProvider stores a provider of this organisation.
func (tx *Tx) AddProvider(p entry.Provider, f fact.Fact) (_ entry.Provider, err error) {
	defer fault.Wrap(&err, "store.AddProvider")
	p.ID, p.Version, p.Org, p.CreatedAt = id.New[id.Provider](), 1, tx.org, tx.now
	domains, err := json.Marshal(p.Domains)
	if err != nil {
		return p, err
	}
	if _, err := tx.exec("INSERT INTO provider ("+providerColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.org, p.ID, p.Version, p.Name, p.Issuer, p.Client, p.Secret, string(domains), p.Role, p.CreatedAt); err != nil {
		return p, err
	}
	f.Kind, f.Subject, f.Label = fact.Provider, p.ID.Any(), p.Name
	return p, tx.fact(f)
}

// SaveProvider stores a changed provider.
func (tx *Tx) SaveProvider(p entry.Provider, f fact.Fact) (_ entry.Provider, err error) {
	defer fault.Wrap(&err, "store.SaveProvider(%s)", p.ID)
	domains, err := json.Marshal(p.Domains)
	if err != nil {
		return p, err
	}
	if err := tx.change1(`UPDATE provider SET version = version + 1, name = ?, issuer = ?, client_id = ?, secret = ?, domains = ?, role = ?
		WHERE org_id = ? AND id = ? AND version = ?`,
		p.Name, p.Issuer, p.Client, p.Secret, string(domains), p.Role, tx.org, p.ID, p.Version); err != nil {
		return p, err
	}
	p.Version++
	f.Kind, f.Subject, f.Label = fact.Provider, p.ID.Any(), p.Name
	return p, tx.fact(f)
}

// EraseProvider removes a provider.
func (tx *Tx) EraseProvider(p entry.Provider, f fact.Fact) (err error) {
	defer fault.Wrap(&err, "store.EraseProvider(%s)", p.ID)
	if err := tx.change1("DELETE FROM provider WHERE org_id = ? AND id = ? AND version = ?", tx.org, p.ID, p.Version); err != nil {
		return err
	}
	f.Kind, f.Subject, f.Label = fact.Provider, p.ID.Any(), p.Name
	return tx.fact(f)
}

// Providers lists the providers of this organisation.
func (v *View) Providers() (_ []entry.Provider, err error) {
	defer fault.Wrap(&err, "store.Providers")
	w := v.where("")
	return v.providers(w.String(), w.args, entry.MostProviders)
}

// Provider is one provider of this organisation.
func (v *View) Provider(i id.Provider) (_ entry.Provider, err error) {
	defer fault.Wrap(&err, "store.Provider(%s)", i)
	w := v.where("").and("id = ?", i)
	return one(v.providers(w.String(), w.args, 1))
}

// ProviderAnywhere finds a provider before the organisation is known: its
// button was pressed on the sign-in page.
func (v *View) ProviderAnywhere(i id.Provider) (_ entry.Provider, err error) {
	defer fault.Wrap(&err, "store.ProviderAnywhere(%s)", i)
	return one(v.providers(" WHERE id = ?", []any{i}, 1))
}

func one(all []entry.Provider, err error) (entry.Provider, error) {
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return entry.Provider{}, err
	}
	return all[0], nil
}

func (v *View) providers(cond string, args []any, limit int) (all []entry.Provider, err error) {
	err = v.rows("SELECT "+providerColumns+" FROM provider"+cond+" ORDER BY name, id LIMIT ?", append(args, limit), func(rs *sql.Rows) error {
		var p entry.Provider
		var domains string
		if err := rs.Scan(&p.Org, &p.ID, &p.Version, &p.Name, &p.Issuer, &p.Client, &p.Secret, &domains, &p.Role, &p.CreatedAt); err != nil {
			return err
		}
		all = append(all, p)
		return json.Unmarshal([]byte(domains), &all[len(all)-1].Domains)
	})
	return all, err
}

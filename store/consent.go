package store

import (
	"database/sql"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/consent"
)

const consentColumns = "id, kind, subject_id, channel, purpose, state, at, source, wording, version, proof, member_id, member_name, recorded_at"

// AddConsent writes a line of the ledger; nothing changes one.
func (tx *Tx) AddConsent(e consent.Entry, f fact.Fact) (_ consent.Entry, err error) {
	defer fault.Wrap(&err, "store.AddConsent(%s)", e.Subject)
	e.Member, e.By, e.Recorded = tx.actor.Member, tx.actor.Name, tx.now
	_, err = tx.exec("INSERT INTO consent (org_id, "+consentColumns+") VALUES ("+marks(15)+")", tx.org, e.ID, string(e.Kind), e.Subject,
		string(e.Channel), string(e.Purpose), string(e.State), e.At, e.Source, e.Wording, e.Version, e.Proof, e.Member, e.By, e.Recorded)
	if err != nil {
		return e, err
	}
	f.Kind, f.Subject = fact.Consent, e.ID
	if e.Kind == fact.Account {
		f.Account = id.Account(e.Subject)
	}
	return e, tx.fact(f)
}

// Consents are the ledgers of some records, latest written first.
func (v *View) Consents(subjects []id.Record) (_ []consent.Entry, err error) {
	defer fault.Wrap(&err, "store.Consents")
	w := v.where("").in("subject_id", len(subjects), anys(subjects)...)
	w.args = append(w.args, consent.MaxEntries*max(len(subjects), 1))
	return v.consents(w, " ORDER BY id DESC LIMIT ?")
}

func (v *View) consents(w *where, rest string) (all []consent.Entry, err error) {
	err = v.rows("SELECT "+consentColumns+" FROM consent"+w.String()+rest, w.args, func(rs *sql.Rows) error {
		var e consent.Entry
		var kind, channel, purpose, state string
		err := rs.Scan(&e.ID, &kind, &e.Subject, &channel, &purpose, &state, &e.At, &e.Source, &e.Wording, &e.Version, &e.Proof, &e.Member, &e.By, &e.Recorded)
		e.Kind, e.Channel, e.Purpose, e.State = fact.Kind(kind), consent.Channel(channel), consent.Purpose(purpose), consent.State(state)
		all = append(all, e)
		return err
	})
	return all, err
}

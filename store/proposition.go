package store

import (
	"database/sql"
	"encoding/json"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/member"
	"kring/domain/proposition"
)

// Proposition is one value proposition, whoever asks.
func (v *View) Proposition(i id.Proposition) (p proposition.Proposition, err error) {
	defer fault.Wrap(&err, "store.Proposition(%s)", i)
	all, err := v.propositions(v.where("p").and("p.id = ?", i), "")
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return p, err
	}
	return all[0], nil
}

// Propositions are those for no relation in particular, and those of relations
// within reach, in the order in which they were made.
func (v *View) Propositions(after id.Record, limit int, r member.Reach) (_ []proposition.Proposition, err error) {
	defer fault.Wrap(&err, "store.Propositions")
	w := v.where("p")
	if !after.IsZero() {
		w.and("p.id > ?", after)
	}
	if r.Scope != member.All {
		of := (&where{}).reach("acc", r)
		w.and("(p.account_id IS NULL OR EXISTS (SELECT 1 FROM account acc WHERE acc.org_id = p.org_id AND acc.id = p.account_id"+of.String()+"))", of.args...)
	}
	w.args = append(w.args, limit)
	return v.propositions(w, " ORDER BY p.id LIMIT ?")
}

func (v *View) propositions(w *where, rest string) (all []proposition.Proposition, err error) {
	err = v.rows("SELECT p.body, p.id, p.version, p.account_id, p.opportunity_id FROM proposition p"+w.String()+rest, w.args, func(rs *sql.Rows) error {
		var p, at proposition.Proposition
		var body string
		if err := rs.Scan(&body, &at.ID, &at.Version, &at.Account, &at.Opportunity); err != nil {
			return err
		}
		err := json.Unmarshal([]byte(body), &p)
		p.ID, p.Version, p.Account, p.Opportunity = at.ID, at.Version, at.Account, at.Opportunity
		all = append(all, p)
		return err
	})
	return all, err
}

// PutProposition stores a value proposition, new when its version is 0; ErrStale
// when it was changed since p was read.
func (tx *Tx) PutProposition(p proposition.Proposition, f fact.Fact) (_ proposition.Proposition, err error) {
	defer fault.Wrap(&err, "store.PutProposition(%s)", p.ID)
	body, err := json.Marshal(p)
	if err != nil {
		return p, err
	}
	if p.Version == 0 {
		_, err = tx.exec("INSERT INTO proposition (org_id, id, version, name, state, account_id, opportunity_id, body, created_at, updated_at) VALUES ("+marks(10)+")",
			tx.org, p.ID, 1, p.Name, string(p.State), p.Account, p.Opportunity, string(body), p.Created, p.Updated)
	} else {
		err = tx.change1("UPDATE proposition SET version = version + 1, name = ?, state = ?, body = ?, updated_at = ? WHERE org_id = ? AND id = ? AND version = ?",
			p.Name, string(p.State), string(body), p.Updated, tx.org, p.ID, p.Version)
	}
	if err != nil {
		return p, err
	}
	p.Version++
	if !p.Account.IsZero() {
		if err := tx.pointedAt(p.Account); err != nil {
			return p, err
		}
	}
	f.Kind, f.Subject, f.Account, f.Label = fact.Proposition, p.ID.Any(), p.Account, p.Name
	return p, tx.fact(f)
}

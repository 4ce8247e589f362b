package store

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/member"
	"kring/domain/process"
)

const factColumns = "id, at, actor_kind, actor_id, actor_name, deed, kind, subject_id, account_id, label, changes, why, evidence"

// fact records a deed; every Save and Add calls it, so no change goes without.
func (tx *Tx) fact(f fact.Fact) error { return tx.recordAll([]fact.Fact{f}) }

// recordAll records the deeds of one change.
func (tx *Tx) recordAll(all []fact.Fact) error {
	if len(all) == 0 {
		return nil
	}
	rows := make([]any, 0, 14*len(all))
	for i := range all {
		f := &all[i]
		f.ID, f.At, f.Actor = id.New[id.Fact](), tx.now, tx.actor
		changes := []byte("[]")
		if len(f.Changes) > 0 {
			var err error
			if changes, err = json.Marshal(f.Changes); err != nil {
				return err
			}
		}
		rows = append(rows, tx.org, f.ID, f.At, f.Actor.Kind, f.Actor.Member, f.Actor.Name, f.Deed, string(f.Kind), f.Subject, f.Account, f.Label, string(changes), f.Why, f.Evidence)
	}
	for _, f := range all {
		if slices.Contains(process.Kinds, f.Kind) {
			tx.told = append(tx.told, f)
		}
	}
	if err := tx.addRows("INSERT INTO fact (org_id, "+factColumns+") VALUES ", 14, rows); err != nil {
		return err
	}
	return tx.announce(all)
}

// Told are the deeds done to documents of a sale in this change, those that were
// not given before: what runs of processes hear of (app/ripple.go).
func (tx *Tx) Told() []fact.Fact {
	all := tx.told
	tx.told = nil
	return all
}

func scanFact(rs *sql.Rows) (f fact.Fact, err error) {
	var kind, changes string
	err = rs.Scan(&f.ID, &f.At, &f.Actor.Kind, &f.Actor.Member, &f.Actor.Name, &f.Deed, &kind, &f.Subject, &f.Account, &f.Label, &changes, &f.Why, &f.Evidence)
	if err != nil {
		return f, err
	}
	f.Kind = fact.Kind(kind)
	if changes != "[]" {
		err = json.Unmarshal([]byte(changes), &f.Changes)
	}
	return f, err
}

// Facts is the audit log, newest first, before a fact when it is not zero.
func (v *View) Facts(before id.Fact, limit int) (_ []fact.Fact, err error) {
	defer fault.Wrap(&err, "store.Facts")
	return v.facts(v.where(""), before, limit)
}

// FactLog is the audit log as it is asked.
func (v *View) FactLog(q fact.Query) (_ []fact.Fact, err error) {
	defer fault.Wrap(&err, "store.FactLog(%s %s)", q.Kind, q.Deed)
	w := v.where("")
	switch {
	case q.Deed != "": // which is of one kind
		w.and("deed = ?", q.Deed)
	case q.Kind != "":
		w.and("kind = ?", string(q.Kind))
	}
	if !q.Member.IsZero() {
		w.and("actor_id = ?", q.Member)
	}
	return v.facts(w, q.Before, q.Limit)
}

// FactsOf is the history of one record, newest first.
func (v *View) FactsOf(subject id.Record, before id.Fact, limit int, by ...string) (_ []fact.Fact, err error) {
	defer fault.Wrap(&err, "store.FactsOf(%s)", subject)
	return v.facts(v.where("").and("subject_id = ?", subject).by(by), before, limit)
}

// History is the history of several records as one: of a record and of what was
// merged into it.
func (v *View) History(subjects []id.Record, before id.Fact, limit int, by ...string) (all []fact.Fact, err error) {
	defer fault.Wrap(&err, "store.History")
	for _, subject := range subjects {
		some, err := v.FactsOf(subject, before, limit, by...)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	if len(subjects) > 1 {
		slices.SortFunc(all, func(a, b fact.Fact) int { return bytes.Compare(b.ID[:], a.ID[:]) })
		all = all[:min(limit, len(all))]
	}
	return all, nil
}

// FactsAround is the timeline of an account: its own facts and those of what
// belongs to it, newest first, of contacts only of those within reach; with by only what
// these kinds of actors did.
func (v *View) FactsAround(account id.Account, contacts member.Reach, before id.Fact, limit int, by ...string) (_ []fact.Fact, err error) {
	defer fault.Wrap(&err, "store.FactsAround(%s)", account)
	return v.facts(v.where("").and("account_id = ?", account).reachFacts(contacts).by(by), before, limit)
}

// by keeps the deeds of these kinds of actors.
func (w *where) by(kinds []string) *where {
	if len(kinds) == 0 {
		return w
	}
	args := make([]any, len(kinds))
	for i, k := range kinds {
		args[i] = k
	}
	return w.and("actor_kind IN (?"+strings.Repeat(", ?", len(kinds)-1)+")", args...)
}

func (v *View) facts(w *where, before id.Fact, limit int) (all []fact.Fact, err error) {
	if !before.IsZero() {
		w.and("id < ?", before)
	}
	w.args = append(w.args, limit)
	err = v.rows("SELECT "+factColumns+" FROM fact"+w.String()+" ORDER BY id DESC LIMIT ?", w.args, func(rs *sql.Rows) error {
		f, err := scanFact(rs)
		all = append(all, f)
		return err
	})
	return all, err
}

// Fact is one fact by its id.
func (v *View) Fact(i id.Fact) (f fact.Fact, err error) {
	defer fault.Wrap(&err, "store.Fact(%s)", i)
	w := v.where("").and("id = ?", i)
	found := false
	err = v.rows("SELECT "+factColumns+" FROM fact"+w.String(), w.args, func(rs *sql.Rows) error {
		found = true
		f, err = scanFact(rs)
		return err
	})
	if err == nil && !found {
		err = ErrNotFound
	}
	return f, err
}

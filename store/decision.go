package store

import (
	"database/sql"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/cycle"
	"kring/domain/member"
)

// Decision is what was decided about an account, and about which one.
type Decision struct {
	cycle.Decision
	Account id.Account
	Version int64
}

const decisionColumns = "d.id, d.version, d.account_id, d.kind, d.day, d.at, d.reason, d.note, d.member_id, d.approver_id, d.state"

// Decision is one decision about an account within reach.
func (v *View) Decision(i id.Record, r member.Reach) (d Decision, err error) {
	defer fault.Wrap(&err, "store.Decision(%s)", i)
	all, err := v.decisions(v.where("d").and("d.id = ?", i).reachAccount("d", r), "")
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return d, err
	}
	return all[0], nil
}

// Decisions are those about an account, in the order of their days.
func (v *View) Decisions(a id.Account) (all []cycle.Decision, err error) {
	defer fault.Wrap(&err, "store.Decisions(%s)", a)
	w := v.where("d").and("d.account_id = ?", a)
	w.args = append(w.args, mostSignals)
	found, err := v.decisions(w, " ORDER BY d.day, d.id LIMIT ?")
	for _, d := range found {
		all = append(all, d.Decision)
	}
	return all, err
}

// AskedDecisions are those within reach that wait for an answer, oldest first.
func (v *View) AskedDecisions(r member.Reach, after id.Record, limit int) (_ []Decision, err error) {
	defer fault.Wrap(&err, "store.AskedDecisions")
	w := v.where("d").and("d.state = 'asked'").reachAccount("d", r)
	if !after.IsZero() {
		w.and("d.id > ?", after)
	}
	w.args = append(w.args, limit)
	return v.decisions(w, " ORDER BY d.id LIMIT ?")
}

// CountAskedDecisions is how many AskedDecisions would give, up to most.
func (v *View) CountAskedDecisions(r member.Reach, most int) (n int, err error) {
	defer fault.Wrap(&err, "store.CountAskedDecisions")
	w := v.where("d").and("d.state = 'asked'").reachAccount("d", r)
	w.args = append(w.args, most)
	return Remembered(v, "asked"+w.String(), w.args, func() (n int, err error) {
		err = v.row("SELECT COUNT(*) FROM (SELECT 1 FROM decision d"+w.String()+" LIMIT ?) counted", w.args, &n)
		return n, err
	})
}

func (v *View) decisions(w *where, rest string) (all []Decision, err error) {
	err = v.rows("SELECT "+decisionColumns+" FROM decision d"+w.String()+rest, w.args, func(rs *sql.Rows) error {
		var d Decision
		var kind, on, reason, state string
		err := rs.Scan(&d.ID, &d.Version, &d.Account, &kind, &on, &d.At, &reason, &d.Note, &d.By, &d.Approver, &state)
		d.Kind, d.Day, d.Reason, d.State = cycle.Kind(kind), day.Day(on), cycle.Reason(reason), cycle.State(state)
		all = append(all, d)
		return err
	})
	return all, err
}

// AddDecision stores a decision.
func (tx *Tx) AddDecision(d Decision, f fact.Fact) (_ Decision, err error) {
	defer fault.Wrap(&err, "store.AddDecision")
	d.Version = 1
	if _, err := tx.exec("INSERT INTO decision (org_id, id, version, account_id, kind, day, at, reason, note, member_id, approver_id, state) VALUES ("+marks(12)+")",
		tx.org, d.ID, d.Version, d.Account, string(d.Kind), string(d.Day), d.At, string(d.Reason), d.Note, d.By, d.Approver, string(d.State)); err != nil {
		return d, err
	}
	if err := tx.pointedAt(d.Account); err != nil {
		return d, err
	}
	tx.touchDecision(d.Account, d.Decision, true)
	return d, tx.fact(aboutDecision(d, f))
}

// SaveDecision stores where a decision stands now; ErrStale when somebody
// answered it meanwhile.
func (tx *Tx) SaveDecision(d Decision, f fact.Fact) (_ Decision, err error) {
	defer fault.Wrap(&err, "store.SaveDecision(%s)", d.ID)
	if err := tx.change1("UPDATE decision SET version = version + 1, state = ?, approver_id = ? WHERE org_id = ? AND id = ? AND version = ?",
		string(d.State), d.Approver, tx.org, d.ID, d.Version); err != nil {
		return d, err
	}
	d.Version++
	tx.touchDecision(d.Account, d.Decision, false)
	return d, tx.fact(aboutDecision(d, f))
}

func aboutDecision(d Decision, f fact.Fact) fact.Fact {
	f.Kind, f.Subject, f.Account, f.Label = fact.Decision, d.ID, d.Account, string(d.Kind)
	return f
}

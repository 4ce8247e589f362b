package store

import (
	"database/sql"
	"slices"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/member"
	"kring/domain/promise"
)

const promiseSet = "text, aspect, norm, account_id, contact_id, owner_id, team_id, member_id, channel, source, subject_id, day, at, due_at, judged_at, moved, state, why, confirmed_at, ended_at, ended_by, external_id, created_at, updated_at"

const promiseColumns = "p.id, p.version, p.text, p.aspect, p.norm, p.account_id, p.contact_id, p.owner_id, p.team_id, p.member_id, p.channel, p.source, p.subject_id, p.day, p.at, p.due_at, p.judged_at, p.moved, p.state, p.why, p.confirmed_at, p.ended_at, p.ended_by, p.external_id, p.created_at, p.updated_at, acc.name, COALESCE(con.name, '')"

// Promise is one promise, whoever asks; who may see it is for the caller.
func (v *View) Promise(i id.Promise) (p promise.Line, err error) {
	defer fault.Wrap(&err, "store.Promise(%s)", i)
	all, err := v.promises(v.where("p").and("p.id = ?", i), "")
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return p, err
	}
	return all[0], nil
}

// PromisePlace is the place of a promise in a list: when it is due, and its id.
type PromisePlace struct {
	Due int64
	ID  id.Promise
}

// IsZero is the place before all others.
func (p PromisePlace) IsZero() bool { return p == PromisePlace{} }

// PromiseQuery says which promises a list shows; what is zero does not count.
type PromiseQuery struct {
	Owner   id.Member
	Team    id.Team // that of the owner, or the team that keeps it
	Account id.Account
	Contact id.Contact
	Record  id.Record // what they come from
	State   promise.State
	Since   int64         // due at this moment or after
	Until   int64         // due at this moment or before
	Within  *member.Reach // only to accounts within reach
	Back    bool          // the last due first
	After   PromisePlace
	Limit   int
}

// Promises are promises in the order in which they are due.
func (v *View) Promises(q PromiseQuery) (_ []promise.Line, err error) {
	defer fault.Wrap(&err, "store.Promises")
	w := v.where("p")
	v.promisesOf(w, q)
	if q.Since != 0 {
		w.and("p.due_at >= ?", q.Since)
	}
	if q.Until != 0 {
		w.and("p.due_at <= ?", q.Until)
	}
	order, than := " ORDER BY p.due_at, p.id LIMIT ?", ">"
	if q.Back {
		order, than = " ORDER BY p.due_at DESC, p.id DESC LIMIT ?", "<"
	}
	if !q.After.IsZero() {
		w.and("(p.due_at, p.id) "+than+" (?, ?)", q.After.Due, q.After.ID)
	}
	w.args = append(w.args, q.Limit)
	return v.promises(w, order)
}

// PromisesJudged are the promises that count in a period, by the moment by which
// they are judged; the latest first. Since and Until are of that moment.
func (v *View) PromisesJudged(q PromiseQuery) (_ []promise.Line, err error) {
	defer fault.Wrap(&err, "store.PromisesJudged")
	w := v.where("p")
	v.promisesOf(w, q)
	w.and("p.judged_at >= ?", q.Since).and("p.judged_at <= ?", q.Until)
	w.args = append(w.args, q.Limit)
	return v.promises(w, " ORDER BY p.judged_at DESC, p.id DESC LIMIT ?")
}

func (v *View) promisesOf(w *where, q PromiseQuery) {
	same := func(column string, zero bool, value any) {
		if !zero {
			w.and(column+" = ?", value)
		}
	}
	same("p.owner_id", q.Owner.IsZero(), q.Owner)
	same("p.account_id", q.Account.IsZero(), q.Account)
	same("p.contact_id", q.Contact.IsZero(), q.Contact)
	same("p.subject_id", q.Record.IsZero(), q.Record)
	same("p.state", q.State == "", string(q.State))
	if !q.Team.IsZero() {
		w.and("(p.team_id = ? OR p.owner_id IN (SELECT m.id FROM member m WHERE m.org_id = p.org_id AND m.team_id = ?))", q.Team, q.Team)
	}
	if q.Within != nil {
		w.reachAccount("p", *q.Within)
	}
}

// PromisesAfter are all promises, for an export of everything.
func (v *View) PromisesAfter(after id.Record, limit int) (_ []promise.Line, err error) {
	defer fault.Wrap(&err, "store.PromisesAfter")
	return v.promises(v.onwards("p", after, limit), " ORDER BY p.id LIMIT ?")
}

// PromisesKnown are the promises that have one of these external ids.
func (v *View) PromisesKnown(externals []string) (all []promise.Line, err error) {
	defer fault.Wrap(&err, "store.PromisesKnown")
	for chunk := range slices.Chunk(externals, 200) {
		some, err := v.promises(v.where("p").in("p.external_id", len(chunk), anys(chunk)...).and("p.external_id IS NOT NULL"), "")
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// CountPromises is how many open promises of a member are due at a moment or
// before, up to most.
func (v *View) CountPromises(m id.Member, until int64, most int) (n int, err error) {
	defer fault.Wrap(&err, "store.CountPromises")
	w := v.where("").and("owner_id = ?", m).and("state = 'open'").and("due_at <= ?", until)
	q, args := "SELECT COUNT(*) FROM (SELECT 1 FROM promise"+w.String()+" LIMIT ?) counted", append(w.args, most)
	return Remembered(v, q, args, func() (n int, err error) {
		err = v.row(q, args, &n)
		return n, err
	})
}

func (v *View) promises(w *where, rest string) (all []promise.Line, err error) {
	err = v.rows("SELECT "+promiseColumns+" FROM promise p JOIN account acc ON acc.org_id = p.org_id AND acc.id = p.account_id LEFT JOIN contact con ON con.org_id = p.org_id AND con.id = p.contact_id"+w.String()+rest, w.args, func(rs *sql.Rows) error {
		var p promise.Line
		var aspect, channel, source, on, state string
		var external sql.NullString
		err := rs.Scan(&p.ID, &p.Version, &p.Text, &aspect, &p.Norm, &p.Account, &p.Contact, &p.Owner, &p.Team, &p.By, &channel, &source, &p.Record, &on, &p.At, &p.Due, &p.Judged, &p.Moved,
			&state, &p.Why, &p.Confirmed, &p.Ended, &p.EndedBy, &external, &p.Created, &p.Updated, &p.Name, &p.Person)
		if err != nil {
			return err
		}
		p.Aspect, p.Channel, p.Source, p.Day, p.State, p.ExternalID = promise.Aspect(aspect), promise.Channel(channel), fact.Kind(source), day.Day(on), promise.State(state), external.String
		all = append(all, p)
		return nil
	})
	return all, err
}

func promiseRow(p promise.Promise) []any {
	return []any{
		p.Text, string(p.Aspect), p.Norm, p.Account, p.Contact, p.Owner, p.Team, p.By, string(p.Channel), string(p.Source), p.Record, string(p.Day), p.At, p.Due, p.Judged, p.Moved,
		string(p.State), p.Why, p.Confirmed, p.Ended, p.EndedBy, null(p.ExternalID), p.Created, p.Updated,
	}
}

// AddPromise stores a new promise. ErrTaken when its external id is taken.
func (tx *Tx) AddPromise(p promise.Promise, f fact.Fact) (_ promise.Promise, err error) {
	defer fault.Wrap(&err, "store.AddPromise")
	p.Version = 1
	if _, err := tx.exec("INSERT INTO promise (org_id, id, version, "+promiseSet+") VALUES ("+marks(27)+")", append([]any{tx.org, p.ID, p.Version}, promiseRow(p)...)...); err != nil {
		return p, err
	}
	if err := tx.pointedAt(p.Account); err != nil {
		return p, err
	}
	return p, tx.fact(aboutPromise(p, f))
}

// SavePromise stores a changed promise; ErrStale when it was changed since p was
// read.
func (tx *Tx) SavePromise(p promise.Promise, f fact.Fact) (_ promise.Promise, err error) {
	defer fault.Wrap(&err, "store.SavePromise(%s)", p.ID)
	if err := tx.change1("UPDATE promise SET version = version + 1, ("+promiseSet+") = ("+marks(24)+") WHERE org_id = ? AND id = ? AND version = ?", append(promiseRow(p), tx.org, p.ID, p.Version)...); err != nil {
		return p, err
	}
	p.Version++
	if err := tx.pointedAt(p.Account); err != nil {
		return p, err
	}
	return p, tx.fact(aboutPromise(p, f))
}

func aboutPromise(p promise.Promise, f fact.Fact) fact.Fact {
	f.Kind, f.Subject, f.Account, f.Label = fact.Promise, p.ID.Any(), p.Account, p.Text
	return f
}

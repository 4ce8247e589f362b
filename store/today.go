package store

import (
	"database/sql"

	"kring/base/day"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/member"
)

// Later is what somebody put off on their own Today.
type Later struct {
	What   string
	Record id.Record
}

// Laters are what a member put off until after a day, at most five hundred.
func (v *View) Laters(m id.Member, today day.Day) (all map[Later]bool, err error) {
	defer fault.Wrap(&err, "store.Laters")
	all = map[Later]bool{}
	w := v.where("").and("member_id = ?", m).and("until_day > ?", string(today))
	err = v.rows("SELECT what, record_id FROM later"+w.String()+" LIMIT 500", w.args, func(rs *sql.Rows) error {
		var l Later
		err := rs.Scan(&l.What, &l.Record)
		all[l] = true
		return err
	})
	return all, err
}

// PutLater puts something off for a member until a day, an empty day not at all,
// and forgets what is past. It is a view of one person and no change of a record,
// so there is no fact of it.
func (tx *Tx) PutLater(m id.Member, l Later, until, today day.Day) (err error) {
	defer fault.Wrap(&err, "store.PutLater")
	if _, err := tx.exec("DELETE FROM later WHERE org_id = ? AND member_id = ? AND (what = ? AND record_id = ? OR until_day <= ?)", tx.org, m, l.What, l.Record, string(today)); err != nil || until == "" {
		return err
	}
	_, err = tx.exec("INSERT INTO later (org_id, member_id, what, record_id, until_day) VALUES ("+marks(5)+")", tx.org, m, l.What, l.Record, string(until))
	return err
}

// Anniversary is an account that bought for the first time on a day years ago.
type Anniversary struct {
	Account id.Account
	Name    string
	First   day.Day
}

// Anniversaries are accounts of an owner, within reach, whose first purchase was
// on one of these days, as was known last night.
func (v *View) Anniversaries(owner id.Member, r member.Reach, days []day.Day, limit int) (all []Anniversary, err error) {
	defer fault.Wrap(&err, "store.Anniversaries")
	args := make([]any, len(days))
	for i, d := range days {
		args[i] = string(d)
	}
	w := v.where("k").and("k.owner_id = ?", owner).in("k.first_day", len(args), args...).and("a.deleted_at IS NULL").reach("a", r)
	w.args = append(w.args, limit)
	err = v.rows("SELECT k.account_id, a.name, k.first_day FROM outlook k JOIN account a ON a.org_id = k.org_id AND a.id = k.account_id"+w.String()+" LIMIT ?", w.args, func(rs *sql.Rows) error {
		var one Anniversary
		var first string
		err := rs.Scan(&one.Account, &one.Name, &first)
		one.First = day.Day(first)
		all = append(all, one)
		return err
	})
	return all, err
}

// Asking is an open opportunity that waits for its owner: without a next step to
// come, or past the day on which the customer would decide.
type Asking struct {
	ID      id.Opportunity
	Account id.Account
	Name    string // of the account
	Title   string
	Cents   int64
	Money   string // its currency
	Close   day.Day
	Next    day.Day // "" when there is no next step
	Since   day.Day
}

// AskingOf are those of an owner, first those past their day, at most so many of
// each.
func (v *View) AskingOf(owner id.Member, today day.Day, limit int) (all []Asking, err error) {
	defer fault.Wrap(&err, "store.AskingOf")
	seen := map[id.Opportunity]bool{}
	for _, q := range []struct{ cond, order string }{{"o.close_day > '' AND o.close_day < ?", "o.close_day, o.id"}, {"o.next_day < ?", "o.next_day, o.id"}} {
		w := v.where("o").and("o.owner_id = ?", owner).and("o.state = 'open'").and(q.cond, string(today))
		w.args = append(w.args, limit)
		err := v.rows(`SELECT o.id, o.account_id, a.name, o.name, o.cents, o.currency, o.close_day, o.next_day, o.next_since
			FROM opportunity o JOIN account a ON a.org_id = o.org_id AND a.id = o.account_id`+w.String()+" ORDER BY "+q.order+" LIMIT ?", w.args, func(rs *sql.Rows) error {
			var o Asking
			var end, next, since string
			err := rs.Scan(&o.ID, &o.Account, &o.Name, &o.Title, &o.Cents, &o.Money, &end, &next, &since)
			if o.Close, o.Next, o.Since = day.Day(end), day.Day(next), day.Day(since); !seen[o.ID] {
				seen[o.ID] = true
				all = append(all, o)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

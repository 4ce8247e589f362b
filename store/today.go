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

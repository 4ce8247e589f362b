package store

import (
	"kring/base/day"
	"kring/base/fault"
)

// WonBack is how many relations left by their own choice from one day to another,
// until not included, and how many of them bought again since.
func (v *View) WonBack(rule int64, s Scope, from, until day.Day) (back, left int64, err error) {
	defer fault.Wrap(&err, "store.WonBack")
	w := v.where("s").and("s.rule = ?", rule).and("s.phase = 'potential'").and("s.came_from IN ('new', 'loyal')").and("s.event IN ('left', 'faded')").
		and("s.from_day >= ?", string(from)).and("s.from_day < ?", string(until)).scope("x", s)
	err = v.row(`SELECT COUNT(*), COALESCE(SUM(CASE WHEN EXISTS (
		SELECT 1 FROM stay b WHERE b.org_id = s.org_id AND b.rule = s.rule AND b.account_id = s.account_id AND b.n > s.n AND b.event = 'bought'
	) THEN 1 ELSE 0 END), 0) FROM stay s JOIN standing x ON x.org_id = s.org_id AND x.rule = s.rule AND x.account_id = s.account_id`+w.String(), w.args, &left, &back)
	return back, left, err
}

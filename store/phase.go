package store

import (
	"slices"

	"kring/base/day"
	"kring/base/id"
	"kring/domain/filter"
)

// phases is how a list of accounts asks for phases: as they are now, or as they
// were at the end of the days that it names.
type phases struct {
	org  id.Org
	days []day.Day // before today
}

// activeRule is by which rule the organisation counts.
const activeRule = "(SELECT d.rule FROM definition d WHERE d.org_id = ? AND d.state = 'active')"

const (
	standsNow = "standing x WHERE x.org_id = a.org_id AND x.account_id = a.id AND x.rule = " + activeRule
	stoodThen = "stay x WHERE x.org_id = a.org_id AND x.account_id = a.id AND x.rule = " + activeRule + thenThere
	thenThere = " AND x.from_day <= ? AND (x.until_day IS NULL OR x.until_day > ?)"
)

func (v *View) phases(q filter.Query, lens filter.Lens) phases {
	p := phases{org: v.org}
	for _, c := range q.Conditions {
		if c.Field.Key == "phase_on" {
			if d := day.Day(c.Values[0]); d < lens.Today {
				p.days = append(p.days, d)
			}
		}
	}
	return p
}

// term asks what a comparison asks of the phase; false when it is of something
// else.
func (p phases) term(w *where, t filter.Term) bool {
	switch t.Field.Key {
	case "phase":
		if len(p.days) == 0 {
			w.existsWith(standsNow, "x.phase", t, p.org)
		}
		for _, d := range p.days {
			// Of one account its stays are asked, never all that were in the phase: an
			// index of those that was not counted yet looks better to SQLite.
			w.existsWith(stoodThen, "x.phase || ''", t, p.org, string(d), string(d))
		}
	case "phase_on": // who was not there yet has no phase
		there := filter.Term{Field: t.Field, Cmp: filter.Present}
		if d := t.Args[0].(string); slices.Contains(p.days, day.Day(d)) {
			w.existsWith(stoodThen, "x.phase", there, p.org, d, d)
		} else {
			w.existsWith(standsNow, "x.phase", there, p.org)
		}
	default:
		return false
	}
	return true
}

// led is the index that leads to those who stand or stood somewhere.
func (p phases) led(t filter.Term) road {
	found := road{from: "standing", name: "account_id", cond: "x.phase IN (" + marks(len(t.Args)) + ") AND x.rule = " + activeRule, args: append(append([]any{p.org}, t.Args...), p.org)}
	if len(p.days) > 0 {
		found.from, found.cond = "stay", found.cond+thenThere
		found.args = append(found.args, string(p.days[0]), string(p.days[0]))
	}
	return found
}

// existsWith is exists with values in what names the table; it asks for one row,
// so the values come first.
func (w *where) existsWith(from, col string, t filter.Term, args ...any) {
	in := &where{}
	in.exists(from, col, t)
	w.b.WriteString(in.String())
	w.args = append(append(w.args, args...), in.args...)
}

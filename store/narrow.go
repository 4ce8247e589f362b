package store

import (
	"strings"

	"kring/base/fact"
	"kring/base/fold"
	"kring/domain/filter"
)

// A list is read in its order, from the index of that order, and each row is
// asked whether it fits: with what many records have, fifty are soon found. What
// few have is found by an index of its own instead and put in order afterwards,
// or a million rows would be asked for three. Which of the two it is, counting
// to a bound tells.

// fewFit is how many records are gathered and put in order; with more, the
// index of the order finds a page as soon. fewAside is how many when nothing is
// asked but what stands in that index: of a million, fifty are found among a
// hundred thousand lines of it before so many records were read.
const (
	fewFit   = 2000
	fewAside = 500
)

// road is the records that one comparison leaves, by an index that has it.
type road struct {
	from string // table, as x
	name string // column of x that is the record's id
	cond string // of x, beside the organisation
	args []any
	self string // the column, when the table is that of the list itself
}

// query selects the ids.
func (l road) query() string {
	return "SELECT x." + l.name + " FROM " + l.from + " x WHERE x.org_id = ? AND " + l.cond
}

// led gives the road of a comparison, when an index has it.
func (v *View) led(l roll, q filter.Query, lens filter.Lens, t filter.Term) (road, bool) {
	if t.Cmp != filter.Equals || len(t.Args) == 0 || len(t.Args) > 50 {
		return road{}, false
	}
	among := func(from, name, col, more string, args ...any) (road, bool) {
		return road{from: from, name: name, cond: col + " IN (" + marks(len(args)) + ")" + more, args: append([]any{v.org}, args...)}, true
	}
	key := t.Field.Key
	switch key {
	case "phase":
		return v.phases(q, lens).led(t), !q.Bin
	case "class", "recency":
		return v.rankLead(t, rankDay(q.Terms(lens)))
	case "tags":
		return among("tagging", "record_id", "x.tag", " AND x.kind = '"+string(l.kind)+"'", t.Args...)
	case "phone", "email":
		return among("point", "record_id", "x.value", " AND x.record_kind = '"+string(l.kind)+"' AND x.kind = '"+key+"'", t.Args...)
	case "account":
		if l.kind == fact.Contact {
			return among("contact_account", "contact_id", "x.account_id", "", t.Args...)
		}
	}
	if q.Bin {
		return road{}, false // the indexes are of what is not in the bin
	}
	col, args := "", t.Args
	switch key {
	case "city":
		col, args = "x.city_key", make([]any, len(t.Args))
		for i, a := range t.Args {
			s, _ := a.(string)
			args[i] = fold.Key(s)
		}
	case "owner", "team":
		if q.Sort.Key == "name" && (key == "owner" || l.kind == fact.Account) {
			return road{}, false // their index is in this order
		}
		col = "x." + key + "_id"
		if key == "team" && l.kind == fact.Contact {
			return road{}, false
		}
	case "kvk", "external_id":
		col = "x." + key
	default:
		return road{}, false
	}
	found, ok := among(l.table, "id", col, " AND x.deleted_at IS NULL", args...)
	found.self = "a." + strings.TrimPrefix(col, "x.")
	return found, ok
}

// narrow gives the road that leaves fewest, and whether those are few.
func (v *View) narrow(l roll, q filter.Query, lens filter.Lens) (best road, few bool, err error) {
	least := fewFit + 1
	for _, t := range q.Terms(lens) {
		one, ok := v.led(l, q, lens, t)
		if !ok {
			continue
		}
		args := append(append([]any{}, one.args...), fewFit+1)
		n, err := Remembered(v, "narrow "+one.query(), args, func() (n int, err error) {
			err = v.row("SELECT COUNT(*) FROM ("+one.query()+" LIMIT ?) counted", args, &n)
			return n, err
		})
		if err != nil {
			return best, false, err
		}
		if n < least || best.from == "" {
			best, least = one, n
		}
	}
	most := fewFit
	if terms := q.Terms(lens); best.self != "" && len(terms) == 1 && l.asideAll(terms) {
		most = fewAside
	}
	return best, best.from != "" && least <= most, nil
}

// walked keeps those indexes away from SQLite in which what is asked stands together
// but in another order: when that is many, all of it would be read and put in order
// for one page. PostgreSQL counts with the length of a page by itself.
func (v *View) walked(l roll, q filter.Query, lens filter.Lens, cond, order string) string {
	if v.d != &sqlite {
		return cond
	}
	for _, t := range q.Terms(lens) {
		if one, ok := v.led(l, q, lens, t); ok && one.self != "" && one.self != order {
			cond = strings.ReplaceAll(cond, " AND "+one.self+" IN (", " AND COALESCE("+one.self+", "+one.self+") IN (")
		}
	}
	return cond
}

// unordered is a column to sort on that no index has: what few records have is
// not looked for in the order of all.
func unordered(col string) string {
	if _, name, _ := strings.Cut(col, "."); name == "size" || strings.HasSuffix(name, "_at") {
		return col + " + 0"
	}
	return col + " || ''"
}

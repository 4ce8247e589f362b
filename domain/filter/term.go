package filter

import (
	"strconv"
	"strings"
	"time"

	"kring/base/catalogue"
	"kring/base/day"
	"kring/base/decimal"
	"kring/base/id"
)

// Cmp is one of the few comparisons that every condition comes down to.
type Cmp uint8

// The comparisons. Equals and HasAll take one argument or more; what has no
// value passes Differs and Absent only.
const (
	Equals  Cmp = iota + 1 // is, or has, one of the arguments
	Differs                // is, and has, none of the arguments
	HasAll                 // has each of the arguments
	Below
	AtMost
	Above
	AtLeast
	Has    // contains the argument, whatever the case
	Begins // begins with the argument, whatever the case
	Absent
	Present
)

// Term is a comparison that a database can make. The arguments by kind of
// field: string for text, link, phone (E.164, or digits for Has and Begins),
// email, choice, choices and date (2026-11-23); float64 for number; int64 for
// money (cents) and instant (milliseconds); bool; id.Member; id.Team;
// id.Record.
type Term struct {
	Field catalogue.Field
	Cmp   Cmp
	Args  []any
}

// Lens is from where a query is seen: what "me" and "the last ninety days"
// mean.
type Lens struct {
	Me    id.Member
	Today day.Day
	Zone  *time.Location // of the organisation; nil is UTC
}

// Terms are all comparisons that a record must pass.
func (q Query) Terms(l Lens) []Term {
	var terms []Term
	for _, c := range q.Conditions {
		terms = append(terms, c.Terms(l)...)
	}
	return terms
}

// Terms are the comparisons of one condition; a record must pass each.
func (c Condition) Terms(l Lens) []Term {
	if l.Zone == nil {
		l.Zone = time.UTC
	}
	if c.Field.Kind == catalogue.Date || c.Field.Kind == catalogue.Instant {
		if terms := c.times(l); terms != nil {
			return terms
		}
	}
	one := func(cmp Cmp) []Term { return []Term{{c.Field, cmp, c.args(l)}} }
	switch c.Op {
	case Is, In, Any:
		return one(Equals)
	case Not, None:
		return one(Differs)
	case All:
		return one(HasAll)
	case Contains:
		return one(Has)
	case Starts:
		return one(Begins)
	case GT:
		return one(Above)
	case GTE:
		return one(AtLeast)
	case LT:
		return one(Below)
	case LTE:
		return one(AtMost)
	case Between:
		args := c.args(l)
		return []Term{{c.Field, AtLeast, args[:1]}, {c.Field, AtMost, args[1:]}}
	case Filled:
		return one(Present)
	case True:
		return []Term{{c.Field, Equals, []any{true}}}
	case False:
		return []Term{{c.Field, Differs, []any{true}}} // never answered is not yes
	}
	return one(Absent)
}

func (c Condition) args(l Lens) []any {
	var args []any
	for _, v := range c.Values {
		args = append(args, c.arg(v, l))
	}
	return args
}

func (c Condition) arg(v string, l Lens) any {
	switch c.Field.Kind {
	case catalogue.Number:
		n, _ := strconv.ParseFloat(v, 64) // value made it out of a float
		return n
	case catalogue.Money:
		cents, _ := decimal.Cents(v, decimal.Point) // value made it out of cents
		return cents
	case catalogue.Member:
		if v == Me {
			return l.Me
		}
		m, _ := id.Parse[id.Member](v) // value made it out of an id
		return m
	case catalogue.Team:
		t, _ := id.Parse[id.Team](v)
		return t
	case catalogue.Record:
		r, _ := id.Parse[id.Record](v)
		return r
	}
	return v
}

// times compares days and instants; nil when the op has nothing to do with
// time.
func (c Condition) times(l Lens) []Term {
	v := func(i int) string { return c.Values[i] }
	switch c.Op {
	case On:
		return c.stretch(v(0), v(0), l)
	case Between:
		return c.stretch(v(0), v(1), l)
	case GTE:
		return c.stretch(v(0), "", l)
	case LTE:
		return c.stretch("", v(0), l)
	case After:
		if d := v(0); !moment(d) {
			return c.stretch(string(day.Day(d).Add(1)), "", l)
		}
		return []Term{{c.Field, Above, []any{c.first(v(0), l)}}}
	case Before:
		return []Term{{c.Field, Below, []any{c.first(v(0), l)}}}
	case Within:
		return c.stretch(string(shift(l.Today, v(0), -1)), string(l.Today), l)
	case Older:
		return []Term{{c.Field, Below, []any{c.first(string(shift(l.Today, v(0), -1)), l)}}}
	case Ahead:
		return c.stretch(string(l.Today), string(shift(l.Today, v(0), 1)), l)
	}
	return nil
}

// stretch is from a day or moment until another, both included; empty is open.
func (c Condition) stretch(from, until string, l Lens) []Term {
	var terms []Term
	if from != "" {
		terms = append(terms, Term{c.Field, AtLeast, []any{c.first(from, l)}})
	}
	switch {
	case until == "":
	case c.Field.Kind == catalogue.Date || moment(until):
		terms = append(terms, Term{c.Field, AtMost, []any{c.first(until, l)}})
	default: // the whole day: until the next begins
		terms = append(terms, Term{c.Field, Below, []any{c.first(string(day.Day(until).Add(1)), l)}})
	}
	return terms
}

// first is the beginning of a day, or the moment itself, as the field keeps it.
func (c Condition) first(v string, l Lens) any {
	if c.Field.Kind == catalogue.Date {
		return v
	}
	if moment(v) {
		t, _ := time.Parse(time.RFC3339, v) // value made it out of a time
		return t.UnixMilli()
	}
	return day.Day(v).Start(l.Zone)
}

func moment(v string) bool { return strings.Contains(v, "T") }

// shift moves a day by 90d, 6w, 3m or 1y, forward or back; a month later than
// 31 January is the last of February.
func shift(d day.Day, by string, sign int) day.Day {
	n, _ := strconv.Atoi(by[:len(by)-1]) // value matched digits
	n *= sign
	switch by[len(by)-1] {
	case 'd':
		return d.Add(n)
	case 'w':
		return d.Add(7 * n)
	case 'y':
		n *= 12
	}
	t, err := time.Parse("2006-01-02", string(d))
	if err != nil {
		return d
	}
	moved := time.Date(t.Year(), t.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := moved.AddDate(0, 1, -1).Day()
	return day.Day(moved.AddDate(0, 0, min(t.Day(), last)-1).Format("2006-01-02"))
}

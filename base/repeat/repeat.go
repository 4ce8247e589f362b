// Package repeat says on which days something comes back: every so many days,
// weeks, months or years, until a day or so many times, with days left out. It
// reads and writes the part of RFC 5545's RRULE that a person asks for; days are
// calendar days, so that the hour stays what it was when the clock changes.
package repeat

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"kring/base/day"
	"kring/base/fault"
)

// Every is how long a round lasts.
type Every string

// The rounds, as RFC 5545 writes them.
const (
	Day   Every = "DAILY"
	Week  Every = "WEEKLY"
	Month Every = "MONTHLY"
	Year  Every = "YEARLY"
)

// Rounds are all of them, in the order of a menu.
var Rounds = []Every{Day, Week, Month, Year}

// The limits of a rule.
const (
	MaxStep  = 99
	MaxCount = 999
	// rounds is how many rounds are looked through for the next day; a rule whose
	// day comes less often than that never comes. The rarest that can be said, 29
	// February every 99th year, needs four.
	rounds = 5000
)

// Rule says when something comes back. The zero rule never does.
type Rule struct {
	Every Every          `json:"every"`
	Step  int            `json:"step"`          // every so many rounds, 1 or more
	On    []time.Weekday `json:"on,omitempty"`  // of a week; without it the weekday of the first
	Nth   int            `json:"nth,omitempty"` // of a month: its nth weekday, −1 the last; 0 the day of the month of the first
	Count int            `json:"count,omitempty"`
	Until day.Day        `json:"until,omitempty"` // the last day it may come, included
}

// ErrRule says that a rule cannot be read, or says something Kring does not do.
var ErrRule = fault.New(fault.Invalid, "repeat.rule", "it comes back every day, week, month or year, until a day or so many times")

// IsZero is true for what does not come back.
func (r Rule) IsZero() bool { return r.Every == "" }

var codes = []string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}

// String writes the rule as RFC 5545 does, without "RRULE:"; empty for the zero
// rule. UNTIL is the day alone: with a time zone it is for the writer of a file.
func (r Rule) String() string {
	if r.IsZero() {
		return ""
	}
	parts := []string{"FREQ=" + string(r.Every)}
	if r.Step > 1 {
		parts = append(parts, "INTERVAL="+strconv.Itoa(r.Step))
	}
	if len(r.On) > 0 {
		on := make([]string, len(r.On))
		for i, d := range r.On {
			if on[i] = codes[d]; r.Nth != 0 {
				on[i] = strconv.Itoa(r.Nth) + on[i]
			}
		}
		parts = append(parts, "BYDAY="+strings.Join(on, ","))
	}
	if r.Count > 0 {
		parts = append(parts, "COUNT="+strconv.Itoa(r.Count))
	}
	if r.Until != "" {
		parts = append(parts, "UNTIL="+strings.ReplaceAll(string(r.Until), "-", ""))
	}
	return strings.Join(parts, ";")
}

// Parse reads what String writes, and the rules of other calendars that say no
// more than that. UNTIL with a time becomes its day.
func Parse(s string) (r Rule, err error) {
	if s = strings.TrimSpace(s); s == "" {
		return r, nil
	}
	r.Step = 1
	for part := range strings.SplitSeq(strings.ToUpper(strings.TrimPrefix(s, "RRULE:")), ";") {
		key, value, _ := strings.Cut(part, "=")
		if err := r.take(key, value); err != nil {
			return Rule{}, err
		}
	}
	if r.IsZero() {
		return Rule{}, ErrRule
	}
	return r.Check()
}

func (r *Rule) take(key, value string) (err error) {
	switch key {
	case "FREQ":
		r.Every = Every(value)
	case "INTERVAL":
		if r.Step, err = strconv.Atoi(value); r.Step < 1 {
			return ErrRule
		}
	case "COUNT":
		if r.Count, err = strconv.Atoi(value); r.Count < 1 {
			return ErrRule
		}
	case "UNTIL":
		if len(value) < 8 {
			return ErrRule
		}
		r.Until, err = day.Parse(value[:4] + "-" + value[4:6] + "-" + value[6:8])
	case "BYDAY":
		for d := range strings.SplitSeq(value, ",") {
			if len(d) < 2 {
				return ErrRule
			}
			at := slices.Index(codes, d[len(d)-2:])
			if at < 0 {
				return ErrRule
			}
			if nth := d[:len(d)-2]; nth != "" {
				if r.Nth, err = strconv.Atoi(nth); err != nil || r.Nth == 0 {
					return ErrRule
				}
			}
			r.On = append(r.On, time.Weekday(at))
		}
	case "WKST":
		if value != "MO" {
			return ErrRule
		}
	default:
		return ErrRule
	}
	if err != nil {
		return ErrRule
	}
	return nil
}

// Check says whether the rule can be kept, and puts its weekdays in the order of
// the week, which begins on Monday.
func (r Rule) Check() (Rule, error) {
	if r.IsZero() {
		return Rule{}, nil
	}
	if r.Step == 0 {
		r.Step = 1
	}
	r.On = slices.Clone(r.On)
	slices.SortFunc(r.On, func(a, b time.Weekday) int { return monday(a) - monday(b) })
	r.On = slices.Compact(r.On)
	wrong := !slices.Contains(Rounds, r.Every) || r.Step < 1 || r.Step > MaxStep || r.Count < 0 || r.Count > MaxCount ||
		r.Count > 0 && r.Until != "" || r.Nth < -1 || r.Nth > 5 ||
		len(r.On) > 0 && r.Every != Week && r.Every != Month ||
		r.Every == Month && (len(r.On) > 1 || len(r.On) == 1 && r.Nth == 0) || r.Every != Month && r.Nth != 0 || r.Nth != 0 && len(r.On) == 0
	for _, d := range r.On {
		wrong = wrong || d < time.Sunday || d > time.Saturday
	}
	if r.Until != "" {
		d, err := day.Parse(string(r.Until))
		wrong = wrong || err != nil
		r.Until = d
	}
	if wrong {
		return Rule{}, ErrRule
	}
	return r, nil
}

// monday counts the days of a week from Monday.
func monday(d time.Weekday) int { return (int(d) + 6) % 7 }

// Monday is the first day of the week that a day is in.
func Monday(d day.Day) day.Day { return d.Add(-monday(weekday(d))) }

func weekday(d day.Day) time.Weekday { return date(d).Weekday() }

func date(d day.Day) time.Time {
	t, err := time.Parse("2006-01-02", string(d))
	if err != nil {
		return time.Time{}
	}
	return t
}

// Days are the days on which it comes, from one day to another, both included,
// at most so many. Its first time is first itself when the rule allows that day,
// as RFC 5545 counts; without a rule it comes once.
func (r Rule) Days(first, from, until day.Day, most int) (all []day.Day) {
	if r.IsZero() {
		if first >= from && first <= until && most > 0 {
			all = append(all, first)
		}
		return all
	}
	if r.Until != "" {
		until = min(until, r.Until)
	}
	n, start := 0, 0
	if r.Count == 0 { // nothing to count: begin near the day that is asked
		start = r.near(first, from)
	}
	for round, empty := start, 0; empty < rounds; round++ {
		begin, days := r.round(first, round)
		if begin > until || begin == "" || len(begin) > 10 {
			return all
		}
		empty++
		for _, d := range days {
			if d < first {
				continue
			}
			if n++; d > until || r.Count > 0 && n > r.Count || len(all) == most {
				return all
			}
			if empty = 0; d >= from {
				all = append(all, d)
			}
		}
	}
	return all
}

// near is a round that is not after a day.
func (r Rule) near(first, from day.Day) int {
	apart := first.Until(from)
	if apart <= 0 {
		return 0
	}
	long := map[Every]int{Day: 1, Week: 7, Month: 31, Year: 366}[r.Every]
	return max(0, apart/(long*r.Step)-1)
}

// round is the nth round: the day it begins, and its days in order. A month
// without the day has none.
func (r Rule) round(first day.Day, n int) (begin day.Day, days []day.Day) {
	n *= r.Step
	switch r.Every {
	case Day:
		d := first.Add(n)
		return d, []day.Day{d}
	case Week:
		begin = Monday(first).Add(7 * n)
		on := r.On
		if len(on) == 0 {
			on = []time.Weekday{weekday(first)}
		}
		for _, w := range on {
			days = append(days, begin.Add(monday(w)))
		}
		return begin, days
	case Month:
		begin = first.First().Months(n)
		if r.Nth != 0 {
			if d := nth(begin, r.On[0], r.Nth); d != "" {
				days = append(days, d)
			}
			return begin, days
		}
		return begin, same(begin, date(first).Day())
	default:
		begin = first.First().Months(12 * n)
		return begin, same(begin, date(first).Day())
	}
}

// same is the nth day of a month when it has that.
func same(begin day.Day, n int) []day.Day {
	if d := begin.Add(n - 1); d.Month() == begin.Month() {
		return []day.Day{d}
	}
	return nil
}

// nth is the nth weekday of the month that begins so, −1 the last; empty when it
// has none.
func nth(begin day.Day, w time.Weekday, n int) day.Day {
	if n < 0 {
		last := begin.Months(1).Add(-1)
		return last.Add(-((int(weekday(last)) - int(w) + 7) % 7))
	}
	d := begin.Add((int(w)-int(weekday(begin))+7)%7 + 7*(n-1))
	if d.Month() != begin.Month() {
		return ""
	}
	return d
}

// Next is the first day after one on which it comes, empty when it comes no more.
func (r Rule) Next(first, after day.Day) day.Day {
	if r.IsZero() {
		return ""
	}
	all := r.Days(first, after.Add(1), "9999-12-31", 1)
	if len(all) == 0 {
		return ""
	}
	return all[0]
}

// Last is the last day on which it comes; empty when it has no end, or never comes.
func (r Rule) Last(first day.Day) day.Day {
	if r.IsZero() {
		return first
	}
	if r.Count == 0 && r.Until == "" {
		return ""
	}
	until := r.Until
	from := first
	if until == "" {
		until = "9999-12-31"
	} else if near := until.Add(-2 * 366 * r.Step); near > first {
		from = near
	}
	all := r.Days(first, from, until, MaxCount)
	if len(all) == 0 {
		return first
	}
	return all[len(all)-1]
}

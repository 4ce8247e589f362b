// Package workday counts in working time: the hours an organisation is open,
// without weekends, public holidays of the Netherlands and its own closed days.
package workday

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"kring/base/day"
	"kring/base/fault"
)

// Opening says when an organisation is open, as a person types it. The zero
// value is Monday to Friday from 09:00 to 17:00.
type Opening struct {
	// Hours per day of the week from Monday to Sunday: "09:00-17:00", with a
	// break "08:30-12:30, 13:00-17:00", empty for closed. All empty is the default.
	Hours [7]string `json:"hours,omitzero"`
	// Liberation says that the fifth of May is free every year and not only once in five.
	Liberation bool `json:"liberation,omitempty"`
	// Closed are days on which the organisation is closed besides the public
	// holidays, such as the week of its summer stop.
	Closed []day.Day `json:"closed,omitempty"`
}

// MostClosed is how many own closed days can be named.
const MostClosed = 400

var (
	// ErrHours says that opening hours cannot be read.
	ErrHours = fault.New(fault.Invalid, "workday.hours", "write opening hours as 09:00-17:00, with a break as 09:00-12:30, 13:00-17:00")
	// ErrClosed says that the days on which the organisation is closed cannot be read.
	ErrClosed = fault.New(fault.Invalid, "workday.closed", "write at most 400 days that exist")
)

// Default are the opening hours of who chose none.
var Default = [7]string{"09:00-17:00", "09:00-17:00", "09:00-17:00", "09:00-17:00", "09:00-17:00"}

// Calendar is an Opening in a time zone, made to count with. It is made by
// Opening.In; its zero value is never open.
type Calendar struct {
	zone       *time.Location
	week       [7][]span // from Monday
	liberation bool
	closed     map[day.Day]bool
}

// A span is a part of a day in minutes after midnight, its end not with it.
type span struct{ from, to int }

// Check says which hours or days cannot be read, by the fields hours.0 (Monday)
// to hours.6 and closed.
func (o Opening) Check() error {
	fs := fault.Fields{}
	for i, text := range o.Hours {
		_, err := spans(text)
		fs.Add("hours."+strconv.Itoa(i), err)
	}
	if len(o.Closed) > MostClosed {
		fs.Add("closed", ErrClosed)
	}
	for _, d := range o.Closed {
		if parsed, err := day.Parse(string(d)); err != nil || parsed != d {
			fs.Add("closed", ErrClosed)
		}
	}
	return fs.Err()
}

// In makes a calendar of it. Hours that Check refuses count as closed, and a week
// without any hour is the default one, so that a clock always comes to an end.
func (o Opening) In(zone *time.Location) Calendar {
	c := Calendar{zone: zone, liberation: o.Liberation, closed: map[day.Day]bool{}}
	hours := o.Hours
	for again := 0; again < 2; again++ {
		open := false
		for i, text := range hours {
			c.week[i], _ = spans(text)
			open = open || len(c.week[i]) > 0
		}
		if open {
			break
		}
		hours = Default
	}
	for _, d := range o.Closed {
		c.closed[d] = true
	}
	return c
}

// spans reads "09:00-12:30, 13:00-17:00": in order, not over each other.
func spans(text string) (all []span, err error) {
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		a, b, two := strings.Cut(strings.ReplaceAll(part, "–", "-"), "-")
		from, ok1 := clock(a)
		to, ok2 := clock(b)
		if !two || !ok1 || !ok2 || from >= to || len(all) > 0 && from < all[len(all)-1].to {
			return nil, ErrHours
		}
		all = append(all, span{from, to})
	}
	return all, nil
}

// clock reads 9:00, 09.00 and 24:00 as minutes after midnight.
func clock(text string) (int, bool) {
	h, m, two := strings.Cut(strings.ReplaceAll(strings.TrimSpace(text), ".", ":"), ":")
	hour, err1 := strconv.Atoi(h)
	minute, err2 := strconv.Atoi(m)
	if !two || err1 != nil || err2 != nil || len(m) != 2 || hour < 0 || minute < 0 || minute > 59 || hour*60+minute > 24*60 {
		return 0, false
	}
	return hour*60 + minute, true
}

// Holiday is the name of the public holiday that a day is, "" when it is none.
func (c Calendar) Holiday(d day.Day) string {
	year := yearOf(d)
	if year == 0 {
		return ""
	}
	all := Holidays(year, c.liberation)
	if i := slices.IndexFunc(all, func(h Holiday) bool { return h.Day == d }); i >= 0 {
		return all[i].Name
	}
	return ""
}

// Works says whether the organisation is open at some time of a day.
func (c Calendar) Works(d day.Day) bool { return len(c.open(d)) > 0 }

// From is the first working day on or after a day: a term that ends on a Sunday
// or a public holiday ends on it (Algemene termijnenwet art. 1).
func (c Calendar) From(d day.Day) day.Day {
	for range farthest {
		if c.Works(d) {
			return d
		}
		d = d.Add(1)
	}
	return d
}

// Days moves a day by n working days, forward or back; with n 0 it is From.
func (c Calendar) Days(d day.Day, n int) day.Day {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	if n == 0 {
		return c.From(d)
	}
	for range farthest {
		if d = d.Add(step); c.Works(d) {
			if n--; n == 0 {
				return d
			}
		}
	}
	return d
}

// farthest is how many days a clock looks ahead: some 55 years, past the last
// day that Closed can name in a row.
const farthest = 20000

// After is the instant at which a working time has passed since start, both in
// milliseconds UTC; the earliest one, so what ends at closing time ends then and
// not the next morning. A time of nothing or less gives start itself.
func (c Calendar) After(start int64, working time.Duration) int64 {
	left := working.Milliseconds()
	if left <= 0 || c.zone == nil {
		return start
	}
	d := day.At(start, c.zone)
	for range farthest {
		for _, s := range c.open(d) {
			from, to := c.at(d, s.from), c.at(d, s.to)
			if from = max(from, start); from >= to {
				continue
			}
			if from+left <= to {
				return from + left
			}
			left -= to - from
		}
		d = d.Add(1)
	}
	return c.at(d, 0)
}

// AfterDays is the instant n working days after start: at the same time of the
// n-th working day that follows, at its closing when it closes earlier. What
// comes in when nobody is there counts from the next opening, so a lead of
// Saturday with a term of one day has until the opening on Tuesday.
func (c Calendar) AfterDays(start int64, n int) int64 {
	if n <= 0 || c.zone == nil {
		return start
	}
	first := c.After(start, time.Millisecond) - 1
	d := day.At(first, c.zone)
	begin := time.UnixMilli(first).In(c.zone)
	d = c.Days(d, n)
	open := c.open(d)
	if len(open) == 0 {
		return c.at(d, 0)
	}
	y, m, dom := date(d)
	same := time.Date(y, m, dom, begin.Hour(), begin.Minute(), begin.Second(), begin.Nanosecond(), c.zone).UnixMilli()
	return min(max(same, c.at(d, open[0].from)), c.at(d, open[len(open)-1].to))
}

// Between is the working time from one instant to another; negative when the
// second is the earlier.
func (c Calendar) Between(from, to int64) time.Duration {
	if to < from {
		return -c.Between(to, from)
	}
	if c.zone == nil {
		return 0
	}
	var sum int64
	last := day.At(to, c.zone)
	for d := day.At(from, c.zone); d <= last; d = d.Add(1) {
		for _, s := range c.open(d) {
			sum += max(0, min(c.at(d, s.to), to)-max(c.at(d, s.from), from))
		}
	}
	return time.Duration(sum) * time.Millisecond
}

// Open says whether the organisation is open at an instant.
func (c Calendar) Open(at int64) bool {
	if c.zone == nil {
		return false
	}
	d := day.At(at, c.zone)
	return slices.ContainsFunc(c.open(d), func(s span) bool { return c.at(d, s.from) <= at && at < c.at(d, s.to) })
}

// open are the hours of a day, none on a holiday.
func (c Calendar) open(d day.Day) []span {
	y, m, dom := date(d)
	if y == 0 || c.closed[d] {
		return nil
	}
	hours := c.week[(int(time.Date(y, m, dom, 0, 0, 0, 0, time.UTC).Weekday())+6)%7]
	if len(hours) == 0 || c.Holiday(d) != "" {
		return nil
	}
	return hours
}

// at is the instant of a minute after midnight; on the days the clock changes it
// is what the clock on the wall says.
func (c Calendar) at(d day.Day, minute int) int64 {
	y, m, dom := date(d)
	return time.Date(y, m, dom, minute/60, minute%60, 0, 0, c.zone).UnixMilli()
}

func date(d day.Day) (int, time.Month, int) {
	t, err := time.Parse("2006-01-02", string(d))
	if err != nil {
		return 0, 0, 0
	}
	return t.Date()
}

func yearOf(d day.Day) int {
	y, _, _ := date(d)
	return y
}

// Text writes a working time as a person reads it: "1:30" for an hour and a half.
func Text(working time.Duration) string {
	sign := ""
	if working < 0 {
		sign, working = "-", -working
	}
	m := int(working.Minutes())
	return fmt.Sprintf("%s%d:%02d", sign, m/60, m%60)
}

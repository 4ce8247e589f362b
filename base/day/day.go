// Package day has calendar days as people mean them: in the organisation's
// zone, written 2026-11-30, so that text order is time order.
package day

import (
	"time"

	"kring/base/fault"
)

// Day is a calendar day as text, "2026-11-30". The empty Day is no day.
type Day string

// ErrBad says that a text is no day, or a day that does not exist.
var ErrBad = fault.New(fault.Invalid, "day.bad", "this day does not exist")

// Parse reads 2026-11-30 and the Dutch 30-11-2026 or 30/11/2026; 31-02-2026 is
// refused rather than rolled over.
func Parse(s string) (Day, error) {
	for _, layout := range []string{"2006-01-02", "2-1-2006", "2/1/2006", "2.1.2006"} {
		if t, err := time.Parse(layout, s); err == nil && t.Year() >= 1000 {
			return Day(t.Format("2006-01-02")), nil
		}
	}
	return "", ErrBad
}

// At is the calendar day of an instant (milliseconds UTC) in a zone.
func At(ms int64, zone *time.Location) Day {
	return Day(time.UnixMilli(ms).In(zone).Format("2006-01-02"))
}

// Start is the first instant of the day in a zone, in milliseconds UTC. On the
// day the clock goes forward at midnight it is the first that exists.
func (d Day) Start(zone *time.Location) int64 {
	t, err := time.ParseInLocation("2006-01-02", string(d), zone)
	if err != nil {
		return 0
	}
	return t.UnixMilli()
}

// Add moves the day by n calendar days.
func (d Day) Add(n int) Day {
	t, err := time.Parse("2006-01-02", string(d))
	if err != nil {
		return d
	}
	return Day(t.AddDate(0, 0, n).Format("2006-01-02"))
}

// Until counts the calendar days from d to e; negative when e is earlier.
func (d Day) Until(e Day) int {
	a, err1 := time.Parse("2006-01-02", string(d))
	b, err2 := time.Parse("2006-01-02", string(e))
	if err1 != nil || err2 != nil {
		return 0
	}
	return int(b.Sub(a).Hours() / 24)
}

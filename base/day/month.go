package day

import "time"

// Months moves the day by n calendar months; a day that the month does not have
// becomes its last, so 31-01 and one month is 28-02 (or 29-02).
func (d Day) Months(n int) Day {
	t, err := time.Parse("2006-01-02", string(d))
	if err != nil {
		return d
	}
	first := time.Date(t.Year(), t.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return Day(first.AddDate(0, 0, min(t.Day(), last)-1).Format("2006-01-02"))
}

// Month is "2026-11", as text in the order of time.
func (d Day) Month() string {
	if len(d) < 7 {
		return ""
	}
	return string(d[:7])
}

// First is the first day of the month.
func (d Day) First() Day {
	if len(d) < 7 {
		return d
	}
	return d[:7] + "-01"
}

package day_test

import (
	"testing"

	"kring/base/day"
)

func TestMonths(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from day.Day
		n    int
		want day.Day
	}{
		{"2026-01-31", 1, "2026-02-28"},
		{"2024-01-31", 1, "2024-02-29"},
		{"2024-02-29", 12, "2025-02-28"},
		{"2024-02-29", 24, "2026-02-28"},
		{"2026-11-25", 24, "2028-11-25"},
		{"2026-12-31", 2, "2027-02-28"},
		{"2026-03-31", -1, "2026-02-28"},
		{"2026-01-15", -13, "2024-12-15"},
		{"2026-01-15", 0, "2026-01-15"},
		{"", 3, ""},
	} {
		if got := c.from.Months(c.n); got != c.want {
			t.Errorf("%s and %d months: %s, want %s", c.from, c.n, got, c.want)
		}
	}
	if d := day.Day("2026-11-25"); d.Month() != "2026-11" || d.First() != "2026-11-01" {
		t.Error("the month of a day")
	}
	if d := day.Day(""); d.Month() != "" || d.First() != "" {
		t.Error("no day has no month")
	}
}

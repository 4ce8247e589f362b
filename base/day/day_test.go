package day_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"kring/base/day"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		want day.Day
	}{
		{"2026-11-30", "2026-11-30"}, {"30-11-2026", "2026-11-30"}, {"1-2-2026", "2026-02-01"}, {"29/02/2028", "2028-02-29"},
		{"31-02-2026", ""}, {"29-02-2026", ""}, {"2026-13-01", ""}, {"", ""}, {"gisteren", ""}, {"0026-01-01", ""},
	} {
		got, err := day.Parse(c.in)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%q: %q %v", c.in, got, err)
		}
	}
}

func TestDay(t *testing.T) {
	t.Parallel()
	ams, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	// 23:30 UTC on 29 March 2026 is the next day, summer time.
	ms := time.Date(2026, 3, 29, 23, 30, 0, 0, time.UTC).UnixMilli()
	if got := day.At(ms, ams); got != "2026-03-30" {
		t.Fatal(got)
	}
	if got := day.Day("2026-03-30").Start(ams); got != time.Date(2026, 3, 29, 22, 0, 0, 0, time.UTC).UnixMilli() {
		t.Fatal(got)
	}
	if got := day.Day("2026-02-28").Add(1); got != "2026-03-01" {
		t.Fatal(got)
	}
	if got := day.Day("2026-03-28").Until("2026-03-30"); got != 2 {
		t.Fatal(got) // across the change of clock
	}
}

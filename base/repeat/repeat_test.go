package repeat_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/teambition/rrule-go"
	"pgregory.net/rapid"

	"kring/base/day"
	"kring/base/repeat"
)

func TestDays(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rule        string
		first, from day.Day
		want        []day.Day
	}{
		"once":                         {"", "2026-11-24", "2026-11-01", []day.Day{"2026-11-24"}},
		"once, before":                 {"", "2026-11-24", "2026-11-25", nil},
		"daily":                        {"FREQ=DAILY;COUNT=3", "2026-11-24", "2026-11-01", []day.Day{"2026-11-24", "2026-11-25", "2026-11-26"}},
		"counted from the first":       {"FREQ=DAILY;COUNT=3", "2026-11-24", "2026-11-26", []day.Day{"2026-11-26"}},
		"weekly on two days":           {"FREQ=WEEKLY;BYDAY=MO,TH;COUNT=3", "2026-11-26", "2026-11-01", []day.Day{"2026-11-26", "2026-11-30", "2026-12-03"}},
		"every other week":             {"FREQ=WEEKLY;INTERVAL=2;UNTIL=20261230", "2026-11-25", "2026-11-01", []day.Day{"2026-11-25", "2026-12-09", "2026-12-23"}},
		"31st, where there is one":     {"FREQ=MONTHLY;COUNT=3", "2026-01-31", "2026-01-01", []day.Day{"2026-01-31", "2026-03-31", "2026-05-31"}},
		"last Friday":                  {"FREQ=MONTHLY;BYDAY=-1FR;COUNT=2", "2026-11-27", "2026-01-01", []day.Day{"2026-11-27", "2026-12-25"}},
		"fifth Monday":                 {"FREQ=MONTHLY;BYDAY=5MO;COUNT=2", "2026-11-30", "2026-01-01", []day.Day{"2026-11-30", "2027-03-29"}},
		"29 February":                  {"FREQ=YEARLY;COUNT=2", "2024-02-29", "2024-01-01", []day.Day{"2024-02-29", "2028-02-29"}},
		"without an end, near its day": {"FREQ=DAILY", "1990-01-01", "2027-12-30", []day.Day{"2027-12-30", "2027-12-31", "2028-01-01"}},
	} {
		r, err := repeat.Parse(c.rule)
		if err != nil {
			t.Fatal(name, err)
		}
		if got := r.Days(c.first, c.from, "2030-01-01", 3); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestEnds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rule              string
		first, last, next day.Day
	}{
		{"FREQ=DAILY;COUNT=3", "2026-11-24", "2026-11-26", "2026-11-25"},
		{"FREQ=WEEKLY;UNTIL=20261201", "2026-11-02", "2026-11-30", "2026-11-09"},
		{"FREQ=WEEKLY", "2026-11-02", "", "2026-11-09"},
		{"FREQ=DAILY;COUNT=1", "2026-11-24", "2026-11-24", ""},
		{"", "2026-11-24", "2026-11-24", ""},
	} {
		r, err := repeat.Parse(c.rule)
		if err != nil || r.Last(c.first) != c.last || r.Next(c.first, c.first) != c.next {
			t.Errorf("%s: last %q next %q, %v", c.rule, r.Last(c.first), r.Next(c.first, c.first), err)
		}
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"FREQ=HOURLY", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;INTERVAL=-1", "FREQ=DAILY;COUNT=0", "FREQ=DAILY;COUNT=1000", "FREQ=DAILY;UNTIL=20260231", "FREQ=DAILY;COUNT=2;UNTIL=20261231",
		"INTERVAL=2", "FREQ=WEEKLY;BYDAY=XX", "FREQ=WEEKLY;BYDAY=1MO", "FREQ=MONTHLY;BYDAY=MO", "FREQ=MONTHLY;BYDAY=6MO", "FREQ=MONTHLY;BYSETPOS=1", "FREQ=DAILY;BYDAY=MO", "FREQ=DAILY;UNTIL=2026", "x", "FREQ=WEEKLY;BYDAY=M",
	} {
		if r, err := repeat.Parse(s); !errors.Is(err, repeat.ErrRule) {
			t.Errorf("%q: %+v %v", s, r, err)
		}
	}
}

// TestAgree: what comes back comes on the days that another reader of RFC 5545
// says, and what is written is read again as it was.
func TestAgree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := repeat.Rule{Every: rapid.SampledFrom(repeat.Rounds).Draw(t, "every"), Step: rapid.IntRange(1, 6).Draw(t, "step")}
		if r.Every == repeat.Week {
			for range rapid.IntRange(0, 3).Draw(t, "days") {
				r.On = append(r.On, time.Weekday(rapid.IntRange(0, 6).Draw(t, "on")))
			}
		}
		if r.Every == repeat.Month && rapid.Bool().Draw(t, "nth") {
			r.Nth, r.On = rapid.SampledFrom([]int{-1, 1, 2, 3, 4, 5}).Draw(t, "which"), []time.Weekday{time.Weekday(rapid.IntRange(0, 6).Draw(t, "on"))}
		}
		first := day.Day("2024-01-01").Add(rapid.IntRange(0, 1500).Draw(t, "first"))
		switch rapid.IntRange(0, 2).Draw(t, "end") {
		case 1:
			r.Count = rapid.IntRange(1, 20).Draw(t, "count")
		case 2:
			r.Until = first.Add(rapid.IntRange(0, 900).Draw(t, "until"))
		}
		r, err := r.Check()
		if err != nil {
			t.Fatal(err)
		}
		again, err := repeat.Parse(r.String())
		if err != nil || again.String() != r.String() {
			t.Fatalf("%s is read as %s, %v", r, again, err)
		}
		from := first.Add(rapid.IntRange(-10, 800).Draw(t, "from"))
		until := from.Add(400)
		o, err := rrule.StrToROption(r.String())
		if err != nil {
			t.Fatal(err)
		}
		o.Dtstart = time.UnixMilli(first.Start(time.UTC)).UTC()
		other, err := rrule.NewRRule(*o)
		if err != nil {
			t.Fatal(err)
		}
		var want []day.Day
		for _, at := range other.Between(time.UnixMilli(from.Start(time.UTC)).UTC(), time.UnixMilli(until.Start(time.UTC)).UTC(), true) {
			want = append(want, day.Day(at.Format("2006-01-02")))
		}
		if got := r.Days(first, from, until, 1000); !slices.Equal(got, want) {
			t.Fatalf("%s from %s: %v, want %v", r, first, got, want)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add("FREQ=MONTHLY;BYDAY=-1FR;COUNT=2")
	f.Add("RRULE:FREQ=WEEKLY;WKST=MO;UNTIL=20261231T235959Z")
	f.Fuzz(func(t *testing.T, s string) {
		r, err := repeat.Parse(s)
		if err != nil {
			return
		}
		again, err := repeat.Parse(r.String())
		if err != nil || again.String() != r.String() {
			t.Errorf("%q: %s is read as %s, %v", s, r, again, err)
		}
		r.Days("2026-11-24", "2030-01-01", "2031-01-01", 10)
	})
}

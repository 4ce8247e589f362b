package workday_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"kring/base/day"
	"kring/base/workday"
)

var ams, _ = time.LoadLocation("Europe/Amsterdam")

func at(text string) int64 {
	t, err := time.ParseInLocation("2006-01-02 15:04", text, ams)
	if err != nil {
		panic(err)
	}
	return t.UnixMilli()
}

func TestHolidays(t *testing.T) {
	t.Parallel()
	for year, want := range map[int]day.Day{1818: "1818-03-22", 1943: "1943-04-25", 2000: "2000-04-23", 2024: "2024-03-31", 2025: "2025-04-20", 2026: "2026-04-05", 2027: "2027-03-28", 2038: "2038-04-25", 2285: "2285-03-22"} {
		if got := workday.Easter(year); got != want {
			t.Errorf("Easter %d: %s, want %s", year, got, want)
		}
	}
	for year, want := range map[int]day.Day{1961: "1961-05-01", 2006: "2006-04-29", 2013: "2013-04-30", 2014: "2014-04-26", 2025: "2025-04-26", 2026: "2026-04-27", 2031: "2031-04-26"} {
		if got := workday.King(year); got != want {
			t.Errorf("the King's day of %d: %s, want %s", year, got, want)
		}
	}
	want := []workday.Holiday{
		{"2026-01-01", "new_year"}, {"2026-04-05", "easter"}, {"2026-04-06", "easter_monday"}, {"2026-04-27", "king"}, {"2026-05-14", "ascension"},
		{"2026-05-24", "whitsun"}, {"2026-05-25", "whit_monday"}, {"2026-12-25", "christmas"}, {"2026-12-26", "boxing"},
	}
	got := workday.Holidays(2026, false)
	if len(got) != len(want) {
		t.Fatal(got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%v, want %v", got[i], want[i])
		}
	}
	// Liberation day is free in 2025 for all, in 2026 for who chose so; Ascension
	// of 2008 came before it.
	if len(workday.Holidays(2025, false)) != 10 || len(workday.Holidays(2026, true)) != 10 {
		t.Error("the fifth of May")
	}
	if h := workday.Holidays(2008, true); h[4].Name != "ascension" || h[5].Name != "liberation" {
		t.Error("not in the order of time", h)
	}
}

func TestAfter(t *testing.T) {
	t.Parallel()
	usual := workday.Opening{}
	lunch := workday.Opening{Hours: [7]string{"08:30-12:30, 13:00-17:00", "08:30-12:30,13.00-17.00", "", "9:00-21:00", "08:30-12:00", "", ""}, Closed: []day.Day{"2026-12-07"}}
	night := workday.Opening{Hours: [7]string{6: "00:00-24:00"}}
	for _, c := range []struct {
		name    string
		opening workday.Opening
		start   string
		working time.Duration
		want    string
	}{
		{"within the day", usual, "2026-12-01 10:15", time.Hour, "2026-12-01 11:15"},
		{"ends at closing time", usual, "2026-12-01 16:00", time.Hour, "2026-12-01 17:00"},
		{"goes on the next morning", usual, "2026-12-01 16:30", time.Hour, "2026-12-02 09:30"},
		{"before opening", usual, "2026-12-01 06:00", time.Hour, "2026-12-01 10:00"},
		{"over the weekend", usual, "2026-12-04 16:30", time.Hour, "2026-12-07 09:30"},
		{"from Saturday", usual, "2026-12-05 11:00", time.Hour, "2026-12-07 10:00"},
		{"Christmas on a Friday", usual, "2026-12-24 16:30", time.Hour, "2026-12-28 09:30"},
		{"Easter Monday", usual, "2026-04-03 16:59", 2 * time.Minute, "2026-04-07 09:01"},
		{"New year", usual, "2026-12-31 16:00", 2 * time.Hour, "2027-01-04 10:00"},
		{"the fifth of May works", usual, "2026-05-05 09:00", time.Hour, "2026-05-05 10:00"},
		{"in five years it does not", usual, "2025-05-05 09:00", time.Hour, "2025-05-06 10:00"},
		{"ten days of eight hours", usual, "2026-12-01 09:00", 80 * time.Hour, "2026-12-14 17:00"},
		{"a break", lunch, "2026-12-01 12:00", time.Hour, "2026-12-01 13:30"},
		{"a closed Wednesday", lunch, "2026-12-01 16:30", time.Hour, "2026-12-03 09:30"},
		{"an own closed day", lunch, "2026-12-04 11:30", time.Hour, "2026-12-08 09:00"},
		{"nothing", usual, "2026-12-05 11:00", 0, "2026-12-05 11:00"},
		{"the night the clock goes forward has 23 hours", night, "2026-03-29 00:00", 23 * time.Hour, "2026-03-30 00:00"},
		{"and back 25", night, "2026-10-25 00:00", 25 * time.Hour, "2026-10-26 00:00"},
	} {
		cal := c.opening.In(ams)
		if got := cal.After(at(c.start), c.working); got != at(c.want) {
			t.Errorf("%s: %s, want %s", c.name, time.UnixMilli(got).In(ams), c.want)
		}
		if got := cal.Between(at(c.start), at(c.want)); got != c.working {
			t.Errorf("%s: between is %s, want %s", c.name, got, c.working)
		}
	}
}

func TestDays(t *testing.T) {
	t.Parallel()
	cal := workday.Opening{Hours: [7]string{"09:00-17:00", "09:00-17:00", "09:00-17:00", "09:00-17:00", "09:00-13:00", "", ""}}.In(ams)
	for _, c := range []struct {
		start string
		n     int
		want  string
	}{
		{"2026-12-01 10:15", 1, "2026-12-02 10:15"},
		{"2026-12-03 15:00", 1, "2026-12-04 13:00"}, // closes earlier on Friday
		{"2026-12-04 10:15", 1, "2026-12-07 10:15"},
		{"2026-12-05 11:00", 1, "2026-12-08 09:00"}, // Saturday counts from Monday's opening
		{"2026-12-24 10:00", 1, "2026-12-28 10:00"},
		{"2026-12-01 10:15", 10, "2026-12-15 10:15"},
		{"2026-12-05 11:00", 0, "2026-12-05 11:00"},
	} {
		if got := cal.AfterDays(at(c.start), c.n); got != at(c.want) {
			t.Errorf("%d days after %s: %s, want %s", c.n, c.start, time.UnixMilli(got).In(ams), c.want)
		}
	}
	for _, c := range []struct {
		d    day.Day
		n    int
		want day.Day
	}{{"2026-12-25", 0, "2026-12-28"}, {"2026-12-24", 0, "2026-12-24"}, {"2026-12-24", 1, "2026-12-28"}, {"2026-12-28", -1, "2026-12-24"}, {"2026-04-24", 2, "2026-04-29"}} {
		if got := cal.Days(c.d, c.n); got != c.want {
			t.Errorf("%d working days after %s: %s, want %s", c.n, c.d, got, c.want)
		}
	}
	if !cal.Open(at("2026-12-01 09:00")) || cal.Open(at("2026-12-01 17:00")) || cal.Open(at("2026-12-25 10:00")) {
		t.Error("open from opening to closing, and not on a holiday")
	}
	if cal.Holiday("2026-12-25") != "christmas" || cal.Holiday("2026-12-24") != "" || cal.Holiday("") != "" {
		t.Error("the name of a holiday")
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"9-17", "17:00-09:00", "09:00-09:00", "09:00-12:00, 11:00-17:00", "09:00-25:00", "open", "09:60-10:00", "-1:00-10:00"} {
		o := workday.Opening{Hours: [7]string{bad}}
		if o.Check() == nil {
			t.Errorf("%q is taken", bad)
		}
		if !o.In(ams).Open(at("2026-12-01 10:00")) {
			t.Errorf("%q: a week without hours is the usual one", bad)
		}
	}
	for _, good := range []string{"", "09:00-17:00", "9.00 – 17.00", "00:00-24:00"} {
		if err := (workday.Opening{Hours: [7]string{good}}).Check(); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	if (workday.Opening{Closed: []day.Day{"2026-02-30"}}).Check() == nil || (workday.Opening{Closed: make([]day.Day, workday.MostClosed+1)}).Check() == nil {
		t.Error("closed on days that do not exist, or on too many")
	}
	if workday.Text(90*time.Minute) != "1:30" || workday.Text(-5*time.Minute) != "-0:05" {
		t.Error("a working time as text")
	}
	if c := (workday.Calendar{}); c.After(7, time.Hour) != 7 || c.Between(1, 7) != 0 || c.Open(7) || c.AfterDays(7, 2) != 7 {
		t.Error("a calendar without a zone")
	}
}

// What After adds is what Between counts, at any moment and for any hours; and
// the parts of a time add up.
func TestAgree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o := workday.Opening{Liberation: rapid.Bool().Draw(t, "liberation")}
		for i := range o.Hours {
			o.Hours[i] = rapid.SampledFrom([]string{"", "09:00-17:00", "00:00-24:00", "08:30-12:30, 13:00-17:15", "22:00-24:00", "02:00-03:30"}).Draw(t, "hours")
		}
		cal := o.In(ams)
		start := rapid.Int64Range(at("2024-01-01 00:00"), at("2030-12-31 00:00")).Draw(t, "start")
		a := time.Duration(rapid.Int64Range(0, 100*3600*1000).Draw(t, "a")) * time.Millisecond
		b := time.Duration(rapid.Int64Range(0, 100*3600*1000).Draw(t, "b")) * time.Millisecond
		end := cal.After(start, a)
		if got := cal.Between(start, end); got != a {
			t.Fatalf("after %s there are %s between", a, got)
		}
		if one, two := cal.After(start, a+b), cal.After(end, b); b > 0 && one != two {
			t.Fatalf("%d and %d", one, two)
		}
		if cal.Between(end, start) != -a {
			t.Fatal("back is not forth")
		}
	})
}

package appointment

import (
	"errors"
	"testing"
	"time"
	_ "time/tzdata"

	"kring/base/day"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/repeat"
)

var sanne, milan = id.New[id.Member](), id.New[id.Member]()

func amsterdam(t *testing.T) *time.Location {
	t.Helper()
	z, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func made(t *testing.T, d Draft) Line {
	t.Helper()
	d.Title = "Kwartaalgesprek"
	a, err := New(id.New[id.Appointment](), 1, amsterdam(t), sanne, d)
	if err != nil {
		t.Fatal(err)
	}
	return Line{Appointment: a}
}

func at(t *testing.T, on day.Day, hour int) int64 {
	t.Helper()
	return on.Start(amsterdam(t)) + int64(hour)*3_600_000
}

// TestZone: what is at ten stays at ten when the clock changes, an hour that does
// not exist is refused or moves on, and a day of 23 or 25 hours is one day.
func TestZone(t *testing.T) {
	t.Parallel()
	z := amsterdam(t)
	a := made(t, Draft{Day: "2026-10-22", Time: "10:00", Minutes: 45, Repeat: repeat.Rule{Every: repeat.Week}})
	all := a.Between(at(t, "2026-10-20", 0), at(t, "2026-11-01", 0), z, 10)
	if len(all) != 2 || all[1].From-all[0].From != (7*24+1)*3_600_000 || all[1].Until-all[1].From != 45*60_000 {
		t.Errorf("over the change of clock: %+v", all)
	}
	for _, o := range all {
		if got := time.UnixMilli(o.From).In(z).Format("15:04"); got != "10:00" {
			t.Errorf("%s at %s", o.Day, got)
		}
	}
	_, err := New(id.New[id.Appointment](), 1, z, sanne, Draft{Title: "x", Day: "2026-03-29", Time: "02:30"})
	if f, ok := fault.From(err); !ok || !errors.Is(f.Fields["time"], ErrTime) {
		t.Errorf("an hour that does not exist: %v", err)
	}
	b := made(t, Draft{Day: "2026-03-28", Time: "02:30", Repeat: repeat.Rule{Every: repeat.Day}})
	got := b.Between(at(t, "2026-03-29", 0), at(t, "2026-03-30", 0), z, 10)
	if len(got) != 1 || time.UnixMilli(got[0].From).In(z).Format("15:04") != "03:30" {
		t.Errorf("on the day that skips it: %+v", got)
	}
	for on, hours := range map[day.Day]int64{"2026-03-29": 23, "2026-10-25": 25, "2026-11-24": 24} {
		c := made(t, Draft{Day: on, AllDay: true})
		if c.Ends-c.Starts != hours*3_600_000 {
			t.Errorf("%s lasts %d hours", on, (c.Ends-c.Starts)/3_600_000)
		}
	}
}

// TestDays: which times touch a span, with exceptions and an end.
func TestDays(t *testing.T) {
	t.Parallel()
	z := amsterdam(t)
	for name, c := range map[string]struct {
		d           Draft
		except      []day.Day
		from, until day.Day
		want        []day.Day
	}{
		"once":                        {Draft{Day: "2026-11-24", Time: "14:00"}, nil, "2026-11-23", "2026-11-30", []day.Day{"2026-11-24"}},
		"once, another week":          {Draft{Day: "2026-11-24", Time: "14:00"}, nil, "2026-11-30", "2026-12-07", nil},
		"over midnight":               {Draft{Day: "2026-11-23", Time: "23:30", Minutes: 60}, nil, "2026-11-24", "2026-11-25", []day.Day{"2026-11-23"}},
		"until midnight":              {Draft{Day: "2026-11-23", Time: "23:00", Minutes: 60}, nil, "2026-11-24", "2026-11-25", nil},
		"three days":                  {Draft{Day: "2026-11-22", AllDay: true, Minutes: 3 * 24 * 60}, nil, "2026-11-24", "2026-11-25", []day.Day{"2026-11-22"}},
		"weekly, one left out":        {Draft{Day: "2026-11-03", Time: "09:00", Repeat: repeat.Rule{Every: repeat.Week}}, []day.Day{"2026-11-17"}, "2026-11-09", "2026-12-01", []day.Day{"2026-11-10", "2026-11-24"}},
		"weekly, ended":               {Draft{Day: "2026-11-03", Time: "09:00", Repeat: repeat.Rule{Every: repeat.Week, Count: 2}}, nil, "2026-11-01", "2026-12-01", []day.Day{"2026-11-03", "2026-11-10"}},
		"the rule says another first": {Draft{Day: "2026-11-24", Time: "09:00", Repeat: repeat.Rule{Every: repeat.Week, On: []time.Weekday{time.Friday}}}, nil, "2026-11-23", "2026-11-30", []day.Day{"2026-11-27"}},
	} {
		a := made(t, c.d)
		for _, x := range c.except {
			next, _, err := a.Skip(2, x)
			if err != nil {
				t.Fatal(name, err)
			}
			a.Appointment = next
		}
		var got []day.Day
		for _, o := range a.Between(at(t, c.from, 0), at(t, c.until, 0), z, 20) {
			got = append(got, o.Day)
		}
		if len(got) != len(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: %v, want %v", name, got, c.want)
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for field, c := range map[string]struct {
		d    Draft
		want *fault.Fault
	}{
		"title":   {Draft{Title: " ", Day: "2026-11-24", Time: "14:00"}, ErrTitle},
		"kind":    {Draft{Title: "x", Day: "2026-11-24", Time: "14:00", Kind: "feest"}, ErrKind},
		"day":     {Draft{Title: "x"}, ErrDay},
		"time":    {Draft{Title: "x", Day: "2026-11-24", Time: "25:00"}, ErrTime},
		"minutes": {Draft{Title: "x", Day: "2026-11-24", Time: "14:00", Minutes: -30}, ErrMinutes},
		"remind":  {Draft{Title: "x", Day: "2026-11-24", Time: "14:00", Remind: MaxRemind + 1}, ErrRemind},
		"members": {Draft{Title: "x", Day: "2026-11-24", Time: "14:00", Members: many(51)}, ErrPeople},
		"record":  {Draft{Title: "x", Day: "2026-11-24", Time: "14:00", About: "quote"}, ErrAbout},
	} {
		_, err := New(id.New[id.Appointment](), 1, amsterdam(t), sanne, c.d)
		if f, ok := fault.From(err); !ok || !errors.Is(f.Fields[field], c.want) {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func many(n int) (all []id.Member) {
	for range n {
		all = append(all, id.New[id.Member]())
	}
	return all
}

// TestVerbs: what becomes of it, and when others have to hear (SEQUENCE).
func TestVerbs(t *testing.T) {
	t.Parallel()
	z := amsterdam(t)
	a := made(t, Draft{Day: "2026-11-24", Time: "14:00", Members: []id.Member{milan, sanne, milan}})
	if len(a.Members) != 2 || a.Members[0] != sanne {
		t.Errorf("who comes: %v", a.Members)
	}
	d := a.Draft()
	d.Note = "Over de service."
	b, changes, err := Change(a.Appointment, 2, z, d)
	if err != nil || len(changes) != 1 || b.Sequence != 0 || b.Updated != 2 {
		t.Errorf("a note: %+v %v %v", b.Sequence, changes, err)
	}
	d.Time = "15:00"
	if b, _, err = Change(b, 3, z, d); err != nil || b.Sequence != 1 {
		t.Errorf("another hour: %d %v", b.Sequence, err)
	}
	c, _, err := b.Cancel(4, "Ziek.")
	if err != nil || c.State != Cancelled || c.Sequence != 2 || len(Line{Appointment: c}.Between(0, Forever, z, 5)) != 0 {
		t.Errorf("cancelled: %+v %v", c, err)
	}
	for name, err := range map[string]error{
		"cancelled twice":   third(c.Cancel(5, "")),
		"changed after it":  third(Change(c, 5, z, d)),
		"skipped after it":  third(c.Skip(5, "2026-11-24")),
		"revived before it": third(b.Revive(5)),
	} {
		if !errors.Is(err, ErrCancelled) && !errors.Is(err, ErrPlanned) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if r, _, err := c.Revive(5); err != nil || r.State != Planned || r.Sequence != 3 {
		t.Errorf("revived: %+v %v", r, err)
	}
	if _, _, err := b.Skip(5, "2026-11-24"); !errors.Is(err, ErrOccurrence) {
		t.Errorf("one that comes once is skipped: %v", err)
	}
}

func third[A, B any](_ A, _ B, err error) error { return err }

func TestClash(t *testing.T) {
	t.Parallel()
	o := func(from, until int64) Occurrence { return Occurrence{From: from, Until: until} }
	all := o(0, 100)
	all.AllDay = true
	for _, c := range []struct {
		a, b Occurrence
		want bool
	}{{o(1, 5), o(4, 6), true}, {o(1, 5), o(5, 6), false}, {o(1, 9), o(3, 4), true}, {o(1, 2), o(3, 4), false}, {all, o(3, 4), false}} {
		if Clash(c.a, c.b) != c.want || Clash(c.b, c.a) != c.want {
			t.Errorf("%v and %v: %v", c.a.From, c.b.From, !c.want)
		}
	}
}

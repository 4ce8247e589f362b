package task

import (
	"errors"
	"testing"
	"time"
	_ "time/tzdata"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/repeat"
)

var sanne, acc = id.New[id.Member](), id.New[id.Account]()

func amsterdam(t *testing.T) *time.Location {
	t.Helper()
	z, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func made(t *testing.T, d Draft) Task {
	t.Helper()
	d.Text, d.Owner = "Terugbellen", sanne
	k, err := New(id.New[id.Task](), 1, amsterdam(t), d)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for field, c := range map[string]struct {
		d    Draft
		want *fault.Fault
	}{
		"text":   {Draft{Text: " ", Owner: sanne}, ErrText},
		"owner":  {Draft{Text: "x"}, ErrOwner},
		"kind":   {Draft{Text: "x", Owner: sanne, Kind: "feest"}, ErrKind},
		"time":   {Draft{Text: "x", Owner: sanne, Time: "14:00"}, ErrTime},
		"day":    {Draft{Text: "x", Owner: sanne, Repeat: repeat.Rule{Every: repeat.Day}}, ErrRepeatDay},
		"record": {Draft{Text: "x", Owner: sanne, About: fact.Quote}, ErrAbout},
		"repeat": {Draft{Text: "x", Owner: sanne, Day: "2026-11-24", Repeat: repeat.Rule{Every: "HOURLY"}}, repeat.ErrRule},
	} {
		_, err := New(id.New[id.Task](), 1, amsterdam(t), c.d)
		if f, ok := fault.From(err); !ok || !errors.Is(f.Fields[field], c.want) {
			t.Errorf("%s: %v", field, err)
		}
	}
	_, err := New(id.New[id.Task](), 1, amsterdam(t), Draft{Text: "x", Owner: sanne, Day: "2026-03-29", Time: "02:30"})
	if f, ok := fault.From(err); !ok || !errors.Is(f.Fields["time"], ErrTime) {
		t.Errorf("an hour that the clock skips: %v", err)
	}
}

// TestDue: a day lasts until its last millisecond, also the one of 23 hours; a
// moment is that moment.
func TestDue(t *testing.T) {
	t.Parallel()
	z := amsterdam(t)
	noon := time.Date(2026, 11, 24, 12, 0, 0, 0, z).UnixMilli()
	for name, c := range map[string]struct {
		d     Draft
		now   int64
		today day.Day
		late  int
		waits bool
	}{
		"today, all day":             {Draft{Day: "2026-11-24"}, day.Day("2026-11-25").Start(z) - 1, "2026-11-24", 0, true},
		"yesterday":                  {Draft{Day: "2026-11-24"}, day.Day("2026-11-25").Start(z), "2026-11-25", 1, true},
		"three days ago":             {Draft{Day: "2026-11-24"}, day.Day("2026-11-27").Start(z), "2026-11-27", 3, true},
		"at noon, at noon":           {Draft{Day: "2026-11-24", Time: "12:00"}, noon, "2026-11-24", 0, true},
		"at noon, after it":          {Draft{Day: "2026-11-24", Time: "12:00"}, noon + 1, "2026-11-24", 1, true},
		"tomorrow":                   {Draft{Day: "2026-11-25"}, noon, "2026-11-24", 0, false},
		"on no day":                  {Draft{}, noon, "2026-11-24", 0, false},
		"the day of 23 hours, whole": {Draft{Day: "2026-03-29"}, time.Date(2026, 3, 29, 23, 59, 59, 0, z).UnixMilli(), "2026-03-29", 0, true},
	} {
		k := made(t, c.d)
		if k.Late(c.now, c.today) != c.late || k.Waits(c.today) != c.waits {
			t.Errorf("%s: late %d waits %v", name, k.Late(c.now, c.today), k.Waits(c.today))
		}
	}
}

// TestStates is each state with each verb.
func TestStates(t *testing.T) {
	t.Parallel()
	z := amsterdam(t)
	verbs := map[string]func(Task) (Task, []fact.Change, error){
		"finish":   func(k Task) (Task, []fact.Change, error) { return k.Finish(2, sanne) },
		"withdraw": func(k Task) (Task, []fact.Change, error) { return k.Withdraw(2, sanne, "Niet meer nodig.") },
		"reopen":   func(k Task) (Task, []fact.Change, error) { return k.Reopen(2) },
		"change": func(k Task) (Task, []fact.Change, error) {
			return Change(k, 2, z, Draft{Text: "Mailen", Owner: sanne, Account: acc})
		},
	}
	want := map[State]map[string]State{
		Open: {"finish": Done, "withdraw": Withdrawn, "change": Open}, Done: {"reopen": Open}, Withdrawn: {"reopen": Open},
	}
	for _, s := range States {
		for name, verb := range verbs {
			k := made(t, Draft{})
			k.State = s
			next, changes, err := verb(k)
			if to, may := want[s][name]; may && (err != nil || next.State != to || len(changes) == 0 || next.Updated != 2) {
				t.Errorf("%s of %s: %+v %v", name, s, next, err)
			} else if !may && !errors.Is(err, ErrEnded) && !errors.Is(err, ErrOpen) {
				t.Errorf("%s of %s is not refused: %v", name, s, err)
			}
		}
	}
}

// TestAgain: what comes back keeps its hour when the clock changes and its day
// when the months are short, and ends.
func TestAgain(t *testing.T) {
	t.Parallel()
	z := amsterdam(t)
	k := made(t, Draft{Day: "2026-10-23", Time: "10:00", Repeat: repeat.Rule{Every: repeat.Week, Count: 2}})
	next, more := k.Again(id.New[id.Task](), 5, z)
	if !more || next.Day != "2026-10-30" || time.UnixMilli(next.At).In(z).Format("15:04") != "10:00" || next.At-k.At != (7*24+1)*3600*1000 || next.State != Open {
		t.Errorf("a week later: %+v", next)
	}
	if _, more := next.Again(id.New[id.Task](), 5, z); more {
		t.Error("it comes a third time")
	}
	k = made(t, Draft{Day: "2026-01-31", Repeat: repeat.Rule{Every: repeat.Month}})
	if next, _ = k.Again(id.New[id.Task](), 5, z); next.Day != "2026-03-31" || next.First != "2026-01-31" {
		t.Errorf("a month later: %s", next.Day)
	}
	if _, more := made(t, Draft{Day: "2026-01-31"}).Again(id.New[id.Task](), 5, z); more {
		t.Error("what comes once comes again")
	}
	k = made(t, Draft{Day: "2026-03-28", Time: "02:30", Repeat: repeat.Rule{Every: repeat.Day}})
	if next, more = k.Again(id.New[id.Task](), 5, z); !more || next.Day != "2026-03-29" || next.At != 0 {
		t.Errorf("on the day without that hour: %+v", next)
	}
}

package promise

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kring/base/day"
	"kring/base/fault"
	"kring/base/id"
)

var (
	zone = time.FixedZone("CET", 3600)
	acc  = id.New[id.Account]()
	me   = id.New[id.Member]()
)

func at(s string) int64 {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
	if err != nil {
		panic(err)
	}
	return t.UnixMilli()
}

func made(t *testing.T, d day.Day, clock string) Promise {
	t.Helper()
	p, err := New(id.New[id.Promise](), at("2026-11-20 09:00"), zone, Draft{Text: "Offerte sturen", Account: acc, Owner: me, Day: d, Time: clock})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestNew(t *testing.T) {
	p := made(t, "2026-11-24", "12:00")
	if p.Aspect != Service || p.State != Open || p.Due != at("2026-11-24 12:00") || p.Judged != p.Due {
		t.Errorf("got %+v", p)
	}
	if p := made(t, "2026-11-24", ""); p.Due != at("2026-11-25 00:00")-1 {
		t.Errorf("a day is on time until its end: %d", p.Due)
	}
	for name, c := range map[string]struct {
		d     Draft
		field string
		want  error
	}{
		"text":    {Draft{Account: acc, Owner: me, Day: "2026-11-24"}, "text", ErrText},
		"aspect":  {Draft{Text: "x", Aspect: "mood", Account: acc, Owner: me, Day: "2026-11-24"}, "aspect", ErrAspect},
		"channel": {Draft{Text: "x", Channel: "pigeon", Account: acc, Owner: me, Day: "2026-11-24"}, "channel", ErrChannel},
		"account": {Draft{Text: "x", Owner: me, Day: "2026-11-24"}, "account", ErrAccount},
		"empty":   {Draft{Text: "x", Account: acc, Day: "2026-11-24"}, "owner", ErrOwner},
		"day":     {Draft{Text: "x", Account: acc, Owner: me}, "day", ErrDay},
		"bad day": {Draft{Text: "x", Account: acc, Owner: me, Day: "31-31"}, "day", nil},
		"time":    {Draft{Text: "x", Account: acc, Owner: me, Day: "2026-11-24", Time: "noon"}, "time", ErrTime},
		"source":  {Draft{Text: "x", Account: acc, Owner: me, Day: "2026-11-24", Source: "quote"}, "source", ErrSource},
		"long":    {Draft{Text: strings.Repeat("a", MaxText+1), Account: acc, Owner: me, Day: "2026-11-24"}, "text", nil},
	} {
		_, err := New(id.New[id.Promise](), 1, zone, c.d)
		f, ok := fault.From(err)
		if !ok || f.Fields[c.field] == nil || c.want != nil && !errors.Is(f.Fields[c.field], c.want) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// What domain.md §2.6 says of each way a promise can go.
func TestMark(t *testing.T) {
	before, after := at("2026-11-24 10:00"), at("2026-11-24 13:00")
	later := at("2026-12-01 10:00")
	p := made(t, "2026-11-24", "12:00")
	must := func(p Promise, _ any, err error) Promise {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	keep := func(p Promise, now int64) Promise { t.Helper(); n, c, err := p.Keep(now, me); return must(n, c, err) }
	move := func(p Promise, now int64, d day.Day) Promise {
		t.Helper()
		n, c, err := p.Renegotiate(now, zone, d, "", "de klant is er niet")
		return must(n, c, err)
	}
	for name, c := range map[string]struct {
		p    Promise
		want Mark
	}{
		"kept on time":                         {keep(p, before), OnTime},
		"on the last moment":                   {keep(p, at("2026-11-24 12:00")), OnTime},
		"kept late":                            {keep(p, after), AfterTime},
		"still open":                           {p, Pending},
		"renegotiated before, kept by new day": {keep(move(p, before, "2026-11-27"), at("2026-11-26 10:00")), OnTime},
		"renegotiated before, missed again":    {move(p, before, "2026-11-27"), Pending},
		"renegotiated before, not due":         {move(p, before, "2026-12-24"), NotCounted},
		"renegotiated after, kept by new day":  {keep(move(p, after, "2026-11-27"), at("2026-11-26 10:00")), AfterTime},
		"renegotiated after, due far away":     {move(p, after, "2026-12-24"), Pending},
	} {
		if got := c.p.Mark(later); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	broken, _, err := p.Break(after, me, "machine niet leverbaar")
	if err != nil || broken.Mark(later) != NotKept {
		t.Errorf("broken: %v %v", broken.State, err)
	}
	if _, _, err := p.Break(before, me, "x"); !errors.Is(err, ErrBefore) {
		t.Errorf("broken before it was due: %v", err)
	}
	gone, _, err := p.Withdraw(before, me, "klant wil het niet meer")
	if err != nil || gone.State != Withdrawn || gone.Mark(later) != NotCounted {
		t.Errorf("withdrawn: %v %v", gone.State, err)
	}
	if late, _, err := p.Withdraw(after, me, "vergeten"); err != nil || late.State != Broken {
		t.Errorf("a withdrawal after it was due is a broken promise: %v %v", late.State, err)
	}
	if _, _, err := p.Withdraw(before, me, " "); fault.KindOf(err) != fault.Invalid {
		t.Errorf("without a reason: %v", err)
	}
	if _, _, err := gone.Keep(after, me); !errors.Is(err, ErrSettled) {
		t.Errorf("keeping what was withdrawn: %v", err)
	}
	if again, _, err := gone.Reopen(after); err != nil || again.State != Open || again.Why != "" {
		t.Errorf("reopened: %+v %v", again, err)
	}
	if _, _, err := p.Renegotiate(before, zone, "2026-11-20", "", ""); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a day that has passed: %v", err)
	}
}

func TestRemind(t *testing.T) {
	p := made(t, "2026-11-24", "12:00")
	for d, want := range map[day.Day]bool{"2026-11-20": false, "2026-11-21": true, "2026-11-22": false, "2026-11-23": true, "2026-11-24": true, "2026-11-25": false} {
		if _, yes := p.Remind(d); yes != want {
			t.Errorf("on %s: %v", d, yes)
		}
	}
	if n := p.Overdue(at("2026-11-25 09:00"), "2026-11-25"); n != 1 {
		t.Errorf("one day late: %d", n)
	}
	if n := p.Overdue(at("2026-11-24 12:01"), "2026-11-24"); n != 1 {
		t.Errorf("an hour late is late: %d", n)
	}
}

// 46 due, 41 on time, 3 late, 2 broken: 89.1% (domain.md §2.6). 22 of 24: 92%.
func TestSayDo(t *testing.T) {
	for _, c := range []struct{ onTime, late, broken, ratio int }{{41, 3, 2, 8913}, {22, 1, 1, 9167}, {11, 1, 0, 9167}, {0, 0, 1, 0}} {
		var all []Promise
		add := func(n int, s State) {
			for range n {
				p := made(t, "2026-11-24", "")
				p.State = s
				all = append(all, p)
			}
		}
		add(c.onTime, Kept)
		add(c.late, Late)
		add(c.broken, Broken)
		add(3, Withdrawn)
		s := Tally(all, at("2026-11-01 00:00"), at("2026-11-30 00:00"))
		got, ok := s.Ratio()
		if !ok || got != c.ratio || s.Due != c.onTime+c.late+c.broken || len(s.Marks) != s.Due {
			t.Errorf("%d/%d/%d: %d of %+v", c.onTime, c.late, c.broken, got, s)
		}
	}
	if _, ok := (SayDo{}).Ratio(); ok {
		t.Error("nothing fell due, so there is no ratio")
	}
}

// Whatever is done to a promise, in whatever order: it is on time only when it
// was kept by a day that was agreed before the former one had passed.
func TestOnTimeIsNeverBought(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		p := made(t, "2026-11-24", "")
		now := at("2026-11-20 09:00")
		missed := false
		for range rapid.IntRange(1, 12).Draw(r, "deeds") {
			now += int64(rapid.IntRange(1, 72).Draw(r, "hours")) * 3600_000
			missed = missed || p.State == Open && now > p.Judged
			var next Promise
			var err error
			switch rapid.IntRange(0, 4).Draw(r, "deed") {
			case 0:
				next, _, err = p.Keep(now, me)
			case 1:
				next, _, err = p.Renegotiate(now, zone, day.At(now, zone).Add(rapid.IntRange(-3, 9).Draw(r, "days")), "", "")
			case 2:
				next, _, err = p.Withdraw(now, me, "reden")
			case 3:
				next, _, err = p.Break(now, me, "reden")
			default:
				next, _, err = p.Reopen(now)
				missed = missed && err != nil || next.Judged < now
			}
			if err == nil {
				p = next
			}
		}
		if missed && p.State != Open && p.Mark(now) == OnTime {
			r.Fatalf("missed its day and is on time: %+v", p)
		}
	})
}

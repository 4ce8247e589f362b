package slipping_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"kring/base/day"
	"kring/base/money"
	"kring/domain/slipping"
	"kring/kit"
)

func euro(cents int64) money.Money { return money.Money{Cents: cents, Currency: "EUR"} }

// bought is a customer who bought for ten euros on these days.
func bought(days ...day.Day) *slipping.Customer {
	c := &slipping.Customer{}
	for _, d := range days {
		c.Add(d, euro(1000))
	}
	return c
}

// every is n days with a step between them, from a day on.
func every(from day.Day, step, n int) (all []day.Day) {
	for i := range n {
		all = append(all, from.Add(i*step))
	}
	return all
}

func TestCustomer(t *testing.T) {
	t.Parallel()
	c := bought("2026-01-01", "2026-01-01", "2026-01-15", "2026-02-05")
	h, ok := c.History("2026-02-12")
	if !ok || h.X != 2 || h.Last != 5 || h.Age != 6 {
		t.Errorf("two of one day are one purchase, the first is birth: %+v", h)
	}
	if h, _ := c.History("2026-01-31"); h.X != 1 || h.Last != 2 {
		t.Errorf("what came later is not seen: %+v", h)
	}
	if _, ok := c.History("2025-12-31"); ok {
		t.Error("before the first purchase there is no customer")
	}
	if s := c.Spend(); s.X != 2 || s.Mean != 10 {
		t.Errorf("%+v", s)
	}
	if r := c.Rhythm(); r.Median != 17.5 || r.Intervals != 2 || r.Regular {
		t.Errorf("%+v", r)
	}
	c.Add("2026-03-01", money.Money{Cents: 500, Currency: "USD"})
	if c.Currency() != "" || c.Spend().X != 0 || c.Year("EUR") != 4000 || c.Year("USD") != 500 {
		t.Errorf("amounts in two currencies are never added: %q %+v %d", c.Currency(), c.Spend(), c.Year("EUR"))
	}
	old := bought("2024-01-01", "2026-01-01", "2026-12-31")
	if got := old.Year("EUR"); got != 2000 {
		t.Errorf("the twelve months until the last purchase: %d", got)
	}
	old.Reset()
	if old.Purchases() != 0 || old.First() != "" || old.Last() != "" || old.Currency() != "" || old.Year("EUR") != 0 {
		t.Error("forgotten")
	}
}

func TestRegular(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		law  string
		days []day.Day
		want bool
	}{
		{"every four weeks", every("2026-01-01", 28, 8), true},
		{"the first of each month", []day.Day{"2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01", "2026-06-01", "2026-07-01"}, true},
		{"too few to say", every("2026-01-01", 28, 6), false},
		{"now and then", []day.Day{"2026-01-01", "2026-01-04", "2026-03-01", "2026-03-05", "2026-06-01", "2026-06-02", "2026-07-20"}, false},
	} {
		if got := bought(c.days...).Rhythm().Regular; got != c.want {
			t.Errorf("%s: %v", c.law, got)
		}
	}
}

// What is refused is refused in so many words, and never a number that is none.
func TestRefusals(t *testing.T) {
	t.Parallel()
	fill := func(b *slipping.Base, n int, days ...day.Day) {
		for range n {
			b.Add(bought(days...), "")
		}
	}
	for _, c := range []struct {
		law  string
		fill func(b *slipping.Base)
		want slipping.Refusal
	}{
		{"nobody", func(*slipping.Base) {}, slipping.Refusal{Code: slipping.None, Need: 100}},
		{"everybody once", func(b *slipping.Base) { fill(b, 500, "2026-01-01") }, slipping.Refusal{Code: slipping.Once, Have: 500, Need: 100}},
		{"too few came back", func(b *slipping.Base) { fill(b, 500, "2026-01-01"); fill(b, 99, "2026-01-01", "2026-03-01") }, slipping.Refusal{Code: slipping.Few, Have: 99, Need: 100}},
		{"a handful with ten thousand orders", func(b *slipping.Base) { fill(b, 4, every("1999-01-01", 1, 10_000)...); fill(b, 50, "2026-01-01") }, slipping.Refusal{Code: slipping.Few, Have: 4, Need: 100}},
	} {
		b := slipping.NewBase("2026-01-01", "2026-11-23")
		c.fill(b)
		f := b.Fit()
		if f.Refusal == nil || *f.Refusal != c.want || f.Model != "" || f.Alive != "" {
			t.Errorf("%s: %+v, model %q", c.law, f.Refusal, f.Model)
		}
		o := f.Reader().Look(bought("2026-01-01", "2026-02-01"))
		if slipping.Known(o.Chance) || slipping.Known(o.Expected) || o.Cents >= 0 {
			t.Errorf("%s: yet something is expected: %+v", c.law, o)
		}
	}
	alike := slipping.NewBase("2026-01-01", "2026-11-23")
	fill(alike, 300, every("2026-01-01", 7, 40)...)
	if f := alike.Fit(); f.Refusal == nil || f.Refusal.Code != slipping.Unsettled || f.Refusal.Parameter == "" {
		t.Errorf("all alike: %+v", f.Refusal)
	}
}

// Who buys often for much and seldom for little: the value of an order is not
// told. The chances are.
func TestCorrelates(t *testing.T) {
	t.Parallel()
	b := slipping.NewBase("2024-01-01", "2026-11-23")
	random := rand.New(rand.NewPCG(1, 2))
	for range 900 {
		c := &slipping.Customer{}
		rate := 20 + 200*random.ExpFloat64() // days between two orders
		on, gone := day.Day("2024-01-01").Add(random.IntN(400)), 1000*random.ExpFloat64()*random.ExpFloat64()
		for at := 0.0; at < gone && on < "2026-11-23"; {
			c.Add(on, euro(int64(400_000/rate)))
			wait := 1 + rate*random.ExpFloat64()
			at, on = at+wait, on.Add(int(wait))
		}
		b.Add(c, "")
	}
	f := b.Fit()
	if e := f.Of(slipping.GammaGamma); e.Refusal == nil || e.Refusal.Code != slipping.Correlates || e.Refusal.Figure < .3 {
		t.Errorf("%+v", e.Refusal)
	}
	if f.Model == "" {
		t.Fatalf("%+v", f.Refusal)
	}
	if o := f.Reader().Look(bought("2026-10-01", "2026-11-01")); o.Cents >= 0 || !slipping.Known(o.Chance) {
		t.Errorf("%+v", o)
	}
}

// The sample of CDNOW gives the published parameters; the chance comes from a
// model that doubts who bought once.
func TestCDNOW(t *testing.T) {
	t.Parallel()
	text := string(kit.ReferenceFile(t, "customerbase/CDNOW_sample.txt"))
	b := slipping.NewBase("1997-01-01", "1997-09-30")
	late := slipping.NewBase("1997-01-01", "1998-06-30")
	by, until := map[string]*slipping.Customer{}, map[string]*slipping.Customer{}
	var order []string
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) != 5 {
			continue
		}
		if by[f[1]] == nil {
			by[f[1]], until[f[1]] = &slipping.Customer{}, &slipping.Customer{}
			order = append(order, f[1])
		}
		cents, err := strconv.ParseFloat(f[4], 64)
		if err != nil {
			t.Fatal(err)
		}
		on := day.Day(f[2][:4] + "-" + f[2][4:6] + "-" + f[2][6:])
		by[f[1]].Add(on, euro(int64(math.Round(cents*100))))
		if on <= "1997-09-30" {
			until[f[1]].Add(on, euro(int64(math.Round(cents*100))))
		}
	}
	for _, name := range order {
		late.Add(by[name], "")
		b.Add(until[name], "")
	}
	f := b.Fit()
	for model, want := range map[slipping.Model][]float64{
		slipping.ParetoNBD: {.5533, 10.578, .6062, 11.669}, slipping.BGNBD: {.2426, 4.4135, .7929, 2.4258}, slipping.GammaGamma: {6.25, 3.74, 15.44},
	} {
		e := f.Of(model)
		for i, v := range e.Values {
			if math.Abs(v-want[i]) > .003*want[i] {
				t.Errorf("%s %s = %g, want %g", model, e.Names[i], v, want[i])
			}
			if !(e.Errors[i] > 0) {
				t.Errorf("%s %s has no standard error", model, e.Names[i])
			}
		}
		if e.Refusal != nil || len(e.Values) != len(want) {
			t.Errorf("%s: %+v", model, e)
		}
	}
	if f.Customers != 2357 || f.Repeaters != 946 || f.Model != slipping.MBGNBD || f.Alive != slipping.MBGNBD {
		t.Errorf("%d customers, %d came back, model %s, chance from %s", f.Customers, f.Repeaters, f.Model, f.Alive)
	}
	once := f.Reader().Look(bought("1997-01-05"))
	if once.Chance > .5 || once.Expected > .5 || once.Cents < 0 {
		t.Errorf("who bought once long ago is no customer for ever: %+v", once)
	}
	s := late.Fit().Sanity
	if s.Held != 19 || len(s.Weeks) != 78 || s.Actual == 0 || math.Abs(s.Expected/float64(s.Actual)-1) > .35 {
		t.Errorf("held %d of %d weeks, expected %.0f, bought %d", s.Held, len(s.Weeks), s.Expected, s.Actual)
	}
}

// BG/NBD takes who bought once to be a customer for ever: where it is the
// likeliest, the chance comes from another model, or is not told.
func TestNeverFromBGNBD(t *testing.T) {
	t.Parallel()
	bg := slipping.Estimate{Model: slipping.BGNBD, Values: []float64{.2426, 4.4135, .7929, 2.4258}}
	pareto := slipping.Estimate{Model: slipping.ParetoNBD, Values: []float64{.5533, 10.578, .6062, 11.669}}
	f := slipping.Fit{Until: "2026-11-23", Model: slipping.BGNBD, Alive: slipping.ParetoNBD, Models: []slipping.Estimate{bg, pareto}}
	if o := f.Reader().Look(bought("2026-01-01")); o.Chance > .6 || !slipping.Known(o.Expected) {
		t.Errorf("bought once: %+v", o)
	}
	f.Alive, f.Models = "", f.Models[:1]
	if o := f.Reader().Look(bought("2026-01-01")); slipping.Known(o.Chance) {
		t.Errorf("bought once, nothing but BG/NBD: %+v", o)
	}
	if o := f.Reader().Look(bought("2026-01-01", "2026-02-11")); !slipping.Known(o.Chance) || o.Chance > .9 {
		t.Errorf("came back: %+v", o)
	}
}

func TestSignals(t *testing.T) {
	t.Parallel()
	now := day.Day("2026-11-23")
	f := slipping.Fit{Until: now, Currency: "EUR"}
	for _, c := range []struct {
		law   string
		days  []day.Day
		where slipping.Where
		want  []slipping.Signal
		risk  bool
	}{
		{"98 days after a rhythm of 42", []day.Day{"2026-04-01", "2026-05-10", "2026-07-05", "2026-08-17"}, slipping.Where{}, []slipping.Signal{slipping.Late}, true},
		{"within 1.5 × the own rhythm", []day.Day{"2026-06-01", "2026-07-10", "2026-09-05", "2026-10-17"}, slipping.Where{}, nil, false},
		{"two intervals are no rhythm", []day.Day{"2025-04-01", "2025-05-10", "2025-06-05"}, slipping.Where{}, nil, false},
		{"four days running, ten days ago", every("2026-11-10", 1, 4), slipping.Where{}, nil, false},
		{"an order of a subscription that did not come", every("2026-01-01", 30, 10), slipping.Where{}, []slipping.Signal{slipping.Missed}, true},
		{"a subscription on time", every("2026-02-05", 30, 10), slipping.Where{}, nil, false},
		{"inactive by the definition", []day.Day{"2025-10-01"}, slipping.Where{Quiet: "2026-10-01"}, []slipping.Signal{slipping.Quiet}, true},
		{"not yet", []day.Day{"2025-12-01"}, slipping.Where{Quiet: "2026-12-01"}, nil, false},
		{"loyal, falls back within sixty days", []day.Day{"2026-11-01"}, slipping.Where{Due: "2027-01-10"}, []slipping.Signal{slipping.Due}, true},
		{"loyal for longer", []day.Day{"2026-11-01"}, slipping.Where{Due: "2027-03-10"}, nil, false},
		{"fell back lately", []day.Day{"2026-11-01"}, slipping.Where{Fell: "2026-10-01"}, []slipping.Signal{slipping.Fell}, true},
		{"fell back long ago", []day.Day{"2026-11-01"}, slipping.Where{Fell: "2026-01-01"}, nil, false},
		{"having left before is no risk by itself", []day.Day{"2026-11-01"}, slipping.Where{Returned: true}, []slipping.Signal{slipping.Returned}, false},
	} {
		o := f.Reader().Look(bought(c.days...))
		o.Judge(c.where)
		var got []slipping.Signal
		for _, r := range o.Reasons {
			got = append(got, r.Signal)
		}
		if !slices.Equal(got, c.want) || o.AtRisk != c.risk {
			t.Errorf("%s: %v, at risk %v", c.law, got, o.AtRisk)
		}
	}
	o := slipping.Outlook{Until: now, Last: "2026-11-01", Purchases: 2, Chance: .3, Year: 1000}
	o.Judge(slipping.Where{})
	if !o.AtRisk || !o.Has(slipping.Doubt) || o.Rank != 300 {
		t.Errorf("a chance below a half: %+v", o)
	}
	if o = (slipping.Outlook{Until: now, Purchases: 1, Chance: .1}); o.Has(slipping.Doubt) {
		t.Error("who bought once is not slipping away by chance alone")
	}
	if len(slipping.Signals()) != 7 {
		t.Errorf("%v", slipping.Signals())
	}
}

func TestPropose(t *testing.T) {
	t.Parallel()
	now := day.Day("2026-11-23")
	with := func(s ...slipping.Signal) (all []slipping.Reason) {
		for _, one := range s {
			all = append(all, slipping.Reason{Signal: one})
		}
		return all
	}
	rhythm := slipping.Rhythm{Median: 30, Intervals: 5}
	for _, c := range []struct {
		law  string
		o    slipping.Outlook
		mute bool
		want slipping.Action
	}{
		{"late, and likely still there", slipping.Outlook{Last: "2026-10-01", Rhythm: rhythm, Chance: .7, Reasons: with(slipping.Late)}, false, slipping.Call},
		{"the same, but calling is not allowed", slipping.Outlook{Last: "2026-10-01", Rhythm: rhythm, Chance: .7, Reasons: with(slipping.Late)}, true, slipping.Write},
		{"one of the largest", slipping.Outlook{Last: "2026-10-01", Rhythm: rhythm, Chance: .7, Big: true, Reasons: with(slipping.Late)}, false, slipping.Visit},
		{"one of the largest, all but gone", slipping.Outlook{Last: "2026-03-01", Rhythm: rhythm, Chance: .1, Big: true, Reasons: with(slipping.Late)}, false, slipping.WinBack},
		{"far beyond the own rhythm", slipping.Outlook{Last: "2026-08-01", Rhythm: rhythm, Chance: .4, Reasons: with(slipping.Late)}, false, slipping.Ask},
		{"left before", slipping.Outlook{Last: "2026-10-01", Rhythm: rhythm, Chance: .6, Reasons: with(slipping.Late, slipping.Returned)}, false, slipping.Ask},
		{"all but gone", slipping.Outlook{Last: "2026-06-01", Rhythm: rhythm, Chance: .1, Reasons: with(slipping.Late)}, false, slipping.WinBack},
		{"silent for a year", slipping.Outlook{Last: "2025-10-01", Chance: .05, Reasons: with(slipping.Quiet)}, false, slipping.Confirm},
		{"silent for a year, without a model", slipping.Outlook{Last: "2025-10-01", Chance: -1, Big: true, Reasons: with(slipping.Quiet)}, false, slipping.Confirm},
		{"silent for a year, yet likely a customer", slipping.Outlook{Last: "2025-10-01", Chance: .6, Reasons: with(slipping.Quiet)}, false, slipping.Call},
		{"about to fall back", slipping.Outlook{Last: "2026-10-01", Chance: -1, Reasons: with(slipping.Due)}, false, slipping.Call},
	} {
		if got := slipping.Propose(c.o, now, !c.mute); got != c.want {
			t.Errorf("%s: %s, want %s", c.law, got, c.want)
		}
	}
}

// How long relations last that end in so many words.
func TestStay(t *testing.T) {
	t.Parallel()
	b := slipping.NewBase("2024-01-01", "2026-11-23")
	for i := range 100 {
		left := day.Day("")
		if i < 40 {
			left = day.Day("2024-07-02")
		}
		b.Add(bought("2024-01-01"), left)
	}
	s := b.Fit().Stay
	if s.Refusal != nil || s.Ended != 40 || s.Going != 60 || s.Months[5] != 1 || math.Abs(s.Months[7]-.6) > 1e-9 {
		t.Fatalf("%+v", s)
	}
	if share, known := s.After(0, 365); !known || math.Abs(share-.6) > 1e-9 {
		t.Errorf("of newcomers %g", share)
	}
	if share, known := s.After(300, 365); !known || share != 1 {
		t.Errorf("of those who stayed %g", share)
	}
	if _, known := s.After(1000, 365); known {
		t.Error("beyond what was seen nothing is known")
	}
	few := slipping.NewBase("2024-01-01", "2026-11-23")
	few.Add(bought("2024-01-01"), "2025-01-01")
	if s := few.Fit().Stay; s.Refusal == nil || s.Refusal.Have != 1 || s.Refusal.Need != 20 {
		t.Errorf("%+v", s)
	}
}

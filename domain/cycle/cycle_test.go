package cycle_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"kring/base/day"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/cycle"
)

var (
	anna = id.New[id.Member]()
	bert = id.New[id.Member]()
)

// buys are purchases on these days, named so that they can be told apart.
func buys(days ...day.Day) (all []cycle.Purchase) {
	for _, d := range days {
		all = append(all, cycle.Purchase{Day: d, ID: id.New[id.Record]()})
	}
	return all
}

func decided(k cycle.Kind, d day.Day, r cycle.Reason) cycle.Decision {
	return cycle.Decision{ID: id.New[id.Record](), Kind: k, Day: d, Reason: r, Note: "Zo besloten.", By: anna, State: cycle.Stands}
}

// TestTable is the table of domain.md §2.2, row by row.
func TestTable(t *testing.T) {
	t.Parallel()
	three := []day.Day{"2025-01-10", "2025-05-10", "2025-09-10"}
	for _, c := range []struct {
		name  string
		buys  []day.Day
		done  []cycle.Decision
		until day.Day
		phase cycle.Phase
		label cycle.Label
		turn  int
		event cycle.Event // the last one
		on    day.Day     // of the last move
	}{
		{"(none): interest recorded → potential", nil, nil, "2025-12-31", cycle.Potential, "", 1, cycle.Begun, "2025-01-01"},
		{"potential: first order → new", three[:1], nil, "2025-12-31", cycle.New, "", 1, cycle.Bought, "2025-01-10"},
		{"new: two purchases are not three", three[:2], nil, "2025-12-31", cycle.New, "", 1, cycle.Bought, "2025-01-10"},
		{"new: repeat purchase → loyal", three, nil, "2025-12-31", cycle.Loyal, "", 1, cycle.Returned, "2025-09-10"},
		{"new: three purchases outside one window are not loyal", []day.Day{"2021-01-10", "2023-01-10", "2025-01-10"}, nil, "2025-12-31", cycle.New, "", 1, cycle.Bought, "2021-01-10"},
		{"loyal: the window still holds three", three, nil, "2027-01-09", cycle.Loyal, "", 1, cycle.Returned, "2025-09-10"},
		{"loyal: the window lapses below threshold → new, terugval", three, nil, "2027-01-10", cycle.New, cycle.Relapsed, 1, cycle.Lapsed, "2027-01-10"},
		{"new again: buys again and again → loyal", append(slices.Clone(three), "2027-02-01", "2027-03-01"), nil, "2027-06-01", cycle.Loyal, "", 1, cycle.Returned, "2027-02-01"},
		{"new: notice → potential, win-back", three[:1], []cycle.Decision{decided(cycle.Notice, "2025-06-01", cycle.Price)}, "2025-12-31", cycle.Potential, cycle.WinBack, 2, cycle.Left, "2025-06-01"},
		{"loyal: notice → potential, win-back", three, []cycle.Decision{decided(cycle.Notice, "2025-10-01", cycle.Service)}, "2025-12-31", cycle.Potential, cycle.WinBack, 2, cycle.Left, "2025-10-01"},
		{"loyal: inactivity confirmed → potential", three, []cycle.Decision{decided(cycle.Inactivity, "2026-09-10", cycle.Unknown)}, "2026-12-31", cycle.Potential, cycle.WinBack, 2, cycle.Faded, "2026-09-10"},
		{"loyal: inactivity too early changes nothing", three, []cycle.Decision{decided(cycle.Inactivity, "2026-09-09", cycle.Unknown)}, "2026-12-31", cycle.Loyal, "", 1, cycle.Returned, "2025-09-10"},
		{"new: we end it → ex", three[:1], []cycle.Decision{decided(cycle.Ending, "2025-06-01", cycle.NonPayment)}, "2025-12-31", cycle.Ex, "", 1, cycle.Ended, "2025-06-01"},
		{"loyal: we end it → ex", three, []cycle.Decision{decided(cycle.Ending, "2025-10-01", cycle.NoFit)}, "2025-12-31", cycle.Ex, "", 1, cycle.Ended, "2025-10-01"},
		{"potential: there is nothing to end", nil, []cycle.Decision{decided(cycle.Ending, "2025-06-01", cycle.NoFit)}, "2025-12-31", cycle.Potential, "", 1, cycle.Begun, "2025-01-01"},
		{"ex: an order alone does not let in", append(slices.Clone(three[:1]), "2025-11-01"), []cycle.Decision{decided(cycle.Ending, "2025-06-01", cycle.Ethics)}, "2025-12-31", cycle.Ex, "", 1, cycle.Ended, "2025-06-01"},
		{"ex: re-admission → potential", three[:1], []cycle.Decision{decided(cycle.Ending, "2025-06-01", cycle.NonPayment), decided(cycle.Readmission, "2025-08-01", "")}, "2025-12-31", cycle.Potential, cycle.Welcome, 2, cycle.Readmitted, "2025-08-01"},
		{"potential after leaving: buys → new, second turn", append(slices.Clone(three[:1]), "2025-11-01"), []cycle.Decision{decided(cycle.Notice, "2025-06-01", cycle.Price)}, "2025-12-31", cycle.New, "", 2, cycle.Bought, "2025-11-01"},
		{"second turn: what was bought in the first does not count", append(slices.Clone(three), "2025-11-01", "2025-12-01"), []cycle.Decision{decided(cycle.Notice, "2025-10-01", cycle.Price)}, "2025-12-31", cycle.New, "", 2, cycle.Bought, "2025-11-01"},
		{"notice while potential changes nothing", nil, []cycle.Decision{decided(cycle.Notice, "2025-06-01", cycle.Price)}, "2025-12-31", cycle.Potential, "", 1, cycle.Begun, "2025-01-01"},
		{"re-admission of who is no ex changes nothing", three[:1], []cycle.Decision{decided(cycle.Readmission, "2025-06-01", "")}, "2025-12-31", cycle.New, "", 1, cycle.Bought, "2025-01-10"},
		{"orders of one day are one purchase", []day.Day{"2025-01-10", "2025-01-10", "2025-01-10"}, nil, "2025-12-31", cycle.New, "", 1, cycle.Bought, "2025-01-10"},
		{"an order and a notice on one day: first the order", three[:1], []cycle.Decision{decided(cycle.Notice, "2025-01-10", cycle.Moved)}, "2025-12-31", cycle.Potential, cycle.WinBack, 2, cycle.Left, "2025-01-10"},
		{"an order before the relation was recorded begins it", []day.Day{"2024-03-01"}, nil, "2025-12-31", cycle.New, "", 1, cycle.Bought, "2024-03-01"},
		{"what lies after the day does not count", three, []cycle.Decision{decided(cycle.Notice, "2025-10-01", cycle.Price)}, "2025-09-30", cycle.Loyal, "", 1, cycle.Returned, "2025-09-10"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := cycle.Follow(cycle.Signals{Since: "2025-01-01", Purchases: buys(c.buys...), Decisions: c.done}, cycle.Default, c.until)
			last := p.Moves[len(p.Moves)-1]
			if p.Phase != c.phase || p.Label != c.label || p.Turn != c.turn || last.Event != c.event || last.Day != c.on || p.Since != c.on {
				t.Errorf("%s %q turn %d, by %s on %s", p.Phase, p.Label, p.Turn, last.Event, last.Day)
			}
		})
	}
}

func TestPath(t *testing.T) {
	t.Parallel()
	orders := buys("2020-02-01", "2020-03-01", "2020-04-01", "2023-05-01")
	left := decided(cycle.Notice, "2021-01-15", cycle.Quality)
	p := cycle.Follow(cycle.Signals{Since: "2020-01-01", Purchases: orders, Decisions: []cycle.Decision{left}}, cycle.Default, "2023-12-31")
	want := []cycle.Move{
		{Day: "2020-01-01", To: cycle.Potential, Event: cycle.Begun, Turn: 1},
		{Day: "2020-02-01", From: cycle.Potential, To: cycle.New, Event: cycle.Bought, Turn: 1, Evidence: orders[0].ID},
		{Day: "2020-04-01", From: cycle.New, To: cycle.Loyal, Event: cycle.Returned, Turn: 1, Evidence: orders[2].ID},
		{Day: "2021-01-15", From: cycle.Loyal, To: cycle.Potential, Event: cycle.Left, Turn: 2, Reason: cycle.Quality, Evidence: left.ID},
		{Day: "2023-05-01", From: cycle.Potential, To: cycle.New, Event: cycle.Bought, Turn: 2, Evidence: orders[3].ID},
	}
	if !reflect.DeepEqual(p.Moves, want) {
		t.Fatalf("%+v", p.Moves)
	}
	for on, phase := range map[day.Day]cycle.Phase{
		"2019-12-31": "", "2020-01-01": cycle.Potential, "2020-02-01": cycle.New, "2020-04-01": cycle.Loyal, "2021-01-14": cycle.Loyal,
		"2021-01-15": cycle.Potential, "2023-05-01": cycle.New, "2030-01-01": cycle.New,
	} {
		if got := p.At(on); got != phase {
			t.Errorf("on %s: %q, want %q", on, got, phase)
		}
	}
	turns := [][4]day.Day{{"2020-01-01", "2020-02-01", "2020-04-01", "2021-01-15"}, {"2021-01-15", "2023-05-01", "", ""}}
	if got := p.Turns(); !reflect.DeepEqual(got, turns) {
		t.Errorf("turns %v", got)
	}
	if p.Quiet != "2024-05-01" || p.Due != "" {
		t.Errorf("quiet %s, due %s", p.Quiet, p.Due)
	}
	if loyal := cycle.Follow(cycle.Signals{Since: "2020-01-01", Purchases: orders[:3]}, cycle.Default, "2020-12-31"); loyal.Due != "2022-02-01" {
		t.Errorf("due %s", loyal.Due)
	}
	if empty := cycle.Follow(cycle.Signals{Since: "2020-01-01"}, cycle.Default, "2019-01-01"); empty.Phase != "" || len(empty.Moves) != 0 {
		t.Errorf("before it began: %+v", empty)
	}
}

// TestTakenBack: cancelling an order takes back what rested on it.
func TestTakenBack(t *testing.T) {
	t.Parallel()
	orders := buys("2025-01-10", "2025-02-10", "2025-03-10")
	left := decided(cycle.Notice, "2025-04-01", cycle.Price)
	s := cycle.Signals{Since: "2025-01-01", Purchases: orders[:1], Decisions: []cycle.Decision{left}}
	if p := cycle.Follow(s, cycle.Default, "2025-12-31"); p.Phase != cycle.Potential || p.Turn != 2 || len(p.Idle) != 0 {
		t.Fatalf("%+v", p)
	}
	s.Purchases = nil
	if p := cycle.Follow(s, cycle.Default, "2025-12-31"); p.Phase != cycle.Potential || p.Turn != 1 || !slices.Equal(p.Idle, []id.Record{left.ID}) {
		t.Fatalf("a notice of who never bought: %+v", p)
	}
	s = cycle.Signals{Since: "2025-01-01", Purchases: orders}
	if p := cycle.Follow(s, cycle.Default, "2025-12-31"); p.Phase != cycle.Loyal {
		t.Fatalf("%+v", p)
	}
	s.Purchases = orders[1:]
	if p := cycle.Follow(s, cycle.Default, "2025-12-31"); p.Phase != cycle.New || p.Moves[1].Day != "2025-02-10" {
		t.Fatalf("%+v", p)
	}
}

func TestOtherCounters(t *testing.T) {
	t.Parallel()
	s := cycle.Signals{Since: "2025-01-01", Purchases: []cycle.Purchase{{Day: "2024-06-01", ID: id.New[id.Record](), Other: true}}}
	if p := cycle.Follow(s, cycle.Default, "2025-12-31"); p.Phase != cycle.Potential || p.Moves[0].Day != "2025-01-01" {
		t.Errorf("money only: %+v", p)
	}
	d := cycle.Default
	d.OtherCounters = true
	if p := cycle.Follow(s, d, "2025-12-31"); p.Phase != cycle.New || p.Since != "2024-06-01" {
		t.Errorf("every counter-value: %+v", p)
	}
}

func TestFits(t *testing.T) {
	t.Parallel()
	s := cycle.Signals{Since: "2025-01-01", Purchases: buys("2025-01-10")}
	for _, c := range []struct {
		d    cycle.Decision
		want error
	}{
		{decided(cycle.Notice, "2025-02-01", cycle.Price), nil},
		{decided(cycle.Notice, "2025-01-09", cycle.Price), cycle.ErrNotBuying},
		{decided(cycle.Notice, "2024-12-31", cycle.Price), cycle.ErrDay},
		{decided(cycle.Inactivity, "2025-12-01", cycle.Unknown), cycle.ErrNotQuiet},
		{decided(cycle.Inactivity, "2026-01-10", cycle.Unknown), nil},
		{decided(cycle.Ending, "2025-02-01", cycle.NoFit), nil},
		{decided(cycle.Readmission, "2025-02-01", ""), cycle.ErrNotEx},
	} {
		if err := cycle.Fits(s, cycle.Default, c.d); !errors.Is(err, c.want) {
			t.Errorf("%s on %s: %v, want %v", c.d.Kind, c.d.Day, err, c.want)
		}
	}
	// Two people end a relation at once: for the second there is nothing to end.
	s.Decisions = []cycle.Decision{decided(cycle.Ending, "2025-02-01", cycle.NoFit)}
	if err := cycle.Fits(s, cycle.Default, decided(cycle.Ending, "2025-02-01", cycle.Ethics)); !errors.Is(err, cycle.ErrNotBuying) {
		t.Errorf("%v", err)
	}
}

func TestTidy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		field string
		want  error
		bend  func(*cycle.Decision)
	}{
		{"as it should be", "", nil, func(*cycle.Decision) {}},
		{"no such kind", "kind", cycle.ErrKind, func(d *cycle.Decision) { d.Kind = "whim" }},
		{"price is no reason of ours", "reason", cycle.ErrReason, func(d *cycle.Decision) { d.Reason = cycle.Price }},
		{"no reason", "reason", cycle.ErrReason, func(d *cycle.Decision) { d.Reason = "" }},
		{"no explanation", "note", cycle.ErrNote, func(d *cycle.Decision) { d.Note = " " }},
		{"tomorrow", "day", cycle.ErrDay, func(d *cycle.Decision) { d.Day = "2026-01-01" }},
		{"no day", "day", cycle.ErrDay, func(d *cycle.Decision) { d.Day = "" }},
		{"because of who they are", "note", cycle.ErrDiscriminates, func(d *cycle.Decision) { d.Note = "Te oud voor ons product" }},
		{"a readmission says why", "note", cycle.ErrNote, func(d *cycle.Decision) { d.Kind, d.Reason, d.Note = cycle.Readmission, "", "" }},
		{"a readmission has no exit reason", "reason", cycle.ErrReason, func(d *cycle.Decision) { d.Kind = cycle.Readmission }},
		{"a notice needs no words", "", nil, func(d *cycle.Decision) { d.Kind, d.Reason, d.Note = cycle.Notice, cycle.Price, "" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := decided(cycle.Ending, "2025-12-31", cycle.NonPayment)
			c.bend(&d)
			_, err := d.Tidy("2025-12-31")
			if c.want == nil {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			f, ok := fault.From(err)
			if !ok || !errors.Is(f.Fields[c.field], c.want) {
				t.Fatalf("%v", err)
			}
		})
	}
	for note, ground := range map[string]string{
		"Betaalt al een jaar niet.":                 "",
		"Zij zijn een gereformeerde school":         "religion",
		"Wil geen zaken met moslims":                "religion",
		"De directeur is een vrouw":                 "sex",
		"Past niet bij onze route; oudere machines": "age",
		"Manier van werken past niet":               "",
		"Rasters en raspen leveren wij niet":        "",
	} {
		if got := cycle.Ground(note); got != ground {
			t.Errorf("%q: %q, want %q", note, got, ground)
		}
	}
}

// TestDefinition has the four counts of domain.md §2.1.
func TestDefinition(t *testing.T) {
	t.Parallel()
	there := cycle.Tally{cycle.Potential: 320, cycle.New: 140, cycle.Loyal: 60, cycle.Ex: 45}
	buyers := cycle.Default
	former, everyone, coming := buyers, buyers, buyers
	former.Former = true
	everyone.Former, everyone.Potential = true, true
	coming.Potential = true
	for want, d := range map[int64]cycle.Definition{200: buyers, 245: former, 565: everyone, 520: coming} {
		if got := d.Customers(there); got != want {
			t.Errorf("%+v: %d, want %d", d, got, want)
		}
	}
	if err := cycle.Default.Check(); err != nil {
		t.Error(err)
	}
	for field, d := range map[string]cycle.Definition{
		"min_purchases_for_customer": {MinPurchases: 0, LoyalMin: 3, LoyalMonths: 24, QuietMonths: 12},
		"loyal_min_purchases":        {MinPurchases: 4, LoyalMin: 3, LoyalMonths: 24, QuietMonths: 12},
		"loyal_window_months":        {MinPurchases: 1, LoyalMin: 3, LoyalMonths: 0, QuietMonths: 12},
		"inactive_after_months":      {MinPurchases: 1, LoyalMin: 3, LoyalMonths: 24, QuietMonths: 601},
	} {
		if f, ok := fault.From(d.Check()); !ok || f.Fields[field] == nil {
			t.Errorf("%s: %v", field, d.Check())
		}
	}
	// A rule that nobody can meet is allowed, and makes nobody loyal.
	never := cycle.Definition{MinPurchases: 1, LoyalMin: 1000, LoyalMonths: 1, QuietMonths: 12}
	if err := never.Check(); err != nil {
		t.Fatal(err)
	}
	var days []day.Day
	for i := range 900 {
		days = append(days, day.Day("2025-01-01").Add(i))
	}
	if p := cycle.Follow(cycle.Signals{Since: "2025-01-01", Purchases: buys(days...)}, never, "2030-01-01"); p.Phase != cycle.New {
		t.Errorf("%s", p.Phase)
	}
}

// TestPeriod has the worked numbers of domain.md §2.2.
func TestPeriod(t *testing.T) {
	t.Parallel()
	p := cycle.Period{
		Start: cycle.Tally{cycle.Potential: 400, cycle.New: 120, cycle.Loyal: 80, cycle.Ex: 10},
		Flows: cycle.Flows{
			{From: cycle.Potential, To: cycle.New, Event: cycle.Bought}:  30,
			{From: cycle.New, To: cycle.Potential, Event: cycle.Left}:    25,
			{From: cycle.Loyal, To: cycle.Potential, Event: cycle.Faded}: 10,
			{From: cycle.Loyal, To: cycle.Ex, Event: cycle.Ended}:        5,
			{From: cycle.New, To: cycle.Loyal, Event: cycle.Returned}:    12,
			{To: cycle.Potential, Event: cycle.Begun}:                    50,
		},
	}
	end := p.End()
	if end[cycle.New]+end[cycle.Loyal] != 190 || end.Total() != p.Start.Total()+50 {
		t.Fatalf("%v", end)
	}
	if r := p.Retention(); r != (cycle.Ratio{Part: 160, Whole: 200}) || r.BasisPoints() != 8000 {
		t.Errorf("retention %v", r)
	}
	if c := p.Churn(); c.BasisPoints() != 2000 {
		t.Errorf("churn %v", c)
	}
	if l := p.Lifetime(); l.Part/l.Whole != 5 {
		t.Errorf("lifetime %v", l)
	}
	if c := p.Conversion(cycle.Potential, cycle.New); c.BasisPoints() != 750 {
		t.Errorf("conversion %v", c)
	}
	if (cycle.Period{}).Retention().Known() || (cycle.Ratio{}).BasisPoints() != 0 {
		t.Error("a share of nothing is not known")
	}
	if r := (cycle.Ratio{Part: -1, Whole: 3}); r.BasisPoints() != -3333 {
		t.Errorf("%d", r.BasisPoints())
	}
}

// histories draws what may happen to a relation, also what does not fit.
func histories(t *rapid.T) cycle.Signals {
	on := rapid.Custom(func(t *rapid.T) day.Day { return day.Day("2020-01-01").Add(rapid.IntRange(0, 2200).Draw(t, "day")) })
	s := cycle.Signals{Since: on.Draw(t, "since")}
	for i := range rapid.IntRange(0, 25).Draw(t, "purchases") {
		s.Purchases = append(s.Purchases, cycle.Purchase{Day: on.Draw(t, "bought"), ID: id.Record{1, byte(i)}, Other: rapid.IntRange(0, 9).Draw(t, "other") == 0})
	}
	for i := range rapid.IntRange(0, 6).Draw(t, "decisions") {
		k := rapid.SampledFrom([]cycle.Kind{cycle.Notice, cycle.Inactivity, cycle.Ending, cycle.Readmission}).Draw(t, "kind")
		s.Decisions = append(s.Decisions, cycle.Decision{ID: id.Record{2, byte(i)}, Kind: k, Day: on.Draw(t, "decided"), At: int64(rapid.IntRange(0, 3).Draw(t, "at")), Reason: cycle.Unknown, State: rapid.SampledFrom([]cycle.State{cycle.Stands, cycle.Stands, cycle.Asked, cycle.Withdrawn}).Draw(t, "state")})
	}
	return s
}

func definitions(t *rapid.T) cycle.Definition {
	least := rapid.IntRange(1, 3).Draw(t, "least")
	return cycle.Definition{
		MinPurchases: least, LoyalMin: rapid.IntRange(least, 5).Draw(t, "loyal"), LoyalMonths: rapid.IntRange(1, 36).Draw(t, "window"),
		QuietMonths: rapid.IntRange(1, 24).Draw(t, "quiet"), OtherCounters: rapid.Bool().Draw(t, "others"),
	}
}

// TestOneWay: whatever happened, a relation has one phase from its first day on,
// each move begins where the one before ended and is in the table, the order in
// which the signals come does not matter, and a path until a day is the beginning
// of the path until a later one.
func TestOneWay(t *testing.T) {
	t.Parallel()
	legal := map[string]bool{}
	for _, way := range []cycle.Flow{
		{To: cycle.Potential, Event: cycle.Begun}, {From: cycle.Potential, To: cycle.New, Event: cycle.Bought}, {From: cycle.New, To: cycle.Loyal, Event: cycle.Returned},
		{From: cycle.Loyal, To: cycle.New, Event: cycle.Lapsed}, {From: cycle.New, To: cycle.Potential, Event: cycle.Left}, {From: cycle.Loyal, To: cycle.Potential, Event: cycle.Left},
		{From: cycle.New, To: cycle.Potential, Event: cycle.Faded}, {From: cycle.Loyal, To: cycle.Potential, Event: cycle.Faded}, {From: cycle.New, To: cycle.Ex, Event: cycle.Ended},
		{From: cycle.Loyal, To: cycle.Ex, Event: cycle.Ended}, {From: cycle.Ex, To: cycle.Potential, Event: cycle.Readmitted},
	} {
		legal[fmt.Sprint(way)] = true
	}
	rapid.Check(t, func(t *rapid.T) {
		s, d := histories(t), definitions(t)
		p := cycle.Follow(s, d, "2027-12-31")
		at, turn := cycle.Phase(""), 1
		for i, m := range p.Moves {
			if m.From != at || !legal[fmt.Sprint(cycle.Flow{From: m.From, To: m.To, Event: m.Event})] {
				t.Fatalf("move %d: %+v", i, m)
			}
			if i > 0 && m.Day < p.Moves[i-1].Day || m.Turn < turn {
				t.Fatalf("back in time: %+v", p.Moves)
			}
			at, turn = m.To, m.Turn
		}
		if p.Phase != at || p.Turn != turn {
			t.Fatalf("%+v", p)
		}
		cut := day.Day("2020-01-01").Add(rapid.IntRange(0, 2900).Draw(t, "until"))
		early := cycle.Follow(s, d, cut)
		if n := len(early.Moves); n > len(p.Moves) || !slices.Equal(early.Moves, p.Moves[:n]) || early.Phase != p.At(cut) {
			t.Fatalf("until %s %+v\nwhole %+v", cut, early.Moves, p.Moves)
		}
		if early.Due != "" && early.Due <= cut {
			t.Fatalf("due %s lies behind %s", early.Due, cut)
		}
		shuffled := cycle.Signals{Since: s.Since, Purchases: slices.Clone(s.Purchases), Decisions: slices.Clone(s.Decisions)}
		r := rand.New(rand.NewPCG(1, 2))
		r.Shuffle(len(shuffled.Purchases), func(i, j int) {
			shuffled.Purchases[i], shuffled.Purchases[j] = shuffled.Purchases[j], shuffled.Purchases[i]
		})
		r.Shuffle(len(shuffled.Decisions), func(i, j int) {
			shuffled.Decisions[i], shuffled.Decisions[j] = shuffled.Decisions[j], shuffled.Decisions[i]
		})
		if again := cycle.Follow(shuffled, d, "2027-12-31"); !reflect.DeepEqual(again, p) {
			t.Fatalf("another order: %+v\n%+v", again, p)
		}
	})
}

func BenchmarkFollow(b *testing.B) {
	for _, n := range []int{3, 30, 10_000} {
		b.Run(fmt.Sprint(n, " orders"), func(b *testing.B) {
			var days []day.Day
			for i := range n {
				days = append(days, day.Day("2000-01-01").Add(i*7200/n))
			}
			s := cycle.Signals{Since: "2000-01-01", Purchases: buys(days...)}
			for b.Loop() {
				cycle.Follow(s, cycle.Default, "2026-11-25")
			}
		})
	}
}

// TestAnswer: an ending waits for a second person, and moves nothing until then.
func TestAnswer(t *testing.T) {
	t.Parallel()
	asked, err := decided(cycle.Ending, "2025-06-01", cycle.NonPayment).Tidy("2025-12-31")
	if err != nil || asked.State != cycle.Asked {
		t.Fatal(asked, err)
	}
	s := cycle.Signals{Since: "2025-01-01", Purchases: buys("2025-01-10"), Decisions: []cycle.Decision{asked}}
	if p := cycle.Follow(s, cycle.Default, "2025-12-31"); p.Phase != cycle.New {
		t.Error("asked is not decided:", p.Phase)
	}
	if _, err := asked.Answer(anna, true); !errors.Is(err, cycle.ErrApprover) {
		t.Error("agreed with themselves:", err)
	}
	agreed, err := asked.Answer(bert, true)
	if err != nil || agreed.State != cycle.Stands || agreed.Approver != bert {
		t.Fatal(agreed, err)
	}
	s.Decisions[0] = agreed
	if p := cycle.Follow(s, cycle.Default, "2025-12-31"); p.Phase != cycle.Ex {
		t.Error(p.Phase)
	}
	if _, err := agreed.Answer(bert, false); !errors.Is(err, cycle.ErrAnswered) {
		t.Error("answered twice:", err)
	}
	if no, err := asked.Answer(bert, false); err != nil || no.State != cycle.Refused {
		t.Error(no, err)
	}
	back, err := agreed.Withdraw()
	if err != nil || back.State != cycle.Withdrawn {
		t.Error(back, err)
	}
	if _, err := back.Withdraw(); !errors.Is(err, cycle.ErrAnswered) {
		t.Error(err)
	}
	if _, err := decided(cycle.Notice, "2025-06-01", cycle.Price).Answer(bert, true); !errors.Is(err, cycle.ErrAnswered) {
		t.Error("a notice needs no answer:", err)
	}
}

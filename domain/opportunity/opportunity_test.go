package opportunity

import (
	"errors"
	"math"
	"slices"
	"testing"

	"kring/base/day"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/money"
	"kring/base/opt"
)

const today = "2026-11-25"

var (
	pipe = Default(id.New[id.Pipeline]())
	acc  = id.New[id.Account]()
)

func made(t *testing.T, change func(*Draft)) Opportunity {
	t.Helper()
	d := Draft{Account: acc, Name: "Locatie Zuid, 6 machines", Value: money.Money{Cents: 3_280_000, Currency: "EUR"}, Close: "2026-12-18", Next: "Voorstel bespreken", NextDay: "2026-12-02"}
	if change != nil {
		change(&d)
	}
	o, err := New(id.New[id.Opportunity](), 1, today, pipe, d)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func in(err error, field string) error {
	if f, ok := fault.From(err); ok && f.Fields[field] != nil {
		return f.Fields[field]
	}
	return err
}

func near(t *testing.T, name string, got, want, within float64) {
	t.Helper()
	if math.Abs(got-want) > within {
		t.Errorf("%s: %v, want %v", name, got, want)
	}
}

// TestFigures are the worked numbers of domain.md §2.20 and 2.21.
func TestFigures(t *testing.T) {
	t.Parallel()
	perDay, known := Speed(40, 12_500, 0.25, 60)
	near(t, "velocity", perDay, 2083.33, 0.01)
	times, some := Covers(200_000_000, 50_000_000)
	if near(t, "coverage of the target", times, 4, 0); !known || !some {
		t.Error("figures that are known are not")
	}
	for _, c := range []struct {
		entered int
		want    float64
	}{{200, 0.12}, {120, 0.20}, {60, 0.40}} {
		rate, _ := (Passage{Entered: c.entered, Won: 24}).Rate()
		near(t, "stage to win", rate, c.want, 1e-12)
	}
	f := Figures{Won: 10, Lost: 30, Worth: 12_500_00 * 10, Days: 600, Open: 40, Slipped: 10}
	rate, _ := f.WinRate()
	near(t, "win rate", rate, 0.25, 0)
	v, _ := f.Velocity()
	near(t, "velocity of counts, in cents", v, 208_333.33, 0.01)
	slip, _ := f.SlippingRate()
	near(t, "slipping rate", slip, 0.25, 0)
	if _, known := (Figures{}).Velocity(); known {
		t.Error("nothing ended, and yet it flows")
	}
	if _, known := Covers(1, 0); known {
		t.Error("nothing remains, and yet it is covered")
	}
	if (Passage{Entered: 29}).Firm() || !(Passage{Entered: 30}).Firm() {
		t.Error("how many are enough")
	}
	for _, c := range []struct {
		days []int
		want float64
	}{{[]int{9, 1, 5}, 5}, {[]int{4, 1}, 2.5}, {[]int{7}, 7}} {
		m, _ := Median(c.days)
		near(t, "median", m, c.want, 0)
	}
}

// TestDMU: coverage 4 of 6 is 67 %, support is 0.58 (domain.md §2.20).
func TestDMU(t *testing.T) {
	t.Parallel()
	a, b, c := id.New[id.Contact](), id.New[id.Contact](), id.New[id.Contact]()
	people := []Person{
		{Contact: a, Roles: []Role{Initiator, User}, Influence: 5, Attitude: 1, Standing: Contacted},
		{Contact: b, Roles: []Role{Influencer, Decider}, Influence: 3, Attitude: 2, Standing: Contacted},
		{Contact: c, Roles: []Role{Buyer}, Influence: 4, Attitude: -1, Standing: Known},
	}
	cover := Coverage(people, Roles)
	near(t, "coverage", cover.Share(), 0.67, 0.005)
	if cover.Held != 4 || !slices.Equal(cover.Missing, []Role{Gatekeeper, Buyer}) {
		t.Errorf("%+v", cover)
	}
	support, _ := Support(people).Value()
	near(t, "support", support, 0.58, 0.005)
	if s := Support(people); s.Weighed != 7 || s.Influence != 12 || len(s.Terms) != 3 {
		t.Errorf("the sums of the support: %+v", s)
	}
	if known, met := Deciders(people); known != 1 || met != 1 || Alone(people) || !Alone(people[:1]) {
		t.Error("deciders, and who is alone")
	}
	people[1].Standing = Left
	if known, _ := Deciders(people); known != 0 || Support(people).Influence != 9 {
		t.Error("who left has no part")
	}
	twice := Together([]Person{{Contact: a, Roles: []Role{User}, Influence: 2, Standing: Known}, {Contact: b}, {Contact: a, Roles: []Role{User, Decider}, Influence: 4, Standing: Contacted}})
	if len(twice) != 2 || !slices.Equal(twice[0].Roles, []Role{User, Decider}) || twice[0].Influence != 4 || !twice[0].Met() {
		t.Errorf("one person in two rows: %+v", twice)
	}
	for name, p := range map[string]struct {
		Person
		want error
	}{
		"roles":     {Person{Contact: a, Influence: 3}, ErrRole},
		"influence": {Person{Contact: a, Roles: []Role{User}, Influence: 6}, ErrInfluence},
		"attitude":  {Person{Contact: a, Roles: []Role{User}, Influence: 3, Attitude: -3}, ErrAttitude},
		"contact":   {Person{Roles: []Role{User}, Influence: 3}, ErrContact},
		"last":      {Person{Contact: a, Roles: []Role{User}, Influence: 3, Last: "2026-11-26"}, ErrLastDay},
	} {
		if _, err := p.Check(today); !errors.Is(in(err, name), p.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if p, err := (Person{Contact: a, Roles: []Role{Decider, User, Decider}, Influence: 3, Last: today}).Check(today); err != nil || p.Standing != Contacted || len(p.Roles) != 2 {
		t.Errorf("%+v %v", p, err)
	}
}

// TestGuards is what keeps an opportunity from a stage.
func TestGuards(t *testing.T) {
	t.Parallel()
	all := Evidence{Needs: 1, Deciders: 1, Met: 1, Sent: 1}
	for _, c := range []struct {
		name   string
		change func(*Draft)
		to     string
		e      Evidence
		lacks  []Guard
	}{
		{"all is known", nil, "proposal", all, nil},
		{"nothing is known", nil, "proposal", Evidence{}, []Guard{NeedsNeed, NeedsDecider}},
		{"the need in words", func(d *Draft) { d.Need = "Koffie die er om zeven uur is." }, "proposal", Evidence{}, []Guard{NeedsDecider}},
		{"a stage passed over asks too", nil, "quote", Evidence{Needs: 1}, []Guard{NeedsDecider}},
		{"and that without a value", func(d *Draft) { d.Value.Cents, d.Close = 0, "" }, "negotiation", Evidence{}, []Guard{NeedsNeed, NeedsDecider, NeedsValue, NeedsClose}},
		{"a close day that is over", func(d *Draft) { d.Close = "2026-11-24" }, "quote", all, []Guard{NeedsClose}},
		{"back asks nothing", func(d *Draft) { d.Stage = "negotiation" }, "need", Evidence{}, nil},
	} {
		o := made(t, c.change)
		if got := o.Lacks(pipe, c.to, today, c.e); !slices.Equal(got, c.lacks) {
			t.Errorf("%s: %v, want %v", c.name, got, c.lacks)
		}
		next, changes, err := Move(o, 2, today, pipe, c.to, c.e)
		if ok := len(c.lacks) == 0; ok != (err == nil) || ok && (next.Stage != c.to || next.Entered != today || len(changes) != 1) {
			t.Errorf("%s: moved %+v %v", c.name, next, err)
		}
	}
	strict := pipe
	strict.Stages = []Stage{{Key: "need"}, {Key: "proposal", Guards: Guards}}
	o := made(t, func(d *Draft) { d.Value.Cents, d.Close, d.Next, d.NextDay = 0, "", "", "" })
	_, _, err := Move(o, 2, today, strict, "proposal", Evidence{})
	for field, want := range map[string]error{"value": ErrNoValue, "close": ErrNoClose, "next": ErrNoNext, "need": ErrNeed, "decider": ErrDecider, "met": ErrMet, "quote": ErrQuote} {
		if !errors.Is(in(err, field), want) {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, _, err := Move(o, 2, today, pipe, "nowhere", all); !errors.Is(in(err, "stage"), ErrStage) {
		t.Error(err)
	}
}

// TestEnds: won on evidence only, lost with a reason, back when it can.
func TestEnds(t *testing.T) {
	t.Parallel()
	o, sold := made(t, nil), Evidence{Order: id.New[id.Order]()}
	if _, _, err := Win(o, 2, today, Evidence{Needs: 3}); !errors.Is(in(err, "order"), ErrEvidence) {
		t.Error("won by a click:", err)
	}
	won, _, err := Win(o, 2, today, sold)
	if err != nil || won.State != Won || won.Closed != today || won.Order != sold.Order || won.Likely(pipe) != 10_000 {
		t.Errorf("%+v %v", won, err)
	}
	if _, _, err := Win(won, 3, today, sold); !errors.Is(err, ErrEnded) {
		t.Error("won twice:", err)
	}
	if _, _, err := Move(won, 3, today, pipe, "quote", sold); !errors.Is(err, ErrEnded) {
		t.Error("an ended one moved:", err)
	}
	if _, _, err := Reopen(won, 3, today, pipe, sold); !errors.Is(err, ErrStands) {
		t.Error("taken up while its order stands:", err)
	}
	if back, _, err := Reopen(won, 3, today, pipe, Evidence{}); err != nil || back.State != Open || !back.Order.IsZero() || back.Closed != "" {
		t.Errorf("%+v %v", back, err)
	}
	if _, _, err := Lose(o, 2, today, pipe, "", ""); !errors.Is(in(err, "reason"), ErrReason) {
		t.Error(err)
	}
	if _, _, err := Lose(o, 2, today, pipe, "boredom", ""); !errors.Is(in(err, "reason"), ErrReason) {
		t.Error(err)
	}
	lost, _, err := Lose(o, 2, today, pipe, "timing", "Eerder vragen wanneer het contract afloopt.")
	if err != nil || lost.State != Lost || lost.Weighted(pipe) != 0 {
		t.Errorf("%+v %v", lost, err)
	}
	if _, _, err := Change(lost, 3, today, pipe, Patch{Value: opt.Some(money.Money{Cents: 1, Currency: "EUR"})}); !errors.Is(err, ErrEnded) {
		t.Error("the value of a lost one changed:", err)
	}
	if next, _, err := Change(lost, 3, today, pipe, Patch{Lessons: opt.Some("Later opnieuw.")}); err != nil || next.Lessons != "Later opnieuw." || next.Reason != "timing" {
		t.Errorf("%+v %v", next, err)
	}
	if _, _, err := Reopen(o, 2, today, pipe, Evidence{}); !errors.Is(err, ErrOpen) {
		t.Error(err)
	}
}

// TestChange: values, slips and what is refused.
func TestChange(t *testing.T) {
	t.Parallel()
	o := made(t, nil)
	later, changes, err := Change(o, 2, today, pipe, Patch{Close: opt.Some[day.Day]("2027-01-15")})
	if err != nil || later.Slips != 1 || len(changes) != 1 {
		t.Errorf("%+v %v", later, err)
	}
	if sooner, _, _ := Change(later, 3, today, pipe, Patch{Close: opt.Some[day.Day]("2026-12-20")}); sooner.Slips != 1 {
		t.Error("a day that came nearer slipped")
	}
	if _, _, err := Change(o, 2, today, pipe, Patch{Close: opt.Some[day.Day]("2026-11-24")}); !errors.Is(in(err, "close"), ErrClosePast) {
		t.Error(err)
	}
	lines := []Line{{Text: "Machine", Quantity: 6000, Unit: 500_000, Cost: 300_000}, {Text: "Service", Quantity: 1500, Unit: 10_000, Discount: 1000, Cost: 5_000}}
	filled, _, err := Change(o, 2, today, pipe, Patch{Lines: opt.Some(lines)})
	if err != nil || filled.Value.Cents != 3_013_500 || filled.Margin != 1_200_000+6_000 {
		t.Errorf("%d %d %v", filled.Value.Cents, filled.Margin, err)
	}
	own := int64(9000)
	if _, _, err := Change(o, 2, today, pipe, Patch{Chance: opt.Some(&own)}); !errors.Is(in(err, "chance_why"), ErrChanceWhy) {
		t.Error(err)
	}
	sure, _, err := Change(o, 2, today, pipe, Patch{Chance: opt.Some(&own), ChanceWhy: opt.Some("Mondeling akkoord.")})
	if err != nil || sure.Weighted(pipe) != 2_952_000 || o.Weighted(pipe) != 820_000 {
		t.Errorf("%d %d %v", sure.Weighted(pipe), o.Weighted(pipe), err)
	}
	if again, _, err := Change(sure, 3, today, pipe, Patch{Chance: opt.Some[*int64](nil)}); err != nil || again.Chance != -1 || again.ChanceWhy != "" {
		t.Errorf("%+v %v", again, err)
	}
	for _, points := range []int64{-5, 10_001} {
		if _, _, err := Change(o, 2, today, pipe, Patch{Go: opt.Some(&points)}); !errors.Is(in(err, "go"), ErrChance) {
			t.Errorf("%d: %v", points, err)
		}
	}
	wrong := []Line{{Text: "", Quantity: 0}, {Text: "x", Quantity: 1, Discount: 10_001}, {Text: "x", Quantity: 1e12, Unit: 1e12}}
	_, _, err = Change(o, 2, today, pipe, Patch{Lines: opt.Some(wrong)})
	for field, want := range map[string]error{"lines.0.text": ErrText, "lines.0.quantity": ErrQuantity, "lines.1.discount": ErrDiscount, "lines.2.unit": money.ErrLarge} {
		if !errors.Is(in(err, field), want) {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, _, err := Change(o, 2, today, pipe, Patch{Lines: opt.Some(make([]Line, MaxLines+1))}); !errors.Is(in(err, "lines"), ErrLines) {
		t.Error(err)
	}
	if _, err := New(o.ID, 1, today, pipe, Draft{Opened: "2026-11-26", NextDay: today, Situation: "odd", Stage: "nowhere"}); err == nil {
		t.Error("nothing is wrong with nothing")
	} else {
		for field, want := range map[string]error{"account": ErrAccount, "name": ErrName, "opened": ErrOpened, "next": ErrNext, "situation": ErrSituation, "stage": ErrStage} {
			if !errors.Is(in(err, field), want) {
				t.Errorf("%s: %v", field, err)
			}
		}
	}
}

// TestMark is what needs attention first.
func TestMark(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*Opportunity)
		s      Signals
		want   Mark
	}{
		{"all is well", nil, Signals{}, Step},
		{"promised for today", func(o *Opportunity) { o.Close = "2026-11-01" }, Signals{Promise: today}, Promised},
		{"promised for tomorrow", nil, Signals{Promise: "2026-11-26"}, Step},
		{"close is over", func(o *Opportunity) { o.Close, o.Next = "2026-11-24", "" }, Signals{}, PastClose},
		{"no next step", func(o *Opportunity) { o.Next, o.NextDay = "", "" }, Signals{}, NoNext},
		{"no next step for 14 days", func(o *Opportunity) { o.Next, o.NextDay, o.Since = "", "", "2026-11-11" }, Signals{}, Silent},
		{"for 13", func(o *Opportunity) { o.Next, o.NextDay, o.Since = "", "", "2026-11-12" }, Signals{}, NoNext},
		{"a step that was for yesterday", func(o *Opportunity) { o.NextDay = "2026-11-24" }, Signals{}, Overdue},
		{"and for two weeks ago", func(o *Opportunity) { o.NextDay = "2026-11-11" }, Signals{}, Silent},
		{"a quote that lapses", nil, Signals{Lapse: "2026-11-27"}, Lapses},
		{"nobody decides, where it is asked", func(o *Opportunity) { o.Stage = "negotiation" }, Signals{}, NoDecider},
		{"somebody does", func(o *Opportunity) { o.Stage = "negotiation" }, Signals{Deciders: 1}, Step},
		{"won", func(o *Opportunity) { o.State, o.Next, o.Close = Won, "", "2026-01-01" }, Signals{}, Step},
	} {
		o := made(t, nil)
		if c.change != nil {
			c.change(&o)
		}
		if got := o.Mark(pipe, today, c.s); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	o := made(t, func(d *Draft) { d.Opened = "2026-11-05" })
	if o.Age(today) != 20 || !o.Old(today, 9) || o.Old(today, 10) || o.Old(today, 0) {
		t.Error("ageing")
	}
}

// TestPipeline is what can be a pipeline.
func TestPipeline(t *testing.T) {
	t.Parallel()
	if p, err := pipe.Check(); err != nil || len(PipelineDiff(p, pipe)) != 0 {
		t.Errorf("that of the house: %v", err)
	}
	p := pipe
	p.Stages = append(slices.Clone(p.Stages), Stage{Name: "Proefplaatsing", Chance: 7000}, Stage{Name: "Proef plaatsing", Chance: 7000})
	p.Wins = []Reason{{Name: "Betere koffie"}, {Key: "price"}}
	got, err := p.Check()
	if err != nil || got.Stages[4].Key != "proefplaatsing" || got.Stages[5].Key != "proefplaatsing2" || got.Wins[0].Key != "beterekoffie" || !slices.Equal(Gone(got, pipe), []string{"proefplaatsing", "proefplaatsing2"}) {
		t.Errorf("%+v %v", got, err)
	}
	for name, c := range map[string]struct {
		change func(*Pipeline)
		field  string
		want   error
	}{
		"no stages":        {func(p *Pipeline) { p.Stages = nil }, "stages", ErrStages},
		"a stage unnamed":  {func(p *Pipeline) { p.Stages = []Stage{{}} }, "stages.0.name", ErrStageName},
		"twice":            {func(p *Pipeline) { p.Stages = []Stage{{Name: "A"}, {Name: "a"}} }, "stages.1.name", ErrStageTwice},
		"a chance":         {func(p *Pipeline) { p.Stages = []Stage{{Name: "A", Chance: 10_001}} }, "stages.0.chance", ErrChance},
		"a guard":          {func(p *Pipeline) { p.Stages = []Stage{{Name: "A", Guards: []Guard{"luck"}}} }, "stages.0.guards", ErrGuard},
		"a role":           {func(p *Pipeline) { p.Roles = []Role{"boss"} }, "required_roles", ErrRole},
		"silent":           {func(p *Pipeline) { p.Silent = 0 }, "silent_days", ErrSilent},
		"reasons":          {func(p *Pipeline) { p.Losses = nil }, "loss_reasons", ErrReasons},
		"a second unnamed": {func(p *Pipeline) { p.Place = 1 }, "name", ErrPipeName},
	} {
		p := pipe
		c.change(&p)
		if _, err := p.Check(); !errors.Is(in(err, c.field), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

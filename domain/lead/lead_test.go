package lead_test

import (
	"errors"
	"math"
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"kring/base/column"
	"kring/base/day"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/opt"
	"kring/base/workday"
	"kring/domain/lead"
)

var (
	ams, _ = time.LoadLocation("Europe/Amsterdam")
	me     = id.Member{1}
	clock  = lead.Clock{Calendar: workday.Opening{}.In(ams), Terms: lead.Usual().Terms, Zone: ams}
)

func at(text string) int64 {
	t, err := time.ParseInLocation("2006-01-02 15:04", text, ams)
	if err != nil {
		panic(err)
	}
	return t.UnixMilli()
}

var columnHabit column.Habit

var now = at("2026-12-04 16:30") // a Friday

func made(t *testing.T, d lead.Draft) lead.Lead {
	t.Helper()
	l, err := lead.Make(id.Lead{9}, now, "NL", d)
	if err != nil {
		t.Fatal(err)
	}
	return l.Start(now, clock)
}

// The worked numbers of domain.md §2.17.
func TestWorked(t *testing.T) {
	t.Parallel()
	points, ages := []float64{20, 10, 15}, []float64{5, 20, 60}
	for i, want := range []float64{17.82, 6.30, 3.75} {
		if got := math.Round(lead.Decayed(points[i], ages[i], 30)*100) / 100; got != want {
			t.Errorf("%v points after %v days: %v, want %v", points[i], ages[i], got, want)
		}
	}
	if got := math.Round(lead.Behaviour(points, ages, 30)*100) / 100; got != 27.87 {
		t.Errorf("behaviour: %v", got)
	}
	if got := lead.Weigh([]float64{.3, .2, .3, .2}, []float64{.8, 1, .6, .5}); math.Abs(got-0.72) > 1e-12 || got < lead.Pursue {
		t.Errorf("weighted BANT: %v", got)
	}
	tally := lead.Tally{Leads: 150, Marketing: 600_000, Sales: 900_000, Reached: map[string]int64{"bought": 12}}
	if got, ok := tally.PerLead(); got != 4_000 || !ok {
		t.Errorf("cost per lead: %d", got)
	}
	if got, ok := tally.CAC(); got != 125_000 || !ok {
		t.Errorf("CAC: %d", got)
	}
}

// The same sum through settings and touches, as a page shows it.
func TestCount(t *testing.T) {
	t.Parallel()
	s := lead.Usual()
	s.Events = []lead.Event{{Key: "form", Points: 20_00, Half: 30}, {Key: "click", Points: 10_00, Half: 30}, {Key: "webinar", Points: 15_00, Half: 30}, {Key: "student", Points: -50_00}}
	ago := func(days int64) int64 { return now - days*24*3600*1000 }
	touches := []lead.Touch{{At: ago(5), Kind: "form"}, {At: ago(20), Kind: "click"}, {At: ago(60), Kind: "webinar"}, {At: ago(1), Kind: "note"}}
	l := made(t, lead.Draft{Name: "Anna", Email: "anna@example.nl"})
	got := s.Count(l, touches, now)
	if got.Behaviour != 27_87 || got.Fit != 0 || got.Total != 27_87 || len(got.Reasons) != 3 || got.Reasons[0].Adds != 17_82 || got.Reasons[2].Adds != 3_75 {
		t.Fatal(got)
	}
	// A firm that fits has at most fifty for it, whatever the rules say.
	s.Fit = append(s.Fit, lead.FitRule{Field: "city", Is: "is", Value: "utrecht", Points: 90_00})
	big := made(t, lead.Draft{Name: "Anna", Organisation: "Zorg", City: "Utrecht", Size: 80, Function: "Inkoper"})
	if got := s.Count(big, nil, now); got.Fit != lead.MaxFit || got.Total != 50_00 {
		t.Error(got)
	}
	// Negative points, forever.
	if got := s.Count(l, append(touches, lead.Touch{At: ago(900), Kind: "student"}), now); got.Total != 27_87-50_00 {
		t.Error(got)
	}
	// A person knows better, and it shows; who objects to profiling is not counted.
	judged, _, err := l.Judge(now, 60_00, "Kent ons van de vorige baan")
	if got := s.Count(judged, touches, now); err != nil || got.Total != 60_00 || !got.Own || got.Behaviour != 27_87 {
		t.Error(got, err)
	}
	l.Unscored = true
	if got := s.Count(l, touches, now); !got.Unscored || got.Total != 0 || len(got.Reasons) != 0 {
		t.Error(got)
	}
	for _, c := range []struct {
		r    lead.FitRule
		want bool
	}{
		{lead.FitRule{Field: "function", Is: "has", Value: "INKOOP"}, true}, {lead.FitRule{Field: "function", Is: "is", Value: "Inkoop"}, false},
		{lead.FitRule{Field: "phone", Is: "empty"}, true}, {lead.FitRule{Field: "email", Is: "filled"}, false},
		{lead.FitRule{Field: "size", Is: "least", Value: "80"}, true}, {lead.FitRule{Field: "size", Is: "least", Value: "81"}, false},
		{lead.FitRule{Field: "segment", Is: "has", Value: ""}, false}, {lead.FitRule{Field: "source", Is: "is", Value: "fair"}, true},
	} {
		c.r.Points = 1_00
		s := lead.Setting{Fit: []lead.FitRule{c.r}}
		l := made(t, lead.Draft{Name: "B", Function: "Hoofd inkoop", Size: 80, Source: "fair"})
		if got := s.Count(l, nil, now).Fit == 1_00; got != c.want {
			t.Errorf("%s: %v", c.r.Text(), got)
		}
	}
}

func TestScoreOnlyFades(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		points := rapid.Float64Range(0, 100).Draw(t, "points")
		half := rapid.Float64Range(1, 400).Draw(t, "half")
		age := rapid.Float64Range(0, 4000).Draw(t, "age")
		a, b := lead.Decayed(points, age, half), lead.Decayed(points, age+half, half)
		if math.Abs(b-a/2) > 1e-9 || a > points || a < 0 {
			t.Fatalf("%v of %v after %v days, %v a half-life later", a, points, age, b)
		}
	})
}

func TestMake(t *testing.T) {
	t.Parallel()
	l := made(t, lead.Draft{Name: " Anna  de Vries ", Email: "Anna@Example.NL", Phone: "06 12345678", Source: "site"})
	if l.Name != "Anna de Vries" || l.Email != "anna@example.nl" || l.Phone != "+31612345678" || l.State != lead.New || l.Version != 1 {
		t.Fatal(l)
	}
	// One working hour on Friday at half past four ends on Monday at half past nine.
	if l.Due != at("2026-12-07 09:30") || l.Late(l.Due) || !l.Late(l.Due+1) {
		t.Error(time.UnixMilli(l.Due).In(ams))
	}
	if fair := made(t, lead.Draft{Name: "B", Source: "fair"}); fair.Due != at("2026-12-07 16:30") {
		t.Error("a working day", time.UnixMilli(fair.Due).In(ams))
	}
	for field, c := range map[string]struct {
		d    lead.Draft
		want *fault.Fault
	}{
		"name": {lead.Draft{Note: "?"}, lead.ErrWho}, "source": {lead.Draft{Name: "A", Source: "moon"}, lead.ErrSource},
		"size": {lead.Draft{Name: "A", Size: -1}, lead.ErrSize}, "language": {lead.Draft{Name: "A", Language: "fy"}, lead.ErrLanguage},
	} {
		_, err := lead.Make(id.Lead{}, now, "NL", c.d)
		if f, _ := fault.From(err); f == nil || !errors.Is(f.Fields[field], c.want) {
			t.Errorf("%s: %v", field, err)
		}
	}
	// What is personal stays out of the facts; that it was changed does not.
	_, changes, err := l.Change(now, "NL", lead.Patch{Email: opt.Some("b@example.nl"), City: opt.Some("Zwolle")})
	if err != nil || len(changes) != 2 || string(changes[0].To) != `"•••"` || string(changes[1].To) != `"Zwolle"` {
		t.Errorf("%s %v", changes, err)
	}
}

// Each verb on each state: where it leads, or that it is refused.
func TestFlow(t *testing.T) {
	t.Parallel()
	good := lead.Score{Total: 45_00, Fit: 30_00}
	verbs := map[string]func(lead.Lead) (lead.Lead, error){
		"work":   func(l lead.Lead) (lead.Lead, error) { n, _, err := l.Work(now, clock, me); return n, err },
		"revive": func(l lead.Lead) (lead.Lead, error) { n, _, err := l.Revive(now, clock); return n, err },
		"offer": func(l lead.Lead) (lead.Lead, error) {
			n, _, err := l.Offer(now, clock, good, id.Member{})
			return n, err
		},
		"accept":  func(l lead.Lead) (lead.Lead, error) { n, _, err := l.Accept(now, clock, me); return n, err },
		"return":  func(l lead.Lead) (lead.Lead, error) { n, _, err := l.Return(now, clock, "Te klein"); return n, err },
		"confirm": func(l lead.Lead) (lead.Lead, error) { n, _, err := l.Confirm(now, clock); return n, err },
		"rest": func(l lead.Lead) (lead.Lead, error) {
			n, _, err := l.Rest(now, clock, "2027-03-01", "Na de verhuizing")
			return n, err
		},
		"disqualify": func(l lead.Lead) (lead.Lead, error) {
			n, _, err := l.Disqualify(now, clock, "no_fit", "")
			return n, err
		},
		"convert": func(l lead.Lead) (lead.Lead, error) {
			n, _, err := l.Convert(now, clock, id.Account{1}, id.Contact{2}, id.Opportunity{3})
			return n, err
		},
	}
	leads := map[string]map[lead.State]lead.State{
		"work":    {lead.New: lead.Working, lead.Nurture: lead.Working, lead.Disqualified: lead.Working},
		"revive":  {lead.Nurture: lead.New},
		"offer":   {lead.Working: lead.Marketing},
		"accept":  {lead.Marketing: lead.Accepted},
		"return":  {lead.Marketing: lead.Working, lead.Accepted: lead.Working},
		"confirm": {lead.Accepted: lead.Sales},
		"rest":    {lead.New: lead.Nurture, lead.Working: lead.Nurture, lead.Marketing: lead.Nurture, lead.Accepted: lead.Nurture, lead.Sales: lead.Nurture, lead.Nurture: lead.Nurture},
		"disqualify": {
			lead.New: lead.Disqualified, lead.Working: lead.Disqualified, lead.Marketing: lead.Disqualified, lead.Accepted: lead.Disqualified,
			lead.Sales: lead.Disqualified, lead.Nurture: lead.Disqualified,
		},
		"convert": {lead.Sales: lead.Converted},
	}
	for verb, do := range verbs {
		for _, from := range lead.States {
			l := made(t, lead.Draft{Name: "A", Source: "site"})
			l.State, l.Need, l.NextStep, l.NextDay, l.Role = from, "Wachttijd", "Proefplaatsing", "2026-12-10", "decider"
			got, err := do(l)
			want, allowed := leads[verb][from]
			if allowed != (err == nil) || allowed && got.State != want || !allowed && fault.KindOf(err) != fault.Conflict {
				t.Errorf("%s of %s: %s %v", verb, from, got.State, err)
			}
			if allowed && (got.Since != now || want == lead.Nurture && got.Due != day.Day("2027-03-01").Start(ams)) {
				t.Errorf("%s of %s: the clock", verb, from)
			}
		}
	}
}

func TestGuards(t *testing.T) {
	t.Parallel()
	l := made(t, lead.Draft{Name: "A", Source: "site"})
	is := func(name string, err error, field string, want *fault.Fault) {
		t.Helper()
		f, _ := fault.From(err)
		if field != "" && f != nil {
			f = f.Fields[field]
		}
		if !errors.Is(f, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	_, _, err := l.Work(now, clock, id.Member{})
	is("nobody works on it", err, "owner", lead.ErrOwner)
	l, _, err = l.Work(now, clock, me)
	if err != nil || l.WorkingAt != now || l.Due != lead.NoClock {
		t.Fatal(l, err)
	}
	_, _, err = l.Offer(now, clock, lead.Score{Total: 39_99, Fit: 30_00}, me)
	is("a score below forty", err, "", lead.ErrScore)
	_, _, err = l.Offer(now, clock, lead.Score{Total: 60_00, Fit: 24_99}, me)
	is("a fit below half", err, "", lead.ErrScore)
	judged, _, _ := l.Judge(now, 60_00, "Komt van een goede klant")
	if _, _, err = judged.Offer(now, clock, lead.Score{Total: 60_00}, me); err != nil {
		t.Error("a person knows better", err)
	}
	l, _, _ = l.Offer(now, clock, lead.Score{Total: 40_00, Fit: 25_00}, me)
	if l.Due != at("2026-12-07 16:30") {
		t.Error("one working day to review", time.UnixMilli(l.Due).In(ams))
	}
	_, _, err = l.Return(now, clock, "  ")
	is("returned without why", err, "why", lead.ErrWhy)
	l, _, _ = l.Accept(now, clock, me)
	if l.Due != at("2026-12-18 16:30") {
		t.Error("ten working days to qualify", time.UnixMilli(l.Due).In(ams))
	}
	_, _, err = l.Confirm(now, clock)
	is("no need", err, "need", lead.ErrNeed)
	is("no step", err, "next_step", lead.ErrStep)
	is("no role", err, "role", lead.ErrRoleNeeded)
	l.Need, l.NextStep, l.NextDay, l.Role = "Te lange rij bij de koffie", "Proefplaatsing", "2026-12-03", "decider"
	_, _, err = l.Confirm(now, clock)
	is("a step in the past", err, "next_step", lead.ErrStep)
	for _, d := range []day.Day{"", "2026-12-04", "2032-12-31"} {
		_, _, err = l.Rest(now, clock, d, "")
		is("nurture until "+string(d), err, "recheck", lead.ErrRecheck)
	}
	_, _, err = l.Disqualify(now, clock, "ugly", "")
	is("no reason code", err, "reason", lead.ErrReason)
	gone, _, _ := l.Disqualify(now, clock, "objection", "")
	if !gone.Objection {
		t.Error("an objection that is not noted")
	}
	back, _, _ := gone.Work(now+1, clock, me)
	if back.Recycled != 1 || back.Before != lead.Disqualified || back.Reason != "" || back.SALAt != now {
		t.Error("recycled", back)
	}
	// The first response stops the first clock, and is measured in working time.
	fresh := made(t, lead.Draft{Name: "A", Source: "site"})
	said, changes, _ := fresh.Respond(at("2026-12-07 09:20"), clock)
	if said.Speed != (50*time.Minute).Milliseconds() || said.Due != lead.NoClock || len(changes) != 1 {
		t.Error(said.Speed, said.Due)
	}
	if again, changes, _ := said.Respond(at("2026-12-07 12:00"), clock); again.Responded != said.Responded || changes != nil {
		t.Error("a second response is no first one")
	}
}

func TestQualify(t *testing.T) {
	t.Parallel()
	l := made(t, lead.Draft{Name: "A"})
	l, changes, err := l.Qualify(now, lead.BANT, []lead.Letter{{"budget", "ok", "Begroting 2027"}, {"authority", "strong", "Directeur zelf"}, {"need", "strong", "Wachtrij"}, {"timing", "weak", "Voor de zomer"}, {"champion", "strong", "x"}})
	if err != nil || len(changes) != 2 || len(l.Letters) != 4 {
		t.Fatal(l, err)
	}
	if got := l.Answer(); got != .764 { // .3×.66 + .2×1 + .3×1 + .2×.33
		t.Error(got)
	}
	for _, f := range lead.Frames {
		sum := 0
		for _, p := range f.Parts() {
			sum += p.Weight
		}
		if sum != 100 {
			t.Errorf("%s weighs %d", f, sum)
		}
	}
	if _, _, err := l.Qualify(now, "spin", nil); err == nil {
		t.Error("a frame that is none")
	}
	_, _, err = l.Qualify(now, lead.BANT, []lead.Letter{{"budget", "strong", ""}, {"need", "sure", "x"}})
	f, _ := fault.From(err)
	if f == nil || !errors.Is(f.Fields["budget"], lead.ErrEvidence) || !errors.Is(f.Fields["need"], lead.ErrLevel) {
		t.Error(err)
	}
}

func TestSetting(t *testing.T) {
	t.Parallel()
	if _, err := lead.Usual().Tidy(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*lead.Setting){
		"fit.0":        func(s *lead.Setting) { s.Fit[0].Points = 100_01 },
		"fit.1":        func(s *lead.Setting) { s.Fit[1].Value = "many" },
		"events.1":     func(s *lead.Setting) { s.Events[1].Key = "form" },
		"events.0":     func(s *lead.Setting) { s.Events[0].Half = -1 },
		"respond.site": func(s *lead.Setting) { s.Terms.Respond = map[string]lead.Term{"site": {}} },
		"review":       func(s *lead.Setting) { s.Terms.Review = lead.Term{Days: 101} },
		"segments.1": func(s *lead.Setting) {
			s.Segments = []lead.Segment{{"Zorg", lead.BANT}, {"zorg", lead.CHAMP}}
		},
		"frame": func(s *lead.Setting) { s.Frame = "" },
		"keep":  func(s *lead.Setting) { s.Keep = 0 },
	} {
		s := lead.Usual()
		spoil(&s)
		_, err := s.Tidy()
		if f, _ := fault.From(err); f == nil || f.Fields[name] == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	s := lead.Usual()
	s.Segments = []lead.Segment{{"Zorg", lead.MEDDIC}}
	if s.FrameOf("zorg") != lead.MEDDIC || s.FrameOf("") != lead.BANT {
		t.Error("the frame of a segment")
	}
}

func form() lead.Form {
	return lead.Form{
		Key: "k", Secret: "s", Name: "Site", Title: lead.Texts{NL: "Vraag een proefplaatsing aan"}, Source: "site", Segment: "Zorg",
		Fields: []lead.Ask{{"name", true}, {"email", true}, {"size", false}}, Sites: []string{"https://www.brandt.example/"},
	}
}

func TestForm(t *testing.T) {
	t.Parallel()
	f, err := form().Tidy()
	if err != nil || f.Sites[0] != "https://www.brandt.example" || f.Event != "form" || f.Title.In("en") != "Vraag een proefplaatsing aan" {
		t.Fatal(f, err)
	}
	for name, spoil := range map[string]func(*lead.Form){
		"sites":    func(f *lead.Form) { f.Sites = []string{"https://a.example; script-src *"} },
		"fields":   func(f *lead.Form) { f.Fields = []lead.Ask{{"name", true}} },
		"title_nl": func(f *lead.Form) { f.Title = lead.Texts{} },
		"channel":  func(f *lead.Form) { f.Consent.Text.NL = "Mail mij" },
		"privacy":  func(f *lead.Form) { f.Privacy = "javascript:alert(1)" },
	} {
		f := form()
		spoil(&f)
		_, err := f.Tidy()
		if w, _ := fault.From(err); w == nil || w.Fields[name] == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, bad := range []string{"http://a.example", "https://a.example/x", "a.example", "https://*", "https://a.example 'unsafe'", "javascript://x"} {
		f := form()
		if f.Sites = []string{bad}; func() error { _, err := f.Tidy(); return err }() == nil {
			t.Errorf("%q may frame us", bad)
		}
	}
	d, err := f.Filled(map[string]string{"name": "Anna", "email": "a@b.nl", "function": "hacker", "owner": "x"}, "nl")
	if err != nil || d.Function != "" || d.Segment != "Zorg" || d.Language != "nl" {
		t.Error(d, err)
	}
	if _, err = f.Filled(map[string]string{"name": "Anna"}, "nl"); err == nil {
		t.Error("a needed field that is empty")
	}
}

func TestStamp(t *testing.T) {
	t.Parallel()
	f, other := form(), form()
	other.Secret = "t"
	i := id.Lead{1, 2, 3}
	s := f.Stamp(i, now)
	for _, c := range []struct {
		name string
		f    lead.Form
		s    string
		at   int64
		want error
	}{
		{"as a person", f, s, now + lead.LeastFill, nil}, {"as a machine", f, s, now + lead.LeastFill - 1, lead.ErrFast},
		{"from tomorrow", f, s, now - 1, lead.ErrFast}, {"of the day before", f, s, now + lead.MostFill + 1, lead.ErrAged},
		{"of another form", other, s, now + 9_000, lead.ErrAged}, {"invented", f, "x" + s[1:], now + 9_000, lead.ErrAged}, {"none", f, "", now, lead.ErrAged},
	} {
		got, err := c.f.Read(c.s, c.at)
		if !errors.Is(err, c.want) || err == nil && got != i {
			t.Errorf("%s: %v %v", c.name, got, err)
		}
	}
}

func TestTally(t *testing.T) {
	t.Parallel()
	a := lead.Tally{Leads: 10, Reached: map[string]int64{"responded": 8, "working": 9, "mql": 6, "bought": 1}}
	if got, ok := a.Share("mql"); got != 6_667 || !ok {
		t.Error(got)
	}
	if got, _ := a.Share("working"); got != 9_000 {
		t.Error("of all leads", got)
	}
	if _, ok := a.Share("converted"); ok {
		t.Error("a share of nobody")
	}
	if b := a.Plus(a); b.Leads != 20 || b.Reached["mql"] != 12 || b.Median != -1 {
		t.Error(b)
	}
	if _, ok := (lead.Tally{Marketing: 5}).PerLead(); ok {
		t.Error("cost of no lead")
	}
}

func TestDrafted(t *testing.T) {
	t.Parallel()
	if d := lead.Drafted(map[string]string{"name": "A", "size": "40", "source": "fair"}); d.Size != 40 || d.Source != "fair" {
		t.Error(d)
	}
	if _, err := lead.Make(id.Lead{}, now, "NL", lead.Drafted(map[string]string{"name": "A", "size": "veel"})); err == nil {
		t.Error("a size that is no number")
	}
	for _, c := range lead.Columns() {
		for key := range c.Named {
			if got, err := c.Read(key, columnHabit); err != nil || got != key {
				t.Errorf("%s %s: %q %v", c.Key, key, got, err)
			}
		}
	}
}

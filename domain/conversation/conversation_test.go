package conversation

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kring/base/fault"
	"kring/base/id"
)

var (
	zone  = time.FixedZone("CET", 3600)
	fatma = id.New[id.Contact]()
)

func at(s string) int64 {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
	if err != nil {
		panic(err)
	}
	return t.UnixMilli()
}

func plan() Draft {
	return Draft{
		Account: id.New[id.Account](), Owner: id.New[id.Member](), Title: "Groei naar drie vestigingen", Day: "2026-11-24", Time: "10:30", Goal: "Proefmachine in Hattem",
		Questions: []Asking{{Letter: Situation, Text: "Wanneer opent Hattem?"}, {Letter: Problem, Text: "Wat valt er uit?"}, {Letter: Implication, Text: "Wat kost dat?"}},
	}
}

func planned(t *testing.T) Conversation {
	t.Helper()
	c, err := New(id.New[id.Conversation](), at("2026-11-20 09:00"), zone, plan())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestPrepared(t *testing.T) {
	if c := planned(t); c.State != Prepared || c.Minutes != 30 || c.Channel != Visit || c.Start != at("2026-11-24 10:30") {
		t.Errorf("%+v", c)
	}
	for name, change := range map[string]func(*Draft){
		"no goal":       func(d *Draft) { d.Goal = " " },
		"two questions": func(d *Draft) { d.Questions = d.Questions[:2] },
		"one asked twice": func(d *Draft) {
			d.Questions = []Asking{d.Questions[0], d.Questions[1], d.Questions[0]}
		},
	} {
		d := plan()
		change(&d)
		if c, err := New(id.New[id.Conversation](), 1, zone, d); err != nil || c.State != Planned {
			t.Errorf("%s: %s %v", name, c.State, err)
		}
	}
	for field, change := range map[string]func(*Draft){
		"title": func(d *Draft) { d.Title = "" }, "account": func(d *Draft) { d.Account = id.Account{} }, "owner": func(d *Draft) { d.Owner = id.Member{} },
		"day": func(d *Draft) { d.Day = "" }, "time": func(d *Draft) { d.Time = "25:00" }, "minutes": func(d *Draft) { d.Minutes = 2000 },
		"channel": func(d *Draft) { d.Channel = "smoke" }, "questions": func(d *Draft) { d.Questions = []Asking{{Letter: "x", Text: "?"}} },
	} {
		d := plan()
		change(&d)
		_, err := New(id.New[id.Conversation](), 1, zone, d)
		if f, ok := fault.From(err); !ok || f.Fields[field] == nil {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// planned → held → reported → confirmed, and what is refused on the way.
func TestStates(t *testing.T) {
	c := planned(t)
	if _, _, err := c.Finish(1, Order, Talk{}); !errors.Is(err, ErrNotBegun) {
		t.Errorf("finished before it began: %v", err)
	}
	if _, _, err := c.Tell(1, zone, Report{Outcome: Order}); !errors.Is(err, ErrNotHeld) {
		t.Errorf("reported before it was held: %v", err)
	}
	begin, end := at("2026-11-24 10:31"), at("2026-11-24 11:02")
	c, _, err := c.Begin(begin)
	if err != nil || !c.Live() {
		t.Fatal(err)
	}
	if same, changes, err := c.Begin(begin + 5); err != nil || same.Began != begin || changes != nil {
		t.Errorf("begun twice: %v %v", changes, err)
	}
	if _, _, err := c.Move(end, "druk"); !errors.Is(err, ErrBegun) {
		t.Errorf("moved while it goes on: %v", err)
	}
	if _, _, err := c.Finish(end, NoOutcome, Talk{}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("without an outcome: %v", err)
	}
	c, _, err = c.Finish(end, Advance, Talk{Customer: 774, Self: 348})
	if err != nil || c.State != Held || c.ReportDue() != end+24*3600_000 {
		t.Fatalf("%+v %v", c, err)
	}
	// An advance needs a dated action by the buyer.
	full := Report{Outcome: Advance, Action: "Plaatst de proefmachine op de agenda van de praktijk", ActionBy: fatma, ActionDay: "2026-11-27", Summary: "Wat wij afspraken"}
	for field, change := range map[string]func(*Report){
		"action": func(r *Report) { r.Action = "" }, "action_by": func(r *Report) { r.ActionBy = id.Contact{} }, "action_day": func(r *Report) { r.ActionDay = "" },
		"outcome": func(r *Report) { r.Outcome = "nice" }, "language": func(r *Report) { r.Language = "fr" }, "next_day": func(r *Report) { r.NextDay = "soon" },
	} {
		r := full
		change(&r)
		_, _, err := c.Tell(end, zone, r)
		if f, ok := fault.From(err); !ok || f.Fields[field] == nil {
			t.Errorf("%s: %v", field, err)
		}
	}
	before := full
	before.ActionDay = "2026-11-23"
	if _, _, err := c.Tell(end, zone, before); fault.KindOf(err) != fault.Invalid {
		t.Errorf("an action before the conversation: %v", err)
	}
	if nice, _, err := c.Tell(end, zone, Report{Outcome: Continuation}); err != nil || nice.State != Reported {
		t.Errorf("a continuation needs no action: %v", err)
	}
	if _, _, err := c.Offer(end, "x"); !errors.Is(err, ErrNotReported) {
		t.Errorf("a link before the report: %v", err)
	}
	c, _, err = c.Tell(end+ReportWithin, zone, full)
	if err != nil || !c.InTime() || c.Reported != end+ReportWithin {
		t.Fatalf("%+v %v", c, err)
	}
	if late := c; true {
		late.Reported++
		if late.InTime() {
			t.Error("a moment after a day is late")
		}
	}
	if again, _, err := c.Tell(end+2*ReportWithin, zone, full); err != nil || again.Reported != c.Reported {
		t.Errorf("telling more later does not make it late: %v", err)
	}
	c, _, err = c.Offer(end, "geheim")
	if err != nil || !c.Open(end+LinkLasts, "geheim") || c.Open(end+LinkLasts+1, "geheim") || c.Open(end, "raad") || (Conversation{State: Reported}).Open(end, "") {
		t.Errorf("the link: %v", err)
	}
	if _, _, err := c.Confirm(end, " ", ""); fault.KindOf(err) != fault.Invalid {
		t.Errorf("confirmed by nobody: %v", err)
	}
	c, _, err = c.Confirm(end, "Fatima Aydin", "Wel graag voor 8 uur")
	if err != nil || c.State != Confirmed {
		t.Fatal(err)
	}
	if _, _, err := c.Confirm(end, "Fatima Aydin", ""); !errors.Is(err, ErrSettled) {
		t.Errorf("confirmed twice: %v", err)
	}
	if _, _, err := c.Tell(end, zone, full); !errors.Is(err, ErrSettled) {
		t.Errorf("changed after the customer agreed: %v", err)
	}
}

func TestMoved(t *testing.T) {
	c := planned(t)
	if _, _, err := c.Miss(1, ""); fault.KindOf(err) != fault.Invalid {
		t.Errorf("without a reason: %v", err)
	}
	moved, _, err := c.Move(1, "Fatima is ziek")
	if err != nil || moved.State != Moved {
		t.Fatal(err)
	}
	next, err := moved.Again(id.New[id.Conversation](), 1, zone, "2026-12-01", "09:00")
	if err != nil || next.State != Prepared || next.Follows != c.ID || next.Goal != c.Goal || next.Start != at("2026-12-01 09:00") {
		t.Errorf("%+v %v", next, err)
	}
	if _, _, err := moved.Begin(1); !errors.Is(err, ErrComing) {
		t.Errorf("held after it was moved: %v", err)
	}
}

func said(s, p, i, n int) (all []Note) {
	for l, k := range map[Letter]int{Situation: s, Problem: p, Implication: i, Payoff: n} {
		for range k {
			all = append(all, Note{Mark: Said, Letter: l, Text: "x"})
		}
	}
	return all
}

// Every worked number of domain.md §2.19, and those of the picture.
func TestFigures(t *testing.T) {
	var f Figures
	for i := range 10 {
		o := NoSale
		switch {
		case i < 1:
			o = Order
		case i < 3:
			o = Advance
		case i < 6:
			o = Continuation
		}
		var notes []Note
		implied, explicit := 0, 0
		if i == 0 {
			notes, implied, explicit = said(5, 4, 3, 2), 5, 3
			notes = append(notes, Note{Mark: Feature}, Note{Mark: Merit}, Note{Mark: Benefit}, Note{Mark: Objection, Checked: true}, Note{Mark: Speaker})
		}
		f.Add(Conversation{State: Held, Outcome: o, Customer: 774, Self: 348}, notes, implied, explicit)
	}
	f.Add(Conversation{State: NoShow}, said(9, 9, 9, 9), 9, 9)
	for i, want := range map[Letter]int{Situation: 3571, Problem: 2857, Implication: 2143, Payoff: 1429} { // 36, 29, 21 and 14 %
		if got, ok := f.Share(i); !ok || got != want {
			t.Errorf("share of %s: %d", i, got)
		}
	}
	for name, c := range map[string]struct {
		got  func() (int, bool)
		want int
	}{"success 30%": {f.Success, 3000}, "need development 60%": {f.Development, 6000}, "benefit match": {f.Match, 3333}, "talk share 69%": {f.TalkShare, 6898}} {
		if got, ok := c.got(); !ok || got != c.want {
			t.Errorf("%s: %d", name, got)
		}
	}
	if _, ok := (Figures{}).Success(); ok {
		t.Error("nothing held, no rate")
	}
	all, done, wanted := Coverage(said(3, 3, 1, 0)) // the picture: 7 of 11
	if done != 7 || wanted != 11 || !all[0].Enough() || all[2].Enough() || Current(said(3, 3, 1, 0)) != Implication || Current(nil) != Situation {
		t.Errorf("coverage: %d of %d", done, wanted)
	}
	if _, done, _ := Coverage(said(20, 0, 0, 0)); done != 3 {
		t.Errorf("twenty questions about facts fill no other letter: %d", done)
	}
}

func TestNote(t *testing.T) {
	c := Conversation{Began: 1000, State: Planned}
	for name, n := range map[string]Note{
		"text": {}, "letter": {Letter: "z", Text: "x"}, "mark": {Mark: "song", Text: "x"}, "need": {Mark: Benefit, Text: "x"}, "ground": {Mark: Objection, Text: "te duur", Ground: "mood"},
	} {
		_, err := n.Check(c, 5000)
		if f, ok := fault.From(err); !ok || f.Fields[name] == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n, err := (Note{Text: " a ", At: 9000}).Check(c, 5000); err != nil || n.Mark != Said || n.Text != "a" || n.At != 5000 {
		t.Errorf("%+v %v", n, err)
	}
	if n, _ := (Note{Text: "a", At: 1}).Check(c, 5000); n.At != 1000 {
		t.Errorf("before it began: %d", n.At)
	}
	// E-03: an implication about fear without a stated basis is flagged.
	for _, w := range []struct {
		n    Note
		want bool
	}{
		{Note{Letter: Implication, Text: "Dan krijgen we een boete"}, true},
		{Note{Letter: Implication, Text: "Dan krijgen we een boete", Basis: "brief van de gemeente, 3 november"}, false},
		{Note{Letter: Implication, Question: "Wat als er een ongeluk gebeurt?"}, true},
		{Note{Letter: Implication, Text: "Receptie loopt heen en weer"}, false},
		{Note{Letter: Problem, Text: "Er gebeurde een ongeluk"}, false},
	} {
		if w.n.Flagged() != w.want {
			t.Errorf("%+v: %v", w.n, w.n.Flagged())
		}
	}
	if _, err := NewQuestion(id.New[id.Question](), 1, QuestionDraft{Letter: Implication, Text: "Zijn jullie niet bang voor een inspectie?"}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("the bank takes a question about fear without a basis: %v", err)
	}
}

// 12:54 and 5:48 of 18:42: 69% (the picture); a pause counts for nobody.
func TestClock(t *testing.T) {
	m := int64(60_000)
	c := Conversation{Began: 100 * m, State: Prepared}
	turn := func(at int64, who string) Note { return Note{Mark: Speaker, Text: who, At: at} }
	notes := []Note{turn(100*m, Ourselves), turn(100*m+348_000, TheCustomer), {Mark: Pause, At: 100*m + 400_000}, {Mark: Resume, At: 100*m + 500_000}}
	now := 100*m + (18*60+42+100)*1000
	slices.Reverse(notes) // they come in any order
	got := Clock(c, notes, now)
	if share, _ := got.Share(); got.Elapsed != 18*60+42 || got.Customer != 774 || got.Self != 348 || share != 6898 || got.Paused || got.Speaking != TheCustomer {
		t.Errorf("%+v", got)
	}
	if n := Offset(c, notes, 100*m+450_000); n != 400 {
		t.Errorf("in the pause: %d", n)
	}
}

// However the turns come in, what both said never exceeds what elapsed, which
// never exceeds the time since it began.
func TestClockHolds(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		c := Conversation{Began: 10_000, State: Prepared}
		var notes []Note
		for range rapid.IntRange(0, 20).Draw(r, "turns") {
			n := Note{At: int64(rapid.IntRange(10_000, 90_000).Draw(r, "at"))}
			n.Mark = rapid.SampledFrom([]Mark{Speaker, Pause, Resume}).Draw(r, "mark")
			n.Text = rapid.SampledFrom([]string{TheCustomer, Ourselves, Nobody}).Draw(r, "who")
			notes = append(notes, n)
		}
		now := int64(rapid.IntRange(10_000, 120_000).Draw(r, "now"))
		got := Clock(c, notes, now)
		if got.Customer+got.Self > got.Elapsed || got.Elapsed > int(now-c.Began)/1000 {
			r.Fatalf("%+v", got)
		}
	})
}

func TestCoach(t *testing.T) {
	m := id.New[id.Member]()
	p, err := Practise(id.New[id.Record](), 1, m, AskImplications)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Practise(id.New[id.Record](), 1, m, "charm"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("%v", err)
	}
	if _, err := p.Finish(2, 2, "ging wel"); !errors.Is(err, ErrTries) {
		t.Errorf("judged after two tries: %v", err)
	}
	if p, err = p.Finish(2, 3, "ging wel"); err != nil || p.Ended == 0 {
		t.Errorf("%v", err)
	}
	c := Conversation{Outcome: Advance, Customer: 60, Self: 40}
	notes := append(said(1, 2, 3, 4), Note{Mark: Objection, Checked: true}, Note{Mark: Benefit})
	for b, want := range map[Behaviour]int{AskProblems: 2, AskImplications: 3, AskPayoff: 4, LetTalk: 1, CheckObjections: 1, TieBenefits: 1, AskAdvance: 1} {
		if got := b.Uses(c, notes); got != want {
			t.Errorf("%s: %d", b, got)
		}
	}
}

func TestSuggest(t *testing.T) {
	bank := []Question{{Letter: Problem, Text: "Algemeen?"}, {Letter: Problem, Text: "Zorg?", Branch: "86"}, {Letter: Problem, Text: "Nieuw?", Branch: "nieuwbouw"}, {Letter: Problem, Text: "Horeca?", Branch: "Horeca"}, {Letter: Problem, Text: "Oud?", Archived: true}}
	plan := []Asking{{Letter: Problem, Text: "Gepland?"}, {Letter: Payoff, Text: "Nut?"}}
	texts := func(notes []Note) (all []string) {
		for _, q := range Suggest(Problem, plan, bank, Segment{SBI: "8610", Tags: []string{"Nieuwbouw"}}, notes, 9) {
			all = append(all, q.Text)
		}
		return all
	}
	if got := texts(nil); !slices.Equal(got, []string{"Gepland?", "Zorg?", "Nieuw?", "Algemeen?"}) {
		t.Errorf("%v", got)
	}
	if got := texts([]Note{{Question: "zorg"}}); !slices.Equal(got, []string{"Gepland?", "Nieuw?", "Algemeen?"}) {
		t.Errorf("what was asked is asked again: %v", got)
	}
	for _, l := range []string{"nl", "en"} {
		all := Standard(l)
		if len(all) != 12 {
			t.Errorf("%s: %d", l, len(all))
		}
		for _, d := range all {
			if _, err := NewQuestion(id.New[id.Question](), 1, d); err != nil {
				t.Errorf("%s: %v", d.Text, err)
			}
		}
	}
}

func TestSummary(t *testing.T) {
	told := Told{
		Language: "nl", To: "Fatima", From: "Sanne de Wit", Title: "groei naar drie vestigingen", Day: "2026-11-24", Heard: []string{"Machine valt elke maand uit"},
		Action: "Proefmachine op de agenda zetten", ActionOn: "2026-11-27", Promised: []Vow{{"Rekenvoorbeeld mailen", "2026-11-27"}}, Link: "https://kring.test/c/x",
	}
	want := `Beste Fatima,

Dank u wel voor het gesprek van dinsdag 24 november 2026 over groei naar drie vestigingen.

Dit hoorde ik van u:
- “Machine valt elke maand uit”

U doet:
- Proefmachine op de agenda zetten, uiterlijk vrijdag 27 november 2026

Wij doen:
- Rekenvoorbeeld mailen, uiterlijk vrijdag 27 november 2026

Klopt dit? Bevestig het of vul het aan op deze pagina:
https://kring.test/c/x

Met vriendelijke groet,
Sanne de Wit`
	if got := told.Draft(); got != want {
		t.Errorf("got\n%s", got)
	}
	if got := (Told{Language: "en", To: "Fatima", From: "Sanne", Title: "growth", Day: "2026-11-24"}).Draft(); got != "Dear Fatima,\n\nThank you for our conversation of Tuesday 24 November 2026 about growth.\n\nKind regards,\nSanne" {
		t.Errorf("got\n%s", got)
	}
}

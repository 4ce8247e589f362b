package process

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kring/base/fault"
	"kring/base/id"
	"kring/base/workday"
)

var roles = []string{"director", "new_business", "account_manager", "marketer", "service", "order_desk", "privacy", "admin"}

func TestStandard(t *testing.T) {
	t.Parallel()
	for _, p := range Standard() {
		clean, err := p.Clean(roles)
		if err != nil {
			t.Errorf("%s: %v", p.Key, err)
		}
		for _, s := range clean.Steps {
			if s.Name.NL == "" || s.Name.EN == "" || s.Purpose.NL == "" || s.Purpose.EN == "" {
				t.Errorf("%s %s: a language is missing", p.Key, s.Key)
			}
		}
	}
}

// TestClean: what is wrong with a template is said at its field.
func TestClean(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(*Template)
		field string
		want  error
	}{
		"no name":                  {func(t *Template) { t.Name = Text{} }, "name", ErrName},
		"no owner":                 {func(t *Template) { t.Owner = "boss" }, "owner", ErrRole},
		"nothing begins it":        {func(t *Template) { t.Begins = nil }, "begins", ErrBegins},
		"begins and ends":          {func(t *Template) { t.Stops = []string{"opportunity.created"} }, "begins", ErrBoth},
		"no such deed":             {func(t *Template) { t.Ends = []string{"order.eaten"} }, "ends", ErrDeed},
		"no steps":                 {func(t *Template) { t.Steps = nil }, "steps", ErrSteps},
		"no purpose":               {func(t *Template) { t.Steps[1].Purpose = Text{} }, "steps.1.purpose", ErrPurpose},
		"twice the same key":       {func(t *Template) { t.Steps[1].Key = t.Steps[0].Key }, "steps.1.key", ErrKey},
		"a key like a word":        {func(t *Template) { t.Steps[1].Key = "Bel!" }, "steps.1.key", ErrKey},
		"nobody's":                 {func(t *Template) { t.Steps[0].Role = "" }, "steps.0.role", ErrRole},
		"a machine outside":        {func(t *Template) { t.Steps[2].Role = Customer }, "steps.2.role", ErrRole},
		"no action":                {func(t *Template) { t.Steps[2].Action = "dance" }, "steps.2.action", ErrAction},
		"nothing to do":            {func(t *Template) { t.Steps[2].Draft = Text{} }, "steps.2.draft", ErrDraft},
		"a dead end":               {func(t *Template) { t.Steps[2].Action, t.Steps[2].Deeds = WaitDeed, nil }, "steps.2.deeds", ErrEvent},
		"a wait without end":       {func(t *Template) { t.Steps[2].Action = WaitDays }, "steps.2.days", ErrDays},
		"back":                     {func(t *Template) { t.Steps[3].Next = "plan_call" }, "steps.3.next", ErrNext},
		"to itself":                {func(t *Template) { t.Steps[3].Next = "proposition" }, "steps.3.next", ErrNext},
		"not reached":              {func(t *Template) { t.Steps[2].Next = "quote" }, "steps.3.name", ErrUnreachable},
		"not reached after an end": {func(t *Template) { t.Steps[0].Next = End }, "steps.1.name", ErrUnreachable},
		"always left out":          {func(t *Template) { t.Steps[3].Skip = Condition{Below: 100, From: 100} }, "steps.3.skip", ErrNever},
		"a norm of a year":         {func(t *Template) { t.Steps[0].Hours = 3000 }, "steps.0.hours", ErrHours},
	} {
		tpl := salesToOrder
		tpl.Steps = slices.Clone(tpl.Steps)
		c.spoil(&tpl)
		_, err := tpl.Clean(roles)
		if f, ok := fault.From(err); !ok || !errors.Is(f.Fields[c.field], c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	tpl := salesToOrder
	tpl.Steps = slices.Clone(tpl.Steps)
	tpl.Steps[2].Next, tpl.Steps[2].Skip = "quote", Condition{Bought: true} // who bought before gets the step between
	if _, err := tpl.Clean(roles); err != nil {
		t.Errorf("past a step that others come to: %v", err)
	}
}

// at is a Monday at nine in Amsterdam, and so many hours.
func at(hours int) Ground {
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		panic(err)
	}
	return Ground{
		Template: salesToOrder, Known: Known{Amount: 500_000, Kind: "organisation"}, Calendar: workday.Opening{}.In(zone),
		Now: time.Date(2026, 11, 23, 9, 0, 0, 0, zone).UnixMilli() + int64(hours)*time.Hour.Milliseconds(),
	}
}

var sanne = id.New[id.Member]()

func started(g Ground) Run {
	r, _ := Start(id.New[id.Run](), g, Run{Kind: "opportunity", Subject: id.New[id.Record]()})
	return r
}

// TestFollow: a run through its documents, from the opportunity to the order.
func TestFollow(t *testing.T) {
	t.Parallel()
	r := started(at(0))
	if r.State != Ready || r.Now().Key != "plan_call" || r.Now().Due != at(32).Now-0 { // 16 working hours: Tuesday 17:00
		t.Fatalf("started: %+v", r)
	}
	r, _ = r.Happened(at(1), "conversation.planned")
	if r.State != Waiting || r.Now().Key != "needs" || r.Now().Wait != ForCustomer {
		t.Fatalf("planned: %+v", r)
	}
	if again, events := r.Happened(at(2), "conversation.planned"); len(events) != 0 || again.At != r.At {
		t.Error("a document that was heard before moves the run")
	}
	r, _, err := r.Begin(at(24), 1, sanne)
	if err != nil || r.State != Running {
		t.Fatal(err)
	}
	r, _, err = r.Finish(at(25), 1, sanne, Report{Minutes: 50})
	if err != nil || r.State != Running || r.Now().Key != "prepare" || r.Now().Stand != StepQueued {
		t.Fatalf("heard: %+v %v", r, err)
	}
	r, _, err = r.Did(at(25), 2, Output{Text: "task"})
	if err != nil || r.Now().Key != "proposition" {
		t.Fatal(err)
	}
	r, events := r.Happened(at(30), "quote.sent") // the proposal was never said to be made
	if r.Now().Key != "negotiate" || len(events) != 2 {
		t.Fatalf("sent: %+v %v", r, events)
	}
	if w, _ := r.Of(3); w.Stand != StepPassed || w.Reason != "quote.sent" {
		t.Errorf("overtaken: %+v", w)
	}
	r, _ = r.Happened(at(50), "order.placed")
	if r.State != Done || r.Lead(at(99).Now) != 50*time.Hour.Milliseconds() || r.Worked() != 50*time.Minute.Milliseconds() {
		t.Errorf("ended: %+v", r)
	}
	if _, events := r.Happened(at(51), "opportunity.lost"); len(events) != 0 {
		t.Error("what is over is not lost")
	}
	if _, _, err := r.Begin(at(52), 6, sanne); !errors.Is(err, ErrEnded) {
		t.Error(err)
	}
}

// TestMachineIsNotOvertaken: a document of a later step waits for the machine.
func TestMachineIsNotOvertaken(t *testing.T) {
	t.Parallel()
	g := at(0)
	r := started(g)
	r, _ = r.Happened(g, "conversation.reported") // plan_call is overtaken, the machine is next
	if r.Now().Key != "prepare" {
		t.Fatalf("%+v", r.Now())
	}
	r, _ = r.Happened(at(1), "quote.sent")
	if r.Now().Key != "prepare" || r.Now().Stand != StepQueued {
		t.Fatalf("%+v", r.Now())
	}
	r, _, err := r.Did(at(2), 2, Output{})
	if err != nil || r.Now().Key != "negotiate" {
		t.Fatalf("%+v %v", r.Now(), err)
	}
	if w, _ := r.Of(3); w.Stand != StepPassed {
		t.Errorf("%+v", w)
	}
}

// TestConditions: a small order is not negotiated about.
func TestConditions(t *testing.T) {
	t.Parallel()
	g := at(0)
	g.Known.Amount = 50_000
	r := started(g)
	r, _ = r.Happened(g, "conversation.reported")
	r, _, _ = r.Did(g, 2, Output{})
	r, _ = r.Happened(g, "quote.sent")
	if w, _ := r.Of(5); r.Now().Key != "close" || w.Stand != StepSkipped || w.Reason != "condition" {
		t.Errorf("%+v %+v", r.Now(), w)
	}
	for name, c := range map[string]struct {
		c    Condition
		k    Known
		want bool
	}{
		"below":       {Condition{Below: 100}, Known{Amount: 99}, true},
		"not below":   {Condition{Below: 100}, Known{Amount: 100}, false},
		"from":        {Condition{From: 100}, Known{Amount: 100}, true},
		"a person":    {Condition{Kind: "person"}, Known{Kind: "person"}, true},
		"no person":   {Condition{Kind: "person"}, Known{Kind: "organisation"}, false},
		"a customer":  {Condition{Bought: true}, Known{Bought: true}, true},
		"no one":      {Condition{Bought: true}, Known{}, false},
		"unsaid":      {Condition{}, Known{Amount: 5, Kind: "person", Bought: true}, false},
		"one of both": {Condition{Below: 100, Kind: "person"}, Known{Amount: 500, Kind: "person"}, true},
	} {
		if c.c.Holds(c.k) != c.want {
			t.Error(name)
		}
	}
}

// TestParked: what fails three times is seen, waits for a person, and is never lost.
func TestParked(t *testing.T) {
	t.Parallel()
	g := at(0)
	r := started(g)
	r, _ = r.Happened(g, "conversation.reported")
	var events []Event
	var err error
	for n := 1; n <= 3; n++ {
		if r, events, err = r.Failed(g, 2, "draft.contact", time.Minute); err != nil {
			t.Fatal(err)
		}
		if parked := r.Now().Stand == StepParked; parked != (n == 3) || r.Now().Attempts != n || parked != (len(events) == 1) {
			t.Fatalf("%d: %+v %v", n, r.Now(), events)
		}
	}
	if r.State != Waiting || r.Now().Wait != ForInternal || r.Now().Fault != "draft.contact" {
		t.Errorf("%+v", r)
	}
	if _, _, err := r.Did(g, 2, Output{}); !errors.Is(err, ErrStep) {
		t.Errorf("a parked step is done by the machine: %v", err)
	}
	if _, _, err := r.Finish(g, 2, sanne, Report{}); !errors.Is(err, ErrMachine) {
		t.Errorf("by a person: %v", err)
	}
	again, _, err := r.Retry(g, 2)
	if err != nil || again.Now().Stand != StepQueued || again.Now().Attempts != 0 {
		t.Errorf("%+v %v", again.Now(), err)
	}
	if _, _, err := again.Retry(g, 2); !errors.Is(err, ErrParked) {
		t.Error(err)
	}
	if _, _, err := r.Skip(g, 2, sanne, " "); err == nil {
		t.Error("left out without a reason")
	}
	past, _, err := r.Skip(g, 2, sanne, "Taak stond er al.")
	if w, _ := past.Of(2); err != nil || past.Now().Key != "proposition" || w.Stand != StepSkipped || w.Reason != "Taak stond er al." {
		t.Errorf("%+v %v", past, err)
	}
}

// TestChecklist: a step is done when its checklist is.
func TestChecklist(t *testing.T) {
	t.Parallel()
	r := started(at(0))
	_, _, err := r.Finish(at(1), 0, sanne, Report{Checked: []string{"a"}})
	if f, ok := fault.From(err); !ok || !errors.Is(f.Fields["checked"], ErrUnticked) {
		t.Error(err)
	}
	r, _, err = r.Finish(at(1), 0, sanne, Report{Minutes: -1, Checked: []string{"a", "b"}})
	if w, _ := r.Of(0); err != nil || w.Stand != StepDone || w.Member != sanne {
		t.Errorf("%+v %v", w, err)
	}
	if r.Works[0].Waited(at(9).Now) != time.Hour.Milliseconds() {
		t.Error(r.Works[0].Waited(at(9).Now))
	}
	if yes, counts := r.Works[0].InTime(); !yes || !counts {
		t.Error("16 hours are enough for one")
	}
}

// TestAnyRun: whatever happens in whatever order, a run has one open step as long
// as it is open and none afterwards, never goes back, and its times are in order.
func TestAnyRun(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tpl := Standard()[rapid.IntRange(0, 2).Draw(t, "process")].Template
		g := at(0)
		g.Template, g.Known.Amount = tpl, rapid.Int64Range(0, 300_000).Draw(t, "amount")
		r := started(g)
		last := -1
		for n := range rapid.IntRange(1, 25).Draw(t, "n") {
			g.Now += rapid.Int64Range(0, 100_000_000).Draw(t, "later")
			at := r.At
			switch rapid.IntRange(0, 8).Draw(t, "verb") {
			case 0:
				r, _, _ = r.Begin(g, at, sanne)
			case 1:
				r, _, _ = r.Finish(g, at, sanne, Report{Minutes: -1, Checked: []string{"a", "b"}})
			case 2:
				r, _, _ = r.Skip(g, at, sanne, "omdat")
			case 3:
				r, _, _ = r.Did(g, at, Output{})
			case 4:
				r, _, _ = r.Failed(g, at, "x", time.Second)
			case 5:
				r, _, _ = r.Retry(g, at)
			case 6:
				r, _, _ = r.Hold(g, at, ForSupplier, "onderdeel")
			default:
				r, _ = r.Happened(g, rapid.SampledFrom(heard).Draw(t, "deed"))
			}
			open := 0
			for i, w := range r.Works {
				if w.Stand.Open() {
					open++
				}
				if w.Ended != 0 && (w.Ended < w.Ready || w.Begun > w.Ended) || i > 0 && r.Works[i-1].At >= w.At {
					t.Fatalf("%d: %+v", n, w)
				}
			}
			if want := map[bool]int{true: 1}[r.State.Open()]; open != want {
				t.Fatalf("%d: %s with %d open steps: %+v", n, r.State, open, r)
			}
			if r.At < last {
				t.Fatalf("%d: back from %d to %d", n, last, r.At)
			}
			last = r.At
		}
	})
}

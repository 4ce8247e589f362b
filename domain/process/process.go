// Package process holds the rules of a process: a set order of steps done by
// people or machines, each with its purpose for the customer, and the runs that
// follow the documents through it (domain.md §2.11).
//
// What a machine step does, and which document belongs to which run, is app's to
// say; a run hears of documents by the deeds of facts.
package process

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
)

// Text is what is written in a template, in the languages of the desk.
type Text struct {
	NL string `json:"nl"`
	EN string `json:"en"`
}

// In is the text in a language; the other one when that was left empty.
func (t Text) In(locale string) string {
	if locale == "en" && t.EN != "" || t.NL == "" {
		return t.EN
	}
	return t.NL
}

// IsZero says whether nothing was written.
func (t Text) IsZero() bool { return t == Text{} }

// Actor is who does a step.
type Actor string

// The actors.
const (
	Human   Actor = "human"
	Machine Actor = "machine"
)

// The parties outside that can do a human step; else its role is one of a member.
const (
	Customer = "customer"
	Supplier = "supplier"
)

// Action is what the machine does in a step.
type Action string

// The actions of Kring.
const (
	MakeTask    Action = "task"    // give the owner of the relation something to do
	SendDraft   Action = "draft"   // write what is to be sent, to be copied
	ScoreLead   Action = "score"   // see whether the lead fits and is warm enough
	CheckCredit Action = "credit"  // see whether the customer may buy on account
	MakeInvoice Action = "invoice" // of what was delivered
	WaitDays    Action = "wait"    // until so many days have gone by
	WaitDeed    Action = "event"   // until a document says so
)

// Actions are all actions, in the order of a menu.
var Actions = []Action{MakeTask, SendDraft, ScoreLead, CheckCredit, MakeInvoice, WaitDays, WaitDeed}

// Waits says that the action does nothing but wait.
func (a Action) Waits() bool { return a == WaitDays || a == WaitDeed }

// Wait is for whom a run waits.
type Wait string

// The kinds of waiting.
const (
	ForCustomer Wait = "customer"
	ForInternal Wait = "internal"
	ForSupplier Wait = "supplier"
)

// Waits are all kinds, in the order of a menu.
var Waits = []Wait{ForCustomer, ForInternal, ForSupplier}

// Condition says when a step is left out. What is zero says nothing; of more
// conditions one is enough.
type Condition struct {
	Below  int64  `json:"below,omitempty"`  // the amount is less than this, in cents
	From   int64  `json:"from,omitempty"`   // the amount is this or more, in cents
	Kind   string `json:"kind,omitempty"`   // of the relation: organisation or person
	Bought bool   `json:"bought,omitempty"` // the relation buys, or bought, before this
}

// IsZero says that a step is never left out.
func (c Condition) IsZero() bool { return c == Condition{} }

// Known is what a run knows of what it is about when a condition is judged.
type Known struct {
	Amount int64  // in cents, 0 when there is none yet
	Kind   string // of the relation
	Bought bool
}

// Holds says whether a step is left out.
func (c Condition) Holds(k Known) bool {
	return c.Below > 0 && k.Amount < c.Below || c.From > 0 && k.Amount >= c.From || c.Kind != "" && c.Kind == k.Kind || c.Bought && k.Bought
}

// Step is one activity of a template.
type Step struct {
	Key     string    `json:"key"` // stays the same from one version to the next
	Name    Text      `json:"name"`
	Actor   Actor     `json:"actor"`
	Role    string    `json:"role"` // of a member, customer or supplier; of a machine step: who looks when it fails
	Action  Action    `json:"action,omitempty"`
	Lane    Text      `json:"lane,omitzero"` // as the department is called; the name of the role when empty
	Input   Text      `json:"input,omitzero"`
	Output  Text      `json:"output,omitzero"`
	Purpose Text      `json:"purpose"`           // why, for the customer
	Draft   Text      `json:"draft,omitzero"`    // what is written, when something is sent, or to be done
	Hours   int64     `json:"hours"`             // working hours within which it is done; 0 is no norm
	Minutes int64     `json:"minutes,omitempty"` // how long the work usually takes
	Days    int64     `json:"days,omitempty"`    // that a wait lasts
	Checks  []Text    `json:"checks,omitempty"`
	Deeds   []string  `json:"deeds,omitempty"` // of documents that say it is done: quote.sent …
	Skip    Condition `json:"skip,omitzero"`
	Wait    Wait      `json:"wait,omitempty"` // for whom a run waits before it is begun
	Next    string    `json:"next,omitempty"` // the key of the step after it when that is a later one, or end
}

// End is where a step goes on to when the run ends after it.
const End = "end"

// Outside says that somebody outside does the step.
func (s Step) Outside() bool { return s.Role == Customer || s.Role == Supplier }

// SLA is the norm in working time.
func (s Step) SLA() time.Duration { return time.Duration(s.Hours) * time.Hour }

// Template is one version of a process. It never changes: an edit is a new
// version, and runs finish on theirs.
type Template struct {
	Name   Text     `json:"name"`
	Owner  string   `json:"owner"`           // the role that answers for it
	Begins []string `json:"begins"`          // deeds that begin a run
	Ends   []string `json:"ends,omitempty"`  // deeds that end it well, wherever it is
	Stops  []string `json:"stops,omitempty"` // deeds that end it otherwise
	Steps  []Step   `json:"steps"`
}

// Process is a template in use: the version that new runs take.
type Process struct {
	ID      id.Process `json:"id"`
	Version int64      `json:"version"`
	Key     string     `json:"key"`
	Number  int        `json:"number"` // of the template's version, from 1
	On      bool       `json:"on"`     // whether new runs begin
	Template
	Created int64 `json:"created_at"`
	Updated int64 `json:"updated_at"`
}

// At is the place of a step, -1 when the template has no such step.
func (t Template) At(key string) int {
	return slices.IndexFunc(t.Steps, func(s Step) bool { return s.Key == key })
}

// after is the place of the step after one that was done; the number of steps
// when it was the last.
func (t Template) after(at int) int {
	switch next := t.Steps[at].Next; next {
	case "":
		return at + 1
	case End:
		return len(t.Steps)
	default:
		if to := t.At(next); to > at {
			return to
		}
		return at + 1
	}
}

// Listens says whether a deed means anything to the template.
func (t Template) Listens(deed string) bool {
	if slices.Contains(t.Begins, deed) || slices.Contains(t.Ends, deed) || slices.Contains(t.Stops, deed) {
		return true
	}
	return slices.ContainsFunc(t.Steps, func(s Step) bool { return slices.Contains(s.Deeds, deed) })
}

// Kinds are the documents that a run can be about, in the order in which one
// follows from another.
var Kinds = []fact.Kind{fact.Lead, fact.Opportunity, fact.Conversation, fact.Quote, fact.Order, fact.Invoice, fact.Payment, fact.Contract}

// Deeds are what documents say that a process can listen to, by kind.
func Deeds() []string { return slices.Clone(heard) }

var heard = []string{
	"lead.created", "lead.worked", "lead.qualified", "lead.accepted", "lead.returned", "lead.nurtured", "lead.disqualified", "lead.converted",
	"opportunity.created", "opportunity.moved", "opportunity.won", "opportunity.lost", "opportunity.reopened",
	"conversation.planned", "conversation.held", "conversation.reported", "conversation.confirmed",
	"quote.drafted", "quote.approved", "quote.sent", "quote.opened", "quote.accepted", "quote.rejected", "quote.expired", "quote.withdrawn", "quote.revised",
	"order.placed", "order.confirmed", "order.checked", "order.held", "order.released", "order.planned", "order.delivered", "order.accepted", "order.invoiced", "order.paid", "order.evaluated", "order.cancelled",
	"invoice.drafted", "invoice.sent", "invoice.paid", "invoice.credited", "invoice.reminded", "invoice.disputed", "invoice.written_off",
	"payment.booked",
	"contract.signed", "contract.renewed", "contract.ended",
}

// KindOf is the kind of document that a deed is done to.
func KindOf(deed string) fact.Kind {
	kind, _, _ := strings.Cut(deed, ".")
	return fact.Kind(kind)
}

// The limits of a template.
const (
	MaxSteps  = 40
	MaxChecks = 20
	MaxName   = 80
	MaxText   = 1000
	MaxHours  = 2000
	MaxDays   = 1000
)

var (
	// ErrName says that a process and its steps have a name.
	ErrName = fault.New(fault.Invalid, "process.name", "give it a name")
	// ErrSteps says how many steps a process has.
	ErrSteps = fault.New(fault.Invalid, "process.steps", "a process has 1 to 40 steps")
	// ErrKey says that two steps cannot be told apart.
	ErrKey = fault.New(fault.Invalid, "process.key", "a step has a short name of its own: small letters, digits and _")
	// ErrActor says that a step is done by a person or the machine.
	ErrActor = fault.New(fault.Invalid, "process.actor", "a step is done by a person or by the machine")
	// ErrRole says that nobody can do the step.
	ErrRole = fault.New(fault.Invalid, "process.role", "choose whose step it is")
	// ErrAction says that the machine does not know what to do.
	ErrAction = fault.New(fault.Invalid, "process.action", "choose what the machine does")
	// ErrDraft says that there is nothing to send or to do.
	ErrDraft = fault.New(fault.Invalid, "process.draft", "write what is to be sent or done")
	// ErrDays says how long a wait lasts.
	ErrDays = fault.New(fault.Invalid, "process.days", "a wait lasts 1 to 1000 days")
	// ErrEvent says that a wait would never end.
	ErrEvent = fault.New(fault.Invalid, "process.event", "choose which document ends the waiting; otherwise the run never goes on")
	// ErrDeed says that documents do no such thing.
	ErrDeed = fault.New(fault.Invalid, "process.deed", "no document says this")
	// ErrBegins says that nothing begins the process.
	ErrBegins = fault.New(fault.Invalid, "process.begins", "choose which document begins the process")
	// ErrBoth says that the same deed begins a run and ends it.
	ErrBoth = fault.New(fault.Invalid, "process.both", "the same document cannot both begin the process and end it")
	// ErrPurpose says that a step is for the customer.
	ErrPurpose = fault.New(fault.Invalid, "process.purpose", "write down what this step does for the customer")
	// ErrHours says how long a step may take.
	ErrHours = fault.New(fault.Invalid, "process.hours", "a norm is 0 to 2000 working hours")
	// ErrWait says for whom a run can wait.
	ErrWait = fault.New(fault.Invalid, "process.wait", "a run waits for the customer, for us, or for a supplier")
	// ErrNext says that a step goes on to a later one.
	ErrNext = fault.New(fault.Invalid, "process.next", "a step goes on to a later step, or to the end")
	// ErrUnreachable says that no run ever comes to a step.
	ErrUnreachable = fault.New(fault.Invalid, "process.unreachable", "no run comes to this step: the steps before it go past it")
	// ErrNever says that a step is always left out.
	ErrNever = fault.New(fault.Invalid, "process.never", "this step is always left out: every amount is below the one bound or from the other on")
	// ErrChecks says how long a checklist is.
	ErrChecks = fault.New(fault.Invalid, "process.checks", "a checklist has at most 20 lines")
	// ErrCondition says that a condition cannot be judged.
	ErrCondition = fault.New(fault.Invalid, "process.condition", "a step is left out by an amount, or for an organisation or a person")
)

// Clean is the template with its texts as they are stored, or what is wrong with
// it, by field: steps.0.name. roles are those that members can have.
func (t Template) Clean(roles []string) (Template, error) {
	wrong := fault.Fields{}
	text := func(field string, x *Text, most int, needed error) {
		var err error
		x.NL, err = fold.Text(x.NL, most)
		wrong.Add(field, err)
		x.EN, err = fold.Text(x.EN, most)
		wrong.Add(field, err)
		if needed != nil && x.IsZero() {
			wrong.Add(field, needed)
		}
	}
	text("name", &t.Name, MaxName, ErrName)
	if !slices.Contains(roles, t.Owner) {
		wrong.Add("owner", ErrRole)
	}
	known := Deeds()
	deeds := func(field string, all []string) []string {
		all = slices.Compact(slices.Sorted(slices.Values(all)))
		for _, d := range all {
			if !slices.Contains(known, d) {
				wrong.Add(field, ErrDeed)
			}
		}
		return all
	}
	t.Begins, t.Ends, t.Stops = deeds("begins", t.Begins), deeds("ends", t.Ends), deeds("stops", t.Stops)
	if len(t.Begins) == 0 {
		wrong.Add("begins", ErrBegins)
	}
	for _, d := range t.Begins {
		if slices.Contains(t.Ends, d) || slices.Contains(t.Stops, d) {
			wrong.Add("begins", ErrBoth)
		}
	}
	if len(t.Steps) == 0 || len(t.Steps) > MaxSteps {
		wrong.Add("steps", ErrSteps)
		return t, wrong.Err()
	}
	t.Steps = slices.Clone(t.Steps)
	for i := range t.Steps {
		s, at := &t.Steps[i], "steps."+strconv.Itoa(i)+"."
		text(at+"name", &s.Name, MaxName, ErrName)
		text(at+"lane", &s.Lane, MaxName, nil)
		text(at+"input", &s.Input, MaxText, nil)
		text(at+"output", &s.Output, MaxText, nil)
		text(at+"purpose", &s.Purpose, MaxText, ErrPurpose)
		text(at+"draft", &s.Draft, MaxText*4, nil)
		s.Deeds = deeds(at+"deeds", s.Deeds)
		s.Checks = slices.Clone(s.Checks)
		for n := range s.Checks {
			text(at+"checks", &s.Checks[n], MaxText, nil)
		}
		s.Checks = slices.DeleteFunc(s.Checks, Text.IsZero)
		if len(s.Checks) > MaxChecks {
			wrong.Add(at+"checks", ErrChecks)
		}
		if !key(s.Key) || t.At(s.Key) != i || s.Key == End {
			wrong.Add(at+"key", ErrKey)
		}
		s.check(at, roles, wrong)
	}
	t.ways(wrong)
	return t, wrong.Err()
}

// key says whether a text can be the key of a step.
func key(s string) bool {
	return s != "" && len(s) <= 40 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

func (s *Step) check(at string, roles []string, wrong fault.Fields) {
	if !slices.Contains(roles, s.Role) && (s.Actor == Machine || !s.Outside()) {
		wrong.Add(at+"role", ErrRole)
	}
	if s.Wait != "" && !slices.Contains(Waits, s.Wait) {
		wrong.Add(at+"wait", ErrWait)
	}
	if s.Hours < 0 || s.Hours > MaxHours {
		wrong.Add(at+"hours", ErrHours)
	}
	if s.Minutes < 0 || s.Minutes > MaxHours*60 {
		wrong.Add(at+"minutes", ErrHours)
	}
	if s.Skip.Below < 0 || s.Skip.From < 0 || s.Skip.Kind != "" && s.Skip.Kind != "organisation" && s.Skip.Kind != "person" {
		wrong.Add(at+"skip", ErrCondition)
	}
	if s.Skip.Below > 0 && s.Skip.From > 0 && s.Skip.From <= s.Skip.Below {
		wrong.Add(at+"skip", ErrNever)
	}
	switch s.Actor {
	case Human:
		s.Action, s.Days = "", 0
	case Machine:
		s.Checks = nil
		switch {
		case !slices.Contains(Actions, s.Action):
			wrong.Add(at+"action", ErrAction)
		case s.Action == WaitDays && (s.Days < 1 || s.Days > MaxDays):
			wrong.Add(at+"days", ErrDays)
		case s.Action == WaitDeed && len(s.Deeds) == 0:
			wrong.Add(at+"deeds", ErrEvent)
		case (s.Action == SendDraft || s.Action == MakeTask) && s.Draft.IsZero():
			wrong.Add(at+"draft", ErrDraft)
		}
		if s.Action != WaitDays {
			s.Days = 0
		}
	default:
		wrong.Add(at+"actor", ErrActor)
	}
}

// ways walks all ways through the steps: each goes on to a later one, so no run
// goes round, and each step is on a way.
func (t Template) ways(wrong fault.Fields) {
	reached := make([]bool, len(t.Steps)+1)
	reached[0] = true
	for i, s := range t.Steps {
		if s.Next != "" && s.Next != End && t.At(s.Next) <= i {
			wrong.Add("steps."+strconv.Itoa(i)+".next", ErrNext)
		}
		if !reached[i] {
			wrong.Add("steps."+strconv.Itoa(i)+".name", ErrUnreachable)
			continue
		}
		reached[t.after(i)] = true
		if !s.Skip.IsZero() { // left out it goes on to the one behind it
			reached[i+1] = true
		}
	}
}

// Diff is what is different between two versions, for a fact.
func Diff(a, b Process) []fact.Change {
	of := func(p Process) func(string) any {
		return func(k string) any {
			switch k {
			case "name":
				return p.Name
			case "owner":
				return p.Owner
			case "begins":
				return p.Begins
			case "ends":
				return p.Ends
			case "stops":
				return p.Stops
			case "on":
				return p.On
			case "number":
				return p.Number
			}
			return p.Steps
		}
	}
	return fact.Between([]string{"name", "owner", "begins", "ends", "stops", "on", "number", "steps"}, of(a), of(b))
}

var (
	// ErrTaken says that another process has this key.
	ErrTaken = fault.New(fault.Invalid, "process.taken", "another process has this short name")
	// ErrNobody says that nobody can do what the machine hands out.
	ErrNobody = fault.New(fault.Invalid, "process.nobody", "nobody looks after this relation, and nobody has the role of this step")
	// ErrNoAddress says that a draft has nobody to go to.
	ErrNoAddress = fault.New(fault.Invalid, "process.no_address", "no e-mail address is known of this relation")
	// ErrNoLead says that there is no lead to weigh.
	ErrNoLead = fault.New(fault.Invalid, "process.no_lead", "this run has no lead")
	// ErrNoOrder says that there is no order to check or to invoice.
	ErrNoOrder = fault.New(fault.Invalid, "process.no_order", "this run has no order yet")
	// ErrTurn says that a list of runs is one of three.
	ErrTurn = fault.New(fault.Invalid, "run.turn", "ask for your own steps, those of your role, or all")
)

// ValidKey says whether a process can have this key.
func ValidKey(s string) error {
	if !key(s) {
		return fault.Field("key", ErrKey)
	}
	return nil
}

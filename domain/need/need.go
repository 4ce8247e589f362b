// Package need holds the rules of what a customer needs, in the customer's words
// (domain.md §2.19). An implied need is a difficulty or dissatisfaction; an
// explicit one is a wish, said by the buyer. An explicit need links to the
// problem it came from, with its implication and what solving it is worth.
//
// A need is open until a line of a quote answers it, or it turns out not to be.
package need

import (
	"slices"
	"strings"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
)

// Kind is how far a need was said.
type Kind string

// The kinds.
const (
	Implied  Kind = "implied"
	Explicit Kind = "explicit"
)

// Kinds are both kinds, in the order of a menu.
var Kinds = []Kind{Implied, Explicit}

// State is where a need stands.
type State string

// The states.
const (
	Open     State = "open"
	Answered State = "answered"
	Dropped  State = "dropped"
)

// States are all states, in the order of a menu.
var States = []State{Open, Answered, Dropped}

// Need is one need of a customer. Times are milliseconds UTC.
type Need struct {
	ID           id.Need         `json:"id"`
	Version      int64           `json:"version"`
	Account      id.Account      `json:"account"`
	Opportunity  id.Opportunity  `json:"opportunity"`  // zero when it belongs to none
	Conversation id.Conversation `json:"conversation"` // in which it was said
	Contact      id.Contact      `json:"contact"`      // who said it
	By           id.Member       `json:"by"`           // who wrote it down
	Kind         Kind            `json:"kind"`
	Words        string          `json:"words"`       // of the customer
	Problem      id.Need         `json:"problem"`     // of an explicit one: the implied need it came from
	Implication  string          `json:"implication"` // what the problem leads to
	Basis        string          `json:"basis"`       // what the implication rests on (E-03)
	Payoff       string          `json:"payoff"`      // what solving it is worth, said by the customer
	State        State           `json:"state"`
	AnswerKind   fact.Kind       `json:"answer_kind"` // the kind of what answers it: quote
	Answer       id.Record       `json:"answer"`
	Why          string          `json:"why"` // it was dropped
	Created      int64           `json:"created_at"`
	Updated      int64           `json:"updated_at"`
}

// Draft is what is filled in for a need.
type Draft struct {
	Account      id.Account
	Opportunity  id.Opportunity
	Conversation id.Conversation
	Contact      id.Contact
	Kind         Kind // implied when empty
	Words        string
	Problem      id.Need
	Implication  string
	Basis        string
	Payoff       string
}

// The limits of what is written.
const (
	MaxWords = 1000
	MaxWhy   = 2000
)

var (
	// ErrWords says that a need is in the customer's words.
	ErrWords = fault.New(fault.Invalid, "need.words", "write down what the customer said")
	// ErrKind says that a need is implied or explicit.
	ErrKind = fault.New(fault.Invalid, "need.kind", "a need is implied or explicit")
	// ErrAccount says that it is nobody's need.
	ErrAccount = fault.New(fault.Invalid, "need.account", "choose the relation whose need this is")
	// ErrContact says that the person is not at the relation.
	ErrContact = fault.New(fault.Invalid, "need.contact", "this person is not at the relation")
	// ErrProblem says that only an explicit need comes from an implied one of the
	// same relation.
	ErrProblem = fault.New(fault.Invalid, "need.problem", "an explicit need links to an implied need of the same relation")
	// ErrState says that a need stands nowhere like that.
	ErrState = fault.New(fault.Invalid, "need.state", "a need is open, answered or dropped")
	// ErrAnswer says that what answers a need is named with its kind.
	ErrAnswer = fault.New(fault.Invalid, "need.answer", "name what answers the need, and its kind")
	// ErrSettled says that a need is no longer open.
	ErrSettled = fault.New(fault.Conflict, "need.settled", "this need was answered or dropped already")
	// ErrOpen says that a need is open.
	ErrOpen = fault.New(fault.Conflict, "need.open", "this need is open")
	// ErrWhy says that who drops a need says why.
	ErrWhy = fault.New(fault.Invalid, "need.why", "write down why this is no need after all")
)

// New makes an open need.
func New(i id.Need, now int64, d Draft) (Need, error) {
	n := Need{ID: i, Version: 1, State: Open, Created: now, Updated: now}
	return n, n.take(d)
}

// Change puts other words or links in a need.
func Change(n Need, now int64, d Draft) (Need, []fact.Change, error) {
	next := n
	if err := next.take(d); err != nil {
		return n, nil, err
	}
	return became(n, next, now)
}

// Draft is the need as it would be filled in.
func (n Need) Draft() Draft {
	return Draft{
		Account: n.Account, Opportunity: n.Opportunity, Conversation: n.Conversation, Contact: n.Contact, Kind: n.Kind, Words: n.Words, Problem: n.Problem,
		Implication: n.Implication, Basis: n.Basis, Payoff: n.Payoff,
	}
}

func (n *Need) take(d Draft) error {
	wrong := fault.Fields{}
	text := func(field, s string) string {
		s, err := fold.Text(s, MaxWords)
		wrong.Add(field, err)
		return s
	}
	if n.Words = text("words", d.Words); n.Words == "" && wrong["words"] == nil {
		wrong.Add("words", ErrWords)
	}
	n.Implication, n.Basis, n.Payoff = text("implication", d.Implication), text("basis", d.Basis), text("payoff", d.Payoff)
	if n.Kind = d.Kind; n.Kind == "" {
		n.Kind = Implied
	}
	if !slices.Contains(Kinds, n.Kind) {
		wrong.Add("kind", ErrKind)
	}
	if d.Account.IsZero() {
		wrong.Add("account", ErrAccount)
	}
	if !d.Problem.IsZero() && (n.Kind != Explicit || d.Problem == n.ID) {
		wrong.Add("problem", ErrProblem)
	}
	n.Account, n.Opportunity, n.Conversation, n.Contact, n.Problem = d.Account, d.Opportunity, d.Conversation, d.Contact, d.Problem
	return wrong.Err()
}

// Comes says whether an explicit need can come from this one.
func (n Need) Comes(from Need) bool {
	return n.Kind == Explicit && from.Kind == Implied && from.Account == n.Account && from.ID != n.ID
}

// AnswerBy says that a line of a quote answers the need. What answers it already
// may be followed by another version.
func (n Need) AnswerBy(now int64, kind fact.Kind, by id.Record) (Need, []fact.Change, error) {
	if n.State == Dropped {
		return n, nil, ErrSettled
	}
	if kind == "" || by.IsZero() {
		return n, nil, ErrAnswer
	}
	next := n
	next.State, next.AnswerKind, next.Answer = Answered, kind, by
	return became(n, next, now)
}

// Drop says that it turned out to be no need.
func (n Need) Drop(now int64, why string) (Need, []fact.Change, error) {
	if n.State != Open {
		return n, nil, ErrSettled
	}
	why, err := fold.Text(why, MaxWhy)
	if err == nil && why == "" {
		err = ErrWhy
	}
	if err != nil {
		wrong := fault.Fields{}
		wrong.Add("why", err)
		return n, nil, wrong.Err()
	}
	next := n
	next.State, next.Why = Dropped, why
	return became(n, next, now)
}

// Reopen says that nothing answers it any more, or that it is a need after all.
func (n Need) Reopen(now int64) (Need, []fact.Change, error) {
	if n.State == Open {
		return n, nil, ErrOpen
	}
	next := n
	next.State, next.AnswerKind, next.Answer, next.Why = Open, "", id.Record{}, ""
	return became(n, next, now)
}

// Flagged says whether its implication plays on fear without saying on what that
// rests (E-03).
func (n Need) Flagged() bool { return fold.Fearful(n.Implication) && strings.TrimSpace(n.Basis) == "" }

// Development is explicit out of implied needs, in basis points, rounded half up;
// false when no implied need was found (domain.md §2.19: 3 of 5 is 60%).
func Development(explicit, implied int) (int, bool) {
	if implied == 0 {
		return 0, false
	}
	return (explicit*20000 + implied) / (2 * implied), true
}

func became(n, next Need, now int64) (Need, []fact.Change, error) {
	changes := Diff(n, next)
	if len(changes) > 0 {
		next.Updated = now
	}
	return next, changes, nil
}

// Diff is what is different between two versions of a need.
func Diff(a, b Need) (changes []fact.Change) {
	add := fact.Into(&changes)
	add("account", a.Account == b.Account, a.Account, b.Account)
	add("opportunity", a.Opportunity == b.Opportunity, a.Opportunity, b.Opportunity)
	add("conversation", a.Conversation == b.Conversation, a.Conversation, b.Conversation)
	add("contact", a.Contact == b.Contact, a.Contact, b.Contact)
	add("kind", a.Kind == b.Kind, a.Kind, b.Kind)
	add("words", a.Words == b.Words, a.Words, b.Words)
	add("problem", a.Problem == b.Problem, a.Problem, b.Problem)
	add("implication", a.Implication == b.Implication, a.Implication, b.Implication)
	add("basis", a.Basis == b.Basis, a.Basis, b.Basis)
	add("payoff", a.Payoff == b.Payoff, a.Payoff, b.Payoff)
	add("state", a.State == b.State, a.State, b.State)
	add("answer", a.Answer == b.Answer, a.Answer, b.Answer)
	add("why", a.Why == b.Why, a.Why, b.Why)
	return changes
}

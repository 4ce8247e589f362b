package conversation

import (
	"slices"

	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
)

// Behaviour is one thing that somebody practises.
type Behaviour string

// The behaviours. Each can be counted in a conversation.
const (
	AskProblems     Behaviour = "problem"
	AskImplications Behaviour = "implication"
	AskPayoff       Behaviour = "payoff"
	LetTalk         Behaviour = "listen"  // the customer speaks at least half of the time
	CheckObjections Behaviour = "check"   // ask whether the answer was enough
	TieBenefits     Behaviour = "benefit" // show only what answers a need that was said
	AskAdvance      Behaviour = "advance" // end with something that the buyer does
)

// Behaviours are all behaviours, in the order of a page.
var Behaviours = []Behaviour{AskProblems, AskImplications, AskPayoff, LetTalk, CheckObjections, TieBenefits, AskAdvance}

// Tries is how often a behaviour is tried before it is judged or left.
const Tries = 3

// Practice is what one member practises: their own and nobody else's.
type Practice struct {
	ID         id.Record
	Version    int64
	Member     id.Member
	Behaviour  Behaviour
	Began      int64
	Ended      int64  // 0 while it goes on
	Reflection string // how it went, in their own words, after at least three tries
}

var (
	// ErrBehaviour says that there is no such behaviour.
	ErrBehaviour = fault.New(fault.Invalid, "practice.behaviour", "choose one of the behaviours")
	// ErrOne says that one behaviour is practised at a time.
	ErrOne = fault.New(fault.Conflict, "practice.one", "you practise one behaviour at a time: finish that one first")
	// ErrTries says that something new is tried three times before it is judged.
	ErrTries = fault.New(fault.Conflict, "practice.tries", "try it at least three times before you judge it")
	// ErrNoPractice says that nothing is practised.
	ErrNoPractice = fault.New(fault.Conflict, "practice.none", "you practise nothing now")
)

// Practise begins to practise a behaviour.
func Practise(i id.Record, now int64, m id.Member, b Behaviour) (Practice, error) {
	if !slices.Contains(Behaviours, b) {
		return Practice{}, fault.Field("behaviour", ErrBehaviour)
	}
	return Practice{ID: i, Version: 1, Member: m, Behaviour: b, Began: now}, nil
}

// Finish ends it after at least three tries, with what one makes of it.
func (p Practice) Finish(now int64, tries int, reflection string) (Practice, error) {
	switch {
	case p.Ended != 0:
		return p, ErrNoPractice
	case tries < Tries:
		return p, ErrTries
	}
	text, err := fold.Text(reflection, MaxText)
	if err != nil {
		wrong := fault.Fields{}
		wrong.Add("reflection", err)
		return p, wrong.Err()
	}
	p.Ended, p.Reflection = now, text
	return p, nil
}

// Uses is how often a behaviour was used in a conversation: quantity, no quality.
func (b Behaviour) Uses(c Conversation, notes []Note) int {
	n := Count(notes)
	yes := func(ok bool) int {
		if ok {
			return 1
		}
		return 0
	}
	switch b {
	case AskProblems:
		return n.P
	case AskImplications:
		return n.I
	case AskPayoff:
		return n.N
	case LetTalk:
		share, ok := Talk{Customer: c.Customer, Self: c.Self}.Share()
		return yes(ok && share >= TalkTarget)
	case CheckObjections:
		return n.Checked
	case TieBenefits:
		return n.Benefits
	case AskAdvance:
		return yes(c.Outcome == Advance)
	}
	return 0
}

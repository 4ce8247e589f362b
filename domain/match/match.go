// Package match tells which records may be the same relation or person: what of
// a record is compared (Subject), which records are worth comparing (Blocks),
// how likely two are the same and why (Models.Weigh), and what a person decided
// about a pair (Pair).
//
// It knows no account and no contact: whoever asks says in a Subject what there
// is to compare. The method is stat/linkage; doc/match.md tells how the shipped
// weights came about.
package match

import (
	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
)

// Subject is what there is to compare of one record, or of one that somebody is
// about to make. Texts are as they are kept; an empty one is not known.
type Subject struct {
	Kind     fact.Kind
	ID       id.Record // zero for a draft
	Person   bool      // a contact, or an account of kind person
	Name     string    // of an account, whole
	Given    string    // of a person
	Initials string
	Infix    string
	Family   string
	Phones   []string // E.164
	Emails   []string // normal form
	KvK      string
	Branch   string // vestigingsnummer
	VatID    string
	Street   string
	Number   string // house number with what is added to it: 12 A
	Postcode string
	City     string
	Country  string
	Website  string
	Account  string       // of a contact: names of its accounts, one a line
	Accounts []id.Account // of a contact: those accounts
	Own      bool         // the contact that an account of kind person has by itself
}

// Found is a record that may be the same as a subject.
type Found struct {
	ID          id.Record `json:"id"`
	Name        string    `json:"name"`
	City        string    `json:"city"` // of a contact without an address: its account
	Probability float64   `json:"probability"`
	Reasons     []Reason  `json:"reasons"`
}

// Reason is one thing that speaks for or against, and how much in bits: one bit
// doubles the odds.
type Reason struct {
	Word   string  `json:"word"` // of Words: "phone_same"
	Weight float64 `json:"weight"`
}

// State is what was decided about a pair.
type State string

// The states. A pair is open until somebody decides; apart is remembered, so
// that the pair never comes back by itself.
const (
	Open   State = "open"
	Later  State = "later"
	Apart  State = "apart"
	Merged State = "merged"
)

// States lists them in the order of a menu.
var States = []State{Open, Later, Apart, Merged}

// Pair is two records that may be the same. A is the smaller id.
type Pair struct {
	ID          id.Record `json:"id"`
	Version     int64     `json:"version"`
	Kind        fact.Kind `json:"kind"`
	A           id.Record `json:"a"`
	B           id.Record `json:"b"`
	Probability float64   `json:"probability"`
	Reasons     []Reason  `json:"reasons"`
	State       State     `json:"state"`
	Until       day.Day   `json:"until,omitempty"` // of one for later: when it is open again
	By          id.Member `json:"decided_by"`
	At          int64     `json:"decided_at,omitempty"` // milliseconds UTC
	Found       int64     `json:"found_at"`
}

// What can be wrong with a deed to a pair.
var (
	ErrState   = fault.New(fault.Invalid, "match.state", "a pair is open, later, apart or merged")
	ErrMerged  = fault.New(fault.Conflict, "match.merged", "these two were merged already")
	ErrSettled = fault.New(fault.Conflict, "match.settled", "this was decided about the pair already")
	ErrUntil   = fault.New(fault.Invalid, "match.until", "say a day after today, within two years")
)

// Same makes a pair out of two records, the smaller id first.
func Same(kind fact.Kind, a, b id.Record) Pair {
	if b.String() < a.String() {
		a, b = b, a
	}
	return Pair{Kind: kind, A: a, B: b, State: Open}
}

// Other is the other record of a pair.
func (p Pair) Other(of id.Record) id.Record {
	if p.A == of {
		return p.B
	}
	return p.A
}

// KeepApart says that the two are different; it is remembered.
func (p Pair) KeepApart(by id.Member, now int64) (Pair, error) {
	return p.decide(Apart, "", by, now)
}

// Postpone puts the pair away until a day after today.
func (p Pair) Postpone(until, today day.Day, by id.Member, now int64) (Pair, error) {
	if d, err := day.Parse(string(until)); err != nil || d != until || until <= today || until > today.Add(2*366) {
		return p, fault.Field("until", ErrUntil)
	}
	if p.State == Later && p.Until != until {
		p.State = Open
	}
	return p.decide(Later, until, by, now)
}

// Reopen takes a decision back.
func (p Pair) Reopen(by id.Member, now int64) (Pair, error) { return p.decide(Open, "", by, now) }

// Merge says that the two became one.
func (p Pair) Merge(by id.Member, now int64) (Pair, error) { return p.decide(Merged, "", by, now) }

// Unmerge says that they are two again: the pair is open.
func (p Pair) Unmerge(by id.Member, now int64) (Pair, error) {
	if p.State != Merged {
		return p, ErrSettled
	}
	p.State, p.Until, p.By, p.At = Open, "", by, now
	return p, nil
}

func (p Pair) decide(s State, until day.Day, by id.Member, now int64) (Pair, error) {
	switch {
	case p.State == s:
		return p, ErrSettled
	case p.State == Merged:
		return p, ErrMerged
	}
	p.State, p.Until, p.By, p.At = s, until, by, now
	return p, nil
}

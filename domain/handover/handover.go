// Package handover holds the rules of passing a relation on: who looked after it
// proposes, who will answers, and a list says what has to be told (domain.md
// §2.2 Ownership, §2.28).
//
// When one is proposed, and what stands on its list, is app's to say; that the
// owner of the relation changes with the answer too.
package handover

import (
	"slices"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
)

// State is where a hand-over stands.
type State string

// The states. A returned one waits for who proposed it: propose again, or leave
// it.
const (
	Proposed  State = "proposed"
	Accepted  State = "accepted"
	Returned  State = "returned"
	Withdrawn State = "withdrawn"
)

// States are all states, in the order of a menu.
var States = []State{Proposed, Accepted, Returned, Withdrawn}

// Item is something to be told: a line of the checklist, as it was when the
// hand-over was proposed.
type Item struct {
	Key  string    `json:"key"`  // contacts, decisions, consents …; of its words
	N    int       `json:"n"`    // how many there are
	Text string    `json:"text"` // which, by name
	Done bool      `json:"done"`
	By   id.Member `json:"by"` // who ticked it
}

// Handover is one relation on its way from one member to another. Times are
// milliseconds UTC.
type Handover struct {
	ID      id.Record  `json:"id"`
	Version int64      `json:"version"`
	Account id.Account `json:"account"`
	From    id.Member  `json:"from"`
	To      id.Member  `json:"to"`
	By      id.Member  `json:"by"` // who proposed it; zero when the first order did
	State   State      `json:"state"`
	Day     day.Day    `json:"day"` // on which it was proposed
	Note    string     `json:"note"`
	Reason  string     `json:"reason"` // of a return
	Items   []Item     `json:"items"`
	Order   id.Record  `json:"order"` // the first order, when that is why
	Created int64      `json:"created_at"`
	Updated int64      `json:"updated_at"`
}

// Line is a hand-over as a row of a list.
type Line struct {
	Handover
	Name string // of the account
}

// The limits of what is written.
const (
	MaxNote   = 2000
	MaxReason = 2000
)

var (
	// ErrTo says that there is nobody to hand over to, or not this one.
	ErrTo = fault.New(fault.Invalid, "handover.to", "choose an active colleague who looks after relations")
	// ErrSelf says that a relation is handed to somebody else.
	ErrSelf = fault.New(fault.Invalid, "handover.self", "this colleague looks after the relation already")
	// ErrOwner says that only somebody with an owner is handed over.
	ErrOwner = fault.New(fault.Conflict, "handover.owner", "nobody looks after this relation, so there is nobody to take it over from")
	// ErrMoved says that somebody else became the owner meanwhile.
	ErrMoved = fault.New(fault.Conflict, "handover.moved", "somebody else looks after this relation by now")
	// ErrOpen says that the relation is on its way already.
	ErrOpen = fault.New(fault.Conflict, "handover.open", "a hand-over of this relation is proposed already")
	// ErrSettled says that a hand-over was answered or taken back.
	ErrSettled = fault.New(fault.Conflict, "handover.settled", "this hand-over was answered or taken back already")
	// ErrReceiver says that somebody answers for another.
	ErrReceiver = fault.New(fault.Denied, "handover.receiver", "only who receives a relation can accept or return it")
	// ErrProposer says that somebody changes another's proposal.
	ErrProposer = fault.New(fault.Denied, "handover.proposer", "only who hands the relation over, or a director, changes this")
	// ErrReason says that a return has a reason.
	ErrReason = fault.New(fault.Invalid, "handover.reason", "write down why you return it")
	// ErrState says that a hand-over stands nowhere like that.
	ErrState = fault.New(fault.Invalid, "handover.state", "a hand-over is proposed, accepted, returned or withdrawn")
	// ErrItem says that a list has no such line.
	ErrItem = fault.New(fault.Invalid, "handover.item", "the list of this hand-over has no such line")
)

// New is a proposal. Lines without anything are left out.
func New(i id.Record, now int64, today day.Day, h Handover) (Handover, error) {
	h.ID, h.Version, h.State, h.Day, h.Created, h.Updated = i, 1, Proposed, today, now, now
	h.Items = slices.DeleteFunc(slices.Clone(h.Items), func(l Item) bool { return l.N == 0 })
	return h, h.check()
}

func (h *Handover) check() error {
	wrong := fault.Fields{}
	switch {
	case h.From.IsZero():
		return ErrOwner
	case h.To.IsZero():
		wrong.Add("to", ErrTo)
	case h.To == h.From:
		wrong.Add("to", ErrSelf)
	}
	note, err := fold.Text(h.Note, MaxNote)
	wrong.Add("note", err)
	h.Note = note
	return wrong.Err()
}

// Redirect proposes it to somebody else, or with another note.
func (h Handover) Redirect(now int64, to id.Member, note string) (Handover, []fact.Change, error) {
	if h.State != Proposed {
		return h, nil, ErrSettled
	}
	next := h
	next.To, next.Note = to, note
	if err := next.check(); err != nil {
		return h, nil, err
	}
	return h.became(next, now)
}

// Tick says of a line that it was told, or not yet.
func (h Handover) Tick(now int64, key string, done bool, by id.Member) (Handover, []fact.Change, error) {
	if h.State != Proposed {
		return h, nil, ErrSettled
	}
	at := slices.IndexFunc(h.Items, func(l Item) bool { return l.Key == key })
	if at < 0 {
		return h, nil, ErrItem
	}
	next := h
	next.Items = slices.Clone(h.Items)
	if next.Items[at].Done == done {
		return h, nil, nil
	}
	next.Items[at].Done, next.Items[at].By = done, by
	if !done {
		next.Items[at].By = id.Member{}
	}
	return h.became(next, now)
}

// Accept takes the relation over; only the one it was proposed to can.
func (h Handover) Accept(now int64, by id.Member) (Handover, []fact.Change, error) {
	return h.answer(now, by, Accepted, "")
}

// Return gives it back, with the reason.
func (h Handover) Return(now int64, by id.Member, reason string) (Handover, []fact.Change, error) {
	reason, err := fold.Text(reason, MaxReason)
	if err == nil && reason == "" {
		err = ErrReason
	}
	if err != nil && h.State == Proposed && by == h.To {
		wrong := fault.Fields{}
		wrong.Add("reason", err)
		return h, nil, wrong.Err()
	}
	return h.answer(now, by, Returned, reason)
}

func (h Handover) answer(now int64, by id.Member, s State, reason string) (Handover, []fact.Change, error) {
	switch {
	case h.State != Proposed:
		return h, nil, ErrSettled
	case by != h.To:
		return h, nil, ErrReceiver
	}
	next := h
	next.State, next.Reason = s, reason
	return h.became(next, now)
}

// Withdraw takes a proposal back, or leaves one that was returned.
func (h Handover) Withdraw(now int64) (Handover, []fact.Change, error) {
	if h.State != Proposed && h.State != Returned {
		return h, nil, ErrSettled
	}
	next := h
	next.State = Withdrawn
	return h.became(next, now)
}

func (h Handover) became(next Handover, now int64) (Handover, []fact.Change, error) {
	changes := Diff(h, next)
	if len(changes) > 0 {
		next.Updated = now
	}
	return next, changes, nil
}

// Waits says for whom it waits: who receives it, or who gets it back.
func (h Handover) Waits(m id.Member) bool {
	return h.State == Proposed && m == h.To || h.State == Returned && m == h.From
}

// Concerns says whether a member hands it over, receives it or proposed it.
func (h Handover) Concerns(m id.Member) bool { return m == h.From || m == h.To || m == h.By }

// Left is how many lines were not told yet.
func (h Handover) Left() (n int) {
	for _, l := range h.Items {
		if !l.Done {
			n++
		}
	}
	return n
}

// Diff is what is different between two versions of a hand-over.
func Diff(a, b Handover) (changes []fact.Change) {
	add := fact.Into(&changes)
	add("from", a.From == b.From, a.From, b.From)
	add("to", a.To == b.To, a.To, b.To)
	add("note", a.Note == b.Note, a.Note, b.Note)
	add("state", a.State == b.State, a.State, b.State)
	add("reason", a.Reason == b.Reason, a.Reason, b.Reason)
	add("items", slices.Equal(a.Items, b.Items), a.Items, b.Items)
	return changes
}

// Choose is to whom a relation goes when nobody said: the candidate who looks
// after the fewest, of two the first; zero when there is none.
func Choose(candidates []id.Member, n map[id.Member]int) (least id.Member) {
	for i, m := range candidates {
		if i == 0 || n[m] < n[least] {
			least = m
		}
	}
	return least
}

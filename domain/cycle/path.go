package cycle

import (
	"bytes"
	"cmp"
	"slices"
	"sort"

	"kring/base/day"
	"kring/base/id"
)

// Move is one step on the ring.
type Move struct {
	Day      day.Day   `json:"day"`
	From     Phase     `json:"from"` // "" of the first
	To       Phase     `json:"to"`
	Event    Event     `json:"event"`
	Turn     int       `json:"turn"` // the turn that the relation is in after it, from 1
	Reason   Reason    `json:"reason,omitempty"`
	Evidence id.Record `json:"evidence"` // the order or the decision; zero for time alone
}

// Path is the way of one relation until a day.
type Path struct {
	Moves []Move
	Phase Phase
	Turn  int
	Label Label
	Since day.Day // when it came into the phase
	Due   day.Day // when time alone moves it next, if nothing happens; "" never
	Quiet day.Day // from when its inactivity may be confirmed; "" when it does not buy

	Bought day.Day // the last purchase, while it buys

	Idle []id.Record // decisions and orders that moved nothing because they did not fit
}

// Follow folds what happened into the path until a day, that day included. On
// one day purchases come before decisions, and purchases of one day are one: who
// splits an order is no more loyal.
func Follow(s Signals, d Definition, until day.Day) Path { return walk(s, d, until).end() }

// Kept is the path that was folded before and of which these moves were written
// down, in their order. It does not tell what time moves next, nor what moved
// nothing. It is what Follow gives until a day on which the path is not due.
func Kept(moves []Move) (p Path) {
	if len(moves) == 0 {
		return p
	}
	last := moves[len(moves)-1]
	return Path{Moves: moves, Phase: last.To, Turn: last.Turn, Label: labels[last.Event], Since: last.Day}
}

// labels are the soft words that a move leaves behind.
var labels = map[Event]Label{Lapsed: Relapsed, Left: WinBack, Faded: WinBack, Readmitted: Welcome}

func walk(s Signals, d Definition, until day.Day) *walker {
	w := &walker{d: d, until: until}
	w.begin(s)
	for _, t := range w.steps(s) {
		if t.day > until {
			break
		}
		w.lapse(t.day)
		if t.decision == nil {
			w.buy(t.purchase)
		} else {
			w.decide(*t.decision)
		}
	}
	w.lapse(until)
	return w
}

// step is one thing that happened.
type step struct {
	day      day.Day
	purchase Purchase
	decision *Decision
}

func (w *walker) steps(s Signals) []step {
	all := make([]step, 0, len(s.Purchases)+len(s.Decisions))
	for _, p := range s.Purchases {
		if !p.Other || w.d.OtherCounters {
			all = append(all, step{day: p.Day, purchase: p})
		}
	}
	for i := range s.Decisions {
		if s.Decisions[i].State != Stands {
			continue
		}
		all = append(all, step{day: s.Decisions[i].Day, decision: &s.Decisions[i]})
	}
	slices.SortStableFunc(all, step.compare)
	return all
}

// compare puts purchases before the decisions of their day, and makes the fold
// the same however the signals were handed over.
func (s step) compare(t step) int {
	switch {
	case s.day != t.day:
		return cmp.Compare(s.day, t.day)
	case s.decision == nil && t.decision == nil:
		return bytes.Compare(s.purchase.ID[:], t.purchase.ID[:])
	case s.decision == nil:
		return -1
	case t.decision == nil:
		return 1
	case s.decision.At != t.decision.At:
		return cmp.Compare(s.decision.At, t.decision.At)
	}
	return bytes.Compare(s.decision.ID[:], t.decision.ID[:])
}

// walker is a relation on its way.
type walker struct {
	d      Definition
	until  day.Day
	path   Path
	bought []day.Day // the days of purchases of this turn, each once
}

// begin: a relation is there from the day it was recorded, or from the first
// thing known of it when that was earlier.
func (w *walker) begin(s Signals) {
	since := s.Since
	for _, p := range s.Purchases {
		if p.Day < since && (!p.Other || w.d.OtherCounters) {
			since = p.Day
		}
	}
	for _, d := range s.Decisions {
		if d.State == Stands {
			since = min(since, d.Day)
		}
	}
	w.path.Turn = 1
	if since <= w.until {
		w.move(Move{Day: since, To: Potential, Event: Begun})
	}
}

func (w *walker) move(m Move) {
	m.From = w.path.Phase
	if m.To == Potential && m.From != "" {
		w.path.Turn++
	}
	m.Turn = w.path.Turn
	w.path.Moves = append(w.path.Moves, m)
	w.path.Phase, w.path.Since = m.To, m.Day
	w.path.Label = labels[m.Event]
	if !m.To.Buying() {
		w.bought = nil
	}
}

func (w *walker) buy(p Purchase) {
	if w.path.Phase == Ex { // first they have to be admitted again
		w.path.Idle = append(w.path.Idle, p.ID)
		return
	}
	if n := len(w.bought); n == 0 || w.bought[n-1] != p.Day {
		w.bought = append(w.bought, p.Day)
	}
	if w.path.Phase == Potential && len(w.bought) >= w.d.MinPurchases {
		w.move(Move{Day: p.Day, To: New, Event: Bought, Evidence: p.ID})
	}
	if w.path.Phase == New && w.within(p.Day) >= w.d.LoyalMin {
		w.move(Move{Day: p.Day, To: Loyal, Event: Returned, Evidence: p.ID})
	}
}

// expires is the first day on which a purchase is outside of the window.
func (w *walker) expires(bought day.Day) day.Day { return bought.Months(w.d.LoyalMonths) }

// within counts the purchases of this turn that the window holds on a day.
func (w *walker) within(on day.Day) int {
	first := sort.Search(len(w.bought), func(i int) bool { return w.expires(w.bought[i]) > on })
	return len(w.bought) - first
}

// lapse lets time pass up to a day: a loyal one of whom the window holds too few
// purchases is new again, on the day the purchase too many fell out of it.
func (w *walker) lapse(on day.Day) {
	if due := w.due(); due != "" && due <= on {
		w.move(Move{Day: due, To: New, Event: Lapsed})
	}
}

// due is when a loyal one falls back if nothing happens: when the LoyalMin-th
// last purchase leaves the window.
func (w *walker) due() day.Day {
	if w.path.Phase != Loyal {
		return ""
	}
	return w.expires(w.bought[len(w.bought)-w.d.LoyalMin])
}

// quiet is from when inactivity may be confirmed.
func (w *walker) quiet() day.Day {
	if !w.path.Phase.Buying() {
		return ""
	}
	return w.bought[len(w.bought)-1].Months(w.d.QuietMonths)
}

func (w *walker) decide(d Decision) {
	if w.fits(d) != nil {
		w.path.Idle = append(w.path.Idle, d.ID)
		return
	}
	m := Move{Day: d.Day, Reason: d.Reason, Evidence: d.ID}
	switch d.Kind {
	case Notice:
		m.To, m.Event = Potential, Left
	case Inactivity:
		m.To, m.Event = Potential, Faded
	case Ending:
		m.To, m.Event = Ex, Ended
	case Readmission:
		m.To, m.Event = Potential, Readmitted
	}
	w.move(m)
}

// fits says why a decision does not fit where the relation stands.
func (w *walker) fits(d Decision) error {
	switch {
	case d.Kind == Readmission && w.path.Phase != Ex:
		return ErrNotEx
	case d.Kind == Readmission:
		return nil
	case !w.path.Phase.Buying():
		return ErrNotBuying
	case d.Kind == Inactivity && d.Day < w.quiet():
		return ErrNotQuiet
	}
	return nil
}

func (w *walker) end() Path {
	w.path.Due, w.path.Quiet = w.due(), w.quiet()
	if w.path.Phase.Buying() {
		w.path.Bought = w.bought[len(w.bought)-1]
	}
	return w.path
}

// Fits says whether a decision would move a relation, as things stood on its day,
// or why not.
func Fits(s Signals, d Definition, decision Decision) error {
	w := walk(s, d, decision.Day)
	if w.path.Phase == "" {
		return ErrDay
	}
	return w.fits(decision)
}

// At is the phase on a day, at its end; "" before the relation.
func (p Path) At(on day.Day) Phase {
	n := sort.Search(len(p.Moves), func(i int) bool { return p.Moves[i].Day > on })
	if n == 0 {
		return ""
	}
	return p.Moves[n-1].To
}

// Turns are the turns of the relation, oldest first: for each phase when it
// was entered in that turn, "" when it was not. A farewell passes Ex on its day.
func (p Path) Turns() [][4]day.Day {
	var all [][4]day.Day
	for _, m := range p.Moves {
		if m.From.Buying() && m.To == Potential {
			all[len(all)-1][Ex.place()] = m.Day
		}
		for len(all) < m.Turn {
			all = append(all, [4]day.Day{})
		}
		if at := &all[m.Turn-1][m.To.place()]; *at == "" {
			*at = m.Day
		}
	}
	return all
}

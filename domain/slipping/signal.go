package slipping

import (
	"slices"

	"kring/base/day"
)

// Signal is a sign that a relation is slipping away.
type Signal string

// Where is where the relation stands on the ring.
type Where struct {
	Due      day.Day // when a loyal one falls back if nothing happens; "" never
	Quiet    day.Day // from when its inactivity may be confirmed
	Fell     day.Day // when it fell back from loyal; "" when it did not
	Returned bool    // it left before, and came back
}

// Reason is a signal that was seen; Day goes with those that have one.
type Reason struct {
	Signal Signal  `json:"signal"`
	Day    day.Day `json:"day,omitempty"`
}

// The bounds of the signals.
const (
	leastIntervals = 3   // before somebody has a rhythm of their own
	tooLate        = 1.5 // times the own rhythm (domain.md §2.27)
	missed         = 1.3 // of who buys as by subscription
	leastSilence   = 14  // days: who bought every day for a week has not left on the tenth
	doubtful       = 0.5 // chance below which it is likelier that they are gone
	nearly         = 60  // days before a loyal one falls back
	lately         = 90  // days after one fell back
	gone           = 0.2 // chance below which somebody has all but left
	farLate        = 3.0 // times the own rhythm: something has changed
)

// signal is one sign: its name, whether it alone puts somebody at risk, and when
// it is seen. A new one is a line here, its sentence in look/words, and what it
// reads in Where.
type signal struct {
	name  Signal
	alone bool
	seen  func(o Outlook, w Where) (day.Day, bool)
}

// The signals that are known, the strongest first.
const (
	Missed   Signal = "missed"   // an order that comes as by subscription did not
	Late     Signal = "rhythm"   // silent for more than 1.5 × the own median interval
	Doubt    Signal = "chance"   // likelier gone than not
	Quiet    Signal = "quiet"    // silent for as long as the definition calls inactive
	Due      Signal = "due"      // loyal, and about to fall back
	Fell     Signal = "fell"     // fell back from loyal lately
	Returned Signal = "returned" // left before and came back; says something beside another one
)

var signals = []signal{
	{Missed, true, func(o Outlook, _ Where) (day.Day, bool) {
		return "", o.Regular && o.Silent(o.Until) >= leastSilence/2 && o.Times(o.Until) > missed
	}},
	{Late, true, func(o Outlook, _ Where) (day.Day, bool) {
		return "", !o.Regular && o.Silent(o.Until) >= leastSilence && o.Times(o.Until) > tooLate
	}},
	{Doubt, true, func(o Outlook, _ Where) (day.Day, bool) {
		return "", Known(o.Chance) && o.Chance < doubtful && o.Purchases > 1
	}},
	{Quiet, true, func(o Outlook, w Where) (day.Day, bool) {
		return w.Quiet, w.Quiet != "" && w.Quiet <= o.Until
	}},
	{Due, true, func(o Outlook, w Where) (day.Day, bool) {
		return w.Due, w.Due > o.Until && o.Until.Until(w.Due) <= nearly
	}},
	{Fell, true, func(o Outlook, w Where) (day.Day, bool) {
		return w.Fell, w.Fell != "" && w.Fell.Until(o.Until) <= lately
	}},
	{Returned, false, func(_ Outlook, w Where) (day.Day, bool) { return "", w.Returned }},
}

// Signals are the names of all signals, the strongest first.
func Signals() (all []Signal) {
	for _, s := range signals {
		all = append(all, s.name)
	}
	return all
}

// reasons are the signals that are seen; atRisk is true when one of them says so
// alone.
func reasons(o Outlook, w Where) (all []Reason, atRisk bool) {
	for _, s := range signals {
		if on, seen := s.seen(o, w); seen {
			all = append(all, Reason{s.name, on})
			atRisk = atRisk || s.alone
		}
	}
	return all, atRisk
}

// Has says whether a signal was seen.
func (o Outlook) Has(s Signal) bool {
	return slices.ContainsFunc(o.Reasons, func(r Reason) bool { return r.Signal == s })
}

package slipping

import "kring/base/day"

// Action is the one thing that is proposed for a relation at risk.
type Action string

// The actions.
const (
	Call    Action = "call"     // ring them up
	Visit   Action = "visit"    // go and see them
	Ask     Action = "ask"      // ask what changed
	WinBack Action = "win_back" // make an offer to come back
	Confirm Action = "confirm"  // say that they are inactive
	Write   Action = "write"    // send them a letter: calling is not allowed
)

// Actions are all of them, as a page explains them.
var Actions = []Action{Call, Visit, Ask, WinBack, Confirm, Write}

// rule is when an action is proposed. The first one that fits is taken.
type rule struct {
	action Action
	fits   func(o Outlook, on day.Day) bool
}

var rules = []rule{
	// Silent for as long as the definition calls inactive, and nothing speaks
	// against it: somebody has to say so, since no relation ends by itself.
	{Confirm, func(o Outlook, _ day.Day) bool { return o.Has(Quiet) && !(o.Chance >= gone) }},
	// One of the largest is worth the trip, as long as there is a chance.
	{Visit, func(o Outlook, _ day.Day) bool { return o.Big && !o.lost() }},
	{WinBack, func(o Outlook, _ day.Day) bool { return o.lost() }},
	// They left before, or have been silent far beyond their habit.
	{Ask, func(o Outlook, on day.Day) bool { return o.Has(Returned) || o.Times(on) >= farLate }},
	{Call, func(Outlook, day.Day) bool { return true }},
}

// lost says whether they have all but left.
func (o Outlook) lost() bool { return Known(o.Chance) && o.Chance < gone }

// Propose names exactly one action for a relation at risk. callable says whether
// they may be rung up: a natural person without consent may not (C-02), nor may
// who objected.
func Propose(o Outlook, on day.Day, callable bool) Action {
	for _, r := range rules {
		if !r.fits(o, on) {
			continue
		}
		if r.action == Call && !callable {
			return Write
		}
		return r.action
	}
	return Call
}

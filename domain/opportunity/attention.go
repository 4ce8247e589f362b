package opportunity

import "kring/base/day"

// Mark is what needs attention first of an opportunity.
type Mark string

// The marks, what is most urgent first.
const (
	Promised  Mark = "promised"   // something was promised by today
	PastClose Mark = "past_close" // the close day is over: move it or end it
	Silent    Mark = "silent"     // no next step for too long
	NoNext    Mark = "no_next"    // no next step
	Overdue   Mark = "overdue"    // the day of the next step is over
	Lapses    Mark = "lapses"     // its quote lapses within a week
	NoDecider Mark = "no_decider" // nobody who decides is known, where that is asked
	Step      Mark = "step"       // nothing: the next step
)

// Tone is how loud a mark is said: urgent, warn, risk, none (ui.md §3.8).
func (m Mark) Tone() string {
	switch m {
	case Promised:
		return "urgent"
	case PastClose, Silent, NoNext:
		return "warn"
	case Overdue, Lapses, NoDecider:
		return "risk"
	}
	return "none"
}

// Signals are what stands elsewhere and can need attention.
type Signals struct {
	Deciders int
	Promise  day.Day // the first that is due; "" when none
	Lapse    day.Day // of the first quote that waits for an answer; "" when none
}

// Quiet says whether an opportunity has had no next step for too long: none at
// all, or one whose day is over (domain.md §2.21, 14 days).
func (o Opportunity) Quiet(p Pipeline, today day.Day) bool {
	if o.State != Open {
		return false
	}
	since := o.Since
	switch {
	case o.Next != "" && o.NextDay == "", o.Next != "" && o.NextDay >= today:
		return false
	case o.Next != "":
		since = o.NextDay
	}
	return since.Until(today) >= p.Silent
}

// Mark is what needs attention first.
func (o Opportunity) Mark(p Pipeline, today day.Day, s Signals) Mark {
	if o.State != Open {
		return Step
	}
	switch {
	case s.Promise != "" && s.Promise <= today:
		return Promised
	case o.Close != "" && o.Close < today:
		return PastClose
	case o.Quiet(p, today):
		return Silent
	case o.Next == "":
		return NoNext
	case o.NextDay != "" && o.NextDay < today:
		return Overdue
	case s.Lapse != "" && today.Until(s.Lapse) <= 7:
		return Lapses
	case s.Deciders == 0 && o.asked(p, NeedsDecider):
		return NoDecider
	}
	return Step
}

// asked says whether a guard was asked of who stands where this one does.
func (o Opportunity) asked(p Pipeline, g Guard) bool {
	for i, at := 0, p.At(o.Stage); i <= at; i++ {
		for _, have := range p.Stages[i].Guards {
			if have == g || have == NeedsMet && g == NeedsDecider {
				return true
			}
		}
	}
	return false
}

package opportunity

import (
	"slices"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
)

// Evidence is what stands elsewhere about an opportunity. To win one, Quote or
// Order is enough.
type Evidence struct {
	Needs    int      // explicit ones
	Deciders int      // known
	Met      int      // of those, spoken with
	Sent     int      // quotes that were sent and stand
	Quote    id.Quote // that was accepted
	Order    id.Order // that stands
}

// What can be wrong with a move or an end.
var (
	ErrNeed     = fault.New(fault.Invalid, "opportunity.guard_need", "write down what the customer needs, in their own words")
	ErrDecider  = fault.New(fault.Invalid, "opportunity.guard_decider", "say who decides")
	ErrMet      = fault.New(fault.Invalid, "opportunity.guard_met", "speak with who decides first, and write down when")
	ErrQuote    = fault.New(fault.Invalid, "opportunity.guard_quote", "send a quote first")
	ErrNoValue  = fault.New(fault.Invalid, "opportunity.guard_value", "say what it is worth")
	ErrNoClose  = fault.New(fault.Invalid, "opportunity.guard_close", "say on which day they decide: one that is not over")
	ErrNoNext   = fault.New(fault.Invalid, "opportunity.guard_next", "agree a next step with its day")
	ErrEvidence = fault.New(fault.Invalid, "opportunity.evidence", "won is an accepted quote or an order: choose which")
	ErrReason   = fault.New(fault.Invalid, "opportunity.reason", "choose why")
	ErrStands   = fault.New(fault.Conflict, "opportunity.stands", "it was won on an order or a quote that stands")
)

// guardFault is what is said when a guard holds, under the field that answers it.
var guardFault = map[Guard]struct {
	field string
	fault *fault.Fault
}{
	NeedsNeed: {"need", ErrNeed}, NeedsDecider: {"decider", ErrDecider}, NeedsMet: {"met", ErrMet}, NeedsQuote: {"quote", ErrQuote},
	NeedsValue: {"value", ErrNoValue}, NeedsClose: {"close", ErrNoClose}, NeedsNext: {"next", ErrNoNext},
}

// Lacks are the guards that keep an opportunity from a stage: those of the stage
// and of every stage that is passed over on the way there. Going back asks
// nothing.
func (o Opportunity) Lacks(p Pipeline, to string, today day.Day, e Evidence) (lacks []Guard) {
	from, until := p.At(o.Stage), p.At(to)
	for i := from + 1; i <= until; i++ {
		for _, g := range p.Stages[i].Guards {
			if !o.has(g, today, e) && !slices.Contains(lacks, g) {
				lacks = append(lacks, g)
			}
		}
	}
	return lacks
}

func (o Opportunity) has(g Guard, today day.Day, e Evidence) bool {
	switch g {
	case NeedsValue:
		return o.Value.Cents > 0
	case NeedsClose:
		return o.Close != "" && o.Close >= today
	case NeedsNext:
		return o.Next != "" && o.NextDay != ""
	case NeedsNeed:
		return e.Needs > 0 || o.Need != ""
	case NeedsDecider:
		return e.Deciders > 0
	case NeedsMet:
		return e.Met > 0
	case NeedsQuote:
		return e.Sent > 0
	}
	return false
}

// Move puts an open opportunity in another stage of its pipeline; what its guards
// lack is said by field.
func Move(o Opportunity, now int64, today day.Day, p Pipeline, to string, e Evidence) (Opportunity, []fact.Change, error) {
	if o.State != Open {
		return o, nil, ErrEnded
	}
	if _, there := p.Stage(to); !there {
		return o, nil, fault.Field("stage", ErrStage)
	}
	wrong := fault.Fields{}
	for _, g := range o.Lacks(p, to, today, e) {
		wrong.Add(guardFault[g].field, guardFault[g].fault)
	}
	if err := wrong.Err(); err != nil {
		return o, nil, err
	}
	next := o
	next.Stage, next.Pipeline = to, p.ID
	if to == o.Stage && p.ID == o.Pipeline {
		return o, nil, nil
	}
	next.Entered, next.Updated = today, now
	return next, Diff(o, next), nil
}

// Win ends an opportunity with what was sold. on is the day of the order, or that
// of the acceptance.
func Win(o Opportunity, now int64, on day.Day, e Evidence) (Opportunity, []fact.Change, error) {
	switch {
	case o.State != Open:
		return o, nil, ErrEnded
	case e.Order.IsZero() && e.Quote.IsZero():
		return o, nil, fault.Field("order", ErrEvidence)
	}
	next := o
	next.State, next.Closed, next.Order, next.Quote, next.Updated = Won, on, e.Order, e.Quote, now
	return next, Diff(o, next), nil
}

// Lose ends an opportunity without a sale: stopping one is a good outcome too,
// when its reason is known.
func Lose(o Opportunity, now int64, on day.Day, p Pipeline, reason, lessons string) (Opportunity, []fact.Change, error) {
	if o.State != Open {
		return o, nil, ErrEnded
	}
	next, wrong := o, fault.Fields{}
	next.State, next.Closed, next.Updated = Lost, on, now
	if reason == "" {
		wrong.Add("reason", ErrReason)
	}
	next.takeEnd(p, reason, lessons, wrong)
	if err := wrong.Err(); err != nil {
		return o, nil, err
	}
	return next, Diff(o, next), nil
}

func (o *Opportunity) takeEnd(p Pipeline, reason, lessons string, wrong fault.Fields) {
	list := p.Losses
	if o.State == Won {
		list = p.Wins
	}
	if reason != "" && reason != o.Reason && !slices.ContainsFunc(list, func(r Reason) bool { return r.Key == reason }) {
		wrong.Add("reason", ErrReason)
	}
	lessons, err := fold.Text(lessons, MaxNote)
	wrong.Add("lessons", err)
	o.Reason, o.Lessons = reason, lessons
}

// Reopen takes up one that ended, in the stage where it was or, when that is
// gone, the first. One that was won comes back only when nothing it rested on
// stands.
func Reopen(o Opportunity, now int64, today day.Day, p Pipeline, e Evidence) (Opportunity, []fact.Change, error) {
	switch {
	case o.State == Open:
		return o, nil, ErrOpen
	case o.State == Won && (!e.Order.IsZero() || !e.Quote.IsZero()):
		return o, nil, ErrStands
	}
	next := o
	next.State, next.Closed, next.Reason, next.Order, next.Quote = Open, "", "", id.Order{}, id.Quote{}
	next.Entered, next.Updated, next.Since = today, now, today
	if _, there := p.Stage(o.Stage); !there && len(p.Stages) > 0 {
		next.Stage = p.Stages[0].Key
	}
	return next, Diff(o, next), nil
}

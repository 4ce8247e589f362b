package lead

import (
	"slices"
	"time"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/workday"
)

// What a lead can be refused.
var (
	ErrState      = fault.New(fault.Conflict, "lead.state", "this cannot be done with the lead as it stands now")
	ErrConverted  = fault.New(fault.Conflict, "lead.converted", "this lead became a customer's opportunity; change it there")
	ErrOwner      = fault.New(fault.Invalid, "lead.owner", "choose who works on it first")
	ErrScore      = fault.New(fault.Conflict, "lead.score", "sales gets a lead from a score of 40 on, with a fit of at least 25 of 50; or give it a score of your own and say why")
	ErrWhy        = fault.New(fault.Invalid, "lead.why", "write down why")
	ErrReason     = fault.New(fault.Invalid, "lead.reason", "choose the reason")
	ErrRecheck    = fault.New(fault.Invalid, "lead.recheck", "choose a day to look again, from tomorrow on and within five years")
	ErrNeed       = fault.New(fault.Invalid, "lead.need", "write down the need that they confirmed, in their words")
	ErrStep       = fault.New(fault.Invalid, "lead.step", "write down the next step that you agreed, with its day from today on")
	ErrRoleNeeded = fault.New(fault.Invalid, "lead.role_needed", "say what part this person has in deciding")
	ErrReviewer   = fault.New(fault.Denied, "lead.reviewer", "somebody of sales accepts or returns a lead")
	ErrTarget     = fault.New(fault.Invalid, "lead.target", "choose the relation and the contact, or make new ones")
)

// The guard between marketing and sales (domain.md §2.17), in hundredths.
const (
	LeastScore = 40_00
	LeastFit   = 25_00 // half of fifty
)

// Clock is the working time of an organisation with the terms it chose.
type Clock struct {
	workday.Calendar
	Terms Terms
	Zone  *time.Location
}

// due is until when a lead that came into its state now should move on.
func (c Clock) due(l Lead, now int64) int64 {
	switch l.State {
	case New:
		return c.Terms.First(l.Source).After(c.Calendar, now)
	case Marketing:
		return c.Terms.Review.After(c.Calendar, now)
	case Accepted:
		return c.Terms.Qualify.After(c.Calendar, now)
	case Nurture:
		return l.Recheck.Start(c.Zone)
	}
	return NoClock
}

// Start sets the clock of a lead that was made now.
func (l Lead) Start(now int64, c Clock) Lead {
	l.Due = c.due(l, now)
	return l
}

// to moves a lead to a state: the clock begins anew.
func (l Lead) to(s State, now int64, c Clock) Lead {
	l.State, l.Since = s, now
	l.Due = c.due(l, now)
	return l
}

// Respond notes the first response: from then on its first clock stands still.
func (l Lead) Respond(now int64, c Clock) (Lead, []fact.Change, error) {
	if l.Responded != 0 {
		return l, nil, nil
	}
	next := l
	next.Responded, next.Touched = now, now
	next.Speed = c.Between(l.Created, now).Milliseconds()
	if next.State == New {
		next.Due = NoClock
	}
	return l.became(next, now)
}

// Work takes a lead in hand: a new one, or one that was put away. Owner is who
// works on it.
func (l Lead) Work(now int64, c Clock, owner id.Member) (Lead, []fact.Change, error) {
	if !slices.Contains([]State{New, Nurture, Disqualified}, l.State) {
		return l, nil, ErrState
	}
	if owner.IsZero() {
		return l, nil, fault.Field("owner", ErrOwner)
	}
	next := l
	if l.State != New {
		next.Recycled, next.Before = l.Recycled+1, l.State
	}
	next.Owner, next.Recheck, next.Reason, next.Why = owner, "", "", ""
	next.Touched = now
	next = next.to(Working, now, c)
	first(&next.WorkingAt, now)
	return l.became(next, now)
}

// Revive is Work by a trigger: a sign from a nurtured lead, or a score that
// passes the threshold. Nobody needs to be its owner; without one it is new.
func (l Lead) Revive(now int64, c Clock) (Lead, []fact.Change, error) {
	if l.State != Nurture {
		return l, nil, ErrState
	}
	if !l.Owner.IsZero() {
		return l.Work(now, c, l.Owner)
	}
	next := l
	next.Recycled, next.Before, next.Recheck, next.Why = l.Recycled+1, l.State, "", ""
	return l.became(next.to(New, now, c), now)
}

// Offer hands a lead to sales: marketing qualified, when score and fit are high
// enough; to a seller, or to whoever takes it. What a person gave as score counts as the score; the fit is asked of
// the machine all the same, unless they gave one.
func (l Lead) Offer(now int64, c Clock, s Score, to id.Member) (Lead, []fact.Change, error) {
	if l.State != Working {
		return l, nil, ErrState
	}
	if s.Total < LeastScore || l.OwnWhy == "" && s.Fit < LeastFit {
		return l, nil, ErrScore
	}
	next := l.to(Marketing, now, c)
	next.Giver, next.Owner, next.Why = l.Owner, to, ""
	first(&next.MQLAt, now)
	return l.became(next, now)
}

// Accept takes an offered lead over; who accepts works on it from then on.
func (l Lead) Accept(now int64, c Clock, by id.Member) (Lead, []fact.Change, error) {
	if l.State != Marketing {
		return l, nil, ErrState
	}
	next := l.to(Accepted, now, c)
	next.Owner = by
	first(&next.SALAt, now)
	return l.became(next, now)
}

// Return gives an offered lead back with the reason, so that marketing learns.
func (l Lead) Return(now int64, c Clock, why string) (Lead, []fact.Change, error) {
	if l.State != Marketing && l.State != Accepted {
		return l, nil, ErrState
	}
	why, err := reason(why)
	if err != nil {
		return l, nil, err
	}
	next := l.to(Working, now, c)
	next.Why = why
	if !l.Giver.IsZero() {
		next.Owner = l.Giver
	}
	return l.became(next, now)
}

// Confirm makes an accepted lead sales qualified: need, next step and part in
// deciding are known.
func (l Lead) Confirm(now int64, c Clock) (Lead, []fact.Change, error) {
	if l.State != Accepted {
		return l, nil, ErrState
	}
	wrong := fault.Fields{}
	if l.Need == "" {
		wrong.Add("need", ErrNeed)
	}
	if l.NextStep == "" || l.NextDay < day.At(now, c.Zone) {
		wrong.Add("next_step", ErrStep)
	}
	if l.Role == "" {
		wrong.Add("role", ErrRoleNeeded)
	}
	if err := wrong.Err(); err != nil {
		return l, nil, err
	}
	next := l.to(Sales, now, c)
	first(&next.SQLAt, now)
	return l.became(next, now)
}

// Rest nurtures a lead: a real need, but not now. On recheck it comes back in
// the queue.
func (l Lead) Rest(now int64, c Clock, recheck day.Day, why string) (Lead, []fact.Change, error) {
	if l.State == Converted || l.State == Disqualified {
		return l, nil, ErrState
	}
	wrong := fault.Fields{}
	why, err := fold.Text(why, MaxWhy)
	wrong.Add("why", err)
	if d := day.At(now, c.Zone).Until(recheck); recheck == "" || d < 1 || d > 5*366 {
		wrong.Add("recheck", ErrRecheck)
	}
	if err := wrong.Err(); err != nil {
		return l, nil, err
	}
	next := l
	next.Recheck, next.Why = recheck, why
	return l.became(next.to(Nurture, now, c), now)
}

// Disqualify ends it, with a reason code. Only a person does: no machine turns
// anybody away (P-08).
func (l Lead) Disqualify(now int64, c Clock, code, why string) (Lead, []fact.Change, error) {
	if l.State == Converted || l.State == Disqualified {
		return l, nil, ErrState
	}
	wrong := fault.Fields{}
	why, err := fold.Text(why, MaxWhy)
	wrong.Add("why", err)
	if !slices.Contains(Reasons, code) {
		wrong.Add("reason", ErrReason)
	}
	if err := wrong.Err(); err != nil {
		return l, nil, err
	}
	next := l
	next.Reason, next.Why, next.Recheck = code, why, ""
	if code == "objection" {
		next.Objection = true
	}
	return l.became(next.to(Disqualified, now, c), now)
}

// Convert says what a sales qualified lead became.
func (l Lead) Convert(now int64, c Clock, a id.Account, p id.Contact, o id.Opportunity) (Lead, []fact.Change, error) {
	if l.State == Converted {
		return l, nil, ErrConverted
	}
	if l.State != Sales {
		return l, nil, ErrState
	}
	next := l
	next.Account, next.Contact, next.Opportunity, next.EndedAt = a, p, o, now
	return l.became(next.to(Converted, now, c), now)
}

// Judge gives a lead a score of a person's own, in hundredths, with why; an empty
// why takes it back (P-08: a human can override).
func (l Lead) Judge(now int64, score int64, why string) (Lead, []fact.Change, error) {
	why, err := fold.Text(why, MaxWhy)
	if err != nil || score < -100_00 || score > 200_00 {
		return l, nil, fault.Field("own", ErrOwnScore)
	}
	if l.State == Converted {
		return l, nil, ErrConverted
	}
	if why == "" {
		score = 0
	}
	next := l
	next.Own, next.OwnWhy = score, why
	return l.became(next, now)
}

// Object notes that they want no contact any more (C-06).
func (l Lead) Object(now int64) (Lead, []fact.Change, error) {
	next := l
	next.Objection = true
	return l.became(next, now)
}

func reason(typed string) (string, error) {
	why, err := fold.Text(typed, MaxWhy)
	if err == nil && why == "" {
		err = ErrWhy
	}
	wrong := fault.Fields{}
	wrong.Add("why", err)
	return why, wrong.Err()
}

func first(at *int64, now int64) {
	if *at == 0 {
		*at = now
	}
}

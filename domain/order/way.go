package order

import (
	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
)

// Stage is how far an order that stands is on its way to money in the bank
// (domain.md §2.25). State says whether it stands at all; of an order that was
// only recorded, as from a file, the way has not begun.
type Stage string

// The stages, in their order.
const (
	Agreed        Stage = "confirmed"
	CreditOK      Stage = "credit_ok"
	Hold          Stage = "hold"
	Planned       Stage = "planned"
	PartDelivered Stage = "part_delivered"
	Delivered     Stage = "delivered"
	Accepted      Stage = "accepted"
	Invoiced      Stage = "invoiced"
	Paid          Stage = "paid"
	Evaluated     Stage = "evaluated"
)

// Stages are all stages, in the order of a menu.
var Stages = []Stage{Agreed, CreditOK, Hold, Planned, PartDelivered, Delivered, Accepted, Invoiced, Paid, Evaluated}

// Links are where an order comes from.
type Links struct {
	Opportunity  id.Opportunity `json:"opportunity,omitzero"`
	Quote        id.Quote       `json:"quote,omitzero"`
	QuoteVersion int64          `json:"quote_version,omitempty"`
}

// Way is what became of an order on its way.
type Way struct {
	Links
	Stage       Stage   `json:"stage,omitempty"`
	Held        string  `json:"held,omitempty"`         // why it waits, or why it was released
	Wanted      day.Day `json:"wanted,omitempty"`       // on which delivery was promised
	ConfirmedOn day.Day `json:"confirmed_on,omitempty"` // on which the confirmation went to the customer
	AcceptedOn  day.Day `json:"accepted_on,omitempty"`  // on which the customer accepted what was delivered
}

// What can be wrong on the way.
var (
	ErrStage    = fault.New(fault.Conflict, "order.stage", "this order is not so far, or farther already")
	ErrHold     = fault.New(fault.Conflict, "order.hold", "this order is on hold; somebody with the right releases it first")
	ErrRelease  = fault.New(fault.Invalid, "order.release", "write down why it may go on")
	ErrMoving   = fault.New(fault.Conflict, "order.moving", "something of this order was delivered or invoiced: its lines and amount stay")
	ErrForMoney = fault.New(fault.Conflict, "order.for_money", "only an order for money is invoiced")
)

// Credit is what a credit check looked at, in cents of the order's currency.
type Credit struct {
	Limited bool  // a limit was set
	Limit   int64 // of the account
	Open    int64 // of its invoices, with VAT
	This    int64 // of the order, with VAT
}

// OK says whether what is open with this order stays within the limit; without a
// limit nothing is checked.
func (c Credit) OK() bool { return !c.Limited || c.Open+c.This <= c.Limit }

// Confirm says that the confirmation went to the customer.
func Confirm(o Order, now int64, today day.Day) (Order, []fact.Change, error) {
	if !o.Stands() {
		return o, nil, ErrCancelled
	}
	next := o
	next.ConfirmedOn = today
	return became(o, next, now)
}

// Check takes down the result of the credit check; why says what it rests on.
func Check(o Order, now int64, ok bool, why string) (Order, []fact.Change, error) {
	switch {
	case !o.Stands():
		return o, nil, ErrCancelled
	case o.Stage != Agreed && o.Stage != CreditOK && o.Stage != Hold:
		return o, nil, ErrStage
	}
	next := o
	if next.Stage, next.Held = CreditOK, ""; !ok {
		next.Stage, next.Held = Hold, why
	}
	return became(o, next, now)
}

// Release lets an order on hold go on, with the reason.
func Release(o Order, now int64, why string) (Order, []fact.Change, error) {
	why, err := fold.Text(why, MaxText)
	switch {
	case !o.Stands():
		return o, nil, ErrCancelled
	case o.Stage != Hold:
		return o, nil, ErrStage
	case err != nil:
		return o, nil, err
	case why == "":
		return o, nil, fault.Field("why", ErrRelease)
	}
	next := o
	next.Stage, next.Held = CreditOK, why
	return became(o, next, now)
}

// Plan says on which day it will be delivered.
func Plan(o Order, now int64, on day.Day) (Order, []fact.Change, error) {
	parsed, err := day.Parse(string(on))
	switch {
	case !o.Stands():
		return o, nil, ErrCancelled
	case o.Stage == Hold:
		return o, nil, ErrHold
	case o.Stage != CreditOK && o.Stage != Planned && o.Stage != PartDelivered:
		return o, nil, ErrStage
	case err != nil || on == "":
		return o, nil, fault.Field("wanted", ErrDay)
	}
	next := o
	if next.Wanted = parsed; next.Stage == CreditOK {
		next.Stage = Planned
	}
	return became(o, next, now)
}

// AcceptDelivery says that the customer accepted what was delivered.
func AcceptDelivery(o Order, now int64, today day.Day) (Order, []fact.Change, error) {
	switch {
	case !o.Stands():
		return o, nil, ErrCancelled
	case o.Stage != Delivered && o.Stage != Invoiced && o.Stage != Paid || o.AcceptedOn != "":
		return o, nil, ErrStage
	}
	next := o
	if next.AcceptedOn = today; next.Stage == Delivered {
		next.Stage = Accepted
	}
	return became(o, next, now)
}

// Evaluate ends the way: it was paid and looked back on.
func Evaluate(o Order, now int64) (Order, []fact.Change, error) {
	switch {
	case !o.Stands():
		return o, nil, ErrCancelled
	case o.Stage != Paid:
		return o, nil, ErrStage
	}
	next := o
	next.Stage = Evaluated
	return became(o, next, now)
}

// Progress is what the documents of an order say: deliveries, invoices, payments.
type Progress struct {
	Some, All bool // delivered
	Invoiced  bool // all of it, and sent
	Paid      bool // and nothing of it is open
}

// Follow puts an order where its documents say it is.
func Follow(o Order, now int64, p Progress) (Order, []fact.Change, error) {
	if !o.Stands() {
		return o, nil, nil
	}
	next := o
	switch {
	case p.All && p.Paid && p.Invoiced:
		if next.Stage != Evaluated {
			next.Stage = Paid
		}
	case p.All && p.Invoiced:
		next.Stage = Invoiced
	case p.All && o.AcceptedOn != "":
		next.Stage = Accepted
	case p.All:
		next.Stage = Delivered
	case p.Some:
		next.Stage = PartDelivered
	case o.Stage != Agreed && o.Stage != CreditOK && o.Stage != Hold:
		next.Stage = Planned
	}
	return became(o, next, now)
}

func became(o, next Order, now int64) (Order, []fact.Change, error) {
	changes := Diff(o, next)
	if len(changes) > 0 {
		next.Updated = now
	}
	return next, changes, nil
}

// Package order holds the rules of an order: on which day somebody promised to
// buy what, for how much. It is the evidence that moves a relation on the ring.
//
// Quotes, deliveries and invoices point here by id and live elsewhere.
package order

import (
	"slices"
	"strconv"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/money"
)

// State is where an order stands.
type State string

// The states. A cancelled order stays to be seen and moves nothing.
const (
	Confirmed State = "confirmed"
	Cancelled State = "cancelled"
)

// Counters are what is given in return: money, or another value (domain.md §2.1).
var Counters = []string{"money", "data", "time", "referral", "barter"}

// Line is what was ordered. All but the first three are left out of a line that
// says no more, as lines from a file do.
type Line struct {
	Text     string     `json:"text"`
	Quantity int64      `json:"quantity"` // thousandths, so that 1.5 hours can be ordered
	Cents    int64      `json:"cents"`    // of the whole line, without VAT, after discount
	Product  id.Product `json:"product,omitzero"`
	Unit     int64      `json:"unit,omitempty"`     // cents for one, without VAT, before discount; 0 when only the whole is known
	Discount int64      `json:"discount,omitempty"` // basis points off, 0-10000
	VAT      string     `json:"vat,omitempty"`      // code of the dated VAT table; "" is the standard rate
	Rate     int64      `json:"rate,omitempty"`     // of that code, in basis points, as it was agreed
	Cost     int64      `json:"cost,omitempty"`     // cents of the whole line, for the margin; 0 is not known
	Dropped  int64      `json:"dropped,omitempty"`  // thousandths that will not be delivered any more; the amount is without them
}

// Stands is how much of the line is to be delivered, in thousandths.
func (l Line) Stands() int64 { return l.Quantity - l.Dropped }

// Worth is quantity × unit less the discount, in cents, rounded once.
func Worth(quantity, unit, discount int64) int64 {
	return money.Round(quantity*unit, 10_000-discount, 1000*10_000)
}

// Order is one order. Times are milliseconds UTC, the day is the customer's.
type Order struct {
	ID         id.Order    `json:"id"`
	Account    id.Account  `json:"account"`
	Day        day.Day     `json:"day"`
	Amount     money.Money `json:"-"` // without VAT
	Counter    string      `json:"counter_value"`
	Number     string      `json:"number"` // as the customer knows it
	Lines      []Line      `json:"lines"`
	Note       string      `json:"note"`
	ExternalID string      `json:"external_id"`
	State      State       `json:"state"`
	Why        string      `json:"why,omitempty"` // it was cancelled
	Way
	Created int64 `json:"created_at"`
	Updated int64 `json:"updated_at"`
	Version int64 `json:"version"`
}

// The limits of an order.
const (
	MaxLines  = 1000
	MaxText   = 500
	MaxNumber = 100
	MaxCode   = 20
	MaxNote   = 5000
)

// Draft is what is filled in for an order.
type Draft struct {
	Account    id.Account
	Day        day.Day
	Amount     money.Money // of its lines when it has any and this is zero
	Counter    string      // money when empty
	Number     string
	Lines      []Line
	Note       string
	ExternalID string
	Wanted     day.Day // on which delivery was promised; "" when nothing was
	Links      Links   // of a new order: where it comes from
}

// What can be wrong with an order.
var (
	ErrDay        = fault.New(fault.Invalid, "order.day", "an order needs the day on which it was placed")
	ErrFuture     = fault.New(fault.Invalid, "order.future", "an order cannot have been placed in the future")
	ErrAmount     = fault.New(fault.Invalid, "order.amount", "an order for money has an amount above zero; a refund is no order")
	ErrSum        = fault.New(fault.Invalid, "order.sum", "the lines do not add up to the amount")
	ErrCounter    = fault.New(fault.Invalid, "order.counter_value", "this kind of counter-value is not known")
	ErrQuantity   = fault.New(fault.Invalid, "order.quantity", "a line has a quantity above zero")
	ErrLineAmount = fault.New(fault.Invalid, "order.line_amount", "a line has an amount")
	ErrDiscount   = fault.New(fault.Invalid, "order.discount", "a discount is between 0 and 100 %")
	ErrVAT        = fault.New(fault.Invalid, "order.vat", "this VAT code is not known")
	ErrWorth      = fault.New(fault.Invalid, "order.worth", "the amount of the line is not quantity times price less discount")
	ErrText       = fault.New(fault.Invalid, "order.text", "a line says what was ordered")
	ErrLines      = fault.New(fault.Invalid, "order.lines", "an order has at most 1000 lines")
	ErrAccount    = fault.New(fault.Invalid, "order.account", "an order belongs to a relation")
	ErrBinned     = fault.New(fault.Conflict, "order.account_binned", "this relation is in the bin")
	ErrExternal   = fault.New(fault.Conflict, "order.external_taken", "another order has this external id")
	ErrCancelled  = fault.New(fault.Conflict, "order.cancelled", "this order is cancelled")
	ErrStands     = fault.New(fault.Conflict, "order.stands", "this order is not cancelled")
	ErrState      = fault.New(fault.Invalid, "order.state", "an order is confirmed or cancelled")
	ErrWhy        = fault.New(fault.Invalid, "order.why", "write down why the order is cancelled")
)

// New makes a confirmed order. today is the organisation's.
func New(oid id.Order, now int64, today day.Day, d Draft) (Order, error) {
	o := Order{ID: oid, State: Confirmed, Way: Way{Stage: Agreed, Links: d.Links}, Created: now, Updated: now, Version: 1}
	return o, o.take(d, today)
}

// Change puts other things in an order and tells what became different.
func Change(o Order, now int64, today day.Day, d Draft) (Order, []fact.Change, error) {
	if o.State == Cancelled {
		return o, nil, ErrCancelled
	}
	next := o
	if err := next.take(d, today); err != nil {
		return o, nil, err
	}
	changes := Diff(o, next)
	if len(changes) > 0 {
		next.Updated = now
	}
	return next, changes, nil
}

// Cancel takes an order back; what rested on it goes with it.
func Cancel(o Order, now int64, why string) (Order, []fact.Change, error) {
	if o.State == Cancelled {
		return o, nil, ErrCancelled
	}
	why, err := fold.Text(why, MaxText)
	if err != nil {
		return o, nil, err
	}
	if why == "" {
		return o, nil, fault.Field("why", ErrWhy)
	}
	next := o
	next.State, next.Why, next.Updated = Cancelled, why, now
	return next, Diff(o, next), nil
}

// Revive lets a cancelled order stand again.
func Revive(o Order, now int64) (Order, []fact.Change, error) {
	if o.State != Cancelled {
		return o, nil, ErrStands
	}
	next := o
	next.State, next.Why, next.Updated = Confirmed, "", now
	return next, Diff(o, next), nil
}

func (o *Order) take(d Draft, today day.Day) error {
	wrong := fault.Fields{}
	clean := func(name, typed string, most int) string {
		s, err := fold.Clean(typed, most)
		wrong.Add(name, err)
		return s
	}
	o.Account, o.Day, o.Amount = d.Account, d.Day, d.Amount
	o.Number, o.ExternalID = clean("number", d.Number, MaxNumber), clean("external_id", d.ExternalID, MaxNumber)
	note, err := fold.Text(d.Note, MaxNote)
	wrong.Add("note", err)
	o.Note = note
	if o.Counter = d.Counter; o.Counter == "" {
		o.Counter = Counters[0]
	}
	if !slices.Contains(Counters, o.Counter) {
		wrong.Add("counter_value", ErrCounter)
	}
	if d.Account.IsZero() {
		wrong.Add("account", ErrAccount)
	}
	if o.Wanted = d.Wanted; d.Wanted != "" {
		parsed, err := day.Parse(string(d.Wanted))
		wrong.Add("wanted", err)
		o.Wanted = parsed
	}
	switch parsed, err := day.Parse(string(d.Day)); {
	case d.Day == "":
		wrong.Add("day", ErrDay)
	case err != nil:
		wrong.Add("day", err)
	case parsed > today:
		wrong.Add("day", ErrFuture)
	default:
		o.Day = parsed
	}
	o.takeLines(d.Lines, wrong)
	o.agree(wrong)
	return wrong.Err()
}

func (o *Order) takeLines(lines []Line, wrong fault.Fields) {
	if len(lines) > MaxLines {
		wrong.Add("lines", ErrLines)
		return
	}
	o.Lines = make([]Line, 0, len(lines))
	for i, l := range lines {
		at := "lines." + strconv.Itoa(i)
		text, err := fold.Clean(l.Text, MaxText)
		wrong.Add(at+".text", err)
		if text == "" && err == nil {
			wrong.Add(at+".text", ErrText)
		}
		if l.Quantity <= 0 {
			wrong.Add(at+".quantity", ErrQuantity)
		}
		if l.Dropped < 0 || l.Dropped > l.Quantity {
			wrong.Add(at+".quantity", ErrQuantity)
		}
		if l.Discount < 0 || l.Discount > 10_000 {
			wrong.Add(at+".discount", ErrDiscount)
		} else if l.Unit != 0 && l.Quantity > 0 {
			l.takeWorth(at, wrong)
		}
		if l.Rate < 0 || l.Rate > 10_000 || len(l.VAT) > MaxCode {
			wrong.Add(at+".vat", ErrVAT)
		}
		l.Text = text
		o.Lines = append(o.Lines, l)
	}
}

// takeWorth: what the whole line costs follows from the price of one; a cent more
// or less is another way of rounding and stays as it was agreed.
func (l *Line) takeWorth(at string, wrong fault.Fields) {
	if l.Unit > money.Most*100 || l.Unit < -money.Most*100 || l.Quantity > 1e12 || l.Unit != 0 && l.Quantity > (1<<62)/max(l.Unit, -l.Unit) {
		wrong.Add(at+".unit", money.ErrLarge)
		return
	}
	worth := Worth(l.Stands(), l.Unit, l.Discount)
	if l.Cents == 0 {
		l.Cents = worth
	}
	if off := l.Cents - worth; off > 1 || off < -1 {
		wrong.Add(at+".amount", ErrWorth)
	}
}

// agree: the amount is that of the lines, when there are any.
func (o *Order) agree(wrong fault.Fields) {
	var sum int64
	for _, l := range o.Lines {
		sum += l.Cents
	}
	if len(o.Lines) > 0 && o.Amount.Cents == 0 {
		o.Amount.Cents = sum
	}
	if err := o.Amount.Check(); err != nil {
		wrong.Add("amount", err)
		return
	}
	switch {
	case o.Amount.Cents < 0, o.Amount.Cents == 0 && o.Counter == Counters[0]:
		wrong.Add("amount", ErrAmount)
	case len(o.Lines) > 0 && sum != o.Amount.Cents:
		wrong.Add("lines", ErrSum)
	}
}

// Stands says whether the order counts.
func (o Order) Stands() bool { return o.State == Confirmed }

// ForMoney says whether it is paid in money.
func (o Order) ForMoney() bool { return o.Counter == Counters[0] }

// Diff is what is different between two versions of an order.
func Diff(a, b Order) (changes []fact.Change) {
	add := fact.Into(&changes)
	add("account", a.Account == b.Account, a.Account, b.Account)
	add("day", a.Day == b.Day, a.Day, b.Day)
	add("amount", a.Amount == b.Amount, a.amount(), b.amount())
	add("counter_value", a.Counter == b.Counter, a.Counter, b.Counter)
	add("number", a.Number == b.Number, a.Number, b.Number)
	add("lines", slices.Equal(a.Lines, b.Lines), a.Lines, b.Lines)
	add("note", a.Note == b.Note, a.Note, b.Note)
	add("external_id", a.ExternalID == b.ExternalID, a.ExternalID, b.ExternalID)
	add("state", a.State == b.State, a.State, b.State)
	add("why", a.Why == b.Why, a.Why, b.Why)
	add("wanted", a.Wanted == b.Wanted, a.Wanted, b.Wanted)
	add("stage", a.Stage == b.Stage || a.Stage == "" && b.Stage == Agreed, a.Stage, b.Stage)
	add("held", a.Held == b.Held, a.Held, b.Held)
	add("confirmed_on", a.ConfirmedOn == b.ConfirmedOn, a.ConfirmedOn, b.ConfirmedOn)
	add("accepted_on", a.AcceptedOn == b.AcceptedOn, a.AcceptedOn, b.AcceptedOn)
	add("opportunity", a.Opportunity == b.Opportunity, a.Opportunity, b.Opportunity)
	add("quote", a.Quote == b.Quote && a.QuoteVersion == b.QuoteVersion, a.Quote, b.Quote)
	return changes
}

func (o Order) amount() string {
	if o.Amount == (money.Money{}) {
		return ""
	}
	return o.Amount.String()
}

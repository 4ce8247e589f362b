package invoice

import (
	"kring/base/day"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/money"
)

// Way is which way money of an invoice went.
type Way string

// The ways.
const (
	PaidWay     Way = "payment"
	RefundWay   Way = "refund"
	WriteOffWay Way = "write_off"
)

// Payment is money booked on an invoice; always above zero, its way says how.
type Payment struct {
	ID       id.Payment `json:"id"`
	Invoice  id.Invoice `json:"invoice"`
	Way      Way        `json:"way"`
	Day      day.Day    `json:"day"`
	Cents    int64      `json:"cents"`
	Currency string     `json:"currency"`
	Source   string     `json:"source"` // hand, bank
	Entry    id.Record  `json:"entry,omitzero"`
	Note     string     `json:"note"`
	Member   id.Member  `json:"member"`
	Created  int64      `json:"created_at"`
}

// What can be wrong with a payment.
var (
	ErrPayment  = fault.New(fault.Invalid, "payment.amount", "an amount is above zero")
	ErrCurrency = fault.New(fault.Invalid, "payment.currency", "this invoice is in another currency")
	ErrFuture   = fault.New(fault.Invalid, "payment.future", "money cannot have come on a day to come")
	ErrRefund   = fault.New(fault.Invalid, "payment.refund", "no more can be given back than was paid too much")
	ErrWriteOff = fault.New(fault.Invalid, "payment.write_off", "no more can be written off than is open")
	ErrWhy      = fault.New(fault.Invalid, "payment.why", "write down why it is written off")
)

// Book checks a payment against its invoice. More than is open may be paid: the
// rest is the customer's until it is given back. A refund is at most that; a
// write-off at most what is open, and says why.
func Book(i Invoice, p Payment, today day.Day) (Payment, error) {
	wrong := fault.Fields{}
	switch {
	case i.State == Draft || i.Kind == Credit:
		return p, ErrDraft
	case p.Currency != i.Currency:
		return p, fault.Field("currency", ErrCurrency)
	case p.Cents <= 0:
		wrong.Add("amount", ErrPayment)
	case p.Cents > money.Most*100:
		wrong.Add("amount", money.ErrLarge)
	case p.Way == RefundWay && p.Cents > -i.Open():
		wrong.Add("amount", ErrRefund)
	case p.Way == WriteOffWay && p.Cents > i.Open():
		wrong.Add("amount", ErrWriteOff)
	}
	switch parsed, err := day.Parse(string(p.Day)); {
	case err != nil:
		wrong.Add("day", err)
	case parsed > today:
		wrong.Add("day", ErrFuture)
	default:
		p.Day = parsed
	}
	note, err := fold.Text(p.Note, MaxText)
	wrong.Add("note", err)
	if p.Note = note; p.Way == WriteOffWay && note == "" && err == nil {
		wrong.Add("note", ErrWhy)
	}
	return p, wrong.Err()
}

package order

import (
	"strconv"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/money"
)

// Delivery is what went to the customer of an order, or came back, with its
// proof. Times are milliseconds UTC.
type Delivery struct {
	ID       id.Record `json:"id"`
	Order    id.Order  `json:"order"`
	Return   bool      `json:"return"`
	Day      day.Day   `json:"day"`
	Lines    []Moved   `json:"lines"`
	Signer   string    `json:"signer"`    // who signed for it
	SignedAt string    `json:"signed_at"` // when, as it was written down: 14:35
	Intact   bool      `json:"intact"`    // nothing was damaged
	Note     string    `json:"note"`
	Member   id.Member `json:"member"`
	Created  int64     `json:"created_at"`
}

// Moved is how much of a line went, or came back.
type Moved struct {
	Line     int   `json:"line"`     // 1 is the first
	Quantity int64 `json:"quantity"` // thousandths, above zero
}

// What can be wrong with a delivery.
var (
	ErrMoved    = fault.New(fault.Invalid, "order.moved", "fill in how much of at least one line")
	ErrTooMuch  = fault.New(fault.Invalid, "order.too_much", "more than is left of this line")
	ErrTooOften = fault.New(fault.Invalid, "order.too_much_back", "more than was delivered of this line")
	ErrLater    = fault.New(fault.Invalid, "order.delivery_future", "a delivery is recorded when it was made")
	ErrSome     = fault.New(fault.Conflict, "order.some_delivered", "part of this order was delivered: drop what is left, or take it back first")
	ErrNoLines  = fault.New(fault.Conflict, "order.no_lines", "this order has no lines to deliver")
)

// MostDeliveries of one order.
const MostDeliveries = 500

// Got is how much of each line the customer has, in thousandths.
func Got(o Order, all []Delivery) []int64 {
	got := make([]int64, len(o.Lines))
	for _, d := range all {
		for _, m := range d.Lines {
			switch {
			case m.Line < 1 || m.Line > len(got):
			case d.Return:
				got[m.Line-1] -= m.Quantity
			default:
				got[m.Line-1] += m.Quantity
			}
		}
	}
	return got
}

// Value is what a part of a line is worth: the whole is divided by the quantity
// that stands and each part rounded from the beginning, so that the parts are the
// whole to the cent.
func (l Line) Value(quantity int64) int64 {
	switch {
	case quantity <= 0:
		return 0
	case quantity >= l.Stands():
		return l.Cents
	}
	return money.Round(l.Cents, quantity, l.Stands())
}

// Deliver checks a delivery or a return against what was delivered before.
func Deliver(o Order, before []Delivery, d Delivery, today day.Day) (Delivery, error) {
	switch {
	case !o.Stands():
		return d, ErrCancelled
	case o.Stage == Hold && !d.Return:
		return d, ErrHold
	case len(o.Lines) == 0:
		return d, ErrNoLines
	}
	wrong := fault.Fields{}
	parsed, err := day.Parse(string(d.Day))
	switch {
	case d.Day == "" || err != nil:
		wrong.Add("day", ErrDay)
	case parsed > today:
		wrong.Add("day", ErrLater)
	}
	d.Day = parsed
	d.Signer, err = fold.Clean(d.Signer, MaxNumber)
	wrong.Add("signer", err)
	d.SignedAt, err = fold.Clean(d.SignedAt, MaxCode)
	wrong.Add("signed_at", err)
	d.Note, err = fold.Text(d.Note, MaxText)
	wrong.Add("note", err)
	got := Got(o, before)
	if len(d.Lines) == 0 || len(before) >= MostDeliveries {
		wrong.Add("lines", ErrMoved)
	}
	for _, m := range d.Lines {
		at := "quantity." + strconv.Itoa(m.Line)
		if m.Line < 1 || m.Line > len(got) || m.Quantity <= 0 {
			wrong.Add(at, ErrQuantity)
			continue
		}
		if d.Return {
			if got[m.Line-1] -= m.Quantity; got[m.Line-1] < 0 {
				wrong.Add(at, ErrTooOften)
			}
		} else if got[m.Line-1] += m.Quantity; got[m.Line-1] > o.Lines[m.Line-1].Stands() {
			wrong.Add(at, ErrTooMuch)
		}
	}
	return d, wrong.Err()
}

// DropRest cancels what was not delivered: the lines keep what was. When nothing
// was, cancel the order instead.
func DropRest(o Order, now int64, got []int64, why string) (Order, []fact.Change, error) {
	why, err := fold.Text(why, MaxText)
	switch {
	case !o.Stands():
		return o, nil, ErrCancelled
	case err != nil:
		return o, nil, err
	case why == "":
		return o, nil, fault.Field("why", ErrWhy)
	}
	next := o
	next.Lines = append([]Line(nil), o.Lines...)
	var sum int64
	for n, l := range o.Lines {
		next.Lines[n].Cents = l.Value(got[n])
		next.Lines[n].Dropped = l.Quantity - got[n]
		if l.Stands() != 0 {
			next.Lines[n].Cost = money.Round(l.Cost, got[n], l.Stands())
		}
		sum += next.Lines[n].Cents
	}
	if sum <= 0 {
		return o, nil, ErrStage
	}
	next.Amount.Cents, next.Why = sum, why
	return became(o, next, now)
}

// Figures are how well was delivered in a period, of the orders that were
// delivered whole in it (domain.md §2.25).
type Figures struct {
	Orders   int // delivered whole
	Promised int // of those: with a promised day
	OnTime   int // of the promised: on that day or before
	Complete int // of all: in one delivery
	Intact   int // of all: nothing damaged, nothing came back
	Invoiced int // of all: no invoice was corrected
}

// Timely is on-time delivery: in time ÷ all that had a promised day; 1 without any.
func (f Figures) Timely() float64 { return share(f.OnTime, f.Promised) }

// Perfect is on time × complete × undamaged × right invoice.
func (f Figures) Perfect() float64 {
	return f.Timely() * share(f.Complete, f.Orders) * share(f.Intact, f.Orders) * share(f.Invoiced, f.Orders)
}

func share(part, whole int) float64 {
	if whole == 0 {
		return 1
	}
	return float64(part) / float64(whole)
}

// Count adds an order with its deliveries; corrected says whether an invoice of
// it was.
func (f *Figures) Count(o Order, all []Delivery, corrected bool) {
	last, intact, trips := day.Day(""), true, 0
	for _, d := range all {
		if d.Return {
			intact = false
			continue
		}
		trips++
		intact = intact && d.Intact
		last = max(last, d.Day)
	}
	f.Orders++
	if o.Wanted != "" {
		f.Promised++
		if last <= o.Wanted {
			f.OnTime++
		}
	}
	if trips == 1 {
		f.Complete++
	}
	if intact {
		f.Intact++
	}
	if !corrected {
		f.Invoiced++
	}
}

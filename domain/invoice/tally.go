package invoice

import (
	"slices"

	"kring/base/id"
	"kring/base/money"
)

// For every order: goods invoiced − credits for undelivered, returned or
// cancelled goods = value delivered + invoiced in advance, once all that was
// delivered is invoiced (domain.md §2.25). What is here keeps that true line by
// line, in cents.

// Ordered is a line of an order as an invoice looks at it.
type Ordered struct {
	Text     string
	Quantity int64 // thousandths that stand: without what was cancelled
	Cents    int64 // of those
	Unit     int64
	Discount int64
	Code     string
	Category Category
	Rate     int64

	Delivered int64 // thousandths, without what came back
	Value     int64 // cents of those
}

// Done is what was invoiced of a line of an order, drafts included.
type Done struct {
	Goods    int64 // cents of what was delivered
	Quantity int64 // thousandths of it
	Advance  int64 // cents in advance that were not set off yet
}

// Tally adds up what the invoices and credit notes of an order say of its lines.
func Tally(docs []Invoice, lines int) []Done {
	done := make([]Done, lines)
	for _, d := range docs {
		sign := int64(1)
		if d.Kind == Credit {
			sign = -1
		}
		for _, l := range d.Lines {
			if l.OrderLine < 1 || l.OrderLine > lines {
				continue
			}
			what := l.What
			if d.Kind == Credit {
				if what == Discount {
					continue // what was delivered stays delivered
				}
				what = l.Back
			}
			switch at := &done[l.OrderLine-1]; what {
			case Goods:
				at.Goods += sign * l.Cents
				at.Quantity += sign * l.Quantity
			case Advance, SetOff:
				at.Advance += sign * l.Cents
			}
		}
	}
	return done
}

// Delivered are the lines of an invoice of what was delivered and not invoiced
// yet; an advance is set off, at most to nothing.
func Delivered(ordered []Ordered, done []Done) (lines []Line) {
	for n, o := range ordered {
		due := o.Value - done[n].Goods
		if due <= 0 {
			continue
		}
		l := Line{What: Goods, OrderLine: n + 1, Text: o.Text, Quantity: o.Delivered - done[n].Quantity, Unit: o.Unit, Discount: o.Discount, Cents: due, Code: o.Code, Category: o.Category, Rate: o.Rate}
		if l.Quantity <= 0 { // of a correction: the amount is known, the number went with another invoice
			l.Quantity, l.Unit, l.Discount = 1000, 0, 0
		}
		lines = append(lines, l)
	}
	for n, o := range ordered {
		if off := min(done[n].Advance, o.Value-done[n].Goods); off > 0 {
			lines = append(lines, Line{What: SetOff, OrderLine: n + 1, Text: o.Text, Quantity: -1000, Unit: off, Cents: -off, Code: o.Code, Category: o.Category, Rate: o.Rate})
		}
	}
	return lines
}

// InAdvance are the lines of an invoice of a share of each line, in basis points,
// before it is delivered; of what is delivered or invoiced already nothing is
// asked again.
func InAdvance(ordered []Ordered, done []Done, share int64) (lines []Line) {
	for n, o := range ordered {
		ask := min(money.Round(o.Cents, share, 10_000), o.Cents-max(o.Value, done[n].Goods)-done[n].Advance)
		if ask > 0 {
			lines = append(lines, Line{What: Advance, OrderLine: n + 1, Text: o.Text, Quantity: 1000, Unit: ask, Cents: ask, Code: o.Code, Category: o.Category, Rate: o.Rate})
		}
	}
	return lines
}

// Complete says whether all that stands was delivered, and whether all of that is
// on invoices; docs are those that were sent.
func Complete(ordered []Ordered, docs []Invoice) (delivered, invoiced bool) {
	delivered, invoiced = true, true
	done := Tally(docs, len(ordered))
	for n, o := range ordered {
		delivered = delivered && o.Delivered >= o.Quantity
		invoiced = invoiced && done[n].Goods == o.Cents
	}
	return delivered, invoiced
}

// Return is a credit note to be made: of which invoice, which lines.
type Return struct {
	About id.Invoice
	Lines []Line
}

// TakeBack are the credit notes that an order asks for: goods that were invoiced
// and came back, and advances for what will not be delivered any more. The last
// invoice goes first.
func TakeBack(ordered []Ordered, docs []Invoice) (all []Return) {
	done := Tally(docs, len(ordered))
	bills := slices.DeleteFunc(slices.Clone(docs), func(d Invoice) bool { return d.Kind != Bill || d.State == Draft })
	slices.SortStableFunc(bills, func(a, b Invoice) int { return -compare(a, b) })
	left := make([]int64, len(ordered)) // to credit as returned
	drop := make([]int64, len(ordered)) // to credit as dropped
	for n, o := range ordered {
		left[n] = done[n].Goods - o.Value
		drop[n] = done[n].Advance - max(0, o.Cents-done[n].Goods)
	}
	for _, b := range bills {
		r := Return{About: b.ID}
		for n, l := range b.Lines {
			if l.OrderLine < 1 || l.OrderLine > len(ordered) {
				continue
			}
			at, why, want := l.OrderLine-1, Returned, &left
			if l.What == Advance {
				why, want = Dropped, &drop
			} else if l.What != Goods {
				continue
			}
			some := min((*want)[at], Creditable(b, docs, n+1))
			if some <= 0 {
				continue
			}
			(*want)[at] -= some
			r.Lines = append(r.Lines, take(b, docs, n+1, some, why)...)
		}
		if len(r.Lines) > 0 {
			all = append(all, r)
		}
	}
	return all
}

func compare(a, b Invoice) int {
	switch {
	case a.Number < b.Number || a.Number == b.Number && a.Created < b.Created:
		return -1
	case a.Number == b.Number && a.Created == b.Created:
		return 0
	}
	return 1
}

// Creditable is how many cents of a line of an invoice were not taken back; a
// discount that was given later takes nothing back. Line 1 is the first.
func Creditable(bill Invoice, docs []Invoice, line int) int64 {
	back, _ := credited(bill, docs, line)
	return bill.Lines[line-1].Cents - back
}

func credited(bill Invoice, docs []Invoice, line int) (back, discount int64) {
	for _, d := range docs {
		if d.Kind != Credit || d.About != bill.ID {
			continue
		}
		for _, l := range d.Lines {
			switch {
			case l.Of != line:
			case l.What == Discount:
				discount += l.Cents
			default:
				back += l.Cents
			}
		}
	}
	return back, discount
}

// take credits some cents of a line. A discount that was given on it later cannot
// be more than what is left of it: the rest of that comes back.
func take(bill Invoice, docs []Invoice, line int, cents int64, why What) (lines []Line) {
	l := bill.Lines[line-1]
	back, discount := credited(bill, docs, line)
	one := Line{What: why, Back: l.What, Of: line, OrderLine: l.OrderLine, Text: l.Text, Quantity: l.Quantity, Unit: l.Unit, Discount: l.Discount, Cents: cents, Code: l.Code, Category: l.Category, Rate: l.Rate}
	if cents != l.Cents {
		if one.Quantity = money.Round(l.Quantity, cents, l.Cents); one.Quantity == 0 {
			one.Quantity = 1
		}
	}
	lines = append(lines, one)
	if over := discount - (l.Cents - back - cents); over > 0 && l.Cents > 0 {
		lines = append(lines, Line{What: Discount, Back: l.What, Of: line, OrderLine: l.OrderLine, Text: l.Text, Quantity: -1000, Unit: over, Cents: -over, Code: l.Code, Category: l.Category, Rate: l.Rate})
	}
	return lines
}

// Whole credits all that is left of an invoice, because it was wrong.
func Whole(bill Invoice, docs []Invoice) (lines []Line) {
	for n := range bill.Lines {
		if left := Creditable(bill, docs, n+1); left != 0 {
			lines = append(lines, take(bill, docs, n+1, left, Correction)...)
		}
	}
	return lines
}

// Off credits a discount that is given later: cents net, of one line.
func Off(bill Invoice, docs []Invoice, line int, cents int64, text string) ([]Line, error) {
	if line < 1 || line > len(bill.Lines) || cents <= 0 {
		return nil, ErrOver
	}
	l := bill.Lines[line-1]
	if back, discount := credited(bill, docs, line); cents > l.Cents-back-discount {
		return nil, ErrOver
	}
	if text == "" {
		text = l.Text
	}
	return []Line{{What: Discount, Back: l.What, Of: line, OrderLine: l.OrderLine, Text: text, Quantity: 1000, Unit: cents, Cents: cents, Code: l.Code, Category: l.Category, Rate: l.Rate}}, nil
}

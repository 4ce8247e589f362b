package invoice

import (
	"cmp"
	"slices"

	"kring/base/fault"
	"kring/base/fold"
	"kring/base/money"
)

// What says what a line is for. Goods that were delivered, an advance and what is
// set off of one together are the goods invoiced of an order; the rest are kinds
// of their own.
type What string

// The kinds of lines. Of a credit note: what is taken back, and why.
const (
	Goods      What = "goods"
	Advance    What = "advance"    // in advance of delivery
	SetOff     What = "set_off"    // an advance that was invoiced before, deducted: quantity below zero
	Other      What = "other"      // by hand
	Interest   What = "interest"   // for paying late
	Costs      What = "costs"      // of collection
	Returned   What = "returned"   // credit: goods that came back
	Dropped    What = "dropped"    // credit: an advance for what will not be delivered
	Correction What = "correction" // credit: it was wrong; it can be invoiced again
	Discount   What = "discount"   // credit: given later; what was delivered stays delivered
)

// Category is the kind of VAT as EN 16931 writes it (UNCL 5305).
type Category string

// The categories that are used.
const (
	Standard Category = "S"  // a rate above zero
	Zero     Category = "Z"  // a rate of zero
	Exempt   Category = "E"  // vrijgesteld
	Reverse  Category = "AE" // verlegd
	Outside  Category = "O"  // no VAT at all: interest, collection costs
)

// Line is a line of an invoice.
type Line struct {
	What      What     `json:"what"`
	OrderLine int      `json:"order_line,omitempty"` // 1 for the first line of the order; 0 is none
	Of        int      `json:"of,omitempty"`         // of a credit note: 1 for the first line of the invoice
	Back      What     `json:"back,omitempty"`       // of a credit note: what kind of line that was
	Text      string   `json:"text"`
	Quantity  int64    `json:"quantity"`           // thousandths; below zero of a deduction
	Unit      int64    `json:"unit,omitempty"`     // cents for one, before discount; 0 when only the whole is known
	Discount  int64    `json:"discount,omitempty"` // basis points
	Cents     int64    `json:"cents"`              // net, of the whole line
	Code      string   `json:"vat,omitempty"`      // of the VAT table
	Category  Category `json:"category"`
	Rate      int64    `json:"rate"` // basis points
}

func (l *Line) check(at string, wrong fault.Fields) {
	text, err := fold.Clean(l.Text, MaxText)
	wrong.Add(at+".text", err)
	if l.Text = text; text == "" && err == nil {
		wrong.Add(at+".text", ErrText)
	}
	switch {
	case l.Quantity == 0 || l.Quantity > 1e12 || l.Quantity < -1e12:
		wrong.Add(at+".quantity", ErrQuantity)
	case l.Unit < 0 || l.Quantity > 0 && l.Cents < 0 || l.Quantity < 0 && l.Cents > 0:
		wrong.Add(at+".unit", ErrPrice)
	case l.Cents > money.Most*100 || l.Cents < -money.Most*100:
		wrong.Add(at+".unit", money.ErrLarge)
	}
	if ok := (l.Rate > 0) == (l.Category == Standard); !ok || l.Rate < 0 || l.Rate > 10_000 || !slices.Contains([]Category{Standard, Zero, Exempt, Reverse, Outside}, l.Category) {
		wrong.Add(at+".vat", ErrVAT)
	}
}

// Full is what the line would cost without its discount, and whether quantity
// times the price of one says so; else only the whole is known.
func (l Line) Full() (cents int64, byUnit bool) {
	full := money.Round(l.Quantity, l.Unit, 1000)
	if l.Unit == 0 || l.Discount == 0 && full != l.Cents || l.Discount != 0 && (full < l.Cents) != (l.Quantity < 0) {
		return l.Cents, false
	}
	return full, true
}

// Tax is the VAT of one category and rate.
type Tax struct {
	Category Category `json:"category"`
	Rate     int64    `json:"rate"` // basis points
	Net      int64    `json:"net"`
	Cents    int64    `json:"cents"`
}

// Taxes are the sums by category and rate: of each the VAT is rounded once, half
// away from zero (BR-CO-17), so the sums of an invoice are exact.
func (i Invoice) Taxes() (all []Tax) {
	for _, l := range i.Lines {
		at := slices.IndexFunc(all, func(t Tax) bool { return t.Category == l.Category && t.Rate == l.Rate })
		if at < 0 {
			at, all = len(all), append(all, Tax{Category: l.Category, Rate: l.Rate})
		}
		all[at].Net += l.Cents
	}
	for n, t := range all {
		all[n].Cents = money.Round(t.Net, t.Rate, 10_000)
	}
	slices.SortFunc(all, func(a, b Tax) int { return cmp.Or(cmp.Compare(b.Rate, a.Rate), cmp.Compare(a.Category, b.Category)) })
	return all
}

func (i *Invoice) sum() {
	i.Net, i.VAT = 0, 0
	for _, t := range i.Taxes() {
		i.Net += t.Net
		i.VAT += t.Cents
	}
	i.Gross = i.Net + i.VAT
}

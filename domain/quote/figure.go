package quote

import (
	"math/big"
	"slices"

	"kring/base/money"
	"kring/base/vat"
)

// The figures of a quote: totals by VAT rate, margin, the price waterfall, what a
// discount costs, and whether it stays within a mandate (domain.md §2.22).

// Totals is what the quote adds up to, as EN 16931 rounds it.
func (q Quote) Totals() vat.Totals {
	lines := make([]vat.Line, 0, len(q.Lines))
	for _, l := range q.Lines {
		lines = append(lines, vat.Line{Code: l.VAT, Rate: l.Rate, Net: l.Net()})
	}
	return vat.Add(lines)
}

// Margin is what is left of the net price. It is known when the cost of every
// line that costs something is.
type Margin struct {
	Net   int64 // cents
	Cost  int64 // cents
	Left  int64 // net - cost
	Rate  int64 // left / net, basis points
	Known bool
}

// Margin of the whole quote.
func (q Quote) Margin() (m Margin) {
	m.Known = len(q.Lines) > 0
	for _, l := range q.Lines {
		m.Net += l.Net()
		m.Cost += l.Worth(l.Cost)
		m.Known = m.Known && l.Cost != 0
	}
	m.Left = m.Net - m.Cost
	m.Rate = money.Round(m.Left, 10_000, m.Net)
	m.Known = m.Known && m.Net != 0
	return m
}

// Level is a step of a price waterfall: what is left after it.
type Level struct {
	Name string
	Off  int64 // basis points off what was left before
	Left int64 // cents, rounded
}

// Waterfall lets discounts (basis points) after each other fall off a price
// (cents). Each level is rounded once, half away from zero, from the exact
// product: 100 × 0.90 × 0.95 × 0.98 = 83.79.
func Waterfall(price int64, off ...int64) (all []Level) {
	exact, scale := big.NewInt(price), big.NewInt(1)
	for _, o := range off {
		exact.Mul(exact, big.NewInt(10_000-o))
		scale.Mul(scale, big.NewInt(10_000))
		twice := new(big.Int).Abs(exact)
		twice.Lsh(twice, 1).Add(twice, scale)
		left := twice.Quo(twice, new(big.Int).Lsh(scale, 1)).Int64()
		if exact.Sign() < 0 {
			left = -left
		}
		all = append(all, Level{Off: o, Left: left})
	}
	return all
}

// Fall is the waterfall of the quote: what the catalogue asks, what the price
// lists make of it, what the seller asks for one, and what is left after the
// discounts.
func (q Quote) Fall() []Level {
	var list, base, unit, net int64
	for _, l := range q.Lines {
		first := l.List
		if first == 0 {
			first = max(l.Base, l.Unit)
		}
		second := l.Base
		if second == 0 {
			second = first
		}
		list, base, unit, net = list+l.Worth(first), base+l.Worth(second), unit+l.Worth(l.Unit), net+l.Net()
	}
	all := []Level{{Name: "list", Left: list}, {Name: "price_list", Left: base}, {Name: "unit", Left: unit}, {Name: "discount", Left: net}}
	for i := 1; i < len(all); i++ {
		if before := all[i-1].Left; before != 0 {
			all[i].Off = 10_000 - money.Round(all[i].Left, 10_000, before)
		}
	}
	return all
}

// Cut is what a discount does: the margin before and after, and by how much the
// volume has to rise to earn the same. Of a price of 100 that costs 60, 10 % off
// makes 40 % into 33.3 %, and the volume has to rise by 33.3 %.
type Cut struct {
	Before int64 // basis points
	After  int64 // basis points
	Rise   int64 // basis points; -1 when no volume is enough
}

// CutOf is the effect of a discount (basis points) on a price and its cost, in
// cents.
func CutOf(price, cost, off int64) Cut {
	left := money.Round(price, 10_000-off, 10_000)
	c := Cut{Before: money.Round(price-cost, 10_000, price), After: money.Round(left-cost, 10_000, left), Rise: -1}
	if left > cost && price >= cost {
		c.Rise = money.Round(price-cost, 10_000, left-cost) - 10_000
	}
	return c
}

// Mandate is how far somebody may go by themselves, in basis points.
type Mandate struct {
	Discount int64 // off the price that the lists gave, at most
	Margin   int64 // of the whole quote, at least
	Free     bool  // no limits
}

// Excess is one way in which a quote goes beyond a mandate.
type Excess struct {
	Kind string // discount, margin
	Line int    // of a discount
	Is   int64  // basis points
	May  int64
}

// Beyond is where the quote goes beyond a mandate; nothing when it does not. A
// margin that is not known is no reason.
func (q Quote) Beyond(m Mandate) (all []Excess) {
	if m.Free {
		return nil
	}
	for i, l := range q.Lines {
		if off := l.Off(); off > m.Discount {
			all = append(all, Excess{"discount", i, off, m.Discount})
		}
	}
	if margin := q.Margin(); margin.Known && margin.Rate < m.Margin {
		all = append(all, Excess{"margin", 0, margin.Rate, m.Margin})
	}
	return all
}

// Worst are the excesses that say most: the largest discount, and the margin.
func Worst(all []Excess) (worst []Excess) {
	for _, e := range all {
		i := slices.IndexFunc(worst, func(o Excess) bool { return o.Kind == e.Kind })
		switch {
		case i < 0:
			worst = append(worst, e)
		case e.Is > worst[i].Is:
			worst[i] = e
		}
	}
	return worst
}

// Hit is how many quotes that were answered were accepted, by number and by
// value. 40 of 100 is 40 %.
type Hit struct {
	Accepted, Answered           int64
	AcceptedCents, AnsweredCents int64
}

// ByNumber and ByValue are shares in basis points, 0 of nothing.
func (h Hit) ByNumber() int64 { return money.Round(h.Accepted, 10_000, h.Answered) }

// ByValue is the share of the value, in basis points.
func (h Hit) ByValue() int64 { return money.Round(h.AcceptedCents, 10_000, h.AnsweredCents) }

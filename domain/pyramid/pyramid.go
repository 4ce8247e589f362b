// Package pyramid says how much customers are worth, and to whom attention goes:
// Curry's customer pyramid, recency-frequency-money scores, lifetime value
// (domain.md §2.27, §2.28). Everything is computed from what was bought; nothing
// is a fixed share of revenue.
package pyramid

import (
	"cmp"
	"math"
	"slices"

	"kring/base/fault"
	"kring/base/id"
)

// Class is a layer of the pyramid.
type Class string

// The layers, from the top. The first four are active customers by revenue.
const (
	Top      Class = "top"      // the first 1 %
	Large    Class = "large"    // the next 4 %
	Medium   Class = "medium"   // the next 15 %
	Small    Class = "small"    // the other 80 %
	Inactive Class = "inactive" // bought once, not lately
	Prospect Class = "prospect" // potential, talked to
	Suspect  Class = "suspect"  // potential, not yet
	Beside   Class = "beside"   // bought lately, but for no money, or in another currency: not in the order
)

// Classes are all layers, from the top; Beside is none.
var Classes = []Class{Top, Large, Medium, Small, Inactive, Prospect, Suspect}

// Ranked says whether a class is one of the four that are ordered by revenue.
func (c Class) Ranked() bool { return slices.Contains(Classes[:4], c) }

// SuspectTag is the label on a potential relation that nobody talked to yet.
const SuspectTag = "suspect"

// Action is what the book proposes to do with a layer.
type Action string

// The actions of domain.md §2.27.
const (
	Keep     Action = "keep"     // vasthouden
	Promote  Action = "promote"  // promoten
	Divest   Action = "divest"   // afstoten
	Recruit  Action = "recruit"  // werven
	Identify Action = "identify" // identificeren
)

// Action is what is proposed for a layer.
func (c Class) Action() Action {
	switch c {
	case Top, Large:
		return Keep
	case Medium, Small:
		return Promote
	case Inactive:
		return Divest
	case Prospect:
		return Recruit
	}
	return Identify
}

// Cuts are the cumulative shares, in percent, at which the layers of active
// customers end.
type Cuts [3]int

// Curry is the usual cut: 1, 4 and 15 percent, the rest is small.
var Curry = Cuts{1, 5, 20}

// Sizes is how many of n customers are in each of the four layers: cut by
// cumulative share, rounding up. 200 make 2, 8, 30 and 160; 37 make 1, 1, 6, 29.
func (c Cuts) Sizes(n int) (sizes [4]int) {
	before := 0
	for i, share := range c {
		upto := min(n, (n*share+99)/100)
		sizes[i] = max(0, upto-before)
		before = max(before, upto)
	}
	sizes[3] = n - before
	return sizes
}

// Customer is what one bought in the period.
type Customer struct {
	ID    id.Account
	Cents int64
}

// Layer is one class with who is in it and what they are worth together.
type Layer struct {
	Class Class
	Count int
	Cents int64
	Least int64 // what the smallest of them bought
}

// Build puts active customers in layers, the largest first; equals in the order
// of their ids, so that the same figures make the same pyramid. classes says
// where each one is, in the order of all.
func Build(all []Customer, cuts Cuts) (layers [4]Layer, classes []Class) {
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		a, b := &all[i], &all[j]
		return cmp.Or(cmp.Compare(b.Cents, a.Cents), slices.Compare(a.ID[:], b.ID[:]))
	})
	classes = make([]Class, len(all))
	at := 0
	for i, n := range cuts.Sizes(len(all)) {
		l := Layer{Class: Classes[i], Count: n}
		for _, c := range order[at : at+n] {
			l.Cents += all[c].Cents
			l.Least = all[c].Cents
			classes[c] = l.Class
		}
		layers[i], at = l, at+n
	}
	return layers, classes
}

// RFM is a score from 1 to 5 each: how lately, how often, for how much; 5 is
// the best fifth.
type RFM struct{ Recency, Frequency, Money int }

// Bought is what an RFM score is made of.
type Bought struct {
	Days  int // since the last purchase
	Times int
	Cents int64
}

// Score gives each customer fifths. Equals share a score: the fifth of the middle
// of their places, so that who bought the same is told the same.
func Score(all []Bought) []RFM {
	scores := make([]RFM, len(all))
	fifth(len(all), func(i int) int64 { return -int64(all[i].Days) }, func(i, s int) { scores[i].Recency = s })
	fifth(len(all), func(i int) int64 { return int64(all[i].Times) }, func(i, s int) { scores[i].Frequency = s })
	fifth(len(all), func(i int) int64 { return all[i].Cents }, func(i, s int) { scores[i].Money = s })
	return scores
}

func fifth(n int, value func(int) int64, put func(i, score int)) {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(value(a), value(b)), a-b) })
	for from := 0; from < n; {
		to := from + 1
		for to < n && value(order[to]) == value(order[from]) {
			to++
		}
		for _, i := range order[from:to] {
			put(i, 1+min(4, 5*(from+to)/(2*n)))
		}
		from = to
	}
}

// Value is a lifetime value in cents, with what it was made of. Margin is of one
// period, retention and discount are of the same period.
type Value struct {
	Margin    int64   // cents
	Retention float64 // 0 to 1
	Discount  float64 // above -1, so 0.10 for ten percent
}

var (
	// ErrRetention says that a share of customers cannot be.
	ErrRetention = fault.New(fault.Invalid, "pyramid.retention", "retention is between 0 and 100 percent")
	// ErrDiscount says that a discount cannot be.
	ErrDiscount = fault.New(fault.Invalid, "pyramid.discount", "a discount is between 0 and 100 percent")
	// ErrEndless says that the sum grows without end.
	ErrEndless = fault.New(fault.Invalid, "pyramid.endless", "with this retention and discount the value grows without end: 1 + discount - retention must be above zero")
)

// Check says why there is no value. Nobody stays more than always, and who stays
// always without a discount is worth no number.
func (v Value) Check() error {
	wrong := fault.Fields{}
	if !(v.Retention >= 0 && v.Retention <= 1) {
		wrong.Add("retention", ErrRetention)
	}
	if !(v.Discount >= 0 && v.Discount <= 1) {
		wrong.Add("discount", ErrDiscount)
	}
	if len(wrong) == 0 && 1+v.Discount-v.Retention <= 0 {
		wrong.Add("discount", ErrEndless)
	}
	return wrong.Err()
}

// Ahead leaves the first margin out: m × r ÷ (1 + d − r).
func (v Value) Ahead() int64 { return v.times(v.Retention) }

// Whole includes an immediate first margin: m × (1 + d) ÷ (1 + d − r).
func (v Value) Whole() int64 { return v.times(1 + v.Discount) }

func (v Value) times(factor float64) int64 {
	if v.Check() != nil {
		return 0
	}
	return int64(math.Round(float64(v.Margin) * factor / (1 + v.Discount - v.Retention)))
}

package slipping

import (
	"math"

	"kring/base/day"
	"kring/base/id"
	"kring/stat/btyd"
)

// Outlook is what is expected of one customer, as of the night it was computed.
type Outlook struct {
	Account   id.Account
	Owner     id.Member // under whom it is listed
	Team      id.Team
	Until     day.Day
	First     day.Day // of the purchases
	Last      day.Day
	Purchases int // on so many days
	Rhythm
	Chance   float64 // that they are still a customer; below zero when it is not known
	Expected float64 // orders in twelve months; below zero when it is not known
	Cents    int64   // what those are worth, in Currency; below zero when it is not known
	Year     int64   // paid in the twelve months until the last purchase, in Currency
	Currency string
	Big      bool // among the largest twentieth of customers
	Reasons  []Reason
	AtRisk   bool
	Rank     int64 // what can still be kept, in cents: the list has the most first
}

// Known says whether a chance, a number or a value is known.
func Known(f float64) bool { return f >= 0 }

// Silent is how many days they have not bought on a day.
func (o Outlook) Silent(on day.Day) int { return max(0, o.Last.Until(on)) }

// Times is how many times their own rhythm that is; 0 without a rhythm.
func (o Outlook) Times(on day.Day) float64 {
	if o.Intervals < leastIntervals || o.Median <= 0 {
		return 0
	}
	return float64(o.Silent(on)) / o.Median
}

// horizon is twelve months, in weeks.
const horizon = 365.25 / 7

// Reader tells from a fit what to expect of a customer. What identical
// histories have in common is computed once.
type Reader struct {
	fit          Fit
	model, alive btyd.Model
	value        *btyd.GammaGamma
	kept         map[btyd.History][2]float64
}

// mostKept is how many histories a reader remembers.
const mostKept = 100_000

// Reader reads from the fit.
func (f Fit) Reader() *Reader {
	r := &Reader{fit: f, model: f.Of(f.Model).settled(), alive: f.Of(f.Alive).settled(), kept: map[btyd.History][2]float64{}}
	if e := f.Of(GammaGamma); e.Refusal == nil && len(e.Values) == 3 {
		r.value = &btyd.GammaGamma{P: e.Values[0], Q: e.Values[1], V: e.Values[2]}
	}
	return r
}

// Look is what is expected of a customer; who buys as by subscription gets no
// chance, since there is none in how they buy.
func (r *Reader) Look(c *Customer) Outlook {
	o := Outlook{
		Until: r.fit.Until, First: c.First(), Last: c.Last(), Purchases: c.Purchases(), Rhythm: c.Rhythm(),
		Chance: -1, Expected: -1, Cents: -1, Currency: r.fit.Currency, Year: c.Year(r.fit.Currency),
	}
	o.Big = r.fit.Large > 0 && o.Year >= r.fit.Large
	h, ok := c.History(r.fit.Until)
	if !ok || o.Regular {
		return o
	}
	o.Chance, o.Expected = r.expect(h)
	if Known(o.Expected) && r.value != nil && c.Currency() == r.fit.Currency {
		if mean, err := r.value.Mean(c.Spend()); err == nil && sound(mean) {
			o.Cents = int64(math.Round(o.Expected * mean * 100))
		}
	}
	return o
}

// expect is the chance and the number of orders; below zero what is not known.
func (r *Reader) expect(h btyd.History) (chance, orders float64) {
	if two, ok := r.kept[h]; ok {
		return two[0], two[1]
	}
	chance, orders = -1, -1
	if r.alive != nil {
		chance = r.alive.Alive(h)
	} else if r.model != nil && h.X > 0 { // of who bought once BG/NBD knows nothing
		chance = r.model.Alive(h)
	}
	if r.model != nil {
		orders = r.model.Future(h, horizon)
	}
	if !sound(chance) {
		chance = -1
	}
	if !sound(orders) {
		orders = -1
	}
	if len(r.kept) >= mostKept {
		clear(r.kept)
	}
	r.kept[h] = [2]float64{chance, orders}
	return chance, orders
}

// sound says whether a figure is one: not negative, and a number.
func sound(f float64) bool { return f >= 0 && !math.IsInf(f, 1) }

// Judge adds why the customer is at risk, if they are, and what can still be kept:
// what they paid in the twelve months until their last purchase, times the chance
// that they are still there, so that who left long ago stands below who can be
// held. Without a chance it is all of it.
func (o *Outlook) Judge(where Where) {
	o.Reasons, o.AtRisk = reasons(*o, where)
	o.Rank = o.Year
	if Known(o.Chance) {
		o.Rank = int64(math.Round(float64(o.Year) * o.Chance))
	}
}

// Package slipping says who is slipping away, why, and what to do about it
// (domain.md §2.27, quant.md §3).
//
// A Base takes the purchases of every customer, one after the other, and fits
// the models of stat/btyd to them; a Fit is what came out, with its errors and
// with honest refusals; a Reader tells from a Fit what to expect of one
// customer. Signals say in words why somebody is at risk, and Propose names
// exactly one thing to do. Nothing here ends a relation: that is for a person.
//
// What a purchase is, and where a relation stands on the ring, lives elsewhere.
package slipping

import (
	"math"
	"slices"

	"kring/base/day"
	"kring/base/money"
	"kring/stat/btyd"
)

// Customer is the purchases of one customer, in the order of their days: those
// of one day are one purchase. It can be used again after Reset.
type Customer struct {
	days    []day.Day
	numbers []int // of the days, counted from 1970
	amounts []amount
	gaps    []int
}

// amount is what was paid in one currency on one of the days.
type amount struct {
	place int // in days
	money money.Money
}

// Reset forgets the purchases and keeps the room.
func (c *Customer) Reset() {
	c.days, c.numbers, c.amounts = c.days[:0], c.numbers[:0], c.amounts[:0]
}

const epoch = day.Day("1970-01-01")

// Add notes what was bought on a day, not before the one noted last.
func (c *Customer) Add(on day.Day, paid money.Money) {
	if n := len(c.days); n == 0 || c.days[n-1] != on {
		c.days = append(c.days, on)
		c.numbers = append(c.numbers, epoch.Until(on))
	}
	c.amounts = append(c.amounts, amount{len(c.days) - 1, paid})
}

// Purchases is on how many days they bought.
func (c *Customer) Purchases() int { return len(c.days) }

// First is the day of the first purchase, Last that of the last one; "" without.
func (c *Customer) First() day.Day { return c.at(0) }

// Last is the day of the last purchase.
func (c *Customer) Last() day.Day { return c.at(len(c.days) - 1) }

func (c *Customer) at(place int) day.Day {
	if place < 0 || place >= len(c.days) {
		return ""
	}
	return c.days[place]
}

// count is a history in whole days, as a key: a fraction of the room of three
// floating point numbers.
type count struct{ x, last, age int32 }

// weeks is the history as the models read it, in weeks: days ÷ 7, not rounded.
func (k count) weeks() btyd.History {
	return btyd.History{X: int(k.x), Last: float64(k.last) / 7, Age: float64(k.age) / 7}
}

// until is what was known of the customer at the end of a day; ok is false of
// one who had bought nothing by then.
func (c *Customer) until(number int) (k count, ok bool) {
	if len(c.numbers) == 0 || c.numbers[0] > number {
		return k, false
	}
	n, _ := slices.BinarySearch(c.numbers, number+1)
	birth := c.numbers[0]
	return count{int32(n - 1), int32(c.numbers[n-1] - birth), int32(number - birth)}, true //nolint:gosec // days of a calendar
}

// History is what the models read of the customer at the end of a day.
func (c *Customer) History(until day.Day) (h btyd.History, ok bool) {
	k, ok := c.until(epoch.Until(until))
	return k.weeks(), ok
}

// Currency is the one currency in which they pay; "" when there is more than
// one: amounts in two currencies are never added.
func (c *Customer) Currency() string {
	if len(c.amounts) == 0 {
		return ""
	}
	first := c.amounts[0].money.Currency
	for _, a := range c.amounts {
		if a.money.Currency != first {
			return ""
		}
	}
	return first
}

// Spend is how many repeat purchases they made and their mean amount, in whole
// units of their one currency: the first purchase is left out, as everywhere.
func (c *Customer) Spend() (s btyd.Spend) {
	if len(c.days) < 2 || c.Currency() == "" {
		return s
	}
	total := 0.0
	for _, a := range c.amounts {
		if a.place > 0 {
			total += float64(a.money.Cents) / 100
		}
	}
	s.X = len(c.days) - 1
	s.Mean = total / float64(s.X)
	return s
}

// Year is what they paid in a currency in the twelve months that end with their
// last purchase, in cents.
func (c *Customer) Year(currency string) (cents int64) {
	if len(c.days) == 0 {
		return 0
	}
	from := c.numbers[len(c.numbers)-1] - 365
	for _, a := range c.amounts {
		if a.money.Currency == currency && c.numbers[a.place] > from {
			cents += a.money.Cents
		}
	}
	return cents
}

// Rhythm is how regularly somebody buys.
type Rhythm struct {
	Median    float64 // days between two purchases, the middle of all
	Intervals int
	Regular   bool // so regular that no chance is in it: as a subscription
}

// Whoever has so many intervals that vary so little buys by agreement. Of a
// customer who buys at random the intervals vary as much as their mean (1);
// months of 28 to 31 days vary 0.03.
const (
	regularLeast  = 6
	regularSpread = 0.25
)

// Rhythm measures the intervals between the purchases.
func (c *Customer) Rhythm() (r Rhythm) {
	r.Intervals = max(0, len(c.numbers)-1)
	if r.Intervals == 0 {
		return r
	}
	c.gaps = c.gaps[:0]
	for i, n := range c.numbers[1:] {
		c.gaps = append(c.gaps, n-c.numbers[i])
	}
	slices.Sort(c.gaps)
	half := len(c.gaps) / 2
	r.Median = float64(c.gaps[half])
	if len(c.gaps)%2 == 0 {
		r.Median = float64(c.gaps[half-1]+c.gaps[half]) / 2
	}
	r.Regular = r.Intervals >= regularLeast && spread(c.gaps) <= regularSpread
	return r
}

// spread is the standard deviation of numbers, as a share of their mean.
func spread(all []int) float64 {
	sum, squares, n := 0.0, 0.0, float64(len(all))
	for _, x := range all {
		sum += float64(x)
	}
	mean := sum / n
	for _, x := range all {
		squares += (float64(x) - mean) * (float64(x) - mean)
	}
	return math.Sqrt(squares/(n-1)) / mean
}

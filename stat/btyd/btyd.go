// Package btyd tells of a base of customers who are free to stay away ("buy
// till you die"): who is still a customer, how many orders are to come and
// what they are worth.
//
// A customer is three numbers, a History: how often they came back, when for
// the last time, and how long we have known them. Three models read it.
// Pareto/NBD (Schmittlein, Morrison, Colombo 1987) lets a customer leave at any
// moment; BG/NBD (Fader, Hardie, Lee 2005) only right after an order; MBG/NBD
// (Batislam et al. 2007) after the first order too. Gamma-Gamma (Colombo, Jiang
// 1999) tells what an order is worth. doc/customers.md has the formulas.
//
// Times are in one unit of the caller's choice, days or weeks. Whoever ends a
// relation in so many words (a subscription) is a matter for stat/hazard.
package btyd

import (
	"errors"
	"fmt"
	"math"
)

// History is what the models know of one customer.
type History struct {
	X    int     // repeat purchases: the first one is birth and does not count
	Last float64 // when the last purchase was, in time since the first; 0 when X is 0
	Age  float64 // how long ago the first purchase was
}

// ErrHistory says that a history cannot be: negative numbers, a last purchase
// later than today, or a last purchase without one.
var ErrHistory = errors.New("a history needs 0 <= last <= age, and last is 0 exactly when there is no repeat purchase")

// Check refuses a history that cannot be.
func (h History) Check() error {
	good := h.X >= 0 && h.X <= 1e9 && h.Last >= 0 && h.Last <= h.Age && h.Age <= 1e9 && (h.X == 0) == (h.Last == 0)
	if !good { // a NaN is never good
		return fmt.Errorf("%w: %d purchases, last %g, age %g", ErrHistory, h.X, h.Last, h.Age)
	}
	return nil
}

// Model is what each of the three models answers.
type Model interface {
	// Alive is the chance that the customer is still one.
	Alive(h History) float64
	// Future is how many purchases to expect of this customer in the next t.
	Future(h History, t float64) float64
	// Expected is how many repeat purchases to expect of a new customer in its
	// first t.
	Expected(t float64) float64
	// Chance is the probability that a new customer makes exactly x repeat
	// purchases in its first t.
	Chance(x int, t float64) float64
	// LogLikelihood is the logarithm of the density of one history.
	LogLikelihood(h History) float64
}

// addLog is ln(e^a + e^b), with -Inf for nothing.
func addLog(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	if math.IsInf(b, -1) {
		return a
	}
	return a + math.Log1p(math.Exp(b-a))
}

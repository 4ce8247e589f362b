package slipping

import (
	"cmp"
	"errors"
	"slices"

	"kring/base/day"
	"kring/stat/btyd"
)

// Model names a model.
type Model string

// The models, in the order of a page. Gamma-Gamma is about the value of an
// order.
const (
	ParetoNBD  Model = "pareto-nbd"
	BGNBD      Model = "bg-nbd"
	MBGNBD     Model = "mbg-nbd"
	GammaGamma Model = "gamma-gamma"
)

// Code says why something is not told.
type Code string

// The refusals. Each has its sentence on the page.
const (
	None       Code = "none"       // nobody has bought anything
	Once       Code = "once"       // everybody bought once
	Few        Code = "few"        // too few customers came back
	Unsettled  Code = "unsettled"  // a parameter runs to a bound, or can be anything
	Short      Code = "short"      // the history is too short to hold a part back
	Correlates Code = "correlates" // how often and how much go together
	NoMean     Code = "no_mean"    // the mean of Gamma-Gamma is not defined
	Leavers    Code = "leavers"    // too few relations ended in so many words
)

// What is needed before something is told.
const (
	LeastRepeaters = 100 // customers who bought again: with fewer a fit of four parameters is fragile
	LeastLeavers   = 20  // relations that ended in so many words
	LeastWeeks     = 8   // of history, to hold a quarter of it back
	MostHeld       = 52  // weeks that are held back
	MostWeeks      = 156 // weeks that the panel shows
	MostCorrelated = 0.3 // of how often and how much, either way
)

// Refusal is why something is not told, with the figures of its sentence.
type Refusal struct {
	Code      Code    `json:"code"`
	Have      int     `json:"have,omitempty"`
	Need      int     `json:"need,omitempty"`
	Parameter string  `json:"parameter,omitempty"`
	Figure    float64 `json:"figure,omitempty"`
}

// Estimate is what the fit of one model found, or why it found nothing.
type Estimate struct {
	Model         Model     `json:"model"`
	Names         []string  `json:"names"`
	Values        []float64 `json:"values"`
	Errors        []float64 `json:"errors"` // standard errors
	LogLikelihood float64   `json:"log_likelihood"`
	Customers     int       `json:"customers"`
	Refusal       *Refusal  `json:"refusal,omitempty"`
}

// Week is one week of the sanity panel: the repeat purchases that were made and
// those that the model expected, of the customers it was fitted to.
type Week struct {
	Until    day.Day `json:"until"` // its last day
	Expected float64 `json:"expected"`
	Actual   int     `json:"actual"`
}

// Sanity is how well the model that was chosen tells what was held back: it is
// fitted to what was known at the end of the day Cut, and never saw the rest.
type Sanity struct {
	Model    Model    `json:"model"`
	Cut      day.Day  `json:"cut"`
	Weeks    []Week   `json:"weeks"`    // before and after Cut
	Held     int      `json:"held"`     // weeks after Cut
	Expected float64  `json:"expected"` // repeat purchases after Cut, given what each one did before
	Actual   int      `json:"actual"`
	Refusal  *Refusal `json:"refusal,omitempty"`
}

// Stay is how long relations last that end in so many words, by Kaplan and
// Meier: from the first purchase until the customer left, went silent or was let
// go; who is still there counts as long as they are.
type Stay struct {
	Months  []float64 `json:"months"` // share that still goes on after 0, 1, 2 … months
	Median  int       `json:"median"` // months; 0 when the curve does not come that low
	Ended   int       `json:"ended"`
	Going   int       `json:"going"`
	Refusal *Refusal  `json:"refusal,omitempty"`
}

// After is the share of those who were there after so many days that is still
// there so many days later.
func (s Stay) After(days, later int) (share float64, known bool) {
	now, then := int(float64(days)/month), int(float64(days+later)/month)
	if s.Refusal != nil || then >= len(s.Months) || s.Months[now] == 0 {
		return 0, false
	}
	return s.Months[then] / s.Months[now], true
}

const month = 365.25 / 12

// Fit is what was learned of the customers of an organisation.
type Fit struct {
	Until     day.Day // what was known at the end of this day
	Customers int
	Repeaters int    // customers who bought again
	Currency  string // in which most is paid: values are in it
	Large     int64  // cents a year from which a customer is among the largest twentieth
	Model     Model  // the likeliest of the three: what is expected comes from it; "" when none settles
	Alive     Model  // the likeliest that also doubts who bought once: the chance comes from it
	Models    []Estimate
	Refusal   *Refusal // why there is no model
	Sanity    Sanity
	Stay      Stay
}

// Of is the estimate of a model.
func (f Fit) Of(m Model) Estimate {
	for _, e := range f.Models {
		if e.Model == m {
			return e
		}
	}
	return Estimate{Model: m, Refusal: f.Refusal}
}

// settled makes the model of an estimate; nil of one that was refused.
func (e Estimate) settled() btyd.Model {
	v := e.Values
	switch {
	case e.Refusal != nil || len(v) != 4:
	case e.Model == ParetoNBD:
		return btyd.ParetoNBD{R: v[0], Alpha: v[1], S: v[2], Beta: v[3]}
	case e.Model == BGNBD:
		return btyd.BGNBD{R: v[0], Alpha: v[1], A: v[2], B: v[3]}
	case e.Model == MBGNBD:
		return btyd.MBGNBD{R: v[0], Alpha: v[1], A: v[2], B: v[3]}
	}
	return nil
}

// estimate fits one model to a cohort.
func estimate(m Model, c *btyd.Cohort) Estimate {
	var e btyd.Estimate
	var err error
	switch m {
	case ParetoNBD:
		_, e, err = btyd.FitParetoNBD(c)
	case BGNBD:
		_, e, err = btyd.FitBGNBD(c)
	default:
		_, e, err = btyd.FitMBGNBD(c)
	}
	return told(m, e, err)
}

func told(m Model, e btyd.Estimate, err error) Estimate {
	out := Estimate{Model: m, Names: e.Names, Values: e.Value, Errors: e.Error, LogLikelihood: e.LogLikelihood, Customers: e.Customers}
	if err != nil {
		out = Estimate{Model: m, Refusal: refused(err)}
	}
	return out
}

// refused is an error of a fit as a refusal.
func refused(err error) *Refusal {
	var u *btyd.Unsettled
	if errors.As(err, &u) {
		return &Refusal{Code: Unsettled, Parameter: u.Parameter}
	}
	return &Refusal{Code: Few, Need: LeastRepeaters}
}

// ranked are the models that settled, the likeliest first.
func (f Fit) ranked() (all []Model) {
	for _, m := range []Model{ParetoNBD, BGNBD, MBGNBD} {
		if f.Of(m).settled() != nil {
			all = append(all, m)
		}
	}
	slices.SortStableFunc(all, func(a, b Model) int { return cmp.Compare(f.Of(b).LogLikelihood, f.Of(a).LogLikelihood) })
	return all
}

// choose takes the likeliest model, and the likeliest of those that doubt who
// bought once: BG/NBD takes them to be customers for ever (quant.md §3.5).
func (f *Fit) choose() {
	for _, m := range f.ranked() {
		f.Model = cmp.Or(f.Model, m)
		if m != BGNBD {
			f.Alive = cmp.Or(f.Alive, m)
		}
	}
	if f.Model == "" && f.Refusal == nil {
		f.Refusal = f.Of(ParetoNBD).Refusal
	}
}

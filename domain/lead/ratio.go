package lead

import (
	"slices"

	"kring/base/money"
)

// Steps are the steps of the way that a lead can reach, in order; bought is a
// lead that was converted and whose account ordered.
var Steps = []string{"responded", "working", "mql", "sal", "sql", "converted", "bought"}

// Tally is what became of the leads of a period, of one source or of all.
type Tally struct {
	Source    string           `json:"source"`
	Leads     int64            `json:"leads"`
	Reached   map[string]int64 `json:"reached"`   // by step
	Marketing int64            `json:"marketing"` // cents
	Sales     int64            `json:"sales"`     // cents
	Median    int64            `json:"median"`    // working milliseconds until the first response; -1 when nobody responded
}

// Plus adds two tallies; the median of both together is not known from them.
func (t Tally) Plus(o Tally) Tally {
	sum := Tally{Source: t.Source, Leads: t.Leads + o.Leads, Marketing: t.Marketing + o.Marketing, Sales: t.Sales + o.Sales, Median: -1, Reached: map[string]int64{}}
	for _, s := range Steps {
		sum.Reached[s] = t.Reached[s] + o.Reached[s]
	}
	return sum
}

// PerLead is what a lead cost, in cents: marketing costs over leads; false
// without leads.
func (t Tally) PerLead() (int64, bool) {
	if t.Leads == 0 {
		return 0, false
	}
	return money.Round(t.Marketing, 1, t.Leads), true
}

// CAC is what a new customer cost, in cents: marketing and sales over those who
// bought; false without any.
func (t Tally) CAC() (int64, bool) {
	n := t.Reached["bought"]
	if n == 0 {
		return 0, false
	}
	return money.Round(t.Marketing+t.Sales, 1, n), true
}

// Share is which part of those who reached the step before reached this one, in
// basis points; false when nobody did. Before the first step stand all leads.
func (t Tally) Share(step string) (int64, bool) {
	i := slices.Index(Steps, step)
	before := t.Leads
	if i > 1 { // who was never responded to can be in hand all the same
		before = t.Reached[Steps[i-1]]
	}
	if i < 0 || before == 0 {
		return 0, false
	}
	return money.Round(t.Reached[step]*10_000, 1, before), true
}

// Cost is money spent to get leads.
type Cost struct {
	Source    string `json:"source"` // of Sources
	Month     string `json:"month"`  // 2026-11
	Marketing int64  `json:"marketing"`
	Sales     int64  `json:"sales"` // both whole cents
}

// Package proposition holds the rules of a value proposition: what customers want
// to get done, what hurts and what they hope for, and what of ours answers it,
// with which proof (domain.md §2.18; Osterwalder et al. 2014).
package proposition

import (
	"slices"
	"strconv"

	"kring/base/day"
	"kring/base/decimal"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/money"
)

// State is how far a proposition is.
type State string

// The states, in their order.
const (
	Draft   State = "draft"
	Tested  State = "tested"
	Active  State = "active"
	Retired State = "retired"
)

// States are all, in the order of a menu.
var States = []State{Draft, Tested, Active, Retired}

// Kinds are what a customer brings.
var Kinds = []string{"job", "pain", "gain"}

// Item is a job, a pain or a gain, and what of ours answers it.
type Item struct {
	Kind       string  `json:"kind"`
	Text       string  `json:"text"`
	Importance int64   `json:"importance"` // 1-10
	Often      string  `json:"often"`      // how often it comes up
	Answer     string  `json:"answer"`     // element of the offer; empty is none
	Proof      string  `json:"proof"`      // case, measurement; empty is none
	Until      day.Day `json:"until"`      // the proof is looked at again
}

// Amount is a named amount in cents.
type Amount struct {
	Name  string `json:"name"`
	Cents int64  `json:"cents"`
}

// Proposition is one promise of value, of a segment, or of one opportunity when
// it was tailored. Amounts are cents.
type Proposition struct {
	ID          id.Proposition `json:"id"`
	Name        string         `json:"name"`
	Segment     string         `json:"segment"`
	Product     id.Product     `json:"product,omitzero"`
	Opportunity id.Opportunity `json:"opportunity,omitzero"` // of a tailored copy
	Account     id.Account     `json:"account,omitzero"`     // of a tailored copy
	Of          id.Proposition `json:"of,omitzero"`          // that it was copied from
	State       State          `json:"state"`
	Promise     string         `json:"promise"` // the text itself
	Items       []Item         `json:"items"`
	TestedWith  int64          `json:"tested_with"` // customers

	Reference int64    `json:"reference"` // price of the next best alternative
	Plus      []Amount `json:"plus"`      // what ours is worth more
	Minus     []Amount `json:"minus"`     // and less
	Price     int64    `json:"price"`     // that we ask

	Purchase int64 `json:"purchase"` // of the total cost of ownership
	Install  int64 `json:"install"`
	Yearly   int64 `json:"yearly"`
	Years    int64 `json:"years"`
	Residual int64 `json:"residual"`
	Saving   int64 `json:"saving"` // a year

	Created int64 `json:"created_at"`
	Updated int64 `json:"updated_at"`
	Version int64 `json:"version"`
}

// The limits.
const (
	MaxItems = 60
	MaxName  = 200
	MaxText  = 500
	MaxLong  = 5000
	MaxYears = 50
)

// What can be wrong.
var (
	ErrName       = fault.New(fault.Invalid, "proposition.name", "a proposition needs a name")
	ErrItem       = fault.New(fault.Invalid, "proposition.item", "a job, a pain or a gain is written down; there are at most 60")
	ErrImportance = fault.New(fault.Invalid, "proposition.importance", "the importance is 1 to 10")
	ErrAmount     = fault.New(fault.Invalid, "proposition.amount", "an amount is zero or more")
	ErrYears      = fault.New(fault.Invalid, "proposition.years", "the years are 0 to 50")
	ErrState      = fault.New(fault.Invalid, "proposition.state", "a proposition is a draft, tested, active or retired")
	ErrUntested   = fault.New(fault.Invalid, "proposition.untested", "say with how many customers it was tested")
	ErrUnproved   = fault.New(fault.Invalid, "proposition.unproved", "a claim without a valid proof cannot be active")
)

// Check tidies a proposition. What is tested says with how many customers; what
// is active has a proof for each answer that is valid today.
func (p Proposition) Check(today day.Day) (Proposition, error) {
	wrong := fault.Fields{}
	clean := func(field, typed string) string {
		s, err := fold.Clean(typed, MaxText)
		wrong.Add(field, err)
		return s
	}
	p.Name = clean("name", p.Name)
	if p.Name == "" {
		wrong.Add("name", ErrName)
	}
	p.Segment = clean("segment", p.Segment)
	var err error
	p.Promise, err = fold.Text(p.Promise, MaxLong)
	wrong.Add("promise", err)
	if p.State == "" {
		p.State = Draft
	}
	if !slices.Contains(States, p.State) {
		wrong.Add("state", ErrState)
	}
	if len(p.Items) > MaxItems {
		wrong.Add("items", ErrItem)
		return p, wrong.Err()
	}
	p.Items = slices.Clone(p.Items)
	for i := range p.Items {
		at := "items." + strconv.Itoa(i) + "."
		t := &p.Items[i]
		t.Text, t.Often, t.Answer, t.Proof = clean(at+"text", t.Text), clean(at+"often", t.Often), clean(at+"answer", t.Answer), clean(at+"proof", t.Proof)
		if t.Text == "" || !slices.Contains(Kinds, t.Kind) {
			wrong.Add(at+"text", ErrItem)
		}
		if t.Importance < 1 || t.Importance > 10 {
			wrong.Add(at+"importance", ErrImportance)
		}
		if t.Until != "" {
			t.Until, err = day.Parse(string(t.Until))
			wrong.Add(at+"until", err)
		}
	}
	amounts := map[string]int64{"reference": p.Reference, "price": p.Price, "purchase": p.Purchase, "install": p.Install, "yearly": p.Yearly, "residual": p.Residual, "saving": p.Saving}
	for side, list := range map[string][]Amount{"plus": p.Plus, "minus": p.Minus} {
		for i, a := range list {
			amounts[side+"."+strconv.Itoa(i)] = a.Cents
			list[i].Name = clean(side+"."+strconv.Itoa(i), a.Name)
		}
	}
	for field, cents := range amounts {
		if cents < 0 || cents > decimal.Max {
			wrong.Add(field, ErrAmount)
		}
	}
	if p.Years < 0 || p.Years > MaxYears {
		wrong.Add("years", ErrYears)
	}
	if p.TestedWith < 0 || p.TestedWith == 0 && (p.State == Tested || p.State == Active) {
		wrong.Add("tested_with", ErrUntested)
	}
	if p.State == Active && len(p.Unproved(today)) > 0 {
		wrong.Add("state", ErrUnproved)
	}
	return p, wrong.Err()
}

// Unanswered are the items to which nothing of ours answers.
func (p Proposition) Unanswered() (all []Item) {
	for _, t := range p.Items {
		if t.Answer == "" {
			all = append(all, t)
		}
	}
	return all
}

// Unproved are the answers without a proof, or with one that is to be looked at
// again.
func (p Proposition) Unproved(today day.Day) (all []Item) {
	for _, t := range p.Items {
		if t.Answer != "" && (t.Proof == "" || t.Until != "" && t.Until < today) {
			all = append(all, t)
		}
	}
	return all
}

// Fit is the importance of the pains and gains that are answered over that of all,
// in basis points; known is false without any.
func (p Proposition) Fit() (share int64, known bool) {
	var answered, all int64
	for _, t := range p.Items {
		if t.Kind == "job" {
			continue
		}
		all += t.Importance
		if t.Answer != "" {
			answered += t.Importance
		}
	}
	return money.Round(answered, 10_000, all), all > 0
}

// Worth is the economic value to the customer: reference + plus - minus. 20,000 +
// 9,000 - 3,000 is 26,000.
func (p Proposition) Worth() int64 {
	v := p.Reference
	for _, a := range p.Plus {
		v += a.Cents
	}
	for _, a := range p.Minus {
		v -= a.Cents
	}
	return v
}

// Gain is what the customer keeps at our price: 26,000 - 23,000 is 3,000.
func (p Proposition) Gain() int64 { return p.Worth() - p.Price }

// Owning is the total cost of ownership: purchase + installation + years × yearly
// - residual.
func (p Proposition) Owning() int64 {
	return p.Purchase + p.Install + p.Years*p.Yearly - p.Residual
}

// Payback is in how many years the investment is earned back, in hundredths; ok is
// false without a saving.
func (p Proposition) Payback() (years int64, ok bool) {
	return money.Round(p.Purchase+p.Install, 100, p.Saving), p.Saving > 0
}

// Diff is what is different between two states of a proposition.
func Diff(a, b Proposition) []fact.Change {
	of := func(p Proposition) func(string) any {
		return func(key string) any {
			return map[string]any{
				"name": p.Name, "segment": p.Segment, "product": p.Product, "opportunity": p.Opportunity, "account": p.Account, "state": p.State, "promise": p.Promise, "items": p.Items, "tested_with": p.TestedWith,
				"reference": p.Reference, "plus": p.Plus, "minus": p.Minus, "price": p.Price, "purchase": p.Purchase, "install": p.Install, "yearly": p.Yearly, "years": p.Years, "residual": p.Residual, "saving": p.Saving,
			}[key]
		}
	}
	return fact.Between([]string{"name", "segment", "product", "opportunity", "account", "state", "promise", "items", "tested_with", "reference", "plus", "minus", "price", "purchase", "install", "yearly", "years", "residual", "saving"}, of(a), of(b))
}

package need

import (
	"kring/base/id"
	"kring/base/opt"
)

// Patch is what changes of a need; what is not mentioned stays.
type Patch struct {
	Opportunity opt.Of[id.Opportunity]
	Contact     opt.Of[id.Contact]
	Kind        opt.Of[Kind]
	Words       opt.Of[string]
	Problem     opt.Of[id.Need]
	Implication opt.Of[string]
	Basis       opt.Of[string]
	Payoff      opt.Of[string]
}

// On is the draft with what the patch mentions.
func (p Patch) On(d Draft) Draft {
	d.Opportunity, d.Contact, d.Kind, d.Words = p.Opportunity.Or(d.Opportunity), p.Contact.Or(d.Contact), p.Kind.Or(d.Kind), p.Words.Or(d.Words)
	d.Problem, d.Implication, d.Basis, d.Payoff = p.Problem.Or(d.Problem), p.Implication.Or(d.Implication), p.Basis.Or(d.Basis), p.Payoff.Or(d.Payoff)
	return d
}

package promise

import (
	"kring/base/id"
	"kring/base/opt"
)

// Patch is what changes of a promise; what is not mentioned stays. Its date is
// agreed with the customer: see Renegotiate.
type Patch struct {
	Text    opt.Of[string]
	Aspect  opt.Of[Aspect]
	Norm    opt.Of[string]
	Contact opt.Of[id.Contact]
	Owner   opt.Of[id.Member]
	Team    opt.Of[id.Team]
	Channel opt.Of[Channel]
}

// On is the draft with what the patch mentions.
func (p Patch) On(d Draft) Draft {
	d.Text, d.Aspect, d.Norm, d.Contact = p.Text.Or(d.Text), p.Aspect.Or(d.Aspect), p.Norm.Or(d.Norm), p.Contact.Or(d.Contact)
	d.Owner, d.Team, d.Channel = p.Owner.Or(d.Owner), p.Team.Or(d.Team), p.Channel.Or(d.Channel)
	return d
}

// Mentions are the fields that the patch mentions, as changes call them.
func (p Patch) Mentions() (fields []string) {
	add := func(given bool, name string) {
		if given {
			fields = append(fields, name)
		}
	}
	add(p.Text.Given(), "text")
	add(p.Aspect.Given(), "aspect")
	add(p.Norm.Given(), "norm")
	add(p.Contact.Given(), "contact")
	add(p.Owner.Given(), "owner")
	add(p.Team.Given(), "team")
	add(p.Channel.Given(), "channel")
	return fields
}

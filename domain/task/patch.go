package task

import (
	"kring/base/day"
	"kring/base/id"
	"kring/base/opt"
	"kring/base/repeat"
)

// Patch is what changes of a task; what is not mentioned stays.
type Patch struct {
	Kind    opt.Of[Kind]
	Text    opt.Of[string]
	Note    opt.Of[string]
	Account opt.Of[id.Account]
	Contact opt.Of[id.Contact]
	Owner   opt.Of[id.Member]
	Day     opt.Of[day.Day]
	Time    opt.Of[string]
	Repeat  opt.Of[repeat.Rule]
}

// On is the draft with what the patch mentions. Who takes the day away takes the
// time and the repeating with it.
func (p Patch) On(d Draft) Draft {
	d.Kind, d.Text, d.Note = p.Kind.Or(d.Kind), p.Text.Or(d.Text), p.Note.Or(d.Note)
	d.Account, d.Contact, d.Owner = p.Account.Or(d.Account), p.Contact.Or(d.Contact), p.Owner.Or(d.Owner)
	if on, given := p.Day.Get(); given {
		if d.Day = on; on == "" {
			d.Time, d.Repeat = "", repeat.Rule{}
		}
	}
	d.Time, d.Repeat = p.Time.Or(d.Time), p.Repeat.Or(d.Repeat)
	return d
}

// Mentions are the fields that the patch mentions, as changes call them.
func (p Patch) Mentions() (fields []string) {
	add := func(given bool, name string) {
		if given {
			fields = append(fields, name)
		}
	}
	add(p.Kind.Given(), "kind")
	add(p.Text.Given(), "text")
	add(p.Note.Given(), "note")
	add(p.Account.Given(), "account")
	add(p.Contact.Given(), "contact")
	add(p.Owner.Given(), "owner")
	add(p.Day.Given(), "day")
	add(p.Time.Given(), "at")
	add(p.Repeat.Given(), "repeat")
	return fields
}

package order

import (
	"slices"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/id"
	"kring/base/money"
	"kring/base/opt"
)

// Patch is what is changed of an order: what is not mentioned stays.
type Patch struct {
	Day        opt.Of[day.Day]
	Cents      opt.Of[int64] // zero is the sum of the lines
	Currency   opt.Of[string]
	Counter    opt.Of[string]
	Number     opt.Of[string]
	Lines      opt.Of[[]Line]
	Note       opt.Of[string]
	ExternalID opt.Of[string]
	Wanted     opt.Of[day.Day]
}

// Fields are what can be changed of an order, as its facts name it.
var Fields = []string{"day", "amount", "counter_value", "number", "lines", "note", "external_id", "wanted"}

// Patch mentions everything that was filled in.
func (d Draft) Patch() Patch {
	return Patch{
		Day: opt.Some(d.Day), Cents: opt.Some(d.Amount.Cents), Currency: opt.Some(d.Amount.Currency), Counter: opt.Some(d.Counter), Number: opt.Some(d.Number),
		Lines: opt.Some(d.Lines), Note: opt.Some(d.Note), ExternalID: opt.Some(d.ExternalID),
		Wanted: opt.Some(d.Wanted),
	}
}

// Mentions are the fields that it changes.
func (p Patch) Mentions() (all []string) {
	for _, m := range []struct {
		field string
		given bool
	}{
		{"day", p.Day.Given()}, {"amount", p.Cents.Given() || p.Currency.Given()}, {"counter_value", p.Counter.Given()}, {"number", p.Number.Given()},
		{"lines", p.Lines.Given()}, {"note", p.Note.Given()}, {"external_id", p.ExternalID.Given()}, {"wanted", p.Wanted.Given()},
	} {
		if m.given {
			all = append(all, m.field)
		}
	}
	return all
}

// Only keeps what it says of some fields.
func (p Patch) Only(fields []string) (kept Patch) {
	has := func(field string) bool { return slices.Contains(fields, field) }
	if has("day") {
		kept.Day = p.Day
	}
	if has("amount") {
		kept.Cents, kept.Currency = p.Cents, p.Currency
	}
	if has("counter_value") {
		kept.Counter = p.Counter
	}
	if has("number") {
		kept.Number = p.Number
	}
	if has("lines") {
		kept.Lines = p.Lines
	}
	if has("note") {
		kept.Note = p.Note
	}
	if has("external_id") {
		kept.ExternalID = p.ExternalID
	}
	if has("wanted") {
		kept.Wanted = p.Wanted
	}
	return kept
}

// On is the order as the patch makes it. Lines that are given without an amount
// bring their own: it is their sum.
func (p Patch) On(o Order) Draft {
	d := Draft{
		Account: o.Account, Day: p.Day.Or(o.Day), Counter: p.Counter.Or(o.Counter), Number: p.Number.Or(o.Number), Lines: p.Lines.Or(o.Lines),
		Note: p.Note.Or(o.Note), ExternalID: p.ExternalID.Or(o.ExternalID), Wanted: p.Wanted.Or(o.Wanted),
		Amount: money.Money{Cents: p.Cents.Or(o.Amount.Cents), Currency: p.Currency.Or(o.Amount.Currency)},
	}
	if lines, given := p.Lines.Get(); given && len(lines) > 0 && !p.Cents.Given() {
		d.Amount.Cents = 0
	}
	return d
}

// Amend changes what a patch mentions and tells what became different.
func Amend(o Order, now int64, today day.Day, p Patch) (Order, []fact.Change, error) {
	return Change(o, now, today, p.On(o))
}

// Filter says which orders of a list are asked; what is left out does not count.
type Filter struct {
	Account     id.Account
	From, Until day.Day // both included
	State       State
	Stage       Stage // "" is all
}

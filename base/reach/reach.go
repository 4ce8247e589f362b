// Package reach holds the ways to reach somebody: phones, e-mails and
// addresses, kept as typed beside their one form.
package reach

import (
	"slices"
	"strconv"
	"strings"

	"kring/base/email"
	"kring/base/fault"
	"kring/base/find"
	"kring/base/fold"
	"kring/base/phone"
)

// The limits of ways to reach somebody.
const (
	MaxCount = 20 // of each kind on one record
	MaxLabel = 40 // characters of a label
)

// PointLabels are the labels of phones and e-mails that Kring translates; any
// other short text is shown as it is.
var PointLabels = []string{"work", "mobile", "direct", "home", "invoice", "other"}

// What can be wrong with a list of ways.
var (
	ErrMany      = fault.New(fault.Invalid, "reach.many", "there are no more than 20 of these")
	ErrTwice     = fault.New(fault.Invalid, "reach.twice", "this one is here already")
	ErrPreferred = fault.New(fault.Invalid, "reach.preferred", "only one can be preferred")
)

// Phone is a number as typed and in its one form.
type Phone struct {
	Number    string `json:"number"`                                   // as typed
	E164      string `json:"e164,omitempty" readOnly:"true"`           // what Number comes to, +31612345678
	Ext       string `json:"ext,omitempty" readOnly:"true"`            // dialled after the connection
	Label     string `json:"label,omitempty"`                          // of PointLabels, or free
	Preferred bool   `json:"preferred,omitempty" doc:"exactly one is"` // the one to call
}

// Show writes the number for a reader in a region.
func (p Phone) Show(region string) string {
	if p.Ext != "" {
		return phone.Show(p.E164, region) + " #" + p.Ext
	}
	return phone.Show(p.E164, region)
}

// Phones are the numbers of one record.
type Phones []Phone

// Tidy reads what was typed: entries without a number fall away, each number
// is there once and exactly one is preferred (the first, when none is marked).
// Faults name the entry: "0.number".
func (ps Phones) Tidy(region string) (Phones, error) {
	if len(ps) > hopeless {
		return nil, errMany()
	}
	kept, wrong, order := Phones{}, fault.Fields{}, preference{}
	for i, p := range ps {
		if strings.TrimSpace(p.Number) == "" {
			continue
		}
		at := strconv.Itoa(i)
		n, err := phone.Parse(p.Number, region)
		wrong.Add(at+".number", err)
		typed, err := fold.Clean(p.Number, phone.MaxTyped)
		wrong.Add(at+".number", err)
		label, err := fold.Clean(p.Label, MaxLabel)
		wrong.Add(at+".label", err)
		if n.E164 != "" && slices.ContainsFunc(kept, func(k Phone) bool { return k.E164 == n.E164 && k.Ext == n.Ext }) {
			wrong.Add(at+".number", ErrTwice)
		}
		kept = append(kept, Phone{Number: typed, E164: n.E164, Ext: n.Ext, Label: label, Preferred: p.Preferred})
		order.see(at, p.Preferred, wrong)
	}
	if len(kept) > MaxCount {
		return nil, errMany()
	}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	if len(kept) > 0 && !order.chosen {
		kept[0].Preferred = true
	}
	return kept, nil
}

// Preferred is the one to call; the zero Phone when there is none.
func (ps Phones) Preferred() Phone {
	for _, p := range ps {
		if p.Preferred {
			return p
		}
	}
	return Phone{}
}

// Email is an address as typed and in its one form.
type Email struct {
	Address   string `json:"address"`                          // as typed
	Normal    string `json:"normal,omitempty" readOnly:"true"` // what Address comes to
	Label     string `json:"label,omitempty"`
	Preferred bool   `json:"preferred,omitempty" doc:"exactly one is"`
}

// Emails are the e-mail addresses of one record.
type Emails []Email

// Tidy does for e-mails what Phones.Tidy does; faults name "0.address".
func (es Emails) Tidy() (Emails, error) {
	if len(es) > hopeless {
		return nil, errMany()
	}
	kept, wrong, order := Emails{}, fault.Fields{}, preference{}
	for i, e := range es {
		if strings.TrimSpace(e.Address) == "" {
			continue
		}
		at := strconv.Itoa(i)
		normal, err := email.Normalise(e.Address)
		wrong.Add(at+".address", err)
		label, err := fold.Clean(e.Label, MaxLabel)
		wrong.Add(at+".label", err)
		if normal != "" && slices.ContainsFunc(kept, func(k Email) bool { return k.Normal == normal }) {
			wrong.Add(at+".address", ErrTwice)
		}
		kept = append(kept, Email{Address: strings.TrimSpace(e.Address), Normal: normal, Label: label, Preferred: e.Preferred})
		order.see(at, e.Preferred, wrong)
	}
	if len(kept) > MaxCount {
		return nil, errMany()
	}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	if len(kept) > 0 && !order.chosen {
		kept[0].Preferred = true
	}
	return kept, nil
}

// Preferred is the one to write to; the zero Email when there is none.
func (es Emails) Preferred() Email {
	for _, e := range es {
		if e.Preferred {
			return e
		}
	}
	return Email{}
}

// preference watches that no two entries are preferred.
type preference struct{ chosen bool }

func (p *preference) see(at string, preferred bool, wrong fault.Fields) {
	if preferred && p.chosen {
		wrong.Add(at+".preferred", ErrPreferred)
	}
	p.chosen = p.chosen || preferred
}

// hopeless is how long a list may be before its entries are looked at; a form
// sends empty ones along.
const hopeless = 5 * MaxCount

func errMany() error { return ErrMany.With(fault.Params{"max": MaxCount}) }

// Leave adds phone numbers and e-mail addresses to what a record is found by.
func Leave(t *find.Trace, phones Phones, emails Emails) {
	for _, p := range phones {
		t.Phones = append(t.Phones, p.E164)
	}
	for _, e := range emails {
		t.Emails = append(t.Emails, e.Normal)
	}
}

// Leave adds towns and postcodes to what a record is found by; the first address
// is the main one.
func (as Addresses) Leave(t *find.Trace) {
	for i, a := range as {
		if i == 0 {
			t.City = a.City
		} else {
			t.Words = append(t.Words, a.City)
		}
		t.Numbers = append(t.Numbers, a.Postcode)
	}
}

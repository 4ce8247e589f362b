package column

import (
	"slices"
	"strconv"
	"strings"

	"kring/base/catalogue"
	"kring/base/email"
	"kring/base/fault"
	"kring/base/opt"
	"kring/base/phone"
	"kring/base/reach"
)

// Ways are the fields by which somebody is reached, alike for every kind of
// record that has them.
func Ways() Fields {
	return Fields{
		{Key: "phone", Kind: catalogue.Phone, Most: reach.MaxCount, Words: []string{
			"Telefoon", "Telefoonnummer", "Tel", "Phone", "Phone number", "Telephone", "Mobiel", "Mobiel nummer", "Mobiele telefoon", "Mobile", "Mobile phone", "Gsm", "Cell",
			"Cell phone", "Vast nummer", "Telefoon werk", "Telefoon mobiel", "Telefoon zakelijk", "Telefoon privé", "Work phone", "Business phone", "Home phone", "Direct", "Doorkiesnummer", "Telefoonnummers", "Phone numbers"}},
		{Key: "email", Kind: catalogue.Email, Most: reach.MaxCount, Words: []string{
			"E-mail", "E-mailadres", "Mail", "Mailadres", "Email", "Email address", "E-mail address", "E-mailadressen", "Email addresses", "E-mail werk", "E-mail zakelijk", "E-mail privé", "Work email", "Business email"}},
		{Key: "street", Kind: catalogue.Text, Words: []string{"Straat", "Straatnaam", "Street", "Street name", "Adres", "Address", "Adresregel 1", "Address line 1", "Address 1", "Bezoekadres", "Street address"}},
		{Key: "number", Kind: catalogue.Text, Words: []string{"Huisnummer", "Huisnr", "House number", "Street number", "Nr"}},
		{Key: "suffix", Kind: catalogue.Text, Words: []string{"Toevoeging", "Huisnummertoevoeging", "Suffix", "Addition", "House number addition"}},
		{Key: "postcode", Kind: catalogue.Text, Words: []string{"Postcode", "Postal code", "Zip", "Zip code", "Postcode bezoekadres"}},
		{Key: "city", Kind: catalogue.Text, Words: []string{"Plaats", "Plaatsnaam", "Woonplaats", "Vestigingsplaats", "Stad", "City", "Town", "Place"}},
		{Key: "country", Kind: catalogue.Text, Country: true, Words: []string{"Land", "Landcode", "Country", "Country code", "Office location"}},
	}
}

// Reach is what a row says of how to reach somebody.
type Reach struct {
	Phones    reach.Phones
	Emails    reach.Emails
	Addresses reach.Addresses // none or one
}

// Reached reads the cells of Ways; wrong names the column that is not right.
// Region is the country of what names none. Two columns that say the same are
// one.
func Reached(cells map[string]string, region string) (w Reach, wrong fault.Fields) {
	wrong = fault.Fields{}
	var phones, emails []string
	seen := map[string]bool{}
	for n := 1; n <= reach.MaxCount; n++ {
		if key := Nth("phone", n); cells[key] != "" {
			if one, err := phone.Normalise(cells[key], region); err != nil || !seen[one] {
				seen[one], phones = err == nil, append(phones, key)
				w.Phones = append(w.Phones, reach.Phone{Number: cells[key]})
			}
		}
		if key := Nth("email", n); cells[key] != "" {
			if one, err := email.Normalise(cells[key]); err != nil || !seen[one] {
				seen[one], emails = err == nil, append(emails, key)
				w.Emails = append(w.Emails, reach.Email{Address: cells[key]})
			}
		}
	}
	var err error
	w.Phones, err = w.Phones.Tidy(region)
	complain(wrong, err, phones, ".number")
	w.Emails, err = w.Emails.Tidy()
	complain(wrong, err, emails, ".address")
	a := reach.Address{Street: cells["street"], Number: cells["number"], Suffix: cells["suffix"], Postcode: cells["postcode"], City: cells["city"], Country: cells["country"]}
	if a == (reach.Address{}) {
		return w, wrong
	}
	w.Addresses, err = reach.Addresses{a}.Tidy(region)
	if f, ok := fault.From(err); ok {
		for name, g := range f.Fields {
			wrong.Add(strings.TrimPrefix(name, "0."), g)
		}
	}
	return w, wrong
}

// complain names the columns of which the entries of a list were made.
func complain(wrong fault.Fields, err error, keys []string, leaf string) {
	f, ok := fault.From(err)
	if !ok {
		return
	}
	for i, key := range keys {
		if g := f.Fields[strconv.Itoa(i)+leaf]; g != nil {
			wrong.Add(key, g)
		}
	}
}

// phones are those that stand with those of the row that are new; what
// stands is never taken away.
func (w Reach) phones(stand reach.Phones) (all reach.Phones, more bool) {
	all = slices.Clone(stand)
	for _, p := range w.Phones {
		if !slices.ContainsFunc(all, func(k reach.Phone) bool { return k.E164 == p.E164 && k.Ext == p.Ext }) {
			p.Preferred = p.Preferred && len(all) == 0
			all, more = append(all, p), true
		}
	}
	return all, more
}

func (w Reach) emails(stand reach.Emails) (all reach.Emails, more bool) {
	all = slices.Clone(stand)
	for _, e := range w.Emails {
		if !slices.ContainsFunc(all, func(k reach.Email) bool { return k.Normal == e.Normal }) {
			e.Preferred = e.Preferred && len(all) == 0
			all, more = append(all, e), true
		}
	}
	return all, more
}

// addresses have what the row says of the main one, where it says something.
func (w Reach) addresses(stand reach.Addresses, cells map[string]string) (all reach.Addresses, more bool) {
	all = slices.Clone(stand)
	if len(w.Addresses) == 0 {
		return all, false
	}
	if len(all) == 0 {
		return w.Addresses, true
	}
	is, main := w.Addresses[0], &all[0]
	for key, f := range map[string]struct {
		to   *string
		from string
	}{
		"street": {&main.Street, is.Street}, "number": {&main.Number, is.Number}, "suffix": {&main.Suffix, is.Suffix}, "postcode": {&main.Postcode, is.Postcode},
		"city": {&main.City, is.City}, "country": {&main.Country, is.Country},
	} {
		if cells[key] != "" && *f.to != f.from {
			*f.to, more = f.from, true
		}
	}
	return all, more
}

// Onto is what the row makes of the ways that stand: phones and e-mails come
// to them, the main address takes over the cells that are filled. What becomes
// no different is left out.
func (w Reach) Onto(phones reach.Phones, emails reach.Emails, addresses reach.Addresses, cells map[string]string) (p opt.Of[reach.Phones], e opt.Of[reach.Emails], a opt.Of[reach.Addresses]) {
	if all, more := w.phones(phones); more {
		p = opt.Some(all)
	}
	if all, more := w.emails(emails); more {
		e = opt.Some(all)
	}
	if all, more := w.addresses(addresses, cells); more {
		a = opt.Some(all)
	}
	return p, e, a
}

// Texts are cells parted by commas, semicolons or line ends: tags.
func Texts(cell string) (all []string) {
	for part := range strings.FieldsFuncSeq(cell, func(r rune) bool { return strings.ContainsRune(",;|\n", r) }) {
		if part = strings.TrimSpace(part); part != "" {
			all = append(all, part)
		}
	}
	return all
}

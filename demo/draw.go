package demo

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"kring/base/fold"
	"kring/base/reach"
	"kring/domain/account"
	"kring/domain/contact"
)

// Hat draws invented people and firms, the same ones for the same seed. Names,
// towns and kinds of firms come as often as they do in the Netherlands, since a
// search that is quick among names that are all different is not quick.
type Hat struct{ rng *rand.Rand }

// NewHat is a hat that gives the same for the same seed.
func NewHat(seed uint64) *Hat { return &Hat{rand.New(rand.NewPCG(seed, 0x6b72696e67))} }

// N is a number below n.
func (h *Hat) N(n int) int { return h.rng.IntN(n) }

// one draws something by its weight.
func one[T any](h *Hat, from []T, weight func(T) int) T {
	total := 0
	for _, f := range from {
		total += weight(f)
	}
	at := h.rng.IntN(total)
	for _, f := range from {
		if at -= weight(f); at < 0 {
			return f
		}
	}
	return from[len(from)-1]
}

func any1[T any](h *Hat, from []T) T { return from[h.rng.IntN(len(from))] }

// Town is a place with what belongs to it.
type Town struct {
	Name     string
	Region   string // oost, west, noord, zuid
	Area     string // of telephone numbers
	Postcode int    // the lowest of its four digits
	Weight   int    // thousands of people
}

// Town draws a town of these regions; of all when none is named.
func (h *Hat) Town(regions ...string) Town {
	return one(h, towns, func(t Town) int {
		if len(regions) > 0 && !strings.Contains(strings.Join(regions, " "), t.Region) {
			return 0
		}
		return t.Weight
	})
}

// Person draws a first name, an infix and a family name.
func (h *Hat) Person() (honorific, given, infix, family string) {
	honorific, first := "ms", women
	if h.N(2) == 0 {
		honorific, first = "mr", men
	}
	given = first[min(h.N(len(first)), h.N(len(first)))] // the first in the list come most
	infix, family = h.family()
	return honorific, given, infix, family
}

func (h *Hat) family() (infix, family string) {
	if h.N(100) < 55 {
		f := one(h, families, func(f counted) int { return f.n })
		return f.infix, f.name
	}
	// The long tail: half of the people bear a name that few others bear.
	switch h.N(4) {
	case 0:
		return any1(h, []string{"van", "van de", "van der", "van den", "ter", "ten", "in 't"}), any1(h, stems) + any1(h, ends)
	case 1:
		return "", any1(h, stems) + any1(h, []string{"sma", "stra", "inga", "ink", "man", "mans"})
	case 2:
		return "", any1(h, elsewhere)
	}
	return "", any1(h, stems) + any1(h, ends)
}

// Number draws a telephone number of a town, or a mobile one when area is "".
func (h *Hat) Number(area string) string {
	if area == "" {
		return fmt.Sprintf("06 %d%07d", 1+h.N(5), h.N(10_000_000))
	}
	digits := 10 - len(area)
	n := 2 + h.N(7)
	for range digits - 1 {
		n = n*10 + h.N(10)
	}
	return fmt.Sprintf("%s %d", area, n)
}

// Address draws a door in a town.
func (h *Hat) Address(t Town) reach.Address {
	const letters = "ABCDEGHJKLMNPRTVWXZ" // no letters that look like others, as the post has it
	a := reach.Address{
		Label: "visit", Street: any1(h, streets) + any1(h, []string{"straat", "straat", "straat", "weg", "laan", "plein", "singel", "kade"}), Number: fmt.Sprint(1 + min(h.N(240), h.N(240))),
		Postcode: fmt.Sprintf("%d %c%c", t.Postcode+h.N(12), letters[h.N(len(letters))], letters[h.N(len(letters))]), City: t.Name, Country: "NL",
	}
	if h.N(9) == 0 {
		a.Suffix = any1(h, []string{"A", "B", "C", "1", "2", "bis"})
	}
	return a
}

// trade is a kind of firm.
type trade struct {
	weight int
	tag    string
	sbi    string
	forms  []account.LegalForm
	sizes  [2]int
	names  []string // {fam}: a family name, {noun}: a word, {town}: its town
}

// Firm draws an organisation in a town, and its domain on the internet.
func (h *Hat) Firm(t Town) (account.Draft, string) {
	tr := one(h, trades, func(t trade) int { return t.weight })
	return h.firm(t, tr)
}

func (h *Hat) firm(t Town, tr trade) (account.Draft, string) {
	name := any1(h, tr.names)
	for strings.Contains(name, "{fam}") {
		infix, family := h.family()
		if infix != "" {
			infix = strings.ToUpper(infix[:1]) + infix[1:] + " "
		}
		name = strings.Replace(name, "{fam}", infix+family, 1)
	}
	name = strings.ReplaceAll(name, "{noun}", any1(h, nouns))
	name = strings.ReplaceAll(name, "{town}", t.Name)
	host := Host(name)
	d := account.Draft{
		Kind: account.Organisation, Name: name, LegalForm: any1(h, tr.forms), SBI: tr.sbi,
		KvK: fmt.Sprintf("%08d", 10_000_000+h.N(80_000_000)), Size: tr.sizes[0] + min(h.N(tr.sizes[1]), h.N(tr.sizes[1]), h.N(tr.sizes[1])),
		Addresses: reach.Addresses{h.Address(t)}, Tags: []string{tr.tag}, Website: "https://www." + host,
		Phones: reach.Phones{{Number: h.Number(t.Area), Label: "work"}}, Emails: reach.Emails{{Address: any1(h, []string{"info", "info", "info", "receptie", "kantoor", "welkom"}) + "@" + host, Label: "work"}},
		Source: any1(h, account.Sources[:11]),
	}
	if h.N(12) == 0 {
		d.Phones = nil
	}
	for range h.N(3) {
		d.Tags = append(d.Tags, any1(h, tags))
	}
	if h.N(6) == 0 {
		d.Addresses = append(d.Addresses, reach.Address{Label: "post", Street: "Postbus", Number: fmt.Sprint(10 + h.N(900)), Postcode: d.Addresses[0].Postcode, City: t.Name, Country: "NL"})
	}
	if h.N(4) == 0 {
		d.Note = any1(h, notes)
	}
	return d, host
}

// Private draws a person who is a customer themselves.
func (h *Hat) Private(t Town) account.Draft {
	_, given, infix, family := h.Person()
	name := contact.Called(given, "", infix, family)
	return account.Draft{
		Kind: account.Person, Name: name, LegalForm: account.NaturalPerson, Addresses: reach.Addresses{h.Address(t)},
		Phones: reach.Phones{{Number: h.Number(""), Label: "mobile"}}, Emails: reach.Emails{{Address: mailbox(given, infix, family) + "@" + any1(h, providers), Label: "home"}},
		Tags: []string{"thuis"}, Source: any1(h, account.Sources[:11]),
	}
}

// Colleague draws somebody who works at a firm; the first of them is its main
// contact.
func (h *Hat) Colleague(host string, n int) contact.Draft {
	honorific, given, infix, family := h.Person()
	job := any1(h, jobs)
	d := contact.Draft{
		Honorific: honorific, Initials: strings.ToUpper(string([]rune(given)[:1])) + ".", Given: given, Infix: infix, Family: family, Language: "nl",
		Phones: reach.Phones{{Number: h.Number(""), Label: "mobile"}}, Emails: reach.Emails{{Address: mailbox(given, infix, family) + "@" + host, Label: "work"}},
		Accounts: []contact.Link{{Function: job.name, Roles: job.roles, Primary: true}},
	}
	if h.N(12) == 0 {
		d.Language = "en"
	}
	if n > 0 && h.N(3) == 0 {
		d.Phones = nil
	}
	return d
}

// Host is the address on the internet of a firm with this name, under the top
// that nobody can have.
func Host(name string) string {
	return strings.ReplaceAll(strings.Join(fold.Words(name), "-"), "--", "-") + ".example"
}

func mailbox(given, infix, family string) string {
	return strings.Join(fold.Words(given), "") + "." + strings.Join(fold.Words(infix+" "+family), "")
}

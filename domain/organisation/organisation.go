// Package organisation has the firm that uses Kring and its settings.
package organisation

import (
	"time"
	"unicode/utf8"

	"kring/base/email"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/iban"
	"kring/base/id"
	"kring/base/register"
	"kring/base/workday"
)

// Word is what the organisation calls its customers (domain.md §2.1).
type Word string

// The words: klant, cliënt (care, consultancy), gast (hospitality).
const (
	Customer Word = "customer"
	Client   Word = "client"
	Guest    Word = "guest"
)

// Organisation is a firm and its settings.
type Organisation struct {
	ID        id.Org   `json:"id"`
	Version   int64    `json:"version"`
	Name      string   `json:"name"`
	Settings  Settings `json:"settings"`
	CreatedAt int64    `json:"created_at"`
}

// Settings are the organisation's choices; the zero value of each means the
// default beside it.
type Settings struct {
	Word    Word                         `json:"word"`             // customer
	Locale  string                       `json:"locale"`           // nl
	Zone    string                       `json:"zone"`             // Europe/Amsterdam
	Country string                       `json:"country"`          // NL: region of phone numbers typed without one
	Scopes  map[string]map[string]string `json:"scopes,omitempty"` // role → kind of record → own, team, all
	Demo    bool                         `json:"demo,omitempty"`   // invented data

	MatchWarn   float64 `json:"match_warn,omitempty"`   // from which probability two records are said to be alike; 0 is match.Warn
	MatchLikely float64 `json:"match_likely,omitempty"` // and are likely the same; 0 is match.Likely

	Opening workday.Opening `json:"opening,omitzero"` // when somebody is there: what clocks count in

	Unmerge int `json:"unmerge,omitempty"` // days in which a merge can be undone; 90

	Quotes Quotes `json:"quotes,omitzero"`
	Seller Seller `json:"seller,omitzero"` // who sends quotes and invoices
}

// Seller is the organisation as its quotes and invoices name it.
type Seller struct {
	Name     string `json:"legal_name,omitempty"` // statutory name
	Street   string `json:"street,omitempty"`     // with the number
	Postcode string `json:"postcode,omitempty"`
	City     string `json:"city,omitempty"`
	VatID    string `json:"vat_id,omitempty"` // with country
	KvK      string `json:"kvk,omitempty"`
	IBAN     string `json:"iban,omitempty"`
	BIC      string `json:"bic,omitempty"`
	Email    string `json:"email,omitempty"`
	Phone    string `json:"phone,omitempty"`
	Term     int64  `json:"term,omitempty"`  // days in which is paid; 30
	Large    bool   `json:"large,omitempty"` // 250 working persons or more
}

// MaxSeller is the limit of what a seller is called and where, in characters.
const MaxSeller = 120

func (s *Seller) tidy(fs fault.Fields) {
	clean := func(name string, text *string, take func(string) (string, error)) {
		got, err := fold.Clean(*text, MaxSeller)
		if err == nil && take != nil {
			got, err = take(got)
		}
		if fs.Add(name, err); err == nil {
			*text = got
		}
	}
	clean("legal_name", &s.Name, nil)
	clean("street", &s.Street, nil)
	clean("postcode", &s.Postcode, nil)
	clean("city", &s.City, nil)
	clean("vat_id", &s.VatID, func(t string) (string, error) { return register.VAT(t) })
	clean("kvk", &s.KvK, register.KvK)
	clean("iban", &s.IBAN, iban.Parse)
	clean("bic", &s.BIC, nil)
	clean("phone", &s.Phone, nil)
	clean("email", &s.Email, func(t string) (string, error) {
		if t == "" {
			return "", nil
		}
		return email.Normalise(t)
	})
	if s.Term < 0 || s.Term > 60 {
		fs.Add("term", ErrTerm)
	}
}

// WithSeller takes over who sends invoices, tidied.
func (o Organisation) WithSeller(s Seller) (Organisation, error) {
	fs := fault.Fields{}
	s.tidy(fs)
	o.Settings.Seller = s
	return o, fs.Err()
}

// Defaults fills what was left out.
func (s Settings) Defaults() Settings {
	set := func(p *string, v string) {
		if *p == "" {
			*p = v
		}
	}
	if s.Word == "" {
		s.Word = Customer
	}
	set(&s.Locale, "nl")
	set(&s.Zone, "Europe/Amsterdam")
	set(&s.Country, "NL")
	if s.Unmerge == 0 {
		s.Unmerge = DefaultUnmerge
	}
	return s
}

// DefaultUnmerge is how many days a merge can be undone, and MostUnmerge the most
// that can be chosen.
const (
	DefaultUnmerge = 90
	MostUnmerge    = 3650
)

// MaxName is the limit of an organisation's name, in characters.
const MaxName = 120

var (
	// ErrName says that an organisation needs a name.
	ErrName = fault.New(fault.Invalid, "organisation.name", "an organisation needs a name of at most 120 characters")
	// ErrWord says that there is no such word for customer.
	ErrWord = fault.New(fault.Invalid, "organisation.word", "the word is customer, client or guest")
	// ErrLocale says that Kring does not speak a language.
	ErrLocale = fault.New(fault.Invalid, "organisation.locale", "the language is nl or en")
	// ErrZone says that there is no such time zone.
	ErrZone = fault.New(fault.Invalid, "organisation.zone", "there is no such time zone")
	// ErrMatch says that the thresholds of likeness do not go together.
	ErrMatch = fault.New(fault.Invalid, "organisation.match", "choose between 0.3 and 0.99, the one for a warning below that for likely")
	// ErrUnmerge says how many days a merge can be undone.
	ErrUnmerge = fault.New(fault.Invalid, "organisation.unmerge", "a merge can be undone for 1 to 3650 days")
	// ErrMandate says how far a mandate goes.
	ErrMandate = fault.New(fault.Invalid, "organisation.mandate", "a mandate is between 0 and 100 %")
	// ErrQuoteDays says how long a quote is valid.
	ErrQuoteDays = fault.New(fault.Invalid, "organisation.quote_days", "a quote is valid for 1 to 365 days")
	// ErrHouse says what stands on a letter.
	ErrHouse = fault.New(fault.Invalid, "organisation.house", "the lines on a letter are at most ten, of 120 characters each")
	// ErrTerm says how many days a customer has.
	ErrTerm = fault.New(fault.Invalid, "organisation.term", "a term is at most 60 days")
	// ErrCountry says that a country is two capitals.
	ErrCountry = fault.New(fault.Invalid, "organisation.country", "a country is two capital letters, as NL")
)

// Check says which fields are not right.
func (o Organisation) Check() error {
	fs := fault.Fields{}
	if n := utf8.RuneCountInString(o.Name); n == 0 || n > MaxName {
		fs.Add("name", ErrName)
	}
	s := o.Settings
	if s.Word != Customer && s.Word != Client && s.Word != Guest {
		fs.Add("word", ErrWord)
	}
	if s.Locale != "nl" && s.Locale != "en" {
		fs.Add("locale", ErrLocale)
	}
	if s.Zone == "" || s.Zone == "Local" {
		fs.Add("zone", ErrZone)
	} else if _, err := time.LoadLocation(s.Zone); err != nil {
		fs.Add("zone", ErrZone)
	}
	if c := s.Country; len(c) != 2 || c[0] < 'A' || c[0] > 'Z' || c[1] < 'A' || c[1] > 'Z' {
		fs.Add("country", ErrCountry)
	}
	if !matches(s.MatchWarn) || !matches(s.MatchLikely) || s.MatchWarn != 0 && s.MatchLikely != 0 && s.MatchWarn > s.MatchLikely {
		fs.Add("match_warn", ErrMatch)
	}
	if s.Unmerge < 0 || s.Unmerge > MostUnmerge { // 0 is the default
		fs.Add("unmerge", ErrUnmerge)
	}
	s.Quotes.check(fs)
	fs.Add("opening", s.Opening.Check())
	return fs.Err()
}

func matches(p float64) bool { return p == 0 || p >= 0.3 && p <= 0.99 }

// Quotes are the choices about offers.
type Quotes struct {
	Days     int                `json:"days,omitempty"`     // that a quote is valid; 30
	Terms    string             `json:"terms,omitempty"`    // version of the general terms
	House    []string           `json:"house,omitempty"`    // address and numbers in the foot of a letter
	Mandates map[string]Mandate `json:"mandates,omitempty"` // by role; what is left out is its default
}

// Mandate is how far somebody may go without asking, in basis points.
type Mandate struct {
	Discount int64 `json:"discount"` // at most
	Margin   int64 `json:"margin"`   // at least
}

// DefaultQuoteDays is how long a quote is valid.
const DefaultQuoteDays = 30

// Valid is how many days a quote is valid.
func (q Quotes) Valid() int {
	if q.Days == 0 {
		return DefaultQuoteDays
	}
	return q.Days
}

func (q Quotes) check(fs fault.Fields) {
	if q.Days < 0 || q.Days > 365 {
		fs.Add("days", ErrQuoteDays)
	}
	if len(q.House) > 10 || utf8.RuneCountInString(q.Terms) > MaxName {
		fs.Add("house", ErrHouse)
	}
	for _, line := range q.House {
		if utf8.RuneCountInString(line) > MaxName {
			fs.Add("house", ErrHouse)
		}
	}
	for role, m := range q.Mandates {
		if m.Discount < 0 || m.Discount > 10_000 || m.Margin < 0 || m.Margin > 10_000 {
			fs.Add(role, ErrMandate)
		}
	}
}

package contact

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/language"

	"kring/base/catalogue"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/opt"
	"kring/base/phone"
	"kring/base/reach"
	"kring/base/tag"
)

// The limits of a contact's texts, in characters.
const (
	MaxName       = 100
	MaxInitials   = 20
	MaxInfix      = 20
	MaxNote       = 20_000
	MaxSourceFrom = 200
	MaxExternalID = 100
	MaxOwn        = 200 // own fields
)

// Draft is what is filled in for a new contact.
type Draft struct {
	Honorific  string          `json:"honorific,omitempty"`
	Initials   string          `json:"initials,omitempty"`
	Given      string          `json:"given,omitempty"`
	Infix      string          `json:"infix,omitempty"`
	Family     string          `json:"family,omitempty"`
	Language   string          `json:"language,omitempty"`
	Accounts   []Link          `json:"accounts"`
	Owner      id.Member       `json:"owner,omitzero"`
	Team       id.Team         `json:"team,omitzero"`
	Phones     reach.Phones    `json:"phones,omitempty"`
	Emails     reach.Emails    `json:"emails,omitempty"`
	Addresses  reach.Addresses `json:"addresses,omitempty"`
	Tags       []string        `json:"tags,omitempty"`
	Note       string          `json:"note,omitempty"`
	Source     string          `json:"source,omitempty"`
	SourceFrom string          `json:"source_from,omitempty"`
	ExternalID string          `json:"external_id,omitempty"`
	Own        map[string]any  `json:"own,omitempty"` // as field.Accept made them
}

// Patch is what is changed of a contact: a field that is not mentioned stays,
// one that is mentioned empty becomes empty. Own values that are nil go.
type Patch struct {
	Honorific  opt.Of[string]          `json:"honorific,omitzero"`
	Initials   opt.Of[string]          `json:"initials,omitzero"`
	Given      opt.Of[string]          `json:"given,omitzero"`
	Infix      opt.Of[string]          `json:"infix,omitzero"`
	Family     opt.Of[string]          `json:"family,omitzero"`
	Language   opt.Of[string]          `json:"language,omitzero"`
	Accounts   opt.Of[[]Link]          `json:"accounts,omitzero"`
	Owner      opt.Of[id.Member]       `json:"owner,omitzero"`
	Team       opt.Of[id.Team]         `json:"team,omitzero"`
	Phones     opt.Of[reach.Phones]    `json:"phones,omitzero"`
	Emails     opt.Of[reach.Emails]    `json:"emails,omitzero"`
	Addresses  opt.Of[reach.Addresses] `json:"addresses,omitzero"`
	Tags       opt.Of[[]string]        `json:"tags,omitzero"`
	Note       opt.Of[string]          `json:"note,omitzero"`
	Source     opt.Of[string]          `json:"source,omitzero"`
	SourceFrom opt.Of[string]          `json:"source_from,omitzero"`
	ExternalID opt.Of[string]          `json:"external_id,omitzero"`
	Own        map[string]any          `json:"own,omitempty"`
}

// patch mentions everything that was filled in.
func (d Draft) patch() Patch {
	return Patch{
		Honorific: opt.Some(d.Honorific), Initials: opt.Some(d.Initials), Given: opt.Some(d.Given), Infix: opt.Some(d.Infix), Family: opt.Some(d.Family),
		Language: opt.Some(d.Language), Accounts: opt.Some(d.Accounts), Owner: opt.Some(d.Owner), Team: opt.Some(d.Team), Phones: opt.Some(d.Phones),
		Emails: opt.Some(d.Emails), Addresses: opt.Some(d.Addresses), Tags: opt.Some(d.Tags), Note: opt.Some(d.Note), Source: opt.Some(d.Source),
		SourceFrom: opt.Some(d.SourceFrom), ExternalID: opt.Some(d.ExternalID), Own: d.Own,
	}
}

// take tidies what a patch mentions and puts it in the contact. A tussenvoegsel
// typed before the family name goes to its own place, unless that was filled in.
func (c *Contact) take(p Patch, region string, wrong fault.Fields) {
	if region == "" {
		region = phone.Home
	}
	if family, given := p.Family.Get(); given && strings.TrimSpace(p.Infix.Or("")) == "" {
		if infix, rest := fold.Infix(family); infix != "" {
			p.Infix, p.Family = opt.Some(infix), opt.Some(rest)
		}
	}
	opt.Put(p.Honorific, &c.Honorific, wrong, "honorific", known(Honorifics, ErrHonorific))
	opt.Put(p.Initials, &c.Initials, wrong, "initials", initials)
	opt.Put(p.Given, &c.Given, wrong, "given", line(MaxName))
	opt.Put(p.Infix, &c.Infix, wrong, "infix", line(MaxInfix))
	opt.Put(p.Family, &c.Family, wrong, "family", line(MaxName))
	opt.Put(p.Language, &c.Language, wrong, "language", tongue)
	opt.Put(p.Accounts, &c.Accounts, wrong, "accounts", links)
	opt.Put(p.Owner, &c.Owner, wrong, "owner", nil)
	opt.Put(p.Team, &c.Team, wrong, "team", nil)
	opt.Put(p.Phones, &c.Phones, wrong, "phones", func(v reach.Phones) (reach.Phones, error) { return v.Tidy(region) })
	opt.Put(p.Emails, &c.Emails, wrong, "emails", reach.Emails.Tidy)
	opt.Put(p.Addresses, &c.Addresses, wrong, "addresses", func(v reach.Addresses) (reach.Addresses, error) { return v.Tidy(region) })
	if tags, given := p.Tags.Get(); given {
		set, err := tag.Of(tags)
		opt.Put(opt.Some(set), &c.Tags, wrong, "tags", func(s tag.Set) (tag.Set, error) { return s, err })
	}
	opt.Put(p.Note, &c.Note, wrong, "note", func(s string) (string, error) { return fold.Text(s, MaxNote) })
	opt.Put(p.Source, &c.Source, wrong, "source", known(Sources, ErrSource))
	opt.Put(p.SourceFrom, &c.SourceFrom, wrong, "source_from", line(MaxSourceFrom))
	opt.Put(p.ExternalID, &c.ExternalID, wrong, "external_id", line(MaxExternalID))
	c.takeOwn(p.Own, wrong)
}

func (c *Contact) takeOwn(values map[string]any, wrong fault.Fields) {
	if len(values) == 0 {
		return
	}
	own := maps.Clone(c.Own)
	if own == nil {
		own = map[string]any{}
	}
	for key, v := range values {
		switch {
		case !catalogue.Slug(key):
			wrong.Add("own", ErrOwn)
		case v == nil:
			delete(own, key)
		default:
			own[key] = v
		}
	}
	if len(own) > MaxOwn {
		wrong.Add("own", ErrOwn)
		return
	}
	c.Own = own
}

func line(max int) func(string) (string, error) {
	return func(s string) (string, error) { return fold.Clean(s, max) }
}

func known(values []string, refusal error) func(string) (string, error) {
	return func(s string) (string, error) {
		s = strings.TrimSpace(s)
		if s != "" && !slices.Contains(values, s) {
			return "", refusal
		}
		return s, nil
	}
}

// initials writes sj and S J as S.J.; Th.J. keeps its small letter.
func initials(typed string) (string, error) {
	s, err := fold.Clean(typed, MaxInitials)
	if err != nil || s == "" {
		return "", err
	}
	words := strings.FieldsFunc(s, func(r rune) bool { return r == '.' || r == ' ' })
	if !strings.ContainsAny(s, ". ") && (s == strings.ToUpper(s) || s == strings.ToLower(s)) {
		words = strings.Split(s, "")
	}
	var b strings.Builder
	for _, w := range words {
		r := []rune(w)
		r[0] = unicode.ToUpper(r[0])
		b.WriteString(string(r))
		if r[len(r)-1] != '-' {
			b.WriteByte('.')
		}
	}
	return fold.Clean(b.String(), 2*MaxInitials)
}

// tongue is a language by its ISO 639 letters.
func tongue(typed string) (string, error) {
	s := strings.ToLower(strings.TrimSpace(typed))
	if s == "" {
		return "", nil
	}
	base, err := language.ParseBase(s)
	if err != nil || len(s) != 2 || base.String() != s {
		return "", ErrLanguage
	}
	return s, nil
}

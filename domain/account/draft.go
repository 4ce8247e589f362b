package account

import (
	"maps"
	"slices"
	"strings"

	"kring/base/catalogue"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/opt"
	"kring/base/reach"
	"kring/base/register"
	"kring/base/tag"
)

// The limits of an account's texts, in characters.
const (
	MaxName       = 200
	MaxNote       = 20_000
	MaxSourceFrom = 200
	MaxExternalID = 100
	MaxOwn        = 200 // own fields
)

// Draft is what is filled in for a new account.
type Draft struct {
	Kind         Kind            `json:"kind,omitempty"`
	Name         string          `json:"name"`
	LegalForm    LegalForm       `json:"legal_form,omitempty"`
	KvK          string          `json:"kvk,omitempty"`
	Branch       string          `json:"branch,omitempty"`
	VatID        string          `json:"vat_id,omitempty"`
	SBI          string          `json:"sbi,omitempty"`
	Size         int             `json:"size,omitempty"`
	CounterValue []string        `json:"counter_value,omitempty"`
	Owner        id.Member       `json:"owner,omitzero"`
	Team         id.Team         `json:"team,omitzero"`
	Phones       reach.Phones    `json:"phones,omitempty"`
	Emails       reach.Emails    `json:"emails,omitempty"`
	Addresses    reach.Addresses `json:"addresses,omitempty"`
	Website      string          `json:"website,omitempty"`
	Tags         []string        `json:"tags,omitempty"`
	Note         string          `json:"note,omitempty"`
	Source       string          `json:"source,omitempty"`
	SourceFrom   string          `json:"source_from,omitempty"`
	ExternalID   string          `json:"external_id,omitempty"`
	Own          map[string]any  `json:"own,omitempty"` // as field.Accept made them
}

// Patch is what is changed of an account: a field that is not mentioned stays,
// one that is mentioned empty becomes empty. Own values that are nil go.
type Patch struct {
	Kind         opt.Of[Kind]            `json:"kind,omitzero"`
	Name         opt.Of[string]          `json:"name,omitzero"`
	LegalForm    opt.Of[LegalForm]       `json:"legal_form,omitzero"`
	KvK          opt.Of[string]          `json:"kvk,omitzero"`
	Branch       opt.Of[string]          `json:"branch,omitzero"`
	VatID        opt.Of[string]          `json:"vat_id,omitzero"`
	SBI          opt.Of[string]          `json:"sbi,omitzero"`
	Size         opt.Of[int]             `json:"size,omitzero"`
	CounterValue opt.Of[[]string]        `json:"counter_value,omitzero"`
	Owner        opt.Of[id.Member]       `json:"owner,omitzero"`
	Team         opt.Of[id.Team]         `json:"team,omitzero"`
	Phones       opt.Of[reach.Phones]    `json:"phones,omitzero"`
	Emails       opt.Of[reach.Emails]    `json:"emails,omitzero"`
	Addresses    opt.Of[reach.Addresses] `json:"addresses,omitzero"`
	Website      opt.Of[string]          `json:"website,omitzero"`
	Tags         opt.Of[[]string]        `json:"tags,omitzero"`
	Note         opt.Of[string]          `json:"note,omitzero"`
	Source       opt.Of[string]          `json:"source,omitzero"`
	SourceFrom   opt.Of[string]          `json:"source_from,omitzero"`
	ExternalID   opt.Of[string]          `json:"external_id,omitzero"`
	Own          map[string]any          `json:"own,omitempty"`
}

// patch mentions everything that was filled in.
func (d Draft) patch() Patch {
	p := Patch{
		Name: opt.Some(d.Name), KvK: opt.Some(d.KvK), Branch: opt.Some(d.Branch), VatID: opt.Some(d.VatID), SBI: opt.Some(d.SBI), Size: opt.Some(d.Size),
		CounterValue: opt.Some(d.CounterValue), Owner: opt.Some(d.Owner), Team: opt.Some(d.Team), Phones: opt.Some(d.Phones), Emails: opt.Some(d.Emails),
		Addresses: opt.Some(d.Addresses), Website: opt.Some(d.Website), Tags: opt.Some(d.Tags), Note: opt.Some(d.Note), Source: opt.Some(d.Source),
		SourceFrom: opt.Some(d.SourceFrom), ExternalID: opt.Some(d.ExternalID), Own: d.Own,
	}
	if d.Kind != "" {
		p.Kind = opt.Some(d.Kind)
	}
	if d.LegalForm != "" {
		p.LegalForm = opt.Some(d.LegalForm)
	}
	return p
}

// take tidies what a patch mentions and puts it in the account.
func (a *Account) take(p Patch, region string, wrong fault.Fields) {
	if region == "" {
		region = "NL"
	}
	opt.Put(p.Kind, &a.Kind, wrong, "kind", oneOf[Kind](Kinds, ErrKind))
	opt.Put(p.Name, &a.Name, wrong, "name", line(MaxName))
	if form, given := p.LegalForm.Get(); given && form != "" {
		opt.Put(p.LegalForm, &a.LegalForm, wrong, "legal_form", oneOf[LegalForm](LegalForms, ErrLegalForm))
	} else if given {
		a.LegalForm = Unsaid
	}
	opt.Put(p.KvK, &a.KvK, wrong, "kvk", register.KvK)
	opt.Put(p.Branch, &a.Branch, wrong, "branch", register.Branch)
	opt.Put(p.VatID, &a.VatID, wrong, "vat_id", register.VAT)
	opt.Put(p.SBI, &a.SBI, wrong, "sbi", register.SBI)
	opt.Put(p.Size, &a.Size, wrong, "size", size)
	opt.Put(p.CounterValue, &a.CounterValue, wrong, "counter_value", counterValue)
	opt.Put(p.Owner, &a.Owner, wrong, "owner", nil)
	opt.Put(p.Team, &a.Team, wrong, "team", nil)
	opt.Put(p.Phones, &a.Phones, wrong, "phones", func(v reach.Phones) (reach.Phones, error) { return v.Tidy(region) })
	opt.Put(p.Emails, &a.Emails, wrong, "emails", reach.Emails.Tidy)
	opt.Put(p.Addresses, &a.Addresses, wrong, "addresses", func(v reach.Addresses) (reach.Addresses, error) { return v.Tidy(region) })
	opt.Put(p.Website, &a.Website, wrong, "website", reach.Link)
	tags, given := p.Tags.Get()
	if given {
		set, err := tag.Of(tags)
		opt.Put(opt.Some(set), &a.Tags, wrong, "tags", func(s tag.Set) (tag.Set, error) { return s, err })
	}
	opt.Put(p.Note, &a.Note, wrong, "note", func(s string) (string, error) { return fold.Text(s, MaxNote) })
	opt.Put(p.Source, &a.Source, wrong, "source", source)
	opt.Put(p.SourceFrom, &a.SourceFrom, wrong, "source_from", line(MaxSourceFrom))
	opt.Put(p.ExternalID, &a.ExternalID, wrong, "external_id", line(MaxExternalID))
	a.takeOwn(p.Own, wrong)
}

func (a *Account) takeOwn(values map[string]any, wrong fault.Fields) {
	if len(values) == 0 {
		return
	}
	own := maps.Clone(a.Own)
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
	a.Own = own
}

func line(max int) func(string) (string, error) {
	return func(s string) (string, error) { return fold.Clean(s, max) }
}

func oneOf[T ~string](known []string, refusal error) func(T) (T, error) {
	return func(v T) (T, error) {
		if !slices.Contains(known, string(v)) {
			return v, refusal
		}
		return v, nil
	}
}

func size(n int) (int, error) {
	if n < 0 || n > 10_000_000 {
		return 0, ErrSize
	}
	return n, nil
}

func counterValue(values []string) ([]string, error) {
	kept := []string{}
	for _, known := range CounterValues { // in the order of the menu, each once
		if slices.Contains(values, known) {
			kept = append(kept, known)
		}
	}
	for _, v := range values {
		if v != "" && !slices.Contains(CounterValues, v) {
			return nil, ErrCounterValue
		}
	}
	return kept, nil
}

func source(s string) (string, error) {
	s = strings.TrimSpace(s)
	if s != "" && !slices.Contains(Sources, s) {
		return "", ErrSource
	}
	return s, nil
}

// Package account holds the rules of an account (relatie): the person or
// organisation with whom we have, or want, a customer relation.
//
// The phase in the relation cycle, promises, expectations and the people at an
// account live elsewhere and point here by id.
package account

import (
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/find"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/phone"
	"kring/base/reach"
	"kring/base/tag"
)

// Kind tells people from organisations.
type Kind string

// The kinds of accounts.
const (
	Organisation Kind = "organisation"
	Person       Kind = "person"
)

// Phases are where a relation can stand, clockwise on the ring; cycle folds them.
var Phases = []string{"potential", "new", "loyal", "ex"}

// Kinds are all kinds, in the order of a menu.
var Kinds = []string{string(Organisation), string(Person)}

// SizeClass is the European size class by working persons (2003/361/EC).
type SizeClass string

// The size classes; the empty one is for a size that is not known.
const (
	Micro  SizeClass = "micro"  // fewer than 10
	Small  SizeClass = "small"  // fewer than 50
	Medium SizeClass = "medium" // fewer than 250
	Large  SizeClass = "large"
)

// CounterValues are what a customer gives in return (domain.md §2.1).
var CounterValues = []string{"money", "data", "time", "referral", "barter"}

// Sources are where an account can come from; SourceFrom says it precisely
// ("Vakbeurs Zorg 2026"). When the source is not the account itself, somebody
// has to tell them that we keep their data (P-03).
var Sources = []string{"site", "search", "social", "email", "webinar", "cold", "referral", "network", "fair", "partner", "customer", "import", "other"}

// Account is one relation. Times are milliseconds UTC.
type Account struct {
	ID           id.Account      `json:"id"`
	Kind         Kind            `json:"kind"`
	Name         string          `json:"name"`
	LegalForm    LegalForm       `json:"legal_form"`
	KvK          string          `json:"kvk"`           // eight digits
	Branch       string          `json:"branch"`        // vestigingsnummer, twelve digits
	VatID        string          `json:"vat_id"`        // with country, NL123456782B90
	SBI          string          `json:"sbi"`           // branch code, digits only
	Size         int             `json:"size"`          // working persons; 0 is not known
	CounterValue []string        `json:"counter_value"` // of CounterValues
	Owner        id.Member       `json:"owner"`
	Team         id.Team         `json:"team"`
	Phones       reach.Phones    `json:"phones"`
	Emails       reach.Emails    `json:"emails"`
	Addresses    reach.Addresses `json:"addresses"`
	Website      string          `json:"website"`
	Tags         tag.Set         `json:"tags"`
	Note         string          `json:"note"`
	Source       string          `json:"source"` // of Sources, or empty
	SourceFrom   string          `json:"source_from"`
	ExternalID   string          `json:"external_id"` // its name in another system
	Own          map[string]any  `json:"own"`         // own fields by key, as field.Accept made them
	Created      int64           `json:"created_at"`
	Updated      int64           `json:"updated_at"`
	Deleted      int64           `json:"deleted_at,omitempty"` // when it went into the bin; 0 when it did not
	Merged       id.Account      `json:"-"`                    // the one it was merged into; zero when it was not
	Version      int64           `json:"version"`
}

// What can be wrong with an account.
var (
	ErrNoName       = fault.New(fault.Invalid, "account.no_name", "a relation needs a name")
	ErrKind         = fault.New(fault.Invalid, "account.kind", "the kind is organisation or person")
	ErrLegalForm    = fault.New(fault.Invalid, "account.legal_form", "this legal form is not known")
	ErrFormKind     = fault.New(fault.Invalid, "account.form_kind", "this legal form does not go with this kind of relation")
	ErrSize         = fault.New(fault.Invalid, "account.size", "the number of working persons is between 0 and 10,000,000")
	ErrCounterValue = fault.New(fault.Invalid, "account.counter_value", "this kind of counter-value is not known")
	ErrSource       = fault.New(fault.Invalid, "account.source", "this source is not known")
	ErrOwn          = fault.New(fault.Invalid, "account.own", "there is no such own field")
	ErrExternal     = fault.New(fault.Conflict, "account.external_taken", "another relation has this external id")
	ErrBinned       = fault.New(fault.Conflict, "account.binned", "this relation is in the bin")
	ErrNotBinned    = fault.New(fault.Conflict, "account.not_binned", "this relation is not in the bin")
	ErrMerged       = fault.New(fault.Conflict, "account.merged", "this relation was merged into another")
)

// New makes an account out of what was filled in. Region is the country of
// phone numbers and addresses that name none; empty is the Netherlands.
// Without a kind it is an organisation.
func New(aid id.Account, now int64, region string, d Draft) (Account, error) {
	a := Account{
		ID: aid, Kind: Organisation, LegalForm: Unsaid, Created: now, Updated: now, Version: 1,
		CounterValue: []string{}, Phones: reach.Phones{}, Emails: reach.Emails{}, Addresses: reach.Addresses{}, Tags: tag.Set{}, Own: map[string]any{},
	}
	wrong := fault.Fields{}
	a.take(d.patch(), region, wrong)
	if a.Kind == Person && d.LegalForm == "" {
		a.LegalForm = NaturalPerson
	}
	a.agree(wrong)
	if err := wrong.Err(); err != nil {
		return Account{}, err
	}
	return a, nil
}

// Change takes over what a patch mentions and tells what became different. An
// account in the bin cannot be changed. The version is the store's.
func Change(a Account, now int64, region string, p Patch) (Account, []fact.Change, error) {
	if !a.Merged.IsZero() {
		return a, nil, ErrMerged
	}
	if a.Deleted != 0 {
		return a, nil, ErrBinned
	}
	b, wrong := a, fault.Fields{}
	b.take(p, region, wrong)
	if form, given := p.LegalForm.Get(); p.Kind.Given() && b.Kind != a.Kind && (!given || form == "") {
		b.LegalForm = Unsaid // the old form went with the old kind
		if b.Kind == Person {
			b.LegalForm = NaturalPerson
		}
	}
	b.agree(wrong)
	if err := wrong.Err(); err != nil {
		return a, nil, err
	}
	changes := Diff(a, b)
	if len(changes) == 0 {
		return a, nil, nil
	}
	b.Updated = now
	return b, changes, nil
}

// Bin puts an account away; Restore brings it back whole.
func Bin(a Account, now int64) (Account, []fact.Change, error) {
	if !a.Merged.IsZero() {
		return a, nil, ErrMerged
	}
	if a.Deleted != 0 {
		return a, nil, ErrBinned
	}
	b := a
	b.Deleted, b.Updated = now, now
	return b, []fact.Change{fact.Of("deleted_at", a.Deleted, b.Deleted)}, nil
}

// Restore takes an account out of the bin.
func Restore(a Account, now int64) (Account, []fact.Change, error) {
	if !a.Merged.IsZero() {
		return a, nil, ErrMerged
	}
	if a.Deleted == 0 {
		return a, nil, ErrNotBinned
	}
	b := a
	b.Deleted, b.Updated = 0, now
	return b, []fact.Change{fact.Of("deleted_at", a.Deleted, b.Deleted)}, nil
}

// agree checks what fields have to say about each other.
func (a Account) agree(wrong fault.Fields) {
	if a.Name == "" {
		wrong.Add("name", ErrNoName)
	}
	if !a.LegalForm.goesWith(a.Kind) {
		wrong.Add("legal_form", ErrFormKind)
	}
}

// SizeClass is the European class of the size; empty when it is not known.
func (a Account) SizeClass() SizeClass {
	switch {
	case a.Size <= 0:
		return ""
	case a.Size < 10:
		return Micro
	case a.Size < 50:
		return Small
	case a.Size < 250:
		return Medium
	}
	return Large
}

// Regime says under which rules of contact the account falls (domain.md §4.1).
func (a Account) Regime() Regime { return a.LegalForm.Regime() }

// City is where the main address is.
func (a Account) City() string { return a.Addresses.Main().City }

// Key is what the account sorts on: a person under the family name.
func (a Account) Key() string {
	if a.Kind == Person {
		return fold.Person(a.Name)
	}
	return fold.Key(a.Name)
}

// Trace is what the account is found by: its name, city, tags and e-mails, phone
// numbers, and its numbers in registers.
func (a Account) Trace() find.Trace {
	t := find.Trace{Name: a.Name, Words: a.Tags, Numbers: []string{a.KvK, a.Branch, a.VatID, a.ExternalID}}
	a.Addresses.Leave(&t)
	reach.Leave(&t, a.Phones, a.Emails)
	return t
}

// PhoneShown is the preferred number for a reader in a region.
func (a Account) PhoneShown(region string) string {
	if region == "" {
		region = phone.Home
	}
	return a.Phones.Preferred().Show(region)
}

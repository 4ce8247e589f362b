// Package contact holds the rules of a contact (contactpersoon): a person at
// one or more accounts, with a function and a part in buying decisions there.
package contact

import (
	"slices"
	"strings"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/find"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/reach"
	"kring/base/tag"
)

// Honorifics are how a person is addressed; the words differ by language.
var Honorifics = []string{"mr", "ms", "mx"}

// Sources are where a contact can come from; see account.Sources.
var Sources = []string{"site", "search", "social", "email", "webinar", "cold", "referral", "network", "fair", "partner", "customer", "import", "other"}

// Contact is one person. Times are milliseconds UTC.
type Contact struct {
	ID         id.Contact      `json:"id"`
	Honorific  string          `json:"honorific"` // of Honorifics, or empty
	Initials   string          `json:"initials"`  // S.J.
	Given      string          `json:"given"`
	Infix      string          `json:"infix"` // tussenvoegsel
	Family     string          `json:"family"`
	Language   string          `json:"language"` // ISO 639, nl; empty is not known
	Accounts   []Link          `json:"accounts"`
	Owner      id.Member       `json:"owner"`
	Team       id.Team         `json:"team"`
	Phones     reach.Phones    `json:"phones"`
	Emails     reach.Emails    `json:"emails"`
	Addresses  reach.Addresses `json:"addresses"`
	Tags       tag.Set         `json:"tags"`
	Note       string          `json:"note"`
	Source     string          `json:"source"`
	SourceFrom string          `json:"source_from"`
	ExternalID string          `json:"external_id"`
	Own        map[string]any  `json:"own"`
	Created    int64           `json:"created_at"`
	Updated    int64           `json:"updated_at"`
	Deleted    int64           `json:"deleted_at,omitempty"`
	Merged     id.Contact      `json:"-"` // the one it was merged into; zero when it was not
	Version    int64           `json:"version"`
}

// What can be wrong with a contact.
var (
	ErrNoName     = fault.New(fault.Invalid, "contact.no_name", "a contact needs a given name or a family name")
	ErrHonorific  = fault.New(fault.Invalid, "contact.honorific", "this form of address is not known")
	ErrLanguage   = fault.New(fault.Invalid, "contact.language", "this language is not known (two letters, such as nl)")
	ErrNoAccount  = fault.New(fault.Invalid, "contact.no_account", "a contact belongs to a relation")
	ErrManyLinks  = fault.New(fault.Invalid, "contact.many_accounts", "a contact belongs to no more than 20 relations")
	ErrSameLink   = fault.New(fault.Invalid, "contact.same_account", "this relation is here already")
	ErrTwoPrimary = fault.New(fault.Invalid, "contact.two_primary", "only one relation can be the main one")
	ErrRole       = fault.New(fault.Invalid, "contact.role", "this role in the buying decision is not known")
	ErrSource     = fault.New(fault.Invalid, "contact.source", "this source is not known")
	ErrOwn        = fault.New(fault.Invalid, "contact.own", "there is no such own field")
	ErrExternal   = fault.New(fault.Conflict, "contact.external_taken", "another contact has this external id")
	ErrPerson     = fault.New(fault.Invalid, "contact.person", "a relation that is a person has one contact: that person")
	ErrBinned     = fault.New(fault.Conflict, "contact.binned", "this contact is in the bin")
	ErrNotBinned  = fault.New(fault.Conflict, "contact.not_binned", "this contact is not in the bin")
	ErrMerged     = fault.New(fault.Conflict, "contact.merged", "this contact was merged into another")
)

// New makes a contact out of what was filled in. Region is the country of
// phone numbers and addresses that name none; empty is the Netherlands.
func New(cid id.Contact, now int64, region string, d Draft) (Contact, error) {
	c := Contact{
		ID: cid, Created: now, Updated: now, Version: 1,
		Accounts: []Link{}, Phones: reach.Phones{}, Emails: reach.Emails{}, Addresses: reach.Addresses{}, Tags: tag.Set{}, Own: map[string]any{},
	}
	wrong := fault.Fields{}
	c.take(d.patch(), region, wrong)
	c.agree(wrong)
	if err := wrong.Err(); err != nil {
		return Contact{}, err
	}
	return c, nil
}

// Change takes over what a patch mentions and tells what became different. A
// contact in the bin cannot be changed. The version is the store's.
func Change(c Contact, now int64, region string, p Patch) (Contact, []fact.Change, error) {
	if !c.Merged.IsZero() {
		return c, nil, ErrMerged
	}
	if c.Deleted != 0 {
		return c, nil, ErrBinned
	}
	b, wrong := c, fault.Fields{}
	b.take(p, region, wrong)
	b.agree(wrong)
	if err := wrong.Err(); err != nil {
		return c, nil, err
	}
	changes := Diff(c, b)
	if len(changes) == 0 {
		return c, nil, nil
	}
	b.Updated = now
	return b, changes, nil
}

// Bin puts a contact away; Restore brings it back whole.
func Bin(c Contact, now int64) (Contact, []fact.Change, error) {
	if !c.Merged.IsZero() {
		return c, nil, ErrMerged
	}
	if c.Deleted != 0 {
		return c, nil, ErrBinned
	}
	b := c
	b.Deleted, b.Updated = now, now
	return b, []fact.Change{fact.Of("deleted_at", c.Deleted, b.Deleted)}, nil
}

// Restore takes a contact out of the bin.
func Restore(c Contact, now int64) (Contact, []fact.Change, error) {
	if !c.Merged.IsZero() {
		return c, nil, ErrMerged
	}
	if c.Deleted == 0 {
		return c, nil, ErrNotBinned
	}
	b := c
	b.Deleted, b.Updated = 0, now
	return b, []fact.Change{fact.Of("deleted_at", c.Deleted, b.Deleted)}, nil
}

// agree checks what fields have to say about each other, where nothing is wrong
// with the field itself.
func (c Contact) agree(wrong fault.Fields) {
	if c.Given == "" && c.Family == "" && wrong["given"] == nil {
		wrong.Add("family", ErrNoName)
	}
	for field := range wrong {
		if strings.HasPrefix(field, "accounts") {
			return
		}
	}
	if len(c.Accounts) == 0 {
		wrong.Add("accounts", ErrNoAccount)
	}
}

// Name is how the person is called, Dutch order: Sanne de Wit; without a given
// name by initials: S. de Wit.
func (c Contact) Name() string { return Called(c.Given, c.Initials, c.Infix, c.Family) }

// Called puts the parts of a name in Dutch order.
func Called(given, initials, infix, family string) string {
	if given == "" {
		given = initials
	}
	return strings.Join(strings.Fields(given+" "+infix+" "+family), " ")
}

// Formal is the name as on an envelope, without the form of address: S. de
// Wit; the given name when there are no initials.
func (c Contact) Formal() string {
	if c.Initials == "" {
		return c.Name()
	}
	return Called("", c.Initials, c.Infix, c.Family)
}

// Key is what the contact sorts on: the family name first.
func (c Contact) Key() string {
	given := c.Given
	if given == "" {
		given = c.Initials
	}
	return fold.Name(given, c.Infix, c.Family)
}

// Primary is the main account link; the zero Link when there is none.
func (c Contact) Primary() Link {
	for _, l := range c.Accounts {
		if l.Primary {
			return l
		}
	}
	return Link{}
}

// At is the link to an account, if the contact belongs to it.
func (c Contact) At(account id.Account) (Link, bool) {
	i := slices.IndexFunc(c.Accounts, func(l Link) bool { return l.Account == account })
	if i < 0 {
		return Link{}, false
	}
	return c.Accounts[i], true
}

// Trace is what the contact is found by: names, functions, cities, tags, e-mails
// and phone numbers.
func (c Contact) Trace() find.Trace {
	t := find.Trace{Name: c.Given + " " + c.Infix + " " + c.Family, Words: []string{c.Initials}, Numbers: []string{c.ExternalID}}
	for _, l := range c.Accounts {
		t.Words = append(t.Words, l.Function)
	}
	t.Words = append(t.Words, c.Tags...)
	c.Addresses.Leave(&t)
	reach.Leave(&t, c.Phones, c.Emails)
	return t
}

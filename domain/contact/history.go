package contact

import (
	"slices"
	"strings"

	"kring/base/catalogue"
	"kring/base/fact"
)

// Fields are the keys under which the history of a contact is kept, in the
// order of the form; own fields come after, as "own.<key>".
var Fields = []string{
	"honorific", "initials", "given", "infix", "family", "language", "accounts", "owner", "team", "phones", "emails", "addresses", "tags", "note", "source",
	"source_from", "external_id",
}

// Value is what the contact has under a key of Fields or "own.<key>", as JSON
// writes it; nil for an own field without value and for an unknown key.
func (c Contact) Value(key string) any {
	switch key {
	case "honorific":
		return c.Honorific
	case "initials":
		return c.Initials
	case "given":
		return c.Given
	case "infix":
		return c.Infix
	case "family":
		return c.Family
	case "language":
		return c.Language
	case "accounts":
		return c.Accounts
	case "owner":
		return c.Owner
	case "team":
		return c.Team
	case "phones":
		return c.Phones
	case "emails":
		return c.Emails
	case "addresses":
		return c.Addresses
	case "tags":
		return c.Tags
	case "note":
		return c.Note
	case "source":
		return c.Source
	case "source_from":
		return c.SourceFrom
	case "external_id":
		return c.ExternalID
	}
	if own, ok := strings.CutPrefix(key, catalogue.Own); ok {
		return c.Own[own]
	}
	return nil
}

// Diff tells field by field what b has that a has not. It makes the history of
// a change and shows both sides of a conflict.
func Diff(a, b Contact) []fact.Change {
	return fact.Between(catalogue.Keys(Fields, a.Own, b.Own), a.Value, b.Value)
}

// Mentions are the keys a patch is about, in the order of Fields.
func (p Patch) Mentions() []string {
	given := map[string]bool{
		"honorific": p.Honorific.Given(), "initials": p.Initials.Given(), "given": p.Given.Given(), "infix": p.Infix.Given(), "family": p.Family.Given(),
		"language": p.Language.Given(), "accounts": p.Accounts.Given(), "owner": p.Owner.Given(), "team": p.Team.Given(), "phones": p.Phones.Given(),
		"emails": p.Emails.Given(), "addresses": p.Addresses.Given(), "tags": p.Tags.Given(), "note": p.Note.Given(), "source": p.Source.Given(),
		"source_from": p.SourceFrom.Given(), "external_id": p.ExternalID.Given(),
	}
	asked := slices.DeleteFunc(slices.Clone(Fields), func(key string) bool { return !given[key] })
	return catalogue.Keys(asked, p.Own)
}

package account

import (
	"slices"
	"strings"

	"kring/base/catalogue"
	"kring/base/fact"
)

// Fields are the keys under which the history of an account is kept, in the
// order of the form; own fields come after, as "own.<key>".
var Fields = []string{
	"kind", "name", "legal_form", "kvk", "branch", "vat_id", "sbi", "size", "counter_value", "owner", "team", "phones", "emails", "addresses", "website",
	"tags", "note", "source", "source_from", "external_id",
}

// Value is what the account has under a key of Fields or "own.<key>", as JSON
// writes it; nil for an own field without value and for an unknown key.
func (a Account) Value(key string) any {
	switch key {
	case "kind":
		return a.Kind
	case "name":
		return a.Name
	case "legal_form":
		return a.LegalForm
	case "kvk":
		return a.KvK
	case "branch":
		return a.Branch
	case "vat_id":
		return a.VatID
	case "sbi":
		return a.SBI
	case "size":
		return a.Size
	case "counter_value":
		return a.CounterValue
	case "owner":
		return a.Owner
	case "team":
		return a.Team
	case "phones":
		return a.Phones
	case "emails":
		return a.Emails
	case "addresses":
		return a.Addresses
	case "website":
		return a.Website
	case "tags":
		return a.Tags
	case "note":
		return a.Note
	case "source":
		return a.Source
	case "source_from":
		return a.SourceFrom
	case "external_id":
		return a.ExternalID
	}
	if own, ok := strings.CutPrefix(key, catalogue.Own); ok {
		return a.Own[own]
	}
	return nil
}

// Diff tells field by field what b has that a has not. It makes the history of
// a change and shows both sides of a conflict.
func Diff(a, b Account) []fact.Change {
	return fact.Between(catalogue.Keys(Fields, a.Own, b.Own), a.Value, b.Value)
}

// Mentions are the keys a patch is about, in the order of Fields.
func (p Patch) Mentions() []string {
	given := map[string]bool{
		"kind": p.Kind.Given(), "name": p.Name.Given(), "legal_form": p.LegalForm.Given(), "kvk": p.KvK.Given(), "branch": p.Branch.Given(),
		"vat_id": p.VatID.Given(), "sbi": p.SBI.Given(), "size": p.Size.Given(), "counter_value": p.CounterValue.Given(), "owner": p.Owner.Given(),
		"team": p.Team.Given(), "phones": p.Phones.Given(), "emails": p.Emails.Given(), "addresses": p.Addresses.Given(), "website": p.Website.Given(),
		"tags": p.Tags.Given(), "note": p.Note.Given(), "source": p.Source.Given(), "source_from": p.SourceFrom.Given(), "external_id": p.ExternalID.Given(),
	}
	asked := slices.DeleteFunc(slices.Clone(Fields), func(key string) bool { return !given[key] })
	return catalogue.Keys(asked, p.Own)
}

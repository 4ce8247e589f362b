package account

import (
	"strconv"
	"strings"
)

// Exported are the columns of a file with everything that an import of accounts
// takes, in order; phone and email stand for as many as there are, and the
// organisation's own fields come before created_at. What an import fills in
// itself stands last.
func Exported() []string {
	return []string{
		"name", "kind", "legal_form", "kvk", "branch", "vat_id", "sbi", "size", "counter_value", "phone", "email", "street", "number", "suffix", "postcode", "city", "country",
		"website", "owner", "team", "tags", "note", "source", "source_from", "external_id", "created_at", "updated_at", "id",
	}
}

// Cell is an account's value in a column of Exported as text, choices by their
// keys; empty for what takes a look elsewhere: owner, team, own fields, times.
func (a Account) Cell(key string) string {
	main := a.Addresses.Main()
	switch key {
	case "name":
		return a.Name
	case "kind":
		return string(a.Kind)
	case "legal_form":
		return string(a.LegalForm)
	case "kvk":
		return a.KvK
	case "branch":
		return a.Branch
	case "vat_id":
		return a.VatID
	case "sbi":
		return a.SBI
	case "size":
		if a.Size == 0 {
			return ""
		}
		return strconv.Itoa(a.Size)
	case "counter_value":
		return strings.Join(a.CounterValue, ", ")
	case "street":
		return main.Street
	case "number":
		return main.Number
	case "suffix":
		return main.Suffix
	case "postcode":
		return main.Postcode
	case "city":
		return main.City
	case "country":
		return main.Country
	case "website":
		return a.Website
	case "tags":
		return strings.Join(a.Tags, ", ")
	case "note":
		return a.Note
	case "source":
		return a.Source
	case "source_from":
		return a.SourceFrom
	case "external_id":
		return a.ExternalID
	case "id":
		return a.ID.String()
	}
	return ""
}

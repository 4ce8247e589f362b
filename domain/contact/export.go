package contact

import "strings"

// Exported are the columns of a file with everything that an import of contacts
// takes; see account.Exported. An import knows one relation of a contact;
// other_accounts are the names of the rest.
func Exported() []string {
	return []string{
		"name", "honorific", "initials", "given", "infix", "family", "language", "account", "function", "roles", "phone", "email", "street", "number", "suffix", "postcode", "city", "country",
		"owner", "team", "tags", "note", "source", "source_from", "external_id", "other_accounts", "created_at", "updated_at", "id",
	}
}

// Cell is a contact's value in a column of Exported as text; empty for what
// takes a look elsewhere: accounts, owner, team, own fields, times.
func (c Contact) Cell(key string) string {
	main := c.Addresses.Main()
	switch key {
	case "name":
		return c.Name()
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
	case "function":
		return c.Primary().Function
	case "roles":
		var roles []string
		for _, r := range c.Primary().Roles {
			roles = append(roles, string(r))
		}
		return strings.Join(roles, ", ")
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
	case "tags":
		return strings.Join(c.Tags, ", ")
	case "note":
		return c.Note
	case "source":
		return c.Source
	case "source_from":
		return c.SourceFrom
	case "external_id":
		return c.ExternalID
	case "id":
		return c.ID.String()
	}
	return ""
}

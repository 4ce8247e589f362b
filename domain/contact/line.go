package contact

import (
	"strings"

	"kring/base/catalogue"
	"kring/base/id"
	"kring/base/tag"
)

// Catalogue is what a list of contacts can be asked, and what it can show. A
// list shows the main account, function, phone and e-mail, but finds on any.
func Catalogue() catalogue.Catalogue {
	return catalogue.Of("name",
		catalogue.Field{Key: "name", Kind: catalogue.Text, Sort: true, Column: true, Shown: true},
		catalogue.Field{Key: "given", Kind: catalogue.Text, Column: true},
		catalogue.Field{Key: "family", Kind: catalogue.Text, Column: true},
		catalogue.Field{Key: "account", Kind: catalogue.Record, Column: true, Shown: true, Many: true},
		catalogue.Field{Key: "function", Kind: catalogue.Text, Column: true, Shown: true, Many: true},
		catalogue.Field{Key: "roles", Kind: catalogue.Choices, Choices: Roles, Column: true, Shown: true, Many: true},
		catalogue.Field{Key: "phone", Kind: catalogue.Phone, Column: true, Shown: true, Many: true},
		catalogue.Field{Key: "email", Kind: catalogue.Email, Column: true, Shown: true, Many: true},
		catalogue.Field{Key: "owner", Kind: catalogue.Member, Column: true},
		catalogue.Field{Key: "team", Kind: catalogue.Team, Column: true},
		catalogue.Field{Key: "city", Kind: catalogue.Text, Sort: true, Column: true},
		catalogue.Field{Key: "tags", Kind: catalogue.Choices, Column: true, Many: true},
		catalogue.Field{Key: "honorific", Kind: catalogue.Choice, Choices: Honorifics, Column: true},
		catalogue.Field{Key: "language", Kind: catalogue.Text, Column: true},
		catalogue.Field{Key: "note", Kind: catalogue.Text},
		catalogue.Field{Key: "source", Kind: catalogue.Choice, Choices: Sources, Column: true},
		catalogue.Field{Key: "source_from", Kind: catalogue.Text, Column: true},
		catalogue.Field{Key: "external_id", Kind: catalogue.Text, Column: true},
		catalogue.Field{Key: "created_at", Kind: catalogue.Instant, Sort: true, Column: true},
		catalogue.Field{Key: "updated_at", Kind: catalogue.Instant, Sort: true, Column: true, Shown: true},
	)
}

// Line is a contact as a row of a list: of an account, or of all.
type Line struct {
	ID          id.Contact     `json:"id"`
	Honorific   string         `json:"honorific"`
	Initials    string         `json:"initials"`
	Given       string         `json:"given"`
	Infix       string         `json:"infix"`
	Family      string         `json:"family"`
	Language    string         `json:"language"`
	Account     id.Account     `json:"account"` // the main one
	AccountName string         `json:"account_name"`
	Function    string         `json:"function"`
	Roles       []Role         `json:"roles"`
	Owner       id.Member      `json:"owner"`
	OwnerName   string         `json:"owner_name"`
	Team        id.Team        `json:"team"`
	TeamName    string         `json:"team_name"`
	City        string         `json:"city"`
	Phone       string         `json:"phone"` // the preferred one, E.164
	Email       string         `json:"email"` // the preferred one, in its one form
	Tags        tag.Set        `json:"tags"`
	Source      string         `json:"source"`
	SourceFrom  string         `json:"source_from"`
	ExternalID  string         `json:"external_id"`
	Own         map[string]any `json:"own"`
	Created     int64          `json:"created_at"`
	Updated     int64          `json:"updated_at"`
	Deleted     int64          `json:"deleted_at,omitempty"`
	Version     int64          `json:"version"`
}

// Name is how the person is called.
func (l Line) Name() string { return Called(l.Given, l.Initials, l.Infix, l.Family) }

// Line is the row of a contact; the names of account, owner and team are the
// store's.
func (c Contact) Line() Line {
	main := c.Primary()
	return Line{
		ID: c.ID, Honorific: c.Honorific, Initials: c.Initials, Given: c.Given, Infix: c.Infix, Family: c.Family, Language: c.Language,
		Account: main.Account, Function: main.Function, Roles: main.Roles, Owner: c.Owner, Team: c.Team, City: c.Addresses.Main().City,
		Phone: c.Phones.Preferred().E164, Email: c.Emails.Preferred().Normal, Tags: c.Tags, Source: c.Source, SourceFrom: c.SourceFrom,
		ExternalID: c.ExternalID, Own: c.Own, Created: c.Created, Updated: c.Updated, Deleted: c.Deleted, Version: c.Version,
	}
}

// Value is what the row has in the column of a key of the catalogue; account,
// owner and team as ids.
func (l Line) Value(key string) any {
	switch key {
	case "name":
		return l.Name()
	case "given":
		return l.Given
	case "family":
		return l.Family
	case "account":
		return l.Account
	case "function":
		return l.Function
	case "roles":
		return l.Roles
	case "phone":
		return l.Phone
	case "email":
		return l.Email
	case "owner":
		return l.Owner
	case "team":
		return l.Team
	case "city":
		return l.City
	case "tags":
		return l.Tags
	case "honorific":
		return l.Honorific
	case "language":
		return l.Language
	case "source":
		return l.Source
	case "source_from":
		return l.SourceFrom
	case "external_id":
		return l.ExternalID
	case "created_at":
		return l.Created
	case "updated_at":
		return l.Updated
	}
	if own, ok := strings.CutPrefix(key, catalogue.Own); ok {
		return l.Own[own]
	}
	return nil
}

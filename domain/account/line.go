package account

import (
	"strings"

	"kring/base/catalogue"
	"kring/base/id"
	"kring/base/tag"
)

// Catalogue is what a list of accounts can be asked, and what it can show. A
// list shows the preferred phone and e-mail, but finds on any of them.
func Catalogue() catalogue.Catalogue {
	return catalogue.Of("name",
		catalogue.Field{Key: "name", Kind: catalogue.Text, Sort: true, Column: true, Shown: true},
		catalogue.Field{Key: "phase", Kind: catalogue.Choice, Choices: Phases},
		catalogue.Field{Key: "phase_on", Kind: catalogue.AsOf},
		catalogue.Field{Key: "kind", Kind: catalogue.Choice, Choices: Kinds, Column: true},
		catalogue.Field{Key: "owner", Kind: catalogue.Member, Column: true, Shown: true},
		catalogue.Field{Key: "team", Kind: catalogue.Team, Column: true},
		catalogue.Field{Key: "city", Kind: catalogue.Text, Sort: true, Column: true},
		catalogue.Field{Key: "postcode", Kind: catalogue.Text, Column: true},
		catalogue.Field{Key: "country", Kind: catalogue.Text, Column: true},
		catalogue.Field{Key: "phone", Kind: catalogue.Phone, Column: true, Shown: true, Many: true},
		catalogue.Field{Key: "email", Kind: catalogue.Email, Column: true, Shown: true, Many: true},
		catalogue.Field{Key: "tags", Kind: catalogue.Choices, Column: true, Shown: true, Many: true},
		catalogue.Field{Key: "legal_form", Kind: catalogue.Choice, Choices: LegalForms, Column: true},
		catalogue.Field{Key: "kvk", Kind: catalogue.Text, Column: true},
		catalogue.Field{Key: "vat_id", Kind: catalogue.Text, Column: true},
		catalogue.Field{Key: "sbi", Kind: catalogue.Text, Column: true},
		catalogue.Field{Key: "size", Kind: catalogue.Number, Sort: true, Column: true},
		catalogue.Field{Key: "counter_value", Kind: catalogue.Choices, Choices: CounterValues, Column: true, Many: true},
		catalogue.Field{Key: "website", Kind: catalogue.Link, Column: true},
		catalogue.Field{Key: "note", Kind: catalogue.Text},
		catalogue.Field{Key: "source", Kind: catalogue.Choice, Choices: Sources, Column: true},
		catalogue.Field{Key: "source_from", Kind: catalogue.Text, Column: true},
		catalogue.Field{Key: "external_id", Kind: catalogue.Text, Column: true},
		catalogue.Field{Key: "class", Kind: catalogue.Choice, Choices: classes},
		catalogue.Field{Key: "recency", Kind: catalogue.Choice, Choices: fifths},
		catalogue.Field{Key: "frequency", Kind: catalogue.Choice, Choices: fifths},
		catalogue.Field{Key: "money", Kind: catalogue.Choice, Choices: fifths},
		catalogue.Field{Key: "class_on", Kind: catalogue.AsOf},
		catalogue.Field{Key: "created_at", Kind: catalogue.Instant, Sort: true, Column: true},
		catalogue.Field{Key: "updated_at", Kind: catalogue.Instant, Sort: true, Column: true, Shown: true},
	)
}

// classes are the layers of the pyramid (package pyramid), and fifths the scores
// of recency, frequency and money: what a list can be asked.
var (
	classes = []string{"top", "large", "medium", "small", "inactive", "prospect", "suspect", "beside"}
	fifths  = []string{"5", "4", "3", "2", "1"}
)

// Line is an account as a row of a list.
type Line struct {
	ID           id.Account     `json:"id"`
	Kind         Kind           `json:"kind"`
	Name         string         `json:"name"`
	LegalForm    LegalForm      `json:"legal_form"`
	KvK          string         `json:"kvk"`
	VatID        string         `json:"vat_id"`
	SBI          string         `json:"sbi"`
	Size         int            `json:"size"`
	CounterValue []string       `json:"counter_value"`
	Owner        id.Member      `json:"owner"`
	OwnerName    string         `json:"owner_name"`
	Team         id.Team        `json:"team"`
	TeamName     string         `json:"team_name"`
	City         string         `json:"city"`
	Postcode     string         `json:"postcode"`
	Country      string         `json:"country"`
	Phone        string         `json:"phone"` // the preferred one, E.164
	Email        string         `json:"email"` // the preferred one, in its one form
	Website      string         `json:"website"`
	Tags         tag.Set        `json:"tags"`
	Source       string         `json:"source"`
	SourceFrom   string         `json:"source_from"`
	ExternalID   string         `json:"external_id"`
	Own          map[string]any `json:"own"`
	Created      int64          `json:"created_at"`
	Updated      int64          `json:"updated_at"`
	Deleted      int64          `json:"deleted_at,omitempty"`
	Version      int64          `json:"version"`
}

// Line is the row of an account; the names of owner and team are the store's.
func (a Account) Line() Line {
	main := a.Addresses.Main()
	return Line{
		ID: a.ID, Kind: a.Kind, Name: a.Name, LegalForm: a.LegalForm, KvK: a.KvK, VatID: a.VatID, SBI: a.SBI, Size: a.Size, CounterValue: a.CounterValue,
		Owner: a.Owner, Team: a.Team, City: main.City, Postcode: main.Postcode, Country: main.Country,
		Phone: a.Phones.Preferred().E164, Email: a.Emails.Preferred().Normal, Website: a.Website, Tags: a.Tags, Source: a.Source, SourceFrom: a.SourceFrom,
		ExternalID: a.ExternalID, Own: a.Own, Created: a.Created, Updated: a.Updated, Deleted: a.Deleted, Version: a.Version,
	}
}

// Value is what the row has in the column of a key of the catalogue; owner and
// team as ids.
func (l Line) Value(key string) any {
	switch key {
	case "name":
		return l.Name
	case "kind":
		return l.Kind
	case "owner":
		return l.Owner
	case "team":
		return l.Team
	case "city":
		return l.City
	case "postcode":
		return l.Postcode
	case "country":
		return l.Country
	case "phone":
		return l.Phone
	case "email":
		return l.Email
	case "tags":
		return l.Tags
	case "legal_form":
		return l.LegalForm
	case "kvk":
		return l.KvK
	case "vat_id":
		return l.VatID
	case "sbi":
		return l.SBI
	case "size":
		return l.Size
	case "counter_value":
		return l.CounterValue
	case "website":
		return l.Website
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

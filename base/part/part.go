// Package part has the fields that every kind of record has: how a merge takes
// them over, puts them together and takes them apart again.
package part

import (
	"maps"
	"slices"
	"strings"

	"kring/base/blend"
	"kring/base/catalogue"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/reach"
	"kring/base/tag"
)

// Fields are those that each kind of record has, by where they are kept in one.
type Fields struct {
	Owner      *id.Member
	Team       *id.Team
	Phones     *reach.Phones
	Emails     *reach.Emails
	Addresses  *reach.Addresses
	Tags       *tag.Set
	Note       *string
	Source     *string
	SourceFrom *string
	ExternalID *string
	Own        *map[string]any
}

// Take takes over one field of another record; a key that is none of these is
// that of an own field.
func (p Fields) Take(o Fields, key string) {
	switch key {
	case "owner":
		*p.Owner = *o.Owner
	case "team":
		*p.Team = *o.Team
	case "phones":
		*p.Phones = *o.Phones
	case "emails":
		*p.Emails = *o.Emails
	case "addresses":
		*p.Addresses = *o.Addresses
	case "tags":
		*p.Tags = *o.Tags
	case "note":
		*p.Note = *o.Note
	case "source":
		*p.Source = *o.Source
	case "source_from":
		*p.SourceFrom = *o.SourceFrom
	case "external_id":
		*p.ExternalID = *o.ExternalID
	default:
		name := strings.TrimPrefix(key, catalogue.Own)
		*p.Own = maps.Clone(*p.Own)
		if v, ok := (*o.Own)[name]; ok {
			(*p.Own)[name] = v
		} else {
			delete(*p.Own, name)
		}
	}
}

// Unite gives one field the values of both, a note at most so long; it stays as
// it was when they do not fit.
func (p Fields) Unite(o Fields, key string, longest int) error {
	switch key {
	case "phones":
		all, err := p.Phones.With(*o.Phones)
		return fits(p.Phones, all, err)
	case "emails":
		all, err := p.Emails.With(*o.Emails)
		return fits(p.Emails, all, err)
	case "addresses":
		all, err := p.Addresses.With(*o.Addresses)
		return fits(p.Addresses, all, err)
	case "tags":
		all, err := p.Tags.With(*o.Tags...)
		return fits(p.Tags, all, err)
	case "note":
		text, err := fold.Text(strings.TrimSpace(*p.Note+"\n\n"+*o.Note), longest)
		return fits(p.Note, text, err)
	}
	name := strings.TrimPrefix(key, catalogue.Own)
	*p.Own = maps.Clone(*p.Own)
	(*p.Own)[name] = blend.Lists(blend.Words((*p.Own)[name]), blend.Words((*o.Own)[name]), blend.Itself)
	return nil
}

func fits[T any](field *T, v T, err error) error {
	if err == nil {
		*field = v
	}
	return err
}

// Back takes from a list that was changed since what a merge brought, which made
// after out of before.
func (p Fields) Back(before, after Fields, key string) {
	switch key {
	case "phones":
		*p.Phones = p.Phones.Back(*before.Phones, *after.Phones)
	case "emails":
		*p.Emails = p.Emails.Back(*before.Emails, *after.Emails)
	case "addresses":
		*p.Addresses = p.Addresses.Back(*before.Addresses, *after.Addresses)
	case "tags":
		*p.Tags = blend.Back(*before.Tags, *after.Tags, *p.Tags, blend.Itself)
		slices.Sort(*p.Tags)
	}
}

// CanBoth says whether an own field holds lists in both records.
func (p Fields) CanBoth(o Fields, key string) bool {
	name, own := strings.CutPrefix(key, catalogue.Own)
	return own && blend.Words((*p.Own)[name]) != nil && blend.Words((*o.Own)[name]) != nil
}

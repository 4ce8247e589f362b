package account

import (
	"maps"
	"slices"
	"strings"

	"kring/base/blend"
	"kring/base/catalogue"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/reach"
	"kring/base/tag"
)

// ErrMergeKind says that a person and an organisation do not become one.
var ErrMergeKind = fault.New(fault.Invalid, "account.merge_kind", "a person and an organisation cannot be merged: change the kind of one of them first")

// several are the fields that can hold the values of two records.
var several = []string{"phones", "emails", "addresses", "tags", "counter_value", "note"}

// ours are the fields that say whose the relation is and what it is: a merge
// leaves them to the account that stays.
var ours = []string{"name", "owner", "team", "source", "source_from", "external_id"}

// MergeKeys are the fields that have something to choose when b is merged into
// a, in the order of the form.
func MergeKeys(a, b Account) (keys []string) {
	for _, c := range Diff(a, b) {
		keys = append(keys, c.Field)
	}
	return keys
}

// CanBoth says whether a field can hold the values of both.
func CanBoth(a, b Account, key string) bool {
	if slices.Contains(several, key) {
		return true
	}
	name, own := strings.CutPrefix(key, catalogue.Own)
	return own && blend.Words(a.Own[name]) != nil && blend.Words(b.Own[name]) != nil
}

// Proposal is whose value a field gets unless somebody says so: filled over
// empty, newer over older, lists united as far as they go.
func Proposal(a, b Account, key string) blend.Side {
	x, y := a.Value(key), b.Value(key)
	if key == "legal_form" {
		x, y = said(a.LegalForm), said(b.LegalForm)
	}
	side := blend.Propose(x, y, CanBoth(a, b, key), b.Updated > a.Updated && !slices.Contains(ours, key))
	if side == blend.Both && a.unite(b, key) != nil {
		side = blend.This // there is no room for both
	}
	return side
}

func said(f LegalForm) LegalForm {
	if f == Unsaid {
		return ""
	}
	return f
}

// Merge is what a becomes when b is merged into it. Faults name the field.
func Merge(a, b Account, now int64, sides blend.Sides) (Account, []fact.Change, error) {
	if a.Kind != b.Kind {
		return a, nil, ErrMergeKind
	}
	m, wrong := a, fault.Fields{}
	for _, key := range slices.Sorted(maps.Keys(sides)) {
		if !slices.Contains(Fields, key) && !strings.HasPrefix(key, catalogue.Own) {
			wrong.Add(key, blend.ErrField)
		}
	}
	for _, key := range MergeKeys(a, b) {
		side := sides[key]
		if side == "" {
			side = Proposal(a, b, key)
		}
		switch {
		case side == blend.This:
		case side == blend.With:
			m.from(b, key)
		case side == blend.Both && CanBoth(a, b, key):
			wrong.Add(key, m.unite(b, key))
		default:
			wrong.Add(key, blend.ErrSide)
		}
	}
	m.agree(wrong)
	if err := wrong.Err(); err != nil {
		return a, nil, err
	}
	m.Updated = now
	return m, Diff(a, m), nil
}

// Unmerge is what now becomes when a merge is undone that made after out of
// before: each field returns to what it was, unless it was changed since; of a
// list that was changed since only what the merge brought goes.
func Unmerge(before, after, now Account, at int64) (Account, []fact.Change) {
	m := now
	for _, c := range Diff(before, after) {
		key := c.Field
		switch x := now.Value(key); {
		case blend.Same(x, after.Value(key)):
			m.from(before, key)
		case key == "phones":
			m.Phones = now.Phones.Back(before.Phones, after.Phones)
		case key == "emails":
			m.Emails = now.Emails.Back(before.Emails, after.Emails)
		case key == "addresses":
			m.Addresses = now.Addresses.Back(before.Addresses, after.Addresses)
		case key == "tags":
			m.Tags = blend.Back(before.Tags, after.Tags, now.Tags, blend.Itself)
			slices.Sort(m.Tags)
		case key == "counter_value":
			m.CounterValue = blend.Back(before.CounterValue, after.CounterValue, now.CounterValue, blend.Itself)
		}
	}
	if !m.LegalForm.goesWith(m.Kind) { // the kind was changed since
		m.LegalForm = now.LegalForm
	}
	changes := Diff(now, m)
	if len(changes) > 0 {
		m.Updated = at
	}
	return m, changes
}

// from takes over one field.
func (a *Account) from(b Account, key string) {
	switch key {
	case "kind":
		a.Kind = b.Kind
	case "name":
		a.Name = b.Name
	case "legal_form":
		a.LegalForm = b.LegalForm
	case "kvk":
		a.KvK = b.KvK
	case "branch":
		a.Branch = b.Branch
	case "vat_id":
		a.VatID = b.VatID
	case "sbi":
		a.SBI = b.SBI
	case "size":
		a.Size = b.Size
	case "counter_value":
		a.CounterValue = b.CounterValue
	case "owner":
		a.Owner = b.Owner
	case "team":
		a.Team = b.Team
	case "phones":
		a.Phones = b.Phones
	case "emails":
		a.Emails = b.Emails
	case "addresses":
		a.Addresses = b.Addresses
	case "website":
		a.Website = b.Website
	case "tags":
		a.Tags = b.Tags
	case "note":
		a.Note = b.Note
	case "source":
		a.Source = b.Source
	case "source_from":
		a.SourceFrom = b.SourceFrom
	case "external_id":
		a.ExternalID = b.ExternalID
	default:
		name := strings.TrimPrefix(key, catalogue.Own)
		a.Own = maps.Clone(a.Own)
		if v, ok := b.Own[name]; ok {
			a.Own[name] = v
		} else {
			delete(a.Own, name)
		}
	}
}

// unite gives one field the values of both; a is left as it was when they do
// not fit.
func (a *Account) unite(b Account, key string) (err error) {
	switch key {
	case "phones":
		var all reach.Phones
		if all, err = a.Phones.With(b.Phones); err == nil {
			a.Phones = all
		}
	case "emails":
		var all reach.Emails
		if all, err = a.Emails.With(b.Emails); err == nil {
			a.Emails = all
		}
	case "addresses":
		var all reach.Addresses
		if all, err = a.Addresses.With(b.Addresses); err == nil {
			a.Addresses = all
		}
	case "tags":
		var all tag.Set
		if all, err = a.Tags.With(b.Tags...); err == nil {
			a.Tags = all
		}
	case "counter_value":
		a.CounterValue = slices.DeleteFunc(slices.Clone(CounterValues), func(v string) bool {
			return !slices.Contains(a.CounterValue, v) && !slices.Contains(b.CounterValue, v)
		})
	case "note":
		var text string
		if text, err = fold.Text(strings.TrimSpace(a.Note+"\n\n"+b.Note), MaxNote); err == nil {
			a.Note = text
		}
	default:
		name := strings.TrimPrefix(key, catalogue.Own)
		a.Own = maps.Clone(a.Own)
		a.Own[name] = blend.Lists(blend.Words(a.Own[name]), blend.Words(b.Own[name]), blend.Itself)
	}
	return err
}

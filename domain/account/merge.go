package account

import (
	"slices"

	"kring/base/blend"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/part"
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
	return slices.Contains(several, key) || a.parts().CanBoth(b.parts(), key)
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
	m := a
	wrong := sides.Settle(blend.Merge{
		Fields: Fields, Keys: MergeKeys(a, b),
		Propose: func(key string) blend.Side { return Proposal(a, b, key) },
		CanBoth: func(key string) bool { return CanBoth(a, b, key) },
		Take:    func(key string) { m.from(b, key) },
		Unite:   func(key string) error { return m.unite(b, key) },
	})
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
		case key == "counter_value":
			m.CounterValue = blend.Back(before.CounterValue, after.CounterValue, now.CounterValue, blend.Itself)
		default:
			m.parts().Back(before.parts(), after.parts(), key)
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

// parts are the fields that every kind of record has.
func (a *Account) parts() part.Fields {
	return part.Fields{
		Owner: &a.Owner, Team: &a.Team, Phones: &a.Phones, Emails: &a.Emails, Addresses: &a.Addresses, Tags: &a.Tags, Note: &a.Note,
		Source: &a.Source, SourceFrom: &a.SourceFrom, ExternalID: &a.ExternalID, Own: &a.Own,
	}
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
	case "website":
		a.Website = b.Website
	default:
		a.parts().Take(b.parts(), key)
	}
}

// unite gives one field the values of both; a is left as it was when they do
// not fit.
func (a *Account) unite(b Account, key string) error {
	if key == "counter_value" {
		a.CounterValue = slices.DeleteFunc(slices.Clone(CounterValues), func(v string) bool {
			return !slices.Contains(a.CounterValue, v) && !slices.Contains(b.CounterValue, v)
		})
		return nil
	}
	return a.parts().Unite(b.parts(), key, MaxNote)
}

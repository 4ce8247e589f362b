package store

import (
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/consent"
	"kring/domain/match"
	"kring/domain/merge"
)

// Whole tables, a page at a time in the order they were made, for an export of
// everything. Whom they are about is for the caller to look at.

func (v *View) onwards(alias string, after id.Record, limit int) *where {
	w := v.where(alias)
	if alias != "" {
		alias += "."
	}
	if !after.IsZero() {
		w.and(alias+"id > ?", after)
	}
	w.args = append(w.args, limit)
	return w
}

// DecisionsAfter are the decisions about all accounts.
func (v *View) DecisionsAfter(after id.Record, limit int) (_ []Decision, err error) {
	defer fault.Wrap(&err, "store.DecisionsAfter")
	return v.decisions(v.onwards("d", after, limit), " ORDER BY d.id LIMIT ?")
}

// ConsentsAfter are the entries of all ledgers.
func (v *View) ConsentsAfter(after id.Record, limit int) (_ []consent.Entry, err error) {
	defer fault.Wrap(&err, "store.ConsentsAfter")
	return v.consents(v.onwards("", after, limit), " ORDER BY id LIMIT ?")
}

// MergesAfter are all merges, also those that were undone.
func (v *View) MergesAfter(after id.Record, limit int) (_ []merge.Merge, err error) {
	defer fault.Wrap(&err, "store.MergesAfter")
	return v.merges(v.onwards("", after, limit), " ORDER BY id LIMIT ?")
}

// PairsAfter are all pairs of records that may be the same.
func (v *View) PairsAfter(after id.Record, limit int) (_ []match.Pair, err error) {
	defer fault.Wrap(&err, "store.PairsAfter")
	return v.pairs(v.onwards("p", after, limit), " ORDER BY p.id LIMIT ?")
}

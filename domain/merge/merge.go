// Package merge is two records that turned out to be one: which stayed, which
// went into it, and until when that can be undone. What becomes of the fields
// is said by account and contact; what becomes of everything that pointed at
// either, by store.
package merge

import (
	"time"

	"kring/base/blend"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
)

// What can be wrong with a merge or with undoing one.
var (
	ErrSelf    = fault.New(fault.Invalid, "merge.self", "a record cannot be merged with itself")
	ErrKind    = fault.New(fault.Invalid, "merge.kind", "two accounts can be merged, or two contacts")
	ErrBinned  = fault.New(fault.Conflict, "merge.binned", "one of the two is in the bin: take it out first")
	ErrFiles   = fault.New(fault.Conflict, "merge.files", "together the two have too many files")
	ErrPersons = fault.New(fault.Conflict, "merge.persons", "these people are relations themselves: merge the relations, and the people go with them")
	ErrUndone  = fault.New(fault.Conflict, "merge.undone", "this merge was undone already")
	ErrLate    = fault.New(fault.Conflict, "merge.late", "this merge was too long ago to undo")
	ErrOrder   = fault.New(fault.Conflict, "merge.order", "a later merge has to be undone first")
	ErrPart    = fault.New(fault.Conflict, "merge.part", "this merge came with that of the relation: undo that one")
)

// Choice is what somebody says of a merge.
type Choice struct {
	Sides       blend.Sides // by field; what is not mentioned gets the proposal
	Version     int64       // of the record that stays, as it was read; 0 takes what stands
	WithVersion int64       // of the one that goes into it
}

// Merge is one merge. Times are milliseconds UTC.
type Merge struct {
	ID        id.Record `json:"id"`
	Kind      fact.Kind `json:"kind"`
	Survivor  id.Record `json:"survivor"`   // the record that stayed
	Loser     id.Record `json:"merged"`     // the one that went into it
	LoserName string    `json:"name"`       // what it was called
	With      id.Record `json:"part_of"`    // the merge of accounts that this one came with
	Member    id.Member `json:"member"`     // who did it
	By        string    `json:"by"`         // what they were called
	At        int64     `json:"merged_at"`  // when
	Undone    int64     `json:"undone_at"`  // 0 when it stands
	Until     int64     `json:"undo_until"` // until when it can be undone
}

// Term fills in until when the merge can be undone.
func (m Merge) Term(days int) Merge {
	m.Until = m.At + int64(days)*(24*time.Hour).Milliseconds()
	return m
}

// CanUndo says whether the merge can be undone at a time; latest is whether no
// later merge of the same record stands.
func (m Merge) CanUndo(now int64, latest bool) error {
	switch {
	case m.Undone != 0:
		return ErrUndone
	case !m.With.IsZero():
		return ErrPart
	case now >= m.Until:
		return ErrLate
	case !latest:
		return ErrOrder
	}
	return nil
}

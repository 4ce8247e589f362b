// Package bulk has deeds on many records at once, and their undoing.
package bulk

import (
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/tag"
)

// Do is what is done to each record.
type Do string

// The deeds. Undo takes an earlier one back.
const (
	Owner   Do = "owner"
	Team    Do = "team"
	Tag     Do = "tag"
	Untag   Do = "untag"
	Retag   Do = "retag" // one tag becomes another
	Bin     Do = "bin"
	Restore Do = "restore"
	Undo    Do = "undo"
)

// Deed is a deed with what it needs.
type Deed struct {
	Do     Do        `json:"do"`
	Member id.Member `json:"member,omitzero"` // Owner: the new one, zero for none
	Team   id.Team   `json:"team,omitzero"`   // Team
	Tag    string    `json:"tag,omitempty"`   // Tag, Untag, Retag: which
	To     string    `json:"to,omitempty"`    // Retag: into which
	Of     id.Record `json:"of,omitzero"`     // Undo: which bulk
}

// Bulk is a deed on a selection, with what came of it.
type Bulk struct {
	ID      id.Record `json:"id"`
	Kind    fact.Kind `json:"kind"`
	Deed    Deed      `json:"deed"`
	Member  id.Member `json:"member"`
	Query   string    `json:"query"` // the list it is about, when not chosen one by one
	Filled  bool      `json:"filled"`
	Total   int       `json:"total"`
	Done    int       `json:"done"`
	Refused int       `json:"refused"` // out of reach by now, or the deed does not fit
	Ended   bool      `json:"ended"`
	Undone  bool      `json:"undone"`
	Job     id.Job    `json:"job"` // when it is done in the background
	Created int64     `json:"created_at"`
}

// AtOnce is how many records are dealt with in the request itself; more is a
// job. Page is how many a job deals with in one transaction.
const (
	AtOnce = 200
	Page   = 200
)

var (
	// ErrDo says that there is no such deed.
	ErrDo = fault.New(fault.Invalid, "bulk.do", "there is no such deed on many records")
	// ErrNone says that nothing was chosen.
	ErrNone = fault.New(fault.Invalid, "bulk.none", "choose something first")
	// ErrUndone says that a bulk cannot be taken back (any more).
	ErrUndone = fault.New(fault.Conflict, "bulk.undone", "this cannot be taken back, or was already")
)

// Check tidies a deed and says what is not right.
func (d Deed) Check() (Deed, error) {
	var err error
	switch d.Do {
	case Tag, Untag, Retag:
		if d.Tag, err = tag.Normalise(d.Tag); err != nil {
			return d, fault.Field("tag", asFault(err))
		}
		if d.Do == Retag {
			if d.To, err = tag.Normalise(d.To); err != nil {
				return d, fault.Field("to", asFault(err))
			}
		}
	case Owner, Team, Bin, Restore, Undo:
	default:
		return d, ErrDo
	}
	return d, nil
}

func asFault(err error) *fault.Fault {
	f, _ := fault.From(err)
	return f
}

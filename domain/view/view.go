// Package view has saved views: a question to a list, kept under a name, for
// oneself or for everyone.
package view

import (
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
)

// View is a saved question. Query is the address of the list without its place
// (filter.Query.View().Encode()).
type View struct {
	ID      id.View   `json:"id"`
	Version int64     `json:"version"`
	Kind    fact.Kind `json:"kind"` // of the list: account, contact
	Member  id.Member `json:"member"`
	Shared  bool      `json:"shared"`
	Name    string    `json:"name"`
	Query   string    `json:"query"`
	Place   int       `json:"place"` // among the tabs
}

// Limits.
const (
	MaxName  = 60
	MaxQuery = 4000
	MaxViews = 50 // of one member in one list
)

var (
	// ErrName says that a view needs a name.
	ErrName = fault.New(fault.Invalid, "view.name", "a view needs a name of at most 60 characters")
	// ErrQuery says that a view's question is too long.
	ErrQuery = fault.New(fault.Invalid, "view.query", "this question is too long to keep")
	// ErrKind says that there is no such list.
	ErrKind = fault.New(fault.Invalid, "view.kind", "there is no such list")
	// ErrMany says that there are enough views.
	ErrMany = fault.New(fault.Invalid, "view.many", "a list has at most 50 views of one member")
	// ErrNotYours says that only its maker, or who may share views, changes a view.
	ErrNotYours = fault.New(fault.Denied, "view.not_yours", "only its maker changes this view")
)

// Check tidies the name and says which fields are not right.
func (v View) Check() (View, error) {
	fs := fault.Fields{}
	name, err := fold.Clean(v.Name, MaxName)
	fs.Add("name", err)
	if v.Name = name; err == nil && name == "" {
		fs.Add("name", ErrName)
	}
	if len(v.Query) > MaxQuery {
		fs.Add("query", ErrQuery)
	}
	if v.Kind != fact.Account && v.Kind != fact.Contact {
		fs.Add("kind", ErrKind)
	}
	return v, fs.Err()
}

// Seen says whether a member sees the view.
func (v View) Seen(by id.Member) bool { return v.Shared || v.Member == by }

// Changeable says whether a member changes it: its maker, or, when it is
// shared, whoever may share.
func (v View) Changeable(by id.Member, mayShare bool) bool {
	return v.Member == by && (!v.Shared || mayShare) || v.Shared && mayShare
}

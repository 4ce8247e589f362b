// Package blend puts the values of two records together, and takes them apart
// again: what a merge does with each field, and an un-merge with each list.
package blend

import (
	"bytes"
	"encoding/json"
	"slices"

	"kring/base/fault"
)

// Side says whose value a field of the merged record gets.
type Side string

// The sides. Both is for lists and longer texts, which can hold the two.
const (
	This Side = "this" // of the record that stays
	With Side = "with" // of the one that is merged into it
	Both Side = "both"
)

// Sides are choices by the key of a field; a field that is not mentioned gets
// the proposal.
type Sides map[string]Side

// What can be wrong with a choice.
var (
	ErrSide  = fault.New(fault.Invalid, "merge.side", "choose this, with or, for a list, both")
	ErrField = fault.New(fault.Invalid, "merge.field", "there is no such field to merge")
)

// Propose is the choice for a field that says nothing else: filled over empty,
// newer over older; a field that can hold both does.
func Propose(a, b any, both, newer bool) Side {
	switch {
	case Same(a, b), Empty(b):
		return This
	case Empty(a):
		return With
	case both:
		return Both
	case newer:
		return With
	}
	return This
}

// Same says whether two values are written alike.
func Same(a, b any) bool {
	x, errA := json.Marshal(a)
	y, errB := json.Marshal(b)
	return errA == nil && errB == nil && bytes.Equal(x, y)
}

// Empty says whether there is nothing in a value.
func Empty(v any) bool {
	b, err := json.Marshal(v)
	return err == nil && slices.Contains([]string{"null", `""`, "[]", "{}", "0"}, string(b))
}

// Lists is a and then what b has besides.
func Lists[T any, K comparable](a, b []T, key func(T) K) []T {
	all := slices.Clone(a)
	for _, one := range b {
		if !has(all, key(one), key) {
			all = append(all, one)
		}
	}
	return all
}

// Back undoes what a merge did to a list that was changed since: what came
// with the merge goes, what the merge left out returns, what was added or
// taken away since stays so.
func Back[T any, K comparable](before, after, now []T, key func(T) K) []T {
	kept := []T{}
	for _, one := range now {
		if k := key(one); has(before, k, key) || !has(after, k, key) {
			kept = append(kept, one)
		}
	}
	for _, one := range before {
		if k := key(one); !has(after, k, key) && !has(kept, k, key) {
			kept = append(kept, one)
		}
	}
	return kept
}

func has[T any, K comparable](list []T, k K, key func(T) K) bool {
	return slices.ContainsFunc(list, func(o T) bool { return key(o) == k })
}

// Words are the texts of a list, also when it has been to JSON and back.
func Words(v any) []string {
	switch list := v.(type) {
	case []string:
		return list
	case []any:
		var words []string
		for _, one := range list {
			if s, ok := one.(string); ok {
				words = append(words, s)
			}
		}
		return words
	}
	return nil
}

// Itself is the key of what is its own key.
func Itself[T comparable](v T) T { return v }

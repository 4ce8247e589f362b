// Package opt tells "not mentioned" from "made empty": a patch that leaves a
// field out keeps it, a patch that says null or "" empties it.
package opt

import (
	"encoding/json"

	"kring/base/fault"
)

// Of is a T that may not have been mentioned. Give it `json:"…,omitzero"`.
type Of[T any] struct {
	set   bool
	value T
}

// Some is a mentioned value.
func Some[T any](v T) Of[T] { return Of[T]{set: true, value: v} }

// Empty mentions the field to empty it.
func Empty[T any]() Of[T] { return Of[T]{set: true} }

// Given tells whether the field was mentioned at all.
func (o Of[T]) Given() bool { return o.set }

// Get is the value, and whether it was mentioned.
func (o Of[T]) Get() (T, bool) { return o.value, o.set }

// Or is the value when mentioned, else what stands.
func (o Of[T]) Or(stands T) T {
	if o.set {
		return o.value
	}
	return stands
}

// IsZero lets `omitzero` leave an unmentioned field out.
func (o Of[T]) IsZero() bool { return !o.set }

// MarshalJSON writes the value, null when it was not mentioned.
func (o Of[T]) MarshalJSON() ([]byte, error) {
	if !o.set {
		return []byte("null"), nil
	}
	return json.Marshal(o.value)
}

// UnmarshalJSON mentions the field; null empties it.
func (o *Of[T]) UnmarshalJSON(b []byte) error {
	var v T
	if string(b) != "null" {
		if err := json.Unmarshal(b, &v); err != nil {
			return err
		}
	}
	o.set, o.value = true, v
	return nil
}

// Put tidies a mentioned value and puts it in its place. A refusal is noted
// under the field's name and leaves the place as it was; tidy may be nil.
func Put[T any](o Of[T], place *T, wrong fault.Fields, name string, tidy func(T) (T, error)) {
	if !o.set {
		return
	}
	v := o.value
	if tidy != nil {
		var err error
		if v, err = tidy(v); err != nil {
			wrong.Add(name, err)
			return
		}
	}
	*place = v
}

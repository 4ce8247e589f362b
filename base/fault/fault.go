// Package fault says once what can go wrong: a kind that each door maps to its
// own answer, a stable code that is also the translation key, and a sentence
// for a reader.
//
// Anything that is not a *Fault is internal: its cause goes to the log and
// never to a page.
package fault

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Kind is what a door needs to know to choose its answer.
type Kind uint8

// The kinds, from "our mistake" to "try again". The zero value is Internal, so
// a forgotten kind never blames the visitor.
const (
	Internal Kind = iota // our mistake: 500, a short id for the visitor
	Invalid              // what was sent is not right: 422 with fields
	NotFound             // absent, or out of scope, which must look the same: 404
	Conflict             // someone changed this meanwhile, or it exists already: 409
	Denied               // known visitor, missing right: 403
	Unknown              // unknown visitor: 401
	Busy                 // try again in a moment: 503
)

// String names the kind as the API writes it.
func (k Kind) String() string {
	return [...]string{"internal", "invalid", "not_found", "conflict", "denied", "unknown", "busy"}[k]
}

// Params fill the blanks of a translated sentence.
type Params map[string]any

// Fault is an expected error.
type Fault struct {
	Kind   Kind
	Code   string            // stable slug, "account.no_name"; words has it as "fault.account.no_name"
	Text   string            // English, for a developer reading a log or an API answer
	Params Params            // blanks in the translated sentence
	Fields map[string]*Fault // form or JSON field → what is wrong there
}

// New makes a fault; packages keep them as variables beside the verb that
// returns them and compare with errors.Is.
func New(kind Kind, code, text string) *Fault {
	return &Fault{Kind: kind, Code: code, Text: text}
}

// Error is the English sentence, with the fields in a stable order.
func (f *Fault) Error() string {
	if len(f.Fields) == 0 {
		return f.Text
	}
	var b strings.Builder
	b.WriteString(f.Text)
	for i, name := range slices.Sorted(maps.Keys(f.Fields)) {
		if i == 0 {
			b.WriteString(": ")
		} else {
			b.WriteString("; ")
		}
		fmt.Fprintf(&b, "%s: %s", name, f.Fields[name].Text)
	}
	return b.String()
}

// Is makes a copy with parameters or fields still be the original.
func (f *Fault) Is(target error) bool {
	t, ok := target.(*Fault)
	return ok && t.Code == f.Code
}

// With is a copy whose sentence has these blanks filled.
func (f *Fault) With(p Params) *Fault {
	c := *f
	c.Params = p
	return &c
}

// At is a copy that also names the fields; nil when there are none, so that a
// check can end with `return fault.At(fields)` style code through Check.
func (f *Fault) At(fields map[string]*Fault) *Fault {
	c := *f
	c.Fields = fields
	return &c
}

// ErrFields says that one or more fields are not right; Fields says which.
var ErrFields = New(Invalid, "fields", "some fields are not right")

// Fields collects what is wrong per field.
type Fields map[string]*Fault

// Add records what is wrong with a field; the first complaint about a field
// stands. A nil error is no complaint. An error that is no fault is a
// programmer's mistake and panics.
func (fs Fields) Add(name string, err error) {
	if err == nil {
		return
	}
	var f *Fault
	if !errors.As(err, &f) {
		panic("fault: field " + name + " got an error that is no fault: " + err.Error())
	}
	if len(f.Fields) > 0 {
		for sub, g := range f.Fields {
			fs.Add(name+"."+sub, g)
		}
		return
	}
	if _, taken := fs[name]; !taken {
		fs[name] = f
	}
}

// Err is nil when nothing was added, else ErrFields with the fields.
func (fs Fields) Err() error {
	if len(fs) == 0 {
		return nil
	}
	return ErrFields.At(fs)
}

// Field is an ErrFields about one field.
func Field(name string, f *Fault) error {
	return ErrFields.At(map[string]*Fault{name: f})
}

// From finds the fault in an error's chain.
func From(err error) (*Fault, bool) {
	var f *Fault
	ok := errors.As(err, &f)
	return f, ok
}

// KindOf is the kind of an error; what is no fault is Internal.
func KindOf(err error) Kind {
	if f, ok := From(err); ok {
		return f.Kind
	}
	return Internal
}

// Wrap adds the name of the place to an error that passes, for the log's
// trail. Use as the first line: defer fault.Wrap(&err, "store.Account(%s)", id).
// It never hides the fault inside.
func Wrap(err *error, format string, args ...any) {
	if *err != nil {
		*err = fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), *err)
	}
}

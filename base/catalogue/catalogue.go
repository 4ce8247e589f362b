// Package catalogue says what can be asked of a kind of record: its fields,
// what each holds, which can be sorted on and which can be a column. Lists,
// saved views, exports and the API all read it.
package catalogue

import (
	"maps"
	"slices"
	"strings"
)

// Kind is what a field holds, and so what can be asked of it.
type Kind string

// The kinds of fields.
const (
	Text    Kind = "text"
	Number  Kind = "number"
	Money   Kind = "money" // whole cents; asked in euros
	Date    Kind = "date"  // a calendar day
	Instant Kind = "instant"
	Choice  Kind = "choice"  // one of Choices
	Choices Kind = "choices" // several of Choices; any word when there are none (tags)
	Bool    Kind = "bool"
	Member  Kind = "member"
	Team    Kind = "team"
	Record  Kind = "record" // another record, by id
	Link    Kind = "link"   // a web address
	Phone   Kind = "phone"
	Email   Kind = "email"
	AsOf    Kind = "as_of" // a day: how another field was at the end of it
)

// Own begins the key of a field that the organisation defined itself.
const Own = "own."

// Field is one thing that can be asked. Its Key is the name of the URL
// parameter, the column, and the word `<kind>.<key>` on a screen.
type Field struct {
	Key     string
	Kind    Kind
	Choices []string
	Sort    bool // a list can be sorted on it
	Column  bool // a list can show it
	Shown   bool // a list shows it unless told otherwise
	Many    bool // a record can have several, in rows of their own (phones, tags)
}

// Own tells a field that the organisation defined.
func (f Field) Own() bool { return strings.HasPrefix(f.Key, Own) }

// Catalogue is what can be asked of one kind of record.
type Catalogue struct {
	fields []Field
	order  string
}

// Of makes a catalogue; order is the sort of a list that names none, with a -
// in front for the highest first. Two fields with one key, or an order that
// cannot be sorted on, are a programmer's mistake and panic.
func Of(order string, fields ...Field) Catalogue {
	c := Catalogue{order: order}.With(fields...)
	if f, ok := c.Field(strings.TrimPrefix(order, "-")); !ok || !f.Sort {
		panic("catalogue: cannot sort on " + order)
	}
	return c
}

// With is the catalogue with more fields: those an organisation defined.
func (c Catalogue) With(fields ...Field) Catalogue {
	c.fields = slices.Clone(c.fields)
	for _, f := range fields {
		if _, taken := c.Field(f.Key); taken || f.Key == "" {
			panic("catalogue: two fields are called " + f.Key)
		}
		c.fields = append(c.fields, f)
	}
	return c
}

// Order is the sort of a list that names none.
func (c Catalogue) Order() string { return c.order }

// Fields are all fields, in the order in which a menu offers them.
func (c Catalogue) Fields() []Field { return slices.Clone(c.fields) }

// Field finds a field by its key.
func (c Catalogue) Field(key string) (Field, bool) {
	i := c.place(key)
	if i < 0 {
		return Field{}, false
	}
	return c.fields[i], true
}

// Compare puts two keys in the order of the catalogue; negative when a comes
// first.
func (c Catalogue) Compare(a, b string) int { return c.place(a) - c.place(b) }

func (c Catalogue) place(key string) int {
	return slices.IndexFunc(c.fields, func(f Field) bool { return f.Key == key })
}

// Columns are the keys a list shows unless told otherwise.
func (c Catalogue) Columns() []string {
	var keys []string
	for _, f := range c.fields {
		if f.Column && f.Shown {
			keys = append(keys, f.Key)
		}
	}
	return keys
}

// Slug tells whether a text can be the key of an own field or of a choice: a
// small letter, then small letters, digits and underscores, 40 at most.
func Slug(s string) bool {
	if s == "" || len(s) > 40 || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// Keys are fields, in their order, and then the own fields in which something is,
// as "own.<key>".
func Keys(fields []string, own ...map[string]any) []string {
	names := map[string]bool{}
	for _, o := range own {
		for name := range o {
			names[name] = true
		}
	}
	keys := slices.Clone(fields)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		keys = append(keys, Own+name)
	}
	return keys
}

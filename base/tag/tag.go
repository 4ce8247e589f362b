// Package tag keeps the tags of a record: short lower-case words that people
// stick on things to find them together.
package tag

import (
	"slices"
	"strings"

	"kring/base/fault"
	"kring/base/fold"
)

// The limits of tags.
const (
	MaxLength = 40 // characters in one tag
	MaxCount  = 50 // tags on one record
)

// What can be wrong with tags.
var (
	ErrEmpty = fault.New(fault.Invalid, "tag.empty", "a tag needs a word")
	ErrComma = fault.New(fault.Invalid, "tag.comma", "a tag has no comma in it")
	ErrMany  = fault.New(fault.Invalid, "tag.many", "a record has no more than 50 tags")
)

// Normalise is the one form of a tag: one line, lower case, no comma.
func Normalise(typed string) (string, error) {
	t, err := fold.Clean(typed, MaxLength)
	switch {
	case err != nil:
		return "", err
	case t == "":
		return "", ErrEmpty
	case strings.ContainsRune(t, ','):
		return "", ErrComma
	}
	return fold.Clean(strings.ToLower(t), MaxLength)
}

// Set is the tags of a record: normalised, each once, in the order of the
// alphabet.
type Set []string

// Of makes a set; empty texts are left out, as a form sends them.
func Of(typed []string) (Set, error) {
	set := Set{}
	for _, one := range typed {
		if strings.TrimSpace(one) == "" {
			continue
		}
		t, err := Normalise(one)
		if err != nil {
			return nil, err
		}
		set = append(set, t)
	}
	slices.Sort(set)
	set = slices.Compact(set)
	if len(set) > MaxCount {
		return nil, ErrMany.With(fault.Params{"max": MaxCount})
	}
	return set, nil
}

// Split reads tags typed in one box, parted by commas or line ends.
func Split(typed string) []string {
	return strings.FieldsFunc(typed, func(r rune) bool { return r == ',' || r == '\n' || r == ';' })
}

// Has tells whether a tag, in its one form, is in the set.
func (s Set) Has(t string) bool { return slices.Contains(s, t) }

// With is the set with these tags too.
func (s Set) With(tags ...string) (Set, error) { return Of(append(slices.Clone(s), tags...)) }

// Without is the set with these tags gone.
func (s Set) Without(tags ...string) Set {
	return slices.DeleteFunc(slices.Clone(s), func(t string) bool { return slices.Contains(tags, t) })
}

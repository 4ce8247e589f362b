package tag_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kring/base/fold"
	"kring/base/tag"
)

func TestOf(t *testing.T) {
	t.Parallel()
	many := make([]string, tag.MaxCount+1)
	for i := range many {
		many[i] = fmt.Sprint("t", i)
	}
	for _, c := range []struct {
		name string
		in   []string
		want tag.Set
		err  error
	}{
		{"lower case, sorted, once", []string{"VIP", " pers ", "vip", "Café"}, tag.Set{"café", "pers", "vip"}, nil},
		{"empty ones are left out", []string{"", "  "}, tag.Set{}, nil},
		{"none", nil, tag.Set{}, nil},
		{"two words", []string{"Nieuwe  klant"}, tag.Set{"nieuwe klant"}, nil},
		{"comma", []string{"a,b"}, nil, tag.ErrComma},
		{"control", []string{"a\x00"}, nil, fold.ErrControl},
		{"long", []string{strings.Repeat("x", 41)}, nil, fold.ErrLong},
		{"many", many, nil, tag.ErrMany},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := tag.Of(c.in)
			if !slices.Equal(got, c.want) || !errors.Is(err, c.err) {
				t.Fatalf("%q %v", got, err)
			}
		})
	}
}

func TestSet(t *testing.T) {
	t.Parallel()
	s, _ := tag.Of(tag.Split("vip, pers;Beurs\n"))
	if !slices.Equal(s, tag.Set{"beurs", "pers", "vip"}) || !s.Has("pers") || s.Has("x") {
		t.Fatalf("%q", s)
	}
	more, err := s.With("Actie", "vip")
	if err != nil || !slices.Equal(more, tag.Set{"actie", "beurs", "pers", "vip"}) {
		t.Fatalf("%q %v", more, err)
	}
	if less := more.Without("vip", "nothing"); !slices.Equal(less, tag.Set{"actie", "beurs", "pers"}) || len(more) != 4 {
		t.Fatalf("%q", less)
	}
	if _, err := tag.Normalise(" "); !errors.Is(err, tag.ErrEmpty) {
		t.Fatal(err)
	}
}

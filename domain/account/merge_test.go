package account_test

import (
	"errors"
	"testing"

	"kring/base/blend"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/reach"
	. "kring/domain/account"
)

// firm is an account made at a moment.
func firm(t *testing.T, at int64, d Draft) Account {
	t.Helper()
	a, err := New(id.New[id.Account](), at, "NL", d)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestMerge(t *testing.T) {
	t.Parallel()
	stays := firm(t, 1, Draft{Name: "Kade 9", Size: 3, Phones: reach.Phones{{Number: "020 123 4567"}}, Note: "Een", Tags: []string{"markt"}})
	goes := firm(t, 2, Draft{Name: "Kade Negen", Size: 5, Website: "kade.example", Phones: reach.Phones{{Number: "020 765 4321"}}, Note: "Twee"})
	person := firm(t, 3, Draft{Name: "Sanne", Kind: Person})

	m, _, err := Merge(stays, goes, 9, nil)
	if err != nil {
		t.Fatal(err)
	}
	if m.Name != "Kade 9" || m.Size != 5 || m.Website != goes.Website || len(m.Phones) != 2 || m.Note != "Een\n\nTwee" || len(m.Tags) != 1 || m.Updated != 9 {
		t.Errorf("the proposal makes %+v", m)
	}
	if back, _ := Unmerge(stays, m, m, 10); !blend.Same(back.Value("phones"), stays.Value("phones")) || back.Name != stays.Name || back.Size != 3 || back.Note != "Een" {
		t.Errorf("and undone %+v", back)
	}
	since := m
	since.Size, since.Name = 8, "Kade Tien"
	if back, _ := Unmerge(stays, m, since, 10); back.Size != 8 || back.Name != "Kade Tien" || back.Website != "" {
		t.Errorf("what was changed since does not stay: %+v", back)
	}
	for name, c := range map[string]struct {
		with  Account
		sides blend.Sides
		field string
		want  error
	}{
		"both names":       {goes, blend.Sides{"name": blend.Both}, "name", blend.ErrSide},
		"no such side":     {goes, blend.Sides{"phones": "left"}, "phones", blend.ErrSide},
		"no such field":    {goes, blend.Sides{"naam": blend.This}, "naam", blend.ErrField},
		"the other's kind": {person, nil, "", ErrMergeKind},
	} {
		_, _, err := Merge(stays, c.with, 9, c.sides)
		f, _ := fault.From(err)
		if c.field == "" && !errors.Is(err, c.want) || c.field != "" && (f == nil || !errors.Is(f.Fields[c.field], c.want)) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if m, _, err := Merge(stays, goes, 9, blend.Sides{"name": blend.With, "phones": blend.This}); err != nil || m.Name != "Kade Negen" || len(m.Phones) != 1 {
		t.Errorf("chosen: %+v %v", m, err)
	}
}

package view_test

import (
	"strings"
	"testing"

	"kring/base/fault"
	"kring/base/id"
	"kring/domain/view"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	good, err := view.View{Kind: "account", Name: "  Mijn  relaties ", Query: "owner=me"}.Check()
	if err != nil || good.Name != "Mijn relaties" {
		t.Fatal(good, err)
	}
	_, err = view.View{Kind: "weather", Name: "", Query: strings.Repeat("x", view.MaxQuery+1)}.Check()
	f, ok := fault.From(err)
	if !ok || f.Fields["name"].Code != "view.name" || f.Fields["kind"].Code != "view.kind" || f.Fields["query"].Code != "view.query" {
		t.Fatal(err)
	}
}

func TestWhose(t *testing.T) {
	t.Parallel()
	me, you := id.New[id.Member](), id.New[id.Member]()
	for name, c := range map[string]struct {
		v           view.View
		by          id.Member
		share       bool
		sees, edits bool
	}{
		"mine":                    {view.View{Member: me}, me, false, true, true},
		"yours":                   {view.View{Member: you}, me, true, false, false},
		"shared by you":           {view.View{Member: you, Shared: true}, me, false, true, false},
		"shared, and I may share": {view.View{Member: you, Shared: true}, me, true, true, true},
		"shared by me, no longer": {view.View{Member: me, Shared: true}, me, false, true, false},
	} {
		if c.v.Seen(c.by) != c.sees || c.v.Changeable(c.by, c.share) != c.edits {
			t.Errorf("%s: sees %v, edits %v", name, c.v.Seen(c.by), c.v.Changeable(c.by, c.share))
		}
	}
}

package catalogue_test

import (
	"slices"
	"testing"

	"kring/base/catalogue"
)

func TestCatalogue(t *testing.T) {
	t.Parallel()
	c := catalogue.Of("-name", catalogue.Field{Key: "name", Kind: catalogue.Text, Sort: true, Column: true, Shown: true}, catalogue.Field{Key: "note", Kind: catalogue.Text, Shown: true})
	own := c.With(catalogue.Field{Key: "own.budget", Kind: catalogue.Money, Column: true, Shown: true})
	if _, leaked := c.Field("own.budget"); leaked || len(c.Fields()) != 2 || len(own.Fields()) != 3 {
		t.Fatal("With makes another catalogue")
	}
	f, ok := own.Field("own.budget")
	if !ok || !f.Own() || c.Fields()[0].Own() || own.Order() != "-name" {
		t.Fatalf("%+v", f)
	}
	if got := own.Columns(); !slices.Equal(got, []string{"name", "own.budget"}) {
		t.Fatalf("%q", got)
	}
	if own.Compare("name", "note") >= 0 || own.Compare("note", "name") <= 0 {
		t.Fatal("the order of the catalogue")
	}
	for name, mistake := range map[string]func(){
		"twice":        func() { c.With(catalogue.Field{Key: "name"}) },
		"no key":       func() { c.With(catalogue.Field{}) },
		"no such sort": func() { catalogue.Of("-note", catalogue.Field{Key: "note"}) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s passed", name)
				}
			}()
			mistake()
		}()
	}
}

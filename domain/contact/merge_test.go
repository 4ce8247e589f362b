package contact_test

import (
	"errors"
	"testing"

	"kring/base/blend"
	"kring/base/fault"
	"kring/base/id"
	. "kring/domain/contact"
)

func TestMerge(t *testing.T) {
	t.Parallel()
	kade, brink := id.New[id.Account](), id.New[id.Account]()
	person := func(given, infix, family string, at int64, account id.Account) Contact {
		c, err := New(id.New[id.Contact](), at, "NL", Draft{Given: given, Infix: infix, Family: family, Accounts: []Link{{Account: account, Primary: true}}})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for name, c := range map[string]struct {
		stays, goes Contact
		want        string
	}{
		"another family name":           {person("Anna", "", "Berg", 1, kade), person("Anna", "van de", "Donk", 2, kade), "Anna Berg"},
		"the same without its infix":    {person("Anna", "", "Donk", 1, kade), person("Anna", "van de", "Donk", 2, kade), "Anna van de Donk"},
		"a family name that was empty":  {person("Anna", "", "", 1, kade), person("Anna", "van de", "Donk", 2, kade), "Anna van de Donk"},
		"a given name that was written": {person("An", "", "Donk", 1, kade), person("Anna", "", "Donk", 2, kade), "An Donk"},
	} {
		if m, _, err := Merge(c.stays, c.goes, 9, nil); err != nil || m.Name() != c.want {
			t.Errorf("%s: %q %v, want %q", name, m.Name(), err, c.want)
		}
	}
	m, _, err := Merge(person("Anna", "", "Donk", 1, kade), person("Anna", "", "Donk", 2, brink), 9, nil)
	if err != nil || len(m.Accounts) != 2 || m.Primary().Account != kade {
		t.Errorf("it belongs at %+v %v", m.Accounts, err)
	}
	_, _, err = Merge(person("Anna", "", "Donk", 1, kade), person("Bea", "", "Donk", 2, kade), 9, blend.Sides{"accounts": blend.With})
	if f, ok := fault.From(err); !ok || !errors.Is(f.Fields["accounts"], blend.ErrField) {
		t.Errorf("where it belongs is no choice: %v", err)
	}
}

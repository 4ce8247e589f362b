package linkage_test

import (
	"testing"

	"kring/stat/linkage"
)

func TestOneForm(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		form  func(string) string
		same  []string
		other string
	}{
		{linkage.Family, []string{"de Wit", "De Wit", "Wit, de", "WIT"}, "de Witte"},
		{linkage.Family, []string{"Dijkstra", "Dykstra", "dĳkstra"}, "Dekstra"},
		{linkage.Given, []string{"J.P.", "J. P.", "jp"}, "J"},
		{linkage.Company, []string{"Brandt B.V.", "brandt bv", "BRANDT b.v.", "Stichting Brandt"}, "Brand"},
		{linkage.Company, []string{"Müller & Zn. VOF", "Muller en Zn"}, "Muller"},
		{linkage.House, []string{"12a", "12 A", "12-a", "012a"}, "12"},
		{linkage.House, []string{"12-II", "12 2", "12 2 hoog"}, "12-III"},
		{linkage.Postcode, []string{"8011 AA", "8011aa"}, "8011 AB"},
		{linkage.Number, []string{"06-12345678", "0031 6 12345678", "+31 (0)6 12345678"}, "06-12345679"},
		{linkage.Day, []string{"2026-11-30", "30-11-2026", "30/11/2026", "20261130", "11/30/2026"}, "2026-11-29"},
		{linkage.Street, []string{"Hoofdstr.", "Hoofdstraat", "hoofd straat"}, "Hoofdlaan"},
		{linkage.Site, []string{"https://www.brandt.example/nl", "brandt.example"}, "brand.example"},
	} {
		want := c.form(c.same[0])
		for _, s := range c.same {
			if got := c.form(s); got != want {
				t.Errorf("%q is %q and %q is %q", c.same[0], want, s, got)
			}
		}
		if c.form(c.other) == want {
			t.Errorf("%q is taken for %q", c.other, c.same[0])
		}
	}
}

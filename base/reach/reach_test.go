package reach_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"kring/base/email"
	"kring/base/fault"
	"kring/base/phone"
	"kring/base/reach"
)

// complaint is the fault a list of ways reports for one entry.
func complaint(err error, field string) error {
	f, ok := fault.From(err)
	if !ok || f.Fields[field] == nil {
		return fmt.Errorf("no complaint about %q: %w", field, err)
	}
	return f.Fields[field]
}

func TestPhones(t *testing.T) {
	t.Parallel()
	got, err := reach.Phones{{Number: " 06-12345678 ", Label: "mobile"}, {Number: " "}, {Number: "038-4212121 tst. 3", Label: "work", Preferred: true}}.Tidy("NL")
	want := reach.Phones{
		{Number: "06-12345678", E164: "+31612345678", Label: "mobile"},
		{Number: "038-4212121 tst. 3", E164: "+31384212121", Ext: "3", Label: "work", Preferred: true},
	}
	if err != nil || !slices.Equal(got, want) {
		t.Fatalf("%+v %v", got, err)
	}
	if again, err := got.Tidy("NL"); err != nil || !slices.Equal(again, got) {
		t.Fatalf("tidying twice changed %+v %v", again, err)
	}
	if p := got.Preferred(); p.Show("NL") != "038 421 2121 #3" || got[0].Show("NL") != "06 12345678" {
		t.Fatalf("%+v", p)
	}
	if (reach.Phones{}).Preferred() != (reach.Phone{}) {
		t.Fatal("nobody is preferred among none")
	}
	one, err := reach.Phones{{Number: "0612345678"}, {Number: "0612345679"}}.Tidy("NL")
	if err != nil || !one[0].Preferred || one[1].Preferred {
		t.Fatalf("the first is preferred when none is: %+v %v", one, err)
	}

	_, err = reach.Phones{{Number: "0612345678", Preferred: true}, {Number: "+31612345678", Preferred: true}, {Number: "06"}, {Number: "0612345679", Label: strings.Repeat("x", 41)}}.Tidy("NL")
	for field, want := range map[string]error{"1.number": reach.ErrTwice, "1.preferred": reach.ErrPreferred, "2.number": phone.ErrShort} {
		if got := complaint(err, field); !errors.Is(got, want) {
			t.Errorf("%s: %v", field, got)
		}
	}
	if f, _ := fault.From(err); f.Fields["3.label"] == nil || len(f.Fields) != 4 {
		t.Errorf("%v", f)
	}
}

func TestPhonesLimit(t *testing.T) {
	t.Parallel()
	var many reach.Phones
	for i := range reach.MaxCount + 1 {
		many = append(many, reach.Phone{Number: fmt.Sprintf("06123456%02d", i)})
	}
	if _, err := many.Tidy("NL"); !errors.Is(err, reach.ErrMany) {
		t.Fatal(err)
	}
	if _, err := make(reach.Phones, 1_000_000).Tidy("NL"); !errors.Is(err, reach.ErrMany) {
		t.Fatal(err)
	}
	if _, err := make(reach.Phones, 30).Tidy("NL"); err != nil {
		t.Fatal("empty rows of a form are nothing:", err)
	}
}

func TestEmails(t *testing.T) {
	t.Parallel()
	got, err := reach.Emails{{Address: " Jan@Example.NL "}, {}, {Address: "info@café.nl", Preferred: true}}.Tidy()
	want := reach.Emails{{Address: "Jan@Example.NL", Normal: "jan@example.nl"}, {Address: "info@café.nl", Normal: "info@xn--caf-dma.nl", Preferred: true}}
	if err != nil || !slices.Equal(got, want) || got.Preferred().Normal != "info@xn--caf-dma.nl" {
		t.Fatalf("%+v %v", got, err)
	}
	_, err = reach.Emails{{Address: "jan@example.nl"}, {Address: "JAN@example.nl"}, {Address: "jan@"}}.Tidy()
	if !errors.Is(complaint(err, "1.address"), reach.ErrTwice) || !errors.Is(complaint(err, "2.address"), email.ErrNoHost) {
		t.Fatal(err)
	}
	if _, err := make(reach.Emails, 101).Tidy(); !errors.Is(err, reach.ErrMany) {
		t.Fatal(err)
	}
	if (reach.Emails{}).Preferred() != (reach.Email{}) {
		t.Fatal("nobody is preferred among none")
	}
}

func TestDerivedIsIgnored(t *testing.T) {
	t.Parallel()
	var in reach.Emails
	if err := json.Unmarshal([]byte(`[{"address":"new@example.nl","normal":"old@example.nl"}]`), &in); err != nil {
		t.Fatal(err)
	}
	if got, err := in.Tidy(); err != nil || got[0].Normal != "new@example.nl" {
		t.Fatalf("what is typed decides: %+v %v", got, err)
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	got, err := reach.Addresses{
		{Label: "visit", Street: " Kerkplein ", Number: "12", Suffix: "bis", Postcode: "8011ab", City: "Zwolle"},
		{Label: "post", Country: "NL"},
		{Street: "Grote Markt", Number: "1", Postcode: "1000", City: "Brussel", Country: "be"},
	}.Tidy("NL")
	want := reach.Addresses{
		{Label: "visit", Street: "Kerkplein", Number: "12", Suffix: "bis", Postcode: "8011 AB", City: "Zwolle", Country: "NL"},
		{Street: "Grote Markt", Number: "1", Postcode: "1000", City: "Brussel", Country: "BE"},
	}
	if err != nil || !slices.Equal(got, want) {
		t.Fatalf("%+v %v", got, err)
	}
	if got.Main().City != "Zwolle" || (reach.Addresses{}).Main() != (reach.Address{}) {
		t.Fatal("the first is the main one")
	}
	if l := got[0].Lines("NL"); !reflect.DeepEqual(l, []string{"Kerkplein 12 bis", "8011 AB Zwolle"}) {
		t.Fatalf("%q", l)
	}
	if l := got[1].Lines("NL"); !reflect.DeepEqual(l, []string{"Grote Markt 1", "1000 Brussel", "BE"}) {
		t.Fatalf("%q", l)
	}
	_, err = reach.Addresses{{City: "Zwolle", Postcode: "0011 AB"}, {City: "x", Country: "Nederland"}, {City: "x", Country: "QQ"}, {Street: strings.Repeat("x", 121)}}.Tidy("NL")
	for _, field := range []string{"0.postcode", "1.country", "2.country", "3.street"} {
		if got := complaint(err, field); fault.KindOf(got) != fault.Invalid {
			t.Error(got)
		}
	}
	if _, err := make(reach.Addresses, 101).Tidy("NL"); !errors.Is(err, reach.ErrMany) {
		t.Fatal(err)
	}
	many := slices.Repeat(reach.Addresses{{City: "Zwolle"}}, 21)
	if _, err := many.Tidy("NL"); !errors.Is(err, reach.ErrMany) {
		t.Fatal(err)
	}
}

func TestPostcode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typed, country, want string
		ok                   bool
	}{
		{"8011 ab", "NL", "8011 AB", true}, {"8011AB", "NL", "8011 AB", true}, {" 8 0 1 1 A B", "NL", "8011 AB", true},
		{"0811 AB", "NL", "", false}, {"8011", "NL", "", false}, {"8011 SS", "NL", "", false}, {"8011 ABC", "NL", "", false}, {"8011 ÄB", "NL", "", false},
		{"", "NL", "", true}, {"B-1000", "BE", "", false}, {"1000", "BE", "1000", true}, {"D-10115", "DE", "10115", true}, {"1011", "DE", "", false},
		{"l-1234", "LU", "1234", true}, {"sw1a 1aa", "GB", "SW1A 1AA", true}, {"90210-1234", "US", "90210-1234", true},
	} {
		got, err := reach.Postcode(c.typed, c.country)
		if got != c.want || (err == nil) != c.ok {
			t.Errorf("%s %s: %q %v", c.country, c.typed, got, err)
		}
	}
}

// FuzzAddress: a tidied address stays as it is.
func FuzzAddress(f *testing.F) {
	f.Add("Kerkplein", "12", "bis", "8011ab", "Zwolle", "NL")
	f.Add("Rue", "1", "", "L-1234", "Luxembourg", "lu")
	f.Add("", "", "\x00", "SW1A 1AA", "London", "UK")
	f.Add("a\u200b", "", "", "ß", "İ", "")
	f.Fuzz(func(t *testing.T, street, number, suffix, postcode, city, country string) {
		got, err := reach.Addresses{{Street: street, Number: number, Suffix: suffix, Postcode: postcode, City: city, Country: country}}.Tidy("NL")
		if err != nil {
			if _, ok := fault.From(err); !ok {
				t.Fatal(err)
			}
			return
		}
		if again, err := got.Tidy("NL"); err != nil || !slices.Equal(again, got) {
			t.Fatalf("%+v becomes %+v, %v", got, again, err)
		}
	})
}

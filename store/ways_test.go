package store

import (
	"encoding/json"
	"reflect"
	"testing"

	"kring/base/reach"
)

// TestReadWays holds the hand-written reader to encoding/json.
func TestReadWays(t *testing.T) {
	t.Parallel()
	texts := []string{"", "Kade", `a"b\c`, "é 😀", "<&>", "\u2028", "06-12345678"}
	for n := range 200 {
		at := func(i int) string { return texts[(n*7+i*3+n/7)%len(texts)] }
		w := ways{Phones: reach.Phones{}, Emails: reach.Emails{}, Addresses: reach.Addresses{}}
		for i := range n % 3 {
			w.Phones = append(w.Phones, reach.Phone{Number: at(i), E164: at(i + 1), Ext: at(i + 2), Label: at(i + 3), Preferred: i == 0})
		}
		for i := range n / 3 % 3 {
			w.Emails = append(w.Emails, reach.Email{Address: at(i), Normal: at(i + 1), Label: at(i + 2), Preferred: i == 1})
		}
		for i := range n / 9 % 3 {
			w.Addresses = append(w.Addresses, reach.Address{Label: at(i), Street: at(i + 1), Number: at(i + 2), Suffix: at(i + 3), Postcode: at(i + 4), City: at(i + 5), Country: at(i + 6)})
		}
		js, err := json.Marshal(w)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := readWays(string(js)); err != nil || !reflect.DeepEqual(got, w) {
			t.Fatalf("%s\n%+v\n%+v %v", js, got, w, err)
		}
	}
	// Another order, spaces, nothing at all: encoding/json reads it.
	for js, city := range map[string]string{`{ "addresses" : [ {"city":"Zwolle"} ] }`: "Zwolle", `{}`: "", `{"phones":[],"emails":[],"addresses":[{"x":1,"city":"Ede"}]}`: "Ede"} {
		if got, err := readWays(js); err != nil || got.Addresses.Main().City != city || got.Phones == nil {
			t.Fatalf("%s: %+v %v", js, got, err)
		}
	}
	for _, js := range []string{``, `{"phones":`, `{"phones":[{"number":"1"`, `{"phones":[],"emails":[],"addresses":[]}x`} {
		if _, err := readWays(js); err == nil {
			t.Fatalf("%s is broken", js)
		}
	}
}

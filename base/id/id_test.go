package id_test

import (
	"encoding/json"
	"errors"
	"testing"

	"kring/base/id"
)

func TestID(t *testing.T) {
	t.Parallel()
	a, b := id.New[id.Account](), id.New[id.Account]()
	if a.String() >= b.String() {
		t.Fatal("later names sort later")
	}
	back, err := id.Parse[id.Account](a.String())
	if err != nil || back != a {
		t.Fatalf("%v %v", back, err)
	}
	js, _ := json.Marshal(map[string]any{"a": a, "none": id.Account{}})
	if want := `{"a":"` + a.String() + `","none":null}`; string(js) != want {
		t.Fatalf("%s", js)
	}
	var in struct{ A, None id.Account }
	if err := json.Unmarshal(js, &in); err != nil || in.A != a || !in.None.IsZero() {
		t.Fatalf("%v %+v", err, in)
	}
	for _, bad := range []string{"x", "0", "{" + a.String() + "}", "urn:uuid:" + a.String(), a.String() + "0", "zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz"} {
		if _, err := id.Parse[id.Account](bad); !errors.Is(err, id.ErrBad) {
			t.Errorf("%q passed", bad)
		}
	}
	v, _ := a.Value()
	var c id.Account
	if err := c.Scan(v); err != nil || c != a {
		t.Fatal("value and scan")
	}
	if err := c.Scan([]byte("short")); err == nil {
		t.Fatal("a short blob is no name")
	}
}

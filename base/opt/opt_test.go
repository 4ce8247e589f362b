package opt_test

import (
	"encoding/json"
	"strings"
	"testing"

	"kring/base/fault"
	"kring/base/opt"
)

type patch struct {
	Name opt.Of[string]   `json:"name,omitzero"`
	Size opt.Of[int]      `json:"size,omitzero"`
	Tags opt.Of[[]string] `json:"tags,omitzero"`
}

func TestOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in string
		given    bool
		want     string
		out      string
	}{
		{"absent keeps", `{}`, false, "Linden", `{}`},
		{"null empties", `{"name":null}`, true, "", `{"name":""}`},
		{"empty empties", `{"name":""}`, true, "", `{"name":""}`},
		{"a value replaces", `{"name":"Kade"}`, true, "Kade", `{"name":"Kade"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var p patch
			if err := json.Unmarshal([]byte(c.in), &p); err != nil {
				t.Fatal(err)
			}
			if p.Name.Given() != c.given || p.Name.Or("Linden") != c.want || p.Size.Given() || p.Tags.Given() {
				t.Fatalf("%+v", p)
			}
			if out, _ := json.Marshal(p); string(out) != c.out {
				t.Fatalf("%s", out)
			}
		})
	}
	var p patch
	if err := json.Unmarshal([]byte(`{"size":"many"}`), &p); err == nil || p.Size.Given() {
		t.Fatal("a wrong type is refused and mentions nothing")
	}
	if v, ok := opt.Empty[int]().Get(); v != 0 || !ok {
		t.Fatal("empty is mentioned")
	}
	if v, ok := opt.Some(3).Get(); v != 3 || !ok {
		t.Fatal("some is mentioned")
	}
	if js, _ := json.Marshal(opt.Of[int]{}); string(js) != "null" {
		t.Fatalf("%s", js)
	}
}

func TestPut(t *testing.T) {
	t.Parallel()
	bad := fault.New(fault.Invalid, "bad", "bad")
	upper := func(s string) (string, error) {
		if s == "" {
			return "", bad
		}
		return strings.ToUpper(s), nil
	}
	place, wrong := "was", fault.Fields{}
	opt.Put(opt.Of[string]{}, &place, wrong, "a", upper)
	opt.Put(opt.Some(""), &place, wrong, "b", upper)
	if place != "was" || len(wrong) != 1 || wrong["b"] != bad {
		t.Fatalf("%q %v", place, wrong)
	}
	opt.Put(opt.Some("x"), &place, wrong, "c", upper)
	if place != "X" {
		t.Fatalf("%q", place)
	}
	opt.Put(opt.Some("raw"), &place, wrong, "d", nil)
	if place != "raw" || len(wrong) != 1 {
		t.Fatalf("%q %v", place, wrong)
	}
}

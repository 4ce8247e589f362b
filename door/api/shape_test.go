package api

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"kring/base/fault"
	"kring/domain/account"
	"kring/domain/contact"
)

func TestShape(t *testing.T) {
	t.Parallel()
	s := shapeOf(reflect.TypeFor[account.Draft]())
	for _, c := range []struct{ name, body, field, code string }{
		{"fine", `{"name":"a","size":3,"phones":[{"number":"06","preferred":true}],"own":{"x":[1,{"y":null}]},"tags":[],"owner":null}`, "", ""},
		{"space around", " \n{ \"name\" : \"a\" , \"tags\" : [ \"x\" , \"y\" ] } \t", "", ""},
		{"escapes", `{"name":"\u00e9\ud83d\ude00\"\\\/\b\f\n\r\t"}`, "", ""},
		{"unknown field", `{"name":"a","naam":"b"}`, "naam", "api.unknown_field"},
		{"another case is another field", `{"Name":"a"}`, "Name", "api.unknown_field"},
		{"unknown field inside", `{"name":"a","phones":[{"number":"06"},{"nummer":"06"}]}`, "phones.1.nummer", "api.unknown_field"},
		{"twice", `{"name":"a","name":"b"}`, "name", "api.twice"},
		{"twice by an escape", `{"name":"a","n\u0061me":"b"}`, "name", "api.twice"},
		{"twice inside own", `{"name":"a","own":{"x":1,"x":2}}`, "own.x", "api.twice"},
		{"number for text", `{"name":3}`, "name", "api.text"},
		{"text for number", `{"size":"3"}`, "size", "api.whole"},
		{"fraction", `{"size":3.5}`, "size", "api.whole"},
		{"exponent", `{"size":1e2}`, "size", "api.whole"},
		{"too large", `{"size":9223372036854775808}`, "size", "api.whole"},
		{"no number there is", `{"own":{"x":1e999}}`, "own.x", "api.number"},
		{"object for list", `{"phones":{}}`, "phones", "api.list"},
		{"text for list", `{"tags":"vip"}`, "tags", "api.list"},
		{"list for object", `{"own":[]}`, "own", "api.object"},
		{"yes for true", `{"phones":[{"number":"1","preferred":"yes"}]}`, "phones.0.preferred", "api.yes_no"},
		{"no id", `{"owner":"anna"}`, "owner", "id.bad"},
		{"number for id", `{"owner":7}`, "owner", "id.bad"},
		{"list for the whole", `[]`, "", "api.object"},
		{"null for the whole", `null`, "", "api.object"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := s.check([]byte(c.body))
			if c.code == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			f, _ := fault.From(err)
			if f == nil || f.Fields[c.field] == nil || f.Fields[c.field].Code != c.code {
				t.Fatalf("%v, want %q: %s", err, c.field, c.code)
			}
		})
	}
	for _, c := range []struct{ name, body, code string }{
		{"nothing", ``, "api.broken"}, {"half", `{"name":`, "api.broken"}, {"more", `{} {}`, "api.broken"}, {"comma", `{"name":"a",}`, "api.broken"},
		{"NaN", `{"size":NaN}`, "api.broken"}, {"Infinity", `{"size":-Infinity}`, "api.broken"}, {"leading zero", `{"size":01}`, "api.broken"},
		{"dot", `{"size":1.}`, "api.broken"}, {"plus", `{"size":+1}`, "api.broken"}, {"single quotes", `{'name':'a'}`, "api.broken"}, {"comment", `{/*a*/}`, "api.broken"},
		{"control", "{\"name\":\"a\x00b\"}", "api.broken"}, {"newline in text", "{\"name\":\"a\nb\"}", "api.broken"}, {"bad escape", `{"name":"\x41"}`, "api.broken"},
		{"half a pair", `{"name":"\ud83d"}`, "api.broken"}, {"the wrong half", `{"name":"\ude00\ud83d"}`, "api.broken"}, {"byte order mark", "\xef\xbb\xbf{}", "api.broken"},
		{"overlong", "{\"name\":\"\xc0\xaf\"}", "api.utf8"}, {"latin-1", "{\"name\":\"caf\xe9\"}", "api.utf8"}, {"surrogate as bytes", "{\"name\":\"\xed\xa0\x80\"}", "api.utf8"},
		{"deep", strings.Repeat(`{"own":`, 1) + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + "}", "api.deep"},
		{"very deep", strings.Repeat("[", 1<<20), "api.deep"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if f, _ := fault.From(s.check([]byte(c.body))); f == nil || f.Code != c.code {
				t.Fatalf("%v, want %s", f, c.code)
			}
		})
	}
	if f, _ := fault.From(s.check([]byte(`{"a":1,"b":2,"size":"x","name":[]}`))); f == nil || len(f.Fields) != 4 {
		t.Fatalf("every mistake is told at once: %v", f)
	}
	if f, _ := fault.From(s.check([]byte("{" + strings.Repeat(`"x":1,`, 1000) + `"y":1}`))); f == nil || len(f.Fields) > mostFaults {
		t.Fatal("complaints are bounded")
	}
}

// FuzzBody: a body that the shape takes can be unmarshalled into the type and
// is what JSON says it is; one that it refuses as broken is not JSON, or is
// stricter than JSON for a reason it names.
func FuzzBody(f *testing.F) {
	for _, s := range []string{
		`{"name":"De Linden","kind":"organisation"}`, `{"phones":[{"number":"06-12345678","preferred":true}],"size":12,"own":{"budget":"1000.50","x":[1,2.5e3,null]}}`,
		`{"name":"\u00e9\ud83d\ude00"}`, `{"name":"a","name":"b"}`, `{"items":[{"id":"019399a0-6f00-7000-8000-000000000001","version":3,"tags":["vip"]}]}`,
		"{\"name\":\"\xc0\xaf\"}", `[[[[[[`, `{"size":-0}`, `{"size":1e400}`, `{"owner":""}`, `{"own":{"":1}}`, `null`, `{"a":{}}`, `{"accounts":[null],"roles":null}`,
	} {
		f.Add([]byte(s))
	}
	types := []reflect.Type{
		reflect.TypeFor[account.Draft](), reflect.TypeFor[account.Patch](), reflect.TypeFor[contact.Draft](), reflect.TypeFor[contact.Patch](), reflect.TypeFor[bulkOf[accountItem]](),
	}
	var shapes []*shape
	for _, t := range types {
		shapes = append(shapes, shapeOf(t))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for i, s := range shapes {
			err := s.check(body)
			if err == nil {
				v := reflect.New(types[i]).Interface()
				d := json.NewDecoder(bytes.NewReader(body))
				d.DisallowUnknownFields()
				if err := d.Decode(v); err != nil {
					t.Fatalf("%s takes %q, JSON says %v", types[i], body, err)
				}
				continue
			}
			g, ok := fault.From(err)
			if !ok || g.Kind != fault.Invalid {
				t.Fatalf("%q: %v", body, err)
			}
			if g.Code == errBroken.Code && json.Valid(body) && !bytes.Contains(bytes.ToLower(body), []byte(`\ud`)) {
				t.Fatalf("%q is JSON", body)
			}
			if len(g.Fields) > 0 && !json.Valid(body) {
				t.Fatalf("%q is no JSON, but is told %v", body, err)
			}
		}
	})
}

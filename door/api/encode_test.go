package api

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"

	"kring/base/id"
	"kring/domain/account"
	"kring/domain/contact"
)

// fill gives every field of a value something, so that a field that the writer
// forgets is missed.
func fill(v reflect.Value, r *rand.Rand, empty bool) {
	switch {
	case v.Type().Implements(idMark):
		if !empty {
			i := id.New[id.Record]()
			for n := range 16 {
				v.Index(n).SetUint(uint64(i[n]))
			}
		}
	case v.Kind() == reflect.String:
		if !empty {
			v.SetString([]string{"De Linden", `"a\b"`, "é\u2028😀<&>\n\t\x01\x7f", "x\xffy", "", "\b\f\r/"}[r.IntN(6)] + "!")
		}
	case v.CanInt():
		if !empty {
			v.SetInt(1_700_000_000_000 + r.Int64N(1_000_000))
		}
	case v.Kind() == reflect.Bool:
		v.SetBool(!empty)
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 0, 2))
		for range map[bool]int{false: 2, true: 0}[empty] {
			one := reflect.New(v.Type().Elem()).Elem()
			fill(one, r, r.IntN(3) == 0)
			v.Set(reflect.Append(v, one))
		}
	case v.Kind() == reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		if !empty {
			for key, value := range map[string]any{"a": "x", "b": 12.0, "c": 0.5, "d": true, "e": []any{"p", "q"}, "f": nil, "g": 1e21, "h": -3.0} {
				if value == nil {
					v.SetMapIndex(reflect.ValueOf(key), reflect.Zero(v.Type().Elem()))
					continue
				}
				v.SetMapIndex(reflect.ValueOf(key), reflect.ValueOf(value))
			}
		}
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), r, empty)
		}
	default:
		panic(v.Type().String())
	}
}

// TestEncode holds what is written by hand to what encoding/json makes of the
// same struct.
func TestEncode(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	same := func(got []byte, shown any) {
		t.Helper()
		var want bytes.Buffer
		e := json.NewEncoder(&want)
		e.SetEscapeHTML(false)
		if err := e.Encode(shown); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, bytes.TrimSpace(want.Bytes())) {
			t.Fatalf("\n%s\n%s", got, want.Bytes())
		}
	}
	for n := range 200 {
		var a account.Account
		fill(reflect.ValueOf(&a).Elem(), r, n%10 == 0)
		same(putAccount(nil, a), showAccount(a))
		var c contact.Contact
		fill(reflect.ValueOf(&c).Elem(), r, n%10 == 0)
		same(putContact(nil, c), showContact(c))
	}
}

func BenchmarkEncode(b *testing.B) {
	var a account.Account
	fill(reflect.ValueOf(&a).Elem(), rand.New(rand.NewPCG(1, 2)), false)
	b.Run("hand", func(b *testing.B) {
		for b.Loop() {
			putAccount(make([]byte, 0, 2048), a)
		}
	})
	b.Run("json", func(b *testing.B) {
		for b.Loop() {
			if _, err := json.Marshal(showAccount(a)); err != nil {
				b.Fatal(err)
			}
		}
	})
}

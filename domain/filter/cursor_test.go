package filter_test

import (
	"encoding/base64"
	"errors"
	"math"
	"strings"
	"testing"

	"kring/base/fault"
	"kring/base/id"
	"kring/domain/filter"
)

func TestCursor(t *testing.T) {
	t.Parallel()
	record := id.New[id.Record]()
	q := filter.New(ask())
	for _, value := range []any{nil, "", "de linden", strings.Repeat("é", 256), int64(-5), int64(math.MaxInt64), 1.5, math.Inf(1), true, false} {
		text := q.After(value, record).Cursor.String()
		c, err := filter.ReadCursor(text, filter.Sort{Key: "name"})
		if err != nil || c.Value != value || c.ID != record {
			t.Errorf("%v: %+v %v", value, c, err)
		}
		if strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			t.Errorf("%q needs escaping", text)
		}
		if _, err := filter.ReadCursor(text, filter.Sort{Key: "name", Down: true}); !errors.Is(err, filter.ErrCursorSort) {
			t.Errorf("the other direction: %v", err)
		}
		if _, err := filter.ReadCursor(text, filter.Sort{Key: "city"}); !errors.Is(err, filter.ErrCursorSort) {
			t.Errorf("another key: %v", err)
		}
	}
	if filter.New(ask()).Cursor.String() != "" {
		t.Error("the start has no cursor")
	}
}

func TestCursorTampered(t *testing.T) {
	t.Parallel()
	sort := filter.Sort{Key: "name"}
	text := filter.New(ask()).After("linden", id.New[id.Record]()).Cursor.String()
	raw, _ := base64.RawURLEncoding.DecodeString(text)
	for i := range raw {
		bent := append([]byte(nil), raw...)
		bent[i] ^= 1
		if _, err := filter.ReadCursor(base64.RawURLEncoding.EncodeToString(bent), sort); !errors.Is(err, filter.ErrCursor) {
			t.Errorf("byte %d: %v", i, err)
		}
		if _, err := filter.ReadCursor(base64.RawURLEncoding.EncodeToString(raw[:i]), sort); !errors.Is(err, filter.ErrCursor) {
			t.Errorf("cut at %d: %v", i, err)
		}
	}
	for _, bad := range []string{"x", text + "=", text + "AAAA", " " + text, strings.Repeat("A", 3000)} {
		if _, err := filter.ReadCursor(bad, sort); !errors.Is(err, filter.ErrCursor) {
			t.Errorf("%.20q: %v", bad, err)
		}
	}
	if c := filter.New(ask()).After("x", id.Record{}).Cursor.String(); c != "" {
		t.Error("no record is no place")
	}
}

// FuzzCursor: any word is a cursor that writes itself again, or a fault.
func FuzzCursor(f *testing.F) {
	q := filter.New(ask())
	for _, v := range []any{nil, "linden", int64(7), 2.5, true} {
		f.Add(q.After(v, id.Record{1}).Cursor.String())
	}
	f.Add("")
	f.Add("AQAEbmFtZQ")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := filter.ReadCursor(text, filter.Sort{Key: "name"})
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Fatal(err)
			}
			return
		}
		if c.String() != text {
			t.Fatalf("%q writes itself %q", text, c.String())
		}
	})
}

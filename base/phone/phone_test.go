package phone_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"

	"kring/base/fault"
	"kring/base/phone"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typed, region, e164, ext string
		err                      error
	}{
		// Dutch habits: one mobile, one landline, written in every way.
		{"06-12345678", "", "+31612345678", "", nil},
		{"06 12 34 56 78", "NL", "+31612345678", "", nil},
		{"0612345678", "NL", "+31612345678", "", nil},
		{"+31612345678", "DE", "+31612345678", "", nil},
		{"+31 (0)6 12345678", "NL", "+31612345678", "", nil},
		{"+31(0)6-1234 5678", "NL", "+31612345678", "", nil},
		{"0031 6 12345678", "NL", "+31612345678", "", nil},
		{"31612345678", "NL", "+31612345678", "", nil},
		{"(038) 421 21 21", "NL", "+31384212121", "", nil},
		{"038 – 421.21.21", "NL", "+31384212121", "", nil},
		{"tel: 038-4212121", "NL", "+31384212121", "", nil},
		{"T. 038-4212121", "NL", "+31384212121", "", nil},
		{"tel:+31384212121", "NL", "+31384212121", "", nil},
		{"\u00a0038-4212121\t", "NL", "+31384212121", "", nil},
		{"14 038", "NL", "+3114038", "", nil}, // the municipality of Zwolle
		{"088 123 45 67", "NL", "+31881234567", "", nil},
		{"0900-8844", "NL", "+319008844", "", nil}, // the police
		{"0800-1351", "NL", "+318001351", "", nil},
		// Extensions.
		{"038-4212121 tst. 14", "NL", "+31384212121", "14", nil},
		{"038-4212121 toestel 214", "NL", "+31384212121", "214", nil},
		{"038-4212121 ext 7", "NL", "+31384212121", "7", nil},
		{"+31384212121;ext=7", "NL", "+31384212121", "7", nil},
		{"0384212121x12", "NL", "+31384212121", "12", nil},
		{"0384212121#12", "NL", "+31384212121", "12", nil},
		// Abroad.
		{"030 901820", "DE", "+4930901820", "", nil},
		{"+32 2 555 12 12", "NL", "+3225551212", "", nil},
		{"0044 20 7946 0958", "NL", "+442079460958", "", nil},
		{"+39 06 6982", "NL", "+39066982", "", nil},
		// Letters are digits in information numbers only.
		{"0900-TAXIS", "NL", "+3190082947", "", nil},
		{"06-1234567O", "NL", "", "", phone.ErrLetters},
		{"06-1234kat8", "NL", "", "", phone.ErrLetters},
		{"bel Jan 0612345678", "NL", "", "", phone.ErrLetters},
		{"٠٦١٢٣٤٥٦٧٨", "NL", "", "", phone.ErrLetters},
		// Refusals.
		{"", "NL", "", "", phone.ErrEmpty},
		{"   ", "NL", "", "", phone.ErrEmpty},
		{"-", "NL", "", "", phone.ErrInvalid},
		{"6", "NL", "", "", phone.ErrShort},
		{"06-1234567", "NL", "", "", phone.ErrShort},
		{"06-123456789", "NL", "", "", phone.ErrLong},
		{"112", "NL", "", "", phone.ErrShort},
		{"+999 12345678", "NL", "", "", phone.ErrCountry},
		{"+3161234", "NL", "", "", phone.ErrShort},
		{strings.Repeat("1", 61), "NL", "", "", phone.ErrLong},
		{strings.Repeat("1", 40), "NL", "", "", phone.ErrLong},
		{"06<script>", "NL", "", "", phone.ErrLetters},
		{"06;12345678", "NL", "", "", phone.ErrInvalid},
		{"+31 1234 56789", "NL", "", "", phone.ErrInvalid},
	} {
		t.Run(c.typed, func(t *testing.T) {
			t.Parallel()
			got, err := phone.Parse(c.typed, c.region)
			if got.E164 != c.e164 || got.Ext != c.ext || !errors.Is(err, c.err) {
				t.Fatalf("got %+v %v, want %q %q %v", got, err, c.e164, c.ext, c.err)
			}
		})
	}
}

func TestShow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ e164, region, want string }{
		{"+31612345678", "", "06 12345678"},
		{"+31384212121", "NL", "038 421 2121"},
		{"+31384212121", "BE", "+31 38 421 2121"},
		{"+4930901820", "NL", "+49 30 901820"},
		{"not a number", "NL", "not a number"},
		{"", "NL", ""},
	} {
		if got := phone.Show(c.e164, c.region); got != c.want {
			t.Errorf("%s in %s: %q, want %q", c.e164, c.region, got, c.want)
		}
	}
}

// TestDutchGroups: our own grouping of Dutch numbers is the library's.
func TestDutchGroups(t *testing.T) {
	t.Parallel()
	compared := 0
	for prefix := range 1000 {
		e164 := fmt.Sprintf("+31%03d234567", prefix)
		n, err := phonenumbers.Parse(e164, "NL")
		if err != nil || !phonenumbers.IsValidNumber(n) {
			continue
		}
		compared++
		if got, want := phone.Show(e164, "NL"), phonenumbers.Format(n, phonenumbers.NATIONAL); got != want {
			t.Errorf("%s: %s, want %s", e164, got, want)
		}
		if got, want := phone.Show(e164, "BE"), phonenumbers.Format(n, phonenumbers.INTERNATIONAL); got != want {
			t.Errorf("%s: %s, want %s", e164, got, want)
		}
		if got, want := phone.Fragments(e164)[1], "0"+phonenumbers.GetNationalSignificantNumber(n); got != want {
			t.Errorf("%s: %s, want %s", e164, got, want)
		}
	}
	if compared < 300 {
		t.Errorf("only %d numbers were compared", compared)
	}
}

func TestFragments(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		e164 string
		want []string
	}{
		{"+31612345678", []string{"31612345678", "0612345678"}},
		{"+3114038", []string{"3114038", "014038"}},
		{"+12125550123", []string{"12125550123", "2125550123"}},
		{"+39066982", []string{"39066982", "066982"}},
		{"", nil},
	} {
		if got := phone.Fragments(c.e164); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.e164, got, c.want)
		}
	}
	// What people type while searching is found among the fragments.
	for _, typed := range []string{"0612", "06-12 34", "+31 6 12", "0031612", "+31 (0)6 1234", "345678", "612 34"} {
		q := phone.Query(typed)
		if !slices.ContainsFunc(phone.Fragments("+31612345678"), func(f string) bool { return q != "" && strings.Contains(f, q) }) {
			t.Errorf("%q (%q) does not find the number", typed, q)
		}
	}
	for _, typed := range []string{"", "7", "Kerkstraat 12", "linden", "+"} {
		if q := phone.Query(typed); q != "" {
			t.Errorf("%q is no number but gave %q", typed, q)
		}
	}
}

// FuzzNormalise: whatever is typed, there is a number that reads back as
// itself, or a fault.
func FuzzNormalise(f *testing.F) {
	for _, s := range []string{"06-12345678", "0031 6 12345678", "+31 (0)6 12345678", "038-4212121 tst. 14", "0900-TAXIS", "+1 800 FLOWERS", "tel:+31-38-4212121;ext=1", "\x00\xff", "+", "00"} {
		f.Add(s, "NL")
	}
	f.Add("030 901820", "DE")
	f.Add("1", "XX")
	f.Fuzz(func(t *testing.T, typed, region string) {
		n, err := phone.Parse(typed, region)
		if err != nil {
			if _, ok := fault.From(err); !ok {
				t.Fatalf("%q: %v is no fault", typed, err)
			}
			if n != (phone.Number{}) {
				t.Fatalf("%q: refused, yet %+v", typed, n)
			}
			return
		}
		again, err := phone.Normalise(n.E164, region)
		if err != nil || again != n.E164 {
			t.Fatalf("%q: %s reads back as %q, %v", typed, n.E164, again, err)
		}
		if len(n.E164) > 20 || n.E164[0] != '+' || len(n.Ext) > 6 {
			t.Fatalf("%q: %+v", typed, n)
		}
		shown, err := phone.Normalise(phone.Show(n.E164, "ZZ"), "NL")
		if err != nil || shown != n.E164 {
			t.Fatalf("%q: shown as %q, which reads as %q, %v", typed, phone.Show(n.E164, "ZZ"), shown, err)
		}
		if len(phone.Fragments(n.E164)) == 0 {
			t.Fatalf("%q cannot be found", n.E164)
		}
	})
}

func BenchmarkShow(b *testing.B) {
	for b.Loop() {
		phone.Show("+31384212121", "NL")
	}
}

func BenchmarkFragments(b *testing.B) {
	for b.Loop() {
		phone.Fragments("+31384212121")
	}
}

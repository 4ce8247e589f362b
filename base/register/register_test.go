package register_test

import (
	"errors"
	"testing"

	"kring/base/fault"
	"kring/base/register"
)

func TestNumbers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		read func(string) (string, error)
		in   string
		want string
		err  error
	}{
		{"kvk", register.KvK, " 12345678 ", "12345678", nil},
		{"kvk with word", register.KvK, "KvK: 1234.5678", "12345678", nil},
		{"kvk with a leading zero", register.KvK, "01234567", "01234567", nil},
		{"kvk empty", register.KvK, " ", "", nil},
		{"kvk short", register.KvK, "1234567", "", register.ErrKvK},
		{"kvk long", register.KvK, "123456789", "", register.ErrKvK},
		{"kvk zeros", register.KvK, "00000000", "", register.ErrKvK},
		{"kvk letters", register.KvK, "1234567a", "", register.ErrKvK},
		{"kvk Arabic digits", register.KvK, "١٢٣٤٥٦٧٨", "", register.ErrKvK},
		{"branch", register.Branch, "0000 1234 5678", "000012345678", nil},
		{"branch empty", register.Branch, "", "", nil},
		{"branch short", register.Branch, "12345678", "", register.ErrBranch},
		{"sbi two", register.SBI, "62", "62", nil},
		{"sbi three", register.SBI, "62.0", "620", nil},
		{"sbi four", register.SBI, "62.01", "6201", nil},
		{"sbi four plain", register.SBI, "6201", "6201", nil},
		{"sbi five", register.SBI, "01.11.1", "01111", nil},
		{"sbi five plain", register.SBI, "47911", "47911", nil},
		{"sbi five, one dot", register.SBI, "47.911", "47911", nil},
		{"sbi empty", register.SBI, "", "", nil},
		{"sbi one", register.SBI, "6", "", register.ErrSBI},
		{"sbi six", register.SBI, "620101", "", register.ErrSBI},
		{"sbi letters", register.SBI, "A", "", register.ErrSBI},
		{"sbi dot at the end", register.SBI, "62.", "", register.ErrSBI},
		{"sbi 00", register.SBI, "0011", "", register.ErrSBI},
		{"vat of a person", register.VAT, "NL000099998B57", "NL000099998B57", nil},
		{"vat of an entity", register.VAT, "nl 0044.95.445.B01", "NL004495445B01", nil},
		{"vat, both checks", register.VAT, "NL123456782B90", "NL123456782B90", nil},
		{"vat, a digit wrong", register.VAT, "NL000099997B57", "", register.ErrVATCheck},
		{"vat, zeros", register.VAT, "NL000000000B01", "", register.ErrVATCheck},
		{"vat, B00", register.VAT, "NL004495445B00", "", register.ErrVATCheck},
		{"vat, form", register.VAT, "NL12345678B01", "", register.ErrVAT},
		{"vat, no country", register.VAT, "004495445B01", "", register.ErrVATCountry},
		{"vat, unknown country", register.VAT, "US123456789", "", register.ErrVATCountry},
		{"vat, too short", register.VAT, "NL", "", register.ErrVAT},
		{"vat, empty", register.VAT, " - ", "", nil},
		{"vat, long", register.VAT, "NL004495445B01004495445", "", register.ErrVAT},
		{"vat, Belgium", register.VAT, "BE 0123.456.789", "BE0123456789", nil},
		{"vat, Germany", register.VAT, "DE123456789", "DE123456789", nil},
		{"vat, Germany short", register.VAT, "DE12345678", "", register.ErrVAT},
		{"vat, Greece by its other name", register.VAT, "GR123456789", "EL123456789", nil},
		{"vat, Switzerland", register.VAT, "CHE-123.456.789 MWST", "CHE123456789MWST", nil},
		{"vat, Northern Ireland", register.VAT, "XI123456789", "XI123456789", nil},
		{"vat, Ireland", register.VAT, "IE1234567FA", "IE1234567FA", nil},
		{"vat, Spain", register.VAT, "ESX1234567L", "ESX1234567L", nil},
		{"vat, France", register.VAT, "FR 40 303265045", "FR40303265045", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := c.read(c.in)
			if got != c.want || !errors.Is(err, c.err) {
				t.Fatalf("%q: %q, %v", c.in, got, err)
			}
			if again, err := c.read(got); again != got || err != nil {
				t.Fatalf("%q becomes %q, %v", got, again, err)
			}
		})
	}
}

func TestShowSBI(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"": "", "62": "62", "620": "62.0", "6201": "62.01", "47911": "47.91.1"} {
		if got := register.ShowSBI(in); got != want {
			t.Errorf("%s: %s", in, got)
		}
		if back, err := register.SBI(register.ShowSBI(in)); back != in || err != nil {
			t.Errorf("%s reads back as %s, %v", in, back, err)
		}
	}
}

// The citizen numbers here are the ones the government gives out for tests.
func TestBSN(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in    string
		found []string
	}{
		{"BSN 111222333", []string{"111222333"}},
		{"bsn: 1112.22.333.", []string{"1112.22.333"}},
		{"999 990 019 en 123456782", []string{"999 990 019 en 123456782"[:11], "123456782"}},
		{"123456789", nil}, // fails the test
		{"000000000", nil},
		{"bel 0612345678", nil}, // ten digits
		{"+111222333", nil},     // a phone number
		{"NL111222333B01", nil}, // a VAT id
		{"order A111222333, factuur 1112223334", nil},
		{"KvK 12345678", nil},
		{"", nil},
		{"café111222333", nil},
	} {
		var got []string
		for _, s := range register.BSN(c.in) {
			got = append(got, c.in[s.From:s.To])
		}
		if len(got) != len(c.found) {
			t.Errorf("%q: %q", c.in, got)
			continue
		}
		for i := range got {
			if got[i] != c.found[i] {
				t.Errorf("%q: %q", c.in, got)
			}
		}
	}
}

// FuzzRegister: what is accepted reads back as itself.
func FuzzRegister(f *testing.F) {
	for _, s := range []string{"12345678", "NL000099998B57", "CHE-123.456.789 MWST", "62.01", "GR123456789", "\xff\x00", "İ", "ß", "1112.22.333"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		for _, read := range []func(string) (string, error){register.KvK, register.Branch, register.SBI, register.VAT} {
			got, err := read(in)
			if err != nil {
				if _, ok := fault.From(err); !ok || got != "" {
					t.Fatalf("%q: %q, %v", in, got, err)
				}
				continue
			}
			if again, err := read(got); err != nil || again != got {
				t.Fatalf("%q: %q becomes %q, %v", in, got, again, err)
			}
		}
		for _, s := range register.BSN(in) {
			if s.From < 0 || s.To > len(in) || s.From >= s.To {
				t.Fatal(s)
			}
		}
	})
}

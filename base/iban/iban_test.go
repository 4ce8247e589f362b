package iban_test

import (
	"testing"

	"kring/base/iban"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"nl91 abna 0417 1643 00": "NL91ABNA0417164300", "": "", "GB82 WEST 1234 5698 7654 32": "GB82WEST12345698765432", "BE68.5390.0754.7034": "BE68539007547034",
	} {
		if got, err := iban.Parse(typed); err != nil || got != want {
			t.Errorf("%q: %q %v", typed, got, err)
		}
	}
	for _, typed := range []string{"NL91ABNA0417164301", "NL91ABNA041716430", "ABNA0417164300", "NL91 ABNA 0417 1643 000", "12"} {
		if got, err := iban.Parse(typed); err == nil {
			t.Errorf("%q is %q", typed, got)
		}
	}
}

func TestReference(t *testing.T) {
	t.Parallel()
	if got := iban.Reference("539007547034"); got != "RF18539007547034" { // the standard's example
		t.Error(got)
	}
	for _, of := range []string{"2026-0001", "2026-10000", "A"} {
		if r := iban.Reference(of); !iban.IsReference(r) {
			t.Errorf("%s: %s", of, r)
		}
	}
	for _, bad := range []string{"RF19539007547034", "RF18", "", "XX18539007547034"} {
		if iban.IsReference(bad) {
			t.Error(bad)
		}
	}
	if iban.Reference("1234567890123456789012") != "" || iban.Reference("--") != "" {
		t.Error("a reference of nothing, or of too much")
	}
	if iban.Show("NL91ABNA0417164300") != "NL91 ABNA 0417 1643 00" {
		t.Error(iban.Show("NL91ABNA0417164300"))
	}
}

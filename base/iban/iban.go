// Package iban checks account numbers (ISO 13616) and makes payment references
// that a bank carries along and a typing error breaks (ISO 11649, "RF").
package iban

import (
	"strings"

	"kring/base/fault"
)

// Err says that an account number is not right.
var Err = fault.New(fault.Invalid, "iban.bad", "this is no IBAN: a letter or digit is missing, too many or wrong")

// lengths of account numbers by country, of the countries in SEPA.
var lengths = map[string]int{
	"AD": 24, "AL": 28, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GI": 23, "GR": 27,
	"HR": 21, "HU": 28, "IE": 22, "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MT": 31, "NL": 18, "NO": 15, "PL": 28,
	"PT": 25, "RO": 24, "RS": 22, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "VA": 22,
}

// Parse is the one form of an account number, "NL91ABNA0417164300"; empty stays
// empty.
func Parse(typed string) (string, error) {
	s := tidy(typed)
	if s == "" {
		return "", nil
	}
	if len(s) < 15 || len(s) > 34 || !letters(s[:2]) || mod97(s[4:]+s[:4]) != 1 {
		return "", Err
	}
	if n, known := lengths[s[:2]]; known && n != len(s) {
		return "", Err
	}
	return s, nil
}

// Show writes an account number in groups of four.
func Show(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i += 4 {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(s[i:min(i+4, len(s))])
	}
	return b.String()
}

// Reference makes a payment reference of letters and digits, at most 21 of them:
// "RF" and two check digits before it. Other signs are left out.
func Reference(of string) string {
	s := tidy(of)
	if s == "" || len(s) > 21 {
		return ""
	}
	check := 98 - mod97(s+"RF00")
	return "RF" + string(rune('0'+check/10)) + string(rune('0'+check%10)) + s
}

// IsReference says whether a text is a payment reference whose check comes out.
func IsReference(typed string) bool {
	s := tidy(typed)
	return len(s) > 4 && len(s) <= 25 && s[:2] == "RF" && mod97(s[4:]+s[:4]) == 1
}

// Tidy keeps capitals and digits.
func Tidy(typed string) string { return tidy(typed) }

func tidy(typed string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9', r >= 'A' && r <= 'Z':
			return r
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		}
		return -1
	}, typed)
}

func letters(s string) bool {
	for i := range len(s) {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return true
}

// mod97 of the number that letters and digits make: A is 10, Z is 35.
func mod97(s string) (rest int) {
	for i := range len(s) {
		if c := s[i]; c >= 'A' {
			rest = (rest*100 + int(c-'A') + 10) % 97
		} else {
			rest = (rest*10 + int(c-'0')) % 97
		}
	}
	return rest
}

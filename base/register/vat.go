package register

import (
	"regexp"
	"strings"
)

// vat has the form of each country's VAT id after the two letters: the members
// of the Union (EL is Greece, XI is Northern Ireland) and the neighbours that
// put a country in front.
var vat = map[string]*regexp.Regexp{
	"AT": regexp.MustCompile(`^U[0-9]{8}$`),
	"BE": regexp.MustCompile(`^[01][0-9]{9}$`),
	"BG": regexp.MustCompile(`^[0-9]{9,10}$`),
	"CH": regexp.MustCompile(`^E[0-9]{9}(?:MWST|TVA|IVA)?$`),
	"CY": regexp.MustCompile(`^[0-9]{8}[A-Z]$`),
	"CZ": regexp.MustCompile(`^[0-9]{8,10}$`),
	"DE": regexp.MustCompile(`^[1-9][0-9]{8}$`),
	"DK": regexp.MustCompile(`^[0-9]{8}$`),
	"EE": regexp.MustCompile(`^[0-9]{9}$`),
	"EL": regexp.MustCompile(`^[0-9]{9}$`),
	"ES": regexp.MustCompile(`^(?:[A-Z][0-9]{7}[A-Z0-9]|[0-9]{8}[A-Z])$`),
	"FI": regexp.MustCompile(`^[0-9]{8}$`),
	"FR": regexp.MustCompile(`^[A-HJ-NP-Z0-9]{2}[0-9]{9}$`),
	"GB": regexp.MustCompile(`^(?:[0-9]{9}|[0-9]{12}|GD[0-4][0-9]{2}|HA[5-9][0-9]{2})$`),
	"HR": regexp.MustCompile(`^[0-9]{11}$`),
	"HU": regexp.MustCompile(`^[0-9]{8}$`),
	"IE": regexp.MustCompile(`^(?:[0-9]{7}[A-W][A-I]?|[0-9][A-Z+*][0-9]{5}[A-W])$`),
	"IT": regexp.MustCompile(`^[0-9]{11}$`),
	"LT": regexp.MustCompile(`^(?:[0-9]{9}|[0-9]{12})$`),
	"LU": regexp.MustCompile(`^[0-9]{8}$`),
	"LV": regexp.MustCompile(`^[0-9]{11}$`),
	"MT": regexp.MustCompile(`^[0-9]{8}$`),
	"NL": regexp.MustCompile(`^[0-9]{9}B[0-9]{2}$`),
	"NO": regexp.MustCompile(`^[0-9]{9}(?:MVA)?$`),
	"PL": regexp.MustCompile(`^[0-9]{10}$`),
	"PT": regexp.MustCompile(`^[0-9]{9}$`),
	"RO": regexp.MustCompile(`^[1-9][0-9]{1,9}$`),
	"SE": regexp.MustCompile(`^[0-9]{12}$`),
	"SI": regexp.MustCompile(`^[0-9]{8}$`),
	"SK": regexp.MustCompile(`^[0-9]{10}$`),
	"XI": regexp.MustCompile(`^(?:[0-9]{9}|[0-9]{12}|GD[0-4][0-9]{2}|HA[5-9][0-9]{2})$`),
}

// VAT is the one form of a VAT id: country, then the number without signs. The
// form is checked for each country; a Dutch one must also pass its check, the
// one of 2020 (mod 97, people) or the older 11-test (legal entities).
func VAT(typed string) (string, error) {
	s := strings.ToUpper(signs.Replace(typed))
	if s == "" {
		return "", nil
	}
	if strings.HasPrefix(s, "GR") {
		s = "EL" + s[2:]
	}
	if len(s) < 4 || len(s) > 20 {
		return "", ErrVAT
	}
	form, known := vat[s[:2]]
	switch {
	case !known:
		return "", ErrVATCountry
	case !form.MatchString(s[2:]):
		return "", ErrVAT
	case s[:2] == "NL" && !dutch(s):
		return "", ErrVATCheck
	}
	return s, nil
}

func dutch(s string) bool {
	if s[12:] == "00" || nothing.MatchString(s[2:11]) {
		return false
	}
	return elevenTest(s[2:11]) || mod97(s) == 1
}

// mod97 reads letters as two digits (A is 10), as ISO 7064 does.
func mod97(s string) int {
	n := 0
	for _, r := range s {
		if r >= 'A' {
			n = (n*100 + int(r-'A') + 10) % 97
		} else {
			n = (n*10 + int(r-'0')) % 97
		}
	}
	return n
}

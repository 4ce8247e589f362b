// Package phone reads phone numbers as people type them, Dutch habits first,
// and keeps them as E.164 (+31612345678).
package phone

import (
	"errors"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"

	"kring/base/fault"
)

// Home is the region of a number without country code when none is named.
const Home = "NL"

// MaxTyped is how many characters of a typed number are considered at all.
const MaxTyped = 60

// What can be wrong with a typed number.
var (
	ErrEmpty   = fault.New(fault.Invalid, "phone.empty", "there is no phone number here")
	ErrLetters = fault.New(fault.Invalid, "phone.letters", "a phone number has digits, not letters")
	ErrShort   = fault.New(fault.Invalid, "phone.short", "this phone number misses digits")
	ErrLong    = fault.New(fault.Invalid, "phone.long", "this phone number has too many digits")
	ErrCountry = fault.New(fault.Invalid, "phone.country", "no country has this code")
	ErrInvalid = fault.New(fault.Invalid, "phone.invalid", "this is not a phone number that can exist")
)

// Number is a number in its one form. Ext is dialled after the connection.
type Number struct {
	E164 string
	Ext  string
}

// Normalise is Parse without the extension.
func Normalise(typed, region string) (e164 string, err error) {
	n, err := Parse(typed, region)
	return n.E164, err
}

// Parse reads a typed number; region (ISO 3166, empty is Home) is the country
// of a number that names none. 06-12345678, 0031 6 12345678 and +31 (0)6
// 12345678 are one number; "038-4212121 tst. 14" has an extension. Letters are
// read only in information numbers (0900-TAXI…, 0800, 1-800), since elsewhere
// they are typing errors that must not be dropped silently.
func Parse(typed, region string) (Number, error) {
	if region == "" {
		region = Home
	}
	s := strings.TrimSpace(typed)
	if s == "" {
		return Number{}, ErrEmpty
	}
	if utf8.RuneCountInString(s) > MaxTyped {
		return Number{}, ErrLong
	}
	s = lead.ReplaceAllString(s, "")
	var ext string
	if m := tail.FindStringSubmatchIndex(s); m != nil {
		s, ext = s[:m[0]], s[m[2]:m[3]]
	}
	if alien.MatchString(s) && !vanity.MatchString(s) {
		if strings.ContainsFunc(s, letter) {
			return Number{}, ErrLetters
		}
		return Number{}, ErrInvalid
	}
	n, err := phonenumbers.Parse(s, region)
	if err != nil {
		return Number{}, refusal(s, err)
	}
	n.Extension = nil
	e164 := phonenumbers.Format(n, phonenumbers.E164)
	if !phonenumbers.IsValidNumber(n) {
		if err := judge(n); err != nil {
			return Number{}, err
		}
		// A number whose first zero would be lost on the next reading is none.
		if back, err := phonenumbers.Parse(e164, region); err != nil || phonenumbers.Format(back, phonenumbers.E164) != e164 {
			return Number{}, ErrInvalid
		}
	}
	return Number{E164: e164, Ext: ext}, nil
}

var (
	lead = regexp.MustCompile(`(?i)^(?:tel|telefoon|phone|mobiel|mob|gsm|t|m)(?:\s*[.:]\s*|\s+)`)
	tail = regexp.MustCompile(`(?i)[\s,;]*(?:;ext=|\bext(?:ension)?\b|\btst\b|\btoestel\b|x|#)\s*[.:]?\s*([0-9]{1,6})$`)
	// alien is anything but digits and the signs people put between them.
	alien  = regexp.MustCompile(`[^0-9+()\[\]./\- \x{00a0}\x{2009}\x{200b}\x{202f}\x{2010}-\x{2015}\x{2212}]`)
	vanity = regexp.MustCompile(`^(?:0[89]0[0-9]|(?:\+|00)?1[- ]?8[0-9]{2}|\+31[- ]?(?:\(0\))?[89]00)[- ]?[0-9A-Za-z][0-9A-Za-z -]{2,10}$`)
)

func letter(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 127
}

// judge asks whether a number that is not in the plan can exist. The Dutch plan
// is known to the digit; abroad a number of a possible length passes, since
// plans move.
func judge(n *phonenumbers.PhoneNumber) error {
	switch phonenumbers.IsPossibleNumberWithReason(n) {
	case phonenumbers.TOO_LONG:
		return ErrLong
	case phonenumbers.TOO_SHORT, phonenumbers.IS_POSSIBLE_LOCAL_ONLY:
		return ErrShort
	case phonenumbers.INVALID_COUNTRY_CODE:
		return ErrCountry
	case phonenumbers.IS_POSSIBLE:
		if n.GetCountryCode() != 31 {
			return nil
		}
		if digits := len(phonenumbers.GetNationalSignificantNumber(n)); digits < 9 {
			return ErrShort
		} else if digits > 9 {
			return ErrLong
		}
	}
	return ErrInvalid
}

// refusal says what the reader meant in words of ours.
func refusal(s string, err error) error {
	switch {
	case errors.Is(err, phonenumbers.ErrInvalidCountryCode):
		return ErrCountry
	case errors.Is(err, phonenumbers.ErrTooShortNSN), errors.Is(err, phonenumbers.ErrTooShortAfterIDD):
		return ErrShort
	case errors.Is(err, phonenumbers.ErrNumTooLong):
		return ErrLong
	case len(Digits(s)) > 0 && len(Digits(s)) < 3:
		return ErrShort
	}
	return ErrInvalid
}

// Show writes a kept number for a reader in a region: nationally at home
// (06 12345678), internationally elsewhere (+49 30 123456). What cannot be
// read is shown as it is.
func Show(e164, region string) string {
	if region == "" {
		region = Home
	}
	if groups, ok := dutch(e164); ok && region == Home {
		return "0" + groups
	} else if ok {
		return "+31 " + groups
	}
	n, err := phonenumbers.Parse(e164, region)
	if err != nil || !strings.HasPrefix(e164, "+") {
		return e164
	}
	if int(n.GetCountryCode()) == phonenumbers.GetCountryCodeForRegion(region) {
		return phonenumbers.Format(n, phonenumbers.NATIONAL)
	}
	return phonenumbers.Format(n, phonenumbers.INTERNATIONAL)
}

// dutch writes the nine digits of an ordinary Dutch number in their groups. The
// library does the same thirty times slower, and lists show fifty of them.
func dutch(e164 string) (groups string, ok bool) {
	d, ok := strings.CutPrefix(e164, "+31")
	if !ok || len(d) != 9 || Digits(d) != d {
		return "", false
	}
	switch {
	case d[0] == '6' && strings.ContainsRune("123458", rune(d[1])):
		return d[:1] + " " + d[1:], true
	case strings.Contains("10 13 15 20 23 24 26 30 33 35 36 38 40 43 45 46 50 53 55 58 70 71 72 73 74 75 76 77 78 79 85 88", d[:2]):
		return d[:2] + " " + d[2:5] + " " + d[5:], true
	case d[0] >= '1' && d[0] <= '5' && d[1] != '0':
		return d[:3] + " " + d[3:6] + " " + d[6:], true
	}
	return "", false
}

// Digits are the ASCII digits of a text.
func Digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// Fragments are the digit strings by which a kept number can be found: the
// international one (31612345678) and the national one (0612345678).
func Fragments(e164 string) []string {
	international := Digits(e164)
	if international == "" {
		return nil
	}
	found := []string{international}
	if _, ok := dutch(e164); ok {
		return append(found, "0"+international[2:])
	}
	n, err := phonenumbers.Parse(e164, Home)
	if err != nil || !strings.HasPrefix(e164, "+") {
		return found
	}
	national := phonenumbers.GetNationalSignificantNumber(n)
	if trunk := phonenumbers.GetNddPrefixForRegion(phonenumbers.GetRegionCodeForCountryCode(int(n.GetCountryCode())), true); trunk == "0" {
		national = "0" + national
	}
	if national != international {
		found = append(found, national)
	}
	return found
}

// Query is what to look for among Fragments when somebody types part of a
// number: its digits, without the 00 of an international call or the (0).
// It is empty when the text has letters or under two digits, so that a street
// with a house number is no phone number.
func Query(typed string) string {
	if alien.MatchString(strings.TrimSpace(typed)) {
		return ""
	}
	plus := strings.HasPrefix(strings.TrimSpace(typed), "+")
	d := Digits(typed)
	if rest, ok := strings.CutPrefix(d, "00"); ok && !plus {
		d, plus = rest, true
	}
	if plus && strings.Contains(typed, "(0)") {
		if at := strings.Index(d, "0"); at > 0 && at <= 3 {
			d = d[:at] + d[at+1:]
		}
	}
	if len(d) < 2 {
		return ""
	}
	return d
}

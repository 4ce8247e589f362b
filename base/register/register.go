// Package register knows the forms of numbers that public registers give out:
// trade register, VAT, branch code; and recognises a citizen number, which
// Kring must not keep. An empty text stays empty: whether a number is needed
// is not decided here.
package register

import (
	"regexp"
	"strings"

	"kring/base/fault"
)

// What can be wrong with a register number.
var (
	ErrKvK        = fault.New(fault.Invalid, "register.kvk", "a KvK number has eight digits")
	ErrBranch     = fault.New(fault.Invalid, "register.branch", "a branch number (vestigingsnummer) has twelve digits")
	ErrVAT        = fault.New(fault.Invalid, "register.vat", "this is no VAT id of this country")
	ErrVATCheck   = fault.New(fault.Invalid, "register.vat_check", "a digit of this VAT id is wrong: its check does not come out")
	ErrVATCountry = fault.New(fault.Invalid, "register.vat_country", "a VAT id begins with its country, such as NL")
	ErrSBI        = fault.New(fault.Invalid, "register.sbi", "an SBI code has two to five digits")
)

var (
	eight   = regexp.MustCompile(`^[0-9]{8}$`)
	twelve  = regexp.MustCompile(`^[0-9]{12}$`)
	sbi     = regexp.MustCompile(`^([0-9]{2})\.?([0-9]{1,2})?\.?([0-9])?$`)
	nothing = regexp.MustCompile(`^0*$`)
)

// digits drops what people put between digits, and a word in front.
func digits(typed, word string) string {
	s := strings.ToUpper(strings.TrimSpace(typed))
	s = strings.TrimLeft(strings.TrimPrefix(s, word), " :.")
	return signs.Replace(s)
}

var signs = strings.NewReplacer(" ", "", ".", "", "-", "", "\u00a0", "", "/", "")

// KvK is the one form of a Dutch trade register number: eight digits. There is
// no check digit to test.
func KvK(typed string) (string, error) {
	if strings.TrimSpace(typed) == "" {
		return "", nil
	}
	s := digits(typed, "KVK")
	if !eight.MatchString(s) || nothing.MatchString(s) {
		return "", ErrKvK
	}
	return s, nil
}

// Branch is the one form of a vestigingsnummer: twelve digits.
func Branch(typed string) (string, error) {
	if strings.TrimSpace(typed) == "" {
		return "", nil
	}
	s := digits(typed, "")
	if !twelve.MatchString(s) || nothing.MatchString(s) {
		return "", ErrBranch
	}
	return s, nil
}

// SBI is the one form of a branch code of Statistics Netherlands (SBI 2008 and
// 2025): two to five digits without dots, 62.01 as 6201.
func SBI(typed string) (string, error) {
	s := strings.ReplaceAll(strings.TrimSpace(typed), " ", "")
	if s == "" {
		return "", nil
	}
	m := sbi.FindStringSubmatch(s)
	if m == nil || m[1] == "00" || strings.HasSuffix(s, ".") || strings.Contains(s, "..") || m[3] != "" && len(m[2]) != 2 {
		return "", ErrSBI
	}
	return m[1] + m[2] + m[3], nil
}

// ShowSBI writes a kept branch code with its dots: 62.01.2.
func ShowSBI(code string) string {
	switch {
	case len(code) > 4:
		return code[:2] + "." + code[2:4] + "." + code[4:]
	case len(code) > 2:
		return code[:2] + "." + code[2:]
	}
	return code
}

// citizen finds nine digits that stand alone, together or in the groups in
// which people write a citizen number.
var citizen = regexp.MustCompile(`[0-9](?:[ .\-]?[0-9])*`)

// Span is a piece of a text, in bytes.
type Span struct{ From, To int }

// BSN finds what could be Dutch citizen numbers (burgerservicenummer): nine
// digits standing alone that pass the 11-test. Keeping one is forbidden (P-09,
// UAVG 46), so the author is warned; one in eleven of such digits passes by
// chance, so it is a warning and no refusal.
func BSN(text string) []Span {
	var found []Span
	for _, m := range citizen.FindAllStringIndex(text, -1) {
		d := digits(text[m[0]:m[1]], "")
		if len(d) == 9 && !nothing.MatchString(d) && !joined(text, m) && elevenTest(d) {
			found = append(found, Span{m[0], m[1]})
		}
	}
	return found
}

// joined: the digits are part of a longer word or of an amount or number with
// a plus.
func joined(text string, m []int) bool {
	before, after := text[:m[0]], text[m[1]:]
	return before != "" && (wordly(before[len(before)-1]) || strings.HasSuffix(before, "+")) || after != "" && wordly(after[0])
}

func wordly(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80
}

// elevenTest is the elfproef of citizen and fiscal numbers: 9a+8b+…+2h−i is a
// multiple of eleven.
func elevenTest(nine string) bool {
	sum := -int(nine[8] - '0')
	for i := range 8 {
		sum += (9 - i) * int(nine[i]-'0')
	}
	return sum%11 == 0
}

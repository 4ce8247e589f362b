// Package decimal reads numbers and amounts as people type them, with a comma
// or a point before the decimals.
package decimal

import (
	"math"
	"strconv"
	"strings"

	"kring/base/fault"
)

// Style is the reader's habit; it decides what 1.234 means.
type Style bool

// The two habits.
const (
	Comma Style = false // Dutch: 1.234 is more than a thousand
	Point Style = true  // English: 1,234 is more than a thousand
)

// Max is the largest number kept; up to it every whole cent is exact.
const Max = 10_000_000_000_000

// What can be wrong with a typed number.
var (
	ErrNumber = fault.New(fault.Invalid, "number.invalid", "this is not a number")
	ErrLarge  = fault.New(fault.Invalid, "number.large", "this number is too large")
	ErrCents  = fault.New(fault.Invalid, "number.cents", "an amount has no more than two decimals")
)

// Number reads -1.234,5 and 1234.5 alike: of two signs the last one parts the
// decimals; a single one does, unless it stands before three digits as the
// style groups thousands.
func Number(typed string, style Style) (float64, error) {
	s, err := plain(typed, style)
	if err != nil {
		return 0, err
	}
	v, err := strconv.ParseFloat(s, 64)
	switch {
	case err != nil, math.IsNaN(v):
		return 0, ErrNumber
	case math.Abs(v) > Max:
		return 0, ErrLarge
	}
	return v + 0, nil
}

// Cents reads an amount of money as whole cents; a euro sign may stand before.
func Cents(typed string, style Style) (int64, error) {
	s, err := plain(strings.TrimLeft(strings.TrimSpace(typed), "€ \u00a0"), style)
	if err != nil {
		return 0, err
	}
	minus := strings.HasPrefix(s, "-")
	whole, part, _ := strings.Cut(strings.TrimLeft(s, "-"), ".")
	if len(part) > 2 {
		return 0, ErrCents
	}
	whole = strings.TrimLeft(whole, "0")
	if len(whole) > 13 {
		return 0, ErrLarge
	}
	v, err := strconv.ParseInt("0"+whole+(part + "00")[:2], 10, 64)
	if err != nil {
		return 0, ErrNumber
	}
	if minus {
		v = -v
	}
	return v, nil
}

// Amount writes whole cents with a point: 1234.50, which both styles read back.
func Amount(cents int64) string {
	sign := ""
	if cents < 0 {
		sign, cents = "-", -cents
	}
	c := strconv.FormatInt(cents%100, 10)
	if len(c) < 2 {
		c = "0" + c
	}
	return sign + strconv.FormatInt(cents/100, 10) + "." + c
}

// Plain writes a number with a point and no more digits than it needs.
func Plain(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// signs are those between which digits are read: spaces and apostrophes group.
var signs = strings.NewReplacer("\u2212", "-", "\u00a0", "", "\u202f", "", " ", "", "'", "", "’", "")

// plain brings a typed number to digits with at most one point.
func plain(typed string, style Style) (string, error) {
	s := signs.Replace(strings.TrimSpace(typed))
	if s == "" || len(s) > 40 || strings.Trim(s, "0123456789.,-") != "" || strings.LastIndexByte(s, '-') > 0 || !strings.ContainsAny(s, "0123456789") {
		return "", ErrNumber
	}
	point, comma := strings.Count(s, "."), strings.Count(s, ",")
	group, mark := ".", ","
	switch {
	case point > 0 && comma > 0:
		if strings.LastIndexByte(s, '.') > strings.LastIndexByte(s, ',') {
			group, mark = ",", "."
		}
	case point == 1 && !(style == Comma && grouped(s, ".")), comma > 1, comma == 1 && style == Point && grouped(s, ","):
		group, mark = ",", "."
	}
	whole, part, found := strings.Cut(s, mark)
	if strings.Contains(part, mark) || strings.Contains(part, group) || strings.Contains(whole, group) && !grouped(whole, group) {
		return "", ErrNumber
	}
	s = strings.ReplaceAll(whole, group, "")
	if found {
		s += "." + part
	}
	return s, nil
}

// grouped tells whether signs stand before each three digits: 1.234.567.
func grouped(s, sign string) bool {
	groups := strings.Split(strings.TrimPrefix(s, "-"), sign)
	if n := len(groups[0]); n < 1 || n > 3 || groups[0] == "0" {
		return false
	}
	for _, g := range groups[1:] {
		if len(g) != 3 {
			return false
		}
	}
	return true
}

package words

import (
	"math"
	"strconv"
	"strings"
)

// ParseNumber reads what a person typed: "1.234,5" in Dutch, "1,234.5" in
// English, and the other decimal sign where only one reading is possible.
func (w *Words) ParseNumber(s string) (float64, bool) {
	plain, ok := w.plainNumber(s)
	if !ok {
		return 0, false
	}
	f, err := strconv.ParseFloat(plain, 64)
	return f, err == nil && !math.IsInf(f, 0)
}

// ParseMoney reads an amount into cents exactly; more than two decimals or an
// amount beyond int64 is refused.
func (w *Words) ParseMoney(s string) (int64, bool) {
	s = strings.TrimSpace(s)
	for _, sign := range []string{"€", "$", "£", "EUR"} {
		s = strings.TrimPrefix(s, sign)
	}
	plain, ok := w.plainNumber(strings.TrimSuffix(s, ",-"))
	if !ok {
		return 0, false
	}
	whole, part, _ := strings.Cut(plain, ".")
	if len(part) > 2 {
		return 0, false
	}
	cents, err := strconv.ParseInt(whole+(part + "00")[:2], 10, 64)
	if err != nil {
		return 0, false
	}
	return cents, true
}

// plainNumber brings a typed number to digits with at most one point.
func (w *Words) plainNumber(s string) (string, bool) {
	s = strings.NewReplacer(" ", "", tight, "", "\u202f", "", "'", "", minus, "-").Replace(strings.TrimSpace(s))
	sign := ""
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		sign, s = "-", rest
	}
	s = strings.TrimPrefix(s, "+")
	whole, part := s, ""
	if at := w.decimalAt(s); at >= 0 {
		whole, part = s[:at], s[at+1:]
	}
	whole, ok := ungroup(whole)
	if !ok || !digits(part) || whole+part == "" {
		return "", false
	}
	if whole == "" {
		whole = "0"
	}
	if part != "" {
		part = "." + part
	}
	return sign + whole + part, true
}

// decimalAt finds the decimal sign: the last separator, unless it groups
// thousands, which is the reader's grouping sign before exactly three digits.
func (w *Words) decimalAt(s string) int {
	at := strings.LastIndexAny(s, ".,")
	if at < 0 {
		return -1
	}
	sign := s[at : at+1]
	if strings.Count(s, sign) > 1 {
		return -1
	}
	other := strings.Trim(".,", sign)
	if sign == w.names.group && len(s)-at-1 == 3 && !strings.Contains(s, other) {
		return -1
	}
	return at
}

// ungroup removes one kind of thousands separator, each before three digits.
func ungroup(s string) (string, bool) {
	at := strings.IndexAny(s, ".,")
	if at < 0 {
		return s, digits(s)
	}
	groups := strings.Split(s, s[at:at+1])
	for i, g := range groups {
		if !digits(g) || i > 0 && len(g) != 3 || i == 0 && (g == "" || len(g) > 3) {
			return "", false
		}
	}
	return strings.Join(groups, ""), true
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// Package vat is the Dutch value added tax: codes whose rate depends on the day,
// and the sums of a document by rate as EN 16931 rounds them (domain.md §2.0,
// §2.22). It stands in base because a quote, an order and an invoice all reckon
// with it and concepts do not import each other.
package vat

import (
	"slices"

	"kring/base/day"
	"kring/base/fault"
	"kring/base/money"
)

// Code says how something is taxed, whatever the rate is on the day.
type Code string

// The codes. Nothing chosen is High.
const (
	High    Code = "high"    // the standard rate
	Low     Code = "low"     // the reduced rate: food, water, books, medicine …
	Zero    Code = "zero"    // 0 %: export, supplies within the EU
	Reverse Code = "reverse" // verlegd: the customer reckons it
	Exempt  Code = "exempt"  // vrijgesteld: no tax and no deduction
)

// Codes are all codes, in the order of a menu.
var Codes = []Code{High, Low, Zero, Reverse, Exempt}

// What can be wrong.
var (
	ErrCode = fault.New(fault.Invalid, "vat.code", "this VAT code is not known")
	ErrDay  = fault.New(fault.Invalid, "vat.day", "no VAT rates are known before 1 January 2001")
)

// period is a rate in basis points from a day on.
type period struct {
	from day.Day
	rate int64
}

// table is the dated table, the latest first. Wet op de omzetbelasting 1968,
// art. 9: 19 % from 2001, 21 % from 1 October 2012; 6 %, from 2019 9 %.
var table = map[Code][]period{
	High:    {{"2012-10-01", 2100}, {"2001-01-01", 1900}},
	Low:     {{"2019-01-01", 900}, {"2001-01-01", 600}},
	Zero:    {{"2001-01-01", 0}},
	Reverse: {{"2001-01-01", 0}},
	Exempt:  {{"2001-01-01", 0}},
}

// Clean gives the code that was meant: nothing is High.
func Clean(c Code) (Code, error) {
	if c == "" {
		return High, nil
	}
	if !slices.Contains(Codes, c) {
		return "", ErrCode
	}
	return c, nil
}

// Rate is the rate of a code on a day, in basis points: 2100 is 21 %. ErrCode
// for a code that is not there, ErrDay for a day before the table.
func Rate(c Code, on day.Day) (int64, error) {
	c, err := Clean(c)
	if err != nil {
		return 0, err
	}
	for _, p := range table[c] {
		if on >= p.from {
			return p.rate, nil
		}
	}
	return 0, ErrDay
}

// Category is the letter of UNTDID 5305 that EN 16931 writes for a code.
func (c Code) Category() string {
	switch c {
	case Zero:
		return "Z"
	case Reverse:
		return "AE"
	case Exempt:
		return "E"
	default:
		return "S"
	}
}

// Line is what of a line of a document is taxed: its net amount in cents, after
// discount and rounded.
type Line struct {
	Code Code
	Rate int64 // basis points
	Net  int64
}

// Sum is one row of the VAT breakdown of a document, in cents.
type Sum struct {
	Code Code  `json:"code"`
	Rate int64 `json:"rate"` // basis points
	Net  int64 `json:"net"`
	Tax  int64 `json:"tax"`
}

// Totals is what a document adds up to, in cents.
type Totals struct {
	Net   int64 `json:"net"`
	Tax   int64 `json:"tax"`
	Gross int64 `json:"gross"`
	By    []Sum `json:"by"` // the highest rate first
}

// Add sums lines as EN 16931 says: the taxable amount of a rate is the sum of
// its lines (BR-S-08), its tax is rounded once (BR-CO-17), the tax of the
// document is the sum of those (BR-CO-14).
func Add(lines []Line) (t Totals) {
	for _, l := range lines {
		if l.Code == "" {
			l.Code = High
		}
		i := slices.IndexFunc(t.By, func(s Sum) bool { return s.Code == l.Code && s.Rate == l.Rate })
		if i < 0 {
			i, t.By = len(t.By), append(t.By, Sum{Code: l.Code, Rate: l.Rate})
		}
		t.By[i].Net += l.Net
	}
	slices.SortStableFunc(t.By, func(a, b Sum) int {
		if a.Rate != b.Rate {
			return int(b.Rate - a.Rate)
		}
		return slices.Index(Codes, a.Code) - slices.Index(Codes, b.Code)
	})
	for i, s := range t.By {
		t.By[i].Tax = money.Round(s.Net, s.Rate, 10_000)
		t.Net += s.Net
		t.Tax += t.By[i].Tax
	}
	t.Gross = t.Net + t.Tax
	return t
}

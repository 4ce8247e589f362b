// Package money is amounts: whole cents and a currency. Nothing is rounded
// before the last step, and then half away from zero (domain.md §2.0).
package money

import (
	"strings"

	"kring/base/decimal"
	"kring/base/fault"
)

// Money is an amount in the smallest unit of its currency: cents of a euro.
type Money struct {
	Cents    int64
	Currency string // ISO 4217, "EUR"
}

// Most is the largest amount in whole units, either side of zero: no sum of a
// million of them leaves 64 bits.
const Most = 10_000_000_000

var (
	// ErrCurrency says that a currency is not known.
	ErrCurrency = fault.New(fault.Invalid, "money.currency", "a currency is three letters, as EUR")
	// ErrLarge says that an amount is too large.
	ErrLarge = fault.New(fault.Invalid, "money.large", "an amount is at most ten billion")
	// ErrMixed says that amounts of two currencies were added.
	ErrMixed = fault.New(fault.Invalid, "money.mixed", "amounts in two currencies make no sum")
)

// currencies are those in use (ISO 4217, 2026) with two decimals; without are
// those with other units.
const currencies = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"

// Currency tidies a currency: "eur" is EUR, "€" too, nothing is the fallback.
// Currencies without cents (JPY), or with thousandths (KWD), are not kept yet.
func Currency(typed, fallback string) (string, error) {
	s := strings.ToUpper(strings.TrimSpace(typed))
	switch s {
	case "":
		return fallback, nil
	case "€":
		return "EUR", nil
	case "$":
		return "USD", nil
	case "£":
		return "GBP", nil
	}
	if len(s) != 3 || !strings.Contains(" "+currencies+" ", " "+s+" ") {
		return "", ErrCurrency
	}
	return s, nil
}

// Parse reads an amount as people type it: "€ 1.234,50", "EUR 1234.5", "USD 10".
func Parse(typed, fallback string, style decimal.Style) (Money, error) {
	s := strings.TrimSpace(typed)
	currency := fallback
	if code, rest, ok := strings.Cut(s, " "); ok {
		if c, err := Currency(code, fallback); err == nil {
			currency, s = c, rest
		}
	}
	for sign, c := range map[string]string{"€": "EUR", "$": "USD", "£": "GBP"} {
		if rest, ok := strings.CutPrefix(s, sign); ok {
			currency, s = c, rest
		}
	}
	cents, err := decimal.Cents(s, style)
	if err != nil {
		return Money{}, err
	}
	m := Money{cents, currency}
	return m, m.Check()
}

// Check says whether the amount can be kept.
func (m Money) Check() error {
	if _, err := Currency(m.Currency, ""); err != nil || m.Currency == "" {
		return ErrCurrency
	}
	if m.Cents > Most*100 || m.Cents < -Most*100 {
		return ErrLarge
	}
	return nil
}

// Plus adds an amount of the same currency.
func (m Money) Plus(n Money) (Money, error) {
	if m.Currency != n.Currency {
		return m, ErrMixed
	}
	return Money{m.Cents + n.Cents, m.Currency}, nil
}

// Times multiplies by part/whole and rounds once, half away from zero.
func (m Money) Times(part, whole int64) Money {
	return Money{Round(m.Cents, part, whole), m.Currency}
}

// Round is n × part ÷ whole, half away from zero; 0 when whole is 0. It holds
// beyond 64 bits in between.
func Round(n, part, whole int64) int64 {
	if whole == 0 {
		return 0
	}
	neg := (n < 0) != (part < 0) != (whole < 0)
	hi, lo := mul(abs(n), abs(part))
	q := div(hi, lo, abs(whole))
	if neg {
		return -q
	}
	return q
}

// String is "EUR 1234.50", which Parse reads back.
func (m Money) String() string { return m.Currency + " " + decimal.Amount(m.Cents) }

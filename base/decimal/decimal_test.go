package decimal_test

import (
	"errors"
	"math"
	"testing"

	"kring/base/decimal"
	"kring/base/fault"
)

func TestNumber(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in    string
		style decimal.Style
		want  float64
		err   error
	}{
		{"12,5", decimal.Comma, 12.5, nil},
		{"12.5", decimal.Comma, 12.5, nil},
		{"1.234", decimal.Comma, 1234, nil},
		{"1.234", decimal.Point, 1.234, nil},
		{"1,234", decimal.Comma, 1.234, nil},
		{"1,234", decimal.Point, 1234, nil},
		{"1.234,56", decimal.Comma, 1234.56, nil},
		{"1,234.56", decimal.Comma, 1234.56, nil},
		{"1.234.567", decimal.Comma, 1234567, nil},
		{"1,234,567", decimal.Comma, 1234567, nil},
		{"1.234.567,8", decimal.Point, 1234567.8, nil},
		{"0.500", decimal.Comma, 0.5, nil},
		{"0,5", decimal.Point, 0.5, nil},
		{",5", decimal.Comma, 0.5, nil},
		{"-7", decimal.Comma, -7, nil},
		{"−7,25", decimal.Comma, -7.25, nil},
		{" 1 234 ", decimal.Comma, 1234, nil},
		{"1’234.5", decimal.Point, 1234.5, nil},
		{"-0", decimal.Comma, 0, nil},
		{"007", decimal.Comma, 7, nil},
		{"", decimal.Comma, 0, decimal.ErrNumber},
		{"-", decimal.Comma, 0, decimal.ErrNumber},
		{".", decimal.Comma, 0, decimal.ErrNumber},
		{"1-2", decimal.Comma, 0, decimal.ErrNumber},
		{"1e5", decimal.Comma, 0, decimal.ErrNumber},
		{"NaN", decimal.Comma, 0, decimal.ErrNumber},
		{"0x10", decimal.Comma, 0, decimal.ErrNumber},
		{"1,2,3", decimal.Comma, 0, decimal.ErrNumber},
		{"12.34.567", decimal.Comma, 0, decimal.ErrNumber},
		{"1.2,3.4", decimal.Comma, 0, decimal.ErrNumber},
		{"twaalf", decimal.Comma, 0, decimal.ErrNumber},
		{"99999999999999", decimal.Comma, 0, decimal.ErrLarge},
	} {
		got, err := decimal.Number(c.in, c.style)
		if got != c.want || !errors.Is(err, c.err) || math.Signbit(got) && got == 0 {
			t.Errorf("%q: %v, %v; want %v, %v", c.in, got, err, c.want, c.err)
		}
	}
}

func TestCents(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		want int64
		err  error
	}{
		{"€ 1.234,56", 123456, nil}, {"1234.5", 123450, nil}, {"1.000", 100000, nil}, {"1000.00", 100000, nil}, {"-0,05", -5, nil}, {"€12", 1200, nil}, {"0", 0, nil},
		{"10000000000000", 1_000_000_000_000_000, decimal.ErrLarge}, {"1,005", 0, decimal.ErrCents}, {"€", 0, decimal.ErrNumber}, {"", 0, decimal.ErrNumber},
	} {
		got, err := decimal.Cents(c.in, decimal.Comma)
		if err == nil && got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%q: %v, %v", c.in, got, err)
		}
	}
	for _, cents := range []int64{0, 5, -5, 99, 100, 123450, -123456, 99999999999999} {
		for _, style := range []decimal.Style{decimal.Comma, decimal.Point} {
			if back, err := decimal.Cents(decimal.Amount(cents), style); back != cents || err != nil {
				t.Errorf("%d is written %s and read %d, %v", cents, decimal.Amount(cents), back, err)
			}
		}
	}
}

// FuzzNumber: what is read stays itself when written and read again.
func FuzzNumber(f *testing.F) {
	for _, s := range []string{"1.234,56", "12,5", "-7", "€ 5", "1e9", ",", "−1", "0.500", "1,234,567.8"} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, s string, style bool) {
		if v, err := decimal.Number(s, decimal.Style(style)); err == nil {
			if back, err := decimal.Number(decimal.Plain(v), decimal.Point); back != v || err != nil {
				t.Fatalf("%q: %v is written %s, read %v, %v", s, v, decimal.Plain(v), back, err)
			}
		} else if _, ok := fault.From(err); !ok {
			t.Fatal(err)
		}
		if c, err := decimal.Cents(s, decimal.Style(style)); err == nil {
			if back, err := decimal.Cents(decimal.Amount(c), decimal.Style(style)); back != c || err != nil {
				t.Fatalf("%q: %d is written %s, read %d, %v", s, c, decimal.Amount(c), back, err)
			}
		}
	})
}

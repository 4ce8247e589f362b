package money_test

import (
	"errors"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"kring/base/decimal"
	"kring/base/money"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]money.Money{
		"€ 1.234,50":   {Cents: 123450, Currency: "EUR"},
		"€1234,5":      {Cents: 123450, Currency: "EUR"},
		"1234.5":       {Cents: 123450, Currency: "EUR"},
		"usd 10":       {Cents: 1000, Currency: "USD"},
		"$10":          {Cents: 1000, Currency: "USD"},
		"-3":           {Cents: -300, Currency: "EUR"},
		"0":            {Currency: "EUR"},
		"SEK 1.000,00": {Cents: 100_000, Currency: "SEK"},
	} {
		got, err := money.Parse(in, "EUR", decimal.Comma)
		if err != nil || got != want {
			t.Errorf("%q: %v %v", in, got, err)
			continue
		}
		if again, err := money.Parse(got.String(), "GBP", decimal.Point); err != nil || again != got {
			t.Errorf("%q reads back as %v, %v", got, again, err)
		}
	}
	for in, want := range map[string]error{"": decimal.ErrNumber, "veel": decimal.ErrNumber, "1,234567": decimal.ErrCents, "99999999999": money.ErrLarge} {
		if _, err := money.Parse(in, "EUR", decimal.Comma); !errors.Is(err, want) {
			t.Errorf("%q: %v", in, err)
		}
	}
	if _, err := money.Currency("XXX", "EUR"); !errors.Is(err, money.ErrCurrency) {
		t.Error(err)
	}
	if c, err := money.Currency(" eur ", "USD"); c != "EUR" || err != nil {
		t.Error(c, err)
	}
	if err := (money.Money{}).Check(); !errors.Is(err, money.ErrCurrency) {
		t.Error(err)
	}
}

func TestSums(t *testing.T) {
	t.Parallel()
	a, b := money.Money{Cents: 10, Currency: "EUR"}, money.Money{Cents: 5, Currency: "EUR"}
	if s, err := a.Plus(b); err != nil || s.Cents != 15 {
		t.Error(s, err)
	}
	if _, err := a.Plus(money.Money{Currency: "USD"}); !errors.Is(err, money.ErrMixed) {
		t.Error(err)
	}
	for _, c := range []struct{ n, part, whole, want int64 }{
		{100, 1, 3, 33}, {200, 1, 3, 67}, {5, 1, 2, 3}, {-5, 1, 2, -3}, {5, -1, 2, -3}, {1, 0, 2, 0}, {1, 1, 0, 0}, {1 << 62, 4, 8, 1 << 61},
	} {
		if got := money.Round(c.n, c.part, c.whole); got != c.want {
			t.Errorf("%d × %d ÷ %d: %d, want %d", c.n, c.part, c.whole, got, c.want)
		}
	}
	if got := a.Times(1, 4); got.Cents != 3 {
		t.Error(got)
	}
}

// TestRound: as exact as whole numbers without end.
func TestRound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n, part := rapid.Int64Range(-1e15, 1e15).Draw(t, "n"), rapid.Int64Range(-1e6, 1e6).Draw(t, "part")
		whole := rapid.Int64Range(1, 1e12).Draw(t, "whole")
		twice := new(big.Int).Mul(big.NewInt(n), big.NewInt(part))
		sign := int64(twice.Sign())
		twice.Abs(twice).Lsh(twice, 1).Add(twice, big.NewInt(whole))
		want := twice.Quo(twice, big.NewInt(2*whole))
		if !want.IsInt64() {
			return
		}
		if got := money.Round(n, part, whole); got != sign*want.Int64() {
			t.Fatalf("%d × %d ÷ %d: %d, want %d", n, part, whole, got, sign*want.Int64())
		}
	})
}

package vat_test

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"kring/base/day"
	"kring/base/vat"
)

func TestRate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code vat.Code
		on   day.Day
		want int64
		err  error
	}{
		{"", "2026-12-01", 2100, nil},
		{vat.High, "2012-10-01", 2100, nil},
		{vat.High, "2012-09-30", 1900, nil},
		{vat.Low, "2019-01-01", 900, nil},
		{vat.Low, "2018-12-31", 600, nil},
		{vat.Zero, "2026-12-01", 0, nil},
		{vat.Reverse, "2026-12-01", 0, nil},
		{vat.Exempt, "2026-12-01", 0, nil},
		{"huge", "2026-12-01", 0, vat.ErrCode},
		{vat.High, "1999-12-31", 0, vat.ErrDay},
	} {
		if got, err := vat.Rate(c.code, c.on); got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s on %s: %d %v, want %d %v", c.code, c.on, got, err, c.want, c.err)
		}
	}
	for c, want := range map[vat.Code]string{vat.High: "S", vat.Low: "S", vat.Zero: "Z", vat.Reverse: "AE", vat.Exempt: "E"} {
		if got := c.Category(); got != want {
			t.Errorf("%s: %s", c, got)
		}
	}
}

// TestAdd: each rate is rounded once, so three lines of 3 cents bear 2 cents of
// 21 % and not three times 1.
func TestAdd(t *testing.T) {
	t.Parallel()
	got := vat.Add([]vat.Line{{vat.Low, 900, 10_000}, {"", 2100, 3}, {vat.High, 2100, 3}, {vat.High, 2100, 3}, {vat.Zero, 0, 500}, {vat.Exempt, 0, 100}})
	want := []vat.Sum{{vat.High, 2100, 9, 2}, {vat.Low, 900, 10_000, 900}, {vat.Zero, 0, 500, 0}, {vat.Exempt, 0, 100, 0}}
	if len(got.By) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i := range want {
		if got.By[i] != want[i] {
			t.Errorf("row %d: %+v, want %+v", i, got.By[i], want[i])
		}
	}
	if got.Net != 10_609 || got.Tax != 902 || got.Gross != 11_511 {
		t.Errorf("%+v", got)
	}
}

// TestAddAgrees: the totals are those of the rows, and the rows those of the
// lines, to the cent.
func TestAddAgrees(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) vat.Line {
			c := rapid.SampledFrom(vat.Codes).Draw(t, "code")
			rate, err := vat.Rate(c, "2026-12-01")
			if err != nil {
				t.Fatal(err)
			}
			return vat.Line{Code: c, Rate: rate, Net: rapid.Int64Range(-1e9, 1e9).Draw(t, "net")}
		}), 0, 50).Draw(t, "lines")
		got := vat.Add(lines)
		var net, of, tax int64
		for _, l := range lines {
			net += l.Net
		}
		for _, s := range got.By {
			of, tax = of+s.Net, tax+s.Tax
			if off := s.Tax*10_000 - s.Net*s.Rate; off > 5000 || off < -5000 {
				t.Fatalf("%+v is rounded by more than half a cent", s)
			}
		}
		if net != got.Net || of != net || tax != got.Tax || got.Gross != net+tax {
			t.Fatalf("%+v of %d", got, net)
		}
	})
}

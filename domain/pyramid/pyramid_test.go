package pyramid_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"kring/base/day"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/pyramid"
)

// TestSizes has the worked numbers of domain.md §2.27.
func TestSizes(t *testing.T) {
	t.Parallel()
	for n, want := range map[int][4]int{
		200: {2, 8, 30, 160}, 37: {1, 1, 6, 29}, 100: {1, 4, 15, 80}, 0: {}, 1: {1, 0, 0, 0}, 2: {1, 0, 0, 1}, 5: {1, 0, 0, 4}, 21: {1, 1, 3, 16},
	} {
		if got := pyramid.Curry.Sizes(n); got != want {
			t.Errorf("%d: %v, want %v", n, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 3_000_000).Draw(t, "n")
		s := pyramid.Curry.Sizes(n)
		if s[0]+s[1]+s[2]+s[3] != n || min(s[0], s[1], s[2], s[3]) < 0 {
			t.Fatalf("%d: %v", n, s)
		}
	})
}

func TestBuild(t *testing.T) {
	t.Parallel()
	var all []pyramid.Customer
	for i := range 200 {
		all = append(all, pyramid.Customer{ID: id.Account{byte(i)}, Cents: int64(1000 * (i + 1))})
	}
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	layers, classes := pyramid.Build(all, pyramid.Curry)
	of := map[id.Account]pyramid.Class{}
	for i, c := range all {
		of[c.ID] = classes[i]
	}
	if layers[0] != (pyramid.Layer{Class: pyramid.Top, Count: 2, Cents: 399_000, Least: 199_000}) || layers[3].Count != 160 || layers[3].Least != 1000 {
		t.Errorf("%+v", layers)
	}
	if of[id.Account{199}] != pyramid.Top || of[id.Account{190}] != pyramid.Large || of[id.Account{0}] != pyramid.Small || len(of) != 200 {
		t.Error("who is where")
	}
}

func TestScore(t *testing.T) {
	t.Parallel()
	var all []pyramid.Bought
	for i := range 10 {
		all = append(all, pyramid.Bought{Days: i, Times: i, Cents: 7})
	}
	got := pyramid.Score(all)
	if got[0] != (pyramid.RFM{Recency: 5, Frequency: 1, Money: 3}) || got[9] != (pyramid.RFM{Recency: 1, Frequency: 5, Money: 3}) {
		t.Errorf("%v", got)
	}
	if one := pyramid.Score(all[:1]); one[0] != (pyramid.RFM{Recency: 3, Frequency: 3, Money: 3}) {
		t.Errorf("alone in the middle: %v", one)
	}
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOf(rapid.Custom(func(t *rapid.T) pyramid.Bought {
			return pyramid.Bought{Days: rapid.IntRange(0, 9).Draw(t, "days"), Times: rapid.IntRange(1, 9).Draw(t, "times"), Cents: rapid.Int64Range(0, 9).Draw(t, "cents")}
		})).Draw(t, "all")
		for i, a := range pyramid.Score(all) {
			if min(a.Recency, a.Frequency, a.Money) < 1 || max(a.Recency, a.Frequency, a.Money) > 5 {
				t.Fatalf("%v", a)
			}
			for j, b := range pyramid.Score(all) {
				if all[i].Cents > all[j].Cents && a.Money < b.Money || all[i].Days > all[j].Days && a.Recency > b.Recency || all[i].Times == all[j].Times && a.Frequency != b.Frequency {
					t.Fatalf("%v %v: %v %v", all[i], all[j], a, b)
				}
			}
		}
	})
}

// TestValue: margin 2000, retention 80 %, discount 10 %.
func TestValue(t *testing.T) {
	t.Parallel()
	v := pyramid.Value{Margin: 200_000, Retention: .8, Discount: .1}
	if v.Ahead() != 533_333 || v.Whole() != 733_333 {
		t.Errorf("%d %d", v.Ahead(), v.Whole())
	}
	for _, c := range []struct {
		value pyramid.Value
		field string
		want  error
	}{
		{pyramid.Value{Margin: 1, Retention: 1}, "discount", pyramid.ErrEndless},
		{pyramid.Value{Margin: 1, Retention: 1.01, Discount: .1}, "retention", pyramid.ErrRetention},
		{pyramid.Value{Margin: 1, Retention: .5, Discount: -.1}, "discount", pyramid.ErrDiscount},
		{pyramid.Value{Margin: 1, Retention: math.NaN(), Discount: .1}, "retention", pyramid.ErrRetention},
	} {
		f, _ := fault.From(c.value.Check())
		if f == nil || !errors.Is(f.Fields[c.field], c.want) || c.value.Ahead() != 0 {
			t.Errorf("%+v: %v", c.value, f)
		}
	}
}

func TestFold(t *testing.T) {
	t.Parallel()
	year := pyramid.Year("2026-11-23")
	if year.From != "2025-11-24" || !year.Has("2026-11-23") || year.Has("2025-11-23") {
		t.Fatalf("%+v", year)
	}
	euro := func(d day.Day, cents int64) pyramid.Purchase {
		return pyramid.Purchase{Day: d, Cents: cents, Ranked: true}
	}
	for name, c := range map[string]struct {
		bought []pyramid.Purchase
		want   pyramid.History
		below  pyramid.Class
	}{
		"nothing":               {nil, pyramid.History{}, pyramid.Prospect},
		"long ago":              {[]pyramid.Purchase{euro("2025-11-23", 5)}, pyramid.History{First: "2025-11-23", Last: "2025-11-23"}, pyramid.Inactive},
		"another currency":      {[]pyramid.Purchase{{Day: "2026-01-01", Cents: 5}}, pyramid.History{First: "2026-01-01", Last: "2026-01-01", Lately: true}, pyramid.Beside},
		"two on a day are one":  {[]pyramid.Purchase{euro("2025-01-01", 9), euro("2026-01-01", 5), euro("2026-01-01", 6)}, pyramid.History{First: "2025-01-01", Last: "2026-01-01", Cents: 11, Times: 1, Lately: true}, pyramid.Beside},
		"what is still to come": {[]pyramid.Purchase{euro("2026-11-24", 5)}, pyramid.History{}, pyramid.Prospect},
	} {
		h := pyramid.Fold(c.bought, year)
		if h != c.want || !h.Active() && h.Below(false) != c.below {
			t.Errorf("%s: %+v", name, h)
		}
	}
	if (pyramid.History{}).Below(true) != pyramid.Suspect {
		t.Error("nobody talked to them")
	}
}

// TestFresh has the worked numbers of domain.md §2.28.
func TestFresh(t *testing.T) {
	t.Parallel()
	f := pyramid.Fresh{Customers: 12, Cents: 9_600_000, Total: 80_000_000, Waits: pyramid.Waits{{Days: 3, Count: 2}, {Days: 10, Count: 2}}}
	if share, ok := f.Share(); share != 1200 || !ok {
		t.Errorf("share %d", share)
	}
	if cost, ok := f.Cost(1_500_000); cost != 125_000 || !ok {
		t.Errorf("cost %d", cost)
	}
	if m, ok := f.Waits.Median(); m != 6.5 || !ok {
		t.Errorf("median %v", m)
	}
	if _, ok := (pyramid.Fresh{}).Share(); ok {
		t.Error("nothing of nothing")
	}
	if _, ok := (pyramid.Fresh{}).Cost(1); ok {
		t.Error("nobody came")
	}
	if _, ok := (pyramid.Waits{}).Median(); ok {
		t.Error("nobody waited")
	}
}

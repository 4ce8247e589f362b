package btyd_test

import (
	"errors"
	"math"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"kring/stat/btyd"
)

type purchase struct {
	who    string
	day    int
	amount float64
}

func journal(t interface{ Fatal(...any) }, purchases ...purchase) *btyd.Journal {
	var j btyd.Journal
	for _, p := range purchases {
		if err := j.Add(p.who, p.day, p.amount); err != nil {
			t.Fatal(err)
		}
	}
	return &j
}

// TestCut: the first purchase is birth, one day is one purchase, and what comes
// after the cut is not seen.
func TestCut(t *testing.T) {
	t.Parallel()
	j := journal(t,
		purchase{"Anna", 30, 12}, purchase{"Bert", 44, 5}, purchase{"Anna", 10, 100}, // in no order
		purchase{"Anna", 24, 10}, purchase{"Anna", 24, 2}, purchase{"Anna", 10, 7}, // two halves; more at birth
		purchase{"Carla", 61, 9},                          // not born yet
		purchase{"Anna", 60, 50}, purchase{"Bert", 44, 1}, // after the cut; only birth
		purchase{"Dirk", 45, 8}, // born on the day itself
	)
	got := j.Cut(45, btyd.Day)
	want := []btyd.Customer{
		{Name: "Anna", History: btyd.History{X: 2, Last: 20, Age: 35}, Mean: 12, Birth: 10, Later: []int{60}},
		{Name: "Bert", History: btyd.History{Age: 1}, Birth: 44},
		{Name: "Dirk", History: btyd.History{Age: 0}, Birth: 45},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant\n%+v", got, want)
	}
	if w := j.Cut(45, btyd.Week)[0].History; w != (btyd.History{X: 2, Last: 20. / 7, Age: 5}) {
		t.Errorf("in weeks: %+v", w)
	}
	if c := j.Cut(9, btyd.Day); c != nil {
		t.Errorf("before anybody: %+v", c)
	}
	if days := j.Repeats(45); !slices.Equal(days, []int{24, 30, 60}) {
		t.Errorf("repeats %v", days)
	}
	if last, ok := j.Last(); last != 61 || !ok {
		t.Errorf("last %d", last)
	}
	if _, ok := new(btyd.Journal).Last(); ok {
		t.Error("an empty journal has a last day")
	}
}

func TestPurchaseThatCannotBe(t *testing.T) {
	t.Parallel()
	for _, p := range []purchase{{"", 1, 1}, {"A", 1, -1}, {"A", 1, math.NaN()}, {"A", 1, math.Inf(1)}, {"A", 1 << 40, 1}} {
		if err := new(btyd.Journal).Add(p.who, p.day, p.amount); !errors.Is(err, btyd.ErrEvent) {
			t.Errorf("%+v: %v", p, err)
		}
	}
}

// TestCutAnyOrder: the order of the rows does not matter, every history can be,
// and no purchase is lost.
func TestCutAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		purchases := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) purchase {
			return purchase{rapid.SampledFrom([]string{"A", "B", "C"}).Draw(t, "who"), rapid.IntRange(0, 30).Draw(t, "day"), float64(rapid.IntRange(0, 9).Draw(t, "amount"))}
		}), 1, 40).Draw(t, "purchases")
		until := rapid.IntRange(0, 30).Draw(t, "until")
		at := map[string]btyd.Customer{}
		seen := map[purchase]bool{}
		for _, c := range journal(t, purchases...).Cut(until, btyd.Week) {
			at[c.Name] = c
			if err := c.Check(); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range journal(t, rapid.Permutation(purchases).Draw(t, "shuffled")...).Cut(until, btyd.Week) {
			if !reflect.DeepEqual(c, at[c.Name]) {
				t.Fatalf("%+v and %+v", c, at[c.Name])
			}
			delete(at, c.Name)
			for _, p := range purchases {
				if p.who == c.Name {
					seen[purchase{p.who, p.day, 0}] = true
				}
			}
			if days := len(seen); days != 1+c.X+len(c.Later) {
				t.Fatalf("%+v of %d days", c, days)
			}
			clear(seen)
		}
		if len(at) > 0 {
			t.Fatalf("lost: %v", at)
		}
	})
}

// TestDiscounted: without a horizon it becomes the closed form, without a
// discount it is what is to come.
func TestDiscounted(t *testing.T) {
	t.Parallel()
	h := btyd.History{X: 7, Last: 35, Age: 38.86}
	near(t, "for ever", btyd.Discounted(paperPareto, h, .0027, 1, 20_000), paperPareto.Residual(h, .0027), 1e-4)
	near(t, "as it comes", btyd.Discounted(paperBG, h, 0, 4, 13), paperBG.Future(h, 52), 1e-12)
	if got := paperPareto.Residual(h, 0); !math.IsNaN(got) {
		t.Errorf("without a discount: %g", got)
	}
}

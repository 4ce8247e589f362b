package hazard_test

import (
	"encoding/csv"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kring/kit"
	"kring/stat/hazard"
)

func curve(t testing.TB, spells []hazard.Spell) hazard.Curve {
	t.Helper()
	c, err := hazard.KaplanMeier(spells)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestTelco: the share of 7,043 subscribers that stays 12, 24 and 72 months.
func TestTelco(t *testing.T) {
	t.Parallel()
	rows, err := csv.NewReader(strings.NewReader(string(kit.ReferenceFile(t, "churn/Telco-Customer-Churn.csv.gz")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	tenure, churn := slices.Index(rows[0], "tenure"), slices.Index(rows[0], "Churn")
	var spells []hazard.Spell
	for _, row := range rows[1:] {
		months, err := strconv.ParseFloat(row[tenure], 64)
		if err != nil {
			t.Fatal(err)
		}
		spells = append(spells, hazard.Spell{Time: months, Ended: row[churn] == "Yes"})
	}
	c := curve(t, spells)
	for months, want := range map[float64]float64{12: .8432, 24: .7887, 72: .5928} {
		if got, _, _ := c.At(months); math.Abs(got-want) > .00005 {
			t.Errorf("S(%g) = %.5f, want %.4f", months, got, want)
		}
	}
}

// TestFreireich: the remission times of 21 leukaemia patients (Freireich 1963),
// the example that every book works out.
func TestFreireich(t *testing.T) {
	t.Parallel()
	var spells []hazard.Spell
	for _, time := range []float64{6, 6, 6, 7, 10, 13, 16, 22, 23} {
		spells = append(spells, hazard.Spell{Time: time, Ended: true})
	}
	for _, time := range []float64{6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35} {
		spells = append(spells, hazard.Spell{Time: time})
	}
	c := curve(t, spells)
	for _, row := range []struct{ time, survival, deviation float64 }{
		{5, 1, 0}, {6, .8571, .0764}, {7, .8067, .0869}, {10, .7529, .0963}, {13, .6902, .1068}, {16, .6275, .1141}, {22, .5378, .1282}, {23, .4482, .1346}, {30, .4482, .1346},
	} {
		share, deviation, known := c.At(row.time)
		if math.Abs(share-row.survival) > .00005 || math.Abs(deviation-row.deviation) > .00005 || !known {
			t.Errorf("S(%g) = %.4f ± %.4f, want %.4f ± %.4f", row.time, share, deviation, row.survival, row.deviation)
		}
	}
	if median, known := c.Median(); median != 23 || !known {
		t.Errorf("median %g", median)
	}
	if low, high := c.Band(23); math.Abs(low-.1881) > .0005 || math.Abs(high-.6801) > .0005 {
		t.Errorf("band %.4f to %.4f", low, high)
	}
	if _, _, known := c.At(36); known {
		t.Error("beyond the last patient nothing is known")
	}
}

func TestCurve(t *testing.T) {
	t.Parallel()
	if _, err := hazard.KaplanMeier([]hazard.Spell{{Time: math.NaN()}}); !errors.Is(err, hazard.ErrSpell) {
		t.Error(err)
	}
	if share, _, known := curve(t, nil).At(3); share != 1 || known {
		t.Errorf("of nobody: %g", share)
	}
	rapid.Check(t, func(t *rapid.T) {
		spells := rapid.SliceOf(rapid.Custom(func(t *rapid.T) hazard.Spell {
			return hazard.Spell{Time: float64(rapid.IntRange(0, 40).Draw(t, "time")), Ended: rapid.Bool().Draw(t, "ended")}
		})).Draw(t, "spells")
		c, err := hazard.KaplanMeier(spells)
		if err != nil {
			t.Fatal(err)
		}
		before, all := 1.0, true
		for _, s := range spells {
			all = all && s.Ended
		}
		for at := -1.0; at < 42; at++ {
			share, deviation, _ := c.At(at)
			low, high := c.Band(at)
			if !(share >= 0 && share <= before && deviation >= 0 && low <= share && share <= high) {
				t.Fatalf("at %g: %g after %g, ± %g, %g to %g", at, share, before, deviation, low, high)
			}
			before = share
			if all && len(spells) > 0 { // then it is the plain share
				left := 0
				for _, s := range spells {
					if s.Time > at {
						left++
					}
				}
				if math.Abs(share-float64(left)/float64(len(spells))) > 1e-12 {
					t.Fatalf("at %g: %g, %d of %d go on", at, share, left, len(spells))
				}
			}
		}
		if mean := c.Mean(42); all && len(spells) > 0 {
			sum := 0.0
			for _, s := range spells {
				sum += s.Time
			}
			if math.Abs(mean-sum/float64(len(spells))) > 1e-9 {
				t.Fatalf("mean %g", mean)
			}
		}
	})
}

package btyd_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"kring/stat/btyd"
)

// invented is n customers as Pareto/NBD has them, with the parameters of CDNOW:
// born on one of 84 days, known until day 272, in weeks. So identical histories
// occur as often as they do in a real base of that size.
func invented(n int) []btyd.History {
	random := rand.New(rand.NewPCG(1899, 4))
	all := make([]btyd.History, n)
	for i := range all {
		age := float64(272 - random.IntN(84))
		rate, leaves := gamma(random, .553)/10.578/7, gamma(random, .606)/11.669/7
		until := min(age, random.ExpFloat64()/leaves)
		last := 0
		for at := random.ExpFloat64() / rate; at < until; at += random.ExpFloat64() / rate {
			if day := int(at) + 1; day > last && float64(day) <= age {
				all[i].X, last = all[i].X+1, day
			}
		}
		all[i].Last, all[i].Age = float64(last)/7, age/7
	}
	return all
}

// gamma draws from a gamma distribution of scale 1 (Marsaglia, Tsang 2000).
func gamma(random *rand.Rand, shape float64) float64 {
	if shape < 1 {
		return gamma(random, shape+1) * math.Pow(random.Float64(), 1/shape)
	}
	d := shape - 1./3
	for {
		x := random.NormFloat64()
		v := 1 + x/math.Sqrt(9*d)
		if v <= 0 {
			continue
		}
		v *= v * v
		if math.Log(random.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}

func BenchmarkFit(b *testing.B) {
	for _, size := range []struct {
		name string
		n    int
	}{{"2357", 2357}, {"23570", 23570}, {"1000000", 1_000_000}} {
		var histories []btyd.History
		for model, fit := range map[string]func(*btyd.Cohort) error{
			"bg-nbd":     func(c *btyd.Cohort) error { _, _, err := btyd.FitBGNBD(c); return err },
			"mbg-nbd":    func(c *btyd.Cohort) error { _, _, err := btyd.FitMBGNBD(c); return err },
			"pareto-nbd": func(c *btyd.Cohort) error { _, _, err := btyd.FitParetoNBD(c); return err },
		} {
			b.Run(model+"/"+size.name, func(b *testing.B) {
				if histories == nil {
					histories = invented(size.n)
				}
				for b.Loop() {
					c, err := btyd.NewCohort(histories) // grouping is part of the work
					if err == nil {
						err = fit(c)
					}
					if err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

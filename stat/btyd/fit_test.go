package btyd_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"kring/stat/btyd"
)

// fits are the three models under one roof.
var fits = map[string]func(*btyd.Cohort) (btyd.Model, btyd.Estimate, error){
	"bg-nbd":     func(c *btyd.Cohort) (btyd.Model, btyd.Estimate, error) { return btyd.FitBGNBD(c) },
	"mbg-nbd":    func(c *btyd.Cohort) (btyd.Model, btyd.Estimate, error) { return btyd.FitMBGNBD(c) },
	"pareto-nbd": func(c *btyd.Cohort) (btyd.Model, btyd.Estimate, error) { return btyd.FitParetoNBD(c) },
}

// sound complains unless a fit either refuses in words or holds nothing but
// numbers, from the parameters to what it says of each customer.
func sound(t interface {
	Helper()
	Errorf(string, ...any)
	Logf(string, ...any)
}, name string, histories []btyd.History) (refused error) {
	t.Helper()
	c, err := btyd.NewCohort(histories)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return err
	}
	m, e, err := fits[name](c)
	if err != nil {
		if !errors.Is(err, btyd.ErrFew) && !errors.Is(err, btyd.ErrUnsettled) {
			t.Errorf("%s: an error that is not ours: %v", name, err)
		}
		return err
	}
	if !finite(e.Value...) || !finite(e.Error...) || !finite(e.LogLikelihood) {
		t.Errorf("%s: %+v", name, e)
	}
	for i, v := range e.Value {
		if v <= 0 || e.Error[i] <= 0 {
			t.Errorf("%s: %+v", name, e)
		}
	}
	for _, h := range histories[:min(len(histories), 500)] {
		if p, f := m.Alive(h), m.Future(h, 52); !finite(p, f) || p < 0 || p > 1 || f < 0 {
			t.Errorf("%s %+v: %+v: alive %g, to come %g", name, e.Value, h, p, f)
		}
	}
	if total := btyd.Total(m, c, 52); !finite(total) || !finite(btyd.Track(m, c, []float64{-10, 0, 52})...) {
		t.Errorf("%s: total %g", name, total)
	}
	t.Logf("%s: %.4g ± %.4g, %.2f", name, e.Value, e.Error, e.LogLikelihood)
	return nil
}

func repeat(n int, f func(i int) btyd.History) []btyd.History {
	all := make([]btyd.History, n)
	for i := range all {
		all[i] = f(i)
	}
	return all
}

// TestOddBases: bases that are not like the books. Those marked refused hold
// too little to learn from, and must say so.
func TestOddBases(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1899, 9))
	usual := invented(2000)
	for name, base := range map[string]struct {
		histories []btyd.History
		refused   error // nil: either, but soundly
	}{
		"nobody":       {nil, btyd.ErrFew},
		"one":          {repeat(1, func(int) btyd.History { return btyd.History{X: 3, Last: 10, Age: 12} }), btyd.ErrFew},
		"nineteen":     {repeat(19, func(i int) btyd.History { return btyd.History{X: i + 1, Last: 10, Age: 12} }), btyd.ErrFew},
		"all once":     {repeat(5000, func(i int) btyd.History { return btyd.History{Age: float64(i%300) / 7} }), btyd.ErrFew},
		"all the same": {repeat(500, func(int) btyd.History { return btyd.History{X: 3, Last: 20, Age: 30} }), btyd.ErrUnsettled},
		"every day": {repeat(500, func(i int) btyd.History {
			return btyd.History{X: 200 + i%50, Last: float64(200 + i%50), Age: float64(200 + i%50)}
		}), btyd.ErrUnsettled},
		"once, all new":     {repeat(100, func(int) btyd.History { return btyd.History{} }), btyd.ErrFew},
		"one with 10,000":   {append([]btyd.History{{X: 10_000, Last: 500, Age: 500}}, usual...), nil},
		"only heavy":        {repeat(300, func(i int) btyd.History { return btyd.History{X: 2000 + i*20, Last: 400 - float64(i%90), Age: 400} }), nil},
		"young":             {repeat(400, func(i int) btyd.History { return btyd.History{X: i % 2, Last: float64(i%2) / 7, Age: 2. / 7} }), nil},
		"young in years":    {repeat(2000, func(i int) btyd.History { h := usual[i]; h.Last /= 1e4; h.Age /= 1e4; return h }), nil},
		"old in days":       {repeat(2000, func(i int) btyd.History { h := usual[i]; h.Last *= 700; h.Age *= 700; return h }), nil},
		"ages years apart":  {repeat(2000, func(i int) btyd.History { return aged(usual[i], float64(1+i%20)) }), nil},
		"nobody leaves":     {repeat(800, func(i int) btyd.History { x := int(random.ExpFloat64() * 9); return loyal(x) }), nil},
		"all leave at once": {repeat(800, func(i int) btyd.History { return leaver(i % 4) }), nil},
		"last was today": {repeat(800, func(i int) btyd.History {
			x := 1 + int(random.ExpFloat64()*5)
			return btyd.History{X: x, Last: 40, Age: 40}
		}), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for model := range fits {
				err := sound(t, model, base.histories)
				if base.refused != nil && !errors.Is(err, base.refused) {
					t.Errorf("%s: %v, want %v", model, err, base.refused)
				}
				if err != nil {
					t.Logf("%s: %v", model, err)
				}
			}
		})
	}
}

func aged(h btyd.History, factor float64) btyd.History {
	h.Age *= factor
	if h.X > 0 {
		h.Last *= factor
	}
	return h
}

func loyal(x int) btyd.History {
	if x == 0 {
		return btyd.History{Age: 40}
	}
	return btyd.History{X: x, Last: 40 * float64(x) / float64(x+1), Age: 40}
}

func leaver(x int) btyd.History {
	if x == 0 {
		return btyd.History{Age: 500}
	}
	return btyd.History{X: x, Last: float64(x), Age: 500}
}

// TestAnyBase: drawn bases, most of them nothing like a shop.
func TestAnyBase(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		histories := rapid.SliceOfN(rapid.Custom(history), 0, 120).Draw(t, "base")
		sound(t, rapid.SampledFrom([]string{"bg-nbd", "mbg-nbd", "pareto-nbd"}).Draw(t, "model"), histories)
	})
}

// TestKnownWorlds: what was made with known parameters is found again, within
// four standard errors, and the unit of time does not matter.
func TestKnownWorlds(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1899, 5))
	for name, w := range map[string]struct {
		model string
		value []float64
		draw  func() btyd.History
	}{
		"Pareto/NBD, s is 1":            {"pareto-nbd", []float64{.9, 8, 1, 9}, func() btyd.History { return paretoCustomer(random, .9, 8, 1, 9) }},
		"Pareto/NBD, alpha is beta":     {"pareto-nbd", []float64{1.2, 6, .7, 6}, func() btyd.History { return paretoCustomer(random, 1.2, 6, .7, 6) }},
		"Pareto/NBD, alpha above beta":  {"pareto-nbd", []float64{1.5, 30, .5, 4}, func() btyd.History { return paretoCustomer(random, 1.5, 30, .5, 4) }},
		"BG/NBD, a above 1":             {"bg-nbd", []float64{.8, 5, 2.5, 7}, func() btyd.History { return geometricCustomer(random, .8, 5, 2.5, 7, 0) }},
		"BG/NBD, a is 1":                {"bg-nbd", []float64{.8, 5, 1, 3}, func() btyd.History { return geometricCustomer(random, .8, 5, 1, 3, 0) }},
		"MBG/NBD, a below 1":            {"mbg-nbd", []float64{.8, 5, .6, 1.1}, func() btyd.History { return geometricCustomer(random, .8, 5, .6, 1.1, 1) }},
		"MBG/NBD, a rate of ten a week": {"mbg-nbd", []float64{2, .2, .6, 12}, func() btyd.History { return geometricCustomer(random, 2, .2, .6, 12, 1) }},
	} {
		weeks := repeat(4000, func(int) btyd.History { return w.draw() })
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, e, err := fits[w.model](cohort(t, weeks))
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range w.value {
				if math.Abs(e.Value[i]-v) > 4*e.Error[i] {
					t.Errorf("%s is %.4g ± %.4g, the world was made with %g", e.Names[i], e.Value[i], e.Error[i], v)
				}
			}
			days := repeat(len(weeks), func(i int) btyd.History {
				return btyd.History{X: weeks[i].X, Last: 7 * weeks[i].Last, Age: 7 * weeks[i].Age}
			})
			_, d, err := fits[w.model](cohort(t, days))
			if err != nil {
				t.Fatal(err)
			}
			near(t, "r in days", d.Value[0], e.Value[0], 1e-5)
			near(t, "alpha in days", d.Value[1], 7*e.Value[1], 1e-5)
		})
	}
}

func paretoCustomer(random *rand.Rand, r, alpha, s, beta float64) btyd.History {
	age := 20 + 60*random.Float64()
	rate := gamma(random, r) / alpha
	return bought(random, rate, min(age, random.ExpFloat64()/(gamma(random, s)/beta)), age, 0)
}

func geometricCustomer(random *rand.Rand, r, alpha, a, b float64, first int) btyd.History {
	age := 20 + 60*random.Float64()
	rate, ga, gb := gamma(random, r)/alpha, gamma(random, a), gamma(random, b)
	leave := ga / (ga + gb)
	if first == 1 && random.Float64() < leave {
		return btyd.History{Age: age}
	}
	return bought(random, rate, age, age, leave)
}

// bought lets a customer buy at a rate until it leaves, then or after a purchase.
func bought(random *rand.Rand, rate, until, age, leave float64) btyd.History {
	h := btyd.History{Age: age}
	for at := random.ExpFloat64() / rate; at < until; at += random.ExpFloat64() / rate {
		h.X, h.Last = h.X+1, at
		if random.Float64() < leave {
			break
		}
	}
	return h
}

func TestGammaGammaOdd(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1899, 6))
	spends := func(n int, f func(i int) btyd.Spend) []btyd.Spend {
		all := make([]btyd.Spend, n)
		for i := range all {
			all[i] = f(i)
		}
		return all
	}
	for name, k := range map[string]struct {
		spends  []btyd.Spend
		refused error
	}{
		"nobody":           {nil, btyd.ErrFew},
		"nobody came back": {spends(100, func(int) btyd.Spend { return btyd.Spend{X: 0, Mean: 3} }), btyd.ErrFew},
		"all for nothing":  {spends(100, func(int) btyd.Spend { return btyd.Spend{X: 2, Mean: 0} }), btyd.ErrFew},
		"one price":        {spends(100, func(i int) btyd.Spend { return btyd.Spend{X: 1 + i%5, Mean: 19.95} }), btyd.ErrUnsettled},
		"cents":            {spends(400, func(i int) btyd.Spend { return btyd.Spend{X: 1 + i%7, Mean: gamma(random, 3) * .001} }), nil},
		"millions":         {spends(400, func(i int) btyd.Spend { return btyd.Spend{X: 1 + i%7, Mean: gamma(random, 3) * 1e7} }), nil},
		"one of 10,000":    {spends(400, func(i int) btyd.Spend { return btyd.Spend{X: 1 + i/399*9999, Mean: 1 + gamma(random, 2)} }), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, e, err := btyd.FitGammaGamma(k.spends)
			if k.refused != nil && !errors.Is(err, k.refused) || err != nil && !errors.Is(err, btyd.ErrFew) && !errors.Is(err, btyd.ErrUnsettled) {
				t.Fatalf("%v, want %v", err, k.refused)
			}
			if err != nil {
				t.Log(err)
				return
			}
			t.Logf("%.4g ± %.4g", e.Value, e.Error)
			if !finite(e.Value...) || !finite(e.Error...) || !finite(e.LogLikelihood, btyd.Correlation(k.spends)) {
				t.Fatalf("%+v", e)
			}
			for _, s := range k.spends {
				if mean, err := m.Mean(s); err == nil && (!finite(mean) || mean <= 0) {
					t.Fatalf("%+v of %+v: %g", m, s, mean)
				}
			}
		})
	}
}

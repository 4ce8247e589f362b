package btyd

import (
	"math"
	"math/rand/v2"
	"testing"
)

// some is a base with everything in it: fast and slow, gone and here.
func some(t testing.TB) *Cohort {
	t.Helper()
	random := rand.New(rand.NewPCG(1899, 1))
	var all []History
	for range 300 {
		h := History{Age: float64(1+random.IntN(300)) / 7}
		if random.IntN(3) > 0 {
			h.X = 1 + random.IntN(1+random.IntN(60))
			h.Last = h.Age * float64(1+random.IntN(10)) / 10
		}
		all = append(all, h)
	}
	all = append(all, History{X: 10_000, Last: 50, Age: 50}, History{})
	c, err := NewCohort(all)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestSlopes: the derivatives are those of the likelihood, and the likelihood
// of a cohort is that of its customers.
func TestSlopes(t *testing.T) {
	t.Parallel()
	c := some(t)
	spends := newSpendLikelihood([]Spend{{1, 20}, {3, 25.5}, {3, 25.5}, {40, 7}, {2, 1000}, {0, 4}, {1, 0}})
	for _, k := range []struct {
		name string
		mean func(v, grad []float64) float64
		one  func(v []float64) Model
		at   [][]float64
	}{
		{"BG/NBD", newBetaGeometricLikelihood(c, 0).at, func(v []float64) Model { return BGNBD{v[0], v[1], v[2], v[3]} }, [][]float64{{.24, 4.4, .79, 2.4}, {3, 1, 20, .1}}},
		{"MBG/NBD", newBetaGeometricLikelihood(c, 1).at, func(v []float64) Model { return MBGNBD{v[0], v[1], v[2], v[3]} }, [][]float64{{.24, 4.4, .79, 2.4}, {3, 1, 20, .1}}},
		{"Pareto/NBD", newParetoLikelihood(c).at, func(v []float64) Model { return ParetoNBD{v[0], v[1], v[2], v[3]} },
			[][]float64{{.55, 10.6, .61, 11.7}, {.55, 11.7, .61, 10.6}, {2, 50, .1, .5}, {2, .5, 4, 50}, {.3, 5, .7, 5.0000001}}},
		{"Gamma-Gamma", spends.at, nil, [][]float64{{6, 4, 15}, {.5, .8, 100}}},
	} {
		for _, at := range k.at {
			grad, scrap := make([]float64, len(at)), make([]float64, len(at))
			value := k.mean(at, grad)
			if k.one != nil {
				m := k.one(at)
				if sum := c.Sum(m.LogLikelihood) / float64(c.Customers()); math.Abs(sum-value) > 1e-10*math.Abs(sum) {
					t.Errorf("%s at %v: %.12g, its customers %.12g", k.name, at, value, sum)
				}
			}
			for i := range at {
				up, down := append([]float64{}, at...), append([]float64{}, at...)
				h := 1e-5 * at[i]
				up[i], down[i] = at[i]+h, at[i]-h
				want := (k.mean(up, scrap) - k.mean(down, scrap)) / (2 * h)
				if math.Abs(grad[i]-want) > 1e-6*(1+math.Abs(want)) {
					t.Errorf("%s at %v: slope %d is %.10g, want %.10g", k.name, at, i, grad[i], want)
				}
			}
		}
	}
}

func TestHypergeometric(t *testing.T) {
	t.Parallel()
	for _, b := range []float64{.05, .6, 1, 5, 200, 10_000} {
		for _, more := range []float64{.01, .6, 1, 7} {
			for _, z := range []float64{0, 1e-9, .1, .5, .9, .99} {
				c := b + more
				want, term := 1.0, 1.0
				for k := 0.0; term > 1e-18*want; k++ {
					term *= (b + k) / (c + 1 + k) * z
					want += term
				}
				if got := hypergeometric(b, c, z); math.Abs(got-want) > 1e-12*want {
					t.Errorf("2F1(1, %g; %g; %g) = %.15g, want %.15g", b, c+1, z, got, want)
				}
			}
		}
	}
}

func TestPurchasesBothWays(t *testing.T) {
	t.Parallel()
	for _, r := range []float64{.05, .5, 3, 40} {
		for _, tau := range []float64{.01, 1, 20, 150} {
			for _, a := range []float64{.02, .8, 1, 3, 200} {
				for _, b := range []float64{.1, 2, 50} {
					sum, integral := purchases(r, 2, a, b, 2*tau), purchasesIntegral(r, tau, a, b)
					if math.Abs(sum-integral) > 1e-9*sum {
						t.Errorf("r %g tau %g a %g b %g: %.12g and %.12g", r, tau, a, b, sum, integral)
					}
				}
			}
		}
	}
}

func TestDigamma(t *testing.T) {
	t.Parallel()
	for x, want := range map[float64]float64{1: -0.57721566490153286, .5: -1.9635100260214235, 10: 2.2517525890667211, 1e-3: -1000.5755719318103} {
		if got := digamma(x); math.Abs(got-want) > 1e-13*math.Abs(want) {
			t.Errorf("digamma(%g) = %.16g, want %.16g", x, got, want)
		}
	}
}

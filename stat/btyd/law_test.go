package btyd_test

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"

	"kring/stat/btyd"
)

var models = map[string]btyd.Model{
	"BG/NBD, the paper":         paperBG,
	"BG/NBD, a above 1":         btyd.BGNBD{R: 2, Alpha: 3, A: 1.8, B: 4},
	"BG/NBD, a is 1":            btyd.BGNBD{R: .4, Alpha: 6, A: 1, B: 2},
	"MBG/NBD":                   btyd.MBGNBD{R: .5, Alpha: 6, A: .9, B: 1.3},
	"MBG/NBD, a is 1":           btyd.MBGNBD{R: 1.4, Alpha: 3, A: 1, B: 2},
	"Pareto/NBD, the paper":     paperPareto,
	"Pareto/NBD, alpha > beta":  btyd.ParetoNBD{R: 1.3, Alpha: 9, S: .8, Beta: 2},
	"Pareto/NBD, s is 1":        btyd.ParetoNBD{R: .8, Alpha: 4, S: 1, Beta: 7},
	"Pareto/NBD, alpha is beta": btyd.ParetoNBD{R: .8, Alpha: 4, S: 1.7, Beta: 4},
}

func near(t *testing.T, what string, got, want, rel float64) {
	t.Helper()
	if !(math.Abs(got-want) <= rel*math.Abs(want)+1e-300) {
		t.Errorf("%s = %.12g, want %.12g", what, got, want)
	}
}

// simpson integrates without any of the package's own means.
func simpson(f func(float64) float64, a, b float64, n int) float64 {
	step := (b - a) / float64(n)
	sum := f(a) + f(b)
	for i := 1; i < n; i++ {
		sum += f(a+float64(i)*step) * float64(2+2*(i%2))
	}
	return sum * step / 3
}

// over is the sum of f over everything that a customer can have done by T: the
// density of x purchases of which the last at t is L·t^(x−1)/(x−1)!.
func over(m btyd.Model, age float64, f func(btyd.History) float64) float64 {
	none := btyd.History{Age: age}
	sum := math.Exp(m.LogLikelihood(none)) * f(none)
	for x := 1; x <= 50; x++ {
		ways, _ := math.Lgamma(float64(x))
		sum += simpson(func(last float64) float64 {
			if last == 0 {
				last = 1e-9 * age // the limit; a last purchase at birth is no history
			}
			h := btyd.History{X: x, Last: last, Age: age}
			return math.Exp(m.LogLikelihood(h)+float64(x-1)*math.Log(last)-ways) * f(h)
		}, 0, age, 200)
	}
	return sum
}

// TestModels holds what must be true of every model, whatever its formulas.
func TestModels(t *testing.T) {
	t.Parallel()
	const age, later = 3, 5
	for name, m := range models {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			near(t, "everything together", over(m, age, func(btyd.History) float64 { return 1 }), 1, 1e-6)
			near(t, "the mean number of purchases", over(m, age, func(h btyd.History) float64 { return float64(h.X) }), m.Expected(age), 1e-6)
			near(t, "what is still to come", over(m, age, func(h btyd.History) float64 { return m.Future(h, later) }), m.Expected(age+later)-m.Expected(age), 1e-6)
			for x := range 4 {
				near(t, "the chance of x", over(m, age, func(h btyd.History) float64 {
					if h.X == x {
						return 1
					}
					return 0
				}), m.Chance(x, age), 1e-6)
			}
			all, mean := 0.0, 0.0
			for x := range 400 {
				p := m.Chance(x, 2)
				all, mean = all+p, mean+float64(x)*p
			}
			near(t, "the chances together", all, 1, 1e-9)
			near(t, "their mean", mean, m.Expected(2), 1e-8)
			near(t, "nobody buys in no time", m.Chance(0, 0), 1, 0)
			near(t, "nor twice", m.Chance(2, 0)+m.Chance(-1, 3)+m.Expected(0), 0, 0)
		})
	}
}

// TestNearOne: the formulas of the papers divide by a−1 and s−1; ours pass
// through 1 without a step.
func TestNearOne(t *testing.T) {
	t.Parallel()
	h := btyd.History{X: 3, Last: 20, Age: 30}
	for _, off := range []float64{1e-3, 1e-6, 1e-9, 1e-12, 1e-15} {
		for name, at := range map[string]func(near float64) btyd.Model{
			"a": func(a float64) btyd.Model { return btyd.BGNBD{R: .4, Alpha: 5, A: a, B: 2} },
			"A": func(a float64) btyd.Model { return btyd.MBGNBD{R: .4, Alpha: 5, A: a, B: 2} },
			"s": func(s float64) btyd.Model { return btyd.ParetoNBD{R: .4, Alpha: 5, S: s, Beta: 9} },
			"α": func(k float64) btyd.Model { return btyd.ParetoNBD{R: .4, Alpha: 5 * k, S: .7, Beta: 5} },
		} {
			below, on, above := at(1-off), at(1), at(1+off)
			for _, f := range []func(m btyd.Model) float64{
				func(m btyd.Model) float64 { return m.Expected(52) },
				func(m btyd.Model) float64 { return m.Future(h, 52) },
				func(m btyd.Model) float64 { return m.LogLikelihood(h) },
			} {
				near(t, name+" below 1", f(below), f(on), 5*off+1e-12)
				near(t, name+" above 1", f(above), f(on), 5*off+1e-12)
			}
		}
	}
}

// The published formula with ₂F₁, summed plainly, where it can be.
func TestExpectedAsPublished(t *testing.T) {
	t.Parallel()
	for _, at := range []float64{.1429, 1, 3, 31.8571, 78} {
		r, alpha, a, b := paperBG.R, paperBG.Alpha, paperBG.A, paperBG.B
		z := at / (alpha + at)
		term, f := 1.0, 1.0
		for j := range 5000 {
			k := float64(j)
			term *= (r + k) * (b + k) / ((a + b - 1 + k) * (k + 1)) * z
			f += term
		}
		near(t, "E[X(t)]", paperBG.Expected(at), (a+b-1)/(a-1)*(1-math.Pow(alpha/(alpha+at), r)*f), 1e-11)
	}
}

// TestPublished needs no data: figures printed by others.
func TestPublished(t *testing.T) {
	t.Parallel()
	off := func(what string, got, want, allowed float64) {
		t.Helper()
		if !(math.Abs(got-want) <= allowed) {
			t.Errorf("%s = %.10g, want %.10g", what, got, want)
		}
	}
	h, often := btyd.History{X: 2, Last: 30.43, Age: 38.86}, btyd.History{X: 26, Last: 30.86, Age: 31}
	off("BG/NBD, to come (Hardie)", paperBG.Future(h, 39), 1.226, .0005)
	off("BG/NBD, P(X=0) (BTYD)", paperBG.Chance(0, 39), .5737864, 1e-6)
	off("BG/NBD, P(X=10) (BTYD)", paperBG.Chance(10, 2), 1.07869e-7, 1e-11)
	off("BG/NBD, P(X=20) (BTYD)", paperBG.Chance(20, 30), .000222226, 1e-8)
	off("Pareto/NBD, to come (BTYD)", paperPareto.Future(often, 52), 25.46, .01)
	off("Pareto/NBD, alive (BTYD)", paperPareto.Alive(often), .9979, .0001)
	off("Pareto/NBD, DERT (BTYD)", paperPareto.Residual(btyd.History{X: 7, Last: 35, Age: 38.86}, math.Log(1.15)/52), 20.71608, 1e-5)
	under := btyd.ParetoNBD{R: .55, Alpha: 10.58, S: .61, Beta: 11.67}
	off("Pareto/NBD, underflow (lifetimes)", under.Future(btyd.History{X: 133, Last: 200, Age: 200}, 10), 6.252872247574811, 1e-6)
	stress := btyd.ParetoNBD{R: .5143, Alpha: 2.8845, S: .2856, Beta: 14.1087}
	off("Pareto/NBD, stress (CLVTools)", stress.Alive(btyd.History{X: 254, Last: 97.14286, Age: 97.28571}), .99955823, 1e-6)
	mean, err := btyd.GammaGamma{P: 6.25, Q: 3.74, V: 15.44}.Mean(btyd.Spend{X: 2, Mean: 22.35})
	if err != nil {
		t.Error(err)
	}
	off("Gamma-Gamma (Hardie)", mean, 24.65, .1)
	off("BG/NBD, one-time buyer", paperBG.Alive(btyd.History{Age: 38.86}), 1, 0)
	if p := (btyd.MBGNBD{R: .5, Alpha: 6, A: .9, B: 1.3}).Alive(btyd.History{Age: 38.86}); p >= .5 {
		t.Errorf("MBG/NBD, one-time buyer: %g", p)
	}
}

func TestGammaGammaMean(t *testing.T) {
	t.Parallel()
	if _, err := (btyd.GammaGamma{P: 6, Q: 1, V: 15}).Mean(btyd.Spend{X: 2, Mean: 20}); !errors.Is(err, btyd.ErrNoMean) {
		t.Errorf("q = 1: %v", err)
	}
	m := btyd.GammaGamma{P: 6.25, Q: 3.74, V: 15.44}
	everybody, err := m.Mean(btyd.Spend{})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "without repeat purchases", everybody, m.P*m.V/(m.Q-1), 1e-12)
	often, err := m.Mean(btyd.Spend{X: 1e6, Mean: 20})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "with a million", often, 20, 1e-5)
}

func finite(v ...float64) bool {
	for _, x := range v {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return false
		}
	}
	return true
}

// TestNoNonsense: whatever the parameters and the history, an answer is a
// number in its range.
func TestNoNonsense(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		size := func(name string) float64 { return math.Exp(rapid.Float64Range(-7, 7).Draw(t, name)) }
		h := history(t)
		later := math.Exp(rapid.Float64Range(-5, 8).Draw(t, "later"))
		a, b, c, d := size("1"), size("2"), size("3"), size("4")
		for _, m := range []btyd.Model{btyd.BGNBD{R: a, Alpha: b, A: c, B: d}, btyd.MBGNBD{R: a, Alpha: b, A: c, B: d}, btyd.ParetoNBD{R: a, Alpha: b, S: c, Beta: d}} {
			alive, future, expected, more := m.Alive(h), m.Future(h, later), m.Expected(later), m.Expected(later*1.5)
			rate := (a + float64(h.X)) / (b + h.Age)
			switch {
			case !finite(alive, future, expected, more, m.LogLikelihood(h)):
				t.Fatalf("%+v %+v: alive %g, to come %g, expected %g", m, h, alive, future, expected)
			case alive < 0 || alive > 1:
				t.Fatalf("%+v %+v: alive %g", m, h, alive)
			case future < 0 || future > rate*later*(1+1e-9):
				t.Fatalf("%+v %+v: to come %g, at most %g", m, h, future, rate*later)
			case expected < 0 || expected > a/b*later*(1+1e-9) || more < expected*(1-1e-9):
				t.Fatalf("%+v: expected %g, then %g, at most %g", m, expected, more, a/b*later)
			}
			if p := m.Chance(h.X%50, later); !(p >= 0 && p <= 1+1e-9) {
				t.Fatalf("%+v: chance of %d in %g is %g", m, h.X%50, later, p)
			}
		}
		if dert := (btyd.ParetoNBD{R: a, Alpha: b, S: c, Beta: d}).Residual(h, .0027); !finite(dert) || dert < 0 {
			t.Fatalf("DERT %g", dert)
		}
	})
}

func history(t *rapid.T) (h btyd.History) {
	h.Age = float64(rapid.IntRange(0, 8000).Draw(t, "age")) / 7
	if h.Age > 0 && rapid.Bool().Draw(t, "came back") {
		h.Last = h.Age
		if rapid.Bool().Draw(t, "not today") {
			h.Last = h.Age * rapid.Float64Range(.001, 1).Draw(t, "last")
		}
		h.X = rapid.OneOf(rapid.IntRange(1, 5), rapid.IntRange(1, 300), rapid.Just(10_000)).Draw(t, "x")
	}
	return h
}

func TestHistoryThatCannotBe(t *testing.T) {
	t.Parallel()
	for _, h := range []btyd.History{{X: -1}, {X: 1, Age: 3}, {Last: 1, Age: 3}, {X: 1, Last: 4, Age: 3}, {Age: math.NaN()}, {X: 1, Last: math.NaN(), Age: 2}, {Age: math.Inf(1)}} {
		if _, err := btyd.NewCohort([]btyd.History{{Age: 1}, h}); !errors.Is(err, btyd.ErrHistory) {
			t.Errorf("%+v: %v", h, err)
		}
	}
}

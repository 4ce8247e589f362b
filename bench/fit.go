package bench

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"time"

	"kring/stat/btyd"
)

// fits are the models that are measured, and what one of a million customers may
// take on one core.
var fits = []struct {
	name   string
	budget time.Duration
	fit    func(*btyd.Cohort) error
}{
	{"BG/NBD", 10 * time.Second, func(c *btyd.Cohort) error { _, _, err := btyd.FitBGNBD(c); return err }},
	{"Pareto/NBD", 30 * time.Second, func(c *btyd.Cohort) error { _, _, err := btyd.FitParetoNBD(c); return err }},
}

const mostFitted = 1_000_000

// fitting measures how long the models of who is slipping away take, from
// histories that were counted already, as the computation at night has them.
func (r *run) fitting(sizes ...int) error {
	for _, n := range sizes {
		base := inventedBase(n, r.Seed)
		for _, m := range fits {
			begin := time.Now()
			c, err := btyd.Grouped(maps.All(base))
			if err == nil {
				err = m.fit(c)
			}
			if err != nil {
				return fmt.Errorf("%s of %d customers: %w", m.name, n, err)
			}
			took := time.Since(begin)
			ms := float64(took.Microseconds()) / 1000
			row := Row{Name: fmt.Sprintf("fit %s %d", m.name, n), Path: fmt.Sprintf("fit of %s to %s customers (%s different histories)", m.name, thousands(n), thousands(len(base))),
				Rate: 1 / took.Seconds(), P50: ms, P95: ms, P99: ms}
			if n == mostFitted {
				ok := took <= m.budget
				row.Budget, row.Met = fmt.Sprintf("≤ %.0f s on one core", m.budget.Seconds()), &ok
			}
			r.report.Rows = append(r.report.Rows, row)
			r.say("  %-36s %8.0f ms", "fit "+m.name+", "+thousands(n)+" customers", ms)
		}
	}
	return nil
}

// inventedBase is n customers as Pareto/NBD has them, with the parameters of
// CDNOW: born on one of 84 days, known until day 272, in weeks. Identical
// histories are counted together.
func inventedBase(n int, seed uint64) map[btyd.History]int {
	random := rand.New(rand.NewPCG(seed, 4))
	base := map[btyd.History]int{}
	for range n {
		age := float64(272 - random.IntN(84))
		rate, leaves := gammaDraw(random, .553)/10.578/7, gammaDraw(random, .606)/11.669/7
		until := min(age, random.ExpFloat64()/leaves)
		var h btyd.History
		last := 0
		for at := random.ExpFloat64() / rate; at < until; at += random.ExpFloat64() / rate {
			if day := int(at) + 1; day > last && float64(day) <= age {
				h.X, last = h.X+1, day
			}
		}
		h.Last, h.Age = float64(last)/7, age/7
		base[h]++
	}
	return base
}

// gammaDraw draws from a gamma distribution of scale 1 (Marsaglia, Tsang 2000).
func gammaDraw(random *rand.Rand, shape float64) float64 {
	if shape < 1 {
		return gammaDraw(random, shape+1) * math.Pow(random.Float64(), 1/shape)
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

package btyd

import (
	"maps"
	"math"
	"slices"
)

// Track is how many repeat purchases the model expects of the whole cohort from
// each one's birth to each of the given moments, counted from today: -13 is
// thirteen units ago. Whoever was not born by then does not count. Put beside
// what was really bought it shows whether the model can be believed.
func Track(m Model, c *Cohort, moments []float64) []float64 {
	ages, count := c.ages()
	totals := make([]float64, len(moments))
	for i, moment := range moments {
		for _, age := range ages {
			if t := age + moment; t > 0 {
				totals[i] += count[age] * m.Expected(t)
			}
		}
	}
	return totals
}

// ages is every age in the cohort, rising, and how many customers have it.
func (c *Cohort) ages() (ages []float64, count map[float64]float64) {
	count = map[float64]float64{}
	for _, g := range c.groups {
		count[c.times[g.age]] += g.count
	}
	return slices.Sorted(maps.Keys(count)), count
}

// Total is how many purchases the model expects of the whole cohort in the next
// t, given what each one did so far.
func Total(m Model, c *Cohort, t float64) float64 {
	return c.Sum(func(h History) float64 { return m.Future(h, t) })
}

// Discounted is the purchases to expect in the next n steps, each counted less
// by the continuous discount from the middle of its step: times the margin and
// the value of an order it is the lifetime value within that horizon. For
// Pareto/NBD without a horizon see Residual.
func Discounted(m Model, h History, discount, step float64, n int) (sum float64) {
	before := 0.0
	for i := range n {
		now := m.Future(h, float64(i+1)*step)
		sum += (now - before) * math.Exp(-discount*(float64(i)+.5)*step)
		before = now
	}
	return sum
}

// Histogram is how many customers the model expects to have made 0, 1 … most-1,
// and most or more repeat purchases, each in its own age.
func Histogram(m Model, c *Cohort, most int) []float64 {
	ages, count := c.ages()
	bins := make([]float64, most+1)
	bins[most] = float64(c.customers)
	for _, age := range ages {
		for x := range most {
			n := count[age] * m.Chance(x, age)
			bins[x] += n
			bins[most] -= n
		}
	}
	return bins
}

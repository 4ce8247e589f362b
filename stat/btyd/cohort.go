package btyd

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
)

// Cohort is the histories a model is fitted to, identical ones counted together.
//
// Numbers of purchases and moments are few even where customers are many, and
// most of what a likelihood costs depends on one of them or on a pair.
type Cohort struct {
	customers, repeaters int
	xs                   []int     // every number of purchases, rising
	times                []float64 // every moment: last purchases and ages
	pairs                []pair    // what occurs together of the two
	groups               []group
}

type pair struct{ x, time int } // places in xs and times

type group struct {
	x, last, age      int // places in xs and times
	lastPair, agePair int // places in pairs
	count             float64
}

// ErrFew says that a base is too small to learn from.
var ErrFew = errors.New("too few customers came back to learn from")

// What a fit needs at the least. Below a hundred it is fragile, which the
// standard errors show.
const (
	leastCustomers = 20
	leastRepeaters = 10
)

// NewCohort groups the histories and refuses one that cannot be.
func NewCohort(histories []History) (*Cohort, error) {
	count := make(map[History]int)
	for _, h := range histories {
		count[h]++
	}
	return Grouped(maps.All(count))
}

// Grouped is NewCohort of histories that were counted already: each one and how
// many customers have it.
func Grouped(counted iter.Seq2[History, int]) (*Cohort, error) {
	c := &Cohort{}
	var distinct []counting
	for h, n := range counted {
		if err := h.Check(); err != nil {
			return nil, err
		}
		if n <= 0 {
			continue
		}
		distinct = append(distinct, counting{h, n})
		if c.customers += n; h.X > 0 {
			c.repeaters += n
		}
	}
	c.index(distinct)
	return c, nil
}

// counting is a history and how many customers have it.
type counting struct {
	History
	n int
}

func (c *Cohort) index(distinct []counting) {
	for _, h := range distinct {
		c.xs = append(c.xs, h.X)
		c.times = append(c.times, h.Last, h.Age)
	}
	// One order, so that the same base always gives the same last digit.
	slices.SortFunc(distinct, func(a, b counting) int {
		return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.Age, b.Age), cmp.Compare(a.Last, b.Last))
	})
	c.xs, c.times = sortedSet(c.xs), sortedSet(c.times)
	places := make(map[pair]int)
	place := func(x, time int) int {
		p := pair{x, time}
		i, known := places[p]
		if !known {
			i = len(c.pairs)
			places[p] = i
			c.pairs = append(c.pairs, p)
		}
		return i
	}
	for _, h := range distinct {
		x, _ := slices.BinarySearch(c.xs, h.X)
		last, _ := slices.BinarySearch(c.times, h.Last)
		age, _ := slices.BinarySearch(c.times, h.Age)
		c.groups = append(c.groups, group{x, last, age, place(x, last), place(x, age), float64(h.n)})
	}
}

func sortedSet[T cmp.Ordered](s []T) []T {
	slices.Sort(s)
	return slices.Compact(s)
}

// Customers is how many there are, Repeaters how many of them came back.
func (c *Cohort) Customers() int { return c.customers }

// Repeaters is how many customers bought again.
func (c *Cohort) Repeaters() int { return c.repeaters }

func (c *Cohort) enough() error {
	if c.customers < leastCustomers || c.repeaters < leastRepeaters {
		return fmt.Errorf("%w: %d customers of whom %d bought again; %d and %d are needed", ErrFew, c.customers, c.repeaters, leastCustomers, leastRepeaters)
	}
	return nil
}

func (c *Cohort) oldest() float64 { return c.times[len(c.times)-1] }

func (c *Cohort) history(g group) History {
	return History{X: c.xs[g.x], Last: c.times[g.last], Age: c.times[g.age]}
}

// Sum adds f over all customers.
func (c *Cohort) Sum(f func(History) float64) float64 {
	total := 0.0
	for _, g := range c.groups {
		total += g.count * f(c.history(g))
	}
	return total
}

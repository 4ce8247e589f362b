package score

import (
	"cmp"
	"math"
	"slices"
)

// Isotonic turns chances into shares that rise with them: the best such ones by
// least squares (pool adjacent violators; Ayer e.a. 1955).
type Isotonic struct {
	from, to []float64 // chances of each block, rising
	share    []float64
}

// FitIsotonic learns from cases that the chances were not fitted on, or that are
// many: it bends as far as it is let.
func FitIsotonic(chances []float64, outcomes []bool) (Isotonic, error) {
	if err := judged(chances, outcomes); err != nil {
		return Isotonic{}, err
	}
	order := make([]int, len(chances))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(chances[a], chances[b]) })
	type block struct{ from, to, yes, n float64 }
	var blocks []block
	for _, i := range order {
		p := chances[i]
		if last := len(blocks) - 1; last >= 0 && blocks[last].to == p && blocks[last].from == p {
			blocks[last].yes += of(outcomes[i])
			blocks[last].n++
		} else {
			blocks = append(blocks, block{p, p, of(outcomes[i]), 1})
		}
	}
	var pooled []block
	for _, b := range blocks {
		pooled = append(pooled, b)
		for len(pooled) > 1 {
			x, y := pooled[len(pooled)-2], pooled[len(pooled)-1]
			if x.yes*y.n < y.yes*x.n {
				break
			}
			pooled = append(pooled[:len(pooled)-2], block{x.from, y.to, x.yes + y.yes, x.n + y.n})
		}
	}
	var c Isotonic
	for _, b := range pooled {
		c.from, c.to, c.share = append(c.from, b.from), append(c.to, b.to), append(c.share, b.yes/b.n)
	}
	return c, nil
}

// Chance is the share that belongs to a chance; between blocks it lies on a line,
// outside it is that of the nearest.
func (c Isotonic) Chance(p float64) float64 {
	if len(c.share) == 0 {
		return p
	}
	k, _ := slices.BinarySearch(c.to, p) // the first block that ends at p or later
	switch {
	case k == len(c.to):
		return c.share[k-1]
	case p >= c.from[k] || k == 0:
		return c.share[k]
	}
	t := (p - c.to[k-1]) / (c.from[k] - c.to[k-1])
	return c.share[k-1] + t*(c.share[k]-c.share[k-1])
}

// Platt turns a chance into another by a line in the log of the odds (Platt 1999).
type Platt struct{ Slope, Shift float64 }

// FitPlatt learns the line, with Platt's outcomes that never say quite 0 or 1, by
// the careful Newton of Lin, Lin & Weng 2007.
func FitPlatt(chances []float64, outcomes []bool) (Platt, error) {
	if err := judged(chances, outcomes); err != nil {
		return Platt{}, err
	}
	yes := 0.0
	odds := make([]float64, len(chances))
	for i, p := range chances {
		yes += of(outcomes[i])
		odds[i] = logit(p)
	}
	no := float64(len(chances)) - yes
	if yes == 0 || no == 0 {
		return Platt{}, ErrOne
	}
	high, low := (yes+1)/(yes+2), 1/(no+2)
	aim := func(i int) float64 {
		if outcomes[i] {
			return high
		}
		return low
	}
	loss := func(c Platt) (sum float64) {
		for i, x := range odds {
			eta := c.Slope*x + c.Shift
			sum += softplus(eta) - aim(i)*eta
		}
		return sum
	}
	c := Platt{0, math.Log((yes + 1) / (no + 1))}
	last := loss(c)
	for range most {
		const ridge = 1e-12
		g0, g1, h00, h01, h11 := 0.0, 0.0, ridge, 0.0, ridge
		for i, x := range odds {
			p := logistic(c.Slope*x + c.Shift)
			g0 += (p - aim(i)) * x
			g1 += p - aim(i)
			w := p * (1 - p)
			h00, h01, h11 = h00+w*x*x, h01+w*x, h11+w
		}
		if math.Abs(g0) < 1e-8 && math.Abs(g1) < 1e-8 {
			break
		}
		det := h00*h11 - h01*h01
		s0, s1 := -(h11*g0-h01*g1)/det, -(h00*g1-h01*g0)/det
		for half := 1.0; ; half /= 2 {
			next := Platt{c.Slope + half*s0, c.Shift + half*s1}
			if value := loss(next); value < last+1e-4*half*(g0*s0+g1*s1) {
				c, last = next, value
				break
			}
			if half < 1e-10 {
				return c, nil
			}
		}
	}
	return c, nil
}

// Chance is the chance that belongs to a chance.
func (c Platt) Chance(p float64) float64 { return logistic(c.Slope*logit(p) + c.Shift) }

func logit(p float64) float64 {
	p = min(max(p, 1e-12), 1-1e-12)
	return math.Log(p / (1 - p))
}

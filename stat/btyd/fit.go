package btyd

import (
	"errors"
	"fmt"
	"math"
)

// Estimate is what a fit found.
type Estimate struct {
	Names         []string  // of the parameters, in the order of the model
	Value         []float64 // positive, all of them
	Error         []float64 // standard errors, from the curvature at the top
	LogLikelihood float64   // of all customers together
	Customers     int       // how many the fit rests on
}

// ErrUnsettled says that the data do not settle a parameter: it runs to nothing
// or out of bounds, or its top is flat. What came out would be noise.
var ErrUnsettled = errors.New("these data do not settle the model")

// Unsettled is the ErrUnsettled that names the parameter.
type Unsettled struct {
	Parameter string
	Reason    string
}

// Error says which parameter and why.
func (u *Unsettled) Error() string {
	return fmt.Sprintf("%s: parameter %s %s", ErrUnsettled.Error(), u.Parameter, u.Reason)
}

// Is makes it ErrUnsettled.
func (u *Unsettled) Is(target error) bool { return target == ErrUnsettled }

// problem is a likelihood to maximise over positive parameters.
type problem struct {
	names  []string
	scale  []float64   // the size a parameter has by its unit
	starts [][]float64 // in that scale
	mean   func(v, grad []float64) float64
	count  int
}

const (
	wall      = 13.0 // the furthest a parameter goes from its scale, as a logarithm
	loosest   = 10.0 // the largest standard error of a logarithm that still says something
	flatSlope = 1e-9
)

// maximise climbs from every start over the logarithms of the parameters
// (BFGS), takes the best, ends with Newton's steps and measures the curvature.
func maximise(p problem) (Estimate, error) {
	var best summit
	for i, start := range p.starts {
		at := make([]float64, len(start))
		for j := range at {
			at[j] = math.Log(start[j])
		}
		// A rough climb tells which hill; only that one is climbed to its top.
		if s := p.climb(at, 1e-4, 60); i == 0 || s.cost < best.cost {
			best = s
		}
	}
	best = p.climb(best.at, 1e-7, 300)
	if err := p.atWall(best); err != nil {
		return Estimate{}, err
	}
	spread, err := p.settle(&best)
	if err != nil {
		return Estimate{}, err
	}
	e := Estimate{Names: p.names, LogLikelihood: -best.cost * float64(p.count), Customers: p.count}
	for i, v := range p.values(best.at) {
		e.Value = append(e.Value, v)
		e.Error = append(e.Error, v*spread[i])
	}
	return e, nil
}

// summit is a place reached: logarithms of the scaled parameters, the mean
// negative log-likelihood there and its slope.
type summit struct {
	at, slope []float64
	cost      float64
}

func (p problem) values(at []float64) []float64 {
	v := make([]float64, len(at))
	for i := range at {
		v[i] = math.Exp(at[i]) * p.scale[i]
	}
	return v
}

// look is the cost at a place; +Inf beyond the wall and where the likelihood
// has no number.
func (p problem) look(at []float64) summit {
	s := summit{at: at, slope: make([]float64, len(at)), cost: math.Inf(1)}
	for _, x := range at {
		if !(math.Abs(x) <= wall) {
			return s
		}
	}
	v := p.values(at)
	cost := -p.mean(v, s.slope)
	for i := range s.slope {
		s.slope[i] *= -v[i]
		cost += 0 * s.slope[i] // a slope without a number spoils the place
	}
	if !math.IsNaN(cost) {
		s.cost = cost
	}
	return s
}

// climb is BFGS with backtracking until the slope is below enough.
func (p problem) climb(start []float64, enough float64, most int) summit {
	n := len(start)
	here := p.look(start)
	inverse := identity(n)
	for range most {
		if steepest(here.slope) < enough || math.IsInf(here.cost, 1) {
			break
		}
		step := times(inverse, here.slope, -1)
		if dot(step, here.slope) >= 0 {
			inverse = identity(n)
			step = times(inverse, here.slope, -1)
		}
		shorten(step, 2)
		next, ok := p.walk(here, step)
		if !ok {
			break
		}
		inverse = bfgs(inverse, minus(next.at, here.at), minus(next.slope, here.slope))
		here = next
	}
	return here
}

// walk halves the step until the cost falls as the slope promised (Armijo).
func (p problem) walk(from summit, step []float64) (summit, bool) {
	promised := dot(step, from.slope)
	for size := 1.0; size > 1e-9; {
		to := make([]float64, len(step))
		for i := range to {
			to[i] = from.at[i] + size*step[i]
		}
		next := p.look(to)
		if next.cost <= from.cost+1e-4*size*promised {
			return next, true
		}
		// The parabola through both costs and the slope; a tenth at the least.
		lower := -promised * size / (2 * ((next.cost-from.cost)/size - promised))
		size = min(max(lower, size/10), size/2)
	}
	return from, false
}

// atWall names the parameter that ran away.
func (p problem) atWall(s summit) error {
	for i, x := range s.at {
		switch {
		case x > wall-1:
			return &Unsettled{p.names[i], "grows without end: the customers differ too little"}
		case x < 1-wall:
			return &Unsettled{p.names[i], "runs to nothing"}
		}
	}
	if math.IsInf(s.cost, 1) {
		return &Unsettled{p.names[0], "has no value the likelihood can be computed at"}
	}
	return nil
}

// settle takes Newton's steps to the very top and gives the standard errors of
// the logarithms.
func (p problem) settle(s *summit) ([]float64, error) {
	var factor [][]float64
	for range 6 {
		var err error
		if factor, err = p.curvature(*s); err != nil {
			return nil, err
		}
		if steepest(s.slope) < flatSlope {
			break
		}
		step := solve(factor, s.slope)
		for i := range step {
			step[i] = -step[i]
		}
		shorten(step, 1)
		to := make([]float64, len(step))
		for i := range to {
			to[i] = s.at[i] + step[i]
		}
		next := p.look(to)
		if steepest(next.slope) >= steepest(s.slope) || math.IsInf(next.cost, 1) {
			break
		}
		*s = next
	}
	if err := p.atWall(*s); err != nil {
		return nil, err
	}
	if steep := steepest(s.slope); steep > 1e-5 {
		return nil, &Unsettled{p.names[0], "was not found: the search ended on a slope"}
	}
	spread := make([]float64, len(s.at))
	for i := range spread {
		unit := make([]float64, len(s.at))
		unit[i] = 1
		spread[i] = math.Sqrt(solve(factor, unit)[i] / float64(p.count))
		if !(spread[i] < loosest) {
			return nil, &Unsettled{p.names[i], "can be almost anything: its standard error is far larger than itself"}
		}
	}
	return spread, nil
}

// curvature is the Cholesky factor of the second derivatives to the logarithms,
// by differences of the exact slope.
func (p problem) curvature(s summit) ([][]float64, error) {
	const h = 1e-4
	n := len(s.at)
	second := identity(n)
	for i := range n {
		up, down := append([]float64{}, s.at...), append([]float64{}, s.at...)
		up[i] += h
		down[i] -= h
		above, below := p.look(up).slope, p.look(down).slope
		for j := range n {
			second[i][j] = (above[j] - below[j]) / (2 * h)
		}
	}
	for i := range n {
		for j := range i {
			middle := (second[i][j] + second[j][i]) / 2
			second[i][j], second[j][i] = middle, middle
		}
	}
	factor, flat := cholesky(second)
	if flat >= 0 {
		return nil, &Unsettled{p.names[flat], "can be almost anything: the likelihood is flat there"}
	}
	return factor, nil
}

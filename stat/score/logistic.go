// Package score learns from what happened how likely it is to happen again:
// logistic regression, its calibration, and how good its chances were.
//
// Numbers in, numbers out. A row is the features of one case in the order of the
// fit; chances are between 0 and 1. What a chance may decide about a person is
// not for this package.
package score

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// What can be wrong with cases.
var (
	ErrShape  = errors.New("score: every case has the same features, all of them finite numbers, and an outcome")
	ErrFew    = errors.New("score: there are too few cases for so many features")
	ErrOne    = errors.New("score: every case ended the same way, so there is nothing to tell apart")
	ErrFlat   = errors.New("score: a feature is the same for every case")
	ErrSame   = errors.New("score: two features say the same")
	ErrL2     = errors.New("score: a penalty is zero or more")
	ErrChance = errors.New("score: a chance lies between 0 and 1, and has its outcome")
)

// Separated says that a feature tells the outcomes apart without exception: its
// coefficient has no bound. Leave it out when it is known only afterwards, or fit
// with a penalty.
type Separated struct{ Feature int }

func (s *Separated) Error() string {
	return fmt.Sprintf("score: feature %d tells the outcomes apart without exception", s.Feature)
}

// Logistic is a fitted logistic regression: the log of the odds is a sum.
type Logistic struct {
	N             int
	Intercept     float64
	Base          float64 // standard error of the intercept
	Coef          []float64
	SE            []float64
	LogLikelihood float64 // without the penalty
	Null          float64 // log-likelihood of the share alone
	L2            float64

	mean []float64 // of the features, against which reasons are told
}

// most iterations; without separation six to ten do.
const most = 60

// Fit is maximum likelihood by iteratively reweighted least squares (Newton's
// method; McCullagh & Nelder 1989). l2 > 0 takes ½·l2·Σβ² off the log-likelihood,
// β being in standard deviations; then SE is of the penalised fit.
func Fit(rows [][]float64, outcomes []bool, l2 float64) (Logistic, error) {
	d, err := arrange(rows, outcomes)
	if err != nil {
		return Logistic{}, err
	}
	if !(l2 >= 0) || math.IsInf(l2, 1) {
		return Logistic{}, ErrL2
	}
	b := make([]float64, d.p+1)
	b[0] = math.Log(d.share / (1 - d.share))
	last, gradient, hessian := d.likelihood(b, l2)
	null, settled := last, false
	for range most {
		var chol mat.Cholesky
		if !chol.Factorize(hessian) {
			return Logistic{}, d.why(b)
		}
		var step mat.VecDense
		if err := chol.SolveVecTo(&step, mat.NewVecDense(d.p+1, gradient)); err != nil && chol.Cond() > 1e15 {
			return Logistic{}, d.why(b)
		}
		next, moved := make([]float64, d.p+1), 0.0
		value, g, h := math.Inf(-1), gradient, hessian
		for half := 1.0; half > 1e-8; half /= 2 {
			moved = 0
			for i := range next {
				next[i] = b[i] + half*step.AtVec(i)
				moved = max(moved, math.Abs(half*step.AtVec(i)))
			}
			if value, g, h = d.likelihood(next, l2); value >= last-1e-12*math.Abs(last) {
				break
			}
		}
		b, gradient, hessian = next, g, h
		if moved < 1e-10 || moved < 1e-6 && math.Abs(value-last) < 1e-13*math.Abs(last) {
			settled = true
			last = value
			break
		}
		last = value
	}
	return d.told(b, hessian, l2, null, settled)
}

// design is the cases with every feature in standard deviations from its mean.
type design struct {
	n, p     int
	rows     []float64 // n × p
	outcomes []bool
	share    float64
	mean, sd []float64
}

func arrange(rows [][]float64, outcomes []bool) (*design, error) {
	if len(rows) == 0 || len(rows) != len(outcomes) {
		return nil, ErrShape
	}
	d := &design{n: len(rows), p: len(rows[0]), outcomes: outcomes}
	d.mean, d.sd = make([]float64, d.p), make([]float64, d.p)
	yes := 0
	for i, row := range rows {
		if len(row) != d.p {
			return nil, ErrShape
		}
		for j, v := range row {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, ErrShape
			}
			d.mean[j] += v / float64(d.n)
		}
		if outcomes[i] {
			yes++
		}
	}
	switch {
	case yes == 0 || yes == d.n:
		return nil, ErrOne
	case d.n < d.p+2:
		return nil, ErrFew
	}
	d.share = float64(yes) / float64(d.n)
	for _, row := range rows {
		for j, v := range row {
			d.sd[j] += (v - d.mean[j]) * (v - d.mean[j]) / float64(d.n)
		}
	}
	for j := range d.sd {
		if d.sd[j] = math.Sqrt(d.sd[j]); !(d.sd[j] > 1e-12*math.Abs(d.mean[j])) || d.sd[j] == 0 {
			return nil, ErrFlat
		}
	}
	d.rows = make([]float64, 0, d.n*d.p)
	for _, row := range rows {
		for j, v := range row {
			d.rows = append(d.rows, (v-d.mean[j])/d.sd[j])
		}
	}
	return d, d.distinct()
}

// likelihood is the penalised log-likelihood at b, its slope, and its curvature
// with the sign turned.
func (d *design) likelihood(b []float64, l2 float64) (value float64, gradient []float64, hessian *mat.SymDense) {
	size := d.p + 1
	gradient = make([]float64, size)
	h := make([]float64, size*size)
	for i := range d.n {
		row := d.rows[i*d.p : (i+1)*d.p]
		eta := b[0]
		for j, v := range row {
			eta += b[j+1] * v
		}
		p := logistic(eta)
		rest := -p
		if d.outcomes[i] {
			rest = 1 - p
			value -= softplus(-eta)
		} else {
			value -= softplus(eta)
		}
		w := p * (1 - p)
		gradient[0] += rest
		h[0] += w
		for j, v := range row {
			gradient[j+1] += rest * v
			wv := w * v
			h[j+1] += wv
			at := h[(j+1)*size:]
			for k := j; k < d.p; k++ {
				at[k+1] += wv * row[k]
			}
		}
	}
	for j := 1; j < size; j++ {
		value -= l2 / 2 * b[j] * b[j]
		gradient[j] -= l2 * b[j]
		h[j*size+j] += l2
	}
	return value, gradient, mat.NewSymDense(size, h)
}

func logistic(eta float64) float64 {
	if eta >= 0 {
		return 1 / (1 + math.Exp(-eta))
	}
	e := math.Exp(eta)
	return e / (1 + e)
}

// softplus is log(1+eˣ) without overflow.
func softplus(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

// boundless is the standard error, in standard deviations of a feature, beyond
// which a coefficient is not known at all.
const boundless = 50

// why a coefficient has no bound: which feature it is of. That no two features say
// the same was seen before.
func (d *design) why(b []float64) error {
	worst := 0
	for j := range d.p {
		if math.Abs(b[j+1]) > math.Abs(b[worst+1]) {
			worst = j
		}
	}
	return &Separated{Feature: worst}
}

// distinct asks that no feature follows from the others.
func (d *design) distinct() error {
	size := d.p
	r := make([]float64, size*size)
	for i := range d.n {
		row := d.rows[i*size : (i+1)*size]
		for j, v := range row {
			for k := j; k < size; k++ {
				r[j*size+k] += v * row[k] / float64(d.n)
			}
		}
	}
	var chol mat.Cholesky
	if size > 0 && (!chol.Factorize(mat.NewSymDense(size, r)) || chol.Cond() > 1e12) {
		return ErrSame
	}
	return nil
}

func (d *design) told(b []float64, hessian *mat.SymDense, l2, null float64, settled bool) (Logistic, error) {
	var chol mat.Cholesky
	if !chol.Factorize(hessian) {
		return Logistic{}, d.why(b)
	}
	var inverse mat.SymDense
	if err := chol.InverseTo(&inverse); err != nil && chol.Cond() > 1e15 {
		return Logistic{}, d.why(b)
	}
	for j := range d.p {
		if inverse.At(j+1, j+1) > boundless*boundless {
			settled = false
		}
	}
	if !settled {
		return Logistic{}, d.why(b)
	}
	m := Logistic{N: d.n, L2: l2, Null: null, mean: d.mean, Coef: make([]float64, d.p), SE: make([]float64, d.p)}
	penalty := 0.0
	back := mat.NewVecDense(d.p+1, nil) // the intercept in units of the features
	back.SetVec(0, 1)
	m.Intercept = b[0]
	for j := range d.p {
		m.Coef[j] = b[j+1] / d.sd[j]
		m.SE[j] = math.Sqrt(inverse.At(j+1, j+1)) / d.sd[j]
		m.Intercept -= m.Coef[j] * d.mean[j]
		back.SetVec(j+1, -d.mean[j]/d.sd[j])
		penalty += l2 / 2 * b[j+1] * b[j+1]
	}
	m.Base = math.Sqrt(mat.Inner(back, &inverse, back))
	value, _, _ := d.likelihood(b, l2)
	m.LogLikelihood = value + penalty
	return m, nil
}

// Chance is how likely a case with these features is.
func (m Logistic) Chance(row []float64) float64 {
	eta := m.Intercept
	for j, v := range row {
		eta += m.Coef[j] * v
	}
	return logistic(eta)
}

// Reason is how much a feature moves the log of the odds against the average case.
type Reason struct {
	Feature int
	Moves   float64
}

// Reasons are all features of a case, those that move it most first. Together with
// the chance of the average case they make the chance.
func (m Logistic) Reasons(row []float64) []Reason {
	all := make([]Reason, len(m.Coef))
	for j := range m.Coef {
		all[j] = Reason{j, m.Coef[j] * (row[j] - m.mean[j])}
	}
	slices.SortStableFunc(all, func(a, b Reason) int {
		return cmp.Compare(math.Abs(b.Moves), math.Abs(a.Moves))
	})
	return all
}

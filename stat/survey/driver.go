package survey

import (
	"errors"
	"math"
	"math/bits"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// What can be wrong with drivers.
var (
	ErrDrivers  = errors.New("survey: every driver and the target have an answer of each person, and there are more people than drivers")
	ErrConstant = errors.New("survey: what nobody answers differently explains nothing")
	ErrSame     = errors.New("survey: two drivers say the same, so their shares cannot be told apart")
)

// Exact is up to how many drivers Shares looks at every subset; beyond it looks at
// orders drawn by chance, always the same ones.
const Exact = 15

// orders is how many orders are drawn beyond Exact. The standard error of a share
// is then about 2% of what is explained, at worst.
const orders = 4000

// Drivers is how a target goes with drivers: what it goes with, not what causes it.
type Drivers struct {
	N         int
	R2        float64
	Intercept float64
	Base      float64   // standard error of the intercept
	Coef      []float64 // of ordinary least squares, in units of the target for one of the driver
	SE        []float64
	Beta      []float64 // standardised
	Pearson   []float64 // with the target, each alone
	LMG       []float64 // shares of R², by Lindeman, Merenda & Gold 1980 (Shapley values)
	Johnson   []float64 // shares of R², by Johnson 2000 (relative weights)
}

// Drive fits a target on drivers; each slice of x is one driver's answers.
func Drive(y []float64, x [][]float64) (Drivers, error) {
	n, p := len(y), len(x)
	if p == 0 || n < p+2 {
		return Drivers{}, ErrDrivers
	}
	full := mat.NewDense(n, p+1, nil) // the drivers and then the target
	for j, answers := range append(append([][]float64{}, x...), y) {
		if len(answers) != n {
			return Drivers{}, ErrDrivers
		}
		if stat.Variance(answers, nil) == 0 {
			return Drivers{}, ErrConstant
		}
		full.SetCol(j, answers)
	}
	var r mat.SymDense
	stat.CorrelationMatrix(&r, full, nil)
	d := Drivers{N: n, Pearson: make([]float64, p)}
	for j := range p {
		d.Pearson[j] = r.At(j, p)
	}
	if err := d.fit(y, x); err != nil {
		return Drivers{}, err
	}
	d.LMG = shares(&r, p)
	var err error
	d.Johnson, err = relative(&r, p)
	return d, err
}

// fit is ordinary least squares by QR.
func (d *Drivers) fit(y []float64, x [][]float64) error {
	n, p := len(y), len(x)
	design := mat.NewDense(n, p+1, nil)
	for i := range n {
		design.Set(i, 0, 1)
		for j := range p {
			design.Set(i, j+1, x[j][i])
		}
	}
	var qr mat.QR
	qr.Factorize(design)
	if qr.Cond() > 1e12 {
		return ErrSame
	}
	var b mat.VecDense
	if err := qr.SolveVecTo(&b, false, mat.NewVecDense(n, y)); err != nil {
		return ErrSame
	}
	rest, mean, around := 0.0, stat.Mean(y, nil), 0.0
	for i := range n {
		e := y[i] - mat.Dot(design.RowView(i), &b)
		rest += e * e
		around += (y[i] - mean) * (y[i] - mean)
	}
	var gram, inverse mat.Dense
	gram.Mul(design.T(), design)
	if err := inverse.Inverse(&gram); err != nil {
		return ErrSame
	}
	variance := rest / float64(n-p-1)
	d.R2, d.Intercept, d.Base = 1-rest/around, b.AtVec(0), math.Sqrt(variance*inverse.At(0, 0))
	sy := stat.StdDev(y, nil)
	for j := range p {
		c := b.AtVec(j + 1)
		d.Coef = append(d.Coef, c)
		d.SE = append(d.SE, math.Sqrt(variance*inverse.At(j+1, j+1)))
		d.Beta = append(d.Beta, c*stat.StdDev(x[j], nil)/sy)
	}
	return nil
}

// without takes from every variable what goes with variable j, and tells how much
// of the target that explains.
func without(r []float64, size, j int) (rest []float64, explained float64) {
	own := r[j*size+j]
	if own < 1e-12 { // the others said it all
		return r, 0
	}
	rest = make([]float64, len(r))
	for a := range size {
		for b := range size {
			rest[a*size+b] = r[a*size+b] - r[a*size+j]*r[j*size+b]/own
		}
	}
	return rest, r[j*size+size-1] * r[j*size+size-1] / own
}

// shares divides R² among drivers by what each adds, averaged over every order in
// which they can come.
func shares(corr mat.Symmetric, p int) []float64 {
	size := p + 1
	r := make([]float64, size*size)
	for a := range size {
		for b := range size {
			r[a*size+b] = corr.At(a, b)
		}
	}
	if p > Exact {
		return drawn(r, p)
	}
	r2 := make([]float64, 1<<p) // of each subset
	var walk func(from int, subset uint, r []float64)
	walk = func(from int, subset uint, r []float64) {
		for j := from; j < p; j++ {
			rest, more := without(r, size, j)
			r2[subset|1<<j] = r2[subset] + more
			walk(j+1, subset|1<<j, rest)
		}
	}
	walk(0, 0, r)
	weight := make([]float64, p) // of a subset of so many: |S|!(p−|S|−1)!/p!
	for k := range p {
		weight[k] = math.Exp(lgamma(k+1) + lgamma(p-k) - lgamma(p+1))
	}
	share := make([]float64, p)
	for s := range uint(1 << p) {
		for j := range p {
			if s&(1<<j) == 0 {
				share[j] += weight[bits.OnesCount(s)] * (r2[s|1<<j] - r2[s])
			}
		}
	}
	return share
}

func lgamma(n int) float64 {
	v, _ := math.Lgamma(float64(n))
	return v
}

// drawn averages over orders drawn by a small generator with a fixed beginning, so
// that the same answers give the same shares. Each order is also walked backwards,
// which takes out the half of what chance adds.
func drawn(r []float64, p int) []float64 {
	state := uint64(0x9E3779B97F4A7C15)
	next := func(n int) int { // splitmix64 (Steele, Lea & Flood 2014)
		state += 0x9E3779B97F4A7C15
		v := state
		v = (v ^ v>>30) * 0xBF58476D1CE4E5B9
		v = (v ^ v>>27) * 0x94D049BB133111EB
		return int((v ^ v>>31) % uint64(n))
	}
	share, order := make([]float64, p), make([]int, p)
	for i := range order {
		order[i] = i
	}
	walk := func(at func(int) int) {
		left := r
		for i := range p {
			rest, more := without(left, p+1, at(i))
			share[at(i)] += more / orders
			left = rest
		}
	}
	for range orders / 2 {
		for i := p - 1; i > 0; i-- {
			k := next(i + 1)
			order[i], order[k] = order[k], order[i]
		}
		walk(func(i int) int { return order[i] })
		walk(func(i int) int { return order[p-1-i] })
	}
	return share
}

// relative are Johnson's weights: the drivers are turned into the nearest ones
// that have nothing in common, the target is explained by those, and that is
// handed back.
func relative(corr mat.Symmetric, p int) ([]float64, error) {
	among := mat.NewSymDense(p, nil)
	for a := range p {
		for b := a; b < p; b++ {
			among.SetSym(a, b, corr.At(a, b))
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(among, true) {
		return nil, ErrSame
	}
	values := eigen.Values(nil)
	var v mat.Dense
	eigen.VectorsTo(&v)
	link, back := mat.NewDense(p, p, nil), mat.NewDense(p, p, nil) // R^½ and R^−½
	for k, value := range values {
		if value < 1e-12 {
			return nil, ErrSame
		}
		for a := range p {
			for b := range p {
				x := v.At(a, k) * v.At(b, k)
				link.Set(a, b, link.At(a, b)+x*math.Sqrt(value))
				back.Set(a, b, back.At(a, b)+x/math.Sqrt(value))
			}
		}
	}
	weights := make([]float64, p)
	for k := range p {
		b := 0.0
		for a := range p {
			b += back.At(k, a) * corr.At(a, p)
		}
		for j := range p {
			weights[j] += link.At(j, k) * link.At(j, k) * b * b
		}
	}
	return weights, nil
}

package btyd

import "math"

// The few operations that a search over three or four parameters needs.

func identity(n int) [][]float64 {
	m := make([][]float64, n)
	for i := range m {
		m[i] = make([]float64, n)
		m[i][i] = 1
	}
	return m
}

func dot(a, b []float64) (sum float64) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

func minus(a, b []float64) []float64 {
	d := make([]float64, len(a))
	for i := range a {
		d[i] = a[i] - b[i]
	}
	return d
}

func times(m [][]float64, v []float64, factor float64) []float64 {
	p := make([]float64, len(v))
	for i := range m {
		p[i] = factor * dot(m[i], v)
	}
	return p
}

func steepest(v []float64) (most float64) {
	for _, x := range v {
		most = max(most, math.Abs(x))
	}
	return most
}

// shorten makes a step no longer than most in any direction.
func shorten(step []float64, most float64) {
	if s := steepest(step); s > most {
		for i := range step {
			step[i] *= most / s
		}
	}
}

// bfgs is the next guess of the inverse of the second derivatives, after a step
// along which the slope turned.
func bfgs(inverse [][]float64, step, turned []float64) [][]float64 {
	along := dot(step, turned)
	if along <= 1e-14*math.Sqrt(dot(step, step)*dot(turned, turned)) {
		return inverse
	}
	bent := times(inverse, turned, 1)
	reach := 1 + dot(turned, bent)/along
	next := identity(len(step))
	for i := range next {
		for j := range next {
			next[i][j] = inverse[i][j] + (reach*step[i]*step[j]-bent[i]*step[j]-step[i]*bent[j])/along
		}
	}
	return next
}

// cholesky is the lower factor of a symmetric matrix; flat is the row in which
// it turns out not to be positive, else -1.
func cholesky(m [][]float64) (factor [][]float64, flat int) {
	factor = identity(len(m))
	for i := range m {
		for j := range i + 1 {
			rest := m[i][j] - dot(factor[i][:j], factor[j][:j])
			switch {
			case i != j:
				factor[i][j] = rest / factor[j][j]
			case !(rest > 1e-13*math.Abs(m[i][i])):
				return nil, i
			default:
				factor[i][i] = math.Sqrt(rest)
			}
		}
	}
	return factor, -1
}

// solve is x of m·x = v, given the factor of m.
func solve(factor [][]float64, v []float64) []float64 {
	n := len(v)
	x := append([]float64{}, v...)
	for i := range n {
		x[i] = (x[i] - dot(factor[i][:i], x[:i])) / factor[i][i]
	}
	for i := n - 1; i >= 0; i-- {
		for j := i + 1; j < n; j++ {
			x[i] -= factor[j][i] * x[j]
		}
		x[i] /= factor[i][i]
	}
	return x
}

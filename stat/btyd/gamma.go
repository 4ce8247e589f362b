package btyd

import "math"

// rising is ln (r)_x = ln Γ(r+x) − ln Γ(r).
//
// The difference of two large logarithms loses digits, so a short stretch is
// summed factor by factor.
func rising(r float64, x int) float64 {
	l, _ := climb(r, 0, x)
	return l
}

// climb is ln Γ(r+to) − ln Γ(r+from) and its derivative to r.
func climb(r float64, from, to int) (l, d float64) {
	if to-from > 32 {
		return lgamma(r+float64(to)) - lgamma(r+float64(from)), digamma(r+float64(to)) - digamma(r+float64(from))
	}
	product := 1.0
	for i := from; i < to; i++ {
		f := r + float64(i)
		product *= f
		d += 1 / f
		if product > 1e280 || product < 1e-280 {
			l += math.Log(product)
			product = 1
		}
	}
	return l + math.Log(product), d
}

// ladder is climb for each of the sorted xs, with n steps more: ln (r)_{x+n}
// and its derivative.
func ladder(r float64, xs []int, n int, l, d []float64) {
	at, lat, dat := 0, 0.0, 0.0
	for i, x := range xs {
		lx, dx := climb(r, at, x+n)
		lat, dat, at = lat+lx, dat+dx, x+n
		l[i], d[i] = lat, dat
	}
}

func lgamma(x float64) float64 {
	l, _ := math.Lgamma(x)
	return l
}

// digamma is the derivative of ln Γ for x > 0: up by the recurrence, then the
// asymptotic series.
func digamma(x float64) float64 {
	d := 0.0
	for ; x < 10; x++ {
		d -= 1 / x
	}
	i := 1 / (x * x)
	return d + math.Log(x) - 0.5/x - i*(1./12-i*(1./120-i*(1./252-i*(1./240-i*(1./132-i*691./32760)))))
}

// negativeBinomial is ln P(K = x) where K counts purchases whose rate has a
// gamma distribution of shape r; w is t/(alpha+t).
func negativeBinomial(x int, r, w float64) float64 {
	l := rising(r, x) - lgamma(float64(x)+1) + r*math.Log1p(-w)
	if x > 0 {
		l += float64(x) * math.Log(w)
	}
	return l
}

// tail is P(K >= x): summed on the side where nothing cancels.
func tail(x int, r, w float64) float64 {
	if x == 0 {
		return 1
	}
	if float64(x) > r*w/(1-w) {
		p, sum := math.Exp(negativeBinomial(x, r, w)), 0.0
		for k := float64(x); p > sum*1e-17 && k < float64(x)+2e6; k++ {
			sum += p
			p *= w * (r + k) / (k + 1)
		}
		return min(1, sum)
	}
	below := 0.0
	for k := range x {
		below += math.Exp(negativeBinomial(k, r, w))
	}
	return max(0, 1-below)
}

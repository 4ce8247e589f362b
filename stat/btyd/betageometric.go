package btyd

import "math"

// betaGeometric is what BG/NBD and MBG/NBD share: purchases at a rate that is
// gamma distributed over customers (r, alpha), and after a purchase a chance
// to leave that is beta distributed (a, b). They differ in one number: whether
// one can leave after the first purchase too (first = 1) or not (0).
type betaGeometric struct {
	r, alpha, a, b float64
	first          int
}

// logLikelihood is
//
//	ln (r)ₓ + r ln α + ln (b)ₙ/(a+b)ₙ + ln{ (α+T)^−(r+x) + [n>0]·a/(b+n−1)·(α+tₓ)^−(r+x) },  n = x + first
func (m betaGeometric) logLikelihood(h History) float64 {
	n := h.X + m.first
	return rising(m.r, h.X) + m.r*math.Log(m.alpha) + rising(m.b, n) - rising(m.a+m.b, n) +
		addLog(m.stayed(h), m.left(h))
}

func (m betaGeometric) stayed(h History) float64 {
	return -(m.r + float64(h.X)) * math.Log(m.alpha+h.Age)
}

func (m betaGeometric) left(h History) float64 {
	n := h.X + m.first
	if n == 0 {
		return math.Inf(-1)
	}
	return math.Log(m.a) - math.Log(m.b+float64(n-1)) - (m.r+float64(h.X))*math.Log(m.alpha+h.Last)
}

func (m betaGeometric) alive(h History) float64 {
	return 1 / (1 + math.Exp(m.left(h)-m.stayed(h)))
}

func (m betaGeometric) future(h History, t float64) float64 {
	x := float64(h.X)
	return m.alive(h) * purchases(m.r+x, m.alpha+h.Age, m.a, m.b+x+float64(m.first), t)
}

func (m betaGeometric) expected(t float64) float64 {
	if m.first == 1 {
		return m.b / (m.a + m.b) * purchases(m.r, m.alpha, m.a, m.b+1, t)
	}
	return purchases(m.r, m.alpha, m.a, m.b, t)
}

func (m betaGeometric) chance(x int, t float64) float64 {
	if x < 0 || t <= 0 && x > 0 {
		return 0
	}
	if t <= 0 {
		return 1
	}
	n, w := x+m.first, t/(m.alpha+t)
	stay := rising(m.b, n) - rising(m.a+m.b, n)
	p := math.Exp(stay + negativeBinomial(x, m.r, w))
	if n > 0 {
		p += math.Exp(stay+math.Log(m.a)-math.Log(m.b+float64(n-1))) * tail(x, m.r, w)
	}
	return p
}

// purchases is how many purchases to expect in t of somebody who is a customer
// now, with rate gamma(r, alpha) and chance to leave after each beta(a, b).
//
// Purchase j+1 happens when the rate asks for more than j and j chances to
// leave passed, so it is Σⱼ P(K>j)·(b)ⱼ/(a+b)ⱼ. That equals the usual
//
//	(a+b−1)/(a−1) · [1 − (α/(α+t))^r · ₂F₁(r, b; a+b−1; t/(α+t))]
//
// term by term, but every term is positive: nothing cancels near a = 1 or below.
func purchases(r, alpha, a, b, t float64) float64 {
	if t <= 0 {
		return 0
	}
	w := t / (alpha + t)
	p := math.Exp(r * math.Log1p(-w)) // P(K = 0)
	if p < 1e-200 || w > 0.995 {
		return purchasesIntegral(r, t/alpha, a, b)
	}
	more, stay, sum := -math.Expm1(r*math.Log1p(-w)), 1.0, 0.0
	for j := 0.0; j < 1e5; j++ {
		sum += more * stay
		p *= w * (r + j) / (j + 1)
		stay *= (b + j) / (a + b + j)
		// While the probabilities still rise the tail is not near its end.
		if ratio := w * max(1, (r+j+1)/(j+2)); ratio < 1 && p/((1-ratio)*(1-ratio))*stay <= 1e-14*sum {
			break
		}
		more = max(0, more-p)
	}
	return sum
}

// purchasesIntegral is the same as the mean over the chance to leave p of
// [1 − (1+pτ)^−r]/p, τ = t/α, integrated over the logarithm of the odds of p.
func purchasesIntegral(r, tau, a, b float64) float64 {
	norm := lgamma(a+b) - lgamma(a) - lgamma(b)
	f := func(y float64) float64 {
		logP, logQ := -math.Log1p(math.Exp(-y)), -math.Log1p(math.Exp(y))
		if y < -700 {
			logP = y
		} else if y > 700 {
			logQ = -y
		}
		p := math.Exp(logP)
		inner := r * tau // what [1 − (1+pτ)^−r]/p goes to when p goes to 0
		if p*tau > 1e-12 {
			inner = -math.Expm1(-r*math.Log1p(p*tau)) / p
		}
		return math.Exp(norm+a*logP+b*logQ) * inner
	}
	// Where the density has its top, and where the rest of the integrand begins
	// to fall; beyond both, p^a and (1−p)^b fall to e^−45 of what they were.
	top, knee := math.Log(a)-math.Log(b+1), -math.Log1p(r*tau)
	low := -logExpm1(math.Log1p(math.Exp(-min(top, knee))) + 45/a + 1)
	high := logExpm1(math.Log1p(math.Exp(max(top, knee))) + 45/b + 1)
	cuts := []float64{low, min(top, knee), max(top, knee), high}
	total := 0.0
	for i := range len(cuts) - 1 {
		if cuts[i] < cuts[i+1] {
			total += integrate(f, cuts[i], cuts[i+1])
		}
	}
	return total
}

// logExpm1 is ln(e^x − 1) for x > 0.
func logExpm1(x float64) float64 {
	if x > 40 {
		return x
	}
	return math.Log(math.Expm1(x))
}

// betaGeometricLikelihood is the mean log-likelihood of a cohort and its
// gradient. Its tables are per number of purchases and per moment.
type betaGeometricLikelihood struct {
	c                     *Cohort
	first                 int
	rise, riseR           []float64 // per x: ln (r)ₓ and slope
	up, upB, down, downAB []float64 // per x: ln (b)ₙ, ln (a+b)ₙ and slopes
	logs, inverse         []float64 // per moment: ln(α+t), 1/(α+t)
}

func newBetaGeometricLikelihood(c *Cohort, first int) *betaGeometricLikelihood {
	row := func(n int) []float64 { return make([]float64, n) }
	xs, times := len(c.xs), len(c.times)
	return &betaGeometricLikelihood{c, first, row(xs), row(xs), row(xs), row(xs), row(xs), row(xs), row(times), row(times)}
}

// at is the value at (r, alpha, a, b); grad receives the slopes.
func (l *betaGeometricLikelihood) at(v, grad []float64) float64 {
	r, alpha, a, b := v[0], v[1], v[2], v[3]
	ladder(r, l.c.xs, 0, l.rise, l.riseR)
	ladder(b, l.c.xs, l.first, l.up, l.upB)
	ladder(a+b, l.c.xs, l.first, l.down, l.downAB)
	for i, t := range l.c.times {
		l.logs[i], l.inverse[i] = math.Log(alpha+t), 1/(alpha+t)
	}
	logAlpha, logA := math.Log(alpha), math.Log(a)
	clear(grad)
	sum := 0.0
	for _, g := range l.c.groups {
		x := float64(l.c.xs[g.x])
		sum += g.count * (l.rise[g.x] + r*logAlpha + l.up[g.x] - l.down[g.x])
		stay := -(r + x) * l.logs[g.age]
		share := 0.0 // of the likelihood in which the customer left
		if n := x + float64(l.first); n > 0 {
			rest := b + n - 1
			left := logA - math.Log(rest) - (r+x)*l.logs[g.last]
			odds := math.Exp(-math.Abs(left - stay))
			share = odds / (1 + odds)
			if left > stay {
				share = 1 / (1 + odds)
			}
			sum += g.count * (max(left, stay) + math.Log1p(odds))
			grad[2] += g.count * share / a
			grad[3] -= g.count * share / rest
		} else {
			sum += g.count * stay
		}
		grad[0] += g.count * (l.riseR[g.x] + logAlpha - (1-share)*l.logs[g.age] - share*l.logs[g.last])
		grad[1] += g.count * (r/alpha - (r+x)*((1-share)*l.inverse[g.age]+share*l.inverse[g.last]))
		grad[2] -= g.count * l.downAB[g.x]
		grad[3] += g.count * (l.upB[g.x] - l.downAB[g.x])
	}
	return mean(sum, grad, l.c.customers)
}

// mean turns sums over customers into means.
func mean(sum float64, grad []float64, n int) float64 {
	for i := range grad {
		grad[i] /= float64(n)
	}
	return sum / float64(n)
}

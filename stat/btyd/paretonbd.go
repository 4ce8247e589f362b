package btyd

import "math"

// ParetoNBD is the model of Schmittlein, Morrison and Colombo (1987): purchases
// at a rate that is gamma distributed over customers (R, Alpha), and leaving at
// any moment, at a rate that is gamma distributed too (S, Beta).
type ParetoNBD struct{ R, Alpha, S, Beta float64 }

// Alive is P(still a customer | history).
func (m ParetoNBD) Alive(h History) float64 {
	return 1 / (1 + math.Exp(m.left(h)-m.stayed(h)))
}

// LogLikelihood is
//
//	ln (r)ₓ + r ln α + s ln β + ln{ (α+T)^−(r+x) (β+T)^−s + s/(r+s+x)·A₀ }
func (m ParetoNBD) LogLikelihood(h History) float64 {
	return rising(m.R, h.X) + m.R*math.Log(m.Alpha) + m.S*math.Log(m.Beta) + addLog(m.stayed(h), m.left(h))
}

func (m ParetoNBD) stayed(h History) float64 {
	return -(m.R+float64(h.X))*math.Log(m.Alpha+h.Age) - m.S*math.Log(m.Beta+h.Age)
}

// left is ln( s/(r+s+x)·A₀ ), and A₀ the difference of two large numbers of
// which only the logarithms are formed. -Inf when the last purchase was now.
func (m ParetoNBD) left(h History) float64 {
	c := m.R + m.S + float64(h.X)
	first, second := m.reach(h.X, h.Last), m.reach(h.X, h.Age)
	return math.Log(m.S) - math.Log(c) + first + logShare(second-first)
}

// logShare is ln(1 − e^d) for d <= 0.
func logShare(d float64) float64 {
	if d >= 0 {
		return math.Inf(-1)
	}
	return math.Log(-math.Expm1(d))
}

// reach is ln[ ₂F₁(c, k; c+1; d/(m+t)) / (m+t)^c ], which is
// ln ∫ₜ^∞ c (α+τ)^−(r+x) (β+τ)^−(s+1) dτ: what is still to come after t of
// those who leave. Euler's transformation keeps the function bounded.
func (m ParetoNBD) reach(x int, t float64) float64 {
	b, z := m.argument(float64(x), m.Alpha+t, m.Beta+t)
	c := m.R + m.S + float64(x)
	return m.outer(float64(x), math.Log(m.Alpha+t), math.Log(m.Beta+t)) + math.Log(hypergeometric(b, c, z))
}

// argument is b and z of ₂F₁(1, b; c+1; z), in [0, 1) whichever of alpha and
// beta is the larger.
func (m ParetoNBD) argument(x, alphaT, betaT float64) (b, z float64) {
	if m.Alpha >= m.Beta {
		return m.R + x, (m.Alpha - m.Beta) / alphaT
	}
	return m.S + 1, (m.Beta - m.Alpha) / betaT
}

func (m ParetoNBD) outer(x, logAlphaT, logBetaT float64) float64 {
	if m.Alpha >= m.Beta {
		return -m.S*logBetaT - (m.R+x)*logAlphaT
	}
	return (1-m.R-x)*logAlphaT - (m.S+1)*logBetaT
}

// Expected is rβ/(α(s−1))·[1 − (β/(β+t))^(s−1)].
func (m ParetoNBD) Expected(t float64) float64 {
	return m.R * m.Beta / m.Alpha * fading(m.S, math.Log1p(max(0, t)/m.Beta))
}

// Future is P(alive)·(r+x)(β+T)/((α+T)(s−1))·[1 − ((β+T)/(β+T+t))^(s−1)].
func (m ParetoNBD) Future(h History, t float64) float64 {
	rate := (m.R + float64(h.X)) / (m.Alpha + h.Age)
	return m.Alive(h) * rate * (m.Beta + h.Age) * fading(m.S, math.Log1p(max(0, t)/(m.Beta+h.Age)))
}

// fading is (1 − e^(−(s−1)u))/(s−1), which passes through u at s = 1.
func fading(s, u float64) float64 {
	if s == 1 {
		return u
	}
	return -math.Expm1(-(s-1)*u) / (s - 1)
}

// Chance is P(X(t) = x): those still here at t, and those who left before,
// integrated over ln(β+τ) of the moment they left.
func (m ParetoNBD) Chance(x int, t float64) float64 {
	if x < 0 || t <= 0 && x > 0 {
		return 0
	}
	if t <= 0 {
		return 1
	}
	until := math.Log1p(t / m.Beta)
	gone := integrate(func(v float64) float64 {
		tau := m.Beta * math.Expm1(v)
		if tau <= 0 && x > 0 {
			return 0
		}
		return math.Exp(math.Log(m.S) - m.S*v + negativeBinomial(x, m.R, tau/(m.Alpha+tau)))
	}, 0, until)
	return math.Exp(-m.S*until+negativeBinomial(x, m.R, t/(m.Alpha+t))) + gone
}

// Residual is DERT: the purchases still to be expected of a customer, for ever,
// each counted less by the continuous discount per unit of time. 15 % a year on
// weeks is ln 1.15/52. Not a number without a positive discount, since the sum
// may then have no end.
func (m ParetoNBD) Residual(h History, discount float64) float64 {
	if !(discount > 0) {
		return math.NaN()
	}
	// ∫ (1+w)^−s e^(−zw) dw over y = ln(1+w).
	z := discount * (m.Beta + h.Age)
	f := func(y float64) float64 { return math.Exp((1-m.S)*y - z*math.Expm1(y)) }
	end := math.Log1p(45 / z)
	if m.S > 1 {
		end = min(end, 45/(m.S-1))
	}
	return m.Alive(h) * (m.R + float64(h.X)) / (m.Alpha + h.Age) * (m.Beta + h.Age) * integrate(f, 0, end)
}

// FitParetoNBD finds the parameters r, alpha, s, beta under which the cohort is
// likeliest. The likelihood is a flat ridge in s and beta: look at the standard
// errors before believing them apart.
func FitParetoNBD(c *Cohort) (ParetoNBD, Estimate, error) {
	if err := c.enough(); err != nil {
		return ParetoNBD{}, Estimate{}, err
	}
	unit := c.oldest() / 39
	e, err := maximise(problem{
		names:  []string{"r", "alpha", "s", "beta"},
		scale:  []float64{1, unit, 1, unit},
		starts: [][]float64{{0.6, 10, 0.6, 12}, {1, 3, 1, 3}, {1, 1, 1, 1}},
		mean:   newParetoLikelihood(c).at,
		count:  c.customers,
	})
	if err != nil {
		return ParetoNBD{}, e, err
	}
	return ParetoNBD{e.Value[0], e.Value[1], e.Value[2], e.Value[3]}, e, nil
}

// paretoLikelihood is the mean log-likelihood of a cohort and its gradient. The
// hypergeometric function is asked once per pair of x and moment.
type paretoLikelihood struct {
	c           *Cohort
	rise, riseR []float64
	logs        [][2]float64 // per moment: ln(α+t), ln(β+t)
	reach       []float64    // per pair
	slope       [][4]float64 // per pair: slopes of reach to r, alpha, s, beta
}

func newParetoLikelihood(c *Cohort) *paretoLikelihood {
	return &paretoLikelihood{c, make([]float64, len(c.xs)), make([]float64, len(c.xs)),
		make([][2]float64, len(c.times)), make([]float64, len(c.pairs)), make([][4]float64, len(c.pairs))}
}

// at is the value at (r, alpha, s, beta); grad receives the slopes.
func (l *paretoLikelihood) at(v, grad []float64) float64 {
	m := ParetoNBD{v[0], v[1], v[2], v[3]}
	ladder(m.R, l.c.xs, 0, l.rise, l.riseR)
	for i, t := range l.c.times {
		l.logs[i] = [2]float64{math.Log(m.Alpha + t), math.Log(m.Beta + t)}
	}
	for i, p := range l.c.pairs {
		l.reach[i], l.slope[i] = l.reachSlope(m, p)
	}
	logAlpha, logBeta := math.Log(m.Alpha), math.Log(m.Beta)
	clear(grad)
	sum := 0.0
	for _, g := range l.c.groups {
		x, logs := float64(l.c.xs[g.x]), l.logs[g.age]
		c, age := m.R+m.S+x, l.c.times[g.age]
		stay := -(m.R+x)*logs[0] - m.S*logs[1]
		less := math.Exp(min(0, l.reach[g.agePair]-l.reach[g.lastPair]))
		left := math.Inf(-1)
		if less < 1 {
			left = math.Log(m.S*(1-less)/c) + l.reach[g.lastPair]
		}
		odds := math.Exp(-math.Abs(left - stay))
		share := odds / (1 + odds)
		if left > stay {
			share = 1 / (1 + odds)
		}
		sum += g.count * (l.rise[g.x] + m.R*logAlpha + m.S*logBeta + max(left, stay) + math.Log1p(odds))
		kept := g.count * (1 - share)
		grad[0] += g.count*(l.riseR[g.x]+logAlpha) - kept*logs[0]
		grad[1] += g.count*m.R/m.Alpha - kept*(m.R+x)/(m.Alpha+age)
		grad[2] += g.count*logBeta - kept*logs[1]
		grad[3] += g.count*m.S/m.Beta - kept*m.S/(m.Beta+age)
		if less < 1 {
			gone, rest := g.count*share, 1/(1-less)
			first, second := &l.slope[g.lastPair], &l.slope[g.agePair]
			for i := range grad {
				grad[i] += gone * (first[i] - less*second[i]) * rest
			}
			grad[0] -= gone / c
			grad[2] += gone * (1/m.S - 1/c)
		}
	}
	return mean(sum, grad, l.c.customers)
}

// reachSlope is ParetoNBD.reach with its slopes.
func (l *paretoLikelihood) reachSlope(m ParetoNBD, p pair) (float64, [4]float64) {
	x, logs := float64(l.c.xs[p.x]), l.logs[p.time]
	alphaT, betaT := m.Alpha+l.c.times[p.time], m.Beta+l.c.times[p.time]
	b, z := m.argument(x, alphaT, betaT)
	h := hypergeometricSlope(b, m.R+m.S+x, z)
	value := m.outer(x, logs[0], logs[1]) + math.Log(h.value)
	dB, dC, dZ := h.dB/h.value, h.dC/h.value, h.dZ/h.value
	if m.Alpha >= m.Beta {
		return value, [4]float64{
			dB + dC - logs[0], dZ*betaT/(alphaT*alphaT) - (m.R+x)/alphaT,
			dC - logs[1], -dZ/alphaT - m.S/betaT,
		}
	}
	return value, [4]float64{
		dC - logs[0], -dZ/betaT + (1-m.R-x)/alphaT,
		dB + dC - logs[1], dZ*alphaT/(betaT*betaT) - (m.S+1)/betaT,
	}
}

package btyd

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Spend is what somebody who came back pays: how many repeat purchases and
// their mean amount.
type Spend struct {
	X    int
	Mean float64
}

// Counts tells whether Gamma-Gamma can use it: it knows no purchase of nothing.
func (s Spend) Counts() bool { return s.X > 0 && s.Mean > 0 && !math.IsInf(s.Mean, 1) }

// GammaGamma is the model of Colombo and Jiang (1999) for the value of an order:
// amounts vary around a customer's own mean, and the means vary over customers.
// It takes value and frequency to be independent: look at Correlation first.
type GammaGamma struct{ P, Q, V float64 }

// LogLikelihood is the logarithm of the density of a customer's mean amount.
func (m GammaGamma) LogLikelihood(s Spend) float64 {
	x := float64(s.X)
	px := m.P * x
	return lgamma(px+m.Q) - lgamma(px) - lgamma(m.Q) + m.Q*math.Log(m.V) +
		(px-1)*math.Log(s.Mean) + px*math.Log(x) - (px+m.Q)*math.Log(x*s.Mean+m.V)
}

// ErrNoMean says that q is not above 1: under the model the mean amount of an
// order has no end.
var ErrNoMean = errors.New("the expected value of an order is not defined, since q is not above 1")

// Mean is the expected value of an order of this customer: between its own mean
// and everybody's, the nearer to its own the more it bought. Without repeat
// purchases it is everybody's.
func (m GammaGamma) Mean(s Spend) (float64, error) {
	if !(m.Q > 1) {
		return 0, ErrNoMean
	}
	if !s.Counts() {
		s = Spend{}
	}
	x := float64(s.X)
	return m.P * (m.V + x*s.Mean) / (m.P*x + m.Q - 1), nil
}

// Correlation is Pearson's, of how often and how much, among those who came
// back; 0 where it is not defined. Far from 0 (say above 0.3 either way) the
// Gamma-Gamma model does not hold.
func Correlation(spends []Spend) float64 {
	var n, x, y, xx, yy, xy float64
	for _, s := range spends {
		if s.Counts() {
			n, x, y = n+1, x+float64(s.X), y+s.Mean
		}
	}
	if n == 0 {
		return 0
	}
	x, y = x/n, y/n
	for _, s := range spends {
		if s.Counts() {
			dx, dy := float64(s.X)-x, s.Mean-y
			xx, yy, xy = xx+dx*dx, yy+dy*dy, xy+dx*dy
		}
	}
	if xx == 0 || yy == 0 {
		return 0
	}
	return xy / math.Sqrt(xx) / math.Sqrt(yy)
}

// FitGammaGamma finds the parameters p, q, v under which the spends are
// likeliest; those that do not count are left out.
func FitGammaGamma(spends []Spend) (GammaGamma, Estimate, error) {
	l := newSpendLikelihood(spends)
	if l.customers < leastRepeaters {
		return GammaGamma{}, Estimate{}, fmt.Errorf("%w: %d with a mean amount above zero; %d are needed", ErrFew, l.customers, leastRepeaters)
	}
	e, err := maximise(problem{
		names:  []string{"p", "q", "v"},
		scale:  []float64{1, 1, l.size},
		starts: [][]float64{{6, 4, 0.5}, {1, 2, 1}, {20, 3, 0.1}},
		mean:   l.at,
		count:  l.customers,
	})
	if err != nil {
		return GammaGamma{}, e, err
	}
	return GammaGamma{e.Value[0], e.Value[1], e.Value[2]}, e, nil
}

// spendLikelihood is the mean log-likelihood and its gradient, identical spends
// counted together; sorted, so that what depends on x alone is computed once.
type spendLikelihood struct {
	customers int
	size      float64 // the middle one of the mean amounts
	rows      []Spend
	counts    []float64
	logs      []float64 // ln of the mean amounts
}

func newSpendLikelihood(spends []Spend) *spendLikelihood {
	l := &spendLikelihood{size: 1}
	var rows []Spend
	var means []float64
	for _, s := range spends {
		if s.Counts() {
			rows, means = append(rows, s), append(means, s.Mean)
		}
	}
	slices.SortFunc(rows, func(a, b Spend) int { return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.Mean, b.Mean)) })
	for _, s := range rows {
		if n := len(l.rows); n > 0 && l.rows[n-1] == s {
			l.counts[n-1]++
			continue
		}
		l.rows, l.counts, l.logs = append(l.rows, s), append(l.counts, 1), append(l.logs, math.Log(s.Mean))
	}
	if l.customers = len(rows); l.customers > 0 {
		slices.Sort(means)
		l.size = means[len(means)/2]
	}
	return l
}

// at is the value at (p, q, v); grad receives the slopes.
func (l *spendLikelihood) at(at, grad []float64) float64 {
	p, q, v := at[0], at[1], at[2]
	logV, gammaQ, digammaQ := math.Log(v), lgamma(q), digamma(q)
	clear(grad)
	sum, last := 0.0, 0
	var x, px, logX, gammas, digammaPXQ, digammaPX float64
	for i, s := range l.rows {
		if s.X != last {
			last, x = s.X, float64(s.X)
			px, logX = p*x, math.Log(x)
			gammas = lgamma(px+q) - lgamma(px) - gammaQ + q*logV
			digammaPXQ, digammaPX = digamma(px+q), digamma(px)
		}
		n, whole := l.counts[i], x*s.Mean+v
		logWhole := math.Log(whole)
		sum += n * (gammas + (px-1)*l.logs[i] + px*logX - (px+q)*logWhole)
		grad[0] += n * x * (digammaPXQ - digammaPX + l.logs[i] + logX - logWhole)
		grad[1] += n * (digammaPXQ - digammaQ + logV - logWhole)
		grad[2] += n * (q/v - (px+q)/whole)
	}
	return mean(sum, grad, l.customers)
}

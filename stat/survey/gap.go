package survey

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/stat"
)

// What can be wrong with pairs and weights.
var (
	ErrPairs   = errors.New("survey: each perception has its expectation")
	ErrWeights = errors.New("survey: each dimension has a weight, and together they are 100")
	ErrItems   = errors.New("survey: a scale has two items or more, answered by the same people")
)

// Gap is what was perceived less what was expected, of the same people
// (Parasuraman, Zeithaml & Berry 1985, 1988), with the paired t of it.
type Gap struct {
	Mean
	T0 float64 // Student's t of "there is no gap"; 0 when nothing varies
	P  float64 // two-sided
}

// GapOf pairs perceptions with expectations, person by person.
func GapOf(perceived, expected []float64) (Gap, error) {
	if len(perceived) != len(expected) {
		return Gap{}, ErrPairs
	}
	apart := make([]float64, len(perceived))
	for i := range perceived {
		apart[i] = perceived[i] - expected[i]
	}
	m, err := MeanOf(apart)
	if err != nil {
		return Gap{}, err
	}
	g := Gap{Mean: m, P: 1}
	if e := m.Error(); e > 0 {
		g.T0 = m.Mean / e
		g.P = 2 * student(m.N-1).CDF(-math.Abs(g.T0))
	}
	return g, nil
}

// Overall is the mean of the gaps of dimensions; with weights, the points out of
// 100 that customers divided, it is weighted (domain.md §2.7: −0.08 and −0.202).
func Overall(gaps, weights []float64) (float64, error) {
	if len(gaps) == 0 {
		return 0, ErrNone
	}
	if weights == nil {
		return stat.Mean(gaps, nil), nil
	}
	total := 0.0
	for _, w := range weights {
		if w < 0 {
			return 0, ErrWeights
		}
		total += w
	}
	if len(weights) != len(gaps) || math.Abs(total-100) > 1e-6 {
		return 0, ErrWeights
	}
	return stat.Mean(gaps, weights), nil
}

// Alpha is Cronbach's α of the items of one scale, k/(k−1)·(1−Σs²ᵢ/s²ₜ): how far
// they measure the same. Each item has the answers of the same people in the same
// order.
func Alpha(items [][]float64) (float64, error) {
	if len(items) < 2 || len(items[0]) < 2 {
		return 0, ErrItems
	}
	total, own := make([]float64, len(items[0])), 0.0
	for _, answers := range items {
		if len(answers) != len(total) {
			return 0, ErrItems
		}
		own += stat.Variance(answers, nil)
		for i, a := range answers {
			total[i] += a
		}
	}
	all := stat.Variance(total, nil)
	if all == 0 {
		return 0, ErrItems
	}
	k := float64(len(items))
	return k / (k - 1) * (1 - own/all), nil
}

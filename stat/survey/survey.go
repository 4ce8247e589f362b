// Package survey holds the statistics of what people answer: net promoter score,
// shares and means with their intervals, effort, the five dimensions of service
// quality, Kano's categories, and which of many things goes with satisfaction.
//
// Numbers in, numbers out. Shares are between 0 and 1, a net promoter score is in
// points between −100 and +100. Levels of confidence are between 0 and 1. Sources
// stand with each function; the figures it is checked against in its tests.
package survey

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// What can be wrong with answers.
var (
	ErrNone  = errors.New("survey: there are no answers")
	ErrFew   = errors.New("survey: there are too few answers for an interval")
	ErrScale = errors.New("survey: an answer lies outside the scale")
	ErrLevel = errors.New("survey: a level of confidence lies between 0 and 1")
)

// Interval holds the true value with some confidence.
type Interval struct{ Low, High float64 }

// Apart says that two intervals share nothing. That they do share something does
// not say that two values are equal.
func (i Interval) Apart(j Interval) bool { return i.High < j.Low || j.High < i.Low }

// z is how many standard errors to either side have a level of confidence.
func z(level float64) float64 { return distuv.UnitNormal.Quantile(0.5 + level/2) }

func within(level float64) error {
	if !(level > 0 && level < 1) {
		return ErrLevel
	}
	return nil
}

// Proportion is how many of N answered so.
type Proportion struct{ K, N int }

// Share is K of N.
func (p Proportion) Share() float64 { return float64(p.K) / float64(p.N) }

func (p Proportion) valid(level float64) error {
	switch {
	case p.N <= 0:
		return ErrNone
	case p.K < 0 || p.K > p.N:
		return ErrScale
	}
	return within(level)
}

// Wald is share ± z·√(share·(1−share)/n): too narrow for few answers and for
// shares near 0 and 1, and known by everybody.
func (p Proportion) Wald(level float64) (Interval, error) {
	if err := p.valid(level); err != nil {
		return Interval{}, err
	}
	s := p.Share()
	d := z(level) * math.Sqrt(s*(1-s)/float64(p.N))
	return Interval{max(0, s-d), min(1, s+d)}, nil
}

// Wilson is the score interval (Wilson 1927; recommended by Newcombe 1998): the
// one to show, also for few answers and for none at all that say so.
func (p Proportion) Wilson(level float64) (Interval, error) {
	if err := p.valid(level); err != nil {
		return Interval{}, err
	}
	n, s, z := float64(p.N), p.Share(), z(level)
	middle := (s + z*z/(2*n)) / (1 + z*z/n)
	d := z / (1 + z*z/n) * math.Sqrt(s*(1-s)/n+z*z/(4*n*n))
	i := Interval{max(0, middle-d), min(1, middle+d)}
	if p.K == 0 {
		i.Low = 0
	}
	if p.K == p.N {
		i.High = 1
	}
	return i, nil
}

// ClopperPearson never has less than the level of confidence, so it is often
// wider than it need be (Clopper & Pearson 1934).
func (p Proportion) ClopperPearson(level float64) (Interval, error) {
	if err := p.valid(level); err != nil {
		return Interval{}, err
	}
	i, half, k, n := Interval{0, 1}, (1-level)/2, float64(p.K), float64(p.N)
	if p.K > 0 {
		i.Low = distuv.Beta{Alpha: k, Beta: n - k + 1}.Quantile(half)
	}
	if p.K < p.N {
		i.High = distuv.Beta{Alpha: k + 1, Beta: n - k}.Quantile(1 - half)
	}
	return i, nil
}

// Mean is an average with what is needed for its interval.
type Mean struct {
	N      int
	Mean   float64
	SD     float64 // of the answers, with n−1
	finite float64 // 1, or less for a sample out of few people
}

// MeanOf averages answers.
func MeanOf(answers []float64) (Mean, error) {
	if len(answers) == 0 {
		return Mean{}, ErrNone
	}
	m := Mean{N: len(answers), finite: 1}
	if m.N == 1 {
		m.Mean = answers[0]
		return m, nil
	}
	m.Mean, m.SD = stat.MeanStdDev(answers, nil)
	return m, nil
}

// OutOf corrects for a population of so many people: who asks nearly all of them
// knows nearly everything. Zero, or fewer than answered, corrects nothing.
func (m Mean) OutOf(population int) Mean {
	m.finite = finite(m.N, population)
	return m
}

func finite(n, population int) float64 {
	if population <= 1 || population < n {
		return 1
	}
	return math.Sqrt(float64(population-n) / float64(population-1))
}

// Error is the standard error of the mean; 0 for one answer.
func (m Mean) Error() float64 { return m.SD / math.Sqrt(float64(m.N)) * m.finite }

// T is the interval of the mean by Student's t with n−1 degrees of freedom.
func (m Mean) T(level float64) (Interval, error) {
	if err := within(level); err != nil {
		return Interval{}, err
	}
	if m.N < 2 {
		return Interval{}, ErrFew
	}
	d := student(m.N-1).Quantile(0.5+level/2) * m.Error()
	return Interval{m.Mean - d, m.Mean + d}, nil
}

func student(df int) distuv.StudentsT { return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(df)} }

// Needed is how many answers keep the margin of a share below some share, in the
// worst case of one half, out of a population (0: without bound).
func Needed(margin, level float64, population int) (int, error) {
	if err := within(level); err != nil {
		return 0, err
	}
	if !(margin > 0 && margin < 1) {
		return 0, ErrScale
	}
	n := z(level) * z(level) / 4 / (margin * margin)
	if population > 0 {
		n /= 1 + (n-1)/float64(population)
	}
	return int(math.Ceil(n - 1e-9)), nil
}

// TopBox counts the answers from a bound up: with 4 on a scale of five it is the
// customer satisfaction score.
func TopBox(answers []float64, from float64) Proportion {
	p := Proportion{N: len(answers)}
	for _, a := range answers {
		if a >= from {
			p.K++
		}
	}
	return p
}

// Effort is the customer effort score 2.0: answers of 1 (strongly disagree) to 7
// (strongly agree) to "the company made it easy" (Dixon, Toman & DeLisi 2013;
// domain.md §2.7): their mean and the share of 5 and up.
func Effort(answers []float64) (Mean, Proportion, error) {
	for _, a := range answers {
		if !(a >= 1 && a <= 7) {
			return Mean{}, Proportion{}, ErrScale
		}
	}
	m, err := MeanOf(answers)
	return m, TopBox(answers, 5), err
}

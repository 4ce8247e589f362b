package survey

import "math"

// Net is a count of promoters, passives and detractors.
type Net struct{ Promoters, Passives, Detractors int }

// Detracts and Promotes are the bounds on a scale of 0 to 10: up to 6, and from 9
// (Reichheld 2003). They are meant for no other scale.
const (
	Detracts = 6
	Promotes = 9
)

// NetOf counts answers between low and 10. low is 0, or 1 for a scale of 1 to 10,
// on which the bounds are a habit and no definition: say so beside the score.
func NetOf(answers []float64, low float64) (Net, error) {
	var n Net
	for _, a := range answers {
		switch {
		case !(a >= low && a <= 10):
			return Net{}, ErrScale
		case a >= Promotes:
			n.Promoters++
		case a > Detracts:
			n.Passives++
		default:
			n.Detractors++
		}
	}
	if n.N() == 0 {
		return Net{}, ErrNone
	}
	return n, nil
}

// N is how many answered.
func (n Net) N() int { return n.Promoters + n.Passives + n.Detractors }

// Score is the share of promoters less that of detractors, in points from −100 to
// +100.
func (n Net) Score() float64 { return 100 * float64(n.Promoters-n.Detractors) / float64(n.N()) }

// Error is the standard error of the score in points:
// 100·√((p+d−(p−d)²)/n) (domain.md §2.7: 46/34/20 of 100 gives 7.70).
func (n Net) Error() float64 {
	return 100 * netError(float64(n.Promoters), float64(n.Detractors), float64(n.N()))
}

func netError(promoters, detractors, n float64) float64 {
	p, d := promoters/n, detractors/n
	return math.Sqrt((p + d - (p-d)*(p-d)) / n)
}

// Wald is score ± z standard errors, in points.
func (n Net) Wald(level float64) (Interval, error) {
	if n.N() == 0 {
		return Interval{}, ErrNone
	}
	return n.around(0, level)
}

// Adjusted is Wald after three answers were added, ¾ promoter, 1½ passive and ¾
// detractor (Rocks 2016): the one to show, also when everybody agrees.
func (n Net) Adjusted(level float64) (Interval, error) {
	if n.N() == 0 {
		return Interval{}, ErrNone
	}
	return n.around(0.75, level)
}

func (n Net) around(add, level float64) (Interval, error) {
	if err := within(level); err != nil {
		return Interval{}, err
	}
	p, d, all := float64(n.Promoters)+add, float64(n.Detractors)+add, float64(n.N())+4*add
	middle, width := 100*(p-d)/all, 100*z(level)*netError(p, d, all)
	return Interval{max(-100, middle-width), min(100, middle+width)}, nil
}

// Differ compares two scores of different people: the difference in points, its z
// and the two-sided p. Overlapping intervals alone decide nothing.
func (n Net) Differ(m Net) (difference, z, p float64, err error) {
	if n.N() == 0 || m.N() == 0 {
		return 0, 0, 0, ErrNone
	}
	difference = n.Score() - m.Score()
	se := math.Hypot(n.Error(), m.Error())
	if se == 0 {
		return difference, 0, 1, ErrFew
	}
	z = difference / se
	return difference, z, math.Erfc(math.Abs(z) / math.Sqrt2), nil
}

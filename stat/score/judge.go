package score

import (
	"cmp"
	"math"
	"slices"
)

func judged(chances []float64, outcomes []bool) error {
	if len(chances) == 0 || len(chances) != len(outcomes) {
		return ErrChance
	}
	for _, p := range chances {
		if !(p >= 0 && p <= 1) {
			return ErrChance
		}
	}
	return nil
}

func of(outcome bool) float64 {
	if outcome {
		return 1
	}
	return 0
}

// Brier is the mean square of chance less outcome (Brier 1950): 0 is perfect, ¼ is
// what saying one half always gets. domain.md §2.24: 0.08.
func Brier(chances []float64, outcomes []bool) (float64, error) {
	if err := judged(chances, outcomes); err != nil {
		return 0, err
	}
	sum := 0.0
	for i, p := range chances {
		e := p - of(outcomes[i])
		sum += e * e
	}
	return sum / float64(len(chances)), nil
}

// LogLoss is the mean of −log of the chance that was given to what happened.
// Chances nearer than 10⁻¹⁵ to 0 or 1 count as that near.
func LogLoss(chances []float64, outcomes []bool) (float64, error) {
	if err := judged(chances, outcomes); err != nil {
		return 0, err
	}
	sum := 0.0
	for i, p := range chances {
		if !outcomes[i] {
			p = 1 - p
		}
		sum -= math.Log(min(max(p, 1e-15), 1-1e-15))
	}
	return sum / float64(len(chances)), nil
}

// AUC is the chance that a case that happened had the higher number, equal ones
// counting half: ½ is no better than chance. The numbers need not be chances.
func AUC(numbers []float64, outcomes []bool) (float64, error) {
	if len(numbers) == 0 || len(numbers) != len(outcomes) || slices.ContainsFunc(numbers, math.IsNaN) {
		return 0, ErrShape
	}
	order := make([]int, len(numbers))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(numbers[a], numbers[b]) })
	ranks, yes := 0.0, 0.0
	for from := 0; from < len(order); {
		to, hits := from, 0.0
		for to < len(order) && numbers[order[to]] == numbers[order[from]] {
			hits += of(outcomes[order[to]])
			to++
		}
		ranks += hits * float64(from+1+to) / 2 // the middle of their ranks
		yes += hits
		from = to
	}
	no := float64(len(order)) - yes
	if yes == 0 || no == 0 {
		return 0, ErrOne
	}
	return (ranks - yes*(yes+1)/2) / (yes * no), nil
}

// Bin is the cases whose chance lay in [Low, High); the last one has 1 too.
type Bin struct {
	Low, High float64
	N, Yes    int
	Chance    float64 // mean
}

// Share is how often it happened.
func (b Bin) Share() float64 { return float64(b.Yes) / float64(b.N) }

// Reliability groups cases in equally wide bins of chance; empty ones are left out.
func Reliability(chances []float64, outcomes []bool, bins int) ([]Bin, error) {
	if err := judged(chances, outcomes); err != nil {
		return nil, err
	}
	all := make([]Bin, max(bins, 1))
	for i, p := range chances {
		k := min(int(p*float64(len(all))), len(all)-1)
		all[k].N++
		all[k].Chance += p
		if outcomes[i] {
			all[k].Yes++
		}
	}
	var full []Bin
	for k, b := range all {
		if b.N > 0 {
			b.Low, b.High = float64(k)/float64(len(all)), float64(k+1)/float64(len(all))
			b.Chance /= float64(b.N)
			full = append(full, b)
		}
	}
	return full, nil
}

// CalibrationError is how far chance and share lie apart, bin by bin, weighed by
// how many cases a bin has.
func CalibrationError(bins []Bin) float64 {
	sum, n := 0.0, 0
	for _, b := range bins {
		sum += float64(b.N) * math.Abs(b.Chance-b.Share())
		n += b.N
	}
	return sum / float64(max(n, 1))
}

// Parts are Murphy's (1973): Brier is about Reliability − Resolution + Uncertainty,
// exactly so when the chances in a bin are equal.
type Parts struct{ Reliability, Resolution, Uncertainty float64 }

// PartsOf takes the bins apart.
func PartsOf(bins []Bin) Parts {
	var p Parts
	n, yes := 0, 0
	for _, b := range bins {
		n, yes = n+b.N, yes+b.Yes
	}
	if n == 0 {
		return p
	}
	share := float64(yes) / float64(n)
	for _, b := range bins {
		w := float64(b.N) / float64(n)
		p.Reliability += w * (b.Chance - b.Share()) * (b.Chance - b.Share())
		p.Resolution += w * (b.Share() - share) * (b.Share() - share)
	}
	p.Uncertainty = share * (1 - share)
	return p
}

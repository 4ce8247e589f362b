// Package hazard tells how long something lasts when not everything has ended
// yet: a subscription, an open deal.
//
// Customers who never say that they leave are a matter for stat/btyd.
package hazard

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Spell is one relation: how long it lasted until now or until its end.
type Spell struct {
	Time  float64
	Ended bool // false: it still goes on, or was lost from sight
}

// Curve is Kaplan and Meier's estimate (1958) of the share that still goes on.
type Curve struct {
	Steps []Step // at each moment at which one ended, rising
	Last  float64
}

// Step is the moment at which the curve falls.
type Step struct {
	Time     float64
	AtRisk   int // how many went on until just before
	Ended    int
	Survival float64 // share that still goes on right after
	Error    float64 // its standard error (Greenwood 1926)
}

// ErrSpell says that a time is negative or no number.
var ErrSpell = errors.New("a spell lasts a time of zero or more")

// KaplanMeier reads spells in any order. Who goes on at the moment another ends
// counts as having been at risk.
func KaplanMeier(spells []Spell) (Curve, error) {
	sorted := slices.Clone(spells)
	for i, s := range sorted {
		if !(s.Time >= 0) || math.IsInf(s.Time, 1) {
			return Curve{}, fmt.Errorf("%w: spell %d has %g", ErrSpell, i+1, s.Time)
		}
	}
	slices.SortFunc(sorted, func(a, b Spell) int { return cmp.Compare(a.Time, b.Time) })
	var c Curve
	survival, greenwood := 1.0, 0.0
	for from := 0; from < len(sorted); {
		step := Step{Time: sorted[from].Time, AtRisk: len(sorted) - from}
		for from < len(sorted) && sorted[from].Time == step.Time {
			if sorted[from].Ended {
				step.Ended++
			}
			from++
		}
		c.Last = step.Time
		if step.Ended == 0 {
			continue
		}
		n, d := float64(step.AtRisk), float64(step.Ended)
		survival *= 1 - d/n
		if n > d {
			greenwood += d / (n * (n - d))
		}
		step.Survival, step.Error = survival, survival*math.Sqrt(greenwood)
		c.Steps = append(c.Steps, step)
	}
	return c, nil
}

// At is the share that goes on beyond t, with its standard error; known is
// false past the last thing seen, where the curve says nothing any more.
func (c Curve) At(t float64) (share, deviation float64, known bool) {
	i, _ := slices.BinarySearchFunc(c.Steps, t, func(s Step, t float64) int {
		if s.Time <= t {
			return -1
		}
		return 1
	})
	known = t <= c.Last
	if i == 0 {
		return 1, 0, known
	}
	return c.Steps[i-1].Survival, c.Steps[i-1].Error, known
}

// Band is a 95 % interval of the share at t, on the scale ln(−ln S), so that it
// stays between 0 and 1.
func (c Curve) Band(t float64) (low, high float64) {
	share, deviation, _ := c.At(t)
	if share <= 0 || share >= 1 {
		return share, share
	}
	log := math.Log(share)
	width := 1.959963984540054 * deviation / math.Abs(share*log)
	return math.Pow(share, math.Exp(width)), math.Pow(share, math.Exp(-width))
}

// Median is the first moment at which half or less goes on; known is false when
// the curve does not come that low.
func (c Curve) Median() (t float64, known bool) {
	for _, s := range c.Steps {
		if s.Survival <= .5 {
			return s.Time, true
		}
	}
	return 0, false
}

// Mean is the mean time up to a moment: the area under the curve.
func (c Curve) Mean(until float64) float64 {
	area, at, share := 0.0, 0.0, 1.0
	for _, s := range c.Steps {
		if s.Time >= until {
			break
		}
		area += share * (s.Time - at)
		at, share = s.Time, s.Survival
	}
	return area + share*max(0, until-at)
}

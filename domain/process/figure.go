package process

import (
	"slices"
)

// Basis points of a whole.
const whole = 10_000

// Share is part of all in basis points, rounded half up; 0 of nothing.
func Share(part, all int64) int64 {
	if all <= 0 {
		return 0
	}
	return (2*part*whole + all) / (2 * all)
}

// Conversion is how much of a flow goes on at each place, in basis points of the
// place before it: 1,336 leads → 334 → 200 gives 2500 and 5988 (domain.md §2.11).
func Conversion(flow []int64) []int64 {
	var all []int64
	for i := 1; i < len(flow); i++ {
		all = append(all, Share(flow[i], flow[i-1]))
	}
	return all
}

// Median is the one in the middle, of an even number the mean of the two; 0 of
// none. It does not change all.
func Median(all []int64) int64 {
	n := len(all)
	if n == 0 {
		return 0
	}
	all = slices.Sorted(slices.Values(all))
	if n%2 == 1 {
		return all[n/2]
	}
	return (all[n/2-1] + all[n/2]) / 2
}

// Quantile is the smallest value that p percent of all do not pass; 0 of none.
// all is sorted.
func Quantile(all []int64, p int) int64 {
	if len(all) == 0 {
		return 0
	}
	at := (len(all)*p + 99) / 100
	return all[max(at, 1)-1]
}

// StepSum is what a period says about one step.
type StepSum struct {
	At       int
	Key      string
	In       int64 // runs that came to it
	Out      int64 // runs that went on from it
	Left     int64 // of those in, runs that ended there without going on
	Open     int64 // runs that stand there now
	Late     int64 // of those, past the norm
	Skipped  int64 // of those out, left out or overtaken
	Normed   int64 // done with a norm
	InTime   int64 // of those, within it
	Waited   int64 // median, ms
	Volume   int64 // steps over which the median was taken
	Worked   int64 // sum, ms
	Parked   int64
	Machine  bool
	WaitsSum int64 // all waiting, ms
}

// Jam is how much waiting a step is good for: median × volume (domain.md §2.11).
func (s StepSum) Jam() int64 { return s.Waited * s.Volume }

// Sum is what a period says about a process.
type Sum struct {
	Started  int64
	Done     int64
	Aborted  int64
	Open     int64
	Lead     int64 // median of those done, ms
	LeadSum  int64 // of those done, ms
	Worked   int64 // in those done, ms
	Normed   int64
	InTime   int64
	Steps    []StepSum
	HumanMs  int64 // worked by people
	MachineN int64 // steps done by the machine
	HumanN   int64 // and by people
	Oldest   int64 // when the oldest open run began
}

// Touch is the share of work in the lead time, in basis points.
func (s Sum) Touch() int64 { return Share(s.Worked, s.LeadSum) }

// SLA is the share of steps in time, in basis points.
func (s Sum) SLA() int64 { return Share(s.InTime, s.Normed) }

// Bottleneck is the step with the longest median waiting × volume, -1 when
// nothing waited.
func (s Sum) Bottleneck() int {
	worst := -1
	for i, step := range s.Steps {
		if step.Jam() > 0 && (worst < 0 || step.Jam() > s.Steps[worst].Jam()) {
			worst = i
		}
	}
	return worst
}

// MinSample is how many runs a forecast rests on at least.
const MinSample = 5

// Outlook is what earlier runs say of one that stands at a step since ready: at
// which moment it is done with a chance of 80 %, and the chance in basis points
// that it passes a moment. left are the times that earlier runs took from that
// step to their end, sorted; only those that took longer than this one already
// does count. ok is false when too few did.
func Outlook(left []int64, ready, now, until int64) (by, late int64, ok bool) {
	from, _ := slices.BinarySearch(left, now-ready)
	left = left[from:]
	if len(left) < MinSample {
		return 0, 0, false
	}
	by = ready + Quantile(left, 80)
	if until > 0 {
		at, _ := slices.BinarySearch(left, until-ready+1)
		late = Share(int64(len(left)-at), int64(len(left)))
	}
	return by, late, true
}

// And adds what is counted of a step in another version.
func (s StepSum) And(o StepSum) StepSum {
	s.In, s.Out, s.Left, s.Open, s.Late, s.Skipped = s.In+o.In, s.Out+o.Out, s.Left+o.Left, s.Open+o.Open, s.Late+o.Late, s.Skipped+o.Skipped
	s.Normed, s.InTime, s.Parked, s.Worked, s.WaitsSum = s.Normed+o.Normed, s.InTime+o.InTime, s.Parked+o.Parked, s.Worked+o.Worked, s.WaitsSum+o.WaitsSum
	return s
}

package opportunity

import (
	"slices"

	"kring/base/day"
)

// Figures are counts of a period, of which the figures of domain.md §2.21 are
// made.
type Figures struct {
	Won, Lost int
	Worth     int64 // cents of those won together
	Days      int64 // from opened to won, of those together
	Open      int
	Value     int64 // cents of those open together
	Slipped   int   // of those open, whose close day was moved to a later one
}

// WinRate is won / (won + lost); known is false when none ended.
func (f Figures) WinRate() (share float64, known bool) {
	if f.Won+f.Lost == 0 {
		return 0, false
	}
	return float64(f.Won) / float64(f.Won+f.Lost), true
}

// Average is the value of one that was won, in cents.
func (f Figures) Average() float64 {
	if f.Won == 0 {
		return 0
	}
	return float64(f.Worth) / float64(f.Won)
}

// Cycle is how many days from opened to won.
func (f Figures) Cycle() float64 {
	if f.Won == 0 {
		return 0
	}
	return float64(f.Days) / float64(f.Won)
}

// Speed is what flows through the pipeline in a day, in the unit of average:
// opportunities × average value × win rate / days (domain.md §2.21: 40 × 12,500 ×
// 25 % / 60 = 2,083 a day). known is false without days.
func Speed(open int, average, rate, days float64) (perDay float64, known bool) {
	if days <= 0 {
		return 0, false
	}
	return float64(open) * average * rate / days, true
}

// Velocity is Speed of these figures, in cents a day.
func (f Figures) Velocity() (float64, bool) {
	rate, known := f.WinRate()
	if !known || f.Won == 0 {
		return 0, false
	}
	return Speed(f.Open, f.Average(), rate, f.Cycle())
}

// Covers is open pipeline / what remains of the target (2.0m / 0.5m = 4.0); known
// is false when nothing remains.
func Covers(open, remaining int64) (times float64, known bool) {
	if remaining <= 0 {
		return 0, false
	}
	return float64(open) / float64(remaining), true
}

// SlippingRate is those whose close day was moved / open.
func (f Figures) SlippingRate() (share float64, known bool) {
	if f.Open == 0 {
		return 0, false
	}
	return float64(f.Slipped) / float64(f.Open), true
}

// Passage is how many that ended were ever in a stage, and how many of those were
// won.
type Passage struct {
	Stage        string
	Entered, Won int
}

// Enough is how many have to have ended before a share of them says something
// (domain.md §2.24, 4).
const Enough = 30

// Rate is the chance that what enters the stage is won: 24 of 200, 120 and 60 is
// 12, 20 and 40 %.
func (p Passage) Rate() (share float64, known bool) {
	if p.Entered == 0 {
		return 0, false
	}
	return float64(p.Won) / float64(p.Entered), true
}

// Firm says whether enough ended for the rate to be used.
func (p Passage) Firm() bool { return p.Entered >= Enough }

// Median is the middle of some numbers of days; known is false without any. It
// sorts them.
func Median(days []int) (middle float64, known bool) {
	if len(days) == 0 {
		return 0, false
	}
	slices.Sort(days)
	n := len(days)
	if n%2 == 1 {
		return float64(days[n/2]), true
	}
	return float64(days[n/2-1]+days[n/2]) / 2, true
}

// Age is how many days an opportunity is in its stage.
func (o Opportunity) Age(today day.Day) int { return max(o.Entered.Until(today), 0) }

// Old says whether it is in its stage for longer than twice the median of those
// that left it.
func (o Opportunity) Old(today day.Day, median float64) bool {
	return median > 0 && float64(o.Age(today)) > 2*median
}

// Stay is how long an opportunity was in a stage.
type Stay struct {
	Stage string
	From  day.Day
	Until day.Day // "" while it is there
}

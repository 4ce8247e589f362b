package pyramid

import (
	"math"

	"kring/base/day"
)

// Window is the days over which customers are compared, both included.
type Window struct{ From, Until day.Day }

// Year is the twelve months up to and including a day.
func Year(until day.Day) Window { return Window{until.Months(-12).Add(1), until} }

// Has says whether a day is in the window.
func (w Window) Has(d day.Day) bool { return w.From <= d && d <= w.Until }

// Purchase is an order that stands.
type Purchase struct {
	Day    day.Day
	Cents  int64
	Ranked bool // for money, in the currency of the pyramid
}

// History is what the purchases of one relation come down to.
type History struct {
	First  day.Day // of whatever was bought; "" when nothing was
	Last   day.Day
	Cents  int64 // in the window, of what is ranked
	Times  int   // days with a ranked purchase in the window: who splits an order comes no oftener
	Lately bool  // bought anything in the window
}

// Fold takes the purchases of one relation together, the oldest first.
func Fold(purchases []Purchase, w Window) (h History) {
	counted := day.Day("")
	for _, p := range purchases {
		if p.Day > w.Until {
			break
		}
		if h.First == "" {
			h.First = p.Day
		}
		h.Last = p.Day
		if !w.Has(p.Day) {
			continue
		}
		h.Lately = true
		if !p.Ranked {
			continue
		}
		h.Cents += p.Cents
		if p.Day != counted {
			counted = p.Day
			h.Times++
		}
	}
	return h
}

// Active says whether the relation has a place among the four upper layers.
func (h History) Active() bool { return h.Cents > 0 }

// Below is the class of who has no such place; suspect is the label on a
// potential relation.
func (h History) Below(suspect bool) Class {
	switch {
	case h.Lately:
		return Beside
	case h.First != "":
		return Inactive
	case suspect:
		return Suspect
	}
	return Prospect
}

// Fresh is what new customers brought in a period: those whose first order is in
// it (domain.md §2.28).
type Fresh struct {
	Customers int64
	Cents     int64 // what they bought in the period
	Total     int64 // what everybody bought in the period
	Waits     Waits // how long each was known before the first order
}

// Share is the share of new revenue in basis points, half away from zero: 96,000
// of 800,000 is 12 %. Without revenue it is not known.
func (f Fresh) Share() (points int64, known bool) {
	if f.Total <= 0 {
		return 0, false
	}
	return int64(math.Round(float64(f.Cents) * 10_000 / float64(f.Total))), true
}

// Cost is what one first order cost, of what was spent: 15,000 for 12 is 1,250.
func (f Fresh) Cost(spent int64) (cents int64, known bool) {
	if f.Customers <= 0 {
		return 0, false
	}
	return int64(math.Round(float64(spent) / float64(f.Customers))), true
}

// Waits is how many waited how many days, the shortest first.
type Waits []Wait

// Wait is how many waited a number of days.
type Wait struct {
	Days  int
	Count int64
}

// Count is how many there are in all.
func (ws Waits) Count() (n int64) {
	for _, w := range ws {
		n += w.Count
	}
	return n
}

// Median is the days of the one in the middle, or halfway the two there.
func (ws Waits) Median() (days float64, known bool) {
	n := ws.Count()
	if n == 0 {
		return 0, false
	}
	return float64(ws.at((n-1)/2)+ws.at(n/2)) / 2, true
}

func (ws Waits) at(place int64) int {
	for _, w := range ws {
		if place -= w.Count; place < 0 {
			return w.Days
		}
	}
	return 0
}

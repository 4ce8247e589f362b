package slipping

import (
	"iter"
	"math"
	"slices"

	"kring/base/day"
	"kring/stat/btyd"
	"kring/stat/hazard"
)

// Base takes the customers of an organisation, one after the other, and keeps of
// them what the fits need: identical histories once, with how many there are.
type Base struct {
	until, cut, held int // days counted from 1970; weeks held back
	day              day.Day
	whole, early     map[count]int32 // histories until the day, and until the cut
	spends           map[string][]btyd.Spend
	years            map[string][]int64
	bought           map[string]int // purchases by currency
	days             map[int]int    // repeat purchases of who was there by the cut, by their day
	spells           []hazard.Spell
	customers        int
	repeaters        int
	ended            int
}

// NewBase is a base of customers of whom the first bought on a day, as known at
// the end of another. A quarter of what lies between is held back for the sanity
// panel, in whole weeks, a year at most.
func NewBase(first, until day.Day) *Base {
	b := &Base{
		day: until, until: epoch.Until(until), whole: map[count]int32{}, early: map[count]int32{},
		spends: map[string][]btyd.Spend{}, years: map[string][]int64{}, bought: map[string]int{}, days: map[int]int{},
	}
	if weeks := (b.until - epoch.Until(first) + 1) / 7; weeks >= LeastWeeks {
		b.held = min(weeks/4, MostHeld)
	}
	b.cut = b.until - 7*b.held
	return b
}

// Add takes a customer; left is the day on which the relation ended in so many
// words, "" when it did not. What was bought after the day of the base is not
// seen.
func (b *Base) Add(c *Customer, left day.Day) {
	k, born := c.until(b.until)
	if !born {
		return
	}
	b.whole[k]++
	b.customers++
	if k.x > 0 {
		b.repeaters++
	}
	currency := c.Currency()
	if s := c.Spend(); s.Counts() {
		b.spends[currency] = append(b.spends[currency], s)
	}
	for _, a := range c.amounts {
		b.bought[a.money.Currency]++
	}
	if currency != "" {
		b.years[currency] = append(b.years[currency], c.Year(currency))
	}
	b.hold(c)
	b.stay(c, left)
}

// hold keeps what was known at the cut, and the repeat purchases of whoever was
// there by then.
func (b *Base) hold(c *Customer) {
	if b.held == 0 {
		return
	}
	k, born := c.until(b.cut)
	if !born {
		return
	}
	b.early[k]++
	for _, n := range c.numbers[1:] {
		if n <= b.until {
			b.days[n]++
		}
	}
}

func (b *Base) stay(c *Customer, left day.Day) {
	s := hazard.Spell{Time: float64(b.until - c.numbers[0])}
	if left != "" {
		if n := epoch.Until(left); n >= c.numbers[0] && n <= b.until {
			s = hazard.Spell{Time: float64(n - c.numbers[0]), Ended: true}
			b.ended++
		}
	}
	b.spells = append(b.spells, s)
}

// Customers is how many there are.
func (b *Base) Customers() int { return b.customers }

// weekly are the counted histories as the models read them.
func weekly(counted map[count]int32) iter.Seq2[btyd.History, int] {
	return func(yield func(btyd.History, int) bool) {
		for k, n := range counted {
			if !yield(k.weeks(), int(n)) {
				return
			}
		}
	}
}

// Fit fits everything, or says why not.
func (b *Base) Fit() Fit {
	f := Fit{Until: b.day, Customers: b.customers, Repeaters: b.repeaters, Refusal: enough(b.customers, b.repeaters)}
	for _, c := range slices.Sorted(keys(b.bought)) {
		if f.Currency == "" || b.bought[c] > b.bought[f.Currency] {
			f.Currency = c
		}
	}
	f.Large = largest(b.years[f.Currency])
	f.Stay = b.kaplanMeier()
	if f.Refusal == nil {
		cohort, err := btyd.Grouped(weekly(b.whole))
		if err != nil {
			f.Refusal = refused(err)
			return f
		}
		for _, m := range []Model{ParetoNBD, BGNBD, MBGNBD} {
			f.Models = append(f.Models, estimate(m, cohort))
		}
		f.Models = append(f.Models, value(b.spends[f.Currency]))
	}
	f.choose()
	f.Sanity = b.sanity(f.ranked())
	return f
}

func keys[K comparable, V any](m map[K]V) iter.Seq[K] {
	return func(yield func(K) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// enough says why there are too few customers to learn from.
func enough(customers, repeaters int) *Refusal {
	switch {
	case customers == 0:
		return &Refusal{Code: None, Need: LeastRepeaters}
	case repeaters == 0:
		return &Refusal{Code: Once, Have: customers, Need: LeastRepeaters}
	case repeaters < LeastRepeaters:
		return &Refusal{Code: Few, Have: repeaters, Need: LeastRepeaters}
	}
	return nil
}

// value fits Gamma-Gamma to what repeat buyers pay.
func value(spends []btyd.Spend) Estimate {
	none := func(r Refusal) Estimate { return Estimate{Model: GammaGamma, Customers: len(spends), Refusal: &r} }
	if len(spends) < LeastRepeaters {
		return none(Refusal{Code: Few, Have: len(spends), Need: LeastRepeaters})
	}
	if c := btyd.Correlation(spends); math.Abs(c) > MostCorrelated {
		return none(Refusal{Code: Correlates, Figure: c})
	}
	m, e, err := btyd.FitGammaGamma(spends)
	if err == nil && !(m.Q > 1) {
		return none(Refusal{Code: NoMean, Figure: m.Q})
	}
	return told(GammaGamma, e, err)
}

// largest is from which amount a customer is among the first twentieth: the top
// and the large ones of Curry's pyramid.
func largest(years []int64) int64 {
	if len(years) == 0 {
		return 0
	}
	sorted := slices.Clone(years)
	slices.Sort(sorted)
	return sorted[len(sorted)-(len(sorted)*5+99)/100]
}

// kaplanMeier is how long relations last that end in so many words.
func (b *Base) kaplanMeier() Stay {
	s := Stay{Ended: b.ended, Going: b.customers - b.ended}
	if s.Ended < LeastLeavers {
		s.Refusal = &Refusal{Code: Leavers, Have: s.Ended, Need: LeastLeavers}
		return s
	}
	curve, err := hazard.KaplanMeier(b.spells)
	if err != nil {
		s.Refusal = &Refusal{Code: Leavers, Have: s.Ended, Need: LeastLeavers}
		return s
	}
	for m := 0; ; m++ {
		share, _, known := curve.At(float64(m) * month)
		if !known {
			break
		}
		s.Months = append(s.Months, share)
	}
	if days, known := curve.Median(); known {
		s.Median = int(math.Round(days / month))
	}
	return s
}

// sanity fits the chosen model to what was known at the cut and puts what it
// expects beside what was bought. When less history does not settle that model,
// the next likeliest takes its place.
func (b *Base) sanity(ranked []Model) Sanity {
	s := Sanity{Held: b.held}
	early := 0
	for k, n := range b.early {
		if k.x > 0 {
			early += int(n)
		}
	}
	switch {
	case len(ranked) == 0:
		return s
	case b.held == 0:
		s.Refusal = &Refusal{Code: Short, Need: LeastWeeks}
		return s
	case early < LeastRepeaters:
		s.Refusal = &Refusal{Code: Few, Have: early, Need: LeastRepeaters}
		return s
	}
	cohort, err := btyd.Grouped(weekly(b.early))
	if err != nil {
		s.Refusal = refused(err)
		return s
	}
	for _, m := range ranked {
		e := estimate(m, cohort)
		if s.Model, s.Refusal = m, e.Refusal; s.Refusal == nil {
			s.Cut = epoch.Add(b.cut)
			s.Expected = btyd.Total(e.settled(), cohort, float64(b.held))
			b.track(&s, e.settled(), cohort)
			break
		}
	}
	return s
}

// track fills the weeks of the panel: those before the cut from the first
// purchase on, and those that were held back.
func (b *Base) track(s *Sanity, m btyd.Model, cohort *btyd.Cohort) {
	first := b.cut
	for k := range b.early {
		first = min(first, b.cut-int(k.age))
	}
	from := max(-((b.cut - first + 6) / 7), b.held-MostWeeks)
	moments := make([]float64, 0, b.held-from+1)
	for w := from; w <= b.held; w++ {
		moments = append(moments, float64(w))
	}
	totals := btyd.Track(m, cohort, moments)
	for i := 1; i < len(moments); i++ {
		end := b.cut + 7*(from+i)
		w := Week{Until: epoch.Add(end), Expected: totals[i] - totals[i-1]}
		for n := end - 6; n <= end; n++ {
			w.Actual += b.days[n]
		}
		if from+i > 0 {
			s.Actual += w.Actual
		}
		s.Weeks = append(s.Weeks, w)
	}
}

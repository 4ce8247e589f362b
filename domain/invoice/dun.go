package invoice

import (
	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/money"
)

// DefaultTerm is how many days a customer has when nothing was agreed.
const DefaultTerm = 30

// MostTerm is the longest term that can be agreed: 60 days between firms, and 30
// when a large company buys from a smaller one (BW 6:119a, since 1-7-2022).
func MostTerm(buyer, seller Party) int64 {
	if buyer.Large && !seller.Large {
		return 30
	}
	return 60
}

// TermOf is the term of a buyer: what was agreed, no longer than the law allows.
func TermOf(agreed int64, buyer, seller Party) int64 {
	if agreed <= 0 {
		agreed = DefaultTerm
	}
	return min(agreed, MostTerm(buyer, seller))
}

// wik is the scale of collection costs (Besluit vergoeding voor
// buitengerechtelijke incassokosten): a part of each band of the principal.
var wik = []struct{ upTo, rate int64 }{ // cents, basis points; 0 is without end
	{250_000, 1500}, {500_000, 1000}, {1_000_000, 500}, {20_000_000, 100}, {0, 50},
}

// CollectionCosts is what may be asked for collecting so many cents: 15 % of the
// first 2,500 euro, 10 % of the next 2,500, 5 % of the next 5,000, 1 % of the
// next 190,000 and 0.5 % above; at least 40 and at most 6,775 euro.
func CollectionCosts(cents int64) int64 {
	if cents <= 0 {
		return 0
	}
	var parts, from int64 // cents × basis points
	for _, b := range wik {
		to := cents
		if b.upTo != 0 {
			to = min(cents, b.upTo)
		}
		if to > from {
			parts += (to - from) * b.rate
		}
		from = max(from, b.upTo)
		if b.upTo == 0 || cents <= b.upTo {
			break
		}
	}
	return min(max(money.Round(parts, 1, 10_000), 4_000), 677_500)
}

// Rate is a yearly interest from a day on, in basis points.
type Rate struct {
	From  day.Day `json:"from"`
	Trade int64   `json:"trade"` // between firms (BW 6:119a)
	Other int64   `json:"other"` // everybody else (BW 6:119)
}

// Rates is the statutory interest in the Netherlands by day, the latest first;
// see doc/cash.md for what has to be looked up each half year.
var Rates = []Rate{
	{"2026-07-01", 1040, 400}, {"2026-01-01", 1015, 400}, {"2025-07-01", 1015, 600}, {"2025-01-01", 1115, 600}, {"2024-07-01", 1225, 700}, {"2024-01-01", 1250, 700},
	{"2023-07-01", 1200, 600}, {"2023-01-01", 1050, 400}, {"2016-07-01", 800, 200}, {"2015-01-01", 805, 200},
}

// InterestOf is the interest on an amount from the day after due until a day,
// that day included: simple within a year, and after each year of default the
// interest of that year bears interest too. Days count as one of 365. Cents,
// rounded once.
func InterestOf(cents int64, due, until day.Day, consumer bool) int64 {
	if cents <= 0 || due == "" || until <= due {
		return 0
	}
	whole, year := float64(cents), 0.0
	n := due.Until(until)
	for d := 1; d <= n; d++ {
		on := due.Add(d)
		year += whole * float64(rateOn(on, consumer)) / 10_000 / 365
		if d%365 == 0 {
			whole, year = whole+year, 0
		}
	}
	sum := whole + year - float64(cents)
	return int64(sum + .5)
}

func rateOn(on day.Day, consumer bool) int64 {
	for _, r := range Rates {
		if r.From <= on {
			if consumer {
				return r.Other
			}
			return r.Trade
		}
	}
	return 0
}

// After how many days the next step may be taken: of the day it was due, and of
// the step before. A consumer has fourteen days from the day after the letter
// came; two days are for the post.
const (
	RemindAfter  = 7
	NoticeAfter  = 14
	CollectAfter = 16
)

// Errors of reminding.
var (
	ErrEarly    = fault.New(fault.Conflict, "invoice.early", "it is too early for this step")
	ErrTold     = fault.New(fault.Conflict, "invoice.told", "this is a key account: its account manager is told before a reminder goes out")
	ErrReminder = fault.New(fault.Invalid, "invoice.reminder", "write down what you sent")
)

// NextStep is the reminder that may be sent, and from which day on; "" when
// nothing is open, it is disputed, or the last step was taken.
func (i Invoice) NextStep() (State, day.Day) {
	if i.Open() <= 0 || i.Dispute != "" || i.State == Draft {
		return "", ""
	}
	switch i.Step {
	case Sent:
		return Reminded, i.Due.Add(RemindAfter)
	case Reminded:
		return Notice, i.StepDay.Add(NoticeAfter)
	case Notice:
		return Collection, i.StepDay.Add(CollectAfter)
	}
	return "", ""
}

// Claim is what may be asked beside what is open.
type Claim struct {
	Interest int64 // until today
	Costs    int64 // of collection, without VAT; of a consumer only after the letter of fourteen days
	Warned   int64 // what the costs will be when the letter is not heeded
}

// ClaimOn is what may be asked on a day.
func (i Invoice) ClaimOn(today day.Day) (c Claim) {
	if i.Overdue(today) == 0 {
		return c
	}
	c.Interest = InterestOf(i.Open(), i.Due, today, i.Buyer.Person)
	c.Warned = CollectionCosts(i.Open())
	if !i.Buyer.Person || i.Step == Collection || i.Step == Notice && i.StepDay.Add(CollectAfter) <= today {
		c.Costs = c.Warned
	}
	return c
}

// Remind says that the next step was taken: its letter went out.
func Remind(i Invoice, now int64, today day.Day, step State) (Invoice, []fact.Change, error) {
	if i.Dispute != "" {
		return i, nil, ErrDisputed
	}
	next, from := i.NextStep()
	switch {
	case next == "":
		return i, nil, ErrSettled
	case next != step:
		return i, nil, ErrState
	case today < from:
		return i, nil, ErrEarly
	}
	to := i
	to.Step, to.StepDay = step, today
	to.State = to.standing()
	return became(i, to, now)
}

// DSO is the days of sales outstanding: receivables ÷ revenue × 365, 0 without
// revenue.
func DSO(receivables, revenue int64) float64 {
	if revenue <= 0 {
		return 0
	}
	return float64(receivables) / float64(revenue) * 365
}

// Ages are the borders of a list of receivables by age: not due, then up to so
// many days late, then later.
var Ages = []int{0, 30, 60, 90}

// Age is in which part of that list something stands that is so many days late.
func Age(late int) int {
	for n, most := range Ages {
		if late <= most {
			return n
		}
	}
	return len(Ages)
}

package btyd

import (
	"cmp"
	"errors"
	"math"
	"slices"
	"strings"
)

// Unit is how many days one unit of time has.
type Unit int

// The two units that make sense for customers.
const (
	Day  Unit = 1
	Week Unit = 7
)

// Journal is the purchases of a base of customers, in any order. Days are
// counted from any fixed day.
type Journal struct {
	names  []string
	places map[string]int32
	events []event
	sorted bool
}

type event struct {
	customer, day int32
	amount        float64
}

// ErrEvent says that a purchase cannot be: no customer, an amount that is
// negative or no number, a day out of reach.
var ErrEvent = errors.New("a purchase needs a customer, a day and an amount that is not negative")

// Add notes one purchase.
func (j *Journal) Add(customer string, day int, amount float64) error {
	if customer == "" || day < -10_000_000 || day > 10_000_000 || !(amount >= 0) || math.IsInf(amount, 1) {
		return ErrEvent
	}
	if j.places == nil {
		j.places = make(map[string]int32)
	}
	place, known := j.places[customer]
	if !known {
		place = int32(len(j.names))
		customer = strings.Clone(customer) // it may be a piece of a far larger text
		j.places[customer] = place
		j.names = append(j.names, customer)
	}
	j.events = append(j.events, event{place, int32(day), amount})
	j.sorted = false
	return nil
}

// merge sorts and adds the purchases of one customer on one day together.
func (j *Journal) merge() {
	if j.sorted {
		return
	}
	slices.SortStableFunc(j.events, func(a, b event) int {
		return cmp.Or(cmp.Compare(a.customer, b.customer), cmp.Compare(a.day, b.day))
	})
	merged := j.events[:0]
	for _, e := range j.events {
		if n := len(merged); n > 0 && merged[n-1].customer == e.customer && merged[n-1].day == e.day {
			merged[n-1].amount += e.amount
			continue
		}
		merged = append(merged, e)
	}
	j.events, j.sorted = merged, true
}

// Last is the day of the latest purchase.
func (j *Journal) Last() (day int, ok bool) {
	for i, e := range j.events {
		if d := int(e.day); i == 0 || d > day {
			day = d
		}
	}
	return day, len(j.events) > 0
}

// Customer is one customer as known on a day.
type Customer struct {
	Name string
	History
	Mean  float64 // mean amount of the repeat purchases; 0 without any
	Birth int     // day of the first purchase
	Later []int   // days of the purchases after the day of the cut
}

// Spend is what Gamma-Gamma reads of the customer.
func (c Customer) Spend() Spend { return Spend{c.X, c.Mean} }

// Cut is everybody who bought up to and including a day, as known on that day:
// what came after is kept apart in Later and nothing else knows of it. The
// order is that in which customers were first noted.
func (j *Journal) Cut(until int, unit Unit) []Customer {
	j.merge()
	var customers []Customer
	for from := 0; from < len(j.events); {
		to := from + 1
		for to < len(j.events) && j.events[to].customer == j.events[from].customer {
			to++
		}
		if c, born := cut(j.events[from:to], until, unit); born {
			c.Name = j.names[j.events[from].customer]
			customers = append(customers, c)
		}
		from = to
	}
	return customers
}

// Repeats is the days of all repeat purchases, rising, of whoever was born up to
// and including a day; those after that day are among them. Beside Track they
// show whether a model can be believed.
func (j *Journal) Repeats(born int) []int {
	j.merge()
	var days []int
	birth := 0
	for i, e := range j.events {
		if i == 0 || j.events[i-1].customer != e.customer {
			birth = int(e.day)
		} else if birth <= born {
			days = append(days, int(e.day))
		}
	}
	slices.Sort(days)
	return days
}

// cut reads the purchases of one customer.
func cut(events []event, until int, unit Unit) (c Customer, born bool) {
	birth := int(events[0].day)
	if birth > until {
		return c, false
	}
	c.Birth, c.Age = birth, float64(until-birth)/float64(unit)
	total := 0.0
	for _, e := range events[1:] {
		if int(e.day) > until {
			c.Later = append(c.Later, int(e.day))
			continue
		}
		c.X++
		c.Last = float64(int(e.day)-birth) / float64(unit)
		total += e.amount
	}
	if c.X > 0 {
		c.Mean = total / float64(c.X)
	}
	return c, true
}

// Histories is what the models read of these customers.
func Histories(customers []Customer) []History {
	all := make([]History, len(customers))
	for i, c := range customers {
		all[i] = c.History
	}
	return all
}

// Spends is what Gamma-Gamma reads of these customers.
func Spends(customers []Customer) []Spend {
	all := make([]Spend, len(customers))
	for i, c := range customers {
		all[i] = c.Spend()
	}
	return all
}

package cycle

import "kring/base/fault"

// Definition is what an organisation calls a customer (domain.md §2.1), and the
// thresholds that belong to it. Exactly one version is active.
type Definition struct {
	Potential     bool `json:"counts_potential"`           // who may come counts as a customer
	Former        bool `json:"counts_former"`              // who is an ex counts as a customer
	MinPurchases  int  `json:"min_purchases_for_customer"` // of a potential one, to become new
	LoyalMin      int  `json:"loyal_min_purchases"`        // within the window, to become loyal
	LoyalMonths   int  `json:"loyal_window_months"`
	QuietMonths   int  `json:"inactive_after_months"` // without a purchase: inactivity may be confirmed
	OtherCounters bool `json:"includes_non_monetary"` // data, time, referrals and barter are purchases too
}

// Default is the definition of domain.md §2.1: buyers only.
var Default = Definition{MinPurchases: 1, LoyalMin: 3, LoyalMonths: 24, QuietMonths: 12}

// Rule is what shapes paths of a definition: two with the same rule differ only in
// whom they count, and what is folded for one holds for the other.
func (d Definition) Rule() Definition {
	d.Potential, d.Former = false, false
	return d
}

// The bounds of the thresholds.
const (
	MostPurchases = 1000
	MostMonths    = 600
)

var (
	// ErrPurchases says that a number of purchases cannot be.
	ErrPurchases = fault.New(fault.Invalid, "cycle.purchases", "a number of purchases is between 1 and 1,000")
	// ErrMonths says that a number of months cannot be.
	ErrMonths = fault.New(fault.Invalid, "cycle.months", "a number of months is between 1 and 600")
	// ErrLoyalBelow says that loyal would come before new.
	ErrLoyalBelow = fault.New(fault.Invalid, "cycle.loyal_below", "a loyal customer has at least as many purchases as a customer")
)

// Check says what is not right. A rule that nobody meets is a rule: a thousand
// purchases in a month are allowed, and the page shows that they make nobody
// loyal.
func (d Definition) Check() error {
	wrong := fault.Fields{}
	between := func(name string, n, most int, refusal error) {
		if n < 1 || n > most {
			wrong.Add(name, refusal)
		}
	}
	between("min_purchases_for_customer", d.MinPurchases, MostPurchases, ErrPurchases)
	between("loyal_min_purchases", d.LoyalMin, MostPurchases, ErrPurchases)
	between("loyal_window_months", d.LoyalMonths, MostMonths, ErrMonths)
	between("inactive_after_months", d.QuietMonths, MostMonths, ErrMonths)
	if len(wrong) == 0 && d.LoyalMin < d.MinPurchases {
		wrong.Add("loyal_min_purchases", ErrLoyalBelow)
	}
	return wrong.Err()
}

// Counts says whether who stands in a phase is a customer under this definition.
func (d Definition) Counts(p Phase) bool {
	return p.Buying() || p == Potential && d.Potential || p == Ex && d.Former
}

// Customers is how many there are under this definition.
func (d Definition) Customers(t Tally) (n int64) {
	for _, p := range Phases {
		if d.Counts(p) {
			n += t[p]
		}
	}
	return n
}

package quote

import (
	"slices"
	"strconv"

	"kring/base/decimal"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/money"
)

// Deal is the negotiation sheet of a quote: what is at stake, how far we go, what
// was given and got (domain.md §2.23). Reserve and alternative are for the deal
// team only: nothing of it is in a fact, an export or a page of the customer.
type Deal struct {
	Quote     id.Quote     `json:"-"`
	State     DealState    `json:"state"`
	Team      []id.Member  `json:"team"` // besides who signs the quote
	Issues    []Issue      `json:"issues"`
	Batna     string       `json:"batna"`       // our best alternative when there is no deal
	Value     int64        `json:"batna_value"` // what that is worth to us, cents; 0 is not known
	Other     string       `json:"other_batna"` // theirs, as we estimate it
	Interests string       `json:"interests"`
	Criteria  string       `json:"criteria"` // objective ones
	Log       []Concession `json:"log"`
	Agreement string       `json:"agreement"`
	Agreed    int64        `json:"agreed"` // on the price, cents; 0 is not yet
	Updated   int64        `json:"updated_at"`
	Version   int64        `json:"version"`
}

// DealState is where a negotiation stands.
type DealState string

// The states.
const (
	Preparing DealState = "prepared"
	Talking   DealState = "open"
	Principle DealState = "agreed"
	Written   DealState = "written"
	Signed    DealState = "signed"
	Broken    DealState = "broken"
)

// DealStates are all, in their order.
var DealStates = []DealState{Preparing, Talking, Principle, Written, Signed, Broken}

// Issue is one thing that is negotiated. Numbers are in hundredths of Unit: cents
// of a price, hundredths of a month.
type Issue struct {
	Name    string `json:"name"`
	Unit    string `json:"unit"`
	Target  int64  `json:"target"`  // what we hope for
	Reserve int64  `json:"reserve"` // the least that we take
	Opening int64  `json:"opening"` // with what we begin
	Other   int64  `json:"other"`   // the reserve of the other side, as we estimate it
}

// Concession is something that was given, and for what.
type Concession struct {
	At    int64     `json:"at"`
	By    id.Member `json:"by"`
	Gave  string    `json:"gave"`
	Got   string    `json:"got"`
	Value int64     `json:"value"` // of what was given, cents
}

// The limits of a sheet.
const (
	MaxIssues = 20
	MaxLog    = 100
	MaxTeam   = 20
)

// What can be wrong with a sheet.
var (
	ErrIssue     = fault.New(fault.Invalid, "deal.issue", "an issue has a name; there are at most 20")
	ErrGot       = fault.New(fault.Invalid, "deal.got", "whoever gives something gets something: write down what")
	ErrGave      = fault.New(fault.Invalid, "deal.gave", "write down what was given")
	ErrValue     = fault.New(fault.Invalid, "deal.value", "the value of what was given is zero or more")
	ErrLog       = fault.New(fault.Invalid, "deal.log", "there are at most 100 concessions")
	ErrTeam      = fault.New(fault.Invalid, "deal.team", "a deal team has at most 20 people, who work here")
	ErrDealState = fault.New(fault.Invalid, "deal.state", "a negotiation is prepared, open, agreed, written, signed or broken off")
	ErrNone      = fault.New(fault.NotFound, "deal.none", "there is no such sheet")
)

// Check tidies a sheet.
func (d Deal) Check() (Deal, error) {
	wrong := fault.Fields{}
	clean := func(field, typed string) string {
		s, err := fold.Clean(typed, MaxText)
		wrong.Add(field, err)
		return s
	}
	long := func(field, typed string) string {
		s, err := fold.Text(typed, MaxLong)
		wrong.Add(field, err)
		return s
	}
	if d.State == "" {
		d.State = Preparing
	}
	if !slices.Contains(DealStates, d.State) {
		wrong.Add("state", ErrDealState)
	}
	if len(d.Team) > MaxTeam {
		wrong.Add("team", ErrTeam)
	}
	if len(d.Issues) > MaxIssues {
		wrong.Add("issues", ErrIssue)
	}
	d.Issues = slices.Clone(d.Issues)
	for i := range d.Issues {
		at := "issues." + strconv.Itoa(i) + "."
		d.Issues[i].Name, d.Issues[i].Unit = clean(at+"name", d.Issues[i].Name), clean(at+"unit", d.Issues[i].Unit)
		if d.Issues[i].Name == "" {
			wrong.Add(at+"name", ErrIssue)
		}
		for field, n := range map[string]int64{"target": d.Issues[i].Target, "reserve": d.Issues[i].Reserve, "opening": d.Issues[i].Opening, "other": d.Issues[i].Other} {
			if n > decimal.Max || n < -decimal.Max {
				wrong.Add(at+field, decimal.ErrLarge)
			}
		}
	}
	d.Batna, d.Other, d.Interests, d.Criteria, d.Agreement = long("batna", d.Batna), long("other_batna", d.Other), long("interests", d.Interests), long("criteria", d.Criteria), long("agreement", d.Agreement)
	return d, wrong.Err()
}

// Give adds a concession: each give has a get.
func (d Deal) Give(c Concession) (Deal, error) {
	wrong := fault.Fields{}
	var err error
	c.Gave, err = fold.Clean(c.Gave, MaxText)
	wrong.Add("gave", err)
	if c.Gave == "" && err == nil {
		wrong.Add("gave", ErrGave)
	}
	c.Got, err = fold.Clean(c.Got, MaxText)
	wrong.Add("got", err)
	if c.Got == "" && err == nil {
		wrong.Add("got", ErrGot)
	}
	if c.Value < 0 || c.Value > money.Most*100 {
		wrong.Add("value", ErrValue)
	}
	if len(d.Log) >= MaxLog {
		wrong.Add("gave", ErrLog)
	}
	if err := wrong.Err(); err != nil {
		return d, err
	}
	d.Log = append(slices.Clone(d.Log), c)
	return d, nil
}

// Shrinks says whether each concession is smaller than the one before: 1,000,
// 500, 250. A log of fewer than two says yes.
func (d Deal) Shrinks() bool {
	for i := 1; i < len(d.Log); i++ {
		if d.Log[i].Value >= d.Log[i-1].Value && d.Log[i].Value != 0 {
			return false
		}
	}
	return true
}

// Zone is the overlap of the reservation prices of a seller and a buyer.
type Zone struct {
	From, Until int64
	Width       int64
	Overlap     bool
}

// ZoneOf is the zone of possible agreement: a seller who takes 21,000 and a buyer
// who pays 24,500 have one of 3,500.
func ZoneOf(seller, buyer int64) Zone {
	if seller > buyer {
		return Zone{From: seller, Until: buyer}
	}
	return Zone{seller, buyer, buyer - seller, true}
}

// Share is which part of the zone a deal leaves the seller, in basis points: at
// 23,000 it is (23 - 21) / 3.5 = 57.14 %.
func (z Zone) Share(deal int64) int64 {
	if !z.Overlap || z.Width == 0 {
		return 0
	}
	return money.Round(deal-z.From, 10_000, z.Width)
}

// Under says whether a price is below our alternative: then walking away is
// better.
func (d Deal) Under(price int64) bool { return d.Value > 0 && price < d.Value }

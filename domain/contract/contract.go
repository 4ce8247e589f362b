// Package contract holds the rules of an agreement that comes back: a term, a day
// until which notice can be given, an amount each period, and what happens at the
// end (domain.md §2.25).
//
// What a period leads to (an order, an invoice, the ring) is app's to say.
package contract

import (
	"time"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/money"
)

// State is where a contract stands.
type State string

// The states. Which of the active ones can still be given notice of is a
// comparison: see NoticeBy.
const (
	Active State = "active"
	Ended  State = "ended"
)

// Period is how often its amount comes back.
type Period string

// The periods.
const (
	Month   Period = "month"
	Quarter Period = "quarter"
	Year    Period = "year"
)

// Periods are all periods, in the order of a menu.
var Periods = []Period{Month, Quarter, Year}

func (p Period) months() int {
	switch p {
	case Month:
		return 1
	case Quarter:
		return 3
	}
	return 12
}

// Renewal is what happens at the end of the term.
type Renewal string

// The renewals. With a proposal nothing goes on by itself.
const (
	Proposal Renewal = "proposal" // a proposal before the notice date, and the customer's yes
	Silent   Renewal = "silent"   // goes on for another term unless somebody gave notice
	Ends     Renewal = "ends"
)

// Renewals are all renewals, in the order of a menu.
var Renewals = []Renewal{Proposal, Silent, Ends}

// Contract is one contract. Times are milliseconds UTC.
type Contract struct {
	ID         id.Contract    `json:"id"`
	Version    int64          `json:"version"`
	Account    id.Account     `json:"account"`
	Title      string         `json:"title"`
	State      State          `json:"state"`
	Signed     day.Day        `json:"signed"`
	Starts     day.Day        `json:"starts"`
	Ends       day.Day        `json:"ends"`   // the last day of the term
	Term       int64          `json:"term"`   // months
	Notice     int64          `json:"notice"` // days before the end
	Renewal    Renewal        `json:"renewal"`
	Cents      int64          `json:"-"` // each period, without VAT
	Currency   string         `json:"currency"`
	Period     Period         `json:"period"`
	VAT        string         `json:"vat"`   // code of the VAT table
	Index      int64          `json:"index"` // basis points that the amount rises each year
	Next       day.Day        `json:"next"`  // the first day of the period that comes; "" when none comes
	Done       int64          `json:"done"`  // periods that were invoiced
	Stopped    string         `json:"stopped"`
	ExternalID string         `json:"external_id"`
	Note       string         `json:"note"`
	Quote      id.Quote       `json:"quote,omitzero"`
	Opp        id.Opportunity `json:"opportunity,omitzero"`
	Created    int64          `json:"created_at"`
	Updated    int64          `json:"updated_at"`
}

// Draft is what is filled in for a contract.
type Draft struct {
	Account       id.Account
	Title         string
	Signed        day.Day
	Starts        day.Day
	Term, Notice  int64
	Renewal       Renewal
	Amount        money.Money
	Period        Period
	VAT           string
	Index         int64
	ExternalID    string
	Note          string
	Quote         id.Quote
	Opp           id.Opportunity
	InvoicedUntil day.Day // of one that is taken over from elsewhere: the last day that was invoiced there
}

// The limits of a contract.
const (
	MaxTitle = 200
	MaxNote  = 5000
	MaxTerm  = 240 // months
)

// What can be wrong with a contract.
var (
	ErrAccount  = fault.New(fault.Invalid, "contract.account", "a contract belongs to a relation")
	ErrTitle    = fault.New(fault.Invalid, "contract.title", "a contract says what it is about")
	ErrDay      = fault.New(fault.Invalid, "contract.day", "a contract begins on a day")
	ErrTerm     = fault.New(fault.Invalid, "contract.term", "a term is 1 to 240 months")
	ErrNotice   = fault.New(fault.Invalid, "contract.notice", "notice is given at most a year ahead")
	ErrAmount   = fault.New(fault.Invalid, "contract.amount", "an amount is above zero")
	ErrPeriod   = fault.New(fault.Invalid, "contract.period", "a period is a month, a quarter or a year")
	ErrRenewal  = fault.New(fault.Invalid, "contract.renewal", "at the end there is a proposal, it goes on, or it ends")
	ErrIndex    = fault.New(fault.Invalid, "contract.index", "an index is between 0 and 50 % a year")
	ErrEnded    = fault.New(fault.Conflict, "contract.ended", "this contract has ended")
	ErrWhy      = fault.New(fault.Invalid, "contract.why", "write down why it ends")
	ErrLast     = fault.New(fault.Invalid, "contract.last", "it ends on a day that is not before its begin, nor before what was invoiced")
	ErrExternal = fault.New(fault.Conflict, "contract.external_taken", "another contract has this external id")
)

// New makes an active contract.
func New(i id.Contract, now int64, d Draft) (Contract, error) {
	c := Contract{
		ID: i, Version: 1, Account: d.Account, State: Active, Term: d.Term, Notice: d.Notice, Renewal: d.Renewal, Cents: d.Amount.Cents, Currency: d.Amount.Currency, Period: d.Period,
		VAT: d.VAT, Index: d.Index, Quote: d.Quote, Opp: d.Opp, Created: now, Updated: now,
	}
	wrong := fault.Fields{}
	var err error
	c.Title, err = fold.Clean(d.Title, MaxTitle)
	if wrong.Add("title", err); err == nil && c.Title == "" {
		wrong.Add("title", ErrTitle)
	}
	c.ExternalID, err = fold.Clean(d.ExternalID, MaxTitle)
	wrong.Add("external_id", err)
	c.Note, err = fold.Text(d.Note, MaxNote)
	wrong.Add("note", err)
	if c.Account.IsZero() {
		wrong.Add("account", ErrAccount)
	}
	if c.Starts, err = day.Parse(string(d.Starts)); err != nil {
		wrong.Add("starts", ErrDay)
	}
	if c.Signed = c.Starts; d.Signed != "" {
		c.Signed, err = day.Parse(string(d.Signed))
		wrong.Add("signed", err)
	}
	c.checkTerms(wrong)
	if err := wrong.Err(); err != nil {
		return c, err
	}
	c.Ends = months(c.Starts, c.Starts, int(c.Term)).Add(-1)
	for c.Next = c.Starts; d.InvoicedUntil != "" && c.Next != "" && c.Next <= d.InvoicedUntil; {
		c.step()
	}
	return c, nil
}

func (c *Contract) checkTerms(wrong fault.Fields) {
	if c.Term < 1 || c.Term > MaxTerm {
		wrong.Add("term", ErrTerm)
	}
	if c.Notice < 0 || c.Notice > 366 {
		wrong.Add("notice", ErrNotice)
	}
	if c.Cents <= 0 {
		wrong.Add("amount", ErrAmount)
	} else {
		wrong.Add("amount", money.Money{Cents: c.Cents, Currency: c.Currency}.Check())
	}
	if c.Period != Month && c.Period != Quarter && c.Period != Year {
		wrong.Add("period", ErrPeriod)
	}
	if c.Renewal != Proposal && c.Renewal != Silent && c.Renewal != Ends {
		wrong.Add("renewal", ErrRenewal)
	}
	if c.Index < 0 || c.Index > 5000 {
		wrong.Add("index", ErrIndex)
	}
}

// months moves a day by whole months, counted from the first one: the 31st of
// January is followed by the last of February, and that by the 31st of March.
func months(first, from day.Day, n int) day.Day {
	a, err := time.Parse("2006-01-02", string(from))
	if err != nil {
		return from
	}
	b, err := time.Parse("2006-01-02", string(first))
	if err != nil {
		return from
	}
	at := time.Date(a.Year(), a.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := at.AddDate(0, 1, -1).Day()
	return day.Day(at.AddDate(0, 0, min(b.Day(), last)-1).Format("2006-01-02"))
}

// NoticeBy is the last day on which notice can be given.
func (c Contract) NoticeBy() day.Day { return c.Ends.Add(-int(c.Notice)) }

// ProposeAhead is how many days before the notice date a proposal is made.
const ProposeAhead = 30

// ProposeBy is the day from which a proposal to renew waits to be made; "" when
// none is made.
func (c Contract) ProposeBy() day.Day {
	if c.State != Active || c.Renewal != Proposal {
		return ""
	}
	return c.NoticeBy().Add(-ProposeAhead)
}

// Turn is a period of a contract that has come.
type Turn struct {
	N           int64 // 1 is the first
	From, Until day.Day
	Cents       int64
}

// Due is the period that has come on a day, and the contract after it; false when
// none has. It comes once: what is kept of the contract says which is next.
func Due(c Contract, now int64, today day.Day) (Turn, Contract, bool) {
	if c.State != Active || c.Next == "" || c.Next > today {
		return Turn{}, c, false
	}
	next := c
	t := Turn{N: c.Done + 1, From: c.Next}
	if c.Index > 0 && c.Done > 0 && c.yearsTo(c.Next) > c.yearsTo(months(c.Starts, c.Next, -c.Period.months())) {
		next.Cents = money.Round(c.Cents, 10_000+c.Index, 10_000)
	}
	t.Cents = next.Cents
	next.step()
	t.Until = months(c.Starts, c.Next, c.Period.months()).Add(-1)
	next.Updated = now
	return t, next, true
}

func (c Contract) yearsTo(d day.Day) int {
	n := 0
	for months(c.Starts, c.Starts, 12*(n+1)) <= d {
		n++
	}
	return n
}

// step goes to the next period; none comes after the end.
func (c *Contract) step() {
	c.Done++
	if c.Next = months(c.Starts, c.Next, c.Period.months()); c.Next > c.Ends {
		c.Next = ""
	}
}

// Renew lets it go on for another term, when the amount is zero for the same.
func Renew(c Contract, now int64, term, cents int64) (Contract, []fact.Change, error) {
	if c.State != Active {
		return c, nil, ErrEnded
	}
	next := c
	if term != 0 {
		next.Term = term
	}
	if cents != 0 {
		next.Cents = cents
	}
	wrong := fault.Fields{}
	if next.checkTerms(wrong); len(wrong) > 0 {
		return c, nil, wrong.Err()
	}
	after := c.Ends.Add(1)
	next.Ends = months(c.Starts, after, int(next.Term)).Add(-1)
	if next.Next == "" {
		next.Next = after
	}
	return became(c, next, now)
}

// Pass is what a day does to it: one that goes on by itself goes on, and one that
// does not ends.
func Pass(c Contract, now int64, today day.Day) (Contract, []fact.Change, error) {
	if c.State != Active || c.Ends >= today {
		return c, nil, nil
	}
	if c.Renewal == Silent {
		return Renew(c, now, 0, 0)
	}
	next := c
	next.State, next.Next = Ended, ""
	return became(c, next, now)
}

// Stop says that somebody gave notice: it ends on a day, for a reason.
func Stop(c Contract, now int64, last, today day.Day, why string) (Contract, []fact.Change, error) {
	if c.State != Active {
		return c, nil, ErrEnded
	}
	why, err := fold.Text(why, MaxTitle)
	wrong := fault.Fields{}
	if wrong.Add("why", err); err == nil && why == "" {
		wrong.Add("why", ErrWhy)
	}
	parsed, err := day.Parse(string(last))
	if err != nil || parsed < c.Starts {
		wrong.Add("last", ErrLast)
	}
	if err := wrong.Err(); err != nil {
		return c, nil, err
	}
	next := c
	next.Ends, next.Renewal, next.Stopped = parsed, Ends, why
	if next.Next != "" && next.Next > parsed {
		next.Next = ""
	}
	if parsed < today {
		next.State, next.Next = Ended, ""
	}
	return became(c, next, now)
}

// Yearly is what it brings in a year, in cents.
func (c Contract) Yearly() int64 { return c.Cents * int64(12/c.Period.months()) }

func became(a, b Contract, now int64) (Contract, []fact.Change, error) {
	changes := Diff(a, b)
	if len(changes) > 0 {
		b.Updated = now
	}
	return b, changes, nil
}

// Diff is what is different between two versions of a contract.
func Diff(a, b Contract) (changes []fact.Change) {
	add := fact.Into(&changes)
	add("title", a.Title == b.Title, a.Title, b.Title)
	add("state", a.State == b.State, a.State, b.State)
	add("starts", a.Starts == b.Starts, a.Starts, b.Starts)
	add("ends", a.Ends == b.Ends, a.Ends, b.Ends)
	add("term", a.Term == b.Term, a.Term, b.Term)
	add("notice", a.Notice == b.Notice, a.Notice, b.Notice)
	add("renewal", a.Renewal == b.Renewal, a.Renewal, b.Renewal)
	add("amount", a.Cents == b.Cents && a.Currency == b.Currency, a.Cents, b.Cents)
	add("period", a.Period == b.Period, a.Period, b.Period)
	add("index", a.Index == b.Index, a.Index, b.Index)
	add("stopped", a.Stopped == b.Stopped, a.Stopped, b.Stopped)
	return changes
}

// Package quote holds the rules of an offer (offerte): what is offered, until
// when, who may promise it, and what the law makes of an answer (domain.md
// §2.22; art. 6:217, 6:219 and 6:225 of the Dutch civil code).
//
// Products, needs, orders and people are known here by id only; prices and VAT
// rates are copied into the lines, so that nothing moves an offer that was made.
package quote

import (
	"fmt"
	"slices"
	"strconv"

	"kring/base/day"
	"kring/base/email"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/money"
	"kring/base/vat"
)

// State is where a quote stands.
type State string

// The states. A revised quote is a draft again, with the next revision; what was
// sent before is kept as it was.
const (
	Draft     State = "draft"
	Approval  State = "approval" // waits for somebody with the mandate
	Approved  State = "approved"
	Sent      State = "sent"
	Opened    State = "opened"
	Accepted  State = "accepted"
	Rejected  State = "rejected"
	Expired   State = "expired"
	Withdrawn State = "withdrawn"
)

// States are all states, in the order of a menu.
var States = []State{Draft, Approval, Approved, Sent, Opened, Accepted, Rejected, Expired, Withdrawn}

// Out says whether the customer has it and has not answered.
func (s State) Out() bool { return s == Sent || s == Opened }

// Prepared says whether it was not sent yet.
func (s State) Prepared() bool { return s == Draft || s == Approval || s == Approved }

// Line is one thing that is offered. Amounts are cents without VAT.
type Line struct {
	Text     string     `json:"text"`
	Product  id.Product `json:"product,omitzero"`
	Quantity int64      `json:"quantity"`          // thousandths
	Unit     int64      `json:"unit"`              // price of one
	Discount int64      `json:"discount"`          // basis points off
	VAT      vat.Code   `json:"vat"`               // code
	Rate     int64      `json:"rate"`              // of the code on the day of the quote, basis points
	Cost     int64      `json:"cost,omitempty"`    // of one; 0 is not known
	List     int64      `json:"list,omitempty"`    // price of one in the catalogue that day; 0 without a product
	Base     int64      `json:"base,omitempty"`    // price of one that a price list gave
	Why      string     `json:"why,omitempty"`     // which list gave it
	Need     id.Need    `json:"need,omitzero"`     // that it answers
	Answers  string     `json:"answers,omitempty"` // the need in the customer's words
	NoNeed   string     `json:"no_need,omitempty"` // why it answers none (domain.md §4, E-01)
}

// Net is what the line costs: quantity × price less the discount, rounded once.
func (l Line) Net() int64 { return money.Round(l.Quantity*l.Unit, 10_000-l.Discount, 1000*10_000) }

// Worth is what a price of one makes of the line, without a discount.
func (l Line) Worth(unit int64) int64 { return money.Round(l.Quantity, unit, 1000) }

// Off is how much is off the price that the lists gave, in basis points: what a
// mandate is about. A price above it is no discount.
func (l Line) Off() int64 {
	base := l.Base
	if base == 0 {
		base = l.List
	}
	if base == 0 {
		return l.Discount
	}
	return max(0, 10_000-money.Round(l.Unit, 10_000-l.Discount, base))
}

// Question is what the customer asked on the page, and what was answered.
type Question struct {
	At       int64     `json:"at"`
	Name     string    `json:"name"`
	Text     string    `json:"text"`
	Change   bool      `json:"change"` // wants something else: art. 6:225, the offer is rejected as it is
	Answer   string    `json:"answer,omitempty"`
	Answered int64     `json:"answered_at,omitempty"`
	By       id.Member `json:"by,omitzero"`
}

// Acceptance is the proof of who accepted what, when and from where.
type Acceptance struct {
	Name     string `json:"name"`
	Function string `json:"function"`
	Email    string `json:"email"`
	Address  string `json:"address"` // of the network it came from
	At       int64  `json:"at"`
	Revision int64  `json:"revision"`
	Wording  string `json:"wording"` // what stood above the button
	Note     string `json:"note"`    // their own reference
}

// Quote is one offer. Times are milliseconds UTC, days the organisation's.
type Quote struct {
	ID          id.Quote       `json:"id"`
	Number      string         `json:"number"`
	Revision    int64          `json:"revision"` // 1, 2 …
	State       State          `json:"state"`
	Account     id.Account     `json:"account"`
	Opportunity id.Opportunity `json:"opportunity,omitzero"`
	Contact     id.Contact     `json:"contact,omitzero"` // whom it is addressed to
	Owner       id.Member      `json:"owner"`            // who signs
	Language    string         `json:"language"`         // nl, en
	Currency    string         `json:"currency"`
	Day         day.Day        `json:"day"`
	Valid       day.Day        `json:"valid_until"` // the last day on which it can be accepted
	Free        bool           `json:"free"`        // vrijblijvend
	Subject     string         `json:"subject"`
	Need        string         `json:"need"` // of the customer, in their words
	Intro       string         `json:"intro"`
	Delivery    string         `json:"delivery"`
	Wanted      day.Day        `json:"wanted"` // day of delivery that is promised, "" when none
	Terms       string         `json:"terms"`  // version of the general terms
	Lines       []Line         `json:"lines"`

	Asked      id.Member   `json:"asked_by,omitzero"` // for approval
	AskedWhy   string      `json:"asked_why,omitempty"`
	Approver   id.Member   `json:"approver,omitzero"`
	ApproveWhy string      `json:"approve_why,omitempty"`
	SentAt     int64       `json:"sent_at,omitempty"`
	OpenedAt   int64       `json:"opened_at,omitempty"`
	SettledAt  int64       `json:"settled_at,omitempty"`
	Reason     string      `json:"reason,omitempty"` // of a rejection, a withdrawal, a revision
	Acceptance *Acceptance `json:"acceptance,omitempty"`
	Order      id.Order    `json:"order,omitzero"`
	Questions  []Question  `json:"questions,omitempty"`
	Created    int64       `json:"created_at"`
	Updated    int64       `json:"updated_at"`
	Version    int64       `json:"version"`
}

// Text is what is filled in for a quote.
type Text struct {
	Account     id.Account
	Opportunity id.Opportunity
	Contact     id.Contact
	Owner       id.Member
	Language    string // nl when empty
	Currency    string // EUR when empty
	Valid       day.Day
	Free        bool
	Subject     string
	Need        string
	Intro       string
	Delivery    string
	Wanted      day.Day
	Terms       string
	Lines       []Line
}

// The limits of a quote.
const (
	MaxLines     = 1000
	MaxSubject   = 200
	MaxText      = 500
	MaxLong      = 5000
	MaxName      = 100
	MaxQuestions = 50
	MaxQuantity  = 1_000_000_000_000 // thousandths
)

// What can be wrong with a quote.
var (
	ErrAccount     = fault.New(fault.Invalid, "quote.account", "a quote is for a relation")
	ErrBinned      = fault.New(fault.Conflict, "quote.account_binned", "this relation is in the bin")
	ErrLines       = fault.New(fault.Invalid, "quote.lines", "a quote has 1 to 1000 lines")
	ErrNothing     = fault.New(fault.Invalid, "quote.nothing", "a quote adds up to more than zero")
	ErrText        = fault.New(fault.Invalid, "quote.text", "a line says what is offered")
	ErrQuantity    = fault.New(fault.Invalid, "quote.quantity", "a quantity is above zero, with three decimals at most")
	ErrUnit        = fault.New(fault.Invalid, "quote.unit", "a price is zero or more")
	ErrDiscount    = fault.New(fault.Invalid, "quote.discount", "a discount is between 0 and 100 %")
	ErrCost        = fault.New(fault.Invalid, "quote.cost", "a cost is zero or more")
	ErrNeed        = fault.New(fault.Invalid, "quote.need", "say which need the line answers, or why it answers none")
	ErrLanguage    = fault.New(fault.Invalid, "quote.language", "a quote is in Dutch or in English")
	ErrValid       = fault.New(fault.Invalid, "quote.valid", "a quote needs a last day that is not past")
	ErrProduct     = fault.New(fault.Invalid, "quote.product", "choose a product of the catalogue")
	ErrContact     = fault.New(fault.Invalid, "quote.contact", "choose somebody who is at this relation")
	ErrOpportunity = fault.New(fault.Invalid, "quote.opportunity", "this opportunity belongs to another relation")
	ErrState       = fault.New(fault.Conflict, "quote.state", "this cannot be done to a quote that stands there")
	ErrSent        = fault.New(fault.Conflict, "quote.sent", "this quote was sent: make a new version to change it")
	ErrApproval    = fault.New(fault.Conflict, "quote.approval", "this goes beyond your mandate: ask for approval first")
	ErrWithin      = fault.New(fault.Conflict, "quote.within", "this is within your mandate and needs no approval")
	ErrSelf        = fault.New(fault.Denied, "quote.self", "somebody else has to approve what you asked for")
	ErrMandate     = fault.New(fault.Denied, "quote.mandate", "this goes beyond your own mandate too")
	ErrWhy         = fault.New(fault.Invalid, "quote.why", "write down why")
	ErrFirm        = fault.New(fault.Conflict, "quote.firm", "this offer stands until its last day and cannot be withdrawn (art. 6:219 BW)")
	ErrLate        = fault.New(fault.Conflict, "quote.late", "an offer without obligation is withdrawn without delay after it was accepted (art. 6:219 BW)")
	ErrExpired     = fault.New(fault.Conflict, "quote.expired", "this offer has expired")
	ErrWithdrawn   = fault.New(fault.Conflict, "quote.withdrawn", "this offer was withdrawn")
	ErrReplaced    = fault.New(fault.Conflict, "quote.replaced", "this offer was replaced by a newer version")
	ErrAccepted    = fault.New(fault.Conflict, "quote.accepted", "this offer was accepted already")
	ErrRejected    = fault.New(fault.Conflict, "quote.rejected", "this offer was refused")
	ErrNotSent     = fault.New(fault.Conflict, "quote.not_sent", "this quote was not sent")
	ErrName        = fault.New(fault.Invalid, "quote.name", "fill in your name")
	ErrFunction    = fault.New(fault.Invalid, "quote.function", "fill in your function")
	ErrQuestions   = fault.New(fault.Conflict, "quote.questions", "there are 50 questions already; call us")
	ErrQuestion    = fault.New(fault.Invalid, "quote.question", "write down your question")
	ErrAnswered    = fault.New(fault.Conflict, "quote.answered", "this question is answered, or is not there")
)

// Number is how the n-th quote of a year is called: 2026-0042.
func Number(year int, n int64) string { return fmt.Sprintf("%d-%04d", year, n) }

// New makes a draft. The number is of the organisation's unbroken series.
func New(i id.Quote, now int64, today day.Day, number string, t Text) (Quote, error) {
	q := Quote{ID: i, Number: number, Revision: 1, State: Draft, Created: now, Updated: now, Version: 1}
	return q, q.take(t, today)
}

// Change puts other things in a quote that was not sent. What was approved has to
// be approved again.
func Change(q Quote, now int64, today day.Day, t Text) (Quote, []fact.Change, error) {
	if !q.State.Prepared() {
		return q, nil, ErrSent
	}
	next := q
	if err := next.take(t, today); err != nil {
		return q, nil, err
	}
	changes := Diff(q, next)
	if len(changes) == 0 {
		return q, nil, nil
	}
	if next.State != Draft {
		next.State, next.Asked, next.AskedWhy, next.Approver, next.ApproveWhy = Draft, id.Member{}, "", id.Member{}, ""
		changes = Diff(q, next)
	}
	next.Updated = now
	return next, changes, nil
}

func (q *Quote) take(t Text, today day.Day) error {
	wrong := fault.Fields{}
	clean := func(field, typed string, most int) string {
		s, err := fold.Clean(typed, most)
		wrong.Add(field, err)
		return s
	}
	long := func(field, typed string) string {
		s, err := fold.Text(typed, MaxLong)
		wrong.Add(field, err)
		return s
	}
	q.Account, q.Opportunity, q.Contact, q.Owner, q.Free, q.Day = t.Account, t.Opportunity, t.Contact, t.Owner, t.Free, today
	if t.Account.IsZero() {
		wrong.Add("account", ErrAccount)
	}
	if q.Language = t.Language; t.Language == "" {
		q.Language = "nl"
	}
	if q.Language != "nl" && q.Language != "en" {
		wrong.Add("language", ErrLanguage)
	}
	var err error
	q.Currency, err = money.Currency(t.Currency, "EUR")
	wrong.Add("currency", err)
	for field, d := range map[string]struct {
		typed day.Day
		into  *day.Day
	}{"valid_until": {t.Valid, &q.Valid}, "wanted": {t.Wanted, &q.Wanted}} {
		if *d.into = d.typed; d.typed != "" {
			*d.into, err = day.Parse(string(d.typed))
			wrong.Add(field, err)
		}
	}
	q.Subject, q.Terms = clean("subject", t.Subject, MaxSubject), clean("terms", t.Terms, MaxSubject)
	q.Need, q.Intro, q.Delivery = long("need", t.Need), long("intro", t.Intro), long("delivery", t.Delivery)
	q.takeLines(t.Lines, wrong)
	return wrong.Err()
}

func (q *Quote) takeLines(lines []Line, wrong fault.Fields) {
	if len(lines) > MaxLines {
		wrong.Add("lines", ErrLines)
		return
	}
	q.Lines = make([]Line, 0, len(lines))
	for i, l := range lines {
		at := "lines." + strconv.Itoa(i) + "."
		clean := func(field, typed string) string {
			s, err := fold.Clean(typed, MaxText)
			wrong.Add(at+field, err)
			return s
		}
		l.Text, l.Answers, l.NoNeed = clean("text", l.Text), clean("answers", l.Answers), clean("no_need", l.NoNeed)
		if l.Text == "" {
			wrong.Add(at+"text", ErrText)
		}
		if l.Quantity <= 0 || l.Quantity > MaxQuantity {
			wrong.Add(at+"quantity", ErrQuantity)
		}
		switch {
		case l.Unit < 0:
			wrong.Add(at+"unit", ErrUnit)
		case l.Unit > money.Most*100, l.Unit > 0 && l.Quantity > 0 && l.Quantity <= MaxQuantity && l.Quantity > (1<<62)/l.Unit:
			wrong.Add(at+"unit", money.ErrLarge)
		}
		if l.Discount < 0 || l.Discount > 10_000 {
			wrong.Add(at+"discount", ErrDiscount)
		}
		if l.Cost < 0 || l.Cost > money.Most*100 {
			wrong.Add(at+"cost", ErrCost)
		}
		if l.VAT, _ = vat.Clean(l.VAT); l.VAT == "" || l.Rate < 0 || l.Rate > 10_000 {
			wrong.Add(at+"vat", vat.ErrCode)
		}
		if !l.Need.IsZero() || l.Answers != "" {
			l.NoNeed = ""
		}
		q.Lines = append(q.Lines, l)
	}
	if wrong.Err() == nil {
		if err := (money.Money{Cents: q.Totals().Gross, Currency: "EUR"}).Check(); err != nil {
			wrong.Add("lines", err)
		}
	}
}

// Ready says what is missing before it can be sent: lines, a last day, and for
// each line the need that it answers or why none.
func (q Quote) Ready(today day.Day) error {
	wrong := fault.Fields{}
	if len(q.Lines) == 0 {
		wrong.Add("lines", ErrLines)
	}
	if q.Valid == "" || q.Valid < today {
		wrong.Add("valid_until", ErrValid)
	}
	if len(q.Lines) > 0 && q.Totals().Net <= 0 {
		wrong.Add("lines", ErrNothing)
	}
	for i, l := range q.Lines {
		if l.Need.IsZero() && l.Answers == "" && l.NoNeed == "" {
			wrong.Add("lines."+strconv.Itoa(i)+".answers", ErrNeed)
		}
	}
	return wrong.Err()
}

// Ask asks for approval of what is beyond the mandate of who made it.
func Ask(q Quote, now int64, today day.Day, by id.Member, beyond bool, why string) (Quote, []fact.Change, error) {
	why, err := fold.Text(why, MaxLong)
	switch {
	case q.State != Draft:
		return q, nil, ErrState
	case err != nil:
		return q, nil, fieldFault("why", err)
	case why == "":
		return q, nil, fault.Field("why", ErrWhy)
	case !beyond:
		return q, nil, ErrWithin
	}
	if err := q.Ready(today); err != nil {
		return q, nil, err
	}
	next := q
	next.State, next.Asked, next.AskedWhy, next.Approver, next.ApproveWhy = Approval, by, why, id.Member{}, ""
	return became(q, next, now)
}

// Approve lets it go; by is not who asked or who signs, and beyond says whether
// it is beyond their own mandate.
func Approve(q Quote, now int64, by id.Member, beyond bool, why string) (Quote, []fact.Change, error) {
	why, err := fold.Text(why, MaxLong)
	switch {
	case q.State != Approval:
		return q, nil, ErrState
	case by == q.Asked || by == q.Owner || by.IsZero():
		return q, nil, ErrSelf
	case beyond:
		return q, nil, ErrMandate
	case err != nil:
		return q, nil, fieldFault("why", err)
	case why == "":
		return q, nil, fault.Field("why", ErrWhy)
	}
	next := q
	next.State, next.Approver, next.ApproveWhy = Approved, by, why
	return became(q, next, now)
}

// Return gives it back to who asked, with the reason.
func Return(q Quote, now int64, by id.Member, why string) (Quote, []fact.Change, error) {
	why, err := fold.Text(why, MaxLong)
	switch {
	case q.State != Approval:
		return q, nil, ErrState
	case err != nil:
		return q, nil, fieldFault("why", err)
	case why == "":
		return q, nil, fault.Field("why", ErrWhy)
	}
	next := q
	next.State, next.Approver, next.ApproveWhy = Draft, by, why
	return became(q, next, now)
}

// Send gives it to the customer; beyond says whether it is beyond the mandate of
// who sends it.
func Send(q Quote, now int64, today day.Day, beyond bool) (Quote, []fact.Change, error) {
	switch {
	case q.State == Approval, q.State == Draft && beyond:
		return q, nil, ErrApproval
	case q.State != Draft && q.State != Approved:
		return q, nil, ErrState
	}
	if err := q.Ready(today); err != nil {
		return q, nil, err
	}
	next := q
	next.State, next.Day, next.SentAt, next.OpenedAt, next.SettledAt, next.Reason = Sent, today, now, 0, 0, ""
	return became(q, next, now)
}

// Open says that the customer read it, the first time.
func Open(q Quote, now int64) (Quote, []fact.Change, error) {
	if q.State != Sent {
		return q, nil, nil
	}
	next := q
	next.State, next.OpenedAt = Opened, now
	return became(q, next, now)
}

// Answerable says why the revision that somebody has before them cannot be
// accepted or refused; nil when it can.
func (q Quote) Answerable(revision int64, today day.Day) error {
	switch {
	case revision != q.Revision:
		return ErrReplaced
	case q.State == Accepted:
		return ErrAccepted
	case q.State == Withdrawn:
		return ErrWithdrawn
	case q.State == Rejected:
		return ErrRejected
	case q.State.Prepared():
		return ErrNotSent
	case q.State == Expired || q.Valid < today:
		return ErrExpired
	}
	return nil
}

// Accept makes a contract of it (art. 6:217 BW). Whoever wants something else
// asks for a change instead: that is a new offer (art. 6:225 BW).
func Accept(q Quote, now int64, today day.Day, a Acceptance) (Quote, []fact.Change, error) {
	if err := q.Answerable(a.Revision, today); err != nil {
		return q, nil, err
	}
	wrong := fault.Fields{}
	var err error
	for field, s := range map[string]*string{"name": &a.Name, "function": &a.Function, "note": &a.Note} {
		*s, err = fold.Clean(*s, MaxName)
		wrong.Add(field, err)
	}
	if a.Name == "" {
		wrong.Add("name", ErrName)
	}
	if a.Function == "" {
		wrong.Add("function", ErrFunction)
	}
	a.Email, err = email.Normalise(a.Email)
	wrong.Add("email", err)
	if err := wrong.Err(); err != nil {
		return q, nil, err
	}
	a.At = now
	next := q
	next.State, next.SettledAt, next.Acceptance = Accepted, now, &a
	return became(q, next, now)
}

// Reject takes down that the customer does not want it, and why.
func Reject(q Quote, now int64, today day.Day, revision int64, why string) (Quote, []fact.Change, error) {
	if err := q.Answerable(revision, today); err != nil && !(err == ErrExpired && q.State.Out()) {
		return q, nil, err
	}
	why, err := fold.Text(why, MaxLong)
	switch {
	case err != nil:
		return q, nil, fieldFault("why", err)
	case why == "":
		return q, nil, fault.Field("why", ErrWhy)
	}
	next := q
	next.State, next.SettledAt, next.Reason = Rejected, now, why
	return became(q, next, now)
}

// Soon is how long after an acceptance an offer without obligation can still be
// withdrawn: "onverwijld", taken as a day.
const Soon = 24 * 60 * 60 * 1000

// Withdraw takes it back (art. 6:219 BW). What was not sent is no offer. A firm
// one stands until its last day; one without obligation can be taken back, also
// without delay after it was accepted.
func Withdraw(q Quote, now int64, today day.Day, why string) (Quote, []fact.Change, error) {
	why, err := fold.Text(why, MaxLong)
	switch {
	case q.State.Out() && !q.Free && q.Valid >= today:
		return q, nil, ErrFirm
	case q.State == Accepted && !q.Free:
		return q, nil, ErrAccepted
	case q.State == Accepted && now-q.SettledAt > Soon:
		return q, nil, ErrLate
	case q.State == Rejected, q.State == Expired, q.State == Withdrawn:
		return q, nil, ErrState
	case err != nil:
		return q, nil, fieldFault("why", err)
	case why == "":
		return q, nil, fault.Field("why", ErrWhy)
	}
	next := q
	next.State, next.SettledAt, next.Reason = Withdrawn, now, why
	return became(q, next, now)
}

// Revise begins the next version. A firm offer that stands is replaced only when
// the customer asked for something else (art. 6:225 BW).
func Revise(q Quote, now int64, today day.Day, why string) (Quote, []fact.Change, error) {
	why, err := fold.Text(why, MaxLong)
	switch {
	case q.State.Prepared(), q.State == Accepted:
		return q, nil, ErrState
	case q.State.Out() && !q.Free && q.Valid >= today && !q.Countered():
		return q, nil, ErrFirm
	case err != nil:
		return q, nil, fieldFault("why", err)
	case why == "":
		return q, nil, fault.Field("why", ErrWhy)
	}
	next := q
	next.Revision++
	next.State, next.Day, next.Reason = Draft, today, why
	next.Asked, next.AskedWhy, next.Approver, next.ApproveWhy = id.Member{}, "", id.Member{}, ""
	next.SentAt, next.OpenedAt, next.SettledAt, next.Acceptance = 0, 0, 0, nil
	if next.Valid < today {
		next.Valid = ""
	}
	return became(q, next, now)
}

// Countered says whether the customer asked for something else since it was sent.
func (q Quote) Countered() bool {
	return slices.ContainsFunc(q.Questions, func(k Question) bool { return k.Change && k.At >= q.SentAt })
}

// Expire lets an offer lapse of which the last day is past.
func Expire(q Quote, now int64, today day.Day) (Quote, []fact.Change, error) {
	if !q.State.Out() || q.Valid >= today {
		return q, nil, nil
	}
	next := q
	next.State, next.SettledAt = Expired, now
	return became(q, next, now)
}

// Wonder keeps a question of the customer, or a wish for something else.
func Wonder(q Quote, now int64, k Question) (Quote, []fact.Change, error) {
	if !q.State.Out() {
		return q, nil, ErrState
	}
	if len(q.Questions) >= MaxQuestions {
		return q, nil, ErrQuestions
	}
	wrong := fault.Fields{}
	var err error
	k.Text, err = fold.Text(k.Text, MaxLong)
	wrong.Add("question", err)
	if k.Text == "" && err == nil {
		wrong.Add("question", ErrQuestion)
	}
	k.Name, err = fold.Clean(k.Name, MaxName)
	wrong.Add("name", err)
	if err := wrong.Err(); err != nil {
		return q, nil, err
	}
	next := q
	k.At, k.Answer, k.Answered, k.By = now, "", 0, id.Member{}
	next.Questions = append(slices.Clone(q.Questions), k)
	return became(q, next, now)
}

// Answer answers the n-th question.
func Answer(q Quote, now int64, by id.Member, n int, text string) (Quote, []fact.Change, error) {
	text, err := fold.Text(text, MaxLong)
	switch {
	case n < 0 || n >= len(q.Questions) || q.Questions[n].Answered != 0:
		return q, nil, ErrAnswered
	case err != nil:
		return q, nil, fieldFault("answer", err)
	case text == "":
		return q, nil, fault.Field("answer", ErrQuestion)
	}
	next := q
	next.Questions = slices.Clone(q.Questions)
	next.Questions[n].Answer, next.Questions[n].Answered, next.Questions[n].By = text, now, by
	return became(q, next, now)
}

// fieldFault puts a fault at a field; another error stays what it is.
func fieldFault(field string, err error) error {
	wrong := fault.Fields{}
	wrong.Add(field, err)
	if made := wrong.Err(); made != nil {
		return made
	}
	return err
}

func became(q, next Quote, now int64) (Quote, []fact.Change, error) {
	changes := Diff(q, next)
	if len(changes) > 0 {
		next.Updated = now
	}
	return next, changes, nil
}

// Text is a quote as it would be filled in.
func (q Quote) Text() Text {
	return Text{q.Account, q.Opportunity, q.Contact, q.Owner, q.Language, q.Currency, q.Valid, q.Free, q.Subject, q.Need, q.Intro, q.Delivery, q.Wanted, q.Terms, slices.Clone(q.Lines)}
}

// Diff is what is different between two states of a quote.
func Diff(a, b Quote) []fact.Change {
	keys := []string{"number", "revision", "state", "account", "opportunity", "contact", "owner", "language", "currency", "valid_until", "free", "subject", "need", "intro", "delivery", "wanted", "terms", "lines",
		"asked_by", "asked_why", "approver", "approve_why", "reason", "acceptance", "order", "questions"}
	of := func(q Quote) func(string) any {
		return func(key string) any {
			return map[string]any{
				"number": q.Number, "revision": q.Revision, "state": q.State, "account": q.Account, "opportunity": q.Opportunity, "contact": q.Contact, "owner": q.Owner, "language": q.Language,
				"currency": q.Currency, "valid_until": q.Valid, "free": q.Free, "subject": q.Subject, "need": q.Need, "intro": q.Intro, "delivery": q.Delivery, "wanted": q.Wanted, "terms": q.Terms,
				"lines": q.Lines, "asked_by": q.Asked, "asked_why": q.AskedWhy, "approver": q.Approver, "approve_why": q.ApproveWhy, "reason": q.Reason, "acceptance": q.Acceptance, "order": q.Order, "questions": q.Questions,
			}[key]
		}
	}
	return fact.Between(keys, of(a), of(b))
}

// ForCustomer is what of a quote the customer may see: no cost, no price that was
// not theirs, no word between colleagues.
func (q Quote) ForCustomer() Quote {
	q.Asked, q.AskedWhy, q.Approver, q.ApproveWhy = id.Member{}, "", id.Member{}, ""
	lines := make([]Line, 0, len(q.Lines))
	for _, l := range q.Lines {
		l.Cost, l.List, l.Base, l.Why, l.NoNeed = 0, 0, 0, "", ""
		lines = append(lines, l)
	}
	q.Lines = lines
	if q.State != Rejected {
		q.Reason = ""
	}
	return q
}

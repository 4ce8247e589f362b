// Package invoice holds the rules of asking for money: what an invoice or a
// credit note is, how its sums are made (EN 16931), what is still open of it, and
// what may be done when nobody pays (domain.md §2.25).
//
// The number comes out of a series that store keeps; what an order or a contract
// has to invoice is app's to gather.
package invoice

import (
	"slices"
	"strconv"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/iban"
	"kring/base/id"
	"kring/base/money"
)

// Kind tells a bill from a credit note.
type Kind string

// The kinds.
const (
	Bill   Kind = "invoice"
	Credit Kind = "credit"
)

// State is where an invoice stands. That its day has passed is no state but a
// comparison: see Due.
type State string

// The states. A dispute stops the reminders and leaves them where they were.
const (
	Draft      State = "draft"
	Sent       State = "sent"
	Reminded   State = "reminded"
	Notice     State = "notice"     // the formal notice went out; to a consumer the letter of fourteen days
	Collection State = "collection" // handed to a collector
	Disputed   State = "disputed"
	Paid       State = "paid" // nothing is open any more; of a credit note: it is settled
	WrittenOff State = "written_off"
)

// States are all states, in the order of a menu.
var States = []State{Draft, Sent, Reminded, Notice, Collection, Disputed, Paid, WrittenOff}

// Party is who sends or receives, as they were on that day.
type Party struct {
	Name     string `json:"name"`
	Attn     string `json:"attn,omitempty"`
	Street   string `json:"street,omitempty"` // with the number
	Postcode string `json:"postcode,omitempty"`
	City     string `json:"city,omitempty"`
	Country  string `json:"country,omitempty"` // two letters
	VatID    string `json:"vat_id,omitempty"`
	KvK      string `json:"kvk,omitempty"`
	Email    string `json:"email,omitempty"`
	Phone    string `json:"phone,omitempty"`
	IBAN     string `json:"iban,omitempty"` // of the sender
	BIC      string `json:"bic,omitempty"`
	Person   bool   `json:"person,omitempty"` // a consumer
	Large    bool   `json:"large,omitempty"`  // 250 working persons or more
}

// Invoice is one invoice or credit note. Times are milliseconds UTC. Of a credit
// note the lines and sums are positive; its kind says which way they go.
type Invoice struct {
	ID         id.Invoice  `json:"id"`
	Version    int64       `json:"version"`
	Kind       Kind        `json:"kind"`
	Account    id.Account  `json:"account"`
	Order      id.Order    `json:"order,omitzero"`
	Contract   id.Contract `json:"contract,omitzero"`
	About      id.Invoice  `json:"about,omitzero"` // of a credit note: the invoice
	AboutNo    string      `json:"about_number,omitempty"`
	AboutDay   day.Day     `json:"about_day,omitempty"`
	State      State       `json:"state"`
	Number     string      `json:"number"` // "" of a draft
	Reference  string      `json:"reference"`
	Day        day.Day     `json:"day"` // of sending; of a draft the day on which it was made
	Due        day.Day     `json:"due"`
	Term       int64       `json:"term"` // days
	Currency   string      `json:"currency"`
	Lines      []Line      `json:"lines"`
	Seller     Party       `json:"seller"`
	Buyer      Party       `json:"buyer"`
	YourRef    string      `json:"your_reference"` // the buyer's purchase order, or name
	OrderNo    string      `json:"order_number"`
	From       day.Day     `json:"from,omitempty"` // of the period or delivery that is invoiced
	Until      day.Day     `json:"until,omitempty"`
	Note       string      `json:"note"`
	Reason     string      `json:"reason"` // of a credit note
	Step       State       `json:"step"`   // how far the reminders are: sent, reminded, notice, collection
	StepDay    day.Day     `json:"step_day,omitempty"`
	Dispute    string      `json:"dispute"`
	Net        int64       `json:"net"`
	VAT        int64       `json:"vat"`
	Gross      int64       `json:"gross"`
	Credited   int64       `json:"credited"`
	PaidCents  int64       `json:"paid"`
	Refunded   int64       `json:"refunded"`
	WriteOff   int64       `json:"written_off"`
	ExternalID string      `json:"external_id"`
	Created    int64       `json:"created_at"`
	Updated    int64       `json:"updated_at"`
}

// Open is what is still to be paid; below zero it is the customer's.
func (i Invoice) Open() int64 {
	if i.Kind == Credit || i.State == Draft {
		return 0
	}
	return i.Gross - i.Credited - i.PaidCents + i.Refunded - i.WriteOff
}

// Overdue is how many days ago it should have been paid; 0 when it should not, or
// nothing is open.
func (i Invoice) Overdue(today day.Day) int {
	if i.Open() <= 0 || i.Due == "" || i.Due >= today {
		return 0
	}
	return i.Due.Until(today)
}

// The limits of an invoice.
const (
	MaxLines = 1000
	MaxText  = 500
	MaxNote  = 2000
	MaxRef   = 100
	MaxTerm  = 120
)

// What can be wrong with an invoice.
var (
	ErrLines      = fault.New(fault.Invalid, "invoice.lines", "an invoice has 1 to 1000 lines")
	ErrText       = fault.New(fault.Invalid, "invoice.text", "a line says what it is for")
	ErrQuantity   = fault.New(fault.Invalid, "invoice.quantity", "a line has a quantity")
	ErrPrice      = fault.New(fault.Invalid, "invoice.price", "a price is not below zero; a deduction has a quantity below zero")
	ErrVAT        = fault.New(fault.Invalid, "invoice.vat", "this kind of VAT is not known, or does not go with its rate")
	ErrVATID      = fault.New(fault.Invalid, "invoice.vat_id", "VAT that is reversed asks for the VAT id of both")
	ErrTotal      = fault.New(fault.Invalid, "invoice.total", "the total is above zero; to give something back make a credit note")
	ErrNothing    = fault.New(fault.Conflict, "invoice.nothing", "there is nothing to invoice: all that was delivered is on an invoice")
	ErrCancelled  = fault.New(fault.Conflict, "invoice.cancelled_order", "this order is cancelled; it is not invoiced")
	ErrDraft      = fault.New(fault.Conflict, "invoice.draft", "this invoice is a draft: send it first")
	ErrSent       = fault.New(fault.Conflict, "invoice.sent", "this invoice was sent and stays as it is; make a credit note")
	ErrSeller     = fault.New(fault.Conflict, "invoice.seller", "fill in legal name, address, VAT id and IBAN of the organisation first, under settings")
	ErrBuyer      = fault.New(fault.Conflict, "invoice.buyer", "the relation needs a street, postcode and city before an invoice can be sent")
	ErrTerm       = fault.New(fault.Invalid, "invoice.term", "a term is 0 to 60 days; longer only when it is fair to who is paid, and 30 at most from a large company to a smaller one")
	ErrShare      = fault.New(fault.Invalid, "invoice.share", "an advance is more than 0 and at most 100 %")
	ErrOver       = fault.New(fault.Invalid, "invoice.over", "more is credited than was invoiced")
	ErrReason     = fault.New(fault.Invalid, "invoice.reason", "say why it is credited")
	ErrCreditOf   = fault.New(fault.Conflict, "invoice.credit_of", "a credit note is about an invoice")
	ErrState      = fault.New(fault.Invalid, "invoice.state", "an invoice does not stand like that")
	ErrDispute    = fault.New(fault.Invalid, "invoice.dispute", "write down what the customer disputes")
	ErrDisputed   = fault.New(fault.Conflict, "invoice.disputed", "this invoice is disputed; settle that first")
	ErrUndisputed = fault.New(fault.Conflict, "invoice.undisputed", "nobody disputes this invoice")
	ErrSettled    = fault.New(fault.Conflict, "invoice.settled", "nothing is open of this invoice")
	ErrExternal   = fault.New(fault.Conflict, "invoice.external_taken", "another invoice has this external id")
)

// Check says what is wrong with the lines, and makes the sums.
func (i *Invoice) Check() error {
	wrong := fault.Fields{}
	if len(i.Lines) == 0 || len(i.Lines) > MaxLines {
		wrong.Add("lines", ErrLines)
		return wrong.Err()
	}
	for n := range i.Lines {
		i.Lines[n].check("lines."+strconv.Itoa(n), wrong)
	}
	for name, c := range map[string]struct {
		text *string
		most int
	}{"note": {&i.Note, MaxNote}, "your_reference": {&i.YourRef, MaxRef}, "reason": {&i.Reason, MaxText}} {
		s, err := fold.Text(*c.text, c.most)
		wrong.Add(name, err)
		*c.text = s
	}
	if i.Term < 0 || i.Term > MaxTerm {
		wrong.Add("term", ErrTerm)
	}
	if _, err := money.Currency(i.Currency, ""); err != nil || i.Currency == "" {
		wrong.Add("currency", money.ErrCurrency)
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	i.sum()
	off := slices.ContainsFunc(i.Lines, func(l Line) bool { return l.What == SetOff }) // an advance can have paid all of it
	if i.Gross < 0 || i.Gross == 0 && !off {
		return fault.Field("lines", ErrTotal)
	}
	return money.Money{Cents: i.Gross, Currency: i.Currency}.Check()
}

// New makes a draft.
func New(i id.Invoice, now int64, today day.Day, d Invoice) (Invoice, error) {
	d.ID, d.Version, d.State, d.Step, d.Number, d.Reference = i, 1, Draft, Sent, "", ""
	d.Day, d.Due, d.Created, d.Updated = today, "", now, now
	d.Credited, d.PaidCents, d.Refunded, d.WriteOff, d.Dispute = 0, 0, 0, 0, ""
	if d.Kind == "" {
		d.Kind = Bill
	}
	if d.Kind == Credit && d.Reason == "" {
		return d, fault.Field("reason", ErrReason)
	}
	return d, d.Check()
}

// Patch is what can be changed of a draft.
type Patch struct {
	Term    *int64
	YourRef *string
	Note    *string
	Lines   []Line // nil leaves them
}

// Change changes a draft.
func Change(i Invoice, now int64, p Patch) (Invoice, []fact.Change, error) {
	if i.State != Draft {
		return i, nil, ErrSent
	}
	next := i
	if p.Term != nil {
		next.Term = *p.Term
	}
	if p.YourRef != nil {
		next.YourRef = *p.YourRef
	}
	if p.Note != nil {
		next.Note = *p.Note
	}
	if p.Lines != nil {
		next.Lines = slices.Clone(p.Lines)
	}
	if err := next.Check(); err != nil {
		return i, nil, err
	}
	return became(i, next, now)
}

// Send gives a draft its number and its day; from then on it stays as it is.
func Send(i Invoice, now int64, today day.Day, number string, seller, buyer Party) (Invoice, []fact.Change, error) {
	if i.State != Draft {
		return i, nil, ErrSent
	}
	if err := Ready(i, seller, buyer); err != nil {
		return i, nil, err
	}
	next := i
	next.State, next.Number, next.Day, next.Seller, next.Buyer = Sent, number, today, seller, buyer
	next.Due, next.Reference = today.Add(int(i.Term)), iban.Reference(number)
	next.State = next.standing()
	if i.Kind == Credit {
		next.State, next.Due, next.Reference, next.Term = Paid, "", "", 0
	}
	return became(i, next, now)
}

// Ready says what keeps a draft from being sent, before it takes a number.
func Ready(i Invoice, seller, buyer Party) error {
	switch {
	case seller.Name == "" || seller.Street == "" || seller.City == "" || seller.VatID == "" || seller.IBAN == "":
		return ErrSeller
	case buyer.Name == "" || buyer.City == "" || buyer.Street == "":
		return ErrBuyer
	}
	for _, l := range i.Lines {
		if l.Category == Reverse && buyer.VatID == "" {
			return ErrVATID
		}
	}
	if i.Kind == Bill && i.Term > MostTerm(buyer, seller) {
		return fault.Field("term", ErrTerm)
	}
	return nil
}

// Paying puts sums beside an invoice and says where that leaves it.
func (i Invoice) Paying(now int64, credited, paid, refunded, writeOff int64) (Invoice, []fact.Change, error) {
	if i.State == Draft || i.Kind == Credit {
		return i, nil, ErrDraft
	}
	next := i
	next.Credited, next.PaidCents, next.Refunded, next.WriteOff = i.Credited+credited, i.PaidCents+paid, i.Refunded+refunded, i.WriteOff+writeOff
	next.State = next.standing()
	return became(i, next, now)
}

// standing is the state that the sums, the dispute and the reminders make.
func (i Invoice) standing() State {
	switch {
	case i.Open() <= 0 && i.WriteOff > 0:
		return WrittenOff
	case i.Open() <= 0:
		return Paid
	case i.Dispute != "":
		return Disputed
	}
	return i.Step
}

// DisputeIt takes down what the customer disputes; reminders wait.
func DisputeIt(i Invoice, now int64, what string) (Invoice, []fact.Change, error) {
	what, err := fold.Text(what, MaxNote)
	switch {
	case i.State == Draft || i.Kind == Credit:
		return i, nil, ErrDraft
	case i.Open() <= 0:
		return i, nil, ErrSettled
	case err != nil:
		return i, nil, err
	case what == "":
		return i, nil, fault.Field("dispute", ErrDispute)
	}
	next := i
	next.Dispute = what
	next.State = next.standing()
	return became(i, next, now)
}

// Settle ends a dispute; the reminders go on where they were.
func Settle(i Invoice, now int64) (Invoice, []fact.Change, error) {
	if i.Dispute == "" {
		return i, nil, ErrUndisputed
	}
	next := i
	next.Dispute = ""
	next.State = next.standing()
	return became(i, next, now)
}

func became(a, b Invoice, now int64) (Invoice, []fact.Change, error) {
	changes := Diff(a, b)
	if len(changes) > 0 {
		b.Updated = now
	}
	return b, changes, nil
}

// Diff is what is different between two versions of an invoice.
func Diff(a, b Invoice) (changes []fact.Change) {
	add := fact.Into(&changes)
	add("kind", a.Kind == b.Kind, a.Kind, b.Kind)
	add("state", a.State == b.State, a.State, b.State)
	add("number", a.Number == b.Number, a.Number, b.Number)
	add("day", a.Day == b.Day, a.Day, b.Day)
	add("due", a.Due == b.Due, a.Due, b.Due)
	add("term", a.Term == b.Term, a.Term, b.Term)
	add("lines", slices.Equal(a.Lines, b.Lines), a.Lines, b.Lines)
	add("gross", a.Gross == b.Gross, a.Gross, b.Gross)
	add("your_reference", a.YourRef == b.YourRef, a.YourRef, b.YourRef)
	add("note", a.Note == b.Note, a.Note, b.Note)
	add("reason", a.Reason == b.Reason, a.Reason, b.Reason)
	add("step", a.Step == b.Step && a.StepDay == b.StepDay, a.Step, b.Step)
	add("dispute", a.Dispute == b.Dispute, a.Dispute, b.Dispute)
	add("credited", a.Credited == b.Credited, a.Credited, b.Credited)
	add("paid", a.PaidCents == b.PaidCents, a.PaidCents, b.PaidCents)
	add("refunded", a.Refunded == b.Refunded, a.Refunded, b.Refunded)
	add("written_off", a.WriteOff == b.WriteOff, a.WriteOff, b.WriteOff)
	return changes
}

// Listed is an invoice as a row of a list.
type Listed struct {
	Invoice
	Name  string    // of the account
	Owner id.Member // of the account
}

// Aged is what is open in one currency, by how late it is: not due, to 30, 60 and
// 90 days, later. What is the customer's, paid too much, is apart.
type Aged struct {
	Currency string
	Cents    [5]int64
	Theirs   int64
	N        int
}

// Total is what is open and to be paid.
func (a Aged) Total() (sum int64) {
	for _, c := range a.Cents {
		sum += c
	}
	return sum
}

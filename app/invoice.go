package app

import (
	"context"
	"errors"
	"strconv"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/money"
	"kring/domain/invoice"
	"kring/domain/member"
	"kring/domain/order"
	"kring/store"
)

// Invoices and credit notes: drafts of what was delivered, in advance, or by
// hand; sent with a number out of one unbroken series; credited, reminded,
// disputed. Money is in payment.go.

// numberSeries is the series of invoices and credit notes: one for both.
const numberSeries = "invoice"

// draftOnce makes a draft under the id of a form; when it is there already, that
// is the answer.
func (a *App) draftOnce(ctx context.Context, who Who, right member.Right, i id.Invoice, do func(tx *store.Tx) (invoice.Invoice, error)) (n invoice.Invoice, err error) {
	err = a.write(ctx, who, right, func(tx *store.Tx) error {
		l, err := tx.Invoice(i, who.Reach(fact.Account))
		if !errors.Is(err, store.ErrNotFound) {
			n = l.Invoice
			return err
		}
		n, err = do(tx)
		return err
	})
	return n, err
}

// DraftDelivered makes a draft of all that was delivered of an order and not
// invoiced yet; an advance is set off. Of an order without lines it is the whole.
func (a *App) DraftDelivered(ctx context.Context, who Who, i id.Invoice, o id.Order) (invoice.Invoice, error) {
	return a.draftOnce(ctx, who, member.InvoiceWrite, i, func(tx *store.Tx) (invoice.Invoice, error) {
		return a.draftDelivered(tx, who, i, o)
	})
}

func (a *App) draftDelivered(tx *store.Tx, who Who, i id.Invoice, o id.Order) (invoice.Invoice, error) {
	return a.draftOf(tx, who, i, o, func(p papers) []invoice.Line {
		if len(p.order.Lines) == 0 {
			p.ordered[0].Delivered, p.ordered[0].Value = p.ordered[0].Quantity, p.ordered[0].Cents
		}
		return invoice.Delivered(p.ordered, invoice.Tally(p.docs, len(p.ordered)))
	})
}

// DraftAdvance makes a draft of a share of an order, in basis points, before it is
// delivered.
func (a *App) DraftAdvance(ctx context.Context, who Who, i id.Invoice, o id.Order, share int64) (invoice.Invoice, error) {
	return a.draftOnce(ctx, who, member.InvoiceWrite, i, func(tx *store.Tx) (invoice.Invoice, error) {
		if share <= 0 || share > 10_000 {
			return invoice.Invoice{}, fault.Field("share", invoice.ErrShare)
		}
		return a.draftOf(tx, who, i, o, func(p papers) []invoice.Line {
			return invoice.InAdvance(p.ordered, invoice.Tally(p.docs, len(p.ordered)), share)
		})
	})
}

func (a *App) draftOf(tx *store.Tx, who Who, i id.Invoice, o id.Order, lines func(papers) []invoice.Line) (invoice.Invoice, error) {
	ordered, err := heldOrder(tx, who, o)
	switch {
	case err != nil:
		return invoice.Invoice{}, err
	case !ordered.Stands():
		return invoice.Invoice{}, invoice.ErrCancelled
	case ordered.Stage == order.Hold:
		return invoice.Invoice{}, order.ErrHold
	case !ordered.ForMoney():
		return invoice.Invoice{}, order.ErrForMoney
	}
	p, err := a.papers(&tx.View, who, ordered)
	if err != nil {
		return invoice.Invoice{}, err
	}
	n := invoice.Invoice{Account: ordered.Account, Order: ordered.ID, OrderNo: ordered.Number, Currency: ordered.Amount.Currency, Lines: lines(p)}
	if len(n.Lines) == 0 {
		return n, invoice.ErrNothing
	}
	for _, d := range p.shipped {
		if n.From == "" || d.Day < n.From {
			n.From = d.Day
		}
		n.Until = max(n.Until, d.Day)
	}
	return a.addDraft(tx, who, i, n, "order")
}

func (a *App) addDraft(tx *store.Tx, who Who, i id.Invoice, n invoice.Invoice, why string) (invoice.Invoice, error) {
	acc, err := orderedBy(tx, who, n.Account)
	if err != nil {
		return n, err
	}
	if n.Term == 0 && n.Kind != invoice.Credit {
		n.Term = invoice.TermOf(who.Org.Settings.Seller.Term, partyOf(acc), who.seller())
	}
	if n, err = invoice.New(i, tx.Now(), a.Today(who), n); err != nil {
		return n, err
	}
	n, err = tx.AddInvoice(n, fact.Fact{Deed: "invoice.drafted", Why: why, Changes: invoice.Diff(invoice.Invoice{}, n)})
	return n, named(err, invoice.ErrExternal)
}

// InvoiceDraft is what is filled in for an invoice by hand: its lines are not of
// an order.
type InvoiceDraft struct {
	Account  id.Account
	Currency string
	Term     int64 // days; 0 is what the organisation has
	YourRef  string
	Note     string
	Lines    []invoice.Line // What, Category and Rate are filled in here
}

// DraftInvoice makes a draft by hand.
func (a *App) DraftInvoice(ctx context.Context, who Who, i id.Invoice, d InvoiceDraft) (invoice.Invoice, error) {
	return a.draftOnce(ctx, who, member.InvoiceWrite, i, func(tx *store.Tx) (invoice.Invoice, error) {
		n := invoice.Invoice{Account: d.Account, Currency: d.Currency, Term: d.Term, YourRef: d.YourRef, Note: d.Note}
		var err error
		if n.Lines, err = a.byHand(who, d.Lines); err != nil {
			return n, err
		}
		return a.addDraft(tx, who, i, n, "hand")
	})
}

func (a *App) byHand(who Who, lines []invoice.Line) (all []invoice.Line, err error) {
	wrong := fault.Fields{}
	for n, l := range lines {
		l.What, l.OrderLine, l.Of = invoice.Other, 0, 0
		l.Code, l.Category, l.Rate, err = taxOf(l.Code, 0, a.Today(who))
		wrong.Add("lines."+strconv.Itoa(n)+".vat", err)
		if l.Cents == 0 && l.Unit != 0 {
			l.Cents = order.Worth(l.Quantity, l.Unit, l.Discount)
		}
		all = append(all, l)
	}
	return all, wrong.Err()
}

// onInvoice does something with an invoice of which version is what who read.
func (a *App) onInvoice(ctx context.Context, who Who, right member.Right, i id.Invoice, version int64, do func(tx *store.Tx, n invoice.Invoice) (invoice.Invoice, error)) (n invoice.Invoice, err error) {
	err = a.write(ctx, who, right, func(tx *store.Tx) error {
		l, err := tx.Invoice(i, who.Reach(fact.Account))
		if err != nil {
			return err
		}
		n = l.Invoice
		if err := asRead(n, n.Version, version); err != nil {
			return err
		}
		if !n.Order.IsZero() { // what is invoiced of an order is done one after the other
			if err := tx.HoldOrder(n.Order); err != nil {
				return err
			}
		}
		if err := tx.HoldInvoice(i); err != nil {
			return err
		}
		if l, err = tx.Invoice(i, everything); err != nil {
			return err
		}
		n, err = do(tx, l.Invoice)
		return err
	})
	return n, err
}

func saveInvoice(tx *store.Tx, n invoice.Invoice, changes []fact.Change, err error, f fact.Fact) (invoice.Invoice, error) {
	if err != nil || len(changes) == 0 {
		return n, err
	}
	f.Changes = changes
	return tx.SaveInvoice(n, f)
}

// ChangeInvoice changes term, reference and note of a draft.
func (a *App) ChangeInvoice(ctx context.Context, who Who, i id.Invoice, version int64, p invoice.Patch) (invoice.Invoice, error) {
	return a.onInvoice(ctx, who, member.InvoiceWrite, i, version, func(tx *store.Tx, n invoice.Invoice) (invoice.Invoice, error) {
		if p.Lines != nil && (!n.Order.IsZero() || !n.Contract.IsZero() || n.Kind == invoice.Credit) {
			p.Lines = nil // those follow from what was delivered
		}
		if p.Lines != nil {
			var err error
			if p.Lines, err = a.byHand(who, p.Lines); err != nil {
				return n, err
			}
		}
		n, changes, err := invoice.Change(n, tx.Now(), p)
		return saveInvoice(tx, n, changes, err, fact.Fact{Deed: "invoice.changed"})
	})
}

// EraseInvoice takes a draft away. What was sent is never erased.
func (a *App) EraseInvoice(ctx context.Context, who Who, i id.Invoice, version int64) error {
	_, err := a.onInvoice(ctx, who, member.InvoiceWrite, i, version, func(tx *store.Tx, n invoice.Invoice) (invoice.Invoice, error) {
		if n.State != invoice.Draft {
			return n, invoice.ErrSent
		}
		return n, tx.EraseInvoice(n, fact.Fact{Deed: "invoice.erased"})
	})
	return err
}

// SendInvoice gives a draft its number and its day. A credit note lowers what is
// open of its invoice.
func (a *App) SendInvoice(ctx context.Context, who Who, i id.Invoice, version int64) (invoice.Invoice, error) {
	return a.onInvoice(ctx, who, member.InvoiceWrite, i, version, func(tx *store.Tx, n invoice.Invoice) (invoice.Invoice, error) {
		return a.sendInvoice(tx, who, n)
	})
}

func (a *App) sendInvoice(tx *store.Tx, who Who, n invoice.Invoice) (invoice.Invoice, error) {
	acc, err := tx.Account(n.Account, everything)
	if err != nil {
		return n, err
	}
	if n.State != invoice.Draft {
		return n, invoice.ErrSent
	}
	seller, buyer, today := who.seller(), partyOf(acc), a.Today(who)
	if err := invoice.Ready(n, seller, buyer); err != nil {
		return n, err
	}
	year, err := strconv.Atoi(string(today[:4]))
	if err != nil {
		return n, err
	}
	number, err := tx.NextNumber(numberSeries, year)
	if err != nil {
		return n, err
	}
	n, changes, err := invoice.Send(n, tx.Now(), today, numberOf(year, number), seller, buyer)
	if n, err = saveInvoice(tx, n, changes, err, fact.Fact{Deed: "invoice.sent"}); err != nil {
		return n, err
	}
	if n.Kind == invoice.Credit {
		about, err := tx.Invoice(n.About, everything)
		if err != nil {
			return n, err
		}
		next, changes, err := about.Paying(tx.Now(), n.Gross, 0, 0, 0)
		if _, err := saveInvoice(tx, next, changes, err, fact.Fact{Deed: "invoice.credited", Why: n.Reason, Evidence: n.Number}); err != nil {
			return n, err
		}
	}
	return n, a.followOrder(tx, who, n.Order)
}

// followOrder puts the order of an invoice where its documents say it is.
func (a *App) followOrder(tx *store.Tx, who Who, o id.Order) error {
	if o.IsZero() {
		return nil
	}
	ordered, err := tx.Order(o, everything)
	if err != nil {
		return err
	}
	_, err = a.follow(tx, who, ordered)
	return err
}

// CreditAsk says what is credited: all that is left, because it was wrong; or a
// discount, in cents net of one line.
type CreditAsk struct {
	Line   int // 1 is the first; 0 is the whole
	Cents  int64
	Reason string
}

// CreditInvoice makes a draft of a credit note about an invoice that was sent.
func (a *App) CreditInvoice(ctx context.Context, who Who, i id.Invoice, about id.Invoice, ask CreditAsk) (invoice.Invoice, error) {
	return a.draftOnce(ctx, who, member.InvoiceWrite, i, func(tx *store.Tx) (invoice.Invoice, error) {
		l, err := tx.Invoice(about, who.Reach(fact.Account))
		if err != nil {
			return invoice.Invoice{}, err
		}
		bill := l.Invoice
		switch {
		case bill.Kind != invoice.Bill:
			return bill, invoice.ErrCreditOf
		case bill.State == invoice.Draft:
			return bill, invoice.ErrDraft
		}
		if !bill.Order.IsZero() {
			if err := tx.HoldOrder(bill.Order); err != nil {
				return bill, err
			}
		}
		if err := tx.HoldInvoice(bill.ID); err != nil {
			return bill, err
		}
		docs, err := tx.CreditsOf(bill.ID)
		if err != nil {
			return bill, err
		}
		c := creditOf(bill)
		if c.Reason = ask.Reason; ask.Line == 0 {
			c.Lines = invoice.Whole(bill, docs)
		} else if c.Lines, err = invoice.Off(bill, docs, ask.Line, ask.Cents, ""); err != nil {
			return c, fault.Field("amount", invoice.ErrOver)
		}
		if len(c.Lines) == 0 {
			return c, invoice.ErrNothing
		}
		return a.addDraft(tx, who, i, c, "credit")
	})
}

// DisputeInvoice takes down what the customer disputes; reminders wait.
func (a *App) DisputeInvoice(ctx context.Context, who Who, i id.Invoice, version int64, what string) (invoice.Invoice, error) {
	return a.onInvoice(ctx, who, member.InvoiceWrite, i, version, func(tx *store.Tx, n invoice.Invoice) (invoice.Invoice, error) {
		n, changes, err := invoice.DisputeIt(n, tx.Now(), what)
		return saveInvoice(tx, n, changes, err, fact.Fact{Deed: "invoice.disputed", Why: what})
	})
}

// SettleDispute ends a dispute.
func (a *App) SettleDispute(ctx context.Context, who Who, i id.Invoice, version int64, how string) (invoice.Invoice, error) {
	return a.onInvoice(ctx, who, member.InvoiceWrite, i, version, func(tx *store.Tx, n invoice.Invoice) (invoice.Invoice, error) {
		n, changes, err := invoice.Settle(n, tx.Now())
		return saveInvoice(tx, n, changes, err, fact.Fact{Deed: "invoice.settled", Why: how})
	})
}

// Reminder is a letter about an invoice that went out, or that the account
// manager was told.
type Reminder = store.Reminder

// TellReminder tells the account manager that a reminder is coming, with a task;
// of a key account that comes before the reminder.
func (a *App) TellReminder(ctx context.Context, who Who, i id.Invoice) (invoice.Invoice, error) {
	return a.onInvoice(ctx, who, member.InvoiceWrite, i, 0, func(tx *store.Tx, n invoice.Invoice) (invoice.Invoice, error) {
		next, _ := n.NextStep()
		if next == "" {
			return n, invoice.ErrSettled
		}
		told, err := toldOf(&tx.View, n.ID, next)
		if err != nil || told {
			return n, err
		}
		acc, err := tx.Account(n.Account, everything)
		if err != nil {
			return n, err
		}
		if err := tx.AddReminder(Reminder{ID: id.New[id.Record](), Invoice: n.ID, Step: next, State: "told", Day: a.Today(who), Member: who.Member.ID, Created: tx.Now()}); err != nil {
			return n, err
		}
		if err := a.tellManager(tx, who, acc, n.Number+": "+string(next), fact.Invoice, n.ID.Any()); err != nil {
			return n, err
		}
		return tx.SaveInvoice(n, fact.Fact{Deed: "invoice.told", Why: string(next)})
	})
}

func toldOf(v *store.View, i id.Invoice, step invoice.State) (bool, error) {
	all, err := v.RemindersOf(i)
	for _, r := range all {
		if r.State == "told" && r.Step == step {
			return true, err
		}
	}
	return false, err
}

// RemindInvoice says that the letter of the next step went out, with its text.
// Kring mails nothing. Of a key account the account manager was told before.
func (a *App) RemindInvoice(ctx context.Context, who Who, i id.Invoice, version int64, step invoice.State, text string) (invoice.Invoice, error) {
	return a.onInvoice(ctx, who, member.InvoiceWrite, i, version, func(tx *store.Tx, n invoice.Invoice) (invoice.Invoice, error) {
		if text == "" {
			return n, fault.Field("text", invoice.ErrReminder)
		}
		key, err := keyAccount(&tx.View, n.Account)
		if err != nil {
			return n, err
		}
		if key {
			if told, err := toldOf(&tx.View, n.ID, step); err != nil || !told {
				return n, either(err, invoice.ErrTold)
			}
		}
		today := a.Today(who)
		next, changes, err := invoice.Remind(n, tx.Now(), today, step)
		if err != nil {
			return n, err
		}
		if err := tx.AddReminder(Reminder{ID: id.New[id.Record](), Invoice: n.ID, Step: step, State: "sent", Day: today, Text: text, Member: who.Member.ID, Created: tx.Now()}); err != nil {
			return n, err
		}
		return saveInvoice(tx, next, changes, nil, fact.Fact{Deed: "invoice.reminded", Why: string(step)})
	})
}

// DraftClaim makes a draft of the interest and the collection costs of an invoice
// that was not paid in time: kinds of their own, without VAT.
func (a *App) DraftClaim(ctx context.Context, who Who, i id.Invoice, about id.Invoice, texts [2]string) (invoice.Invoice, error) {
	return a.draftOnce(ctx, who, member.InvoiceWrite, i, func(tx *store.Tx) (invoice.Invoice, error) {
		l, err := tx.Invoice(about, who.Reach(fact.Account))
		if err != nil {
			return invoice.Invoice{}, err
		}
		c := l.ClaimOn(a.Today(who))
		n := invoice.Invoice{Account: l.Account, Currency: l.Currency, YourRef: l.Number}
		for what, cents := range map[invoice.What]int64{invoice.Interest: c.Interest, invoice.Costs: c.Costs} {
			text := texts[0]
			if what == invoice.Costs {
				text = texts[1]
			}
			if cents > 0 {
				n.Lines = append(n.Lines, invoice.Line{What: what, Text: text, Quantity: 1000, Unit: cents, Cents: cents, Category: invoice.Outside})
			}
		}
		if len(n.Lines) == 0 {
			return n, invoice.ErrNothing
		}
		return a.addDraft(tx, who, i, n, "claim")
	})
}

// InvoicePage is an invoice with everything about it.
type InvoicePage struct {
	invoice.Listed
	Credits   []invoice.Invoice
	Payments  []invoice.Payment
	Reminders []Reminder
	Claim     invoice.Claim
	Key       bool // a key account: its manager is told before a reminder
	Told      bool // that was done for the next step
	Facts     []fact.Fact
	Members   []member.Member
	Why       *fault.Fault // of a draft: why it cannot be sent yet; nil when it can
	Buyer     invoice.Party
	Seller    invoice.Party
}

// InvoicePage reads an invoice of an account within who's reach.
func (a *App) InvoicePage(ctx context.Context, who Who, i id.Invoice) (p InvoicePage, err error) {
	err = a.read(ctx, who, member.InvoiceRead, func(v *store.View) error {
		if p.Listed, err = v.Invoice(i, everything); err != nil {
			return err
		}
		acc, _, err := readAccount(v, who, p.Account)
		if err != nil {
			return err
		}
		if p.Credits, err = v.CreditsOf(i); err != nil {
			return err
		}
		if p.Payments, err = v.PaymentsOf(i); err != nil {
			return err
		}
		if p.Reminders, err = v.RemindersOf(i); err != nil {
			return err
		}
		if p.Facts, err = v.FactsOf(i.Any(), id.Fact{}, 50); err != nil {
			return err
		}
		if p.Key, err = keyAccount(v, p.Account); err != nil {
			return err
		}
		if next, _ := p.NextStep(); next != "" {
			if p.Told, err = toldOf(v, i, next); err != nil {
				return err
			}
		}
		p.Claim = p.ClaimOn(a.Today(who))
		if p.Buyer, p.Seller = p.Invoice.Buyer, p.Invoice.Seller; p.State == invoice.Draft {
			p.Buyer, p.Seller = partyOf(acc), who.seller()
			if f, ok := fault.From(invoice.Ready(p.Invoice, p.Seller, p.Buyer)); ok {
				p.Why = f
			}
		}
		p.Members, err = v.Members()
		return err
	})
	if err != nil {
		return InvoicePage{}, err
	}
	return p, nil
}

// Invoice is one invoice of an account within who's reach.
func (a *App) Invoice(ctx context.Context, who Who, i id.Invoice) (l invoice.Listed, err error) {
	err = a.read(ctx, who, member.InvoiceRead, func(v *store.View) error {
		if l, err = v.Invoice(i, everything); err != nil {
			return err
		}
		acc, _, err := readAccount(v, who, l.Account)
		if err == nil && l.State == invoice.Draft {
			l.Buyer, l.Seller = partyOf(acc), who.seller()
		}
		return err
	})
	if err != nil {
		return invoice.Listed{}, err
	}
	return l, nil
}

// InvoiceQuery says which invoices a list shows.
type InvoiceQuery = store.InvoiceQuery

// Invoices are those within who's reach that are asked, the latest made first.
func (a *App) Invoices(ctx context.Context, who Who, q InvoiceQuery) (all []invoice.Listed, err error) {
	reach := who.Reach(fact.Account)
	q.Within, q.Limit = &reach, min(max(q.Limit, 1), 201)
	err = a.read(ctx, who, member.InvoiceRead, func(v *store.View) error {
		if !q.Account.IsZero() {
			if _, _, err := readAccount(v, who, q.Account); err != nil {
				return err
			}
			q.Within = nil
		}
		all, err = v.Invoices(q)
		return err
	})
	return all, err
}

// Receivables are what is open: by age, the days of sales outstanding, and a page
// of invoices, the longest due first.
type Receivables struct {
	Aged    []invoice.Aged
	Revenue int64 // of the last 365 days, with VAT, in euro
	Open    int64 // in euro
	DSO     float64
	Rows    []invoice.Listed
	Key     map[id.Account]bool
	Told    map[id.Invoice]bool
	Figures order.Figures // of deliveries in the last 365 days
}

// DuePlace is a place in the list of what is open.
type DuePlace = store.DuePlace

// Receivables reads what is open within who's reach.
func (a *App) Receivables(ctx context.Context, who Who, account id.Account, late bool, after DuePlace, limit int) (r Receivables, err error) {
	today := a.Today(who)
	err = a.read(ctx, who, member.InvoiceRead, func(v *store.View) error {
		reach := who.Reach(fact.Account)
		if !account.IsZero() {
			if _, _, err := readAccount(v, who, account); err != nil {
				return err
			}
			reach = everything
		}
		if r.Aged, err = v.Aged(reach, account, today); err != nil {
			return err
		}
		if r.Revenue, err = v.Revenue(reach, store.Home, today.Add(-364), today); err != nil {
			return err
		}
		for _, a := range r.Aged {
			if a.Currency == store.Home {
				r.Open = a.Total()
			}
		}
		r.DSO = invoice.DSO(r.Open, r.Revenue)
		border := day.Day("")
		if late {
			border = today
		}
		if r.Rows, err = v.OpenInvoices(reach, account, border, after, min(limit, 201)); err != nil {
			return err
		}
		return a.about(v, who, reach, &r)
	})
	return r, err
}

// about reads what is beside the rows: which are key accounts, of which the
// manager was told, and how well was delivered.
func (a *App) about(v *store.View, who Who, reach member.Reach, r *Receivables) (err error) {
	r.Key, r.Told = map[id.Account]bool{}, map[id.Invoice]bool{}
	reminders, err := v.RemindersOf(each(r.Rows, func(l invoice.Listed) id.Invoice { return l.ID })...)
	if err != nil {
		return err
	}
	for _, l := range r.Rows {
		next, _ := l.NextStep()
		for _, m := range reminders {
			if m.Invoice == l.ID && m.Step == next && m.State == "told" {
				r.Told[l.ID] = true
			}
		}
		if _, seen := r.Key[l.Account]; !seen && next != "" {
			if r.Key[l.Account], err = keyAccount(v, l.Account); err != nil {
				return err
			}
		}
	}
	today := a.Today(who)
	r.Figures, err = deliveryFigures(v, reach, today.Add(-364), today)
	return err
}

// BookPayment books money that came in on an invoice. More than is open may have
// been paid. The id is that of the form, so that it counts once.
func (a *App) BookPayment(ctx context.Context, who Who, i id.Invoice, p invoice.Payment) (invoice.Invoice, error) {
	p.Way, p.Source = invoice.PaidWay, "hand"
	return a.book(ctx, who, member.PaymentWrite, i, p)
}

// Refund books that money went back to the customer: what was paid too much.
func (a *App) Refund(ctx context.Context, who Who, i id.Invoice, p invoice.Payment) (invoice.Invoice, error) {
	p.Way, p.Source = invoice.RefundWay, "hand"
	return a.book(ctx, who, member.PaymentWaive, i, p)
}

// WriteOff gives up what is open, or some of it; who does it is its approver.
func (a *App) WriteOff(ctx context.Context, who Who, i id.Invoice, p invoice.Payment) (invoice.Invoice, error) {
	p.Way, p.Source = invoice.WriteOffWay, "hand"
	return a.book(ctx, who, member.PaymentWaive, i, p)
}

func (a *App) book(ctx context.Context, who Who, right member.Right, i id.Invoice, p invoice.Payment) (n invoice.Invoice, err error) {
	return a.onInvoice(ctx, who, right, i, 0, func(tx *store.Tx, n invoice.Invoice) (invoice.Invoice, error) {
		if _, err := tx.Payment(p.ID); !errors.Is(err, store.ErrNotFound) {
			return n, err
		}
		return a.bookOn(tx, who, n, p, "")
	})
}

func (a *App) bookOn(tx *store.Tx, who Who, n invoice.Invoice, p invoice.Payment, iban string) (invoice.Invoice, error) {
	p.Invoice, p.Member, p.Created = n.ID, who.Member.ID, tx.Now()
	if p.Currency == "" {
		p.Currency = n.Currency
	}
	p, err := invoice.Book(n, p, a.Today(who))
	if err != nil {
		return n, err
	}
	var paid, back, off int64
	deed := "invoice.changed"
	switch p.Way {
	case invoice.PaidWay:
		paid = p.Cents
	case invoice.RefundWay:
		back = p.Cents
	case invoice.WriteOffWay:
		off, deed = p.Cents, "invoice.written_off"
	}
	next, changes, err := n.Paying(tx.Now(), 0, paid, back, off)
	if err != nil {
		return n, err
	}
	if next.State == invoice.Paid && n.State != invoice.Paid {
		deed = "invoice.paid"
	}
	sum := money.Money{Cents: p.Cents, Currency: p.Currency}
	if err := tx.AddPayment(p, n, iban, fact.Fact{Deed: "payment.booked", Why: string(p.Way), Changes: []fact.Change{fact.Of("amount", nil, sum.String()), fact.Of("invoice", nil, n.Number)}}); err != nil {
		return n, err
	}
	if n, err = saveInvoice(tx, next, changes, nil, fact.Fact{Deed: deed, Why: p.Note, Evidence: p.ID.String()}); err != nil {
		return n, err
	}
	return n, a.followOrder(tx, who, n.Order)
}

package app

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"kring/base/day"
	"kring/base/decimal"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/money"
	"kring/base/vat"
	"kring/domain/account"
	"kring/domain/invoice"
	"kring/domain/member"
	"kring/domain/order"
	"kring/domain/pyramid"
	"kring/domain/task"
	"kring/store"
)

// The way of an order: confirmed, its credit checked, planned, delivered,
// accepted. What was invoiced of it is in invoice.go.

// papers are an order with its documents, as an invoice looks at them.
type papers struct {
	order     order.Order
	got       []int64 // of each line, thousandths
	shipped   []order.Delivery
	docs      []invoice.Invoice
	ordered   []invoice.Ordered
	delivered int64 // cents of what the customer has
}

// sent are the documents without drafts.
func (p papers) sent() []invoice.Invoice {
	return slices.DeleteFunc(slices.Clone(p.docs), func(i invoice.Invoice) bool { return i.State == invoice.Draft })
}

func (a *App) papers(v *store.View, who Who, o order.Order) (p papers, err error) {
	p.order = o
	if p.shipped, err = v.DeliveriesOf(o.ID); err != nil {
		return p, err
	}
	p.got = order.Got(o, p.shipped)
	if p.docs, err = v.Papers(o.ID); err != nil {
		return p, err
	}
	today := a.Today(who)
	for n, l := range o.Lines {
		one := invoice.Ordered{Text: l.Text, Quantity: l.Stands(), Cents: l.Cents, Unit: l.Unit, Discount: l.Discount, Delivered: p.got[n], Value: l.Value(p.got[n])}
		if !o.Stands() {
			one.Quantity, one.Cents = 0, 0
		}
		if one.Code, one.Category, one.Rate, err = taxOf(l.VAT, l.Rate, today); err != nil {
			return p, err
		}
		p.ordered, p.delivered = append(p.ordered, one), p.delivered+one.Value
	}
	if len(o.Lines) == 0 { // an amount without lines is one thing that cannot be delivered in part
		one := invoice.Ordered{Text: orderText(o), Quantity: 1000, Cents: o.Amount.Cents}
		if !o.Stands() {
			one.Quantity, one.Cents = 0, 0
		}
		if one.Code, one.Category, one.Rate, err = taxOf("", 0, today); err != nil {
			return p, err
		}
		p.ordered = append(p.ordered, one)
		if o.Stands() { // what was invoiced of it was delivered: nobody says otherwise
			if p.ordered[0].Value = invoice.Tally(p.docs, 1)[0].Goods; p.ordered[0].Value == one.Cents {
				p.ordered[0].Delivered = one.Quantity
			}
		}
	}
	return p, nil
}

// orderText names what an order without lines was about.
func orderText(o order.Order) string {
	switch {
	case o.Number != "":
		return o.Number
	case o.Note != "":
		r := []rune(o.Note)
		return string(r[:min(len(r), 100)])
	}
	return string(o.Day)
}

// taxOf is how something is taxed on a day: by its code, or by the rate that was
// agreed when there is no code.
func taxOf(code string, agreed int64, on day.Day) (string, invoice.Category, int64, error) {
	c, err := vat.Clean(vat.Code(code))
	if err != nil {
		return "", "", 0, err
	}
	if code == "" && agreed > 0 {
		return "", invoice.Standard, agreed, nil
	}
	rate, err := vat.Rate(c, on)
	return string(c), invoice.Category(c.Category()), rate, err
}

// withVAT is what an order comes to with VAT, in cents.
func withVAT(o order.Order, on day.Day) int64 {
	var lines []vat.Line
	for _, l := range o.Lines {
		code, _, rate, err := taxOf(l.VAT, l.Rate, on)
		if err != nil {
			continue
		}
		lines = append(lines, vat.Line{Code: vat.Code(code), Rate: rate, Net: l.Cents})
	}
	if len(o.Lines) == 0 {
		if _, _, rate, err := taxOf("", 0, on); err == nil {
			lines = append(lines, vat.Line{Rate: rate, Net: o.Amount.Cents})
		}
	}
	return vat.Add(lines).Gross
}

// onOrder does something with an order of which version is what who read, 0 for
// whatever stands. Others wait until it is done.
func (a *App) onOrder(ctx context.Context, who Who, right member.Right, i id.Order, version int64, do func(tx *store.Tx, o order.Order) (order.Order, error)) (o order.Order, err error) {
	err = a.write(ctx, who, right, func(tx *store.Tx) error {
		if o, err = heldOrder(tx, who, i); err != nil {
			return err
		}
		if err := asRead(o, o.Version, version); err != nil {
			return err
		}
		o, err = do(tx, o)
		return err
	})
	return o, err
}

func heldOrder(tx *store.Tx, who Who, i id.Order) (order.Order, error) {
	if _, err := tx.Order(i, who.Reach(fact.Account)); err != nil {
		return order.Order{}, err
	}
	if err := tx.HoldOrder(i); err != nil {
		return order.Order{}, err
	}
	return tx.Order(i, everything)
}

// step stores what became of an order on its way; nothing of it moves the ring.
func step(tx *store.Tx, o order.Order, changes []fact.Change, err error, f fact.Fact) (order.Order, error) {
	if err != nil || len(changes) == 0 {
		return o, err
	}
	f.Changes = changes
	return tx.SaveOrder(o, f)
}

// ConfirmOrder says that the confirmation, a draft that Kring writes, went to the
// customer.
func (a *App) ConfirmOrder(ctx context.Context, who Who, i id.Order, version int64) (order.Order, error) {
	return a.onOrder(ctx, who, member.OrderWrite, i, version, func(tx *store.Tx, o order.Order) (order.Order, error) {
		o, changes, err := order.Confirm(o, tx.Now(), a.Today(who))
		return step(tx, o, changes, err, fact.Fact{Deed: "order.confirmed"})
	})
}

// Limit is how much an account may have open.
type Limit = store.CreditLimit

// credit is what a credit check of an order looks at.
func (a *App) credit(v *store.View, who Who, o order.Order) (c order.Credit, err error) {
	limit, err := v.CreditLimit(o.Account)
	switch {
	case err == nil:
		c.Limited, c.Limit = limit.Cents >= 0, limit.Cents
	case !errors.Is(err, store.ErrNotFound):
		return c, err
	}
	c.This = withVAT(o, a.Today(who))
	c.Open, err = v.Owed(o.Account, o.Amount.Currency)
	return c, err
}

// CheckCredit holds what is open with this order against the limit of the
// account: the order may go on, or waits with the reason until somebody with the
// right releases it.
func (a *App) CheckCredit(ctx context.Context, who Who, i id.Order, version int64) (order.Order, error) {
	return a.onOrder(ctx, who, member.OrderWrite, i, version, func(tx *store.Tx, o order.Order) (order.Order, error) {
		return a.checkCredit(tx, who, o)
	})
}

func (a *App) checkCredit(tx *store.Tx, who Who, o order.Order) (order.Order, error) {
	c, err := a.credit(&tx.View, who, o)
	if err != nil {
		return o, err
	}
	deed, why := "order.checked", ""
	if !c.OK() {
		deed = "order.held"
		why = decimal.Amount(c.Open) + " + " + decimal.Amount(c.This) + " > " + decimal.Amount(c.Limit) + " " + o.Amount.Currency
	}
	next, changes, err := order.Check(o, tx.Now(), c.OK(), why)
	return step(tx, next, changes, err, fact.Fact{Deed: deed, Why: why})
}

// ReleaseOrder lets an order on hold go on, with the reason.
func (a *App) ReleaseOrder(ctx context.Context, who Who, i id.Order, version int64, why string) (order.Order, error) {
	return a.onOrder(ctx, who, member.OrderRelease, i, version, func(tx *store.Tx, o order.Order) (order.Order, error) {
		o, changes, err := order.Release(o, tx.Now(), why)
		return step(tx, o, changes, err, fact.Fact{Deed: "order.released", Why: why})
	})
}

// PlanOrder says on which day it will be delivered. One whose credit nobody
// checked is checked first.
func (a *App) PlanOrder(ctx context.Context, who Who, i id.Order, version int64, on day.Day) (order.Order, error) {
	return a.onOrder(ctx, who, member.OrderWrite, i, version, func(tx *store.Tx, o order.Order) (_ order.Order, err error) {
		if o.Stands() && o.Stage == order.Agreed {
			if o, err = a.checkCredit(tx, who, o); err != nil || o.Stage == order.Hold {
				return o, err
			}
		}
		next, changes, err := order.Plan(o, tx.Now(), on)
		if err != nil {
			return o, err
		}
		return step(tx, next, changes, err, fact.Fact{Deed: "order.planned"})
	})
}

// Deliver takes down what went to the customer, or came back; the id is that of
// the form, so that it counts once. What came back and was invoiced becomes a
// draft of a credit note.
func (a *App) Deliver(ctx context.Context, who Who, i id.Order, version int64, d order.Delivery) (order.Order, error) {
	return a.onOrder(ctx, who, member.OrderWrite, i, 0, func(tx *store.Tx, o order.Order) (order.Order, error) {
		before, err := tx.DeliveriesOf(o.ID)
		if err != nil || slices.ContainsFunc(before, func(b order.Delivery) bool { return b.ID == d.ID }) {
			return o, err
		}
		if err := asRead(o, o.Version, version); err != nil {
			return o, err
		}
		return a.ship(tx, who, o, before, d)
	})
}

func (a *App) ship(tx *store.Tx, who Who, o order.Order, before []order.Delivery, d order.Delivery) (order.Order, error) {
	var err error
	if o.Stands() && o.Stage == order.Agreed && !d.Return {
		if o, err = a.checkCredit(tx, who, o); err != nil {
			return o, err
		}
	}
	d.Order, d.Member, d.Created = o.ID, who.Member.ID, tx.Now()
	if d, err = order.Deliver(o, before, d, a.Today(who)); err != nil {
		return o, err
	}
	if err := tx.AddOrderDelivery(d); err != nil {
		return o, err
	}
	deed := "order.delivered"
	if d.Return {
		deed = "order.returned"
	}
	changed := []fact.Change{fact.Of("delivery", nil, d)}
	o.Updated = tx.Now()
	if o, err = tx.SaveOrder(o, fact.Fact{Deed: deed, Changes: changed, Evidence: d.ID.String()}); err != nil {
		return o, err
	}
	if d.Return {
		if err := a.creditBack(tx, who, o); err != nil {
			return o, err
		}
	}
	return a.follow(tx, who, o)
}

// creditBack writes the credit notes that an order asks for as drafts, and takes
// away drafts of invoices that say too much by now.
func (a *App) creditBack(tx *store.Tx, who Who, o order.Order) error {
	p, err := a.papers(&tx.View, who, o)
	if err != nil {
		return err
	}
	for _, d := range p.docs {
		if d.State == invoice.Draft && d.Kind == invoice.Bill {
			if err := tx.EraseInvoice(d, fact.Fact{Deed: "invoice.erased", Why: "order"}); err != nil {
				return err
			}
		}
	}
	p.docs = slices.DeleteFunc(p.docs, func(d invoice.Invoice) bool { return d.State == invoice.Draft && d.Kind == invoice.Bill })
	for _, r := range invoice.TakeBack(p.ordered, p.docs) {
		about, err := tx.Invoice(r.About, everything)
		if err != nil {
			return err
		}
		c := creditOf(about.Invoice)
		c.Lines, c.Reason = r.Lines, string(r.Lines[0].What)
		if c, err = invoice.New(id.New[id.Invoice](), tx.Now(), a.Today(who), c); err != nil {
			return err
		}
		if _, err := tx.AddInvoice(c, fact.Fact{Deed: "invoice.drafted", Why: c.Reason, Changes: invoice.Diff(invoice.Invoice{}, c)}); err != nil {
			return err
		}
	}
	return nil
}

// creditOf is a credit note about an invoice, without its lines.
func creditOf(about invoice.Invoice) invoice.Invoice {
	return invoice.Invoice{
		Kind: invoice.Credit, Account: about.Account, Order: about.Order, Contract: about.Contract, About: about.ID, AboutNo: about.Number, AboutDay: about.Day,
		Currency: about.Currency, YourRef: about.YourRef, OrderNo: about.OrderNo,
	}
}

// follow puts an order where its documents say it is.
func (a *App) follow(tx *store.Tx, who Who, o order.Order) (order.Order, error) {
	p, err := a.papers(&tx.View, who, o)
	if err != nil {
		return o, err
	}
	sent := p.sent()
	var was order.Progress
	was.Some = slices.ContainsFunc(p.got, func(n int64) bool { return n > 0 })
	was.All, was.Invoiced = invoice.Complete(p.ordered, sent)
	if len(o.Lines) == 0 { // it has no lines to deliver: who invoices it says that it was
		was.Some, was.All = was.Invoiced, was.Invoiced
	}
	was.Paid = was.Invoiced && !slices.ContainsFunc(sent, func(i invoice.Invoice) bool { return i.Open() > 0 })
	next, changes, err := order.Follow(o, tx.Now(), was)
	deed := "order.changed"
	switch next.Stage {
	case order.Invoiced:
		deed = "order.invoiced"
	case order.Paid:
		deed = "order.paid"
	case order.Delivered, order.PartDelivered:
		deed = "order.delivered"
	}
	return step(tx, next, changes, err, fact.Fact{Deed: deed, Why: "documents"})
}

// AcceptDelivery says that the customer accepted what was delivered.
func (a *App) AcceptDelivery(ctx context.Context, who Who, i id.Order, version int64) (order.Order, error) {
	return a.onOrder(ctx, who, member.OrderWrite, i, version, func(tx *store.Tx, o order.Order) (order.Order, error) {
		o, changes, err := order.AcceptDelivery(o, tx.Now(), a.Today(who))
		return step(tx, o, changes, err, fact.Fact{Deed: "order.accepted"})
	})
}

// EvaluateOrder ends the way of an order that was paid; what was learned is kept
// with it.
func (a *App) EvaluateOrder(ctx context.Context, who Who, i id.Order, version int64, learned string) (order.Order, error) {
	return a.onOrder(ctx, who, member.OrderWrite, i, version, func(tx *store.Tx, o order.Order) (order.Order, error) {
		o, changes, err := order.Evaluate(o, tx.Now())
		return step(tx, o, changes, err, fact.Fact{Deed: "order.evaluated", Why: learned})
	})
}

// DropRest cancels what was not delivered of an order; an advance for it becomes a
// draft of a credit note.
func (a *App) DropRest(ctx context.Context, who Who, i id.Order, version int64, why string) (order.Order, error) {
	return a.onOrder(ctx, who, member.OrderWrite, i, version, func(tx *store.Tx, o order.Order) (order.Order, error) {
		acc, err := orderedBy(tx, who, o.Account)
		if err != nil {
			return o, err
		}
		shipped, err := tx.DeliveriesOf(o.ID)
		if err != nil {
			return o, err
		}
		next, changes, err := order.DropRest(o, tx.Now(), order.Got(o, shipped), why)
		if err != nil || len(changes) == 0 {
			return o, err
		}
		err = a.turning(tx, who, acc, func() error {
			next, err = tx.SaveOrder(next, fact.Fact{Deed: "order.changed", Why: why, Changes: changes})
			return err
		})
		if err != nil {
			return o, err
		}
		if err := a.creditBack(tx, who, next); err != nil {
			return o, err
		}
		return a.follow(tx, who, next)
	})
}

// mayChange says whether the lines of an order can still change: nothing of it
// was delivered or invoiced.
func (a *App) mayChange(tx *store.Tx, o order.Order, changes []fact.Change) error {
	fixed := slices.ContainsFunc(changes, func(c fact.Change) bool {
		return slices.Contains([]string{"lines", "amount", "counter_value", "state"}, c.Field)
	})
	if !fixed {
		return nil
	}
	shipped, err := tx.DeliveriesOf(o.ID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(changes, func(c fact.Change) bool { return c.Field == "state" }) {
		if slices.ContainsFunc(order.Got(o, shipped), func(n int64) bool { return n > 0 }) {
			return order.ErrSome
		}
		return nil
	}
	docs, err := tx.Papers(o.ID)
	if err == nil && len(shipped)+len(docs) > 0 {
		err = order.ErrMoving
	}
	return err
}

// SetCreditLimit says how much an account may have open, in cents; below zero is
// without limit.
func (a *App) SetCreditLimit(ctx context.Context, who Who, i id.Account, cents int64, source string) (l Limit, err error) {
	err = a.write(ctx, who, member.OrderRelease, func(tx *store.Tx) error {
		acc, err := tx.Account(i, who.Reach(fact.Account))
		if err != nil {
			return err
		}
		if err := (money.Money{Cents: cents, Currency: store.Home}).Check(); err != nil {
			return fault.Field("limit", money.ErrLarge)
		}
		l = Limit{ID: id.New[id.Record](), Account: acc.ID, Cents: max(cents, -1), Source: source, Day: a.Today(who), Member: who.Member.ID, Created: tx.Now()}
		return tx.AddCreditLimit(l, fact.Fact{Deed: "account.limited", Label: acc.Name, Changes: []fact.Change{fact.Of("credit_limit", nil, decimal.Amount(l.Cents))}})
	})
	return l, err
}

// Way is an order with what became of it.
type Way struct {
	Order    order.Order
	Shipped  []order.Delivery
	Got      []int64
	Docs     []invoice.Invoice
	Credit   order.Credit
	Done     []invoice.Done
	Total    int64 // with VAT
	ToBill   int64 // cents net, delivered and not invoiced
	Prepaid  int64 // cents net, invoiced in advance
	MostTerm int64
}

// OrderWay reads what became of an order.
func (a *App) OrderWay(ctx context.Context, who Who, i id.Order) (w Way, err error) {
	err = a.read(ctx, who, member.OrderRead, func(v *store.View) error {
		if w.Order, err = v.Order(i, everything); err != nil {
			return err
		}
		if _, _, err := readAccount(v, who, w.Order.Account); err != nil {
			return err
		}
		p, err := a.papers(v, who, w.Order)
		if err != nil {
			return err
		}
		w.Shipped, w.Got, w.Docs, w.Total = p.shipped, p.got, p.docs, withVAT(w.Order, a.Today(who))
		w.Done = invoice.Tally(p.docs, len(p.ordered))
		for n, d := range w.Done {
			w.ToBill += max(0, p.ordered[n].Value-d.Goods)
			w.Prepaid += d.Advance
		}
		w.Credit, err = a.credit(v, who, w.Order)
		return err
	})
	if err != nil {
		return Way{}, err
	}
	return w, nil
}

// DeliveryFigures are how well was delivered within who's reach in a period.
func (a *App) DeliveryFigures(ctx context.Context, who Who, from, until day.Day) (f order.Figures, err error) {
	err = a.read(ctx, who, member.OrderRead, func(v *store.View) error {
		f, err = deliveryFigures(v, who.Reach(fact.Account), from, until)
		return err
	})
	return f, err
}

func deliveryFigures(v *store.View, r member.Reach, from, until day.Day) (f order.Figures, err error) {
	orders, err := v.Delivered(r, from, until)
	if err != nil {
		return f, err
	}
	ids := each(orders, func(o order.Order) id.Order { return o.ID })
	shipped, err := v.DeliveriesOf(ids...)
	if err != nil {
		return f, err
	}
	by := map[id.Order][]order.Delivery{}
	for _, d := range shipped {
		by[d.Order] = append(by[d.Order], d)
	}
	wrong, err := v.CorrectedOf(ids)
	if err != nil {
		return f, err
	}
	for _, o := range orders {
		f.Count(o, by[o.ID], wrong[o.ID])
	}
	return f, nil
}

// keyAccount says whether an account is one of the few: top or large in the
// pyramid.
func keyAccount(v *store.View, a id.Account) (bool, error) {
	r, known, err := rankOf(v, a)
	return known && (r.Class == pyramid.Top || r.Class == pyramid.Large), err
}

// partyOf is an account as an invoice names it.
func partyOf(acc account.Account) invoice.Party {
	p := invoice.Party{Name: acc.Name, VatID: acc.VatID, KvK: acc.KvK, Person: acc.Kind == account.Person, Large: acc.SizeClass() == account.Large}
	if at := acc.Addresses.Main(); at.City != "" || at.Street != "" {
		p.Street, p.Postcode, p.City, p.Country = at.Street, at.Postcode, at.City, at.Country
		if at.Number != "" {
			p.Street += " " + at.Number
		}
		if at.Suffix != "" {
			p.Street += " " + at.Suffix
		}
	}
	if p.Country == "" {
		p.Country = "NL"
	}
	if len(acc.Emails) > 0 {
		p.Email = acc.Emails[0].Address
	}
	return p
}

// seller is the organisation as an invoice names it.
func (w Who) seller() invoice.Party {
	s := w.Org.Settings.Seller
	return invoice.Party{
		Name: s.Name, Street: s.Street, Postcode: s.Postcode, City: s.City, Country: w.Org.Settings.Country, VatID: s.VatID, KvK: s.KvK, Email: s.Email, Phone: s.Phone,
		IBAN: s.IBAN, BIC: s.BIC, Large: s.Large,
	}
}

// numberOf writes a number of a series: 2026-0007.
func numberOf(year int, n int64) string {
	s := strconv.FormatInt(n, 10)
	for len(s) < 4 {
		s = "0" + s
	}
	return strconv.Itoa(year) + "-" + s
}

// tellManager gives the account manager of a relation something to do.
func (a *App) tellManager(tx *store.Tx, who Who, acc account.Account, text string, about fact.Kind, record id.Record) error {
	if acc.Owner.IsZero() {
		return nil
	}
	_, err := a.addTask(tx, who, task.Draft{Text: text, Account: acc.ID, Owner: acc.Owner, About: about, Record: record, Day: a.Today(who)})
	if errors.Is(err, task.ErrOwner) { // not active any more
		return nil
	}
	return err
}

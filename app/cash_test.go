package app_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kring/app"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/money"
	"kring/base/reach"
	"kring/domain/account"
	"kring/domain/contract"
	"kring/domain/invoice"
	"kring/domain/member"
	"kring/domain/order"
	"kring/domain/organisation"
	"kring/kit"
	"kring/store"
)

var brandt = organisation.Seller{
	Name: "Brandt & Zoon B.V.", Street: "Kade 1", Postcode: "3511 AA", City: "Utrecht", VatID: "NL004495445B01", KvK: "12345678", IBAN: "NL91ABNA0417164300", Email: "facturen@brandt.example",
}

var home = reach.Address{Street: "Laan", Number: "2", Postcode: "3701 AB", City: "Zeist", Country: "NL"}

// shop is an organisation that can send invoices, and a customer that has an
// address.
type shop struct {
	*kit.World
	t     testing.TB
	who   app.Who
	acc   account.Account
	clock *kit.Clock
}

func newShop(t testing.TB, db *store.DB, clock *kit.Clock) *shop {
	t.Helper()
	w := kit.New(t, db)
	s := &shop{World: w, t: t, who: w.Member("Dirk", member.Admin), clock: clock}
	o, err := w.App.SaveSeller(t.Context(), s.who, s.who.Org.Version, brandt)
	if err != nil {
		t.Fatal(err)
	}
	s.who.Org = o
	s.acc = s.customer("De Linden")
	return s
}

func (s *shop) customer(name string) account.Account {
	s.t.Helper()
	d := account.Draft{Name: name}
	d.Addresses = append(d.Addresses, home)
	acc, err := s.App.AddAccount(s.t.Context(), s.who, d)
	if err != nil {
		s.t.Fatal(err)
	}
	return acc
}

func (s *shop) order(lines ...order.Line) order.Order {
	s.t.Helper()
	o, err := s.App.PlaceOrder(s.t.Context(), s.who, order.Draft{Account: s.acc.ID, Day: "2026-11-20", Amount: euro(0), Number: "B-1", Lines: lines})
	if err != nil {
		s.t.Fatal(err)
	}
	return o
}

func (s *shop) deliver(o id.Order, back bool, quantities ...int64) error {
	d := order.Delivery{ID: id.New[id.Record](), Return: back, Day: s.App.Today(s.who), Signer: "M. de Wit", SignedAt: "10:15", Intact: true}
	for n, q := range quantities {
		if q > 0 {
			d.Lines = append(d.Lines, order.Moved{Line: n + 1, Quantity: q})
		}
	}
	_, err := s.App.Deliver(s.t.Context(), s.who, o, 0, d)
	return err
}

func (s *shop) way(o id.Order) app.Way {
	s.t.Helper()
	w, err := s.App.OrderWay(s.t.Context(), s.who, o)
	if err != nil {
		s.t.Fatal(err)
	}
	return w
}

var espresso = order.Line{Text: "Espressomachine", Quantity: 2000, Unit: 125_000, Discount: 1000}
var beans = order.Line{Text: "Bonen, kilo", Quantity: 10_500, Unit: 1895, VAT: "low"}

// TestOrderToCash goes the whole way: credit, delivery in two parts, an advance,
// invoices, a payment in two parts, and the order follows.
func TestOrderToCash(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		s := newShop(t, db, clock)
		ctx := t.Context()
		o := s.order(espresso, beans)
		if o.Amount.Cents != 225_000+19_898 {
			t.Fatal(o.Amount)
		}
		stage := func(want order.Stage) {
			t.Helper()
			if o = s.way(o.ID).Order; o.Stage != want {
				t.Fatalf("%s, not %s", o.Stage, want)
			}
		}
		// 2,939.39 with VAT; the limit is 1,000: it waits until somebody releases it.
		if _, err := s.App.SetCreditLimit(ctx, s.who, s.acc.ID, 100_000, "Graydon"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.App.CheckCredit(ctx, s.who, o.ID, o.Version); err != nil {
			t.Fatal(err)
		}
		if stage(order.Hold); o.Held != "0.00 + 2939.39 > 1000.00 EUR" {
			t.Error(o.Held)
		}
		if err := s.deliver(o.ID, false, 1000); !errors.Is(err, order.ErrHold) {
			t.Error(err)
		}
		if _, err := s.App.DraftAdvance(ctx, s.who, id.New[id.Invoice](), o.ID, 3000); !errors.Is(err, order.ErrHold) {
			t.Error(err)
		}
		desk := s.Member("Binnen", member.OrderDesk)
		if _, err := s.App.ReleaseOrder(ctx, desk, o.ID, 0, "mag"); !errors.Is(err, app.ErrDenied) {
			t.Error(err)
		}
		if _, err := s.App.ReleaseOrder(ctx, s.who, o.ID, 0, "Betaalt altijd"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.App.PlanOrder(ctx, s.who, o.ID, 0, "2026-11-30"); err != nil {
			t.Fatal(err)
		}
		stage(order.Planned)

		draft := id.New[id.Invoice]()
		for range 2 { // a form sent twice is one draft
			if _, err := s.App.DraftAdvance(ctx, s.who, draft, o.ID, 3000); err != nil {
				t.Fatal(err)
			}
		}
		first, err := s.App.SendInvoice(ctx, s.who, draft, 1)
		if err != nil || first.Number != "2026-0001" || first.Net != 67_500+5969 || first.Due != first.Day.Add(30) || first.Open() != first.Gross {
			t.Fatalf("%+v %v", first, err)
		}
		if _, err := s.App.SendInvoice(ctx, s.who, draft, 0); !errors.Is(err, invoice.ErrSent) {
			t.Error(err)
		}
		if err := s.deliver(o.ID, false, 1000, 10_500); err != nil {
			t.Fatal(err)
		}
		stage(order.PartDelivered)
		if err := s.deliver(o.ID, false, 2000); err == nil {
			t.Error("three of two machines")
		}
		if _, err := s.App.CancelOrder(ctx, s.who, o.ID, 0, "Toch niet"); !errors.Is(err, order.ErrSome) {
			t.Error(err)
		}
		if _, err := s.App.ChangeOrder(ctx, s.who, o.ID, 0, order.Draft{Day: o.Day, Amount: euro(1), Number: "x"}.Patch()); !errors.Is(err, order.ErrMoving) {
			t.Error(err)
		}
		second, err := s.App.DraftDelivered(ctx, s.who, id.New[id.Invoice](), o.ID)
		if err != nil || second.Net != 112_500+19_898-67_500-5969 {
			t.Fatalf("%+v %v", second, err)
		}
		if _, err := s.App.DraftDelivered(ctx, s.who, id.New[id.Invoice](), o.ID); !errors.Is(err, invoice.ErrNothing) {
			t.Error(err)
		}
		if second, err = s.App.SendInvoice(ctx, s.who, second.ID, 0); err != nil || second.Number != "2026-0002" {
			t.Fatal(second.Number, err)
		}
		if err := s.deliver(o.ID, false, 1000); err != nil {
			t.Fatal(err)
		}
		stage(order.Delivered)
		if _, err := s.App.AcceptDelivery(ctx, s.who, o.ID, 0); err != nil {
			t.Fatal(err)
		}
		third, err := s.App.DraftDelivered(ctx, s.who, id.New[id.Invoice](), o.ID)
		if err == nil {
			third, err = s.App.SendInvoice(ctx, s.who, third.ID, 0)
		}
		if err != nil {
			t.Fatal(err)
		}
		stage(order.Invoiced)
		if sum := first.Net + second.Net + third.Net; sum != o.Amount.Cents {
			t.Errorf("invoiced %d of %d", sum, o.Amount.Cents)
		}
		for _, n := range []invoice.Invoice{first, second, third} {
			for _, part := range []int64{100, n.Gross - 100} {
				p := invoice.Payment{ID: id.New[id.Payment](), Day: s.App.Today(s.who), Cents: part, Currency: "EUR"}
				for range 2 { // sent twice
					if n, err = s.App.BookPayment(ctx, s.who, n.ID, p); err != nil {
						t.Fatal(err)
					}
				}
			}
			if n.State != invoice.Paid || n.Open() != 0 {
				t.Errorf("%s %d", n.State, n.Open())
			}
		}
		stage(order.Paid)
		if _, err := s.App.EvaluateOrder(ctx, s.who, o.ID, 0, "Volgende keer in één keer leveren"); err != nil {
			t.Fatal(err)
		}
		stage(order.Evaluated)
		f, err := s.App.DeliveryFigures(ctx, s.who, "2026-01-01", "2026-12-31")
		if err != nil || f != (order.Figures{Orders: 1, Promised: 1, OnTime: 1, Intact: 1, Invoiced: 1}) {
			t.Errorf("%+v %v", f, err)
		}
		r, err := s.App.Receivables(ctx, s.who, id.Account{}, false, app.DuePlace{}, 50)
		if err != nil || r.Open != 0 || r.Revenue != first.Gross+second.Gross+third.Gross || len(r.Rows) != 0 {
			t.Errorf("%+v %v", r, err)
		}
	})
}

// TestNumbers: whoever sends at once, and whatever fails between, the numbers are
// one unbroken series.
func TestNumbers(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		s := newShop(t, db, clock)
		ctx := t.Context()
		homeless, err := s.App.AddAccount(ctx, s.who, account.Draft{Name: "Zonder adres"})
		if err != nil {
			t.Fatal(err)
		}
		var drafts []invoice.Invoice
		for n := range 8 {
			acc := s.acc.ID
			if n%3 == 2 { // these cannot be sent
				acc = homeless.ID
			}
			d, err := s.App.DraftInvoice(ctx, s.who, id.New[id.Invoice](), app.InvoiceDraft{Account: acc, Currency: "EUR", Lines: []invoice.Line{{Text: "Onderhoud", Quantity: 1000, Unit: 100}}})
			if err != nil {
				t.Fatal(err)
			}
			drafts = append(drafts, d)
		}
		var all sync.WaitGroup
		for _, d := range drafts {
			for range 2 {
				all.Go(func() {
					_, err := s.App.SendInvoice(ctx, s.who, d.ID, 0)
					if k := fault.KindOf(err); err != nil && k != fault.Conflict && k != fault.Busy {
						t.Error(err)
					}
				})
			}
		}
		all.Wait()
		seen := map[string]bool{}
		found, err := s.App.Invoices(ctx, s.who, app.InvoiceQuery{Limit: 50})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range found {
			if n.Number != "" {
				seen[n.Number] = true
			}
		}
		for n := range len(seen) {
			if !seen[fmt.Sprintf("2026-%04d", n+1)] {
				t.Errorf("%d is missing of %v", n+1, seen)
			}
		}
		if len(seen) != 6 {
			t.Errorf("%d numbers", len(seen))
		}
	})
}

// TestMoney: over random chains of what can happen to an order, what was invoiced
// of goods less what was credited of them is what was delivered and is invoiced,
// with what is invoiced in advance; and what is open is what was invoiced less
// credited and paid, with what was given back, less what was written off. The
// figures come out of the documents; what should be so is counted here.
func TestMoney(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		s := newShop(t, db, clock)
		s.chains(t)
	})
}

func (s *shop) chains(t *testing.T) {
	ctx := t.Context()
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		if n++; n > 12 { // each chain is dozens of changes
			return
		}
		var lines []order.Line
		for i := range rapid.IntRange(1, 3).Draw(rt, "lines") {
			lines = append(lines, order.Line{
				Text: fmt.Sprint("Artikel ", i+1), Quantity: rapid.Int64Range(1, 9).Draw(rt, "quantity") * 333, Unit: rapid.Int64Range(1, 99_999).Draw(rt, "unit"),
				Discount: rapid.SampledFrom([]int64{0, 0, 333, 5000}).Draw(rt, "discount"), VAT: rapid.SampledFrom([]string{"", "low", "exempt"}).Draw(rt, "vat"),
			})
		}
		if order.Worth(lines[0].Quantity, lines[0].Unit, lines[0].Discount) == 0 {
			return
		}
		o := s.order(lines...)
		got := make([]int64, len(lines))
		soft := func(err error) { // what may not be is refused, and nothing of it stays
			if k := fault.KindOf(err); err != nil && k != fault.Conflict && k != fault.Invalid {
				rt.Fatal(err)
			}
		}
		pick := func(kind invoice.Kind, draft bool) (found []invoice.Invoice) {
			for _, d := range s.way(o.ID).Docs {
				if d.Kind == kind && (d.State == invoice.Draft) == draft {
					found = append(found, d)
				}
			}
			return found
		}
		sendAll := func() {
			for _, kind := range []invoice.Kind{invoice.Bill, invoice.Credit} {
				for _, d := range pick(kind, true) {
					_, err := s.App.SendInvoice(ctx, s.who, d.ID, 0)
					soft(err)
				}
			}
		}
		for range rapid.IntRange(4, 14).Draw(rt, "deeds") {
			amount := rapid.Int64Range(1, 200_000).Draw(rt, "amount")
			bills := pick(invoice.Bill, false)
			at := rapid.IntRange(0, 4).Draw(rt, "bill")
			pay := invoice.Payment{ID: id.New[id.Payment](), Day: s.App.Today(s.who), Cents: amount, Currency: "EUR", Note: "ketting"}
			switch deed := rapid.IntRange(0, 11).Draw(rt, "deed"); {
			case deed <= 2:
				moved := make([]int64, len(lines))
				for i := range lines {
					moved[i] = rapid.Int64Range(0, lines[i].Quantity).Draw(rt, "moved")
				}
				if err := s.deliver(o.ID, deed == 2, moved...); err == nil {
					for i := range got {
						if deed == 2 {
							got[i] -= moved[i]
						} else {
							got[i] += moved[i]
						}
					}
				} else {
					soft(err)
				}
			case deed == 3:
				_, err := s.App.DraftAdvance(ctx, s.who, id.New[id.Invoice](), o.ID, rapid.Int64Range(1, 10_000).Draw(rt, "share"))
				soft(err)
			case deed == 4:
				_, err := s.App.DraftDelivered(ctx, s.who, id.New[id.Invoice](), o.ID)
				soft(err)
			case deed == 5:
				sendAll()
			case deed == 6:
				_, err := s.App.DropRest(ctx, s.who, o.ID, 0, "Niet meer nodig")
				soft(err)
			case deed == 7:
				_, err := s.App.CancelOrder(ctx, s.who, o.ID, 0, "Toch niet")
				soft(err)
			case at >= len(bills):
			case deed == 8:
				_, err := s.App.BookPayment(ctx, s.who, bills[at].ID, pay)
				soft(err)
			case deed == 9:
				_, err := s.App.Refund(ctx, s.who, bills[at].ID, pay)
				soft(err)
			case deed == 10:
				_, err := s.App.WriteOff(ctx, s.who, bills[at].ID, pay)
				soft(err)
			case deed == 11: // a discount, or all of it was wrong
				ask := app.CreditAsk{Line: rapid.IntRange(0, len(bills[at].Lines)).Draw(rt, "line"), Cents: amount % 500, Reason: "ketting"}
				_, err := s.App.CreditInvoice(ctx, s.who, id.New[id.Invoice](), bills[at].ID, ask)
				soft(err)
			}
			s.balance(rt, o.ID, got, false)
		}
		sendAll()
		if o = s.way(o.ID).Order; o.Stands() {
			if d, err := s.App.DraftDelivered(ctx, s.who, id.New[id.Invoice](), o.ID); err == nil {
				_, err = s.App.SendInvoice(ctx, s.who, d.ID, 0)
				soft(err)
			} else {
				soft(err)
			}
		}
		s.balance(rt, o.ID, got, true)
	})
}

// balance counts an order; settled says that all that was delivered is invoiced
// and what is to be credited is.
func (s *shop) balance(rt *rapid.T, i id.Order, got []int64, settled bool) {
	w := s.way(i)
	var invoiced, credited, delivered, advance, waits int64
	for _, d := range w.Docs {
		if d.State == invoice.Draft {
			for _, l := range d.Lines { // drafts are not money yet
				if l.What != invoice.Discount && d.Kind == invoice.Credit {
					waits++
				}
			}
			continue
		}
		var net int64
		for _, l := range d.Lines {
			net += l.Cents
			switch l.What {
			case invoice.Goods, invoice.Advance, invoice.SetOff:
				invoiced += l.Cents
			case invoice.Returned, invoice.Dropped, invoice.Correction:
				credited += l.Cents
			}
			if l.What == invoice.Advance || l.What == invoice.SetOff {
				advance += l.Cents
			}
			if d.Kind == invoice.Credit && l.What != invoice.Discount && (l.Back == invoice.Advance || l.Back == invoice.SetOff) {
				advance -= l.Cents
			}
		}
		if net != d.Net || d.Net+d.VAT != d.Gross {
			rt.Fatalf("%s: lines %d, %d + %d = %d", d.Number, net, d.Net, d.VAT, d.Gross)
		}
		s.open(rt, d)
	}
	for n, l := range w.Order.Lines {
		if w.Got[n] != got[n] {
			rt.Fatalf("line %d: %d delivered, not %d", n, w.Got[n], got[n])
		}
		delivered += l.Value(got[n])
	}
	if settled && waits == 0 && invoiced-credited != delivered+advance {
		rt.Fatalf("invoiced %d - credited %d is not delivered %d + in advance %d", invoiced, credited, delivered, advance)
	}
	if advance < 0 {
		rt.Fatalf("%d in advance", advance)
	}
}

// open counts an invoice by its credit notes and payments.
func (s *shop) open(rt *rapid.T, d invoice.Invoice) {
	p, err := s.App.InvoicePage(s.t.Context(), s.who, d.ID)
	if err != nil {
		rt.Fatal(err)
	}
	open := p.Gross
	for _, c := range p.Credits {
		if c.State != invoice.Draft {
			open -= c.Gross
		}
	}
	for _, m := range p.Payments {
		switch m.Way {
		case invoice.PaidWay, invoice.WriteOffWay:
			open -= m.Cents
		case invoice.RefundWay:
			open += m.Cents
		}
	}
	if d.Kind == invoice.Bill && open != p.Open() {
		rt.Fatalf("%s: %d is open, not %d", d.Number, p.Open(), open)
	}
}

// TestContract: each period is an order, delivered, with a draft of its invoice;
// once, also when the work runs twice and when two do it at once.
func TestContract(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		s := newShop(t, db, clock)
		ctx := t.Context()
		c, err := s.App.SignContract(ctx, s.who, id.New[id.Contract](), contract.Draft{
			Account: s.acc.ID, Title: "Onderhoud", Starts: "2026-09-15", Term: 12, Notice: 60, Renewal: contract.Proposal, Amount: money.Money{Cents: 9_900, Currency: "EUR"}, Period: contract.Month,
		})
		if err != nil {
			t.Fatal(err)
		}
		run := func() {
			t.Helper()
			var all sync.WaitGroup
			for range 2 {
				all.Go(func() {
					if err := s.App.PassContracts(ctx); err != nil && fault.KindOf(err) != fault.Conflict {
						t.Error(err)
					}
				})
			}
			all.Wait()
			if err := s.App.PassContracts(ctx); err != nil {
				t.Fatal(err)
			}
		}
		run()
		orders, err := s.App.Orders(ctx, s.who, order.Filter{Account: s.acc.ID}, app.OrderPlace{}, 50)
		if err != nil || len(orders) != 3 || orders[0].Day != "2026-11-15" || orders[0].Stage != order.Delivered {
			t.Fatalf("%d orders: %+v %v", len(orders), orders, err)
		}
		l, drafts, err := s.App.Contract(ctx, s.who, c.ID)
		if err != nil || len(drafts) != 3 || l.Next != "2026-12-15" || drafts[0].Net != 9_900 || drafts[0].State != invoice.Draft || drafts[0].Until != "2026-12-14" {
			t.Fatalf("%+v %d %v", l, len(drafts), err)
		}
		if n, err := s.App.SendInvoice(ctx, s.who, drafts[0].ID, 0); err != nil || n.Gross != 11_979 {
			t.Fatalf("%+v %v", n, err)
		}
		clock.Advance(365 * 24 * time.Hour)
		run()
		if l, drafts, err = s.App.Contract(ctx, s.who, c.ID); err != nil || len(drafts) != 12 || l.State != contract.Ended {
			t.Errorf("%d %s %v", len(drafts), l.State, err)
		}
	})
}

// TestReminder: a reminder in its time, what may be asked beside it, none while it
// is disputed.
func TestReminder(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		s := newShop(t, db, clock)
		ctx := t.Context()
		d, err := s.App.DraftInvoice(ctx, s.who, id.New[id.Invoice](), app.InvoiceDraft{Account: s.acc.ID, Currency: "EUR", Lines: []invoice.Line{{Text: "Onderhoud", Quantity: 1000, Unit: 600_000, Code: "zero"}}})
		if err == nil {
			d, err = s.App.SendInvoice(ctx, s.who, d.ID, 0)
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.App.RemindInvoice(ctx, s.who, d.ID, 0, invoice.Reminded, "Beste"); !errors.Is(err, invoice.ErrEarly) {
			t.Error(err)
		}
		clock.Advance(40 * 24 * time.Hour)
		if d, err = s.App.RemindInvoice(ctx, s.who, d.ID, 0, invoice.Reminded, "Beste"); err != nil || d.State != invoice.Reminded {
			t.Fatal(d.State, err)
		}
		p, err := s.App.InvoicePage(ctx, s.who, d.ID)
		if err != nil || p.Claim.Costs != 67_500 || p.Claim.Interest == 0 || len(p.Reminders) != 1 {
			t.Errorf("%+v %v", p.Claim, err)
		}
		claim, err := s.App.DraftClaim(ctx, s.who, id.New[id.Invoice](), d.ID, [2]string{"Rente", "Incassokosten"})
		if err != nil || claim.VAT != 0 || claim.Gross != p.Claim.Costs+p.Claim.Interest {
			t.Errorf("%+v %v", claim, err)
		}
		if _, err := s.App.DisputeInvoice(ctx, s.who, d.ID, 0, "Niet alles kwam aan"); err != nil {
			t.Fatal(err)
		}
		clock.Advance(40 * 24 * time.Hour)
		if _, err := s.App.RemindInvoice(ctx, s.who, d.ID, 0, invoice.Notice, "Beste"); !errors.Is(err, invoice.ErrDisputed) {
			t.Error(err)
		}
	})
}

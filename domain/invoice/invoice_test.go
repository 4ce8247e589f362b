package invoice_test

import (
	"errors"
	"math"
	"testing"

	"kring/base/day"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/invoice"
)

const today = day.Day("2026-11-25")

var (
	seller = invoice.Party{Name: "Brandt & Zoon B.V.", Street: "Kade 1", City: "Utrecht", Country: "NL", VatID: "NL001234567B01", IBAN: "NL91ABNA0417164300"}
	buyer  = invoice.Party{Name: "De Linden", Street: "Laan 2", Postcode: "1234 AB", City: "Zeist", Country: "NL"}
)

func line(what invoice.What, quantity, unit, cents, rate int64) invoice.Line {
	return invoice.Line{What: what, Text: "Koffie", Quantity: quantity, Unit: unit, Cents: cents, Category: invoice.Standard, Rate: rate}
}

func draft(t *testing.T, lines ...invoice.Line) invoice.Invoice {
	t.Helper()
	i, err := invoice.New(id.New[id.Invoice](), 1, today, invoice.Invoice{Account: id.New[id.Account](), Currency: "EUR", Term: 30, Lines: lines})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func sent(t *testing.T, lines ...invoice.Line) invoice.Invoice {
	t.Helper()
	i, _, err := invoice.Send(draft(t, lines...), 2, "2026-10-01", "2026-0001", seller, buyer)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// TestSums: each rate is rounded once, so lines, rates and totals agree.
func TestSums(t *testing.T) {
	t.Parallel()
	i := draft(t, line(invoice.Goods, 3000, 333, 999, 2100), line(invoice.Goods, 1000, 1, 1, 2100), line(invoice.Goods, 1000, 105, 105, 900), line(invoice.SetOff, -1000, 50, -50, 900))
	taxes := i.Taxes()
	if len(taxes) != 2 || taxes[0] != (invoice.Tax{Category: "S", Rate: 2100, Net: 1000, Cents: 210}) || taxes[1] != (invoice.Tax{Category: "S", Rate: 900, Net: 55, Cents: 5}) {
		t.Errorf("%+v", taxes)
	}
	if i.Net != 1055 || i.VAT != 215 || i.Gross != 1270 {
		t.Errorf("%d + %d = %d", i.Net, i.VAT, i.Gross)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for field, c := range map[string]struct {
		line invoice.Line
		err  error
	}{
		"lines.0.text":     {invoice.Line{Quantity: 1000, Cents: 1, Category: "S", Rate: 900}, invoice.ErrText},
		"lines.0.quantity": {line(invoice.Goods, 0, 1, 1, 900), invoice.ErrQuantity},
		"lines.0.unit":     {line(invoice.Goods, 1000, -1, -1, 900), invoice.ErrPrice},
		"lines.0.vat":      {line(invoice.Goods, 1000, 1, 1, 0), invoice.ErrVAT},
		"lines":            {line(invoice.SetOff, -1000, 1, -1, 900), invoice.ErrTotal},
	} {
		_, err := invoice.New(id.New[id.Invoice](), 1, today, invoice.Invoice{Currency: "EUR", Lines: []invoice.Line{c.line}})
		if f, ok := fault.From(err); !ok || !errors.Is(f.Fields[field], c.err) {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestSend(t *testing.T) {
	t.Parallel()
	i := sent(t, line(invoice.Goods, 1000, 10_000, 10_000, 2100))
	if i.State != invoice.Sent || i.Due != "2026-10-31" || i.Number != "2026-0001" || i.Reference == "" || i.Open() != 12_100 || i.Overdue("2026-10-31") != 0 || i.Overdue("2026-11-02") != 2 {
		t.Errorf("%+v", i)
	}
	if _, _, err := invoice.Send(i, 3, today, "2026-0002", seller, buyer); !errors.Is(err, invoice.ErrSent) {
		t.Error(err)
	}
	d := draft(t, line(invoice.Goods, 1000, 1, 1, 2100))
	for name, c := range map[string]struct {
		seller, buyer invoice.Party
		err           error
	}{"nobody sends": {invoice.Party{}, buyer, invoice.ErrSeller}, "nowhere to": {seller, invoice.Party{Name: "X"}, invoice.ErrBuyer}} {
		if _, _, err := invoice.Send(d, 3, today, "2026-0002", c.seller, c.buyer); !errors.Is(err, c.err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	reverse := draft(t, invoice.Line{What: invoice.Other, Text: "Montage", Quantity: 1000, Cents: 1000, Category: invoice.Reverse})
	if _, _, err := invoice.Send(reverse, 3, today, "2", seller, buyer); !errors.Is(err, invoice.ErrVATID) {
		t.Error(err)
	}
	d.Term = 60
	if _, _, err := invoice.Send(d, 3, today, "2", seller, buyer); err != nil {
		t.Error(err)
	}
	big := buyer
	big.Large = true // and the seller is smaller: thirty at most
	if _, _, err := invoice.Send(d, 3, today, "2", seller, big); err == nil {
		t.Error("60 days from a large company to a small one")
	}
	if n := invoice.TermOf(60, big, seller); n != 30 {
		t.Error(n)
	}
	if n := invoice.TermOf(0, buyer, seller); n != 30 {
		t.Error(n)
	}
}

// TestOpen: open = invoiced − credited − paid + refunded − written off.
func TestOpen(t *testing.T) {
	t.Parallel()
	i := sent(t, line(invoice.Goods, 1000, 10_000, 10_000, 2100))
	for _, s := range []struct {
		credited, paid, refunded, off int64
		open                          int64
		state                         invoice.State
	}{
		{0, 2100, 0, 0, 10_000, invoice.Sent}, {1210, 0, 0, 0, 8790, invoice.Sent}, {0, 9000, 0, 0, -210, invoice.Paid}, {0, 0, 210, 0, 0, invoice.Paid},
		{0, 0, 100, 0, 100, invoice.Sent}, {0, 0, 0, 100, 0, invoice.WrittenOff},
	} {
		var err error
		if i, _, err = i.Paying(3, s.credited, s.paid, s.refunded, s.off); err != nil || i.Open() != s.open || i.State != s.state {
			t.Fatalf("%+v: open %d, %s, %v", s, i.Open(), i.State, err)
		}
	}
}

func TestBook(t *testing.T) {
	t.Parallel()
	i := sent(t, line(invoice.Goods, 1000, 10_000, 10_000, 2100))
	pay := func(way invoice.Way, cents int64, currency, note string, on day.Day) error {
		_, err := invoice.Book(i, invoice.Payment{Way: way, Cents: cents, Currency: currency, Note: note, Day: on}, today)
		return err
	}
	if err := pay(invoice.PaidWay, 99_999, "EUR", "", today); err != nil { // too much is the customer's
		t.Error(err)
	}
	for name, c := range map[string]struct {
		err  error
		want error
		at   string
	}{
		"nothing":           {pay(invoice.PaidWay, 0, "EUR", "", today), invoice.ErrPayment, "amount"},
		"dollars":           {pay(invoice.PaidWay, 1, "USD", "", today), invoice.ErrCurrency, "currency"},
		"tomorrow":          {pay(invoice.PaidWay, 1, "EUR", "", "2026-11-26"), invoice.ErrFuture, "day"},
		"back what was not": {pay(invoice.RefundWay, 1, "EUR", "", today), invoice.ErrRefund, "amount"},
		"off more":          {pay(invoice.WriteOffWay, 12_101, "EUR", "x", today), invoice.ErrWriteOff, "amount"},
		"off without why":   {pay(invoice.WriteOffWay, 100, "EUR", "", today), invoice.ErrWhy, "note"},
	} {
		if f, ok := fault.From(c.err); !ok || !errors.Is(f.Fields[c.at], c.want) {
			t.Errorf("%s: %v", name, c.err)
		}
	}
}

// TestCollectionCosts has the worked numbers of domain.md §2.25.
func TestCollectionCosts(t *testing.T) {
	t.Parallel()
	for cents, want := range map[int64]int64{
		600_000: 67_500, 10_000: 4_000, 0: 0, -5: 0, 250_000: 37_500, 500_000: 62_500, 1_000_000: 87_500, 20_000_000: 277_500, 100_000_000: 677_500, 1: 4_000, 26_667: 4_000, 26_700: 4_005,
	} {
		if got := invoice.CollectionCosts(cents); got != want {
			t.Errorf("%d: %d, not %d", cents, got, want)
		}
	}
}

func TestDSO(t *testing.T) {
	t.Parallel()
	if got := invoice.DSO(180_000, 1_460_000); math.Abs(got-45) > 1e-9 {
		t.Error(got)
	}
	if invoice.DSO(5, 0) != 0 {
		t.Error("without revenue")
	}
}

func TestInterest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cents      int64
		due, until day.Day
		consumer   bool
		want       int64
	}{
		{100_000, "2025-12-31", "2026-01-30", false, 834}, // 30 days of 10.15 %
		{100_000, "2025-12-31", "2026-01-30", true, 329},  // of 4 %
		{100_000, "2024-06-30", "2024-06-30", false, 0},   // on its day
		{100_000, "2026-06-29", "2026-07-01", false, 56},  // a day of 10.15 and one of 10.40
		{100_000, "2016-12-31", "2018-12-31", false, 16_640},
		{0, "2020-01-01", today, false, 0},
	} {
		if got := invoice.InterestOf(c.cents, c.due, c.until, c.consumer); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
	}
}

// TestReminders: reminder, notice, collection; each in its time, none while it is
// disputed.
func TestReminders(t *testing.T) {
	t.Parallel()
	i := sent(t, line(invoice.Goods, 1000, 10_000, 10_000, 2100)) // due 31 October
	i.Buyer.Person = true
	step, from := i.NextStep()
	if step != invoice.Reminded || from != "2026-11-07" {
		t.Fatal(step, from)
	}
	if _, _, err := invoice.Remind(i, 3, "2026-11-06", step); !errors.Is(err, invoice.ErrEarly) {
		t.Error(err)
	}
	if _, _, err := invoice.Remind(i, 3, "2026-12-06", invoice.Collection); !errors.Is(err, invoice.ErrState) {
		t.Error(err)
	}
	held, _, err := invoice.DisputeIt(i, 3, "Drie dozen kwamen niet aan")
	if err != nil || held.State != invoice.Disputed {
		t.Fatal(held.State, err)
	}
	if _, _, err := invoice.Remind(held, 3, "2026-12-06", step); !errors.Is(err, invoice.ErrDisputed) {
		t.Error(err)
	}
	if i, _, err = invoice.Settle(held, 4); err != nil || i.State != invoice.Sent {
		t.Fatal(i.State, err)
	}
	if i, _, err = invoice.Remind(i, 5, "2026-11-07", invoice.Reminded); err != nil || i.State != invoice.Reminded {
		t.Fatal(err)
	}
	if i, _, err = invoice.Remind(i, 6, "2026-11-21", invoice.Notice); err != nil || i.State != invoice.Notice {
		t.Fatal(err)
	}
	if c := i.ClaimOn("2026-12-06"); c.Costs != 0 || c.Warned != 4000 || c.Interest == 0 { // a consumer pays none before the fourteen days
		t.Errorf("%+v", c)
	}
	if c := i.ClaimOn("2026-12-07"); c.Costs != 4000 {
		t.Errorf("%+v", c)
	}
	if i, _, err = invoice.Remind(i, 7, "2026-12-07", invoice.Collection); err != nil || i.State != invoice.Collection {
		t.Fatal(err)
	}
	if _, _, err := invoice.Remind(i, 8, "2027-01-07", invoice.Collection); !errors.Is(err, invoice.ErrSettled) {
		t.Error(err)
	}
	for late, want := range map[int]int{0: 0, 1: 1, 30: 1, 31: 2, 60: 2, 61: 3, 90: 3, 91: 4} {
		if invoice.Age(late) != want {
			t.Error(late, invoice.Age(late))
		}
	}
}

// TestTally goes from advance by delivery and return to a discount, and counts.
func TestTally(t *testing.T) {
	t.Parallel()
	of := func(delivered, value, stands, cents int64) []invoice.Ordered {
		return []invoice.Ordered{{Text: "Koffie", Quantity: stands, Cents: cents, Unit: 100, Category: invoice.Standard, Rate: 2100, Delivered: delivered, Value: value}}
	}
	var docs []invoice.Invoice
	send := func(kind invoice.Kind, about id.Invoice, lines []invoice.Line) invoice.Invoice {
		t.Helper()
		i, err := invoice.New(id.New[id.Invoice](), int64(len(docs)), today, invoice.Invoice{Kind: kind, About: about, Currency: "EUR", Term: 30, Lines: lines, Reason: "x"})
		if err == nil {
			i, _, err = invoice.Send(i, 2, today, string(rune('A'+len(docs))), seller, buyer)
		}
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, i)
		return i
	}
	sums := func() invoice.Done { return invoice.Tally(docs, 1)[0] }

	ordered := of(0, 0, 10_000, 1000)
	send(invoice.Bill, id.Invoice{}, invoice.InAdvance(ordered, invoice.Tally(docs, 1), 3000)) // 30 % in advance
	if d := sums(); d.Advance != 300 || d.Goods != 0 {
		t.Fatalf("%+v", d)
	}
	ordered = of(6000, 600, 10_000, 1000) // six of ten delivered
	bill := send(invoice.Bill, id.Invoice{}, invoice.Delivered(ordered, invoice.Tally(docs, 1)))
	if d := sums(); d.Advance != 0 || d.Goods != 600 || bill.Net != 300 {
		t.Fatalf("%+v %d", d, bill.Net)
	}
	if lines := invoice.Delivered(ordered, invoice.Tally(docs, 1)); len(lines) != 0 {
		t.Errorf("twice: %+v", lines)
	}
	off, err := invoice.Off(bill, docs, 1, 550, "Kwantumkorting")
	if err != nil {
		t.Fatal(err)
	}
	send(invoice.Credit, bill.ID, off)
	if d := sums(); d.Goods != 600 {
		t.Errorf("a discount takes no goods back: %+v", d)
	}
	if _, err := invoice.Off(bill, docs, 1, 51, ""); !errors.Is(err, invoice.ErrOver) {
		t.Error(err)
	}
	ordered = of(5000, 500, 10_000, 1000) // one came back
	back := invoice.TakeBack(ordered, docs)
	if len(back) != 1 || back[0].About != bill.ID || back[0].Lines[0].Cents != 100 || back[0].Lines[0].What != invoice.Returned || back[0].Lines[1].Cents != -50 {
		t.Fatalf("a discount is no more than what is left: %+v", back)
	}
	send(invoice.Credit, bill.ID, back[0].Lines)
	send(invoice.Bill, id.Invoice{}, invoice.InAdvance(ordered, invoice.Tally(docs, 1), 10_000))
	if d := sums(); d.Goods != 500 || d.Advance != 500 {
		t.Fatalf("%+v", d)
	}
	ordered = of(5000, 500, 5000, 500) // the rest is dropped
	back = invoice.TakeBack(ordered, docs)
	if len(back) != 1 || back[0].Lines[0].What != invoice.Dropped || back[0].Lines[0].Cents != 500 {
		t.Fatalf("%+v", back)
	}
	send(invoice.Credit, back[0].About, back[0].Lines)
	if all, done := invoice.Complete(ordered, docs); !all || !done || len(invoice.TakeBack(ordered, docs)) != 0 {
		t.Error(all, done, sums())
	}
	lines := invoice.Whole(docs[0], docs) // the first advance was wrong: nothing of it stands
	if len(lines) != 1 || lines[0].What != invoice.Correction || lines[0].Cents != 300 || lines[0].Back != invoice.Advance {
		t.Errorf("%+v", lines)
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	a, b, c := id.New[id.Invoice](), id.New[id.Invoice](), id.New[id.Invoice]()
	all := []invoice.Candidate{
		{Invoice: a, Number: "2026-0001", Reference: "RF18539007547034", Open: 12_100, Currency: "EUR", Name: "Lunchroom De Linden B.V.", Known: true},
		{Invoice: b, Number: "2026-0002", Open: 5_000, Currency: "EUR", Name: "Kade 9"},
		{Invoice: c, Number: "2026-0003", Open: 12_100, Currency: "USD", Name: "Kade 9"},
	}
	for name, test := range map[string]struct {
		in   invoice.Received
		for1 id.Invoice
		sure bool
		n    int
	}{
		"by reference, the whole":      {invoice.Received{Cents: 12_100, Currency: "EUR", Reference: "RF18 5390 0754 7034"}, a, true, 1},
		"by reference, a part":         {invoice.Received{Cents: 100, Currency: "EUR", Reference: "RF18539007547034"}, a, false, 1},
		"by number in the text":        {invoice.Received{Cents: 5_000, Currency: "EUR", Text: "factuur 2026-0002, dank"}, b, true, 1},
		"a number in another":          {invoice.Received{Cents: 5_001, Currency: "EUR", Text: "12026-0002"}, id.Invoice{}, false, 0},
		"by account number and amount": {invoice.Received{Cents: 12_100, Currency: "EUR", Name: "Iemand"}, a, false, 1},
		"by name and amount":           {invoice.Received{Cents: 5_000, Currency: "EUR", Name: "KADE 9 BV"}, b, false, 1},
		"nothing fits":                 {invoice.Received{Cents: 77, Currency: "EUR", Name: "X"}, id.Invoice{}, false, 0},
		"one payment for two":          {invoice.Received{Cents: 17_100, Currency: "EUR", Text: "2026-0001 en 2026-0002"}, a, true, 2},
	} {
		got, sure := invoice.Match(test.in, all)
		if len(got) != test.n || sure != test.sure || test.n > 0 && got[0].Invoice != test.for1 {
			t.Errorf("%s: %+v %v", name, got, sure)
		}
	}
	if got, _ := invoice.Match(invoice.Received{Cents: 17_100, Currency: "EUR", Text: "2026-0001 en 2026-0002"}, all); got[0].Cents+got[1].Cents != 17_100 {
		t.Errorf("%+v", got)
	}
}

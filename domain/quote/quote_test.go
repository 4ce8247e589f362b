package quote_test

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"kring/base/day"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/vat"
	"kring/domain/quote"
)

const (
	now   = int64(1_795_447_800_000)
	today = day.Day("2026-11-23")
)

var seller, boss = id.New[id.Member](), id.New[id.Member]()

func line() quote.Line {
	return quote.Line{Text: "Koffiemachine", Quantity: 2000, Unit: 100_00, VAT: vat.High, Rate: 2100, Cost: 60_00, List: 100_00, Base: 100_00, Answers: "’s nachts koffie"}
}

func text() quote.Text {
	return quote.Text{Account: id.New[id.Account](), Owner: seller, Valid: "2026-12-23", Terms: "2026-1", Lines: []quote.Line{line()}}
}

func draft(t interface{ Fatal(...any) }, change func(*quote.Text)) quote.Quote {
	x := text()
	if change != nil {
		change(&x)
	}
	q, err := quote.New(id.New[id.Quote](), now, today, quote.Number(2026, 42), x)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func sent(t interface{ Fatal(...any) }, free bool) quote.Quote {
	q, _, err := quote.Send(draft(t, func(x *quote.Text) { x.Free = free }), now, today, false)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func yes(revision int64) quote.Acceptance {
	return quote.Acceptance{Name: "Inge Verbeek", Function: "Facilitair manager", Email: "inge@delinden.example", Address: "192.0.2.7", Revision: revision}
}

func accepted(t interface{ Fatal(...any) }, free bool) quote.Quote {
	q, _, err := quote.Accept(sent(t, free), now, today, yes(1))
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func at(err error, field string) error {
	f, ok := fault.From(err)
	if !ok || field == "" || f.Fields[field] == nil {
		return err
	}
	return f.Fields[field]
}

func TestNew(t *testing.T) {
	t.Parallel()
	if got := quote.Number(2026, 42); got != "2026-0042" {
		t.Error(got)
	}
	for name, c := range map[string]struct {
		change func(*quote.Text)
		field  string
		want   error
	}{
		"good":              {func(*quote.Text) {}, "", nil},
		"three decimals":    {func(x *quote.Text) { x.Lines[0].Quantity = 1 }, "", nil},
		"a thousand lines":  {func(x *quote.Text) { x.Lines = slices.Repeat(x.Lines, 1000) }, "", nil},
		"one more":          {func(x *quote.Text) { x.Lines = slices.Repeat(x.Lines, 1001) }, "lines", quote.ErrLines},
		"nobody":            {func(x *quote.Text) { x.Account = id.Account{} }, "account", quote.ErrAccount},
		"no text":           {func(x *quote.Text) { x.Lines[0].Text = " " }, "lines.0.text", quote.ErrText},
		"nothing":           {func(x *quote.Text) { x.Lines[0].Quantity = 0 }, "lines.0.quantity", quote.ErrQuantity},
		"minus":             {func(x *quote.Text) { x.Lines[0].Unit = -1 }, "lines.0.unit", quote.ErrUnit},
		"100 % off":         {func(x *quote.Text) { x.Lines[0].Discount = 10_000 }, "", nil},
		"more than 100 %":   {func(x *quote.Text) { x.Lines[0].Discount = 10_001 }, "lines.0.discount", quote.ErrDiscount},
		"less than nothing": {func(x *quote.Text) { x.Lines[0].Discount = -1 }, "lines.0.discount", quote.ErrDiscount},
		"vat":               {func(x *quote.Text) { x.Lines[0].VAT = "huge" }, "lines.0.vat", vat.ErrCode},
		"language":          {func(x *quote.Text) { x.Language = "de" }, "language", quote.ErrLanguage},
		"a day that is not": {func(x *quote.Text) { x.Valid = "2026-02-31" }, "valid_until", day.ErrBad},
	} {
		x := text()
		c.change(&x)
		if _, err := quote.New(id.New[id.Quote](), now, today, "2026-0001", x); !errors.Is(at(err, c.field), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestGuards is what the law and the house say of each verb, state by state.
func TestGuards(t *testing.T) {
	t.Parallel()
	late := quote.Text{}
	_ = late
	q := map[string]quote.Quote{"draft": draft(t, nil), "firm": sent(t, false), "free": sent(t, true), "won": accepted(t, false), "won free": accepted(t, true)}
	asked, _, err := quote.Ask(q["draft"], now, today, seller, true, "grote klant")
	if err != nil {
		t.Fatal(err)
	}
	q["asked"] = asked
	gone, _, err := quote.Withdraw(q["free"], now, today, "prijs gestegen")
	if err != nil {
		t.Fatal(err)
	}
	q["gone"] = gone
	refused, _, err := quote.Reject(q["firm"], now, today, 1, "te duur")
	if err != nil {
		t.Fatal(err)
	}
	q["refused"] = refused
	lapsed, changes, err := quote.Expire(q["firm"], now, "2026-12-24")
	if err != nil || len(changes) == 0 {
		t.Fatal(err)
	}
	q["lapsed"] = lapsed
	again, _, err := quote.Revise(q["free"], now, today, "klant wil er drie")
	if err != nil || again.Revision != 2 || again.State != quote.Draft {
		t.Fatal(err)
	}
	q["again"] = again
	wished, _, err := quote.Wonder(q["firm"], now, quote.Question{Name: "Inge", Text: "Liever drie", Change: true})
	if err != nil {
		t.Fatal(err)
	}
	q["wished"] = wished

	accept := func(on day.Day) func(quote.Quote) error {
		return func(q quote.Quote) error { _, _, err := quote.Accept(q, now, on, yes(1)); return err }
	}
	withdraw := func(on day.Day, after int64) func(quote.Quote) error {
		return func(q quote.Quote) error {
			_, _, err := quote.Withdraw(q, now+after, on, "prijs gestegen")
			return err
		}
	}
	revise := func(q quote.Quote) error { _, _, err := quote.Revise(q, now, today, "ander voorstel"); return err }
	send := func(beyond bool) func(quote.Quote) error {
		return func(q quote.Quote) error { _, _, err := quote.Send(q, now, today, beyond); return err }
	}
	approve := func(by id.Member, beyond bool) func(quote.Quote) error {
		return func(q quote.Quote) error {
			_, _, err := quote.Approve(q, now, by, beyond, "past bij het plan")
			return err
		}
	}
	for _, c := range []struct {
		name, of string
		do       func(quote.Quote) error
		want     error
	}{
		{"6:217: accept", "firm", accept(today), nil},
		{"on the last day", "firm", accept("2026-12-23"), nil},
		{"the day after", "firm", accept("2026-12-24"), quote.ErrExpired},
		{"after it lapsed", "lapsed", accept("2026-12-24"), quote.ErrExpired},
		{"a draft", "draft", accept(today), quote.ErrNotSent},
		{"what was withdrawn", "gone", accept(today), quote.ErrWithdrawn},
		{"what was replaced", "again", accept(today), quote.ErrReplaced},
		{"what was refused", "refused", accept(today), quote.ErrRejected},
		{"twice", "won", accept(today), quote.ErrAccepted},
		{"6:219: withdraw a firm one", "firm", withdraw(today, 0), quote.ErrFirm},
		{"a firm one on its last day", "firm", withdraw("2026-12-23", 0), quote.ErrFirm},
		{"a firm one that is past", "firm", withdraw("2026-12-24", 0), nil},
		{"one without obligation", "free", withdraw(today, 0), nil},
		{"one without obligation right after it was accepted", "won free", withdraw(today, 60_000), nil},
		{"and later", "won free", withdraw("2026-11-25", quote.Soon+1), quote.ErrLate},
		{"a firm one that was accepted", "won", withdraw(today, 0), quote.ErrAccepted},
		{"a draft is no offer", "draft", withdraw(today, 0), nil},
		{"what was refused", "refused", withdraw(today, 0), quote.ErrState},
		{"replace a firm one", "firm", revise, quote.ErrFirm},
		{"6:225: the customer wants something else", "wished", revise, nil},
		{"replace one without obligation", "free", revise, nil},
		{"replace what lapsed", "lapsed", revise, nil},
		{"replace what was accepted", "won", revise, quote.ErrState},
		{"replace a draft", "draft", revise, quote.ErrState},
		{"send", "draft", send(false), nil},
		{"send beyond the mandate", "draft", send(true), quote.ErrApproval},
		{"send what waits", "asked", send(false), quote.ErrApproval},
		{"send again", "firm", send(false), quote.ErrState},
		{"approve", "asked", approve(boss, false), nil},
		{"approve one's own", "asked", approve(seller, false), quote.ErrSelf},
		{"beyond the approver too", "asked", approve(boss, true), quote.ErrMandate},
		{"approve what nobody asked", "draft", approve(boss, false), quote.ErrState},
		{"change what was sent", "firm", func(q quote.Quote) error { _, _, err := quote.Change(q, now, today, text()); return err }, quote.ErrSent},
		{"ask within the mandate", "draft", func(q quote.Quote) error {
			_, _, err := quote.Ask(q, now, today, seller, false, "x")
			return err
		}, quote.ErrWithin},
		{"refuse", "firm", func(q quote.Quote) error { _, _, err := quote.Reject(q, now, today, 1, "te duur"); return err }, nil},
		{"refuse without a reason", "firm", func(q quote.Quote) error { _, _, err := quote.Reject(q, now, today, 1, " "); return at(err, "why") }, quote.ErrWhy},
		{"ask about what was accepted", "won", func(q quote.Quote) error {
			_, _, err := quote.Wonder(q, now, quote.Question{Name: "Inge", Text: "?"})
			return err
		}, quote.ErrState},
	} {
		if err := c.do(q[c.of]); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

// TestReady: a line cites the need that it answers, or says why none.
func TestReady(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*quote.Text)
		field  string
		want   error
	}{
		"an answer":    {func(*quote.Text) {}, "", nil},
		"a need":       {func(x *quote.Text) { x.Lines[0].Answers, x.Lines[0].Need = "", id.New[id.Need]() }, "", nil},
		"a reason":     {func(x *quote.Text) { x.Lines[0].Answers, x.Lines[0].NoNeed = "", "hoort bij de machine" }, "", nil},
		"neither":      {func(x *quote.Text) { x.Lines[0].Answers = "" }, "lines.0.answers", quote.ErrNeed},
		"no lines":     {func(x *quote.Text) { x.Lines = nil }, "lines", quote.ErrLines},
		"no last day":  {func(x *quote.Text) { x.Valid = "" }, "valid_until", quote.ErrValid},
		"a day passed": {func(x *quote.Text) { x.Valid = "2026-11-22" }, "valid_until", quote.ErrValid},
	} {
		if _, _, err := quote.Send(draft(t, c.change), now, today, false); !errors.Is(at(err, c.field), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestApproved: what changes after the approval needs another.
func TestApproved(t *testing.T) {
	t.Parallel()
	q, _, err := quote.Ask(draft(t, nil), now, today, seller, true, "grote klant")
	if err != nil {
		t.Fatal(err)
	}
	if q, _, err = quote.Approve(q, now, boss, false, "goed"); err != nil || q.State != quote.Approved {
		t.Fatal(err)
	}
	x := q.Text()
	x.Lines[0].Discount = 500
	next, _, err := quote.Change(q, now, today, x)
	if err != nil || next.State != quote.Draft || !next.Approver.IsZero() {
		t.Errorf("%+v %v", next, err)
	}
	if _, _, err := quote.Send(next, now, today, true); !errors.Is(err, quote.ErrApproval) {
		t.Error(err)
	}
	if same, changes, err := quote.Change(q, now, today, q.Text()); err != nil || len(changes) != 0 || same.State != quote.Approved {
		t.Error(changes, err)
	}
}

func TestFigures(t *testing.T) {
	t.Parallel()
	// Price waterfall 100 × .90 × .95 × .98 = 83.79 (domain.md §2.22).
	fall := quote.Waterfall(100_00, 1000, 500, 200)
	if fall[0].Left != 90_00 || fall[1].Left != 85_50 || fall[2].Left != 83_79 {
		t.Errorf("%+v", fall)
	}
	// List 100, cost 60: at -10 % the margin falls from 40 % to 33.3 % and the
	// volume must rise by 33.3 %.
	if c := quote.CutOf(100_00, 60_00, 1000); c != (quote.Cut{Before: 4000, After: 3333, Rise: 3333}) {
		t.Errorf("%+v", c)
	}
	if c := quote.CutOf(100_00, 60_00, 5000); c.Rise != -1 {
		t.Errorf("no volume earns back a loss: %+v", c)
	}
	// Hit rate 40/100 = 40 %.
	if h := (quote.Hit{Accepted: 40, Answered: 100, AcceptedCents: 1, AnsweredCents: 4}); h.ByNumber() != 4000 || h.ByValue() != 2500 {
		t.Errorf("%+v", h)
	}
	l := line()
	l.Discount = 1000
	if l.Net() != 180_00 || l.Off() != 1000 {
		t.Error(l.Net(), l.Off())
	}
	l.Unit, l.Discount = 80_00, 1000 // cheaper and a discount besides: 28 % off
	if l.Off() != 2800 {
		t.Error(l.Off())
	}
	l.Unit, l.Discount, l.Base = 80_00, 0, 80_00 // what a price list gives is no discount
	if l.Off() != 0 {
		t.Error(l.Off())
	}
	q := draft(t, func(x *quote.Text) {
		x.Lines[0].Discount = 1000
		x.Lines = append(x.Lines, quote.Line{Text: "Koffie", Quantity: 1500, Unit: 10_01, VAT: vat.Low, Rate: 900, Cost: 5_00, List: 12_00, Base: 11_00, Answers: "koffie"})
	})
	// 2 × 100.00 − 10 % = 180.00 at 21 %; 1.5 × 10.01 = 15.02 at 9 %.
	total := q.Totals()
	if total.Net != 195_02 || total.Tax != 37_80+1_35 || total.Gross != 234_17 || len(total.By) != 2 {
		t.Errorf("%+v", total)
	}
	if m := q.Margin(); !m.Known || m.Cost != 127_50 || m.Left != 67_52 || m.Rate != 3462 {
		t.Errorf("%+v", m)
	}
	levels := q.Fall()
	if levels[0].Left != 218_00 || levels[1].Left != 216_50 || levels[2].Left != 215_02 || levels[3].Left != 195_02 {
		t.Errorf("%+v", levels)
	}
	if all := q.Beyond(quote.Mandate{Discount: 500, Margin: 4000}); len(all) != 3 || len(quote.Worst(all)) != 2 || quote.Worst(all)[0].Is != 1000 {
		t.Errorf("%+v", all)
	}
	if all := q.Beyond(quote.Mandate{Discount: 1000, Margin: 3000}); len(all) != 0 {
		t.Errorf("%+v", all)
	}
	if all := q.Beyond(quote.Mandate{Free: true}); len(all) != 0 {
		t.Errorf("%+v", all)
	}
}

func TestDeal(t *testing.T) {
	t.Parallel()
	// ZOPA 21,000..24,500: width 3,500; a deal at 23,000 leaves the seller 57 %.
	z := quote.ZoneOf(21_000_00, 24_500_00)
	if !z.Overlap || z.Width != 3_500_00 || z.Share(23_000_00) != 5714 {
		t.Errorf("%+v %d", z, z.Share(23_000_00))
	}
	if z := quote.ZoneOf(25_000_00, 24_500_00); z.Overlap || z.Share(1) != 0 {
		t.Errorf("%+v", z)
	}
	d := quote.Deal{Value: 20_000_00}
	for _, v := range []int64{1_000_00, 500_00, 250_00} {
		var err error
		if d, err = d.Give(quote.Concession{Gave: "korting", Got: "drie jaar contract", Value: v}); err != nil {
			t.Fatal(err)
		}
	}
	if !d.Shrinks() {
		t.Error("1,000, 500, 250 shrinks")
	}
	if _, err := d.Give(quote.Concession{Gave: "korting"}); !errors.Is(at(err, "got"), quote.ErrGot) {
		t.Error(err)
	}
	grown, err := d.Give(quote.Concession{Gave: "korting", Got: "niets extra", Value: 600_00})
	if err != nil || grown.Shrinks() {
		t.Error(err)
	}
	if !d.Under(19_000_00) || d.Under(20_000_00) {
		t.Error("below the alternative")
	}
	if _, err := (quote.Deal{State: "won", Issues: make([]quote.Issue, 21)}).Check(); !errors.Is(at(err, "state"), quote.ErrDealState) || !errors.Is(at(err, "issues"), quote.ErrIssue) {
		t.Error(err)
	}
}

// TestHistory: whatever is done in whatever order, an offer is accepted at most
// once, only as it was sent, and a firm one never disappears before its day.
func TestHistory(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		free := rapid.Bool().Draw(t, "free")
		q := draft(t, func(x *quote.Text) { x.Free = free })
		on, times := today, 0
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			before, err := q, error(nil)
			switch rapid.IntRange(0, 8).Draw(t, "verb") {
			case 0:
				q, _, err = quote.Send(q, now, on, false)
			case 1:
				q, _, err = quote.Open(q, now)
			case 2:
				if q, _, err = quote.Accept(q, now, on, yes(rapid.Int64Range(1, 3).Draw(t, "revision"))); err == nil {
					times++
				}
			case 3:
				q, _, err = quote.Reject(q, now, on, q.Revision, "nee")
			case 4:
				q, _, err = quote.Withdraw(q, now, on, "toch niet")
			case 5:
				q, _, err = quote.Revise(q, now, on, "anders")
			case 6:
				q, _, err = quote.Expire(q, now, on)
			case 7:
				q, _, err = quote.Wonder(q, now, quote.Question{Name: "x", Text: "anders", Change: rapid.Bool().Draw(t, "change")})
			case 8:
				on = on.Add(rapid.IntRange(0, 20).Draw(t, "days"))
			}
			if err != nil && q.State != before.State {
				t.Fatalf("refused and changed: %v", err)
			}
			if before.State.Out() && !before.Free && before.Valid >= on && q.State == quote.Withdrawn {
				t.Fatal("a firm offer was withdrawn")
			}
			if q.State == quote.Accepted && (q.Acceptance == nil || q.Acceptance.Revision != q.Revision) {
				t.Fatal("accepted something else than was sent")
			}
		}
		if times > 1 {
			t.Fatalf("accepted %d times", times)
		}
	})
}

package app_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"kring/app"
	"kring/base/id"
	"kring/base/job"
	"kring/domain/account"
	"kring/domain/member"
	"kring/domain/order"
	"kring/domain/product"
	"kring/domain/quote"
	"kring/kit"
	"kring/paper/sheet"
	"kring/store"
)

// offeringShop is an organisation in which Milan sells machines to De Linden.
type offeringShop struct {
	*testing.T
	w                  *kit.World
	clock              *kit.Clock
	milan, femke, daan app.Who
	acc                account.Account
	machine            product.Product
	device             app.Device
}

func newOfferingShop(t *testing.T, db *store.DB, clock *kit.Clock) *offeringShop {
	t.Helper()
	w := kit.New(t, db)
	s := &offeringShop{T: t, w: w, clock: clock, device: app.Device{Address: "192.0.2.7"}}
	s.milan, s.femke, s.daan = w.Member("Milan", member.AccountManager), w.Member("Femke", member.AccountManager), w.Member("Daan", member.Director)
	var err error
	s.acc, err = w.App.AddAccount(t.Context(), s.milan, account.Draft{Name: "De Linden", Tags: []string{"zorg"}})
	s.must(err)
	s.machine, err = w.App.AddProduct(t.Context(), s.daan, product.Draft{Code: "KM-1", NameNL: "Koffiemachine", NameEN: "Coffee machine", Price: 1000_00, Cost: 600_00, Active: true})
	s.must(err)
	return s
}

func (s *offeringShop) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *offeringShop) want(err, want error) {
	s.Helper()
	if !errors.Is(err, want) {
		s.Errorf("%v, want %v", err, want)
	}
}

func (s *offeringShop) text(discount int64) quote.Text {
	return quote.Text{Account: s.acc.ID, Lines: []quote.Line{{Product: s.machine.ID, Quantity: 2000, Unit: app.Unpriced, Discount: discount, Answers: "’s nachts koffie"}}}
}

func (s *offeringShop) sent(free bool) (q quote.Quote, token string) {
	s.Helper()
	t := s.text(0)
	t.Free = free
	q, err := s.w.App.AddQuote(s.Context(), s.milan, t)
	s.must(err)
	q, token, err = s.w.App.SendQuote(s.Context(), s.milan, q.ID, q.Version)
	s.must(err)
	return q, token
}

func inge() quote.Acceptance {
	return quote.Acceptance{Name: "Inge Verbeek", Function: "Facilitair manager", Email: "Inge@DeLinden.example", Wording: "Ik ga akkoord."}
}

func shops(t *testing.T, fn func(s *offeringShop)) {
	t.Helper()
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) { fn(newOfferingShop(t, db, clock)) })
}

// TestQuote walks an offer from its number to the order, through the customer's
// page.
func TestQuote(t *testing.T) {
	shops(t, func(s *offeringShop) {
		ctx, a := s.Context(), s.w.App
		_, err := a.AddQuote(ctx, s.milan, quote.Text{Account: s.acc.ID, Lines: []quote.Line{{Text: "x", Quantity: 1000, Discount: 10_001}}})
		s.want(fieldsOf(err)["lines.0.discount"], quote.ErrDiscount)
		i := id.New[id.Quote]()
		q, err := a.AddQuoteOnce(ctx, s.milan, i, s.text(0))
		s.must(err)
		again, err := a.AddQuoteOnce(ctx, s.milan, i, s.text(500))
		s.must(err)
		if q.Number != "2026-0001" || again.Number != q.Number || again.Version != q.Version || q.Lines[0].Unit != 1000_00 || q.Lines[0].Text != "Koffiemachine" || q.Lines[0].Rate != 2100 || q.Lines[0].Why != "product" {
			s.Errorf("%+v", q)
		}
		q, token, err := a.SendQuote(ctx, s.milan, q.ID, q.Version)
		s.must(err)
		// A price that changes moves no offer.
		d := s.machine.Draft()
		d.Price = 2000_00
		s.must(errOf(a.ChangeProduct(ctx, s.daan, s.machine.ID, 0, d)))
		s.must(errOf(a.Offer(ctx, token, s.device, s.milan))) // a colleague opens nothing
		q, err = a.Quote(ctx, s.milan, q.ID)
		s.must(err)
		if q.State != quote.Sent {
			s.Error(q.State)
		}
		f, err := a.Offer(ctx, token, s.device, app.Who{})
		s.must(err)
		s.must(errOf(a.Offer(ctx, token, s.device, app.Who{})))
		if f.Cannot != nil || f.Quote.Lines[0].Unit != 1000_00 || f.Quote.Lines[0].Cost != 0 || f.Quote.Lines[0].List != 0 || f.Account != "De Linden" {
			s.Errorf("%+v", f)
		}
		s.must(a.AskOffer(ctx, token, s.device, quote.Question{Name: "Inge", Text: "Is montage erbij?"}))
		q, err = a.Quote(ctx, s.milan, q.ID)
		s.must(err)
		s.must(errOf(a.AnswerQuote(ctx, s.milan, q.ID, q.Version, 0, "Ja.")))
		s.want(fieldsOf(a.AcceptOffer(ctx, token, s.device, quote.Acceptance{}))["name"], quote.ErrName)
		s.must(a.AcceptOffer(ctx, token, s.device, inge()))
		s.want(a.AcceptOffer(ctx, token, s.device, inge()), quote.ErrAccepted)
		q, err = a.Quote(ctx, s.milan, q.ID)
		s.must(err)
		if q.State != quote.Accepted || q.Acceptance.Address != "192.0.2.7" || q.Acceptance.Email != "inge@delinden.example" || q.OpenedAt == 0 || q.Questions[0].Answer != "Ja." {
			s.Errorf("%+v", q)
		}
		o, err := a.Order(ctx, s.milan, q.Order)
		s.must(err)
		if o.Amount.Cents != 2000_00 || o.Quote != q.ID || o.QuoteVersion != 1 || o.Lines[0].Cost != 1200_00 || o.Lines[0].VAT != "high" || o.Lines[0].Rate != 2100 {
			s.Errorf("%+v", o)
		}
		h, err := a.QuoteHit(ctx, s.milan, "EUR")
		s.must(err)
		if h.Accepted != 1 || h.Answered != 1 || h.AcceptedCents != 2000_00 {
			s.Errorf("%+v", h)
		}
		q2, err := a.AddQuote(ctx, s.milan, s.text(0))
		s.must(err)
		if q2.Number != "2026-0002" { // what was refused took no number
			s.Error(q2.Number)
		}
	})
}

// TestQuoteTwoAtOnce: of two that accept, or accept and refuse, one wins; there is
// one order.
func TestQuoteTwoAtOnce(t *testing.T) {
	shops(t, func(s *offeringShop) {
		ctx, a := s.Context(), s.w.App
		q, token := s.sent(false)
		var wait sync.WaitGroup
		errs := make([]error, 6)
		for i := range errs {
			wait.Go(func() {
				if i == 5 {
					errs[i] = a.RefuseOffer(ctx, token, s.device, "toch niet")
				} else {
					errs[i] = a.AcceptOffer(ctx, token, s.device, inge())
				}
			})
		}
		wait.Wait()
		won := 0
		for _, err := range errs {
			switch {
			case err == nil:
				won++
			case !errors.Is(err, quote.ErrAccepted) && !errors.Is(err, quote.ErrRejected):
				s.Error(err)
			}
		}
		all, err := a.Orders(ctx, s.milan, order.Filter{Account: s.acc.ID}, app.OrderPlace{}, 10)
		s.must(err)
		now, err := a.Quote(ctx, s.milan, q.ID)
		s.must(err)
		if won != 1 || (now.State == quote.Accepted) != (len(all) == 1) || len(all) > 1 {
			s.Errorf("%d won, %s, %d orders", won, now.State, len(all))
		}
	})
}

// TestQuotePage: what expired, was withdrawn or replaced cannot be accepted, and
// a way in that is not there says nothing.
func TestQuotePage(t *testing.T) {
	shops(t, func(s *offeringShop) {
		ctx, a := s.Context(), s.w.App
		q, token := s.sent(true)
		for _, wrong := range []string{"", "x", token + "A", strings.Repeat("A", len(token)), token[:len(token)-2] + "AA"} {
			_, err := a.Offer(ctx, wrong, s.device, app.Who{})
			s.want(err, app.ErrQuotePage)
			s.want(a.AcceptOffer(ctx, wrong, s.device, inge()), app.ErrQuotePage)
		}
		q, err := a.ReviseQuote(ctx, s.milan, q.ID, 0, "andere machine")
		s.must(err)
		q, second, err := a.SendQuote(ctx, s.milan, q.ID, q.Version)
		s.must(err)
		f, err := a.Offer(ctx, token, s.device, app.Who{})
		s.must(err)
		s.want(f.Cannot, quote.ErrReplaced)
		if f.Quote.Revision != 1 {
			s.Error(f.Quote.Revision)
		}
		s.want(a.AcceptOffer(ctx, token, s.device, inge()), quote.ErrReplaced)
		s.must(errOf(a.Offer(ctx, second, s.device, app.Who{})))
		_, third, err := a.LinkQuote(ctx, s.milan, q.ID)
		s.must(err)
		_, err = a.Offer(ctx, second, s.device, app.Who{})
		s.want(err, app.ErrQuotePage)
		s.must(errOf(a.WithdrawQuote(ctx, s.milan, q.ID, 0, "prijs gestegen")))
		s.want(a.AcceptOffer(ctx, third, s.device, inge()), quote.ErrWithdrawn)
		s.must(errOf(a.RevokeQuote(ctx, s.milan, q.ID)))
		_, err = a.Offer(ctx, third, s.device, app.Who{})
		s.want(err, app.ErrQuotePage)

		firm, way := s.sent(false)
		s.want(errOf(a.WithdrawQuote(ctx, s.milan, firm.ID, 0, "prijs gestegen")), quote.ErrFirm)
		s.want(errOf(a.ReviseQuote(ctx, s.milan, firm.ID, 0, "anders")), quote.ErrFirm)
		s.must(a.AskOffer(ctx, way, s.device, quote.Question{Name: "Inge", Text: "Liever drie", Change: true}))
		s.must(errOf(a.ReviseQuote(ctx, s.milan, firm.ID, 0, "drie stuks")))

		late, lateWay := s.sent(false)
		s.clock.Advance(31 * 24 * time.Hour)
		s.want(a.AcceptOffer(ctx, lateWay, s.device, inge()), quote.ErrExpired)
		s.must(a.Jobs()["quote.expire"](ctx, job.Job{}))
		late, err = a.Quote(ctx, s.milan, late.ID)
		s.must(err)
		if late.State != quote.Expired {
			s.Error(late.State)
		}
		s.clock.Advance(15 * 24 * time.Hour)
		_, err = a.Offer(ctx, lateWay, s.device, app.Who{})
		s.want(err, app.ErrQuotePage)
		over := error(nil)
		for range 70 {
			if _, err := a.Offer(ctx, "nergens", app.Device{Address: "192.0.2.99"}, app.Who{}); !errors.Is(err, app.ErrQuotePage) {
				over = err
			}
		}
		if over == nil {
			s.Error("nobody is stopped who looks for ways in")
		}
	})
}

// TestQuoteWithdrawn: one without obligation that was accepted can be withdrawn
// without delay, and its order with it.
func TestQuoteWithdrawn(t *testing.T) {
	shops(t, func(s *offeringShop) {
		ctx, a := s.Context(), s.w.App
		q, token := s.sent(true)
		s.must(a.AcceptOffer(ctx, token, s.device, inge()))
		q, err := a.WithdrawQuote(ctx, s.milan, q.ID, 0, "niet leverbaar")
		s.must(err)
		o, err := a.Order(ctx, s.milan, q.Order)
		s.must(err)
		if o.Stands() || q.State != quote.Withdrawn {
			s.Errorf("%s %s", o.State, q.State)
		}
	})
}

// TestMandate: beyond it somebody else approves, who may.
func TestMandate(t *testing.T) {
	shops(t, func(s *offeringShop) {
		ctx, a := s.Context(), s.w.App
		q, err := a.AddQuote(ctx, s.milan, s.text(2000)) // 20 % off leaves 25 % of margin
		s.must(err)
		_, _, err = a.SendQuote(ctx, s.milan, q.ID, 0)
		s.want(err, quote.ErrApproval)
		s.want(errOf(a.ApproveQuote(ctx, s.daan, q.ID, 0, "goed")), quote.ErrState)
		q, err = a.AskApproval(ctx, s.milan, q.ID, q.Version, "grote klant")
		s.must(err)
		s.want(errOf(a.ApproveQuote(ctx, s.milan, q.ID, 0, "goed")), app.ErrDenied)
		n, err := a.QuoteWaits(ctx, s.daan)
		s.must(err)
		if n != 1 {
			s.Error(n)
		}
		var stale *app.Stale[quote.Quote]
		if _, err := a.ApproveQuote(ctx, s.daan, q.ID, 1, "goed"); !errors.As(err, &stale) || stale.Now.Version != q.Version {
			s.Error(err)
		}
		q, err = a.ApproveQuote(ctx, s.daan, q.ID, q.Version, "past bij het plan")
		s.must(err)
		q, _, err = a.SendQuote(ctx, s.milan, q.ID, q.Version)
		s.must(err)
		if q.Approver != s.daan.Member.ID || q.State != quote.Sent {
			s.Errorf("%+v", q)
		}
	})
}

// TestDealIsPrivate: the sheet of a negotiation is for the deal team, and nothing
// of it is in a fact, an export, the customer's page or a colleague's.
func TestDealIsPrivate(t *testing.T) {
	shops(t, func(s *offeringShop) {
		ctx, a := s.Context(), s.w.App
		q, token := s.sent(false)
		d, err := a.SaveDeal(ctx, s.milan, q.ID, quote.Deal{Batna: "geheimalternatief", Value: 987_654_00, Issues: []quote.Issue{{Name: "Prijs", Reserve: 123_456_00}}})
		s.must(err)
		d, err = a.Concede(ctx, s.milan, q.ID, d.Version, quote.Concession{Gave: "geheimkorting", Got: "langer contract", Value: 100_00})
		s.must(err)
		for name, who := range map[string]app.Who{"a colleague": s.femke, "a director": s.daan} {
			_, err := a.Deal(ctx, who, q.ID)
			if !errors.Is(err, quote.ErrNone) && !errors.Is(err, store.ErrNotFound) {
				s.Errorf("%s reads the sheet: %v", name, err)
			}
			if _, err := a.SaveDeal(ctx, who, q.ID, quote.Deal{Version: d.Version}); err == nil {
				s.Errorf("%s writes the sheet", name)
			}
		}
		said, err := json.Marshal(must2(a.Offer(ctx, token, s.device, app.Who{})))
		s.must(err)
		folder, err := json.Marshal(must2(a.QuoteFolder(ctx, s.daan, q.ID)))
		s.must(err)
		facts, err := a.Facts(ctx, s.daan, id.Fact{}, 200)
		s.must(err)
		log, err := json.Marshal(facts)
		s.must(err)
		var file bytes.Buffer
		for _, t := range a.Tables(s.daan) {
			s.must(errOf(t.Write(ctx, func([]sheet.Kind) sheet.Writer { return sheet.NewCSV(&file, ';') })))
		}
		for name, text := range map[string][]byte{"the customer's page": said, "the page of a quote": folder, "the audit log": log, "the export": file.Bytes()} {
			for _, secret := range []string{"geheim", "98765400", "12345600"} {
				if bytes.Contains(text, []byte(secret)) {
					s.Errorf("%s says %q", name, secret)
				}
			}
		}
		s.must(errOf(a.SaveDeal(ctx, s.milan, q.ID, quote.Deal{Version: d.Version, Team: []id.Member{s.daan.Member.ID}})))
		if _, err := a.Deal(ctx, s.daan, q.ID); err != nil {
			s.Error(err)
		}
	})
}

func must2[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestPriceFor: a list of the segment, of the relation, and why.
func TestPriceFor(t *testing.T) {
	shops(t, func(s *offeringShop) {
		ctx, a := s.Context(), s.w.App
		l, err := a.SavePriceList(ctx, s.daan, product.List{ID: id.New[id.PriceList](), Name: "Zorg 2026", Segment: "zorg", Prices: []product.Price{{Product: s.machine.ID, Cents: 900_00}}})
		s.must(err)
		f, err := a.PriceFor(ctx, s.milan, s.machine.ID, s.acc.ID, "", 1000)
		s.must(err)
		if f.Cents != 900_00 || f.Why != product.BySegment || f.ListName != "Zorg 2026" {
			s.Errorf("%+v", f)
		}
		q, err := a.AddQuote(ctx, s.milan, s.text(0))
		s.must(err)
		if q.Lines[0].Unit != 900_00 || q.Lines[0].List != 1000_00 || q.Lines[0].Why != "segment: Zorg 2026" || q.Lines[0].Off() != 0 {
			s.Errorf("%+v", q.Lines[0])
		}
		l.Prices[0].Product = id.New[id.Product]()
		s.want(fieldsOf(errOf(a.SavePriceList(ctx, s.daan, l)))["prices"], product.ErrProduct)
		_, err = a.AddProduct(ctx, s.daan, product.Draft{Code: "km-1", NameNL: "Nog een"})
		s.want(fieldsOf(err)["code"], product.ErrTaken)
		all, err := a.Products(ctx, s.milan, app.ProductQuery{Search: "koffie", Limit: 10})
		s.must(err)
		if len(all) != 1 {
			s.Errorf("%+v", all)
		}
	})
}

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
	"kring/base/vat"
	"kring/domain/member"
	"kring/domain/order"
	"kring/domain/organisation"
	"kring/domain/product"
	"kring/domain/quote"
	"kring/store"
)

// A quote is seen by who sees the relation that it is for. Its states and guards
// are domain's; here stand who may do what, the prices and rates that are copied
// into it, and what an acceptance brings along.

// series is the unbroken series of quotes.
const quoteSeries = "quote"

// Unpriced is the unit price of a line that Kring has to price.
const Unpriced = -1

// MandateOf is how far a member may go by themselves.
func MandateOf(who Who) quote.Mandate {
	if m, set := who.Org.Settings.Quotes.Mandates[string(who.Member.Role)]; set {
		return quote.Mandate{Discount: m.Discount, Margin: m.Margin}
	}
	return DefaultMandate(who.Member.Role)
}

// DefaultMandate is the mandate of a role for which the organisation set none.
func DefaultMandate(r member.Role) quote.Mandate {
	switch r {
	case member.Director, member.Admin:
		return quote.Mandate{Free: true}
	case member.NewBusiness, member.AccountManager:
		return quote.Mandate{Discount: 1000, Margin: 2500}
	case member.OrderDesk:
		return quote.Mandate{Discount: 500, Margin: 3000}
	}
	return quote.Mandate{Margin: 10_000}
}

// SaveQuoteSettings sets how long quotes are valid, what stands on a letter and
// how far each role may go.
func (a *App) SaveQuoteSettings(ctx context.Context, who Who, version int64, q organisation.Quotes) (organisation.Organisation, error) {
	return a.changeOrganisation(ctx, who, version, "organisation.changed", func(o organisation.Organisation) (organisation.Organisation, error) {
		fs := fault.Fields{}
		for role := range q.Mandates {
			fs.Add(role, member.Role(role).Valid())
		}
		o.Settings.Quotes = q
		add(fs, o.Check())
		return o, fs.Err()
	})
}

// AddQuote makes a draft for a relation within who's reach.
func (a *App) AddQuote(ctx context.Context, who Who, t quote.Text) (quote.Quote, error) {
	return a.AddQuoteOnce(ctx, who, id.New[id.Quote](), t)
}

// AddQuoteOnce is AddQuote for a form that may be sent twice: the second time
// there is a quote with this id, and that is the answer.
func (a *App) AddQuoteOnce(ctx context.Context, who Who, i id.Quote, t quote.Text) (q quote.Quote, err error) {
	err = a.write(ctx, who, member.QuoteWrite, func(tx *store.Tx) error {
		if q, err = tx.Quote(i, who.Reach(fact.Account)); !errors.Is(err, store.ErrNotFound) {
			return err
		}
		q, err = a.addQuote(tx, who, i, t)
		return err
	})
	return q, err
}

func (a *App) addQuote(tx *store.Tx, who Who, i id.Quote, t quote.Text) (q quote.Quote, err error) {
	today := a.Today(who)
	if t.Owner.IsZero() {
		t.Owner = who.Member.ID
	}
	if t.Valid == "" {
		t.Valid = today.Add(who.Org.Settings.Quotes.Valid())
	}
	if t.Terms == "" {
		t.Terms = who.Org.Settings.Quotes.Terms
	}
	if t.Lines, err = a.placedQuote(tx, who, t); err != nil {
		return q, err
	}
	if q, err = quote.New(i, tx.Now(), today, "", t); err != nil { // what is wrong takes no number
		return q, err
	}
	year, err := strconv.Atoi(string(today[:4]))
	if err != nil {
		return q, err
	}
	n, err := tx.NextNumber(quoteSeries, year)
	if err != nil {
		return q, err
	}
	q.Number = quote.Number(year, n)
	return tx.AddQuote(q, fact.Fact{Deed: "quote.drafted", Changes: quote.Diff(quote.Quote{}, q)})
}

// placedQuote: the relation is within reach and not in the bin, whom it is
// addressed to is there, and the lines are priced.
func (a *App) placedQuote(tx *store.Tx, who Who, t quote.Text) ([]quote.Line, error) {
	if _, err := accountFor(tx, t.Account, who.Reach(fact.Account), quote.ErrAccount, quote.ErrBinned); err != nil {
		return nil, err
	}
	if !t.Contact.IsZero() {
		c, err := tx.Contact(t.Contact, everything)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		if _, there := c.At(t.Account); err != nil || !there {
			return nil, fault.Field("contact", quote.ErrContact)
		}
	}
	if !t.Opportunity.IsZero() {
		o, err := tx.Opportunity(t.Opportunity, everything)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		if err != nil || o.Account != t.Account {
			return nil, fault.Field("opportunity", quote.ErrOpportunity)
		}
	}
	return a.priced(&tx.View, who, t)
}

// priced copies into each line what the catalogue, the price lists and the VAT
// table say today. A line whose price is Unpriced gets the one that is found.
func (a *App) priced(v *store.View, who Who, t quote.Text) ([]quote.Line, error) {
	today, wrong := a.Today(who), fault.Fields{}
	if len(t.Lines) > quote.MaxLines { // and nothing is looked up
		return t.Lines, nil
	}
	var ids []id.Product
	for _, l := range t.Lines {
		if !l.Product.IsZero() {
			ids = append(ids, l.Product)
		}
	}
	all, err := v.ProductsByID(distinct(ids))
	if err != nil {
		return nil, err
	}
	by := map[id.Product]product.Product{}
	for _, p := range all {
		by[p.ID] = p
	}
	var can prices
	if len(all) > 0 {
		if can, err = pricesFor(v, who, t.Account); err != nil {
			return nil, err
		}
	}
	lines := make([]quote.Line, 0, len(t.Lines))
	for i, l := range t.Lines {
		at := "lines." + strconv.Itoa(i) + "."
		l.List, l.Base, l.Why = 0, 0, ""
		p, there := by[l.Product]
		switch {
		case there:
			f := can.find(p, today, l.Quantity)
			l.List, l.Base, l.Why = p.Price, f.Cents, string(f.Why)
			if f.ListName != "" {
				l.Why += ": " + f.ListName
			}
			if l.Unit == Unpriced {
				l.Unit = f.Cents
			}
			if l.Text == "" {
				l.Text = p.Name(t.Language)
			}
			if l.VAT == "" {
				l.VAT = p.VAT
			}
			if l.Cost == 0 {
				l.Cost = p.Cost
			}
			if currency, _ := money.Currency(t.Currency, "EUR"); currency != p.Currency {
				wrong.Add(at+"product", money.ErrMixed)
			}
		case !l.Product.IsZero():
			wrong.Add(at+"product", quote.ErrProduct)
		case l.Unit == Unpriced:
			wrong.Add(at+"unit", quote.ErrUnit)
		}
		if l.VAT, err = vat.Clean(l.VAT); err != nil {
			wrong.Add(at+"vat", err)
		} else if l.Rate, err = vat.Rate(l.VAT, today); err != nil {
			wrong.Add(at+"vat", err)
		}
		lines = append(lines, l)
	}
	return lines, wrong.Err()
}

// Price is a text with its lines priced as they would be today, for a form.
func (a *App) Price(ctx context.Context, who Who, t quote.Text) (lines []quote.Line, err error) {
	err = a.read(ctx, who, member.QuoteWrite, func(v *store.View) error {
		lines, err = a.priced(v, who, t)
		return err
	})
	return lines, err
}

// ChangeQuote changes a quote that was not sent; version is what the visitor read.
func (a *App) ChangeQuote(ctx context.Context, who Who, i id.Quote, version int64, t quote.Text) (quote.Quote, error) {
	return a.aboutQuote(ctx, who, member.QuoteWrite, i, version, "quote.changed", func(tx *store.Tx, q quote.Quote) (quote.Quote, []fact.Change, error) {
		if !q.State.Prepared() {
			return q, nil, quote.ErrSent
		}
		t.Account = q.Account // a quote stays with its relation
		if t.Owner.IsZero() {
			t.Owner = q.Owner
		}
		var err error
		if t.Lines, err = a.placedQuote(tx, who, t); err != nil {
			return q, nil, err
		}
		return quote.Change(q, tx.Now(), a.Today(who), t)
	})
}

// AskApproval asks for approval of what goes beyond who's mandate.
func (a *App) AskApproval(ctx context.Context, who Who, i id.Quote, version int64, why string) (quote.Quote, error) {
	return a.aboutQuote(ctx, who, member.QuoteWrite, i, version, "quote.asked", func(tx *store.Tx, q quote.Quote) (quote.Quote, []fact.Change, error) {
		return quote.Ask(q, tx.Now(), a.Today(who), who.Member.ID, len(q.Beyond(MandateOf(who))) > 0, why)
	})
}

// ApproveQuote lets a quote go that goes beyond the mandate of who made it, with
// the reason. Nobody approves what they asked or sign themselves.
func (a *App) ApproveQuote(ctx context.Context, who Who, i id.Quote, version int64, why string) (quote.Quote, error) {
	return a.aboutQuote(ctx, who, member.QuoteApprove, i, version, "quote.approved", func(tx *store.Tx, q quote.Quote) (quote.Quote, []fact.Change, error) {
		return quote.Approve(q, tx.Now(), who.Member.ID, len(q.Beyond(MandateOf(who))) > 0, why)
	})
}

// ReturnQuote gives a quote back that was asked to be approved.
func (a *App) ReturnQuote(ctx context.Context, who Who, i id.Quote, version int64, why string) (quote.Quote, error) {
	return a.aboutQuote(ctx, who, member.QuoteApprove, i, version, "quote.returned", func(tx *store.Tx, q quote.Quote) (quote.Quote, []fact.Change, error) {
		return quote.Return(q, tx.Now(), who.Member.ID, why)
	})
}

// SendQuote makes it an offer and gives the customer's way in, which is told once:
// only its hash is kept. Nothing is mailed; the way in is copied by hand.
func (a *App) SendQuote(ctx context.Context, who Who, i id.Quote, version int64) (q quote.Quote, token string, err error) {
	q, err = a.aboutQuote(ctx, who, member.QuoteWrite, i, version, "quote.sent", func(tx *store.Tx, q quote.Quote) (quote.Quote, []fact.Change, error) {
		next, changes, err := quote.Send(q, tx.Now(), a.Today(who), len(q.Beyond(MandateOf(who))) > 0)
		if err != nil {
			return q, nil, err
		}
		if err := a.needsAnswered(tx, next); err != nil {
			return q, nil, err
		}
		token, err = linkQuote(tx, who, next)
		return next, changes, err
	})
	return q, token, err
}

// needsAnswered: the needs that the lines cite are answered by the quote.
func (a *App) needsAnswered(tx *store.Tx, q quote.Quote) error {
	seen := map[id.Need]bool{}
	for _, l := range q.Lines {
		if l.Need.IsZero() || seen[l.Need] {
			continue
		}
		seen[l.Need] = true
		n, err := tx.Need(l.Need)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		next, changes, err := n.AnswerBy(tx.Now(), fact.Quote, q.ID.Any())
		if err != nil || len(changes) == 0 {
			continue //nolint:nilerr // it was dropped, or answered before: the line stands by itself
		}
		if _, err := tx.SaveNeed(next, fact.Fact{Deed: "need.answered", Changes: changes, Evidence: q.Number}); err != nil {
			return err
		}
	}
	return nil
}

// AnswerQuote answers a question of the customer; they read it on their page.
func (a *App) AnswerQuote(ctx context.Context, who Who, i id.Quote, version int64, n int, text string) (quote.Quote, error) {
	return a.aboutQuote(ctx, who, member.QuoteWrite, i, version, "quote.answered", func(tx *store.Tx, q quote.Quote) (quote.Quote, []fact.Change, error) {
		return quote.Answer(q, tx.Now(), who.Member.ID, n, text)
	})
}

// ReviseQuote begins the next version of a quote, with the reason.
func (a *App) ReviseQuote(ctx context.Context, who Who, i id.Quote, version int64, why string) (quote.Quote, error) {
	return a.aboutQuote(ctx, who, member.QuoteWrite, i, version, "quote.revised", func(tx *store.Tx, q quote.Quote) (quote.Quote, []fact.Change, error) {
		return quote.Revise(q, tx.Now(), a.Today(who), why)
	})
}

// WithdrawQuote takes a quote back as far as the law allows. Of one that was
// accepted the order is cancelled with it.
func (a *App) WithdrawQuote(ctx context.Context, who Who, i id.Quote, version int64, why string) (quote.Quote, error) {
	return a.aboutQuote(ctx, who, member.QuoteWrite, i, version, "quote.withdrawn", func(tx *store.Tx, q quote.Quote) (quote.Quote, []fact.Change, error) {
		next, changes, err := quote.Withdraw(q, tx.Now(), a.Today(who), why)
		if err != nil || q.Order.IsZero() {
			return next, changes, err
		}
		o, err := tx.Order(q.Order, everything)
		if err != nil {
			return next, changes, err
		}
		if o.Stands() {
			_, err = a.saveOrder(tx, who, o, "order.cancelled", func(o order.Order, now int64) (order.Order, []fact.Change, error) {
				return order.Cancel(o, now, why)
			})
		}
		return next, changes, err
	})
}

// RejectQuote takes down that the customer refused it otherwise than on the page.
func (a *App) RejectQuote(ctx context.Context, who Who, i id.Quote, version int64, why string) (quote.Quote, error) {
	return a.aboutQuote(ctx, who, member.QuoteWrite, i, version, "quote.rejected", func(tx *store.Tx, q quote.Quote) (quote.Quote, []fact.Change, error) {
		return quote.Reject(q, tx.Now(), a.Today(who), q.Revision, why)
	})
}

// TakeAcceptance takes down that the customer accepted it otherwise than on the
// page, on paper or by mail; the order is placed in the same change.
func (a *App) TakeAcceptance(ctx context.Context, who Who, i id.Quote, version int64, by quote.Acceptance) (quote.Quote, error) {
	return a.aboutQuote(ctx, who, member.QuoteWrite, i, version, "quote.accepted", func(tx *store.Tx, q quote.Quote) (quote.Quote, []fact.Change, error) {
		by.Revision = q.Revision
		return a.accepted(tx, who, q, by)
	})
}

// accepted makes an order of a quote and tells the opportunity.
func (a *App) accepted(tx *store.Tx, who Who, q quote.Quote, by quote.Acceptance) (quote.Quote, []fact.Change, error) {
	next, _, err := quote.Accept(q, tx.Now(), a.Today(who), by)
	if err != nil {
		return q, nil, err
	}
	d := order.Draft{
		Account: q.Account, Day: a.Today(who), Number: next.Acceptance.Note, Wanted: q.Wanted,
		Links: order.Links{Opportunity: q.Opportunity, Quote: q.ID, QuoteVersion: q.Revision},
	}
	d.Amount.Currency = q.Currency
	for _, l := range q.Lines {
		d.Lines = append(d.Lines, order.Line{
			Text: l.Text, Quantity: l.Quantity, Cents: l.Net(), Product: l.Product, Unit: l.Unit, Discount: l.Discount, VAT: string(l.VAT), Rate: l.Rate, Cost: l.Worth(l.Cost),
		})
	}
	o, err := a.placeOrder(tx, who, id.New[id.Order](), d)
	if err != nil {
		return q, nil, err
	}
	next.Order = o.ID
	if err := a.afterQuoteAccepted(tx, who, next); err != nil {
		return q, nil, err
	}
	return next, quote.Diff(q, next), nil
}

// aboutQuote does something with a quote of a relation within who's reach.
func (a *App) aboutQuote(ctx context.Context, who Who, right member.Right, i id.Quote, version int64, deed string,
	change func(*store.Tx, quote.Quote) (quote.Quote, []fact.Change, error)) (q quote.Quote, err error) {
	err = a.write(ctx, who, right, func(tx *store.Tx) error {
		if q, err = tx.Quote(i, who.Reach(fact.Account)); err != nil {
			return err
		}
		if err := asRead(q, q.Version, version); err != nil {
			return err
		}
		next, changes, err := change(tx, q)
		if err != nil || len(changes) == 0 {
			return err
		}
		if q, err = tx.SaveQuote(next, fact.Fact{Deed: deed, Changes: changes, Why: next.Reason}); err != nil {
			return err
		}
		if q.State == quote.Withdrawn || q.State == quote.Rejected {
			return a.reopenNeeds(tx, q.ID.Any())
		}
		return nil
	})
	return q, err
}

// Quote is one quote that who may read.
func (a *App) Quote(ctx context.Context, who Who, i id.Quote) (q quote.Quote, err error) {
	err = a.read(ctx, who, member.QuoteRead, func(v *store.View) error {
		q, err = readQuote(v, who, i)
		return err
	})
	return q, err
}

func readQuote(v *store.View, who Who, i id.Quote) (quote.Quote, error) {
	q, err := v.Quote(i, everything)
	if err != nil {
		return quote.Quote{}, err
	}
	if _, _, err := readAccount(v, who, q.Account); err != nil {
		return quote.Quote{}, err
	}
	return q, nil
}

// QuoteFolder is a quote with what its page shows besides.
type QuoteFolder struct {
	Quote    quote.Quote
	Versions []quote.Quote // that were sent, the latest first
	Account  string
	Contact  string
	Until    int64 // the customer's way in; 0 when there is none
	Beyond   []quote.Excess
	Team     bool // who may see the sheet of the negotiation
}

// QuoteFolder is one quote that who may read, with its versions.
func (a *App) QuoteFolder(ctx context.Context, who Who, i id.Quote) (f QuoteFolder, err error) {
	err = a.read(ctx, who, member.QuoteRead, func(v *store.View) error {
		if f.Quote, err = readQuote(v, who, i); err != nil {
			return err
		}
		q := f.Quote
		if f.Versions, err = v.QuoteVersions(i); err != nil {
			return err
		}
		if f.Until, err = v.QuoteLinked(i, q.Revision); err != nil {
			return err
		}
		acc, _, err := readAccount(v, who, q.Account)
		if err != nil {
			return err
		}
		f.Account, f.Beyond = acc.Name, q.Beyond(MandateOf(who))
		if !q.Contact.IsZero() {
			c, err := v.Contact(q.Contact, everything)
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
			f.Contact = c.Name()
		}
		d, err := v.Deal(i)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		f.Team = inTeam(who, q, d)
		return nil
	})
	return f, err
}

// QuoteQuery says which quotes a list shows.
type QuoteQuery = store.QuoteQuery

// Quotes are the quotes within who's reach that a list shows.
func (a *App) Quotes(ctx context.Context, who Who, ask QuoteQuery) (all []quote.Quote, err error) {
	ask.Limit = min(max(ask.Limit, 1), 201)
	err = a.read(ctx, who, member.QuoteRead, func(v *store.View) error {
		reach := who.Reach(fact.Account)
		if !ask.Account.IsZero() {
			if _, _, err := readAccount(v, who, ask.Account); err != nil {
				return err
			}
			reach = everything // it is asked for, and may be read
		}
		all, err = v.Quotes(ask, reach)
		return err
	})
	return all, err
}

// QuoteHit is how many of the quotes that were answered in the last year were
// accepted, by number and by value, in a currency.
func (a *App) QuoteHit(ctx context.Context, who Who, currency string) (h quote.Hit, err error) {
	const year = int64(365 * 24 * 60 * 60 * 1000)
	err = a.peek(ctx, who, member.QuoteRead, func(v *store.View) error {
		h, err = v.QuoteHit(v.Now()-year, currency, who.Reach(fact.Account))
		return err
	})
	return h, err
}

// Lapsing are the quotes that customers have and that lapse within so many days,
// the first to lapse first.
func (a *App) Lapsing(ctx context.Context, who Who, days, limit int) ([]quote.Quote, error) {
	return a.Quotes(ctx, who, QuoteQuery{Lapse: a.Today(who).Add(days), Limit: limit})
}

// QuoteWaits is how many quotes wait for who's approval, of the first hundred that
// wait.
func (a *App) QuoteWaits(ctx context.Context, who Who) (n int, err error) {
	err = a.peek(ctx, who, member.QuoteApprove, func(v *store.View) error {
		all, err := v.Quotes(QuoteQuery{State: quote.Approval, Limit: 100}, who.Reach(fact.Account))
		for _, q := range all {
			if q.Asked != who.Member.ID && q.Owner != who.Member.ID {
				n++
			}
		}
		return err
	})
	return n, err
}

// expireQuotes lets offers lapse of which the last day is past, and forgets ways
// in that ended; routine.
func (a *App) expireOffers(ctx context.Context, o id.Org) error {
	var who Who
	err := a.db.Peek(ctx, o, func(v *store.View) error {
		org, err := v.Organisation()
		who = machineWho(org)
		return err
	})
	for more := err == nil; more && err == nil; {
		err = a.db.Write(ctx, o, system("clock"), func(tx *store.Tx) error {
			today := day.At(tx.Now(), who.Zone())
			all, err := tx.Quotes(QuoteQuery{Lapse: today.Add(-1), Limit: 100}, everything)
			if more = len(all) == 100; err != nil {
				return err
			}
			for _, q := range all {
				next, changes, err := quote.Expire(q, tx.Now(), today)
				if err != nil || len(changes) == 0 {
					return err
				}
				if _, err := tx.SaveQuote(next, fact.Fact{Deed: "quote.expired", Changes: changes}); err != nil {
					return err
				}
			}
			return tx.EraseOldQuoteLinks(tx.Now())
		})
	}
	return err
}

// quotesOf is how many quotes of an opportunity were sent and stand, and the one
// that was accepted.
func quotesOf(v *store.View, o id.Opportunity) (sent int, accepted id.Quote, err error) {
	all, err := v.Quotes(QuoteQuery{Opportunity: o, Limit: 100}, everything)
	for _, q := range all {
		if q.State.Out() || q.State == quote.Accepted {
			sent++
		}
		if q.State == quote.Accepted {
			accepted = q.ID
		}
	}
	return sent, accepted, err
}

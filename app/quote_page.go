package app

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"strings"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/job"
	"kring/domain/account"
	"kring/domain/member"
	"kring/domain/organisation"
	"kring/domain/quote"
	"kring/store"
)

// The customer's page of a quote, behind a way in that nobody can guess: it names
// the organisation, so that its hash lives among the organisation's own tables,
// and bears 192 bits of chance. What was never there, ended or was taken away
// gets one answer.

// QuotePath is where the customer's page is; the token follows.
const QuotePath = "/q/"

// ErrQuotePage says that a way in leads nowhere.
var ErrQuotePage = fault.New(fault.NotFound, "quote.page", "this page is not there, or not any more")

// after is how long a page can be read after the last day of its offer.
const linkLasts = 14

const mostQuoteTries = 60 // on ways in that are not there, and answers, of one network in a quarter of an hour

func linkQuote(tx *store.Tx, who Who, q quote.Quote) (token string, err error) {
	b := make([]byte, 16+24)
	org := tx.Org()
	copy(b, org[:])
	if _, err := rand.Read(b[16:]); err != nil {
		return "", err
	}
	token = base64.RawURLEncoding.EncodeToString(b)
	until := q.Valid.Add(linkLasts + 1).Start(who.Zone())
	return token, tx.AddQuoteLink(store.QuoteLink{Hash: hashed(token), Quote: q.ID, Revision: q.Revision, Until: until})
}

// LinkQuote makes a new way in for the customer; the one before leads nowhere from
// now on. RevokeQuote takes it away.
func (a *App) LinkQuote(ctx context.Context, who Who, i id.Quote) (q quote.Quote, token string, err error) {
	q, err = a.relink(ctx, who, i, func(tx *store.Tx, q quote.Quote) error {
		token, err = linkQuote(tx, who, q)
		return err
	})
	return q, token, err
}

// RevokeQuote takes the customer's way in away.
func (a *App) RevokeQuote(ctx context.Context, who Who, i id.Quote) (quote.Quote, error) {
	return a.relink(ctx, who, i, func(tx *store.Tx, q quote.Quote) error { return tx.EraseQuoteLinks(q.ID, q.Revision) })
}

func (a *App) relink(ctx context.Context, who Who, i id.Quote, do func(*store.Tx, quote.Quote) error) (q quote.Quote, err error) {
	err = a.write(ctx, who, member.QuoteWrite, func(tx *store.Tx) error {
		if q, err = tx.Quote(i, who.Reach(fact.Account)); err != nil {
			return err
		}
		if q.State.Prepared() {
			return quote.ErrNotSent
		}
		if err := do(tx, q); err != nil {
			return err
		}
		return tx.Fact(fact.Fact{Deed: "quote.linked", Kind: fact.Quote, Subject: q.ID.Any(), Account: q.Account, Label: q.Number})
	})
	return q, err
}

// visited is a way in that was found.
type visited struct {
	org  organisation.Organisation
	who  Who
	link store.QuoteLink
	q    quote.Quote
}

// orgOf is the organisation that a token names.
func orgOf(token string) (o id.Org, ok bool) {
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(b) != 40 {
		return o, false
	}
	copy(o[:], b)
	return o, true
}

func visitQuote(v *store.View, token string) (at visited, err error) {
	if at.org, err = v.Organisation(); err != nil {
		return at, lost(err)
	}
	at.who = machineWho(at.org)
	if at.link, err = v.QuoteLink(hashed(token)); err != nil {
		return at, lost(err)
	}
	at.q, err = v.Quote(at.link.Quote, everything)
	return at, lost(err)
}

func lost(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return ErrQuotePage
	}
	return err
}

// Offer is a quote as the customer sees it: the version of their way in, and
// whether it can be answered. Nothing of cost, margin or negotiation is in it.
type Offer struct {
	Org     organisation.Organisation
	Quote   quote.Quote // of the version; costs, prices before and the house's own notes are left out
	Account string
	Contact string
	Seller  string
	Cannot  error // why it cannot be answered; nil when it can
	Person  bool  // a consumer
	To      []string
}

// Offer reads the customer's page and notes that it was opened, once. Staff that
// looks at it (reader) opens nothing.
func (a *App) Offer(ctx context.Context, token string, d Device, reader Who) (f Offer, err error) {
	o, ok := orgOf(token)
	if !ok {
		return f, a.astray(ctx, d)
	}
	sent := false
	err = a.db.Read(ctx, o, func(v *store.View) error {
		at, err := visitQuote(v, token)
		if err != nil {
			return err
		}
		sent = at.q.State == quote.Sent && at.link.Revision == at.q.Revision
		f, err = offerOf(v, at)
		return err
	})
	if errors.Is(err, ErrQuotePage) {
		return f, a.astray(ctx, d)
	}
	if err != nil || !sent || reader.Org.ID == o && !reader.IsZero() {
		return f, err
	}
	return f, a.asCustomer(ctx, token, "quote.opened", func(tx *store.Tx, at visited) (quote.Quote, []fact.Change, error) {
		return quote.Open(at.q, tx.Now())
	})
}

// astray counts who looks for ways in that are not there.
func (a *App) astray(ctx context.Context, d Device) error {
	t := byAddress(d)
	if err := a.try(ctx, tried{"quote:" + t.name, mostQuoteTries, true}); err != nil {
		return err
	}
	return ErrQuotePage
}

func offerOf(v *store.View, at visited) (f Offer, err error) {
	q := at.q
	today := day.At(v.Now(), at.who.Zone())
	f.Cannot = q.Answerable(at.link.Revision, today)
	if at.link.Revision != q.Revision {
		all, err := v.QuoteVersions(q.ID)
		if err != nil {
			return f, err
		}
		for _, was := range all {
			if was.Revision == at.link.Revision {
				was.Account, was.Contact, was.Owner = q.Account, q.Contact, q.Owner // as merged since
				q = was
			}
		}
	}
	acc, err := v.Account(q.Account, everything)
	if err != nil {
		return f, lost(err)
	}
	f.Org, f.Quote, f.Account, f.Person = at.org, q.ForCustomer(), acc.Name, acc.Kind == "person"
	if f.Contact, f.To, err = addressed(v, q, acc); err != nil {
		return f, err
	}
	m, err := v.Member(q.Owner)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return f, err
	}
	f.Seller = m.Name
	return f, nil
}

// asCustomer does something with a quote as the customer. Two at once wait for
// each other: the second finds what the first made of it.
func (a *App) asCustomer(ctx context.Context, token, deed string, change func(*store.Tx, visited) (quote.Quote, []fact.Change, error)) error {
	o, ok := orgOf(token)
	if !ok {
		return ErrQuotePage
	}
	for n := 1; ; n++ {
		err := a.db.Write(ctx, o, system("customer"), func(tx *store.Tx) error {
			at, err := visitQuote(&tx.View, token)
			if err != nil {
				return err
			}
			next, changes, err := change(tx, at)
			if err != nil || len(changes) == 0 {
				return err
			}
			_, err = tx.SaveQuote(next, fact.Fact{Deed: deed, Changes: changes, Why: next.Reason, Evidence: at.evidence(next)})
			return err
		})
		if !errors.Is(err, store.ErrStale) || n == 4 {
			return err
		}
	}
}

// evidence says what the deed of a customer rests on.
func (at visited) evidence(q quote.Quote) string {
	if q.Acceptance != nil && at.q.Acceptance == nil {
		return q.Acceptance.Name + ", " + q.Acceptance.Function + ", " + q.Acceptance.Email + ", " + q.Acceptance.Address
	}
	return ""
}

// answering counts who answers, so that a page is no machine gun.
func (a *App) answering(ctx context.Context, d Device) error {
	return a.try(ctx, tried{"quote:" + byAddress(d).name, mostQuoteTries, true})
}

// AcceptOffer accepts an offer as the customer: in one change it is accepted, the
// order is placed and the opportunity is won.
func (a *App) AcceptOffer(ctx context.Context, token string, d Device, by quote.Acceptance) error {
	if err := a.answering(ctx, d); err != nil {
		return err
	}
	return a.asCustomer(ctx, token, "quote.accepted", func(tx *store.Tx, at visited) (quote.Quote, []fact.Change, error) {
		by.Revision, by.Address = at.link.Revision, d.Address
		return a.accepted(tx, at.who, at.q, by)
	})
}

// RefuseOffer refuses an offer as the customer, with the reason.
func (a *App) RefuseOffer(ctx context.Context, token string, d Device, why string) error {
	if err := a.answering(ctx, d); err != nil {
		return err
	}
	return a.asCustomer(ctx, token, "quote.rejected", func(tx *store.Tx, at visited) (quote.Quote, []fact.Change, error) {
		return quote.Reject(at.q, tx.Now(), a.Today(at.who), at.link.Revision, why)
	})
}

// AskOffer asks something as the customer, or wants something else.
func (a *App) AskOffer(ctx context.Context, token string, d Device, k quote.Question) error {
	if err := a.answering(ctx, d); err != nil {
		return err
	}
	return a.asCustomer(ctx, token, "quote.wondered", func(tx *store.Tx, at visited) (quote.Quote, []fact.Change, error) {
		if at.link.Revision != at.q.Revision {
			return at.q, nil, quote.ErrReplaced
		}
		return quote.Wonder(at.q, tx.Now(), k)
	})
}

// expireQuotes is routine: see expireOffers.
func (a *App) expireQuotes(ctx context.Context, _ job.Job) error {
	return a.everyOrganisation(ctx, func(o id.Org) error { return a.expireOffers(ctx, o) })
}

// addressed is to whom a quote is written: the relation, the person, the address.
func addressed(v *store.View, q quote.Quote, acc account.Account) (name string, lines []string, err error) {
	lines = []string{acc.Name}
	if !q.Contact.IsZero() {
		c, err := v.Contact(q.Contact, everything)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return "", nil, err
		}
		if name = c.Name(); name != "" && name != acc.Name {
			lines = append(lines, name)
		}
	}
	if len(acc.Addresses) > 0 {
		a := acc.Addresses[0]
		street := strings.TrimSpace(strings.TrimSpace(a.Street+" "+a.Number) + " " + a.Suffix)
		for _, s := range []string{street, strings.TrimSpace(a.Postcode + "  " + a.City)} {
			if s != "" {
				lines = append(lines, s)
			}
		}
	}
	return name, lines, nil
}

// QuotePaper is a version of a quote as the customer sees it, for who may read
// the quote: 0 is the current one.
func (a *App) QuotePaper(ctx context.Context, who Who, i id.Quote, revision int64) (f Offer, err error) {
	err = a.read(ctx, who, member.QuoteRead, func(v *store.View) error {
		q, err := readQuote(v, who, i)
		if err != nil {
			return err
		}
		if revision == 0 {
			revision = q.Revision
		}
		f, err = offerOf(v, visited{org: who.Org, who: who, q: q, link: store.QuoteLink{Quote: i, Revision: revision}})
		if err == nil && f.Quote.Revision != revision {
			err = store.ErrNotFound
		}
		return err
	})
	return f, err
}

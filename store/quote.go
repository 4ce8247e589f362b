package store

import (
	"database/sql"
	"encoding/json"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/member"
	"kring/domain/quote"
)

const quoteColumns = "q.body, q.id, q.version, q.account_id, q.contact_id, q.opportunity_id, q.owner_id, q.order_id"

const quoteSet = "number, revision, state, account_id, contact_id, opportunity_id, owner_id, order_id, subject, currency, net, gross, valid_until, sent_at, settled_at, body, created_at, updated_at"

// QuoteQuery says which quotes a list shows; what is zero does not count.
type QuoteQuery struct {
	Account     id.Account
	Opportunity id.Opportunity
	State       quote.State
	Number      string
	Lapse       day.Day // only those that the customer has and that lapse on this day or before
	Before      id.Quote
	Limit       int
}

// Quote is one quote of an account within reach.
func (v *View) Quote(i id.Quote, r member.Reach) (q quote.Quote, err error) {
	defer fault.Wrap(&err, "store.Quote(%s)", i)
	all, err := v.quotes(v.where("q").and("q.id = ?", i).reachAccount("q", r), "")
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return q, err
	}
	return all[0], nil
}

// Quotes are the quotes of accounts within reach that a list shows, the latest
// first; those that lapse, the first to lapse first.
func (v *View) Quotes(ask QuoteQuery, r member.Reach) (_ []quote.Quote, err error) {
	defer fault.Wrap(&err, "store.Quotes")
	w := v.where("q")
	switch {
	case !ask.Account.IsZero():
		w.and("q.account_id = ?", ask.Account).reachAccount("q", r)
	case r.Scope == member.Own:
		w.and("q.account_id IN (SELECT acc.id FROM account acc WHERE acc.org_id = q.org_id AND acc.owner_id = ?)", r.Member)
	default:
		w.reachAccount("q", r)
	}
	if !ask.Opportunity.IsZero() {
		w.and("q.opportunity_id = ?", ask.Opportunity)
	}
	if ask.State != "" {
		w.and("q.state = ?", string(ask.State))
	}
	if ask.Number != "" {
		w.and("q.number = ?", ask.Number)
	}
	order := " ORDER BY q.id DESC LIMIT ?"
	if ask.Lapse != "" {
		w.and("q.state IN ('sent', 'opened')").and("q.valid_until <= ?", string(ask.Lapse))
		order = " ORDER BY q.valid_until, q.id LIMIT ?"
	} else if !ask.Before.IsZero() {
		w.and("q.id < ?", ask.Before)
	}
	w.args = append(w.args, ask.Limit)
	return v.quotes(w, order)
}

// QuotesAfter are all quotes, for an export of everything.
func (v *View) QuotesAfter(after id.Record, limit int) (_ []quote.Quote, err error) {
	defer fault.Wrap(&err, "store.QuotesAfter")
	return v.quotes(v.onwards("q", after, limit), " ORDER BY q.id LIMIT ?")
}

// QuoteHit is how many quotes in a currency were answered since a moment, and how
// many of those were accepted, among accounts within reach.
func (v *View) QuoteHit(since int64, currency string, r member.Reach) (h quote.Hit, err error) {
	defer fault.Wrap(&err, "store.QuoteHit")
	w := v.where("q").and("q.settled_at > 0").and("q.settled_at >= ?", since).and("q.sent_at > 0").and("q.currency = ?", currency).reachAccount("q", r)
	return h, v.row(`SELECT COUNT(*), COALESCE(SUM(q.net), 0), COALESCE(SUM(CASE WHEN q.state = 'accepted' THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN q.state = 'accepted' THEN q.net ELSE 0 END), 0)
		FROM quote q`+w.String(), w.args, &h.Answered, &h.AnsweredCents, &h.Accepted, &h.AcceptedCents)
}

// ProductsQuoted says whether a product is in a quote or on a price list; a
// catalogue keeps what was offered.
func (v *View) ProductsQuoted(i id.Product) (yes bool, err error) {
	defer fault.Wrap(&err, "store.ProductsQuoted(%s)", i)
	like := "%" + i.String() + "%"
	for _, q := range []string{"SELECT 1 FROM quote WHERE org_id = ? AND body LIKE ? LIMIT 1", "SELECT 1 FROM price_list WHERE org_id = ? AND prices LIKE ? LIMIT 1", "SELECT 1 FROM orders WHERE org_id = ? AND lines LIKE ? LIMIT 1"} {
		err := v.rows(q, []any{v.org, like}, func(*sql.Rows) error {
			yes = true
			return nil
		})
		if err != nil || yes {
			return yes, err
		}
	}
	return false, nil
}

func (v *View) quotes(w *where, rest string) (all []quote.Quote, err error) {
	err = v.rows("SELECT "+quoteColumns+" FROM quote q"+w.String()+rest, w.args, func(rs *sql.Rows) error {
		var q quote.Quote
		var body string
		var at quote.Quote
		if err := rs.Scan(&body, &at.ID, &at.Version, &at.Account, &at.Contact, &at.Opportunity, &at.Owner, &at.Order); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(body), &q); err != nil {
			return err
		}
		q.ID, q.Version, q.Account, q.Contact, q.Opportunity, q.Owner, q.Order = at.ID, at.Version, at.Account, at.Contact, at.Opportunity, at.Owner, at.Order
		all = append(all, q)
		return nil
	})
	return all, err
}

func quoteRow(q quote.Quote) ([]any, error) {
	body, err := json.Marshal(q)
	if err != nil {
		return nil, err
	}
	t := q.Totals()
	return []any{
		q.Number, q.Revision, string(q.State), q.Account, q.Contact, q.Opportunity, q.Owner, q.Order, q.Subject, q.Currency, t.Net, t.Gross, string(q.Valid), q.SentAt, q.SettledAt, string(body), q.Created, q.Updated,
	}, nil
}

// AddQuote stores a new quote.
func (tx *Tx) AddQuote(q quote.Quote, f fact.Fact) (_ quote.Quote, err error) {
	defer fault.Wrap(&err, "store.AddQuote")
	q.Version = 1
	row, err := quoteRow(q)
	if err != nil {
		return q, err
	}
	if _, err := tx.exec("INSERT INTO quote (org_id, id, version, "+quoteSet+") VALUES ("+marks(21)+")", append([]any{tx.org, q.ID, q.Version}, row...)...); err != nil {
		return q, err
	}
	if err := tx.pointedAt(q.Account); err != nil {
		return q, err
	}
	return q, tx.fact(aboutQuote(q, f))
}

// SaveQuote stores a changed quote; ErrStale when it was changed since q was read.
// What the customer has, or answered, is kept as a version.
func (tx *Tx) SaveQuote(q quote.Quote, f fact.Fact) (_ quote.Quote, err error) {
	defer fault.Wrap(&err, "store.SaveQuote(%s)", q.ID)
	row, err := quoteRow(q)
	if err != nil {
		return q, err
	}
	if err := tx.change1("UPDATE quote SET version = version + 1, ("+quoteSet+") = ("+marks(18)+") WHERE org_id = ? AND id = ? AND version = ?", append(row, tx.org, q.ID, q.Version)...); err != nil {
		return q, err
	}
	q.Version++
	if err := tx.pointedAt(q.Account); err != nil {
		return q, err
	}
	if q.SentAt != 0 {
		if _, err := tx.exec(`INSERT INTO quote_version (org_id, quote_id, revision, body, at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (org_id, quote_id, revision) DO UPDATE SET body = excluded.body`, tx.org, q.ID, q.Revision, row[15], q.SentAt); err != nil {
			return q, err
		}
	}
	return q, tx.fact(aboutQuote(q, f))
}

// QuoteVersions are the versions of a quote as they were sent, the latest first.
func (v *View) QuoteVersions(i id.Quote) (all []quote.Quote, err error) {
	defer fault.Wrap(&err, "store.QuoteVersions(%s)", i)
	w := v.where("").and("quote_id = ?", i)
	err = v.rows("SELECT body FROM quote_version"+w.String()+" ORDER BY revision DESC LIMIT 100", w.args, func(rs *sql.Rows) error {
		var q quote.Quote
		var body string
		if err := rs.Scan(&body); err != nil {
			return err
		}
		err := json.Unmarshal([]byte(body), &q)
		all = append(all, q)
		return err
	})
	return all, err
}

func aboutQuote(q quote.Quote, f fact.Fact) fact.Fact {
	f.Kind, f.Subject, f.Account, f.Label = fact.Quote, q.ID.Any(), q.Account, q.Number
	return f
}

// QuoteLink is a customer's way in to a quote.
type QuoteLink struct {
	Hash     []byte
	Quote    id.Quote
	Revision int64
	Until    int64 // milliseconds UTC
}

// AddQuoteLink stores a way in and takes those of the same quote away that were
// there.
func (tx *Tx) AddQuoteLink(l QuoteLink) (err error) {
	defer fault.Wrap(&err, "store.AddQuoteLink(%s)", l.Quote)
	if err := tx.EraseQuoteLinks(l.Quote, l.Revision); err != nil {
		return err
	}
	_, err = tx.exec("INSERT INTO quote_link (org_id, hash, quote_id, revision, until, created_at) VALUES ("+marks(6)+")", tx.org, l.Hash, l.Quote, l.Revision, l.Until, tx.now)
	return err
}

// EraseQuoteLinks takes the ways in to a version away; those to versions before it
// stay, and say that there is a newer one.
func (tx *Tx) EraseQuoteLinks(i id.Quote, revision int64) (err error) {
	defer fault.Wrap(&err, "store.EraseQuoteLinks(%s)", i)
	_, err = tx.exec("DELETE FROM quote_link WHERE org_id = ? AND quote_id = ? AND revision = ?", tx.org, i, revision)
	return err
}

// EraseOldQuoteLinks forgets ways in that ended before a moment.
func (tx *Tx) EraseOldQuoteLinks(before int64) (err error) {
	defer fault.Wrap(&err, "store.EraseOldQuoteLinks")
	_, err = tx.exec("DELETE FROM quote_link WHERE org_id = ? AND until < ?", tx.org, before)
	return err
}

// QuoteLink is a way in; ErrNotFound when it is not there or ended.
func (v *View) QuoteLink(hash []byte) (l QuoteLink, err error) {
	defer fault.Wrap(&err, "store.QuoteLink")
	l.Hash = hash
	w := v.where("").and("hash = ?", hash).and("until > ?", v.now)
	return l, v.row("SELECT quote_id, revision, until FROM quote_link"+w.String(), w.args, &l.Quote, &l.Revision, &l.Until)
}

// QuoteLinked says until when the customer can come in to a version; 0 when not.
func (v *View) QuoteLinked(i id.Quote, revision int64) (until int64, err error) {
	defer fault.Wrap(&err, "store.QuoteLinked(%s)", i)
	w := v.where("").and("quote_id = ?", i).and("revision = ?", revision).and("until > ?", v.now)
	return until, v.row("SELECT COALESCE(MAX(until), 0) FROM quote_link"+w.String(), w.args, &until)
}

// Deal is the sheet of a quote; who may see it is for the caller.
func (v *View) Deal(i id.Quote) (d quote.Deal, err error) {
	defer fault.Wrap(&err, "store.Deal(%s)", i)
	var body string
	w := v.where("").and("quote_id = ?", i)
	var version int64
	if err := v.row("SELECT body, version FROM negotiation"+w.String(), w.args, &body, &version); err != nil {
		return d, err
	}
	err = json.Unmarshal([]byte(body), &d)
	d.Quote, d.Version = i, version
	return d, err
}

// PutDeal stores a sheet, new when its version is 0; ErrStale when it was changed
// since d was read. The fact says only that it was: nothing of the sheet.
func (tx *Tx) PutDeal(d quote.Deal, q quote.Quote, f fact.Fact) (_ quote.Deal, err error) {
	defer fault.Wrap(&err, "store.PutDeal(%s)", d.Quote)
	body, err := json.Marshal(d)
	if err != nil {
		return d, err
	}
	if d.Version == 0 {
		var n int64
		n, err = tx.exec("INSERT INTO negotiation (org_id, quote_id, version, body, updated_at) VALUES (?, ?, 1, ?, ?) ON CONFLICT DO NOTHING", tx.org, d.Quote, string(body), tx.now)
		if err == nil && n == 0 {
			err = ErrStale
		}
	} else {
		err = tx.change1("UPDATE negotiation SET version = version + 1, body = ?, updated_at = ? WHERE org_id = ? AND quote_id = ? AND version = ?", string(body), tx.now, tx.org, d.Quote, d.Version)
	}
	if err != nil {
		return d, err
	}
	d.Version++
	f.Changes = nil
	return d, tx.fact(aboutQuote(q, f))
}

package app

import (
	"context"
	"encoding/json"
	"strconv"

	"kring/base/decimal"
	"kring/base/fact"
	"kring/base/id"
	"kring/domain/product"
	"kring/domain/proposition"
	"kring/domain/quote"
	"kring/store"
)

// productHead are the columns of products, as an import finds them.
var productHead = []string{"code", "name_nl", "name_en", "category", "unit", "price", "cost", "currency", "vat", "active", "created_at", "updated_at", "id"}

// quoteTables are the tables of what is offered. The sheet of a negotiation is in
// none of them.
func (a *App) quoteTables(who Who) []smallTable {
	return []smallTable{
		{"products", productHead, a.productRows(who, ProductQuery{})},
		{"price_lists", []string{"name", "account", "segment", "from", "until", "currency", "product", "quantity", "price", "id"}, a.priceRows(who)},
		{"quotes", []string{"number", "revision", "state", "account", "contact", "opportunity", "owner", "day", "valid_until", "free", "language", "subject", "need", "delivery", "terms", "currency", "net", "vat", "gross", "lines", "reason", "acceptance", "order", "sent_at", "opened_at", "settled_at", "created_at", "updated_at", "id"}, a.quoteRows(who)},
		{"propositions", []string{"name", "segment", "product", "account", "opportunity", "state", "promise", "items", "tested_with", "reference", "plus", "minus", "price", "created_at", "updated_at", "id"}, a.propositionRows(who)},
	}
}

// ProductTable are the products that a list shows as a table that an import takes
// back.
func (a *App) ProductTable(ctx context.Context, who Who, q ProductQuery) (Listed, error) {
	return a.listed(who, smallTable{"products", productHead, a.productRows(who, q)}), a.mayExport(ctx, who, id.Account{})
}

func (a *App) productRows(who Who, q ProductQuery) rowsOf {
	return func(ctx context.Context, row func(...string) error) error {
		for q.Limit = 200; ; {
			page, err := a.Products(ctx, who, q)
			if err != nil || len(page) == 0 {
				return err
			}
			for _, p := range page {
				cost := ""
				if p.Cost != 0 {
					cost = decimal.Amount(p.Cost)
				}
				if err := row(p.Code, p.NameNL, p.NameEN, p.Category, p.Unit, decimal.Amount(p.Price), cost, p.Currency, string(p.VAT), strconv.FormatBool(p.Active), instant(p.Created), instant(p.Updated), p.ID.String()); err != nil {
					return err
				}
				q.After = product.Key(p.Code)
			}
		}
	}
}

func (a *App) priceRows(who Who) rowsOf {
	return told(a, who,
		func(v *store.View, after id.Record) ([]priceRow, error) {
			lists, err := v.PriceLists(after, 20)
			var all []priceRow
			for _, l := range lists {
				if len(l.Prices) == 0 {
					l.Prices = []product.Price{{}}
				}
				for _, p := range l.Prices {
					all = append(all, priceRow{l, p})
				}
			}
			return all, err
		},
		func(p priceRow) (id.Record, fact.Kind, []id.Record) {
			if p.list.Account.IsZero() {
				return p.list.ID.Any(), fact.Account, nil
			}
			return p.list.ID.Any(), fact.Account, []id.Record{p.list.Account.Any()}
		},
		func(p priceRow) []string {
			l := p.list
			quantity, price := "", ""
			if !p.price.Product.IsZero() {
				quantity, price = decimal.Plain(float64(p.price.Quantity)/1000), decimal.Amount(p.price.Cents)
			}
			return []string{l.Name, l.Account.String(), l.Segment, string(l.From), string(l.Until), l.Currency, p.price.Product.String(), quantity, price, l.ID.String()}
		})
}

type priceRow struct {
	list  product.List
	price product.Price
}

func (a *App) quoteRows(who Who) rowsOf {
	return told(a, who,
		func(v *store.View, after id.Record) ([]quote.Quote, error) { return v.QuotesAfter(after, exportPage) },
		func(q quote.Quote) (id.Record, fact.Kind, []id.Record) {
			return q.ID.Any(), fact.Account, []id.Record{q.Account.Any()}
		},
		func(q quote.Quote) []string {
			t := q.Totals()
			text := func(v any) string {
				b, err := json.Marshal(v)
				if err != nil { // plain structs
					return ""
				}
				return string(b)
			}
			accepted := ""
			if q.Acceptance != nil {
				accepted = text(q.Acceptance)
			}
			return []string{
				q.Number, strconv.FormatInt(q.Revision, 10), string(q.State), q.Account.String(), q.Contact.String(), q.Opportunity.String(), q.Owner.String(), string(q.Day), string(q.Valid), strconv.FormatBool(q.Free),
				q.Language, q.Subject, q.Need, q.Delivery, q.Terms, q.Currency, decimal.Amount(t.Net), decimal.Amount(t.Tax), decimal.Amount(t.Gross), text(q.Lines), q.Reason, accepted, q.Order.String(),
				instant(q.SentAt), instant(q.OpenedAt), instant(q.SettledAt), instant(q.Created), instant(q.Updated), q.ID.String(),
			}
		})
}

func (a *App) propositionRows(who Who) rowsOf {
	return told(a, who,
		func(v *store.View, after id.Record) ([]proposition.Proposition, error) {
			return v.Propositions(after, exportPage, everything)
		},
		func(p proposition.Proposition) (id.Record, fact.Kind, []id.Record) {
			if p.Account.IsZero() {
				return p.ID.Any(), fact.Account, nil
			}
			return p.ID.Any(), fact.Account, []id.Record{p.Account.Any()}
		},
		func(p proposition.Proposition) []string {
			text := func(v any) string {
				b, err := json.Marshal(v)
				if err != nil { // plain structs
					return ""
				}
				return string(b)
			}
			return []string{
				p.Name, p.Segment, p.Product.String(), p.Account.String(), p.Opportunity.String(), string(p.State), p.Promise, text(p.Items), strconv.FormatInt(p.TestedWith, 10),
				decimal.Amount(p.Reference), text(p.Plus), text(p.Minus), decimal.Amount(p.Price), instant(p.Created), instant(p.Updated), p.ID.String(),
			}
		})
}

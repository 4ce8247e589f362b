package app

import (
	"context"
	"errors"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/member"
	"kring/domain/product"
	"kring/store"
)

// The catalogue is everybody's to read. What a product costs us is not for the
// customer: it is in no letter and on no page of theirs.

// ProductQuery says which products a list shows.
type ProductQuery = store.ProductQuery

// AddProduct puts a product in the catalogue.
func (a *App) AddProduct(ctx context.Context, who Who, d product.Draft) (p product.Product, err error) {
	return a.AddProductOnce(ctx, who, id.New[id.Product](), d)
}

// AddProductOnce is AddProduct for a form that may be sent twice: the second time
// there is a product with this id, and that is the answer.
func (a *App) AddProductOnce(ctx context.Context, who Who, i id.Product, d product.Draft) (p product.Product, err error) {
	err = a.write(ctx, who, member.ProductWrite, func(tx *store.Tx) error {
		if p, err = tx.Product(i); !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if p, err = product.New(i, tx.Now(), d); err != nil {
			return err
		}
		p, err = tx.AddProduct(p, fact.Fact{Deed: "product.added", Changes: product.Diff(product.Product{}, p)})
		return codeTaken(err)
	})
	return p, err
}

// ChangeProduct changes a product; version is what the visitor read, 0 takes
// whatever stands. What was offered before keeps its price.
func (a *App) ChangeProduct(ctx context.Context, who Who, i id.Product, version int64, d product.Draft) (p product.Product, err error) {
	err = a.write(ctx, who, member.ProductWrite, func(tx *store.Tx) error {
		if p, err = tx.Product(i); err != nil {
			return err
		}
		if err := asRead(p, p.Version, version); err != nil {
			return err
		}
		next, changes, err := product.Change(p, tx.Now(), d)
		if err != nil || len(changes) == 0 {
			return err
		}
		p, err = tx.SaveProduct(next, fact.Fact{Deed: "product.changed", Changes: changes})
		return codeTaken(err)
	})
	return p, err
}

func codeTaken(err error) error {
	if errors.Is(err, store.ErrTaken) {
		return fault.Field("code", product.ErrTaken)
	}
	return err
}

// Product is one product.
func (a *App) Product(ctx context.Context, who Who, i id.Product) (p product.Product, err error) {
	err = a.peek(ctx, who, member.ProductRead, func(v *store.View) error {
		p, err = v.Product(i)
		return err
	})
	return p, err
}

// Products are the products that a list shows, by code.
func (a *App) Products(ctx context.Context, who Who, q ProductQuery) (all []product.Product, err error) {
	q.Limit = min(max(q.Limit, 1), 1001)
	err = a.peek(ctx, who, member.ProductRead, func(v *store.View) error {
		all, err = v.Products(q)
		return err
	})
	return all, err
}

// SavePriceList stores a price list, new when version is 0. One for a relation is
// for a relation within who's reach.
func (a *App) SavePriceList(ctx context.Context, who Who, l product.List) (_ product.List, err error) {
	err = a.write(ctx, who, member.ProductWrite, func(tx *store.Tx) error {
		was, err := tx.PriceList(l.ID)
		made := errors.Is(err, store.ErrNotFound)
		switch {
		case err != nil && !made:
			return err
		case made && l.Version != 0:
			return err
		case !made && l.Version == 0: // the form was sent twice
			l = was
			return nil
		case !made && was.Version != l.Version:
			return &Stale[product.List]{Fault: store.ErrStale, Now: was, Version: l.Version}
		}
		if l, err = l.Check(); err != nil {
			return err
		}
		if !l.Account.IsZero() {
			if _, err := tx.Account(l.Account, who.Reach(fact.Account)); errors.Is(err, store.ErrNotFound) {
				return fault.Field("account", product.ErrFor)
			} else if err != nil {
				return err
			}
		}
		ids := distinct(each(l.Prices, func(p product.Price) id.Product { return p.Product }))
		there, err := tx.ProductsByID(ids)
		if err != nil {
			return err
		}
		if len(there) < len(ids) {
			return fault.Field("prices", product.ErrProduct)
		}
		deed := "price_list.changed"
		if l.Updated = tx.Now(); made {
			l.Created, deed = tx.Now(), "price_list.added"
		} else {
			l.Created = was.Created
		}
		of := func(l product.List) func(string) any {
			return func(key string) any {
				return map[string]any{"name": l.Name, "account": l.Account, "segment": l.Segment, "from": l.From, "until": l.Until, "currency": l.Currency, "prices": l.Prices}[key]
			}
		}
		changes := fact.Between([]string{"name", "account", "segment", "from", "until", "currency", "prices"}, of(was), of(l))
		if len(changes) == 0 {
			l = was
			return nil
		}
		l, err = tx.PutPriceList(l, fact.Fact{Deed: deed, Changes: changes})
		return err
	})
	return l, err
}

// PriceList is one price list; that of a relation for who sees the relation.
func (a *App) PriceList(ctx context.Context, who Who, i id.PriceList) (l product.List, err error) {
	err = a.read(ctx, who, member.ProductRead, func(v *store.View) error {
		if l, err = v.PriceList(i); err != nil || l.Account.IsZero() {
			return err
		}
		_, _, err = readAccount(v, who, l.Account)
		return err
	})
	if err != nil {
		l = product.List{}
	}
	return l, err
}

// PriceLists are the price lists that who may see, after one, in the order in
// which they were made.
func (a *App) PriceLists(ctx context.Context, who Who, after id.PriceList, limit int) (all []product.List, err error) {
	err = a.read(ctx, who, member.ProductRead, func(v *store.View) error {
		all = nil
		for at, limit := after.Any(), min(max(limit, 1), 201); len(all) < limit; {
			page, err := v.PriceLists(at, 200)
			if err != nil {
				return err
			}
			for _, l := range page {
				at = l.ID.Any()
				if !l.Account.IsZero() {
					if _, _, err := readAccount(v, who, l.Account); errors.Is(err, store.ErrNotFound) {
						continue
					} else if err != nil {
						return err
					}
				}
				if all = append(all, l); len(all) == limit {
					break
				}
			}
			if len(page) < 200 {
				break
			}
		}
		return nil
	})
	return all, err
}

// PriceFor is the price of a product for a relation on a day in a quantity
// (thousandths), with the reason. Without a relation it is that for everybody.
func (a *App) PriceFor(ctx context.Context, who Who, i id.Product, at id.Account, on day.Day, quantity int64) (f product.Found, err error) {
	err = a.read(ctx, who, member.ProductRead, func(v *store.View) error {
		p, err := v.Product(i)
		if err != nil {
			return err
		}
		prices, err := pricesFor(v, who, at)
		if err != nil {
			return err
		}
		if on == "" {
			on = a.Today(who)
		}
		f = prices.find(p, on, quantity)
		return nil
	})
	return f, err
}

// prices are what can hold for one relation.
type prices struct {
	account id.Account
	tags    []string
	lists   []product.List
}

func pricesFor(v *store.View, who Who, at id.Account) (p prices, err error) {
	if p.lists, err = v.PriceListsFor(at); err != nil || at.IsZero() {
		return p, err
	}
	acc, _, err := readAccount(v, who, at)
	p.account = at
	p.tags = acc.Tags
	return p, err
}

func (p prices) find(of product.Product, on day.Day, quantity int64) product.Found {
	return product.Find(of, p.lists, on, p.account, p.tags, quantity)
}

// ProductByCode is the product with a code, whatever its capitals.
func (a *App) ProductByCode(ctx context.Context, who Who, code string) (p product.Product, err error) {
	err = a.peek(ctx, who, member.ProductRead, func(v *store.View) error {
		all, err := v.ProductsByCode([]string{code})
		if err == nil && len(all) == 0 {
			err = store.ErrNotFound
		}
		if err == nil {
			p = all[0]
		}
		return err
	})
	return p, err
}

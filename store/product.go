package store

import (
	"database/sql"
	"encoding/json"
	"slices"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/vat"
	"kring/domain/product"
)

const productColumns = "p.id, p.version, p.code, p.name_nl, p.name_en, p.unit, p.category, p.cents, p.cost, p.currency, p.vat, p.active, p.created_at, p.updated_at"

const productSet = "code, code_key, name_nl, name_en, unit, category, cents, cost, currency, vat, active, search, created_at, updated_at"

// ProductQuery says which products a list shows; what is empty does not count.
type ProductQuery struct {
	Search   string // words, of which each is in it
	Category string
	Active   bool   // only what is sold
	After    string // the key of the code of the last one
	Limit    int
}

// Product is one product.
func (v *View) Product(i id.Product) (p product.Product, err error) {
	defer fault.Wrap(&err, "store.Product(%s)", i)
	all, err := v.products(v.where("p").and("p.id = ?", i), "")
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return p, err
	}
	return all[0], nil
}

// Products are the products that a list shows, by code. A catalogue is small
// beside the rest, so a search reads it along the index of its codes.
func (v *View) Products(q ProductQuery) (_ []product.Product, err error) {
	defer fault.Wrap(&err, "store.Products")
	w := v.where("p").and("p.code_key > ?", q.After)
	for _, word := range slices.Compact(fold.Words(q.Search)) {
		w.and("p.search LIKE ?", "%"+word+"%")
	}
	if q.Category != "" {
		w.and("p.category = ?", q.Category)
	}
	if q.Active {
		w.and("p.active = TRUE")
	}
	w.args = append(w.args, q.Limit)
	return v.products(w, " ORDER BY p.code_key LIMIT ?")
}

// ProductsByID are those of the products that are there, in no order.
func (v *View) ProductsByID(ids []id.Product) (all []product.Product, err error) {
	defer fault.Wrap(&err, "store.ProductsByID")
	for chunk := range slices.Chunk(ids, 200) {
		some, err := v.products(v.where("p").in("p.id", len(chunk), anys(chunk)...), "")
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// ProductsByCode are those with one of these codes, whatever their capitals.
func (v *View) ProductsByCode(codes []string) (all []product.Product, err error) {
	defer fault.Wrap(&err, "store.ProductsByCode")
	keys := make([]string, 0, len(codes))
	for _, c := range codes {
		keys = append(keys, product.Key(c))
	}
	for chunk := range slices.Chunk(keys, 200) {
		some, err := v.products(v.where("p").in("p.code_key", len(chunk), anys(chunk)...), "")
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

func (v *View) products(w *where, rest string) (all []product.Product, err error) {
	err = v.rows("SELECT "+productColumns+" FROM product p"+w.String()+rest, w.args, func(rs *sql.Rows) error {
		var p product.Product
		var code string
		err := rs.Scan(&p.ID, &p.Version, &p.Code, &p.NameNL, &p.NameEN, &p.Unit, &p.Category, &p.Price, &p.Cost, &p.Currency, &code, &p.Active, &p.Created, &p.Updated)
		p.VAT = vat.Code(code)
		all = append(all, p)
		return err
	})
	return all, err
}

func productRow(p product.Product) []any {
	return []any{p.Code, product.Key(p.Code), p.NameNL, p.NameEN, p.Unit, p.Category, p.Price, p.Cost, p.Currency, string(p.VAT), p.Active, p.Search(), p.Created, p.Updated}
}

// AddProduct stores a new product. ErrTaken when its code is taken.
func (tx *Tx) AddProduct(p product.Product, f fact.Fact) (_ product.Product, err error) {
	defer fault.Wrap(&err, "store.AddProduct")
	p.Version = 1
	if _, err := tx.exec("INSERT INTO product (org_id, id, version, "+productSet+") VALUES ("+marks(17)+")", append([]any{tx.org, p.ID, p.Version}, productRow(p)...)...); err != nil {
		return p, err
	}
	return p, tx.fact(aboutProduct(p, f))
}

// SaveProduct stores a changed product; ErrStale when it was changed since p was
// read, ErrTaken when its code is taken.
func (tx *Tx) SaveProduct(p product.Product, f fact.Fact) (_ product.Product, err error) {
	defer fault.Wrap(&err, "store.SaveProduct(%s)", p.ID)
	if err := tx.change1("UPDATE product SET version = version + 1, ("+productSet+") = ("+marks(14)+") WHERE org_id = ? AND id = ? AND version = ?", append(productRow(p), tx.org, p.ID, p.Version)...); err != nil {
		return p, err
	}
	p.Version++
	return p, tx.fact(aboutProduct(p, f))
}

// EraseProduct takes a product away that an import made and nobody used.
func (tx *Tx) EraseProduct(p product.Product, f fact.Fact) (err error) {
	defer fault.Wrap(&err, "store.EraseProduct(%s)", p.ID)
	if err := tx.change1("DELETE FROM product WHERE org_id = ? AND id = ? AND version = ?", tx.org, p.ID, p.Version); err != nil {
		return err
	}
	return tx.fact(aboutProduct(p, f))
}

func aboutProduct(p product.Product, f fact.Fact) fact.Fact {
	f.Kind, f.Subject, f.Label = fact.Product, p.ID.Any(), p.Code
	return f
}

const listColumns = "l.id, l.version, l.name, l.account_id, l.segment, l.from_day, l.until_day, l.currency, l.prices, l.created_at, l.updated_at"

// MostLists is how many price lists are looked through.
const MostLists = 500

// PriceList is one price list.
func (v *View) PriceList(i id.PriceList) (l product.List, err error) {
	defer fault.Wrap(&err, "store.PriceList(%s)", i)
	all, err := v.priceLists(v.where("l").and("l.id = ?", i), "")
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return l, err
	}
	return all[0], nil
}

// PriceLists are all price lists after one, for a list or an export.
func (v *View) PriceLists(after id.Record, limit int) (_ []product.List, err error) {
	defer fault.Wrap(&err, "store.PriceLists")
	return v.priceLists(v.onwards("l", after, limit), " ORDER BY l.id LIMIT ?")
}

// PriceListsFor are the lists that can hold for an account: its own, and those
// that are for no account in particular.
func (v *View) PriceListsFor(a id.Account) (all []product.List, err error) {
	defer fault.Wrap(&err, "store.PriceListsFor")
	for _, w := range []*where{v.where("l").and("l.account_id = ?", a), v.where("l").and("l.account_id IS NULL")} {
		w.args = append(w.args, MostLists)
		some, err := v.priceLists(w, " ORDER BY l.id LIMIT ?")
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

func (v *View) priceLists(w *where, rest string) (all []product.List, err error) {
	err = v.rows("SELECT "+listColumns+" FROM price_list l"+w.String()+rest, w.args, func(rs *sql.Rows) error {
		var l product.List
		var from, until, prices string
		if err := rs.Scan(&l.ID, &l.Version, &l.Name, &l.Account, &l.Segment, &from, &until, &l.Currency, &prices, &l.Created, &l.Updated); err != nil {
			return err
		}
		l.From, l.Until = day.Day(from), day.Day(until)
		if err := json.Unmarshal([]byte(prices), &l.Prices); err != nil {
			return err
		}
		all = append(all, l)
		return nil
	})
	return all, err
}

// PutPriceList stores a price list, new when its version is 0; ErrStale when it
// was changed since l was read.
func (tx *Tx) PutPriceList(l product.List, f fact.Fact) (_ product.List, err error) {
	defer fault.Wrap(&err, "store.PutPriceList(%s)", l.ID)
	prices, err := json.Marshal(l.Prices)
	if err != nil {
		return l, err
	}
	if l.Version == 0 {
		_, err = tx.exec("INSERT INTO price_list (org_id, id, version, name, account_id, segment, from_day, until_day, currency, prices, created_at, updated_at) VALUES ("+marks(12)+")",
			tx.org, l.ID, 1, l.Name, l.Account, l.Segment, string(l.From), string(l.Until), l.Currency, string(prices), l.Created, l.Updated)
	} else {
		err = tx.change1("UPDATE price_list SET version = version + 1, name = ?, account_id = ?, segment = ?, from_day = ?, until_day = ?, currency = ?, prices = ?, updated_at = ? WHERE org_id = ? AND id = ? AND version = ?",
			l.Name, l.Account, l.Segment, string(l.From), string(l.Until), l.Currency, string(prices), l.Updated, tx.org, l.ID, l.Version)
	}
	if err != nil {
		return l, err
	}
	l.Version++
	if !l.Account.IsZero() {
		if err := tx.pointedAt(l.Account); err != nil {
			return l, err
		}
	}
	f.Kind, f.Subject, f.Account, f.Label = fact.PriceList, l.ID.Any(), l.Account, l.Name
	return l, tx.fact(f)
}

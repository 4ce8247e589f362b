// Package product holds the rules of the catalogue: what is sold, for how much,
// with which VAT, and which price holds for whom on a day (domain.md §2.22).
//
// Quotes and orders copy what they need of a product, so that a price that
// changes moves no offer that was made.
package product

import (
	"cmp"
	"slices"
	"strings"

	"kring/base/catalogue"
	"kring/base/column"
	"kring/base/day"
	"kring/base/decimal"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/money"
	"kring/base/vat"
)

// Product is one thing in the catalogue. Prices are cents of Currency for one
// Unit, without VAT; times are milliseconds UTC.
type Product struct {
	ID       id.Product `json:"id"`
	Code     string     `json:"code"` // unique in the organisation, whatever its capitals
	NameNL   string     `json:"name_nl"`
	NameEN   string     `json:"name_en"` // the Dutch one where it is empty
	Unit     string     `json:"unit"`    // "stuk", "uur"; empty is a piece
	Category string     `json:"category"`
	Price    int64      `json:"price"`    // list price
	Cost     int64      `json:"cost"`     // 0 is not known
	Currency string     `json:"currency"` // ISO 4217
	VAT      vat.Code   `json:"vat"`
	Active   bool       `json:"active"` // false is no longer sold
	Created  int64      `json:"created_at"`
	Updated  int64      `json:"updated_at"`
	Version  int64      `json:"version"`
}

// Draft is what is filled in for a product.
type Draft struct {
	Code, NameNL, NameEN, Unit, Category string
	Price, Cost                          int64
	Currency                             string // EUR when empty
	VAT                                  vat.Code
	Active                               bool
}

// The limits of a product.
const (
	MaxCode = 60
	MaxName = 200
	MaxUnit = 30
)

// What can be wrong with a product.
var (
	ErrCode  = fault.New(fault.Invalid, "product.code", "a product needs a code of at most 60 characters")
	ErrTaken = fault.New(fault.Conflict, "product.code_taken", "another product has this code")
	ErrName  = fault.New(fault.Invalid, "product.name", "a product needs a name of at most 200 characters")
	ErrPrice = fault.New(fault.Invalid, "product.price", "a price is zero or more")
	ErrCost  = fault.New(fault.Invalid, "product.cost", "a cost is zero or more")
)

// New makes a product.
func New(i id.Product, now int64, d Draft) (Product, error) {
	p := Product{ID: i, Created: now, Updated: now, Version: 1}
	return p, p.take(d)
}

// Change puts other things in a product and tells what became different.
func Change(p Product, now int64, d Draft) (Product, []fact.Change, error) {
	next := p
	if err := next.take(d); err != nil {
		return p, nil, err
	}
	changes := Diff(p, next)
	if len(changes) > 0 {
		next.Updated = now
	}
	return next, changes, nil
}

func (p *Product) take(d Draft) error {
	wrong := fault.Fields{}
	clean := func(field, typed string, most int) string {
		s, err := fold.Clean(typed, most)
		wrong.Add(field, err)
		return s
	}
	p.Code, p.NameNL, p.NameEN = clean("code", d.Code, MaxCode), clean("name_nl", d.NameNL, MaxName), clean("name_en", d.NameEN, MaxName)
	p.Unit, p.Category = clean("unit", d.Unit, MaxUnit), clean("category", d.Category, MaxName)
	if p.NameNL == "" { // one language is enough
		p.NameNL = p.NameEN
	}
	if p.Code == "" {
		wrong.Add("code", ErrCode)
	}
	if p.NameNL == "" {
		wrong.Add("name_nl", ErrName)
	}
	if p.Price = d.Price; d.Price < 0 {
		wrong.Add("price", ErrPrice)
	}
	if p.Cost = d.Cost; d.Cost < 0 {
		wrong.Add("cost", ErrCost)
	}
	var err error
	if p.VAT, err = vat.Clean(d.VAT); err != nil {
		wrong.Add("vat", err)
	}
	p.Currency, err = money.Currency(d.Currency, "EUR")
	wrong.Add("currency", err)
	for field, cents := range map[string]int64{"price": d.Price, "cost": d.Cost} {
		wrong.Add(field, money.Money{Cents: cents, Currency: "EUR"}.Check())
	}
	p.Active = d.Active
	return wrong.Err()
}

// Draft is a product as it would be filled in.
func (p Product) Draft() Draft {
	return Draft{p.Code, p.NameNL, p.NameEN, p.Unit, p.Category, p.Price, p.Cost, p.Currency, p.VAT, p.Active}
}

// Key is by which a code is found.
func Key(code string) string { return fold.Key(code) }

// Name is what a product is called in a language.
func (p Product) Name(lang string) string {
	if lang == "en" && p.NameEN != "" {
		return p.NameEN
	}
	return p.NameNL
}

// Search is in what a search looks.
func (p Product) Search() string {
	return fold.Key(strings.Join([]string{p.Code, p.NameNL, p.NameEN, p.Category}, " "))
}

// Diff is what is different between two versions of a product.
func Diff(a, b Product) (changes []fact.Change) {
	keys := []string{"code", "name_nl", "name_en", "unit", "category", "price", "cost", "currency", "vat", "active"}
	of := func(p Product) func(string) any {
		return func(key string) any {
			return map[string]any{"code": p.Code, "name_nl": p.NameNL, "name_en": p.NameEN, "unit": p.Unit, "category": p.Category, "price": p.Price, "cost": p.Cost, "currency": p.Currency, "vat": p.VAT, "active": p.Active}[key]
		}
	}
	return fact.Between(keys, of(a), of(b))
}

// Columns are what a column of a file can become of a product.
func Columns() column.Fields {
	return column.Fields{
		{Key: "code", Kind: catalogue.Text, Words: []string{"Code", "Artikelnummer", "Productcode", "Artikelcode", "SKU", "Artikel", "Product code", "Item number", "Item code", "Nummer"}},
		{Key: "name_nl", Kind: catalogue.Text, Words: []string{"Naam", "Omschrijving", "Product", "Productnaam", "Artikelnaam", "Name", "Product name", "Description", "Naam (Nederlands)", "Name (Dutch)"}},
		{Key: "name_en", Kind: catalogue.Text, Words: []string{"Naam (Engels)", "Name (English)", "English name", "Engelse naam"}},
		{Key: "category", Kind: catalogue.Text, Words: []string{"Categorie", "Groep", "Productgroep", "Artikelgroep", "Reeks", "Category", "Group", "Series", "Family", "Product line"}},
		{Key: "unit", Kind: catalogue.Text, Words: []string{"Eenheid", "Per", "Unit", "Unit of measure"}},
		{Key: "price", Kind: catalogue.Money, Words: []string{"Prijs", "Verkoopprijs", "Adviesprijs", "Stukprijs", "Price", "Sales price", "List price", "Unit price", "sales_price"}},
		{Key: "cost", Kind: catalogue.Money, Words: []string{"Kostprijs", "Inkoopprijs", "Cost", "Cost price", "Purchase price"}},
		{Key: "currency", Kind: catalogue.Text, Words: []string{"Munt", "Valuta", "Currency"}},
		{Key: "vat", Kind: catalogue.Choice, Words: []string{"Btw", "Btw-tarief", "Btw-code", "VAT", "VAT code", "Tax"}, Named: map[string][]string{
			"high": {"21", "21%", "21 %", "hoog", "standard"}, "low": {"9", "9%", "9 %", "laag", "reduced"}, "zero": {"0", "0%", "0 %", "nul"}, "reverse": {"verlegd", "reverse charge"}, "exempt": {"vrijgesteld", "vrij"}}},
		{Key: "active", Kind: catalogue.Bool, Words: []string{"Actief", "Leverbaar", "Active", "Sold"}},
		column.ID,
	}
}

// Drafted is the product that a row of a file describes: what stands, with the
// cells that are filled in its place. A product without a code of its own is
// known by its name.
func Drafted(p Product, cells map[string]string) (d Draft, err error) {
	d = p.Draft()
	if p.ID.IsZero() {
		d.Active = true
	}
	for key, to := range map[string]*string{"code": &d.Code, "name_nl": &d.NameNL, "name_en": &d.NameEN, "unit": &d.Unit, "category": &d.Category, "currency": &d.Currency} {
		if cells[key] != "" {
			*to = cells[key]
		}
	}
	if d.Code == "" {
		d.Code = cmp.Or(d.NameNL, d.NameEN)
		if r := []rune(d.Code); len(r) > MaxCode {
			d.Code = string(r[:MaxCode])
		}
	}
	wrong := fault.Fields{}
	for key, to := range map[string]*int64{"price": &d.Price, "cost": &d.Cost} {
		if cells[key] != "" {
			*to, err = decimal.Cents(cells[key], decimal.Point)
			wrong.Add(key, err)
		}
	}
	if cells["vat"] != "" {
		d.VAT = vat.Code(cells["vat"])
	}
	if cells["active"] != "" {
		d.Active = cells["active"] == "true"
	}
	return d, wrong.Err()
}

// List is a price list: for one account, for those with a tag, or for all, in a
// period.
type List struct {
	ID       id.PriceList `json:"id"`
	Name     string       `json:"name"`
	Account  id.Account   `json:"account"` // zero is not one account
	Segment  string       `json:"segment"` // tag of the accounts; empty is not one segment
	From     day.Day      `json:"from"`    // "" is always
	Until    day.Day      `json:"until"`   // included; "" is for ever
	Currency string       `json:"currency"`
	Prices   []Price      `json:"prices"`
	Created  int64        `json:"created_at"`
	Updated  int64        `json:"updated_at"`
	Version  int64        `json:"version"`
}

// Price is what one costs from a quantity on.
type Price struct {
	Product  id.Product `json:"product"`
	Quantity int64      `json:"quantity"` // thousandths, from which on it holds
	Cents    int64      `json:"cents"`    // for one, without VAT
}

// MostPrices is how many prices a list has.
const MostPrices = 5000

// What can be wrong with a price list.
var (
	ErrListName  = fault.New(fault.Invalid, "price_list.name", "a price list needs a name")
	ErrPeriod    = fault.New(fault.Invalid, "price_list.period", "a price list ends on the day that it begins, or later")
	ErrFor       = fault.New(fault.Invalid, "price_list.for", "a price list is for one relation or for one segment, not both")
	ErrTwice     = fault.New(fault.Invalid, "price_list.twice", "this product has this price from this quantity on already")
	ErrMany      = fault.New(fault.Invalid, "price_list.many", "a price list has at most 5000 prices")
	ErrProduct   = fault.New(fault.Invalid, "price_list.product", "choose a product of the catalogue")
	ErrListPrice = fault.New(fault.Invalid, "price_list.price", "a price is zero or more, from a quantity of zero or more")
)

// Check tidies a price list.
func (l List) Check() (List, error) {
	wrong := fault.Fields{}
	var err error
	l.Name, err = fold.Clean(l.Name, MaxName)
	wrong.Add("name", err)
	if l.Name == "" && err == nil {
		wrong.Add("name", ErrListName)
	}
	l.Segment, err = fold.Clean(l.Segment, MaxName)
	wrong.Add("segment", err)
	if l.Segment != "" && !l.Account.IsZero() {
		wrong.Add("segment", ErrFor)
	}
	for field, d := range map[string]*day.Day{"from": &l.From, "until": &l.Until} {
		if *d != "" {
			*d, err = day.Parse(string(*d))
			wrong.Add(field, err)
		}
	}
	if l.From != "" && l.Until != "" && l.Until < l.From {
		wrong.Add("until", ErrPeriod)
	}
	l.Currency, err = money.Currency(l.Currency, "EUR")
	wrong.Add("currency", err)
	if len(l.Prices) > MostPrices {
		wrong.Add("prices", ErrMany)
		return l, wrong.Err()
	}
	l.Prices = slices.Clone(l.Prices)
	slices.SortFunc(l.Prices, func(a, b Price) int {
		return cmp.Or(strings.Compare(a.Product.String(), b.Product.String()), cmp.Compare(a.Quantity, b.Quantity))
	})
	for i, p := range l.Prices {
		switch {
		case p.Product.IsZero():
			wrong.Add("prices", ErrProduct)
		case p.Quantity < 0 || p.Cents < 0 || p.Cents > money.Most*100:
			wrong.Add("prices", ErrListPrice)
		case i > 0 && p.Product == l.Prices[i-1].Product && p.Quantity == l.Prices[i-1].Quantity:
			wrong.Add("prices", ErrTwice)
		}
	}
	return l, wrong.Err()
}

// Holds says whether the list holds on a day for an account with these tags.
func (l List) Holds(on day.Day, a id.Account, tags []string) bool {
	switch {
	case l.From != "" && on < l.From, l.Until != "" && on > l.Until:
		return false
	case !l.Account.IsZero():
		return l.Account == a && !a.IsZero()
	case l.Segment != "":
		return slices.ContainsFunc(tags, func(t string) bool { return fold.Key(t) == fold.Key(l.Segment) })
	}
	return true
}

// Why says where a price comes from.
type Why string

// The reasons, the nearest to the customer first.
const (
	ByAccount Why = "account" // a list of this relation
	BySegment Why = "segment" // a list of its segment
	ByAll     Why = "all"     // a list for everybody
	ByProduct Why = "product" // the list price of the catalogue
)

// Found is a price and why it is that one.
type Found struct {
	Cents    int64        `json:"cents"`
	Why      Why          `json:"why"`
	List     id.PriceList `json:"list,omitzero"`
	ListName string       `json:"list_name,omitempty"`
	Segment  string       `json:"segment,omitempty"`
	Quantity int64        `json:"from_quantity"` // thousandths, from which on it holds
	Other    bool         `json:"other_currency,omitempty"`
}

// Find is the price of a product for an account on a day in a quantity
// (thousandths): of the nearest list that has one, at the largest quantity that
// is reached; of two lists as near the cheaper. Lists in another currency are
// passed over.
func Find(p Product, lists []List, on day.Day, a id.Account, tags []string, quantity int64) Found {
	best := Found{Cents: p.Price, Why: ByProduct}
	rank := map[Why]int{ByAccount: 0, BySegment: 1, ByAll: 2, ByProduct: 3}
	for _, l := range lists {
		if l.Currency != p.Currency || !l.Holds(on, a, tags) {
			continue
		}
		f := Found{Why: ByAll, List: l.ID, ListName: l.Name, Quantity: -1}
		switch {
		case !l.Account.IsZero():
			f.Why = ByAccount
		case l.Segment != "":
			f.Why, f.Segment = BySegment, l.Segment
		}
		for _, price := range l.Prices {
			if price.Product == p.ID && price.Quantity <= max(quantity, 0) && price.Quantity > f.Quantity {
				f.Quantity, f.Cents = price.Quantity, price.Cents
			}
		}
		if f.Quantity < 0 {
			continue
		}
		if d := rank[f.Why] - rank[best.Why]; d < 0 || d == 0 && f.Cents < best.Cents {
			best = f
		}
	}
	return best
}

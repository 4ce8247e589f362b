package product_test

import (
	"errors"
	"strings"
	"testing"

	"kring/base/day"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/money"
	"kring/base/vat"
	"kring/domain/product"
)

func TestNew(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		d     product.Draft
		field string
		want  error
	}{
		"good":        {product.Draft{Code: "KM-100", NameNL: "Koffiemachine", Price: 550_00, Cost: 300_00, Active: true}, "", nil},
		"no code":     {product.Draft{NameNL: "Koffiemachine"}, "code", product.ErrCode},
		"no name":     {product.Draft{Code: "KM"}, "name_nl", product.ErrName},
		"minus":       {product.Draft{Code: "KM", NameNL: "K", Price: -1}, "price", product.ErrPrice},
		"minus cost":  {product.Draft{Code: "KM", NameNL: "K", Cost: -1}, "cost", product.ErrCost},
		"vat":         {product.Draft{Code: "KM", NameNL: "K", VAT: "huge"}, "vat", vat.ErrCode},
		"currency":    {product.Draft{Code: "KM", NameNL: "K", Currency: "XXX"}, "currency", money.ErrCurrency},
		"too dear":    {product.Draft{Code: "KM", NameNL: "K", Price: money.Most*100 + 1}, "price", money.ErrLarge},
		"english too": {product.Draft{Code: "KM", NameEN: "Coffee machine"}, "", nil},
	} {
		p, err := product.New(id.New[id.Product](), 1, c.d)
		if !errors.Is(at(err, c.field), c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && (p.VAT != vat.High || p.Currency != "EUR" || p.NameNL == "") {
			t.Errorf("%s: %+v", name, p)
		}
	}
	p, err := product.New(id.New[id.Product](), 1, product.Draft{Code: "KM", NameNL: "Machine", NameEN: "Machine EN", Price: 100})
	if err != nil || p.Name("en") != "Machine EN" || p.Name("nl") != "Machine" || !strings.Contains(p.Search(), "machine") {
		t.Error(p, err)
	}
	d := p.Draft()
	d.Price = 200
	next, changes, err := product.Change(p, 2, d)
	if err != nil || len(changes) != 1 || changes[0].Field != "price" || next.Updated != 2 {
		t.Error(next, changes, err)
	}
}

// at is what an error says of a field, or the error itself.
func at(err error, field string) error {
	f, ok := fault.From(err)
	if !ok || field == "" || f.Fields[field] == nil {
		return err
	}
	return f.Fields[field]
}

// TestFind: the nearest list wins, at the largest quantity that is reached.
func TestFind(t *testing.T) {
	t.Parallel()
	p, err := product.New(id.New[id.Product](), 1, product.Draft{Code: "KM", NameNL: "Machine", Price: 100_00})
	if err != nil {
		t.Fatal(err)
	}
	a, b := id.New[id.Account](), id.New[id.Account]()
	list := func(name string, l product.List) product.List {
		l.ID, l.Name = id.New[id.PriceList](), name
		l, err := l.Check()
		if err != nil {
			t.Fatal(name, err)
		}
		return l
	}
	lists := []product.List{
		list("iedereen", product.List{Prices: []product.Price{{p.ID, 0, 98_00}, {p.ID, 10_000, 90_00}}}),
		list("zorg", product.List{Segment: "Zorg", Prices: []product.Price{{p.ID, 0, 95_00}}}),
		list("zorg actie", product.List{Segment: "zorg", From: "2026-12-01", Until: "2026-12-31", Prices: []product.Price{{p.ID, 0, 85_00}}}),
		list("de linden", product.List{Account: a, Prices: []product.Price{{p.ID, 5000, 99_00}}}),
		list("dollars", product.List{Currency: "USD", Account: a, Prices: []product.Price{{p.ID, 0, 1}}}),
	}
	for name, c := range map[string]struct {
		account  id.Account
		tags     []string
		on       day.Day
		quantity int64
		cents    int64
		why      product.Why
	}{
		"everybody":             {b, nil, "2026-11-25", 1000, 98_00, product.ByAll},
		"ten":                   {b, nil, "2026-11-25", 10_000, 90_00, product.ByAll},
		"almost ten":            {b, nil, "2026-11-25", 9999, 98_00, product.ByAll},
		"segment":               {b, []string{"zorg"}, "2026-11-25", 10_000, 95_00, product.BySegment},
		"segment in its period": {b, []string{"zorg"}, "2026-12-31", 1000, 85_00, product.BySegment},
		"and after":             {b, []string{"zorg"}, "2027-01-01", 1000, 95_00, product.BySegment},
		"own list, too few":     {a, []string{"zorg"}, "2026-11-25", 4999, 95_00, product.BySegment},
		"own list, dearer":      {a, []string{"zorg"}, "2026-11-25", 5000, 99_00, product.ByAccount},
	} {
		got := product.Find(p, lists, c.on, c.account, c.tags, c.quantity)
		if got.Cents != c.cents || got.Why != c.why {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := product.Find(p, nil, "2026-11-25", a, nil, 1000); got.Cents != 100_00 || got.Why != product.ByProduct {
		t.Errorf("%+v", got)
	}
}

func TestListCheck(t *testing.T) {
	t.Parallel()
	i := id.New[id.Product]()
	for name, c := range map[string]struct {
		l     product.List
		field string
		want  error
	}{
		"no name": {product.List{}, "name", product.ErrListName},
		"both":    {product.List{Name: "x", Segment: "zorg", Account: id.New[id.Account]()}, "segment", product.ErrFor},
		"period":  {product.List{Name: "x", From: "2026-02-01", Until: "2026-01-31"}, "until", product.ErrPeriod},
		"twice":   {product.List{Name: "x", Prices: []product.Price{{i, 0, 1}, {i, 0, 2}}}, "prices", product.ErrTwice},
		"product": {product.List{Name: "x", Prices: []product.Price{{}}}, "prices", product.ErrProduct},
		"minus":   {product.List{Name: "x", Prices: []product.Price{{i, 0, -1}}}, "prices", product.ErrListPrice},
		"many":    {product.List{Name: "x", Prices: make([]product.Price, product.MostPrices+1)}, "prices", product.ErrMany},
	} {
		if _, err := c.l.Check(); !errors.Is(at(err, c.field), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestDrafted reads a row of a file; one without a code is known by its name.
func TestDrafted(t *testing.T) {
	t.Parallel()
	d, err := product.Drafted(product.Product{}, map[string]string{"name_nl": "GTX Pro", "category": "GTX", "price": "4821"})
	if err != nil || d.Code != "GTX Pro" || d.Price != 4821_00 || !d.Active || d.Category != "GTX" {
		t.Errorf("%+v %v", d, err)
	}
	if _, err := product.Drafted(product.Product{}, map[string]string{"name_nl": "x", "price": "veel"}); err == nil {
		t.Error("a price that is no number")
	}
}

package desk

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"kring/app"
	"kring/base/day"
	"kring/base/decimal"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/vat"
	"kring/domain/member"
	"kring/domain/product"
	"kring/look"
)

// The catalogue and the price lists.

func (d *Desk) productRoutes() {
	d.member("GET /products", productList)
	d.member("POST /products/export", exportProducts)
	d.member("GET /products/new", func(v *visit) error { return productPage(v, true) })
	d.member("GET /products/{id}", func(v *visit) error { return productPage(v, false) })
	d.member("POST /products/{id}", saveProduct)
	d.member("GET /price-lists", priceLists)
	d.member("GET /price-lists/new", func(v *visit) error { return priceListPage(v, true) })
	d.member("GET /price-lists/{id}", func(v *visit) error { return priceListPage(v, false) })
	d.member("POST /price-lists/{id}", savePriceList)
}

const productsOnPage = 50

// productShelf is the list of products.
type productShelf struct {
	v    *visit
	ask  app.ProductQuery
	all  []product.Product
	next string
}

func productQuery(form url.Values) app.ProductQuery {
	return app.ProductQuery{Search: strings.ToValidUTF8(form.Get("q"), ""), Active: form.Get("sold") != "", Category: form.Get("category"), After: form.Get("after"), Limit: productsOnPage + 1}
}

func productList(v *visit) error {
	if err := v.may(member.ProductRead); err != nil {
		return err
	}
	s := productShelf{v: v, ask: productQuery(v.r.URL.Query())}
	all, err := v.app.Products(v.r.Context(), v.who, s.ask)
	if err != nil {
		return err
	}
	if s.all = all; len(all) > productsOnPage {
		s.all = all[:productsOnPage]
		more := url.Values{"after": {product.Key(s.all[productsOnPage-1].Code)}, "q": {s.ask.Search}, "category": {s.ask.Category}}
		if s.ask.Active {
			more.Set("sold", "1")
		}
		s.next = "/products?" + more.Encode()
	}
	if v.htmx() && s.ask.After != "" {
		return v.show(http.StatusOK, look.TableRows(s.table()))
	}
	return v.show(http.StatusOK, productListView(s))
}

func (s productShelf) frame() look.Frame {
	t := s.v.words.T
	f := s.v.frame(t("product.many"), "/quotes")
	f.Crumbs = []look.Crumb{{Label: t("quote.many"), Href: "/quotes"}, {Label: t("product.many")}}
	f.Head = tabbedHead(look.Heading{Title: t("product.many"), Lead: t("product.lead")}, s.v.sellingTabs("/products"))
	if s.v.who.Can(member.ProductWrite) {
		if s.v.who.Can(member.Import) {
			f.Actions = append(f.Actions, look.Button{Label: t("nav.imports"), Icon: "upload", Href: "/imports"})
		}
		f.Actions = append(f.Actions, look.Button{Label: t("product.one"), Icon: "plus", Kind: look.Primary, Href: "/products/new"})
	}
	return f
}

func (s productShelf) table() look.Table {
	t, w := s.v.words.T, s.v.words
	table := look.Table{Label: t("product.many"), More: s.next, Plain: true, Columns: []look.Column{
		{Key: "name", Label: t("product.name"), Phone: look.PhoneTitle}, {Key: "code", Label: t("product.code"), Phone: look.PhoneSub}, {Key: "category", Label: t("product.category"), Drop: 2},
		{Key: "vat", Label: t("product.vat"), Drop: 3}, {Key: "price", Label: t("product.price"), Number: true, Phone: look.PhoneEnd},
	}}
	for _, p := range s.all {
		href := "/products/" + p.ID.String()
		name := look.Cell{Text: p.Name(w.Lang()), Href: href}
		if !p.Active {
			name.Sub = t("product.not_sold")
		}
		table.Rows = append(table.Rows, look.Row{ID: p.ID.String(), Name: p.Name(w.Lang()), Href: href, Muted: !p.Active, Cells: []look.Cell{
			name, {Text: p.Code}, {Text: p.Category}, {Text: t("vat.short_" + string(p.VAT))}, {Text: w.Money(p.Price, p.Currency)},
		}})
	}
	return table
}

// exportProducts hands the list over as a file that an import takes back.
func exportProducts(v *visit) error {
	if err := v.may(member.Export); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	q := productQuery(form)
	q.After = ""
	t, err := v.app.ProductTable(v.r.Context(), v.who, q)
	if err != nil {
		return err
	}
	return v.sendTable("products", t)
}

// productForm is a product being made or changed.
type productForm struct {
	v       *visit
	i       id.Product
	made    bool // it is there
	version int64
	text    map[string]string
	active  bool
	said    map[string]string
}

var productKeys = []string{"code", "name_nl", "name_en", "unit", "category", "price", "cost", "currency", "vat"}

func productPage(v *visit, fresh bool) error {
	right := member.ProductRead
	if fresh {
		right = member.ProductWrite
	}
	if err := v.may(right); err != nil {
		return err
	}
	f := productForm{v: v, i: id.New[id.Product](), text: map[string]string{"vat": string(vat.High), "currency": "EUR"}, active: true, said: map[string]string{}}
	if !fresh {
		i, err := pathID[id.Product](v, "id")
		if err != nil {
			return err
		}
		p, err := v.app.Product(v.r.Context(), v.who, i)
		if err != nil {
			return err
		}
		f.fill(p)
	}
	return v.show(http.StatusOK, productFormView(f))
}

func (f *productForm) fill(p product.Product) {
	f.i, f.made, f.version, f.active = p.ID, true, p.Version, p.Active
	f.text = map[string]string{"code": p.Code, "name_nl": p.NameNL, "name_en": p.NameEN, "unit": p.Unit, "category": p.Category, "price": f.v.comma(decimal.Amount(p.Price)), "currency": p.Currency, "vat": string(p.VAT)}
	if p.Cost != 0 {
		f.text["cost"] = f.v.comma(decimal.Amount(p.Cost))
	}
}

func saveProduct(v *visit) error {
	if err := v.may(member.ProductWrite); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	i, err := pathID[id.Product](v, "id")
	if err != nil {
		return err
	}
	f := productForm{v: v, i: i, version: number64(form.Get("version")), text: map[string]string{}, active: form.Get("active") != "", said: map[string]string{}}
	f.made = f.version != 0
	for _, key := range productKeys {
		f.text[key] = form.Get(key)
	}
	d := product.Draft{Code: f.text["code"], NameNL: f.text["name_nl"], NameEN: f.text["name_en"], Unit: f.text["unit"], Category: f.text["category"], Currency: f.text["currency"], VAT: vat.Code(f.text["vat"]), Active: f.active}
	wrong := fault.Fields{}
	for key, to := range map[string]*int64{"price": &d.Price, "cost": &d.Cost} {
		if s := strings.TrimSpace(f.text[key]); s != "" {
			var ok bool
			if *to, ok = v.words.ParseMoney(s); !ok {
				wrong.Add(key, map[string]*fault.Fault{"price": product.ErrPrice, "cost": product.ErrCost}[key])
			}
		}
	}
	if err = wrong.Err(); err == nil {
		if f.made {
			_, err = v.app.ChangeProduct(v.r.Context(), v.who, i, f.version, d)
		} else {
			_, err = v.app.AddProductOnce(v.r.Context(), v.who, i, d)
		}
	}
	if err == nil {
		v.toast(look.Toast{Text: v.words.T("product.kept")})
		return v.to("/products")
	}
	if code, ok := takeOver(v, f.said, err); ok {
		return v.show(code, productFormView(f))
	}
	return err
}

func (f productForm) frame() look.Frame {
	t := f.v.words.T
	title := t("product.new")
	if f.made {
		title = f.text["code"]
	}
	fr := f.v.frame(title, "/quotes")
	fr.Crumbs = []look.Crumb{{Label: t("product.many"), Href: "/products"}, {Label: title}}
	fr.Head = look.Heading{Title: title}
	return fr
}

// priceShelf is the list of price lists.
type priceShelf struct {
	v      *visit
	all    []product.List
	called map[id.Account]string
	next   string
}

func priceLists(v *visit) error {
	if err := v.may(member.ProductRead); err != nil {
		return err
	}
	s := priceShelf{v: v}
	all, err := v.app.PriceLists(v.r.Context(), v.who, id.OrZero[id.PriceList](v.r.URL.Query().Get("after")), productsOnPage+1)
	if err != nil {
		return err
	}
	if s.all = all; len(all) > productsOnPage {
		s.all = all[:productsOnPage]
		s.next = "/price-lists?after=" + s.all[productsOnPage-1].ID.String()
	}
	var ids []id.Account
	for _, l := range s.all {
		if !l.Account.IsZero() {
			ids = append(ids, l.Account)
		}
	}
	if s.called, err = v.app.AccountNames(v.r.Context(), v.who, ids); err != nil {
		return err
	}
	return v.show(http.StatusOK, priceListsView(s))
}

func (s priceShelf) frame() look.Frame {
	t := s.v.words.T
	f := s.v.frame(t("price_list.many"), "/quotes")
	f.Crumbs = []look.Crumb{{Label: t("quote.many"), Href: "/quotes"}, {Label: t("price_list.many")}}
	f.Head = tabbedHead(look.Heading{Title: t("price_list.many"), Lead: t("price_list.lead")}, s.v.sellingTabs("/price-lists"))
	if s.v.who.Can(member.ProductWrite) {
		f.Actions = append(f.Actions, look.Button{Label: t("price_list.one"), Icon: "plus", Kind: look.Primary, Href: "/price-lists/new"})
	}
	return f
}

func (s priceShelf) whom(l product.List) string {
	switch {
	case !l.Account.IsZero():
		return s.called[l.Account]
	case l.Segment != "":
		return s.v.words.Tf("price_list.segment_is", map[string]any{"segment": l.Segment})
	}
	return s.v.words.T("price_list.everybody")
}

func (s priceShelf) table() look.Table {
	t, w := s.v.words.T, s.v.words
	table := look.Table{Label: t("price_list.many"), More: s.next, Plain: true, Columns: []look.Column{
		{Key: "name", Label: t("price_list.name"), Phone: look.PhoneTitle}, {Key: "for", Label: t("price_list.for"), Phone: look.PhoneSub}, {Key: "from", Label: t("price_list.from"), Drop: 2}, {Key: "until", Label: t("price_list.until"), Drop: 2}, {Key: "n", Label: t("price_list.prices"), Number: true, Phone: look.PhoneEnd},
	}}
	for _, l := range s.all {
		href := "/price-lists/" + l.ID.String()
		table.Rows = append(table.Rows, look.Row{ID: l.ID.String(), Name: l.Name, Href: href, Cells: []look.Cell{
			{Text: l.Name, Href: href}, {Text: s.whom(l)}, {Text: w.DayText(string(l.From))}, {Text: w.DayText(string(l.Until))}, {Text: w.Count(len(l.Prices), false)},
		}})
	}
	return table
}

// priceForm is a price list being made or changed. Its prices are typed as lines
// of code, quantity and price, as a sheet pastes them.
type priceForm struct {
	v       *visit
	i       id.PriceList
	version int64
	text    map[string]string
	said    map[string]string
}

var priceKeys = []string{"name", "segment", "from", "until", "currency", "prices", "account"}

func priceListPage(v *visit, fresh bool) error {
	right := member.ProductRead
	if fresh {
		right = member.ProductWrite
	}
	if err := v.may(right); err != nil {
		return err
	}
	f := priceForm{v: v, i: id.New[id.PriceList](), text: map[string]string{"currency": "EUR", "account": v.r.URL.Query().Get("account")}, said: map[string]string{}}
	if !fresh {
		i, err := pathID[id.PriceList](v, "id")
		if err != nil {
			return err
		}
		l, err := v.app.PriceList(v.r.Context(), v.who, i)
		if err != nil {
			return err
		}
		if err := f.fill(l); err != nil {
			return err
		}
	}
	return v.show(http.StatusOK, priceFormView(f))
}

func (f *priceForm) fill(l product.List) error {
	f.i, f.version = l.ID, l.Version
	f.text = map[string]string{"name": l.Name, "segment": l.Segment, "from": string(l.From), "until": string(l.Until), "currency": l.Currency, "account": l.Account.String()}
	codes := map[id.Product]string{}
	var b strings.Builder
	for _, p := range l.Prices {
		if codes[p.Product] == "" {
			one, err := f.v.app.Product(f.v.r.Context(), f.v.who, p.Product)
			if err != nil {
				return err
			}
			codes[p.Product] = one.Code
		}
		fmt.Fprintf(&b, "%s; %s; %s\n", codes[p.Product], f.v.comma(decimal.Plain(float64(p.Quantity)/1000)), f.v.comma(decimal.Amount(p.Cents)))
	}
	f.text["prices"] = strings.TrimSpace(b.String())
	return nil
}

// prices reads the lines; two cells are a code and a price.
func (f *priceForm) prices() (all []product.Price, err error) {
	for _, line := range strings.Split(f.text["prices"], "\n") {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		cells := strings.Split(strings.ReplaceAll(line, "\t", ";"), ";")
		if len(cells) == 2 {
			cells = []string{cells[0], "0", cells[1]}
		}
		if len(cells) != 3 || len(all) >= product.MostPrices {
			return nil, fault.Field("prices", product.ErrListPrice)
		}
		p, err := f.v.app.ProductByCode(f.v.r.Context(), f.v.who, strings.TrimSpace(cells[0]))
		if err != nil {
			return nil, fault.Field("prices", product.ErrProduct)
		}
		n, okn := f.v.words.ParseNumber(strings.TrimSpace(cells[1]))
		cents, ok := f.v.words.ParseMoney(strings.TrimSpace(cells[2]))
		if !okn || !ok || n < 0 || n > 1e9 {
			return nil, fault.Field("prices", product.ErrListPrice)
		}
		all = append(all, product.Price{Product: p.ID, Quantity: int64(n*1000 + .5), Cents: cents})
	}
	return all, nil
}

func savePriceList(v *visit) error {
	if err := v.may(member.ProductWrite); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	i, err := pathID[id.PriceList](v, "id")
	if err != nil {
		return err
	}
	f := priceForm{v: v, i: i, version: number64(form.Get("version")), text: map[string]string{}, said: map[string]string{}}
	for _, key := range priceKeys {
		f.text[key] = form.Get(key)
	}
	l := product.List{ID: i, Version: f.version, Name: f.text["name"], Segment: f.text["segment"], From: day.Day(f.text["from"]), Until: day.Day(f.text["until"]), Currency: f.text["currency"], Account: id.OrZero[id.Account](f.text["account"])}
	if l.Prices, err = f.prices(); err == nil {
		_, err = v.app.SavePriceList(v.r.Context(), v.who, l)
	}
	if err == nil {
		v.toast(look.Toast{Text: v.words.T("price_list.kept")})
		return v.to("/price-lists")
	}
	if code, ok := takeOver(v, f.said, err); ok {
		return v.show(code, priceFormView(f))
	}
	return err
}

func (f priceForm) frame() look.Frame {
	t := f.v.words.T
	title := t("price_list.new")
	if f.version != 0 {
		title = f.text["name"]
	}
	fr := f.v.frame(title, "/quotes")
	fr.Crumbs = []look.Crumb{{Label: t("price_list.many"), Href: "/price-lists"}, {Label: title}}
	fr.Head = look.Heading{Title: title, Lead: t("price_list.how")}
	return fr
}

package api

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"kring/app"
	"kring/base/day"
	"kring/base/decimal"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/vat"
	"kring/domain/member"
	"kring/domain/product"
	"kring/domain/quote"
	"kring/look/letter"
	"kring/look/words"
	"kring/paper/pdf"
)

// productIO is a product; amounts are text, so that no program rounds them.
type productIO struct {
	ID       id.Product `json:"id,omitzero" readOnly:"true"`
	Code     string     `json:"code"`
	NameNL   string     `json:"name_nl"`
	NameEN   string     `json:"name_en,omitempty"`
	Unit     string     `json:"unit,omitempty"`
	Category string     `json:"category,omitempty"`
	Price    string     `json:"price" doc:"of one, without VAT, 1234.50"`
	Cost     string     `json:"cost,omitempty"`
	Currency string     `json:"currency,omitempty" doc:"ISO 4217; EUR when left out"`
	VAT      string     `json:"vat,omitempty" doc:"high (when left out), low, zero, reverse or exempt"`
	Active   bool       `json:"active" doc:"false is no longer sold"`
	Version  int64      `json:"version,omitempty" readOnly:"true"`
}

func (in productIO) draft() (d product.Draft, err error) {
	wrong := fault.Fields{}
	d = product.Draft{Code: in.Code, NameNL: in.NameNL, NameEN: in.NameEN, Unit: in.Unit, Category: in.Category, Currency: in.Currency, VAT: vat.Code(in.VAT), Active: in.Active}
	d.Price, err = decimal.Cents(in.Price, decimal.Point)
	wrong.Add("price", err)
	if in.Cost != "" {
		d.Cost, err = decimal.Cents(in.Cost, decimal.Point)
		wrong.Add("cost", err)
	}
	return d, wrong.Err()
}

func showProduct(p product.Product) productIO {
	out := productIO{ID: p.ID, Code: p.Code, NameNL: p.NameNL, NameEN: p.NameEN, Unit: p.Unit, Category: p.Category, Price: decimal.Amount(p.Price), Currency: p.Currency, VAT: string(p.VAT), Active: p.Active, Version: p.Version}
	if p.Cost != 0 {
		out.Cost = decimal.Amount(p.Cost)
	}
	return out
}

// priceOut is a price, and why it is that one.
type priceOut struct {
	Price    string       `json:"price"`
	Why      product.Why  `json:"why" doc:"account, segment, all: a list for them; product: the list price"`
	List     id.PriceList `json:"price_list,omitzero"`
	ListName string       `json:"price_list_name,omitempty"`
	From     float64      `json:"from_quantity"`
}

// quoteLineIO is a line of a quote.
type quoteLineIO struct {
	Text     string     `json:"text,omitempty" doc:"that of the product when left out"`
	Product  id.Product `json:"product,omitzero"`
	Quantity float64    `json:"quantity" doc:"three decimals at most"`
	Unit     string     `json:"unit,omitempty" doc:"price of one, without VAT; found in the price lists when left out"`
	Discount float64    `json:"discount,omitempty" doc:"percent, two decimals at most"`
	VAT      string     `json:"vat,omitempty" doc:"that of the product when left out"`
	Rate     float64    `json:"vat_rate,omitempty" readOnly:"true"`
	Need     id.Need    `json:"need,omitzero" doc:"that it answers"`
	Answers  string     `json:"answers,omitempty" doc:"the need in the customer's words"`
	NoNeed   string     `json:"no_need,omitempty" doc:"why it answers none"`
	Net      string     `json:"net,omitempty" readOnly:"true"`
	Why      string     `json:"price_why,omitempty" readOnly:"true"`
}

// quoteIn is what is filled in for a quote.
type quoteIn struct {
	Account     id.Account     `json:"account,omitzero"`
	Opportunity id.Opportunity `json:"opportunity,omitzero"`
	Contact     id.Contact     `json:"contact,omitzero"`
	Language    string         `json:"language,omitempty"`
	Currency    string         `json:"currency,omitempty"`
	Valid       string         `json:"valid_until,omitempty" doc:"last day on which it can be accepted"`
	Free        bool           `json:"free,omitempty" doc:"vrijblijvend: without obligation"`
	Subject     string         `json:"subject,omitempty"`
	Need        string         `json:"need,omitempty"`
	Intro       string         `json:"intro,omitempty"`
	Delivery    string         `json:"delivery,omitempty"`
	Wanted      string         `json:"wanted,omitempty"`
	Terms       string         `json:"terms,omitempty"`
	Lines       []quoteLineIO  `json:"lines"`
}

// quoteOut is a quote as the API shows it. The sheet of its negotiation is in no
// answer.
type quoteOut struct {
	ID          id.Quote       `json:"id"`
	Number      string         `json:"number"`
	Revision    int64          `json:"revision"`
	State       quote.State    `json:"state"`
	Account     id.Account     `json:"account"`
	Opportunity id.Opportunity `json:"opportunity,omitzero"`
	Contact     id.Contact     `json:"contact,omitzero"`
	Owner       id.Member      `json:"owner"`
	Language    string         `json:"language"`
	Currency    string         `json:"currency"`
	Day         day.Day        `json:"day"`
	Valid       day.Day        `json:"valid_until"`
	Free        bool           `json:"free"`
	Subject     string         `json:"subject"`
	Need        string         `json:"need"`
	Intro       string         `json:"intro"`
	Delivery    string         `json:"delivery"`
	Wanted      day.Day        `json:"wanted"`
	Terms       string         `json:"terms"`
	Lines       []quoteLineIO  `json:"lines"`
	Net         string         `json:"net"`
	Tax         string         `json:"vat"`
	Gross       string         `json:"gross"`
	By          []quoteVAT     `json:"vat_by_rate"`
	Reason      string         `json:"reason"`
	Order       id.Order       `json:"order,omitzero"`
	Sent        instant        `json:"sent_at"`
	Opened      instant        `json:"opened_at"`
	Settled     instant        `json:"settled_at"`
	Link        string         `json:"link,omitempty" doc:"the customer's page, told once, by the call that sends it or makes a new one"`
	Created     instant        `json:"created_at"`
	Updated     instant        `json:"updated_at"`
	Version     int64          `json:"version"`
}

// quoteVAT is the VAT of one rate.
type quoteVAT struct {
	Code vat.Code `json:"code"`
	Rate float64  `json:"rate"`
	Net  string   `json:"net"`
	Tax  string   `json:"vat"`
}

// acceptIn is an acceptance that came otherwise than on the customer's page.
type acceptIn struct {
	Name     string `json:"name"`
	Function string `json:"function"`
	Email    string `json:"email"`
	Note     string `json:"note,omitempty" doc:"the customer's own reference"`
}

func quoteStates() (all []any) {
	for _, s := range quote.States {
		all = append(all, string(s))
	}
	return all
}

func quoteOperations() []operation {
	act := func(path, name, title string, right member.Right, in any, about string, do func(*call) (answer, error)) operation {
		return operation{method: http.MethodPost, path: "/quotes/{id}/" + path, name: name, tag: "Quotes", right: right, status: http.StatusOK, in: in, out: quoteOut{}, tagged: true, guarded: true, title: title, about: about, do: do}
	}
	return []operation{
		{method: http.MethodGet, path: "/products", name: "list_products", tag: "Products", right: member.ProductRead, status: http.StatusOK, out: listOf[productIO]{}, title: "List products", do: listProducts,
			query: append(pageParams(), textParam("q", "words, of which each is in the code, the names or the category", false), textParam("active", "only what is sold", false, "true")), about: "By code."},
		{method: http.MethodPost, path: "/products", name: "add_product", tag: "Products", right: member.ProductWrite, status: http.StatusCreated, in: productIO{}, out: productIO{}, tagged: true, title: "Add a product", do: addProduct},
		{method: http.MethodGet, path: "/products/{id}", name: "get_product", tag: "Products", right: member.ProductRead, status: http.StatusOK, out: productIO{}, tagged: true, title: "Read a product", do: getProduct},
		{method: http.MethodPut, path: "/products/{id}", name: "change_product", tag: "Products", right: member.ProductWrite, status: http.StatusOK, in: productIO{}, out: productIO{}, tagged: true, guarded: true, title: "Change a product", do: changeProduct, about: "What was offered before keeps its price."},
		{method: http.MethodGet, path: "/products/{id}/price", name: "find_price", tag: "Products", right: member.ProductRead, status: http.StatusOK, out: priceOut{}, title: "Find a price", do: findPrice,
			query: []*huma.Param{textParam("account", "for whom; left out it is the price for everybody", false), textParam("day", "on which day; today when left out", false), textParam("quantity", "how many; 1 when left out", false)}, about: "The list of the account comes before that of its segment, and that before one for everybody; with the reason."},
		{method: http.MethodGet, path: "/quotes", name: "list_quotes", tag: "Quotes", right: member.QuoteRead, status: http.StatusOK, out: listOf[quoteOut]{}, title: "List quotes", do: listQuotes, about: "The latest first.",
			query: append(pageParams(), textParam("account", "only those of this account", false), textParam("opportunity", "only those of this opportunity", false), &huma.Param{Name: "state", In: "query", Description: "only those that stand there", Schema: &huma.Schema{Type: "string", Enum: quoteStates()}})},
		{method: http.MethodPost, path: "/quotes", name: "add_quote", tag: "Quotes", right: member.QuoteWrite, status: http.StatusCreated, in: quoteIn{}, out: quoteOut{}, tagged: true, title: "Draft a quote", do: addQuote, about: "It gets the next number of an unbroken series. Prices, VAT rates and costs are copied into its lines."},
		{method: http.MethodGet, path: "/quotes/{id}", name: "get_quote", tag: "Quotes", right: member.QuoteRead, status: http.StatusOK, out: quoteOut{}, tagged: true, title: "Read a quote", do: getQuote},
		{method: http.MethodPut, path: "/quotes/{id}", name: "change_quote", tag: "Quotes", right: member.QuoteWrite, status: http.StatusOK, in: quoteIn{}, out: quoteOut{}, tagged: true, guarded: true, title: "Change a quote", do: changeQuote, about: "As long as it was not sent; an approval falls away. The account stays."},
		{method: http.MethodGet, path: "/quotes/{id}/pdf", name: "get_quote_pdf", tag: "Quotes", right: member.QuoteRead, status: http.StatusOK, raw: "application/pdf", title: "The letter of a quote", do: quotePDF, query: []*huma.Param{textParam("version", "a version that was sent; the current one when left out", false)}},
		act("approval", "ask_approval", "Ask for approval", member.QuoteWrite, whyIn{}, "Of what goes beyond the caller's mandate.", func(c *call) (answer, error) {
			return whyQuote(c, c.app.AskApproval)
		}),
		act("approve", "approve_quote", "Approve a quote", member.QuoteApprove, whyIn{}, "By somebody else than who asked or signs.", func(c *call) (answer, error) {
			return whyQuote(c, c.app.ApproveQuote)
		}),
		act("return", "return_quote", "Give a quote back", member.QuoteApprove, whyIn{}, "", func(c *call) (answer, error) { return whyQuote(c, c.app.ReturnQuote) }),
		act("send", "send_quote", "Send a quote", member.QuoteWrite, nil, "It is an offer from now on. Nothing is mailed: the answer has the link for the customer, once.", sendQuote),
		act("link", "link_quote", "Make a new link", member.QuoteWrite, nil, "The one before leads nowhere from now on.", linkQuote),
		act("revise", "revise_quote", "Begin a new version", member.QuoteWrite, whyIn{}, "A firm offer that stands is replaced only when the customer asked for something else (art. 6:225 BW).", func(c *call) (answer, error) {
			return whyQuote(c, c.app.ReviseQuote)
		}),
		act("withdrawal", "withdraw_quote", "Withdraw a quote", member.QuoteWrite, whyIn{}, "A firm offer stands until its last day (art. 6:219 BW).", func(c *call) (answer, error) { return whyQuote(c, c.app.WithdrawQuote) }),
		act("rejection", "reject_quote", "Record a refusal", member.QuoteWrite, whyIn{}, "", func(c *call) (answer, error) { return whyQuote(c, c.app.RejectQuote) }),
		act("acceptance", "accept_quote", "Record an acceptance", member.QuoteWrite, acceptIn{}, "The order is placed in the same change.", acceptQuote),
	}
}

func sayProduct(status int, p product.Product, err error) (answer, error) {
	if err != nil {
		return answer{}, err
	}
	a, err := show(status, showProduct(p))
	a.version = p.Version
	if status == http.StatusCreated {
		a.location = base + "/products/" + p.ID.String()
	}
	return a, err
}

func listProducts(c *call) (answer, error) {
	cursor, limit, params, err := c.page("q", "active")
	if err != nil {
		return answer{}, err
	}
	q := app.ProductQuery{Search: params.Get("q"), Active: params.Get("active") == "true", Limit: limit + 1}
	if !cursor.IsZero() {
		last, err := c.app.Product(c.r.Context(), c.who, id.Product(cursor))
		if err != nil {
			return answer{}, err
		}
		q.After = product.Key(last.Code)
	}
	all, err := c.app.Products(c.r.Context(), c.who, q)
	if err != nil {
		return answer{}, err
	}
	page := listOf[productIO]{Items: []productIO{}}
	for i, p := range all {
		if i == limit {
			next := all[limit-1].ID.String()
			page.Next = &next
			break
		}
		page.Items = append(page.Items, showProduct(p))
	}
	return show(http.StatusOK, page)
}

func addProduct(c *call) (answer, error) {
	in, err := take[productIO](c)
	if err != nil {
		return answer{}, err
	}
	d, err := in.draft()
	if err != nil {
		return answer{}, err
	}
	p, err := c.app.AddProduct(c.r.Context(), c.who, d)
	return sayProduct(http.StatusCreated, p, err)
}

func getProduct(c *call) (answer, error) {
	i, err := named[id.Product](c, "id")
	if err != nil {
		return answer{}, err
	}
	p, err := c.app.Product(c.r.Context(), c.who, i)
	return sayProduct(http.StatusOK, p, err)
}

func changeProduct(c *call) (answer, error) {
	i, err := named[id.Product](c, "id")
	if err != nil {
		return answer{}, err
	}
	version, err := c.match()
	if err != nil {
		return answer{}, err
	}
	in, err := take[productIO](c)
	if err != nil {
		return answer{}, err
	}
	d, err := in.draft()
	if err != nil {
		return answer{}, err
	}
	p, err := c.app.ChangeProduct(c.r.Context(), c.who, i, version, d)
	return sayProduct(http.StatusOK, p, err)
}

func findPrice(c *call) (answer, error) {
	i, err := named[id.Product](c, "id")
	if err != nil {
		return answer{}, err
	}
	params, err := c.params()
	if err != nil {
		return answer{}, err
	}
	wrong, quantity := fault.Fields{}, 1.0
	var at id.Account
	var on day.Day
	if v := params.Get("account"); v != "" {
		at, err = id.Parse[id.Account](v)
		wrong.Add("account", err)
	}
	if v := params.Get("day"); v != "" {
		on, err = day.Parse(v)
		wrong.Add("day", err)
	}
	if v := params.Get("quantity"); v != "" {
		if quantity, err = strconv.ParseFloat(v, 64); err != nil || !(quantity > 0) || quantity > 1e9 {
			wrong.Add("quantity", quote.ErrQuantity)
		}
	}
	if err := wrong.Err(); err != nil {
		return answer{}, err
	}
	f, err := c.app.PriceFor(c.r.Context(), c.who, i, at, on, int64(math.Round(quantity*1000)))
	if err != nil {
		return answer{}, err
	}
	return show(http.StatusOK, priceOut{Price: decimal.Amount(f.Cents), Why: f.Why, List: f.List, ListName: f.ListName, From: float64(f.Quantity) / 1000})
}

func (in quoteIn) text() (t quote.Text, err error) {
	wrong := fault.Fields{}
	t = quote.Text{
		Account: in.Account, Opportunity: in.Opportunity, Contact: in.Contact, Language: in.Language, Currency: in.Currency, Valid: day.Day(in.Valid), Free: in.Free,
		Subject: in.Subject, Need: in.Need, Intro: in.Intro, Delivery: in.Delivery, Wanted: day.Day(in.Wanted), Terms: in.Terms,
	}
	whole := func(field string, n, times float64, f *fault.Fault) int64 {
		v := math.Round(n * times)
		if math.Abs(v-n*times) > 1e-6 || math.Abs(v) > 1e12 {
			wrong.Add(field, f)
			return 0
		}
		return int64(v)
	}
	for i, l := range in.Lines {
		at := "lines." + strconv.Itoa(i) + "."
		one := quote.Line{
			Text: l.Text, Product: l.Product, Unit: app.Unpriced, VAT: vat.Code(l.VAT), Need: l.Need, Answers: l.Answers, NoNeed: l.NoNeed,
			Quantity: whole(at+"quantity", l.Quantity, 1000, quote.ErrQuantity), Discount: whole(at+"discount", l.Discount, 100, quote.ErrDiscount),
		}
		if l.Unit != "" {
			if one.Unit, err = decimal.Cents(l.Unit, decimal.Point); err != nil || one.Unit < 0 {
				wrong.Add(at+"unit", quote.ErrUnit)
			}
		}
		t.Lines = append(t.Lines, one)
	}
	return t, wrong.Err()
}

func showQuote(q quote.Quote) quoteOut {
	t := q.Totals()
	out := quoteOut{
		ID: q.ID, Number: q.Number, Revision: q.Revision, State: q.State, Account: q.Account, Opportunity: q.Opportunity, Contact: q.Contact, Owner: q.Owner, Language: q.Language, Currency: q.Currency, Day: q.Day, Valid: q.Valid, Free: q.Free,
		Subject: q.Subject, Need: q.Need, Intro: q.Intro, Delivery: q.Delivery, Wanted: q.Wanted, Terms: q.Terms, Lines: []quoteLineIO{}, Net: decimal.Amount(t.Net), Tax: decimal.Amount(t.Tax), Gross: decimal.Amount(t.Gross), By: []quoteVAT{},
		Reason: q.Reason, Order: q.Order, Sent: instant(q.SentAt), Opened: instant(q.OpenedAt), Settled: instant(q.SettledAt), Created: instant(q.Created), Updated: instant(q.Updated), Version: q.Version,
	}
	for _, s := range t.By {
		out.By = append(out.By, quoteVAT{s.Code, float64(s.Rate) / 100, decimal.Amount(s.Net), decimal.Amount(s.Tax)})
	}
	for _, l := range q.Lines {
		out.Lines = append(out.Lines, quoteLineIO{
			Text: l.Text, Product: l.Product, Quantity: float64(l.Quantity) / 1000, Unit: decimal.Amount(l.Unit), Discount: float64(l.Discount) / 100, VAT: string(l.VAT), Rate: float64(l.Rate) / 100,
			Need: l.Need, Answers: l.Answers, NoNeed: l.NoNeed, Net: decimal.Amount(l.Net()), Why: l.Why,
		})
	}
	return out
}

func sayQuote(status int, q quote.Quote, err error) (answer, error) {
	return sayLinked(status, q, "", err)
}

func sayLinked(status int, q quote.Quote, token string, err error) (answer, error) {
	if err != nil {
		return answer{}, err
	}
	out := showQuote(q)
	if token != "" {
		out.Link = app.QuotePath + token
	}
	a, err := show(status, out)
	if a.version = q.Version; token != "" && err == nil { // who asks again is not told the way in
		kept, err := show(status, showQuote(q))
		if err != nil {
			return a, err
		}
		a.kept = kept.body
	}
	if status == http.StatusCreated {
		a.location = base + "/quotes/" + q.ID.String()
	}
	return a, err
}

func listQuotes(c *call) (answer, error) {
	before, limit, params, err := c.page("account", "opportunity", "state")
	if err != nil {
		return answer{}, err
	}
	wrong, ask := fault.Fields{}, app.QuoteQuery{State: quote.State(params.Get("state")), Before: id.Quote(before), Limit: limit + 1}
	if v := params.Get("account"); v != "" {
		ask.Account, err = id.Parse[id.Account](v)
		wrong.Add("account", err)
	}
	if v := params.Get("opportunity"); v != "" {
		ask.Opportunity, err = id.Parse[id.Opportunity](v)
		wrong.Add("opportunity", err)
	}
	if ask.State != "" && !slices.Contains(quote.States, ask.State) {
		wrong.Add("state", quote.ErrState)
	}
	if err := wrong.Err(); err != nil {
		return answer{}, err
	}
	all, err := c.app.Quotes(c.r.Context(), c.who, ask)
	if err != nil {
		return answer{}, err
	}
	page := listOf[quoteOut]{Items: []quoteOut{}}
	for i, q := range all {
		if i == limit {
			next := all[limit-1].ID.String()
			page.Next = &next
			break
		}
		page.Items = append(page.Items, showQuote(q))
	}
	return show(http.StatusOK, page)
}

func addQuote(c *call) (answer, error) {
	in, err := take[quoteIn](c)
	if err != nil {
		return answer{}, err
	}
	t, err := in.text()
	if err != nil {
		return answer{}, err
	}
	q, err := c.app.AddQuote(c.r.Context(), c.who, t)
	return sayQuote(http.StatusCreated, q, err)
}

func getQuote(c *call) (answer, error) {
	i, err := named[id.Quote](c, "id")
	if err != nil {
		return answer{}, err
	}
	q, err := c.app.Quote(c.r.Context(), c.who, i)
	return sayQuote(http.StatusOK, q, err)
}

func (c *call) guardedQuote() (i id.Quote, version int64, err error) {
	if i, err = named[id.Quote](c, "id"); err != nil {
		return i, 0, err
	}
	version, err = c.match()
	return i, version, err
}

func changeQuote(c *call) (answer, error) {
	i, version, err := c.guardedQuote()
	if err != nil {
		return answer{}, err
	}
	in, err := take[quoteIn](c)
	if err != nil {
		return answer{}, err
	}
	t, err := in.text()
	if err != nil {
		return answer{}, err
	}
	q, err := c.app.ChangeQuote(c.r.Context(), c.who, i, version, t)
	return sayQuote(http.StatusOK, q, err)
}

// whyQuote does something with a quote for which a reason is given.
func whyQuote(c *call, do func(ctx context.Context, who app.Who, i id.Quote, version int64, why string) (quote.Quote, error)) (answer, error) {
	i, version, err := c.guardedQuote()
	if err != nil {
		return answer{}, err
	}
	in, err := take[whyIn](c)
	if err != nil {
		return answer{}, err
	}
	q, err := do(c.r.Context(), c.who, i, version, in.Why)
	return sayQuote(http.StatusOK, q, err)
}

func sendQuote(c *call) (answer, error) {
	i, version, err := c.guardedQuote()
	if err != nil {
		return answer{}, err
	}
	q, token, err := c.app.SendQuote(c.r.Context(), c.who, i, version)
	return sayLinked(http.StatusOK, q, token, err)
}

func linkQuote(c *call) (answer, error) {
	i, _, err := c.guardedQuote()
	if err != nil {
		return answer{}, err
	}
	q, token, err := c.app.LinkQuote(c.r.Context(), c.who, i)
	return sayLinked(http.StatusOK, q, token, err)
}

func acceptQuote(c *call) (answer, error) {
	i, version, err := c.guardedQuote()
	if err != nil {
		return answer{}, err
	}
	in, err := take[acceptIn](c)
	if err != nil {
		return answer{}, err
	}
	q, err := c.app.TakeAcceptance(c.r.Context(), c.who, i, version, quote.Acceptance{Name: in.Name, Function: in.Function, Email: in.Email, Note: in.Note, Wording: "api"})
	return sayQuote(http.StatusOK, q, err)
}

func quotePDF(c *call) (answer, error) {
	i, err := named[id.Quote](c, "id")
	if err != nil {
		return answer{}, err
	}
	params, err := c.params()
	if err != nil {
		return answer{}, err
	}
	version := int64(0)
	if v := params.Get("version"); v != "" {
		if version, err = strconv.ParseInt(v, 10, 64); err != nil || version < 1 {
			return answer{}, errNotFound
		}
	}
	f, err := c.app.QuotePaper(c.r.Context(), c.who, i, version)
	if err != nil {
		return answer{}, err
	}
	var page bytes.Buffer
	if err := pdf.Write(&page, letter.Quote(words.For(f.Quote.Language, ""), f, f.Quote.Updated)); err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusOK, header: map[string]string{
		"Content-Type": "application/pdf", "Content-Disposition": fmt.Sprintf("inline; filename=%q", "quote-"+f.Quote.Number+"-v"+strconv.FormatInt(f.Quote.Revision, 10)+".pdf"),
	}, stream: func(w io.Writer) error { _, err := page.WriteTo(w); return err }}, nil
}

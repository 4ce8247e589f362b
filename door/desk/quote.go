package desk

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"kring/app"
	"kring/base/day"
	"kring/base/decimal"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/vat"
	"kring/domain/member"
	"kring/domain/need"
	"kring/domain/product"
	"kring/domain/quote"
	"kring/look"
	"kring/look/letter"
	"kring/look/words"
	"kring/paper/pdf"
)

// Offers: the list, the form, the page of one with its paper, and what becomes of
// it. The customer's own page is in quote_page.go.

func (d *Desk) quoteRoutes() {
	d.member("GET /quotes", quoteList)
	d.member("GET /quotes/new", quoteErrand.page)
	d.member("GET /accounts/{id}/quote", newQuote)
	d.member("POST /accounts/{id}/quote", addQuote)
	d.member("GET /quotes/{id}", quotePage)
	d.member("GET /quotes/{id}/edit", editQuote)
	d.member("POST /quotes/{id}/edit", saveQuote)
	d.member("GET /quotes/{id}/pdf", quotePDF)
	d.member("POST /quotes/{id}/send", sendQuote)
	d.member("POST /quotes/{id}/link", linkQuote)
	for _, act := range []string{"ask", "approve", "return", "revise", "withdraw", "reject", "accept", "answer", "revoke"} {
		d.member("POST /quotes/{id}/"+act, func(v *visit) error { return quoteAct(v, act) })
	}
	d.anyone("GET "+app.QuotePath+"{token}", offerPage)
	d.anyone("GET "+app.QuotePath+"{token}/pdf", offerPDF)
	d.anyone("POST "+app.QuotePath+"{token}", answerOffer)
	d.dealRoutes()
	d.productRoutes()
	d.propositionRoutes()
}

var quoteErrand = errand{"quote", "/quotes/new", "/quote", member.QuoteWrite}

// sellingTabs are the pages of what is sold.
func (v *visit) sellingTabs(at string) look.Tabs {
	t := look.Tabs{Label: v.words.T("quote.tabs")}
	for _, one := range []struct {
		href, word string
		right      member.Right
	}{{"/quotes", "quote.many", member.QuoteRead}, {"/orders", "order.many", member.OrderRead}, {"/products", "product.many", member.ProductRead}, {"/price-lists", "price_list.many", member.ProductRead}, {"/propositions", "proposition.many", member.ProductRead}} {
		if v.who.Can(one.right) {
			t.Items = append(t.Items, look.Tab{Label: v.words.T(one.word), Href: one.href, Current: one.href == at})
		}
	}
	return t
}

const quotesOnPage = 50

// quoteShelf is the list of quotes.
type quoteShelf struct {
	v      *visit
	all    []quote.Quote
	lapse  []quote.Quote
	hit    quote.Hit
	called map[id.Account]string
	state  string
	next   string
}

func quoteList(v *visit) error {
	if err := v.may(member.QuoteRead); err != nil {
		return err
	}
	ctx, ask := v.r.Context(), v.r.URL.Query()
	s := quoteShelf{v: v, state: ask.Get("state")}
	q := app.QuoteQuery{State: quote.State(s.state), Account: id.OrZero[id.Account](ask.Get("account")), Before: id.OrZero[id.Quote](ask.Get("before")), Limit: quotesOnPage + 1}
	var err error
	if s.all, err = v.app.Quotes(ctx, v.who, q); err != nil {
		return err
	}
	if len(s.all) > quotesOnPage {
		s.all = s.all[:quotesOnPage]
		more := url.Values{"before": {s.all[quotesOnPage-1].ID.String()}}
		if s.state != "" {
			more.Set("state", s.state)
		}
		s.next = "/quotes?" + more.Encode()
	}
	if s.lapse, err = v.app.Lapsing(ctx, v.who, 7, 10); err != nil {
		return err
	}
	if s.hit, err = v.app.QuoteHit(ctx, v.who, "EUR"); err != nil {
		return err
	}
	var ids []id.Account
	for _, one := range append(s.all[:len(s.all):len(s.all)], s.lapse...) {
		ids = append(ids, one.Account)
	}
	if s.called, err = v.app.AccountNames(ctx, v.who, ids); err != nil {
		return err
	}
	if v.htmx() && ask.Get("before") != "" {
		return v.show(http.StatusOK, look.TableRows(s.table()))
	}
	return v.show(http.StatusOK, quoteListView(s))
}

func (s quoteShelf) frame() look.Frame {
	t := s.v.words.T
	f := s.v.frame(t("quote.many"), "/quotes")
	f.Crumbs = []look.Crumb{{Label: t("quote.many")}}
	f.Head = tabbedHead(look.Heading{Title: t("quote.many"), Lead: t("quote.lead")}, s.v.sellingTabs("/quotes"))
	if s.v.who.Can(member.QuoteWrite) {
		f.Actions = append(f.Actions, look.Button{Label: t("quote.one"), Icon: "plus", Kind: look.Primary, Href: "/quotes/new"})
	}
	return f
}

func (s quoteShelf) states() []look.Option {
	list := []look.Option{{Label: s.v.words.T("quote.state_all")}}
	for _, one := range quote.States {
		list = append(list, look.Option{Value: string(one), Label: s.v.words.T("quote.state_" + string(one))})
	}
	return list
}

func (s quoteShelf) table() look.Table { return s.tableOf(s.all, s.next) }

func (s quoteShelf) tableOf(all []quote.Quote, next string) look.Table {
	t, w := s.v.words.T, s.v.words
	table := look.Table{Label: t("quote.many"), More: next, Plain: true, Columns: []look.Column{
		{Key: "account", Label: t("quote.account"), Phone: look.PhoneTitle}, {Key: "number", Label: t("quote.number"), Phone: look.PhoneSub}, {Key: "state", Label: t("quote.state")},
		{Key: "valid", Label: t("quote.valid_until"), Drop: 2}, {Key: "net", Label: t("quote.net"), Number: true, Phone: look.PhoneEnd},
	}}
	for _, q := range all {
		href := "/quotes/" + q.ID.String()
		table.Rows = append(table.Rows, look.Row{ID: q.ID.String(), Name: s.called[q.Account], Href: href, Muted: q.State == quote.Withdrawn || q.State == quote.Expired, Cells: []look.Cell{
			{Text: s.called[q.Account], Href: href, Sub: q.Subject}, {Text: q.Number + " v" + strconv.FormatInt(q.Revision, 10)}, {Text: t("quote.state_" + string(q.State))},
			{Text: w.DayText(string(q.Valid))}, {Text: w.Money(q.Totals().Net, q.Currency)},
		}})
	}
	return table
}

// hitText says how many offers were accepted, with its sum.
func (s quoteShelf) hitText() string {
	w := s.v.words
	if s.hit.Answered == 0 {
		return w.T("quote.hit_none")
	}
	return w.Tf("quote.hit", map[string]any{
		"number": letter.Percent(w, roundWhole(s.hit.ByNumber())), "accepted": s.hit.Accepted, "answered": s.hit.Answered,
		"value": letter.Percent(w, roundWhole(s.hit.ByValue())), "cents": w.Money(s.hit.AcceptedCents, "EUR"), "of": w.Money(s.hit.AnsweredCents, "EUR"),
	})
}

func roundWhole(bp int64) int64 { return (bp + 50) / 100 * 100 }

// quoteFolder is a quote as its page shows it.
type quoteFolder struct {
	v     *visit
	f     app.QuoteFolder
	q     quote.Quote
	text  map[string]string
	said  map[string]string
	token string // the customer's way in, just made
	names map[id.Member]string
}

func quoteOf(v *visit) (*quoteFolder, error) {
	i, err := pathID[id.Quote](v, "id")
	if err != nil {
		return nil, err
	}
	f, err := v.app.QuoteFolder(v.r.Context(), v.who, i)
	if err != nil {
		return nil, err
	}
	members, _, err := v.app.Colleagues(v.r.Context(), v.who)
	q := &quoteFolder{v: v, f: f, q: f.Quote, text: map[string]string{}, said: map[string]string{}, names: map[id.Member]string{}}
	for _, m := range members {
		q.names[m.ID] = m.Name
	}
	return q, err
}

func quotePage(v *visit) error {
	if err := v.may(member.QuoteRead); err != nil {
		return err
	}
	q, err := quoteOf(v)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, quoteView(q))
}

func (q *quoteFolder) t(key string) string { return q.v.words.T("quote." + key) }

func (q *quoteFolder) here(more string) string { return "/quotes/" + q.q.ID.String() + more }

func (q *quoteFolder) money(cents int64) string { return letter.Amount(q.v.words, cents, q.q.Currency) }

func (q *quoteFolder) percent(bp int64) string { return letter.Percent(q.v.words, bp) }

func (q *quoteFolder) frame() look.Frame {
	f := q.v.frame(q.q.Number, "/quotes")
	f.Crumbs = []look.Crumb{{Label: q.t("many"), Href: "/quotes"}, {Label: q.q.Number}}
	total := q.q.Totals()
	title := q.q.Number + " · " + q.f.Account
	f.Head = look.Heading{Title: title, Lead: q.q.Subject, Facts: []look.Fact{
		{Label: q.t("state"), Value: q.t("state_" + string(q.q.State))}, {Label: q.t("version"), Value: strconv.FormatInt(q.q.Revision, 10)},
		{Label: q.t("net"), Value: q.money(total.Net)}, {Label: q.t("valid_until"), Value: q.v.words.DayText(string(q.q.Valid))},
	}}
	f.Shape, f.Aside, f.AsideIs = look.Reading, quoteAside(q), q.t("aside")
	f.Actions = append(f.Actions, look.Button{Label: "PDF", Icon: "download", Href: q.here("/pdf")})
	if q.f.Team && q.v.who.Can(member.QuoteWrite) {
		f.Actions = append(f.Actions, look.Button{Label: q.v.words.T("deal.one"), Icon: "scale", Href: q.here("/deal")})
	}
	if q.mayWrite() && q.q.State.Prepared() {
		f.Actions = append(f.Actions, look.Button{Label: q.v.words.T("record.change"), Icon: "pencil", Kind: look.Primary, Href: q.here("/edit")})
	}
	return f
}

func (q *quoteFolder) mayWrite() bool { return q.v.who.Can(member.QuoteWrite) }

// approves says whether the reader can let it go.
func (q *quoteFolder) approves() bool {
	me := q.v.who.Member.ID
	return q.q.State == quote.Approval && q.v.who.Can(member.QuoteApprove) && me != q.q.Asked && me != q.q.Owner
}

// beyondText says where it goes beyond the reader's mandate.
func (q *quoteFolder) beyondText() string {
	var all []string
	for _, e := range quote.Worst(q.f.Beyond) {
		all = append(all, q.v.words.Tf("quote.beyond_"+e.Kind, map[string]any{"is": q.percent(e.Is), "may": q.percent(e.May)}))
	}
	return strings.Join(all, " ")
}

// link is where the customer's page is, from the address that the reader uses.
func (q *quoteFolder) link() string { return q.v.origin() + app.QuotePath + q.token }

// draftText is the mail that somebody may send: nothing is sent from here.
func (q *quoteFolder) draftText() string {
	w := words.For(q.q.Language, "")
	return w.Tf("quote.mail", map[string]any{"name": q.f.Contact, "number": q.q.Number, "link": q.link(), "day": w.DayText(string(q.q.Valid)), "seller": q.v.who.Member.Name, "house": q.v.who.Org.Name})
}

// margin says what is left, with its sum.
func (q *quoteFolder) margin() string {
	m := q.q.Margin()
	if !m.Known {
		return q.t("margin_unknown")
	}
	return q.v.words.Tf("quote.margin_is", map[string]any{"net": q.money(m.Net), "cost": q.money(m.Cost), "left": q.money(m.Left), "rate": q.percent(m.Rate)})
}

// cut says what the discounts together do to the margin.
func (q *quoteFolder) cut() string {
	m := q.q.Margin()
	fall := q.q.Fall()
	before := fall[1].Left
	if !m.Known || before <= m.Net || before == 0 {
		return ""
	}
	c := quote.CutOf(before, m.Cost, 10_000-m.Net*10_000/before)
	p := map[string]any{"before": q.percent(c.Before), "after": q.percent(c.After), "rise": q.percent(c.Rise)}
	if c.Rise < 0 {
		return q.v.words.Tf("quote.cut_loss", p)
	}
	return q.v.words.Tf("quote.cut", p)
}

// refusal takes over what an error says.
func (q *quoteFolder) refusal(err error) (int, bool) { return takeOver(q.v, q.said, err) }

func takeOver(v *visit, said map[string]string, err error) (int, bool) {
	r := ringForm{dossier: &dossier{v: v}, said: said}
	return r.refusal(err)
}

// quoteAct does something with a quote, and shows its page again when it is
// refused.
func quoteAct(v *visit, act string) error {
	right := member.QuoteWrite
	if act == "approve" || act == "return" {
		right = member.QuoteApprove
	}
	if err := v.may(right); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	q, err := quoteOf(v)
	if err != nil {
		return err
	}
	ctx, a, i, version, why := v.r.Context(), v.app, q.q.ID, number64(form.Get("version")), form.Get("why")
	for _, key := range []string{"why", "name", "function", "email", "answer"} {
		q.text[key] = form.Get(key)
	}
	q.text["act"], q.text["n"] = act, form.Get("n")
	switch act {
	case "ask":
		_, err = a.AskApproval(ctx, v.who, i, version, why)
	case "approve":
		_, err = a.ApproveQuote(ctx, v.who, i, version, why)
	case "return":
		_, err = a.ReturnQuote(ctx, v.who, i, version, why)
	case "revise":
		_, err = a.ReviseQuote(ctx, v.who, i, version, why)
	case "withdraw":
		_, err = a.WithdrawQuote(ctx, v.who, i, version, why)
	case "reject":
		_, err = a.RejectQuote(ctx, v.who, i, version, why)
	case "accept":
		_, err = a.TakeAcceptance(ctx, v.who, i, version, quote.Acceptance{Name: form.Get("name"), Function: form.Get("function"), Email: form.Get("email"), Wording: q.t("taken_by_hand")})
	case "answer":
		_, err = a.AnswerQuote(ctx, v.who, i, version, int(number64(form.Get("n"))), form.Get("answer"))
	case "revoke":
		_, err = a.RevokeQuote(ctx, v.who, i)
	}
	if err == nil {
		v.toast(look.Toast{Text: q.t("said_" + act)})
		if act == "revise" {
			return v.to(q.here("/edit"))
		}
		return v.to(q.here(""))
	}
	return q.again(err)
}

// again shows the page with what was wrong; another's change is told as it stands
// now.
func (q *quoteFolder) again(err error) error {
	var stale *app.Stale[quote.Quote]
	if errors.As(err, &stale) {
		q.q, q.f.Quote = stale.Now, stale.Now
		q.said[""] = q.t("stale")
		return q.v.show(http.StatusConflict, quoteView(q))
	}
	if code, ok := q.refusal(err); ok {
		if q.said[""] == "" {
			for _, s := range q.said {
				q.said[""] = s
				break
			}
		}
		return q.v.show(code, quoteView(q))
	}
	return err
}

func sendQuote(v *visit) error {
	return linked(v, func(q *quoteFolder, version int64) (err error) {
		q.q, q.token, err = v.app.SendQuote(v.r.Context(), v.who, q.q.ID, version)
		return err
	})
}

func linkQuote(v *visit) error {
	return linked(v, func(q *quoteFolder, _ int64) (err error) {
		q.q, q.token, err = v.app.LinkQuote(v.r.Context(), v.who, q.q.ID)
		return err
	})
}

// linked shows the customer's way in on the page that answers: it is told once.
func linked(v *visit, do func(*quoteFolder, int64) error) error {
	if err := v.may(member.QuoteWrite); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	q, err := quoteOf(v)
	if err != nil {
		return err
	}
	was := q.q
	if err := do(q, number64(form.Get("version"))); err != nil {
		q.q = was
		return q.again(err)
	}
	token := q.token
	if q, err = quoteOf(v); err != nil {
		return err
	}
	q.token = token
	return v.show(http.StatusOK, quoteView(q))
}

// quotePDF hands over the letter of a version.
func quotePDF(v *visit) error {
	if err := v.may(member.QuoteRead); err != nil {
		return err
	}
	i, err := pathID[id.Quote](v, "id")
	if err != nil {
		return err
	}
	f, err := v.app.QuotePaper(v.r.Context(), v.who, i, number64(v.r.URL.Query().Get("version")))
	if err != nil {
		return err
	}
	return v.pdf(f)
}

func (v *visit) pdf(f app.Offer) error {
	w := words.For(f.Quote.Language, sector(f.Org.Settings.Word))
	var page bytes.Buffer
	if err := pdf.Write(&page, letter.Quote(w, f, f.Quote.Updated)); err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", fmt.Sprintf("inline; filename=%q", w.T("letter.file")+"-"+f.Quote.Number+"-v"+strconv.FormatInt(f.Quote.Revision, 10)+".pdf"))
	h.Set("Content-Length", strconv.Itoa(page.Len()))
	_, _ = v.w.Write(page.Bytes()) // a visitor may leave in the middle
	return nil
}

// quoteForm is a quote being made or changed.
type quoteForm struct {
	v        *visit
	q        quote.Quote // zero when new
	i        id.Quote
	account  id.Account
	name     string
	version  int64
	text     map[string]string
	free     bool
	lines    []map[string]string
	said     map[string]string
	products []product.Product
	needs    []need.Need
	people   []look.Option
}

var quoteKeys = []string{"subject", "contact", "language", "valid_until", "wanted", "need", "intro", "delivery", "terms", "opportunity"}

var lineKeys = []string{"code", "text", "quantity", "unit", "discount", "vat", "answers", "no_need"}

func (v *visit) quoteForm(account id.Account) (*quoteForm, error) {
	ctx := v.r.Context()
	f := &quoteForm{v: v, account: account, text: map[string]string{}, said: map[string]string{}}
	names, err := v.app.AccountNames(ctx, v.who, []id.Account{account})
	if err != nil {
		return nil, err
	}
	if f.name = names[account]; f.name == "" {
		return nil, errNoPage
	}
	if f.products, err = v.app.Products(ctx, v.who, app.ProductQuery{Active: true, Limit: 200}); err != nil {
		return nil, err
	}
	if f.needs, err = v.app.NeedsOf(ctx, v.who, account); err != nil {
		return nil, err
	}
	people, err := v.app.ContactsAt(ctx, v.who, account)
	if err != nil {
		return nil, err
	}
	for _, c := range people {
		f.people = append(f.people, look.Option{Value: c.ID.String(), Label: c.Name()})
	}
	return f, nil
}

func newQuote(v *visit) error {
	if err := v.may(member.QuoteWrite); err != nil {
		return err
	}
	i, err := pathID[id.Account](v, "id")
	if err != nil {
		return err
	}
	f, err := v.quoteForm(i)
	if err != nil {
		return err
	}
	f.i = id.New[id.Quote]()
	f.text["language"], f.text["terms"] = "nl", v.who.Org.Settings.Quotes.Terms
	f.text["valid_until"] = string(v.app.Today(v.who).Add(v.who.Org.Settings.Quotes.Valid()))
	f.text["opportunity"] = v.r.URL.Query().Get("opportunity")
	f.lines = spareLines(3)
	return v.show(http.StatusOK, quoteFormView(f))
}

func spareLines(n int) (all []map[string]string) {
	for range n {
		all = append(all, map[string]string{})
	}
	return all
}

func (f *quoteForm) fill(q quote.Quote) {
	f.q, f.i, f.version, f.free = q, q.ID, q.Version, q.Free
	f.text = map[string]string{
		"subject": q.Subject, "contact": q.Contact.String(), "language": q.Language, "valid_until": string(q.Valid), "wanted": string(q.Wanted), "need": q.Need, "intro": q.Intro, "delivery": q.Delivery, "terms": q.Terms, "opportunity": q.Opportunity.String(),
	}
	for _, l := range q.Lines {
		discount := ""
		if l.Discount != 0 {
			discount = f.v.comma(decimal.Plain(float64(l.Discount) / 100))
		}
		f.lines = append(f.lines, map[string]string{
			"code": f.codeOf(l.Product), "text": l.Text, "quantity": f.v.comma(decimal.Plain(float64(l.Quantity) / 1000)), "unit": f.v.comma(decimal.Amount(l.Unit)), "discount": discount, "vat": string(l.VAT), "answers": l.Answers, "no_need": l.NoNeed,
		})
	}
	f.lines = append(f.lines, spareLines(2)...)
}

func (f *quoteForm) codeOf(i id.Product) string {
	for _, p := range f.products {
		if p.ID == i {
			return p.Code
		}
	}
	if i.IsZero() {
		return ""
	}
	p, err := f.v.app.Product(f.v.r.Context(), f.v.who, i)
	if err != nil {
		return ""
	}
	return p.Code
}

// take reads the form as it was sent.
func (f *quoteForm) take(form url.Values) {
	for _, key := range quoteKeys {
		f.text[key] = form.Get(key)
	}
	f.version, f.free, f.lines = number64(form.Get("version")), form.Get("free") != "", nil
	if i, err := id.Parse[id.Quote](form.Get("id")); err == nil && f.i.IsZero() {
		f.i = i
	}
	for i := range min(len(form["line_text"]), quote.MaxLines+10) {
		l, filled := map[string]string{}, false
		for _, key := range lineKeys {
			if all := form["line_"+key]; i < len(all) {
				l[key] = all[i]
				filled = filled || strings.TrimSpace(all[i]) != "" && key != "vat"
			}
		}
		if filled {
			f.lines = append(f.lines, l)
		}
	}
}

// draft is what the form says; what cannot be read is in the error.
func (f *quoteForm) draft() (quote.Text, error) {
	wrong := fault.Fields{}
	t := quote.Text{
		Account: f.account, Contact: id.OrZero[id.Contact](f.text["contact"]), Opportunity: id.OrZero[id.Opportunity](f.text["opportunity"]), Language: f.text["language"], Valid: day.Day(f.text["valid_until"]),
		Wanted: day.Day(f.text["wanted"]), Free: f.free, Subject: f.text["subject"], Need: f.text["need"], Intro: f.text["intro"], Delivery: f.text["delivery"], Terms: f.text["terms"],
	}
	if !f.q.ID.IsZero() {
		t.Owner, t.Currency = f.q.Owner, f.q.Currency
	}
	codes := map[string]product.Product{}
	for _, p := range f.products {
		codes[product.Key(p.Code)] = p
	}
	for i, typed := range f.lines {
		l := quote.Line{Text: typed["text"], Unit: app.Unpriced, VAT: vat.Code(typed["vat"]), Answers: typed["answers"], NoNeed: typed["no_need"]}
		blank := true
		for _, key := range lineKeys {
			blank = blank && (key == "vat" || strings.TrimSpace(typed[key]) == "")
		}
		if blank {
			continue
		}
		if code := strings.TrimSpace(typed["code"]); code != "" {
			p, known := codes[product.Key(code)]
			if !known {
				found, err := f.v.app.ProductByCode(f.v.r.Context(), f.v.who, code)
				if err != nil {
					wrong.Add(lineKey(i, "code"), quote.ErrProduct)
				}
				p = found
			}
			l.Product = p.ID
		}
		n, ok := f.v.words.ParseNumber(typed["quantity"])
		if thousandths := n * 1000; !ok || n <= 0 || n > 1e9 || float64(int64(thousandths+.5))-thousandths > 1e-6 || thousandths-float64(int64(thousandths+.5)) > 1e-6 {
			wrong.Add(lineKey(i, "quantity"), quote.ErrQuantity)
		} else {
			l.Quantity = int64(thousandths + .5)
		}
		if s := strings.TrimSpace(typed["unit"]); s != "" {
			if l.Unit, ok = f.v.words.ParseMoney(s); !ok || l.Unit < 0 {
				wrong.Add(lineKey(i, "unit"), quote.ErrUnit)
			}
		}
		if s := strings.TrimSpace(strings.Trim(strings.TrimSpace(typed["discount"]), "%")); s != "" {
			d, ok := f.v.words.ParseNumber(s)
			if l.Discount = int64(d*100 + .5); !ok || d < 0 || d > 100 {
				l.Discount = 0
				wrong.Add(lineKey(i, "discount"), quote.ErrDiscount)
			}
		}
		for _, n := range f.needs {
			if n.Words == strings.TrimSpace(l.Answers) {
				l.Need = n.ID
			}
		}
		t.Lines = append(t.Lines, l)
	}
	return t, wrong.Err()
}

func addQuote(v *visit) error {
	if err := v.may(member.QuoteWrite); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	i, err := pathID[id.Account](v, "id")
	if err != nil {
		return err
	}
	f, err := v.quoteForm(i)
	if err != nil {
		return err
	}
	f.take(form)
	if f.i.IsZero() {
		f.i = id.New[id.Quote]()
	}
	return f.keep(form, func(t quote.Text) (quote.Quote, error) { return v.app.AddQuoteOnce(v.r.Context(), v.who, f.i, t) })
}

func (f *quoteForm) keep(form url.Values, do func(quote.Text) (quote.Quote, error)) error {
	if form.Get("more") != "" { // more lines, nothing is kept yet
		f.lines = append(f.lines, spareLines(3)...)
		return f.v.show(http.StatusOK, quoteFormView(f))
	}
	t, err := f.draft()
	if err == nil {
		var q quote.Quote
		if q, err = do(t); err == nil {
			f.v.toast(look.Toast{Text: f.v.words.Tf("quote.kept", map[string]any{"number": q.Number})})
			return f.v.to("/quotes/" + q.ID.String())
		}
	}
	f.lines = append(f.lines, spareLines(1)...)
	var stale *app.Stale[quote.Quote]
	if errors.As(err, &stale) { // theirs stays until this is kept
		f.version, f.said[""] = stale.Now.Version, f.v.words.T("quote.stale_form")
		return f.v.show(http.StatusConflict, quoteFormView(f))
	}
	if code, ok := takeOver(f.v, f.said, err); ok {
		for key, said := range f.said { // a product is typed by its code
			if at, found := strings.CutSuffix(key, ".product"); found {
				f.said[at+".code"] = said
			}
		}
		return f.v.show(code, quoteFormView(f))
	}
	return err
}

func editQuote(v *visit) error {
	f, err := v.quoteEdit()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, quoteFormView(f))
}

func (v *visit) quoteEdit() (*quoteForm, error) {
	if err := v.may(member.QuoteWrite); err != nil {
		return nil, err
	}
	i, err := pathID[id.Quote](v, "id")
	if err != nil {
		return nil, err
	}
	q, err := v.app.Quote(v.r.Context(), v.who, i)
	if err != nil {
		return nil, err
	}
	if !q.State.Prepared() {
		return nil, quote.ErrSent
	}
	f, err := v.quoteForm(q.Account)
	if err != nil {
		return nil, err
	}
	f.fill(q)
	return f, nil
}

func saveQuote(v *visit) error {
	f, err := v.quoteEdit()
	if err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	f.take(form)
	return f.keep(form, func(t quote.Text) (quote.Quote, error) {
		return v.app.ChangeQuote(v.r.Context(), v.who, f.q.ID, f.version, t)
	})
}

func (f *quoteForm) t(key string) string { return f.v.words.T("quote." + key) }

func (f *quoteForm) nth(i int, key string) string {
	return f.v.words.Tf("quote.nth", map[string]any{"n": i + 1, "field": f.v.words.T("quote." + key)})
}

func (f *quoteForm) frame() look.Frame {
	title, crumb := f.t("new"), f.t("new")
	if !f.q.ID.IsZero() {
		title, crumb = f.q.Number, f.q.Number
	}
	fr := f.v.frame(title, "/quotes")
	fr.Crumbs = []look.Crumb{{Label: f.t("many"), Href: "/quotes"}, {Label: crumb}}
	fr.Head = look.Heading{Title: title, Lead: f.v.words.Tf("quote.for", map[string]any{"name": f.name})}
	return fr
}

func (f *quoteForm) action() string {
	if f.q.ID.IsZero() {
		return "/accounts/" + f.account.String() + "/quote"
	}
	return "/quotes/" + f.q.ID.String() + "/edit"
}

func (f *quoteForm) languages() []look.Option {
	return []look.Option{{Value: "nl", Label: f.v.words.T("entry.lang_nl")}, {Value: "en", Label: f.v.words.T("entry.lang_en")}}
}

func (v *visit) vats() []look.Option {
	list := []look.Option{}
	for _, c := range vat.Codes {
		label := v.words.T("vat." + string(c))
		if rate, err := vat.Rate(c, v.app.Today(v.who)); err == nil && c != vat.Reverse && c != vat.Exempt {
			label = letter.Percent(v.words, rate)
		}
		list = append(list, look.Option{Value: string(c), Label: label})
	}
	return list
}

func (f *quoteForm) vatOf(l map[string]string) []look.Option {
	return append([]look.Option{{Label: f.t("vat_product")}}, f.v.vats()...)
}

func (f *quoteForm) codes() (all []string) {
	for _, p := range f.products {
		all = append(all, p.Code)
	}
	return all
}

func (f *quoteForm) wishes() (all []string) {
	for _, n := range f.needs {
		if n.State != need.Dropped {
			all = append(all, n.Words)
		}
	}
	return all
}

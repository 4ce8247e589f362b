package desk

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"kring/app"
	"kring/base/day"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/invoice"
	"kring/domain/member"
	"kring/domain/order"
	"kring/look"
	"kring/look/letter"
	"kring/look/words"
	"kring/paper/pdf"
	"kring/paper/ubl"
)

// Invoices: the list, what is open, and the page of one.

func (d *Desk) invoiceRoutes() {
	d.member("GET /invoices", invoiceList)
	d.member("GET /receivables", receivablesPage)
	d.member("GET /invoices/{id}", func(v *visit) error {
		if err := v.may(member.InvoiceRead); err != nil {
			return err
		}
		p, err := v.invoicePage()
		if err != nil {
			return err
		}
		return v.show(http.StatusOK, invoiceView(p))
	})
	d.member("GET /invoices/{id}/pdf", invoicePDF)
	d.member("GET /invoices/{id}/ubl", invoiceUBL)
	for deed, one := range invoiceDeeds {
		d.member("POST /invoices/{id}/"+deed, func(v *visit) error { return doInvoice(v, one.right, one.do) })
	}
}

// invoicePage is an invoice with what was typed.
type invoicePage struct {
	typed
	i    app.InvoicePage
	once string
}

func (v *visit) invoicePage() (*invoicePage, error) {
	i, err := pathID[id.Invoice](v, "id")
	if err != nil {
		return nil, err
	}
	p := &invoicePage{typed: v.typed(), once: id.New[id.Record]().String()}
	p.i, err = v.app.InvoicePage(v.r.Context(), v.who, i)
	return p, err
}

func (p *invoicePage) here() string { return "/invoices/" + p.i.ID.String() }

func (p *invoicePage) cents(cents int64) string { return p.v.cents(cents, p.i.Currency) }

func (p *invoicePage) may(r member.Right) bool { return p.v.who.Can(r) }

func (p *invoicePage) frame() look.Frame {
	f := p.v.frame(p.v.invoiceName(p.i.Invoice), "/orders")
	f.Crumbs = []look.Crumb{{Label: p.t("invoice.many"), Href: "/invoices"}, {Label: p.v.invoiceName(p.i.Invoice)}}
	f.Head = look.Heading{Title: p.v.invoiceName(p.i.Invoice), Lead: p.i.Name}
	if p.i.Number != "" {
		f.Actions = append(f.Actions, look.Button{Label: "PDF", Icon: "download", Href: p.here() + "/pdf"}, look.Button{Label: p.t("invoice.ubl"), Icon: "download", Href: p.here() + "/ubl"})
	}
	return f
}

func (p *invoicePage) facts() (all []look.Fact) {
	w := p.v.words
	add := func(word, value, href string) {
		if value != "" {
			all = append(all, look.Fact{Label: p.t(word), Value: value, Href: href})
		}
	}
	on := func(d day.Day) string {
		if d == "" {
			return ""
		}
		return w.DayText(string(d))
	}
	all = append(all, look.Fact{Label: p.t("invoice.state"), Value: p.v.invoiceState(p.i.Invoice), Tone: stateTone(p.i.State)})
	add("order.account", p.i.Name, "/accounts/"+p.i.Account.String())
	add("invoice.day", on(p.i.Day), "")
	add("invoice.due", on(p.i.Due), "")
	add("invoice.reference", p.i.Reference, "")
	if !p.i.Order.IsZero() {
		add("order.one", p.orderName(), "/orders/"+p.i.Order.String())
	}
	if !p.i.Contract.IsZero() {
		add("contract.one", p.t("contract.show"), "/contracts/"+p.i.Contract.String())
	}
	if !p.i.About.IsZero() {
		add("invoice.about", p.i.AboutNo, "/invoices/"+p.i.About.String())
	}
	if p.i.From != "" {
		add("invoice.period", on(p.i.From)+" – "+on(p.i.Until), "")
	}
	add("invoice.your_reference", p.i.YourRef, "")
	add("invoice.note", p.i.Note, "")
	if p.i.Reason != "" {
		add("invoice.reason", p.why(p.i.Reason), "")
	}
	add("invoice.dispute", p.i.Dispute, "")
	return all
}

func (p *invoicePage) orderName() string {
	if p.i.OrderNo != "" {
		return p.i.OrderNo
	}
	return p.t("order.one")
}

// why is the reason of a credit note: one of ours, or as it was typed.
func (p *invoicePage) why(reason string) string {
	if p.v.words.Has("invoice.why_" + reason) {
		return p.t("invoice.why_" + reason)
	}
	return reason
}

// sums are how what is open came about, so that it can be checked.
func (p *invoicePage) sums() (all []look.Fact) {
	add := func(word string, cents int64, sign string) {
		if cents != 0 {
			all = append(all, look.Fact{Label: p.t(word), Value: sign + p.cents(cents)})
		}
	}
	all = append(all, look.Fact{Label: p.t("invoice.net"), Value: p.cents(p.i.Net)})
	for _, t := range p.i.Taxes() {
		all = append(all, look.Fact{Label: p.v.words.Tf("invoice.vat_of", words.P{"rate": letter.Rate(p.v.words, t.Category, t.Rate), "net": p.cents(t.Net)}), Value: p.cents(t.Cents)})
	}
	all = append(all, look.Fact{Label: p.t("invoice.gross"), Value: p.cents(p.i.Gross)})
	if p.i.Kind == invoice.Bill && p.i.Number != "" {
		add("invoice.credited", p.i.Credited, "− ")
		add("invoice.paid", p.i.PaidCents, "− ")
		add("invoice.refunded", p.i.Refunded, "+ ")
		add("invoice.written_off", p.i.WriteOff, "− ")
		all = append(all, look.Fact{Label: p.t("invoice.open"), Value: p.cents(p.i.Open())})
	}
	return all
}

func (p *invoicePage) table() look.Table {
	w := p.v.words
	table := look.Table{ID: "lines", Label: p.t("order.lines"), Plain: true, Columns: []look.Column{
		{Key: "text", Label: p.t("invoice.what"), Phone: look.PhoneTitle, Grow: true}, {Key: "quantity", Label: p.t("invoice.quantity"), Number: true, Phone: look.PhoneSub},
		{Key: "unit", Label: p.t("invoice.unit"), Number: true, Drop: 2}, {Key: "vat", Label: p.t("invoice.vat"), Number: true, Drop: 1}, {Key: "amount", Label: p.t("invoice.amount"), Number: true, Phone: look.PhoneEnd},
	}}
	for n, l := range p.i.Lines {
		text := look.Cell{Text: l.Text}
		if w.Has("invoice.what_" + string(l.What)) {
			text.Sub = p.t("invoice.what_" + string(l.What))
		}
		unit := ""
		if _, ok := l.Full(); ok {
			unit = p.cents(l.Unit)
			if l.Discount != 0 {
				unit += " − " + letter.Rate(w, invoice.Standard, l.Discount)
			}
		}
		f := float64(l.Quantity) / 1000
		table.Rows = append(table.Rows, look.Row{ID: strconv.Itoa(n), Name: l.Text, Cells: []look.Cell{
			text, {Text: w.Number(f, decimals(f))}, {Text: unit}, {Text: letter.Rate(w, l.Category, l.Rate)}, {Text: p.cents(l.Cents)},
		}})
	}
	return table
}

func (p *invoicePage) payment(m invoice.Payment) string {
	s := p.v.words.DayText(string(m.Day)) + " · " + p.t("payment."+string(m.Way)) + " · " + p.cents(m.Cents)
	if m.Source == "bank" {
		s += " · " + p.t("payment.bank")
	}
	if m.Note != "" {
		s += " · " + m.Note
	}
	return s
}

// step is the reminder that is next, "" for none.
func (p *invoicePage) step() invoice.State {
	s, _ := p.i.NextStep()
	return s
}

func (p *invoicePage) stepFrom() string {
	_, on := p.i.NextStep()
	return string(on)
}

func (p *invoicePage) early() bool { return day.Day(p.stepFrom()) > p.v.app.Today(p.v.who) }

// letter is the text of the next reminder, in the language of the organisation, to
// change and to copy.
func (p *invoicePage) letter() string {
	w := p.v.words
	key := "reminder.text_" + string(p.step())
	if p.i.Buyer.Person && p.step() == invoice.Notice {
		key += "_person"
	}
	return w.Tf(key, words.P{
		"name": p.i.Buyer.Name, "number": p.i.Number, "day": w.DayText(string(p.i.Day)), "due": w.DayText(string(p.i.Due)), "open": p.cents(p.i.Open()), "iban": p.i.Seller.IBAN, "reference": p.i.Reference,
		"seller": p.i.Seller.Name, "costs": p.cents(p.i.Claim.Warned), "interest": p.cents(p.i.Claim.Interest),
	})
}

// invoiceDeed is something done with an invoice.
type invoiceDeed struct {
	right member.Right
	do    func(p *invoicePage, form url.Values, version int64) (to, said string, err error)
}

var invoiceDeeds = map[string]invoiceDeed{
	"sending": {member.InvoiceWrite, func(p *invoicePage, _ url.Values, version int64) (string, string, error) {
		_, err := p.v.app.SendInvoice(p.v.r.Context(), p.v.who, p.i.ID, version)
		return "", "invoice.said_sent", err
	}},
	"change": {member.InvoiceWrite, func(p *invoicePage, form url.Values, version int64) (string, string, error) {
		term, err := strconv.ParseInt(strings.TrimSpace(form.Get("term")), 10, 64)
		if err != nil {
			return "", "", fault.Field("term", invoice.ErrTerm)
		}
		ref, note := form.Get("your_reference"), form.Get("note")
		_, err = p.v.app.ChangeInvoice(p.v.r.Context(), p.v.who, p.i.ID, version, invoice.Patch{Term: &term, YourRef: &ref, Note: &note})
		return "", "invoice.said_changed", err
	}},
	"removal": {member.InvoiceWrite, func(p *invoicePage, _ url.Values, version int64) (string, string, error) {
		return "/invoices", "invoice.said_erased", p.v.app.EraseInvoice(p.v.r.Context(), p.v.who, p.i.ID, version)
	}},
	"credit": {member.InvoiceWrite, func(p *invoicePage, form url.Values, _ int64) (string, string, error) {
		ask := app.CreditAsk{Reason: form.Get("reason")}
		if strings.TrimSpace(form.Get("amount")) != "" {
			var err error
			if ask.Cents, err = p.money("amount"); err != nil {
				return "", "", err
			}
			ask.Line, _ = strconv.Atoi(form.Get("line")) //nolint:errcheck // another is refused by its number
			ask.Line = max(ask.Line, 1)
		}
		c, err := p.v.app.CreditInvoice(p.v.r.Context(), p.v.who, id.Invoice(id.OrZero[id.Record](form.Get("once"))), p.i.ID, ask)
		return "/invoices/" + c.ID.String(), "invoice.said_drafted", err
	}},
	"payment":   {member.PaymentWrite, booking((*app.App).BookPayment)},
	"refund":    {member.PaymentWaive, booking((*app.App).Refund)},
	"write-off": {member.PaymentWaive, booking((*app.App).WriteOff)},
	"dispute": {member.InvoiceWrite, func(p *invoicePage, form url.Values, version int64) (string, string, error) {
		_, err := p.v.app.DisputeInvoice(p.v.r.Context(), p.v.who, p.i.ID, version, form.Get("dispute"))
		return "", "invoice.said_disputed", err
	}},
	"settlement": {member.InvoiceWrite, func(p *invoicePage, form url.Values, version int64) (string, string, error) {
		_, err := p.v.app.SettleDispute(p.v.r.Context(), p.v.who, p.i.ID, version, form.Get("how"))
		return "", "invoice.said_settled", err
	}},
	"telling": {member.InvoiceWrite, func(p *invoicePage, _ url.Values, _ int64) (string, string, error) {
		_, err := p.v.app.TellReminder(p.v.r.Context(), p.v.who, p.i.ID)
		return "", "invoice.said_told", err
	}},
	"reminder": {member.InvoiceWrite, func(p *invoicePage, form url.Values, version int64) (string, string, error) {
		_, err := p.v.app.RemindInvoice(p.v.r.Context(), p.v.who, p.i.ID, version, invoice.State(form.Get("step")), form.Get("text"))
		return "", "invoice.said_reminded", err
	}},
	"claim": {member.InvoiceWrite, func(p *invoicePage, form url.Values, _ int64) (string, string, error) {
		said := words.P{"number": p.i.Number}
		texts := [2]string{p.v.words.Tf("invoice.interest_on", said), p.v.words.Tf("invoice.costs_on", said)}
		c, err := p.v.app.DraftClaim(p.v.r.Context(), p.v.who, id.Invoice(id.OrZero[id.Record](form.Get("once"))), p.i.ID, texts)
		return "/invoices/" + c.ID.String(), "invoice.said_drafted", err
	}},
}

func doInvoice(v *visit, right member.Right, do func(*invoicePage, url.Values, int64) (string, string, error)) error {
	if err := v.may(right); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	p, err := v.invoicePage()
	if err != nil {
		return err
	}
	p.text = form
	to, said, err := do(p, form, number64(form.Get("version")))
	if err != nil {
		if code, ok := p.refused(err, form); ok {
			fresh, lost := v.invoicePage()
			if lost != nil {
				return lost
			}
			fresh.text, fresh.said = p.text, p.said
			return v.show(code, invoiceView(fresh))
		}
		return err
	}
	if to == "" {
		to = p.here()
	}
	v.toast(look.Toast{Text: v.words.T(said)})
	return v.to(to)
}

func invoicePDF(v *visit) error {
	if err := v.may(member.InvoiceRead); err != nil {
		return err
	}
	p, err := v.invoicePage()
	if err != nil {
		return err
	}
	if p.i.Number == "" {
		return ubl.ErrDraft
	}
	var page bytes.Buffer
	if err := pdf.Write(&page, letter.Invoice(v.words, p.i.Invoice)); err != nil {
		return err
	}
	return v.paper("application/pdf", p.i.Number+".pdf", page.Bytes())
}

func invoiceUBL(v *visit) error {
	if err := v.may(member.InvoiceRead); err != nil {
		return err
	}
	p, err := v.invoicePage()
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := ubl.Write(&text, p.i.Invoice); err != nil {
		return err
	}
	return v.paper(ubl.MIME, p.i.Number+".xml", text.Bytes())
}

// paper hands over a document as a download.
func (v *visit) paper(kind, name string, body []byte) error {
	h := v.w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = v.w.Write(body) // a visitor may leave in the middle
	return nil
}

// invoiceRows are invoices as rows of a table.
func (v *visit) invoiceRows(label, more string, all []invoice.Listed) look.Table {
	t, w := v.words.T, v.words
	table := look.Table{Label: label, More: more, Plain: true, Columns: []look.Column{
		{Key: "number", Label: t("invoice.number"), Phone: look.PhoneTitle}, {Key: "account", Label: t("order.account"), Phone: look.PhoneSub, Grow: true}, {Key: "day", Label: t("invoice.day"), Drop: 3}, {Key: "due", Label: t("invoice.due"), Drop: 2},
		{Key: "state", Label: t("invoice.state"), Drop: 1}, {Key: "gross", Label: t("invoice.gross"), Number: true, Drop: 2}, {Key: "open", Label: t("invoice.open"), Number: true, Phone: look.PhoneEnd},
	}}
	for _, i := range all {
		href, due := "/invoices/"+i.ID.String(), ""
		if i.Due != "" {
			due = w.DayText(string(i.Due))
		}
		table.Rows = append(table.Rows, look.Row{ID: i.ID.String(), Name: v.invoiceName(i.Invoice), Href: href, Cells: []look.Cell{
			{Text: v.invoiceName(i.Invoice), Href: href}, {Text: i.Name}, {Text: w.DayText(string(i.Day))}, {Text: due}, {Text: v.invoiceState(i.Invoice), Tone: stateTone(i.State)}, {Text: v.cents(i.Gross, i.Currency)}, {Text: v.cents(i.Open(), i.Currency)},
		}})
	}
	return table
}

const invoicesOnPage = 50

func invoiceList(v *visit) error {
	if err := v.may(member.InvoiceRead); err != nil {
		return err
	}
	ask := v.r.URL.Query()
	q := app.InvoiceQuery{State: invoice.State(ask.Get("state")), Number: strings.TrimSpace(ask.Get("number")), Account: id.OrZero[id.Account](ask.Get("account")), Before: id.OrZero[id.Invoice](ask.Get("after")), Limit: invoicesOnPage + 1}
	all, err := v.app.Invoices(v.r.Context(), v.who, q)
	if err != nil {
		return err
	}
	more := ""
	if len(all) > invoicesOnPage {
		all = all[:invoicesOnPage]
		ask.Set("after", all[len(all)-1].ID.String())
		more = "/invoices?" + ask.Encode()
	}
	table := v.invoiceRows(v.words.T("invoice.many"), more, all)
	if v.htmx() && q.Before != (id.Invoice{}) {
		return v.show(http.StatusOK, look.TableRows(table))
	}
	f := v.frame(v.words.T("invoice.many"), "/orders")
	f.Crumbs, f.Shape = []look.Crumb{{Label: v.words.T("invoice.many")}}, look.Full
	f.Head = look.Heading{Title: v.words.T("invoice.many"), Lead: v.words.T("invoice.lead")}
	states := []look.Option{{Label: v.words.T("order.state_all")}}
	for _, s := range invoice.States {
		states = append(states, look.Option{Value: string(s), Label: v.words.T("invoice.state_" + string(s))})
	}
	return v.show(http.StatusOK, invoiceListView(v, f, q, states, table))
}

func receivablesPage(v *visit) error {
	if err := v.may(member.InvoiceRead); err != nil {
		return err
	}
	ask := v.r.URL.Query()
	on, name, _ := strings.Cut(ask.Get("after"), "_")
	after := app.DuePlace{Due: day.Day(on), ID: id.OrZero[id.Invoice](name)}
	r, err := v.app.Receivables(v.r.Context(), v.who, id.OrZero[id.Account](ask.Get("account")), ask.Get("late") != "", after, invoicesOnPage+1)
	if err != nil {
		return err
	}
	more := ""
	if len(r.Rows) > invoicesOnPage {
		r.Rows = r.Rows[:invoicesOnPage]
		last := r.Rows[invoicesOnPage-1]
		ask.Set("after", string(last.Due)+"_"+last.ID.String())
		more = "/receivables?" + ask.Encode()
	}
	table := v.invoiceRows(v.words.T("receivable.many"), more, r.Rows)
	for n, i := range r.Rows {
		if next, from := i.NextStep(); next != "" && from <= v.app.Today(v.who) {
			table.Rows[n].Cells[4].Sub = v.words.T("reminder.next_" + string(next))
			if r.Key[i.Account] && !r.Told[i.ID] {
				table.Rows[n].Cells[4].Sub += " · " + v.words.T("reminder.tell_first")
			}
		}
	}
	if v.htmx() && !after.ID.IsZero() {
		return v.show(http.StatusOK, look.TableRows(table))
	}
	f := v.frame(v.words.T("receivable.many"), "/orders")
	f.Crumbs, f.Shape = []look.Crumb{{Label: v.words.T("receivable.many")}}, look.Full
	f.Head = look.Heading{Title: v.words.T("receivable.many"), Lead: v.words.T("receivable.lead")}
	return v.show(http.StatusOK, receivablesView(v, f, r, table, ask.Get("late") != ""))
}

func (v *visit) portion(f float64) string { return v.words.Number(f*100, 0) + " %" }

// onTime says how much was delivered on the promised day; "" when nothing was
// promised.
func (v *visit) onTime(f order.Figures) string {
	if f.Promised == 0 {
		return ""
	}
	return v.words.Tf("receivable.on_time_is", words.P{"share": v.portion(f.Timely()), "n": f.OnTime, "of": f.Promised})
}

// perfect says how many orders went without a fault; "" when none was delivered.
func (v *visit) perfect(f order.Figures) string {
	if f.Orders == 0 {
		return ""
	}
	return v.words.Tf("receivable.perfect_is", words.P{"share": v.portion(f.Perfect()), "of": f.Orders, "complete": f.Complete, "intact": f.Intact, "right": f.Invoiced})
}

// booking reads a payment off a form.
func booking(book func(*app.App, context.Context, app.Who, id.Invoice, invoice.Payment) (invoice.Invoice, error)) func(*invoicePage, url.Values, int64) (string, string, error) {
	return func(p *invoicePage, form url.Values, _ int64) (string, string, error) {
		cents, err := p.money("amount")
		if err != nil {
			return "", "", err
		}
		i := id.Payment(id.OrZero[id.Record](form.Get("once")))
		if i.IsZero() {
			i = id.New[id.Payment]()
		}
		_, err = book(p.v.app, p.v.r.Context(), p.v.who, p.i.ID, invoice.Payment{ID: i, Day: day.Day(form.Get("day")), Cents: cents, Currency: p.i.Currency, Note: form.Get("note")})
		return "", "invoice.said_booked", err
	}
}

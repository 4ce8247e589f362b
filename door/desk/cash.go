package desk

import (
	"math"
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
	"kring/look/words"
)

// From order to money: what the pages of orders, invoices, the bank and contracts
// share, and the way of an order on its page.

func (d *Desk) cashRoutes() {
	for deed, do := range orderDeeds {
		d.member("POST /orders/{id}/"+deed, func(v *visit) error { return doOrder(v, do) })
	}
	d.member("GET /orders/{id}/confirmation", confirmationPage)
	d.member("POST /accounts/{id}/limit", saveLimit)
	d.invoiceRoutes()
	d.bankRoutes()
	d.contractRoutes()
}

// typed is what was typed on a page, and what is wrong with it.
type typed struct {
	v    *visit
	text url.Values
	said map[string]string
}

func (v *visit) typed() typed { return typed{v: v, text: url.Values{}, said: map[string]string{}} }

func (p *typed) t(key string) string { return p.v.words.T(key) }

func (p *typed) or(name, value string) string {
	if p.text.Has(name) {
		return p.text.Get(name)
	}
	return value
}

// refused takes over what an error says, for a page that is shown again.
func (p *typed) refused(err error, form url.Values) (int, bool) {
	f, ok := fault.From(err)
	if !ok || f.Kind != fault.Invalid && f.Kind != fault.Conflict {
		return 0, false
	}
	p.text = form
	p.said[""] = p.v.sentence(f)
	for field, g := range f.Fields {
		p.said[field] = p.v.sentence(g)
	}
	if len(f.Fields) == 1 { // one field: its sentence says it all
		for _, g := range f.Fields {
			p.said[""] = p.v.sentence(g)
		}
	}
	return status(f.Kind), true
}

func (p *typed) money(name string) (int64, error) {
	cents, ok := p.v.words.ParseMoney(p.text.Get(name))
	if !ok {
		return 0, fault.Field(name, invoice.ErrPayment)
	}
	return cents, nil
}

func (v *visit) cents(cents int64, currency string) string { return v.words.Money(cents, currency) }

// salesTabs are the pages of selling and being paid, the present one underlined.
func (v *visit) salesTabs(here string) look.Tabs {
	tabs := look.Tabs{Label: v.words.T("cash.tabs")}
	for _, t := range []struct {
		href, word string
		right      member.Right
	}{
		{"/orders", "order.many", member.OrderRead}, {"/invoices", "invoice.many", member.InvoiceRead}, {"/receivables", "receivable.many", member.InvoiceRead}, {"/bank", "bank.title", member.PaymentWrite},
		{"/contracts", "contract.many", member.InvoiceRead},
	} {
		if v.who.Can(t.right) {
			tabs.Items = append(tabs.Items, look.Tab{Label: v.words.T(t.word), Href: t.href, Current: t.href == here})
		}
	}
	return tabs
}

// wayPage is an order with what became of it.
type wayPage struct {
	typed
	d    *dossier
	w    app.Way
	once string
}

func (v *visit) wayPage() (*wayPage, error) {
	o, d, err := orderOf(v)
	if err != nil {
		return nil, err
	}
	p := &wayPage{typed: v.typed(), d: d, once: id.New[id.Record]().String()}
	p.w, err = v.app.OrderWay(v.r.Context(), v.who, o.ID)
	return p, err
}

func (p *wayPage) may(r member.Right) bool { return p.v.who.Can(r) && !p.d.Guest && p.d.binned == 0 }

func (p *wayPage) money(cents int64) string { return p.v.cents(cents, p.w.Order.Amount.Currency) }

func (p *wayPage) is(stages ...order.Stage) bool {
	for _, s := range stages {
		if p.w.Order.Stage == s {
			return true
		}
	}
	return false
}

// left is what of a line can still be delivered, or taken back.
func (p *wayPage) left(n int, back bool) int64 {
	if back {
		return p.w.Got[n]
	}
	return p.w.Order.Lines[n].Stands() - p.w.Got[n]
}

func (p *wayPage) some(back bool) bool {
	for n := range p.w.Order.Lines {
		if p.left(n, back) > 0 {
			return true
		}
	}
	return false
}

func (p *wayPage) quantity(thousandths int64) string {
	f := float64(thousandths) / 1000
	return p.v.words.Number(f, decimals(f))
}

// steps are the stages as a path: those behind, the present one, those to come.
func (p *wayPage) steps() (all []look.Fact) {
	w, o := p.v.words, p.w.Order
	add := func(word, value string) {
		if value != "" {
			all = append(all, look.Fact{Label: p.t(word), Value: value})
		}
	}
	on := func(d day.Day) string {
		if d == "" {
			return ""
		}
		return w.DayText(string(d))
	}
	add("order.stage", p.t("order.stage_"+string(o.Stage)))
	add("order.held", o.Held)
	add("order.confirmed_on", on(o.ConfirmedOn))
	add("order.wanted", on(o.Wanted))
	add("order.accepted_on", on(o.AcceptedOn))
	add("order.with_vat", p.money(p.w.Total))
	if p.w.Credit.Limited {
		add("order.limit", w.Tf("order.limit_is", words.P{"limit": p.money(p.w.Credit.Limit), "open": p.money(p.w.Credit.Open), "this": p.money(p.w.Credit.This)}))
	}
	if p.w.ToBill > 0 {
		add("order.to_bill", p.money(p.w.ToBill))
	}
	if p.w.Prepaid > 0 {
		add("order.prepaid", p.money(p.w.Prepaid))
	}
	return all
}

func (p *wayPage) shipment(d order.Delivery) string {
	var parts []string
	for _, m := range d.Lines {
		parts = append(parts, p.quantity(m.Quantity)+" × "+p.w.Order.Lines[m.Line-1].Text)
	}
	word := "order.went"
	if d.Return {
		word = "order.came_back"
	}
	s := p.v.words.Tf(word, words.P{"day": p.v.words.DayText(string(d.Day)), "what": strings.Join(parts, ", ")})
	if d.Signer != "" {
		s += " " + p.v.words.Tf("order.signed_by", words.P{"name": d.Signer, "at": d.SignedAt})
	}
	if !d.Intact && !d.Return {
		s += " " + p.t("order.damaged")
	}
	return s
}

// orderDeed is something done on the way of an order; it says where to go and what
// to tell.
type orderDeed func(p *wayPage, form url.Values, version int64) (to, said string, err error)

var orderDeeds = map[string]orderDeed{
	"confirmed": func(p *wayPage, _ url.Values, version int64) (string, string, error) {
		_, err := p.v.app.ConfirmOrder(p.v.r.Context(), p.v.who, p.w.Order.ID, version)
		return "", "order.said_confirmed", err
	},
	"check": func(p *wayPage, _ url.Values, version int64) (string, string, error) {
		o, err := p.v.app.CheckCredit(p.v.r.Context(), p.v.who, p.w.Order.ID, version)
		return "", "order.stage_" + string(o.Stage), err
	},
	"release": func(p *wayPage, form url.Values, version int64) (string, string, error) {
		_, err := p.v.app.ReleaseOrder(p.v.r.Context(), p.v.who, p.w.Order.ID, version, form.Get("why"))
		return "", "order.said_released", err
	},
	"plan": func(p *wayPage, form url.Values, version int64) (string, string, error) {
		_, err := p.v.app.PlanOrder(p.v.r.Context(), p.v.who, p.w.Order.ID, version, day.Day(form.Get("wanted")))
		return "", "order.said_planned", err
	},
	"delivery": func(p *wayPage, form url.Values, version int64) (string, string, error) {
		return "", "order.said_delivered", p.move(form, version, false)
	},
	"return": func(p *wayPage, form url.Values, version int64) (string, string, error) {
		return "", "order.said_returned", p.move(form, version, true)
	},
	"acceptance": func(p *wayPage, _ url.Values, version int64) (string, string, error) {
		_, err := p.v.app.AcceptDelivery(p.v.r.Context(), p.v.who, p.w.Order.ID, version)
		return "", "order.said_accepted", err
	},
	"evaluation": func(p *wayPage, form url.Values, version int64) (string, string, error) {
		_, err := p.v.app.EvaluateOrder(p.v.r.Context(), p.v.who, p.w.Order.ID, version, form.Get("why"))
		return "", "order.said_evaluated", err
	},
	"dropping": func(p *wayPage, form url.Values, version int64) (string, string, error) {
		_, err := p.v.app.DropRest(p.v.r.Context(), p.v.who, p.w.Order.ID, version, form.Get("why"))
		return "", "order.said_dropped", err
	},
	"invoice": func(p *wayPage, form url.Values, _ int64) (string, string, error) {
		n, err := p.v.app.DraftDelivered(p.v.r.Context(), p.v.who, id.Invoice(id.OrZero[id.Record](form.Get("once"))), p.w.Order.ID)
		return "/invoices/" + n.ID.String(), "invoice.said_drafted", err
	},
	"advance": func(p *wayPage, form url.Values, _ int64) (string, string, error) {
		share, ok := p.v.words.ParseNumber(form.Get("share"))
		if !ok {
			return "", "", fault.Field("share", invoice.ErrShare)
		}
		n, err := p.v.app.DraftAdvance(p.v.r.Context(), p.v.who, id.Invoice(id.OrZero[id.Record](form.Get("once"))), p.w.Order.ID, int64(math.Round(share*100)))
		return "/invoices/" + n.ID.String(), "invoice.said_drafted", err
	},
}

// deedRights are what a deed takes; the others take the right to write orders.
var deedRights = map[string]member.Right{"release": member.OrderRelease, "invoice": member.InvoiceWrite, "advance": member.InvoiceWrite}

func (p *wayPage) move(form url.Values, version int64, back bool) error {
	d := order.Delivery{
		ID: id.OrZero[id.Record](form.Get("once")), Return: back, Day: day.Day(form.Get("day")), Signer: form.Get("signer"), SignedAt: form.Get("signed_at"), Intact: form.Get("damaged") == "", Note: form.Get("note"),
	}
	if d.ID.IsZero() {
		d.ID = id.New[id.Record]()
	}
	wrong := fault.Fields{}
	for n := range p.w.Order.Lines {
		at := "quantity." + strconv.Itoa(n+1)
		if strings.TrimSpace(form.Get(at)) == "" {
			continue
		}
		q, ok := p.v.words.ParseNumber(form.Get(at))
		if !ok || q < 0 || q > 1e9 {
			wrong.Add(at, order.ErrQuantity)
		} else if q > 0 {
			d.Lines = append(d.Lines, order.Moved{Line: n + 1, Quantity: int64(math.Round(q * 1000))})
		}
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	_, err := p.v.app.Deliver(p.v.r.Context(), p.v.who, p.w.Order.ID, version, d)
	return err
}

func doOrder(v *visit, do orderDeed) error {
	deed := v.r.URL.Path[strings.LastIndex(v.r.URL.Path, "/")+1:]
	right, other := deedRights[deed]
	if !other {
		right = member.OrderWrite
	}
	if err := v.may(right); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	p, err := v.wayPage()
	if err != nil {
		return err
	}
	p.text = form
	to, said, err := do(p, form, number64(form.Get("version")))
	if err != nil {
		if code, ok := p.refused(err, form); ok {
			fresh, lost := v.wayPage()
			if lost != nil {
				return lost
			}
			fresh.text, fresh.said = p.text, p.said
			return v.show(code, orderView(fresh, ""))
		}
		return err
	}
	if to == "" {
		to = "/orders/" + p.w.Order.ID.String()
	}
	v.toast(look.Toast{Text: v.words.T(said)})
	return v.to(to)
}

// confirmationPage is the confirmation as a draft: a text to copy; nothing is
// mailed.
func confirmationPage(v *visit) error {
	if err := v.may(member.OrderRead); err != nil {
		return err
	}
	p, err := v.wayPage()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, confirmationView(p, p.confirmation()))
}

// confirmation is what is said to the customer.
func (p *wayPage) confirmation() string {
	o, w := p.w.Order, p.v.words
	said := words.P{"name": p.d.name, "day": w.DayText(string(o.Day)), "number": o.Number, "amount": p.money(o.Amount.Cents), "total": p.money(p.w.Total), "seller": p.v.who.Org.Name}
	text := w.Tf("order.confirmation_begin", said) + "\n\n"
	for _, l := range o.Lines {
		text += p.quantity(l.Stands()) + " × " + l.Text + "  " + p.money(l.Cents) + "\n"
	}
	text += "\n" + w.Tf("order.confirmation_sum", said) + "\n"
	if o.Wanted != "" {
		text += w.Tf("order.confirmation_wanted", words.P{"day": w.DayText(string(o.Wanted))}) + "\n"
	}
	return text + "\n" + w.Tf("order.confirmation_end", said)
}

// saveLimit sets how much an account may have open.
func saveLimit(v *visit) error {
	if err := v.may(member.OrderRelease); err != nil {
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
	cents := int64(-1)
	if strings.TrimSpace(form.Get("limit")) != "" {
		var ok bool
		if cents, ok = v.words.ParseMoney(form.Get("limit")); !ok || cents < 0 {
			return fault.Field("limit", invoice.ErrPayment)
		}
	}
	if _, err := v.app.SetCreditLimit(v.r.Context(), v.who, i, cents, form.Get("source")); err != nil {
		return err
	}
	v.toast(look.Toast{Text: v.words.T("order.said_limit")})
	to := form.Get("back")
	if !strings.HasPrefix(to, "/orders/") && !strings.HasPrefix(to, "/receivables") {
		to = "/accounts/" + i.String()
	}
	return v.to(to)
}

// stateTone colours the state of an invoice.
func stateTone(s invoice.State) string {
	switch s {
	case invoice.Paid:
		return look.Good
	case invoice.Reminded, invoice.Disputed:
		return look.Warn
	case invoice.Notice, invoice.Collection, invoice.WrittenOff:
		return look.Bad
	}
	return ""
}

package desk

import (
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"kring/app"
	"kring/base/day"
	"kring/base/decimal"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/money"
	"kring/base/vat"
	"kring/domain/contract"
	"kring/domain/invoice"
	"kring/domain/member"
	"kring/look"
	"kring/look/words"
)

// Contracts: the list by notice date, the page of one, and making one at a
// relation.

func (d *Desk) contractRoutes() {
	d.member("GET /contracts", contractList)
	d.member("GET /contracts/new", contractErrand.page)
	d.member("GET /contracts/{id}", func(v *visit) error {
		if err := v.may(member.InvoiceRead); err != nil {
			return err
		}
		p, err := v.contractPage()
		if err != nil {
			return err
		}
		return v.show(http.StatusOK, contractView(p))
	})
	d.member("POST /contracts/{id}/renewal", func(v *visit) error { return doContract(v, renewContract) })
	d.member("POST /contracts/{id}/ending", func(v *visit) error { return doContract(v, stopContract) })
	d.member("GET /accounts/{id}/contracts", contractForm)
	d.member("POST /accounts/{id}/contracts", signContract)
}

var contractErrand = errand{"contract", "/contracts/new", "/contracts", member.ContractWrite}

const contractsOnPage = 50

func contractList(v *visit) error {
	if err := v.may(member.InvoiceRead); err != nil {
		return err
	}
	ask := v.r.URL.Query()
	q := app.ContractQuery{State: contract.State(ask.Get("state")), Limit: contractsOnPage + 1}
	if q.State != contract.Ended {
		q.State = contract.Active
	}
	on, name, _ := strings.Cut(ask.Get("after"), "_")
	q.After = app.NoticePlace{NoticeBy: day.Day(on), ID: id.OrZero[id.Contract](name)}
	all, err := v.app.Contracts(v.r.Context(), v.who, q)
	if err != nil {
		return err
	}
	t, w := v.words.T, v.words
	table := look.Table{Label: t("contract.many"), Plain: true, Columns: []look.Column{
		{Key: "title", Label: t("contract.title"), Phone: look.PhoneTitle, Grow: true}, {Key: "account", Label: t("order.account"), Phone: look.PhoneSub}, {Key: "notice", Label: t("contract.notice_by"), Drop: 1},
		{Key: "ends", Label: t("contract.ends"), Drop: 2}, {Key: "amount", Label: t("contract.amount"), Number: true, Phone: look.PhoneEnd}, {Key: "next", Label: t("contract.next"), Drop: 3},
	}}
	if len(all) > contractsOnPage {
		all = all[:contractsOnPage]
		last := all[contractsOnPage-1]
		table.More = "/contracts?state=" + string(q.State) + "&after=" + string(last.NoticeBy()) + "_" + last.ID.String()
	}
	today := v.app.Today(v.who)
	for _, c := range all {
		href, next := "/contracts/"+c.ID.String(), ""
		if c.Next != "" {
			next = w.DayText(string(c.Next))
		}
		notice := look.Cell{Text: w.DayText(string(c.NoticeBy()))}
		if by := c.ProposeBy(); by != "" && by <= today {
			notice.Sub, notice.Tone = t("contract.propose_now"), look.Warn
		}
		table.Rows = append(table.Rows, look.Row{ID: c.ID.String(), Name: c.Title, Href: href, Cells: []look.Cell{
			{Text: c.Title, Href: href}, {Text: c.Name}, notice, {Text: w.DayText(string(c.Ends))}, {Text: v.cents(c.Cents, c.Currency) + " " + t("contract.per_"+string(c.Period))}, {Text: next},
		}})
	}
	if v.htmx() && !q.After.ID.IsZero() {
		return v.show(http.StatusOK, look.TableRows(table))
	}
	f := v.frame(t("contract.many"), "/orders")
	f.Crumbs, f.Shape = []look.Crumb{{Label: t("contract.many")}}, look.Full
	f.Head = look.Heading{Title: t("contract.many"), Lead: t("contract.lead")}
	if v.who.Can(member.ContractWrite) {
		f.Actions = append(f.Actions, look.Button{Label: t("contract.one"), Icon: "plus", Kind: look.Primary, Href: "/contracts/new"})
	}
	return v.show(http.StatusOK, contractListView(v, f, table, q.State))
}

// contractPage is a contract with what was typed.
type contractPage struct {
	typed
	c        app.ContractLine
	invoices []invoice.Listed
}

func (v *visit) contractPage() (*contractPage, error) {
	i, err := pathID[id.Contract](v, "id")
	if err != nil {
		return nil, err
	}
	p := &contractPage{typed: v.typed()}
	p.c, p.invoices, err = v.app.Contract(v.r.Context(), v.who, i)
	return p, err
}

func (p *contractPage) here() string { return "/contracts/" + p.c.ID.String() }

func (p *contractPage) frame() look.Frame {
	f := p.v.frame(p.c.Title, "/orders")
	f.Crumbs = []look.Crumb{{Label: p.t("contract.many"), Href: "/contracts"}, {Label: p.c.Title}}
	f.Head = look.Heading{Title: p.c.Title, Lead: p.c.Name}
	return f
}

func (p *contractPage) facts() (all []look.Fact) {
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
	add("order.account", p.c.Name, "/accounts/"+p.c.Account.String())
	add("invoice.state", p.t("contract.state_"+string(p.c.State)), "")
	add("contract.amount", p.v.cents(p.c.Cents, p.c.Currency)+" "+p.t("contract.per_"+string(p.c.Period)), "")
	add("contract.yearly", p.v.cents(p.c.Yearly(), p.c.Currency), "")
	add("contract.runs", on(p.c.Starts)+" – "+on(p.c.Ends), "")
	add("contract.notice_by", on(p.c.NoticeBy()), "")
	add("contract.propose_by", on(p.c.ProposeBy()), "")
	add("contract.renewal", p.t("contract.renewal_"+string(p.c.Renewal)), "")
	if p.c.Index > 0 {
		add("contract.index", w.Number(float64(p.c.Index)/100, 2)+" %", "")
	}
	add("contract.next", on(p.c.Next), "")
	add("contract.stopped", p.c.Stopped, "")
	add("order.note", p.c.Note, "")
	return all
}

func doContract(v *visit, do func(*contractPage, url.Values, int64) (string, error)) error {
	if err := v.may(member.ContractWrite); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	p, err := v.contractPage()
	if err != nil {
		return err
	}
	p.text = form
	said, err := do(p, form, number64(form.Get("version")))
	if err != nil {
		if code, ok := p.refused(err, form); ok {
			return v.show(code, contractView(p))
		}
		return err
	}
	v.toast(look.Toast{Text: v.words.T(said)})
	return v.to(p.here())
}

func renewContract(p *contractPage, form url.Values, version int64) (string, error) {
	term, err := strconv.ParseInt(strings.TrimSpace(form.Get("term")), 10, 64)
	if err != nil {
		return "", fault.Field("term", contract.ErrTerm)
	}
	cents, ok := p.v.words.ParseMoney(form.Get("amount"))
	if !ok {
		return "", fault.Field("amount", contract.ErrAmount)
	}
	_, err = p.v.app.RenewContract(p.v.r.Context(), p.v.who, p.c.ID, version, term, cents)
	return "contract.said_renewed", err
}

func stopContract(p *contractPage, form url.Values, version int64) (string, error) {
	_, err := p.v.app.StopContract(p.v.r.Context(), p.v.who, p.c.ID, version, day.Day(form.Get("last")), form.Get("why"))
	return "contract.said_ended", err
}

// signing is a contract being made at a relation.
type signing struct {
	typed
	d    *dossier
	once string
	all  []app.ContractLine
}

func (v *visit) signing() (*signing, error) {
	d, err := accountFolder.open(v, app.Look{})
	if err != nil {
		return nil, err
	}
	s := &signing{typed: v.typed(), d: d, once: id.New[id.Record]().String()}
	s.all, err = v.app.Contracts(v.r.Context(), v.who, app.ContractQuery{Account: id.Account(d.id), Limit: 100})
	return s, err
}

func (s *signing) frame() look.Frame { return ringForm{dossier: s.d}.frameOf(s.t("contract.many")) }

func (s *signing) periods() (all []look.Option) {
	for _, p := range contract.Periods {
		all = append(all, look.Option{Value: string(p), Label: s.t("contract.per_" + string(p))})
	}
	return all
}

func (s *signing) renewals() (all []look.Option) {
	for _, r := range contract.Renewals {
		all = append(all, look.Option{Value: string(r), Label: s.t("contract.renewal_" + string(r))})
	}
	return all
}

func (s *signing) codes() (all []look.Option) {
	for _, c := range vat.Codes {
		all = append(all, look.Option{Value: string(c), Label: s.t("invoice.code_" + string(c))})
	}
	return all
}

func contractForm(v *visit) error {
	if err := v.may(member.InvoiceRead); err != nil {
		return err
	}
	s, err := v.signing()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, signingView(s))
}

func (s *signing) draft(form url.Values) (contract.Draft, error) {
	w, wrong := s.v.words, fault.Fields{}
	whole := func(name string, err error) int64 {
		n, lost := strconv.ParseInt(strings.TrimSpace(form.Get(name)), 10, 64)
		if lost != nil {
			wrong.Add(name, err)
		}
		return n
	}
	cents, ok := w.ParseMoney(form.Get("amount"))
	if !ok {
		wrong.Add("amount", contract.ErrAmount)
	}
	index := 0.0
	if strings.TrimSpace(form.Get("index")) != "" {
		if index, ok = w.ParseNumber(form.Get("index")); !ok {
			wrong.Add("index", contract.ErrIndex)
		}
	}
	d := contract.Draft{
		Account: id.Account(s.d.id), Title: form.Get("title"), Starts: day.Day(form.Get("starts")), Term: whole("term", contract.ErrTerm), Notice: whole("notice", contract.ErrNotice),
		Renewal: contract.Renewal(form.Get("renewal")), Amount: money.Money{Cents: cents, Currency: "EUR"}, Period: contract.Period(form.Get("period")), VAT: form.Get("vat"),
		Index: int64(math.Round(index * 100)), Note: form.Get("note"), InvoicedUntil: day.Day(form.Get("invoiced_until")),
	}
	return d, wrong.Err()
}

func signContract(v *visit) error {
	if err := v.may(member.ContractWrite); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	s, err := v.signing()
	if err != nil {
		return err
	}
	d, err := s.draft(form)
	if err == nil {
		i := id.OrZero[id.Contract](form.Get("once"))
		if i.IsZero() {
			i = id.New[id.Contract]()
		}
		c, lost := v.app.SignContract(v.r.Context(), v.who, i, d)
		if lost == nil {
			v.toast(look.Toast{Text: v.words.T("contract.said_signed")})
			return v.to("/contracts/" + c.ID.String())
		}
		err = lost
	}
	if code, ok := s.refused(err, form); ok {
		return v.show(code, signingView(s))
	}
	return err
}

func amountOf(cents int64) string { return decimal.Amount(cents) }

// contractLine says a contract in one line.
func (v *visit) contractLine(c app.ContractLine) string {
	return v.words.Tf("contract.line", words.P{"amount": v.cents(c.Cents, c.Currency), "per": v.words.T("contract.per_" + string(c.Period)), "day": v.words.DayText(string(c.NoticeBy()))})
}

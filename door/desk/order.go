package desk

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kring/app"
	"kring/base/day"
	"kring/base/decimal"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/money"
	"kring/domain/member"
	"kring/domain/order"
	"kring/look"
)

// The list of all orders, and the form that changes one.

func (d *Desk) orderRoutes() {
	d.member("GET /orders", orderList)
	d.member("POST /orders/export", exportOrders)
	d.member("GET /orders/new", orderErrand.page)
	d.member("GET /endings/new", endingErrand.page)
	d.member("GET /orders/{id}/edit", editOrder)
	d.member("POST /orders/{id}/edit", saveOrder)
}

// orderAsk is the list of orders as somebody asked for it.
type orderAsk struct {
	v      *visit
	f      order.Filter
	text   url.Values
	said   map[string]string
	all    []order.Order
	called map[id.Account]string
	next   string
}

// ask reads which orders an address asks for; what cannot be asked is said and
// finds nothing.
func (v *visit) askOrders(text url.Values) *orderAsk {
	q := &orderAsk{v: v, text: text, said: map[string]string{}}
	on := func(key string, into *day.Day) {
		if typed := text.Get(key); typed != "" {
			d, err := day.Parse(typed)
			if f, ok := fault.From(err); ok {
				q.said[key] = v.sentence(f)
			}
			*into = d
		}
	}
	on("from", &q.f.From)
	on("until", &q.f.Until)
	switch s := order.State(text.Get("state")); s {
	case order.Confirmed, order.Cancelled, "":
		q.f.State = s
	default:
		q.said["state"] = v.sentence(order.ErrState)
	}
	if typed := text.Get("account"); typed != "" {
		i, err := id.Parse[id.Account](typed)
		if f, ok := fault.From(err); ok {
			q.said["account"] = v.sentence(f)
		}
		q.f.Account = i
	}
	return q
}

func orderPlaceOf(text string) (at app.OrderPlace) {
	on, name, _ := strings.Cut(text, "_")
	if i, err := id.Parse[id.Order](name); err == nil {
		at = app.OrderPlace{Day: day.Day(on), ID: i}
	}
	return at
}

func orderList(v *visit) error {
	q := v.askOrders(v.r.URL.Query())
	if err := v.may(member.OrderRead); err != nil {
		return err
	}
	if len(q.said) > 0 {
		return v.show(http.StatusUnprocessableEntity, orderListView(q))
	}
	all, err := v.app.Orders(v.r.Context(), v.who, q.f, orderPlaceOf(q.text.Get("after")), ordersOnPage+1)
	if err != nil {
		return err
	}
	if q.all = all; len(all) > ordersOnPage {
		q.all = all[:ordersOnPage]
		last := q.all[ordersOnPage-1]
		q.next = q.here("after", string(last.Day)+"_"+last.ID.String())
	}
	var ids []id.Account
	for _, o := range q.all {
		ids = append(ids, o.Account)
	}
	if !q.f.Account.IsZero() {
		ids = append(ids, q.f.Account)
	}
	if q.called, err = v.app.AccountNames(v.r.Context(), v.who, ids); err != nil {
		return err
	}
	if v.htmx() && q.text.Get("after") != "" {
		return v.show(http.StatusOK, look.TableRows(q.table()))
	}
	return v.show(http.StatusOK, orderListView(q))
}

// here is the list with the same question, and something more.
func (q *orderAsk) here(more ...string) string {
	params := url.Values{}
	for _, key := range []string{"from", "until", "state", "account"} {
		if v := q.text.Get(key); v != "" {
			params.Set(key, v)
		}
	}
	for i := 0; i < len(more); i += 2 {
		params.Set(more[i], more[i+1])
	}
	if len(params) == 0 {
		return "/orders"
	}
	return "/orders?" + params.Encode()
}

func (q *orderAsk) frame() look.Frame {
	t := q.v.words.T
	f := q.v.frame(t("order.many"), "/orders")
	f.Crumbs = []look.Crumb{{Label: t("order.many")}}
	f.Head = tabbedHead(look.Heading{Title: t("order.many"), Lead: t("order.lead")}, q.v.sellingTabs("/orders"))
	f.Shape = look.Full
	if q.v.who.Can(member.OrderWrite) {
		f.Actions = append(f.Actions, look.Button{Label: t("order.one"), Icon: "plus", Kind: look.Primary, Href: "/orders/new"})
	}
	return f
}

func (q *orderAsk) states() []look.Option {
	t := q.v.words.T
	return []look.Option{{Label: t("order.state_all")}, {Value: string(order.Confirmed), Label: t("order.state_confirmed")}, {Value: string(order.Cancelled), Label: t("order.is_cancelled")}}
}

// table is the rows of the list.
func (q *orderAsk) table() look.Table {
	t, w := q.v.words.T, q.v.words
	table := look.Table{Label: t("order.many"), More: q.next, Plain: true, Columns: []look.Column{
		{Key: "account", Label: t("order.account"), Phone: look.PhoneTitle}, {Key: "day", Label: t("order.day"), Phone: look.PhoneSub}, {Key: "number", Label: t("order.number"), Drop: 2},
		{Key: "amount", Label: t("order.amount"), Number: true, Phone: look.PhoneEnd},
	}}
	for _, o := range q.all {
		href := "/orders/" + o.ID.String()
		name := look.Cell{Text: q.called[o.Account], Href: href}
		if !o.Stands() {
			name.Sub = t("order.is_cancelled")
		}
		table.Rows = append(table.Rows, look.Row{ID: o.ID.String(), Name: q.called[o.Account], Href: href, Muted: !o.Stands(), Cells: []look.Cell{
			name, {Text: w.DayText(string(o.Day))}, {Text: o.Number}, {Text: w.Money(o.Amount.Cents, o.Amount.Currency)},
		}})
	}
	return table
}

// exportOrders hands the list over as a file that an import takes back.
func exportOrders(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	q := v.askOrders(form)
	if err := v.may(member.Export); err != nil {
		return err
	}
	if len(q.said) > 0 {
		return v.show(http.StatusUnprocessableEntity, orderListView(q))
	}
	t, err := v.app.OrderTable(v.r.Context(), v.who, q.f)
	if err != nil {
		return err
	}
	return v.sendTable("orders", t)
}

// errand is something that is done at a relation, which is found first.
type errand struct {
	word, path, to string // of its words; its page; the page at the relation
	right          member.Right
}

var (
	orderErrand  = errand{"order", "/orders/new", "/orders", member.OrderWrite}
	endingErrand = errand{"ending", "/endings/new", "/ending", member.CycleDecide}
)

func (e errand) page(v *visit) error {
	if err := v.may(e.right); err != nil {
		return err
	}
	typed := strings.ToValidUTF8(v.r.URL.Query().Get("q"), "")
	hits, err := v.app.SearchKind(v.r.Context(), v.who, fact.Account, typed, 20)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, errandView(v, e, typed, hits))
}

// orderForm is an order being changed.
type orderForm struct {
	*dossier
	o       order.Order
	version int64
	text    map[string]string
	lines   []lineText
	said    map[string]string
	theirs  map[string]string // of a clash: what stands now
}

// lineText is a line as it is typed.
type lineText struct {
	text, quantity, amount string
	from                   int // 1 for the first line of the order as it was read; 0 is new
}

func (l lineText) empty() bool { return strings.TrimSpace(l.text+l.quantity+l.amount) == "" }

// spare is how many empty lines a form offers.
const spare = 2

func editOrder(v *visit) error {
	if err := v.may(member.OrderWrite); err != nil {
		return err
	}
	o, d, err := orderOf(v)
	if err != nil {
		return err
	}
	if !o.Stands() {
		return order.ErrCancelled
	}
	return v.show(http.StatusOK, orderFormView(d.orderForm(o)))
}

func (d *dossier) orderForm(o order.Order) *orderForm {
	f := &orderForm{dossier: d, o: o, version: o.Version, said: map[string]string{}, theirs: map[string]string{}}
	f.text = map[string]string{
		"day": string(o.Day), "amount": f.typedCents(o.Amount.Cents), "currency": o.Amount.Currency, "counter_value": o.Counter, "number": o.Number, "note": o.Note, "external_id": o.ExternalID, "wanted": string(o.Wanted),
	}
	for i, l := range o.Lines {
		f.lines = append(f.lines, lineText{l.Text, d.v.comma(decimal.Plain(float64(l.Quantity) / 1000)), f.typedCents(l.Cents), i + 1})
	}
	f.lines = append(f.lines, make([]lineText, spare)...)
	return f
}

func (f *orderForm) typedCents(cents int64) string { return f.v.comma(decimal.Amount(cents)) }

// take reads the form as it was sent.
func (f *orderForm) take(form url.Values) {
	for key := range f.text {
		f.text[key] = form.Get(key)
	}
	f.version = number64(form.Get("version"))
	at := func(key string, i int) string {
		if all := form[key]; i < len(all) {
			return all[i]
		}
		return ""
	}
	f.lines = nil // without those that were emptied
	for i := range min(len(form["line_text"]), order.MaxLines+spare+1) {
		if l := (lineText{at("line_text", i), at("line_quantity", i), at("line_amount", i), int(number64(at("line_from", i)))}); !l.empty() {
			f.lines = append(f.lines, l)
		}
	}
	f.lines = append(f.lines, make([]lineText, spare)...)
}

// draft is what the form says; what cannot be read is in the error.
func (f *orderForm) draft() (order.Draft, error) {
	wrong := fault.Fields{}
	d := order.Draft{Account: f.o.Account, Day: day.Day(f.text["day"]), Counter: f.text["counter_value"], Number: f.text["number"], Note: f.text["note"], ExternalID: f.text["external_id"], Wanted: day.Day(f.text["wanted"])}
	var err error
	d.Amount.Currency, err = money.Currency(f.text["currency"], "EUR")
	wrong.Add("currency", err)
	cents, readable := f.v.words.ParseMoney(f.text["amount"])
	if !readable && strings.TrimSpace(f.text["amount"]) != "" {
		wrong.Add("amount", order.ErrAmount)
	}
	d.Amount.Cents = cents
	for i, l := range f.lines {
		if l.empty() {
			continue
		}
		one := order.Line{Text: l.text}
		quantity, ok := f.v.words.ParseNumber(l.quantity)
		if one.Quantity = int64(quantity*1000 + .5); !ok || quantity <= 0 || quantity > 1e9 {
			one.Quantity = 0
			wrong.Add(lineKey(i, "quantity"), order.ErrQuantity)
		}
		if one.Cents, ok = f.v.words.ParseMoney(l.amount); !ok {
			wrong.Add(lineKey(i, "amount"), order.ErrLineAmount)
		}
		if strings.TrimSpace(l.text) == "" {
			wrong.Add(lineKey(i, "text"), order.ErrText)
		}
		if 0 < l.from && l.from <= len(f.o.Lines) { // what the form does not show stays
			was := f.o.Lines[l.from-1]
			one.Product, one.VAT, one.Rate, one.Cost = was.Product, was.VAT, was.Rate, was.Cost
			if one.Quantity == was.Quantity && one.Cents == was.Cents {
				one.Unit, one.Discount = was.Unit, was.Discount
			}
		}
		d.Lines = append(d.Lines, one)
	}
	return d, wrong.Err()
}

func lineKey(i int, field string) string { return "lines." + strconv.Itoa(i) + "." + field }

func saveOrder(v *visit) error {
	if err := v.may(member.OrderWrite); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	o, d, err := orderOf(v)
	if err != nil {
		return err
	}
	f := d.orderForm(o)
	f.take(form)
	if form.Get("more") != "" { // more lines, nothing is kept yet
		f.lines = append(f.lines, make([]lineText, 3)...)
		return v.show(http.StatusOK, orderFormView(f))
	}
	draft, err := f.draft()
	if err == nil {
		err = f.keep(draft)
	}
	if err == nil {
		v.toast(look.Toast{Text: v.words.T("order.changed")})
		return v.to("/orders/" + o.ID.String())
	}
	if code, ok := f.refusal(err); ok {
		return v.show(code, orderFormView(f))
	}
	return err
}

// keep saves what the form says. Somebody else may have changed the order since
// it was read: what they alone changed stays theirs, what both made the same is
// no quarrel, and of what both changed the form shows theirs beside it.
func (f *orderForm) keep(d order.Draft) error {
	p, version := d.Patch(), f.version
	for range 3 {
		_, err := f.v.app.ChangeOrder(f.v.r.Context(), f.v.who, f.o.ID, version, p)
		var stale *app.Stale[order.Order]
		if !errors.As(err, &stale) {
			return err
		}
		mine, quarrel, err := f.compare(stale, p)
		if err != nil || len(quarrel) > 0 {
			return err
		}
		p, version = p.Only(mine), stale.Now.Version
	}
	return errStill
}

// compare tells which fields are left to save, and those that both changed: they
// are told with the form, and saving it again takes the reader's.
func (f *orderForm) compare(s *app.Stale[order.Order], p order.Patch) (mine, quarrel []string, err error) {
	wish, _, err := order.Amend(s.Now, s.Now.Updated, f.v.app.Today(f.v.who), p)
	if err != nil {
		return nil, nil, err
	}
	for _, c := range order.Diff(s.Now, wish) {
		at := slices.IndexFunc(s.Theirs, func(t fact.Change) bool { return t.Field == c.Field })
		switch {
		case at < 0:
			mine = append(mine, c.Field)
		case !slices.Equal(s.Theirs[at].From, c.To): // else the reader did not touch it
			quarrel = append(quarrel, c.Field)
			f.theirs[c.Field] = f.stands(s.Now, c)
		}
	}
	if len(quarrel) == 0 {
		return mine, nil, nil
	}
	f.version = s.Now.Version
	return mine, quarrel, errClash
}

// errClash is answered with the form, which shows both sides.
var errClash = fault.New(fault.Conflict, "order.clash", "somebody else changed this order meanwhile")

// stands is what is in a field now, in words.
func (f *orderForm) stands(o order.Order, c fact.Change) string {
	w := f.v.words
	switch c.Field {
	case "day":
		return w.DayText(string(o.Day))
	case "amount":
		return w.Money(o.Amount.Cents, o.Amount.Currency)
	case "counter_value":
		return w.T("order.counter_value." + o.Counter)
	case "lines":
		var all []string
		for _, l := range o.Lines {
			all = append(all, l.Text+" "+w.Money(l.Cents, o.Amount.Currency))
		}
		return strings.Join(all, "; ")
	}
	var s string
	if json.Unmarshal(c.From, &s) != nil {
		return ""
	}
	return s
}

// hint says what somebody else made of a field.
func (f *orderForm) hint(field string) string {
	s, clashed := f.theirs[field]
	if !clashed {
		return ""
	}
	if s == "" {
		s = "—"
	}
	return f.v.words.Tf("order.theirs", map[string]any{"value": s})
}

// refusal takes over what an error says.
func (f *orderForm) refusal(err error) (int, bool) {
	r := ringForm{dossier: f.dossier, said: f.said}
	return r.refusal(err)
}

func (f *orderForm) counters() (list []look.Option) {
	for _, c := range order.Counters {
		list = append(list, look.Option{Value: c, Label: f.t("order.counter_value." + c)})
	}
	return list
}

func (f *orderForm) frame() look.Frame {
	return ringForm{dossier: f.dossier}.frameOf(f.t("order.change"))
}

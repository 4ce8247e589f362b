package api

import (
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"kring/app"
	"kring/base/day"
	"kring/base/decimal"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/money"
	"kring/base/opt"
	"kring/domain/filter"
	"kring/domain/member"
	"kring/domain/order"
)

// orderIn is what is filled in for an order. Amounts are text, "1234.50", so that
// no program rounds them.
type orderIn struct {
	Account    id.Account `json:"account,omitzero"`
	Day        string     `json:"day" doc:"on which it was placed, 2026-11-25; not in the future"`
	Amount     string     `json:"amount,omitempty" doc:"without VAT, 1234.50; left out it is the sum of the lines"`
	Currency   string     `json:"currency,omitempty" doc:"ISO 4217; EUR when left out"`
	Counter    string     `json:"counter_value,omitempty" doc:"money (when left out), data, time, referral or barter"`
	Number     string     `json:"number,omitempty"`
	Lines      []lineIO   `json:"lines,omitempty"`
	Note       string     `json:"note,omitempty"`
	ExternalID string     `json:"external_id,omitempty"`
	Wanted     string     `json:"wanted,omitempty" doc:"the day on which delivery was promised"`

	Opportunity  id.Opportunity `json:"opportunity,omitzero" doc:"of a new order: the opportunity that it is the evidence of"`
	Quote        id.Quote       `json:"quote,omitzero" doc:"of a new order: the quote that was accepted"`
	QuoteVersion int64          `json:"quote_version,omitempty"`
}

// lineIO is a line of an order.
type lineIO struct {
	Text     string     `json:"text"`
	Quantity float64    `json:"quantity" doc:"three decimals at most"`
	Amount   string     `json:"amount" doc:"of the whole line, without VAT; of a line with a unit price it may be left out"`
	Product  id.Product `json:"product,omitzero"`
	Unit     string     `json:"unit,omitempty" doc:"price of one, without VAT, before discount"`
	Discount float64    `json:"discount,omitempty" doc:"percent, two decimals at most"`
	VAT      string     `json:"vat,omitempty" doc:"code of the VAT table; empty is the standard rate"`
	Rate     float64    `json:"vat_rate,omitempty" doc:"percent of that code, as it was agreed"`
	Cost     string     `json:"cost,omitempty" doc:"of the whole line, for the margin"`
}

// orderOut is an order as the API shows it.
type orderOut struct {
	ID         id.Order    `json:"id"`
	Account    id.Account  `json:"account"`
	Day        day.Day     `json:"day"`
	Amount     string      `json:"amount"`
	Currency   string      `json:"currency"`
	Counter    string      `json:"counter_value"`
	Number     string      `json:"number"`
	Lines      []lineIO    `json:"lines"`
	Note       string      `json:"note"`
	ExternalID string      `json:"external_id"`
	State      order.State `json:"state" doc:"confirmed or cancelled"`
	Why        string      `json:"why" doc:"it was cancelled"`
	Stage      order.Stage `json:"stage" doc:"how far it is: confirmed, credit_ok, hold, planned, part_delivered, delivered, accepted, invoiced, paid, evaluated"`
	Held       string      `json:"held" doc:"why it is on hold, or why it was released"`
	Wanted     day.Day     `json:"wanted" doc:"the day on which delivery was promised"`
	Confirmed  day.Day     `json:"confirmed_on" doc:"the day on which the confirmation went to the customer"`
	Accepted   day.Day     `json:"accepted_on" doc:"the day on which the customer accepted what was delivered"`

	Opportunity  id.Opportunity `json:"opportunity,omitzero"`
	Quote        id.Quote       `json:"quote,omitzero"`
	QuoteVersion int64          `json:"quote_version,omitempty"`

	Created instant `json:"created_at"`
	Updated instant `json:"updated_at"`
	Version int64   `json:"version"`
}

// orderPatch is what changes of an order; what is left out stays.
type orderPatch struct {
	Day        opt.Of[string]   `json:"day,omitzero"`
	Amount     opt.Of[string]   `json:"amount,omitzero" doc:"without VAT, 1234.50; empty is the sum of the lines"`
	Currency   opt.Of[string]   `json:"currency,omitzero"`
	Counter    opt.Of[string]   `json:"counter_value,omitzero"`
	Number     opt.Of[string]   `json:"number,omitzero"`
	Lines      opt.Of[[]lineIO] `json:"lines,omitzero" doc:"all of them; without an amount beside it the amount becomes their sum"`
	Note       opt.Of[string]   `json:"note,omitzero"`
	ExternalID opt.Of[string]   `json:"external_id,omitzero"`
	Wanted     opt.Of[string]   `json:"wanted,omitzero"`
}

// whyIn says why.
type whyIn struct {
	Why string `json:"why"`
}

func orderOperations() []operation {
	asked := []*huma.Param{
		{Name: "account", In: "query", Description: "only those of this account", Schema: &huma.Schema{Type: "string", Format: "uuid"}},
		{Name: "from", In: "query", Description: "placed on this day or later", Schema: &huma.Schema{Type: "string", Format: "date"}},
		{Name: "until", In: "query", Description: "placed on this day or before", Schema: &huma.Schema{Type: "string", Format: "date"}},
		{Name: "state", In: "query", Description: "only those that stand, or only those that were cancelled", Schema: &huma.Schema{Type: "string", Enum: []any{"confirmed", "cancelled"}}},
		{Name: "stage", In: "query", Description: "only those that are so far", Schema: &huma.Schema{Type: "string", Enum: stages()}},
	}
	list := append(pageParams(), asked...)
	return []operation{
		{
			method: http.MethodGet, path: "/orders", name: "list_orders", tag: "Orders", right: member.OrderRead, status: http.StatusOK, out: listOf[orderOut]{},
			title: "List orders", query: list, do: listOrders, about: "The latest first, cancelled ones too.",
		},
		{
			method: http.MethodPost, path: "/orders", name: "add_order", tag: "Orders", right: member.OrderWrite, status: http.StatusCreated, in: orderIn{}, out: orderOut{}, tagged: true,
			title: "Place an order", do: addOrder, about: "What it moves on the ring moves in the same change. An order dated before the relation was recorded makes the relation that old.",
		},
		{
			method: http.MethodGet, path: "/orders/export", name: "export_orders", tag: "Orders", right: member.Export, status: http.StatusOK, raw: "application/octet-stream",
			title: "Export orders", query: append([]*huma.Param{formatParam()}, asked...), do: exportOrders,
			about: "Every one that the list finds, as CSV or a workbook whose columns an import of orders takes back; a row is known again by `id`.",
		},
		{
			method: http.MethodGet, path: "/moves/export", name: "export_moves", tag: "Orders", right: member.Export, status: http.StatusOK, raw: "application/octet-stream",
			title: "Export the facts of the cycle", query: []*huma.Param{formatParam()}, do: exportMoves,
			about: "Each move of each relation within reach, until today: account (its external id, else its name), day, from, to, event, turn, reason, the id of the order or the decision that is its evidence, and the account's id.",
		},
		{
			method: http.MethodGet, path: "/orders/{id}", name: "get_order", tag: "Orders", right: member.OrderRead, status: http.StatusOK, out: orderOut{}, tagged: true,
			title: "Read an order", do: getOrder,
		},
		{
			method: http.MethodPut, path: "/orders/{id}", name: "change_order", tag: "Orders", right: member.OrderWrite, status: http.StatusOK, in: orderIn{}, out: orderOut{}, tagged: true, guarded: true,
			title: "Change an order", do: changeOrder, about: "Everything that is left out becomes empty; the account stays.",
		},
		{
			method: http.MethodPatch, path: "/orders/{id}", name: "amend_order", tag: "Orders", right: member.OrderWrite, status: http.StatusOK, in: orderPatch{}, out: orderOut{}, tagged: true, guarded: true,
			title: "Change some of an order", do: amendOrder,
			about: "A field that is left out stays; `null` or an empty value empties it (JSON merge patch, RFC 7396). Lines are replaced as a whole. A change of the day or the amount moves the ring in the same change.",
		},
		{
			method: http.MethodPost, path: "/orders/{id}/cancellation", name: "cancel_order", tag: "Orders", right: member.OrderWrite, status: http.StatusOK, in: whyIn{}, out: orderOut{}, tagged: true, guarded: true,
			title: "Cancel an order", do: cancelOrder, about: "What rested on it on the ring is taken back.",
		},
		{
			method: http.MethodDelete, path: "/orders/{id}/cancellation", name: "revive_order", tag: "Orders", right: member.OrderWrite, status: http.StatusOK, out: orderOut{}, tagged: true, guarded: true,
			title: "Let a cancelled order stand again", do: reviveOrder,
		},
	}
}

// thousandths of a quantity as JSON writes it.
func (l lineIO) read(at string, wrong fault.Fields) order.Line {
	money := func(field, typed string) int64 {
		cents, err := decimal.Cents(typed, decimal.Point)
		wrong.Add(at+"."+field, err)
		return cents
	}
	whole := func(field string, n, times float64, err error) int64 {
		v := math.Round(n * times)
		if math.Abs(v-n*times) > 1e-6 || math.Abs(v) > 1e12 {
			wrong.Add(at+"."+field, err)
		}
		return int64(v)
	}
	line := order.Line{
		Text: l.Text, Quantity: whole("quantity", l.Quantity, 1000, order.ErrQuantity), Product: l.Product, Discount: whole("discount", l.Discount, 100, order.ErrDiscount),
		VAT: l.VAT, Rate: whole("vat_rate", l.Rate, 100, order.ErrVAT),
	}
	if l.Unit != "" {
		line.Unit = money("unit", l.Unit)
	}
	if l.Amount != "" || l.Unit == "" {
		line.Cents = money("amount", l.Amount)
	}
	if l.Cost != "" {
		line.Cost = money("cost", l.Cost)
	}
	return line
}

func stages() (all []any) {
	for _, s := range order.Stages {
		all = append(all, string(s))
	}
	return all
}

func showLine(l order.Line) lineIO {
	out := lineIO{
		Text: l.Text, Quantity: float64(l.Quantity) / 1000, Amount: decimal.Amount(l.Cents), Product: l.Product, Discount: float64(l.Discount) / 100, VAT: l.VAT, Rate: float64(l.Rate) / 100,
	}
	if l.Unit != 0 {
		out.Unit = decimal.Amount(l.Unit)
	}
	if l.Cost != 0 {
		out.Cost = decimal.Amount(l.Cost)
	}
	return out
}

func (in orderIn) draft() (d order.Draft, err error) {
	wrong := fault.Fields{}
	d = order.Draft{Account: in.Account, Day: day.Day(in.Day), Counter: in.Counter, Number: in.Number, Note: in.Note, ExternalID: in.ExternalID, Wanted: day.Day(in.Wanted)}
	d.Links = order.Links{Opportunity: in.Opportunity, Quote: in.Quote, QuoteVersion: in.QuoteVersion}
	if d.Amount.Currency, err = money.Currency(in.Currency, "EUR"); err != nil {
		wrong.Add("currency", err)
	}
	if in.Amount != "" {
		d.Amount.Cents, err = decimal.Cents(in.Amount, decimal.Point)
		wrong.Add("amount", err)
	}
	for i, l := range in.Lines {
		d.Lines = append(d.Lines, l.read("lines."+strconv.Itoa(i), wrong))
	}
	return d, wrong.Err()
}

func showOrder(o order.Order) orderOut {
	out := orderOut{
		ID: o.ID, Account: o.Account, Day: o.Day, Amount: decimal.Amount(o.Amount.Cents), Currency: o.Amount.Currency, Counter: o.Counter, Number: o.Number, Lines: []lineIO{},
		Note: o.Note, ExternalID: o.ExternalID, State: o.State, Why: o.Why, Created: instant(o.Created), Updated: instant(o.Updated), Version: o.Version,
		Stage: o.Stage, Held: o.Held, Wanted: o.Wanted, Confirmed: o.ConfirmedOn, Accepted: o.AcceptedOn, Opportunity: o.Opportunity, Quote: o.Quote, QuoteVersion: o.QuoteVersion,
	}
	for _, l := range o.Lines {
		out.Lines = append(out.Lines, showLine(l))
	}
	return out
}

func sayOrder(status int, o order.Order, err error) (answer, error) {
	if err != nil {
		return answer{}, err
	}
	a, err := show(status, showOrder(o))
	a.version = o.Version
	if status == http.StatusCreated {
		a.location = base + "/orders/" + o.ID.String()
	}
	return a, err
}

func addOrder(c *call) (answer, error) {
	in, err := take[orderIn](c)
	if err != nil {
		return answer{}, err
	}
	d, err := in.draft()
	if err != nil {
		return answer{}, err
	}
	o, err := c.app.PlaceOrder(c.r.Context(), c.who, d)
	return sayOrder(http.StatusCreated, o, err)
}

func getOrder(c *call) (answer, error) {
	i, err := named[id.Order](c, "id")
	if err != nil {
		return answer{}, err
	}
	o, err := c.app.Order(c.r.Context(), c.who, i)
	return sayOrder(http.StatusOK, o, err)
}

func changeOrder(c *call) (answer, error) {
	i, version, err := c.guardedOrder()
	if err != nil {
		return answer{}, err
	}
	in, err := take[orderIn](c)
	if err != nil {
		return answer{}, err
	}
	d, err := in.draft()
	if err != nil {
		return answer{}, err
	}
	return c.changed(i, version, d.Patch())
}

// changed changes an order; If-Match holds for the whole of it.
func (c *call) changed(i id.Order, version int64, p order.Patch) (answer, error) {
	o, err := c.app.ChangeOrder(c.r.Context(), c.who, i, version, p)
	return sayOrder(http.StatusOK, o, err)
}

func (in orderPatch) read() (p order.Patch, err error) {
	wrong := fault.Fields{}
	if v, given := in.Day.Get(); given {
		p.Day = opt.Some(day.Day(v))
	}
	if v, given := in.Amount.Get(); given {
		cents := int64(0)
		if v != "" {
			cents, err = decimal.Cents(v, decimal.Point)
			wrong.Add("amount", err)
		}
		p.Cents = opt.Some(cents)
	}
	if v, given := in.Currency.Get(); given {
		currency, err := money.Currency(v, "EUR")
		wrong.Add("currency", err)
		p.Currency = opt.Some(currency)
	}
	if lines, given := in.Lines.Get(); given {
		all := []order.Line{}
		for i, l := range lines {
			all = append(all, l.read("lines."+strconv.Itoa(i), wrong))
		}
		p.Lines = opt.Some(all)
	}
	if v, given := in.Wanted.Get(); given {
		p.Wanted = opt.Some(day.Day(v))
	}
	p.Counter, p.Number, p.Note, p.ExternalID = in.Counter, in.Number, in.Note, in.ExternalID
	return p, wrong.Err()
}

func amendOrder(c *call) (answer, error) {
	i, version, err := c.guardedOrder()
	if err != nil {
		return answer{}, err
	}
	in, err := take[orderPatch](c)
	if err != nil {
		return answer{}, err
	}
	p, err := in.read()
	if err != nil {
		return answer{}, err
	}
	return c.changed(i, version, p)
}

func exportOrders(c *call) (answer, error) {
	params, err := c.params()
	if err != nil {
		return answer{}, err
	}
	format := params.Get("format")
	params.Del("format")
	f, _, _, err := orderPage(params)
	if err != nil {
		return answer{}, err
	}
	t, err := c.app.OrderTable(c.r.Context(), c.who, f)
	if err != nil {
		return answer{}, err
	}
	return c.table(t, format)
}

func exportMoves(c *call) (answer, error) {
	params, err := c.params()
	if err != nil {
		return answer{}, err
	}
	t, err := c.app.MoveTable(c.r.Context(), c.who)
	if err != nil {
		return answer{}, err
	}
	return c.table(t, params.Get("format"))
}

func (c *call) guardedOrder() (i id.Order, version int64, err error) {
	if i, err = named[id.Order](c, "id"); err != nil {
		return i, 0, err
	}
	version, err = c.match()
	return i, version, err
}

func cancelOrder(c *call) (answer, error) {
	i, version, err := c.guardedOrder()
	if err != nil {
		return answer{}, err
	}
	in, err := take[whyIn](c)
	if err != nil {
		return answer{}, err
	}
	o, err := c.app.CancelOrder(c.r.Context(), c.who, i, version, in.Why)
	return sayOrder(http.StatusOK, o, err)
}

func reviveOrder(c *call) (answer, error) {
	i, version, err := c.guardedOrder()
	if err != nil {
		return answer{}, err
	}
	o, err := c.app.ReviveOrder(c.r.Context(), c.who, i, version)
	return sayOrder(http.StatusOK, o, err)
}

func listOrders(c *call) (answer, error) {
	params, err := c.params()
	if err != nil {
		return answer{}, err
	}
	f, after, limit, err := orderPage(params)
	if err != nil {
		return answer{}, err
	}
	all, err := c.app.Orders(c.r.Context(), c.who, f, after, limit+1)
	if err != nil {
		return answer{}, err
	}
	page := listOf[orderOut]{Items: []orderOut{}}
	for i, o := range all {
		if i == limit {
			last := all[limit-1]
			next := string(last.Day) + "_" + last.ID.String()
			page.Next = &next
			break
		}
		page.Items = append(page.Items, showOrder(o))
	}
	return show(http.StatusOK, page)
}

// orderPage reads which orders are asked for. A cursor is the day and the id of
// the last one seen.
func orderPage(params url.Values) (f order.Filter, after app.OrderPlace, limit int, err error) {
	limit = 50
	wrong := fault.Fields{}
	for key, values := range params {
		v := values[0]
		switch {
		case len(values) > 1:
			wrong.Add(short(key), filter.ErrTwice)
		case v == "" && slices.Contains([]string{"limit", "cursor", "account", "from", "until", "state", "stage"}, key):
		case key == "limit":
			n, err := strconv.Atoi(v)
			if err != nil || n < 1 || n > 200 {
				wrong.Add(key, filter.ErrLimit.With(fault.Params{"max": 200}))
			}
			limit = n
		case key == "account":
			f.Account, err = id.Parse[id.Account](v)
			wrong.Add(key, err)
		case key == "from":
			f.From, err = day.Parse(v)
			wrong.Add(key, err)
		case key == "until":
			f.Until, err = day.Parse(v)
			wrong.Add(key, err)
		case key == "state":
			if f.State = order.State(v); f.State != order.Confirmed && f.State != order.Cancelled {
				wrong.Add(key, order.ErrState)
			}
		case key == "stage":
			if f.Stage = order.Stage(v); !slices.Contains(order.Stages, f.Stage) {
				wrong.Add(key, order.ErrState)
			}
		case key == "cursor":
			on, name, _ := strings.Cut(v, "_")
			after.Day = day.Day(on)
			if after.ID, err = id.Parse[id.Order](name); err != nil {
				wrong.Add(key, filter.ErrCursor)
			}
		default:
			wrong.Add(short(strings.ToValidUTF8(key, "?")), filter.ErrUnknown)
		}
	}
	return f, after, limit, wrong.Err()
}

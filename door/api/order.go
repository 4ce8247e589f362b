package api

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"kring/app"
	"kring/base/day"
	"kring/base/decimal"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/money"
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
}

// lineIO is a line of an order.
type lineIO struct {
	Text     string  `json:"text"`
	Quantity float64 `json:"quantity" doc:"three decimals at most"`
	Amount   string  `json:"amount" doc:"of the whole line, without VAT"`
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
	Created    instant     `json:"created_at"`
	Updated    instant     `json:"updated_at"`
	Version    int64       `json:"version"`
}

// whyIn says why.
type whyIn struct {
	Why string `json:"why"`
}

func orderOperations() []operation {
	list := append(pageParams(), &huma.Param{Name: "account", In: "query", Description: "only those of this account", Schema: &huma.Schema{Type: "string", Format: "uuid"}})
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
			method: http.MethodGet, path: "/orders/{id}", name: "get_order", tag: "Orders", right: member.OrderRead, status: http.StatusOK, out: orderOut{}, tagged: true,
			title: "Read an order", do: getOrder,
		},
		{
			method: http.MethodPut, path: "/orders/{id}", name: "change_order", tag: "Orders", right: member.OrderWrite, status: http.StatusOK, in: orderIn{}, out: orderOut{}, tagged: true, guarded: true,
			title: "Change an order", do: changeOrder, about: "Everything that is left out becomes empty; the account stays.",
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
	cents, err := decimal.Cents(l.Amount, decimal.Point)
	wrong.Add(at+".amount", err)
	q := l.Quantity * 1000
	if q != float64(int64(q)) || q > 1e12 {
		wrong.Add(at+".quantity", order.ErrQuantity)
	}
	return order.Line{Text: l.Text, Quantity: int64(q), Cents: cents}
}

func (in orderIn) draft() (d order.Draft, err error) {
	wrong := fault.Fields{}
	d = order.Draft{Account: in.Account, Day: day.Day(in.Day), Counter: in.Counter, Number: in.Number, Note: in.Note, ExternalID: in.ExternalID}
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
	}
	for _, l := range o.Lines {
		out.Lines = append(out.Lines, lineIO{l.Text, float64(l.Quantity) / 1000, decimal.Amount(l.Cents)})
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
	o, err := c.app.ChangeOrder(c.r.Context(), c.who, i, version, d)
	return sayOrder(http.StatusOK, o, err)
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
	of, after, limit, err := orderPage(params)
	if err != nil {
		return answer{}, err
	}
	all, err := c.app.Orders(c.r.Context(), c.who, of, after, limit+1)
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
func orderPage(params url.Values) (of id.Account, after app.OrderPlace, limit int, err error) {
	limit = 50
	wrong := fault.Fields{}
	for key, values := range params {
		v := values[0]
		switch {
		case len(values) > 1:
			wrong.Add(short(key), filter.ErrTwice)
		case v == "" && (key == "limit" || key == "cursor" || key == "account"):
		case key == "limit":
			n, err := strconv.Atoi(v)
			if err != nil || n < 1 || n > 200 {
				wrong.Add(key, filter.ErrLimit.With(fault.Params{"max": 200}))
			}
			limit = n
		case key == "account":
			of, err = id.Parse[id.Account](v)
			wrong.Add(key, err)
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
	return of, after, limit, wrong.Err()
}

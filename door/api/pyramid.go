package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"kring/app"
	"kring/base/day"
	"kring/base/decimal"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/filter"
	"kring/domain/member"
	"kring/domain/pyramid"
)

// layerOut is a layer of the pyramid.
type layerOut struct {
	Class     pyramid.Class  `json:"class" doc:"top, large, medium, small (by revenue), inactive, prospect or suspect; also the filter class of accounts"`
	Relations int64          `json:"relations"`
	Revenue   string         `json:"revenue" doc:"of the four upper layers"`
	Share     float64        `json:"share" doc:"of the revenue of the four upper layers, from 0 to 1"`
	Action    pyramid.Action `json:"action" doc:"what is proposed: keep, promote, divest, recruit or identify"`
}

// pyramidOut is how accounts are spread over the layers.
type pyramidOut struct {
	Known    bool        `json:"known" doc:"whether this day was computed; ask for it with a POST"`
	Busy     bool        `json:"busy" doc:"whether a computation waits or runs"`
	From     day.Day     `json:"from"`
	Until    day.Day     `json:"until"`
	Computed instant     `json:"computed_at"`
	Currency string      `json:"currency"`
	Layers   []layerOut  `json:"layers" doc:"from the top"`
	Beside   int64       `json:"beside" doc:"relations that bought lately, but nothing that can be compared"`
	Others   []amountOut `json:"other_currencies" doc:"bought in other currencies; never added"`
}

// computeIn is which day to compute.
type computeIn struct {
	Day string `json:"day,omitempty" doc:"the last day that counts; today when left out"`
}

// scoreOut is a cell of recency against frequency.
type scoreOut struct {
	Recency   int    `json:"recency" doc:"a fifth, from 1 to 5, the latest"`
	Frequency int    `json:"frequency" doc:"a fifth, from 1 to 5, the most often"`
	Relations int64  `json:"relations"`
	Average   string `json:"average" doc:"revenue of one"`
}

// scoresOut is recency against frequency.
type scoresOut struct {
	Known    bool       `json:"known"`
	Until    day.Day    `json:"until"`
	Currency string     `json:"currency"`
	Cells    []scoreOut `json:"cells"`
}

// freshOut is what new customers brought.
type freshOut struct {
	Known     bool     `json:"known"`
	From      string   `json:"from"`
	Until     string   `json:"until"`
	Currency  string   `json:"currency"`
	Customers int64    `json:"new_customers"`
	Revenue   string   `json:"new_revenue"`
	Total     string   `json:"revenue"`
	Share     *float64 `json:"share" doc:"new_revenue ÷ revenue; null without revenue"`
	Wait      *float64 `json:"days_to_first_order" doc:"the median, of those whose record came before the order; null when there are none"`
	Waited    int64    `json:"days_to_first_order_of" doc:"how many that is the median of"`
	Cost      *string  `json:"cost_per_first_order" doc:"cost ÷ new_customers; null without a cost or without new customers"`
}

// valueOut is a lifetime value in both ways.
type valueOut struct {
	Ahead   string   `json:"ahead" doc:"margin × retention ÷ (1 + discount − retention): from the next period on"`
	Whole   string   `json:"whole" doc:"margin × (1 + discount) ÷ (1 + discount − retention): with the margin of now"`
	PerCost *float64 `json:"ahead_per_cost" doc:"null without a cost"`
}

// rankOut is where an account stands in the pyramid.
type rankOut struct {
	Known     bool          `json:"known" doc:"false until the first night"`
	Class     pyramid.Class `json:"class"`
	Revenue   string        `json:"revenue" doc:"in the twelve months"`
	Times     int           `json:"times" doc:"days with a purchase in the twelve months"`
	First     day.Day       `json:"first_order"`
	Last      day.Day       `json:"last_order"`
	Recency   int           `json:"recency" doc:"a fifth, from 1 to 5; 0 for who is not ranked"`
	Frequency int           `json:"frequency"`
	Money     int           `json:"money"`
}

func pyramidOperations() []operation {
	days := []*huma.Param{textParam("day", "the last day that counts, 2026-06-30; last night's when left out", false)}
	return []operation{
		{method: http.MethodGet, path: "/pyramid", name: "get_pyramid", tag: "Pyramid", right: member.OrderRead, status: http.StatusOK, out: pyramidOut{}, query: days,
			title: "Read the customer pyramid within reach", do: getPyramid},
		{method: http.MethodPost, path: "/pyramid", name: "compute_pyramid", tag: "Pyramid", right: member.OrderWrite, status: http.StatusAccepted, in: computeIn{}, out: jobOut{},
			title: "Compute the pyramid of a day", do: computePyramid, about: "It is done as a job. The last four days that were asked for are kept."},
		{method: http.MethodGet, path: "/pyramid/scores", name: "get_scores", tag: "Pyramid", right: member.OrderRead, status: http.StatusOK, out: scoresOut{}, query: days,
			title: "Read recency against frequency within reach", do: getScores},
		{method: http.MethodGet, path: "/pyramid/new", name: "get_new_business", tag: "Pyramid", right: member.OrderRead, status: http.StatusOK, out: freshOut{},
			query: []*huma.Param{textParam("from", "month, 2026-01; this year when left out", false), textParam("until", "month, included", false), textParam("cost", "what was spent on finding them, 15000.00", false)},
			title: "Read what new customers within reach brought", do: getNewBusiness},
		{method: http.MethodGet, path: "/pyramid/value", name: "get_value", tag: "Pyramid", right: member.OrderRead, status: http.StatusOK, out: valueOut{},
			query: []*huma.Param{textParam("margin", "per period, 2000.00", false), textParam("retention", "percent per period, 80", false), textParam("discount", "percent per period, 10", false), textParam("cost", "of a first order, 1250.00", false)},
			title: "Reckon a lifetime value", do: getValue},
		{method: http.MethodGet, path: "/accounts/{id}/rank", name: "get_rank", tag: "Pyramid", right: member.OrderRead, status: http.StatusOK, out: rankOut{},
			title: "Read where an account stands in the pyramid", do: getRank},
	}
}

// only reads parameters, each once, and refuses others.
func (c *call) only(names ...string) (func(string) string, error) {
	params, err := c.params()
	if err != nil {
		return nil, err
	}
	wrong, known := fault.Fields{}, map[string]bool{}
	for _, n := range names {
		known[n] = true
	}
	for key, values := range params {
		switch {
		case !known[key]:
			wrong.Add(short(key), filter.ErrUnknown)
		case len(values) > 1:
			wrong.Add(key, filter.ErrTwice)
		}
	}
	return params.Get, wrong.Err()
}

// aDay reads the parameter day; "" when it is not given.
func (c *call) aDay() (day.Day, error) {
	get, err := c.only("day")
	if err != nil || get("day") == "" {
		return "", err
	}
	d, err := day.Parse(get("day"))
	if err != nil {
		return "", fault.Field("day", day.ErrBad)
	}
	return d, nil
}

func ratio(part, whole int64) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

func getPyramid(c *call) (answer, error) {
	d, err := c.aDay()
	if err != nil {
		return answer{}, err
	}
	p, err := c.app.Pyramid(c.r.Context(), c.who, d)
	if err != nil {
		return answer{}, err
	}
	out := pyramidOut{Known: p.Known, Busy: p.Busy, Until: p.Until, Computed: instant(p.Computed), Currency: p.Currency, Layers: []layerOut{}, Beside: p.Beside, Others: []amountOut{}}
	if p.Known {
		out.From = pyramid.Year(p.Until).From
	}
	for _, l := range p.Layers {
		out.Layers = append(out.Layers, layerOut{l.Class, l.Count, decimal.Amount(l.Cents), ratio(l.Cents, p.Total), l.Class.Action()})
	}
	for _, m := range p.Others {
		out.Others = append(out.Others, amountOut{decimal.Amount(m.Cents), m.Currency})
	}
	return show(http.StatusOK, out)
}

func computePyramid(c *call) (answer, error) {
	in, err := take[computeIn](c)
	if err != nil {
		return answer{}, err
	}
	var d day.Day
	if in.Day != "" {
		if d, err = day.Parse(in.Day); err != nil {
			return answer{}, fault.Field("day", day.ErrBad)
		}
	}
	i, err := c.app.RankNow(c.r.Context(), c.who, d)
	if err != nil {
		return answer{}, err
	}
	return show(http.StatusAccepted, jobOut{Job: i})
}

func getScores(c *call) (answer, error) {
	d, err := c.aDay()
	if err != nil {
		return answer{}, err
	}
	p, cells, err := c.app.Scores(c.r.Context(), c.who, d)
	if err != nil {
		return answer{}, err
	}
	out := scoresOut{Known: p.Known, Until: p.Until, Currency: p.Currency, Cells: []scoreOut{}}
	for _, s := range cells {
		out.Cells = append(out.Cells, scoreOut{s.Recency, s.Frequency, s.Count, decimal.Amount(s.Cents / max(1, s.Count))})
	}
	return show(http.StatusOK, out)
}

func getNewBusiness(c *call) (answer, error) {
	get, err := c.only("from", "until", "cost")
	if err != nil {
		return answer{}, err
	}
	cost := int64(0)
	if s := get("cost"); s != "" {
		if cost, err = decimal.Cents(s, decimal.Point); err != nil || cost < 0 {
			return answer{}, fault.Field("cost", filter.ErrNumber)
		}
	}
	n, err := c.app.NewBusiness(c.r.Context(), c.who, app.Months{From: get("from"), Until: get("until")})
	if err != nil {
		return answer{}, err
	}
	out := freshOut{Known: n.Known, From: n.From, Until: n.Until, Currency: n.Currency, Customers: n.Customers, Revenue: decimal.Amount(n.Cents), Total: decimal.Amount(n.Total), Waited: n.Waits.Count()}
	if points, ok := n.Share(); ok {
		share := float64(points) / 10_000
		out.Share = &share
	}
	if days, ok := n.Waits.Median(); ok {
		out.Wait = &days
	}
	if each, ok := n.Cost(cost); ok && cost > 0 {
		amount := decimal.Amount(each)
		out.Cost = &amount
	}
	return show(http.StatusOK, out)
}

func getValue(c *call) (answer, error) {
	get, err := c.only("margin", "retention", "discount", "cost")
	if err != nil {
		return answer{}, err
	}
	wrong := fault.Fields{}
	amount := func(key string, needed bool) int64 {
		s := get(key)
		if s == "" && !needed {
			return 0
		}
		cents, err := decimal.Cents(s, decimal.Point)
		if err != nil || cents <= 0 {
			wrong.Add(key, filter.ErrNumber)
		}
		return cents
	}
	percent := func(key string) float64 {
		n, err := decimal.Number(get(key), decimal.Point)
		if err != nil {
			wrong.Add(key, filter.ErrNumber)
		}
		return n / 100
	}
	v, cost := pyramid.Value{Margin: amount("margin", true), Retention: percent("retention"), Discount: percent("discount")}, amount("cost", false)
	if err := wrong.Err(); err != nil {
		return answer{}, err
	}
	if err := c.app.Value(c.r.Context(), c.who, v); err != nil {
		return answer{}, err
	}
	out := valueOut{Ahead: decimal.Amount(v.Ahead()), Whole: decimal.Amount(v.Whole())}
	if cost > 0 {
		times := ratio(v.Ahead(), cost)
		out.PerCost = &times
	}
	return show(http.StatusOK, out)
}

func getRank(c *call) (answer, error) {
	i, err := named[id.Account](c, "id")
	if err != nil {
		return answer{}, err
	}
	r, known, err := c.app.RankOf(c.r.Context(), c.who, i)
	if err != nil {
		return answer{}, err
	}
	return show(http.StatusOK, rankOut{known, r.Class, decimal.Amount(r.Cents), r.Times, r.First, r.Last, r.Score.Recency, r.Score.Frequency, r.Score.Money})
}

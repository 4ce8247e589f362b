package api

import (
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
	"kring/domain/filter"
	"kring/domain/member"
	"kring/domain/slipping"
)

// outlookOut is what is expected of an account.
type outlookOut struct {
	Account   id.Account        `json:"account"`
	Name      string            `json:"name"`
	Owner     id.Member         `json:"owner"`
	Team      id.Team           `json:"team"`
	Until     day.Day           `json:"until" doc:"what was known at the end of this day"`
	First     day.Day           `json:"first_order"`
	Last      day.Day           `json:"last_order"`
	Purchases int               `json:"purchases" doc:"days on which something was bought for money"`
	Median    *float64          `json:"median_days" doc:"the middle of the intervals between purchases; null with fewer than three"`
	Silent    int               `json:"silent_days" doc:"since the last order"`
	Times     *float64          `json:"times_own_rhythm" doc:"silent_days over median_days"`
	Regular   bool              `json:"regular" doc:"orders as by subscription: no chance is told"`
	Chance    *float64          `json:"chance" doc:"that it still is a customer, from 0 to 1; null when that cannot be told"`
	Expected  *float64          `json:"expected_orders" doc:"in twelve months"`
	Value     *amountOut        `json:"expected_value" doc:"of those orders"`
	Year      amountOut         `json:"last_year" doc:"bought in the twelve months until the last order"`
	Keep      amountOut         `json:"still_to_keep" doc:"last_year times chance; the list has the most first"`
	AtRisk    bool              `json:"at_risk"`
	Reasons   []slipping.Reason `json:"reasons" doc:"missed, rhythm, chance, quiet, due, fell or returned, the strongest first"`
	Action    slipping.Action   `json:"action" doc:"the one proposal: call, visit, ask, win_back, confirm or write; empty when it is not at risk"`
	Later     day.Day           `json:"later_until" doc:"put off until this day; empty when it is not"`
	LaterBy   id.Member         `json:"later_by"`
}

// fitOut is what was learned of the customers.
type fitOut struct {
	Until     day.Day             `json:"until" doc:"what was known at the end of this day; empty when nothing was computed yet"`
	Ended     instant             `json:"computed_at"`
	Busy      bool                `json:"busy" doc:"a computation runs"`
	Customers int                 `json:"customers"`
	Repeaters int                 `json:"repeaters" doc:"customers who bought more than once"`
	Currency  string              `json:"currency" doc:"of values"`
	Model     slipping.Model      `json:"model" doc:"the likeliest: expected orders come from it; empty when none settles"`
	Alive     slipping.Model      `json:"chance_model" doc:"the likeliest that doubts who bought once: the chance comes from it"`
	Refusal   *slipping.Refusal   `json:"refusal" doc:"why there is no model"`
	Models    []slipping.Estimate `json:"models" doc:"time in weeks, amounts in whole units"`
	Sanity    slipping.Sanity     `json:"sanity" doc:"expected against actual repeat purchases by week"`
	Stay      slipping.Stay       `json:"stay" doc:"Kaplan-Meier of how long relations last that end in so many words"`
}

// jobOut names the work that was asked for.
type jobOut struct {
	Job id.Job `json:"job"`
}

func slippingOperations() []operation {
	one := func(method, path, name, title, about string, right member.Right, in any, do func(*call, id.Account) (app.Slip, error)) operation {
		return operation{
			method: method, path: path, name: name, tag: "Slipping away", right: right, status: http.StatusOK, in: in, out: outlookOut{}, title: title, about: about,
			do: func(c *call) (answer, error) {
				i, err := named[id.Account](c, "id")
				if err != nil {
					return answer{}, err
				}
				s, err := do(c, i)
				if err != nil {
					return answer{}, err
				}
				return show(http.StatusOK, c.outlook(s))
			},
		}
	}
	return []operation{
		{
			method: http.MethodGet, path: "/slipping", name: "list_slipping", tag: "Slipping away", right: member.OrderRead, status: http.StatusOK, out: listOf[outlookOut]{},
			title: "List the relations that are slipping away", do: listSlipping,
			about: "Those of which most can still be kept first. They are computed every night; who ordered since, or ended, is left out at once.",
			query: append(pageParams(),
				&huma.Param{Name: "owner", In: "query", Description: "only those of this member", Schema: &huma.Schema{Type: "string", Format: "uuid"}},
				&huma.Param{Name: "team", In: "query", Description: "only those of this team and those below it", Schema: &huma.Schema{Type: "string", Format: "uuid"}},
				&huma.Param{Name: "show", In: "query", Description: "now (the default), or later: those that were put off", Schema: &huma.Schema{Type: "string", Enum: []any{"now", "later"}}}),
		},
		{
			method: http.MethodGet, path: "/slipping/model", name: "get_slipping_model", tag: "Slipping away", right: member.OrderRead, status: http.StatusOK, out: fitOut{},
			title: "Read what was learned of the customers", do: getSlippingModel,
			about: "Parameters with standard errors, log-likelihood, what was expected and what was bought; a refusal says why something is not told.",
		},
		{
			method: http.MethodPost, path: "/slipping/fit", name: "fit_slipping", tag: "Slipping away", right: member.SettingManage, status: http.StatusAccepted, out: jobOut{},
			title: "Compute who is slipping away now", about: "It is done as a job; every night it is done by itself.",
			do: func(c *call) (answer, error) {
				i, err := c.app.FitNow(c.r.Context(), c.who)
				if err != nil {
					return answer{}, err
				}
				return show(http.StatusAccepted, jobOut{i})
			},
		},
		one(http.MethodGet, "/accounts/{id}/outlook", "get_outlook", "Read what is expected of an account", "404 when nothing is: it does not buy, or it ordered since the last computation.", member.OrderRead, nil,
			func(c *call, i id.Account) (app.Slip, error) { return c.app.Outlook(c.r.Context(), c.who, i) }),
		one(http.MethodPost, "/slipping/{id}/postponement", "postpone_slipping", "Put a relation at risk off", "The id is the account's. It is on the list again on the day.", member.CycleDecide, postponement{},
			func(c *call, i id.Account) (app.Slip, error) {
				p, err := take[postponement](c)
				if err != nil {
					return app.Slip{}, err
				}
				return c.app.PutOff(c.r.Context(), c.who, i, day.Day(p.Until))
			}),
		one(http.MethodDelete, "/slipping/{id}/postponement", "reopen_slipping", "Bring a relation that was put off back", "", member.CycleDecide, nil,
			func(c *call, i id.Account) (app.Slip, error) { return c.app.TakeUp(c.r.Context(), c.who, i) }),
	}
}

func (c *call) outlook(s app.Slip) outlookOut {
	today := c.app.Today(c.who)
	out := outlookOut{
		Account: s.Account, Name: s.Name, Owner: s.Owner, Team: s.Team, Until: s.Until, First: s.First, Last: s.Last, Purchases: s.Purchases, Silent: s.Silent(today), Regular: s.Regular,
		Year: amountOut{decimal.Amount(s.Year), s.Currency}, Keep: amountOut{decimal.Amount(s.Rank), s.Currency}, AtRisk: s.AtRisk, Reasons: append([]slipping.Reason{}, s.Reasons...), Action: s.Action,
	}
	if times := s.Times(today); times > 0 {
		out.Median, out.Times = &s.Median, &times
	}
	if slipping.Known(s.Chance) {
		out.Chance = &s.Chance
	}
	if slipping.Known(s.Expected) {
		out.Expected = &s.Expected
	}
	if s.Cents >= 0 {
		out.Value = &amountOut{decimal.Amount(s.Cents), s.Currency}
	}
	if s.Snooze.Until > today {
		out.Later, out.LaterBy = s.Snooze.Until, s.Snooze.By
	}
	return out
}

func listSlipping(c *call) (answer, error) {
	params, err := c.params()
	if err != nil {
		return answer{}, err
	}
	ask, err := slippingAsk(params)
	if err != nil {
		return answer{}, err
	}
	all, more, err := c.app.Slipping(c.r.Context(), c.who, ask)
	if err != nil {
		return answer{}, err
	}
	page := listOf[outlookOut]{Items: []outlookOut{}}
	for _, s := range all {
		page.Items = append(page.Items, c.outlook(s))
	}
	if more {
		last := all[len(all)-1]
		next := strconv.FormatInt(last.Rank, 10) + "~" + last.Account.String()
		page.Next = &next
	}
	return show(http.StatusOK, page)
}

func slippingAsk(params url.Values) (ask app.SlippingAsk, err error) {
	ask.Limit = 50
	wrong := fault.Fields{}
	for key, values := range params {
		v := values[0]
		switch {
		case len(values) > 1:
			wrong.Add(short(key), filter.ErrTwice)
		case !slices.Contains([]string{"owner", "team", "show", "limit", "cursor"}, key):
			wrong.Add(short(strings.ToValidUTF8(key, "?")), filter.ErrUnknown)
		case v == "":
		case key == "owner":
			ask.Owner, err = id.Parse[id.Member](v)
			wrong.Add(key, err)
		case key == "team":
			ask.Team, err = id.Parse[id.Team](v)
			wrong.Add(key, err)
		case key == "show" && v != "now" && v != "later":
			wrong.Add(key, filter.ErrUnknown)
		case key == "show":
			ask.Later = v == "later"
		case key == "limit":
			n, err := strconv.Atoi(v)
			if err != nil || n < 1 || n > 200 {
				wrong.Add(key, filter.ErrLimit.With(fault.Params{"max": 200}))
			}
			ask.Limit = n
		default:
			number, of, _ := strings.Cut(v, "~")
			var bad error
			if ask.Before.Account, bad = id.Parse[id.Account](of); bad == nil {
				ask.Before.Rank, bad = strconv.ParseInt(number, 10, 64)
			}
			if bad != nil {
				wrong.Add(key, filter.ErrCursor)
			}
		}
	}
	return ask, wrong.Err()
}

func getSlippingModel(c *call) (answer, error) {
	f, err := c.app.SlippingModel(c.r.Context(), c.who)
	if err != nil {
		return answer{}, err
	}
	for i := range f.Models { // lists are lists, also without anything
		e := &f.Models[i]
		e.Names, e.Values, e.Errors = append([]string{}, e.Names...), append([]float64{}, e.Values...), append([]float64{}, e.Errors...)
	}
	f.Sanity.Weeks, f.Stay.Months = append([]slipping.Week{}, f.Sanity.Weeks...), append([]float64{}, f.Stay.Months...)
	return show(http.StatusOK, fitOut{
		f.Until, instant(f.Ended), f.Step != "", f.Customers, f.Repeaters, f.Currency, f.Model, f.Alive, f.Refusal, append([]slipping.Estimate{}, f.Models...), f.Sanity, f.Stay,
	})
}

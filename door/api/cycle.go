package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"kring/app"
	"kring/base/day"
	"kring/base/decimal"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/cycle"
	"kring/domain/filter"
	"kring/domain/member"
)

// standingOut is where an account stands on the ring.
type standingOut struct {
	Phase     cycle.Phase  `json:"phase" doc:"potential, new, loyal or ex; empty before the relation began"`
	Since     day.Day      `json:"since" doc:"in this phase"`
	Turn      int          `json:"turn" doc:"of the cycle, from 1"`
	Label     cycle.Label  `json:"label" doc:"win_back, relapsed, readmitted or empty"`
	Due       day.Day      `json:"due" doc:"when time alone moves it next; empty is never"`
	Quiet     day.Day      `json:"inactive_from" doc:"from when inactivity may be confirmed; empty when it does not buy"`
	Purchases int          `json:"purchases"`
	Year      []amountOut  `json:"bought_in_12_months"`
	Moves     []cycle.Move `json:"moves" doc:"how it came there, each with its evidence: an order or a decision"`
	Idle      []id.Record  `json:"idle" doc:"orders and decisions that moved nothing because they did not fit"`
}

type amountOut struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}

// decisionIn is what is decided about an account.
type decisionIn struct {
	Kind   cycle.Kind   `json:"kind" doc:"notice (they leave), inactivity (they are gone), ending (we end it), readmission (of an ex)"`
	Day    string       `json:"day"`
	Reason cycle.Reason `json:"reason,omitempty" doc:"price, quality, service, moved, merged, stopped, does_not_fit, non_payment, ethics or unknown, as fits the kind"`
	Note   string       `json:"note,omitempty"`
}

// decisionOut is a decision as the API shows it.
type decisionOut struct {
	ID       id.Record    `json:"id"`
	Account  id.Account   `json:"account"`
	Kind     cycle.Kind   `json:"kind"`
	Day      day.Day      `json:"day"`
	At       instant      `json:"at"`
	Reason   cycle.Reason `json:"reason"`
	Note     string       `json:"note"`
	By       id.Member    `json:"by"`
	Approver id.Member    `json:"approver"`
	State    cycle.State  `json:"state" doc:"asked, stands, refused or withdrawn"`
	Version  int64        `json:"version"`
}

// answerIn agrees or does not.
type answerIn struct {
	Agreed bool `json:"agreed"`
}

func cycleOperations() []operation {
	return []operation{
		{
			method: http.MethodGet, path: "/accounts/{id}/cycle", name: "get_cycle", tag: "Ring", right: member.OrderRead, status: http.StatusOK, out: standingOut{},
			title: "Read where an account stands on the ring", do: getCycle,
			query: []*huma.Param{{Name: "on", In: "query", Description: "as it was at the end of this day, 2026-11-25; today when left out", Schema: &huma.Schema{Type: "string"}}},
		},
		{
			method: http.MethodPost, path: "/accounts/{id}/decisions", name: "decide", tag: "Ring", right: member.CycleDecide, status: http.StatusCreated, in: decisionIn{}, out: decisionOut{}, tagged: true,
			title: "Decide about an account", do: decide, about: "An ending waits until somebody else agrees; a readmission takes the right cycle.agree.",
		},
		{
			method: http.MethodGet, path: "/decisions", name: "list_decisions", tag: "Ring", right: member.CycleAgree, status: http.StatusOK, out: listOf[decisionOut]{}, query: pageParams(),
			title: "List the endings that wait for an answer", do: listDecisions,
		},
		{
			method: http.MethodPost, path: "/decisions/{id}/answer", name: "answer_decision", tag: "Ring", right: member.CycleAgree, status: http.StatusOK, in: answerIn{}, out: decisionOut{}, tagged: true, guarded: true,
			title: "Agree with an ending, or refuse it", do: answerDecision, about: "Whoever asked for it cannot.",
		},
		{
			method: http.MethodDelete, path: "/decisions/{id}", name: "withdraw_decision", tag: "Ring", right: member.CycleDecide, status: http.StatusOK, out: decisionOut{}, tagged: true, guarded: true,
			title: "Take a decision back", do: withdrawDecision, about: "What it moved on the ring is taken back.",
		},
	}
}

func getCycle(c *call) (answer, error) {
	i, err := named[id.Account](c, "id")
	if err != nil {
		return answer{}, err
	}
	on, err := c.onDay()
	if err != nil {
		return answer{}, err
	}
	s, err := c.app.Standing(c.r.Context(), c.who, i, on)
	if err != nil {
		return answer{}, err
	}
	out := standingOut{
		Phase: s.Phase, Since: s.Since, Turn: s.Turn, Label: s.Label, Due: s.Due, Quiet: s.Quiet, Purchases: s.Purchases,
		Year: []amountOut{}, Moves: []cycle.Move{}, Idle: []id.Record{},
	}
	for _, m := range s.Year {
		out.Year = append(out.Year, amountOut{decimal.Amount(m.Cents), m.Currency})
	}
	out.Moves, out.Idle = append(out.Moves, s.Moves...), append(out.Idle, s.Idle...)
	return show(http.StatusOK, out)
}

// onDay reads the one parameter of a question about a day.
func (c *call) onDay() (on day.Day, err error) {
	params, err := c.params()
	if err != nil {
		return "", err
	}
	wrong := fault.Fields{}
	for key, values := range params {
		switch {
		case key != "on":
			wrong.Add(short(key), filter.ErrUnknown)
		case len(values) > 1:
			wrong.Add(key, filter.ErrTwice)
		case values[0] != "":
			on, err = day.Parse(values[0])
			wrong.Add(key, err)
		}
	}
	return on, wrong.Err()
}

func decide(c *call) (answer, error) {
	i, err := named[id.Account](c, "id")
	if err != nil {
		return answer{}, err
	}
	in, err := take[decisionIn](c)
	if err != nil {
		return answer{}, err
	}
	d := cycle.Decision{Kind: in.Kind, Reason: in.Reason, Note: in.Note}
	if in.Day != "" {
		if d.Day, err = day.Parse(in.Day); err != nil {
			return answer{}, fault.Field("day", day.ErrBad)
		}
	}
	made, err := c.app.Decide(c.r.Context(), c.who, i, d)
	return sayDecision(http.StatusCreated, made, err)
}

func sayDecision(status int, d app.Decision, err error) (answer, error) {
	if err != nil {
		return answer{}, err
	}
	a, err := show(status, showDecision(d))
	a.version = d.Version
	return a, err
}

func showDecision(d app.Decision) decisionOut {
	return decisionOut{d.ID, d.Account, d.Kind, d.Day, instant(d.At), d.Reason, d.Note, d.By, d.Approver, d.State, d.Version}
}

func listDecisions(c *call) (answer, error) {
	after, limit, _, err := c.page()
	if err != nil {
		return answer{}, err
	}
	all, err := c.app.AskedDecisions(c.r.Context(), c.who, after, limit)
	if err != nil {
		return answer{}, err
	}
	page := listOf[decisionOut]{Items: []decisionOut{}}
	for _, d := range all {
		page.Items = append(page.Items, showDecision(d))
	}
	if len(all) == limit {
		next := all[limit-1].ID.String()
		page.Next = &next
	}
	return show(http.StatusOK, page)
}

func answerDecision(c *call) (answer, error) {
	i, err := named[id.Record](c, "id")
	if err != nil {
		return answer{}, err
	}
	version, err := c.match()
	if err != nil {
		return answer{}, err
	}
	in, err := take[answerIn](c)
	if err != nil {
		return answer{}, err
	}
	d, err := c.app.AnswerDecision(c.r.Context(), c.who, i, version, in.Agreed)
	return sayDecision(http.StatusOK, d, err)
}

func withdrawDecision(c *call) (answer, error) {
	i, err := named[id.Record](c, "id")
	if err != nil {
		return answer{}, err
	}
	version, err := c.match()
	if err != nil {
		return answer{}, err
	}
	d, err := c.app.WithdrawDecision(c.r.Context(), c.who, i, version)
	return sayDecision(http.StatusOK, d, err)
}

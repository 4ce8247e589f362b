package api

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"

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

// tallyOut is a number for each phase.
type tallyOut struct {
	Potential int64 `json:"potential"`
	New       int64 `json:"new"`
	Loyal     int64 `json:"loyal"`
	Ex        int64 `json:"ex"`
}

// worthOut is an amount for each phase.
type worthOut struct {
	Potential string `json:"potential"`
	New       string `json:"new"`
	Loyal     string `json:"loyal"`
	Ex        string `json:"ex"`
}

// flowOut is how many went one way.
type flowOut struct {
	From   cycle.Phase `json:"from" doc:"empty for those that began"`
	To     cycle.Phase `json:"to"`
	Event  cycle.Event `json:"event" doc:"begun, bought, returned, lapsed, left, faded, ended or readmitted"`
	Moves  int64       `json:"moves"`
	Amount string      `json:"bought_before,omitempty" doc:"by those that moved, in the twelve months before, in the ring's currency"`
}

// progressOut is how far a count is.
type progressOut struct {
	Done  int64 `json:"done"`
	Total int64 `json:"total"`
}

// ringOut is the ring of a period.
type ringOut struct {
	Definition int64        `json:"definition" doc:"the version of the definition of a customer that every number is by"`
	From       day.Day      `json:"from"`
	Until      day.Day      `json:"until"`
	Start      tallyOut     `json:"start" doc:"at the end of the day before the period"`
	End        tallyOut     `json:"end" doc:"at the end of its last day"`
	Customers  int64        `json:"customers" doc:"at the end, by the definition"`
	Flows      []flowOut    `json:"flows"`
	Turnover   worthOut     `json:"turnover" doc:"in the period, by the phase at the end of the day of the order"`
	Currency   string       `json:"currency"`
	Others     []amountOut  `json:"other_currencies" doc:"turnover that is not in the sums"`
	Counting   *progressOut `json:"counting,omitempty" doc:"while not every account is counted"`
}

// moverOut is an account that moved.
type moverOut struct {
	Account id.Account `json:"account"`
	Name    string     `json:"name"`
	Move    cycle.Move `json:"move"`
	Amount  string     `json:"bought_before" doc:"in the twelve months before, in the ring's currency"`
}

// monthOut is a month of the ring.
type monthOut struct {
	Month string    `json:"month" doc:"2026-11"`
	Start tallyOut  `json:"start"`
	End   tallyOut  `json:"end"`
	Flows []flowOut `json:"flows"`
	Days  tallyOut  `json:"median_days" doc:"of the stays in a phase that ended in the month; 0 when none did"`
}

// thresholdsIO is a definition of a customer.
type thresholdsIO struct {
	cycle.Definition
	Name string `json:"name"`
}

// definitionOut is a version of it.
type definitionOut struct {
	thresholdsIO
	Version   int64        `json:"version"`
	State     string       `json:"state" doc:"active, candidate or retired"`
	ByName    string       `json:"by_name" doc:"who made it; empty for the one that Kring came with"`
	Made      instant      `json:"made_at"`
	Tally     *tallyOut    `json:"accounts,omitempty" doc:"within reach as they stand today; not of one that was withdrawn"`
	Customers *int64       `json:"customers,omitempty"`
	Counting  *progressOut `json:"counting,omitempty" doc:"while not every account is counted"`
}

// choiceOut is that a version was made the active one.
type choiceOut struct {
	N       int64   `json:"n"`
	Version int64   `json:"version"`
	ByName  string  `json:"by_name"`
	At      instant `json:"at"`
	Why     string  `json:"why"`
}

// definitionsOut is all of them.
type definitionsOut struct {
	Items   []definitionOut `json:"items" doc:"the active one first"`
	Choices []choiceOut     `json:"choices" doc:"which was active since when, latest first"`
	Readers []readingOut    `json:"readers" doc:"who read the active one, by name; at most five hundred"`
}

// readingOut is that a member read a version.
type readingOut struct {
	Version int64     `json:"version"`
	By      id.Member `json:"member_id"`
	ByName  string    `json:"by_name"`
	At      instant   `json:"at"`
}

// choiceIn makes a version the active one.
type choiceIn struct {
	Version int64  `json:"version"`
	After   int64  `json:"after" doc:"n of the choice that held when this one was made; somebody who chose meanwhile is a conflict"`
	Why     string `json:"why"`
}

// versionIn names a version.
type versionIn struct {
	Version int64 `json:"version"`
}

func ringParams() []*huma.Param {
	return []*huma.Param{
		{Name: "from", In: "query", Required: true, Description: "the first day of the period, 2026-01-01", Schema: &huma.Schema{Type: "string", Format: "date"}},
		{Name: "until", In: "query", Required: true, Description: "its last day", Schema: &huma.Schema{Type: "string", Format: "date"}},
		{Name: "team", In: "query", Description: "only the accounts of this team and those below it", Schema: &huma.Schema{Type: "string", Format: "uuid"}},
		{Name: "owner", In: "query", Description: "only the accounts of this member; `me` is the caller", Schema: &huma.Schema{Type: "string"}},
	}
}

func ringOperations() []operation {
	moves := append(pageParams(), ringParams()...)
	moves = append(moves,
		&huma.Param{Name: "came_from", In: "query", Description: "the phase they came from; left out for those that began", Schema: &huma.Schema{Type: "string"}},
		&huma.Param{Name: "to", In: "query", Required: true, Description: "the phase they went to", Schema: &huma.Schema{Type: "string"}},
		&huma.Param{Name: "event", In: "query", Required: true, Description: "what moved them", Schema: &huma.Schema{Type: "string"}},
	)
	return []operation{
		{
			method: http.MethodGet, path: "/ring", name: "get_ring", tag: "Ring", right: member.OrderRead, status: http.StatusOK, out: ringOut{}, query: ringParams(),
			title: "Read the ring of a period", do: getRing, about: "How many accounts stood in each phase when it began and ended, who went where, and what they bought. What is in the bin counts nowhere.",
		},
		{
			method: http.MethodGet, path: "/ring/moves", name: "list_moves", tag: "Ring", right: member.OrderRead, status: http.StatusOK, out: listOf[moverOut]{}, query: moves,
			title: "List the accounts that went one way", do: listMoves, about: "The latest first.",
		},
		{
			method: http.MethodGet, path: "/ring/months", name: "list_ring_months", tag: "Ring", right: member.OrderRead, status: http.StatusOK, out: listOf[monthOut]{}, query: ringParams(),
			title: "Read the ring month after month", do: listRingMonths, about: "Whole months, of those that the period touches; at most sixty.",
		},
		{
			method: http.MethodGet, path: "/definitions", name: "list_definitions", tag: "Ring", right: member.OrderRead, status: http.StatusOK, out: definitionsOut{},
			title: "List what the organisation calls a customer, and might", do: listDefinitions,
		},
		{
			method: http.MethodPost, path: "/definitions", name: "add_definition", tag: "Ring", right: member.DefinitionSet, status: http.StatusCreated, in: thresholdsIO{}, out: definitionOut{},
			title: "Add a candidate definition", do: addDefinition, about: "Under thresholds that are new every account is counted in the background first. At most six are not retired.",
		},
		{
			method: http.MethodPut, path: "/definitions/active", name: "choose_definition", tag: "Ring", right: member.DefinitionSet, status: http.StatusOK, in: choiceIn{}, out: choiceOut{},
			title: "Choose what a customer is", do: chooseDefinition, about: "Every count is by it from then on.",
		},
		{
			method: http.MethodPost, path: "/definitions/reading", name: "read_definition", tag: "Ring", right: member.OrderRead, status: http.StatusOK, in: versionIn{}, out: readingOut{},
			title: "Say that you read what a customer is", do: readDefinition, about: "Of the active version; another is a conflict. Who says so again said it already.",
		},
		{
			method: http.MethodPost, path: "/definitions/retirement", name: "retire_definition", tag: "Ring", right: member.DefinitionSet, status: http.StatusOK, in: versionIn{}, out: definitionOut{},
			title: "Withdraw a candidate", do: retireDefinition,
		},
	}
}

func showTally(t cycle.Tally) tallyOut {
	return tallyOut{t[cycle.Potential], t[cycle.New], t[cycle.Loyal], t[cycle.Ex]}
}

func showProgress(p app.Progress) *progressOut {
	if p.Total == 0 {
		return nil
	}
	return &progressOut{p.Done, p.Total}
}

func showFlows(flows, worth cycle.Flows) []flowOut {
	all := []flowOut{}
	for f, n := range flows {
		one := flowOut{From: f.From, To: f.To, Event: f.Event, Moves: n}
		if worth != nil {
			one.Amount = decimal.Amount(worth[f])
		}
		all = append(all, one)
	}
	place := func(p cycle.Phase) int { return slices.Index(cycle.Phases, p) }
	slices.SortFunc(all, func(a, b flowOut) int {
		return cmp.Or(place(a.From)-place(b.From), place(a.To)-place(b.To), cmp.Compare(a.Event, b.Event))
	})
	return all
}

// ringAsk reads for which period and relations the ring is asked; more names the
// parameters beside those, which are in params.
func (c *call) ringAsk(more ...string) (ask app.RingAsk, params url.Values, err error) {
	if params, err = c.params(); err != nil {
		return ask, params, err
	}
	wrong := fault.Fields{}
	for key, values := range params {
		v := values[0]
		switch {
		case len(values) > 1:
			wrong.Add(short(key), filter.ErrTwice)
		case key == "from":
			ask.From = day.Day(v)
		case key == "until":
			ask.Until = day.Day(v)
		case key == "team" && v != "":
			ask.Team, err = id.Parse[id.Team](v)
			wrong.Add(key, err)
		case key == "owner" && v == filter.Me:
			ask.Owner = c.who.Member.ID
		case key == "owner" && v != "":
			ask.Owner, err = id.Parse[id.Member](v)
			wrong.Add(key, err)
		case key == "team" || key == "owner" || slices.Contains(more, key):
		default:
			wrong.Add(short(key), filter.ErrUnknown)
		}
	}
	return ask, params, wrong.Err()
}

func getRing(c *call) (answer, error) {
	ask, _, err := c.ringAsk()
	if err != nil {
		return answer{}, err
	}
	r, err := c.app.Ring(c.r.Context(), c.who, ask)
	if err != nil {
		return answer{}, err
	}
	out := ringOut{
		Definition: r.Definition.Version, From: r.From, Until: r.Until, Start: showTally(r.Start), End: showTally(r.End), Customers: r.Definition.Customers(r.End),
		Flows: showFlows(r.Flows, r.FlowWorth), Currency: r.Currency, Others: []amountOut{}, Counting: showProgress(r.Counting),
		Turnover: worthOut{decimal.Amount(r.Worth[cycle.Potential]), decimal.Amount(r.Worth[cycle.New]), decimal.Amount(r.Worth[cycle.Loyal]), decimal.Amount(r.Worth[cycle.Ex])},
	}
	for _, m := range r.Others {
		out.Others = append(out.Others, amountOut{decimal.Amount(m.Cents), m.Currency})
	}
	return show(http.StatusOK, out)
}

func listMoves(c *call) (answer, error) {
	ask, params, err := c.ringAsk("limit", "cursor", "came_from", "to", "event")
	if err != nil {
		return answer{}, err
	}
	limit := 50
	if s := params.Get("limit"); s != "" {
		if limit, err = strconv.Atoi(s); err != nil || limit < 1 || limit > 200 {
			return answer{}, fault.Field("limit", filter.ErrLimit.With(fault.Params{"max": 200}))
		}
	}
	flow := cycle.Flow{From: cycle.Phase(params.Get("came_from")), To: cycle.Phase(params.Get("to")), Event: cycle.Event(params.Get("event"))}
	all, next, err := c.app.Movers(c.r.Context(), c.who, app.MoverAsk{RingAsk: ask, Flow: flow, After: params.Get("cursor"), Limit: limit})
	if err != nil {
		return answer{}, err
	}
	page := listOf[moverOut]{Items: []moverOut{}}
	for _, m := range all {
		page.Items = append(page.Items, moverOut{m.Account, m.Name, m.Move, decimal.Amount(m.Cents)})
	}
	if next != "" {
		page.Next = &next
	}
	return show(http.StatusOK, page)
}

func listRingMonths(c *call) (answer, error) {
	ask, _, err := c.ringAsk()
	if err != nil {
		return answer{}, err
	}
	all, err := c.app.RingMonths(c.r.Context(), c.who, ask)
	if err != nil {
		return answer{}, err
	}
	page := listOf[monthOut]{Items: []monthOut{}}
	for _, m := range all {
		page.Items = append(page.Items, monthOut{m.Month, showTally(m.Start), showTally(m.End), showFlows(m.Flows, nil), showTally(m.Days)})
	}
	return show(http.StatusOK, page)
}

func showDefinition(d app.Definition) definitionOut {
	return definitionOut{thresholdsIO: thresholdsIO{d.Definition, d.Name}, Version: d.Version, State: string(d.State), ByName: d.ByName, Made: instant(d.At)}
}

func listDefinitions(c *call) (answer, error) {
	all, err := c.app.Definitions(c.r.Context(), c.who)
	if err != nil {
		return answer{}, err
	}
	out := definitionsOut{[]definitionOut{}, []choiceOut{}, []readingOut{}}
	for _, d := range all.Live {
		one, tally := showDefinition(d.Definition), showTally(d.Tally)
		one.Tally, one.Customers, one.Counting = &tally, &d.Customers, showProgress(d.Counting)
		out.Items = append(out.Items, one)
	}
	for _, d := range all.Retired {
		out.Items = append(out.Items, showDefinition(d))
	}
	for _, n := range all.Choices {
		out.Choices = append(out.Choices, showChoice(n))
	}
	for _, r := range all.Readers {
		out.Readers = append(out.Readers, readingOut{r.Version, r.By, r.ByName, instant(r.At)})
	}
	return show(http.StatusOK, out)
}

func showChoice(n app.Choice) choiceOut {
	return choiceOut{n.N, n.Version, n.ByName, instant(n.At), n.Why}
}

func addDefinition(c *call) (answer, error) {
	in, err := take[thresholdsIO](c)
	if err != nil {
		return answer{}, err
	}
	d, err := c.app.AddDefinition(c.r.Context(), c.who, in.Name, in.Definition)
	if err != nil {
		return answer{}, err
	}
	return show(http.StatusCreated, showDefinition(d))
}

func chooseDefinition(c *call) (answer, error) {
	in, err := take[choiceIn](c)
	if err != nil {
		return answer{}, err
	}
	n, err := c.app.ChooseDefinition(c.r.Context(), c.who, in.Version, in.After, in.Why)
	if err != nil {
		return answer{}, err
	}
	return show(http.StatusOK, showChoice(n))
}

func readDefinition(c *call) (answer, error) {
	in, err := take[versionIn](c)
	if err != nil {
		return answer{}, err
	}
	r, err := c.app.ReadDefinition(c.r.Context(), c.who, in.Version)
	if err != nil {
		return answer{}, err
	}
	return show(http.StatusOK, readingOut{r.Version, r.By, r.ByName, instant(r.At)})
}

func retireDefinition(c *call) (answer, error) {
	in, err := take[versionIn](c)
	if err != nil {
		return answer{}, err
	}
	d, err := c.app.RetireDefinition(c.r.Context(), c.who, in.Version)
	if err != nil {
		return answer{}, err
	}
	return show(http.StatusOK, showDefinition(d))
}

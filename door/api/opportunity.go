package api

import (
	"math"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"kring/app"
	"kring/base/day"
	"kring/base/decimal"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/money"
	"kring/base/opt"
	"kring/domain/member"
	"kring/domain/opportunity"
)

// opportunityPatch is what changes of an opportunity; what is left out stays.
type opportunityPatch struct {
	Name       opt.Of[string]        `json:"name,omitzero"`
	Value      opt.Of[string]        `json:"value,omitzero" doc:"without VAT, 1234.50; of one with lines it is their sum"`
	Currency   opt.Of[string]        `json:"currency,omitzero" doc:"ISO 4217"`
	Margin     opt.Of[string]        `json:"margin,omitzero"`
	Close      opt.Of[string]        `json:"close,omitzero" doc:"the day on which the customer is expected to decide"`
	Owner      opt.Of[id.Member]     `json:"owner,omitzero"`
	Team       opt.Of[id.Team]       `json:"team,omitzero"`
	Chance     opt.Of[*float64]      `json:"chance,omitzero" doc:"percent; null is that of the stage"`
	ChanceWhy  opt.Of[string]        `json:"chance_why,omitzero"`
	Go         opt.Of[*float64]      `json:"go,omitzero" doc:"percent: that they buy from anyone"`
	Get        opt.Of[*float64]      `json:"get,omitzero" doc:"percent: that it is us, when they do"`
	Next       opt.Of[string]        `json:"next,omitzero"`
	NextDay    opt.Of[string]        `json:"next_day,omitzero"`
	Need       opt.Of[string]        `json:"need,omitzero" doc:"in the customer's words"`
	Situation  opt.Of[string]        `json:"situation,omitzero" doc:"new_task, modified_rebuy or straight_rebuy"`
	Lines      opt.Of[[]chanceLine]  `json:"lines,omitzero" doc:"all of them"`
	Rivals     opt.Of[[]chanceRival] `json:"competitors,omitzero"`
	Reason     opt.Of[string]        `json:"reason,omitzero" doc:"of the end: a key of the pipeline's list"`
	Lessons    opt.Of[string]        `json:"lessons,omitzero"`
	Source     opt.Of[string]        `json:"source,omitzero"`
	ExternalID opt.Of[string]        `json:"external_id,omitzero"`
}

// opportunityIn is a new opportunity.
type opportunityIn struct {
	Account  id.Account  `json:"account"`
	Pipeline id.Pipeline `json:"pipeline,omitzero" doc:"the first one when left out"`
	Stage    string      `json:"stage,omitempty" doc:"key of a stage; the first one when left out"`
	Opened   string      `json:"opened,omitempty" doc:"today when left out"`
	opportunityPatch
}

// chanceLine is a line of what may be sold.
type chanceLine struct {
	Product  id.Product `json:"product,omitzero"`
	Text     string     `json:"text"`
	Quantity float64    `json:"quantity" doc:"three decimals at most"`
	Unit     string     `json:"unit" doc:"price of one, without VAT"`
	Discount float64    `json:"discount,omitempty" doc:"percent"`
	Cost     string     `json:"cost,omitempty" doc:"of one"`
}

// chanceRival is a competitor.
type chanceRival struct {
	Name string `json:"name"`
	Note string `json:"note,omitempty"`
}

// opportunityOut is an opportunity as the API shows it.
type opportunityOut struct {
	ID         id.Opportunity        `json:"id"`
	Account    id.Account            `json:"account"`
	Name       string                `json:"name"`
	Pipeline   id.Pipeline           `json:"pipeline"`
	Stage      string                `json:"stage"`
	State      opportunity.State     `json:"state" doc:"open, won or lost"`
	Value      string                `json:"value"`
	Currency   string                `json:"currency"`
	Margin     string                `json:"margin" doc:"empty is not known"`
	Weighted   string                `json:"weighted" doc:"value × chance"`
	Chance     float64               `json:"chance" doc:"percent: its own or that of its stage"`
	Own        bool                  `json:"own_chance"`
	ChanceWhy  string                `json:"chance_why"`
	Close      day.Day               `json:"close"`
	Slips      int                   `json:"slips" doc:"how often the close day was moved to a later one"`
	Opened     day.Day               `json:"opened"`
	Entered    day.Day               `json:"entered" doc:"the stage"`
	Closed     day.Day               `json:"closed"`
	Owner      id.Member             `json:"owner"`
	Team       id.Team               `json:"team"`
	Next       string                `json:"next"`
	NextDay    day.Day               `json:"next_day"`
	Need       string                `json:"need"`
	Situation  opportunity.Situation `json:"situation"`
	Lines      []chanceLine          `json:"lines"`
	Rivals     []chanceRival         `json:"competitors"`
	Reason     string                `json:"reason"`
	Lessons    string                `json:"lessons"`
	Source     string                `json:"source"`
	Lead       id.Lead               `json:"lead,omitzero"`
	Order      id.Order              `json:"order,omitzero" doc:"on which it was won"`
	Quote      id.Quote              `json:"quote,omitzero" doc:"on which it was won"`
	ExternalID string                `json:"external_id"`
	Created    instant               `json:"created_at"`
	Updated    instant               `json:"updated_at"`
	Version    int64                 `json:"version"`
}

// moveIn puts an opportunity in another stage, with what its guards ask.
type moveIn struct {
	Stage   string           `json:"stage"`
	Decider id.Contact       `json:"decider,omitzero" doc:"a contact of the account, who decides"`
	Met     string           `json:"met,omitempty" doc:"the day on which they were spoken with"`
	Change  opportunityPatch `json:"change,omitzero" doc:"what the stage asks: need, value, close, next …"`
}

// winIn is on what an opportunity was won.
type winIn struct {
	Order   id.Order `json:"order,omitzero" doc:"of the same account, standing; left out when an order of this opportunity is there"`
	Reason  string   `json:"reason,omitempty"`
	Lessons string   `json:"lessons,omitempty"`
}

// loseIn is why one was lost.
type loseIn struct {
	Reason  string `json:"reason" doc:"a key of the pipeline's list"`
	Lessons string `json:"lessons,omitempty"`
}

func opportunityOperations() []operation {
	asked := append(pageParams(),
		&huma.Param{Name: "pipeline", In: "query", Description: "of this pipeline; the first one when left out", Schema: &huma.Schema{Type: "string", Format: "uuid"}},
		&huma.Param{Name: "state", In: "query", Description: "how they stand", Schema: &huma.Schema{Type: "string", Enum: []any{"open", "won", "lost"}, Default: "open"}},
		&huma.Param{Name: "stage", In: "query", Description: "key of a stage", Schema: &huma.Schema{Type: "string"}},
		&huma.Param{Name: "owner", In: "query", Description: "whose they are", Schema: &huma.Schema{Type: "string", Format: "uuid"}},
		&huma.Param{Name: "team", In: "query", Description: "of this team", Schema: &huma.Schema{Type: "string", Format: "uuid"}},
		&huma.Param{Name: "from", In: "query", Description: "that close, or closed, on this day or later", Schema: &huma.Schema{Type: "string", Format: "date"}},
		&huma.Param{Name: "until", In: "query", Description: "that close, or closed, on this day or before", Schema: &huma.Schema{Type: "string", Format: "date"}})
	return []operation{
		{
			method: http.MethodGet, path: "/opportunities", name: "list_opportunities", tag: "Opportunities", right: member.OpportunityRead, status: http.StatusOK, out: listOf[opportunityOut]{},
			title: "List opportunities", query: asked, do: listOpportunities, about: "Those of one pipeline: open ones first to close first, ended ones the latest first.",
		},
		{
			method: http.MethodPost, path: "/opportunities", name: "add_opportunity", tag: "Opportunities", right: member.OpportunityWrite, status: http.StatusCreated, in: opportunityIn{}, out: opportunityOut{}, tagged: true,
			title: "Add an opportunity", do: addOpportunity, about: "In another stage than the first, what the stages before it ask has to be there.",
		},
		{
			method: http.MethodGet, path: "/opportunities/{id}", name: "get_opportunity", tag: "Opportunities", right: member.OpportunityRead, status: http.StatusOK, out: opportunityOut{}, tagged: true,
			title: "Read an opportunity", do: getOpportunity,
		},
		{
			method: http.MethodPatch, path: "/opportunities/{id}", name: "change_opportunity", tag: "Opportunities", right: member.OpportunityWrite, status: http.StatusOK, in: opportunityPatch{}, out: opportunityOut{}, tagged: true, guarded: true,
			title: "Change an opportunity", do: changeOpportunity, about: "A field that is left out stays. A close day that moves to a later one is counted.",
		},
		{
			method: http.MethodPost, path: "/opportunities/{id}/stage", name: "move_opportunity", tag: "Opportunities", right: member.OpportunityWrite, status: http.StatusOK, in: moveIn{}, out: opportunityOut{}, tagged: true, guarded: true,
			title: "Move an opportunity", do: moveOpportunity, about: "What the guards of the stage, and of those passed over, lack is said by field.",
		},
		{
			method: http.MethodPost, path: "/opportunities/{id}/win", name: "win_opportunity", tag: "Opportunities", right: member.OpportunityWrite, status: http.StatusOK, in: winIn{}, out: opportunityOut{}, tagged: true, guarded: true,
			title: "Win an opportunity", do: winOpportunity, about: "Won rests on an order, or on a quote that was accepted; never on this call alone.",
		},
		{
			method: http.MethodPost, path: "/opportunities/{id}/loss", name: "lose_opportunity", tag: "Opportunities", right: member.OpportunityWrite, status: http.StatusOK, in: loseIn{}, out: opportunityOut{}, tagged: true, guarded: true,
			title: "Lose an opportunity", do: loseOpportunity,
		},
		{
			method: http.MethodPost, path: "/opportunities/{id}/reopening", name: "reopen_opportunity", tag: "Opportunities", right: member.OpportunityWrite, status: http.StatusOK, out: opportunityOut{}, tagged: true, guarded: true,
			title: "Take up an opportunity that ended", do: reopenOpportunity, about: "One that was won comes back only when the order or quote it rested on does not stand any more.",
		},
		{
			method: http.MethodGet, path: "/pipelines", name: "list_pipelines", tag: "Opportunities", right: member.OpportunityRead, status: http.StatusOK, out: listOf[opportunity.Pipeline]{},
			title: "List pipelines", do: listPipelines, about: "With their stages, chances and guards. A stage or a reason without a name has that of its key in the reader's language.",
		},
	}
}

func showOpportunity(o opportunity.Opportunity, p opportunity.Pipeline) opportunityOut {
	out := opportunityOut{
		ID: o.ID, Account: o.Account, Name: o.Name, Pipeline: o.Pipeline, Stage: o.Stage, State: o.State, Value: decimal.Amount(o.Value.Cents), Currency: o.Value.Currency,
		Weighted: decimal.Amount(o.Weighted(p)), Chance: float64(o.Likely(p)) / 100, Own: o.Chance >= 0, ChanceWhy: o.ChanceWhy, Close: o.Close, Slips: o.Slips, Opened: o.Opened,
		Entered: o.Entered, Closed: o.Closed, Owner: o.Owner, Team: o.Team, Next: o.Next, NextDay: o.NextDay, Need: o.Need, Situation: o.Situation, Lines: []chanceLine{}, Rivals: []chanceRival{},
		Reason: o.Reason, Lessons: o.Lessons, Source: o.Source, Lead: o.Lead, Order: o.Order, Quote: o.Quote, ExternalID: o.ExternalID, Created: instant(o.Created), Updated: instant(o.Updated), Version: o.Version,
	}
	if o.Margin != 0 {
		out.Margin = decimal.Amount(o.Margin)
	}
	for _, l := range o.Lines {
		one := chanceLine{Product: l.Product, Text: l.Text, Quantity: float64(l.Quantity) / 1000, Unit: decimal.Amount(l.Unit), Discount: float64(l.Discount) / 100}
		if l.Cost != 0 {
			one.Cost = decimal.Amount(l.Cost)
		}
		out.Lines = append(out.Lines, one)
	}
	for _, r := range o.Rivals {
		out.Rivals = append(out.Rivals, chanceRival{r.Name, r.Note})
	}
	return out
}

// sayOpportunity answers with the opportunity as it is now.
func (c *call) sayOpportunity(status int, o opportunity.Opportunity, err error) (answer, error) {
	if err != nil {
		return answer{}, err
	}
	p, err := c.app.Pipeline(c.r.Context(), c.who, o.Pipeline)
	if err != nil {
		return answer{}, err
	}
	a, err := show(status, showOpportunity(o, p))
	a.version = o.Version
	if status == http.StatusCreated {
		a.location = base + "/opportunities/" + o.ID.String()
	}
	return a, err
}

// patch is what the request says, with what cannot be read by field.
func (in opportunityPatch) patch(currency string) (p opportunity.Patch, err error) {
	wrong := fault.Fields{}
	cents := func(field string, o opt.Of[string]) (n int64, given bool) {
		typed, given := o.Get()
		if given && typed != "" {
			n, err = decimal.Cents(typed, decimal.Point)
			wrong.Add(field, err)
		}
		return n, given
	}
	if n, given := cents("value", in.Value); given || in.Currency.Given() {
		m := money.Money{Cents: n}
		m.Currency, err = money.Currency(in.Currency.Or(""), currency)
		wrong.Add("currency", err)
		p.Value = opt.Some(m)
	}
	if n, given := cents("margin", in.Margin); given {
		p.Margin = opt.Some(n)
	}
	points := func(o opt.Of[*float64], into *opt.Of[*int64]) {
		if f, given := o.Get(); given {
			*into = opt.Some[*int64](nil)
			if f != nil {
				n := int64(math.Round(min(max(*f, -1), 200) * 100))
				*into = opt.Some(&n)
			}
		}
	}
	points(in.Chance, &p.Chance)
	points(in.Go, &p.Go)
	points(in.Get, &p.Get)
	for _, on := range []struct {
		from opt.Of[string]
		into *opt.Of[day.Day]
	}{{in.Close, &p.Close}, {in.NextDay, &p.NextDay}} {
		if d, given := on.from.Get(); given {
			*on.into = opt.Some(day.Day(d))
		}
	}
	if s, given := in.Situation.Get(); given {
		p.Situation = opt.Some(opportunity.Situation(s))
	}
	if all, given := in.Rivals.Get(); given {
		var rivals []opportunity.Rival
		for _, r := range all {
			rivals = append(rivals, opportunity.Rival(r))
		}
		p.Rivals = opt.Some(rivals)
	}
	if all, given := in.Lines.Get(); given {
		lines, err := chanceLines(all)
		for field, f := range lineFaults(err) {
			wrong.Add(field, f)
		}
		p.Lines = opt.Some(lines)
	}
	p.Name, p.ChanceWhy, p.Next, p.Need, p.Reason, p.Lessons, p.Source, p.ExternalID = in.Name, in.ChanceWhy, in.Next, in.Need, in.Reason, in.Lessons, in.Source, in.ExternalID
	p.Owner, p.Team = in.Owner, in.Team
	return p, wrong.Err()
}

func lineFaults(err error) map[string]*fault.Fault {
	if f, ok := fault.From(err); ok {
		return f.Fields
	}
	return nil
}

func chanceLines(all []chanceLine) (lines []opportunity.Line, err error) {
	wrong := fault.Fields{}
	for i, l := range all {
		one := opportunity.Line{Product: l.Product, Text: l.Text, Quantity: int64(math.Round(min(max(l.Quantity, -1), 1e9) * 1000)), Discount: int64(math.Round(min(max(l.Discount, -1), 200) * 100))}
		for field, into := range map[string]*int64{"unit": &one.Unit, "cost": &one.Cost} {
			typed := map[string]string{"unit": l.Unit, "cost": l.Cost}[field]
			if typed == "" {
				continue
			}
			*into, err = decimal.Cents(typed, decimal.Point)
			wrong.Add("lines."+decimal.Plain(float64(i))+"."+field, err)
		}
		lines = append(lines, one)
	}
	return lines, wrong.Err()
}

func listOpportunities(c *call) (answer, error) {
	before, limit, params, err := c.page("pipeline", "state", "stage", "owner", "team", "from", "until")
	if err != nil {
		return answer{}, err
	}
	ask := app.ListAsk{
		BoardAsk: app.BoardAsk{Pipeline: id.OrZero[id.Pipeline](params.Get("pipeline")), Owner: id.OrZero[id.Member](params.Get("owner")), Team: id.OrZero[id.Team](params.Get("team")), From: day.Day(params.Get("from")), Until: day.Day(params.Get("until"))},
		State:    opportunity.State(params.Get("state")), Stage: params.Get("stage"), Limit: limit,
	}
	if ask.State != "" && !slices.Contains(opportunity.States, ask.State) {
		return answer{}, fault.Field("state", opportunity.ErrState)
	}
	if !before.IsZero() { // the place is the opportunity itself
		last, err := c.app.Opportunity(c.r.Context(), c.who, id.Opportunity(before))
		if err != nil {
			return answer{}, err
		}
		if ask.After = (app.CardPlace{Day: last.Close, ID: last.ID}); ask.State != opportunity.Open && ask.State != "" {
			ask.After.Day = last.Closed
		}
	}
	all, _, err := c.app.Opportunities(c.r.Context(), c.who, ask)
	if err != nil {
		return answer{}, err
	}
	page := listOf[opportunityOut]{Items: []opportunityOut{}}
	for _, s := range all {
		page.Items = append(page.Items, showOpportunity(s.Opportunity, s.Way))
	}
	if len(all) == limit {
		next := all[limit-1].ID.String()
		page.Next = &next
	}
	return show(http.StatusOK, page)
}

func addOpportunity(c *call) (answer, error) {
	in, err := take[opportunityIn](c)
	if err != nil {
		return answer{}, err
	}
	p, err := in.patch(app.HomeCurrency)
	if err != nil {
		return answer{}, err
	}
	d := opportunity.Draft{
		Account: in.Account, Pipeline: in.Pipeline, Stage: in.Stage, Opened: day.Day(in.Opened), Name: p.Name.Or(""), Value: p.Value.Or(money.Money{}), Margin: p.Margin.Or(0), Close: p.Close.Or(""),
		Owner: p.Owner.Or(id.Member{}), Team: p.Team.Or(id.Team{}), ChanceWhy: p.ChanceWhy.Or(""), Next: p.Next.Or(""), NextDay: p.NextDay.Or(""), Need: p.Need.Or(""), Situation: p.Situation.Or(""),
		Lines: p.Lines.Or(nil), Rivals: p.Rivals.Or(nil), Source: p.Source.Or(""), ExternalID: p.ExternalID.Or(""),
	}
	for from, into := range map[*opt.Of[*int64]]*opportunity.Odds{&p.Chance: &d.Chance, &p.Go: &d.Go, &p.Get: &d.Get} {
		if n := from.Or(nil); n != nil {
			*into = opportunity.Said(*n)
		}
	}
	o, err := c.app.AddOpportunity(c.r.Context(), c.who, d)
	return c.sayOpportunity(http.StatusCreated, o, err)
}

func getOpportunity(c *call) (answer, error) {
	i, err := named[id.Opportunity](c, "id")
	if err != nil {
		return answer{}, err
	}
	o, err := c.app.Opportunity(c.r.Context(), c.who, i)
	return c.sayOpportunity(http.StatusOK, o, err)
}

func (c *call) guardedOpportunity() (i id.Opportunity, version int64, err error) {
	if i, err = named[id.Opportunity](c, "id"); err != nil {
		return i, 0, err
	}
	version, err = c.match()
	return i, version, err
}

func changeOpportunity(c *call) (answer, error) {
	i, version, err := c.guardedOpportunity()
	if err != nil {
		return answer{}, err
	}
	in, err := take[opportunityPatch](c)
	if err != nil {
		return answer{}, err
	}
	p, err := c.patchOf(i, in)
	if err != nil {
		return answer{}, err
	}
	o, err := c.app.ChangeOpportunity(c.r.Context(), c.who, i, version, p)
	return c.sayOpportunity(http.StatusOK, o, err)
}

// patchOf is the patch for one that is there: a value without a currency keeps it.
func (c *call) patchOf(i id.Opportunity, in opportunityPatch) (p opportunity.Patch, err error) {
	if !c.who.Can(member.OpportunityWrite) { // before it is read
		return p, app.ErrDenied
	}
	now, err := c.app.Opportunity(c.r.Context(), c.who, i)
	if err != nil {
		return p, err
	}
	if p, err = in.patch(now.Value.Currency); err == nil && !in.Value.Given() && in.Currency.Given() {
		p.Value = opt.Some(money.Money{Cents: now.Value.Cents, Currency: p.Value.Or(money.Money{}).Currency})
	}
	return p, err
}

func moveOpportunity(c *call) (answer, error) {
	i, version, err := c.guardedOpportunity()
	if err != nil {
		return answer{}, err
	}
	in, err := take[moveIn](c)
	if err != nil {
		return answer{}, err
	}
	p, err := c.patchOf(i, in.Change)
	if err != nil {
		return answer{}, err
	}
	o, err := c.app.MoveOpportunity(c.r.Context(), c.who, i, version, in.Stage, app.Answer{Patch: p, Decider: in.Decider, Met: day.Day(in.Met)})
	return c.sayOpportunity(http.StatusOK, o, err)
}

func winOpportunity(c *call) (answer, error) {
	i, version, err := c.guardedOpportunity()
	if err != nil {
		return answer{}, err
	}
	in, err := take[winIn](c)
	if err != nil {
		return answer{}, err
	}
	o, err := c.app.WinOpportunity(c.r.Context(), c.who, i, version, in.Order, in.Reason, in.Lessons)
	return c.sayOpportunity(http.StatusOK, o, err)
}

func loseOpportunity(c *call) (answer, error) {
	i, version, err := c.guardedOpportunity()
	if err != nil {
		return answer{}, err
	}
	in, err := take[loseIn](c)
	if err != nil {
		return answer{}, err
	}
	o, err := c.app.LoseOpportunity(c.r.Context(), c.who, i, version, in.Reason, in.Lessons)
	return c.sayOpportunity(http.StatusOK, o, err)
}

func reopenOpportunity(c *call) (answer, error) {
	i, version, err := c.guardedOpportunity()
	if err != nil {
		return answer{}, err
	}
	o, err := c.app.ReopenOpportunity(c.r.Context(), c.who, i, version)
	return c.sayOpportunity(http.StatusOK, o, err)
}

func listPipelines(c *call) (answer, error) {
	all, err := c.app.Pipelines(c.r.Context(), c.who)
	if err != nil {
		return answer{}, err
	}
	return show(http.StatusOK, listOf[opportunity.Pipeline]{Items: append([]opportunity.Pipeline{}, all...)})
}

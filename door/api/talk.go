package api

import (
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"kring/app"
	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/opt"
	"kring/domain/conversation"
	"kring/domain/member"
	"kring/domain/need"
	"kring/domain/promise"
)

// promiseIn is a new promise.
type promiseIn struct {
	Text       string          `json:"text"`
	Aspect     promise.Aspect  `json:"aspect,omitempty" doc:"product, service, price or availability; service when left out"`
	Norm       string          `json:"norm,omitempty" doc:"by what one sees that it is kept"`
	Account    id.Account      `json:"account"`
	Contact    id.Contact      `json:"contact,omitzero" doc:"to whom it was said"`
	Owner      id.Member       `json:"owner,omitzero" doc:"who keeps it; the caller when no team is named either"`
	Team       id.Team         `json:"team,omitzero"`
	Channel    promise.Channel `json:"channel,omitempty" doc:"visit, phone, video, email, letter, quote or terms"`
	Source     fact.Kind       `json:"source,omitempty" doc:"the kind of record it comes from"`
	Record     id.Record       `json:"record,omitzero"`
	Day        day.Day         `json:"day"`
	Time       string          `json:"time,omitempty" doc:"14:30 on that day; the whole day when left out"`
	ExternalID string          `json:"external_id,omitempty"`
}

// promisePatch is what changes of a promise; what is left out stays.
type promisePatch struct {
	Text    opt.Of[string]          `json:"text,omitzero"`
	Aspect  opt.Of[promise.Aspect]  `json:"aspect,omitzero"`
	Norm    opt.Of[string]          `json:"norm,omitzero"`
	Contact opt.Of[id.Contact]      `json:"contact,omitzero"`
	Owner   opt.Of[id.Member]       `json:"owner,omitzero"`
	Team    opt.Of[id.Team]         `json:"team,omitzero"`
	Channel opt.Of[promise.Channel] `json:"channel,omitzero"`
}

// promiseOut is a promise as the API shows it.
type promiseOut struct {
	ID         id.Promise      `json:"id"`
	Text       string          `json:"text"`
	Aspect     promise.Aspect  `json:"aspect"`
	Norm       string          `json:"norm"`
	Account    id.Account      `json:"account"`
	Name       string          `json:"account_name"`
	Contact    id.Contact      `json:"contact"`
	Owner      id.Member       `json:"owner"`
	Team       id.Team         `json:"team"`
	By         id.Member       `json:"made_by"`
	Channel    promise.Channel `json:"channel"`
	Source     fact.Kind       `json:"source"`
	Record     id.Record       `json:"record"`
	Day        day.Day         `json:"day"`
	Due        instant         `json:"due_at" doc:"the last moment at which it is on time"`
	Judged     instant         `json:"judged_at" doc:"the moment by which it counts; stays when another day was agreed after it was missed"`
	Moved      int             `json:"moved" doc:"how often another day was agreed"`
	State      promise.State   `json:"state" doc:"open, kept, late, broken or withdrawn"`
	Why        string          `json:"why"`
	ExternalID string          `json:"external_id"`
	Created    instant         `json:"created_at"`
	Updated    instant         `json:"updated_at"`
	Version    int64           `json:"version"`
}

// againIn is another day.
type againIn struct {
	Day  day.Day `json:"day"`
	Time string  `json:"time,omitempty"`
	Why  string  `json:"why,omitempty"`
}

// sayDoOut is what became of the promises that fell due.
type sayDoOut struct {
	From   day.Day        `json:"from"`
	Until  day.Day        `json:"until"`
	Due    int            `json:"due"`
	OnTime int            `json:"on_time"`
	Late   int            `json:"late"`
	Broken int            `json:"broken"`
	Open   int            `json:"open" doc:"fell due and still open"`
	Ratio  *float64       `json:"ratio" doc:"on_time ÷ due, percent; null when nothing fell due"`
	Marks  []promise.Mark `json:"marks" doc:"one for each, the oldest first"`
}

// needIn is a new need, in the customer's words.
type needIn struct {
	Account     id.Account     `json:"account"`
	Opportunity id.Opportunity `json:"opportunity,omitzero"`
	Contact     id.Contact     `json:"contact,omitzero" doc:"who said it"`
	Kind        need.Kind      `json:"kind,omitempty" doc:"implied or explicit"`
	Words       string         `json:"words"`
	Problem     id.Need        `json:"problem,omitzero" doc:"of an explicit one: the implied need it came from"`
	Implication string         `json:"implication,omitempty"`
	Basis       string         `json:"basis,omitempty" doc:"on what the implication rests"`
	Payoff      string         `json:"payoff,omitempty"`
}

// talkIn is a plan of a conversation.
type talkIn struct {
	Account     id.Account              `json:"account"`
	Opportunity id.Opportunity          `json:"opportunity,omitzero"`
	Title       string                  `json:"title"`
	Channel     conversation.Channel    `json:"channel,omitempty" doc:"visit, phone or video"`
	Place       string                  `json:"place,omitempty"`
	Day         day.Day                 `json:"day"`
	Time        string                  `json:"time" doc:"14:30"`
	Minutes     int                     `json:"minutes,omitempty" doc:"30 when left out"`
	Owner       id.Member               `json:"owner,omitzero" doc:"the caller when left out"`
	Goal        string                  `json:"goal,omitempty" doc:"the advance that is wanted"`
	Questions   []conversation.Asking   `json:"questions,omitempty"`
	Attendees   []conversation.Attendee `json:"attendees,omitempty"`
	ExternalID  string                  `json:"external_id,omitempty"`
}

// talkOut is a conversation as the API shows it.
type talkOut struct {
	ID          id.Conversation         `json:"id"`
	Account     id.Account              `json:"account"`
	Name        string                  `json:"account_name"`
	Opportunity id.Opportunity          `json:"opportunity"`
	Title       string                  `json:"title"`
	Channel     conversation.Channel    `json:"channel"`
	Place       string                  `json:"place"`
	Start       instant                 `json:"starts_at"`
	Minutes     int                     `json:"minutes"`
	Owner       id.Member               `json:"owner"`
	Goal        string                  `json:"goal"`
	Questions   []conversation.Asking   `json:"questions"`
	Attendees   []conversation.Attendee `json:"attendees"`
	State       conversation.State      `json:"state" doc:"planned, prepared, held, moved, no_show, reported or confirmed"`
	Follows     id.Conversation         `json:"follows" doc:"the one that was moved"`
	Why         string                  `json:"why"`
	Live        bool                    `json:"live" doc:"it is going on"`
	Customer    int                     `json:"customer_seconds" doc:"how long the customer spoke"`
	Self        int                     `json:"self_seconds"`
	Outcome     conversation.Outcome    `json:"outcome" doc:"order, advance, continuation, no_sale, or empty"`
	Action      string                  `json:"action" doc:"of an advance: what the buyer does"`
	ActionBy    id.Contact              `json:"action_by"`
	ActionDay   day.Day                 `json:"action_day"`
	Next        string                  `json:"next"`
	NextDay     day.Day                 `json:"next_day"`
	Summary     string                  `json:"summary"`
	Language    string                  `json:"language"`
	ConfirmedBy string                  `json:"confirmed_by"`
	Remark      string                  `json:"remark" doc:"of the customer"`
	ExternalID  string                  `json:"external_id"`
	Created     instant                 `json:"created_at"`
	Updated     instant                 `json:"updated_at"`
	Version     int64                   `json:"version"`
}

// needOut is a need as the API shows it.
type needOut struct {
	ID           id.Need         `json:"id"`
	Account      id.Account      `json:"account"`
	Opportunity  id.Opportunity  `json:"opportunity"`
	Conversation id.Conversation `json:"conversation"`
	Contact      id.Contact      `json:"contact"`
	Kind         need.Kind       `json:"kind"`
	Words        string          `json:"words"`
	Problem      id.Need         `json:"problem"`
	Implication  string          `json:"implication"`
	Basis        string          `json:"basis"`
	Payoff       string          `json:"payoff"`
	Flagged      bool            `json:"flagged" doc:"the implication is about harm or fear and says not on what it rests"`
	State        need.State      `json:"state" doc:"open, answered or dropped"`
	Answer       id.Record       `json:"answer"`
	Why          string          `json:"why"`
	Created      instant         `json:"created_at"`
	Updated      instant         `json:"updated_at"`
	Version      int64           `json:"version"`
}

// noteOut is a note as the API shows it.
type noteOut struct {
	noteIn
	Flagged bool      `json:"flagged"`
	By      id.Member `json:"by"`
	At      instant   `json:"at"`
	Version int64     `json:"version"`
}

// noteIn is something that happened in a conversation.
type noteIn struct {
	ID       id.Record           `json:"id,omitzero" doc:"the caller's: what is sent twice is there once"`
	Mark     conversation.Mark   `json:"mark,omitempty" doc:"said, objection, feature, advantage, benefit, signal, speaker, pause or resume"`
	Letter   conversation.Letter `json:"letter,omitempty" doc:"s, p, i or n"`
	Question string              `json:"question,omitempty"`
	Closed   bool                `json:"closed,omitempty"`
	Text     string              `json:"text,omitempty"`
	Basis    string              `json:"basis,omitempty"`
	Ground   conversation.Ground `json:"ground,omitempty" doc:"of an objection: price, need, trust, time or authority"`
	Handled  string              `json:"handled,omitempty"`
	Checked  bool                `json:"checked,omitempty"`
	Need     id.Need             `json:"need,omitzero" doc:"of a benefit: the explicit need it answers"`
}

// outcomeIn is what came of a conversation.
type outcomeIn struct {
	Outcome conversation.Outcome `json:"outcome" doc:"order, advance, continuation or no_sale"`
}

// reportIn is the report of a conversation.
type reportIn struct {
	Outcome   conversation.Outcome `json:"outcome"`
	Action    string               `json:"action,omitempty" doc:"of an advance: what the buyer does"`
	ActionBy  id.Contact           `json:"action_by,omitzero"`
	ActionDay day.Day              `json:"action_day,omitempty"`
	Next      string               `json:"next,omitempty"`
	NextDay   day.Day              `json:"next_day,omitempty"`
	Summary   string               `json:"summary,omitempty"`
	Language  string               `json:"language,omitempty"`
}

func talkOperations() []operation {
	of := func(about string, whose ...any) *huma.Param {
		return &huma.Param{Name: "of", In: "query", Description: about, Schema: &huma.Schema{Type: "string", Enum: whose, Default: "all"}}
	}
	at := &huma.Param{Name: "account", In: "query", Description: "only of this account", Schema: &huma.Schema{Type: "string", Format: "uuid"}}
	states := func(all ...any) *huma.Param {
		return &huma.Param{Name: "state", In: "query", Description: "only those that stand there", Schema: &huma.Schema{Type: "string", Enum: all}}
	}
	const promises, talks, needs = "Promises", "Conversations", "Needs"
	turn := func(name, path, title, about string, in any, do func(*call) (answer, error)) operation {
		return operation{method: http.MethodPost, path: "/promises/{id}/" + path, name: name, tag: promises, right: member.PromiseWrite, status: http.StatusOK, in: in, out: promiseOut{}, tagged: true, guarded: true, title: title, about: about, do: do}
	}
	return []operation{
		{
			method: http.MethodGet, path: "/promises", name: "list_promises", tag: promises, right: member.AccountRead, status: http.StatusOK, out: listOf[promiseOut]{}, do: listPromises,
			title: "List promises", about: "In the order in which they are due.", query: append(pageParams(), of("whose", "mine", "team", "all"), at, states("open", "kept", "late", "broken", "withdrawn")),
		},
		{
			method: http.MethodPost, path: "/promises", name: "add_promise", tag: promises, right: member.PromiseWrite, status: http.StatusCreated, in: promiseIn{}, out: promiseOut{}, tagged: true, do: addPromise,
			title: "Write a promise down",
		},
		{
			method: http.MethodGet, path: "/promises/saydo", name: "get_say_do", tag: promises, right: member.AccountRead, status: http.StatusOK, out: sayDoOut{}, do: getSayDo,
			title: "Say and do", about: "Kept on time out of what fell due, in the last thirty days or the days that are asked.", query: []*huma.Param{
				of("whose", "mine", "team", "all"), at,
				{Name: "from", In: "query", Description: "the first day", Schema: &huma.Schema{Type: "string", Format: "date"}}, {Name: "until", In: "query", Description: "the last day", Schema: &huma.Schema{Type: "string", Format: "date"}},
			},
		},
		{
			method: http.MethodGet, path: "/promises/{id}", name: "get_promise", tag: promises, right: member.AccountRead, status: http.StatusOK, out: promiseOut{}, tagged: true, do: getPromise, title: "Read a promise",
		},
		{
			method: http.MethodPatch, path: "/promises/{id}", name: "change_promise", tag: promises, right: member.PromiseWrite, status: http.StatusOK, in: promisePatch{}, out: promiseOut{}, tagged: true, guarded: true, do: changePromise,
			title: "Change a promise", about: "Its day is agreed with the customer: see renegotiate_promise.",
		},
		turn("keep_promise", "keeping", "Keep a promise", "On time, or late.", nil, turnPromise(func(c *call, i id.Promise, version int64) (promise.Promise, error) {
			return c.app.KeepPromise(c.r.Context(), c.who, i, version)
		})),
		turn("break_promise", "breaking", "Say that a promise was broken", "Only after it was due, with the reason.", whyIn{}, turnPromiseWhy(func(c *call, i id.Promise, version int64, why string) (promise.Promise, error) {
			return c.app.BreakPromise(c.r.Context(), c.who, i, version, why)
		})),
		turn("withdraw_promise", "withdrawal", "Withdraw a promise", "One that was missed is broken by it.", whyIn{}, turnPromiseWhy(func(c *call, i id.Promise, version int64, why string) (promise.Promise, error) {
			return c.app.WithdrawPromise(c.r.Context(), c.who, i, version, why)
		})),
		turn("renegotiate_promise", "day", "Agree on another day", "Before it was due the new day counts; afterwards it counts as late.", againIn{}, renegotiatePromise),
		turn("reopen_promise", "reopening", "Take back how a promise ended", "", nil, turnPromise(func(c *call, i id.Promise, version int64) (promise.Promise, error) {
			return c.app.ReopenPromise(c.r.Context(), c.who, i, version)
		})),
		{
			method: http.MethodGet, path: "/accounts/{id}/needs", name: "list_needs", tag: needs, right: member.AccountRead, status: http.StatusOK, out: listOf[needOut]{}, do: listNeeds, title: "List the needs of an account",
		},
		{
			method: http.MethodPost, path: "/needs", name: "add_need", tag: needs, right: member.TalkWrite, status: http.StatusCreated, in: needIn{}, out: needOut{}, tagged: true, do: addNeed, title: "Write a need down",
		},
		{
			method: http.MethodGet, path: "/needs/{id}", name: "get_need", tag: needs, right: member.AccountRead, status: http.StatusOK, out: needOut{}, tagged: true, do: getNeed, title: "Read a need",
		},
		{
			method: http.MethodPost, path: "/needs/{id}/dropping", name: "drop_need", tag: needs, right: member.TalkWrite, status: http.StatusOK, in: whyIn{}, out: needOut{}, tagged: true, guarded: true, do: dropNeed,
			title: "Drop a need", about: "It turned out to be none.",
		},
		{
			method: http.MethodGet, path: "/conversations", name: "list_conversations", tag: talks, right: member.AccountRead, status: http.StatusOK, out: listOf[talkOut]{}, do: listTalks,
			title: "List conversations", about: "In the order in which they begin.", query: append(pageParams(), of("whose", "mine", "all"), at, states("planned", "prepared", "held", "moved", "no_show", "reported", "confirmed")),
		},
		{
			method: http.MethodPost, path: "/conversations", name: "plan_conversation", tag: talks, right: member.TalkWrite, status: http.StatusCreated, in: talkIn{}, out: talkOut{}, tagged: true, do: planTalk,
			title: "Plan a conversation", about: "With a goal and three questions it is prepared.",
		},
		{
			method: http.MethodGet, path: "/conversations/{id}", name: "get_conversation", tag: talks, right: member.AccountRead, status: http.StatusOK, out: talkOut{}, tagged: true, do: getTalk, title: "Read a conversation",
		},
		{
			method: http.MethodGet, path: "/conversations/{id}/notes", name: "list_conversation_notes", tag: talks, right: member.AccountRead, status: http.StatusOK, out: listOf[noteOut]{}, do: listNotes,
			title: "List what happened in a conversation",
		},
		{
			method: http.MethodPost, path: "/conversations/{id}/notes", name: "put_conversation_note", tag: talks, right: member.TalkWrite, status: http.StatusOK, in: noteIn{}, out: noteOut{}, do: putNote,
			title: "Write down what happened", about: "Under an id of the caller's: sent again with other words it has those.",
		},
		{
			method: http.MethodPost, path: "/conversations/{id}/begin", name: "begin_conversation", tag: talks, right: member.TalkWrite, status: http.StatusOK, out: talkOut{}, tagged: true, do: beginTalk, title: "Begin a conversation",
		},
		{
			method: http.MethodPost, path: "/conversations/{id}/finish", name: "finish_conversation", tag: talks, right: member.TalkWrite, status: http.StatusOK, in: outcomeIn{}, out: talkOut{}, tagged: true, do: finishTalk,
			title: "Finish a conversation", about: "With what came of it. Reporting it within a day becomes a task.",
		},
		{
			method: http.MethodPost, path: "/conversations/{id}/report", name: "report_conversation", tag: talks, right: member.TalkWrite, status: http.StatusOK, in: reportIn{}, out: talkOut{}, tagged: true, guarded: true, do: reportTalk,
			title: "Report a conversation", about: "An advance needs a dated action by the buyer.",
		},
	}
}

func showPromise(p promise.Line) promiseOut {
	return promiseOut{
		ID: p.ID, Text: p.Text, Aspect: p.Aspect, Norm: p.Norm, Account: p.Account, Name: p.Name, Contact: p.Contact, Owner: p.Owner, Team: p.Team, By: p.By, Channel: p.Channel, Source: p.Source, Record: p.Record,
		Day: p.Day, Due: instant(p.Due), Judged: instant(p.Judged), Moved: p.Moved, State: p.State, Why: p.Why, ExternalID: p.ExternalID, Created: instant(p.Created), Updated: instant(p.Updated), Version: p.Version,
	}
}

// sayPromise answers with the promise as it is now.
func (c *call) sayPromise(status int, i id.Promise, err error) (answer, error) {
	if err != nil {
		return answer{}, err
	}
	l, err := c.app.Promise(c.r.Context(), c.who, i)
	if err != nil {
		return answer{}, err
	}
	a, err := show(status, showPromise(l))
	a.version = l.Version
	if status == http.StatusCreated {
		a.location = base + "/promises/" + i.String()
	}
	return a, err
}

func listPromises(c *call) (answer, error) {
	before, limit, params, err := c.page("of", "account", "state")
	if err != nil {
		return answer{}, err
	}
	ask := app.PromiseAsk{Of: params.Get("of"), State: promise.State(params.Get("state")), Account: id.OrZero[id.Account](params.Get("account")), Limit: limit}
	if ask.Of == "" {
		ask.Of = "all"
	}
	if ask.State != "" && !slices.Contains(promise.States, ask.State) {
		return answer{}, fault.Field("state", promise.ErrState)
	}
	if !before.IsZero() { // the place is the promise itself
		last, err := c.app.Promise(c.r.Context(), c.who, id.Promise(before))
		if err != nil {
			return answer{}, err
		}
		ask.After = app.PromisePlace{Due: last.Due, ID: last.ID}
	}
	all, err := c.app.Promises(c.r.Context(), c.who, ask)
	if err != nil {
		return answer{}, err
	}
	page := listOf[promiseOut]{Items: []promiseOut{}}
	for _, p := range all {
		page.Items = append(page.Items, showPromise(p))
	}
	if len(all) == limit {
		next := all[limit-1].ID.String()
		page.Next = &next
	}
	return show(http.StatusOK, page)
}

func addPromise(c *call) (answer, error) {
	in, err := take[promiseIn](c)
	if err != nil {
		return answer{}, err
	}
	p, err := c.app.AddPromise(c.r.Context(), c.who, promise.Draft(in))
	return c.sayPromise(http.StatusCreated, p.ID, err)
}

func getPromise(c *call) (answer, error) {
	i, err := named[id.Promise](c, "id")
	return c.sayPromise(http.StatusOK, i, err)
}

func guardedID[T ~[16]byte](c *call) (i T, version int64, err error) {
	if i, err = named[T](c, "id"); err != nil {
		return i, 0, err
	}
	version, err = c.match()
	return i, version, err
}

func changePromise(c *call) (answer, error) {
	i, version, err := guardedID[id.Promise](c)
	if err != nil {
		return answer{}, err
	}
	in, err := take[promisePatch](c)
	if err != nil {
		return answer{}, err
	}
	p, err := c.app.ChangePromise(c.r.Context(), c.who, i, version, promise.Patch(in))
	return c.sayPromise(http.StatusOK, p.ID, err)
}

func turnPromise(do func(c *call, i id.Promise, version int64) (promise.Promise, error)) func(*call) (answer, error) {
	return func(c *call) (answer, error) {
		i, version, err := guardedID[id.Promise](c)
		if err != nil {
			return answer{}, err
		}
		_, err = do(c, i, version)
		return c.sayPromise(http.StatusOK, i, err)
	}
}

func turnPromiseWhy(do func(c *call, i id.Promise, version int64, why string) (promise.Promise, error)) func(*call) (answer, error) {
	return func(c *call) (answer, error) {
		i, version, err := guardedID[id.Promise](c)
		if err != nil {
			return answer{}, err
		}
		in, err := take[whyIn](c)
		if err != nil {
			return answer{}, err
		}
		_, err = do(c, i, version, in.Why)
		return c.sayPromise(http.StatusOK, i, err)
	}
}

func renegotiatePromise(c *call) (answer, error) {
	i, version, err := guardedID[id.Promise](c)
	if err != nil {
		return answer{}, err
	}
	in, err := take[againIn](c)
	if err != nil {
		return answer{}, err
	}
	_, err = c.app.RenegotiatePromise(c.r.Context(), c.who, i, version, in.Day, in.Time, in.Why)
	return c.sayPromise(http.StatusOK, i, err)
}

func getSayDo(c *call) (answer, error) {
	params, err := c.params()
	if err != nil {
		return answer{}, err
	}
	ask := app.PromiseAsk{Of: params.Get("of"), Account: id.OrZero[id.Account](params.Get("account"))}
	if ask.Of == "" {
		ask.Of = "all"
	}
	for key, into := range map[string]*day.Day{"from": &ask.Since, "until": &ask.Until} {
		typed := params.Get(key)
		if typed == "" {
			continue
		}
		d, err := day.Parse(typed)
		if err != nil {
			return answer{}, fault.Field(key, day.ErrBad)
		}
		*into = d
	}
	s, err := c.app.SayDo(c.r.Context(), c.who, ask)
	if err != nil {
		return answer{}, err
	}
	out := sayDoOut{From: s.From, Until: s.Until, Due: s.Due, OnTime: s.OnTime, Late: s.Late, Broken: s.Broken, Open: s.Open, Marks: append([]promise.Mark{}, s.Marks...)}
	if points, ok := s.Ratio(); ok {
		part := float64(points) / 100
		out.Ratio = &part
	}
	return show(http.StatusOK, out)
}

func (c *call) sayNeed(status int, n need.Need, err error) (answer, error) {
	if err != nil {
		return answer{}, err
	}
	a, err := show(status, showNeed(n))
	a.version = n.Version
	if status == http.StatusCreated {
		a.location = base + "/needs/" + n.ID.String()
	}
	return a, err
}

func listNeeds(c *call) (answer, error) {
	i, err := named[id.Account](c, "id")
	if err != nil {
		return answer{}, err
	}
	all, err := c.app.NeedsOf(c.r.Context(), c.who, i)
	if err != nil {
		return answer{}, err
	}
	page := listOf[needOut]{Items: []needOut{}}
	for _, n := range all {
		page.Items = append(page.Items, showNeed(n))
	}
	return show(http.StatusOK, page)
}

func addNeed(c *call) (answer, error) {
	in, err := take[needIn](c)
	if err != nil {
		return answer{}, err
	}
	n, err := c.app.AddNeed(c.r.Context(), c.who, need.Draft{
		Account: in.Account, Opportunity: in.Opportunity, Contact: in.Contact, Kind: in.Kind, Words: in.Words, Problem: in.Problem, Implication: in.Implication, Basis: in.Basis, Payoff: in.Payoff,
	})
	return c.sayNeed(http.StatusCreated, n, err)
}

func getNeed(c *call) (answer, error) {
	i, err := named[id.Need](c, "id")
	if err != nil {
		return answer{}, err
	}
	n, err := c.app.Need(c.r.Context(), c.who, i)
	return c.sayNeed(http.StatusOK, n, err)
}

func dropNeed(c *call) (answer, error) {
	i, version, err := guardedID[id.Need](c)
	if err != nil {
		return answer{}, err
	}
	in, err := take[whyIn](c)
	if err != nil {
		return answer{}, err
	}
	n, err := c.app.DropNeed(c.r.Context(), c.who, i, version, in.Why)
	return c.sayNeed(http.StatusOK, n, err)
}

func showTalk(c conversation.Line) talkOut {
	return talkOut{
		ID: c.ID, Account: c.Account, Name: c.Name, Opportunity: c.Opportunity, Title: c.Title, Channel: c.Channel, Place: c.Place, Start: instant(c.Start), Minutes: c.Minutes, Owner: c.Owner, Goal: c.Goal,
		Questions: append([]conversation.Asking{}, c.Questions...), Attendees: append([]conversation.Attendee{}, c.Attendees...), State: c.State, Follows: c.Follows, Why: c.Why, Live: c.Live(), Customer: c.Customer, Self: c.Self,
		Outcome: c.Outcome, Action: c.Action, ActionBy: c.ActionBy, ActionDay: c.ActionDay, Next: c.Next, NextDay: c.NextDay, Summary: c.Summary, Language: c.Language, ConfirmedBy: c.ConfirmedBy, Remark: c.Remark,
		ExternalID: c.ExternalID, Created: instant(c.Created), Updated: instant(c.Updated), Version: c.Version,
	}
}

func showNeed(n need.Need) needOut {
	return needOut{
		ID: n.ID, Account: n.Account, Opportunity: n.Opportunity, Conversation: n.Conversation, Contact: n.Contact, Kind: n.Kind, Words: n.Words, Problem: n.Problem, Implication: n.Implication, Basis: n.Basis, Payoff: n.Payoff,
		Flagged: n.Flagged(), State: n.State, Answer: n.Answer, Why: n.Why, Created: instant(n.Created), Updated: instant(n.Updated), Version: n.Version,
	}
}

func showNote(n conversation.Note) noteOut {
	return noteOut{
		noteIn:  noteIn{n.ID, n.Mark, n.Letter, n.Question, n.Closed, n.Text, n.Basis, n.Ground, n.Handled, n.Checked, n.Need},
		Flagged: n.Flagged(), By: n.By, At: instant(n.At), Version: n.Version,
	}
}

// sayTalk answers with the conversation as it is now.
func (c *call) sayTalk(status int, i id.Conversation, err error) (answer, error) {
	if err != nil {
		return answer{}, err
	}
	t, err := c.app.Conversation(c.r.Context(), c.who, i)
	if err != nil {
		return answer{}, err
	}
	a, err := show(status, showTalk(t.Line))
	a.version = t.Version
	if status == http.StatusCreated {
		a.location = base + "/conversations/" + i.String()
	}
	return a, err
}

func listTalks(c *call) (answer, error) {
	before, limit, params, err := c.page("of", "account", "state")
	if err != nil {
		return answer{}, err
	}
	ask := app.TalkAsk{Of: params.Get("of"), State: conversation.State(params.Get("state")), Account: id.OrZero[id.Account](params.Get("account")), Limit: limit}
	if ask.Of == "" {
		ask.Of = "all"
	}
	if ask.State != "" && !slices.Contains(conversation.States, ask.State) {
		return answer{}, fault.Field("state", conversation.ErrState)
	}
	if !before.IsZero() { // the place is the conversation itself
		last, err := c.app.Conversation(c.r.Context(), c.who, id.Conversation(before))
		if err != nil {
			return answer{}, err
		}
		ask.After = app.TalkPlace{Start: last.Start, ID: last.ID}
	}
	all, err := c.app.Conversations(c.r.Context(), c.who, ask)
	if err != nil {
		return answer{}, err
	}
	page := listOf[talkOut]{Items: []talkOut{}}
	for _, l := range all {
		page.Items = append(page.Items, showTalk(l))
	}
	if len(all) == limit {
		next := all[limit-1].ID.String()
		page.Next = &next
	}
	return show(http.StatusOK, page)
}

func planTalk(c *call) (answer, error) {
	in, err := take[talkIn](c)
	if err != nil {
		return answer{}, err
	}
	t, err := c.app.PlanConversation(c.r.Context(), c.who, conversation.Draft(in))
	return c.sayTalk(http.StatusCreated, t.ID, err)
}

func getTalk(c *call) (answer, error) {
	i, err := named[id.Conversation](c, "id")
	return c.sayTalk(http.StatusOK, i, err)
}

func listNotes(c *call) (answer, error) {
	i, err := named[id.Conversation](c, "id")
	if err != nil {
		return answer{}, err
	}
	t, err := c.app.Conversation(c.r.Context(), c.who, i)
	if err != nil {
		return answer{}, err
	}
	page := listOf[noteOut]{Items: []noteOut{}}
	for _, n := range t.Notes {
		page.Items = append(page.Items, showNote(n))
	}
	return show(http.StatusOK, page)
}

func putNote(c *call) (answer, error) {
	i, err := named[id.Conversation](c, "id")
	if err != nil {
		return answer{}, err
	}
	in, err := take[noteIn](c)
	if err != nil {
		return answer{}, err
	}
	if in.ID.IsZero() {
		in.ID = id.New[id.Record]()
	}
	n, err := c.app.PutNote(c.r.Context(), c.who, i, 0, conversation.Note{
		ID: in.ID, Mark: in.Mark, Letter: in.Letter, Question: in.Question, Closed: in.Closed, Text: in.Text, Basis: in.Basis, Ground: in.Ground, Handled: in.Handled, Checked: in.Checked, Need: in.Need,
	})
	if err != nil {
		return answer{}, err
	}
	return show(http.StatusOK, showNote(n))
}

func beginTalk(c *call) (answer, error) {
	i, err := named[id.Conversation](c, "id")
	if err != nil {
		return answer{}, err
	}
	_, err = c.app.BeginConversation(c.r.Context(), c.who, i)
	return c.sayTalk(http.StatusOK, i, err)
}

func finishTalk(c *call) (answer, error) {
	i, err := named[id.Conversation](c, "id")
	if err != nil {
		return answer{}, err
	}
	in, err := take[outcomeIn](c)
	if err != nil {
		return answer{}, err
	}
	_, err = c.app.FinishConversation(c.r.Context(), c.who, i, in.Outcome)
	return c.sayTalk(http.StatusOK, i, err)
}

func reportTalk(c *call) (answer, error) {
	i, version, err := guardedID[id.Conversation](c)
	if err != nil {
		return answer{}, err
	}
	in, err := take[reportIn](c)
	if err != nil {
		return answer{}, err
	}
	_, err = c.app.ReportConversation(c.r.Context(), c.who, i, version, conversation.Report(in))
	return c.sayTalk(http.StatusOK, i, err)
}

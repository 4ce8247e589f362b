package api

import (
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"kring/app"
	"kring/base/day"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/opt"
	"kring/domain/handover"
	"kring/domain/member"
)

// handoverIn proposes a relation to a colleague.
type handoverIn struct {
	To   id.Member `json:"to" doc:"an active member who may hand over and receive"`
	Note string    `json:"note,omitempty"`
}

// handoverPatch is what changes of a proposal; what is left out stays.
type handoverPatch struct {
	To   opt.Of[id.Member] `json:"to,omitzero"`
	Note opt.Of[string]    `json:"note,omitzero"`
	Told map[string]bool   `json:"told,omitempty" doc:"by the keys of the list: told or not yet"`
}

// handoverOut is a hand-over as the API shows it.
type handoverOut struct {
	ID      id.Record       `json:"id"`
	Account id.Account      `json:"account"`
	Name    string          `json:"account_name"`
	From    id.Member       `json:"from"`
	To      id.Member       `json:"to"`
	By      id.Member       `json:"proposed_by" doc:"zero when the first order did"`
	State   handover.State  `json:"state" doc:"proposed, accepted, returned or withdrawn"`
	Day     day.Day         `json:"day" doc:"on which it was proposed"`
	Note    string          `json:"note"`
	Reason  string          `json:"reason" doc:"of a return"`
	Items   []handover.Item `json:"items" doc:"what has to be told, as it was when it was proposed: contacts, decisions, consents, …"`
	Order   id.Record       `json:"order" doc:"the first order, when that is why"`
	Created instant         `json:"created_at"`
	Updated instant         `json:"updated_at"`
	Version int64           `json:"version"`
}

// reasonIn says why something comes back.
type reasonIn struct {
	Reason string `json:"reason"`
}

func handoverOperations() []operation {
	return []operation{
		{
			method: http.MethodGet, path: "/handovers", name: "list_handovers", tag: "Hand-overs", right: member.AccountRead, status: http.StatusOK, out: listOf[handoverOut]{}, do: listHandovers,
			title: "List hand-overs", about: "The latest first: those to the caller, those from the caller, or all of relations within reach.",
			query: append(pageParams(),
				&huma.Param{Name: "of", In: "query", Description: "whose", Schema: &huma.Schema{Type: "string", Enum: []any{"to", "from", "all"}, Default: "to"}},
				&huma.Param{Name: "state", In: "query", Description: "only those that stand there", Schema: &huma.Schema{Type: "string", Enum: []any{"proposed", "accepted", "returned", "withdrawn"}}}),
		},
		{
			method: http.MethodPost, path: "/accounts/{id}/handovers", name: "propose_handover", tag: "Hand-overs", right: member.HandoverWrite, status: http.StatusCreated, in: handoverIn{}, out: handoverOut{}, tagged: true,
			title: "Hand an account over", do: proposeHandover, about: "Its owner does, or who steers. On the first order of an account of new business it is proposed by itself.",
		},
		{
			method: http.MethodGet, path: "/handovers/{id}", name: "get_handover", tag: "Hand-overs", right: member.AccountRead, status: http.StatusOK, out: handoverOut{}, tagged: true,
			title: "Read a hand-over", do: getHandover,
		},
		{
			method: http.MethodPatch, path: "/handovers/{id}", name: "change_handover", tag: "Hand-overs", right: member.HandoverWrite, status: http.StatusOK, in: handoverPatch{}, out: handoverOut{}, tagged: true, guarded: true,
			title: "Change a proposal", do: changeHandover, about: "To whom and the note change as long as it waits, by who hands over or steers; who receives it may tick the list too.",
		},
		{
			method: http.MethodPost, path: "/handovers/{id}/acceptance", name: "accept_handover", tag: "Hand-overs", right: member.HandoverWrite, status: http.StatusOK, out: handoverOut{}, tagged: true, guarded: true,
			title: "Accept a relation", do: acceptHandover, about: "The caller is its owner from now on, in the same change; only the one it was proposed to can.",
		},
		{
			method: http.MethodPost, path: "/handovers/{id}/return", name: "return_handover", tag: "Hand-overs", right: member.HandoverWrite, status: http.StatusOK, in: reasonIn{}, out: handoverOut{}, tagged: true, guarded: true,
			title: "Return a relation", do: returnHandover, about: "It stays with its owner, who sees the reason.",
		},
		{
			method: http.MethodDelete, path: "/handovers/{id}", name: "withdraw_handover", tag: "Hand-overs", right: member.HandoverWrite, status: http.StatusOK, out: handoverOut{}, tagged: true, guarded: true,
			title: "Take a proposal back", do: withdrawHandover, about: "Or leave one that was returned.",
		},
	}
}

func showHandover(h handover.Line) handoverOut {
	return handoverOut{
		ID: h.ID, Account: h.Account, Name: h.Name, From: h.From, To: h.To, By: h.By, State: h.State, Day: h.Day, Note: h.Note, Reason: h.Reason,
		Items: append([]handover.Item{}, h.Items...), Order: h.Order, Created: instant(h.Created), Updated: instant(h.Updated), Version: h.Version,
	}
}

// sayHandover answers with the hand-over as it is now.
func (c *call) sayHandover(status int, h handover.Handover, err error) (answer, error) {
	if err != nil {
		return answer{}, err
	}
	l, err := c.app.Handover(c.r.Context(), c.who, h.ID)
	if err != nil {
		return answer{}, err
	}
	a, err := show(status, showHandover(l))
	a.version = l.Version
	if status == http.StatusCreated {
		a.location = base + "/handovers/" + h.ID.String()
	}
	return a, err
}

func listHandovers(c *call) (answer, error) {
	before, limit, params, err := c.page("of", "state")
	if err != nil {
		return answer{}, err
	}
	ask := app.HandoverAsk{Of: params.Get("of"), State: handover.State(params.Get("state")), Before: before, Limit: limit}
	if ask.Of == "" {
		ask.Of = "to"
	}
	if ask.State != "" && !slices.Contains(handover.States, ask.State) {
		return answer{}, fault.Field("state", handover.ErrState)
	}
	all, err := c.app.Handovers(c.r.Context(), c.who, ask)
	if err != nil {
		return answer{}, err
	}
	page := listOf[handoverOut]{Items: []handoverOut{}}
	for _, h := range all {
		page.Items = append(page.Items, showHandover(h))
	}
	if len(all) == limit {
		next := all[limit-1].ID.String()
		page.Next = &next
	}
	return show(http.StatusOK, page)
}

func proposeHandover(c *call) (answer, error) {
	i, err := named[id.Account](c, "id")
	if err != nil {
		return answer{}, err
	}
	in, err := take[handoverIn](c)
	if err != nil {
		return answer{}, err
	}
	h, err := c.app.ProposeHandover(c.r.Context(), c.who, i, in.To, in.Note)
	return c.sayHandover(http.StatusCreated, h, err)
}

func getHandover(c *call) (answer, error) {
	i, err := named[id.Record](c, "id")
	if err != nil {
		return answer{}, err
	}
	return c.sayHandover(http.StatusOK, handover.Handover{ID: i}, nil)
}

func (c *call) guardedHandover() (i id.Record, version int64, err error) {
	if i, err = named[id.Record](c, "id"); err != nil {
		return i, 0, err
	}
	version, err = c.match()
	return i, version, err
}

func changeHandover(c *call) (answer, error) {
	i, version, err := c.guardedHandover()
	if err != nil {
		return answer{}, err
	}
	in, err := take[handoverPatch](c)
	if err != nil {
		return answer{}, err
	}
	h, err := c.app.ChangeHandover(c.r.Context(), c.who, i, version, app.HandoverPatch{To: in.To, Note: in.Note, Told: in.Told})
	return c.sayHandover(http.StatusOK, h, err)
}

func acceptHandover(c *call) (answer, error) {
	i, version, err := c.guardedHandover()
	if err != nil {
		return answer{}, err
	}
	h, err := c.app.AcceptHandover(c.r.Context(), c.who, i, version)
	return c.sayHandover(http.StatusOK, h, err)
}

func returnHandover(c *call) (answer, error) {
	i, version, err := c.guardedHandover()
	if err != nil {
		return answer{}, err
	}
	in, err := take[reasonIn](c)
	if err != nil {
		return answer{}, err
	}
	h, err := c.app.ReturnHandover(c.r.Context(), c.who, i, version, in.Reason)
	return c.sayHandover(http.StatusOK, h, err)
}

func withdrawHandover(c *call) (answer, error) {
	i, version, err := c.guardedHandover()
	if err != nil {
		return answer{}, err
	}
	h, err := c.app.WithdrawHandover(c.r.Context(), c.who, i, version)
	return c.sayHandover(http.StatusOK, h, err)
}

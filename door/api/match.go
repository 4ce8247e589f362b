package api

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"kring/app"
	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/filter"
	"kring/domain/match"
	"kring/domain/member"
)

// foundOut is a record that may be the same as one that is asked about.
type foundOut struct {
	ID          id.Record      `json:"id"`
	Name        string         `json:"name"`
	City        string         `json:"city" doc:"where it is; of a contact without an address: its account"`
	Probability float64        `json:"probability" doc:"that they are the same, from 0 to 1"`
	Likely      bool           `json:"likely" doc:"whether that passes the organisation's threshold for likely"`
	Reasons     []match.Reason `json:"reasons" doc:"what speaks for it and against it, in bits: one bit doubles the odds"`
}

func foundOuts(who app.Who, all []match.Found) []foundOut {
	out := make([]foundOut, 0, len(all))
	for _, f := range all {
		out = append(out, foundOut{f.ID, f.Name, f.City, f.Probability, f.Probability >= who.Thresholds().Likely, f.Reasons})
	}
	return out
}

// errAlike is the answer to a create with on_duplicate=refuse.
type errAlike struct {
	*fault.Fault
	found []foundOut
}

// Unwrap lets the map of statuses see the kind.
func (e *errAlike) Unwrap() error { return e.Fault }

var (
	errDuplicate = fault.New(fault.Conflict, "match.alike", "this looks like what is there already")
	errOnDouble  = fault.New(fault.Invalid, "api.on_duplicate", "on_duplicate is add or refuse")
)

// onDuplicate is the parameter of a create.
var onDuplicate = &huma.Param{Name: "on_duplicate", In: "query", Description: "what to do when the record looks like one that is there within reach: `add` (the default) adds it all the same; " +
	"`refuse` answers 409 `match.alike` with those it looks like in `duplicates`, and adds nothing", Schema: &huma.Schema{Type: "string", Enum: []any{"add", "refuse"}}}

// refuses reads on_duplicate.
func (c *call) refuses() (bool, error) {
	params, err := c.params()
	if err != nil {
		return false, err
	}
	wrong := fault.Fields{}
	for key, values := range params {
		switch {
		case key != "on_duplicate":
			wrong.Add(short(strings.ToValidUTF8(key, "?")), filter.ErrUnknown)
		case len(values) > 1:
			wrong.Add(key, filter.ErrTwice)
		case values[0] != "add" && values[0] != "refuse":
			wrong.Add(key, errOnDouble)
		}
	}
	return params.Get("on_duplicate") == "refuse", wrong.Err()
}

func (k *records[T, D, P, I, O, ID]) doAlike(c *call) (answer, error) {
	d, err := take[D](c)
	if err != nil {
		return answer{}, err
	}
	found, err := k.like(c.app, c.r.Context(), c.who, d)
	if err != nil {
		return answer{}, err
	}
	return show(http.StatusOK, every(foundOuts(c.who, found)))
}

// unlike adds a record unless it looks like one that is there, in one change.
func (k *records[T, D, P, I, O, ID]) unlike(c *call, d D) (v T, err error) {
	err = c.app.Together(c.r.Context(), c.who, func(ctx context.Context) error {
		found, err := k.like(c.app, ctx, c.who, d)
		if err != nil {
			return err
		}
		if len(found) > 0 {
			return &errAlike{errDuplicate, foundOuts(c.who, found)}
		}
		v, err = k.add(c.app, ctx, c.who, d)
		return err
	})
	return v, err
}

// pairOut is two records that may be the same.
type pairOut struct {
	match.Pair
	NameA string `json:"name_a"`
	NameB string `json:"name_b"`
}

// postponement is until when a pair is put away.
type postponement struct {
	Until string `json:"until" doc:"a day after today, within two years: 2026-12-31"`
}

func matchOperations() []operation {
	one := func(path, name, title, about string, in any, do func(*call, id.Record) error) operation {
		return operation{
			method: http.MethodPost, path: "/duplicates/{id}/" + path, name: name, tag: "Duplicates", right: member.AccountWrite, status: http.StatusOK, in: in, out: pairOut{},
			title: title, about: about, do: func(c *call) (answer, error) {
				i, err := named[id.Record](c, "id")
				if err == nil {
					err = do(c, i)
				}
				if err != nil {
					return answer{}, err
				}
				return onePair(c, i)
			},
		}
	}
	return []operation{
		{
			method: http.MethodGet, path: "/duplicates", name: "list_duplicates", tag: "Duplicates", right: member.AccountWrite, status: http.StatusOK, out: listOf[pairOut]{},
			title: "List pairs of records that may be the same",
			about: "The likeliest first; only pairs of which the caller may see and change both. They are found every night.",
			query: append(pageParams(),
				&huma.Param{Name: "state", In: "query", Description: "what was decided; open when it is left out", Schema: &huma.Schema{Type: "string", Enum: []any{"open", "later", "apart"}}},
				&huma.Param{Name: "kind", In: "query", Description: "account or contact; both when it is left out", Schema: &huma.Schema{Type: "string", Enum: []any{"account", "contact"}}}),
			do: listPairs,
		},
		{
			method: http.MethodGet, path: "/duplicates/{id}", name: "get_duplicate", tag: "Duplicates", right: member.AccountWrite, status: http.StatusOK, out: pairOut{},
			title: "Read a pair", do: func(c *call) (answer, error) {
				i, err := named[id.Record](c, "id")
				if err != nil {
					return answer{}, err
				}
				return onePair(c, i)
			},
		},
		one("separation", "keep_duplicate_apart", "Keep a pair apart", "The two are different; that is remembered. For contacts it takes contact.write.", nil, func(c *call, i id.Record) error {
			_, err := c.app.KeepApart(c.r.Context(), c.who, i)
			return err
		}),
		one("postponement", "postpone_duplicate", "Put a pair off", "It is open again on the day.", postponement{}, func(c *call, i id.Record) error {
			p, err := take[postponement](c)
			if err != nil {
				return err
			}
			_, err = c.app.Postpone(c.r.Context(), c.who, i, day.Day(p.Until))
			return err
		}),
		one("reopening", "reopen_duplicate", "Take back what was decided about a pair", "", nil, func(c *call, i id.Record) error {
			_, err := c.app.ReopenPair(c.r.Context(), c.who, i)
			return err
		}),
	}
}

func pairOuts(p app.PairPage) []pairOut {
	name := func(i id.Record) string {
		if a, ok := p.Accounts[i]; ok {
			return a.Name
		}
		return p.Contacts[i].Name()
	}
	out := make([]pairOut, 0, len(p.Pairs))
	for _, two := range p.Pairs {
		out = append(out, pairOut{two, name(two.A), name(two.B)})
	}
	return out
}

func onePair(c *call, i id.Record) (answer, error) {
	p, err := c.app.Pair(c.r.Context(), c.who, i)
	if err != nil {
		return answer{}, err
	}
	return show(http.StatusOK, pairOuts(p)[0])
}

func listPairs(c *call) (answer, error) {
	params, err := c.params()
	if err != nil {
		return answer{}, err
	}
	state, limit, before, err := pairQuery(params)
	if err != nil {
		return answer{}, err
	}
	p, err := c.app.Pairs(c.r.Context(), c.who, fact.Kind(params.Get("kind")), state, before, limit)
	if err != nil {
		return answer{}, err
	}
	page := every(pairOuts(p))
	if p.More {
		last := p.Pairs[len(p.Pairs)-1]
		next := strconv.FormatFloat(last.Probability, 'g', -1, 64) + "~" + last.ID.String()
		page.Next = &next
	}
	return show(http.StatusOK, page)
}

func pairQuery(params url.Values) (state match.State, limit int, before match.Pair, err error) {
	state, limit = match.Open, 50
	wrong := fault.Fields{}
	for key, values := range params {
		v := values[0]
		switch {
		case len(values) > 1:
			wrong.Add(short(key), filter.ErrTwice)
		case key == "state" && v != "":
			state = match.State(v)
		case key == "limit" && v != "":
			n, err := strconv.Atoi(v)
			if err != nil || n < 1 || n > 200 {
				wrong.Add(key, filter.ErrLimit.With(fault.Params{"max": 200}))
			}
			limit = n
		case key == "cursor" && v != "":
			number, of, _ := strings.Cut(v, "~")
			var bad error
			if before.ID, bad = id.Parse[id.Record](of); bad == nil {
				before.Probability, bad = strconv.ParseFloat(number, 64)
			}
			if bad != nil {
				wrong.Add(key, filter.ErrCursor)
			}
		case key == "state", key == "kind", key == "limit", key == "cursor":
		default:
			wrong.Add(short(strings.ToValidUTF8(key, "?")), filter.ErrUnknown)
		}
	}
	return state, limit, before, wrong.Err()
}

package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/opt"
	"kring/domain/member"
	"kring/domain/view"
)

// viewDraft is what is filled in for a new view.
type viewDraft struct {
	Kind   fact.Kind `json:"kind" doc:"of the list: account or contact"`
	Name   string    `json:"name"`
	Query  string    `json:"query,omitempty" doc:"the query of the list, as in its address"`
	Shared bool      `json:"shared,omitempty" doc:"whether others see it; takes view.share"`
}

// viewPatch is what is changed of a view.
type viewPatch struct {
	Name   opt.Of[string] `json:"name,omitzero"`
	Query  opt.Of[string] `json:"query,omitzero"`
	Shared opt.Of[bool]   `json:"shared,omitzero"`
	Place  opt.Of[int]    `json:"place,omitzero" doc:"among the tabs"`
}

func viewOperations() []operation {
	return []operation{
		{
			method: http.MethodGet, path: "/views", name: "list_views", tag: "Views", right: member.ViewRead, status: http.StatusOK, out: listOf[view.View]{},
			title: "List the saved views of a list", about: "The caller's own and those that are shared.", query: []*huma.Param{kindParam("account", "contact")}, do: listViews,
		},
		{
			method: http.MethodPost, path: "/views", name: "add_view", tag: "Views", right: member.ViewRead, status: http.StatusCreated, in: viewDraft{}, out: view.View{}, tagged: true,
			title: "Save a view", do: addView,
		},
		{
			method: http.MethodGet, path: "/views/{id}", name: "get_view", tag: "Views", right: member.ViewRead, status: http.StatusOK, out: view.View{}, tagged: true,
			title: "Read a view", do: func(c *call) (answer, error) {
				return oneView(c, func(i id.View) (view.View, error) { return c.app.SavedView(c.r.Context(), c.who, i) })
			},
		},
		{
			method: http.MethodPatch, path: "/views/{id}", name: "change_view", tag: "Views", right: member.ViewRead, status: http.StatusOK, in: viewPatch{}, out: view.View{}, tagged: true,
			title: "Change a view", about: "One's own, or a shared one with view.share.", do: changeView,
		},
		{
			method: http.MethodDelete, path: "/views/{id}", name: "erase_view", tag: "Views", right: member.ViewRead, status: http.StatusNoContent,
			title: "Remove a view", do: eraseView,
		},
	}
}

// kindParam asks for which kind of record.
func kindParam(kinds ...any) *huma.Param {
	return &huma.Param{Name: "kind", In: "query", Required: true, Description: "of which kind of record", Schema: &huma.Schema{Type: "string", Enum: kinds}}
}

// kindOf reads what kindParam describes.
func (c *call) kindOf() (fact.Kind, error) {
	_, _, params, err := c.page("kind")
	if err != nil {
		return "", err
	}
	kind := fact.Kind(params.Get("kind"))
	if kind != fact.Account && kind != fact.Contact {
		return "", fault.Field("kind", view.ErrKind)
	}
	return kind, nil
}

func listViews(c *call) (answer, error) {
	kind, err := c.kindOf()
	if err != nil {
		return answer{}, err
	}
	all, err := c.app.Views(c.r.Context(), c.who, kind)
	if err != nil {
		return answer{}, err
	}
	return show(http.StatusOK, every(all))
}

func showView(status int, v view.View) (answer, error) {
	a, err := show(status, v)
	a.version = v.Version
	return a, err
}

func oneView(c *call, do func(id.View) (view.View, error)) (answer, error) {
	i, err := named[id.View](c, "id")
	if err != nil {
		return answer{}, err
	}
	v, err := do(i)
	if err != nil {
		return answer{}, err
	}
	return showView(http.StatusOK, v)
}

func addView(c *call) (answer, error) {
	d, err := take[viewDraft](c)
	if err != nil {
		return answer{}, err
	}
	v, err := c.app.AddView(c.r.Context(), c.who, view.View{Kind: d.Kind, Name: d.Name, Query: d.Query, Shared: d.Shared})
	if err != nil {
		return answer{}, err
	}
	a, err := showView(http.StatusCreated, v)
	a.location = base + "/views/" + v.ID.String()
	return a, err
}

func changeView(c *call) (answer, error) {
	p, err := take[viewPatch](c)
	if err != nil {
		return answer{}, err
	}
	return oneView(c, func(i id.View) (view.View, error) {
		return c.app.ChangeView(c.r.Context(), c.who, i, func(v view.View) view.View {
			v.Name, v.Query, v.Shared, v.Place = p.Name.Or(v.Name), p.Query.Or(v.Query), p.Shared.Or(v.Shared), p.Place.Or(v.Place)
			return v
		})
	})
}

func eraseView(c *call) (answer, error) {
	i, err := named[id.View](c, "id")
	if err == nil {
		_, err = c.app.EraseView(c.r.Context(), c.who, i)
	}
	return answer{status: http.StatusNoContent}, err
}

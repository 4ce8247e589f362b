package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/domain/member"
)

// hitOut is a record that was found.
type hitOut struct {
	Kind fact.Kind `json:"kind" doc:"account or contact"`
	ID   id.Record `json:"id"`
	Name string    `json:"name"`
	City string    `json:"city" doc:"of an account; of a contact the account's name"`
}

// tagOut is a tag and on how many records it is.
type tagOut struct {
	Tag   string `json:"tag"`
	Count int    `json:"count"`
}

func searchOperations() []operation {
	word := func(about string) *huma.Param {
		return &huma.Param{Name: "q", In: "query", Description: about, Schema: &huma.Schema{Type: "string"}}
	}
	return []operation{
		{
			method: http.MethodGet, path: "/search", name: "search", tag: "Search", right: member.AccountRead, status: http.StatusOK, out: listOf[hitOut]{},
			title: "Find records of every kind", about: "By parts of the words of a name, of phone numbers and e-mail addresses, by cities, tags, postcodes and numbers of registers. What fits best comes first.",
			query: []*huma.Param{word("what to look for"), hitsParam()}, do: search,
		},
		{
			method: http.MethodGet, path: "/tags", name: "list_tags", tag: "Search", right: member.AccountRead, status: http.StatusOK, out: listOf[tagOut]{},
			title: "List the tags that are used", query: []*huma.Param{word("how they begin"), limitParam()}, do: tags,
		},
	}
}

// mostHits is how many of each kind are found when nobody says how many: what
// somebody looks at while typing.
const mostHits = 20

func hitsParam() *huma.Param {
	p := limitParam()
	p.Description, p.Schema.Default = "how many of each kind at most", mostHits
	return p
}

// asked reads q and limit.
func (c *call) asked() (q string, limit int, err error) {
	_, limit, params, err := c.page("q")
	if err != nil {
		return "", 0, err
	}
	if q, err = fold.Clean(params.Get("q"), 200); err != nil {
		wrong := fault.Fields{}
		wrong.Add("q", err)
		return "", 0, wrong.Err()
	}
	return q, limit, nil
}

func search(c *call) (answer, error) {
	q, limit, err := c.asked()
	if err != nil {
		return answer{}, err
	}
	if c.r.URL.Query().Get("limit") == "" {
		limit = mostHits
	}
	all, err := c.app.Search(c.r.Context(), c.who, q, limit)
	if err != nil {
		return answer{}, err
	}
	page := listOf[hitOut]{Items: []hitOut{}}
	for _, h := range all {
		page.Items = append(page.Items, hitOut{h.Kind, h.ID, h.Name, h.City})
	}
	return show(http.StatusOK, page)
}

func tags(c *call) (answer, error) {
	q, limit, err := c.asked()
	if err != nil {
		return answer{}, err
	}
	all, err := c.app.Tags(c.r.Context(), c.who, q, limit)
	if err != nil {
		return answer{}, err
	}
	page := listOf[tagOut]{Items: []tagOut{}}
	for _, t := range all {
		page.Items = append(page.Items, tagOut{t.Tag, t.Count})
	}
	return show(http.StatusOK, page)
}

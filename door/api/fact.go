package api

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"kring/base/fact"
	"kring/base/id"
	"kring/domain/member"
)

// factOut is a fact as the API shows it.
type factOut struct {
	fact.Fact
	At instant `json:"at"`
}

func showFact(f fact.Fact) factOut {
	f.Changes = moments(f.Changes)
	return factOut{f, instant(f.At)}
}

// moments writes the instants among changed values as the API does.
func moments(all []fact.Change) []fact.Change {
	all = slices.Clone(all)
	for i, c := range all {
		if strings.HasSuffix(c.Field, "_at") {
			all[i].From, all[i].To = moment(c.From), moment(c.To)
		}
	}
	return all
}

func moment(raw []byte) []byte {
	ms, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		return raw
	}
	return putInstant(nil, ms)
}

func factOperations() []operation {
	return []operation{{
		method: http.MethodGet, path: "/facts", name: "list_facts", tag: "Facts", right: member.FactRead, status: http.StatusOK, out: listOf[factOut]{},
		title: "Read the audit log", about: "Everything that was done in the organisation, by whom, newest first.", query: pageParams(),
		do: func(c *call) (answer, error) {
			return c.facts(func(before id.Fact, limit int) ([]fact.Fact, error) {
				return c.app.Facts(c.r.Context(), c.who, before, limit)
			})
		},
	}}
}

// facts answers with a page of facts, newest first; the cursor is the last.
func (c *call) facts(read func(before id.Fact, limit int) ([]fact.Fact, error)) (answer, error) {
	before, limit, _, err := c.page()
	if err != nil {
		return answer{}, err
	}
	all, err := read(id.Fact(before), limit)
	if err != nil {
		return answer{}, err
	}
	page := listOf[factOut]{Items: []factOut{}}
	for _, f := range all {
		page.Items = append(page.Items, showFact(f))
	}
	if len(all) == limit {
		next := all[len(all)-1].ID.String()
		page.Next = &next
	}
	return show(http.StatusOK, page)
}

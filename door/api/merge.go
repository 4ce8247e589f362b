package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"kring/app"
	"kring/base/blend"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/member"
	"kring/domain/merge"
)

// mergeIn is what is said of a merge.
type mergeIn struct {
	With        id.Record             `json:"with" doc:"the record that goes into this one"`
	Fields      map[string]blend.Side `json:"fields,omitempty" doc:"by field: this, with, or both where a list or a note can hold the two; the rest gets the proposal"`
	Version     int64                 `json:"version,omitempty" doc:"of this record, as it was read"`
	WithVersion int64                 `json:"with_version,omitempty" doc:"of the other, as it was read"`
}

// mergeOut is a merge as the API shows it.
type mergeOut struct {
	merge.Merge
	At     instant `json:"merged_at"`
	Undone instant `json:"undone_at"`
	Until  instant `json:"undo_until" doc:"until when it can be undone"`
}

func showMerge(m merge.Merge) mergeOut {
	return mergeOut{m, instant(m.At), instant(m.Undone), instant(m.Until)}
}

// mergeProposal is two records before they are merged.
type mergeProposal struct {
	Version     int64           `json:"version" doc:"of the record that stays"`
	WithVersion int64           `json:"with_version" doc:"of the one that goes into it"`
	Fields      []proposedField `json:"fields" doc:"those that the two have different"`
	Days        int             `json:"undo_days" doc:"in which the merge can be undone"`
}

// proposedField is one field that two records have different.
type proposedField struct {
	Field  string       `json:"field"`
	This   any          `json:"this" doc:"the value of the record that stays"`
	With   any          `json:"with" doc:"that of the one that goes into it"`
	Sides  []blend.Side `json:"sides" doc:"what can be chosen"`
	Choice blend.Side   `json:"choice" doc:"what it gets unless the merge says so"`
}

func mergeOperations() (all []operation) {
	for _, k := range []struct {
		one, many, tag string
		kind           fact.Kind
		read           member.Right
		propose        func(c *call, this, with id.Record) (mergeProposal, error)
	}{
		{"account", "accounts", "Accounts", fact.Account, member.AccountRead, proposeAccounts},
		{"contact", "contacts", "Contacts", fact.Contact, member.ContactRead, proposeContacts},
	} {
		with := &huma.Param{Name: "with", In: "query", Required: true, Description: "the record that would go into this one", Schema: &huma.Schema{Type: "string", Format: "uuid"}}
		all = append(all, operation{
			method: http.MethodGet, path: "/" + k.many + "/{id}/merge", name: "propose_" + k.one + "_merge", tag: "Merges", right: member.Merge, status: http.StatusOK, out: mergeProposal{},
			title: "See what there is to choose before two " + k.many + " are merged", query: []*huma.Param{with},
			about: "Each field that differs, with both values and what it gets when nothing is said: filled over empty, newer over older, lists united.",
			do: func(c *call) (answer, error) {
				this, other, err := c.two()
				if err != nil {
					return answer{}, err
				}
				p, err := k.propose(c, this, other)
				if err != nil {
					return answer{}, err
				}
				return show(http.StatusOK, p)
			},
		}, operation{
			method: http.MethodPost, path: "/" + k.many + "/{id}/merge", name: "merge_" + k.many, tag: "Merges", right: member.Merge, status: http.StatusCreated, in: mergeIn{}, out: mergeOut{},
			title: "Merge another " + k.one + " into this one",
			about: "Everything that pointed at the other points at this one, histories and consents are read together, and of each consent the strictest holds. It can be undone until `undo_until`.",
			do:    func(c *call) (answer, error) { return mergeTwo(c, k.kind, k.many) },
		}, operation{
			method: http.MethodGet, path: "/" + k.many + "/{id}/merges", name: "list_" + k.one + "_merges", tag: "Merges", right: k.read, status: http.StatusOK, out: listOf[mergeOut]{},
			title: "List the merges of " + article(k.one), query: pageParams(), about: "Latest first, also those that were undone.",
			do: func(c *call) (answer, error) { return listMerges(c, k.kind) },
		})
	}
	return append(all, operation{
		method: http.MethodPost, path: "/merges/{id}/undo", name: "undo_merge", tag: "Merges", right: member.Merge, status: http.StatusOK, out: mergeOut{},
		title: "Undo a merge",
		about: "Both records are as they were; what happened since stays on the one that stayed, unless it was moved by hand. Of several merges into one record the latest is undone first.",
		do: func(c *call) (answer, error) {
			i, err := named[id.Record](c, "id")
			if err != nil {
				return answer{}, err
			}
			m, err := c.app.Unmerge(c.r.Context(), c.who, i)
			if err != nil {
				return answer{}, err
			}
			return show(http.StatusOK, showMerge(m))
		},
	})
}

// two reads which records a proposal is about.
func (c *call) two() (this, other id.Record, err error) {
	if this, err = named[id.Record](c, "id"); err != nil {
		return this, other, err
	}
	params, err := c.params()
	if err != nil {
		return this, other, err
	}
	if other, err = id.Parse[id.Record](params.Get("with")); err != nil {
		err = fault.Field("with", id.ErrBad)
	}
	return this, other, err
}

func proposeAccounts(c *call, this, with id.Record) (mergeProposal, error) {
	two, err := c.app.CompareAccounts(c.r.Context(), c.who, id.Account(this), id.Account(with))
	return proposal(two.Stays.Version, two.Goes.Version, two.Days, two.Differ), err
}

func proposeContacts(c *call, this, with id.Record) (mergeProposal, error) {
	two, err := c.app.CompareContacts(c.r.Context(), c.who, id.Contact(this), id.Contact(with))
	return proposal(two.Stays.Version, two.Goes.Version, two.Days, two.Differ), err
}

func proposal(version, withVersion int64, days int, differ []app.Compared) mergeProposal {
	p := mergeProposal{Version: version, WithVersion: withVersion, Days: days, Fields: []proposedField{}}
	for _, d := range differ {
		sides := []blend.Side{blend.This, blend.With}
		if d.Both {
			sides = append(sides, blend.Both)
		}
		p.Fields = append(p.Fields, proposedField{d.Key, d.This, d.With, sides, d.Proposal})
	}
	return p
}

func mergeTwo(c *call, kind fact.Kind, many string) (answer, error) {
	i, err := named[id.Record](c, "id")
	if err != nil {
		return answer{}, err
	}
	in, err := take[mergeIn](c)
	if err != nil {
		return answer{}, err
	}
	if in.With.IsZero() {
		return answer{}, fault.Field("with", id.ErrBad)
	}
	m, err := c.app.Merge(c.r.Context(), c.who, kind, i, in.With, merge.Choice{Sides: in.Fields, Version: in.Version, WithVersion: in.WithVersion})
	if err != nil {
		return answer{}, err
	}
	a, err := show(http.StatusCreated, showMerge(m))
	a.location = base + "/" + many + "/" + m.Survivor.String()
	return a, err
}

func listMerges(c *call, kind fact.Kind) (answer, error) {
	i, err := named[id.Record](c, "id")
	if err != nil {
		return answer{}, err
	}
	before, limit, _, err := c.page()
	if err != nil {
		return answer{}, err
	}
	all, err := c.app.Merges(c.r.Context(), c.who, kind, i, before, limit)
	if err != nil {
		return answer{}, err
	}
	page := listOf[mergeOut]{Items: []mergeOut{}}
	for _, m := range all {
		page.Items = append(page.Items, showMerge(m))
	}
	if len(all) == limit {
		next := all[len(all)-1].ID.String()
		page.Next = &next
	}
	return show(http.StatusOK, page)
}

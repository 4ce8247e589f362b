package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"kring/app"
	"kring/base/id"
	"kring/domain/field"
	"kring/domain/member"
)

// fieldOut is an own field as the API shows it.
type fieldOut struct {
	field.Definition
	Created  instant `json:"created_at"`
	Updated  instant `json:"updated_at"`
	Archived instant `json:"archived_at"`
}

func showField(f field.Definition) fieldOut {
	return fieldOut{f, instant(f.Created), instant(f.Updated), instant(f.Archived)}
}

func fieldOperations() []operation {
	return []operation{
		{
			method: http.MethodGet, path: "/fields", name: "list_fields", tag: "Own fields", right: member.AccountRead, status: http.StatusOK, out: listOf[fieldOut]{},
			title: "List the own fields of a kind of record", about: "Those put away last.", query: []*huma.Param{kindParam("account", "contact")}, do: listFields,
		},
		{
			method: http.MethodPost, path: "/fields", name: "add_field", tag: "Own fields", right: member.FieldManage, status: http.StatusCreated, in: field.Draft{}, out: fieldOut{}, tagged: true,
			title: "Define an own field", about: "Not without saying for what it is kept and on which ground.", do: addField,
		},
		{
			method: http.MethodGet, path: "/fields/{id}", name: "get_field", tag: "Own fields", right: member.AccountRead, status: http.StatusOK, out: fieldOut{}, tagged: true,
			title: "Read an own field", do: func(c *call) (answer, error) {
				return oneField(c, func(ctx context.Context, who app.Who, i id.Field, _ int64) (field.Definition, error) {
					return c.app.Field(ctx, who, i)
				})
			},
		},
		{
			method: http.MethodPatch, path: "/fields/{id}", name: "change_field", tag: "Own fields", right: member.FieldManage, status: http.StatusOK, in: field.Patch{}, out: fieldOut{},
			tagged: true, guarded: true, title: "Change an own field", about: "Choices that are left out are put away; key, kind and type stay as they are.", do: changeField,
		},
		{
			method: http.MethodDelete, path: "/fields/{id}", name: "archive_field", tag: "Own fields", right: member.FieldManage, status: http.StatusOK, out: fieldOut{}, tagged: true, guarded: true,
			title: "Put an own field away", about: "It is asked no more; its values stay.", do: func(c *call) (answer, error) { return oneField(c, c.app.ArchiveField) },
		},
		{
			method: http.MethodPost, path: "/fields/{id}/restoration", name: "revive_field", tag: "Own fields", right: member.FieldManage, status: http.StatusOK, out: fieldOut{}, tagged: true, guarded: true,
			title: "Take an own field back into use", do: func(c *call) (answer, error) { return oneField(c, c.app.ReviveField) },
		},
	}
}

func listFields(c *call) (answer, error) {
	kind, err := c.kindOf()
	if err != nil {
		return answer{}, err
	}
	all, err := c.app.Fields(c.r.Context(), c.who, kind)
	if err != nil {
		return answer{}, err
	}
	page := listOf[fieldOut]{Items: []fieldOut{}}
	for _, f := range all {
		page.Items = append(page.Items, showField(f))
	}
	return show(http.StatusOK, page)
}

func answerField(status int, f field.Definition) (answer, error) {
	a, err := show(status, showField(f))
	a.version = f.Version
	return a, err
}

func oneField(c *call, do func(context.Context, app.Who, id.Field, int64) (field.Definition, error)) (answer, error) {
	i, err := named[id.Field](c, "id")
	if err != nil {
		return answer{}, err
	}
	version, err := c.match()
	if err != nil {
		return answer{}, err
	}
	f, err := do(c.r.Context(), c.who, i, version)
	if err != nil {
		return answer{}, err
	}
	return answerField(http.StatusOK, f)
}

func addField(c *call) (answer, error) {
	d, err := take[field.Draft](c)
	if err != nil {
		return answer{}, err
	}
	f, err := c.app.AddField(c.r.Context(), c.who, d)
	if err != nil {
		return answer{}, err
	}
	a, err := answerField(http.StatusCreated, f)
	a.location = base + "/fields/" + f.ID.String()
	return a, err
}

func changeField(c *call) (answer, error) {
	p, err := take[field.Patch](c)
	if err != nil {
		return answer{}, err
	}
	return oneField(c, func(ctx context.Context, who app.Who, i id.Field, version int64) (field.Definition, error) {
		return c.app.ChangeField(ctx, who, i, version, p)
	})
}

package api

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"kring/app"
	"kring/base/catalogue"
	"kring/base/day"
	"kring/base/fact"
	"kring/domain/filter"
	"kring/domain/member"
	"kring/paper/sheet"
)

// exportOperation hands a list over as a file.
func exportOperation(many, tag string, kind fact.Kind, fields catalogue.Catalogue) operation {
	params := []*huma.Param{
		formatParam(),
		{Name: "columns", In: "query", Description: "keys of the columns, parted by commas; all of them when left out", Schema: &huma.Schema{Type: "string"}, Example: "name,city,phone,email"},
	}
	for _, p := range listParams(fields) {
		if p.Name != "cursor" && p.Name != "limit" {
			params = append(params, p)
		}
	}
	return operation{
		method: http.MethodGet, path: "/" + many + "/export", name: "export_" + many, tag: tag, right: member.Export, status: http.StatusOK,
		raw: "application/octet-stream", query: params, title: "Export " + many, do: func(c *call) (answer, error) { return export(c, many, kind) },
		about: "Every one of the " + many + " that the list finds, in its order, as CSV or a workbook. The columns are named by the keys of the fields, so that an import of the file changes nothing: " +
			"an owner is an e-mail address, a team a name, a choice its key, a day 2026-11-25; further phones and e-mails are `phone_2`, `email_2` and so on. " +
			"A cell that a spreadsheet would run as a formula has an apostrophe before it in CSV and is a text in a workbook.",
	}
}

func formatParam() *huma.Param {
	return &huma.Param{Name: "format", In: "query", Description: "the kind of file", Schema: &huma.Schema{Type: "string", Enum: []any{"csv", "xlsx"}, Default: "csv"}}
}

func export(c *call, many string, kind fact.Kind) (answer, error) {
	params, err := c.params()
	if err != nil {
		return answer{}, err
	}
	format := params.Get("format")
	if format == "" {
		format = "csv"
	}
	if format != "csv" && format != "xlsx" {
		return answer{}, app.ErrFormat
	}
	var columns []string
	if asked := params.Get("columns"); asked != "" {
		columns = strings.Split(asked, ",")
	}
	for _, key := range []string{"format", "columns", "cursor", "limit"} {
		params.Del(key)
	}
	fields, err := c.app.CatalogueOf(c.r.Context(), c.who, kind)
	if err != nil {
		return answer{}, err
	}
	q, err := filter.Parse(fields, params, filter.Limits{})
	if err != nil {
		return answer{}, err
	}
	t, err := c.app.Table(c.r.Context(), c.who, kind, q, columns)
	if err != nil {
		return answer{}, err
	}
	return c.file(many, format, t.Write)
}

// table hands a table over as a file.
func (c *call) table(t app.Listed, format string) (answer, error) {
	if format == "" {
		format = "csv"
	}
	if format != "csv" && format != "xlsx" {
		return answer{}, app.ErrFormat
	}
	return c.file(t.Name, format, t.Write)
}

func (c *call) file(name, format string, write func(context.Context, app.Begin) (int, error)) (answer, error) {
	types := map[string]string{"csv": "text/csv; charset=utf-8", "xlsx": sheet.MIME}
	called := name + "-" + string(day.At(c.app.Now(), c.who.Zone())) + "." + format
	return answer{
		status: http.StatusOK,
		header: map[string]string{"Content-Type": types[format], "Content-Disposition": `attachment; filename="` + called + `"`},
		stream: func(w io.Writer) error {
			_, err := write(c.r.Context(), func(kinds []sheet.Kind) sheet.Writer {
				if format == "xlsx" {
					return sheet.NewXLSX(w, name, slices.Clone(kinds)...)
				}
				return sheet.NewCSV(w, ',')
			})
			return err
		},
	}, nil
}

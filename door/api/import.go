package api

import (
	"context"
	"io"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"kring/app"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/intake"
	"kring/domain/member"
	paper "kring/paper/sheet"
)

// importOut is an import as the API shows it.
type importOut struct {
	intake.Intake
	Informed instant `json:"informed_at"`
	Created  instant `json:"created_at"`
	Started  instant `json:"started_at"`
	Ended    instant `json:"ended_at"`
}

func showImport(i intake.Intake) importOut {
	if i.Mapping == nil {
		i.Mapping = intake.Mapping{}
	}
	return importOut{i, instant(i.Informed), instant(i.Created), instant(i.Started), instant(i.Ended)}
}

// importMapping is what the columns become, and what is asked before anything
// lands.
type importMapping struct {
	Columns []intake.Column `json:"columns" doc:"one for each column of the file, in its order; an empty key leaves the column out"`
	Options intake.Options  `json:"options"`
}

// importFixes are cells that are mended.
type importFixes struct {
	Fixes []intake.Fix `json:"fixes" doc:"row is that of the file, the header is 1; column counts from 0"`
}

// importField is what a column can become.
type importField struct {
	Key  string `json:"key"`
	Kind string `json:"kind"`
	Most int    `json:"most" doc:"how many columns can become it: phone, phone_2 …"`
}

// importPreview is a row as it would land.
type importPreview struct {
	Row      int64             `json:"row"`
	Label    string            `json:"label"`
	Values   map[string]string `json:"values" doc:"by field, in the form of the record"`
	Problems []intake.Problem  `json:"problems"`
}

func textParam(name, about string, required bool, values ...string) *huma.Param {
	s := &huma.Schema{Type: "string"}
	for _, v := range values {
		s.Enum = append(s.Enum, v)
	}
	return &huma.Param{Name: name, In: "query", Required: required, Description: about, Schema: s}
}

func importOperations() []operation {
	deed := func(leaf, name, title, about string, do func(*app.App, context.Context, app.Who, id.Record) (intake.Intake, error)) operation {
		return operation{
			method: http.MethodPost, path: "/imports/{id}/" + leaf, name: name, tag: "Imports", right: member.Import, status: http.StatusOK, out: importOut{}, title: title, about: about,
			do: func(c *call) (answer, error) {
				return oneImport(c, http.StatusOK, func(i id.Record) (intake.Intake, error) { return do(c.app, c.r.Context(), c.who, i) })
			},
		}
	}
	return []operation{
		{
			method: http.MethodGet, path: "/imports", name: "list_imports", tag: "Imports", right: member.Import, status: http.StatusOK, out: listOf[importOut]{},
			title: "List the imports", about: "The caller's own, newest first; all of them for who manages the organisation.", query: pageParams(), do: listImports,
		},
		{
			method: http.MethodPost, path: "/imports", name: "add_import", tag: "Imports", right: member.Import, status: http.StatusCreated, out: importOut{}, raw: "application/octet-stream", form: true, most: intake.MaxSize + 1<<20,
			title: "Send a file to import",
			about: "The body is the file: CSV, XLSX or vCard; or a form (multipart/form-data) with the file in it, as curl -F file=@klanten.csv sends. Nothing lands yet; the answer has the mapping that Kring proposes. Then POST the mapping, check (a dry run), and run.",
			query: []*huma.Param{textParam("kind", "what the rows are", true, intake.Kinds...), textParam("name", "what the file is called; a form says it itself", false)}, do: addImport,
		},
		{
			method: http.MethodGet, path: "/imports/{id}", name: "get_import", tag: "Imports", right: member.Import, status: http.StatusOK, out: importOut{},
			title: "Read how far an import is", about: "`check` counts what the dry run found, `run` what landed, `undo` what was taken back.",
			do: func(c *call) (answer, error) {
				return oneImport(c, http.StatusOK, func(i id.Record) (intake.Intake, error) {
					in, _, err := c.app.Intake(c.r.Context(), c.who, i)
					return in, err
				})
			},
		},
		{
			method: http.MethodGet, path: "/imports/{id}/fields", name: "list_import_fields", tag: "Imports", right: member.Import, status: http.StatusOK, out: listOf[importField]{},
			title: "List what a column can become", do: listImportFields,
		},
		{
			method: http.MethodGet, path: "/imports/{id}/preview", name: "preview_import", tag: "Imports", right: member.Import, status: http.StatusOK, out: listOf[importPreview]{},
			title: "See how the first rows will land", do: previewImport,
		},
		{
			method: http.MethodPost, path: "/imports/{id}/mapping", name: "map_import", tag: "Imports", right: member.Import, status: http.StatusOK, in: importMapping{}, out: importOut{},
			title: "Say what the columns become", do: mapImport,
			about: "With the mode, the key, what to do with likely duplicates, where the data comes from and on which ground it is kept. A bought or shared list needs `proof`; of an `unknown` origin nothing lands.",
		},
		deed("check", "check_import", "Begin the dry run", "A job; read the import to see how far it is.", (*app.App).CheckIntake),
		deed("run", "run_import", "Let the rows land", "A job, which survives a restart and goes on where it was. A file that breaks off lands not at all.", (*app.App).RunIntake),
		deed("resume", "resume_import", "Go on with an import that stands still", "", (*app.App).ResumeIntake),
		deed("undo", "undo_import", "Take an import back", "A job. What was created is erased, what was updated becomes what it was; what somebody changed or used since is kept and listed.", (*app.App).UndoIntake),
		deed("informed", "inform_import", "Note that the people were told", "", (*app.App).InformIntake),
		{
			method: http.MethodPost, path: "/imports/{id}/fixes", name: "fix_import", tag: "Imports", right: member.Import, status: http.StatusOK, in: importFixes{}, out: importOut{},
			title: "Mend cells", about: "The import is to be checked again.", do: fixImport,
		},
		{
			method: http.MethodGet, path: "/imports/{id}/rows", name: "list_import_rows", tag: "Imports", right: member.Import, status: http.StatusOK, out: listOf[intake.Row]{},
			title: "List rows by what became of them", about: "`kept` are those whose records stayed when the import was taken back. Unchanged rows are counted and not listed.", do: listImportRows,
			query: []*huma.Param{textParam("deed", "what became of them", true, "created", "updated", "refused", "twin", "kept"), textParam("after", "the row after which to go on", false), limitParam()},
		},
		{
			method: http.MethodGet, path: "/imports/{id}/refused", name: "get_import_refused", tag: "Imports", right: member.Import, status: http.StatusOK, raw: "text/csv",
			title: "Read the rows that did not land, as a file", about: "The columns of the file and one with the reason.", do: sendRefused,
		},
	}
}

func oneImport(c *call, status int, do func(id.Record) (intake.Intake, error)) (answer, error) {
	i, err := named[id.Record](c, "id")
	if err != nil {
		return answer{}, err
	}
	in, err := do(i)
	if err != nil {
		return answer{}, err
	}
	return show(status, showImport(in))
}

func listImports(c *call) (answer, error) {
	before, limit, _, err := c.page()
	if err != nil {
		return answer{}, err
	}
	all, err := c.app.Intakes(c.r.Context(), c.who, before, limit)
	if err != nil {
		return answer{}, err
	}
	page := listOf[importOut]{Items: []importOut{}}
	for _, i := range all {
		page.Items = append(page.Items, showImport(i))
	}
	if len(all) == limit {
		next := all[len(all)-1].ID.String()
		page.Next = &next
	}
	return show(http.StatusOK, page)
}

func addImport(c *call) (answer, error) {
	params, err := c.params()
	if err != nil {
		return answer{}, err
	}
	name, body, err := c.sentFile(params.Get("name"))
	if err != nil {
		return answer{}, err
	}
	in, err := c.app.AddIntake(c.r.Context(), c.who, fact.Kind(params.Get("kind")), name, body)
	if err != nil {
		return answer{}, err
	}
	a, err := show(http.StatusCreated, showImport(in))
	a.location = base + "/imports/" + in.ID.String()
	return a, err
}

func listImportFields(c *call) (answer, error) {
	i, err := named[id.Record](c, "id")
	if err != nil {
		return answer{}, err
	}
	in, _, err := c.app.Intake(c.r.Context(), c.who, i)
	if err != nil {
		return answer{}, err
	}
	fields, err := c.app.IntakeFields(c.r.Context(), c.who, in.Kind)
	page := listOf[importField]{Items: []importField{}}
	for _, f := range fields {
		page.Items = append(page.Items, importField{f.Key, string(f.Kind), max(f.Most, 1)})
	}
	if err != nil {
		return answer{}, err
	}
	return show(http.StatusOK, page)
}

func previewImport(c *call) (answer, error) {
	i, err := named[id.Record](c, "id")
	if err != nil {
		return answer{}, err
	}
	all, err := c.app.PreviewIntake(c.r.Context(), c.who, i, nil, 20)
	if err != nil {
		return answer{}, err
	}
	page := listOf[importPreview]{Items: []importPreview{}}
	for _, l := range all {
		p := importPreview{l.Row, l.Label, l.Values, l.Problems}
		if p.Problems == nil {
			p.Problems = []intake.Problem{}
		}
		if p.Values == nil {
			p.Values = map[string]string{}
		}
		page.Items = append(page.Items, p)
	}
	return show(http.StatusOK, page)
}

func mapImport(c *call) (answer, error) {
	m, err := take[importMapping](c)
	if err != nil {
		return answer{}, err
	}
	return oneImport(c, http.StatusOK, func(i id.Record) (intake.Intake, error) {
		return c.app.MapIntake(c.r.Context(), c.who, i, m.Columns, m.Options)
	})
}

func fixImport(c *call) (answer, error) {
	f, err := take[importFixes](c)
	if err != nil {
		return answer{}, err
	}
	return oneImport(c, http.StatusOK, func(i id.Record) (intake.Intake, error) {
		return c.app.FixIntake(c.r.Context(), c.who, i, f.Fixes)
	})
}

// errDeed says that rows cannot be listed by this.
var errDeed = fault.New(fault.Invalid, "intake.deed", "deed is created, updated, refused, twin or kept")

func listImportRows(c *call) (answer, error) {
	i, err := named[id.Record](c, "id")
	if err != nil {
		return answer{}, err
	}
	_, limit, params, err := c.page("deed", "after")
	if err != nil {
		return answer{}, err
	}
	after := int64(0)
	if s := params.Get("after"); s != "" {
		if after, err = strconv.ParseInt(s, 10, 64); err != nil {
			return answer{}, errQuery
		}
	}
	var rows []intake.Row
	switch deed := intake.Deed(params.Get("deed")); deed {
	case "kept":
		rows, err = c.app.IntakeKept(c.r.Context(), c.who, i, after, limit)
	case intake.Created, intake.Updated, intake.Refused, intake.Twin:
		rows, err = c.app.IntakeRows(c.r.Context(), c.who, i, deed, after, limit)
	default:
		err = errDeed
	}
	if err != nil {
		return answer{}, err
	}
	page := listOf[intake.Row]{Items: []intake.Row{}}
	for _, r := range rows {
		if r.Cells == nil {
			r.Cells = []string{}
		}
		if r.Problems == nil {
			r.Problems = []intake.Problem{}
		}
		page.Items = append(page.Items, r)
	}
	if len(rows) == limit {
		next := strconv.FormatInt(rows[len(rows)-1].Row, 10)
		page.Next = &next
	}
	return show(http.StatusOK, page)
}

func sendRefused(c *call) (answer, error) {
	i, err := named[id.Record](c, "id")
	if err != nil {
		return answer{}, err
	}
	in, _, err := c.app.Intake(c.r.Context(), c.who, i)
	if err != nil {
		return answer{}, err
	}
	return answer{
		status: http.StatusOK,
		header: map[string]string{"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": `attachment; filename="refused.csv"`},
		stream: func(w io.Writer) error {
			out := paper.NewCSV(w, ',')
			var head []string
			for _, c := range in.Mapping {
				head = append(head, c.Head)
			}
			if err := out.Row(append(head, "reason")); err != nil {
				return err
			}
			err := c.app.EachRefused(c.r.Context(), c.who, in.ID, func(r intake.Row) error { return out.Row(r.Explained(in.Mapping)) })
			if err != nil {
				return err
			}
			return out.Close()
		},
	}, nil
}

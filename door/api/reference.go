package api

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

//go:embed reference.css
var referenceCSS []byte

// reading is the description in the order in which a person reads it.
type reading struct {
	lead    []string
	tags    []readingTag
	schemas []namedSchema
}

type readingTag struct {
	id, name, about string
	ops             []*huma.Operation
}

type namedSchema struct {
	name   string
	schema *huma.Schema
	needed bool
	fields []namedSchema
}

// readReference writes the page once; it is the same for everybody.
func (api *API) readReference() []byte {
	r := reading{lead: strings.Split(api.doc.Info.Description, "\n\n")}
	for _, t := range api.doc.Tags {
		tag := readingTag{id: "tag-" + strings.ReplaceAll(strings.ToLower(t.Name), " ", "-"), name: t.Name, about: t.Description}
		for _, o := range api.ops {
			if slices.Contains(o.Tags, t.Name) {
				tag.ops = append(tag.ops, o)
			}
		}
		r.tags = append(r.tags, tag)
	}
	known := api.doc.Components.Schemas.Map()
	for _, name := range slices.Sorted(maps.Keys(known)) {
		s := namedSchema{name: name, schema: known[name]}
		for _, f := range slices.Sorted(maps.Keys(known[name].Properties)) {
			s.fields = append(s.fields, namedSchema{name: f, schema: known[name].Properties[f], needed: slices.Contains(known[name].Required, f)})
		}
		r.schemas = append(r.schemas, s)
	}
	var b bytes.Buffer
	if err := reference(r).Render(context.Background(), &b); err != nil {
		panic("api: the page cannot be written: " + err.Error())
	}
	return b.Bytes()
}

func (api *API) serveReference() {
	page := api.readReference()
	serve := func(kind string, text []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.Header().Set("Cache-Control", "no-cache")
			w.Write(text) //nolint:errcheck // whoever asked has gone
		}
	}
	api.mux.HandleFunc("GET /api", serve("text/html; charset=utf-8", page))
	api.mux.HandleFunc("GET /api/reference.css", serve("text/css; charset=utf-8", referenceCSS))
	api.mux.HandleFunc("GET /api/openapi.json", serve("application/vnd.oai.openapi+json;version=3.1", api.spec))
}

// ticks parts a text at its `; every second part is code.
func ticks(text string) []string { return strings.Split(text, "`") }

// form names what a schema holds; to is the component it links to.
type formName struct{ text, to string }

func formOf(s *huma.Schema) formName {
	switch {
	case s == nil:
		return formName{}
	case s.Ref != "":
		to := strings.TrimPrefix(s.Ref, "#/components/schemas/")
		return formName{to, to}
	case s.Type == "array":
		f := formOf(s.Items)
		return formName{"list of " + f.text, f.to}
	case s.Format != "":
		return formName{text: s.Type + " (" + s.Format + ")"}
	case s.Type == "":
		return formName{text: "anything"}
	}
	return formName{text: s.Type}
}

// notes says what else is known of a field.
func notes(p namedSchema) string {
	s := p.schema
	said := []string{}
	if s.Description != "" {
		said = append(said, s.Description)
	}
	if p.needed {
		said = append(said, "always there")
	}
	if s.ReadOnly {
		said = append(said, "read only")
	}
	choices := s.Enum
	if s.Items != nil {
		choices = s.Items.Enum
	}
	var words []string
	for _, e := range choices {
		if w, ok := e.(string); ok && w != "" {
			words = append(words, w)
		}
	}
	if len(words) > 0 {
		said = append(said, "one of "+strings.Join(words, ", "))
	}
	return strings.Join(said, "; ")
}

type answerLine struct {
	status, text string
	schema       *huma.Schema
}

func answers(o *huma.Operation) (all []answerLine) {
	for _, status := range slices.Sorted(maps.Keys(o.Responses)) {
		r := o.Responses[status]
		line := answerLine{status: status, text: r.Description}
		if r.Ref != "" {
			line.text, line.schema = "a problem", &huma.Schema{Ref: "#/components/schemas/Problem"}
		}
		for _, m := range r.Content {
			line.schema = m.Schema
		}
		all = append(all, line)
	}
	return all
}

func pretty(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return ""
	}
	return strings.TrimSpace(b.String())
}

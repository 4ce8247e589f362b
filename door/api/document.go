package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"kring/base/catalogue"
	"kring/base/fact"
	"kring/base/reach"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/field"
	"kring/domain/filter"
	"kring/domain/member"
	"kring/domain/view"
)

// newDocument is the description before any operation is in it.
func newDocument() *huma.OpenAPI {
	reg := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	doc := &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{
			Title: "Kring", Version: "1", License: &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
			Description: "Everything that can be done in Kring on a screen can be done here: both ask the same use cases, with the same rights and the same scope.\n\n" +
				"Make a token on your profile page or with `kring token add`, and send it as `Authorization: Bearer kring_…`. " +
				"A body is JSON in UTF-8; a field that does not exist, or that is there twice, is refused by name. " +
				"What went wrong is an RFC 9457 problem that names every field, in Dutch or English by Accept-Language.\n\n" +
				"An ETag holds the version of a record. Send it as If-Match with a change and nothing is done when somebody was ahead of you (412): " +
				"the problem then has the record as it stands and what the others changed.\n\n" +
				"Send an Idempotency-Key with a POST when you may have to ask again: for a day the same request under the same key is answered as the first time was, " +
				"with `Idempotency-Replayed: true`, and done once. A request that is refused changes nothing and is not remembered.\n\n" +
				"A record that was merged into another is read at that one: 308 with its Location. Changing it is refused (409), and `survivor` of the problem names the other.\n\n" +
				"Instants are RFC 3339 in UTC.",
		},
		Servers:  []*huma.Server{{URL: base}},
		Security: []map[string][]string{{"token": {}}, {"session": {}}},
		Components: &huma.Components{
			Schemas: reg,
			SecuritySchemes: map[string]*huma.SecurityScheme{
				"token":   {Type: "http", Scheme: "bearer", Description: "An API token, kring_…"},
				"session": {Type: "apiKey", In: "cookie", Name: "kring", Description: "Whoever is signed in to the desk in the same browser, for reading."},
			},
			Responses: map[string]*huma.Response{
				"Problem": {Description: "What went wrong (RFC 9457).", Content: map[string]*huma.MediaType{"application/problem+json": {
					Schema: &huma.Schema{Ref: "#/components/schemas/Problem"},
					Example: map[string]any{
						"type": "urn:kring:fault:fields", "title": "Something is not right", "status": 422, "detail": "Some fields are not right.", "code": "fields", "request_id": "b1946ac92492",
						"errors": []any{map[string]any{"field": "name", "code": "account.no_name", "message": "A relation needs a name."}},
					},
				}}},
			},
		},
	}
	for _, t := range []struct{ name, about string }{
		{"Accounts", "The people and organisations with whom there is, or should be, a relation."}, {"Contacts", "The people at accounts."},
		{"Merges", "Two records that became one, and how to get them back."},
		{"Consents", "What people allow, and what they object to."}, {"Files", "Files on accounts and contacts."}, {"Members", "Who works with Kring."}, {"Teams", "Members who share what they see."},
		{"Views", "Questions to a list that are kept under a name."}, {"Own fields", "What the organisation wants to know of its records besides."},
		{"Facts", "Who did what, when."}, {"Search", "Finding across kinds."}, {"Webhooks", "Being told what happens."},
	} {
		doc.Tags = append(doc.Tags, &huma.Tag{Name: t.name, Description: t.about})
	}
	schema(doc, shapeOf(reflect.TypeFor[problem]()))
	return doc
}

// describe writes an operation into the description.
func (api *API) describe(op *operation) *huma.Operation {
	o := &huma.Operation{
		Method: op.method, Path: op.path, OperationID: op.name, Tags: []string{op.tag}, Summary: op.title,
		Description: strings.TrimSpace(op.about + " Takes the right `" + string(op.right) + "`."),
		Responses:   map[string]*huma.Response{}, Extensions: map[string]any{"x-kring-right": string(op.right)},
	}
	if strings.Contains(op.path, "{id}") {
		o.Parameters = append(o.Parameters, &huma.Param{Name: "id", In: "path", Required: true, Schema: &huma.Schema{Type: "string", Format: "uuid"}})
	}
	o.Parameters = append(o.Parameters, op.query...)
	header := func(name, about string) {
		o.Parameters = append(o.Parameters, &huma.Param{Name: name, In: "header", Description: about, Schema: &huma.Schema{Type: "string"}})
	}
	errs := []int{http.StatusUnauthorized, http.StatusForbidden}
	if op.guarded {
		header("If-Match", "The ETag that was read: nothing is done when another version stands.")
		errs = append(errs, http.StatusPreconditionFailed)
	}
	if op.method == http.MethodPost {
		header("Idempotency-Key", "A word of your own for this request, so that asking again does it once.")
		errs = append(errs, http.StatusConflict)
	}
	if op.in != nil {
		media := &huma.MediaType{Schema: schema(api.doc, shapeOf(reflect.TypeOf(op.in))), Example: examples[op.name]}
		o.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": media}}
		errs = append(errs, http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity)
	} else if len(op.query) > 0 {
		errs = append(errs, http.StatusUnprocessableEntity)
	}
	binary := &huma.MediaType{Schema: &huma.Schema{}}
	if op.raw != "" && op.method == http.MethodPost {
		o.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{op.raw: binary}}
		if op.form {
			one := &huma.Schema{Type: huma.TypeString, Format: "binary"}
			o.RequestBody.Content["multipart/form-data"] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{"file": one}, Required: []string{"file"}}}
		}
	}
	if strings.Contains(op.path, "{id}") {
		errs = append(errs, http.StatusNotFound)
	}
	good := &huma.Response{Description: http.StatusText(op.status)}
	switch {
	case op.out != nil:
		good.Content = map[string]*huma.MediaType{"application/json": {Schema: schema(api.doc, shapeOf(reflect.TypeOf(op.out))), Example: examples[op.name+"_out"]}}
	case op.raw != "":
		good.Content = map[string]*huma.MediaType{op.raw: binary}
	}
	if op.tagged {
		good.Headers = map[string]*huma.Param{"ETag": {Description: "the version, for If-Match and If-None-Match", Schema: &huma.Schema{Type: "string"}}}
		if op.method == http.MethodGet {
			header("If-None-Match", "The ETag that is known: 304 when it still stands.")
			o.Responses["304"] = &huma.Response{Description: "Not Modified"}
		}
	}
	if op.status == http.StatusCreated {
		if good.Headers == nil {
			good.Headers = map[string]*huma.Param{}
		}
		good.Headers["Location"] = &huma.Param{Description: "where it can be read", Schema: &huma.Schema{Type: "string"}}
	}
	o.Responses[strconv.Itoa(op.status)] = good
	for _, status := range errs {
		o.Responses[strconv.Itoa(status)] = &huma.Response{Ref: "#/components/responses/Problem"}
	}
	api.doc.AddOperation(o)
	api.ops = append(api.ops, o)
	return o
}

// limitParam and pageParams are what a list takes that knows nothing else.
func limitParam() *huma.Param {
	return &huma.Param{Name: "limit", In: "query", Description: "how many at most", Schema: &huma.Schema{Type: "integer", Minimum: number64(1), Maximum: number64(200), Default: 50}}
}

func pageParams() []*huma.Param {
	return []*huma.Param{limitParam(), {Name: "cursor", In: "query", Description: "`next` of the page before", Schema: &huma.Schema{Type: "string"}}}
}

func number64(n float64) *float64 { return &n }

// listParams describes what a list can be asked: the language of domain/filter,
// a parameter for each field.
func listParams(fields catalogue.Catalogue) []*huma.Param {
	var sorts []any
	for _, f := range fields.Fields() {
		if f.Sort {
			sorts = append(sorts, f.Key, "-"+f.Key)
		}
	}
	params := []*huma.Param{
		{Name: "q", In: "query", Description: "words that begin anywhere in the record", Schema: &huma.Schema{Type: "string"}},
		{Name: "sort", In: "query", Description: "the field to sort on, with - the highest first", Schema: &huma.Schema{Type: "string", Enum: sorts, Default: fields.Order()}},
		{Name: "bin", In: "query", Description: "what is in the bin instead of what is not", Schema: &huma.Schema{Type: "string", Enum: []any{"true", "false"}}},
	}
	params = append(params, pageParams()...)
	for _, f := range fields.Fields() {
		var ops []string
		for _, op := range filter.Ops(f.Kind) {
			ops = append(ops, "`"+string(op)+"`")
		}
		about := string(f.Kind) + "; ops " + strings.Join(ops, ", ")
		if len(f.Choices) > 0 {
			about += "; values " + strings.Join(f.Choices, ", ")
		}
		if f.Kind == catalogue.Member {
			about += "; `me` is the caller"
		}
		params = append(params, &huma.Param{Name: f.Key, In: "query", Description: about, Schema: &huma.Schema{Type: "string"}})
	}
	yes := true
	return append(params, &huma.Param{
		Name: "own", In: "query", Style: "form", Explode: &yes, Description: "the organisation's own fields, each as `own.<key>`: see /fields",
		Schema:  &huma.Schema{Type: "object", AdditionalProperties: &huma.Schema{Type: "string"}},
		Example: map[string]any{"own.budget": "gte:1000"},
	})
}

// named components, where the name of the Go type is not the one to show.
var componentNames = map[reflect.Type]string{
	reflect.TypeFor[accountOut](): "Account", reflect.TypeFor[account.Draft](): "AccountDraft", reflect.TypeFor[account.Patch](): "AccountPatch",
	reflect.TypeFor[contactOut](): "Contact", reflect.TypeFor[contact.Draft](): "ContactDraft", reflect.TypeFor[contact.Patch](): "ContactPatch",
	reflect.TypeFor[contact.Link](): "ContactLink", reflect.TypeFor[member.Group](): "Team", reflect.TypeFor[field.Draft](): "FieldDraft",
	reflect.TypeFor[field.Patch](): "FieldPatch", reflect.TypeFor[field.Label](): "FieldLabel", reflect.TypeFor[field.Option](): "FieldOption",
	reflect.TypeFor[reach.Phone](): "Phone", reflect.TypeFor[reach.Email](): "Email", reflect.TypeFor[reach.Address](): "Address",
	reflect.TypeFor[view.View](): "View", reflect.TypeFor[fact.Change](): "Change", reflect.TypeFor[fact.Actor](): "Actor",
	reflect.TypeFor[orgOut](): "Organisation", reflect.TypeFor[problemField](): "ProblemField", reflect.TypeFor[invitedOut](): "Invited",
}

func componentName(t reflect.Type) string {
	if n, ok := componentNames[t]; ok {
		return n
	}
	n := t.Name()
	if generic, _, ok := strings.Cut(n, "["); ok {
		item, _ := t.FieldByName("Items")
		return strings.TrimSuffix(componentName(item.Type.Elem()), "Item") + map[string]string{"listOf": "List", "bulkOf": "Bulk"}[generic]
	}
	return strings.ToUpper(n[:1]) + strings.TrimSuffix(n[1:], "Out")
}

// schema writes a shape as JSON Schema; structs become components.
func schema(doc *huma.OpenAPI, s *shape) *huma.Schema {
	switch s.form {
	case text:
		if s.typ == reflect.TypeFor[instant]() {
			return &huma.Schema{Type: "string", Format: "date-time"}
		}
		return &huma.Schema{Type: "string"}
	case name:
		return &huma.Schema{Type: "string", Format: "uuid"}
	case whole:
		return &huma.Schema{Type: "integer", Format: "int64"}
	case number:
		return &huma.Schema{Type: "number"}
	case yesNo:
		return &huma.Schema{Type: "boolean"}
	case list:
		return &huma.Schema{Type: "array", Items: schema(doc, s.elem)}
	case table:
		var any any = true
		if s.elem.form != anything {
			any = schema(doc, s.elem)
		}
		return &huma.Schema{Type: "object", AdditionalProperties: any}
	case object:
		return component(doc, s)
	}
	return &huma.Schema{}
}

func component(doc *huma.OpenAPI, s *shape) *huma.Schema {
	called := componentName(s.typ)
	ref := &huma.Schema{Ref: "#/components/schemas/" + called}
	known := doc.Components.Schemas.Map()
	if known[called] != nil {
		return ref
	}
	made := &huma.Schema{Type: "object", Properties: map[string]*huma.Schema{}, AdditionalProperties: false}
	known[called] = made
	patch := strings.HasSuffix(called, "Patch") || strings.HasSuffix(called, "Item")
	for _, f := range s.fields {
		p := schema(doc, f.shape)
		told := toldOf(called, f.name)
		if f.doc != "" {
			told.about = f.doc
		}
		if p.Ref == "" {
			p.Description, p.ReadOnly = told.about, f.readOnly || told.readOnly
			if told.most > 0 && p.Type == "string" {
				p.MaxLength = &told.most
			}
			of := p
			if p.Type == "array" && p.Items.Ref == "" {
				of = p.Items
			}
			for _, e := range told.choices {
				of.Enum = append(of.Enum, e)
			}
			p.Nullable = patch && f.name != "id" && f.name != "version" || nullable(f)
			if p.Nullable && of == p && len(p.Enum) > 0 {
				p.Enum = append(p.Enum, nil)
			}
			if told.example != nil && p.Type != "array" {
				p.Examples = []any{told.example}
			}
		}
		made.Properties[f.name] = p
		if f.required && !told.loose {
			made.Required = append(made.Required, f.name)
		}
	}
	return ref
}

// nullable are ids and instants that may be none.
func nullable(f shapeField) bool {
	switch f.name {
	case "id", "created_at", "updated_at", "added_at", "at":
		return false
	case "next":
		return true
	}
	return f.shape.form == name || f.shape.typ == reflect.TypeFor[instant]()
}

// publish serves the description and the page to read it.
func (api *API) publish() {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(api.doc); err != nil {
		panic("api: the description cannot be written: " + err.Error())
	}
	api.spec = b.Bytes()
	api.serveReference()
}

// OpenAPI is the description as it is served.
func (api *API) OpenAPI() []byte { return slices.Clone(api.spec) }

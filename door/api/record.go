package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"kring/app"
	"kring/base/catalogue"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/filter"
	"kring/domain/match"
	"kring/domain/member"
)

// records is what the operations on one kind of record are made of. T is the
// record, D what is filled in for a new one, P what changes of one, I an item
// of a bulk, O the record as it is shown.
type records[T, D, P, I, O any, ID ~[16]byte] struct {
	one, many          string // account, accounts
	tag                string
	kind               fact.Kind
	read, write, erase member.Right
	fields             func() catalogue.Catalogue
	fieldsOf           func(*app.App, context.Context, app.Who) (catalogue.Catalogue, error)
	list               func(*app.App, context.Context, app.Who, filter.Query) (app.Page[T], error)
	get                func(*app.App, context.Context, app.Who, ID) (T, error)
	add                func(*app.App, context.Context, app.Who, D) (T, error)
	like               func(*app.App, context.Context, app.Who, D) ([]match.Found, error)
	change             func(*app.App, context.Context, app.Who, ID, int64, P) (T, error)
	bin, restore       func(*app.App, context.Context, app.Who, ID, int64) (T, error)
	put                func([]byte, T) []byte
	name               func(T) (ID, int64)
	item               func(I) (ID, int64, P)
	stale              func(stands T, theirs []fact.Change, version int64) error
}

func (k *records[T, D, P, I, O, ID]) operations() []operation {
	var draft D
	var patch P
	var out O
	at := "/" + k.many
	return []operation{
		{
			method: http.MethodGet, path: at, name: "list_" + k.many, tag: k.tag, right: k.read, status: http.StatusOK, out: listOf[O]{},
			title: "List " + k.many, query: listParams(k.fields()), do: k.doList,
			about: "One page of the " + k.many + " that the caller may see, in the order of `sort`. Every field of the list is a parameter; all conditions hold together. " +
				"A value is `[op:]value[,value]`; without an op it is `is`. A comma, colon or backslash that belongs to the value has a backslash before it.",
		},
		{
			method: http.MethodPost, path: at, name: "add_" + k.one, tag: k.tag, right: k.write, status: http.StatusCreated, in: draft, out: out, tagged: true,
			title: "Add " + article(k.one), do: k.doAdd, about: "Makes " + article(k.one) + ". Without an owner it is the caller's.",
			query: []*huma.Param{onDuplicate},
		},
		{
			method: http.MethodPost, path: at + "/duplicates", name: "find_" + k.one + "_duplicates", tag: "Duplicates", right: k.write, status: http.StatusOK, in: draft, out: listOf[foundOut]{},
			title: "Find what looks like " + article(k.one), do: k.doAlike,
			about: "Who, within the caller's reach, may be the same as what the body describes; the likeliest first. Nothing is added.",
		},
		{
			method: http.MethodPost, path: at + "/bulk", name: "bulk_" + k.many, tag: k.tag, right: k.write, status: http.StatusOK, in: bulkOf[I]{}, out: listOf[O]{},
			most: bulkBody, title: "Add and change many " + k.many, do: k.doBulk,
			about: "Up to 1,000 " + k.many + " in one change: all of it happens or nothing does. An item without an `id` is added; one with an `id` is changed as PATCH does, " +
				"and its `version`, when there is one, is what If-Match would be. The answer has the records in the same order.",
		},
		exportOperation(k.many, k.tag, k.kind, k.fields()),
		{
			method: http.MethodGet, path: at + "/{id}", name: "get_" + k.one, tag: k.tag, right: k.read, status: http.StatusOK, out: out, tagged: true,
			title: "Read " + article(k.one), do: k.doGet, about: "One in the bin is shown too, with `deleted_at`.",
		},
		{
			method: http.MethodPatch, path: at + "/{id}", name: "change_" + k.one, tag: k.tag, right: k.write, status: http.StatusOK, in: patch, out: out, tagged: true, guarded: true,
			title: "Change " + article(k.one), do: k.doChange,
			about: "A field that is left out stays; `null` or an empty value empties it (JSON merge patch, RFC 7396). A list is replaced as a whole; an own field that is `null` goes.",
		},
		{
			method: http.MethodDelete, path: at + "/{id}", name: "bin_" + k.one, tag: k.tag, right: k.erase, status: http.StatusNoContent, guarded: true,
			title: "Put " + article(k.one) + " in the bin", do: k.doBin, about: "It can be restored.",
		},
		{
			method: http.MethodPost, path: at + "/{id}/restoration", name: "restore_" + k.one, tag: k.tag, right: k.erase, status: http.StatusOK, out: out, tagged: true, guarded: true,
			title: "Take " + article(k.one) + " out of the bin", do: k.doRestore,
		},
		{
			method: http.MethodGet, path: at + "/{id}/facts", name: "list_" + k.one + "_facts", tag: k.tag, right: k.read, status: http.StatusOK, out: listOf[factOut]{},
			title: "Read the history of " + article(k.one), query: pageParams(), do: k.doFacts, about: "What was done to it, by whom, newest first.",
		},
		{
			method: http.MethodGet, path: at + "/{id}/files", name: "list_" + k.one + "_files", tag: "Files", right: member.FileRead, status: http.StatusOK, out: listOf[fileOut]{},
			title: "List the files of " + article(k.one), do: func(c *call) (answer, error) { return listFiles(c, k.kind) },
		},
		{
			method: http.MethodPost, path: at + "/{id}/files", name: "add_" + k.one + "_file", tag: "Files", right: member.FileWrite, status: http.StatusCreated, out: fileOut{},
			raw: "application/octet-stream", most: fileBody, query: []*huma.Param{{Name: "name", In: "query", Required: true, Description: "what the file is called", Schema: &huma.Schema{Type: "string"}}},
			title: "Put a file on " + article(k.one), do: func(c *call) (answer, error) { return addFile(c, k.kind) }, about: "The body is what is in the file. The name stands in the query.",
		},
	}
}

func article(one string) string {
	if strings.ContainsRune("aeiou", rune(one[0])) {
		return "an " + one
	}
	return "a " + one
}

// bulkOf is the body of a bulk.
type bulkOf[I any] struct {
	Items []I `json:"items"`
}

// errBulk says that a bulk has too many items or none.
var errBulk = fault.New(fault.Invalid, "api.bulk", "send between 1 and 1,000 items")

func (k *records[T, D, P, I, O, ID]) doList(c *call) (answer, error) {
	params, err := c.params()
	if err != nil {
		return answer{}, err
	}
	fields := k.fields()
	for key := range params {
		if strings.HasPrefix(key, catalogue.Own) { // only then the organisation's own are read
			if fields, err = k.fieldsOf(c.app, c.r.Context(), c.who); err != nil {
				return answer{}, err
			}
			break
		}
	}
	q, err := filter.Parse(fields, params, filter.Limits{})
	if err != nil {
		return answer{}, err
	}
	p, err := k.list(c.app, c.r.Context(), c.who, q)
	if err != nil {
		return answer{}, err
	}
	b := append(make([]byte, 0, 64+1024*len(p.Items)), `{"items":[`...)
	for i, one := range p.Items {
		if i > 0 {
			b = append(b, ',')
		}
		b = k.put(b, one)
	}
	b = append(b, `],"next":`...)
	if p.Next.IsZero() {
		b = append(b, "null"...)
	} else {
		b = putText(b, p.Next.String())
	}
	return answer{status: http.StatusOK, body: append(b, '}')}, nil
}

func (k *records[T, D, P, I, O, ID]) show(status int, v T) answer {
	_, version := k.name(v)
	return answer{status: status, version: version, body: k.put(make([]byte, 0, 1024), v)}
}

func (k *records[T, D, P, I, O, ID]) doGet(c *call) (answer, error) {
	i, err := named[ID](c, "id")
	if err != nil {
		return answer{}, err
	}
	v, err := k.get(c.app, c.r.Context(), c.who, i)
	if err != nil {
		return answer{}, err
	}
	return k.show(http.StatusOK, v), nil
}

func (k *records[T, D, P, I, O, ID]) doAdd(c *call) (answer, error) {
	d, err := take[D](c)
	if err != nil {
		return answer{}, err
	}
	refuse, err := c.refuses()
	if err != nil {
		return answer{}, err
	}
	var v T
	if refuse {
		v, err = k.unlike(c, d)
	} else {
		v, err = k.add(c.app, c.r.Context(), c.who, d)
	}
	if err != nil {
		return answer{}, err
	}
	a := k.show(http.StatusCreated, v)
	i, _ := k.name(v)
	a.location = base + "/" + k.many + "/" + id.Record(i).String()
	return a, nil
}

func (k *records[T, D, P, I, O, ID]) doChange(c *call) (answer, error) {
	i, err := named[ID](c, "id")
	if err != nil {
		return answer{}, err
	}
	version, err := c.match()
	if err != nil {
		return answer{}, err
	}
	p, err := take[P](c)
	if err != nil {
		return answer{}, err
	}
	var v T
	if version == 0 {
		v, err = k.change(c.app, c.r.Context(), c.who, i, 0, p)
	} else {
		err = c.app.Together(c.r.Context(), c.who, func(ctx context.Context) (err error) {
			v, err = k.exactly(c, ctx, i, version, p)
			return err
		})
	}
	if err != nil {
		return answer{}, err
	}
	return k.show(http.StatusOK, v), nil
}

// exactly changes a record only when nobody else did since the version. app
// takes over a change of other fields than those that others changed meanwhile;
// whoever sends If-Match wants nothing done then (RFC 9110, 13.1.1).
func (k *records[T, D, P, I, O, ID]) exactly(c *call, ctx context.Context, i ID, version int64, p P) (v T, err error) {
	stands, err := k.get(c.app, ctx, c.who, i)
	if err != nil {
		return v, err
	}
	if _, now := k.name(stands); now != version {
		theirs, err := c.app.History(ctx, c.who, k.kind, id.Record(i), id.Fact{}, int(min(max(now-version, 0), 50)))
		if err != nil {
			return v, err
		}
		var changes []fact.Change
		for _, f := range slices.Backward(theirs) {
			changes = append(changes, f.Changes...)
		}
		return v, k.stale(stands, changes, version)
	}
	if v, err = k.change(c.app, ctx, c.who, i, version, p); err != nil {
		return v, err
	}
	if _, now := k.name(v); now > version+1 { // somebody came in between
		return v, k.stale(stands, nil, version)
	}
	return v, nil
}

func (k *records[T, D, P, I, O, ID]) doBin(c *call) (answer, error) {
	_, err := k.move(c, k.bin)
	return answer{status: http.StatusNoContent}, err
}

func (k *records[T, D, P, I, O, ID]) doRestore(c *call) (answer, error) {
	v, err := k.move(c, k.restore)
	if err != nil {
		return answer{}, err
	}
	return k.show(http.StatusOK, v), nil
}

func (k *records[T, D, P, I, O, ID]) move(c *call, move func(*app.App, context.Context, app.Who, ID, int64) (T, error)) (v T, err error) {
	i, err := named[ID](c, "id")
	if err != nil {
		return v, err
	}
	version, err := c.match()
	if err != nil {
		return v, err
	}
	return move(c.app, c.r.Context(), c.who, i, version)
}

func (k *records[T, D, P, I, O, ID]) doBulk(c *call) (answer, error) {
	in, err := take[bulkOf[I]](c)
	if err != nil {
		return answer{}, err
	}
	if len(in.Items) == 0 || len(in.Items) > mostBulk {
		return answer{}, fault.Field("items", errBulk.With(fault.Params{"max": mostBulk}))
	}
	var all []T
	err = c.app.Together(c.r.Context(), c.who, func(ctx context.Context) error {
		all = make([]T, 0, len(in.Items))
		wrong := fault.Fields{}
		for n, item := range in.Items {
			v, err := k.putItem(c, ctx, item)
			if err != nil {
				if !note(wrong, "items."+strconv.Itoa(n), err) {
					return err
				}
				if fault.KindOf(err) != fault.Invalid || len(wrong) >= mostFaults {
					break
				}
				continue
			}
			all = append(all, v)
		}
		return wrong.Err()
	})
	if err != nil {
		return answer{}, err
	}
	b := append(make([]byte, 0, 64+1024*len(all)), `{"items":[`...)
	for i, one := range all {
		if i > 0 {
			b = append(b, ',')
		}
		b = k.put(b, one)
	}
	return answer{status: http.StatusOK, body: append(b, `],"next":null}`...)}, nil
}

func (k *records[T, D, P, I, O, ID]) putItem(c *call, ctx context.Context, item I) (v T, err error) {
	i, version, p := k.item(item)
	if i != (ID{}) {
		if version != 0 {
			return k.exactly(c, ctx, i, version, p)
		}
		return k.change(c.app, ctx, c.who, i, 0, p)
	}
	// Draft and Patch have the same fields by the same names.
	var d D
	js, err := json.Marshal(p)
	if err == nil {
		err = json.Unmarshal(js, &d)
	}
	if err != nil {
		return v, err
	}
	return k.add(c.app, ctx, c.who, d)
}

// note puts what is wrong with an item under its place; false when it is
// nothing that belongs to the item.
func note(wrong fault.Fields, place string, err error) bool {
	var f *fault.Fault
	if !errors.As(err, &f) {
		return false
	}
	switch f.Kind {
	case fault.Invalid, fault.Conflict, fault.NotFound:
	default:
		return false
	}
	if len(f.Fields) == 0 {
		switch f.Kind {
		case fault.NotFound:
			place += ".id"
		case fault.Conflict:
			place += ".version"
		}
	}
	wrong.Add(place, f)
	return true
}

func (k *records[T, D, P, I, O, ID]) doFacts(c *call) (answer, error) {
	i, err := named[ID](c, "id")
	if err != nil {
		return answer{}, err
	}
	return c.facts(func(before id.Fact, limit int) ([]fact.Fact, error) {
		return c.app.History(c.r.Context(), c.who, k.kind, id.Record(i), before, limit)
	})
}

// page reads limit and cursor, for lists that know nothing else; more names
// parameters beside those.
func (c *call) page(more ...string) (cursor id.Record, limit int, params url.Values, err error) {
	limit = 50
	if params, err = c.params(); err != nil {
		return cursor, limit, params, err
	}
	wrong := fault.Fields{}
	for key, values := range params {
		switch {
		case len(values) > 1:
			wrong.Add(short(key), filter.ErrTwice)
		case key == "cursor" && values[0] != "":
			var err error
			if cursor, err = id.Parse[id.Record](values[0]); err != nil {
				wrong.Add(key, filter.ErrCursor)
			}
		case key == "limit" && values[0] != "":
			n, err := strconv.Atoi(values[0])
			if err != nil || n < 1 || n > 200 {
				wrong.Add(key, filter.ErrLimit.With(fault.Params{"max": 200}))
			}
			limit = n
		case key == "cursor" || key == "limit":
		default:
			known := false
			for _, m := range more {
				known = known || m == key
			}
			if !known {
				wrong.Add(short(strings.ToValidUTF8(key, "?")), filter.ErrUnknown)
			}
		}
	}
	return cursor, limit, params, wrong.Err()
}

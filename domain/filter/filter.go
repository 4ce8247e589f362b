// Package filter is the one query language of lists, saved views, exports and
// the API: the query of a URL.
//
//	?owner=me&city=in:Zwolle,Deventer&created_at=after:2026-01-01&size=gte:10
//	&tags=any:vip,pers&note=contains:koffie&phone=empty:&q=linden
//	&sort=-updated_at&limit=50&cursor=…&columns=name,city
//
// The name of a parameter is the key of a field, its value `[op:]value[,value]`;
// without op it is `is`. A comma, colon or backslash that belongs to a value has
// a backslash before it. Conditions all hold. What is read is canonical: the
// same question always has the same address.
//
// Who "me" is and what day it is are not known here: Terms is told.
package filter

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kring/base/catalogue"
	"kring/base/fault"
	"kring/base/fold"
)

// Query is what a list is asked.
type Query struct {
	Conditions []Condition // in the order of the catalogue
	Search     string      // words anywhere
	Bin        bool        // what is in the bin instead of what is not
	Sort       Sort
	Limit      int
	Cursor     Cursor   // where the page begins; zero at the start
	Columns    []string // keys, in the order in which to show them

	fields catalogue.Catalogue
	usual  int // the limit when none is named
}

// Sort is one key and a direction; ties are broken by id.
type Sort struct {
	Key  string
	Down bool // highest first
}

// String is the key, with a - in front for the highest first.
func (s Sort) String() string {
	if s.Down {
		return "-" + s.Key
	}
	return s.Key
}

// SortBy reads what String writes; whether the key can be sorted on is not
// asked.
func SortBy(s string) Sort {
	key, down := strings.CutPrefix(s, "-")
	return Sort{Key: key, Down: down}
}

// Limits are the bounds of one query; a zero is the usual bound.
type Limits struct {
	Conditions int // 20
	Values     int // 200, over all conditions
	Length     int // 200 characters in one value
	Page       int // 200, the largest page
	Usual      int // 50, the page when none is named
	Columns    int // 40
}

func (l Limits) usual() Limits {
	return Limits{
		Conditions: cmp.Or(l.Conditions, 20), Values: cmp.Or(l.Values, 200), Length: cmp.Or(l.Length, 200),
		Page: cmp.Or(l.Page, 200), Usual: cmp.Or(l.Usual, 50), Columns: cmp.Or(l.Columns, 40),
	}
}

// What can be wrong with a query; each stands under the name of its parameter.
var (
	ErrUnknown    = fault.New(fault.Invalid, "filter.unknown", "there is no such parameter")
	ErrTwice      = fault.New(fault.Invalid, "filter.twice", "this parameter can be given once")
	ErrConditions = fault.New(fault.Invalid, "filter.conditions", "there are too many conditions")
	ErrValues     = fault.New(fault.Invalid, "filter.values", "there are too many values")
	ErrSort       = fault.New(fault.Invalid, "filter.sort", "this cannot be sorted on")
	ErrColumn     = fault.New(fault.Invalid, "filter.column", "there is no such column")
	ErrLimit      = fault.New(fault.Invalid, "filter.limit", "a page has between 1 and 200 lines")
	ErrYesNo      = fault.New(fault.Invalid, "filter.yes_no", "this is true or false")
)

// reserved are the parameters that are no fields.
var reserved = []string{"q", "bin", "sort", "columns", "limit", "cursor"}

// Parse reads the parameters of a URL. Each thing that is wrong is a fault
// under the name of its parameter; a parameter with an empty value, as forms
// send them, says nothing.
func Parse(fields catalogue.Catalogue, params map[string][]string, limits Limits) (Query, error) {
	l := limits.usual()
	q, wrong := New(fields), fault.Fields{}
	q.usual, q.Limit = l.Usual, l.Usual
	values := 0
	for _, name := range slices.Sorted(maps.Keys(params)) {
		texts := slices.DeleteFunc(slices.Clone(params[name]), func(s string) bool { return s == "" })
		if len(texts) == 0 {
			if _, ok := fields.Field(name); !ok && !slices.Contains(reserved, name) {
				wrong.Add(short(name), ErrUnknown)
			}
			continue
		}
		if slices.Contains(reserved, name) {
			if len(texts) > 1 {
				wrong.Add(name, ErrTwice)
			}
			continue
		}
		f, ok := fields.Field(name)
		if !ok {
			wrong.Add(short(name), ErrUnknown)
			continue
		}
		for _, text := range texts {
			if len(q.Conditions) >= l.Conditions {
				wrong.Add(name, ErrConditions.With(fault.Params{"max": l.Conditions}))
				break
			}
			c, err := parse(f, text, l)
			if err != nil {
				wrong.Add(name, err)
				continue
			}
			if values += len(c.Values); values > l.Values {
				wrong.Add(name, ErrValues.With(fault.Params{"max": l.Values}))
				break
			}
			q.Conditions = append(q.Conditions, c)
		}
	}
	q.settle()
	q.reserved(first(params), l, wrong)
	if err := wrong.Err(); err != nil {
		return Query{}, err
	}
	return q, nil
}

// New is the question that every list begins with: everything, usual sort and
// columns.
func New(fields catalogue.Catalogue) Query {
	l := Limits{}.usual()
	return Query{Sort: SortBy(fields.Order()), Limit: l.Usual, Columns: fields.Columns(), fields: fields, usual: l.Usual}
}

// short keeps a stranger's parameter name from filling the answer.
func short(name string) string {
	if r := []rune(strings.ToValidUTF8(name, "?")); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return strings.ToValidUTF8(name, "?")
}

func first(params map[string][]string) func(string) string {
	return func(name string) string {
		for _, s := range params[name] {
			if s != "" {
				return s
			}
		}
		return ""
	}
}

func (q *Query) reserved(param func(string) string, l Limits, wrong fault.Fields) {
	search, err := fold.Clean(param("q"), l.Length)
	wrong.Add("q", err)
	q.Search = search
	switch param("bin") {
	case "", "false":
	case "true":
		q.Bin = true
	default:
		wrong.Add("bin", ErrYesNo)
	}
	if s := param("sort"); s != "" {
		q.Sort = SortBy(s)
		if f, ok := q.fields.Field(q.Sort.Key); !ok || !f.Sort {
			wrong.Add("sort", ErrSort)
		}
	}
	if s := param("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > l.Page {
			wrong.Add("limit", ErrLimit.With(fault.Params{"max": l.Page}))
		}
		q.Limit = n
	}
	if s := param("columns"); s != "" {
		columns, err := columns(q.fields, s, l.Columns)
		wrong.Add("columns", err)
		q.Columns = columns
	}
	if s := param("cursor"); s != "" {
		c, err := ReadCursor(s, q.Sort)
		if f, ok := q.fields.Field(q.Sort.Key); err == nil && ok && !c.fits(f.Kind) {
			err = ErrCursor
		}
		wrong.Add("cursor", err)
		q.Cursor = c
	}
}

func columns(fields catalogue.Catalogue, s string, most int) ([]string, error) {
	if len(s) > 100*most {
		return nil, ErrColumn
	}
	var keys []string
	for key := range strings.SplitSeq(s, ",") {
		f, ok := fields.Field(key)
		if !ok || !f.Column || slices.Contains(keys, key) || len(keys) >= most {
			return nil, ErrColumn.With(fault.Params{"column": short(key)})
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// settle puts the conditions in their one order, each once.
func (q *Query) settle() {
	slices.SortStableFunc(q.Conditions, func(a, b Condition) int {
		return cmp.Or(q.fields.Compare(a.Field.Key, b.Field.Key), strings.Compare(a.String(), b.String()))
	})
	q.Conditions = slices.CompactFunc(q.Conditions, Condition.same)
}

// With is the query with one more condition, from its start.
func (q Query) With(c Condition) Query {
	q.Conditions = append(slices.Clone(q.Conditions), c)
	q.settle()
	q.Cursor = Cursor{}
	return q
}

// Without is the query with the condition at place i gone, from its start.
func (q Query) Without(i int) Query {
	if i >= 0 && i < len(q.Conditions) {
		q.Conditions = slices.Delete(slices.Clone(q.Conditions), i, i+1)
	}
	q.Cursor = Cursor{}
	return q
}

// Sorted is the query in another order, from its start.
func (q Query) Sorted(s Sort) Query {
	q.Sort, q.Cursor = s, Cursor{}
	return q
}

// Searched is the query with other words to search, from its start.
func (q Query) Searched(words string) Query {
	q.Search, q.Cursor = words, Cursor{}
	return q
}

// After is the next page: what follows the record with this value in the
// field sorted on (string, int64, float64, bool, nil for none) and this id.
func (q Query) After(value any, record [16]byte) Query {
	q.Cursor = Cursor{Value: value, ID: record, sort: q.Sort}
	return q
}

// View is the query as a saved view keeps it: without place in the list.
func (q Query) View() Query {
	q.Cursor, q.Limit = Cursor{}, q.usual
	return q
}

// Fields is the catalogue that was asked.
func (q Query) Fields() catalogue.Catalogue { return q.fields }

// Narrows tells whether the query leaves anything out.
func (q Query) Narrows() bool { return len(q.Conditions) > 0 || q.Search != "" || q.Bin }

// Values are the parameters that Parse reads this query from.
func (q Query) Values() url.Values {
	v := url.Values{}
	for _, p := range q.params() {
		v.Add(p[0], p[1])
	}
	return v
}

// Encode is the canonical query of the URL, without the question mark; what is
// usual is left out.
func (q Query) Encode() string {
	var b strings.Builder
	for _, p := range q.params() {
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(p[0]))
		b.WriteByte('=')
		b.WriteString(legible.Replace(url.QueryEscape(p[1])))
	}
	return b.String()
}

// legible undoes escapes that a query does not need, so that people can read
// their address bar.
var legible = strings.NewReplacer("%3A", ":", "%2C", ",")

func (q Query) params() (params [][2]string) {
	add := func(name, value string) { params = append(params, [2]string{name, value}) }
	for _, c := range q.Conditions {
		add(c.Field.Key, c.String())
	}
	if q.Search != "" {
		add("q", q.Search)
	}
	if q.Bin {
		add("bin", "true")
	}
	if s := q.Sort.String(); s != q.fields.Order() {
		add("sort", s)
	}
	if !slices.Equal(q.Columns, q.fields.Columns()) {
		add("columns", strings.Join(q.Columns, ","))
	}
	if q.Limit != q.usual {
		add("limit", strconv.Itoa(q.Limit))
	}
	if !q.Cursor.IsZero() {
		add("cursor", q.Cursor.String())
	}
	return params
}

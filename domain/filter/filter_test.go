package filter_test

import (
	"errors"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kring/base/catalogue"
	"kring/base/day"
	"kring/base/email"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/phone"
	"kring/domain/filter"
)

// ask is a catalogue with a field of every kind.
func ask() catalogue.Catalogue {
	return catalogue.Of("name",
		catalogue.Field{Key: "name", Kind: catalogue.Text, Sort: true, Column: true, Shown: true},
		catalogue.Field{Key: "owner", Kind: catalogue.Member, Column: true, Shown: true},
		catalogue.Field{Key: "team", Kind: catalogue.Team},
		catalogue.Field{Key: "account", Kind: catalogue.Record, Many: true},
		catalogue.Field{Key: "city", Kind: catalogue.Text, Sort: true, Column: true},
		catalogue.Field{Key: "phone", Kind: catalogue.Phone, Many: true},
		catalogue.Field{Key: "email", Kind: catalogue.Email, Many: true},
		catalogue.Field{Key: "website", Kind: catalogue.Link},
		catalogue.Field{Key: "tags", Kind: catalogue.Choices, Many: true, Column: true},
		catalogue.Field{Key: "roles", Kind: catalogue.Choices, Choices: []string{"decider", "user"}, Many: true},
		catalogue.Field{Key: "kind", Kind: catalogue.Choice, Choices: []string{"organisation", "person"}},
		catalogue.Field{Key: "size", Kind: catalogue.Number, Sort: true, Column: true},
		catalogue.Field{Key: "note", Kind: catalogue.Text},
		catalogue.Field{Key: "created_at", Kind: catalogue.Instant},
		catalogue.Field{Key: "updated_at", Kind: catalogue.Instant, Sort: true, Column: true},
		catalogue.Field{Key: "own.budget", Kind: catalogue.Money},
		catalogue.Field{Key: "own.since", Kind: catalogue.Date},
		catalogue.Field{Key: "own.vip", Kind: catalogue.Bool},
	)
}

func query(t *testing.T, raw string) (filter.Query, error) {
	t.Helper()
	params, err := url.ParseQuery(raw)
	if err != nil {
		t.Fatal(err)
	}
	return filter.Parse(ask(), params, filter.Limits{})
}

const anna = "01890a5d-ac96-774b-bcce-b302099a8057"

// TestCanonical: what is asked, and the address it comes to.
func TestCanonical(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"nothing", "", ""},
		{"the example of the contract",
			"owner=me&city=in:Zwolle,Deventer&created_at=after:2026-01-01&size=gte:10&tags=any:vip,pers&note=contains:koffie&phone=empty:&own.budget=gte:1000&q=linden&sort=-updated_at&limit=51&columns=name,city",
			"owner=me&city=in:Zwolle,Deventer&phone=empty:&tags=any:vip,pers&size=gte:10&note=contains:koffie&created_at=after:2026-01-01&own.budget=gte:1000&q=linden&sort=-updated_at&columns=name,city&limit=51"},
		{"what is usual is left out", "sort=name&limit=50&columns=name,owner&bin=false&cursor=", ""},
		{"empty parameters say nothing", "name=&city=&q=&sort=&limit=&columns=&cursor=", ""},
		{"is is left out", "name=is:Kade", "name=Kade"},
		{"in with one value is is", "city=in:Zwolle", "city=Zwolle"},
		{"is with two values is in", "city=Zwolle,Deventer", "city=in:Zwolle,Deventer"},
		{"not with two values is none", "city=not:Zwolle,Deventer", "city=none:Zwolle,Deventer"},
		{"tags is with two values is any", "tags=vip,Pers", "tags=any:vip,pers"},
		{"all with one value is is", "tags=all:vip", "tags=vip"},
		{"tags in is any", "tags=in:a,b", "tags=any:a,b"},
		{"a value once", "city=in:Zwolle,Zwolle,Deventer", "city=in:Zwolle,Deventer"},
		{"a condition once", "city=Zwolle&city=is:Zwolle", "city=Zwolle"},
		{"two conditions on a field", "size=lte:20&size=gte:10", "size=gte:10&size=lte:20"},
		{"escapes", `name=a\,b\:c\\d`, "name=a%5C,b%5C:c%5C%5Cd"},
		{"a colon after the op needs no escape", "note=contains:om 10:30", "note=contains:om+10%5C:30"},
		{"number", "size=gt:12.50", "size=gt:12.5"},
		{"money", "own.budget=between:1000.00,2000.5", "own.budget=between:1000,2000.50"},
		{"Dutch day", "own.since=23-11-2026", "own.since=on:2026-11-23"},
		{"gt of a day is after", "own.since=gt:2026-11-23", "own.since=after:2026-11-23"},
		{"lt of a time is before", "created_at=lt:2026-11-23T15:00:00%2B01:00", "created_at=before:2026-11-23T14%5C:00%5C:00.000Z"},
		{"a plus that became a space", "created_at=lt:2026-11-23T15:00:00+01:00", "created_at=before:2026-11-23T14%5C:00%5C:00.000Z"},
		{"stretch", "created_at=within:090d&updated_at=older:6w", "created_at=within:90d&updated_at=older:6w"},
		{"yes", "own.vip=true", "own.vip=true"},
		{"yes as an op", "own.vip=false:", "own.vip=false"},
		{"phone", "phone=06-12345678", "phone=%2B31612345678"},
		{"part of a phone", "phone=contains:06-12", "phone=contains:0612"},
		{"email", "email=Jan@Café.nl", "email=jan%40xn--caf-dma.nl"},
		{"part of an email", "email=contains:@Example", "email=contains:%40example"},
		{"id", "owner=not:" + strings.ToUpper(anna), "owner=not:" + anna},
		{"bin", "bin=true", "bin=true"},
		{"choice", "kind=person&roles=all:user,decider", "roles=all:user,decider&kind=person"},
		{"search is cleaned", "q=+de++linden+", "q=de+linden"},
		{"empty and filled", "phone=filled:&email=empty:", "phone=filled:&email=empty:"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			q, err := query(t, c.in)
			if err != nil {
				t.Fatal(err)
			}
			if got := q.Encode(); got != c.want {
				t.Fatalf("got  %s\nwant %s", got, c.want)
			}
			again, err := query(t, q.Encode())
			if err != nil || !reflect.DeepEqual(again, q) {
				t.Fatalf("%+v reads back as %+v, %v", q, again, err)
			}
		})
	}
}

// TestRefused: each mistake stands under the name of its parameter.
func TestRefused(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 201)
	for _, c := range []struct {
		name, in, param string
		err             error
	}{
		{"unknown parameter", "naam=Kade", "naam", filter.ErrUnknown},
		{"unknown parameter without value", "naam=", "naam", filter.ErrUnknown},
		{"long unknown parameter", strings.Repeat("y", 100) + "=1", strings.Repeat("y", 40) + "…", filter.ErrUnknown},
		{"unknown op", "name=like:Kade", "name", filter.ErrOp},
		{"a bare colon", "note=http://kring.nl", "note", filter.ErrOp},
		{"op of another kind", "name=gte:3", "name", filter.ErrOp},
		{"older text", "name=older:3d", "name", filter.ErrOp},
		{"all of one choice", "kind=all:person", "kind", filter.ErrOp},
		{"no value", "name=is:", "name", filter.ErrNothing},
		{"empty value among others", "city=in:Zwolle,", "city", filter.ErrNothing},
		{"value where none is asked", "phone=empty:1", "phone", filter.ErrCount},
		{"two values where one is asked", "size=gte:1,2", "size", filter.ErrCount},
		{"between one", "size=between:1", "size", filter.ErrCount},
		{"between the wrong way round", "size=between:10,9", "size", filter.ErrOrder},
		{"days the wrong way round", "own.since=between:2026-02-01,2026-01-01", "own.since", filter.ErrOrder},
		{"backslash at the end", `name=Kade\`, "name", filter.ErrEscape},
		{"backslash before a letter", `name=K\ade`, "name", filter.ErrEscape},
		{"no number", "size=gte:tien", "size", filter.ErrNumber},
		{"comma in an amount", `own.budget=gte:1\,234\,5`, "own.budget", filter.ErrNumber},
		{"31 February", "own.since=31-02-2026", "own.since", day.ErrBad},
		{"year 9999", "own.since=9999-12-31", "own.since", day.ErrBad},
		{"no time", "created_at=after:gisteren", "created_at", filter.ErrInstant},
		{"no stretch", "created_at=within:90", "created_at", filter.ErrDuration},
		{"a long stretch", "created_at=within:11y", "created_at", filter.ErrDuration},
		{"a negative stretch", "created_at=within:-1d", "created_at", filter.ErrDuration},
		{"no such choice", "kind=firma", "kind", filter.ErrChoice},
		{"me where a team is asked", "team=me", "team", id.ErrBad},
		{"no id", "owner=anna", "owner", id.ErrBad},
		{"zero id", "owner=00000000-0000-0000-0000-000000000000", "owner", id.ErrBad},
		{"yes or no", "own.vip=maybe", "own.vip", filter.ErrOp},
		{"no phone", "phone=12", "phone", phone.ErrShort},
		{"too little phone", "phone=contains:1", "phone", filter.ErrPart},
		{"no email", "email=jan", "email", email.ErrNoAt},
		{"control character", "name=Ka%00de", "name", fold.ErrControl},
		{"broken text", "name=Ka%FFde", "name", fold.ErrBroken},
		{"long value", "name=" + long, "name", fold.ErrLong},
		{"long search", "q=" + long, "q", fold.ErrLong},
		{"sort on what cannot be", "sort=note", "sort", filter.ErrSort},
		{"sort on nothing known", "sort=--name", "sort", filter.ErrSort},
		{"two sorts", "sort=name&sort=city", "sort", filter.ErrTwice},
		{"limit 0", "limit=0", "limit", filter.ErrLimit},
		{"limit 201", "limit=201", "limit", filter.ErrLimit},
		{"limit word", "limit=veel", "limit", filter.ErrLimit},
		{"no such column", "columns=name,nothing", "columns", filter.ErrColumn},
		{"what is no column", "columns=note", "columns", filter.ErrColumn},
		{"column twice", "columns=name,name", "columns", filter.ErrColumn},
		{"bin", "bin=yes", "bin", filter.ErrYesNo},
		{"cursor", "cursor=AAAA", "cursor", filter.ErrCursor},
		{"21 conditions", strings.Repeat("size=gte:1&", 21), "size", filter.ErrConditions},
		{"201 values", "city=in:" + strings.Repeat("x,", 200) + "y", "city", filter.ErrValues},
		{"a megabyte", "city=in:" + strings.Repeat("x", 1<<20), "city", filter.ErrValues},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			q, err := query(t, c.in)
			f, ok := fault.From(err)
			if !ok || f.Kind != fault.Invalid || f.Fields[c.param] == nil || !errors.Is(f.Fields[c.param], c.err) {
				t.Fatalf("%v, want %q: %v", err, c.param, c.err)
			}
			if !reflect.DeepEqual(q, filter.Query{}) {
				t.Fatal("a refused query asks nothing")
			}
		})
	}
	_, err := query(t, "naam=x&size=tien&sort=note&limit=0")
	if f, _ := fault.From(err); len(f.Fields) != 4 {
		t.Fatalf("every mistake is told at once: %v", err)
	}
}

func TestValuesCountOverConditions(t *testing.T) {
	t.Parallel()
	params := map[string][]string{"city": {"in:a,b,c"}, "name": {"in:a,b,c"}}
	if _, err := filter.Parse(ask(), params, filter.Limits{Values: 6}); err != nil {
		t.Fatal(err)
	}
	_, err := filter.Parse(ask(), params, filter.Limits{Values: 5})
	if f, _ := fault.From(err); f == nil || !errors.Is(f.Fields["name"], filter.ErrValues) {
		t.Fatal(err)
	}
}

func TestMake(t *testing.T) {
	t.Parallel()
	city, _ := ask().Field("city")
	c, err := filter.Make(city, filter.Contains, "Zwolle, Noord: 1")
	if err != nil || c.String() != `contains:Zwolle\, Noord\: 1` {
		t.Fatalf("%s %v", c, err)
	}
	if _, err := filter.Make(city, filter.GTE, "1"); !errors.Is(err, filter.ErrOp) {
		t.Fatal(err)
	}
}

func TestEdit(t *testing.T) {
	t.Parallel()
	q, err := query(t, "city=Zwolle&size=gte:10&limit=20&q=linden")
	if err != nil {
		t.Fatal(err)
	}
	q = q.After("de linden", id.New[id.Record]())
	name, _ := q.Fields().Field("name")
	c, _ := filter.Make(name, filter.Starts, "De")
	for _, step := range []struct {
		name string
		got  filter.Query
		want string
	}{
		{"with", q.With(c), "name=starts:De&city=Zwolle&size=gte:10&q=linden&limit=20"},
		{"with the same", q.With(q.Conditions[0]), "city=Zwolle&size=gte:10&q=linden&limit=20"},
		{"without", q.Without(0), "size=gte:10&q=linden&limit=20"},
		{"without nothing", q.Without(7).Without(-1), "city=Zwolle&size=gte:10&q=linden&limit=20"},
		{"sorted", q.Sorted(filter.Sort{Key: "city", Down: true}), "city=Zwolle&size=gte:10&q=linden&sort=-city&limit=20"},
		{"searched", q.Searched(""), "city=Zwolle&size=gte:10&limit=20"},
		{"view", q.View(), "city=Zwolle&size=gte:10&q=linden"},
		{"new", filter.New(ask()), ""},
	} {
		if got := step.got.Encode(); got != step.want {
			t.Errorf("%s: %s", step.name, got)
		}
	}
	if !strings.Contains(q.Encode(), "cursor=") || len(q.Conditions) != 2 || !q.Narrows() || filter.New(ask()).Narrows() {
		t.Error("the query itself stays as it was")
	}
}

// TestRoundTrip: any query that can be built reads back as itself.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	fields := ask().Fields()
	rapid.Check(t, func(t *rapid.T) {
		q := filter.New(ask())
		for range rapid.IntRange(0, 8).Draw(t, "conditions") {
			f := rapid.SampledFrom(fields).Draw(t, "field")
			op := rapid.SampledFrom(filter.Ops(f.Kind)).Draw(t, "op")
			least, most := op.Wants()
			values := make([]string, rapid.IntRange(least, min(most, 4)).Draw(t, "values"))
			for i := range values {
				values[i] = example(t, f, op)
			}
			c, err := filter.Make(f, op, values...)
			if errors.Is(err, filter.ErrOrder) || errors.Is(err, filter.ErrNothing) || errors.Is(err, filter.ErrCount) {
				continue
			}
			if err != nil {
				t.Fatalf("%s %s %q: %v", f.Key, op, values, err)
			}
			q = q.With(c)
		}
		if rapid.Bool().Draw(t, "sorted") {
			q = q.Sorted(filter.Sort{Key: rapid.SampledFrom([]string{"name", "city", "size"}).Draw(t, "sort"), Down: rapid.Bool().Draw(t, "down")})
		}
		q.Limit = rapid.IntRange(1, 200).Draw(t, "limit")
		q.Bin = rapid.Bool().Draw(t, "bin")
		if rapid.Bool().Draw(t, "cursor") {
			held := rapid.Map(rapid.String(), func(s string) any { return strings.ReplaceAll(s, "\x00", "") })
			if q.Sort.Key == "size" {
				held = rapid.Map(rapid.Int64(), func(n int64) any { return n })
			}
			value := rapid.OneOf(rapid.Just[any](nil), held).Draw(t, "value")
			q = q.After(value, id.New[id.Record]())
		}
		params, err := url.ParseQuery(q.Encode())
		if err != nil {
			t.Fatal(err)
		}
		again, err := filter.Parse(ask(), params, filter.Limits{})
		if err != nil || again.Encode() != q.Encode() {
			t.Fatalf("%s reads back as %s, %v", q.Encode(), again.Encode(), err)
		}
		if !reflect.DeepEqual(again, q) && !(len(q.Conditions) == 0 && len(again.Conditions) == 0) {
			t.Fatalf("%+v\n%+v", q, again)
		}
		if byValues, err := filter.Parse(ask(), q.Values(), filter.Limits{}); err != nil || byValues.Encode() != q.Encode() {
			t.Fatal(err)
		}
	})
}

func example(t *rapid.T, f catalogue.Field, op filter.Op) string {
	switch op {
	case filter.Within, filter.Older, filter.Ahead:
		return rapid.SampledFrom([]string{"0d", "90d", "6w", "3m", "10y"}).Draw(t, "stretch")
	}
	switch f.Kind {
	case catalogue.Number, catalogue.Money:
		return rapid.SampledFrom([]string{"-1", "0", "12.5", "1000", "9999999.99"}).Draw(t, "number")
	case catalogue.Date:
		return rapid.SampledFrom([]string{"2026-11-23", "1-2-2026", "1999-12-31"}).Draw(t, "day")
	case catalogue.Instant:
		return rapid.SampledFrom([]string{"2026-11-23", "2026-11-23T10:00:00Z", "2026-11-23T10:00:00.123+01:00"}).Draw(t, "time")
	case catalogue.Member:
		return rapid.SampledFrom([]string{"me", anna}).Draw(t, "member")
	case catalogue.Team, catalogue.Record:
		return anna
	case catalogue.Choice, catalogue.Choices:
		if len(f.Choices) > 0 {
			return rapid.SampledFrom(f.Choices).Draw(t, "choice")
		}
		return rapid.SampledFrom([]string{"vip", "Nieuwe klant", `a\b`, "c:d"}).Draw(t, "tag")
	case catalogue.Phone:
		return rapid.SampledFrom([]string{"06-12345678", "+32 2 555 12 12"}).Draw(t, "phone")
	case catalogue.Email:
		return rapid.SampledFrom([]string{"Jan@example.nl", "a@café.nl"}).Draw(t, "email")
	}
	return rapid.StringOfN(rapid.SampledFrom([]rune(`aB,:\ é&=+%#?/;"'`)), 1, 20, -1).Draw(t, "text")
}

// FuzzParse: any query of a URL is read into one form that reads back as
// itself, or every mistake is a fault.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"owner=me&city=in:Zwolle,Deventer&created_at=after:2026-01-01&size=gte:10&tags=any:vip,pers&q=linden&sort=-updated_at&limit=50",
		`name=a\,b\:c\\`, "phone=empty:&own.vip=true&own.budget=between:1,2", "created_at=within:90d&cursor=AQAEbmFtZQ", "name=\xff&=&&%00=1", "columns=name,city&bin=true",
		"own.since=31-02-2026&roles=all:user,decider&email=contains:@X", "size=in:1", ":=,:&name=:", "updated_at=before:2026-11-23T15:00:00%2B01:00",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		params, _ := url.ParseQuery(raw)
		q, err := filter.Parse(ask(), params, filter.Limits{})
		if err != nil {
			if f, ok := fault.From(err); !ok || f.Kind != fault.Invalid || len(f.Fields) == 0 {
				t.Fatalf("%q: %v", raw, err)
			}
			return
		}
		encoded, err := url.ParseQuery(q.Encode())
		if err != nil {
			t.Fatalf("%q: %q: %v", raw, q.Encode(), err)
		}
		again, err := filter.Parse(ask(), encoded, filter.Limits{})
		if err != nil || again.Encode() != q.Encode() {
			t.Fatalf("%q: %q reads back as %q, %v", raw, q.Encode(), again.Encode(), err)
		}
		if len(q.Conditions) > 20 || q.Limit < 1 || q.Limit > 200 || slices.Contains(q.Columns, "") {
			t.Fatalf("%q: %+v", raw, q)
		}
		for _, term := range q.Terms(filter.Lens{Today: "2026-11-23"}) {
			if term.Cmp == 0 || term.Cmp != filter.Absent && term.Cmp != filter.Present && len(term.Args) == 0 {
				t.Fatalf("%q: %+v", raw, term)
			}
		}
	})
}

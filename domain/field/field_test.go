package field_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"kring/base/catalogue"
	"kring/base/day"
	"kring/base/decimal"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/opt"
	"kring/base/reach"
	"kring/domain/field"
)

func draft(t field.Type) field.Draft {
	d := field.Draft{Kind: fact.Account, Label: field.Label{NL: "Soort  budget", EN: "Kind of budget"}, Type: t, Purpose: "Offertes op maat", Ground: field.Contract, Position: 3}
	if t == field.Choice || t == field.Choices {
		d.Choices = []field.Option{{Label: field.Label{NL: "Klein"}}, {Key: "big", Label: field.Label{NL: "Groot", EN: "Big"}}, {}}
	}
	return d
}

func defined(t *testing.T, kind field.Type) field.Definition {
	t.Helper()
	f, err := field.Define(id.New[id.Field](), 7, draft(kind))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestDefine(t *testing.T) {
	t.Parallel()
	f := defined(t, field.Choice)
	want := field.Definition{
		ID: f.ID, Kind: fact.Account, Key: "soort_budget", Label: field.Label{NL: "Soort budget", EN: "Kind of budget"}, Type: field.Choice,
		Choices: []field.Option{{Key: "klein", Label: field.Label{NL: "Klein"}}, {Key: "big", Label: field.Label{NL: "Groot", EN: "Big"}}},
		Purpose: "Offertes op maat", Ground: field.Contract, Position: 3, Created: 7, Updated: 7, Version: 1,
	}
	if !reflect.DeepEqual(f, want) {
		t.Fatalf("%+v", f)
	}
	if got := f.Asked(); !reflect.DeepEqual(got, catalogue.Field{Key: "own.soort_budget", Kind: catalogue.Choice, Choices: []string{"klein", "big"}, Column: true}) {
		t.Fatalf("%+v", got)
	}
	for typ, kind := range map[field.Type]catalogue.Kind{
		field.Text: catalogue.Text, field.Number: catalogue.Number, field.Money: catalogue.Money, field.Date: catalogue.Date, field.Choice: catalogue.Choice,
		field.Choices: catalogue.Choices, field.YesNo: catalogue.Bool, field.Link: catalogue.Link,
	} {
		if got := defined(t, typ).Asked().Kind; got != kind {
			t.Errorf("%s is asked as %s", typ, got)
		}
	}
	if f.Choices[0].Label.In("en") != "Klein" || f.Choices[1].Label.In("en") != "Big" || f.Choices[1].Label.In("nl") != "Groot" || (field.Label{EN: "x"}).In("nl") != "x" {
		t.Error("a label in the other language when there is no other")
	}
}

func TestDefineRefused(t *testing.T) {
	t.Parallel()
	many := make([]field.Option, field.MaxChoices+1)
	for i := range many {
		many[i] = field.Option{Key: fmt.Sprint("k", i), Label: field.Label{NL: "x"}}
	}
	for _, c := range []struct {
		name, field string
		bend        func(*field.Draft)
		err         error
	}{
		{"no purpose (P-01)", "purpose", func(d *field.Draft) { d.Purpose = "  " }, field.ErrNoPurpose},
		{"no ground (P-01)", "ground", func(d *field.Draft) { d.Ground = "" }, field.ErrNoGround},
		{"unknown ground", "ground", func(d *field.Draft) { d.Ground = "handig" }, field.ErrNoGround},
		{"kind", "kind", func(d *field.Draft) { d.Kind = fact.Member }, field.ErrKind},
		{"type", "type", func(d *field.Draft) { d.Type, d.Choices = "picture", nil }, field.ErrType},
		{"no label", "label", func(d *field.Draft) { d.Label = field.Label{} }, field.ErrLabel},
		{"label of two lines", "label", func(d *field.Draft) { d.Label.EN = "a\nb" }, fold.ErrLine},
		{"bad label", "label", func(d *field.Draft) { d.Label.NL = "a\x00" }, fold.ErrControl},
		{"key", "key", func(d *field.Draft) { d.Key = "Budget!" }, field.ErrKey},
		{"no key in the label", "key", func(d *field.Draft) { d.Label = field.Label{NL: "预算"} }, field.ErrKey},
		{"citizen number (P-09)", "label", func(d *field.Draft) { d.Label.NL = "BSN van de klant" }, field.ErrCitizen},
		{"citizen number in the key", "key", func(d *field.Draft) { d.Key = "bsn" }, field.ErrCitizen},
		{"position", "position", func(d *field.Draft) { d.Position = -1 }, field.ErrPosition},
		{"no choices", "choices", func(d *field.Draft) { d.Choices = nil }, field.ErrNoChoices},
		{"only choices put away", "choices", func(d *field.Draft) { d.Choices = d.Choices[:1]; d.Choices[0].Archived = true }, field.ErrNoChoices},
		{"choice twice", "choices", func(d *field.Draft) { d.Choices[0].Key = "big" }, field.ErrSameChoice},
		{"choice without a name", "choices", func(d *field.Draft) { d.Choices[1].Label = field.Label{} }, field.ErrLabel},
		{"choice with a bad key", "choices", func(d *field.Draft) { d.Choices[1].Key = "a,b" }, field.ErrKey},
		{"many choices", "choices", func(d *field.Draft) { d.Choices = many }, field.ErrManyChoices},
		{"choices of a text", "choices", func(d *field.Draft) { d.Type = field.Text }, field.ErrNotChosen},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := draft(field.Choice)
			c.bend(&d)
			_, err := field.Define(id.New[id.Field](), 7, d)
			if f, ok := fault.From(err); !ok || len(f.Fields) != 1 || !errors.Is(f.Fields[c.field], c.err) {
				t.Fatal(err)
			}
		})
	}
}

func TestChange(t *testing.T) {
	t.Parallel()
	f := defined(t, field.Choice)
	g, changes, err := field.Change(f, 9, field.Patch{
		Type: opt.Some(field.Choice), Key: opt.Some(f.Key), Kind: opt.Some(f.Kind), // as they are
		Choices: opt.Some([]field.Option{{Key: "big", Label: field.Label{NL: "Groot"}}, {Label: field.Label{NL: "Reuze"}}}), Required: opt.Some(true),
	})
	want := []field.Option{{Key: "big", Label: field.Label{NL: "Groot"}}, {Key: "reuze", Label: field.Label{NL: "Reuze"}}, {Key: "klein", Label: field.Label{NL: "Klein"}, Archived: true}}
	if err != nil || !reflect.DeepEqual(g.Choices, want) || g.Updated != 9 || len(changes) != 2 {
		t.Fatalf("%+v %v %v", g, changes, err)
	}
	if len(g.Offered()) != 2 || len(f.Choices) != 2 {
		t.Fatal("what was left out is put away")
	}
	if v, err := field.Accept(g, "klein"); v != "klein" || err != nil {
		t.Fatal("records that have it may keep it", v, err)
	}
	if same, changes, err := field.Change(g, 11, field.Patch{Required: opt.Some(true)}); err != nil || changes != nil || same.Updated != 9 {
		t.Fatal("nothing changed")
	}
	for name, p := range map[string]field.Patch{
		"type": {Type: opt.Some(field.Text)}, "key": {Key: opt.Some("other")}, "kind": {Kind: opt.Some(fact.Contact)},
	} {
		_, _, err := field.Change(f, 9, p)
		if f, _ := fault.From(err); f == nil || !errors.Is(f.Fields[name], field.ErrFixed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := field.Change(f, 9, field.Patch{Purpose: opt.Some("")}); err == nil {
		t.Error("a purpose cannot be taken away")
	}
}

func TestArchive(t *testing.T) {
	t.Parallel()
	f := defined(t, field.Text)
	g, changes, err := field.Archive(f, 9)
	if err != nil || g.Archived != 9 || len(changes) != 1 {
		t.Fatal(g, changes, err)
	}
	if _, _, err := field.Archive(g, 9); !errors.Is(err, field.ErrArchived) {
		t.Fatal(err)
	}
	if _, _, err := field.Change(g, 9, field.Patch{}); !errors.Is(err, field.ErrArchived) {
		t.Fatal(err)
	}
	h, _, err := field.Revive(g, 10)
	if err != nil || h.Archived != 0 || len(field.Diff(f, h)) != 0 {
		t.Fatal(h, err)
	}
	if _, _, err := field.Revive(h, 10); !errors.Is(err, field.ErrNotArchived) {
		t.Fatal(err)
	}
}

func TestAccept(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		typ  field.Type
		raw  any
		want any
		err  error
	}{
		{"text", field.Text, "  a\r\nb ", "a\nb", nil},
		{"no text", field.Text, " ", nil, nil},
		{"nothing", field.Text, nil, nil, nil},
		{"form", field.Text, []string{"a"}, "a", nil},
		{"empty form", field.Text, []string{}, nil, nil},
		{"two of a form", field.Text, []string{"a", "b"}, nil, field.ErrOne},
		{"number for text", field.Text, 3.0, nil, field.ErrForm},
		{"object for text", field.Text, map[string]any{}, nil, field.ErrForm},
		{"long text", field.Text, strings.Repeat("x", 2001), nil, fold.ErrLong},
		{"control", field.Text, "\x00", nil, fold.ErrControl},

		{"comma", field.Number, "12,5", 12.5, nil},
		{"thousands", field.Number, "1.234", 1234.0, nil},
		{"from JSON", field.Number, 12.5, 12.5, nil},
		{"from JSON, kept exact", field.Number, json.Number("1.234"), 1.234, nil},
		{"whole", field.Number, 7, 7.0, nil},
		{"int64", field.Number, int64(7), 7.0, nil},
		{"no number", field.Number, "veel", nil, decimal.ErrNumber},
		{"too large", field.Number, 1e300, nil, decimal.ErrLarge},
		{"not a number", field.Number, math.NaN(), nil, decimal.ErrLarge},
		{"yes is no number", field.Number, true, nil, field.ErrForm},

		{"euros", field.Money, "€ 1.000,5", "1000.50", nil},
		{"euros from JSON", field.Money, 1000.5, "1000.50", nil},
		{"euros back", field.Money, "1000.50", "1000.50", nil},
		{"three decimals", field.Money, "1,005", nil, decimal.ErrCents},
		{"three decimals from JSON", field.Money, 1.005, nil, decimal.ErrCents},

		{"Dutch day", field.Date, "23-11-2026", "2026-11-23", nil},
		{"ISO day", field.Date, "2026-11-23", "2026-11-23", nil},
		{"31 February", field.Date, "31-02-2026", nil, day.ErrBad},
		{"day as a number", field.Date, 20261123.0, nil, field.ErrForm},

		{"choice", field.Choice, "big", "big", nil},
		{"no such choice", field.Choice, "Groot", nil, field.ErrOption},
		{"two choices of one", field.Choice, []string{"big", "klein"}, nil, field.ErrOne},
		{"choices", field.Choices, []string{"big", "klein", "big", ""}, []string{"klein", "big"}, nil},
		{"choices from JSON", field.Choices, []any{"big"}, []string{"big"}, nil},
		{"choices as text", field.Choices, "big, klein", []string{"klein", "big"}, nil},
		{"no choices", field.Choices, []string{}, nil, nil},
		{"no such choices", field.Choices, []string{"x"}, nil, field.ErrOption},
		{"numbers for choices", field.Choices, []any{1.0}, nil, field.ErrForm},
		{"number for choices", field.Choices, 1.0, nil, field.ErrForm},
		{"null for choices", field.Choices, nil, nil, nil},

		{"yes", field.YesNo, true, true, nil},
		{"ja", field.YesNo, "Ja", true, nil},
		{"nee", field.YesNo, "nee", false, nil},
		{"ticked", field.YesNo, []string{"on"}, true, nil},
		{"misschien", field.YesNo, "misschien", nil, field.ErrYesNo},

		{"link", field.Link, "kring.nl", "https://kring.nl", nil},
		{"script", field.Link, "javascript:alert(1)", nil, reach.ErrLink},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := defined(t, c.typ)
			got, err := field.Accept(f, c.raw)
			if !reflect.DeepEqual(got, c.want) || !errors.Is(err, c.err) {
				t.Fatalf("%#v, %v", got, err)
			}
			again, err2 := field.Accept(f, got)
			if err == nil && (!reflect.DeepEqual(again, got) || err2 != nil) {
				t.Fatalf("%#v becomes %#v, %v", got, again, err2)
			}
			f.Required = true
			if _, err := field.Accept(f, c.raw); c.want == nil && c.err == nil && !errors.Is(err, field.ErrRequired) {
				t.Fatal("nothing was required")
			}
		})
	}
	f := defined(t, field.Number)
	if v, err := field.AcceptIn(f, "1,234", decimal.Point); v != 1234.0 || err != nil {
		t.Error("an English reader groups with commas", v, err)
	}
}

func TestIndex(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typ   field.Type
		value any
		want  string
	}{
		{field.Text, "a", "a"}, {field.Text, strings.Repeat("é", 500), strings.Repeat("é", 200)}, {field.Number, 12.5, "12.5"}, {field.Money, "1000.50", "100050"},
		{field.Date, "2026-11-23", "2026-11-23"}, {field.Choices, []string{"a", "b"}, "a|b"}, {field.Choices, []any{"a", "b", 1}, "a|b"}, {field.YesNo, true, "1"},
		{field.YesNo, false, "0"}, {field.Text, nil, ""}, {field.Money, "x", ""},
	} {
		var got []string
		for _, row := range field.Index(defined(t, c.typ), c.value) {
			if row.Text != nil {
				got = append(got, *row.Text)
			} else {
				got = append(got, decimal.Plain(*row.Number))
			}
		}
		if strings.Join(got, "|") != c.want {
			t.Errorf("%v: %q", c.value, got)
		}
	}
}

func TestSlug(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"Budget 2027": "budget_2027", "Café-korting (%)": "cafe_korting", "2e lijn": "e_lijn", "预算": "", "": "", strings.Repeat("ab ", 30): "ab_ab_ab_ab_ab_ab_ab_ab_ab_ab_ab_ab_ab_a"} {
		if got := field.Slug(in); got != want {
			t.Errorf("%q: %q", in, got)
		} else if got != "" && !catalogue.Slug(got) {
			t.Errorf("%q is no key", got)
		}
	}
}

// FuzzAccept: any JSON is a value that reads back as itself, or a fault.
func FuzzAccept(f *testing.F) {
	for i, s := range []string{`"1.234,5"`, `12.5`, `"31-02-2026"`, `["big","klein"]`, `true`, `null`, `{"a":1}`, `"javascript:x"`, `1e400`, `"\u0000"`, `"€ 1"`, `-0`} {
		f.Add(s, i, i%2 == 0)
	}
	f.Fuzz(func(t *testing.T, raw string, kind int, point bool) {
		var in any
		if json.Unmarshal([]byte(raw), &in) != nil {
			in = raw
		}
		def := defined(t, field.Type(field.Types[((kind%8)+8)%8]))
		got, err := field.AcceptIn(def, in, decimal.Style(point))
		if err != nil {
			if _, ok := fault.From(err); !ok || got != nil {
				t.Fatalf("%s: %v, %v", raw, got, err)
			}
			return
		}
		js, err := json.Marshal(got)
		if err != nil {
			t.Fatalf("%s: %#v: %v", raw, got, err)
		}
		var back any
		if err := json.Unmarshal(js, &back); err != nil {
			t.Fatal(err)
		}
		again, err := field.Accept(def, back)
		if err != nil || !reflect.DeepEqual(again, got) {
			t.Fatalf("%s: kept %#v, read back %#v, %v", raw, got, again, err)
		}
		if len(field.Index(def, got)) == 0 && got != nil || len(field.Index(def, back)) != len(field.Index(def, got)) {
			t.Fatalf("%s: %#v is not indexed", raw, got)
		}
	})
}

package account_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kring/base/email"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/find"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/opt"
	"kring/base/phone"
	"kring/base/reach"
	"kring/base/register"
	"kring/base/tag"
	"kring/domain/account"
)

const now = 1_795_447_800_000

var anna = id.New[id.Member]()

func draft() account.Draft {
	return account.Draft{
		Kind: account.Organisation, Name: " Zorggroep  De Linden ", LegalForm: account.Foundation, KvK: "1234 5678", VatID: "nl 0044.95.445.b01", SBI: "86.10",
		Size: 120, CounterValue: []string{"data", "money"}, Owner: anna,
		Phones:    reach.Phones{{Number: "038-4212121", Label: "work"}},
		Emails:    reach.Emails{{Address: "Info@DeLinden.nl"}},
		Addresses: reach.Addresses{{Street: "Kerkplein", Number: "1", Postcode: "8011ab", City: "Zwolle"}},
		Website:   "www.delinden.nl", Tags: []string{"VIP", "zorg"}, Note: "Drinkt koffie.\r\n", Source: "fair", SourceFrom: "Zorg & ICT 2026", ExternalID: "A-17",
		Own: map[string]any{"budget": "1000.00"},
	}
}

func made(t *testing.T) account.Account {
	t.Helper()
	a, err := account.New(id.New[id.Account](), now, "", draft())
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestNew(t *testing.T) {
	t.Parallel()
	a := made(t)
	want := account.Account{
		ID: a.ID, Kind: account.Organisation, Name: "Zorggroep De Linden", LegalForm: account.Foundation, KvK: "12345678", VatID: "NL004495445B01", SBI: "8610",
		Size: 120, CounterValue: []string{"money", "data"}, Owner: anna,
		Phones:    reach.Phones{{Number: "038-4212121", E164: "+31384212121", Label: "work", Preferred: true}},
		Emails:    reach.Emails{{Address: "Info@DeLinden.nl", Normal: "info@delinden.nl", Preferred: true}},
		Addresses: reach.Addresses{{Street: "Kerkplein", Number: "1", Postcode: "8011 AB", City: "Zwolle", Country: "NL"}},
		Website:   "https://www.delinden.nl", Tags: tag.Set{"vip", "zorg"}, Note: "Drinkt koffie.", Source: "fair", SourceFrom: "Zorg & ICT 2026", ExternalID: "A-17",
		Own: map[string]any{"budget": "1000.00"}, Created: now, Updated: now, Version: 1,
	}
	if !reflect.DeepEqual(a, want) {
		t.Fatalf("%+v\n%+v", a, want)
	}
	if a.City() != "Zwolle" || a.Regime() != account.Legal || a.SizeClass() != account.Medium || a.Key() != "zorggroep de linden" || a.PhoneShown("") != "038 421 2121" {
		t.Fatal("questions")
	}

	short, err := account.New(id.New[id.Account](), now, "BE", account.Draft{Name: "Sanne de Wit", Kind: account.Person, Phones: reach.Phones{{Number: "02 555 12 12"}}})
	if err != nil || short.LegalForm != account.NaturalPerson || short.Regime() != account.Natural || short.Key() != "wit  sanne  de" || short.Phones[0].E164 != "+3225551212" {
		t.Fatalf("%+v %v", short, err)
	}
	js, _ := json.Marshal(short)
	for _, part := range []string{`"tags":[]`, `"phones":[{`, `"emails":[]`, `"addresses":[]`, `"own":{}`, `"counter_value":[]`, `"owner":null`, `"created_at":`} {
		if !strings.Contains(string(js), part) {
			t.Errorf("%s misses %s", js, part)
		}
	}
	if strings.Contains(string(js), "deleted_at") {
		t.Error("what is not in the bin has no day of it")
	}
	bare, err := account.New(id.New[id.Account](), now, "", account.Draft{Name: "Kade"})
	if err != nil || bare.Kind != account.Organisation || bare.LegalForm != account.Unsaid || bare.Regime() != account.Natural {
		t.Fatalf("what is not known is under the strict rules: %+v %v", bare, err)
	}
}

func TestNewRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		field string
		bend  func(*account.Draft)
		err   error
	}{
		{"name", func(d *account.Draft) { d.Name = " \t" }, account.ErrNoName},
		{"name", func(d *account.Draft) { d.Name = strings.Repeat("x", 201) }, fold.ErrLong},
		{"name", func(d *account.Draft) { d.Name = "Kade\x00" }, fold.ErrControl},
		{"kind", func(d *account.Draft) { d.Kind = "firm" }, account.ErrKind},
		{"legal_form", func(d *account.Draft) { d.LegalForm = "gmbh" }, account.ErrLegalForm},
		{"legal_form", func(d *account.Draft) { d.Kind = account.Person }, account.ErrFormKind}, // a foundation is no person
		{"legal_form", func(d *account.Draft) { d.LegalForm = account.NaturalPerson }, account.ErrFormKind},
		{"kvk", func(d *account.Draft) { d.KvK = "1234567" }, register.ErrKvK},
		{"branch", func(d *account.Draft) { d.Branch = "1" }, register.ErrBranch},
		{"vat_id", func(d *account.Draft) { d.VatID = "NL000000000B01" }, register.ErrVATCheck},
		{"sbi", func(d *account.Draft) { d.SBI = "zorg" }, register.ErrSBI},
		{"size", func(d *account.Draft) { d.Size = -1 }, account.ErrSize},
		{"size", func(d *account.Draft) { d.Size = 10_000_001 }, account.ErrSize},
		{"counter_value", func(d *account.Draft) { d.CounterValue = []string{"love"} }, account.ErrCounterValue},
		{"phones.0.number", func(d *account.Draft) { d.Phones[0].Number = "06" }, phone.ErrShort},
		{"emails.0.address", func(d *account.Draft) { d.Emails[0].Address = "info@" }, email.ErrNoHost},
		{"addresses.0.postcode", func(d *account.Draft) { d.Addresses[0].Postcode = "80" }, reach.ErrPostcode},
		{"website", func(d *account.Draft) { d.Website = "javascript:alert(1)" }, reach.ErrLink},
		{"tags", func(d *account.Draft) { d.Tags = []string{"a,b"} }, tag.ErrComma},
		{"note", func(d *account.Draft) { d.Note = strings.Repeat("x", 20_001) }, fold.ErrLong},
		{"source", func(d *account.Draft) { d.Source = "sky" }, account.ErrSource},
		{"source_from", func(d *account.Draft) { d.SourceFrom = "a\nb" }, fold.ErrLine},
		{"external_id", func(d *account.Draft) { d.ExternalID = strings.Repeat("x", 101) }, fold.ErrLong},
		{"own", func(d *account.Draft) { d.Own = map[string]any{"No Slug": 1} }, account.ErrOwn},
		{"own", func(d *account.Draft) {
			for i := range 201 {
				d.Own[fmt.Sprint("f", i)] = true
			}
		}, account.ErrOwn},
	} {
		t.Run(c.field+"/"+c.err.Error(), func(t *testing.T) {
			t.Parallel()
			d := draft()
			c.bend(&d)
			a, err := account.New(id.New[id.Account](), now, "NL", d)
			f, ok := fault.From(err)
			if !ok || len(f.Fields) != 1 || !errors.Is(f.Fields[c.field], c.err) || !a.ID.IsZero() {
				t.Fatalf("%v", err)
			}
		})
	}
	d := draft()
	d.Name, d.KvK, d.Emails[0].Address = "", "x", "x"
	_, err := account.New(id.New[id.Account](), now, "", d)
	if f, _ := fault.From(err); len(f.Fields) != 3 {
		t.Fatalf("every mistake is told at once: %v", err)
	}
}

func TestRegime(t *testing.T) {
	t.Parallel()
	for _, f := range account.LegalForms {
		form := account.LegalForm(f)
		want := account.Natural
		switch form {
		case account.BV, account.NV, account.Foundation, account.Association, account.Cooperative, account.Government, account.Church, account.ForeignEntity:
			want = account.Legal
		}
		if form.Regime() != want {
			t.Errorf("%s is %s", f, form.Regime())
		}
	}
	if account.LegalForm("").Regime() != account.Natural {
		t.Error("unknown is natural")
	}
}

func TestSizeClass(t *testing.T) {
	t.Parallel()
	for size, want := range map[int]account.SizeClass{0: "", 1: account.Micro, 9: account.Micro, 10: account.Small, 49: account.Small, 50: account.Medium, 249: account.Medium, 250: account.Large} {
		if got := (account.Account{Size: size}).SizeClass(); got != want {
			t.Errorf("%d: %s", size, got)
		}
	}
}

func TestChange(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, patch string
		want        string // field: from → to
	}{
		{"nothing mentioned", `{}`, ``},
		{"the same again", `{"name":"Zorggroep De Linden","phones":[{"number":"038-4212121","label":"work"}],"tags":["zorg","vip"]}`, ``},
		{"name", `{"name":"De Linden"}`, `name: "Zorggroep De Linden" → "De Linden"`},
		{"null empties", `{"note":null,"owner":null}`, `owner: "` + anna.String() + `" → null; note: "Drinkt koffie." → ""`},
		{"lists empty", `{"tags":[],"emails":null}`, `emails: [{"address":"Info@DeLinden.nl","normal":"info@delinden.nl","preferred":true}] → []; tags: ["vip","zorg"] → []`},
		{"own value goes and comes", `{"own":{"budget":null,"since":"2026-01-01"}}`, `own.budget: "1000.00" → null; own.since: null → "2026-01-01"`},
		{"kind takes its form along", `{"kind":"person"}`, `kind: "organisation" → "person"; legal_form: "foundation" → "natural_person"`},
		{"form emptied", `{"legal_form":null}`, `legal_form: "foundation" → "unknown"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := made(t)
			before, _ := json.Marshal(a)
			var p account.Patch
			if err := json.Unmarshal([]byte(c.patch), &p); err != nil {
				t.Fatal(err)
			}
			b, changes, err := account.Change(a, now+1, "", p)
			if err != nil {
				t.Fatal(err)
			}
			var told []string
			for _, ch := range changes {
				told = append(told, fmt.Sprintf("%s: %s → %s", ch.Field, ch.From, ch.To))
			}
			if got := strings.Join(told, "; "); got != c.want {
				t.Fatalf("got  %s\nwant %s", got, c.want)
			}
			if wantAt := int64(now); len(changes) > 0 && b.Updated != now+1 || len(changes) == 0 && b.Updated != wantAt {
				t.Fatal(b.Updated)
			}
			if after, _ := json.Marshal(a); string(after) != string(before) {
				t.Fatal("the account itself was changed")
			}
			if again := account.Diff(b, a); len(again) != len(changes) {
				t.Fatal("a diff goes both ways")
			}
		})
	}
}

func TestChangeRefused(t *testing.T) {
	t.Parallel()
	a := made(t)
	for field, p := range map[string]account.Patch{
		"name":             {Name: opt.Some("")},
		"phones.0.number":  {Phones: opt.Some(reach.Phones{{Number: "x"}})},
		"legal_form":       {LegalForm: opt.Some(account.NaturalPerson)},
		"kind":             {Kind: opt.Some(account.Kind("firm"))},
		"own":              {Own: map[string]any{"A": 1}},
		"counter_value":    {CounterValue: opt.Some([]string{"x"})},
		"emails.0.address": {Emails: opt.Some(reach.Emails{{Address: "x"}})},
	} {
		b, changes, err := account.Change(a, now, "", p)
		f, ok := fault.From(err)
		if !ok || f.Fields[field] == nil || changes != nil || !reflect.DeepEqual(a, b) {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestBin(t *testing.T) {
	t.Parallel()
	a := made(t)
	gone, changes, err := account.Bin(a, now+5)
	if err != nil || gone.Deleted != now+5 || len(changes) != 1 || changes[0].Field != "deleted_at" {
		t.Fatalf("%v %v", changes, err)
	}
	if _, _, err := account.Bin(gone, now); !errors.Is(err, account.ErrBinned) {
		t.Fatal(err)
	}
	if _, _, err := account.Change(gone, now, "", account.Patch{Name: opt.Some("x")}); !errors.Is(err, account.ErrBinned) {
		t.Fatal(err)
	}
	back, _, err := account.Restore(gone, now+9)
	if err != nil || back.Deleted != 0 || len(account.Diff(a, back)) != 0 {
		t.Fatalf("%+v %v", back, err)
	}
	if _, _, err := account.Restore(back, now); !errors.Is(err, account.ErrNotBinned) {
		t.Fatal(err)
	}
}

func TestMentions(t *testing.T) {
	t.Parallel()
	p := account.Patch{Name: opt.Some("x"), Tags: opt.Empty[[]string](), Kind: opt.Some(account.Person), Own: map[string]any{"b": 1, "a": nil}}
	if got, want := p.Mentions(), []string{"kind", "name", "tags", "own.a", "own.b"}; !slices.Equal(got, want) {
		t.Fatalf("%q", got)
	}
	// Every field of a patch has a history and a value, and the other way round.
	var all account.Patch
	v := reflect.ValueOf(&all).Elem()
	for i := range v.NumField() {
		if f := v.Field(i).Addr(); v.Type().Field(i).Name != "Own" {
			if err := json.Unmarshal([]byte("null"), f.Interface()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := all.Mentions(); !slices.Equal(got, account.Fields) {
		t.Fatalf("%q", got)
	}
	js, _ := json.Marshal(made(t))
	var asJSON map[string]json.RawMessage
	if err := json.Unmarshal(js, &asJSON); err != nil {
		t.Fatal(err)
	}
	for _, key := range account.Fields {
		if want := fact.Of(key, nil, made(t).Value(key)); key != "owner" && string(asJSON[key]) != string(want.To) {
			t.Errorf("%s is %s in JSON and %s in history", key, asJSON[key], want.To)
		}
	}
	if made(t).Value("nothing") != nil || made(t).Value("own.nothing") != nil {
		t.Error("an unknown key has no value")
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	got := find.Tokens(made(t).Trace().Text())
	for _, want := range []string{"linden", "zwolle", "info@delinden.nl", "delinden.nl", "0384212121/", "4212121/038", "12345678", "nl004495445b01", "vip", "17"} {
		if !slices.Contains(got, want) {
			t.Errorf("%q misses %s", got, want)
		}
	}
	if slices.Contains(got, "drinkt") {
		t.Error("a note is no name")
	}
}

func TestLine(t *testing.T) {
	t.Parallel()
	a := made(t)
	l := a.Line()
	if l.Phone != "+31384212121" || l.Email != "info@delinden.nl" || l.City != "Zwolle" || l.Version != 1 {
		t.Fatalf("%+v", l)
	}
	for _, f := range account.Catalogue().Fields() {
		if f.Column && l.Value(f.Key) == nil {
			t.Errorf("the column %s has no value", f.Key)
		}
	}
	if l.Value("own.budget") != "1000.00" || l.Value("nothing") != nil {
		t.Error("own values are columns too")
	}
}

// TestPatchThenDiff: what a patch changed is what a diff tells, and doing it
// twice changes nothing more.
func TestPatchThenDiff(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, err := account.New(id.Account{1}, now, "NL", draft())
		if err != nil {
			t.Fatal(err)
		}
		p := account.Patch{}
		text := rapid.StringOfN(rapid.RuneFrom([]rune("aB é&\n\x00'")), 0, 30, -1)
		if rapid.Bool().Draw(t, "n") {
			p.Name = opt.Some(text.Draw(t, "name"))
		}
		if rapid.Bool().Draw(t, "t") {
			p.Note = opt.Some(text.Draw(t, "note"))
		}
		if rapid.Bool().Draw(t, "g") {
			p.Tags = opt.Some(rapid.SliceOfN(text, 0, 4).Draw(t, "tags"))
		}
		if rapid.Bool().Draw(t, "s") {
			p.Size = opt.Some(rapid.IntRange(-2, 300).Draw(t, "size"))
		}
		b, changes, err := account.Change(a, now+1, "NL", p)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid || len(account.Diff(a, b)) != 0 {
				t.Fatalf("%v", err)
			}
			return
		}
		if !reflect.DeepEqual(changes, account.Diff(a, b)) {
			t.Fatalf("%v", changes)
		}
		mentioned := p.Mentions()
		for _, c := range changes {
			if !slices.Contains(mentioned, c.Field) {
				t.Fatalf("%s changed but was not mentioned", c.Field)
			}
		}
		if _, more, err := account.Change(b, now+2, "NL", p); err != nil || len(more) != 0 {
			t.Fatalf("the same patch again changed %v, %v", more, err)
		}
	})
}

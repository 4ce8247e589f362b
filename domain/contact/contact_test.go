package contact_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/find"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/opt"
	"kring/base/phone"
	"kring/base/reach"
	"kring/base/tag"
	"kring/domain/contact"
)

const now = 1_795_447_800_000

var (
	linden = id.New[id.Account]()
	kade   = id.New[id.Account]()
)

func draft() contact.Draft {
	return contact.Draft{
		Honorific: "ms", Initials: "sj", Given: " Sanne ", Family: "de Wit", Language: "NL",
		Accounts: []contact.Link{{Account: linden, Function: " Hoofd  inkoop ", Roles: []contact.Role{contact.Buyer, contact.Decider, contact.Buyer}}, {Account: kade}},
		Phones:   reach.Phones{{Number: "06-12345678"}}, Emails: reach.Emails{{Address: "Sanne@DeLinden.nl"}},
		Addresses: reach.Addresses{{City: "Zwolle"}}, Tags: []string{"Pers"}, Source: "network", Own: map[string]any{"hobby": "schaatsen"},
	}
}

func made(t *testing.T) contact.Contact {
	t.Helper()
	c, err := contact.New(id.New[id.Contact](), now, "", draft())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestNew(t *testing.T) {
	t.Parallel()
	c := made(t)
	want := contact.Contact{
		ID: c.ID, Honorific: "ms", Initials: "S.J.", Given: "Sanne", Infix: "de", Family: "Wit", Language: "nl",
		Accounts:  []contact.Link{{Account: linden, Function: "Hoofd inkoop", Roles: []contact.Role{contact.Decider, contact.Buyer}, Primary: true}, {Account: kade}},
		Phones:    reach.Phones{{Number: "06-12345678", E164: "+31612345678", Preferred: true}},
		Emails:    reach.Emails{{Address: "Sanne@DeLinden.nl", Normal: "sanne@delinden.nl", Preferred: true}},
		Addresses: reach.Addresses{{City: "Zwolle", Country: "NL"}}, Tags: tag.Set{"pers"}, Source: "network", Own: map[string]any{"hobby": "schaatsen"},
		Created: now, Updated: now, Version: 1,
	}
	if !reflect.DeepEqual(c, want) {
		t.Fatalf("%+v", c)
	}
	if c.Name() != "Sanne de Wit" || c.Formal() != "S.J. de Wit" || c.Key() != "wit  sanne  de" || c.Primary().Account != linden {
		t.Fatalf("%s, %s, %s", c.Name(), c.Formal(), c.Key())
	}
	if l, ok := c.At(kade); !ok || l.Account != kade {
		t.Fatal("at the other account")
	}
	if _, ok := c.At(id.New[id.Account]()); ok {
		t.Fatal("not everywhere")
	}
	if (contact.Contact{}).Primary().Primary {
		t.Fatal("no account, no primary")
	}
}

func TestName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		c                 contact.Contact
		name, formal, key string
	}{
		{contact.Contact{Initials: "P.", Infix: "van 't", Family: "Hoff"}, "P. van 't Hoff", "P. van 't Hoff", "hoff  p  van t"},
		{contact.Contact{Given: "Cher"}, "Cher", "Cher", "cher"},
		{contact.Contact{Family: "Jansen"}, "Jansen", "Jansen", "jansen"},
		{contact.Contact{Given: "Ali", Family: "El Amrani"}, "Ali El Amrani", "Ali El Amrani", "el amrani  ali"},
	} {
		if c.c.Name() != c.name || c.c.Formal() != c.formal || c.c.Key() != c.key {
			t.Errorf("%q %q %q", c.c.Name(), c.c.Formal(), c.c.Key())
		}
	}
}

func TestInitials(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"sj": "S.J.", "SJ": "S.J.", "s.j.": "S.J.", "S J": "S.J.", "Th.J.": "Th.J.", "Th": "Th.", "": "", " . ": "", "é": "É.", "J.-P.": "J.-P."} {
		d := draft()
		d.Initials = in
		c, err := contact.New(id.New[id.Contact](), now, "", d)
		if err != nil || c.Initials != want {
			t.Errorf("%q: %q %v", in, c.Initials, err)
			continue
		}
		d.Initials = c.Initials
		if again, err := contact.New(id.New[id.Contact](), now, "", d); err != nil || again.Initials != c.Initials {
			t.Errorf("%q becomes %q %v", c.Initials, again.Initials, err)
		}
	}
}

func TestNewRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		field string
		bend  func(*contact.Draft)
		err   error
	}{
		{"family", func(d *contact.Draft) { d.Given, d.Family = " ", "" }, contact.ErrNoName},
		{"family", func(d *contact.Draft) { d.Family = strings.Repeat("x", 101) }, fold.ErrLong},
		{"given", func(d *contact.Draft) { d.Given, d.Family = "a\x00", "" }, fold.ErrControl},
		{"initials", func(d *contact.Draft) { d.Initials = strings.Repeat("x", 21) }, fold.ErrLong},
		{"infix", func(d *contact.Draft) { d.Infix = strings.Repeat("x", 21) }, fold.ErrLong},
		{"honorific", func(d *contact.Draft) { d.Honorific = "sir" }, contact.ErrHonorific},
		{"language", func(d *contact.Draft) { d.Language = "dutch" }, contact.ErrLanguage},
		{"language", func(d *contact.Draft) { d.Language = "qq" }, contact.ErrLanguage},
		{"accounts", func(d *contact.Draft) { d.Accounts = nil }, contact.ErrNoAccount},
		{"accounts.1.account", func(d *contact.Draft) { d.Accounts[1].Account = linden }, contact.ErrSameLink},
		{"accounts.1.primary", func(d *contact.Draft) { d.Accounts[0].Primary, d.Accounts[1].Primary = true, true }, contact.ErrTwoPrimary},
		{"accounts.0.roles", func(d *contact.Draft) { d.Accounts[0].Roles = []contact.Role{"boss"} }, contact.ErrRole},
		{"accounts.0.function", func(d *contact.Draft) { d.Accounts[0].Function = "a\nb" }, fold.ErrLine},
		{"accounts", func(d *contact.Draft) { d.Accounts = make([]contact.Link, 21) }, contact.ErrManyLinks},
		{"phones.0.number", func(d *contact.Draft) { d.Phones[0].Number = "06" }, phone.ErrShort},
		{"tags", func(d *contact.Draft) { d.Tags = []string{"a,b"} }, tag.ErrComma},
		{"source", func(d *contact.Draft) { d.Source = "sky" }, contact.ErrSource},
		{"own", func(d *contact.Draft) { d.Own = map[string]any{"A": 1} }, contact.ErrOwn},
	} {
		t.Run(c.field+"/"+c.err.Error(), func(t *testing.T) {
			t.Parallel()
			d := draft()
			c.bend(&d)
			_, err := contact.New(id.New[id.Contact](), now, "NL", d)
			f, ok := fault.From(err)
			if !ok || len(f.Fields) != 1 || !errors.Is(f.Fields[c.field], c.err) {
				t.Fatalf("%v", err)
			}
		})
	}
}

func TestChange(t *testing.T) {
	t.Parallel()
	other := id.New[id.Account]().String()
	for _, c := range []struct{ name, patch, want string }{
		{"nothing", `{}`, ``},
		{"the same", `{"given":"Sanne","tags":["pers"]}`, ``},
		{"married", `{"family":"de Wit-van Dam"}`, `family: "Wit" → "Wit-van Dam"`},
		{"another infix along", `{"family":"van Dam"}`, `infix: "de" → "van"; family: "Wit" → "Dam"`},
		{"infix apart", `{"infix":"","family":"Dam"}`, `infix: "de" → ""; family: "Wit" → "Dam"`},
		{"account", `{"accounts":[{"account":"` + other + `"}]}`, `accounts: […] → [{"account":"` + other + `","primary":true}]`},
		{"own", `{"own":{"hobby":null}}`, `own.hobby: "schaatsen" → null`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := made(t)
			var p contact.Patch
			if err := json.Unmarshal([]byte(c.patch), &p); err != nil {
				t.Fatal(err)
			}
			b, changes, err := contact.Change(a, now+1, "", p)
			if err != nil {
				t.Fatal(err)
			}
			var told []string
			for _, ch := range changes {
				from := string(ch.From)
				if ch.Field == "accounts" {
					from = "[…]"
				}
				told = append(told, fmt.Sprintf("%s: %s → %s", ch.Field, from, ch.To))
			}
			if got := strings.Join(told, "; "); got != c.want {
				t.Fatalf("got  %s\nwant %s", got, c.want)
			}
			if (len(changes) > 0) != (b.Updated == now+1) {
				t.Fatal(b.Updated)
			}
		})
	}
	a := made(t)
	for field, p := range map[string]contact.Patch{
		"accounts": {Accounts: opt.Empty[[]contact.Link]()},
		"family":   {Family: opt.Some(""), Given: opt.Some("")},
	} {
		b, _, err := contact.Change(a, now, "", p)
		if f, _ := fault.From(err); f == nil || f.Fields[field] == nil || !reflect.DeepEqual(a, b) {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestBin(t *testing.T) {
	t.Parallel()
	c := made(t)
	gone, changes, err := contact.Bin(c, now+5)
	if err != nil || gone.Deleted != now+5 || len(changes) != 1 {
		t.Fatal(err)
	}
	if _, _, err := contact.Bin(gone, now); !errors.Is(err, contact.ErrBinned) {
		t.Fatal(err)
	}
	if _, _, err := contact.Change(gone, now, "", contact.Patch{}); !errors.Is(err, contact.ErrBinned) {
		t.Fatal(err)
	}
	back, _, err := contact.Restore(gone, now+6)
	if err != nil || back.Deleted != 0 {
		t.Fatal(err)
	}
	if _, _, err := contact.Restore(back, now); !errors.Is(err, contact.ErrNotBinned) {
		t.Fatal(err)
	}
}

func TestHistoryIsWhole(t *testing.T) {
	t.Parallel()
	var all contact.Patch
	v := reflect.ValueOf(&all).Elem()
	for i := range v.NumField() {
		if f := v.Field(i).Addr(); v.Type().Field(i).Name != "Own" {
			if err := json.Unmarshal([]byte("null"), f.Interface()); err != nil {
				t.Fatal(err)
			}
		}
	}
	all.Own = map[string]any{"x": 1}
	if got := all.Mentions(); !slices.Equal(got, append(slices.Clone(contact.Fields), "own.x")) {
		t.Fatalf("%q", got)
	}
	c := made(t)
	js, _ := json.Marshal(c)
	var asJSON map[string]json.RawMessage
	if err := json.Unmarshal(js, &asJSON); err != nil {
		t.Fatal(err)
	}
	for _, key := range contact.Fields {
		if want := fact.Of(key, nil, c.Value(key)); string(asJSON[key]) != string(want.To) {
			t.Errorf("%s is %s in JSON and %s in history", key, asJSON[key], want.To)
		}
	}
	if c.Value("own.hobby") != "schaatsen" || c.Value("nothing") != nil {
		t.Error("own values have a history")
	}
}

func TestLine(t *testing.T) {
	t.Parallel()
	l := made(t).Line()
	if l.Name() != "Sanne de Wit" || l.Account != linden || l.Function != "Hoofd inkoop" || l.Phone != "+31612345678" || l.Email != "sanne@delinden.nl" || l.City != "Zwolle" {
		t.Fatalf("%+v", l)
	}
	for _, f := range contact.Catalogue().Fields() {
		if f.Column && l.Value(f.Key) == nil {
			t.Errorf("the column %s has no value", f.Key)
		}
	}
	if l.Value("own.hobby") != "schaatsen" || l.Value("x") != nil {
		t.Error("own values are columns too")
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	got := find.Tokens(made(t).Trace().Text())
	for _, want := range []string{"sanne", "sj", "wit", "de", "inkoop", "zwolle", "0612345678/", "sanne", "&swaintn e ", "delinden.nl", "pers"} {
		if !slices.Contains(got, want) {
			t.Errorf("%q misses %s", got, want)
		}
	}
}

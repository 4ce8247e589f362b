package demo_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"kring/app"
	"kring/base/fact"
	"kring/demo"
	"kring/domain/filter"
	"kring/domain/member"
	"kring/domain/organisation"
	"kring/kit"
)

func TestFound(t *testing.T) {
	t.Parallel()
	_, db, _ := kit.SQLite(t)
	a := app.New(db, app.Config{})
	hint, err := demo.Found(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	says := regexp.MustCompile(`^Sign in as (\S+) .*or (\S+) .*password (\S+)$`).FindStringSubmatch(hint)
	if says == nil {
		t.Fatalf("hint %q", hint)
	}
	for _, address := range says[1:3] {
		pass, err := a.SignIn(t.Context(), app.SignIn{Email: address, Password: says[3]})
		if err != nil || pass.Session == "" {
			t.Fatalf("%s cannot sign in: %v", address, err)
		}
	}
	count := func(email, query string) int {
		t.Helper()
		who, err := a.AsMember(t.Context(), email)
		if err != nil {
			t.Fatal(err)
		}
		fields, err := a.AccountCatalogue(t.Context(), who)
		if err != nil {
			t.Fatal(err)
		}
		params, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		q, err := filter.Parse(fields, params, filter.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		n, _, err := a.CountAccounts(t.Context(), who, q)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, test := range []struct {
		email, query string
		want         int
	}{
		{"daan@brandt.example", "", 321},
		{"sanne@brandt.example", "owner=me", 46},
		{"sanne@brandt.example", "", 46 + 58}, // team Oost
		{"sanne@brandt.example", "city=Harlingen&owner=me&q=rederij", 1},
		{"daan@brandt.example", "phase=potential", 142},
		{"daan@brandt.example", "phase=new", 38},
		{"daan@brandt.example", "phase=loyal", 117},
		{"daan@brandt.example", "phase=ex", 24},
		{"daan@brandt.example", "own.regio=noord&q=ziekenhuis oosterveld", 1},
	} {
		if got := count(test.email, test.query); got != test.want {
			t.Errorf("%s sees %d of %q; want %d", test.email, got, test.query, test.want)
		}
	}
	who, err := a.AsMember(t.Context(), "daan@brandt.example")
	if err != nil {
		t.Fatal(err)
	}
	hits, err := a.Search(t.Context(), who, "verbeek inge", 5)
	if err != nil || len(hits) == 0 || hits[0].Name != "Inge Verbeek" {
		t.Errorf("Inge is not found: %v %v", hits, err)
	}
	roles := map[member.Role]bool{}
	all, err := a.Members(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		roles[m.Role] = true
	}
	for _, r := range member.Roles {
		if !roles[r] {
			t.Errorf("nobody is %s", r)
		}
	}
	views, err := a.Views(t.Context(), who, fact.Account)
	if err != nil || len(views) < 4 {
		t.Errorf("%d views, %v", len(views), err)
	}
	for _, v := range views {
		if n := count("daan@brandt.example", v.Query); n == 0 || n == 321 {
			t.Errorf("the view %s shows %d", v.Name, n)
		}
	}

	// A second start keeps what is there and makes another password.
	again, err := demo.Found(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	if again == hint || count("daan@brandt.example", "") != 321 {
		t.Errorf("the second start: %q", again)
	}
	if _, err := a.SignIn(t.Context(), app.SignIn{Email: "sanne@brandt.example", Password: says[3]}); err == nil {
		t.Error("the password of the first start still works")
	}
	if _, err := a.SignIn(t.Context(), app.SignIn{Email: "sanne@brandt.example", Password: again[strings.LastIndex(again, " ")+1:]}); err != nil {
		t.Errorf("the password of the second start: %v", err)
	}
}

func TestReal(t *testing.T) {
	t.Parallel()
	_, db, _ := kit.SQLite(t)
	a := app.New(db, app.Config{})
	if _, err := a.Setup(t.Context(), app.Setup{Organisation: "Echt", Word: organisation.Customer, Locale: "nl", Name: "Jan", Email: "jan@echt.example", Password: "een lange zin om te onthouden"}); err != nil {
		t.Fatal(err)
	}
	if _, err := demo.Found(t.Context(), a); err != demo.ErrReal {
		t.Errorf("the demo at a real organisation: %v", err)
	}
}

// The same seed gives the same world.
func TestHat(t *testing.T) {
	t.Parallel()
	draw := func(seed uint64) (all string) {
		h := demo.NewHat(seed)
		for range 50 {
			d, host := h.Firm(h.Town())
			c := h.Colleague(host, 0)
			all += d.Name + d.Emails[0].Address + c.Given + c.Family
		}
		return all
	}
	if first, again := draw(1), draw(1); first != again || first == draw(2) {
		t.Error("a seed is not a world")
	}
}

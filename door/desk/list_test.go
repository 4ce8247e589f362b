package desk_test

import (
	"net/url"
	"strings"
	"testing"

	"kring/base/reach"
	"kring/domain/account"
	"kring/domain/contact"
)

// TestListShows: a list shows what there is, with its count and its tabs.
func TestListShows(t *testing.T) {
	t.Parallel()
	b := office(t)
	b.get("/accounts").status(200).sees("Nog geen relaties", "/accounts/new").misses("<table")
	b.account(account.Draft{
		Name: "Zorggroep De Linden", Size: 1250, Addresses: reach.Addresses{{City: "Zwolle"}}, Tags: []string{"vip"},
		Phones: reach.Phones{{Number: "06 12345678"}}, Emails: reach.Emails{{Address: "Info@DeLinden.example"}},
	})
	b.firm("Hotel Haverkamp", "Deventer")
	b.get("/accounts").status(200).sees(
		"<title>Relaties · Kring</title>", "Zorggroep De Linden", "Zwolle", "06 12345678", "tel:+31612345678", "mailto:info@delinden.example", ">vip<",
		"2 relaties", "Mijn relaties", "Sanne de Wit", `aria-label="geen"`, `aria-sort="ascending"`,
	)
	linden := b.get("/accounts?columns=name,size,city").status(200).sees("1.250", "Deventer").misses("06 12345678").body
	if strings.Index(linden, "Hotel Haverkamp") > strings.Index(linden, "Zorggroep De Linden") {
		t.Error("the names are not in order")
	}
	down := b.get("/accounts?sort=-name").sees(`aria-sort="descending"`).body
	if strings.Index(down, "Hotel Haverkamp") < strings.Index(down, "Zorggroep De Linden") {
		t.Error("the order is not turned")
	}
	b.get("/contacts").status(200).sees("Nog geen contacten")
}

// TestListAsks: filters, words and what cannot be asked.
func TestListAsks(t *testing.T) {
	t.Parallel()
	b := office(t)
	b.firm("Zorggroep De Linden", "Zwolle", "vip")
	b.firm("Hotel Haverkamp", "Deventer")
	b.firm("Theater De Kade", "Zwolle")

	b.get("/accounts?city=Zwolle").status(200).sees("Zorggroep De Linden", "Theater De Kade", "2 van 3 getoond", ">Plaats<", ">is<").misses(">Hotel Haverkamp<")
	b.get("/accounts?city=in:Zwolle,Deventer").sees("is een van", "Zwolle, Deventer", "3 relaties")
	b.get("/accounts?q=haverk").sees("Hotel Haverkamp", "1 van 3 getoond").misses(">Theater De Kade<")
	b.get("/accounts?q=niemand").sees("Niets gevonden voor “niemand”.", "Filters wissen")
	b.get("/accounts?city=Emmen").sees("Niets gevonden met deze filters.")
	b.get("/accounts?owner=me").sees("Eigenaar", ">ik<", "Mijn relaties")
	b.get("/accounts?phone=empty:").sees("Telefoon", "leeg", "3 relaties")
	b.get("/accounts?updated_at=within:90d").sees("is in de laatste", "90 dagen")

	// What is wrong is said under its name; the rest of the question stands.
	b.get("/accounts?city=Zwolle&size=gte:veel").status(422).sees("Werkzame personen: Dit is geen getal.", "Theater De Kade").misses(">Hotel Haverkamp<")
	b.get("/accounts?hoi=1&city=Zwolle").status(422).sees("hoi: Op dit veld kan niet gefilterd worden.", "Theater De Kade").misses(">Hotel Haverkamp<")
	b.get("/accounts?sort=note").status(422).sees("Sorteren: Hierop kan niet gesorteerd worden.", "Theater De Kade")
	b.get("/accounts?city=Zwolle&city=bevat:x").status(422).sees("Plaats: ", "Theater De Kade").misses(">Hotel Haverkamp<")

	// While somebody types, only what changes comes back.
	b.get("/accounts?q=haverk", "HX-Request", "true", "HX-Target", "div#list").status(200).sees("Hotel Haverkamp", "list-filters").misses("<html", "list-search")
}

// TestListNeverFails: whatever stands in the address, the list answers.
func TestListNeverFails(t *testing.T) {
	t.Parallel()
	b := office(t)
	b.firm("Zorggroep De Linden", "Zwolle")
	for _, query := range []string{
		"city=\x00", "city=%00", "city=%ff%fe", "%ff=1", "cursor=onzin", "cursor=AAAA", "limit=-1", "limit=99999999999999999999", "limit=x", "columns=,,,", "columns=note",
		"sort=--name", "sort=", "q=" + strings.Repeat("x", 5000), strings.Repeat("a=1&", 500), "owner=me&owner=not:me", "owner=123", "size=between:9,1", "size=gte:1e999",
		"created_at=within:99999999d", "created_at=between:2026-01-01", "tags=all:" + strings.Repeat("a,", 500), "bin=misschien", "view=weg", "view=" + strings.Repeat("v", 900),
		"account=123", "note=contains:%25%27%22%3B--", "city=in:" + strings.Repeat("\\", 3), strings.Repeat("city=x&", 60), "q=%F0%9F%8D%95", "view=mine", "own.weg=1", "=&==&;",
	} {
		for _, path := range []string{"/accounts", "/contacts"} {
			for _, headers := range [][]string{nil, {"HX-Request", "true", "HX-Target", "div#list"}} {
				a := b.get((&url.URL{Path: path, RawQuery: strings.ReplaceAll(query, "\x00", "%00")}).String(), headers...)
				if a.code >= 500 || a.code == 200 && !strings.Contains(a.body, "list-filters") {
					t.Errorf("%s?%.60s: %d", path, query, a.code)
				}
			}
		}
	}
	for _, address := range []string{
		"/accounts/filter", "/accounts/filter?field=city", "/accounts/filter?field=weg", "/accounts/filter?field=city&op=raar&asked=1&value=x", "/accounts/filter?state=%25%25&field=city&op=is&value=x",
		"/accounts/filter/form?field=city&at=99", "/accounts/filter?field=city&at=99&value=Zwolle", "/accounts/filter/form?field=owner&op=between&at=x", "/accounts/filter?field=size&op=between&value=1&asked=1",
		"/accounts/columns?column=weg&column=city&up=weg", "/accounts/columns", "/accounts/weg/cell?field=name", "/accounts/00000000-0000-0000-0000-000000000000/cell?field=name",
	} {
		if a := b.get(address); a.code >= 500 {
			t.Errorf("%s: %d", address, a.code)
		}
	}
}

// TestListPages: fifty at a time; the next by scrolling or by a link.
func TestListPages(t *testing.T) {
	t.Parallel()
	b := office(t)
	for i := range 120 {
		b.firm("Relatie "+string(rune('A'+i/26))+string(rune('a'+i%26)), "Zwolle")
	}
	seen := map[string]bool{}
	a := b.get("/accounts?city=Zwolle").status(200).sees("120 relaties", "Alle 120 kiezen")
	for page := range 3 {
		for _, part := range strings.Split(a.body, `<tr id="row-`)[1:] {
			seen[part[:36]] = true
		}
		_, more, found := strings.Cut(a.body, `class="more" hx-get="`)
		if found != (page < 2) {
			t.Fatalf("page %d: more %v", page, found)
		}
		if found {
			more, _, _ = strings.Cut(more, `"`)
			more = strings.ReplaceAll(more, "&amp;", "&")
			b.get(more).status(200).sees("<html", "Zwolle")
			a = b.get(more, "HX-Request", "true").status(200).misses("<html", "<table")
		}
	}
	if len(seen) != 120 {
		t.Errorf("saw %d of 120", len(seen))
	}
}

// TestListFilters: filters are made by forms, one question at a time.
func TestListFilters(t *testing.T) {
	t.Parallel()
	b := office(t)
	b.account(account.Draft{Name: "Zorggroep De Linden", Size: 1250, Addresses: reach.Addresses{{City: "Zwolle"}}})
	b.firm("Hotel Haverkamp", "Deventer")

	form := b.get("/accounts/filter/form?field=city&state=q%3Dl").status(200).sees(`name="asked"`, `value="q=l"`, "begint met", "<html")
	form.sees("Meer dan één?")
	b.get("/accounts/filter/form?field=city", "HX-Request", "true").status(200).sees(`name="asked"`).misses("<html")

	for _, c := range []struct{ ask, to string }{
		{"field=city&op=is&value=Zwolle&asked=1", "/accounts?city=Zwolle"},
		{"field=city&op=is&value=Zwolle,+Deventer&asked=1", "/accounts?city=in:Zwolle,Deventer"},
		{"field=city&op=contains&value=a,b&asked=1", "/accounts?city=contains:a%5C,b"},
		{"field=size&op=gte&value=1.250&value=&asked=1", "/accounts?size=gte:1250"},
		{"field=size&op=between&value=10&value=20,5&asked=1", "/accounts?size=between:10,20.5"},
		{"field=created_at&op=within&value=&value=&span=3&unit=m&asked=1", "/accounts?created_at=within:3m"},
		{"field=created_at&op=after&value=2026-01-01&value=&span=30&unit=d&asked=1", "/accounts?created_at=after:2026-01-01"},
		{"field=owner&op=is&value=me&asked=1&state=city%3DZwolle", "/accounts?owner=me&city=Zwolle"},
		{"field=kind&op=not&value=person&value=organisation&asked=1", "/accounts?kind=none:person,organisation"},
		{"field=phone&op=empty&asked=1", "/accounts?phone=empty:"},
		{"field=city&op=not&value=Zwolle&at=0&state=city%3DZwolle%26q%3Dlin", "/accounts?city=not:Zwolle&q=lin"},
		{"field=city&op=empty&value=Zwolle&at=0&state=view%3Dmine%26owner%3Dme%26city%3DZwolle", "/accounts?view=mine&city=Zwolle&city=empty:"},
		{"field=tags&op=is&value=vip,+Nieuw&asked=1", "/accounts?tags=any:vip,nieuw"},
	} {
		if a := b.get("/accounts/filter?" + c.ask).status(303); !sameQuery(a.to, c.to) {
			t.Errorf("%s goes to %s, want %s", c.ask, a.to, c.to)
		}
	}
	b.get("/accounts/filter?field=size&op=gte&value=veel&asked=1&state=city%3DZwolle").status(422).sees("Dit is geen getal.", `value="veel"`, "Zorggroep De Linden").misses(">Hotel Haverkamp<")
	b.get("/accounts/filter?field=city&op=is&asked=1").status(422).sees("Er ontbreekt een waarde.")
	b.get("/accounts/filter?field=city&op=starts").status(200).sees(`name="asked"`).misses("Er ontbreekt een waarde.")
	if a := b.get("/accounts/filter?field=city&op=is&value=Zwolle&asked=1", "HX-Request", "true"); a.header.Get("HX-Redirect") != "/accounts?city=Zwolle" {
		t.Errorf("htmx goes to %q", a.header.Get("HX-Redirect"))
	}
	if a := b.get("/accounts/columns?column=city&column=size&down=city").status(303); a.to != "/accounts?columns=name,size,city" {
		t.Errorf("columns go to %s", a.to)
	}
	if a := b.get("/accounts?view=mine").status(303); a.to != "/accounts?view=mine&owner=me" {
		t.Errorf("a view goes to %s", a.to)
	}
}

func sameQuery(a, b string) bool {
	x, err := url.Parse(a)
	if err != nil {
		return false
	}
	y, err := url.Parse(b)
	return err == nil && x.Path == y.Path && x.Query().Encode() == y.Query().Encode()
}

// TestContactList: the same list for people.
func TestContactList(t *testing.T) {
	t.Parallel()
	b := office(t)
	linden := b.firm("Zorggroep De Linden", "Zwolle")
	hotel := b.firm("Hotel Haverkamp", "Deventer")
	b.person(linden, "Inge", "Verbeek", "Facilitair manager", contact.Decider)
	b.person(hotel, "Rob", "Lankhorst", "Eigenaar")
	b.get("/contacts").status(200).sees("Inge Verbeek", "Zorggroep De Linden", "/accounts/"+linden.ID.String(), "Facilitair manager", "Beslisser", "2 contacten")
	b.get("/contacts?roles=decider").sees("Inge Verbeek", "heeft", "Beslisser").misses(">Rob Lankhorst<")
	b.get("/contacts?account="+hotel.ID.String()).sees("Rob Lankhorst", ">Hotel Haverkamp<").misses(">Inge Verbeek<")
	if a := b.get("/contacts/filter?field=account&op=is&value=haverkamp&asked=1").status(303); a.to != "/contacts?account="+hotel.ID.String() {
		t.Errorf("goes to %s", a.to)
	}
	b.get("/contacts/filter?field=account&op=is&value=niemand&asked=1").status(422).sees("Er is geen relatie met deze naam")
}

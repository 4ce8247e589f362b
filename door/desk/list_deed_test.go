package desk_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kring/base/fact"
	"kring/base/id"
	"kring/base/opt"
	"kring/base/reach"
	"kring/domain/account"
	"kring/domain/field"
	"kring/domain/member"
	"kring/paper/sheet"
)

// TestCells: a cell becomes a form, takes what is typed and answers the cell.
func TestCells(t *testing.T) {
	t.Parallel()
	b := office(t)
	if _, err := b.world.App.AddField(t.Context(), b.who, field.Draft{
		Kind: fact.Account, Key: "budget", Label: field.Label{NL: "Budget"}, Type: field.Money, Purpose: "Om een passend voorstel te doen", Ground: "contract",
	}); err != nil {
		t.Fatal(err)
	}
	joris := b.world.Member("Joris Kamphuis", member.AccountManager)
	a := b.account(account.Draft{Name: "Zorggroep De Linden", Phones: reach.Phones{{Number: "06 12345678"}, {Number: "038 421 2121", Preferred: true}}})
	at := "/accounts/" + a.ID.String() + "/cell?field="
	for _, c := range []struct{ field, typed, sees string }{
		{"name", "Zorggroep Linde", ">Zorggroep Linde</a>"},
		{"city", "Zwolle", "Zwolle"},
		{"postcode", "8011ab", "8011 AB"},
		{"size", "1.250", "1.250"},
		{"owner", joris.Member.ID.String(), "Joris Kamphuis"},
		{"owner", "", `aria-label="geen"`},
		{"kind", "person", "Persoon"},
		{"legal_form", "sole_trader", "Eenmanszaak"},
		{"phone", "038 421 2122", "tel:+31384212122"},
		{"email", "Info@Linde.example", "mailto:info@linde.example"},
		{"tags", "Zorg, vip", ">vip<"},
		{"website", "linde.example", "linde.example"},
		{"own.budget", "12.500,50", "€\u00a012.500,50"},
		{"own.budget", "", `aria-label="geen"`},
	} {
		b.get(at+c.field, "HX-Request", "true").status(200).sees(`name="value"`, `name="version"`).misses("<html")
		b.post(at+c.field, "value", c.typed, "HX-Request", "true").status(200).sees("<td", c.sees, "data-edit").misses("<html")
	}
	now, err := b.world.App.Account(t.Context(), b.who, a.ID)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(now.Name, now.Size, now.City(), len(now.Phones), now.Phones.Preferred().E164, now.Tags); got != "Zorggroep Linde1250Zwolle2+31384212122[vip zorg]" {
		t.Error(got)
	}
	for _, c := range []struct{ field, typed, says string }{
		{"name", "", "Een relatie heeft een naam nodig."},
		{"size", "veel", "Dit is geen getal."},
		{"size", "1,5", "Dit moet een heel getal zijn."},
		{"email", "inge@linde", "Na het apenstaartje ontbreekt het eind, zoals .nl."},
		{"phone", "bel maar", "Een telefoonnummer heeft cijfers, geen letters."},
		{"postcode", "80", "Deze postcode past niet bij dit land."},
		{"owner", id.New[id.Member]().String(), "Deze collega bestaat niet."},
		{"own.budget", "veel", "Dit is geen getal."},
		{"kvk", "12", "Een KvK-nummer heeft acht cijfers."},
	} {
		a := b.post(at+c.field, "value", c.typed, "HX-Request", "true").status(422).sees(c.says, `role="alert"`).misses("<html")
		if c.field != "owner" { // that is a choice, and this one does not exist
			a.sees(`value="` + c.typed + `"`)
		}
	}
	b.get(at + "created_at").status(422)
	b.get(at + "weg").status(422)
	b.get("/accounts/" + id.New[id.Account]().String() + "/cell?field=name").status(404)
	b.as(b.world.Member("Noor", member.Privacy)).post(at+"name", "value", "Weg").status(403)
}

// TestCellConflict: who was second hears it, and can still mean it.
func TestCellConflict(t *testing.T) {
	t.Parallel()
	b := office(t)
	a := b.firm("Zorggroep De Linden", "Zwolle")
	at := "/accounts/" + a.ID.String() + "/cell?field=city"
	read := regexp.MustCompile(`name="version" value="(\d+)"`)
	first := read.FindStringSubmatch(b.get(at).body)[1]
	if _, err := b.world.App.ChangeAccount(t.Context(), b.who, a.ID, 0, account.Patch{Addresses: opt.Some(reach.Addresses{{City: "Meppel"}})}); err != nil {
		t.Fatal(err)
	}
	said := b.post(at, "value", "Kampen", "version", first, "HX-Request", "true").status(409).sees("Iemand anders wijzigde dit veld intussen.", `value="Kampen"`)
	again := read.FindStringSubmatch(said.body)[1]
	b.post(at, "value", "Kampen", "version", again, "HX-Request", "true").status(200).sees("Kampen")
}

// TestBulk: one deed for the chosen rows, for all that is found, and back.
func TestBulk(t *testing.T) {
	t.Parallel()
	b := office(t)
	joris := b.world.Member("Joris Kamphuis", member.AccountManager)
	one, two := b.firm("Zorggroep De Linden", "Zwolle"), b.firm("Hotel Haverkamp", "Deventer")
	b.firm("Theater De Kade", "Zwolle")
	said := func(a answer) string {
		t.Helper()
		for _, c := range (&http.Response{Header: a.header}).Cookies() {
			if c.Name == "said" {
				r := b.get("/accounts", "Cookie", "said="+c.Value)
				_, toast, _ := strings.Cut(r.body, "<kring-toast")
				toast, _, _ = strings.Cut(toast, "</kring-toast>")
				return toast
			}
		}
		return ""
	}
	a := b.post("/accounts/bulk", "do", "owner", "owner", joris.Member.ID.String(), "id", one.ID.String(), "id", two.ID.String(), "query", "city=Zwolle").status(303)
	if a.to != "/accounts?city=Zwolle" {
		t.Error(a.to)
	}
	toast := said(a)
	if !strings.Contains(toast, "2 relaties zijn nu van Joris Kamphuis.") {
		t.Errorf("says %s", toast)
	}
	b.get("/accounts?owner="+joris.Member.ID.String()).sees("2 van 3 getoond", ">Joris Kamphuis<")
	undo := regexp.MustCompile(`action="(/bulk/[^"]+/undo)"`).FindStringSubmatch(toast)
	if undo == nil {
		t.Fatalf("no way back in %s", toast)
	}
	if toast := said(b.post(undo[1]).status(303)); !strings.Contains(toast, "2 relaties zijn weer als ervoor.") {
		t.Errorf("says %s", toast)
	}
	b.get("/accounts?owner=" + joris.Member.ID.String()).sees("Niets gevonden")

	b.post("/accounts/bulk", "do", "tag", "tag", "Kerst", "all", "1", "query", "city=Zwolle").status(303)
	b.get("/accounts?tags=kerst").sees("2 van 3 getoond").misses(">Hotel Haverkamp<")
	b.post("/accounts/bulk", "do", "bin", "id", one.ID.String()).status(303)
	b.get("/accounts").sees("2 relaties").misses(">Zorggroep De Linden<")
	b.get("/accounts?bin=true").sees("Zorggroep De Linden", "Terugzetten", "1 relatie").misses("data-edit")
	b.post("/accounts/bulk", "do", "restore", "id", one.ID.String(), "query", "bin=true").status(303)
	b.get("/accounts?bin=true").sees("De prullenbak is leeg.")

	b.post("/accounts/bulk", "do", "tag", "tag", " ", "id", one.ID.String(), "query", "city=Zwolle").status(422).sees("Een label heeft een woord nodig.", "Theater De Kade").misses(">Hotel Haverkamp<")
	b.post("/accounts/bulk", "do", "bin").status(422).sees("Kies eerst iets.")
	b.post("/accounts/bulk", "do", "branden", "id", one.ID.String()).status(422)
	b.post("/accounts/bulk", "do", "bin", "all", "1", "query", "hoi=1").status(422)
	b.get("/accounts").sees("3 relaties")
	b.as(b.world.Member("Femke", member.Service)).post("/accounts/bulk", "do", "bin", "id", one.ID.String()).status(403)
}

// TestViews: a question kept under a name, changed, shared, moved, gone.
func TestViews(t *testing.T) {
	t.Parallel()
	b := office(t)
	b.firm("Zorggroep De Linden", "Zwolle")
	b.firm("Hotel Haverkamp", "Deventer")
	a := b.post("/views", "kind", "account", "state", "city=Zwolle&sort=-updated_at", "name", "In Zwolle").status(303)
	key := regexp.MustCompile(`view=([0-9a-f-]{36})`).FindStringSubmatch(a.to)
	if key == nil {
		t.Fatal(a.to)
	}
	page := b.get(a.to).status(200).sees("In Zwolle", "Zorggroep De Linden", `aria-current="page"`).misses(`class="changed"`, `value="save"`)
	page.sees(`<span class="count">1</span>`)
	if short := b.get("/accounts?view=" + key[1]).status(303); short.to != a.to {
		t.Errorf("the short address goes to %s, want %s", short.to, a.to)
	}
	changed := a.to + "&kind=organisation"
	b.get(changed).sees(`class="changed"`, `value="save"`)
	state := strings.TrimPrefix(changed, "/accounts?")
	b.post("/views/"+key[1], "kind", "account", "state", state, "do", "save").status(303)
	b.get(changed).misses(`class="changed"`)
	b.post("/views/"+key[1], "kind", "account", "state", state, "do", "rename", "name", "Zwolle alle").status(303)
	b.get("/accounts").sees("Zwolle alle").misses("In Zwolle")

	joris := b.as(b.world.Member("Joris Kamphuis", member.AccountManager))
	joris.get("/accounts").misses("Zwolle alle")
	b.post("/views/"+key[1], "kind", "account", "state", "", "do", "share").status(303)
	joris.get("/accounts").sees("Zwolle alle")
	joris.post("/views/"+key[1], "kind", "account", "state", "", "do", "delete").status(403)

	b.post("/views", "kind", "account", "state", "", "name", "Tweede").status(303)
	order := func() bool {
		page := b.get("/accounts").body
		return strings.Index(page, "Zwolle alle") < strings.Index(page, "Tweede")
	}
	if !order() {
		t.Error("a new view does not come last")
	}
	b.post("/views/"+key[1], "kind", "account", "state", "", "do", "later").status(303)
	if order() {
		t.Error("a view does not move")
	}
	b.post("/views", "kind", "account", "state", "city=Zwolle", "name", "  ").status(422).sees("Zorggroep De Linden").misses(">Hotel Haverkamp<")
	b.post("/views", "kind", "raar", "name", "x").status(422)
	b.post("/views/"+key[1], "kind", "account", "state", "", "do", "delete").status(303)
	b.get("/accounts").misses("Zwolle alle")
	b.get("/accounts?view=" + key[1] + "&city=Zwolle").status(200).sees("Zorggroep De Linden")
}

// TestExport: the rows of the list, harmless in a spreadsheet.
func TestExport(t *testing.T) {
	t.Parallel()
	b := office(t)
	a := b.account(account.Draft{Name: "=Zorggroep", Size: 1250, Addresses: reach.Addresses{{City: "Zwolle"}}, Phones: reach.Phones{{Number: "06 12345678"}}, Tags: []string{"vip", "zorg"}})
	b.firm("Hotel Haverkamp", "Deventer")
	b.person(a, "Inge", "Verbeek", "Facilitair manager")
	got := b.post("/accounts/export", "state", "city=Zwolle&columns=name,size,phone,tags,owner").status(200)
	if want := "\ufeffNaam;Werkzame personen;Telefoon;Labels;Eigenaar\r\n'=Zorggroep;1250;+31612345678;vip, zorg;Sanne de Wit\r\n"; got.body != want {
		t.Errorf("%q, want %q", got.body, want)
	}
	if name := got.header.Get("Content-Disposition"); !strings.Contains(name, `"relaties-2026-11-23.csv"`) {
		t.Error(name)
	}
	book := b.post("/accounts/export?format=xlsx", "state", "city=Zwolle&columns=name,size,phone,created_at").status(200)
	table, err := sheet.Open(strings.NewReader(book.body), int64(len(book.body)))
	if err != nil || !slices.Equal(table.Head(), []string{"Naam", "Werkzame personen", "Telefoon", "Toegevoegd"}) || table.Info().Sheet != "Relaties" {
		t.Fatal(table, err)
	}
	if row, err := table.Next(); err != nil || !slices.Equal(row.Cells, []string{"=Zorggroep", "1250", "+31612345678", "2026-11-23"}) {
		t.Errorf("%q %v", row.Cells, err)
	}
	if name := book.header.Get("Content-Disposition"); !strings.Contains(name, `"relaties-2026-11-23.xlsx"`) {
		t.Error(name)
	}
	b.post("/accounts/export?format=pdf", "state", "").status(422)
	b.post("/contacts/export", "state", "").sees("Inge Verbeek;'=Zorggroep;Facilitair manager")
	b.post("/accounts/export", "state", "hoi=1").status(422).sees("hoi: Op dit veld")
	b.as(b.world.Member("Femke", member.Service)).post("/accounts/export", "state", "").status(403)
}

// TestListScope: a list has what its reader may see, and counts that alone.
func TestListScope(t *testing.T) {
	t.Parallel()
	b := office(t)
	west, oost := b.world.Team("West"), b.world.Team("Oost")
	joris, daan := b.as(b.world.Member("Joris", member.AccountManager, west.ID)), b.as(b.world.Member("Daan", member.AccountManager, oost.ID))
	mine, theirs := joris.firm("Hotel West", "Zwolle"), daan.firm("Hotel Oost", "Zwolle")
	joris.get("/accounts").sees("Hotel West", "1 relatie").misses("Hotel Oost")
	joris.get("/accounts?q=hotel").misses("Hotel Oost")
	joris.get("/accounts/" + theirs.ID.String() + "/cell?field=name").status(404)
	joris.post("/accounts/"+theirs.ID.String()+"/cell?field=name", "value", "Weg").status(404)
	joris.post("/accounts/bulk", "do", "bin", "id", mine.ID.String(), "id", theirs.ID.String()).status(303)
	b.get("/accounts").sees("Hotel Oost").misses("Hotel West")
	b.get("/accounts?city=Zwolle", "Accept-Language", "en").status(200)
}

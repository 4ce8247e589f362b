package desk_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"kring/app"
	"kring/base/fact"
	"kring/base/id"
	"kring/base/opt"
	"kring/base/reach"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/field"
	"kring/domain/filter"
	"kring/domain/member"
)

// linden is a relation with nearly everything.
func (b *clerk) linden() account.Account {
	b.Helper()
	return b.account(account.Draft{
		Name: "Zorggroep De Linden", LegalForm: account.Foundation, KvK: "41022187", Size: 1240, Website: "www.linden.example", Note: "Eerste regel.\nTweede <b>regel</b>.",
		Phones: reach.Phones{{Number: "038 421 7700", Label: "work"}, {Number: "06 12345678", Label: "mobile"}}, Emails: reach.Emails{{Address: "Info@Linden.example"}},
		Addresses: reach.Addresses{{Label: "visit", Street: "Lindelaan", Number: "12", Postcode: "8021ab", City: "Zwolle"}}, Tags: []string{"zorg", "vip"},
	})
}

func at(a account.Account) string { return "/accounts/" + a.ID.String() }

func TestAccountPage(t *testing.T) {
	t.Parallel()
	b := office(t)
	a := b.linden()
	b.person(a, "Inge", "Verbeek", "Facilitair manager", contact.Influencer)
	b.get(at(a)).status(200).sees("Zorggroep De Linden", "Stichting", "1.240 werkzame personen", "Zwolle", "zorg", "038 421 7700", `href="tel:+31384217700"`,
		"mailto:info@linden.example", "8021 AB Zwolle", "regels voor rechtspersonen", "Inge Verbeek", "Facilitair manager", "Beïnvloeder", "Toon 8 lege velden", "Relatie toegevoegd",
		"Tweede &lt;b&gt;regel&lt;/b&gt;.", `data-edit="`+at(a)+`/field?field=size"`, `href="`+at(a)+`/edit"`).misses("<b>regel")
	b.get(at(a)+"/timeline").status(200).sees("Contact Inge Verbeek toegevoegd", "Relatie toegevoegd", "Sanne de Wit")
	b.get(at(a) + "/timeline?by=machines").status(200).misses("Relatie toegevoegd").sees("Nog niets gebeurd")
	b.get(at(a) + "/contacts").status(200).sees("Inge Verbeek")
	b.get(at(a) + "/files").status(200).sees(`enctype="multipart/form-data"`)
	b.get(at(a) + "/history?field=size").status(200).sees("1.240").misses("Lindelaan")
	b.get("/accounts/niets").status(404)
	b.get("/accounts/" + id.New[id.Account]().String()).status(404)
}

// Who may not change a record sees no way to; who may not see it sees nothing.
func TestRecordReach(t *testing.T) {
	t.Parallel()
	b := office(t)
	west, oost := b.world.Team("West"), b.world.Team("Oost")
	seller := b.as(b.world.Member("Joris", member.AccountManager, west.ID))
	a := seller.linden()
	c := seller.person(a, "Inge", "Verbeek", "Inkoop")
	privacy := b.as(b.world.Member("Fenna", member.Privacy))
	privacy.get(at(a)).status(200).sees("Zorggroep De Linden").misses("data-edit", "/edit", "lege velden", `href="/contacts/new`)
	privacy.get(at(a) + "/edit").status(403)
	privacy.get(at(a) + "/field?field=size").status(403)
	privacy.post(at(a)+"/field?field=size", "size", "7").status(403)
	others := b.as(b.world.Member("Milan", member.AccountManager, oost.ID))
	foreign := b.as(b.world.MemberOf(b.world.Organisation("Elders"), "Vreemde", member.Admin))
	for _, stranger := range []*clerk{others, foreign} {
		for _, page := range []string{"", "/timeline", "/contacts", "/files", "/history", "/edit", "/field?field=size"} {
			stranger.get(at(a) + page).status(404).misses("Linden")
		}
		for _, page := range []string{"/edit", "/field?field=size", "/bin", "/restore", "/files"} {
			stranger.post(at(a)+page, "size", "7", "fields", "size").status(404)
		}
		for _, page := range []string{"", "/timeline", "/files", "/history", "/edit"} {
			stranger.get("/contacts/" + c.ID.String() + page).status(404).misses("Inge")
		}
		stranger.post("/contacts/new", "fields", "family,accounts", "family", "X", "accounts.0.account", a.ID.String()).status(422).sees("Deze relatie bestaat niet").misses("Linden")
		stranger.get("/palette?q=linden").status(200).misses("Zorggroep")
		stranger.get("/accounts/pick?q=linden").status(200).misses("Zorggroep")
	}
	if got, err := b.world.App.Account(t.Context(), b.who, a.ID); err != nil || got.Size != 1240 || got.Deleted != 0 {
		t.Fatal(got, err)
	}
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)

// hiddenIn are the hidden fields of a page, as a browser sends them along.
func hiddenIn(a answer) (pairs []string) {
	for _, m := range hidden.FindAllStringSubmatch(a.body, -1) {
		pairs = append(pairs, m[1], m[2])
	}
	return pairs
}

func TestCreateAccount(t *testing.T) {
	t.Parallel()
	b := office(t)
	page := b.get("/accounts/new").status(200).sees("Nieuwe relatie", `name="phones.0.number"`, `name="addresses.0.postcode"`)
	form := append(hiddenIn(page), "kind", "organisation", "name", " Hotel  Havenzicht ", "phones.0.number", "0228-123456", "phones.0.label", "work",
		"phones.1.number", "06 1234 5678", "phones.preferred", "1", "emails.0.address", "Front@Havenzicht.example", "addresses.0.city", "Enkhuizen", "addresses.0.postcode", "1601aa",
		"tags", "hotel, haven", "size", "1.250", "owner", b.who.Member.ID.String())
	made := b.post("/accounts/new", form...).status(303)
	again := b.post("/accounts/new", form...).status(303)
	if made.to == "" || made.to != again.to {
		t.Fatalf("a form that is sent twice makes one relation: %s %s", made.to, again.to)
	}
	b.get(made.to).status(200).sees("Hotel Havenzicht", "1.250", "06 12345678", "0228 123 456", "1601 AA Enkhuizen", "haven")
	if n, _, err := b.world.App.CountAccounts(t.Context(), b.who, filter.New(account.Catalogue())); err != nil || n != 1 {
		t.Fatal(n, err)
	}

	// a person gets the one contact
	person := b.post("/accounts/new", "fields", "kind,name,phones", "kind", "person", "name", "Sanne van der Berg", "phones.0.number", "0612345678").status(303)
	b.get(person.to).sees("Persoon", "Particulier", "Sanne van der Berg")
	b.get(person.to + "/contacts").sees("06 12345678").misses("/contacts/new?account")
}

func TestCreateRefused(t *testing.T) {
	t.Parallel()
	b := office(t)
	b.post("/accounts/new", "fields", "kind,name,kvk,phones,emails,size,website", "kind", "organisation", "name", "", "kvk", "12", "phones.0.number", "", "phones.1.number", "06",
		"emails.0.address", "inge@", "size", "veel", "website", "javascript:alert(1)").status(422).
		sees("Een relatie heeft een naam nodig.", "Een KvK-nummer heeft acht cijfers.", "Aan dit telefoonnummer ontbreken cijfers.", "Er ontbreekt iets na het apenstaartje.",
			"Dit is geen getal.", "Dit is geen webadres.", `value="inge@"`, `value="veel"`, `id="phones.1.number-error"`, `value="javascript:alert(1)"`)
	b.post("/accounts/new").status(422)
	b.post("/accounts/new", "fields", "name,kind", "name", "X", "kind", "firma").status(422).sees("Kies organisatie of persoon.")
	b.post("/accounts/new", "fields", "name,kind,owner", "name", "X", "kind", "organisation", "owner", "niemand").status(422)
	b.post("/accounts/new", "fields", "name,kind,owner", "name", "X", "kind", "organisation", "owner", id.New[id.Member]().String()).status(422).sees("Deze collega bestaat niet.")
}

// Whatever is sent, the answer is a page that says what is wrong.
func TestHostileForms(t *testing.T) {
	t.Parallel()
	b := office(t)
	a := b.linden()
	long := strings.Repeat("x", 300_000)
	for _, bad := range [][]string{
		{"fields", "name,kind", "kind", "organisation", "name", "a\x00b"},
		{"fields", "name,kind", "kind", "organisation", "name", "\xff\xfe\xc0\xaf"},
		{"fields", "name,kind", "kind", "organisation", "name", long},
		{"fields", "name,kind,note", "kind", "organisation", "name", "X", "note", long},
		{"fields", "name,kind,size", "kind", "organisation", "name", "X", "size", "1e309"},
		{"fields", "name,kind,size", "kind", "organisation", "name", "X", "size", "99999999999999999999999"},
		{"fields", "name,kind,phones", "kind", "organisation", "name", "X", "phones.99.number", "06"},
		{"fields", "name,kind,addresses", "kind", "organisation", "name", "X", "addresses.0.city", "X", "addresses.0.country", "Nederland"},
		{"fields", "name,kind,tags", "kind", "organisation", "name", "X", "tags", strings.Repeat("t"+long[:40]+",", 3000)},
		{"fields", "name,kind,own.nope", "kind", "organisation", "name", "", "own.nope", "1"},
		{"more", "phones", "phones.18446744073709551616.number", "1", "phones.-1.number", "2"},
		{"more", "\x00"},
	} {
		for _, address := range []string{"/accounts/new", at(a) + "/edit", "/contacts/new"} {
			if got := b.post(address, bad...); got.code != 422 && got.code != 200 && !(got.code == 303 && strings.HasPrefix(address, at(a))) {
				t.Errorf("%s %.60q: %d %.200s", address, bad, got.code, text(got.body))
			}
		}
		if got := b.post(at(a)+"/field?field=name", append(bad, "HX-Request", "true")...); got.code >= 500 {
			t.Errorf("in place %.60q: %d", bad, got.code)
		}
	}
	var many []string
	for n := range 20_000 {
		many = append(many, fmt.Sprintf("phones.%d.number", n), "06")
	}
	b.post(at(a)+"/edit", append(many, "fields", "phones")...).status(422)
	b.post("/accounts/new", "name", strings.Repeat("x", 5<<20)).status(422)
	for _, address := range []string{"/accounts/new?name=%ff%00", at(a) + "?list=%ff%00%zz", at(a) + "?list=" + long[:1500], at(a) + "/timeline?before=x&by=%00", at(a) + "/history?field=%ff", at(a) + "/edit?field=%ff&field=kind", "/palette?q=%ff%00%c0", "/palette?q=" + long[:5000], "/accounts/pick?q=%ff%00", at(a) + "/field?field=%00", "/files/x"} {
		if got := b.get(address); got.code >= 500 {
			t.Errorf("%.60s: %d", address, got.code)
		}
	}
}

func TestEditAccount(t *testing.T) {
	t.Parallel()
	b := office(t)
	a := b.linden()
	page := b.get(at(a)+"/edit").status(200).sees(`value="Zorggroep De Linden"`, `value="038 421 7700"`, `value="1240"`, `value="vip, zorg"`, `value="1"`)
	form := hiddenIn(page)
	b.post(at(a)+"/edit", append(form, "kind", "organisation", "name", "De Linden", "phones.0.number", "06 12345678", "phones.0.label", "mobile", "legal_form", "bv", "owner", a.Owner.String())...).status(303)
	got, err := b.world.App.Account(t.Context(), b.who, a.ID)
	if err != nil || got.Name != "De Linden" || len(got.Phones) != 1 || got.LegalForm != account.BV || got.Note != "" || got.Size != 0 || len(got.Tags) != 0 {
		t.Fatalf("%+v %v", got, err)
	}
	b.get(at(a)+"/timeline").sees("velden gewijzigd", "Zorggroep De Linden")
	b.get(at(a)+"/history?field=name").sees("<del>Zorggroep De Linden</del>", "<ins>De Linden</ins>")

	// one field by its own address; the others stay
	b.get(at(a) + "/edit?field=note").status(200).sees(`name="note"`).misses(`name="kvk"`)
	b.get(at(a)+"/edit?field=note", "HX-Request", "true").status(200).sees("<dialog").misses("<!doctype")
	b.post(at(a)+"/edit?field=note", "fields", "note", "note", "Drinkt thee.").status(303)
	b.post(at(a)+"/edit?field=phones", "fields", "phones", "phones.0.number", "06").status(422).sees("ontbreken cijfers").misses(`name="kvk"`)
	if got, err = b.world.App.Account(t.Context(), b.who, a.ID); err != nil || got.Note != "Drinkt thee." || got.Name != "De Linden" || len(got.Phones) != 1 {
		t.Fatalf("%+v %v", got, err)
	}
	// without script another row comes from the server, and what was typed stays
	b.post(at(a)+"/edit", append(form, "more", "phones", "phones.0.number", "06 11111111", "phones.1.number", "")...).status(200).sees(`value="06 11111111"`, `name="phones.2.number"`)
}

func TestFieldInPlace(t *testing.T) {
	t.Parallel()
	b := office(t)
	a := b.linden()
	f := at(a) + "/field?field="
	b.get(f+"size", "HX-Request", "true").status(200).sees(`name="size"`, `value="1240"`, `name="version" value="1"`)
	b.get(f+"owner", "HX-Request", "true").status(200).sees("<select", "Sanne de Wit")
	b.post(f+"size", "HX-Request", "true", "version", "1", "size", "1.300").status(200).sees("1.300", "Groot").misses("<form")
	b.post(f+"size", "HX-Request", "true", "version", "2", "size", "vijf").status(422).sees("Dit is geen getal.", `value="vijf"`, "cell-form")
	b.post(f+"name", "HX-Request", "true", "version", "2", "name", "").status(422).sees("naam nodig")
	b.post(f+"kvk", "HX-Request", "true", "version", "2", "kvk", "1").status(422).sees("acht cijfers")
	b.post(f+"website", "version", "2", "website", "kring.nl").status(303)
	b.get(f+"phones", "HX-Request", "true").status(422)
	b.get(f+"version", "HX-Request", "true").status(422)
	// somebody else was ahead
	b.post(f+"size", "HX-Request", "true", "version", "1", "size", "9").status(409).sees("1.300", `value="9"`, "cell-form", `name="version" value="3"`)
	b.post(f+"size", "HX-Request", "true", "version", "3", "size", "9").status(200).sees("9")
}

// Two tabs save the same record: nothing is lost unseen.
func TestTwoTabs(t *testing.T) {
	t.Parallel()
	b := office(t)
	a := b.linden()
	mine := []string{"version", "1", "fields", "name,size,note,tags", "name", "De Linden groep", "size", "1240", "note", "Van mij.", "tags", "zorg, vip"}
	theirs := account.Patch{Name: opt.Some("De Linden zorg"), Note: opt.Some("Van de ander."), Size: opt.Some(1300)}
	if _, err := b.world.App.ChangeAccount(t.Context(), b.who, a.ID, 1, theirs); err != nil {
		t.Fatal(err)
	}
	page := b.post(at(a)+"/edit", mine...).status(409).sees("Iemand was je voor", "De Linden groep", "De Linden zorg", "Zorggroep De Linden", "Van mij.", "Van de ander.",
		`name="keep.name" value="mine"`, `name="keep.note" value="theirs"`, `name="version" value="2"`).misses("keep.size", "keep.tags")
	b.post(at(a)+"/edit", append(hiddenIn(page), "keep.name", "mine", "keep.note", "theirs")...).status(303)
	got, err := b.world.App.Account(t.Context(), b.who, a.ID)
	if err != nil || got.Name != "De Linden groep" || got.Note != "Van de ander." || got.Size != 1300 || len(got.Tags) != 2 {
		t.Fatalf("%+v %v", got, err)
	}
	// who changed something else, or the same to the same, is not asked anything
	b.post(at(a)+"/edit", "version", "2", "fields", "name,website", "name", "De Linden groep", "website", "linden.nl").status(303)
	b.post(at(a)+"/edit", "version", "1", "fields", "name", "name", "").status(422)
}

func TestBinRecord(t *testing.T) {
	t.Parallel()
	b := office(t)
	a := b.linden()
	b.post(at(a)+"/bin", "version", "7").status(409)
	gone := b.post(at(a)+"/bin", "version", "1").status(303)
	if gone.to != "/accounts" || !strings.Contains(gone.header.Get("Set-Cookie"), "said=") {
		t.Fatal(gone.to, gone.header)
	}
	b.get(at(a)).status(200).sees("ligt in de prullenbak", "Terugzetten").misses("data-edit", at(a)+"/edit")
	b.get("/palette?q=linden").misses("Zorggroep")
	b.post(at(a)+"/edit", "version", "2", "fields", "name", "name", "X").status(409)
	b.post(at(a) + "/restore").status(303)
	b.get(at(a)).status(200).misses("ligt in de prullenbak")
	b.post(at(a) + "/restore").status(409)
}

func TestBesideInList(t *testing.T) {
	t.Parallel()
	b := office(t)
	first, middle, last := b.firm("Aker", "Zwolle"), b.firm("Beek", "Zwolle"), b.firm("Duin", "Zwolle")
	b.firm("Cade", "Hattem")
	page := b.get(at(middle)+"?list=city%3DZwolle").status(200).sees(at(first)+"?list=city%3DZwolle", at(last)+"?list=city%3DZwolle", `"keys":"["`, `"keys":"]"`)
	page.sees(`href="/accounts?city=Zwolle"`)
	b.get(at(last) + "?list=city%3DZwolle").sees(at(middle)).misses(`"keys":"]"`)
	b.get(at(middle) + "?list=nonsense%3D1").status(200).misses(`"keys":"]"`)
	b.post(at(middle)+"/bin?list=city%3DZwolle", "version", "1").status(303)
}

func TestFiles(t *testing.T) {
	t.Parallel()
	b := office(t)
	a := b.linden()
	send := func(address, name, content string) answer {
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		part, err := w.CreateFormFile("file", name)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(part, content)
		w.Close()
		r := httptest.NewRequest("POST", address, &body)
		r.Header.Set("Content-Type", w.FormDataContentType())
		return b.send(r)
	}
	send(at(a)+"/files", "../../Plan <ä>.html", "<script>alert(1)</script>").status(303)
	page := b.get(at(a)+"/files").status(200).sees("Plan _ä_.html", "25")
	ref := regexp.MustCompile(`/files/[0-9a-f-]{36}`).FindString(page.body)
	got := b.get(ref).status(200).sees("<script>")
	for name, want := range map[string]string{"Content-Type": "application/octet-stream", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox"} {
		if got.header.Get(name) != want {
			t.Errorf("%s: %s", name, got.header.Get(name))
		}
	}
	if d := got.header.Get("Content-Disposition"); !strings.HasPrefix(d, "attachment;") || strings.ContainsAny(d, "\r\n<") {
		t.Error(d)
	}
	send(at(a)+"/files", "leeg.txt", "").status(422).sees("leeg")
	b.post(at(a)+"/files", "file", "x").status(422)
	foreign := b.as(b.world.MemberOf(b.world.Organisation("Elders"), "Vreemde", member.Admin))
	foreign.get(ref).status(404)
	foreign.post(ref + "/bin").status(404)
	b.post(ref + "/bin").status(303)
	b.get(at(a) + "/files").misses("Plan _ä_.html")
	b.post(ref + "/restore").status(303)
	b.get(at(a) + "/files").sees("Plan _ä_.html")
	b.get(at(a)+"/timeline").sees("Bestand Plan _ä_.html toegevoegd", "teruggezet")
}

func TestContactForms(t *testing.T) {
	t.Parallel()
	b := office(t)
	linden, kade := b.linden(), b.firm("Theater De Kade", "Zwolle")
	b.firm("Kade en zonen", "Hattem")
	page := b.get("/contacts/new?account="+linden.ID.String()).status(200).sees("Nieuw contact", "Zorggroep De Linden")
	made := b.post("/contacts/new", append(hiddenIn(page), "given", "Inge", "family", "van der Verbeek", "accounts.0.account_text", "Zorggroep De Linden", "accounts.0.function", "Facilitair manager",
		"accounts.0.roles", "decider", "accounts.0.roles", "user")...).status(303)
	b.get(made.to).status(200).sees("Inge van der Verbeek", "Facilitair manager", "Beslisser", "Gebruiker", at(linden))

	// without script: words that mean several relations are answered with a choice
	asked := b.post("/contacts/new", "fields", "given,accounts", "given", "Paul", "accounts.2.account_text", "kade").status(422).sees("Kies er een", "Theater De Kade", "Kade en zonen", `value="Paul"`, `value="kade"`)
	_ = asked
	b.post("/contacts/new", "fields", "given,accounts", "given", "Paul", "accounts.0.account", "", "accounts.0.account", kade.ID.String(), "accounts.0.account_text", "kade").status(303)
	b.post("/contacts/new", "fields", "given,accounts", "given", "Paul", "accounts.0.account_text", "bestaat niet").status(422).sees("geen relatie met deze naam")
	b.post("/contacts/new", "fields", "given,accounts", "given", "", "accounts.0.function", "Directeur").status(422).sees("Vul een voornaam of een achternaam in.")
	person := b.account(account.Draft{Name: "Sanne Berg", Kind: account.Person})
	b.post("/contacts/new", "fields", "given,accounts", "given", "Ook", "accounts.0.account", person.ID.String()).status(422).sees("heeft één contact")

	// two tabs
	b.post(made.to+"/edit", "version", "1", "fields", "given", "given", "Inga").status(303)
	b.post(made.to+"/edit", "version", "1", "fields", "given,initials", "given", "Ingrid", "initials", "ij").status(409).sees("Inga", "Ingrid").misses("keep.initials")
	b.get("/contacts/new?account=" + id.New[id.Account]().String()).status(200)
}

func TestOwnFieldsOnPage(t *testing.T) {
	t.Parallel()
	b := office(t)
	for _, d := range []field.Draft{
		{Kind: fact.Account, Label: field.Label{NL: "Budget"}, Type: field.Money, Purpose: "Offertes op maat", Ground: field.Contract},
		{Kind: fact.Account, Label: field.Label{NL: "Smaken"}, Type: field.Choices, Purpose: "Levering", Ground: field.Contract, Choices: []field.Option{{Key: "thee", Label: field.Label{NL: "Thee"}}, {Key: "koffie", Label: field.Label{NL: "Koffie"}}}},
		{Kind: fact.Account, Label: field.Label{NL: "Nieuwsbrief"}, Type: field.YesNo, Purpose: "Mail", Ground: field.Consent},
	} {
		if _, err := b.world.App.AddField(t.Context(), b.who, d); err != nil {
			t.Fatal(err)
		}
	}
	made := b.post("/accounts/new", "fields", "kind,name,own.budget,own.smaken,own.nieuwsbrief", "kind", "organisation", "name", "Kade", "own.budget", "1.000,50", "own.smaken", "koffie", "own.smaken", "thee", "own.nieuwsbrief", "true").status(303)
	b.get(made.to).status(200).sees("Budget", "€\u00a01.000,50", "Thee, Koffie", "Nieuwsbrief", "Ja")
	b.get(made.to+"/edit").status(200).sees(`value="1000,50"`, "Offertes op maat", `value="koffie" checked`)
	b.post(made.to+"/field?field=own.budget", "HX-Request", "true", "version", "1", "own.budget", "2.000").status(200).sees("€\u00a02.000")
	b.post(made.to+"/field?field=own.budget", "HX-Request", "true", "version", "2", "own.budget", "veel").status(422).sees("geen getal")
	b.get(made.to+"/timeline").sees("Budget gewijzigd", "€\u00a02.000")
}

// Changes that somebody makes one after another are one event.
func TestTimelineTogether(t *testing.T) {
	t.Parallel()
	b := office(t)
	a := b.linden()
	change := func(p account.Patch) {
		t.Helper()
		if _, err := b.world.App.ChangeAccount(t.Context(), b.who, a.ID, 0, p); err != nil {
			t.Fatal(err)
		}
	}
	change(account.Patch{Size: opt.Some(5)})
	change(account.Patch{Size: opt.Some(6), KvK: opt.Some("12345678")})
	b.get(at(a)+"/timeline").sees("2 velden gewijzigd", "<del>1.240</del>", "<ins>6</ins>").misses("<ins>5</ins>")
	b.clock.Advance(time.Hour)
	change(account.Patch{Size: opt.Some(7)})
	b.get(at(a)+"/timeline").sees("2 velden gewijzigd", "Werkzame personen gewijzigd", "<ins>7</ins>")
}

func TestPalette(t *testing.T) {
	t.Parallel()
	b := office(t)
	a := b.linden()
	b.firm("Linden", "Hattem")
	c := b.person(a, "Linda", "Kok", "Inkoop")
	list := b.get("/palette?q=linden", "HX-Request", "true").status(200).misses("<!doctype").sees("<mark>Linden</mark>", "Relaties")
	if exact, other := strings.Index(list.body, "Hattem"), strings.Index(list.body, "Zwolle"); exact < 0 || exact > other {
		t.Error("who is called exactly so comes first")
	}
	b.get("/palette?q=bel+lind", "HX-Request", "true").sees("<mark>Bel</mark>len met", `href="tel:+31384217700"`, "038 421 7700")
	b.get("/palette?q=wijz+linda", "HX-Request", "true").sees("/contacts/" + c.ID.String() + "/edit")
	b.get("/palette?q=06+1234", "HX-Request", "true").sees("Zorggroep De Linden")
	b.get("/palette?q=rela", "HX-Request", "true").sees(`href="/accounts"`, `href="/accounts/new"`, "<kbd>G</kbd>")
	b.get("/palette?q=%3Edon", "HX-Request", "true").sees("/palette/dark", "data-post").misses("Zorggroep")
	b.get("/palette?q=zzz", "HX-Request", "true").sees("Niets gevonden")
	b.get("/palette?q=linden").status(200).sees("<!doctype", "<h1", at(a))
	b.post("/palette/en").status(303)
	b.get(at(a)).sees("working persons")
	b.post("/palette/nothing").status(404)
	reader := b.as(b.world.Member("Fenna", member.Privacy))
	reader.get("/palette?q=%3E", "HX-Request", "true").misses("/accounts/new")
}

func TestRecordInEnglish(t *testing.T) {
	t.Parallel()
	b := office(t)
	a := b.linden()
	if _, err := b.world.App.SaveProfile(t.Context(), b.who, app.Profile{Locale: opt.Some("en")}); err != nil {
		t.Fatal(err)
	}
	b.get(at(a)).status(200).sees("1,240 working persons", "Foundation", "Relation added", "Show 8 empty fields").misses("Overzicht", "Gegevens")
	b.post(at(a)+"/field?field=size", "HX-Request", "true", "version", "1", "size", "1,300").status(200).sees("1,300")
	b.post("/accounts/new", "fields", "kind,name", "kind", "organisation", "name", "").status(422).sees("needs a name")
}

// Everything that was found stands on a page, kind by kind, some of it first.
func TestSearchPage(t *testing.T) {
	t.Parallel()
	b := office(t)
	a := b.linden()
	b.person(a, "Linda", "Kok", "Inkoop")
	for i := range 23 {
		b.firm(fmt.Sprintf("Bakkerij %d", i), "Hattem")
	}
	b.get("/palette?q=linden", "HX-Request", "true").sees(`href="/search?q=linden"`)
	b.get("/palette").sees(`action="/search"`)
	b.get("/search").status(200).sees("<h1").misses("Niets gevonden")
	b.get("/search?q=groep").sees(at(a), "Relaties").misses("Toon meer")
	b.get("/search?q=linda").sees("<mark>Linda</mark> Kok", "Contacten").misses("Bakkerij")
	b.get("/search?q=bakkerij").sees("20+", `href="/search?kind=account&amp;q=bakkerij"`, "Toon meer")
	b.get("/search?q=bakkerij&kind=account").sees("23", "<mark>Bakkerij</mark> 22", "Alle soorten").misses("Toon meer")
	b.get("/search?q=zzz").sees("Niets gevonden")
	b.get("/search?q=%ff%00&kind=x").status(200)
	b.as(b.world.Member("Joris", member.AccountManager)).get("/search?q=bakkerij").sees("Niets gevonden").misses("Hattem")
}

package desk_test

import (
	"context"
	"errors"
	"html"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"kring/base/fact"
	"kring/base/id"
	"kring/base/job"
	"kring/base/opt"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/field"
	"kring/domain/member"
	"kring/domain/webhook"
)

// found is what a pattern's group finds on a page.
func (a answer) found(pattern string) string {
	a.t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(a.body)
	if m == nil {
		a.t.Fatalf("no %s in %.1500s", pattern, text(a.body))
	}
	return html.UnescapeString(m[1])
}

func (b *clerk) fields(kind fact.Kind) []field.Definition {
	b.Helper()
	all, err := b.world.App.Fields(b.Context(), b.who, kind)
	if err != nil {
		b.Fatal(err)
	}
	return all
}

func TestFieldPages(t *testing.T) {
	t.Parallel()
	ada := office(t)
	ada.get("/settings/fields").status(200).sees("Nog geen eigen velden", "Relaties", "Contacten")
	ada.get("/settings/fields/new?kind=contact").status(200).sees(`value="contact" checked`, "Gerechtvaardigd belang", "Jullie belang weegt op")

	// Without purpose and ground there is no field; what was typed stays.
	ada.post("/settings/fields", "kind", "account", "nl", "Budget <b>", "type", "choice", "choice_key", "", "choice_nl", "Groot", "choice_en", "Large").status(422).
		sees("Zeg waarvoor je dit bewaart.", "Kies de grondslag waarop je dit bewaart.", `value="Budget &lt;b&gt;"`, `value="Groot"`, `value="Large"`)
	ada.post("/settings/fields", "kind", "account", "nl", "BSN", "type", "text", "purpose", "x", "ground", "consent").status(422).sees("Een burgerservicenummer mag niet worden bewaard.")
	ada.post("/settings/fields", "kind", "robot", "nl", "x", "type", "poem", "purpose", "x", "ground", "consent").status(422).sees("Kies wat voor veld het is.")
	if n := len(ada.fields(fact.Account)); n != 0 {
		t.Fatalf("%d fields after refusals", n)
	}

	ada.post("/settings/fields", "kind", "account", "nl", "Machine", "en", "Machine", "type", "choice", "purpose", "Weten wat er staat.", "ground", "contract", "required", "",
		"choice_key", "", "choice_nl", "Espresso", "choice_en", "", "choice_key", "", "choice_nl", "Filter", "choice_en", "").status(303)
	// Choices that were typed before another type was chosen are in nobody's way.
	ada.post("/settings/fields", "kind", "account", "nl", "Budget", "type", "money", "purpose", "Offertes op maat.", "ground", "legitimate_interest", "choice_key", "", "choice_nl", "x", "choice_en", "").status(303)
	ada.post("/settings/fields", "kind", "account", "nl", "Budget", "type", "text", "purpose", "Nog een.", "ground", "consent").status(422).sees("Een ander veld heeft deze sleutel al.")
	all := ada.fields(fact.Account)
	if len(all) != 2 || all[0].Key != "machine" || len(all[0].Choices) != 2 || all[1].Key != "budget" {
		t.Fatalf("made %+v", all)
	}
	ada.get("/settings/fields").status(200).sees("Machine", "Keuze", "Weten wat er staat.", "Overeenkomst", "Budget omhoog")

	// Up and down, also past the ends.
	budget, machine := "/settings/fields/"+all[1].ID.String(), "/settings/fields/"+all[0].ID.String()
	ada.post(budget+"/place", "to", "up").status(303)
	ada.post(budget+"/place", "to", "up").status(303)
	if all = ada.fields(fact.Account); all[0].Key != "budget" {
		t.Errorf("up did not move: %s first", all[0].Key)
	}

	// A choice that is left out is put away, and can come back.
	ada.post(machine, "version", "1", "nl", "Apparaat", "purpose", "Weten wat er staat.", "ground", "contract", "choice_key", "espresso", "choice_nl", "Espresso", "choice_en", "").status(409).sees("Iemand anders", `value="Apparaat"`)
	version := ada.get(machine).status(200).found(`name="version" value="(\d+)"`)
	ada.post(machine, "version", version, "nl", "Apparaat", "purpose", "Weten wat er staat.", "ground", "contract", "required", "1",
		"choice_key", "espresso", "choice_nl", "Espresso", "choice_en", "", "choice_key", "filter", "choice_nl", "", "choice_en", "").status(303)
	page := ada.get(machine).status(200).sees("Weer gebruiken", `name="back"`, `value="filter"`, "Veld gewijzigd", "Naam: van Machine naar Apparaat", "Verplicht: van nee naar ja")
	ada.post(machine, "version", page.found(`name="version" value="(\d+)"`), "nl", "Apparaat", "purpose", "Weten wat er staat.", "ground", "contract", "back", "filter", "back", "made up",
		"choice_key", "espresso", "choice_nl", "Espresso", "choice_en", "").status(303)
	f := ada.fields(fact.Account)[1]
	if len(f.Offered()) != 2 || f.Label.NL != "Apparaat" {
		t.Errorf("taken back: %+v", f)
	}

	ada.post(machine + "/archiving").status(303)
	ada.get("/settings/fields").sees("Eén opgeborgen veld")
	ada.get(machine).status(200).sees("Dit veld is opgeborgen.")
	ada.post(machine, "version", "9", "nl", "X", "purpose", "p", "ground", "contract").status(409)
	ada.post(machine+"/place", "to", "up").status(409)
	ada.post(machine + "/revival").status(303)
	ada.post(machine + "/revival").status(409)

	seller := ada.as(ada.world.Member("Vera", member.AccountManager))
	seller.get("/settings/fields").status(403)
	seller.get(machine).status(403)
	seller.post("/settings/fields", "kind", "account", "nl", "Mijn", "type", "text", "purpose", "p", "ground", "consent").status(403)
	seller.post(machine+"/place", "to", "up").status(403)
	seller.get("/settings/profile").status(200).misses("Eigen velden", "/settings/webhooks").sees("/settings/tags")
}

func TestTagPages(t *testing.T) {
	t.Parallel()
	ada := office(t)
	ada.get("/settings/tags").status(200).sees("Nog geen labels")
	a := ada.firm("De Linden", "Zwolle", "vip", "zorg")
	ada.firm("Haverkamp", "Deventer", "vip")
	c := ada.person(a, "Inge", "Smit", "Inkoper")
	if _, err := ada.world.App.ChangeContact(t.Context(), ada.who, c.ID, 0, tagPatch("vip")); err != nil {
		t.Fatal(err)
	}
	ada.get("/settings/tags").status(200).sees("vip", "2 relaties", "1 contact", "/accounts?tags=vip", "/contacts?tags=vip")
	ada.get("/settings/tags?q=zo").status(200).sees("zorg").misses(">vip<")

	ada.post("/settings/tags/renaming", "tag", "vip", "to", "a,b").status(422).sees("In een label staat geen komma.", `value="a,b"`)
	ada.post("/settings/tags/renaming", "tag", "", "to", "x").status(422)
	done := ada.post("/settings/tags/renaming", "tag", "vip", "to", "Zorg").status(303)
	if got, want := ada.tagsOf(), "zorg:3"; got != want {
		t.Fatalf("after merging %s, want %s", got, want)
	}
	toast := ada.get("/settings/tags", "Cookie", cookieOf(done)).status(200).sees("“vip” is “zorg” geworden op 3 plekken.", "Ongedaan maken")
	ada.post("/settings/tags/undoing", "of", toast.found(`name="of" value="([^"]+)"`)).status(303)
	if got, want := ada.tagsOf(), "vip:3 zorg:1"; got != want {
		t.Errorf("after undoing %s, want %s", got, want)
	}
	ada.post("/settings/tags/removal", "tag", "vip").status(303)
	if got, want := ada.tagsOf(), "zorg:1"; got != want {
		t.Errorf("after removing %s, want %s", got, want)
	}
	for _, of := range []string{"x", "1,2,3,4,5", id.New[id.Record]().String()} {
		ada.post("/settings/tags/undoing", "of", of).status(404)
		ada.get("/settings/tags?of=" + url.QueryEscape(of)).status(200)
	}
	desk := ada.as(ada.world.Member("Olaf", member.OrderDesk))
	desk.get("/settings/tags").status(403)
	desk.post("/settings/tags/removal", "tag", "zorg").status(403)
	// A marketer may change the tags of what a marketer sees.
	ada.as(ada.world.Member("Mo", member.Marketer)).get("/settings/tags").status(200)
}

// A merge of many is a job, whose progress the page tells.
func TestTagJob(t *testing.T) {
	t.Parallel()
	ada := office(t)
	for n := range 201 {
		ada.firm("Firma "+strings.Repeat("i", n%7)+string(rune('a'+n%26)), "Ede", "oud")
	}
	to := ada.post("/settings/tags/renaming", "tag", "oud", "to", "nieuw").status(303).to
	if !strings.HasPrefix(to, "/settings/tags?of=") {
		t.Fatalf("sent to %s", to)
	}
	ada.get(to).status(200).sees("hx-get", "Kijk nog eens")
	ada.get("/settings/jobs").status(200).sees("Veel tegelijk wijzigen", "Wacht", "hx-get")
	ctx, stop := context.WithCancel(t.Context())
	worked := make(chan error, 1)
	go func() {
		worked <- ada.world.App.Work(ctx, ada.world.App.Jobs(), job.Options{Poll: 10 * time.Millisecond})
	}()
	for range 400 {
		if page := ada.get(to, "HX-Request", "true"); !strings.Contains(page.body, "hx-get") {
			break
		}
		time.Sleep(25 * time.Millisecond)
	}
	page := ada.get(to, "HX-Request", "true").status(200).sees("“oud” is “nieuw” geworden op 201 plekken.", "Ongedaan maken").misses("hx-get", "<main")
	if got, want := ada.tagsOf(), "nieuw:201"; got != want {
		t.Errorf("tags %s, want %s", got, want)
	}
	for range 400 { // the job is done a moment after what it did
		if strings.Contains(ada.get("/settings/jobs?state=done").body, "Veel tegelijk wijzigen") {
			break
		}
		time.Sleep(25 * time.Millisecond)
	}
	ada.get("/settings/jobs?state=done").status(200).sees("Veel tegelijk wijzigen")
	stop()
	if err := <-worked; err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	again := ada.post("/settings/tags/undoing", "of", page.found(`name="of" value="([^"]+)"`)).status(303).to
	ada.get(again).status(200).sees("hx-get")
}

func TestWebhookPages(t *testing.T) {
	t.Parallel()
	ada := office(t)
	ada.get("/settings/webhooks").status(200).sees("Nog geen webhooks")
	ada.get("/settings/webhooks/new").status(200).sees("account.created", "Relatie toegevoegd", `value="account.*" checked`)
	ada.post("/settings/webhooks", "name", "Boek <i>", "url", "gopher://x", "deed", "account.created").status(422).sees("Vul een adres in dat met https://", `value="Boek &lt;i&gt;"`)
	ada.post("/settings/webhooks", "name", "Boek", "url", "https://boek.example/in").status(422).sees("Kies minstens één gebeurtenis")
	made := ada.post("/settings/webhooks", "name", "Boek", "url", "https://boek.example/in", "deed", "account.*", "deed", "later.made").status(201).sees("whsec_", "hierna is het niet meer te zien")
	address := made.found(`action="(/settings/webhooks/[0-9a-f-]{36})"`)
	ada.get(address).status(200).misses("whsec_").sees("Nog niets.", `value="later.made"`, "Webhook gemaakt")
	ada.get("/settings/webhooks").status(200).sees("Boek", "https://boek.example/in", "account.*")

	ada.firm("De Linden", "Zwolle")
	page := ada.get(address).status(200).sees("Relatie: Relatie toegevoegd", "wacht").misses("Nog eens sturen")
	version := page.found(`name="version" value="(\d+)"`)
	ada.post(address, "version", "99", "name", "Anders", "url", "https://boek.example/in", "deed", "*").status(409).sees(`value="Anders"`)
	ada.post(address, "version", version, "name", "Anders", "url", "https://boek.example/in", "deed", "*").status(303)
	ada.get(address).status(200).sees("Naam: van Boek naar Anders")
	ada.post(address + "/switch").status(303)
	ada.get(address).status(200).sees("Aan: van ja naar nee")
	ada.post(address+"/switch", "active", "1").status(303)

	// What failed for good is in the log with its attempts, and can go again.
	hook, err := id.Parse[id.Webhook](strings.TrimPrefix(address, "/settings/webhooks/"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ada.world.App.SendBy(func(context.Context, string, map[string]string, []byte) (int, error) { return 410, nil })
	worked := make(chan error, 1)
	go func() {
		worked <- ada.world.App.Work(ctx, ada.world.App.Jobs(), job.Options{Poll: 10 * time.Millisecond})
	}()
	for range 400 {
		all, err := ada.world.App.Deliveries(t.Context(), ada.who, hook, id.Delivery{}, 9)
		if err != nil {
			t.Fatal(err)
		}
		if len(all) > 0 && all[len(all)-1].State == webhook.Failed {
			break
		}
		time.Sleep(25 * time.Millisecond)
	}
	stop()
	if err := <-worked; err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	page = ada.get(address).status(200).sees("mislukt", "antwoord 410", "Webhook uitgezet na te veel fouten")
	replay := page.found(`action="(/settings/webhooks/[0-9a-f-]{36}/deliveries/[0-9a-f-]{36}/replay)"`)
	ada.post(replay).status(303)
	ada.get(address).sees("opnieuw gestuurd")
	ada.post(address + "/deliveries/" + id.New[id.Delivery]().String() + "/replay").status(404)

	seller := ada.as(ada.world.Member("Vera", member.Director))
	for _, post := range []string{address, address + "/switch", address + "/removal", replay, "/settings/webhooks"} {
		seller.post(post, "name", "X", "url", "https://x.example", "deed", "*").status(403)
	}
	seller.get(address).status(403)
	ada.post(address + "/removal").status(303)
	ada.get(address).status(404)
}

func TestJobPages(t *testing.T) {
	t.Parallel()
	ada := office(t)
	ada.get("/settings/jobs").status(200).sees("Geen taken")
	if _, _, err := ada.world.App.AddWebhook(t.Context(), ada.who, webhook.Webhook{Name: "Boek", URL: "https://boek.example", Deeds: []string{"account.created"}}); err != nil {
		t.Fatal(err)
	}
	ada.firm("De Linden", "Zwolle")
	page := ada.get("/settings/jobs?state=waiting").status(200).sees("Bericht aan een ander systeem", "Annuleren")
	address := page.found(`href="(/settings/jobs/[0-9a-f-]{36})"`)
	ada.get(address).status(200).sees("webhook.deliver", "delivery")
	ada.get(address, "HX-Request", "true").status(200).sees("<li", "hx-get").misses("<main")
	ada.post(address + "/retry").status(409)
	ada.post(address + "/cancellation").status(303)
	ada.get(address, "HX-Request", "true").status(200).sees("Geannuleerd", "Opnieuw").misses("hx-get")
	ada.post(address + "/retry").status(303)
	ada.get("/settings/jobs?state=waiting").sees(address)
	for _, q := range []string{"?state=%00", "?state=nonsense&before=x", "?before=" + id.New[id.Job]().String()} {
		ada.get("/settings/jobs" + q).status(200)
	}
	ada.get("/settings/jobs/x").status(404)
	seller := ada.as(ada.world.Member("Vera", member.AccountManager))
	seller.get("/settings/jobs").status(403)
	seller.get(address).status(403)
	seller.post(address + "/cancellation").status(403)
}

func TestAuditPage(t *testing.T) {
	t.Parallel()
	ada := office(t)
	vera := ada.as(ada.world.Member("Vera", member.AccountManager))
	a := ada.firm("De <Linden>", "Zwolle")
	b := vera.firm("Haverkamp", "Deventer")
	if _, err := ada.world.App.ChangeAccount(t.Context(), ada.who, a.ID, 0, namePatch("De Beuken")); err != nil {
		t.Fatal(err)
	}
	ada.get("/settings/audit").status(200).sees("De &lt;Linden&gt;", "Haverkamp", "/accounts/"+a.ID.String(), "Naam: van De &lt;Linden&gt; naar De Beuken", "Sanne de Wit · Relatie")
	ada.get("/settings/audit?what=account.changed").status(200).sees("De Beuken").misses("/accounts/" + b.ID.String())
	ada.get("/settings/audit?what=account&who=" + vera.who.Member.ID.String()).status(200).sees("Haverkamp").misses("De Beuken")
	ada.get("/settings/audit?what=webhook").status(200).sees("Hier is niets over te vinden.")
	for range 60 {
		ada.firm("Nog een", "Ede")
	}
	first := ada.get("/settings/audit?what=account").status(200)
	next := first.found(`href="(/settings/audit\?before=[^"]+)"`)
	second := ada.get(next).status(200).sees("Haverkamp")
	if one, two := strings.Count(first.body, `class="audit-time"`), strings.Count(second.body, `class="audit-time"`); one != 50 || two != 13 {
		t.Errorf("pages of %d and %d facts, want 50 and 13", one, two)
	}
	for _, q := range []string{"?what=%00%ff", "?what=account.%27", "?who=me", "?before=1", "?before=" + id.New[id.Fact]().String()} {
		ada.get("/settings/audit" + q).status(200)
	}
	vera.get("/settings/audit").status(403)
	privacy := ada.as(ada.world.Member("Pim", member.Privacy))
	// A member page is for who manages members; the line stands without a link.
	privacy.get("/settings/audit?what=member").status(200).sees("Pim").misses(`href="/settings/members/`)
}

// Nothing that is typed or sent ends in a failure of ours.
func TestAdminHostile(t *testing.T) {
	t.Parallel()
	ada := office(t)
	ada.firm("De Linden", "Zwolle", "vip")
	odd := []string{"", "\x00", "\xff\xfe", "a\u202eb", strings.Repeat("é", 5000), "<script>alert(1)</script>", "'; DROP TABLE tag; --", "-1", "99999999999999999999", "{{.x}}", "../../etc"}
	names := []string{"kind", "nl", "en", "type", "purpose", "ground", "choice_key", "choice_nl", "choice_en", "back", "version", "to", "tag", "of", "name", "url", "deed", "active"}
	all := ada.fields(fact.Account)
	if len(all) != 0 {
		t.Fatal("fields in a fresh house")
	}
	f, err := ada.world.App.AddField(t.Context(), ada.who, field.Draft{Kind: fact.Account, Label: field.Label{NL: "Soort"}, Type: field.Choices, Choices: []field.Option{{Label: field.Label{NL: "Een"}}}, Purpose: "p", Ground: field.Contract})
	if err != nil {
		t.Fatal(err)
	}
	h, _, err := ada.world.App.AddWebhook(t.Context(), ada.who, webhook.Webhook{Name: "x", URL: "https://x.example", Deeds: []string{"*"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"/settings/fields", "/settings/fields/" + f.ID.String(), "/settings/fields/" + f.ID.String() + "/place", "/settings/tags/renaming", "/settings/tags/removal",
		"/settings/tags/undoing", "/settings/webhooks", "/settings/webhooks/" + h.ID.String(), "/settings/webhooks/" + h.ID.String() + "/switch"} {
		for _, value := range odd {
			var pairs []string
			for _, name := range names {
				pairs = append(pairs, name, value, name, value)
			}
			if got := ada.post(address, pairs...); got.code >= 500 || strings.Contains(got.body, "<script>alert") {
				t.Errorf("%s with %.20q: %d", address, value, got.code)
			}
		}
	}
	for _, address := range []string{"/settings/fields/new?kind=", "/settings/tags?q=", "/settings/tags?of=", "/settings/jobs?state=", "/settings/jobs?before=", "/settings/audit?what=", "/settings/audit?who=", "/settings/audit?before=", "/settings/webhooks/" + h.ID.String() + "?before="} {
		for _, value := range odd {
			if got := ada.get(address + url.QueryEscape(value)); got.code != 200 || strings.Contains(got.body, "<script>alert") {
				t.Errorf("%s with %.20q: %d", address, value, got.code)
			}
		}
	}
}

// cookieOf is what an answer asks the browser to send along.
func cookieOf(a answer) string {
	name, _, _ := strings.Cut(a.header.Get("Set-Cookie"), ";")
	return name
}

// tagsOf is every tag with its count.
func (b *clerk) tagsOf() string {
	b.Helper()
	all, err := b.world.App.Tags(b.Context(), b.who, "", 100)
	if err != nil {
		b.Fatal(err)
	}
	var out []string
	for _, t := range all {
		out = append(out, t.Tag+":"+strconv.Itoa(t.Count))
	}
	return strings.Join(out, " ")
}

func tagPatch(tags ...string) contact.Patch { return contact.Patch{Tags: opt.Some(tags)} }

func namePatch(name string) account.Patch { return account.Patch{Name: opt.Some(name)} }

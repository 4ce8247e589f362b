package desk_test

import (
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"kring/app"
	"kring/door"
	"kring/door/desk"
	"kring/kit"
)

// site is a Kring served on loopback.
type site struct {
	*testing.T
	url   string
	clock *kit.Clock
}

func open(t *testing.T) *site {
	t.Helper()
	_, db, clock := kit.SQLite(t)
	mux := http.NewServeMux()
	desk.New(app.New(db, app.Config{}), mux)
	server := httptest.NewServer(door.Wrap(door.Config{Log: slog.New(slog.DiscardHandler)}, mux))
	t.Cleanup(server.Close)
	return &site{T: t, url: server.URL, clock: clock}
}

// browser is somebody's, with cookies of its own.
type browser struct {
	*site
	client *http.Client
	status int
	body   string
	at     string // the address after redirects
}

func (s *site) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.Fatal(err)
	}
	return &browser{site: s, client: &http.Client{Jar: jar}}
}

func (b *browser) took(r *http.Response, err error) *browser {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		b.Fatal(err)
	}
	b.status, b.body, b.at = r.StatusCode, string(body), r.Request.URL.RequestURI()
	if key := bareKey.FindString(tags.ReplaceAllString(b.body, "\n")); key != "" && strings.Contains(r.Header.Get("Content-Type"), "html") {
		b.Errorf("%s shows a key instead of words: %s", b.at, key)
	}
	return b
}

var (
	tags    = regexp.MustCompile(`(?s)<[^>]*>`)
	bareKey = regexp.MustCompile(`(?m)^\s*(entry|setting|security|token|member|team|provider|setup|sight|right|role|scope|deed|nav|desk|fault|look)\.[a-z_]+(\.[a-z_]+)*\s*$`)
)

func (b *browser) get(path string) *browser {
	b.Helper()
	return b.took(b.client.Get(b.url + path))
}

func (b *browser) post(path string, fields ...string) *browser {
	b.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return b.took(b.client.PostForm(b.url+path, form))
}

// want checks the status and that the page says some things.
func (b *browser) want(status int, says ...string) *browser {
	b.Helper()
	text := html.UnescapeString(b.body)
	if b.status != status {
		b.Fatalf("%s: status %d, want %d: %.600s", b.at, b.status, status, text)
	}
	for _, s := range says {
		if !strings.Contains(text, s) {
			b.Fatalf("%s does not say %q: %s", b.at, s, text)
		}
	}
	return b
}

// found is what a pattern's group finds on the page.
func (b *browser) found(pattern string) string {
	b.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(b.body)
	if m == nil {
		b.Fatalf("%s has no %s: %s", b.at, pattern, b.body)
	}
	return html.UnescapeString(m[1])
}

const word = "kersen op sap 1958"

func (s *site) founded() *browser {
	s.Helper()
	b := s.browser()
	b.post("/setup", "organisation", "Brandt & Zoon", "word", "customer", "locale", "nl", "name", "Anna Brandt", "email", "anna@brandt.example", "password", word)
	return b.want(200, "Wie werken er mee?")
}

func TestSetupPages(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := s.browser()
	b.get("/").want(200, "Vertel wie jullie zijn")
	b.get("/sign-in").want(200, "Vertel wie jullie zijn")
	b.get("/setup?lang=en").want(200, "Tell us who you are")
	b.post("/setup", "organisation", "Brandt", "word", "customer", "locale", "nl", "name", "", "email", "anna@", "password", "kort").
		want(422, "Something is missing after the @", "at least 10 characters", `value="Brandt"`, `value="anna@"`)
}

func TestSignInPages(t *testing.T) {
	t.Parallel()
	s := open(t)
	admin := s.founded()
	admin.post("/setup/team", "name-1", "Els Vos", "email-1", "els@brandt.example", "role-1", "service", "name-2", "Jan", "email-2", "jan@", "role-2", "service").
		want(422, "Link voor Els Vos", "Er ontbreekt iets na het apenstaartje", `value="Jan"`)
	link := admin.found(`value="http://[^/]+(/welcome/[^"]+)"`)
	admin.get("/setup")
	if admin.at == "/setup" {
		t.Fatal("set up twice")
	}

	els := s.browser()
	els.get("/welcome/nooit").want(404, "Deze link is al gebruikt of verlopen")
	els.get(link).want(200, "Welkom, Els Vos", "els@brandt.example")
	els.post(link, "password", "kort").want(422, "minstens 10 tekens")
	els.post(link, "password", "vlinders boven het veld")
	els.get("/settings").want(200, "Els Vos", "Servicemedewerker")
	els.get(link).want(404)
	for _, page := range []string{"organisation", "members", "teams", "roles", "providers"} {
		els.get("/settings/" + page).want(403)
	}
	els.post("/settings/organisation", "name", "Gekaapt", "version", "1").want(403)

	// Errors never say which of the two was wrong; what was typed stays.
	b := s.browser()
	b.get("/settings/security").want(200, "Fijn dat je er bent", "Log in bij Brandt & Zoon")
	wrong := b.post("/sign-in", "email", "els@brandt.example", "password", "fout fout fout").want(401, `value="els@brandt.example"`).body
	absent := b.post("/sign-in", "email", "els@brandt.exampla", "password", "fout fout fout").want(401).body
	if strings.ReplaceAll(absent, "exampla", "example") != wrong {
		t.Fatal("the page tells who exists")
	}
	b.get("/sign-in/forgotten").want(200, "beheerder")
	b.post("/sign-in", "email", "els@brandt.example", "password", "vlinders boven het veld", "next", "/settings/security").want(200, "Apparaten")
	b.post("/sign-in", "email", "els@brandt.example", "password", "vlinders boven het veld", "next", "//elders.example/")
	if b.at == "" || strings.Contains(b.at, "elders") {
		t.Fatal("an address elsewhere")
	}
	b.get("/settings/security").want(200)
	b.post("/settings/security/sessions/ending", "which", "others").want(200, "Uitgelogd")
	els.get("/settings").want(200, "Fijn dat je er bent") // the other device
	b.post("/sign-out").want(200, "Fijn dat je er bent")
	b.get("/settings").want(200, "Fijn dat je er bent")
}

func TestSessionCookie(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.founded()
	b := s.browser()
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	r, err := b.client.PostForm(b.url+"/sign-in", url.Values{"email": {"anna@brandt.example"}, "password": {word}})
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	var found *http.Cookie
	for _, c := range r.Cookies() {
		if c.Name == "kring" {
			found = c
		}
	}
	if found == nil || !found.HttpOnly || found.SameSite != http.SameSiteLaxMode || found.Path != "/" {
		t.Fatalf("cookie %+v", found)
	}
	if r.StatusCode != http.StatusSeeOther {
		t.Fatalf("status %d", r.StatusCode)
	}
	// What a browser brings along never becomes the session.
	fixed := &http.Cookie{Name: "kring", Value: "gekozen-door-een-ander"}
	req, err := http.NewRequest(http.MethodPost, b.url+"/sign-in", strings.NewReader(url.Values{"email": {"anna@brandt.example"}, "password": {word}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.AddCookie(fixed)
	r, err = (&http.Client{CheckRedirect: b.client.CheckRedirect}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	for _, c := range r.Cookies() {
		if c.Name == "kring" && c.Value == fixed.Value {
			t.Fatal("a fixed session")
		}
	}
	// Another site's form signs nobody in or out.
	req.Body, req.ContentLength = http.NoBody, 0
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	r, err = http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode != http.StatusForbidden {
		t.Fatalf("from another site: %d", r.StatusCode)
	}
}

func TestSettingPages(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := s.founded()
	for _, page := range []string{"profile", "security", "tokens", "organisation", "members", "members/new", "teams", "roles", "providers"} {
		b.get("/settings/"+page).want(200, "Instellingen")
	}
	b.post("/settings/profile", "name", "Anna", "locale", "en", "theme", "dark").want(200, "Saved", `data-theme="dark"`, "My profile")
	b.post("/settings/profile", "name", "", "locale", "en", "theme", "dark", "keys", "1").want(422, `aria-invalid="true"`)
	b.post("/settings/profile", "name", "Anna", "locale", "nl", "theme", "", "keys", "1").want(200, "Opgeslagen")

	v := b.get("/settings/organisation").found(`name="version" value="(\d+)"`)
	b.post("/settings/organisation", "version", v, "name", "Brandt", "word", "guest", "locale", "nl", "zone", "Europe/Amsterdam", "country", "nl").want(200, "Opgeslagen", "Naam: van Brandt & Zoon naar Brandt", "Woord: van Klant naar Gast")
	b.post("/settings/organisation", "version", v, "name", "Brandt 2", "word", "guest", "locale", "nl", "zone", "Europe/Amsterdam", "country", "NL").want(409, "intussen gewijzigd", `value="Brandt 2"`)
	v = b.found(`name="version" value="(\d+)"`)
	b.post("/settings/organisation", "version", v, "name", "Brandt 2", "word", "guest", "locale", "nl", "zone", "Europe/Nergens", "country", "NL").want(422, "tijdzone bestaat niet")

	b.post("/settings/teams", "name", "Verkoop").want(200, "Team gemaakt", "Verkoop")
	sales := b.found(`/settings/teams/([0-9a-f-]{36})"`)
	b.post("/settings/teams", "name", "West", "parent", sales).want(200, "depth-1")
	b.post("/settings/teams", "name", "West").want(422, "al een team met deze naam")
	b.post("/settings/teams/"+sales, "version", "1", "name", "Verkoop", "parent", sales).want(422, "niet boven zichzelf")
	b.post("/settings/teams/"+sales+"/removal", "version", "1").want(409, "horen nog")
	b.post("/settings/teams/nergens", "version", "1").want(404)

	b.post("/settings/members", "name", "Els Vos", "email", "els@brandt.example", "role", "account_manager", "team", sales, "locale", "nl").want(200, "Geef deze link aan Els Vos")
	els := b.found(`(/settings/members/[0-9a-f-]{36})"`)
	b.post("/settings/members", "name", "Els", "email", "els@brandt.example", "role", "service", "locale", "nl").want(422, "hoort er al bij")
	b.get("/settings/members").want(200, "Els Vos", "uitgenodigd", "Accountmanager", "Verkoop")
	b.get(els).want(200, "Nieuwe uitnodiging", "Waarom ziet deze persoon dit?")
	b.get(els+"?record=zorggroep").want(200, "Niets gevonden met deze naam")
	b.post(els+"/link").want(200, "/welcome/")
	b.post(els, "version", "1", "name", "Els de Vos", "role", "service", "team", "", "locale", "nl").want(200, "Opgeslagen", "Rol: van Accountmanager naar Servicemedewerker", "Team: van Verkoop naar —")
	b.post(els, "version", "1", "name", "X", "role", "service", "team", "", "locale", "nl").want(409, `value="X"`)
	b.post(els+"/disabling", "version", "2").want(200, "uitgeschakeld")
	b.post(els+"/enabling", "version", "3").want(200, "uitgenodigd")
	b.get("/settings/members/nergens").want(404)

	v = b.get("/settings/roles").found(`name="version" value="(\d+)"`)
	b.post("/settings/roles", "version", v, "service.account", "own").want(200, "Opgeslagen")
	b.post("/settings/roles", "version", "1", "service.account", "own").want(409)

	b.post("/settings/tokens", "name", "", "until", "30").want(422, "Een API-sleutel heeft een naam")
	b.post("/settings/tokens", "name", "Webwinkel", "until", "30").want(200, "kring_", "nog niet gebruikt")
	token := b.found(`/settings/tokens/([0-9a-f-]{36})/revocation`)
	b.get("/settings/tokens").want(200, "Webwinkel")
	if strings.Contains(b.body, "kring_") {
		t.Fatal("a token is shown twice")
	}
	b.post("/settings/tokens/"+token+"/revocation").want(200, "API-sleutel ingetrokken")

	b.post("/settings/providers", "name", "Eigen", "issuer", "http://elders.example", "client_id", "kring").want(422, "https://")
	b.post("/settings/providers", "name", "Eigen", "issuer", "https://id.example", "client_id", "kring", "secret", "s3").want(200, "Er is een geheim bewaard", "/sign-in/provider/return")
	if strings.Contains(b.body, "s3\"") {
		t.Fatal("the secret is on the page")
	}
	provider := strings.TrimPrefix(b.at, "/settings/providers/")
	s.browser().get("/sign-in").want(200, "Met Eigen", "/sign-in/provider/"+provider)
	b.post("/settings/providers/"+provider+"/removal", "version", "1").want(200, "Aanbieder verwijderd")
}

func TestTwoStepPages(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := s.founded()
	b.post("/settings/security/codes", "password", "fout fout fout").want(422, "Dit is niet je wachtwoord")
	b.post("/settings/security/codes", "password", word).want(200, "Scan deze code", "data:image/png;base64,")
	secret := strings.ReplaceAll(b.found(`<code>([A-Z2-7 ]+)</code>`), " ", "")
	b.post("/settings/security/codes/confirmation", "code", "000000").want(422, "Deze code klopt niet", secret[:4])
	code, err := totp.GenerateCode(secret, s.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	b.post("/settings/security/codes/confirmation", "code", code).want(200, "Herstelcodes")
	recovery := b.found(`<code>([a-z2-7-]{19})</code>`)
	b.get("/settings/security").want(200, "nog 10 herstelcodes")
	c := s.browser()
	c.get("/sign-in/step").want(200, "Fijn dat je er bent")
	c.post("/sign-in", "email", "anna@brandt.example", "password", word, "next", "/settings/tokens").want(200, "Nog één stap")
	c.get("/settings").want(200, "Fijn dat je er bent")
	c.post("/sign-in/step", "code", "123", "next", "/settings/tokens").want(422, "Deze code klopt niet")
	c.post("/sign-in/step", "code", strings.ToUpper(recovery), "next", "/settings/tokens").want(200, "API-sleutels")
	d := s.browser()
	d.post("/sign-in", "email", "anna@brandt.example", "password", word).want(200, "Nog één stap")
	s.clock.Advance(11 * time.Minute)
	d.post("/sign-in/step", "code", code).want(200, "Dit duurde te lang", "Fijn dat je er bent")
	b.post("/settings/security/codes/removal", "password", word).want(200, "staat uit")
	b.post("/settings/security/password", "password", word, "new", "regen op het dakraam").want(200, "Wachtwoord gewijzigd")
}

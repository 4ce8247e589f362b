package api_test

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"kring/app"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/account"
	"kring/domain/member"
	"kring/door"
	"kring/door/api"
	"kring/kit"
	"kring/store"
)

// TestAnswers is requests with what must and must not be in the answer. ACCOUNT
// is an account of the caller, FOREIGN one of another organisation.
func TestAnswers(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		h := open(t, db, api.Config{})
		anna := h.Member("Anna", member.Admin)
		boss := h.MemberOf(h.Organisation("Elders"), "Vreemde", member.Admin)
		mine, foreign := h.thing("account", anna, anna), h.thing("account", boss, boss)
		stranger := boss.Member.ID.String()
		fill := strings.NewReplacer("ACCOUNT", mine, "FOREIGN", foreign, "STRANGER", stranger)
		admin, service := h.token(anna), h.token(h.Member("Bea", member.Service))
		big := strings.Repeat("x", door.MaxBody)
		for _, c := range []struct {
			name, token, method, path, body string
			header                          []string
			status                          int
			has, not                        []string
		}{
			{"the least that makes an account", admin, "POST", "/accounts", `{"name":"Kade 9","kind":"organisation"}`, nil, 201, []string{`"name":"Kade 9"`, `"version":1`}, []string{"null,null"}},
			{"no name", admin, "POST", "/accounts", `{"kind":"organisation"}`, nil, 422, []string{`"field":"name"`, `"code":"account.no_name"`, `"status":422`}, nil},
			{"in Dutch", admin, "POST", "/accounts", `{"naam":"x","name":"a"}`, []string{"Accept-Language", "nl-NL,en;q=0.5"}, 422, []string{"Dit veld is er niet."}, []string{"There is no"}},
			{"in English", admin, "POST", "/accounts", `{"naam":"x","name":"a"}`, []string{"Accept-Language", "fr, en"}, 422, []string{"There is no such field."}, nil},
			{"every mistake at once", admin, "POST", "/accounts", `{"kvk":"1","vat_id":"x","phones":[{"number":"06"}],"emails":[{"address":"a"}]}`, nil, 422,
				[]string{`"field":"kvk"`, `"field":"vat_id"`, `"field":"phones.0.number"`, `"field":"emails.0.address"`, `"field":"name"`}, nil},
			{"broken JSON", admin, "POST", "/accounts", `{"name":`, nil, 400, []string{`"code":"api.broken"`, "byte 9"}, nil},
			{"not UTF-8", admin, "POST", "/accounts", "{\"name\":\"\xc0\xaf\"}", nil, 400, []string{`"code":"api.utf8"`}, nil},
			{"control character", admin, "POST", "/accounts", `{"name":"a\u0000b"}`, nil, 422, []string{`"code":"text.control"`, `"field":"name"`}, nil},
			{"control character in a note", admin, "POST", "/accounts", `{"name":"a","note":"b\u0007"}`, nil, 422, []string{`"field":"note"`}, nil},
			{"control character in an external id", admin, "POST", "/accounts", `{"name":"a","external_id":"\u0000"}`, nil, 422, []string{`"field":"external_id"`}, nil},
			{"control character in a tag", admin, "POST", "/accounts", `{"name":"a","tags":["\u0000x"]}`, nil, 422, []string{`"field":"tags"`}, nil},
			{"control character in an own key", admin, "POST", "/accounts", `{"name":"a","own":{"\u0000":1}}`, nil, 422, []string{`"account.own"`}, nil},
			{"NaN", admin, "POST", "/accounts", `{"name":"a","size":NaN}`, nil, 400, []string{`"code":"api.broken"`}, nil},
			{"deep", admin, "POST", "/accounts", `{"own":{"a":` + strings.Repeat("[", 99) + strings.Repeat("]", 99) + `}}`, nil, 400, []string{`"code":"api.deep"`}, nil},
			{"another kind of content", admin, "POST", "/accounts", `name=a`, []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, []string{`"code":"api.media"`}, nil},
			{"another charset", admin, "POST", "/accounts", `{"name":"a"}`, []string{"Content-Type", "application/json; charset=latin1"}, 415, nil, nil},
			{"merge patch is for PATCH", admin, "POST", "/accounts", `{"name":"a"}`, []string{"Content-Type", "application/merge-patch+json"}, 415, nil, nil},
			{"too large", admin, "POST", "/accounts", `{"name":"` + big + `"}`, nil, 413, []string{`"code":"api.large"`}, nil},
			{"nobody", "", "GET", "/accounts", "", nil, 401, []string{`"code":"entry.visitor"`}, nil},
			{"basic", "", "GET", "/accounts", "", []string{"Authorization", "Basic eA=="}, 401, nil, nil},
			{"a token that is none", "kring_nothing", "GET", "/accounts", "", nil, 401, nil, nil},
			{"no right", service, "DELETE", "/accounts/ACCOUNT", "", nil, 403, []string{`"code":"denied"`}, nil},
			{"another organisation's", admin, "GET", "/accounts/FOREIGN", "", nil, 404, []string{`"code":"not_found"`}, nil},
			{"change another organisation's", admin, "PATCH", "/accounts/FOREIGN", `{"size":1}`, nil, 404, nil, nil},
			{"with If-Match too", admin, "PATCH", "/accounts/FOREIGN", `{"size":1}`, []string{"If-Match", `"1"`}, 404, nil, []string{"current"}},
			{"bin another organisation's", admin, "DELETE", "/accounts/FOREIGN", "", nil, 404, nil, nil},
			{"an owner of another organisation", admin, "POST", "/accounts", `{"name":"a","owner":"STRANGER"}`, nil, 422, []string{`"field":"owner"`, `"member.unknown"`}, nil},
			{"a contact at another organisation's account", admin, "POST", "/contacts", `{"given":"a","accounts":[{"account":"FOREIGN"}]}`, nil, 422, []string{`"field":"accounts.0.account"`}, nil},
			{"what is no id", admin, "GET", "/accounts/7", "", nil, 404, nil, nil},
			{"an id with a NUL", admin, "GET", "/accounts/%00", "", nil, 404, nil, nil},
			{"no such address", admin, "GET", "/nothing", "", nil, 404, []string{`"code":"api.path"`}, []string{"<html"}},
			{"no such address to write to", admin, "POST", "/nothing", `{}`, nil, 404, []string{`"code":"api.path"`}, nil},
			{"no such method", admin, "PUT", "/accounts/ACCOUNT", `{}`, nil, 405, []string{`"code":"api.method"`}, nil},
			{"no such parameter", admin, "GET", "/accounts?naam=x", "", nil, 422, []string{`"field":"naam"`, `"filter.unknown"`}, nil},
			{"an op that cannot be", admin, "GET", "/accounts?size=contains:1", "", nil, 422, []string{`"field":"size"`}, nil},
			{"an own field that is not there", admin, "GET", "/accounts?own.x=1", "", nil, 422, []string{`"field":"own.x"`}, nil},
			{"a cursor that is none", admin, "GET", "/accounts?cursor=x", "", nil, 422, []string{`"field":"cursor"`}, nil},
			{"a limit that is none", admin, "GET", "/accounts?limit=1000", "", nil, 422, []string{`"field":"limit"`}, nil},
			{"a broken query", admin, "GET", "/accounts?q=%zz", "", nil, 400, []string{`"code":"api.query"`}, nil},
			{"bytes that are no text in a query", admin, "GET", "/accounts?q=%ff", "", nil, 422, []string{`"field":"q"`}, nil},
			{"NUL in a query", admin, "GET", "/search?q=%00", "", nil, 422, []string{`"field":"q"`}, nil},
			{"NUL in the name of a file", admin, "POST", "/accounts/ACCOUNT/files?name=a%00.txt", "x", nil, 422, []string{`"file.name"`}, nil},
			{"an empty file", admin, "POST", "/accounts/ACCOUNT/files?name=a.txt", "", nil, 422, []string{`"file.empty"`}, nil},
			{"facts with a strange parameter", admin, "GET", "/facts?who=me", "", nil, 422, []string{`"field":"who"`}, nil},
			{"views of no list", admin, "GET", "/views?kind=tree", "", nil, 422, []string{`"field":"kind"`}, nil},
			{"bulk of nothing", admin, "POST", "/accounts/bulk", `{"items":[]}`, nil, 422, []string{`"field":"items"`}, nil},
			{"bulk of too many", admin, "POST", "/accounts/bulk", `{"items":[` + strings.Repeat(`{"name":"a"},`, 1000) + `{"name":"b"}]}`, nil, 422, []string{`"api.bulk"`}, nil},
			{"bulk names the item", admin, "POST", "/accounts/bulk", `{"items":[{"name":"a"},{"name":""},{"id":"FOREIGN","size":1}]}`, nil, 422, []string{`"field":"items.1.name"`, `"field":"items.2.id"`}, nil},
			{"bulk of a strange field", admin, "POST", "/accounts/bulk", `{"items":[{"naam":"a"}]}`, nil, 422, []string{`"field":"items.0.naam"`}, nil},
			{"a key that is none", admin, "POST", "/accounts", `{"name":"a"}`, []string{"Idempotency-Key", "two words"}, 400, []string{`"code":"api.key"`}, nil},
			{"who am I", service, "GET", "/me", "", nil, 200, []string{`"role":"service"`, `"account.write"`, `"scopes":{"account":"all"`}, []string{`"account.erase"`}},
			{"HEAD", admin, "HEAD", "/accounts/ACCOUNT", "", nil, 200, nil, []string{"id"}},
		} {
			t.Run(c.name, func(t *testing.T) {
				w := h.ask(c.token, c.method, "/api/v1"+fill.Replace(c.path), fill.Replace(c.body), c.header...)
				if w.Code != c.status {
					t.Fatalf("%d: %.500s", w.Code, w.Body)
				}
				for _, s := range c.has {
					if !strings.Contains(w.Body.String(), s) {
						t.Errorf("no %s in %.2000s", s, w.Body)
					}
				}
				for _, s := range c.not {
					if strings.Contains(w.Body.String(), s) {
						t.Errorf("%s in %.2000s", s, w.Body)
					}
				}
				if w.Code < 400 {
					return
				}
				p := read(t, w)
				if w.Header().Get("Content-Type") != "application/problem+json" || p["request_id"] != w.Header().Get("X-Request-Id") || p["type"] != "urn:kring:fault:"+p["code"].(string) || p["title"] == "" {
					t.Errorf("%v %v", w.Header(), p)
				}
				if w.Code == 405 && w.Header().Get("Allow") != "GET, PATCH, DELETE" {
					t.Error(w.Header())
				}
			})
		}
	})
}

func TestBulk(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		h := open(t, db, api.Config{})
		anna := h.token(h.Member("Anna", member.Director))
		many := `{"items":[` + strings.TrimSuffix(strings.Repeat(`{"name":"Kade","kind":"organisation"},`, 1000), ",") + `]}`
		if all := h.made(anna, "POST", "/api/v1/accounts/bulk", many)["items"].([]any); len(all) != 1000 {
			t.Fatal(len(all))
		}
		count := func(query string) int {
			return len(h.made(anna, "GET", "/api/v1/accounts?limit=200&"+query, "")["items"].([]any))
		}
		first := h.made(anna, "GET", "/api/v1/accounts?limit=1", "")["items"].([]any)[0].(map[string]any)["id"].(string)

		// One that is not right and nothing happened.
		if w := h.ask(anna, "POST", "/api/v1/accounts/bulk", `{"items":[{"name":"Nieuw"},{"id":"`+first+`","name":"Anders"},{"name":""}]}`); w.Code != 422 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if count("name=Nieuw")+count("name=Anders") != 0 {
			t.Fatal("half of it happened")
		}
		mixed := h.made(anna, "POST", "/api/v1/accounts/bulk", `{"items":[{"name":"Nieuw"},{"id":"`+first+`","name":"Anders","version":1}]}`)["items"].([]any)
		if len(mixed) != 2 || mixed[0].(map[string]any)["version"] != 1.0 || mixed[1].(map[string]any)["version"] != 2.0 || mixed[1].(map[string]any)["id"] != first {
			t.Fatal(mixed)
		}
		if w := h.ask(anna, "POST", "/api/v1/accounts/bulk", `{"items":[{"name":"Weer"},{"id":"`+first+`","size":3,"version":1}]}`); w.Code != 422 || !strings.Contains(w.Body.String(), `"field":"items.1.version"`) {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if count("name=Weer") != 0 {
			t.Fatal("half of it happened")
		}
	})
}

func TestIdempotency(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		h := open(t, db, api.Config{})
		anna, bea := h.Member("Anna", member.Admin), h.Member("Bea", member.Director)
		token, other := h.token(anna), h.token(bea)
		const body = `{"name":"Kade 9"}`
		first := h.ask(token, "POST", "/api/v1/accounts", body, "Idempotency-Key", "k1")
		again := h.ask(token, "POST", "/api/v1/accounts", body, "Idempotency-Key", "k1")
		if first.Code != 201 || again.Code != 201 || first.Body.String() != again.Body.String() || again.Header().Get("Idempotency-Replayed") != "true" ||
			first.Header().Get("Idempotency-Replayed") != "" || again.Header().Get("Location") != first.Header().Get("Location") || again.Header().Get("Etag") != `"1"` {
			t.Fatalf("%d %s\n%d %v %s", first.Code, first.Body, again.Code, again.Header(), again.Body)
		}
		if w := h.ask(token, "POST", "/api/v1/accounts", `{"name":"Kade 10"}`, "Idempotency-Key", "k1"); w.Code != 422 || !strings.Contains(w.Body.String(), "once.other") {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if w := h.ask(token, "POST", "/api/v1/contacts", body, "Idempotency-Key", "k1"); w.Code != 422 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		// A key is its holder's own.
		if w := h.ask(other, "POST", "/api/v1/accounts", body, "Idempotency-Key", "k1"); w.Code != 201 || w.Header().Get("Idempotency-Replayed") != "" {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		// What is refused is not remembered, and changed nothing.
		if w := h.ask(token, "POST", "/api/v1/accounts", `{"name":""}`, "Idempotency-Key", "k2"); w.Code != 422 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if w := h.ask(token, "POST", "/api/v1/accounts", body, "Idempotency-Key", "k2"); w.Code != 201 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		// All of a bulk, once.
		for range 2 {
			h.made(token, "POST", "/api/v1/accounts/bulk", `{"items":[{"name":"Samen"},{"name":"Samen"}]}`, "Idempotency-Key", "k3")
		}
		if all := h.made(token, "GET", "/api/v1/accounts?name=Samen", "")["items"].([]any); len(all) != 2 {
			t.Fatal(len(all))
		}
		// A secret is said once.
		hook := `{"name":"w","url":"https://hook.example/","deeds":["*"]}`
		if w := h.made(token, "POST", "/api/v1/webhooks", hook, "Idempotency-Key", "k4"); w["secret"] == "" {
			t.Fatal(w)
		}
		if w := h.made(token, "POST", "/api/v1/webhooks", hook, "Idempotency-Key", "k4"); w["secret"] != "" {
			t.Fatal(w)
		}
		// At once: it is done once, whoever is second hears so or gets the answer.
		var wait sync.WaitGroup
		codes := make([]int, 8)
		for i := range codes {
			wait.Go(func() {
				codes[i] = h.ask(token, "POST", "/api/v1/accounts", `{"name":"Tegelijk"}`, "Idempotency-Key", "k5").Code
			})
		}
		wait.Wait()
		for _, code := range codes {
			if code != 201 && code != 409 {
				t.Fatal(codes)
			}
		}
		if all := h.made(token, "GET", "/api/v1/accounts?name=Tegelijk", "")["items"].([]any); len(all) != 1 {
			t.Fatal(len(all))
		}
		// After a day the key is free, also before the routine came by.
		clock.Advance(25 * time.Hour)
		if w := h.ask(token, "POST", "/api/v1/accounts", body, "Idempotency-Key", "k1"); w.Code != 201 || w.Header().Get("Idempotency-Replayed") != "" {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	})
}

// TestOnceIsOne: the deed and the key are one change, so that a deed whose
// answer could not be written down did not happen either.
func TestOnceIsOne(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		w := kit.New(t, db)
		anna := w.Member("Anna", member.Director)
		broke := fault.New(fault.Busy, "busy", "the machine stopped")
		q := app.Asked{Name: "k", Request: []byte("x")}
		_, _, err := w.App.Once(t.Context(), anna, q, func(ctx context.Context) (app.Answered, error) {
			if _, err := w.App.AddAccount(ctx, anna, account.Draft{Name: "Half"}); err != nil {
				return app.Answered{}, err
			}
			return app.Answered{}, broke
		})
		if err == nil {
			t.Fatal("it must fail")
		}
		if facts, err := w.App.Facts(t.Context(), w.Member("Bea", member.Director), id.Fact{}, 1); err != nil || facts[0].Kind == fact.Account {
			t.Fatal(facts, err)
		}
		said, again, err := w.App.Once(t.Context(), anna, q, func(ctx context.Context) (app.Answered, error) {
			_, err := w.App.AddAccount(ctx, anna, account.Draft{Name: "Heel"})
			return app.Answered{Status: 201, Body: "{}"}, err
		})
		if err != nil || again || said.Status != 201 {
			t.Fatal(said, again, err)
		}
		said, again, err = w.App.Once(t.Context(), anna, q, nil)
		if err != nil || !again || said.Body != "{}" {
			t.Fatal(said, again, err)
		}
		// Rights hold inside too.
		viewer := w.Member("Privacy", member.Privacy)
		err = w.App.Together(t.Context(), viewer, func(ctx context.Context) error {
			_, err := w.App.AddAccount(ctx, viewer, account.Draft{Name: "Nee"})
			return err
		})
		if fault.KindOf(err) != fault.Denied {
			t.Fatal(err)
		}
	})
}

// TestSession: whoever is signed in to the desk reads in the same browser, and
// writes nothing.
func TestSession(t *testing.T) {
	t.Parallel()
	_, db, _ := kit.SQLite(t)
	a := app.New(db, app.Config{})
	const password = "een lang wachtwoord 27"
	if _, err := a.Setup(t.Context(), app.Setup{Organisation: "Proef", Name: "Cor", Email: "cor@proef.example", Password: password, Locale: "nl"}); err != nil {
		t.Fatal(err)
	}
	in, err := a.SignIn(t.Context(), app.SignIn{Email: "cor@proef.example", Password: password})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	h := &house{t: t, api: api.New(a, mux, api.Config{}), handler: door.Wrap(door.Config{Log: slog.New(slog.DiscardHandler)}, mux)}
	for _, c := range []struct {
		name, method, cookie, site string
		want                       int
	}{
		{"the same origin", "GET", "kring=" + in.Session, "same-origin", 200},
		{"typed in the address bar", "GET", "kring=" + in.Session, "none", 200},
		{"another site", "GET", "kring=" + in.Session, "cross-site", 401},
		{"a neighbour", "GET", "kring=" + in.Session, "same-site", 401},
		{"nobody's cookie", "GET", "kring=x", "same-origin", 401},
		{"writing", "POST", "kring=" + in.Session, "same-origin", 401},
	} {
		body := ""
		if c.method == "POST" {
			body = `{"name":"a"}`
		}
		if w := h.ask("", c.method, "/api/v1/accounts", body, "Cookie", c.cookie, "Sec-Fetch-Site", c.site); w.Code != c.want {
			t.Errorf("%s: %d %s", c.name, w.Code, w.Body)
		}
	}
}

func TestRate(t *testing.T) {
	t.Parallel()
	_, db, _ := kit.SQLite(t)
	h := open(t, db, api.Config{Rate: 0.5})
	anna, bea := h.token(h.Member("Anna", member.Director)), h.token(h.Member("Bea", member.Director))
	for i := range 5 {
		if w := h.ask(anna, "GET", "/api/v1/me", ""); w.Code != http.StatusOK || w.Header().Get("RateLimit-Limit") != "5" {
			t.Fatalf("%d: %d %v", i, w.Code, w.Header())
		}
	}
	w := h.ask(anna, "GET", "/api/v1/me", "")
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "2" || w.Header().Get("RateLimit-Remaining") != "0" {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	if w := h.ask(bea, "GET", "/api/v1/me", ""); w.Code != http.StatusOK {
		t.Fatal("another token is not in the way")
	}
}

func TestFileContent(t *testing.T) {
	t.Parallel()
	_, db, _ := kit.SQLite(t)
	h := open(t, db, api.Config{})
	anna := h.Member("Anna", member.Director)
	token := h.token(anna)
	at := "/api/v1/accounts/" + h.thing("account", anna, anna) + "/files?name=caf%C3%A9.html"
	f := h.made(token, "POST", at, "<script>", "Idempotency-Key", "f")
	if again := h.made(token, "POST", at, "<script>", "Idempotency-Key", "f"); again["id"] != f["id"] {
		t.Fatal(again)
	}
	w := h.ask(token, "GET", "/api/v1/files/"+f["id"].(string)+"/content", "")
	if w.Code != 200 || w.Body.String() != "<script>" || w.Header().Get("Content-Type") != "application/octet-stream" ||
		!strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment; filename") || !strings.Contains(w.Header().Get("Content-Security-Policy"), "sandbox") {
		t.Fatalf("%d %v %s", w.Code, w.Header(), w.Body)
	}
}

// TestReference: the page is there for everybody, and keeps the strict policy.
func TestReference(t *testing.T) {
	t.Parallel()
	_, db, _ := kit.SQLite(t)
	h := open(t, db, api.Config{})
	w := h.ask("", "GET", "/api", "")
	page := w.Body.String()
	for _, s := range []string{`<html lang="en">`, "/api/v1/accounts/{id}", "Take an account out of the bin", `id="schema-Account"`, "legal_form", "own.&lt;key&gt;"} {
		if !strings.Contains(page, s) {
			t.Errorf("no %s", s)
		}
	}
	for _, s := range []string{"<script", "style=", "http://", "//cdn"} {
		if strings.Contains(page, s) {
			t.Errorf("%s in the page", s)
		}
	}
	if css := h.ask("", "GET", "/api/reference.css", ""); css.Code != 200 || !strings.HasPrefix(css.Header().Get("Content-Type"), "text/css") {
		t.Error(css.Code, css.Header())
	}
}

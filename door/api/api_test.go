package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"kring/app"
	"kring/domain/member"
	"kring/door"
	"kring/door/api"
	"kring/kit"
	"kring/store"
)

var update = flag.Bool("update", false, "write the golden files anew")

// house is a world with the API door open.
type house struct {
	*kit.World
	t       testing.TB
	handler http.Handler
	api     *api.API
	name    string // of the account that was made last
}

func open(t testing.TB, db *store.DB, c api.Config) *house {
	t.Helper()
	w := kit.New(t, db)
	mux := http.NewServeMux()
	return &house{World: w, t: t, api: api.New(w.App, mux, c), handler: door.Wrap(door.Config{Log: slog.New(slog.DiscardHandler)}, mux)}
}

// token makes a token for a member.
func (h *house) token(who app.Who) string {
	h.t.Helper()
	_, secret, err := h.App.AddToken(h.t.Context(), who, "test", 0)
	if err != nil {
		h.t.Fatal(err)
	}
	return secret
}

// ask sends a request; header is pairs of names and values.
func (h *house) ask(token, method, path, body string, header ...string) *httptest.ResponseRecorder {
	h.t.Helper()
	r := httptest.NewRequestWithContext(h.t.Context(), method, path, strings.NewReader(body))
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	return w
}

// made sends a request that must go well and reads the answer.
func (h *house) made(token, method, path, body string, header ...string) map[string]any {
	h.t.Helper()
	w := h.ask(token, method, path, body, header...)
	if w.Code >= 300 {
		h.t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
	}
	return read(h.t, w)
}

func read(t testing.TB, w *httptest.ResponseRecorder) (v map[string]any) {
	t.Helper()
	if w.Body.Len() == 0 {
		return nil
	}
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatalf("%v in %s", err, w.Body)
	}
	return v
}

func TestAccount(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		h := open(t, db, api.Config{})
		anna := h.token(h.Member("Anna", member.Director))

		w := h.ask(anna, "POST", "/api/v1/accounts", `{"name":"De Linden","kind":"organisation","phones":[{"number":"06-12345678"}]}`)
		if w.Code != http.StatusCreated || w.Header().Get("Etag") != `"1"` {
			t.Fatalf("%d %v %s", w.Code, w.Header(), w.Body)
		}
		made := read(t, w)
		at := w.Header().Get("Location")
		if at != "/api/v1/accounts/"+made["id"].(string) || made["version"] != 1.0 || made["created_at"] != "2026-11-23T08:00:00.000Z" || made["deleted_at"] != nil {
			t.Fatalf("%s %v", at, made)
		}
		if w := h.ask(anna, "GET", at, ""); w.Code != http.StatusOK || w.Header().Get("Etag") != `"1"` || !strings.Contains(w.Body.String(), `"e164":"+31612345678"`) {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		for _, known := range []string{`"1"`, `W/"1"`, `"7", "1"`, "*"} {
			if w := h.ask(anna, "GET", at, "", "If-None-Match", known); w.Code != http.StatusNotModified || w.Body.Len() != 0 {
				t.Fatalf("If-None-Match %s: %d %s", known, w.Code, w.Body)
			}
		}
		if w := h.ask(anna, "GET", at, "", "If-None-Match", `"2"`); w.Code != http.StatusOK {
			t.Fatal(w.Code)
		}

		// What is left out stays; null empties.
		changed := h.made(anna, "PATCH", at, `{"size":12,"note":"koffie"}`, "If-Match", `"1"`, "Content-Type", "application/merge-patch+json")
		if changed["version"] != 2.0 || changed["size"] != 12.0 || changed["name"] != "De Linden" || len(changed["phones"].([]any)) != 1 {
			t.Fatalf("%v", changed)
		}
		if emptied := h.made(anna, "PATCH", at, `{"note":null,"phones":null}`); emptied["note"] != "" || len(emptied["phones"].([]any)) != 0 || emptied["size"] != 12.0 {
			t.Fatalf("%v", emptied)
		}

		// A stale If-Match changes nothing, also not another field.
		for _, patch := range []string{`{"size":13}`, `{"note":"thee"}`, `{"website":"https://linden.example"}`} {
			w := h.ask(anna, "PATCH", at, patch, "If-Match", `"1"`)
			p := read(t, w)
			if w.Code != http.StatusPreconditionFailed || p["code"] != "api.stale" || p["current"].(map[string]any)["version"] != 3.0 || p["current"].(map[string]any)["website"] != "" || len(p["changed"].([]any)) != 4 {
				t.Fatalf("%s: %d %s", patch, w.Code, w.Body)
			}
		}
		for _, bad := range []string{`"x"`, "3", `W/"3"`, `"0"`, `"99"`} {
			if w := h.ask(anna, "PATCH", at, `{"size":13}`, "If-Match", bad); w.Code != http.StatusPreconditionFailed {
				t.Fatalf("If-Match %s: %d %s", bad, w.Code, w.Body)
			}
		}
		if now := h.made(anna, "GET", at, ""); now["version"] != 3.0 || now["size"] != 12.0 || now["website"] != "" {
			t.Fatalf("%v", now)
		}

		// To the bin and back.
		if w := h.ask(anna, "DELETE", at, "", "If-Match", `"1"`); w.Code != http.StatusPreconditionFailed {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if w := h.ask(anna, "DELETE", at, "", "If-Match", `"3"`); w.Code != http.StatusNoContent || w.Body.Len() != 0 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if all := h.made(anna, "GET", "/api/v1/accounts", ""); len(all["items"].([]any)) != 0 {
			t.Fatal(all)
		}
		if all := h.made(anna, "GET", "/api/v1/accounts?bin=true", ""); len(all["items"].([]any)) != 1 {
			t.Fatal(all)
		}
		if w := h.ask(anna, "PATCH", at, `{"size":1}`); w.Code != http.StatusConflict {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if back := h.made(anna, "POST", at+"/restoration", ""); back["deleted_at"] != nil || back["version"] != 5.0 {
			t.Fatalf("%v", back)
		}
		facts := h.made(anna, "GET", at+"/facts?limit=2", "")
		items := facts["items"].([]any)
		if len(items) != 2 || items[0].(map[string]any)["deed"] != "account.restored" || facts["next"] == nil {
			t.Fatalf("%v", facts)
		}
		if c := items[0].(map[string]any)["changes"].([]any)[0].(map[string]any); c["from"] != "2026-11-23T08:00:00.000Z" || c["to"] != nil {
			t.Fatalf("%v", c)
		}
		if rest := h.made(anna, "GET", at+"/facts?cursor="+facts["next"].(string), ""); len(rest["items"].([]any)) != 3 || rest["next"] != nil {
			t.Fatalf("%v", rest)
		}
	})
}

func TestList(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		h := open(t, db, api.Config{})
		anna := h.token(h.Member("Anna", member.Admin))
		h.made(anna, "POST", "/api/v1/fields", `{"kind":"account","label":{"nl":"Budget"},"type":"money","purpose":"voorstel","ground":"contract"}`)
		for _, body := range []string{
			`{"name":"Aa","size":5,"addresses":[{"city":"Zwolle"}],"own":{"budget":"1000.50"}}`,
			`{"name":"Bb","size":50,"addresses":[{"city":"Deventer"}],"own":{"budget":20}}`,
			`{"name":"Cc","size":500,"tags":["VIP"]}`,
		} {
			h.made(anna, "POST", "/api/v1/accounts", body)
		}
		names := func(page map[string]any) (s string) {
			for _, i := range page["items"].([]any) {
				s += i.(map[string]any)["name"].(string)
			}
			return s
		}
		for _, c := range []struct{ query, want string }{
			{"", "AaBbCc"}, {"sort=-name", "CcBbAa"}, {"size=gte:50", "BbCc"}, {"city=in:Zwolle,Deventer", "AaBb"}, {"tags=vip", "Cc"}, {"q=bb", "Bb"},
			{"own.budget=gte:1000", "Aa"}, {"owner=me&sort=-size&limit=1", "Cc"},
		} {
			if got := names(h.made(anna, "GET", "/api/v1/accounts?"+c.query, "")); got != c.want {
				t.Errorf("%s: %s", c.query, got)
			}
		}
		seen, next := "", ""
		for range 4 {
			page := h.made(anna, "GET", "/api/v1/accounts?sort=-size&limit=1&cursor="+next, "")
			seen += names(page)
			if page["next"] == nil {
				break
			}
			next = page["next"].(string)
		}
		if seen != "CcBbAa" {
			t.Error(seen)
		}
	})
}

// TestGolden keeps the description: a change of the contract is a change of
// this file.
func TestGolden(t *testing.T) {
	t.Parallel()
	_, db, _ := kit.SQLite(t)
	h := open(t, db, api.Config{})
	w := h.ask("", "GET", "/api/openapi.json", "")
	got := w.Body.Bytes()
	if *update {
		if err := os.WriteFile("testdata/openapi.json", got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	if w.Code != 200 || !bytes.Equal(got, want) {
		t.Fatal("the description differs from testdata/openapi.json: look whether that was meant, then go test ./door/api -update")
	}
}

package door_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"kring/app"
	"kring/door"
	"kring/kit"
)

func TestHealth(t *testing.T) {
	t.Parallel()
	_, db, _ := kit.SQLite(t)
	a := app.New(db, app.Config{})
	open := func(h door.Health, proxies ...netip.Prefix) http.Handler {
		mux := http.NewServeMux()
		h.App, h.Log = a, slog.New(slog.DiscardHandler)
		metrics := h.Open(mux)
		return door.Wrap(door.Config{Log: h.Log, Metrics: metrics, Proxies: proxies}, mux)
	}
	inside, proxy := netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("127.0.0.1/32")
	plain, token := open(door.Health{}), open(door.Health{Token: "geheim", From: []netip.Prefix{inside}})
	behind := open(door.Health{}, proxy)
	for _, test := range []struct {
		name    string
		h       http.Handler
		path    string
		from    string
		headers []string
		status  int
		says    string
	}{
		{"alive", plain, "/healthz", "192.0.2.1:5", nil, 200, "alive"},
		{"ready", plain, "/readyz", "192.0.2.1:5", nil, 200, "ready"},
		{"metrics here", plain, "/metrics", "127.0.0.1:5", nil, 200, "go_goroutines"},
		{"metrics here, IPv6", plain, "/metrics", "[::1]:5", nil, 200, "kring_writer_waiting 0"},
		{"from elsewhere", plain, "/metrics", "192.0.2.1:5", nil, 403, "--metrics-token"},
		{"an empty token is no token", plain, "/metrics", "192.0.2.1:5", []string{"Authorization", "Bearer "}, 403, ""},
		{"through an unknown proxy here", plain, "/metrics", "127.0.0.1:5", []string{"X-Forwarded-For", "127.0.0.1"}, 403, ""},
		{"with the token", token, "/metrics", "192.0.2.1:5", []string{"Authorization", "Bearer geheim"}, 200, "kring_jobs"},
		{"with another", token, "/metrics", "192.0.2.1:5", []string{"Authorization", "Bearer geheim2"}, 403, ""},
		{"from a named network", token, "/metrics", "10.1.2.3:5", nil, 200, "kring_http_request"},
		{"through a trusted proxy", behind, "/metrics", "127.0.0.1:5", []string{"X-Forwarded-For", "192.0.2.7"}, 403, ""},
		{"by the proxy itself", behind, "/metrics", "127.0.0.1:5", nil, 200, "kring_database_connections_most"},
	} {
		r := httptest.NewRequest("GET", test.path, nil)
		r.RemoteAddr = test.from
		for i := 0; i+1 < len(test.headers); i += 2 {
			r.Header.Set(test.headers[i], test.headers[i+1])
		}
		w := httptest.NewRecorder()
		test.h.ServeHTTP(w, r)
		if w.Code != test.status || !strings.Contains(w.Body.String(), test.says) {
			t.Errorf("%s: %d %.300q", test.name, w.Code, w.Body)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	plain.ServeHTTP(w, httptest.NewRequest("GET", "/readyz", nil))
	if w.Code != 503 || strings.Contains(w.Body.String(), "sql") {
		t.Errorf("a closed database: %d %q", w.Code, w.Body)
	}
}

// Whatever a request carries, the log has none of it.
func TestLog(t *testing.T) {
	t.Parallel()
	for _, json := range []bool{true, false} {
		var out bytes.Buffer
		log := door.Log(&out, slog.LevelDebug, json)
		mux := http.NewServeMux()
		mux.HandleFunc("/accounts/{id}", func(w http.ResponseWriter, r *http.Request) {
			door.Failed(r.Context(), fmt.Errorf("asking %s: %w", r.URL, errors.New(`no row for "Inge.Verbeek@zorg.example", phone +31 6 1234 5678, token kring_abcdefghijklmnopqrstuvwxyz012345`)))
			http.Error(w, "oops", http.StatusInternalServerError)
		})
		mux.HandleFunc("/panic", func(http.ResponseWriter, *http.Request) { panic("mail to inge@zorg.example failed") })
		h := door.Wrap(door.Config{Log: log}, mux)
		for _, target := range []string{"/accounts/1?q=Verbeek&email=inge%40zorg.example", "/panic?name=Verbeek", "/unknown/inge@zorg.example?q=Verbeek"} {
			r := httptest.NewRequest("GET", target, nil)
			r.RemoteAddr = "192.0.2.44:1234"
			r.Header.Set("Cookie", "kring=zeergeheim")
			r.Header.Set("User-Agent", "Verbeek's browser")
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if id := w.Header().Get("X-Request-Id"); id == "" || !strings.Contains(out.String(), id) {
				t.Errorf("request %q is not in the log", id)
			}
		}
		log.Info("connecting", "to", "postgres://kring:wachtwoord@db.example/kring", "err", errors.New("refused for jan@zorg.example"))
		text := out.String()
		if strings.Count(text, "\n") != 4 {
			t.Errorf("not one line each: %s", text)
		}
		for _, secret := range []string{"Verbeek", "@zorg", "%40zorg", "1234 5678", "zeergeheim", "kring_abc", "192.0.2.44", "wachtwoord"} {
			if strings.Contains(text, secret) {
				t.Errorf("the log tells %q:\n%s", secret, text)
			}
		}
		for _, want := range []string{"/accounts/{id}", "no row for", "500", "404"} {
			if !strings.Contains(text, want) {
				t.Errorf("the log lacks %q:\n%s", want, text)
			}
		}
	}
}

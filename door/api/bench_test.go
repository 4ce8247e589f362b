package api_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"testing"

	"kring/base/reach"
	"kring/domain/account"
	"kring/domain/member"
	"kring/door/api"
	"kring/kit"
)

// BenchmarkRead asks over a real line, and beside it a handler of net/http that
// writes as many bytes: their ratio is what the budget in doc is about.
func BenchmarkRead(b *testing.B) {
	if os.Getenv("KRING_BENCH") == "" {
		b.Skip("set KRING_BENCH=1; it makes a thousand accounts")
	}
	_, db, _ := kit.SQLite(b)
	h := open(b, db, api.Config{})
	anna := h.Member("Anna", member.AccountManager, h.Team("Ploeg").ID)
	token := h.token(anna)
	var one account.Account
	for n := range 1000 {
		var err error
		one, err = h.App.AddAccount(b.Context(), anna, account.Draft{
			Name: fmt.Sprintf("De Linden %d", n), LegalForm: "bv", KvK: "12345678", Size: n, Tags: []string{"zorg", "vip"},
			Phones: reach.Phones{{Number: fmt.Sprintf("038-%07d", 2000000+n)}}, Emails: reach.Emails{{Address: fmt.Sprintf("info%d@linden.example", n)}},
			Addresses: reach.Addresses{{Street: "Kade", Number: "1", Postcode: "8011 AB", City: "Zwolle"}},
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	for _, c := range []struct{ name, path string }{
		{"one", "/api/v1/accounts/" + one.ID.String()},
		{"list", "/api/v1/accounts?limit=50&sort=-name&size=gte:10"},
	} {
		size := h.ask(token, "GET", c.path, "").Body.Len()
		body := make([]byte, size)
		bare := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", strconv.Itoa(size))
			w.Write(body) //nolint:errcheck // a benchmark
		})
		b.Run(c.name+"/bare", func(b *testing.B) { drive(b, bare, c.path, token) })
		b.Run(c.name+"/kring", func(b *testing.B) { drive(b, h.handler, c.path, token) })
		b.Run(c.name+"/inside", func(b *testing.B) { // without the line, to see where the time goes
			r := httptest.NewRequestWithContext(b.Context(), "GET", c.path, nil)
			r.Header.Set("Authorization", "Bearer "+token)
			b.ReportAllocs()
			for b.Loop() {
				h.handler.ServeHTTP(&nothing{h: http.Header{}}, r)
			}
		})
	}
}

type nothing struct{ h http.Header }

func (n *nothing) Header() http.Header         { return n.h }
func (n *nothing) Write(b []byte) (int, error) { return len(b), nil }
func (n *nothing) WriteHeader(int)             {}

func drive(b *testing.B, handler http.Handler, path, token string) {
	b.Helper()
	server := httptest.NewServer(handler)
	defer server.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32}}
	b.SetParallelism(8)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r, err := http.NewRequestWithContext(b.Context(), "GET", server.URL+path, nil)
			if err != nil {
				b.Error(err)
				return
			}
			r.Header.Set("Authorization", "Bearer "+token)
			w, err := client.Do(r)
			if err != nil || w.StatusCode != http.StatusOK {
				b.Error(err, w)
				return
			}
			if _, err := io.Copy(io.Discard, w.Body); err != nil {
				b.Error(err)
			}
			w.Body.Close() //nolint:errcheck // it was read
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "req/s")
}

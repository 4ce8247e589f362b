package bench

import (
	"bufio"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A world can be filled, and the clients know what is in it.
func TestWorld(t *testing.T) {
	t.Parallel()
	r := &run{Options: Options{Accounts: 120, Seed: 1, Data: t.TempDir()}, ctx: t.Context(), report: &Report{}, rng: rand.New(rand.NewPCG(1, 1))}
	w, err := r.load()
	if err != nil {
		t.Fatal(err)
	}
	if r.report.Accounts != 120 || r.report.Contacts != 180 || r.report.Facts < 5*120 || len(w.Sample) < 120 {
		t.Errorf("%+v, %d to ask for", r.report, len(w.Sample))
	}
	if again, err := r.load(); err != nil || again.Org != w.Org {
		t.Errorf("a second run: %v", err)
	}
	r.Accounts = 121
	if _, err := r.load(); err == nil {
		t.Error("another world was taken for this one")
	}
}

// The clients read answers of every form.
func TestAsk(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/whole":
			w.Header().Set("Content-Length", "5")
			w.Write([]byte("vijf!")) //nolint:errcheck // seen by the test
		case "/parts":
			for range 3 {
				w.Write([]byte(strings.Repeat("x", 700))) //nolint:errcheck // as above
				w.(http.Flusher).Flush()
			}
		default:
			http.Error(w, "weg", http.StatusNotFound)
		}
	}))
	defer s.Close()
	c, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	l := &line{c: c, in: bufio.NewReader(c)}
	r := &run{}
	for range 2 {
		for path, want := range map[string][2]int{"/whole": {200, 5}, "/parts": {200, 2100}, "/else": {404, 4}} {
			status, size, body, err := l.ask(r.get("kring", path, "Accept: */*"), true)
			if err != nil || status != want[0] || size != want[1] || len(body) != size {
				t.Errorf("%s: %d %d %d %v", path, status, size, len(body), err)
			}
		}
	}
}

func TestThousands(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := thousands(n); got != want {
			t.Errorf("%d is %s", n, got)
		}
	}
}

// Each size is fitted with each model; only a million customers have a budget.
func TestFitting(t *testing.T) {
	t.Parallel()
	r := &run{Options: Options{Seed: 1899}, report: &Report{}}
	if err := r.fitting(2_357, 4_714); err != nil {
		t.Fatal(err)
	}
	if len(r.report.Rows) != 4 {
		t.Fatalf("%+v", r.report.Rows)
	}
	for _, row := range r.report.Rows {
		if row.P50 <= 0 || row.Met != nil || row.Budget != "" {
			t.Errorf("%+v", row)
		}
	}
}

package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"kring/base/fact"
	"kring/demo"
	"kring/domain/account"
	"kring/domain/filter"
	"kring/domain/member"
	"kring/store"
)

// Bare is the variable that makes this program the thing to compare with; its
// value names a file.
const Bare = "KRING_BENCH_BARE"

type bareWorld struct {
	Data, Database string
	World          *world
}

// ServeBare answers with as many bytes as asked, and does with the driver alone
// what Kring does with everything above it.
func ServeBare(ctx context.Context, plan string) error {
	b, err := os.ReadFile(plan)
	if err != nil {
		return err
	}
	var w bareWorld
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	c := store.Config{Dir: w.Data, URL: w.Database}
	bare, err := store.OpenBare(c, 16)
	if err != nil {
		return err
	}
	defer bare.Close() //nolint:errcheck // the end of the program
	full := make([]byte, 4<<20)
	for i := range full {
		full[i] = 'x'
	}
	body := func(r *http.Request) []byte {
		n, _ := strconv.Atoi(r.URL.Query().Get("n"))
		return full[:min(max(n, 0), len(full))]
	}
	var turn atomic.Int64
	mux := http.NewServeMux()
	mux.HandleFunc("GET /bytes", func(rw http.ResponseWriter, r *http.Request) { send(rw, body(r)) })
	mux.HandleFunc("GET /visit", func(rw http.ResponseWriter, r *http.Request) {
		i := w.World.IDs[int(turn.Add(1))%len(w.World.IDs)]
		if _, err := bare.Visit(r.Context(), w.World.Hash, w.World.Org, i); err != nil {
			http.Error(rw, err.Error(), http.StatusInternalServerError)
			return
		}
		send(rw, body(r))
	})
	mux.HandleFunc("GET /create", func(rw http.ResponseWriter, r *http.Request) {
		seconds, _ := strconv.ParseFloat(r.URL.Query().Get("seconds"), 64)
		clients, _ := strconv.Atoi(r.URL.Query().Get("clients"))
		rate, err := create(r.Context(), c, bare, w.World, seconds, clients)
		tell(rw, rate, err)
	})
	mux.HandleFunc("GET /page", func(rw http.ResponseWriter, r *http.Request) {
		rate, err := pages(r.Context(), bare, w.World, r.URL.Query())
		tell(rw, rate, err)
	})
	mux.HandleFunc("GET /bulk", func(rw http.ResponseWriter, r *http.Request) {
		rows, _ := strconv.Atoi(r.URL.Query().Get("rows"))
		rate, err := bulk(r.Context(), c, bare, w.World, rows)
		tell(rw, rate, err)
	})
	listen, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("http://%s\n", listen.Addr())
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() { <-ctx.Done(); server.Close() }() //nolint:errcheck // it ends
	if err := server.Serve(listen); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// pages has the driver read the page of a list that q asks for.
func pages(ctx context.Context, bare *store.Bare, w *world, ask url.Values) (rate float64, err error) {
	seconds, _ := strconv.ParseFloat(ask.Get("seconds"), 64)
	clients, _ := strconv.Atoi(ask.Get("clients"))
	query, err := url.ParseQuery(ask.Get("of"))
	if err != nil {
		return 0, err
	}
	q, err := filter.Parse(account.Catalogue(), query, filter.Limits{})
	if err != nil {
		return 0, err
	}
	return together(seconds, clients, func(int) error {
		_, err := bare.Page(ctx, w.Org, q)
		return err
	})
}

// errDone says that there is nothing left to do.
var errDone = errors.New("nothing is left to do")

// together has as many do the same for some time, and says how many times a
// second it was done.
func together(seconds float64, clients int, do func(n int) error) (float64, error) {
	var started, done atomic.Int64
	var failed error
	var once sync.Once
	var wg sync.WaitGroup
	begin := time.Now()
	end := begin.Add(time.Duration(seconds * float64(time.Second)))
	for range clients {
		wg.Go(func() {
			for time.Now().Before(end) {
				if err := do(int(started.Add(1)) - 1); err != nil {
					if !errors.Is(err, errDone) {
						once.Do(func() { failed = err })
					}
					return
				}
				done.Add(1)
			}
		})
	}
	wg.Wait()
	return float64(done.Load()) / time.Since(begin).Seconds(), failed
}

// tell answers with a rate, or why there is none.
func tell(w http.ResponseWriter, rate float64, err error) {
	said := map[string]any{"Rate": rate}
	if err != nil {
		said["Error"] = err.Error()
	}
	json.NewEncoder(w).Encode(said) //nolint:errcheck // whoever asked is gone
}

func send(w http.ResponseWriter, b []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	w.Write(b) //nolint:errcheck // whoever asked is gone
}

// create takes down what Kring writes for new accounts, and has the driver
// write the same: each in a transaction of its own, on disk before the next.
func create(ctx context.Context, c store.Config, bare *store.Bare, w *world, seconds float64, clients int) (float64, error) {
	db, err := store.Open(ctx, store.Config{Dir: c.Dir, URL: c.URL, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return 0, err
	}
	defer db.Close() //nolint:errcheck // only taken down
	most := int(seconds * 12_000)
	deeds := make([][]store.Call, 0, most)
	hat, now := demo.NewHat(uint64(time.Now().UnixNano())), db.Now()
	for len(deeds) < most {
		lot, err := drawLot(hat, []member.Member{{}}, 500, now)
		if err != nil {
			return 0, err
		}
		for _, a := range lot.accounts {
			calls, err := db.Hear(ctx, w.Org, fact.Actor{Kind: "system", Name: "bench"}, func(tx *store.Tx) error {
				_, err := tx.AddAccount(a, fact.Fact{Deed: "account.created", Changes: account.Diff(account.Account{}, a)})
				return err
			})
			if err != nil {
				return 0, err
			}
			deeds = append(deeds, calls)
		}
	}
	if err := db.Close(); err != nil {
		return 0, err
	}
	return together(seconds, clients, func(n int) error {
		if n >= len(deeds) {
			return errDone
		}
		return bare.Do(ctx, deeds[n])
	})
}

package desk_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"testing"

	"kring/base/fact"
	"kring/base/id"
	"kring/base/reach"
	"kring/domain/account"
	"kring/domain/member"
	"kring/door"
	"kring/door/desk"
	"kring/kit"
	"kring/store"
)

// BenchmarkList draws pages of the list of relations for a browser. The number
// of relations is KRING_BENCH_ACCOUNTS, 100.000 when it is not set.
func BenchmarkList(b *testing.B) {
	n := 100_000
	if s := os.Getenv("KRING_BENCH_ACCOUNTS"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	_, db, _ := kit.SQLite(b)
	w := kit.New(b, db)
	who := w.Member("Sanne de Wit", member.Admin)
	cities := []string{"Zwolle", "Deventer", "Meppel", "Kampen", "Almelo", "Assen", "Hattem", "Ommen"}
	for from := 0; from < n; from += 1000 {
		err := db.Write(b.Context(), who.Org.ID, who.Actor, func(tx *store.Tx) error {
			for i := from; i < min(from+1000, n); i++ {
				a, err := account.New(id.New[id.Account](), tx.Now()-int64(i), "NL", account.Draft{
					Name: fmt.Sprintf("Relatie %06d %s", i*7919%n, cities[i%8]), Owner: who.Member.ID, Size: i % 3000, Tags: []string{"koffie", cities[i%3]},
					Addresses: reach.Addresses{{City: cities[i%8]}}, Phones: reach.Phones{{Number: fmt.Sprintf("06 1%07d", i)}}, Emails: reach.Emails{{Address: fmt.Sprintf("r%d@voorbeeld.example", i)}},
				})
				if err != nil {
					return err
				}
				if _, err := tx.AddAccount(a, fact.Fact{Deed: "account.created"}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	mux := http.NewServeMux()
	desk.New(w.App, mux)
	house := door.Wrap(door.Config{Log: quiet}, mux)
	secret := w.Session(who)
	for _, c := range []struct{ name, address string }{
		{"all", "/accounts"}, {"sorted", "/accounts?sort=-updated_at"}, {"filtered", "/accounts?city=Zwolle&sort=-size"}, {"mine", "/accounts?view=mine&owner=me"},
		{"searched", "/accounts?q=zwolle"}, {"tagged", "/accounts?tags=any:zwolle,deventer"},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			size := 0
			for b.Loop() {
				r := httptest.NewRequest("GET", c.address, nil)
				r.AddCookie(&http.Cookie{Name: "kring", Value: secret})
				rec := httptest.NewRecorder()
				house.ServeHTTP(rec, r)
				if rec.Code != 200 {
					b.Fatal(rec.Code)
				}
				size = rec.Body.Len()
			}
			b.ReportMetric(float64(size), "B/page")
		})
	}
}

package desk_test

import (
	"crypto/sha256"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"kring/base/fact"
	"kring/base/reach"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/entry"
	"kring/domain/member"
	"kring/door"
	"kring/door/desk"
	"kring/kit"
	"kring/store"
)

// BenchmarkAccountPage is the page of one relation with its people and its
// latest facts; the budget is 800 a second on one core.
func BenchmarkAccountPage(b *testing.B) {
	_, db, _ := kit.SQLite(b)
	w := kit.New(b, db)
	who := w.Member("Sanne de Wit", member.Admin)
	sum := sha256.Sum256([]byte("bench"))
	if err := db.Write(b.Context(), who.Org.ID, fact.Actor{Kind: "system"}, func(tx *store.Tx) error {
		return tx.AddSession(entry.Session{Hash: sum[:], Login: who.Member.Login, Org: who.Org.ID, Member: who.Member.ID, Until: tx.Now() + entry.SessionMost}, fact.Fact{Deed: "session.begun", Kind: "member", Subject: who.Member.ID.Any()})
	}); err != nil {
		b.Fatal(err)
	}
	a, err := w.App.AddAccount(b.Context(), who, account.Draft{
		Name: "Zorggroep De Linden", Phones: reach.Phones{{Number: "038 421 7700"}}, Emails: reach.Emails{{Address: "info@linden.example"}},
		Addresses: reach.Addresses{{Street: "Lindelaan", Number: "12", City: "Zwolle"}}, Tags: []string{"zorg"}, Size: 1240,
	})
	if err != nil {
		b.Fatal(err)
	}
	for _, name := range []string{"Inge", "Paul", "Mirjam", "Kees"} {
		if _, err := w.App.AddContact(b.Context(), who, contact.Draft{Given: name, Family: "Verbeek", Accounts: []contact.Link{{Account: a.ID, Function: "Inkoop"}}}); err != nil {
			b.Fatal(err)
		}
	}
	mux := http.NewServeMux()
	desk.New(w.App, mux)
	h := door.Wrap(door.Config{Log: slog.New(slog.DiscardHandler)}, mux)
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		r := httptest.NewRequest("GET", "/accounts/"+a.ID.String(), nil)
		r.AddCookie(&http.Cookie{Name: "kring", Value: "bench"})
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		if rec.Code != http.StatusOK {
			b.Fatal(rec.Code)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "pages/s")
}

package desk

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"kring/base/job"
	"kring/base/money"
	"kring/domain/account"
	"kring/domain/ladder"
	"kring/domain/member"
	"kring/domain/order"
	"kring/kit"
)

// TestStrategy walks the pages of the pyramid and the ladder as a browser
// without script does.
func TestStrategy(t *testing.T) {
	t.Parallel()
	_, db, _ := kit.SQLite(t)
	w := kit.New(t, db)
	mux := http.NewServeMux()
	New(w.App, mux)
	east := w.Team("Oost").ID
	boss := w.Member("Dirk", member.Director, east)
	cookie := w.Session(boss)
	ask := func(method, path string, form url.Values) *httptest.ResponseRecorder {
		t.Helper()
		r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
		if method == http.MethodPost {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		r.AddCookie(&http.Cookie{Name: "kring", Value: cookie})
		rec := httptest.NewRecorder()
		mux.ServeHTTP(rec, r)
		return rec
	}
	says := func(rec *httptest.ResponseRecorder, code int, texts ...string) {
		t.Helper()
		if rec.Code != code {
			t.Fatalf("%d, want %d: %s", rec.Code, code, rec.Body)
		}
		for _, s := range texts {
			if !strings.Contains(strings.ReplaceAll(rec.Body.String(), "\u00a0", " "), s) {
				t.Errorf("no %q in %s", s, rec.Body)
			}
		}
	}
	says(ask("GET", "/pyramid", nil), http.StatusOK, "nog niet uitgerekend", "Reken uit")
	var last account.Account
	for i := range 37 {
		a, err := w.App.AddAccount(t.Context(), boss, account.Draft{Name: fmt.Sprintf("Klant %02d", i)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.App.PlaceOrder(t.Context(), boss, order.Draft{Account: a.ID, Day: "2026-11-20", Amount: money.Money{Cents: int64(100_00 * (i + 1)), Currency: "EUR"}}); err != nil {
			t.Fatal(err)
		}
		last = a
	}
	says(ask("POST", "/pyramid", nil), http.StatusSeeOther)
	says(ask("GET", "/pyramid", nil), http.StatusOK, "wordt uitgerekend")
	if err := w.App.Jobs()["pyramid.rank"](t.Context(), job.Job{Org: w.Org.ID, Args: []byte(`{}`)}); err != nil {
		t.Fatal(err)
	}
	says(ask("GET", "/pyramid", nil), http.StatusOK, "class=top", "Vasthouden", ">29</a>", "€ 3.700", "24 nov 2025", "Afstoten")
	says(ask("GET", "/pyramid?day=2026-06-30", nil), http.StatusOK, "wordt uitgerekend", `value="2026-06-30"`)
	says(ask("GET", "/pyramid?day=2027-06-30", nil), http.StatusUnprocessableEntity, "tot en met vandaag")
	says(ask("POST", "/pyramid", url.Values{"day": {"2027-06-30"}}), http.StatusUnprocessableEntity, "tot en met vandaag")
	says(ask("GET", "/accounts?class=top", nil), http.StatusOK, "Klant 36", "Klasse")
	says(ask("GET", "/accounts?recency=3&frequency=3&money=5", nil), http.StatusOK, "Klant 36")
	says(ask("GET", "/accounts/"+last.ID.String(), nil), http.StatusOK, "Plaats in de piramide", "Het meest")
	says(ask("GET", "/pyramid/rfm", nil), http.StatusOK, "recency=3", "gem. € 1.900")
	says(ask("GET", "/pyramid/new?cost=15000", nil), http.StatusOK, "100,0%", "€ 15.000 ÷ 37 nieuwe klanten = € 405,41")
	says(ask("GET", "/pyramid/new?from=2026-12&until=2026-01", nil), http.StatusUnprocessableEntity, "Kies maanden")
	says(ask("GET", "/pyramid/new?cost=veel", nil), http.StatusUnprocessableEntity, "geen bedrag")
	says(ask("GET", "/pyramid/value?margin=2000&retention=80&discount=10&cost=1250", nil), http.StatusOK,
		"€ 2.000 × 0,800 ÷ 0,300 = € 5.333", "€ 2.000 × 1,100 ÷ 0,300 = € 7.333", "4,27×")
	says(ask("GET", "/pyramid/value?margin=2000&retention=100&discount=0", nil), http.StatusUnprocessableEntity, "oneindig veel waard")
	says(ask("GET", "/pyramid/value?margin=&retention=x&discount=", nil), http.StatusUnprocessableEntity, "geen bedrag boven nul", "geen percentage")

	says(ask("GET", "/pyramid/value", nil), http.StatusOK, "De ring weet nog geen behoud", "/kring?from=")

	says(ask("GET", "/ladder", nil), http.StatusOK, "Nog geen team vulde alle treden in.", "Scan openen")
	says(ask("POST", "/ladder", url.Values{"team": {east.String()}, "quarter": {"straks"}}), http.StatusUnprocessableEntity, "2026-Q4")
	made := ask("POST", "/ladder", url.Values{"team": {east.String()}, "quarter": {"2026-Q4"}})
	says(made, http.StatusSeeOther)
	at := made.Header().Get("Location")
	says(ask("GET", at, nil), http.StatusOK, "Klantinzicht", "Nog niet elke trede heeft een niveau.")
	seen := func() string {
		t.Helper()
		found := regexp.MustCompile(`name="version" value="(\d+)"`).FindStringSubmatch(ask("GET", at, nil).Body.String())
		if found == nil {
			t.Fatal("no version in the forms")
		}
		return found[1]
	}
	form := url.Values{"version": {seen()}}
	for i, r := range ladder.Rungs {
		form.Set(string(r)+".level", fmt.Sprint([]int{4, 3, 2, 3, 3}[i]))
		form.Set(string(r)+".evidence", "Gezien <b>gisteren</b>")
	}
	says(ask("POST", at, form), http.StatusUnprocessableEntity, "heeft een meting nodig", "Gezien &lt;b&gt;gisteren")
	form.Set("awareness.figure", "javascript:alert(1)")
	says(ask("POST", at, form), http.StatusUnprocessableEntity, "Wijs naar een meting")
	form.Set("awareness.figure", "/pyramid")
	says(ask("POST", at, form), http.StatusSeeOther)
	says(ask("GET", "/ladder", nil), http.StatusOK, "Jullie staan stil op trede 3: Klantgerichtheid.")
	says(ask("POST", at+"/action", url.Values{"version": {seen()}, "action": {"x"}, "due": {"2027-01-31"}}), http.StatusConflict, "Deze stap kan nu niet.")
	says(ask("POST", at+"/discussion", url.Values{"version": {seen()}}), http.StatusSeeOther)
	says(ask("POST", at+"/action", url.Values{"version": {seen()}, "action": {""}, "due": {"2026-01-31"}}), http.StatusUnprocessableEntity, "Schrijf op wat jullie gaan doen.", "vanaf vandaag")
	says(ask("POST", at+"/action", url.Values{"version": {seen()}, "action": {"Elke stap een doel"}, "due": {"2027-01-31"}}), http.StatusSeeOther)
	says(ask("GET", at, nil), http.StatusOK, "Elke stap een doel", "Opnieuw kijken", `href="/pyramid"`)
	next := ask("POST", at+"/rescan", url.Values{"version": {seen()}})
	says(next, http.StatusSeeOther)
	says(ask("GET", next.Header().Get("Location"), nil), http.StatusOK, "Kwartaal 1 van 2027")
}

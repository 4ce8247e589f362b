package desk

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"kring/base/fact"
	"kring/base/job"
	"kring/base/reach"
	"kring/domain/account"
	"kring/domain/match"
	"kring/domain/member"
	"kring/kit"
	"kring/look/words"
)

// Who makes what is there already is told so, and makes it all the same or not;
// the pair is decided about in a list, without script.
func TestDuplicates(t *testing.T) {
	t.Parallel()
	_, db, _ := kit.SQLite(t)
	w := kit.New(t, db)
	mux := http.NewServeMux()
	New(w.App, mux)
	anna := w.Member("Anna", member.Admin)
	cookie := w.Session(anna)
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
			if !strings.Contains(rec.Body.String(), s) {
				t.Errorf("no %q in %s", s, rec.Body)
			}
		}
	}
	kade, err := w.App.AddAccount(t.Context(), anna, account.Draft{Name: "De Kade B.V.", Phones: reach.Phones{{Number: "038 425 12 00"}}, Addresses: reach.Addresses{{City: "Zwolle"}}})
	if err != nil {
		t.Fatal(err)
	}
	form := url.Values{"fields": {"kind,name,phones"}, "kind": {"organisation"}, "name": {"Kade bv"}, "phones.0.number": {"038-4251200"}}
	says(ask("POST", "/accounts/new", form), http.StatusUnprocessableEntity,
		"Deze staat er misschien al.", "De Kade B.V.", "Zwolle", "Waarschijnlijk dezelfde: zelfde naam, zelfde telefoon", "/accounts/"+kade.ID.String(), "Toch aanmaken", `value="Kade bv"`)
	form.Set("anyway", "yes")
	made := ask("POST", "/accounts/new", form)
	says(made, http.StatusSeeOther)
	other := made.Header().Get("Location")

	if body := ask("GET", "/accounts", nil).Body.String(); strings.Contains(body, `class="nav-item" href="/duplicates"`) {
		t.Error("a place where nothing waits is there")
	}
	if err := w.App.Jobs()["match.scan"](t.Context(), job.Job{Org: w.Org.ID}); err != nil {
		t.Fatal(err)
	}
	says(ask("GET", "/accounts", nil), http.StatusOK, `class="nav-item" href="/duplicates"`)
	says(ask("GET", other, nil), http.StatusOK, "Lijkt op De Kade B.V. (Zwolle)", "/duplicates/")
	list := ask("GET", "/duplicates?kind=account", nil)
	says(list, http.StatusOK, "De Kade B.V.", "Kade bv", "99%", "zelfde naam")
	pair := regexp.MustCompile(`/duplicates/[0-9a-f-]{36}`).FindString(list.Body.String())
	says(ask("GET", pair, nil), http.StatusOK, "Zijn dit dezelfde?", "verschilt", "+14,0", kade.ID.String()+"/merge?with=")
	says(ask("POST", pair+"/postponement", url.Values{"until": {"2026-11-01"}}), http.StatusUnprocessableEntity, "Kies een dag na vandaag")
	says(ask("POST", pair+"/postponement", url.Values{"until": {"2026-12-24"}}), http.StatusSeeOther)
	says(ask("GET", "/duplicates?state=later", nil), http.StatusOK, "24 dec", "De Kade B.V.")
	says(ask("POST", pair+"/separation", nil), http.StatusSeeOther)
	says(ask("GET", pair, nil), http.StatusOK, "Apart gehouden door Anna", "Weer open")
	says(ask("POST", pair+"/reopening", nil), http.StatusSeeOther)
	says(ask("GET", "/duplicates", nil), http.StatusOK, "De Kade B.V.")
	says(ask("POST", "/duplicates/scan", nil), http.StatusSeeOther)
	says(ask("POST", "/duplicates/thresholds", url.Values{"warn": {"0.95"}, "likely": {"0.9"}}), http.StatusUnprocessableEntity, "Kies tussen")
	says(ask("POST", "/duplicates/thresholds", url.Values{"warn": {"x"}, "likely": {"0.9"}}), http.StatusUnprocessableEntity)
	says(ask("POST", "/duplicates/thresholds", url.Values{"warn": {"0.7"}, "likely": {"0.95"}}), http.StatusSeeOther)
	facts, err := w.App.FactLog(t.Context(), anna, fact.Query{Kind: fact.Pair, Limit: 9})
	if err != nil || len(facts) != 3 {
		t.Errorf("%d deeds to pairs, %v", len(facts), err)
	}
	for _, word := range match.Words() {
		for _, lang := range []string{"nl", "en"} {
			if !words.For(lang, "klant").Has("match.reason." + word) {
				t.Errorf("no words in %s for %q", lang, word)
			}
		}
	}
}

package desk

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"kring/app"
	"kring/base/id"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/member"
	"kring/kit"
)

// allowed says, for every page, what it takes: a right, and the kind of record
// its {id} names. A page that is not here fails the test.
var allowed = map[string]struct {
	right member.Right // "" is for everybody, signed in or not
	of    string       // account, contact; "" when the page is about no record
}{
	"GET /{$}":       {"", ""},
	"GET /":          {"", ""},
	"GET /sign-in":   {"", ""},
	"POST /sign-in":  {"", ""},
	"POST /sign-out": {"", ""},
	"POST /theme":    {"", ""},
	"POST /language": {"", ""},
}

// TestEveryRoute goes over every page × every role × a record of one's own, of
// another team, of another organisation, and of nobody signed in.
func TestEveryRoute(t *testing.T) {
	t.Parallel()
	_, db, _ := kit.SQLite(t)
	w := kit.New(t, db)
	mux := http.NewServeMux()
	d := New(w.App, mux)
	west, oost := w.Team("West"), w.Team("Oost")
	foreign := w.Organisation("Vreemd")
	stranger := w.MemberOf(foreign, "Vreemde", member.Admin)
	colleague := w.Member("Collega", member.AccountManager, oost.ID)

	type records struct{ account, contact string }
	made := func(who app.Who, name string) records {
		t.Helper()
		a, err := w.App.AddAccount(t.Context(), who, account.Draft{Name: name})
		if err != nil {
			t.Fatal(err)
		}
		c, err := w.App.AddContact(t.Context(), who, contact.Draft{Given: "Jan", Family: name, Accounts: []contact.Link{{Account: a.ID}}})
		if err != nil {
			t.Fatal(err)
		}
		return records{a.ID.String(), c.ID.String()}
	}
	otherTeam, otherOrg := made(colleague, "Van Oost"), made(stranger, "Van Vreemd")
	nothing := records{id.New[id.Account]().String(), id.New[id.Contact]().String()}

	for _, pattern := range d.patterns {
		rule, known := allowed[pattern]
		if !known {
			t.Errorf("%s is in no row of allowed: say which right it takes and whose {id} it has", pattern)
			continue
		}
		if strings.Contains(pattern, "{id}") && rule.right != "" && rule.of == "" {
			continue // an {id} of something else: its own tests
		}
		if code := visitAs(t, mux, "", pattern, ""); rule.right != "" && code != http.StatusSeeOther && code != http.StatusUnauthorized {
			t.Errorf("%s lets a stranger in: %d", pattern, code)
		}
	}
	for _, role := range member.Roles {
		who := w.Member("Rol "+string(role), role, west.ID)
		cookie := w.Session(who)
		seller := w.Member("Maker van "+string(role), member.AccountManager, west.ID)
		for _, pattern := range d.patterns {
			rule := allowed[pattern]
			if rule.right == "" {
				continue
			}
			if rule.of == "" {
				check(t, pattern, role, "no record", visitAs(t, mux, cookie, pattern, ""), role.Can(rule.right), true)
				continue
			}
			pick := func(r records) string {
				if rule.of == "contact" {
					return r.contact
				}
				return r.account
			}
			// Each pattern has a record of its own team, since some put it in the bin.
			ownTeam := made(seller, "Van West")
			all := role.DefaultScope() == member.All
			for whose, c := range map[string]struct {
				r    records
				sees bool
			}{"own team": {ownTeam, true}, "another team": {otherTeam, all}, "another organisation": {otherOrg, false}, "nobody": {nothing, false}} {
				check(t, pattern, role, whose, visitAs(t, mux, cookie, pattern, pick(c.r)), role.Can(rule.right), c.sees)
			}
		}
	}
}

// check: who misses the right gets 403 (404 is as good for what they may not
// see), who may not see the record 404, and nobody a 500.
func check(t *testing.T, pattern string, role member.Role, whose string, code int, may, sees bool) {
	t.Helper()
	ok := false
	switch {
	case code >= 500:
	case !may:
		ok = code == http.StatusForbidden || code == http.StatusNotFound && !sees
	case !sees:
		ok = code == http.StatusNotFound
	default:
		ok = code != http.StatusForbidden && code != http.StatusNotFound && code != http.StatusUnauthorized
	}
	if !ok {
		t.Errorf("%s as %s, %s: %d (may %v, sees %v)", pattern, role, whose, code, may, sees)
	}
}

func visitAs(t *testing.T, h http.Handler, cookie, pattern, record string) int {
	t.Helper()
	method, path, _ := strings.Cut(pattern, " ")
	path = strings.ReplaceAll(strings.TrimSuffix(path, "{$}"), "{id}", record)
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader(url.Values{}.Encode())
	}
	r := httptest.NewRequest(method, path, body)
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if cookie != "" {
		r.AddCookie(&http.Cookie{Name: "kring", Value: cookie})
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec.Code
}

func TestAllowedIsUsed(t *testing.T) {
	t.Parallel()
	_, db, _ := kit.SQLite(t)
	d := New(kit.New(t, db).App, http.NewServeMux())
	for pattern := range allowed {
		if !slices.Contains(d.patterns, pattern) {
			t.Errorf("allowed has %s, which is no page", pattern)
		}
	}
}

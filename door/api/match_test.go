package api_test

import (
	"strings"
	"testing"

	"kring/base/reach"
	"kring/domain/account"
	"kring/domain/member"
	"kring/door/api"
	"kring/kit"
	"kring/store"
)

// A program asks who looks like a draft, and may have a create refused for it.
func TestDuplicates(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		h := open(t, db, api.Config{})
		anna := h.Member("Anna", member.Admin)
		kade, err := h.App.AddAccount(t.Context(), anna, account.Draft{Name: "De Kade B.V.", Phones: reach.Phones{{Number: "038 425 12 00"}}})
		h.must(err)
		token := h.token(anna)
		const draft = `{"name":"Kade BV, de","phones":[{"number":"+31 38 4251200"}]}`
		for _, c := range []struct {
			name, method, path, body string
			status                   int
			has, not                 []string
		}{
			{"who looks like this", "POST", "/accounts/duplicates", draft, 200, []string{`"id":"` + kade.ID.String(), `"likely":true`, `"word":"name_same"`, `"word":"phone_same"`, `"next":null`}, nil},
			{"nobody", "POST", "/accounts/duplicates", `{"name":"Notariaat Veldman"}`, 200, []string{`"items":[]`}, nil},
			{"a wrong draft", "POST", "/accounts/duplicates", `{"name":""}`, 422, []string{`"field":"name"`}, nil},
			{"refused", "POST", "/accounts?on_duplicate=refuse", draft, 409, []string{`"code":"match.alike"`, `"duplicates":[{"id":"` + kade.ID.String()}, nil},
			{"what looks like nothing is added", "POST", "/accounts?on_duplicate=refuse", `{"name":"Notariaat Veldman"}`, 201, nil, nil},
			{"a wrong draft is told so", "POST", "/accounts?on_duplicate=refuse", `{"name":""}`, 422, []string{`"field":"name"`}, nil},
			{"a wrong choice", "POST", "/accounts?on_duplicate=merge", draft, 422, []string{`"field":"on_duplicate"`}, nil},
			{"a strange parameter", "POST", "/accounts?x=1", draft, 422, []string{`"field":"x"`}, nil},
			{"added all the same", "POST", "/accounts", draft, 201, nil, []string{"duplicates"}},
			{"an odd state", "GET", "/duplicates?state=odd", "", 422, []string{`"code":"match.state"`}, nil},
			{"an odd cursor", "GET", "/duplicates?cursor=x", "", 422, []string{`"field":"cursor"`}, nil},
			{"an odd limit", "GET", "/duplicates?limit=1000", "", 422, []string{`"field":"limit"`}, nil},
			{"none yet", "GET", "/duplicates?kind=account&state=open", "", 200, []string{`"items":[]`}, nil},
		} {
			w := h.ask(token, c.method, "/api/v1"+c.path, c.body)
			if w.Code != c.status {
				t.Errorf("%s: %d %s", c.name, w.Code, w.Body)
			}
			for _, s := range c.has {
				if !strings.Contains(w.Body.String(), s) {
					t.Errorf("%s: no %s in %s", c.name, s, w.Body)
				}
			}
			for _, s := range c.not {
				if strings.Contains(w.Body.String(), s) {
					t.Errorf("%s: %s in %s", c.name, s, w.Body)
				}
			}
		}
	})
}

package api_test

import (
	"strings"
	"testing"

	"kring/domain/member"
	"kring/door/api"
	"kring/kit"
	"kring/store"
)

// TestMerge merges two relations as a program does, reads on at the one that
// stayed, is refused what cannot be, and undoes it.
func TestMerge(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		h := open(t, db, api.Config{})
		admin, service := h.token(h.Member("Anna", member.Admin)), h.token(h.Member("Bea", member.Service))
		add := func(body string) string {
			return h.made(admin, "POST", "/api/v1/accounts", body)["id"].(string)
		}
		a := add(`{"name":"Kade 9","kind":"organisation","phones":[{"number":"+31201234567"}],"tags":["markt"]}`)
		b := add(`{"name":"Kade Negen","kind":"organisation","size":12,"phones":[{"number":"+31207654321"}],"external_id":"K-9"}`)
		person := add(`{"name":"Sanne","kind":"person"}`)
		boss := h.MemberOf(h.Organisation("Elders"), "Vreemde", member.Admin)
		foreign := h.thing("account", boss, boss)
		fill := strings.NewReplacer("A_ID", a, "B_ID", b, "PERSON", person, "FOREIGN", foreign)
		type step struct {
			name, token, method, path, body string
			status                          int
			has                             string
		}
		run := func(steps ...step) {
			t.Helper()
			for _, s := range steps {
				w := h.ask(s.token, s.method, "/api/v1"+fill.Replace(s.path), fill.Replace(s.body))
				if w.Code != s.status || !strings.Contains(w.Body.String(), fill.Replace(s.has)) {
					t.Errorf("%s: %d %s, want %d with %s", s.name, w.Code, w.Body, s.status, s.has)
				}
			}
		}
		run(
			step{"the proposal", admin, "GET", "/accounts/A_ID/merge?with=B_ID", "", 200, `"field":"name","this":"Kade 9","with":"Kade Negen","sides":["this","with"],"choice":"this"`},
			step{"lists are united", admin, "GET", "/accounts/A_ID/merge?with=B_ID", "", 200, `"sides":["this","with","both"],"choice":"both"`},
			step{"with no id", admin, "GET", "/accounts/A_ID/merge?with=7", "", 422, `"field":"with"`},
			step{"with nothing", admin, "POST", "/accounts/A_ID/merge", `{}`, 422, `"field":"with"`},
			step{"with itself", admin, "POST", "/accounts/A_ID/merge", `{"with":"A_ID"}`, 422, `"merge.self"`},
			step{"with a person", admin, "POST", "/accounts/A_ID/merge", `{"with":"PERSON"}`, 422, `"account.merge_kind"`},
			step{"with another organisation's", admin, "POST", "/accounts/A_ID/merge", `{"with":"FOREIGN"}`, 404, `"not_found"`},
			step{"both names", admin, "POST", "/accounts/A_ID/merge", `{"with":"B_ID","fields":{"name":"both"}}`, 422, `"field":"name","code":"merge.side"`},
			step{"no such field", admin, "POST", "/accounts/A_ID/merge", `{"with":"B_ID","fields":{"naam":"this"}}`, 422, `"field":"naam","code":"merge.field"`},
			step{"another version", admin, "POST", "/accounts/A_ID/merge", `{"with":"B_ID","version":9}`, 412, `"current":{"id":"A_ID"`},
			step{"another version of the other", admin, "POST", "/accounts/A_ID/merge", `{"with":"B_ID","with_version":9}`, 412, `"current":{"id":"B_ID"`},
			step{"no right", service, "POST", "/accounts/A_ID/merge", `{"with":"B_ID"}`, 403, `"denied"`},
			step{"an objection to the one that goes", admin, "POST", "/accounts/B_ID/consents", `{"channel":"email","purpose":"all","state":"objection","source":"phone"}`, 201, `"state":"objection"`},
			step{"consent of the one that stays", admin, "POST", "/accounts/A_ID/consents", `{"channel":"email","purpose":"commercial","state":"given","source":"form","wording":"Ja, mail mij","at":"2026-01-02T03:04:05Z"}`, 201, `"at":"2026-01-02T03:04:05.000Z"`},
			step{"consent without words", admin, "POST", "/accounts/A_ID/consents", `{"channel":"email","purpose":"commercial","state":"given","source":"form"}`, 422, `"consent.wording"`},
			step{"consent for everything", admin, "POST", "/accounts/A_ID/consents", `{"channel":"all","purpose":"all","state":"given","source":"form","wording":"ja"}`, 422, `"consent.channel"`},
			step{"consent at no moment", admin, "POST", "/accounts/A_ID/consents", `{"channel":"email","purpose":"service","state":"given","source":"form","wording":"ja","at":"gisteren"}`, 422, `"field":"at"`},
		)
		merged := h.made(admin, "POST", "/api/v1/accounts/"+a+"/merge", fill.Replace(`{"with":"B_ID","fields":{"name":"with"},"version":1,"with_version":1}`))
		w := h.ask(admin, "GET", "/api/v1/accounts/"+b+"/facts?limit=5", "")
		if want := "/api/v1/accounts/" + a + "/facts?limit=5"; w.Code != 308 || w.Header().Get("Location") != want {
			t.Errorf("what was merged away: %d at %s, want 308 at %s", w.Code, w.Header().Get("Location"), want)
		}
		run(
			step{"it is read at the one that stayed", admin, "GET", "/accounts/B_ID", "", 308, `"survivor":"A_ID"`},
			step{"and not changed there", admin, "PATCH", "/accounts/B_ID", `{"size":3}`, 409, `"survivor":"A_ID"`},
			step{"nor merged again", admin, "POST", "/accounts/B_ID/merge", `{"with":"PERSON"}`, 409, `"account.merged"`},
			step{"nor merged into what it is", admin, "POST", "/accounts/A_ID/merge", `{"with":"B_ID"}`, 409, `"survivor":"A_ID"`},
			step{"the name that was chosen", admin, "GET", "/accounts/A_ID", "", 200, `"name":"Kade Negen"`},
			step{"its size", admin, "GET", "/accounts/A_ID", "", 200, `"size":12`},
			step{"one is found", admin, "GET", "/search?q=0207654321", "", 200, `"A_ID"`},
			step{"the merges", admin, "GET", "/accounts/A_ID/merges", "", 200, `"merged":"B_ID","name":"Kade Negen"`},
			step{"the objection stands", admin, "GET", "/accounts/A_ID/consents", "", 200, `{"channel":"email","purpose":"commercial","state":"objection"`},
		)
		if w := h.ask(admin, "GET", "/api/v1/search?q=Kade", ""); strings.Contains(w.Body.String(), b) {
			t.Errorf("what was merged away is found: %s", w.Body)
		}
		fill = strings.NewReplacer("A_ID", a, "B_ID", b, "M_ID", merged["id"].(string))
		run(
			step{"undone", admin, "POST", "/merges/M_ID/undo", "", 200, `"merged":"B_ID"`},
			step{"twice", admin, "POST", "/merges/M_ID/undo", "", 409, `"merge.undone"`},
			step{"the name it had", admin, "GET", "/accounts/A_ID", "", 200, `"name":"Kade 9"`},
			step{"the other is back", admin, "GET", "/accounts/B_ID", "", 200, `"external_id":"K-9"`},
			step{"what was said of one stays with it", admin, "GET", "/accounts/A_ID/consents", "", 200, `{"channel":"email","purpose":"commercial","state":"given"`},
			step{"no merge", admin, "POST", "/merges/A_ID/undo", "", 404, `"not_found"`},
		)
	})
}

package api_test

import (
	"strings"
	"testing"

	"kring/domain/account"
	"kring/domain/member"
	"kring/door/api"
	"kring/kit"
	"kring/paper/sheet"
)

// TestExport: what a list finds, with the columns asked, in both formats; what
// cannot be asked is said before a row goes out.
func TestExport(t *testing.T) {
	t.Parallel()
	_, db, _ := kit.SQLite(t)
	h := open(t, db, api.Config{})
	admin := h.Member("Beheer", member.Admin)
	token := h.token(admin)
	for _, name := range []string{"=De Linden", "Haverkamp", "Zeezicht"} {
		_, err := h.App.AddAccount(t.Context(), admin, account.Draft{Name: name, KvK: "01234567"})
		h.must(err)
	}
	w := h.ask(token, "GET", "/api/v1/accounts/export?columns=name,kvk&sort=-name&name=not:Haverkamp", "")
	if want := "\ufeffname,kvk\r\nZeezicht,01234567\r\n'=De Linden,01234567\r\n"; w.Code != 200 || w.Body.String() != want || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/csv") {
		t.Errorf("%d %q, want %q", w.Code, w.Body, want)
	}
	w = h.ask(token, "GET", "/api/v1/accounts/export?format=xlsx&columns=name,kvk&limit=1", "")
	table, err := sheet.Open(strings.NewReader(w.Body.String()), int64(w.Body.Len()))
	h.must(err)
	for _, want := range []string{"=De Linden", "Haverkamp", "Zeezicht"} {
		if row, err := table.Next(); err != nil || row.Cells[0] != want || row.Cells[1] != "01234567" {
			t.Errorf("%q %v, want %s", row.Cells, err, want)
		}
	}
	if !strings.HasSuffix(w.Header().Get("Content-Disposition"), `.xlsx"`) || w.Header().Get("Content-Type") != sheet.MIME {
		t.Error(w.Header())
	}
	for _, query := range []string{"format=pdf", "columns=salaris", "hoi=1"} {
		if w := h.ask(token, "GET", "/api/v1/accounts/export?"+query, ""); w.Code != 422 || !strings.Contains(w.Header().Get("Content-Type"), "json") {
			t.Errorf("%s: %d %s", query, w.Code, w.Body)
		}
	}
}

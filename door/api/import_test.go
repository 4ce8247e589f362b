package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"mime/multipart"
	"net/url"
	"strings"
	"testing"
	"time"

	"kring/domain/account"
	"kring/domain/member"
	"kring/door/api"
	"kring/kit"
	"kring/paper/sheet"
)

// form is a file in a form, as curl -F sends it.
func form(t *testing.T, name, content string) (body, kind string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err := w.WriteField("note", "x"); err != nil {
		t.Fatal(err)
	}
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), w.FormDataContentType()
}

// TestImportFiles: a workbook, a vCard and a file in a form come in over the
// API; the people of a vCard land at the relation that ORG names.
func TestImportFiles(t *testing.T) {
	t.Parallel()
	_, db, _ := kit.SQLite(t)
	h := open(t, db, api.Config{})
	admin := h.Member("Beheer", member.Admin)
	token := h.token(admin)
	_, err := h.App.AddAccount(t.Context(), admin, account.Draft{Name: "De Linden"})
	h.must(err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.App.WorkIntakes(ctx) }()
	defer func() { stop(); h.must(<-ended) }()

	land := func(kind, name, body, mime, options string) map[string]any {
		t.Helper()
		path := "/api/v1/imports?kind=" + kind
		if !strings.HasPrefix(mime, "multipart") {
			path += "&name=" + url.QueryEscape(name)
		}
		in := h.made(token, "POST", path, body, "Content-Type", mime)
		if in["file_name"] != name {
			t.Errorf("it is called %v, want %s", in["file_name"], name)
		}
		at := "/api/v1/imports/" + in["id"].(string)
		columns := encoded(t, in["mapping"])
		h.made(token, "POST", at+"/mapping", `{"columns":`+columns+`,"options":`+options+`}`)
		h.made(token, "POST", at+"/run", "")
		for end := time.Now().Add(3 * time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
			if in = h.made(token, "GET", at, ""); in["state"] == "done" {
				return in["run"].(map[string]any)
			}
		}
		t.Fatalf("it does not end: %v", in)
		return nil
	}
	own := `{"origin":"own","ground":"contract","missing":"create"}`

	var book bytes.Buffer
	w := sheet.NewXLSX(&book, "x")
	h.must(w.Row([]string{"Naam", "Plaats"}))
	h.must(w.Row([]string{"Haverkamp", "Deventer"}))
	h.must(w.Close())
	if run := land("account", "b.xlsx", book.String(), sheet.MIME, own); run["created"] != 1.0 {
		t.Errorf("workbook: %v", run)
	}
	body, kind := form(t, "c.csv", "naam\nZeezicht\n")
	if run := land("account", "c.csv", body, kind, own); run["created"] != 1.0 {
		t.Errorf("form: %v", run)
	}
	cards := "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Sanne de Wit\r\nN:de Wit;Sanne;;;\r\nORG:De Linden\r\nEMAIL:sanne@linden.example\r\nEND:VCARD\r\n" +
		"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ad Bos\r\nN:Bos;Ad;;;\r\nORG:Nieuw BV\r\nTEL:0612345678\r\nEND:VCARD\r\n"
	if run := land("contact", "d.vcf", cards, "text/vcard", own); run["created"] != 2.0 || run["besides"] != 1.0 {
		t.Errorf("cards: %v", run)
	}
	found := h.made(token, "GET", "/api/v1/contacts", "")
	if all := encoded(t, found); !strings.Contains(all, "sanne@linden.example") || !strings.Contains(all, "+31612345678") {
		t.Error(all)
	}

	for name, c := range map[string]struct{ body, code string }{
		"cut off": {body[:len(body)-30], "api.broken_off"},
		"no file": {"--x\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\naccount\r\n--x--\r\n", "file.empty"},
	} {
		mime := kind
		if name == "no file" {
			mime = "multipart/form-data; boundary=x"
		}
		if w := h.ask(token, "POST", "/api/v1/imports?kind=account", c.body, "Content-Type", mime); w.Code < 400 || w.Code >= 500 || !strings.Contains(w.Body.String(), c.code) {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	if w := h.ask(token, "POST", "/api/v1/imports?kind=account", "naam\nX\n", "Content-Type", "text/csv"); w.Code != 422 || !strings.Contains(w.Body.String(), "file.name") {
		t.Errorf("without a name: %d %s", w.Code, w.Body)
	}
}

func encoded(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

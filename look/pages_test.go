package look_test

import (
	"bytes"
	"flag"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/a-h/templ"

	"kring/look"
	"kring/look/words"
)

var pagesDir = flag.String("pages", "", "write the sample pages and their assets below this folder")

// samples are the pages that the tests render and that -pages writes.
func samples() map[string]templ.Component {
	return map[string]templ.Component{
		"list": listPage(), "sheet": sheetPage(), "record": recordPage(), "form": formPage(),
		"login": loginPage(), "steps": stepsPage(), "error": errorPage(), "settings": settingsPage(),
	}
}

// TestPages writes the samples to a folder that any file server can show.
func TestPages(t *testing.T) {
	if *pagesDir == "" {
		t.Skip("no -pages folder")
	}
	for name, page := range samples() {
		for _, lang := range words.Langs {
			var b bytes.Buffer
			ctx := look.With(t.Context(), words.For(lang, "klant"))
			if err := page.Render(ctx, &b); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			write(t, name+"."+lang+".html", b.Bytes())
			for _, m := range regexp.MustCompile(`/assets/[\w.-]+`).FindAllString(b.String(), -1) {
				writeAsset(t, m)
			}
		}
	}
	writeAsset(t, look.Asset("newsreader-italic.woff2"))
}

func writeAsset(t *testing.T, url string) {
	rec := httptest.NewRecorder()
	look.Assets().ServeHTTP(rec, httptest.NewRequest("GET", url, nil))
	if rec.Code != 200 {
		t.Fatalf("%s: %d", url, rec.Code)
	}
	write(t, url, rec.Body.Bytes())
}

func write(t *testing.T, name string, text []byte) {
	path := filepath.Join(*pagesDir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// BenchmarkList draws a list of fifty rows, the page people live in.
func BenchmarkList(b *testing.B) {
	table := sampleTable()
	for len(table.Rows) < 50 {
		table.Rows = append(table.Rows, table.Rows[:5]...)
	}
	ctx := look.With(b.Context(), words.For("nl", "klant"))
	for b.Loop() {
		if err := table.Render(ctx, io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFrame draws everything around a page.
func BenchmarkFrame(b *testing.B) {
	page := errorPage()
	ctx := look.With(b.Context(), words.For("nl", "klant"))
	for b.Loop() {
		if err := page.Render(ctx, io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

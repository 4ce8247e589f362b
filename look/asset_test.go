package look_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"

	"kring/look"
	"kring/look/words"
)

func get(t *testing.T, url, accept string) *httptest.ResponseRecorder {
	t.Helper()
	req := httptest.NewRequest(http.MethodGet, url, nil)
	req.Header.Set("Accept-Encoding", accept)
	rec := httptest.NewRecorder()
	look.Assets().ServeHTTP(rec, req)
	return rec
}

func TestAssets(t *testing.T) {
	t.Parallel()
	css := look.Asset("kring.css")
	if !regexp.MustCompile(`^/assets/kring-[a-z2-7]{8}\.css$`).MatchString(css) {
		t.Fatalf("address %q", css)
	}
	plain := get(t, css, "")
	if plain.Code != 200 || plain.Header().Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("%d %q", plain.Code, plain.Header().Get("Content-Type"))
	}
	if !strings.Contains(plain.Header().Get("Cache-Control"), "immutable") {
		t.Error("not immutable")
	}
	first := strings.TrimSpace(strings.SplitN(plain.Body.String(), "\n", 2)[0])
	if !strings.HasPrefix(first, "@layer reset, base, frame, part, state, utility, print;") {
		t.Errorf("the layers are not in the first line: %q", first)
	}
	if strings.Contains(plain.Body.String(), "url(font/") {
		t.Error("a font without its hash")
	}
	zipped := get(t, css, "gzip, deflate")
	z, err := gzip.NewReader(zipped.Body)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "gzip", z, plain.Body.Bytes())
	pressed := get(t, css, "gzip, deflate, br, zstd")
	if pressed.Header().Get("Content-Encoding") != "br" || pressed.Header().Get("Vary") != "Accept-Encoding" {
		t.Errorf("headers %v", pressed.Header())
	}
	same(t, "brotli", brotli.NewReader(pressed.Body), plain.Body.Bytes())
	for _, url := range []string{"/assets/kring.css", "/assets/", "/assets/../look.go", "/assets/kring-aaaaaaaa.css"} {
		if got := get(t, url, "").Code; got != 404 {
			t.Errorf("%s: %d", url, got)
		}
	}
}

func same(t *testing.T, name string, r io.Reader, want []byte) {
	t.Helper()
	got, err := io.ReadAll(r)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s does not give the same back: %v", name, err)
	}
}

// TestBudget weighs the first page as a browser fetches it (architecture.md):
// at most eight requests and 150 kB over the wire, fonts included.
func TestBudget(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"login", "list", "record"} {
		var b bytes.Buffer
		if err := samples()[name].Render(look.With(t.Context(), words.For("nl", "klant")), &b); err != nil {
			t.Fatal(err)
		}
		urls := map[string]bool{}
		for _, url := range regexp.MustCompile(`/assets/[\w.-]+`).FindAllString(b.String(), -1) {
			urls[url] = true
		}
		if strings.Contains(b.String(), `class="voice"`) {
			urls[look.Asset("newsreader-italic.woff2")] = true
		}
		var page bytes.Buffer
		z := gzip.NewWriter(&page)
		z.Write(b.Bytes())
		z.Close()
		size := page.Len()
		for url := range urls {
			size += get(t, url, "br").Body.Len() + 350 // and its headers
		}
		t.Logf("%s: %d requests, %d bytes", name, len(urls)+1, size)
		if len(urls)+1 > 8 || size > 150_000 {
			t.Errorf("%s: %d requests, %d bytes", name, len(urls)+1, size)
		}
	}
}

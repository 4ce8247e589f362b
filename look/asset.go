package look

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base32"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
)

//go:embed css js font icon mark htmx
var files embed.FS

// asset is one served file under a name that holds its hash, so that it may
// stay in a browser for ever.
type asset struct {
	url    string
	kind   string
	text   []byte
	gzip   func() []byte
	brotli func() []byte
}

// shelf holds the assets by plain name and by address.
type shelf struct {
	byName, byURL map[string]*asset
}

// stock builds the shelf once: fonts, scripts and then the one stylesheet,
// which names the fonts.
var stock = sync.OnceValue(func() *shelf {
	s := &shelf{byName: map[string]*asset{}, byURL: map[string]*asset{}}
	for _, f := range list("font") {
		s.put(path.Base(f), load(f))
	}
	s.put("htmx.js", load("htmx/htmx.js"))
	s.put("mark.svg", load("mark/mark.svg"))
	s.put("kring.js", bundle(list("js/kring")))
	s.put("table.js", bundle(list("js/table")))
	s.put("bare.js", bundle([]string{"js/kring/form.js"}))
	s.put("passkey.js", load("js/passkey.js"))
	s.put("ring.js", bundle([]string{"js/ring.js"}))
	s.put("calendar.js", bundle([]string{"js/calendar.js"}))
	s.put("board.js", bundle([]string{"js/board.js", "js/grid.js"}))
	s.put("talk.js", bundle([]string{"js/talk.js"}))
	s.put("kring.css", stylesheet(s))
	return s
})

// Asset is the address of an embedded file: kring.css, kring.js, table.js,
// bare.js, htmx.js, inter.woff2, newsreader-italic.woff2, mark.svg. An unknown
// name is a programmer's mistake and panics.
func Asset(name string) string {
	a, ok := stock().byName[name]
	if !ok {
		panic("look: no asset " + name)
	}
	return a.url
}

// Assets serves everything below /assets/, compressed and cacheable for ever.
func Assets() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := stock().byURL[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", a.kind)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("X-Content-Type-Options", "nosniff")
		body := a.text
		if a.gzip != nil {
			h.Set("Vary", "Accept-Encoding")
			accepts := r.Header.Get("Accept-Encoding")
			switch {
			case strings.Contains(accepts, "br"):
				h.Set("Content-Encoding", "br")
				body = a.brotli()
			case strings.Contains(accepts, "gzip"):
				h.Set("Content-Encoding", "gzip")
				body = a.gzip()
			}
		}
		h.Set("Content-Length", strconv.Itoa(len(body)))
		if r.Method != http.MethodHead {
			w.Write(body)
		}
	})
}

func (s *shelf) put(name string, text []byte) {
	sum := sha256.Sum256(text)
	hash := strings.ToLower(base32.StdEncoding.EncodeToString(sum[:5]))
	ext := path.Ext(name)
	a := &asset{url: "/assets/" + strings.TrimSuffix(name, ext) + "-" + hash + ext, kind: kind(ext), text: text}
	if ext != ".woff2" {
		a.gzip = sync.OnceValue(func() []byte { return pressed(text, gzipper) })
		a.brotli = sync.OnceValue(func() []byte { return pressed(text, brotlier) })
	}
	s.byName[name], s.byURL[a.url] = a, a
}

func kind(ext string) string {
	switch ext {
	case ".woff2":
		return "font/woff2"
	case ".js":
		return "text/javascript; charset=utf-8"
	}
	return mime.TypeByExtension(ext)
}

func gzipper(w io.Writer) io.WriteCloser {
	z, _ := gzip.NewWriterLevel(w, gzip.BestCompression)
	return z
}

func brotlier(w io.Writer) io.WriteCloser { return brotli.NewWriterLevel(w, 9) }

func pressed(text []byte, press func(io.Writer) io.WriteCloser) []byte {
	var b bytes.Buffer
	z := press(&b)
	z.Write(text) // a bytes.Buffer does not fail
	z.Close()
	return b.Bytes()
}

// bundle joins the modules of one folder; each keeps its names to itself in a
// block of its own, so a page asks for one file.
func bundle(names []string) []byte {
	var b bytes.Buffer
	for _, name := range names {
		b.WriteString("{\n")
		b.Write(load(name))
		b.WriteString("}\n")
	}
	return b.Bytes()
}

var (
	comment = regexp.MustCompile(`(?s)/\*.*?\*/`)
	blanks  = regexp.MustCompile(`\s*\n\s*`)
	fontURL = regexp.MustCompile(`url\(font/([\w.-]+)\)`)
)

// stylesheet joins the parts behind the one line that orders their layers.
func stylesheet(s *shelf) []byte {
	var b bytes.Buffer
	b.Write(load("css/layer.css"))
	for _, name := range list("css") {
		if name != "css/layer.css" {
			b.Write(load(name))
		}
	}
	text := comment.ReplaceAll(b.Bytes(), nil)
	text = blanks.ReplaceAll(text, []byte("\n"))
	return fontURL.ReplaceAllFunc(text, func(m []byte) []byte {
		font := s.byName[string(fontURL.FindSubmatch(m)[1])]
		return []byte("url(" + font.url + ")")
	})
}

func list(dir string) []string {
	entries, err := fs.ReadDir(files, dir)
	if err != nil {
		panic(err) // embedded: it is there or the build is wrong
	}
	var names []string
	for _, e := range entries {
		if !e.IsDir() {
			names = append(names, dir+"/"+e.Name())
		}
	}
	return names
}

func load(name string) []byte {
	text, err := files.ReadFile(name)
	if err != nil {
		panic(err)
	}
	return text
}

// Package desk is the staff's door: pages for a browser, which work without
// script where they can.
//
// A handler reads the input, calls app and answers; it returns its error, and
// answer in this file turns that into a page: a visitor who is not signed in
// goes to the sign-in page, Invalid is 422 (the handler itself shows the same
// page again with the fields and what was typed), Conflict 409, NotFound 404,
// Denied 403, Busy 503, anything else a calm sentence with a short id.
// A POST that succeeds answers 303; an htmx request gets the fragment it asked
// for.
package desk

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/a-h/templ"

	"kring/app"
	"kring/base/fault"
	"kring/domain/entry"
	"kring/domain/organisation"
	"kring/door"
	"kring/look"
	"kring/look/words"
)

// Desk is the staff's door.
type Desk struct {
	app      *app.App
	mux      *http.ServeMux
	patterns []string // every page, for the test that goes over all of them
}

// New hangs the pages on a mux.
func New(a *app.App, mux *http.ServeMux) *Desk {
	d := &Desk{app: a, mux: mux}
	d.routes()
	return d
}

// handler answers a request or returns what went wrong.
type handler func(v *visit) error

// visit is one request: who asks, in which words, and the ways to answer.
type visit struct {
	w     http.ResponseWriter
	r     *http.Request
	d     *Desk
	app   *app.App
	who   app.Who
	words *words.Words
	flash []look.Toast
}

// member hangs a page that takes somebody who is signed in.
func (d *Desk) member(pattern string, h handler) {
	d.hang(pattern, func(v *visit) error {
		if v.who.IsZero() {
			return entry.ErrVisitor
		}
		return h(v)
	})
}

// anyone hangs a page that everybody may see.
func (d *Desk) anyone(pattern string, h handler) { d.hang(pattern, h) }

func (d *Desk) hang(pattern string, h handler) {
	d.patterns = append(d.patterns, pattern)
	d.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		v := &visit{w: w, r: r, d: d, app: d.app, words: words.For(language(r), "")}
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Add("Vary", "Cookie, HX-Request, Accept-Encoding")
		if err := v.recognise(); err != nil {
			v.answer(err)
			return
		}
		if r.Body != nil && !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
			r.Body = http.MaxBytesReader(w, r.Body, door.MaxBody)
		}
		v.takeFlash()
		if err := h(v); err != nil {
			v.answer(err)
		}
	})
}

// recognise finds out who asks, and in which words to answer.
func (v *visit) recognise() error {
	c, err := v.r.Cookie(cookieName(v.r))
	if err != nil {
		return nil
	}
	who, err := v.app.Visitor(v.r.Context(), c.Value)
	if errors.Is(err, entry.ErrVisitor) {
		return nil
	}
	if err != nil {
		return err
	}
	v.who = who
	v.words = words.For(who.Locale(), sector(who.Org.Settings.Word)).In(who.Zone())
	return nil
}

func sector(w organisation.Word) string {
	switch w {
	case organisation.Client:
		return "client"
	case organisation.Guest:
		return "gast"
	}
	return "klant"
}

// language is what a visitor reads: the cookie, else the browser's wish.
func language(r *http.Request) string {
	if c, err := r.Cookie("lang"); err == nil && (c.Value == "nl" || c.Value == "en") {
		return c.Value
	}
	for _, want := range strings.Split(r.Header.Get("Accept-Language"), ",") {
		switch tag := strings.ToLower(strings.TrimSpace(want)); {
		case strings.HasPrefix(tag, "nl"):
			return "nl"
		case strings.HasPrefix(tag, "en"):
			return "en"
		}
	}
	return "nl"
}

// cookieName is the name of the session's cookie.
func cookieName(r *http.Request) string { return door.SessionCookie(r.Context()) }

// remember puts the session's secret in the cookie.
func (v *visit) remember(secret string) {
	v.setCookie(cookieName(v.r), secret, int(entry.SessionMost/1000), true)
}

// forget takes it away.
func (v *visit) forget() { v.setCookie(cookieName(v.r), "", -1, true) }

func (v *visit) setCookie(name, value string, seconds int, http1 bool) {
	http.SetCookie(v.w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: seconds,
		HttpOnly: http1, Secure: door.Secure(v.r.Context()), SameSite: http.SameSiteLaxMode,
	})
}

// htmx says whether the page asks for a fragment of itself.
func (v *visit) htmx() bool { return v.r.Header.Get("HX-Request") == "true" }

// show answers with a page or a fragment.
func (v *visit) show(status int, c templ.Component) error {
	page := pages.Get().(*bytes.Buffer)
	defer pages.Put(page)
	page.Reset()
	ctx := look.With(v.r.Context(), v.words)
	if err := c.Render(ctx, page); err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	if page.Len() < 1400 || !strings.Contains(v.r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Length", strconv.Itoa(page.Len()))
		v.w.WriteHeader(status)
		_, _ = v.w.Write(page.Bytes()) // a visitor may leave in the middle
		return nil
	}
	h.Set("Content-Encoding", "gzip")
	v.w.WriteHeader(status)
	press := presses.Get().(*gzip.Writer)
	defer presses.Put(press)
	press.Reset(v.w)
	_, _ = press.Write(page.Bytes()) // as above
	_ = press.Close()
	return nil
}

// pages and presses are used again: a list is 120 kB of HTML, and a tenth of
// that over the line.
var (
	pages   = sync.Pool{New: func() any { return new(bytes.Buffer) }}
	presses = sync.Pool{New: func() any {
		w, _ := gzip.NewWriterLevel(io.Discard, gzip.BestSpeed) // the level is a right one
		return w
	}}
)

// to answers a POST that succeeded.
func (v *visit) to(address string) error {
	if v.htmx() {
		v.w.Header().Set("HX-Redirect", address)
		v.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	http.Redirect(v.w, v.r, address, http.StatusSeeOther)
	return nil
}

// form reads the form that was posted.
func (v *visit) form() (url.Values, error) {
	if v.r.Method != http.MethodPost {
		return v.r.URL.Query(), nil
	}
	kind, _, _ := mime.ParseMediaType(v.r.Header.Get("Content-Type"))
	if kind != "application/x-www-form-urlencoded" && kind != "multipart/form-data" {
		return nil, errForm
	}
	if err := v.r.ParseForm(); err != nil {
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			return nil, errBig
		}
		return nil, errForm
	}
	return v.r.PostForm, nil
}

var (
	errForm = fault.New(fault.Invalid, "form.bad", "this is no form that can be read")
	errBig  = fault.New(fault.Invalid, "form.big", "this is more than a form may hold")
)

// wrong translates an Invalid fault into sentences per field; nil when err is
// something else. "" holds the sentence about the whole form.
func (v *visit) wrong(err error) map[string]string {
	f, ok := fault.From(err)
	if !ok || f.Kind != fault.Invalid {
		return nil
	}
	said := map[string]string{"": v.sentence(f)}
	for field, g := range f.Fields {
		said[field] = v.sentence(g)
	}
	return said
}

// sentence says a fault in the reader's words.
func (v *visit) sentence(f *fault.Fault) string {
	return v.words.Tf("fault."+f.Code, words.P(f.Params))
}

// status is the one map from kinds to HTTP.
func status(k fault.Kind) int {
	switch k {
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Denied:
		return http.StatusForbidden
	case fault.Unknown:
		return http.StatusUnauthorized
	case fault.Busy:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// answer turns an error that no handler dealt with into a page.
func (v *visit) answer(err error) {
	if errors.Is(err, entry.ErrVisitor) {
		v.toSignIn()
		return
	}
	if to := v.survivor(err); to != "" {
		http.Redirect(v.w, v.r, to, http.StatusSeeOther)
		return
	}
	kind := fault.KindOf(err)
	text, title := v.words.T("desk.failed"), v.words.T("desk.failed_title")
	if f, ok := fault.From(err); ok && kind != fault.Internal {
		title, text = v.words.T("desk.kind_"+kind.String()), v.sentence(f)
	} else {
		door.Failed(v.r.Context(), err)
	}
	if kind == fault.Busy {
		v.w.Header().Set("Retry-After", "5")
	}
	if v.htmx() {
		v.w.Header().Set("HX-Retarget", "#toasts")
		v.w.Header().Set("HX-Reswap", "beforeend")
		v.show(status(kind), look.Toast{Text: text, Bad: true}) //nolint:errcheck // never fails
		return
	}
	p := problem{Title: title, Text: text}
	if kind == fault.Internal {
		p.ID = door.ID(v.r.Context())
	}
	if v.who.IsZero() {
		page := v.bare(title)
		page.Lead = text
		v.show(status(kind), bareProblem(page, p)) //nolint:errcheck // never fails
		return
	}
	v.show(status(kind), problemPage(v.anyFrame(title), p)) //nolint:errcheck // never fails
}

// problem is a page that says what went wrong and what can be done.
type problem struct{ Title, Text, ID string }

func (v *visit) toSignIn() {
	next := v.r.URL.RequestURI()
	if v.r.Method != http.MethodGet || v.htmx() {
		next = "/"
		if u, err := url.Parse(v.r.Referer()); err == nil && u.Path != "" {
			next = u.RequestURI()
		}
	}
	address := "/sign-in"
	if next != "/" {
		address += "?next=" + url.QueryEscape(next)
	}
	if v.htmx() {
		v.w.Header().Set("HX-Redirect", address)
		v.w.WriteHeader(http.StatusUnauthorized)
		return
	}
	http.Redirect(v.w, v.r, address, http.StatusSeeOther)
}

// within keeps a "next" address inside this house.
func within(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(next, "//") || strings.Contains(next, "\\") {
		return "/"
	}
	return u.RequestURI()
}

// toast says after the next redirect what happened; undo, when not "", is the
// address that takes it back.
func (v *visit) toast(t look.Toast) {
	b, err := json.Marshal(t)
	if err != nil || len(b) > 2000 {
		return
	}
	v.setCookie("said", base64.RawURLEncoding.EncodeToString(b), 60, true)
}

func (v *visit) takeFlash() {
	c, err := v.r.Cookie("said")
	if err != nil || v.htmx() || v.r.Method != http.MethodGet {
		return
	}
	b, err := base64.RawURLEncoding.DecodeString(c.Value)
	var t look.Toast
	if err == nil && json.Unmarshal(b, &t) == nil && t.Text != "" && len(t.Text) < 500 {
		t.Undo = within(t.Undo)
		if t.Undo == "/" {
			t.Undo = ""
		}
		t.Href = within(t.Href)
		if t.Href == "/" {
			t.Href = ""
		}
		v.flash = append(v.flash, t)
	}
	v.setCookie("said", "", -1, true)
}

// back returns to the page the form was on.
func (v *visit) back() error {
	if v.r.Header.Get("HX-Request") == "" && v.r.Header.Get("Sec-Fetch-Dest") == "empty" {
		v.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	to := "/"
	if u, err := url.Parse(v.r.Referer()); err == nil && u.Host == v.r.Host {
		to = u.RequestURI()
	}
	return v.to(within(to))
}

var errNoPage = fault.New(fault.NotFound, "not_found", "this does not exist")

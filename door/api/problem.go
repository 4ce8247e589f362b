package api

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"kring/app"
	"kring/base/fact"
	"kring/base/fault"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/order"
	"kring/door"
	"kring/look/words"
)

// problem is an answer about something that went wrong (RFC 9457). type and
// code are for programs and stay the same; title and detail are for people, in
// the language they asked for.
type problem struct {
	Type      string         `json:"type" doc:"a name for this kind of problem: urn:kring:fault: and the code"`
	Title     string         `json:"title" doc:"what kind of thing went wrong"`
	Status    int            `json:"status" doc:"the status of the answer"`
	Detail    string         `json:"detail,omitempty" doc:"what went wrong"`
	Code      string         `json:"code" doc:"a stable word for it"`
	RequestID string         `json:"request_id" doc:"the same in the log of the server"`
	Errors    []problemField `json:"errors,omitempty" doc:"every field that is not right"`
	Current   any            `json:"current,omitempty" doc:"of 412: the record as it stands"`
	Found     []foundOut     `json:"duplicates,omitempty" doc:"of match.alike: the records that it looks like"`
	Changed   []fact.Change  `json:"changed,omitempty" doc:"of 412: what others changed since the version of If-Match"`
	Survivor  string         `json:"survivor,omitempty" doc:"of a record that was merged into another: the id of that one"`
}

// problemField is what is wrong with one field.
type problemField struct {
	Field   string `json:"field" doc:"its place in the body or the query: phones.0.number, items.3.name"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// statuses are those that say more than the kind of the fault does.
var statuses = map[string]int{
	errBroken.Code:    http.StatusBadRequest,
	errBrokenOff.Code: http.StatusBadRequest,
	errUTF8.Code:      http.StatusBadRequest,
	errDeep.Code:      http.StatusBadRequest,
	errQuery.Code:     http.StatusBadRequest,
	errKey.Code:       http.StatusBadRequest,
	errMedia.Code:     http.StatusUnsupportedMediaType,
	errLarge.Code:     http.StatusRequestEntityTooLarge,
	errMethod.Code:    http.StatusMethodNotAllowed,
	errStale.Code:     http.StatusPreconditionFailed,
	errOften.Code:     http.StatusTooManyRequests,
}

// status is the one map from faults to HTTP.
func status(f *fault.Fault) int {
	if s, ok := statuses[f.Code]; ok {
		return s
	}
	switch f.Kind {
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

// errInternal is what a caller hears of a mistake of ours.
var errInternal = fault.New(fault.Internal, "api.internal", "something went wrong here; the request_id finds it in the log")

// fail answers with what went wrong.
func (c *call) fail(err error) {
	f, ok := fault.From(err)
	if !ok || f.Kind == fault.Internal {
		door.Failed(c.r.Context(), err)
		f = errInternal
	}
	w := language(c.r)
	p := problem{Code: f.Code, RequestID: door.ID(c.r.Context()), Detail: sentence(w, f)}
	if errorAs(err, &p, func(s *app.Stale[account.Account]) (any, []fact.Change) { return showAccount(s.Now), s.Theirs }) ||
		errorAs(err, &p, func(s *app.Stale[contact.Contact]) (any, []fact.Change) { return showContact(s.Now), s.Theirs }) ||
		errorAs(err, &p, func(s *app.Stale[order.Order]) (any, []fact.Change) { return showOrder(s.Now), s.Theirs }) {
		f = errStale
		p.Code, p.Detail = f.Code, sentence(w, f)
	}
	var like *errAlike
	if errors.As(err, &like) {
		p.Found = like.found
	}
	if f.Code == "stale" && c.r.Header.Get("If-Match") != "" {
		f = errStale
		p.Code, p.Detail = f.Code, sentence(w, f)
	}
	p.Status = status(f)
	var merged *app.Merged
	if errors.As(err, &merged) {
		c.direct(&p, merged)
	}
	p.Type = "urn:kring:fault:" + p.Code
	p.Title = w.T("api.title_" + titles[p.Status])
	for _, field := range slices.Sorted(maps.Keys(f.Fields)) {
		g := f.Fields[field]
		p.Errors = append(p.Errors, problemField{field, g.Code, sentence(w, g)})
	}
	h := c.w.Header()
	switch p.Status {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="kring"`)
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", "5")
	}
	h.Del("Etag")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Language", w.Lang())
	h.Set("Content-Type", "application/problem+json")
	c.w.WriteHeader(p.Status)
	if c.r.Method == http.MethodHead {
		return
	}
	if err := json.NewEncoder(c.w).Encode(p); err != nil {
		door.Failed(c.r.Context(), err)
	}
}

// direct says which record one was merged into. Reading goes on there (308): that
// is the same record by now. Writing does not, because what was meant for one
// record was not meant for two; whoever asks can ask again with the survivor.
func (c *call) direct(p *problem, m *app.Merged) {
	p.Survivor = m.Into.String()
	if c.r.Method != http.MethodGet && c.r.Method != http.MethodHead || c.r.PathValue("id") != m.From.String() {
		return
	}
	p.Status = http.StatusPermanentRedirect
	to := url.URL{Path: strings.Replace(c.r.URL.Path, m.From.String(), p.Survivor, 1), RawQuery: c.r.URL.RawQuery}
	c.w.Header().Set("Location", to.String())
}

// titles are the kinds of things that go wrong, by status.
var titles = map[int]string{
	http.StatusBadRequest: "bad", http.StatusUnauthorized: "unknown", http.StatusForbidden: "denied", http.StatusNotFound: "not_found",
	http.StatusPermanentRedirect: "merged", http.StatusMethodNotAllowed: "method", http.StatusConflict: "conflict", http.StatusPreconditionFailed: "stale",
	http.StatusRequestEntityTooLarge: "large", http.StatusUnsupportedMediaType: "media", http.StatusUnprocessableEntity: "invalid",
	http.StatusTooManyRequests: "often", http.StatusInternalServerError: "internal", http.StatusServiceUnavailable: "busy",
}

// errorAs fills in both sides of a conflict, when err is one of this kind.
func errorAs[S error](err error, p *problem, sides func(S) (any, []fact.Change)) bool {
	var s S
	if !errors.As(err, &s) {
		return false
	}
	var theirs []fact.Change
	p.Current, theirs = sides(s)
	p.Changed = moments(theirs)
	return true
}

// sentence says a fault in the reader's words.
func sentence(w *words.Words, f *fault.Fault) string {
	key := "fault." + f.Code
	if !w.Has(key) {
		return f.Text
	}
	return w.Tf(key, words.P(f.Params))
}

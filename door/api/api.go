// Package api is the programs' door: REST with JSON under /api/v1, its
// description in OpenAPI 3.1 at /api/openapi.json, and a page to read it at
// /api.
//
// Each operation is one value in a file of its concept: what it is called, what
// it takes and gives, and a handler that calls app and returns an answer or
// what went wrong. huma writes the description out of it and hangs it on the
// mux. The bodies are read here, strictly, by the same shape that the
// description is made of (shape.go), and the records read most are written by
// hand (encode.go).
//
// A request meets, in this order: who asks (a token, or for reading the session
// cookie of the same origin), the limit of that token, the key under which it
// may be repeated (once.go), the handler. problem.go is the one map from faults
// to HTTP.
package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"kring/app"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/entry"
	"kring/domain/file"
	"kring/domain/member"
	"kring/door"
	"kring/look/words"
)

// Config is what main decides.
type Config struct {
	Rate float64 // requests a second for one token; 0 is no limit
}

// API is the programs' door.
type API struct {
	app    *app.App
	mux    *http.ServeMux
	adapt  huma.Adapter
	doc    *huma.OpenAPI
	ops    []*huma.Operation
	shapes map[reflect.Type]*shape
	limit  *limiter
	keys   inFlight
	spec   []byte
}

const (
	base     = "/api/v1"
	mostBulk = 1000     // records in one call
	bulkBody = 16 << 20 // bytes of it
)

// New hangs the operations on a mux.
func New(a *app.App, mux *http.ServeMux, c Config) *API {
	api := &API{app: a, mux: mux, adapt: humago.NewAdapter(mux, base), doc: newDocument(), shapes: map[reflect.Type]*shape{}, limit: newLimiter(c.Rate)}
	for _, op := range operations() {
		api.hang(op)
	}
	api.publish()
	for _, method := range methods {
		mux.HandleFunc(method+" "+base+"/", api.nowhere)
	}
	return api
}

var methods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions}

// operation is one thing that a program can ask.
type operation struct {
	method, path string // below /api/v1
	name         string // operationId
	tag          string
	title        string
	about        string
	right        member.Right // that app asks for; said in the description
	query        []*huma.Param
	in           any // a value of the type of the body; nil takes none
	raw          string
	form         bool // the file can come in a form, too
	out          any  // a value of the type of the answer
	status       int
	tagged       bool  // answers with an ETag
	guarded      bool  // takes If-Match
	most         int64 // bytes of the body
	do           func(*call) (answer, error)
}

// answer is what is said when nothing went wrong.
type answer struct {
	status   int
	version  int64 // of the record shown; 0 when there is none
	location string
	body     []byte
	kept     []byte // instead of body for who asks again: without a secret
	header   map[string]string
	stream   func(io.Writer) error // instead of body
}

// call is one request.
type call struct {
	w    http.ResponseWriter
	r    *http.Request
	api  *API
	app  *app.App
	op   *operation
	who  app.Who
	read []byte // the body, once it was read
}

func (api *API) hang(op operation) {
	if op.most == 0 {
		op.most = door.MaxBody
	}
	if op.in != nil {
		t := reflect.TypeOf(op.in)
		api.shapes[t] = shapeOf(t)
	}
	api.adapt.Handle(api.describe(&op), func(ctx huma.Context) {
		r, w := humago.Unwrap(ctx)
		c := &call{w: w, r: r, api: api, app: api.app, op: &op}
		a, err := c.handle()
		if err == nil {
			err = c.say(a)
		}
		if err != nil {
			c.fail(err)
		}
	})
}

func (c *call) handle() (answer, error) {
	h := c.w.Header()
	h["Cache-Control"] = noCache
	h["Vary"] = varies
	if err := c.recognise(); err != nil {
		return answer{}, err
	}
	if err := c.api.limit.take(h, c.who); err != nil {
		return answer{}, err
	}
	if c.op.method == http.MethodPost {
		if key := c.r.Header["Idempotency-Key"]; len(key) > 0 {
			return c.once(key)
		}
	}
	return c.op.do(c)
}

// Header values that are the same for every answer, made once.
var (
	noCache  = []string{"private, no-cache"}
	varies   = []string{"Authorization, Cookie, Accept-Language"}
	jsonType = []string{"application/json"}
)

// recognise finds out who asks: the holder of a token, or, for reading, whoever
// is signed in to the desk in the same browser.
func (c *call) recognise() (err error) {
	if head := c.r.Header.Get("Authorization"); head != "" {
		scheme, secret, _ := strings.Cut(head, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return entry.ErrVisitor
		}
		c.who, err = c.app.Program(c.r.Context(), strings.TrimSpace(secret))
		return err
	}
	if c.r.Method != http.MethodGet && c.r.Method != http.MethodHead {
		return entry.ErrVisitor
	}
	switch c.r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
	default:
		return entry.ErrVisitor
	}
	cookie, err := c.r.Cookie(door.SessionCookie(c.r.Context()))
	if err != nil {
		return entry.ErrVisitor
	}
	c.who, err = c.app.Visitor(c.r.Context(), cookie.Value)
	return err
}

// say writes an answer.
func (c *call) say(a answer) error {
	h := c.w.Header()
	if a.version != 0 {
		tag := etag(a.version)
		h["Etag"] = []string{tag}
		if a.status == http.StatusOK && c.fresh(tag) {
			c.w.WriteHeader(http.StatusNotModified)
			return nil
		}
	}
	if a.location != "" {
		h.Set("Location", a.location)
	}
	for k, v := range a.header {
		h.Set(k, v)
	}
	if a.stream != nil {
		c.w.WriteHeader(a.status)
		if err := a.stream(c.w); err != nil {
			door.Failed(c.r.Context(), err) // the head is out; the log has the cause
		}
		return nil
	}
	if a.status != http.StatusNoContent {
		h["Content-Type"] = jsonType
		h["Content-Length"] = []string{strconv.Itoa(len(a.body))}
	}
	c.w.WriteHeader(a.status)
	if c.r.Method != http.MethodHead {
		c.w.Write(a.body) //nolint:errcheck // whoever asked has gone
	}
	return nil
}

// fresh says whether a reader has this version already.
func (c *call) fresh(tag string) bool {
	if c.r.Method != http.MethodGet && c.r.Method != http.MethodHead {
		return false
	}
	for _, line := range c.r.Header["If-None-Match"] {
		for known := range strings.SplitSeq(line, ",") {
			if known = strings.TrimPrefix(strings.TrimSpace(known), "W/"); known == tag || known == "*" {
				return true
			}
		}
	}
	return false
}

func etag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// errStale says that If-Match names another version than the one that stands.
var errStale = fault.New(fault.Conflict, "api.stale", "If-Match names another version than the one that stands")

// match is the version that the caller has read; 0 takes whatever stands. One
// that can never stand is refused here, others by compare.
func (c *call) match() (int64, error) {
	lines := c.r.Header["If-Match"]
	if len(lines) == 0 {
		return 0, nil
	}
	var version int64
	for known := range strings.SplitSeq(strings.Join(lines, ","), ",") {
		known = strings.TrimSpace(known)
		if known == "*" {
			return 0, nil
		}
		digits, ok := strings.CutPrefix(known, `"`)
		digits, closed := strings.CutSuffix(digits, `"`)
		if n, err := strconv.ParseInt(digits, 10, 64); err == nil && ok && closed && n > version {
			version = n
		}
	}
	if version == 0 {
		return 0, errStale
	}
	return version, nil
}

// named is the id in the path; what is no id is not found.
func named[T ~[16]byte](c *call, part string) (T, error) {
	i, err := id.Parse[T](c.r.PathValue(part))
	if err != nil {
		return i, errNotFound
	}
	return i, nil
}

// errNotFound says that something is not there, or not for whoever asks.
var errNotFound = fault.New(fault.NotFound, "not_found", "this does not exist")

// What can be wrong with a request around its body.
var (
	errMedia     = fault.New(fault.Invalid, "api.media", "send application/json")
	errLarge     = fault.New(fault.Invalid, "api.large", "this body is too large")
	errQuery     = fault.New(fault.Invalid, "api.query", "the query of this address cannot be read")
	errMethod    = fault.New(fault.Invalid, "api.method", "this address does not take this method")
	errBrokenOff = fault.New(fault.Invalid, "api.broken_off", "this body broke off")
	errPath      = fault.New(fault.NotFound, "api.path", "there is no such address; /api lists them")
)

// bodyReader is the body as a stream, for what is too large to hold.
func (c *call) bodyReader() io.Reader {
	if c.read != nil {
		return bytes.NewReader(c.read)
	}
	return &upload{io.LimitReader(c.r.Body, c.op.most)}
}

// sentFile is the file that a request sends: its body, or the first file of a
// form, which has a name of itself.
func (c *call) sentFile(name string) (string, io.Reader, error) {
	kind, params, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return name, c.bodyReader(), nil
	}
	for parts := multipart.NewReader(c.bodyReader(), params["boundary"]); ; {
		p, err := parts.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return "", nil, file.ErrEmpty
		case err != nil:
			return "", nil, errBrokenOff
		case p.FileName() != "":
			if name == "" {
				name = p.FileName()
			}
			return name, &upload{p}, nil
		}
	}
}

// upload tells a body that broke off from one that ended.
type upload struct{ r io.Reader }

func (u *upload) Read(b []byte) (int, error) {
	n, err := u.r.Read(b)
	if err != nil && err != io.EOF {
		err = errBrokenOff
	}
	return n, err
}

// body reads the whole body, once.
func (c *call) body() ([]byte, error) {
	if c.read != nil {
		return c.read, nil
	}
	most := c.op.most
	if c.r.ContentLength > most {
		c.w.Header().Set("Connection", "close")
		return nil, errLarge.With(fault.Params{"max": most})
	}
	b := make([]byte, 0, max(min(c.r.ContentLength, most), 512)+1)
	limited := io.LimitReader(c.r.Body, most+1)
	for {
		n, err := limited.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		switch {
		case int64(len(b)) > most:
			c.w.Header().Set("Connection", "close")
			return nil, errLarge.With(fault.Params{"max": most})
		case errors.Is(err, io.EOF):
			c.read = b
			return b, nil
		case err != nil:
			return nil, errBrokenOff
		case len(b) == cap(b):
			b = append(b, 0)[:len(b)]
		}
	}
}

// take reads the body as a T: strictly, or every field that is not right.
func take[T any](c *call) (v T, err error) {
	media, params, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || media != "application/json" && !(media == "application/merge-patch+json" && c.op.method == http.MethodPatch) {
		return v, errMedia
	}
	if set := params["charset"]; set != "" && !strings.EqualFold(set, "utf-8") {
		return v, errMedia
	}
	b, err := c.body()
	if err != nil {
		return v, err
	}
	s := c.api.shapes[reflect.TypeFor[T]()]
	if err := s.check(b); err != nil {
		return v, err
	}
	return v, json.Unmarshal(b, &v)
}

// operations is everything that a program can ask.
func operations() []operation {
	return slices.Concat(accountOperations(), contacts.operations(), fileOperations(), memberOperations(), viewOperations(), matchOperations(), fieldOperations(),
		orderOperations(), cashOperations(), opportunityOperations(), cycleOperations(), pyramidOperations(), ladderOperations(), handoverOperations(), processOperations(), ringOperations(), slippingOperations(), factOperations(), searchOperations(), webhookOperations(), importOperations(), mergeOperations(), consentOperations(), taskOperations(), talkOperations(), quoteOperations())
}

// params are the parameters of the query.
func (c *call) params() (url.Values, error) {
	if c.r.URL.RawQuery == "" {
		return nil, nil
	}
	v, err := url.ParseQuery(c.r.URL.RawQuery)
	if err != nil {
		return nil, errQuery
	}
	return v, nil
}

// show is an answer that encoding/json writes.
func show(status int, v any) (answer, error) {
	b, err := json.Marshal(v)
	return answer{status: status, body: b}, err
}

// listOf is a page of a list as the API writes it.
type listOf[T any] struct {
	Items []T     `json:"items"`
	Next  *string `json:"next" doc:"give it as cursor to get the next page; null at the end"`
}

func every[T any](all []T) listOf[T] {
	if all == nil {
		all = []T{}
	}
	return listOf[T]{Items: all}
}

// nowhere answers for an address, or a method of one, that there is not.
func (api *API) nowhere(w http.ResponseWriter, r *http.Request) {
	c := &call{w: w, r: r, api: api, app: api.app, op: &operation{}}
	var allowed []string
	for _, method := range methods {
		probe := &http.Request{Method: method, URL: r.URL, Host: r.Host}
		if _, pattern := api.mux.Handler(probe); pattern != method+" "+base+"/" {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		c.fail(errPath)
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	c.fail(errMethod)
}

// language is what whoever asks reads; programs read English.
func language(r *http.Request) *words.Words {
	for want := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		switch tag := strings.ToLower(strings.TrimSpace(want)); {
		case tag == "nl" || strings.HasPrefix(tag, "nl-") || strings.HasPrefix(tag, "nl;"):
			return words.For("nl", "")
		case tag == "en" || strings.HasPrefix(tag, "en-") || strings.HasPrefix(tag, "en;"):
			return words.For("en", "")
		}
	}
	return words.For("en", "")
}

// Package door is what the ways in over HTTP share: a name for each request, a
// log line without personal data, limits, security headers, counters, and the
// one place where a panic ends.
//
// A request meets, in this order: counter and log, recovery, the visitor's own
// address (behind a trusted proxy the one it forwards), security headers, the
// limit on its body, protection against cross-site writes, and then the door
// that answers it.
package door

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Config is what the doors need to know of where they stand.
type Config struct {
	Log     *slog.Logger
	Proxies []netip.Prefix // whose X-Forwarded-For and X-Forwarded-Proto are believed
	Metrics prometheus.Registerer
}

// MaxBody is the most a request may send, in bytes; uploads have their own.
const MaxBody = 4 << 20

// csp allows our own files and nothing else: no inline script or style.
const csp = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

type requestKey struct{}

// request is what is known of a request beside the request itself.
type request struct {
	id      string
	client  string
	unknown bool // it was forwarded by a proxy that is not trusted
	secure  bool
	cause   error
}

func of(ctx context.Context) *request {
	if r, ok := ctx.Value(requestKey{}).(*request); ok {
		return r
	}
	return &request{}
}

// ID is the short name of the request, the same in log and on an error page.
func ID(ctx context.Context) string { return of(ctx).id }

// Client is the visitor's address, without port.
func Client(ctx context.Context) string { return of(ctx).client }

// Secure says whether the visitor came over TLS, directly or by a proxy.
func Secure(ctx context.Context) bool { return of(ctx).secure }

// SessionCookie is the name of the cookie that holds a session. It follows the
// line: over TLS the browser itself guards that the cookie came from this host.
func SessionCookie(ctx context.Context) string {
	if Secure(ctx) {
		return "__Host-kring"
	}
	return "kring"
}

// Failed notes the cause of an internal error for the log; it never reaches a
// page.
func Failed(ctx context.Context, err error) { of(ctx).cause = err }

// Wrap puts the shared manners around the doors.
func Wrap(c Config, next *http.ServeMux) http.Handler {
	count := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "kring_http_requests_total", Help: "Requests by route, method and status.",
	}, []string{"route", "method", "status"})
	took := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "kring_http_request_seconds", Help: "Time to answer by route.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
	}, []string{"route"})
	if c.Metrics != nil {
		c.Metrics.MustRegister(count, took)
	}
	cross := http.NewCrossOriginProtection()
	cross.AddInsecureBypassPattern("POST /f/{key}/leads") // a web form sent by its own sites: it signs nobody in, and looks at Origin itself
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		req := &request{id: newID()}
		req.client, req.secure, req.unknown = visitor(r, c.Proxies)
		r = r.WithContext(context.WithValue(r.Context(), requestKey{}, req))
		rec := &recorder{ResponseWriter: w}
		defer func() {
			if p := recover(); p != nil && p != http.ErrAbortHandler {
				req.cause = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
				if rec.status == 0 {
					http.Error(rec, "Internal Server Error "+req.id, http.StatusInternalServerError)
				}
			}
			route := r.Pattern
			if route == "" {
				route = "unknown"
			}
			lasted := time.Since(start)
			count.WithLabelValues(route, methodOf(r), statusOf(rec.code())).Inc()
			took.WithLabelValues(route).Observe(lasted.Seconds())
			level, attrs := slog.LevelDebug, []slog.Attr{
				slog.String("request", req.id), slog.String("route", route), slog.String("method", methodOf(r)),
				slog.Int("status", rec.code()), slog.Int64("bytes", rec.bytes), slog.Float64("took_ms", float64(lasted.Microseconds())/1000),
			}
			if rec.code() >= 400 {
				level = slog.LevelInfo
			}
			if req.cause != nil {
				level, attrs = slog.LevelError, append(attrs, slog.String("cause", req.cause.Error()))
			}
			c.Log.LogAttrs(r.Context(), level, "request", attrs...)
		}()
		h := rec.Header()
		h.Set("Content-Security-Policy", csp)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
		h.Set("X-Request-Id", req.id)
		if req.secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if err := cross.Check(r); err != nil {
			http.Error(rec, "cross-site request refused", http.StatusForbidden)
			return
		}
		next.ServeHTTP(rec, r)
	})
}

func newID() string {
	var b [6]byte
	rand.Read(b[:]) //nolint:errcheck // never fails, it says
	return hex.EncodeToString(b[:])
}

// visitor is the address the request came from, believing a forwarding header
// only when a trusted proxy sent it; the rightmost address that is no trusted
// proxy counts, since those to its left can be invented.
func visitor(r *http.Request, trusted []netip.Prefix) (client string, secure, unknown bool) {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	secure = r.TLS != nil
	if !within(host, trusted) {
		return host, secure, r.Header.Get("X-Forwarded-For")+r.Header.Get("Forwarded")+r.Header.Get("X-Real-Ip") != ""
	}
	secure = secure || strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop := strings.TrimSpace(hops[i])
		if _, err := netip.ParseAddr(hop); err != nil {
			break
		}
		host = hop
		if !within(hop, trusted) {
			break
		}
	}
	return host, secure, false
}

func within(host string, nets []netip.Prefix) bool {
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	for _, n := range nets {
		if n.Contains(ip.Unmap()) {
			return true
		}
	}
	return false
}

// recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (r *recorder) code() int {
	if r.status == 0 {
		return http.StatusOK
	}
	return r.status
}

// WriteHeader remembers the status.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write counts what is sent.
func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

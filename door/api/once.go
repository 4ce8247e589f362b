package api

import (
	"context"
	"crypto/sha256"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"kring/app"
	"kring/base/fault"
)

var (
	// errKey says that an Idempotency-Key is none.
	errKey = fault.New(fault.Invalid, "api.key", "an Idempotency-Key is one word of 1 to 255 visible ASCII characters")
	// errOften says that a token asks more than it may.
	errOften = fault.New(fault.Busy, "api.often", "this token asks too much; wait a moment")
)

// once does a deed under the caller's key: see app.Once. Within this process a
// second request under the key is told at once that the first still runs.
func (c *call) once(keys []string) (answer, error) {
	key := strings.TrimSpace(keys[0])
	if len(keys) > 1 || key == "" || len(key) > 255 || strings.ContainsFunc(key, func(r rune) bool { return r < '!' || r > '~' }) {
		return answer{}, errKey
	}
	body, err := c.body()
	if err != nil {
		return answer{}, err
	}
	sum := sha256.New()
	for _, part := range []string{c.r.Method, c.r.URL.Path, c.r.URL.RawQuery, c.r.Header.Get("Content-Type"), c.r.Header.Get("If-Match")} {
		sum.Write([]byte(part))
		sum.Write([]byte{0})
	}
	sum.Write(body)
	running := c.who.Token.String() + c.who.Member.ID.String() + key
	if !c.api.keys.begin(running) {
		return answer{}, app.ErrOnceBusy
	}
	defer c.api.keys.end(running)
	var first answer
	said, again, err := c.app.Once(c.r.Context(), c.who, app.Asked{Name: key, Request: sum.Sum(nil)}, func(ctx context.Context) (app.Answered, error) {
		inside := *c
		inside.r = c.r.WithContext(ctx)
		var err error
		if first, err = c.op.do(&inside); err != nil {
			return app.Answered{}, err
		}
		kept := first.body
		if first.kept != nil {
			kept = first.kept
		}
		return app.Answered{Status: first.status, Version: first.version, Location: first.location, Body: string(kept)}, nil
	})
	if err != nil || !again {
		return first, err
	}
	return answer{
		status: said.Status, version: said.Version, location: said.Location, body: []byte(said.Body),
		header: map[string]string{"Idempotency-Replayed": "true"},
	}, nil
}

// inFlight are the keys of requests that run now.
type inFlight struct {
	mu   sync.Mutex
	keys map[string]bool
}

func (f *inFlight) begin(key string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.keys[key] {
		return false
	}
	if f.keys == nil {
		f.keys = map[string]bool{}
	}
	f.keys[key] = true
	return true
}

func (f *inFlight) end(key string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.keys, key)
}

// limiter keeps one program from crowding out the others.
type limiter struct {
	rate  rate.Limit
	mu    sync.Mutex
	holds map[[16]byte]*rate.Limiter
}

// mostLimiters bounds the memory; whoever falls out begins with a full bucket.
const mostLimiters = 10_000

func newLimiter(perSecond float64) *limiter {
	return &limiter{rate: rate.Limit(perSecond), holds: map[[16]byte]*rate.Limiter{}}
}

// take counts one request of a token or member.
func (l *limiter) take(h http.Header, who app.Who) error {
	if l.rate <= 0 {
		return nil
	}
	holder := [16]byte(who.Token)
	if who.Token.IsZero() {
		holder = who.Member.ID
	}
	burst := max(int(l.rate*10), 1) // ten seconds' worth at once
	l.mu.Lock()
	one := l.holds[holder]
	if one == nil {
		if len(l.holds) >= mostLimiters {
			for old := range l.holds {
				delete(l.holds, old)
				break
			}
		}
		one = rate.NewLimiter(l.rate, burst)
		l.holds[holder] = one
	}
	l.mu.Unlock()
	ok := one.Allow()
	left := max(int(one.Tokens()), 0)
	h.Set("RateLimit-Limit", strconv.Itoa(burst))
	h.Set("RateLimit-Remaining", strconv.Itoa(left))
	if ok {
		return nil
	}
	wait := max(time.Duration(float64(time.Second)/float64(l.rate)), time.Second)
	h.Set("Retry-After", strconv.Itoa(int(wait.Seconds())))
	return errOften
}

package desk_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"kring/app"
	"kring/base/reach"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/member"
	"kring/door"
	"kring/door/desk"
	"kring/kit"
)

var quiet = slog.New(slog.DiscardHandler)

// clerk is somebody at the desk, without script.
type clerk struct {
	*testing.T
	world  *kit.World
	clock  *kit.Clock
	who    app.Who
	desk   http.Handler
	secret string
}

// office is a desk in a fresh house, with an administrator before it.
func office(t *testing.T) *clerk {
	t.Helper()
	_, db, clock := kit.SQLite(t)
	w := kit.New(t, db)
	mux := http.NewServeMux()
	desk.New(w.App, mux)
	b := &clerk{T: t, world: w, clock: clock, desk: door.Wrap(door.Config{Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))}, mux)}
	return b.as(w.Member("Sanne de Wit", member.Admin))
}

// as is another member before the same desk.
func (b *clerk) as(who app.Who) *clerk {
	b.Helper()
	other := *b
	other.who, other.secret = who, b.world.Session(who)
	return &other
}

// answer is what came back.
type answer struct {
	t      *testing.T
	code   int
	body   string
	to     string // where it sends the browser
	header http.Header
}

func (b *clerk) send(r *http.Request) answer {
	b.Helper()
	r.AddCookie(&http.Cookie{Name: "kring", Value: b.secret})
	rec := httptest.NewRecorder()
	b.desk.ServeHTTP(rec, r.WithContext(b.Context()))
	body, err := io.ReadAll(rec.Body)
	if err != nil {
		b.Fatal(err)
	}
	return answer{t: b.T, code: rec.Code, body: string(body), to: rec.Header().Get("Location"), header: rec.Header()}
}

// get opens an address; headers come in pairs.
func (b *clerk) get(address string, headers ...string) answer {
	b.Helper()
	r := httptest.NewRequest("GET", address, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return b.send(r)
}

// post sends a form: names and values in pairs; a header when the name begins
// with "HX-".
func (b *clerk) post(address string, pairs ...string) answer {
	b.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest("POST", address, strings.NewReader(form.Encode()))
	for name := range form {
		if strings.HasPrefix(name, "HX-") {
			r.Header.Set(name, form.Get(name))
		}
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.send(r)
}

// status checks the status and gives the answer on.
func (a answer) status(code int) answer {
	a.t.Helper()
	if a.code != code {
		a.t.Errorf("status %d, want %d: %.300s", a.code, code, text(a.body))
	}
	return a
}

// sees checks what is on the page.
func (a answer) sees(texts ...string) answer {
	a.t.Helper()
	for _, s := range texts {
		if !strings.Contains(a.body, s) {
			a.t.Errorf("does not see %q in %.2000s", s, text(a.body))
		}
	}
	return a
}

// misses checks what is not.
func (a answer) misses(texts ...string) answer {
	a.t.Helper()
	for _, s := range texts {
		if strings.Contains(a.body, s) {
			a.t.Errorf("sees %q", s)
		}
	}
	return a
}

// text is a page without its tags, for a failure's message.
func text(page string) string {
	if at := strings.Index(page, "<main"); at >= 0 {
		page = page[at:]
	}
	var b strings.Builder
	in := false
	for _, r := range page {
		switch {
		case r == '<':
			in = true
		case r == '>':
			in = false
			b.WriteByte(' ')
		case !in:
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// account adds a relation.
func (b *clerk) account(d account.Draft) account.Account {
	b.Helper()
	a, err := b.world.App.AddAccount(b.Context(), b.who, d)
	if err != nil {
		b.Fatal(err)
	}
	return a
}

// firm adds a relation with a name and a city.
func (b *clerk) firm(name, city string, tags ...string) account.Account {
	b.Helper()
	return b.account(account.Draft{Name: name, Addresses: reach.Addresses{{City: city}}, Tags: tags})
}

// person adds a contact at a relation.
func (b *clerk) person(at account.Account, given, family, function string, roles ...contact.Role) contact.Contact {
	b.Helper()
	c, err := b.world.App.AddContact(b.Context(), b.who, contact.Draft{Given: given, Family: family, Accounts: []contact.Link{{Account: at.ID, Function: function, Roles: roles}}})
	if err != nil {
		b.Fatal(err)
	}
	return c
}

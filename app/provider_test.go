package app_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"kring/app"
	"kring/base/id"
	"kring/domain/entry"
	"kring/domain/member"
	"kring/store"
)

const here = "http://kring.example"

// elsewhereIn is a real OpenID Connect provider, run beside the test.
type elsewhereIn struct {
	issuer string
	in     io.Writer
	out    *bufio.Scanner
}

func openElsewhere(t *testing.T) *elsewhereIn {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not here, and the provider needs it")
	}
	tools, err := filepath.Abs("../tools")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(tools, "node_modules", "oidc-provider")); err != nil {
		t.Skip("oidc-provider is not installed in tools; tools/check does so")
	}
	c := exec.CommandContext(t.Context(), node, filepath.Join(tools, "story", "provider-alone.mjs"), "kring", "een geheim van dertig tekens ofzo", here+app.ProviderReturn)
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		c.Wait() //nolint:errcheck // the test is over
	})
	e := &elsewhereIn{in: in, out: bufio.NewScanner(out)}
	if !e.out.Scan() {
		t.Fatal("the provider did not start")
	}
	e.issuer = e.out.Text()
	return e
}

// person is who signs in there next.
func (e *elsewhereIn) person(h *house, p map[string]any) {
	h.Helper()
	b, err := json.Marshal(p)
	h.must(err)
	if _, err := e.in.Write(append(b, '\n')); err != nil {
		h.Fatal(err)
	}
	if !e.out.Scan() {
		h.Fatal("the provider stopped")
	}
}

// walk follows a visitor through the provider, up to the way back.
func (h *house) walk(address string) url.Values {
	h.Helper()
	jar, err := cookiejar.New(nil)
	h.must(err)
	var back *url.URL
	client := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), here) {
			back = r.URL
			return http.ErrUseLastResponse
		}
		return nil
	}}
	r, err := client.Get(address)
	h.must(err)
	defer r.Body.Close()
	if back == nil {
		body, _ := io.ReadAll(r.Body)
		h.Fatalf("no way back: %d %s", r.StatusCode, body)
	}
	return back.Query()
}

func TestProvider(t *testing.T) {
	t.Parallel()
	both(t, func(h *house) {
		ctx := h.Context()
		e := openElsewhere(h.T)
		draft := app.ProviderDraft{Name: "Eigen", Issuer: e.issuer, Client: "kring", Secret: "een geheim van dertig tekens ofzo"}
		p, err := h.a.AddProvider(ctx, h.admin, draft)
		h.must(err)
		visit := func(person map[string]any) (url.Values, string) {
			h.Helper()
			e.person(h, person)
			address, ticket, err := h.a.VisitProvider(ctx, p.ID, here, "/accounts", desk)
			h.must(err)
			u, err := url.Parse(address)
			h.must(err)
			if q := u.Query(); q.Get("code_challenge_method") != "S256" || q.Get("nonce") == "" || q.Get("state") == "" || q.Get("state") == ticket {
				h.Fatalf("asks %s", address)
			}
			return h.walk(address), ticket
		}
		in := func(person map[string]any) (app.Who, error) {
			h.Helper()
			back, ticket := visit(person)
			pass, next, err := h.a.ReturnFromProvider(ctx, ticket, back, desk)
			if err != nil {
				return app.Who{}, err
			}
			if next != "/accounts" {
				h.Fatalf("goes to %s", next)
			}
			// A way back works once.
			_, _, again := h.a.ReturnFromProvider(ctx, ticket, back, desk)
			h.refused(again, entry.ErrStep)
			return h.visit(pass.Session), nil
		}

		who, err := in(map[string]any{"sub": "1", "email": "Anna@Brandt.example", "name": "Anna"})
		h.must(err)
		if who.Member.ID != h.admin.Member.ID || who.Proof != "provider" {
			h.Fatalf("came in as %+v by %s", who.Member, who.Proof)
		}
		_, err = in(map[string]any{"sub": "1", "email": adminMail, "email_verified": false})
		h.refused(err, entry.ErrUnverified)
		_, err = in(map[string]any{"sub": "2", "email": "vreemd@brandt.example"})
		h.refused(err, entry.ErrStranger)

		// An invitation is accepted by coming in; its link ends.
		m, link, err := h.a.Invite(ctx, h.admin, app.Invitation{Name: "Els", Email: "els@brandt.example", Role: member.Service})
		h.must(err)
		who, err = in(map[string]any{"sub": "3", "email": "els@brandt.example"})
		h.must(err)
		if who.Member.ID != m.ID || who.Member.State != member.Active {
			h.Fatalf("came in as %+v", who.Member)
		}
		_, err = h.a.Welcome(ctx, link)
		h.refused(err, entry.ErrLink)
		_, err = h.a.Disable(ctx, h.admin, m.ID, who.Member.Version)
		h.must(err)
		_, err = in(map[string]any{"sub": "3", "email": "els@brandt.example"})
		h.refused(err, entry.ErrStranger)

		// Newcomers join when the organisation said so, of its own domain only.
		draft.Domains, draft.Role = []string{"@Brandt.example"}, member.OrderDesk
		p, err = h.a.SaveProvider(ctx, h.admin, p.ID, p.Version, draft)
		h.must(err)
		who, err = in(map[string]any{"sub": "4", "email": "nieuw@brandt.example", "name": "Nieuw Hier"})
		h.must(err)
		if who.Member.Role != member.OrderDesk || who.Member.Name != "Nieuw Hier" {
			h.Fatalf("joined as %+v", who.Member)
		}
		_, err = in(map[string]any{"sub": "5", "email": "nieuw@elders.example"})
		h.refused(err, entry.ErrStranger)
		_, err = in(map[string]any{"sub": "5", "email": "baas@brandt.example", "email_verified": false})
		h.refused(err, entry.ErrUnverified)

		// Who works elsewhere is not drawn in by a name the provider claims.
		elsewhere(h)
		_, err = in(map[string]any{"sub": "6", "email": "baas@elders.example"})
		h.refused(err, entry.ErrStranger)

		// What does not fit is refused: another's state, another's ticket, an
		// answer of another issuer, a code that was used.
		back, ticket := visit(map[string]any{"sub": "1", "email": adminMail})
		_, mine, err := h.a.VisitProvider(ctx, p.ID, here, "/", desk)
		h.must(err)
		_, _, err = h.a.ReturnFromProvider(ctx, mine, back, desk)
		h.refused(err, entry.ErrStep)
		foreign := url.Values{"state": back["state"], "code": back["code"], "iss": {"https://boef.example"}}
		_, _, err = h.a.ReturnFromProvider(ctx, ticket, foreign, desk)
		h.refused(err, entry.ErrProvider)
		_, ticket = visit(map[string]any{"sub": "1", "email": adminMail})
		_, _, err = h.a.ReturnFromProvider(ctx, ticket, back, desk)
		h.refused(err, entry.ErrStep)

		h.must(h.a.EraseProvider(ctx, h.admin, p.ID, p.Version))
		_, _, err = h.a.VisitProvider(ctx, p.ID, here, "/", desk)
		h.refused(err, store.ErrNotFound)
	})
}

// A provider that is down keeps nobody else out, and only who manages settings
// chooses providers.
func TestProviderDown(t *testing.T) {
	t.Parallel()
	both(t, func(h *house) {
		ctx := h.Context()
		p, err := h.a.AddProvider(ctx, h.admin, app.ProviderDraft{Name: "Weg", Issuer: "http://127.0.0.1:1", Client: "kring"})
		h.must(err)
		_, _, err = h.a.VisitProvider(ctx, p.ID, here, "/", desk)
		h.refused(err, entry.ErrProvider)
		h.in(adminMail, adminWord)
		f, err := h.a.Front(ctx)
		h.must(err)
		if f.Organisation != "Brandt & Zoon" || len(f.Providers) != 1 {
			h.Fatalf("front %+v", f)
		}
		els := h.colleague("Els", "els@brandt.example", member.Director, id.Team{})
		_, err = h.a.Providers(ctx, els)
		h.refused(err, app.ErrDenied)
		for field, d := range map[string]app.ProviderDraft{
			"name":      {Issuer: "https://id.example", Client: "kring"},
			"issuer":    {Name: "X", Issuer: "http://id.example", Client: "kring"},
			"client_id": {Name: "X", Issuer: "https://id.example"},
			"domains":   {Name: "X", Issuer: "https://id.example", Client: "kring", Domains: []string{"a b"}, Role: member.Service},
			"role":      {Name: "X", Issuer: "https://id.example", Client: "kring", Domains: []string{"brandt.example"}, Role: member.Admin},
		} {
			_, err := h.a.AddProvider(ctx, h.admin, d)
			if !errors.Is(err, faultFields) || fieldsOf(err)[field] == nil {
				h.Errorf("%s: %v", field, err)
			}
		}
		facts, err := h.a.SettingHistory(ctx, h.admin, p.ID.Any(), id.Fact{})
		h.must(err)
		if len(facts) != 1 || facts[0].Deed != "provider.added" {
			h.Fatalf("history %+v", facts)
		}
	})
}

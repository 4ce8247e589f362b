package app_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"kring/app"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/opt"
	"kring/domain/entry"
	"kring/domain/member"
	"kring/kit"
	"kring/store"
)

// desk is the device these tests sign in from.
var desk = app.Device{Agent: "Proef", Address: "192.0.2.7"}

const (
	adminMail = "anna@brandt.example"
	adminWord = "kersen op sap 1958"
)

// house is an organisation with its first administrator, signed in.
type house struct {
	*testing.T
	a     *app.App
	db    *store.DB
	clock *kit.Clock
	admin app.Who
}

func newHouse(t *testing.T, db *store.DB, clock *kit.Clock, address string) *house {
	t.Helper()
	h := &house{T: t, a: app.New(db, app.Config{Address: address}), db: db, clock: clock}
	secret, err := h.a.Setup(t.Context(), app.Setup{Organisation: "Brandt & Zoon", Name: "Anna Brandt", Email: adminMail, Password: adminWord, Device: desk})
	if err != nil {
		t.Fatal(err)
	}
	h.admin = h.visit(secret)
	return h
}

func both(t *testing.T, fn func(h *house)) {
	t.Helper()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) { fn(newHouse(t, db, clock, "")) })
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) refused(err error, want error) {
	h.Helper()
	f, _ := fault.From(err)
	if errors.Is(err, want) {
		return
	}
	if f != nil {
		for _, g := range f.Fields {
			if errors.Is(g, want) {
				return
			}
		}
	}
	h.Fatalf("got %v, want %v", err, want)
}

func (h *house) visit(secret string) app.Who {
	h.Helper()
	who, err := h.a.Visitor(h.Context(), secret)
	h.must(err)
	return who
}

func (h *house) signIn(mail, password string) (app.Pass, error) {
	return h.a.SignIn(h.Context(), app.SignIn{Email: mail, Password: password, Device: desk})
}

func (h *house) in(mail, password string) app.Who {
	h.Helper()
	p, err := h.signIn(mail, password)
	h.must(err)
	return h.visit(p.Session)
}

// colleague invites somebody and accepts for them.
func (h *house) colleague(name, mail string, role member.Role, team id.Team) app.Who {
	h.Helper()
	_, link, err := h.a.Invite(h.Context(), h.admin, app.Invitation{Name: name, Email: mail, Role: role, Team: team})
	h.must(err)
	p, err := h.a.AcceptLink(h.Context(), link, "vlinders boven het veld", desk)
	h.must(err)
	return h.visit(p.Session)
}

// Two who set up the same new Kring at once: one does.
func TestSetupAtOnce(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		a := app.New(db, app.Config{})
		var wg sync.WaitGroup
		errs := make([]error, 6)
		for i := range errs {
			wg.Go(func() {
				_, errs[i] = a.Setup(t.Context(), app.Setup{Organisation: "Brandt", Name: "Anna", Email: string(rune('a'+i)) + "@brandt.example", Password: adminWord, Device: desk})
			})
		}
		wg.Wait()
		done := 0
		for _, err := range errs {
			if err == nil {
				done++
			} else if !errors.Is(err, app.ErrSetUp) {
				t.Error(err)
			}
		}
		if done != 1 {
			t.Fatalf("%d set up", done)
		}
	})
}

func TestInvitation(t *testing.T) {
	t.Parallel()
	both(t, func(h *house) {
		ctx := h.Context()
		m, link, err := h.a.Invite(ctx, h.admin, app.Invitation{Name: " Joris  de Wit ", Email: "Joris@Brandt.example", Role: member.AccountManager})
		h.must(err)
		if m.State != member.Invited || m.Name != "Joris de Wit" || m.Email != "joris@brandt.example" || m.Locale != "nl" {
			h.Fatalf("invited %+v", m)
		}
		if _, err := h.signIn(m.Email, ""); !errors.Is(err, entry.ErrRefused) {
			h.Fatalf("signed in without a password: %v", err)
		}
		_, _, err = h.a.Invite(ctx, h.admin, app.Invitation{Name: "Joris", Email: "joris@brandt.example", Role: member.Service})
		h.refused(err, member.ErrTaken)

		w, err := h.a.Welcome(ctx, link)
		h.must(err)
		if w.Purpose != "invite" || w.Member.ID != m.ID || w.Known || w.Org.Name != "Brandt & Zoon" {
			h.Fatalf("welcome %+v", w)
		}
		_, err = h.a.AcceptLink(ctx, link, "kort", desk)
		h.refused(err, entry.ErrShort)
		p, err := h.a.AcceptLink(ctx, link, "vlinders boven het veld", desk)
		h.must(err)
		who := h.visit(p.Session)
		if who.Member.ID != m.ID || who.Member.State != member.Active || who.Can(member.MemberManage) {
			h.Fatalf("came in as %+v", who.Member)
		}
		_, err = h.a.AcceptLink(ctx, link, "een ander lang wachtwoord", desk)
		h.refused(err, entry.ErrLink)
		h.in("joris@brandt.example", "vlinders boven het veld")

		// A new link ends the old one; a link ends by itself after a week.
		m, old, err := h.a.Invite(ctx, h.admin, app.Invitation{Name: "Els", Email: "els@brandt.example", Role: member.Service})
		h.must(err)
		again, err := h.a.InviteAgain(ctx, h.admin, m.ID)
		h.must(err)
		_, err = h.a.Welcome(ctx, old)
		h.refused(err, entry.ErrLink)
		h.clock.Advance(7*24*time.Hour - time.Second)
		_, err = h.a.Welcome(ctx, again)
		h.must(err)
		h.clock.Advance(2 * time.Second)
		_, err = h.a.Welcome(ctx, again)
		h.refused(err, entry.ErrLink)
		_, err = h.a.Welcome(ctx, "nooit gemaakt")
		h.refused(err, entry.ErrLink)

		// Whoever may not manage invites nobody.
		_, _, err = h.a.Invite(ctx, who, app.Invitation{Name: "X", Email: "x@brandt.example", Role: member.Admin})
		h.refused(err, app.ErrDenied)
		// Nobody chooses somebody else's password at the desk.
		_, _, err = h.a.Invite(ctx, h.admin, app.Invitation{Name: "X", Email: "x@brandt.example", Role: member.Service, Password: "een lang wachtwoord dus"})
		h.refused(err, app.ErrGiven)
		for field, in := range map[string]app.Invitation{
			"name":   {Name: "", Email: "x@brandt.example", Role: member.Service},
			"email":  {Name: "X", Email: "x", Role: member.Service},
			"role":   {Name: "X", Email: "x@brandt.example", Role: "baas"},
			"locale": {Name: "X", Email: "x@brandt.example", Role: member.Service, Locale: "fr"},
			"team":   {Name: "X", Email: "x@brandt.example", Role: member.Service, Team: id.New[id.Team]()},
		} {
			_, _, err := h.a.Invite(ctx, h.admin, in)
			f, ok := fault.From(err)
			if !ok || f.Fields[field] == nil || len(f.Fields) != 1 {
				h.Errorf("%s: %v", field, err)
			}
		}
	})
}

func TestReset(t *testing.T) {
	t.Parallel()
	both(t, func(h *house) {
		ctx := h.Context()
		els := h.colleague("Els", "els@brandt.example", member.Service, id.Team{})
		link, err := h.a.Reset(ctx, h.admin, els.Member.ID)
		h.must(err)
		h.in("els@brandt.example", "vlinders boven het veld") // the old one works until then
		p, err := h.a.AcceptLink(ctx, link, "regen op het dakraam", desk)
		h.must(err)
		if _, err := h.a.Sessions(ctx, els); err != nil {
			h.Fatal(err)
		}
		_, err = h.signIn("els@brandt.example", "vlinders boven het veld")
		h.refused(err, entry.ErrRefused)
		els = h.visit(p.Session)
		all, err := h.a.Sessions(ctx, els)
		h.must(err)
		if len(all) != 1 {
			h.Fatalf("%d sessions after a reset, want this one only", len(all))
		}
		link, err = h.a.Reset(ctx, h.admin, els.Member.ID)
		h.must(err)
		h.clock.Advance(61 * time.Minute)
		_, err = h.a.AcceptLink(ctx, link, "zon op het dakraam", desk)
		h.refused(err, entry.ErrLink)
		_, err = h.a.Reset(ctx, els, h.admin.Member.ID)
		h.refused(err, app.ErrDenied)
	})
}

func TestDisable(t *testing.T) {
	t.Parallel()
	both(t, func(h *house) {
		ctx := h.Context()
		p, err := h.signIn(adminMail, adminWord)
		h.must(err)
		_ = p
		els := h.colleague("Els", "els@brandt.example", member.Service, id.Team{})
		in, err := h.signIn("els@brandt.example", "vlinders boven het veld")
		h.must(err)
		_, token, err := h.a.AddToken(ctx, els, "kassa", 0)
		h.must(err)
		link, err := h.a.Reset(ctx, h.admin, els.Member.ID)
		h.must(err)
		if _, err := h.a.Program(ctx, token); err != nil {
			h.Fatal(err)
		}
		_, err = h.a.Disable(ctx, h.admin, els.Member.ID, els.Member.Version+1)
		h.refused(err, store.ErrStale)
		m, err := h.a.Disable(ctx, h.admin, els.Member.ID, els.Member.Version)
		h.must(err)
		for what, err := range map[string]error{
			"session": second(h.a.Visitor(ctx, in.Session)),
			"token":   second(h.a.Program(ctx, token)),
		} {
			if !errors.Is(err, entry.ErrVisitor) {
				h.Errorf("the %s still opens the door: %v", what, err)
			}
		}
		_, err = h.a.AcceptLink(ctx, link, "regen op het dakraam", desk)
		h.refused(err, entry.ErrLink)
		_, err = h.signIn("els@brandt.example", "vlinders boven het veld")
		h.refused(err, entry.ErrRefused)
		_, err = h.a.Disable(ctx, h.admin, m.ID, m.Version)
		h.refused(err, member.ErrSettled)
		m, err = h.a.Enable(ctx, h.admin, m.ID, m.Version)
		h.must(err)
		if m.State != member.Active {
			h.Fatalf("enabled as %s", m.State)
		}
		h.in("els@brandt.example", "vlinders boven het veld")
		if _, err := h.a.Program(ctx, token); !errors.Is(err, entry.ErrVisitor) {
			h.Fatal("an ended token lives again")
		}
		_, err = h.a.Disable(ctx, h.admin, h.admin.Member.ID, h.admin.Member.Version)
		h.refused(err, member.ErrOneself)
	})
}

func second[T any](_ T, err error) error { return err }

// Two administrators who put each other out at the same moment: one stays.
func TestLastAdmin(t *testing.T) {
	t.Parallel()
	both(t, func(h *house) {
		ctx := h.Context()
		m, err := h.a.ChangeMember(ctx, h.admin, h.admin.Member.ID, h.admin.Member.Version, app.MemberPatch{Role: opt.Some(member.Director)})
		h.refused(err, member.ErrLastAdmin)
		_ = m
		bob := h.colleague("Bob", "bob@brandt.example", member.Admin, id.Team{})
		var wg sync.WaitGroup
		errs := make([]error, 2)
		wg.Go(func() { _, errs[0] = h.a.Disable(ctx, h.admin, bob.Member.ID, bob.Member.Version) })
		wg.Go(func() {
			_, errs[1] = h.a.ChangeMember(ctx, bob, h.admin.Member.ID, h.admin.Member.Version, app.MemberPatch{Role: opt.Some(member.Service)})
		})
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			h.Fatalf("want one to stay: %v, %v", errs[0], errs[1])
		}
	})
}

func TestChangeMember(t *testing.T) {
	t.Parallel()
	both(t, func(h *house) {
		ctx := h.Context()
		els := h.colleague("Els", "els@brandt.example", member.Service, id.Team{})
		m, err := h.a.ChangeMember(ctx, h.admin, els.Member.ID, els.Member.Version, app.MemberPatch{Role: opt.Some(member.Marketer), Name: opt.Some("Els Vos"), Locale: opt.Some("en")})
		h.must(err)
		_, err = h.a.ChangeMember(ctx, h.admin, m.ID, els.Member.Version, app.MemberPatch{Role: opt.Some(member.Service)})
		h.refused(err, store.ErrStale)
		_, err = h.a.ChangeMember(ctx, h.admin, m.ID, m.Version, app.MemberPatch{Name: opt.Some("")})
		h.refused(err, member.ErrNoName)
		facts, err := h.a.SettingHistory(ctx, h.admin, m.ID.Any(), id.Fact{})
		h.must(err)
		at := slices.IndexFunc(facts, func(f factOf) bool { return f.Deed == "member.changed" })
		if at < 0 || len(facts[at].Changes) != 3 || facts[at].Actor.Member != h.admin.Member.ID {
			h.Fatalf("history %+v", facts)
		}
		m, err = h.a.SaveProfile(ctx, els, app.Profile{Theme: opt.Some("dark"), NoKeys: opt.Some(true), Locale: opt.Some("nl")})
		h.must(err)
		if m.Settings.Theme != "dark" || !m.Settings.NoKeys || m.Locale != "nl" || m.Role != member.Marketer {
			h.Fatalf("profile %+v", m)
		}
		_, err = h.a.SaveProfile(ctx, els, app.Profile{Theme: opt.Some("roze")})
		h.refused(err, member.ErrTheme)
	})
}

func TestTeams(t *testing.T) {
	t.Parallel()
	both(t, func(h *house) {
		ctx := h.Context()
		team := func(name string, parent id.Team) member.Group {
			h.Helper()
			g, err := h.a.AddTeam(ctx, h.admin, name, parent)
			h.must(err)
			return g
		}
		sales := team("Verkoop", id.Team{})
		west := team("West", sales.ID)
		zeeland := team("Zeeland", west.ID)
		_, err := h.a.AddTeam(ctx, h.admin, "West", id.Team{})
		h.refused(err, member.ErrTeamTaken)
		_, err = h.a.SaveTeam(ctx, h.admin, sales.ID, sales.Version, "Verkoop", zeeland.ID)
		h.refused(err, member.ErrTeamCircle)
		_, err = h.a.SaveTeam(ctx, h.admin, sales.ID, sales.Version, "Verkoop", id.New[id.Team]())
		h.refused(err, member.ErrTeamParent)

		// What a member sees follows the team's place at the next request.
		h.colleague("Joris", "joris@brandt.example", member.AccountManager, west.ID)
		sees := func(want ...id.Team) {
			h.Helper()
			got := h.in("joris@brandt.example", "vlinders boven het veld").Reach("account").Teams
			if !slices.Equal(got, want) {
				h.Fatalf("reaches %v, want %v", got, want)
			}
		}
		sees(west.ID, zeeland.ID)
		zeeland, err = h.a.SaveTeam(ctx, h.admin, zeeland.ID, zeeland.Version, "Zeeland", sales.ID)
		h.must(err)
		sees(west.ID)
		err = h.a.EraseTeam(ctx, h.admin, west.ID, west.Version)
		h.refused(err, member.ErrTeamUsed)
		err = h.a.EraseTeam(ctx, h.admin, sales.ID, sales.Version)
		h.refused(err, member.ErrTeamUsed)
		h.must(h.a.EraseTeam(ctx, h.admin, zeeland.ID, zeeland.Version))
		all, err := h.a.Teams(ctx, h.admin)
		h.must(err)
		if len(all) != 2 {
			h.Fatalf("%d teams left", len(all))
		}
	})
}

func TestOrganisationSettings(t *testing.T) {
	t.Parallel()
	both(t, func(h *house) {
		ctx := h.Context()
		o := h.admin.Org
		o, err := h.a.SaveOrganisation(ctx, h.admin, o.Version, app.OrganisationPatch{Name: opt.Some("Brandt"), Word: opt.Some(wordGuest)})
		h.must(err)
		_, err = h.a.SaveOrganisation(ctx, h.admin, h.admin.Org.Version, app.OrganisationPatch{Name: opt.Some("X")})
		h.refused(err, store.ErrStale)
		_, err = h.a.SaveOrganisation(ctx, h.admin, o.Version, app.OrganisationPatch{Zone: opt.Some("Europa/Amsterdam"), Country: opt.Some("nl")})
		if f, ok := fault.From(err); !ok || f.Fields["zone"] == nil || f.Fields["country"] == nil {
			h.Fatalf("zone and country: %v", err)
		}
		h.colleague("Joris", "joris@brandt.example", member.AccountManager, id.Team{})
		scope := func() member.Scope { return h.in("joris@brandt.example", "vlinders boven het veld").Scope("account") }
		if scope() != member.Team {
			h.Fatal("an account manager sees the team's")
		}
		o, err = h.a.SaveScopes(ctx, h.admin, o.Version, scopes(member.AccountManager, "account", member.Own))
		h.must(err)
		if scope() != member.Own {
			h.Fatal("the choice holds")
		}
		o, err = h.a.SaveScopes(ctx, h.admin, o.Version, scopes(member.AccountManager, "account", member.Team))
		h.must(err)
		if scope() != member.Team || o.Settings.Scopes != nil {
			h.Fatalf("the default is no choice: %v", o.Settings.Scopes)
		}
		_, err = h.a.SaveScopes(ctx, h.admin, o.Version, scopes("baas", "account", member.Own))
		h.refused(err, member.ErrRole)
		_, err = h.a.SaveScopes(ctx, h.admin, o.Version, scopes(member.Service, "account", "alles"))
		h.refused(err, member.ErrScope)
		_, err = h.a.SaveScopes(ctx, h.admin, o.Version, scopes(member.Service, "member", member.Own))
		h.refused(err, app.ErrScopedKind)
		facts, err := h.a.SettingHistory(ctx, h.admin, o.ID.Any(), id.Fact{})
		h.must(err)
		if len(facts) != 4 || facts[3].Deed != "organisation.founded" || facts[2].Changes[0].Field != "name" || string(facts[2].Changes[0].To) != `"Brandt"` {
			h.Fatalf("history %+v", facts)
		}
	})
}

func TestSignInLimits(t *testing.T) {
	t.Parallel()
	both(t, func(h *house) {
		// The same answers for an account that exists and one that does not.
		for _, mail := range []string{adminMail, "niemand@brandt.example", "geen adres"} {
			for n := 1; n <= entry.MostPerAccount; n++ {
				if _, err := h.signIn(mail, "fout fout fout"); !errors.Is(err, entry.ErrRefused) {
					h.Fatalf("%s, attempt %d: %v", mail, n, err)
				}
			}
			if _, err := h.signIn(mail, adminWord); !errors.Is(err, entry.ErrTooOften) {
				h.Fatalf("%s after too many: %v", mail, err)
			}
		}
		h.clock.Advance(16 * time.Minute)
		h.in(adminMail, adminWord)

		// A whole office signs in from one address.
		for n := 0; n < entry.MostPerAddress+5; n++ {
			h.in(adminMail, adminWord)
		}
		// Guessing at many accounts from one network is limited too, also
		// when it changes the last half of an IPv6 address.
		refused := 0
		for n := range entry.MostPerAddress + 5 {
			d := app.Device{Address: "2001:db8::" + string(rune('a'+n%6))}
			_, err := h.a.SignIn(h.Context(), app.SignIn{Email: string(rune('a'+n%26)) + string(rune('a'+n/26)) + "@brandt.example", Password: "fout fout fout", Device: d})
			if errors.Is(err, entry.ErrTooOften) {
				refused++
			}
		}
		if refused != 5 {
			h.Fatalf("%d refused by address, want 5", refused)
		}
	})
}

// Many guesses at once must not slip through before the first is counted.
func TestSignInAtOnce(t *testing.T) {
	t.Parallel()
	both(t, func(h *house) {
		var wg sync.WaitGroup
		errs := make([]error, 30)
		for i := range errs {
			wg.Go(func() { _, errs[i] = h.signIn(adminMail, "fout fout fout") })
		}
		wg.Wait()
		tried := 0
		for _, err := range errs {
			if errors.Is(err, entry.ErrRefused) {
				tried++
			}
		}
		if tried != entry.MostPerAccount {
			h.Fatalf("%d guesses were checked, want %d", tried, entry.MostPerAccount)
		}
	})
}

func TestSessions(t *testing.T) {
	t.Parallel()
	both(t, func(h *house) {
		ctx := h.Context()
		phone, err := h.a.SignIn(ctx, app.SignIn{Email: adminMail, Password: adminWord, Device: app.Device{Agent: "Telefoon", Address: "192.0.2.8"}})
		h.must(err)
		els := h.colleague("Els", "els@brandt.example", member.Service, id.Team{})
		all, err := h.a.Sessions(ctx, h.admin)
		h.must(err)
		if len(all) != 2 {
			h.Fatalf("%d devices", len(all))
		}
		other := h.visit(phone.Session)
		h.refused(h.a.EndSession(ctx, els, other.Session), store.ErrNotFound) // somebody else's
		h.must(h.a.EndSession(ctx, h.admin, other.Session))
		if _, err := h.a.Visitor(ctx, phone.Session); !errors.Is(err, entry.ErrVisitor) {
			h.Fatal("the device is still in")
		}
		h.in(adminMail, adminWord)
		h.must(h.a.EndSessions(ctx, h.admin, false))
		if all, err = h.a.Sessions(ctx, h.admin); err != nil || len(all) != 1 {
			h.Fatalf("%d devices, %v; want this one", len(all), err)
		}
		h.must(h.a.EndSessions(ctx, h.admin, true))
		if all, err = h.a.Sessions(ctx, h.admin); err != nil || len(all) != 0 {
			h.Fatalf("%d devices, %v; want none", len(all), err)
		}

		// A session ends when it is not used, and however it is used.
		p, err := h.signIn(adminMail, adminWord)
		h.must(err)
		h.clock.Advance(13 * 24 * time.Hour)
		h.visit(p.Session)
		h.clock.Advance(15 * 24 * time.Hour)
		if _, err := h.a.Visitor(ctx, p.Session); !errors.Is(err, entry.ErrVisitor) {
			h.Fatal("unseen for 15 days and still in")
		}
		p, err = h.signIn(adminMail, adminWord)
		h.must(err)
		for range 60 {
			h.clock.Advance(24*time.Hour - time.Second)
			h.visit(p.Session)
		}
		h.clock.Advance(2 * time.Minute)
		if _, err := h.a.Visitor(ctx, p.Session); !errors.Is(err, entry.ErrVisitor) {
			h.Fatal("60 days and still in")
		}
	})
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	both(t, func(h *house) {
		ctx := h.Context()
		p, err := h.signIn(adminMail, adminWord)
		h.must(err)
		h.refused(h.a.ChangePassword(ctx, h.admin, "fout fout fout", "regen op het dakraam"), entry.ErrPassword)
		h.refused(h.a.ChangePassword(ctx, h.admin, adminWord, "kort"), entry.ErrShort)
		h.must(h.a.ChangePassword(ctx, h.admin, adminWord, "regen op het dakraam"))
		if _, err := h.a.Visitor(ctx, p.Session); !errors.Is(err, entry.ErrVisitor) {
			h.Fatal("the other device is still in")
		}
		all, err := h.a.Sessions(ctx, h.admin)
		h.must(err)
		if len(all) != 1 {
			h.Fatalf("%d devices, want this one", len(all))
		}
		_, err = h.signIn(adminMail, adminWord)
		h.refused(err, entry.ErrRefused)
		h.in(adminMail, "regen op het dakraam")

		// Whoever found an open browser cannot guess on and on.
		for range entry.MostPerAccount {
			err = h.a.ChangePassword(ctx, h.admin, "fout fout fout", "regen op het dakraam")
		}
		h.refused(err, entry.ErrPassword)
		h.refused(h.a.ChangePassword(ctx, h.admin, "regen op het dakraam", "regen op het dakraam 2"), entry.ErrTooOften)

		// A program changes no password and makes no tokens.
		_, secret, err := h.a.AddToken(ctx, h.admin, "kassa", 0)
		h.must(err)
		program, err := h.a.Program(ctx, secret)
		h.must(err)
		h.refused(h.a.ChangePassword(ctx, program, "x", "y"), app.ErrDenied)
		_, _, err = h.a.AddToken(ctx, program, "nog een", 0)
		h.refused(err, app.ErrDenied)
	})
}

func TestTokens(t *testing.T) {
	t.Parallel()
	both(t, func(h *house) {
		ctx := h.Context()
		els := h.colleague("Els", "els@brandt.example", member.Service, id.Team{})
		until := h.a.Now() + time.Hour.Milliseconds()
		tok, secret, err := h.a.AddToken(ctx, els, "kassa", until)
		h.must(err)
		_, _, err = h.a.AddToken(ctx, els, "", 0)
		h.refused(err, app.ErrTokenName)
		_, _, err = h.a.AddToken(ctx, els, "oud", h.a.Now()-1)
		h.refused(err, app.ErrTokenUntil)
		who, err := h.a.Program(ctx, secret)
		h.must(err)
		if who.Member.ID != els.Member.ID || who.Actor.Kind != "token" {
			h.Fatalf("came in as %+v", who.Actor)
		}
		all, err := h.a.Tokens(ctx, els, els.Member.ID)
		h.must(err)
		if len(all) != 1 || all[0].UsedAt != h.a.Now() || all[0].Hint != secret[len(secret)-4:] {
			h.Fatalf("tokens %+v", all)
		}
		_, err = h.a.Tokens(ctx, els, h.admin.Member.ID)
		h.refused(err, app.ErrDenied)
		h.refused(h.a.EraseToken(ctx, els, h.admin.Member.ID, tok.ID), app.ErrDenied)
		h.clock.Advance(2 * time.Hour)
		if _, err := h.a.Program(ctx, secret); !errors.Is(err, entry.ErrVisitor) {
			h.Fatal("past its end and still in")
		}
		tok, secret, err = h.a.AddToken(ctx, els, "kassa", 0)
		h.must(err)
		h.must(h.a.EraseToken(ctx, h.admin, els.Member.ID, tok.ID)) // an administrator may
		if _, err := h.a.Program(ctx, secret); !errors.Is(err, entry.ErrVisitor) {
			h.Fatal("revoked and still in")
		}
	})
}

func TestTwoStep(t *testing.T) {
	t.Parallel()
	both(t, func(h *house) {
		ctx := h.Context()
		_, err := h.a.OfferCodes(ctx, h.admin, "fout fout fout")
		h.refused(err, entry.ErrPassword)
		c, err := h.a.OfferCodes(ctx, h.admin, adminWord)
		h.must(err)
		if string(c.PNG[1:4]) != "PNG" {
			h.Fatal("no picture to scan")
		}
		els := h.colleague("Els", "els@brandt.example", member.Service, id.Team{})
		_, err = h.a.Codes(ctx, els, c.Ticket)
		h.refused(err, entry.ErrStep)
		code := func() string {
			h.Helper()
			s, err := totp.GenerateCode(c.Secret, h.clock.Now())
			h.must(err)
			return s
		}
		_, err = h.a.ConfirmCodes(ctx, h.admin, c.Ticket, "000000")
		h.refused(err, entry.ErrCode)
		h.in(adminMail, adminWord) // not in force yet
		first := code()
		recovery, err := h.a.ConfirmCodes(ctx, h.admin, c.Ticket, first)
		h.must(err)
		if len(recovery) != entry.RecoveryCodes {
			h.Fatalf("%d recovery codes", len(recovery))
		}

		ticket := func() string {
			h.Helper()
			p, err := h.signIn(adminMail, adminWord)
			h.must(err)
			if p.Session != "" || p.Ticket == "" {
				h.Fatalf("the password alone gave %+v", p)
			}
			if _, err := h.a.Visitor(ctx, p.Ticket); !errors.Is(err, entry.ErrVisitor) {
				h.Fatal("a ticket opens the door")
			}
			return p.Ticket
		}
		t1 := ticket()
		_, err = h.a.SecondStep(ctx, t1, first, desk)
		h.refused(err, entry.ErrCode) // the code that confirmed was used
		h.clock.Advance(30 * time.Second)
		now := code()
		p, err := h.a.SecondStep(ctx, t1, now[:3]+" "+now[3:], desk)
		h.must(err)
		if who := h.visit(p.Session); who.Proof != "password+totp" {
			h.Fatalf("proof %s", who.Proof)
		}
		_, err = h.a.SecondStep(ctx, t1, now, desk)
		h.refused(err, entry.ErrStep) // a ticket works once
		t2 := ticket()
		_, err = h.a.SecondStep(ctx, t2, now, desk)
		h.refused(err, entry.ErrCode) // and so does a code
		p, err = h.a.SecondStep(ctx, t2, recovery[3], desk)
		h.must(err)
		t3 := ticket()
		_, err = h.a.SecondStep(ctx, t3, recovery[3], desk)
		h.refused(err, entry.ErrCode)
		s, err := h.a.Security(ctx, h.visit(p.Session))
		h.must(err)
		if !s.TwoStep || s.Recovery != entry.RecoveryCodes-1 {
			h.Fatalf("security %+v", s)
		}

		// Six digits are guessed sooner than a password.
		h.clock.Advance(16 * time.Minute)
		t4 := ticket()
		for range entry.MostPerCode {
			_, err = h.a.SecondStep(ctx, t4, "000000", desk)
			h.refused(err, entry.ErrCode)
		}
		_, err = h.a.SecondStep(ctx, t4, code(), desk)
		h.refused(err, entry.ErrTooOften)
		_, err = h.a.SecondStep(ctx, ticket(), code(), desk)
		h.refused(err, entry.ErrTooOften) // a new ticket gives no new guesses
		h.clock.Advance(16 * time.Minute)
		_, err = h.a.SecondStep(ctx, t4, code(), desk)
		h.refused(err, entry.ErrStep) // too late

		admin := h.visit(p.Session)
		fresh, err := h.a.NewRecovery(ctx, admin, adminWord)
		h.must(err)
		_, err = h.a.SecondStep(ctx, ticket(), recovery[0], desk)
		h.refused(err, entry.ErrCode)
		if _, err = h.a.SecondStep(ctx, ticket(), fresh[0], desk); err != nil {
			h.Fatal(err)
		}

		// A forgotten password does not open the second lock.
		link, err := h.a.Reset(ctx, admin, admin.Member.ID)
		h.must(err)
		p, err = h.a.AcceptLink(ctx, link, "regen op het dakraam", desk)
		h.must(err)
		if p.Session != "" || p.Ticket == "" {
			h.Fatal("a reset skipped the second step")
		}
		h.clock.Advance(30 * time.Second)
		p, err = h.a.SecondStep(ctx, p.Ticket, code(), desk)
		h.must(err)
		h.refused(h.a.DropCodes(ctx, h.visit(p.Session), "fout fout fout"), entry.ErrPassword)
		h.must(h.a.DropCodes(ctx, h.visit(p.Session), "regen op het dakraam"))
		h.in(adminMail, "regen op het dakraam")
	})
}

// An administrator of one organisation must not open another's door.
func TestShared(t *testing.T) {
	t.Parallel()
	both(t, func(h *house) {
		ctx := h.Context()
		els := h.colleague("Els", "els@brandt.example", member.Service, id.Team{})
		other := elsewhere(h)
		_, link, err := h.a.Invite(ctx, other, app.Invitation{Name: "Els", Email: "els@brandt.example", Role: member.Service})
		h.must(err)
		w, err := h.a.Welcome(ctx, link)
		h.must(err)
		if !w.Known {
			h.Fatal("the link would let its holder choose a password")
		}
		_, err = h.a.AcceptLink(ctx, link, "een heel ander wachtwoord", desk)
		h.refused(err, entry.ErrPassword)
		p, err := h.a.AcceptLink(ctx, link, "vlinders boven het veld", desk)
		h.must(err)
		there := h.visit(p.Session)
		if there.Org.ID != other.Org.ID {
			h.Fatal("came in at the wrong organisation")
		}
		for _, who := range []struct {
			admin app.Who
			m     id.Member
		}{{h.admin, els.Member.ID}, {other, there.Member.ID}} {
			_, err = h.a.Reset(ctx, who.admin, who.m)
			h.refused(err, entry.ErrShared)
			h.refused(h.a.DropSecondStep(ctx, who.admin, who.m), entry.ErrShared)
		}
		// Another organisation's member does not exist here.
		_, err = h.a.Member(ctx, h.admin, there.Member.ID)
		h.refused(err, store.ErrNotFound)
		_, err = h.a.Disable(ctx, h.admin, there.Member.ID, 1)
		h.refused(err, store.ErrNotFound)
		// Disabled here is not disabled there.
		_, err = h.a.Disable(ctx, other, there.Member.ID, there.Member.Version)
		h.must(err)
		h.in("els@brandt.example", "vlinders boven het veld")
	})
}

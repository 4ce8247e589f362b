package app

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"kring/base/email"
	"kring/base/fact"
	"kring/domain/entry"
	"kring/domain/member"
	"kring/store"
)

// Device is where somebody signs in from.
type Device struct {
	Agent   string
	Address string // without port
}

// SignIn is what the sign-in page sends.
type SignIn struct {
	Email    string
	Password string
	Device   Device
}

// Pass is what a sign-in gave: the secret of a session or, when a second step
// is asked, the ticket for it. Both go into a cookie; only a hash is stored.
type Pass struct {
	Session string
	Ticket  string
}

// SignIn checks an address and a password and starts a session, or the second
// step when the login has one.
func (a *App) SignIn(ctx context.Context, in SignIn) (p Pass, err error) {
	mail, err := email.Normalise(in.Email)
	if err != nil {
		mail = "" // nobody has it; refused below, after the same work as for a known address
	}
	tries := []tried{byAddress(in.Device), byAccount(in.Email, mail)}
	if err := a.try(ctx, tries...); err != nil {
		return p, err
	}
	var login entry.Login
	var at []entry.Session
	err = a.db.Read(ctx, nowhere, func(v *store.View) error {
		if login, err = v.LoginByEmail(mail); err != nil {
			return ignore(err, store.ErrNotFound)
		}
		at, err = v.Memberships(login.ID)
		return err
	})
	if err != nil {
		return p, err
	}
	ok, err := a.passwordIs(ctx, login.Password, in.Password)
	if err != nil {
		return p, err
	}
	if !ok {
		return p, entry.ErrRefused
	}
	return a.enter(ctx, login, at, in.Device, "password", tries...)
}

// tried is something counted in the window: an address, an account, a code.
type tried struct {
	name   string
	most   int64
	shared bool // by people of whom one may fail and another not
}

// byAddress counts a network: one IPv4 address, or the 64 bits that one IPv6
// subscriber has.
func byAddress(d Device) tried {
	name := d.Address
	if ip, err := netip.ParseAddr(d.Address); err == nil && ip.Unmap().Is6() {
		if net, err := ip.WithZone("").Prefix(64); err == nil {
			name = net.String()
		}
	}
	return tried{"address:" + name, entry.MostPerAddress, true}
}

// byAccount counts an account that may not exist: whoever asks for it learns
// nothing from being refused.
func byAccount(typed, mail string) tried {
	if mail == "" {
		mail = strings.ToLower(strings.TrimSpace(typed))
	}
	return tried{"account:" + base64.RawURLEncoding.EncodeToString(hashed(mail)), entry.MostPerAccount, false}
}

// try counts an attempt before it is checked, so that many at once do not slip
// through together; ErrTooOften beyond the limit.
func (a *App) try(ctx context.Context, tries ...tried) error {
	over := false
	err := a.db.Write(ctx, nowhere, system("sign-in"), func(tx *store.Tx) error {
		over = false
		for _, t := range tries {
			n, err := tx.AddAttempt(t.name, entry.AttemptWindow)
			if err != nil {
				return err
			}
			over = over || n > t.most
		}
		return nil
	})
	if err == nil && over {
		err = entry.ErrTooOften
	}
	return err
}

// succeeded uncounts what did not fail: the address loses one, whose account
// it is begins anew.
func succeeded(tx *store.Tx, tries []tried) error {
	for _, t := range tries {
		if t.shared {
			if err := tx.TakeBackAttempt(t.name); err != nil {
				return err
			}
		} else if err := tx.EraseAttempts(t.name); err != nil {
			return err
		}
	}
	return nil
}

// enter goes on after the first step was right: to the second step when the
// login has one, else in.
func (a *App) enter(ctx context.Context, login entry.Login, at []entry.Session, d Device, proof string, tries ...tried) (p Pass, err error) {
	if login.TOTP == "" {
		p.Session, err = a.startSession(ctx, login, at, d, proof, func(tx *store.Tx) error { return succeeded(tx, tries) })
		return p, err
	}
	secret, hash := newSecret("")
	err = a.db.Write(ctx, nowhere, system("sign-in"), func(tx *store.Tx) error {
		if _, err := activeAt(tx, at); err != nil {
			return err
		}
		if err := succeeded(tx, tries); err != nil {
			return err
		}
		state, err := json.Marshal(at)
		if err != nil {
			return err
		}
		return tx.AddPending(entry.Pending{Hash: hash, Purpose: "totp", Login: login.ID, State: string(state), Until: tx.Now() + entry.StepLasts})
	})
	if err != nil {
		return p, err
	}
	return Pass{Ticket: secret}, nil
}

// activeAt turns the transaction to the first organisation where a login is an
// active member; ErrRefused when there is none.
func activeAt(tx *store.Tx, at []entry.Session) (s entry.Session, err error) {
	for _, s := range at {
		tx.For(s.Org)
		m, err := tx.Member(s.Member)
		if err != nil {
			return s, err
		}
		if m.State == member.Active {
			tx.As(actorOf(m))
			return s, nil
		}
	}
	return s, entry.ErrRefused
}

// startSession signs a login in at the first organisation where it is an
// active member. The secret is always new: what a browser brought along never
// becomes a session.
func (a *App) startSession(ctx context.Context, login entry.Login, at []entry.Session, d Device, proof string, also func(*store.Tx) error) (string, error) {
	secret, hash := newSecret("")
	err := a.db.Write(ctx, nowhere, system("sign-in"), func(tx *store.Tx) error {
		s, err := activeAt(tx, at)
		if err != nil {
			return err
		}
		if err := also(tx); err != nil {
			return err
		}
		if err := tx.EraseOldSessions(); err != nil {
			return err
		}
		s.Login, s.Hash, s.Agent, s.Address, s.Proof = login.ID, hash, cut(d.Agent, 200), cut(d.Address, 64), proof
		s.Until = tx.Now() + entry.SessionIdle
		name := tx.Actor().Name
		return tx.AddSession(s, fact.Fact{Deed: "member.signed_in", Kind: fact.Member, Subject: s.Member.Any(), Label: name, Evidence: proof})
	})
	if err != nil {
		return "", err
	}
	return secret, nil
}

// Visitor finds who holds a session cookie; ErrVisitor when nobody does.
func (a *App) Visitor(ctx context.Context, secret string) (Who, error) {
	return a.visit(ctx, "session", hashed(secret), (*store.View).VisitBySession)
}

// Program finds who holds an API token; ErrVisitor when nobody does.
func (a *App) Program(ctx context.Context, secret string) (Who, error) {
	return a.visit(ctx, "token", hashed(secret), (*store.View).VisitByToken)
}

func (a *App) visit(ctx context.Context, kind string, hash []byte, find func(*store.View, []byte) (store.Visit, error)) (who Who, err error) {
	var met store.Met
	err = a.db.Peek(ctx, nowhere, func(v *store.View) error {
		met, err = v.Meet(kind+string(hash), func() (m store.Met, err error) {
			if m.Visit, err = find(v, hash); err != nil {
				return m, err
			}
			if !(Who{Org: m.Visit.Org, Member: m.Visit.Member}).scopedByTeam() {
				return m, nil
			}
			v.At(m.Visit.Org.ID)
			groups, err := v.Teams()
			m.Teams = member.Below(m.Visit.Member.Team, groups)
			return m, err
		})
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return Who{}, entry.ErrVisitor
	}
	if err != nil {
		return Who{}, err
	}
	vi := met.Visit
	who = Who{Org: vi.Org, Member: vi.Member, Session: vi.Session.Hash, Token: vi.Token.ID, Proof: vi.Session.Proof, teams: met.Teams}
	now := a.db.Now()
	s, t := vi.Session, vi.Token
	gone := vi.Member.State != member.Active || s.Until != 0 && s.Until <= now || t.Until != 0 && t.Until <= now
	if gone {
		return Who{}, entry.ErrVisitor
	}
	who.Actor = actorOf(vi.Member)
	if !who.Token.IsZero() {
		who.Actor.Kind = "token"
	}
	switch {
	case who.Session != nil && now-s.SeenAt > entry.SeenEvery:
		until := min(now+entry.SessionIdle, s.CreatedAt+entry.SessionMost)
		err = a.db.Write(ctx, vi.Org.ID, who.Actor, func(tx *store.Tx) error { return tx.SeenSession(s.Hash, until) })
	case who.Session == nil && now-t.UsedAt > entry.SeenEvery:
		err = a.db.Write(ctx, vi.Org.ID, who.Actor, func(tx *store.Tx) error { return tx.SeenToken(t.ID) })
	}
	return who, err
}

func actorOf(m member.Member) fact.Actor {
	return fact.Actor{Kind: "member", Member: m.ID, Name: m.Name}
}

func (w Who) scopedByTeam() bool {
	return !w.Member.Team.IsZero() && (w.Scope(fact.Account) == member.Team || w.Scope(fact.Contact) == member.Team)
}

// nowhere is no organisation: sign-in begins before it is known.
var nowhere = store.Nowhere

// newSecret makes 256 bits nobody can guess, and what is stored of them.
func newSecret(prefix string) (secret string, hash []byte) {
	var b [32]byte
	rand.Read(b[:]) //nolint:errcheck // never fails, it says
	secret = prefix + base64.RawURLEncoding.EncodeToString(b[:])
	return secret, hashed(secret)
}

func hashed(secret string) []byte {
	h := sha256.Sum256([]byte(secret))
	return h[:]
}

// argon2id with OWASP's second choice: 19 MiB, two passes, one lane.
const (
	argonMemory = 19 * 1024
	argonTime   = 2
	argonLanes  = 1
	argonKey    = 32
)

func (a *App) hashPassword(ctx context.Context, password string) (string, error) {
	var salt [16]byte
	rand.Read(salt[:]) //nolint:errcheck // never fails, it says
	key, err := a.argonKey(ctx, password, salt[:], argonTime, argonMemory)
	if err != nil {
		return "", err
	}
	e := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes, e.EncodeToString(salt[:]), e.EncodeToString(key)), nil
}

// passwordIs compares in constant time, and does the same work when there is no
// password to compare with, so that the clock does not say who exists.
func (a *App) passwordIs(ctx context.Context, stored, password string) (bool, error) {
	var version, memory, passes, lanes int
	salt, want := make([]byte, 16), []byte(nil)
	memory, passes = argonMemory, argonTime
	if parts := strings.Split(stored, "$"); len(parts) == 6 {
		fmt.Sscanf(parts[2], "v=%d", &version)                           //nolint:errcheck // checked by comparing
		fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &lanes) //nolint:errcheck // checked by comparing
		salt, _ = base64.RawStdEncoding.DecodeString(parts[4])
		want, _ = base64.RawStdEncoding.DecodeString(parts[5])
	}
	got, err := a.argonKey(ctx, password, salt, uint32(passes), uint32(memory))
	if err != nil {
		return false, err
	}
	return len(want) == argonKey && subtle.ConstantTimeCompare(got, want) == 1, nil
}

func (a *App) argonKey(ctx context.Context, password string, salt []byte, passes, memory uint32) ([]byte, error) {
	select {
	case a.argon <- struct{}{}:
		defer func() { <-a.argon }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if len(password) > 1000 { // longer than any that is accepted
		password = password[:1000]
	}
	return argon2.IDKey([]byte(norm.NFKC.String(password)), salt, passes, memory, argonLanes, argonKey), nil
}

func cut(s string, n int) string {
	s = strings.ToValidUTF8(s, "")
	for i := range s {
		if i > n {
			return s[:i]
		}
	}
	return s
}

func ignore(err, this error) error {
	if errors.Is(err, this) {
		return nil
	}
	return err
}

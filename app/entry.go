package app

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"

	"kring/base/email"
	"kring/base/fact"
	"kring/base/fault"
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

// SignIn checks an address and a password and starts a session. The secret
// goes into the cookie; only its hash is stored.
func (a *App) SignIn(ctx context.Context, in SignIn) (secret string, err error) {
	address, account := "address:"+in.Device.Address, "account:"
	mail, err := email.Normalise(in.Email)
	if err != nil {
		mail = "" // refused below, after the same work as for a known address
	}
	account += base64.RawURLEncoding.EncodeToString(hashed(mail))
	var login entry.Login
	var at []entry.Session
	err = a.db.Read(ctx, nowhere, func(v *store.View) error {
		for name, most := range map[string]int64{address: entry.MostPerAddress, account: entry.MostPerAccount} {
			failed, _, err := v.Attempts(name)
			if err != nil {
				return err
			}
			if failed >= most {
				return entry.ErrTooOften
			}
		}
		if login, err = v.LoginByEmail(mail); err != nil {
			return ignore(err, store.ErrNotFound)
		}
		at, err = v.Memberships(login.ID)
		return err
	})
	if err != nil {
		return "", err
	}
	ok, err := a.passwordIs(ctx, login.Password, in.Password)
	if err != nil {
		return "", err
	}
	if !ok {
		err := a.db.Write(ctx, nowhere, system("sign-in"), func(tx *store.Tx) error {
			if err := tx.AddAttempt(address, entry.AttemptWindow); err != nil {
				return err
			}
			return tx.AddAttempt(account, entry.AttemptWindow)
		})
		if err != nil {
			return "", err
		}
		return "", entry.ErrRefused
	}
	return a.startSession(ctx, login, at, in.Device, "password", func(tx *store.Tx) error { return tx.EraseAttempts(account) })
}

// startSession signs a login in at the first organisation where it is an
// active member; ErrRefused when there is none.
func (a *App) startSession(ctx context.Context, login entry.Login, at []entry.Session, d Device, proof string, also func(*store.Tx) error) (string, error) {
	secret, hash := newSecret("")
	err := a.db.Write(ctx, nowhere, system("sign-in"), func(tx *store.Tx) error {
		for _, s := range at {
			tx.For(s.Org)
			m, err := tx.Member(s.Member)
			if err != nil {
				return err
			}
			if m.State != member.Active {
				continue
			}
			s.Hash, s.Agent, s.Address, s.Proof = hash, cut(d.Agent, 200), cut(d.Address, 64), proof
			s.Until = tx.Now() + entry.SessionIdle
			if err := also(tx); err != nil {
				return err
			}
			tx.As(fact.Actor{Kind: "member", Member: m.ID, Name: m.Name})
			return tx.AddSession(s, fact.Fact{Deed: "member.signed_in", Kind: fact.Member, Subject: m.ID.Any(), Label: m.Name, Evidence: proof})
		}
		return entry.ErrRefused
	})
	return secret, err
}

// Visitor finds who holds a session cookie; ErrVisitor when nobody does.
func (a *App) Visitor(ctx context.Context, secret string) (Who, error) {
	return a.visit(ctx, hashed(secret), (*store.View).VisitBySession)
}

// Program finds who holds an API token; ErrVisitor when nobody does.
func (a *App) Program(ctx context.Context, secret string) (Who, error) {
	return a.visit(ctx, hashed(secret), (*store.View).VisitByToken)
}

func (a *App) visit(ctx context.Context, hash []byte, find func(*store.View, []byte) (store.Visit, error)) (who Who, err error) {
	var vi store.Visit
	err = a.db.Peek(ctx, nowhere, func(v *store.View) error {
		if vi, err = find(v, hash); err != nil {
			return err
		}
		who = Who{Org: vi.Org, Member: vi.Member, Session: vi.Session.Hash, Token: vi.Token.ID, Proof: vi.Session.Proof}
		if !who.scopedByTeam() {
			return nil
		}
		v.At(vi.Org.ID)
		groups, err := v.Teams()
		who.teams = member.Below(vi.Member.Team, groups)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return Who{}, entry.ErrVisitor
	}
	if err != nil {
		return Who{}, err
	}
	now := a.db.Now()
	s, t := vi.Session, vi.Token
	gone := vi.Member.State != member.Active || s.Until != 0 && s.Until <= now || t.Until != 0 && t.Until <= now
	if gone {
		return Who{}, entry.ErrVisitor
	}
	who.Actor = fact.Actor{Kind: "member", Member: vi.Member.ID, Name: vi.Member.Name}
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

func (w Who) scopedByTeam() bool {
	return !w.Member.Team.IsZero() && (w.Scope(fact.Account) == member.Team || w.Scope(fact.Contact) == member.Team)
}

// SignOut ends the session that who came in with.
func (a *App) SignOut(ctx context.Context, who Who) error {
	return a.write(ctx, who, member.Self, func(tx *store.Tx) error { return tx.EraseSession(who.Session) })
}

// ErrTokenName says that a token needs a name.
var ErrTokenName = fault.New(fault.Invalid, "token.name", "a token needs a name of at most 120 characters")

// AddToken makes an API token for who; the secret is shown once.
func (a *App) AddToken(ctx context.Context, who Who, name string, until int64) (t entry.Token, secret string, err error) {
	if name = strings.TrimSpace(name); name == "" || len(name) > member.MaxName {
		return t, "", fault.Field("name", ErrTokenName)
	}
	secret, hash := newSecret("kring_")
	t = entry.Token{Hash: hash, Member: who.Member.ID, Name: name, Hint: secret[len(secret)-4:], Until: until}
	err = a.write(ctx, who, member.Self, func(tx *store.Tx) error {
		t, err = tx.AddToken(t, fact.Fact{Deed: "token.made"})
		return err
	})
	return t, secret, err
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
	if len(password) > 1000 {
		password = password[:1000]
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
	return argon2.IDKey([]byte(password), salt, passes, memory, argonLanes, argonKey), nil
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

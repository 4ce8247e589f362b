package app

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"encoding/json"
	"errors"
	"image"
	"image/draw"
	"image/png"
	"strings"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"

	"kring/base/fault"
	"kring/base/id"
	"kring/domain/entry"
	"kring/domain/member"
	"kring/store"
)

// Codes is an offer of two-step verification by an app that makes codes
// (TOTP, RFC 6238): a secret to scan or type, not yet in force.
type Codes struct {
	Ticket string // to confirm with
	Secret string // to type, base32
	URL    string // otpauth://…
	PNG    []byte // the same to scan
}

// OfferCodes makes a secret for who, after asking the password.
func (a *App) OfferCodes(ctx context.Context, who Who, password string) (c Codes, err error) {
	login, err := a.confirm(ctx, who, password)
	if err != nil {
		return c, err
	}
	if login.TOTP != "" {
		return c, entry.ErrTwoStep
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "Kring " + who.Org.Name, AccountName: login.Email, SecretSize: 20})
	if err != nil {
		return c, err
	}
	ticket, hash := newSecret("")
	err = a.write(ctx, who, member.Self, func(tx *store.Tx) error {
		return tx.AddPending(entry.Pending{Hash: hash, Purpose: "totp_add", Login: login.ID, State: key.URL(), Until: tx.Now() + entry.StepLasts})
	})
	if err != nil {
		return c, err
	}
	return codes(ticket, key.URL())
}

// Codes shows an offer once more; ErrStep when it is too old.
func (a *App) Codes(ctx context.Context, who Who, ticket string) (c Codes, err error) {
	err = a.peek(ctx, who, member.Self, func(v *store.View) error {
		p, err := v.Pending(hashed(ticket), "totp_add")
		if errors.Is(err, store.ErrNotFound) || err == nil && p.Login != who.Member.Login {
			return entry.ErrStep
		}
		if err == nil {
			c, err = codes(ticket, p.State)
		}
		return err
	})
	return c, err
}

func codes(ticket, url string) (c Codes, err error) {
	key, err := otp.NewKeyFromURL(url)
	if err != nil {
		return c, err
	}
	img, err := key.Image(232, 232)
	if err != nil {
		return c, err
	}
	// A scanner wants a white edge around it, also on a dark page.
	framed := image.NewGray(img.Bounds().Inset(-16))
	draw.Draw(framed, framed.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(framed, img.Bounds(), img, img.Bounds().Min, draw.Src)
	var b bytes.Buffer
	if err := png.Encode(&b, framed); err != nil {
		return c, err
	}
	return Codes{Ticket: ticket, Secret: key.Secret(), URL: url, PNG: b.Bytes()}, nil
}

// ConfirmCodes puts an offer in force when the app's code is right, signs
// every other device out and gives the recovery codes, shown once.
func (a *App) ConfirmCodes(ctx context.Context, who Who, ticket, code string) (recovery []string, err error) {
	c, err := a.Codes(ctx, who, ticket)
	if err != nil {
		return nil, err
	}
	tries := codeTries(who.Member.Login.String())
	if err := a.try(ctx, tries); err != nil {
		return nil, err
	}
	step, ok := codeStep(c.Secret, code, a.Now())
	if !ok {
		return nil, fault.Field("code", entry.ErrCode)
	}
	recovery, hashes := newRecovery()
	err = a.write(ctx, who, member.Self, func(tx *store.Tx) error {
		if err := tx.UsePending(hashed(ticket)); err != nil {
			return entry.ErrStep
		}
		login, err := tx.Login(who.Member.Login)
		if err != nil {
			return err
		}
		if login.TOTP != "" {
			return entry.ErrTwoStep
		}
		login.TOTP = c.Secret
		if _, err := tx.SaveLogin(login, about(who.Member, "member.two_step_on")); err != nil {
			return err
		}
		if err := tx.ForgetCodes(login.ID); err != nil {
			return err
		}
		if err := tx.UseCode(login.ID, step); err != nil {
			return err
		}
		if err := tx.SaveRecovery(login.ID, hashes); err != nil {
			return err
		}
		if err := tx.EraseAttempts(tries.name); err != nil {
			return err
		}
		return tx.EraseSessions(login.ID, nowhere, who.Session)
	})
	if err != nil {
		return nil, err
	}
	return recovery, nil
}

// NewRecovery replaces the recovery codes, after asking the password; they are
// shown once.
func (a *App) NewRecovery(ctx context.Context, who Who, password string) (recovery []string, err error) {
	login, err := a.confirm(ctx, who, password)
	if err != nil {
		return nil, err
	}
	if login.TOTP == "" {
		return nil, entry.ErrTwoStep
	}
	recovery, hashes := newRecovery()
	err = a.write(ctx, who, member.Self, func(tx *store.Tx) error {
		if err := tx.SaveRecovery(login.ID, hashes); err != nil {
			return err
		}
		return tx.Fact(about(who.Member, "member.recovery_renewed"))
	})
	if err != nil {
		return nil, err
	}
	return recovery, nil
}

// DropCodes turns two-step verification off, after asking the password.
func (a *App) DropCodes(ctx context.Context, who Who, password string) error {
	if _, err := a.confirm(ctx, who, password); err != nil {
		return err
	}
	return a.write(ctx, who, member.Self, func(tx *store.Tx) error { return dropCodes(tx, who.Member) })
}

func dropCodes(tx *store.Tx, m member.Member) error {
	login, err := tx.Login(m.Login)
	if err != nil {
		return err
	}
	if login.TOTP == "" {
		return entry.ErrTwoStep
	}
	login.TOTP = ""
	if _, err := tx.SaveLogin(login, about(m, "member.two_step_off")); err != nil {
		return err
	}
	return tx.SaveRecovery(login.ID, nil)
}

// second is somebody at their second step.
type second struct {
	pending entry.Pending
	login   entry.Login
	at      []entry.Session
}

// SecondStep ends a sign-in with a code of the app, or a recovery code, which
// is then used up. The ticket works until the right code, for ten minutes.
func (a *App) SecondStep(ctx context.Context, ticket, code string, d Device) (p Pass, err error) {
	var s second
	err = a.db.Read(ctx, nowhere, func(v *store.View) (err error) {
		s, err = secondOf(v, hashed(ticket))
		return err
	})
	if err != nil {
		return p, err
	}
	tries := codeTries(s.login.ID.String())
	if err := a.try(ctx, byAddress(d), tries); err != nil {
		return p, err
	}
	step, ok := codeStep(s.login.TOTP, code, a.Now())
	proof := "password+totp"
	if !ok {
		proof = "password+recovery"
	}
	p.Session, err = a.startSession(ctx, s.login, s.at, d, proof, func(tx *store.Tx) error {
		if ok {
			err = tx.UseCode(s.login.ID, step)
		} else {
			err = tx.UseRecovery(s.login.ID, hashed(recoveryForm(code)))
		}
		if errors.Is(err, store.ErrStale) {
			return fault.Field("code", entry.ErrCode)
		}
		if err != nil {
			return err
		}
		if err := tx.UsePending(s.pending.Hash); err != nil {
			return entry.ErrStep
		}
		return succeeded(tx, []tried{byAddress(d), tries})
	})
	return p, err
}

func secondOf(v *store.View, hash []byte) (s second, err error) {
	s.pending, err = v.Pending(hash, "totp")
	if errors.Is(err, store.ErrNotFound) {
		return s, entry.ErrStep
	}
	if err != nil {
		return s, err
	}
	if s.login, err = v.Login(s.pending.Login); err != nil {
		return s, err
	}
	if s.login.TOTP == "" {
		return s, entry.ErrStep
	}
	return s, json.Unmarshal([]byte(s.pending.State), &s.at)
}

func codeTries(login string) tried { return tried{"code:" + login, entry.MostPerCode, false} }

// codeStep is the time step whose code this is: the present one, the one
// before or the one after (RFC 6238 §5.2), since clocks differ.
func codeStep(secret, code string, now int64) (step int64, ok bool) {
	code = strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, code)
	at := now / entry.CodeLasts
	for _, s := range []int64{at, at - 1, at + 1} {
		want, err := hotp.GenerateCode(secret, uint64(s))
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			return s, true
		}
	}
	return 0, false
}

// newRecovery makes codes of 80 bits, which no one guesses from their hash.
func newRecovery() (shown []string, hashes [][]byte) {
	for range entry.RecoveryCodes {
		var b [10]byte
		rand.Read(b[:]) //nolint:errcheck // never fails, it says
		s := strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))
		shown = append(shown, s[:4]+"-"+s[4:8]+"-"+s[8:12]+"-"+s[12:])
		hashes = append(hashes, hashed(recoveryForm(s)))
	}
	return shown, hashes
}

// recoveryForm reads a recovery code as people copy it from paper.
func recoveryForm(typed string) string {
	return recoveryReader.Replace(strings.ToUpper(typed))
}

var recoveryReader = strings.NewReplacer(" ", "", "-", "", "0", "O", "1", "I", "8", "B")

// DropSecondStep lets in a member who lost both phone and recovery codes: the
// administrator, who has made sure who is asking, turns two-step verification
// and passkeys off. Not for who works for another organisation too.
func (a *App) DropSecondStep(ctx context.Context, who Who, i id.Member) error {
	return a.write(ctx, who, member.MemberManage, func(tx *store.Tx) error {
		m, err := tx.Member(i)
		if err != nil {
			return err
		}
		if err := onlyHere(tx, who, m); err != nil {
			return err
		}
		keys, err := tx.Passkeys(m.Login)
		if err != nil {
			return err
		}
		for _, k := range keys {
			if err := tx.ErasePasskey(k, about(m, "member.passkey_removed")); err != nil {
				return err
			}
		}
		if err := dropCodes(tx, m); err != nil && !(errors.Is(err, entry.ErrTwoStep) && len(keys) > 0) {
			return err
		}
		return nil
	})
}

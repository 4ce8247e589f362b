package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/domain/entry"
	"kring/domain/member"
	"kring/store"
)

// Ceremony is what the browser needs to make or use a passkey: the options as
// JSON, and the ticket that ties its answer to them.
type Ceremony struct {
	Ticket  string
	Options json.RawMessage
}

// Base is the address of this Kring as visitors reach it: what was configured,
// or what the visitor used when only a number is known (`kring serve` on a
// desk or a bare machine).
func (a *App) Base(origin string) string {
	set, err := url.Parse(a.conf.Address)
	if err != nil || set.Host == "" {
		return origin
	}
	if _, err := netip.ParseAddr(set.Hostname()); err == nil {
		return origin
	}
	return set.Scheme + "://" + set.Host
}

// PasskeysAt says whether passkeys can work at an origin: the standard asks a
// name, with https, or localhost; a bare number such as 127.0.0.1 will not do.
func (a *App) PasskeysAt(origin string) bool {
	_, err := a.relying(origin)
	return err == nil
}

// relying is who we are for an authenticator.
func (a *App) relying(origin string) (*webauthn.WebAuthn, error) {
	u, err := url.Parse(a.Base(origin))
	if err != nil || u.Hostname() == "" {
		return nil, entry.ErrPasskeyPlace
	}
	host := u.Hostname()
	_, number := netip.ParseAddr(host)
	if number == nil || u.Scheme != "https" && host != "localhost" && !strings.HasSuffix(host, ".localhost") {
		return nil, entry.ErrPasskeyPlace
	}
	return webauthn.New(&webauthn.Config{
		RPID: host, RPDisplayName: "Kring", RPOrigins: []string{u.Scheme + "://" + u.Host},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(),
			UserVerification: protocol.VerificationRequired,
		},
	})
}

// holder is a login as the library asks for it. Its handle is the login's id,
// which says nothing about the person.
type holder struct {
	login entry.Login
	name  string
	keys  []webauthn.Credential
}

// WebAuthnID is the handle.
func (h holder) WebAuthnID() []byte { return h.login.ID[:] }

// WebAuthnName is what an authenticator lists it by.
func (h holder) WebAuthnName() string { return h.login.Email }

// WebAuthnDisplayName is the person's name.
func (h holder) WebAuthnDisplayName() string { return h.name }

// WebAuthnCredentials is the public halves we hold.
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

func holderOf(v *store.View, l id.Login, name string) (h holder, all []entry.Passkey, err error) {
	h.name = name
	if h.login, err = v.Login(l); err != nil {
		return h, nil, err
	}
	if all, err = v.Passkeys(l); err != nil {
		return h, nil, err
	}
	h.keys = make([]webauthn.Credential, len(all))
	for i, p := range all {
		if err := json.Unmarshal([]byte(p.Record), &h.keys[i]); err != nil {
			return h, nil, err
		}
	}
	return h, all, nil
}

// OfferPasskey begins making a passkey, after asking the password.
func (a *App) OfferPasskey(ctx context.Context, who Who, password, origin string) (c Ceremony, err error) {
	rp, err := a.relying(origin)
	if err != nil {
		return c, err
	}
	if _, err := a.confirm(ctx, who, password); err != nil {
		return c, err
	}
	ticket, hash := newSecret("")
	err = a.write(ctx, who, member.Self, func(tx *store.Tx) error {
		h, all, err := holderOf(&tx.View, who.Member.Login, who.Member.Name)
		if err != nil {
			return err
		}
		if len(all) >= entry.MostPasskeys {
			return entry.ErrPasskeyMost
		}
		have := make([]protocol.CredentialDescriptor, len(h.keys))
		for i, k := range h.keys {
			have[i] = k.Descriptor()
		}
		options, session, err := rp.BeginRegistration(h, webauthn.WithExclusions(have))
		if err != nil {
			return fmt.Errorf("passkey: %w", err)
		}
		c, err = begun(tx, ticket, hash, "passkey_add", h.login.ID, options, session)
		return err
	})
	return c, err
}

func begun(tx *store.Tx, ticket string, hash []byte, purpose string, l id.Login, options any, session *webauthn.SessionData) (c Ceremony, err error) {
	c.Ticket = ticket
	if c.Options, err = json.Marshal(options); err != nil {
		return c, err
	}
	state, err := json.Marshal(session)
	if err != nil {
		return c, err
	}
	return c, tx.AddPending(entry.Pending{Hash: hash, Purpose: purpose, Login: l, State: string(state), Until: tx.Now() + entry.StepLasts})
}

// take ends a ceremony: its ticket works once, also when the answer is wrong.
func (a *App) take(ctx context.Context, ticket, purpose string) (p entry.Pending, err error) {
	hash := hashed(ticket)
	err = a.db.Write(ctx, nowhere, system("sign-in"), func(tx *store.Tx) error {
		if p, err = tx.Pending(hash, purpose); err != nil {
			return err
		}
		return tx.UsePending(hash)
	})
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrStale) {
		err = entry.ErrStep
	}
	return p, err
}

// AddPasskey keeps the passkey that the browser made.
func (a *App) AddPasskey(ctx context.Context, who Who, ticket, name, origin string, answer []byte) (p entry.Passkey, err error) {
	if err := may(who, member.Self); err != nil {
		return p, err
	}
	if name, err = fold.Clean(name, member.MaxName); err != nil || name == "" {
		return p, fault.Field("name", entry.ErrPasskeyName)
	}
	rp, err := a.relying(origin)
	if err != nil {
		return p, err
	}
	pending, err := a.take(ctx, ticket, "passkey_add")
	if err != nil {
		return p, err
	}
	var session webauthn.SessionData
	if err := json.Unmarshal([]byte(pending.State), &session); err != nil {
		return p, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil || pending.Login != who.Member.Login {
		return p, entry.ErrPasskey
	}
	err = a.write(ctx, who, member.Self, func(tx *store.Tx) error {
		h, _, err := holderOf(&tx.View, pending.Login, who.Member.Name)
		if err != nil {
			return err
		}
		made, err := rp.CreateCredential(h, session, parsed)
		if err != nil {
			return entry.ErrPasskey
		}
		record, err := json.Marshal(made)
		if err != nil {
			return err
		}
		p, err = tx.AddPasskey(entry.Passkey{Credential: made.ID, Login: pending.Login, Name: name, Record: string(record)},
			about(who.Member, "member.passkey_added", fact.Of("passkey", nil, name)))
		return err
	})
	return p, err
}

// RenamePasskey gives one's passkey another name.
func (a *App) RenamePasskey(ctx context.Context, who Who, i id.Passkey, name string) error {
	name, err := fold.Clean(name, member.MaxName)
	if err != nil || name == "" {
		return fault.Field("name", entry.ErrPasskeyName)
	}
	return a.onPasskey(ctx, who, i, func(tx *store.Tx, p entry.Passkey) error {
		was := p.Name
		p.Name = name
		return tx.SavePasskey(p, about(who.Member, "member.passkey_renamed", fact.Of("passkey", was, name)))
	})
}

// ErasePasskey removes one's passkey; it opens nothing any more.
func (a *App) ErasePasskey(ctx context.Context, who Who, i id.Passkey) error {
	return a.onPasskey(ctx, who, i, func(tx *store.Tx, p entry.Passkey) error {
		return tx.ErasePasskey(p, about(who.Member, "member.passkey_removed", fact.Of("passkey", p.Name, nil)))
	})
}

func (a *App) onPasskey(ctx context.Context, who Who, i id.Passkey, do func(*store.Tx, entry.Passkey) error) error {
	return a.write(ctx, who, member.Self, func(tx *store.Tx) error {
		all, err := tx.Passkeys(who.Member.Login)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(all, func(p entry.Passkey) bool { return p.ID == i })
		if at < 0 {
			return store.ErrNotFound
		}
		return do(tx, all[at])
	})
}

// OfferSignIn begins a sign-in with whichever passkey the visitor has.
func (a *App) OfferSignIn(ctx context.Context, origin string, d Device) (c Ceremony, err error) {
	rp, err := a.relying(origin)
	if err != nil {
		return c, err
	}
	if err := a.try(ctx, byAddress(d)); err != nil {
		return c, err
	}
	options, session, err := rp.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return c, fmt.Errorf("passkey: %w", err)
	}
	ticket, hash := newSecret("")
	err = a.db.Write(ctx, nowhere, system("sign-in"), func(tx *store.Tx) error {
		c, err = begun(tx, ticket, hash, "passkey_in", id.Login{}, options, session)
		return err
	})
	return c, err
}

// SignInByPasskey ends it. A passkey asks finger, face or PIN, so it is both
// steps at once. When its counter went backwards somebody copied it: refused.
func (a *App) SignInByPasskey(ctx context.Context, ticket, origin string, answer []byte, d Device) (p Pass, err error) {
	rp, err := a.relying(origin)
	if err != nil {
		return p, err
	}
	pending, err := a.take(ctx, ticket, "passkey_in")
	if err != nil {
		return p, err
	}
	var session webauthn.SessionData
	if err := json.Unmarshal([]byte(pending.State), &session); err != nil {
		return p, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil || len(parsed.Response.UserHandle) != len(id.Login{}) {
		return p, entry.ErrPasskey
	}
	var h holder
	var all []entry.Passkey
	var at []entry.Session
	err = a.db.Read(ctx, nowhere, func(v *store.View) error {
		if h, all, err = holderOf(v, id.Login(parsed.Response.UserHandle), ""); err != nil {
			return err
		}
		at, err = v.Memberships(h.login.ID)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return p, entry.ErrPasskey
	}
	if err != nil {
		return p, err
	}
	used, record, err := checkPasskey(rp, h, all, session, parsed)
	if err != nil {
		return p, err
	}
	p.Session, err = a.startSession(ctx, h.login, at, d, "passkey", func(tx *store.Tx) error {
		if err := tx.SeenPasskey(used, record); err != nil {
			return err
		}
		return succeeded(tx, []tried{byAddress(d)})
	})
	return p, err
}

func checkPasskey(rp *webauthn.WebAuthn, h holder, all []entry.Passkey, session webauthn.SessionData, parsed *protocol.ParsedCredentialAssertionData) (used entry.Passkey, record string, err error) {
	_, key, err := rp.ValidatePasskeyLogin(func(_, _ []byte) (webauthn.User, error) { return h, nil }, session, parsed)
	if err != nil || key.Authenticator.CloneWarning {
		return used, "", entry.ErrPasskey
	}
	at := slices.IndexFunc(all, func(p entry.Passkey) bool { return string(p.Credential) == string(key.ID) })
	if at < 0 {
		return used, "", entry.ErrPasskey
	}
	b, err := json.Marshal(key)
	return all[at], string(b), err
}

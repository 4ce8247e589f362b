package app

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"kring/base/email"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/domain/entry"
	"kring/domain/member"
	"kring/store"
)

// ErrProviderMost says that there are providers enough.
var ErrProviderMost = fault.New(fault.Conflict, "provider.most", "an organisation has at most 10 providers")

// ProviderDraft is what an administrator says of an OpenID Connect provider.
type ProviderDraft struct {
	Name    string
	Issuer  string
	Client  string
	Secret  string // "" keeps the one there is
	Domains []string
	Role    member.Role // of newcomers; "" when only members come in
}

func (in ProviderDraft) provider(p entry.Provider) (entry.Provider, error) {
	fs := fault.Fields{}
	var err error
	p.Name, err = fold.Clean(in.Name, entry.MaxProviderName)
	fs.Add("name", err)
	p.Issuer, p.Client, p.Role = strings.TrimSpace(in.Issuer), strings.TrimSpace(in.Client), string(in.Role)
	if s := strings.TrimSpace(in.Secret); s != "" {
		p.Secret = s
	}
	p.Domains = []string{}
	for _, d := range in.Domains {
		if d = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(d), "@")); d != "" {
			p.Domains = append(p.Domains, d)
		}
	}
	if in.Role != "" {
		fs.Add("role", in.Role.Valid())
	}
	add(fs, p.Check())
	return p, fs.Err()
}

// Providers lists the organisation's providers, for who manages settings.
func (a *App) Providers(ctx context.Context, who Who) (all []entry.Provider, err error) {
	err = a.peek(ctx, who, member.SettingManage, func(v *store.View) error {
		all, err = v.Providers()
		return err
	})
	return all, err
}

// AddProvider trusts a provider's sign-in page.
func (a *App) AddProvider(ctx context.Context, who Who, in ProviderDraft) (p entry.Provider, err error) {
	draft, wrong := in.provider(entry.Provider{})
	err = a.write(ctx, who, member.SettingManage, func(tx *store.Tx) error {
		if wrong != nil {
			return wrong
		}
		all, err := tx.Providers()
		if err != nil || len(all) >= entry.MostProviders {
			return either(err, ErrProviderMost)
		}
		p, err = tx.AddProvider(draft, fact.Fact{Deed: "provider.added", Changes: providerChanges(entry.Provider{}, draft)})
		return err
	})
	return p, err
}

// SaveProvider changes a provider.
func (a *App) SaveProvider(ctx context.Context, who Who, i id.Provider, version int64, in ProviderDraft) (p entry.Provider, err error) {
	err = a.write(ctx, who, member.SettingManage, func(tx *store.Tx) error {
		was, err := tx.Provider(i)
		if err != nil {
			return err
		}
		if was.Version != version {
			return store.ErrStale
		}
		if p, err = in.provider(was); err != nil {
			return err
		}
		p, err = tx.SaveProvider(p, fact.Fact{Deed: "provider.changed", Changes: providerChanges(was, p)})
		return err
	})
	return p, err
}

// providerChanges never holds the secret, only that it changed.
func providerChanges(was, is entry.Provider) (all []fact.Change) {
	for _, c := range []struct{ field, from, to string }{
		{"name", was.Name, is.Name}, {"issuer", was.Issuer, is.Issuer}, {"client_id", was.Client, is.Client},
		{"domains", strings.Join(was.Domains, " "), strings.Join(is.Domains, " ")}, {"role", was.Role, is.Role},
	} {
		if c.from != c.to {
			all = append(all, fact.Of(c.field, c.from, c.to))
		}
	}
	if was.Secret != is.Secret {
		all = append(all, fact.Of("secret", nil, nil))
	}
	return all
}

// EraseProvider trusts a provider no longer; who came in by it stays in until
// signed out.
func (a *App) EraseProvider(ctx context.Context, who Who, i id.Provider, version int64) error {
	return a.write(ctx, who, member.SettingManage, func(tx *store.Tx) error {
		p, err := tx.Provider(i)
		if err != nil {
			return err
		}
		p.Version = version
		return tx.EraseProvider(p, fact.Fact{Deed: "provider.removed"})
	})
}

// Front is what the sign-in page shows before anybody is known.
type Front struct {
	Organisation string // when there is one only
	Providers    []entry.Provider
	Demo         bool
}

// Front tells the sign-in page where it is. With more than one organisation
// it names none; their members use the address of their own provider.
func (a *App) Front(ctx context.Context) (f Front, err error) {
	err = a.db.Read(ctx, nowhere, func(v *store.View) error {
		all, err := v.Organisations(2)
		if err != nil || len(all) != 1 {
			return err
		}
		v.At(all[0].ID)
		f.Organisation, f.Demo = all[0].Name, all[0].Settings.Demo
		f.Providers, err = v.Providers()
		return err
	})
	return f, err
}

// journey is what the second half of a provider's sign-in must know.
type journey struct {
	Provider id.Provider
	State    string
	Nonce    string
	Verifier string
	Return   string
	Next     string
}

// issuerWait is how long the issuer may take for all questions together.
const issuerWait = 15 * time.Second

// VisitProvider sends a visitor to a provider's sign-in page: the address to
// go to and the ticket that comes back. The issuer is asked now and not when
// Kring starts, so that a provider that is down keeps nobody else out.
func (a *App) VisitProvider(ctx context.Context, i id.Provider, origin, next string, d Device) (address, ticket string, err error) {
	if err := a.try(ctx, byAddress(d)); err != nil {
		return "", "", err
	}
	var p entry.Provider
	err = a.db.Peek(ctx, nowhere, func(v *store.View) error {
		p, err = v.ProviderAnywhere(i)
		return err
	})
	if err != nil {
		return "", "", err
	}
	j := journey{Provider: i, Verifier: oauth2.GenerateVerifier(), Return: a.Base(origin) + ProviderReturn, Next: next}
	j.State, _ = newSecret("")
	j.Nonce, _ = newSecret("")
	issuer, err := a.issuer(ctx, p)
	if err != nil {
		return "", "", err
	}
	address = config(p, issuer, j.Return).AuthCodeURL(j.State, oidc.Nonce(j.Nonce), oauth2.S256ChallengeOption(j.Verifier))
	ticket, hash := newSecret("")
	err = a.db.Write(ctx, nowhere, system("sign-in"), func(tx *store.Tx) error {
		state, err := json.Marshal(j)
		if err != nil {
			return err
		}
		return tx.AddPending(entry.Pending{Hash: hash, Purpose: "provider", State: string(state), Until: tx.Now() + entry.StepLasts})
	})
	if err != nil {
		return "", "", err
	}
	return address, ticket, nil
}

// ProviderReturn is the path to which providers send visitors back; it is one
// for all, so that an administrator registers one address.
const ProviderReturn = "/sign-in/provider/return"

func (a *App) issuer(ctx context.Context, p entry.Provider) (*oidc.Provider, error) {
	ctx, stop := context.WithTimeout(ctx, issuerWait)
	defer stop()
	issuer, err := oidc.NewProvider(ctx, p.Issuer)
	if err != nil {
		a.log.Warn("provider does not answer", "provider", p.ID.String(), "cause", err.Error())
		return nil, entry.ErrProvider
	}
	return issuer, nil
}

func config(p entry.Provider, issuer *oidc.Provider, back string) *oauth2.Config {
	return &oauth2.Config{
		ClientID: p.Client, ClientSecret: p.Secret, Endpoint: issuer.Endpoint(), RedirectURL: back,
		Scopes: []string{oidc.ScopeOpenID, "email", "profile"},
	}
}

// claims is what a provider says of its visitor. Some write the boolean as
// text.
type claims struct {
	Subject  string `json:"sub"`
	Email    string `json:"email"`
	Verified any    `json:"email_verified"`
	Name     string `json:"name"`
}

func (c claims) verified() bool { return c.Verified == true || c.Verified == "true" }

// ReturnFromProvider ends the visit with the query the provider sent back, and
// lets in the member whose verified address it is. next is where the visitor
// was going.
func (a *App) ReturnFromProvider(ctx context.Context, ticket string, query url.Values, d Device) (pass Pass, next string, err error) {
	pending, err := a.take(ctx, ticket, "provider")
	if err != nil {
		return pass, "", err
	}
	var j journey
	if err := json.Unmarshal([]byte(pending.State), &j); err != nil {
		return pass, "", err
	}
	if subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(j.State)) != 1 {
		return pass, "", entry.ErrStep
	}
	var p entry.Provider
	err = a.db.Peek(ctx, nowhere, func(v *store.View) error {
		p, err = v.ProviderAnywhere(j.Provider)
		return err
	})
	if err != nil {
		return pass, "", err
	}
	if iss := query.Get("iss"); iss != "" && iss != p.Issuer || query.Get("code") == "" { // RFC 9207
		return pass, "", entry.ErrProvider
	}
	c, err := a.redeem(ctx, p, j, query.Get("code"))
	if err != nil {
		return pass, "", err
	}
	pass, err = a.admit(ctx, p, c, d)
	return pass, j.Next, err
}

// redeem exchanges the code for claims, checked for signature, audience, time
// and nonce.
func (a *App) redeem(ctx context.Context, p entry.Provider, j journey, code string) (c claims, err error) {
	ctx, stop := context.WithTimeout(ctx, issuerWait)
	defer stop()
	issuer, err := a.issuer(ctx, p)
	if err != nil {
		return c, err
	}
	failed := func(step string, err error) (claims, error) {
		a.log.Warn("provider did not answer as agreed", "provider", p.ID.String(), "step", step, "cause", err.Error())
		return claims{}, entry.ErrProvider
	}
	conf := config(p, issuer, j.Return)
	token, err := conf.Exchange(ctx, code, oauth2.VerifierOption(j.Verifier))
	if err != nil {
		return failed("exchange", err)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return failed("id_token", errors.New("none given"))
	}
	proof, err := issuer.Verifier(&oidc.Config{ClientID: p.Client}).Verify(ctx, raw)
	if err != nil {
		return failed("verify", err)
	}
	if subtle.ConstantTimeCompare([]byte(proof.Nonce), []byte(j.Nonce)) != 1 {
		return failed("nonce", errors.New("differs"))
	}
	if err := proof.Claims(&c); err != nil {
		return failed("claims", err)
	}
	if c.Email != "" || issuer.UserInfoEndpoint() == "" {
		return c, nil
	}
	more, err := issuer.UserInfo(ctx, conf.TokenSource(ctx, token))
	if err != nil {
		return failed("userinfo", err)
	}
	if err := more.Claims(&c); err != nil {
		return failed("userinfo", err)
	}
	if c.Subject != proof.Subject {
		return failed("userinfo", errors.New("another subject"))
	}
	return c, nil
}

// admit lets in whom the provider vouches for: an active or invited member
// with this verified address, or a newcomer where the organisation said so.
// The session is for the provider's organisation only.
func (a *App) admit(ctx context.Context, p entry.Provider, c claims, d Device) (pass Pass, err error) {
	mail, err := email.Normalise(c.Email)
	if err != nil || !c.verified() {
		return pass, entry.ErrUnverified
	}
	var at entry.Session
	var login entry.Login
	err = a.db.Write(ctx, p.Org, system("provider"), func(tx *store.Tx) error {
		m, err := a.known(tx, p, c, mail)
		if err != nil {
			return err
		}
		if m.State == member.Invited {
			was := m
			m.State = member.Active
			tx.As(actorOf(m))
			if m, err = tx.SaveMember(m, about(m, "member.accepted", memberChanges(was, m)...)); err != nil {
				return err
			}
			if err := tx.EraseLinks(m.Login); err != nil {
				return err
			}
		}
		if m.State != member.Active {
			return entry.ErrStranger
		}
		login, err = tx.Login(m.Login)
		at = entry.Session{Login: m.Login, Org: p.Org, Member: m.ID}
		return err
	})
	if err != nil {
		return pass, err
	}
	pass.Session, err = a.startSession(ctx, login, []entry.Session{at}, d, "provider", func(tx *store.Tx) error {
		return succeeded(tx, []tried{byAddress(d)})
	})
	return pass, err
}

func (a *App) known(tx *store.Tx, p entry.Provider, c claims, mail string) (m member.Member, err error) {
	login, err := tx.LoginByEmail(mail)
	if err == nil {
		m, err = tx.MemberOf(login.ID)
		if errors.Is(err, store.ErrNotFound) {
			return m, entry.ErrStranger // works elsewhere: an invitation brings them here
		}
		return m, err
	}
	if !errors.Is(err, store.ErrNotFound) {
		return m, err
	}
	if !p.Joins(mail) {
		return m, entry.ErrStranger
	}
	org, err := tx.Organisation()
	if err != nil {
		return m, err
	}
	m = member.Member{Email: mail, Role: member.Role(p.Role), State: member.Active, Locale: org.Settings.Locale}
	if m.Name, err = fold.Clean(c.Name, member.MaxName); err != nil || m.Name == "" {
		m.Name, _, _ = strings.Cut(mail, "@")
	}
	if err := m.Check(); err != nil {
		return m, err
	}
	if login, err = tx.AddLogin(entry.Login{Email: mail}); err != nil {
		return m, err
	}
	m.Login = login.ID
	return tx.AddMember(m, fact.Fact{Deed: "member.joined", Evidence: p.Name})
}

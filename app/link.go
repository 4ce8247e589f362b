package app

import (
	"context"
	"errors"

	"kring/base/fault"
	"kring/domain/entry"
	"kring/domain/member"
	"kring/domain/organisation"
	"kring/store"
)

// LinkPath is where the page of a link is; the secret follows.
const LinkPath = "/welcome/"

// Welcome is what the page of a link shows: for whom it is and what it asks.
type Welcome struct {
	Purpose string // invite, reset
	Known   bool   // an invitation for who can sign in already: asks their own password
	Org     organisation.Organisation
	Member  member.Member
	Until   int64
	login   entry.Login
	shared  bool // signs in elsewhere without a password
}

// Welcome reads a link; ErrLink when it was used, is too old or never was.
func (a *App) Welcome(ctx context.Context, secret string) (w Welcome, err error) {
	err = a.db.Read(ctx, nowhere, func(v *store.View) error {
		w, err = welcome(v, hashed(secret))
		return err
	})
	return w, err
}

func welcome(v *store.View, hash []byte) (w Welcome, err error) {
	l, err := v.Link(hash)
	if errors.Is(err, store.ErrNotFound) || err == nil && (l.UsedAt != 0 || l.Until <= v.Now()) {
		return w, entry.ErrLink
	}
	if err != nil {
		return w, err
	}
	w.Purpose, w.Until = l.Purpose, l.Until
	v.At(l.Org)
	if w.Org, err = v.Organisation(); err != nil {
		return w, err
	}
	if w.Member, err = v.MemberOf(l.Login); err != nil {
		return w, err
	}
	if want := map[string]member.State{"invite": member.Invited, "reset": member.Active}[l.Purpose]; w.Member.State != want {
		return w, entry.ErrLink
	}
	w.login, err = v.Login(l.Login)
	if err != nil {
		return w, err
	}
	at, err := v.Memberships(l.Login)
	w.Known = w.Purpose == "invite" && w.login.Password != ""
	w.shared = w.login.Password == "" && len(at) > 1
	return w, err
}

// AcceptLink uses a link: who is new chooses a password, who is known gives
// their own, who forgot it chooses another. Then they are in, or at their
// second step. A reset signs every device out.
func (a *App) AcceptLink(ctx context.Context, secret, password string, d Device) (p Pass, err error) {
	w, err := a.Welcome(ctx, secret)
	if err != nil {
		return p, err
	}
	if w.shared { // whoever holds the link must not choose a password for the other organisation
		return p, entry.ErrShared
	}
	tries := []tried{byAddress(d)}
	chosen := ""
	if w.Known {
		tries = append(tries, byAccount("", w.login.Email))
		if err := a.try(ctx, tries...); err != nil {
			return p, err
		}
		ok, err := a.passwordIs(ctx, w.login.Password, password)
		if err != nil {
			return p, err
		}
		if !ok {
			return p, fault.Field("password", entry.ErrPassword)
		}
	} else {
		if err := entry.CheckPassword(password, w.login.Email, w.Member.Name); err != nil {
			fs := fault.Fields{}
			fs.Add("password", err)
			return p, fs.Err()
		}
		if err := a.try(ctx, tries...); err != nil {
			return p, err
		}
		if chosen, err = a.hashPassword(ctx, password); err != nil {
			return p, err
		}
	}
	at := entry.Session{Login: w.login.ID, Org: w.Org.ID, Member: w.Member.ID}
	err = a.db.Write(ctx, w.Org.ID, system("link"), func(tx *store.Tx) error {
		now, err := welcome(&tx.View, hashed(secret))
		if err != nil {
			return err
		}
		if err := tx.UseLink(hashed(secret)); err != nil {
			return entry.ErrLink
		}
		return now.accept(tx, chosen)
	})
	if err != nil {
		return p, err
	}
	return a.enter(ctx, w.login, []entry.Session{at}, d, "password", tries...)
}

// accept does what the link promised.
func (w Welcome) accept(tx *store.Tx, password string) error {
	m := w.Member
	tx.As(actorOf(m))
	if password != "" {
		deed := map[string]string{"invite": "member.password_chosen", "reset": "member.password_reset"}[w.Purpose]
		w.login.Password = password
		if _, err := tx.SaveLogin(w.login, about(m, deed)); err != nil {
			return err
		}
		if err := tx.EraseSessions(w.login.ID, nowhere, nil); err != nil {
			return err
		}
		if err := tx.ErasePending(w.login.ID); err != nil {
			return err
		}
	}
	if w.Purpose != "invite" {
		return nil
	}
	was := m
	m.State = member.Active
	_, err := tx.SaveMember(m, about(m, "member.accepted", memberChanges(was, m)...))
	return err
}

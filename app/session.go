package app

import (
	"context"

	"kring/base/fact"
	"kring/base/fault"
	"kring/domain/entry"
	"kring/domain/member"
	"kring/store"
)

// SignOut ends the session that who came in with.
func (a *App) SignOut(ctx context.Context, who Who) error {
	return a.EndSession(ctx, who, who.Session)
}

// Sessions lists the devices where who is signed in, latest first; the one
// whose Hash is who.Session is this one.
func (a *App) Sessions(ctx context.Context, who Who) (all []entry.Session, err error) {
	err = a.peek(ctx, who, member.Self, func(v *store.View) error {
		all, err = v.Sessions(who.Member.Login)
		return err
	})
	return all, err
}

// EndSession signs who out on one device.
func (a *App) EndSession(ctx context.Context, who Who, hash []byte) error {
	return a.write(ctx, who, member.Self, func(tx *store.Tx) error {
		if err := tx.EraseSession(who.Member.Login, hash); err != nil {
			return err
		}
		return tx.Fact(about(who.Member, "member.signed_out"))
	})
}

// EndSessions signs who out on every device, this one too when alsoHere.
func (a *App) EndSessions(ctx context.Context, who Who, alsoHere bool) error {
	kept := who.Session
	if alsoHere {
		kept = nil
	}
	return a.write(ctx, who, member.Self, func(tx *store.Tx) error {
		if err := tx.EraseSessions(who.Member.Login, nowhere, kept); err != nil {
			return err
		}
		return tx.Fact(about(who.Member, "member.signed_out_everywhere"))
	})
}

// about is a fact about a member.
func about(m member.Member, deed string, changes ...fact.Change) fact.Fact {
	return fact.Fact{Deed: deed, Kind: fact.Member, Subject: m.ID.Any(), Label: m.Name, Changes: changes}
}

// confirm asks the password once more before the door is opened wider. Only a
// person at a browser is asked; a program never. Who has no password (it came
// in by a provider) is confirmed by the session, unless the login belongs to
// other organisations too: one organisation's provider must not speak for all.
func (a *App) confirm(ctx context.Context, who Who, password string) (login entry.Login, err error) {
	if err := may(who, member.Self); err != nil {
		return login, err
	}
	if who.Session == nil {
		return login, ErrDenied
	}
	var at []entry.Session
	err = a.db.Read(ctx, nowhere, func(v *store.View) error {
		if login, err = v.Login(who.Member.Login); err != nil {
			return err
		}
		at, err = v.Memberships(login.ID)
		return err
	})
	if err != nil {
		return login, err
	}
	if login.Password == "" {
		if len(at) > 1 {
			return login, entry.ErrShared
		}
		return login, nil
	}
	again := tried{"confirm:" + login.ID.String(), entry.MostPerAccount, false}
	if err := a.try(ctx, again); err != nil {
		return login, err
	}
	ok, err := a.passwordIs(ctx, login.Password, password)
	if err != nil {
		return login, err
	}
	if !ok {
		return login, fault.Field("password", entry.ErrPassword)
	}
	return login, a.db.Write(ctx, nowhere, who.Actor, func(tx *store.Tx) error { return tx.EraseAttempts(again.name) })
}

// ChangePassword sets a new password after asking the old one, and signs every
// other device out.
func (a *App) ChangePassword(ctx context.Context, who Who, old, new string) error {
	login, err := a.confirm(ctx, who, old)
	if err != nil {
		return err
	}
	if err := entry.CheckPassword(new, login.Email, who.Member.Name); err != nil {
		fs := fault.Fields{}
		fs.Add("new", err)
		return fs.Err()
	}
	if login.Password, err = a.hashPassword(ctx, new); err != nil {
		return err
	}
	return a.write(ctx, who, member.Self, func(tx *store.Tx) error {
		if _, err := tx.SaveLogin(login, about(who.Member, "member.password_changed")); err != nil {
			return err
		}
		if err := tx.ErasePending(login.ID); err != nil {
			return err
		}
		return tx.EraseSessions(login.ID, nowhere, who.Session)
	})
}

// Security is how somebody's own door is locked.
type Security struct {
	Password bool // has one
	TwoStep  bool
	Recovery int64 // recovery codes left
	Passkeys []entry.Passkey
}

// Security tells who how their own door is locked.
func (a *App) Security(ctx context.Context, who Who) (s Security, err error) {
	err = a.read(ctx, who, member.Self, func(v *store.View) error {
		login, err := v.Login(who.Member.Login)
		if err != nil {
			return err
		}
		s.Password, s.TwoStep = login.Password != "", login.TOTP != ""
		if s.Passkeys, err = v.Passkeys(login.ID); err != nil {
			return err
		}
		s.Recovery, err = v.RecoveryLeft(login.ID)
		return err
	})
	return s, err
}

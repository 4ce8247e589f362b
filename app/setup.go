package app

import (
	"context"

	"kring/base/email"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/domain/entry"
	"kring/domain/member"
	"kring/domain/organisation"
	"kring/store"
)

// Setup is what the first-run page asks: the organisation and its first
// administrator.
type Setup struct {
	Organisation string
	Word         organisation.Word
	Locale       string
	Name         string
	Email        string
	Password     string
	ByLink       bool // no password now: the administrator chooses one with a link
	Demo         bool
	Device       Device
}

// ErrSetUp says that this Kring has an organisation already.
var ErrSetUp = fault.New(fault.Conflict, "setup.done", "this Kring has been set up already")

// ErrNotSetUp says that there is no organisation yet.
var ErrNotSetUp = fault.New(fault.NotFound, "setup.not_done", "there is no organisation yet; run kring setup first")

// Empty is true until the first organisation exists.
func (a *App) Empty(ctx context.Context) (empty bool, err error) {
	err = a.db.Peek(ctx, nowhere, func(v *store.View) error {
		all, err := v.Organisations(1)
		empty = len(all) == 0
		return err
	})
	return empty, err
}

// Setup makes the first organisation with its first administrator and signs
// them in: secret is the session's, the link's when asked ByLink, and none
// without a device. There is no default password and no second time.
func (a *App) Setup(ctx context.Context, in Setup) (secret string, err error) {
	fs := fault.Fields{}
	mail, err := email.Normalise(in.Email)
	fs.Add("email", err)
	name, err := fold.Clean(in.Name, member.MaxName)
	fs.Add("name", err)
	firm, err := fold.Clean(in.Organisation, organisation.MaxName)
	fs.Add("organisation", err)
	if !in.ByLink {
		fs.Add("password", entry.CheckPassword(in.Password, mail, name))
	}
	org := organisation.Organisation{Name: firm, Settings: organisation.Settings{Word: in.Word, Locale: in.Locale, Demo: in.Demo}.Defaults()}
	if f, ok := fault.From(org.Check()); ok {
		for field, g := range f.Fields {
			if field == "name" {
				field = "organisation"
			}
			fs.Add(field, g)
		}
	}
	m := member.Member{Name: name, Email: mail, Role: member.Admin, State: member.Active, Locale: org.Settings.Locale}
	if f, ok := fault.From(m.Check()); ok {
		for field, g := range f.Fields {
			fs.Add(field, g)
		}
	}
	if err := fs.Err(); err != nil {
		return "", err
	}
	hash := ""
	link, linkHash := newSecret("")
	if in.ByLink {
		m.State = member.Invited
	} else if hash, err = a.hashPassword(ctx, in.Password); err != nil {
		return "", err
	}
	var login entry.Login
	var at []entry.Session
	err = a.db.Write(ctx, nowhere, fact.Actor{Kind: "system", Name: "setup"}, func(tx *store.Tx) error {
		// Two set-ups at once wait for each other here; the second is refused.
		if n, err := tx.AddAttempt("setup", entry.AttemptWindow); err != nil || n > 1 {
			return either(err, ErrSetUp)
		}
		if all, err := tx.Organisations(1); err != nil || len(all) > 0 {
			return either(err, ErrSetUp)
		}
		o, err := tx.AddOrganisation(org, fact.Fact{Deed: "organisation.founded"})
		if err != nil {
			return err
		}
		if login, err = tx.AddLogin(entry.Login{Email: mail, Password: hash}); err != nil {
			return err
		}
		m.Login = login.ID
		added, err := tx.AddMember(m, fact.Fact{Deed: "member.added"})
		at = []entry.Session{{Login: login.ID, Org: o.ID, Member: added.ID}}
		if err != nil || !in.ByLink {
			return err
		}
		return tx.AddLink(entry.Link{Hash: linkHash, Purpose: "invite", Login: login.ID, Until: tx.Now() + entry.InviteLasts}, about(added, "member.link_made"))
	})
	switch {
	case err != nil:
		return "", err
	case in.ByLink:
		return link, nil
	case in.Device == Device{}: // from the command line: nobody to sign in
		return "", nil
	}
	return a.startSession(ctx, login, at, in.Device, "password", func(*store.Tx) error { return nil })
}

func either(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// AsMember is for whoever has the machine in hand (the command line): it acts
// as the member with this address, in the first organisation where it is one.
func (a *App) AsMember(ctx context.Context, address string) (who Who, err error) {
	mail, err := email.Normalise(address)
	if err != nil {
		return who, err
	}
	err = a.db.Read(ctx, nowhere, func(v *store.View) error {
		login, err := v.LoginByEmail(mail)
		if err != nil {
			return err
		}
		at, err := v.Memberships(login.ID)
		if err != nil || len(at) == 0 {
			return either(err, store.ErrNotFound)
		}
		v.At(at[0].Org)
		if who.Member, err = v.Member(at[0].Member); err != nil {
			return err
		}
		if who.Org, err = v.Organisation(); err != nil {
			return err
		}
		groups, err := v.Teams()
		who.teams = member.Below(who.Member.Team, groups)
		return err
	})
	who.Actor = actorOf(who.Member)
	return who, err
}

// AsMachine is for whoever has the machine in hand: it acts as the command
// line in the one organisation, with an administrator's rights.
func (a *App) AsMachine(ctx context.Context) (who Who, err error) {
	err = a.db.Peek(ctx, nowhere, func(v *store.View) error {
		all, err := v.Organisations(1)
		if err != nil || len(all) == 0 {
			return either(err, ErrNotSetUp)
		}
		who.Org = all[0]
		return nil
	})
	if err != nil {
		return Who{}, err
	}
	return machineWho(who.Org), nil
}

// machineWho is the command line in an organisation.
func machineWho(o organisation.Organisation) Who {
	return Who{Org: o, Member: member.Member{Role: member.Admin, State: member.Active, Locale: o.Settings.Locale}, Actor: system("command line"), machine: true}
}

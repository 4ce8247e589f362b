package app

import (
	"context"
	"errors"
	"maps"
	"slices"

	"kring/base/email"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/opt"
	"kring/domain/entry"
	"kring/domain/member"
	"kring/store"
)

// Invitation is whom to invite, as what.
type Invitation struct {
	Name     string
	Email    string
	Role     member.Role
	Team     id.Team
	Locale   string // the organisation's when ""
	Password string // only from the machine itself; "" invites by link
}

// ErrGiven says that nobody chooses a password for somebody else.
var ErrGiven = fault.New(fault.Invalid, "member.given", "people choose their own password, by the link")

// Members lists the members by name, invited and disabled ones too.
func (a *App) Members(ctx context.Context, who Who) (all []member.Member, err error) {
	err = a.peek(ctx, who, member.MemberRead, func(v *store.View) error {
		all, err = v.Members()
		return err
	})
	return all, err
}

// Member is one member.
func (a *App) Member(ctx context.Context, who Who, i id.Member) (m member.Member, err error) {
	err = a.peek(ctx, who, member.MemberRead, func(v *store.View) error {
		m, err = v.Member(i)
		return err
	})
	return m, err
}

// MemberByEmail is the member with this address.
func (a *App) MemberByEmail(ctx context.Context, who Who, address string) (m member.Member, err error) {
	mail, err := email.Normalise(address)
	if err != nil {
		return m, err
	}
	err = a.read(ctx, who, member.MemberRead, func(v *store.View) error {
		login, err := v.LoginByEmail(mail)
		if err != nil {
			return err
		}
		m, err = v.MemberOf(login.ID)
		return err
	})
	return m, err
}

// Invite makes a member who is invited, and the secret of a link for one use,
// shown to the administrator. Somebody who can sign in already, for another
// organisation, keeps their password.
func (a *App) Invite(ctx context.Context, who Who, in Invitation) (m member.Member, secret string, err error) {
	if err := may(who, member.MemberManage); err != nil {
		return m, "", err
	}
	if m, err = in.member(who); err != nil {
		return m, "", err
	}
	password := ""
	if in.Password != "" {
		if !who.machine {
			return m, "", fault.Field("password", ErrGiven)
		}
		if err := entry.CheckPassword(in.Password, m.Email, m.Name); err != nil {
			fs := fault.Fields{}
			fs.Add("password", err)
			return m, "", fs.Err()
		}
		if password, err = a.hashPassword(ctx, in.Password); err != nil {
			return m, "", err
		}
	}
	secret, hash := newSecret("")
	err = a.write(ctx, who, member.MemberManage, func(tx *store.Tx) error {
		if err := teamExists(&tx.View, m.Team); err != nil {
			return err
		}
		login, err := tx.LoginByEmail(m.Email)
		if errors.Is(err, store.ErrNotFound) {
			login, err = tx.AddLogin(entry.Login{Email: m.Email, Password: password})
		} else if err == nil && password != "" {
			err = fault.Field("password", ErrGiven)
		}
		if err != nil {
			return err
		}
		if _, err := tx.MemberOf(login.ID); !errors.Is(err, store.ErrNotFound) {
			return either(err, fault.Field("email", member.ErrTaken))
		}
		new := m
		new.Login, new.State = login.ID, member.Invited
		if password != "" {
			new.State = member.Active
			m, err = tx.AddMember(new, fact.Fact{Deed: "member.added"})
			return err
		}
		if m, err = tx.AddMember(new, fact.Fact{Deed: "member.invited"}); err != nil {
			return err
		}
		return tx.AddLink(entry.Link{Hash: hash, Purpose: "invite", Login: login.ID, Until: tx.Now() + entry.InviteLasts}, about(m, "member.link_made"))
	})
	if err != nil || password != "" {
		secret = ""
	}
	return m, secret, err
}

func (in Invitation) member(who Who) (m member.Member, err error) {
	fs := fault.Fields{}
	m = member.Member{Role: in.Role, Team: in.Team, Locale: in.Locale, State: member.Invited}
	if m.Locale == "" {
		m.Locale = who.Org.Settings.Locale
	}
	m.Email, err = email.Normalise(in.Email)
	fs.Add("email", err)
	m.Name, err = fold.Clean(in.Name, member.MaxName)
	fs.Add("name", err)
	add(fs, m.Check())
	return m, fs.Err()
}

// add puts the fields of a check into those found before; the first complaint
// about a field stands.
func add(fs fault.Fields, err error) {
	if f, ok := fault.From(err); ok {
		for field, g := range f.Fields {
			fs.Add(field, g)
		}
	}
}

// withCheck is add inside a closure that may run more than once.
func withCheck(fs fault.Fields, err error) error {
	all := maps.Clone(fs)
	add(all, err)
	return all.Err()
}

func teamExists(v *store.View, t id.Team) error {
	if t.IsZero() {
		return nil
	}
	all, err := v.Teams()
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(g member.Group) bool { return g.ID == t }) {
		return fault.Field("team", member.ErrTeam)
	}
	return nil
}

// InviteAgain makes a new link for somebody who has not accepted yet; the
// former one stops working.
func (a *App) InviteAgain(ctx context.Context, who Who, i id.Member) (secret string, err error) {
	return a.link(ctx, who, i, "invite", entry.InviteLasts, func(_ *store.Tx, m member.Member) error {
		if m.State == member.Active {
			return member.ErrAccepted
		}
		if m.State != member.Invited {
			return member.ErrNotIn
		}
		return nil
	})
}

// Reset makes a link with which an active member chooses a new password. The
// old one works until then. Whoever also works for another organisation resets
// nothing here: one organisation's administrator must not open the other's
// door.
func (a *App) Reset(ctx context.Context, who Who, i id.Member) (secret string, err error) {
	return a.link(ctx, who, i, "reset", entry.ResetLasts, func(tx *store.Tx, m member.Member) error {
		if m.State != member.Active {
			return member.ErrNotIn
		}
		return onlyHere(tx, who, m)
	})
}

// onlyHere is ErrShared when a login belongs to other organisations too, and
// who does not have the machine itself in hand.
func onlyHere(tx *store.Tx, who Who, m member.Member) error {
	at, err := tx.Memberships(m.Login)
	if err == nil && len(at) > 1 && !who.machine {
		err = entry.ErrShared
	}
	return err
}

func (a *App) link(ctx context.Context, who Who, i id.Member, purpose string, lasts int64, fits func(*store.Tx, member.Member) error) (secret string, err error) {
	secret, hash := newSecret("")
	err = a.write(ctx, who, member.MemberManage, func(tx *store.Tx) error {
		m, err := tx.Member(i)
		if err != nil {
			return err
		}
		if err := fits(tx, m); err != nil {
			return err
		}
		f := about(m, "member.link_made")
		f.Evidence = purpose
		return tx.AddLink(entry.Link{Hash: hash, Purpose: purpose, Login: m.Login, Until: tx.Now() + lasts}, f)
	})
	if err != nil {
		return "", err
	}
	return secret, nil
}

// MemberPatch is what changes of a member; what is not mentioned stays.
type MemberPatch struct {
	Name   opt.Of[string]      `json:"name,omitzero"`
	Role   opt.Of[member.Role] `json:"role,omitzero"`
	Team   opt.Of[id.Team]     `json:"team,omitzero"`
	Locale opt.Of[string]      `json:"locale,omitzero"`
}

// ChangeMember changes a member's name, role, team or language. What they see
// follows at their next request.
func (a *App) ChangeMember(ctx context.Context, who Who, i id.Member, version int64, p MemberPatch) (m member.Member, err error) {
	fs := fault.Fields{}
	if name, ok := p.Name.Get(); ok {
		name, err = fold.Clean(name, member.MaxName)
		fs.Add("name", err)
		p.Name = opt.Some(name)
	}
	err = a.write(ctx, who, member.MemberManage, func(tx *store.Tx) error {
		was, err := tx.Member(i)
		if err != nil {
			return err
		}
		if was.Version != version {
			return store.ErrStale
		}
		m = was
		m.Name, m.Role, m.Team, m.Locale = p.Name.Or(m.Name), p.Role.Or(m.Role), p.Team.Or(m.Team), p.Locale.Or(m.Locale)
		if err := withCheck(fs, m.Check()); err != nil {
			return err
		}
		if m.Team != was.Team {
			if err := teamExists(&tx.View, m.Team); err != nil {
				return err
			}
		}
		if err := keepAdmin(tx, was, m); err != nil {
			return err
		}
		changes := memberChanges(was, m)
		if len(changes) == 0 {
			return nil
		}
		m, err = tx.SaveMember(m, about(m, "member.changed", changes...))
		return err
	})
	return m, err
}

func memberChanges(was, is member.Member) (all []fact.Change) {
	for _, c := range []struct {
		field    string
		from, to any
	}{
		{"name", was.Name, is.Name}, {"role", was.Role, is.Role}, {"team", was.Team, is.Team},
		{"locale", was.Locale, is.Locale}, {"state", was.State, is.State},
	} {
		if c.from != c.to {
			all = append(all, fact.Of(c.field, c.from, c.to))
		}
	}
	return all
}

// keepAdmin is ErrLastAdmin when nobody would be left to manage.
func keepAdmin(tx *store.Tx, was, is member.Member) error {
	admin := func(m member.Member) bool { return m.Role == member.Admin && m.State == member.Active }
	if !admin(was) || admin(is) {
		return nil
	}
	if err := tx.HoldOrganisation(); err != nil {
		return err
	}
	n, err := tx.ActiveAdmins()
	if err == nil && n <= 1 {
		err = member.ErrLastAdmin
	}
	return err
}

// Disable shuts the door on a member: sessions, tokens and open links end in
// the same change. Nobody's records are lost: they keep their owner.
func (a *App) Disable(ctx context.Context, who Who, i id.Member, version int64) (m member.Member, err error) {
	err = a.write(ctx, who, member.MemberManage, func(tx *store.Tx) error {
		was, err := tx.Member(i)
		if err != nil {
			return err
		}
		if i == who.Member.ID {
			return member.ErrOneself
		}
		if was.Version != version {
			return store.ErrStale
		}
		if m, err = was.Disable(); err != nil {
			return err
		}
		if err := keepAdmin(tx, was, m); err != nil {
			return err
		}
		if m, err = tx.SaveMember(m, about(m, "member.disabled", memberChanges(was, m)...)); err != nil {
			return err
		}
		return shut(tx, m)
	})
	return m, err
}

// shut ends all ways in of a member of this organisation.
func shut(tx *store.Tx, m member.Member) error {
	if err := tx.EraseSessions(m.Login, tx.Org(), nil); err != nil {
		return err
	}
	if err := tx.EraseTokens(m.ID); err != nil {
		return err
	}
	if err := tx.ErasePending(m.Login); err != nil {
		return err
	}
	return tx.EraseLinks(m.Login)
}

// Enable opens it again.
func (a *App) Enable(ctx context.Context, who Who, i id.Member, version int64) (m member.Member, err error) {
	err = a.write(ctx, who, member.MemberManage, func(tx *store.Tx) error {
		was, err := tx.Member(i)
		if err != nil {
			return err
		}
		if was.Version != version {
			return store.ErrStale
		}
		login, err := tx.Login(was.Login)
		if err != nil {
			return err
		}
		keys, err := tx.Passkeys(was.Login)
		if err != nil {
			return err
		}
		if m, err = was.Enable(login.Password != "" || len(keys) > 0); err != nil {
			return err
		}
		m, err = tx.SaveMember(m, about(m, "member.enabled", memberChanges(was, m)...))
		return err
	})
	return m, err
}

// Profile is what members set for themselves.
type Profile struct {
	Name   opt.Of[string]
	Locale opt.Of[string]
	Theme  opt.Of[string] // light, dark; "" follows the system
	NoKeys opt.Of[bool]
}

// SaveProfile keeps what members set for themselves.
func (a *App) SaveProfile(ctx context.Context, who Who, p Profile) (m member.Member, err error) {
	fs := fault.Fields{}
	if name, ok := p.Name.Get(); ok {
		name, err = fold.Clean(name, member.MaxName)
		fs.Add("name", err)
		p.Name = opt.Some(name)
	}
	err = a.write(ctx, who, member.Self, func(tx *store.Tx) error {
		was, err := tx.Member(who.Member.ID)
		if err != nil {
			return err
		}
		m = was
		m.Name, m.Locale = p.Name.Or(m.Name), p.Locale.Or(m.Locale)
		m.Settings.Theme, m.Settings.NoKeys = p.Theme.Or(m.Settings.Theme), p.NoKeys.Or(m.Settings.NoKeys)
		if err := withCheck(fs, m.Check()); err != nil {
			return err
		}
		changes := memberChanges(was, m)
		if len(changes) == 0 && m.Settings == was.Settings {
			return nil
		}
		m, err = tx.SaveMember(m, about(m, "member.profile_changed", changes...))
		return err
	})
	return m, err
}

// MostHistory is how many facts a history shows at once.
const MostHistory = 100

// SettingHistory is what happened to a member, a team, a provider or the
// organisation itself, newest first, for who manages them.
func (a *App) SettingHistory(ctx context.Context, who Who, of id.Record, before id.Fact) (all []fact.Fact, err error) {
	err = a.peek(ctx, who, member.MemberManage, func(v *store.View) error {
		all, err = v.FactsOf(of, before, MostHistory)
		return err
	})
	if err != nil {
		return nil, err
	}
	settings := []fact.Kind{fact.Member, fact.Team, fact.Provider, fact.Organisation}
	return slices.DeleteFunc(all, func(f fact.Fact) bool { return !slices.Contains(settings, f.Kind) }), nil
}

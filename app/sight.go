package app

import (
	"context"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/contact"
	"kring/domain/member"
	"kring/store"
)

// Sight answers "why can this person see this".
type Sight struct {
	Label  string         // the record
	Member member.Member  // the person
	Scope  member.Scope   // how far their role sees among this kind
	Set    bool           // the organisation chose that scope; else it is the role's own
	Ground string         // all, own, team, or handover while it is proposed to them; "" is not at all
	By     string         // the account through which a contact is seen
	Path   []member.Group // for team: from the record's team up to the person's
	Owner  string         // whose it is
	Team   string         // to which team it belongs
}

// ErrSightKind says that the question is about accounts and contacts.
var ErrSightKind = fault.New(fault.Invalid, "sight.kind", "ask this of an account or a contact")

// WhySee tells on which ground a member sees a record, or that they do not. The
// SQL of every list says the same; a test holds the two together. Who asks must
// see the record too.
func (a *App) WhySee(ctx context.Context, who Who, m id.Member, kind fact.Kind, record id.Record) (s Sight, err error) {
	err = a.read(ctx, who, member.MemberManage, func(v *store.View) error {
		if s.Member, err = v.Member(m); err != nil {
			return err
		}
		groups, err := v.Teams()
		if err != nil {
			return err
		}
		org, err := v.Organisation()
		if err != nil {
			return err
		}
		s.Scope = scopeOf(org.Settings, s.Member.Role, kind)
		s.Set = member.Scope(org.Settings.Scopes[string(s.Member.Role)][string(kind)]).Valid() == nil
		r := member.Reach{Scope: s.Scope, Member: m, Teams: member.Below(s.Member.Team, groups)}
		var owner id.Member
		var team id.Team
		switch kind {
		case fact.Account:
			acc, err := seenAccount(v, who, id.Account(record))
			if err != nil {
				return err
			}
			s.Label, s.Ground, owner, team = acc.Name, r.Why(acc.Owner, acc.Team), acc.Owner, acc.Team
		case fact.Contact:
			c, err := seenContact(v, who, id.Contact(record))
			if err != nil {
				return err
			}
			owner = c.Owner
			if team, err = s.ofContact(v, r, c); err != nil {
				return err
			}
		default:
			return ErrSightKind
		}
		if s.Ground == "" {
			if err := s.handed(v, m, kind, record); err != nil {
				return err
			}
		}
		if !owner.IsZero() {
			o, err := v.Member(owner)
			if err != nil {
				return err
			}
			s.Owner = o.Name
		}
		for _, g := range groups {
			if g.ID == team {
				s.Team = g.Name
			}
		}
		if s.Ground == "team" {
			s.Path = climb(team, s.Member.Team, groups)
		}
		return nil
	})
	if err == nil && s.Member.State != member.Active {
		s.Ground = "" // who cannot come in sees nothing
	}
	return s, err
}

// handed: what is proposed to somebody they may read until they answered.
func (s *Sight) handed(v *store.View, m id.Member, kind fact.Kind, record id.Record) error {
	at := []contact.Link{{Account: id.Account(record)}}
	if kind == fact.Contact {
		c, err := v.Contact(id.Contact(record), everything)
		if err != nil {
			return err
		}
		at = c.Accounts
	}
	for _, l := range at {
		yes, err := v.HandedTo(l.Account, m)
		if err != nil {
			return err
		}
		if yes {
			s.Ground = "handover"
		}
	}
	return nil
}

// ofContact: a contact is seen for itself, or through an account that is.
func (s *Sight) ofContact(v *store.View, r member.Reach, c contact.Contact) (team id.Team, err error) {
	s.Label = c.Name()
	if s.Ground = r.Why(c.Owner, c.Team); s.Ground != "" {
		return c.Team, nil
	}
	team = c.Team
	for _, l := range c.Accounts {
		acc, err := v.Account(l.Account, member.Reach{Scope: member.All})
		if err != nil {
			return team, err
		}
		if s.Ground = r.Why(acc.Owner, acc.Team); s.Ground != "" {
			s.By = acc.Name
			return acc.Team, nil
		}
	}
	return team, nil
}

// climb is the way from a team up to another.
func climb(from, to id.Team, all []member.Group) (path []member.Group) {
	for range all {
		for _, g := range all {
			if g.ID == from {
				path = append(path, g)
				if g.ID == to {
					return path
				}
				from = g.Parent
				break
			}
		}
	}
	return path
}

package app

import (
	"context"
	"errors"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/domain/member"
	"kring/store"
)

// Teams lists the teams by name; Parent says where each hangs.
func (a *App) Teams(ctx context.Context, who Who) (all []member.Group, err error) {
	err = a.peek(ctx, who, member.MemberRead, func(v *store.View) error {
		all, err = v.Teams()
		return err
	})
	return all, err
}

// AddTeam makes a team, under another one or on its own.
func (a *App) AddTeam(ctx context.Context, who Who, name string, parent id.Team) (g member.Group, err error) {
	err = a.write(ctx, who, member.MemberManage, func(tx *store.Tx) error {
		if err := tx.HoldOrganisation(); err != nil {
			return err
		}
		all, err := tx.Teams()
		if err != nil || len(all) >= store.MostTeams {
			return either(err, member.ErrTeamMost)
		}
		if g, err = hung(member.Group{}, name, parent, all); err != nil {
			return err
		}
		g, err = tx.AddTeam(g, fact.Fact{Deed: "team.made"})
		return teamFault(err)
	})
	return g, err
}

// SaveTeam renames a team or hangs it elsewhere. What its members see follows
// at their next request.
func (a *App) SaveTeam(ctx context.Context, who Who, i id.Team, version int64, name string, parent id.Team) (g member.Group, err error) {
	err = a.write(ctx, who, member.MemberManage, func(tx *store.Tx) error {
		// Two moves at once could each be right and make a circle together.
		if err := tx.HoldOrganisation(); err != nil {
			return err
		}
		all, err := tx.Teams()
		if err != nil {
			return err
		}
		was, err := groupIn(all, i, version)
		if err != nil {
			return err
		}
		if g, err = hung(was, name, parent, all); err != nil {
			return err
		}
		var changes []fact.Change
		if g.Name != was.Name {
			changes = append(changes, fact.Of("name", was.Name, g.Name))
		}
		if g.Parent != was.Parent {
			changes = append(changes, fact.Of("parent", was.Parent, g.Parent))
		}
		if len(changes) == 0 {
			return nil
		}
		g, err = tx.SaveTeam(g, fact.Fact{Deed: "team.changed", Changes: changes})
		return teamFault(err)
	})
	return g, err
}

// EraseTeam removes a team to which nothing belongs any more.
func (a *App) EraseTeam(ctx context.Context, who Who, i id.Team, version int64) error {
	return a.write(ctx, who, member.MemberManage, func(tx *store.Tx) error {
		all, err := tx.Teams()
		if err != nil {
			return err
		}
		g, err := groupIn(all, i, version)
		if err != nil {
			return err
		}
		err = tx.EraseTeam(g, fact.Fact{Deed: "team.removed"})
		if errors.Is(err, store.ErrDangling) {
			return member.ErrTeamUsed
		}
		return err
	})
}

func groupIn(all []member.Group, i id.Team, version int64) (member.Group, error) {
	for _, g := range all {
		if g.ID == i {
			if g.Version != version {
				return g, store.ErrStale
			}
			return g, nil
		}
	}
	return member.Group{}, store.ErrNotFound
}

// hung is the team with its new name and place, when they are right.
func hung(g member.Group, name string, parent id.Team, all []member.Group) (member.Group, error) {
	fs := fault.Fields{}
	var err error
	g.Name, err = fold.Clean(name, member.MaxName)
	fs.Add("name", err)
	g.Parent = parent
	if !parent.IsZero() {
		if _, err := groupIn(all, parent, 0); errors.Is(err, store.ErrNotFound) {
			fs.Add("parent", member.ErrTeamParent)
		}
	}
	add(fs, g.Check(all))
	return g, fs.Err()
}

func teamFault(err error) error {
	if errors.Is(err, store.ErrTaken) {
		return fault.Field("name", member.ErrTeamTaken)
	}
	return err
}

package app

import (
	"encoding/json"
	"slices"

	"kring/base/catalogue"
	"kring/base/column"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/domain/intake"
	"kring/domain/member"
	"kring/store"
)

// teamLanding is a page of rows becoming teams. A team can stand in the file
// before the one that it hangs under, so the page is thought out as a whole.
type teamLanding struct {
	*page
	plans map[*line]*teamPlan
	all   []member.Group // that are here
}

// teamPlan is what a row makes of a team.
type teamPlan struct {
	was, now member.Group
	fresh    bool
	wrong    *intake.Problem
}

func landTeams(p *page) landing { return &teamLanding{page: p} }

// teamColumns are what a column of a file can become of a team.
func teamColumns() column.Fields {
	return column.Fields{
		{Key: "name", Kind: catalogue.Text, Words: []string{"Naam", "Team", "Teamnaam", "Afdeling", "Name", "Team name", "Department"}},
		{Key: "parent", Kind: catalogue.Text, Words: []string{"Onder", "Valt onder", "Boven", "Hoofdteam", "Hoofdafdeling", "Under", "Parent", "Parent team", "Reports to"}},
	}
}

func (s *teamLanding) draft(l *line) {
	name, err := fold.Clean(l.values["name"], member.MaxName)
	l.values["name"], l.label = name, name
	if err == nil {
		err = member.Group{Name: name}.Check(nil)
	} else {
		err = fault.Field("name", member.ErrTeamName)
	}
	l.wrong = append(l.wrong, s.in.Mapping.Wrong(err)...)
}

// look decides about every row of the page. What is refused takes those along
// that hang under it, until what is left can stand.
func (s *teamLanding) look(v *store.View) (err error) {
	if s.all, err = v.Teams(); err != nil {
		return err
	}
	s.plans = map[*line]*teamPlan{}
	for _, l := range s.lines {
		if len(l.wrong) == 0 {
			s.plan(l)
		}
	}
	for s.settle() {
	}
	return nil
}

// teamsNamed are the teams that a cell can mean: the one that is written just so,
// else those that differ in capitals and signs only.
func teamsNamed(name string, all []member.Group) (some []member.Group) {
	for _, g := range all {
		if g.Name == name {
			return []member.Group{g}
		}
		if column.Fold(g.Name) == column.Fold(name) {
			some = append(some, g)
		}
	}
	return some
}

func (s *teamLanding) plan(l *line) {
	name := l.values["name"]
	l.names = []string{known("team", column.Fold(name))}
	p, o := &teamPlan{}, s.in.Options
	here := teamsNamed(name, s.all)
	s.plans[l] = p
	again := slices.IndexFunc(s.lines, func(other *line) bool {
		return column.Fold(other.values["name"]) == column.Fold(name) && s.plans[other] != nil
	})
	switch {
	case s.lines[again] != l:
		s.wrong(l, "name", intake.ErrRepeat.With(fault.Params{"row": s.lines[again].n}))
	case len(here) > 1:
		s.wrong(l, "name", intake.ErrSeveral)
	case len(here) == 1 && o.Mode == intake.Create:
		s.wrong(l, "name", intake.ErrExists)
	case len(here) == 1:
		p.was, p.now = here[0], here[0]
	case o.Mode == intake.Update:
		s.wrong(l, "name", intake.ErrAbsent)
	default:
		p.fresh, p.now = true, member.Group{ID: id.New[id.Team](), Name: name}
	}
}

func (s *teamLanding) wrong(l *line, key string, f *fault.Fault) {
	problem := s.at(key, f)
	s.plans[l].wrong = &problem
}

// settle hangs the teams of the page under others and refuses what cannot be;
// again says that something was.
func (s *teamLanding) settle() (again bool) {
	world := s.world()
	for _, l := range s.lines {
		p := s.plans[l]
		if p == nil || p.wrong != nil || l.values["parent"] == "" {
			continue
		}
		above := teamsNamed(l.values["parent"], world)
		switch {
		case len(above) == 0:
			s.wrong(l, "parent", member.ErrTeamParent)
			again = true
		case len(above) > 1:
			s.wrong(l, "parent", intake.ErrSeveral)
			again = true
		default:
			p.now.Parent = above[0].ID
		}
	}
	if again {
		return true
	}
	world = s.world()
	for _, l := range s.lines {
		if p := s.plans[l]; p != nil && p.wrong == nil && p.now.Check(world) != nil {
			s.wrong(l, "parent", member.ErrTeamCircle)
			again = true
		}
	}
	return again
}

// world are the teams as they would be.
func (s *teamLanding) world() (all []member.Group) {
	all = slices.Clone(s.all)
	for _, l := range s.lines {
		p := s.plans[l]
		switch {
		case p == nil || p.wrong != nil:
		case p.fresh:
			all = append(all, p.now)
		default:
			all[slices.IndexFunc(all, func(g member.Group) bool { return g.ID == p.now.ID })] = p.now
		}
	}
	return all
}

func (s *teamLanding) land(l *line) {
	p := s.plans[l]
	n, again := s.seen(l.names[0])
	switch {
	case p.wrong != nil:
		s.refuse(l, *p.wrong)
		return
	case again:
		s.refuse(l, s.at("name", intake.ErrRepeat.With(fault.Params{"row": n})))
		p.wrong = &l.wrong[0]
		return
	case p.fresh && len(s.world()) > store.MostTeams:
		s.refuse(l, intake.ProblemOf(-1, member.ErrTeamMost))
		p.wrong = &l.wrong[0]
		return
	}
	s.note(l, l.names...)
	l.record = p.now.ID.Any()
	switch {
	case p.fresh:
		l.deed = intake.Created
	case p.now == p.was:
		l.deed = intake.Same
	default:
		l.deed = intake.Updated
	}
}

// write makes teams from the top down.
func (s *teamLanding) write(tx *store.Tx) error {
	there := map[id.Team]bool{{}: true}
	for _, g := range s.all {
		there[g.ID] = true
	}
	open := slices.Clone(s.lines)
	for more := true; more; {
		more = false
		for n, l := range open {
			if l == nil || l.deed != intake.Created || !there[s.plans[l].now.Parent] {
				continue
			}
			f := fact.Fact{Deed: "team.made", Why: "import", Evidence: s.evidence(l)}
			g, err := tx.AddTeam(s.plans[l].now, f)
			if err != nil {
				return teamFault(err)
			}
			s.rows = append(s.rows, intake.Row{Row: l.n, Deed: l.deed, Kind: fact.Team, Record: g.ID.Any(), Label: g.Name, Version: 1})
			there[g.ID], open[n], more = true, nil, true
		}
	}
	for _, l := range s.lines {
		if l.deed != intake.Updated {
			continue
		}
		p := s.plans[l]
		f := fact.Fact{Deed: "team.changed", Why: "import", Evidence: s.evidence(l), Changes: []fact.Change{fact.Of("parent", p.was.Parent, p.now.Parent)}}
		g, err := tx.SaveTeam(p.now, f)
		if err != nil {
			return err
		}
		rows, err := changedRows(fact.Team, []*line{l}, p.was, g.Version)
		if err != nil {
			return err
		}
		s.rows = append(s.rows, rows...)
	}
	return nil
}

// teamsBack takes back teams that an import made or moved: first they hang as
// they did, then those that are empty go, from the bottom up.
func (a *App) teamsBack(tx *store.Tx, rows []intake.Row) ([]intake.Row, error) {
	if len(rows) == 0 {
		return rows, nil
	}
	if err := tx.HoldOrganisation(); err != nil {
		return nil, err
	}
	for n, r := range rows {
		if r.Deed == intake.Created {
			continue
		}
		var err error
		if rows[n], err = teamBack(tx, r); err != nil {
			return nil, err
		}
	}
	for more := true; more; {
		more = false
		for n, r := range rows {
			if r.Undone != "" && r.Code != intake.ErrUsed.Code {
				continue
			}
			var err error
			if rows[n], err = teamGone(tx, r); err != nil {
				return nil, err
			}
			more = more || rows[n].Undone == "erased"
		}
	}
	return rows, nil
}

// teamBack hangs a team where it was.
func teamBack(tx *store.Tx, r intake.Row) (intake.Row, error) {
	var was member.Group
	if err := json.Unmarshal(r.Before, &was); err != nil {
		return r, err
	}
	all, err := tx.Teams()
	if err != nil {
		return r, err
	}
	g, err := groupIn(all, id.Team(r.Record), r.Version)
	if err != nil {
		return keep(r, intake.ErrChanged), nil //nolint:nilerr // gone, or changed by somebody
	}
	next, err := hung(g, g.Name, was.Parent, all)
	if err != nil { // where it hung is gone, or hangs under it
		return keep(r, intake.ErrChanged), nil //nolint:nilerr // it stays where it is
	}
	f := undone
	f.Deed, f.Changes = "team.changed", []fact.Change{fact.Of("parent", g.Parent, next.Parent)}
	_, err = tx.SaveTeam(next, f)
	r.Undone = "restored"
	return r, err
}

// teamGone erases a team that the import made, unless somebody changed it or
// something belongs to it.
func teamGone(tx *store.Tx, r intake.Row) (intake.Row, error) {
	all, err := tx.Teams()
	if err != nil {
		return r, err
	}
	r.Undone, r.Code = "erased", ""
	i := slices.IndexFunc(all, func(g member.Group) bool { return g.ID.Any() == r.Record })
	if i < 0 {
		return r, nil
	}
	if all[i].Version != r.Version {
		return keep(r, intake.ErrChanged), nil
	}
	used, err := tx.TeamUsed(all[i].ID)
	if err != nil || used {
		return keep(r, intake.ErrUsed), err
	}
	f := undone
	f.Deed = "team.removed"
	return r, tx.EraseTeam(all[i], f)
}

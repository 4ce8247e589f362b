package desk

import (
	"net/http"
	"strconv"
	"strings"

	"kring/base/id"
	"kring/domain/member"
	"kring/look"
)

func (d *Desk) teamRoutes() {
	d.member("GET /settings/teams", teamsPage)
	d.member("POST /settings/teams", addTeam)
	d.member("POST /settings/teams/{team}", saveTeam)
	d.member("POST /settings/teams/{team}/removal", eraseTeam)
}

// branch is a team with its place in the tree.
type branch struct {
	Group member.Group
	Depth int
}

// tree lists the teams each behind the one above it.
func tree(all []member.Group) (out []branch) {
	var walk func(id.Team, int)
	walk = func(above id.Team, depth int) {
		for _, g := range all {
			if g.Parent == above && depth < 20 {
				out = append(out, branch{g, depth})
				walk(g.ID, depth+1)
			}
		}
	}
	walk(id.Team{}, 0)
	return out
}

// teamsForm is the tree of teams and what can be done to it.
type teamsForm struct {
	settingPage
	Teams      []teamLine
	Name, Over string
	Parents    []look.Option
	Said       map[string]map[string]string // team, or "" for a new one
}

type teamLine struct {
	ID, Name, Version, Parent string
	Depth                     int
	Parents                   []look.Option
	Members                   []string
}

func teamsPage(v *visit) error {
	if err := v.may(member.MemberManage); err != nil {
		return err
	}
	return v.showTeams(http.StatusOK, teamsForm{})
}

func (v *visit) showTeams(code int, f teamsForm) error {
	groups, err := v.app.Teams(v.r.Context(), v.who)
	if err != nil {
		return err
	}
	people, err := v.app.Members(v.r.Context(), v.who)
	if err != nil {
		return err
	}
	f.settingPage = v.setting("teams", "")
	if f.Parents, err = v.teamOptions(id.Team{}); err != nil {
		return err
	}
	for _, b := range tree(groups) {
		l := teamLine{ID: b.Group.ID.String(), Name: b.Group.Name, Version: strconv.FormatInt(b.Group.Version, 10), Parent: b.Group.Parent.String(), Depth: b.Depth}
		if l.Parents, err = v.teamOptions(b.Group.ID); err != nil {
			return err
		}
		for _, m := range people {
			if m.Team == b.Group.ID && m.State != member.Disabled {
				l.Members = append(l.Members, m.Name)
			}
		}
		f.Teams = append(f.Teams, l)
	}
	return v.show(code, teamsView(f))
}

func addTeam(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	_, err = v.app.AddTeam(v.r.Context(), v.who, form.Get("name"), teamID(form.Get("parent")))
	if said, code := v.inline(err, member.ErrTeamMost); said != nil {
		return v.showTeams(code, teamsForm{Name: form.Get("name"), Over: form.Get("parent"), Said: map[string]map[string]string{"": said}})
	}
	if err != nil {
		return err
	}
	return v.saved("team.made", "/settings/teams")
}

func (v *visit) teamID() (id.Team, error) {
	i, err := pathID[id.Team](v, "team")
	if err != nil {
		return i, err
	}
	return i, nil
}

func saveTeam(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	i, err := v.teamID()
	if err != nil {
		return err
	}
	_, err = v.app.SaveTeam(v.r.Context(), v.who, i, version(form.Get("version")), form.Get("name"), teamID(form.Get("parent")))
	if said, code := v.inline(err, errStale); said != nil {
		return v.showTeams(code, teamsForm{Said: map[string]map[string]string{i.String(): said}})
	}
	if err != nil {
		return err
	}
	return v.saved("setting.saved", "/settings/teams")
}

func eraseTeam(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	i, err := v.teamID()
	if err != nil {
		return err
	}
	err = v.app.EraseTeam(v.r.Context(), v.who, i, version(form.Get("version")))
	if said, code := v.inline(err, errStale, member.ErrTeamUsed); said != nil {
		return v.showTeams(code, teamsForm{Said: map[string]map[string]string{i.String(): said}})
	}
	if err != nil {
		return err
	}
	return v.saved("team.removed", "/settings/teams")
}

// depthClass bounds how far a team is drawn in.
func depthClass(depth int) string { return strconv.Itoa(min(depth, 6)) }

func joined(names []string) string { return strings.Join(names, ", ") }

package api

import (
	"context"
	"net/http"

	"kring/app"
	"kring/base/fact"
	"kring/base/id"
	"kring/base/opt"
	"kring/domain/member"
)

// memberOut is a member as the API shows it.
type memberOut struct {
	member.Member
	Created instant `json:"created_at" readOnly:"true"`
}

func showMember(m member.Member) memberOut { return memberOut{m, instant(m.CreatedAt)} }

// invitation is whom to invite, as what.
type invitation struct {
	Name   string      `json:"name"`
	Email  string      `json:"email"`
	Role   member.Role `json:"role"`
	Team   id.Team     `json:"team,omitzero"`
	Locale string      `json:"locale,omitempty" doc:"nl or en; the organisation's when it is left out"`
}

// invitedOut is the member and what opens the door to them, once.
type invitedOut struct {
	Member memberOut `json:"member"`
	Secret string    `json:"secret" doc:"opens /welcome/{secret} once, for seven days; shown here and never again"`
}

// teamDraft is what is filled in for a new team.
type teamDraft struct {
	Name   string  `json:"name"`
	Parent id.Team `json:"parent,omitzero" doc:"the team that this one is under"`
}

// teamPatch is what is changed of a team.
type teamPatch struct {
	Name   opt.Of[string]  `json:"name,omitzero"`
	Parent opt.Of[id.Team] `json:"parent,omitzero"`
}

// meOut is who the caller is and what they may.
type meOut struct {
	Member       memberOut               `json:"member"`
	Organisation orgOut                  `json:"organisation"`
	Rights       []member.Right          `json:"rights" doc:"what the caller may do"`
	Scopes       map[string]member.Scope `json:"scopes" doc:"how far the caller sees, by kind of record: own, team or all"`
}

type orgOut struct {
	ID      id.Org `json:"id"`
	Name    string `json:"name"`
	Locale  string `json:"locale"`
	Zone    string `json:"zone"`
	Country string `json:"country"`
}

func memberOperations() []operation {
	return []operation{
		{
			method: http.MethodGet, path: "/me", name: "get_me", tag: "Members", right: member.Self, status: http.StatusOK, out: meOut{},
			title: "Read who the caller is", about: "The member whose token this is, with their rights.", do: me,
		},
		{
			method: http.MethodGet, path: "/members", name: "list_members", tag: "Members", right: member.MemberRead, status: http.StatusOK, out: listOf[memberOut]{},
			title: "List the members", about: "All of them, invited and disabled ones too.", do: listMembers,
		},
		{
			method: http.MethodPost, path: "/members", name: "invite_member", tag: "Members", right: member.MemberManage, status: http.StatusCreated, in: invitation{}, out: invitedOut{}, tagged: true,
			title: "Invite a member", about: "They come in by a link for one use. Asked again under the same Idempotency-Key, the answer has no secret: it is kept nowhere.", do: invite,
		},
		{
			method: http.MethodGet, path: "/members/{id}", name: "get_member", tag: "Members", right: member.MemberRead, status: http.StatusOK, out: memberOut{}, tagged: true,
			title: "Read a member", do: func(c *call) (answer, error) { return oneMember(c, false, c.readMember) },
		},
		{
			method: http.MethodPatch, path: "/members/{id}", name: "change_member", tag: "Members", right: member.MemberManage, status: http.StatusOK, in: app.MemberPatch{}, out: memberOut{},
			tagged: true, guarded: true, title: "Change a member", do: changeMember,
		},
		{
			method: http.MethodPost, path: "/members/{id}/disablement", name: "disable_member", tag: "Members", right: member.MemberManage, status: http.StatusOK, out: memberOut{},
			tagged: true, guarded: true, title: "Shut the door on a member", about: "Sessions and tokens end at once; their records stay.",
			do: func(c *call) (answer, error) { return oneMember(c, true, c.app.Disable) },
		},
		{
			method: http.MethodDelete, path: "/members/{id}/disablement", name: "enable_member", tag: "Members", right: member.MemberManage, status: http.StatusOK, out: memberOut{},
			tagged: true, guarded: true, title: "Open the door to a member again", do: func(c *call) (answer, error) { return oneMember(c, true, c.app.Enable) },
		},
		{
			method: http.MethodGet, path: "/teams", name: "list_teams", tag: "Teams", right: member.MemberRead, status: http.StatusOK, out: listOf[member.Group]{},
			title: "List the teams", do: listTeams,
		},
		{
			method: http.MethodPost, path: "/teams", name: "add_team", tag: "Teams", right: member.MemberManage, status: http.StatusCreated, in: teamDraft{}, out: member.Group{}, tagged: true,
			title: "Add a team", do: addTeam,
		},
		{
			method: http.MethodGet, path: "/teams/{id}", name: "get_team", tag: "Teams", right: member.MemberRead, status: http.StatusOK, out: member.Group{}, tagged: true,
			title: "Read a team", do: getTeam,
		},
		{
			method: http.MethodPatch, path: "/teams/{id}", name: "change_team", tag: "Teams", right: member.MemberManage, status: http.StatusOK, in: teamPatch{}, out: member.Group{},
			tagged: true, guarded: true, title: "Change a team", do: changeTeam,
		},
		{
			method: http.MethodDelete, path: "/teams/{id}", name: "erase_team", tag: "Teams", right: member.MemberManage, status: http.StatusNoContent, guarded: true,
			title: "Remove a team", about: "One to which nothing belongs any more.", do: eraseTeam,
		},
	}
}

func me(c *call) (answer, error) {
	m := meOut{Member: showMember(c.who.Member), Rights: []member.Right{}, Scopes: map[string]member.Scope{}}
	s := c.who.Org.Settings
	m.Organisation = orgOut{c.who.Org.ID, c.who.Org.Name, s.Locale, s.Zone, s.Country}
	for _, r := range member.Rights {
		if c.who.Can(r) {
			m.Rights = append(m.Rights, r)
		}
	}
	for _, kind := range []fact.Kind{fact.Account, fact.Contact} {
		m.Scopes[string(kind)] = c.who.Scope(kind)
	}
	return show(http.StatusOK, m)
}

func listMembers(c *call) (answer, error) {
	all, err := c.app.Members(c.r.Context(), c.who)
	if err != nil {
		return answer{}, err
	}
	page := listOf[memberOut]{Items: []memberOut{}}
	for _, m := range all {
		page.Items = append(page.Items, showMember(m))
	}
	return show(http.StatusOK, page)
}

func invite(c *call) (answer, error) {
	in, err := take[invitation](c)
	if err != nil {
		return answer{}, err
	}
	m, secret, err := c.app.Invite(c.r.Context(), c.who, app.Invitation{Name: in.Name, Email: in.Email, Role: in.Role, Team: in.Team, Locale: in.Locale})
	if err != nil {
		return answer{}, err
	}
	kept, err := show(http.StatusCreated, invitedOut{Member: showMember(m)})
	if err != nil {
		return answer{}, err
	}
	a, err := show(http.StatusCreated, invitedOut{showMember(m), secret})
	a.kept, a.version, a.location = kept.body, m.Version, base+"/members/"+m.ID.String()
	return a, err
}

// readMember is Member in the form of the changes; nothing is compared.
func (c *call) readMember(ctx context.Context, who app.Who, i id.Member, _ int64) (member.Member, error) {
	return c.app.Member(ctx, who, i)
}

// oneMember does something to the member of the path. app wants the version
// that stands; without If-Match it is read in the same change.
func oneMember(c *call, change bool, do func(context.Context, app.Who, id.Member, int64) (member.Member, error)) (answer, error) {
	i, err := named[id.Member](c, "id")
	if err != nil {
		return answer{}, err
	}
	var m member.Member
	if !change {
		m, err = do(c.r.Context(), c.who, i, 0)
	} else {
		err = c.standing(func(ctx context.Context) (int64, error) {
			m, err := c.app.Member(ctx, c.who, i)
			return m.Version, err
		}, func(ctx context.Context, version int64) (err error) {
			m, err = do(ctx, c.who, i, version)
			return err
		})
	}
	if err != nil {
		return answer{}, err
	}
	a, err := show(http.StatusOK, showMember(m))
	a.version = m.Version
	return a, err
}

// standing runs a change for which app wants a version: If-Match, else the one
// that stands.
func (c *call) standing(read func(context.Context) (int64, error), change func(context.Context, int64) error) error {
	if !c.who.Can(c.op.right) { // before the read says whether it is there
		return app.ErrDenied
	}
	version, err := c.match()
	if err != nil {
		return err
	}
	return c.app.Together(c.r.Context(), c.who, func(ctx context.Context) error {
		version := version
		if version == 0 {
			var err error
			if version, err = read(ctx); err != nil {
				return err
			}
		}
		return change(ctx, version)
	})
}

func changeMember(c *call) (answer, error) {
	p, err := take[app.MemberPatch](c)
	if err != nil {
		return answer{}, err
	}
	return oneMember(c, true, func(ctx context.Context, who app.Who, i id.Member, version int64) (member.Member, error) {
		return c.app.ChangeMember(ctx, who, i, version, p)
	})
}

func listTeams(c *call) (answer, error) {
	all, err := c.app.Teams(c.r.Context(), c.who)
	if err != nil {
		return answer{}, err
	}
	return show(http.StatusOK, every(all))
}

func (c *call) team(ctx context.Context, i id.Team) (member.Group, error) {
	all, err := c.app.Teams(ctx, c.who)
	if err != nil {
		return member.Group{}, err
	}
	for _, g := range all {
		if g.ID == i {
			return g, nil
		}
	}
	return member.Group{}, errNotFound
}

func showTeam(status int, g member.Group) (answer, error) {
	a, err := show(status, g)
	a.version = g.Version
	return a, err
}

func getTeam(c *call) (answer, error) {
	i, err := named[id.Team](c, "id")
	if err != nil {
		return answer{}, err
	}
	g, err := c.team(c.r.Context(), i)
	if err != nil {
		return answer{}, err
	}
	return showTeam(http.StatusOK, g)
}

func addTeam(c *call) (answer, error) {
	d, err := take[teamDraft](c)
	if err != nil {
		return answer{}, err
	}
	g, err := c.app.AddTeam(c.r.Context(), c.who, d.Name, d.Parent)
	if err != nil {
		return answer{}, err
	}
	a, err := showTeam(http.StatusCreated, g)
	a.location = base + "/teams/" + g.ID.String()
	return a, err
}

func changeTeam(c *call) (answer, error) {
	i, err := named[id.Team](c, "id")
	if err != nil {
		return answer{}, err
	}
	p, err := take[teamPatch](c)
	if err != nil {
		return answer{}, err
	}
	var g member.Group
	err = c.standing(func(ctx context.Context) (int64, error) {
		g, err := c.team(ctx, i)
		return g.Version, err
	}, func(ctx context.Context, version int64) (err error) {
		was, err := c.team(ctx, i)
		if err != nil {
			return err
		}
		g, err = c.app.SaveTeam(ctx, c.who, i, version, p.Name.Or(was.Name), p.Parent.Or(was.Parent))
		return err
	})
	if err != nil {
		return answer{}, err
	}
	return showTeam(http.StatusOK, g)
}

func eraseTeam(c *call) (answer, error) {
	i, err := named[id.Team](c, "id")
	if err != nil {
		return answer{}, err
	}
	err = c.standing(func(ctx context.Context) (int64, error) {
		g, err := c.team(ctx, i)
		return g.Version, err
	}, func(ctx context.Context, version int64) error { return c.app.EraseTeam(ctx, c.who, i, version) })
	return answer{status: http.StatusNoContent}, err
}

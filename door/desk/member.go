package desk

import (
	"github.com/a-h/templ"
	"net/http"
	"strconv"
	"strings"

	"kring/app"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/opt"
	"kring/domain/entry"
	"kring/domain/member"
	"kring/look"
	"kring/look/words"
)

func (d *Desk) memberRoutes() {
	d.member("GET /settings/members", membersPage)
	d.member("GET /settings/members/new", invitePage)
	d.member("POST /settings/members", invite)
	d.member("GET /settings/members/{member}", memberPage)
	d.member("POST /settings/members/{member}", changeMember)
	d.member("POST /settings/members/{member}/link", memberLink)
	d.member("POST /settings/members/{member}/disabling", disableMember)
	d.member("POST /settings/members/{member}/enabling", enableMember)
	d.member("POST /settings/members/{member}/unlocking", unlockMember)
	d.member("POST /settings/members/{member}/tokens/{id}/revocation", revokeMember)
}

// errStale says that a form was filled in beside somebody else's change.
var errStale = fault.New(fault.Conflict, "stale", "someone changed this meanwhile")

// membersForm lists who works here.
type membersForm struct {
	settingPage
	Table look.Table
	Count int
}

func membersPage(v *visit) error {
	if err := v.may(member.MemberManage); err != nil {
		return err
	}
	all, err := v.app.Members(v.r.Context(), v.who)
	if err != nil {
		return err
	}
	teams, err := v.app.Teams(v.r.Context(), v.who)
	if err != nil {
		return err
	}
	names := map[id.Team]string{}
	for _, g := range teams {
		names[g.ID] = g.Name
	}
	t := v.words.T
	f := membersForm{settingPage: v.setting("members", ""), Count: len(all)}
	f.Actions = []templ.Component{look.Button{Label: t("member.invite"), Icon: "user-plus", Kind: look.Primary, Href: "/settings/members/new"}}
	f.Table = look.Table{ID: "members", Label: t("setting.members"), Plain: true, Columns: []look.Column{
		{Key: "name", Label: t("setting.name"), Phone: look.PhoneTitle, Grow: true},
		{Key: "role", Label: t("setting.role"), Phone: look.PhoneSub},
		{Key: "team", Label: t("setting.team")},
		{Key: "state", Label: t("member.state"), Phone: look.PhoneEnd},
	}}
	for _, m := range all {
		href := "/settings/members/" + m.ID.String()
		f.Table.Rows = append(f.Table.Rows, look.Row{ID: m.ID.String(), Name: m.Name, Href: href, Muted: m.State == member.Disabled, Cells: []look.Cell{
			{Text: m.Name, Href: href, Lead: look.Avatar{Name: m.Name, Size: 22}},
			{Text: t("role." + string(m.Role))}, {Text: names[m.Team]}, {Content: v.stateChip(m.State)},
		}})
	}
	return v.show(http.StatusOK, membersView(f))
}

func (v *visit) stateChip(s member.State) look.Chip {
	tone := map[member.State]string{member.Active: look.Good, member.Invited: look.Warn, member.Disabled: look.Bad}[s]
	return look.Chip{Label: v.words.T("member.state_" + string(s)), Tone: tone}
}

// inviteForm is an invitation being written; Link is shown once.
type inviteForm struct {
	settingPage
	Name, Email, Role, Team, Locale string
	Roles, Teams, Locales           []look.Option
	Link, Hint, Next                string
	Said                            map[string]string
}

func invitePage(v *visit) error {
	if err := v.may(member.MemberManage); err != nil {
		return err
	}
	return v.showInvite(http.StatusOK, inviteForm{Role: string(member.AccountManager), Locale: v.who.Org.Settings.Locale})
}

func (v *visit) showInvite(code int, f inviteForm) (err error) {
	f.settingPage = v.setting("members", v.words.T("member.invite_title"))
	f.Lead = v.words.T("member.invite_lead")
	f.Roles, f.Locales = v.roles(), locales(v)
	if f.Teams, err = v.teamOptions(id.Team{}); err != nil {
		return err
	}
	return v.show(code, inviteView(f))
}

func (v *visit) roles() (all []look.Option) {
	for _, r := range member.Roles {
		all = append(all, look.Option{Value: string(r), Label: v.words.T("role." + string(r))})
	}
	return all
}

// teamOptions are the teams, each behind those above it; without is left out,
// with all below it.
func (v *visit) teamOptions(without id.Team) (all []look.Option, err error) {
	groups, err := v.app.Teams(v.r.Context(), v.who)
	if err != nil {
		return nil, err
	}
	out := map[id.Team]bool{}
	for _, t := range member.Below(without, groups) {
		out[t] = true
	}
	for _, n := range tree(groups) {
		if !out[n.Group.ID] {
			all = append(all, look.Option{Value: n.Group.ID.String(), Label: strings.Repeat("– ", n.Depth) + n.Group.Name})
		}
	}
	return all, nil
}

func teamID(s string) id.Team {
	if s == "" {
		return id.Team{}
	}
	t, err := id.Parse[id.Team](s)
	if err != nil {
		return id.New[id.Team]() // names no team: refused with the field
	}
	return t
}

func invite(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	f := inviteForm{Name: form.Get("name"), Email: form.Get("email"), Role: form.Get("role"), Team: form.Get("team"), Locale: form.Get("locale")}
	m, secret, err := v.app.Invite(v.r.Context(), v.who, app.Invitation{Name: f.Name, Email: f.Email, Role: member.Role(f.Role), Team: teamID(f.Team), Locale: f.Locale})
	if said, code := v.inline(err); said != nil {
		f.Said = said
		return v.showInvite(code, f)
	}
	if err != nil {
		return err
	}
	f = inviteForm{Role: f.Role, Team: f.Team, Locale: f.Locale, Link: v.linkAddress(secret), Next: "/settings/members/" + m.ID.String()}
	f.Hint = v.words.Tf("member.invited", words.P{"name": m.Name})
	return v.showInvite(http.StatusOK, f)
}

func (v *visit) linkAddress(secret string) string {
	return v.app.Base(v.origin()) + app.LinkPath + secret
}

// memberForm is one member's page.
type memberForm struct {
	settingPage
	ID, Version              string
	Member                   member.Member
	Name, Role, Team, Locale string
	Roles, Teams, Locales    []look.Option
	State                    look.Chip
	Link, Hint               string
	Myself                   bool
	Tokens                   []tokenLine
	History                  []pastChange
	Ask                      string
	Sights                   []sightLine
	Asked                    bool
	Said                     map[string]string
}

// sightLine answers why somebody sees one record.
type sightLine struct {
	Label, Href, Kind, Why string
	Sees                   bool
}

func (v *visit) memberID() (id.Member, error) {
	i, err := pathID[id.Member](v, "member")
	if err != nil {
		return i, err
	}
	return i, nil
}

func memberPage(v *visit) error {
	if err := v.may(member.MemberManage); err != nil {
		return err
	}
	return v.showMember(http.StatusOK, memberForm{Ask: strings.TrimSpace(v.r.URL.Query().Get("record"))}, true)
}

// showMember shows a member's page; fresh takes the fields from the member,
// else what was typed stays.
func (v *visit) showMember(code int, f memberForm, fresh bool) error {
	i, err := v.memberID()
	if err != nil {
		return err
	}
	ctx := v.r.Context()
	if f.Member, err = v.app.Member(ctx, v.who, i); err != nil {
		return err
	}
	m := f.Member
	if fresh {
		f.Name, f.Role, f.Team, f.Locale = m.Name, string(m.Role), m.Team.String(), m.Locale
	}
	f.ID, f.Version, f.State, f.Myself = m.ID.String(), strconv.FormatInt(m.Version, 10), v.stateChip(m.State), m.ID == v.who.Member.ID
	f.settingPage = v.setting("members", m.Name)
	f.Lead = m.Email
	f.Roles, f.Locales = v.roles(), locales(v)
	if f.Teams, err = v.teamOptions(id.Team{}); err != nil {
		return err
	}
	if f.Tokens, err = v.tokensOf(i); err != nil {
		return err
	}
	facts, err := v.app.SettingHistory(ctx, v.who, i.Any(), noFact)
	if err != nil {
		return err
	}
	f.History = v.past(facts)
	if f.Ask != "" {
		f.Asked = true
		if f.Sights, err = v.sights(i, f.Ask); err != nil {
			return err
		}
	}
	return v.show(code, memberView(f))
}

// mostSights is how many records one question answers about.
const mostSights = 8

func (v *visit) sights(m id.Member, asked string) (all []sightLine, err error) {
	hits, err := v.app.Search(v.r.Context(), v.who, asked, mostSights)
	if err != nil {
		return nil, err
	}
	for _, h := range hits {
		if len(all) == mostSights {
			break
		}
		s, err := v.app.WhySee(v.r.Context(), v.who, m, h.Kind, h.ID)
		if err != nil {
			return nil, err
		}
		href := "/" + string(h.Kind) + "s/" + h.ID.String()
		all = append(all, sightLine{Label: s.Label, Href: href, Kind: v.words.T("sight.kind_" + string(h.Kind)), Why: v.sight(s, h.Kind), Sees: s.Ground != ""})
	}
	return all, nil
}

// sight is the reason in one sentence.
func (v *visit) sight(s app.Sight, kind fact.Kind) string {
	p := words.P{"name": s.Member.Name, "role": v.words.T("role." + string(s.Member.Role)), "by": s.By}
	key := "sight." + s.Ground
	switch {
	case s.Member.State != member.Active:
		key = "sight.not_in"
	case s.Ground == "":
		key = "sight.none_" + string(s.Scope)
	case s.Ground == "all" && s.Set:
		key = "sight.all_set"
	case s.Ground == "team":
		var path []string
		for _, g := range s.Path {
			path = append(path, g.Name)
		}
		p["path"] = strings.Join(path, " → ")
	}
	text := v.words.Tf(key, p)
	switch {
	case s.By != "" && s.Ground != "":
		text += " " + v.words.Tf("sight.by", p)
	case s.Ground == "" && s.Owner != "" && s.Member.State == member.Active:
		p["owner"], p["team"] = s.Owner, s.Team
		key := "sight.belongs"
		if s.Team == "" {
			key = "sight.belongs_no_team"
		}
		text += " " + v.words.Tf(key, p)
	}
	return text
}

func changeMember(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	i, err := v.memberID()
	if err != nil {
		return err
	}
	f := memberForm{Name: form.Get("name"), Role: form.Get("role"), Team: form.Get("team"), Locale: form.Get("locale")}
	m, err := v.app.ChangeMember(v.r.Context(), v.who, i, version(form.Get("version")), app.MemberPatch{
		Name: opt.Some(f.Name), Role: opt.Some(member.Role(f.Role)), Team: opt.Some(teamID(f.Team)), Locale: opt.Some(f.Locale),
	})
	if said, code := v.inline(err, errStale, member.ErrLastAdmin); said != nil {
		f.Said = said
		return v.showMember(code, f, false)
	}
	if err != nil {
		return err
	}
	return v.saved("setting.saved", "/settings/members/"+m.ID.String())
}

// onMember does a deed to the member of this page.
func (v *visit) onMember(key string, do func(id.Member, int64) (member.Member, error)) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	i, err := v.memberID()
	if err != nil {
		return err
	}
	m, err := do(i, version(form.Get("version")))
	if said, code := v.inline(err, errStale, member.ErrLastAdmin, member.ErrOneself, member.ErrSettled, entry.ErrShared, entry.ErrTwoStep); said != nil {
		return v.showMember(code, memberForm{Said: said}, true)
	}
	if err != nil {
		return err
	}
	return v.saved(key, "/settings/members/"+i.String(), words.P{"name": m.Name})
}

func disableMember(v *visit) error {
	return v.onMember("member.disabled", func(i id.Member, version int64) (member.Member, error) {
		return v.app.Disable(v.r.Context(), v.who, i, version)
	})
}

func enableMember(v *visit) error {
	return v.onMember("member.enabled", func(i id.Member, version int64) (member.Member, error) {
		return v.app.Enable(v.r.Context(), v.who, i, version)
	})
}

func unlockMember(v *visit) error {
	return v.onMember("member.unlocked", func(i id.Member, _ int64) (member.Member, error) {
		if err := v.app.DropSecondStep(v.r.Context(), v.who, i); err != nil {
			return member.Member{}, err
		}
		return v.app.Member(v.r.Context(), v.who, i)
	})
}

// memberLink makes a new invitation or a reset, whichever fits, and shows it
// once.
func memberLink(v *visit) error {
	i, err := v.memberID()
	if err != nil {
		return err
	}
	m, err := v.app.Member(v.r.Context(), v.who, i)
	if err != nil {
		return err
	}
	make, hint := v.app.Reset, "member.reset_made"
	if m.State == member.Invited {
		make, hint = v.app.InviteAgain, "member.invited"
	}
	secret, err := make(v.r.Context(), v.who, i)
	if said, code := v.inline(err, entry.ErrShared, member.ErrNotIn, member.ErrAccepted); said != nil {
		return v.showMember(code, memberForm{Said: said}, true)
	}
	if err != nil {
		return err
	}
	return v.showMember(http.StatusOK, memberForm{Link: v.linkAddress(secret), Hint: v.words.Tf(hint, words.P{"name": m.Name})}, true)
}

func revokeMember(v *visit) error {
	i, err := v.memberID()
	if err != nil {
		return err
	}
	return v.revoke(i, "/settings/members/"+i.String())
}

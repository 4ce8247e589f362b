package desk

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"kring/app"
	"kring/base/fact"
	"kring/base/opt"
	"kring/domain/member"
	"kring/domain/organisation"
	"kring/look"
	"kring/look/words"
)

// settingPlaces is the second list of the settings, in order; a right that is
// missing leaves a place out. Words: setting.<key>.
var settingPlaces = []struct {
	key, href, icon, group string
	right                  member.Right
}{
	{"profile", "/settings/profile", "circle-user", "self", member.Self},
	{"security", "/settings/security", "shield-check", "self", member.Self},
	{"tokens", "/settings/tokens", "key", "self", member.Self},
	{"organisation", "/settings/organisation", "building", "house", member.SettingManage},
	{"seller", "/settings/seller", "receipt-text", "house", member.SettingManage},
	{"definition", "/settings/definition", "scale", "house", member.OrderRead},
	{"members", "/settings/members", "users", "house", member.MemberManage},
	{"teams", "/settings/teams", "users-round", "house", member.MemberManage},
	{"roles", "/settings/roles", "eye", "house", member.SettingManage},
	{"providers", "/settings/providers", "log-in", "house", member.SettingManage},
	{"pipelines", "/settings/pipelines", "kanban", "records", member.PipelineSet},
	{"fields", "/settings/fields", "columns-3", "records", member.FieldManage},
	{"tags", "/settings/tags", "tags", "records", member.TagWrite},
	{"questions", "/settings/questions", "messages-square", "house", member.QuestionSet},
	{"forms", "/settings/forms", "inbox", "records", member.LeadSet},
	{"webhooks", "/settings/webhooks", "webhook", "watch", member.WebhookManage},
	{"jobs", "/settings/jobs", "list-checks", "watch", member.SettingManage},
	{"audit", "/settings/audit", "history", "watch", member.FactRead},
}

func (d *Desk) settingRoutes() {
	d.member("GET /settings", func(v *visit) error { return v.to("/settings/profile") })
	d.member("GET /settings/profile", profilePage)
	d.member("POST /settings/profile", saveProfile)
	d.member("GET /settings/organisation", organisationPage)
	d.member("POST /settings/organisation", saveOrganisation)
	d.member("GET /settings/seller", sellerPage)
	d.member("POST /settings/seller", saveSeller)
	d.member("GET /settings/roles", rolesPage)
	d.member("POST /settings/roles", saveRoles)
	d.definitionRoutes()
	d.securityRoutes()
	d.tokenRoutes()
	d.memberRoutes()
	d.teamRoutes()
	d.providerRoutes()
	d.pipelineRoutes()
	d.fieldRoutes()
	d.tagRoutes()
	d.webhookRoutes()
	d.jobRoutes()
	d.auditRoutes()
}

// settingPage is the frame of a settings page with its second list.
type settingPage struct {
	look.Frame
	Groups []look.NavGroup
	Lead   string
}

// setting is the frame of the settings page with this key; title is the page's
// own, the key's word when "".
func (v *visit) setting(key, title string) settingPage {
	t := v.words.T
	if title == "" {
		title = t("setting." + key)
	}
	p := settingPage{Frame: v.frame(title, "/settings")}
	p.Crumbs = []look.Crumb{{Label: t("nav.settings"), Href: "/settings"}, {Label: title}}
	for _, s := range settingPlaces {
		if !v.who.Can(s.right) {
			continue
		}
		label := t("setting.group_" + s.group)
		if n := len(p.Groups); n == 0 || p.Groups[n-1].Label != label {
			p.Groups = append(p.Groups, look.NavGroup{Label: label})
		}
		g := &p.Groups[len(p.Groups)-1]
		g.Items = append(g.Items, look.NavItem{Label: t("setting." + s.key), Icon: s.icon, Href: s.href, Current: s.key == key})
		if s.key == key && title != t("setting."+key) {
			p.Crumbs = []look.Crumb{p.Crumbs[0], {Label: t("setting." + key), Href: s.href}, {Label: title}}
		}
	}
	if v.words.Has("setting." + key + "_lead") {
		p.Lead = t("setting." + key + "_lead")
	}
	return p
}

// may stops a page that a member's role does not have; app says so too.
func (v *visit) may(r member.Right) error {
	if !v.who.Can(r) {
		return app.ErrDenied
	}
	return nil
}

// saved says what was done and goes on.
func (v *visit) saved(key, to string, p ...words.P) error {
	text := v.words.T(key)
	if len(p) > 0 {
		text = v.words.Tf(key, p[0])
	}
	v.toast(look.Toast{Text: text})
	return v.to(to)
}

func version(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return -1 // fits nothing: the answer is a conflict
	}
	return n
}

func locales(v *visit) []look.Option {
	return []look.Option{{Value: "nl", Label: v.words.T("entry.lang_nl")}, {Value: "en", Label: v.words.T("entry.lang_en")}}
}

// profileForm is what members set for themselves.
type profileForm struct {
	settingPage
	Name, Locale, Theme string
	Keys                bool
	Email, Role, Team   string
	Locales             []look.Option
	Said                map[string]string
}

func profilePage(v *visit) error {
	m := v.who.Member
	return v.showProfile(http.StatusOK, profileForm{Name: m.Name, Locale: v.who.Locale(), Theme: m.Settings.Theme, Keys: !m.Settings.NoKeys})
}

func (v *visit) showProfile(code int, f profileForm) error {
	f.settingPage, f.Locales = v.setting("profile", ""), locales(v)
	f.Email, f.Role = v.who.Member.Email, v.words.T("role."+string(v.who.Member.Role))
	teams, err := v.app.Teams(v.r.Context(), v.who)
	if err != nil {
		return err
	}
	for _, g := range teams {
		if g.ID == v.who.Member.Team {
			f.Team = g.Name
		}
	}
	return v.show(code, profileView(f))
}

func saveProfile(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	keys := form.Get("keys") != ""
	m, err := v.app.SaveProfile(v.r.Context(), v.who, app.Profile{
		Name: opt.Some(form.Get("name")), Locale: opt.Some(form.Get("locale")), Theme: opt.Some(form.Get("theme")), NoKeys: opt.Some(!keys),
	})
	if said, code := v.inline(err); said != nil {
		return v.showProfile(code, profileForm{Name: form.Get("name"), Locale: form.Get("locale"), Theme: form.Get("theme"), Keys: keys, Said: said})
	}
	if err != nil {
		return err
	}
	v.themeCookie(m.Settings.Theme)
	v.words = words.For(m.Locale, sector(v.who.Org.Settings.Word))
	return v.saved("setting.saved", "/settings/profile")
}

// keepTheme keeps a theme for this browser and, when signed in, for the member.
func (v *visit) keepTheme(theme string) error {
	v.themeCookie(theme)
	if v.who.IsZero() || v.who.Member.Settings.Theme == theme {
		return nil
	}
	_, err := v.app.SaveProfile(v.r.Context(), v.who, app.Profile{Theme: opt.Some(theme)})
	return err
}

func (v *visit) themeCookie(theme string) {
	if theme == "" {
		v.setCookie("theme", "", -1, true)
		return
	}
	v.setCookie("theme", theme, 400*24*3600, true)
}

// organisationForm is the organisation's name and choices.
type organisationForm struct {
	settingPage
	Version                             string
	Name, Word, Locale, Zone, Country   string
	Unmerge                             string
	Words, Locales, Zones, CountryNames []look.Option
	History                             []pastChange
	Said                                map[string]string
}

func organisationPage(v *visit) error {
	if err := v.may(member.SettingManage); err != nil {
		return err
	}
	o := v.who.Org
	s := o.Settings
	return v.showOrganisation(http.StatusOK, organisationForm{Version: strconv.FormatInt(o.Version, 10), Name: o.Name, Word: string(s.Word), Locale: s.Locale, Zone: s.Zone, Country: s.Country, Unmerge: strconv.Itoa(s.Defaults().Unmerge)})
}

// zones are those an organisation in or near the Netherlands picks from; a
// zone that is set already is always among them.
var zones = []string{
	"Europe/Amsterdam", "Europe/Brussels", "Europe/Berlin", "Europe/Paris", "Europe/London", "Europe/Dublin", "Europe/Madrid", "Europe/Lisbon", "Europe/Rome",
	"Europe/Vienna", "Europe/Zurich", "Europe/Copenhagen", "Europe/Stockholm", "Europe/Oslo", "Europe/Helsinki", "Europe/Warsaw", "Europe/Prague", "Europe/Athens",
	"America/Curacao", "America/Aruba", "America/Paramaribo", "America/New_York", "UTC",
}

func (v *visit) showOrganisation(code int, f organisationForm) error {
	f.settingPage, f.Locales, f.Words = v.setting("organisation", ""), locales(v), sectors(v)
	known := false
	for _, z := range zones {
		f.Zones = append(f.Zones, look.Option{Value: z, Label: strings.ReplaceAll(z, "_", " ")})
		known = known || z == f.Zone
	}
	if !known && f.Zone != "" {
		f.Zones = append(f.Zones, look.Option{Value: f.Zone, Label: f.Zone})
	}
	facts, err := v.app.SettingHistory(v.r.Context(), v.who, v.who.Org.ID.Any(), noFact)
	if err != nil {
		return err
	}
	f.History = v.past(facts)
	return v.show(code, organisationView(f))
}

func sectors(v *visit) (all []look.Option) {
	for _, w := range []organisation.Word{organisation.Customer, organisation.Client, organisation.Guest} {
		all = append(all, look.Option{Value: string(w), Label: v.words.T("setting.word_" + string(w)), Hint: v.words.T("setting.word_" + string(w) + "_hint")})
	}
	return all
}

var noFact = fact.Fact{}.ID

// pastChange is one deed of a history, in words.
type pastChange struct {
	At, Who, Deed string
	Changes       []string
}

func (v *visit) past(facts []fact.Fact) (all []pastChange) {
	teams := map[string]string{}
	if groups, err := v.app.Teams(v.r.Context(), v.who); err == nil {
		for _, g := range groups {
			teams[g.ID.String()] = g.Name
		}
	}
	for _, f := range facts {
		p := pastChange{At: v.words.Stamp(f.At), Who: f.Actor.Name, Deed: v.words.T("deed." + f.Deed)}
		for _, c := range f.Changes {
			from, to := v.written(c.Field, c.From, teams), v.written(c.Field, c.To, teams)
			key := "setting.change"
			switch {
			case from == to || c.Field == "scopes":
				key = "setting.change_only"
			case from == "—":
				key = "setting.change_to"
			}
			p.Changes = append(p.Changes, v.words.Tf(key, words.P{"field": v.words.T("setting.field_" + c.Field), "from": from, "to": to}))
		}
		all = append(all, p)
	}
	return all
}

// written is a kept value for a reader.
func (v *visit) written(field string, raw []byte, teams map[string]string) string {
	var s string
	if json.Unmarshal(raw, &s) != nil || s == "" {
		return "—"
	}
	prefix := map[string]string{"role": "role.", "state": "member.state_", "word": "setting.word_", "locale": "entry.lang_"}[field]
	switch {
	case field == "team" || field == "parent":
		if name := teams[s]; name != "" {
			return name
		}
		return "—"
	case prefix != "" && v.words.Has(prefix+s):
		return v.words.T(prefix + s)
	}
	return s
}

func saveOrganisation(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	days := opt.Of[int]{}
	if form.Has("unmerge") {
		n, err := strconv.Atoi(strings.TrimSpace(form.Get("unmerge")))
		if err != nil {
			n = -1 // which app refuses in its words
		}
		days = opt.Some(n)
	}
	o, err := v.app.SaveOrganisation(v.r.Context(), v.who, version(form.Get("version")), app.OrganisationPatch{
		Name: opt.Some(form.Get("name")), Word: opt.Some(organisation.Word(form.Get("word"))), Locale: opt.Some(form.Get("locale")),
		Zone: opt.Some(form.Get("zone")), Country: opt.Some(strings.ToUpper(strings.TrimSpace(form.Get("country")))), Unmerge: days,
	})
	if said, code := v.inline(err, errStale); said != nil {
		return v.showOrganisation(code, organisationForm{Version: strconv.FormatInt(v.who.Org.Version, 10), Name: form.Get("name"), Word: form.Get("word"),
			Locale: form.Get("locale"), Zone: form.Get("zone"), Country: form.Get("country"), Unmerge: form.Get("unmerge"), Said: said})
	}
	if err != nil {
		return err
	}
	v.words = words.For(v.who.Locale(), sector(o.Settings.Word))
	return v.saved("setting.saved", "/settings/organisation")
}

// rolesForm is how far each role sees, and what it may do.
type rolesForm struct {
	settingPage
	Version string
	Roles   []roleLine
	Scopes  []look.Option
	Said    map[string]string
}

type roleLine struct {
	Key, Name string
	Account   string
	Contact   string
	Default   string
	Rights    []string
}

func rolesPage(v *visit) error {
	if err := v.may(member.SettingManage); err != nil {
		return err
	}
	return v.showRoles(http.StatusOK, nil)
}

func (v *visit) showRoles(code int, said map[string]string) error {
	f := rolesForm{settingPage: v.setting("roles", ""), Version: strconv.FormatInt(v.who.Org.Version, 10), Said: said}
	for _, s := range []member.Scope{member.Own, member.Team, member.All} {
		f.Scopes = append(f.Scopes, look.Option{Value: string(s), Label: v.words.T("scope." + string(s))})
	}
	scopes := app.Scopes(v.who.Org)
	for _, r := range member.Roles {
		l := roleLine{Key: string(r), Name: v.words.T("role." + string(r)), Account: string(scopes[r][fact.Account]), Contact: string(scopes[r][fact.Contact]),
			Default: v.words.T("scope." + string(r.DefaultScope()))}
		for _, right := range member.Rights {
			if r.Can(right) && right != member.Self {
				l.Rights = append(l.Rights, v.words.T("right."+string(right)))
			}
		}
		f.Roles = append(f.Roles, l)
	}
	return v.show(code, rolesView(f))
}

func saveRoles(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	set := map[member.Role]map[fact.Kind]member.Scope{}
	for _, r := range member.Roles {
		set[r] = map[fact.Kind]member.Scope{}
		for _, k := range app.ScopedKinds {
			if s := form.Get(string(r) + "." + string(k)); s != "" {
				set[r][k] = member.Scope(s)
			}
		}
	}
	_, err = v.app.SaveScopes(v.r.Context(), v.who, version(form.Get("version")), set)
	if said, code := v.inline(err, errStale); said != nil {
		return v.showRoles(code, said)
	}
	if err != nil {
		return err
	}
	return v.saved("setting.saved", "/settings/roles")
}

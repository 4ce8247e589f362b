package desk

import (
	"net/http"
	"strconv"

	"kring/app"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/member"
	"kring/domain/organisation"
	"kring/look"
	"kring/look/words"
)

func (d *Desk) setupRoutes() {
	d.anyone("GET /setup", setupPage)
	d.anyone("POST /setup", setup)
	d.member("GET /setup/team", setupTeamPage)
	d.member("POST /setup/team", setupTeam)
}

// setupSteps are the steps that exist; now is where we are.
func (v *visit) setupSteps(now int, title, lead string) look.Steps {
	s := look.Steps{Title: v.words.T(title), Lead: v.words.T(lead), Theme: v.theme(), Note: v.words.T("setup.note")}
	for i, key := range []string{"setup.company", "setup.team"} {
		s.Steps = append(s.Steps, look.Step{Label: v.words.T(key), Done: i < now, Now: i == now})
	}
	for _, l := range words.Langs {
		if now == 0 {
			s.Langs = append(s.Langs, look.Choice{Label: v.words.T("entry.lang_" + l), Href: "?lang=" + l, Current: v.words.Lang() == l})
		}
	}
	return s
}

// setupForm is the first page of a new Kring.
type setupForm struct {
	look.Steps
	Organisation, Word, Locale, Name, Email string
	Words, Locales                          []look.Option
	Said                                    map[string]string
}

// fresh lets the set-up pages be seen only before the first organisation.
func (v *visit) fresh() (bool, error) {
	empty, err := v.app.Empty(v.r.Context())
	if err != nil || empty {
		return empty, err
	}
	return false, v.to("/")
}

func setupPage(v *visit) error {
	if ok, err := v.fresh(); !ok {
		return err
	}
	v.read()
	return v.showSetup(http.StatusOK, setupForm{Word: string(organisation.Customer), Locale: v.words.Lang()})
}

func (v *visit) showSetup(code int, f setupForm) error {
	f.Steps, f.Words, f.Locales = v.setupSteps(0, "setup.company_title", "setup.company_lead"), sectors(v), locales(v)
	return v.show(code, setupView(f))
}

func setup(v *visit) error {
	if ok, err := v.fresh(); !ok {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	f := setupForm{Organisation: form.Get("organisation"), Word: form.Get("word"), Locale: form.Get("locale"), Name: form.Get("name"), Email: form.Get("email")}
	secret, err := v.app.Setup(v.r.Context(), app.Setup{Organisation: f.Organisation, Word: organisation.Word(f.Word), Locale: f.Locale,
		Name: f.Name, Email: f.Email, Password: form.Get("password"), Device: v.device()})
	if said, code := v.inline(err); said != nil {
		f.Said = said
		return v.showSetup(code, f)
	}
	if err != nil {
		return err
	}
	v.remember(secret)
	return v.to("/setup/team")
}

// setupTeamForm invites the first colleagues, a few at a time.
type setupTeamForm struct {
	look.Steps
	Rows  []setupRow
	Roles []look.Option
	Links []setupLink
}

type setupRow struct {
	N                 string
	Name, Email, Role string
	Said              map[string]string
}

type setupLink struct{ Name, Link string }

const setupRows = 3

func setupTeamPage(v *visit) error {
	if err := v.may(member.MemberManage); err != nil {
		return err
	}
	return v.showSetupTeam(http.StatusOK, setupTeamForm{})
}

func (v *visit) showSetupTeam(code int, f setupTeamForm) error {
	f.Steps, f.Roles = v.setupSteps(1, "setup.team_title", "setup.team_lead"), v.roles()
	for len(f.Rows) < setupRows {
		f.Rows = append(f.Rows, setupRow{Role: string(member.AccountManager)})
	}
	for i := range f.Rows {
		f.Rows[i].N = strconv.Itoa(i + 1)
	}
	return v.show(code, setupTeamView(f))
}

// setupTeam invites who was filled in; what was not right comes back, the
// links of the others are shown.
func setupTeam(v *visit) error {
	if err := v.may(member.MemberManage); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	f, code := setupTeamForm{}, http.StatusOK
	for i := range setupRows {
		n := strconv.Itoa(i + 1)
		r := setupRow{Name: form.Get("name-" + n), Email: form.Get("email-" + n), Role: form.Get("role-" + n)}
		if r.Name == "" && r.Email == "" {
			continue
		}
		m, secret, err := v.app.Invite(v.r.Context(), v.who, app.Invitation{Name: r.Name, Email: r.Email, Role: member.Role(r.Role), Team: id.Team{}})
		if said, _ := v.inline(err); said != nil {
			r.Said, code = said, status(fault.Invalid)
			f.Rows = append(f.Rows, r)
			continue
		}
		if err != nil {
			return err
		}
		f.Links = append(f.Links, setupLink{m.Name, v.linkAddress(secret)})
	}
	if len(f.Links) == 0 && len(f.Rows) == 0 {
		return v.to("/")
	}
	return v.showSetupTeam(code, f)
}

package desk

import (
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"kring/app"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/lead"
	"kring/domain/member"
	"kring/look"
	"kring/look/words"
)

// Web forms: where staff make them, and the page that anyone fills in.

func (d *Desk) leadFormRoutes() {
	d.member("GET /settings/forms", formsPage)
	d.member("GET /settings/forms/new", formPage)
	d.member("GET /settings/forms/{form}", formPage)
	d.member("POST /settings/forms/new", saveForm)
	d.member("POST /settings/forms/{form}", saveForm)
	d.anyone("GET "+app.FormPath+"{key}", publicForm)
	d.anyone("POST "+app.FormPath+"{key}", postForm)
	d.anyone("GET "+app.FormPath+"{key}/{secret}", optInPage)
	d.anyone("POST "+app.FormPath+"{key}/{secret}", confirmOptIn)
	d.anyone("OPTIONS "+app.FormPath+"{key}/leads", formOptions)
	d.anyone("POST "+app.FormPath+"{key}/leads", postFormProgram)
}

// formsForm lists the web forms.
type formsForm struct {
	settingPage
	Forms []lead.Form
}

func formsPage(v *visit) error {
	if err := v.may(member.LeadSet); err != nil {
		return err
	}
	all, err := v.app.LeadForms(v.r.Context(), v.who)
	if err != nil {
		return err
	}
	f := formsForm{settingPage: v.setting("forms", ""), Forms: all}
	f.Actions = []templ.Component{look.Button{Label: v.words.T("lead.form_new"), Icon: "plus", Kind: look.Primary, Href: "/settings/forms/new"}}
	return v.show(http.StatusOK, formsView(f))
}

// formForm is a web form being made or changed.
type formForm struct {
	settingPage
	v       *visit
	Form    lead.Form
	Sites   string
	Members []member.Member
	Said    map[string]string
}

// To is where it goes.
func (f formForm) To() string {
	if f.Form.ID.IsZero() {
		return "/settings/forms/new"
	}
	return "/settings/forms/" + f.Form.ID.String()
}

func (f formForm) ask(field string) (asked, required bool) {
	for _, a := range f.Form.Fields {
		if a.Field == field {
			return true, a.Required
		}
	}
	return false, false
}

func (f formForm) address() string { return f.v.origin() + app.FormPath + f.Form.Key }

func (f formForm) snippet() string {
	return `<iframe src="` + f.address() + `" title="` + strings.NewReplacer(`"`, "", "<", "", ">", "", "&", "").Replace(f.Form.Title.In("nl")) + `" width="100%" height="720"></iframe>`
}

func (v *visit) showForm(code int, f lead.Form, said map[string]string) error {
	members, _, err := v.app.Colleagues(v.r.Context(), v.who)
	if err != nil {
		return err
	}
	title := f.Name
	if title == "" {
		title = v.words.T("lead.form_new")
	}
	return v.show(code, formView(formForm{settingPage: v.setting("forms", title), v: v, Form: f, Sites: strings.Join(f.Sites, "\n"), Members: members, Said: said}))
}

func formPage(v *visit) error {
	if err := v.may(member.LeadSet); err != nil {
		return err
	}
	if v.r.PathValue("form") == "" {
		return v.showForm(http.StatusOK, lead.Form{
			Source: "site", Event: "form", Owner: v.who.Member.ID, Consent: lead.Consent{Channel: "email", Purpose: "commercial"},
			Fields: []lead.Ask{{Field: "name", Required: true}, {Field: "organisation"}, {Field: "email", Required: true}, {Field: "phone"}, {Field: "question"}},
		}, nil)
	}
	f, err := v.formAt()
	if err != nil {
		return err
	}
	return v.showForm(http.StatusOK, f, nil)
}

func (v *visit) formAt() (lead.Form, error) {
	i, err := pathID[id.Source](v, "form")
	if err != nil {
		return lead.Form{}, err
	}
	return v.app.LeadForm(v.r.Context(), v.who, i)
}

func saveForm(v *visit) error {
	if err := v.may(member.LeadSet); err != nil {
		return err
	}
	f := lead.Form{}
	if v.r.PathValue("form") != "" {
		was, err := v.formAt()
		if err != nil {
			return err
		}
		f = was
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	if !f.ID.IsZero() {
		f.Version = version(form.Get("version"))
	}
	get := form.Get
	f.Name, f.Source, f.SourceFrom, f.Segment, f.Event, f.Privacy, f.Closed = get("name"), get("source"), get("source_from"), get("segment"), get("event"), get("privacy"), form.Has("closed")
	f.Title, f.Intro, f.Thanks = lead.Texts{NL: get("title_nl"), EN: get("title_en")}, lead.Texts{NL: get("intro_nl"), EN: get("intro_en")}, lead.Texts{NL: get("thanks_nl"), EN: get("thanks_en")}
	f.Consent = lead.Consent{Text: lead.Texts{NL: get("consent_nl"), EN: get("consent_en")}, Channel: get("channel"), Purpose: get("purpose"), Version: get("consent_version")}
	f.Owner, f.Sites, f.Fields = id.OrZero[id.Member](get("owner")), strings.Split(strings.ReplaceAll(get("sites"), "\r", ""), "\n"), nil
	for _, field := range lead.Askable {
		if slices.Contains(form["ask"], field) {
			f.Fields = append(f.Fields, lead.Ask{Field: field, Required: slices.Contains(form["required"], field)})
		}
	}
	made, err := v.app.SaveLeadForm(v.r.Context(), v.who, f)
	if said, code := v.inline(err, errStale); said != nil {
		return v.showForm(code, f, said)
	}
	if err != nil {
		return err
	}
	return v.saved("lead.form_saved", "/settings/forms/"+made.ID.String())
}

// visitorForm is a web form as a visitor sees it.
type visitorForm struct {
	v       *visit
	Page    look.Bare
	Form    lead.Form
	Stamp   string
	Text    url.Values
	Said    map[string]string
	Thanks  bool
	Address string
}

// framed lets only the sites of a form show it within their own page.
func (v *visit) framed(f lead.Form) {
	if len(f.Sites) == 0 {
		return
	}
	h := v.w.Header()
	h.Set("Content-Security-Policy", strings.Replace(h.Get("Content-Security-Policy"), "frame-ancestors 'none'", "frame-ancestors 'self' "+strings.Join(f.Sites, " "), 1))
	h.Del("X-Frame-Options")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
}

func (v *visit) visitorForm(p app.PublicForm) visitorForm {
	v.read()
	f := visitorForm{v: v, Page: v.bare(p.Form.Title.In(v.words.Lang())), Form: p.Form, Stamp: v.app.Stamp(p.Form), Text: url.Values{}, Address: app.FormPath + p.Form.Key + "?lang=" + v.words.Lang()}
	f.Page.Lead = p.Form.Intro.In(v.words.Lang())
	v.framed(p.Form)
	return f
}

func publicForm(v *visit) error {
	p, err := v.app.FormAt(v.r.Context(), v.r.PathValue("key"))
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, visitorFormView(v.visitorForm(p)))
}

func postForm(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	v.read()
	p, err := v.app.PostForm(v.r.Context(), v.r.PathValue("key"), app.Posted{
		Fields: answers(form.Get), Lang: v.words.Lang(), Stamp: form.Get("stamp"), Trap: form.Get("website"), Consent: form.Has("consent"), Device: v.device(),
	})
	if said, code := v.inline(err, lead.ErrOften); said != nil {
		f := v.visitorForm(p)
		if f.Text, f.Said = form, said; form.Get("stamp") != "" && said[""] != v.words.T("fault.lead.aged") {
			f.Stamp = form.Get("stamp") // so that it stays one lead
		}
		if code == http.StatusServiceUnavailable {
			code = http.StatusTooManyRequests
			v.w.Header().Set("Retry-After", "900")
		}
		return v.show(code, visitorFormView(f))
	}
	if err != nil {
		return err
	}
	f := v.visitorForm(p)
	f.Thanks, f.Page.Title, f.Page.Lead = true, v.words.T("lead.public_thanks"), ""
	return v.show(http.StatusOK, visitorFormView(f))
}

func answers(get func(string) string) map[string]string {
	typed := map[string]string{}
	for _, field := range lead.Askable {
		typed[field] = get(field)
	}
	return typed
}

// thanks is what a form says afterwards.
func (f visitorForm) thanks() string {
	if text := f.Form.Thanks.In(f.v.words.Lang()); text != "" {
		return text
	}
	return f.v.words.T("lead.public_thanks_text")
}

func (f visitorForm) kind(field string) string {
	switch field {
	case "email":
		return "email"
	case "phone":
		return "tel"
	case "size":
		return "number"
	}
	return ""
}

func (f visitorForm) complete(field string) string {
	return map[string]string{"name": "name", "organisation": "organization", "function": "organization-title", "email": "email", "phone": "tel", "city": "address-level2"}[field]
}

// optInForm asks to confirm a consent. It is a page with a button, since programs
// that look through mail open links by themselves.
type optInForm struct {
	Page      look.Bare
	Text      string
	Confirmed bool
	Address   string
}

func (v *visit) optInForm(o lead.OptIn, p app.PublicForm, done bool) optInForm {
	v.read()
	t := v.words
	f := optInForm{Page: v.bare(t.T("lead.public_confirm")), Text: t.Tf("lead.public_confirm_text", words.P{"org": p.Org.Name, "wording": o.Wording}), Confirmed: done, Address: app.FormPath + p.Form.Key + "/" + o.Secret}
	if done {
		f.Page.Title, f.Text = t.T("lead.public_confirmed"), t.Tf("lead.public_confirmed_text", words.P{"org": p.Org.Name})
	}
	return f
}

func optInPage(v *visit) error {
	o, p, err := v.app.OptInAt(v.r.Context(), v.r.PathValue("key"), v.r.PathValue("secret"))
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, optInView(v.optInForm(o, p, o.Confirmed != 0)))
}

func confirmOptIn(v *visit) error {
	key, secret := v.r.PathValue("key"), v.r.PathValue("secret")
	if err := v.app.ConfirmOptIn(v.r.Context(), key, secret); err != nil {
		return err
	}
	o, p, err := v.app.OptInAt(v.r.Context(), key, secret)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, optInView(v.optInForm(o, p, true)))
}

// allowSite lets the program of one of the form's sites read the answer.
func (v *visit) allowSite(f lead.Form) error {
	site := v.r.Header.Get("Origin")
	v.w.Header().Add("Vary", "Origin")
	if site == "" { // no browser: a program on a server
		return nil
	}
	if !slices.Contains(f.Sites, strings.ToLower(site)) && site != v.origin() {
		return app.ErrDenied
	}
	h := v.w.Header()
	h.Set("Access-Control-Allow-Origin", site)
	h.Set("Access-Control-Allow-Methods", "POST")
	h.Set("Access-Control-Allow-Headers", "Content-Type")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	return nil
}

func formOptions(v *visit) error {
	p, err := v.app.FormAt(v.r.Context(), v.r.PathValue("key"))
	if err == nil {
		err = v.allowSite(p.Form)
	}
	if err != nil {
		return err
	}
	v.w.WriteHeader(http.StatusNoContent)
	return nil
}

// postFormProgram takes what a site's own program sends as JSON: the fields of
// the form by their names, with lang and consent.
func postFormProgram(v *visit) error {
	p, err := v.app.FormAt(v.r.Context(), v.r.PathValue("key"))
	if err == nil {
		err = v.allowSite(p.Form)
	}
	if err != nil {
		return err
	}
	if kind, _, _ := mime.ParseMediaType(v.r.Header.Get("Content-Type")); kind != "application/json" {
		return errForm
	}
	in := map[string]any{}
	if err := json.NewDecoder(v.r.Body).Decode(&in); err != nil {
		return errForm
	}
	get := func(key string) string { s, _ := in[key].(string); return s } //nolint:errcheck // another type is as empty
	consent, _ := in["consent"].(bool)                                    //nolint:errcheck // as above
	_, err = v.app.PostForm(v.r.Context(), p.Form.Key, app.Posted{Fields: answers(get), Lang: get("lang"), Trap: get("website"), Consent: consent, Device: v.device(), Program: true})
	code, out := http.StatusCreated, map[string]any{"status": "received"}
	if f, ok := fault.From(err); ok {
		said := map[string]string{}
		for field, g := range f.Fields {
			said[field] = g.Code
		}
		code, out = status(f.Kind), map[string]any{"code": f.Code, "errors": said}
		if f.Kind == fault.Busy {
			code = http.StatusTooManyRequests
			v.w.Header().Set("Retry-After", "900")
		}
	} else if err != nil {
		return err
	}
	b, err := json.Marshal(out)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "application/json")
	v.w.WriteHeader(code)
	_, err = v.w.Write(b)
	return err
}

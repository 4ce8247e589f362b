package desk

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"

	"kring/app"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/entry"
	"kring/door"
	"kring/look"
	"kring/look/words"
)

func (d *Desk) entryRoutes() {
	d.anyone("GET /sign-in", signInPage)
	d.anyone("POST /sign-in", signIn)
	d.anyone("GET /sign-in/step", stepPage)
	d.anyone("POST /sign-in/step", step)
	d.anyone("GET /sign-in/forgotten", forgotten)
	d.anyone("POST /sign-in/passkey/options", passkeyQuestion)
	d.anyone("POST /sign-in/passkey", passkeyAnswer)
	d.anyone("GET /sign-in/provider/{id}", providerVisit)
	d.anyone("GET "+app.ProviderReturn, providerReturn)
	d.anyone("GET "+app.LinkPath+"{secret}", welcomePage)
	d.anyone("POST "+app.LinkPath+"{secret}", welcome)
	d.anyone("POST /sign-out", signOut)
	d.anyone("POST /theme", chooseTheme)
	d.anyone("POST /language", chooseLanguage)
}

// bare is the page around what a visitor who is not signed in sees. ?lang=
// chooses the language, and stays chosen.
func (v *visit) bare(title string) look.Bare {
	b := look.Bare{Title: title, Theme: v.theme(), Messages: v.flash}
	for _, l := range words.Langs {
		q := v.r.URL.Query()
		q.Set("lang", l)
		b.Langs = append(b.Langs, look.Choice{Label: v.words.T("entry.lang_" + l), Href: "?" + q.Encode(), Current: v.words.Lang() == l})
	}
	return b
}

// read settles the language of a page before sign-in.
func (v *visit) read() {
	if l := v.r.URL.Query().Get("lang"); l == "nl" || l == "en" {
		v.setCookie("lang", l, 400*24*3600, true)
		v.words = words.For(l, "")
	}
}

// origin is the address the visitor used, as a browser writes it.
func (v *visit) origin() string {
	if door.Secure(v.r.Context()) {
		return "https://" + v.r.Host
	}
	return "http://" + v.r.Host
}

// signInForm is what the sign-in page shows.
type signInForm struct {
	Page      look.Bare
	Email     string
	Next      string
	Error     string
	Passkey   bool   // can work at this address
	Localhost string // where it can, on this machine
	Providers []entry.Provider
}

func (v *visit) signInForm(next string) (f signInForm, err error) {
	v.read()
	front, err := v.app.Front(v.r.Context())
	if err != nil {
		return f, err
	}
	f = signInForm{Page: v.bare(v.words.T("entry.welcome")), Next: within(next), Providers: front.Providers}
	f.Page.Lead = v.words.T("entry.lead")
	if front.Organisation != "" {
		f.Page.Lead = v.words.Tf("entry.lead_at", words.P{"organisation": front.Organisation})
	}
	if f.Passkey = v.app.PasskeysAt(v.origin()); f.Passkey {
		f.Page.Scripts = []string{"passkey.js"}
		return f, nil
	}
	if host, port, err := net.SplitHostPort(v.r.Host); err == nil && (host == "127.0.0.1" || host == "::1") && !door.Secure(v.r.Context()) {
		f.Localhost = "http://localhost:" + port + "/sign-in"
	}
	return f, nil
}

func signInPage(v *visit) error {
	next := v.r.URL.Query().Get("next")
	if !v.who.IsZero() {
		return v.to(within(next))
	}
	empty, err := v.app.Empty(v.r.Context())
	if err != nil {
		return err
	}
	if empty {
		return v.to("/setup")
	}
	f, err := v.signInForm(next)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, signInView(f))
}

func signIn(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	pass, err := v.app.SignIn(v.r.Context(), app.SignIn{Email: form.Get("email"), Password: form.Get("password"), Device: v.device()})
	if said, code := v.inline(err, entry.ErrRefused, entry.ErrTooOften); said != nil {
		f, err := v.signInForm(form.Get("next"))
		if err != nil {
			return err
		}
		f.Email, f.Error = form.Get("email"), said[""]
		return v.show(code, signInView(f))
	}
	if err != nil {
		return err
	}
	return v.enter(pass, form.Get("next"))
}

// enter goes on with what a sign-in gave. A session the browser had before
// ends: the new one never shares its fate.
func (v *visit) enter(pass app.Pass, next string) error {
	if pass.Ticket != "" {
		v.keepTicket(pass.Ticket)
		return v.to("/sign-in/step?next=" + url.QueryEscape(within(next)))
	}
	if !v.who.IsZero() {
		if err := v.app.SignOut(v.r.Context(), v.who); err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
	}
	v.dropTicket()
	v.remember(pass.Session)
	return v.to(within(next))
}

// keepTicket puts the ticket of a next step in a cookie of its own.
func (v *visit) keepTicket(ticket string) {
	v.setCookie(cookieName(v.r)+"-step", ticket, int(entry.StepLasts/1000), true)
}

func (v *visit) dropTicket() { v.setCookie(cookieName(v.r)+"-step", "", -1, true) }

func (v *visit) ticket() string {
	c, err := v.r.Cookie(cookieName(v.r) + "-step")
	if err != nil {
		return ""
	}
	return c.Value
}

// inline says a fault on the page it belongs to: per field when it has
// fields, "" for the whole. Only Invalid, and what is named, is said so.
func (v *visit) inline(err error, also ...*fault.Fault) (said map[string]string, code int) {
	f, ok := fault.From(err)
	if !ok {
		return nil, 0
	}
	for _, g := range also {
		if errors.Is(f, g) {
			return map[string]string{"": v.sentence(f)}, status(f.Kind)
		}
	}
	return v.wrong(err), status(f.Kind)
}

type stepForm struct {
	Page       look.Bare
	Next, Said string
}

func (v *visit) stepForm(next string) stepForm {
	v.read()
	f := stepForm{Page: v.bare(v.words.T("entry.step")), Next: within(next)}
	f.Page.Lead = v.words.T("entry.step_lead")
	return f
}

func stepPage(v *visit) error {
	if v.ticket() == "" {
		return v.to("/sign-in")
	}
	return v.show(http.StatusOK, stepView(v.stepForm(v.r.URL.Query().Get("next"))))
}

func step(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	pass, err := v.app.SecondStep(v.r.Context(), v.ticket(), form.Get("code"), v.device())
	if errors.Is(err, entry.ErrStep) || errors.Is(err, entry.ErrRefused) {
		v.dropTicket()
		v.toast(look.Toast{Text: v.words.T("fault.entry.step"), Bad: true})
		return v.to("/sign-in")
	}
	if said, code := v.inline(err, entry.ErrTooOften); said != nil {
		f := v.stepForm(form.Get("next"))
		f.Said = reason(said, "code")
		return v.show(code, stepView(f))
	}
	if err != nil {
		return err
	}
	return v.enter(pass, form.Get("next"))
}

func forgotten(v *visit) error {
	v.read()
	page := v.bare(v.words.T("entry.forgotten"))
	page.Lead = v.words.T("entry.forgotten_lead")
	return v.show(http.StatusOK, forgottenView(page))
}

func signOut(v *visit) error {
	if !v.who.IsZero() {
		if err := v.app.SignOut(v.r.Context(), v.who); err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
	}
	v.forget()
	return v.to("/sign-in")
}

func (v *visit) device() app.Device {
	return app.Device{Agent: v.r.UserAgent(), Address: door.Client(v.r.Context())}
}

// welcomeForm is what the page of an invitation or a reset shows.
type welcomeForm struct {
	Page  look.Bare
	Link  string
	Email string
	Known bool
	Error string
}

func (v *visit) welcomeForm() (f welcomeForm, err error) {
	w, err := v.app.Welcome(v.r.Context(), v.r.PathValue("secret"))
	if err != nil {
		return f, err
	}
	v.words = words.For(w.Member.Locale, sector(w.Org.Settings.Word))
	v.read()
	title, lead := "entry.invited", "entry.invited_lead"
	switch {
	case w.Purpose == "reset":
		title, lead = "entry.reset", "entry.reset_lead"
	case w.Known:
		lead = "entry.invited_known"
	}
	p := words.P{"name": w.Member.Name, "organisation": w.Org.Name}
	f = welcomeForm{Page: v.bare(v.words.Tf(title, p)), Link: app.LinkPath + v.r.PathValue("secret"), Email: w.Member.Email, Known: w.Known}
	f.Page.Lead = v.words.Tf(lead, p)
	return f, nil
}

func welcomePage(v *visit) error {
	f, err := v.welcomeForm()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, welcomeView(f))
}

func welcome(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	pass, err := v.app.AcceptLink(v.r.Context(), v.r.PathValue("secret"), form.Get("password"), v.device())
	if said, code := v.inline(err, entry.ErrTooOften, entry.ErrShared); said != nil {
		f, err := v.welcomeForm()
		if err != nil {
			return err
		}
		f.Error = reason(said, "password")
		return v.show(code, welcomeView(f))
	}
	if err != nil {
		return err
	}
	return v.enter(pass, "/")
}

// json answers a script of ours.
func (v *visit) json(code int, body any) error {
	v.w.Header().Set("Content-Type", "application/json")
	v.w.WriteHeader(code)
	return json.NewEncoder(v.w).Encode(body)
}

// script reads what a script of ours sent, and answers what went wrong in the
// reader's words.
func (v *visit) script(in any, do func() error) error {
	kind, _, _ := mime.ParseMediaType(v.r.Header.Get("Content-Type"))
	body, err := io.ReadAll(v.r.Body)
	if err == nil && kind == "application/json" {
		err = json.Unmarshal(body, in)
	} else {
		err = errForm
	}
	if err != nil {
		return v.json(http.StatusBadRequest, map[string]string{"error": v.sentence(errForm)})
	}
	err = do()
	if f, ok := fault.From(err); ok {
		said := v.sentence(f)
		for _, g := range f.Fields {
			said = v.sentence(g)
		}
		return v.json(status(f.Kind), map[string]string{"error": said})
	}
	return err
}

func passkeyQuestion(v *visit) error {
	return v.script(&struct{}{}, func() error {
		c, err := v.app.OfferSignIn(v.r.Context(), v.origin(), v.device())
		if err != nil {
			return err
		}
		v.keepTicket(c.Ticket)
		return v.json(http.StatusOK, c.Options)
	})
}

func passkeyAnswer(v *visit) error {
	var in struct {
		Credential json.RawMessage `json:"credential"`
		Next       string          `json:"next"`
	}
	return v.script(&in, func() error {
		pass, err := v.app.SignInByPasskey(v.r.Context(), v.ticket(), v.origin(), in.Credential, v.device())
		if err != nil {
			return err
		}
		v.dropTicket()
		v.remember(pass.Session)
		return v.json(http.StatusOK, map[string]string{"next": within(in.Next)})
	})
}

// providerVisit is a link and no form: the policy that keeps forms within this
// house would stop the way to the provider.
func providerVisit(v *visit) error {
	i, err := pathID[id.Provider](v, "id")
	if err != nil {
		return err
	}
	address, ticket, err := v.app.VisitProvider(v.r.Context(), i, v.origin(), within(v.r.URL.Query().Get("next")), v.device())
	if err != nil {
		return v.notByProvider(err)
	}
	v.keepTicket(ticket)
	http.Redirect(v.w, v.r, address, http.StatusSeeOther)
	return nil
}

func providerReturn(v *visit) error {
	pass, next, err := v.app.ReturnFromProvider(v.r.Context(), v.ticket(), v.r.URL.Query(), v.device())
	if err != nil {
		v.dropTicket()
		return v.notByProvider(err)
	}
	return v.enter(pass, next)
}

// notByProvider shows the sign-in page with the reason; the password still
// works.
func (v *visit) notByProvider(err error) error {
	said, code := v.inline(err, entry.ErrProvider, entry.ErrUnverified, entry.ErrStranger, entry.ErrStep, entry.ErrTooOften, entry.ErrRefused)
	if said == nil {
		return err
	}
	f, err := v.signInForm("/")
	if err != nil {
		return err
	}
	f.Error = said[""]
	return v.show(code, signInView(f))
}

// chooseTheme keeps light or dark in a cookie, so that it holds before sign-in
// too; a member's own choice moves along.
func chooseTheme(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	theme := form.Get("theme")
	if theme != "light" && theme != "dark" {
		theme = ""
	}
	if err := v.keepTheme(theme); err != nil {
		return err
	}
	return v.back()
}

func chooseLanguage(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	if l := form.Get("lang"); l == "nl" || l == "en" {
		v.setCookie("lang", l, 400*24*3600, true)
	}
	return v.back()
}

// reason is the one sentence of a form's fields, for a page with one field.
func reason(said map[string]string, field string) string {
	if s := said[field]; s != "" {
		return s
	}
	return said[""]
}

package desk

import (
	"net/http"

	"kring/app"
	"kring/base/fault"
	"kring/domain/entry"
	"kring/door"
)

func (d *Desk) entryRoutes() {
	d.anyone("GET /sign-in", signInPage)
	d.anyone("POST /sign-in", signIn)
	d.anyone("POST /sign-out", signOut)
	d.anyone("POST /theme", chooseTheme)
	d.anyone("POST /language", chooseLanguage)
}

// signInForm is what the sign-in page shows.
type signInForm struct {
	Theme, Org, Email, Next, Error string
}

func signInPage(v *visit) error {
	if !v.who.IsZero() {
		return v.to(within(v.r.URL.Query().Get("next")))
	}
	return v.show(http.StatusOK, signInView(signInForm{Theme: v.theme(), Next: within(v.r.URL.Query().Get("next"))}))
}

func signIn(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	pass, err := v.app.SignIn(v.r.Context(), app.SignIn{Email: form.Get("email"), Password: form.Get("password"), Device: v.device()})
	if f, ok := fault.From(err); ok && (f.Code == entry.ErrRefused.Code || f.Code == entry.ErrTooOften.Code) {
		return v.show(status(f.Kind), signInView(signInForm{Theme: v.theme(), Email: form.Get("email"), Next: within(form.Get("next")), Error: v.sentence(f)}))
	}
	if err != nil {
		return err
	}
	v.remember(pass.Session)
	return v.to(within(form.Get("next")))
}

func signOut(v *visit) error {
	if !v.who.IsZero() {
		if err := v.app.SignOut(v.r.Context(), v.who); err != nil {
			return err
		}
	}
	v.forget()
	return v.to("/sign-in")
}

func (v *visit) device() app.Device {
	return app.Device{Agent: v.r.UserAgent(), Address: door.Client(v.r.Context())}
}

// chooseTheme keeps light or dark in a cookie, so that it holds before sign-in
// too.
func chooseTheme(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	switch t := form.Get("theme"); t {
	case "light", "dark":
		v.setCookie("theme", t, 400*24*3600, true)
	default:
		v.setCookie("theme", "", -1, true)
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

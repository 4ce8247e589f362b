package desk

import (
	"net/http"
	"strconv"
	"strings"

	"kring/app"
	"kring/base/id"
	"kring/domain/entry"
	"kring/domain/member"
	"kring/look"
)

func (d *Desk) providerRoutes() {
	d.member("GET /settings/providers", providersPage)
	d.member("POST /settings/providers", addProvider)
	d.member("GET /settings/providers/{provider}", providerPage)
	d.member("POST /settings/providers/{provider}", saveProvider)
	d.member("POST /settings/providers/{provider}/removal", eraseProvider)
}

// providerForm is one provider, or a new one with those there are above it.
type providerForm struct {
	settingPage
	All                                         []entry.Provider
	ID, Version                                 string
	Name, Issuer, Client, Secret, Domains, Role string
	HasSecret                                   bool
	Return, Start                               string // addresses
	Roles                                       []look.Option
	Said                                        map[string]string
}

func providersPage(v *visit) error { return v.showProviders(http.StatusOK, providerForm{}) }

func (v *visit) showProviders(code int, f providerForm) (err error) {
	f.settingPage, f.Roles, f.Return = v.setting("providers", ""), v.joinRoles(), v.app.Base(v.origin())+app.ProviderReturn
	if f.All, err = v.app.Providers(v.r.Context(), v.who); err != nil {
		return err
	}
	return v.show(code, providersView(f))
}

func (v *visit) joinRoles() (all []look.Option) {
	for _, o := range v.roles() {
		if o.Value != string(member.Admin) {
			all = append(all, o)
		}
	}
	return all
}

func (v *visit) providerDraft() (f providerForm, d app.ProviderDraft, err error) {
	form, err := v.form()
	if err != nil {
		return f, d, err
	}
	f = providerForm{Version: form.Get("version"), Name: form.Get("name"), Issuer: form.Get("issuer"), Client: form.Get("client_id"), Domains: form.Get("domains"), Role: form.Get("role")}
	d = app.ProviderDraft{Name: f.Name, Issuer: f.Issuer, Client: f.Client, Secret: form.Get("secret"), Role: member.Role(f.Role),
		Domains: strings.FieldsFunc(f.Domains, func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\n' || r == '\r' })}
	return f, d, nil
}

func addProvider(v *visit) error {
	f, d, err := v.providerDraft()
	if err != nil {
		return err
	}
	p, err := v.app.AddProvider(v.r.Context(), v.who, d)
	if said, code := v.inline(err, app.ErrProviderMost); said != nil {
		f.Said = said
		return v.showProviders(code, f)
	}
	if err != nil {
		return err
	}
	return v.saved("setting.saved", "/settings/providers/"+p.ID.String())
}

func (v *visit) provider() (p entry.Provider, err error) {
	i, err := pathID[id.Provider](v, "provider")
	if err != nil {
		return p, err
	}
	all, err := v.app.Providers(v.r.Context(), v.who)
	if err != nil {
		return p, err
	}
	for _, p := range all {
		if p.ID == i {
			return p, nil
		}
	}
	return p, errNoPage
}

func providerPage(v *visit) error {
	p, err := v.provider()
	if err != nil {
		return err
	}
	return v.showProvider(http.StatusOK, p, providerForm{Name: p.Name, Issuer: p.Issuer, Client: p.Client, Domains: strings.Join(p.Domains, ", "), Role: p.Role})
}

func (v *visit) showProvider(code int, p entry.Provider, f providerForm) error {
	base := v.app.Base(v.origin())
	f.settingPage, f.Roles, f.Return = v.setting("providers", p.Name), v.joinRoles(), base+app.ProviderReturn
	f.ID, f.Version, f.HasSecret, f.Start = p.ID.String(), strconv.FormatInt(p.Version, 10), p.Secret != "", base+"/sign-in/provider/"+p.ID.String()
	return v.show(code, providerView(f))
}

func saveProvider(v *visit) error {
	p, err := v.provider()
	if err != nil {
		return err
	}
	f, d, err := v.providerDraft()
	if err != nil {
		return err
	}
	_, err = v.app.SaveProvider(v.r.Context(), v.who, p.ID, version(f.Version), d)
	if said, code := v.inline(err, errStale); said != nil {
		f.Said = said
		return v.showProvider(code, p, f)
	}
	if err != nil {
		return err
	}
	return v.saved("setting.saved", "/settings/providers/"+p.ID.String())
}

func eraseProvider(v *visit) error {
	p, err := v.provider()
	if err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	if err := v.app.EraseProvider(v.r.Context(), v.who, p.ID, version(form.Get("version"))); err != nil {
		return err
	}
	return v.saved("provider.removed", "/settings/providers")
}

// providerAddresses are what the provider's own settings ask for.
func providerAddresses(f providerForm, t func(string) string) []look.Fact {
	all := []look.Fact{{Label: t("provider.return"), Value: f.Return}}
	if f.Start != "" {
		all = append(all, look.Fact{Label: t("provider.start"), Value: f.Start})
	}
	return all
}

package desk

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"kring/base/fault"
	"kring/domain/member"
	"kring/domain/organisation"
	"kring/look"
)

// Who sends quotes and invoices, under settings.

// sellerForm is who sends invoices, as it is typed.
type sellerForm struct {
	settingPage
	Version string
	Text    url.Values
	Said    map[string]string
}

func sellerPage(v *visit) error {
	if err := v.may(member.SettingManage); err != nil {
		return err
	}
	s := v.who.Org.Settings.Seller
	text := url.Values{
		"legal_name": {s.Name}, "street": {s.Street}, "postcode": {s.Postcode}, "city": {s.City}, "vat_id": {s.VatID}, "kvk": {s.KvK}, "iban": {s.IBAN}, "bic": {s.BIC}, "email": {s.Email}, "phone": {s.Phone}, "term": {""},
	}
	if s.Term != 0 {
		text.Set("term", strconv.FormatInt(s.Term, 10))
	}
	if s.Large {
		text.Set("large", "1")
	}
	return v.showSeller(http.StatusOK, text, nil)
}

func (v *visit) showSeller(code int, text url.Values, said map[string]string) error {
	f := sellerForm{settingPage: v.setting("seller", ""), Version: strconv.FormatInt(v.who.Org.Version, 10), Text: text, Said: said}
	return v.show(code, sellerView(f))
}

func (f sellerForm) field(name, label string, more look.Field) look.Field {
	more.Name, more.Label, more.Value, more.Error, more.Max = name, label, f.Text.Get(name), f.Said[name], organisation.MaxSeller
	return more
}

func saveSeller(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	s := organisation.Seller{
		Name: form.Get("legal_name"), Street: form.Get("street"), Postcode: form.Get("postcode"), City: form.Get("city"), VatID: form.Get("vat_id"), KvK: form.Get("kvk"), IBAN: form.Get("iban"), BIC: form.Get("bic"),
		Email: form.Get("email"), Phone: form.Get("phone"), Large: form.Get("large") != "",
	}
	if t := strings.TrimSpace(form.Get("term")); t != "" {
		if s.Term, err = strconv.ParseInt(t, 10, 64); err != nil {
			err = fault.Field("term", organisation.ErrTerm)
		}
	}
	if err == nil {
		_, err = v.app.SaveSeller(v.r.Context(), v.who, version(form.Get("version")), s)
	}
	if said, code := v.inline(err, errStale); said != nil {
		return v.showSeller(code, form, said)
	}
	if err != nil {
		return err
	}
	return v.saved("setting.saved", "/settings/seller")
}

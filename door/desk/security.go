package desk

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"kring/app"
	"kring/base/id"
	"kring/domain/entry"
	"kring/look"
	"kring/look/words"
)

func (d *Desk) securityRoutes() {
	d.member("GET /settings/security", func(v *visit) error { return v.showSecurity(http.StatusOK, nil) })
	d.member("POST /settings/security/password", changePassword)
	d.member("POST /settings/security/sessions/ending", endSessions)
	d.member("POST /settings/security/codes", offerCodes)
	d.member("GET /settings/security/codes", codesPage)
	d.member("POST /settings/security/codes/confirmation", confirmCodes)
	d.member("POST /settings/security/codes/removal", dropCodes)
	d.member("POST /settings/security/recovery", newRecovery)
	d.member("POST /settings/security/passkeys/options", passkeyOffer)
	d.member("POST /settings/security/passkeys", addPasskey)
	d.member("POST /settings/security/passkeys/{id}", renamePasskey)
	d.member("POST /settings/security/passkeys/{id}/removal", erasePasskey)
}

// securityForm is how somebody's own door is locked.
type securityForm struct {
	settingPage
	Password  bool
	TwoStep   bool
	Recovery  int
	Passkeys  []passkeyLine
	Passkey   bool
	Localhost bool
	Devices   []deviceLine
	Said      map[string]map[string]string // form → field → sentence
}

type passkeyLine struct{ ID, Name, Meta string }

type deviceLine struct {
	Hash, Name, Meta string
	Here             bool
}

// showSecurity shows the page; said is what is wrong, per form.
func (v *visit) showSecurity(code int, said map[string]map[string]string) error {
	f := securityForm{settingPage: v.setting("security", ""), Said: said, Passkey: v.app.PasskeysAt(v.origin())}
	f.Localhost = !f.Passkey && strings.HasPrefix(v.r.Host, "127.0.0.1")
	if f.Passkey {
		f.Scripts = []string{"passkey.js"}
	}
	s, err := v.app.Security(v.r.Context(), v.who)
	if err != nil {
		return err
	}
	f.Password, f.TwoStep, f.Recovery = s.Password, s.TwoStep, int(s.Recovery)
	for _, k := range s.Passkeys {
		meta := v.words.Tf("security.made", words.P{"day": v.words.Date(k.CreatedAt)})
		if k.UsedAt != 0 {
			meta += " · " + v.words.Tf("security.used", words.P{"day": v.words.Stamp(k.UsedAt)})
		}
		f.Passkeys = append(f.Passkeys, passkeyLine{ID: k.ID.String(), Name: k.Name, Meta: meta})
	}
	all, err := v.app.Sessions(v.r.Context(), v.who)
	if err != nil {
		return err
	}
	for _, s := range all {
		f.Devices = append(f.Devices, deviceLine{
			Hash: hex.EncodeToString(s.Hash), Name: browser(s.Agent, v.words), Here: string(s.Hash) == string(v.who.Session),
			Meta: s.Address + " · " + v.words.Tf("security.seen", words.P{"at": v.words.Stamp(s.SeenAt)}) + " · " + v.words.T("security.proof_"+strings.ReplaceAll(s.Proof, "+", "_")),
		})
	}
	return v.show(code, securityView(f))
}

// browser is what a device calls itself, in a few words.
func browser(agent string, w *words.Words) string {
	find := func(marks ...string) string {
		for i := 0; i < len(marks); i += 2 {
			if strings.Contains(agent, marks[i]) {
				return marks[i+1]
			}
		}
		return ""
	}
	name := find("Edg/", "Edge", "OPR/", "Opera", "Firefox/", "Firefox", "Chrome/", "Chrome", "Safari/", "Safari")
	on := find("iPhone", "iPhone", "iPad", "iPad", "Android", "Android", "Windows", "Windows", "Mac OS X", "macOS", "Linux", "Linux")
	switch {
	case name == "":
		return w.T("security.unknown")
	case on == "":
		return name
	}
	return w.Tf("security.on", words.P{"browser": name, "system": on})
}

// amiss shows the security page with what is wrong with one of its forms; nil
// when the error is none of a form's.
func (v *visit) amiss(form string, err error) (answered bool, _ error) {
	said, code := v.inline(err, entry.ErrTooOften, entry.ErrTwoStep, entry.ErrShared, entry.ErrStep)
	if said == nil {
		return false, err
	}
	return true, v.showSecurity(code, map[string]map[string]string{form: said})
}

func changePassword(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	if err := v.app.ChangePassword(v.r.Context(), v.who, form.Get("password"), form.Get("new")); err != nil {
		_, err = v.amiss("password", err)
		return err
	}
	return v.saved("security.password_changed", "/settings/security")
}

func endSessions(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	switch which := form.Get("which"); which {
	case "others":
		err = v.app.EndSessions(v.r.Context(), v.who, false)
	case "all":
		if err := v.app.EndSessions(v.r.Context(), v.who, true); err != nil {
			return err
		}
		v.forget()
		return v.to("/sign-in")
	default:
		hash, bad := hex.DecodeString(which)
		if bad != nil {
			return errForm
		}
		err = v.app.EndSession(v.r.Context(), v.who, hash)
	}
	if err != nil {
		return err
	}
	return v.saved("security.ended", "/settings/security")
}

func offerCodes(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	c, err := v.app.OfferCodes(v.r.Context(), v.who, form.Get("password"))
	if err != nil {
		_, err = v.amiss("codes", err)
		return err
	}
	v.keepTicket(c.Ticket)
	return v.to("/settings/security/codes")
}

// codesForm is an offer of two-step verification.
type codesForm struct {
	settingPage
	Secret, Picture, Address, Said string
}

func codesPage(v *visit) error { return v.showCodes(http.StatusOK, "") }

func (v *visit) showCodes(code int, said string) error {
	c, err := v.app.Codes(v.r.Context(), v.who, v.ticket())
	if errors.Is(err, entry.ErrStep) {
		return v.to("/settings/security")
	}
	if err != nil {
		return err
	}
	f := codesForm{settingPage: v.setting("security", v.words.T("security.codes")), Secret: inFours(c.Secret), Address: c.URL,
		Picture: "data:image/png;base64," + base64.StdEncoding.EncodeToString(c.PNG), Said: said}
	f.Lead = v.words.T("security.codes_lead")
	return v.show(code, codesView(f))
}

func inFours(s string) string {
	var b strings.Builder
	for i, r := range s {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// recoveryForm shows the recovery codes, once.
type recoveryForm struct {
	settingPage
	Codes []string
}

func confirmCodes(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	codes, err := v.app.ConfirmCodes(v.r.Context(), v.who, v.ticket(), form.Get("code"))
	if said, code := v.inline(err, entry.ErrTooOften); said != nil {
		return v.showCodes(code, reason(said, "code"))
	}
	if err != nil {
		_, err = v.amiss("codes", err)
		return err
	}
	v.dropTicket()
	return v.showRecovery(codes)
}

func (v *visit) showRecovery(codes []string) error {
	f := recoveryForm{settingPage: v.setting("security", v.words.T("security.recovery")), Codes: codes}
	f.Lead = v.words.T("security.recovery_lead")
	return v.show(http.StatusOK, recoveryView(f))
}

func newRecovery(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	codes, err := v.app.NewRecovery(v.r.Context(), v.who, form.Get("password"))
	if err != nil {
		_, err = v.amiss("recovery", err)
		return err
	}
	return v.showRecovery(codes)
}

func dropCodes(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	if err := v.app.DropCodes(v.r.Context(), v.who, form.Get("password")); err != nil {
		_, err = v.amiss("codes", err)
		return err
	}
	return v.saved("security.codes_off_done", "/settings/security")
}

func passkeyOffer(v *visit) error {
	var in struct {
		Password string `json:"password"`
	}
	return v.script(&in, func() error {
		c, err := v.app.OfferPasskey(v.r.Context(), v.who, in.Password, v.origin())
		if err != nil {
			return err
		}
		v.keepTicket(c.Ticket)
		return v.json(http.StatusOK, c.Options)
	})
}

func addPasskey(v *visit) error {
	var in struct {
		Name       string          `json:"name"`
		Credential json.RawMessage `json:"credential"`
	}
	return v.script(&in, func() error {
		if _, err := v.app.AddPasskey(v.r.Context(), v.who, v.ticket(), in.Name, v.origin(), in.Credential); err != nil {
			return err
		}
		v.dropTicket()
		v.toast(look.Toast{Text: v.words.T("security.passkey_added")})
		return v.json(http.StatusOK, map[string]string{"next": "/settings/security"})
	})
}

func (v *visit) passkey() (id.Passkey, error) {
	i, err := pathID[id.Passkey](v, "id")
	if err != nil {
		return i, err
	}
	return i, nil
}

func renamePasskey(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	i, err := v.passkey()
	if err != nil {
		return err
	}
	if err := v.app.RenamePasskey(v.r.Context(), v.who, i, form.Get("name")); err != nil {
		_, err = v.amiss("passkey-"+i.String(), err)
		return err
	}
	return v.saved("setting.saved", "/settings/security")
}

func erasePasskey(v *visit) error {
	i, err := v.passkey()
	if err != nil {
		return err
	}
	if err := v.app.ErasePasskey(v.r.Context(), v.who, i); err != nil {
		return err
	}
	return v.saved("security.passkey_removed", "/settings/security")
}

// tokenForm lists somebody's API tokens; Secret is shown once.
type tokenForm struct {
	settingPage
	Tokens      []tokenLine
	Secret      string
	Name, Until string
	Untils      []look.Option
	Said        map[string]string
}

type tokenLine struct{ ID, Name, Meta string }

func (d *Desk) tokenRoutes() {
	d.member("GET /settings/tokens", func(v *visit) error { return v.showTokens(http.StatusOK, tokenForm{Until: "365"}) })
	d.member("POST /settings/tokens", addToken)
	d.member("POST /settings/tokens/{id}/revocation", eraseToken)
}

// tokenDays are the lives a token can be given; 0 is without end.
var tokenDays = []string{"30", "90", "365", "0"}

func (v *visit) showTokens(code int, f tokenForm) error {
	f.settingPage = v.setting("tokens", "")
	for _, d := range tokenDays {
		f.Untils = append(f.Untils, look.Option{Value: d, Label: v.words.T("token.days_" + d)})
	}
	var err error
	if f.Tokens, err = v.tokensOf(v.who.Member.ID); err != nil {
		return err
	}
	return v.show(code, tokensView(f))
}

func (v *visit) tokensOf(m id.Member) (lines []tokenLine, err error) {
	all, err := v.app.Tokens(v.r.Context(), v.who, m)
	if err != nil {
		return nil, err
	}
	for _, t := range all {
		meta := []string{"…" + t.Hint, v.words.Tf("security.made", words.P{"day": v.words.Date(t.CreatedAt)})}
		if t.UsedAt == 0 {
			meta = append(meta, v.words.T("token.unused"))
		} else {
			meta = append(meta, v.words.Tf("security.used", words.P{"day": v.words.Stamp(t.UsedAt)}))
		}
		if t.Until != 0 {
			key := "token.ends"
			if t.Until <= v.app.Now() {
				key = "token.ended"
			}
			meta = append(meta, v.words.Tf(key, words.P{"day": v.words.Date(t.Until)}))
		}
		lines = append(lines, tokenLine{ID: t.ID.String(), Name: t.Name, Meta: strings.Join(meta, " · ")})
	}
	return lines, nil
}

func addToken(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	until := int64(0)
	if days := version(form.Get("until")); days > 0 && days <= 3660 {
		until = v.app.Now() + days*24*3600*1000
	}
	_, secret, err := v.app.AddToken(v.r.Context(), v.who, form.Get("name"), until)
	if said, code := v.inline(err, app.ErrTokenMost); said != nil {
		return v.showTokens(code, tokenForm{Name: form.Get("name"), Until: form.Get("until"), Said: said})
	}
	if err != nil {
		return err
	}
	return v.showTokens(http.StatusOK, tokenForm{Secret: secret, Until: "365"})
}

func eraseToken(v *visit) error {
	return v.revoke(v.who.Member.ID, "/settings/tokens")
}

func (v *visit) revoke(m id.Member, to string) error {
	t, err := pathID[id.Token](v, "id")
	if err != nil {
		return err
	}
	if err := v.app.EraseToken(v.r.Context(), v.who, m, t); err != nil {
		return err
	}
	return v.saved("token.revoked", to)
}

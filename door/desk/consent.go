package desk

import (
	"encoding/json"
	"net/http"
	"net/url"

	"kring/app"
	"kring/base/day"
	"kring/domain/consent"
	"kring/domain/member"
	"kring/look"
	"kring/look/words"
)

// consentForm writes down what somebody allows or objects to.
type consentForm struct {
	*dossier
	form url.Values
	Said map[string]string
}

func (f *folder) consentPage(v *visit) error {
	if err := v.may(member.ConsentWrite); err != nil {
		return err
	}
	d, err := f.open(v, app.Look{})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, consentView(consentForm{dossier: d, form: url.Values{
		"state": {string(consent.Given)}, "purpose": {string(consent.Commercial)}, "at": {string(day.At(v.app.Now(), v.who.Zone()))},
	}}))
}

func (f *folder) addConsent(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	if err := v.may(member.ConsentWrite); err != nil {
		return err
	}
	d, err := f.open(v, app.Look{})
	if err != nil {
		return err
	}
	draft := consent.Draft{
		Channel: consent.Channel(form.Get("channel")), Purpose: consent.Purpose(form.Get("purpose")), State: consent.State(form.Get("state")),
		Source: form.Get("source"), Wording: form.Get("wording"), Version: form.Get("text_version"), Proof: form.Get("proof"), At: v.moment(form.Get("at")),
	}
	_, err = v.app.AddConsent(v.r.Context(), v.who, f.kind, d.id, draft)
	if said, code := v.inline(err, consent.ErrMany); said != nil {
		return v.show(code, consentView(consentForm{d, form, said}))
	}
	if err != nil {
		return err
	}
	return v.saved("consent.saved", f.path+"/"+d.id.String()+"#consent")
}

// moment is when something was said on a day: now when that is today, and
// otherwise its beginning. What is no day is before all days, which is refused.
func (v *visit) moment(typed string) int64 {
	d, err := day.Parse(typed)
	switch {
	case err != nil:
		return -1
	case d == day.At(v.app.Now(), v.who.Zone()):
		return 0
	}
	return d.Start(v.who.Zone())
}

func (c consentForm) value(key string) string { return c.form.Get(key) }

// options are the words of a list; all comes last, for what is not given.
func (c consentForm) options(topic string, list []string, all bool) (options []look.Option) {
	for _, word := range list {
		options = append(options, look.Option{Value: word, Label: c.t("consent." + topic + "." + word)})
	}
	if all {
		options = append(options, look.Option{Value: consent.All, Label: c.t("consent." + topic + ".all")})
	}
	return options
}

func (c consentForm) frame() look.Frame {
	f := c.v.frame(c.t("consent.add_title"), c.path)
	f.Crumbs = []look.Crumb{{Label: c.dossier.say("many"), Href: c.path}, {Label: c.name, Href: c.path + "/" + c.id.String()}, {Label: c.t("consent.title")}}
	f.Head = look.Heading{Title: c.t("consent.add_title"), Lead: c.name}
	return f
}

// stands are what holds for a purpose as chips: one for each channel that
// something was said of, one for all when it is the same everywhere.
func (d *dossier) stands(purpose string) (chips []look.Chip) {
	w, said := d.v.words, map[consent.State]int{}
	for _, ch := range consent.Channels {
		e, ok := d.Standing[consent.Cell{Channel: consent.Channel(ch), Purpose: consent.Purpose(purpose)}]
		if ok {
			said[e.State]++
			chips = append(chips, consentChip(w, w.T("consent.channel."+ch), e.State))
		}
	}
	for state, n := range said {
		if n == len(consent.Channels) {
			return []look.Chip{consentChip(w, w.T("consent.channel.all"), state)}
		}
	}
	switch {
	case len(chips) == 0:
		chips = append(chips, look.Chip{Label: w.T("consent.never"), Icon: "circle", Tone: look.Dashed})
	case len(chips) < len(consent.Channels):
		chips = append(chips, look.Chip{Label: w.T("consent.rest"), Icon: "circle", Tone: look.Dashed})
	}
	return chips
}

func consentChip(w *words.Words, channel string, s consent.State) look.Chip {
	c := look.Chip{Label: w.Tf("consent.chip", words.P{"channel": channel, "state": w.T("consent.chip." + string(s))}), Icon: "ban", Tone: look.Bad}
	if s == consent.Given {
		c.Icon, c.Tone = "check", look.Good
	}
	return c
}

func (d *dossier) mayConsent() bool {
	return d.binned == 0 && !d.Guest && d.v.who.Can(member.ConsentWrite)
}

// consentLine is what was said, by which way, for what.
func (d *dossier) consentLine(e consent.Entry) string {
	return d.t("consent.state."+string(e.State)) + " · " + d.t("consent.channel."+string(e.Channel)) + " · " + d.t("consent.purpose."+string(e.Purpose))
}

// consentMeta is when and how it came to us, and who wrote it down.
func (d *dossier) consentMeta(e consent.Entry) string {
	return d.v.words.Date(e.At) + " · " + d.t("consent.source."+e.Source) + " · " + d.v.words.Tf("consent.by", words.P{"name": e.By})
}

// consentDeed says what was written down; "" of another deed.
func (d *dossier) consentDeed(e event) string {
	if e.Deed != "consent.recorded" {
		return ""
	}
	said := consent.Entry{}
	for _, c := range e.Changes {
		var word string
		if err := json.Unmarshal(c.To, &word); err != nil {
			return ""
		}
		switch c.Field {
		case "state":
			said.State = consent.State(word)
		case "channel":
			said.Channel = consent.Channel(word)
		case "purpose":
			said.Purpose = consent.Purpose(word)
		}
	}
	return d.consentLine(said)
}

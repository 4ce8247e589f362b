package desk

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/member"
	"kring/domain/webhook"
	"kring/look"
	"kring/look/words"
)

func (d *Desk) webhookRoutes() {
	d.member("GET /settings/webhooks", webhooksPage)
	d.member("POST /settings/webhooks", addWebhook)
	d.member("GET /settings/webhooks/new", newWebhook)
	d.member("GET /settings/webhooks/{webhook}", webhookPage)
	d.member("POST /settings/webhooks/{webhook}", saveWebhook)
	d.member("POST /settings/webhooks/{webhook}/switch", switchWebhook)
	d.member("POST /settings/webhooks/{webhook}/removal", eraseWebhook)
	d.member("POST /settings/webhooks/{webhook}/deliveries/{delivery}/replay", replayDelivery)
}

// webhooksForm lists the subscriptions.
type webhooksForm struct {
	settingPage
	Webhooks []webhookLine
}

type webhookLine struct {
	ID, Name, URL, Meta string
	Active              bool
}

func webhooksPage(v *visit) error {
	if err := v.may(member.WebhookManage); err != nil {
		return err
	}
	all, err := v.app.Webhooks(v.r.Context(), v.who)
	if err != nil {
		return err
	}
	f := webhooksForm{settingPage: v.setting("webhooks", "")}
	f.Actions = []templ.Component{look.Button{Label: v.words.T("webhook.webhook"), Icon: "plus", Kind: look.Primary, Href: "/settings/webhooks/new"}}
	for _, h := range all {
		l := webhookLine{ID: h.ID.String(), Name: h.Name, URL: h.URL, Active: h.Active, Meta: v.words.Tn("webhook.deeds_n", len(h.Deeds), words.P{"deeds": strings.Join(h.Deeds[:min(len(h.Deeds), 3)], ", ")})}
		if h.Failed > 0 {
			l.Meta += " · " + v.words.Tn("webhook.failed_n", h.Failed)
		}
		f.Webhooks = append(f.Webhooks, l)
	}
	return v.show(http.StatusOK, webhooksView(f))
}

// webhookForm is a subscription being made, changed and watched.
type webhookForm struct {
	settingPage
	ID, Version string // "" for a new one
	Name, URL   string
	Deeds       []string
	Active      bool
	Secret      string // shown once
	Kinds       []deedKind
	Other       []string // asked for, and not in the table of deeds
	Deliveries  []deliveryLine
	More        string
	Failed      int
	History     []pastChange
	Said        map[string]string
}

type deedKind struct {
	Key, Title string
	Options    []look.Option
}

// Wants tells whether a deed is asked for.
func (f webhookForm) Wants(deed string) bool { return slices.Contains(f.Deeds, deed) }

// Open tells whether something of this kind is asked for.
func (f webhookForm) Open(k deedKind) bool {
	return slices.ContainsFunc(f.Deeds, func(d string) bool { return strings.HasPrefix(d, k.Key+".") })
}

// To is the address the form is posted to.
func (f webhookForm) To() string {
	if f.ID == "" {
		return "/settings/webhooks"
	}
	return "/settings/webhooks/" + f.ID
}

type deliveryLine struct {
	ID, At, Deed, Name, State string
	Tone                      string
	Replay, Waiting           bool
	Attempts                  []string
}

func newWebhook(v *visit) error {
	if err := v.may(member.WebhookManage); err != nil {
		return err
	}
	return v.showWebhook(http.StatusOK, webhookForm{Deeds: []string{"account.*", "contact.*"}})
}

func webhookPage(v *visit) error {
	if err := v.may(member.WebhookManage); err != nil {
		return err
	}
	i, err := pathID[id.Webhook](v, "webhook")
	if err != nil {
		return err
	}
	h, err := v.app.Webhook(v.r.Context(), v.who, i)
	if err != nil {
		return err
	}
	return v.showWebhook(http.StatusOK, webhookForm{Name: h.Name, URL: h.URL, Deeds: h.Deeds}.of(h))
}

// of fills in what is not typed.
func (f webhookForm) of(h webhook.Webhook) webhookForm {
	f.ID, f.Version, f.Active, f.Failed = h.ID.String(), strconv.FormatInt(h.Version, 10), h.Active, h.Failed
	return f
}

const deliveryRows = 25

func (v *visit) showWebhook(code int, f webhookForm) error {
	t := v.words.T
	title := t("webhook.new")
	known := []string{"*"}
	for _, k := range fact.Kinds() {
		d := deedKind{Key: string(k), Title: t("audit.kind_" + string(k))}
		known = append(known, string(k)+".*")
		for _, deed := range fact.Deeds(k) {
			known = append(known, deed)
			d.Options = append(d.Options, look.Option{Value: deed, Label: v.deed(deed), Hint: deed})
		}
		f.Kinds = append(f.Kinds, d)
	}
	for _, deed := range f.Deeds {
		if !slices.Contains(known, deed) {
			f.Other = append(f.Other, deed)
		}
	}
	if f.ID != "" {
		if err := v.watchWebhook(&f, &title); err != nil {
			return err
		}
	}
	f.settingPage = v.setting("webhooks", title)
	if f.ID == "" {
		f.Lead = t("setting.webhooks_lead")
	} else {
		f.Lead = ""
	}
	return v.show(code, webhookView(f))
}

// watchWebhook adds what went out and what happened to the subscription.
func (v *visit) watchWebhook(f *webhookForm, title *string) error {
	i, err := id.Parse[id.Webhook](f.ID)
	if err != nil {
		return err
	}
	h, err := v.app.Webhook(v.r.Context(), v.who, i)
	if err != nil {
		return err
	}
	*title = h.Name
	var before id.Delivery
	if b, err := id.Parse[id.Delivery](v.r.URL.Query().Get("before")); err == nil {
		before = b
	}
	all, err := v.app.Deliveries(v.r.Context(), v.who, i, before, deliveryRows+1)
	if err != nil {
		return err
	}
	if len(all) > deliveryRows {
		all = all[:deliveryRows]
		f.More = f.To() + "?before=" + all[deliveryRows-1].ID.String() + "#log"
	}
	for _, d := range all {
		l := deliveryLine{ID: d.ID.String(), At: v.words.Stamp(d.Created), Deed: d.Deed, Name: d.Deed, Replay: d.Replay, Waiting: d.State == webhook.Waiting,
			State: v.words.T("webhook.state_" + string(d.State)), Tone: map[webhook.State]string{webhook.Delivered: look.Good, webhook.Failed: look.Bad, webhook.Waiting: look.Warn}[d.State]}
		if kind, _, _ := strings.Cut(d.Deed, "."); v.words.Has("deed."+d.Deed) && v.words.Has("audit.one_"+kind) {
			l.Name = v.words.T("audit.one_"+kind) + ": " + v.deed(d.Deed)
		}
		for _, a := range d.Attempts {
			l.Attempts = append(l.Attempts, v.attempt(a))
		}
		f.Deliveries = append(f.Deliveries, l)
	}
	facts, err := v.app.WebhookHistory(v.r.Context(), v.who, i)
	if err != nil {
		return err
	}
	f.History, err = v.told(facts)
	return err
}

// attempt is one try in words: when, what came back, how long it took.
func (v *visit) attempt(a webhook.Attempt) string {
	p := words.P{"at": v.words.Stamp(a.At), "status": strconv.Itoa(a.Status), "ms": v.words.Number(float64(a.Took), 0), "error": a.Error}
	switch {
	case a.Status == 0 && a.Error != "":
		return v.words.Tf("webhook.attempt_error", p)
	case a.Status == 0:
		return v.words.Tf("webhook.attempt_none", p)
	}
	return v.words.Tf("webhook.attempt", p)
}

// readWebhook reads what was typed.
func readWebhook(v *visit) (f webhookForm, err error) {
	form, err := v.form()
	if err != nil {
		return f, err
	}
	deeds := form["deed"]
	if len(deeds) > 500 {
		deeds = deeds[:500]
	}
	return webhookForm{Version: form.Get("version"), Name: form.Get("name"), URL: form.Get("url"), Deeds: deeds}, nil
}

func addWebhook(v *visit) error {
	if err := v.may(member.WebhookManage); err != nil {
		return err
	}
	f, err := readWebhook(v)
	if err != nil {
		return err
	}
	h, secret, err := v.app.AddWebhook(v.r.Context(), v.who, webhook.Webhook{Name: f.Name, URL: f.URL, Deeds: f.Deeds})
	if said, code := v.inline(err); said != nil {
		f.Said = said
		return v.showWebhook(code, f)
	}
	if err != nil {
		return err
	}
	f = webhookForm{Name: h.Name, URL: h.URL, Deeds: h.Deeds, Secret: secret}.of(h)
	return v.showWebhook(http.StatusCreated, f)
}

func saveWebhook(v *visit) error {
	if err := v.may(member.WebhookManage); err != nil {
		return err
	}
	i, err := pathID[id.Webhook](v, "webhook")
	if err != nil {
		return err
	}
	f, err := readWebhook(v)
	if err != nil {
		return err
	}
	_, err = v.app.ChangeWebhook(v.r.Context(), v.who, i, version(f.Version), func(h webhook.Webhook) webhook.Webhook {
		h.Name, h.URL, h.Deeds = f.Name, f.URL, f.Deeds
		return h
	})
	if said, code := v.inline(err, errStale); said != nil {
		now, err := v.app.Webhook(v.r.Context(), v.who, i)
		if err != nil {
			return err
		}
		f = f.of(now)
		f.Said = said
		return v.showWebhook(code, f)
	}
	if err != nil {
		return err
	}
	return v.saved("setting.saved", "/settings/webhooks")
}

func switchWebhook(v *visit) error {
	i, err := pathID[id.Webhook](v, "webhook")
	if err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	on := form.Get("active") != ""
	if _, err := v.app.ChangeWebhook(v.r.Context(), v.who, i, 0, func(h webhook.Webhook) webhook.Webhook {
		h.Active = on
		return h
	}); err != nil {
		return err
	}
	said := "webhook.is_off"
	if on {
		said = "webhook.is_on"
	}
	v.toast(look.Toast{Text: v.words.T(said)})
	return v.to("/settings/webhooks/" + i.String())
}

func eraseWebhook(v *visit) error {
	i, err := pathID[id.Webhook](v, "webhook")
	if err != nil {
		return err
	}
	if err := v.app.EraseWebhook(v.r.Context(), v.who, i); err != nil {
		return err
	}
	return v.saved("webhook.erased", "/settings/webhooks")
}

func replayDelivery(v *visit) error {
	if err := v.may(member.WebhookManage); err != nil {
		return err
	}
	i, err := pathID[id.Webhook](v, "webhook")
	if err != nil {
		return err
	}
	d, err := pathID[id.Delivery](v, "delivery")
	if err != nil {
		return err
	}
	_, err = v.app.Replay(v.r.Context(), v.who, d)
	if f, ok := fault.From(err); ok && f.Kind == fault.NotFound {
		return errNoPage
	}
	if err != nil {
		return err
	}
	return v.saved("webhook.replayed", "/settings/webhooks/"+i.String()+"#log")
}

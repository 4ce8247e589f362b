package desk

import (
	"net/http"
	"strings"
	"unicode"

	"kring/app"
	"kring/base/fault"
	"kring/domain/quote"
	"kring/look"
	"kring/look/letter"
	"kring/look/words"
)

// The customer's page of a quote: it reads, asks, accepts or refuses, on a phone
// and without script. It follows nobody and is in no index.

// offerDesk is the page with what was typed and what is wrong with it.
type offerDesk struct {
	v     *visit
	f     app.Offer
	token string
	text  map[string]string
	said  map[string]string
	act   string
}

func (v *visit) offer() (*offerDesk, error) {
	h := v.w.Header()
	h.Set("X-Robots-Tag", "noindex, nofollow")
	h.Set("Referrer-Policy", "no-referrer")
	token := v.r.PathValue("token")
	f, err := v.app.Offer(v.r.Context(), token, v.device(), v.who)
	if err != nil {
		v.who = app.Who{} // the answer is the same for everybody
		return nil, err
	}
	lang := f.Quote.Language
	if l := v.r.URL.Query().Get("lang"); l == "nl" || l == "en" {
		lang = l
	}
	v.words = words.For(lang, sector(f.Org.Settings.Word)).In(app.Who{Org: f.Org}.Zone())
	return &offerDesk{v: v, f: f, token: token, text: map[string]string{"name": f.Contact}, said: map[string]string{}}, nil
}

func offerPage(v *visit) error {
	o, err := v.offer()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, offerView(o))
}

func offerPDF(v *visit) error {
	o, err := v.offer()
	if err != nil {
		return err
	}
	return v.pdf(o.f)
}

func answerOffer(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	o, err := v.offer()
	if err != nil {
		return err
	}
	for _, key := range []string{"name", "function", "email", "note", "why", "question", "asker"} {
		o.text[key] = form.Get(key)
	}
	ctx, d := v.r.Context(), v.device()
	switch o.act = form.Get("act"); o.act {
	case "accept":
		err = v.app.AcceptOffer(ctx, o.token, d, quote.Acceptance{Name: form.Get("name"), Function: o.function(form.Get("function")), Email: form.Get("email"), Note: form.Get("note"), Wording: o.wording()})
	case "refuse":
		err = v.app.RefuseOffer(ctx, o.token, d, form.Get("why"))
	case "ask", "change":
		err = v.app.AskOffer(ctx, o.token, d, quote.Question{Name: form.Get("asker"), Text: form.Get("question"), Change: o.act == "change"})
	default:
		err = errForm
	}
	if err == nil {
		return v.to(o.here())
	}
	f, ok := fault.From(err)
	if !ok || f.Kind != fault.Invalid && f.Kind != fault.Conflict {
		return err
	}
	code, _ := takeOver(v, o.said, err)
	if again, err := v.app.Offer(ctx, o.token, d, v.who); err == nil { // as it stands now
		o.f = again
	}
	return v.show(code, offerView(o))
}

// function: a consumer has none and signs for themselves.
func (o *offerDesk) function(typed string) string {
	if o.f.Person && typed == "" {
		return o.t("consumer")
	}
	return typed
}

func (o *offerDesk) here() string { return app.QuotePath + o.token }

func (o *offerDesk) t(key string) string { return o.v.words.T("offer." + key) }

func (o *offerDesk) tf(key string, p map[string]any) string { return o.v.words.Tf("offer."+key, p) }

func (o *offerDesk) money(cents int64) string {
	return letter.Amount(o.v.words, cents, o.f.Quote.Currency)
}

// wording is what stands above the button, and is kept with the acceptance.
func (o *offerDesk) wording() string {
	key := "wording"
	if o.f.Person {
		key = "wording_consumer"
	}
	return o.tf(key, map[string]any{"number": o.f.Quote.Number, "version": o.f.Quote.Revision, "gross": o.money(o.f.Quote.Totals().Gross), "house": o.f.Org.Name})
}

// cannot says why it cannot be answered.
func (o *offerDesk) cannot() string {
	f, ok := fault.From(o.f.Cannot)
	if !ok {
		return ""
	}
	return o.v.sentence(f)
}

func (o *offerDesk) page() look.Public {
	q, w := o.f.Quote, o.v.words
	head := o.t("head")
	if name := strings.Fields(o.f.Contact); len(name) > 0 {
		head = o.tf("head_name", map[string]any{"name": name[0]})
	}
	guest := o.f.Account
	if o.f.Contact != "" && !o.f.Person {
		guest = o.f.Contact + ", " + o.f.Account
	}
	p := look.Public{
		Title: w.Tf("letter.quote_title", words.P{"number": q.Number, "version": q.Revision}), House: o.f.Org.Name, Mark: initials(o.f.Org.Name), Guest: guest, Head: head,
		Lead: o.tf("lead", map[string]any{"number": q.Number, "day": w.DayText(string(q.Valid))}), Theme: o.v.theme(), Aside: offerAside(o), Foot: o.f.Org.Settings.Quotes.House,
	}
	for _, l := range words.Langs {
		p.Langs = append(p.Langs, look.Choice{Label: w.T("entry.lang_" + l), Href: "?lang=" + l, Current: w.Lang() == l})
	}
	return p
}

// initials of a house: "Brandt & Zoon" is B&Z.
func initials(name string) string {
	out := ""
	for _, word := range strings.Fields(name) {
		r := []rune(word)[0]
		if len([]rune(out)) < 3 && (unicode.IsLetter(r) || r == '&') {
			out += string(unicode.ToUpper(r))
		}
	}
	return out
}

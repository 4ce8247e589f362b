package desk

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"kring/app"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/member"
	"kring/look"
	"kring/look/words"
)

// Money that came in on the bank: a file is read, and a person takes what is
// proposed for each entry.

func (d *Desk) bankRoutes() {
	d.member("GET /bank", func(v *visit) error {
		if err := v.may(member.PaymentWrite); err != nil {
			return err
		}
		return v.showBank(http.StatusOK, v.typed(), "")
	})
	d.member("POST /bank", readBank)
	d.member("POST /bank/sure", bookSure)
	d.member("POST /bank/entries/{id}/booking", func(v *visit) error { return doEntry(v, true) })
	d.member("POST /bank/entries/{id}/leaving", func(v *visit) error { return doEntry(v, false) })
}

// bankPage is what waits, with what was typed at one of the entries.
type bankPage struct {
	typed
	b     app.BankPage
	state string
	at    string // the entry that something is wrong with
	next  string
}

const entriesOnPage = 50

func (v *visit) showBank(code int, t typed, at string) (err error) {
	p := &bankPage{typed: t, state: "open", at: at}
	ask := v.r.URL.Query()
	if s := ask.Get("state"); s == "booked" || s == "ignored" {
		p.state = s
	}
	if p.b, err = v.app.Bank(v.r.Context(), v.who, p.state, id.OrZero[id.Record](ask.Get("after")), entriesOnPage+1); err != nil {
		return err
	}
	if len(p.b.Entries) > entriesOnPage {
		p.b.Entries = p.b.Entries[:entriesOnPage]
		p.next = "/bank?state=" + p.state + "&after=" + p.b.Entries[entriesOnPage-1].ID.String()
	}
	return v.show(code, bankView(p))
}

func (p *bankPage) frame() look.Frame {
	f := p.v.frame(p.t("bank.title"), "/orders")
	f.Crumbs = []look.Crumb{{Label: p.t("bank.title")}}
	f.Head = look.Heading{Title: p.t("bank.title"), Lead: p.t("bank.lead")}
	return f
}

func (p *bankPage) states() look.Tabs {
	tabs := look.Tabs{Label: p.t("order.state")}
	for _, s := range []string{"open", "booked", "ignored"} {
		tabs.Items = append(tabs.Items, look.Tab{Label: p.t("bank.state_" + s), Href: "/bank?state=" + s, Current: s == p.state})
	}
	return tabs
}

// because says why an invoice is proposed.
func (p *bankPage) because(reasons []string) string {
	var all []string
	for _, r := range reasons {
		all = append(all, p.t("bank.reason_"+r))
	}
	return strings.Join(all, ", ")
}

func readBank(v *visit) error {
	if err := v.may(member.PaymentWrite); err != nil {
		return err
	}
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, 300<<20)
	if kind, _, _ := mime.ParseMediaType(v.r.Header.Get("Content-Type")); kind != "multipart/form-data" {
		return errForm
	}
	parts, err := v.r.MultipartReader()
	if err != nil {
		return errForm
	}
	t := v.typed()
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			t.said["file"] = v.words.T("fault.file.empty")
			return v.showBank(http.StatusUnprocessableEntity, t, "")
		}
		if err != nil {
			return errForm
		}
		if part.FormName() != "file" || part.FileName() == "" {
			continue
		}
		f, err := v.app.ReadBank(v.r.Context(), v.who, part.FileName(), part)
		if g, ok := fault.From(err); ok && (g.Kind == fault.Invalid || g.Kind == fault.Conflict) {
			t.said["file"] = v.sentence(g)
			return v.showBank(status(g.Kind), t, "")
		}
		if err != nil {
			return err
		}
		v.toast(look.Toast{Text: v.words.Tf("bank.said_read", words.P{"n": f.Entries, "skipped": f.Skipped})})
		return v.to("/bank")
	}
}

func bookSure(v *visit) error {
	if err := v.may(member.PaymentWrite); err != nil {
		return err
	}
	n, err := v.app.BookSure(v.r.Context(), v.who)
	if err != nil {
		return err
	}
	v.toast(look.Toast{Text: v.words.Tn("bank.said_sure", n)})
	return v.to("/bank")
}

func doEntry(v *visit, book bool) error {
	if err := v.may(member.PaymentWrite); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	i, err := pathID[id.Record](v, "id")
	if err != nil {
		return err
	}
	t := v.typed()
	t.text = form
	version := number64(form.Get("version"))
	if book {
		s := app.Share{Invoice: id.OrZero[id.Invoice](form.Get("invoice")), Number: strings.TrimSpace(form.Get("number"))}
		if strings.TrimSpace(form.Get("amount")) != "" {
			s.Cents, err = t.money("amount")
		}
		if err == nil {
			_, err = v.app.BookEntry(v.r.Context(), v.who, i, version, []app.Share{s})
		}
	} else {
		_, err = v.app.IgnoreEntry(v.r.Context(), v.who, i, version, form.Get("why"))
	}
	if err != nil {
		if code, ok := t.refused(err, form); ok {
			return v.showBank(code, t, i.String())
		}
		return err
	}
	said := "bank.said_left"
	if book {
		said = "bank.said_booked"
	}
	v.toast(look.Toast{Text: v.words.T(said)})
	return v.to("/bank")
}

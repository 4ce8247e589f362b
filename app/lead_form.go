package app

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"slices"

	"kring/base/fact"
	"kring/base/id"
	"kring/domain/consent"
	"kring/domain/entry"
	"kring/domain/lead"
	"kring/domain/member"
	"kring/domain/organisation"
	"kring/store"
)

// FormPath is where web forms stand; the key follows.
const FormPath = "/f/"

// LeadForms are the web forms of the organisation.
func (a *App) LeadForms(ctx context.Context, who Who) (all []lead.Form, err error) {
	err = a.peek(ctx, who, member.LeadRead, func(v *store.View) error {
		all, err = v.LeadForms()
		return err
	})
	return all, err
}

// LeadForm is one web form.
func (a *App) LeadForm(ctx context.Context, who Who, i id.Source) (f lead.Form, err error) {
	err = a.peek(ctx, who, member.LeadRead, func(v *store.View) error {
		f, err = v.LeadForm(i)
		return err
	})
	return f, err
}

// SaveLeadForm makes a form, when it has no id, or changes one. The version is
// that which the visitor read.
func (a *App) SaveLeadForm(ctx context.Context, who Who, f lead.Form) (_ lead.Form, err error) {
	err = a.write(ctx, who, member.LeadSet, func(tx *store.Tx) error {
		next, err := f.Tidy()
		if err != nil {
			return err
		}
		if next.Team, err = placed(tx, next.Owner, next.Team); err != nil {
			return err
		}
		next.Updated = tx.Now()
		if f.ID.IsZero() {
			next.ID, next.Version, next.Created = id.New[id.Source](), 1, tx.Now()
			next.Key, next.Secret = formKey(who.Org.ID), randomText()
			f, err = tx.AddLeadForm(next, fact.Fact{Deed: "form.made", Changes: lead.DiffForm(lead.Form{}, next)})
			return err
		}
		was, err := tx.LeadForm(f.ID)
		if err != nil {
			return err
		}
		if was.Version != f.Version {
			return store.ErrStale
		}
		next.Key, next.Secret, next.Created = was.Key, was.Secret, was.Created
		changes := lead.DiffForm(was, next)
		if len(changes) == 0 {
			f = was
			return nil
		}
		f, err = tx.SaveLeadForm(next, fact.Fact{Deed: "form.changed", Changes: changes})
		return err
	})
	return f, err
}

// formKey is an address that cannot be guessed and says in which organisation the
// form is, so that it is found where that organisation's data is.
func formKey(o id.Org) string {
	b := make([]byte, 12)
	rand.Read(b) //nolint:errcheck // never fails, it says
	return base64.RawURLEncoding.EncodeToString(append(o[:], b...))
}

func randomText() string {
	b := make([]byte, 18)
	rand.Read(b) //nolint:errcheck // never fails, it says
	return base64.RawURLEncoding.EncodeToString(b)
}

func formOrg(key string) (id.Org, error) {
	b, err := base64.RawURLEncoding.DecodeString(key)
	if err != nil || len(b) != 28 {
		return id.Org{}, store.ErrNotFound
	}
	return id.Org(b[:16]), nil
}

// PublicForm is a form as a visitor sees it.
type PublicForm struct {
	Form lead.Form
	Org  organisation.Organisation
}

// FormAt is the open form with an address, for anyone.
func (a *App) FormAt(ctx context.Context, key string) (p PublicForm, err error) {
	o, err := formOrg(key)
	if err != nil {
		return p, err
	}
	err = a.db.Read(ctx, o, func(v *store.View) error {
		if p.Form, err = v.LeadFormAt(key); err != nil {
			return err
		}
		p.Org, err = v.Organisation()
		return err
	})
	if err == nil && p.Form.Closed {
		err = lead.ErrClosed
	}
	return p, err
}

// Stamp is what a page of a form carries that is made now.
func (a *App) Stamp(f lead.Form) string { return f.Stamp(id.New[id.Lead](), a.Now()) }

// Posted is a form that was filled in.
type Posted struct {
	Fields  map[string]string
	Lang    string
	Stamp   string // of the page; a program has none
	Trap    string // a field that people do not see
	Consent bool
	Device  Device
	Program bool // sent by a site's own program and not from our page
}

// PostForm makes a lead of a form that anyone filled in. A page sent twice makes
// one lead; who is a lead already gets another sign with it. What a machine
// fills in is thanked for and forgotten. It is done by nobody in particular, and
// bounded: per address and per form only so many are taken in a quarter.
func (a *App) PostForm(ctx context.Context, key string, in Posted) (p PublicForm, err error) {
	if p, err = a.FormAt(ctx, key); err != nil {
		return p, err
	}
	f := p.Form
	if in.Trap != "" {
		return p, nil
	}
	i := id.New[id.Lead]()
	if !in.Program {
		if i, err = f.Read(in.Stamp, a.Now()); err != nil {
			return p, err
		}
	}
	who := Who{Org: p.Org}
	d, err := f.Filled(in.Fields, in.Lang)
	if err != nil {
		return p, err
	}
	l, err := lead.Make(i, a.Now(), p.Org.Settings.Country, d)
	if err != nil {
		return p, err
	}
	if err := a.formTries(ctx, f, in); err != nil {
		return p, err
	}
	return p, a.db.Write(ctx, p.Org.ID, system("form"), func(tx *store.Tx) error {
		there, err := tx.LeadsByID([]id.Lead{i})
		if err != nil || len(there) > 0 {
			return err
		}
		l, err := a.takeForm(tx, who, f, l)
		if err != nil || !in.Consent || !f.Consent.Asked() || l.ID.IsZero() {
			return err
		}
		return tx.AddOptIn(lead.OptIn{
			ID: id.New[id.Record](), Lead: l.ID, Form: f.ID, Secret: randomText(), Wording: f.Consent.Text.In(in.Lang), Channel: f.Consent.Channel, Purpose: f.Consent.Purpose,
			Text: f.Consent.Version, Asked: tx.Now(),
		})
	})
}

// takeForm makes a lead, or adds a sign to the one that this address is already;
// the zero lead when that one has signs enough.
func (a *App) takeForm(tx *store.Tx, who Who, f lead.Form, l lead.Lead) (lead.Lead, error) {
	t := lead.Touch{ID: id.New[id.Record](), At: tx.Now(), Kind: f.Event, Text: f.Name}
	if l.Email != "" {
		same, err := tx.LeadsMailed([]string{l.Email}, 20)
		if err != nil {
			return l, err
		}
		same = slices.DeleteFunc(same, func(o lead.Lead) bool { return o.State == lead.Disqualified })
		if len(same) > 0 {
			return a.signAgain(tx, who, same[0], t, l.Question)
		}
	}
	s, err := tx.LeadSetting()
	if err != nil {
		return l, err
	}
	l.Form = f.ID
	return a.storeLead(tx, who, s, l, []lead.Touch{t})
}

func (a *App) signAgain(tx *store.Tx, who Who, l lead.Lead, t lead.Touch, question string) (lead.Lead, error) {
	w, err := a.leadWork(tx, who, l)
	if err != nil {
		return l, err
	}
	if len(w.touches) >= lead.MaxTouches {
		return lead.Lead{}, nil
	}
	if question != "" {
		t.Text += ": " + firstRunes(question, lead.MaxWhy-lead.MaxName-2)
	}
	next, changes, err := a.touched(w, t)
	if err != nil {
		return l, err
	}
	return a.keepLead(tx, w, next, fact.Fact{Deed: "lead.touched", Changes: changes})
}

func firstRunes(s string, n int) string {
	for i := range s {
		if n--; n < 0 {
			return s[:i]
		}
	}
	return s
}

// formTries counts what an address and a form take in within the window, and
// refuses more: what is over the limit already costs no write.
func (a *App) formTries(ctx context.Context, f lead.Form, in Posted) error {
	address := byAddress(in.Device)
	tries := []tried{{"form " + f.ID.String() + " " + address.name, lead.PerAddress, true}, {"form " + f.ID.String(), lead.PerForm, true}}
	if in.Program {
		tries[0].most = lead.PerAPI // a site sends what all its visitors filled in
	}
	err := a.db.Read(ctx, nowhere, func(v *store.View) error {
		for _, t := range tries {
			n, err := v.Attempts(t.name)
			if err != nil {
				return err
			}
			if n >= t.most {
				return lead.ErrOften
			}
		}
		return nil
	})
	if err == nil {
		err = a.try(ctx, tries...)
	}
	if errors.Is(err, entry.ErrTooOften) {
		err = lead.ErrOften
	}
	return err
}

// OptInAt is the consent that a link confirms, with its form, for anyone.
func (a *App) OptInAt(ctx context.Context, key, secret string) (o lead.OptIn, p PublicForm, err error) {
	org, err := formOrg(key)
	if err != nil {
		return o, p, lead.ErrOptIn
	}
	err = a.db.Read(ctx, org, func(v *store.View) error {
		if o, p, err = optInAt(v, key, secret); err != nil {
			return err
		}
		p.Org, err = v.Organisation()
		return err
	})
	return o, p, err
}

func optInAt(v *store.View, key, secret string) (o lead.OptIn, p PublicForm, err error) {
	if o, err = v.OptIn(secret); err == nil {
		p.Form, err = v.LeadFormAt(key)
	}
	if errors.Is(err, store.ErrNotFound) || err == nil && (p.Form.ID != o.Form || o.Confirmed == 0 && !o.Stands(v.Now())) {
		err = lead.ErrOptIn
	}
	return o, p, err
}

// ConfirmOptIn writes a consent that somebody ticked into the ledger, now that
// they confirmed it from their own mailbox: of the lead, or of the contact that
// it became. Done again it changes nothing.
func (a *App) ConfirmOptIn(ctx context.Context, key, secret string) error {
	org, err := formOrg(key)
	if err != nil {
		return lead.ErrOptIn
	}
	return a.db.Write(ctx, org, system("form"), func(tx *store.Tx) error {
		o, p, err := optInAt(&tx.View, key, secret)
		if err != nil {
			return err
		}
		first, err := tx.ConfirmOptIn(o)
		if err != nil || !first {
			return err
		}
		all, err := tx.LeadsByID([]id.Lead{o.Lead})
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return lead.ErrOptIn
		}
		l := all[0]
		kind, subject := fact.Lead, l.ID.Any()
		if !l.Contact.IsZero() {
			kind, subject = fact.Contact, l.Contact.Any()
		}
		_, err = a.ledgerLine(tx, kind, subject, l.Organisation, consent.Draft{
			Channel: consent.Channel(o.Channel), Purpose: consent.Purpose(o.Purpose), State: consent.Given, Source: "form", Wording: o.Wording, Version: o.Text,
			Proof: "form " + p.Form.Name + ", double opt-in",
		})
		return err
	})
}

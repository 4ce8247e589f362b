package app_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"kring/app"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/job"
	"kring/base/opt"
	"kring/domain/account"
	"kring/domain/consent"
	"kring/domain/contact"
	"kring/domain/lead"
	"kring/domain/member"
	"kring/kit"
	"kring/store"
)

// funnel is an organisation with marketing and sales.
type funnel struct {
	*testing.T
	w                 *kit.World
	clock             *kit.Clock
	mark, bram, femke app.Who
	service, privacy  app.Who
	form              lead.Form
}

func funnels(t *testing.T, fn func(f *funnel)) {
	t.Helper()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		w := kit.New(t, db)
		sales := w.Team("Nieuwe klanten")
		f := &funnel{T: t, w: w, clock: clock, mark: w.Member("Mark", member.Marketer), bram: w.Member("Bram", member.NewBusiness, sales.ID), femke: w.Member("Femke", member.AccountManager)}
		f.service, f.privacy = w.Member("Els", member.Service), w.Member("Piet", member.Privacy)
		form, err := w.App.SaveLeadForm(t.Context(), f.mark, lead.Form{
			Name: "Proefplaatsing", Title: lead.Texts{NL: "Vraag een proefplaatsing aan", EN: "Ask for a trial"}, Source: "site", Segment: "Zorg",
			Fields:  []lead.Ask{{Field: "name", Required: true}, {Field: "organisation"}, {Field: "email", Required: true}, {Field: "phone"}, {Field: "size"}, {Field: "question"}},
			Consent: lead.Consent{Text: lead.Texts{NL: "Mail mij over nieuws", EN: "Mail me news"}, Channel: "email", Purpose: "commercial", Version: "2026-12"},
			Sites:   []string{"https://www.brandt.example"},
		})
		f.must(err)
		f.form = form
		fn(f)
	})
}

func (f *funnel) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

func (f *funnel) post(address string, fields map[string]string, more ...func(*app.Posted)) error {
	f.Helper()
	p := app.Posted{Fields: fields, Lang: "nl", Stamp: f.w.App.Stamp(f.form), Device: app.Device{Address: address}}
	f.clock.Advance(3 * time.Second)
	for _, m := range more {
		m(&p)
	}
	_, err := f.w.App.PostForm(f.Context(), f.form.Key, p)
	return err
}

func (f *funnel) leads() []lead.Lead {
	f.Helper()
	all, err := f.w.App.Leads(f.Context(), f.bram, app.LeadQuery{Sort: "created", Limit: 200})
	f.must(err)
	return all
}

// sql is a lead that sales qualified.
func (f *funnel) sql(d lead.Draft) lead.Lead {
	f.Helper()
	ctx, a := f.Context(), f.w.App
	l, err := a.AddLead(ctx, f.mark, d)
	f.must(err)
	_, err = a.WorkLead(ctx, f.mark, l.ID, 0, f.mark.Member.ID)
	f.must(err)
	_, err = a.JudgeLead(ctx, f.mark, l.ID, 0, 60_00, "Kent ons")
	f.must(err)
	_, err = a.OfferLead(ctx, f.mark, l.ID, 0, id.Member{})
	f.must(err)
	_, err = a.AcceptLead(ctx, f.bram, l.ID, 0)
	f.must(err)
	some := opt.Some[string]
	l, err = a.ConfirmLead(ctx, f.bram, l.ID, 0, lead.Patch{Need: some("Lange rij"), NextStep: some("Proef"), NextDay: some(string(a.Today(f.bram).Add(3))), Role: some("decider")})
	f.must(err)
	return l
}

func TestLeadWay(t *testing.T) {
	t.Parallel()
	funnels(t, func(f *funnel) {
		ctx, a := f.Context(), f.w.App
		l, err := a.AddLead(ctx, f.mark, lead.Draft{Name: "Anna de Vries", Organisation: "Zorg Oost", Email: "anna@zorgoost.nl", Phone: "0612345678", Size: 80, Function: "Inkoper", Segment: "Zorg", Source: "fair"})
		f.must(err)
		if n, err := a.CountLeadsWaiting(ctx, f.bram); n != 1 || err != nil {
			f.Errorf("%d wait, %v", n, err)
		}
		if _, err := a.AcceptLead(ctx, f.mark, l.ID, 0); !errors.Is(err, app.ErrDenied) {
			f.Error("marketing accepts", err)
		}
		if _, err := a.WorkLead(ctx, f.bram, l.ID, l.Version+1, f.bram.Member.ID); !errors.Is(err, store.ErrStale) {
			f.Error("a version that was never there", err)
		}
		l, err = a.WorkLead(ctx, f.bram, l.ID, l.Version, id.Member{})
		f.must(err)
		if l.Owner != f.bram.Member.ID || l.Team.IsZero() {
			f.Error("who takes it in hand has it", l.Owner)
		}
		// Fit is 50 of 50: an offer needs no behaviour.
		if l.Score != 50_00 {
			f.Error(l.Score)
		}
		l, err = a.TouchLead(ctx, f.bram, l.ID, lead.Touch{Kind: "call", Text: "Gebeld over de beurs", Ours: true})
		f.must(err)
		if l.Responded == 0 || l.Score != 65_00 {
			f.Error("a call is a response and counts", l.Responded, l.Score)
		}
		l, err = a.OfferLead(ctx, f.bram, l.ID, 0, id.Member{})
		f.must(err)
		l, err = a.ReturnLead(ctx, f.bram, l.ID, 0, "Eerst uitzoeken wie beslist")
		f.must(err)
		if l.State != lead.Working || l.Why == "" {
			f.Error(l.State, l.Why)
		}
		l, err = a.RestLead(ctx, f.bram, l.ID, 0, a.Today(f.bram).Add(40), "Na de verbouwing")
		f.must(err)
		// A sign of theirs wakes it.
		if l, err := a.TouchLead(ctx, f.femke, l.ID, lead.Touch{Kind: "reply", Text: "Mailde terug"}); err == nil {
			f.Error("who sees only their own touches another's lead", l.State)
		}
		l, err = a.TouchLead(ctx, f.bram, l.ID, lead.Touch{Kind: "reply", Text: "Mailde terug"})
		f.must(err)
		if l.State != lead.Working || l.Recycled != 1 || l.Before != lead.Nurture {
			f.Error("woken", l.State, l.Recycled)
		}
		p, err := a.LeadPage(ctx, f.bram, l.ID)
		f.must(err)
		if len(p.Touches) != 2 || p.Score.Total != l.Score || len(p.Facts) < 6 {
			f.Error(len(p.Touches), p.Score, len(p.Facts))
		}
		// What was never said of a person stays out of the facts.
		for _, one := range p.Facts {
			for _, c := range one.Changes {
				if c.Field == "email" && string(c.To) != `"•••"` {
					f.Errorf("a fact says %s", c.To)
				}
			}
		}
		// Another organisation sees nothing.
		if _, err := a.Lead(ctx, f.w.MemberOf(f.w.Organisation("Elders"), "Vera", member.Admin), l.ID); !errors.Is(err, store.ErrNotFound) {
			f.Error(err)
		}
	})
}

func TestConvertLead(t *testing.T) {
	t.Parallel()
	funnels(t, func(f *funnel) {
		ctx, a := f.Context(), f.w.App
		l := f.sql(lead.Draft{Name: "Anna de Vries", Organisation: "Zorg Oost", Email: "anna@zorgoost.nl", Phone: "0612345678", City: "Zwolle", Function: "Inkoper", Source: "download"})
		if _, err := a.ConvertLead(ctx, f.mark, l.ID, 0, app.LeadTarget{}); !errors.Is(err, app.ErrDenied) {
			f.Error(err)
		}
		// Two at once, and each twice: one relation, one contact.
		var wait sync.WaitGroup
		said, errs := make([]lead.Lead, 4), make([]error, 4)
		for n := range said {
			wait.Go(func() { said[n], errs[n] = a.ConvertLead(ctx, f.bram, l.ID, 0, app.LeadTarget{}) })
		}
		wait.Wait()
		for n := range said {
			if errs[n] != nil || said[n].State != lead.Converted || said[n].Account != said[0].Account {
				f.Errorf("%d: %v %s", n, errs[n], said[n].State)
			}
		}
		acc, err := a.Account(ctx, f.bram, said[0].Account)
		f.must(err)
		people, err := a.ContactsAt(ctx, f.bram, acc.ID)
		f.must(err)
		if acc.Name != "Zorg Oost" || acc.Source != "site" || len(people) != 1 || people[0].Name() != "Anna de Vries" || people[0].Emails[0].Address != "anna@zorgoost.nl" {
			f.Error(acc, people)
		}
		if at, _ := people[0].At(acc.ID); at.Function != "Inkoper" || len(at.Roles) != 1 || at.Roles[0] != contact.Decider {
			f.Error(at)
		}
		// The next one of the same firm does not make it again, unless who is sure.
		again := f.sql(lead.Draft{Name: "Anna de Vries", Organisation: "Zorg Oost", Email: "anna@zorgoost.nl", Phone: "0612345678", City: "Zwolle"})
		_, err = a.ConvertLead(ctx, f.bram, again.ID, 0, app.LeadTarget{})
		w, _ := fault.From(err)
		if w == nil || !errors.Is(w.Fields["account"], app.ErrLikely) || !errors.Is(w.Fields["contact"], app.ErrLikely) {
			f.Fatal(err)
		}
		p, err := a.LeadPage(ctx, f.bram, again.ID)
		f.must(err)
		if len(p.Accounts) == 0 || p.Accounts[0].ID != acc.ID.Any() || len(p.Contacts) == 0 || p.Contacts[0].ID != people[0].ID.Any() {
			f.Fatal(p.Accounts, p.Contacts)
		}
		again, err = a.ConvertLead(ctx, f.bram, again.ID, again.Version, app.LeadTarget{Account: acc.ID, Contact: people[0].ID})
		f.must(err)
		if people, err = a.ContactsAt(ctx, f.bram, acc.ID); err != nil || len(people) != 1 || again.Account != acc.ID {
			f.Error(len(people), err)
		}
		// Somebody for themselves is a person with one contact.
		private := f.sql(lead.Draft{Name: "Piet van den Berg", Email: "piet@vandenberg.nl"})
		private, err = a.ConvertLead(ctx, f.bram, private.ID, 0, app.LeadTarget{})
		f.must(err)
		if acc, err = a.Account(ctx, f.bram, private.Account); err != nil || acc.Kind != account.Person {
			f.Error(acc, err)
		}
		if people, err = a.ContactsAt(ctx, f.bram, acc.ID); err != nil || len(people) != 1 || people[0].ID != private.Contact || people[0].Family != "Berg" {
			f.Error(people, err)
		}
		// Nothing lands when a part of it cannot.
		half := f.sql(lead.Draft{Name: "Karel", Organisation: "Half"})
		if _, err := a.ConvertLead(ctx, f.bram, half.ID, 0, app.LeadTarget{Contact: id.New[id.Contact]()}); err == nil {
			f.Error("a contact that is not there")
		}
		if found, err := a.LikeAccount(ctx, f.bram, account.Draft{Name: "Half"}); err != nil || len(found) != 0 {
			f.Error("a relation without its contact", found, err)
		}
		if _, err := a.ChangeLead(ctx, f.bram, private.ID, 0, lead.Patch{City: opt.Some("X")}); !errors.Is(err, lead.ErrConverted) {
			f.Error(err)
		}
	})
}

func TestPostForm(t *testing.T) {
	t.Parallel()
	funnels(t, func(f *funnel) {
		ctx, a := f.Context(), f.w.App
		anna := map[string]string{"name": "Anna", "organisation": "Zorg Oost", "email": "anna@zorgoost.nl", "question": "Kan het in januari?"}
		var stamp string
		f.must(f.post("10.0.0.1", anna, func(p *app.Posted) { p.Consent, stamp = true, p.Stamp }))
		f.must(f.post("10.0.0.1", anna, func(p *app.Posted) { p.Stamp = stamp })) // sent twice
		all := f.leads()
		if len(all) != 1 || all[0].Form != f.form.ID || all[0].Segment != "Zorg" || all[0].Score != 40_00 || all[0].Due == lead.NoClock {
			f.Fatal(all)
		}
		// The same person again is another sign of one lead.
		f.must(f.post("10.0.0.2", anna))
		if all = f.leads(); len(all) != 1 || all[0].Score <= 59_00 {
			f.Error(len(all), all[0].Score)
		}
		// What a machine fills in is thanked for and forgotten.
		f.must(f.post("10.0.0.3", map[string]string{"name": "Bot", "email": "bot@example.nl"}, func(p *app.Posted) { p.Trap = "http://spam" }))
		if _, err := a.PostForm(ctx, f.form.Key, app.Posted{Fields: anna, Stamp: a.Stamp(f.form), Device: app.Device{Address: "10.0.0.3"}}); !errors.Is(err, lead.ErrFast) {
			f.Error("in no time", err)
		}
		if err := f.post("10.0.0.3", map[string]string{"name": "Jan"}); fault.KindOf(err) != fault.Invalid {
			f.Error("without an address", err)
		}
		if len(f.leads()) != 1 {
			f.Error("a lead of a machine")
		}

		// Consent that was ticked is none yet.
		p, err := a.LeadPage(ctx, f.mark, all[0].ID)
		f.must(err)
		mail := consent.Cell{Channel: consent.Email, Purpose: consent.Commercial}
		if len(p.OptIns) != 1 || len(p.Consents) != 0 {
			f.Fatal(p.OptIns, p.Consents)
		}
		secret := p.OptIns[0].Secret
		if err := a.ConfirmOptIn(ctx, f.form.Key, secret+"x"); !errors.Is(err, lead.ErrOptIn) {
			f.Error(err)
		}
		f.must(a.ConfirmOptIn(ctx, f.form.Key, secret))
		f.must(a.ConfirmOptIn(ctx, f.form.Key, secret))
		if p, err = a.LeadPage(ctx, f.mark, all[0].ID); err != nil || p.Consents[mail].State != consent.Given || p.Consents[mail].Wording != "Mail mij over nieuws" || p.Consents[mail].Version != "2026-12" {
			f.Error(p.Consents, err)
		}
		// It follows to the contact, at the moment at which it was given.
		said := p.Consents[mail].At
		l, err := a.WorkLead(ctx, f.bram, all[0].ID, 0, f.bram.Member.ID)
		f.must(err)
		_, err = a.JudgeLead(ctx, f.bram, l.ID, 0, 50_00, "Grote zorginstelling")
		f.must(err)
		_, err = a.OfferLead(ctx, f.bram, l.ID, 0, id.Member{})
		f.must(err)
		_, err = a.AcceptLead(ctx, f.bram, l.ID, 0)
		f.must(err)
		some := opt.Some[string]
		_, err = a.ConfirmLead(ctx, f.bram, l.ID, 0, lead.Patch{Need: some("Rij"), NextStep: some("Proef"), NextDay: some(string(a.Today(f.bram))), Role: some("user")})
		f.must(err)
		l, err = a.ConvertLead(ctx, f.bram, l.ID, 0, app.LeadTarget{})
		f.must(err)
		lines, standing, err := a.Consents(ctx, f.bram, fact.Contact, l.Contact.Any())
		if err != nil || len(lines) != 1 || standing[mail].State != consent.Given || standing[mail].At != said {
			f.Error(lines, err)
		}

		// A closed form is not there.
		f.form.Closed = true
		_, err = a.SaveLeadForm(ctx, f.mark, f.form)
		f.must(err)
		if err := f.post("10.0.0.9", anna); !errors.Is(err, lead.ErrClosed) {
			f.Error(err)
		}
		if _, err := a.FormAt(ctx, "nonsense"); !errors.Is(err, store.ErrNotFound) {
			f.Error(err)
		}
		if _, err := a.SaveLeadForm(ctx, f.bram, lead.Form{}); !errors.Is(err, app.ErrDenied) {
			f.Error(err)
		}
	})
}

// Posted without end: what one address and one form take in is bounded, and it
// opens again by itself.
func TestPostFormBounded(t *testing.T) {
	t.Parallel()
	funnels(t, func(f *funnel) {
		post := func(n int, address string) error {
			return f.post(address, map[string]string{"name": "A", "email": fmt.Sprintf("a%d@example.nl", n)})
		}
		taken := 0
		for n := range 40 {
			if err := post(n, "10.0.0.1"); err == nil {
				taken++
			} else if !errors.Is(err, lead.ErrOften) {
				f.Fatal(err)
			}
		}
		if taken != lead.PerAddress || len(f.leads()) != lead.PerAddress {
			f.Errorf("%d of one address", taken)
		}
		f.must(post(100, "10.0.0.2"))
		f.clock.Advance(16 * time.Minute)
		f.must(post(101, "10.0.0.1"))
	})
}

func TestObjection(t *testing.T) {
	t.Parallel()
	funnels(t, func(f *funnel) {
		ctx, a := f.Context(), f.w.App
		l, err := a.AddLead(ctx, f.bram, lead.Draft{Name: "Anna", Email: "anna@zorgoost.nl", Owner: f.bram.Member.ID})
		f.must(err)
		l, err = a.DisqualifyLead(ctx, f.bram, l.ID, l.Version, "objection", "Nooit meer bellen")
		f.must(err)
		p, err := a.LeadPage(ctx, f.bram, l.ID)
		f.must(err)
		if !l.Objection || len(p.Consents) != 18 || p.Consents[consent.Cell{Channel: consent.Phone, Purpose: consent.Commercial}].State != consent.Objection {
			f.Error(l.Objection, len(p.Consents))
		}
		// A year later all of it is erased; that they said never is not.
		f.clock.Advance(400 * 24 * time.Hour)
		f.must(a.Jobs()["lead.day"](ctx, job.Job{}))
		if _, err := a.Lead(ctx, f.bram, l.ID); !errors.Is(err, store.ErrNotFound) {
			f.Error("a lead of a year ago", err)
		}
		again, err := a.AddLead(ctx, f.bram, lead.Draft{Name: "Iemand", Email: "ANNA@zorgoost.nl"})
		if err != nil || !again.Objection {
			f.Error("forgotten that they objected", err)
		}
	})
}

func TestLeadDay(t *testing.T) {
	t.Parallel()
	funnels(t, func(f *funnel) {
		ctx, a := f.Context(), f.w.App
		day := a.Jobs()["lead.day"]
		l, err := a.AddLead(ctx, f.bram, lead.Draft{Name: "Anna"})
		f.must(err)
		l, err = a.TouchLead(ctx, f.bram, l.ID, lead.Touch{Kind: "reply"})
		f.must(err)
		rest, err := a.AddLead(ctx, f.bram, lead.Draft{Name: "Bea"})
		f.must(err)
		_, err = a.RestLead(ctx, f.bram, rest.ID, 0, a.Today(f.bram).Add(700), "")
		f.must(err)
		f.clock.Advance(30 * 24 * time.Hour)
		f.must(day(ctx, job.Job{}))
		if now, err := a.Lead(ctx, f.bram, l.ID); err != nil || now.Score != 10_00 || now.Version != l.Version {
			f.Error("half of it is left after a half-life, and no version", now.Score, err)
		}
		f.clock.Advance(400 * 24 * time.Hour)
		f.must(day(ctx, job.Job{}))
		if all := f.leads(); len(all) != 1 || all[0].ID != rest.ID {
			f.Error("who is nurtured is kept longer", len(all))
		}
		if _, err := f.w.App.FactLog(ctx, f.w.Member("Ada", member.Admin), fact.Query{Deed: "lead.erased", Limit: 5}); err != nil {
			f.Error(err)
		}
	})
}

func TestLeadList(t *testing.T) {
	t.Parallel()
	funnels(t, func(f *funnel) {
		ctx, a := f.Context(), f.w.App
		for n := range 9 {
			d := lead.Draft{Name: fmt.Sprintf("Lead %d", n), Source: []string{"site", "fair", "cold"}[n%3], Size: n * 10}
			if n%2 == 0 {
				d.Owner = f.femke.Member.ID
			}
			_, err := a.AddLead(ctx, f.mark, d)
			f.must(err)
			f.clock.Advance(time.Minute)
		}
		for _, sort := range app.LeadSorts {
			q, seen := app.LeadQuery{Open: true, Sort: sort, Limit: 4}, map[id.Lead]bool{}
			for last := (app.LeadPlace{}); ; {
				page, err := a.Leads(ctx, f.mark, q)
				f.must(err)
				for _, l := range page {
					at := q.Place(l)
					if seen[l.ID] || !last.ID.IsZero() && (sort == "due" && at.At < last.At || sort != "due" && at.At > last.At) {
						f.Errorf("%s: out of order", sort)
					}
					seen[l.ID], last = true, at
				}
				if len(page) < 4 {
					break
				}
				q.After = q.Place(page[3])
			}
			if len(seen) != 9-5*btoi(f.mark.Scope(fact.Account) != member.All) {
				f.Errorf("%s: %d", sort, len(seen))
			}
		}
		for name, c := range map[string]struct {
			q    app.LeadQuery
			want int
		}{
			"of nobody": {app.LeadQuery{Nobody: true}, 4}, "by source": {app.LeadQuery{Source: "site", Nobody: true}, 1}, "by name": {app.LeadQuery{Find: "lead 3"}, 1},
			"reached": {app.LeadQuery{Reached: "working"}, 0}, "bought": {app.LeadQuery{Reached: "bought"}, 0}, "nurtured": {app.LeadQuery{State: lead.Nurture}, 0},
		} {
			if n, err := a.CountLeads(ctx, f.bram, c.q, 100); err != nil || n != c.want {
				f.Errorf("%s: %d %v", name, n, err)
			}
		}
	})
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestLeadFigures(t *testing.T) {
	t.Parallel()
	funnels(t, func(f *funnel) {
		ctx, a := f.Context(), f.w.App
		today := a.Today(f.mark)
		director := f.w.Member("Daan", member.Director)
		l := f.sql(lead.Draft{Name: "Anna", Organisation: "Zorg", Source: "site"})
		_, err := a.ConvertLead(ctx, f.bram, l.ID, 0, app.LeadTarget{})
		f.must(err)
		for range 2 {
			_, err := a.AddLead(ctx, f.mark, lead.Draft{Name: "B", Source: "site"})
			f.must(err)
		}
		f.must(a.SaveLeadCost(ctx, f.mark, lead.Cost{Source: "site", Month: today.Month(), Marketing: 120_00, Sales: 30_00}))
		f.must(a.SaveLeadCost(ctx, f.mark, lead.Cost{Source: "fair", Month: today.Month(), Marketing: 50_00}))
		if err := a.SaveLeadCost(ctx, f.bram, lead.Cost{}); err == nil {
			f.Error("a cost of nothing")
		}
		got, err := a.LeadFigures(ctx, director, today, today)
		f.must(err)
		if got.All.Leads != 3 || got.All.Reached["converted"] != 1 || got.All.Marketing != 170_00 || got.All.Reached["bought"] != 0 || got.All.Median != -1 {
			f.Error(got.All)
		}
		if per, ok := got.Sources[0].PerLead(); got.Sources[0].Source != "site" || per != 40_00 || !ok {
			f.Error(got.Sources[0])
		}
		if _, err := a.LeadFigures(ctx, director, today, today.Add(-1)); !errors.Is(err, app.ErrLeadPeriod) {
			f.Error(err)
		}
	})
}

func TestLeadSetting(t *testing.T) {
	t.Parallel()
	funnels(t, func(f *funnel) {
		ctx, a := f.Context(), f.w.App
		s, err := a.LeadSetting(ctx, f.mark)
		f.must(err)
		s.Fit = []lead.FitRule{{Field: "city", Is: "is", Value: "Zwolle", Points: 33_00}}
		next, err := a.SaveLeadSetting(ctx, f.mark, s)
		f.must(err)
		if _, err := a.SaveLeadSetting(ctx, f.mark, s); !errors.Is(err, store.ErrStale) {
			f.Error(err)
		}
		if l, err := a.AddLead(ctx, f.mark, lead.Draft{Name: "A", City: "Zwolle"}); err != nil || l.Score != 33_00 {
			f.Error(l.Score, err)
		}
		next.Keep = 0
		if _, err := a.SaveLeadSetting(ctx, f.mark, next); fault.KindOf(err) != fault.Invalid {
			f.Error(err)
		}
		if _, err := a.SaveLeadSetting(ctx, f.bram, next); !errors.Is(err, app.ErrDenied) {
			f.Error(err)
		}
	})
}

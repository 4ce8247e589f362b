package app

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/domain/consent"
	"kring/domain/lead"
	"kring/domain/match"
	"kring/domain/member"
	"kring/store"
)

// leadClock is the working time of an organisation with the terms it chose.
func leadClock(who Who, s lead.Setting) lead.Clock {
	return lead.Clock{Calendar: who.Calendar(), Terms: s.Terms, Zone: who.Zone()}
}

// LeadSetting is how the organisation deals with leads.
func (a *App) LeadSetting(ctx context.Context, who Who) (s lead.Setting, err error) {
	err = a.peek(ctx, who, member.LeadRead, func(v *store.View) error {
		s, err = v.LeadSetting()
		return err
	})
	return s, err
}

// SaveLeadSetting changes it: version is that which the visitor read. All scores
// follow in the night, and each lead at its next sign.
func (a *App) SaveLeadSetting(ctx context.Context, who Who, next lead.Setting) (s lead.Setting, err error) {
	err = a.write(ctx, who, member.LeadSet, func(tx *store.Tx) error {
		was, err := tx.LeadSetting()
		if err != nil {
			return err
		}
		if was.Version != next.Version {
			return store.ErrStale
		}
		if s, err = next.Tidy(); err != nil {
			return err
		}
		keys := []string{"fit", "events", "terms", "segments", "frame", "keep", "keep_rest"}
		of := func(s lead.Setting) func(string) any {
			return func(key string) any {
				return map[string]any{"fit": s.Fit, "events": s.Events, "terms": s.Terms, "segments": s.Segments, "frame": s.Frame, "keep": s.Keep, "keep_rest": s.KeepRest}[key]
			}
		}
		changes := fact.Between(keys, of(was), of(s))
		if len(changes) == 0 {
			s = was
			return nil
		}
		s, err = tx.SaveLeadSetting(s, fact.Fact{Deed: "lead.ruled", Changes: changes})
		return err
	})
	return s, err
}

// AddLead makes a lead by hand.
func (a *App) AddLead(ctx context.Context, who Who, d lead.Draft) (l lead.Lead, err error) {
	return a.AddLeadOnce(ctx, who, id.New[id.Lead](), d)
}

// AddLeadOnce is AddLead for a form that may be sent twice: the second time there
// is a lead with this id, and that is the answer.
func (a *App) AddLeadOnce(ctx context.Context, who Who, i id.Lead, d lead.Draft) (l lead.Lead, err error) {
	err = a.write(ctx, who, member.LeadWrite, func(tx *store.Tx) error {
		if l, err = tx.Lead(i, who.Reach(fact.Account)); !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if d.Team, err = placed(tx, d.Owner, d.Team); err != nil {
			return err
		}
		s, err := tx.LeadSetting()
		if err != nil {
			return err
		}
		l, err = a.addLead(tx, who, s, i, d, nil)
		return err
	})
	return l, err
}

// addLead stores a lead with how it came.
func (a *App) addLead(tx *store.Tx, who Who, s lead.Setting, i id.Lead, d lead.Draft, came []lead.Touch) (lead.Lead, error) {
	l, err := lead.Make(i, tx.Now(), who.Org.Settings.Country, d)
	if err != nil {
		return l, err
	}
	return a.storeLead(tx, who, s, l, came)
}

func (a *App) storeLead(tx *store.Tx, who Who, s lead.Setting, l lead.Lead, came []lead.Touch) (_ lead.Lead, err error) {
	l = l.Start(tx.Now(), leadClock(who, s))
	if l.Frame == "" {
		l.Frame = s.FrameOf(l.Segment)
	}
	said, err := tx.Objected(objectionHashes(l))
	if err != nil {
		return l, err
	}
	l.Objection = len(said) > 0
	l.Score = s.Count(l, came, tx.Now()).Total
	if l, err = tx.AddLead(l, fact.Fact{Deed: "lead.created", Changes: lead.Diff(lead.Lead{}, l)}); err != nil {
		return l, named(err, lead.ErrExternal)
	}
	for _, t := range came {
		t.Lead = l.ID
		if err := tx.AddLeadTouch(t); err != nil {
			return l, err
		}
	}
	return l, nil
}

// objectionHashes are what an address and a number are known by when nothing
// else of somebody is kept (C-06).
func objectionHashes(l lead.Lead) (all [][]byte) {
	for _, reach := range []string{l.Email, l.Phone} {
		if reach != "" {
			h := sha256.Sum256([]byte("objection " + reach))
			all = append(all, h[:])
		}
	}
	return all
}

// changeLead changes a lead within who's reach, in a transaction with its
// setting. version 0 takes whatever stands; an older one is *Stale.
func (a *App) changeLead(ctx context.Context, who Who, right member.Right, i id.Lead, version int64, deed string,
	change func(*store.Tx, *leadWork) (lead.Lead, []fact.Change, error)) (l lead.Lead, err error) {
	err = a.write(ctx, who, right, func(tx *store.Tx) error {
		if l, err = tx.Lead(i, who.Reach(fact.Account)); err != nil {
			return err
		}
		if err := asRead(l, l.Version, version); err != nil {
			return err
		}
		w, err := a.leadWork(tx, who, l)
		if err != nil {
			return err
		}
		next, changes, err := change(tx, w)
		if err != nil || len(changes) == 0 && len(w.added) == 0 {
			return err
		}
		l, err = a.keepLead(tx, w, next, fact.Fact{Deed: deed, Changes: changes})
		return err
	})
	return l, err
}

// leadWork is a lead with all that its verbs need.
type leadWork struct {
	lead    lead.Lead
	touches []lead.Touch
	added   []lead.Touch // with this change
	setting lead.Setting
	clock   lead.Clock
	now     int64
}

func (a *App) leadWork(tx *store.Tx, who Who, l lead.Lead) (*leadWork, error) {
	s, err := tx.LeadSetting()
	if err != nil {
		return nil, err
	}
	by, err := tx.LeadTouches([]id.Lead{l.ID})
	return &leadWork{lead: l, touches: by[l.ID], setting: s, clock: leadClock(who, s), now: tx.Now()}, err
}

func (w *leadWork) score(l lead.Lead) lead.Score {
	return w.setting.Count(l, append(slices.Clone(w.touches), w.added...), w.now)
}

// keepLead saves a lead with the touches that came, its score counted anew.
func (a *App) keepLead(tx *store.Tx, w *leadWork, next lead.Lead, f fact.Fact) (lead.Lead, error) {
	next.Score = w.score(next).Total
	for _, t := range w.added {
		t.Lead = next.ID
		if err := tx.AddLeadTouch(t); err != nil {
			return next, err
		}
	}
	return tx.SaveLead(next, f)
}

// ChangeLead changes what the patch mentions.
func (a *App) ChangeLead(ctx context.Context, who Who, i id.Lead, version int64, p lead.Patch) (lead.Lead, error) {
	return a.changeLead(ctx, who, member.LeadWrite, i, version, "lead.changed", func(tx *store.Tx, w *leadWork) (lead.Lead, []fact.Change, error) {
		if p.Owner.Given() || p.Team.Given() {
			if _, err := placed(tx, p.Owner.Or(w.lead.Owner), p.Team.Or(w.lead.Team)); err != nil {
				return w.lead, nil, err
			}
		}
		next, changes, err := w.lead.Change(w.now, who.Org.Settings.Country, p)
		if err != nil || len(changes) == 0 {
			return next, changes, err
		}
		if next.Segment != w.lead.Segment && len(next.Letters) == 0 {
			next.Frame = w.setting.FrameOf(next.Segment)
		}
		said, err := tx.Objected(objectionHashes(next))
		next.Objection = next.Objection || len(said) > 0
		return next, lead.Diff(w.lead, next), err
	})
}

// ErrTouch says that something that happened is of a known kind.
var (
	ErrTouch = fault.New(fault.Invalid, "lead.touch", "choose what happened, not before 2000 and not in the future")
	ErrFull  = fault.New(fault.Conflict, "lead.full", "of one lead at most 500 things that happened are kept")
)

// TouchLead writes down what happened with a lead. A call, a mail or a meeting
// of ours is a response; a sign of theirs wakes one that is nurtured.
func (a *App) TouchLead(ctx context.Context, who Who, i id.Lead, t lead.Touch) (lead.Lead, error) {
	return a.changeLead(ctx, who, member.LeadWrite, i, 0, "lead.touched", func(tx *store.Tx, w *leadWork) (lead.Lead, []fact.Change, error) {
		text, err := fold.Text(t.Text, lead.MaxWhy)
		fs := fault.Fields{}
		fs.Add("text", err)
		if t.At == 0 {
			t.At = w.now
		}
		const year2000 = 946_684_800_000
		if !slices.Contains(lead.Kinds, t.Kind) || t.At < year2000 || t.At > w.now {
			fs.Add("kind", ErrTouch)
		}
		if err := fs.Err(); err != nil {
			return w.lead, nil, err
		}
		if len(w.touches) >= lead.MaxTouches {
			return w.lead, nil, ErrFull
		}
		if !slices.Contains(lead.OurKinds, t.Kind) {
			t.Ours = false
		}
		t.ID, t.Text, t.Member = id.New[id.Record](), text, who.Member.ID
		return a.touched(w, t)
	})
}

// touched is what a touch moves: the first response, or a nurtured lead.
func (a *App) touched(w *leadWork, t lead.Touch) (next lead.Lead, changes []fact.Change, err error) {
	w.added = append(w.added, t)
	next = w.lead
	next.Touched = max(next.Touched, t.At)
	if t.Ours {
		next, _, err = next.Respond(w.now, w.clock)
	} else if s := w.score(next); next.State == lead.Nurture && (s.Total >= lead.LeastScore || t.Kind == "form" || t.Kind == "reply") {
		next, _, err = next.Revive(w.now, w.clock)
	}
	return next, append(lead.Diff(w.lead, next), fact.Of("touch", nil, t.Kind)), err
}

// WorkLead takes a lead in hand: one that is new, or that was put away. Without
// an owner it becomes who's own.
func (a *App) WorkLead(ctx context.Context, who Who, i id.Lead, version int64, owner id.Member) (lead.Lead, error) {
	return a.changeLead(ctx, who, member.LeadWrite, i, version, "lead.worked", func(tx *store.Tx, w *leadWork) (lead.Lead, []fact.Change, error) {
		if owner.IsZero() {
			owner = w.lead.Owner
		}
		if owner.IsZero() {
			owner = who.Member.ID
		}
		team, err := placed(tx, owner, id.Team{})
		if err != nil {
			return w.lead, nil, err
		}
		next, _, err := w.lead.Work(w.now, w.clock, owner)
		next.Team = team
		return next, lead.Diff(w.lead, next), err
	})
}

// OfferLead hands a lead to sales, when its score is high enough.
// To is a seller, or zero for whoever takes it first.
func (a *App) OfferLead(ctx context.Context, who Who, i id.Lead, version int64, to id.Member) (lead.Lead, error) {
	return a.changeLead(ctx, who, member.LeadWrite, i, version, "lead.qualified", func(tx *store.Tx, w *leadWork) (lead.Lead, []fact.Change, error) {
		team, err := placed(tx, to, id.Team{})
		if err != nil {
			return w.lead, nil, err
		}
		next, changes, err := w.lead.Offer(w.now, w.clock, w.score(w.lead), to)
		next.Team = team
		return next, changes, err
	})
}

// AcceptLead takes an offered lead over.
func (a *App) AcceptLead(ctx context.Context, who Who, i id.Lead, version int64) (lead.Lead, error) {
	return a.changeLead(ctx, who, member.LeadAccept, i, version, "lead.accepted", func(_ *store.Tx, w *leadWork) (lead.Lead, []fact.Change, error) {
		next, changes, err := w.lead.Accept(w.now, w.clock, who.Member.ID)
		next.Team = who.Member.Team
		return next, changes, err
	})
}

// ReturnLead gives an offered lead back to marketing, with the reason.
func (a *App) ReturnLead(ctx context.Context, who Who, i id.Lead, version int64, why string) (lead.Lead, error) {
	return a.changeLead(ctx, who, member.LeadAccept, i, version, "lead.returned", func(_ *store.Tx, w *leadWork) (lead.Lead, []fact.Change, error) {
		return w.lead.Return(w.now, w.clock, why)
	})
}

// ConfirmLead makes an accepted lead sales qualified.
func (a *App) ConfirmLead(ctx context.Context, who Who, i id.Lead, version int64, p lead.Patch) (lead.Lead, error) {
	return a.changeLead(ctx, who, member.LeadAccept, i, version, "lead.confirmed", func(_ *store.Tx, w *leadWork) (lead.Lead, []fact.Change, error) {
		next, _, err := w.lead.Change(w.now, who.Org.Settings.Country, lead.Patch{Need: p.Need, NextStep: p.NextStep, NextDay: p.NextDay, Role: p.Role})
		if err != nil {
			return w.lead, nil, err
		}
		next, _, err = next.Confirm(w.now, w.clock)
		return next, lead.Diff(w.lead, next), err
	})
}

// RestLead nurtures a lead until a day.
func (a *App) RestLead(ctx context.Context, who Who, i id.Lead, version int64, recheck day.Day, why string) (lead.Lead, error) {
	return a.changeLead(ctx, who, member.LeadWrite, i, version, "lead.nurtured", func(_ *store.Tx, w *leadWork) (lead.Lead, []fact.Change, error) {
		return w.lead.Rest(w.now, w.clock, recheck, why)
	})
}

// DisqualifyLead ends a lead with a reason. An objection is remembered for good,
// and stands in the ledger of consent (C-06).
func (a *App) DisqualifyLead(ctx context.Context, who Who, i id.Lead, version int64, code, why string) (lead.Lead, error) {
	return a.changeLead(ctx, who, member.LeadWrite, i, version, "lead.disqualified", func(tx *store.Tx, w *leadWork) (lead.Lead, []fact.Change, error) {
		next, changes, err := w.lead.Disqualify(w.now, w.clock, code, why)
		if err == nil && code == "objection" {
			err = a.objected(tx, next, "talk", why)
		}
		return next, changes, err
	})
}

// ObjectLead notes that somebody wants no contact any more, on every channel.
func (a *App) ObjectLead(ctx context.Context, who Who, i id.Lead, said string) (lead.Lead, error) {
	return a.changeLead(ctx, who, member.ConsentWrite, i, 0, "lead.objected", func(tx *store.Tx, w *leadWork) (lead.Lead, []fact.Change, error) {
		next, changes, err := w.lead.Object(w.now)
		if err == nil && len(changes) > 0 {
			err = a.objected(tx, next, "talk", said)
		}
		return next, changes, err
	})
}

func (a *App) objected(tx *store.Tx, l lead.Lead, source, said string) error {
	for _, h := range objectionHashes(l) {
		if err := tx.AddObjection(h); err != nil {
			return err
		}
	}
	kind, subject := fact.Lead, l.ID.Any()
	if !l.Contact.IsZero() {
		kind, subject = fact.Contact, l.Contact.Any()
	}
	_, err := a.ledgerLine(tx, kind, subject, l.Organisation, consent.Draft{Channel: consent.All, Purpose: consent.All, State: consent.Objection, Source: source, Wording: said})
	return err
}

// ledgerLine writes a line into the ledger of consent within another change.
func (a *App) ledgerLine(tx *store.Tx, kind fact.Kind, subject id.Record, label string, d consent.Draft) (consent.Entry, error) {
	e, err := consent.New(tx.Now(), kind, subject, d)
	if err != nil {
		return e, err
	}
	return tx.AddConsent(e, fact.Fact{Deed: "consent.recorded", Label: label, Changes: []fact.Change{
		fact.Of("state", nil, e.State), fact.Of("channel", nil, e.Channel), fact.Of("purpose", nil, e.Purpose),
	}})
}

// QualifyLead writes down the answers by a frame.
func (a *App) QualifyLead(ctx context.Context, who Who, i id.Lead, version int64, f lead.Frame, answers []lead.Letter) (lead.Lead, error) {
	return a.changeLead(ctx, who, member.LeadWrite, i, version, "lead.asked", func(_ *store.Tx, w *leadWork) (lead.Lead, []fact.Change, error) {
		return w.lead.Qualify(w.now, f, answers)
	})
}

// JudgeLead gives a lead a score of a person's own, in hundredths; without why
// the counted one is back.
func (a *App) JudgeLead(ctx context.Context, who Who, i id.Lead, version int64, score int64, why string) (lead.Lead, error) {
	return a.changeLead(ctx, who, member.LeadWrite, i, version, "lead.scored", func(_ *store.Tx, w *leadWork) (lead.Lead, []fact.Change, error) {
		return w.lead.Judge(w.now, score, why)
	})
}

// LeadQuery says which leads a list shows, LeadPlace where a page ended.
type (
	LeadQuery = store.LeadQuery
	LeadPlace = store.LeadPlace
)

// LeadSorts are the orders in which leads can be listed.
var LeadSorts = store.LeadSorts

// Leads are the leads within who's reach that a query finds.
func (a *App) Leads(ctx context.Context, who Who, q LeadQuery) (all []lead.Lead, err error) {
	q.Within, q.Limit = who.Reach(fact.Account), min(max(q.Limit, 1), 201)
	err = a.read(ctx, who, member.LeadRead, func(v *store.View) error {
		all, err = v.Leads(q)
		return err
	})
	return all, err
}

// CountLeads is how many a query finds, up to most.
func (a *App) CountLeads(ctx context.Context, who Who, q LeadQuery, most int) (n int, err error) {
	q.Within = who.Reach(fact.Account)
	err = a.peek(ctx, who, member.LeadRead, func(v *store.View) error {
		n, err = v.CountLeads(q, most)
		return err
	})
	return n, err
}

// CountLeadsWaiting is how many wait for who: their own, and those of nobody
// when they take leads.
func (a *App) CountLeadsWaiting(ctx context.Context, who Who) (n int, err error) {
	err = a.peek(ctx, who, member.LeadWrite, func(v *store.View) error {
		n, err = v.CountLeadsWaiting(who.Member.ID, true, v.Now(), MostPairsCounted+1)
		return err
	})
	return n, err
}

// Lead is one lead within who's reach.
func (a *App) Lead(ctx context.Context, who Who, i id.Lead) (l lead.Lead, err error) {
	err = a.peek(ctx, who, member.LeadRead, func(v *store.View) error {
		l, err = v.Lead(i, who.Reach(fact.Account))
		return err
	})
	return l, err
}

// LeadPage is a lead with everything its page shows.
type LeadPage struct {
	Lead     lead.Lead
	Score    lead.Score
	Setting  lead.Setting
	Touches  []lead.Touch // the latest first
	OptIns   []lead.OptIn
	Consents map[consent.Cell]consent.Entry
	Form     lead.Form // it came by; zero when by none
	Facts    []fact.Fact
	Members  []member.Member
	Account  string // what it became
	Contact  string
	Accounts []match.Found // that are here already and may be the same
	Contacts []match.Found
	Now      int64
}

// LeadPage reads a lead's page.
func (a *App) LeadPage(ctx context.Context, who Who, i id.Lead) (p LeadPage, err error) {
	err = a.read(ctx, who, member.LeadRead, func(v *store.View) error {
		p = LeadPage{Now: v.Now()}
		if p.Lead, err = v.Lead(i, who.Reach(fact.Account)); err != nil {
			return err
		}
		if p.Setting, err = v.LeadSetting(); err != nil {
			return err
		}
		by, err := v.LeadTouches([]id.Lead{i})
		if err != nil {
			return err
		}
		p.Touches = by[i]
		p.Score = p.Setting.Count(p.Lead, p.Touches, p.Now)
		if p.OptIns, err = v.OptInsOf(i); err != nil {
			return err
		}
		if _, p.Consents, err = ledger(v, i.Any(), nil); err != nil {
			return err
		}
		if !p.Lead.Form.IsZero() {
			if p.Form, err = v.LeadForm(p.Lead.Form); ignore(err, store.ErrNotFound) != nil {
				return err
			}
		}
		if p.Facts, err = v.FactsOf(i.Any(), id.Fact{}, 30); err != nil {
			return err
		}
		if p.Members, err = v.Members(); err != nil {
			return err
		}
		if p.Lead.State == lead.Converted {
			return a.becameOf(v, who, &p)
		}
		p.Accounts, p.Contacts, err = a.leadLookalikes(v, who, p.Lead)
		return err
	})
	return p, err
}

// becameOf names what a lead became, as far as who may see it.
func (a *App) becameOf(v *store.View, who Who, p *LeadPage) error {
	names, err := v.AccountNames([]id.Account{p.Lead.Account}, who.Reach(fact.Account))
	if err != nil {
		return err
	}
	p.Account = names[p.Lead.Account]
	people, err := v.ContactsByID([]id.Contact{p.Lead.Contact}, who.Reach(fact.Contact))
	if err == nil && len(people) > 0 {
		p.Contact = people[0].Name()
	}
	return err
}

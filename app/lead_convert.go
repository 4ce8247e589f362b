package app

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/money"
	"kring/base/opt"
	"kring/base/reach"
	"kring/domain/account"
	"kring/domain/consent"
	"kring/domain/contact"
	"kring/domain/lead"
	"kring/domain/match"
	"kring/domain/member"
	"kring/domain/opportunity"
	"kring/store"
)

// LeadTarget says what a lead becomes: the relation and the contact that are
// here already, or new ones where these are zero.
type LeadTarget struct {
	Account id.Account
	Contact id.Contact
	Name    string // of the opportunity; empty is what they need
	Cents   int64  // what it may be worth; 0 is not known
	Sure    bool   // a new one, though one that is likely the same is here
}

// ErrLikely says that what a lead would become is likely here already.
var ErrLikely = fault.New(fault.Invalid, "lead.likely", "this is likely here already: choose it, or say that it is another one")

// accountDraft is the account that a lead would become.
func accountDraft(l lead.Lead) account.Draft {
	d := account.Draft{Name: cmp.Or(l.Organisation, l.Name, l.Email, l.Phone), Size: l.Size, Source: leadSource(l.Source), SourceFrom: l.SourceFrom, Owner: l.Owner, Team: l.Team}
	if l.Organisation == "" {
		d.Kind, d.Size = account.Person, 0
	}
	d.Phones, d.Emails = reaches(l)
	if l.City != "" {
		d.Addresses = reach.Addresses{{City: l.City}}
	}
	return d
}

// leadSource is the source of an account: it knows no downloads.
func leadSource(s string) string {
	if s == "download" {
		return "site"
	}
	return s
}

func reaches(l lead.Lead) (phones reach.Phones, emails reach.Emails) {
	if l.Phone != "" {
		phones = reach.Phones{{Number: l.Phone}}
	}
	if l.Email != "" {
		emails = reach.Emails{{Address: l.Email}}
	}
	return phones, emails
}

// contactDraft is the contact that a lead would become.
func contactDraft(l lead.Lead, at id.Account) contact.Draft {
	name := cmp.Or(l.Name, l.Email, l.Phone, l.Organisation)
	d := contact.Draft{Language: l.Language, Owner: l.Owner, Team: l.Team, Source: leadSource(l.Source), SourceFrom: l.SourceFrom}
	d.Given, d.Infix, d.Family = contact.Parted(name)
	d.Phones, d.Emails = reaches(l)
	if !at.IsZero() {
		link := contact.Link{Account: at, Function: l.Function, Primary: true}
		if l.Role != "" {
			link.Roles = []contact.Role{contact.Role(l.Role)}
		}
		d.Accounts = []contact.Link{link}
	}
	return d
}

// leadLookalikes are what is here already and may be what a lead would become.
func (a *App) leadLookalikes(v *store.View, who Who, l lead.Lead) (accounts, contacts []match.Found, err error) {
	country := who.Org.Settings.Country
	if acc, err := account.New(id.Account{}, 0, country, accountDraft(l)); err == nil {
		all, err := a.lookalikes(v, who, fact.Account, []match.Subject{store.AccountSubject(acc)})
		if err != nil {
			return nil, nil, err
		}
		accounts = all[0]
	}
	c := contact.Contact{}
	d := contactDraft(l, id.Account{})
	c.Given, c.Infix, c.Family = d.Given, d.Infix, d.Family
	if c.Phones, err = d.Phones.Tidy(country); err != nil {
		return nil, nil, err
	}
	if c.Emails, err = d.Emails.Tidy(); err != nil {
		return nil, nil, err
	}
	all, err := a.lookalikes(v, who, fact.Contact, []match.Subject{store.ContactSubject(c)})
	if err != nil {
		return nil, nil, err
	}
	return accounts, all[0], nil
}

// ConvertLead makes a relation, a contact and an opportunity of a sales qualified
// lead, in one transaction. What is here already is used when the target names
// it; what is likely here already is not made again unless who is sure. Done
// twice, or by two at once, it is done once, and the answer is the same.
func (a *App) ConvertLead(ctx context.Context, who Who, i id.Lead, version int64, t LeadTarget) (l lead.Lead, err error) {
	l, err = a.convertLead(ctx, who, i, version, t)
	if errors.Is(err, store.ErrStale) { // somebody else may have just done it
		if now, lost := a.Lead(ctx, who, i); lost == nil && now.State == lead.Converted {
			return now, nil
		}
	}
	return l, err
}

func (a *App) convertLead(ctx context.Context, who Who, i id.Lead, version int64, t LeadTarget) (l lead.Lead, err error) {
	err = a.write(ctx, who, member.LeadAccept, func(tx *store.Tx) error {
		if !who.Can(member.AccountWrite) || !who.Can(member.ContactWrite) || !who.Can(member.OpportunityWrite) {
			return ErrDenied
		}
		if err := tx.HoldLead(i); err != nil {
			return err
		}
		if l, err = tx.Lead(i, who.Reach(fact.Account)); err != nil || l.State == lead.Converted {
			return err
		}
		if err := asRead(l, l.Version, version); err != nil {
			return err
		}
		if l.State != lead.Sales {
			return lead.ErrState
		}
		w, err := a.leadWork(tx, who, l)
		if err != nil {
			return err
		}
		if err := a.likelyHere(tx, who, l, t); err != nil {
			return err
		}
		acc, err := a.leadAccount(tx, who, l, t)
		if err != nil {
			return err
		}
		c, err := a.leadContact(tx, who, l, acc, t)
		if err != nil {
			return err
		}
		o, err := a.leadOpportunity(tx, who, l, acc, t)
		if err != nil {
			return err
		}
		if err := a.consentsFollow(tx, l, c); err != nil {
			return err
		}
		next, changes, err := l.Convert(w.now, w.clock, acc.ID, c.ID, o)
		if err != nil {
			return err
		}
		l, err = a.keepLead(tx, w, next, fact.Fact{Deed: "lead.converted", Changes: changes, Evidence: o.String()})
		return err
	})
	return l, err
}

// likelyHere refuses to make again what is likely here, within who's reach.
func (a *App) likelyHere(tx *store.Tx, who Who, l lead.Lead, t LeadTarget) error {
	if t.Sure || !t.Account.IsZero() && !t.Contact.IsZero() {
		return nil
	}
	accounts, contacts, err := a.leadLookalikes(&tx.View, who, l)
	if err != nil {
		return err
	}
	likely := thresholds(who.Org).Likely
	fs := fault.Fields{}
	same := func(m match.Found) bool {
		return m.Probability >= likely || fold.Key(m.Name) == fold.Key(l.Organisation)
	} // of a name alone the matcher only warns
	if t.Account.IsZero() && slices.ContainsFunc(accounts, same) {
		fs.Add("account", ErrLikely)
	}
	if t.Contact.IsZero() && len(contacts) > 0 && contacts[0].Probability >= likely {
		fs.Add("contact", ErrLikely)
	}
	return fs.Err()
}

func (a *App) leadAccount(tx *store.Tx, who Who, l lead.Lead, t LeadTarget) (account.Account, error) {
	if t.Account.IsZero() {
		d := accountDraft(l)
		if l.Organisation != "" { // how to reach the person is the contact's
			d.Phones, d.Emails = nil, nil
		}
		return a.addAccount(tx, who, id.New[id.Account](), d)
	}
	acc, err := seenAccount(&tx.View, who, t.Account)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return acc, fault.Field("account", lead.ErrTarget)
	case err == nil && acc.Deleted != 0:
		return acc, fault.Field("account", account.ErrBinned)
	}
	return acc, err
}

// leadContact is the contact that was chosen, put at the account when it is not
// there yet; else a new one. Of a person it is the one that person has.
func (a *App) leadContact(tx *store.Tx, who Who, l lead.Lead, acc account.Account, t LeadTarget) (c contact.Contact, err error) {
	if t.Contact.IsZero() && acc.Kind == account.Person {
		there, err := tx.ContactsAt(acc.ID, 1)
		if err != nil {
			return c, err
		}
		if len(there) > 0 {
			return there[0], nil
		}
	}
	d := contactDraft(l, acc.ID)
	if t.Contact.IsZero() {
		return a.addContact(tx, who, id.New[id.Contact](), d)
	}
	c, err = seenContact(&tx.View, who, t.Contact)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return c, fault.Field("contact", lead.ErrTarget)
	case err != nil:
		return c, err
	case c.Deleted != 0:
		return c, fault.Field("contact", contact.ErrBinned)
	}
	link := d.Accounts[0]
	link.Primary = len(c.Accounts) == 0
	links, more := c.With(link)
	if !more {
		return c, nil
	}
	return a.changeContact(tx, who, c.ID, 0, contact.Patch{Accounts: opt.Some(links)})
}

// consentsFollow writes what a lead allowed or refused into the ledger of the
// contact that it became, as it was said (C-06, C-08).
func (a *App) consentsFollow(tx *store.Tx, l lead.Lead, c contact.Contact) error {
	all, err := tx.Consents([]id.Record{l.ID.Any()})
	if err != nil {
		return err
	}
	for n := len(all) - 1; n >= 0; n-- { // the first said first
		e := all[n]
		d := consent.Draft{Channel: e.Channel, Purpose: e.Purpose, State: e.State, At: e.At, Source: e.Source, Wording: e.Wording, Version: e.Version, Proof: cmp.Or(e.Proof, "lead "+l.ID.String())}
		if _, err := a.ledgerLine(tx, fact.Contact, c.ID.Any(), c.Name(), d); err != nil {
			return err
		}
	}
	return nil
}

// leadOpportunity is the opportunity that a lead becomes: its need, its step and
// its day are what was confirmed. It is expected to close in a quarter, until
// somebody says better.
func (a *App) leadOpportunity(tx *store.Tx, who Who, l lead.Lead, acc account.Account, t LeadTarget) (id.Opportunity, error) {
	name, err := fold.Clean(t.Name, lead.MaxShort)
	if err != nil {
		fs := fault.Fields{}
		fs.Add("name", err)
		return id.Opportunity{}, fs.Err()
	}
	o, err := a.addOpportunity(tx, who, opportunity.Draft{
		Account: acc.ID, Name: cmp.Or(name, firstRunes(strings.Join(strings.Fields(l.Need), " "), lead.MaxShort)), Value: money.Money{Cents: t.Cents}, Close: a.Today(who).Add(90),
		Owner: l.Owner, Next: l.NextStep, NextDay: max(l.NextDay, a.Today(who)), Need: l.Need, Lead: l.ID, Source: l.Source,
	})
	return o.ID, err
}

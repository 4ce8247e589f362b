package app

import (
	"errors"
	"strconv"

	"kring/base/fact"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/opt"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/opportunity"
	"kring/domain/quote"
	"kring/store"
)

// What one change causes elsewhere, in the same transaction, in one place.

// afterAccountAdded: an account of kind person has exactly one contact.
func (a *App) afterAccountAdded(tx *store.Tx, who Who, acc account.Account) error {
	if acc.Kind != account.Person {
		return nil
	}
	return a.addPerson(tx, who, acc)
}

func (a *App) addPerson(tx *store.Tx, who Who, acc account.Account) error {
	there, err := tx.ContactsAt(acc.ID, 1)
	if err != nil || len(there) > 0 {
		return err
	}
	c, err := personOf(tx, who, acc)
	if err != nil {
		return err
	}
	_, err = tx.AddContact(c, fact.Fact{Deed: "contact.created", Why: "account.person", Changes: contact.Diff(contact.Contact{}, c)})
	return err
}

// personOf is the one contact of an account of kind person.
func personOf(tx *store.Tx, who Who, acc account.Account) (contact.Contact, error) {
	given, infix, family := parts(acc.Name)
	return contact.New(id.New[id.Contact](), tx.Now(), who.Org.Settings.Country, contact.Draft{
		Given: given, Infix: infix, Family: family, Accounts: []contact.Link{{Account: acc.ID, Primary: true}},
		Owner: acc.Owner, Team: acc.Team, Phones: acc.Phones, Emails: acc.Emails, Addresses: acc.Addresses, Source: acc.Source, SourceFrom: acc.SourceFrom,
	})
}

// afterAccountChanged: whom somebody else looks after is on its way no more; and
// what is a person has its contact.
func (a *App) afterAccountChanged(tx *store.Tx, who Who, before, acc account.Account, changes []fact.Change) error {
	if acc.Owner != before.Owner {
		if err := a.handedElsewhere(tx, acc.ID, "owner"); err != nil {
			return err
		}
	}
	return a.personFollows(tx, who, before, acc, changes)
}

// personFollows: one that becomes a person gets its contact; the person's own
// name and ways to be reached follow the account's.
func (a *App) personFollows(tx *store.Tx, who Who, before, acc account.Account, changes []fact.Change) error {
	if acc.Kind != account.Person {
		return nil
	}
	if before.Kind != account.Person {
		return a.addPerson(tx, who, acc)
	}
	p := contact.Patch{}
	for _, c := range changes {
		switch c.Field {
		case "name":
			given, infix, family := parts(acc.Name)
			p.Given, p.Infix, p.Family = opt.Some(given), opt.Some(infix), opt.Some(family)
		case "phones":
			p.Phones = opt.Some(acc.Phones)
		case "emails":
			p.Emails = opt.Some(acc.Emails)
		case "addresses":
			p.Addresses = opt.Some(acc.Addresses)
		case "owner":
			p.Owner = opt.Some(acc.Owner)
		case "team":
			p.Team = opt.Some(acc.Team)
		}
	}
	there, err := tx.ContactsAt(acc.ID, 1)
	if err != nil || len(there) == 0 || len(p.Mentions()) == 0 {
		return err
	}
	next, made, err := contact.Change(there[0], tx.Now(), who.Org.Settings.Country, p)
	if err != nil || len(made) == 0 {
		return err
	}
	_, err = tx.SaveContact(next, fact.Fact{Deed: "contact.changed", Why: "account.person", Changes: made})
	return err
}

// afterAccountMoved: what lies in the bin is handed to nobody, and a person goes
// into it and out of it with the account.
func (a *App) afterAccountMoved(tx *store.Tx, who Who, acc account.Account) error {
	if acc.Deleted != 0 {
		if err := a.handedElsewhere(tx, acc.ID, "bin"); err != nil {
			return err
		}
	}
	if acc.Kind != account.Person {
		return nil
	}
	people, err := tx.EveryoneAt(acc.ID, 10)
	if err != nil {
		return err
	}
	for _, c := range people {
		move, deed := contact.Restore, "contact.restored"
		if acc.Deleted != 0 {
			move, deed = contact.Bin, "contact.binned"
		}
		next, changes, err := move(c, tx.Now())
		if err != nil {
			continue // it was there already
		}
		if _, err := tx.SaveContact(next, fact.Fact{Deed: deed, Why: "account.person", Changes: changes}); err != nil {
			return err
		}
	}
	return nil
}

// afterFacts: runs of processes follow the documents.
func (a *App) afterFacts(tx *store.Tx) error {
	for told := tx.Told(); len(told) > 0; told = tx.Told() {
		if err := a.followFacts(tx, told); err != nil {
			return err
		}
	}
	return nil
}

// parts takes a person's name apart: the first word is the given name, a
// tussenvoegsel stands before the family name.
func parts(name string) (given, infix, family string) {
	first, rest := "", name
	for i, r := range name {
		if r == ' ' {
			first, rest = name[:i], name[i+1:]
			break
		}
	}
	infix, family = fold.Infix(rest)
	return first, infix, family
}

// at is the name of a field in a list: accounts.0.account.
func at(list string, n int, field string) string {
	return list + "." + strconv.Itoa(n) + "." + field
}

// afterQuoteAccepted: what was accepted wins its opportunity.
func (a *App) afterQuoteAccepted(tx *store.Tx, who Who, q quote.Quote) error {
	if q.Opportunity.IsZero() {
		return nil
	}
	err := a.winOpportunity(tx, who, q.Opportunity, opportunity.Evidence{Quote: q.ID, Order: q.Order})
	if errors.Is(err, store.ErrNotFound) { // it is gone; the order stands
		return nil
	}
	return err
}

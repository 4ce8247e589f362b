package app

import (
	"context"
	"errors"
	"slices"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/opt"
	"kring/domain/contact"
	"kring/domain/member"
	"kring/store"
)

// ErrNoAccount says that a contact is put at an account that is not there, or
// not within reach.
var ErrNoAccount = fault.New(fault.Invalid, "contact.account_unknown", "there is no such relation")

// AddContact makes a contact at one or more accounts within who's reach.
func (a *App) AddContact(ctx context.Context, who Who, d contact.Draft) (c contact.Contact, err error) {
	err = a.write(ctx, who, member.ContactWrite, func(tx *store.Tx) error {
		c, err = a.addContact(tx, who, id.New[id.Contact](), d)
		return err
	})
	return c, err
}

// AddContactOnce does for contacts what AddAccountOnce does.
func (a *App) AddContactOnce(ctx context.Context, who Who, i id.Contact, d contact.Draft) (c contact.Contact, err error) {
	err = a.write(ctx, who, member.ContactWrite, func(tx *store.Tx) error {
		if c, err = seenContact(&tx.View, who, i); !errors.Is(err, store.ErrNotFound) {
			return err
		}
		c, err = a.addContact(tx, who, i, d)
		return err
	})
	return c, err
}

func (a *App) addContact(tx *store.Tx, who Who, i id.Contact, d contact.Draft) (contact.Contact, error) {
	own, err := ownValues(&tx.View, fact.Contact, d.Own, true)
	if err != nil {
		return contact.Contact{}, err
	}
	d.Own = own
	if d.Accounts, err = linksGiven(tx, d.Accounts); err != nil {
		return contact.Contact{}, err
	}
	c, err := contact.New(i, tx.Now(), who.Org.Settings.Country, d)
	if err != nil {
		return c, err
	}
	if err := a.atAccounts(&tx.View, who, nil, c.Accounts); err != nil {
		return c, err
	}
	if c.Team, err = placed(tx, c.Owner, c.Team); err != nil {
		return c, err
	}
	if err := freeAlias(tx, fact.Contact, c.ExternalID, c.ID.Any(), contact.ErrExternal); err != nil {
		return c, err
	}
	c, err = tx.AddContact(c, fact.Fact{Deed: "contact.created", Changes: contact.Diff(contact.Contact{}, c)})
	return c, named(err, contact.ErrExternal)
}

// atAccounts checks that a contact is put only at accounts within reach, that
// are not in the bin, and that no second person comes to an account of kind
// person.
func (a *App) atAccounts(v *store.View, who Who, before, links []contact.Link) error {
	fs := fault.Fields{}
	for n, l := range links {
		if old := (contact.Contact{Accounts: before}); hasLink(old, l.Account) {
			continue
		}
		acc, err := seenAccount(v, who, l.Account)
		switch {
		case errors.Is(err, store.ErrNotFound) || errors.As(err, new(*Merged)) || err == nil && acc.Deleted != 0:
			fs.Add(at("accounts", n, "account"), ErrNoAccount)
		case err != nil:
			return err
		case acc.Kind == "person":
			there, err := v.ContactsAt(acc.ID, 1)
			if err != nil {
				return err
			}
			if len(there) > 0 {
				fs.Add(at("accounts", n, "account"), contact.ErrPerson)
			}
		}
	}
	return fs.Err()
}

// linksGiven are links as somebody gave them who may not know yet that an
// account was merged: they mean the one that it became.
func linksGiven(tx *store.Tx, links []contact.Link) ([]contact.Link, error) {
	if len(links) > contact.MaxLinks {
		return links, nil // refused as it is
	}
	links = slices.Clone(links)
	for n, l := range links {
		into, err := tx.MergedInto(fact.Account, l.Account.Any())
		if err != nil {
			return nil, err
		}
		if !into.IsZero() {
			links[n].Account = id.Account(into)
		}
	}
	return links, nil
}

func hasLink(c contact.Contact, at id.Account) bool {
	_, ok := c.At(at)
	return ok
}

// Contact is one contact within who's reach.
func (a *App) Contact(ctx context.Context, who Who, i id.Contact) (c contact.Contact, err error) {
	err = a.read(ctx, who, member.ContactRead, func(v *store.View) error {
		c, _, err = readContact(v, who, i)
		return err
	})
	return c, err
}

// ChangeContact changes what the patch mentions; version and *Stale as in
// ChangeAccount.
func (a *App) ChangeContact(ctx context.Context, who Who, i id.Contact, version int64, p contact.Patch) (c contact.Contact, err error) {
	err = a.write(ctx, who, member.ContactWrite, func(tx *store.Tx) error {
		c, err = a.changeContact(tx, who, i, version, p)
		return err
	})
	return c, err
}

func (a *App) changeContact(tx *store.Tx, who Who, i id.Contact, version int64, p contact.Patch) (contact.Contact, error) {
	c, err := seenContact(&tx.View, who, i)
	if err != nil {
		return c, err
	}
	if err := agrees(tx, fact.Contact, c.ID.Any(), c, c.Version, version, p.Mentions()); err != nil {
		return c, err
	}
	if p.Own, err = ownValues(&tx.View, fact.Contact, p.Own, false); err != nil {
		return c, err
	}
	if links, given := p.Accounts.Get(); given {
		if links, err = linksGiven(tx, links); err != nil {
			return c, err
		}
		p.Accounts = opt.Some(links)
	}
	next, changes, err := contact.Change(c, tx.Now(), who.Org.Settings.Country, p)
	if err != nil || len(changes) == 0 {
		return c, err
	}
	if err := a.atAccounts(&tx.View, who, c.Accounts, next.Accounts); err != nil {
		return c, err
	}
	if p.Owner.Given() || p.Team.Given() {
		if _, err := placed(tx, next.Owner, next.Team); err != nil {
			return c, err
		}
	}
	if next.ExternalID != c.ExternalID {
		if err := freeAlias(tx, fact.Contact, next.ExternalID, c.ID.Any(), contact.ErrExternal); err != nil {
			return c, err
		}
	}
	if next, err = tx.SaveContact(next, fact.Fact{Deed: "contact.changed", Changes: changes}); err != nil {
		return c, named(err, contact.ErrExternal)
	}
	return next, nil
}

// BinContact puts a contact in the bin; RestoreContact takes it out.
func (a *App) BinContact(ctx context.Context, who Who, i id.Contact, version int64) (contact.Contact, error) {
	return a.moveContact(ctx, who, i, version, contact.Bin, "contact.binned")
}

// RestoreContact takes a contact out of the bin.
func (a *App) RestoreContact(ctx context.Context, who Who, i id.Contact, version int64) (contact.Contact, error) {
	return a.moveContact(ctx, who, i, version, contact.Restore, "contact.restored")
}

func (a *App) moveContact(ctx context.Context, who Who, i id.Contact, version int64,
	move func(contact.Contact, int64) (contact.Contact, []fact.Change, error), deed string) (c contact.Contact, err error) {
	err = a.write(ctx, who, member.ContactErase, func(tx *store.Tx) error {
		before, err := seenContact(&tx.View, who, i)
		if err != nil {
			return err
		}
		if err := asRead(before, before.Version, version); err != nil {
			return err
		}
		c, err = a.moveContactTx(tx, before, move, deed)
		return err
	})
	return c, err
}

func (a *App) moveContactTx(tx *store.Tx, before contact.Contact,
	move func(contact.Contact, int64) (contact.Contact, []fact.Change, error), deed string) (contact.Contact, error) {
	next, changes, err := move(before, tx.Now())
	if err != nil {
		return before, err
	}
	return tx.SaveContact(next, fact.Fact{Deed: deed, Changes: changes})
}

package app

import (
	"context"

	"kring/base/catalogue"
	"kring/base/day"
	"kring/base/fact"
	"kring/base/find"
	"kring/base/id"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/filter"
	"kring/domain/member"
	"kring/store"
)

// Page is one page of a list and the place of the next.
type Page[T any] = store.Page[T]

// Hit is a record that a search found.
type Hit = store.Hit

// lens is from where who sees a query.
func (a *App) lens(who Who) filter.Lens {
	zone := who.Zone()
	return filter.Lens{Me: who.Member.ID, Today: day.At(a.db.Now(), zone), Zone: zone}
}

// AccountCatalogue is what a list of accounts can be asked: Kring's fields and
// the organisation's own.
func (a *App) AccountCatalogue(ctx context.Context, who Who) (catalogue.Catalogue, error) {
	return a.catalogue(ctx, who, fact.Account, account.Catalogue())
}

// ContactCatalogue does so for contacts.
func (a *App) ContactCatalogue(ctx context.Context, who Who) (catalogue.Catalogue, error) {
	return a.catalogue(ctx, who, fact.Contact, contact.Catalogue())
}

// Accounts is a page of accounts, whole.
func (a *App) Accounts(ctx context.Context, who Who, q filter.Query) (p Page[account.Account], err error) {
	err = a.peek(ctx, who, member.AccountRead, func(v *store.View) error {
		p, err = v.Accounts(q, a.lens(who), who.Reach(fact.Account))
		return err
	})
	return p, err
}

// AccountLines is a page of accounts as rows of a list, and how many there are.
func (a *App) AccountLines(ctx context.Context, who Who, q filter.Query) (p Page[account.Line], n int, capped bool, err error) {
	err = a.read(ctx, who, member.AccountRead, func(v *store.View) error {
		if p, err = v.AccountLines(q, a.lens(who), who.Reach(fact.Account)); err != nil {
			return err
		}
		if q.Cursor.IsZero() && p.Next.IsZero() {
			n = len(p.Items)
			return nil
		}
		n, capped, err = v.CountAccounts(q, a.lens(who), who.Reach(fact.Account))
		return err
	})
	return p, n, capped, err
}

// AccountRows is a page of accounts as rows of a list, uncounted.
func (a *App) AccountRows(ctx context.Context, who Who, q filter.Query) (p Page[account.Line], err error) {
	err = a.read(ctx, who, member.AccountRead, func(v *store.View) error {
		p, err = v.AccountLines(q, a.lens(who), who.Reach(fact.Account))
		return err
	})
	return p, err
}

// CountAccounts counts what a query finds, exactly up to store.MostCounted.
func (a *App) CountAccounts(ctx context.Context, who Who, q filter.Query) (n int, capped bool, err error) {
	err = a.peek(ctx, who, member.AccountRead, func(v *store.View) error {
		n, capped, err = v.CountAccounts(q, a.lens(who), who.Reach(fact.Account))
		return err
	})
	return n, capped, err
}

// Contacts is a page of contacts, whole.
func (a *App) Contacts(ctx context.Context, who Who, q filter.Query) (p Page[contact.Contact], err error) {
	err = a.read(ctx, who, member.ContactRead, func(v *store.View) error {
		p, err = v.Contacts(q, a.lens(who), who.Reach(fact.Contact))
		return err
	})
	return p, err
}

// CountContacts counts what a query finds.
func (a *App) CountContacts(ctx context.Context, who Who, q filter.Query) (n int, capped bool, err error) {
	err = a.peek(ctx, who, member.ContactRead, func(v *store.View) error {
		n, capped, err = v.CountContacts(q, a.lens(who), who.Reach(fact.Contact))
		return err
	})
	return n, capped, err
}

// AccountNames is what the accounts are called, of those within reach.
func (a *App) AccountNames(ctx context.Context, who Who, ids []id.Account) (called map[id.Account]string, err error) {
	err = a.peek(ctx, who, member.AccountRead, func(v *store.View) error {
		called, err = v.AccountNames(ids, who.Reach(fact.Account))
		return err
	})
	return called, err
}

// AccountBeside are the accounts before and after one inside a filtered list.
func (a *App) AccountBeside(ctx context.Context, who Who, i id.Account, q filter.Query) (before, next id.Account, err error) {
	err = a.read(ctx, who, member.AccountRead, func(v *store.View) error {
		b, n, err := v.AccountBeside(i.Any(), q, a.lens(who), who.Reach(fact.Account))
		before, next = id.Account(b), id.Account(n)
		return err
	})
	return before, next, err
}

// ContactBeside does so for contacts.
func (a *App) ContactBeside(ctx context.Context, who Who, i id.Contact, q filter.Query) (before, next id.Contact, err error) {
	err = a.read(ctx, who, member.ContactRead, func(v *store.View) error {
		b, n, err := v.ContactBeside(i.Any(), q, a.lens(who), who.Reach(fact.Contact))
		before, next = id.Contact(b), id.Contact(n)
		return err
	})
	return before, next, err
}

// Search finds records of every kind by what people type: parts of words, of
// phone numbers, of addresses; most of each kind, those that fit best first.
func (a *App) Search(ctx context.Context, who Who, typed string, most int) (hits []store.Hit, err error) {
	q := find.Parse(typed)
	if q.None() {
		return nil, nil
	}
	err = a.read(ctx, who, member.AccountRead, func(v *store.View) error {
		if hits, err = v.SearchAccounts(q, who.Reach(fact.Account), most); err != nil {
			return err
		}
		if !who.Can(member.ContactRead) {
			return nil
		}
		people, err := v.SearchContacts(q, who.Reach(fact.Contact), who.Reach(fact.Account), most)
		hits = append(hits, people...)
		return err
	})
	return hits, err
}

// SearchKind does so for one kind.
func (a *App) SearchKind(ctx context.Context, who Who, kind fact.Kind, typed string, most int) (hits []store.Hit, err error) {
	q := find.Parse(typed)
	if q.None() {
		return nil, nil
	}
	if kind == fact.Contact {
		err = a.read(ctx, who, member.ContactRead, func(v *store.View) error {
			hits, err = v.SearchContacts(q, who.Reach(fact.Contact), who.Reach(fact.Account), most)
			return err
		})
		return hits, err
	}
	err = a.read(ctx, who, member.AccountRead, func(v *store.View) error {
		hits, err = v.SearchAccounts(q, who.Reach(fact.Account), most)
		return err
	})
	return hits, err
}

// History is what happened to a record, newest first, before a fact when it is
// not zero. Whoever may see the record may see its history.
func (a *App) History(ctx context.Context, who Who, kind fact.Kind, subject id.Record, before id.Fact, limit int) (all []fact.Fact, err error) {
	right := member.FactRead
	switch kind {
	case fact.Account:
		right = member.AccountRead
	case fact.Contact:
		right = member.ContactRead
	}
	err = a.read(ctx, who, right, func(v *store.View) error {
		if kind == fact.Account || kind == fact.Contact {
			err = readRecord(v, who, kind, subject)
		}
		if err != nil {
			return err
		}
		parts, err := v.PartsOf(kind, subject)
		if err != nil {
			return err
		}
		all, err = v.History(append(parts, subject), before, min(limit, 200))
		return err
	})
	return all, err
}

// Timeline is what happened around an account: to itself and to what belongs
// to it, newest first.
func (a *App) Timeline(ctx context.Context, who Who, i id.Account, before id.Fact, limit int) (all []fact.Fact, err error) {
	err = a.read(ctx, who, member.AccountRead, func(v *store.View) error {
		_, people, err := readAccount(v, who, i)
		if err != nil {
			return err
		}
		all, err = v.FactsAround(i, people, before, min(limit, 200))
		return err
	})
	return all, err
}

// Facts is the whole audit log, for who may read it.
func (a *App) Facts(ctx context.Context, who Who, before id.Fact, limit int) (all []fact.Fact, err error) {
	err = a.peek(ctx, who, member.FactRead, func(v *store.View) error {
		all, err = v.Facts(before, min(limit, 200))
		return err
	})
	return all, err
}

// FactLog is the audit log as it is asked, at most 200 facts of it.
func (a *App) FactLog(ctx context.Context, who Who, q fact.Query) (all []fact.Fact, err error) {
	q.Limit = min(q.Limit, 200)
	err = a.peek(ctx, who, member.FactRead, func(v *store.View) error {
		all, err = v.FactLog(q)
		return err
	})
	return all, err
}

// Colleagues are the members and teams, for pickers and names.
func (a *App) Colleagues(ctx context.Context, who Who) (all []member.Member, teams []member.Group, err error) {
	err = a.read(ctx, who, member.MemberRead, func(v *store.View) error {
		if all, err = v.Members(); err != nil {
			return err
		}
		teams, err = v.Teams()
		return err
	})
	return all, teams, err
}

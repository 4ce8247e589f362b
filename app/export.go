package app

import (
	"context"
	"errors"

	"kring/base/fact"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/filter"
	"kring/domain/member"
	"kring/store"
)

// ExportAccounts hands over every account that a list finds, a page at a time,
// in the order of the list and within the same scope. That it happened is a
// fact, with the question and the number, also when it breaks off.
func (a *App) ExportAccounts(ctx context.Context, who Who, q filter.Query, each func(account.Line) error) error {
	return export(ctx, a, who, fact.Account, q, func(v *store.View, q filter.Query) (Page[account.Line], error) {
		return v.AccountLines(q, a.lens(who), who.Reach(fact.Account))
	}, each)
}

// ExportContacts does so for contacts.
func (a *App) ExportContacts(ctx context.Context, who Who, q filter.Query, each func(contact.Contact) error) error {
	return export(ctx, a, who, fact.Contact, q, func(v *store.View, q filter.Query) (Page[contact.Contact], error) {
		return v.Contacts(q, a.lens(who), who.Reach(fact.Contact))
	}, each)
}

func export[T any](ctx context.Context, a *App, who Who, kind fact.Kind, q filter.Query, page func(*store.View, filter.Query) (Page[T], error), each func(T) error) error {
	question := q.View().Encode()
	n := 0
	f := fact.Fact{Deed: string(kind) + ".exported", Kind: fact.Member, Subject: who.Member.ID.Any(), Label: who.Member.Name}
	if who.machine { // which is no member
		f.Kind, f.Subject, f.Label = fact.Organisation, who.Org.ID.Any(), who.Org.Name
	}
	told := func(ctx context.Context) error {
		return a.write(ctx, who, member.Export, func(tx *store.Tx) error {
			f.Evidence, f.Changes = question, []fact.Change{fact.Of("count", 0, n)}
			return tx.Fact(f)
		})
	}
	broken := func(err error) error { // what went out before counts
		if n == 0 {
			return err
		}
		return errors.Join(err, told(context.WithoutCancel(ctx)))
	}
	err := walk(ctx, a, who, q, page, func(item T) error {
		n++
		return each(item)
	})
	if err != nil {
		return broken(err)
	}
	return told(ctx)
}

// walk hands over everything that a list finds, a page at a time.
func walk[T any](ctx context.Context, a *App, who Who, q filter.Query, page func(*store.View, filter.Query) (Page[T], error), each func(T) error) error {
	q = q.View()
	q.Limit = 200
	for {
		var p Page[T]
		err := a.read(ctx, who, member.Export, func(v *store.View) (err error) {
			p, err = page(v, q)
			return err
		})
		if err != nil {
			return err
		}
		for _, item := range p.Items {
			if err := each(item); err != nil {
				return err
			}
		}
		if p.Next.IsZero() {
			return nil
		}
		q.Cursor = p.Next
	}
}

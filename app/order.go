package app

import (
	"context"
	"errors"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/id"
	"kring/domain/account"
	"kring/domain/member"
	"kring/domain/order"
	"kring/store"
)

// Today is the organisation's day.
func (a *App) Today(who Who) day.Day { return day.At(a.db.Now(), who.Zone()) }

// PlaceOrder stores an order of an account within who's reach. What it moves on
// the ring moves in the same change.
func (a *App) PlaceOrder(ctx context.Context, who Who, d order.Draft) (o order.Order, err error) {
	err = a.write(ctx, who, member.OrderWrite, func(tx *store.Tx) error {
		o, err = a.placeOrder(tx, who, id.New[id.Order](), d)
		return err
	})
	return o, err
}

func (a *App) placeOrder(tx *store.Tx, who Who, i id.Order, d order.Draft) (o order.Order, err error) {
	acc, err := orderedBy(tx, who, d.Account)
	if err != nil {
		return o, err
	}
	if o, err = order.New(i, tx.Now(), a.Today(who), d); err != nil {
		return o, err
	}
	err = a.turning(tx, who, acc, func() error {
		o, err = tx.AddOrder(o, fact.Fact{Deed: "order.placed", Changes: order.Diff(order.Order{}, o)})
		return named(err, order.ErrExternal)
	})
	return o, err
}

// PlaceOrderOnce is PlaceOrder for a form that may be sent twice: the second time
// there is an order with this id, and that is the answer.
func (a *App) PlaceOrderOnce(ctx context.Context, who Who, i id.Order, d order.Draft) (o order.Order, err error) {
	err = a.write(ctx, who, member.OrderWrite, func(tx *store.Tx) error {
		if o, err = tx.Order(i, who.Reach(fact.Account)); !errors.Is(err, store.ErrNotFound) {
			return err
		}
		o, err = a.placeOrder(tx, who, i, d)
		return err
	})
	return o, err
}

// orderedBy is the account of an order: within reach and not in the bin.
func orderedBy(tx *store.Tx, who Who, i id.Account) (account.Account, error) {
	return accountFor(tx, i, who.Reach(fact.Account), order.ErrAccount, order.ErrBinned)
}

// ChangeOrder changes what the patch mentions; version is what the visitor read,
// 0 takes whatever stands. When somebody else changed other fields in the
// meantime both changes hold; when they touched the same field the answer is
// *Stale with both sides. An order stays with its account.
func (a *App) ChangeOrder(ctx context.Context, who Who, i id.Order, version int64, p order.Patch) (o order.Order, err error) {
	err = a.write(ctx, who, member.OrderWrite, func(tx *store.Tx) error {
		if o, err = tx.Order(i, who.Reach(fact.Account)); err != nil {
			return err
		}
		if err := agrees(tx, fact.Order, o.ID.Any(), o, o.Version, version, p.Mentions()); err != nil {
			return err
		}
		o, err = a.saveOrder(tx, who, o, "order.changed", func(o order.Order, now int64) (order.Order, []fact.Change, error) {
			return order.Amend(o, now, a.Today(who), p)
		})
		return err
	})
	return o, err
}

// CancelOrder takes an order back, and with it what rested on it.
func (a *App) CancelOrder(ctx context.Context, who Who, i id.Order, version int64, why string) (order.Order, error) {
	return a.aboutOrder(ctx, who, i, version, "order.cancelled", func(o order.Order, now int64) (order.Order, []fact.Change, error) {
		return order.Cancel(o, now, why)
	})
}

// ReviveOrder lets a cancelled order stand again.
func (a *App) ReviveOrder(ctx context.Context, who Who, i id.Order, version int64) (order.Order, error) {
	return a.aboutOrder(ctx, who, i, version, "order.revived", order.Revive)
}

func (a *App) aboutOrder(ctx context.Context, who Who, i id.Order, version int64, deed string,
	change func(order.Order, int64) (order.Order, []fact.Change, error)) (o order.Order, err error) {
	err = a.write(ctx, who, member.OrderWrite, func(tx *store.Tx) error {
		if o, err = tx.Order(i, who.Reach(fact.Account)); err != nil {
			return err
		}
		if err := asRead(o, o.Version, version); err != nil {
			return err
		}
		o, err = a.saveOrder(tx, who, o, deed, change)
		return err
	})
	return o, err
}

// saveOrder changes an order that was read, and moves its account with it.
func (a *App) saveOrder(tx *store.Tx, who Who, o order.Order, deed string, change func(order.Order, int64) (order.Order, []fact.Change, error)) (order.Order, error) {
	acc, err := orderedBy(tx, who, o.Account)
	if err != nil {
		return o, err
	}
	next, changes, err := change(o, tx.Now())
	if err != nil || len(changes) == 0 {
		return o, err
	}
	if err := a.mayChange(tx, o, changes); err != nil {
		return o, err
	}
	return next, a.turning(tx, who, acc, func() error {
		if next, err = tx.SaveOrder(next, fact.Fact{Deed: deed, Changes: changes}); err != nil {
			return named(err, order.ErrExternal)
		}
		if o.Stands() && !next.Stands() { // what was invoiced of it in advance comes back
			return a.creditBack(tx, who, next)
		}
		return nil
	})
}

// Order is one order of an account within who's reach.
func (a *App) Order(ctx context.Context, who Who, i id.Order) (o order.Order, err error) {
	err = a.read(ctx, who, member.OrderRead, func(v *store.View) error {
		if o, err = v.Order(i, everything); err != nil {
			return err
		}
		_, _, err = readAccount(v, who, o.Account)
		return err
	})
	if err != nil {
		return order.Order{}, err
	}
	return o, err
}

// Orders are the orders within who's reach that a filter finds, the latest first.
func (a *App) Orders(ctx context.Context, who Who, f order.Filter, after store.OrderPlace, limit int) (all []order.Order, err error) {
	err = a.read(ctx, who, member.OrderRead, func(v *store.View) error {
		reach := who.Reach(fact.Account)
		if !f.Account.IsZero() {
			if _, _, err := readAccount(v, who, f.Account); err != nil {
				return err
			}
			reach = everything // it is asked for, and may be read
		}
		all, err = v.Orders(f, reach, after, min(limit, 201))
		return err
	})
	return all, err
}

// OrderPlace is the place of an order in a list.
type OrderPlace = store.OrderPlace

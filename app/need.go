package app

import (
	"context"
	"errors"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/account"
	"kring/domain/member"
	"kring/domain/need"
	"kring/store"
)

// A need is seen by who sees the relation whose need it is.

// AddNeed writes a need of a relation within who's reach down.
func (a *App) AddNeed(ctx context.Context, who Who, d need.Draft) (need.Need, error) {
	return a.AddNeedOnce(ctx, who, id.New[id.Need](), d)
}

// AddNeedOnce is AddNeed for a form that may be sent twice, or by a page that was
// cut off: the second time there is a need with this id, and that is the answer.
func (a *App) AddNeedOnce(ctx context.Context, who Who, i id.Need, d need.Draft) (n need.Need, err error) {
	err = a.write(ctx, who, member.TalkWrite, func(tx *store.Tx) error {
		n, err = seenNeed(&tx.View, who, i)
		if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if _, _, err := readAccount(&tx.View, who, d.Account); errors.Is(err, store.ErrNotFound) {
			return fault.Field("account", need.ErrAccount)
		} else if err != nil {
			return err
		}
		n, err = a.putNeed(tx, who, i, d)
		return err
	})
	return n, err
}

func (a *App) putNeed(tx *store.Tx, who Who, i id.Need, d need.Draft) (need.Need, error) {
	n, err := need.New(i, tx.Now(), d)
	if err != nil {
		return n, err
	}
	if err := needPlaced(tx, n); err != nil {
		return n, err
	}
	if who.Actor.Kind == "member" {
		n.By = who.Member.ID
	}
	return tx.AddNeed(n, fact.Fact{Deed: "need.found", Changes: need.Diff(need.Need{}, n)})
}

// needPlaced: the relation is there, the person is at it, and the problem is one
// of the same relation.
func needPlaced(tx *store.Tx, n need.Need) error {
	if _, err := accountFor(tx, n.Account, everything, need.ErrAccount, account.ErrBinned); err != nil {
		return err
	}
	if err := contactPlaced(tx, n.Account, n.Contact, need.ErrContact); err != nil {
		return err
	}
	if n.Problem.IsZero() {
		return nil
	}
	from, err := tx.Need(n.Problem)
	if errors.Is(err, store.ErrNotFound) || err == nil && !n.Comes(from) {
		return fault.Field("problem", need.ErrProblem)
	}
	return err
}

// ChangeNeed changes what the patch mentions of a need; version is what the
// visitor read, 0 takes whatever stands.
func (a *App) ChangeNeed(ctx context.Context, who Who, i id.Need, version int64, p need.Patch) (need.Need, error) {
	return a.aboutNeed(ctx, who, i, version, "need.changed", func(tx *store.Tx, n need.Need) (need.Need, []fact.Change, error) {
		next, changes, err := need.Change(n, tx.Now(), p.On(n.Draft()))
		if err != nil || len(changes) == 0 {
			return n, nil, err
		}
		return next, changes, needPlaced(tx, next)
	})
}

// DropNeed says that it turned out to be no need.
func (a *App) DropNeed(ctx context.Context, who Who, i id.Need, version int64, why string) (need.Need, error) {
	return a.aboutNeed(ctx, who, i, version, "need.dropped", func(tx *store.Tx, n need.Need) (need.Need, []fact.Change, error) {
		return n.Drop(tx.Now(), why)
	})
}

// ReopenNeed says that it is a need after all.
func (a *App) ReopenNeed(ctx context.Context, who Who, i id.Need, version int64) (need.Need, error) {
	return a.aboutNeed(ctx, who, i, version, "need.reopened", func(tx *store.Tx, n need.Need) (need.Need, []fact.Change, error) {
		return n.Reopen(tx.Now())
	})
}

// reopenNeeds says that what a record answered is open again: the quote was
// withdrawn or refused.
func (a *App) reopenNeeds(tx *store.Tx, by id.Record) error {
	all, err := tx.NeedsAnswered(by)
	if err != nil {
		return err
	}
	for _, n := range all {
		next, changes, err := n.Reopen(tx.Now())
		if err != nil {
			return err
		}
		if _, err := tx.SaveNeed(next, fact.Fact{Deed: "need.reopened", Evidence: by.String(), Changes: changes}); err != nil {
			return err
		}
	}
	return nil
}

func (a *App) aboutNeed(ctx context.Context, who Who, i id.Need, version int64, deed string, change func(*store.Tx, need.Need) (need.Need, []fact.Change, error)) (n need.Need, err error) {
	err = a.write(ctx, who, member.TalkWrite, func(tx *store.Tx) error {
		if n, err = seenNeed(&tx.View, who, i); err != nil {
			return err
		}
		if err := asRead(n, n.Version, version); err != nil {
			return err
		}
		next, changes, err := change(tx, n)
		if err != nil || len(changes) == 0 {
			return err
		}
		n, err = tx.SaveNeed(next, fact.Fact{Deed: deed, Changes: changes})
		return err
	})
	return n, err
}

func seenNeed(v *store.View, who Who, i id.Need) (need.Need, error) {
	n, err := v.Need(i)
	if err != nil {
		return n, err
	}
	if _, _, err = readAccount(v, who, n.Account); err != nil {
		return need.Need{}, err
	}
	return n, nil
}

// Need is one need that who may see.
func (a *App) Need(ctx context.Context, who Who, i id.Need) (n need.Need, err error) {
	err = a.read(ctx, who, member.AccountRead, func(v *store.View) error {
		n, err = seenNeed(v, who, i)
		return err
	})
	return n, err
}

// NeedsOf are the needs of a relation within who's reach.
func (a *App) NeedsOf(ctx context.Context, who Who, of id.Account) (all []need.Need, err error) {
	err = a.read(ctx, who, member.AccountRead, func(v *store.View) error {
		if _, _, err := readAccount(v, who, of); err != nil {
			return err
		}
		all, err = v.NeedsOf(of)
		return err
	})
	return all, err
}

package app

import (
	"context"
	"errors"

	"kring/base/fact"
	"kring/base/id"
	"kring/domain/member"
	"kring/domain/proposition"
	"kring/store"
)

// SaveProposition stores a value proposition, new when version is 0. A copy that
// was tailored to a relation is for who sees the relation.
func (a *App) SaveProposition(ctx context.Context, who Who, p proposition.Proposition) (_ proposition.Proposition, err error) {
	err = a.write(ctx, who, member.ProposeWrite, func(tx *store.Tx) error {
		was, err := readProposition(&tx.View, who, p.ID)
		made := errors.Is(err, store.ErrNotFound)
		switch {
		case err != nil && !(made && p.Version == 0):
			return err
		case !made && p.Version == 0: // the form was sent twice
			p = was
			return nil
		case !made && was.Version != p.Version:
			return &Stale[proposition.Proposition]{Fault: store.ErrStale, Now: was, Version: p.Version}
		}
		deed := "proposition.changed"
		if made {
			deed, p.Created = "proposition.added", tx.Now()
			if !p.Account.IsZero() {
				if _, err := tx.Account(p.Account, who.Reach(fact.Account)); err != nil {
					return err
				}
			}
		} else {
			p.Account, p.Opportunity, p.Of, p.Created = was.Account, was.Opportunity, was.Of, was.Created
		}
		if p, err = p.Check(a.Today(who)); err != nil {
			return err
		}
		changes := proposition.Diff(was, p)
		if len(changes) == 0 {
			p = was
			return nil
		}
		p.Updated = tx.Now()
		p, err = tx.PutProposition(p, fact.Fact{Deed: deed, Changes: changes})
		return err
	})
	return p, err
}

// TailorProposition makes a copy for one opportunity of a relation.
func (a *App) TailorProposition(ctx context.Context, who Who, i, copyID id.Proposition, at id.Account, o id.Opportunity) (proposition.Proposition, error) {
	p, err := a.Proposition(ctx, who, i)
	if err != nil {
		return p, err
	}
	p.Of, p.ID, p.Version, p.Account, p.Opportunity, p.State = p.ID, copyID, 0, at, o, proposition.Draft
	return a.SaveProposition(ctx, who, p)
}

func readProposition(v *store.View, who Who, i id.Proposition) (proposition.Proposition, error) {
	p, err := v.Proposition(i)
	if err != nil || p.Account.IsZero() {
		return p, err
	}
	if _, _, err := readAccount(v, who, p.Account); err != nil {
		return proposition.Proposition{}, err
	}
	return p, nil
}

// Proposition is one value proposition that who may read.
func (a *App) Proposition(ctx context.Context, who Who, i id.Proposition) (p proposition.Proposition, err error) {
	err = a.read(ctx, who, member.ProductRead, func(v *store.View) error {
		p, err = readProposition(v, who, i)
		return err
	})
	return p, err
}

// Propositions are those that who may read, after one.
func (a *App) Propositions(ctx context.Context, who Who, after id.Proposition, limit int) (all []proposition.Proposition, err error) {
	err = a.read(ctx, who, member.ProductRead, func(v *store.View) error {
		all, err = v.Propositions(after.Any(), min(max(limit, 1), 201), who.Reach(fact.Account))
		return err
	})
	return all, err
}

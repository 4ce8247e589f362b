package app

import (
	"context"
	"errors"
	"slices"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/member"
	"kring/domain/quote"
	"kring/store"
)

// The sheet of a negotiation is for the deal team: who signs the quote, and those
// whom they name. For everybody else, also who may see all quotes, it is not
// there: no list, export, fact or page carries any of it.

func inTeam(who Who, q quote.Quote, d quote.Deal) bool {
	return !who.Member.ID.IsZero() && (q.Owner == who.Member.ID || slices.Contains(d.Team, who.Member.ID))
}

func theDeal(v *store.View, who Who, i id.Quote) (q quote.Quote, d quote.Deal, err error) {
	if q, err = readQuote(v, who, i); err != nil {
		return q, d, err
	}
	d, err = v.Deal(i)
	if errors.Is(err, store.ErrNotFound) {
		d, err = quote.Deal{Quote: i, State: quote.Preparing}, nil
	}
	if err == nil && !inTeam(who, q, d) {
		err = quote.ErrNone
	}
	if err != nil {
		return q, quote.Deal{}, err
	}
	return q, d, nil
}

// Deal is the sheet of a quote, for its team; an empty one when there is none yet.
func (a *App) Deal(ctx context.Context, who Who, i id.Quote) (d quote.Deal, err error) {
	err = a.read(ctx, who, member.QuoteWrite, func(v *store.View) error {
		_, d, err = theDeal(v, who, i)
		return err
	})
	return d, err
}

// SaveDeal changes the sheet; what was given stays as it was logged.
func (a *App) SaveDeal(ctx context.Context, who Who, i id.Quote, d quote.Deal) (quote.Deal, error) {
	return a.aboutDeal(ctx, who, i, d.Version, func(tx *store.Tx, was quote.Deal) (quote.Deal, error) {
		for _, m := range d.Team {
			if c, err := tx.Member(m); errors.Is(err, store.ErrNotFound) || err == nil && c.State != member.Active {
				return was, fault.Field("team", quote.ErrTeam)
			} else if err != nil {
				return was, err
			}
		}
		d.Quote, d.Version, d.Log = i, was.Version, was.Log
		return d.Check()
	})
}

// Concede logs what was given and what was got for it.
func (a *App) Concede(ctx context.Context, who Who, i id.Quote, version int64, c quote.Concession) (quote.Deal, error) {
	return a.aboutDeal(ctx, who, i, version, func(tx *store.Tx, was quote.Deal) (quote.Deal, error) {
		c.At, c.By = tx.Now(), who.Member.ID
		return was.Give(c)
	})
}

func (a *App) aboutDeal(ctx context.Context, who Who, i id.Quote, version int64, change func(*store.Tx, quote.Deal) (quote.Deal, error)) (d quote.Deal, err error) {
	err = a.write(ctx, who, member.QuoteWrite, func(tx *store.Tx) error {
		q, was, err := theDeal(&tx.View, who, i)
		if err != nil {
			return err
		}
		if version != was.Version {
			return &Stale[quote.Deal]{Fault: store.ErrStale, Now: was, Version: version}
		}
		next, err := change(tx, was)
		if err != nil {
			return err
		}
		next.Quote, next.Version, next.Updated = i, was.Version, tx.Now()
		d, err = tx.PutDeal(next, q, fact.Fact{Deed: "quote.negotiated"})
		return err
	})
	return d, err
}

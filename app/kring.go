package app

import (
	"cmp"
	"context"
	"slices"

	"kring/base/fault"
	"kring/domain/cycle"
	"kring/domain/member"
	"kring/store"
)

// RingSince reads the ring of a period and that of the period before it, which
// ends the day before it begins, at one moment.
func (a *App) RingSince(ctx context.Context, who Who, ask RingAsk, before Span) (now, then Ring, err error) {
	if err := cmp.Or(ask.check(), before.check()); err != nil {
		return now, then, err
	}
	err = a.read(ctx, who, member.OrderRead, func(v *store.View) error {
		if now, err = a.ring(v, who, ask); err != nil {
			return err
		}
		then, err = a.ringBefore(v, who, ask, now, before)
		return err
	})
	return now, then, err
}

// ringBefore is the ring of the period that ends where another begins: where
// everybody stood at its begin follows from who moved in it.
func (a *App) ringBefore(v *store.View, who Who, ask RingAsk, now Ring, before Span) (then Ring, err error) {
	then = Ring{Definition: now.Definition, Span: before, Currency: now.Currency, Teams: now.Teams, End: now.Start}
	scope, err := who.scope(v, ask)
	if err != nil {
		return then, err
	}
	err = then.happened(v, scope)
	back := cycle.Flows{}
	for f, n := range then.Flows {
		back[f] = -n
	}
	then.Start = back.After(now.Start)
	return then, err
}

// MoversOf are the accounts that went any of some ways in a period, latest
// first; MoverAsk's Flow is not looked at.
func (a *App) MoversOf(ctx context.Context, who Who, ask MoverAsk, ways []cycle.Flow) (all []Mover, next string, err error) {
	if err := ask.check(); err != nil {
		return nil, "", err
	}
	after, err := readMoverPlace(ask.After)
	if err != nil {
		return nil, "", fault.Field("after", ErrMovers)
	}
	limit := min(max(ask.Limit, 1), 200)
	err = a.read(ctx, who, member.OrderRead, func(v *store.View) error {
		all = nil
		d, err := a.definition(v)
		if err != nil {
			return err
		}
		scope, err := who.scope(v, ask.RingAsk)
		if err != nil {
			return err
		}
		for _, way := range ways {
			some, err := v.Movers(d.Rule, scope, way, ask.From, ask.Until, after, limit+1)
			if err != nil {
				return err
			}
			all = append(all, some...)
		}
		return nil
	})
	slices.SortFunc(all, func(x, y Mover) int {
		return cmp.Or(cmp.Compare(y.Move.Day, x.Move.Day), slices.Compare(y.Account[:], x.Account[:]), cmp.Compare(y.N, x.N))
	})
	if len(all) > limit {
		all = all[:limit]
		next = moverPlace(all[limit-1])
	}
	return all, next, err
}

// WonBack is how many of those who left by their own choice in a period bought
// again since.
func (a *App) WonBack(ctx context.Context, who Who, ask RingAsk) (r cycle.Ratio, err error) {
	if err := ask.check(); err != nil {
		return r, err
	}
	err = a.read(ctx, who, member.OrderRead, func(v *store.View) error {
		d, err := a.definition(v)
		if err != nil {
			return err
		}
		scope, err := who.scope(v, ask)
		if err != nil {
			return err
		}
		back, left, err := v.WonBack(d.Rule, scope, ask.From, ask.Until.Add(1))
		r = cycle.WinBackRate(back, left)
		return err
	})
	return r, err
}

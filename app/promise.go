package app

import (
	"context"
	"errors"
	"slices"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/account"
	"kring/domain/member"
	"kring/domain/promise"
	"kring/store"
)

// A promise is seen by who keeps it, by who said it, and by who sees the relation
// to whom it was said.

// AddPromise writes down what was promised.
func (a *App) AddPromise(ctx context.Context, who Who, d promise.Draft) (promise.Promise, error) {
	return a.AddPromiseOnce(ctx, who, id.New[id.Promise](), d)
}

// AddPromiseOnce is AddPromise for a form that may be sent twice: the second time
// there is a promise with this id, and that is the answer.
func (a *App) AddPromiseOnce(ctx context.Context, who Who, i id.Promise, d promise.Draft) (p promise.Promise, err error) {
	err = a.write(ctx, who, member.PromiseWrite, func(tx *store.Tx) error {
		l, err := seenPromise(&tx.View, who, i)
		if !errors.Is(err, store.ErrNotFound) {
			p = l.Promise
			return err
		}
		if err := promiseReach(tx, who, d); err != nil {
			return err
		}
		p, err = a.putPromise(tx, who, i, d, "")
		return err
	})
	return p, err
}

// promiseReach says whether who may promise something to a relation and a person.
func promiseReach(tx *store.Tx, who Who, d promise.Draft) error {
	if !d.Account.IsZero() {
		if _, _, err := readAccount(&tx.View, who, d.Account); errors.Is(err, store.ErrNotFound) {
			return fault.Field("account", promise.ErrAccount)
		} else if err != nil {
			return err
		}
	}
	return nil
}

func (a *App) putPromise(tx *store.Tx, who Who, i id.Promise, d promise.Draft, why string) (promise.Promise, error) {
	if d.Owner.IsZero() && d.Team.IsZero() {
		d.Owner = who.Member.ID
	}
	p, err := promise.New(i, tx.Now(), who.Zone(), d)
	if err != nil {
		return p, err
	}
	if err := promisePlaced(tx, p); err != nil {
		return p, err
	}
	if who.Actor.Kind == "member" {
		p.By = who.Member.ID
	}
	p, err = tx.AddPromise(p, fact.Fact{Deed: "promise.made", Why: why, Changes: promise.Diff(promise.Promise{}, p)})
	return p, named(err, promise.ErrExternal)
}

// promisePlaced: who keeps it works here, the relation is not in the bin, and the
// person is at the relation.
func promisePlaced(tx *store.Tx, p promise.Promise) error {
	if !p.Owner.IsZero() {
		m, err := tx.Member(p.Owner)
		if errors.Is(err, store.ErrNotFound) || err == nil && m.State != member.Active {
			return fault.Field("owner", promise.ErrOwner)
		}
		if err != nil {
			return err
		}
	}
	if !p.Team.IsZero() {
		teams, err := tx.Teams()
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(teams, func(g member.Group) bool { return g.ID == p.Team }) {
			return fault.Field("owner", promise.ErrOwner)
		}
	}
	if _, err := accountFor(tx, p.Account, everything, promise.ErrAccount, account.ErrBinned); err != nil {
		return err
	}
	return contactPlaced(tx, p.Account, p.Contact, promise.ErrContact)
}

// contactPlaced says whether a person is at a relation; nobody always is.
func contactPlaced(tx *store.Tx, at id.Account, c id.Contact, no *fault.Fault) error {
	if c.IsZero() {
		return nil
	}
	person, err := tx.Contact(c, everything)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if _, there := person.At(at); err != nil || !there {
		return fault.Field("contact", no)
	}
	return nil
}

// ChangePromise changes what the patch mentions of an open promise; version is
// what the visitor read, 0 takes whatever stands. When somebody else changed other
// fields in the meantime both changes hold, else the answer is *Stale.
func (a *App) ChangePromise(ctx context.Context, who Who, i id.Promise, version int64, patch promise.Patch) (promise.Promise, error) {
	return a.aboutPromise(ctx, who, i, func(tx *store.Tx, p promise.Promise) (promise.Promise, error) {
		if err := agrees(tx, fact.Promise, p.ID.Any(), p, p.Version, version, patch.Mentions()); err != nil {
			return p, err
		}
		next, changes, err := promise.Change(p, tx.Now(), who.Zone(), patch.On(p.Draft(who.Zone())))
		if err != nil || len(changes) == 0 {
			return p, err
		}
		if err := promisePlaced(tx, next); err != nil {
			return p, err
		}
		return tx.SavePromise(next, fact.Fact{Deed: "promise.changed", Changes: changes})
	})
}

// KeepPromise says that what was promised was done.
func (a *App) KeepPromise(ctx context.Context, who Who, i id.Promise, version int64) (promise.Promise, error) {
	return a.turnPromise(ctx, who, i, version, "", func(p promise.Promise, now int64) (promise.Promise, []fact.Change, error) {
		return p.Keep(now, who.Member.ID)
	})
}

// BreakPromise says that it was not done and will not be, with the reason.
func (a *App) BreakPromise(ctx context.Context, who Who, i id.Promise, version int64, why string) (promise.Promise, error) {
	return a.turnPromise(ctx, who, i, version, why, func(p promise.Promise, now int64) (promise.Promise, []fact.Change, error) {
		return p.Break(now, who.Member.ID, why)
	})
}

// WithdrawPromise takes a promise back, with the reason; one that was missed is
// broken by it.
func (a *App) WithdrawPromise(ctx context.Context, who Who, i id.Promise, version int64, why string) (promise.Promise, error) {
	return a.turnPromise(ctx, who, i, version, why, func(p promise.Promise, now int64) (promise.Promise, []fact.Change, error) {
		return p.Withdraw(now, who.Member.ID, why)
	})
}

// RenegotiatePromise agrees with the customer on another day, and a time or none.
func (a *App) RenegotiatePromise(ctx context.Context, who Who, i id.Promise, version int64, on day.Day, clock, why string) (promise.Promise, error) {
	return a.turnPromise(ctx, who, i, version, why, func(p promise.Promise, now int64) (promise.Promise, []fact.Change, error) {
		return p.Renegotiate(now, who.Zone(), on, clock, why)
	})
}

// ReopenPromise takes back that a promise was kept, broken or withdrawn.
func (a *App) ReopenPromise(ctx context.Context, who Who, i id.Promise, version int64) (promise.Promise, error) {
	return a.turnPromise(ctx, who, i, version, "", func(p promise.Promise, now int64) (promise.Promise, []fact.Change, error) {
		return p.Reopen(now)
	})
}

// promiseDeeds name what became of a promise.
var promiseDeeds = map[promise.State]string{promise.Kept: "promise.kept", promise.Late: "promise.kept", promise.Broken: "promise.broken", promise.Withdrawn: "promise.withdrawn"}

func (a *App) turnPromise(ctx context.Context, who Who, i id.Promise, version int64, why string, turn func(promise.Promise, int64) (promise.Promise, []fact.Change, error)) (promise.Promise, error) {
	return a.aboutPromise(ctx, who, i, func(tx *store.Tx, p promise.Promise) (promise.Promise, error) {
		if err := asRead(p, p.Version, version); err != nil {
			return p, err
		}
		next, changes, err := turn(p, tx.Now())
		if err != nil || len(changes) == 0 {
			return p, err
		}
		deed := promiseDeeds[next.State]
		if next.State == promise.Open {
			deed = "promise.renegotiated"
			if p.State != promise.Open {
				deed = "promise.reopened"
			}
		}
		return tx.SavePromise(next, fact.Fact{Deed: deed, Why: why, Changes: changes})
	})
}

func (a *App) aboutPromise(ctx context.Context, who Who, i id.Promise, change func(*store.Tx, promise.Promise) (promise.Promise, error)) (p promise.Promise, err error) {
	err = a.write(ctx, who, member.PromiseWrite, func(tx *store.Tx) error {
		l, err := seenPromise(&tx.View, who, i)
		if err != nil {
			return err
		}
		p, err = change(tx, l.Promise)
		return named(err, promise.ErrExternal)
	})
	return p, err
}

// seenPromise is a promise that who keeps or said, or to a relation within reach.
func seenPromise(v *store.View, who Who, i id.Promise) (promise.Line, error) {
	p, err := v.Promise(i)
	if err != nil || p.Owner == who.Member.ID || p.By == who.Member.ID || !p.Team.IsZero() && p.Team == who.Member.Team {
		return p, err
	}
	if _, _, err = readAccount(v, who, p.Account); err != nil {
		return promise.Line{}, err
	}
	return p, nil
}

// Promise is one promise that who may see.
func (a *App) Promise(ctx context.Context, who Who, i id.Promise) (p promise.Line, err error) {
	err = a.read(ctx, who, member.AccountRead, func(v *store.View) error {
		p, err = seenPromise(v, who, i)
		return err
	})
	return p, err
}

// PromiseAsk says which promises a list shows: those that who keeps, those of
// who's team, or all to relations within reach.
type PromiseAsk struct {
	Of      string // mine, team, all
	Account id.Account
	Record  id.Record // what they come from
	State   promise.State
	Since   day.Day // due on this day or after
	Until   day.Day // due on this day or before
	After   PromisePlace
	Back    bool // the last due first
	Limit   int
}

// PromisePlace is the place of a promise in a list.
type PromisePlace = store.PromisePlace

func (a *App) promiseQuery(who Who, ask PromiseAsk) (q store.PromiseQuery, err error) {
	q = store.PromiseQuery{Account: ask.Account, Record: ask.Record, State: ask.State, After: ask.After, Back: ask.Back, Limit: min(max(ask.Limit, 1), 201)}
	if ask.Since != "" {
		q.Since = ask.Since.Start(who.Zone())
	}
	if ask.Until != "" {
		q.Until = ask.Until.Add(1).Start(who.Zone()) - 1
	}
	switch ask.Of {
	case "mine":
		q.Owner = who.Member.ID
	case "team":
		q.Team = who.Member.Team
		if q.Team.IsZero() {
			q.Owner = who.Member.ID
		}
		reach := who.Reach(fact.Account)
		q.Within = &reach
	case "all":
		if ask.Account.IsZero() {
			reach := who.Reach(fact.Account)
			q.Within = &reach
		}
	default:
		return q, promise.ErrOf
	}
	return q, nil
}

// Promises are the promises that are asked, in the order in which they are due.
func (a *App) Promises(ctx context.Context, who Who, ask PromiseAsk) (all []promise.Line, err error) {
	q, err := a.promiseQuery(who, ask)
	if err != nil {
		return nil, err
	}
	err = a.read(ctx, who, member.AccountRead, func(v *store.View) error {
		if !ask.Account.IsZero() {
			if _, _, err := readAccount(v, who, ask.Account); err != nil {
				return err
			}
		}
		all, err = v.Promises(q)
		return err
	})
	return all, err
}

// MostJudged is how many promises a say-do ratio counts at most; of more the
// latest count, and SayDo says so.
const MostJudged = 2000

// SayDo is what became of the promises that fell due in a period, and the
// promises themselves: its arithmetic.
type SayDo struct {
	promise.SayDo
	From, Until day.Day
	Promises    []promise.Line // the latest first
	More        bool           // there were more than MostJudged
}

// SayDo counts the promises of an ask that fell due from one day up to and
// including another, as they stand now.
func (a *App) SayDo(ctx context.Context, who Who, ask PromiseAsk) (s SayDo, err error) {
	today := a.Today(who)
	if s.Until = ask.Until; s.Until == "" {
		s.Until = today
	}
	if s.From = ask.Since; s.From == "" {
		s.From = s.Until.Add(-29)
	}
	q, err := a.promiseQuery(who, ask)
	if err != nil {
		return s, err
	}
	q.Since, q.Until, q.State, q.Limit = s.From.Start(who.Zone()), s.Until.Add(1).Start(who.Zone())-1, "", MostJudged+1
	err = a.read(ctx, who, member.AccountRead, func(v *store.View) error {
		if !ask.Account.IsZero() {
			if _, _, err := readAccount(v, who, ask.Account); err != nil {
				return err
			}
		}
		s.Promises, err = v.PromisesJudged(q)
		return err
	})
	if err != nil {
		return s, err
	}
	if s.More = len(s.Promises) > MostJudged; s.More {
		s.Promises = s.Promises[:MostJudged]
	}
	s.SayDo = promise.Tally(each(s.Promises, func(l promise.Line) promise.Promise { return l.Promise }), q.Since, min(q.Until, a.db.Now()))
	return s, nil
}

// CountPromises is how many promises ask who for a deed today.
func (a *App) CountPromises(ctx context.Context, who Who) (n int, err error) {
	until := a.Today(who).Add(1).Start(who.Zone()) - 1
	err = a.peek(ctx, who, member.PromiseWrite, func(v *store.View) error {
		n, err = v.CountPromises(who.Member.ID, until, MostHandoversCounted+1)
		return err
	})
	return n, err
}

// Reminded are the open promises of who that are due in 3, 1 or 0 days, or were
// missed (domain.md §2.6).
func (a *App) Reminded(ctx context.Context, who Who) (all []promise.Line, err error) {
	today := a.Today(who)
	some, err := a.Promises(ctx, who, PromiseAsk{Of: "mine", State: promise.Open, Until: today.Add(promise.Reminders[0]), Limit: 100})
	for _, p := range some {
		if left, yes := p.Remind(today); yes || left < 0 {
			all = append(all, p)
		}
	}
	return all, err
}

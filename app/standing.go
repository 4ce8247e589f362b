package app

import (
	"context"
	"maps"
	"slices"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/id"
	"kring/base/job"
	"kring/domain/cycle"
	"kring/store"
)

// What is kept of where relations stand (store/standing.go) is written with every
// change. Two things move it besides: the day, for a loyal one of whom the window
// holds too few purchases; and a rule by which nothing was counted yet, after an
// upgrade or for a new candidate. Both go by in pages, each in a transaction of
// its own, so that a stop in the middle costs nothing.

const (
	dueEach   = 200
	countEach = 400
	dropEach  = 2000
)

// passDay folds again what the day moves; routine.
func (a *App) passDay(ctx context.Context, _ job.Job) error {
	return a.everyOrganisation(ctx, func(o id.Org) error {
		d, rules, err := a.rules(ctx, o)
		for _, r := range rules {
			for more := err == nil; more && err == nil; {
				err = a.db.Write(ctx, o, system("clock"), func(tx *store.Tx) error {
					more, err = a.passDue(tx, r, r.Number == d.Rule)
					return err
				})
			}
		}
		return err
	})
}

func (a *App) rules(ctx context.Context, o id.Org) (d Definition, rules []store.Rule, err error) {
	err = a.db.Read(ctx, o, func(v *store.View) error {
		if d, err = v.ActiveDefinition(); err != nil {
			return err
		}
		rules, err = v.Rules()
		return err
	})
	return d, rules, err
}

// passDue folds the next accounts that are due under a rule; told says whether
// their moves are facts, which those under the active definition are.
func (a *App) passDue(tx *store.Tx, r store.Rule, told bool) (more bool, err error) {
	org, err := tx.Organisation()
	if err != nil {
		return false, err
	}
	who := Who{Org: org}
	today := day.At(tx.Now(), who.Zone())
	due, err := tx.Due(r.Number, today, dueEach)
	if err != nil || len(due) == 0 {
		return false, err
	}
	ids := slices.Collect(maps.Keys(due))
	tx.Touch(ids)
	if !told {
		return len(due) == dueEach, nil
	}
	all, err := tx.AccountsByID(ids, everybody)
	if err != nil {
		return false, err
	}
	by, err := tx.SignalsOf(ids)
	if err != nil {
		return false, err
	}
	var facts []fact.Fact
	for _, acc := range all {
		s := by[acc.ID]
		s.Since = day.At(acc.Created, who.Zone())
		p := cycle.Follow(s, r.Thresholds, today)
		for _, m := range p.Moves[min(due[acc.ID], len(p.Moves)):] {
			facts = append(facts, moved("cycle.moved", acc, m))
		}
	}
	return len(due) == dueEach, tx.AddFacts(facts)
}

// countRules counts what is not counted yet, of one organisation when somebody
// asks for it and of all as routine, and drops what no definition needs.
func (a *App) countRules(ctx context.Context, j job.Job) error {
	if !j.Org.IsZero() {
		return a.countOrganisation(ctx, j.Org)
	}
	return a.everyOrganisation(ctx, func(o id.Org) error { return a.countOrganisation(ctx, o) })
}

func (a *App) countOrganisation(ctx context.Context, o id.Org) error {
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		left := 0
		err := a.db.Write(ctx, o, system("routine"), func(tx *store.Tx) error {
			rules, err := tx.Counting()
			if left = len(rules); err != nil || left == 0 {
				return err
			}
			_, err = tx.CountOn(rules[0], countEach)
			return err
		})
		if err != nil {
			return err
		}
		if left == 0 {
			return a.dropRules(ctx, o)
		}
	}
}

func (a *App) dropRules(ctx context.Context, o id.Org) error {
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		done := false
		err := a.db.Write(ctx, o, system("routine"), func(tx *store.Tx) (err error) {
			done, err = tx.DropRules(dropEach)
			return err
		})
		if err != nil || done {
			return err
		}
	}
}

// enqueueCount has a rule counted after this change.
func enqueueCount(tx *store.Tx) error {
	_, err := tx.Enqueue(job.Job{Kind: "standing.count", Unique: "count", RunAt: tx.Now() + countAfter})
	return err
}

// countAfter is how long a count waits, in milliseconds: a change that began
// before the rule was there knows nothing of it, and has ended by then.
const countAfter = 3000

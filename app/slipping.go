package app

import (
	"context"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/id"
	"kring/base/job"
	"kring/domain/account"
	"kring/domain/consent"
	"kring/domain/member"
	"kring/domain/slipping"
	"kring/store"
)

// Slip is a relation of which something is expected; when it is at risk with the
// one thing that is proposed.
type Slip struct {
	store.Outlook
	Action   slipping.Action
	Callable bool    // whether it may be rung up
	Stays    float64 // of one that buys as by subscription: the share of those who are customers for as long that still is one a year later; below zero when it is not known
}

// SlippingAsk says which relations at risk to list.
type SlippingAsk struct {
	Owner  id.Member // zero: any
	Team   id.Team   // this team and those below; zero: any
	Later  bool      // those that were put off, instead of the others
	Before slipping.Outlook
	Limit  int
}

// Slipping are the relations within who's reach that are slipping away, those
// with the most at stake first; more says that there are others after them.
func (a *App) Slipping(ctx context.Context, who Who, ask SlippingAsk) (all []Slip, more bool, err error) {
	limit := min(max(ask.Limit, 1), 200)
	err = a.read(ctx, who, member.OrderRead, func(v *store.View) error {
		q := store.SlippingQuery{
			Reach: who.Reach(fact.Account), Owner: ask.Owner, Later: ask.Later, Today: a.Today(who), Before: ask.Before, Limit: limit + 1,
		}
		if !ask.Team.IsZero() {
			groups, err := v.Teams()
			if err != nil {
				return err
			}
			q.Teams = member.Below(ask.Team, groups)
		}
		found, err := v.Slipping(q)
		if err != nil {
			return err
		}
		if more = len(found) > limit; more {
			found = found[:limit]
		}
		all = make([]Slip, len(found))
		for i, one := range found {
			if all[i], err = a.slipOf(v, who, one); err != nil {
				return err
			}
		}
		return nil
	})
	return all, more, err
}

// slipOf proposes something for a relation at risk. By phone only those are
// approached who may be: the gate with its dated rules will judge more finely.
func (a *App) slipOf(v *store.View, who Who, one store.Outlook) (Slip, error) {
	s := Slip{Outlook: one, Stays: -1}
	if !one.AtRisk {
		return s, nil
	}
	parts, err := v.PartsOf(fact.Account, one.Account.Any())
	if err != nil {
		return s, err
	}
	_, standing, err := ledger(v, one.Account.Any(), parts)
	if err != nil {
		return s, err
	}
	s.Callable = callable(one, standing)
	s.Action = slipping.Propose(one.Outlook, a.Today(who), s.Callable)
	return s, nil
}

// callable says whether somebody may be rung up: nobody who objected; a natural
// person, a sole trader among them, with consent only (C-02, C-03).
func callable(one store.Outlook, standing map[consent.Cell]consent.Entry) bool {
	given := false
	for cell, e := range standing {
		if cell.Channel != consent.Phone && cell.Channel != consent.All {
			continue
		}
		if e.State == consent.Objection && cell.Purpose != consent.Research {
			return false
		}
		given = given || e.State == consent.Given && cell.Purpose == consent.Commercial
	}
	natural := one.Kind == account.Person || one.LegalForm != account.Unsaid && one.LegalForm.Regime() == account.Natural
	return given || !natural
}

// Outlook is what is expected of an account within who's reach. ErrNotFound when
// nothing is: it does not buy, or something happened since the last computation.
func (a *App) Outlook(ctx context.Context, who Who, of id.Account) (s Slip, err error) {
	err = a.read(ctx, who, member.OrderRead, func(v *store.View) error {
		s, err = a.outlook(v, who, of)
		return err
	})
	return s, err
}

func (a *App) outlook(v *store.View, who Who, of id.Account) (Slip, error) {
	one, err := v.Outlook(of, who.Reach(fact.Account))
	if err != nil {
		return Slip{}, err
	}
	s, err := a.slipOf(v, who, one)
	if err != nil || !one.Regular {
		return s, err
	}
	f, err := v.Fit()
	if share, known := f.Stay.After(one.First.Until(a.Today(who)), 365); known {
		s.Stays = share
	}
	return s, err
}

// Fit is what was learned of the customers, and how far the computation is.
type Fit = store.Fit

// SlippingModel is what was learned last; the zero one when there never was any.
func (a *App) SlippingModel(ctx context.Context, who Who) (f Fit, err error) {
	err = a.peek(ctx, who, member.OrderRead, func(v *store.View) error {
		f, err = v.Fit()
		return err
	})
	return f, err
}

// FitNow asks for a computation now; it is done as a job.
func (a *App) FitNow(ctx context.Context, who Who) (i id.Job, err error) {
	err = a.write(ctx, who, member.SettingManage, func(tx *store.Tx) error {
		i, err = tx.Enqueue(job.Job{Kind: "slipping.fit", Args: []byte("{}"), Unique: "fit"})
		return err
	})
	return i, err
}

// PutOff takes a relation at risk off the list until a day.
func (a *App) PutOff(ctx context.Context, who Who, of id.Account, until day.Day) (s Slip, err error) {
	err = a.write(ctx, who, member.CycleDecide, func(tx *store.Tx) error {
		one, err := tx.Outlook(of, who.Reach(fact.Account))
		if err != nil {
			return err
		}
		if err := slipping.Later(until, a.Today(who)); err != nil {
			return err
		}
		before := one.Snooze.Until
		one.Snooze = store.Snooze{Until: until, By: who.Member.ID, At: tx.Now()}
		if err := tx.PutOff(of, one.Snooze, fact.Fact{Deed: "outlook.put_off", Label: one.Name, Changes: []fact.Change{fact.Of("until", before, until)}}); err != nil {
			return err
		}
		s, err = a.slipOf(&tx.View, who, one)
		return err
	})
	return s, err
}

// TakeUp brings one that was put off back to the list.
func (a *App) TakeUp(ctx context.Context, who Who, of id.Account) (s Slip, err error) {
	err = a.write(ctx, who, member.CycleDecide, func(tx *store.Tx) error {
		one, err := tx.Outlook(of, who.Reach(fact.Account))
		if err != nil {
			return err
		}
		if err := tx.TakeUp(of, fact.Fact{Deed: "outlook.taken_up", Label: one.Name, Changes: []fact.Change{fact.Of("until", one.Snooze.Until, "")}}); err != nil {
			return err
		}
		one.Snooze = store.Snooze{}
		s, err = a.slipOf(&tx.View, who, one)
		return err
	})
	return s, err
}

package app

import (
	"context"
	"errors"
	"time"

	"kring/base/day"
	"kring/base/id"
	"kring/base/job"
	"kring/base/money"
	"kring/domain/cycle"
	"kring/domain/organisation"
	"kring/domain/slipping"
	"kring/store"
)

// How it is found out who is slipping away. Once a night, in the organisation's
// own night, all purchases are read as histories, some accounts at a time, and the
// models are fitted; then the accounts are walked once more and of each that buys
// is written what to expect. Each page is written with the place reached, so that
// a restart goes on from there; the outlooks of the night before stand until
// theirs are written.

const (
	learnEach = 2000 // accounts read at a time
	writeEach = 500  // accounts written at a time
	stepWrite = "write"
)

// slip is the routine, in the night of each organisation; and the job that a
// person asks for, of one organisation now.
func (a *App) slip(ctx context.Context, j job.Job) error {
	if !j.Org.IsZero() {
		return a.slipOrganisation(ctx, j.Org, true)
	}
	return a.everyOrganisation(ctx, func(o id.Org) error { return a.slipOrganisation(ctx, o, false) })
}

func (a *App) slipOrganisation(ctx context.Context, o id.Org, asked bool) error {
	var org organisation.Organisation
	var f store.Fit
	var first day.Day
	err := a.db.Read(ctx, o, func(v *store.View) (err error) {
		if org, err = v.Organisation(); err != nil {
			return err
		}
		if f, err = v.Fit(); err != nil {
			return err
		}
		first, err = v.FirstPurchase()
		return err
	})
	if err != nil {
		return err
	}
	who, now := Who{Org: org}, a.db.Now()
	if f.Step == "" || asked {
		hour := time.UnixMilli(now).In(who.Zone()).Hour()
		rested := now-f.Ended > scanNight.Milliseconds() && hour >= nightFrom && hour < nightTo
		if f.Begun == 0 && first == "" || !asked && f.Ended != 0 && !rested {
			return nil
		}
		if f, err = a.learnCustomers(ctx, who, first, f); err != nil {
			return err
		}
	}
	err = a.writeOutlooks(ctx, who, f)
	if errors.Is(err, store.ErrStale) { // another computation has begun: it writes them
		return nil
	}
	return err
}

// learnCustomers reads all histories and keeps what they teach.
func (a *App) learnCustomers(ctx context.Context, who Who, first day.Day, former store.Fit) (store.Fit, error) {
	base := slipping.NewBase(first, a.Today(who))
	for after, more := (id.Account{}), true; more; {
		if ctx.Err() != nil {
			return former, context.Cause(ctx)
		}
		err := a.db.Read(ctx, who.Org.ID, func(v *store.View) error {
			last, left, err := id.Account{}, map[id.Account]day.Day{}, error(nil)
			last, more, err = eachBuyer(v, after, learnEach, func(last id.Account) (err error) {
				left, err = v.Leavings(after, last)
				return err
			}, func(b store.Buyer, c *slipping.Customer) {
				base.Add(c, left[b.ID])
			})
			after = last
			return err
		})
		if err != nil {
			return former, err
		}
	}
	f := store.Fit{Fit: base.Fit(), Step: stepWrite, Begun: max(a.db.Now(), former.Begun+1), Ended: former.Ended}
	return f, a.db.Write(ctx, who.Org.ID, system("routine"), func(tx *store.Tx) error { return tx.SaveFit(f) })
}

// eachBuyer hands over the next accounts that have orders and are not in the bin,
// each with its purchases; those who have none are left out. before is called
// with the last account of the page.
func eachBuyer(v *store.View, after id.Account, most int, before func(last id.Account) error, take func(store.Buyer, *slipping.Customer)) (last id.Account, more bool, err error) {
	buyers, err := v.Buyers(after, most)
	if err != nil || len(buyers) == 0 {
		return last, false, err
	}
	last = buyers[len(buyers)-1].ID
	if err := before(last); err != nil {
		return last, false, err
	}
	by := make(map[id.Account]store.Buyer, len(buyers))
	for _, b := range buyers {
		by[b.ID] = b
	}
	var c slipping.Customer
	var of id.Account
	handOver := func() {
		if b, there := by[of]; there && !b.Binned && c.Purchases() > 0 {
			take(b, &c)
		}
		c.Reset()
	}
	err = v.EachPurchase(after, last, func(next id.Account, on day.Day, paid money.Money) {
		if next != of {
			handOver()
			of = next
		}
		c.Add(on, paid)
	})
	handOver()
	return last, len(buyers) == most, err
}

// writeOutlooks writes what is expected of the accounts after the place of the
// fit, page by page.
func (a *App) writeOutlooks(ctx context.Context, who Who, f store.Fit) error {
	reader := f.Reader()
	for more := true; more; {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		var all []slipping.Outlook
		var last id.Account
		err := a.db.Read(ctx, who.Org.ID, func(v *store.View) (err error) {
			all, last, more, err = a.outlooks(v, who, f, reader)
			return err
		})
		if err != nil {
			return err
		}
		upTo := last
		if !more { // and whatever was there of others goes
			upTo = id.Account{}
		}
		err = a.db.Write(ctx, who.Org.ID, system("routine"), func(tx *store.Tx) error {
			if err := tx.SaveOutlooks(f, upTo, all); err != nil || more {
				return err
			}
			return tx.EndFit(f)
		})
		if err != nil {
			return err
		}
		f.Place = last
	}
	return nil
}

// outlooks are what is expected of the next accounts that buy.
func (a *App) outlooks(v *store.View, who Who, f store.Fit, r *slipping.Reader) (all []slipping.Outlook, last id.Account, more bool, err error) {
	var buyers []store.Buyer
	last, more, err = eachBuyer(v, f.Place, writeEach, func(id.Account) error { return nil }, func(b store.Buyer, c *slipping.Customer) {
		o := r.Look(c)
		o.Account, o.Owner, o.Team = b.ID, b.Owner, b.Team
		buyers, all = append(buyers, b), append(all, o)
	})
	if err != nil {
		return nil, last, more, err
	}
	signals, err := v.SignalsOf(each(buyers, func(b store.Buyer) id.Account { return b.ID }))
	if err != nil {
		return nil, last, more, err
	}
	d, err := a.definition(v)
	if err != nil {
		return nil, last, more, err
	}
	buying := all[:0]
	for i, o := range all {
		s := signals[o.Account]
		s.Since = day.At(buyers[i].Created, who.Zone())
		p := cycle.Follow(s, d.Definition, f.Until)
		if !p.Phase.Buying() {
			continue
		}
		o.Judge(where(p))
		buying = append(buying, o)
	}
	return buying, last, more, nil
}

// where is what the signals read of the way of a relation.
func where(p cycle.Path) slipping.Where {
	w := slipping.Where{Due: p.Due, Quiet: p.Quiet, Returned: p.Turn > 1}
	if p.Label == cycle.Relapsed {
		w.Fell = p.Since
	}
	return w
}

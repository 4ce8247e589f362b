package app

import (
	"context"
	"slices"
	"time"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/job"
	"kring/domain/lead"
	"kring/domain/member"
	"kring/store"
)

// LeadFigures are the ratios of the leads made in a period (domain.md §2.17).
type LeadFigures struct {
	From, Until day.Day // both with it
	Sources     []lead.Tally
	All         lead.Tally
	Costs       []lead.Cost // of the months that the period touches
}

// MostLeadDays is the longest period of the ratios, in days.
const MostLeadDays = 3 * 366

// ErrLeadPeriod says that a period is none.
var ErrLeadPeriod = fault.New(fault.Invalid, "lead.period", "choose a first and a last day, at most three years apart")

// LeadFigures counts what became of the leads of a period, within who's reach,
// by source and together. Costs are those of whole months that the period
// touches: leads have no costs by the day.
func (a *App) LeadFigures(ctx context.Context, who Who, from, until day.Day) (f LeadFigures, err error) {
	if n := from.Until(until); from == "" || until == "" || n < 0 || n > MostLeadDays {
		return f, ErrLeadPeriod
	}
	f = LeadFigures{From: from, Until: until}
	first, past := from.Start(who.Zone()), until.Add(1).Start(who.Zone())
	reach := who.Reach(fact.Account)
	err = a.read(ctx, who, member.LeadRead, func(v *store.View) error {
		if f.Sources, err = v.LeadTallies(first, past, reach); err != nil {
			return err
		}
		if f.Costs, err = v.LeadCosts(from.Month(), until.Month()); err != nil {
			return err
		}
		for _, c := range f.Costs { // a source can cost and bring nobody
			i := slices.IndexFunc(f.Sources, func(t lead.Tally) bool { return t.Source == c.Source })
			if i < 0 {
				i = len(f.Sources)
				f.Sources = append(f.Sources, lead.Tally{Source: c.Source, Reached: map[string]int64{}})
			}
			f.Sources[i].Marketing += c.Marketing
			f.Sources[i].Sales += c.Sales
		}
		f.All = lead.Tally{}
		for i, t := range f.Sources {
			if f.Sources[i].Median, err = v.LeadSpeed(first, past, t.Source, t.Reached["responded"], reach); err != nil {
				return err
			}
			f.All = f.All.Plus(t)
		}
		f.All.Median, err = v.LeadSpeed(first, past, "", f.All.Reached["responded"], reach)
		return err
	})
	return f, err
}

// ErrLeadCost says what a cost is of.
var ErrLeadCost = fault.New(fault.Invalid, "lead.cost", "write an amount from 0 to 10,000,000 for a known source and a month as 2026-11")

// SaveLeadCost writes down what leads of a source cost in a month, in whole
// cents.
func (a *App) SaveLeadCost(ctx context.Context, who Who, c lead.Cost) error {
	const most = 10_000_000_00
	if _, err := time.Parse("2006-01", c.Month); err != nil || len(c.Month) != 7 {
		return fault.Field("month", ErrLeadCost)
	}
	if !slices.Contains(lead.Sources, c.Source) {
		return fault.Field("source", lead.ErrSource)
	}
	if c.Marketing < 0 || c.Sales < 0 || c.Marketing > most || c.Sales > most {
		return fault.Field("marketing", ErrLeadCost)
	}
	return a.write(ctx, who, member.LeadSet, func(tx *store.Tx) error {
		was := lead.Cost{Month: c.Month, Source: c.Source}
		all, err := tx.LeadCosts(c.Month, c.Month)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(all, func(o lead.Cost) bool { return o.Source == c.Source }); i >= 0 {
			was = all[i]
		}
		changes := changed(fact.Of("marketing", was.Marketing, c.Marketing), fact.Of("sales", was.Sales, c.Sales))
		if len(changes) == 0 {
			return nil
		}
		return tx.SaveLeadCost(c, fact.Fact{Deed: "lead.costed", Changes: append(changes, fact.Of("month", c.Month, c.Month))})
	})
}

// leadDay is the routine: points fade, so scores are counted again, and leads
// without any reaction for long are erased (P-05).
func (a *App) leadDay(ctx context.Context, _ job.Job) error {
	return a.everyOrganisation(ctx, func(o id.Org) error {
		if err := a.fadeLeads(ctx, o); err != nil {
			return err
		}
		return a.eraseStaleLeads(ctx, o)
	})
}

const leadPage = 200

func (a *App) fadeLeads(ctx context.Context, o id.Org) error {
	for after := (id.Lead{}); ; {
		n := 0
		err := a.db.Write(ctx, o, system("routine"), func(tx *store.Tx) error {
			all, err := tx.LeadsAfter(after, leadPage)
			if n = len(all); err != nil || n == 0 {
				return err
			}
			s, err := tx.LeadSetting()
			if err != nil {
				return err
			}
			touches, err := tx.LeadTouches(each(all, func(l lead.Lead) id.Lead { return l.ID }))
			if err != nil {
				return err
			}
			for _, l := range all {
				if score := s.Count(l, touches[l.ID], tx.Now()).Total; score != l.Score && l.State != lead.Converted {
					if err := tx.Rescore(l, score); err != nil {
						return err
					}
				}
			}
			after = all[n-1].ID
			return nil
		})
		if err != nil || n < leadPage {
			return err
		}
	}
}

func (a *App) eraseStaleLeads(ctx context.Context, o id.Org) error {
	for {
		n := 0
		err := a.db.Write(ctx, o, system("routine"), func(tx *store.Tx) error {
			n = 0
			s, err := tx.LeadSetting()
			if err != nil {
				return err
			}
			today := day.At(tx.Now(), time.UTC)
			for _, kind := range []struct {
				months int
				rest   bool
			}{{s.Keep, false}, {s.KeepRest, true}} {
				all, err := tx.StaleLeads(today.Months(-kind.months).Start(time.UTC), kind.rest, leadPage)
				if err != nil {
					return err
				}
				for _, l := range all {
					if err := tx.EraseLead(l, fact.Fact{Deed: "lead.erased", Why: "P-05"}); err != nil {
						return err
					}
				}
				n += len(all)
			}
			return nil
		})
		if err != nil || n == 0 {
			return err
		}
	}
}

package app

import (
	"context"
	"slices"
	"strconv"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/domain/cycle"
	"kring/domain/member"
	"kring/store"
)

// ActiveDefinition is the state of the one that holds.
const ActiveDefinition = store.Active

// Choice is that somebody made a version of the definition the active one.
type Choice = store.Choice

// Candidate is a definition with what it makes of the relations within reach, as
// they stand today.
type Candidate struct {
	Definition
	Tally     cycle.Tally
	Customers int64    // those that it counts
	Counting  Progress // when not every relation is counted yet
}

// NobodyLoyal says whether nobody meets the rule for loyal, although there are
// customers.
func (c Candidate) NobodyLoyal() bool {
	return c.Ready && c.Tally[cycle.Loyal] == 0 && c.Tally[cycle.New] > 0
}

// Definitions is what the organisation calls a customer, and might.
type Definitions struct {
	Live    []Candidate  // the active one first, then the others, latest first
	Retired []Definition // latest first
	Choices []Choice     // latest first; the first one holds
	Readers []Reading    // who read the active one, by name
	Read    Counted      // active members who did, of all
}

const (
	mostLive    = 6 // definitions that are not retired
	mostHistory = 200
	mostReaders = 500
	mostWhy     = 2000
	mostTitle   = 80
)

var (
	// ErrDefinitionName says that a definition needs a name.
	ErrDefinitionName = fault.New(fault.Invalid, "definition.name", "give the definition a name of at most 80 characters")
	// ErrDefinitionWhy says that choosing a definition needs a reason.
	ErrDefinitionWhy = fault.New(fault.Invalid, "definition.why", "write down why")
	// ErrDefinitionSame says that there is such a definition already.
	ErrDefinitionSame = fault.New(fault.Conflict, "definition.same", "there is a definition with these thresholds already")
	// ErrDefinitionMany says that there are enough candidates.
	ErrDefinitionMany = fault.New(fault.Conflict, "definition.many", "there are six definitions already: withdraw one first")
	// ErrDefinitionCounting says that not everything is counted yet.
	ErrDefinitionCounting = fault.New(fault.Conflict, "definition.counting", "not every relation is counted under this definition yet")
	// ErrDefinitionActive says that the definition is the active one.
	ErrDefinitionActive = fault.New(fault.Conflict, "definition.active", "this definition is the active one")
	// ErrDefinitionRetired says that the definition was withdrawn.
	ErrDefinitionRetired = fault.New(fault.Conflict, "definition.retired", "this definition was withdrawn")
)

// Definition is the active one.
func (a *App) Definition(ctx context.Context, who Who) (d Definition, err error) {
	err = a.peek(ctx, who, member.OrderRead, func(v *store.View) error {
		d, err = a.definition(v)
		return err
	})
	return d, err
}

// Definitions are all of them, with the count of the relations within who's reach
// under each that is not retired.
func (a *App) Definitions(ctx context.Context, who Who) (all Definitions, err error) {
	err = a.read(ctx, who, member.OrderRead, func(v *store.View) error {
		all = Definitions{}
		if all.Choices, err = v.Choices(mostHistory); err != nil {
			return err
		}
		if all.Read, err = a.readBy(v); err != nil {
			return err
		}
		list, err := v.Definitions(mostHistory)
		if err != nil {
			return err
		}
		for _, d := range list {
			if d.State == store.Retired {
				all.Retired = append(all.Retired, d)
				continue
			}
			if d.State == store.Active {
				if all.Readers, err = v.Readings(d.Version, mostReaders); err != nil {
					return err
				}
			}
			c, err := a.candidate(v, who, d)
			if err != nil {
				return err
			}
			all.Live = append(all.Live, c)
		}
		slices.SortStableFunc(all.Live, func(x, y Candidate) int { return active(y) - active(x) })
		return nil
	})
	return all, err
}

func active(c Candidate) int {
	if c.State == store.Active {
		return 1
	}
	return 0
}

func (a *App) candidate(v *store.View, who Who, d Definition) (c Candidate, err error) {
	c.Definition = d
	scope, err := who.scope(v, RingAsk{})
	if err != nil {
		return c, err
	}
	if c.Tally, err = standingAt(v, d.Rule, scope, a.Today(who).Add(1)); err != nil {
		return c, err
	}
	c.Customers = d.Customers(c.Tally)
	c.Counting, err = counting(v, d)
	return c, err
}

// AddDefinition makes a candidate. Under thresholds that are new the relations are
// counted in the background.
func (a *App) AddDefinition(ctx context.Context, who Who, name string, rule cycle.Definition) (d Definition, err error) {
	err = a.write(ctx, who, member.DefinitionSet, func(tx *store.Tx) error {
		wrong := fault.Fields{}
		clean, err := fold.Clean(name, mostTitle)
		if err == nil && clean == "" {
			err = ErrDefinitionName
		}
		wrong.Add("name", err)
		add(wrong, rule.Check())
		if err := wrong.Err(); err != nil {
			return err
		}
		if err := tx.HoldOrganisation(); err != nil {
			return err
		}
		if err := roomForDefinition(tx, rule); err != nil {
			return err
		}
		if d, err = tx.AddDefinition(Definition{Definition: rule, Name: clean}, fact.Fact{Deed: "definition.added", Changes: definitionChanges(rule)}); err != nil || d.Ready {
			return err
		}
		return enqueueCount(tx)
	})
	return d, err
}

// roomForDefinition says why there cannot be one more.
func roomForDefinition(tx *store.Tx, rule cycle.Definition) error {
	all, err := tx.Definitions(mostHistory)
	if err != nil {
		return err
	}
	live := 0
	for _, d := range all {
		if d.State == store.Retired {
			continue
		}
		if live++; d.Definition == rule {
			return ErrDefinitionSame.With(fault.Params{"version": d.Version})
		}
	}
	if live >= mostLive {
		return ErrDefinitionMany
	}
	return nil
}

func definitionChanges(d cycle.Definition) []fact.Change {
	return []fact.Change{
		fact.Of("counts_potential", nil, d.Potential), fact.Of("counts_former", nil, d.Former), fact.Of("min_purchases_for_customer", nil, d.MinPurchases),
		fact.Of("loyal_min_purchases", nil, d.LoyalMin), fact.Of("loyal_window_months", nil, d.LoyalMonths), fact.Of("inactive_after_months", nil, d.QuietMonths),
		fact.Of("includes_non_monetary", nil, d.OtherCounters),
	}
}

// ChooseDefinition makes a version the active one: every count is by it from then
// on. after is the choice that held when who looked; somebody who chose meanwhile
// is not overruled unseen.
func (a *App) ChooseDefinition(ctx context.Context, who Who, version, after int64, why string) (c Choice, err error) {
	err = a.write(ctx, who, member.DefinitionSet, func(tx *store.Tx) error {
		reason, err := fold.Text(why, mostWhy)
		if err == nil && reason == "" {
			err = ErrDefinitionWhy
		}
		if err != nil {
			return fieldError("why", err)
		}
		d, err := tx.Definition(version)
		switch {
		case err != nil:
			return err
		case d.State == store.Active:
			return ErrDefinitionActive
		case d.State == store.Retired:
			return ErrDefinitionRetired
		case !d.Ready:
			return ErrDefinitionCounting
		}
		now, err := tx.ActiveDefinition()
		if err != nil {
			return err
		}
		c, err = tx.ChooseDefinition(d, after, reason, fact.Fact{Deed: "definition.chosen", Why: reason, Evidence: strconv.FormatInt(version, 10),
			Changes: []fact.Change{fact.Of("version", now.Version, d.Version)}})
		return err
	})
	return c, err
}

func fieldError(name string, err error) error {
	wrong := fault.Fields{}
	wrong.Add(name, err)
	return wrong.Err()
}

// RetireDefinition withdraws a candidate; what was counted under it alone goes.
func (a *App) RetireDefinition(ctx context.Context, who Who, version int64) (d Definition, err error) {
	err = a.write(ctx, who, member.DefinitionSet, func(tx *store.Tx) error {
		if d, err = tx.Definition(version); err != nil {
			return err
		}
		switch d.State {
		case store.Active:
			return ErrDefinitionActive
		case store.Retired:
			return ErrDefinitionRetired
		}
		if err := tx.RetireDefinition(d, fact.Fact{Deed: "definition.retired", Evidence: strconv.FormatInt(version, 10)}); err != nil {
			return err
		}
		d.State = store.Retired
		return enqueueCount(tx) // which drops what is needed no more
	})
	return d, err
}

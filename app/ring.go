package app

import (
	"context"
	"strconv"
	"strings"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/money"
	"kring/domain/cycle"
	"kring/domain/member"
	"kring/store"
)

// Definition is a version of what the organisation calls a customer.
type Definition = store.Definition

// definition is the one that is active.
func (a *App) definition(v *store.View) (Definition, error) { return v.ActiveDefinition() }

// Span is a stretch of days, both included.
type Span struct{ From, Until day.Day }

// RingAsk is what the ring is asked for: a period, and the relations of a team
// with those below it or of an owner when they are named, of those within reach.
type RingAsk struct {
	Span
	Team  id.Team
	Owner id.Member
}

// Ring is where the relations stood when a period began and ended, who went
// where in it and what they bought.
type Ring struct {
	Definition Definition // the active one, whose version every number belongs to
	Span
	Start, End cycle.Tally // at the end of the day before the period; at its end
	Flows      cycle.Flows
	Worth      cycle.Tally   // turnover in the period by the phase on the day of the order, in Currency's cents
	FlowWorth  cycle.Flows   // what those that moved bought in the twelve months before
	Currency   string        // in which turnover is counted
	Others     []money.Money // turnover in other currencies, never added
	Counting   Progress      // when not every relation is counted yet
	Teams      []id.Team     // the team that was asked for and those below it, as a list is asked for them
}

// Progress is how far something is; the zero value when it is done.
type Progress struct{ Done, Total int64 }

// Month is one month of the ring.
type Month struct {
	Month      string // 2026-11
	Start, End cycle.Tally
	Flows      cycle.Flows
	Days       cycle.Tally // the median of the days of the stays that ended in it, per phase; no entry when none did
}

// Mover is an account that moved.
type Mover = store.Mover

// MoverAsk is which way the accounts went that are asked for; After is the place
// of the last one that was shown.
type MoverAsk struct {
	RingAsk
	Flow  cycle.Flow
	After string
	Limit int
}

var (
	// ErrSpan says that a period ends before it begins, or is no period.
	ErrSpan = fault.New(fault.Invalid, "ring.span", "a period ends on the day it begins or later")
	// ErrMonths says that a period has too many months.
	ErrMonths = fault.New(fault.Invalid, "ring.months", "ask for at most sixty months at a time")
	// ErrMovers says that the place in a list of moves cannot be read.
	ErrMovers = fault.New(fault.Invalid, "ring.after", "this place in the list cannot be read")
)

// mostMonths is how many months are asked for at a time.
const mostMonths = 60

// Ring reads the ring of a period, for those within who's reach.
func (a *App) Ring(ctx context.Context, who Who, ask RingAsk) (r Ring, err error) {
	if err := ask.check(); err != nil {
		return r, err
	}
	err = a.read(ctx, who, member.OrderRead, func(v *store.View) error {
		r, err = a.ring(v, who, ask)
		return err
	})
	return r, err
}

// ring is the ring of a period, remembered for a moment: many look at it.
func (a *App) ring(v *store.View, who Who, ask RingAsk) (r Ring, err error) {
	d, err := a.definition(v)
	if err != nil {
		return r, err
	}
	scope, err := who.scope(v, ask)
	if err != nil {
		return r, err
	}
	return store.Remembered(v, "ring", []any{d, scope, ask.Span}, func() (Ring, error) { return ringOf(v, d, scope, ask.Span) })
}

func ringOf(v *store.View, d Definition, scope store.Scope, span Span) (r Ring, err error) {
	r = Ring{Definition: d, Span: span, Currency: store.Home, Teams: scope.Teams}
	if r.Counting, err = counting(v, d); err != nil {
		return r, err
	}
	if r.Start, err = standingAt(v, d.Rule, scope, span.From); err != nil {
		return r, err
	}
	err = r.happened(v, scope)
	r.End = r.Flows.After(r.Start)
	return r, err
}

// happened fills in who moved in the period and what was bought in it.
func (r *Ring) happened(v *store.View, scope store.Scope) error {
	flows, err := v.Flows(r.Definition.Rule, scope, r.From, r.Until.Add(1))
	if err != nil {
		return err
	}
	r.Flows, r.FlowWorth = cycle.Flows{}, cycle.Flows{}
	for f, s := range flows {
		if s.N != 0 {
			r.Flows[f], r.FlowWorth[f] = s.N, s.Cents
		}
	}
	r.Worth, r.Others, err = v.Turnover(r.Definition.Rule, scope, r.From, r.Until.Add(1))
	return err
}

// check says whether there is such a period.
func (s Span) check() error {
	from, err := day.Parse(string(s.From))
	if err != nil || from != s.From {
		return fault.Field("from", day.ErrBad)
	}
	until, err := day.Parse(string(s.Until))
	if err != nil || until != s.Until {
		return fault.Field("until", day.ErrBad)
	}
	if until < from {
		return fault.Field("until", ErrSpan)
	}
	return nil
}

// scope is which relations are counted for who.
func (w Who) scope(v *store.View, ask RingAsk) (s store.Scope, err error) {
	s = store.Scope{Reach: w.Reach(fact.Account), Owner: ask.Owner}
	if ask.Team.IsZero() {
		return s, nil
	}
	groups, err := v.Teams()
	s.Teams = member.Below(ask.Team, groups)
	return s, err
}

// standingAt is how many stood where at the end of the day before one.
func standingAt(v *store.View, rule int64, s store.Scope, on day.Day) (cycle.Tally, error) {
	flows, err := v.Flows(rule, s, "", on)
	if err != nil {
		return nil, err
	}
	all := cycle.Flows{}
	for f, sum := range flows {
		all[f] = sum.N
	}
	return all.After(cycle.Tally{}), nil
}

// counting is how far the counting under a definition is.
func counting(v *store.View, d Definition) (p Progress, err error) {
	if d.Ready {
		return p, nil
	}
	p.Done = d.Done
	p.Total, err = v.EveryAccount()
	p.Total = max(p.Total, p.Done)
	return p, err
}

// Movers are the accounts that went one way in a period, latest first, and the
// place of the next page; "" when this is the last.
func (a *App) Movers(ctx context.Context, who Who, ask MoverAsk) (all []Mover, next string, err error) {
	return a.MoversOf(ctx, who, ask, []cycle.Flow{ask.Flow})
}

func moverPlace(m Mover) string {
	return string(m.Move.Day) + "." + m.Account.String() + "." + strconv.Itoa(m.N)
}

func readMoverPlace(s string) (p store.MoverPlace, err error) {
	if s == "" {
		return p, nil
	}
	parts := strings.Split(s, ".")
	if len(parts) != 3 {
		return p, ErrMovers
	}
	d, err1 := day.Parse(parts[0])
	i, err2 := id.Parse[id.Account](parts[1])
	n, err3 := strconv.Atoi(parts[2])
	if err1 != nil || err2 != nil || err3 != nil || n < 1 {
		return p, ErrMovers
	}
	return store.MoverPlace{Day: d, Account: i, N: n}, nil
}

// RingMonths is the ring month after month, of the months that a period touches
// and that have begun.
func (a *App) RingMonths(ctx context.Context, who Who, ask RingAsk) (all []Month, err error) {
	if err := ask.check(); err != nil {
		return nil, err
	}
	from, until := ask.From.First(), min(ask.Until, a.Today(who)).First().Months(1)
	if from.Months(mostMonths) < until {
		return nil, fault.Field("from", ErrMonths)
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
		all, err = store.Remembered(v, "ring months", []any{d, scope, from, until}, func() ([]Month, error) { return monthsOf(v, d.Rule, scope, from, until) })
		return err
	})
	return all, err
}

func monthsOf(v *store.View, rule int64, scope store.Scope, from, until day.Day) (all []Month, err error) {
	at, err := standingAt(v, rule, scope, from)
	if err != nil {
		return nil, err
	}
	flows, err := v.FlowsByMonth(rule, scope, from, until)
	if err != nil {
		return nil, err
	}
	days, err := v.Medians(rule, scope, wentOn(flows))
	if err != nil {
		return nil, err
	}
	for m := from; m < until; m = m.Months(1) {
		one := Month{Month: m.Month(), Start: at, Flows: flows[m.Month()], Days: cycle.Tally{}}
		for _, p := range cycle.Phases {
			if n, there := days[store.Cell{Month: one.Month, Phase: p}]; there {
				one.Days[p] = n
			}
		}
		one.End = one.Flows.After(at)
		at = one.End
		all = append(all, one)
	}
	return all, nil
}

// wentOn is how many stays in a phase ended in a month.
func wentOn(flows map[string]cycle.Flows) map[store.Cell]int64 {
	all := map[store.Cell]int64{}
	for month, fs := range flows {
		for f, n := range fs {
			if f.From != "" {
				all[store.Cell{Month: month, Phase: f.From}] += n
			}
		}
	}
	return all
}

package app

import (
	"context"
	"slices"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/id"
	"kring/base/money"
	"kring/domain/account"
	"kring/domain/cycle"
	"kring/domain/member"
	"kring/store"
)

// Decision is a decision about an account.
type Decision = store.Decision

// signals is what moves an account, from the day on which it was recorded.
func (a *App) signals(v *store.View, who Who, acc account.Account) (cycle.Signals, error) {
	s, err := v.Signals(acc.ID)
	s.Since = day.At(acc.Created, who.Zone())
	return s, err
}

// turning makes a change to what moves an account, and writes down what it moved
// and what it took back: each move is one fact, beside the change that is its
// evidence.
func (a *App) turning(tx *store.Tx, who Who, acc account.Account, change func() error) error {
	return a.turningAll(tx, who, []account.Account{acc}, change)
}

// turningAll does so for several accounts that change together, each once.
func (a *App) turningAll(tx *store.Tx, who Who, all []account.Account, change func() error) error {
	d, err := a.definition(&tx.View)
	if err != nil {
		return err
	}
	before, err := a.paths(&tx.View, who, d, all)
	if err != nil {
		return err
	}
	known, err := keptMoves(&tx.View, d, all, before)
	if err != nil {
		return err
	}
	if err := change(); err != nil {
		return err
	}
	after, err := a.paths(&tx.View, who, d, all)
	if err != nil {
		return err
	}
	var facts []fact.Fact
	for i, acc := range all {
		for _, m := range without(known[i], after[i].Moves) {
			facts = append(facts, moved("cycle.taken_back", acc, m))
		}
		for _, m := range without(after[i].Moves, known[i]) {
			facts = append(facts, moved("cycle.moved", acc, m))
		}
	}
	if err := tx.AddFacts(facts); err != nil {
		return err
	}
	return a.handOver(tx, who, all, before, after)
}

// keptMoves are the moves of accounts that are kept: those that are facts already. A
// day may have moved one that nobody looked at since, so they can be fewer than
// those of its path; of one that is not counted yet the path is all there is.
func keptMoves(v *store.View, d Definition, all []account.Account, paths []cycle.Path) (moves [][]cycle.Move, err error) {
	kept, err := v.Stays(d.Rule, each(all, func(acc account.Account) id.Account { return acc.ID }))
	for i, acc := range all {
		if stays := kept[acc.ID]; len(stays) > 0 {
			moves = append(moves, each(stays, func(s store.Stay) cycle.Move { return s.Move }))
		} else {
			moves = append(moves, paths[i].Moves)
		}
	}
	return moves, err
}

// paths are the ways of accounts until today under a definition, in their order.
func (a *App) paths(v *store.View, who Who, d Definition, all []account.Account) ([]cycle.Path, error) {
	by, err := v.SignalsOf(each(all, func(acc account.Account) id.Account { return acc.ID }))
	return each(all, func(acc account.Account) cycle.Path {
		s := by[acc.ID]
		s.Since = day.At(acc.Created, who.Zone())
		return cycle.Follow(s, d.Definition, a.Today(who))
	}), err
}

// without is the moves of one path that another does not have.
func without(moves, others []cycle.Move) (rest []cycle.Move) {
	for _, m := range moves {
		if !slices.Contains(others, m) {
			rest = append(rest, m)
		}
	}
	return rest
}

func moved(deed string, acc account.Account, m cycle.Move) fact.Fact {
	of := m.Evidence
	if of.IsZero() { // the beginning, or time alone
		of = id.New[id.Record]()
	}
	return fact.Fact{
		Deed: deed, Kind: fact.Cycle, Subject: of, Account: acc.ID, Label: acc.Name, Why: string(m.Event), Evidence: string(m.Day),
		Changes: []fact.Change{fact.Of("phase", m.From, m.To)},
	}
}

// Decide takes down that a customer left or is gone, lets an ex in again, or asks
// for an end, which then waits for somebody else.
func (a *App) Decide(ctx context.Context, who Who, of id.Account, d cycle.Decision) (made Decision, err error) {
	right := member.CycleDecide
	if d.Kind == cycle.Readmission {
		right = member.CycleAgree
	}
	err = a.write(ctx, who, right, func(tx *store.Tx) error {
		acc, err := standingAccount(tx, who, of)
		if err != nil {
			return err
		}
		d.ID, d.By, d.At = id.New[id.Record](), who.Member.ID, tx.Now()
		if d, err = d.Tidy(a.Today(who)); err != nil {
			return err
		}
		if err := a.fits(tx, who, acc, d); err != nil {
			return err
		}
		deed := "decision.taken"
		if d.State == cycle.Asked {
			deed = "decision.asked"
		}
		return a.turning(tx, who, acc, func() error {
			made, err = tx.AddDecision(Decision{Decision: d, Account: of}, fact.Fact{Deed: deed, Why: d.Note, Changes: []fact.Change{fact.Of("reason", "", d.Reason), fact.Of("day", "", d.Day)}})
			return err
		})
	})
	return made, err
}

// standingAccount is an account that something can be decided about: within reach
// and not in the bin.
func standingAccount(tx *store.Tx, who Who, i id.Account) (account.Account, error) {
	acc, err := tx.Account(i, who.Reach(fact.Account))
	if err == nil && acc.Deleted != 0 {
		err = account.ErrBinned
	}
	return acc, err
}

// fits says whether a decision moves the account, as things are now; of two
// endings at once the second has nothing to end.
func (a *App) fits(tx *store.Tx, who Who, acc account.Account, d cycle.Decision) error {
	s, err := a.signals(&tx.View, who, acc)
	if err != nil {
		return err
	}
	if d.Kind == cycle.Ending && slices.ContainsFunc(s.Decisions, func(o cycle.Decision) bool { return o.State == cycle.Asked }) {
		return cycle.ErrAsked
	}
	active, err := a.definition(&tx.View)
	if err != nil {
		return err
	}
	return cycle.Fits(s, active.Definition, d)
}

// AnswerDecision agrees with an ending that was asked for, or refuses it.
func (a *App) AnswerDecision(ctx context.Context, who Who, i id.Record, version int64, agreed bool) (Decision, error) {
	deed := "decision.refused"
	if agreed {
		deed = "decision.agreed"
	}
	return a.aboutDecision(ctx, who, i, version, member.CycleAgree, deed, func(d cycle.Decision) (cycle.Decision, error) { return d.Answer(who.Member.ID, agreed) })
}

// WithdrawDecision takes a decision back, and with it what it moved.
func (a *App) WithdrawDecision(ctx context.Context, who Who, i id.Record, version int64) (Decision, error) {
	return a.aboutDecision(ctx, who, i, version, member.CycleDecide, "decision.withdrawn", cycle.Decision.Withdraw)
}

func (a *App) aboutDecision(ctx context.Context, who Who, i id.Record, version int64, right member.Right, deed string, change func(cycle.Decision) (cycle.Decision, error)) (d Decision, err error) {
	err = a.write(ctx, who, right, func(tx *store.Tx) error {
		if d, err = tx.Decision(i, who.Reach(fact.Account)); err != nil {
			return err
		}
		if version != 0 && version != d.Version {
			return store.ErrStale
		}
		acc, err := standingAccount(tx, who, d.Account)
		if err != nil {
			return err
		}
		before := d.State
		if d.Decision, err = change(d.Decision); err != nil {
			return err
		}
		return a.turning(tx, who, acc, func() error {
			d, err = tx.SaveDecision(d, fact.Fact{Deed: deed, Changes: []fact.Change{fact.Of("state", before, d.State)}})
			return err
		})
	})
	return d, err
}

// AskedDecisions are the endings within who's reach that wait for an answer.
func (a *App) AskedDecisions(ctx context.Context, who Who, after id.Record, limit int) (all []Decision, err error) {
	err = a.peek(ctx, who, member.CycleAgree, func(v *store.View) error {
		all, err = v.AskedDecisions(who.Reach(fact.Account), after, min(limit, 200))
		return err
	})
	return all, err
}

// Decision is one decision about an account within who's reach.
func (a *App) Decision(ctx context.Context, who Who, i id.Record) (d Decision, err error) {
	err = a.peek(ctx, who, member.OrderRead, func(v *store.View) error {
		d, err = v.Decision(i, who.Reach(fact.Account))
		return err
	})
	return d, err
}

// Standing is where an account stands on the ring, and how it came there.
type Standing struct {
	cycle.Path
	Decisions []cycle.Decision
	Purchases int
	Year      []money.Money // bought in the last twelve months, per currency
}

// Standing reads where an account within who's reach stands at the end of a day;
// the empty day is today.
func (a *App) Standing(ctx context.Context, who Who, of id.Account, on day.Day) (s Standing, err error) {
	err = a.read(ctx, who, member.OrderRead, func(v *store.View) error {
		acc, _, err := readAccount(v, who, of)
		if err != nil {
			return err
		}
		s, err = a.standing(v, who, acc, on)
		return err
	})
	return s, err
}

func (a *App) standing(v *store.View, who Who, acc account.Account, on day.Day) (s Standing, err error) {
	today := a.Today(who)
	if on == "" || on > today {
		on = today
	}
	all, err := a.signals(v, who, acc)
	if err != nil {
		return s, err
	}
	d, err := a.definition(v)
	if err != nil {
		return s, err
	}
	s.Path, s.Decisions, s.Purchases = cycle.Follow(all, d.Definition, on), all.Decisions, len(all.Purchases)
	from := on.Months(-12).Add(1)
	if slices.ContainsFunc(all.Purchases, func(p cycle.Purchase) bool { return p.Day >= from && !p.Other }) {
		s.Year, err = v.Bought(acc.ID, from, on.Add(1))
	}
	return s, err
}

// Rings are where accounts that who was shown stand, those of a page of a list
// together: the paths as they are kept, which have their moves and where those
// led, and not what time moves next.
func (a *App) Rings(ctx context.Context, who Who, all []account.Line) (by map[id.Account]cycle.Path, err error) {
	err = a.read(ctx, who, member.OrderRead, func(v *store.View) error {
		by, err = a.rings(v, who, all)
		return err
	})
	return by, err
}

// rings reads the stays of accounts, which lie together, and folds anew those of
// which nothing is kept, since they are in the bin or not counted yet, and those
// that the day moved before the clock wrote it down.
func (a *App) rings(v *store.View, who Who, all []account.Line) (map[id.Account]cycle.Path, error) {
	reach := who.Reach(fact.Account)
	var ids []id.Account
	for _, l := range all {
		if reach.Why(l.Owner, l.Team) != "" {
			ids = append(ids, l.ID)
		}
	}
	d, err := a.definition(v)
	if err != nil {
		return nil, err
	}
	by, err := a.keptPaths(v, d, ids, a.Today(who))
	if err != nil {
		return nil, err
	}
	var fresh []account.Line
	for _, l := range all {
		if _, there := by[l.ID]; !there && slices.Contains(ids, l.ID) {
			fresh = append(fresh, l)
		}
	}
	return by, a.foldInto(by, v, d, who, fresh)
}

// keptPaths are the paths of those accounts that are counted and that the day did
// not move since. Only a loyal relation can be due.
func (a *App) keptPaths(v *store.View, d Definition, ids []id.Account, today day.Day) (map[id.Account]cycle.Path, error) {
	by := make(map[id.Account]cycle.Path, len(ids))
	stays, err := v.Stays(d.Rule, ids)
	if err != nil {
		return nil, err
	}
	var loyal []id.Account
	for i, s := range stays {
		p := cycle.Kept(each(s, func(s store.Stay) cycle.Move { return s.Move }))
		if p.Phase == cycle.Loyal {
			loyal = append(loyal, i)
		}
		by[i] = p
	}
	moved, err := v.Overdue(d.Rule, loyal, today)
	for i := range moved {
		delete(by, i)
	}
	return by, err
}

func (a *App) foldInto(by map[id.Account]cycle.Path, v *store.View, d Definition, who Who, all []account.Line) error {
	found, err := v.SignalsOf(each(all, func(l account.Line) id.Account { return l.ID }))
	for _, l := range all {
		s := found[l.ID]
		s.Since = day.At(l.Created, who.Zone())
		by[l.ID] = cycle.Follow(s, d.Definition, a.Today(who))
	}
	return err
}

// RingsAt does so for accounts of which only the id is known.
func (a *App) RingsAt(ctx context.Context, who Who, ids []id.Account) (by map[id.Account]cycle.Path, err error) {
	err = a.read(ctx, who, member.OrderRead, func(v *store.View) error {
		all, err := v.AccountsByID(ids, who.Reach(fact.Account))
		if err != nil {
			return err
		}
		by, err = a.rings(v, who, each(all, account.Account.Line))
		return err
	})
	return by, err
}

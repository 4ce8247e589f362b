package app

import (
	"context"
	"errors"
	"slices"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/opt"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/member"
	"kring/domain/opportunity"
	"kring/domain/order"
	"kring/store"
)

// AddOpportunity stores a chance to sell to an account within who's reach.
func (a *App) AddOpportunity(ctx context.Context, who Who, d opportunity.Draft) (opportunity.Opportunity, error) {
	return a.AddOpportunityOnce(ctx, who, id.New[id.Opportunity](), d)
}

// AddOpportunityOnce is AddOpportunity for a form that may be sent twice: the
// second time there is one with this id, and that is the answer.
func (a *App) AddOpportunityOnce(ctx context.Context, who Who, i id.Opportunity, d opportunity.Draft) (o opportunity.Opportunity, err error) {
	err = a.write(ctx, who, member.OpportunityWrite, func(tx *store.Tx) error {
		if o, err = tx.Opportunity(i, who.Reach(fact.Account)); !errors.Is(err, store.ErrNotFound) {
			return err
		}
		o, err = a.newOpportunity(tx, who, i, d)
		return err
	})
	return o, err
}

// addOpportunity stores a new opportunity within a change. Without a pipeline it
// goes into the first one, without an owner it is who's.
func (a *App) addOpportunity(tx *store.Tx, who Who, d opportunity.Draft) (opportunity.Opportunity, error) {
	return a.newOpportunity(tx, who, id.New[id.Opportunity](), d)
}

func (a *App) newOpportunity(tx *store.Tx, who Who, i id.Opportunity, d opportunity.Draft) (o opportunity.Opportunity, err error) {
	acc, err := sellingTo(tx, who, d.Account)
	if err != nil {
		return o, err
	}
	p, err := pipelineOf(tx, d.Pipeline)
	if err != nil {
		return o, err
	}
	if d.Value.Currency == "" {
		d.Value.Currency = HomeCurrency
	}
	if d.Owner.IsZero() {
		if d.Owner = who.Member.ID; d.Owner.IsZero() {
			d.Owner = acc.Owner // the machine made it
		}
	}
	if d.Team.IsZero() {
		if d.Team, err = teamOf(&tx.View, d.Owner); err != nil {
			return o, err
		}
	}
	if err := looksAfter(&tx.View, d.Owner, d.Team); err != nil {
		return o, err
	}
	today := a.Today(who)
	if o, err = opportunity.New(i, tx.Now(), today, p, d); err != nil {
		return o, err
	}
	first := o
	first.Stage = p.Stages[0].Key
	if first.Stage != o.Stage { // what the stages before ask has to be there
		at := o
		at.Stage = first.Stage
		if _, _, err := opportunity.Move(at, tx.Now(), today, p, o.Stage, opportunity.Evidence{}); err != nil {
			return o, err
		}
	}
	o, err = tx.AddOpportunity(o, fact.Fact{Deed: "opportunity.created", Changes: opportunity.Diff(opportunity.Opportunity{}, o)})
	return o, named(err, opportunity.ErrExternal)
}

// sellingTo is the account of an opportunity: within reach and not in the bin.
func sellingTo(tx *store.Tx, who Who, i id.Account) (account.Account, error) {
	return accountFor(tx, i, who.Reach(fact.Account), opportunity.ErrAccount, opportunity.ErrBinned)
}

// pipelineOf is a pipeline that is in use, the first one when none is named. Its
// stages stay as they are until the change is done.
func pipelineOf(tx *store.Tx, i id.Pipeline) (p opportunity.Pipeline, err error) {
	if i.IsZero() {
		all, err := tx.Pipelines()
		if err != nil {
			return p, err
		}
		if len(all) == 0 {
			return p, fault.Field("pipeline", opportunity.ErrPipeline)
		}
		i = all[0].ID
	}
	p, err = tx.HoldPipeline(i, false)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return p, fault.Field("pipeline", opportunity.ErrPipeline)
	case err == nil && p.Archived != 0:
		return p, fault.Field("pipeline", opportunity.ErrArchived)
	}
	return p, err
}

func teamOf(v *store.View, m id.Member) (id.Team, error) {
	if m.IsZero() {
		return id.Team{}, nil
	}
	all, err := v.Member(m)
	if errors.Is(err, store.ErrNotFound) {
		err = nil // looksAfter says so
	}
	return all.Team, err
}

// looksAfter says whether a member and a team can look after an opportunity.
func looksAfter(v *store.View, m id.Member, t id.Team) error {
	if !m.IsZero() {
		who, err := v.Member(m)
		if errors.Is(err, store.ErrNotFound) || err == nil && who.State == member.Disabled {
			return fault.Field("owner", opportunity.ErrOwner)
		}
		if err != nil {
			return err
		}
	}
	if t.IsZero() {
		return nil
	}
	still, err := teamThere(v, t)
	if err == nil && !still {
		err = fault.Field("team", opportunity.ErrTeam)
	}
	return err
}

func teamThere(v *store.View, t id.Team) (bool, error) {
	groups, err := v.Teams()
	return slices.ContainsFunc(groups, func(g member.Group) bool { return g.ID == t }), err
}

// evidence is what stands about an opportunity in other concepts: each that knows
// something adds its query here.
func (a *App) evidence(v *store.View, o opportunity.Opportunity) (e opportunity.Evidence, err error) {
	if e.Needs, err = v.ExplicitNeeds(o.ID); err != nil {
		return e, err
	}
	if o.Need != "" {
		e.Needs++
	}
	people, err := v.People([]id.Opportunity{o.ID})
	if err != nil {
		return e, err
	}
	e.Deciders, e.Met = opportunity.Deciders(people[o.ID])
	if e.Sent, e.Quote, err = quotesOf(v, o.ID); err != nil {
		return e, err
	}
	e.Order, err = v.OrderFor(o.ID)
	return e, err
}

// ChangeOpportunity changes what the patch mentions; version is what the visitor
// read, 0 takes whatever stands. When somebody else changed other fields in the
// meantime both changes hold; when they touched the same field the answer is
// *Stale with both sides.
func (a *App) ChangeOpportunity(ctx context.Context, who Who, i id.Opportunity, version int64, p opportunity.Patch) (o opportunity.Opportunity, err error) {
	err = a.write(ctx, who, member.OpportunityWrite, func(tx *store.Tx) error {
		if o, err = tx.Opportunity(i, who.Reach(fact.Account)); err != nil {
			return err
		}
		if err := agreesWith(tx, o, version, p.Mentions()); err != nil {
			return err
		}
		o, err = a.changeOpportunity(tx, who, o, p)
		return err
	})
	return o, err
}

// agreesWith is agrees for an opportunity.
func agreesWith(tx *store.Tx, o opportunity.Opportunity, version int64, fields []string) error {
	return agrees(tx, fact.Opportunity, o.ID.Any(), o, o.Version, version, fields)
}

func (a *App) changeOpportunity(tx *store.Tx, who Who, o opportunity.Opportunity, p opportunity.Patch) (opportunity.Opportunity, error) {
	pl, err := tx.Pipeline(o.Pipeline)
	if err != nil {
		return o, err
	}
	if owner, given := p.Owner.Get(); given && owner != o.Owner && !p.Team.Given() {
		team, err := teamOf(&tx.View, owner)
		if err != nil {
			return o, err
		}
		p.Team = opt.Some(team)
	}
	if err := looksAfter(&tx.View, p.Owner.Or(id.Member{}), p.Team.Or(id.Team{})); err != nil {
		return o, err
	}
	next, changes, err := opportunity.Change(o, tx.Now(), a.Today(who), pl, p)
	if err != nil || len(changes) == 0 {
		return o, err
	}
	next, err = tx.SaveOpportunity(o, next, fact.Fact{Deed: "opportunity.changed", Changes: changes})
	return next, named(err, opportunity.ErrExternal)
}

// Answer is what a small form says when a stage asks for evidence: the patch, and
// who decides.
type Answer struct {
	Patch   opportunity.Patch
	Decider id.Contact // becomes a decider of the DMU
	Met     day.Day    // on which they were spoken with; "" when not said
}

// MoveOpportunity puts an opportunity in another stage, with what the small form
// answered to its guards, in one change.
func (a *App) MoveOpportunity(ctx context.Context, who Who, i id.Opportunity, version int64, stage string, with Answer) (o opportunity.Opportunity, err error) {
	err = a.write(ctx, who, member.OpportunityWrite, func(tx *store.Tx) error {
		if o, err = a.openOpportunity(tx, who, i, version); err != nil {
			return err
		}
		if o, err = a.answer(tx, who, o, with); err != nil {
			return err
		}
		p, err := pipelineOf(tx, o.Pipeline)
		if err != nil {
			return err
		}
		e, err := a.evidence(&tx.View, o)
		if err != nil {
			return err
		}
		next, changes, err := opportunity.Move(o, tx.Now(), a.Today(who), p, stage, e)
		if err != nil || len(changes) == 0 {
			return err
		}
		o, err = tx.SaveOpportunity(o, next, fact.Fact{Deed: "opportunity.moved", Changes: changes})
		return err
	})
	return o, err
}

// answer keeps what the small form said before the stage is asked again.
func (a *App) answer(tx *store.Tx, who Who, o opportunity.Opportunity, with Answer) (opportunity.Opportunity, error) {
	var err error
	if len(with.Patch.Mentions()) > 0 {
		if o, err = a.changeOpportunity(tx, who, o, with.Patch); err != nil {
			return o, err
		}
	}
	if with.Decider.IsZero() {
		return o, nil
	}
	people, err := tx.People([]id.Opportunity{o.ID})
	if err != nil {
		return o, err
	}
	p := opportunity.Person{Contact: with.Decider, Influence: 5, Owner: who.Member.ID}
	for _, there := range people[o.ID] {
		if there.Contact == with.Decider {
			p = there
		}
	}
	p.Roles, p.Last = append(slices.Clone(p.Roles), opportunity.Decider), max(p.Last, with.Met)
	return a.putPerson(tx, who, o, people[o.ID], p)
}

// openOpportunity is one within reach as it was read.
func (a *App) openOpportunity(tx *store.Tx, who Who, i id.Opportunity, version int64) (opportunity.Opportunity, error) {
	o, err := tx.Opportunity(i, who.Reach(fact.Account))
	if err == nil {
		err = asRead(o, o.Version, version)
	}
	return o, err
}

// winOpportunity ends an opportunity with what was sold, within a change. One
// that was won already stays as it is.
func (a *App) winOpportunity(tx *store.Tx, who Who, i id.Opportunity, e opportunity.Evidence) error {
	o, err := tx.Opportunity(i, everything)
	if err != nil || o.State == opportunity.Won {
		return err
	}
	_, err = a.won(tx, who, o, e, "", "")
	return err
}

func (a *App) won(tx *store.Tx, who Who, o opportunity.Opportunity, e opportunity.Evidence, reason, lessons string) (opportunity.Opportunity, error) {
	on := a.Today(who)
	if !e.Order.IsZero() {
		sold, err := tx.Order(e.Order, everything)
		if err != nil {
			return o, err
		}
		on = max(sold.Day, o.Opened)
	}
	back := o
	if o.State == opportunity.Lost { // who said no and ordered after all
		p, err := tx.Pipeline(o.Pipeline)
		if err != nil {
			return o, err
		}
		if back, _, err = opportunity.Reopen(o, tx.Now(), a.Today(who), p, opportunity.Evidence{}); err != nil {
			return o, err
		}
	}
	next, _, err := opportunity.Win(back, tx.Now(), on, e)
	if err != nil {
		return o, err
	}
	next.Reason, next.Lessons = reason, lessons
	return tx.SaveOpportunity(o, next, fact.Fact{Deed: "opportunity.won", Changes: opportunity.Diff(o, next)})
}

// WinOpportunity ends an opportunity with an order of its account that stands and
// that no other one was won on.
func (a *App) WinOpportunity(ctx context.Context, who Who, i id.Opportunity, version int64, of id.Order, reason, lessons string) (o opportunity.Opportunity, err error) {
	err = a.write(ctx, who, member.OpportunityWrite, func(tx *store.Tx) error {
		if o, err = a.openOpportunity(tx, who, i, version); err != nil {
			return err
		}
		if o.State == opportunity.Won && o.Order == of {
			return nil // the form was sent twice
		}
		if o.State != opportunity.Open {
			return opportunity.ErrEnded
		}
		e, err := a.evidence(&tx.View, o)
		if err != nil {
			return err
		}
		if !of.IsZero() {
			if e.Order, err = a.tied(tx, who, o, of); err != nil {
				return err
			}
		}
		o, err = a.won(tx, who, o, e, reason, lessons)
		return err
	})
	return o, err
}

// tied makes an order of the same account that of the opportunity.
func (a *App) tied(tx *store.Tx, who Who, o opportunity.Opportunity, of id.Order) (id.Order, error) {
	sold, err := tx.Order(of, who.Reach(fact.Account))
	if errors.Is(err, store.ErrNotFound) || err == nil && (sold.Account != o.Account || !sold.Stands() || !sold.Opportunity.IsZero() && sold.Opportunity != o.ID) {
		return of, fault.Field("order", opportunity.ErrEvidence)
	}
	if err != nil || sold.Opportunity == o.ID {
		return of, err
	}
	next := sold
	next.Opportunity, next.Updated = o.ID, tx.Now()
	_, err = tx.SaveOrder(next, fact.Fact{Deed: "order.changed", Changes: order.Diff(sold, next), Why: "opportunity"})
	return of, err
}

// LoseOpportunity ends an opportunity without a sale.
func (a *App) LoseOpportunity(ctx context.Context, who Who, i id.Opportunity, version int64, reason, lessons string) (o opportunity.Opportunity, err error) {
	return a.aboutOpportunity(ctx, who, i, version, "opportunity.lost", func(tx *store.Tx, o opportunity.Opportunity, p opportunity.Pipeline) (opportunity.Opportunity, []fact.Change, error) {
		return opportunity.Lose(o, tx.Now(), a.Today(who), p, reason, lessons)
	})
}

// ReopenOpportunity takes up one that ended.
func (a *App) ReopenOpportunity(ctx context.Context, who Who, i id.Opportunity, version int64) (o opportunity.Opportunity, err error) {
	return a.aboutOpportunity(ctx, who, i, version, "opportunity.reopened", func(tx *store.Tx, o opportunity.Opportunity, p opportunity.Pipeline) (opportunity.Opportunity, []fact.Change, error) {
		e, err := a.evidence(&tx.View, o)
		if err != nil {
			return o, nil, err
		}
		return opportunity.Reopen(o, tx.Now(), a.Today(who), p, e)
	})
}

func (a *App) aboutOpportunity(ctx context.Context, who Who, i id.Opportunity, version int64, deed string,
	change func(*store.Tx, opportunity.Opportunity, opportunity.Pipeline) (opportunity.Opportunity, []fact.Change, error)) (o opportunity.Opportunity, err error) {
	err = a.write(ctx, who, member.OpportunityWrite, func(tx *store.Tx) error {
		if o, err = a.openOpportunity(tx, who, i, version); err != nil {
			return err
		}
		p, err := tx.HoldPipeline(o.Pipeline, false)
		if err != nil {
			return err
		}
		next, changes, err := change(tx, o, p)
		if err != nil || len(changes) == 0 {
			return err
		}
		o, err = tx.SaveOpportunity(o, next, fact.Fact{Deed: deed, Changes: changes})
		return err
	})
	return o, err
}

// PutPerson says what part somebody has in the decision.
func (a *App) PutPerson(ctx context.Context, who Who, i id.Opportunity, version int64, p opportunity.Person) (o opportunity.Opportunity, err error) {
	err = a.write(ctx, who, member.OpportunityWrite, func(tx *store.Tx) error {
		if o, err = tx.Opportunity(i, who.Reach(fact.Account)); err != nil {
			return err
		}
		if err := agreesWith(tx, o, version, []string{"dmu"}); err != nil {
			return err
		}
		people, err := tx.People([]id.Opportunity{i})
		if err != nil {
			return err
		}
		o, err = a.putPerson(tx, who, o, people[i], p)
		return err
	})
	return o, err
}

func (a *App) putPerson(tx *store.Tx, who Who, o opportunity.Opportunity, people []opportunity.Person, p opportunity.Person) (opportunity.Opportunity, error) {
	p, err := p.Check(a.Today(who))
	if err != nil {
		return o, err
	}
	c, err := tx.Contact(p.Contact, who.Reach(fact.Contact))
	if errors.Is(err, store.ErrNotFound) || err == nil && (c.Deleted != 0 || !slices.ContainsFunc(c.Accounts, func(l contact.Link) bool { return l.Account == o.Account })) {
		return o, fault.Field("contact", opportunity.ErrContact)
	}
	if err != nil {
		return o, err
	}
	next := slices.Clone(people)
	if at := slices.IndexFunc(next, func(q opportunity.Person) bool { return q.Contact == p.Contact }); at >= 0 {
		next[at] = p
	} else if next = append(next, p); len(next) > opportunity.MostPeople {
		return o, opportunity.ErrMany
	}
	return tx.SavePeople(o, next, fact.Fact{Deed: "opportunity.changed", Changes: []fact.Change{fact.Of("dmu", people, next)}})
}

// DropPerson says that somebody has no part in the decision after all.
func (a *App) DropPerson(ctx context.Context, who Who, i id.Opportunity, version int64, c id.Contact) (o opportunity.Opportunity, err error) {
	err = a.write(ctx, who, member.OpportunityWrite, func(tx *store.Tx) error {
		if o, err = tx.Opportunity(i, who.Reach(fact.Account)); err != nil {
			return err
		}
		if err := agreesWith(tx, o, version, []string{"dmu"}); err != nil {
			return err
		}
		people, err := tx.People([]id.Opportunity{i})
		if err != nil {
			return err
		}
		next := slices.DeleteFunc(slices.Clone(people[i]), func(p opportunity.Person) bool { return p.Contact == c })
		if len(next) == len(people[i]) {
			return nil
		}
		o, err = tx.SavePeople(o, next, fact.Fact{Deed: "opportunity.changed", Changes: []fact.Change{fact.Of("dmu", people[i], next)}})
		return err
	})
	return o, err
}

// Opportunity is one opportunity of an account that who may read.
func (a *App) Opportunity(ctx context.Context, who Who, i id.Opportunity) (o opportunity.Opportunity, err error) {
	err = a.read(ctx, who, member.OpportunityRead, func(v *store.View) error {
		o, err = seenOpportunity(v, who, i)
		return err
	})
	return o, err
}

func seenOpportunity(v *store.View, who Who, i id.Opportunity) (o opportunity.Opportunity, err error) {
	if o, err = v.Opportunity(i, everything); err == nil {
		_, _, err = readAccount(v, who, o.Account)
	}
	if err != nil {
		return opportunity.Opportunity{}, err
	}
	return o, nil
}

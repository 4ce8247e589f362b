package app

import (
	"context"
	"errors"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/account"
	"kring/domain/member"
	"kring/domain/task"
	"kring/store"
)

// A task is seen by who does it, by who gave it, and by who sees the relation it
// is about; what is about nobody also by who sees all.

// AddTask makes a task for who, or for the colleague whom the draft names.
func (a *App) AddTask(ctx context.Context, who Who, d task.Draft) (task.Task, error) {
	return a.AddTaskOnce(ctx, who, id.New[id.Task](), d)
}

// AddTaskOnce is AddTask for a form that may be sent twice: the second time there
// is a task with this id, and that is the answer.
func (a *App) AddTaskOnce(ctx context.Context, who Who, i id.Task, d task.Draft) (t task.Task, err error) {
	err = a.write(ctx, who, member.TaskWrite, func(tx *store.Tx) error {
		l, err := seenTask(&tx.View, who, i)
		if !errors.Is(err, store.ErrNotFound) {
			t = l.Task
			return err
		}
		if err := taskReach(tx, who, d.Account, d.Contact); err != nil {
			return err
		}
		t, err = a.putTask(tx, who, i, d, "")
		return err
	})
	return t, err
}

// taskReach says whether who may make a task about a relation and a person.
func taskReach(tx *store.Tx, who Who, at id.Account, c id.Contact) error {
	if !at.IsZero() {
		if _, err := tx.Account(at, who.Reach(fact.Account)); errors.Is(err, store.ErrNotFound) {
			return fault.Field("account", task.ErrAccount)
		} else if err != nil {
			return err
		}
	}
	if !c.IsZero() {
		if _, err := tx.Contact(c, who.Reach(fact.Contact)); errors.Is(err, store.ErrNotFound) {
			return fault.Field("contact", task.ErrContact)
		} else if err != nil {
			return err
		}
	}
	return nil
}

// addTask makes a task as part of another change; whether who may do that is for
// the caller. Without an owner it is who's own.
func (a *App) addTask(tx *store.Tx, who Who, d task.Draft) (task.Task, error) {
	return a.putTask(tx, who, id.New[id.Task](), d, "")
}

func (a *App) putTask(tx *store.Tx, who Who, i id.Task, d task.Draft, why string) (task.Task, error) {
	if d.Owner.IsZero() {
		d.Owner = who.Member.ID
	}
	t, err := task.New(i, tx.Now(), who.Zone(), d)
	if err != nil {
		return t, err
	}
	if err := taskPlaced(tx, t); err != nil {
		return t, err
	}
	if who.Actor.Kind == "member" {
		t.By = who.Member.ID
	}
	t, err = tx.AddTask(t, fact.Fact{Deed: "task.made", Why: why, Changes: task.Diff(task.Task{}, t)})
	return t, named(err, task.ErrExternal)
}

// taskPlaced: whoever does it works here, the relation is not in the bin, and the
// person is at the relation.
func taskPlaced(tx *store.Tx, t task.Task) error {
	m, err := tx.Member(t.Owner)
	if errors.Is(err, store.ErrNotFound) || err == nil && (m.State != member.Active || !m.Role.Can(member.TaskWrite)) {
		return fault.Field("owner", task.ErrOwner)
	}
	if err != nil {
		return err
	}
	if !t.Account.IsZero() {
		if _, err := accountFor(tx, t.Account, everything, task.ErrAccount, account.ErrBinned); err != nil {
			return err
		}
	}
	if t.Contact.IsZero() {
		return nil
	}
	c, err := tx.Contact(t.Contact, everything)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if _, there := c.At(t.Account); err != nil || !t.Account.IsZero() && !there {
		return fault.Field("contact", task.ErrContact)
	}
	return nil
}

// ChangeTask changes what the patch mentions of an open task; version is what the
// visitor read, 0 takes whatever stands. When somebody else changed other fields
// in the meantime both changes hold, else the answer is *Stale.
func (a *App) ChangeTask(ctx context.Context, who Who, i id.Task, version int64, p task.Patch) (task.Task, error) {
	return a.aboutTask(ctx, who, i, func(tx *store.Tx, t task.Task) (task.Task, error) {
		if err := agrees(tx, fact.Task, t.ID.Any(), t, t.Version, version, p.Mentions()); err != nil {
			return t, err
		}
		at, _ := p.Account.Get()
		c, _ := p.Contact.Get()
		if err := taskReach(tx, who, at, c); err != nil {
			return t, err
		}
		next, changes, err := task.Change(t, tx.Now(), who.Zone(), p.On(t.Draft(who.Zone())))
		if err != nil || len(changes) == 0 {
			return t, err
		}
		if err := taskPlaced(tx, next); err != nil {
			return t, err
		}
		return tx.SaveTask(next, fact.Fact{Deed: "task.changed", Changes: changes})
	})
}

// FinishTask says that a task was done; of what comes back the next one follows.
func (a *App) FinishTask(ctx context.Context, who Who, i id.Task, version int64) (task.Task, error) {
	return a.endTask(ctx, who, i, version, "task.done", func(t task.Task, now int64) (task.Task, []fact.Change, error) {
		return t.Finish(now, who.Member.ID)
	})
}

// WithdrawTask says that a task need not be done. Of what comes back this one
// time is left out, or with all nothing follows any more.
func (a *App) WithdrawTask(ctx context.Context, who Who, i id.Task, version int64, why string, all bool) (task.Task, error) {
	return a.endTask(ctx, who, i, version, "task.withdrawn", func(t task.Task, now int64) (task.Task, []fact.Change, error) {
		next, changes, err := t.Withdraw(now, who.Member.ID, why)
		if all && err == nil {
			next.Repeat, next.First = task.Task{}.Repeat, ""
			changes = task.Diff(t, next)
		}
		return next, changes, err
	})
}

func (a *App) endTask(ctx context.Context, who Who, i id.Task, version int64, deed string,
	end func(task.Task, int64) (task.Task, []fact.Change, error)) (task.Task, error) {
	return a.aboutTask(ctx, who, i, func(tx *store.Tx, t task.Task) (task.Task, error) {
		if err := asRead(t, t.Version, version); err != nil {
			return t, err
		}
		next, changes, err := end(t, tx.Now())
		if err != nil {
			return t, err
		}
		if next, err = tx.SaveTask(next, fact.Fact{Deed: deed, Changes: changes}); err != nil {
			return next, err
		}
		return next, a.taskFollows(tx, who, next)
	})
}

// taskFollows makes the next one of a task that comes back.
func (a *App) taskFollows(tx *store.Tx, who Who, t task.Task) error {
	next, more := t.Again(id.New[id.Task](), tx.Now(), who.Zone())
	if !more {
		return nil
	}
	if err := taskPlaced(tx, next); err != nil { // the relation is gone, or the colleague: nothing follows
		if _, ok := fault.From(err); ok {
			return nil
		}
		return err
	}
	_, err := tx.AddTask(next, fact.Fact{Deed: "task.made", Why: "repeat", Evidence: t.ID.String(), Changes: task.Diff(task.Task{}, next)})
	return err
}

// ReopenTask takes back that a task was done or withdrawn, and the one that
// followed it when nobody touched that since.
func (a *App) ReopenTask(ctx context.Context, who Who, i id.Task, version int64) (task.Task, error) {
	return a.aboutTask(ctx, who, i, func(tx *store.Tx, t task.Task) (task.Task, error) {
		if err := asRead(t, t.Version, version); err != nil {
			return t, err
		}
		next, changes, err := t.Reopen(tx.Now())
		if err != nil {
			return t, err
		}
		followers, err := tx.Tasks(store.TaskQuery{Follows: t.ID, State: task.Open, Limit: 10})
		if err != nil {
			return t, err
		}
		for _, f := range followers {
			if f.Version > 1 { // somebody made it their own
				continue
			}
			if err := tx.EraseTask(f.Task, fact.Fact{Deed: "task.withdrawn", Why: "reopened"}); err != nil {
				return t, err
			}
		}
		return tx.SaveTask(next, fact.Fact{Deed: "task.reopened", Changes: changes})
	})
}

func (a *App) aboutTask(ctx context.Context, who Who, i id.Task, change func(*store.Tx, task.Task) (task.Task, error)) (t task.Task, err error) {
	err = a.write(ctx, who, member.TaskWrite, func(tx *store.Tx) error {
		l, err := seenTask(&tx.View, who, i)
		if err != nil {
			return err
		}
		t, err = change(tx, l.Task)
		return named(err, task.ErrExternal)
	})
	return t, err
}

// seenTask is a task that who does or gave, or about a relation within reach.
func seenTask(v *store.View, who Who, i id.Task) (task.Line, error) {
	t, err := v.Task(i)
	if err != nil || t.Owner == who.Member.ID || t.By == who.Member.ID || who.Scope(fact.Account) == member.All {
		return t, err
	}
	if t.Account.IsZero() {
		return task.Line{}, store.ErrNotFound
	}
	if _, err = v.Account(t.Account, who.Reach(fact.Account)); err != nil {
		return task.Line{}, err
	}
	return t, nil
}

// Task is one task that who may see.
func (a *App) Task(ctx context.Context, who Who, i id.Task) (t task.Line, err error) {
	err = a.read(ctx, who, member.TaskWrite, func(v *store.View) error {
		t, err = seenTask(v, who, i)
		return err
	})
	return t, err
}

// TaskAsk says which tasks a list shows: who's own, those that who gave to
// others, or all of relations within reach.
type TaskAsk struct {
	Of      string // mine, given, all
	Account id.Account
	State   task.State
	Until   day.Day // due on this day or before
	After   store.TaskPlace
	Limit   int
}

// TaskPlace is the place of a task in a list.
type TaskPlace = store.TaskPlace

// Tasks are the tasks that are asked, in the order in which they are due; those
// that ended the last first.
func (a *App) Tasks(ctx context.Context, who Who, ask TaskAsk) (all []task.Line, err error) {
	q := store.TaskQuery{Account: ask.Account, State: ask.State, After: ask.After, Limit: min(max(ask.Limit, 1), 201), Back: ask.State == task.Done || ask.State == task.Withdrawn}
	if ask.Until != "" {
		q.Until = ask.Until.Add(1).Start(who.Zone()) - 1
	}
	switch ask.Of {
	case "mine":
		q.Owner = who.Member.ID
	case "given":
		q.By = who.Member.ID
	case "all":
		if ask.Account.IsZero() {
			reach := who.Reach(fact.Account)
			q.Within = &reach
		}
	default:
		return nil, task.ErrOf
	}
	err = a.read(ctx, who, member.TaskWrite, func(v *store.View) error {
		if !ask.Account.IsZero() {
			if _, _, err := readAccount(v, who, ask.Account); err != nil {
				return err
			}
		}
		all, err = v.Tasks(q)
		return err
	})
	return all, err
}

// CountTasks is how many tasks ask who for a deed today.
func (a *App) CountTasks(ctx context.Context, who Who) (n int, err error) {
	until := a.Today(who).Add(1).Start(who.Zone()) - 1
	err = a.peek(ctx, who, member.TaskWrite, func(v *store.View) error {
		n, err = v.CountTasks(who.Member.ID, until, MostHandoversCounted+1)
		return err
	})
	return n, err
}

package app

import (
	"context"
	"errors"
	"slices"
	"time"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/account"
	"kring/domain/conversation"
	"kring/domain/member"
	"kring/domain/need"
	"kring/domain/promise"
	"kring/domain/task"
	"kring/store"
)

// A conversation is seen by who holds it, by the colleagues who are there, and by
// who sees the relation.

// PlanConversation plans a conversation with a relation within who's reach.
func (a *App) PlanConversation(ctx context.Context, who Who, d conversation.Draft) (conversation.Conversation, error) {
	return a.PlanConversationOnce(ctx, who, id.New[id.Conversation](), d)
}

// PlanConversationOnce is PlanConversation for a form that may be sent twice: the
// second time there is a conversation with this id, and that is the answer.
func (a *App) PlanConversationOnce(ctx context.Context, who Who, i id.Conversation, d conversation.Draft) (c conversation.Conversation, err error) {
	err = a.write(ctx, who, member.TalkWrite, func(tx *store.Tx) error {
		l, err := seenConversation(&tx.View, who, i)
		if !errors.Is(err, store.ErrNotFound) {
			c = l.Conversation
			return err
		}
		if _, _, err := readAccount(&tx.View, who, d.Account); errors.Is(err, store.ErrNotFound) {
			return fault.Field("account", conversation.ErrAccount)
		} else if err != nil {
			return err
		}
		c, err = a.planConversation(tx, who, i, d, "")
		return err
	})
	return c, err
}

// planConversation plans one as part of another change; whether who may do that is
// for the caller. Without an owner it is who's own.
func (a *App) planConversation(tx *store.Tx, who Who, i id.Conversation, d conversation.Draft, why string) (conversation.Conversation, error) {
	if d.Owner.IsZero() {
		d.Owner = who.Member.ID
	}
	c, err := conversation.New(i, tx.Now(), who.Zone(), d)
	if err != nil {
		return c, err
	}
	if c.Language = who.Org.Settings.Locale; c.Language != "nl" {
		c.Language = "en"
	}
	return a.putConversation(tx, who, c, why)
}

func (a *App) putConversation(tx *store.Tx, who Who, c conversation.Conversation, why string) (conversation.Conversation, error) {
	if err := conversationPlaced(tx, c); err != nil {
		return c, err
	}
	if who.Actor.Kind == "member" {
		c.By = who.Member.ID
	}
	c, err := tx.AddConversation(c, fact.Fact{Deed: "conversation.planned", Why: why, Changes: conversation.Diff(conversation.Conversation{}, c)})
	return c, named(err, conversation.ErrExternal)
}

// conversationPlaced: who holds it works here, the relation is not in the bin, and
// who is there is at the relation or works here.
func conversationPlaced(tx *store.Tx, c conversation.Conversation) error {
	colleague := func(m id.Member, right member.Right) error {
		one, err := tx.Member(m)
		if errors.Is(err, store.ErrNotFound) || err == nil && (one.State != member.Active || !one.Role.Can(right)) {
			return conversation.ErrOwner
		}
		return err
	}
	if err := colleague(c.Owner, member.TalkWrite); err != nil {
		return inField("owner", err)
	}
	if _, err := accountFor(tx, c.Account, everything, conversation.ErrAccount, account.ErrBinned); err != nil {
		return err
	}
	for _, at := range c.Attendees {
		if err := contactPlaced(tx, c.Account, at.Contact, conversation.ErrAttendee); err != nil {
			return otherField(err, "contact", "attendees")
		}
		if at.Member.IsZero() {
			continue
		}
		if err := colleague(at.Member, member.AccountRead); errors.Is(err, conversation.ErrOwner) {
			return fault.Field("attendees", conversation.ErrAttendee)
		} else if err != nil {
			return err
		}
	}
	return nil
}

// inField says at which field a fault is; what is no fault stays what it is.
func inField(name string, err error) error {
	if f, ok := fault.From(err); ok {
		return fault.Field(name, f)
	}
	return err
}

// otherField puts what is wrong with one field at another.
func otherField(err error, from, to string) error {
	if f, ok := fault.From(err); ok && f.Fields[from] != nil {
		return fault.Field(to, f.Fields[from])
	}
	return err
}

// ChangeConversation changes the plan of a conversation that did not take place
// yet. version is what the visitor read, 0 takes whatever stands.
func (a *App) ChangeConversation(ctx context.Context, who Who, i id.Conversation, version int64, d func(conversation.Draft) conversation.Draft) (conversation.Conversation, error) {
	return a.aboutConversation(ctx, who, i, version, "conversation.changed", func(tx *store.Tx, c conversation.Conversation) (conversation.Conversation, []fact.Change, error) {
		next, changes, err := conversation.Change(c, tx.Now(), who.Zone(), d(c.Draft(who.Zone())))
		if err != nil || len(changes) == 0 {
			return c, nil, err
		}
		return next, changes, conversationPlaced(tx, next)
	})
}

// BeginConversation begins it; beginning what goes on changes nothing.
func (a *App) BeginConversation(ctx context.Context, who Who, i id.Conversation) (conversation.Conversation, error) {
	return a.aboutConversation(ctx, who, i, 0, "conversation.begun", func(tx *store.Tx, c conversation.Conversation) (conversation.Conversation, []fact.Change, error) {
		return c.Begin(tx.Now())
	})
}

// FinishConversation says that it was held, and what came of it. Reporting it
// within a day becomes a task.
func (a *App) FinishConversation(ctx context.Context, who Who, i id.Conversation, o conversation.Outcome) (conversation.Conversation, error) {
	return a.hold(ctx, who, i, func(c conversation.Conversation, notes []conversation.Note, now int64) (conversation.Conversation, []fact.Change, error) {
		return c.Finish(now, o, conversation.Clock(c, notes, now))
	})
}

// HoldConversation says of a conversation that was not held live that it took
// place, and how long each side spoke, in seconds.
func (a *App) HoldConversation(ctx context.Context, who Who, i id.Conversation, o conversation.Outcome, customer, self int) (conversation.Conversation, error) {
	return a.hold(ctx, who, i, func(c conversation.Conversation, _ []conversation.Note, now int64) (conversation.Conversation, []fact.Change, error) {
		return c.Past(now, o, conversation.Talk{Customer: max(customer, 0), Self: max(self, 0)})
	})
}

func (a *App) hold(ctx context.Context, who Who, i id.Conversation, end func(conversation.Conversation, []conversation.Note, int64) (conversation.Conversation, []fact.Change, error)) (conversation.Conversation, error) {
	return a.aboutConversation(ctx, who, i, 0, "conversation.held", func(tx *store.Tx, c conversation.Conversation) (conversation.Conversation, []fact.Change, error) {
		notes, err := tx.Notes(c.ID)
		if err != nil {
			return c, nil, err
		}
		next, changes, err := end(c, notes, tx.Now())
		if err != nil || len(changes) == 0 {
			return c, nil, err
		}
		due := next.ReportDue()
		on := day.At(due, who.Zone())
		_, err = a.addTask(tx, who, task.Draft{
			Text: conversation.ReportTask(who.Org.Settings.Locale, c.Title), Account: c.Account, About: fact.Conversation, Record: c.ID.Any(), Owner: c.Owner, Day: on,
			Time: time.UnixMilli(due).In(who.Zone()).Format("15:04"),
		})
		return next, changes, err
	})
}

// ReportConversation tells what came of it. An advance needs a dated action by the
// buyer. The task to report it is done by it.
func (a *App) ReportConversation(ctx context.Context, who Who, i id.Conversation, version int64, r conversation.Report) (conversation.Conversation, error) {
	return a.aboutConversation(ctx, who, i, version, "conversation.reported", func(tx *store.Tx, c conversation.Conversation) (conversation.Conversation, []fact.Change, error) {
		next, changes, err := c.Tell(tx.Now(), who.Zone(), r)
		if err != nil {
			return c, nil, err
		}
		if err := contactPlaced(tx, c.Account, next.ActionBy, conversation.ErrActionBy); err != nil {
			return c, nil, otherField(err, "contact", "action_by")
		}
		open, err := tx.Tasks(store.TaskQuery{Record: c.ID.Any(), State: task.Open, Limit: 10})
		if err != nil {
			return c, nil, err
		}
		for _, t := range open {
			done, changes, err := t.Finish(tx.Now(), who.Member.ID)
			if err != nil {
				return c, nil, err
			}
			if _, err := tx.SaveTask(done, fact.Fact{Deed: "task.done", Why: "report", Evidence: c.ID.String(), Changes: changes}); err != nil {
				return c, nil, err
			}
		}
		return next, changes, nil
	})
}

// MissConversation says that the customer was not there.
func (a *App) MissConversation(ctx context.Context, who Who, i id.Conversation, version int64, why string) (conversation.Conversation, error) {
	return a.aboutConversation(ctx, who, i, version, "conversation.missed", func(tx *store.Tx, c conversation.Conversation) (conversation.Conversation, []fact.Change, error) {
		return c.Miss(tx.Now(), why)
	})
}

// MoveConversation says that it is held another time, and plans that one: it is
// the answer.
func (a *App) MoveConversation(ctx context.Context, who Who, i id.Conversation, version int64, on day.Day, clock, why string) (next conversation.Conversation, err error) {
	err = a.write(ctx, who, member.TalkWrite, func(tx *store.Tx) error {
		was, err := a.changeConversation(tx, who, i, version, "conversation.moved", func(tx *store.Tx, c conversation.Conversation) (conversation.Conversation, []fact.Change, error) {
			return c.Move(tx.Now(), why)
		})
		if err != nil {
			return err
		}
		if next, err = was.Again(id.New[id.Conversation](), tx.Now(), who.Zone(), on, clock); err != nil {
			return err
		}
		next, err = a.putConversation(tx, who, next, "moved")
		return err
	})
	return next, err
}

func (a *App) aboutConversation(ctx context.Context, who Who, i id.Conversation, version int64, deed string,
	change func(*store.Tx, conversation.Conversation) (conversation.Conversation, []fact.Change, error)) (c conversation.Conversation, err error) {
	err = a.write(ctx, who, member.TalkWrite, func(tx *store.Tx) error {
		c, err = a.changeConversation(tx, who, i, version, deed, change)
		return err
	})
	return c, err
}

func (a *App) changeConversation(tx *store.Tx, who Who, i id.Conversation, version int64, deed string,
	change func(*store.Tx, conversation.Conversation) (conversation.Conversation, []fact.Change, error)) (conversation.Conversation, error) {
	l, err := seenConversation(&tx.View, who, i)
	if err != nil {
		return l.Conversation, err
	}
	c := l.Conversation
	if err := asRead(c, c.Version, version); err != nil {
		return c, err
	}
	next, changes, err := change(tx, c)
	if err != nil || len(changes) == 0 {
		return c, err
	}
	next, err = tx.SaveConversation(next, fact.Fact{Deed: deed, Why: next.Why, Changes: changes})
	return next, named(err, conversation.ErrExternal)
}

// seenConversation is a conversation that who holds or is at, or with a relation
// within reach.
func seenConversation(v *store.View, who Who, i id.Conversation) (conversation.Line, error) {
	c, err := v.Conversation(i)
	if err != nil || c.Owner == who.Member.ID || slices.ContainsFunc(c.Attendees, func(at conversation.Attendee) bool { return at.Member == who.Member.ID && !at.Member.IsZero() }) {
		return c, err
	}
	if _, _, err = readAccount(v, who, c.Account); err != nil {
		return conversation.Line{}, err
	}
	return c, nil
}

// PutNote stores what happened in a conversation. The page that wrote it down
// gives its id: sent twice it is there once, and sent with other words it has
// those. version is of the note that was read, 0 takes whatever stands.
func (a *App) PutNote(ctx context.Context, who Who, i id.Conversation, version int64, n conversation.Note) (made conversation.Note, err error) {
	err = a.write(ctx, who, member.TalkWrite, func(tx *store.Tx) error {
		c, err := notable(tx, who, i)
		if err != nil {
			return err
		}
		was, err := tx.Note(n.ID)
		known := err == nil
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if known && (was.Conversation != i) {
			return store.ErrNotFound
		}
		n.Conversation, n.Created, n.Updated = i, tx.Now(), tx.Now()
		if n.At == 0 {
			n.At = tx.Now()
		}
		if known {
			n.At = was.At
		}
		if n, err = n.Check(c, tx.Now()); err != nil {
			return err
		}
		if err := benefitPlaced(tx, c, n); err != nil {
			return err
		}
		if !known {
			n.By = who.Member.ID
			if made, err = tx.AddNote(c, n, fact.Fact{Deed: "conversation.noted", Changes: []fact.Change{fact.Of("note", nil, n)}}); err != nil {
				return err
			}
			return a.clockFollows(tx, c, n)
		}
		n.Version, n.Created, n.By = was.Version, was.Created, was.By
		if same := n; true {
			if same.Updated = was.Updated; same == was {
				made = was
				return nil
			}
		}
		if err := asRead(was, was.Version, version); err != nil {
			return err
		}
		made, err = tx.SaveNote(c, n, fact.Fact{Deed: "conversation.note_changed", Changes: []fact.Change{fact.Of("note", was, n)}})
		return err
	})
	return made, err
}

// notable is a conversation in which who may write: it began, and the customer did
// not confirm it yet.
func notable(tx *store.Tx, who Who, i id.Conversation) (conversation.Conversation, error) {
	l, err := seenConversation(&tx.View, who, i)
	switch {
	case err != nil:
		return l.Conversation, err
	case l.State == conversation.Confirmed:
		return l.Conversation, conversation.ErrSettled
	case l.State.Coming() && l.Began == 0 || !l.State.Coming() && !l.State.Was():
		return l.Conversation, conversation.ErrNotBegun
	}
	return l.Conversation, nil
}

// benefitPlaced: a benefit answers an explicit need of the relation.
func benefitPlaced(tx *store.Tx, c conversation.Conversation, n conversation.Note) error {
	if n.Need.IsZero() {
		return nil
	}
	one, err := tx.Need(n.Need)
	if errors.Is(err, store.ErrNotFound) || err == nil && (one.Account != c.Account || one.Kind != need.Explicit) {
		return fault.Field("need", conversation.ErrBenefit)
	}
	return err
}

// clockFollows counts who spoke again when a turn came in after the end, from a
// page that had lost its connection.
func (a *App) clockFollows(tx *store.Tx, c conversation.Conversation, n conversation.Note) error {
	if c.Ended == 0 || n.Mark != conversation.Speaker && n.Mark != conversation.Pause && n.Mark != conversation.Resume {
		return nil
	}
	notes, err := tx.Notes(c.ID)
	if err != nil {
		return err
	}
	next, t := c, conversation.Clock(c, notes, tx.Now())
	if next.Customer, next.Self = t.Customer, t.Self; next.Customer == c.Customer && next.Self == c.Self {
		return nil
	}
	_, err = tx.SaveConversation(next, fact.Fact{Deed: "conversation.changed", Why: "clock", Changes: conversation.Diff(c, next)})
	return err
}

// EraseNote takes a note of a conversation away.
func (a *App) EraseNote(ctx context.Context, who Who, i id.Conversation, note id.Record) error {
	return a.write(ctx, who, member.TalkWrite, func(tx *store.Tx) error {
		c, err := notable(tx, who, i)
		if err != nil {
			return err
		}
		n, err := tx.Note(note)
		if err != nil {
			return err
		}
		if n.Conversation != i {
			return store.ErrNotFound
		}
		return tx.EraseNote(c, n, fact.Fact{Deed: "conversation.note_erased", Changes: []fact.Change{fact.Of("note", n, nil)}})
	})
}

// HeardNeed writes a need down that was said in a conversation: the page gives its
// id, so what is sent twice is there once.
func (a *App) HeardNeed(ctx context.Context, who Who, in id.Conversation, i id.Need, d need.Draft) (n need.Need, err error) {
	err = a.write(ctx, who, member.TalkWrite, func(tx *store.Tx) error {
		c, err := notable(tx, who, in)
		if err != nil {
			return err
		}
		if n, err = tx.Need(i); !errors.Is(err, store.ErrNotFound) {
			if err == nil && n.Conversation != in {
				return store.ErrNotFound
			}
			return err
		}
		d.Account, d.Opportunity, d.Conversation = c.Account, c.Opportunity, c.ID
		n, err = a.putNeed(tx, who, i, d)
		return err
	})
	return n, err
}

// PromisedIn writes a promise down that was made in a conversation.
func (a *App) PromisedIn(ctx context.Context, who Who, in id.Conversation, i id.Promise, d promise.Draft) (p promise.Promise, err error) {
	err = a.write(ctx, who, member.PromiseWrite, func(tx *store.Tx) error {
		c, err := seenConversation(&tx.View, who, in)
		if err != nil {
			return err
		}
		l, err := tx.Promise(i)
		if !errors.Is(err, store.ErrNotFound) {
			if p = l.Promise; err == nil && p.Record != in.Any() {
				return store.ErrNotFound
			}
			return err
		}
		d.Account, d.Source, d.Record = c.Account, fact.Conversation, in.Any()
		d.Channel = promise.Channel(c.Channel)
		p, err = a.putPromise(tx, who, i, d, "")
		return err
	})
	return p, err
}

// Talk is everything that a page of a conversation shows.
type Talk struct {
	conversation.Line
	Company  account.Account
	Notes    []conversation.Note
	Needs    []need.Need
	Promises []promise.Line
	Bank     []conversation.Question
	Clock    conversation.Talk
	Now      int64
}

// Suggest are questions to ask under a letter, at most n.
func (t Talk) Suggest(l conversation.Letter, n int) []conversation.Asking {
	return conversation.Suggest(l, t.Questions, t.Bank, conversation.Segment{SBI: t.Company.SBI, Tags: t.Company.Tags}, t.Notes, n)
}

// Conversation is one conversation that who may see, with what stands in it.
func (a *App) Conversation(ctx context.Context, who Who, i id.Conversation) (t Talk, err error) {
	err = a.read(ctx, who, member.AccountRead, func(v *store.View) error {
		if t.Line, err = seenConversation(v, who, i); err != nil {
			return err
		}
		if t.Company, err = v.Account(t.Account, everything); err != nil {
			return err
		}
		if t.Notes, err = v.Notes(i); err != nil {
			return err
		}
		if t.Needs, err = v.NeedsIn(i); err != nil {
			return err
		}
		if t.Promises, err = v.Promises(store.PromiseQuery{Record: i.Any(), Limit: 100}); err != nil {
			return err
		}
		t.Bank, err = v.Questions()
		t.Now = v.Now()
		t.Clock = conversation.Clock(t.Conversation, t.Notes, t.Now)
		return err
	})
	return t, err
}

// TalkAsk says which conversations a list shows: those that who holds, or all with
// relations within reach.
type TalkAsk struct {
	Of          string // mine, all
	Account     id.Account
	Opportunity id.Opportunity
	State       conversation.State
	Coming      bool    // only what is still to take place
	Was         bool    // only what took place
	Since       day.Day // on this day or after
	Until       day.Day // on this day or before
	Back        bool    // the last first
	After       TalkPlace
	Limit       int
}

// TalkPlace is the place of a conversation in a list.
type TalkPlace = store.TalkPlace

// Conversations are the conversations that are asked, in the order in which they
// begin.
func (a *App) Conversations(ctx context.Context, who Who, ask TalkAsk) (all []conversation.Line, err error) {
	q := store.TalkQuery{
		Account: ask.Account, Opportunity: ask.Opportunity, State: ask.State, Coming: ask.Coming, Was: ask.Was, Back: ask.Back, After: ask.After, Limit: min(max(ask.Limit, 1), 201),
	}
	if ask.Since != "" {
		q.Since = ask.Since.Start(who.Zone())
	}
	if ask.Until != "" {
		q.Until = ask.Until.Add(1).Start(who.Zone()) - 1
	}
	switch ask.Of {
	case "mine":
		q.Owner = who.Member.ID
	case "all":
		if ask.Account.IsZero() {
			reach := who.Reach(fact.Account)
			q.Within = &reach
		}
	default:
		return nil, conversation.ErrOf
	}
	err = a.read(ctx, who, member.AccountRead, func(v *store.View) error {
		if !ask.Account.IsZero() {
			if _, _, err := readAccount(v, who, ask.Account); err != nil {
				return err
			}
		}
		all, err = v.Conversations(q)
		return err
	})
	return all, err
}

// ToReport are the conversations that who held and did not report yet.
func (a *App) ToReport(ctx context.Context, who Who) (all []conversation.Line, err error) {
	err = a.peek(ctx, who, member.TalkWrite, func(v *store.View) error {
		all, err = v.ToReport(who.Member.ID, 50)
		return err
	})
	return all, err
}

// CountConversations is how many conversations who holds today.
func (a *App) CountConversations(ctx context.Context, who Who) (n int, err error) {
	today := a.Today(who)
	err = a.peek(ctx, who, member.TalkWrite, func(v *store.View) error {
		n, err = v.CountConversations(who.Member.ID, today.Start(who.Zone()), today.Add(1).Start(who.Zone())-1, MostHandoversCounted+1)
		return err
	})
	return n, err
}

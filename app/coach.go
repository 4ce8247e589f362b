package app

import (
	"context"
	"errors"

	"kring/base/fact"
	"kring/base/id"
	"kring/domain/conversation"
	"kring/domain/member"
	"kring/domain/need"
	"kring/store"
)

// The coach reads a member's own conversations and nobody else's. No use case
// here takes another member: there is nothing to rank.

// MostCoached is how many conversations the coach reads at most, the latest.
const MostCoached = 400

// Coach is what somebody sees of their own conversations: the last year, and what
// they practise.
type Coach struct {
	conversation.Figures
	Since    int64
	More     bool // there were more than MostCoached
	Practice conversation.Practice
	Tries    []Try // the conversations since the practice began, the first first
	Before   []conversation.Practice
	Flagged  []Try // conversations with an implication about fear without a basis
}

// Try is one conversation in which a behaviour could be practised.
type Try struct {
	conversation.Line
	Uses int // how often: quantity before quality
}

// Tried is in how many conversations the behaviour was used.
func (c Coach) Tried() (n int) {
	for _, t := range c.Tries {
		if t.Uses > 0 {
			n++
		}
	}
	return n
}

// Practises says whether something is practised now.
func (c Coach) Practises() bool { return !c.Practice.ID.IsZero() && c.Practice.Ended == 0 }

// Coach counts who's own conversations of the last year.
func (a *App) Coach(ctx context.Context, who Who) (c Coach, err error) {
	c.Since = a.Today(who).Add(-365).Start(who.Zone())
	err = a.read(ctx, who, member.TalkWrite, func(v *store.View) error {
		c, err = coached(v, who, c.Since)
		return err
	})
	return c, err
}

func coached(v *store.View, who Who, since int64) (c Coach, err error) {
	c.Since = since
	all, err := v.Conversations(store.TalkQuery{Owner: who.Member.ID, Was: true, Since: since, Back: true, Limit: MostCoached + 1})
	if err != nil {
		return c, err
	}
	if c.More = len(all) > MostCoached; c.More {
		all = all[:MostCoached]
	}
	ids := each(all, func(l conversation.Line) id.Conversation { return l.ID })
	notes, err := v.NotesOf(ids)
	if err != nil {
		return c, err
	}
	needs, err := v.NeedsInAll(ids)
	if err != nil {
		return c, err
	}
	implied, explicit := map[id.Conversation]int{}, map[id.Conversation]int{}
	for _, n := range needs {
		if n.State == need.Dropped {
			continue
		}
		if n.Kind == need.Explicit {
			explicit[n.Conversation]++
		} else {
			implied[n.Conversation]++
		}
	}
	practices, err := v.Practices(who.Member.ID, 20)
	if err != nil {
		return c, err
	}
	if len(practices) > 0 && practices[0].Ended == 0 {
		c.Practice, practices = practices[0], practices[1:]
	}
	c.Before = practices
	for i := len(all) - 1; i >= 0; i-- {
		l := all[i]
		c.Add(l.Conversation, notes[l.ID], implied[l.ID], explicit[l.ID])
		flagged := 0
		for _, n := range notes[l.ID] {
			if n.Flagged() {
				flagged++
			}
		}
		if flagged > 0 {
			c.Flagged = append(c.Flagged, Try{l, flagged})
		}
		if c.Practises() && l.Ended >= c.Practice.Began {
			c.Tries = append(c.Tries, Try{l, c.Practice.Behaviour.Uses(l.Conversation, notes[l.ID])})
		}
	}
	return c, nil
}

// Practise begins to practise one behaviour, which who chooses; one at a time.
func (a *App) Practise(ctx context.Context, who Who, b conversation.Behaviour) error {
	return a.write(ctx, who, member.TalkWrite, func(tx *store.Tx) error {
		p, err := conversation.Practise(id.New[id.Record](), tx.Now(), who.Member.ID, b)
		if err != nil {
			return err
		}
		return tx.AddPractice(p, fact.Fact{Deed: "practice.begun"})
	})
}

// EndPractice ends it, after at least three tries, with what who makes of it.
func (a *App) EndPractice(ctx context.Context, who Who, reflection string) error {
	return a.write(ctx, who, member.TalkWrite, func(tx *store.Tx) error {
		c, err := coached(&tx.View, who, a.Today(who).Add(-365).Start(who.Zone()))
		if err != nil {
			return err
		}
		if !c.Practises() {
			return conversation.ErrNoPractice
		}
		p, err := c.Practice.Finish(tx.Now(), c.Tried(), reflection)
		if err != nil {
			return err
		}
		return tx.SavePractice(p, fact.Fact{Deed: "practice.ended"})
	})
}

// Questions are the questions of the bank.
func (a *App) Questions(ctx context.Context, who Who) (all []conversation.Question, err error) {
	err = a.peek(ctx, who, member.AccountRead, func(v *store.View) error {
		all, err = v.Questions()
		return err
	})
	return all, err
}

// AddQuestion puts a question in the bank; the id makes that a form that is sent
// twice adds it once.
func (a *App) AddQuestion(ctx context.Context, who Who, i id.Question, d conversation.QuestionDraft) (q conversation.Question, err error) {
	err = a.write(ctx, who, member.QuestionSet, func(tx *store.Tx) error {
		if q, err = tx.Question(i); !errors.Is(err, store.ErrNotFound) {
			return err
		}
		all, err := tx.Questions()
		if err != nil {
			return err
		}
		if len(all) >= conversation.MaxBank {
			return conversation.ErrBank
		}
		q, err = addQuestion(tx, i, d)
		return err
	})
	return q, err
}

func addQuestion(tx *store.Tx, i id.Question, d conversation.QuestionDraft) (conversation.Question, error) {
	q, err := conversation.NewQuestion(i, tx.Now(), d)
	if err != nil {
		return q, err
	}
	return tx.AddQuestion(q, fact.Fact{Deed: "question.added", Changes: conversation.DiffQuestions(conversation.Question{}, q)})
}

// FillBank puts the standard questions in an empty bank, in the organisation's
// language.
func (a *App) FillBank(ctx context.Context, who Who) error {
	return a.write(ctx, who, member.QuestionSet, func(tx *store.Tx) error {
		all, err := tx.Questions()
		if err != nil || len(all) > 0 {
			return err
		}
		for _, d := range conversation.Standard(who.Org.Settings.Locale) {
			if _, err := addQuestion(tx, id.New[id.Question](), d); err != nil {
				return err
			}
		}
		return nil
	})
}

// ChangeQuestion changes a question of the bank, or puts it away. version is what
// the visitor read, 0 takes whatever stands.
func (a *App) ChangeQuestion(ctx context.Context, who Who, i id.Question, version int64, d conversation.QuestionDraft) (q conversation.Question, err error) {
	err = a.write(ctx, who, member.QuestionSet, func(tx *store.Tx) error {
		if q, err = tx.Question(i); err != nil {
			return err
		}
		if err := asRead(q, q.Version, version); err != nil {
			return err
		}
		next, changes, err := conversation.ChangeQuestion(q, tx.Now(), d)
		if err != nil || len(changes) == 0 {
			return err
		}
		q, err = tx.SaveQuestion(next, fact.Fact{Deed: "question.changed", Changes: changes})
		return err
	})
	return q, err
}

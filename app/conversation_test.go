package app_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"kring/app"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/contact"
	"kring/domain/conversation"
	"kring/domain/member"
	"kring/domain/need"
	"kring/domain/promise"
	"kring/domain/task"
	"kring/kit"
	"kring/store"
)

// TestConversation walks one conversation from its plan to the customer's yes.
func TestConversation(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		r := newRelay(t, db)
		a, ctx := r.w.App, t.Context()
		today := a.Today(r.bram)
		fatima, err := a.AddContact(ctx, r.bram, contact.Draft{Given: "Fatima", Family: "Aydin", Accounts: []contact.Link{{Account: r.acc.ID}}})
		r.must(err)
		draft := conversation.Draft{
			Account: r.acc.ID, Title: "Groei naar drie vestigingen", Day: today, Time: "23:59", Goal: "Proefmachine in Hattem",
			Questions: []conversation.Asking{{Letter: conversation.Situation, Text: "Wanneer opent Hattem?"}, {Letter: conversation.Problem, Text: "Wat valt er uit?"}, {Letter: conversation.Implication, Text: "Wat kost dat?"}},
			Attendees: []conversation.Attendee{{Contact: fatima.ID}, {Member: r.sanne.Member.ID}, {Name: "De accountant"}},
		}
		c, err := a.PlanConversation(ctx, r.bram, draft)
		r.must(err)
		if c.State != conversation.Prepared || c.Owner != r.bram.Member.ID {
			t.Errorf("%+v", c)
		}
		if got, err := a.Conversation(ctx, r.sanne, c.ID); err != nil || len(got.Attendees) != 3 || got.Name != "De Linden" {
			t.Errorf("who is there sees it: %+v %v", got.Attendees, err)
		}
		if _, err := a.Conversation(ctx, r.femke, c.ID); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a stranger sees it: %v", err)
		}
		if n, err := a.CountConversations(ctx, r.bram); err != nil || n != 1 {
			t.Errorf("%d today: %v", n, err)
		}
		stranger := draft
		stranger.Attendees = []conversation.Attendee{{Contact: id.New[id.Contact]()}}
		_, err = a.PlanConversation(ctx, r.bram, stranger)
		if f, ok := fault.From(err); !ok || f.Fields["attendees"] == nil {
			t.Errorf("somebody of elsewhere: %v", err)
		}

		note := conversation.Note{ID: id.New[id.Record](), Letter: conversation.Problem, Text: "Machine valt elke maand uit"}
		if _, err := a.PutNote(ctx, r.bram, c.ID, 0, note); !errors.Is(err, conversation.ErrNotBegun) {
			t.Errorf("a note before it began: %v", err)
		}
		_, err = a.BeginConversation(ctx, r.bram, c.ID)
		r.must(err)
		turn := func(who string, after time.Duration) {
			t.Helper()
			clock.Advance(after)
			_, err := a.PutNote(ctx, r.bram, c.ID, 0, conversation.Note{ID: id.New[id.Record](), Mark: conversation.Speaker, Text: who})
			r.must(err)
		}
		turn(conversation.Ourselves, 0)
		turn(conversation.TheCustomer, 348*time.Second)
		clock.Advance(774 * time.Second)

		var both sync.WaitGroup // the page sends again what it has no answer to
		for range 3 {
			both.Go(func() {
				_, err := a.PutNote(ctx, r.bram, c.ID, 0, note)
				if err != nil && !errors.Is(err, store.ErrTaken) {
					t.Errorf("sent again: %v", err)
				}
			})
		}
		both.Wait()
		note.Text = "Machine valt elke maand uit, meestal op maandag"
		saved, err := a.PutNote(ctx, r.sanne, c.ID, 0, note)
		if err != nil || saved.Version != 2 || saved.By != r.bram.Member.ID {
			t.Errorf("a colleague corrects it: %+v %v", saved, err)
		}
		var stale *app.Stale[conversation.Note]
		note.Text = "iets anders"
		if _, err := a.PutNote(ctx, r.bram, c.ID, 1, note); !errors.As(err, &stale) || stale.Now.Version != 2 {
			t.Errorf("over what changed: %v", err)
		}
		implied, err := a.HeardNeed(ctx, r.bram, c.ID, id.New[id.Need](), need.Draft{Words: "Machine valt elke maand uit", Contact: fatima.ID})
		r.must(err)
		wish, err := a.HeardNeed(ctx, r.bram, c.ID, id.New[id.Need](), need.Draft{Kind: need.Explicit, Words: "Binnen vier uur weer koffie", Problem: implied.ID})
		r.must(err)
		if same, err := a.HeardNeed(ctx, r.bram, c.ID, wish.ID, need.Draft{Words: "x"}); err != nil || same.Words != wish.Words {
			t.Errorf("heard twice: %+v %v", same, err)
		}
		for name, n := range map[string]conversation.Note{
			"none": {Mark: conversation.Benefit, Text: "Storing weg binnen vier uur"}, "implied": {Mark: conversation.Benefit, Text: "Storing weg binnen vier uur", Need: implied.ID},
		} {
			n.ID = id.New[id.Record]()
			_, err := a.PutNote(ctx, r.bram, c.ID, 0, n)
			if f, ok := fault.From(err); !ok || f.Fields["need"] == nil {
				t.Errorf("a benefit with %s need: %v", name, err)
			}
		}
		_, err = a.PutNote(ctx, r.bram, c.ID, 0, conversation.Note{ID: id.New[id.Record](), Mark: conversation.Benefit, Text: "Storing weg binnen vier uur", Need: wish.ID})
		r.must(err)
		p, err := a.PromisedIn(ctx, r.bram, c.ID, id.New[id.Promise](), promise.Draft{Text: "Rekenvoorbeeld mailen", Contact: fatima.ID, Day: today.Add(3)})
		r.must(err)
		if p.Record != c.ID.Any() || p.Channel != promise.Visit || p.Account != r.acc.ID {
			t.Errorf("%+v", p)
		}

		if _, err := a.FinishConversation(ctx, r.bram, c.ID, ""); fault.KindOf(err) != fault.Invalid {
			t.Errorf("without an outcome: %v", err)
		}
		held, err := a.FinishConversation(ctx, r.bram, c.ID, conversation.Advance)
		r.must(err)
		if held.State != conversation.Held || held.Customer != 774 || held.Self != 348 {
			t.Errorf("%+v", held)
		}
		tasks := func() int {
			all, err := a.Tasks(ctx, r.bram, app.TaskAsk{Of: "mine", State: task.Open, Limit: 9})
			r.must(err)
			return len(all)
		}
		if all, err := a.ToReport(ctx, r.bram); err != nil || len(all) != 1 || tasks() != 1 {
			t.Errorf("to report: %d, %d tasks: %v", len(all), tasks(), err)
		}
		report := conversation.Report{Outcome: conversation.Advance, Action: "Zet de proefmachine op de agenda", Summary: "Wat wij afspraken", ActionDay: today.Add(3)}
		if _, err := a.ReportConversation(ctx, r.bram, c.ID, 0, report); fault.KindOf(err) != fault.Invalid {
			t.Errorf("an advance by nobody: %v", err)
		}
		report.ActionBy = id.New[id.Contact]()
		_, err = a.ReportConversation(ctx, r.bram, c.ID, 0, report)
		if f, ok := fault.From(err); !ok || f.Fields["action_by"] == nil {
			t.Errorf("an advance by a stranger: %v", err)
		}
		report.ActionBy = fatima.ID
		told, err := a.ReportConversation(ctx, r.bram, c.ID, held.Version, report)
		r.must(err)
		if !told.InTime() || tasks() != 0 {
			t.Errorf("%+v, %d tasks", told, tasks())
		}

		token, err := a.OfferSummary(ctx, r.bram, c.ID, told.Version)
		r.must(err)
		for _, bad := range []string{"", "x", token + "x", token[:len(token)-2] + "AA"} {
			if _, err := a.Offered(ctx, bad); !errors.Is(err, conversation.ErrLink) {
				t.Errorf("%q opens: %v", bad, err)
			}
		}
		if o, err := a.Offered(ctx, token); err != nil || o.Conversation.Summary != "Wat wij afspraken" || len(o.Promises) != 1 {
			t.Errorf("%+v %v", o, err)
		}
		r.must(a.ConfirmSummary(ctx, token, "Fatima Aydin", "Graag voor acht uur"))
		if err := a.ConfirmSummary(ctx, token, "Iemand", ""); !errors.Is(err, conversation.ErrSettled) {
			t.Errorf("confirmed twice: %v", err)
		}
		done, err := a.Conversation(ctx, r.bram, c.ID)
		if err != nil || done.State != conversation.Confirmed || done.Remark != "Graag voor acht uur" || done.Promises[0].Confirmed == 0 || len(done.Attendees) != 3 {
			t.Errorf("%+v %v", done.Conversation, err)
		}
		clock.Advance(31 * 24 * time.Hour)
		if _, err := a.Offered(ctx, token); !errors.Is(err, conversation.ErrLink) {
			t.Errorf("after a month: %v", err)
		}

		second, err := a.PlanConversation(ctx, r.bram, draft)
		r.must(err)
		next, err := a.MoveConversation(ctx, r.bram, second.ID, second.Version, today.Add(40), "09:00", "Fatima is ziek")
		if err != nil || next.Follows != second.ID || len(next.Attendees) != 3 {
			t.Errorf("%+v %v", next, err)
		}
		if _, err := a.MissConversation(ctx, r.bram, second.ID, 0, "x"); !errors.Is(err, conversation.ErrComing) {
			t.Errorf("missed what was moved: %v", err)
		}
	})
}

// TestCoach: own figures only, for whoever asks; one behaviour at a time, at least
// three tries.
func TestCoach(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		r := newRelay(t, db)
		a, ctx := r.w.App, t.Context()
		r.must(a.Practise(ctx, r.bram, conversation.AskImplications))
		if err := a.Practise(ctx, r.bram, conversation.AskPayoff); !errors.Is(err, conversation.ErrOne) {
			t.Errorf("two at a time: %v", err)
		}
		for n := range 4 {
			if n == 3 {
				if err := a.EndPractice(ctx, r.bram, "ging goed"); err != nil {
					t.Errorf("after three tries: %v", err)
				}
				break
			}
			if err := a.EndPractice(ctx, r.bram, "ging goed"); !errors.Is(err, conversation.ErrTries) {
				t.Errorf("judged after %d tries: %v", n, err)
			}
			c, err := a.PlanConversation(ctx, r.bram, conversation.Draft{Account: r.acc.ID, Title: "Gesprek", Day: a.Today(r.bram), Time: "12:00"})
			r.must(err)
			_, err = a.BeginConversation(ctx, r.bram, c.ID)
			r.must(err)
			_, err = a.PutNote(ctx, r.bram, c.ID, 0, conversation.Note{ID: id.New[id.Record](), Letter: conversation.Implication, Question: "Wat kost dat?", Closed: n == 0, Text: "Dan krijgen we een boete"})
			r.must(err)
			clock.Advance(time.Minute)
			_, err = a.FinishConversation(ctx, r.bram, c.ID, conversation.Continuation)
			r.must(err)
		}
		got, err := a.Coach(ctx, r.bram)
		if err != nil || got.Held != 3 || got.Counts.I != 3 || got.Counts.Open != 2 || got.Counts.Closed != 1 || len(got.Flagged) != 3 || len(got.Before) != 1 || got.Before[0].Reflection != "ging goed" {
			t.Errorf("%+v %v", got, err)
		}
		team := r.w.Team("Rollen")
		for _, role := range member.Roles { // nobody else's, whatever their role and reach
			who := r.w.Member("Ander "+string(role), role, team.ID)
			got, err := a.Coach(ctx, who)
			if !role.Can(member.TalkWrite) {
				if !errors.Is(err, app.ErrDenied) {
					t.Errorf("%s: %v", role, err)
				}
				continue
			}
			if err != nil || got.Held != 0 || len(got.Before) != 0 || len(got.Flagged) != 0 || got.Practises() {
				t.Errorf("%s sees figures of another: %+v %v", role, got, err)
			}
		}
	})
}

// TestBank: who may change it, and that the standard questions come once.
func TestBank(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		r := newRelay(t, db)
		a, ctx := r.w.App, t.Context()
		r.must(a.FillBank(ctx, r.daan))
		r.must(a.FillBank(ctx, r.daan))
		all, err := a.Questions(ctx, r.sanne)
		if err != nil || len(all) != 12 {
			t.Fatalf("%d %v", len(all), err)
		}
		if _, err := a.AddQuestion(ctx, r.sanne, id.New[id.Question](), conversation.QuestionDraft{}); !errors.Is(err, app.ErrDenied) {
			t.Errorf("%v", err)
		}
		q := all[0]
		next, err := a.ChangeQuestion(ctx, r.daan, q.ID, q.Version, conversation.QuestionDraft{Letter: q.Letter, Text: "Hoeveel locaties?", Branch: "86"})
		r.must(err)
		var stale *app.Stale[conversation.Question]
		if _, err := a.ChangeQuestion(ctx, r.daan, q.ID, q.Version, conversation.QuestionDraft{Letter: q.Letter, Text: "x"}); !errors.As(err, &stale) || stale.Now.Version != next.Version {
			t.Errorf("%v", err)
		}
	})
}

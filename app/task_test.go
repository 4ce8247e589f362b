package app_test

import (
	"errors"
	"sync"
	"testing"

	"kring/app"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/opt"
	"kring/base/repeat"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/merge"
	"kring/domain/task"
	"kring/kit"
	"kring/store"
)

// TestTask: who sees it, what becomes of it, and that what comes back comes once.
func TestTask(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		r := newRelay(t, db)
		a, ctx := r.w.App, t.Context()
		today := a.Today(r.bram)
		k, err := a.AddTask(ctx, r.bram, task.Draft{Text: "Terugbellen over de factuur", Account: r.acc.ID, Owner: r.sanne.Member.ID, Day: today, Time: "14:30", Kind: task.Call, Repeat: repeat.Rule{Every: repeat.Week}})
		r.must(err)
		if k.By != r.bram.Member.ID || k.Owner != r.sanne.Member.ID || k.At == 0 || k.At != k.Due {
			t.Errorf("made: %+v", k)
		}
		if _, err := a.Task(ctx, r.femke, k.ID); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a stranger sees it: %v", err)
		}
		for _, who := range []app.Who{r.bram, r.sanne, r.daan} {
			if got, err := a.Task(ctx, who, k.ID); err != nil || got.Name != "De Linden" {
				t.Errorf("%s: %+v %v", who.Member.Name, got, err)
			}
		}
		list := func(who app.Who, ask app.TaskAsk) (ids []id.Task) {
			t.Helper()
			ask.Limit = 50
			all, err := a.Tasks(ctx, who, ask)
			r.must(err)
			for _, l := range all {
				ids = append(ids, l.ID)
			}
			return ids
		}
		if len(list(r.sanne, app.TaskAsk{Of: "mine", State: task.Open, Until: today})) != 1 || len(list(r.bram, app.TaskAsk{Of: "given"})) != 1 ||
			len(list(r.femke, app.TaskAsk{Of: "all"})) != 0 || len(list(r.daan, app.TaskAsk{Of: "all"})) != 1 || len(list(r.bram, app.TaskAsk{Of: "all", Account: r.acc.ID})) != 1 {
			t.Error("the lists")
		}
		if n, err := a.CountTasks(ctx, r.sanne); err != nil || n != 1 {
			t.Errorf("%d ask Sanne: %v", n, err)
		}

		var done sync.WaitGroup // two finish it at once: once is enough
		results := make([]error, 2)
		for i := range results {
			done.Go(func() { _, results[i] = a.FinishTask(ctx, r.sanne, k.ID, k.Version) })
		}
		done.Wait()
		if (results[0] == nil) == (results[1] == nil) {
			t.Errorf("finished twice: %v %v", results[0], results[1])
		}
		next := list(r.sanne, app.TaskAsk{Of: "mine", State: task.Open})
		if len(next) != 1 || next[0] == k.ID {
			t.Fatalf("what follows: %v", next)
		}
		f, err := a.Task(ctx, r.sanne, next[0])
		if r.must(err); f.Day != today.Add(7) || f.Follows != k.ID {
			t.Errorf("the next one: %+v", f)
		}
		if _, err := a.ReopenTask(ctx, r.sanne, k.ID, 0); err != nil { // undo takes the next one back
			t.Error(err)
		}
		if got := list(r.sanne, app.TaskAsk{Of: "mine", State: task.Open}); len(got) != 1 || got[0] != k.ID {
			t.Errorf("after the undo: %v", got)
		}
		if _, err := a.WithdrawTask(ctx, r.sanne, k.ID, 0, "Opgelost.", true); err != nil {
			t.Error(err)
		}
		if got := list(r.sanne, app.TaskAsk{Of: "mine", State: task.Open}); len(got) != 0 {
			t.Errorf("withdrawn for good: %v", got)
		}
		if _, err := a.FinishTask(ctx, r.sanne, k.ID, 0); !errors.Is(err, task.ErrEnded) {
			t.Errorf("done after it was withdrawn: %v", err)
		}
	})
}

// TestTaskRefused: what a task cannot be about, and who cannot do it.
func TestTaskRefused(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		r := newRelay(t, db)
		a, ctx := r.w.App, t.Context()
		elsewhere, err := a.AddAccount(ctx, r.daan, account.Draft{Name: "Elders"})
		r.must(err)
		c, err := a.AddContact(ctx, r.daan, contact.Draft{Given: "Inge", Family: "Verbeek", Accounts: []contact.Link{{Account: elsewhere.ID}}})
		r.must(err)
		for name, at := range map[string]struct {
			who   app.Who
			d     task.Draft
			field string
			want  error
		}{
			"a relation out of reach": {r.femke, task.Draft{Text: "x", Account: r.acc.ID}, "account", task.ErrAccount},
			"a person elsewhere":      {r.daan, task.Draft{Text: "x", Account: r.acc.ID, Contact: c.ID}, "contact", task.ErrContact},
			"nobody does it":          {r.bram, task.Draft{Text: "x", Owner: id.New[id.Member]()}, "owner", task.ErrOwner},
		} {
			_, err := a.AddTask(ctx, at.who, at.d)
			if f, ok := fault.From(err); !ok || !errors.Is(f.Fields[at.field], at.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		i := id.New[id.Task]()
		for range 2 { // a form that is sent twice
			k, err := a.AddTaskOnce(ctx, r.bram, i, task.Draft{Text: "Bellen", Account: r.acc.ID, ExternalID: "T-1"})
			if err != nil || k.ID != i {
				t.Error(err)
			}
		}
		if _, err := a.AddTask(ctx, r.bram, task.Draft{Text: "Bellen", ExternalID: "T-1"}); !errors.Is(fieldsOf(err)["external_id"], task.ErrExternal) {
			t.Errorf("taken: %v", err)
		}
		// Two change it: other fields hold both, the same field is a clash.
		_, err = a.ChangeTask(ctx, r.bram, i, 1, task.Patch{Text: opt.Some("Mailen")})
		r.must(err)
		k, err := a.ChangeTask(ctx, r.bram, i, 1, task.Patch{Note: opt.Some("Over de factuur.")})
		if err != nil || k.Text != "Mailen" || k.Note == "" {
			t.Errorf("both hold: %+v %v", k, err)
		}
		var stale *app.Stale[task.Task]
		if _, err := a.ChangeTask(ctx, r.bram, i, 1, task.Patch{Text: opt.Some("Schrijven")}); !errors.As(err, &stale) || stale.Now.Text != "Mailen" {
			t.Errorf("a clash: %v", err)
		}
	})
}

// TestTaskMerge: what is to be done goes with the relation, and back.
func TestTaskMerge(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		r := newRelay(t, db)
		a, ctx := r.w.App, t.Context()
		other, err := a.AddAccount(ctx, r.bram, account.Draft{Name: "De Linden BV"})
		r.must(err)
		k, err := a.AddTask(ctx, r.bram, task.Draft{Text: "Bellen", Account: other.ID})
		r.must(err)
		m, err := a.Merge(ctx, r.bram, "account", r.acc.ID.Any(), other.ID.Any(), merge.Choice{})
		r.must(err)
		if got, err := a.Task(ctx, r.bram, k.ID); err != nil || got.Account != r.acc.ID {
			t.Errorf("merged: %+v %v", got.Account, err)
		}
		_, err = a.Unmerge(ctx, r.bram, m.ID)
		r.must(err)
		if got, err := a.Task(ctx, r.bram, k.ID); err != nil || got.Account != other.ID {
			t.Errorf("unmerged: %+v %v", got.Account, err)
		}
		_, err = a.BinAccount(ctx, r.bram, other.ID, 0)
		r.must(err)
		if _, err := a.AddTask(ctx, r.bram, task.Draft{Text: "x", Account: other.ID}); !errors.Is(fieldsOf(err)["account"], account.ErrBinned) {
			t.Errorf("in the bin: %v", err)
		}
	})
}

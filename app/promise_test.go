package app_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"kring/app"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/opt"
	"kring/domain/contact"
	"kring/domain/merge"
	"kring/domain/need"
	"kring/domain/promise"
	"kring/kit"
	"kring/store"
)

// TestPromise: who sees it, that it is kept once, and what it counts for.
func TestPromise(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		r := newRelay(t, db)
		a, ctx := r.w.App, t.Context()
		today := a.Today(r.bram)
		inge, err := a.AddContact(ctx, r.bram, contact.Draft{Given: "Inge", Family: "Verbeek", Accounts: []contact.Link{{Account: r.acc.ID}}})
		r.must(err)
		p, err := a.AddPromise(ctx, r.bram, promise.Draft{Text: "Offerte locatie Zuid sturen", Account: r.acc.ID, Contact: inge.ID, Owner: r.sanne.Member.ID, Day: today, Aspect: promise.Product})
		r.must(err)
		if p.By != r.bram.Member.ID || p.Owner != r.sanne.Member.ID || p.State != promise.Open {
			t.Errorf("made: %+v", p)
		}
		if _, err := a.Promise(ctx, r.femke, p.ID); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a stranger sees it: %v", err)
		}
		for _, who := range []app.Who{r.bram, r.sanne, r.daan} {
			if got, err := a.Promise(ctx, who, p.ID); err != nil || got.Name != "De Linden" || got.Person != "Inge Verbeek" {
				t.Errorf("%s: %+v %v", who.Member.Name, got, err)
			}
		}
		same, err := a.AddPromiseOnce(ctx, r.bram, p.ID, promise.Draft{Text: "nog eens", Account: r.acc.ID, Day: today})
		if err != nil || same.Text != p.Text {
			t.Errorf("sent twice: %+v %v", same, err)
		}
		for name, d := range map[string]promise.Draft{
			"account": {Text: "x", Account: id.New[id.Account](), Day: today},
			"contact": {Text: "x", Account: r.acc.ID, Contact: id.New[id.Contact](), Day: today},
			"owner":   {Text: "x", Account: r.acc.ID, Owner: id.New[id.Member](), Day: today},
			"day":     {Text: "x", Account: r.acc.ID},
		} {
			_, err := a.AddPromise(ctx, r.bram, d)
			if f, ok := fault.From(err); !ok || f.Fields[name] == nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n, err := a.CountPromises(ctx, r.sanne); err != nil || n != 1 {
			t.Errorf("%d ask Sanne for a deed: %v", n, err)
		}
		if all, err := a.Reminded(ctx, r.sanne); err != nil || len(all) != 1 {
			t.Errorf("reminded of %d: %v", len(all), err)
		}

		var done sync.WaitGroup // two tick it at once: once is enough
		results := make([]error, 2)
		for i := range results {
			done.Go(func() { _, results[i] = a.KeepPromise(ctx, r.sanne, p.ID, p.Version) })
		}
		done.Wait()
		if (results[0] == nil) == (results[1] == nil) {
			t.Errorf("kept twice: %v %v", results[0], results[1])
		}
		var stale *app.Stale[promise.Promise]
		if err := errors.Join(results...); !errors.As(err, &stale) {
			t.Errorf("the other learns what stands: %v", err)
		}

		second, err := a.AddPromise(ctx, r.bram, promise.Draft{Text: "Terugbellen", Account: r.acc.ID, Day: today})
		r.must(err)
		both, err := a.ChangePromise(ctx, r.bram, second.ID, second.Version, promise.Patch{Norm: opt.Some("voor twaalf uur")})
		r.must(err)
		if both, err = a.ChangePromise(ctx, r.daan, second.ID, second.Version, promise.Patch{Aspect: opt.Some(promise.Price)}); err != nil || both.Norm == "" || both.Aspect != promise.Price {
			t.Errorf("two who change other fields: %+v %v", both, err)
		}
		if _, err := a.ChangePromise(ctx, r.daan, second.ID, second.Version, promise.Patch{Norm: opt.Some("ooit")}); !errors.As(err, &stale) {
			t.Errorf("two who change one field: %v", err)
		}
		if _, err := a.BreakPromise(ctx, r.bram, second.ID, 0, "x"); !errors.Is(err, promise.ErrBefore) {
			t.Errorf("broken before it was due: %v", err)
		}
		clock.Advance(25 * time.Hour)
		late, err := a.RenegotiatePromise(ctx, r.bram, second.ID, 0, a.Today(r.bram).Add(3), "12:00", "gebeld")
		r.must(err)
		if late, err = a.KeepPromise(ctx, r.bram, second.ID, late.Version); err != nil || late.State != promise.Late {
			t.Errorf("moved after it was due: %+v %v", late, err)
		}
		s, err := a.SayDo(ctx, r.daan, app.PromiseAsk{Of: "all"})
		if ratio, ok := s.Ratio(); err != nil || !ok || ratio != 5000 || s.Due != 2 || s.OnTime != 1 || s.Late != 1 || len(s.Promises) != 2 {
			t.Errorf("say and do: %+v %v", s, err)
		}
		if s, err := a.SayDo(ctx, r.femke, app.PromiseAsk{Of: "all"}); err != nil || s.Due != 0 {
			t.Errorf("what Femke does not see counts for her: %+v %v", s, err)
		}
		if again, err := a.ReopenPromise(ctx, r.bram, second.ID, late.Version); err != nil || again.State != promise.Open {
			t.Errorf("undone: %+v %v", again, err)
		}
	})
}

// TestNeed: a chain of needs, and what a merge does with it and with promises.
func TestNeed(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		r := newRelay(t, db)
		a, ctx := r.w.App, t.Context()
		problem, err := a.AddNeed(ctx, r.bram, need.Draft{Account: r.acc.ID, Words: "De machine valt elke maand uit", Implication: "Receptie loopt heen en weer"})
		r.must(err)
		wish, err := a.AddNeed(ctx, r.bram, need.Draft{Account: r.acc.ID, Kind: need.Explicit, Words: "Ik wil binnen vier uur weer koffie", Problem: problem.ID})
		r.must(err)
		other := r.account("Fysio Kerkplein")
		_, err = a.AddNeed(ctx, r.bram, need.Draft{Account: other.ID, Kind: need.Explicit, Words: "Wij ook", Problem: problem.ID})
		if f, ok := fault.From(err); !ok || f.Fields["problem"] == nil {
			t.Errorf("the problem of another relation: %v", err)
		}
		if _, err := a.Need(ctx, r.femke, wish.ID); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a stranger reads it: %v", err)
		}
		if _, err := a.DropNeed(ctx, r.bram, problem.ID, 0, ""); fault.KindOf(err) != fault.Invalid {
			t.Errorf("dropped without a reason: %v", err)
		}
		dropped, err := a.DropNeed(ctx, r.bram, problem.ID, problem.Version, "bleek de stroom")
		r.must(err)
		if _, err := a.ReopenNeed(ctx, r.bram, problem.ID, dropped.Version); err != nil {
			t.Error(err)
		}

		p, err := a.AddPromise(ctx, r.bram, promise.Draft{Text: "Proefmachine", Account: r.acc.ID, Day: a.Today(r.bram)})
		r.must(err)
		m, err := a.Merge(ctx, r.bram, "account", other.ID.Any(), r.acc.ID.Any(), merge.Choice{})
		r.must(err)
		where := func() (id.Account, id.Account) {
			got, err := a.Promise(ctx, r.daan, p.ID)
			r.must(err)
			n, err := a.Need(ctx, r.daan, wish.ID)
			r.must(err)
			return got.Account, n.Account
		}
		if x, y := where(); x != other.ID || y != other.ID {
			t.Errorf("after the merge: %v %v", x, y)
		}
		_, err = a.Unmerge(ctx, r.daan, m.ID)
		r.must(err)
		if x, y := where(); x != r.acc.ID || y != r.acc.ID {
			t.Errorf("after taking it apart: %v %v", x, y)
		}
	})
}

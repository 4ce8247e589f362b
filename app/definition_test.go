package app_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"kring/app"
	"kring/base/day"
	"kring/base/fact"
	"kring/base/id"
	"kring/base/job"
	"kring/domain/account"
	"kring/domain/cycle"
	"kring/domain/member"
	"kring/domain/order"
	"kring/kit"
	"kring/store"
)

// count counts what is not counted yet, as the queue does.
func count(t *testing.T, w *kit.World) {
	t.Helper()
	if err := w.App.Jobs()["standing.count"](t.Context(), job.Job{}); err != nil {
		t.Fatal(err)
	}
}

// populate makes relations of which so many stand in each phase today.
func populate(t *testing.T, w *kit.World, by app.Who, want map[cycle.Phase]int) {
	t.Helper()
	err := w.DB.Write(t.Context(), w.Org.ID, fact.Actor{Kind: "system", Name: "test"}, func(tx *store.Tx) error {
		var accs []account.Account
		var orders []order.Order
		for _, p := range cycle.Phases {
			for range want[p] {
				a, err := account.New(id.New[id.Account](), tx.Now(), "NL", account.Draft{Name: "Van " + string(p)})
				if err != nil {
					return err
				}
				accs = append(accs, a)
				buys := map[cycle.Phase][]day.Day{cycle.New: {"2026-05-01"}, cycle.Loyal: {"2026-05-01", "2026-06-01", "2026-07-01"}, cycle.Ex: {"2026-05-01"}}
				for _, d := range buys[p] {
					o, err := order.New(id.New[id.Order](), tx.Now(), "2026-11-23", order.Draft{Account: a.ID, Day: d, Amount: euro(10_000)})
					if err != nil {
						return err
					}
					orders = append(orders, o)
				}
			}
		}
		if err := tx.AddAccounts(accs, make([]fact.Fact, len(accs))); err != nil {
			return err
		}
		if err := tx.AddOrders(orders, make([]fact.Fact, len(orders))); err != nil {
			return err
		}
		for _, a := range accs {
			if a.Name != "Van ex" {
				continue
			}
			d := cycle.Decision{ID: id.New[id.Record](), Kind: cycle.Ending, Day: "2026-08-01", At: tx.Now(), Reason: cycle.NonPayment, Note: "Betaalt niet.", By: by.Member.ID, State: cycle.Stands}
			if _, err := tx.AddDecision(store.Decision{Decision: d, Account: a.ID}, fact.Fact{Deed: "decision.taken"}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestDefinitions are the counts of domain.md §2.1: 320 potential, 140 new, 60
// loyal and 45 ex are 200, 520, 245 or 565 customers, as the board chooses.
func TestDefinitions(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		w := kit.New(t, db)
		ctx := t.Context()
		dirk, anna := w.Member("Dirk", member.Director), w.Member("Anna", member.AccountManager)
		populate(t, w, dirk, map[cycle.Phase]int{cycle.Potential: 320, cycle.New: 140, cycle.Loyal: 60, cycle.Ex: 45})
		add := func(name string, change func(*cycle.Definition)) app.Definition {
			t.Helper()
			d := cycle.Default
			change(&d)
			made, err := w.App.AddDefinition(ctx, dirk, name, d)
			if err != nil {
				t.Fatal(err)
			}
			return made
		}
		ex := add("Met ex-klanten", func(d *cycle.Definition) { d.Former = true })
		add("Met potentiële klanten", func(d *cycle.Definition) { d.Potential = true })
		add("Iedereen", func(d *cycle.Definition) { d.Potential, d.Former = true, true })
		strict := add("Duizend keer", func(d *cycle.Definition) { d.MinPurchases, d.LoyalMin, d.LoyalMonths = 1, 1000, 1 })
		if !ex.Ready || strict.Ready {
			t.Errorf("who has the same thresholds is counted already, who has not waits: %v %v", ex.Ready, strict.Ready)
		}
		if _, err := w.App.ChooseDefinition(ctx, dirk, strict.Version, 1, "Streng"); !errors.Is(err, app.ErrDefinitionCounting) {
			t.Errorf("chosen before it was counted: %v", err)
		}
		seen := func() map[int64]app.Candidate {
			t.Helper()
			all, err := w.App.Definitions(ctx, dirk)
			if err != nil {
				t.Fatal(err)
			}
			by := map[int64]app.Candidate{}
			for _, c := range all.Live {
				by[c.Version] = c
			}
			return by
		}
		if c := seen()[strict.Version]; c.Counting.Total != 565 || c.Counting.Done != 0 {
			t.Errorf("how far the count is: %+v", c.Counting)
		}
		count(t, w)
		got := fmt.Sprint(seen()[1].Customers, seen()[2].Customers, seen()[3].Customers, seen()[4].Customers, seen()[5].Customers)
		if got != "200 245 520 565 200" {
			t.Errorf("customers under the five: %s", got)
		}
		if c := seen()[strict.Version]; !c.Ready || !c.NobodyLoyal() || c.Tally[cycle.New] != 200 || seen()[1].NobodyLoyal() {
			t.Errorf("a rule that nobody meets: %+v", c)
		}

		// Everybody reads which is active, directors choose.
		if d, err := w.App.Definition(ctx, anna); err != nil || d.Version != 1 || d.Definition != cycle.Default {
			t.Errorf("%+v %v", d, err)
		}
		if _, err := w.App.ChooseDefinition(ctx, anna, ex.Version, 1, "Mag niet"); !errors.Is(err, app.ErrDenied) {
			t.Errorf("%v", err)
		}
		if _, err := w.App.AddDefinition(ctx, anna, "Mag niet", cycle.Default); !errors.Is(err, app.ErrDenied) {
			t.Errorf("%v", err)
		}
		if _, err := w.App.ChooseDefinition(ctx, dirk, ex.Version, 1, " "); fieldsOf(err)["why"] != app.ErrDefinitionWhy {
			t.Errorf("without a reason: %v", err)
		}
		c, err := w.App.ChooseDefinition(ctx, dirk, ex.Version, 1, "Zo telt de raad van commissarissen")
		if err != nil || c.N != 2 || c.ByName != "Dirk" {
			t.Fatalf("%+v %v", c, err)
		}
		r, err := w.App.Ring(ctx, dirk, app.RingAsk{Span: app.Span{From: "2026-01-01", Until: "2026-11-23"}})
		if err != nil || r.Definition.Version != ex.Version || r.Definition.Customers(r.End) != 245 {
			t.Errorf("every count changes at once: %+v %v", r, err)
		}
		if _, err := w.App.RetireDefinition(ctx, dirk, ex.Version); !errors.Is(err, app.ErrDefinitionActive) {
			t.Errorf("%v", err)
		}

		// Thresholds make other paths, and the facts of the past follow.
		if _, err := w.App.ChooseDefinition(ctx, dirk, strict.Version, 2, "Alleen wie heel vaak koopt"); err != nil {
			t.Fatal(err)
		}
		if r, err = w.App.Ring(ctx, dirk, app.RingAsk{Span: app.Span{From: "2026-01-01", Until: "2026-11-23"}}); err != nil || r.End[cycle.Loyal] != 0 || r.End[cycle.New] != 200 {
			t.Errorf("%+v %v", r.End, err)
		}
		if _, err := w.App.ChooseDefinition(ctx, dirk, 1, 3, "Toch de gewone"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.App.RetireDefinition(ctx, dirk, strict.Version); err != nil {
			t.Fatal(err)
		}
		count(t, w) // drops what it kept
		if _, err := w.App.ChooseDefinition(ctx, dirk, strict.Version, 4, "Weer"); !errors.Is(err, app.ErrDefinitionRetired) {
			t.Errorf("%v", err)
		}
		again := add("Weer duizend", func(d *cycle.Definition) { d.LoyalMin, d.LoyalMonths = 1000, 1 })
		if again.Ready || again.Rule == strict.Rule {
			t.Errorf("what was dropped is counted anew: %+v", again)
		}
		all, err := w.App.Definitions(ctx, anna)
		if err != nil || len(all.Choices) != 4 || all.Choices[0].Why != "Toch de gewone" || len(all.Retired) != 1 || all.Live[0].Version != 1 {
			t.Errorf("%+v %v", all, err)
		}
		if _, err := w.App.AddDefinition(ctx, dirk, "Nog eens", cycle.Default); !errors.Is(err, app.ErrDefinitionSame) {
			t.Errorf("%v", err)
		}
		add("Zes", func(d *cycle.Definition) { d.QuietMonths = 6 })
		if _, err := w.App.AddDefinition(ctx, dirk, "Zeven", cycle.Definition{MinPurchases: 2, LoyalMin: 3, LoyalMonths: 12, QuietMonths: 12}); !errors.Is(err, app.ErrDefinitionMany) {
			t.Errorf("%v", err)
		}
		_, err = w.App.AddDefinition(ctx, dirk, "", cycle.Definition{MinPurchases: 2, LoyalMin: 1, LoyalMonths: 12, QuietMonths: 12})
		if f := fieldsOf(err); f["name"] != app.ErrDefinitionName || f["loyal_min_purchases"] != cycle.ErrLoyalBelow {
			t.Errorf("%v", err)
		}
	})
}

// TestTwoChoose: of two people who choose at once one does, and the other hears
// that somebody did.
func TestTwoChoose(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		w := kit.New(t, db)
		people := []app.Who{w.Member("Dirk", member.Director), w.Member("Eva", member.Director)}
		var versions []int64
		for _, former := range []bool{true, false} {
			d := cycle.Default
			d.Former, d.Potential = former, true
			made, err := w.App.AddDefinition(t.Context(), people[0], fmt.Sprint("Met ex ", former), d)
			if err != nil {
				t.Fatal(err)
			}
			versions = append(versions, made.Version)
		}
		errs := make([]error, 2)
		var wg sync.WaitGroup
		for i, who := range people {
			wg.Go(func() {
				_, errs[i] = w.App.ChooseDefinition(context.WithoutCancel(t.Context()), who, versions[i], 1, "Dit is beter")
			})
		}
		wg.Wait()
		stale := 0
		for _, err := range errs {
			if errors.Is(err, store.ErrStale) {
				stale++
			} else if err != nil {
				t.Error(err)
			}
		}
		all, err := w.App.Definitions(t.Context(), people[0])
		if err != nil || stale != 1 || len(all.Choices) != 2 || all.Live[0].Version != all.Choices[0].Version {
			t.Errorf("%d were told so: %+v %v", stale, all, err)
		}
	})
}

// TestUpgrade: relations that were there before anything was counted are counted
// in pages, and what changes meanwhile is right too.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		w := kit.New(t, db)
		ctx := t.Context()
		dirk := w.Member("Dirk", member.Director)
		populate(t, w, dirk, map[cycle.Phase]int{cycle.Potential: 5, cycle.New: 4, cycle.Loyal: 3, cycle.Ex: 2})
		d := cycle.Default
		d.LoyalMin = 2
		made, err := w.App.AddDefinition(ctx, dirk, "Tweemaal", d)
		if err != nil {
			t.Fatal(err)
		}
		rule := store.Rule{Number: made.Rule, Thresholds: d}
		page := func() (last bool) {
			t.Helper()
			err := w.DB.Write(ctx, w.Org.ID, fact.Actor{Kind: "system", Name: "test"}, func(tx *store.Tx) error {
				all, err := tx.Counting()
				if err != nil || len(all) != 1 || all[0].Number != rule.Number {
					return fmt.Errorf("%+v %w", all, err)
				}
				last, err = tx.CountOn(all[0], 4)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return last
		}
		page()
		// One that was counted already, and one that was not.
		lines, err := w.App.AccountRows(ctx, dirk, everything())
		if err != nil {
			t.Fatal(err)
		}
		var potential []id.Account
		for _, l := range lines.Items {
			if l.Name == "Van potential" {
				potential = append(potential, l.ID)
			}
		}
		for _, i := range []id.Account{potential[0], potential[4]} {
			for _, on := range []day.Day{"2026-03-01", "2026-04-01"} {
				if _, err := w.App.PlaceOrder(ctx, dirk, order.Draft{Account: i, Day: on, Amount: euro(100)}); err != nil {
					t.Fatal(err)
				}
			}
		}
		if _, err := w.App.BinAccount(ctx, dirk, potential[1], 0); err != nil {
			t.Fatal(err)
		}
		for n := 0; !page(); n++ {
			if n > 10 {
				t.Fatal("the count does not end")
			}
		}
		if _, err := w.App.ChooseDefinition(ctx, dirk, made.Version, 1, "Twee is vaak genoeg"); err != nil {
			t.Fatal(err)
		}
		r, err := w.App.Ring(ctx, dirk, app.RingAsk{Span: app.Span{From: "2026-11-01", Until: "2026-11-23"}})
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(r.End[cycle.Potential], r.End[cycle.New], r.End[cycle.Loyal], r.End[cycle.Ex]); got != "2 4 5 2" || r.Counting != (app.Progress{}) {
			t.Errorf("%s %+v", got, r.Counting)
		}
	})
}

// TestManyOrders: one relation with ten thousand orders counts as one, and its
// turnover in two currencies is not added.
func TestManyOrders(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		w := kit.New(t, db)
		ctx := t.Context()
		dirk := w.Member("Dirk", member.Director)
		acc, err := w.App.AddAccount(ctx, dirk, account.Draft{Name: "Groothandel"})
		if err != nil {
			t.Fatal(err)
		}
		err = w.DB.Write(ctx, w.Org.ID, fact.Actor{Kind: "system", Name: "test"}, func(tx *store.Tx) error {
			var all []order.Order
			for i := range 10_000 {
				d := order.Draft{Account: acc.ID, Day: day.Day("2023-01-01").Add(i % 1400), Amount: euro(100)}
				if i%4 == 0 {
					d.Amount.Currency = "USD"
				}
				o, err := order.New(id.New[id.Order](), tx.Now(), "2026-11-23", d)
				if err != nil {
					return err
				}
				all = append(all, o)
			}
			return tx.AddOrders(all, make([]fact.Fact, len(all)))
		})
		if err != nil {
			t.Fatal(err)
		}
		check := func(euros, dollars int64) {
			t.Helper()
			r, err := w.App.Ring(ctx, dirk, app.RingAsk{Span: app.Span{From: "2022-01-01", Until: "2026-11-23"}})
			if err != nil || r.End[cycle.Loyal] != 1 || r.End.Total() != 1 || r.Worth.Total() != euros || len(r.Others) != 1 || r.Others[0].Cents != dollars {
				t.Errorf("%+v %v", r, err)
			}
		}
		check(750_000, 250_000)
		if _, err := w.App.PlaceOrder(ctx, dirk, order.Draft{Account: acc.ID, Day: "2026-11-20", Amount: euro(77)}); err != nil {
			t.Fatal(err)
		}
		check(750_077, 250_000)
	})
}

// TestRingMonths: month after month the ring goes on where it was, with the
// middle of the days of the stays that ended.
func TestRingMonths(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		w := kit.New(t, db)
		ctx := t.Context()
		dirk, anna := w.Member("Dirk", member.Director), w.Member("Anna", member.AccountManager)
		for i, days := range []int{10, 20, 30, 90} {
			acc, err := w.App.AddAccount(ctx, dirk, account.Draft{Name: "Zaak", Owner: []app.Who{dirk, dirk, anna, anna}[i].Member.ID})
			if err != nil {
				t.Fatal(err)
			}
			bought := day.Day("2026-09-30").Add(-days)
			if _, err := w.App.PlaceOrder(ctx, dirk, order.Draft{Account: acc.ID, Day: bought, Amount: euro(100)}); err != nil {
				t.Fatal(err)
			}
			if _, err := w.App.Decide(ctx, dirk, acc.ID, cycle.Decision{Kind: cycle.Notice, Day: "2026-09-30", Reason: cycle.Price}); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []struct {
			who   app.Who
			owner app.Who
			days  int64
		}{{dirk, app.Who{}, 20}, {dirk, anna, 30}, {anna, app.Who{}, 30}} {
			all, err := w.App.RingMonths(ctx, c.who, app.RingAsk{Span: app.Span{From: "2026-08-15", Until: "2026-10-02"}, Owner: c.owner.Member.ID})
			if err != nil || len(all) != 3 || all[0].Month != "2026-08" || all[1].Days[cycle.New] != c.days || len(all[2].Days) != 0 {
				t.Fatalf("%+v %v", all, err)
			}
			for i := 1; i < len(all); i++ {
				for _, p := range cycle.Phases {
					if all[i].Start[p] != all[i-1].End[p] {
						t.Errorf("%s begins elsewhere than %s ended", all[i].Month, all[i-1].Month)
					}
				}
			}
		}
		if _, err := w.App.RingMonths(ctx, dirk, app.RingAsk{Span: app.Span{From: "2021-08-15", Until: "2026-10-02"}}); fieldsOf(err)["from"] != app.ErrMonths {
			t.Errorf("%v", err)
		}
	})
}

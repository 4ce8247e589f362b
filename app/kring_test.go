package app_test

import (
	"maps"
	"slices"
	"testing"

	"kring/app"
	"kring/base/day"
	"kring/domain/account"
	"kring/domain/cycle"
	"kring/domain/member"
	"kring/domain/order"
	"kring/kit"
	"kring/store"
)

// TestRingSince: the period before is what asking for it alone gives; who moved
// comes latest first over several ways; and who came back is counted once.
func TestRingSince(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		w := kit.New(t, db)
		ctx := t.Context()
		dirk := w.Member("Dirk", member.Director)
		buys := func(name string, days ...day.Day) account.Account {
			t.Helper()
			a, err := w.App.AddAccount(ctx, dirk, account.Draft{Name: name})
			for _, d := range days {
				if err == nil {
					_, err = w.App.PlaceOrder(ctx, dirk, order.Draft{Account: a.ID, Day: d, Amount: euro(9900)})
				}
			}
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		leaves := func(a account.Account, d day.Day) {
			t.Helper()
			if _, err := w.App.Decide(ctx, dirk, a.ID, cycle.Decision{Kind: cycle.Notice, Day: d, Reason: cycle.Price}); err != nil {
				t.Fatal(err)
			}
		}
		buys("Loyaal", "2026-02-01", "2026-05-01", "2026-08-01")
		leaves(buys("Weg", "2026-02-01"), "2026-07-01")
		back := buys("Terug", "2026-02-01")
		leaves(back, "2026-08-15")
		if _, err := w.App.PlaceOrder(ctx, dirk, order.Draft{Account: back.ID, Day: "2026-10-10", Amount: euro(100)}); err != nil {
			t.Fatal(err)
		}

		ask := app.RingAsk{Span: app.Span{From: "2026-10-01", Until: "2026-12-31"}}
		before := app.Span{From: "2026-07-01", Until: "2026-09-30"}
		now, then, err := w.App.RingSince(ctx, dirk, ask, before)
		alone, err2 := w.App.Ring(ctx, dirk, app.RingAsk{Span: before})
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		if !maps.Equal(then.Start, alone.Start) || !maps.Equal(then.End, alone.End) || !maps.Equal(then.Flows, alone.Flows) || !maps.Equal(then.Worth, alone.Worth) {
			t.Errorf("before: %+v, alone %+v", then, alone)
		}
		if now.Start.Total() != 3 || now.End[cycle.New] != 1 || now.End[cycle.Loyal] != 1 {
			t.Errorf("now: %v → %v", now.Start, now.End)
		}

		ways := []cycle.Flow{{From: cycle.New, To: cycle.Potential, Event: cycle.Left}, {From: cycle.New, To: cycle.Loyal, Event: cycle.Returned}}
		var names []string
		for after, n := "", 0; n == 0 || after != ""; n++ {
			list, next, err := w.App.MoversOf(ctx, dirk, app.MoverAsk{RingAsk: app.RingAsk{Span: before}, After: after, Limit: 1}, ways)
			if err != nil || len(list) != 1 {
				t.Fatal(list, err)
			}
			names, after = append(names, list[0].Name), next
		}
		if want := []string{"Terug", "Loyaal", "Weg"}; !slices.Equal(names, want) {
			t.Errorf("movers: %v, want %v", names, want)
		}
		if r, err := w.App.WonBack(ctx, dirk, app.RingAsk{Span: before}); err != nil || r != (cycle.Ratio{Part: 1, Whole: 2}) {
			t.Errorf("won back: %v %v", r, err)
		}
	})
}

package app_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kring/app"
	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/money"
	"kring/domain/account"
	"kring/domain/cycle"
	"kring/domain/member"
	"kring/domain/order"
	"kring/kit"
	"kring/store"
)

func euro(cents int64) money.Money { return money.Money{Cents: cents, Currency: "EUR"} }

// TestOrders: an order moves the relation in its own change, by the day it was
// placed; a cancelled one takes back what rested on it. Each move is one fact.
func TestOrders(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		w := kit.New(t, db)
		ctx := t.Context()
		anna := w.Member("Anna", member.AccountManager, w.Team("Oost").ID)
		ben := w.Member("Ben", member.AccountManager, w.Team("West").ID)
		linden, err := w.App.AddAccount(ctx, anna, account.Draft{Name: "De Linden"})
		if err != nil {
			t.Fatal(err)
		}
		standing := func(on day.Day) app.Standing {
			t.Helper()
			s, err := w.App.Standing(ctx, anna, linden.ID, on)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		if s := standing(""); s.Phase != cycle.Potential || s.Since != "2026-11-23" {
			t.Fatalf("from its creation on: %+v", s)
		}
		place := func(on day.Day, external string) order.Order {
			t.Helper()
			o, err := w.App.PlaceOrder(ctx, anna, order.Draft{Account: linden.ID, Day: on, Amount: euro(12_500), ExternalID: external})
			if err != nil {
				t.Fatal(err)
			}
			return o
		}
		// History comes late and in any order; the ring of then is right too.
		third, first, second := place("2026-06-01", "A-3"), place("2025-01-10", "A-1"), place("2025-09-01", "A-2")
		if s := standing(""); s.Phase != cycle.Loyal || s.Since != "2026-06-01" || s.Purchases != 3 || len(s.Year) != 1 || s.Year[0] != euro(12_500) {
			t.Fatalf("%+v", s)
		}
		for on, phase := range map[day.Day]cycle.Phase{"2025-01-09": "", "2025-01-10": cycle.New, "2026-05-31": cycle.New, "2026-06-01": cycle.Loyal} {
			if s := standing(on); s.Phase != phase {
				t.Errorf("on %s: %q, want %q", on, s.Phase, phase)
			}
		}
		if s := standing(""); s.Moves[1].Evidence != first.ID.Any() || s.Moves[2].Evidence != third.ID.Any() {
			t.Errorf("evidence %+v", s.Moves)
		}
		if _, err := w.App.PlaceOrder(ctx, anna, order.Draft{Account: linden.ID, Day: "2026-06-02", Amount: euro(1), ExternalID: "A-3"}); !errors.Is(fieldOf(err, "external_id"), order.ErrExternal) {
			t.Errorf("the same order twice: %v", err)
		}
		if _, err := w.App.PlaceOrder(ctx, ben, order.Draft{Account: linden.ID, Day: "2026-06-02", Amount: euro(1)}); !errors.Is(fieldOf(err, "account"), order.ErrAccount) {
			t.Errorf("out of reach: %v", err)
		}
		if _, err := w.App.Order(ctx, ben, first.ID); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("out of reach: %v", err)
		}
		if _, err := w.App.CancelOrder(ctx, anna, second.ID, second.Version, "Dubbel ingevoerd"); err != nil {
			t.Fatal(err)
		}
		if s := standing(""); s.Phase != cycle.New || s.Since != "2025-01-10" {
			t.Errorf("what rested on it is taken back: %+v", s)
		}
		if _, err := w.App.CancelOrder(ctx, anna, second.ID, second.Version, "nog eens"); !errors.Is(err, store.ErrStale) {
			t.Errorf("%v", err)
		}
		if _, err := w.App.ReviveOrder(ctx, anna, second.ID, 0); err != nil {
			t.Fatal(err)
		}
		if s := standing(""); s.Phase != cycle.Loyal {
			t.Errorf("%+v", s)
		}
		deeds := map[string]int{}
		facts, err := w.App.Timeline(ctx, anna, linden.ID, id.Fact{}, 200)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range facts {
			deeds[f.Deed]++
		}
		// begun and new, twice, as the second order lies before the first; loyal; cancelled, so loyal no more; revived, so loyal again.
		if got, want := fmt.Sprint(deeds), "map[account.created:1 cycle.moved:6 cycle.taken_back:4 order.cancelled:1 order.placed:3 order.revived:1]"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		page, err := w.App.Orders(ctx, anna, order.Filter{Account: linden.ID}, app.OrderPlace{}, 2)
		if err != nil || len(page) != 2 || page[0].ID != third.ID || page[1].ID != second.ID {
			t.Fatalf("%v %v", page, err)
		}
		rest, err := w.App.Orders(ctx, anna, order.Filter{}, app.OrderPlace{Day: page[1].Day, ID: page[1].ID}, 2)
		if err != nil || len(rest) != 1 || rest[0].ID != first.ID {
			t.Fatalf("%v %v", rest, err)
		}
		if _, err := w.App.BinAccount(ctx, anna, linden.ID, 0); err != nil {
			t.Fatal(err)
		}
		if _, err := w.App.PlaceOrder(ctx, anna, order.Draft{Account: linden.ID, Day: "2026-06-02", Amount: euro(1)}); !errors.Is(fieldOf(err, "account"), order.ErrBinned) {
			t.Errorf("in the bin: %v", err)
		}
	})
}

func fieldOf(err error, field string) error {
	f, ok := fault.From(err)
	if !ok || f.Fields[field] == nil {
		return err
	}
	return f.Fields[field]
}

func TestDecisions(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		w := kit.New(t, db)
		ctx := t.Context()
		anna, dirk, eva := w.Member("Anna", member.AccountManager), w.Member("Dirk", member.Director), w.Member("Eva", member.Director)
		camping, err := w.App.AddAccount(ctx, anna, account.Draft{Name: "Camping Duinrand"})
		if err != nil {
			t.Fatal(err)
		}
		phase := func() cycle.Phase {
			t.Helper()
			s, err := w.App.Standing(ctx, anna, camping.ID, "")
			if err != nil {
				t.Fatal(err)
			}
			return s.Phase
		}
		decide := func(who app.Who, k cycle.Kind, r cycle.Reason, note string) (app.Decision, error) {
			return w.App.Decide(ctx, who, camping.ID, cycle.Decision{Kind: k, Day: "2026-11-23", Reason: r, Note: note})
		}
		if _, err := decide(anna, cycle.Notice, cycle.Price, ""); !errors.Is(err, cycle.ErrNotBuying) {
			t.Errorf("who buys nothing cannot leave: %v", err)
		}
		if _, err := w.App.PlaceOrder(ctx, anna, order.Draft{Account: camping.ID, Day: "2026-10-01", Amount: euro(9900)}); err != nil {
			t.Fatal(err)
		}
		asked, err := decide(dirk, cycle.Ending, cycle.NonPayment, "Betaalt al drie maanden niet.")
		if err != nil || asked.State != cycle.Asked || phase() != cycle.New {
			t.Fatalf("%+v %v %s", asked, err, phase())
		}
		if _, err := decide(eva, cycle.Ending, cycle.Ethics, "Ik ook."); !errors.Is(err, cycle.ErrAsked) {
			t.Errorf("two people end a relation at once: %v", err)
		}
		waiting, err := w.App.AskedDecisions(ctx, eva, id.Record{}, 10)
		if err != nil || len(waiting) != 1 || waiting[0].ID != asked.ID {
			t.Fatalf("%v %v", waiting, err)
		}
		if _, err := w.App.AnswerDecision(ctx, anna, asked.ID, 0, true); !errors.Is(err, app.ErrDenied) {
			t.Errorf("%v", err)
		}
		if _, err := w.App.AnswerDecision(ctx, dirk, asked.ID, 0, true); !errors.Is(err, cycle.ErrApprover) {
			t.Errorf("agreed with himself: %v", err)
		}
		if d, err := w.App.AnswerDecision(ctx, eva, asked.ID, asked.Version, true); err != nil || d.Approver != eva.Member.ID || phase() != cycle.Ex {
			t.Fatalf("%+v %v %s", d, err, phase())
		}
		if _, err := w.App.AnswerDecision(ctx, eva, asked.ID, asked.Version, false); !errors.Is(err, store.ErrStale) {
			t.Errorf("%v", err)
		}
		if _, err := decide(anna, cycle.Readmission, "", "Rekening is voldaan."); !errors.Is(err, app.ErrDenied) {
			t.Errorf("%v", err)
		}
		if _, err := decide(dirk, cycle.Readmission, "", "Rekening is voldaan."); err != nil || phase() != cycle.Potential {
			t.Fatalf("%v %s", err, phase())
		}
		if _, err := w.App.WithdrawDecision(ctx, dirk, asked.ID, 0); err != nil {
			t.Fatal(err)
		}
		if s, err := w.App.Standing(ctx, anna, camping.ID, ""); err != nil || s.Phase != cycle.New || len(s.Idle) != 1 {
			t.Errorf("without the ending there is nobody to let in again: %+v %v", s, err)
		}
	})
}

// TestHistories: whatever is placed, cancelled and decided, in whichever order,
// the standing is the fold of what stands, and the moves written down as facts,
// less those taken back, are the path.
func TestHistories(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		w := kit.New(t, db)
		ctx := t.Context()
		dirk := w.Member("Dirk", member.Director)
		rapid.Check(t, func(rt *rapid.T) {
			acc, err := w.App.AddAccount(ctx, dirk, account.Draft{Name: "Proef"})
			if err != nil {
				rt.Fatal(err)
			}
			var orders []id.Order
			on := func() day.Day { return day.Day("2022-01-01").Add(rapid.IntRange(0, 1780).Draw(rt, "day")) }
			for range rapid.IntRange(1, 10).Draw(rt, "deeds") {
				var err error
				switch rapid.IntRange(0, 5).Draw(rt, "deed") {
				case 0, 1, 2:
					var o order.Order
					o, err = w.App.PlaceOrder(ctx, dirk, order.Draft{Account: acc.ID, Day: on(), Amount: euro(100)})
					orders = append(orders, o.ID)
				case 3:
					if len(orders) > 0 {
						_, err = w.App.CancelOrder(ctx, dirk, rapid.SampledFrom(orders).Draw(rt, "order"), 0, "weg")
					}
				case 4:
					_, err = w.App.Decide(ctx, dirk, acc.ID, cycle.Decision{Kind: cycle.Notice, Day: on(), Reason: cycle.Price})
				case 5:
					_, err = w.App.Decide(ctx, dirk, acc.ID, cycle.Decision{Kind: cycle.Inactivity, Day: on(), Reason: cycle.Unknown})
				}
				if err != nil && fault.KindOf(err) == fault.Internal {
					rt.Fatal(err)
				}
			}
			s, err := w.App.Standing(ctx, dirk, acc.ID, "")
			if err != nil {
				rt.Fatal(err)
			}
			facts, err := w.App.Timeline(ctx, dirk, acc.ID, id.Fact{}, 200)
			if err != nil {
				rt.Fatal(err)
			}
			told := map[string]int{fmt.Sprintf("begun 2026-11-23 %q", cycle.Potential): 1} // the account's creation says so
			for _, f := range facts {
				if f.Kind == fact.Cycle {
					told[f.Why+" "+f.Evidence+" "+string(f.Changes[0].To)] += map[string]int{"cycle.moved": 1, "cycle.taken_back": -1}[f.Deed]
				}
			}
			for _, m := range s.Moves {
				told[fmt.Sprintf("%s %s %q", m.Event, m.Day, m.To)]--
			}
			for k, n := range told {
				if n != 0 {
					rt.Fatalf("%s: %d\nmoves %+v", k, n, s.Moves)
				}
			}
		})
	})
}

// TestLapsedUnseen: a day moved a relation before the hourly work saw it; the
// order that comes then tells of both moves.
func TestLapsedUnseen(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		w := kit.New(t, db)
		ctx := t.Context()
		dirk := w.Member("Dirk", member.Director)
		acc, err := w.App.AddAccount(ctx, dirk, account.Draft{Name: "Proef"})
		buy := func(on day.Day) {
			t.Helper()
			if err == nil {
				_, err = w.App.PlaceOrder(ctx, dirk, order.Draft{Account: acc.ID, Day: on, Amount: euro(100)})
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		buy("2025-01-10")
		buy("2025-03-10")
		buy("2025-05-10")
		clock.Advance(60 * 24 * time.Hour)
		buy(w.App.Today(dirk))
		facts, err := w.App.Timeline(ctx, dirk, acc.ID, id.Fact{}, 200)
		if err != nil {
			t.Fatal(err)
		}
		var told []string
		for _, f := range facts {
			if f.Kind == fact.Cycle && f.Deed == "cycle.moved" && f.Evidence > "2026" {
				told = append(told, f.Why)
			}
		}
		slices.Sort(told)
		if got := fmt.Sprint(told); got != "[lapsed returned]" {
			t.Errorf("told %s", got)
		}
	})
}

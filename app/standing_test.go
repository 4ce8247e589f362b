package app_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kring/app"
	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/job"
	"kring/base/money"
	"kring/base/opt"
	"kring/domain/account"
	"kring/domain/cycle"
	"kring/domain/filter"
	"kring/domain/member"
	"kring/domain/merge"
	"kring/domain/order"
	"kring/kit"
	"kring/store"
)

// standings is a random history of an organisation, with what its ring has to be.
type standings struct {
	w      *kit.World
	clock  *kit.Clock
	ctx    context.Context
	staff  []app.Who // director, then those with less reach
	teams  []id.Team
	all    []id.Account
	orders []id.Order
	asked  []id.Record
	merges []id.Record
	loose  []id.Account // those that are only there to be erased
}

// TestStandings: whatever happens to relations, what is kept of the ring is what
// folding them anew gives, at every date and for everybody's reach.
func TestStandings(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		rapid.Check(t, func(rt *rapid.T) {
			w := kit.New(t, db)
			h := &standings{w: w, clock: clock, ctx: t.Context()}
			h.teams = []id.Team{w.Team("Oost").ID, w.Team("West").ID}
			h.staff = []app.Who{
				w.Member("Dirk", member.Director), w.Member("Eva", member.Director),
				w.Member("Anna", member.AccountManager, h.teams[0]), w.Member("Ben", member.AccountManager, h.teams[1]),
			}
			for range 3 {
				h.begin(rt)
			}
			for range rapid.IntRange(5, 25).Draw(rt, "deeds") {
				err := h.deed(rt)
				if err != nil && fault.KindOf(err) == fault.Internal {
					rt.Fatal(err)
				}
				h.check(rt)
			}
		})
	})
}

// ringsAre says whether paths are as they are drawn when they are folded anew.
func ringsAre(t interface{ Errorf(string, ...any) }, got, want map[id.Account]cycle.Path) {
	if len(got) != len(want) {
		t.Errorf("the rings of %d, want %d", len(got), len(want))
	}
	for i, w := range want {
		g := got[i]
		if !slices.Equal(g.Moves, w.Moves) || g.Phase != w.Phase || g.Turn != w.Turn || g.Label != w.Label || g.Since != w.Since || !slices.Equal(g.Turns(), w.Turns()) {
			t.Errorf("kept %+v\nfolded %+v", g, w)
		}
	}
}

// TestRings: a ring is drawn as the fold gives it, also of who is in the bin, is
// not counted yet, or was moved by a day that nobody wrote down.
func TestRings(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		w := kit.New(t, db)
		dirk, anna := w.Member("Dirk", member.Director), w.Member("Anna", member.AccountManager)
		ctx, a := t.Context(), w.App
		var all []id.Account
		for n := range 5 {
			acc, err := a.AddAccount(ctx, dirk, account.Draft{Name: fmt.Sprintf("Ring %d", n), Owner: []app.Who{dirk, anna}[n%2].Member.ID})
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, acc.ID)
			for range n { // the last two are loyal
				if _, err := a.PlaceOrder(ctx, dirk, order.Draft{Account: acc.ID, Day: a.Today(dirk).Add(-40 * n), Amount: euro(300)}); err != nil {
					t.Fatal(err)
				}
			}
			for i := range n {
				if _, err := a.PlaceOrder(ctx, dirk, order.Draft{Account: acc.ID, Day: a.Today(dirk).Add(-20*i - 1), Amount: euro(300)}); err != nil {
					t.Fatal(err)
				}
			}
		}
		check := func(name string, counted int, who app.Who, mine func(int) bool) {
			t.Helper()
			want, lines, kept := map[id.Account]cycle.Path{}, []account.Line{}, 0
			err := db.Read(ctx, w.Org.ID, func(v *store.View) error {
				d, err := v.ActiveDefinition()
				if err != nil {
					return err
				}
				accs, err := v.AccountsByID(all, member.Reach{Scope: member.All})
				if err != nil {
					return err
				}
				stays, err := v.Stays(d.Rule, all)
				kept = len(stays)
				for _, acc := range accs {
					lines = append(lines, acc.Line())
					s, err := v.Signals(acc.ID)
					if err != nil {
						return err
					}
					s.Since = day.At(acc.Created, who.Zone())
					if mine(slices.Index(all, acc.ID)) {
						want[acc.ID] = cycle.Follow(s, d.Definition, a.Today(who))
					}
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if kept != counted {
				t.Errorf("%s: %d counted, want %d", name, kept, counted)
			}
			got, err := a.Rings(ctx, who, lines)
			if err != nil {
				t.Fatal(err)
			}
			ringsAre(t, got, want)
		}
		every := func(int) bool { return true }
		check("counted", 5, dirk, every)
		if who := anna; who.Scope(fact.Account) != member.All {
			check("own", 5, who, func(n int) bool { return n%2 == 1 })
		}
		if _, err := a.BinAccount(ctx, dirk, all[4], 0); err != nil {
			t.Fatal(err)
		}
		check("in the bin", 4, dirk, every)
		clock.Advance(3 * 366 * 24 * time.Hour) // the loyal fall back, and no clock passed yet
		check("a day later", 4, dirk, every)
	})
}

// begin is a relation that bought something.
func (h *standings) begin(rt *rapid.T) {
	acc, err := h.w.App.AddAccount(h.ctx, h.staff[0], account.Draft{Name: "Begin", Owner: rapid.SampledFrom(h.staff).Draw(rt, "owner").Member.ID})
	if err != nil {
		rt.Fatal(err)
	}
	h.all = append(h.all, acc.ID)
	for range rapid.IntRange(0, 4).Draw(rt, "orders") {
		o, err := h.w.App.PlaceOrder(h.ctx, h.staff[0], order.Draft{Account: acc.ID, Day: h.day(rt), Amount: euro(300)})
		if err != nil {
			rt.Fatal(err)
		}
		h.orders = append(h.orders, o.ID)
	}
}

func (h *standings) day(rt *rapid.T) day.Day { return h.ago(rt, 1500) }

func (h *standings) ago(rt *rapid.T, most int) day.Day {
	return h.w.App.Today(h.staff[0]).Add(-rapid.IntRange(0, most).Draw(rt, "days ago"))
}

func (h *standings) one(rt *rapid.T) id.Account {
	if len(h.all) == 0 {
		return id.Account{}
	}
	return rapid.SampledFrom(h.all).Draw(rt, "account")
}

// deed does something to the organisation; a refusal is fine.
func (h *standings) deed(rt *rapid.T) error {
	a, dirk := h.w.App, h.staff[0]
	owner := rapid.SampledFrom(h.staff).Draw(rt, "owner").Member.ID
	switch rapid.IntRange(0, 15).Draw(rt, "deed") {
	case 0, 1:
		acc, err := a.AddAccount(h.ctx, dirk, account.Draft{Name: "Proef", Owner: owner})
		h.all = append(h.all, acc.ID)
		return err
	case 2, 3, 4:
		o, err := a.PlaceOrder(h.ctx, dirk, order.Draft{Account: h.one(rt), Day: h.day(rt), Amount: money.Money{
			Cents: int64(rapid.IntRange(1, 5).Draw(rt, "euros")) * 100, Currency: rapid.SampledFrom([]string{"EUR", "EUR", "USD"}).Draw(rt, "currency")},
			Counter: rapid.SampledFrom([]string{"money", "money", "time"}).Draw(rt, "counter")})
		if err == nil {
			h.orders = append(h.orders, o.ID)
		}
		return err
	case 5:
		if len(h.orders) == 0 {
			return nil
		}
		i := rapid.SampledFrom(h.orders).Draw(rt, "order")
		o, err := a.Order(h.ctx, dirk, i)
		switch {
		case err != nil:
			return err
		case o.State == order.Cancelled:
			_, err = a.ReviveOrder(h.ctx, dirk, i, 0)
		case rapid.Bool().Draw(rt, "changed"):
			_, err = a.ChangeOrder(h.ctx, dirk, i, 0, order.Patch{Day: opt.Some(h.day(rt)), Cents: opt.Some(int64(700))})
		default:
			_, err = a.CancelOrder(h.ctx, dirk, i, 0, "weg")
		}
		return err
	case 6:
		_, err := a.Decide(h.ctx, dirk, h.one(rt), cycle.Decision{Kind: cycle.Notice, Day: h.ago(rt, 60), Reason: cycle.Price})
		return err
	case 7:
		_, err := a.Decide(h.ctx, dirk, h.one(rt), cycle.Decision{Kind: cycle.Inactivity, Day: h.ago(rt, 60), Reason: cycle.Unknown})
		return err
	case 8:
		d, err := a.Decide(h.ctx, dirk, h.one(rt), cycle.Decision{Kind: cycle.Ending, Day: h.ago(rt, 60), Reason: cycle.NonPayment, Note: "Betaalt niet."})
		if err != nil {
			return err
		}
		h.asked = append(h.asked, d.ID)
		_, err = a.AnswerDecision(h.ctx, h.staff[1], d.ID, 0, rapid.Bool().Draw(rt, "agreed"))
		return err
	case 9:
		if len(h.asked) > 0 && rapid.Bool().Draw(rt, "withdraw") {
			_, err := a.WithdrawDecision(h.ctx, dirk, rapid.SampledFrom(h.asked).Draw(rt, "decision"), 0)
			return err
		}
		_, err := a.Decide(h.ctx, dirk, h.one(rt), cycle.Decision{Kind: cycle.Readmission, Day: h.ago(rt, 60), Note: "Weer welkom."})
		return err
	case 10:
		i := h.one(rt)
		if _, err := a.BinAccount(h.ctx, dirk, i, 0); err != nil {
			_, err = a.RestoreAccount(h.ctx, dirk, i, 0)
			return err
		}
		return nil
	case 11:
		_, err := a.ChangeAccount(h.ctx, dirk, h.one(rt), 0, account.Patch{Owner: opt.Some(owner), Team: opt.Some(rapid.SampledFrom(h.teams).Draw(rt, "team"))})
		return err
	case 12:
		x, y := h.one(rt), h.one(rt)
		m, err := a.Merge(h.ctx, dirk, fact.Account, x.Any(), y.Any(), merge.Choice{})
		if err == nil {
			h.merges = append(h.merges, m.ID)
		}
		return err
	case 13:
		if n := len(h.merges); n > 0 {
			i := h.merges[n-1]
			h.merges = h.merges[:n-1]
			_, err := a.Unmerge(h.ctx, dirk, i)
			return err
		}
		return nil
	}
	if rapid.Bool().Draw(rt, "erase") {
		return h.erase(rt)
	}
	h.clock.Advance(time.Duration(rapid.IntRange(1, 400).Draw(rt, "days")) * 24 * time.Hour)
	return a.Jobs()["standing.day"](h.ctx, job.Job{})
}

// erase takes away for good, with what it bought, the relation that waits for it,
// as an import does that is taken back; without one it makes it.
func (h *standings) erase(rt *rapid.T) error {
	a, dirk := h.w.App, h.staff[0]
	if len(h.loose) == 0 {
		acc, err := a.AddAccount(h.ctx, dirk, account.Draft{Name: "Los", Owner: rapid.SampledFrom(h.staff).Draw(rt, "owner").Member.ID})
		if err != nil {
			return err
		}
		h.loose = append(h.loose, acc.ID)
		_, err = a.PlaceOrder(h.ctx, dirk, order.Draft{Account: acc.ID, Day: h.day(rt), Amount: euro(500)})
		return err
	}
	gone := h.loose
	h.loose = nil
	return h.w.DB.Write(h.ctx, h.w.Org.ID, fact.Actor{Kind: "system", Name: "test"}, func(tx *store.Tx) error {
		all, err := tx.AccountsByID(gone, member.Reach{Scope: member.All})
		for _, acc := range all {
			var orders []order.Order
			if orders, err = tx.OrdersOf(acc.ID, store.OrderPlace{}, 10); err == nil {
				err = tx.EraseOrders(orders, fact.Fact{Deed: "order.erased"})
			}
			if err != nil {
				return err
			}
		}
		return errors.Join(err, tx.EraseAccounts(all, fact.Fact{Deed: "account.erased"}))
	})
}

// check folds everything anew and compares.
func (h *standings) check(rt *rapid.T) {
	dirk := h.staff[0]
	today := h.w.App.Today(dirk)
	type one struct {
		acc    account.Account
		path   cycle.Path
		orders []order.Order
	}
	var there []one
	err := h.w.DB.Read(h.ctx, h.w.Org.ID, func(v *store.View) error {
		d, err := v.ActiveDefinition()
		if err != nil {
			return err
		}
		accs, err := v.AccountsByID(slices.Concat(h.all, h.loose), member.Reach{Scope: member.All})
		if err != nil {
			return err
		}
		kept, err := v.Stays(d.Rule, slices.Concat(h.all, h.loose))
		if err != nil {
			return err
		}
		for _, acc := range accs {
			if acc.Deleted != 0 {
				if len(kept[acc.ID]) > 0 {
					return fmt.Errorf("in the bin and counted: %+v", kept[acc.ID])
				}
				continue
			}
			s, err := v.Signals(acc.ID)
			if err != nil {
				return err
			}
			orders, err := v.OrdersBetween([]id.Account{acc.ID}, "0001-01-01", today)
			if err != nil {
				return err
			}
			s.Since = day.At(acc.Created, dirk.Zone())
			p := cycle.Follow(s, d.Definition, today)
			var moves []cycle.Move
			for n, stay := range kept[acc.ID] {
				moves = append(moves, stay.Move)
				if n+1 < len(kept[acc.ID]) && stay.Until != kept[acc.ID][n+1].Day {
					return fmt.Errorf("a stay ends on %s and the next begins on %s", stay.Until, kept[acc.ID][n+1].Day)
				}
			}
			if !slices.Equal(moves, p.Moves) {
				return fmt.Errorf("kept %+v\nfolded %+v", moves, p.Moves)
			}
			there = append(there, one{acc, p, orders})
		}
		return nil
	})
	if err != nil {
		rt.Fatal(err)
	}
	for _, who := range h.staff {
		seen := map[id.Account]cycle.Path{}
		lines := make([]account.Line, len(there))
		for i, o := range there {
			lines[i] = o.acc.Line()
			if who.Reach(fact.Account).Why(o.acc.Owner, o.acc.Team) != "" {
				seen[o.acc.ID] = o.path
			}
		}
		got, err := h.w.App.Rings(h.ctx, who, lines)
		if err != nil {
			rt.Fatal(err)
		}
		ringsAre(rt, got, seen)
	}
	from := today.Add(-rapid.IntRange(0, 1700).Draw(rt, "from"))
	until := min(today, from.Add(rapid.IntRange(0, 500).Draw(rt, "length")))
	for _, who := range h.staff {
		ask := app.RingAsk{Span: app.Span{From: from, Until: until}}
		if who.Scope(fact.Account) == member.All && rapid.Bool().Draw(rt, "of one") {
			ask.Owner = h.staff[2].Member.ID
		}
		got, err := h.w.App.Ring(h.ctx, who, ask)
		if err != nil {
			rt.Fatal(err)
		}
		want := app.Ring{Start: cycle.Tally{}, End: cycle.Tally{}, Flows: cycle.Flows{}, FlowWorth: cycle.Flows{}, Worth: cycle.Tally{}}
		others := map[string]int64{}
		for _, o := range there {
			if who.Reach(fact.Account).Why(o.acc.Owner, o.acc.Team) == "" || !ask.Owner.IsZero() && o.acc.Owner != ask.Owner {
				continue
			}
			if p := o.path.At(from.Add(-1)); p != "" {
				want.Start[p]++
			}
			if p := o.path.At(until); p != "" {
				want.End[p]++
			}
			for _, m := range o.path.Moves {
				if m.Day >= from && m.Day <= until {
					f := cycle.Flow{From: m.From, To: m.To, Event: m.Event}
					want.Flows[f]++
					want.FlowWorth[f] += yearBefore(o.orders, m.Day)
				}
			}
			for _, b := range o.orders {
				if b.State != order.Confirmed || b.Counter != "money" || b.Day < from || b.Day > until {
					continue
				}
				if b.Amount.Currency == "EUR" {
					want.Worth[o.path.At(b.Day)] += b.Amount.Cents
				} else {
					others[b.Amount.Currency] += b.Amount.Cents
				}
			}
		}
		for _, p := range cycle.Phases {
			if got.Start[p] != want.Start[p] || got.End[p] != want.End[p] || got.Worth[p] != want.Worth[p] {
				rt.Fatalf("%s %s from %s until %s: start %v, want %v; end %v, want %v; worth %v, want %v",
					who.Member.Name, p, from, until, got.Start, want.Start, got.End, want.End, got.Worth, want.Worth)
			}
		}
		if !maps.Equal(got.Flows, want.Flows) || !maps.Equal(got.FlowWorth, want.FlowWorth) {
			rt.Fatalf("from %s until %s: %v, want %v; worth %v, want %v", from, until, got.Flows, want.Flows, got.FlowWorth, want.FlowWorth)
		}
		if rapid.IntRange(0, 9).Draw(rt, "opened") == 0 {
			h.opens(rt, who, got, ask)
		}
		for _, m := range got.Others {
			if others[m.Currency] != m.Cents {
				rt.Fatalf("%v, want %v", got.Others, others)
			}
			delete(others, m.Currency)
		}
		if len(others) > 0 {
			rt.Fatalf("missing %v", others)
		}
	}
}

// opens: each number of the ring opens the list of as many.
func (h *standings) opens(rt *rapid.T, who app.Who, r app.Ring, ask app.RingAsk) {
	for on, tally := range map[day.Day]cycle.Tally{ask.From.Add(-1): r.Start, ask.Until: r.End} {
		for _, p := range cycle.Phases {
			params := map[string][]string{"phase": {string(p)}, "phase_on": {string(on)}}
			if on == h.w.App.Today(who) && rapid.Bool().Draw(rt, "now") {
				delete(params, "phase_on")
			}
			if !ask.Owner.IsZero() {
				params["owner"] = []string{ask.Owner.String()}
			}
			q, err := filter.Parse(account.Catalogue(), params, filter.Limits{})
			if err != nil {
				rt.Fatal(err)
			}
			if n, _, err := h.w.App.CountAccounts(h.ctx, who, q); err != nil || int64(n) != tally[p] {
				rt.Fatalf("%s: %d, want %d (%v)", q.Encode(), n, tally[p], err)
			}
			if page, err := h.w.App.AccountRows(h.ctx, who, q); err != nil || int64(len(page.Items)) != tally[p] {
				rt.Fatalf("%s: %d, want %d (%v)", q.Encode(), len(page.Items), tally[p], err)
			}
		}
	}
	for f, n := range r.Flows {
		seen, place := int64(0), ""
		for {
			page, next, err := h.w.App.Movers(h.ctx, who, app.MoverAsk{RingAsk: ask, Flow: f, After: place, Limit: 2})
			if err != nil {
				rt.Fatal(err)
			}
			if seen += int64(len(page)); next == "" {
				break
			}
			place = next
		}
		if seen != n {
			rt.Fatalf("%v: %d movers, want %d", f, seen, n)
		}
	}
}

// yearBefore is what orders in euros came to in the twelve months until a day.
func yearBefore(orders []order.Order, on day.Day) (cents int64) {
	for _, o := range orders {
		if o.State == order.Confirmed && o.Counter == "money" && o.Amount.Currency == "EUR" && o.Day > on.Months(-12) && o.Day <= on {
			cents += o.Amount.Cents
		}
	}
	return cents
}

package app_test

import (
	"context"
	"errors"
	"math"
	"strconv"
	"strings"
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
	"kring/domain/consent"
	"kring/domain/cycle"
	"kring/domain/member"
	"kring/domain/order"
	"kring/domain/slipping"
	"kring/kit"
	"kring/store"
)

// fitNow computes who is slipping away, as a person asks for it.
func fitNow(h *house) {
	h.Helper()
	h.must(h.a.Jobs()["slipping.fit"](h.Context(), job.Job{Kind: "slipping.fit", Org: h.admin.Org.ID}))
}

// buyer is a new relation that bought on these days for a hundred euros.
func (h *house) buyer(who app.Who, d account.Draft, days ...day.Day) account.Account {
	h.Helper()
	a, err := h.a.AddAccount(h.Context(), who, d)
	h.must(err)
	for _, on := range days {
		_, err := h.a.PlaceOrder(h.Context(), who, order.Draft{Account: a.ID, Day: on, Amount: euro(10_000)})
		h.must(err)
	}
	return a
}

// late are the days of somebody whose rhythm of six weeks ended.
var late = []day.Day{"2026-02-01", "2026-03-15", "2026-04-26", "2026-06-09"}

// Who is late is on the list of those who may see them, with the reason and one
// proposal; with too few customers there is no chance, and it is said why.
func TestSlipping(t *testing.T) {
	t.Parallel()
	both(t, func(h *house) {
		ctx := h.Context()
		rik := h.colleague("Rik", "rik@brandt.example", member.AccountManager, id.Team{})
		linden := h.buyer(h.admin, account.Draft{Name: "De Linden", LegalForm: account.BV}, late...)
		h.buyer(h.admin, account.Draft{Name: "Op tijd"}, "2026-08-01", "2026-09-10", "2026-10-20", "2026-11-18")
		jan := h.buyer(rik, account.Draft{Kind: account.Person, Name: "Jan Smit"}, late...)
		h.buyer(h.admin, account.Draft{Name: "Kocht niets"})
		fitNow(h)
		list := func(who app.Who, ask app.SlippingAsk) (all []app.Slip) {
			h.Helper()
			ask.Limit = 50
			all, more, err := h.a.Slipping(ctx, who, ask)
			h.must(err)
			if more {
				h.Error("more than fifty")
			}
			return all
		}
		all := list(h.admin, app.SlippingAsk{})
		if len(all) != 2 {
			h.Fatalf("%+v", all)
		}
		for _, s := range all {
			if !s.Has(slipping.Late) || s.Silent("2026-11-23") != 167 || s.Median != 42 || slipping.Known(s.Chance) || s.Year != 40_000 {
				h.Errorf("%+v", s)
			}
		}
		if mine := list(rik, app.SlippingAsk{}); len(mine) != 1 || mine[0].Account != jan.ID || mine[0].Callable {
			h.Errorf("of one's own, who may not be rung up: %+v", mine)
		}
		if one := list(h.admin, app.SlippingAsk{Owner: h.admin.Member.ID}); len(one) != 1 || one[0].Account != linden.ID || !one[0].Callable {
			h.Errorf("of one owner: %+v", one)
		}
		if none := list(elsewhere(h), app.SlippingAsk{}); len(none) != 0 {
			h.Errorf("another organisation: %+v", none)
		}
		f, err := h.a.SlippingModel(ctx, rik)
		h.must(err)
		if f.Customers != 3 || f.Repeaters != 3 || f.Refusal == nil || *f.Refusal != (slipping.Refusal{Code: slipping.Few, Have: 3, Need: 100}) || f.Ended == 0 || f.Step != "" {
			h.Errorf("%+v", f)
		}

		// Put off until a day, and there again.
		if _, err := h.a.PutOff(ctx, h.admin, linden.ID, "2026-11-23"); fieldsOf(err)["until"] == nil {
			h.Errorf("put off until today: %v", err)
		}
		if _, err := h.a.PutOff(ctx, rik, linden.ID, "2026-12-01"); !errors.Is(err, store.ErrNotFound) {
			h.Errorf("out of reach: %v", err)
		}
		s, err := h.a.PutOff(ctx, h.admin, linden.ID, "2026-12-01")
		h.must(err)
		if s.Snooze.Until != "2026-12-01" || s.Snooze.By != h.admin.Member.ID {
			h.Errorf("%+v", s.Snooze)
		}
		if now, later := list(h.admin, app.SlippingAsk{}), list(h.admin, app.SlippingAsk{Later: true}); len(now) != 1 || len(later) != 1 || later[0].Account != linden.ID {
			h.Errorf("%d now, %d later", len(now), len(later))
		}
		fitNow(h)
		if later := list(h.admin, app.SlippingAsk{Later: true}); len(later) != 1 {
			h.Error("a new computation forgot what was put off")
		}
		_, err = h.a.TakeUp(ctx, h.admin, linden.ID)
		h.must(err)
		facts, err := h.a.FactLog(ctx, h.admin, fact.Query{Kind: fact.Outlook, Limit: 10})
		h.must(err)
		if len(facts) != 2 || facts[0].Deed != "outlook.taken_up" || facts[0].Account != linden.ID {
			h.Errorf("%+v", facts)
		}

		// What happens after the computation counts at once.
		_, err = h.a.AddConsent(ctx, h.admin, fact.Account, linden.ID.Any(), consent.Draft{Channel: consent.All, Purpose: consent.All, State: consent.Objection, Source: "phone"})
		h.must(err)
		if one, err := h.a.Outlook(ctx, h.admin, linden.ID); err != nil || one.Callable || one.Action == slipping.Call {
			h.Errorf("who objected: %+v %v", one.Action, err)
		}
		_, err = h.a.PlaceOrder(ctx, h.admin, order.Draft{Account: linden.ID, Day: "2026-11-23", Amount: euro(100)})
		h.must(err)
		if _, err := h.a.Outlook(ctx, h.admin, linden.ID); !errors.Is(err, store.ErrNotFound) {
			h.Errorf("ordered since: %v", err)
		}
		_, err = h.a.Decide(ctx, rik, jan.ID, cycle.Decision{Kind: cycle.Notice, Day: "2026-11-20", Reason: cycle.Price})
		h.must(err)
		if left := list(h.admin, app.SlippingAsk{}); len(left) != 0 {
			h.Errorf("left since: %+v", left)
		}
		marketer := h.colleague("Mia", "mia@brandt.example", member.Marketer, id.Team{})
		if _, err := h.a.PutOff(ctx, marketer, linden.ID, "2026-12-01"); !errors.Is(err, app.ErrDenied) {
			h.Errorf("without the right: %v", err)
		}
		if _, err := h.a.FitNow(ctx, rik); !errors.Is(err, app.ErrDenied) {
			h.Errorf("without the right: %v", err)
		}
	})
}

// The list in pages is the list, in the order of what is at stake; a relation
// that changes hands goes along.
func TestSlippingPages(t *testing.T) {
	t.Parallel()
	both(t, func(h *house) {
		ctx := h.Context()
		rik := h.colleague("Rik", "rik@brandt.example", member.AccountManager, id.Team{})
		var last account.Account
		for n := range 5 {
			last = h.buyer(h.admin, account.Draft{Name: "Zaak " + strconv.Itoa(n)}, late...)
			_, err := h.a.PlaceOrder(ctx, h.admin, order.Draft{Account: last.ID, Day: "2026-05-01", Amount: euro(int64(1000 * (1 + n/2)))})
			h.must(err)
		}
		fitNow(h)
		var seen []app.Slip
		for before, more := (slipping.Outlook{}), true; more; {
			var page []app.Slip
			var err error
			page, more, err = h.a.Slipping(ctx, h.admin, app.SlippingAsk{Before: before, Limit: 2})
			h.must(err)
			seen = append(seen, page...)
			before = page[len(page)-1].Outlook.Outlook
		}
		if len(seen) != 5 {
			h.Fatalf("%d of 5", len(seen))
		}
		for i := 1; i < len(seen); i++ {
			if seen[i].Rank > seen[i-1].Rank || seen[i].Account == seen[i-1].Account {
				h.Errorf("%d after %d", seen[i].Rank, seen[i-1].Rank)
			}
		}
		acc, err := h.a.Account(ctx, h.admin, last.ID)
		h.must(err)
		_, err = h.a.ChangeAccount(ctx, h.admin, last.ID, acc.Version, account.Patch{Owner: opt.Some(rik.Member.ID)})
		h.must(err)
		if mine, _, err := h.a.Slipping(ctx, rik, app.SlippingAsk{Limit: 9}); err != nil || len(mine) != 1 {
			h.Errorf("handed over: %+v %v", mine, err)
		}
	})
}

// A computation that was cut short goes on where it was; one that another
// overtook leaves the writing to that one.
func TestSlippingGoesOn(t *testing.T) {
	t.Parallel()
	both(t, func(h *house) {
		h.buyer(h.admin, account.Draft{Name: "Een"}, late...)
		fitNow(h)
		f, err := h.a.SlippingModel(h.Context(), h.admin)
		h.must(err)
		f.Step = "write"
		h.must(h.db.Write(h.Context(), h.admin.Org.ID, fact.Actor{Kind: "system", Name: "test"}, func(tx *store.Tx) error {
			if err := tx.SaveFit(f); err != nil {
				return err
			}
			return tx.SaveOutlooks(f, id.Account{}, nil)
		}))
		stopped, stop := context.WithCancel(h.Context())
		stop()
		if err := h.a.Jobs()["slipping.fit"](stopped, job.Job{Kind: "slipping.fit"}); err == nil {
			h.Error("it went on after the program stopped")
		}
		h.must(h.a.Jobs()["slipping.fit"](h.Context(), job.Job{Kind: "slipping.fit"}))
		all, _, err := h.a.Slipping(h.Context(), h.admin, app.SlippingAsk{Limit: 9})
		h.must(err)
		if len(all) != 1 {
			h.Errorf("%+v", all)
		}
		old := f
		old.Begun--
		err = h.db.Write(h.Context(), h.admin.Org.ID, fact.Actor{Kind: "system", Name: "test"}, func(tx *store.Tx) error { return tx.SaveOutlooks(old, id.Account{}, nil) })
		if !errors.Is(err, store.ErrStale) {
			h.Errorf("an overtaken computation wrote: %v", err)
		}
		// By day the routine leaves what was computed alone; in the night it computes.
		before, err := h.a.SlippingModel(h.Context(), h.admin)
		h.must(err)
		h.clock.Advance(21 * time.Hour)
		h.must(h.a.Jobs()["slipping.fit"](h.Context(), job.Job{Kind: "slipping.fit"}))
		if now, err := h.a.SlippingModel(h.Context(), h.admin); err != nil || now.Until != before.Until {
			h.Errorf("computed at six in the morning: %+v %v", now.Until, err)
		}
		h.clock.Advance(20 * time.Hour)
		h.must(h.a.Jobs()["slipping.fit"](h.Context(), job.Job{Kind: "slipping.fit"}))
		if now, err := h.a.SlippingModel(h.Context(), h.admin); err != nil || now.Until != "2026-11-25" || now.Ended <= before.Ended {
			h.Errorf("not computed in the night: %+v %v", now.Until, err)
		}
	})
}

// Whatever happens, something is expected only of accounts that buy, and of none
// in the bin.
func TestSlippingLaw(t *testing.T) {
	t.Parallel()
	both(t, func(h *house) {
		ctx := h.Context()
		var all []account.Account
		for n := range 6 {
			all = append(all, h.buyer(h.admin, account.Draft{Name: "Zaak " + strconv.Itoa(n)}))
		}
		rapid.Check(h.T, func(t *rapid.T) {
			able := func(err error) {
				if err != nil && fault.KindOf(err) == fault.Internal {
					t.Fatal(err)
				}
			}
			for range rapid.IntRange(1, 12).Draw(t, "deeds") {
				acc := rapid.SampledFrom(all).Draw(t, "account")
				on := day.Day("2024-11-01").Add(rapid.IntRange(0, 750).Draw(t, "day"))
				switch rapid.IntRange(0, 5).Draw(t, "deed") {
				case 0:
					_, err := h.a.BinAccount(ctx, h.admin, acc.ID, 0)
					able(err)
				case 1:
					_, err := h.a.RestoreAccount(ctx, h.admin, acc.ID, 0)
					able(err)
				case 2:
					_, err := h.a.Decide(ctx, h.admin, acc.ID, cycle.Decision{Kind: cycle.Notice, Day: on, Reason: cycle.Price})
					able(err)
				case 3:
					_, err := h.a.PlaceOrder(ctx, h.admin, order.Draft{Account: acc.ID, Day: on, Counter: "data"})
					able(err)
				default:
					_, err := h.a.PlaceOrder(ctx, h.admin, order.Draft{Account: acc.ID, Day: on, Amount: money.Money{Cents: 100, Currency: "EUR"}})
					able(err)
				}
			}
			fitNow(h)
			for _, acc := range all {
				now, err := h.a.Account(ctx, h.admin, acc.ID)
				able(err)
				s, err := h.a.Standing(ctx, h.admin, acc.ID, "")
				able(err)
				_, err = h.a.Outlook(ctx, h.admin, acc.ID)
				able(err)
				if there := err == nil; there && (now.Deleted != 0 || !s.Phase.Buying()) {
					t.Fatalf("%s: binned %v, %s, and yet something is expected", acc.Name, now.Deleted != 0, s.Phase)
				} else if !there && now.Deleted == 0 && s.Phase.Buying() {
					t.Fatalf("%s buys, and nothing is expected", acc.Name)
				}
			}
		})
	})
}

// The sample of CDNOW as relations and orders: the job finds the published
// parameters.
func TestSlippingCDNOW(t *testing.T) {
	t.Parallel()
	text := string(kit.ReferenceFile(t, "customerbase/CDNOW_sample.txt"))
	both(t, func(h *house) {
		h.clock.Advance(-time.Duration(day.Day("1997-09-30").Until("2026-11-23")) * 24 * time.Hour)
		cdnow(h, text)
		begin := time.Now()
		fitNow(h)
		h.Logf("computed in %s", time.Since(begin))
		f, err := h.a.SlippingModel(h.Context(), h.admin)
		h.must(err)
		e := f.Of(slipping.ParetoNBD)
		for i, want := range []float64{.5533, 10.578, .6062, 11.669} {
			if len(e.Values) != 4 || math.Abs(e.Values[i]-want) > .002*want || !(e.Errors[i] > 0) {
				h.Fatalf("%+v", e)
			}
		}
		if math.Abs(e.LogLikelihood+9594.98) > .02 || f.Customers != 2357 || f.Repeaters != 946 || f.Until != "1997-09-30" {
			h.Errorf("%g, %d customers, %d came back until %s", e.LogLikelihood, f.Customers, f.Repeaters, f.Until)
		}
		all, more, err := h.a.Slipping(h.Context(), h.admin, app.SlippingAsk{Limit: 50})
		h.must(err)
		if len(all) != 50 || !more {
			h.Fatalf("%d at risk", len(all))
		}
		for _, s := range all {
			if !slipping.Known(s.Expected) && !s.Regular || s.Action == "" || len(s.Reasons) == 0 {
				h.Errorf("%+v", s)
			}
		}
	})
}

// cdnow fills the house with the customers of the sample and their orders until
// 30 September 1997.
func cdnow(h *house, text string) {
	h.Helper()
	var accounts []account.Account
	var orders []order.Order
	of := map[string]id.Account{}
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) != 5 || f[2] > "19970930" {
			continue
		}
		if of[f[1]].IsZero() {
			a, err := account.New(id.New[id.Account](), h.clock.Now().UnixMilli(), "NL", account.Draft{Name: "Klant " + f[1], Owner: h.admin.Member.ID})
			h.must(err)
			of[f[1]], accounts = a.ID, append(accounts, a)
		}
		paid, err := strconv.ParseFloat(f[4], 64)
		h.must(err)
		orders = append(orders, order.Order{
			ID: id.New[id.Order](), Account: of[f[1]], Day: day.Day(f[2][:4] + "-" + f[2][4:6] + "-" + f[2][6:]), Amount: money.Money{Cents: int64(math.Round(paid * 100)), Currency: "USD"},
			Counter: "money", State: order.Confirmed,
		})
	}
	h.must(h.db.Write(h.Context(), h.admin.Org.ID, fact.Actor{Kind: "system", Name: "test"}, func(tx *store.Tx) error {
		if err := tx.AddAccounts(accounts, make([]fact.Fact, len(accounts))); err != nil {
			return err
		}
		return tx.AddOrders(orders, make([]fact.Fact, len(orders)))
	}))
}

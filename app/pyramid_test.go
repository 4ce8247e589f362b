package app_test

import (
	"errors"
	"fmt"
	"net/url"
	"testing"
	"time"

	"kring/app"
	"kring/base/day"
	"kring/base/id"
	"kring/base/job"
	"kring/base/money"
	"kring/domain/account"
	"kring/domain/filter"
	"kring/domain/member"
	"kring/domain/order"
	"kring/domain/pyramid"
	"kring/kit"
	"kring/store"
)

// ranked computes the pyramid of a day, as the job does.
func ranked(t *testing.T, w *kit.World, args string) {
	t.Helper()
	if err := w.App.Jobs()["pyramid.rank"](t.Context(), job.Job{Org: w.Org.ID, Args: []byte(args)}); err != nil {
		t.Fatal(err)
	}
}

func relation(t *testing.T, w *kit.World, who app.Who, d account.Draft) id.Account {
	t.Helper()
	a, err := w.App.AddAccount(t.Context(), who, d)
	if err != nil {
		t.Fatal(err)
	}
	return a.ID
}

func buys(t *testing.T, w *kit.World, who app.Who, of id.Account, on day.Day, m money.Money) order.Order {
	t.Helper()
	o, err := w.App.PlaceOrder(t.Context(), who, order.Draft{Account: of, Day: on, Amount: m})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// found counts what a list of relations finds.
func found(t *testing.T, w *kit.World, who app.Who, query string) int {
	t.Helper()
	fields, err := w.App.AccountCatalogue(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	params, _ := url.ParseQuery(query)
	q, err := filter.Parse(fields, params, filter.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	n, _, err := w.App.CountAccounts(t.Context(), who, q)
	if err != nil {
		t.Fatal(err)
	}
	p, err := w.App.Accounts(t.Context(), who, q)
	if err != nil || len(p.Items) != min(n, 50) {
		t.Fatalf("%s: %d of %d, %v", query, len(p.Items), n, err)
	}
	return n
}

// TestPyramid has the worked numbers of domain.md §2.27 through the database: 200
// customers make 2, 8, 30 and 160, and each layer opens a list of as many.
func TestPyramid(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		w := kit.New(t, db)
		boss, anna := w.Member("Dirk", member.Director), w.Member("Anna", member.AccountManager, w.Team("Oost").ID)
		if p, err := w.App.Pyramid(t.Context(), boss, ""); err != nil || p.Known || p.Busy {
			t.Fatalf("before it was computed: %+v %v", p, err)
		}
		var all []id.Account
		for i := range 200 {
			a := relation(t, w, boss, account.Draft{Name: fmt.Sprintf("Klant %03d", i)})
			buys(t, w, boss, a, "2026-11-01", euro(int64(1000*(i+1))))
			all = append(all, a)
		}
		// What lies before the window, after it, in another currency, or was cancelled does not count.
		buys(t, w, boss, all[0], "2025-11-23", euro(900_000_00))
		buys(t, w, boss, all[1], "2026-11-01", money.Money{Cents: 500_000_00, Currency: "USD"})
		wrong := buys(t, w, boss, all[2], "2026-11-02", euro(800_000_00))
		if _, err := w.App.CancelOrder(t.Context(), boss, wrong.ID, wrong.Version, "dubbel"); err != nil {
			t.Fatal(err)
		}
		quiet := relation(t, w, boss, account.Draft{Name: "Stil"})
		buys(t, w, boss, quiet, "2025-11-23", euro(10_00))
		abroad := relation(t, w, boss, account.Draft{Name: "Overzee"})
		buys(t, w, boss, abroad, "2026-05-01", money.Money{Cents: 7_00, Currency: "USD"})
		relation(t, w, boss, account.Draft{Name: "Gesproken"})
		relation(t, w, boss, account.Draft{Name: "Gezien", Tags: []string{pyramid.SuspectTag}})
		mine := relation(t, w, anna, account.Draft{Name: "Van Anna"})
		gone := relation(t, w, boss, account.Draft{Name: "Weg"})
		ranked(t, w, `{}`)
		if _, err := w.App.BinAccount(t.Context(), boss, gone, 0); err != nil {
			t.Fatal(err)
		}
		ranked(t, w, `{}`) // once more: what is gone goes, what is the same stays

		p, err := w.App.Pyramid(t.Context(), boss, "")
		if err != nil || !p.Known || p.Until != "2026-11-23" || p.Accounts != 205 || p.Beside != 1 {
			t.Fatalf("%+v %v", p, err)
		}
		want := map[pyramid.Class]int64{pyramid.Top: 2, pyramid.Large: 8, pyramid.Medium: 30, pyramid.Small: 160, pyramid.Inactive: 1, pyramid.Prospect: 2, pyramid.Suspect: 1}
		for _, l := range p.Layers {
			if l.Count != want[l.Class] {
				t.Errorf("%s: %d, want %d", l.Class, l.Count, want[l.Class])
			}
			if n := found(t, w, boss, "class="+string(l.Class)); int64(n) != l.Count {
				t.Errorf("the list of %s has %d", l.Class, n)
			}
		}
		if p.Layers[0].Cents != 399_000 || p.Layers[0].Least != 199_000 || p.Total != 20_100_000 {
			t.Errorf("%+v of %d", p.Layers[0], p.Total)
		}
		if len(p.Others) != 1 || p.Others[0] != (money.Money{Cents: 500_007_00, Currency: "USD"}) {
			t.Errorf("other currencies: %v", p.Others)
		}
		if n := found(t, w, boss, "class=not:small"); n != 45 {
			t.Errorf("all but small: %d", n)
		}
		if n := found(t, w, boss, "class=beside") + found(t, w, boss, "class=top&class=large"); n != 1 {
			t.Errorf("beside, and in two layers at once: %d", n)
		}

		// Anna sees her own.
		p, err = w.App.Pyramid(t.Context(), anna, "")
		if err != nil || p.Accounts != 1 || p.Layers[5].Count != 1 || len(p.Others) != 0 {
			t.Errorf("within reach: %+v %v", p, err)
		}
		if n := found(t, w, anna, "class=top") + found(t, w, anna, "class=prospect"); n != 1 {
			t.Errorf("lists within reach: %d", n)
		}
		if _, _, err := w.App.RankOf(t.Context(), anna, all[199]); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("out of reach: %v", err)
		}
		if r, known, err := w.App.RankOf(t.Context(), boss, all[199]); err != nil || !known || r.Class != pyramid.Top || r.Score.Money != 5 || r.Wait != -1 {
			t.Errorf("%+v %v", r, err)
		}
		if r, known, err := w.App.RankOf(t.Context(), anna, mine); err != nil || !known || r.Class != pyramid.Prospect || r.Score != (pyramid.RFM{}) {
			t.Errorf("%+v %v", r, err)
		}

		// Money is in fifths; all bought once on one day, so the other two are the middle.
		cells := 0
		_, scores, err := w.App.Scores(t.Context(), boss, "")
		for _, s := range scores {
			if s.Count != 0 {
				cells++
			}
		}
		if err != nil || cells != 1 || len(scores) != 25 || scores[12] != (app.Score{Recency: 3, Frequency: 3, Count: 200, Cents: 20_100_000}) {
			t.Errorf("%+v %v", scores, err)
		}
		for query, n := range map[string]int{"recency=3&frequency=3": 200, "recency=5": 0, "money=5": 40, "money=not:5": 165, "recency=empty:": 5} {
			if got := found(t, w, boss, query); got != n {
				t.Errorf("%s: %d, want %d", query, got, n)
			}
		}

		// Another day has a pyramid of its own.
		ranked(t, w, `{"day":"2025-11-23"}`)
		p, err = w.App.Pyramid(t.Context(), boss, "2025-11-23")
		if err != nil || p.Layers[0].Count != 1 || p.Layers[0].Cents != 900_000_00 || p.Layers[3].Count != 1 || p.Layers[5].Count != 202 {
			t.Errorf("%+v %v", p, err)
		}
		if n := found(t, w, boss, "class=top&class_on=2025-11-23"); n != 1 {
			t.Errorf("its list: %d", n)
		}
		if n := found(t, w, boss, "class=top&class_on=2024-01-01"); n != 0 {
			t.Errorf("a day that nobody computed: %d", n)
		}
		for d := range 6 {
			clock.Advance(time.Minute)
			ranked(t, w, fmt.Sprintf(`{"day":"2026-01-0%d"}`, d+1))
		}
		if p, err = w.App.Pyramid(t.Context(), boss, ""); err != nil || len(p.Days) != 1+store.MostRankings || !p.Known {
			t.Errorf("days that are kept: %+v %v", p.Days, err)
		}
		if n := found(t, w, boss, "class=top&class_on=2025-11-23"); n != 0 {
			t.Errorf("a day that was forgotten: %d", n)
		}
		if _, err := w.App.RankNow(t.Context(), boss, "2027-01-01"); !errors.Is(fieldOf(err, "day"), app.ErrRankDay) {
			t.Errorf("a day to come: %v", err)
		}
		if _, err := w.App.RankNow(t.Context(), boss, "2026-11-23"); err != nil {
			t.Error(err)
		}
		if p, err = w.App.Pyramid(t.Context(), boss, ""); err != nil || !p.Busy {
			t.Errorf("asked for: %+v %v", p, err)
		}
	})
}

// TestPyramidOf37: 37 customers make 1, 1, 6 and 29. Equals are ordered by id, so
// that the same figures make the same pyramid.
func TestPyramidOf37(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		w := kit.New(t, db)
		boss := w.Member("Dirk", member.Director)
		var first id.Account
		for i := range 37 {
			a := relation(t, w, boss, account.Draft{Name: fmt.Sprintf("Klant %02d", i)})
			buys(t, w, boss, a, "2026-10-01", euro(100_00))
			if i == 0 {
				first = a
			}
		}
		ranked(t, w, `{}`)
		p, err := w.App.Pyramid(t.Context(), boss, "")
		if err != nil {
			t.Fatal(err)
		}
		for i, n := range []int64{1, 1, 6, 29} {
			if p.Layers[i].Count != n || p.Layers[i].Cents != n*100_00 {
				t.Errorf("%+v, want %d", p.Layers[i], n)
			}
		}
		if r, _, err := w.App.RankOf(t.Context(), boss, first); err != nil || r.Class != pyramid.Top {
			t.Errorf("of equals the first id is on top: %+v %v", r, err)
		}
	})
}

// TestNewBusiness has the worked numbers of domain.md §2.28: 12 new customers
// with 96,000 of 800,000 make 12 %.
func TestNewBusiness(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		w := kit.New(t, db)
		boss, anna := w.Member("Dirk", member.Director), w.Member("Anna", member.NewBusiness, w.Team("Oost").ID)
		old := relation(t, w, boss, account.Draft{Name: "Vaste klant"})
		buys(t, w, boss, old, "2025-06-01", euro(50_000_00))
		buys(t, w, boss, old, "2026-11-20", euro(704_000_00))
		var fresh []id.Account
		for i := range 12 {
			fresh = append(fresh, relation(t, w, anna, account.Draft{Name: fmt.Sprintf("Nieuw %02d", i)}))
		}
		for i, a := range fresh {
			clock.Advance(24 * time.Hour)
			buys(t, w, anna, a, day.Day("2026-11-23").Add(i+1), euro(3_000_00))
			buys(t, w, anna, a, day.Day("2026-11-23").Add(i+1), euro(5_000_00))
		}
		ranked(t, w, `{}`)
		n, err := w.App.NewBusiness(t.Context(), boss, app.Months{})
		if err != nil || n.Months != (app.Months{From: "2026-01", Until: "2026-12"}) || n.Customers != 12 || n.Cents != 96_000_00 || n.Total != 800_000_00 {
			t.Fatalf("%+v %v", n, err)
		}
		if share, ok := n.Share(); share != 1200 || !ok {
			t.Errorf("share %d", share)
		}
		if d, ok := n.Waits.Median(); d != 6.5 || !ok || n.Waits.Count() != 12 {
			t.Errorf("median %v of %v", d, n.Waits)
		}
		if n, err = w.App.NewBusiness(t.Context(), boss, app.Months{From: "2025-01", Until: "2025-12"}); err != nil || n.Customers != 1 || n.Cents != n.Total || n.Total != 50_000_00 || n.Waits.Count() != 0 {
			t.Errorf("%+v %v", n, err)
		}
		if n, err = w.App.NewBusiness(t.Context(), anna, app.Months{}); err != nil || n.Customers != 12 || n.Total != 96_000_00 {
			t.Errorf("within reach: %+v %v", n, err)
		}
		for _, m := range []app.Months{{From: "2026-05", Until: "2026-01"}, {From: "x", Until: "y"}, {From: "2026-01", Until: "2027-01"}, {From: "2010-01", Until: "2026-01"}} {
			if _, err := w.App.NewBusiness(t.Context(), boss, m); !errors.Is(fieldOf(err, "from"), app.ErrPeriod) {
				t.Errorf("%+v: %v", m, err)
			}
		}
	})
}

package app_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"kring/app"
	"kring/base/day"
	"kring/base/fact"
	"kring/base/opt"
	"kring/domain/account"
	"kring/domain/cycle"
	"kring/domain/intake"
	"kring/domain/member"
	"kring/domain/order"
	"kring/kit"
	"kring/paper/sheet"
	"kring/store"
)

// TestChangeOrder: two people who change other fields both have their way; of one
// field the second is told. A change of the day moves the ring.
func TestChangeOrder(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		w := kit.New(t, db)
		ctx := t.Context()
		anna := w.Member("Anna", member.AccountManager, w.Team("Oost").ID)
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		linden, err := w.App.AddAccount(ctx, anna, account.Draft{Name: "De Linden"})
		must(err)
		o, err := w.App.PlaceOrder(ctx, anna, order.Draft{Account: linden.ID, Day: "2026-06-01", Amount: euro(100)})
		must(err)
		_, err = w.App.ChangeOrder(ctx, anna, o.ID, o.Version, order.Patch{Day: opt.Some(day.Day("2026-05-01"))})
		must(err)
		s, err := w.App.Standing(ctx, anna, linden.ID, "")
		must(err)
		if s.Phase != cycle.New || s.Since != "2026-05-01" {
			t.Errorf("the ring stays behind: %+v", s.Path)
		}
		got, err := w.App.ChangeOrder(ctx, anna, o.ID, o.Version, order.Patch{Note: opt.Some("ook goed")})
		if must(err); got.Day != "2026-05-01" || got.Note != "ook goed" {
			t.Errorf("both: %+v", got)
		}
		_, err = w.App.ChangeOrder(ctx, anna, o.ID, o.Version, order.Patch{Day: opt.Some(day.Day("2026-04-01"))})
		var stale *app.Stale[order.Order]
		if !errors.As(err, &stale) || stale.Now.Day != "2026-05-01" || len(stale.Theirs) != 2 {
			t.Errorf("of one field: %v", err)
		}
		must(errOf(w.App.BinAccount(ctx, anna, linden.ID, 0)))
		if _, err := w.App.ChangeOrder(ctx, anna, o.ID, 0, order.Patch{Note: opt.Some("x")}); !errors.Is(fieldOf(err, "account"), order.ErrBinned) {
			t.Errorf("in the bin: %v", err)
		}
	})
}

// TestOrdersBack: orders that left come back as they are, whether they have a
// number elsewhere or not; the filter and the reach of a list hold for its file.
func TestOrdersBack(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		h := newImporter(t, db)
		a := h.w.App
		add := func(d account.Draft) account.Account {
			t.Helper()
			acc, err := a.AddAccount(t.Context(), h.who, d)
			h.must(err)
			return acc
		}
		one, two, three := add(account.Draft{Name: "De Linden", ExternalID: "K1"}), add(account.Draft{Name: "Smit"}), add(account.Draft{Name: "Smit"})
		place := func(acc account.Account, d order.Draft) order.Order {
			t.Helper()
			d.Account = acc.ID
			o, err := a.PlaceOrder(t.Context(), h.who, d)
			h.must(err)
			return o
		}
		place(one, order.Draft{Day: "2025-06-01", Amount: euro(125_050), ExternalID: "A1", Number: "=7", Lines: []order.Line{{Text: "Koffie", Quantity: 1500, Cents: 125_050}}})
		place(one, order.Draft{Day: "2026-06-01", Amount: euro(100)})
		place(one, order.Draft{Day: "2026-06-01", Amount: euro(100)}) // the same, and not the same
		place(two, order.Draft{Day: "2026-06-01", Amount: euro(0), Counter: "time", Note: "- twee\nregels"})
		gone := place(three, order.Draft{Day: "2026-07-01", Amount: euro(7)})
		h.must(errOf(a.CancelOrder(t.Context(), h.who, gone.ID, 0, "dubbel")))

		file := func(who app.Who, f order.Filter, format string) (string, int) {
			t.Helper()
			table, err := a.OrderTable(t.Context(), who, f)
			h.must(err)
			var out bytes.Buffer
			n, err := table.Write(t.Context(), func(kinds []sheet.Kind) sheet.Writer {
				if format == "xlsx" {
					return sheet.NewXLSX(&out, "x", kinds...)
				}
				return sheet.NewCSV(&out, ';')
			})
			h.must(err)
			return out.String(), n
		}
		for _, format := range []string{"csv", "xlsx"} {
			text, _ := file(h.who, order.Filter{}, format)
			in := h.upload(fact.Order, text, intake.Options{Key: "id", Mode: intake.Both}, nil)
			if in.Mapping.Column("id") < 0 {
				t.Errorf("%s: the column id is not proposed: %+v", format, in.Mapping)
			}
			in = h.run(in)
			h.want(counts(in.Run), "5 rows: 0 created, 0 updated, 5 same, 0 refused, 0 twins, 0 besides", format)
		}
		text, _ := file(h.who, order.Filter{}, "csv")
		in := h.run(h.upload(fact.Order, strings.ReplaceAll(text, "regels", "andere regels"), intake.Options{Key: "id", Mode: intake.Both}, nil))
		h.want(counts(in.Run), "5 rows: 0 created, 1 updated, 4 same, 0 refused, 0 twins, 0 besides", "one note changed")
		strange := "account;day;amount;id\nK1;01-06-2026;5;" + one.ID.String() + "\n"
		in = h.run(h.upload(fact.Order, strange, intake.Options{Key: "id", Mode: intake.Both}, map[string]string{"id": "id"}))
		h.want(h.reasons(in), map[int64]string{2: "intake.foreign"}, "an id that is none of ours")

		for name, test := range map[string]struct {
			f    order.Filter
			want int
		}{
			"all": {order.Filter{}, 5}, "of one": {order.Filter{Account: one.ID}, 3}, "from": {order.Filter{From: "2026-06-01"}, 4}, "until": {order.Filter{Until: "2026-05-31"}, 1},
			"cancelled": {order.Filter{State: order.Cancelled}, 1}, "that stand, in June": {order.Filter{From: "2026-06-01", Until: "2026-06-30", State: order.Confirmed}, 3},
		} {
			if _, n := file(h.who, test.f, "csv"); n != test.want {
				t.Errorf("%s: %d, want %d", name, n, test.want)
			}
		}
		other := h.w.Member("Elders", member.AccountManager, h.w.Team("Elders").ID)
		if _, n := file(other, order.Filter{}, "csv"); n != 0 {
			t.Errorf("out of reach: %d", n)
		}
		if _, err := a.OrderTable(t.Context(), other, order.Filter{Account: one.ID}); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("of a relation out of reach: %v", err)
		}
		moves, err := a.MoveTable(t.Context(), h.who)
		h.must(err)
		var out bytes.Buffer
		n, err := moves.Write(t.Context(), func([]sheet.Kind) sheet.Writer { return sheet.NewCSV(&out, ',') })
		if h.must(err); n != 4 || !strings.Contains(out.String(), "K1,2025-06-01,potential,new,bought,1,,") {
			t.Errorf("%d moves:\n%s", n, out.String())
		}
	})
}

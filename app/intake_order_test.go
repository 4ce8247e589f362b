package app_test

import (
	"fmt"
	"testing"

	"kring/app"
	"kring/base/day"
	"kring/base/fact"
	"kring/base/id"
	"kring/domain/account"
	"kring/domain/cycle"
	"kring/domain/intake"
	"kring/domain/order"
	"kring/kit"
	"kring/store"
)

func (h *importer) standing(i id.Account, on day.Day) app.Standing {
	h.Helper()
	s, err := h.w.App.Standing(h.Context(), h.who, i, on)
	h.must(err)
	return s
}

func (h *importer) reasons(in intake.Intake) map[int64]string {
	h.Helper()
	all := map[int64]string{}
	for _, deed := range []intake.Deed{intake.Refused, intake.Twin} {
		rows, err := h.w.App.IntakeRows(h.Context(), h.who, in.ID, deed, 0, 100)
		h.must(err)
		for _, r := range rows {
			all[r.Row] = r.Problems[0].Code
		}
	}
	return all
}

// TestIntakeOrders: history lands in any order, each bad row has its answer, and
// what the import moved goes when it is taken back.
func TestIntakeOrders(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		h := newImporter(t, db)
		add := func(d account.Draft) account.Account {
			t.Helper()
			a, err := h.w.App.AddAccount(t.Context(), h.who, d)
			h.must(err)
			return a
		}
		linden := add(account.Draft{Name: "De Linden", ExternalID: "K1", KvK: "41222334"})
		add(account.Draft{Name: "Bakkerij Smit", ExternalID: "K2"})
		add(account.Draft{Name: "Bakkerij Smit", ExternalID: "K3"})
		bin := add(account.Draft{Name: "Oude Tijd", ExternalID: "K4"})
		h.must(errOf(h.w.App.BinAccount(t.Context(), h.who, bin.ID, 0)))

		file := "Klantnummer;Orderdatum;Bedrag;Munt;Ordernummer;Order id;Notitie\n" +
			"K1;01-06-2026;€ 1.250,50;;2026-3;A-3;\n" + // 2
			"41222334;2025-01-10;100,00;EUR;2025-1;A-1;eerste\n" + // 3, by KvK number, before the relation
			"De Linden;01-09-2025;100;USD;;A-2;\n" + // 4, by name, in dollars
			"K1;31-12-2027;100;;;A-4;\n" + // 5, in the future
			"K1;01-02-2025;-5;;;A-5;\n" + // 6, negative
			"K1;01-02-2025;5;;;A-3;\n" + // 7, the same twice
			"K4;01-02-2025;5;;;A-6;\n" + // 8, in the bin
			"Bakkerij Smit;01-02-2025;5;;;A-7;\n" + // 9, two of that name
			"K9;01-02-2025;5;;;A-8;\n" + // 10
			"K2;01-02-2025;5;XXX;;A-9;\n" + // 11
			"K2;01-02-2025;€ 5;USD;;A-10;\n" + // 12, two currencies in one order
			"K2;01-02-2025;5;;;;\n" + // 13
			"K2;01-02-2025;5;;;;\n" + // 14, the same again, without a name
			"K2;01-02-2025;6;;;;\n" + // 15, on the same day
			"K2;31-02-2025;6;;;;\n" + // 16
			";01-02-2025;6;;;;\n" // 17
		want := map[int64]string{
			5: "order.future", 6: "order.amount", 7: "intake.repeat", 8: "order.account_binned", 9: "intake.accounts", 10: "intake.account", 11: "money.currency",
			12: "money.mixed", 14: "intake.repeat", 16: "day.bad", 17: "order.account",
		}
		in := h.check(h.upload(fact.Order, file, intake.Options{Key: "external_id"}, nil))
		h.want(counts(in.Check), "16 rows: 5 created, 0 updated, 0 same, 10 refused, 1 twins, 0 besides", "check")
		h.want(h.reasons(in), want, "each row has its answer")
		h.want(h.standing(linden.ID, "").Phase, cycle.Potential, "a dry run moves nothing")

		in = h.run(in)
		h.want(counts(in.Run), counts(in.Check), "what the dry run said")
		h.want(h.reasons(in), want, "as the dry run said")
		h.want(string(in.Inform), "", "an order is nobody new")
		s := h.standing(linden.ID, "")
		h.want([]any{s.Phase, s.Since, s.Purchases, len(s.Year)}, []any{cycle.Loyal, day.Day("2026-06-01"), 3, 1}, "the ring")
		h.want(h.standing(linden.ID, "2025-01-10").Phase, cycle.New, "the ring of then")
		facts, err := h.w.App.Timeline(t.Context(), h.who, linden.ID, id.Fact{}, 200)
		h.must(err)
		told := map[string]int{}
		for _, f := range facts {
			told[f.Deed]++
		}
		// Folded once for the page: begun later is taken back, then begun, new, loyal.
		h.want(told, map[string]int{"account.created": 1, "order.placed": 3, "cycle.taken_back": 1, "cycle.moved": 3}, "facts of the page")

		// Again: the same, or what is different.
		again := h.run(h.upload(fact.Order, file, intake.Options{Key: "external_id", Mode: intake.Both}, nil))
		h.want(counts(again.Run), "16 rows: 0 created, 1 updated, 3 same, 9 refused, 3 twins, 0 besides", "again") // row 7 changes A-3
		h.want(h.reasons(again)[13], "intake.exists", "the same order twice, without a name")
		h.want(h.standing(linden.ID, "").Since, day.Day("2025-09-01"), "A-3 is of another day now")
		create := h.run(h.upload(fact.Order, file, intake.Options{Key: "external_id"}, nil))
		h.want(h.reasons(create)[2], "intake.exists", "here already")
		moved := h.run(h.upload(fact.Order, "Klant;Datum;Bedrag;Order id\nK2;01-06-2026;5;A-1\n", intake.Options{Key: "external_id", Mode: intake.Both}, nil))
		h.want(h.reasons(moved), map[int64]string{2: "order.other_account"}, "an order stays with its relation")

		// Back: first the change, then what was made, but for what somebody changed.
		again = h.undo(again)
		h.want(again.Undo, intake.Taken{Restored: 1}, "undo of the change")
		s = h.standing(linden.ID, "")
		h.want([]any{s.Phase, s.Since, s.Year[0].Cents}, []any{cycle.Loyal, day.Day("2026-06-01"), int64(125050)}, "the ring is back")
		orders, err := h.w.App.Orders(t.Context(), h.who, order.Filter{Account: linden.ID}, app.OrderPlace{}, 10)
		h.must(err)
		h.must(errOf(h.w.App.CancelOrder(t.Context(), h.who, orders[2].ID, 0, "dubbel")))
		in = h.undo(in)
		h.want(in.Undo, intake.Taken{Erased: 3, Kept: 2}, "A-3 was changed and given back, A-1 cancelled: both changed since")
		h.want(h.standing(linden.ID, "").Phase, cycle.New, "A-3 stands")
	})
}

// TestIntakePurchases: a file as that of CDNOW, one purchase a line, comes in as
// accounts and then as orders, a page at a time.
func TestIntakePurchases(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		h := newImporter(t, db)
		accounts, orders := "customer,name\n", "customer,date,amount\n"
		for n := range 130 {
			accounts += fmt.Sprint(n+1, ",Klant ", n+1, "\n")
			for k := range 1 + n%10 {
				orders += fmt.Sprint(n+1, ",", day.Day("1997-01-01").Add(n+40*k), ",", 10+k, ".77\n")
			}
		}
		h.run(h.upload(fact.Account, accounts, intake.Options{Key: "external_id"}, map[string]string{"customer": "external_id"}))
		in := h.run(h.upload(fact.Order, orders, intake.Options{}, nil))
		h.want(counts(in.Run), "715 rows: 715 created, 0 updated, 0 same, 0 refused, 0 twins, 0 besides", "orders")
		var last account.Account
		for _, a := range h.accounts() {
			if a.ExternalID == "130" {
				last = a
			}
		}
		s := h.standing(last.ID, "1998-12-31")
		h.want([]any{s.Phase, s.Moves[0].Day, s.Purchases}, []any{cycle.Loyal, day.Day("1997-05-10"), 10}, "the last customer")
		again := h.run(h.upload(fact.Order, orders, intake.Options{}, nil))
		h.want(counts(again.Run), "715 rows: 0 created, 0 updated, 0 same, 0 refused, 715 twins, 0 besides", "again")
		in = h.undo(in)
		h.want(in.Undo, intake.Taken{Erased: 715}, "undo")
		h.want(h.standing(last.ID, "").Purchases, 0, "nothing is left")
		all, err := h.w.App.Orders(t.Context(), h.who, order.Filter{}, app.OrderPlace{}, 10)
		h.must(err)
		h.want(all, []order.Order(nil), "no order is left")
	})
}

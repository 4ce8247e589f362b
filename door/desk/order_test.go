package desk_test

import (
	"testing"

	"kring/app"
	"kring/base/opt"
	"kring/domain/order"
)

// TestOrderForm: an order and its lines change on a form; what two people changed
// is shown beside each other, and nothing that was typed is lost.
func TestOrderForm(t *testing.T) {
	t.Parallel()
	b := office(t)
	a := b.linden()
	b.post(at(a)+"/orders", "day", "2026-11-20", "amount", "10,00", "number", "2026-1").status(303)
	all, err := b.world.App.Orders(t.Context(), b.who, order.Filter{Account: a.ID}, app.OrderPlace{}, 10)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	o := all[0]
	one := "/orders/" + o.ID.String()
	b.get(one+"/edit").status(200).sees("Order wijzigen", `value="10,00"`, `value="2026-1"`, "Regel 2")
	send := func(version string, more ...string) answer {
		t.Helper()
		return b.post(one+"/edit", append([]string{"version", version, "day", "2026-11-20", "currency", "EUR", "counter_value", "money"}, more...)...)
	}
	send("1", "amount", "", "number", "2026-1", "line_text", "Koffie", "line_quantity", "1,5", "line_amount", "12,50", "line_text", "", "line_quantity", "", "line_amount", "", "more", "1").
		status(200).sees(`value="Koffie"`, "Regel 6")
	send("1", "amount", "99", "number", "2026-1", "line_text", "Koffie", "line_quantity", "0", "line_amount", "x").status(422).sees("aantal boven nul", "bedrag van de regel", `value="99"`)
	send("1", "amount", "99", "line_text", "Koffie", "line_quantity", "1", "line_amount", "1").status(422).sees("tellen niet op")
	send("1", "amount", "", "number", "2026-1", "line_text", "Koffie", "line_quantity", "1,5", "line_amount", "12,50").status(303)
	b.get(one).status(200).sees("12,50", "Koffie · 1,5")

	// Somebody else changes the number and the note of what was read as version 2.
	if _, err := b.world.App.ChangeOrder(t.Context(), b.who, o.ID, 0, order.Patch{Number: opt.Some("2026-9"), Note: opt.Some("van een ander")}); err != nil {
		t.Fatal(err)
	}
	lines := []string{"line_text", "Koffie", "line_quantity", "1,5", "line_amount", "12,50"}
	send("2", append(lines, "amount", "12,50", "number", "2026-1", "external_id", "X1")...).status(303)
	b.get(one).sees("X1", "2026-9", "van een ander")
	send("2", append(lines, "amount", "12,50", "number", "2026-5", "external_id", "X1")...).status(409).sees("wijzigde deze order intussen", "2026-9", `value="2026-5"`, `name="version" value="4"`)
	send("4", append(lines, "amount", "12,50", "number", "2026-5", "note", "van een ander", "external_id", "X1")...).status(303)
	b.get(one).sees("2026-5", "van een ander")

	b.get("/orders").status(200).sees("Zorggroep De Linden", "2026-5", "12,50", `aria-current="page"`, "Exporteren als Excel")
	b.get("/orders?from=2026-11-21").status(200).sees("Geen orders gevonden.")
	b.get("/orders?from=morgen").status(422)
	b.get("/orders?account=" + a.ID.String()).sees("Alleen van Zorggroep De Linden.")
	b.post("/orders/export?format=csv", "state", "confirmed").status(200).sees("external_id;account;day", "X1;", "2026-11-20")
	b.get("/orders/new?q=linden").status(200).sees(at(a) + "/orders")
	b.get("/endings/new?q=linden").status(200).sees(at(a)+"/ending", "Afscheid vastleggen")
	b.get("/palette?q=order+linden").sees("noteren van", at(a)+"/orders")
	b.get("/palette?q=afscheid+linden").sees("vastleggen van", at(a)+"/ending")
	b.get("/palette?q=%3Eorder+noteren").sees("/orders/new")
	b.post(one+"/cancellation", "why", "Dubbel").status(303)
	b.get(one + "/edit").status(409)
	b.get("/orders?state=cancelled").sees("Zorggroep De Linden", "Geannuleerd")
}

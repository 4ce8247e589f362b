package desk_test

import (
	"testing"

	"kring/app"
	"kring/domain/cycle"
	"kring/domain/member"
	"kring/domain/order"
)

// TestRing: an order makes a customer, cancelling it takes that back, and an
// ending waits for a second person.
func TestRing(t *testing.T) {
	t.Parallel()
	b := office(t)
	a := b.linden()
	page := at(a)
	b.get(page).status(200).sees("Potentieel", "Kocht nog niets", "1e ronde, nu potentieel", "Nog niets gekocht.")
	b.post(page+"/orders", "day", "2026-11-31", "amount", "-1").status(422).sees("Deze dag bestaat niet", "bedrag boven nul", `value="-1"`)
	b.post(page+"/orders", "day", "2026-11-20", "amount", "1.250,50", "number", "2026-1").status(303)
	b.get(page).sees("Nieuw", "Nieuw geworden op 20 nov 2026", "1.250,50", "2026-1", "Gekocht in 12 mnd", "1.250,50 geplaatst")
	b.get("/accounts").status(200).sees(`class="badge nieuw"`, `class="ring" width="1.75rem"`)
	b.get("/palette?q=linden").status(200).sees(`class="ring" width="1.75rem"`)
	all, err := b.world.App.Orders(t.Context(), b.who, order.Filter{Account: a.ID}, app.OrderPlace{}, 10)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	one := "/orders/" + all[0].ID.String()
	b.get(one).status(200).sees("20 nov 2026", "1.250,50")
	b.post(one+"/cancellation", "why", "").status(422).sees("waarom de order vervalt")
	b.post(one+"/cancellation", "why", "Dubbel").status(303)
	b.get(page).sees("Potentieel", "Vervallen: Nieuw geworden")
	b.post(one + "/revival").status(303)

	b.get(page+"/ending").status(200).sees("Wie nam het besluit?", "Wordt weer potentieel.", "Prijs")
	b.get(page+"/ending?kind=ending").sees("zodra een ander akkoord gaat", "Betaalt niet")
	b.post(page+"/ending", "kind", "ending", "day", "2026-11-23", "reason", "price").status(422).sees("Kies een van de redenen.", "Schrijf erbij waarom.")
	b.post(page+"/ending", "kind", "notice", "day", "2026-11-23", "reason", "price").status(303)
	b.get(page).sees("Vertrok zelf in 2026 om de prijs, en is weer welkom.", "Terugnemen")
	s, err := b.world.App.Standing(t.Context(), b.who, a.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	b.post("/decisions/" + s.Decisions[0].ID.String() + "/withdrawal").status(303)
	dirk := b.world.Member("Dirk", member.Director)
	asked, err := b.world.App.Decide(t.Context(), dirk, a.ID, cycle.Decision{Kind: cycle.Ending, Day: "2026-11-23", Reason: cycle.NonPayment, Note: "Betaalt al drie maanden niet."})
	if err != nil {
		t.Fatal(err)
	}
	b.get("/decisions").status(200).sees("Zorggroep De Linden", "Betaalt al drie maanden niet.", "Akkoord")
	b.post("/decisions/"+asked.ID.String()+"/answer", "agreed", "yes").status(303)
	b.get(page).sees("Ex-klant", "Door ons", "omdat rekeningen openbleven", "Weer toelaten")
}

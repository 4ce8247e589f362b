package desk_test

import (
	"testing"

	"kring/app"
	"kring/base/opt"
	"kring/domain/account"
	"kring/domain/member"
	"kring/domain/order"
)

// TestHandoverPages: the first order proposes, the receiver sees the relation
// without its buttons, returns it, gets it again and takes it over.
func TestHandoverPages(t *testing.T) {
	t.Parallel()
	b := office(t)
	w := b.world
	bram := b.as(w.Member("Bram", member.NewBusiness, w.Team("Nieuw").ID))
	milan := b.as(w.Member("Milan", member.AccountManager, w.Team("Oost").ID))
	roos := b.as(w.Member("Roos", member.AccountManager, w.Team("West").ID))
	a, err := w.App.AddAccount(t.Context(), bram.who, account.Draft{Name: "Zorggroep De Linden", Note: "Belt liever 's ochtends."})
	if err != nil {
		t.Fatal(err)
	}
	page := at(a)
	milan.get("/accounts").misses(`href="/handovers"`)
	bram.post(page+"/orders", "day", "2026-11-20", "amount", "100").status(303)
	p, err := w.App.AccountPage(t.Context(), bram.who, a.ID, app.Look{})
	if err != nil || p.Handover == nil {
		t.Fatal(p.Handover, err)
	}
	one := "/handovers/" + p.Handover.ID.String()
	bram.get(page).sees("Bram draagt over aan Milan", "Overdracht voorgesteld", one)
	milan.get("/accounts").sees("/handovers", "Overdrachten")
	milan.get("/handovers").status(200).sees("Aan jou voorgesteld", "Zorggroep De Linden", "2 dingen nog niet doorgegeven", "Overnemen")
	milan.get(page).status(200).sees("Je ziet deze relatie tot je antwoordt", "De notitie", "Overnemen").misses(page+"/edit", page+"/ending", "Nieuwe order")
	roos.get(page).status(404)
	roos.get(one).status(404)
	roos.post(one + "/acceptance").status(404)

	bram.get(one).status(200).sees("Aan wie?", "Roos, Accountmanager", "Intrekken")
	milan.get(one).misses("Aan wie?")
	milan.post(one+"/return", "reason", " ").status(422).sees("Schrijf erbij waarom")
	milan.post(one+"/list", "told", "note").status(303)
	milan.get(one).sees("De eerste order", "checked")
	milan.post(one+"/return", "reason", "Te ver weg.").status(303)
	milan.get(page).status(404)
	bram.get("/handovers").sees("Teruggegeven", "Zorggroep De Linden")
	bram.get(page).sees("Reden: Te ver weg.", "Opnieuw voorstellen")
	bram.get(page + "/handover").status(200).sees("Aan wie?")
	bram.post(page+"/handover", "to", "").status(422).sees("Kies een collega")
	bram.post(page+"/handover", "to", roos.who.Member.ID.String(), "note", "Jij woont dichtbij.").status(303)
	bram.post(page+"/handover", "to", roos.who.Member.ID.String()).status(409)
	roos.get(page).sees("Jij woont dichtbij.")
	p, err = w.App.AccountPage(t.Context(), bram.who, a.ID, app.Look{})
	if err != nil {
		t.Fatal(err)
	}
	one = "/handovers/" + p.Handover.ID.String()
	b.get("/handovers").sees("Van iedereen", "Zorggroep De Linden")
	b.post(one+"/change", "to", bram.who.Member.ID.String()).status(422).sees("zorgt al voor de relatie")
	roos.post(one+"/acceptance", "version", "7").status(409)
	roos.post(one+"/acceptance", "version", "1").status(303)
	roos.get(page).sees("Relatie overgenomen", page+"/edit").misses("Je ziet deze relatie tot")
	bram.get(page).status(404)
	bram.get(one).status(200).sees("Roos nam de relatie over van Bram.").misses("Aan wie?")
	if _, err := w.App.ChangeAccount(t.Context(), roos.who, a.ID, 0, account.Patch{Note: opt.Some("")}); err != nil {
		t.Fatal(err)
	}
	if all, err := w.App.Orders(t.Context(), roos.who, order.Filter{}, app.OrderPlace{}, 5); err != nil || len(all) != 1 {
		t.Error(all, err)
	}
}

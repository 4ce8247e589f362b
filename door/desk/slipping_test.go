package desk_test

import (
	"testing"

	"kring/base/day"
	"kring/base/job"
	"kring/base/money"
	"kring/domain/account"
	"kring/domain/member"
	"kring/domain/order"
)

// TestSlipping: who went quiet is on the list in words, with one proposal; it can
// be put off and brought back, and its own page says the same.
func TestSlipping(t *testing.T) {
	t.Parallel()
	b := office(t)
	fit := func() {
		t.Helper()
		if err := b.world.App.Jobs()["slipping.fit"](t.Context(), job.Job{Kind: "slipping.fit", Org: b.world.Org.ID}); err != nil {
			t.Fatal(err)
		}
	}
	b.get("/slipping").status(200).sees("Niemand glijdt weg", "Nog niet berekend")
	b.get("/slipping/model").status(200).sees("Nog niet berekend", "1,5\u00a0×\u00a0de eigen middelste tussenpoos", "Nu berekenen")
	buyer := func(name string, form account.LegalForm, days ...day.Day) account.Account {
		t.Helper()
		a, err := b.world.App.AddAccount(t.Context(), b.who, account.Draft{Name: name, LegalForm: form})
		if err != nil {
			t.Fatal(err)
		}
		for _, on := range days {
			if _, err := b.world.App.PlaceOrder(t.Context(), b.who, order.Draft{Account: a.ID, Day: on, Amount: money.Money{Cents: 125_000, Currency: "EUR"}}); err != nil {
				t.Fatal(err)
			}
		}
		return a
	}
	linden := buyer("De Linden", account.BV, "2026-03-15", "2026-04-26", "2026-06-09", "2026-07-21", "2026-08-17")
	buyer("Lang stil", account.BV, "2025-10-01")
	fit()
	b.get("/slipping").status(200).sees("De Linden", "Koopt meestal elke 6 weken; laatste order 14 weken geleden: 2,3\u00a0×\u00a0het eigen ritme.", "Nog te behouden", "6.250", "(gekocht in het laatste jaar)",
		"Lang stil", "mag dit stil heten", "Stilte bevestigen", "/ending?kind=inactivity", "Eén klant kocht vaker dan één keer; er zijn er 100 nodig", "Sanne de Wit")
	b.get("/slipping?owner=" + b.who.Member.ID.String()).sees("De Linden")
	b.get("/slipping?team=onzin&after=onzin&owner=onzin").status(200)
	b.get(at(linden)).status(200).sees("Verwachting", "2,3\u00a0×\u00a0het eigen ritme", "Niet te zeggen")
	one := "/slipping/" + linden.ID.String()
	b.post(one+"/postponement", "until", "2026-11-01", "from", "/slipping?owner="+b.who.Member.ID.String()).status(422).sees("Kies een dag na vandaag", `value="2026-11-01"`)
	b.post(one+"/postponement", "until", "2026-12-01", "from", "https://elders.example/slipping").status(303)
	b.get("/slipping").misses("De Linden")
	b.get("/slipping?show=later").sees("De Linden", "Uitgesteld tot 1 dec 2026 door Sanne de Wit", "Terug op de lijst")
	b.get(at(linden)).sees("Uitgesteld tot 1 dec 2026", "Van de lijst Wie glijdt weg gehaald")
	b.post(one + "/reopening").status(303)
	b.get("/slipping").sees("De Linden")
	b.get("/slipping/model").sees("Klanten met een order: 2; met meer dan één: 1.", "er zijn er 100 nodig")
	b.post("/slipping/fit").status(303)
	mia := b.as(b.world.Member("Mia", member.Marketer))
	mia.get("/slipping").status(200).misses("Uitstellen")
	mia.get("/slipping/model").misses("Nu berekenen")
	mia.post(one+"/postponement", "until", "2026-12-01").status(403)
}

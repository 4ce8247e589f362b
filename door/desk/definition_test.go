package desk_test

import (
	"testing"

	"kring/base/job"
	"kring/domain/account"
	"kring/domain/member"
)

// TestDefinitionPage: the candidates stand side by side; a director adds one,
// chooses it with a reason and withdraws what is not needed.
func TestDefinitionPage(t *testing.T) {
	t.Parallel()
	b := office(t)
	dirk := b.as(b.world.Member("Dirk", member.Director))
	if _, err := b.world.App.AddAccount(t.Context(), dirk.who, account.Draft{Name: "De Linden"}); err != nil {
		t.Fatal(err)
	}
	dirk.get("/settings/definition").status(200).sees("Wat is een klant?", "Wie koopt", "Geldt nu", "Versie 1", "Alleen wie koopt telt mee.", "Loyaal: 3 aankopen binnen 24 maanden.", "vanaf het begin").misses("Intrekken")
	dirk.get("/settings/definition/new").status(200).sees(`value="24"`)
	form := []string{"name", "Met iedereen", "counts_potential", "true", "min_purchases_for_customer", "1", "loyal_min_purchases", "1000", "loyal_window_months", "1", "inactive_after_months", "12"}
	dirk.post("/settings/definition", append(form, "loyal_window_months", "601")[2:]...).status(422).sees("Geef de definitie een naam")
	dirk.post("/settings/definition", form...).status(303)
	dirk.get("/settings/definition").status(200).sees("Met iedereen", "Versie 2", "0 van 1 relaties geteld", "Intrekken").misses("Deze kiezen")
	dirk.post("/settings/definition/choice", "version", "2", "after", "1", "why", "Te vroeg").status(409).sees("Nog niet elke relatie is geteld")
	if err := b.world.App.Jobs()["standing.count"](t.Context(), job.Job{}); err != nil {
		t.Fatal(err)
	}
	dirk.post("/settings/definition/choice", "version", "2", "after", "1", "why", "").status(422).sees("Schrijf op waarom.")
	dirk.post("/settings/definition/choice", "version", "2", "after", "1", "why", "Iedereen telt").status(303)
	dirk.post("/settings/definition/choice", "version", "1", "after", "1", "why", "Nee, dit").status(409).sees("Nee, dit")
	dirk.get("/settings/definition").sees("gekozen door Dirk", "Iedereen telt")
	dirk.post("/settings/definition/retirement", "version", "1").status(303)
	dirk.post("/settings/definition/retirement", "version", "2").status(409).sees("Deze definitie geldt al.")

	anna := b.as(b.world.Member("Anna", member.AccountManager))
	anna.get("/settings/definition").status(200).sees("Met iedereen").misses("Intrekken", "/settings/definition/new")
	anna.get("/settings/definition/new").status(403)
	anna.get("/settings/definition").sees("Gelezen", "0 van ")
	anna.post("/settings/definition/reading", "version", "1").status(409)
	for range 2 { // again is once
		anna.post("/settings/definition/reading", "version", "2").status(303)
	}
	anna.get("/settings/definition").sees("Jij las dit", "1 van ").misses("/settings/definition/reading")
	anna.get("/ladder").sees("Wat hier een klant heet, is gelezen door")
}

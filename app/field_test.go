package app_test

import (
	"errors"
	"net/url"
	"testing"

	"kring/app"
	"kring/base/fact"
	"kring/domain/account"
	"kring/domain/field"
	"kring/domain/filter"
	"kring/domain/member"
	"kring/kit"
	"kring/store"
)

func TestOwnFields(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		w := kit.New(t, db)
		ada, anna := w.Member("Ada", member.Admin), w.Member("Anna", member.AccountManager)
		ctx := t.Context()
		define := func(label string, typ field.Type, required bool, choices ...string) field.Definition {
			t.Helper()
			d := field.Draft{Kind: fact.Account, Label: field.Label{NL: label}, Type: typ, Required: required, Purpose: "Om te weten wat past.", Ground: field.LegitimateInterest}
			for _, c := range choices {
				d.Choices = append(d.Choices, field.Option{Label: field.Label{NL: c}})
			}
			f, err := w.App.AddField(ctx, ada, d)
			if err != nil {
				t.Fatal(err)
			}
			return f
		}
		budget := define("Budget", field.Money, false)
		define("Kopjes per dag", field.Number, false)
		define("Bonen", field.Choices, false, "Licht", "Donker")
		since := define("Klant sinds", field.Date, false)
		if _, err := w.App.AddField(ctx, anna, field.Draft{}); !errors.Is(err, app.ErrDenied) {
			t.Errorf("without the right: %v", err)
		}
		if _, err := w.App.AddField(ctx, ada, field.Draft{Kind: fact.Account, Label: field.Label{NL: "Budget"}, Type: field.Text, Purpose: "x", Ground: field.Contract}); !fieldIs(err, app.ErrFieldKey) {
			t.Errorf("a key twice: %v", err)
		}
		if _, err := w.App.AddField(ctx, ada, field.Draft{Kind: fact.Account, Label: field.Label{NL: "Schoenmaat"}, Type: field.Text}); !fieldIs(err, field.ErrNoPurpose) || !fieldIs(err, field.ErrNoGround) {
			t.Errorf("without purpose and ground: %v", err)
		}
		a, err := w.App.AddAccount(ctx, anna, account.Draft{Name: "Acme", Own: map[string]any{"budget": "1.250,50", "kopjes_per_dag": 40.0, "bonen": []string{"donker"}, "klant_sinds": "1-2-2024"}})
		if err != nil || a.Own["budget"] != "1250.50" || a.Own["klant_sinds"] != "2024-02-01" {
			t.Fatalf("%+v %v", a.Own, err)
		}
		for own, want := range map[string]error{"schoenmaat": account.ErrOwn, "klant_sinds": nil} {
			if _, err := w.App.AddAccount(ctx, anna, account.Draft{Name: "Fout", Own: map[string]any{own: "31-02-2026"}}); err == nil || want != nil && !fieldIs(err, want) {
				t.Errorf("%s: %v", own, err)
			}
		}
		back, err := w.App.Account(ctx, anna, a.ID)
		if err != nil || len(account.Diff(a, back)) != 0 {
			t.Fatalf("%+v %v", account.Diff(a, back), err)
		}
		cat, err := w.App.AccountCatalogue(ctx, anna)
		if err != nil {
			t.Fatal(err)
		}
		for query, want := range map[string]int{
			"own.budget=gte:1250": 1, "own.budget=gt:1250.50": 0, "own.kopjes_per_dag=40": 1, "own.bonen=donker": 1, "own.bonen=licht": 0, "own.bonen=empty:": 0,
			"own.klant_sinds=on:2024-02-01": 1, "own.klant_sinds=before:2024-01-01": 0,
		} {
			vs, _ := url.ParseQuery(query)
			q, err := filter.Parse(cat, vs, filter.Limits{})
			if err != nil {
				t.Fatalf("%s: %v", query, err)
			}
			if n, _, err := w.App.CountAccounts(ctx, anna, q); err != nil || n != want {
				t.Errorf("%s finds %d, want %d (%v)", query, n, want, err)
			}
		}
		// A text as long as may be, that no index can press small.
		define("Verhaal", field.Text, false)
		long := make([]rune, field.MaxText)
		for i := range long {
			long[i] = rune(0x4e00 + (i*7919+i*i)%20000)
		}
		if told, err := w.App.AddAccount(ctx, anna, account.Draft{Name: "Lang", Own: map[string]any{"verhaal": string(long)}}); err != nil || told.Own["verhaal"] != string(long) {
			t.Errorf("a long text: %v", err)
		}
		// Put away: asked no more, kept.
		if _, err := w.App.ArchiveField(ctx, ada, since.ID, since.Version); err != nil {
			t.Fatal(err)
		}
		if a, err = w.App.ChangeAccount(ctx, anna, a.ID, 0, account.Patch{Own: map[string]any{"budget": nil}}); err != nil || a.Own["klant_sinds"] != "2024-02-01" || a.Own["budget"] != nil {
			t.Fatalf("%+v %v", a.Own, err)
		}
		if _, err := w.App.ChangeAccount(ctx, anna, a.ID, 0, account.Patch{Own: map[string]any{"klant_sinds": "2-2-2024"}}); !fieldIs(err, account.ErrOwn) {
			t.Errorf("a field that was put away: %v", err)
		}
		if _, err := w.App.ChangeField(ctx, ada, budget.ID, 7, field.Patch{}); !errors.Is(err, store.ErrStale) {
			t.Errorf("stale: %v", err)
		}
		// What is required must be there from now on.
		define("Regio", field.Choice, true, "Oost")
		if _, err := w.App.AddAccount(ctx, anna, account.Draft{Name: "Zonder"}); !fieldIs(err, field.ErrRequired) {
			t.Errorf("required: %v", err)
		}
	})
}

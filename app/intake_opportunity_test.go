package app_test

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"kring/app"
	"kring/base/fact"
	"kring/base/id"
	"kring/domain/account"
	"kring/domain/intake"
	"kring/domain/member"
	"kring/domain/opportunity"
	"kring/kit"
	"kring/store"
)

// TestPipelineData: the reference pipeline lands whole: what its source writes
// wrongly is reported, and mended by a mapping.
func TestPipelineData(t *testing.T) {
	t.Parallel()
	accounts := kit.ReferenceFile(t, "pipeline/accounts.csv")
	deals := kit.ReferenceFile(t, "pipeline/sales_pipeline_asof_2017-09-30.csv")
	sellers := kit.ReferenceFile(t, "pipeline/sales_teams.csv")
	_, db, _ := kit.SQLite(t)
	w := kit.New(t, db)
	boss := w.Member("Bas Admin", member.Admin)
	rows, err := csv.NewReader(bytes.NewReader(sellers)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	teams := map[string]id.Team{}
	for _, r := range rows[1:] {
		if teams[r[2]].IsZero() {
			teams[r[2]] = w.Team(r[2]).ID
		}
		w.Member(r[0], member.AccountManager, teams[r[2]])
	}
	h := &importer{t, w, boss}
	upload := func(kind fact.Kind, file []byte, change func(intake.Mapping)) intake.Intake {
		t.Helper()
		in, err := w.App.AddIntake(t.Context(), boss, kind, "proef.csv", bytes.NewReader(file))
		h.must(err)
		m := slices.Clone(in.Mapping)
		change(m)
		in, err = w.App.MapIntake(t.Context(), boss, in.ID, m, answers)
		h.must(err)
		return in
	}
	column := func(m intake.Mapping, head string) *intake.Column {
		for i := range m {
			if m[i].Head == head {
				return &m[i]
			}
		}
		t.Fatal(head)
		return nil
	}
	in := h.run(upload(fact.Account, accounts, func(m intake.Mapping) {
		for i := range m {
			m[i].Key = map[string]string{"account": "name"}[m[i].Head]
		}
	}))
	if in.Run.Created != 85 {
		t.Fatalf("accounts: %+v", in.Run)
	}
	// As it stands: no stage is called Engaging, and those have no account.
	in = h.check(upload(fact.Opportunity, deals, func(m intake.Mapping) {
		for head, key := range map[string]string{"opportunity_id": "external_id", "sales_agent": "owner", "product": "product", "account": "account", "deal_stage": "stage", "engage_date": "opened", "close_date": "close", "close_value": "value"} {
			if got := column(m, head).Key; got != key {
				t.Errorf("%s is proposed as %q, want %s", head, got, key)
			}
		}
	}))
	if in.Check.Rows != 7135 || in.Check.Created != 3042+1684 || in.Check.Refused != 2409 {
		t.Fatalf("as it stands: %+v", in.Check)
	}
	if _, err := w.App.AddAccount(t.Context(), boss, account.Draft{Name: "Nog onbekend"}); err != nil {
		t.Fatal(err)
	}
	in = h.run(upload(fact.Opportunity, deals, func(m intake.Mapping) {
		column(m, "product").Instead = "GTXPro = GTX Pro"
		column(m, "account").Instead = " = Nog onbekend"
		column(m, "deal_stage").Instead = "Engaging = Behoefte"
	}))
	if in.Run.Created != 7135 || in.Run.Refused != 0 {
		t.Fatalf("mended: %+v", in.Run)
	}
	b, err := w.App.Board(t.Context(), boss, app.BoardAsk{})
	if err != nil || b.Open.N != 2409 || len(b.Columns[0].Cards) != app.CardsAtATime || !b.Columns[0].More || b.Won.Total.N != 0 {
		t.Fatalf("the board: %d open, %v", b.Open.N, err)
	}
	f, err := w.App.PipelineFigures(t.Context(), boss, app.BoardAsk{From: "2017-03-01", Until: "2017-09-30"})
	if err != nil || f.Won != 3042 || f.Lost != 1684 {
		t.Fatalf("the figures: %+v %v", f.Figures, err)
	}
	all, _, err := w.App.Opportunities(t.Context(), boss, app.ListAsk{State: opportunity.Won, Limit: 200})
	if err != nil || len(all) != 200 {
		t.Fatal(len(all), err)
	}
	for _, s := range all {
		if s.Order.IsZero() || s.Closed == "" || s.Opened == "" || s.Owner == boss.Member.ID || s.Team.IsZero() || strings.Contains(s.Name, "GTXPro") {
			t.Fatalf("%+v", s.Opportunity)
		}
	}
}

// TestIntakeOpportunities: rows become opportunities, one that was won becomes an
// order too, and all of it is taken back.
func TestIntakeOpportunities(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		h := newImporter(t, db)
		acc, err := h.w.App.AddAccount(t.Context(), h.who, account.Draft{Name: "Museum De Wachter"})
		h.must(err)
		file := "Id,Relatie,Kans,Waarde,Stadium,Begonnen,Sluitdatum,Reden\n" +
			"k1,Museum De Wachter,Tweede machine,9800,Gewonnen,2026-09-01,2026-10-12,\n" +
			"k2,Museum De Wachter,Derde machine,4000,Offerte,2026-10-01,2026-12-01,\n" +
			"k3,Museum De Wachter,Water,1200,Verloren,2026-08-01,2026-09-01,price\n" +
			"k4,,Thee,100,Offerte,2026-08-01,,\n" +
			"k5,Museum De Wachter,Thee,100,Praten,2026-08-01,,\n" +
			"k6,Museum De Wachter,Thee,0,Gewonnen,2026-08-01,2026-08-02,\n" +
			"k1,Museum De Wachter,Nog eens,1,Offerte,2026-08-01,,\n"
		in := h.run(h.upload(fact.Opportunity, file, intake.Options{}, nil))
		h.want(counts(in.Run), "7 rows: 3 created, 0 updated, 0 same, 4 refused, 0 twins, 0 besides", "what landed")
		at, err := h.w.App.OpportunitiesAt(t.Context(), h.who, acc.ID, id.Opportunity{}, 10)
		h.must(err)
		by := map[string]app.Seen{}
		for _, s := range at {
			by[s.ExternalID] = s
		}
		if len(at) != 3 || by["k1"].State != opportunity.Won || by["k1"].Closed != "2026-10-12" || by["k2"].Stage != "quote" || by["k2"].Close != "2026-12-01" || by["k3"].Reason != "price" {
			t.Fatalf("%+v", at)
		}
		sold, err := h.w.App.Order(t.Context(), h.who, by["k1"].Order)
		if h.must(err); sold.Amount.Cents != 980_000 || sold.Day != "2026-10-12" || sold.Opportunity != by["k1"].ID {
			t.Errorf("%+v", sold)
		}
		again := h.run(h.upload(fact.Opportunity, "Id,Relatie,Kans,Waarde\nk2,Museum De Wachter,Derde machine,4500\nk3,Museum De Wachter,Water,1200\n", intake.Options{Mode: intake.Both, Key: "external_id"}, nil))
		h.want(counts(again.Run), "2 rows: 0 created, 1 updated, 1 same, 0 refused, 0 twins, 0 besides", "what changed")
		h.undo(again)
		h.undo(in)
		if at, err = h.w.App.OpportunitiesAt(t.Context(), h.who, acc.ID, id.Opportunity{}, 10); err != nil || len(at) != 1 || at[0].ExternalID != "k2" || at[0].Value.Cents != 400_000 {
			t.Errorf("taken back: %+v %v", at, err)
		}
		if _, err := h.w.App.Order(t.Context(), h.who, sold.ID); err == nil {
			t.Error("the order of a row is left")
		}
	})
}

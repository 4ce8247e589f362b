package app_test

import (
	"errors"
	"testing"

	"kring/app"
	"kring/base/fact"
	"kring/domain/account"
	"kring/domain/field"
	"kring/domain/member"
	"kring/kit"
	"kring/store"
)

func TestFactLog(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		w := kit.New(t, db)
		ada, anna := w.Member("Ada", member.Admin), w.Member("Anna", member.AccountManager)
		w.MemberOf(w.Organisation("Vreemd"), "Vera", member.Admin)
		for _, who := range []app.Who{ada, anna, anna} {
			if _, err := w.App.AddAccount(t.Context(), who, account.Draft{Name: "Acme", Tags: []string{"vip"}}); err != nil {
				t.Fatal(err)
			}
		}
		for name, c := range map[string]struct {
			ask  fact.Query
			want int
		}{
			"a kind":           {fact.Query{Kind: fact.Account}, 3},
			"a deed":           {fact.Query{Deed: "account.created"}, 3},
			"no such deed":     {fact.Query{Deed: "account.binned"}, 0},
			"a member":         {fact.Query{Member: anna.Member.ID}, 2},
			"a member, a kind": {fact.Query{Member: anna.Member.ID, Kind: fact.Member}, 0},
			"this house only":  {fact.Query{Deed: "member.added"}, 2},
		} {
			c.ask.Limit = 50
			all, err := w.App.FactLog(t.Context(), ada, c.ask)
			if err != nil || len(all) != c.want {
				t.Errorf("%s: %d facts, want %d (%v)", name, len(all), c.want, err)
			}
		}
		first, err := w.App.FactLog(t.Context(), ada, fact.Query{Kind: fact.Account, Limit: 2})
		if err != nil || len(first) != 2 {
			t.Fatalf("%d facts, %v", len(first), err)
		}
		rest, err := w.App.FactLog(t.Context(), ada, fact.Query{Kind: fact.Account, Limit: 2, Before: first[1].ID})
		if err != nil || len(rest) != 1 || rest[0].Actor.Member != ada.Member.ID {
			t.Errorf("the next page: %+v, %v", rest, err)
		}
		if _, err := w.App.FactLog(t.Context(), anna, fact.Query{Limit: 1}); !errors.Is(err, app.ErrDenied) {
			t.Errorf("without the right: %v", err)
		}
		tags, err := w.App.Tags(t.Context(), ada, "", 10)
		if err != nil || len(tags) != 1 || tags[0] != (store.TagCount{Tag: "vip", Count: 3, Accounts: 3}) {
			t.Errorf("tags %+v, %v", tags, err)
		}
	})
}

func TestMoveField(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		w := kit.New(t, db)
		ada, anna := w.Member("Ada", member.Admin), w.Member("Anna", member.AccountManager)
		var made []field.Definition
		for _, label := range []string{"a", "b", "c"} {
			f, err := w.App.AddField(t.Context(), ada, field.Draft{Kind: fact.Account, Label: field.Label{NL: label}, Type: field.Text, Purpose: "p", Ground: field.Contract})
			if err != nil {
				t.Fatal(err)
			}
			made = append(made, f)
		}
		for _, c := range []struct {
			which, by int
			want      string
		}{{2, -1, "acb"}, {2, -9, "cab"}, {2, 9, "abc"}, {0, 1, "bac"}, {0, 0, "bac"}} {
			if err := w.App.MoveField(t.Context(), ada, made[c.which].ID, c.by); err != nil {
				t.Fatal(err)
			}
			all, err := w.App.Fields(t.Context(), ada, fact.Account)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, f := range all {
				got += f.Key
			}
			if got != c.want {
				t.Errorf("after %s by %d: %s, want %s", made[c.which].Key, c.by, got, c.want)
			}
		}
		if err := w.App.MoveField(t.Context(), anna, made[0].ID, 1); !errors.Is(err, app.ErrDenied) {
			t.Errorf("without the right: %v", err)
		}
		history, err := w.App.FieldHistory(t.Context(), ada, made[2].ID)
		if err != nil || len(history) < 3 || history[len(history)-1].Deed != "field.defined" {
			t.Errorf("history %+v, %v", history, err)
		}
	})
}

package store_test

import (
	"errors"
	"testing"

	"kring/base/fact"
	"kring/base/find"
	"kring/base/id"
	"kring/domain/account"
	"kring/domain/member"
	"kring/kit"
	"kring/store"
)

// TestUnindexed: a database that was filled without its indexes is one as any
// other afterwards: what was added is found, and what is a key is one again.
func TestUnindexed(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		ctx := t.Context()
		o := found(t, db)
		add := func(tx *store.Tx, name string) error {
			a, err := account.New(id.New[id.Account](), tx.Now(), "NL", account.Draft{Name: name, KvK: "12345678"})
			if err != nil {
				return err
			}
			_, err = tx.AddAccount(a, fact.Fact{Deed: "account.created"})
			return err
		}
		err := db.Unindexed(ctx, func(string) {}, func() error {
			return db.Write(ctx, o.ID, nobody, func(tx *store.Tx) error {
				return errors.Join(add(tx, "Zorggroep De Linden"), add(tx, "De Kade"))
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Write(ctx, o.ID, nobody, func(tx *store.Tx) error { return add(tx, "Linden en Zoon") }); err != nil {
			t.Fatal(err)
		}
		if err := db.Ready(ctx); err != nil {
			t.Fatal(err)
		}
		err = db.Read(ctx, o.ID, func(v *store.View) error {
			for typed, want := range map[string]int{"linden": 2, "groep": 1, "kade": 1} {
				hits, err := v.SearchAccounts(find.Parse(typed), member.Reach{Scope: member.All}, 10)
				if err != nil || len(hits) != want {
					t.Errorf("%s: %v %v", typed, hits, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

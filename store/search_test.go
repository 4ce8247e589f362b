package store_test

import (
	"fmt"
	"strings"
	"testing"

	"kring/base/fact"
	"kring/base/find"
	"kring/base/id"
	"kring/base/reach"
	"kring/domain/account"
	"kring/domain/entry"
	"kring/domain/member"
	"kring/kit"
	"kring/store"
)

func login(t *testing.T, tx *store.Tx) id.Login {
	t.Helper()
	l, err := tx.AddLogin(entry.Login{Email: "ik@proef.example"})
	if err != nil {
		t.Fatal(err)
	}
	return l.ID
}

// Among many that others have, one's own is found; names that begin with the
// word come first; every word counts.
func TestSearchAmongMany(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		o := found(t, db)
		var me id.Member
		err := db.Write(t.Context(), o.ID, nobody, func(tx *store.Tx) (err error) {
			add := func(name, city string, owner id.Member) error {
				a, err := account.New(id.New[id.Account](), tx.Now(), "NL", account.Draft{Name: name, Owner: owner, Addresses: reach.Addresses{{City: city}}})
				if err == nil {
					_, err = tx.AddAccount(a, fact.Fact{Deed: "account.created"})
				}
				return err
			}
			m, err := tx.AddMember(member.Member{Name: "Ik", Email: "ik@proef.example", Role: member.Director, State: member.Active, Locale: "nl", Login: login(t, tx)}, fact.Fact{Deed: "member.added"})
			if err != nil {
				return err
			}
			me = m.ID
			for i := range 1100 {
				if err := add(fmt.Sprintf("Bakkerij %04d", i), "Zwolle", id.Member{}); err != nil {
					return err
				}
			}
			for i := range 20 {
				if err := add(fmt.Sprintf("Oude Bakkerij %d", i), "Assen", id.Member{}); err != nil {
					return err
				}
			}
			return add("Zoete Bakkerij", "Zwolle", me)
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, test := range []struct {
			words []string
			limit int
			n     int
			first string
		}{
			{[]string{"bak"}, 8, 8, "Bakkerij 0000"},
			{[]string{"bakkerij"}, 200, 200, "Bakkerij 0000"},
			{[]string{"zoete"}, 8, 1, "Zoete Bakkerij"},
			{[]string{"bakkerij", "oude"}, 50, 20, "Oude Bakkerij 0"},
			{[]string{"zwolle", "zoe"}, 8, 1, "Zoete Bakkerij"},
			{[]string{"bakkerij", "0599"}, 8, 1, "Bakkerij 0599"},
			{[]string{"bakkerij", "zwolle"}, 8, 8, ""},
			{[]string{"zwolle", "bakkerij", "oude"}, 8, 0, ""},
			{[]string{"bakkerij", "slager"}, 8, 0, ""},
		} {
			err := db.Read(t.Context(), o.ID, func(v *store.View) error {
				hits, err := v.SearchAccounts(find.Parse(strings.Join(test.words, " ")), member.Reach{Scope: member.All}, test.limit)
				if err != nil {
					return err
				}
				seen := map[id.Record]bool{}
				for _, h := range hits {
					if seen[h.ID] {
						t.Errorf("%v: %s twice", test.words, h.Name)
					}
					seen[h.ID] = true
				}
				if len(hits) != test.n || test.first != "" && hits[0].Name != test.first {
					t.Errorf("%v: %d found, %+v", test.words, len(hits), hits[:min(len(hits), 2)])
				}
				// However many others there are, one's own is found.
				own, err := v.SearchAccounts(find.Parse("bakkerij"), member.Reach{Scope: member.Own, Member: me}, 5)
				if err != nil || len(own) != 1 || own[0].Name != "Zoete Bakkerij" {
					t.Errorf("one's own: %v %v", own, err)
				}
				nobodys, err := v.SearchAccounts(find.Parse(strings.Join(test.words, " ")), member.Reach{Scope: member.Own, Member: id.New[id.Member]()}, test.limit)
				if len(nobodys) > 0 {
					t.Errorf("%v: out of reach, and found", test.words)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

package store_test

import (
	"fmt"
	"reflect"
	"testing"

	"kring/base/fact"
	"kring/base/find"
	"kring/base/id"
	"kring/base/reach"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/member"
	"kring/kit"
	"kring/store"
)

// Many at once are stored as one by one: read back the same, found the same.
func TestAddMany(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		one, many := found(t, db).ID, found(t, db).ID
		var accounts []account.Account
		var contacts []contact.Contact
		var aboutAccounts, aboutContacts []fact.Fact
		for i := range 130 { // more than fit in one statement
			a, err := account.New(id.New[id.Account](), 1, "NL", account.Draft{
				Name: fmt.Sprintf("Bakkerij %d", i), Tags: []string{"brood"}, Own: map[string]any{"budget": 12.5}, ExternalID: fmt.Sprint(i),
				Emails: reach.Emails{{Address: fmt.Sprintf("a%d@bakker.example", i)}}, Phones: reach.Phones{{Number: "038 421 22 33"}},
			})
			if err != nil {
				t.Fatal(err)
			}
			c, err := contact.New(id.New[id.Contact](), 1, "NL", contact.Draft{Given: "Inge", Family: fmt.Sprintf("Verbeek %d", i), Tags: []string{"inkoop"},
				Accounts: []contact.Link{{Account: a.ID, Function: "bakker"}}, Emails: reach.Emails{{Address: fmt.Sprintf("c%d@bakker.example", i)}}})
			if err != nil {
				t.Fatal(err)
			}
			accounts, contacts = append(accounts, a), append(contacts, c)
			aboutAccounts = append(aboutAccounts, fact.Fact{Deed: "account.created", Evidence: fmt.Sprint(i)})
			aboutContacts = append(aboutContacts, fact.Fact{Deed: "contact.created", Evidence: fmt.Sprint(i)})
		}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(db.Write(t.Context(), many, nobody, func(tx *store.Tx) error {
			if err := tx.AddAccounts(accounts, aboutAccounts); err != nil {
				return err
			}
			return tx.AddContacts(contacts, aboutContacts)
		}))
		must(db.Write(t.Context(), one, nobody, func(tx *store.Tx) error {
			for i := range accounts {
				if _, err := tx.AddAccount(accounts[i], aboutAccounts[i]); err != nil {
					return err
				}
				if _, err := tx.AddContact(contacts[i], aboutContacts[i]); err != nil {
					return err
				}
			}
			return nil
		}))
		all := member.Reach{Scope: member.All}
		seen := func(org id.Org, i int) (got []any) {
			must(db.Read(t.Context(), org, func(v *store.View) error {
				a, err := v.Account(accounts[i].ID, all)
				must(err)
				c, err := v.Contact(contacts[i].ID, all)
				must(err)
				facts, err := v.FactsOf(a.ID.Any(), id.Fact{}, 5)
				must(err)
				for j := range facts {
					facts[j].ID, facts[j].At = id.Fact{}, 0
				}
				hits, err := v.SearchAccounts(find.Parse("bakkerij "+fmt.Sprint(i)), all, 5)
				must(err)
				people, err := v.SearchContacts(find.Parse("verbeek "+fmt.Sprint(i)), all, all, 5)
				must(err)
				tags, err := v.Tags("", 10)
				must(err)
				got = []any{a, c, facts, hits, people, tags}
				return nil
			}))
			return got
		}
		for _, i := range []int{0, 49, 50, 129} {
			if a, b := seen(one, i), seen(many, i); !reflect.DeepEqual(a, b) {
				t.Errorf("record %d:\n%+v\n%+v", i, a, b)
			}
		}
		must(db.Write(t.Context(), many, nobody, func(tx *store.Tx) error { return tx.AddAccounts(nil, nil) }))
		if err := db.Write(t.Context(), many, nobody, func(tx *store.Tx) error { return tx.AddAccounts(accounts[:1], aboutAccounts[:1]) }); err == nil {
			t.Error("an account was stored twice")
		}
	})
}

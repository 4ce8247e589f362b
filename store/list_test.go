package store_test

import (
	"fmt"
	"net/url"
	"slices"
	"testing"
	"time"

	"kring/base/catalogue"
	"kring/base/fact"
	"kring/base/id"
	"kring/base/reach"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/filter"
	"kring/domain/member"
	"kring/kit"
	"kring/store"
)

func TestList(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		o := found(t, db)
		sanne, joris := hire(t, db, o.ID, "sanne", id.Team{}), hire(t, db, o.ID, "joris", id.Team{})
		cities := []string{"Zwolle", "Deventer", "'s-Hertogenbosch", ""}
		err := db.Write(t.Context(), o.ID, nobody, func(tx *store.Tx) error {
			for i := range 40 {
				d := account.Draft{Name: fmt.Sprintf("Élan %02d%%_", i), Size: i, Owner: []member.Member{sanne, joris}[i%2].ID, LegalForm: account.BV,
					Own: map[string]any{"budget": float64(i) / 2, "soort": []string{"een", "twee"}[i%2]}}
				if c := cities[i%4]; c != "" {
					d.Addresses = reach.Addresses{{City: c}}
				}
				if i%5 == 0 {
					d.Tags, d.Phones, d.CounterValue = []string{"vip", fmt.Sprint("t", i)}, reach.Phones{{Number: fmt.Sprintf("06123456%02d", i)}}, []string{"data"}
				}
				a, err := account.New(id.New[id.Account](), int64(1000+i), "NL", d)
				if err != nil {
					return err
				}
				if _, err = tx.AddAccount(a, fact.Fact{Deed: "account.created"}); err != nil {
					return err
				}
				c, err := contact.New(id.New[id.Contact](), 1, "NL", contact.Draft{Given: "Jan", Family: fmt.Sprint("Bakker", i),
					Accounts: []contact.Link{{Account: a.ID, Function: "Inkoper", Roles: []contact.Role{[]contact.Role{contact.User, contact.Buyer}[i%2]}}}})
				if err != nil {
					return err
				}
				if _, err = tx.AddContact(c, fact.Fact{Deed: "contact.created"}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		own := account.Catalogue().With(catalogue.Field{Key: "own.budget", Kind: catalogue.Number}, catalogue.Field{Key: "own.soort", Kind: catalogue.Choice, Choices: []string{"een", "twee"}})
		lens := filter.Lens{Me: sanne.ID, Today: "2026-11-23", Zone: time.UTC}
		all := member.Reach{Scope: member.All}
		ask := func(cat catalogue.Catalogue, query string) filter.Query {
			t.Helper()
			vs, err := url.ParseQuery(query)
			if err != nil {
				t.Fatal(err)
			}
			q, err := filter.Parse(cat, vs, filter.Limits{})
			if err != nil {
				t.Fatalf("%s: %v", query, err)
			}
			return q
		}
		err = db.Read(t.Context(), o.ID, func(v *store.View) error {
			for query, want := range map[string]int{
				"": 40, "owner=me": 20, "owner=not:me": 20, "city=zwolle": 10, "city=in:Zwolle,Deventer": 20, "city=empty:": 10, "city=filled:": 30,
				"city=starts:'s-h": 10, "name=contains:élan 1": 10, `name=contains:%25_`: 40, "name=not:elan 01%25_": 39,
				"size=gte:30": 10, "size=between:3,5": 3, "size=gt:2.5": 37, "tags=vip": 8, "tags=all:vip,t5": 1, "tags=none:vip,x": 32, "tags=empty:": 32,
				"phone=0612345600": 1, "phone=contains:345605": 1, "phone=empty:": 32, "counter_value=data": 8, "counter_value=empty:": 32,
				"own.budget=gte:10": 20, "own.soort=een": 20, "own.soort=not:een": 20, "q=elan": 40, "q=elan 07": 1, "q=zwol": 10, "q=nee": 0, "bin=true": 0,
				"created_at=before:2000-01-01": 40, "kind=person": 0, "legal_form=bv": 40, "team=empty:": 40, "website=empty:": 40, "kvk=contains:4": 0,
			} {
				q := ask(own, query)
				n, capped, err := v.CountAccounts(q, lens, all)
				if err != nil {
					return fmt.Errorf("%s: %w", query, err)
				}
				if n != want || capped {
					t.Errorf("%q counts %d, want %d", query, n, want)
				}
				q.Limit = 7
				if got := walk(t, v, q, lens, all); len(got) != want {
					t.Errorf("%q lists %d, want %d", query, len(got), want)
				}
			}
			cc := contact.Catalogue()
			for query, want := range map[string]int{"": 40, "roles=user": 20, "roles=not:user": 20, "function=contains:INK": 40, "function=empty:": 0, "name=starts:bakker1": 11, "q=inkoper": 40} {
				if n, _, err := v.CountContacts(ask(cc, query), lens, all); err != nil || n != want {
					t.Errorf("%q counts %d contacts, want %d (%v)", query, n, want, err)
				}
			}
			// Pages by keyset hold everything once, in order, both ways.
			for _, sort := range []string{"name", "-name", "size", "-size", "city", "-city", "created_at", "-updated_at"} {
				q := ask(own, "sort="+sort)
				q.Limit = 200
				whole := walk(t, v, q, lens, all)
				q.Limit = 3
				paged := walk(t, v, q, lens, all)
				if !slices.Equal(whole, paged) || len(whole) != 40 {
					t.Errorf("%s: pages of three differ from the whole", sort)
				}
				before, next, err := v.AccountBeside(whole[5], q, lens, all)
				if err != nil || before != whole[4] || next != whole[6] {
					t.Errorf("%s: beside: %v", sort, err)
				}
				before, next, err = v.AccountBeside(whole[0], q, lens, all)
				if err != nil || !before.IsZero() || next != whole[1] {
					t.Errorf("%s: beside the first: %v", sort, err)
				}
			}
			// Scope holds in list, count and search alike.
			mine := member.Reach{Scope: member.Own, Member: joris.ID}
			if n, _, err := v.CountAccounts(ask(own, ""), lens, mine); err != nil || n != 20 {
				t.Errorf("own scope counts %d %v", n, err)
			}
			if n, _, err := v.CountContacts(ask(cc, ""), lens, mine); err != nil || n != 20 {
				t.Errorf("own scope counts %d contacts %v", n, err)
			}
			lines, err := v.AccountLines(ask(own, "owner=me&limit=1"), lens, all)
			if err != nil || lines.Items[0].OwnerName != "sanne" || lines.Items[0].Own["budget"] == nil {
				t.Errorf("line %+v %v", lines.Items, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func walk(t *testing.T, v *store.View, q filter.Query, lens filter.Lens, r member.Reach) (ids []id.Record) {
	t.Helper()
	for {
		p, err := v.AccountIDs(q, lens, r)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, p.Items...)
		if p.Next.IsZero() {
			return ids
		}
		back, err := filter.ReadCursor(p.Next.String(), q.Sort)
		if err != nil {
			t.Fatal(err)
		}
		q.Cursor = back
	}
}

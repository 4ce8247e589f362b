package store_test

import (
	"errors"
	"testing"

	"kring/base/fact"
	"kring/base/find"
	"kring/base/id"
	"kring/base/reach"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/entry"
	"kring/domain/member"
	"kring/kit"
	"kring/store"
)

// hire makes a member to own things.
func hire(t *testing.T, db *store.DB, org id.Org, name string, team id.Team) (m member.Member) {
	t.Helper()
	err := db.Write(t.Context(), org, nobody, func(tx *store.Tx) error {
		l, err := tx.AddLogin(entry.Login{Email: name + "@proef.nl"})
		if err != nil {
			return err
		}
		m, err = tx.AddMember(member.Member{Login: l.ID, Name: name, Email: l.Email, Role: member.AccountManager, Team: team, State: member.Active, Locale: "nl"}, fact.Fact{Deed: "member.added"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestAccount(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		o := found(t, db)
		var west member.Group
		if err := db.Write(t.Context(), o.ID, nobody, func(tx *store.Tx) (err error) {
			west, err = tx.AddTeam(member.Group{Name: "West"}, fact.Fact{Deed: "team.added"})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		sanne, joris := hire(t, db, o.ID, "sanne", id.Team{}), hire(t, db, o.ID, "joris", west.ID)
		all := member.Reach{Scope: member.All}
		own := func(m member.Member) member.Reach { return member.Reach{Scope: member.Own, Member: m.ID} }
		ofWest := member.Reach{Scope: member.Team, Member: sanne.ID, Teams: []id.Team{west.ID}}

		linden, err := account.New(id.New[id.Account](), 1, "NL", account.Draft{
			Name: "Zorggroep De Linden", LegalForm: account.Foundation, KvK: "41222334", Size: 1240, Owner: sanne.ID,
			Phones: reach.Phones{{Number: "038 421 22 33"}}, Emails: reach.Emails{{Address: "Info@DeLinden.example"}},
			Addresses: reach.Addresses{{Street: "Dorpsstraat", Number: "1", Postcode: "8011ab", City: "Zwolle"}},
			Tags:      []string{"Zorg", "koffie"}, CounterValue: []string{"money"}, Own: map[string]any{"budget": 12.5},
		})
		if err != nil {
			t.Fatal(err)
		}
		inge, err := contact.New(id.New[id.Contact](), 1, "NL", contact.Draft{Given: "Inge", Family: "Verbeek", Accounts: []contact.Link{{Account: linden.ID, Function: "Facilitair manager", Roles: []contact.Role{contact.Influencer}}}})
		if err != nil {
			t.Fatal(err)
		}
		write := func(fn func(tx *store.Tx) error) error { return db.Write(t.Context(), o.ID, nobody, fn) }
		if err := write(func(tx *store.Tx) error {
			if linden, err = tx.AddAccount(linden, fact.Fact{Deed: "account.created"}); err != nil {
				return err
			}
			inge, err = tx.AddContact(inge, fact.Fact{Deed: "contact.created"})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		see := func(r member.Reach) (a account.Account, c contact.Contact, hits []store.Hit, aErr, cErr error) {
			if err := db.Read(t.Context(), o.ID, func(v *store.View) error {
				a, aErr = v.Account(linden.ID, r)
				c, cErr = v.Contact(inge.ID, r)
				hits, err = v.SearchAccounts(find.Parse("lin de zw"), r, 20)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return a, c, hits, aErr, cErr
		}
		a, c, hits, aErr, cErr := see(all)
		if aErr != nil || cErr != nil || len(hits) != 1 {
			t.Fatal(aErr, cErr, hits)
		}
		if d := account.Diff(linden, a); len(d) != 0 || a.Version != 1 {
			t.Fatalf("came back different: %+v", d)
		}
		if d := contact.Diff(inge, c); len(d) != 0 {
			t.Fatalf("came back different: %+v", d)
		}

		// Scope: the record, what hangs on it, and search say the same.
		for name, s := range map[string]struct {
			reach member.Reach
			sees  bool
		}{
			"all": {all, true}, "owner": {own(sanne), true}, "other": {own(joris), false}, "nobody": {member.Reach{}, false},
			"own by team": {ofWest, true}, "team without it": {member.Reach{Scope: member.Team, Member: joris.ID, Teams: []id.Team{west.ID}}, false},
		} {
			_, _, hits, aErr, cErr := see(s.reach)
			if (aErr == nil) != s.sees || (cErr == nil) != s.sees || (len(hits) == 1) != s.sees {
				t.Errorf("%s: %v %v %v", name, aErr, cErr, hits)
			}
			if !s.sees && !errors.Is(aErr, store.ErrNotFound) {
				t.Errorf("%s: out of sight is not there: %v", name, aErr)
			}
			if why := s.reach.Why(a.Owner, a.Team); (why != "") != s.sees {
				t.Errorf("%s: Go says %q where SQL says %v", name, why, s.sees)
			}
		}

		// A change replaces what finds it; the old version is stale.
		changed, changes, err := account.Change(a, 2, "NL", account.Patch{Own: map[string]any{"budget": nil}})
		if err != nil {
			t.Fatal(err)
		}
		changed.Name, changed.Team = "Zorggroep Kastanje", west.ID
		changes = append(changes, fact.Of("name", a.Name, changed.Name))
		if err := write(func(tx *store.Tx) error {
			changed, err = tx.SaveAccount(changed, fact.Fact{Deed: "account.changed", Changes: changes})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if changed.Version != 2 {
			t.Fatalf("version %d", changed.Version)
		}
		if _, _, hits, _, _ := see(all); len(hits) != 0 {
			t.Fatal("found under its old name")
		}
		if err := write(func(tx *store.Tx) error {
			_, err := tx.SaveAccount(a, fact.Fact{Deed: "account.changed"})
			return err
		}); !errors.Is(err, store.ErrStale) {
			t.Fatalf("a stale version: %v", err)
		}
		if err := db.Read(t.Context(), o.ID, func(v *store.View) error {
			fs, err := v.FactsOf(linden.ID.Any(), noFact, 10)
			if len(fs) != 2 || fs[0].Deed != "account.changed" || len(fs[0].Changes) != 2 {
				t.Errorf("history %+v", fs)
			}
			around, err2 := v.FactsAround(linden.ID, member.Reach{Scope: member.All}, noFact, 10)
			if len(around) != 3 {
				t.Errorf("timeline of %d", len(around))
			}
			return errors.Join(err, err2)
		}); err != nil {
			t.Fatal(err)
		}

		// Nothing dangles, and another organisation sees nothing.
		theirs := found(t, db)
		if err := db.Write(t.Context(), theirs.ID, nobody, func(tx *store.Tx) error {
			_, err := tx.AddContact(inge, fact.Fact{Deed: "contact.created"})
			return err
		}); !errors.Is(err, store.ErrDangling) {
			t.Fatalf("a link to another organisation's account: %v", err)
		}
		if err := db.Read(t.Context(), theirs.ID, func(v *store.View) error {
			if _, err := v.Account(linden.ID, all); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("another organisation's account: %v", err)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
}

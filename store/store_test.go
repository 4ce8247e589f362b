package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"kring/base/fact"
	"kring/base/fault"
	"kring/domain/member"
	"kring/domain/organisation"
	"kring/kit"
	"kring/store"
)

var nobody = fact.Actor{Kind: "system", Name: "test"}

// found makes an organisation to work in.
func found(t *testing.T, db *store.DB) (o organisation.Organisation) {
	t.Helper()
	err := db.Write(t.Context(), store.Nowhere, nobody, func(tx *store.Tx) (err error) {
		o, err = tx.AddOrganisation(organisation.Organisation{Name: "Proef", Settings: organisation.Settings{}.Defaults()}, fact.Fact{Deed: "organisation.founded"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestWrite(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		o := found(t, db)
		add := func(name string, also error) error {
			return db.Write(t.Context(), o.ID, nobody, func(tx *store.Tx) error {
				if _, err := tx.AddTeam(member.Group{Name: name}, fact.Fact{Deed: "team.added"}); err != nil {
					return err
				}
				return also
			})
		}
		count := func() (n, facts int) {
			t.Helper()
			err := db.Read(t.Context(), o.ID, func(v *store.View) error {
				all, err := v.Teams()
				if err != nil {
					return err
				}
				fs, err := v.Facts(noFact, 200)
				n, facts = len(all), len(fs)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return n, facts
		}

		// Changes that wait share a commit; one that fails or panics takes
		// nothing of its neighbours.
		oops := errors.New("oops")
		var wg sync.WaitGroup
		errs := make([]error, 60)
		for i := range errs {
			wg.Go(func() {
				switch {
				case i%10 == 3:
					errs[i] = add(fmt.Sprintf("team %d", i), oops)
				case i%10 == 7:
					errs[i] = db.Write(t.Context(), o.ID, nobody, func(*store.Tx) error { panic("boom") })
				default:
					errs[i] = add(fmt.Sprintf("team %d", i), nil)
				}
			})
		}
		wg.Wait()
		for i, err := range errs {
			if bad := i%10 == 3 || i%10 == 7; bad != (err != nil) {
				t.Errorf("change %d: %v", i, err)
			}
		}
		if n, facts := count(); n != 48 || facts != 49 {
			t.Fatalf("%d teams, %d facts; want 48 and one more", n, facts)
		}
		if err := add("team 0", nil); !errors.Is(err, store.ErrTaken) {
			t.Fatalf("a name twice: %v", err)
		}
		if fault.KindOf(errs[7]) != fault.Internal {
			t.Fatal("a panic is internal")
		}
	})
}

var noFact = fact.Fact{}.ID

func TestStale(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		o := found(t, db)
		rename := func(o organisation.Organisation, name string) error {
			return db.Write(t.Context(), o.ID, nobody, func(tx *store.Tx) error {
				o.Name = name
				_, err := tx.SaveOrganisation(o, fact.Fact{Deed: "organisation.changed"})
				return err
			})
		}
		if err := rename(o, "Een"); err != nil {
			t.Fatal(err)
		}
		if err := rename(o, "Twee"); !errors.Is(err, store.ErrStale) {
			t.Fatalf("a lost update: %v", err)
		}
	})
}

func TestForeignOrganisation(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		ours, theirs := found(t, db), found(t, db)
		err := db.Write(t.Context(), ours.ID, nobody, func(tx *store.Tx) error {
			theirs.Name = "Gestolen"
			_, err := tx.SaveOrganisation(theirs, fact.Fact{Deed: "organisation.changed"})
			return err
		})
		if !errors.Is(err, store.ErrNotFound) {
			t.Fatalf("another organisation's row: %v", err)
		}
		err = db.Read(t.Context(), theirs.ID, func(v *store.View) error {
			o, err := v.Organisation()
			if o.Name != "Proef" {
				t.Errorf("named %q by another organisation", o.Name)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestSchema(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		ctx, stop := context.WithCancel(t.Context())
		stop()
		if err := db.Write(ctx, store.Nowhere, nobody, func(*store.Tx) error { return nil }); err == nil {
			t.Fatal("a request that is gone writes nothing")
		}
		has, want, err := db.Schema(t.Context())
		if err != nil || has != want || has == 0 {
			t.Fatalf("schema %d, program %d, %v", has, want, err)
		}
	})
}

package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"kring/base/fact"
	"kring/base/id"
	"kring/domain/account"
	"kring/kit"
	"kring/store"
)

// What is remembered is never older than one's own last change, nor, when
// another process wrote, than a moment.
func TestRemembered(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		o, theirs := found(t, db), found(t, db)
		other := open(t, db.Where()) // as another process would
		count := func(db *store.DB, org id.Org) (n int) {
			t.Helper()
			if err := db.Peek(t.Context(), org, func(v *store.View) error {
				all, err := v.Tags("", 10)
				for _, tag := range all {
					n += tag.Count
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return n
		}
		oops := errors.New("oops")
		add := func(db *store.DB, fail bool) {
			t.Helper()
			err := db.Write(t.Context(), o.ID, nobody, func(tx *store.Tx) error {
				a, err := account.New(id.New[id.Account](), tx.Now(), "NL", account.Draft{Name: fmt.Sprint("Proef ", clock.Now().UnixNano()), Tags: []string{"een"}})
				if err != nil {
					return err
				}
				if _, err = tx.AddAccount(a, fact.Fact{Deed: "account.created"}); err != nil {
					return err
				}
				all, err := tx.Tags("", 10) // a change sees itself
				if err != nil || len(all) != 1 {
					return fmt.Errorf("%v %w", all, err)
				}
				if fail {
					return oops
				}
				return nil
			})
			if fail != errors.Is(err, oops) {
				t.Fatal(err)
			}
		}
		for n := range 4 {
			if got := count(db, o.ID); got != n {
				t.Fatalf("%d counted, %d there", got, n)
			}
			add(db, true)
			if got := count(db, o.ID); got != n {
				t.Fatalf("%d counted after a change that failed, %d there", got, n)
			}
			add(db, false)
		}
		if got := count(db, theirs.ID); got != 0 {
			t.Errorf("another organisation's: %d", got)
		}
		count(db, o.ID)
		add(other, false)
		clock.Advance(3 * time.Second)
		if got := count(db, o.ID); got != 5 {
			t.Errorf("what another process wrote is not seen: %d", got)
		}
	})
}

// Who asks the same at once is answered the same, once it was found.
func TestRememberedAtOnce(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		o := found(t, db)
		for n := range 5 {
			var wg sync.WaitGroup
			for range 12 {
				wg.Go(func() {
					err := db.Peek(t.Context(), o.ID, func(v *store.View) error {
						all, err := v.Tags("", 50)
						if err == nil && len(all) != n {
							err = fmt.Errorf("%d tags, want %d", len(all), n)
						}
						return err
					})
					if err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			err := db.Write(t.Context(), o.ID, nobody, func(tx *store.Tx) error {
				a, err := account.New(id.New[id.Account](), tx.Now(), "NL", account.Draft{Name: "Proef", Tags: []string{fmt.Sprintf("t%d", n)}})
				if err == nil {
					_, err = tx.AddAccount(a, fact.Fact{Deed: "account.created"})
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

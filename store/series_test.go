package store_test

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"kring/kit"
	"kring/store"
)

// TestNextNumber: no gap and none twice, also when many ask at once and some of
// them fail; every organisation, series and year counts for itself.
func TestNextNumber(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		ctx, o := t.Context(), found(t, db)
		fails := errors.New("not this one")
		var wait sync.WaitGroup
		var lock sync.Mutex
		var got []int64
		for i := range 24 {
			wait.Go(func() {
				var n int64
				err := db.Write(ctx, o.ID, nobody, func(tx *store.Tx) (err error) {
					if n, err = tx.NextNumber("quote", 2026); err == nil && i%3 == 0 {
						err = fails
					}
					return err
				})
				switch {
				case err == nil:
					lock.Lock()
					got = append(got, n)
					lock.Unlock()
				case !errors.Is(err, fails):
					t.Error(err)
				}
			})
		}
		wait.Wait()
		slices.Sort(got)
		for i, n := range got {
			if n != int64(i+1) {
				t.Fatalf("numbers %v", got)
			}
		}
		if len(got) != 16 {
			t.Errorf("%d numbers", len(got))
		}
		err := db.Write(ctx, o.ID, nobody, func(tx *store.Tx) error {
			for _, c := range []struct {
				series string
				year   int
				want   int64
			}{{"quote", 2026, 17}, {"quote", 2027, 1}, {"invoice", 2026, 1}, {"invoice", 2026, 2}} {
				if n, err := tx.NextNumber(c.series, c.year); err != nil || n != c.want {
					t.Errorf("%s %d: %d %v, want %d", c.series, c.year, n, err, c.want)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

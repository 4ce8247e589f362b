package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"kring/base/id"
	"kring/domain/member"
	"kring/kit"
	"kring/store"
)

// Whoever writes while the database closes is told so, or done; nothing
// panics and nobody waits for ever.
func TestWriteWhileClosing(t *testing.T) {
	t.Parallel()
	_, db, _ := kit.SQLite(t)
	o := found(t, db)
	var wg sync.WaitGroup
	begun := make(chan struct{}, 1)
	for range 32 {
		wg.Go(func() {
			for {
				err := db.Write(context.Background(), o.ID, nobody, func(*store.Tx) error { return nil })
				if errors.Is(err, store.ErrClosed) {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				select {
				case begun <- struct{}{}:
				default:
				}
			}
		})
	}
	<-begun
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	if err := db.Write(context.Background(), o.ID, nobody, func(*store.Tx) error { return nil }); !errors.Is(err, store.ErrClosed) {
		t.Fatalf("after closing: %v", err)
	}
}

// Readers that leave take their connections with them; those who wait get new
// ones.
func TestReadersLeave(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		o := found(t, db)
		const readers = 40 // more than any pool has
		leave, stop := context.WithCancel(t.Context())
		var in, wg sync.WaitGroup
		in.Add(6)
		var once [readers]sync.Once
		for i := range readers {
			wg.Go(func() {
				//nolint:errcheck // it was told to leave
				db.Read(leave, o.ID, func(*store.View) error {
					if i < 6 {
						once[i].Do(in.Done)
					}
					<-leave.Done()
					return leave.Err()
				})
			})
			if i == 5 {
				in.Wait()
			}
		}
		patient := make(chan error, 1)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		go func() {
			patient <- db.Read(ctx, o.ID, func(v *store.View) error { _, err := v.Teams(); return err })
		}()
		time.Sleep(50 * time.Millisecond) // until it waits
		stop()
		wg.Wait()
		if err := <-patient; err != nil {
			t.Fatalf("who waited: %v", err)
		}
	})
}

// A statement may have more than a thousand values.
func TestManyValues(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		o := found(t, db)
		err := db.Read(t.Context(), o.ID, func(v *store.View) error {
			ids := make([]id.Account, 1500)
			for i := range ids {
				ids[i] = id.New[id.Account]()
			}
			_, err := v.AccountNames(ids, member.Reach{Scope: member.All})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

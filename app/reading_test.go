package app_test

import (
	"errors"
	"testing"

	"kring/app"
	"kring/domain/cycle"
	"kring/domain/member"
	"kring/kit"
	"kring/store"
)

// TestReading counts who read the definition that holds: each once, nobody for
// one that holds no more, and a new version begins at nobody.
func TestReading(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		w := kit.New(t, db)
		boss, anna := w.Member("Dirk", member.Director), w.Member("Anna", member.AccountManager)
		read := func(who app.Who, version int64) app.Reading {
			t.Helper()
			r, err := w.App.ReadDefinition(t.Context(), who, version)
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		counted := func(want int64, names ...string) {
			t.Helper()
			all, err := w.App.Definitions(t.Context(), anna)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range all.Readers {
				got = append(got, r.ByName)
			}
			if all.Read.Part != want || all.Read.Whole < 2 || len(got) != len(names) {
				t.Fatalf("%+v by %v, want %d by %v", all.Read, got, want, names)
			}
			for i, name := range names {
				if got[i] != name {
					t.Errorf("%v, want %v", got, names)
				}
			}
			p, err := w.App.Ladder(t.Context(), anna, "")
			if err != nil || p.Read != all.Read {
				t.Errorf("the ladder counts %+v: %v", p.Read, err)
			}
		}
		counted(0)
		first := read(boss, 1)
		if again := read(boss, 1); again != first {
			t.Errorf("%+v, then %+v", first, again)
		}
		read(anna, 1)
		counted(2, "Anna", "Dirk")

		potential := cycle.Default
		potential.Potential = true
		d, err := w.App.AddDefinition(t.Context(), boss, "Met wie nog komt", potential)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.App.ReadDefinition(t.Context(), anna, d.Version); !errors.Is(err, store.ErrStale) {
			t.Errorf("a candidate was read: %v", err)
		}
		if _, err := w.App.ReadDefinition(t.Context(), anna, 99); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("none was read: %v", err)
		}
		if _, err := w.App.ChooseDefinition(t.Context(), boss, d.Version, 1, "Wie komt telt mee."); err != nil {
			t.Fatal(err)
		}
		counted(0)
		if _, err := w.App.ReadDefinition(t.Context(), anna, 1); !errors.Is(err, store.ErrStale) {
			t.Errorf("what holds no more was read: %v", err)
		}
	})
}

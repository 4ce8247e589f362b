package store_test

import (
	"testing"

	"kring/base/fact"
	"kring/domain/entry"
	"kring/kit"
	"kring/store"
)

// TestMeet: what is remembered of who came in is forgotten when anybody writes,
// also another process.
func TestMeet(t *testing.T) {
	t.Parallel()
	_, db, _ := kit.SQLite(t)
	other, err := store.Open(t.Context(), db.Where())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close() //nolint:errcheck // the test is over
	reads := 0
	meet := func(name string) {
		t.Helper()
		err := db.Peek(t.Context(), store.Nowhere, func(v *store.View) error {
			_, err := v.Meet(name, func() (store.Met, error) { reads++; return store.Met{}, nil })
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	write := func(db *store.DB, mail string) {
		t.Helper()
		err := db.Write(t.Context(), store.Nowhere, fact.Actor{Kind: "system"}, func(tx *store.Tx) error {
			_, err := tx.AddLogin(entry.Login{Email: mail})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range []struct {
		name string
		do   func()
		want int
	}{
		{"first", func() { meet("token a") }, 1},
		{"again", func() { meet("token a") }, 1},
		{"another kind of secret", func() { meet("session a") }, 2},
		{"after a write here", func() { write(db, "a@x.example"); meet("token a") }, 3},
		{"again", func() { meet("token a") }, 3},
		{"after a write by another process", func() { write(other, "b@x.example"); meet("token a") }, 4},
	} {
		if step.do(); reads != step.want {
			t.Fatalf("%s: read %d times, want %d", step.name, reads, step.want)
		}
	}
}

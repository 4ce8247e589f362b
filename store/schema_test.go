package store_test

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"kring/kit"
	"kring/store"
)

// places gives the two places where a test can make a database itself.
func places(t *testing.T, fn func(t *testing.T, c store.Config)) {
	t.Helper()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		c := store.Config{Dir: t.TempDir(), Clock: clock.Now}
		if u := db.Where().URL; u != "" {
			// A schema of its own in the database of this test is as good as empty.
			if err := db.Do(t.Context(), "CREATE SCHEMA other"); err != nil {
				t.Fatal(err)
			}
			u, err := url.Parse(u)
			if err != nil {
				t.Fatal(err)
			}
			u.RawQuery = url.Values{"search_path": {"other"}, "sslmode": {"disable"}}.Encode()
			c = store.Config{URL: u.String(), Clock: clock.Now}
		}
		fn(t, c)
	})
}

func open(t *testing.T, c store.Config) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() }) //nolint:errcheck // the test is over
	return db
}

func TestUpgrade(t *testing.T) {
	t.Parallel()
	for _, version := range store.Versions() {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			kit.Both(t, func(t *testing.T, fresh *store.DB, clock *kit.Clock) {
				c := store.Config{Dir: t.TempDir(), Clock: clock.Now}
				if fresh.Name() == "postgres" {
					if version != store.Versions()[0] {
						return // the steps are the same; the way through all of them is enough
					}
					_, other, _ := kit.Postgres(t)
					c = store.Config{URL: other.Where().URL, Clock: clock.Now}
					if err := other.Do(t.Context(), "DROP SCHEMA public CASCADE"); err != nil {
						t.Fatal(err)
					}
					if err := other.Do(t.Context(), "CREATE SCHEMA public"); err != nil {
						t.Fatal(err)
					}
				}
				if err := store.MigrateTo(t.Context(), c, version); err != nil {
					t.Fatal(err)
				}
				upgraded := open(t, c)
				want, _ := readCatalogue(t, fresh)
				got, _ := readCatalogue(t, upgraded)
				g, w := lines(got), lines(want)
				for _, line := range g {
					if !slices.Contains(w, line) {
						t.Errorf("only in the upgraded: %s", line)
					}
				}
				for _, line := range w {
					if !slices.Contains(g, line) {
						t.Errorf("only in the fresh: %s", line)
					}
				}
				copies, err := filepath.Glob(filepath.Join(c.Dir, "backup", "before-upgrade-*.db"))
				if err != nil {
					t.Fatal(err)
				}
				newest := version == store.Versions()[len(store.Versions())-1]
				if n := len(copies); c.URL == "" && (n == 1) == newest {
					t.Errorf("%d copies of the file were made", n)
				}
				for _, name := range copies {
					if i, err := os.Stat(name); err != nil || i.Mode().Perm() != 0o600 {
						t.Errorf("the copy is not private: %v %v", i.Mode(), err)
					}
				}
			})
		})
	}
}

// lines is a catalogue in a form that can be compared: what is in a table has
// an order for columns only, and a later column is a column too.
func lines(tables []table) (all []string) {
	for _, t := range tables {
		for _, part := range [][]string{t.columns, t.keys, t.refs} {
			for _, p := range part {
				all = append(all, t.name+": "+p)
			}
		}
	}
	return all
}

// A schema that does not fit is left alone, and the reason is said.
func TestMisfit(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, damage string
		want         error
		says         string
	}{
		{"newer", "INSERT INTO goose_db_version (version_id, is_applied) VALUES (209912312359, TRUE)", store.ErrNewer, "newer Kring"},
		{"another branch", "INSERT INTO goose_db_version (version_id, is_applied) VALUES (202611230901, TRUE)", store.ErrNewer, "newer Kring"},
		{"a table is gone", "DROP TABLE contact_account", store.ErrHalf, "contact_account is missing"},
		{"an index is gone", "DROP INDEX account_name", store.ErrHalf, "account_name is missing"},
		{"nobody knows the version", "DROP TABLE goose_db_version", store.ErrHalf, "goose_db_version is missing"},
	} {
		t.Run(test.name, func(t *testing.T) {
			places(t, func(t *testing.T, c store.Config) {
				db, err := store.Open(t.Context(), c)
				if err != nil {
					t.Fatal(err)
				}
				if err := db.Ready(t.Context()); err != nil {
					t.Fatal(err)
				}
				if err := db.Do(t.Context(), test.damage); err != nil {
					t.Fatal(err)
				}
				if err := db.Ready(t.Context()); !errors.Is(err, test.want) {
					t.Errorf("ready says %v", err)
				}
				if err := db.Close(); err != nil {
					t.Fatal(err)
				}
				again, err := store.Open(t.Context(), c)
				if err == nil {
					again.Close() //nolint:errcheck // it should not be open
				}
				if !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.says) {
					t.Errorf("opened: %v; want %q", err, test.says)
				}
			})
		})
	}
}

func TestForeignFile(t *testing.T) {
	t.Parallel()
	c := store.Config{Dir: t.TempDir()}
	db, err := store.Connect(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Do(t.Context(), "CREATE TABLE recipe (id BIGINT)"), db.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), c); !errors.Is(err, store.ErrForeign) {
		t.Errorf("opened: %v", err)
	}
}

// Two processes start at once on one empty database: one upgrades, the other
// waits, and both serve.
func TestTwoStart(t *testing.T) {
	t.Parallel()
	places(t, func(t *testing.T, c store.Config) {
		var wg sync.WaitGroup
		errs := make([]error, 6)
		for i := range errs {
			wg.Go(func() {
				db, err := store.Open(t.Context(), c)
				if err == nil {
					err = errors.Join(db.Ready(t.Context()), db.Close())
				}
				errs[i] = err
			})
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
	})
}

// A process that died while it upgraded keeps nobody out for longer than its
// term.
func TestDeadUpgrade(t *testing.T) {
	t.Parallel()
	places(t, func(t *testing.T, c store.Config) {
		first := store.Versions()[0]
		if err := store.MigrateTo(t.Context(), c, first); err != nil {
			t.Fatal(err)
		}
		past := c.Clock().UnixMilli() - 1
		if c.URL != "" {
			db, err := store.Connect(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			if err := db.Do(t.Context(), fmt.Sprintf(`INSERT INTO lease (name, holder, until) VALUES ('migration', '\x01', %d)`, past)); err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
		}
		db := open(t, c)
		if err := db.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

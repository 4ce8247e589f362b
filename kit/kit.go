// Package kit helps tests: both databases, and a small believable world.
package kit

import (
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // to make databases

	"kring/base/id"
	"kring/store"
)

// Clock is a clock that tests can move.
type Clock struct{ ms atomic.Int64 }

// NewClock starts on Monday 23 November 2026, 09:00 in Amsterdam.
func NewClock() *Clock {
	c := &Clock{}
	c.ms.Store(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC).UnixMilli())
	return c
}

// Now is the time on the clock.
func (c *Clock) Now() time.Time { return time.UnixMilli(c.ms.Load()) }

// Advance moves the clock.
func (c *Clock) Advance(d time.Duration) { c.ms.Add(d.Milliseconds()) }

// Both runs a test on SQLite always, and on PostgreSQL when KRING_TEST_POSTGRES
// names a server; each in a database of its own.
func Both(t *testing.T, fn func(t *testing.T, db *store.DB, clock *Clock)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		fn(SQLite(t))
	})
	if os.Getenv("KRING_TEST_POSTGRES") != "" {
		t.Run("postgres", func(t *testing.T) {
			t.Parallel()
			fn(Postgres(t))
		})
	}
}

// SQLite opens a fresh embedded database.
func SQLite(t testing.TB) (tt *testing.T, db *store.DB, clock *Clock) {
	t.Helper()
	clock = NewClock()
	db, err := store.Open(t.Context(), store.Config{Dir: t.TempDir(), Clock: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() }) //nolint:errcheck // the test is over
	tt, _ = t.(*testing.T)
	return tt, db, clock
}

var template struct {
	once sync.Once
	name string
	err  error
}

// Postgres opens a fresh database on the server of KRING_TEST_POSTGRES, copied
// from one that was migrated once.
func Postgres(t testing.TB) (tt *testing.T, db *store.DB, clock *Clock) {
	t.Helper()
	clock = NewClock()
	server := os.Getenv("KRING_TEST_POSTGRES")
	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { admin.Close() }) //nolint:errcheck // the test is over
	template.once.Do(func() {
		template.name = fresh("kring_template_")
		if _, template.err = admin.Exec("CREATE DATABASE " + template.name); template.err != nil {
			return
		}
		var first *store.DB
		if first, template.err = store.Open(t.Context(), store.Config{URL: onServer(server, template.name), Clock: clock.Now}); template.err == nil {
			template.err = first.Close()
		}
	})
	if template.err != nil {
		t.Fatal(template.err)
	}
	name := fresh("kring_test_")
	if _, err := admin.Exec(fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", name, template.name)); err != nil {
		t.Fatal(err)
	}
	db, err = store.Open(t.Context(), store.Config{URL: onServer(server, name), Clock: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		db.Close()                                                      //nolint:errcheck // the test is over
		admin.Exec("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)") //nolint:errcheck // as above
	})
	tt, _ = t.(*testing.T)
	return tt, db, clock
}

func fresh(prefix string) string {
	return prefix + strings.ReplaceAll(id.New[id.Org]().String(), "-", "")
}

func onServer(server, name string) string {
	u, err := url.Parse(server)
	if err != nil {
		return server
	}
	u.Path = "/" + name
	return u.String()
}

package store

import (
	"database/sql"
	"errors"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"

	"kring/base/fault"
)

// dialect is the whole difference between the two databases. If it grows past
// ten entries, stop and think.
type dialect struct {
	name   string
	driver string
	rebind func(string) string // ? placeholders → the database's own
	ddl    *strings.Replacer   // column kinds in migrations
	lock   func(string) string // suffix that locks the rows which are read: UPDATE, KEY SHARE; one writer needs none
	fault  func(error) error   // the database's error → a fault, when it is one
	again  func(error) bool    // the whole transaction may be tried again
	shapes []int               // how many rows each statement inserts of many
	names  string              // the query for the tables and indexes there are
	moved  string              // tells cheaply whether anybody committed since it was asked on this connection; "" when nothing does
}

var (
	// ErrStale says that the row was changed since it was read.
	ErrStale = fault.New(fault.Conflict, "stale", "someone changed this meanwhile")
	// ErrNotFound says that there is no such row, or none that this member may see.
	ErrNotFound = fault.New(fault.NotFound, "not_found", "this does not exist")
	// ErrTaken says that something unique exists already.
	ErrTaken = fault.New(fault.Conflict, "taken", "this exists already")
	// ErrDangling says that a row points at something that is not there.
	ErrDangling = fault.New(fault.Invalid, "dangling", "this points at something that does not exist")
	// ErrBusy says that the database is too busy to answer now.
	ErrBusy = fault.New(fault.Busy, "busy", "too busy, try again in a moment")
)

var sqlite = dialect{
	name:   "sqlite",
	moved:  "PRAGMA data_version",
	driver: "sqlite3",
	rebind: func(s string) string { return s },
	lock:   func(string) string { return "" },
	ddl:    strings.NewReplacer("BYTES", "BLOB", "/* clustered */", "WITHOUT ROWID"),
	fault: func(err error) error {
		var e *sqlite3.Error
		if !errors.As(err, &e) {
			return err
		}
		switch e.ExtendedCode() {
		case sqlite3.CONSTRAINT_UNIQUE, sqlite3.CONSTRAINT_PRIMARYKEY:
			return ErrTaken
		case sqlite3.CONSTRAINT_FOREIGNKEY:
			return ErrDangling
		}
		if c := e.Code(); c == sqlite3.BUSY || c == sqlite3.LOCKED {
			return ErrBusy
		}
		return err
	},
	again: func(err error) bool { return errors.Is(err, sqlite3.BUSY) || errors.Is(err, sqlite3.LOCKED) },
	// Of several rows in one statement SQLite keeps a journal of its own, in case
	// one is refused; a row at a time costs nothing here.
	shapes: []int{1},
	names:  "SELECT name FROM sqlite_master WHERE type IN ('table', 'index')",
}

var postgres = dialect{
	name:   "postgres",
	driver: "pgx",
	rebind: dollars,
	// Text sorts by bytes on both, so that keyset paging holds.
	ddl:  strings.NewReplacer("BYTES", "BYTEA", " TEXT", ` TEXT COLLATE "C"`),
	lock: func(how string) string { return " FOR " + how },
	fault: func(err error) error {
		var e *pgconn.PgError
		if !errors.As(err, &e) {
			return err
		}
		switch e.Code {
		case "23505":
			return ErrTaken
		case "23503":
			return ErrDangling
		case "40001", "40P01", "53300", "57P03":
			return ErrBusy
		}
		return err
	},
	again: func(err error) bool {
		var e *pgconn.PgError
		return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01") || errors.Is(err, ErrBusy)
	},
	shapes: []int{64, 8, 1},
	names: `SELECT c.relname::text FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p', 'i', 'I')`,
}

// dollars turns ? into $1, $2 … outside quotes.
func dollars(s string) string {
	var b strings.Builder
	b.Grow(len(s) + 16)
	n, quoted := 0, false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\'':
			quoted = !quoted
			b.WriteByte(c)
		case c == '?' && !quoted:
			n++
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(n))
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// sqliteDSN opens the file durable: acknowledged means on disk, also when the
// power goes. Unknown options are silently ignored by the driver, so open
// asserts the two that matter.
func sqliteDSN(file string, readOnly bool) string {
	q := url.Values{}
	for _, p := range []string{"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)", "cache_size(-16000)"} {
		q.Add("_pragma", p)
	}
	if readOnly {
		q.Add("_pragma", "query_only(ON)")
		q.Add("_pragma", "temp_store(MEMORY)")
	} else {
		// The writer's temporary things stay as they come: with temp_store MEMORY
		// the journal of a statement is a list in memory that every statement of a
		// large change walks from its start.
		q.Set("_txlock", "immediate")
	}
	return (&url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(file), RawQuery: q.Encode()}).String()
}

// openFile opens connections to the file. Each keeps the plan of a statement:
// without this promise SQLite plans anew, at every use, whatever has a LIMIT that
// is given as a value, and that takes longer than reading a page of a list.
func openFile(dsn string) (*sql.DB, error) {
	return driver.Open(dsn, func(c *sqlite3.Conn) error {
		_, err := c.Config(sqlite3.DBCONFIG_ENABLE_QPSG, true)
		return err
	})
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"kring/base/fault"
)

var (
	// ErrNewer says that the database was made by a newer Kring.
	ErrNewer = fault.New(fault.Busy, "schema.newer", "the database was made by a newer Kring: install that version, or restore the copy that was made before the upgrade")
	// ErrHalf says that a part of the schema is missing.
	ErrHalf = fault.New(fault.Busy, "schema.half", "the schema of the database is not whole: restore a copy")
	// ErrForeign says that the database belongs to another program.
	ErrForeign = fault.New(fault.Busy, "schema.foreign", "this database belongs to another program: Kring needs one of its own")
	// ErrBehind says that the schema has to be brought up to date first.
	ErrBehind = fault.New(fault.Busy, "schema.behind", "the schema of the database is older than this program: start Kring to upgrade it")
)

// half is ErrHalf that names what is missing.
func half(missing string) error {
	f := ErrHalf.With(fault.Params{"missing": missing})
	f.Text = "the schema of the database is not whole, " + missing + " is missing: restore a copy"
	return f
}

// step is one migration, up to and without what undoes it.
type step struct {
	version    int64
	name, text string
}

// steps are the migrations, in the order of their versions.
var steps = sync.OnceValue(func() (all []step) {
	entries, err := migrations.ReadDir("migration")
	if err != nil {
		panic(err) // they are in the program
	}
	for _, e := range entries {
		b, err := migrations.ReadFile("migration/" + e.Name())
		if err != nil {
			panic(err) // as above
		}
		number, _, _ := strings.Cut(e.Name(), "_")
		v, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			panic("a migration is called YYYYMMDDhhmm_concept_deed.sql, not " + e.Name())
		}
		all = append(all, step{v, e.Name(), string(b)})
	}
	return all
})

var making = regexp.MustCompile(`(?m)^(CREATE|DROP) (?:UNIQUE )?(?:TABLE|INDEX) (?:IF (?:NOT )?EXISTS )?([a-z_]+)|^ALTER TABLE ([a-z_]+) RENAME TO ([a-z_]+)`)

// made are the tables and indexes there should be after these migrations.
func made(done []step) []string {
	there := map[string]bool{}
	for _, s := range done {
		up, _, _ := strings.Cut(s.text, "-- +goose Down")
		for _, m := range making.FindAllStringSubmatch(up, -1) {
			switch m[1] {
			case "CREATE":
				there[m[2]] = true
			case "DROP":
				delete(there, m[2])
			default:
				delete(there, m[3])
				there[m[4]] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(there))
}

// fits is nil when the schema is the one this program brings, ErrBehind when it
// can be upgraded to it, and another fault when it must be left alone.
func (db *DB) fits(ctx context.Context, a asker) error {
	there, err := column[string](ctx, a, db.d.names)
	if err != nil {
		return err
	}
	has := func(name string) bool { return slices.Contains(there, name) }
	if !has("goose_db_version") {
		for _, name := range made(steps()) {
			if has(name) {
				return half("goose_db_version")
			}
		}
		if db.d == &sqlite && slices.ContainsFunc(there, func(n string) bool { return n != "lease" && !strings.HasPrefix(n, "sqlite_") }) {
			return ErrForeign
		}
		return ErrBehind
	}
	applied, err := db.applied(ctx, a)
	if err != nil {
		return err
	}
	done := []step{}
	for _, s := range steps() {
		if i, ok := slices.BinarySearch(applied, s.version); ok {
			applied = slices.Delete(applied, i, i+1)
			done = append(done, s)
		}
	}
	if len(applied) > 0 {
		return ErrNewer
	}
	for _, name := range append(made(done), "lease") {
		if !has(name) {
			return half(name)
		}
	}
	if len(done) < len(steps()) {
		return ErrBehind
	}
	return nil
}

// applied are the versions of the migrations that were run, ascending.
func (db *DB) applied(ctx context.Context, a asker) ([]int64, error) {
	there, err := column[string](ctx, a, db.d.names)
	if err != nil || !slices.Contains(there, "goose_db_version") {
		return nil, err
	}
	all, err := column[int64](ctx, a, "SELECT version_id FROM goose_db_version WHERE is_applied AND version_id > 0 ORDER BY version_id")
	return slices.Compact(all), err
}

// Schema is the version of the schema in the database and the one this program
// brings.
func (db *DB) Schema(ctx context.Context) (has, want int64, err error) {
	defer fault.Wrap(&err, "store.Schema")
	want = steps()[len(steps())-1].version
	err = db.read.with(ctx, func(c *conn) error {
		done, err := db.applied(ctx, c.sql)
		if len(done) > 0 {
			has = done[len(done)-1]
		}
		return err
	})
	return has, want, err
}

// Ready is nil when the database answers and its schema fits this program; a
// newer process may have changed it since this one started.
func (db *DB) Ready(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "store.Ready")
	return db.read.with(ctx, func(c *conn) error { return db.fits(ctx, c.sql) })
}

// asker is a connection, a pool or a transaction.
type asker interface {
	QueryContext(ctx context.Context, q string, args ...any) (*sql.Rows, error)
}

// column reads the one column of a query.
func column[T any](ctx context.Context, a asker, q string, args ...any) (all []T, err error) {
	rs, err := a.QueryContext(ctx, q, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rs.Close()) }()
	for rs.Next() {
		var v T
		if err := rs.Scan(&v); err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rs.Err()
}

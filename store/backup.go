package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"kring/base/fault"
)

// ErrNoDatabase says that there is nothing to look at or to copy.
var ErrNoDatabase = fault.New(fault.NotFound, "data.none", "there is no database in this folder")

// attach opens a database that is there and leaves its schema alone.
func attach(ctx context.Context, c Config) (*DB, error) {
	db := newDB(c)
	if c.URL == "" {
		if _, err := os.Stat(db.file()); errors.Is(err, os.ErrNotExist) {
			return nil, ErrNoDatabase
		} else if err != nil {
			return nil, err
		}
	}
	if err := db.connect(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// Backup writes everything of a database, as it is at one moment, into a new
// file, while Kring runs. The file is an embedded database, also when the
// original is a PostgreSQL: it can be opened as it is, and restored into
// either.
func Backup(ctx context.Context, c Config, to string) (err error) {
	defer fault.Wrap(&err, "store.Backup")
	if _, err := os.Lstat(to); err == nil {
		return fmt.Errorf("%s exists already", to)
	}
	db, err := attach(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	part := to + ".part"
	if err := os.RemoveAll(part); err != nil {
		return err
	}
	defer os.RemoveAll(part) //nolint:errcheck // renamed when all went well
	if db.d == &sqlite {
		err = db.vacuumInto(ctx, part)
	} else {
		err = db.portable(ctx, part)
	}
	if err != nil {
		return err
	}
	if err := settle(part); err != nil {
		return err
	}
	if err := os.Rename(part, to); err != nil {
		return err
	}
	return syncDir(filepath.Dir(to))
}

// vacuumInto copies what one read sees, without holding the writer up.
func (db *DB) vacuumInto(ctx context.Context, to string) error {
	c, err := openFile(sqliteDSN(db.file(), false))
	if err != nil {
		return err
	}
	defer c.Close() //nolint:errcheck // only read from
	_, err = c.ExecContext(ctx, "VACUUM INTO ?", to)
	return err
}

// portable copies a PostgreSQL into a file.
func (db *DB) portable(ctx context.Context, to string) (err error) {
	if err := db.Ready(ctx); err != nil {
		return err
	}
	dir := to + ".dir"
	defer os.RemoveAll(dir) //nolint:errcheck // only a working copy
	into, err := Open(ctx, Config{Dir: dir, Clock: db.clock})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, into.Close()) }()
	tables, err := tablesOf(ctx, into.write.sql)
	if err != nil {
		return err
	}
	from, err := db.write.sql.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return err
	}
	defer from.Rollback() //nolint:errcheck // nothing was written
	if _, err := into.write.sql.ExecContext(ctx, "PRAGMA foreign_keys = OFF"); err != nil {
		return err
	}
	tx, err := into.write.sql.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // committed when all went well
	for _, t := range tables {
		add, err := tx.PrepareContext(ctx, "INSERT INTO "+t.name+" ("+strings.Join(t.columns, ", ")+") VALUES ("+marks(len(t.columns))+")")
		if err != nil {
			return err
		}
		err = t.each(ctx, from, func(row []any) error {
			_, err := add.ExecContext(ctx, row...)
			return err
		})
		if err := errors.Join(err, add.Close()); err != nil {
			return fmt.Errorf("table %s: %w", t.name, err)
		}
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	if err := whole(ctx, into.write.sql); err != nil {
		return err
	}
	_, err = into.write.sql.ExecContext(ctx, "VACUUM INTO ?", to)
	return err
}

// tableOf is a table that a copy carries over.
type tableOf struct {
	name    string
	columns []string
	flags   []int // which columns are yes or no
}

func (t tableOf) each(ctx context.Context, from asker, fn func([]any) error) (err error) {
	rs, err := from.QueryContext(ctx, "SELECT "+strings.Join(t.columns, ", ")+" FROM "+t.name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rs.Close()) }()
	row, into := make([]any, len(t.columns)), make([]any, len(t.columns))
	for i := range row {
		into[i] = &row[i]
	}
	for rs.Next() {
		if err := rs.Scan(into...); err != nil {
			return err
		}
		for _, i := range t.flags {
			if n, ok := row[i].(int64); ok {
				row[i] = n != 0
			}
		}
		if err := fn(row); err != nil {
			return err
		}
	}
	return rs.Err()
}

// tablesOf reads which tables an embedded database has, those that others point
// at first. Leases and the list of migrations belong to a database and not to
// its contents.
func tablesOf(ctx context.Context, a asker) (sorted []tableOf, err error) {
	names, err := column[string](ctx, a, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT IN ('lease', 'goose_db_version') ORDER BY name")
	if err != nil {
		return nil, err
	}
	wait := map[string][]string{}
	for _, n := range names {
		if wait[n], err = column[string](ctx, a, `SELECT DISTINCT "table" FROM pragma_foreign_key_list(?) WHERE "table" <> ?`, n, n); err != nil {
			return nil, err
		}
	}
	done := func(n string) bool { return slices.ContainsFunc(sorted, func(t tableOf) bool { return t.name == n }) }
	for len(sorted) < len(names) {
		before := len(sorted)
		for _, n := range names {
			if done(n) || slices.ContainsFunc(wait[n], func(o string) bool { return !done(o) }) {
				continue
			}
			t := tableOf{name: n}
			if t.columns, err = column[string](ctx, a, "SELECT name FROM pragma_table_info(?) ORDER BY cid", n); err != nil {
				return nil, err
			}
			if t.flags, err = column[int](ctx, a, "SELECT cid FROM pragma_table_info(?) WHERE type = 'BOOLEAN'", n); err != nil {
				return nil, err
			}
			sorted = append(sorted, t)
		}
		if len(sorted) == before {
			return nil, fmt.Errorf("tables point at each other in a circle: %v", wait)
		}
	}
	return sorted, nil
}

// whole is nil when an embedded database is sound and nothing in it points at
// what is not there.
func whole(ctx context.Context, a asker) error {
	said, err := column[string](ctx, a, "PRAGMA integrity_check(5)")
	if err != nil {
		return err
	}
	if len(said) != 1 || said[0] != "ok" {
		return fmt.Errorf("the file is damaged: %s", strings.Join(said, "; "))
	}
	loose, err := column[string](ctx, a, `SELECT DISTINCT "table" || ' → ' || parent FROM pragma_foreign_key_check LIMIT 5`)
	if err == nil && len(loose) > 0 {
		err = fmt.Errorf("rows point at what is not there: %s", strings.Join(loose, ", "))
	}
	return err
}

// Restore puts a backup in the place of a database. A file that is damaged or
// of a newer Kring is refused before anything is touched, and so is a folder
// that another process has in use. The present database is kept: aside says
// where. On PostgreSQL the database must be empty.
func Restore(ctx context.Context, c Config, from string) (aside string, err error) {
	defer fault.Wrap(&err, "store.Restore")
	if err := sound(ctx, from); err != nil {
		return "", fmt.Errorf("%s: %w", from, err)
	}
	if c.URL != "" {
		return "", fill(ctx, c, from)
	}
	db := newDB(c)
	if err := os.MkdirAll(db.dir, 0o700); err != nil {
		return "", err
	}
	held, err := hold(ctx, db.dir, true)
	if err != nil {
		return "", err
	}
	defer held.Close() //nolint:errcheck // nothing was written
	next := db.file() + ".restoring"
	if err := errors.Join(copyFile(from, next), settle(next)); err != nil {
		return "", err
	}
	if _, err := os.Stat(db.file()); err == nil {
		if aside, err = db.setAside(ctx); err != nil {
			return "", err
		}
	} else if !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	if err := os.Rename(next, db.file()); err != nil {
		return aside, err
	}
	return aside, syncDir(db.dir)
}

// sound is nil when a file is a backup that this program can use.
func sound(ctx context.Context, file string) (err error) {
	if i, err := os.Stat(file); err != nil {
		return err
	} else if !i.Mode().IsRegular() {
		return errors.New("this is no file")
	}
	c, err := sql.Open(sqlite.driver, strings.Replace(sqliteDSN(file, true), "?", "?immutable=1&", 1))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	db := &DB{d: &sqlite}
	if err := db.fits(ctx, c); err != nil && !errors.Is(err, ErrBehind) {
		return err
	}
	done, err := db.applied(ctx, c)
	if err != nil {
		return err
	}
	if len(done) == 0 {
		return errors.New("this is no backup of Kring")
	}
	return whole(ctx, c)
}

// setAside gives the present database a second name; it goes on being the
// present one until another takes its place. When it cannot be brought into
// one file, because it is damaged, its files move together.
func (db *DB) setAside(ctx context.Context) (aside string, err error) {
	dir := filepath.Join(db.dir, "backup")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	aside = filepath.Join(dir, "before-restore-"+db.clock().UTC().Format("20060102-150405.000")+".db")
	if db.checkpoint(ctx) != nil {
		for _, part := range []string{"", "-wal", "-shm"} {
			if err := os.Rename(db.file()+part, aside+part); err != nil && !errors.Is(err, os.ErrNotExist) {
				return "", err
			}
		}
		return aside, syncDir(dir)
	}
	for _, part := range []string{"-wal", "-shm"} {
		if err := os.Remove(db.file() + part); err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
	}
	if os.Link(db.file(), aside) != nil { // some disks know no second names
		err = copyFile(db.file(), aside)
	}
	return aside, errors.Join(err, settle(aside), syncDir(dir))
}

// checkpoint brings everything into the one file.
func (db *DB) checkpoint(ctx context.Context) (err error) {
	c, err := openFile(sqliteDSN(db.file(), false))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	var busy, pages, moved int
	if err := c.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved); err != nil {
		return err
	}
	if busy != 0 {
		return ErrBusy
	}
	return nil
}

// fill puts a backup into an empty PostgreSQL, all or nothing.
func fill(ctx context.Context, c Config, from string) (err error) {
	dir, err := os.MkdirTemp("", "kring-restore-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // only a working copy
	if err := copyFile(from, filepath.Join(dir, "kring.db")); err != nil {
		return err
	}
	source, err := Open(ctx, Config{Dir: dir, Clock: c.Clock}) // which upgrades the copy
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	tables, err := tablesOf(ctx, source.write.sql)
	if err != nil {
		return err
	}
	db, err := Open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	conn, err := db.write.sql.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // what matters is the commit
	return conn.Raw(func(raw any) error {
		tx, err := raw.(*stdlib.Conn).Conn().Begin(ctx)
		if err != nil {
			return err
		}
		defer tx.Rollback(ctx) //nolint:errcheck // committed when all went well
		for _, t := range tables {
			var some bool
			if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM "+t.name+")").Scan(&some); err != nil {
				return err
			}
			if some {
				return fmt.Errorf("the database is not empty (%s): restore into an empty one", t.name)
			}
		}
		for _, t := range tables {
			if err := t.pour(ctx, source.write.sql, tx); err != nil {
				return fmt.Errorf("table %s: %w", t.name, err)
			}
		}
		return tx.Commit(ctx)
	})
}

// pour copies a table with the one statement for that, so that rows may point
// at later rows.
func (t tableOf) pour(ctx context.Context, from asker, into pgx.Tx) error {
	rows, failed := make(chan []any, 64), make(chan error, 1)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		defer close(rows)
		failed <- t.each(ctx, from, func(row []any) error {
			select {
			case rows <- slices.Clone(row):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}()
	_, err := into.CopyFrom(ctx, pgx.Identifier{t.name}, t.columns, pgx.CopyFromFunc(func() ([]any, error) {
		return <-rows, nil
	}))
	stop()
	for range rows { // let the reader end
	}
	if read := <-failed; read != nil && !errors.Is(read, context.Canceled) {
		err = errors.Join(err, read)
	}
	return err
}

func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // only read from
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// settle makes a file private and waits until it is on disk.
func settle(name string) error {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(os.Chmod(name, 0o600), f.Sync(), f.Close())
}

// syncDir waits until the names in a folder are on disk; not every system can.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	d.Sync() //nolint:errcheck // Windows cannot, and does it by itself
	return d.Close()
}

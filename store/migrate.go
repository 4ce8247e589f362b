package store

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/pressly/goose/v3"

	"kring/base/fault"
	"kring/base/id"
)

//go:embed migration/*.sql
var migrations embed.FS

// migrate brings the schema up to date and refuses a database whose schema does
// not fit. Only one process does so at a time.
func (db *DB) migrate(ctx context.Context) error {
	p := db.write.sql
	if err := db.fits(ctx, p); err == nil {
		if whole, err := db.indexed(ctx); whole || err != nil {
			return err
		}
	} else if !errors.Is(err, ErrBehind) {
		return err
	}
	unlock, err := db.lock(ctx)
	if err != nil {
		return fmt.Errorf("another process is upgrading the schema: %w", err)
	}
	defer unlock()
	if err := db.fits(ctx, p); !errors.Is(err, ErrBehind) {
		if err == nil {
			err = db.indexAll(ctx) // an upgrade that was cut off, unless another process went on with it
		}
		return err
	}
	done, err := db.applied(ctx, p)
	if err != nil {
		return err
	}
	if err := db.copyFirst(ctx, done); err != nil {
		return fmt.Errorf("copy before the upgrade: %w", err)
	}
	goose, err := db.provider()
	if err != nil {
		return err
	}
	if _, err := goose.Up(ctx); err != nil {
		return fmt.Errorf("upgrade of the schema: %w", err)
	}
	if err := db.fits(ctx, p); err != nil {
		return err
	}
	return db.indexAll(ctx)
}

// Migrate brings the schema up to date and says from which version to which.
func Migrate(ctx context.Context, c Config) (was, is int64, err error) {
	defer fault.Wrap(&err, "store.Migrate")
	db := newDB(c)
	if err = db.connect(ctx); err == nil {
		was, _, err = db.Schema(ctx)
	}
	if err == nil {
		err = db.migrate(ctx)
	}
	if err == nil {
		is, _, err = db.Schema(ctx)
	}
	return was, is, errors.Join(err, db.Close())
}

func (db *DB) provider() (*goose.Provider, error) {
	name := goose.DialectSQLite3
	if db.d == &postgres {
		name = goose.DialectPostgres
	}
	return goose.NewProvider(name, db.write.sql, db.texts(), goose.WithDisableGlobalRegistry(true), goose.WithAllowOutofOrder(true))
}

// lock keeps other processes from upgrading at the same time. On SQLite it is a
// lock of the operating system, which ends with the process. On PostgreSQL it
// is a row with a term, renewed while the upgrade lasts, so that a process that
// died does not keep the others out.
func (db *DB) lock(ctx context.Context) (unlock func(), err error) {
	if db.d == &sqlite {
		f, err := lockFile(ctx, filepath.Join(db.dir, "upgrade.lock"), true, true)
		if err != nil {
			return nil, err
		}
		if err := db.leases(ctx); err != nil {
			return nil, errors.Join(err, f.Close())
		}
		return func() { f.Close() }, nil //nolint:errcheck // nothing was written
	}
	if err := db.leases(ctx); err != nil {
		return nil, err
	}
	me := id.New[id.Job]()
	for {
		mine, err := db.lease(ctx, "migration", me, leaseTerm)
		if err != nil {
			return nil, err
		}
		if mine {
			break
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-end:
				return
			case <-time.After(leaseTerm / 3):
				db.lease(ctx, "migration", me, leaseTerm) //nolint:errcheck // tried again; the term is three times as long
			}
		}
	}()
	return func() {
		close(end)
		<-ended
		db.write.sql.ExecContext(context.WithoutCancel(ctx), db.d.rebind("DELETE FROM lease WHERE name = 'migration' AND holder = ?"), me) //nolint:errcheck // it expires
	}, nil
}

const leaseTerm = 30 * time.Second

// leases makes the table of leases, which is there before any migration. Two
// processes that make it at once get an error on PostgreSQL; so it is tried
// again.
func (db *DB) leases(ctx context.Context) (err error) {
	for range 5 {
		_, err = db.write.sql.ExecContext(ctx, db.d.ddl.Replace("CREATE TABLE IF NOT EXISTS lease (name TEXT PRIMARY KEY, holder BYTES NOT NULL, until BIGINT NOT NULL)"))
		if err == nil || ctx.Err() != nil {
			return err
		}
		time.Sleep(50 * time.Millisecond)
	}
	return err
}

// lease takes or renews a named lease; false when another holds it.
func (db *DB) lease(ctx context.Context, name string, me id.Job, term time.Duration) (bool, error) {
	now := db.clock().UnixMilli()
	r, err := db.write.sql.ExecContext(ctx, db.d.rebind(`
		INSERT INTO lease (name, holder, until) VALUES (?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until WHERE lease.until < ? OR lease.holder = excluded.holder`),
		name, me, now+term.Milliseconds(), now)
	if err != nil {
		return false, err
	}
	n, err := r.RowsAffected()
	return n == 1, err
}

// copyFirst keeps the file as it was, unless it is new.
func (db *DB) copyFirst(ctx context.Context, done []int64) error {
	if len(done) == 0 || db.d != &sqlite {
		return nil
	}
	dir := filepath.Join(db.dir, "backup")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	to := filepath.Join(dir, fmt.Sprintf("before-upgrade-%s-from-%d.db", db.clock().UTC().Format("20060102-150405"), done[len(done)-1]))
	db.log.Info("the schema is upgraded; a copy of the database was kept", "copy", to)
	if _, err := db.write.sql.ExecContext(ctx, "VACUUM INTO ?", to); err != nil {
		return err
	}
	return os.Chmod(to, 0o600)
}

// texts is the migrations in this database's words.
func (db *DB) texts() fs.FS {
	t := texts{}
	for _, m := range steps() {
		t[m.name] = db.d.ddl.Replace(m.text)
	}
	return t
}

// texts is a flat read-only file system in memory.
type texts map[string]string

type text struct {
	*bytes.Reader
	name string
	size int64
}

// Open gives a file, or the one folder.
func (t texts) Open(name string) (fs.File, error) {
	s, ok := t[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return text{bytes.NewReader([]byte(s)), name, int64(len(s))}, nil
}

// Glob matches names, which is how goose finds them. Sorted: goose runs SQL
// migrations in the order in which they are found.
func (t texts) Glob(pattern string) (names []string, err error) {
	for name := range t {
		ok, err := filepath.Match(pattern, name)
		if err != nil {
			return nil, err
		}
		if ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}

func (f text) Stat() (fs.FileInfo, error) { return f, nil }
func (text) Close() error                 { return nil }
func (f text) Name() string               { return f.name }
func (f text) Size() int64                { return f.size }
func (text) Mode() fs.FileMode            { return 0o444 }
func (text) ModTime() time.Time           { return time.Time{} }
func (text) IsDir() bool                  { return false }
func (text) Sys() any                     { return nil }

package store

import (
	"bytes"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/pressly/goose/v3"

	"kring/base/id"
)

//go:embed migration/*.sql
var migrations embed.FS

// ErrSchema says that the database was made by a newer Kring.
var ErrSchema = errors.New("the database was made by a newer Kring; install that version, or restore the copy that was made before the upgrade")

// migrate brings the schema up to date. Only one process does so at a time:
// the lease row is the lock, and it expires, so that one that died does not
// keep the others out.
func (db *DB) migrate(ctx context.Context) error {
	p := db.write.sql
	if _, err := p.ExecContext(ctx, db.d.ddl.Replace("CREATE TABLE IF NOT EXISTS lease (name TEXT PRIMARY KEY, holder BYTES NOT NULL, until BIGINT NOT NULL)")); err != nil {
		return err
	}
	goose, err := db.provider()
	if err != nil {
		return err
	}
	if fits, err := db.fits(ctx, goose); fits || err != nil {
		return err
	}
	me := id.New[id.Job]()
	if err := db.lock(ctx, me); err != nil {
		return err
	}
	defer p.ExecContext(context.WithoutCancel(ctx), db.d.rebind("DELETE FROM lease WHERE name = 'migration' AND holder = ?"), me) //nolint:errcheck // it expires
	if fits, err := db.fits(ctx, goose); fits || err != nil {
		return err // another process did it while this one waited
	}
	if err := db.copyFirst(ctx, goose); err != nil {
		return fmt.Errorf("copy before the upgrade: %w", err)
	}
	if _, err := goose.Up(ctx); err != nil {
		return fmt.Errorf("upgrade of the schema: %w", err)
	}
	return nil
}

func (db *DB) provider() (*goose.Provider, error) {
	texts, err := db.texts()
	if err != nil {
		return nil, err
	}
	name := goose.DialectSQLite3
	if db.d == &postgres {
		name = goose.DialectPostgres
	}
	return goose.NewProvider(name, db.write.sql, texts, goose.WithDisableGlobalRegistry(true))
}

// fits is true when nothing is pending; a newer schema is ErrSchema.
func (db *DB) fits(ctx context.Context, g *goose.Provider) (bool, error) {
	has, want, err := g.GetVersions(ctx)
	if err != nil {
		return false, err
	}
	if has > want {
		return false, ErrSchema
	}
	pending, err := g.HasPending(ctx)
	return !pending, err
}

func (db *DB) lock(ctx context.Context, me id.Job) error {
	const hold = 10 * time.Minute
	for {
		now := db.clock().UnixMilli()
		r, err := db.write.sql.ExecContext(ctx, db.d.rebind(`
			INSERT INTO lease (name, holder, until) VALUES ('migration', ?, ?)
			ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until WHERE lease.until < ?`),
			me, now+hold.Milliseconds(), now)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n == 1 {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("another process is upgrading the schema: %w", ctx.Err())
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// copyFirst keeps the file as it was, unless it is new.
func (db *DB) copyFirst(ctx context.Context, g *goose.Provider) error {
	has, err := g.GetDBVersion(ctx)
	if err != nil || has == 0 || db.d != &sqlite {
		return err
	}
	dir := filepath.Join(db.dir, "backup")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	to := filepath.Join(dir, fmt.Sprintf("before-upgrade-%s-from-%d.db", db.clock().UTC().Format("20060102-150405"), has))
	_, err = db.write.sql.ExecContext(ctx, "VACUUM INTO ?", to)
	return err
}

// Schema is the version of the schema in the database and the one this program
// brings.
func (db *DB) Schema(ctx context.Context) (has, want int64, err error) {
	g, err := db.provider()
	if err != nil {
		return 0, 0, err
	}
	return g.GetVersions(ctx)
}

// texts is the migrations in this database's words.
func (db *DB) texts() (fs.FS, error) {
	t := texts{}
	names, err := fs.Glob(migrations, "migration/*.sql")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		b, err := migrations.ReadFile(name)
		if err != nil {
			return nil, err
		}
		t[filepath.Base(name)] = db.d.ddl.Replace(string(b))
	}
	return t, nil
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

// Backup writes a consistent copy of the embedded database to a new file, while
// the server runs.
func (db *DB) Backup(ctx context.Context, to string) error {
	if db.d != &sqlite {
		return errors.New("a PostgreSQL database is backed up with pg_dump")
	}
	if _, err := os.Stat(to); err == nil {
		return fmt.Errorf("%s exists already", to)
	}
	c, err := sql.Open(db.d.driver, sqliteDSN(db.file(), false))
	if err != nil {
		return err
	}
	defer c.Close() //nolint:errcheck // only read from
	if _, err := c.ExecContext(ctx, "VACUUM INTO ?", to); err != nil {
		return err
	}
	return os.Chmod(to, 0o600)
}

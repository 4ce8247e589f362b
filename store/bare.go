package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/filter"
	"kring/domain/member"
)

// Call is one statement with its values.
type Call struct {
	SQL  string
	Args []any
}

// errHeard ends a transaction that only wanted to be heard.
var errHeard = errors.New("heard")

// Hear runs a change, takes down the statements that it writes, and takes the
// change back. `kring bench` runs the same statements through the driver alone,
// to see what the floors above it cost.
func (db *DB) Hear(ctx context.Context, org id.Org, actor fact.Actor, fn func(*Tx) error) (calls []Call, err error) {
	err = db.Write(ctx, org, actor, func(tx *Tx) error {
		calls = nil
		tx.heard = func(q string, args []any) {
			// Each change is heard as if it were the first, so several make the same
			// words known.
			if strings.HasPrefix(q, "INSERT INTO word_part") {
				q += " ON CONFLICT DO NOTHING"
			}
			calls = append(calls, Call{q, args})
		}
		if err := errors.Join(fn(tx), tx.settleRing()); err != nil {
			return err
		}
		return errHeard
	})
	if errors.Is(err, errHeard) {
		err = nil
	}
	return calls, err
}

// Bare is the driver alone: the same statements, prepared, without anything of
// ours between.
type Bare struct {
	d     *dialect
	reads *sql.DB
	adds  *sql.DB
	mu    sync.RWMutex
	made  map[*sql.DB]map[string]*sql.Stmt
}

// OpenBare opens the driver alone, on a database that Kring made.
func OpenBare(c Config, conns int) (*Bare, error) {
	b := &Bare{d: &sqlite, made: map[*sql.DB]map[string]*sql.Stmt{}}
	var err error
	if c.URL != "" {
		b.d = &postgres
		if b.reads, err = sql.Open(b.d.driver, c.URL); err != nil {
			return nil, err
		}
		b.adds = b.reads
	} else {
		file := newDB(c).file()
		if b.reads, err = openFile(sqliteDSN(file, true)); err != nil {
			return nil, err
		}
		if b.adds, err = openFile(sqliteDSN(file, false)); err != nil {
			return nil, err
		}
		b.adds.SetMaxOpenConns(1)
	}
	b.reads.SetMaxOpenConns(conns)
	b.reads.SetMaxIdleConns(conns)
	b.made[b.reads], b.made[b.adds] = map[string]*sql.Stmt{}, map[string]*sql.Stmt{}
	return b, nil
}

// Close closes the connections.
func (b *Bare) Close() error { return errors.Join(b.reads.Close(), b.adds.Close()) }

func (b *Bare) stmt(ctx context.Context, in *sql.DB, q string) (*sql.Stmt, error) {
	b.mu.RLock()
	st := b.made[in][q]
	b.mu.RUnlock()
	if st != nil {
		return st, nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if st = b.made[in][q]; st != nil {
		return st, nil
	}
	st, err := in.PrepareContext(ctx, b.d.rebind(q))
	if err == nil {
		b.made[in][q] = st
	}
	return st, err
}

// Do runs statements that write in one transaction.
func (b *Bare) Do(ctx context.Context, calls []Call) (err error) {
	defer fault.Wrap(&err, "store.Bare.Do")
	stmts := make([]*sql.Stmt, len(calls))
	for i, c := range calls {
		if stmts[i], err = b.stmt(ctx, b.adds, c.SQL); err != nil {
			return err
		}
	}
	tx, err := b.adds.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	for i, c := range calls {
		if _, err := tx.StmtContext(ctx, stmts[i]).ExecContext(ctx, c.Args...); err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	return tx.Commit()
}

// Visit reads what one request of a program for one account reads, and gives
// the number of bytes in it.
func (b *Bare) Visit(ctx context.Context, token []byte, org id.Org, account id.Account) (size int, err error) {
	for _, c := range []Call{
		{visitByToken, []any{token}},
		{"SELECT " + accountColumns + " FROM account a WHERE a.org_id = ? AND a.id = ?", []any{org, account}},
	} {
		n, err := b.read(ctx, c)
		if err != nil {
			return 0, err
		}
		size += n
	}
	return size, nil
}

// Page reads what one page of a list of accounts reads.
func (b *Bare) Page(ctx context.Context, org id.Org, q filter.Query) (size int, err error) {
	v := &View{d: b.d, org: org}
	w := v.asked(accounts, q, filter.Lens{}, member.Reach{Scope: member.All})
	col, dir, _ := accounts.order(q)
	return b.read(ctx, Call{"SELECT " + accountColumns + ", " + col + " FROM account a" + w.String() + " ORDER BY " + col + dir + ", a.id" + dir + " LIMIT ?", append(w.args, q.Limit+1)})
}

func (b *Bare) read(ctx context.Context, c Call) (size int, err error) {
	st, err := b.stmt(ctx, b.reads, c.SQL)
	if err != nil {
		return 0, err
	}
	rs, err := st.QueryContext(ctx, c.Args...)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, rs.Close()) }()
	names, err := rs.Columns()
	if err != nil {
		return 0, err
	}
	row, into := make([]sql.RawBytes, len(names)), make([]any, len(names))
	for i := range row {
		into[i] = &row[i]
	}
	for rs.Next() {
		if err := rs.Scan(into...); err != nil {
			return 0, err
		}
		for _, v := range row {
			size += len(v)
		}
	}
	return size, rs.Err()
}

// Tuning is how the database is set up where that is not as it comes.
func (db *DB) Tuning(ctx context.Context) (all []string, err error) {
	defer fault.Wrap(&err, "store.Tuning")
	q := `SELECT 'journal_mode ' || journal_mode FROM pragma_journal_mode UNION ALL SELECT 'synchronous ' || synchronous FROM pragma_synchronous
		UNION ALL SELECT 'cache_size ' || cache_size FROM pragma_cache_size UNION ALL SELECT 'SQLite ' || sqlite_version()`
	if db.d == &postgres {
		q = `SELECT name || ' ' || current_setting(name) FROM pg_catalog.pg_settings WHERE name IN ('server_version', 'shared_buffers', 'fsync', 'synchronous_commit',
			'full_page_writes', 'autovacuum', 'max_wal_size', 'effective_cache_size', 'random_page_cost', 'work_mem', 'jit', 'wal_level') ORDER BY name`
	}
	err = db.write.with(ctx, func(c *conn) (err error) {
		all, err = column[string](ctx, c.sql, q)
		return err
	})
	return all, err
}

// Weigh counts the rows of an organisation's large tables.
func (db *DB) Weigh(ctx context.Context, org id.Org) (n map[string]int, err error) {
	defer fault.Wrap(&err, "store.Weigh")
	n = map[string]int{}
	err = db.Peek(ctx, org, func(v *View) error {
		for table, q := range map[string]string{
			"account": "SELECT count(*) FROM account WHERE org_id = ?",
			"contact": "SELECT count(*) FROM contact WHERE org_id = ?",
			"fact":    "SELECT count(*) FROM fact WHERE org_id = ?",
		} {
			var count int
			if err := v.row(q, []any{org}, &count); err != nil {
				return err
			}
			n[table] = count
		}
		return nil
	})
	return n, err
}

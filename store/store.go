// Package store is the only place with SQL. It serves two databases with one
// text: SQLite, embedded, for everyone; PostgreSQL when one machine is
// outgrown.
//
// How a change travels. app asks DB.Write for a transaction and gets a *Tx,
// which knows who acts, for which organisation, and what time it is; everything
// in one change bears that one time. Tx embeds View, so whatever can be read
// can be read inside a change. Saving asks for a fact. There is no way to open
// a second transaction from inside one.
//
// On SQLite there is one writer. Changes that wait for it share one commit:
// each runs in its own savepoint, so one that fails takes nothing with it, and
// none is acknowledged before the commit that holds it is on disk. On
// PostgreSQL each change is its own transaction, tried again when the database
// says so. So the closure may run more than once and must have no effect
// outside the database.
//
// Every query of an organisation's data names the organisation first: the type
// View carries it and the helpers in where.go put it in.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the PostgreSQL driver
	"github.com/ncruces/go-sqlite3"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
)

// Config says where the database is.
type Config struct {
	Dir   string           // folder of the embedded database; used when URL is empty
	URL   string           // postgres://…
	Clock func() time.Time // the one clock; time.Now when nil
	Log   *slog.Logger
}

// DB is an open database whose schema fits this program.
type DB struct {
	d       *dialect
	dir     string // of the embedded database
	url     string
	clock   func() time.Time
	log     *slog.Logger
	read    *pool
	write   *pool // SQLite: one connection. PostgreSQL: the same as read.
	queue   chan *change
	done    chan struct{}
	jobs    board // tells the workers here what was enqueued
	tally   tally
	gate    sync.RWMutex  // held for reading while a change is handed to the writer
	shut    bool          // no more changes are taken
	writes  atomic.Uint64 // changes of this process
	memo    memo
	closing sync.Once
	held    *os.File // the lock on the folder of the embedded database
}

// Open opens the database, brings its schema up to date under a lock (after a
// copy of the file when there is something to change) and starts the writer.
func Open(ctx context.Context, c Config) (_ *DB, err error) {
	defer fault.Wrap(&err, "store.Open")
	db := newDB(c)
	err = db.connect(ctx)
	if err == nil {
		err = db.migrate(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func newDB(c Config) *DB {
	db := &DB{clock: c.Clock, log: c.Log, dir: c.Dir, url: c.URL, done: make(chan struct{})}
	if db.clock == nil {
		db.clock = time.Now
	}
	if db.log == nil {
		db.log = slog.New(slog.DiscardHandler)
	}
	return db
}

func (db *DB) connect(ctx context.Context) error {
	if db.url != "" {
		return db.openPostgres(ctx)
	}
	return db.openSQLite(ctx)
}

func (db *DB) openSQLite(ctx context.Context) error {
	db.d = &sqlite
	if err := os.MkdirAll(db.dir, 0o700); err != nil {
		return err
	}
	var err error
	if db.held, err = hold(ctx, db.dir, false); err != nil {
		return err
	}
	w, err := openFile(sqliteDSN(db.file(), false))
	if err != nil {
		return err
	}
	w.SetMaxOpenConns(1)
	w.SetMaxIdleConns(1)
	db.write = newPool(w, 1, db.d)
	var mode, level string
	if err := w.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil {
		return err
	}
	if err := w.QueryRowContext(ctx, "PRAGMA synchronous").Scan(&level); err != nil {
		return err
	}
	if mode != "wal" || level != "2" {
		return fmt.Errorf("the database file is not durable here: journal_mode %s, synchronous %s", mode, level)
	}
	const readers = 6
	r, err := openFile(sqliteDSN(db.file(), true))
	if err != nil {
		return err
	}
	r.SetMaxOpenConns(readers)
	r.SetMaxIdleConns(readers)
	db.read = newPool(r, readers, db.d)
	db.queue = make(chan *change, 256)
	go db.writer()
	return nil
}

func (db *DB) openPostgres(ctx context.Context) error {
	db.d = &postgres
	p, err := sql.Open(db.d.driver, db.url)
	if err != nil {
		return err
	}
	const conns = 20
	p.SetMaxOpenConns(conns + 4) // four for migrations, backup and the queue's own
	p.SetMaxIdleConns(conns)
	db.read = newPool(p, conns, db.d)
	db.write = db.read
	return p.PingContext(ctx)
}

// Close waits for the writer and closes the connections, once.
func (db *DB) Close() (err error) {
	db.closing.Do(func() { err = db.end() })
	return err
}

func (db *DB) end() error {
	db.gate.Lock()
	db.shut = true
	db.gate.Unlock()
	if db.queue != nil {
		close(db.queue) // nobody is sending: that takes the gate
		<-db.done
	}
	var err error
	if db.read != nil {
		err = db.read.close()
	}
	if db.write != db.read && db.write != nil {
		err = errors.Join(err, db.write.close())
	}
	if db.held != nil {
		err = errors.Join(err, db.held.Close())
	}
	return err
}

// Name is "sqlite" or "postgres".
func (db *DB) Name() string { return db.d.name }

func (db *DB) file() string { return filepath.Join(db.dir, "kring.db") }

// change is one closure waiting for the writer.
type change struct {
	ctx   context.Context
	org   id.Org
	actor fact.Actor
	fn    func(*Tx) error
	tx    *Tx
	err   error
	done  chan struct{}
}

// Write runs fn in a transaction of one organisation, done by actor, and
// commits when fn returns nil. When Write returns nil the change is on disk.
// fn may run more than once.
func (db *DB) Write(ctx context.Context, org id.Org, actor fact.Actor, fn func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if db.queue == nil {
		return db.writePostgres(ctx, org, actor, fn)
	}
	c := &change{ctx: ctx, org: org, actor: actor, fn: fn, done: make(chan struct{})}
	if err := db.hand(c); err != nil {
		return err
	}
	<-c.done
	if c.err == nil {
		c.tx.committed(db)
	}
	return c.err
}

// ErrClosed says that the database was closed.
var ErrClosed = errors.New("the database is closed")

// hand gives a change to the writer, unless the database is closed or whoever
// asked leaves while there is no room. The writer goes on until Close has the
// gate, so nobody waits here for ever.
func (db *DB) hand(c *change) error {
	db.gate.RLock()
	defer db.gate.RUnlock()
	if db.shut {
		return ErrClosed
	}
	select {
	case db.queue <- c:
		return nil
	case <-c.ctx.Done():
		return c.ctx.Err()
	}
}

// batch is how many waiting changes may share one commit.
const batch = 64

// writer is the one that writes on SQLite.
func (db *DB) writer() {
	defer close(db.done)
	for first := range db.queue {
		todo := []*change{first}
		err := db.write.with(context.Background(), func(c *conn) error { return db.together(c, &todo) })
		db.tally.batch(len(todo))
		for _, c := range todo {
			if err != nil && c.err == nil {
				c.err = db.d.fault(err)
			}
			close(c.done)
		}
	}
}

// together runs the first change and those that wait, and commits once. A
// change that follows another runs in a savepoint, so that it can fail alone;
// the first needs none, since nothing else is lost with it.
func (db *DB) together(c *conn, todo *[]*change) error {
	// A request that goes away must not interrupt its neighbours' transaction.
	ctx := context.Background()
	tx, err := c.sql.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	good := 0
	for i := 0; i < len(*todo); i++ {
		ch := (*todo)[i]
		ch.tx = newTx(context.WithoutCancel(ch.ctx), db, c, ch.org, ch.actor, tx)
		if good == 0 {
			if ch.err = db.d.asFault(guarded(ch.tx, ch.fn)); ch.err != nil {
				if err := tx.Rollback(); err != nil {
					return err
				}
				if tx, err = c.sql.BeginTx(ctx, nil); err != nil {
					return err
				}
			} else {
				good++
			}
		} else if ok, err := db.apart(ctx, c, ch); err != nil {
			return errors.Join(err, tx.Rollback())
		} else if ok {
			good++
		}
		if len(*todo) < batch && i == len(*todo)-1 {
			select {
			case next, ok := <-db.queue:
				if ok {
					*todo = append(*todo, next)
				}
			default:
			}
		}
	}
	if good == 0 {
		return tx.Rollback()
	}
	return tx.Commit()
}

// apart runs a change in a savepoint; ok when it succeeded.
func (db *DB) apart(ctx context.Context, c *conn, ch *change) (ok bool, err error) {
	if err := c.exec(ctx, "SAVEPOINT change"); err != nil {
		return false, err
	}
	if ch.err = db.d.asFault(guarded(ch.tx, ch.fn)); ch.err != nil {
		if err := c.exec(ctx, "ROLLBACK TO change"); err != nil {
			return false, err
		}
	}
	return ch.err == nil, c.exec(ctx, "RELEASE change")
}

// guarded turns a panic into an error, so that one request's mistake does not
// take its neighbours or the writer with it.
func guarded(tx *Tx, fn func(*Tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a transaction: %v\n%s", p, debug.Stack())
		}
	}()
	if err := fn(tx); err != nil {
		return err
	}
	return tx.settleRing()
}

// asFault leaves faults alone and turns the database's errors into them.
func (d *dialect) asFault(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := fault.From(err); ok {
		return err
	}
	return d.fault(err)
}

func (db *DB) writePostgres(ctx context.Context, org id.Org, actor fact.Actor, fn func(*Tx) error) error {
	const tries = 4
	for n := 1; ; n++ {
		var tx *Tx
		var raw error
		err := db.write.with(ctx, func(c *conn) error {
			t, err := c.sql.BeginTx(ctx, nil)
			if err != nil {
				return err
			}
			tx = newTx(ctx, db, c, org, actor, t)
			raw = guarded(tx, fn)
			if raw != nil {
				return errors.Join(raw, ignoreDone(t.Rollback()))
			}
			raw = t.Commit()
			return raw
		})
		if err == nil {
			tx.committed(db)
			return nil
		}
		if n < tries && (db.d.again(err) || raw != nil && db.d.again(raw)) {
			pause := time.Duration(n*n)*5*time.Millisecond + time.Duration(db.clock().UnixNano()%int64(5*time.Millisecond))
			select {
			case <-time.After(pause):
				continue
			case <-ctx.Done():
			}
		}
		return db.d.asFault(err)
	}
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

// Read runs fn with one consistent view of an organisation's data.
func (db *DB) Read(ctx context.Context, org id.Org, fn func(*View) error) error {
	writes := db.writes.Load()
	return db.d.asFault(db.read.with(ctx, func(c *conn) error {
		tx, err := c.sql.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
		if err != nil {
			return err
		}
		defer tx.Rollback() //nolint:errcheck // nothing was written
		return fn(&View{ctx: ctx, db: db, d: db.d, c: c, org: org, now: db.clock().UnixMilli(), writes: writes})
	}))
}

// Peek is Read for a closure that runs a single statement, or several that
// need not agree with each other; it saves opening a transaction.
func (db *DB) Peek(ctx context.Context, org id.Org, fn func(*View) error) error {
	writes := db.writes.Load()
	return db.d.asFault(db.read.with(ctx, func(c *conn) error {
		return fn(&View{ctx: ctx, db: db, d: db.d, c: c, org: org, now: db.clock().UnixMilli(), writes: writes})
	}))
}

// Now is the clock's time in milliseconds UTC.
func (db *DB) Now() int64 { return db.clock().UnixMilli() }

// View reads one organisation's data at one moment. It lives as long as the
// closure it was given to.
type View struct {
	ctx context.Context
	db  *DB
	d   *dialect
	c   *conn
	org id.Org
	now int64

	writes   uint64                     // changes of this process before the view began
	changing bool                       // inside a change
	hears    func(q string, args []any) // when a test takes down what is read
}

// Nowhere is no organisation: sign-in and the first-run set-up begin before it
// is known, and see only the tables that are nobody's.
var Nowhere id.Org

// At turns the view to an organisation, once sign-in knows which.
func (v *View) At(org id.Org) { v.org = org }

// Now is the one time of this view or change, in milliseconds UTC.
func (v *View) Now() int64 { return v.now }

// Org is whose data this is.
func (v *View) Org() id.Org { return v.org }

// Tx changes one organisation's data.
type Tx struct {
	View
	actor fact.Actor
	raw   *sql.Tx
	after []func(*DB)
	heard func(q string, args []any) // when somebody takes down what is written

	told    []fact.Fact             // that processes may follow
	touched map[id.Account]*touched // of which the ring changes
	sums    *sums                   // what changes of it besides
}

func newTx(ctx context.Context, db *DB, c *conn, org id.Org, actor fact.Actor, raw *sql.Tx) *Tx {
	return &Tx{View: View{ctx: ctx, db: db, d: db.d, c: c, org: org, now: db.clock().UnixMilli(), changing: true}, actor: actor, raw: raw}
}

// Actor is who makes this change.
func (tx *Tx) Actor() fact.Actor { return tx.actor }

// For turns the transaction to another organisation: only the first-run set-up
// and sign-in, which begin before the organisation is known, need it.
func (tx *Tx) For(org id.Org) { tx.org = org }

// As names the actor once sign-in knows who it is.
func (tx *Tx) As(a fact.Actor) { tx.actor = a }

func (tx *Tx) committed(db *DB) {
	db.writes.Add(1)
	for _, fn := range tx.after {
		fn(db)
	}
}

// exec runs a statement; query many rows; row one row. SQL with ? on both
// databases.
func (tx *Tx) exec(q string, args ...any) (int64, error) {
	if tx.heard != nil {
		tx.heard(q, args)
	}
	st, err := tx.c.stmt(tx.ctx, q)
	if err != nil {
		return 0, err
	}
	r, err := st.ExecContext(tx.ctx, args...)
	if err != nil {
		return 0, tx.d.fault(err)
	}
	return r.RowsAffected()
}

// change1 runs a statement that must touch exactly one row; else ErrStale.
func (tx *Tx) change1(q string, args ...any) error {
	n, err := tx.exec(q, args...)
	if err != nil {
		return err
	}
	if n != 1 {
		return ErrStale
	}
	return nil
}

func (v *View) row(q string, args []any, into ...any) error {
	st, err := v.c.stmt(v.ctx, q)
	if err != nil {
		return err
	}
	err = st.QueryRowContext(v.ctx, args...).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return err
}

// rows calls scan for each row.
func (v *View) rows(q string, args []any, scan func(*sql.Rows) error) (err error) {
	if v.hears != nil {
		v.hears(q, args)
	}
	st, err := v.c.stmt(v.ctx, q)
	if err != nil {
		return err
	}
	rs, err := st.QueryContext(v.ctx, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rs.Close()) }()
	for rs.Next() {
		if err := scan(rs); err != nil {
			return err
		}
	}
	return rs.Err()
}

// pool hands out connections, each with its own prepared statements.
type pool struct {
	sql  *sql.DB
	d    *dialect
	free chan *conn
	left chan struct{} // connections not opened yet, or dropped

	waited atomic.Uint64 // times that none was free
}

// conn is one connection and the statements prepared on it.
type conn struct {
	sql   *sql.Conn
	d     *dialect
	stmts map[string]*sql.Stmt

	raw    *sqlite3.Conn            // the connection itself, on SQLite, once it was asked for
	quicks map[string]*sqlite3.Stmt // see quick.go

	met map[string]Met // who came in lately, as long as nobody wrote anything
	at  int64          // the state of the database in which they were met
}

func newPool(db *sql.DB, n int, d *dialect) *pool {
	p := &pool{sql: db, d: d, free: make(chan *conn, n), left: make(chan struct{}, n)}
	for range n {
		p.lost()
	}
	return p
}

func (p *pool) take(ctx context.Context) (*conn, error) {
	select {
	case c := <-p.free:
		return c, nil
	default:
	}
	select {
	case <-p.left:
		return p.open(ctx)
	default:
	}
	p.waited.Add(1)
	select {
	case c := <-p.free:
		return c, nil
	case <-p.left: // one broke while we waited
		return p.open(ctx)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pool) open(ctx context.Context) (*conn, error) {
	c, err := p.sql.Conn(ctx)
	if err != nil {
		p.lost()
		return nil, err
	}
	return &conn{sql: c, d: p.d, stmts: map[string]*sql.Stmt{}}, nil
}

func (p *pool) lost() { p.left <- struct{}{} }

// with runs fn on a connection and gives it back, or drops it when it broke.
func (p *pool) with(ctx context.Context, fn func(*conn) error) error {
	c, err := p.take(ctx)
	if err != nil {
		return err
	}
	keep := false
	defer func() {
		if keep {
			p.free <- c
			return
		}
		c.close()
		p.lost()
	}()
	err = fn(c)
	keep = !broken(err)
	return err
}

// broken says whether the connection itself is gone.
func broken(err error) bool {
	if err == nil {
		return false
	}
	return errors.Is(err, sql.ErrConnDone) || strings.Contains(err.Error(), "bad connection") ||
		strings.Contains(err.Error(), "conn closed") || strings.Contains(err.Error(), "unexpected EOF") ||
		strings.Contains(err.Error(), "57P01") || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

func (p *pool) close() error {
	for {
		select {
		case c := <-p.free:
			c.close()
			continue
		default:
		}
		return p.sql.Close()
	}
}

func (c *conn) close() {
	for _, st := range c.quicks {
		st.Close() //nolint:errcheck // the connection goes anyway
	}
	for _, st := range c.stmts {
		st.Close() //nolint:errcheck // the connection goes anyway
	}
	c.sql.Close() //nolint:errcheck // as above
}

// mostStatements bounds the cache: lists make many texts.
const mostStatements = 400

func (c *conn) stmt(ctx context.Context, q string) (*sql.Stmt, error) {
	if st, ok := c.stmts[q]; ok {
		return st, nil
	}
	st, err := c.sql.PrepareContext(context.WithoutCancel(ctx), c.d.rebind(q))
	if err != nil {
		return nil, fmt.Errorf("%w in %s", err, strings.Join(strings.Fields(q), " "))
	}
	if len(c.stmts) >= mostStatements {
		for old, st := range c.stmts {
			st.Close() //nolint:errcheck // only forgotten
			delete(c.stmts, old)
			break
		}
	}
	c.stmts[q] = st
	return st, nil
}

func (c *conn) exec(ctx context.Context, q string) error {
	st, err := c.stmt(ctx, q)
	if err != nil {
		return err
	}
	_, err = st.ExecContext(ctx)
	return err
}

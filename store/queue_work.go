package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"kring/base/fault"
	"kring/base/id"
	"kring/base/job"
)

// How jobs run. A change that enqueues rings the board when it is committed;
// the workers of this process hear it at once and claim in that organisation.
// What other processes ask for, what is for later and what a dead process left
// behind is found by a look at the index of pending jobs every few seconds;
// looking writes nothing. Claiming is a transaction of one organisation that
// takes a few due jobs for the length of a lease. A heartbeat renews the leases
// of what still runs. When a handler returns, one transaction writes what
// became of the job, unless the job was lost meanwhile: the attempt is counted
// at each claim and every later write names it, so a process that slept through
// its lease cannot write over its successor.

// board tells the workers of this process what was committed.
type board struct {
	mu      sync.Mutex
	workers []*worker
}

func (b *board) each(fn func(*worker)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, w := range b.workers {
		fn(w)
	}
}

func (b *board) ring(org id.Org, due int64) { b.each(func(w *worker) { w.expect(org, due) }) }
func (b *board) cancel(i id.Job)            { b.each(func(w *worker) { w.interrupt(i, job.ErrCancelled) }) }

func (b *board) join(w *worker) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.workers = append(b.workers, w)
}

func (b *board) leave(w *worker) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.workers = slices.DeleteFunc(b.workers, func(x *worker) bool { return x == w })
}

// Handler does one job. Its context ends when the job is cancelled, when it is
// lost to another process, and when the program has waited long enough to stop;
// context.Cause says which. A job may run more than once.
type Handler = func(context.Context, Job) error

// worker works off jobs for one call of Work.
type worker struct {
	db       *DB
	o        job.Options
	handlers map[string]Handler
	me       id.Job // holder of the leases of periodic work
	bell     chan struct{}
	alive    *os.File // the lock that says so; nil on PostgreSQL
	all      sync.WaitGroup

	mu      sync.Mutex
	soon    map[moment]bool // where to claim and when; what is further off is found by looking
	running map[id.Job]*attempt
	turns   map[string]*attempt // periodic work running here
	failed  map[string]int      // how often it failed in a row
	closed  bool
}

type moment struct {
	org id.Org
	at  int64
}

// attempt is one job running here.
type attempt struct {
	job     Job
	renewed int64
	stop    context.CancelCauseFunc
}

const pruning = "job.prune"

// Work runs jobs until ctx ends, then waits for those that run, and gives back
// what did not end in time. Jobs of a kind without a handler stay waiting.
func (db *DB) Work(ctx context.Context, handlers map[string]Handler, o job.Options) error {
	o = o.Fill()
	w := &worker{
		db: db, o: o, handlers: maps.Clone(handlers), me: id.New[id.Job](), bell: make(chan struct{}, 1),
		soon: map[moment]bool{}, running: map[id.Job]*attempt{}, turns: map[string]*attempt{}, failed: map[string]int{},
	}
	if w.handlers == nil {
		w.handlers = map[string]Handler{}
	}
	w.handlers[pruning] = func(ctx context.Context, _ Job) error { return db.pruneJobs(ctx, o.Keep) }
	w.o.Periodic = append(slices.Clone(o.Periodic), job.Periodic{Name: pruning, Every: time.Hour})
	for _, p := range w.o.Periodic {
		if w.handlers[p.Name] == nil || p.Every <= 0 {
			return fmt.Errorf("periodic work %s has no handler or no period", p.Name)
		}
	}
	if err := w.appear(ctx); err != nil {
		return err
	}
	db.jobs.join(w)
	defer db.jobs.leave(w)
	beating, still := context.WithCancel(context.WithoutCancel(ctx))
	defer still()
	go w.beat(beating)
	w.loop(ctx)
	if !w.wind(ctx) || w.alive == nil {
		return nil // what does not stop keeps its worker, and with it the lock
	}
	return w.alive.Close()
}

func (w *worker) loop(ctx context.Context) {
	poll := time.NewTicker(w.o.Poll)
	defer poll.Stop()
	w.look(ctx)
	for ctx.Err() == nil {
		if w.take(ctx) {
			continue
		}
		next := time.NewTimer(w.next())
		select {
		case <-ctx.Done():
		case <-w.bell:
		case <-next.C:
		case <-poll.C:
			w.look(ctx)
		}
		next.Stop()
	}
}

// wind waits for what runs, then asks it to stop; false when something does not.
func (w *worker) wind(ctx context.Context) bool {
	ended := make(chan struct{})
	go func() { w.all.Wait(); close(ended) }()
	if within(ended, w.o.Grace) {
		return true
	}
	w.mu.Lock()
	for _, a := range slices.Concat(slices.Collect(maps.Values(w.running)), slices.Collect(maps.Values(w.turns))) {
		a.stop(job.ErrStopping)
	}
	w.mu.Unlock()
	if within(ended, max(w.o.Grace/4, time.Second)) {
		return true
	}
	// These do not listen. Their leases run out after the program has ended.
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	for _, a := range w.running {
		w.db.log.WarnContext(ctx, "job did not stop", "kind", a.job.Kind, "job", a.job.ID)
	}
	return false
}

func within(ended <-chan struct{}, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ended:
		return true
	case <-t.C:
		return false
	}
}

// expect notes that there is something to claim, and wakes the loop.
func (w *worker) expect(org id.Org, due int64) {
	now := w.db.Now()
	if due > now+w.o.Poll.Milliseconds() {
		return
	}
	m := moment{org: org}
	if due > now {
		const grain = 20 // many jobs for about the same moment are one moment
		m.at = (due + grain - 1) / grain * grain
	}
	w.mu.Lock()
	w.soon[m] = true
	w.mu.Unlock()
	w.wake()
}

func (w *worker) wake() {
	select {
	case w.bell <- struct{}{}:
	default:
	}
}

// next is how long until the first moment that is not there yet. Moments that
// have come and are still noted wait for a free slot, which rings the bell.
func (w *worker) next() time.Duration {
	now := w.db.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	wait := w.o.Poll
	for m := range w.soon {
		if m.at > now {
			wait = min(wait, time.Duration(m.at-now)*time.Millisecond)
		}
	}
	return wait
}

// look finds the organisations with something due, here or anywhere, and the
// periodic work whose turn it is.
func (w *worker) look(ctx context.Context) {
	kinds := w.kinds()
	until := map[string]int64{}
	err := w.db.Peek(ctx, Nowhere, func(v *View) error {
		args := []any{}
		for _, p := range w.o.Periodic {
			args = append(args, p.Name)
		}
		err := v.rows("SELECT name, until FROM lease WHERE name IN ("+marks(len(args))+")", args, func(rs *sql.Rows) error {
			var name string
			var t int64
			err := rs.Scan(&name, &t)
			until[name] = t
			return err
		})
		if err != nil {
			return err
		}
		args = []any{v.now + w.o.Poll.Milliseconds()}
		for _, k := range kinds {
			args = append(args, k)
		}
		return v.rows(`SELECT org_id, min(due_at) FROM job
			WHERE `+pending+` AND due_at <= ? AND kind IN (`+marks(len(kinds))+`) GROUP BY org_id`, args, func(rs *sql.Rows) error {
			var org id.Org
			var due int64
			if err := rs.Scan(&org, &due); err != nil {
				return err
			}
			w.expect(org, due)
			return nil
		})
	})
	if err != nil {
		if ctx.Err() == nil {
			w.db.log.ErrorContext(ctx, "jobs: look", "error", err)
		}
		return
	}
	for _, p := range w.o.Periodic {
		if until[p.Name] <= w.db.Now() {
			w.turn(ctx, p)
		}
	}
}

func (w *worker) kinds() []string { return slices.Sorted(maps.Keys(w.handlers)) }

// take claims once in each organisation that has something due and says
// whether it is worth claiming again at once.
func (w *worker) take(ctx context.Context) (again bool) {
	orgs := w.due()
	for i, org := range orgs {
		full, blocked := false, false
		for _, kinds := range w.groups() {
			// A share of the free slots each, so that one organisation's
			// thousand jobs do not keep another's one waiting.
			n := w.room(kinds, len(orgs)-i)
			if n == 0 {
				blocked = true
				continue
			}
			jobs, err := w.claim(ctx, org, kinds, n)
			if err != nil {
				w.db.log.ErrorContext(ctx, "jobs: claim", "org", org, "error", err)
				blocked = true
				continue
			}
			full = full || len(jobs) == n
			for _, j := range jobs {
				if runnable(j) {
					w.start(ctx, j)
				}
			}
		}
		if full || blocked {
			w.mu.Lock()
			w.soon[moment{org: org}] = true
			w.mu.Unlock()
		}
		again = again || full
	}
	return again && w.room(nil, 1) > 0
}

// due takes the organisations whose moment has come off the list, in an order
// that favours none.
func (w *worker) due() (orgs []id.Org) {
	now := w.db.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.running) >= w.o.Slots {
		return nil
	}
	for m := range w.soon {
		if m.at <= now {
			orgs = append(orgs, m.org)
			delete(w.soon, m)
		}
	}
	slices.SortFunc(orgs, func(a, b id.Org) int { return slices.Compare(a[:], b[:]) })
	orgs = slices.Compact(orgs)
	rand.Shuffle(len(orgs), func(i, j int) { orgs[i], orgs[j] = orgs[j], orgs[i] })
	return orgs
}

// groups are the kinds that are claimed together: those with a limit each for
// itself, so that a claim never takes more than may run.
func (w *worker) groups() [][]string {
	groups := [][]string{nil}
	for _, kind := range w.kinds() {
		if w.o.Limit[kind] > 0 {
			groups = append(groups, []string{kind})
		} else {
			groups[0] = append(groups[0], kind)
		}
	}
	return groups
}

// room is how many more jobs of these kinds may run, when others share.
func (w *worker) room(kinds []string, others int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	free := w.o.Slots - len(w.running)
	if free <= 0 {
		return 0
	}
	free = max(1, free/max(1, others))
	if len(kinds) == 1 && w.o.Limit[kinds[0]] > 0 {
		same := 0
		for _, a := range w.running {
			if a.job.Kind == kinds[0] {
				same++
			}
		}
		free = min(free, w.o.Limit[kinds[0]]-same)
	}
	return max(0, free)
}

func (w *worker) claim(ctx context.Context, org id.Org, kinds []string, n int) (jobs []Job, err error) {
	err = w.db.Write(context.WithoutCancel(ctx), org, clockwork, func(tx *Tx) (err error) {
		jobs, err = tx.claim(kinds, n, w.o.Lease)
		return err
	})
	return jobs, err
}

// start runs a claimed job.
func (w *worker) start(ctx context.Context, j Job) {
	ctx, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	a := &attempt{job: j, renewed: j.Started, stop: stop}
	w.mu.Lock()
	w.running[j.ID] = a
	w.mu.Unlock()
	w.all.Go(func() {
		err := w.call(ctx, j)
		w.end(ctx, a, err)
		stop(nil)
		w.mu.Lock()
		if w.running[j.ID] == a {
			delete(w.running, j.ID)
		}
		w.mu.Unlock()
		w.wake()
	})
}

// call runs the handler and turns its panic into an error.
func (w *worker) call(ctx context.Context, j Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in job %s: %v\n%s", j.Kind, p, debug.Stack())
		}
	}()
	return w.handlers[j.Kind](ctx, j)
}

// end writes what became of an attempt; when the database does not answer it
// tries for as long as the lease lasts, and then the job runs again.
func (w *worker) end(ctx context.Context, a *attempt, err error) {
	cause := context.Cause(ctx)
	if errors.Is(cause, job.ErrLost) || errors.Is(err, job.ErrLost) {
		return
	}
	free := context.WithoutCancel(ctx)
	give := time.Duration(0)
	for {
		w.mu.Lock()
		closed := w.closed
		w.mu.Unlock()
		if closed {
			return
		}
		failed := w.db.Write(free, a.job.Org, clockwork, func(tx *Tx) error { return tx.outcome(a.job, err, cause) })
		if failed == nil || errors.Is(failed, job.ErrLost) {
			return
		}
		w.db.log.ErrorContext(ctx, "jobs: outcome", "kind", a.job.Kind, "job", a.job.ID, "error", failed)
		const pause = 500 * time.Millisecond
		if give += pause; give > w.o.Lease {
			return
		}
		time.Sleep(pause)
	}
}

// outcome writes what a handler's error and the cause of its context's end mean.
func (tx *Tx) outcome(j Job, err, cause error) error {
	switch {
	case err == nil:
	case errors.Is(cause, job.ErrCancelled) || errors.Is(err, job.ErrCancelled):
		return tx.settle(j, job.Cancelled, 0, nil)
	case errors.Is(cause, job.ErrStopping):
		return tx.release(j)
	}
	state, wait := j.After(err, rand.Float64())
	due := tx.now + wait.Milliseconds()
	if err := tx.settle(j, state, due, err); err != nil {
		return err
	}
	if state == job.Waiting {
		tx.after = append(tx.after, func(db *DB) { db.jobs.ring(j.Org, due) })
	}
	return nil
}

// interrupt ends the context of a job that runs here.
func (w *worker) interrupt(i id.Job, cause error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if a := w.running[i]; a != nil {
		a.stop(cause)
	}
}

// beat renews the leases of what runs, three times per lease.
func (w *worker) beat(ctx context.Context) {
	tick := time.NewTicker(w.o.Lease / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		w.mu.Lock()
		byOrg := map[id.Org][]*attempt{}
		for _, a := range w.running {
			byOrg[a.job.Org] = append(byOrg[a.job.Org], a)
		}
		w.mu.Unlock()
		for org, as := range byOrg {
			w.renew(ctx, org, as)
		}
	}
}

func (w *worker) renew(ctx context.Context, org id.Org, as []*attempt) {
	var lost, cancelled []*attempt
	var now int64
	err := w.db.Write(ctx, org, clockwork, func(tx *Tx) error {
		lost, cancelled, now = nil, nil, tx.now
		for _, a := range as {
			switch cancel, err := tx.renew(a.job, w.o.Lease); {
			case errors.Is(err, job.ErrLost):
				lost = append(lost, a)
			case err != nil:
				return err
			case cancel:
				cancelled = append(cancelled, a)
			}
		}
		return nil
	})
	if err != nil {
		if ctx.Err() != nil {
			return
		}
		w.db.log.ErrorContext(ctx, "jobs: heartbeat", "org", org, "error", err)
		for _, a := range as {
			if w.db.Now() > a.renewed+w.o.Lease.Milliseconds() {
				a.stop(job.ErrLost)
			}
		}
		return
	}
	for _, a := range as {
		a.renewed = now
	}
	for _, a := range cancelled {
		a.stop(job.ErrCancelled)
	}
	for _, a := range lost {
		a.stop(job.ErrLost)
	}
}

// turn runs periodic work when no other process does. The lease row says until
// when nobody else may begin: while it runs for the length of a lease, which is
// renewed, and after it has run until it is due again.
func (w *worker) turn(ctx context.Context, p job.Periodic) {
	w.mu.Lock()
	busy := w.turns[p.Name] != nil
	w.mu.Unlock()
	if busy {
		return
	}
	taken, err := w.hold(ctx, p.Name, w.o.Lease, true)
	if err != nil {
		w.db.log.ErrorContext(ctx, "jobs: periodic", "name", p.Name, "error", err)
	}
	if !taken {
		return
	}
	ctx, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	a := &attempt{job: Job{Kind: p.Name}, stop: stop}
	w.mu.Lock()
	w.turns[p.Name] = a
	w.mu.Unlock()
	w.all.Go(func() {
		ended := make(chan struct{})
		go w.keep(ctx, a, ended)
		err := w.call(ctx, a.job)
		close(ended)
		w.repose(ctx, p, err)
		stop(nil)
	})
}

// keep renews the lease of periodic work while it runs.
func (w *worker) keep(ctx context.Context, a *attempt, ended <-chan struct{}) {
	tick := time.NewTicker(w.o.Lease / 3)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			return
		case <-tick.C:
		}
		held, err := w.hold(ctx, a.job.Kind, w.o.Lease, false)
		if err == nil && !held {
			a.stop(job.ErrLost)
		}
	}
}

// repose says when the work is due again: after its period, or sooner when it
// failed.
func (w *worker) repose(ctx context.Context, p job.Periodic, err error) {
	w.mu.Lock()
	wait := p.Every
	switch {
	case err == nil:
		w.failed[p.Name] = 0
	case errors.Is(context.Cause(ctx), job.ErrStopping):
		wait = 0 // another process may begin at once
	default:
		w.failed[p.Name]++
		wait = min(wait, job.Backoff(w.failed[p.Name], rand.Float64()))
	}
	delete(w.turns, p.Name)
	closed := w.closed
	w.mu.Unlock()
	if err != nil && !errors.Is(context.Cause(ctx), job.ErrStopping) {
		w.db.log.ErrorContext(ctx, "periodic work failed", "name", p.Name, "error", err)
	}
	if closed || errors.Is(context.Cause(ctx), job.ErrLost) {
		return
	}
	if _, err := w.hold(context.WithoutCancel(ctx), p.Name, wait, false); err != nil {
		w.db.log.ErrorContext(ctx, "jobs: periodic", "name", p.Name, "error", err)
	}
}

// Postpone has periodic work wait for so long, whoever had its turn.
func (db *DB) Postpone(ctx context.Context, names []string, d time.Duration) (err error) {
	defer fault.Wrap(&err, "store.Postpone")
	return db.Write(ctx, Nowhere, clockwork, func(tx *Tx) error {
		for _, name := range names {
			if _, err := tx.exec("INSERT INTO lease (name, holder, until) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until",
				name, id.New[id.Job](), tx.now+d.Milliseconds()); err != nil {
				return err
			}
		}
		return nil
	})
}

// hold makes the lease of this name ours for so long: fresh when it is free,
// else when it is ours already.
func (w *worker) hold(ctx context.Context, name string, d time.Duration, fresh bool) (held bool, err error) {
	defer fault.Wrap(&err, "store.hold(%s)", name)
	err = w.db.Write(context.WithoutCancel(ctx), Nowhere, clockwork, func(tx *Tx) error {
		var n int64
		var err error
		if fresh {
			n, err = tx.exec(`INSERT INTO lease (name, holder, until) VALUES (?, ?, ?)
				ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until WHERE lease.until <= ?`,
				name, w.me, tx.now+d.Milliseconds(), tx.now)
		} else {
			n, err = tx.exec("UPDATE lease SET until = ? WHERE name = ? AND holder = ?", tx.now+d.Milliseconds(), name, w.me)
		}
		held = n == 1
		return err
	})
	return held, err
}

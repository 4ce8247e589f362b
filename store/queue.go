package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/job"
)

// Job is one piece of work of one organisation.
type Job = job.Job

const jobColumns = `id, kind, args, due_at, unique_key, max_attempts, state, attempt,
	so_far, in_all, progress, code, reason, cancel_asked, created_at, started_at, finished_at`

// pending are the rows in the index job_due, in the words that make both
// databases use it.
const pending = "state IN ('waiting', 'running')"

func (v *View) scanJob(rs *sql.Rows) (j Job, err error) {
	var args, state string
	err = rs.Scan(&j.ID, &j.Kind, &args, &j.RunAt, &j.Unique, &j.MaxAttempts, &state, &j.Attempt,
		&j.Done, &j.Total, &j.Text, &j.Code, &j.Reason, &j.Cancel, &j.Created, &j.Started, &j.Finished)
	j.Org, j.Args, j.State = v.org, []byte(args), job.State(state)
	return j, err
}

// Enqueue asks for work after this change: the job exists when the change is
// committed and not when it is not. With a Unique key that waits already, the
// id is that one's and the earlier of the two moments holds. A job that is
// already running does not count: it may have read before this change.
func (tx *Tx) Enqueue(j Job) (_ id.Job, err error) {
	defer fault.Wrap(&err, "store.Enqueue(%s)", j.Kind)
	if !j.Org.IsZero() && j.Org != tx.org {
		return id.Job{}, errors.New("a job belongs to the organisation of its transaction")
	}
	if len(j.Args) == 0 {
		j.Args = []byte("{}")
	}
	if j.Kind == "" || !json.Valid(j.Args) {
		return id.Job{}, fmt.Errorf("a job has a kind and JSON: %q %q", j.Kind, j.Args)
	}
	due := max(j.RunAt, tx.now)
	j.ID = id.New[id.Job]()
	// The row of the one that waits is locked by this, also when nothing about
	// it changes: it cannot start before this change can be seen.
	err = tx.row(`INSERT INTO job (org_id, `+jobColumns+`)
		VALUES (?, ?, ?, ?, ?, ?, ?, 'waiting', 0, 0, 0, '', '', '', FALSE, ?, 0, 0)
		ON CONFLICT (org_id, kind, unique_key) WHERE unique_key <> '' AND state = 'waiting'
		DO UPDATE SET due_at = CASE WHEN excluded.due_at < job.due_at THEN excluded.due_at ELSE job.due_at END
		RETURNING id`,
		[]any{tx.org, j.ID, j.Kind, string(j.Args), due, j.Unique, j.Attempts(), tx.now}, &j.ID)
	if err != nil {
		return id.Job{}, err
	}
	org := tx.org
	tx.after = append(tx.after, func(db *DB) { db.jobs.ring(org, due) })
	return j.ID, nil
}

// Job is one job.
func (v *View) Job(i id.Job) (j Job, err error) {
	defer fault.Wrap(&err, "store.Job(%s)", i)
	err = ErrNotFound
	w := v.where("").and("id = ?", i)
	scanned := v.rows("SELECT "+jobColumns+" FROM job"+w.String(), w.args, func(rs *sql.Rows) (e error) {
		j, e = v.scanJob(rs)
		err = e
		return e
	})
	return j, errors.Join(err, scanned)
}

// Jobs is a page of the organisation's jobs, newest first.
func (v *View) Jobs(f job.Filter) (all []Job, err error) {
	defer fault.Wrap(&err, "store.Jobs(%s %s)", f.Kind, f.State)
	w := v.where("")
	if f.Kind != "" {
		w.and("kind = ?", f.Kind)
	}
	switch f.State {
	case "":
	case job.Parked: // in the words of its index
		w.and("state = 'parked'")
	default:
		w.and("state = ?", string(f.State))
	}
	if !f.Before.IsZero() {
		w.and("id < ?", f.Before)
	}
	w.args = append(w.args, f.Rows())
	err = v.rows("SELECT "+jobColumns+" FROM job"+w.String()+" ORDER BY id DESC LIMIT ?", w.args, func(rs *sql.Rows) error {
		j, err := v.scanJob(rs)
		all = append(all, j)
		return err
	})
	return all, err
}

// Enqueued says whether a job of a kind waits or runs.
func (v *View) Enqueued(kind string) (busy bool, err error) {
	defer fault.Wrap(&err, "store.Enqueued(%s)", kind)
	w := v.where("").and(pending).and("kind = ?", kind)
	n := 0
	err = v.row("SELECT COUNT(*) FROM job"+w.String(), w.args, &n)
	return n > 0, err
}

// Progress tells how far a running job is. In the transaction of the work it
// tells of, it makes that work happen once: a process that lost the job, or
// whose job was cancelled, gets job.ErrLost or job.ErrCancelled and so writes
// nothing; one that takes over finds in Done where to go on.
func (tx *Tx) Progress(j Job, done, total int64, text string) (err error) {
	defer fault.Wrap(&err, "store.Progress(%s)", j.ID)
	var cancel bool
	err = tx.row(`UPDATE job SET so_far = ?, in_all = ?, progress = ?
		WHERE org_id = ? AND id = ? AND attempt = ? AND state = 'running' RETURNING cancel_asked`,
		[]any{done, total, text, tx.org, j.ID, j.Attempt}, &cancel)
	if errors.Is(err, ErrNotFound) {
		return job.ErrLost
	}
	if err == nil && cancel {
		return job.ErrCancelled
	}
	return err
}

// FinishJob ends a running job in the transaction of its last work, so that
// this work is not done again when the process dies between the two.
func (tx *Tx) FinishJob(j Job) (err error) {
	defer fault.Wrap(&err, "store.FinishJob(%s)", j.ID)
	return tx.settle(j, job.Done, 0, nil)
}

// settle writes what became of an attempt; ErrLost when it is not ours any more.
func (tx *Tx) settle(j Job, to job.State, due int64, cause error) error {
	code, reason := why(cause)
	finished := int64(0)
	if to == job.Waiting && j.Unique != "" {
		var twins int
		if err := tx.row(`SELECT count(*) FROM job WHERE org_id = ? AND kind = ? AND unique_key = ? AND unique_key <> '' AND state = 'waiting'`,
			[]any{tx.org, j.Kind, j.Unique}, &twins); err != nil {
			return err
		}
		if twins > 0 { // that one does what this one would
			to = job.Cancelled
		}
	}
	if to.Ended() {
		finished = tx.now
	}
	n, err := tx.exec(`UPDATE job SET state = ?, due_at = ?, code = ?, reason = ?, finished_at = ?
		WHERE org_id = ? AND id = ? AND attempt = ? AND state = 'running'`,
		string(to), due, code, reason, finished, tx.org, j.ID, j.Attempt)
	if err != nil {
		return err
	}
	if n == 0 {
		return job.ErrLost
	}
	return nil
}

// why is an error as the row keeps it.
func why(err error) (code, reason string) {
	const most = 2000
	if err == nil {
		return "", ""
	}
	if f, ok := fault.From(err); ok {
		code = f.Code
	}
	reason = strings.ToValidUTF8(strings.ReplaceAll(err.Error(), "\x00", ""), "")
	if len(reason) > most {
		reason = strings.ToValidUTF8(reason[:most], "")
	}
	return code, reason
}

// CancelJob ends a waiting or parked job and asks a running one to stop.
func (tx *Tx) CancelJob(i id.Job) (err error) {
	defer fault.Wrap(&err, "store.CancelJob(%s)", i)
	n, err := tx.exec(`UPDATE job SET cancel_asked = TRUE,
			finished_at = CASE WHEN state = 'running' THEN finished_at ELSE ? END,
			state = CASE WHEN state = 'running' THEN state ELSE 'cancelled' END
		WHERE org_id = ? AND id = ? AND state IN ('waiting', 'running', 'parked')`, tx.now, tx.org, i)
	if err != nil {
		return err
	}
	if n == 0 {
		if _, err := tx.Job(i); err != nil {
			return err
		}
		return job.ErrEnded
	}
	tx.after = append(tx.after, func(db *DB) { db.jobs.cancel(i) })
	return nil
}

// RetryJob lets a parked or cancelled job have one more attempt, now.
func (tx *Tx) RetryJob(i id.Job) (err error) {
	defer fault.Wrap(&err, "store.RetryJob(%s)", i)
	n, err := tx.exec(`UPDATE job SET state = 'waiting', due_at = ?, max_attempts = attempt + 1, cancel_asked = FALSE, finished_at = 0
		WHERE org_id = ? AND id = ? AND state IN ('parked', 'cancelled')`, tx.now, tx.org, i)
	if err != nil {
		return err
	}
	if n == 0 {
		if _, err := tx.Job(i); err != nil {
			return err
		}
		return job.ErrNotEnded
	}
	org, now := tx.org, tx.now
	tx.after = append(tx.after, func(db *DB) { db.jobs.ring(org, now) })
	return nil
}

// Backlog is what waits and runs in the whole installation.
func (db *DB) Backlog(ctx context.Context) (b job.Backlog, err error) {
	defer fault.Wrap(&err, "store.Backlog")
	err = db.Peek(ctx, Nowhere, func(v *View) error {
		return v.rows(`SELECT state, count(*), min(due_at) FROM job WHERE `+pending+` GROUP BY state`, nil, func(rs *sql.Rows) error {
			var state string
			var n, first int64
			if err := rs.Scan(&state, &n, &first); err != nil {
				return err
			}
			if job.State(state) == job.Running {
				b.Running = n
				return nil
			}
			b.Waiting, b.Late = n, max(0, v.now-first)
			return nil
		})
	})
	return b, err
}

// claim takes at most n jobs of these kinds whose moment has come, or whose
// process was not heard of for the length of a lease. Those that cannot run
// are ended here.
func (tx *Tx) claim(kinds []string, n int, lease time.Duration) (taken []Job, err error) {
	args := []any{tx.org, tx.now}
	for _, k := range kinds {
		args = append(args, k)
	}
	args = append(args, n, tx.now+lease.Milliseconds(), tx.now, tx.org)
	err = tx.rows(`WITH taken AS MATERIALIZED (
			SELECT id FROM job
			WHERE org_id = ? AND `+pending+` AND due_at <= ? AND kind IN (`+marks(len(kinds))+`)
			ORDER BY due_at LIMIT ?`+tx.d.lock("UPDATE SKIP LOCKED")+`)
		UPDATE job SET state = 'running', attempt = attempt + 1, due_at = ?, started_at = ?
		WHERE org_id = ? AND id IN (SELECT id FROM taken)
		RETURNING `+jobColumns, args, func(rs *sql.Rows) error {
		j, err := tx.scanJob(rs)
		taken = append(taken, j)
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(taken, func(a, b Job) int { return slices.Compare(a.ID[:], b.ID[:]) })
	for _, j := range taken {
		switch {
		case j.Cancel:
			err = tx.settle(j, job.Cancelled, 0, nil)
		case j.Attempt > j.MaxAttempts:
			err = tx.settle(j, job.Parked, 0, job.ErrGone)
		}
		if err != nil {
			return nil, err
		}
	}
	return taken, nil
}

// runnable leaves out those that claim ended.
func runnable(j Job) bool { return !j.Cancel && j.Attempt <= j.MaxAttempts }

// renew keeps a running job ours; cancel says that someone asked it to stop.
func (tx *Tx) renew(j Job, lease time.Duration) (cancel bool, err error) {
	err = tx.row(`UPDATE job SET due_at = ?
		WHERE org_id = ? AND id = ? AND attempt = ? AND state = 'running' RETURNING cancel_asked`,
		[]any{tx.now + lease.Milliseconds(), tx.org, j.ID, j.Attempt}, &cancel)
	if errors.Is(err, ErrNotFound) {
		return false, job.ErrLost
	}
	return cancel, err
}

// release gives a job back as if this attempt had not been: it may be tried
// once more.
func (tx *Tx) release(j Job) error {
	_, err := tx.exec(`UPDATE job SET max_attempts = max_attempts + 1
		WHERE org_id = ? AND id = ? AND attempt = ? AND state = 'running'`, tx.org, j.ID, j.Attempt)
	if err != nil {
		return err
	}
	return tx.settle(j, job.Waiting, tx.now, nil)
}

// clockwork is the actor of the queue's own writing, which makes no facts.
var clockwork = fact.Actor{Kind: "system", Name: "clock"}

// pruneJobs removes jobs that ended longer ago than keep, parked ones ten times
// that, a few at a time so that nobody waits for it.
func (db *DB) pruneJobs(ctx context.Context, keep time.Duration) (err error) {
	defer fault.Wrap(&err, "store.pruneJobs")
	var orgs []id.Org
	err = db.Peek(ctx, Nowhere, func(v *View) error {
		return v.rows("SELECT id FROM organisation ORDER BY id", nil, func(rs *sql.Rows) error {
			var o id.Org
			orgs = append(orgs, o)
			return rs.Scan(&orgs[len(orgs)-1])
		})
	})
	if err != nil {
		return err
	}
	for _, org := range orgs {
		for states, keep := range map[string]time.Duration{"state IN ('done', 'cancelled')": keep, "state = 'parked'": 10 * keep} {
			for more := true; more; {
				if more, err = db.pruneSome(ctx, org, states, db.Now()-keep.Milliseconds()); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (db *DB) pruneSome(ctx context.Context, org id.Org, states string, before int64) (more bool, err error) {
	const some = 500
	var old []any
	find := func(v *View) error {
		old = old[:0]
		// Names are made in order of time, so this begins at the oldest row.
		return v.rows(`SELECT id FROM job WHERE org_id = ? AND id < ? AND `+states+` AND finished_at < ? ORDER BY id LIMIT ?`,
			[]any{org, firstOf(before), before, some}, func(rs *sql.Rows) error {
				var i id.Job
				err := rs.Scan(&i)
				old = append(old, i)
				return err
			})
	}
	if err := db.Peek(ctx, org, find); err != nil || len(old) == 0 {
		return false, err
	}
	return len(old) == some, db.Write(ctx, org, clockwork, func(tx *Tx) error {
		_, err := tx.exec("DELETE FROM job WHERE org_id = ? AND "+states+" AND id IN ("+marks(len(old))+")", append([]any{org}, old...)...)
		return err
	})
}

// firstOf is the smallest name made at a moment.
func firstOf(ms int64) (i id.Job) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(ms)<<16)
	copy(i[:6], b[:6])
	return i
}

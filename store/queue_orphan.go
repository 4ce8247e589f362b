package store

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"

	"kring/base/fault"
	"kring/base/id"
	"kring/base/job"
)

// appear tells other processes on this folder that jobs are worked off here, for
// as long as the file is open: the system gives its lock back when the process
// ends, however it ends. Who finds nobody alive finds only jobs of the dead, and
// takes them over at once instead of waiting for their leases. Processes on one
// PostgreSQL share no file system; there the leases decide.
func (w *worker) appear(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "store.appear")
	if w.db.url != "" { // a folder may be named beside it
		return nil
	}
	name := filepath.Join(w.db.dir, "work.lock")
	alone, err := lockFile(ctx, name, true, false)
	if err == nil {
		err = errors.Join(w.db.takeOver(ctx), alone.Close())
	} else if errors.Is(err, errHeld) {
		err = nil
	}
	if err == nil {
		w.alive, err = lockFile(ctx, name, false, true)
	}
	return err
}

// takeOver ends the leases of all jobs that run. Nobody claims meanwhile: that
// takes the lock which the caller has alone.
func (db *DB) takeOver(ctx context.Context) error {
	var orgs []id.Org
	err := db.Peek(ctx, Nowhere, func(v *View) error {
		return v.rows("SELECT DISTINCT org_id FROM job WHERE "+pending+" AND state = ?", []any{string(job.Running)}, func(rs *sql.Rows) error {
			var o id.Org
			err := rs.Scan(&o)
			orgs = append(orgs, o)
			return err
		})
	})
	for _, o := range orgs {
		if err != nil {
			break
		}
		err = db.Write(ctx, o, clockwork, func(tx *Tx) error {
			_, err := tx.exec("UPDATE job SET due_at = ? WHERE org_id = ? AND "+pending+" AND state = ? AND due_at > ?", tx.now, tx.org, string(job.Running), tx.now)
			return err
		})
	}
	return err
}

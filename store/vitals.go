package store

import (
	"context"
	"sync/atomic"

	"kring/base/fault"
	"kring/base/job"
)

// Vitals is how busy the store is.
type Vitals struct {
	Waiting int                // changes that wait for the writer
	Commits uint64             // commits of the writer
	Changes uint64             // changes in them
	Sizes   map[float64]uint64 // commits with at most so many changes
	Pools   []PoolVitals
	Jobs    job.Backlog
}

// PoolVitals is how busy one pool of connections is.
type PoolVitals struct {
	Name   string
	Busy   int    // in use
	Most   int    // there can be
	Waited uint64 // times that somebody had to wait for one
}

// sizes are the upper ends of the histogram of batch sizes.
var sizes = [...]int{1, 2, 4, 8, 16, 32, batch}

// tally counts what the writer does.
type tally struct {
	changes atomic.Uint64
	commits [len(sizes)]atomic.Uint64
}

func (t *tally) batch(n int) {
	t.changes.Add(uint64(n))
	for i, most := range sizes {
		if n <= most {
			t.commits[i].Add(1)
			return
		}
	}
}

// Vitals is how busy the store is now.
func (db *DB) Vitals(ctx context.Context) (v Vitals, err error) {
	defer fault.Wrap(&err, "store.Vitals")
	v = Vitals{Waiting: len(db.queue), Changes: db.tally.changes.Load(), Sizes: map[float64]uint64{}}
	for i, most := range sizes {
		v.Commits += db.tally.commits[i].Load()
		v.Sizes[float64(most)] = v.Commits
	}
	v.Pools = append(v.Pools, db.read.vitals("read"))
	if db.write != db.read {
		v.Pools = append(v.Pools, db.write.vitals("write"))
	}
	v.Jobs, err = db.Backlog(ctx)
	return v, err
}

func (p *pool) vitals(name string) PoolVitals {
	most := cap(p.free)
	return PoolVitals{Name: name, Busy: max(most-len(p.left)-len(p.free), 0), Most: most, Waited: p.waited.Load()}
}

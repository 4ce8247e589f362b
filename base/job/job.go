// Package job is work that is done after the change that asked for it: slow
// work, work that speaks to the outside, work for a later moment.
//
// It holds the words and the rules: what a job looks like, what becomes of it
// when its handler returns, how long it waits before it is tried again. Store
// keeps the rows and runs them, app owns the handlers, door/clock joins the two.
package job

import (
	"errors"
	"time"

	"kring/base/fault"
	"kring/base/id"
)

// State is where a job stands.
type State string

// The states. A job goes from waiting to running and back until it is done,
// parked with a reason for a person to look at, or cancelled.
const (
	Waiting   State = "waiting"
	Running   State = "running"
	Done      State = "done"
	Parked    State = "parked"
	Cancelled State = "cancelled"
)

// Ended says that nothing more happens by itself.
func (s State) Ended() bool { return s == Done || s == Parked || s == Cancelled }

// Job is one piece of work of one organisation. Who asks for it fills the first
// six; the rest is told by the queue.
type Job struct {
	Org         id.Org
	Kind        string // the handler's name, "webhook.deliver"
	Args        []byte // JSON
	RunAt       int64  // not before, in milliseconds UTC; 0 is as soon as possible
	Unique      string // at most one job waits per organisation, kind and this key; empty is no limit
	MaxAttempts int    // 0 is DefaultAttempts

	ID       id.Job
	State    State
	Attempt  int    // which time this is, from 1
	Done     int64  // progress as the handler told it, also when it starts again
	Total    int64  // of so many; 0 is not known
	Text     string // what it is doing or what came of it, for a reader
	Code     string // code of the fault that parked it or made it wait, when it was one
	Reason   string // that error in English
	Cancel   bool   // someone asked it to stop
	Created  int64
	Started  int64 // of the last attempt
	Finished int64
}

// DefaultAttempts is how often a job is tried when it does not say.
const DefaultAttempts = 10

// Options is how a process works off jobs. Zero values are replaced by the
// defaults that Fill names.
type Options struct {
	Slots    int            // jobs at the same time
	Limit    map[string]int // jobs of one kind at the same time, at most
	Periodic []Periodic
	Lease    time.Duration // a job whose process is not heard of for this long is run again
	Poll     time.Duration // how often to look for jobs that other processes asked for
	Grace    time.Duration // how long a stop waits for running jobs
	Keep     time.Duration // how long an ended job stays to be read; parked ones ten times as long
}

// Periodic is work that comes back, for the whole installation; one process at
// a time runs it, by the handler of this name, with a Job that has a Kind only.
type Periodic struct {
	Name  string
	Every time.Duration
}

// Fill is the options with the defaults for what was left out.
func (o Options) Fill() Options {
	if o.Slots <= 0 {
		o.Slots = 8
	}
	for value, standard := range map[*time.Duration]time.Duration{
		&o.Lease: 30 * time.Second,
		&o.Poll:  3 * time.Second,
		&o.Grace: 20 * time.Second,
		&o.Keep:  7 * 24 * time.Hour,
	} {
		if *value <= 0 {
			*value = standard
		}
	}
	return o
}

var (
	// ErrCancelled is the cause of a handler's context when someone cancelled its job.
	ErrCancelled = fault.New(fault.Conflict, "job.cancelled", "this job was cancelled")
	// ErrLost is returned where a job no longer belongs to the process that works
	// on it, because its lease ran out; what was to be written is not.
	ErrLost = fault.New(fault.Conflict, "job.lost", "this job is being done by another process")
	// ErrStopping is the cause of a handler's context when the program stops.
	ErrStopping = fault.New(fault.Busy, "job.stopping", "the program is stopping")
	// ErrEnded says that a job that is no longer waiting or running cannot be cancelled.
	ErrEnded = fault.New(fault.Conflict, "job.ended", "this job has ended already")
	// ErrNotEnded says that only a job that ended can be started again.
	ErrNotEnded = fault.New(fault.Conflict, "job.not_ended", "this job is still waiting or running")
	// ErrGone is the reason of a job that kept being taken by processes that died.
	ErrGone = fault.New(fault.Internal, "job.gone", "each process that worked on this job died")
)

// later is an error that says when to try again.
type later struct {
	error
	after time.Duration
}

func (l later) Unwrap() error { return l.error }

// Later makes an error that is tried again after a while, whatever it is, as
// long as there are attempts left.
func Later(err error, after time.Duration) error {
	if err == nil {
		return nil
	}
	return later{err, after}
}

// After says what becomes of a job whose handler returned err: done, waiting
// for so long, or parked. Faults are answers, so trying again would give the
// same one, except for Busy; what is no fault is unknown and may pass. chance
// is from [0, 1): it spreads jobs that failed together.
func (j Job) After(err error, chance float64) (State, time.Duration) {
	if err == nil {
		return Done, 0
	}
	l, ok := errors.AsType[later](err)
	_, isFault := fault.From(err)
	switch {
	case j.Attempt >= j.Attempts():
		return Parked, 0
	case ok:
		return Waiting, l.after
	case !isFault, fault.KindOf(err) == fault.Busy, fault.KindOf(err) == fault.Internal:
		return Waiting, Backoff(j.Attempt, chance)
	}
	return Parked, 0
}

// Attempts is how often this job is tried.
func (j Job) Attempts() int {
	if j.MaxAttempts > 0 {
		return j.MaxAttempts
	}
	return DefaultAttempts
}

// Backoff is how long to wait after the nth attempt: one second, doubling, one
// hour at most, and a quarter more or less.
func Backoff(n int, chance float64) time.Duration {
	const most = time.Hour
	wait := most
	if n < 13 { // 2^12 s passes an hour
		wait = min(most, time.Second<<max(0, n-1))
	}
	return time.Duration(float64(wait) * (0.75 + chance/2))
}

// Filter says which jobs to list, newest first.
type Filter struct {
	Kind   string
	State  State
	Before id.Job // keyset: the last id of the page before
	Limit  int    // 50 when 0, 200 at most
}

// Rows is the limit within its bounds.
func (f Filter) Rows() int {
	if f.Limit <= 0 {
		return 50
	}
	return min(f.Limit, 200)
}

// Backlog is how much work there is.
type Backlog struct {
	Waiting, Running int64
	Late             int64 // milliseconds that the first waiting job is past its moment
}

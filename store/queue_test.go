package store_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kring/base/fault"
	"kring/base/id"
	"kring/base/job"
	"kring/kit"
	"kring/store"
)

// quick are options that do not keep a test waiting.
var quick = job.Options{Poll: 20 * time.Millisecond, Grace: 5 * time.Second}

// enqueue asks for a job in a transaction of its own.
func enqueue(t *testing.T, db *store.DB, org id.Org, j store.Job) (i id.Job) {
	t.Helper()
	err := db.Write(t.Context(), org, nobody, func(tx *store.Tx) (err error) {
		i, err = tx.Enqueue(j)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func theJob(t *testing.T, db *store.DB, org id.Org, i id.Job) (j store.Job) {
	t.Helper()
	err := db.Read(context.WithoutCancel(t.Context()), org, func(v *store.View) (err error) {
		j, err = v.Job(i)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// work runs a worker until the test ends or stop is called, which waits.
func work(t *testing.T, db *store.DB, handlers map[string]store.Handler, o job.Options) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := db.Work(ctx, handlers, o); err != nil {
			t.Error(err)
		}
	}()
	stop = func() { cancel(); <-ended }
	t.Cleanup(stop)
	return stop
}

// soon waits for something to become true.
func soon(t *testing.T, what string, is func() bool) {
	t.Helper()
	for range 1000 {
		if is() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("not within ten seconds: %s", what)
}

func state(t *testing.T, db *store.DB, org id.Org, i id.Job, want job.State) {
	t.Helper()
	soon(t, fmt.Sprintf("job becomes %s", want), func() bool { return theJob(t, db, org, i).State == want })
}

func TestEnqueue(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		o := found(t, db)
		var ran atomic.Int64
		work(t, db, map[string]store.Handler{"count": func(_ context.Context, j store.Job) error {
			if string(j.Args) != `{"n":1}` || j.Org != o.ID || j.Attempt != 1 || j.State != job.Running {
				t.Errorf("the handler got %+v", j)
			}
			ran.Add(1)
			return nil
		}}, job.Options{Poll: time.Hour}) // so only the signal can wake it

		oops := errors.New("oops")
		err := db.Write(t.Context(), o.ID, nobody, func(tx *store.Tx) error {
			if _, err := tx.Enqueue(store.Job{Kind: "count", Args: []byte(`{"n":1}`)}); err != nil {
				return err
			}
			return oops
		})
		if !errors.Is(err, oops) {
			t.Fatal(err)
		}
		i := enqueue(t, db, o.ID, store.Job{Kind: "count", Args: []byte(`{"n":1}`)})
		state(t, db, o.ID, i, job.Done)
		if n := ran.Load(); n != 1 {
			t.Errorf("ran %d jobs, want the committed one", n)
		}
		if j := theJob(t, db, o.ID, i); j.Finished == 0 || j.Created == 0 || j.Attempt != 1 {
			t.Errorf("after: %+v", j)
		}

		other := found(t, db)
		for law, bad := range map[string]store.Job{
			"another organisation": {Kind: "count", Org: other.ID},
			"no kind":              {},
			"no JSON":              {Kind: "count", Args: []byte("{")},
		} {
			err := db.Write(t.Context(), o.ID, nobody, func(tx *store.Tx) error { _, err := tx.Enqueue(bad); return err })
			if err == nil {
				t.Errorf("%s was accepted", law)
			}
		}
		err = db.Read(t.Context(), other.ID, func(v *store.View) error { _, err := v.Job(i); return err })
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("another organisation's job: %v", err)
		}
	})
}

func TestEnqueueUnique(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		o := found(t, db)
		now := db.Now()
		first := enqueue(t, db, o.ID, store.Job{Kind: "index", Unique: "a", RunAt: now + 60_000})
		for law, c := range map[string]struct {
			j    store.Job
			same bool
		}{
			"the same key":           {store.Job{Kind: "index", Unique: "a", RunAt: now + 90_000}, true},
			"another key":            {store.Job{Kind: "index", Unique: "b", RunAt: now + 60_000}, false},
			"another kind":           {store.Job{Kind: "mail", Unique: "a", RunAt: now + 60_000}, false},
			"no key is no limit":     {store.Job{Kind: "index", RunAt: now + 60_000}, false},
			"the same key and later": {store.Job{Kind: "index", Unique: "a", RunAt: now + 70_000}, true},
		} {
			if got := enqueue(t, db, o.ID, c.j) == first; got != c.same {
				t.Errorf("%s: the same job %v, want %v", law, got, c.same)
			}
		}
		if other := enqueue(t, db, found(t, db).ID, store.Job{Kind: "index", Unique: "a"}); other == first {
			t.Error("organisations share a key")
		}
		if j := theJob(t, db, o.ID, first); j.RunAt != now+60_000 {
			t.Errorf("a later wish moved the moment to %d", j.RunAt)
		}
		if enqueue(t, db, o.ID, store.Job{Kind: "index", Unique: "a"}) != first || theJob(t, db, o.ID, first).RunAt != now {
			t.Error("an earlier wish must move the moment")
		}

		// While it runs it may have read before a change, so the next wish is
		// a job of its own; and a failed attempt steps aside for that one.
		begun, fail := make(chan bool), make(chan bool)
		var runs atomic.Int64
		work(t, db, map[string]store.Handler{"index": func(_ context.Context, j store.Job) error {
			if j.ID != first || runs.Add(1) > 1 {
				return nil
			}
			close(begun)
			<-fail
			return errors.New("broken pipe")
		}}, quick)
		<-begun
		second := enqueue(t, db, o.ID, store.Job{Kind: "index", Unique: "a", RunAt: db.Now() + 50_000})
		if second == first {
			t.Error("a running job swallowed a wish")
		}
		close(fail)
		state(t, db, o.ID, first, job.Cancelled)
		clock.Advance(time.Minute)
		state(t, db, o.ID, second, job.Done)
	})
}

func TestRunAt(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		o := found(t, db)
		i := enqueue(t, db, o.ID, store.Job{Kind: "later", RunAt: db.Now() + 60_000})
		work(t, db, map[string]store.Handler{"later": func(context.Context, store.Job) error { return nil }}, quick)
		time.Sleep(100 * time.Millisecond)
		if j := theJob(t, db, o.ID, i); j.State != job.Waiting {
			t.Fatalf("ran before its moment: %+v", j)
		}
		clock.Advance(61 * time.Second)
		state(t, db, o.ID, i, job.Done)
	})
}

func TestRetry(t *testing.T) {
	t.Parallel()
	invalid := fault.New(fault.Invalid, "mail.no_address", "there is no address")
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		o := found(t, db)
		var tries sync.Map
		count := func(j store.Job) int {
			n, _ := tries.LoadOrStore(j.ID, new(atomic.Int64))
			return int(n.(*atomic.Int64).Add(1))
		}
		work(t, db, map[string]store.Handler{
			"third time": func(_ context.Context, j store.Job) error {
				if count(j) < 3 {
					return fmt.Errorf("deep: %w", store.ErrBusy)
				}
				return nil
			},
			"never":   func(_ context.Context, j store.Job) error { count(j); return errors.New("connection\x00 reset \xff") },
			"invalid": func(_ context.Context, j store.Job) error { count(j); return fmt.Errorf("mail: %w", invalid) },
			"panics":  func(_ context.Context, j store.Job) error { count(j); panic("boom") },
			"later":   func(_ context.Context, j store.Job) error { count(j); return job.Later(invalid, time.Minute) },
		}, quick)
		third := enqueue(t, db, o.ID, store.Job{Kind: "third time", MaxAttempts: 5})
		never := enqueue(t, db, o.ID, store.Job{Kind: "never", MaxAttempts: 3})
		bad := enqueue(t, db, o.ID, store.Job{Kind: "invalid"})
		panics := enqueue(t, db, o.ID, store.Job{Kind: "panics", MaxAttempts: 1})
		later := enqueue(t, db, o.ID, store.Job{Kind: "later", MaxAttempts: 2})
		unknown := enqueue(t, db, o.ID, store.Job{Kind: "of a newer Kring"})

		state(t, db, o.ID, bad, job.Parked)
		if j := theJob(t, db, o.ID, bad); j.Attempt != 1 || j.Code != "mail.no_address" || !strings.Contains(j.Reason, "no address") {
			t.Errorf("a fault parks with its reason at once: %+v", j)
		}
		soon(t, "first failure written", func() bool {
			return theJob(t, db, o.ID, third).State == job.Waiting && theJob(t, db, o.ID, third).Attempt == 1
		})
		if j := theJob(t, db, o.ID, third); j.RunAt < db.Now()+750 || j.RunAt > db.Now()+1250 || j.Code != "busy" {
			t.Errorf("the first failure waits about a second with its reason: %+v at %d", j, db.Now())
		}
		soon(t, "the rest ends", func() bool {
			clock.Advance(3 * time.Second)
			return theJob(t, db, o.ID, third).State.Ended() && theJob(t, db, o.ID, never).State.Ended() && theJob(t, db, o.ID, later).State.Ended()
		})
		for _, c := range []struct {
			i       id.Job
			state   job.State
			attempt int
		}{{third, job.Done, 3}, {never, job.Parked, 3}, {bad, job.Parked, 1}, {panics, job.Parked, 1}, {later, job.Parked, 2}, {unknown, job.Waiting, 0}} {
			j := theJob(t, db, o.ID, c.i)
			n := 0
			if v, ok := tries.Load(c.i); ok {
				n = int(v.(*atomic.Int64).Load())
			}
			if j.State != c.state || j.Attempt != c.attempt || n != c.attempt {
				t.Errorf("%s: %s after %d attempts (%d runs), want %s after %d", j.Kind, j.State, j.Attempt, n, c.state, c.attempt)
			}
		}
		if r := theJob(t, db, o.ID, panics).Reason; !strings.Contains(r, "boom") {
			t.Errorf("a panic's reason is %q", r)
		}
		if r := theJob(t, db, o.ID, never).Reason; !strings.Contains(r, "connection reset") {
			t.Errorf("a reason that the database cannot hold became %q", r)
		}

		// A person looks at it and lets it try once more.
		again := func(i id.Job) error {
			return db.Write(t.Context(), o.ID, nobody, func(tx *store.Tx) error { return tx.RetryJob(i) })
		}
		if err := again(never); err != nil {
			t.Fatal(err)
		}
		soon(t, "one more attempt", func() bool { j := theJob(t, db, o.ID, never); return j.Attempt == 4 && j.State == job.Parked })
		if err := again(third); !errors.Is(err, job.ErrNotEnded) {
			t.Errorf("retry of what is done: %v", err)
		}
		if err := again(id.New[id.Job]()); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("retry of nothing: %v", err)
		}
	})
}

func TestCancelJob(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		o := found(t, db)
		cancel := func(i id.Job) error {
			return db.Write(t.Context(), o.ID, nobody, func(tx *store.Tx) error { return tx.CancelJob(i) })
		}
		waiting := enqueue(t, db, o.ID, store.Job{Kind: "long", RunAt: db.Now() + 1000})
		if err := cancel(waiting); err != nil {
			t.Fatal(err)
		}
		var ran atomic.Int64
		begun := make(chan id.Job, 4)
		work(t, db, map[string]store.Handler{
			"long": func(ctx context.Context, j store.Job) error {
				ran.Add(1)
				begun <- j.ID
				<-ctx.Done()
				if !errors.Is(context.Cause(ctx), job.ErrCancelled) {
					t.Errorf("ended because %v", context.Cause(ctx))
				}
				return ctx.Err()
			},
			"deaf": func(ctx context.Context, j store.Job) error {
				begun <- j.ID
				for {
					time.Sleep(5 * time.Millisecond)
					err := db.Write(context.WithoutCancel(ctx), j.Org, nobody, func(tx *store.Tx) error { return tx.Progress(j, 1, 2, "half") })
					if err != nil {
						return err
					}
				}
			},
		}, quick)
		for _, kind := range []string{"long", "deaf"} {
			i := enqueue(t, db, o.ID, store.Job{Kind: kind})
			<-begun
			if err := cancel(i); err != nil {
				t.Fatal(err)
			}
			state(t, db, o.ID, i, job.Cancelled)
			if err := cancel(i); !errors.Is(err, job.ErrEnded) {
				t.Errorf("cancelled twice: %v", err)
			}
		}
		clock.Advance(time.Minute)
		time.Sleep(50 * time.Millisecond)
		if ran.Load() != 1 || theJob(t, db, o.ID, waiting).State != job.Cancelled {
			t.Error("a job ran that was cancelled while it waited")
		}
	})
}

// A cancel that another process wrote is heard at the next heartbeat.
func TestCancelJobElsewhere(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		o := found(t, db)
		there := again(t, db, clock)
		begun := make(chan bool, 1)
		work(t, db, map[string]store.Handler{"long": func(ctx context.Context, j store.Job) error {
			begun <- true
			<-ctx.Done()
			return ctx.Err()
		}}, job.Options{Poll: 20 * time.Millisecond, Lease: 300 * time.Millisecond})
		i := enqueue(t, there, o.ID, store.Job{Kind: "long"}) // found by looking
		<-begun
		if err := there.Write(t.Context(), o.ID, nobody, func(tx *store.Tx) error { return tx.CancelJob(i) }); err != nil {
			t.Fatal(err)
		}
		state(t, db, o.ID, i, job.Cancelled)
	})
}

// again opens the same database once more, as another process would.
func again(t *testing.T, db *store.DB, clock *kit.Clock) *store.DB {
	t.Helper()
	c := db.Where()
	if clock != nil {
		c.Clock = clock.Now
	}
	other, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { other.Close() }) //nolint:errcheck // the test is over
	return other
}

func TestLease(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		o := found(t, db)
		there := again(t, db, clock)
		opts := job.Options{Poll: 20 * time.Millisecond, Lease: 300 * time.Millisecond, Grace: 10 * time.Millisecond}
		const jobs = 60
		var mu sync.Mutex
		runs := map[id.Job]int{}
		short := func(_ context.Context, j store.Job) error {
			mu.Lock()
			defer mu.Unlock()
			runs[j.ID]++
			return nil
		}
		release := make(chan bool)
		var causes sync.Map
		handlers := map[string]store.Handler{"short": short, "long": func(ctx context.Context, j store.Job) error {
			short(ctx, j) //nolint:errcheck // counts
			select {
			case <-release:
			case <-ctx.Done():
				causes.Store(j.Attempt, context.Cause(ctx))
				return ctx.Err()
			}
			return nil
		}}
		stopHere := work(t, db, handlers, opts)
		long := enqueue(t, db, o.ID, store.Job{Kind: "long"})
		soon(t, "long begins", func() bool { mu.Lock(); defer mu.Unlock(); return runs[long] == 1 })
		work(t, there, handlers, opts)
		for range jobs {
			enqueue(t, db, o.ID, store.Job{Kind: "short"})
		}
		// A heartbeat keeps what runs longer than a lease: real time passes,
		// and the clock with it.
		for range 20 {
			time.Sleep(50 * time.Millisecond)
			clock.Advance(50 * time.Millisecond)
		}
		soon(t, "all run", func() bool { mu.Lock(); defer mu.Unlock(); return len(runs) == jobs+1 })
		mu.Lock()
		for i, n := range runs {
			if n != 1 {
				t.Errorf("job %s ran %d times with two workers alive", i, n)
			}
		}
		mu.Unlock()

		// A stop gives it back; the other takes it, as attempt 2 of one more.
		stopHere()
		soon(t, "the other worker takes over", func() bool { return theJob(t, there, o.ID, long).Attempt == 2 })
		if cause, _ := causes.Load(1); cause == nil || !errors.Is(cause.(error), job.ErrStopping) {
			t.Errorf("the first attempt ended because %v", cause)
		}
		if j := theJob(t, there, o.ID, long); j.MaxAttempts != job.DefaultAttempts+1 {
			t.Errorf("a stop cost an attempt: %+v", j)
		}

		// A process that slept through its lease loses the job, and can write
		// nothing about it any more.
		old := theJob(t, there, o.ID, long)
		old.Attempt = 1
		for law, late := range map[string]func(tx *store.Tx) error{
			"progress": func(tx *store.Tx) error { return tx.Progress(old, 1, 1, "") },
			"finish":   func(tx *store.Tx) error { return tx.FinishJob(old) },
		} {
			if err := there.Write(t.Context(), o.ID, nobody, late); !errors.Is(err, job.ErrLost) {
				t.Errorf("%s of a lost job: %v", law, err)
			}
		}
		close(release)
		state(t, there, o.ID, long, job.Done)
	})
}

// A job whose processes keep dying is parked, not tried for ever.
func TestGone(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		o := found(t, db)
		deaf := make(chan bool)
		t.Cleanup(func() { close(deaf) })
		i := enqueue(t, db, o.ID, store.Job{Kind: "poison", MaxAttempts: 2})
		for range 2 {
			begun := make(chan bool, 1)
			stop := work(t, db, map[string]store.Handler{"poison": func(context.Context, store.Job) error {
				begun <- true
				<-deaf // as good as dead: it does not hear the stop
				return nil
			}}, job.Options{Poll: 10 * time.Millisecond, Grace: time.Millisecond, Lease: time.Minute})
			<-begun
			stop()
			if s := theJob(t, db, o.ID, i).State; s != job.Running {
				t.Fatalf("a job that does not stop keeps its lease, got %s", s)
			}
			clock.Advance(2 * time.Minute)
		}
		work(t, db, map[string]store.Handler{"poison": func(context.Context, store.Job) error {
			t.Error("ran a third time")
			return nil
		}}, quick)
		state(t, db, o.ID, i, job.Parked)
		if j := theJob(t, db, o.ID, i); j.Code != "job.gone" {
			t.Errorf("parked because %+v", j)
		}
	})
}

func TestProgress(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		o := found(t, db)
		half, on := make(chan bool), make(chan bool)
		work(t, db, map[string]store.Handler{"bulk": func(ctx context.Context, j store.Job) error {
			tell := func(n int64) error {
				return db.Write(ctx, j.Org, nobody, func(tx *store.Tx) error { return tx.Progress(j, n, 100, fmt.Sprintf("row %d", n)) })
			}
			if j.Attempt == 1 {
				if err := tell(50); err != nil {
					return err
				}
				close(half)
				<-on
				return store.ErrBusy
			}
			if j.Done != 50 || j.Total != 100 {
				t.Errorf("the second attempt goes on from %d of %d", j.Done, j.Total)
			}
			return db.Write(ctx, j.Org, nobody, func(tx *store.Tx) error {
				if err := tx.Progress(j, 100, 100, "all"); err != nil {
					return err
				}
				return tx.FinishJob(j)
			})
		}}, quick)
		i := enqueue(t, db, o.ID, store.Job{Kind: "bulk"})
		<-half
		if j := theJob(t, db, o.ID, i); j.Done != 50 || j.Total != 100 || j.Text != "row 50" || j.State != job.Running {
			t.Errorf("a page reads %+v", j)
		}
		close(on)
		soon(t, "done", func() bool {
			clock.Advance(time.Second)
			return theJob(t, db, o.ID, i).State == job.Done
		})
		if j := theJob(t, db, o.ID, i); j.Done != 100 || j.Text != "all" {
			t.Errorf("ended as %+v", j)
		}
	})
}

func TestJobs(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		o := found(t, db)
		var want []id.Job
		for n := range 25 {
			i := enqueue(t, db, o.ID, store.Job{Kind: fmt.Sprintf("kind %d", n%2), RunAt: db.Now() + 1000})
			if n%2 == 0 {
				want = append([]id.Job{i}, want...)
			}
		}
		enqueue(t, db, found(t, db).ID, store.Job{Kind: "kind 0"})
		page := func(f job.Filter) (got []id.Job) {
			t.Helper()
			err := db.Read(t.Context(), o.ID, func(v *store.View) error {
				all, err := v.Jobs(f)
				for _, j := range all {
					got = append(got, j.ID)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		var got []id.Job
		f := job.Filter{Kind: "kind 0", State: job.Waiting, Limit: 5}
		for p := page(f); len(p) > 0; p = page(f) {
			got = append(got, p...)
			f.Before = p[len(p)-1]
		}
		if !slices.Equal(got, want) {
			t.Errorf("pages hold %v, want %v", got, want)
		}
		if n := len(page(job.Filter{State: job.Parked})); n != 0 {
			t.Errorf("%d parked", n)
		}
		if n := len(page(job.Filter{})); n != 25 {
			t.Errorf("all: %d", n)
		}
		b, err := db.Backlog(t.Context())
		if err != nil || b.Waiting != 26 || b.Running != 0 || b.Late != 0 {
			t.Errorf("backlog %+v %v", b, err)
		}
		clock.Advance(2 * time.Second)
		if b, _ := db.Backlog(t.Context()); b.Late != 2000 {
			t.Errorf("backlog %+v, want two seconds late", b)
		}
	})
}

func TestLimit(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		o, small := found(t, db), found(t, db)
		var now, most, done, smallAt atomic.Int64
		slow := func(context.Context, store.Job) error {
			n := now.Add(1)
			for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
			}
			time.Sleep(5 * time.Millisecond)
			now.Add(-1)
			done.Add(1)
			return nil
		}
		for range 40 {
			enqueue(t, db, o.ID, store.Job{Kind: "import"})
		}
		last := enqueue(t, db, small.ID, store.Job{Kind: "mail"})
		work(t, db, map[string]store.Handler{"import": slow, "mail": func(context.Context, store.Job) error {
			smallAt.Store(done.Load())
			return nil
		}}, job.Options{Slots: 4, Limit: map[string]int{"import": 2}, Poll: time.Hour})
		state(t, db, small.ID, last, job.Done)
		soon(t, "all imports", func() bool { return done.Load() == 40 })
		if most.Load() != 2 {
			t.Errorf("%d imports at once, want 2", most.Load())
		}
		if smallAt.Load() > 10 {
			t.Errorf("the small organisation waited for %d jobs of the large one", smallAt.Load())
		}
	})
}

func TestPeriodic(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		there := again(t, db, clock)
		var runs, failing atomic.Int64
		handlers := map[string]store.Handler{
			"nightly": func(_ context.Context, j store.Job) error {
				if j.Kind != "nightly" || !j.Org.IsZero() {
					t.Errorf("got %+v", j)
				}
				runs.Add(1)
				return nil
			},
			"failing": func(context.Context, store.Job) error { failing.Add(1); return errors.New("no") },
		}
		o := quick
		o.Periodic = []job.Periodic{{Name: "nightly", Every: 24 * time.Hour}, {Name: "failing", Every: 24 * time.Hour}}
		work(t, db, handlers, o)
		work(t, there, handlers, o)
		soon(t, "first run", func() bool { return runs.Load() == 1 && failing.Load() == 1 })
		for day := int64(2); day < 5; day++ {
			time.Sleep(100 * time.Millisecond)
			if n := runs.Load(); n != day-1 {
				t.Fatalf("two processes ran it %d times in %d days", n, day-1)
			}
			clock.Advance(24*time.Hour + time.Second)
			soon(t, "next run", func() bool { return runs.Load() == day })
		}
		n := failing.Load()
		soon(t, "what failed comes back sooner", func() bool {
			clock.Advance(10 * time.Second)
			return failing.Load() > n
		})
	})
	err := (&store.DB{}).Work(t.Context(), nil, job.Options{Periodic: []job.Periodic{{Name: "nobody", Every: time.Hour}}})
	if err == nil {
		t.Error("periodic work without a handler was accepted")
	}
}

func TestPrune(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		o := found(t, db)
		bad := fault.New(fault.Invalid, "bad", "bad")
		work(t, db, map[string]store.Handler{
			"good": func(context.Context, store.Job) error { return nil },
			"bad":  func(context.Context, store.Job) error { return bad },
		}, job.Options{Poll: 20 * time.Millisecond, Keep: 24 * time.Hour})
		// Names carry the real time and rows the test's clock, so begin at the real time.
		clock.Advance(time.Until(clock.Now()) * -1)
		good, parked := enqueue(t, db, o.ID, store.Job{Kind: "good"}), enqueue(t, db, o.ID, store.Job{Kind: "bad"})
		waits := enqueue(t, db, o.ID, store.Job{Kind: "good", RunAt: db.Now() + 1000*24*time.Hour.Milliseconds()})
		state(t, db, o.ID, good, job.Done)
		state(t, db, o.ID, parked, job.Parked)
		gone := func(i id.Job) bool {
			err := db.Read(t.Context(), o.ID, func(v *store.View) error { _, err := v.Job(i); return err })
			return errors.Is(err, store.ErrNotFound)
		}
		clock.Advance(12 * time.Hour)
		time.Sleep(100 * time.Millisecond)
		if gone(good) {
			t.Error("gone within a day")
		}
		clock.Advance(13 * time.Hour)
		// Its turn comes each hour of the clock, counted from when the last one ended.
		soon(t, "done jobs go after a day", func() bool { clock.Advance(time.Minute); return gone(good) })
		if gone(parked) {
			t.Error("parked went with the done")
		}
		clock.Advance(9 * 24 * time.Hour)
		soon(t, "parked jobs go after ten", func() bool { clock.Advance(time.Minute); return gone(parked) })
		if gone(waits) {
			t.Error("a job that waits was pruned")
		}
	})
}

// TestKilled kills processes in the middle of their work, on both databases:
// nothing is lost, and what the transaction of the work finishes is done once.
func TestKilled(t *testing.T) {
	if where := os.Getenv("KRING_TEST_VICTIM"); where != "" {
		victim(t, where)
		return
	}
	t.Parallel()
	if testing.Short() {
		t.Skip("kills processes")
	}
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		db = again(t, db, nil) // with the real clock, as the victims have
		o := found(t, db)
		const jobs = 400
		err := db.Write(t.Context(), o.ID, nobody, func(tx *store.Tx) error {
			for n := range jobs {
				if _, err := tx.Enqueue(store.Job{Kind: []string{"plain", "once"}[n%2]}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		where := db.Where()
		for range 4 {
			p := exec.Command(os.Args[0], "-test.run=^TestKilled$", "-test.timeout=60s")
			p.Env = append(os.Environ(), "KRING_TEST_VICTIM="+where.Dir+where.URL)
			out, err := os.Create(filepath.Join(t.TempDir(), "victim"))
			if err != nil {
				t.Fatal(err)
			}
			p.Stdout, p.Stderr = out, out
			if err := p.Start(); err != nil {
				t.Fatal(err)
			}
			before := ended(t, db, o.ID)
			soon(t, "the victim works", func() bool {
				if said, err := os.ReadFile(out.Name()); err != nil || len(said) > 0 {
					t.Fatalf("the victim says %s %v", said, err)
				}
				return ended(t, db, o.ID) > before+20
			})
			if err := p.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			p.Wait()    //nolint:errcheck // it was killed
			out.Close() //nolint:errcheck // only read by people
		}
		if n := ended(t, db, o.ID); n >= jobs {
			t.Fatal("the victims did everything; the test shows nothing")
		}
		work(t, db, victims(db), victimOptions)
		soon(t, "the rest is done", func() bool { return ended(t, db, o.ID) == jobs })
		var all []store.Job
		err = db.Read(t.Context(), o.ID, func(v *store.View) error {
			f := job.Filter{Limit: 200}
			for {
				page, err := v.Jobs(f)
				if err != nil || len(page) == 0 {
					return err
				}
				all = append(all, page...)
				f.Before = page[len(page)-1].ID
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		twice := 0
		for _, j := range all {
			if j.State != job.Done {
				t.Errorf("%s is %s: %s", j.ID, j.State, j.Reason)
			}
			if j.Attempt > 1 {
				twice++
			}
			if j.Kind == "once" && j.Done != 1 {
				t.Errorf("a job that counts in the transaction that finishes it counted %d", j.Done)
			}
		}
		if len(all) != jobs || twice == 0 {
			t.Errorf("%d jobs of %d, %d of them more than once: killing in the middle must show", len(all), jobs, twice)
		}
	})
}

var victimOptions = job.Options{Lease: time.Second, Poll: 50 * time.Millisecond, Slots: 8}

func ended(t *testing.T, db *store.DB, org id.Org) (n int) {
	t.Helper()
	b, err := db.Backlog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return 400 - int(b.Waiting+b.Running)
}

// victims are handlers slow enough to be killed in their midst.
func victims(db *store.DB) map[string]store.Handler {
	slow := func() { time.Sleep(15 * time.Millisecond) }
	return map[string]store.Handler{
		"plain": func(context.Context, store.Job) error { slow(); return nil },
		"once": func(ctx context.Context, j store.Job) error {
			slow()
			return db.Write(ctx, j.Org, nobody, func(tx *store.Tx) error {
				if err := tx.Progress(j, j.Done+1, 1, strconv.Itoa(j.Attempt)); err != nil {
					return err
				}
				return tx.FinishJob(j)
			})
		},
	}
}

// victim works until it is killed. On one file the next finds nobody alive and
// goes on at once, however long the lease.
func victim(t *testing.T, where string) {
	c, o := store.Config{Dir: where}, victimOptions
	o.Lease = time.Hour
	if strings.Contains(where, "://") {
		c, o = store.Config{URL: where, Dir: "not there"}, victimOptions // as the command line names both
	}
	db, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Fatal(db.Work(t.Context(), victims(db), o))
}

// TestContention lets writers and workers compete under the strictest
// isolation: no job may fail for it, none may be lost or run twice.
func TestContention(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		if c := db.Where(); c.URL != "" {
			c.Clock = clock.Now
			u, err := url.Parse(c.URL)
			if err != nil {
				t.Fatal(err)
			}
			q := u.Query()
			q.Set("default_transaction_isolation", "serializable")
			u.RawQuery = q.Encode()
			c.URL = u.String()
			strict, err := store.Open(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { strict.Close() }) //nolint:errcheck // the test is over
			db = strict
		}
		o := found(t, db)
		var ran, busy atomic.Int64
		handlers := map[string]store.Handler{"count": func(context.Context, store.Job) error { ran.Add(1); return nil }}
		work(t, db, handlers, quick)
		work(t, db, handlers, quick)
		var wg sync.WaitGroup
		const each, writers = 40, 6
		for range writers {
			wg.Go(func() {
				for range each {
					for {
						err := db.Write(t.Context(), o.ID, nobody, func(tx *store.Tx) error {
							_, err := tx.Enqueue(store.Job{Kind: "count"})
							return err
						})
						if err == nil {
							break
						}
						if fault.KindOf(err) != fault.Busy {
							t.Error(err)
							return
						}
						busy.Add(1)
					}
				}
			})
		}
		wg.Wait()
		soon(t, "all done", func() bool {
			b, err := db.Backlog(t.Context())
			return err == nil && b.Waiting+b.Running == 0
		})
		if ran.Load() != each*writers {
			t.Errorf("%d runs of %d jobs (%d writes had to be repeated)", ran.Load(), each*writers, busy.Load())
		}
	})
}

// TestPostpone: periodic work that was put off does not come by, other work does.
func TestPostpone(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		if err := db.Postpone(t.Context(), []string{"later"}, time.Hour); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		early := false
		err := db.Work(ctx, map[string]store.Handler{
			"later": func(context.Context, store.Job) error { early = true; return nil },
			"now":   func(context.Context, store.Job) error { stop(); return nil },
		}, job.Options{Periodic: []job.Periodic{{Name: "later", Every: time.Hour}, {Name: "now", Every: time.Hour}}})
		if err != nil || early {
			t.Fatal(err, early)
		}
	})
}

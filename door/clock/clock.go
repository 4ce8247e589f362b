// Package clock is the door through which time comes in: it runs the jobs that
// changes asked for and the work that comes back by itself.
//
// What a kind of job does is a use case of app; when it runs, how often it is
// tried and what survives a crash is the queue's (doc/jobs.md). This door joins
// the two and writes to the log what came of each: never what a job was about,
// for that is a customer's.
package clock

import (
	"context"
	"log/slog"
	"time"

	"kring/base/fault"
	"kring/base/job"
)

// House is what the clock needs of app.
type House interface {
	Jobs() map[string]func(context.Context, job.Job) error
	Work(context.Context, map[string]func(context.Context, job.Job) error, job.Options) error
}

// Run works off jobs until ctx ends, and then waits for those that run.
func Run(ctx context.Context, house House, log *slog.Logger, o job.Options) error {
	handlers := house.Jobs()
	for kind, handle := range handlers {
		handlers[kind] = told(log, handle)
	}
	return house.Work(ctx, handlers, o)
}

// told logs what came of a job.
func told(log *slog.Logger, handle func(context.Context, job.Job) error) func(context.Context, job.Job) error {
	return func(ctx context.Context, j job.Job) (err error) {
		began := time.Now()
		ended := false
		defer func() {
			level, attrs := outcome(j, err, ended)
			attrs = append(attrs,
				slog.String("kind", j.Kind), slog.String("job", j.ID.String()), slog.String("org", j.Org.String()),
				slog.Int("attempt", j.Attempt), slog.Duration("took", time.Since(began)))
			log.LogAttrs(ctx, level, "job", attrs...)
		}()
		err = handle(ctx, j)
		ended = true
		return err
	}
}

// outcome says how loud a job's end is, and why. Of a fault the code is
// enough; what is no fault is our mistake or the network's, and its cause is
// what the log is for.
func outcome(j job.Job, err error, ended bool) (slog.Level, []slog.Attr) {
	if !ended {
		return slog.LevelError, []slog.Attr{slog.String("outcome", "panic")}
	}
	if err == nil {
		return slog.LevelDebug, []slog.Attr{slog.String("outcome", string(job.Done))}
	}
	state, _ := j.After(err, 0)
	why := slog.String("error", err.Error())
	if f, ok := fault.From(err); ok && f.Kind != fault.Internal {
		why = slog.String("code", f.Code)
	}
	level := slog.LevelWarn
	if state == job.Parked && j.Attempt > 0 {
		level = slog.LevelError
	}
	return level, []slog.Attr{slog.String("outcome", string(state)), why}
}

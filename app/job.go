package app

import (
	"context"
	"slices"
	"time"

	"kring/base/fact"
	"kring/base/id"
	"kring/base/job"
	"kring/domain/member"
	"kring/store"
)

// Jobs are the handlers of work that is done later, by the kind of job that
// asks for it. A job may run more than once: what must happen once goes into
// the transaction of its Progress or FinishJob.
func (a *App) Jobs() map[string]func(context.Context, job.Job) error {
	return map[string]func(context.Context, job.Job) error{
		"session.prune":   a.pruneSessions,
		"bulk.run":        a.runBulk,
		"webhook.deliver": a.deliver,
		"webhook.prune":   a.pruneDeliveries,
		"file.sweep":      a.sweepFiles,
		"once.prune":      a.pruneOnce,
		intakeWork:        a.runIntake,
		intakeBack:        a.runIntakeBack,
		"intake.prune":    a.pruneIntakes,
		"match.scan":      a.scan,
		"slipping.fit":    a.slip,
		"standing.day":    a.passDay,
		"standing.count":  a.countRules,
		rankJob:           a.rank,
		"quote.expire":    a.expireQuotes,
		"contract.day":    a.passContracts,
		machineJob:        a.runMachine,
		"run.sweep":       a.sweepRuns,
		"lead.day":        a.leadDay,
	}
}

// routine is the work that comes back by itself; Jobs has its handlers.
var routine = []job.Periodic{
	{Name: "session.prune", Every: time.Hour},
	{Name: "webhook.prune", Every: 24 * time.Hour},
	{Name: "file.sweep", Every: 6 * time.Hour},
	{Name: "once.prune", Every: time.Hour},
	{Name: "intake.prune", Every: 24 * time.Hour},
	{Name: "match.scan", Every: time.Hour}, // which looks whether it is night
	{Name: "slipping.fit", Every: time.Hour},
	{Name: "standing.day", Every: time.Hour},
	{Name: "standing.count", Every: time.Hour},
	{Name: rankJob, Every: time.Hour},
	{Name: "quote.expire", Every: time.Hour},
	{Name: "contract.day", Every: time.Hour},
	{Name: "run.sweep", Every: 10 * time.Minute},
	{Name: "lead.day", Every: 24 * time.Hour},
}

// PostponeRoutine has the work that comes back wait for so long.
func (a *App) PostponeRoutine(ctx context.Context, d time.Duration) error {
	return a.db.Postpone(ctx, each(routine, func(p job.Periodic) string { return p.Name }), d)
}

// Work runs jobs with these handlers, and the routine, until ctx ends, and then
// waits for those that run.
func (a *App) Work(ctx context.Context, handlers map[string]func(context.Context, job.Job) error, o job.Options) error {
	o.Periodic = append(slices.Clone(routine), o.Periodic...)
	return a.db.Work(ctx, handlers, o)
}

// Backlog is how much work waits, in the whole installation.
func (a *App) Backlog(ctx context.Context) (job.Backlog, error) { return a.db.Backlog(ctx) }

// Job tells how far a job is. What it was asked to do, and why it failed, is
// only for those who manage the organisation.
func (a *App) Job(ctx context.Context, who Who, i id.Job) (j job.Job, err error) {
	err = a.peek(ctx, who, member.Self, func(v *store.View) error {
		j, err = v.Job(i)
		return err
	})
	if !who.Can(member.SettingManage) {
		j.Args, j.Reason = nil, ""
	}
	return j, err
}

// JobPage lists the organisation's jobs, newest first.
func (a *App) JobPage(ctx context.Context, who Who, f job.Filter) (page []job.Job, err error) {
	err = a.peek(ctx, who, member.SettingManage, func(v *store.View) error {
		page, err = v.Jobs(f)
		return err
	})
	return page, err
}

// CancelJob ends a job that waits, and asks one that runs to stop.
func (a *App) CancelJob(ctx context.Context, who Who, i id.Job) error {
	return a.aboutJob(ctx, who, i, "job.cancelled", (*store.Tx).CancelJob)
}

// RetryJob gives a parked or cancelled job one more attempt.
func (a *App) RetryJob(ctx context.Context, who Who, i id.Job) error {
	return a.aboutJob(ctx, who, i, "job.retried", (*store.Tx).RetryJob)
}

func (a *App) aboutJob(ctx context.Context, who Who, i id.Job, deed string, change func(*store.Tx, id.Job) error) error {
	return a.write(ctx, who, member.SettingManage, func(tx *store.Tx) error {
		j, err := tx.Job(i)
		if err != nil {
			return err
		}
		if err := change(tx, i); err != nil {
			return err
		}
		return tx.Fact(fact.Fact{Deed: deed, Kind: fact.Job, Subject: i.Any(), Label: j.Kind})
	})
}

// pruneSessions forgets sessions that ended by themselves.
func (a *App) pruneSessions(ctx context.Context, _ job.Job) error {
	return a.db.Write(ctx, nowhere, system("clock"), func(tx *store.Tx) error { return tx.EraseOldSessions() })
}

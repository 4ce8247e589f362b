package app_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"kring/app"
	"kring/base/fact"
	"kring/base/id"
	"kring/base/job"
	"kring/domain/member"
	"kring/domain/organisation"
	"kring/kit"
	"kring/store"
)

func TestJob(t *testing.T) {
	t.Parallel()
	_, db, clock := kit.SQLite(t)
	a := app.New(db, app.Config{})
	system := fact.Actor{Kind: "system", Name: "test"}
	var o organisation.Organisation
	var waits id.Job
	err := db.Write(t.Context(), store.Nowhere, system, func(tx *store.Tx) (err error) {
		if o, err = tx.AddOrganisation(organisation.Organisation{Name: "Proef", Settings: organisation.Settings{}.Defaults()}, fact.Fact{Deed: "organisation.founded"}); err != nil {
			return err
		}
		waits, err = tx.Enqueue(job.Job{Kind: "bulk", Args: []byte(`{"owner":"Jansen"}`), RunAt: tx.Now() + 1000})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	as := func(role member.Role) app.Who {
		return app.Who{Org: o, Member: member.Member{ID: id.New[id.Member](), Role: role, State: member.Active}, Actor: system}
	}
	admin, seller := as(member.Admin), as(member.AccountManager)

	j, err := a.Job(t.Context(), seller, waits)
	if err != nil || j.State != job.Waiting || j.Args != nil {
		t.Errorf("a seller sees %+v %v", j, err)
	}
	if j, err := a.Job(t.Context(), admin, waits); err != nil || len(j.Args) == 0 {
		t.Errorf("the administrator sees %+v %v", j, err)
	}
	if _, err := a.JobPage(t.Context(), seller, job.Filter{}); !errors.Is(err, app.ErrDenied) {
		t.Errorf("a seller lists jobs: %v", err)
	}
	if page, err := a.JobPage(t.Context(), admin, job.Filter{}); err != nil || len(page) != 1 {
		t.Errorf("the administrator lists %d jobs, %v", len(page), err)
	}
	if err := a.CancelJob(t.Context(), seller, waits); !errors.Is(err, app.ErrDenied) {
		t.Errorf("a seller cancels: %v", err)
	}
	if err := a.RetryJob(t.Context(), admin, waits); !errors.Is(err, job.ErrNotEnded) {
		t.Errorf("retry of what waits: %v", err)
	}
	if err := a.CancelJob(t.Context(), admin, waits); err != nil {
		t.Fatal(err)
	}
	if err := a.RetryJob(t.Context(), admin, waits); err != nil {
		t.Fatal(err)
	}
	var deeds []string
	err = db.Read(t.Context(), o.ID, func(v *store.View) error {
		all, err := v.FactsOf(waits.Any(), id.Fact{}, 10)
		for _, f := range all {
			deeds = append(deeds, f.Deed)
		}
		return err
	})
	if err != nil || len(deeds) != 2 || deeds[0] != "job.retried" || deeds[1] != "job.cancelled" {
		t.Errorf("facts %v %v", deeds, err)
	}
	if b, err := a.Backlog(t.Context()); err != nil || b.Waiting != 1 {
		t.Errorf("backlog %+v %v", b, err)
	}

	// Every routine has its handler, or Work would refuse.
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.Work(ctx, a.Jobs(), job.Options{Poll: 10 * time.Millisecond}) }()
	clock.Advance(2 * time.Hour)
	time.Sleep(50 * time.Millisecond)
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

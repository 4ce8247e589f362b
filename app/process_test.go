package app_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"kring/app"
	"kring/base/fact"
	"kring/base/id"
	"kring/base/job"
	"kring/base/opt"
	"kring/base/reach"
	"kring/domain/account"
	"kring/domain/lead"
	"kring/domain/member"
	"kring/domain/order"
	"kring/domain/process"
	"kring/domain/task"
	"kring/kit"
	"kring/store"
)

func standard(key string) process.Process {
	all := process.Standard()
	return all[slices.IndexFunc(all, func(p process.Process) bool { return p.Key == key })]
}

// runs are those that who sees of a process, the last first.
func (r *relay) runs(who app.Who, ask app.RunAsk) []process.Line {
	r.Helper()
	ask.Limit = 200
	all, err := r.w.App.Runs(r.Context(), who, ask)
	r.must(err)
	return all
}

func (r *relay) run(i id.Run) app.RunPage {
	r.Helper()
	p, err := r.w.App.Run(r.Context(), r.daan, i)
	r.must(err)
	return p
}

// works has the machine do what is its turn, until nothing is.
func (r *relay) works(clock *kit.Clock) {
	r.Helper()
	ctx, stop := context.WithCancel(r.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.w.App.Work(ctx, r.w.App.Jobs(), job.Options{Poll: 5 * time.Millisecond}) }()
	admin := r.w.Member("Roos "+id.New[id.Member]().String(), member.Admin)
	for quiet, round := 0, 0; quiet < 3 && round < 5000; round++ {
		if round%10 == 9 { // so that a lease is not over before it began
			clock.Advance(time.Second)
		}
		jobs, err := r.w.App.JobPage(ctx, admin, job.Filter{Kind: "run.machine"})
		r.must(err)
		if quiet++; slices.ContainsFunc(jobs, func(j job.Job) bool {
			return j.State == job.Running || j.State == job.Waiting && j.RunAt <= clock.Now().UnixMilli()+10_000
		}) {
			quiet = 0
		}
		time.Sleep(time.Millisecond)
	}
	stop()
	r.must(<-ended)
}

// simple is a process of the organisation's own for orders, in the place of the
// standard one.
func (r *relay) simple(steps ...process.Step) process.Process {
	r.Helper()
	p := standard("order_to_cash")
	t := p.Template
	t.Steps = steps
	p, err := r.w.App.ChangeProcess(r.Context(), r.daan, p.ID, 0, t)
	r.must(err)
	return p
}

func byHuman(key string, deeds ...string) process.Step {
	return process.Step{Key: key, Name: process.Text{NL: key}, Actor: process.Human, Role: "order_desk", Hours: 8, Purpose: process.Text{NL: "x"}, Deeds: deeds}
}

func byMachine(key string, a process.Action, text string) process.Step {
	s := process.Step{Key: key, Name: process.Text{NL: key}, Actor: process.Machine, Role: "order_desk", Action: a, Purpose: process.Text{NL: "x"}, Draft: process.Text{NL: text}}
	if a == process.WaitDays {
		s.Days = 3
	}
	return s
}

// TestRunFollows: a run begins with its document, once, hears what happens to it,
// and ends with it.
func TestRunFollows(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		r := newRelay(t, db)
		r.simple(byHuman("plan", "order.planned"), byHuman("deliver", "order.delivered"), byHuman("evaluate"))
		o := r.order(r.acc)
		all := r.runs(r.bram, app.RunAsk{})
		if len(all) != 1 || all[0].Label != "2026-1" || all[0].Account != r.acc.ID || all[0].State != process.Ready || all[0].Work.Key != "plan" || all[0].Number != 2 {
			t.Fatalf("%+v", all)
		}
		i := all[0].ID
		if got := r.runs(r.femke, app.RunAsk{}); len(got) != 0 {
			t.Error("who does not see the relation sees its run")
		}
		if _, err := r.w.App.Run(t.Context(), r.femke, i); !errors.Is(err, store.ErrNotFound) {
			t.Error(err)
		}
		// A second time the same document begins nothing.
		f := fact.Fact{Deed: "order.placed", Kind: fact.Order, Subject: o.ID.Any(), Account: r.acc.ID}
		r.must(r.w.App.Happen(t.Context(), r.w.Org.ID, f))
		if got := r.runs(r.bram, app.RunAsk{}); len(got) != 1 {
			t.Errorf("%d runs of one order", len(got))
		}
		clock.Advance(time.Hour)
		f.Deed = "order.delivered" // nobody said that it was planned
		r.must(r.w.App.Happen(t.Context(), r.w.Org.ID, f))
		p := r.run(i)
		if p.State != process.Waiting || p.Now().Key != "evaluate" || p.Works[0].Stand != process.StepPassed || p.Works[0].Reason != "order.delivered" || p.Works[1].Stand != process.StepDone {
			t.Fatalf("%+v", p.Line)
		}
		// The order desk sees it when all relations are theirs, and does it.
		desk := r.w.Member("Rik", member.OrderDesk)
		if _, err := r.w.App.FinishStep(t.Context(), desk, i, 0, 2, process.Report{Minutes: 15}); !errors.Is(err, store.ErrNotFound) && err != nil {
			t.Error(err)
		}
		p = r.run(i)
		if p.State.Open() {
			if _, err := r.w.App.FinishStep(t.Context(), r.daan, i, p.Version, 2, process.Report{Minutes: 15}); err != nil {
				t.Fatal(err)
			}
			p = r.run(i)
		}
		if p.State != process.Done || p.Worked() != 15*60_000 || p.Lead(0) != time.Hour.Milliseconds() {
			t.Errorf("%+v", p.Line)
		}
		// Another order has a run of its own, which ends when it is cancelled.
		second := r.order(r.acc)
		_, err := r.w.App.CancelOrder(t.Context(), r.bram, second.ID, 0, "Toch niet.")
		r.must(err)
		all = r.runs(r.bram, app.RunAsk{})
		if len(all) != 2 || all[0].State != process.Aborted || all[0].Why != "order.cancelled" {
			t.Errorf("%+v", all)
		}
		// What was entered afterwards is no work.
		_, err = r.w.App.PlaceOrder(t.Context(), r.bram, order.Draft{Account: r.acc.ID, Day: "2026-05-01", Amount: euro(100)})
		r.must(err)
		if got := r.runs(r.bram, app.RunAsk{}); len(got) != 2 {
			t.Error("an order of half a year ago begins a run")
		}
		sum, err := r.w.App.RunFigures(t.Context(), r.daan, app.RunAsk{Process: all[0].Process, From: "2026-11-01", Until: "2026-11-30"})
		r.must(err)
		if sum.Started != 2 || sum.Done != 1 || sum.Aborted != 1 || sum.Lead != time.Hour.Milliseconds() || sum.Worked != 15*60_000 {
			t.Errorf("%+v", sum)
		}
		at := slices.IndexFunc(sum.Steps, func(s process.StepSum) bool { return s.Key == "plan" })
		if s := sum.Steps[at]; s.In != 2 || s.Out != 1 || s.Left != 1 || s.Skipped != 1 {
			t.Errorf("%+v", s)
		}
		for came, n := range map[string]int{"in": 2, "out": 1, "left": 1, "skipped": 1, "late": 0} {
			if got := r.runs(r.daan, app.RunAsk{Process: all[0].Process, At: "plan", Came: came}); len(got) != n {
				t.Errorf("%s opens %d runs, not %d", came, len(got), n)
			}
		}
	})
}

// TestStepParked: a machine step that fails three times is seen, tried again when
// a person says so, and never lost.
func TestStepParked(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		r := newRelay(t, db)
		a := r.w.App
		r.simple(byMachine("confirm", process.SendDraft, "Beste {contact}, dank voor {subject}."), byMachine("pause", process.WaitDays, ""), byHuman("evaluate"))
		r.order(r.acc)
		i := r.runs(r.bram, app.RunAsk{})[0].ID
		r.works(clock)
		p := r.run(i)
		if w := p.Now(); w.Stand != process.StepParked || w.Attempts != 3 || w.Fault != "process.no_address" || p.State != process.Waiting {
			t.Fatalf("%+v", p.Line)
		}
		if got := r.runs(r.bram, app.RunAsk{Parked: true, Open: true}); len(got) != 1 || !got[0].Parked {
			t.Errorf("%+v", got)
		}
		if _, err := a.RetryStep(t.Context(), r.bram, i, p.Version-1, 0); !errors.Is(err, store.ErrStale) {
			t.Errorf("by an old page: %v", err)
		}
		_, err := a.ChangeAccount(t.Context(), r.bram, r.acc.ID, 0, account.Patch{Emails: opt.Some(reach.Emails{{Address: "inkoop@linden.example"}})})
		r.must(err)
		_, err = a.RetryStep(t.Context(), r.bram, i, p.Version, 0)
		r.must(err)
		r.works(clock)
		p = r.run(i)
		if w, _ := p.Of(0); w.Stand != process.StepDone || w.Output != "inkoop@linden.example\n\nBeste De Linden, dank voor 2026-1." {
			t.Fatalf("%+v", p.Line)
		}
		if w := p.Now(); w.Key != "pause" || p.State != process.Waiting {
			t.Fatalf("%+v", p.Line)
		}
		clock.Advance(3 * 24 * time.Hour)
		r.works(clock)
		if p = r.run(i); p.Now().Key != "evaluate" {
			t.Fatalf("%+v", p.Line)
		}
		// A backup was put back and the queue is empty: the step is still done.
		o := r.order(r.acc)
		i = r.runs(r.bram, app.RunAsk{})[0].ID
		jobs, err := a.JobPage(t.Context(), r.w.Member("Roos", member.Admin), job.Filter{Kind: "run.machine", State: job.Waiting})
		r.must(err)
		for _, j := range jobs {
			r.must(a.CancelJob(t.Context(), r.w.Member("Otto", member.Admin), j.ID))
		}
		clock.Advance(2 * time.Minute)
		r.must(a.Jobs()["run.sweep"](t.Context(), job.Job{Kind: "run.sweep"}))
		r.works(clock)
		if p = r.run(i); p.Now().Key != "pause" || p.Subject != o.ID.Any() {
			t.Errorf("%+v", p.Line)
		}
	})
}

// TestTwoHundredRuns: two hundred runs of sales to order, their machine steps done
// by the background worker, which is killed at every step of every run, before
// the step or after it: each goes on, and nothing is done twice.
func TestTwoHundredRuns(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		const n = 200
		r := newRelay(t, db)
		a, ctx := r.w.App, t.Context()
		_, err := a.ChangeAccount(ctx, r.bram, r.acc.ID, 0, account.Patch{Emails: opt.Some(reach.Emails{{Address: "inkoop@linden.example"}})})
		r.must(err)
		p := standard("sales_to_order")
		steps := slices.Clone(p.Steps)
		steps = slices.Insert(steps, 3, byMachine("remind", process.SendDraft, "Over {subject}"), byMachine("pause", process.WaitDays, ""))
		tpl := p.Template
		tpl.Steps = steps
		_, err = a.ChangeProcess(ctx, r.daan, p.ID, 0, tpl)
		r.must(err)
		subjects := make([]id.Record, n)
		for k := range subjects {
			subjects[k] = id.New[id.Record]()
			for _, deed := range []string{"opportunity.created", "opportunity.created"} { // said twice
				r.must(a.Happen(ctx, r.w.Org.ID, fact.Fact{Deed: deed, Kind: fact.Opportunity, Subject: subjects[k], Account: r.acc.ID, Label: fmt.Sprintf("Kans %d", k)}))
			}
		}
		var runs []process.Line
		for after := (app.RunPlace{}); ; {
			page, err := a.Runs(ctx, r.daan, app.RunAsk{Process: p.ID, Limit: 50, After: after})
			r.must(err)
			if runs = append(runs, page...); len(page) < 50 {
				break
			}
			after = app.RunPlace{At: page[49].Started, ID: page[49].ID}
		}
		if len(runs) != n {
			t.Fatalf("%d runs", len(runs))
		}
		for _, l := range runs {
			_, err := a.SkipStep(ctx, r.daan, l.ID, 0, 0, "Loopt al.")
			r.must(err)
			_, err = a.FinishStep(ctx, r.bram, l.ID, 0, 1, process.Report{Minutes: 30})
			r.must(err)
		}
		killed := killing(r, clock)
		if killed < 3*n {
			t.Errorf("the worker was killed %d times, not at each of %d steps", killed, 3*n)
		}
		tasks := map[id.Record]int{}
		for after := (app.TaskPlace{}); ; {
			page, err := a.Tasks(ctx, r.bram, app.TaskAsk{Of: "mine", State: task.Open, Limit: 200, After: after})
			r.must(err)
			for _, k := range page {
				tasks[k.Record]++
			}
			if len(page) < 200 {
				break
			}
			after = app.TaskPlace{Due: page[199].Due, ID: page[199].ID}
		}
		for _, s := range subjects {
			if tasks[s] != 1 {
				t.Fatalf("%d tasks for one opportunity", tasks[s])
			}
			r.must(a.Happen(ctx, r.w.Org.ID, fact.Fact{Deed: "opportunity.won", Kind: fact.Opportunity, Subject: s, Account: r.acc.ID}))
		}
		for _, l := range runs[:20] {
			p := r.run(l.ID)
			if p.State != process.Done {
				t.Errorf("%+v", p.Line)
			}
			var done []string
			r.must(db.Read(ctx, r.w.Org.ID, func(v *store.View) error {
				all, err := v.FactsOf(l.ID.Any(), id.Fact{}, 50)
				for _, f := range all {
					if f.Deed == "run.step_done" {
						done = append(done, string(f.Changes[0].To))
					}
				}
				return err
			}))
			slices.Sort(done)
			if want := []string{`"needs"`, `"pause"`, `"prepare"`, `"remind"`}; !slices.Equal(done, want) {
				t.Errorf("done %v, want %v", done, want)
			}
		}
		sum, err := a.RunFigures(ctx, r.daan, app.RunAsk{Process: p.ID})
		r.must(err)
		if sum.Done != n || sum.MachineN != 3*n || sum.HumanN != n || sum.HumanMs != n*30*60_000 {
			t.Errorf("%+v", sum)
		}
	})
}

// killing works, and is killed at the first sight of each step of each run: every
// other time before the step, else after it and before the queue hears of it.
// Each death ends the worker with all it was doing.
func killing(r *relay, clock *kit.Clock) (killed int) {
	r.Helper()
	var mu sync.Mutex
	seen := map[string]bool{}
	real := r.w.App.Jobs()["run.machine"]
	for quiet := 0; quiet < 2; {
		clock.Advance(4 * 24 * time.Hour)
		ctx, die := context.WithCancel(r.Context())
		handlers := r.w.App.Jobs()
		handlers["run.machine"] = func(c context.Context, j job.Job) error {
			mu.Lock()
			first := !seen[string(j.Args)]
			seen[string(j.Args)] = true
			if first {
				killed++
			}
			after := killed%2 == 0
			mu.Unlock()
			if !first {
				return real(c, j)
			}
			if after {
				if err := real(c, j); err != nil {
					return err
				}
			}
			die()
			<-c.Done()
			return context.Cause(c)
		}
		ended := make(chan error, 1)
		go func() {
			ended <- r.w.App.Work(ctx, handlers, job.Options{Poll: time.Millisecond, Slots: 16, Grace: time.Millisecond})
		}()
		quiet++
		for range 200 { // until somebody dies, or nothing is left
			b, err := r.w.App.Backlog(r.Context())
			r.must(err)
			if ctx.Err() != nil {
				quiet = 0
				break
			}
			if b.Waiting+b.Running == 0 {
				break
			}
			time.Sleep(time.Millisecond)
		}
		die()
		<-ended // whatever it says: it was killed
	}
	return killed
}

// TestProcessChanged: a change is a new version, and what runs goes on as it began.
func TestProcessChanged(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		r := newRelay(t, db)
		a, ctx := r.w.App, t.Context()
		p := r.simple(byHuman("plan"), byHuman("deliver"))
		r.order(r.acc)
		first := r.runs(r.bram, app.RunAsk{})[0]
		tpl := p.Template
		tpl.Steps = []process.Step{byHuman("pack"), byHuman("deliver")}
		if _, err := a.ChangeProcess(ctx, r.bram, p.ID, 0, tpl); !errors.Is(err, app.ErrDenied) {
			t.Error(err)
		}
		_, err := a.ChangeProcess(ctx, r.daan, p.ID, p.Version-1, tpl)
		var stale *app.Stale[process.Process]
		if p.Version < 2 || !errors.As(err, &stale) {
			t.Errorf("version %d: %v", p.Version, err)
		}
		q, err := a.ChangeProcess(ctx, r.daan, p.ID, p.Version, tpl)
		r.must(err)
		if q.Number != p.Number+1 {
			t.Errorf("%+v", q)
		}
		if same, err := a.ChangeProcess(ctx, r.daan, p.ID, q.Version, tpl); err != nil || same.Number != q.Number {
			t.Errorf("the same again is version %d: %v", same.Number, err)
		}
		tpl.Steps = nil
		if _, err := a.ChangeProcess(ctx, r.daan, p.ID, 0, tpl); !errors.Is(fieldsOf(err)["steps"], process.ErrSteps) {
			t.Error(err)
		}
		r.order(r.acc)
		if l := r.runs(r.bram, app.RunAsk{})[0]; l.Work.Key != "pack" || l.Number != q.Number {
			t.Errorf("%+v", l)
		}
		if _, err := a.FinishStep(ctx, r.bram, first.ID, 0, 0, process.Report{}); err != nil {
			t.Fatal(err)
		}
		if l := r.run(first.ID); l.Number != p.Number || l.Now().Key != "deliver" || l.Process.Steps[0].Key != "plan" {
			t.Errorf("%+v", l.Line)
		}
		_, err = a.SwitchProcess(ctx, r.daan, p.ID, 0, false)
		r.must(err)
		r.order(r.acc)
		if got := len(r.runs(r.bram, app.RunAsk{})); got != 2 {
			t.Errorf("%d runs of a process that is off", got)
		}
		if _, err := a.AddProcess(ctx, r.daan, "order_to_cash", q.Template); !errors.Is(fieldsOf(err)["key"], process.ErrTaken) {
			t.Error(err)
		}
		own, err := a.AddProcess(ctx, r.daan, "return_goods", q.Template)
		r.must(err)
		all, err := a.Processes(ctx, r.bram)
		r.must(err)
		if len(all) != 4 || all[3].ID != own.ID || all[0].Key != "market_to_sales" {
			t.Errorf("%+v", all)
		}
		r.order(r.acc)
		if l := r.runs(r.bram, app.RunAsk{})[0]; l.Process != own.ID {
			t.Errorf("%+v", l)
		}
	})
}

// TestStandardRuns: the standard processes with the real documents: a lead is
// weighed, an order above the credit limit holds its run until it is released.
func TestStandardRuns(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		r := newRelay(t, db)
		a, ctx := r.w.App, t.Context()
		l, err := a.AddLead(ctx, r.bram, lead.Draft{Name: "Inge Vos", Organisation: "Vos Dakwerken", Email: "inge@vos.example", Question: "Een koffiemachine voor 20 mensen"})
		r.must(err)
		r.works(clock)
		page := r.runs(r.daan, app.RunAsk{Process: standard("market_to_sales").ID})
		if len(page) != 1 || page[0].Work.Key != "respond" || page[0].Subject != l.ID.Any() {
			t.Fatalf("%+v", page)
		}
		p := r.run(page[0].ID)
		if w, _ := p.Of(0); w.Stand != process.StepDone || w.Output == "" || w.Link != "/leads/"+l.ID.String() {
			t.Errorf("%+v", w)
		}

		_, err = a.ChangeAccount(ctx, r.bram, r.acc.ID, 0, account.Patch{Emails: opt.Some(reach.Emails{{Address: "inkoop@linden.example"}})})
		r.must(err)
		_, err = a.SetCreditLimit(ctx, r.daan, r.acc.ID, 100, "Handelsregister")
		r.must(err)
		o := r.order(r.acc)
		r.works(clock)
		page = r.runs(r.daan, app.RunAsk{Process: standard("order_to_cash").ID})
		p = r.run(page[0].ID)
		if w := p.Now(); p.State != process.Waiting || w.Key != "credit" || w.Stand != process.StepWaiting || w.Reason == "" {
			t.Fatalf("an order above the limit: %+v", p.Line)
		}
		_, err = a.ReleaseOrder(ctx, r.daan, o.ID, 0, "Betaalt altijd op tijd.")
		r.must(err)
		r.works(clock)
		p = r.run(page[0].ID)
		if w, _ := p.Of(1); p.Now().Key != "plan" || w.Stand != process.StepDone || w.Output == "" {
			t.Fatalf("released: %+v", p.Line)
		}
		_, err = a.PlanOrder(ctx, r.daan, o.ID, 0, "2026-11-25")
		r.must(err)
		if p = r.run(page[0].ID); p.Now().Key != "prepare" {
			t.Errorf("planned: %+v", p.Line)
		}
	})
}

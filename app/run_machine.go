package app

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"time"

	"kring/base/decimal"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/job"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/invoice"
	"kring/domain/member"
	"kring/domain/order"
	"kring/domain/process"
	"kring/domain/task"
	"kring/store"
)

// What the machine does in a step is a job: the deed, the step and the end of the
// job are one transaction, so a worker that dies anywhere leaves either nothing
// or all of it. What fails is written down, and tried again by a job of its own;
// the third time the step waits for a person.

const machineJob = "run.machine"

type machineArgs struct {
	Run id.Run `json:"run"`
	At  int    `json:"at"`
}

// machineNext asks for the machine when it is its turn.
func (a *App) machineNext(tx *store.Tx, r process.Run) error {
	w := r.Now()
	if w == nil || w.Next == 0 {
		return nil
	}
	args, err := json.Marshal(machineArgs{r.ID, w.At})
	if err != nil {
		return err
	}
	_, err = tx.Enqueue(job.Job{Kind: machineJob, Args: args, RunAt: w.Next, Unique: r.ID.String() + ":" + strconv.Itoa(w.At)})
	return err
}

// tryAgain is how long the machine waits before it tries a step again, after the
// first and the second time.
var tryAgain = []time.Duration{time.Second, 4 * time.Second, 0}

// runMachine does one machine step of one run.
func (a *App) runMachine(ctx context.Context, j job.Job) error {
	var args machineArgs
	if err := json.Unmarshal(j.Args, &args); err != nil {
		return err
	}
	acting := false
	err := a.change(ctx, j.Org, system("process"), func(tx *store.Tx) error {
		acting = false
		s, ok, err := a.stepOf(tx, args)
		if err != nil || !ok {
			return errors.Join(err, tx.FinishJob(j))
		}
		if s.now.Next > tx.Now() { // a wait that is not over, or a job that came early
			return errors.Join(a.machineNext(tx, s.run.Run), tx.FinishJob(j))
		}
		acting = true
		out, err := a.act(tx, s)
		if err != nil {
			return err
		}
		acting = false
		next, events, err := s.run.Did(s.ground, args.At, out)
		if err != nil {
			return err
		}
		if _, err := a.saveRun(tx, next, s.ground.Template, s.acc.Owner, events, ""); err != nil {
			return err
		}
		return tx.FinishJob(j)
	})
	if err == nil || !acting || ctx.Err() != nil || fault.KindOf(err) == fault.Busy || errors.Is(err, store.ErrStale) {
		return err
	}
	code := "internal"
	if f, ok := fault.From(err); ok {
		code = f.Code
	} else {
		a.log.Error("a machine step failed", "run", args.Run.String(), "step", args.At, "error", err.Error())
	}
	return a.change(ctx, j.Org, system("process"), func(tx *store.Tx) error {
		s, ok, err := a.stepOf(tx, args)
		if err != nil || !ok {
			return errors.Join(err, tx.FinishJob(j))
		}
		next, events, err := s.run.Failed(s.ground, args.At, code, tryAgain[min(s.now.Attempts, len(tryAgain)-1)])
		if err != nil {
			return err
		}
		if _, err := a.saveRun(tx, next, s.ground.Template, s.acc.Owner, events, ""); err != nil {
			return err
		}
		return tx.FinishJob(j)
	})
}

// acted is a machine step that is due.
type acted struct {
	who    Who
	run    process.Line
	now    process.Work
	step   process.Step
	ground process.Ground
	acc    account.Account
	doc    document
}

// stepOf is the step that a job is about, when the run still waits for it.
func (a *App) stepOf(tx *store.Tx, args machineArgs) (s acted, ok bool, err error) {
	s.run, err = tx.Run(args.Run, everyRun)
	if errors.Is(err, store.ErrNotFound) {
		return s, false, nil
	}
	if err != nil {
		return s, false, err
	}
	w := s.run.Now()
	if w == nil || w.At != args.At || w.Next == 0 {
		return s, false, nil
	}
	s.now = *w
	org, err := tx.Organisation()
	if err != nil {
		return s, false, err
	}
	s.who = Who{Org: org, Actor: tx.Actor(), machine: true, Member: member.Member{Role: member.Admin, State: member.Active}}
	t, err := tx.Template(s.run.Process, s.run.Number)
	if err != nil {
		return s, false, err
	}
	s.step = t.Steps[args.At]
	if s.doc, err = documentOf(&tx.View, fact.Fact{Kind: s.run.Kind, Subject: s.run.Subject, Account: s.run.Account, Label: s.run.Label}); err != nil {
		return s, false, err
	}
	s.doc.account = s.run.Account
	if s.acc, err = s.doc.knows(&tx.View); err != nil {
		return s, false, err
	}
	s.ground = process.Ground{Template: t, Known: s.doc.known, Calendar: s.who.Calendar(), Now: tx.Now()}
	return s, true, nil
}

// act is what the machine does in a step, in the transaction that ends it.
func (a *App) act(tx *store.Tx, s acted) (process.Output, error) {
	switch s.step.Action {
	case process.WaitDays:
		return process.Output{}, nil
	case process.MakeTask:
		return a.actTask(tx, s)
	case process.SendDraft:
		return a.actDraft(tx, s)
	case process.ScoreLead:
		return a.actScore(tx, s)
	case process.CheckCredit:
		return a.actCredit(tx, s)
	case process.MakeInvoice:
		return a.actInvoice(tx, s)
	}
	return process.Output{}, process.ErrAction
}

// names are what a text of a step can name.
func (a *App) names(tx *store.Tx, s acted) (map[string]string, error) {
	said := map[string]string{"account": s.acc.Name, "subject": s.run.Label, "organisation": s.who.Org.Name, "contact": s.acc.Name, "owner": s.who.Org.Name}
	if !s.acc.Owner.IsZero() {
		m, err := tx.Member(s.acc.Owner)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		if err == nil {
			said["owner"] = m.Name
		}
	}
	return said, nil
}

// actTask gives something to do to who looks after the relation; when nobody
// does, to the first who has the role of the step.
func (a *App) actTask(tx *store.Tx, s acted) (out process.Output, err error) {
	said, err := a.names(tx, s)
	if err != nil {
		return out, err
	}
	to := s.acc.Owner
	if to.IsZero() {
		to = s.doc.owner
	}
	if to.IsZero() {
		all, err := tx.Members()
		if err != nil {
			return out, err
		}
		at := slices.IndexFunc(all, func(m member.Member) bool { return m.State == member.Active && string(m.Role) == s.step.Role })
		if at < 0 {
			return out, process.ErrNobody
		}
		to = all[at].ID
	}
	d := task.Draft{Text: filled(s.step.Draft.In(s.who.Org.Settings.Locale), said), Account: s.run.Account, About: s.run.Kind, Record: s.run.Subject, Owner: to, Day: a.Today(s.who)}
	t, err := a.addTask(tx, s.who, d)
	if err != nil {
		return out, firstOf(err)
	}
	return process.Output{Text: t.Text, Link: "/tasks/" + t.ID.String()}, nil
}

// actDraft writes what is to be sent. Nothing leaves Kring by itself: a person
// copies it.
func (a *App) actDraft(tx *store.Tx, s acted) (out process.Output, err error) {
	said, err := a.names(tx, s)
	if err != nil {
		return out, err
	}
	to := ""
	if !s.run.Account.IsZero() {
		people, err := tx.ContactsAt(s.run.Account, 50)
		if err != nil {
			return out, err
		}
		if at := slices.IndexFunc(people, func(c contact.Contact) bool { return len(c.Emails) > 0 }); at >= 0 {
			to, said["contact"] = people[at].Emails[0].Normal, people[at].Name()
		} else if len(s.acc.Emails) > 0 {
			to = s.acc.Emails[0].Normal
		}
	}
	if to == "" && s.doc.email != "" {
		to = s.doc.email
		if s.doc.contact != "" {
			said["contact"] = s.doc.contact
		}
	}
	if to == "" {
		return out, process.ErrNoAddress
	}
	return process.Output{Text: to + "\n\n" + filled(s.step.Draft.In(s.who.Org.Settings.Locale), said)}, nil
}

// orderOf is the order that a step is about.
func orderOf(tx *store.Tx, s acted) (order.Order, error) {
	if s.run.Kind == fact.Order {
		return tx.Order(id.Order(s.run.Subject), everything)
	}
	all, err := tx.SubjectsOf(s.run.ID)
	if err != nil {
		return order.Order{}, err
	}
	at := slices.IndexFunc(all, func(o store.RunSubject) bool { return o.Kind == fact.Order })
	if at < 0 {
		return order.Order{}, process.ErrNoOrder
	}
	return tx.Order(id.Order(all[at].ID), everything)
}

// actScore counts the score of the lead by its rules, and says the reasons that
// count most.
func (a *App) actScore(tx *store.Tx, s acted) (out process.Output, err error) {
	all, err := tx.SubjectsOf(s.run.ID)
	if err != nil {
		return out, err
	}
	at := slices.IndexFunc(all, func(o store.RunSubject) bool { return o.Kind == fact.Lead })
	if at < 0 {
		return out, process.ErrNoLead
	}
	l, err := tx.Lead(id.Lead(all[at].ID), everything)
	if err != nil {
		return out, err
	}
	w, err := a.leadWork(tx, s.who, l)
	if err != nil {
		return out, err
	}
	const most = 3
	sum := w.score(l)
	text := decimal.Amount(sum.Total) + " = " + decimal.Amount(sum.Fit) + " + " + decimal.Amount(sum.Behaviour)
	for i, r := range sum.Reasons[:min(len(sum.Reasons), most)] {
		text += map[bool]string{true: ": ", false: ", "}[i == 0] + r.Text + " (" + decimal.Amount(r.Adds) + ")"
	}
	return process.Output{Text: text, Link: "/leads/" + l.ID.String()}, nil
}

// actCredit holds what is open against the limit. An order that has to wait is
// put on hold, and so is the step, until somebody releases the order.
func (a *App) actCredit(tx *store.Tx, s acted) (out process.Output, err error) {
	o, err := orderOf(tx, s)
	if err != nil {
		return out, err
	}
	if o.Stage == order.Agreed {
		if o, err = a.checkCredit(tx, s.who, o); err != nil {
			return out, err
		}
	}
	if o.Stage == order.Hold {
		return process.Output{Text: o.Held, Link: "/orders/" + o.ID.String(), Hold: true}, nil
	}
	c, err := a.credit(&tx.View, s.who, o)
	return process.Output{Text: decimal.Amount(c.Open) + " " + o.Amount.Currency, Link: "/orders/" + o.ID.String()}, err
}

// actInvoice makes the invoice of what was delivered, and gives it its number.
// What was invoiced by hand already needs none.
func (a *App) actInvoice(tx *store.Tx, s acted) (out process.Output, err error) {
	o, err := orderOf(tx, s)
	if err != nil {
		return out, err
	}
	i := id.New[id.Invoice]()
	n, err := a.draftDelivered(tx, s.who, i, o.ID)
	if errors.Is(err, invoice.ErrNothing) && slices.Index(order.Stages, o.Stage) >= slices.Index(order.Stages, order.Invoiced) {
		return process.Output{Link: "/orders/" + o.ID.String()}, nil
	}
	if err != nil {
		return out, firstOf(err)
	}
	if n, err = a.sendInvoice(tx, s.who, n); err != nil {
		return out, firstOf(err)
	}
	return process.Output{Text: n.Number, Link: "/invoices/" + n.ID.String()}, nil
}

// firstOf is what is wrong with one field of a fault, when it says so by fields.
func firstOf(err error) error {
	f, ok := fault.From(err)
	if !ok {
		return err
	}
	for _, g := range f.Fields {
		return g
	}
	return err
}

// forgotten is how late the machine is when somebody looks whether its job is
// still there, as after a backup that was put back.
const forgotten = time.Minute

// sweepRuns asks again for machine steps whose job is gone; routine.
func (a *App) sweepRuns(ctx context.Context, _ job.Job) error {
	return a.everyOrganisation(ctx, func(o id.Org) error {
		return a.db.Write(ctx, o, system("routine"), func(tx *store.Tx) error {
			late, err := tx.MachineSteps(tx.Now()-forgotten.Milliseconds(), 500)
			if err != nil {
				return err
			}
			for _, l := range late {
				r, err := tx.Run(l.ID, everyRun)
				if err == nil {
					err = a.machineNext(tx, r.Run)
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
	})
}

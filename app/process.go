package app

import (
	"context"
	"errors"
	"slices"
	"strings"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/account"
	"kring/domain/member"
	"kring/domain/order"
	"kring/domain/process"
	"kring/store"
)

// A process is a set order of steps; its runs follow the documents by themselves.
// Who sees a relation sees its runs, and whoever's step it is sees that run.

// roles are those that a step can be of.
func roles() []string {
	return each(member.Roles, func(r member.Role) string { return string(r) })
}

func (w Who) runReach() store.RunReach {
	return store.RunReach{Reach: w.Reach(fact.Account), Role: string(w.Member.Role)}
}

// everyRun is the reach of the machine.
var everyRun = store.RunReach{Reach: everything}

// Processes are the processes of the organisation.
func (a *App) Processes(ctx context.Context, who Who) (all []process.Process, err error) {
	err = a.peek(ctx, who, member.RunRead, func(v *store.View) error {
		all, err = v.Processes()
		return err
	})
	return all, err
}

// Process is one process with its versions, the last first; of a standard one
// that nobody changed there are none.
func (a *App) Process(ctx context.Context, who Who, i id.Process) (p process.Process, versions []store.ProcessVersion, err error) {
	err = a.read(ctx, who, member.RunRead, func(v *store.View) error {
		if p, err = v.Process(i); err != nil {
			return err
		}
		versions, err = v.ProcessVersions(i)
		return err
	})
	return p, versions, err
}

// Template is one version of a process.
func (a *App) Template(ctx context.Context, who Who, i id.Process, number int) (t process.Template, err error) {
	err = a.peek(ctx, who, member.RunRead, func(v *store.View) error {
		t, err = v.Template(i, number)
		return err
	})
	return t, err
}

// AddProcess makes a process of the organisation's own.
func (a *App) AddProcess(ctx context.Context, who Who, key string, t process.Template) (p process.Process, err error) {
	err = a.write(ctx, who, member.ProcessManage, func(tx *store.Tx) error {
		all, err := tx.Processes()
		if err != nil {
			return err
		}
		if slices.ContainsFunc(all, func(o process.Process) bool { return o.Key == key }) {
			return fault.Field("key", process.ErrTaken)
		}
		p = process.Process{ID: id.New[id.Process](), Version: 0, Key: key, Number: 1, On: true, Created: tx.Now(), Updated: tx.Now()}
		if err := process.ValidKey(key); err != nil {
			return err
		}
		if p.Template, err = t.Clean(roles()); err != nil {
			return err
		}
		p, err = tx.SaveProcess(p, fact.Fact{Deed: "process.made", Changes: process.Diff(process.Process{}, p)})
		return err
	})
	return p, err
}

// ChangeProcess puts another template in use as a new version; runs that began
// finish on theirs. version is what the visitor read, 0 takes whatever stands.
func (a *App) ChangeProcess(ctx context.Context, who Who, i id.Process, version int64, t process.Template) (process.Process, error) {
	return a.aboutProcess(ctx, who, i, version, "process.changed", func(p process.Process) (process.Process, error) {
		clean, err := t.Clean(roles())
		if err != nil {
			return p, err
		}
		next := p
		next.Template = clean
		if len(process.Diff(p, next)) == 0 {
			return p, nil
		}
		next.Number++
		return next, nil
	})
}

// SwitchProcess says whether documents begin runs of a process. Those that began
// go on.
func (a *App) SwitchProcess(ctx context.Context, who Who, i id.Process, version int64, on bool) (process.Process, error) {
	deed := "process.switched_off"
	if on {
		deed = "process.switched_on"
	}
	return a.aboutProcess(ctx, who, i, version, deed, func(p process.Process) (process.Process, error) {
		p.On = on
		return p, nil
	})
}

func (a *App) aboutProcess(ctx context.Context, who Who, i id.Process, version int64, deed string, change func(process.Process) (process.Process, error)) (p process.Process, err error) {
	err = a.write(ctx, who, member.ProcessManage, func(tx *store.Tx) error {
		if p, err = tx.Process(i); err != nil {
			return err
		}
		if err := asRead(p, p.Version, version); err != nil {
			return err
		}
		next, err := change(p)
		if err != nil {
			return err
		}
		changes := process.Diff(p, next)
		if len(changes) == 0 {
			return nil
		}
		next.Updated = tx.Now()
		p, err = tx.SaveProcess(next, fact.Fact{Deed: deed, Changes: changes})
		return err
	})
	return p, err
}

// document is what a run needs to know of a document.
type document struct {
	account id.Account
	label   string
	owner   id.Member
	known   process.Known
	day     day.Day            // on which it was made, when it says so
	from    []store.RunSubject // what it follows from
	contact string             // of a lead: who asked
	email   string
	of      *account.Account // once it was read
}

// documentOf reads a document; what has no more to tell than its fact is left at
// that.
func documentOf(v *store.View, f fact.Fact) (d document, err error) {
	d = document{account: f.Account, label: f.Label}
	switch f.Kind {
	case fact.Lead:
		l, err := v.Lead(id.Lead(f.Subject), everything)
		if errors.Is(err, store.ErrNotFound) {
			return d, nil
		}
		if err != nil {
			return d, err
		}
		d.account, d.label, d.owner, d.contact, d.email = l.Account, l.Called(), l.Owner, l.Name, l.Email
	case fact.Order:
		all, err := v.OrdersByID([]id.Order{id.Order(f.Subject)})
		if err != nil || len(all) == 0 {
			return d, err
		}
		d.ofOrder(all[0])
	case fact.Opportunity:
		all, err := v.OpportunitiesByID([]id.Opportunity{id.Opportunity(f.Subject)})
		if err != nil || len(all) == 0 {
			return d, err
		}
		o := all[0]
		d.account, d.label, d.owner, d.day, d.known.Amount = o.Account, o.Name, o.Owner, o.Opened, o.Value.Cents
		d.follows(fact.Lead, o.Lead.Any())
	case fact.Quote:
		q, err := v.Quote(id.Quote(f.Subject), everything)
		if errors.Is(err, store.ErrNotFound) {
			return d, nil
		}
		if err != nil {
			return d, err
		}
		d.account, d.label, d.owner, d.known.Amount = q.Account, q.Number, q.Owner, q.Totals().Net
		d.follows(fact.Opportunity, q.Opportunity.Any())
	case fact.Conversation:
		c, err := v.Conversation(id.Conversation(f.Subject))
		if errors.Is(err, store.ErrNotFound) {
			return d, nil
		}
		if err != nil {
			return d, err
		}
		d.account = c.Account
		d.follows(fact.Opportunity, c.Opportunity.Any())
	case fact.Invoice:
		n, err := v.Invoice(id.Invoice(f.Subject), everything)
		if errors.Is(err, store.ErrNotFound) {
			return d, nil
		}
		if err != nil {
			return d, err
		}
		d.account, d.known.Amount = n.Account, n.Net
		if n.Number != "" {
			d.label = n.Number
		}
		d.follows(fact.Order, n.Order.Any())
	}
	return d, nil
}

func (d *document) ofOrder(o order.Order) {
	d.account, d.day, d.known.Amount = o.Account, o.Day, o.Amount.Cents
	if o.Number != "" {
		d.label = o.Number
	}
	d.follows(fact.Quote, o.Quote.Any())
	d.follows(fact.Opportunity, o.Opportunity.Any())
}

func (d *document) follows(k fact.Kind, i id.Record) {
	if !i.IsZero() {
		d.from = append(d.from, store.RunSubject{Kind: k, ID: i})
	}
}

// knows fills what conditions ask about the relation.
func (d *document) knows(v *store.View) (acc account.Account, err error) {
	switch {
	case d.of != nil:
		return *d.of, nil
	case d.account.IsZero():
		return acc, nil
	}
	acc, err = v.Account(d.account, everything)
	if errors.Is(err, store.ErrNotFound) {
		return acc, nil
	}
	if err != nil {
		return acc, err
	}
	d.known.Kind = string(acc.Kind)
	orders, err := v.OrdersOf(d.account, store.OrderPlace{}, 2)
	standing := slices.DeleteFunc(orders, func(o order.Order) bool { return o.State == order.Cancelled })
	d.known.Bought = len(standing) > 1
	if err == nil {
		d.of = &acc
	}
	return acc, err
}

// past is how many days ago a document was made that is no work any more but the
// past, entered afterwards.
const past = 30

// followFacts tells runs what happened to their documents, and begins those that
// a document begins.
func (a *App) followFacts(tx *store.Tx, told []fact.Fact) error {
	told = slices.DeleteFunc(told, func(f fact.Fact) bool { return f.Why == "import" || !slices.Contains(heardDeeds, f.Deed) })
	if len(told) == 0 {
		return nil
	}
	all, err := tx.Processes()
	if err != nil {
		return err
	}
	org, err := tx.Organisation()
	if err != nil {
		return err
	}
	who := Who{Org: org, Actor: tx.Actor()}
	for _, f := range told {
		if err := a.followFact(tx, who, all, f); err != nil {
			return err
		}
	}
	return nil
}

var heardDeeds = process.Deeds()

func (a *App) followFact(tx *store.Tx, who Who, all []process.Process, f fact.Fact) error {
	d, err := documentOf(&tx.View, f)
	if err != nil {
		return err
	}
	subjects := []id.Record{f.Subject}
	for _, s := range d.from {
		subjects = append(subjects, s.ID)
	}
	runs, err := tx.RunsOf(subjects)
	if err != nil {
		return err
	}
	busy := map[id.Process]bool{}
	for _, r := range runs {
		if !r.State.Open() {
			continue
		}
		busy[r.Process] = true
		t, err := tx.Template(r.Process, r.Number)
		if err != nil {
			return err
		}
		if !t.Listens(f.Deed) {
			continue
		}
		if r.Account.IsZero() {
			r.Account = d.account
		}
		acc, err := d.knows(&tx.View)
		if err != nil {
			return err
		}
		next, events := r.Happened(process.Ground{Template: t, Known: d.known, Calendar: who.Calendar(), Now: tx.Now()}, f.Deed)
		if len(events) == 0 {
			continue
		}
		next = next.Became(f.Kind, f.Subject, d.label)
		if err := tx.JoinRun(next, store.RunSubject{Kind: f.Kind, ID: f.Subject}); err != nil {
			return err
		}
		if _, err := a.saveRun(tx, next, t, acc.Owner, events, f.ID.String()); err != nil {
			return err
		}
	}
	for _, p := range all {
		if !p.On || busy[p.ID] || !slices.Contains(p.Begins, f.Deed) || d.day != "" && d.day < a.Today(who).Add(-past) {
			continue
		}
		acc, err := d.knows(&tx.View)
		if err != nil {
			return err
		}
		r, events := process.Start(id.New[id.Run](), process.Ground{Template: p.Template, Known: d.known, Calendar: who.Calendar(), Now: tx.Now()},
			process.Run{Process: p.ID, Number: p.Number, Account: d.account, Kind: f.Kind, Subject: f.Subject, Label: d.label})
		owner := d.owner
		if owner.IsZero() {
			owner = acc.Owner
		}
		if err := a.turn(tx, &r, p.Template, owner); err != nil {
			return err
		}
		made, err := tx.AddRun(r, p.Template, facts(events, f.ID.String()))
		if err != nil {
			return err
		}
		if made {
			if err := a.machineNext(tx, r); err != nil {
				return err
			}
		}
	}
	return nil
}

func facts(events []process.Event, evidence string) []fact.Fact {
	return each(events, func(e process.Event) fact.Fact {
		f := fact.Fact{Deed: e.Deed, Why: e.Why, Evidence: evidence, Changes: e.Changes}
		if e.Step != "" {
			f.Changes = append(slices.Clone(f.Changes), fact.Of("step", "", e.Step))
		}
		return f
	})
}

// saveRun stores what became of a run, gives its step to whom it belongs, and has
// the machine do what is its turn.
func (a *App) saveRun(tx *store.Tx, r process.Run, t process.Template, owner id.Member, events []process.Event, evidence string) (process.Run, error) {
	if err := a.turn(tx, &r, t, owner); err != nil {
		return r, err
	}
	r, err := tx.SaveRun(r, t, facts(events, evidence))
	if err != nil {
		return r, err
	}
	return r, a.machineNext(tx, r)
}

// turn gives a step that is nobody's to who looks after the relation, when it is
// theirs by their role; else it waits for whoever of the role takes it.
func (a *App) turn(tx *store.Tx, r *process.Run, t process.Template, owner id.Member) error {
	w := r.Now()
	if w == nil || !w.Member.IsZero() || owner.IsZero() {
		return nil
	}
	s := t.Steps[r.At]
	if s.Actor == process.Machine || s.Outside() {
		return nil
	}
	m, err := tx.Member(owner)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if m.State == member.Active && (string(m.Role) == s.Role || sells(string(m.Role)) && sells(s.Role)) {
		w.Member, w.Dirty = m.ID, true
	}
	return nil
}

func sells(role string) bool {
	return role == string(member.NewBusiness) || role == string(member.AccountManager)
}

// RunAsk says which runs a list shows. Turn is whose: mine, role, or all.
type RunAsk struct {
	Turn    string
	Late    bool
	Process id.Process
	Account id.Account
	State   process.State
	Open    bool
	Over    bool
	Parked  bool
	Step    string  // that stand there
	At      string  // that came to this step, and
	Came    string  // what became of them there
	From    day.Day // begun on this day or later
	Until   day.Day // begun on this day or earlier
	Team    id.Team
	After   store.RunPlace
	Limit   int
}

// RunPlace is the place of a run in a list.
type RunPlace = store.RunPlace

func (a *App) runQuery(who Who, ask RunAsk) (store.RunQuery, error) {
	q := store.RunQuery{
		Process: ask.Process, Account: ask.Account, State: ask.State, Open: ask.Open, Over: ask.Over, Parked: ask.Parked, Step: ask.Step, At: ask.At, Came: ask.Came,
		Team: ask.Team, Reach: who.runReach(), After: ask.After, Limit: min(max(ask.Limit, 1), 201),
	}
	if ask.Late {
		q.Late = a.Now()
	}
	if ask.From != "" {
		q.From = ask.From.Start(who.Zone())
	}
	if ask.Until != "" {
		q.Until = ask.Until.Add(1).Start(who.Zone())
	}
	switch ask.Turn {
	case "mine":
		q.Member = who.Member.ID
	case "role":
		q.Role = string(who.Member.Role)
	case "all", "":
	default:
		return q, process.ErrTurn
	}
	if ask.State != "" && !slices.Contains(process.States, ask.State) {
		return q, fault.Field("state", process.ErrState)
	}
	return q, nil
}

// Runs are the runs that are asked, within reach.
func (a *App) Runs(ctx context.Context, who Who, ask RunAsk) (all []process.Line, err error) {
	q, err := a.runQuery(who, ask)
	if err != nil {
		return nil, err
	}
	err = a.peek(ctx, who, member.RunRead, func(v *store.View) error {
		all, err = v.Runs(q)
		return err
	})
	return all, err
}

// MostRunsCounted is as far as steps that wait are counted.
const MostRunsCounted = 99

// CountRuns is how many steps wait for who.
func (a *App) CountRuns(ctx context.Context, who Who) (n int, err error) {
	err = a.peek(ctx, who, member.RunWrite, func(v *store.View) error {
		n, err = v.CountRuns(who.Member.ID, who.runReach(), MostRunsCounted+1)
		return err
	})
	return n, err
}

// RunFigures says what a period says about a process: ask's process, period and
// team count.
func (a *App) RunFigures(ctx context.Context, who Who, ask RunAsk) (sum process.Sum, err error) {
	q, err := a.runQuery(who, ask)
	if err != nil {
		return sum, err
	}
	err = a.read(ctx, who, member.RunRead, func(v *store.View) error {
		sum, err = v.RunFigures(q, v.Now())
		return err
	})
	return sum, err
}

// RunPage is a run with everything that its page shows.
type RunPage struct {
	process.Line
	Process  process.Process // with the template of the run
	Subjects []store.RunSubject
	Known    process.Known
	By       int64 // by when it is done with a chance of 80 %, when Sure
	Sure     bool
	Others   int   // earlier runs that were at this step
	Median   int64 // that they waited there, ms
	Contact  string
}

// Run is one run within reach, with what earlier runs say of it.
func (a *App) Run(ctx context.Context, who Who, i id.Run) (p RunPage, err error) {
	err = a.read(ctx, who, member.RunRead, func(v *store.View) error {
		if p.Line, err = v.Run(i, who.runReach()); err != nil {
			return err
		}
		if p.Process, err = v.Process(p.Run.Process); err != nil {
			return err
		}
		if p.Process.Template, err = v.Template(p.Run.Process, p.Number); err != nil {
			return err
		}
		if p.Subjects, err = v.SubjectsOf(i); err != nil {
			return err
		}
		if w := p.Now(); w != nil {
			left, waited, err := v.RunsLeft(p.Run.Process, w.Key, i)
			if err != nil {
				return err
			}
			p.Others, p.Median = len(waited), process.Median(waited)
			p.By, _, p.Sure = process.Outlook(left, w.Ready, v.Now(), 0)
		}
		if p.Account.IsZero() {
			return nil
		}
		people, err := v.ContactsAt(p.Account, 1)
		if len(people) > 0 {
			p.Contact = people[0].Name()
		}
		return err
	})
	return p, err
}

// aboutRun does something to a run within reach. version is what the visitor
// read, 0 takes whatever stands.
func (a *App) aboutRun(ctx context.Context, who Who, i id.Run, version int64, do func(process.Run, process.Ground) (process.Run, []process.Event, error)) (r process.Run, err error) {
	err = a.write(ctx, who, member.RunWrite, func(tx *store.Tx) error {
		l, err := tx.Run(i, who.runReach())
		if err != nil {
			return err
		}
		if err := asRead(l.Run, l.Version, version); err != nil {
			return err
		}
		t, err := tx.Template(l.Process, l.Number)
		if err != nil {
			return err
		}
		d, err := documentOf(&tx.View, fact.Fact{Kind: l.Kind, Subject: l.Subject, Account: l.Account, Label: l.Label})
		if err != nil {
			return err
		}
		d.account = l.Account
		acc, err := d.knows(&tx.View)
		if err != nil {
			return err
		}
		next, events, err := do(l.Run, process.Ground{Template: t, Known: d.known, Calendar: who.Calendar(), Now: tx.Now()})
		if err != nil || len(events) == 0 {
			r = l.Run
			return err
		}
		r, err = a.saveRun(tx, next, t, acc.Owner, events, "")
		return err
	})
	return r, err
}

// BeginStep says that who is at a step, or goes on with it.
func (a *App) BeginStep(ctx context.Context, who Who, i id.Run, version int64, at int) (process.Run, error) {
	return a.aboutRun(ctx, who, i, version, func(r process.Run, g process.Ground) (process.Run, []process.Event, error) {
		return r.Begin(g, at, who.Member.ID)
	})
}

// FinishStep says that who did a step, or saw that somebody outside did.
func (a *App) FinishStep(ctx context.Context, who Who, i id.Run, version int64, at int, rep process.Report) (process.Run, error) {
	return a.aboutRun(ctx, who, i, version, func(r process.Run, g process.Ground) (process.Run, []process.Event, error) {
		return r.Finish(g, at, who.Member.ID, rep)
	})
}

// SkipStep leaves a step out, with a reason.
func (a *App) SkipStep(ctx context.Context, who Who, i id.Run, version int64, at int, why string) (process.Run, error) {
	return a.aboutRun(ctx, who, i, version, func(r process.Run, g process.Ground) (process.Run, []process.Event, error) {
		return r.Skip(g, at, who.Member.ID, why)
	})
}

// HoldStep says for whom a step waits, and why.
func (a *App) HoldStep(ctx context.Context, who Who, i id.Run, version int64, at int, wait process.Wait, why string) (process.Run, error) {
	return a.aboutRun(ctx, who, i, version, func(r process.Run, g process.Ground) (process.Run, []process.Event, error) {
		return r.Hold(g, at, wait, why)
	})
}

// AssignStep says who does a step; nobody when to is zero.
func (a *App) AssignStep(ctx context.Context, who Who, i id.Run, version int64, at int, to id.Member) (process.Run, error) {
	return a.aboutRun(ctx, who, i, version, func(r process.Run, g process.Ground) (process.Run, []process.Event, error) {
		return r.Assign(g, at, to)
	})
}

// RetryStep lets the machine try a step again that failed three times.
func (a *App) RetryStep(ctx context.Context, who Who, i id.Run, version int64, at int) (process.Run, error) {
	return a.aboutRun(ctx, who, i, version, func(r process.Run, g process.Ground) (process.Run, []process.Event, error) {
		return r.Retry(g, at)
	})
}

// AbortRun ends a run before its end, with a reason.
func (a *App) AbortRun(ctx context.Context, who Who, i id.Run, version int64, why string) (process.Run, error) {
	return a.aboutRun(ctx, who, i, version, func(r process.Run, g process.Ground) (process.Run, []process.Event, error) {
		return r.Abort(g, why)
	})
}

// filled puts the names of a run into a text of a step.
func filled(text string, with map[string]string) string {
	pairs := make([]string, 0, 2*len(with))
	for k, v := range with {
		pairs = append(pairs, "{"+k+"}", v)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// ProcessVersion is one version of a process as a row of a list.
type ProcessVersion = store.ProcessVersion

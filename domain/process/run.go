package process

import (
	"slices"
	"time"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/workday"
)

// State is where a run stands.
type State string

// The states of a run.
const (
	Ready   State = "ready"
	Running State = "running"
	Waiting State = "waiting"
	Done    State = "done"
	Aborted State = "aborted"
)

// States are all states, in the order of a menu.
var States = []State{Ready, Running, Waiting, Done, Aborted}

// Open says whether something is still to be done.
func (s State) Open() bool { return s == Ready || s == Running || s == Waiting }

// Stand is where one step of a run stands.
type Stand string

// The stands of a step. The first five are open.
const (
	StepReady   Stand = "ready"   // it is somebody's turn
	StepBegun   Stand = "begun"   // somebody is at it
	StepWaiting Stand = "waiting" // begun and held up, or a machine step that waits
	StepQueued  Stand = "queued"  // the machine will do it
	StepParked  Stand = "parked"  // the machine failed three times; a person looks
	StepDone    Stand = "done"
	StepSkipped Stand = "skipped" // left out, with a reason
	StepPassed  Stand = "passed"  // overtaken by a document of a later step
)

// Open says whether the step is still to be done.
func (s Stand) Open() bool { return s != StepDone && s != StepSkipped && s != StepPassed }

// MaxAttempts is how often the machine tries before a person looks.
const MaxAttempts = 3

// Work is what happened at one step of a run. Times are milliseconds UTC, 0 for
// not yet.
type Work struct {
	At       int       `json:"at"` // place in the template, from 0
	Key      string    `json:"key"`
	Stand    Stand     `json:"state"`
	Ready    int64     `json:"ready_at"`
	Begun    int64     `json:"begun_at"`
	Ended    int64     `json:"ended_at"`
	Worked   int64     `json:"worked_ms"`
	Due      int64     `json:"due_at"` // by the norm, 0 without one
	Member   id.Member `json:"member"` // who does it, or did
	Wait     Wait      `json:"waits_for"`
	Reason   string    `json:"reason"` // of a deviation: left out, overtaken, held up
	Deed     string    `json:"deed"`   // of the document that says it is done
	Checked  []string  `json:"checked"`
	Note     string    `json:"note"`
	Output   string    `json:"output"` // what a machine step gave
	Link     string    `json:"link"`   // where that is, within Kring
	Attempts int       `json:"attempts"`
	Fault    string    `json:"fault"`   // code of why the machine failed last
	Next     int64     `json:"next_at"` // when the machine tries, or goes on
	Dirty    bool      `json:"-"`       // changed since it was read
}

// Run is one execution of a process for one customer.
type Run struct {
	ID      id.Run     `json:"id"`
	Version int64      `json:"version"`
	Process id.Process `json:"process"`
	Number  int        `json:"number"` // of the template's version
	Account id.Account `json:"account"`
	Kind    fact.Kind  `json:"kind"` // of the document that it is about by now
	Subject id.Record  `json:"subject"`
	Label   string     `json:"label"` // of that document
	State   State      `json:"state"`
	At      int        `json:"at"`  // place of the step that is next
	Why     string     `json:"why"` // it was aborted
	Works   []Work     `json:"steps"`
	Started int64      `json:"started_at"`
	Ended   int64      `json:"ended_at"`
	Updated int64      `json:"updated_at"`
}

// Line is a run as a row of a list: with its step, and the names around it.
type Line struct {
	Run
	Name   string // of the account
	Work   Work   // of the step that is next
	Role   string // whose step it is
	Parked bool
}

// Event is something that happened to a run, for a fact.
type Event struct {
	Deed    string // started, done …, of the kind run
	Step    string // key of the step
	Why     string
	Changes []fact.Change
}

// Ground is what a run stands on when something happens to it.
type Ground struct {
	Template Template
	Known    Known
	Calendar workday.Calendar
	Now      int64
}

var (
	// ErrEnded says that a run was over already.
	ErrEnded = fault.New(fault.Conflict, "run.ended", "this run is over")
	// ErrStep says that a run is at another step by now.
	ErrStep = fault.New(fault.Conflict, "run.step", "this run is at another step by now")
	// ErrMachine says that this step is the machine's.
	ErrMachine = fault.New(fault.Conflict, "run.machine", "the machine does this step")
	// ErrParked says that nothing failed.
	ErrParked = fault.New(fault.Conflict, "run.parked", "this step did not fail, so there is nothing to try again")
	// ErrReason says that a deviation has a reason.
	ErrReason = fault.New(fault.Invalid, "run.reason", "write down why")
	// ErrUnticked says that the checklist is not ticked off.
	ErrUnticked = fault.New(fault.Invalid, "run.checks", "tick off the checklist first, or leave the step out with a reason")
	// ErrMinutes says how long work lasts.
	ErrMinutes = fault.New(fault.Invalid, "run.minutes", "work takes 0 to 120,000 minutes")
	// ErrMember says that a step is done by a colleague.
	ErrMember = fault.New(fault.Invalid, "run.member", "choose an active colleague")
	// ErrState says that a run stands nowhere like that.
	ErrState = fault.New(fault.Invalid, "run.state", "a run is ready, running, waiting, done or aborted")
)

// MaxReason is how long a reason or note is.
const MaxReason = 2000

// Start begins a run at its first step.
func Start(i id.Run, g Ground, r Run) (Run, []Event) {
	r.ID, r.Version, r.State, r.At, r.Works, r.Started, r.Ended, r.Updated = i, 1, Ready, 0, nil, g.Now, 0, g.Now
	events := []Event{{Deed: "run.started"}}
	events = append(events, r.enter(g, 0)...)
	return r, events
}

// Now is the step that is next, nil when the run is over.
func (r *Run) Now() *Work {
	if !r.State.Open() {
		return nil
	}
	return r.work(r.At)
}

func (r *Run) work(at int) *Work {
	for i := range r.Works {
		if r.Works[i].At == at {
			return &r.Works[i]
		}
	}
	return nil
}

// Of is what happened at a step, false when the run did not come there.
func (r Run) Of(at int) (Work, bool) {
	if w := r.work(at); w != nil {
		return *w, true
	}
	return Work{}, false
}

// put is the work at a place, made when there is none.
func (r *Run) put(g Ground, at int) *Work {
	if w := r.work(at); w != nil {
		w.Dirty = true
		return w
	}
	r.Works = append(slices.Clone(r.Works), Work{At: at, Key: g.Template.Steps[at].Key, Ready: g.Now, Dirty: true})
	slices.SortFunc(r.Works, func(a, b Work) int { return a.At - b.At })
	return r.work(at)
}

// enter comes to a step, past those that are left out or were done already.
func (r *Run) enter(g Ground, at int) (events []Event) {
	r.Updated = g.Now
	for at < len(g.Template.Steps) {
		s := g.Template.Steps[at]
		if w := r.work(at); w != nil && !w.Stand.Open() {
			at = g.Template.after(at)
			continue
		}
		if s.Skip.Holds(g.Known) {
			w := r.put(g, at)
			w.Stand, w.Reason, w.Ended = StepSkipped, "condition", g.Now
			events = append(events, Event{Deed: "run.step_skipped", Step: s.Key, Why: "condition"})
			at++
			continue
		}
		if s.Actor == Human && r.ahead(at) {
			w := r.put(g, at)
			deed := r.overtaker(at)
			w.Stand, w.Reason, w.Ended = StepPassed, deed, g.Now
			events = append(events, Event{Deed: "run.step_passed", Step: s.Key, Why: deed})
			at = g.Template.after(at)
			continue
		}
		r.At = at
		w := r.put(g, at)
		w.Stand, w.Wait = StepReady, s.Wait
		if s.Hours > 0 {
			w.Due = g.Calendar.After(g.Now, s.SLA())
		}
		switch {
		case s.Actor != Machine:
		case s.Action == WaitDays:
			w.Stand, w.Begun = StepWaiting, g.Now
			w.Next = g.Now + s.Days*24*time.Hour.Milliseconds()
		case s.Action == WaitDeed:
			w.Stand, w.Begun = StepWaiting, g.Now
		default:
			w.Stand, w.Next = StepQueued, g.Now
		}
		if w.Wait == "" {
			switch s.Role {
			case Customer:
				w.Wait = ForCustomer
			case Supplier:
				w.Wait = ForSupplier
			default:
				w.Wait = ForInternal
			}
		}
		r.stand()
		return events
	}
	r.At, r.State, r.Ended = len(g.Template.Steps), Done, g.Now
	return append(events, Event{Deed: "run.done"})
}

// ahead says whether a document of a later step is there already.
func (r *Run) ahead(at int) bool { return r.overtaker(at) != "" }

func (r *Run) overtaker(at int) string {
	for _, w := range r.Works {
		if w.At > at && w.Stand == StepDone {
			return w.Deed
		}
	}
	return ""
}

// stand says what the state of the step makes of the run.
func (r *Run) stand() {
	w := r.Now()
	if w == nil {
		return
	}
	switch w.Stand {
	case StepBegun, StepQueued:
		r.State = Running
	case StepReady:
		r.State = Waiting
		if !slices.ContainsFunc(r.Works, func(o Work) bool { return o.At < w.At && o.Stand != StepSkipped }) {
			r.State = Ready
		}
	default:
		r.State = Waiting
	}
}

// turn is the step at a place when the run is there and it is open.
func (r *Run) turn(g Ground, at int) (*Work, Step, error) {
	switch {
	case !r.State.Open():
		return nil, Step{}, ErrEnded
	case at != r.At || r.Now() == nil:
		return nil, Step{}, ErrStep
	}
	r.Works = slices.Clone(r.Works)
	w := r.Now()
	w.Dirty = true
	r.Updated = g.Now
	return w, g.Template.Steps[at], nil
}

// Begin says that somebody is at the step, or goes on with it.
func (r Run) Begin(g Ground, at int, by id.Member) (Run, []Event, error) {
	w, s, err := r.turn(g, at)
	if err != nil {
		return r, nil, err
	}
	if s.Actor == Machine {
		return r, nil, ErrMachine
	}
	deed := "run.step_begun"
	if w.Stand == StepWaiting {
		deed = "run.resumed"
	}
	if w.Begun == 0 {
		w.Begun = g.Now
	}
	w.Stand, w.Reason = StepBegun, ""
	if !by.IsZero() {
		w.Member = by
	}
	r.stand()
	return r, []Event{{Deed: deed, Step: w.Key}}, nil
}

// Hold says that a step waits for somebody, and why.
func (r Run) Hold(g Ground, at int, wait Wait, why string) (Run, []Event, error) {
	w, s, err := r.turn(g, at)
	if err != nil {
		return r, nil, err
	}
	if s.Actor == Machine {
		return r, nil, ErrMachine
	}
	wrong := fault.Fields{}
	if !slices.Contains(Waits, wait) {
		wrong.Add("wait", ErrWait)
	}
	why = said("reason", why, wrong)
	if err := wrong.Err(); err != nil {
		return r, nil, err
	}
	w.Stand, w.Wait, w.Reason = StepWaiting, wait, why
	r.stand()
	return r, []Event{{Deed: "run.held", Step: w.Key, Why: why}}, nil
}

// Report is what is said of a step that is done.
type Report struct {
	Minutes int64 // of work; -1 is as the clock says
	Checked []string
	Note    string
}

// Finish says that a person did a step.
func (r Run) Finish(g Ground, at int, by id.Member, rep Report) (Run, []Event, error) {
	w, s, err := r.turn(g, at)
	if err != nil {
		return r, nil, err
	}
	if s.Actor == Machine {
		return r, nil, ErrMachine
	}
	wrong := fault.Fields{}
	if rep.Minutes < -1 || rep.Minutes > 120_000 {
		wrong.Add("minutes", ErrMinutes)
	}
	for n := range s.Checks {
		if !slices.Contains(rep.Checked, CheckKey(n)) {
			wrong.Add("checked", ErrUnticked)
		}
	}
	note, err := fold.Text(rep.Note, MaxReason)
	wrong.Add("note", err)
	if err := wrong.Err(); err != nil {
		return r, nil, err
	}
	w.Note, w.Checked = note, rep.Checked
	if w.Begun == 0 {
		w.Begun = g.Now
	}
	if w.Worked = rep.Minutes * time.Minute.Milliseconds(); rep.Minutes < 0 {
		w.Worked = max(0, g.Calendar.Between(w.Begun, g.Now).Milliseconds())
	}
	if !by.IsZero() && !s.Outside() {
		w.Member = by
	}
	r, events := r.done(g, w, "")
	return r, events, nil
}

// CheckKey is the name of a line of a checklist.
func CheckKey(n int) string { return string(rune('a' + n)) }

func (r Run) done(g Ground, w *Work, deed string) (Run, []Event) {
	w.Stand, w.Ended, w.Deed, w.Reason, w.Fault, w.Next = StepDone, g.Now, deed, "", "", 0
	events := []Event{{Deed: "run.step_done", Step: w.Key, Why: deed}}
	return r, append(events, r.enter(g, g.Template.after(w.At))...)
}

// Skip leaves a step out, with a reason.
func (r Run) Skip(g Ground, at int, by id.Member, why string) (Run, []Event, error) {
	w, _, err := r.turn(g, at)
	if err != nil {
		return r, nil, err
	}
	wrong := fault.Fields{}
	why = said("reason", why, wrong)
	if err := wrong.Err(); err != nil {
		return r, nil, err
	}
	w.Stand, w.Reason, w.Ended, w.Next = StepSkipped, why, g.Now, 0
	if !by.IsZero() {
		w.Member = by
	}
	events := []Event{{Deed: "run.step_skipped", Step: w.Key, Why: why}}
	return r, append(events, r.enter(g, g.Template.after(w.At))...), nil
}

// Assign says who does the step.
func (r Run) Assign(g Ground, at int, to id.Member) (Run, []Event, error) {
	w, _, err := r.turn(g, at)
	if err != nil || w.Member == to {
		return r, nil, err
	}
	changes := []fact.Change{fact.Of("member", w.Member, to)}
	w.Member = to
	return r, []Event{{Deed: "run.assigned", Step: w.Key, Changes: changes}}, nil
}

// Abort ends a run before its end.
func (r Run) Abort(g Ground, why string) (Run, []Event, error) {
	if !r.State.Open() {
		return r, nil, ErrEnded
	}
	wrong := fault.Fields{}
	why = said("reason", why, wrong)
	if err := wrong.Err(); err != nil {
		return r, nil, err
	}
	return r.abort(g, why)
}

func (r Run) abort(g Ground, why string) (Run, []Event, error) {
	r.Works = slices.Clone(r.Works)
	r.close(g, StepSkipped, "aborted")
	r.State, r.Why, r.Ended, r.Updated = Aborted, why, g.Now, g.Now
	return r, []Event{{Deed: "run.aborted", Why: why}}, nil
}

// close ends the step that is open.
func (r *Run) close(g Ground, s Stand, why string) {
	for i := range r.Works {
		if w := &r.Works[i]; w.Stand.Open() {
			w.Stand, w.Reason, w.Ended, w.Next, w.Dirty = s, why, g.Now, 0, true
		}
	}
}

// Happened hears of a document. What means nothing to the run, or was heard
// before, changes nothing and gives no events.
func (r Run) Happened(g Ground, deed string) (Run, []Event) {
	if !r.State.Open() {
		return r, nil
	}
	t := g.Template
	if slices.Contains(t.Stops, deed) {
		r, events, _ := r.abort(g, deed)
		return r, events
	}
	r.Works = slices.Clone(r.Works)
	if slices.Contains(t.Ends, deed) {
		return r.endsAt(g, deed)
	}
	at := r.hears(t, deed)
	if at < 0 {
		return r, nil
	}
	if at == r.At {
		w := r.Now()
		w.Dirty = true
		if w.Begun == 0 {
			w.Begun = g.Now
		}
		if w.Worked == 0 && t.Steps[at].Actor == Human && w.Stand == StepBegun {
			w.Worked = max(0, g.Calendar.Between(w.Begun, g.Now).Milliseconds())
		}
		return r.done(g, w, deed)
	}
	// A document of a later step: that step is done, what people had to do before
	// it was overtaken, and what the machine has to do is still done.
	w := r.put(g, at)
	w.Stand, w.Begun, w.Ended, w.Deed = StepDone, g.Now, g.Now, deed
	events := []Event{{Deed: "run.step_done", Step: w.Key, Why: deed}}
	if now := r.Now(); now != nil && t.Steps[r.At].Actor == Human {
		now.Stand, now.Reason, now.Ended, now.Dirty = StepPassed, deed, g.Now, true
		events = append(events, Event{Deed: "run.step_passed", Step: now.Key, Why: deed})
		events = append(events, r.enter(g, t.after(r.At))...)
	}
	r.Updated = g.Now
	return r, events
}

// endsAt ends a run well, at whatever step it was.
func (r Run) endsAt(g Ground, deed string) (Run, []Event) {
	var events []Event
	for i := range r.Works {
		w := &r.Works[i]
		if !w.Stand.Open() {
			continue
		}
		if slices.Contains(g.Template.Steps[w.At].Deeds, deed) {
			w.Stand, w.Deed = StepDone, deed
			events = append(events, Event{Deed: "run.step_done", Step: w.Key, Why: deed})
		} else {
			w.Stand, w.Reason = StepPassed, deed
			events = append(events, Event{Deed: "run.step_passed", Step: w.Key, Why: deed})
		}
		w.Ended, w.Next, w.Dirty = g.Now, 0, true
	}
	r.At, r.State, r.Ended, r.Updated = len(g.Template.Steps), Done, g.Now, g.Now
	return r, append(events, Event{Deed: "run.done", Why: deed})
}

// hears is the first step from here on that a deed ends, -1 when there is none.
func (r *Run) hears(t Template, deed string) int {
	for at := r.At; at < len(t.Steps); at++ {
		if w := r.work(at); w != nil && !w.Stand.Open() {
			continue
		}
		if slices.Contains(t.Steps[at].Deeds, deed) {
			return at
		}
	}
	return -1
}

// Became tells which document a run is about by now.
func (r Run) Became(kind fact.Kind, subject id.Record, label string) Run {
	if slices.Index(Kinds, kind) >= slices.Index(Kinds, r.Kind) {
		r.Kind, r.Subject, r.Label = kind, subject, label
	}
	return r
}

// Output is what a machine step gave.
type Output struct {
	Text   string
	Link   string // within Kring
	Worked time.Duration
	Hold   bool // it was done, and says that the run waits for a document
}

// Did says that the machine did a step.
func (r Run) Did(g Ground, at int, out Output) (Run, []Event, error) {
	w, s, err := r.turn(g, at)
	if err != nil {
		return r, nil, err
	}
	if s.Actor != Machine || w.Stand == StepParked {
		return r, nil, ErrStep
	}
	if w.Begun == 0 {
		w.Begun = g.Now
	}
	w.Output, w.Link, w.Worked = out.Text, out.Link, out.Worked.Milliseconds()
	if out.Hold {
		w.Stand, w.Reason, w.Next, w.Wait = StepWaiting, out.Text, 0, ForInternal
		r.stand()
		return r, []Event{{Deed: "run.held", Step: w.Key, Why: out.Text}}, nil
	}
	r, events := r.done(g, w, "")
	return r, events, nil
}

// Failed says that the machine could not do a step. It tries again after a
// while; the third time the step is parked for a person.
func (r Run) Failed(g Ground, at int, code string, after time.Duration) (Run, []Event, error) {
	w, s, err := r.turn(g, at)
	if err != nil {
		return r, nil, err
	}
	if s.Actor != Machine || w.Stand != StepQueued {
		return r, nil, ErrStep
	}
	w.Attempts++
	w.Fault, w.Next = code, g.Now+after.Milliseconds()
	if w.Attempts < MaxAttempts {
		return r, nil, nil
	}
	w.Stand, w.Next, w.Wait = StepParked, 0, ForInternal
	r.stand()
	return r, []Event{{Deed: "run.step_parked", Step: w.Key, Why: code}}, nil
}

// Retry lets the machine try a parked step again.
func (r Run) Retry(g Ground, at int) (Run, []Event, error) {
	w, _, err := r.turn(g, at)
	if err != nil {
		return r, nil, err
	}
	if w.Stand != StepParked {
		return r, nil, ErrParked
	}
	w.Stand, w.Attempts, w.Next = StepQueued, 0, g.Now
	r.stand()
	return r, []Event{{Deed: "run.retried", Step: w.Key}}, nil
}

// said is a reason that has to be given.
func said(field, text string, wrong fault.Fields) string {
	clean, err := fold.Text(text, MaxReason)
	if err == nil && clean == "" {
		err = ErrReason
	}
	wrong.Add(field, err)
	return clean
}

// Lead is how long a run takes or took, in milliseconds of the clock on the wall.
func (r Run) Lead(now int64) int64 {
	if r.Ended != 0 {
		return r.Ended - r.Started
	}
	return now - r.Started
}

// Worked is the work in it, in milliseconds.
func (r Run) Worked() (sum int64) {
	for _, w := range r.Works {
		sum += w.Worked
	}
	return sum
}

// InTime says whether a step was done within its norm; false in the second place
// when it has none, is not done, or was left out.
func (w Work) InTime() (yes, counts bool) {
	if w.Due == 0 || w.Stand != StepDone {
		return false, false
	}
	return w.Ended <= w.Due, true
}

// Waited is how long a step waited: from the moment it was somebody's turn until
// it was done, without the work, in milliseconds.
func (w Work) Waited(now int64) int64 {
	end := w.Ended
	if end == 0 {
		end = now
	}
	return max(0, end-w.Ready-w.Worked)
}

// Package task holds the rules of something to do: by whom, before when, for
// which relation. It is done, or withdrawn with the reason; what comes back is
// followed by the next one.
//
// A task is one's own work; what was said to a customer is a promise. Which of
// the two comes first is decided by when they are due and by nothing else.
package task

import (
	"slices"
	"time"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/repeat"
)

// State is where a task stands.
type State string

// The states.
const (
	Open      State = "open"
	Done      State = "done"
	Withdrawn State = "withdrawn"
)

// States are all states, in the order of a menu.
var States = []State{Open, Done, Withdrawn}

// Kind is what is to be done.
type Kind string

// The kinds.
const (
	ToDo    Kind = "task"
	Call    Kind = "call"
	Meeting Kind = "meeting"
)

// Kinds are all kinds, in the order of a menu.
var Kinds = []Kind{ToDo, Call, Meeting}

// Never is the moment of what has no day: after everything that has one.
const Never = int64(1) << 52

// Task is one thing to do. Times are milliseconds UTC.
type Task struct {
	ID         id.Task     `json:"id"`
	Version    int64       `json:"version"`
	Kind       Kind        `json:"kind"`
	Text       string      `json:"text"`
	Note       string      `json:"note"`
	Account    id.Account  `json:"account"` // zero when it is about nobody
	Contact    id.Contact  `json:"contact"`
	About      fact.Kind   `json:"about"` // the kind of record that Record names, as opportunity or quote
	Record     id.Record   `json:"record"`
	Owner      id.Member   `json:"owner"` // who does it
	By         id.Member   `json:"by"`    // who made it; zero when a machine did
	Day        day.Day     `json:"day"`   // on which it is due, empty when on none
	At         int64       `json:"at"`    // the moment on that day, 0 when all day
	Due        int64       `json:"due_at"`
	Repeat     repeat.Rule `json:"repeat"`
	First      day.Day     `json:"first"`   // of what comes back: its first day
	Follows    id.Task     `json:"follows"` // the one before it
	State      State       `json:"state"`
	Why        string      `json:"why"` // it was withdrawn
	Ended      int64       `json:"ended_at"`
	EndedBy    id.Member   `json:"ended_by"`
	ExternalID string      `json:"external_id"`
	Created    int64       `json:"created_at"`
	Updated    int64       `json:"updated_at"`
}

// Line is a task as a row of a list.
type Line struct {
	Task
	Name string // of its account
}

// Draft is what is filled in for a task.
type Draft struct {
	Kind       Kind // task when empty
	Text       string
	Note       string
	Account    id.Account
	Contact    id.Contact
	About      fact.Kind
	Record     id.Record
	Owner      id.Member // who makes it, when zero
	Day        day.Day
	Time       string // "14:30" on that day, empty for all day
	Repeat     repeat.Rule
	ExternalID string
}

// The limits of what is written.
const (
	MaxText = 300
	MaxNote = 5000
)

var (
	// ErrText says that a task says what is to be done.
	ErrText = fault.New(fault.Invalid, "task.text", "write down what is to be done")
	// ErrKind says that there is no such kind of task.
	ErrKind = fault.New(fault.Invalid, "task.kind", "a task is a task, a call or a meeting")
	// ErrTime says that a time has a day, and exists on it.
	ErrTime = fault.New(fault.Invalid, "task.time", "a time is written 14:30, on a day")
	// ErrRepeatDay says that what comes back begins on a day.
	ErrRepeatDay = fault.New(fault.Invalid, "task.repeat_day", "what comes back needs its first day")
	// ErrOwner says that nobody can do it.
	ErrOwner = fault.New(fault.Invalid, "task.owner", "choose an active colleague")
	// ErrAccount says that it is about somebody who is not there.
	ErrAccount = fault.New(fault.Invalid, "task.account", "this relation does not exist")
	// ErrContact says that the person is not at the relation.
	ErrContact = fault.New(fault.Invalid, "task.contact", "this person is not at the relation")
	// ErrAbout says that a record is named with its kind.
	ErrAbout = fault.New(fault.Invalid, "task.about", "name the record and its kind, or neither")
	// ErrState says that a task stands nowhere like that.
	ErrState = fault.New(fault.Invalid, "task.state", "a task is open, done or withdrawn")
	// ErrEnded says that it was done or withdrawn already.
	ErrEnded = fault.New(fault.Conflict, "task.ended", "this task was done or withdrawn already")
	// ErrOpen says that it is still to be done.
	ErrOpen = fault.New(fault.Conflict, "task.open", "this task is still to be done")
	// ErrExternal says that another task has this external id.
	ErrExternal = fault.New(fault.Conflict, "task.external_taken", "another task has this external id")
	// ErrOf says that a list of tasks is one of three.
	ErrOf = fault.New(fault.Invalid, "task.of", "ask for your own tasks, those you gave, or all")
)

// New makes an open task. The zone is the organisation's.
func New(i id.Task, now int64, zone *time.Location, d Draft) (Task, error) {
	t := Task{ID: i, Version: 1, State: Open, Created: now, Updated: now}
	return t, t.take(zone, d)
}

// Change puts other things in an open task.
func Change(t Task, now int64, zone *time.Location, d Draft) (Task, []fact.Change, error) {
	if t.State != Open {
		return t, nil, ErrEnded
	}
	next := t
	if err := next.take(zone, d); err != nil {
		return t, nil, err
	}
	return became(t, next, now)
}

// Draft is the task as it would be filled in.
func (t Task) Draft(zone *time.Location) Draft {
	d := Draft{
		Kind: t.Kind, Text: t.Text, Note: t.Note, Account: t.Account, Contact: t.Contact, About: t.About, Record: t.Record,
		Owner: t.Owner, Day: t.Day, Repeat: t.Repeat, ExternalID: t.ExternalID,
	}
	if t.At != 0 {
		d.Time = time.UnixMilli(t.At).In(zone).Format("15:04")
	}
	return d
}

func (t *Task) take(zone *time.Location, d Draft) error {
	wrong := fault.Fields{}
	var err error
	t.Text, err = fold.Clean(d.Text, MaxText)
	if err == nil && t.Text == "" {
		err = ErrText
	}
	wrong.Add("text", err)
	t.Note, err = fold.Text(d.Note, MaxNote)
	wrong.Add("note", err)
	t.ExternalID, err = fold.Clean(d.ExternalID, 100)
	wrong.Add("external_id", err)
	if t.Kind = d.Kind; t.Kind == "" {
		t.Kind = ToDo
	}
	if !slices.Contains(Kinds, t.Kind) {
		wrong.Add("kind", ErrKind)
	}
	if d.Owner.IsZero() {
		wrong.Add("owner", ErrOwner)
	}
	if (d.About == "") != d.Record.IsZero() {
		wrong.Add("record", ErrAbout)
	}
	t.Account, t.Contact, t.About, t.Record, t.Owner = d.Account, d.Contact, d.About, d.Record, d.Owner
	t.when(zone, d, wrong)
	return wrong.Err()
}

// when reads the day, the time and the rule.
func (t *Task) when(zone *time.Location, d Draft, wrong fault.Fields) {
	t.Day, t.At, t.Due = "", 0, Never
	rule, err := d.Repeat.Check()
	wrong.Add("repeat", err)
	if t.Repeat = rule; !rule.IsZero() && d.Day == "" {
		wrong.Add("day", ErrRepeatDay)
	}
	if d.Day == "" {
		if d.Time != "" {
			wrong.Add("time", ErrTime)
		}
		t.First = ""
		return
	}
	on, err := day.Parse(string(d.Day))
	if err != nil {
		wrong.Add("day", err)
		return
	}
	t.Day, t.Due = on, on.Add(1).Start(zone)-1
	if d.Time != "" {
		at, err := Moment(on, d.Time, zone)
		if err != nil {
			wrong.Add("time", err)
			return
		}
		t.At, t.Due = at, at
	}
	switch {
	case rule.IsZero():
		t.First = ""
	case t.First == "" || !slices.Contains(rule.Days(t.First, on, on, 1), on):
		t.First = on
	}
}

// Moment is a time of a day in a zone, in milliseconds UTC. A time that the day
// skips when the clock goes forward is refused.
func Moment(on day.Day, clock string, zone *time.Location) (int64, error) {
	t, err := time.ParseInLocation("2006-01-02 15:04", string(on)+" "+clock, zone)
	if err != nil || t.Format("15:04") != clock {
		return 0, ErrTime
	}
	return t.UnixMilli(), nil
}

// Finish says that it was done.
func (t Task) Finish(now int64, by id.Member) (Task, []fact.Change, error) {
	if t.State != Open {
		return t, nil, ErrEnded
	}
	next := t
	next.State, next.Ended, next.EndedBy = Done, now, by
	return became(t, next, now)
}

// Withdraw says that it need not be done.
func (t Task) Withdraw(now int64, by id.Member, why string) (Task, []fact.Change, error) {
	if t.State != Open {
		return t, nil, ErrEnded
	}
	why, err := fold.Text(why, MaxNote)
	if err != nil {
		wrong := fault.Fields{}
		wrong.Add("why", err)
		return t, nil, wrong.Err()
	}
	next := t
	next.State, next.Why, next.Ended, next.EndedBy = Withdrawn, why, now, by
	return became(t, next, now)
}

// Reopen takes back that it was done or withdrawn.
func (t Task) Reopen(now int64) (Task, []fact.Change, error) {
	if t.State == Open {
		return t, nil, ErrOpen
	}
	next := t
	next.State, next.Why, next.Ended, next.EndedBy = Open, "", 0, id.Member{}
	return became(t, next, now)
}

// Again is the task that follows one that comes back: on the next day of its rule
// after its own; false when it comes no more.
func (t Task) Again(i id.Task, now int64, zone *time.Location) (Task, bool) {
	on := t.Repeat.Next(t.First, t.Day)
	if on == "" {
		return t, false
	}
	d := t.Draft(zone)
	d.Day, d.ExternalID = on, ""
	next := Task{ID: i, Version: 1, State: Open, By: t.By, First: t.First, Follows: t.ID, Created: now, Updated: now}
	if err := next.take(zone, d); err != nil { // an hour that this day skips
		d.Time = ""
		if err := next.take(zone, d); err != nil {
			return t, false
		}
	}
	return next, true
}

// Late is by how many days it is late: 0 when it is not, 1 from the first moment
// after it was due until a day later.
func (t Task) Late(now int64, today day.Day) int {
	if t.State != Open || now <= t.Due || t.Day == "" {
		return 0
	}
	return max(1, t.Day.Until(today))
}

// Waits says whether it asks for a deed today: it is open, and due today or before.
func (t Task) Waits(today day.Day) bool { return t.State == Open && t.Day != "" && t.Day <= today }

func became(t, next Task, now int64) (Task, []fact.Change, error) {
	changes := Diff(t, next)
	if len(changes) > 0 {
		next.Updated = now
	}
	return next, changes, nil
}

// Diff is what is different between two versions of a task.
func Diff(a, b Task) (changes []fact.Change) {
	add := fact.Into(&changes)
	add("kind", a.Kind == b.Kind, a.Kind, b.Kind)
	add("text", a.Text == b.Text, a.Text, b.Text)
	add("note", a.Note == b.Note, a.Note, b.Note)
	add("account", a.Account == b.Account, a.Account, b.Account)
	add("contact", a.Contact == b.Contact, a.Contact, b.Contact)
	add("record", a.Record == b.Record, a.Record, b.Record)
	add("owner", a.Owner == b.Owner, a.Owner, b.Owner)
	add("day", a.Day == b.Day, a.Day, b.Day)
	add("at", a.At == b.At, a.At, b.At)
	add("repeat", a.Repeat.String() == b.Repeat.String(), a.Repeat.String(), b.Repeat.String())
	add("state", a.State == b.State, a.State, b.State)
	add("why", a.Why == b.Why, a.Why, b.Why)
	add("external_id", a.ExternalID == b.ExternalID, a.ExternalID, b.ExternalID)
	return changes
}

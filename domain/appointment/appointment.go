// Package appointment holds the rules of an appointment: when it is, with whom,
// where, and on which days it comes back. Its hour is the hour on the wall of the
// organisation: what is at ten stays at ten when the clock changes.
package appointment

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

// State is where an appointment stands.
type State string

// The states. A cancelled one stays to be seen, and frees the time.
const (
	Planned   State = "planned"
	Cancelled State = "cancelled"
)

// Kind is how people meet.
type Kind string

// The kinds.
const (
	Visit    Kind = "visit"
	Call     Kind = "call"
	Online   Kind = "online"
	Internal Kind = "internal"
)

// Kinds are all kinds, in the order of a menu.
var Kinds = []Kind{Visit, Call, Online, Internal}

// Forever is the end of what has none, in milliseconds UTC.
const Forever = int64(1) << 52

// The limits of an appointment.
const (
	MaxTitle   = 300
	MaxNote    = 5000
	MaxPeople  = 50
	MaxMinutes = 14 * 24 * 60
	MaxRemind  = 7 * 24 * 60
	MaxExcept  = 500
)

// Appointment is one appointment, or all of those that come back. Times are
// milliseconds UTC, days and minutes those of its zone.
type Appointment struct {
	ID         id.Appointment `json:"id"`
	Version    int64          `json:"version"`
	Sequence   int64          `json:"sequence"` // how often its time or place was changed (RFC 5545)
	Kind       Kind           `json:"kind"`
	Title      string         `json:"title"`
	Note       string         `json:"note"`
	Place      string         `json:"place"`
	Account    id.Account     `json:"account"`
	About      fact.Kind      `json:"about"`
	Record     id.Record      `json:"record"`
	Owner      id.Member      `json:"owner"` // who made it
	Members    []id.Member    `json:"members"`
	Contacts   []id.Contact   `json:"contacts"`
	Zone       string         `json:"zone"`
	Day        day.Day        `json:"day"`    // the first
	Minute     int            `json:"minute"` // of that day at which it begins; 0 when all day
	Minutes    int            `json:"minutes"`
	AllDay     bool           `json:"all_day"`
	Starts     int64          `json:"starts_at"` // the first time
	Ends       int64          `json:"ends_at"`
	Last       int64          `json:"last_at"` // the end of the last time
	Repeat     repeat.Rule    `json:"repeat"`
	Except     []day.Day      `json:"except"` // days on which it does not come
	Remind     int            `json:"remind"` // minutes before, 0 not
	State      State          `json:"state"`
	Why        string         `json:"why"` // it was cancelled
	ExternalID string         `json:"external_id"`
	Created    int64          `json:"created_at"`
	Updated    int64          `json:"updated_at"`
}

// Line is an appointment as a list shows it.
type Line struct {
	Appointment
	Name string // of its account
}

// Draft is what is filled in for an appointment. Members are besides who makes it.
type Draft struct {
	Kind       Kind // visit when empty
	Title      string
	Note       string
	Place      string
	Account    id.Account
	About      fact.Kind
	Record     id.Record
	Members    []id.Member
	Contacts   []id.Contact
	Day        day.Day
	Time       string // "14:30"; empty when all day
	Minutes    int    // 60 when 0; whole days when all day
	AllDay     bool
	Repeat     repeat.Rule
	Remind     int
	ExternalID string
}

var (
	// ErrTitle says that an appointment says what it is about.
	ErrTitle = fault.New(fault.Invalid, "appointment.title", "write down what it is about")
	// ErrKind says that there is no such kind.
	ErrKind = fault.New(fault.Invalid, "appointment.kind", "people meet by visit, call, online or among themselves")
	// ErrTime says that an hour does not exist on a day.
	ErrTime = fault.New(fault.Invalid, "appointment.time", "write the hour as 14:30; on this day it must exist")
	// ErrMinutes says that it ends before it begins, or lasts too long.
	ErrMinutes = fault.New(fault.Invalid, "appointment.minutes", "it lasts a minute at least and two weeks at most")
	// ErrDay says that an appointment has a day.
	ErrDay = fault.New(fault.Invalid, "appointment.day", "an appointment has a day")
	// ErrPeople says that too many meet.
	ErrPeople = fault.New(fault.Invalid, "appointment.people", "at most fifty colleagues and fifty contacts")
	// ErrMember says that somebody does not work here.
	ErrMember = fault.New(fault.Invalid, "appointment.member", "choose colleagues who work here")
	// ErrContact says that a person is not there.
	ErrContact = fault.New(fault.Invalid, "appointment.contact", "this person is not there, or not at the relation")
	// ErrAccount says that a relation is not there.
	ErrAccount = fault.New(fault.Invalid, "appointment.account", "this relation does not exist")
	// ErrAbout says that a record is named with its kind.
	ErrAbout = fault.New(fault.Invalid, "appointment.about", "name the record and its kind, or neither")
	// ErrRemind says that nobody is reminded so early.
	ErrRemind = fault.New(fault.Invalid, "appointment.remind", "be reminded at most a week before")
	// ErrCancelled says that it was cancelled.
	ErrCancelled = fault.New(fault.Conflict, "appointment.cancelled", "this appointment is cancelled")
	// ErrPlanned says that it was not.
	ErrPlanned = fault.New(fault.Conflict, "appointment.planned", "this appointment is not cancelled")
	// ErrOccurrence says that it does not come on a day.
	ErrOccurrence = fault.New(fault.NotFound, "appointment.occurrence", "this appointment does not come on that day")
	// ErrExternal says that another appointment has this external id.
	ErrExternal = fault.New(fault.Conflict, "appointment.external_taken", "another appointment has this external id")
	// ErrSpan says that a calendar is asked for too many days.
	ErrSpan = fault.New(fault.Invalid, "appointment.span", "ask for at most a hundred days, from one day to a later one")
)

// New makes a planned appointment of a member.
func New(i id.Appointment, now int64, zone *time.Location, owner id.Member, d Draft) (Appointment, error) {
	a := Appointment{ID: i, Version: 1, Owner: owner, State: Planned, Created: now, Updated: now}
	return a, a.take(zone, d)
}

// Change puts other things in it. When its time changes, days that were left out
// come back if it no longer would have come on them.
func Change(a Appointment, now int64, zone *time.Location, d Draft) (Appointment, []fact.Change, error) {
	if a.State == Cancelled {
		return a, nil, ErrCancelled
	}
	next := a
	if err := next.take(zone, d); err != nil {
		return a, nil, err
	}
	return became(a, next, now)
}

// Draft is the appointment as it would be filled in.
func (a Appointment) Draft() Draft {
	d := Draft{
		Kind: a.Kind, Title: a.Title, Note: a.Note, Place: a.Place, Account: a.Account, About: a.About, Record: a.Record, Members: slices.Clone(a.Members), Contacts: slices.Clone(a.Contacts),
		Day: a.Day, Minutes: a.Minutes, AllDay: a.AllDay, Repeat: a.Repeat, Remind: a.Remind, ExternalID: a.ExternalID,
	}
	if !a.AllDay {
		d.Time = Clock(a.Minute)
	}
	return d
}

// Clock writes a minute of a day, "14:30".
func Clock(minute int) string {
	return time.Date(2000, 1, 1, 0, minute, 0, 0, time.UTC).Format("15:04")
}

func (a *Appointment) take(zone *time.Location, d Draft) error {
	wrong := fault.Fields{}
	var err error
	if a.Title, err = fold.Clean(d.Title, MaxTitle); err == nil && a.Title == "" {
		err = ErrTitle
	}
	wrong.Add("title", err)
	a.Note, err = fold.Text(d.Note, MaxNote)
	wrong.Add("note", err)
	a.Place, err = fold.Clean(d.Place, MaxTitle)
	wrong.Add("place", err)
	a.ExternalID, err = fold.Clean(d.ExternalID, 200)
	wrong.Add("external_id", err)
	if a.Kind = d.Kind; a.Kind == "" {
		a.Kind = Visit
	}
	if !slices.Contains(Kinds, a.Kind) {
		wrong.Add("kind", ErrKind)
	}
	if (d.About == "") != d.Record.IsZero() {
		wrong.Add("record", ErrAbout)
	}
	if d.Remind < 0 || d.Remind > MaxRemind {
		wrong.Add("remind", ErrRemind)
	}
	a.Account, a.About, a.Record, a.Remind = d.Account, d.About, d.Record, d.Remind
	a.Members = unique(append([]id.Member{a.Owner}, d.Members...))
	a.Contacts = unique(slices.Clone(d.Contacts))
	if len(a.Members) > MaxPeople || len(a.Contacts) > MaxPeople {
		wrong.Add("members", ErrPeople)
	}
	a.when(zone, d, wrong)
	return wrong.Err()
}

func unique[T interface {
	comparable
	IsZero() bool
}](all []T) []T {
	kept := all[:0]
	for _, one := range all {
		if !one.IsZero() && !slices.Contains(kept, one) {
			kept = append(kept, one)
		}
	}
	return kept
}

// when reads day, hour, length and rule.
func (a *Appointment) when(zone *time.Location, d Draft, wrong fault.Fields) {
	a.Zone, a.AllDay, a.Minute, a.Minutes = zone.String(), d.AllDay, 0, d.Minutes
	rule, err := d.Repeat.Check()
	wrong.Add("repeat", err)
	a.Repeat = rule
	on, err := day.Parse(string(d.Day))
	if d.Day == "" {
		err = ErrDay
	}
	if err != nil {
		wrong.Add("day", err)
		return
	}
	a.Day = on
	switch {
	case a.AllDay:
		a.Minutes = max(1, (a.Minutes+24*60-1)/(24*60)) * 24 * 60
	case a.Minutes == 0:
		a.Minutes = 60
	}
	if a.Minutes < 1 || a.Minutes > MaxMinutes {
		wrong.Add("minutes", ErrMinutes)
		return
	}
	if !a.AllDay {
		t, err := time.ParseInLocation("2006-01-02 15:04", string(on)+" "+d.Time, zone)
		if err != nil || t.Format("15:04") != d.Time {
			wrong.Add("time", ErrTime)
			return
		}
		clock, _ := time.Parse("15:04", d.Time) // it was read above
		a.Minute = clock.Hour()*60 + clock.Minute()
	}
	if days := rule.Days(on, on, "9999-12-31", 1); len(days) == 1 {
		a.Day = days[0] // it first comes on a day of its rule
	}
	a.Except = slices.DeleteFunc(slices.Clone(a.Except), func(x day.Day) bool { return !slices.Contains(rule.Days(a.Day, x, x, 1), x) })
	a.Starts, a.Ends = a.On(a.Day, zone)
	a.Last = Forever
	if last := rule.Last(a.Day); last != "" {
		_, a.Last = a.On(last, zone)
	}
}

// On is when it begins and ends on a day, in milliseconds UTC. An hour that the
// day skips becomes the one after it.
func (a Appointment) On(on day.Day, zone *time.Location) (from, until int64) {
	if a.AllDay {
		return on.Start(zone), on.Add(a.Minutes / (24 * 60)).Start(zone)
	}
	t, err := time.Parse("2006-01-02", string(on))
	if err != nil {
		return 0, 0
	}
	from = time.Date(t.Year(), t.Month(), t.Day(), 0, a.Minute, 0, 0, zone).UnixMilli()
	return from, from + int64(a.Minutes)*60_000
}

// Occurrence is one time of an appointment.
type Occurrence struct {
	Line
	Day         day.Day
	From, Until int64
}

// Between are the times at which it touches a span of milliseconds UTC, at most
// so many. A cancelled one has none.
func (a Line) Between(from, until int64, zone *time.Location, most int) (all []Occurrence) {
	if a.State == Cancelled {
		return nil
	}
	first := day.At(from, zone).Add(-a.Minutes/(24*60) - 1)
	for _, on := range a.Repeat.Days(a.Day, first, day.At(until, zone), most+MaxExcept) {
		start, end := a.On(on, zone)
		if start >= until || len(all) == most {
			break
		}
		if end > from && !slices.Contains(a.Except, on) {
			all = append(all, Occurrence{a, on, start, end})
		}
	}
	return all
}

// Comes says whether it comes on a day.
func (a Appointment) Comes(on day.Day) bool {
	return slices.Contains(a.Repeat.Days(a.Day, on, on, 1), on) && !slices.Contains(a.Except, on)
}

// Skip leaves one day out of what comes back.
func (a Appointment) Skip(now int64, on day.Day) (Appointment, []fact.Change, error) {
	switch {
	case a.State == Cancelled:
		return a, nil, ErrCancelled
	case a.Repeat.IsZero() || !a.Comes(on):
		return a, nil, ErrOccurrence
	case len(a.Except) == MaxExcept:
		return a, nil, ErrSpan
	}
	next := a
	next.Except = append(slices.Clone(a.Except), on)
	slices.Sort(next.Except)
	return became(a, next, now)
}

// Unskip takes that back.
func (a Appointment) Unskip(now int64, on day.Day) (Appointment, []fact.Change, error) {
	if a.State == Cancelled {
		return a, nil, ErrCancelled
	}
	next := a
	next.Except = slices.DeleteFunc(slices.Clone(a.Except), func(x day.Day) bool { return x == on })
	return became(a, next, now)
}

// Cancel calls it off.
func (a Appointment) Cancel(now int64, why string) (Appointment, []fact.Change, error) {
	if a.State == Cancelled {
		return a, nil, ErrCancelled
	}
	why, err := fold.Text(why, MaxNote)
	if err != nil {
		wrong := fault.Fields{}
		wrong.Add("why", err)
		return a, nil, wrong.Err()
	}
	next := a
	next.State, next.Why = Cancelled, why
	return became(a, next, now)
}

// Revive plans it again.
func (a Appointment) Revive(now int64) (Appointment, []fact.Change, error) {
	if a.State != Cancelled {
		return a, nil, ErrPlanned
	}
	next := a
	next.State, next.Why = Planned, ""
	return became(a, next, now)
}

func became(a, next Appointment, now int64) (Appointment, []fact.Change, error) {
	changes := Diff(a, next)
	if len(changes) > 0 {
		next.Updated = now
	}
	if next.Starts != a.Starts || next.Minutes != a.Minutes || next.AllDay != a.AllDay || next.Place != a.Place || next.State != a.State ||
		next.Repeat.String() != a.Repeat.String() || !slices.Equal(next.Except, a.Except) {
		next.Sequence = a.Sequence + 1
	}
	return next, changes, nil
}

// Diff is what is different between two versions of an appointment.
func Diff(a, b Appointment) (changes []fact.Change) {
	add := fact.Into(&changes)
	add("kind", a.Kind == b.Kind, a.Kind, b.Kind)
	add("title", a.Title == b.Title, a.Title, b.Title)
	add("note", a.Note == b.Note, a.Note, b.Note)
	add("place", a.Place == b.Place, a.Place, b.Place)
	add("account", a.Account == b.Account, a.Account, b.Account)
	add("record", a.Record == b.Record, a.Record, b.Record)
	add("members", slices.Equal(a.Members, b.Members), a.Members, b.Members)
	add("contacts", slices.Equal(a.Contacts, b.Contacts), a.Contacts, b.Contacts)
	add("starts_at", a.Starts == b.Starts, a.Starts, b.Starts)
	add("minutes", a.Minutes == b.Minutes, a.Minutes, b.Minutes)
	add("all_day", a.AllDay == b.AllDay, a.AllDay, b.AllDay)
	add("repeat", a.Repeat.String() == b.Repeat.String(), a.Repeat.String(), b.Repeat.String())
	add("except", slices.Equal(a.Except, b.Except), a.Except, b.Except)
	add("remind", a.Remind == b.Remind, a.Remind, b.Remind)
	add("state", a.State == b.State, a.State, b.State)
	add("why", a.Why == b.Why, a.Why, b.Why)
	add("external_id", a.ExternalID == b.ExternalID, a.ExternalID, b.ExternalID)
	return changes
}

// Clash says whether two times overlap; what is all day keeps nobody from
// meeting.
func Clash(a, b Occurrence) bool {
	return !a.AllDay && !b.AllDay && a.From < b.Until && b.From < a.Until
}

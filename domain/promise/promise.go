// Package promise holds the rules of what was said to a customer: what, by whom,
// to whom, before when, about which aspect (domain.md §2.6). It is kept, late,
// broken or withdrawn; another date is agreed before the first has passed, or the
// promise counts as late whatever comes of it.
//
// Say what you do and do what you say: the ratio is what was kept on time out of
// what fell due.
package promise

import (
	"slices"
	"time"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
)

// State is where a promise stands.
type State string

// The states. Kept is done on time, Late is done after it was due.
const (
	Open      State = "open"
	Kept      State = "kept"
	Late      State = "late"
	Broken    State = "broken"
	Withdrawn State = "withdrawn"
)

// States are all states, in the order of a menu.
var States = []State{Open, Kept, Late, Broken, Withdrawn}

// Aspect is what of the offer the promise is about.
type Aspect string

// The four aspects of domain.md §2.6.
const (
	Product      Aspect = "product"
	Service      Aspect = "service"
	Price        Aspect = "price"
	Availability Aspect = "availability"
)

// Aspects are all aspects, in the order of a page.
var Aspects = []Aspect{Product, Service, Price, Availability}

// Channel is how it was said.
type Channel string

// The channels. Unsaid is a channel that nobody wrote down.
const (
	Unsaid Channel = ""
	Visit  Channel = "visit"
	Phone  Channel = "phone"
	Video  Channel = "video"
	Email  Channel = "email"
	Letter Channel = "letter"
	Paper  Channel = "quote" // an offer, an order or a contract
	Terms  Channel = "terms" // terms, a campaign, a web page
)

// Channels are all channels, in the order of a menu.
var Channels = []Channel{Unsaid, Visit, Phone, Video, Email, Letter, Paper, Terms}

// Promise is one thing that was said to a customer. Times are milliseconds UTC.
type Promise struct {
	ID         id.Promise `json:"id"`
	Version    int64      `json:"version"`
	Text       string     `json:"text"`
	Aspect     Aspect     `json:"aspect"`
	Norm       string     `json:"norm"` // by what one sees that it was kept, as "within 4 hours"
	Account    id.Account `json:"account"`
	Contact    id.Contact `json:"contact"` // to whom it was said; zero is the relation as a whole
	Owner      id.Member  `json:"owner"`   // who keeps it; zero when a team does
	Team       id.Team    `json:"team"`    // which keeps it, when no one person does
	By         id.Member  `json:"by"`      // who said it; zero when a machine did
	Channel    Channel    `json:"channel"`
	Source     fact.Kind  `json:"source"` // the kind of record it comes from: conversation, quote …
	Record     id.Record  `json:"record"`
	Day        day.Day    `json:"day"`    // on which it is due
	At         int64      `json:"at"`     // the moment on that day, 0 for its end
	Due        int64      `json:"due_at"` // the last moment at which it is on time
	Judged     int64      `json:"judged_at"`
	Moved      int        `json:"moved"` // how often another date was agreed
	State      State      `json:"state"`
	Why        string     `json:"why"` // of a withdrawal, of a broken one, of the last other date
	Confirmed  int64      `json:"confirmed_at"`
	Ended      int64      `json:"ended_at"`
	EndedBy    id.Member  `json:"ended_by"`
	ExternalID string     `json:"external_id"`
	Created    int64      `json:"created_at"`
	Updated    int64      `json:"updated_at"`
}

// Line is a promise as a row of a list.
type Line struct {
	Promise
	Name   string // of its account
	Person string // to whom, by name
}

// Draft is what is filled in for a promise.
type Draft struct {
	Text       string
	Aspect     Aspect // service when empty
	Norm       string
	Account    id.Account
	Contact    id.Contact
	Owner      id.Member // who makes it, when no team is named either
	Team       id.Team
	Channel    Channel
	Source     fact.Kind
	Record     id.Record
	Day        day.Day
	Time       string // "12:00" on that day; empty is the whole day
	ExternalID string
}

// The limits of what is written.
const (
	MaxText = 300
	MaxNorm = 200
	MaxWhy  = 2000
)

var (
	// ErrText says that a promise says something.
	ErrText = fault.New(fault.Invalid, "promise.text", "write down what was promised")
	// ErrAspect says that a promise is about one of four aspects.
	ErrAspect = fault.New(fault.Invalid, "promise.aspect", "a promise is about product, service, price or availability")
	// ErrChannel says that there is no such channel.
	ErrChannel = fault.New(fault.Invalid, "promise.channel", "it was said in a visit, by phone, by video, by e-mail, by letter, in a quote or in terms")
	// ErrDay says that every promise has a date.
	ErrDay = fault.New(fault.Invalid, "promise.day", "every promise has a date")
	// ErrTime says that a time exists on its day.
	ErrTime = fault.New(fault.Invalid, "promise.time", "a time is written 14:30")
	// ErrOwner says that nobody keeps it: an empty promise.
	ErrOwner = fault.New(fault.Invalid, "promise.owner", "choose an active colleague or a team that keeps it")
	// ErrAccount says to nobody it was said.
	ErrAccount = fault.New(fault.Invalid, "promise.account", "choose the relation to whom it was promised")
	// ErrContact says that the person is not at the relation.
	ErrContact = fault.New(fault.Invalid, "promise.contact", "this person is not at the relation")
	// ErrSource says that a source is named with its kind.
	ErrSource = fault.New(fault.Invalid, "promise.source", "name the source and its kind, or neither")
	// ErrWhy says that who takes a promise back, or breaks it, says why.
	ErrWhy = fault.New(fault.Invalid, "promise.why", "write down why")
	// ErrLater says that another date is another date, and not one that has passed.
	ErrLater = fault.New(fault.Invalid, "promise.later", "agree on another day, today or later")
	// ErrBefore says that a promise is not broken before it is due.
	ErrBefore = fault.New(fault.Conflict, "promise.before", "this promise is not due yet: keep it, agree on another day or withdraw it")
	// ErrState says that a promise stands nowhere like that.
	ErrState = fault.New(fault.Invalid, "promise.state", "a promise is open, kept, late, broken or withdrawn")
	// ErrSettled says that it was kept, broken or withdrawn already.
	ErrSettled = fault.New(fault.Conflict, "promise.settled", "this promise was kept, broken or withdrawn already")
	// ErrOpen says that it is still open.
	ErrOpen = fault.New(fault.Conflict, "promise.open", "this promise is still open")
	// ErrExternal says that another promise has this external id.
	ErrExternal = fault.New(fault.Conflict, "promise.external_taken", "another promise has this external id")
	// ErrOf says that a list of promises is one of three.
	ErrOf = fault.New(fault.Invalid, "promise.of", "ask for your own promises, those of your team, or all")
)

// New makes an open promise. The zone is the organisation's.
func New(i id.Promise, now int64, zone *time.Location, d Draft) (Promise, error) {
	p := Promise{ID: i, Version: 1, State: Open, Created: now, Updated: now}
	err := p.take(zone, d)
	p.Judged = p.Due
	return p, err
}

// Change puts other words, another owner or another aspect in an open promise. Its
// date is agreed with the customer, so that has a verb of its own.
func Change(p Promise, now int64, zone *time.Location, d Draft) (Promise, []fact.Change, error) {
	if p.State != Open {
		return p, nil, ErrSettled
	}
	d.Day, d.Time = p.Day, clock(p.At, zone)
	next := p
	if err := next.take(zone, d); err != nil {
		return p, nil, err
	}
	return became(p, next, now)
}

// Draft is the promise as it would be filled in.
func (p Promise) Draft(zone *time.Location) Draft {
	return Draft{
		Text: p.Text, Aspect: p.Aspect, Norm: p.Norm, Account: p.Account, Contact: p.Contact, Owner: p.Owner, Team: p.Team, Channel: p.Channel,
		Source: p.Source, Record: p.Record, Day: p.Day, Time: clock(p.At, zone), ExternalID: p.ExternalID,
	}
}

func clock(at int64, zone *time.Location) string {
	if at == 0 {
		return ""
	}
	return time.UnixMilli(at).In(zone).Format("15:04")
}

func (p *Promise) take(zone *time.Location, d Draft) error {
	wrong := fault.Fields{}
	text := func(field, s string, most int) string {
		s, err := fold.Clean(s, most)
		wrong.Add(field, err)
		return s
	}
	if p.Text = text("text", d.Text, MaxText); p.Text == "" && wrong["text"] == nil {
		wrong.Add("text", ErrText)
	}
	p.Norm, p.ExternalID = text("norm", d.Norm, MaxNorm), text("external_id", d.ExternalID, 100)
	if p.Aspect = d.Aspect; p.Aspect == "" {
		p.Aspect = Service
	}
	if !slices.Contains(Aspects, p.Aspect) {
		wrong.Add("aspect", ErrAspect)
	}
	if !slices.Contains(Channels, d.Channel) {
		wrong.Add("channel", ErrChannel)
	}
	if d.Account.IsZero() {
		wrong.Add("account", ErrAccount)
	}
	if d.Owner.IsZero() && d.Team.IsZero() {
		wrong.Add("owner", ErrOwner)
	}
	if (d.Source == "") != d.Record.IsZero() {
		wrong.Add("source", ErrSource)
	}
	p.Account, p.Contact, p.Owner, p.Team, p.Channel, p.Source, p.Record = d.Account, d.Contact, d.Owner, d.Team, d.Channel, d.Source, d.Record
	p.when(zone, d.Day, d.Time, wrong)
	return wrong.Err()
}

func (p *Promise) when(zone *time.Location, d day.Day, clock string, wrong fault.Fields) {
	p.Day, p.At, p.Due = d, 0, 0
	if d == "" {
		wrong.Add("day", ErrDay)
		return
	}
	on, err := day.Parse(string(d))
	if err != nil {
		wrong.Add("day", err)
		return
	}
	p.Day, p.Due = on, on.Add(1).Start(zone)-1
	if clock == "" {
		return
	}
	t, err := time.ParseInLocation("2006-01-02 15:04", string(on)+" "+clock, zone)
	if err != nil || t.Format("15:04") != clock { // an hour that the day skips is no hour
		wrong.Add("time", ErrTime)
		return
	}
	p.At, p.Due = t.UnixMilli(), t.UnixMilli()
}

// Keep says that what was promised was done: on time, or late.
func (p Promise) Keep(now int64, by id.Member) (Promise, []fact.Change, error) {
	return p.end(now, by, Kept, "")
}

// Break says that it was not done and will not be, with the reason. A promise is
// broken after it was due, never before.
func (p Promise) Break(now int64, by id.Member, why string) (Promise, []fact.Change, error) {
	if p.State == Open && now <= p.Judged {
		return p, nil, ErrBefore
	}
	return p.end(now, by, Broken, why)
}

// Withdraw takes a promise back, with the reason: the customer knows. It counts
// nowhere when that is before it was due; afterwards a promise that was not kept
// is broken, and is called so.
func (p Promise) Withdraw(now int64, by id.Member, why string) (Promise, []fact.Change, error) {
	if p.State == Open && now > p.Judged {
		return p.end(now, by, Broken, why)
	}
	return p.end(now, by, Withdrawn, why)
}

func (p Promise) end(now int64, by id.Member, s State, why string) (Promise, []fact.Change, error) {
	if p.State != Open {
		return p, nil, ErrSettled
	}
	if s == Kept && now > p.Judged {
		s = Late
	}
	why, err := fold.Text(why, MaxWhy)
	if err == nil && why == "" && s != Kept && s != Late {
		err = ErrWhy
	}
	if err != nil {
		wrong := fault.Fields{}
		wrong.Add("why", err)
		return p, nil, wrong.Err()
	}
	next := p
	next.State, next.Why, next.Ended, next.EndedBy = s, why, now, by
	return became(p, next, now)
}

// Renegotiate agrees on another day. Before the promise was due it is judged by
// the new day; afterwards by the day that was missed, so it counts as late
// whatever comes of it (domain.md §2.6).
func (p Promise) Renegotiate(now int64, zone *time.Location, d day.Day, clock, why string) (Promise, []fact.Change, error) {
	if p.State != Open {
		return p, nil, ErrSettled
	}
	next, wrong := p, fault.Fields{}
	next.when(zone, d, clock, wrong)
	why, err := fold.Text(why, MaxWhy)
	wrong.Add("why", err)
	if len(wrong) == 0 && (next.Due < now || next.Due == p.Due) {
		wrong.Add("day", ErrLater)
	}
	if err := wrong.Err(); err != nil {
		return p, nil, err
	}
	if now <= p.Judged {
		next.Judged = next.Due
	}
	next.Why, next.Moved = why, p.Moved+1
	return became(p, next, now)
}

// Reopen takes back that a promise was kept, broken or withdrawn.
func (p Promise) Reopen(now int64) (Promise, []fact.Change, error) {
	if p.State == Open {
		return p, nil, ErrOpen
	}
	next := p
	next.State, next.Why, next.Ended, next.EndedBy = Open, "", 0, id.Member{}
	return became(p, next, now)
}

// Confirm says that the customer agrees that this was promised.
func (p Promise) Confirm(now int64) (Promise, []fact.Change) {
	if p.Confirmed != 0 {
		return p, nil
	}
	next := p
	next.Confirmed, next.Updated = now, now
	return next, Diff(p, next)
}

// Missed says whether the day by which it is judged has passed.
func (p Promise) Missed(now int64) bool { return now > p.Judged }

// Overdue is by how many days an open promise is late: 0 when it is not, 1 from
// the first moment after it was due until a day later.
func (p Promise) Overdue(now int64, today day.Day) int {
	if p.State != Open || now <= p.Due {
		return 0
	}
	return max(1, p.Day.Until(today))
}

// Reminders are how many days before it is due its owner is told: 3, 1 and 0
// (domain.md §2.6).
var Reminders = []int{3, 1, 0}

// Remind says whether its owner is told today, and how many days are left.
func (p Promise) Remind(today day.Day) (left int, yes bool) {
	if p.State != Open {
		return 0, false
	}
	left = today.Until(p.Day)
	return left, slices.Contains(Reminders, left)
}

func became(p, next Promise, now int64) (Promise, []fact.Change, error) {
	changes := Diff(p, next)
	if len(changes) > 0 {
		next.Updated = now
	}
	return next, changes, nil
}

// Diff is what is different between two versions of a promise.
func Diff(a, b Promise) (changes []fact.Change) {
	add := fact.Into(&changes)
	add("text", a.Text == b.Text, a.Text, b.Text)
	add("aspect", a.Aspect == b.Aspect, a.Aspect, b.Aspect)
	add("norm", a.Norm == b.Norm, a.Norm, b.Norm)
	add("account", a.Account == b.Account, a.Account, b.Account)
	add("contact", a.Contact == b.Contact, a.Contact, b.Contact)
	add("owner", a.Owner == b.Owner, a.Owner, b.Owner)
	add("team", a.Team == b.Team, a.Team, b.Team)
	add("channel", a.Channel == b.Channel, a.Channel, b.Channel)
	add("record", a.Record == b.Record, a.Record, b.Record)
	add("day", a.Day == b.Day, a.Day, b.Day)
	add("at", a.At == b.At, a.At, b.At)
	add("state", a.State == b.State, a.State, b.State)
	add("why", a.Why == b.Why, a.Why, b.Why)
	add("confirmed_at", a.Confirmed == b.Confirmed, a.Confirmed, b.Confirmed)
	add("external_id", a.ExternalID == b.ExternalID, a.ExternalID, b.ExternalID)
	return changes
}

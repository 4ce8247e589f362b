// Package conversation holds the rules of a sales conversation with SPIN
// (domain.md §2.19): it is planned, prepared, held, reported within a day and
// confirmed by the customer. What was asked and said stands in its notes; what
// the customer needs and what was promised are concepts of their own.
//
// Only an order and an advance are success, and an advance needs a dated action
// by the buyer: a nice talk is a continuation.
package conversation

import (
	"slices"
	"time"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
)

// State is where a conversation stands.
type State string

// The states.
const (
	Planned   State = "planned"
	Prepared  State = "prepared"
	Held      State = "held"
	Moved     State = "moved"
	NoShow    State = "no_show"
	Reported  State = "reported"
	Confirmed State = "confirmed"
)

// States are all states, in the order of a menu.
var States = []State{Planned, Prepared, Held, Moved, NoShow, Reported, Confirmed}

// Was says whether a conversation in this state took place.
func (s State) Was() bool { return s == Held || s == Reported || s == Confirmed }

// Coming says whether it is still to take place.
func (s State) Coming() bool { return s == Planned || s == Prepared }

// Outcome is what came of it.
type Outcome string

// The outcomes. NoOutcome is one that nobody wrote down yet.
const (
	NoOutcome    Outcome = ""
	Order        Outcome = "order"
	Advance      Outcome = "advance"
	Continuation Outcome = "continuation"
	NoSale       Outcome = "no_sale"
)

// Outcomes are the four outcomes, in the order of a page.
var Outcomes = []Outcome{Order, Advance, Continuation, NoSale}

// Success says whether an outcome is one: only an order and an advance are.
func (o Outcome) Success() bool { return o == Order || o == Advance }

// Channel is how it is held.
type Channel string

// The channels.
const (
	Visit Channel = "visit"
	Phone Channel = "phone"
	Video Channel = "video"
)

// Channels are all channels, in the order of a menu.
var Channels = []Channel{Visit, Phone, Video}

// Letter is a kind of question: situation, problem, implication, need-payoff.
type Letter string

// The letters. Loose is a note under none of them.
const (
	Loose       Letter = ""
	Situation   Letter = "s"
	Problem     Letter = "p"
	Implication Letter = "i"
	Payoff      Letter = "n"
)

// Letters are the four kinds of questions, in the order of a conversation.
var Letters = []Letter{Situation, Problem, Implication, Payoff}

// Asking is a question that was prepared.
type Asking struct {
	Letter Letter `json:"letter"`
	Text   string `json:"text"`
	Closed bool   `json:"closed"` // it is answered with yes or no
	Basis  string `json:"basis"`  // on what an implication rests (E-03)
}

// Flagged says whether it is an implication that plays on fear without saying on
// what that rests.
func (q Asking) Flagged() bool {
	return q.Letter == Implication && q.Basis == "" && fold.Fearful(q.Text)
}

// Attendee is who is there: a person at the customer, a colleague, or somebody by
// name.
type Attendee struct {
	Contact id.Contact `json:"contact"`
	Member  id.Member  `json:"member"`
	Name    string     `json:"name"`
}

// Conversation is one conversation. Times are milliseconds UTC.
type Conversation struct {
	ID          id.Conversation `json:"id"`
	Version     int64           `json:"version"`
	Account     id.Account      `json:"account"`
	Opportunity id.Opportunity  `json:"opportunity"`
	Title       string          `json:"title"`
	Channel     Channel         `json:"channel"`
	Place       string          `json:"place"`
	Start       int64           `json:"starts_at"`
	Minutes     int             `json:"minutes"`
	Owner       id.Member       `json:"owner"`
	By          id.Member       `json:"by"`
	Goal        string          `json:"goal"` // the advance that is wanted
	Questions   []Asking        `json:"questions"`
	Attendees   []Attendee      `json:"attendees"`
	State       State           `json:"state"`
	Follows     id.Conversation `json:"follows"` // the one that was moved
	Why         string          `json:"why"`     // it was moved, or nobody came
	Began       int64           `json:"began_at"`
	Ended       int64           `json:"ended_at"`
	Customer    int             `json:"customer_seconds"` // how long the customer spoke
	Self        int             `json:"self_seconds"`     // how long we spoke
	Outcome     Outcome         `json:"outcome"`
	Action      string          `json:"action"`    // of an advance: what the buyer does
	ActionBy    id.Contact      `json:"action_by"` // which buyer
	ActionDay   day.Day         `json:"action_day"`
	Next        string          `json:"next"` // what we do
	NextDay     day.Day         `json:"next_day"`
	Summary     string          `json:"summary"`  // as it is sent to the customer
	Language    string          `json:"language"` // of the summary: nl or en
	Secret      string          `json:"-"`        // of the link to confirm it
	LinkUntil   int64           `json:"link_until"`
	Reported    int64           `json:"reported_at"`
	Confirmed   int64           `json:"confirmed_at"`
	ConfirmedBy string          `json:"confirmed_by"` // as the customer signed
	Remark      string          `json:"remark"`       // of the customer
	ExternalID  string          `json:"external_id"`
	Created     int64           `json:"created_at"`
	Updated     int64           `json:"updated_at"`
}

// Line is a conversation as a row of a list.
type Line struct {
	Conversation
	Name string // of its account
}

// Draft is what is filled in to plan a conversation.
type Draft struct {
	Account     id.Account
	Opportunity id.Opportunity
	Title       string
	Channel     Channel // visit when empty
	Place       string
	Day         day.Day
	Time        string // "10:30"
	Minutes     int    // 30 when 0
	Owner       id.Member
	Goal        string
	Questions   []Asking
	Attendees   []Attendee
	ExternalID  string
}

// The limits of what is written.
const (
	MaxTitle     = 200
	MaxGoal      = 500
	MaxPlace     = 200
	MaxText      = 2000
	MaxSummary   = 10_000
	MaxQuestions = 40
	MaxAttendees = 30
	MaxMinutes   = 24 * 60
)

// MinQuestions is how many questions a prepared conversation has at least, with
// its goal.
const MinQuestions = 3

// ReportWithin is within what time after the end a conversation is reported.
const ReportWithin = 24 * int64(time.Hour/time.Millisecond)

// LinkLasts is how long the customer can confirm a summary.
const LinkLasts = 30 * 24 * int64(time.Hour/time.Millisecond)

var (
	// ErrTitle says that a conversation is about something.
	ErrTitle = fault.New(fault.Invalid, "conversation.title", "write down what it is about")
	// ErrAccount says that it is with nobody.
	ErrAccount = fault.New(fault.Invalid, "conversation.account", "choose the relation to talk to")
	// ErrChannel says that it is not held that way.
	ErrChannel = fault.New(fault.Invalid, "conversation.channel", "it is held in a visit, by phone or by video")
	// ErrDay says that it has a day and a time.
	ErrDay = fault.New(fault.Invalid, "conversation.day", "choose a day and a time")
	// ErrTime says that a time exists on its day.
	ErrTime = fault.New(fault.Invalid, "conversation.time", "a time is written 14:30")
	// ErrMinutes says that it lasts a while and no longer than a day.
	ErrMinutes = fault.New(fault.Invalid, "conversation.minutes", "it lasts between 1 and 1440 minutes")
	// ErrOwner says that nobody holds it.
	ErrOwner = fault.New(fault.Invalid, "conversation.owner", "choose an active colleague who holds conversations")
	// ErrQuestions says that a plan has too many questions, or one that asks nothing.
	ErrQuestions = fault.New(fault.Invalid, "conversation.questions", "write at most 40 questions, each under S, P, I or N")
	// ErrAttendee says that somebody cannot be there.
	ErrAttendee = fault.New(fault.Invalid, "conversation.attendee", "choose people at the relation, colleagues, or write a name; 30 at most")
	// ErrState says that a conversation stands nowhere like that.
	ErrState = fault.New(fault.Invalid, "conversation.state", "a conversation is planned, prepared, held, moved, a no-show, reported or confirmed")
	// ErrComing says that it was held, moved or missed already.
	ErrComing = fault.New(fault.Conflict, "conversation.coming", "this conversation was held, moved or missed already")
	// ErrBegun says that it is going on.
	ErrBegun = fault.New(fault.Conflict, "conversation.begun", "this conversation is going on")
	// ErrNotBegun says that it did not begin.
	ErrNotBegun = fault.New(fault.Conflict, "conversation.not_begun", "this conversation did not begin yet")
	// ErrNotHeld says that only what was held is reported.
	ErrNotHeld = fault.New(fault.Conflict, "conversation.not_held", "only a conversation that was held is reported")
	// ErrSettled says that the customer confirmed it.
	ErrSettled = fault.New(fault.Conflict, "conversation.settled", "the customer confirmed this conversation; what was agreed stays as it is")
	// ErrNotReported says that there is no summary to confirm.
	ErrNotReported = fault.New(fault.Conflict, "conversation.not_reported", "this conversation was not reported yet")
	// ErrOutcome says that what was held has an outcome.
	ErrOutcome = fault.New(fault.Invalid, "conversation.outcome", "choose what came of it: order, advance, continuation or no sale")
	// ErrAction says that an advance is something that the buyer does.
	ErrAction = fault.New(fault.Invalid, "conversation.action", "an advance needs an action by the buyer: write down what the customer does")
	// ErrActionDay says that the buyer's action has a day.
	ErrActionDay = fault.New(fault.Invalid, "conversation.action_day", "an advance needs a date, on the day of the conversation or later")
	// ErrActionBy says who of the buyer's does it.
	ErrActionBy = fault.New(fault.Invalid, "conversation.action_by", "choose the person at the customer who does it")
	// ErrWhy says that there is a reason.
	ErrWhy = fault.New(fault.Invalid, "conversation.why", "write down why")
	// ErrLanguage says in which languages a summary is written.
	ErrLanguage = fault.New(fault.Invalid, "conversation.language", "a summary is in Dutch or in English")
	// ErrSummary says that there is something to confirm.
	ErrSummary = fault.New(fault.Invalid, "conversation.summary", "write a summary for the customer")
	// ErrLink says that a link to confirm is used up, too old or never was.
	ErrLink = fault.New(fault.NotFound, "conversation.link", "this link does not work any more")
	// ErrSigned says that who confirms gives a name.
	ErrSigned = fault.New(fault.Invalid, "conversation.signed", "fill in your name")
	// ErrExternal says that another conversation has this external id.
	ErrExternal = fault.New(fault.Conflict, "conversation.external_taken", "another conversation has this external id")
	// ErrOf says that a list of conversations is one of two.
	ErrOf = fault.New(fault.Invalid, "conversation.of", "ask for your own conversations, or all")
)

// New plans a conversation. The zone is the organisation's.
func New(i id.Conversation, now int64, zone *time.Location, d Draft) (Conversation, error) {
	c := Conversation{ID: i, Version: 1, State: Planned, Created: now, Updated: now, Language: "nl"}
	return c, c.take(zone, d)
}

// Change puts another plan in a conversation that did not take place yet. Who is
// there, its title and its opportunity may change until it was reported.
func Change(c Conversation, now int64, zone *time.Location, d Draft) (Conversation, []fact.Change, error) {
	if !c.State.Coming() {
		return c, nil, ErrComing
	}
	next := c
	if err := next.take(zone, d); err != nil {
		return c, nil, err
	}
	return became(c, next, now)
}

// Draft is the conversation as its plan would be filled in.
func (c Conversation) Draft(zone *time.Location) Draft {
	t := time.UnixMilli(c.Start).In(zone)
	return Draft{
		Account: c.Account, Opportunity: c.Opportunity, Title: c.Title, Channel: c.Channel, Place: c.Place, Day: day.At(c.Start, zone), Time: t.Format("15:04"),
		Minutes: c.Minutes, Owner: c.Owner, Goal: c.Goal, Questions: c.Questions, Attendees: c.Attendees, ExternalID: c.ExternalID,
	}
}

func (c *Conversation) take(zone *time.Location, d Draft) error {
	wrong := fault.Fields{}
	text := func(field, s string, most int) string {
		s, err := fold.Clean(s, most)
		wrong.Add(field, err)
		return s
	}
	if c.Title = text("title", d.Title, MaxTitle); c.Title == "" && wrong["title"] == nil {
		wrong.Add("title", ErrTitle)
	}
	c.Place, c.Goal, c.ExternalID = text("place", d.Place, MaxPlace), text("goal", d.Goal, MaxGoal), text("external_id", d.ExternalID, 100)
	if c.Channel = d.Channel; c.Channel == "" {
		c.Channel = Visit
	}
	if !slices.Contains(Channels, c.Channel) {
		wrong.Add("channel", ErrChannel)
	}
	if d.Account.IsZero() {
		wrong.Add("account", ErrAccount)
	}
	if d.Owner.IsZero() {
		wrong.Add("owner", ErrOwner)
	}
	if c.Minutes = d.Minutes; c.Minutes == 0 {
		c.Minutes = 30
	}
	if c.Minutes < 1 || c.Minutes > MaxMinutes {
		wrong.Add("minutes", ErrMinutes)
	}
	start, field, err := moment(zone, d.Day, d.Time)
	wrong.Add(field, err)
	c.Start, c.Account, c.Opportunity, c.Owner = start, d.Account, d.Opportunity, d.Owner
	c.Questions, err = askings(d.Questions)
	wrong.Add("questions", err)
	c.Attendees, err = attendees(d.Attendees)
	wrong.Add("attendees", err)
	c.State = Planned
	if c.Goal != "" && len(c.Questions) >= MinQuestions {
		c.State = Prepared
	}
	return wrong.Err()
}

func moment(zone *time.Location, d day.Day, clock string) (ms int64, field string, err error) {
	on, err := day.Parse(string(d))
	if err != nil || d == "" {
		return 0, "day", ErrDay
	}
	if clock == "" {
		return 0, "time", ErrDay
	}
	t, err := time.ParseInLocation("2006-01-02 15:04", string(on)+" "+clock, zone)
	if err != nil || t.Format("15:04") != clock {
		return 0, "time", ErrTime
	}
	return t.UnixMilli(), "time", nil
}

func askings(all []Asking) (some []Asking, err error) {
	for _, q := range all {
		if q.Text, err = fold.Clean(q.Text, MaxText); err != nil {
			return some, err
		}
		if q.Basis, err = fold.Clean(q.Basis, MaxText); err != nil {
			return some, err
		}
		if q.Text == "" {
			continue // an empty line of a form
		}
		if !slices.Contains(Letters, q.Letter) {
			return some, ErrQuestions
		}
		if !slices.ContainsFunc(some, func(o Asking) bool { return o.Text == q.Text }) {
			some = append(some, q)
		}
	}
	if len(some) > MaxQuestions {
		return some, ErrQuestions
	}
	return some, nil
}

func attendees(all []Attendee) (some []Attendee, err error) {
	for _, a := range all {
		if a.Name, err = fold.Clean(a.Name, 200); err != nil {
			return some, err
		}
		if a.Contact.IsZero() && a.Member.IsZero() && a.Name == "" {
			continue
		}
		if !slices.Contains(some, a) {
			some = append(some, a)
		}
	}
	if len(some) > MaxAttendees {
		return some, ErrAttendee
	}
	return some, nil
}

// Live says whether it is going on.
func (c Conversation) Live() bool { return c.Began != 0 && c.Ended == 0 && c.State.Coming() }

// Begin begins it; beginning what goes on changes nothing.
func (c Conversation) Begin(now int64) (Conversation, []fact.Change, error) {
	if !c.State.Coming() {
		return c, nil, ErrComing
	}
	if c.Began != 0 {
		return c, nil, nil
	}
	next := c
	next.Began = now
	return became(c, next, now)
}

// Finish says that it was held, and what came of it, as far as one can say. How
// long each side spoke follows from its notes.
func (c Conversation) Finish(now int64, o Outcome, t Talk) (Conversation, []fact.Change, error) {
	switch {
	case !c.State.Coming():
		return c, nil, ErrComing
	case c.Began == 0:
		return c, nil, ErrNotBegun
	case !slices.Contains(Outcomes, o):
		return c, nil, fault.Field("outcome", ErrOutcome)
	}
	next := c
	next.State, next.Ended, next.Outcome, next.Customer, next.Self = Held, now, o, t.Customer, t.Self
	return became(c, next, now)
}

// Past says of a conversation that was never held live that it took place when it
// was planned.
func (c Conversation) Past(now int64, o Outcome, t Talk) (Conversation, []fact.Change, error) {
	if c.Began == 0 {
		c.Began = min(c.Start, now)
	}
	end := min(c.Began+int64(c.Minutes)*60_000, now)
	next, _, err := c.Finish(end, o, t)
	if err != nil {
		return c, nil, err
	}
	return became(c, next, now)
}

// Report is what is told of a conversation that was held.
type Report struct {
	Outcome   Outcome
	Action    string
	ActionBy  id.Contact
	ActionDay day.Day
	Next      string
	NextDay   day.Day
	Summary   string
	Language  string // nl when empty
}

// Tell reports it. It can be reported again until the customer confirmed it. An
// advance needs what the buyer does, who of them, and when.
func (c Conversation) Tell(now int64, zone *time.Location, r Report) (Conversation, []fact.Change, error) {
	switch c.State {
	case Held, Reported:
	case Confirmed:
		return c, nil, ErrSettled
	default:
		return c, nil, ErrNotHeld
	}
	next, wrong := c, fault.Fields{}
	text := func(field, s string, most int) string {
		s, err := fold.Text(s, most)
		wrong.Add(field, err)
		return s
	}
	next.Outcome = r.Outcome
	if !slices.Contains(Outcomes, r.Outcome) {
		wrong.Add("outcome", ErrOutcome)
	}
	next.Action, next.ActionBy, next.ActionDay = text("action", r.Action, MaxText), r.ActionBy, r.ActionDay
	next.Next, next.NextDay, next.Summary = text("next", r.Next, MaxText), r.NextDay, text("summary", r.Summary, MaxSummary)
	if next.Language = r.Language; r.Language == "" {
		next.Language = "nl"
	}
	if next.Language != "nl" && next.Language != "en" {
		wrong.Add("language", ErrLanguage)
	}
	if _, err := day.Parse(string(r.NextDay)); r.NextDay != "" && err != nil {
		wrong.Add("next_day", err)
	}
	if r.ActionDay != "" {
		if _, err := day.Parse(string(r.ActionDay)); err != nil {
			wrong.Add("action_day", err)
		}
	}
	if r.Outcome == Advance {
		if next.Action == "" {
			wrong.Add("action", ErrAction)
		}
		if r.ActionBy.IsZero() {
			wrong.Add("action_by", ErrActionBy)
		}
		if r.ActionDay == "" || wrong["action_day"] == nil && r.ActionDay < day.At(c.Began, zone) {
			wrong.Add("action_day", ErrActionDay)
		}
	}
	if err := wrong.Err(); err != nil {
		return c, nil, err
	}
	next.State = Reported
	if c.Reported == 0 {
		next.Reported = now
	}
	return became(c, next, now)
}

// Offer makes the link with which the customer confirms the summary. An older
// link works no more.
func (c Conversation) Offer(now int64, secret string) (Conversation, []fact.Change, error) {
	switch {
	case c.State == Confirmed:
		return c, nil, ErrSettled
	case c.State != Reported:
		return c, nil, ErrNotReported
	case c.Summary == "":
		return c, nil, fault.Field("summary", ErrSummary)
	}
	next := c
	next.Secret, next.LinkUntil = secret, now+LinkLasts
	return became(c, next, now)
}

// Open says whether a link with this secret works.
func (c Conversation) Open(now int64, secret string) bool {
	return c.Secret != "" && secret == c.Secret && now <= c.LinkUntil && (c.State == Reported || c.State == Confirmed)
}

// Confirm says that the customer read the summary and agrees, or adds a remark.
func (c Conversation) Confirm(now int64, name, remark string) (Conversation, []fact.Change, error) {
	switch c.State {
	case Reported:
	case Confirmed:
		return c, nil, ErrSettled
	default:
		return c, nil, ErrNotReported
	}
	wrong := fault.Fields{}
	name, err := fold.Clean(name, 200)
	if err == nil && name == "" {
		err = ErrSigned
	}
	wrong.Add("name", err)
	remark, err = fold.Text(remark, MaxText)
	wrong.Add("remark", err)
	if err := wrong.Err(); err != nil {
		return c, nil, err
	}
	next := c
	next.State, next.Confirmed, next.ConfirmedBy, next.Remark = Confirmed, now, name, remark
	return became(c, next, now)
}

// Miss says that the customer was not there.
func (c Conversation) Miss(now int64, why string) (Conversation, []fact.Change, error) {
	return c.not(now, NoShow, why)
}

// Move says that it is held another time: Again is that one.
func (c Conversation) Move(now int64, why string) (Conversation, []fact.Change, error) {
	return c.not(now, Moved, why)
}

func (c Conversation) not(now int64, s State, why string) (Conversation, []fact.Change, error) {
	switch {
	case !c.State.Coming():
		return c, nil, ErrComing
	case c.Live():
		return c, nil, ErrBegun
	}
	why, err := fold.Text(why, MaxText)
	if err == nil && why == "" {
		err = ErrWhy
	}
	if err != nil {
		wrong := fault.Fields{}
		wrong.Add("why", err)
		return c, nil, wrong.Err()
	}
	next := c
	next.State, next.Why = s, why
	return became(c, next, now)
}

// Again is the conversation that a moved one became, with the same plan.
func (c Conversation) Again(i id.Conversation, now int64, zone *time.Location, on day.Day, clock string) (Conversation, error) {
	d := c.Draft(zone)
	d.Day, d.Time, d.ExternalID = on, clock, ""
	next, err := New(i, now, zone, d)
	next.Follows, next.By = c.ID, c.By
	return next, err
}

// ReportDue is when it is to be reported; 0 when it is not held or reported already.
func (c Conversation) ReportDue() int64 {
	if c.State != Held {
		return 0
	}
	return c.Ended + ReportWithin
}

// InTime says whether a reported conversation was reported within a day.
func (c Conversation) InTime() bool { return c.Reported != 0 && c.Reported <= c.Ended+ReportWithin }

func became(c, next Conversation, now int64) (Conversation, []fact.Change, error) {
	changes := Diff(c, next)
	if len(changes) > 0 {
		next.Updated = now
	}
	return next, changes, nil
}

// Diff is what is different between two versions of a conversation.
func Diff(a, b Conversation) (changes []fact.Change) {
	add := fact.Into(&changes)
	add("account", a.Account == b.Account, a.Account, b.Account)
	add("opportunity", a.Opportunity == b.Opportunity, a.Opportunity, b.Opportunity)
	add("title", a.Title == b.Title, a.Title, b.Title)
	add("channel", a.Channel == b.Channel, a.Channel, b.Channel)
	add("place", a.Place == b.Place, a.Place, b.Place)
	add("starts_at", a.Start == b.Start, a.Start, b.Start)
	add("minutes", a.Minutes == b.Minutes, a.Minutes, b.Minutes)
	add("owner", a.Owner == b.Owner, a.Owner, b.Owner)
	add("goal", a.Goal == b.Goal, a.Goal, b.Goal)
	add("questions", slices.Equal(a.Questions, b.Questions), a.Questions, b.Questions)
	add("attendees", slices.Equal(a.Attendees, b.Attendees), a.Attendees, b.Attendees)
	add("state", a.State == b.State, a.State, b.State)
	add("why", a.Why == b.Why, a.Why, b.Why)
	add("began_at", a.Began == b.Began, a.Began, b.Began)
	add("ended_at", a.Ended == b.Ended, a.Ended, b.Ended)
	add("customer_seconds", a.Customer == b.Customer, a.Customer, b.Customer)
	add("self_seconds", a.Self == b.Self, a.Self, b.Self)
	add("outcome", a.Outcome == b.Outcome, a.Outcome, b.Outcome)
	add("action", a.Action == b.Action, a.Action, b.Action)
	add("action_by", a.ActionBy == b.ActionBy, a.ActionBy, b.ActionBy)
	add("action_day", a.ActionDay == b.ActionDay, a.ActionDay, b.ActionDay)
	add("next", a.Next == b.Next, a.Next, b.Next)
	add("next_day", a.NextDay == b.NextDay, a.NextDay, b.NextDay)
	add("summary", a.Summary == b.Summary, a.Summary, b.Summary)
	add("language", a.Language == b.Language, a.Language, b.Language)
	add("link_until", a.LinkUntil == b.LinkUntil, a.LinkUntil, b.LinkUntil)
	add("confirmed_by", a.ConfirmedBy == b.ConfirmedBy, a.ConfirmedBy, b.ConfirmedBy)
	add("remark", a.Remark == b.Remark, a.Remark, b.Remark)
	add("external_id", a.ExternalID == b.ExternalID, a.ExternalID, b.ExternalID)
	return changes
}

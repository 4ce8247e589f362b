// Package lead holds the rules of a lead: somebody who showed interest, until
// there is an opportunity, a later moment or a good reason to stop (domain.md
// §2.17).
//
// Who an account or a contact is, and what an opportunity is worth, live
// elsewhere; a lead points there once it is converted.
package lead

import (
	"slices"

	"kring/base/day"
	"kring/base/email"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/opt"
	"kring/base/phone"
)

// State is where a lead stands.
type State string

// The states, in the order of the way.
const (
	New          State = "new"
	Working      State = "working"
	Marketing    State = "mql" // marketing qualified: sales can take it
	Accepted     State = "sal" // sales accepted
	Sales        State = "sql" // sales qualified: an opportunity
	Nurture      State = "nurture"
	Disqualified State = "disqualified"
	Converted    State = "converted"
)

// States are all states, in the order of a menu.
var States = []State{New, Working, Marketing, Accepted, Sales, Nurture, Disqualified, Converted}

// Sources are where a lead can come from (domain.md §2.17); From says it
// precisely ("Vakbeurs Zorg 2026").
var Sources = []string{"site", "download", "webinar", "search", "social", "email", "cold", "referral", "network", "fair", "partner", "customer", "other"}

// Reasons are the codes of a disqualification. Student and competitor are no
// customers, the others may come back.
var Reasons = []string{"no_need", "no_budget", "no_fit", "competitor", "student", "double", "wrong_data", "no_answer", "chose_other", "objection", "fake"}

// NoClock is the due of a lead on which no clock runs: after all others.
const NoClock int64 = 1 << 53

// Lead is somebody who may become a customer. Times are milliseconds UTC, 0 for
// not yet.
type Lead struct {
	ID      id.Lead `json:"id"`
	Version int64   `json:"version"`

	Name         string `json:"name"`         // of the person
	Organisation string `json:"organisation"` // empty for somebody who asks for themselves
	Function     string `json:"function"`
	Email        string `json:"email"` // as base/email makes it
	Phone        string `json:"phone"` // E.164
	City         string `json:"city"`
	Size         int    `json:"size"` // working persons; 0 is not known
	Segment      string `json:"segment"`
	Language     string `json:"language"` // nl, en or empty
	Question     string `json:"question"` // what they asked, in their words
	Note         string `json:"note"`

	Source     string    `json:"source"`      // of Sources
	SourceFrom string    `json:"source_from"` // campaign, fair, who referred
	Form       id.Source `json:"form"`        // the web form it came by
	ExternalID string    `json:"external_id"`

	Owner id.Member `json:"owner"` // zero: anyone can take it
	Team  id.Team   `json:"team"`
	Giver id.Member `json:"giver"` // who offered it to sales, and gets it back

	State    State   `json:"state"`
	Since    int64   `json:"since"`    // it stands there
	Due      int64   `json:"due_at"`   // until when it should move; NoClock when nothing waits
	Recheck  day.Day `json:"recheck"`  // of one that is nurtured
	Reason   string  `json:"reason"`   // of a disqualification, of Reasons
	Why      string  `json:"why"`      // it was returned, nurtured or disqualified, in words
	Recycled int     `json:"recycled"` // how often it came back from nurture or a disqualification
	Before   State   `json:"before"`   // what it came back from

	Frame   Frame    `json:"frame"`
	Letters []Letter `json:"letters"` // qualification, in the order of the frame

	Need     string  `json:"need"`      // confirmed, in their words
	NextStep string  `json:"next_step"` // agreed with them
	NextDay  day.Day `json:"next_day"`
	Role     string  `json:"role"` // of this person in deciding

	Score     int64  `json:"score"`      // hundredths, as counted last
	Own       int64  `json:"own"`        // hundredths: a score that a person gave instead
	OwnWhy    string `json:"own_why"`    // empty when nobody did
	Unscored  bool   `json:"unscored"`   // they object to profiling (P-08)
	Objection bool   `json:"objection"`  // they want no contact (C-06)
	Touched   int64  `json:"touched_at"` // the last sign of them or of us

	Responded int64 `json:"responded_at"` // first response
	Speed     int64 `json:"speed"`        // working time until it, in milliseconds
	WorkingAt int64 `json:"working_at"`
	MQLAt     int64 `json:"mql_at"`
	SALAt     int64 `json:"sal_at"`
	SQLAt     int64 `json:"sql_at"`
	EndedAt   int64 `json:"ended_at"` // converted

	Account     id.Account     `json:"account"`
	Contact     id.Contact     `json:"contact"`
	Opportunity id.Opportunity `json:"opportunity"`

	Created int64 `json:"created_at"`
	Updated int64 `json:"updated_at"`
}

// The limits of texts, in characters.
const (
	MaxName  = 160
	MaxText  = 4000
	MaxWhy   = 2000
	MaxShort = 120
)

// What can be wrong with a lead.
var (
	ErrWho      = fault.New(fault.Invalid, "lead.who", "a lead needs a name, an organisation, an e-mail address or a phone number")
	ErrSource   = fault.New(fault.Invalid, "lead.source", "this source is not known")
	ErrSize     = fault.New(fault.Invalid, "lead.size", "the number of working persons is between 0 and 10,000,000")
	ErrLanguage = fault.New(fault.Invalid, "lead.language", "the language is nl or en")
	ErrExternal = fault.New(fault.Conflict, "lead.external_taken", "another lead has this external id")
	ErrRole     = fault.New(fault.Invalid, "lead.role", "this part in deciding is not known")
	ErrOwnScore = fault.New(fault.Invalid, "lead.own_score", "a score is between -100 and 200, with why you know better")
)

// Roles are the parts somebody can have in deciding (domain.md §2.20).
var Roles = []string{"decider", "influencer", "user", "buyer", "initiator", "gatekeeper"}

// Draft is what is filled in for a lead.
type Draft struct {
	Name         string    `json:"name,omitempty"`
	Organisation string    `json:"organisation,omitempty"`
	Function     string    `json:"function,omitempty"`
	Email        string    `json:"email,omitempty"`
	Phone        string    `json:"phone,omitempty"`
	City         string    `json:"city,omitempty"`
	Size         int       `json:"size,omitempty"`
	Segment      string    `json:"segment,omitempty"`
	Language     string    `json:"language,omitempty"`
	Question     string    `json:"question,omitempty"`
	Note         string    `json:"note,omitempty"`
	Source       string    `json:"source,omitempty"`
	SourceFrom   string    `json:"source_from,omitempty"`
	ExternalID   string    `json:"external_id,omitempty"`
	Owner        id.Member `json:"owner,omitzero"`
	Team         id.Team   `json:"team,omitzero"`
}

// Patch is what is changed of a lead: what is not mentioned stays.
type Patch struct {
	Name         opt.Of[string]    `json:"name,omitzero"`
	Organisation opt.Of[string]    `json:"organisation,omitzero"`
	Function     opt.Of[string]    `json:"function,omitzero"`
	Email        opt.Of[string]    `json:"email,omitzero"`
	Phone        opt.Of[string]    `json:"phone,omitzero"`
	City         opt.Of[string]    `json:"city,omitzero"`
	Size         opt.Of[int]       `json:"size,omitzero"`
	Segment      opt.Of[string]    `json:"segment,omitzero"`
	Language     opt.Of[string]    `json:"language,omitzero"`
	Question     opt.Of[string]    `json:"question,omitzero"`
	Note         opt.Of[string]    `json:"note,omitzero"`
	Source       opt.Of[string]    `json:"source,omitzero"`
	SourceFrom   opt.Of[string]    `json:"source_from,omitzero"`
	Owner        opt.Of[id.Member] `json:"owner,omitzero"`
	Team         opt.Of[id.Team]   `json:"team,omitzero"`
	Need         opt.Of[string]    `json:"need,omitzero"`
	NextStep     opt.Of[string]    `json:"next_step,omitzero"`
	NextDay      opt.Of[string]    `json:"next_day,omitzero"`
	Role         opt.Of[string]    `json:"role,omitzero"`
	Unscored     opt.Of[bool]      `json:"unscored,omitzero"`
}

// Make makes a lead out of what was filled in. Region is the country of a phone
// number that names none. Without a source it is "other".
func Make(i id.Lead, now int64, region string, d Draft) (Lead, error) {
	l := Lead{ID: i, Version: 1, State: New, Since: now, Created: now, Updated: now, Touched: now, Due: NoClock, Letters: []Letter{}, Owner: d.Owner, Team: d.Team}
	if d.Source == "" {
		d.Source = "other"
	}
	wrong := fault.Fields{}
	some := opt.Some[string]
	l.take(Patch{
		Name: some(d.Name), Organisation: some(d.Organisation), Function: some(d.Function), Email: some(d.Email), Phone: some(d.Phone), City: some(d.City),
		Size: opt.Some(d.Size), Segment: some(d.Segment), Language: some(d.Language), Question: some(d.Question), Note: some(d.Note),
		Source: some(d.Source), SourceFrom: some(d.SourceFrom),
	}, region, wrong)
	external, err := fold.Clean(d.ExternalID, MaxShort)
	wrong.Add("external_id", err)
	l.ExternalID = external
	return l, wrong.Err()
}

// Change takes over what a patch mentions and tells what became different.
func (l Lead) Change(now int64, region string, p Patch) (Lead, []fact.Change, error) {
	if l.State == Converted {
		return l, nil, ErrConverted
	}
	next, wrong := l, fault.Fields{}
	next.take(p, region, wrong)
	if err := wrong.Err(); err != nil {
		return l, nil, err
	}
	return l.became(next, now)
}

func (l *Lead) take(p Patch, region string, wrong fault.Fields) {
	line := func(most int) func(string) (string, error) {
		return func(s string) (string, error) { return fold.Clean(s, most) }
	}
	text := func(most int) func(string) (string, error) {
		return func(s string) (string, error) { return fold.Text(s, most) }
	}
	one := func(of []string, refusal error) func(string) (string, error) {
		return func(s string) (string, error) {
			if s != "" && !slices.Contains(of, s) {
				return s, refusal
			}
			return s, nil
		}
	}
	opt.Put(p.Name, &l.Name, wrong, "name", line(MaxName))
	opt.Put(p.Organisation, &l.Organisation, wrong, "organisation", line(MaxName))
	opt.Put(p.Function, &l.Function, wrong, "function", line(MaxShort))
	opt.Put(p.Email, &l.Email, wrong, "email", func(s string) (string, error) {
		if s == "" {
			return "", nil
		}
		return email.Normalise(s)
	})
	opt.Put(p.Phone, &l.Phone, wrong, "phone", func(s string) (string, error) {
		if s == "" {
			return "", nil
		}
		return phone.Normalise(s, region)
	})
	opt.Put(p.City, &l.City, wrong, "city", line(MaxShort))
	opt.Put(p.Size, &l.Size, wrong, "size", func(n int) (int, error) {
		if n < 0 || n > 10_000_000 {
			return n, ErrSize
		}
		return n, nil
	})
	opt.Put(p.Segment, &l.Segment, wrong, "segment", line(MaxShort))
	opt.Put(p.Language, &l.Language, wrong, "language", one([]string{"nl", "en"}, ErrLanguage))
	opt.Put(p.Question, &l.Question, wrong, "question", text(MaxText))
	opt.Put(p.Note, &l.Note, wrong, "note", text(MaxText))
	opt.Put(p.Source, &l.Source, wrong, "source", func(s string) (string, error) {
		if !slices.Contains(Sources, s) {
			return s, ErrSource
		}
		return s, nil
	})
	opt.Put(p.SourceFrom, &l.SourceFrom, wrong, "source_from", line(MaxName))
	opt.Put(p.Owner, &l.Owner, wrong, "owner", func(m id.Member) (id.Member, error) { return m, nil })
	opt.Put(p.Team, &l.Team, wrong, "team", func(t id.Team) (id.Team, error) { return t, nil })
	opt.Put(p.Need, &l.Need, wrong, "need", text(MaxText))
	opt.Put(p.NextStep, &l.NextStep, wrong, "next_step", line(MaxName))
	if typed, given := p.NextDay.Get(); given {
		l.NextDay = ""
		if typed != "" {
			d, err := day.Parse(typed)
			wrong.Add("next_day", err)
			l.NextDay = d
		}
	}
	opt.Put(p.Role, &l.Role, wrong, "role", one(Roles, ErrRole))
	if unscored, given := p.Unscored.Get(); given {
		l.Unscored = unscored
	}
	if l.Name == "" && l.Organisation == "" && l.Email == "" && l.Phone == "" && len(wrong) == 0 {
		wrong.Add("name", ErrWho)
	}
}

func (l Lead) became(next Lead, now int64) (Lead, []fact.Change, error) {
	changes := Diff(l, next)
	if len(changes) > 0 {
		next.Updated = now
	}
	return next, changes, nil
}

// Called is what to call a lead in a list.
func (l Lead) Called() string {
	for _, s := range []string{l.Organisation, l.Name, l.Email, l.Phone} {
		if s != "" {
			return s
		}
	}
	return ""
}

// Open says whether somebody should still do something with it.
func (l Lead) Open() bool {
	return l.State != Nurture && l.State != Disqualified && l.State != Converted
}

// Late says whether its clock ran out.
func (l Lead) Late(now int64) bool { return l.Due != NoClock && l.Due < now }

// hidden are the fields whose words stay out of the facts: a fact lives on when
// a lead is erased (P-05), and says then that it was changed and not into what.
var hidden = []string{"name", "email", "phone", "question", "note", "need"}

// Diff is what is different between two versions of a lead.
func Diff(a, b Lead) (changes []fact.Change) {
	add := func(field string, same bool, from, to any) {
		switch {
		case same:
		case slices.Contains(hidden, field):
			changes = append(changes, fact.Of(field, mark(from), mark(to)))
		default:
			changes = append(changes, fact.Of(field, from, to))
		}
	}
	add("name", a.Name == b.Name, a.Name, b.Name)
	add("organisation", a.Organisation == b.Organisation, a.Organisation, b.Organisation)
	add("function", a.Function == b.Function, a.Function, b.Function)
	add("email", a.Email == b.Email, a.Email, b.Email)
	add("phone", a.Phone == b.Phone, a.Phone, b.Phone)
	add("city", a.City == b.City, a.City, b.City)
	add("size", a.Size == b.Size, a.Size, b.Size)
	add("segment", a.Segment == b.Segment, a.Segment, b.Segment)
	add("language", a.Language == b.Language, a.Language, b.Language)
	add("question", a.Question == b.Question, a.Question, b.Question)
	add("note", a.Note == b.Note, a.Note, b.Note)
	add("source", a.Source == b.Source, a.Source, b.Source)
	add("source_from", a.SourceFrom == b.SourceFrom, a.SourceFrom, b.SourceFrom)
	add("owner", a.Owner == b.Owner, a.Owner, b.Owner)
	add("team", a.Team == b.Team, a.Team, b.Team)
	add("state", a.State == b.State, a.State, b.State)
	add("recheck", a.Recheck == b.Recheck, a.Recheck, b.Recheck)
	add("reason", a.Reason == b.Reason, a.Reason, b.Reason)
	add("why", a.Why == b.Why, a.Why, b.Why)
	add("frame", a.Frame == b.Frame, a.Frame, b.Frame)
	add("letters", slices.Equal(a.Letters, b.Letters), a.Letters, b.Letters)
	add("need", a.Need == b.Need, a.Need, b.Need)
	add("next_step", a.NextStep == b.NextStep, a.NextStep, b.NextStep)
	add("next_day", a.NextDay == b.NextDay, a.NextDay, b.NextDay)
	add("role", a.Role == b.Role, a.Role, b.Role)
	add("own", a.Own == b.Own && a.OwnWhy == b.OwnWhy, own(a), own(b))
	add("unscored", a.Unscored == b.Unscored, a.Unscored, b.Unscored)
	add("objection", a.Objection == b.Objection, a.Objection, b.Objection)
	add("responded_at", a.Responded == b.Responded, a.Responded, b.Responded)
	add("recycled", a.Recycled == b.Recycled, a.Recycled, b.Recycled)
	add("account", a.Account == b.Account, a.Account, b.Account)
	add("contact", a.Contact == b.Contact, a.Contact, b.Contact)
	add("opportunity", a.Opportunity == b.Opportunity, a.Opportunity, b.Opportunity)
	return changes
}

func own(l Lead) any {
	if l.OwnWhy == "" {
		return nil
	}
	return map[string]any{"score": l.Own, "why": l.OwnWhy}
}

// mark says that there is something, and not what.
func mark(v any) string {
	if v == "" {
		return ""
	}
	return "•••"
}

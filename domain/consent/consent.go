// Package consent is the ledger of what people allow us and what they object
// to: by which channel, for what, when, in which words, with what proof
// (domain.md C-06 to C-08). Nothing in it is ever changed: a later entry says
// what holds now.
//
// Whether somebody may be contacted is not decided here: that takes the dated
// rules of the gate.
package consent

import (
	"cmp"
	"slices"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
)

// Channel is a way to approach somebody.
type Channel string

// Purpose is what for.
type Purpose string

// State is what they say.
type State string

// The channels, the purposes and what can be said. All is every channel, or
// every purpose: an objection can be against everything, consent is given for
// one thing at a time (C-07).
const (
	Phone   Channel = "phone"   // by a human
	Robot   Channel = "robot"   // by machine
	Email   Channel = "email"   //
	Message Channel = "message" // sms, WhatsApp, direct message
	Post    Channel = "post"    // addressed
	Visit   Channel = "visit"   //

	Commercial Purpose = "commercial"
	Service    Purpose = "service"
	Research   Purpose = "research"

	All = "all"

	Given     State = "given"
	Withdrawn State = "withdrawn"
	Objection State = "objection"
)

// The words of a menu, in its order. Sources are how it came to us: somebody's
// own act, or a list that somebody else made.
var (
	Channels = []string{string(Email), string(Phone), string(Message), string(Post), string(Visit), string(Robot)}
	Purposes = []string{string(Commercial), string(Service), string(Research)}
	States   = []string{string(Given), string(Withdrawn), string(Objection)}
	Sources  = []string{"form", "talk", "phone", "email", "letter", "portal", "import", "list"}
)

// foreign are the sources in which the person did not speak to us: they lift no
// objection (C-06).
var foreign = []string{"import", "list"}

// The limits of texts, in characters.
const (
	MaxWording = 4000
	MaxVersion = 60
	MaxProof   = 2000
)

// What can be wrong with an entry.
var (
	ErrChannel = fault.New(fault.Invalid, "consent.channel", "this channel is not known; consent is given for one channel")
	ErrPurpose = fault.New(fault.Invalid, "consent.purpose", "this purpose is not known; consent is given for one purpose")
	ErrState   = fault.New(fault.Invalid, "consent.state", "the state is given, withdrawn or objection")
	ErrSource  = fault.New(fault.Invalid, "consent.source", "say how it came to us")
	ErrFuture  = fault.New(fault.Invalid, "consent.future", "this is still to come")
	ErrAt      = fault.New(fault.Invalid, "consent.at", "say when it was said, after 1970")
	ErrWording = fault.New(fault.Invalid, "consent.wording", "consent needs the words that were agreed to")
	ErrRecord  = fault.New(fault.Invalid, "consent.record", "consent is of an account, a contact or a lead")
	ErrMany    = fault.New(fault.Conflict, "consent.many", "the ledger of this record is full")
)

// MaxEntries is how many entries one record can have.
const MaxEntries = 500

// Entry is one line of the ledger. Times are milliseconds UTC.
type Entry struct {
	ID       id.Record `json:"id"`
	Kind     fact.Kind `json:"kind"`    // of the subject: account or contact
	Subject  id.Record `json:"subject"` // about whom it was said
	Channel  Channel   `json:"channel"`
	Purpose  Purpose   `json:"purpose"`
	State    State     `json:"state"`
	At       int64     `json:"at"`       // when it was said
	Source   string    `json:"source"`   // how it came to us, of Sources
	Wording  string    `json:"wording"`  // the text that was agreed to, or what was said
	Version  string    `json:"version"`  // of the text: a name or a date
	Proof    string    `json:"proof"`    // where the proof is
	Member   id.Member `json:"member"`   // who wrote it down
	By       string    `json:"by"`       // what they were called
	Recorded int64     `json:"recorded"` // when it was written down
}

// Draft is what is filled in for a new entry; without a time it was said now.
type Draft struct {
	Channel Channel `json:"channel"`
	Purpose Purpose `json:"purpose"`
	State   State   `json:"state"`
	At      int64   `json:"at,omitempty"`
	Source  string  `json:"source"`
	Wording string  `json:"wording,omitempty"`
	Version string  `json:"version,omitempty"`
	Proof   string  `json:"proof,omitempty"`
}

// New makes an entry out of what was filled in.
func New(now int64, kind fact.Kind, subject id.Record, d Draft) (Entry, error) {
	if kind != fact.Account && kind != fact.Contact && kind != fact.Lead {
		return Entry{}, ErrRecord
	}
	e := Entry{ID: id.New[id.Record](), Kind: kind, Subject: subject, Channel: d.Channel, Purpose: d.Purpose, State: d.State, At: d.At, Source: d.Source, Recorded: now}
	wrong := fault.Fields{}
	check := func(field string, ok bool, err error) {
		if !ok {
			wrong.Add(field, err)
		}
	}
	wide := d.State != Given
	check("channel", slices.Contains(Channels, string(d.Channel)) || wide && d.Channel == All, ErrChannel)
	check("purpose", slices.Contains(Purposes, string(d.Purpose)) || wide && d.Purpose == All, ErrPurpose)
	check("state", slices.Contains(States, string(d.State)), ErrState)
	check("source", slices.Contains(Sources, d.Source), ErrSource)
	if e.At == 0 {
		e.At = now
	}
	check("at", e.At > 0, ErrAt)
	check("at", e.At <= now, ErrFuture)
	text := func(field, typed string, most int, into *string) {
		s, err := fold.Text(typed, most)
		wrong.Add(field, err)
		*into = s
	}
	text("wording", d.Wording, MaxWording, &e.Wording)
	text("version", d.Version, MaxVersion, &e.Version)
	text("proof", d.Proof, MaxProof, &e.Proof)
	if d.State == Given && e.Wording == "" && wrong["wording"] == nil {
		wrong.Add("wording", ErrWording) // C-08
	}
	if err := wrong.Err(); err != nil {
		return Entry{}, err
	}
	return e, nil
}

// Join is a merge, as the ledger sees it: From became Into.
type Join struct {
	At         int64
	From, Into id.Record
}

// Cell is one thing that can be allowed.
type Cell struct {
	Channel Channel
	Purpose Purpose
}

// Standing is what holds for a subject, cell by cell; a cell that is not there
// was never asked. all are the entries of the subject and of those merged into
// it, joins those merges.
//
// The entries are read in the order in which they were said. A merge makes two
// ledgers one: of each cell the stricter side wins, objection over withdrawal
// over consent, and who was never asked takes over what the other said. What is
// said afterwards counts for the one person. An objection stands until they
// themselves consent again: an import or a list cannot lift it (C-06).
func Standing(subject id.Record, all []Entry, joins []Join) map[Cell]Entry {
	said := map[id.Record]map[Cell]Entry{}
	of := func(s id.Record) map[Cell]Entry {
		if said[s] == nil {
			said[s] = map[Cell]Entry{}
		}
		return said[s]
	}
	now := map[id.Record]id.Record{} // where a record's person is by now
	entries := slices.Clone(all)
	slices.SortStableFunc(entries, func(a, b Entry) int { return cmp.Or(cmp.Compare(a.At, b.At), slices.Compare(a.ID[:], b.ID[:])) })
	joins = slices.Clone(joins)
	slices.SortStableFunc(joins, func(a, b Join) int { return cmp.Compare(a.At, b.At) })
	for len(entries)+len(joins) > 0 {
		if len(entries) > 0 && (len(joins) == 0 || entries[0].At <= joins[0].At) {
			e := entries[0]
			entries = entries[1:]
			whose := e.Subject
			for into, gone := now[whose]; gone; into, gone = now[whose] {
				whose = into
			}
			hear(of(whose), e)
			continue
		}
		j := joins[0]
		joins = joins[1:]
		now[j.From] = j.Into
		for cell, e := range of(j.From) {
			if mine, ok := of(j.Into)[cell]; !ok || stricter(e, mine) {
				of(j.Into)[cell] = e
			}
		}
	}
	return of(subject)
}

// hear takes in what was said.
func hear(said map[Cell]Entry, e Entry) {
	for _, c := range Channels {
		for _, p := range Purposes {
			if e.Channel != All && string(e.Channel) != c || e.Purpose != All && string(e.Purpose) != p {
				continue
			}
			cell := Cell{Channel(c), Purpose(p)}
			if said[cell].State == Objection && (e.State == Withdrawn || e.State == Given && slices.Contains(foreign, e.Source)) {
				continue
			}
			said[cell] = e
		}
	}
}

// stricter says whether a forbids more than b.
func stricter(a, b Entry) bool { return strictness(a.State) > strictness(b.State) }

func strictness(s State) int { return slices.Index([]State{Given, Withdrawn, Objection}, s) }

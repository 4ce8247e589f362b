package conversation

import (
	"slices"

	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
)

// Mark is what a note is.
type Mark string

// The marks. A Said is a question and what was answered; Speaker, Pause and
// Resume are of the clock and not of what was said.
const (
	Said      Mark = "said"
	Objection Mark = "objection"
	Feature   Mark = "feature"
	Merit     Mark = "advantage" // how a feature can be used
	Benefit   Mark = "benefit"   // how it answers a need that was said
	Signal    Mark = "signal"    // of wanting to buy
	Speaker   Mark = "speaker"
	Pause     Mark = "pause"
	Resume    Mark = "resume"
)

// Marks are all marks, in the order of a menu.
var Marks = []Mark{Said, Objection, Feature, Merit, Benefit, Signal, Speaker, Pause, Resume}

// Shown says whether it is something that was shown of the offer.
func (m Mark) Shown() bool { return m == Feature || m == Merit || m == Benefit }

// Ground is what an objection is about.
type Ground string

// The grounds of domain.md §2.19.
const (
	OnPrice     Ground = "price"
	OnNeed      Ground = "need"
	OnTrust     Ground = "trust"
	OnTime      Ground = "time"
	OnAuthority Ground = "authority"
)

// Grounds are all grounds, in the order of a menu.
var Grounds = []Ground{OnPrice, OnNeed, OnTrust, OnTime, OnAuthority}

// Who speaks, as the text of a Speaker note.
const (
	TheCustomer = "customer"
	Ourselves   = "self"
	Nobody      = "nobody"
)

// Note is one thing that happened in a conversation. Its name is given by the page
// that wrote it down, so that what is sent twice is there once.
type Note struct {
	ID           id.Record       `json:"id"`
	Version      int64           `json:"version"`
	Conversation id.Conversation `json:"conversation"`
	Mark         Mark            `json:"mark"`
	Letter       Letter          `json:"letter"`
	Question     string          `json:"question"` // as it was asked
	Closed       bool            `json:"closed"`   // it can be answered with yes or no
	Text         string          `json:"text"`     // what was answered, noticed, objected or shown
	Basis        string          `json:"basis"`    // on what an implication rests (E-03)
	Ground       Ground          `json:"ground"`   // of an objection
	Handled      string          `json:"handled"`  // how an objection was answered
	Checked      bool            `json:"checked"`  // whether the answer was enough was asked
	Need         id.Need         `json:"need"`     // the explicit need that a benefit answers
	By           id.Member       `json:"by"`
	At           int64           `json:"at"` // when it was written, milliseconds UTC
	Created      int64           `json:"created_at"`
	Updated      int64           `json:"updated_at"`
}

var (
	// ErrMark says that there is no such kind of note.
	ErrMark = fault.New(fault.Invalid, "conversation.mark", "this is no kind of note")
	// ErrNote says that a note says something.
	ErrNote = fault.New(fault.Invalid, "conversation.note", "write down what was asked or said")
	// ErrLetter says that questions stand under S, P, I or N.
	ErrLetter = fault.New(fault.Invalid, "conversation.letter", "a note stands under S, P, I or N, or under none")
	// ErrGround says what an objection is about.
	ErrGround = fault.New(fault.Invalid, "conversation.ground", "an objection is about price, need, trust, time or authority")
	// ErrBenefit says that a benefit answers a need that the customer said.
	ErrBenefit = fault.New(fault.Invalid, "conversation.benefit", "a benefit answers an explicit need of this conversation; without one it is an advantage")
	// ErrSpeaker says that somebody speaks.
	ErrSpeaker = fault.New(fault.Invalid, "conversation.speaker", "the customer speaks, we do, or nobody")
)

// Check tidies a note; at falls within the conversation.
func (n Note) Check(c Conversation, now int64) (Note, error) {
	wrong := fault.Fields{}
	text := func(field, s string) string {
		s, err := fold.Text(s, MaxText)
		wrong.Add(field, err)
		return s
	}
	n.Question, n.Text, n.Basis, n.Handled = text("question", n.Question), text("text", n.Text), text("basis", n.Basis), text("handled", n.Handled)
	if n.Mark == "" {
		n.Mark = Said
	}
	if !slices.Contains(Marks, n.Mark) {
		wrong.Add("mark", ErrMark)
	}
	if n.Letter != Loose && !slices.Contains(Letters, n.Letter) {
		wrong.Add("letter", ErrLetter)
	}
	switch n.Mark {
	case Said, Feature, Merit, Signal:
		if n.Text == "" && n.Question == "" {
			wrong.Add("text", ErrNote)
		}
	case Benefit:
		if n.Text == "" {
			wrong.Add("text", ErrNote)
		}
		if n.Need.IsZero() {
			wrong.Add("need", ErrBenefit)
		}
	case Objection:
		if n.Text == "" {
			wrong.Add("text", ErrNote)
		}
		if !slices.Contains(Grounds, n.Ground) {
			wrong.Add("ground", ErrGround)
		}
	case Speaker:
		if n.Text != TheCustomer && n.Text != Ourselves && n.Text != Nobody {
			wrong.Add("text", ErrSpeaker)
		}
	}
	if n.Mark != Said {
		n.Letter, n.Question, n.Closed, n.Basis = Loose, "", false, ""
	}
	if n.Mark != Objection {
		n.Ground, n.Handled, n.Checked = "", "", false
	}
	if n.Mark != Benefit {
		n.Need = id.Need{}
	}
	end := now
	if c.Ended != 0 {
		end = c.Ended
	}
	if n.At = min(n.At, end); n.At < c.Began {
		n.At = c.Began
	}
	return n, wrong.Err()
}

// Flagged says whether it is an implication that plays on fear without saying on
// what that rests (E-03).
func (n Note) Flagged() bool {
	return n.Letter == Implication && n.Basis == "" && (fold.Fearful(n.Text) || fold.Fearful(n.Question))
}

// Talk is how long a conversation lasted without its pauses, and how long each
// side spoke, in whole seconds.
type Talk struct {
	Elapsed  int
	Customer int
	Self     int
	Speaking string // who speaks now, empty when nobody said
	Paused   bool
}

// Share is how much of what was said the customer said, in basis points, rounded
// half up; false when nobody said who spoke.
func (t Talk) Share() (int, bool) {
	all := t.Customer + t.Self
	if all == 0 {
		return 0, false
	}
	return (t.Customer*20000 + all) / (2 * all), true
}

// Clock reads the clock of a conversation at a moment out of its notes. Until
// somebody says who speaks, nobody does; in a pause the clock stands still.
func Clock(c Conversation, notes []Note, now int64) Talk {
	if c.Began == 0 {
		return Talk{}
	}
	if c.Ended != 0 {
		now = c.Ended
	}
	turns := slices.DeleteFunc(slices.Clone(notes), func(n Note) bool {
		return n.Mark != Speaker && n.Mark != Pause && n.Mark != Resume
	})
	slices.SortStableFunc(turns, func(a, b Note) int { return int(min(max(a.At-b.At, -1), 1)) })
	var t Talk
	var elapsed, customer, self int64
	at := c.Began
	run := func(until int64) {
		until = min(until, now)
		if d := until - at; d > 0 && !t.Paused {
			elapsed += d
			switch t.Speaking {
			case TheCustomer:
				customer += d
			case Ourselves:
				self += d
			}
		}
		at = max(at, until)
	}
	for _, n := range turns {
		run(n.At)
		switch n.Mark {
		case Pause:
			t.Paused = true
		case Resume:
			t.Paused = false
		case Speaker:
			t.Speaking = n.Text
		}
	}
	run(now)
	t.Elapsed, t.Customer, t.Self = int(elapsed/1000), int(customer/1000), int(self/1000)
	return t
}

// Offset is how far into the conversation a moment was, in whole seconds without
// the pauses.
func Offset(c Conversation, notes []Note, at int64) int {
	c.Ended = 0
	return Clock(c, notes, at).Elapsed
}

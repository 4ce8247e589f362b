package lead

import (
	"slices"
	"strconv"
	"time"

	"kring/base/fault"
	"kring/base/fold"
	"kring/base/workday"
)

// Term is a time in which something should be done: working hours, or working
// days.
type Term struct {
	Hours int `json:"hours,omitempty"`
	Days  int `json:"days,omitempty"`
}

// After is when the term ends that begins now.
func (t Term) After(c workday.Calendar, now int64) int64 {
	return c.After(c.AfterDays(now, t.Days), time.Duration(t.Hours)*time.Hour)
}

func (t Term) ok() bool {
	return t.Hours >= 0 && t.Days >= 0 && t.Hours <= 200 && t.Days <= 100 && t.Hours+t.Days > 0
}

// Terms are the clocks of an organisation.
type Terms struct {
	Respond map[string]Term `json:"respond"` // by source: until the first response
	Other   Term            `json:"other"`   // of sources without their own
	Review  Term            `json:"review"`  // until sales accepts or returns
	Qualify Term            `json:"qualify"` // until an accepted lead is qualified
}

// First is the term of a first response to a lead of a source.
func (t Terms) First(source string) Term {
	if own, ok := t.Respond[source]; ok {
		return own
	}
	return t.Other
}

// FitRule gives points when a field of the lead is, has or reaches something.
type FitRule struct {
	Field  string `json:"field"` // of FitFields
	Is     string `json:"is"`    // of FitWays
	Value  string `json:"value"`
	Points int64  `json:"points"` // hundredths
}

// FitFields and FitWays are what a rule can look at, and how.
var (
	FitFields = []string{"organisation", "function", "size", "segment", "city", "source", "email", "phone"}
	FitWays   = []string{"filled", "empty", "is", "has", "least"}
)

// Event is something that a lead does, with its points and their half-life in
// days (0: they stay).
type Event struct {
	Key    string `json:"key"`
	Points int64  `json:"points"` // hundredths
	Half   int    `json:"half"`
}

// Kinds are what can happen with a lead. An event of a setting is one of these.
var Kinds = []string{"form", "download", "webinar", "visit", "click", "reply", "call", "mail", "meeting", "referral", "fair", "bounce", "unsubscribe", "student", "competitor", "note"}

// OurKinds are those that can be a deed of ours, a response.
var OurKinds = []string{"call", "mail", "meeting"}

// Segment is a kind of customer, with how it is qualified.
type Segment struct {
	Name  string `json:"name"`
	Frame Frame  `json:"frame"`
}

// Setting is how an organisation deals with leads.
type Setting struct {
	Version  int64     `json:"version"`
	Fit      []FitRule `json:"fit"`
	Events   []Event   `json:"events"`
	Terms    Terms     `json:"terms"`
	Segments []Segment `json:"segments"`
	Frame    Frame     `json:"frame"`     // of leads without a segment
	Keep     int       `json:"keep"`      // months without a reaction until a lead is erased (P-05)
	KeepRest int       `json:"keep_rest"` // and one that is nurtured
}

// Usual is what an organisation has that chose nothing (domain.md §2.17, P-05).
func Usual() Setting {
	return Setting{
		Fit: []FitRule{
			{"organisation", "filled", "", 10_00}, {"size", "least", "10", 10_00}, {"size", "least", "50", 10_00},
			{"function", "filled", "", 5_00}, {"phone", "filled", "", 5_00}, {"segment", "filled", "", 10_00},
		},
		Events: []Event{
			{"form", 20_00, 30}, {"download", 10_00, 30}, {"webinar", 15_00, 30}, {"visit", 5_00, 30}, {"click", 5_00, 30}, {"reply", 20_00, 30},
			{"call", 15_00, 30}, {"meeting", 30_00, 30}, {"referral", 20_00, 60}, {"fair", 15_00, 30},
			{"bounce", -20_00, 0}, {"unsubscribe", -30_00, 0}, {"student", -50_00, 0}, {"competitor", -50_00, 0},
		},
		Terms: Terms{
			Respond: map[string]Term{"site": {Hours: 1}, "download": {Hours: 1}, "webinar": {Hours: 1}},
			Other:   Term{Days: 1}, Review: Term{Days: 1}, Qualify: Term{Days: 10},
		},
		Segments: []Segment{}, Frame: BANT, Keep: 12, KeepRest: 24,
	}
}

// What can be wrong with a setting.
var (
	ErrRule    = fault.New(fault.Invalid, "lead.rule", "a rule looks at a field in one of the ways, and adds between -100 and 100 points")
	ErrEvent   = fault.New(fault.Invalid, "lead.event", "an event is known and stands here once, adds between -100 and 100 points, with a half-life between 0 and 1,000 days")
	ErrTerm    = fault.New(fault.Invalid, "lead.term", "a term is between one working hour and a hundred working days")
	ErrSegment = fault.New(fault.Invalid, "lead.segment", "a segment has a name of its own and a frame; at most fifty")
	ErrKeep    = fault.New(fault.Invalid, "lead.keep", "keep leads for 1 to 60 months")
	ErrMany    = fault.New(fault.Invalid, "lead.many", "make at most fifty rules")
)

// Tidy cleans a setting and says what is wrong with it.
func (s Setting) Tidy() (Setting, error) {
	wrong := fault.Fields{}
	if len(s.Fit) > 50 || len(s.Events) > 50 {
		wrong.Add("fit", ErrMany)
		return s, wrong.Err()
	}
	fits := func(points int64) bool { return points >= -100_00 && points <= 100_00 }
	s.Fit = slices.Clone(s.Fit)
	for i, r := range s.Fit {
		value, err := fold.Clean(r.Value, MaxShort)
		needs := r.Is != "filled" && r.Is != "empty"
		if _, bad := strconv.Atoi(value); err != nil || r.Is == "least" && bad != nil || !slices.Contains(FitFields, r.Field) || !slices.Contains(FitWays, r.Is) || !fits(r.Points) || needs && value == "" {
			wrong.Add("fit."+strconv.Itoa(i), ErrRule)
		}
		if s.Fit[i].Value = value; !needs {
			s.Fit[i].Value = ""
		}
	}
	seen := map[string]bool{}
	for i, e := range s.Events {
		if !slices.Contains(Kinds, e.Key) || seen[e.Key] || !fits(e.Points) || e.Half < 0 || e.Half > 1000 {
			wrong.Add("events."+strconv.Itoa(i), ErrEvent)
		}
		seen[e.Key] = true
	}
	for source, t := range s.Terms.Respond {
		if !slices.Contains(Sources, source) || !t.ok() {
			wrong.Add("respond."+source, ErrTerm)
		}
	}
	for name, t := range map[string]Term{"other": s.Terms.Other, "review": s.Terms.Review, "qualify": s.Terms.Qualify} {
		if !t.ok() {
			wrong.Add(name, ErrTerm)
		}
	}
	s.Segments = slices.Clone(s.Segments)
	names := map[string]bool{}
	for i, g := range s.Segments {
		name, err := fold.Clean(g.Name, MaxShort)
		if err != nil || name == "" || names[fold.Key(name)] || !slices.Contains(Frames, g.Frame) || i >= 50 {
			wrong.Add("segments."+strconv.Itoa(i), ErrSegment)
		}
		names[fold.Key(name)] = true
		s.Segments[i].Name = name
	}
	if !slices.Contains(Frames, s.Frame) {
		wrong.Add("frame", ErrFrame)
	}
	for name, n := range map[string]int{"keep": s.Keep, "keep_rest": s.KeepRest} {
		if n < 1 || n > 60 {
			wrong.Add(name, ErrKeep)
		}
	}
	return s, wrong.Err()
}

// FrameOf is how leads of a segment are qualified.
func (s Setting) FrameOf(segment string) Frame {
	for _, g := range s.Segments {
		if fold.Key(g.Name) == fold.Key(segment) {
			return g.Frame
		}
	}
	return s.Frame
}

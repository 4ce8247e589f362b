// Package ladder holds the scan of customer-centredness (domain.md §2.3): five
// rungs in order, each with a level from 0 to 4 and its evidence. A weighted mean
// would hide the weakest rung, so the weakest shows.
package ladder

import (
	"strings"

	"kring/base/fault"
	"kring/base/fold"
)

// Rung is a step of the ladder.
type Rung string

// The rungs, from the ground.
const (
	Awareness    Rung = "awareness"    // klantbewustheid
	Insight      Rung = "insight"      // klantinzicht
	Orientation  Rung = "orientation"  // klantgerichtheid
	Friendliness Rung = "friendliness" // klantvriendelijkheid
	Satisfaction Rung = "satisfaction" // klanttevredenheid
)

// Rungs are all rungs, from the ground.
var Rungs = []Rung{Awareness, Insight, Orientation, Friendliness, Satisfaction}

// Level is how far a rung is: none, said, done by some, done by rule, measured
// and improved.
type Level int

// The levels.
const (
	None Level = iota
	Said
	Some
	ByRule
	Measured
)

// Score is the level that a department gives a rung, and why.
type Score struct {
	Level    Level  `json:"level"`
	Evidence string `json:"evidence"`
	Figure   string `json:"figure"` // the measurement it rests on; the highest level needs one
}

// The bounds of what is written down.
const (
	MaxEvidence = 2000
	MaxFigure   = 500
	MaxAction   = 500
)

var (
	// ErrLevel says that a level is not known.
	ErrLevel = fault.New(fault.Invalid, "ladder.level", "a level is between 0 and 4")
	// ErrEvidence says that a level needs evidence.
	ErrEvidence = fault.New(fault.Invalid, "ladder.evidence", "write down what shows this level")
	// ErrFigure says that the highest level needs a measurement.
	ErrFigure = fault.New(fault.Invalid, "ladder.figure", "the highest level needs a measurement to point at")
	// ErrLink says that a measurement is no address.
	ErrLink = fault.New(fault.Invalid, "ladder.link", "point at a measurement with an address: https://… or a page of Kring, /…")
)

// Tidy checks a score: above 0 it needs evidence, and nobody gives the highest
// level without a measurement.
func (s Score) Tidy() (Score, error) {
	wrong := fault.Fields{}
	text, err := fold.Text(s.Evidence, MaxEvidence)
	wrong.Add("evidence", err)
	s.Evidence = text
	figure, err := fold.Clean(s.Figure, MaxFigure)
	if err == nil && figure != "" && !link(figure) {
		err = ErrLink
	}
	wrong.Add("figure", err)
	s.Figure = figure
	switch {
	case s.Level < None || s.Level > Measured:
		wrong.Add("level", ErrLevel)
	case s.Level > None && s.Evidence == "":
		wrong.Add("evidence", ErrEvidence)
	case s.Level == Measured && s.Figure == "":
		wrong.Add("figure", ErrFigure)
	}
	return s, wrong.Err()
}

// link says whether a text is an address of the web, or of a page in this house.
func link(s string) bool {
	if strings.ContainsAny(s, " \\\"'<>") {
		return false
	}
	for _, scheme := range []string{"https://", "http://"} {
		if rest, ok := strings.CutPrefix(s, scheme); ok {
			return rest != "" && rest[0] != '/'
		}
	}
	return len(s) > 1 && s[0] == '/' && s[1] != '/'
}

// Stuck is the rung where an organisation stands still: the lowest whose level
// is below ByRule; ok is false when there is none. Levels 4, 3, 2, 3, 3 are stuck
// at orientation. A rung without a score counts as none.
func Stuck(levels map[Rung]Level) (r Rung, ok bool) {
	for _, r := range Rungs {
		if levels[r] < ByRule {
			return r, true
		}
	}
	return "", false
}

// Weakest is the level of each rung over departments: the lowest of those that
// gave one.
func Weakest(departments []map[Rung]Score) map[Rung]Level {
	lowest := map[Rung]Level{}
	for _, d := range departments {
		for r, s := range d {
			if had, ok := lowest[r]; !ok || s.Level < had {
				lowest[r] = s.Level
			}
		}
	}
	return lowest
}

package ladder

import (
	"strconv"
	"strings"

	"kring/base/day"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
)

// Quarter is three months of a year, as 2026-Q4: text in the order of time.
type Quarter string

// ErrQuarter says that a quarter cannot be read.
var ErrQuarter = fault.New(fault.Invalid, "ladder.quarter", "a quarter is written as 2026-Q4")

// QuarterOf is the quarter that a day is in.
func QuarterOf(d day.Day) Quarter {
	if len(d) < 7 {
		return ""
	}
	month, err := strconv.Atoi(string(d[5:7]))
	if err != nil {
		return ""
	}
	return Quarter(string(d[:4]) + "-Q" + strconv.Itoa((month+2)/3))
}

// ParseQuarter reads a quarter.
func ParseQuarter(s string) (Quarter, error) {
	year, n, ok := strings.Cut(s, "-Q")
	if !ok || len(year) != 4 || len(n) != 1 || n < "1" || n > "4" {
		return "", ErrQuarter
	}
	if y, err := strconv.Atoi(year); err != nil || y < 1900 || y > 2999 {
		return "", ErrQuarter
	}
	return Quarter(s), nil
}

// First is the first day of the quarter.
func (q Quarter) First() day.Day {
	year, n, _ := strings.Cut(string(q), "-Q")
	month, _ := strconv.Atoi(n) // ParseQuarter or QuarterOf made it
	return day.Day(year + "-" + two(3*month-2) + "-01")
}

func two(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// Next is the quarter after this one.
func (q Quarter) Next() Quarter { return QuarterOf(q.First().Months(3)) }

// Before is the quarter before this one.
func (q Quarter) Before() Quarter { return QuarterOf(q.First().Months(-3)) }

// State is how far a scan is.
type State string

// The states, in their order (domain.md §2.3).
const (
	Open      State = "open"      // not every rung has a level yet
	Scored    State = "scored"    // each has one, with its evidence
	Discussed State = "discussed" // with the board
	Set       State = "set"       // an action was set
	Rescanned State = "rescanned" // a quarter later somebody looked again
)

// Scan is a look at the ladder by one department in one quarter.
type Scan struct {
	ID      id.Record
	Version int64
	Quarter Quarter
	Team    id.Team
	State   State
	Scores  map[Rung]Score
	By      id.Member // who scored last
	ByName  string    // as it was that day
	At      int64     // when
	Action  string    // the one thing to do, to climb
	Due     day.Day   // until when
}

var (
	// ErrState says that a scan is not where this can be done.
	ErrState = fault.New(fault.Conflict, "ladder.state", "a scan goes from open to scored, discussed, action set and looked at again")
	// ErrRung says that there is no such step.
	ErrRung = fault.New(fault.Invalid, "ladder.rung", "the steps are awareness, insight, orientation, friendliness and satisfaction")
	// ErrAction says that an action needs words.
	ErrAction = fault.New(fault.Invalid, "ladder.action", "write down the one thing to do")
	// ErrDue says that an action needs a day that is still to come.
	ErrDue = fault.New(fault.Invalid, "ladder.due", "choose a day from today on")
)

// Begin is a new scan of a department.
func Begin(team id.Team, q Quarter) Scan {
	return Scan{ID: id.New[id.Record](), Quarter: q, Team: team, State: Open, Scores: map[Rung]Score{}}
}

// Score gives levels to rungs, those that are not named stay. With a level on
// every rung the scan is scored; once discussed, levels stay as they are.
func (s Scan) Score(given map[Rung]Score) (Scan, error) {
	if s.State != Open && s.State != Scored {
		return s, ErrState
	}
	scores, wrong := map[Rung]Score{}, fault.Fields{}
	for r, score := range s.Scores {
		scores[r] = score
	}
	for r, score := range given {
		tidy, err := score.Tidy()
		if f, ok := fault.From(err); ok {
			for field, one := range f.Fields {
				wrong.Add(string(r)+"."+field, one)
			}
		}
		if !known(r) {
			wrong.Add("rung", ErrRung)
		}
		scores[r] = tidy
	}
	if err := wrong.Err(); err != nil {
		return s, err
	}
	s.Scores, s.State = scores, Open
	if len(scores) == len(Rungs) {
		s.State = Scored
	}
	return s, nil
}

func known(r Rung) bool {
	for _, one := range Rungs {
		if r == one {
			return true
		}
	}
	return false
}

// Discuss says that the levels were talked over.
func (s Scan) Discuss() (Scan, error) {
	if s.State != Scored {
		return s, ErrState
	}
	s.State = Discussed
	return s, nil
}

// Act sets the one action, or changes it.
func (s Scan) Act(action string, due, today day.Day) (Scan, error) {
	if s.State != Discussed && s.State != Set {
		return s, ErrState
	}
	wrong := fault.Fields{}
	text, err := fold.Text(action, MaxAction)
	if err == nil && text == "" {
		err = ErrAction
	}
	wrong.Add("action", err)
	if due < today {
		wrong.Add("due", ErrDue)
	}
	s.Action, s.Due, s.State = text, due, Set
	return s, wrong.Err()
}

// Again closes a scan and begins the next one: in the quarter that it is now,
// or in the one after this scan's when that is not over yet.
func (s Scan) Again(today day.Day) (closed, next Scan, err error) {
	if s.State != Set {
		return s, Scan{}, ErrState
	}
	q := max(QuarterOf(today), s.Quarter.Next())
	s.State = Rescanned
	return s, Begin(s.Team, q), nil
}

// Levels are the levels of a scan.
func (s Scan) Levels() map[Rung]Level {
	levels := map[Rung]Level{}
	for r, score := range s.Scores {
		levels[r] = score.Level
	}
	return levels
}

// Stuck is the rung where this department stands still; ok is false until every
// rung has a level, and when none is weak.
func (s Scan) Stuck() (r Rung, ok bool) {
	if len(s.Scores) < len(Rungs) {
		return "", false
	}
	return Stuck(s.Levels())
}

// Package cycle holds the relation cycle (klantrelatiecyclus, domain.md §2.2):
// where a relation stands, how it came there and on which evidence.
//
// A relation is not set to a phase: its path is folded from what happened.
// Orders, notices, confirmed inactivity and decisions go in with the day on
// which they were; the moves come out. So history that is imported late lands
// where it belongs, and what is taken back takes along what rested on it.
//
// Who buys what, and who may decide, lives elsewhere; this package knows days
// and names of records only.
package cycle

// Phase is where a relation stands.
type Phase string

// The phases, clockwise from twelve o'clock. A suspect is a label on potential;
// farewell (afscheid) is a passage on one day, not a place to stand.
const (
	Potential Phase = "potential" // not buying yet, or not any more by their own choice
	New       Phase = "new"       // buys
	Loyal     Phase = "loyal"     // buys again and again
	Ex        Phase = "ex"        // we ended it
)

// Phases are all phases, in the order of the ring.
var Phases = []Phase{Potential, New, Loyal, Ex}

// Buying says whether who stands there is one who buys.
func (p Phase) Buying() bool { return p == New || p == Loyal }

// place is the quadrant of the ring, 0 to 3; -1 for no phase.
func (p Phase) place() int {
	for i, q := range Phases {
		if p == q {
			return i
		}
	}
	return -1
}

// Event is what moved a relation.
type Event string

// The events of the table in domain.md §2.2.
const (
	Begun      Event = "begun"      // interest or selection recorded
	Bought     Event = "bought"     // the purchase that makes a customer
	Returned   Event = "returned"   // the purchase that makes a loyal one
	Lapsed     Event = "lapsed"     // the window holds too few purchases: terugval
	Left       Event = "left"       // the customer gave notice
	Faded      Event = "faded"      // silence, confirmed by a person
	Ended      Event = "ended"      // we ended it
	Readmitted Event = "readmitted" // an explicit decision about an ex
)

// Label says softly what the phase alone does not.
type Label string

// The labels.
const (
	WinBack  Label = "win_back"   // potential again: left by choice, welcome back
	Relapsed Label = "relapsed"   // new again after loyal: terugval
	Welcome  Label = "readmitted" // potential again after ex
)

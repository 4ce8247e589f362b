package cycle

import (
	"slices"
	"strings"

	"kring/base/day"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
)

// Signals are what moves one relation, each with the day on which it was.
type Signals struct {
	Since     day.Day    // the day on which the relation was recorded
	Purchases []Purchase // those that stand: not cancelled, not erased
	Decisions []Decision
}

// Purchase is an order that was confirmed, or another counter-value received.
type Purchase struct {
	Day   day.Day
	ID    id.Record // the order
	Other bool      // a counter-value that is no money
}

// Kind is the kind of a decision.
type Kind string

// The kinds of decisions.
const (
	Notice      Kind = "notice"      // the customer leaves
	Inactivity  Kind = "inactivity"  // somebody confirmed that they are gone
	Ending      Kind = "ending"      // we end the relation
	Readmission Kind = "readmission" // an ex is welcome again
)

// Decision is what a person decided or took down about a relation.
type Decision struct {
	ID       id.Record
	Kind     Kind
	Day      day.Day
	At       int64 // when it was written down: the order of two on one day
	Reason   Reason
	Note     string
	By       id.Member
	Approver id.Member // of an ending: who agreed, or refused
	State    State
}

// State is where a decision stands; only one that stands moves a relation.
type State string

// The states.
const (
	Asked     State = "asked" // an ending waits for a second person
	Stands    State = "stands"
	Refused   State = "refused"
	Withdrawn State = "withdrawn"
)

// Reason is why a relation ended.
type Reason string

// The reasons of domain.md §2.2.
const (
	Price      Reason = "price"
	Quality    Reason = "quality"
	Service    Reason = "service"
	Moved      Reason = "moved"
	Merged     Reason = "merged"
	Stopped    Reason = "stopped" // the business, or the need, is no more
	NoFit      Reason = "does_not_fit"
	NonPayment Reason = "non_payment"
	Ethics     Reason = "ethics"
	Unknown    Reason = "unknown" // they did not say
)

// reasons by kind of decision: what a supplier may end a relation for is a
// closed list, since the reason may not discriminate (E-12).
var reasons = map[Kind][]Reason{
	Notice:     {Price, Quality, Service, Moved, Merged, Stopped, NoFit, Ethics, Unknown},
	Inactivity: {Unknown, Price, Quality, Service, Moved, Merged, Stopped, NoFit},
	Ending:     {NoFit, NonPayment, Ethics},
}

// Reasons are those that fit a kind of decision, in the order of a menu.
func (k Kind) Reasons() []Reason { return slices.Clone(reasons[k]) }

// MaxNote is how many characters an explanation has.
const MaxNote = 2000

var (
	// ErrKind says that there is no such decision.
	ErrKind = fault.New(fault.Invalid, "cycle.kind", "there is no such decision about a relation")
	// ErrReason says that a reason is missing or does not fit.
	ErrReason = fault.New(fault.Invalid, "cycle.reason", "choose one of the reasons")
	// ErrNote says that a decision needs an explanation.
	ErrNote = fault.New(fault.Invalid, "cycle.note", "write down why")
	// ErrDiscriminates says that an explanation names a ground that may not count.
	ErrDiscriminates = fault.New(fault.Invalid, "cycle.discriminates", "a relation may not be ended because of who somebody is")
	// ErrApprover says that an ending needs a second person.
	ErrApprover = fault.New(fault.Invalid, "cycle.approver", "somebody else has to agree with ending a relation")
	// ErrAsked says that somebody asked for an end already.
	ErrAsked = fault.New(fault.Conflict, "cycle.asked", "somebody has asked already to end this relation")
	// ErrAnswered says that there is nothing to answer or take back any more.
	ErrAnswered = fault.New(fault.Conflict, "cycle.answered", "this decision was answered or taken back already")
	// ErrDay says that a decision lies in the future, or before the relation.
	ErrDay = fault.New(fault.Invalid, "cycle.day", "this day lies in the future or before the relation began")
	// ErrNotBuying says that there is no customer relation to end.
	ErrNotBuying = fault.New(fault.Conflict, "cycle.not_buying", "this relation buys nothing, so there is nothing to end")
	// ErrNotQuiet says that they bought something lately.
	ErrNotQuiet = fault.New(fault.Conflict, "cycle.not_quiet", "this relation bought something too lately to call it inactive")
	// ErrNotEx says that only an ex can be let in again.
	ErrNotEx = fault.New(fault.Conflict, "cycle.not_ex", "only a former customer can be admitted again")
)

// Tidy checks what a decision says by itself. An ending then waits for somebody
// else to agree; everything else stands.
func (d Decision) Tidy(today day.Day) (Decision, error) {
	wrong := fault.Fields{}
	known := reasons[d.Kind]
	if known == nil && d.Kind != Readmission {
		return d, fault.Field("kind", ErrKind)
	}
	if known != nil && !slices.Contains(known, d.Reason) || known == nil && d.Reason != "" {
		wrong.Add("reason", ErrReason)
	}
	note, err := fold.Text(d.Note, MaxNote)
	wrong.Add("note", err)
	d.Note = note
	if d.Note == "" && err == nil && (d.Kind == Ending || d.Kind == Readmission) {
		wrong.Add("note", ErrNote)
	}
	if d.Kind == Ending {
		if ground := Ground(d.Note); ground != "" {
			wrong.Add("note", ErrDiscriminates.With(fault.Params{"ground": ground}))
		}
	}
	if d.State, d.Approver = Stands, (id.Member{}); d.Kind == Ending {
		d.State = Asked
	}
	if d.Day == "" || d.Day > today {
		wrong.Add("day", ErrDay)
	}
	return d, wrong.Err()
}

// Answer agrees with an ending or refuses it; whoever asked for it cannot.
func (d Decision) Answer(by id.Member, agreed bool) (Decision, error) {
	switch {
	case d.Kind != Ending || d.State != Asked:
		return d, ErrAnswered
	case by == d.By:
		return d, ErrApprover
	}
	d.Approver, d.State = by, Refused
	if agreed {
		d.State = Stands
	}
	return d, nil
}

// Withdraw takes a decision back, and with it what it moved.
func (d Decision) Withdraw() (Decision, error) {
	if d.State != Asked && d.State != Stands {
		return d, ErrAnswered
	}
	d.State = Withdrawn
	return d, nil
}

// grounds are beginnings of folded words that name a ground on which nobody may
// be refused (AWGB art. 1, WGBL, WGBH/CZ; E-12).
var grounds = []struct{ ground, words string }{
	{"religion", "moslim islam jood joods christen katholi gereformeerd hindoe geloof religi muslim jewish christian"},
	{"belief", "levensovertuiging humanist atheis belief"},
	{"politics", "politiek pvv vvd groenlinks cda d66 sp forum political"},
	{"race", "ras huidskleur afkomst zwart blank donkere etni marokka turks surina antilli allochtoon race black ethnic"},
	{"sex", "geslacht vrouw man transgender zwanger gender woman pregnan"},
	{"nationality", "nationaliteit buitenland pool polen roemeen bulgaar oekraine foreigner nationality"},
	{"orientation", "homo lesbi hetero seksuele gay"},
	{"civil_status", "gescheiden gehuwd ongehuwd alleenstaand burgerlijke married divorced"},
	{"disability", "handicap gehandicapt invalide ziek ziekte beperking rolstoel doof blind autis disab chronic"},
	{"age", "leeftijd bejaard oud oudere jong age elderly"},
}

// whole are the words above that count only when they stand alone.
var whole = map[string]bool{"ras": true, "man": true, "sp": true, "oud": true, "jong": true, "age": true, "pool": true, "ziek": true, "blank": true, "zwart": true, "black": true, "gay": true, "race": true, "doof": true, "blind": true, "cda": true, "vvd": true, "pvv": true, "forum": true}

// Ground is the forbidden ground that an explanation seems to name, or "". It
// cannot judge, only make somebody think: a word that is innocent can be left
// out.
func Ground(note string) string {
	words := fold.Words(note)
	for _, g := range grounds {
		for stem := range strings.FieldsSeq(g.words) {
			if slices.ContainsFunc(words, func(w string) bool {
				return w == stem || !whole[stem] && strings.HasPrefix(w, stem)
			}) {
				return g.ground
			}
		}
	}
	return ""
}

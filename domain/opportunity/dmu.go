package opportunity

import (
	"slices"

	"kring/base/day"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
)

// Role is a part in a buying decision (Webster and Wind 1972, and the initiator).
type Role string

// The roles.
const (
	User       Role = "user"
	Influencer Role = "influencer"
	Buyer      Role = "buyer"
	Decider    Role = "decider"
	Gatekeeper Role = "gatekeeper"
	Initiator  Role = "initiator"
)

// Roles are all roles, in the order of a page.
var Roles = []Role{Initiator, User, Influencer, Gatekeeper, Buyer, Decider}

// Standing is how far somebody of the DMU is known. Whether they support is said
// by their attitude.
type Standing string

// The standings: known → informed that we keep what we know of them (AVG art.
// 14) → contacted → left.
const (
	Known     Standing = "known"
	Informed  Standing = "informed"
	Contacted Standing = "contacted"
	Left      Standing = "left"
)

// Standings are all standings, in the order of a menu.
var Standings = []Standing{Known, Informed, Contacted, Left}

// Person is somebody who has a part in the decision.
type Person struct {
	Contact   id.Contact `json:"contact"`
	Roles     []Role     `json:"roles"`
	Influence int        `json:"influence"` // 1-5
	Attitude  int        `json:"attitude"`  // -2 … +2
	Interest  string     `json:"interest"`  // what counts for them
	Owner     id.Member  `json:"owner"`     // who knows them
	Standing  Standing   `json:"standing"`
	Last      day.Day    `json:"last"`   // spoken with; "" when never
	Source    string     `json:"source"` // where we know it from (P-03)
}

// MostPeople is how many have a part in one decision.
const MostPeople = 50

// What can be wrong with somebody of a DMU.
var (
	ErrRole      = fault.New(fault.Invalid, "opportunity.role", "choose at least one part in the decision")
	ErrInfluence = fault.New(fault.Invalid, "opportunity.influence", "influence is 1 to 5")
	ErrAttitude  = fault.New(fault.Invalid, "opportunity.attitude", "an attitude is -2 to +2")
	ErrStanding  = fault.New(fault.Invalid, "opportunity.standing", "somebody is known, informed, contacted or gone")
	ErrContact   = fault.New(fault.Invalid, "opportunity.contact", "choose somebody who is a contact here")
	ErrMany      = fault.New(fault.Conflict, "opportunity.people", "fifty people have a part in it already")
	ErrLastDay   = fault.New(fault.Invalid, "opportunity.last", "nobody was spoken with in the future")
)

// Check tidies what was filled in of somebody.
func (p Person) Check(today day.Day) (Person, error) {
	wrong := fault.Fields{}
	interest, err := fold.Text(p.Interest, MaxText)
	wrong.Add("interest", err)
	source, err := fold.Clean(p.Source, MaxText)
	wrong.Add("source", err)
	p.Interest, p.Source = interest, source
	slices.SortFunc(p.Roles, func(a, b Role) int { return slices.Index(Roles, a) - slices.Index(Roles, b) })
	p.Roles = slices.Compact(p.Roles)
	if len(p.Roles) == 0 || slices.ContainsFunc(p.Roles, func(r Role) bool { return !slices.Contains(Roles, r) }) {
		wrong.Add("roles", ErrRole)
	}
	if p.Influence < 1 || p.Influence > 5 {
		wrong.Add("influence", ErrInfluence)
	}
	if p.Attitude < -2 || p.Attitude > 2 {
		wrong.Add("attitude", ErrAttitude)
	}
	if p.Standing == "" {
		p.Standing = Known
	}
	if !slices.Contains(Standings, p.Standing) {
		wrong.Add("standing", ErrStanding)
	}
	if p.Last != "" {
		parsed, err := day.Parse(string(p.Last))
		wrong.Add("last", err)
		if err == nil && parsed > today {
			wrong.Add("last", ErrLastDay)
		}
		if p.Standing == Known || p.Standing == Informed {
			p.Standing = Contacted
		}
	}
	if p.Contact.IsZero() {
		wrong.Add("contact", ErrContact)
	}
	return p, wrong.Err()
}

// Counts says whether somebody still has a part in it.
func (p Person) Counts() bool { return p.Standing != Left }

// Met says whether somebody was spoken with.
func (p Person) Met() bool { return p.Standing == Contacted }

// Cover is how many of the required roles have somebody who was spoken with.
type Cover struct {
	Held, Required int
	Missing        []Role
}

// Share is held / required, 0 to 1; 0 when nothing is required.
func (c Cover) Share() float64 {
	if c.Required == 0 {
		return 0
	}
	return float64(c.Held) / float64(c.Required)
}

// Coverage is roles with a named and contacted person / required roles (domain.md
// §2.20: 4/6 = 67 %).
func Coverage(people []Person, required []Role) Cover {
	c := Cover{Required: len(required)}
	for _, r := range required {
		if slices.ContainsFunc(people, func(p Person) bool { return p.Met() && slices.Contains(p.Roles, r) }) {
			c.Held++
		} else {
			c.Missing = append(c.Missing, r)
		}
	}
	return c
}

// Term is one person's part in the support: influence × attitude.
type Term struct {
	Contact             id.Contact
	Influence, Attitude int
}

// Sum is the support with what it is made of.
type Sum struct {
	Terms              []Term
	Weighed, Influence int // Σ influence × attitude; Σ influence
}

// Value is the support, -2 … +2; known is false without anybody.
func (s Sum) Value() (v float64, known bool) {
	if s.Influence == 0 {
		return 0, false
	}
	return float64(s.Weighed) / float64(s.Influence), true
}

// Support is Σ(influence × attitude) / Σ influence of those who have a part
// (domain.md §2.20: (5×1 + 3×2 + 4×−1)/12 = 0.58).
func Support(people []Person) (s Sum) {
	for _, p := range people {
		if p.Counts() {
			s.Terms = append(s.Terms, Term{p.Contact, p.Influence, p.Attitude})
			s.Weighed += p.Influence * p.Attitude
			s.Influence += p.Influence
		}
	}
	return s
}

// Alone says that all we know of the decision comes from one person: who leaves,
// takes the deal along.
func Alone(people []Person) bool {
	n := 0
	for _, p := range people {
		if p.Counts() {
			n++
		}
	}
	return n == 1
}

// Deciders are how many who decide are known, and how many of those were spoken
// with.
func Deciders(people []Person) (known, met int) {
	for _, p := range people {
		if p.Counts() && slices.Contains(p.Roles, Decider) {
			known++
			if p.Met() {
				met++
			}
		}
	}
	return known, met
}

// Together makes one of two rows about the same person, as a merge of contacts
// leaves them: the roles of both, the greater influence, and of the rest the
// first that says something.
func Together(people []Person) (one []Person) {
	for _, p := range people {
		i := slices.IndexFunc(one, func(o Person) bool { return o.Contact == p.Contact })
		if i < 0 {
			one = append(one, p)
			continue
		}
		o := &one[i]
		for _, r := range p.Roles {
			if !slices.Contains(o.Roles, r) {
				o.Roles = append(slices.Clone(o.Roles), r)
			}
		}
		o.Influence = max(o.Influence, p.Influence)
		if slices.Index(Standings, p.Standing) > slices.Index(Standings, o.Standing) {
			o.Standing = p.Standing
		}
		if o.Interest == "" {
			o.Interest = p.Interest
		}
		o.Last = max(o.Last, p.Last)
	}
	return one
}

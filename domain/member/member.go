// Package member has the people who work with Kring: their roles, what each
// role may do (right.go) and how far a member sees (Scope).
package member

import (
	"unicode/utf8"

	"kring/base/fault"
	"kring/base/id"
)

// Role is what a member comes to do (product.md, "Who uses it").
type Role string

// The roles.
const (
	Director       Role = "director"
	NewBusiness    Role = "new_business"
	AccountManager Role = "account_manager"
	Marketer       Role = "marketer"
	Service        Role = "service"
	OrderDesk      Role = "order_desk"
	Privacy        Role = "privacy"
	Admin          Role = "admin"
)

// Roles lists them in the order a page shows them.
var Roles = []Role{Director, NewBusiness, AccountManager, Marketer, Service, OrderDesk, Privacy, Admin}

// ErrRole says that there is no such role.
var ErrRole = fault.New(fault.Invalid, "member.role", "there is no such role")

// Valid is ErrRole for a role that does not exist.
func (r Role) Valid() error {
	if rightsOf[r] == nil {
		return ErrRole
	}
	return nil
}

// Scope is how far a member sees among the records of a kind.
type Scope string

// The scopes. Team reaches the member's team and the teams below it.
const (
	Own  Scope = "own"
	Team Scope = "team"
	All  Scope = "all"
)

// ErrScope says that there is no such scope.
var ErrScope = fault.New(fault.Invalid, "member.scope", "a scope is own, team or all")

// Valid is ErrScope for a scope that does not exist.
func (s Scope) Valid() error {
	if s != Own && s != Team && s != All {
		return ErrScope
	}
	return nil
}

// DefaultScope is how far a role sees until the administrator sets otherwise:
// whoever has a portfolio sees the team's, whoever serves the whole
// organisation sees all (P-10; HOUSE).
func (r Role) DefaultScope() Scope {
	switch r {
	case NewBusiness, AccountManager:
		return Team
	}
	return All
}

// State is whether a member may come in.
type State string

// The states: invited → active ⇄ disabled.
const (
	Invited  State = "invited"
	Active   State = "active"
	Disabled State = "disabled"
)

// Member is a person who works with Kring in one organisation.
type Member struct {
	ID        id.Member `json:"id"`
	Version   int64     `json:"version"`
	Login     id.Login  `json:"-"`
	Name      string    `json:"name"`
	Email     string    `json:"email"`
	Role      Role      `json:"role"`
	Team      id.Team   `json:"team"`
	State     State     `json:"state"`
	Locale    string    `json:"locale"` // nl or en
	Settings  Settings  `json:"-"`
	CreatedAt int64     `json:"created_at"`
}

// Settings is what a member prefers.
type Settings struct {
	Theme      string `json:"theme,omitempty"`       // light, dark; empty follows the system
	NoKeys     bool   `json:"no_keys,omitempty"`     // single-letter keys off (WCAG 2.1.4)
	SetupSteps int    `json:"setup_steps,omitempty"` // first-run pages seen
}

// Limits in characters.
const (
	MaxName  = 120
	MaxEmail = 254
)

var (
	// ErrNoName says that a member needs a name.
	ErrNoName = fault.New(fault.Invalid, "member.no_name", "a member needs a name")
	// ErrNameLong says that a name is too long.
	ErrNameLong = fault.New(fault.Invalid, "member.name_long", "this name is too long")
	// ErrLocale says that Kring does not speak a language.
	ErrLocale = fault.New(fault.Invalid, "member.locale", "the language is nl or en")
	// ErrTheme says that there is no such theme.
	ErrTheme = fault.New(fault.Invalid, "member.theme", "the theme is light, dark or empty")
	// ErrSettled says that a member is in that state already.
	ErrSettled = fault.New(fault.Conflict, "member.settled", "this member is in that state already")
	// ErrTaken says that somebody with this address is a member already.
	ErrTaken = fault.New(fault.Conflict, "member.taken", "somebody with this e-mail address is a member already")
	// ErrTeam says that there is no such team.
	ErrTeam = fault.New(fault.Invalid, "member.team", "there is no such team")
	// ErrAccepted says that an invitation was accepted already.
	ErrAccepted = fault.New(fault.Conflict, "member.accepted", "this invitation was accepted already")
	// ErrNotIn says that a member is not active.
	ErrNotIn = fault.New(fault.Conflict, "member.not_in", "this member is not active")
	// ErrOneself says that nobody shuts the door on themselves.
	ErrOneself = fault.New(fault.Conflict, "member.oneself", "you cannot disable yourself")
	// ErrLastAdmin says that an organisation keeps at least one administrator.
	ErrLastAdmin = fault.New(fault.Conflict, "member.last_admin", "an organisation keeps at least one active administrator")
)

// Check says which fields are not right.
func (m Member) Check() error {
	fs := fault.Fields{}
	switch n := utf8.RuneCountInString(m.Name); {
	case n == 0:
		fs.Add("name", ErrNoName)
	case n > MaxName:
		fs.Add("name", ErrNameLong.With(fault.Params{"max": MaxName}))
	}
	fs.Add("role", m.Role.Valid())
	if m.Locale != "nl" && m.Locale != "en" {
		fs.Add("locale", ErrLocale)
	}
	if t := m.Settings.Theme; t != "" && t != "light" && t != "dark" {
		fs.Add("theme", ErrTheme)
	}
	return fs.Err()
}

// Disable shuts the door; app ends the sessions and tokens in the same change.
func (m Member) Disable() (Member, error) {
	if m.State == Disabled {
		return m, ErrSettled
	}
	m.State = Disabled
	return m, nil
}

// Enable opens it again; one who never accepted the invitation is invited anew.
func (m Member) Enable(accepted bool) (Member, error) {
	if m.State != Disabled {
		return m, ErrSettled
	}
	m.State = Invited
	if accepted {
		m.State = Active
	}
	return m, nil
}

// Group is a team: members who share what they see.
type Group struct {
	ID      id.Team `json:"id"`
	Version int64   `json:"version"`
	Name    string  `json:"name"`
	Parent  id.Team `json:"parent"`
}

var (
	// ErrTeamName says that a team needs a name of at most MaxName characters.
	ErrTeamName = fault.New(fault.Invalid, "team.name", "a team needs a name of at most 120 characters")
	// ErrTeamTaken says that a team's name exists already.
	ErrTeamTaken = fault.New(fault.Conflict, "team.taken", "a team with this name exists already")
	// ErrTeamUsed says that something still belongs to a team.
	ErrTeamUsed = fault.New(fault.Conflict, "team.used", "members, records or teams still belong to this team")
	// ErrTeamParent says that there is no such team above.
	ErrTeamParent = fault.New(fault.Invalid, "team.parent", "there is no such team to put it under")
	// ErrTeamMost says that there are teams enough.
	ErrTeamMost = fault.New(fault.Conflict, "team.most", "an organisation has at most 500 teams")
	// ErrTeamCircle says that a team cannot be above itself.
	ErrTeamCircle = fault.New(fault.Invalid, "team.circle", "a team cannot be above itself")
)

// Check says which fields are not right; all is every team as it would be.
func (g Group) Check(all []Group) error {
	fs := fault.Fields{}
	if n := utf8.RuneCountInString(g.Name); n == 0 || n > MaxName {
		fs.Add("name", ErrTeamName)
	}
	up := map[id.Team]id.Team{}
	for _, o := range all {
		up[o.ID] = o.Parent
	}
	up[g.ID] = g.Parent
	for at, n := g.Parent, 0; !at.IsZero(); at, n = up[at], n+1 {
		if at == g.ID || n > len(all) {
			fs.Add("parent", ErrTeamCircle)
			break
		}
	}
	return fs.Err()
}

// Below is a team and all teams under it.
func Below(top id.Team, all []Group) []id.Team {
	if top.IsZero() {
		return nil
	}
	down := []id.Team{top}
	for i := 0; i < len(down); i++ {
		for _, g := range all {
			if g.Parent == down[i] && g.ID != top {
				down = append(down, g.ID)
			}
		}
	}
	return down
}

// Reach is what a member sees among the records of one kind; store compiles
// it into the SQL of list, count, export, search and API alike.
type Reach struct {
	Scope  Scope
	Member id.Member
	Teams  []id.Team // own team and those below, for Scope Team
}

// Why says on which ground a record with this owner and team is seen; "" is
// not at all. The SQL in store says the same; a test holds the two together.
func (r Reach) Why(owner id.Member, team id.Team) string {
	if r.Scope == All {
		return "all"
	}
	if !owner.IsZero() && owner == r.Member {
		return "own"
	}
	if r.Scope == Team {
		for _, t := range r.Teams {
			if t == team {
				return "team"
			}
		}
	}
	return ""
}

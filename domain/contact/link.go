package contact

import (
	"slices"
	"strconv"

	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
)

// Role is a part in a buying decision (DMU; Webster and Wind 1972).
type Role string

// The roles; one person can have several.
const (
	Decider    Role = "decider"    // beslisser
	Influencer Role = "influencer" // beïnvloeder
	User       Role = "user"       // gebruiker
	Buyer      Role = "buyer"      // inkoper
	Initiator  Role = "initiator"  // initiatiefnemer
	Gatekeeper Role = "gatekeeper" // poortwachter
)

// Roles are all roles, in the order of a menu.
var Roles = []string{string(Decider), string(Influencer), string(User), string(Buyer), string(Initiator), string(Gatekeeper)}

// The limits of links.
const (
	MaxLinks    = 20
	MaxFunction = 100
)

// Link says what a contact is at an account.
type Link struct {
	Account  id.Account `json:"account"`
	Function string     `json:"function,omitempty"`
	Roles    []Role     `json:"roles,omitempty"`
	Primary  bool       `json:"primary,omitempty"` // exactly one is
}

// links tidies the links of a contact: each account once, exactly one primary
// (the first, when none is marked). Faults name the entry: "0.function".
func links(typed []Link) ([]Link, error) {
	if len(typed) > MaxLinks {
		return nil, ErrManyLinks.With(fault.Params{"max": MaxLinks})
	}
	kept, wrong, primary := []Link{}, fault.Fields{}, false
	for i, l := range typed {
		at := strconv.Itoa(i)
		function, err := fold.Clean(l.Function, MaxFunction)
		wrong.Add(at+".function", err)
		roles, err := roles(l.Roles)
		wrong.Add(at+".roles", err)
		switch {
		case l.Account.IsZero():
			wrong.Add(at+".account", ErrNoAccount)
		case slices.ContainsFunc(kept, func(k Link) bool { return k.Account == l.Account }):
			wrong.Add(at+".account", ErrSameLink)
		}
		if l.Primary && primary {
			wrong.Add(at+".primary", ErrTwoPrimary)
		}
		primary = primary || l.Primary
		kept = append(kept, Link{Account: l.Account, Function: function, Roles: roles, Primary: l.Primary})
	}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	if len(kept) > 0 && !primary {
		kept[0].Primary = true
	}
	return kept, nil
}

// roles are the known ones, each once, in the order of the menu.
func roles(typed []Role) ([]Role, error) {
	for _, r := range typed {
		if r != "" && !slices.Contains(Roles, string(r)) {
			return nil, ErrRole
		}
	}
	var kept []Role
	for _, r := range Roles {
		if slices.Contains(typed, Role(r)) {
			kept = append(kept, Role(r))
		}
	}
	return kept, nil
}

package blend

import (
	"maps"
	"slices"
	"strings"

	"kring/base/catalogue"
	"kring/base/fault"
)

// Merge is what there is to choose when a record goes into another, and how each
// choice is carried out.
type Merge struct {
	Fields  []string // that can be chosen, beside own ones
	Keys    []string // in which the two differ
	Propose func(key string) Side
	CanBoth func(key string) bool
	Take    func(key string)
	Unite   func(key string) error
}

// Settle carries out the choices; what nobody chose gets the proposal. Faults
// name the field.
func (s Sides) Settle(m Merge) fault.Fields {
	wrong := fault.Fields{}
	for _, key := range slices.Sorted(maps.Keys(s)) {
		if !slices.Contains(m.Fields, key) && !strings.HasPrefix(key, catalogue.Own) {
			wrong.Add(key, ErrField)
		}
	}
	for _, key := range m.Keys {
		side := s[key]
		if side == "" {
			side = m.Propose(key)
		}
		switch {
		case side == This:
		case side == With:
			m.Take(key)
		case side == Both && m.CanBoth(key):
			wrong.Add(key, m.Unite(key))
		default:
			wrong.Add(key, ErrSide)
		}
	}
	return wrong
}

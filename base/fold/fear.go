package fold

import "strings"

// fears are beginnings of words, in Dutch and English, that name harm or fear. It
// is a screen and no judge: what it finds is asked for its ground, never refused.
var fears = []string{
	"angst", "bang ", "bange ", "gevaar", "gevaarlijk", "risico", "ramp", "faillie", "failliet", "boete", "claim", "schade", "schadeclaim", "ontslag", "ontslagen", "ongeluk", "ongeval",
	"letsel", "ziek", "dood", "sterf", "overlijd", "ten onder", "kapot gaan", "verliezen jullie alles", "imagoschade", "aansprakelijk", "inspectie sluit",
	"afraid", "fear", "danger", "risk", "disaster", "bankrupt", "fine of", "fined", "lawsuit", "sued", "damage", "fired", "injur", "accident", "death", "die ", "liable", "lose everything", "ruin",
}

// Fearful says whether a text names harm or fear, so that it needs a ground when
// it is told to a customer (domain.md E-03).
func Fearful(s string) bool {
	s = " " + strings.Join(Words(s), " ") + " "
	for _, f := range fears {
		if strings.Contains(s, " "+f) {
			return true
		}
	}
	return false
}

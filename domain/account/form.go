package account

// LegalForm is the rechtsvorm: what the account is before the law.
type LegalForm string

// The legal forms.
const (
	SoleTrader    LegalForm = "sole_trader" // eenmanszaak
	VOF           LegalForm = "vof"         // vennootschap onder firma
	Maatschap     LegalForm = "maatschap"
	CV            LegalForm = "cv" // commanditaire vennootschap
	BV            LegalForm = "bv"
	NV            LegalForm = "nv"
	Foundation    LegalForm = "foundation"  // stichting
	Association   LegalForm = "association" // vereniging, VvE
	Cooperative   LegalForm = "cooperative" // coöperatie, onderlinge
	Government    LegalForm = "government"  // overheid
	Church        LegalForm = "church"      // kerkgenootschap
	NaturalPerson LegalForm = "natural_person"
	ForeignPerson LegalForm = "foreign_natural" // a person or partnership abroad
	ForeignEntity LegalForm = "foreign_legal"   // a legal entity abroad
	Unsaid        LegalForm = "unknown"
)

// LegalForms are all forms, in the order of a menu.
var LegalForms = []string{
	string(SoleTrader), string(VOF), string(Maatschap), string(CV), string(BV), string(NV), string(Foundation), string(Association),
	string(Cooperative), string(Government), string(Church), string(NaturalPerson), string(ForeignPerson), string(ForeignEntity), string(Unsaid),
}

// Regime is the set of contact rules: those for people are stricter.
type Regime string

// The regimes of domain.md §4.1.
const (
	Natural Regime = "natural"
	Legal   Regime = "legal"
)

// Regime is natural for people and for the partnerships in which people answer
// themselves (eenmanszaak, vof, maatschap, cv), legal for legal entities. What
// is not known counts as natural, the strict side.
func (f LegalForm) Regime() Regime {
	switch f {
	case BV, NV, Foundation, Association, Cooperative, Government, Church, ForeignEntity:
		return Legal
	}
	return Natural
}

// goesWith: a private person is no organisation; a sole trader can be kept as
// either.
func (f LegalForm) goesWith(k Kind) bool {
	switch f {
	case Unsaid, SoleTrader, ForeignPerson:
		return true
	case NaturalPerson:
		return k == Person
	}
	return k == Organisation
}

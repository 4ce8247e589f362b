package match

import (
	"cmp"
	"math"
	"slices"

	"kring/stat/linkage"
)

// Models are the weights by which an organisation's records are compared: those
// of firms and those of people.
type Models struct {
	Firm   Weights `json:"firm"`
	Person Weights `json:"person"`
}

// Weights are what each level of each field says. They are a closed text in the
// database.
type Weights struct {
	Prior    float64              `json:"prior"`
	M        [][]float64          `json:"m"`
	U        [][]float64          `json:"u"`
	Frequent []map[string]float64 `json:"frequent,omitempty"` // share of a name among the organisation's names, of the commonest
	Pairs    int                  `json:"pairs,omitempty"`    // that they were learned from; 0 is shipped
}

// fieldsOf are the fields of a model, with the words of each level and whether
// it says where somebody is rather than who.
type trait struct {
	linkage.Field
	write func(Subject) string
	words []string // of the levels
	where bool
}

var firm = []trait{
	{linkage.Field{Name: "name", Levels: 4, Compare: compareFirm, Common: true}, firmName, []string{"name_other", "name_like", "name_near", "name_same"}, false},
	{linkage.Field{Name: "place", Levels: 5, Compare: comparePlace}, firmPlace, []string{"city_other", "street_other", "city_same", "street_same", "address_same"}, true},
	{linkage.Field{Name: "ways", Levels: 5, Compare: compareFirmWays}, ways, []string{"ways_other", "site_same", "phone_same", "email_same", "ways_same"}, true},
	{linkage.Field{Name: "register", Levels: 3, Compare: compareRegisters}, registers, []string{"register_other", "vat_same", "kvk_same"}, false},
}

var person = []trait{
	{linkage.Field{Name: "given", Levels: 5, Compare: compareGiven, Common: true}, given, []string{"given_other", "initial_other", "given_fits", "given_near", "given_same"}, false},
	{linkage.Field{Name: "family", Levels: 4, Compare: compareFamily, Common: true}, family, []string{"family_other", "family_part", "family_near", "family_same"}, false},
	{linkage.Field{Name: "place", Levels: 4, Compare: comparePersonPlace}, personPlace, []string{"place_other", "city_same", "account_same", "address_same"}, true},
	{linkage.Field{Name: "ways", Levels: 5, Compare: comparePersonWays}, ways, []string{"ways_other", "domain_same", "phone_same", "mobile_same", "email_same"}, true},
}

// Words are the words of all reasons.
func Words() (all []string) {
	for _, t := range slices.Concat(firm, person) {
		all = append(all, t.words...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Shipped are the weights that a new organisation begins with. The levels were
// set by hand, field by field, so that the worked examples of weigh_test.go come
// out as a person judges them, and the prior so that firms with one name and
// nothing else are just worth a look; doc/match.md gives the sums. The shares of
// names are those of Dutch surnames in 2007 (Nederlandse Familienamenbank) and
// of given names among grown-ups, both rounded.
func Shipped() Models {
	return Models{
		Firm: Weights{
			Prior: math.Exp2(-13.5),
			M:     [][]float64{{.03, .08, .22, .67}, {.02, .03, .10, .15, .70}, {.22, .13, .25, .15, .25}, {.01, .09, .90}},
			U:     [][]float64{{.98886, .011, .0001, .00004}, {.9475, .03, .021, .001, .0005}, {.9784, .02, .001, .0005, .0001}, {.999998, .000001, .000001}},
		},
		Person: Weights{
			Prior:    math.Exp2(-14),
			M:        [][]float64{{.004, .036, .16, .10, .70}, {.02, .06, .12, .80}, {.08, .17, .45, .30}, {.30, .10, .15, .20, .25}},
			U:        [][]float64{{.90, .06, .03, .004, .006}, {.9932, .005, .0008, .001}, {.958, .04, .0015, .0005}, {.98043, .018, .0015, .00005, .00002}},
			Frequent: []map[string]float64{givenShares, familyShares, nil, nil},
		},
	}
}

var familyShares = map[string]float64{
	"jong": .0052, "jansen": .0045, "vries": .0044, "berg": .0036, "dijk": .0035, "bakker": .0034, "janssen": .0033, "visser": .0030, "smit": .0026, "meijer": .0025,
	"bor": .0024, "mulder": .0022, "grot": .0022, "bos": .0022, "vos": .0019, "peters": .0018, "hendriks": .0018, "leuwen": .0018, "dekker": .0017, "brouwer": .0016,
	"wit": .0015, "dijkstra": .0015, "smits": .0015, "graaf": .0013, "meer": .0013, "linden": .0012, "kok": .0012, "jacobs": .0012, "haan": .0011, "vermulen": .0011,
}

var givenShares = map[string]float64{
	"jan": .015, "maria": .012, "johannes": .010, "anna": .010, "peter": .008, "hans": .007, "henk": .006, "johan": .006, "piet": .005, "kees": .005,
	"willem": .005, "marja": .003, "erik": .005, "mark": .005, "marcel": .004, "rob": .004, "paul": .005, "martin": .004, "bart": .004, "tim": .004,
	"sanne": .003, "linda": .004, "anja": .003, "petra": .003, "monique": .003, "ellen": .003, "marieke": .003, "esther": .003, "annemarie": .002, "karin": .003,
}

// Thresholds are from which probability a likeness is worth saying, and from
// which it is likely.
type Thresholds struct {
	Warn   float64 `json:"warn,omitempty"`
	Likely float64 `json:"likely,omitempty"`
}

// The thresholds of an organisation that did not choose.
const (
	Warn   = 0.5
	Likely = 0.9
)

// Defaults fills what was left out.
func (t Thresholds) Defaults() Thresholds {
	t.Warn, t.Likely = cmp.Or(t.Warn, Warn), cmp.Or(t.Likely, Likely)
	return t
}

// Matcher compares subjects with the weights of one organisation.
type Matcher struct{ firm, person *linkage.Model }

// Matcher makes these weights ready to use; what does not have the form of the
// fields of today is replaced by what is shipped.
func (m Models) Matcher() *Matcher {
	s := Shipped()
	return &Matcher{firm: m.Firm.model(firm, s.Firm), person: m.Person.model(person, s.Person)}
}

func (w Weights) model(traits []trait, shipped Weights) *linkage.Model {
	if !w.fits(traits) {
		w = shipped
	}
	m := &linkage.Model{Prior: w.Prior, M: w.M, U: w.U, Frequent: w.Frequent}
	for _, t := range traits {
		m.Fields = append(m.Fields, t.Field)
	}
	if len(m.Frequent) != len(traits) {
		m.Frequent = make([]map[string]float64, len(traits))
	}
	return m
}

// fits says whether weights are of these fields, and can be reckoned with.
func (w Weights) fits(traits []trait) bool {
	if len(w.M) != len(traits) || len(w.U) != len(traits) || !(w.Prior > 0 && w.Prior < 1) {
		return false
	}
	for i, t := range traits {
		if len(w.M[i]) != t.Levels || len(w.U[i]) != t.Levels {
			return false
		}
		for l := range t.Levels {
			if !(w.M[i][l] > 0 && w.M[i][l] <= 1) || !(w.U[i][l] > 0 && w.U[i][l] <= 1) {
				return false
			}
		}
	}
	return true
}

// Ready is a subject whose fields were written for comparing.
type Ready struct {
	Subject
	firm, person []string
}

// Prepare writes the fields of a subject once, for many comparisons.
func Prepare(s Subject) Ready {
	r := Ready{Subject: s, firm: written(firm, s)}
	if s.Person {
		r.person = written(person, s)
	}
	return r
}

func written(traits []trait, s Subject) []string {
	values := make([]string, len(traits))
	for i, t := range traits {
		values[i] = t.write(s)
	}
	return values
}

// mostWhere is how many bits all that says where somebody is can say together:
// people of one firm or one house share address, phone and mailbox at once, so
// that these are no witnesses apart. An e-mail address of one's own says more;
// of somebody with another family name the firm and the house say little.
const (
	mostWhere      = 12
	mostWhereOwn   = 16
	mostWhereOther = 6
)

// mostBranch is how likely two are at most that share a KvK number in two towns:
// they may be branches.
const mostBranch = 0.6

// Weigh says how likely two subjects are the same, and why: what speaks for it
// first, the strongest first.
func (m *Matcher) Weigh(a, b Ready) (probability float64, reasons []Reason) {
	traits, model, x, y := firm, m.firm, a.firm, b.firm
	if a.Person && b.Person {
		traits, model, x, y = person, m.person, a.person, b.person
	}
	if a.Kind != b.Kind || a.Own && b.Own || a.ID == b.ID && !a.ID.IsZero() {
		return 0, nil
	}
	who, where, most := math.Log2(model.Prior/(1-model.Prior)), 0.0, float64(mostWhere)
	level := map[string]int{}
	for _, p := range model.Weigh(x, y).Parts {
		t := traits[slices.IndexFunc(traits, func(t trait) bool { return t.Name == p.Field })]
		if p.Level < 0 {
			continue
		}
		word := t.words[p.Level]
		level[word] = p.Level
		if math.Abs(p.Weight) >= 0.5 {
			reasons = append(reasons, Reason{Word: word, Weight: math.Round(p.Weight*10) / 10})
		}
		if word == "email_same" && a.Person && b.Person {
			most = mostWhereOwn
		}
		if t.where {
			where += p.Weight
		} else {
			who += p.Weight
		}
	}
	has := func(word string) bool { _, ok := level[word]; return ok }
	slices.SortStableFunc(reasons, func(a, b Reason) int { return cmp.Compare(b.Weight, a.Weight) })
	if has("family_other") && !has("email_same") && !has("mobile_same") {
		most = mostWhereOther
	}
	if has("given_other") { // a different given name is a different person, whatever they share
		return 0, reasons
	}
	probability = 1 / (1 + math.Exp2(-(who + min(where, most))))
	if has("kvk_same") && has("city_other") {
		probability = min(probability, mostBranch)
	}
	return probability, reasons
}

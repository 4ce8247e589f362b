package match

import (
	"slices"
	"strings"

	"kring/base/fold"
	"kring/stat/linkage"
)

// Every field of a comparison is one text: several values in it stand apart by
// a bar, and a sign says what each is. The comparers below read what the
// functions next to them write, so that stat/linkage need not know a Subject.

const bar = "|"

// alike is the similarity from which a word can be another with a typing
// mistake; near is when it hardly can be anything else.
const (
	alike = 0.84
	near  = 0.92
)

// similarity is the same both ways.
func similarity(a, b string) float64 { return linkage.JaroWinkler(min(a, b), max(a, b)) }

// firmName writes the name of a firm: the words that tell it from others.
func firmName(s Subject) string { return strings.Join(nameWords(s.Name), " ") }

// The levels of a firm's name.
const (
	nameOther = iota
	nameLike  // the words of one are among those of the other, or all are alike
	nameNear  // alike but for a letter, or in sound
	nameSame
)

// compareFirm compares names of firms word by word: what is a word more is
// something else than a word that differs, and Garage 1 is not Garage 2.
func compareFirm(a, b string) int {
	switch {
	case a == "" || b == "":
		return -1
	case a == b:
		return nameSame
	case strings.ReplaceAll(a, " ", "") == strings.ReplaceAll(b, " ", ""):
		return nameNear
	}
	x, y := strings.Fields(a), strings.Fields(b)
	if len(x) > len(y) || len(x) == len(y) && a > b {
		x, y = y, x
	}
	worst := 1.0
	rest := slices.Clone(y)
	for _, w := range x {
		best, at := -1.0, -1
		for i, o := range rest {
			if s := wordSimilarity(w, o); s > best {
				best, at = s, i
			}
		}
		worst = min(worst, best)
		if at >= 0 {
			rest = slices.Delete(rest, at, at+1)
		}
	}
	switch {
	case worst < alike || slices.ContainsFunc(rest, number):
		return nameOther
	case len(rest) == 0 && worst >= near:
		return nameNear
	case len(rest) == 0:
		return nameLike
	case worst >= near && len(strings.Join(x, "")) >= 4 && !slices.ContainsFunc(rest, apartWord):
		return nameLike
	}
	return nameOther
}

// apartWord says whether a word more makes another firm of the same people.
func apartWord(w string) bool { return sisters[w] }

var sisters = words(`holding beheer vastgoed pensioen management participaties beleggingen verhuur exploitatie personeel productie`)

func number(w string) bool { return strings.Trim(w, "0123456789") == "" }

// wordSimilarity compares two words, also by their sound; numbers and short
// words are the same or different.
func wordSimilarity(a, b string) float64 {
	switch {
	case a == b:
		return 1
	case number(a) || number(b):
		return 0
	}
	s := similarity(a, b)
	if s < 0.6 { // what sounds alike looks so a little
		return s
	}
	short := min(fold.Runes(a), fold.Runes(b))
	switch same := sound(a) == sound(b); {
	case short < 3 || short == 3 && !same:
		return 0
	case same:
		return max(near, s)
	}
	return s
}

// firmPlace writes where a firm is.
func firmPlace(s Subject) string {
	parts := []string{postcode(s.Postcode), houseNumber(s.Number), suffix(s.Number), street(s.Street), fold.Key(s.City), s.Country}
	if parts[0]+parts[3]+parts[4] == "" {
		return ""
	}
	return strings.Join(parts, bar)
}

// The levels of a place.
const (
	placeOther   = iota
	placeTown    // the same town, and there another street
	placeCity    // the same town, and no more is known
	placeStreet  // the same postcode, or the same street in the same town
	placeAddress // with the same house number
)

// comparePlace compares addresses. A house number with another addition is
// another door: no more than the same street.
func comparePlace(a, b string) int {
	if a == "" || b == "" {
		return -1
	}
	x, y := strings.Split(a, bar), strings.Split(b, bar)
	if len(x) != 6 || len(y) != 6 {
		return -1
	}
	same := func(i int) bool { return x[i] != "" && x[i] == y[i] }
	known := func(i int) bool { return x[i] != "" && y[i] != "" }
	city := same(4) || known(4) && wordSimilarity(x[4], y[4]) >= near
	there := same(0) || same(3) && (city || !known(4)) || city && known(3) && similarity(x[3], y[3]) >= near
	switch {
	case there && same(1) && (x[2] == y[2] || x[2] == "" || y[2] == ""):
		return placeAddress
	case there:
		return placeStreet
	case city && (known(3) || known(0)):
		return placeTown
	case city:
		return placeCity
	case known(4), known(0):
		return placeOther
	}
	return -1
}

// ways writes every way to reach somebody: phone numbers, addresses of e-mail,
// the site, and the domains of a firm.
func ways(s Subject) string {
	var all []string
	add := func(sign, v string) {
		if v != "" {
			all = append(all, sign+v)
		}
	}
	for _, p := range s.Phones {
		add("p", p)
	}
	for _, e := range s.Emails {
		add("e", e)
		add("d", domain(e))
	}
	add("w", host(s.Website))
	add("d", host(s.Website))
	slices.Sort(all)
	return strings.Join(slices.Compact(all), bar)
}

// meeting is which kinds of ways two records share, and which both have.
func meeting(a, b string) (shared map[byte][]string, both map[byte]bool) {
	shared, both = map[byte][]string{}, map[byte]bool{}
	there := map[string]bool{}
	kinds := map[byte]bool{}
	for w := range strings.SplitSeq(a, bar) {
		if w != "" {
			there[w], kinds[w[0]] = true, true
		}
	}
	for w := range strings.SplitSeq(b, bar) {
		if w == "" {
			continue
		}
		if kinds[w[0]] {
			both[w[0]] = true
		}
		if there[w] {
			shared[w[0]] = append(shared[w[0]], w[1:])
		}
	}
	return shared, both
}

// The levels of the ways to reach a firm.
const (
	wayNone    = iota
	waySite    // the same site or the same domain behind the @
	wayPhone   // the same phone number
	wayEmail   // the same e-mail address
	waySeveral // a phone number, and an e-mail address or site
)

func compareFirmWays(a, b string) int {
	shared, both := meeting(a, b)
	phone, mail, site := shared['p'] != nil, shared['e'] != nil, shared['w'] != nil || shared['d'] != nil
	switch {
	case len(both) == 0:
		return -1
	case phone && (mail || site):
		return waySeveral
	case mail:
		return wayEmail
	case phone:
		return wayPhone
	case site:
		return waySite
	}
	return wayNone
}

// The levels of the ways to reach a person.
const (
	meNone   = iota
	meDomain // the same firm behind the @
	meShared // a phone number or mailbox that colleagues share as well
	meMobile // a mobile number
	meEmail  // an e-mail address of one's own
)

func comparePersonWays(a, b string) int {
	shared, both := meeting(a, b)
	own := slices.ContainsFunc(shared['e'], func(e string) bool { return !mailbox(e) })
	switch {
	case len(both) == 0:
		return -1
	case own:
		return meEmail
	case slices.ContainsFunc(shared['p'], mobile):
		return meMobile
	case shared['p'] != nil || shared['e'] != nil:
		return meShared
	case shared['d'] != nil:
		return meDomain
	}
	return meNone
}

// mobile says whether a number is of a mobile phone, where that shows.
func mobile(e164 string) bool {
	for _, begin := range []string{"+316", "+324", "+4915", "+4916", "+4917", "+336", "+337", "+447"} {
		if strings.HasPrefix(e164, begin) {
			return true
		}
	}
	return false
}

// registers writes the numbers in registers.
func registers(s Subject) string {
	if s.KvK+s.VatID+s.Branch == "" {
		return ""
	}
	return s.KvK + bar + s.VatID + bar + s.Branch
}

// The levels of numbers in registers.
const (
	registerOther = iota
	registerVAT
	registerKvK
)

func compareRegisters(a, b string) int {
	x, y := strings.Split(a, bar), strings.Split(b, bar)
	if len(x) != 3 || len(y) != 3 {
		return -1
	}
	known := func(i int) bool { return x[i] != "" && y[i] != "" }
	switch {
	case known(2) && x[2] != y[2], known(0) && x[0] != y[0]:
		return registerOther
	case known(0):
		return registerKvK
	case known(1) && x[1] == y[1]:
		return registerVAT
	case known(1):
		return registerOther
	}
	return -1
}

// given writes the given name, or the initials with a dot: jan, jp.
func given(s Subject) string {
	if g := fold.Key(s.givenName()); g != "" {
		return german(g)
	}
	i := s.Initials
	if i == "" && initialsOnly(s.Given) {
		i = s.Given
	}
	if i = strings.ReplaceAll(fold.Key(i), " ", ""); i == "" {
		return ""
	}
	return i + "."
}

// The levels of a given name.
const (
	givenOther   = iota
	givenInitial // initials begin with another letter: people are seldom called as on paper
	givenFits    // an initial fits, or one is short for the other
	givenNear
	givenSame
)

func compareGiven(a, b string) int {
	if a == "" || b == "" {
		return -1
	}
	x, xi := strings.CutSuffix(a, ".")
	y, yi := strings.CutSuffix(b, ".")
	switch {
	case xi || yi:
		if x[0] != y[0] || xi && yi && !strings.HasPrefix(x, y) && !strings.HasPrefix(y, x) {
			return givenInitial
		}
		return givenFits
	case x == y:
		return givenSame
	case wordSimilarity(x, y) >= near:
		return givenNear
	case short(x, y), short(y, x), strings.HasPrefix(x, y+" "), strings.HasPrefix(y, x+" "):
		return givenFits
	case wordSimilarity(x, y) >= alike && x[0] == y[0]:
		return givenFits
	}
	return givenOther
}

// short says whether a is how people call a b.
func short(a, b string) bool {
	if len(a) >= 3 && strings.HasPrefix(b, a) {
		return true // Rob of Robert, Mar of Marieke
	}
	return slices.Contains(calling[a], b)
}

// calling are Dutch calling names with the names on paper.
var calling = map[string][]string{
	"jan": {"johannes", "johan", "johanna"}, "hans": {"johannes", "johan"}, "joop": {"johannes", "johan"}, "johan": {"johannes"}, "jo": {"johannes", "johanna", "josef", "jozef"},
	"piet": {"pieter", "petrus"}, "peter": {"pieter", "petrus"}, "kees": {"cornelis", "cornelius"}, "cor": {"cornelis", "cornelia"}, "nel": {"cornelia", "petronella"},
	"wim": {"willem", "wilhelmus"}, "bill": {"william"}, "willem": {"wilhelmus"}, "henk": {"hendrik", "hendrikus"}, "harry": {"hendrik", "henricus"}, "rik": {"hendrik"},
	"bob": {"robert"}, "rob": {"robert"}, "bert": {"albert", "hubert", "robert", "lambert"}, "bart": {"bartholomeus"}, "gerard": {"gerardus"}, "gerrit": {"gerardus"},
	"ger": {"gerard", "gerardus"}, "sjaak": {"jacobus", "jacques"}, "jaap": {"jacob", "jacobus"}, "koos": {"jacobus"}, "kobus": {"jacobus"}, "leo": {"leonardus"},
	"toon": {"antonius"}, "ton": {"antonius", "anton"}, "anton": {"antonius"}, "theo": {"theodorus"}, "dirk": {"diederik"}, "klaas": {"nicolaas", "nikolaas"}, "nico": {"nicolaas"},
	"frans": {"franciscus"}, "frank": {"franciscus"}, "fons": {"alfons", "alphonsus"}, "guus": {"augustinus", "gustaaf"}, "sjoerd": {"siegfried"}, "bas": {"sebastiaan"},
	"maarten": {"martinus"}, "mart": {"martinus"}, "tinus": {"martinus"}, "ries": {"marinus"}, "rinus": {"marinus"}, "thijs": {"matthijs", "mattheus"}, "mat": {"mattheus"},
	"an": {"anna"}, "ans": {"anna", "johanna"}, "anneke": {"anna"}, "anja": {"anna"}, "annie": {"anna"}, "ria": {"maria"}, "mieke": {"maria"}, "marie": {"maria"}, "marijke": {"maria"},
	"riet": {"maria", "margaretha"}, "greet": {"margaretha"}, "griet": {"margaretha"}, "bep": {"elisabeth"}, "els": {"elisabeth"}, "liesbeth": {"elisabeth"}, "betty": {"elisabeth"},
	"truus": {"geertruida"}, "trudy": {"geertruida"}, "wil": {"wilhelmina", "wilhelmus"}, "willy": {"wilhelmina"}, "mien": {"wilhelmina"}, "ina": {"catharina", "wilhelmina"},
	"toos": {"catharina"}, "karin": {"catharina"}, "trijn": {"catharina"}, "hanneke": {"johanna"}, "jopie": {"johanna"}, "lien": {"carolina"}, "loes": {"louise"},
	"tom": {"thomas"}, "tim": {"timothy"}, "alex": {"alexander"}, "sander": {"alexander"}, "lex": {"alexander"}, "mike": {"michael"}, "chris": {"christiaan", "christina"},
	"stef": {"stefan"}, "max": {"maximiliaan"}, "sam": {"samuel", "samantha"}, "dick": {"richard", "dirk"}, "jim": {"james"}, "ed": {"eduard"}, "eddy": {"eduard"},
}

// family writes the family name without what stands before it.
func family(s Subject) string {
	f := s.Family
	if name, _, found := strings.Cut(f, ","); found { // Berg, van der
		f = name
	}
	_, f = fold.Infix(f)
	return german(fold.Key(f))
}

// The levels of a family name.
const (
	familyOther = iota
	familyPart  // one is part of the other: a name with that of a partner
	familyNear
	familySame
)

func compareFamily(a, b string) int {
	switch {
	case a == "" || b == "":
		return -1
	case a == b:
		return familySame
	case strings.ReplaceAll(a, " ", "") == strings.ReplaceAll(b, " ", ""):
		return familyNear
	}
	like := wordSimilarity(a, b)
	if like >= near+0.02 || like >= 0.6 && sound(a) == sound(b) {
		return familyNear
	}
	if !strings.Contains(a+b, " ") {
		if like >= alike+0.03 {
			return familyPart
		}
		return familyOther
	}
	for x := range strings.FieldsSeq(a) {
		for y := range strings.FieldsSeq(b) {
			if fold.Runes(x) > 2 && sound(x) == sound(y) {
				return familyPart
			}
		}
	}
	if wordSimilarity(a, b) >= alike+0.03 {
		return familyPart
	}
	return familyOther
}

// personPlace writes where a person works and lives.
func personPlace(s Subject) string {
	var at []string
	for _, a := range s.Accounts {
		at = append(at, a.String())
	}
	for name := range strings.SplitSeq(s.Account, "\n") {
		if n := strings.Join(nameWords(name), " "); n != "" {
			at = append(at, n)
		}
	}
	slices.Sort(at)
	home := firmPlace(s)
	if len(at) == 0 && home == "" {
		return ""
	}
	return strings.Join(slices.Compact(at), "~") + "/" + home
}

// The levels of where a person is.
const (
	whereOther = iota
	whereCity
	whereAccount // the same relation
	whereAddress // the same address
)

func comparePersonPlace(a, b string) int {
	if a == "" || b == "" {
		return -1
	}
	atA, homeA, _ := strings.Cut(a, "/")
	atB, homeB, _ := strings.Cut(b, "/")
	home := comparePlace(homeA, homeB)
	colleagues := false
	for x := range strings.SplitSeq(atA, "~") {
		colleagues = colleagues || x != "" && slices.Contains(strings.Split(atB, "~"), x)
	}
	switch {
	case home == placeAddress:
		return whereAddress
	case colleagues:
		return whereAccount
	case home >= placeTown:
		return whereCity
	case home == placeOther, atA != "" && atB != "":
		return whereOther
	}
	return -1
}

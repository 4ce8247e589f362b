package match

import (
	"slices"
	"strings"

	"kring/base/fold"
)

// MaxBlock is how many records may share a key: one that more share says too
// little to compare everybody under it with everybody.
const MaxBlock = 25

// Blocks are the keys under which a record is kept for comparing. Two records
// are compared when they share one, or a phone number, an e-mail address, a KvK
// number or, of contacts, an account: those have an index of their own. The
// keys are few and sharp: a record that is typed with a mistake in one field
// still shares one of the others.
func Blocks(s Subject) []string {
	var keys []string
	add := func(sign string, parts ...string) {
		if !slices.Contains(parts, "") {
			keys = append(keys, sign+strings.Join(parts, "|"))
		}
	}
	place := fold.Key(s.City)
	if s.Person {
		given, family := sound(s.givenName()), sound(s.Family)
		initial := first(s.givenName(), s.Initials)
		two := []string{given, family}
		slices.Sort(two) // Jansen, Jan and Jan, Jansen
		if given != "" && family != "" {
			add("n", strings.Join(two, " "))
		} else {
			add("n", family, initial)
		}
		add("c", family, initial, place)
	} else {
		name := soundName(s.Name)
		add("n", name)
		add("c", name, place)
	}
	add("a", postcode(s.Postcode), houseNumber(s.Number))
	add("w", host(s.Website))
	add("v", s.VatID)
	for i, k := range keys {
		if r := []rune(k); len(r) > 80 {
			keys[i] = string(r[:80])
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// Whole takes the name of a person apart that was written whole: Sanne de Wit, and
// Wit, Sanne de.
func Whole(name string) (given, infix, family string) {
	if last, rest, found := strings.Cut(name, ","); found {
		words := strings.Fields(rest)
		n := len(words)
		for n > 0 && words[n-1] == strings.ToLower(words[n-1]) && isInfix(words[n-1]) {
			n--
		}
		return strings.Join(words[:n], " "), strings.Join(words[n:], " "), strings.TrimSpace(last)
	}
	words := strings.Fields(name)
	if len(words) < 2 {
		return "", "", name
	}
	infix, family = fold.Infix(strings.Join(words[1:], " "))
	return words[0], infix, family
}

// isInfix asks fold, which knows an infix by what stands after it.
func isInfix(word string) bool {
	infix, _ := fold.Infix(word + " X")
	return infix != ""
}

// givenName is the given name; initials that were typed there are none.
func (s Subject) givenName() string {
	if initialsOnly(s.Given) {
		return ""
	}
	return s.Given
}

// initialsOnly says whether a text is S.J. or J rather than a name.
func initialsOnly(s string) bool {
	if s = strings.TrimSpace(s); s == "" {
		return false
	}
	for w := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == '.' || r == ' ' || r == '-' }) {
		if fold.Runes(w) > 1 {
			return false
		}
	}
	return true
}

// first is the first letter of the given name, or else of the initials.
func first(given, initials string) string {
	for _, s := range []string{given, initials} {
		if k := fold.Key(s); k != "" {
			return string([]rune(k)[:1])
		}
	}
	return ""
}

// forms are the words of a name that say what kind of firm it is.
var forms = words(`bv nv vof cv ua ba cooperatie cooperatief maatschap eenmanszaak stichting st vereniging ver
	gmbh ag kg ohg ug ltd limited llc llp inc plc sa sarl sas spa srl bvba sprl nvsa vzw ev besloten vennootschap`)

// small are the words that a name is often written without.
var small = words(`de het een en van der den te ten ter t s the and of fa firma`)

func words(list string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(list) {
		set[w] = true
	}
	return set
}

// nameWords are the words of a firm's name that tell it from others, folded: De
// Kade B.V. and Kade BV, de are both kade. When nothing is left all stay.
func nameWords(name string) []string {
	all := strings.Fields(german(fold.Key(ands.Replace(name))))
	var kept []string
	for _, w := range all {
		if !forms[w] && !small[w] {
			kept = append(kept, w)
		}
	}
	if len(kept) == 0 {
		kept = all
	}
	slices.Sort(kept)
	return slices.Compact(kept)
}

// german brings what is written for an umlaut to the letter without: folding
// made Müller muller, others type Mueller. Dutch has oe, ue and ae as well;
// alike on both sides that does no harm.
func german(s string) string { return umlauts.Replace(s) }

var umlauts = strings.NewReplacer("ue", "u", "oe", "o", "ae", "a")

var ands = strings.NewReplacer("&", " en ", "+", " en ")

// soundName is the words of a firm's name by sound.
func soundName(name string) string {
	all := nameWords(name)
	for i, w := range all {
		all[i] = sound(w)
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), " ")
}

// sounds are spellings that Dutch ears take for one.
var sounds = strings.NewReplacer(
	"sch", "sg", "ph", "f", "th", "t", "dt", "t", "ck", "k", "ks", "x", "cks", "x", "ij", "i", "ei", "i", "ey", "i", "y", "i", "ie", "i",
	"au", "ou", "aa", "a", "ee", "e", "oo", "o", "uu", "u", "c", "k", "q", "k", "z", "s", "v", "f", "w", "f", "gh", "g", "ch", "g",
)

// sound is a word as it is heard: Janssen and Jansen, Dijkstra and Dykstra,
// Claassen and Klaassen, Müller and Mueller. A plural or genitive s at the end
// goes: Jansens.
func sound(word string) string {
	s := strings.ReplaceAll(fold.Key(word), " ", "")
	if strings.ContainsAny(s, "0123456789") {
		return s
	}
	s = sounds.Replace(german(s))
	var b strings.Builder
	last := rune(0)
	for _, r := range s {
		if r != last {
			b.WriteRune(r)
		}
		last = r
	}
	s = b.String()
	if cut, ok := strings.CutSuffix(s, "s"); ok && len(cut) > 3 {
		s = cut
	}
	if cut, ok := strings.CutSuffix(s, "d"); ok && len(cut) > 1 {
		s = cut + "t"
	}
	return s
}

// postcode is a postcode as one word.
func postcode(s string) string { return strings.ReplaceAll(fold.Key(s), " ", "") }

// houseNumber is the digits of a house number.
func houseNumber(s string) string {
	digits := strings.TrimLeft(s, " ")
	n := 0
	for n < len(digits) && digits[n] >= '0' && digits[n] <= '9' {
		n++
	}
	return digits[:n]
}

// suffix is what is added to a house number: 12a, 12 A and 12-A are alike.
func suffix(s string) string {
	return strings.ReplaceAll(fold.Key(strings.TrimPrefix(strings.TrimSpace(s), houseNumber(s))), " ", "")
}

// streets are how people shorten the kind of a street.
var streets = strings.NewReplacer("straat", "str", "strasse", "str", "laan", "ln", "plein", "pln", "kade", "kd", "weg", "wg", "burgemeester", "burg", "dokter", "dr")

// street is a street as one word, with what people shorten shortened.
func street(s string) string {
	return streets.Replace(strings.ReplaceAll(fold.Key(s), " ", ""))
}

// shared are sites where many have a page: the host says nothing.
var shared = words(`facebook.com linkedin.com instagram.com twitter.com x.com youtube.com marktplaats.nl sites.google.com wixsite.com
	google.com linktr.ee funda.nl thuisbezorgd.nl etsy.com tiktok.com wordpress.com blogspot.com jouwweb.nl business.site github.io`)

// host is the name of a site that is one's own, without www.
func host(link string) string {
	_, rest, found := strings.Cut(link, "://")
	if !found {
		rest = link
	}
	h, _, _ := strings.Cut(rest, "/")
	h, _, _ = strings.Cut(h, ":")
	h = strings.TrimPrefix(strings.ToLower(h), "www.")
	if h == "" || shared[h] {
		return ""
	}
	if _, up, ok := strings.Cut(h, "."); ok && shared[up] {
		return ""
	}
	return h
}

// mailers are where people have an address of their own.
var mailers = words(`gmail.com googlemail.com hotmail.com hotmail.nl outlook.com outlook.nl live.nl live.com msn.com icloud.com me.com mac.com yahoo.com yahoo.nl
	ziggo.nl kpnmail.nl kpnplanet.nl planet.nl hetnet.nl home.nl xs4all.nl chello.nl quicknet.nl upcmail.nl casema.nl telfort.nl tele2.nl online.nl
	solcon.nl zeelandnet.nl caiway.nl wxs.nl tiscali.nl upcmail.nl protonmail.com proton.me gmx.de gmx.net web.de t-online.de telenet.be skynet.be`)

// domain is the domain of an address when it belongs to a firm.
func domain(address string) string {
	_, d, found := strings.Cut(address, "@")
	if !found || mailers[d] {
		return ""
	}
	return d
}

// boxes are addresses of a firm rather than of a person.
var boxes = words(`info contact administratie admin verkoop sales receptie inkoop office mail post facturen factuur invoice klantenservice service support
	secretariaat bestellingen orders order hallo hello welkom planning hr personeel boekhouding debiteuren crediteuren directie webshop marketing helpdesk`)

// mailbox says whether an address is one that colleagues share.
func mailbox(address string) bool {
	local, _, _ := strings.Cut(address, "@")
	name, _, _ := strings.Cut(local, "+")
	return boxes[strings.Trim(name, "0123456789")] || boxes[strings.ReplaceAll(name, "-", "")]
}

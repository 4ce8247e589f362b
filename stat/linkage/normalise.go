package linkage

import (
	"regexp"
	"strings"

	"kring/base/fold"
	"kring/base/phone"
)

// Given brings a first name to one form: folded, ij as y, and the letters of
// initials together ("J.P." and "J. P." are jp).
func Given(s string) string {
	return strings.Join(initials(strings.Fields(same(s))), " ")
}

// Family brings a family name to one form, its tussenvoegsel left out: "de
// Wit", "Wit, de" and "Wit" are one, as are Dijkstra and Dykstra, Müller and
// Muller. Mueller stays another letter apart.
func Family(s string) string {
	s = strings.ToLower(s)
	if name, infix, found := strings.Cut(s, ","); found {
		s = infix + " " + name
	}
	_, family := fold.Infix(strings.TrimSpace(s))
	return same(family)
}

// Person parts a name written whole into given and family name, both in one
// form: "Sanne de Wit" and "Wit, Sanne de".
func Person(whole string) (given, family string) {
	whole = strings.ToLower(strings.TrimSpace(titles.ReplaceAllString(whole, "")))
	if name, rest, found := strings.Cut(whole, ","); found {
		words := strings.Fields(rest)
		n := len(words)
		for n > 0 && infix(words[n-1]) {
			n--
		}
		return Given(strings.Join(words[:n], " ")), Family(name)
	}
	words := strings.Fields(whole)
	for i := 1; i < len(words)-1; i++ {
		if infix(words[i]) {
			return Given(strings.Join(words[:i], " ")), Family(strings.Join(words[i:], " "))
		}
	}
	if len(words) < 2 {
		return "", Family(whole)
	}
	last := len(words) - 1
	return Given(strings.Join(words[:last], " ")), Family(words[last])
}

var titles = regexp.MustCompile(`(?i)^(?:(?:dhr|de heer|heer|mevr|mw|mevrouw|mr|mrs|ms|miss|dr|drs|ir|ing|prof|herr|frau)\.?\s+)+`)

// infix tells a word that stands before a family name.
func infix(word string) bool {
	in, _ := fold.Infix(word + " x")
	return in != ""
}

// same is the folded text in which ij and y are one letter.
func same(s string) string {
	return strings.ReplaceAll(fold.Key(s), "ij", "y")
}

func initials(words []string) []string {
	var joined []string
	for i, w := range words {
		if n := len(joined); n > 0 && len(w) == 1 && len(words[i-1]) == 1 {
			joined[n-1] += w
			continue
		}
		joined = append(joined, w)
	}
	return joined
}

// legal are the forms of organisation that say nothing about which one it is.
var legal = map[string]bool{
	"bv": true, "nv": true, "vof": true, "cv": true, "stichting": true, "st": true, "vereniging": true, "ver": true, "cooperatie": true, "ua": true, "ba": true, "eenmanszaak": true, "maatschap": true,
	"holding": true, "beheer": true, "groep": true, "group": true, "nederland": true, "ltd": true, "limited": true, "inc": true, "llc": true, "plc": true, "corp": true, "corporation": true, "company": true, "co": true,
	"gmbh": true, "ag": true, "kg": true, "ohg": true, "ev": true, "sa": true, "sarl": true, "sas": true, "bvba": true, "srl": true, "en": true, "and": true, "und": true, "et": true, "the": true, "de": true, "het": true,
}

// Company brings the name of an organisation to one form: folded, without its
// legal form and without "en", "&" and the article. A name of nothing else stays
// whole ("De Groep").
func Company(s string) string {
	folded := same(spelled.Replace(" " + strings.ToLower(s) + " "))
	var words []string
	for _, w := range strings.Fields(folded) {
		if !legal[w] {
			words = append(words, w)
		}
	}
	if len(words) == 0 {
		return folded
	}
	return strings.Join(initials(words), " ")
}

// spelled are legal forms written with spaces or strokes.
var spelled = strings.NewReplacer(" b v ", " bv ", " b. v. ", " bv ", " n v ", " nv ", " n. v. ", " nv ", " v o f ", " vof ", " i.o. ", " ", " i.l. ", " ", "c.v.", "cv")

// Street brings the name of a street to one form: folded, common endings
// written short, no spaces, so that "Prinses Beatrix str." is
// "prinsesbeatrixstraat".
func Street(s string) string {
	words := strings.Fields(same(s))
	for i, w := range words {
		if long, ok := streets[w]; ok && i > 0 {
			words[i] = long
		} else if i == len(words)-1 {
			words[i] = endings(w)
		}
	}
	return strings.Join(words, "")
}

var streets = map[string]string{"str": "straat", "ln": "laan", "wg": "weg", "pln": "plein", "sngl": "singel", "kd": "kade", "st": "street", "rd": "road", "ave": "avenue", "av": "avenue", "cres": "crescent", "cct": "circuit", "pl": "place", "dr": "drive", "ct": "court", "blvd": "boulevard"}

// endings writes out what is short at the end of a word: "hoofdstr".
func endings(w string) string {
	if len(w) > 5 && strings.HasSuffix(w, "str") {
		return w + "aat"
	}
	return w
}

// House brings a house number with its suffix to one form: "12a", "12 A" and
// "12-a" are 12-a; "12-II", "12 2" and "12 2 hoog" are 12-2; leading zeros go.
func House(s string) string {
	m := house.FindStringSubmatch(fold.Key(s))
	if m == nil {
		return strings.ReplaceAll(fold.Key(s), " ", "")
	}
	number := strings.TrimLeft(m[1], "0")
	suffix := floors.ReplaceAllString(strings.ReplaceAll(m[2], " ", ""), "")
	if roman, ok := romans[suffix]; ok {
		suffix = roman
	}
	if suffix == "" {
		return number
	}
	return number + "-" + suffix
}

var (
	house  = regexp.MustCompile(`^(?:nr|no|huisnummer|nummer)? ?([0-9]+) ?(.*)$`)
	floors = regexp.MustCompile(`(?:hoog|hg|etage|verdieping)$`)
	romans = map[string]string{"i": "1", "ii": "2", "iii": "3", "iv": "4"}
)

// Address parts a line with street and house number, each in one form: "Kerkstr.
// 12-II" and, as in English, "12 Church Street". The rest of an English line
// stays with the street.
func Address(s string) (street, number string) {
	s = strings.TrimSpace(s)
	if m := behind.FindStringSubmatch(s); m != nil {
		return Street(m[1]), House(m[2])
	}
	if m := before.FindStringSubmatch(s); m != nil {
		return Street(m[2]), House(m[1])
	}
	return Street(s), ""
}

var (
	behind = regexp.MustCompile(`^(.*\pL.*?)[\s,]+(?:nr\.?\s*)?([0-9]+(?:\s*[-/]?\s*(?:[a-zA-Z]{1,3}|[0-9]{1,4}|bis|[0-9]\s*hoog))?)$`)
	before = regexp.MustCompile(`^([0-9]+[a-zA-Z]?)[\s,]+(.*\pL.*)$`)
)

// Postcode is a postcode without spaces and case: "8011 AA" is 8011aa. Zeros in
// front stay.
func Postcode(s string) string {
	return strings.ReplaceAll(fold.Key(s), " ", "")
}

// Compact is a number or code without the signs that people put in it.
func Compact(s string) string {
	return strings.ReplaceAll(fold.Key(s), " ", "")
}

// Number is a telephone number in its one form: 06-12345678, 0031 6 12345678
// and +31 (0)6 12345678 are +31612345678. What is no number keeps its digits.
func Number(s string) string {
	if e164, err := phone.Normalise(s, ""); err == nil {
		return e164
	}
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// Email is an e-mail address as it is compared: lower case, without the part
// behind a plus.
func Email(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	local, domain, found := strings.Cut(s, "@")
	if !found {
		return s
	}
	local, _, _ = strings.Cut(local, "+")
	return local + "@" + domain
}

// Day is a date as 20261130, from 2026-11-30, 30-11-2026, 30/11/2026, 20261130
// or with a time behind it. A number that is no day keeps its digits, so that a
// typing error stays one digit away.
func Day(s string) string {
	s = strings.TrimSpace(s)
	if m := yearFirst.FindStringSubmatch(s); m != nil {
		return m[1] + two(m[2]) + two(m[3])
	}
	if m := yearLast.FindStringSubmatch(s); m != nil {
		day, month := two(m[1]), two(m[2])
		if month > "12" && day <= "12" {
			day, month = month, day // 11/30/2026
		}
		return m[3] + month + day
	}
	return strings.ReplaceAll(fold.Key(s), " ", "")
}

var (
	yearFirst = regexp.MustCompile(`^([0-9]{4})[-/. ]([0-9]{1,2})[-/. ]([0-9]{1,2})(?:[T ].*)?$`)
	yearLast  = regexp.MustCompile(`^([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})(?:[T ].*)?$`)
)

func two(s string) string {
	if len(s) < 2 {
		return "0" + s
	}
	return s
}

// Site is the host of a website: https://www.brandt.example/contact is
// brandt.example.
func Site(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if _, rest, found := strings.Cut(s, "://"); found {
		s = rest
	}
	s, _, _ = strings.Cut(s, "/")
	return strings.TrimPrefix(s, "www.")
}

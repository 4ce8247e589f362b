// Package fold brings text that people type to one form: clean for keeping,
// folded for sorting and searching, so that Café, cafe and CAFÉ meet.
package fold

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// MaxKey is the longest key in runes; text beyond it does not take part.
const MaxKey = 256

// letters that no decomposition takes apart.
var letters = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ð': "d", 'ł': "l", 'þ': "th", 'ı': "i", 'ħ': "h", 'ŋ': "n", 'ĸ': "k", 'ŧ': "t", 'ſ': "s",
}

// Key is text for comparing and sorting: accents and case gone, ß as ss, ĳ as
// ij, apostrophes and the dots of abbreviations dropped (B.V. is bv), other
// signs and runs of space as one space, at most MaxKey runes.
func Key(s string) string {
	var b strings.Builder
	f := folder{out: &b}
	for _, r := range norm.NFKD.String(cut(s, MaxKey)) {
		f.add(unicode.ToLower(r))
		if f.n >= MaxKey {
			break
		}
	}
	return b.String()
}

// folder writes folded runes with single spaces between words.
type folder struct {
	out   *strings.Builder
	n     int  // runes written
	run   int  // letters since the last sign
	space bool // a space is due before the next letter
}

func (f *folder) add(r rune) {
	switch {
	case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Me, r), unicode.Is(unicode.Cf, r), quote(r):
	case r == '.' && f.run == 1 && !f.space:
		f.run = 0 // an initial or abbreviation: what follows belongs to it
	case letters[r] != "":
		for _, l := range letters[r] {
			f.write(l)
		}
	case unicode.IsLetter(r), unicode.IsDigit(r), unicode.Is(unicode.Mc, r):
		f.write(r)
	default:
		f.run, f.space = 0, f.n > 0
	}
}

func (f *folder) write(r rune) {
	if f.space {
		f.out.WriteByte(' ')
		f.n++
		f.space = false
	}
	f.out.WriteRune(r)
	f.n++
	f.run++
}

func quote(r rune) bool {
	return strings.ContainsRune("'’‘`´ʼ′\"“”„", r)
}

// cut keeps the first n runes and repairs broken UTF-8.
func cut(s string, n int) string {
	if len(s) > n {
		i := 0
		for at := range s {
			if i == n {
				s = s[:at]
				break
			}
			i++
		}
	}
	return strings.ToValidUTF8(s, " ")
}

// MaxWords is how many different words of a text can be found.
const MaxWords = 64

// Words are the different folded words of a text, in order of appearance.
func Words(s string) []string {
	var words []string
	seen := map[string]bool{}
	for w := range strings.FieldsSeq(Key(s)) {
		if !seen[w] && len(words) < MaxWords {
			seen[w] = true
			words = append(words, w)
		}
	}
	return words
}

// infixes are the folded words of a Dutch tussenvoegsel, and those of the
// neighbours that come along in Dutch files.
var infixes = map[string]bool{
	"aan": true, "af": true, "al": true, "am": true, "auf": true, "aus": true, "bij": true, "bin": true, "d": true, "da": true, "dal": true, "de": true,
	"degli": true, "dei": true, "del": true, "dela": true, "della": true, "den": true, "der": true, "des": true, "di": true, "die": true, "do": true, "don": true, "dos": true,
	"du": true, "el": true, "het": true, "i": true, "im": true, "in": true, "l": true, "la": true, "las": true, "le": true, "les": true, "lo": true,
	"los": true, "met": true, "of": true, "onder": true, "op": true, "over": true, "s": true, "t": true, "te": true, "ten": true, "ter": true, "thoe": true, "tho": true,
	"to": true, "toe": true, "tot": true, "uijt": true, "uit": true, "unter": true, "van": true, "vande": true, "vanden": true, "vander": true, "ver": true, "vom": true, "von": true, "voor": true, "vor": true,
	"zu": true, "zum": true, "zur": true,
}

// Infix parts "de Wit" into "de" and "Wit", "van 't Hoff" into "van 't" and
// "Hoff". Only words written in lower case are an infix, and the last word
// never is: "Ten Cate" and "van" stay family names.
func Infix(name string) (infix, family string) {
	words := strings.Fields(name)
	n := 0
	for n < len(words)-1 && words[n] == strings.ToLower(words[n]) && infixes[Key(words[n])] {
		n++
	}
	return strings.Join(words[:n], " "), strings.Join(words[n:], " ")
}

// Name is the sort key of a person, Dutch manner: family name, then given
// name, then infix, so De Wit stands under W. An infix that was typed before
// the family name is taken off. Parts stand two spaces apart, which sorts
// "Wit, Sanne" before "Wit Boer, Anna".
func Name(given, infix, family string) string {
	if infix == "" {
		infix, family = Infix(family)
	}
	var parts []string
	for _, p := range []string{family, given, infix} {
		if k := Key(p); k != "" {
			parts = append(parts, k)
		}
	}
	return cut(strings.Join(parts, "  "), MaxKey)
}

// Person is the sort key of a name written whole: "Sanne de Wit" and "Wit,
// Sanne de" both stand under W.
func Person(whole string) string {
	if family, rest, found := strings.Cut(whole, ","); found {
		words := strings.Fields(rest)
		n := len(words)
		for n > 0 && words[n-1] == strings.ToLower(words[n-1]) && infixes[Key(words[n-1])] {
			n--
		}
		if infix := strings.Join(words[n:], " "); infix != "" {
			return Name(strings.Join(words[:n], " "), infix, family)
		}
		return Name(strings.Join(words, " "), "", family)
	}
	words := strings.Fields(whole)
	last := len(words) - 1
	for i := 1; i < last; i++ {
		if words[i] == strings.ToLower(words[i]) && infixes[Key(words[i])] {
			last = i
			break
		}
	}
	if last < 1 {
		return Key(whole)
	}
	return Name(strings.Join(words[:last], " "), "", strings.Join(words[last:], " "))
}

// Runes counts what a person would call characters, near enough for a limit.
func Runes(s string) int { return utf8.RuneCountInString(s) }

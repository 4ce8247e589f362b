package linkage

import (
	"math/bits"
	"slices"
	"strings"
)

// The comparers give a level from 0 (different) to exact, or -1 when either
// value is missing. They expect values in one form; see normalise.go.

// NameLevels is the number of levels of Name and Text.
const NameLevels = 4

// CodeLevels is the number of levels of Code, Date and Phone.
const CodeLevels = 3

// Name compares names: 3 exact, 2 from .92 Jaro-Winkler, 1 from .80, else 0.
func Name(a, b string) int {
	switch {
	case a == "" || b == "":
		return -1
	case a == b:
		return 3
	case unlike(a, b, .80):
		return 0
	}
	switch jw := JaroWinkler(a, b); {
	case jw >= .92:
		return 2
	case jw >= .80:
		return 1
	}
	return 0
}

// GivenName is Name for first names: an initial that fits is level 1 ("j" and
// "jan", "jp" and "jan peter").
func GivenName(a, b string) int {
	level := Name(a, b)
	if level == 0 && (initialOf(a, b) || initialOf(b, a)) {
		return 1
	}
	return level
}

// initialOf tells letters that are the first of the words of a name.
func initialOf(short, long string) bool {
	if len(short) > 4 || len(short) >= len(long) || strings.Contains(short, " ") {
		return false
	}
	words := strings.Fields(long)
	for i := range len(short) {
		if i == len(words) {
			return len(words) == 1 && i == 1 // "jp" and "jan": only the first is known
		}
		if words[i][0] != short[i] {
			return false
		}
	}
	return len(short) == 1 || len(words) > 1
}

// Words is Name for names of more words: 2 as well when the words of one are all
// in the other ("brandt" and "brandt installatietechniek") or stand in another
// order.
func Words(a, b string) int {
	level := Name(a, b)
	if level == 0 || level == 1 {
		if x, y := strings.Fields(a), strings.Fields(b); contains(x, y) || contains(y, x) {
			return 2
		}
	}
	return level
}

// contains tells whether all words are among others; one short word is too
// little to go by.
func contains(all, words []string) bool {
	if len(words) == 0 || len(words) > len(all) || len(words) == 1 && len(words[0]) < 4 {
		return false
	}
	for _, w := range words {
		if !slices.Contains(all, w) {
			return false
		}
	}
	return true
}

// Mail compares addresses that Email brought to one form: 2 exact, 1 the same
// before the @ and nearly the same behind it, else 0. That j.jansen1 and
// j.jansen2 look alike says no more than their names do.
func Mail(a, b string) int {
	switch {
	case a == "" || b == "":
		return -1
	case a == b:
		return 2
	}
	x, at, _ := strings.Cut(a, "@")
	y, there, _ := strings.Cut(b, "@")
	if x == y && OSA(at, there) <= 2 {
		return 1
	}
	return 0
}

// HouseNumber compares numbers that House brought to one form: 2 exact, 1 the
// same number with another suffix or one sign other, else 0.
func HouseNumber(a, b string) int {
	if level := Code(a, b); level != 0 {
		return level
	}
	x, _, _ := strings.Cut(a, "-")
	y, _, _ := strings.Cut(b, "-")
	if x == y && x != "" {
		return 1
	}
	return 0
}

// unlike tells, without looking where letters stand, texts that JaroWinkler
// cannot bring to least: a letter that the other text lacks is never found there.
func unlike(a, b string, least float64) bool {
	if !ascii(a) || !ascii(b) {
		return false
	}
	inA, inB := letters(a), letters(b)
	m := float64(min(len(a)-bits.OnesCount64(inA&^inB), len(b)-bits.OnesCount64(inB&^inA)))
	j := (m/float64(len(a)) + m/float64(len(b)) + 1) / 3
	return j+float64(prefix(a, b, 4))*.1*(1-j) < least
}

// letters is the set of the letters of a text, some sharing a place.
func letters(s string) (set uint64) {
	for i := range len(s) {
		set |= 1 << (s[i] & 63)
	}
	return set
}

// Text compares a longer text, such as a street, as Name does.
func Text(a, b string) int { return Name(a, b) }

// Code compares numbers and codes, in which each sign counts: 2 exact, 1 one
// sign other, lacking, too many or swapped with its neighbour, else 0.
func Code(a, b string) int {
	switch {
	case a == "" || b == "":
		return -1
	case a == b:
		return 2
	case oneStep(a, b):
		return 1
	}
	return 0
}

// oneStep tells texts at a distance (OSA) of one, in one walk.
func oneStep(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 && ascii(b) {
		return false
	}
	if !ascii(a) || !ascii(b) {
		return OSA(a, b) == 1
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:]
	}
	return i < len(a) && (a[i+1:] == b[i+1:] ||
		i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:])
}

// Date compares days as 20261130: 2 exact, 1 one digit other or swapped, or day
// and month swapped, else 0.
func Date(a, b string) int {
	if level := Code(a, b); level != 0 {
		return level
	}
	if len(a) == 8 && len(b) == 8 && a[:4] == b[:4] && a[4:6] == b[6:] && a[6:] == b[4:6] {
		return 1
	}
	return 0
}

// Phone compares numbers in their one form, as Code does.
func Phone(a, b string) int { return Code(a, b) }

// Exact compares what is the same or not: 1 exact, else 0.
func Exact(a, b string) int {
	switch {
	case a == "" || b == "":
		return -1
	case a == b:
		return 1
	}
	return 0
}

package fold

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"kring/base/fault"
)

// What can be wrong with any text.
var (
	ErrBroken  = fault.New(fault.Invalid, "text.broken", "the text holds bytes that are no characters (not UTF-8)")
	ErrControl = fault.New(fault.Invalid, "text.control", "the text holds a control character")
	ErrLine    = fault.New(fault.Invalid, "text.line", "this must fit on one line")
	ErrLong    = fault.New(fault.Invalid, "text.long", "the text is too long")
)

// Clean is one line of typed text as it is kept: trimmed, composed (NFC), tabs
// and runs of space as one space, invisible marks gone; at most max runes.
// Control characters, marks that turn the writing direction, line breaks and
// broken UTF-8 are refused rather than silently dropped.
func Clean(s string, max int) (string, error) {
	s, err := legible(s, max)
	if err != nil {
		return "", err
	}
	if strings.ContainsAny(strings.TrimSpace(s), "\n\u2028\u2029\u0085") {
		return "", ErrLine
	}
	return limit(strings.Join(strings.Fields(s), " "), max)
}

// Text is typed text of more lines as it is kept: line ends as \n, no space at
// the end of a line, trimmed at both ends; tabs and indents stay. It refuses
// what Clean refuses, line breaks excepted.
func Text(s string, max int) (string, error) {
	s, err := legible(s, max)
	if err != nil {
		return "", err
	}
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " \t")
	}
	return limit(strings.TrimSpace(strings.Join(lines, "\n")), max)
}

// legible checks every rune and composes the text; \t and \n are left in.
func legible(s string, max int) (string, error) {
	if printable(s) {
		return s, nil
	}
	if len(s) > 16*max+64 { // hopeless: not worth composing
		return "", ErrLong.With(fault.Params{"max": max, "count": utf8.RuneCountInString(s)})
	}
	if !utf8.ValidString(s) || strings.ContainsRune(s, utf8.RuneError) {
		return "", ErrBroken
	}
	s = lineEnds.Replace(s)
	for _, r := range s {
		switch {
		case r == '\n', r == '\t', r == 0x85:
		case r < 0x20, r >= 0x7f && r < 0xa0:
			return "", ErrControl
		case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069: // direction overrides hide what is said
			return "", ErrControl
		case r >= 0xfdd0 && r <= 0xfdef, r&0xfffe == 0xfffe: // noncharacters
			return "", ErrBroken
		}
	}
	return invisible.Replace(norm.NFC.String(s)), nil
}

// printable tells the common text that needs no second look: ASCII without
// control characters.
func printable(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

var invisible = strings.NewReplacer("\u200b", "", "\u2060", "", "\ufeff", "", "\u00ad", "", "\u200e", "", "\u200f", "")

func limit(s string, max int) (string, error) {
	if n := utf8.RuneCountInString(s); n > max {
		return "", ErrLong.With(fault.Params{"max": max, "count": n})
	}
	return s, nil
}

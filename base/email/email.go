// Package email reads e-mail addresses as people type them and keeps them in
// one form: lower case, the domain as the network writes it (punycode).
package email

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"kring/base/fault"
)

// MaxTyped is the longest typed address considered; an address of over 254
// bytes cannot be sent to (RFC 5321).
const MaxTyped = 320

// What can be wrong with a typed address.
var (
	ErrEmpty   = fault.New(fault.Invalid, "email.empty", "there is no e-mail address here")
	ErrNoAt    = fault.New(fault.Invalid, "email.no_at", "an e-mail address has an @")
	ErrManyAt  = fault.New(fault.Invalid, "email.many_at", "an e-mail address has one @")
	ErrNoName  = fault.New(fault.Invalid, "email.no_name", "something is missing before the @")
	ErrNoHost  = fault.New(fault.Invalid, "email.no_host", "something is missing after the @")
	ErrNoDot   = fault.New(fault.Invalid, "email.no_dot", "after the @ an end such as .nl is missing")
	ErrSpace   = fault.New(fault.Invalid, "email.space", "an e-mail address has no spaces")
	ErrName    = fault.New(fault.Invalid, "email.name", "what stands before the @ cannot be in an e-mail address")
	ErrHost    = fault.New(fault.Invalid, "email.host", "what stands after the @ is no domain")
	ErrLong    = fault.New(fault.Invalid, "email.long", "this e-mail address is too long")
	ErrControl = fault.New(fault.Invalid, "email.control", "the e-mail address holds a character that cannot be seen")
)

// Normalise reads a typed address; Jan@Café.nl becomes jan@xn--caf-dma.nl.
// Letters outside ASCII before the @ are allowed (RFC 6531); quoted names and
// numeric hosts, which nobody has on purpose, are refused.
func Normalise(typed string) (string, error) {
	if len(typed) > 4*MaxTyped {
		return "", ErrLong
	}
	s := strings.TrimSpace(typed)
	if len(s) > 7 && strings.EqualFold(s[:7], "mailto:") {
		s = s[7:]
	}
	if inner, ok := strings.CutPrefix(s, "<"); ok && strings.HasSuffix(inner, ">") {
		s = inner[:len(inner)-1]
	}
	if err := legible(s); err != nil {
		return "", err
	}
	local, host, found := strings.Cut(norm.NFC.String(s), "@")
	switch {
	case !found:
		return "", ErrNoAt
	case strings.Contains(host, "@"):
		return "", ErrManyAt
	case local == "":
		return "", ErrNoName
	case host == "":
		return "", ErrNoHost
	}
	local, err := name(local)
	if err != nil {
		return "", err
	}
	if host, err = domain(host); err != nil {
		return "", err
	}
	if len(local)+1+len(host) > 254 {
		return "", ErrLong
	}
	return local + "@" + host, nil
}

func legible(s string) error {
	switch {
	case s == "":
		return ErrEmpty
	case !utf8.ValidString(s):
		return ErrControl
	case utf8.RuneCountInString(s) > MaxTyped:
		return ErrLong
	}
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			return ErrSpace
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == utf8.RuneError:
			return ErrControl
		}
	}
	return nil
}

// name checks the part before the @: dot-separated atoms of RFC 5322.
func name(s string) (string, error) {
	s = norm.NFC.String(strings.ToLower(s))
	if len(s) > 64 {
		return "", ErrLong
	}
	for atom := range strings.SplitSeq(s, ".") {
		if atom == "" {
			return "", ErrName
		}
		for _, r := range atom {
			if !atomic(r) {
				return "", ErrName
			}
		}
	}
	return s, nil
}

func atomic(r rune) bool {
	if r < 128 {
		return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r)
	}
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r)
}

var network = idna.New(idna.MapForLookup(), idna.StrictDomainName(true), idna.VerifyDNSLength(true), idna.BidiRule(), idna.Transitional(false))

// domain checks the part after the @ and writes it as the network does.
func domain(s string) (string, error) {
	if !strings.Contains(s, ".") {
		return "", ErrNoDot
	}
	ascii, err := network.ToASCII(s)
	if err != nil {
		return "", ErrHost
	}
	end := ascii[strings.LastIndexByte(ascii, '.')+1:]
	switch {
	case end == "":
		return "", ErrNoDot
	case len(end) < 2, end[0] >= '0' && end[0] <= '9':
		return "", ErrHost
	}
	return ascii, nil
}

// Show writes a kept address for a reader, the domain in its own letters.
func Show(address string) string {
	local, host, found := strings.Cut(address, "@")
	if !found {
		return address
	}
	shown, err := idna.Display.ToUnicode(host)
	if err != nil {
		return address
	}
	return local + "@" + shown
}

// Words are the parts by which a kept address can be found: what stands before
// the @, its pieces, and the domain with its name.
func Words(address string) []string {
	local, host, found := strings.Cut(Show(address), "@")
	if !found {
		return nil
	}
	words := []string{local}
	if pieces := strings.FieldsFunc(local, func(r rune) bool { return strings.ContainsRune(".-_+", r) }); len(pieces) > 1 {
		words = append(words, pieces...)
	}
	words = append(words, host)
	if dot := strings.LastIndexByte(host, '.'); dot > 0 {
		words = append(words, host[:dot])
	}
	return words
}

// Package find makes of a record the words by which people find it, and of what
// they type the words to look for. It is the same for both databases: they only
// hold the words in order.
package find

import (
	"slices"
	"strings"
	"unicode/utf8"

	"kring/base/email"
	"kring/base/fold"
	"kring/base/phone"
)

// Trace is what a record is found by, as it is kept elsewhere.
type Trace struct {
	Name    string   // what it is called, all parts of it
	City    string   // of its main address
	Words   []string // other texts: tags, functions, further cities
	Numbers []string // in registers and elsewhere, postcodes
	Phones  []string // E.164
	Emails  []string // normal
}

// A text has a line for each of these; before each word stands a space, so that
// " lin" is a word that begins so.
const (
	lineName = iota
	lineCity
	lineWords
	lineNumbers
	linePhones
	lineEmails
	lines
)

// mostOfLine bounds what is kept of a line, mostOfWord of a word, both in bytes.
const (
	mostOfLine = 2000
	mostOfWord = 60
)

// Text is a trace as it is kept with the record: enough to tell whether what
// was typed is in it, and to make its tokens again.
func (t Trace) Text() string {
	var all [lines][]string
	all[lineName] = fold.Words(t.Name)
	all[lineCity] = fold.Words(t.City)
	for _, w := range t.Words {
		all[lineWords] = append(all[lineWords], fold.Words(w)...)
	}
	for _, n := range t.Numbers {
		words := fold.Words(n)
		if whole := strings.Join(words, ""); whole != "" {
			all[lineNumbers] = append(all[lineNumbers], whole)
		}
		if len(words) > 1 && len(words[0]) < len(n) {
			all[lineNumbers] = append(all[lineNumbers], words[1:]...)
		}
	}
	for _, p := range t.Phones {
		all[linePhones] = append(all[linePhones], digits(p)...)
	}
	for _, e := range t.Emails {
		all[lineEmails] = append(all[lineEmails], unspaced(email.Show(e)))
	}
	var b strings.Builder
	for i, words := range all {
		if i > 0 {
			b.WriteByte('\n')
		}
		begin, seen := b.Len(), map[string]bool{}
		for _, w := range words {
			if w = cut(w, mostOfWord*4); w != "" && !seen[w] && b.Len()-begin+len(w) < mostOfLine {
				seen[w] = true
				b.WriteByte(' ')
				b.WriteString(w)
			}
		}
	}
	return b.String()
}

// digits are a phone number as it is looked for: a Dutch one as it is dialled
// here, another one with its country, and as it is dialled there unless that is
// a part of it.
func digits(e164 string) []string {
	all := phone.Fragments(e164)
	switch {
	case len(all) < 2:
		return all
	case strings.HasPrefix(e164, "+31"):
		return all[1:]
	case strings.Contains(all[0], all[1]):
		return all[:1]
	}
	return all
}

// unspaced is an address as it is looked for: no accents, no spaces.
func unspaced(address string) string {
	var b strings.Builder
	at := 0
	for i, r := range address {
		if strings.ContainsRune("@._+-", r) {
			b.WriteString(strings.ReplaceAll(fold.Key(address[at:i]), " ", ""))
			b.WriteRune(r)
			at = i + utf8.RuneLen(r)
		}
	}
	b.WriteString(strings.ReplaceAll(fold.Key(address[at:]), " ", ""))
	return b.String()
}

func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}

func parts(text string) (all [lines][]string) {
	for i, line := range strings.SplitN(text, "\n", lines) {
		all[i] = strings.Fields(line)
	}
	return all
}

// Tokens are the places of a text in the index, sorted: its words, the digits of
// phone numbers from several places on, and pairs of the words of its name.
func Tokens(text string) []string {
	all := parts(text)
	t := make([]string, 0, 32)
	for _, line := range []int{lineName, lineCity, lineWords, lineNumbers} {
		for _, w := range all[line] {
			t = append(t, cut(w, mostOfWord))
		}
	}
	for _, n := range all[linePhones] {
		t = append(t, rotations(n)...)
	}
	for _, e := range all[lineEmails] {
		t = append(t, cut(e, mostOfWord))
		t = append(t, addressWords(e, all[lineName])...)
	}
	t = append(t, pairs(all[lineName], all[lineCity])...)
	slices.Sort(t)
	return slices.Compact(t)
}

// addressWords are the words of an address that its beginning does not lead to:
// the domain, and what stands behind a dot or a hyphen. A word of the name leads
// there already.
func addressWords(address string, name []string) (words []string) {
	local, host, _ := strings.Cut(address, "@")
	if host != "" {
		words = append(words, cut(host, mostOfWord))
	}
	if dot := strings.LastIndexByte(host, '.'); dot > 0 {
		host = host[:dot]
	}
	for _, pieces := range []string{local, host} {
		for i, w := range strings.FieldsFunc(pieces, isSign) {
			if w = cut(w, mostOfWord); i > 0 && len(w) > 1 && !slices.Contains(name, w) {
				words = append(words, w)
			}
		}
	}
	return words
}

func isSign(r rune) bool { return strings.ContainsRune(".-_+@", r) }

// A number is kept from each third digit on, with the digits before that behind
// it: 0612345678 as 0612345678/, 2345678/061 and 5678/061234. Whatever part of
// the number is typed, it begins at one of these places or one or two digits
// before, which the end tells.
const (
	turn   = "/"
	stride = 3
)

func rotations(number string) (all []string) {
	for at := 0; at < len(number) && (at == 0 || len(number)-at >= stride); at += stride {
		all = append(all, number[at:]+turn+number[:at])
	}
	return all
}

// Two words of a name are kept as one token, their letters in turn, so that all
// records with a word that begins with jan and one that begins with san stand
// together, at &jsaann. This many words of a name, and letters of a word, count.
const (
	pairSign    = "&"
	pairWords   = 4
	pairLetters = 8
)

func pairs(name, city []string) (all []string) {
	words := slices.Clone(name[:min(len(name), pairWords)])
	if len(city) > 0 && !slices.Contains(words, city[len(city)-1]) {
		words = append(words, city[len(city)-1])
	}
	slices.Sort(words)
	for i, a := range words {
		for _, b := range words[i+1:] {
			all = append(all, pairSign+woven(a, b, false))
		}
	}
	return all
}

// woven is the letters of two words in turn; a space stands for the letter of a
// word that has ended. An open one ends where either word does.
func woven(a, b string, open bool) string {
	x, y := []rune(a), []rune(b)
	var out strings.Builder
	for i := range pairLetters {
		if i >= len(x) && (open || i >= len(y)) {
			break
		}
		if i < len(x) {
			out.WriteRune(x[i])
		} else {
			out.WriteByte(' ')
		}
		if i < len(y) {
			out.WriteRune(y[i])
		} else if open {
			break
		} else {
			out.WriteByte(' ')
		}
	}
	return out.String()
}

// Words are the words of a text that can be found by a part from their middle.
func Words(text string) []string {
	all := parts(text)
	var words []string
	for _, line := range []int{lineName, lineCity, lineWords} {
		words = append(words, all[line]...)
	}
	for _, e := range all[lineEmails] {
		local, host, _ := strings.Cut(e, "@")
		if dot := strings.LastIndexByte(host, '.'); dot > 0 {
			host = host[:dot]
		}
		words = append(words, strings.FieldsFunc(local, isSign)...)
		words = append(words, strings.FieldsFunc(host, isSign)...)
	}
	for i, w := range words {
		words[i] = cut(w, mostOfWord)
	}
	words = slices.DeleteFunc(words, func(w string) bool { return utf8.RuneCountInString(w) <= Inner })
	slices.Sort(words)
	return slices.Compact(words)
}

// Bears are the ranges with the tokens that a word is part of: the word itself,
// and it with a sign behind it, as in an address.
func Bears(word string) []Range {
	return []Range{{From: word, To: word + "\x01"}, {From: word + "+", To: word + turn}, {From: word + "@", To: word + "A"}, {From: word + "_", To: word + "`"}}
}

// Inner is how many letters from the middle of a word find it.
const Inner = 3

// mostParts bounds how often one word is kept.
const mostParts = 24

// Parts are the ends of a word of at least Inner letters, without the whole.
func Parts(word string) (all []string) {
	for i := range word {
		if i > 0 && utf8.RuneCountInString(word[i:]) >= Inner && len(all) < mostParts {
			all = append(all, word[i:])
		}
	}
	return all
}

package find

import (
	"slices"
	"strings"
	"unicode/utf8"

	"kring/base/fold"
	"kring/base/phone"
)

// Query is what somebody looks for.
type Query struct {
	Key    string   // all of it, folded
	Terms  []string // the words, each of which has to be there; also an address
	Whole  []string // a number as it may be kept, when it can be one
	Digits bool     // nothing but a number was typed
}

// mostTyped bounds what is looked at, in bytes; mostTerms the words that count.
const (
	mostTyped = 200
	mostTerms = 6
)

// Parse reads what was typed. Anything can be: without a letter or a digit there
// is nothing to look for.
func Parse(typed string) (q Query) {
	typed = strings.ToValidUTF8(cut(strings.ToValidUTF8(typed, " "), mostTyped), " ")
	if digits := phone.Digits(typed); len(digits) >= 2 && strings.Trim(typed, "0123456789 +-()./\u00a0") == "" {
		return Query{Key: digits, Terms: []string{digits}, Whole: numbers(typed, digits), Digits: true}
	}
	q.Key = fold.Key(typed)
	for _, field := range strings.Fields(typed) {
		if w := cut(unspaced(field), mostOfWord); IsAddress(w) {
			q.add(w)
			continue
		}
		for _, w := range fold.Words(field) {
			q.add(w)
		}
	}
	if whole := strings.ReplaceAll(q.Key, " ", ""); numbered(whole) && !strings.Contains(typed, "@") {
		q.Whole = []string{whole}
	}
	return q
}

func (q *Query) add(term string) {
	if term = cut(term, mostOfWord); !slices.Contains(q.Terms, term) && len(q.Terms) < mostTerms {
		q.Terms = append(q.Terms, term)
	}
}

// None says that there is nothing to look for.
func (q Query) None() bool { return len(q.Terms) == 0 }

// IsAddress tells part of an e-mail address or a domain from a word: a sign
// with something before and behind it, or an @ with anything.
func IsAddress(s string) bool {
	if strings.Count(s, "@") == 1 {
		return strings.ContainsFunc(s, func(r rune) bool { return !isSign(r) })
	}
	first, last := strings.IndexByte(s, '.'), strings.LastIndexByte(s, '.')
	return first > 1 && len(s)-last > 2 && !strings.ContainsAny(s[last:], "0123456789-_+") // not the B.V. of a name
}

// numbered says whether a text with letters can be a number: of a register, a
// postcode.
func numbered(s string) bool {
	digits := len(phone.Digits(s))
	return len(s) >= 4 && len(s) <= 24 && digits >= 2 && digits < len(s)
}

// numbers are the ways in which digits that were typed can be kept: +31 6 and
// 0031 6 as 06.
func numbers(typed, digits string) []string {
	if abroad := phone.Query(typed); strings.HasPrefix(strings.TrimSpace(typed), "+") || abroad != digits && abroad != "" {
		if rest, ok := strings.CutPrefix(abroad, "31"); ok {
			abroad = "0" + rest
		}
		if abroad == digits || strings.HasPrefix(strings.TrimSpace(typed), "+") {
			return []string{abroad}
		}
		return []string{abroad, digits}
	}
	if rest, ok := strings.CutPrefix(digits, "31"); ok && len(rest) >= 3 {
		return []string{digits, "0" + rest}
	}
	return []string{digits}
}

// Range is a part of the index: the tokens from From up to To, of which Like
// holds when it is not empty.
type Range struct{ From, To, Like string }

// Begins is the range of tokens that begin with a text.
func Begins(s string) Range { return Range{From: s, To: After(s)} }

// After is the first text that does not begin with s, in byte order.
func After(s string) string { return s + "\U0010FFFF" }

// Exact are the ranges in which a number or an address stands at its beginning.
func (q Query) Exact() (all []Range) {
	for _, w := range q.Whole {
		all = append(all, Begins(w))
	}
	if len(q.Terms) == 1 && !q.Digits && IsAddress(q.Terms[0]) {
		all = append(all, Begins(strings.TrimPrefix(q.Terms[0], "@")))
	}
	return all
}

// leastInner is how many digits from the middle of a number find it.
const leastInner = 4

// Turned are the ranges in which a number stands that has the digits somewhere
// else than at a place where it is kept.
func (q Query) Turned() (all []Range) {
	if !q.Digits {
		return nil
	}
	for _, w := range q.Whole {
		for back := 1; back < stride && len(w) >= leastInner; back++ {
			r := Begins(w[back:])
			r.Like = "%" + turn + "%" + w[:back]
			all = append(all, r)
		}
	}
	return all
}

// Pairs are the ranges of two of the words together; none when there are not
// two words of two letters.
func (q Query) Pairs() (all []Range) {
	words := slices.DeleteFunc(slices.Clone(q.Terms), func(w string) bool { return utf8.RuneCountInString(w) < 2 || IsAddress(w) })
	if len(words) < 2 {
		return nil
	}
	slices.SortStableFunc(words, func(a, b string) int { return utf8.RuneCountInString(b) - utf8.RuneCountInString(a) })
	a, b := min(words[0], words[1]), max(words[0], words[1])
	all = []Range{paired(a, b)}
	if strings.HasPrefix(b, a) {
		all = append(all, paired(b, a))
	}
	return all
}

func paired(a, b string) Range {
	r := Begins(pairSign + woven(a, b, true))
	if len(a) == len(b) {
		return r
	}
	x, y := []rune(a), []rune(b)
	var like strings.Builder
	like.WriteString(pairSign)
	for i := range min(max(len(x), len(y)), pairLetters) {
		for _, w := range [][]rune{x, y} {
			if i < len(w) {
				like.WriteRune(w[i])
			} else {
				like.WriteByte('_')
			}
		}
	}
	r.Like = like.String() + "%"
	return r
}

// Lead is where to look for the records that have a word at the beginning of a
// word, and the letters by which it is found in the middle of one; no letters
// when they are too few.
type Lead struct {
	Range
	Inner string
}

// Leads are what leads to the records with a term, any of them: the words of an
// address, the longest first.
func Leads(term string) (all []Lead) {
	words := []string{term}
	if IsAddress(term) {
		words = strings.FieldsFunc(term, isSign)
		slices.SortStableFunc(words, func(a, b string) int { return len(b) - len(a) })
	}
	for _, w := range words {
		switch n := utf8.RuneCountInString(w); {
		case n >= Inner:
			all = append(all, Lead{Begins(w), w})
		case n > 1 || len(words) == 1:
			all = append(all, Lead{Begins(w), ""})
		}
	}
	if len(all) == 0 { // an address of single letters
		all = append(all, Lead{Begins(words[0]), ""})
	}
	return all[:min(len(all), mostLeads)]
}

const mostLeads = 4

// Likes are patterns of which each must hold for the text of a record that has
// all terms.
func (q Query) Likes() (all []string) {
	for _, t := range q.Terms {
		all = append(all, like(t, Inner))
	}
	return all
}

// NumberLikes are patterns of which one must hold for a record that has the
// number.
func (q Query) NumberLikes() (all []string) {
	for _, w := range q.Whole {
		least := leastInner
		if !q.Digits {
			least = mostTyped
		}
		all = append(all, like(w, least))
	}
	return all
}

func like(t string, least int) string {
	t = strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(t)
	if utf8.RuneCountInString(t) >= least {
		return "%" + t + "%"
	}
	return "% " + t + "%"
}

// How well a record fits, best first.
const (
	Same   = iota // this number, address or name
	Name          // the name begins so
	Word          // whole words
	Begin         // beginnings of words
	Inside        // somewhere in a word
)

// Grade says how well a record fits that was found, by its text and the key on
// which it is sorted.
func (q Query) Grade(text, key string) int {
	name, _, _ := strings.Cut(text, "\n")
	called := strings.Fields(name)
	flat := strings.ReplaceAll(text, "\n", "") + " "
	for _, w := range q.Whole {
		if strings.Contains(flat, " "+w+" ") {
			return Same
		}
	}
	if len(called) == len(q.Terms) && !slices.ContainsFunc(q.Terms, func(t string) bool { return !slices.Contains(called, t) }) {
		return Same
	}
	if strings.HasPrefix(strings.Join(called, " "), q.Key) || strings.HasPrefix(key, q.Key) {
		return Name
	}
	grade := Word
	for _, t := range q.Terms {
		switch {
		case strings.Contains(flat, " "+t+" "):
			if strings.Contains(t, "@") && len(q.Terms) == 1 {
				return Same
			}
		case strings.Contains(flat, " "+t):
			grade = max(grade, Begin)
		case slices.ContainsFunc(q.Whole, func(w string) bool { return strings.Contains(flat, " "+w) }):
			grade = max(grade, Begin)
		default:
			grade = Inside
		}
	}
	return grade
}

package find_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"kring/base/find"
)

func linden() find.Trace {
	return find.Trace{
		Name: "Zorggroep De Linden B.V.", City: "Zwolle", Words: []string{"vip", "Vaste Klant"}, Numbers: []string{"12345678", "NL004495445B01", "A-17", "8021 AB"},
		Phones: []string{"+31384212121", "+4930901820"}, Emails: []string{"info@zorggroepdelinden.nl", "jan.jansen@de-linden.nl"},
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	text := linden().Text()
	if lines := strings.Count(text, "\n"); lines != 5 {
		t.Fatalf("%d line ends in %q", lines, text)
	}
	got := find.Tokens(text)
	for _, want := range []string{
		"zorggroep", "de", "linden", "bv", "zwolle", "vip", "klant", "12345678", "nl004495445b01", "a17", "17", "8021ab", "0384212121/", "4212121/038", "2121/038421",
		"4930901820/", "info@zorggroepdelinden.nl", "zorggroepdelinden.nl", "jan.jansen@de-linden.nl", "jansen", "&dleinden ", "&lziwnodlelne   ",
	} {
		if !slices.Contains(got, want) && !strings.HasPrefix(want, "&") {
			t.Errorf("%q misses %s", got, want)
		}
	}
	if !slices.IsSorted(got) || len(slices.Compact(slices.Clone(got))) != len(got) {
		t.Errorf("%q", got)
	}
	words := find.Words(text)
	for _, want := range []string{"zorggroep", "linden", "zwolle", "vaste", "klant", "zorggroepdelinden", "jansen"} {
		if !slices.Contains(words, want) {
			t.Errorf("%q misses %s", words, want)
		}
	}
	if got := find.Parts("groep"); !slices.Equal(got, []string{"roep", "oep"}) {
		t.Errorf("%q", got)
	}
	if len(find.Tokens("")) > 0 || len(find.Words("")) > 0 || len(find.Tokens(find.Trace{}.Text())) > 0 {
		t.Error("nothing is found by nothing")
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typed        string
		terms, whole []string
	}{
		{"Zorg Lin", []string{"zorg", "lin"}, nil},
		{"  ", nil, nil},
		{"%_*", nil, nil},
		{"🎉", nil, nil},
		{"a a a a a a a a a", []string{"a"}, nil},
		{"a b c d e f g h", []string{"a", "b", "c", "d", "e", "f"}, nil},
		{"06-1234 5678", []string{"0612345678"}, []string{"0612345678"}},
		{"+31 6 12", []string{"31612"}, []string{"0612"}},
		{"0031 6 12", []string{"0031612"}, []string{"0612", "0031612"}},
		{"+31 (0)6 12", []string{"310612"}, []string{"0612"}},
		{"31612", []string{"31612"}, []string{"31612", "0612"}},
		{"+49 30", []string{"4930"}, []string{"4930"}},
		{"8021 AB", []string{"8021", "ab"}, []string{"8021ab"}},
		{"NL 0044.95.445.B.01", []string{"nl", "0044", "95", "445", "b01"}, []string{"nl004495445b01"}},
		{"Info@Linden", []string{"info@linden"}, nil},
		{"@linden.nl", []string{"@linden.nl"}, nil},
		{"linden.nl", []string{"linden.nl"}, nil},
		{"B.V. Linden", []string{"bv", "linden"}, nil},
		{"J.P. Jansen", []string{"jp", "jansen"}, nil},
		{"Jansen-de Boer", []string{"jansen", "de", "boer"}, nil},
	} {
		q := find.Parse(c.typed)
		if !slices.Equal(q.Terms, c.terms) || !slices.Equal(q.Whole, c.whole) {
			t.Errorf("%q: %q %q", c.typed, q.Terms, q.Whole)
		}
		if q.None() != (c.terms == nil) {
			t.Errorf("%q: %v", c.typed, q.None())
		}
	}
}

func TestGrade(t *testing.T) {
	t.Parallel()
	text := linden().Text()
	for typed, want := range map[string]int{
		"zorggroep de linden bv": find.Same, "linden bv de zorggroep": find.Same, "038 4212121": find.Same, "+31 38 4212121": find.Same, "info@zorggroepdelinden.nl": find.Same, "12345678": find.Same,
		"8021ab": find.Same, "zorg": find.Name, "zorggroep de": find.Name, "linden": find.Word, "linden zwolle": find.Word, "lin": find.Begin, "zor lin": find.Begin, "info@zorg": find.Begin,
		"groep": find.Inside, "inden zorg": find.Inside, "212121": find.Inside, "linden.nl": find.Inside,
	} {
		if got := find.Parse(typed).Grade(text, "zorggroep de linden bv"); got != want {
			t.Errorf("%q: %d, want %d", typed, got, want)
		}
	}
}

// FuzzFind: whatever a record is called, its tokens are few and short, and
// whatever is typed asks for little.
func FuzzFind(f *testing.F) {
	for _, s := range []string{"Zorggroep De Linden", "info@linden.nl", "+31 6 12345678", "a a a a", "%_\\", "\xff\x00", "ĳ 🎉", "@", "@@", ".", "a.b", strings.Repeat("é", 300)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text := find.Trace{Name: s, City: s, Words: []string{s}, Numbers: []string{s}, Phones: []string{s}, Emails: []string{s}}.Text()
		if !utf8.ValidString(text) || strings.ContainsRune(text, 0) || len(text) > 20_000 {
			t.Fatalf("%q: %q", s, text)
		}
		for _, all := range [][]string{find.Tokens(text), find.Words(text)} {
			if !slices.IsSorted(all) || len(all) > 1000 || slices.Contains(all, "") {
				t.Fatalf("%q: %q", s, all)
			}
			for _, w := range all {
				if len(w) > 300 || !utf8.ValidString(w) {
					t.Fatalf("%q: %q", s, w)
				}
				find.Parts(w)
			}
		}
		q := find.Parse(s)
		if len(q.Terms) > 6 || len(q.Exact())+len(q.Turned())+len(q.Pairs()) > 8 {
			t.Fatalf("%q: %+v", s, q)
		}
		for _, r := range append(append(q.Exact(), q.Turned()...), q.Pairs()...) {
			if r.From == "" || r.From >= r.To || !utf8.ValidString(r.From) {
				t.Fatalf("%q: %q", s, r)
			}
		}
		for _, term := range q.Terms {
			leads := find.Leads(term)
			if len(leads) == 0 || len(leads) > 4 || leads[0].From == "" {
				t.Fatalf("%q: %q leads to %+v", s, term, leads)
			}
		}
		q.Grade(text, s)
	})
}

package fold_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"kring/base/fault"
	"kring/base/fold"
)

func TestKey(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Café":                      "cafe",
		"Cafe\u0301":                "cafe",
		"  Zorggroep\tDe   Linden ": "zorggroep de linden",
		"Brandt & Zoon":             "brandt zoon",
		"B.V. De Kade":              "bv de kade",
		"A.B.C. Jansen":             "abc jansen",
		"kring.nl":                  "kring nl",
		"'t Hart":                   "t hart",
		"’s-Hertogenbosch":          "s hertogenbosch",
		"Straße":                    "strasse",
		"STRAẞE":                    "strasse",
		"Ærø Smørrebrød":            "aero smorrebrod",
		"Œuvre":                     "oeuvre",
		"Ĳsselstein":                "ijsselstein",
		"IJsselstein":               "ijsselstein",
		"Łódź":                      "lodz",
		"Đorđević":                  "dordevic",
		"İstanbul":                  "istanbul",
		"Ｆｕｌｌ　ｗｉｄｔｈ":                "full width",
		"ﬁnance":                    "finance",
		"coöperatie":                "cooperatie",
		"***":                       "",
		"":                          "",
		"a\u200db\xff":              "ab",
	} {
		if got := fold.Key(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if got := fold.Key(strings.Repeat("é", 10_000)); utf8.RuneCountInString(got) != fold.MaxKey {
		t.Errorf("%d runes", utf8.RuneCountInString(got))
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	if got, want := fold.Words("De Linden, de Lindén B.V."), []string{"de", "linden", "bv"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ given, infix, family, want string }{
		{"Sanne", "de", "Wit", "wit  sanne  de"},
		{"Sanne", "", "de Wit", "wit  sanne  de"},
		{"Piet", "van 't", "Hoff", "hoff  piet  van t"},
		{"Piet", "", "van ’t Hoff", "hoff  piet  van t"},
		{"Karin", "", "Ten Cate", "ten cate  karin"}, // a capital: part of the name
		{"Anna", "", "van", "van  anna"},
		{"Anna", "", "", "anna"},
		{"", "", "", ""},
		{"Maria", "", "von der Leyen", "leyen  maria  von der"},
	} {
		if got := fold.Name(c.given, c.infix, c.family); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
	people := [][3]string{{"Anna", "", "Wit Boer"}, {"Sanne", "de", "Wit"}, {"Bert", "", "Wit"}, {"Cas", "van", "Aalst"}}
	slices.SortFunc(people, func(a, b [3]string) int {
		return strings.Compare(fold.Name(a[0], a[1], a[2]), fold.Name(b[0], b[1], b[2]))
	})
	var order []string
	for _, p := range people {
		order = append(order, p[0])
	}
	if want := []string{"Cas", "Bert", "Sanne", "Anna"}; !slices.Equal(order, want) {
		t.Errorf("%q", order)
	}
}

func TestPerson(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Sanne de Wit":       "wit  sanne  de",
		"Wit, Sanne de":      "wit  sanne  de",
		"de Wit, Sanne":      "wit  sanne  de",
		"Jan Pieter Jansen":  "jansen  jan pieter",
		"Piet van 't Hoff":   "hoff  piet  van t",
		"Maria ten Cate":     "cate  maria  ten",
		"Cher":               "cher",
		"":                   "",
		",":                  "",
		"Anna van":           "van  anna",
		"Jansen, A.B.":       "jansen  ab",
		"Karin Ten Cate":     "cate  karin ten", // a capital without a comma could be a given name
		"  Sanne   de  Wit ": "wit  sanne  de",
	} {
		if got := fold.Person(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestClean(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in, want string
		err            error
	}{
		{"trims", "  De Linden \t", "De Linden", nil},
		{"composes", "Cafe\u0301", "Café", nil},
		{"tab is space", "De\tLinden", "De Linden", nil},
		{"no-break space is space", "De\u00a0Linden", "De Linden", nil},
		{"line end at the end", "De Linden\r\n", "De Linden", nil},
		{"zero width goes", "De\u200bLinden\ufeff", "DeLinden", nil},
		{"joined emoji stays", "👩‍👧 ok", "👩‍👧 ok", nil},
		{"twenty exactly", strings.Repeat("é", 20), strings.Repeat("é", 20), nil},
		{"empty", "", "", nil},
		{"two lines", "De\nLinden", "", fold.ErrLine},
		{"line separator", "De\u2028Linden", "", fold.ErrLine},
		{"nul", "De\x00Linden", "", fold.ErrControl},
		{"escape", "\x1b[31m", "", fold.ErrControl},
		{"C1", "De\u0090", "", fold.ErrControl},
		{"direction override", "De\u202eLinden", "", fold.ErrControl},
		{"overlong UTF-8", "\xc0\xaf", "", fold.ErrBroken},
		{"surrogate", "\xed\xa0\x80", "", fold.ErrBroken},
		{"replacement character", "De \ufffd Linden", "", fold.ErrBroken},
		{"noncharacter", "\uffff", "", fold.ErrBroken},
		{"21 characters", strings.Repeat("é", 21), "", fold.ErrLong},
		{"hopeless", strings.Repeat("x", 1_000_000), "", fold.ErrLong},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := fold.Clean(c.in, 20)
			if got != c.want || !errors.Is(err, c.err) {
				t.Fatalf("%q, %v", got, err)
			}
		})
	}
	f, _ := fault.From(func() error { _, err := fold.Clean(strings.Repeat("x", 21), 20); return err }())
	if f.Params["max"] != 20 || f.Params["count"] != 21 {
		t.Fatalf("%v", f.Params)
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in, want string
		err            error
	}{
		{"line ends", " a \r\nb\rc\t\n\n", "a\nb\nc", nil},
		{"indents stay", "a\n\tb\n  c", "a\n\tb\n  c", nil},
		{"nul", "a\n\x00", "", fold.ErrControl},
		{"too long", strings.Repeat("a\n", 21), "", fold.ErrLong},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := fold.Text(c.in, 20)
			if got != c.want || !errors.Is(err, c.err) {
				t.Fatalf("%q, %v", got, err)
			}
		})
	}
}

// FuzzClean: what was accepted stays as it is, fits, and has no surprises.
func FuzzClean(f *testing.F) {
	for _, s := range []string{"De Linden", "Cafe\u0301", "a\x00", "\xc0\xaf", "\u202e", "a\nb", "  \u00a0", "\u0344", "각", "\u2126"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		for name, clean := range map[string]func(string, int) (string, error){"line": fold.Clean, "text": fold.Text} {
			got, err := clean(in, 50)
			if err != nil {
				if _, ok := fault.From(err); !ok || got != "" {
					t.Fatalf("%s %q: %q, %v", name, in, got, err)
				}
				continue
			}
			if again, err := clean(got, 50); err != nil || again != got {
				t.Fatalf("%s %q: %q becomes %q, %v", name, in, got, again, err)
			}
			if fold.Runes(got) > 50 || !utf8.ValidString(got) || strings.ContainsAny(got, "\x00\r\x1b") {
				t.Fatalf("%s %q: %q", name, in, got)
			}
		}
	})
}

// FuzzKey: folding twice is folding once, and the key is short and plain.
func FuzzKey(f *testing.F) {
	for _, s := range []string{"Café", "B.V. De Kade", "STRAẞE", "Ĳ", "a.b.c", "ﷺ", "İ", "\xff", "ǅ", "𝔘𝔫𝔦"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		k := fold.Key(in)
		if again := fold.Key(k); again != k {
			t.Fatalf("%q: %q folds to %q", in, k, again)
		}
		if n := utf8.RuneCountInString(k); n > fold.MaxKey+1 || strings.Contains(k, "  ") || strings.TrimSpace(k) != k || !utf8.ValidString(k) {
			t.Fatalf("%q: %q", in, k)
		}
		if len(fold.Words(in)) > fold.MaxWords {
			t.Fatal("too many words")
		}
		fold.Name(in, "", in)
		fold.Person(in)
	})
}

package linkage_test

import (
	"testing"

	"kring/stat/linkage"
)

func TestEdits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b                      string
		levenshtein, osa, damerau int
	}{
		{"", "", 0, 0, 0},
		{"", "abc", 3, 3, 3},
		{"kitten", "sitting", 3, 3, 3},
		{"ca", "abc", 3, 3, 2}, // the pair that tells OSA from Damerau
		{"ab", "ba", 2, 1, 1},
		{"a cat", "an act", 3, 2, 2},
		{"saturday", "sunday", 3, 3, 3},
		{"jansen", "janssen", 1, 1, 1},
		{"müller", "muller", 1, 1, 1},
		{"1234ab", "1243ab", 2, 1, 1},
		{"gegevens in een lange straat", "gegevesn in een lange straat 12", 5, 4, 4},
	} {
		if d := linkage.Levenshtein(c.a, c.b); d != c.levenshtein {
			t.Errorf("Levenshtein(%q, %q) = %d, want %d", c.a, c.b, d, c.levenshtein)
		}
		if d := linkage.OSA(c.a, c.b); d != c.osa {
			t.Errorf("OSA(%q, %q) = %d, want %d", c.a, c.b, d, c.osa)
		}
		if d := linkage.Damerau(c.a, c.b); d != c.damerau {
			t.Errorf("Damerau(%q, %q) = %d, want %d", c.a, c.b, d, c.damerau)
		}
	}
	if s := linkage.LevenshteinSimilarity("gelre", "gelde"); s != .8 {
		t.Errorf("similarity of gelre and gelde: %v", s)
	}
}

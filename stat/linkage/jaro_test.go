package linkage_test

import (
	"math"
	"testing"

	"kring/stat/linkage"
)

// The first rows are from the table in Winkler (1990), to three decimals.
var winkler = []struct {
	a, b  string
	j, jw float64
}{
	{"SHACKLEFORD", "SHACKELFORD", .970, .982},
	{"DUNNINGHAM", "CUNNIGHAM", .896, .896},
	{"NICHLESON", "NICHULSON", .926, .956},
	{"JONES", "JOHNSON", .790, .832},
	{"MASSEY", "MASSIE", .889, .933},
	{"ABROMS", "ABRAMS", .889, .922},
	{"JERALDINE", "GERALDINE", .926, .926},
	{"MARHTA", "MARTHA", .944, .961},
	{"MICHELLE", "MICHAEL", .869, .921},
	{"JULIES", "JULIUS", .889, .933},
	{"TANYA", "TONYA", .867, .880},
	{"DWAYNE", "DUANE", .822, .840},
	{"SEAN", "SUSAN", .783, .805},
	{"JON", "JOHN", .917, .933},
	{"JON", "JAN", .778, .800},
	{"DIXON", "DICKSONX", .767, .813},
	{"", "", 1, 1},
	{"A", "", 0, 0},
	{"A", "A", 1, 1},
	{"A", "B", 0, 0},
	{"AB", "BA", 0, 0},
	{"ABCD", "WXYZ", 0, 0},
	{"ABCVWXYZ", "CABVWXYZ", .958, .958}, // (1 + 1 + (8-1)/8) / 3: three letters moved, one and a half swap counts as one
	{"müller", "muller", .889, .900},
}

func TestJaro(t *testing.T) {
	t.Parallel()
	for _, w := range winkler {
		if j := linkage.Jaro(w.a, w.b); math.Abs(j-w.j) > .0006 {
			t.Errorf("Jaro(%q, %q) = %.4f, want %.3f", w.a, w.b, j, w.j)
		}
		if jw := linkage.JaroWinkler(w.a, w.b); math.Abs(jw-w.jw) > .0006 {
			t.Errorf("JaroWinkler(%q, %q) = %.4f, want %.3f", w.a, w.b, jw, w.jw)
		}
	}
}

// FuzzSimilarity asks the laws of all similarities and distances.
func FuzzSimilarity(f *testing.F) {
	for _, w := range winkler {
		f.Add(w.a, w.b)
	}
	f.Add("ca", "abc")
	f.Add("\xff", "é")
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a) > 300 || len(b) > 300 {
			return
		}
		for name, s := range map[string]func(a, b string) float64{"Jaro": linkage.Jaro, "JaroWinkler": linkage.JaroWinkler, "Levenshtein": linkage.LevenshteinSimilarity} {
			v := s(a, b)
			if v < 0 || v > 1 || math.IsNaN(v) {
				t.Errorf("%s(%q, %q) = %v", name, a, b, v)
			}
			if w := s(b, a); w != v {
				t.Errorf("%s(%q, %q) = %v and %v the other way", name, a, b, v, w)
			}
			if s(a, a) != 1 {
				t.Errorf("%s(%q, the same) = %v", name, a, s(a, a))
			}
		}
		if linkage.JaroWinkler(a, b) < linkage.Jaro(a, b) {
			t.Errorf("a shared beginning lowers %q, %q", a, b)
		}
		l, o, d := linkage.Levenshtein(a, b), linkage.OSA(a, b), linkage.Damerau(a, b)
		most := max(len([]rune(a)), len([]rune(b)))
		if !(0 <= d && d <= o && o <= l && l <= most) {
			t.Errorf("distances of %q, %q: Damerau %d, OSA %d, Levenshtein %d, length %d", a, b, d, o, l, most)
		}
		if linkage.Levenshtein(b, a) != l || linkage.OSA(b, a) != o || linkage.Damerau(b, a) != d {
			t.Errorf("distances of %q, %q are not the same both ways", a, b)
		}
		for _, c := range []func(a, b string) int{linkage.Name, linkage.Code, linkage.Date, linkage.Exact} {
			if x, y := c(a, b), c(b, a); x != y {
				t.Errorf("the level of %q, %q is %d and %d the other way", a, b, x, y)
			}
		}
		if c := linkage.Soundex(a); c != "" && len(c) != 4 {
			t.Errorf("Soundex(%q) = %q", a, c)
		}
	})
}

func BenchmarkJaroWinkler(b *testing.B) {
	for b.Loop() {
		linkage.JaroWinkler("SHACKLEFORD", "SHACKELFORD")
	}
}

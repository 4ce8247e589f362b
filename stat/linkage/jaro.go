package linkage

import "unicode/utf8"

// Jaro is how alike two texts are, from 0 to 1 (Jaro 1989): the share of letters
// that stand at about the same place in both, less half of those that stand in
// another order. It is the same for (a, b) and (b, a); two empty texts are alike.
func Jaro(a, b string) float64 {
	if a == b {
		return 1
	}
	if len(a) > len(b) || len(a) == len(b) && a > b {
		a, b = b, a // which letter finds its like first must not depend on the order
	}
	if len(b) <= 64 && ascii(a) && ascii(b) {
		return jaroShort(a, b)
	}
	return jaroLong([]rune(a), []rune(b))
}

// JaroWinkler lifts Jaro for texts that begin alike (Winkler 1990): for each of
// the first four letters they share, by a tenth of what lacks to 1. As in
// Winkler's own code nothing is lifted up to .7, where a shared beginning is
// chance.
func JaroWinkler(a, b string) float64 {
	j := Jaro(a, b)
	if j <= .7 {
		return j
	}
	return j + float64(prefix(a, b, 4))*.1*(1-j)
}

// prefix counts the letters that two texts share at their beginning.
func prefix(a, b string, most int) (n int) {
	for n < most && a != "" && b != "" {
		x, i := utf8.DecodeRuneInString(a)
		y, j := utf8.DecodeRuneInString(b)
		if x != y {
			break
		}
		a, b, n = a[i:], b[j:], n+1
	}
	return n
}

// jaroShort needs no memory: which letters are taken is two words of bits.
func jaroShort(a, b string) float64 {
	reach := max(len(b)/2-1, 0)
	var inA, inB uint64
	m := 0
	for i := range len(a) {
		for j := max(0, i-reach); j < min(len(b), i+reach+1); j++ {
			if inB&(1<<j) == 0 && a[i] == b[j] {
				inA, inB, m = inA|1<<i, inB|1<<j, m+1
				break
			}
		}
	}
	if m == 0 {
		return 0
	}
	moved, j := 0, 0
	for i := range len(a) {
		if inA&(1<<i) == 0 {
			continue
		}
		for inB&(1<<j) == 0 {
			j++
		}
		if a[i] != b[j] {
			moved++
		}
		j++
	}
	return jaro(m, moved, len(a), len(b))
}

// jaroLong is jaroShort for any letters and any length.
func jaroLong(a, b []rune) float64 {
	if len(a) > len(b) {
		a, b = b, a
	}
	reach := max(len(b)/2-1, 0)
	inA, inB := make([]bool, len(a)), make([]bool, len(b))
	m := 0
	for i := range a {
		for j := max(0, i-reach); j < min(len(b), i+reach+1); j++ {
			if !inB[j] && a[i] == b[j] {
				inA[i], inB[j], m = true, true, m+1
				break
			}
		}
	}
	if m == 0 {
		return 0
	}
	moved, j := 0, 0
	for i := range a {
		if !inA[i] {
			continue
		}
		for !inB[j] {
			j++
		}
		if a[i] != b[j] {
			moved++
		}
		j++
	}
	return jaro(m, moved, len(a), len(b))
}

// jaro is the formula: m letters found, of which moved stand in another order.
func jaro(m, moved, a, b int) float64 {
	found, t := float64(m), float64(moved/2)
	return (found/float64(a) + found/float64(b) + (found-t)/found) / 3
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

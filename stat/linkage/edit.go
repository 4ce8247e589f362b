package linkage

// Levenshtein is how many letters must be put in, left out or replaced to make
// one text the other (Levenshtein 1966).
func Levenshtein(a, b string) int {
	return edits(a, b, false)
}

// OSA is Levenshtein with the swap of two neighbouring letters as one step, each
// stretch of text being mended once (optimal string alignment): from "ca" to
// "abc" takes 3.
func OSA(a, b string) int {
	return edits(a, b, true)
}

// LevenshteinSimilarity is 1 for equal texts and 0 when no letter can stay: one
// less the distance over the longer length.
func LevenshteinSimilarity(a, b string) float64 {
	if a == b {
		return 1
	}
	return 1 - float64(Levenshtein(a, b))/float64(max(len([]rune(a)), len([]rune(b))))
}

// edits fills the table of distances row by row and keeps three rows of it.
func edits(s, t string, swaps bool) int {
	a, b := trimmed(s, t)
	if len(a) == 0 || len(b) == 0 {
		return len(a) + len(b)
	}
	var room [3 * 32]int
	cells := room[:]
	if n := 3 * (len(b) + 1); n > len(cells) {
		cells = make([]int, n)
	}
	n := len(b) + 1
	before, above, row := cells[:n], cells[n:2*n], cells[2*n:3*n]
	for j := range above {
		above[j] = j
	}
	for i := range a {
		row[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			d := min(row[j]+1, above[j+1]+1, above[j]+cost)
			if swaps && i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				d = min(d, before[j-1]+1)
			}
			row[j+1] = d
		}
		before, above, row = above, row, before
	}
	return above[len(b)]
}

// trimmed leaves out what both texts begin and end with, which costs nothing.
func trimmed(s, t string) (a, b []rune) {
	a, b = []rune(s), []rune(t)
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return a, b
}

// Damerau is the distance with swaps and no further rule (Damerau 1964, Lowrance
// & Wagner 1975): letters may still come between two that were swapped, so from
// "ca" to "abc" takes 2.
func Damerau(s, t string) int {
	a, b := trimmed(s, t)
	width := len(b) + 2
	d := make([]int, (len(a)+2)*width)
	far := len(a) + len(b)
	d[0] = far
	for i := range len(a) + 1 {
		d[(i+1)*width], d[(i+1)*width+1] = far, i
	}
	for j := range len(b) + 1 {
		d[j+1], d[width+j+1] = far, j
	}
	last := map[rune]int{} // the row in which a letter was seen last
	for i := 1; i <= len(a); i++ {
		match := 0 // the column of the last equal letter in this row
		for j := 1; j <= len(b); j++ {
			k, l, cost := last[b[j-1]], match, 1
			if a[i-1] == b[j-1] {
				cost, match = 0, j
			}
			d[(i+1)*width+j+1] = min(
				d[i*width+j]+cost,
				d[(i+1)*width+j]+1,
				d[i*width+j+1]+1,
				d[k*width+l]+(i-k-1)+1+(j-l-1),
			)
		}
		last[a[i-1]] = i
	}
	return d[(len(a)+1)*width+len(b)+1]
}

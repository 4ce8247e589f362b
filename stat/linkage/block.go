package linkage

import (
	"slices"
)

// Candidates are the pairs worth comparing, each once and in order. Two records
// are a pair when they agree on one of the passes: a key, or two keys together,
// which each record has for each of its fields (exact, and for names how they
// sound). Which passes are taken the records decide: those that bring the fewest
// pairs, until there are budget of them. With few records all pairs are taken.
// split is the first record of a second file, 0 when there is one.
func Candidates(keys [][]uint64, split, budget int) [][2]int {
	n := len(keys)
	if all := allPairs(n, split); all <= float64(budget) {
		return everyPair(n, split)
	}
	passes := passesOf(keys, split)
	var found []uint64
	room := budget
	for i, p := range passes {
		if p.pairs > room && i > 0 {
			break
		}
		found = p.collect(keys, split, found)
		room -= p.pairs
		if len(found) > 2*budget {
			found = tidy(found)
		}
	}
	found = tidy(found)
	pairs := make([][2]int, len(found))
	for i, f := range found {
		pairs[i] = [2]int{int(f >> 32), int(f & (1<<32 - 1))}
	}
	return pairs
}

func tidy(found []uint64) []uint64 {
	slices.Sort(found)
	return slices.Compact(found)
}

func everyPair(n, split int) (pairs [][2]int) {
	for a := range n {
		if split > 0 && a >= split {
			break
		}
		for b := max(a+1, split); b < n; b++ {
			pairs = append(pairs, [2]int{a, b})
		}
	}
	return pairs
}

// crowd is the largest group of records with one key that is compared; larger
// ones share something that is not worth it by itself, such as a city.
const crowd = 200

// pass is a key, or two keys together.
type pass struct {
	a, b  int // b < 0: a alone
	pairs int
}

// passesOf are all passes, those with the fewest pairs first.
func passesOf(keys [][]uint64, split int) []pass {
	var all []pass
	for a := range keys[0] {
		for b := a; b < len(keys[0]); b++ {
			p := pass{a: a, b: b}
			if b == a {
				p.b = -1
			}
			p.each(keys, func(group []entry) { p.pairs += within(group, split) })
			if p.pairs > 0 {
				all = append(all, p)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b pass) int { return a.pairs - b.pairs })
	return all
}

// entry is a record under its key.
type entry struct {
	key    uint64
	record uint32
}

// each gives the groups of records with the same key, crowds left out.
func (p pass) each(keys [][]uint64, do func([]entry)) {
	sorted := make([]entry, 0, len(keys))
	for i, k := range keys {
		key := k[p.a]
		if p.b >= 0 && k[p.b] != 0 && key != 0 {
			key = mix(key ^ mix(k[p.b]))
		} else if p.b >= 0 {
			key = 0
		}
		if key != 0 {
			sorted = append(sorted, entry{key, uint32(i)})
		}
	}
	slices.SortFunc(sorted, func(a, b entry) int {
		switch {
		case a.key < b.key, a.key == b.key && a.record < b.record:
			return -1
		}
		return 1
	})
	for len(sorted) > 0 {
		n := 1
		for n < len(sorted) && sorted[n].key == sorted[0].key {
			n++
		}
		if n > 1 && n <= crowd {
			do(sorted[:n])
		}
		sorted = sorted[n:]
	}
}

// within counts the pairs of a group.
func within(group []entry, split int) int {
	if split == 0 {
		return len(group) * (len(group) - 1) / 2
	}
	first := 0
	for _, e := range group {
		if int(e.record) < split {
			first++
		}
	}
	return first * (len(group) - first)
}

func (p pass) collect(keys [][]uint64, split int, found []uint64) []uint64 {
	p.each(keys, func(group []entry) {
		for i, a := range group {
			for _, b := range group[i+1:] {
				if split == 0 || int(a.record) < split && int(b.record) >= split {
					found = append(found, uint64(a.record)<<32|uint64(b.record))
				}
			}
		}
	})
	return found
}

// hashed is a key of a text; an empty text has none (0).
func hashed(salt uint64, s string) uint64 {
	if s == "" {
		return 0
	}
	h := 14695981039346656037 ^ salt*1099511628211 // FNV-1a
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return max(mix(h), 1)
}

func mix(h uint64) uint64 {
	d := dice(h)
	return d.next()
}

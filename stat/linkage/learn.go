package linkage

import (
	"errors"
	"fmt"
	"math"
)

// What Learn refuses.
var (
	ErrNoFields = errors.New("there is nothing to compare: no fields")
	ErrFew      = errors.New("there must be at least two records to compare")
)

// Options of Learn; the zero value is fine.
type Options struct {
	Seed   uint64 // of the random pairs; the same seed gives the same weights
	Random int    // how many random pairs U is learned from; 0 is 300,000
	Rounds int    // most rounds of EM; 0 is 200
	Split  int    // records from here on are another file: only pairs across count; 0 is one file
}

// Report says how the learning went.
type Report struct {
	Pairs     int     // pairs looked at
	Random    int     // random pairs that U was learned from
	Rounds    int     // rounds of EM
	Converged bool    // nothing moved any more before the rounds were over
	Matches   float64 // expected number of pairs of one and the same
	Share     float64 // of the pairs looked at
	Overall   float64 // of all pairs there are
}

// settled is the move of a share below which EM has nothing more to learn.
const settled = 1e-6

// Learn finds the weights from the records themselves. U comes from random
// pairs, nearly all of which are two different ones; M and the prior by EM
// within the given pairs, those that some blocking brought together. That few
// random pairs are one and the same is taken out of U in each round.
func Learn(fields []Field, records [][]string, pairs [][2]int, o Options) (*Model, Report, error) {
	if err := check(fields, records, pairs, o); err != nil {
		return nil, Report{}, err
	}
	o = o.filled()
	m := start(fields)
	chance, drawn := byChance(fields, records, o)
	m.refine(chance, 0)
	seen := patternsOf(fields, records, pairs)
	r := Report{Pairs: len(pairs), Random: drawn}
	all := allPairs(len(records), o.Split)
	for r.Rounds < o.Rounds && !r.Converged && len(pairs) > 0 {
		r.Rounds++
		counts, matches := m.expect(seen)
		r.Matches, r.Share, r.Overall = matches, matches/float64(len(pairs)), matches/all
		moved := m.maximise(counts, r.Overall)
		m.refine(chance, r.Overall)
		r.Converged = moved < settled
	}
	m.Frequent = frequencies(fields, records)
	return m, r, nil
}

func (o Options) filled() Options {
	if o.Random == 0 {
		o.Random = 300_000
	}
	if o.Rounds == 0 {
		o.Rounds = 200
	}
	return o
}

func check(fields []Field, records [][]string, pairs [][2]int, o Options) error {
	if len(fields) == 0 {
		return ErrNoFields
	}
	if len(records) < 2 {
		return ErrFew
	}
	if o.Split < 0 || o.Split >= len(records) {
		return fmt.Errorf("the second file begins at record %d of %d", o.Split, len(records))
	}
	for i, r := range records {
		if len(r) != len(fields) {
			return fmt.Errorf("record %d has %d values for %d fields", i, len(r), len(fields))
		}
	}
	for _, p := range pairs {
		if p[0] == p[1] || min(p[0], p[1]) < 0 || max(p[0], p[1]) >= len(records) {
			return fmt.Errorf("the pair %d, %d names no two records", p[0], p[1])
		}
	}
	return nil
}

func allPairs(n, split int) float64 {
	if split > 0 {
		return float64(split) * float64(n-split)
	}
	return float64(n) * float64(n-1) / 2
}

// believed is how many pairs the belief at the beginning counts for, so that a
// file with hardly any doubles does not teach nonsense.
const believed = 4

// begun is what is believed of one field before anything was seen: most pairs of
// one and the same agree exactly, and each lower level is a third as likely.
func begun(levels int) []float64 {
	m := make([]float64, levels)
	for l := range m {
		m[l] = math.Pow(3, float64(l-levels))
	}
	m[levels-1] = 3
	proportion(m)
	return m
}

// start is where EM begins.
func start(fields []Field) *Model {
	m := &Model{Fields: fields, Prior: .1, M: make([][]float64, len(fields)), U: make([][]float64, len(fields))}
	for i, f := range fields {
		m.M[i], m.U[i] = begun(f.Levels), make([]float64, f.Levels)
	}
	return m
}

// proportion makes shares of counts; none falls under the floor.
func proportion(s []float64) {
	sum := 0.
	for _, v := range s {
		sum += v
	}
	if sum == 0 {
		sum = 1
	}
	for i := range s {
		s[i] = max(s[i]/sum, floor)
	}
}

// byChance counts the levels of random pairs, for each field; of all pairs when
// there are no more.
func byChance(fields []Field, records [][]string, o Options) (counts [][]float64, drawn int) {
	counts = make([][]float64, len(fields))
	for i, f := range fields {
		counts[i] = make([]float64, f.Levels)
	}
	count := func(a, b int) {
		drawn++
		for i, f := range fields {
			if level := f.Compare(records[a][i], records[b][i]); level >= 0 {
				counts[i][level]++
			}
		}
	}
	if n := len(records); allPairs(n, o.Split) <= float64(o.Random) {
		for _, p := range everyPair(n, o.Split) {
			count(p[0], p[1])
		}
		return counts, drawn
	}
	dice := dice(o.Seed)
	for range o.Random {
		count(dice.pair(len(records), o.Split))
	}
	return counts, drawn
}

// refine learns U from what random pairs showed, less the share of them that
// are one and the same: seen = overall·m + (1-overall)·u. A level that no random
// pair showed is given half a pair.
func (m *Model) refine(chance [][]float64, overall float64) {
	for i := range m.U {
		sum := 0.
		for _, n := range chance[i] {
			sum += n
		}
		for l, n := range chance[i] {
			least := .5 / (sum + 1)
			m.U[i][l] = max((n/max(sum, 1)-overall*m.M[i][l])/(1-overall), least)
		}
		proportion(m.U[i])
	}
}

// pattern is one outcome of comparing all fields, and how many pairs have it.
type pattern struct {
	levels []int8
	pairs  float64
}

// patternsOf compares all pairs. A file of thousands of pairs shows hundreds of
// patterns, so that a round of EM costs next to nothing.
func patternsOf(fields []Field, records [][]string, pairs [][2]int) []pattern {
	at := map[string]int{}
	var all []pattern
	key := make([]byte, len(fields))
	for _, p := range pairs {
		for i, f := range fields {
			key[i] = byte(int8(f.Compare(records[p[0]][i], records[p[1]][i])))
		}
		n, ok := at[string(key)]
		if !ok {
			n = len(all)
			at[string(key)] = n
			levels := make([]int8, len(key))
			for i, k := range key {
				levels[i] = int8(k)
			}
			all = append(all, pattern{levels: levels})
		}
		all[n].pairs++
	}
	return all
}

// expect is the E of EM: how many pairs of one and the same show each level.
func (m *Model) expect(seen []pattern) (counts [][]float64, matches float64) {
	counts, weights := make([][]float64, len(m.Fields)), make([][]float64, len(m.Fields))
	for i, f := range m.Fields {
		counts[i], weights[i] = make([]float64, f.Levels), make([]float64, f.Levels)
		for l := range f.Levels {
			weights[i][l] = m.weight(i, l, "", "")
		}
	}
	for _, s := range seen {
		w := 0.
		for i, l := range s.levels {
			if l >= 0 {
				w += weights[i][l]
			}
		}
		p := m.Probability(w) * s.pairs
		matches += p
		for i, l := range s.levels {
			if l >= 0 {
				counts[i][l] += p
			}
		}
	}
	return counts, matches
}

// maximise is the M of EM; it gives the largest move of a share.
func (m *Model) maximise(counts [][]float64, prior float64) (moved float64) {
	for i := range counts {
		for l, share := range begun(m.Fields[i].Levels) {
			counts[i][l] += believed * share
		}
		proportion(counts[i])
		for l, share := range counts[i] {
			moved = max(moved, math.Abs(share-m.M[i][l]))
		}
		m.M[i] = counts[i]
	}
	moved = max(moved, math.Abs(prior-m.Prior))
	m.Prior = prior
	return moved
}

// frequencies are the shares of the values of the fields that ask for it. The
// pair that is weighed is itself no sign that a value is common: the share is
// that among the others, plus half a record, since none is impossible.
func frequencies(fields []Field, records [][]string) []map[string]float64 {
	all := make([]map[string]float64, len(fields))
	for i, f := range fields {
		if !f.Common {
			continue
		}
		all[i] = map[string]float64{}
		known := 0.
		for _, r := range records {
			if r[i] != "" {
				all[i][r[i]]++
				known++
			}
		}
		for v := range all[i] {
			all[i][v] = max(all[i][v]-1.5, .5) / max(known-1, 1)
		}
	}
	return all
}

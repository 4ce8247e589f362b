package match

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"kring/base/fact"
	"kring/stat/linkage"
)

// What it takes to learn from an organisation's own records, and how far what
// was learned may lead away from what is shipped.
const (
	leastRecords = 300
	leastPairs   = 200
	leastMatches = 30
	mostPull     = 2 // bits that the weight of a level may move
	randomPairs  = 100_000
	leastSeen    = 5   // random pairs that show a level, or its chance is not known
	mostNames    = 400 // names whose share is kept
)

// Learn finds the weights in a sample of the organisation's own records: what
// agreement by chance is like from random pairs, what it is like between two of
// one from the pairs that share a key, by EM. The shipped weights are where it
// may begin and how far it may go: a level moves two bits at most, so that a
// night of odd data makes no other matcher. False when there is too little to
// learn from.
func Learn(kind fact.Kind, sample []Subject, pairs [][2]int) (Weights, bool) {
	traits, shipped := firm, Shipped().Firm
	if kind == fact.Contact {
		traits, shipped = person, Shipped().Person
	}
	if len(sample) < leastRecords {
		return shipped, false
	}
	records := make([][]string, len(sample))
	for i, s := range sample {
		records[i] = written(traits, s)
	}
	w := shipped
	w.Frequent = shares(traits, records, shipped.Frequent)
	w.Pairs = len(pairs)
	if len(pairs) < leastPairs {
		return w, true // the names are worth it by themselves
	}
	fields := make([]linkage.Field, len(traits))
	for i, t := range traits {
		fields[i] = t.Field
	}
	m, report, err := linkage.Learn(fields, records, pairs, linkage.Options{Seed: 1, Random: randomPairs})
	if err != nil || !report.Converged || report.Matches < leastMatches {
		return w, true
	}
	w.M, w.U = nil, nil
	for i := range traits {
		mm, uu := pulled(shipped.M[i], shipped.U[i], m.M[i], m.U[i])
		w.M, w.U = append(w.M, mm), append(w.U, uu)
	}
	return w, true
}

// pulled moves the shipped weights of one field towards those that were learned;
// where a higher level would then say less than a lower one, nothing moves.
func pulled(m, u, learnedM, learnedU []float64) (mm, uu []float64) {
	last := math.Inf(-1)
	for l := range m {
		shipped := math.Log2(m[l] / u[l])
		w := min(max(math.Log2(learnedM[l]/learnedU[l]), shipped-mostPull), shipped+mostPull)
		if learnedU[l]*randomPairs < leastSeen {
			w = min(w, shipped) // too rare to be measured: that is no proof of being rarer
		}
		if w < last || math.IsNaN(w) {
			return m, u
		}
		last = w
		mm, uu = append(mm, m[l]), append(uu, min(m[l]/math.Exp2(w), 1))
	}
	return mm, uu
}

// shares are the shares of the commonest values of each field that is adjusted
// for it; a value that was seen less often than shipped keeps what is shipped.
func shares(traits []trait, records [][]string, shipped []map[string]float64) []map[string]float64 {
	all := make([]map[string]float64, len(traits))
	for i, t := range traits {
		if !t.Common {
			continue
		}
		count := map[string]int{}
		n := 0
		for _, r := range records {
			if r[i] != "" {
				count[r[i]]++
				n++
			}
		}
		values := slices.SortedFunc(maps.Keys(count), func(a, b string) int { return cmp.Or(count[b]-count[a], cmp.Compare(a, b)) })
		all[i] = map[string]float64{}
		if i < len(shipped) {
			maps.Copy(all[i], shipped[i])
		}
		for _, v := range values[:min(len(values), mostNames)] {
			if count[v] > 2 {
				all[i][v] = max(all[i][v], float64(count[v])/float64(n))
			}
		}
	}
	return all
}

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
	Seed    uint64   // of the random pairs; the same seed gives the same weights
	Random  int      // how many random pairs U is learned from; 0 is 300,000
	Rounds  int      // most rounds of EM; 0 is 200
	Circles []Circle // what else makes records agree; Name and Shared are given, the rest is learned; those are kept that explain more than they cost
	Split   int      // records from here on are another file: only pairs across count; 0 is one file
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
	chance, drawn := byChance(fields, records, o)
	l := lesson{fields: fields, chance: chance, seen: patternsOf(fields, records, pairs), pairs: float64(len(pairs)), all: allPairs(len(records), o.Split), rounds: o.Rounds}
	m, r, best := l.learn(nil)
	for set := 1; set < 1<<len(o.Circles); set++ {
		var some []Circle
		for i, c := range o.Circles {
			if set&(1<<i) != 0 {
				some = append(some, c)
			}
		}
		if m2, r2, cost := l.learn(some); cost < best {
			m, r, best = m2, r2, cost
		}
	}
	r.Pairs, r.Random = len(pairs), drawn
	m.Frequent = frequencies(fields, records)
	return m, r, nil
}

// lesson is what there is to learn from.
type lesson struct {
	fields     []Field
	chance     [][]float64 // levels of random pairs
	seen       []pattern
	pairs, all float64 // pairs given, and pairs there are
	rounds     int
}

// learn fits a model with some circles. Its cost (Schwarz 1978) is what it
// leaves unexplained and what it has to know: a circle must be worth its
// numbers, for without housemates in the file it would only take away those
// doubles that have another first name. For that reason too there must be more
// housemates than doubles: fewer may as well be doubles with many errors.
func (l lesson) learn(circles []Circle) (*Model, Report, float64) {
	m, r := start(l.fields, circles), Report{}
	m.refine(l.chance, 0)
	for r.Rounds < l.rounds && !r.Converged && l.pairs > 0 {
		r.Rounds++
		e := m.expect(l.seen)
		r.Matches, r.Share, r.Overall = e.matches, e.matches/l.pairs, e.matches/l.all
		moved := m.maximise(e, l.all)
		m.refine(l.chance, r.Overall)
		r.Converged = moved < settled
	}
	known := 0.
	for _, c := range m.Circles {
		known++
		for i, f := range m.Fields {
			if c.Shared[i] {
				known += float64(f.Levels - 1)
			}
		}
	}
	last := m.expect(l.seen)
	for _, n := range last.in {
		if n < last.matches {
			return m, r, math.Inf(1)
		}
	}
	likely := last.likely + (l.all-l.pairs)*math.Log(m.strangers())
	return m, r, known/2*math.Log(l.pairs+1) - likely
}

// strangers is the share of pairs that have nothing to do with each other.
func (m *Model) strangers() float64 {
	share := 1 - m.Prior
	for _, c := range m.Circles {
		share -= c.Prior
	}
	return max(share, floor)
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
func start(fields []Field, circles []Circle) *Model {
	m := &Model{Fields: fields, Prior: .1, M: make([][]float64, len(fields)), U: make([][]float64, len(fields))}
	for i, f := range fields {
		m.M[i], m.U[i] = begun(f.Levels), make([]float64, f.Levels)
	}
	for _, c := range circles {
		c.Prior, c.V = .1, make([][]float64, len(fields))
		for i, f := range fields {
			c.V[i] = begun(f.Levels)
		}
		m.Circles = append(m.Circles, c)
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
// are one and the same: seen = overall·m + (1-overall)·u; so with the circles. A
// level that no random pair showed is given half a pair.
func (m *Model) refine(chance [][]float64, overall float64) {
	for i := range m.U {
		sum := 0.
		for _, n := range chance[i] {
			sum += n
		}
		for l, n := range chance[i] {
			seen, strangers := n/max(sum, 1)-overall*m.M[i][l], 1-overall
			for _, c := range m.Circles {
				if c.Shared[i] && len(c.V) > 0 {
					seen, strangers = seen-c.Prior*c.V[i][l], strangers-c.Prior
				}
			}
			m.U[i][l] = max(seen/max(strangers, .1), .5/(sum+1))
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

// expected is what a round of EM believes of the pairs.
type expected struct {
	likely  float64 // log of the likelihood of all that was seen
	matches float64
	counts  [][]float64   // [field][level] among pairs of one and the same
	in      []float64     // pairs in each circle
	circles [][][]float64 // [circle][field][level]
}

// expect is the E of EM: how many pairs of one and the same show each level, and
// how many of each circle.
func (m *Model) expect(seen []pattern) expected {
	e := expected{counts: m.empty(), in: make([]float64, len(m.Circles))}
	for range m.Circles {
		e.circles = append(e.circles, m.empty())
	}
	us := make([]float64, len(m.Fields))
	shares := make([]float64, len(m.Circles))
	for _, s := range seen {
		w, chance := 0., 0.
		for i, l := range s.levels {
			if l >= 0 {
				us[i] = max(m.U[i][l], floor)
				w += m.weight(i, int(l))
				chance += math.Log(us[i])
			}
		}
		rest := m.strangers() // and then all that is not one and the same
		for k, c := range m.Circles {
			shares[k] = c.Prior * c.likelier(s.levels, us)
			rest += shares[k]
		}
		p := m.Probability(w - math.Log2(rest/(1-m.Prior)))
		e.matches += p * s.pairs
		e.likely += s.pairs * (chance + logSum(math.Log(rest), math.Log(max(m.Prior, 1e-12))+w*math.Ln2))
		tally(e.counts, s.levels, p*s.pairs)
		for k := range m.Circles {
			n := (1 - p) * shares[k] / rest * s.pairs
			e.in[k] += n
			tally(e.circles[k], s.levels, n)
		}
	}
	return e
}

// logSum is log(e^a + e^b), which neither overflows nor loses the smaller.
func logSum(a, b float64) float64 {
	return max(a, b) + math.Log1p(math.Exp(-math.Abs(a-b)))
}

// empty has room for a number for each level of each field.
func (m *Model) empty() [][]float64 {
	counts := make([][]float64, len(m.Fields))
	for i, f := range m.Fields {
		counts[i] = make([]float64, f.Levels)
	}
	return counts
}

func tally(counts [][]float64, levels []int8, n float64) {
	for i, l := range levels {
		if l >= 0 {
			counts[i][l] += n
		}
	}
}

// maximise is the M of EM; it gives the largest move of a share.
func (m *Model) maximise(e expected, all float64) (moved float64) {
	learn := func(was, counts []float64) []float64 {
		for l, share := range begun(len(counts)) {
			counts[l] += believed * share
		}
		proportion(counts)
		for l := range counts {
			moved = max(moved, math.Abs(counts[l]-was[l]))
		}
		return counts
	}
	prior := e.matches / all
	moved = math.Abs(prior - m.Prior)
	m.Prior = prior
	for i := range m.M {
		m.M[i] = learn(m.M[i], e.counts[i])
		if m.alone(i) {
			mostlyAgree(m.M[i])
		}
	}
	for k := range m.Circles {
		m.Circles[k].Prior = e.in[k] / all
		for i := range m.M {
			m.Circles[k].V[i] = learn(m.Circles[k].V[i], e.circles[k][i])
		}
	}
	return moved
}

// alone tells a field that belongs to one alone, whatever circle they are in.
func (m *Model) alone(field int) bool {
	for _, c := range m.Circles {
		if c.Shared[field] {
			return false
		}
	}
	return len(m.Circles) > 0
}

// mostlyAgree holds to what one and the same means: it may have another first
// name in a second record, but not as a rule. In a file without doubles EM would
// else call the nearest thing there is doubles: housemates.
func mostlyAgree(m []float64) {
	const most = .4
	if m[0] <= most {
		return
	}
	for l := range m[1:] {
		m[l+1] *= (1 - most) / (1 - m[0])
	}
	m[0] = most
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

package linkage

import "math"

// floor is the least share of a level: nothing is thought impossible.
const floor = 1e-6

// Field is one thing that two records are compared on.
type Field struct {
	Name    string                // for who reads the weights
	Levels  int                   // number of agreement levels, 0 = disagree … Levels-1 = exact
	Compare func(a, b string) int `json:"-"` // a level; -1 when either is missing
	Common  bool                  // adjust for how common the agreeing value is (term frequency)
}

// Model is what agreement and disagreement mean (Fellegi & Sunter 1969). M and U
// are, for each field and level, the share among pairs of one and the same and
// among pairs of two different ones.
type Model struct {
	Fields   []Field
	Prior    float64              // share of pairs that are one and the same, before looking
	M, U     [][]float64          // [field][level]
	Frequent []map[string]float64 // share of the records with a value, per field; nil when not adjusted
	Circles  []Circle             // what else makes records agree; none: everything is chance
}

// Part is what one field says. Weight is log2(m/u): +10 makes the odds of one
// and the same a thousand times better, below 0 makes them worse.
type Part struct {
	Field  string
	Level  int
	Weight float64
}

// Verdict is what all fields together say about a pair.
type Verdict struct {
	Probability float64 // that both are one and the same, 0 to 1
	Weight      float64 // sum of the weights of the parts
	Parts       []Part  // one for each field that both records have
}

// Weigh compares two records, which have their values in the order of Fields. A
// field that either of them misses says nothing. What circles take off is a
// part of its own, under the name Shared.
func (m *Model) Weigh(a, b []string) Verdict {
	v := Verdict{Parts: make([]Part, 0, len(m.Fields)+1)}
	v.Weight = m.sum(a, b, func(i, level int, w float64) {
		v.Parts = append(v.Parts, Part{Field: m.Fields[i].Name, Level: level, Weight: w})
	})
	if len(m.Circles) > 0 {
		rest := v.Weight
		for _, p := range v.Parts {
			rest -= p.Weight
		}
		v.Parts = append(v.Parts, Part{Field: Shared, Level: -1, Weight: rest})
	}
	v.Probability = m.Probability(v.Weight)
	return v
}

// Shared is the name of the part that says what circles take off.
const Shared = "(shared)"

// Sum is the weight of Weigh alone, for who compares pairs by the million.
func (m *Model) Sum(a, b []string) (weight float64) {
	return m.sum(a, b, nil)
}

func (m *Model) sum(a, b []string, each func(field, level int, weight float64)) (weight float64) {
	var levelRoom [24]int8
	var usRoom [24]float64
	levels, us := levelRoom[:0], usRoom[:0]
	for i, f := range m.Fields {
		level := f.Compare(a[i], b[i])
		levels = append(levels, int8(level))
		if level < 0 {
			us = append(us, 1)
			continue
		}
		u := m.chance(i, level, a[i], b[i])
		w := math.Log2(max(m.M[i][level], floor) / u)
		us, weight = append(us, u), weight+w
		if each != nil {
			each(i, level, w)
		}
	}
	if len(m.Circles) > 0 {
		weight += m.circled(levels, us)
	}
	return weight
}

// Part is what a level of a field says when no value is known.
func (m *Model) Part(field, level int) Part {
	return Part{Field: m.Fields[field].Name, Level: level, Weight: m.weight(field, level)}
}

// Agreement is the level of a part in a word.
func (m *Model) Agreement(p Part) string {
	if p.Field == Shared {
		return "other people share as much"
	}
	levels := 0
	for _, f := range m.Fields {
		if f.Name == p.Field {
			levels = f.Levels
		}
	}
	switch {
	case p.Level == levels-1:
		return "same"
	case p.Level == 0:
		return "differs"
	case p.Level == levels-2:
		return "nearly the same"
	}
	return "alike"
}

// chance is how likely two different ones show a level. Two called Jansen agree
// by chance more often than two called Wiegersma: with exact agreement the share
// of the value itself takes the place of U, which is the mean of all.
func (m *Model) chance(field, level int, a, b string) float64 {
	if level == m.Fields[field].Levels-1 && field < len(m.Frequent) && m.Frequent[field] != nil {
		if share := max(m.Frequent[field][a], m.Frequent[field][b]); share > 0 {
			return max(share, floor)
		}
	}
	return max(m.U[field][level], floor)
}

// weight is what one level of one field says when no value is known.
func (m *Model) weight(field, level int) float64 {
	return math.Log2(max(m.M[field][level], floor) / max(m.U[field][level], floor))
}

// Probability is that of one and the same for a sum of weights: the prior odds
// times two to the weight, reckoned in logs so that nothing overflows.
func (m *Model) Probability(weight float64) float64 {
	p := min(max(m.Prior, 1e-12), 1-1e-12)
	return 1 / (1 + math.Exp2(-weight-math.Log2(p/(1-p))))
}

// Needed is the sum of weights from which a probability is reached.
func (m *Model) Needed(probability float64) float64 {
	p, q := min(max(m.Prior, 1e-12), 1-1e-12), min(max(probability, 1e-12), 1-1e-12)
	return math.Log2(q/(1-q)) - math.Log2(p/(1-p))
}

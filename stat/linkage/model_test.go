package linkage_test

import (
	"math"
	"testing"

	"kring/stat/linkage"
)

// two fields: a name with term frequency and a postcode.
func weighing() *linkage.Model {
	return &linkage.Model{
		Fields: []linkage.Field{
			{Name: "name", Levels: linkage.NameLevels, Compare: linkage.Name, Common: true},
			{Name: "postcode", Levels: linkage.CodeLevels, Compare: linkage.Code},
		},
		Prior:    .25,
		M:        [][]float64{{.05, .05, .1, .8}, {.1, .1, .8}},
		U:        [][]float64{{.9, .05, .025, .025}, {.8, .1, .1}},
		Frequent: []map[string]float64{{"jansen": .1, "wiegersma": .0001}, nil},
	}
}

func TestWeigh(t *testing.T) {
	t.Parallel()
	m := weighing()
	for _, c := range []struct {
		law    string
		a, b   [2]string
		weight float64
	}{
		{"a missing value says nothing", [2]string{"", ""}, [2]string{"jansen", "8011aa"}, 0},
		{"exact, a common name: log2(.8/.1)", [2]string{"jansen", ""}, [2]string{"jansen", ""}, 3},
		{"exact, a rare name", [2]string{"wiegersma", ""}, [2]string{"wiegersma", ""}, math.Log2(8000)},
		{"exact, a name without share takes the mean u", [2]string{"poot", ""}, [2]string{"poot", ""}, 5},
		{"near: log2(.1/.025)", [2]string{"jansen", ""}, [2]string{"janssen", ""}, 2},
		{"disagreement counts against: log2(.05/.9)", [2]string{"jansen", ""}, [2]string{"wiegersma", ""}, math.Log2(.05 / .9)},
		{"fields add up: 3 + log2(.8/.1)", [2]string{"jansen", "8011aa"}, [2]string{"jansen", "8011aa"}, 6},
	} {
		v := m.Weigh(c.a[:], c.b[:])
		if math.Abs(v.Weight-c.weight) > 1e-12 {
			t.Errorf("%s: %v, want %v", c.law, v.Weight, c.weight)
		}
		odds := .25 / .75 * math.Exp2(c.weight)
		if math.Abs(v.Probability-odds/(1+odds)) > 1e-12 {
			t.Errorf("%s: probability %v, want %v", c.law, v.Probability, odds/(1+odds))
		}
	}
}

func TestProbability(t *testing.T) {
	t.Parallel()
	m := weighing()
	for _, w := range []float64{-5000, 5000, math.Inf(1), math.Inf(-1)} {
		if p := m.Probability(w); p < 0 || p > 1 || math.IsNaN(p) {
			t.Errorf("a weight of %v gives %v", w, p)
		}
	}
	for _, p := range []float64{.001, .25, .5, .99} {
		if back := m.Probability(m.Needed(p)); math.Abs(back-p) > 1e-12 {
			t.Errorf("needed for %v is worth %v", p, back)
		}
	}
}

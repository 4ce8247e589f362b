package score

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"kring/base/decimal"
)

// Encoder turns the cells of a table into features, as it learned from cases of
// which the end is known. Numbers stay numbers, within their first and last
// hundredth; words become a feature for each that is frequent; that a cell is
// blank is a feature where it is not rare.
type Encoder struct {
	Names   []string  // of the features: "visits", "source=Google", "visits is blank"
	Columns []int     // from which column each feature comes
	LeftOut []LeftOut // columns, with the reason

	features []feature
}

// LeftOut is a column that is not used.
type LeftOut struct{ Column, Why string }

type feature struct {
	column    int
	word      string // of a category, "" for a number
	blank     bool   // of being blank
	low, high float64
	median    float64 // of those that are not blank
}

// Suspect is the area under the curve, on cases that were held out, from which on
// a column is too good to have been known beforehand.
const Suspect = 0.90

// onesided is the share of one outcome among the filled cells from which on a
// column is suspected of being filled when the end was known.
const onesided = 0.95

// frequent is how many cases make a word a feature: a hundredth, ten at least.
func frequent(n int) int { return max(10, n/100) }

// Learn makes the features of columns. skip are the columns that are not to be
// looked at; with keep, columns that are too good to be true are used as well.
func Learn(head []string, rows [][]string, outcomes []bool, skip []bool, keep bool) (*Encoder, error) {
	if len(rows) == 0 || len(rows) != len(outcomes) {
		return nil, ErrShape
	}
	e := &Encoder{}
	for c, name := range head {
		if skip[c] {
			continue
		}
		cells := make([]string, len(rows))
		for i, row := range rows {
			cells[i] = strings.TrimSpace(row[c])
		}
		column := describe(cells)
		if why := column.useless(len(rows)); why != "" {
			e.LeftOut = append(e.LeftOut, LeftOut{name, why})
			continue
		}
		if why := column.suspicion(cells, outcomes); why != "" && !keep {
			e.LeftOut = append(e.LeftOut, LeftOut{name, why})
			continue
		}
		e.add(c, name, column, len(rows))
	}
	if len(e.features) == 0 {
		return e, ErrFlat
	}
	e.independent(rows)
	for _, f := range e.features {
		e.Columns = append(e.Columns, f.column)
	}
	return e, nil
}

// described is what a column looks like.
type described struct {
	numbers bool
	words   map[string]int
	blank   int
	sorted  []float64
}

func describe(cells []string) described {
	d := described{words: map[string]int{}}
	for _, cell := range cells {
		if cell == "" {
			d.blank++
			continue
		}
		d.words[cell]++
		if v, err := decimal.Number(cell, decimal.Point); err == nil {
			d.sorted = append(d.sorted, v)
		}
	}
	filled := len(cells) - d.blank
	d.numbers = filled > 0 && len(d.sorted) >= filled*98/100 && len(d.words) > 2
	slices.Sort(d.sorted)
	return d
}

func (d described) quantile(q float64) float64 {
	return d.sorted[int(q*float64(len(d.sorted)-1)+0.5)]
}

func (d described) useless(n int) string {
	switch {
	case len(d.words) == 0 || len(d.words) == 1 && d.blank == 0:
		return "it is the same for every case"
	case !d.numbers && len(d.words) > (n-d.blank)/2 && len(d.words) > 20:
		return "nearly every case has a word of its own"
	}
	return ""
}

// suspicion is why a column looks as if it were filled when the end was known.
func (d described) suspicion(cells []string, outcomes []bool) string {
	filled, yes, all := 0, 0, 0
	for i, cell := range cells {
		if outcomes[i] {
			all++
		}
		if cell != "" {
			filled++
			if outcomes[i] {
				yes++
			}
		}
	}
	one := func(yes, n int) float64 { return max(float64(yes), float64(n-yes)) / float64(n) }
	if d.blank > 0 && filled >= 20 && one(yes, filled) >= onesided && one(all, len(cells)) < 0.9 {
		return "it is filled almost only for one outcome"
	}
	if area := d.alone(cells, outcomes); area >= Suspect {
		return fmt.Sprintf("alone it tells the outcomes apart (AUC %.2f on cases held out): it was probably filled afterwards", area)
	}
	return ""
}

// alone is how well the column by itself orders cases it was not looked at for:
// each half by the shares of the other.
func (d described) alone(cells []string, outcomes []bool) float64 {
	group := func(cell string) string {
		v, err := decimal.Number(cell, decimal.Point)
		if !d.numbers || err != nil {
			return cell
		}
		k, _ := slices.BinarySearch(d.sorted, v)
		return fmt.Sprint(20 * k / len(d.sorted))
	}
	type count struct{ yes, n float64 }
	halves, total := [2]map[string]count{{}, {}}, [2]count{}
	groups := make([]string, len(cells))
	for i, cell := range cells {
		groups[i] = group(cell)
		c, t := halves[i%2][groups[i]], &total[i%2]
		c.n++
		t.n++
		c.yes += of(outcomes[i])
		t.yes += of(outcomes[i])
		halves[i%2][groups[i]] = c
	}
	area, n := 0.0, 0.0
	for half := range 2 {
		other := total[1-half]
		if other.n == 0 {
			continue
		}
		var numbers []float64
		var ends []bool
		for i := half; i < len(cells); i += 2 {
			c := halves[1-half][groups[i]]
			numbers = append(numbers, (c.yes+5*other.yes/other.n)/(c.n+5))
			ends = append(ends, outcomes[i])
		}
		if a, err := AUC(numbers, ends); err == nil {
			area, n = area+a, n+1
		}
	}
	if n == 0 {
		return 0.5
	}
	return area / n
}

func (e *Encoder) add(c int, name string, d described, n int) {
	put := func(name string, f feature) {
		f.column = c
		e.Names, e.features = append(e.Names, name), append(e.features, f)
	}
	if d.numbers {
		put(name, feature{low: d.quantile(0.01), high: d.quantile(0.99), median: d.quantile(0.5)})
	} else {
		var words []string
		most := ""
		for word, k := range d.words {
			if k >= frequent(n) || len(d.words) <= 2 {
				words = append(words, word)
			}
			if k > d.words[most] || k == d.words[most] && word < most {
				most = word
			}
		}
		slices.Sort(words)
		for _, word := range words {
			if word != most {
				put(name+"="+word, feature{word: word})
			}
		}
	}
	if d.blank >= frequent(n) {
		put(name+" is blank", feature{blank: true})
	}
}

// Row is the features of a case.
func (e *Encoder) Row(cells []string) []float64 {
	row := make([]float64, len(e.features))
	for j, f := range e.features {
		cell := strings.TrimSpace(cells[f.column])
		switch {
		case f.blank:
			row[j] = of(cell == "")
		case f.word != "":
			row[j] = of(cell == f.word)
		default:
			v, err := decimal.Number(cell, decimal.Point)
			if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
				v = f.median
			}
			row[j] = min(max(v, f.low), f.high)
		}
	}
	return row
}

// independent drops features that are the same for every case or follow from
// those before them.
func (e *Encoder) independent(rows [][]string) {
	n := len(rows)
	columns := make([][]float64, len(e.features))
	for j := range columns {
		columns[j] = make([]float64, n)
	}
	for i, cells := range rows {
		for j, v := range e.Row(cells) {
			columns[j][i] = v
		}
	}
	var names []string
	var kept []feature
	var basis [][]float64 // orthonormal
	for j, column := range columns {
		mean := 0.0
		for _, v := range column {
			mean += v / float64(n)
		}
		before := 0.0
		for i := range column {
			column[i] -= mean
			before += column[i] * column[i]
		}
		for range 2 { // twice is enough (Kahan)
			for _, b := range basis {
				dot := 0.0
				for i, v := range column {
					dot += v * b[i]
				}
				for i := range column {
					column[i] -= dot * b[i]
				}
			}
		}
		after := 0.0
		for _, v := range column {
			after += v * v
		}
		if before == 0 || after < 1e-6*before {
			continue
		}
		for i := range column {
			column[i] /= math.Sqrt(after)
		}
		basis, names, kept = append(basis, column), append(names, e.Names[j]), append(kept, e.features[j])
	}
	e.Names, e.features = names, kept
}

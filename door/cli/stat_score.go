package cli

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"kring/base/fold"
	"kring/stat/score"
)

// StatScore learns from cases of which the end is known.
type StatScore struct {
	Train  string   `required:"" type:"existingfile" help:"Cases of which the end is known."`
	Target string   `required:"" help:"The column with the end: two values." placeholder:"COL"`
	Yes    string   `help:"Which of the two is scored; 1, yes, true, won or converted when left out." placeholder:"VALUE"`
	Apply  string   `required:"" type:"existingfile" help:"Cases to score, with the same columns."`
	ID     string   `name:"id" help:"The column that names a case; \"id\", or else the row number from 1." placeholder:"COL"`
	Ignore []string `help:"Columns not to look at." placeholder:"A,B"`
	Keep   bool     `help:"Use columns that look as if they were filled when the end was known, too."`
	L2     float64  `name:"l2" help:"Penalty on coefficients in standard deviations." default:"1"`
}

// positives are the ends that are scored when nothing is said.
var positives = []string{"1", "yes", "true", "won", "converted", "ja", "waar", "gewonnen", "y", "j"}

type (
	scoreSaid struct {
		Train     int             `json:"train"`
		Skipped   int             `json:"skipped,omitempty"` // without an end
		Yes       string          `json:"yes"`
		Share     float64         `json:"share"`
		LogLik    float64         `json:"log_likelihood"`
		AUC       float64         `json:"auc"`   // on fifths that were held out
		Brier     float64         `json:"brier"` // on the same
		Intercept float64         `json:"intercept"`
		Features  []scoredFeature `json:"features"`
		LeftOut   []leftOut       `json:"left_out,omitempty"`
		Rows      []scoredRow     `json:"rows"`
	}
	scoredFeature struct {
		Feature string  `json:"feature"`
		Coef    float64 `json:"coef"`
		SE      float64 `json:"se"`
	}
	leftOut struct {
		Column string `json:"column"`
		Why    string `json:"why"`
	}
	scoredRow struct {
		ID          string  `json:"id"`
		Probability float64 `json:"probability"`
		Why         string  `json:"why"`
	}
)

// Run learns, scores and prints.
func (s *StatScore) Run(r *run) error {
	said, err := s.score()
	if err != nil {
		return err
	}
	if r.json {
		return r.writeJSON(said)
	}
	for _, c := range said.LeftOut {
		fmt.Fprintf(r.term.Err, "left out %s: %s\n", c.Column, c.Why)
	}
	fmt.Fprintf(r.term.Err, "%d cases, %.1f%% %s; held out: AUC %.3f, Brier %.4f\n", said.Train, 100*said.Share, said.Yes, said.AUC, said.Brier)
	w := csv.NewWriter(r.term.Out)
	if err := w.Write([]string{"id", "probability", "why"}); err != nil {
		return err
	}
	for _, row := range said.Rows {
		if err := w.Write([]string{row.ID, strconv.FormatFloat(row.Probability, 'f', 6, 64), row.Why}); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

func (s *StatScore) score() (*scoreSaid, error) {
	train, err := readAnswers(s.Train)
	if err != nil {
		return nil, err
	}
	target, err := train.place(s.Target)
	if err != nil {
		return nil, err
	}
	said := &scoreSaid{}
	rows, outcomes, err := s.ends(train, target, said)
	if err != nil {
		return nil, err
	}
	skip := make([]bool, len(train.head))
	skip[target] = true
	for _, name := range s.Ignore {
		at, err := train.place(name)
		if err != nil {
			return nil, err
		}
		skip[at] = true
	}
	name := s.ID
	if name == "" && columnAt(train.head, "id") >= 0 {
		name = "id"
	}
	if name != "" {
		if at, err := train.place(name); err == nil {
			skip[at] = true
		}
	}
	encoder, m, err := s.learn(train.head, rows, outcomes, skip)
	if encoder != nil {
		for _, l := range encoder.LeftOut {
			said.LeftOut = append(said.LeftOut, leftOut{l.Column, l.Why})
		}
	}
	if err != nil {
		return nil, err
	}
	said.LogLik, said.Intercept = m.LogLikelihood, m.Intercept
	for j, name := range encoder.Names {
		said.Features = append(said.Features, scoredFeature{name, m.Coef[j], m.SE[j]})
	}
	if said.AUC, said.Brier, err = s.heldOut(train.head, rows, outcomes, skip); err != nil {
		return nil, err
	}
	return said, s.apply(said, m, encoder, train.head, name)
}

// ends are the cases with an end, and whether it is the one that is scored.
func (s *StatScore) ends(a *answered, target int, said *scoreSaid) (rows [][]string, outcomes []bool, err error) {
	values := map[string]int{}
	for _, row := range a.rows {
		if v := fold.Key(row.Cells[target]); v != "" {
			values[v]++
		}
	}
	if len(values) != 2 {
		return nil, nil, fmt.Errorf("%s has %d different values; an end has two", s.Target, len(values))
	}
	yes := fold.Key(s.Yes)
	if s.Yes == "" {
		at := slices.IndexFunc(positives, func(p string) bool { return values[p] > 0 })
		if at < 0 {
			return nil, nil, fmt.Errorf("say with --yes which value of %s is scored", s.Target)
		}
		yes = positives[at]
	}
	if values[yes] == 0 {
		return nil, nil, fmt.Errorf("%s is never %q", s.Target, s.Yes)
	}
	hits := 0
	for _, row := range a.rows {
		v := fold.Key(row.Cells[target])
		if v == "" {
			said.Skipped++
			continue
		}
		rows, outcomes = append(rows, row.Cells), append(outcomes, v == yes)
		if v == yes {
			hits++
		}
	}
	said.Train, said.Yes, said.Share = len(rows), yes, float64(hits)/float64(len(rows))
	return rows, outcomes, nil
}

// heldOut judges each fifth by what was learned from the others, words and all.
func (s *StatScore) heldOut(head []string, rows [][]string, outcomes []bool, skip []bool) (area, brier float64, err error) {
	const parts = 5
	chances := make([]float64, len(rows))
	for part := range parts {
		var some [][]string
		var ends []bool
		for i := range rows {
			if i%parts != part {
				some, ends = append(some, rows[i]), append(ends, outcomes[i])
			}
		}
		encoder, m, err := s.learn(head, some, ends, skip)
		if err != nil {
			return 0, 0, fmt.Errorf("too few cases to hold some out: %w", err)
		}
		for i := part; i < len(rows); i += parts {
			chances[i] = m.Chance(encoder.Row(rows[i]))
		}
	}
	if area, err = score.AUC(chances, outcomes); err != nil {
		return 0, 0, err
	}
	brier, err = score.Brier(chances, outcomes)
	return area, brier, err
}

func (s *StatScore) learn(head []string, rows [][]string, outcomes []bool, skip []bool) (*score.Encoder, score.Logistic, error) {
	encoder, err := score.Learn(head, rows, outcomes, skip, s.Keep)
	if err != nil {
		return encoder, score.Logistic{}, fmt.Errorf("no column can be used: %w", err)
	}
	features := make([][]float64, len(rows))
	for i, row := range rows {
		features[i] = encoder.Row(row)
	}
	m, err := score.Fit(features, outcomes, s.L2)
	var separated *score.Separated
	if errors.As(err, &separated) {
		err = fmt.Errorf("%s tells the outcomes apart without exception; leave it out with --ignore, or give --l2 above 0", encoder.Names[separated.Feature])
	}
	return encoder, m, err
}

// reasons is how many reasons a row has.
const reasons = 3

func (s *StatScore) apply(said *scoreSaid, m score.Logistic, encoder *score.Encoder, head []string, id string) error {
	table, _, done, err := openTable(s.Apply, nil, nil)
	if err != nil {
		return err
	}
	defer done()
	theirs := table.Head()
	at := make([]int, len(head)) // of each trained column in this file
	for i, name := range head {
		at[i] = columnAt(theirs, name)
		if at[i] < 0 && slices.Contains(encoder.Columns, i) {
			return fmt.Errorf("%s has no column %q; it has %s", s.Apply, name, strings.Join(theirs, ", "))
		}
	}
	named := -1
	if id != "" {
		named = columnAt(theirs, id)
		if named < 0 && s.ID != "" {
			return fmt.Errorf("%s has no column %q; it has %s", s.Apply, id, strings.Join(theirs, ", "))
		}
	}
	for n := 1; ; n++ {
		row, err := table.Next()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = row.Err
		}
		if err != nil {
			return inRow(row, err)
		}
		cells := make([]string, len(head))
		for i, place := range at {
			if place >= 0 {
				cells[i] = row.Cells[place]
			}
		}
		features := encoder.Row(cells)
		scored := scoredRow{ID: strconv.Itoa(n), Probability: m.Chance(features)}
		if named >= 0 {
			scored.ID = row.Cells[named]
		}
		scored.Why = why(m, encoder, features, head, cells)
		said.Rows = append(said.Rows, scored)
	}
}

// why is what moves a case most, column by column, in the log of the odds.
func why(m score.Logistic, encoder *score.Encoder, features []float64, head, cells []string) string {
	moves := make([]float64, len(head))
	for _, r := range m.Reasons(features) {
		moves[encoder.Columns[r.Feature]] += r.Moves
	}
	order := slices.Compact(slices.Sorted(slices.Values(encoder.Columns)))
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(math.Abs(moves[b]), math.Abs(moves[a])) })
	var said []string
	for _, c := range order[:min(reasons, len(order))] {
		if math.Abs(moves[c]) < 0.005 {
			break
		}
		cell := strings.TrimSpace(cells[c])
		if cell == "" {
			cell = "(blank)"
		}
		said = append(said, fmt.Sprintf("%s = %s: %+.2f", head[c], cell, moves[c]))
	}
	return strings.Join(said, "; ")
}

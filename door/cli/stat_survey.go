package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"kring/base/decimal"
	"kring/base/fold"
	"kring/paper/sheet"
	"kring/stat/survey"
)

// StatSurvey measures the answers in a file.
type StatSurvey struct {
	File       string             `arg:"" type:"existingfile" help:"Answers, a row for each person."`
	Instrument string             `required:"" help:"${enum}" enum:"nps,csat,ces,servqual,kano,drivers"`
	Column     string             `help:"Where the answers are (nps, csat, ces); not needed when the file has one column." placeholder:"NAME"`
	Scale      string             `help:"Of the answers: ${enum}. 0-10 for nps, 1-10 for csat when left out." enum:",0-10,1-10,1-5,1-7" default:""`
	From       float64            `help:"From which answer on somebody is satisfied (csat); the two highest when left out." placeholder:"4"`
	Target     string             `help:"What is to be explained (drivers)." placeholder:"COL"`
	On         []string           `help:"By what (drivers); all other columns when left out." placeholder:"A,B"`
	Pairs      map[string]string  `help:"Which perception belongs to which expectation (servqual), or which answer about absence to which about presence (kano). Else columns whose names differ in P and E, or in present and absent." mapsep:"," placeholder:"P1=E1,…"`
	Weights    map[string]float64 `help:"Points out of 100 for each perception (servqual)." mapsep:"," placeholder:"P1=32,…"`
	Population int                `help:"How many people there are, when those who answered are many of them." placeholder:"N"`
	Level      float64            `help:"Confidence of the intervals." default:"0.95"`
}

type (
	ends [2]float64

	netSaid struct {
		N          int     `json:"n"`
		Promoters  int     `json:"promoters"`
		Passives   int     `json:"passives"`
		Detractors int     `json:"detractors"`
		NPS        float64 `json:"nps"`
		SE         float64 `json:"se"`
		Wald       ends    `json:"wald"`
		Adjusted   ends    `json:"adjusted_wald"`
		Scale      string  `json:"scale"`
		beside
	}
	// beside is what is said besides the figures.
	beside struct {
		Skipped int    `json:"skipped,omitempty"` // rows without an answer
		Note    string `json:"note,omitempty"`
	}
	meanSaid struct {
		N    int     `json:"n"`
		Mean float64 `json:"mean"`
		SD   float64 `json:"sd"`
		T    *ends   `json:"t,omitempty"` // absent for one answer
	}
	shareSaid struct {
		meanSaid
		From    float64 `json:"from"`
		Count   int     `json:"count"`
		Share   float64 `json:"share"`
		Wilson  ends    `json:"wilson"`
		Clopper ends    `json:"clopper_pearson"`
		Wald    ends    `json:"wald"`
		beside
	}
	gapSaid struct {
		Perception  string  `json:"perception"`
		Expectation string  `json:"expectation"`
		Weight      float64 `json:"weight,omitempty"`
		meanSaid
		Student float64 `json:"student_t"`
		P       float64 `json:"p"`
	}
	servqualSaid struct {
		Gaps     []gapSaid `json:"gaps"`
		Overall  float64   `json:"overall"`
		Weighted *float64  `json:"weighted,omitempty"`
		Worst    string    `json:"worst"`
		Alpha    *float64  `json:"alpha,omitempty"` // of the perceptions
		beside
	}
	kanoSaid struct {
		Feature  string         `json:"feature"`
		N        int            `json:"n"`
		Category string         `json:"category"`
		Count    map[string]int `json:"count"`
		Better   *float64       `json:"better,omitempty"`
		Worse    *float64       `json:"worse,omitempty"`
	}
	driverSaid struct {
		Driver  string  `json:"driver"`
		Coef    float64 `json:"coef"`
		SE      float64 `json:"se"`
		Beta    float64 `json:"beta"`
		Pearson float64 `json:"pearson"`
		LMG     float64 `json:"lmg"`
		Johnson float64 `json:"johnson"`
	}
	driversSaid struct {
		Target    string       `json:"target"`
		N         int          `json:"n"`
		R2        float64      `json:"r2"`
		Intercept float64      `json:"intercept"`
		Base      float64      `json:"intercept_se"`
		Drivers   []driverSaid `json:"drivers"`
		beside
	}
)

// noCause stands beside every table of drivers.
const noCause = "importance is not causation: this is what the target goes with"

// Run measures and prints.
func (s *StatSurvey) Run(r *run) error {
	if !(s.Level > 0 && s.Level < 1) {
		return errors.New("--level is a confidence between 0 and 1, such as 0.95")
	}
	answers, err := readAnswers(s.File)
	if err != nil {
		return err
	}
	said, print, err := s.measure(answers)
	if err != nil {
		return err
	}
	if r.json {
		return r.writeJSON(said)
	}
	t := tabwriter.NewWriter(r.term.Out, 0, 0, 2, ' ', 0)
	print(t)
	return t.Flush()
}

// answered is the file: its columns, and the text of every cell.
type answered struct {
	head []string
	rows []sheet.Row
}

func readAnswers(path string) (*answered, error) {
	table, _, done, err := openTable(path, nil, nil)
	if err != nil {
		return nil, err
	}
	defer done()
	a := &answered{head: table.Head()}
	for {
		row, err := table.Next()
		if err == io.EOF {
			break
		}
		if err == nil {
			err = row.Err
		}
		if err != nil {
			return nil, inRow(row, err)
		}
		row.Cells = slices.Clone(row.Cells)
		a.rows = append(a.rows, row)
	}
	if len(a.rows) == 0 {
		return nil, sheet.ErrHeaderOnly
	}
	return a, nil
}

func (a *answered) place(name string) (int, error) {
	at := columnAt(a.head, name)
	if at < 0 {
		return 0, fmt.Errorf("no column is called %q; the file has %s", name, strings.Join(a.head, ", "))
	}
	return at, nil
}

// numbers are the answers in some columns of those who answered all of them.
func (a *answered) numbers(names ...string) (columns [][]float64, skipped int, err error) {
	places := make([]int, len(names))
	for i, name := range names {
		if places[i], err = a.place(name); err != nil {
			return nil, 0, err
		}
	}
	columns = make([][]float64, len(names))
	for _, row := range a.rows {
		if slices.ContainsFunc(places, func(p int) bool { return strings.TrimSpace(row.Cells[p]) == "" }) {
			skipped++
			continue
		}
		for i, p := range places {
			v, err := decimal.Number(row.Cells[p], decimal.Point)
			if err != nil {
				return nil, 0, inRow(row, fmt.Errorf("%s: %w", names[i], err))
			}
			columns[i] = append(columns[i], v)
		}
	}
	return columns, skipped, nil
}

func (s *StatSurvey) measure(a *answered) (said any, print func(io.Writer), err error) {
	switch s.Instrument {
	case "nps":
		return s.net(a)
	case "csat", "ces":
		return s.share(a)
	case "servqual":
		return s.servqual(a)
	case "kano":
		return s.kano(a)
	default:
		return s.drivers(a)
	}
}

// one is the column that is asked for, or the only one.
func (s *StatSurvey) one(a *answered) ([]float64, int, error) {
	name := s.Column
	if name == "" {
		if len(a.head) != 1 {
			return nil, 0, fmt.Errorf("say with --column where the answers are; the file has %s", strings.Join(a.head, ", "))
		}
		name = a.head[0]
	}
	columns, skipped, err := a.numbers(name)
	if err != nil {
		return nil, 0, err
	}
	return columns[0], skipped, nil
}

// bounds are the ends of the scale that was said, or what it is when none was.
func (s *StatSurvey) bounds(low, high float64) (float64, float64) {
	switch s.Scale {
	case "0-10":
		return 0, 10
	case "1-10":
		return 1, 10
	case "1-5":
		return 1, 5
	case "1-7":
		return 1, 7
	}
	return low, high
}

func (s *StatSurvey) net(a *answered) (any, func(io.Writer), error) {
	answers, skipped, err := s.one(a)
	if err != nil {
		return nil, nil, err
	}
	low, high := s.bounds(0, 10)
	if high != 10 {
		return nil, nil, fmt.Errorf("a net promoter score is asked on 0-10 (or, less well, 1-10), not on %s", s.Scale)
	}
	n, err := survey.NetOf(answers, low)
	if err != nil {
		return nil, nil, outside(err, low, high)
	}
	wald, err := n.Wald(s.Level)
	if err != nil {
		return nil, nil, err
	}
	adjusted, err := n.Adjusted(s.Level)
	if err != nil {
		return nil, nil, err
	}
	said := netSaid{
		N: n.N(), Promoters: n.Promoters, Passives: n.Passives, Detractors: n.Detractors, NPS: n.Score(), SE: n.Error(),
		Wald: ends{wald.Low, wald.High}, Adjusted: ends{adjusted.Low, adjusted.High}, Scale: fmt.Sprintf("%g-10", low), beside: beside{Skipped: skipped},
	}
	if low != 0 {
		said.Note = "the bounds 6 and 9 are meant for 0-10; on 1-10 this is no net promoter score as others know it"
	}
	return said, func(w io.Writer) {
		fmt.Fprintf(w, "net promoter score\t%+.1f\tof %d answers\n", said.NPS, said.N)
		fmt.Fprintf(w, "promoters\t%d\t%s\n", said.Promoters, percent(said.Promoters, said.N))
		fmt.Fprintf(w, "passives\t%d\t%s\n", said.Passives, percent(said.Passives, said.N))
		fmt.Fprintf(w, "detractors\t%d\t%s\n", said.Detractors, percent(said.Detractors, said.N))
		fmt.Fprintf(w, "standard error\t%.2f\t\n", said.SE)
		fmt.Fprintf(w, "%g%% adjusted Wald\t%+.1f\tto %+.1f\n", 100*s.Level, said.Adjusted[0], said.Adjusted[1])
		fmt.Fprintf(w, "%g%% Wald\t%+.1f\tto %+.1f\n", 100*s.Level, said.Wald[0], said.Wald[1])
		said.print(w)
	}, nil
}

func (s *StatSurvey) share(a *answered) (any, func(io.Writer), error) {
	answers, skipped, err := s.one(a)
	if err != nil {
		return nil, nil, err
	}
	low, high := s.bounds(1, 10)
	from := high - 1
	if s.Instrument == "ces" {
		if low, high, from = 1, 7, 5; s.Scale != "" && s.Scale != "1-7" {
			return nil, nil, errors.New("the customer effort score 2.0 is asked on 1-7; other scales are another measure")
		}
	}
	if s.From != 0 {
		from = s.From
	}
	if slices.ContainsFunc(answers, func(v float64) bool { return !(v >= low && v <= high) }) {
		return nil, nil, outside(survey.ErrScale, low, high)
	}
	m, err := survey.MeanOf(answers)
	if err != nil {
		return nil, nil, err
	}
	p := survey.TopBox(answers, from)
	said := shareSaid{meanSaid: s.mean(m), From: from, Count: p.K, Share: p.Share(), beside: beside{Skipped: skipped}}
	for _, way := range []struct {
		to *ends
		of func(float64) (survey.Interval, error)
	}{{&said.Wilson, p.Wilson}, {&said.Clopper, p.ClopperPearson}, {&said.Wald, p.Wald}} {
		i, err := way.of(s.Level)
		if err != nil {
			return nil, nil, err
		}
		*way.to = ends{i.Low, i.High}
	}
	return said, func(w io.Writer) {
		fmt.Fprintf(w, "mean\t%.2f\tof %d answers, standard deviation %.2f\n", said.Mean, said.N, said.SD)
		if said.T != nil {
			fmt.Fprintf(w, "%g%% Student\t%.2f\tto %.2f\n", 100*s.Level, said.T[0], said.T[1])
		}
		fmt.Fprintf(w, "%g and up\t%d\t%.1f%%\n", from, said.Count, 100*said.Share)
		for _, i := range []struct {
			name string
			ends ends
		}{{"Wilson", said.Wilson}, {"Clopper-Pearson", said.Clopper}, {"Wald", said.Wald}} {
			fmt.Fprintf(w, "%g%% %s\t%.1f%%\tto %.1f%%\n", 100*s.Level, i.name, 100*i.ends[0], 100*i.ends[1])
		}
		said.print(w)
	}, nil
}

func (s *StatSurvey) mean(m survey.Mean) meanSaid {
	said := meanSaid{N: m.N, Mean: m.Mean, SD: m.SD}
	if i, err := m.OutOf(s.Population).T(s.Level); err == nil {
		said.T = &ends{i.Low, i.High}
	}
	return said
}

// pairs are the columns that belong together, in the order of the file: as said,
// else those whose names differ only in a first or last word.
func (s *StatSurvey) pairs(a *answered, ours, theirs []string) ([][2]string, error) {
	var all [][2]string
	if len(s.Pairs) > 0 {
		for _, name := range a.head {
			for left, right := range s.Pairs {
				if fold.Key(left) == fold.Key(name) {
					all = append(all, [2]string{name, right})
				}
			}
		}
		if len(all) != len(s.Pairs) {
			return nil, fmt.Errorf("--pairs names columns that are not there; the file has %s", strings.Join(a.head, ", "))
		}
		return all, nil
	}
	rest := func(name string, words []string) (string, bool) {
		key := fold.Key(name)
		for _, w := range words {
			for _, cut := range []func(string, string) (string, bool){strings.CutPrefix, strings.CutSuffix} {
				if r, ok := cut(key, w); ok && r != "" {
					return strings.Trim(r, " _-.:"), true
				}
			}
		}
		return "", false
	}
	other := map[string]string{}
	for _, name := range a.head {
		if r, ok := rest(name, theirs); ok {
			other[r] = name
		}
	}
	for _, name := range a.head {
		if r, ok := rest(name, ours); ok && other[r] != "" && other[r] != name {
			all = append(all, [2]string{name, other[r]})
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("say with --pairs which columns belong together; the file has %s", strings.Join(a.head, ", "))
	}
	return all, nil
}

func (s *StatSurvey) servqual(a *answered) (any, func(io.Writer), error) {
	pairs, err := s.pairs(a, []string{"perceived", "perception", "ervaren", "p"}, []string{"expected", "expectation", "verwacht", "e"})
	if err != nil {
		return nil, nil, err
	}
	var names []string
	for _, p := range pairs {
		names = append(names, p[0], p[1])
	}
	columns, skipped, err := a.numbers(names...)
	if err != nil {
		return nil, nil, err
	}
	if low, high := s.bounds(1, 7); slices.ContainsFunc(columns, func(c []float64) bool {
		return slices.ContainsFunc(c, func(v float64) bool { return !(v >= low && v <= high) })
	}) {
		return nil, nil, outside(survey.ErrScale, low, high)
	}
	said := servqualSaid{beside: beside{Skipped: skipped}}
	var gaps, weights []float64
	var perceived [][]float64
	for i, p := range pairs {
		g, err := survey.GapOf(columns[2*i], columns[2*i+1])
		if err != nil {
			return nil, nil, err
		}
		weight, weighed := s.weight(p[0])
		said.Gaps = append(said.Gaps, gapSaid{Perception: p[0], Expectation: p[1], Weight: weight, meanSaid: s.mean(g.Mean), Student: g.T0, P: g.P})
		gaps, perceived = append(gaps, g.Mean.Mean), append(perceived, columns[2*i])
		if weighed {
			weights = append(weights, weight)
		}
	}
	if said.Overall, err = survey.Overall(gaps, nil); err != nil {
		return nil, nil, err
	}
	if len(s.Weights) > 0 {
		weighted, err := survey.Overall(gaps, weights)
		if err != nil {
			return nil, nil, fmt.Errorf("--weights: %w", err)
		}
		said.Weighted = &weighted
	}
	worst := slices.MinFunc(said.Gaps, func(a, b gapSaid) int { return cmp.Compare(a.Mean, b.Mean) })
	said.Worst = worst.Perception
	if alpha, err := survey.Alpha(perceived); err == nil {
		said.Alpha = &alpha
	}
	return said, func(w io.Writer) {
		fmt.Fprintf(w, "perceived\texpected\tgap\t%g%% Student\tp\n", 100*s.Level)
		for _, g := range said.Gaps {
			interval := ""
			if g.T != nil {
				interval = fmt.Sprintf("%+.2f to %+.2f", g.T[0], g.T[1])
			}
			fmt.Fprintf(w, "%s\t%s\t%+.3f\t%s\t%.3f\n", g.Perception, g.Expectation, g.Mean, interval, g.P)
		}
		fmt.Fprintf(w, "together\t\t%+.3f\tof %d people\n", said.Overall, said.Gaps[0].N)
		if said.Weighted != nil {
			fmt.Fprintf(w, "weighted\t\t%+.3f\n", *said.Weighted)
		}
		fmt.Fprintf(w, "worst\t%s\n", said.Worst)
		if said.Alpha != nil {
			fmt.Fprintf(w, "Cronbach's alpha\t%.3f\n", *said.Alpha)
		}
		said.print(w)
	}, nil
}

func (s *StatSurvey) weight(name string) (float64, bool) {
	for said, w := range s.Weights {
		if fold.Key(said) == fold.Key(name) {
			return w, true
		}
	}
	return 0, false
}

// kanoWords are the answers as they are asked, in the order of survey.Like and on;
// 1 to 5 does as well.
var kanoWords = [][]string{
	{"like", "i like it", "prettig", "fijn", "1"},
	{"expect", "i expect it", "must-be", "vanzelfsprekend", "verwacht", "2"},
	{"neutral", "i am neutral", "neutraal", "maakt niet uit", "3"},
	{"tolerate", "i can tolerate it", "live with", "kan ermee leven", "4"},
	{"dislike", "i dislike it", "vervelend", "niet prettig", "5"},
}

func (s *StatSurvey) kano(a *answered) (any, func(io.Writer), error) {
	pairs, err := s.pairs(a, []string{"present", "functional", "aanwezig", "wel"}, []string{"absent", "dysfunctional", "afwezig", "niet"})
	if err != nil {
		return nil, nil, err
	}
	var said []kanoSaid
	for _, p := range pairs {
		one, err := a.kano(p)
		if err != nil {
			return nil, nil, err
		}
		said = append(said, one)
	}
	return said, func(w io.Writer) {
		fmt.Fprintln(w, "feature\tcategory\tbetter\tworse\tn\tA O M I R Q")
		for _, k := range said {
			better, worse := "", ""
			if k.Better != nil {
				better, worse = fmt.Sprintf("%.2f", *k.Better), fmt.Sprintf("%.2f", *k.Worse)
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t", k.Feature, k.Category, better, worse, k.N)
			for _, c := range "AOMIRQ" {
				fmt.Fprintf(w, "%d ", k.Count[string(c)])
			}
			fmt.Fprintln(w)
		}
	}, nil
}

func (a *answered) kano(pair [2]string) (said kanoSaid, err error) {
	var at [2]int
	for i, name := range pair {
		if at[i], err = a.place(name); err != nil {
			return said, err
		}
	}
	count := survey.Kano{}
	said = kanoSaid{Feature: pair[0], Count: map[string]int{}}
	for _, row := range a.rows {
		var answer [2]int
		blank := false
		for i, place := range at {
			cell := fold.Key(row.Cells[place])
			blank = blank || cell == ""
			answer[i] = slices.IndexFunc(kanoWords, func(words []string) bool { return slices.Contains(words, cell) })
		}
		if blank {
			continue
		}
		c, err := survey.Classify(answer[0], answer[1])
		if err != nil {
			return said, inRow(row, fmt.Errorf("%s: an answer is like, expect, neutral, tolerate or dislike, or 1 to 5", pair[0]))
		}
		count[c]++
		said.N++
	}
	best, err := count.Category()
	if err != nil {
		return said, fmt.Errorf("%s: %w", pair[0], err)
	}
	said.Category = string(rune(best))
	for c, n := range count {
		said.Count[string(rune(c))] = n
	}
	if better, worse, err := count.Coefficients(); err == nil {
		said.Better, said.Worse = &better, &worse
	}
	return said, nil
}

func (s *StatSurvey) drivers(a *answered) (any, func(io.Writer), error) {
	if s.Target == "" {
		return nil, nil, fmt.Errorf("say with --target what is to be explained; the file has %s", strings.Join(a.head, ", "))
	}
	on := s.On
	if len(on) == 0 {
		for _, name := range a.head {
			if fold.Key(name) != fold.Key(s.Target) {
				on = append(on, name)
			}
		}
	}
	if slices.ContainsFunc(on, func(name string) bool { return fold.Key(name) == fold.Key(s.Target) }) {
		return nil, nil, fmt.Errorf("%s cannot explain itself: leave it out of --on", s.Target)
	}
	columns, skipped, err := a.numbers(append([]string{s.Target}, on...)...)
	if err != nil {
		return nil, nil, err
	}
	d, err := survey.Drive(columns[0], columns[1:])
	if err != nil {
		return nil, nil, err
	}
	said := driversSaid{Target: s.Target, N: d.N, R2: d.R2, Intercept: d.Intercept, Base: d.Base, beside: beside{Skipped: skipped, Note: noCause}}
	for j, name := range on {
		said.Drivers = append(said.Drivers, driverSaid{
			Driver: name, Coef: d.Coef[j], SE: d.SE[j], Beta: d.Beta[j], Pearson: d.Pearson[j], LMG: d.LMG[j], Johnson: d.Johnson[j],
		})
	}
	return said, func(w io.Writer) {
		fmt.Fprintf(w, "%s of %d people; R² %.3f\n", said.Target, said.N, said.R2)
		fmt.Fprintln(w, "driver\tcoefficient\t± error\tβ\tr\tLMG\tJohnson")
		sorted := slices.Clone(said.Drivers)
		slices.SortStableFunc(sorted, func(a, b driverSaid) int { return cmp.Compare(b.LMG, a.LMG) })
		for _, v := range sorted {
			fmt.Fprintf(w, "%s\t%+.3f\t%.3f\t%+.3f\t%+.3f\t%.1f%%\t%.1f%%\n", v.Driver, v.Coef, v.SE, v.Beta, v.Pearson, 100*v.LMG, 100*v.Johnson)
		}
		said.print(w)
	}, nil
}

func (b beside) print(w io.Writer) {
	if b.Skipped > 0 {
		fmt.Fprintf(w, "left out\t%d\trows without an answer\n", b.Skipped)
	}
	if b.Note != "" {
		fmt.Fprintln(w, b.Note)
	}
}

func outside(err error, low, high float64) error {
	if errors.Is(err, survey.ErrScale) {
		return fmt.Errorf("an answer lies outside the scale of %g to %g; say which scale it is with --scale", low, high)
	}
	return err
}

func percent(k, n int) string { return fmt.Sprintf("%.0f%%", math.Round(100*float64(k)/float64(n))) }

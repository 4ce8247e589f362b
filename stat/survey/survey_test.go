package survey_test

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"kring/kit"
	"kring/stat/survey"
)

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within) {
		t.Errorf("%s = %.10g, want %.10g ± %g", what, got, want, within)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestWorked are the worked numbers of domain.md §2.7.
func TestWorked(t *testing.T) {
	t.Parallel()
	n := survey.Net{Promoters: 46, Passives: 34, Detractors: 20}
	near(t, "NPS", n.Score(), 26, 1e-12)
	near(t, "its error", n.Error(), 7.70, 0.005)
	i := must(n.Wald(0.95))
	near(t, "its margin", (i.High-i.Low)/2, 15.1, 0.05)

	m, easy, err := survey.Effort([]float64{7, 6, 6, 5, 4, 7, 3, 6, 5, 2})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "CES", m.Mean, 5.1, 1e-12)
	near(t, "share of 5 to 7", easy.Share(), 0.70, 1e-12)

	expected, perceived := []float64{6.6, 6.2, 6.1, 5.8, 5.2}, []float64{5.9, 6.0, 6.3, 5.7, 5.6}
	gaps := make([]float64, 5)
	for i := range gaps {
		gaps[i] = perceived[i] - expected[i]
	}
	near(t, "SERVQUAL", must(survey.Overall(gaps, nil)), -0.08, 1e-9)
	near(t, "SERVQUAL weighted", must(survey.Overall(gaps, []float64{32, 22, 19, 16, 11})), -0.202, 1e-9)

	k := survey.Kano{survey.Attractive: 30, survey.OneDimensional: 25, survey.MustBe: 20, survey.Indifferent: 25}
	better, worse, err := k.Coefficients()
	if err != nil {
		t.Fatal(err)
	}
	near(t, "better", better, 0.55, 1e-12)
	near(t, "worse", worse, -0.45, 1e-12)
}

func TestKano(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		present, absent int
		want            survey.Category
	}{
		{survey.Like, survey.Like, 'Q'}, {survey.Like, survey.Expect, 'A'}, {survey.Like, survey.Dislike, 'O'},
		{survey.Expect, survey.Dislike, 'M'}, {survey.Expect, survey.Like, 'R'}, {survey.Neutral, survey.Neutral, 'I'},
		{survey.Tolerate, survey.Dislike, 'M'}, {survey.Dislike, survey.Dislike, 'Q'}, {survey.Dislike, survey.Tolerate, 'R'},
	} {
		if got := must(survey.Classify(c.present, c.absent)); got != c.want {
			t.Errorf("present %d, absent %d: %c, want %c", c.present, c.absent, got, c.want)
		}
	}
	if _, err := survey.Classify(5, 0); !errors.Is(err, survey.ErrScale) {
		t.Errorf("an answer that is none: %v", err)
	}
	for _, c := range []struct {
		count survey.Kano
		want  survey.Category
	}{
		{survey.Kano{'A': 5, 'O': 5, 'M': 5, 'I': 5}, 'M'}, {survey.Kano{'A': 5, 'O': 5}, 'O'},
		{survey.Kano{'A': 5, 'I': 5}, 'A'}, {survey.Kano{'I': 5, 'R': 6}, 'R'},
	} {
		if got := must(c.count.Category()); got != c.want {
			t.Errorf("%v: %c, want %c", c.count, got, c.want)
		}
	}
	if _, err := (survey.Kano{}).Category(); !errors.Is(err, survey.ErrNone) {
		t.Errorf("nobody answered: %v", err)
	}
}

func TestRefuses(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"eleven":       second(survey.NetOf([]float64{11}, 0)),
		"zero of 1-10": second(survey.NetOf([]float64{0}, 1)),
		"no number":    second(survey.NetOf([]float64{math.NaN()}, 0)),
		"effort of 8":  third(survey.Effort([]float64{8})),
		"more than n":  second(survey.Proportion{K: 3, N: 2}.Wilson(0.95)),
	} {
		if !errors.Is(err, survey.ErrScale) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, err := range map[string]error{
		"nobody":         second(survey.NetOf(nil, 0)),
		"nobody's mean":  second(survey.MeanOf(nil)),
		"share of none":  second(survey.Proportion{}.ClopperPearson(0.95)),
		"interval of no": second(survey.Net{}.Adjusted(0.95)),
	} {
		if !errors.Is(err, survey.ErrNone) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := second(survey.Proportion{K: 1, N: 2}.Wald(1)); !errors.Is(err, survey.ErrLevel) {
		t.Errorf("a level of 1: %v", err)
	}
	if err := second(must(survey.MeanOf([]float64{4})).T(0.95)); !errors.Is(err, survey.ErrFew) {
		t.Errorf("one answer: %v", err)
	}
	if err := second(survey.Overall([]float64{1, 2}, []float64{50, 60})); !errors.Is(err, survey.ErrWeights) {
		t.Errorf("110 points: %v", err)
	}
	same := []float64{1, 2, 3, 4, 6}
	if err := second(survey.Drive([]float64{2, 1, 4, 3, 5}, [][]float64{same, same})); !errors.Is(err, survey.ErrSame) {
		t.Errorf("the same driver twice: %v", err)
	}
	if err := second(survey.Drive(same, [][]float64{{1, 1, 1, 1, 1}})); !errors.Is(err, survey.ErrConstant) {
		t.Errorf("a driver that never varies: %v", err)
	}
}

func second[T any](_ T, err error) error      { return err }
func third[T, U any](_ T, _ U, e error) error { return e }

func TestFinite(t *testing.T) {
	t.Parallel()
	m := must(survey.MeanOf([]float64{1, 2, 3, 4}))
	near(t, "of everybody", m.OutOf(4).Error(), 0, 1e-12)
	near(t, "of very many", m.OutOf(1e9).Error(), m.Error(), 1e-8)
	near(t, "half of 101", must(survey.MeanOf(make51())).OutOf(101).Error(), must(survey.MeanOf(make51())).Error()*math.Sqrt(0.5), 1e-12)
	if n := must(survey.Needed(0.05, 0.95, 0)); n != 385 {
		t.Errorf("answers for ±5%%: %d, want 385 (Cochran 1977)", n)
	}
	if n := must(survey.Needed(0.05, 0.95, 1000)); n != 278 {
		t.Errorf("answers for ±5%% of 1,000: %d, want 278", n)
	}
}

func make51() []float64 {
	all := make([]float64, 51)
	for i := range all {
		all[i] = float64(i % 7)
	}
	return all
}

func TestDiffer(t *testing.T) {
	t.Parallel()
	a, b := survey.Net{Promoters: 46, Passives: 34, Detractors: 20}, survey.Net{Promoters: 20, Passives: 40, Detractors: 40}
	d, z, p, err := a.Differ(b)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "difference", d, 46, 1e-12)
	near(t, "z", z, 46/math.Hypot(a.Error(), b.Error()), 1e-12)
	if p > 0.001 {
		t.Errorf("p = %g", p)
	}
}

// TestSharesAddUp: both ways to divide R² hand out all of it, whatever the answers,
// also when orders are drawn.
func TestSharesAddUp(t *testing.T) {
	t.Parallel()
	for _, p := range []int{1, 3, 8, survey.Exact + 1} {
		y, x := invented(60, p)
		d := must(survey.Drive(y, x))
		sum := func(v []float64) (s float64) {
			for _, w := range v {
				s += w
			}
			return s
		}
		near(t, strconv.Itoa(p)+" drivers, LMG", sum(d.LMG), d.R2, 1e-9)
		near(t, strconv.Itoa(p)+" drivers, Johnson", sum(d.Johnson), d.R2, 1e-9)
	}
}

// TestDrawn: what is drawn comes near to what is counted. A sixteenth driver that
// has nothing to say makes the same answers one to draw for.
func TestDrawn(t *testing.T) {
	t.Parallel()
	y, x := invented(400, survey.Exact)
	exact := must(survey.Drive(y, x))
	rest := make([]float64, len(y))
	for i := range rest {
		rest[i] = math.Sin(float64(i) * 12.9898)
	}
	drawn := must(survey.Drive(y, append(slices.Clone(x), rest)))
	for j := range x {
		near(t, strconv.Itoa(j), drawn.LMG[j], exact.LMG[j], 0.02*exact.R2+0.01)
	}
}

func invented(n, p int) (y []float64, x [][]float64) {
	x, y = make([][]float64, p), make([]float64, n)
	for i := range n {
		common := math.Sin(float64(i) * 1.7)
		for j := range p {
			v := common + math.Sin(float64(i*(j+3))*0.77+float64(j))
			x[j] = append(x[j], v)
			y[i] += v / float64(j+1)
		}
		y[i] += 2 * math.Cos(float64(i)*3.3)
	}
	return y, x
}

// ecsi is the mobile phone survey of Tenenhaus e.a. 2005, by column.
func ecsi(t testing.TB) map[string][]float64 {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(string(kit.ReferenceFile(t, "survey/ecsi_mobi.csv")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	table := map[string][]float64{}
	for _, row := range rows[1:] {
		for j, cell := range row {
			v, err := strconv.ParseFloat(cell, 64)
			if err != nil {
				t.Fatal(err)
			}
			table[rows[0][j]] = append(table[rows[0][j]], v)
		}
	}
	return table
}

// TestReference compares with every survey figure of the reference data.
func TestReference(t *testing.T) {
	t.Parallel()
	ran := 0
	for _, e := range kit.Reference(t, "survey") {
		ran++
		switch {
		case e.Method == "Wilson 95% CI", e.Method == "Clopper-Pearson 95% CI":
			k, n, _ := strings.Cut(e.Dataset, "/")
			p := survey.Proportion{K: must(strconv.Atoi(k)), N: must(strconv.Atoi(n))}
			i := must(p.Wilson(0.95))
			if strings.HasPrefix(e.Method, "Clopper") {
				i = must(p.ClopperPearson(0.95))
			}
			e.Agree(t, i.Low, i.High)
		case strings.HasPrefix(e.Method, "NPS"):
			netReference(t, e)
		case strings.HasPrefix(e.Method, "CSAT"):
			var want struct {
				K, N, P, Mean, SD                float64
				Wilson95, Clopper95, Wald95, T95 [2]float64
			}
			parse(t, e, &want)
			answers := ecsi(t)["CUSA1"]
			p, m := survey.TopBox(answers, 9), must(survey.MeanOf(answers))
			agree(t, e, pair(p.K, p.N), [2]float64{want.K, want.N})
			agree(t, e, [2]float64{m.Mean, m.SD}, [2]float64{want.Mean, want.SD})
			e.Near(t, "p", p.Share(), want.P)
			agree(t, e, ends(p.Wilson(0.95)), want.Wilson95)
			agree(t, e, ends(p.ClopperPearson(0.95)), want.Clopper95)
			agree(t, e, ends(p.Wald(0.95)), want.Wald95)
			agree(t, e, ends(m.T(0.95)), want.T95)
		case strings.HasPrefix(e.Method, "LMG"), strings.HasPrefix(e.Method, "Johnson"):
			var want map[string]float64
			parse(t, e, &want)
			d := must(survey.Drive(swiss()))
			for j, name := range []string{"Agriculture", "Examination", "Education", "Catholic", "Infant.Mortality"} {
				got := d.LMG[j]
				if strings.HasPrefix(e.Method, "Johnson") {
					got = d.Johnson[j]
				}
				e.Near(t, name, got, want[name])
			}
		case e.Method == "driver analysis":
			driverReference(t, e)
		case e.Method == "Cronbach alpha":
			var want map[string]float64
			parse(t, e, &want)
			table := ecsi(t)
			for block, prefix := range map[string]string{"Image": "IMAG", "Expectation": "CUEX", "Quality": "PERQ", "Value": "PERV", "Satisfaction": "CUSA", "Loyalty": "CUSL"} {
				var items [][]float64
				for i := 1; table[prefix+strconv.Itoa(i)] != nil; i++ {
					items = append(items, table[prefix+strconv.Itoa(i)])
				}
				e.Near(t, block, must(survey.Alpha(items)), want[block])
			}
		case strings.HasPrefix(e.Method, "gap"):
			var want struct {
				Mean, SD, T, DF, P float64
				CI95               [2]float64
			}
			parse(t, e, &want)
			g := must(survey.GapOf(ecsi(t)["PERQ1"], ecsi(t)["CUEX1"]))
			agree(t, e, [2]float64{g.Mean.Mean, g.SD}, [2]float64{want.Mean, want.SD})
			agree(t, e, [2]float64{g.T0, g.P}, [2]float64{want.T, want.P})
			agree(t, e, ends(g.T(0.95)), want.CI95)
		default:
			t.Errorf("%s: %s is not compared", e.ID, e.Method)
		}
	}
	t.Logf("%d entries compared", ran)
}

func netReference(t *testing.T, e kit.Entry) {
	var want struct {
		N, Promoters, Passives, Detractors int
		NPS, SE                            float64
		Wald95                             [2]float64
		Adjusted                           [2]float64 `json:"adjwald_T3_95"`
	}
	parse(t, e, &want)
	n := must(survey.NetOf(ecsi(t)["CUSL3"], 1))
	if n.N() != want.N || n != (survey.Net{Promoters: want.Promoters, Passives: want.Passives, Detractors: want.Detractors}) {
		t.Errorf("%s: %+v", e.ID, n)
	}
	agree(t, e, [2]float64{n.Score(), n.Error()}, [2]float64{want.NPS, want.SE})
	agree(t, e, ends(n.Wald(0.95)), want.Wald95)
	agree(t, e, ends(n.Adjusted(0.95)), want.Adjusted)
}

func driverReference(t *testing.T, e kit.Entry) {
	var want struct {
		Y                               string
		X                               []string
		R2                              float64
		Coef, SE, Pearson, LMG, Johnson map[string]float64
		Beta                            map[string]float64 `json:"std_beta"`
	}
	parse(t, e, &want)
	table := ecsi(t)
	var x [][]float64
	for _, name := range want.X {
		x = append(x, table[name])
	}
	d := must(survey.Drive(table[want.Y], x))
	e.Near(t, "R²", d.R2, want.R2)
	agree(t, e, [2]float64{d.Intercept, d.Base}, [2]float64{want.Coef["(Intercept)"], want.SE["(Intercept)"]})
	for j, name := range want.X {
		e.Near(t, "coefficient of "+name, d.Coef[j], want.Coef[name])
		e.Near(t, "error of "+name, d.SE[j], want.SE[name])
		e.Near(t, "r of "+name, d.Pearson[j], want.Pearson[name])
		e.Near(t, "LMG of "+name, d.LMG[j], want.LMG[name])
		e.Near(t, "Johnson of "+name, d.Johnson[j], want.Johnson[name])
		for key, beta := range want.Beta {
			if strings.HasSuffix(key, name) {
				e.Near(t, "β of "+name, d.Beta[j], beta)
			}
		}
	}
}

func parse(t *testing.T, e kit.Entry, into any) {
	t.Helper()
	if err := json.Unmarshal(e.Value, into); err != nil {
		t.Fatalf("%s: %v", e.ID, err)
	}
}

func agree(t *testing.T, e kit.Entry, got, want [2]float64) {
	t.Helper()
	e.Near(t, "first", got[0], want[0])
	e.Near(t, "second", got[1], want[1])
}

func pair(a, b int) [2]float64 { return [2]float64{float64(a), float64(b)} }

func ends(i survey.Interval, err error) [2]float64 {
	if err != nil {
		panic(err)
	}
	return [2]float64{i.Low, i.High}
}

// swiss is fertility in 47 Swiss provinces about 1888 (Mosteller & Tukey 1977), on
// agriculture, examination, education, Catholic and infant mortality.
func swiss() (y []float64, x [][]float64) {
	const table = `80.2 17.0 15 12 9.96 22.2
83.1 45.1 6 9 84.84 22.2
92.5 39.7 5 5 93.40 20.2
85.8 36.5 12 7 33.77 20.3
76.9 43.5 17 15 5.16 20.6
76.1 35.3 9 7 90.57 26.6
83.8 70.2 16 7 92.85 23.6
92.4 67.8 14 8 97.16 24.9
82.4 53.3 12 7 97.67 21.0
82.9 45.2 16 13 91.38 24.4
87.1 64.5 14 6 98.61 24.5
64.1 62.0 21 12 8.52 16.5
66.9 67.5 14 7 2.27 19.1
68.9 60.7 19 12 4.43 22.7
61.7 69.3 22 5 2.82 18.7
68.3 72.6 18 2 24.20 21.2
71.7 34.0 17 8 3.30 20.0
55.7 19.4 26 28 12.11 20.2
54.3 15.2 31 20 2.15 10.8
65.1 73.0 19 9 2.84 20.0
65.5 59.8 22 10 5.23 18.0
65.0 55.1 14 3 4.52 22.4
56.6 50.9 22 12 15.14 16.7
57.4 54.1 20 6 4.20 15.3
72.5 71.2 12 1 2.40 21.0
74.2 58.1 14 8 5.23 23.8
72.0 63.5 6 3 2.56 18.0
60.5 60.8 16 10 7.72 16.3
58.3 26.8 25 19 18.46 20.9
65.4 49.5 15 8 6.10 22.5
75.5 85.9 3 2 99.71 15.1
69.3 84.9 7 6 99.68 19.8
77.3 89.7 5 2 100.00 18.3
70.5 78.2 12 6 98.96 19.4
79.4 64.9 7 3 98.22 20.2
65.0 75.9 9 9 99.06 17.8
92.2 84.6 3 3 99.46 16.3
79.3 63.1 13 13 96.83 18.1
70.4 38.4 26 12 5.62 20.3
65.7 7.7 29 11 13.79 20.5
72.7 16.7 22 13 11.22 18.9
64.4 17.6 35 32 16.92 23.0
77.6 37.6 15 7 4.97 20.0
67.6 18.7 25 7 8.65 19.5
35.0 1.2 37 53 42.34 18.0
44.7 46.6 16 29 50.43 18.2
42.8 27.7 22 29 58.33 19.3`
	x = make([][]float64, 5)
	for line := range strings.Lines(table) {
		f := strings.Fields(line)
		y = append(y, must(strconv.ParseFloat(f[0], 64)))
		for j := range x {
			x[j] = append(x[j], must(strconv.ParseFloat(f[j+1], 64)))
		}
	}
	return y, x
}

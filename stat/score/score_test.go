package score_test

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
	"testing"

	"kring/kit"
	"kring/stat/score"
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

// TestBrier is the worked number of domain.md §2.24.
func TestBrier(t *testing.T) {
	t.Parallel()
	chances, outcomes := []float64{.8, .5, .3, .9, .1}, []bool{true, false, false, true, false}
	near(t, "Brier", must(score.Brier(chances, outcomes)), 0.08, 1e-12)
	near(t, "log-loss of one half", must(score.LogLoss([]float64{.5, .5}, []bool{true, false})), math.Ln2, 1e-12)
	near(t, "AUC", must(score.AUC(chances, outcomes)), 1, 0)
	near(t, "AUC of equals", must(score.AUC([]float64{1, 1, 1, 1}, []bool{true, false, true, false})), 0.5, 0)
	near(t, "AUC with a tie", must(score.AUC([]float64{1, 2, 2, 3}, []bool{false, true, false, true})), 0.875, 1e-12)
}

// TestParts: with one chance in each bin the parts are Brier.
func TestParts(t *testing.T) {
	t.Parallel()
	var chances []float64
	var outcomes []bool
	for k := range 10 {
		for i := range 20 {
			chances, outcomes = append(chances, float64(k)/10+0.03), append(outcomes, i < k*k/5+1)
		}
	}
	bins := must(score.Reliability(chances, outcomes, 10))
	p := score.PartsOf(bins)
	near(t, "parts", p.Reliability-p.Resolution+p.Uncertainty, must(score.Brier(chances, outcomes)), 1e-12)
	if len(bins) != 10 || bins[9].High != 1 {
		t.Errorf("%d bins, the last to %g", len(bins), bins[len(bins)-1].High)
	}
	if e := score.CalibrationError([]score.Bin{{N: 3, Yes: 1, Chance: 1.0 / 3}, {N: 1, Yes: 1, Chance: 0.6}}); math.Abs(e-0.1) > 1e-12 {
		t.Errorf("calibration error %g", e)
	}
}

func TestFitRefuses(t *testing.T) {
	t.Parallel()
	y := []bool{false, false, false, true, true, true}
	x := func(columns ...[]float64) (rows [][]float64) {
		for i := range y {
			var row []float64
			for _, c := range columns {
				row = append(row, c[i])
			}
			rows = append(rows, row)
		}
		return rows
	}
	mixed, apart := []float64{1, 4, 2, 3, 5, 2}, []float64{1, 2, 3, 4, 5, 6}
	var separated *score.Separated
	if _, err := score.Fit(x(mixed, apart), y, 0); !errors.As(err, &separated) || separated.Feature != 1 {
		t.Errorf("told apart: %v", err)
	}
	if m, err := score.Fit(x(mixed, apart), y, 1); err != nil || !(m.Coef[1] > 0) {
		t.Errorf("told apart, with a penalty: %+v, %v", m, err)
	}
	almost := []float64{0, 0, 0, 0, 0, 1} // only ever seen with one outcome
	if _, err := score.Fit(x(mixed, almost), y, 0); !errors.As(err, &separated) || separated.Feature != 1 {
		t.Errorf("half told apart: %v", err)
	}
	for name, c := range map[string]struct {
		rows [][]float64
		y    []bool
		want error
	}{
		"none":      {nil, nil, score.ErrShape},
		"no number": {[][]float64{{1}, {math.NaN()}, {2}, {3}}, []bool{true, false, true, false}, score.ErrShape},
		"ragged":    {[][]float64{{1}, {1, 2}, {2}}, []bool{true, false, true}, score.ErrShape},
		"one end":   {[][]float64{{1}, {2}, {3}}, []bool{true, true, true}, score.ErrOne},
		"few":       {[][]float64{{1, 2}, {2, 1}}, []bool{true, false}, score.ErrFew},
		"flat":      {[][]float64{{1}, {1}, {1}, {1}}, []bool{true, false, true, false}, score.ErrFlat},
		"twice":     {x(mixed, mixed), y, score.ErrSame},
	} {
		if _, err := score.Fit(c.rows, c.y, 0); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if _, err := score.Fit(x(mixed), y, -1); !errors.Is(err, score.ErrL2) {
		t.Errorf("a negative penalty: %v", err)
	}
	if _, err := score.Brier([]float64{1.2}, []bool{true}); !errors.Is(err, score.ErrChance) {
		t.Errorf("a chance of 1.2: %v", err)
	}
}

// TestReasons: the reasons and the average make the chance.
func TestReasons(t *testing.T) {
	t.Parallel()
	var rows [][]float64
	var y []bool
	for i := range 200 {
		a, b := math.Sin(float64(i)), math.Cos(float64(3*i))
		rows, y = append(rows, []float64{a, 10 * b}), append(y, a+b+math.Sin(float64(7*i)) > 0)
	}
	m := must(score.Fit(rows, y, 0))
	row := []float64{0.9, -5}
	eta := m.Intercept + m.Coef[0]*0.9 - m.Coef[1]*5
	average := m.Intercept
	for j, c := range m.Coef {
		sum := 0.0
		for _, r := range rows {
			sum += r[j]
		}
		average += c * sum / float64(len(rows))
	}
	total := average
	reasons := m.Reasons(row)
	for _, r := range reasons {
		total += r.Moves
	}
	near(t, "reasons and average", total, eta, 1e-9)
	near(t, "chance", m.Chance(row), 1/(1+math.Exp(-eta)), 1e-12)
	if math.Abs(reasons[0].Moves) < math.Abs(reasons[1].Moves) {
		t.Errorf("the strongest reason is not first: %v", reasons)
	}
}

func TestIsotonic(t *testing.T) {
	t.Parallel()
	c := must(score.FitIsotonic([]float64{.1, .2, .3, .4, .5, .5}, []bool{false, true, false, true, true, false}))
	for _, want := range [][2]float64{{0, 0}, {.1, 0}, {.2, .5}, {.25, .5}, {.3, .5}, {.4, 2.0 / 3}, {.5, 2.0 / 3}, {1, 2.0 / 3}, {.15, .25}} {
		near(t, strconv.FormatFloat(want[0], 'g', -1, 64), c.Chance(want[0]), want[1], 1e-12)
	}
}

// TestPlatt: chances that were too sure become less so, and right on average.
func TestPlatt(t *testing.T) {
	t.Parallel()
	var sure []float64
	var y []bool
	for i := range 2000 {
		eta := 2 * math.Sin(float64(i)*0.7)
		u := math.Mod(float64(i)*0.6180339887, 1)
		sure, y = append(sure, 1/(1+math.Exp(-3*eta))), append(y, u < 1/(1+math.Exp(-eta)))
	}
	c := must(score.FitPlatt(sure, y))
	near(t, "slope", c.Slope, 1.0/3, 0.05)
	sum, hits := 0.0, 0.0
	for i, p := range sure {
		sum += c.Chance(p)
		if y[i] {
			hits++
		}
	}
	near(t, "mean", sum/2000, hits/2000, 0.002)
}

type table struct {
	head map[string]int
	rows [][]string
}

func read(t *testing.T, name string) table {
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(string(kit.ReferenceFile(t, name)))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for i, name := range all[0] {
		at[name] = i
	}
	return table{at, all[1:]}
}

func (a table) number(row []string, name string, blank float64) float64 {
	cell := row[a.head[name]]
	if cell == "" {
		return blank
	}
	return must(strconv.ParseFloat(cell, 64))
}

func is(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// TestReference: the fits of Telco and of the leads, and the calibrated leads.
func TestReference(t *testing.T) {
	t.Parallel()
	for _, e := range kit.Reference(t, "win-probability") {
		var want struct {
			Params, BSE map[string]float64
			LLF, LLNull float64
			AUC, Brier  float64
			LogLoss     float64
			Train       struct{ AUC, Brier, LogLoss, ECE10 float64 }
		}
		if err := json.Unmarshal(e.Value, &want); err != nil {
			t.Fatal(err)
		}
		var names []string
		var rows [][]float64
		var y []bool
		if strings.HasPrefix(e.Dataset, "Telco") {
			names, rows, y = telco(t)
			want.Train.AUC, want.Train.Brier, want.Train.LogLoss = want.AUC, want.Brier, want.LogLoss
		} else {
			names, rows, y = leads(t)
		}
		m := must(score.Fit(rows, y, 0))
		e.Near(t, "constant", m.Intercept, want.Params["const"])
		e.Near(t, "its error", m.Base, want.BSE["const"])
		for j, name := range names {
			e.Near(t, name, m.Coef[j], want.Params[name])
			e.Near(t, "error of "+name, m.SE[j], want.BSE[name])
		}
		e.Near(t, "log-likelihood", m.LogLikelihood, want.LLF)
		if want.LLNull != 0 {
			e.Near(t, "log-likelihood of nothing", m.Null, want.LLNull)
		}
		chances := make([]float64, len(rows))
		for i, row := range rows {
			chances[i] = m.Chance(row)
		}
		brier := must(score.Brier(chances, y))
		e.Near(t, "AUC", must(score.AUC(chances, y)), want.Train.AUC)
		e.Near(t, "Brier", brier, want.Train.Brier)
		e.Near(t, "log-loss", must(score.LogLoss(chances, y)), want.Train.LogLoss)
		if want.Train.ECE10 != 0 {
			e.Near(t, "calibration error", score.CalibrationError(must(score.Reliability(chances, y, 10))), want.Train.ECE10)
			calibrated(t, chances, y, brier)
		}
	}
}

func telco(t *testing.T) (names []string, rows [][]float64, y []bool) {
	a := read(t, "churn/Telco-Customer-Churn.csv.gz")
	for _, r := range a.rows {
		contract := r[a.head["Contract"]]
		rows = append(rows, []float64{
			a.number(r, "tenure", 0), a.number(r, "MonthlyCharges", 0), is(contract == "One year"), is(contract == "Two year"), is(r[a.head["InternetService"]] == "Fiber optic"),
		})
		y = append(y, r[a.head["Churn"]] == "Yes")
	}
	return []string{"tenure", "MonthlyCharges", "OneYear", "TwoYear", "Fiber"}, rows, y
}

func leads(t *testing.T) (names []string, rows [][]float64, y []bool) {
	a := read(t, "leads/leads_dev.csv.gz")
	for _, r := range a.rows {
		origin, source, work := r[a.head["Lead Origin"]], r[a.head["Lead Source"]], r[a.head["What is your current occupation"]]
		rows = append(rows, []float64{
			min(a.number(r, "TotalVisits", 3), 30), a.number(r, "Total Time Spent on Website", 0) / 1000, min(a.number(r, "Page Views Per Visit", 2), 15),
			is(origin == "API"), is(origin == "Lead Add Form"),
			is(source == "Google"), is(source == "Direct Traffic"), is(source == "Olark Chat"), is(source == "Reference"),
			is(r[a.head["Do Not Email"]] == "Yes"), is(work == "Working Professional"), is(work == "Unemployed"),
		})
		y = append(y, r[a.head["Converted"]] == "1")
	}
	return []string{"visits", "time", "ppv", "origin_API", "origin_Lead Add Form", "src_Google", "src_Direct Traffic", "src_Olark Chat", "src_Reference", "noemail", "occ_Working", "occ_Unemp"}, rows, y
}

// calibrated compares every lead's chance and isotonic share, and sees that
// calibrating made Brier no worse.
func calibrated(t *testing.T, chances []float64, y []bool, brier float64) {
	a := read(t, "leads/leads_dev_reference_scores.csv.gz")
	c := must(score.FitIsotonic(chances, y))
	better := make([]float64, len(chances))
	for i, r := range a.rows {
		near(t, "chance of "+r[0], chances[i], a.number(r, "p", 0), 1e-6)
		better[i] = c.Chance(chances[i])
		near(t, "share of "+r[0], better[i], a.number(r, "isotonic", 0), 1e-9)
		if t.Failed() {
			t.FailNow()
		}
	}
	if b := must(score.Brier(better, y)); b > brier {
		t.Errorf("calibrated Brier %g, uncalibrated %g", b, brier)
	}
}

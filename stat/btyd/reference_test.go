package btyd_test

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"kring/kit"
	"kring/stat/btyd"
)

func days(t testing.TB, s string) int {
	t.Helper()
	at, err := time.Parse("20060102", s)
	if err != nil {
		t.Fatal(err)
	}
	return int(at.Unix() / 86400)
}

// cdnow is the sample as known on 30 September 1997, in weeks.
func cdnow(t testing.TB) (*btyd.Journal, []btyd.Customer, *btyd.Cohort) {
	t.Helper()
	var j btyd.Journal
	for line := range strings.Lines(string(kit.ReferenceFile(t, "customerbase/CDNOW_sample.txt"))) {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		amount, err := strconv.ParseFloat(f[4], 64)
		if err != nil {
			t.Fatal(err)
		}
		if err := j.Add(f[1], days(t, f[2]), amount); err != nil {
			t.Fatal(err)
		}
	}
	customers := j.Cut(days(t, "19970930"), btyd.Week)
	return &j, customers, cohort(t, btyd.Histories(customers))
}

func cohort(t testing.TB, histories []btyd.History) *btyd.Cohort {
	t.Helper()
	c, err := btyd.NewCohort(histories)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// table reads columns of numbers from a CSV file with a header.
func table(t testing.TB, name string) (rows [][]float64) {
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(string(kit.ReferenceFile(t, name)))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, cells := range all[1:] {
		row := make([]float64, len(cells))
		for i := range cells {
			if row[i], err = strconv.ParseFloat(cells[i], 64); err != nil {
				t.Fatal(err)
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// The parameters that published point values were computed with.
var (
	paperBG     = btyd.BGNBD{R: .243, Alpha: 4.414, A: .793, B: 2.426}
	paperPareto = btyd.ParetoNBD{R: .553, Alpha: 10.578, S: .606, Beta: 11.669}
)

// TestReference holds every customer-base figure of the reference data.
func TestReference(t *testing.T) {
	t.Parallel()
	entries := kit.Reference(t, "customer-base")
	_, customers, base := cdnow(t)
	var rounded []btyd.History
	for _, row := range table(t, "customerbase/cdnow_customers_summary.csv") {
		rounded = append(rounded, btyd.History{X: int(row[1]), Last: row[2], Age: row[3]})
	}
	bg, bgFit, err := btyd.FitBGNBD(base)
	if err != nil {
		t.Fatal(err)
	}
	_, bgRounded, err := btyd.FitBGNBD(cohort(t, rounded))
	if err != nil {
		t.Fatal(err)
	}
	pareto, paretoFit, err := btyd.FitParetoNBD(base)
	if err != nil {
		t.Fatal(err)
	}
	_, paretoRounded, err := btyd.FitParetoNBD(cohort(t, rounded))
	if err != nil {
		t.Fatal(err)
	}
	_, spendFit, err := btyd.FitGammaGamma(btyd.Spends(customers))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("BG/NBD %v ± %v, %.4f; rounded %v, %.4f", bgFit.Value, bgFit.Error, bgFit.LogLikelihood, bgRounded.Value, bgRounded.LogLikelihood)
	t.Logf("Pareto/NBD %v ± %v, %.4f; rounded %v, %.4f", paretoFit.Value, paretoFit.Error, paretoFit.LogLikelihood, paretoRounded.Value, paretoRounded.LogLikelihood)
	t.Logf("Gamma-Gamma %v ± %v, %.4f", spendFit.Value, spendFit.Error, spendFit.LogLikelihood)

	fitted := func(e btyd.Estimate, metric string) float64 {
		if metric == "LL" {
			return e.LogLikelihood
		}
		for i, name := range e.Names {
			switch metric {
			case name:
				return e.Value[i]
			case "se_" + name:
				return e.Error[i]
			}
		}
		t.Fatalf("no parameter %s", metric)
		return 0
	}
	h := btyd.History{X: 2, Last: 30.43, Age: 38.86}
	often := btyd.History{X: 26, Last: 30.86, Age: 31}
	chances := func(t0 float64, from, to int) (p []float64) {
		for x := from; x <= to; x++ {
			p = append(p, paperBG.Chance(x, t0))
		}
		return p
	}
	expected := func(m btyd.Model, to int) (e []float64) {
		for x := range to + 1 {
			e = append(e, m.Expected(float64(x)))
		}
		return e
	}
	for _, e := range entries {
		t.Run(e.ID, func(t *testing.T) {
			week, isTrack := strings.CutPrefix(e.Metric, "cum. repeat tx by week ")
			switch {
			case e.Method == "BG/NBD MLE" && e.Dataset == "CDNOW sample 2357":
				e.Agree(t, fitted(bgRounded, e.Metric))
			case e.Method == "Pareto/NBD MLE" && e.Dataset == "CDNOW sample 2357":
				e.Agree(t, fitted(paretoRounded, e.Metric))
			case strings.HasPrefix(e.Method, "BG/NBD MLE"), strings.HasPrefix(e.Method, "BG/NBD std"):
				e.Agree(t, fitted(bgFit, e.Metric))
			case strings.HasPrefix(e.Method, "Pareto/NBD MLE"), strings.HasPrefix(e.Method, "Pareto/NBD std"):
				e.Agree(t, fitted(paretoFit, e.Metric))
			case e.Method == "Gamma-Gamma MLE":
				e.Agree(t, fitted(spendFit, e.Metric))
			case e.Metric == "chi2_df3":
				e.Agree(t, chiSquare(btyd.Histogram(bg, base, 7), customers))
			case e.ID == "R0033":
				e.Agree(t, paperBG.Future(h, 39))
			case e.ID == "R0034":
				e.Agree(t, paperBG.Alive(h))
			case e.Method == "BG/NBD fitted to CDNOW sample":
				at, err := strconv.ParseFloat(strings.TrimPrefix(e.Dataset, "t="), 64)
				if err != nil {
					t.Fatal(err)
				}
				e.Agree(t, bg.Expected(at))
			case e.ID == "R0041":
				e.Agree(t, paperBG.Chance(0, 39))
			case e.ID == "R0042":
				e.Agree(t, paperBG.Chance(10, 2))
			case e.ID == "R0043":
				e.Agree(t, chances(30, 11, 20)...)
			case e.ID == "R0044":
				e.Agree(t, chances(39, 0, 10)...)
			case e.ID == "R0045":
				e.Agree(t, paperPareto.Future(often, 52))
			case e.ID == "R0046":
				e.Agree(t, paperPareto.Alive(often))
			case e.ID == "R0047":
				e.Agree(t, paperBG.Future(often, 52))
			case e.ID == "R0048":
				e.Agree(t, paperBG.Alive(often))
			case e.ID == "R0049":
				e.Agree(t, expected(pareto, 9)...)
			case e.ID == "R0050":
				e.Agree(t, expected(paperPareto, 9)...)
			case e.ID == "R0051":
				m := btyd.ParetoNBD{R: .55, Alpha: 10.58, S: .61, Beta: 11.67}
				e.Agree(t, m.Future(btyd.History{X: 132, Last: 200, Age: 200}, 10), m.Future(btyd.History{X: 133, Last: 200, Age: 200}, 10))
			case e.ID == "R0052":
				m := btyd.ParetoNBD{R: .5143, Alpha: 2.8845, S: .2856, Beta: 14.1087}
				e.Agree(t, m.Alive(btyd.History{X: 221, Last: 103.42857, Age: 103.57143}), m.Alive(btyd.History{X: 254, Last: 97.14286, Age: 97.28571}),
					m.Alive(btyd.History{X: 161, Last: 94.71429, Age: 98}), m.Alive(btyd.History{X: 204, Last: 98.57143, Age: 99.42857}))
			case e.ID == "R0053":
				m, got := btyd.GammaGamma{P: 6.25, Q: 3.74, V: 15.44}, []float64{}
				for _, row := range table(t, "customerbase/cdnow_customers_summary_with_transactions.csv")[:10] {
					mean, err := m.Mean(btyd.Spend{X: int(row[1]), Mean: row[4]})
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, mean)
				}
				e.Agree(t, got...)
			case e.Metric == "DERT":
				e.Agree(t, paperPareto.Residual(historyOf(t, e.Dataset), math.Log(1.15)/52))
			case isTrack:
				at, err := strconv.Atoi(week)
				if err != nil {
					t.Fatal(err)
				}
				var m btyd.Model = bg
				if strings.HasPrefix(e.Method, "Pareto") {
					m = pareto
				}
				// Week 39 ends with the last day of the calibration.
				e.Agree(t, btyd.Track(m, base, []float64{float64(at - 39)})[0])
			case strings.HasPrefix(e.Method, "holdout"):
				holdout(t, e, customers, bg, pareto)
			default:
				t.Fatalf("nothing answers %s, %s, %s", e.Method, e.Dataset, e.Metric)
			}
		})
	}
}

// historyOf reads "x=7,t_x=35.0,T=38.86,…".
func historyOf(t testing.TB, text string) (h btyd.History) {
	t.Helper()
	for part := range strings.SplitSeq(text, ",") {
		name, value, _ := strings.Cut(part, "=")
		v, err := strconv.ParseFloat(value, 64)
		switch {
		case name == "x":
			h.X = int(v)
		case name == "t_x":
			h.Last = v
		case name == "T":
			h.Age = v
		default:
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return h
}

func chiSquare(expected []float64, customers []btyd.Customer) (sum float64) {
	actual := make([]float64, len(expected))
	for _, c := range customers {
		actual[min(c.X, len(actual)-1)]++
	}
	for i := range actual {
		d := actual[i] - expected[i]
		sum += d * d / expected[i]
	}
	return sum
}

// holdout compares the 39 weeks after the cut with what the models expected.
func holdout(t *testing.T, e kit.Entry, customers []btyd.Customer, bg, pareto btyd.Model) {
	bin, hasBin := strings.CutPrefix(e.Metric, "x=")
	bin, more := strings.CutSuffix(bin, "+")
	x, _ := strconv.Atoi(bin)
	got := map[string]float64{}
	for _, c := range customers {
		if hasBin && c.X != x && !(more && c.X > x) {
			continue
		}
		actual, b, p := float64(len(c.Later)), bg.Future(c.History, 39), pareto.Future(c.History, 39)
		got["n"]++
		got["actual_total"] += actual
		got["bg_total"] += b
		got["pn_total"] += p
		got["mae_bg"] += math.Abs(b - actual)
		got["mae_pn"] += math.Abs(p - actual)
		got["rmse_bg"] += (b - actual) * (b - actual)
		got["rmse_pn"] += (p - actual) * (p - actual)
	}
	n := got["n"]
	got["actual"], got["bgnbd"], got["pnbd"] = got["actual_total"]/n, got["bg_total"]/n, got["pn_total"]/n
	got["mae_bg"], got["mae_pn"] = got["mae_bg"]/n, got["mae_pn"]/n
	got["rmse_bg"], got["rmse_pn"] = math.Sqrt(got["rmse_bg"]/n), math.Sqrt(got["rmse_pn"]/n)
	var want map[string]float64
	if err := json.Unmarshal(e.Value, &want); err != nil {
		t.Fatal(err)
	}
	for name, value := range want {
		e.Near(t, name, got[name], value)
	}
}

// TestReferenceHistories: the log becomes the histories that others made of it.
func TestReferenceHistories(t *testing.T) {
	t.Parallel()
	_, customers, _ := cdnow(t)
	rows := table(t, "customerbase/cdnow_sample_cbs_reference.csv")
	if len(rows) != len(customers) {
		t.Fatalf("%d customers, want %d", len(customers), len(rows))
	}
	for i, row := range rows {
		c := customers[i]
		got := []float64{float64(c.X), c.Last, c.Age, c.Mean, float64(len(c.Later))}
		for k, v := range got {
			if math.Abs(v-row[k+1]) > 1e-9 {
				t.Fatalf("customer %s: %v, want %v", c.Name, got, row[1:])
			}
		}
	}
}

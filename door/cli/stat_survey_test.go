package cli_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
)

// TestStatSurvey: the worked numbers of domain.md §2.7 through files.
func TestStatSurvey(t *testing.T) {
	t.Parallel()
	run := kring(t)
	ask := func(into any, text string, words ...string) {
		t.Helper()
		code, out, said := run("", append([]string{"stat", "survey", "--json", written(t, "antwoorden.csv", text)}, words...)...)
		if code != 0 {
			t.Fatalf("%v: %s", words, said)
		}
		if err := json.Unmarshal([]byte(out), into); err != nil {
			t.Fatalf("%v: %v\n%s", words, err, out)
		}
	}

	var net struct {
		N, Promoters, Passives, Detractors, Skipped int
		NPS, SE                                     float64
		Wald                                        [2]float64
		Adjusted                                    [2]float64 `json:"adjusted_wald"`
	}
	ask(&net, "cijfer\n"+strings.Repeat("10\n", 46)+strings.Repeat("8\n", 34)+strings.Repeat("6\n", 20), "--instrument", "nps")
	if net.N != 100 || net.Promoters != 46 || net.Passives != 34 || net.Detractors != 20 || net.NPS != 26 ||
		math.Abs((net.Wald[1]-net.Wald[0])/2-15.1) > 0.05 || net.Adjusted[0] >= net.NPS || net.Adjusted[1] <= net.NPS {
		t.Errorf("%+v", net)
	}

	var effort struct {
		N       int
		Mean    float64
		Share   float64
		Skipped int
	}
	ask(&effort, "naam;gemak\na;7\nb;6\nc;6\nd;5\ne;4\nf;7\ng;3\nh;6\ni;5\nj;2\nk;\n", "--instrument", "ces", "--column", "gemak")
	if effort.N != 10 || effort.Mean != 5.1 || effort.Share != 0.7 || effort.Skipped != 1 {
		t.Errorf("%+v", effort)
	}

	var quality struct {
		Gaps              []struct{ Mean float64 }
		Overall, Weighted float64
		Worst             string
	}
	ask(&quality, "P1,E1,P2,E2,P3,E3,P4,E4,P5,E5\n5.9,6.6,6.0,6.2,6.3,6.1,5.7,5.8,5.6,5.2\n",
		"--instrument", "servqual", "--weights", "P1=32,P2=22,P3=19,P4=16,P5=11")
	if len(quality.Gaps) != 5 || math.Abs(quality.Overall+0.08) > 1e-9 || math.Abs(quality.Weighted+0.202) > 1e-9 || quality.Worst != "P1" {
		t.Errorf("%+v", quality)
	}

	var text strings.Builder
	text.WriteString("spoed present,spoed absent\n")
	for pair, n := range map[string]int{"like,neutral": 30, "like,dislike": 25, "expect,dislike": 20, "neutral,neutral": 25} {
		fmt.Fprint(&text, strings.Repeat(pair+"\n", n))
	}
	var kano []struct {
		Category      string
		N             int
		Better, Worse float64
	}
	ask(&kano, text.String(), "--instrument", "kano")
	if len(kano) != 1 || kano[0].Category != "A" || kano[0].N != 100 || kano[0].Better != 0.55 || kano[0].Worse != -0.45 {
		t.Errorf("%+v", kano)
	}

	var drivers struct {
		R2      float64
		Drivers []struct {
			Driver, Note string
			Coef, LMG    float64
		}
		Note string
	}
	ask(&drivers, "tevreden,snel,net\n7,6,5\n8,7,5\n5,4,6\n9,8,7\n6,5,4\n4,3,6\n", "--instrument", "drivers", "--target", "tevreden")
	if len(drivers.Drivers) != 2 || math.Abs(drivers.Drivers[0].Coef-1) > 1e-9 || math.Abs(drivers.R2-1) > 1e-9 || !strings.Contains(drivers.Note, "causation") {
		t.Errorf("%+v", drivers)
	}
}

func TestStatSurveyRefuses(t *testing.T) {
	t.Parallel()
	run := kring(t)
	for _, c := range []struct {
		text  string
		words []string
		want  string
	}{
		{"a\n11\n", []string{"--instrument", "nps"}, "scale"},
		{"a,b\n1,2\n", []string{"--instrument", "nps"}, "--column"},
		{"a\n", []string{"--instrument", "nps"}, ""},
		{"a\n\n\n", []string{"--instrument", "csat"}, ""},
		{"a\nzeven\n", []string{"--instrument", "nps"}, "row 2"},
		{"a\n5\n", []string{"--instrument", "csat", "--level", "2"}, "--level"},
		{"a\n5\n", []string{"--instrument", "nps", "--scale", "1-5"}, "0-10"},
		{"a,b\n1,2\n", []string{"--instrument", "drivers"}, "--target"},
		{"a,b\n1,2\n", []string{"--instrument", "drivers", "--target", "c"}, `"c"`},
		{"a,b\n1,2\n", []string{"--instrument", "drivers", "--target", "a", "--on", "a"}, "itself"},
		{"a,b\n1,2\n", []string{"--instrument", "servqual"}, "--pairs"},
		{"x present,x absent\nlike,maybe\n", []string{"--instrument", "kano"}, "like, expect"},
	} {
		code, out, said := run("", append([]string{"stat", "survey", written(t, "a.csv", c.text)}, c.words...)...)
		if code == 0 || !strings.Contains(said, c.want) {
			t.Errorf("%q %v: %d %q %q", c.text, c.words, code, out, said)
		}
	}
}

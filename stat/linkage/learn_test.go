package linkage_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"kring/stat/linkage"
)

// town is invented: n people in homes of two, some of them twice with an error.
func town(n int, twice float64) (file linkage.File, of map[string]string) {
	chance := rand.New(rand.NewPCG(1, 2))
	word := func(letters string, n int) string {
		w := make([]byte, n)
		for i := range w {
			w[i] = letters[chance.IntN(len(letters))]
		}
		return string(w)
	}
	file = linkage.File{Name: "town", Head: []string{"nr", "voornaam", "achternaam", "geboortedatum", "straat", "huisnummer", "postcode", "plaats"}}
	of = map[string]string{}
	add := func(who string, row ...string) {
		id := fmt.Sprint(len(file.Rows) + 1)
		file.Rows, of[id] = append(file.Rows, append([]string{id}, row...)), who
	}
	var home []string
	for i := range n {
		if i%2 == 0 {
			street := chance.IntN(60)
			home = []string{word("abdeilmnorst", 7), fmt.Sprintf("Laan van %c%d", 'A'+street%26, street), fmt.Sprint(1 + chance.IntN(90)), fmt.Sprintf("80%02d %c%c", street, 'A'+chance.IntN(5), 'A'+chance.IntN(5)), []string{"Zwolle", "Kampen", "Raalte"}[street%3]}
		}
		given := word("aeijklmnrst", 4)
		born := fmt.Sprintf("%02d-%02d-%d", 1+chance.IntN(28), 1+chance.IntN(12), 1940+chance.IntN(60))
		add(fmt.Sprint(i), given, home[0], born, home[1], home[2], home[3], home[4])
		if chance.Float64() < twice {
			row := []string{given, home[0], born, home[1], home[2], home[3], home[4]}
			row[chance.IntN(len(row))] = ""
			row[chance.IntN(2)] += "a"
			add(fmt.Sprint(i), row...)
		}
	}
	return file, of
}

func TestMatchTellsHousematesFromDoubles(t *testing.T) {
	t.Parallel()
	for _, twice := range []float64{0, .15} {
		file, of := town(1500, twice)
		found, err := linkage.Match([]linkage.File{file}, linkage.Choice{ID: "nr", Threshold: .5})
		if err != nil {
			t.Fatal(err)
		}
		if twice == 0 && len(found.Links) > 1 {
			t.Errorf("a file without doubles has %d", len(found.Links))
		}
		if got := f1(found.Links, of); twice > 0 && got < .95 {
			t.Errorf("F1 %.4f with %d links", got, len(found.Links))
		}
	}
}

func TestMatchIsRepeatable(t *testing.T) {
	t.Parallel()
	file, _ := town(1500, .15)
	var before *linkage.Result
	for range 2 {
		found, err := linkage.Match([]linkage.File{file}, linkage.Choice{ID: "nr", Threshold: .5})
		if err != nil {
			t.Fatal(err)
		}
		if before != nil && (!reflect.DeepEqual(found.Links, before.Links) || !reflect.DeepEqual(found.Model.M, before.Model.M)) {
			t.Error("the same file gives another answer")
		}
		before = found
	}
}

// learning is a world whose shares are known: each value of a double is drawn
// anew one time in five.
func learning(n int) (fields []linkage.Field, records [][]string, pairs [][2]int) {
	chance := rand.New(rand.NewPCG(3, 4))
	fields = []linkage.Field{
		{Name: "a", Levels: 2, Compare: linkage.Exact}, {Name: "b", Levels: 2, Compare: linkage.Exact},
		{Name: "c", Levels: 2, Compare: linkage.Exact}, {Name: "d", Levels: 2, Compare: linkage.Exact},
	}
	values := []int{10, 20, 40, 80}
	drawn := func(i int) string { return fmt.Sprint(chance.IntN(values[i])) }
	for range n {
		first := []string{drawn(0), drawn(1), drawn(2), drawn(3)}
		second := append([]string(nil), first...)
		for i := range second {
			if chance.Float64() < .2 {
				second[i] = drawn(i)
			}
		}
		records = append(records, first, second)
	}
	for a := range records {
		for b := range a {
			pairs = append(pairs, [2]int{b, a})
		}
	}
	return fields, records, pairs
}

func TestLearn(t *testing.T) {
	t.Parallel()
	const n = 300
	fields, records, pairs := learning(n)
	m, r, err := linkage.Learn(fields, records, pairs, linkage.Options{})
	if err != nil || !r.Converged {
		t.Fatal(err, r)
	}
	for i, values := range []float64{10, 20, 40, 80} {
		if want := .8 + .2/values; math.Abs(m.M[i][1]-want) > .1 {
			t.Errorf("m of field %d is %.3f, want about %.3f", i, m.M[i][1], want)
		}
		if want := 1 / values; math.Abs(m.U[i][1]-want) > .2*want {
			t.Errorf("u of field %d is %.4f, want about %.4f", i, m.U[i][1], want)
		}
		if sum := m.U[i][0] + m.U[i][1]; math.Abs(sum-1) > 1e-5 {
			t.Errorf("u of field %d adds up to %v", i, sum)
		}
	}
	if math.Abs(r.Matches-n) > .15*n {
		t.Errorf("%.0f pairs of one and the same, want about %d", r.Matches, n)
	}
}

func TestLearnRefuses(t *testing.T) {
	t.Parallel()
	fields := []linkage.Field{{Name: "a", Levels: 2, Compare: linkage.Exact}}
	two := [][]string{{"x"}, {"y"}}
	for law, err := range map[string]error{
		"no fields":            second(linkage.Learn(nil, two, nil, linkage.Options{})),
		"one record":           second(linkage.Learn(fields, two[:1], nil, linkage.Options{})),
		"a value too many":     second(linkage.Learn(fields, [][]string{{"x"}, {"y", "z"}}, nil, linkage.Options{})),
		"a pair with itself":   second(linkage.Learn(fields, two, [][2]int{{1, 1}}, linkage.Options{})),
		"a pair of nobody":     second(linkage.Learn(fields, two, [][2]int{{0, 2}}, linkage.Options{})),
		"a second file beyond": second(linkage.Learn(fields, two, nil, linkage.Options{Split: 2})),
	} {
		if err == nil {
			t.Errorf("%s is accepted", law)
		}
	}
	if _, _, err := linkage.Learn(fields, two, nil, linkage.Options{}); err != nil {
		t.Errorf("no pairs leave the beginning: %v", err)
	}
}

func second(_ *linkage.Model, _ linkage.Report, err error) error { return err }

func BenchmarkLearn(b *testing.B) {
	fields, records, pairs := learning(300)
	b.ReportMetric(float64(len(pairs)), "pairs")
	for b.Loop() {
		if _, _, err := linkage.Learn(fields, records, pairs, linkage.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

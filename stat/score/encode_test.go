package score_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"kring/stat/score"
)

// TestLearn: what a column becomes, and which are left out and why.
func TestLearn(t *testing.T) {
	t.Parallel()
	head := []string{"id", "visits", "source", "grade", "note", "same", "closed", "reason"}
	var rows [][]string
	var y []bool
	for i := range 400 {
		won := (i*7)%10 < 4
		source := []string{"Web", "Beurs", "Web", "Mail"}[i%4]
		if i%97 == 0 {
			source = "Rare"
		}
		grade := ""
		if i%5 != 0 {
			grade = strconv.Itoa(i % 9)
		}
		closed, reason := "no", ""
		if won != (i%50 == 0) { // known afterwards, nearly without exception
			closed = "yes"
		}
		if won && i%3 == 0 {
			reason = "price"
		}
		rows = append(rows, []string{strconv.Itoa(i), strconv.Itoa(i % 12), source, grade, "note " + strconv.Itoa(i), "x", closed, reason})
		y = append(y, won)
	}
	skip := make([]bool, len(head))
	skip[0] = true
	e := must(score.Learn(head, rows, y, skip, false))
	if want := []string{"visits", "source=Beurs", "source=Mail", "grade", "grade is blank"}; !slices.Equal(e.Names, want) {
		t.Errorf("features %q, want %q", e.Names, want)
	}
	why := map[string]string{}
	for _, l := range e.LeftOut {
		why[l.Column] = l.Why
	}
	for column, part := range map[string]string{"note": "of its own", "same": "same", "closed": "afterwards", "reason": "only for one outcome"} {
		if !strings.Contains(why[column], part) {
			t.Errorf("%s is left out because %q, want %q", column, why[column], part)
		}
	}
	if got := e.Row([]string{"9", "500", "Beurs", "", "", "", "", ""}); !slices.Equal(got, []float64{11, 1, 0, 4, 1}) {
		t.Errorf("a row outside what was seen: %v", got)
	}
	kept := must(score.Learn(head, rows, y, skip, true))
	if !slices.Contains(kept.Names, "closed=yes") || !slices.Contains(kept.Names, "reason is blank") {
		t.Errorf("asked to keep them: %q", kept.Names)
	}
}

// TestLearnDropsTheSame: what follows from other features is no feature.
func TestLearnDropsTheSame(t *testing.T) {
	t.Parallel()
	var rows [][]string
	var y []bool
	for i := range 100 {
		a, b := i%10, (i*i)%7
		rows, y = append(rows, []string{strconv.Itoa(a), strconv.Itoa(b), strconv.Itoa(2*a + 3*b)}), append(y, i%3 == 0)
	}
	e := must(score.Learn([]string{"a", "b", "sum"}, rows, y, make([]bool, 3), true))
	if !slices.Equal(e.Names, []string{"a", "b"}) {
		t.Errorf("features %q", e.Names)
	}
}

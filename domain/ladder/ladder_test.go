package ladder_test

import (
	"errors"
	"testing"

	"kring/base/fault"
	"kring/domain/ladder"
)

func TestStuck(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		levels [5]ladder.Level
		want   ladder.Rung
	}{
		{[5]ladder.Level{4, 3, 2, 3, 3}, ladder.Orientation}, // domain.md §2.3
		{[5]ladder.Level{0, 4, 4, 4, 4}, ladder.Awareness},
		{[5]ladder.Level{3, 3, 3, 3, 3}, ""},
		{[5]ladder.Level{4, 4, 4, 4, 2}, ladder.Satisfaction},
	} {
		levels := map[ladder.Rung]ladder.Level{}
		for i, r := range ladder.Rungs {
			levels[r] = c.levels[i]
		}
		if got, ok := ladder.Stuck(levels); got != c.want || ok != (c.want != "") {
			t.Errorf("%v: %s, want %s", c.levels, got, c.want)
		}
	}
	if got, _ := ladder.Stuck(nil); got != ladder.Awareness {
		t.Error("who never looked is on the ground")
	}
}

func TestWeakest(t *testing.T) {
	t.Parallel()
	got := ladder.Weakest([]map[ladder.Rung]ladder.Score{
		{ladder.Awareness: {Level: 4}, ladder.Insight: {Level: 2}},
		{ladder.Awareness: {Level: 3}},
	})
	if len(got) != 2 || got[ladder.Awareness] != 3 || got[ladder.Insight] != 2 {
		t.Errorf("%v", got)
	}
}

func TestTidy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		field string
		want  error
		score ladder.Score
	}{
		{"", nil, ladder.Score{}},
		{"", nil, ladder.Score{Level: 3, Evidence: " Staat in het handboek. "}},
		{"", nil, ladder.Score{Level: 4, Evidence: "Elk kwartaal", Figure: "kloof +0,3"}},
		{"level", ladder.ErrLevel, ladder.Score{Level: 5, Evidence: "meer"}},
		{"level", ladder.ErrLevel, ladder.Score{Level: -1}},
		{"evidence", ladder.ErrEvidence, ladder.Score{Level: 1}},
		{"figure", ladder.ErrFigure, ladder.Score{Level: 4, Evidence: "Elk kwartaal"}},
	} {
		_, err := c.score.Tidy()
		if f, _ := fault.From(err); c.want == nil && err != nil || c.want != nil && (f == nil || !errors.Is(f.Fields[c.field], c.want)) {
			t.Errorf("%+v: %v", c.score, err)
		}
	}
}

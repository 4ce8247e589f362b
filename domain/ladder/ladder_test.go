package ladder_test

import (
	"errors"
	"testing"

	"kring/base/day"
	"kring/base/fault"
	"kring/base/id"
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
		{"", nil, ladder.Score{Level: 4, Evidence: "Elk kwartaal", Figure: "https://meting.example/kloof"}},
		{"", nil, ladder.Score{Level: 4, Evidence: "Elk kwartaal", Figure: "/pyramid"}},
		{"figure", ladder.ErrLink, ladder.Score{Level: 4, Evidence: "Elk kwartaal", Figure: "kloof +0,3"}},
		{"figure", ladder.ErrLink, ladder.Score{Level: 4, Evidence: "Elk kwartaal", Figure: "//elders.example"}},
		{"figure", ladder.ErrLink, ladder.Score{Level: 3, Evidence: "Elk kwartaal", Figure: "javascript:alert(1)"}},
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

func TestQuarter(t *testing.T) {
	t.Parallel()
	for d, want := range map[day.Day]ladder.Quarter{"2026-01-01": "2026-Q1", "2026-03-31": "2026-Q1", "2026-11-25": "2026-Q4", "": ""} {
		if got := ladder.QuarterOf(d); got != want {
			t.Errorf("%s: %s", d, got)
		}
	}
	q := ladder.Quarter("2026-Q4")
	if q.First() != "2026-10-01" || q.Next() != "2027-Q1" || q.Before() != "2026-Q3" {
		t.Error(q.First(), q.Next(), q.Before())
	}
	for _, s := range []string{"", "2026", "2026-Q5", "2026-Q0", "26-Q1", "20x6-Q1", "2026-Q12"} {
		if _, err := ladder.ParseQuarter(s); !errors.Is(err, ladder.ErrQuarter) {
			t.Errorf("%q passed", s)
		}
	}
	if got, err := ladder.ParseQuarter("2026-Q4"); got != q || err != nil {
		t.Error(got, err)
	}
}

// TestScan walks a scan through its states; each deed elsewhere is refused.
func TestScan(t *testing.T) {
	t.Parallel()
	const today = day.Day("2026-11-25")
	all := map[ladder.Rung]ladder.Score{}
	for i, level := range []ladder.Level{4, 3, 2, 3, 3} {
		all[ladder.Rungs[i]] = ladder.Score{Level: level, Evidence: "gezien"}
	}
	s := ladder.Begin(id.New[id.Team](), "2026-Q4")
	if _, err := s.Score(all); err == nil {
		t.Fatal("the highest level without a measurement")
	}
	all[ladder.Awareness] = ladder.Score{Level: 4, Evidence: "gezien", Figure: "/pyramid"}
	if _, err := s.Score(map[ladder.Rung]ladder.Score{"loyalty": {}}); err == nil {
		t.Fatal("no such rung")
	}
	half, err := s.Score(map[ladder.Rung]ladder.Score{ladder.Insight: all[ladder.Insight]})
	if err != nil || half.State != ladder.Open {
		t.Fatal(half, err)
	}
	if _, ok := half.Stuck(); ok {
		t.Fatal("stuck before every rung has a level")
	}
	scored, err := half.Score(all)
	if err != nil || scored.State != ladder.Scored {
		t.Fatal(scored, err)
	}
	if r, ok := scored.Stuck(); r != ladder.Orientation || !ok {
		t.Fatalf("stuck at %s", r)
	}
	discussed, err := scored.Discuss()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := discussed.Act(" ", "2026-11-24", today); err == nil {
		t.Fatal("an action without words, in the past")
	}
	set, err := discussed.Act("Elke stap krijgt een doel", "2027-01-31", today)
	if err != nil || set.State != ladder.Set {
		t.Fatal(set, err)
	}
	closed, next, err := set.Again(today)
	if err != nil || closed.State != ladder.Rescanned || next.Quarter != "2027-Q1" || next.Team != s.Team || next.State != ladder.Open {
		t.Fatal(closed, next, err)
	}
	if _, late, _ := set.Again("2028-02-01"); late.Quarter != "2028-Q1" {
		t.Error("looked at again late", late.Quarter)
	}
	for _, at := range []ladder.Scan{s, half, scored, discussed, set, closed} {
		_, score := at.Score(all)
		_, discuss := at.Discuss()
		_, act := at.Act("x", today, today)
		_, _, again := at.Again(today)
		may := map[ladder.State][4]bool{
			ladder.Open: {true, false, false, false}, ladder.Scored: {true, true, false, false}, ladder.Discussed: {false, false, true, false},
			ladder.Set: {false, false, true, true}, ladder.Rescanned: {},
		}[at.State]
		for i, err := range []error{score, discuss, act, again} {
			if may[i] != (err == nil) || err != nil && !errors.Is(err, ladder.ErrState) {
				t.Errorf("%s, deed %d: %v", at.State, i, err)
			}
		}
	}
}

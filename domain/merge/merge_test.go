package merge_test

import (
	"errors"
	"testing"

	"kring/base/id"
	. "kring/domain/merge"
)

func TestCanUndo(t *testing.T) {
	t.Parallel()
	const day = 24 * 60 * 60 * 1000
	m := Merge{At: 1000}.Term(90)
	undone, part := m, m
	undone.Undone, part.With = 2000, id.Record{1}
	for name, c := range map[string]struct {
		m      Merge
		now    int64
		latest bool
		want   error
	}{
		"at once":               {m, 1000, true, nil},
		"at the last moment":    {m, 1000 + 90*day - 1, true, nil},
		"a moment later":        {m, 1000 + 90*day, true, ErrLate},
		"twice":                 {undone, 3000, true, ErrUndone},
		"with a later one":      {m, 3000, false, ErrOrder},
		"that came with others": {part, 3000, true, ErrPart},
	} {
		if err := c.m.CanUndo(c.now, c.latest); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

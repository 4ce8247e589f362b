package blend_test

import (
	"slices"
	"testing"

	. "kring/base/blend"
)

func TestPropose(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		a, b        any
		both, newer bool
		want        Side
	}{
		"alike":                    {"x", "x", true, true, This},
		"filled over empty":        {"", "x", false, false, With},
		"not empty over filled":    {"x", "", false, true, This},
		"an empty list is empty":   {[]string{}, []string{"x"}, true, false, With},
		"zero is empty":            {0, 3, false, false, With},
		"lists are united":         {[]string{"x"}, []string{"y"}, true, false, Both},
		"newer over older":         {"x", "y", false, true, With},
		"the one that stays, else": {"x", "y", false, false, This},
		"nothing at all":           {nil, "", false, true, This},
	} {
		if got := Propose(c.a, c.b, c.both, c.newer); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestBack(t *testing.T) {
	t.Parallel()
	list := func(s ...string) []string { return s }
	for name, c := range map[string]struct{ before, after, now, want []string }{
		"as the merge left it":        {list("a"), list("a", "b"), list("a", "b"), list("a")},
		"what was added stays":        {list("a"), list("a", "b"), list("a", "b", "c"), list("a", "c")},
		"what was taken away is gone": {list("a"), list("a", "b"), list("b"), list()},
		"what was left out returns":   {list("a"), list("b"), list("b", "c"), list("c", "a")},
		"what both had stays":         {list("a", "b"), list("a", "b", "c"), list("b", "c"), list("b")},
	} {
		if got := Back(c.before, c.after, c.now, Itself); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

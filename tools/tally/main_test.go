package main

import (
	"strings"
	"testing"
)

func TestTally(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, in string
		want     count
		see      string
	}{
		{"nothing is nothing", "", count{}, ""},
		{"subtests count", `{"Action":"pass","Package":"a","Test":"T/x"}
{"Action":"pass","Package":"a","Test":"T"}
{"Action":"skip","Package":"a","Test":"U"}
{"Action":"pass","Package":"a","Elapsed":1.5}`, count{2, 0, 1}, "1.5s  a"},
		{"a failure is shown", `{"Action":"output","Package":"a","Test":"T","Output":"got 1, want 2\n"}
{"Action":"fail","Package":"a","Test":"T"}
{"Action":"fail","Package":"a"}`, count{0, 1, 0}, "got 1, want 2"},
		{"a package that does not build is one failure", `{"ImportPath":"a","Action":"build-output","Output":"a.go:1: oops\n"}
{"Action":"fail","Package":"a"}`, count{0, 1, 0}, "oops"},
		{"a panic is shown", `{"Action":"output","Package":"a","Test":"T","Output":"panic: boo\n"}
{"Action":"fail","Package":"a"}`, count{0, 1, 0}, "panic: boo"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			got, err := tally(strings.NewReader(test.in), &out)
			if err != nil || got != test.want {
				t.Errorf("got %v %v, want %v", got, err, test.want)
			}
			if !strings.Contains(out.String(), test.see) {
				t.Errorf("%q does not show %q", out.String(), test.see)
			}
		})
	}
}

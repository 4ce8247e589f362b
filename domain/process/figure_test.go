package process

import (
	"slices"
	"testing"
)

// TestConversion is the flow of domain.md §2.11: 1,336 leads → 334 SQL → 200
// opportunities → 100 quotes → 40 orders.
func TestConversion(t *testing.T) {
	t.Parallel()
	if got, want := Conversion([]int64{1336, 334, 200, 100, 40}), []int64{2500, 5988, 5000, 4000}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := Share(40, 1336); got != 299 { // of all leads 2.99 % becomes an order
		t.Error(got)
	}
	if got := Conversion([]int64{0, 0}); got[0] != 0 {
		t.Error(got)
	}
}

func TestMedian(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		all  []int64
		want int64
	}{{nil, 0}, {[]int64{7}, 7}, {[]int64{9, 1, 5}, 5}, {[]int64{4, 1, 3, 2}, 2}, {[]int64{10, 20}, 15}} {
		if got := Median(c.all); got != c.want {
			t.Errorf("%v: %d, want %d", c.all, got, c.want)
		}
	}
	for _, c := range []struct {
		p    int
		want int64
	}{{80, 8}, {100, 10}, {1, 1}, {50, 5}, {81, 9}} {
		if got := Quantile([]int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, c.p); got != c.want {
			t.Errorf("%d: %d, want %d", c.p, got, c.want)
		}
	}
}

// TestBottleneck: the longest median × volume, not the longest median.
func TestBottleneck(t *testing.T) {
	t.Parallel()
	s := Sum{Worked: 100, LeadSum: 5300, Normed: 8, InTime: 6, Steps: []StepSum{{Waited: 100, Volume: 2}, {Waited: 30, Volume: 10}, {Waited: 299, Volume: 1}}}
	if s.Bottleneck() != 1 || (Sum{}).Bottleneck() != -1 {
		t.Error(s.Bottleneck())
	}
	// The picture's run: 1 h 40 of work in 3 d 16 h is 1.89 %, so 98 % is waiting.
	if got := Share(100, 88*60); got != 189 {
		t.Error(got)
	}
	if s.Touch() != 189 || s.SLA() != 7500 {
		t.Error(s.Touch(), s.SLA())
	}
}

func TestOutlook(t *testing.T) {
	t.Parallel()
	left := []int64{10, 20, 30, 40, 50, 60, 70, 80, 90, 100}
	by, late, ok := Outlook(left, 1000, 1000, 1075)
	if !ok || by != 1080 || late != 3000 { // 80, 90 and 100 of ten pass 75
		t.Error(by, late, ok)
	}
	by, late, ok = Outlook(left, 1000, 1045, 1075) // of the six that took longer than 45 three pass 75
	if !ok || by != 1090 || late != 5000 {
		t.Error(by, late, ok)
	}
	if _, _, ok := Outlook(left, 1000, 1065, 1075); ok {
		t.Error("four runs say nothing")
	}
}

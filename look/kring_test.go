package look

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
)

// sized is a ring of so many relations, with flows of f.
func sized(sizes [4]int64, flows [4][4]int64) Kring {
	k := Kring{ID: "t", Came: KringCame{Text: "1.204 erbij", Line: "nieuwe relaties"}, Total: figured(sizes[0] + sizes[1] + sizes[2] + sizes[3]), Lines: []string{"relaties in de kring", "+22 sinds 1 oktober"}}
	for i, n := range sizes {
		k.Phases[i] = KringPhase{Size: n, Figure: figured(n), Change: "+" + strconv.FormatInt(n/7, 10), Line: "€ 1,9 mln in kansen"}
	}
	for i := range flows {
		for j, n := range flows[i] {
			if i != j && n > 0 {
				k.Flows = append(k.Flows, KringFlow{From: phases[i], To: phases[j], Size: n, Figure: figured(n)})
			}
		}
	}
	return k
}

func figured(n int64) KringFigure {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "." + text[i:]
	}
	return KringFigure{text, fmt.Sprintf("%.1f mln", float64(n)/1e6)}
}

// usualWays are the ways that the cycle has.
var usualWays = [][2]int{{0, 1}, {1, 2}, {2, 1}, {1, 0}, {2, 0}, {1, 3}, {2, 3}, {3, 0}}

// TestKringPlan draws rings of many tallies and looks for words that meet, arcs
// that are lost and ribbons that leave the ring.
func TestKringPlan(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1899, 3))
	number := func() int64 { // of any order of size, and none now and then
		return int64(math.Pow(10, rng.Float64()*7)) * int64(min(1, rng.IntN(6)))
	}
	for range 3000 {
		var sizes [4]int64
		var flows [4][4]int64
		for i := range sizes {
			sizes[i] = number()
		}
		for _, w := range usualWays {
			if rng.IntN(3) > 0 {
				flows[w[0]][w[1]] = number()
			}
		}
		k := sized(sizes, flows)
		k.Value = rng.IntN(2) == 0
		for _, complaint := range k.faults() {
			t.Errorf("%v %v: %s", sizes, flows, complaint)
		}
		if t.Failed() {
			return
		}
	}
}

// faults reads a plan as an eye would.
func (k Kring) faults() (list []string) {
	say := func(format string, args ...any) { list = append(list, fmt.Sprintf(format, args...)) }
	p := k.plan()
	sum := 0.0
	for i, a := range p.arcs {
		sum += a.share()
		if a.share() < kringLeast-1e-9 {
			say("arc %d is %.2f°", i, a.share())
		}
	}
	if math.Abs(sum+4*kringGap-360) > 1e-6 {
		say("the arcs are %.2f°", sum)
	}
	texts := []kringText{p.labels[0], p.labels[1], p.labels[2], p.labels[3]}
	if p.came != nil {
		texts = append(texts, *p.came)
	}
	for i, a := range texts {
		if near := nearest(a.box); near < kringRadius+kringThick/2 {
			say("label %d is on the ring: %.1f", i, near)
		}
		if a.left < -384 || a.right > 384 || a.top < -380 || a.bottom > 380 {
			say("label %d is out of sight: %v", i, a.box)
		}
		for j, b := range texts[:i] {
			if a.meets(b.box) {
				say("labels %d and %d meet: %v %v", i, j, a.box, b.box)
			}
		}
	}
	for i, r := range p.ribbons {
		if r.width < 3 || r.width > kringWidest+1e-9 {
			say("ribbon %d is %.1f wide", i, r.width)
		}
		for _, at := range []float64{0, .25, .5, .75, 1} {
			if d := r.at(at); math.Hypot(d.x, d.y) > kringEdge+1e-6 {
				say("ribbon %d leaves the ring", i)
			}
		}
		b := r.pillBox(r.pill)
		if b.meets(p.middle) {
			say("pill %d is on the words", i)
		}
		for j, other := range p.ribbons[:i] {
			if b.meets(other.pillBox(other.pill)) {
				say("pills %d and %d meet", i, j)
			}
		}
	}
	return list
}

// nearest is how near a box comes to the middle of the ring.
func nearest(b box) float64 {
	x, y := math.Max(0, math.Max(b.left, -b.right)), math.Max(0, math.Max(b.top, -b.bottom))
	return math.Hypot(x, y)
}

// TestKringSizes are the rings at the edges.
func TestKringSizes(t *testing.T) {
	t.Parallel()
	every := [4][4]int64{{0, 9, 8, 7}, {6, 0, 5, 4}, {3, 2, 0, 1}, {1e6, 1, 9e5, 0}}
	for name, k := range map[string]Kring{
		"nobody": sized([4]int64{}, [4][4]int64{}), "one phase": sized([4]int64{500}, [4][4]int64{}), "one relation": sized([4]int64{0, 0, 1}, [4][4]int64{}),
		"a million": sized([4]int64{700000, 100000, 199990, 10}, every), "loyal only": sized([4]int64{1, 1, 9e6, 1}, every), "former only": sized([4]int64{0, 0, 0, 1e6}, every),
		"new only": sized([4]int64{0, 8e5, 0, 0}, every),
	} {
		for _, complaint := range k.faults() {
			t.Errorf("%s: %s", name, complaint)
		}
	}
	k := sized([4]int64{142, 38, 117, 24}, [4][4]int64{})
	p := k.plan()
	if got := p.arcs[0].share(); math.Abs(got-332*142.0/321) > 1e-9 || p.arcs[0].from != -2.5 {
		t.Errorf("potential: %v", p.arcs[0])
	}
	if p.total != "321" || !p.large {
		t.Errorf("total %q", p.total)
	}
	if p := sized([4]int64{1e6, 2e5, 3e4, 4}, [4][4]int64{}).plan(); p.total != "1.2 mln" {
		t.Errorf("a large total: %q", p.total)
	}
	if p := sized([4]int64{0, 0, 8}, [4][4]int64{}).plan(); p.arcs[0].share() != 12 || p.arcs[2].share() != 332-36 {
		t.Errorf("smallest arcs: %v", p.arcs)
	}
}

func BenchmarkKringPlan(b *testing.B) {
	k := sized([4]int64{142, 38, 117, 24}, [4][4]int64{{0, 14}, {2, 0, 9, 2}, {1, 3, 0, 3}, {4}})
	for b.Loop() {
		k.plan()
	}
}

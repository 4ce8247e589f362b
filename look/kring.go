package look

import (
	"context"
	"io"
	"math"
	"slices"
	"strings"
)

// Kring is the big ring: how many relations stand in each phase, and as ribbons
// who went from one to another. Numbers come written, sizes as numbers: what is
// drawn does not depend on the language.
type Kring struct {
	ID        string // unique on the page
	Label     string // the conclusion, in a sentence
	Phases    [4]KringPhase
	Flows     []KringFlow
	Came      KringCame
	Total     KringFigure
	TotalHref string
	Lines     []string // under the total, at most two
	Value     bool     // sizes are amounts: the widest ribbon gets the most room
	Size      string   // what the numbers are, as the head of their column
	Open      bool     // the table shows from the start
}

// KringFigure is a number as written, and its short form for where the whole
// does not fit.
type KringFigure struct{ Text, Short string }

// KringPhase is an arc: how large it is, and its words.
type KringPhase struct {
	Size   int64
	Figure KringFigure
	Change string // since the period began, signed
	Line   string // money or meaning
	Href   string
}

// KringFlow is a ribbon from one phase to another.
type KringFlow struct {
	From, To string // look.Potential …
	Size     int64
	Figure   KringFigure
	Said     string // "9 van nieuw naar loyaal"
	Href     string
}

// KringCame is who came in from outside; none when Text is empty.
type KringCame struct{ Text, Line, Said, Href string }

// Render draws the ring, its legend and its table.
func (k Kring) Render(ctx context.Context, w io.Writer) error {
	return kring(k, k.plan()).Render(ctx, w)
}

// The measures of ui.md §3.5, in units of a drawing with its centre in 0,0.
const (
	kringRadius = 186.0
	kringThick  = 34.0
	kringGap    = 7.0
	kringTurn   = -6.0
	kringLeast  = 12.0  // the smallest arc: it stays something to point at
	kringEdge   = 165.0 // where ribbons begin and end
	kringLabel  = kringRadius + 37
	kringWidest = 24.0  // of a ribbon
	kringRoom   = 160.0 // how wide a label may be
	kringSpot   = 34.0  // where newcomers enter, when the first arc is long enough
)

// kringPlan is where everything of a ring lies.
type kringPlan struct {
	arcs    [4]kringArc
	ribbons []kringRibbon
	labels  [4]kringText
	came    *kringText // the newcomers' words, beside their arrow
	arrow   [4]float64 // from, to
	total   string
	large   bool // the total in its large letters
	middle  box
}

// kringArc is a stretch of the ring, in degrees.
type kringArc struct{ from, to float64 }

func (a kringArc) share() float64 { return a.to - a.from }
func (a kringArc) mid() float64   { return (a.from + a.to) / 2 }

// kringRibbon is a ribbon as drawn: a cubic, a head and a pill.
type kringRibbon struct {
	flow   int
	width  float64
	ends   [2]float64 // the angles of its begin and end
	curve  [4]dot
	head   [3]dot
	pill   dot
	wide   float64 // of the pill
	figure string
}

type dot struct{ x, y float64 }

// box is a rectangle.
type box struct{ left, top, right, bottom float64 }

func (b box) meets(c box) bool {
	return b.left < c.right && c.left < b.right && b.top < c.bottom && c.top < b.bottom
}

func (b box) by(x, y float64) box { return box{b.left + x, b.top + y, b.right + x, b.bottom + y} }

// kringText is a label: where its box is, and from which side it is written.
type kringText struct {
	box
	anchor string // start, middle, end
	figure string
	change string
	came   string // newcomers, where they have no place of their own
}

func (t kringText) x() float64 {
	switch t.anchor {
	case "start":
		return t.left
	case "end":
		return t.right
	}
	return (t.left + t.right) / 2
}

// plan works the ring out.
func (k Kring) plan() (p kringPlan) {
	p.arcs = k.arcs()
	p.middle = k.centre(&p)
	p.ribbons = k.ribbons(p.arcs)
	settlePills(p.ribbons, p.middle)
	k.labels(&p)
	return p
}

// arcs shares the circle out: each phase its part, none less than the smallest.
func (k Kring) arcs() (arcs [4]kringArc) {
	const room = 360 - 4*kringGap
	var sizes, share [4]float64
	total := 0.0
	for i, ph := range k.Phases {
		sizes[i] = math.Max(0, float64(ph.Size))
		total += sizes[i]
	}
	for i := range share {
		share[i] = room / 4
	}
	if total > 0 {
		share = shareOut(sizes, room)
	}
	at := kringTurn + kringGap/2
	for i, s := range share {
		arcs[i] = kringArc{at, at + s}
		at += s + kringGap
	}
	return arcs
}

// shareOut gives what is too small its least, and the others the rest by size.
func shareOut(sizes [4]float64, room float64) (share [4]float64) {
	var least [4]bool
	for {
		left, total := room, 0.0
		for i, s := range sizes {
			if least[i] {
				left -= kringLeast
			} else {
				total += s
			}
		}
		again := false
		for i, s := range sizes {
			switch {
			case least[i]:
				share[i] = kringLeast
			case left*s/total < kringLeast:
				least[i], again = true, true
			default:
				share[i] = left * s / total
			}
		}
		if !again {
			return share
		}
	}
}

// centre chooses how the total is written and says how much room the words in
// the middle take.
func (k Kring) centre(p *kringPlan) box {
	const most = 150
	p.total = k.Total.Text
	if wide(p.total, 34) > most {
		p.total = or(k.Total.Short, p.total)
	}
	size := 46.0
	if p.large = wide(p.total, size) <= most; !p.large {
		size = 34
	}
	half := wide(p.total, size) / 2
	for _, l := range k.Lines {
		half = math.Max(half, wide(l, 13.5)/2)
	}
	return box{-half - 4, -36, half + 4, 10 + 20*float64(len(k.Lines))}
}

// A ribbon's place on an arc depends on where it goes: to and from the phase
// before near the begin, the next one near the end, the opposite between them.

// kringEnd is one end of a ribbon on an arc.
type kringEnd struct {
	ribbon int
	out    bool
	away   int // phases clockwise to the other end
}

func (k Kring) ribbons(arcs [4]kringArc) []kringRibbon {
	var list []kringRibbon
	for i, f := range k.Flows {
		if f.Size > 0 && f.From != f.To {
			list = append(list, kringRibbon{flow: i})
		}
	}
	k.widths(list, arcs)
	for phase := range 4 {
		k.settle(list, phase, arcs[phase])
	}
	for i := range list {
		r := &list[i]
		f := k.Flows[r.flow]
		r.route((quadrant(f.To) - quadrant(f.From) + 4) % 4)
		r.figure = f.Figure.Text
		if wide(r.figure, 12) > 44 {
			r.figure = or(f.Figure.Short, r.figure)
		}
		r.wide = math.Max(28, wide(r.figure, 12)+14)
	}
	return list
}

// ends are the ends of ribbons on a phase, in their order along the arc: such
// that two that go the same way do not cross.
func (k Kring) ends(list []kringRibbon, phase int) (ends []kringEnd) {
	for i, r := range list {
		f := k.Flows[r.flow]
		from, to := quadrant(f.From), quadrant(f.To)
		if from == phase {
			ends = append(ends, kringEnd{i, true, (to - from + 4) % 4})
		}
		if to == phase {
			ends = append(ends, kringEnd{i, false, (from - to + 4) % 4})
		}
	}
	rank := func(e kringEnd) int {
		r := (3 - e.away) * 2
		if e.out == (e.away == 2) {
			return r
		}
		return r + 1
	}
	slices.SortStableFunc(ends, func(a, b kringEnd) int { return rank(a) - rank(b) })
	return ends
}

// widths makes ribbons as wide as what went along them, within what an arc has.
func (k Kring) widths(list []kringRibbon, arcs [4]kringArc) {
	most := 0.0
	for _, r := range list {
		most = math.Max(most, float64(k.Flows[r.flow].Size))
	}
	unit := math.Min(1.5, kringWidest/most)
	if k.Value {
		unit = kringWidest / most
	}
	for i := range list {
		list[i].width = math.Max(3, float64(k.Flows[list[i].flow].Size)*unit)
	}
	for phase, a := range arcs {
		ends, total := k.ends(list, phase), 0.0
		for _, e := range ends {
			total += list[e.ribbon].width + 6
		}
		if room := a.share() * math.Pi / 180 * kringEdge; total > room {
			for _, e := range ends {
				list[e.ribbon].width = math.Max(3, list[e.ribbon].width*room/total)
			}
		}
	}
}

// settle gives the ends on an arc their angles.
func (k Kring) settle(list []kringRibbon, phase int, a kringArc) {
	ends := k.ends(list, phase)
	need := make([]float64, len(ends))
	total := 0.0
	for i, e := range ends {
		need[i] = (list[e.ribbon].width + 14) / kringEdge * 180 / math.Pi
		total += need[i]
	}
	tight := math.Min(1, a.share()/math.Max(total, 1e-9))
	pad := math.Min(12, math.Max(0, a.share()-total)/4)
	sums := [4]float64{}
	for i, e := range ends {
		need[i] *= tight
		sums[e.away] += need[i]
	}
	at := [4]float64{0, a.to - pad - sums[1], 0, a.from + pad}
	at[2] = (a.from + pad + sums[3] + a.to - pad - sums[1] - sums[2]) / 2
	for i, e := range ends {
		place := at[e.away] + need[i]/2
		at[e.away] += need[i]
		if e.out {
			list[e.ribbon].ends[0] = place
		} else {
			list[e.ribbon].ends[1] = place
		}
	}
}

func polar(r, degrees float64) dot {
	x, y := point(0, 0, r, degrees)
	return dot{x, y}
}

// route draws the curve and its head; away is how many phases on it goes.
func (r *kringRibbon) route(away int) {
	a, b := r.ends[0], r.ends[1]
	p1, p2 := polar(.57*kringEdge, a), polar(.57*kringEdge, b)
	switch away {
	case 2:
		p1, p2 = skip(a, b)
	case 3: // against the clock: around those that go with it
		p1, p2 = polar(.46*kringEdge, a), polar(.46*kringEdge, b)
	}
	tip, foot := polar(kringEdge, b), polar(kringEdge-8, b)
	r.curve = [4]dot{polar(kringEdge, a), p1, p2, foot}
	half, turn := r.width/2+4, b*math.Pi/180
	x, y := math.Cos(turn)*half, math.Sin(turn)*half
	r.head = [3]dot{{foot.x - x, foot.y - y}, tip, {foot.x + x, foot.y + y}}
}

// skip are the control points of a ribbon past a phase: along the side, clear of
// the middle, by the shorter way round.
func skip(a, b float64) (dot, dot) {
	sweep := math.Mod(b-a+720, 360)
	way := 1.0
	if sweep > 200 {
		sweep, way = 360-sweep, -1
	}
	lean := sweep * (.19 + .11*math.Min(1, math.Max(0, (sweep-140)/60)))
	half := sweep / 2 * math.Pi / 180
	f := (8*.54 - 2*math.Cos(half)) / (6 * math.Cos(half-lean*math.Pi/180))
	f = math.Min(1, math.Max(.42, f))
	return polar(f*kringEdge, a+way*lean), polar(f*kringEdge, b-way*lean)
}

// at is a place on the curve, 0 at its begin and 1 at its end.
func (r kringRibbon) at(t float64) dot {
	u := 1 - t
	w := [4]float64{u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t}
	var d dot
	for i, p := range r.curve {
		d.x += w[i] * p.x
		d.y += w[i] * p.y
	}
	return d
}

func (r kringRibbon) pillBox(d dot) box {
	return box{d.x - r.wide/2 - 1, d.y - 12, d.x + r.wide/2 + 1, d.y + 12}
}

// pillSpots are where along its ribbon a pill may lie, the middle first.
var pillSpots = []float64{.5, .44, .56, .38, .62, .32, .68, .26, .74, .2, .8, .14, .86}

// pillTries bounds the search for places.
const pillTries = 4000

// settlePills puts every number on its ribbon where it covers no other and not
// the words in the middle.
func settlePills(list []kringRibbon, middle box) {
	tries := 0
	var put func(n int) bool
	free := func(n int, b box) bool {
		if b.meets(middle) {
			return false
		}
		for _, r := range list[:n] {
			if b.meets(r.pillBox(r.pill)) {
				return false
			}
		}
		return true
	}
	put = func(n int) bool {
		if n == len(list) {
			return true
		}
		for _, t := range pillSpots {
			if tries++; tries > pillTries {
				return false
			}
			list[n].pill = list[n].at(t)
			if free(n, list[n].pillBox(list[n].pill)) && put(n+1) {
				return true
			}
		}
		return false
	}
	if put(0) {
		return
	}
	for n := range list { // beside its ribbon, as near as there is room
		for step := 0; step < 400; step++ {
			on := list[n].at(.5)
			d := dot{on.x, on.y}
			if step > 0 {
				d = polar(float64(step)*1.2, float64(step)*47)
				d = dot{on.x + d.x, on.y + d.y}
			}
			list[n].pill = d
			if math.Hypot(d.x, d.y) < kringEdge-14 && free(n, list[n].pillBox(d)) {
				break
			}
		}
	}
}

// The labels stand outside the ring, each at the middle of its arc; where two
// would meet one moves away from the ring.

const (
	labelHigh = 64.0 // name, number, line
	labelLine = 19.0
)

func (k Kring) labels(p *kringPlan) {
	apart := p.arcs[0].share() >= 110 // the newcomers have a place of their own
	for i, ph := range k.Phases {
		t := &p.labels[i]
		t.figure, t.change = ph.Figure.Text, ph.Change
		if wide(t.figure, 26)+wide(t.change, 13)+10 > kringRoom {
			t.figure = or(ph.Figure.Short, t.figure)
		}
		if wide(t.figure, 26)+wide(t.change, 13)+10 > kringRoom {
			t.change = ""
		}
		high := labelHigh
		if i == 0 && k.Came.Text != "" && !apart {
			t.came = k.Came.Text
			high += labelLine
		}
		number := wide(t.figure, 26)
		if t.change != "" {
			number += 10 + wide(t.change, 13)
		}
		broad := max(number, wide(ph.Line, 12.5), wide(t.came, 12.5), 60)
		t.place(p.arcs[i].mid(), broad, high)
	}
	k.arrive(p, apart)
	settleLabels(p)
}

// place puts a label at an angle: above or below the ring in the middle of it,
// beside it with its side to the ring.
func (t *kringText) place(angle, broad, high float64) {
	sin, cos := math.Sincos(angle * math.Pi / 180)
	x, y := kringLabel*sin, -kringLabel*cos-cos*high/2
	switch {
	case math.Abs(sin) < .26:
		t.anchor, t.box = "middle", box{x - broad/2, y - high/2, x + broad/2, y + high/2}
	case sin > 0:
		t.anchor, t.box = "start", box{x, y - high/2, x + broad, y + high/2}
	default:
		t.anchor, t.box = "end", box{x - broad, y - high/2, x, y + high/2}
	}
}

// arrive draws the newcomers' arrow.
func (k Kring) arrive(p *kringPlan, apart bool) {
	if k.Came.Text == "" {
		return
	}
	edge := kringRadius + kringThick/2 + 1
	if !apart {
		from, to := polar(edge+17, p.arcs[0].mid()), polar(edge, p.arcs[0].mid())
		p.arrow = [4]float64{from.x, from.y, to.x, to.y}
		return
	}
	tip := polar(edge, kringSpot)
	from := dot{tip.x + 23, tip.y - 36}
	p.arrow = [4]float64{from.x, from.y, tip.x, tip.y}
	broad := math.Max(wide(k.Came.Text, 12.5), wide(k.Came.Line, 12.5))
	p.came = &kringText{anchor: "start", box: box{from.x + 10, from.y - 18, from.x + 10 + broad, from.y + 18}}
}

// settleLabels moves apart what meets: a label over or under the ring goes
// up or down, one beside it away from the middle.
func settleLabels(p *kringPlan) {
	all := []*kringText{&p.labels[0], &p.labels[1], &p.labels[2], &p.labels[3]}
	if p.came != nil {
		all = append(all, p.came)
	}
	for range 40 {
		calm := true
		for i, a := range all {
			for _, b := range all[i+1:] {
				if a.meets(b.box) {
					separate(a, b)
					calm = false
				}
			}
		}
		if calm {
			return
		}
	}
}

// separate moves the outer one of two labels that meet.
func separate(a, b *kringText) {
	if a.anchor == "middle" && b.anchor == "middle" { // two over each other: side by side
		left, right := a, b
		if a.x() > b.x() {
			left, right = b, a
		}
		mid := (left.right + right.left) / 2
		left.box, right.box = left.by(mid-4-left.right, 0), right.by(mid+4-right.left, 0)
		return
	}
	if a.anchor == "middle" || b.anchor == "middle" {
		over, side := a, b
		if b.anchor == "middle" {
			over, side = b, a
		}
		if side.anchor == "start" {
			side.box = side.by(over.right+6-side.left, 0)
		} else {
			side.box = side.by(over.left-6-side.right, 0)
		}
		return
	}
	upper, lower := a, b
	if a.top+a.bottom > b.top+b.bottom {
		upper, lower = b, a
	}
	if (upper.top+lower.bottom)/2 > 0 { // below the middle: the lower one goes down
		lower.box = lower.by(0, upper.bottom+3-lower.top)
	} else {
		upper.box = upper.by(0, lower.top-3-upper.bottom)
	}
}

// wide is about how wide a text is in letters of a size, on the safe side.
func wide(text string, size float64) float64 {
	w := 0.0
	for _, r := range text {
		switch {
		case strings.ContainsRune(" .,:;'|!ilj\u00a0", r):
			w += .3
		case strings.ContainsRune("mwMW%€", r):
			w += .92
		case r >= '0' && r <= '9', r == '+', r == '−':
			w += .64
		case r >= 'A' && r <= 'Z':
			w += .7
		default:
			w += .58
		}
	}
	return w * size
}

// What the drawing asks for.

func (a kringArc) path(radius float64) string { return arc(0, 0, radius, a.from, a.to) }

// outline goes around the arc, for who comes by keyboard.
func (a kringArc) outline() string {
	const off = 3.5
	slack := off / kringRadius * 180 / math.Pi
	out, in := kringRadius+kringThick/2+off, kringRadius-kringThick/2-off
	b, c := polar(in, a.to+slack), polar(in, a.from-slack)
	large := when(a.share()+2*slack > 180, "1")
	return arc(0, 0, out, a.from-slack, a.to+slack) + "L" + b.text() + "A" + num(in) + " " + num(in) + " 0 " + or(large, "0") + " 0 " + c.text() + "Z"
}

func (d dot) text() string { return num(d.x) + " " + num(d.y) }

func (r kringRibbon) path() string {
	return "M" + r.curve[0].text() + "C" + r.curve[1].text() + " " + r.curve[2].text() + " " + r.curve[3].text()
}

func (r kringRibbon) headPath() string {
	return "M" + r.head[0].text() + "L" + r.head[1].text() + "L" + r.head[2].text() + "Z"
}

// flowID names the ribbon at a place in the drawing.
func (k Kring) flowID(i int) string { return k.ID + "-flow-" + num(float64(i)) }

// phaseSaid is an arc in words, as it is labelled: "Loyaal: 117, +6, € 6,2 mln
// omzet".
func (k Kring) phaseSaid(ctx context.Context, t kringText, i int) string {
	said := T(ctx, "phase."+phases[i]) + ": " + t.figure
	for _, more := range []string{t.change, k.Phases[i].Line, t.came} {
		if more != "" {
			said += ", " + more
		}
	}
	return said
}

// totalSaid is the middle in words.
func (k Kring) totalSaid(p kringPlan) string {
	return strings.Join(append([]string{p.total}, k.Lines...), " ")
}

// cameSaid is the newcomers' arrow in words, as it is labelled.
func (k Kring) cameSaid(p kringPlan) string {
	if p.came == nil {
		return k.Came.Said
	}
	return k.Came.Text + ", " + k.Came.Line
}

// arrowPath is the shaft of the newcomers' arrow, arrowHead its point.
func (p kringPlan) arrowPath() string {
	a, b := p.arrowEnds()
	x, y := (b.x-a.x)/math.Hypot(b.x-a.x, b.y-a.y), (b.y-a.y)/math.Hypot(b.x-a.x, b.y-a.y)
	return "M" + a.text() + "L" + dot{b.x - 7*x, b.y - 7*y}.text()
}

func (p kringPlan) arrowHead() string {
	a, b := p.arrowEnds()
	long := math.Hypot(b.x-a.x, b.y-a.y)
	x, y := (b.x-a.x)/long, (b.y-a.y)/long
	foot := dot{b.x - 9*x, b.y - 9*y}
	return "M" + dot{foot.x - 7*y, foot.y + 7*x}.text() + "L" + b.text() + "L" + dot{foot.x + 7*y, foot.y - 7*x}.text() + "Z"
}

func (p kringPlan) arrowEnds() (a, b dot) {
	return dot{p.arrow[0], p.arrow[1]}, dot{p.arrow[2], p.arrow[3]}
}

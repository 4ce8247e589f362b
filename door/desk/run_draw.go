package desk

import (
	"fmt"
	"strconv"
	"strings"

	"kring/domain/process"
)

// The swim-lanes of a run (ui.md §3.10): lanes of 84, steps of 88×48 in columns of
// 106, in the order in which they are done. People are round, the machine square.

const (
	laneHigh = 84
	stepWide = 88
	stepHigh = 48
	colWide  = 106
	laneLeft = 14
)

// drawnStep is a step in the drawing.
type drawnStep struct {
	X, Y    int
	Lines   []string
	Machine bool
	Class   string // done, now, later, skipped
	Tick    bool
	Under   string // work, or waits here
	Wait    string // before it
	Hot     bool   // that is happening now
	Path    string // from the step before
	PillX   int
	PillY   int
	PillW   int
}

// drawnLane is a lane with who is in it.
type drawnLane struct {
	Name, Who, Icon string
}

type drawing struct {
	Lanes      []drawnLane
	Steps      []drawnStep
	Wide, High int
	Now        int // colWide, -1 when over
}

func (j *journey) drawing() drawing {
	d := drawing{Now: -1}
	lanes := map[string]int{}
	steps := j.p.Process.Steps
	for i, s := range steps {
		name := j.lane(s)
		n, there := lanes[name]
		if !there {
			n = len(d.Lanes)
			lanes[name] = n
			icon := map[string]string{process.Customer: "users", process.Supplier: "factory", "service": "cog", "order_desk": "package", "marketer": "megaphone"}[s.Role]
			if icon == "" {
				icon = "user"
			}
			lane := drawnLane{Name: name, Icon: icon}
			switch {
			case s.Actor == process.Machine:
				lane.Icon, lane.Who = "bot", j.t("automatic")
			case s.Role == process.Customer:
				lane.Who = j.p.Name
			case name != j.v.role(s.Role):
				lane.Who = j.v.role(s.Role)
			}
			d.Lanes = append(d.Lanes, lane)
		}
		w, came := j.p.Of(i)
		if came && s.Actor == process.Human && !s.Outside() && !w.Member.IsZero() {
			d.Lanes[n].Who = j.name(w.Member)
		}
		x := drawnStep{X: laneLeft + i*colWide, Y: n*laneHigh + 18, Lines: inTwo(s.Name.In(j.lang())), Machine: s.Actor == process.Machine, Class: "later"}
		if came {
			switch {
			case w.Stand == process.StepDone:
				x.Class, x.Tick = "done", true
				if w.Worked > 0 {
					x.Under = j.v.duration(w.Worked)
				}
			case !w.Stand.Open():
				x.Class, x.Under = "skipped", j.t("stand_"+string(w.Stand))
			default:
				d.Now = i
				x.Class, x.Under = "now", j.t("here")
				if w.Stand == process.StepBegun || w.Stand == process.StepQueued {
					x.Under = j.t("busy")
				}
				if w.Stand == process.StepParked {
					x.Under = j.t("stuck")
				}
			}
			until := w.Begun
			if until == 0 {
				until = w.Ended
			}
			if until == 0 || w.Stand == process.StepParked {
				until = j.now
			}
			if waited := until - w.Ready; waited >= 60_000 && w.Stand != process.StepSkipped && w.Stand != process.StepPassed {
				x.Wait, x.Hot = j.v.duration(waited), w.Stand.Open() && w.Stand != process.StepBegun
			}
		}
		if i > 0 {
			x.join(d.Steps[i-1])
		}
		d.Steps = append(d.Steps, x)
	}
	d.Wide, d.High = 2*laneLeft+len(steps)*colWide-(colWide-stepWide), len(d.Lanes)*laneHigh
	return d
}

// join draws the connector from the step before, with corners of 6, and the place
// of the time waited on it.
func (x *drawnStep) join(before drawnStep) {
	from, y1, y2 := before.X+stepWide, before.Y+stepHigh/2, x.Y+stepHigh/2
	bend := from + 9
	x.PillW = 7*len([]rune(x.Wait)) + 18
	if y1 == y2 {
		x.Path = fmt.Sprintf("M%d %dH%d", from, y1, x.X-3)
		x.PillX, x.PillY = bend-x.PillW/2, y1-40
		return
	}
	down := 6
	if y2 < y1 {
		down = -6
	}
	x.Path = fmt.Sprintf("M%d %dH%dQ%d %d %d %dV%dQ%d %d %d %dH%d", from, y1, bend-6, bend, y1, bend, y1+down, y2-down, bend, y2, bend+6, y2, x.X-3)
	x.PillX, x.PillY = bend-x.PillW/2, (y1+y2)/2-11
}

// inTwo breaks a name of more than twelve signs at the space nearest its middle.
func inTwo(name string) []string {
	r := []rune(name)
	if len(r) <= 12 {
		return []string{name}
	}
	best := -1
	for i, c := range r {
		if c == ' ' && (best < 0 || far(i, len(r)) < far(best, len(r))) {
			best = i
		}
	}
	if best < 0 {
		return []string{short(name)}
	}
	return []string{short(string(r[:best])), short(string(r[best+1:]))}
}

func far(i, n int) int {
	if 2*i > n {
		return 2*i - n
	}
	return n - 2*i
}

// short is what fits in a step.
func short(s string) string {
	if r := []rune(s); len(r) > 14 {
		return string(r[:13]) + "…"
	}
	return s
}

// piece is a part of the bar of where the time went, in thousandths of it.
type piece struct {
	X, W  int
	Class string
}

// bar is where the time of a run went: work, waiting, and what it waits now.
func (j *journey) bar() (all []piece) {
	whole := max(1, j.p.Lead(j.now))
	x := 0
	add := func(ms int64, class string) {
		if ms <= 0 || x >= 1000 {
			return
		}
		w := max(4, int(ms*1000/whole))
		w = min(w, 1000-x)
		all = append(all, piece{x, w, class})
		x += w
	}
	for _, w := range j.p.Works {
		waited := w.Waited(j.now)
		switch {
		case !w.Stand.Open():
			add(waited, "wait")
			add(w.Worked, "work")
		case w.Stand == process.StepBegun:
			add(w.Begun-w.Ready, "wait")
			add(j.now-w.Begun, "work")
		default:
			add(waited, "hot")
		}
	}
	return all
}

// told is a step in the list that says the same as the drawing.
func (j *journey) told(i int) string {
	s := j.p.Process.Steps[i]
	actor, stand := j.t("human"), j.t("stand_later")
	if s.Actor == process.Machine {
		actor = j.t("machine")
	}
	w, came := j.p.Of(i)
	if came {
		stand = j.t("stand_" + string(w.Stand))
	}
	text := []string{j.tf("list_step", map[string]any{"n": i + 1, "lane": j.lane(s), "actor": actor, "stand": stand})}
	if came && w.Worked > 0 {
		text = append(text, j.v.duration(w.Worked))
	}
	if came && !w.Member.IsZero() {
		text = append(text, j.name(w.Member))
	}
	if came && w.Waited(j.now) >= 60_000 {
		text = append(text, j.tf("list_waited", map[string]any{"time": j.v.duration(w.Waited(j.now))}))
	}
	return strings.Join(text, ", ")
}

func px(n int) string { return strconv.Itoa(n) }

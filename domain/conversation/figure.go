package conversation

// Norm is how many questions of a letter a conversation wants: at most Most when
// that is not 0, at least Least.
type Norm struct {
	Letter Letter `json:"letter"`
	Least  int    `json:"least"`
	Most   int    `json:"most"`
}

// Norms are those of the live page, as drawn: few questions about facts, then
// problems, consequences, and what solving is worth. They are house norms, no
// research (domain.md §2.19 gives none).
var Norms = []Norm{{Situation, 0, 3}, {Problem, 3, 0}, {Implication, 3, 0}, {Payoff, 2, 0}}

// Want is how many questions fill a norm.
func (n Norm) Want() int { return max(n.Least, n.Most) }

// Cover is how far a conversation covers one letter.
type Cover struct {
	Norm
	N int `json:"n"` // questions asked
}

// Enough says whether the next letter can begin.
func (c Cover) Enough() bool { return c.N >= c.Want() }

// Coverage counts the questions of each letter. Done is how many of Wanted were
// asked; more than the norm of a letter fill no other.
func Coverage(notes []Note) (all []Cover, done, wanted int) {
	n := Count(notes)
	for _, norm := range Norms {
		c := Cover{Norm: norm, N: n.Of(norm.Letter)}
		all = append(all, c)
		done += min(c.N, norm.Want())
		wanted += norm.Want()
	}
	return all, done, wanted
}

// Current is the letter to ask about now: the first that is not covered.
func Current(notes []Note) Letter {
	all, _, _ := Coverage(notes)
	for _, c := range all {
		if !c.Enough() {
			return c.Letter
		}
	}
	return Payoff
}

// Counts are how many questions of each letter were asked, and what else a note
// counts for.
type Counts struct {
	S, P, I, N          int
	Open, Closed        int
	Objections, Checked int
	Shown, Benefits     int
	Signals             int
}

// Of is the count of one letter.
func (c Counts) Of(l Letter) int {
	return map[Letter]int{Situation: c.S, Problem: c.P, Implication: c.I, Payoff: c.N}[l]
}

// Questions is how many questions were asked under the four letters.
func (c Counts) Questions() int { return c.S + c.P + c.I + c.N }

// Count counts notes. A note under a letter stands for one question and its
// answer, also when the words of the question were not written down; whether it
// was open is only known of one that was.
func Count(notes []Note) (c Counts) {
	for _, n := range notes {
		switch n.Mark {
		case Said:
			switch n.Letter {
			case Situation:
				c.S++
			case Problem:
				c.P++
			case Implication:
				c.I++
			case Payoff:
				c.N++
			}
			if n.Question != "" && n.Closed {
				c.Closed++
			} else if n.Question != "" {
				c.Open++
			}
		case Objection:
			c.Objections++
			if n.Checked {
				c.Checked++
			}
		case Feature, Merit:
			c.Shown++
		case Benefit:
			c.Shown++
			c.Benefits++
		case Signal:
			c.Signals++
		}
	}
	return c
}

// Add sums counts.
func (c Counts) Add(d Counts) Counts {
	return Counts{
		c.S + d.S, c.P + d.P, c.I + d.I, c.N + d.N, c.Open + d.Open, c.Closed + d.Closed, c.Objections + d.Objections, c.Checked + d.Checked,
		c.Shown + d.Shown, c.Benefits + d.Benefits, c.Signals + d.Signals,
	}
}

// Part is one number out of another, in basis points, rounded half up; false when
// there is nothing to take a part of.
func Part(n, of int) (int, bool) {
	if of == 0 {
		return 0, false
	}
	return (n*20000 + of) / (2 * of), true
}

// Figures are what conversations that were held add up to (domain.md §2.19).
type Figures struct {
	Held     int
	Outcomes map[Outcome]int
	Counts   Counts
	Implied  int // needs
	Explicit int
	Customer int // seconds
	Self     int
	InTime   int // reported within a day
	Reported int
	WithTalk int // conversations that say who spoke
}

// Add counts one conversation with its notes and needs; one that was not held
// counts nowhere.
func (f *Figures) Add(c Conversation, notes []Note, implied, explicit int) {
	if !c.State.Was() {
		return
	}
	if f.Outcomes == nil {
		f.Outcomes = map[Outcome]int{}
	}
	f.Held++
	f.Outcomes[c.Outcome]++
	f.Counts = f.Counts.Add(Count(notes))
	f.Implied += implied
	f.Explicit += explicit
	f.Customer += c.Customer
	f.Self += c.Self
	if c.Customer+c.Self > 0 {
		f.WithTalk++
	}
	if c.Reported != 0 {
		f.Reported++
		if c.InTime() {
			f.InTime++
		}
	}
}

// Success is orders and advances out of what was held.
func (f Figures) Success() (int, bool) {
	return Part(f.Outcomes[Order]+f.Outcomes[Advance], f.Held)
}

// Share is the share of a letter in all questions.
func (f Figures) Share(l Letter) (int, bool) { return Part(f.Counts.Of(l), f.Counts.Questions()) }

// Development is explicit out of implied needs.
func (f Figures) Development() (int, bool) { return Part(f.Explicit, f.Implied) }

// Match is the benefits that answer an explicit need out of all that was shown.
func (f Figures) Match() (int, bool) { return Part(f.Counts.Benefits, f.Counts.Shown) }

// TalkShare is how much the customer spoke.
func (f Figures) TalkShare() (int, bool) { return Talk{Customer: f.Customer, Self: f.Self}.Share() }

// TalkTarget is how much a customer speaks at least, in basis points: a house
// norm (domain.md §2.19).
const TalkTarget = 5000

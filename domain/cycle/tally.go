package cycle

// Tally is how many relations stand in each phase, or what they are worth in
// cents.
type Tally map[Phase]int64

// Total is all of them.
func (t Tally) Total() (n int64) {
	for _, p := range Phases {
		n += t[p]
	}
	return n
}

// Flow is a way that relations go: from a phase to another by an event.
type Flow struct {
	From  Phase
	To    Phase
	Event Event
}

// Flows is how many went which way in a period.
type Flows map[Flow]int64

// After is the tally at the end of a period that began with t.
func (fs Flows) After(t Tally) Tally {
	end := Tally{}
	for _, p := range Phases {
		end[p] = t[p]
	}
	for f, n := range fs {
		if f.From != "" {
			end[f.From] -= n
		}
		end[f.To] += n
	}
	return end
}

// Came says whether the flow is of those that came in, from no phase.
func (f Flow) Came() bool { return f.From == "" }

// Of adds up the flows that are asked for.
func (fs Flows) Of(asked func(Flow) bool) (n int64) {
	for f, k := range fs {
		if asked(f) {
			n += k
		}
	}
	return n
}

// Ratio is a share that can show its sum: Part of Whole. Without a whole it is
// not known.
type Ratio struct {
	Part  int64 `json:"part"`
	Whole int64 `json:"whole"`
}

// Known says whether there is anything to take a share of.
func (r Ratio) Known() bool { return r.Whole > 0 }

// BasisPoints is the share in hundredths of a percent, half away from zero; 0
// when it is not known.
func (r Ratio) BasisPoints() int64 {
	if !r.Known() {
		return 0
	}
	n, sign := r.Part*10_000, int64(1)
	if n < 0 {
		n, sign = -n, -1
	}
	return sign * ((n + r.Whole/2) / r.Whole)
}

// Period is what happened between two days: how many there were in each phase at
// the start, and who went where.
type Period struct {
	Start Tally
	Flows Flows
}

// End is how many there are in each phase at the end.
func (p Period) End() Tally { return p.Flows.After(p.Start) }

// buying is those who buy, whatever the definition counts: an organisation
// keeps or loses who buys.
func buying(t Tally) int64 { return t[New] + t[Loyal] }

// gained is who began to buy.
func (p Period) gained() int64 {
	return p.Flows.Of(func(f Flow) bool { return !f.From.Buying() && f.To.Buying() })
}

// Retention is (customers at the end − new in the period) ÷ customers at the
// start (domain.md §2.2): 200, 190 and 30 make 160 of 200, 80 %. Who came and
// went within the period makes it smaller than it was for those of the start;
// that is the textbook's formula and stays so.
func (p Period) Retention() Ratio {
	start := buying(p.Start)
	return Ratio{buying(p.End()) - p.gained(), start}
}

// Churn is what retention leaves.
func (p Period) Churn() Ratio {
	r := p.Retention()
	return Ratio{r.Whole - r.Part, r.Whole}
}

// Lifetime is the expected lifetime of a customer in periods, 1 ÷ churn, as the
// start divided by who went; not known when nobody went.
func (p Period) Lifetime() Ratio {
	c := p.Churn()
	return Ratio{c.Whole, max(c.Part, 0)}
}

// WinBackRate is who came back of those who left by their own choice. returned and
// left are counted over the same relations: who left since a day, and who of
// them buys again.
func WinBackRate(returned, left int64) Ratio { return Ratio{returned, left} }

// Conversion is who moved from a phase on to the next in the period, of those in
// it at the start.
func (p Period) Conversion(from, to Phase) Ratio {
	moved := p.Flows.Of(func(f Flow) bool { return f.From == from && f.To == to })
	return Ratio{moved, p.Start[from]}
}

package desk

import (
	"net/http"
	"strings"

	"kring/app"
	"kring/domain/cycle"
	"kring/look"
	"kring/look/words"
)

// everyWay are the moves that the cycle has (domain.md §2.2).
var everyWay = []cycle.Flow{
	{From: "", To: cycle.Potential, Event: cycle.Begun},
	{From: cycle.Potential, To: cycle.New, Event: cycle.Bought},
	{From: cycle.New, To: cycle.Loyal, Event: cycle.Returned},
	{From: cycle.Loyal, To: cycle.New, Event: cycle.Lapsed},
	{From: cycle.New, To: cycle.Potential, Event: cycle.Left},
	{From: cycle.Loyal, To: cycle.Potential, Event: cycle.Left},
	{From: cycle.New, To: cycle.Potential, Event: cycle.Faded},
	{From: cycle.Loyal, To: cycle.Potential, Event: cycle.Faded},
	{From: cycle.New, To: cycle.Ex, Event: cycle.Ended},
	{From: cycle.Loyal, To: cycle.Ex, Event: cycle.Ended},
	{From: cycle.Ex, To: cycle.Potential, Event: cycle.Readmitted},
}

const moversOnPage = 50

// movers is a page of who moved.
type movers struct {
	*circle
	way  string
	list []app.Mover
	next string
}

func kringMoves(v *visit) error {
	c, err := v.circle()
	if err != nil {
		return err
	}
	m := movers{circle: c, way: c.asked.Get("way")}
	is, ok := wayOf(m.way)
	if !ok {
		return errNoPage
	}
	var asked []cycle.Flow
	for _, f := range everyWay {
		if is(f) {
			asked = append(asked, f)
		}
	}
	m.list, m.next, err = v.app.MoversOf(v.r.Context(), v.who, app.MoverAsk{RingAsk: c.ask, After: c.asked.Get("after"), Limit: moversOnPage}, asked)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, kringMovesView(m))
}

// title says which way they went: "Gewonnen", "Van nieuw naar loyaal".
func (m movers) title() string {
	if m.way == "" {
		return m.t("kring.who_moved")
	}
	if _, named := ways[m.way]; named {
		return m.t("kring.way_" + m.way)
	}
	from, to, _ := strings.Cut(m.way, "-")
	return m.v.words.Tf("kring.from_to", words.P{"from": strings.ToLower(m.t("phase." + phaseKeys[cycle.Phase(from)])), "to": strings.ToLower(m.t("phase." + phaseKeys[cycle.Phase(to)]))})
}

func (m movers) table() look.Table {
	w := m.v.words
	t := look.Table{Label: m.title(), Plain: true, Columns: []look.Column{
		{Label: m.t("kring.relation"), Grow: true, Phone: look.PhoneTitle}, {Label: m.t("kring.day"), Phone: look.PhoneEnd},
		{Label: m.t("kring.what"), Phone: look.PhoneSub}, {Label: m.t("kring.year_before"), Number: true, Drop: 1},
	}, Empty: look.EmptyState{Title: m.t("kring.no_movers")}}
	for _, one := range m.list {
		path := "/accounts/" + one.Account.String()
		t.Rows = append(t.Rows, look.Row{ID: one.Account.String() + "-" + string(one.Move.Day) + "-" + string(one.Move.Event), Name: one.Name, Href: path, Cells: []look.Cell{
			{Text: one.Name, Href: path}, {Text: w.DayText(string(one.Move.Day))},
			{Text: m.t("kring.event_" + string(one.Move.Event)), Sub: m.because(one.Move.Reason), Href: evidence(path, one.Move)},
			{Text: w.Money(one.Cents, "EUR")},
		}})
	}
	return t
}

// because is the reason that was given for a move.
func (m movers) because(r cycle.Reason) string {
	if r == "" {
		return ""
	}
	return m.t("cycle.reason_" + string(r))
}

// evidence is where what a move rests on is read: the order, or the decision in
// the path of the relation.
func evidence(path string, m cycle.Move) string {
	if m.Event == cycle.Bought || m.Event == cycle.Returned {
		return "/orders/" + m.Evidence.String()
	}
	return path + "#path"
}

// later is the address of the next page, "" when there is none.
func (m movers) later() string {
	if m.next == "" {
		return ""
	}
	return m.at("/kring/moves", "way", m.way, "after", m.next)
}

// monthly is the ring month after month.
type monthly struct {
	*circle
	months []app.Month
	back   cycle.Ratio
	wide   bool // too many months were asked
}

func kringMonths(v *visit) error {
	c, err := v.circle()
	if err != nil {
		return err
	}
	m := monthly{circle: c}
	if c.period.From.First().Months(60) <= c.period.Until.First() {
		m.wide = true
		return v.show(http.StatusOK, kringMonthsView(m))
	}
	if m.months, err = v.app.RingMonths(v.r.Context(), v.who, c.ask); err != nil {
		return err
	}
	if m.back, err = v.app.WonBack(v.r.Context(), v.who, c.ask); err != nil {
		return err
	}
	if c.now, err = v.app.Ring(v.r.Context(), v.who, c.ask); err != nil {
		return err
	}
	return v.show(http.StatusOK, kringMonthsView(m))
}

// monthPeriod is the period of one month.
func monthPeriod(m app.Month) period { return namedPeriod(nil, m.Month) }

// moved is how many went a way in a month, as a link.
func (m monthly) moved(one app.Month, way string) look.Cell {
	n := one.Flows.Of(ways[way])
	q := m.query(monthPeriod(one))
	q.Set("way", way)
	return look.Cell{Text: m.count(n).Text, Href: address("/kring/moves", q)}
}

// byMonth is a row for each month: where everybody stood at its end, and who
// moved in it.
func (m monthly) byMonth() look.Table {
	t := look.Table{Label: m.t("kring.by_month"), Plain: true, Columns: []look.Column{{Label: m.t("kring.month"), Phone: look.PhoneTitle}}}
	for _, p := range cycle.Phases {
		t.Columns = append(t.Columns, look.Column{Label: m.t("phase." + phaseKeys[p]), Number: true})
	}
	shown := []string{"begun", "won", "loyal", "farewell", "again"}
	for _, way := range shown {
		t.Columns = append(t.Columns, look.Column{Label: m.t("kring.way_" + way), Number: true})
	}
	for _, one := range m.months {
		p := monthPeriod(one)
		r := look.Row{ID: one.Month, Name: m.v.words.MonthText(one.Month), Cells: []look.Cell{{Text: m.v.words.MonthText(one.Month), Href: address("/kring", m.query(p))}}}
		for _, ph := range cycle.Phases {
			r.Cells = append(r.Cells, look.Cell{Text: m.count(one.End[ph]).Text})
		}
		for _, way := range shown {
			r.Cells = append(r.Cells, m.moved(one, way))
		}
		t.Rows = append(t.Rows, r)
	}
	return t
}

// matrix is how many went from each phase to each other in the whole period.
func (m monthly) matrix() look.Table {
	t := look.Table{Label: m.t("kring.matrix"), Plain: true, Columns: []look.Column{{Label: m.t("kring.from_down"), Phone: look.PhoneTitle}}}
	for _, to := range cycle.Phases {
		t.Columns = append(t.Columns, look.Column{Label: m.t("phase." + phaseKeys[to]), Number: true})
	}
	for _, from := range append([]cycle.Phase{""}, cycle.Phases...) {
		name, way := m.t("kring.way_begun"), "begun"
		if from != "" {
			name = m.t("phase." + phaseKeys[from])
		}
		r := look.Row{ID: "from-" + string(from), Name: name, Cells: []look.Cell{{Text: name}}}
		for _, to := range cycle.Phases {
			n := m.now.Flows.Of(func(f cycle.Flow) bool { return f.From == from && f.To == to })
			cell := look.Cell{}
			if from != "" {
				way = string(from) + "-" + string(to)
			}
			if n != 0 {
				cell = look.Cell{Text: m.count(n).Text, Href: m.moves(way)}
			}
			r.Cells = append(r.Cells, cell)
		}
		t.Rows = append(t.Rows, r)
	}
	return t
}

// lasted is the median of the days in a phase of who left it, month after month.
func (m monthly) lasted() look.Table {
	t := look.Table{Label: m.t("kring.lasted"), Plain: true, Columns: []look.Column{{Label: m.t("kring.month"), Phone: look.PhoneTitle}}}
	for _, p := range cycle.Phases {
		t.Columns = append(t.Columns, look.Column{Label: m.t("phase." + phaseKeys[p]), Number: true})
	}
	for _, one := range m.months {
		r := look.Row{ID: "lasted-" + one.Month, Name: m.v.words.MonthText(one.Month), Cells: []look.Cell{{Text: m.v.words.MonthText(one.Month)}}}
		for _, p := range cycle.Phases {
			cell := look.Cell{}
			if days, some := one.Days[p]; some {
				cell.Text = m.v.words.Tn("kring.days", int(days))
			}
			r.Cells = append(r.Cells, cell)
		}
		t.Rows = append(t.Rows, r)
	}
	return t
}

// wonBack is the win-back of the period with its arithmetic.
func (m monthly) wonBack() kringRatio {
	r := kringRatio{Label: m.t("kring.win_back"), Value: m.percent(m.back), About: m.t("kring.win_back_is"), Sum: m.t("kring.nobody_went")}
	if m.back.Known() {
		r.Sum = m.count(m.back.Part).Text + " ÷ " + m.count(m.back.Whole).Text + " = " + r.Value
	}
	return r
}

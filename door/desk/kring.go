package desk

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"kring/app"
	"kring/base/day"
	"kring/base/id"
	"kring/domain/cycle"
	"kring/domain/member"
	"kring/look"
	"kring/look/words"
)

// De Kring: where everybody stands, who went where in a period, and what that
// makes of retention and churn; the months one by one; and who moved.

func (d *Desk) kringRoutes() {
	d.member("GET /kring", kringPage)
	d.member("GET /kring/months", kringMonths)
	d.member("GET /kring/moves", kringMoves)
}

// circle is what these pages are asked: a period, whose relations, and by what.
type circle struct {
	v      *visit
	today  day.Day
	asked  url.Values
	period period
	ask    app.RingAsk
	worth  bool // by turnover
	Owner  look.Select
	Team   look.Select
	whose  string // the owner and team that were chosen
	now    app.Ring
	then   app.Ring // of the period before
}

func (v *visit) circle() (*circle, error) {
	if err := v.may(member.OrderRead); err != nil {
		return nil, err
	}
	c := &circle{v: v, today: v.app.Today(v.who), asked: v.r.URL.Query()}
	c.period = readPeriod(c.asked, c.today)
	c.worth = c.asked.Get("by") == "value"
	c.ask.Span = c.period.Span
	c.ask.Owner, _ = id.Parse[id.Member](c.asked.Get("owner")) // one that cannot be read is nobody
	c.ask.Team, _ = id.Parse[id.Team](c.asked.Get("team"))
	return c, c.choices()
}

// choices are the owners and teams that the ring can be kept to.
func (c *circle) choices() error {
	members, teams, err := c.v.app.Colleagues(c.v.r.Context(), c.v.who)
	if err != nil {
		return err
	}
	c.Team = look.Select{Field: look.Field{Name: "team", Label: c.t("account.team"), Value: c.asked.Get("team")}, Options: []look.Option{{Label: c.t("kring.all_teams")}}}
	for _, g := range teams {
		c.Team.Options = append(c.Team.Options, look.Option{Value: g.ID.String(), Label: g.Name})
		if g.ID == c.ask.Team {
			c.whose = g.Name
		}
	}
	c.Owner = look.Select{Field: look.Field{Name: "owner", Label: c.t("account.owner"), Value: c.asked.Get("owner")}, Options: []look.Option{{Label: c.t("kring.anybody")}}}
	for _, m := range members {
		if m.State == member.Active || m.ID == c.ask.Owner {
			c.Owner.Options = append(c.Owner.Options, look.Option{Value: m.ID.String(), Label: m.Name})
		}
		if m.ID == c.ask.Owner {
			c.whose = strings.Trim(c.whose+", "+m.Name, ", ")
		}
	}
	return nil
}

func (c *circle) t(key string) string { return c.v.words.T(key) }

// query is what all pages of the ring keep in their address, of a period.
func (c *circle) query(p period) url.Values {
	q := url.Values{}
	for _, k := range []string{"team", "owner", "by"} {
		if s := c.asked.Get(k); s != "" {
			q.Set(k, s)
		}
	}
	p.put(q, c.today)
	return q
}

func address(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// at is a page of the ring with what was asked; pairs change or add to it.
func (c *circle) at(path string, pairs ...string) string {
	q := c.query(c.period)
	for i := 0; i < len(pairs); i += 2 {
		if q.Set(pairs[i], pairs[i+1]); pairs[i+1] == "" {
			q.Del(pairs[i])
		}
	}
	return address(path, q)
}

// during is the page that is open, for another period.
func (c *circle) during(p period) string { return address(c.v.r.URL.Path, c.query(p)) }

// accounts is the list of the relations in a phase, or of all of them, at the end
// of the period and kept to the same team and owner.
func (c *circle) accounts(p cycle.Phase) string {
	q := url.Values{}
	if p != "" {
		q.Set("phase", string(p))
	}
	if c.period.Until < c.today {
		q.Set("phase_on", string(c.period.Until))
	}
	if !c.ask.Owner.IsZero() {
		q.Set("owner", c.ask.Owner.String())
	}
	var teams []string
	for _, t := range c.now.Teams {
		teams = append(teams, t.String())
	}
	if len(teams) > 0 {
		q.Set("team", strings.Join(teams, ","))
	}
	return address("/accounts", q)
}

func (c *circle) moves(way string) string { return c.at("/kring/moves", "way", way) }

func kringPage(v *visit) error {
	c, err := v.circle()
	if err != nil {
		return err
	}
	c.now, c.then, err = v.app.RingSince(v.r.Context(), v.who, c.ask, c.period.shift(-1).Span)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, kringView(c))
}

// frame is the page around one of these.
func (c *circle) frame(title string, above ...look.Crumb) look.Frame {
	f := c.v.frame(title, "/kring")
	f.Shape, f.Scripts = look.Full, []string{"ring.js"}
	f.Crumbs = append(append([]look.Crumb{{Label: c.t("nav.kring"), Href: c.at("/kring", "way", "")}}, above...), look.Crumb{Label: title})
	whose := c.whose
	if whose == "" {
		whose = c.t("kring.all_teams")
	}
	f.Actions = []templ.Component{
		look.Menu{ID: "kring-whose", Label: whose, Icon: "list-filter", Kind: look.Plain, Content: kringWhose(c), End: true},
		look.Menu{ID: "kring-when", Label: c.periodLabel(), Icon: "calendar", Kind: look.Plain, Content: kringWhen(c), End: true},
		look.Menu{ID: "kring-share", Label: c.t("kring.share"), Icon: "link", Kind: look.Plain, Content: kringShare(c), End: true},
	}
	return f
}

// periodLabel is what the button of the period says.
func (c *circle) periodLabel() string {
	if c.period.kind != "own" && c.period.From <= c.today && c.today <= c.period.Until {
		return c.t("kring.this_" + c.period.kind)
	}
	return c.period.title(c.v.words)
}

// periods are the periods that the control offers.
func (c *circle) periods() (list []look.MenuItem) {
	for _, kind := range []string{"quarter", "month", "year"} {
		p := containing(kind, c.today)
		for _, one := range []struct {
			key string
			p   period
		}{{"kring.this_" + kind, p}, {"kring.previous_" + kind, p.shift(-1)}} {
			list = append(list, look.MenuItem{Label: c.t(one.key), Href: c.during(one.p), Current: one.p.Span == c.period.Span})
		}
	}
	return list
}

// shared is the whole address of the page, to hand on.
func (c *circle) shared() string {
	return c.v.origin() + c.at(c.v.r.URL.Path, "way", c.asked.Get("way"))
}

// count writes a number as a figure of the ring.
func (c *circle) count(n int64) look.KringFigure {
	return look.KringFigure{Text: c.v.words.Number(float64(n), 0), Short: c.v.words.Short(n)}
}

func (c *circle) amount(cents int64) look.KringFigure {
	s := c.v.words.MoneyShort(cents, c.now.Currency)
	return look.KringFigure{Text: s, Short: s}
}

func (c *circle) share(part, whole int64) string {
	return c.percent(cycle.Ratio{Part: part, Whole: whole})
}

// percent writes a ratio, without decimals; "—" when it is not known.
func (c *circle) percent(r cycle.Ratio) string {
	if !r.Known() {
		return "—"
	}
	return c.v.words.Number(float64(r.BasisPoints())/100, 0) + "%"
}

// big is the ring as it is drawn.
func (c *circle) big() look.Kring {
	w := c.v.words
	k := look.Kring{ID: "kring", Value: c.worth, Size: c.t("kring.relations")}
	total, was := c.now.End.Total(), c.now.Start.Total()
	k.Total, k.TotalHref = c.count(total), c.accounts("")
	k.Lines = []string{w.Tn("kring.in_ring", int(total)), w.Tf("kring.since", words.P{"change": w.Signed(float64(total-was), 0), "day": w.DayInYear(string(c.period.From))})}
	if c.worth {
		total, was = c.now.Worth.Total(), c.then.Worth.Total()
		k.Total, k.Size = c.amount(total), c.t("kring.turnover")
		k.Lines = []string{c.t("kring.in_period"), w.Tf("kring.was", words.P{"before": c.period.before(w, c.today), "amount": c.amount(was).Text})}
	}
	var said []string
	for i, p := range cycle.Phases {
		k.Phases[i] = c.arc(p)
		said = append(said, k.Phases[i].Figure.Text+" "+strings.ToLower(c.t("phase."+phaseKeys[p])))
	}
	k.Label = k.Total.Text + " " + k.Lines[0] + ": " + strings.Join(said, ", ")
	k.Flows = c.ribbons()
	if n := c.now.Flows.Of(cycle.Flow.Came); n > 0 {
		k.Came = look.KringCame{Text: w.Tf("kring.came", words.P{"n": c.count(n).Text}), Line: c.t("kring.newcomers"), Said: w.Tn("kring.came_said", int(n)), Href: c.moves("begun")}
	}
	return k
}

// arc is a phase of the ring.
func (c *circle) arc(p cycle.Phase) look.KringPhase {
	w := c.v.words
	n, worth := c.now.End[p], c.now.Worth[p]
	one := look.KringPhase{Size: n, Figure: c.count(n), Change: c.change(n - c.now.Start[p]), Href: c.accounts(p)}
	switch {
	case c.worth:
		one.Size, one.Figure = worth, c.amount(worth)
		one.Change, one.Line = "", w.Tn("kring.relations_n", int(n))
	case worth > 0:
		one.Line = w.Tf("kring.turned", words.P{"amount": c.amount(worth).Text})
	default:
		one.Line = w.Tf("kring.part", words.P{"share": c.share(n, c.now.End.Total())})
	}
	return one
}

// change writes a difference; none is nothing to say.
func (c *circle) change(n int64) string {
	if n == 0 {
		return "±0"
	}
	return c.v.words.Signed(float64(n), 0)
}

// ribbons are the ways that were gone, between phases.
func (c *circle) ribbons() (list []look.KringFlow) {
	flows, figure := c.now.Flows, c.count
	if c.worth {
		flows, figure = c.now.FlowWorth, c.amount
	}
	for _, from := range cycle.Phases {
		for _, to := range cycle.Phases {
			n := flows.Of(func(f cycle.Flow) bool { return f.From == from && f.To == to })
			if n <= 0 || from == to {
				continue
			}
			f := figure(n)
			list = append(list, look.KringFlow{
				From: phaseKeys[from], To: phaseKeys[to], Size: n, Figure: f, Href: c.moves(string(from) + "-" + string(to)),
				Said: c.v.words.Tf("kring.went", words.P{"n": f.Text, "from": strings.ToLower(c.t("phase." + phaseKeys[from])), "to": strings.ToLower(c.t("phase." + phaseKeys[to]))}),
			})
		}
	}
	return list
}

// others is what was bought in other currencies.
func (c *circle) others() string {
	var all []string
	for _, m := range c.now.Others {
		all = append(all, c.v.words.Money(m.Cents, m.Currency))
	}
	return strings.Join(all, ", ")
}

// kringTile is one of the four numbers under the ring.
type kringTile struct {
	Phase, Label, Count, Href string
	Lines                     []string
}

func (c *circle) tiles() []kringTile {
	w := c.v.words
	before := c.period.before(w, c.today)
	now, then := cycle.Period{Start: c.now.Start, Flows: c.now.Flows}, cycle.Period{Start: c.then.Start, Flows: c.then.Flows}
	of := func(key, way string, phase cycle.Phase, lines ...string) kringTile {
		return kringTile{Phase: phaseKeys[phase], Label: c.t("kring." + key), Count: c.count(c.now.Flows.Of(ways[way])).Text, Href: c.moves(way), Lines: lines}
	}
	rate := func(from, to cycle.Phase) (lines []string) {
		if r := now.Conversion(from, to); r.Known() {
			lines = append(lines, w.Tf("kring.of_phase", words.P{"share": c.percent(r), "phase": strings.ToLower(c.t("phase." + phaseKeys[from]))}))
		}
		if r := then.Conversion(from, to); r.Known() {
			lines = append(lines, before+" "+c.percent(r))
		}
		return lines
	}
	n := func(is func(cycle.Flow) bool) string { return c.count(c.now.Flows.Of(is)).Text }
	was := func(way string) string { return before + " " + c.count(c.then.Flows.Of(ways[way])).Text }
	own, ours := by(cycle.Left, cycle.Faded), by(cycle.Ended)
	return []kringTile{
		of("won", "won", cycle.New, rate(cycle.Potential, cycle.New)...),
		of("became_loyal", "loyal", cycle.Loyal, rate(cycle.New, cycle.Loyal)...),
		of("farewell", "farewell", cycle.Ex, w.Tf("kring.who_ended", words.P{"them": n(own), "us": n(ours)}), was("farewell")),
		of("again", "again", cycle.Potential, w.Tf("kring.why_again", words.P{"left": n(own), "back": n(by(cycle.Readmitted))}), was("again")),
	}
}

// ways are the moves behind a number, by the name it has in an address.
var ways = map[string]func(cycle.Flow) bool{
	"begun":    cycle.Flow.Came,
	"won":      func(f cycle.Flow) bool { return !f.From.Buying() && f.To.Buying() },
	"loyal":    func(f cycle.Flow) bool { return f.From == cycle.New && f.To == cycle.Loyal },
	"farewell": by(cycle.Left, cycle.Faded, cycle.Ended),
	"again":    func(f cycle.Flow) bool { return f.To == cycle.Potential && !f.Came() },
}

func by(events ...cycle.Event) func(cycle.Flow) bool {
	return func(f cycle.Flow) bool { return slices.Contains(events, f.Event) }
}

// wayOf is the moves that an address names: one of ways, from-to, or all of them.
func wayOf(name string) (func(cycle.Flow) bool, bool) {
	if is, ok := ways[name]; ok {
		return is, true
	}
	if name == "" {
		return func(cycle.Flow) bool { return true }, true
	}
	from, to, ok := strings.Cut(name, "-")
	a, b := cycle.Phase(from), cycle.Phase(to)
	if !ok || !slices.Contains(cycle.Phases, a) || !slices.Contains(cycle.Phases, b) {
		return nil, false
	}
	return func(f cycle.Flow) bool { return f.From == a && f.To == b }, true
}

// kringRatio is a number with its arithmetic.
type kringRatio struct{ Label, Value, Sum, About string }

// ratios are the formulas of domain.md §2.2, each with what went into it.
func (c *circle) ratios() []kringRatio {
	w := c.v.words
	p := cycle.Period{Start: c.now.Start, Flows: c.now.Flows}
	n := func(k int64) string { return w.Number(float64(k), 0) }
	one := func(key, value, sum string, known bool) kringRatio {
		r := kringRatio{Label: c.t("kring." + key), Value: value, Sum: sum, About: c.t("kring." + key + "_is")}
		if !known {
			r.Value, r.Sum = "—", c.t("kring.nobody_yet")
		}
		return r
	}
	end := p.End()[cycle.New] + p.End()[cycle.Loyal]
	keep, churn, life := p.Retention(), p.Churn(), p.Lifetime()
	list := []kringRatio{
		one("retention", c.percent(keep), "("+n(end)+" − "+n(end-keep.Part)+") ÷ "+n(keep.Whole)+" = "+c.percent(keep), keep.Known()),
		one("churn", c.percent(churn), "100% − "+c.percent(keep)+" = "+c.percent(churn), churn.Known()),
	}
	long := one("lifetime", "", "", life.Known())
	if life.Known() {
		text := w.Number(float64(life.Part)/float64(life.Whole), 1)
		long.Value = w.Tf("kring.long_"+c.period.kind, words.P{"n": text})
		long.Sum = n(life.Part) + " ÷ " + n(life.Whole) + " = " + text
	} else if churn.Known() {
		long.Sum = c.t("kring.nobody_left")
	}
	list = append(list, long)
	for _, way := range [][2]cycle.Phase{{cycle.Potential, cycle.New}, {cycle.New, cycle.Loyal}} {
		r := p.Conversion(way[0], way[1])
		list = append(list, one("conversion_"+string(way[1]), c.percent(r), n(r.Part)+" ÷ "+n(r.Whole)+" = "+c.percent(r), r.Known()))
	}
	return list
}

// counted names the definition that every number is by.
func (c *circle) counted(d app.Definition) string { return c.v.countedBy(d) }

// countedBy names the definition that a number is by.
func (v *visit) countedBy(d app.Definition) string {
	name := d.Name
	if name == "" {
		name = v.words.T("kring.first_definition")
	}
	return v.words.Tf("kring.counted", words.P{"name": name, "version": d.Version})
}

func (c *circle) empty() bool { return c.now.Start.Total() == 0 && c.now.End.Total() == 0 }

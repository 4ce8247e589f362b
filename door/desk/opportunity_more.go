package desk

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kring/app"
	"kring/base/day"
	"kring/base/decimal"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/opt"
	"kring/domain/member"
	"kring/domain/opportunity"
	"kring/look"
	"kring/look/words"
)

// ending does something with an opportunity that ends or takes it up, and shows
// its form again when it is refused.
func ending(v *visit, view func(*kans) templ.Component, said string, do func(*kans, url.Values) error) error {
	if err := v.may(member.OpportunityWrite); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	k, err := kansOf(v)
	if err != nil {
		return err
	}
	k.from = form.Get("from")
	for _, key := range []string{"order", "reason", "lessons"} {
		k.text[key] = form.Get(key)
	}
	if form.Get("version") != "" {
		k.version = version(form.Get("version"))
	}
	if err = do(k, form); err == nil {
		return v.saved(said, k.back())
	}
	if code, ok := k.refusal(err); ok {
		return v.show(code, view(k))
	}
	return err
}

// gridLine is a line of the grid as it is typed.
type gridLine struct {
	text, quantity, unit, discount, cost string
	from                                 int // 1 for the first line as it was read; 0 is new
}

func (l gridLine) empty() bool {
	return strings.TrimSpace(l.text+l.quantity+l.unit+l.discount+l.cost) == ""
}

func (k *kans) fillLines() {
	k.lines = nil
	plain := func(n int64, by float64) string { return k.v.comma(decimal.Plain(float64(n) / by)) }
	for i, l := range k.p.Lines {
		g := gridLine{text: l.Text, quantity: plain(l.Quantity, 1000), unit: k.v.comma(decimal.Amount(l.Unit)), from: i + 1}
		if l.Discount != 0 {
			g.discount = plain(l.Discount, 100)
		}
		if l.Cost != 0 {
			g.cost = k.v.comma(decimal.Amount(l.Cost))
		}
		k.lines = append(k.lines, g)
	}
	k.lines = append(k.lines, make([]gridLine, 3)...)
}

func lineGrid(v *visit) error {
	if err := v.may(member.OpportunityWrite); err != nil {
		return err
	}
	k, err := kansOf(v)
	if err != nil {
		return err
	}
	k.fillLines()
	return v.show(http.StatusOK, gridView(k))
}

func saveLines(v *visit) error {
	if err := v.may(member.OpportunityWrite); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	k, err := kansOf(v)
	if err != nil {
		return err
	}
	k.version = version(form.Get("version"))
	at := func(key string, i int) string {
		if all := form[key]; i < len(all) {
			return all[i]
		}
		return ""
	}
	k.lines = nil
	for i := range min(len(form["line_text"]), opportunity.MaxLines+1) {
		l := gridLine{at("line_text", i), at("line_quantity", i), at("line_unit", i), at("line_discount", i), at("line_cost", i), int(number64(at("line_from", i)))}
		if !l.empty() {
			k.lines = append(k.lines, l)
		}
	}
	lines, err := k.readLines()
	k.lines = append(k.lines, make([]gridLine, 3)...)
	if form.Get("more") != "" {
		return v.show(http.StatusOK, gridView(k))
	}
	if err == nil {
		_, err = v.app.ChangeOpportunity(v.r.Context(), v.who, k.p.ID, k.version, opportunity.Patch{Lines: opt.Some(lines)})
	}
	if err == nil {
		return v.saved("opportunity.saved", k.href(""))
	}
	if code, ok := k.refusal(err); ok {
		return v.show(code, gridView(k))
	}
	return err
}

func (k *kans) readLines() (all []opportunity.Line, err error) {
	wrong, w := fault.Fields{}, k.v.words
	for i, g := range k.lines {
		at := "lines." + strconv.Itoa(i) + "."
		l := opportunity.Line{Text: g.text}
		if 0 < g.from && g.from <= len(k.p.Lines) {
			l.Product = k.p.Lines[g.from-1].Product
		}
		var ok bool
		if strings.TrimSpace(g.quantity) == "" {
			g.quantity = "1"
		}
		if l.Quantity, ok = thousandths(w, g.quantity); !ok {
			wrong.Add(at+"quantity", opportunity.ErrQuantity)
		}
		if l.Unit, ok = w.ParseMoney(g.unit); !ok && strings.TrimSpace(g.unit) != "" {
			wrong.Add(at+"unit", opportunity.ErrValue)
		}
		if l.Cost, ok = w.ParseMoney(g.cost); !ok && strings.TrimSpace(g.cost) != "" {
			wrong.Add(at+"cost", opportunity.ErrValue)
		}
		if typed := strings.TrimSuffix(strings.TrimSpace(g.discount), "%"); typed != "" {
			f, ok := w.ParseNumber(typed)
			if !ok || f < 0 || f > 100 {
				wrong.Add(at+"discount", opportunity.ErrDiscount)
			} else {
				l.Discount = int64(f*100 + .5)
			}
		}
		if strings.TrimSpace(l.Text) == "" {
			wrong.Add(at+"text", opportunity.ErrText)
		}
		all = append(all, l)
	}
	return all, wrong.Err()
}

// gridSum is what a line comes to, as far as it can be read.
func (k *kans) gridSum(i int) string {
	if i >= len(k.p.Lines) || k.lines[i].from != i+1 {
		return ""
	}
	return k.money(k.p.Lines[i].Cents())
}

// gridSaid is what is wrong in the grid, a sentence for each cell.
func (k *kans) gridSaid(i int, field string) string {
	return k.said["lines."+strconv.Itoa(i)+"."+field]
}

// One of the DMU.

func personForm(v *visit) error {
	if err := v.may(member.OpportunityWrite); err != nil {
		return err
	}
	k, err := kansOf(v)
	if err != nil {
		return err
	}
	k.text = map[string]string{"contact": "", "influence": "3", "attitude": "0", "interest": "", "standing": string(opportunity.Known), "last": "", "source": ""}
	of := id.OrZero[id.Contact](v.r.URL.Query().Get("contact"))
	for _, p := range k.p.People {
		if p.Contact == of {
			k.text = map[string]string{"contact": of.String(), "influence": strconv.Itoa(p.Influence), "attitude": strconv.Itoa(p.Attitude), "interest": p.Interest, "standing": string(p.Standing), "last": string(p.Last), "source": p.Source}
			for _, r := range p.Roles {
				k.several["roles"] = append(k.several["roles"], string(r))
			}
		}
	}
	return v.show(http.StatusOK, personView(k))
}

func putPerson(v *visit) error {
	if err := v.may(member.OpportunityWrite); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	k, err := kansOf(v)
	if err != nil {
		return err
	}
	for _, key := range []string{"contact", "influence", "attitude", "interest", "standing", "last", "source"} {
		k.text[key] = form.Get(key)
	}
	k.several["roles"], k.version = form["roles"], version(form.Get("version"))
	p := opportunity.Person{
		Contact: id.OrZero[id.Contact](form.Get("contact")), Influence: int(number64(form.Get("influence"))), Interest: form.Get("interest"),
		Owner: v.who.Member.ID, Standing: opportunity.Standing(form.Get("standing")), Last: day.Day(form.Get("last")), Source: form.Get("source"),
	}
	if p.Attitude, err = strconv.Atoi(form.Get("attitude")); err != nil {
		p.Attitude = -9 // refused below
	}
	for _, r := range form["roles"] {
		p.Roles = append(p.Roles, opportunity.Role(r))
	}
	if _, err = v.app.PutPerson(v.r.Context(), v.who, k.p.ID, k.version, p); err == nil {
		return v.saved("opportunity.person_saved", k.href(""))
	}
	if code, ok := k.refusal(err); ok {
		return v.show(code, personView(k))
	}
	return err
}

func dropPerson(v *visit) error {
	return ending(v, opportunityView, "opportunity.person_dropped", func(k *kans, form url.Values) error {
		_, err := v.app.DropPerson(v.r.Context(), v.who, k.p.ID, k.version, id.OrZero[id.Contact](form.Get("contact")))
		return err
	})
}

func (k *kans) roleOptions() (list []look.Option) {
	for _, r := range opportunity.Roles {
		list = append(list, look.Option{Value: string(r), Label: k.t("role_" + string(r))})
	}
	return list
}

func (k *kans) standingOptions() (list []look.Option) {
	for _, s := range opportunity.Standings {
		list = append(list, look.Option{Value: string(s), Label: k.t("standing_" + string(s))})
	}
	return list
}

func (k *kans) scale(from, to int) (list []look.Option) {
	for n := from; n <= to; n++ {
		text := strconv.Itoa(n)
		label := text
		if from < 0 {
			label = k.v.words.Signed(float64(n), 0)
			if k.v.words.Has("opportunity.attitude_" + text) {
				label += " " + k.t("attitude_"+text)
			}
		}
		list = append(list, look.Option{Value: text, Label: label})
	}
	return list
}

// The figures of a pipeline, each with its sum.

type kansFigures struct {
	*kansen
	f      app.PipelineFigures
	from   day.Day
	until  day.Day
	target int64
	typed  string
	said   string
}

func opportunityFigures(v *visit) error {
	if err := v.may(member.OpportunityRead); err != nil {
		return err
	}
	q := v.r.URL.Query()
	k, err := v.askBoard(q)
	if err != nil {
		return err
	}
	today := v.app.Today(v.who)
	g := &kansFigures{kansen: k, until: today, from: today.Add(-365), typed: q.Get("target")}
	if d, err := day.Parse(q.Get("from")); err == nil {
		g.from = d
	}
	if d, err := day.Parse(q.Get("until")); err == nil {
		g.until = d
	}
	code := http.StatusOK
	if strings.TrimSpace(g.typed) != "" {
		cents, ok := v.words.ParseMoney(g.typed)
		if g.target = cents; !ok || cents < 0 {
			g.said, code = v.sentence(opportunity.ErrValue), http.StatusUnprocessableEntity
		}
	}
	ask := k.ask
	ask.From, ask.Until = g.from, g.until
	if g.f, err = v.app.PipelineFigures(v.r.Context(), v.who, ask); err != nil {
		return err
	}
	k.b = g.f.Board
	return v.show(code, figuresView(g))
}

func (g *kansFigures) frame() look.Frame {
	f := g.v.frame(g.t("figures"), "/opportunities")
	f.Crumbs = []look.Crumb{{Label: g.t("many"), Href: g.here()}, {Label: g.t("figures")}}
	f.Head = look.Heading{Title: g.t("figures"), Lead: g.v.words.Tf("opportunity.figures_lead", words.P{"from": g.v.words.DayText(string(g.from)), "until": g.v.words.DayText(string(g.until))})}
	return f
}

// kansFigure is a number with what it is made of.
type kansFigure struct{ label, value, sum string }

func (g *kansFigures) all() (list []kansFigure) {
	w, f := g.v.words, g.f.Figures
	euros := func(cents float64) string { return w.Money(roundly(int64(cents+.5)), app.HomeCurrency) }
	share := func(s float64, known bool) string {
		if !known {
			return g.t("unknown")
		}
		return w.Number(100*s, 0) + "%"
	}
	n := func(i int) string { return w.Number(float64(i), 0) }
	rate, known := f.WinRate()
	list = append(list, kansFigure{g.t("win_rate"), share(rate, known), w.Tf("opportunity.win_rate_sum", words.P{"won": n(f.Won), "lost": n(f.Lost)})})
	speed, flows := f.Velocity()
	value := g.t("unknown")
	if flows {
		value = w.Tf("opportunity.per_day", words.P{"amount": euros(speed)})
	}
	list = append(list, kansFigure{g.t("velocity"), value, w.Tf("opportunity.velocity_sum", words.P{"open": n(f.Open), "average": euros(f.Average()), "rate": share(rate, known), "days": w.Number(f.Cycle(), 0)})})
	value = g.t("unknown")
	if times, known := opportunity.Covers(f.Value, g.target); known {
		value = w.Number(times, 1)
	}
	list = append(list, kansFigure{g.t("cover"), value, w.Tf("opportunity.cover_sum", words.P{"open": euros(float64(f.Value)), "target": euros(float64(g.target))})})
	slip, known := f.SlippingRate()
	list = append(list, kansFigure{g.t("slip_rate"), share(slip, known), w.Tf("opportunity.slip_sum", words.P{"moved": n(f.Slipped), "open": n(f.Open)})})
	return list
}

// reasons are why what ended ended, the most frequent first.
func (g *kansFigures) reasons(by map[string]int) (list []look.Fact) {
	keys := make([]string, 0, len(by))
	for key := range by {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if by[a] != by[b] {
			return by[b] - by[a]
		}
		return strings.Compare(a, b)
	})
	for _, key := range keys {
		label := g.t("no_reason")
		if key != "" {
			label = reasonName(g.v.words, g.b.Pipeline, key)
		}
		list = append(list, look.Fact{Label: label, Value: g.v.words.Number(float64(by[key]), 0)})
	}
	return list
}

// thousandthsOf are how many a quantity of thousandths needs.
func thousandthsOf(thousandths int64) int {
	switch {
	case thousandths%1000 == 0:
		return 0
	case thousandths%100 == 0:
		return 1
	case thousandths%10 == 0:
		return 2
	}
	return 3
}

func (k *kans) stayText(s opportunity.Stay) string {
	until := s.Until
	if until == "" {
		until = k.p.Board.Today
	}
	text := k.day(s.From)
	if s.Until != "" {
		text += " – " + k.day(s.Until)
	}
	return text + " · " + k.v.words.Tn("opportunity.days", max(s.From.Until(until), 0))
}

func (k *kans) endReasons() []look.Option {
	if k.p.State == opportunity.Won {
		return k.reasonOptions(k.pipe().Wins)
	}
	return k.reasonOptions(k.pipe().Losses)
}

func (k *kans) formFrame() look.Frame {
	if !k.fresh {
		return k.frame(k.t("change"))
	}
	f := k.v.frame(k.t("new"), "/opportunities")
	f.Crumbs = []look.Crumb{{Label: k.t("many"), Href: "/opportunities"}, {Label: k.t("new")}}
	f.Head = look.Heading{Title: k.t("new")}
	return f
}

func (k *kans) formTo() string {
	if k.fresh {
		return "/opportunities/new"
	}
	return k.href("/edit")
}

func (k *kans) formBack() string {
	if k.fresh {
		return "/opportunities"
	}
	return k.href("")
}

func (k *kans) gridFrame() look.Frame {
	f := k.frame(k.t("lines"))
	f.Scripts = []string{"board.js"}
	return f
}

// comma is the sign between whole and part, for the script that adds up.
func (k *kans) comma() string { return k.v.comma(".") }

// stageOf is where an opportunity of the account stands, in words.
func (d *dossier) stageOf(s app.Seen) string {
	key := s.Stage
	if s.State != opportunity.Open {
		key = string(s.State)
	}
	return stageName(d.v.words, s.Way, key)
}

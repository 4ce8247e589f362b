package desk

import (
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kring/app"
	"kring/base/day"
	"kring/base/id"
	"kring/domain/cycle"
	"kring/domain/member"
	"kring/domain/slipping"
	"kring/look"
	"kring/look/words"
)

// Who is slipping away: the list, the model behind it, and the block on the page
// of a relation.

func (d *Desk) slippingRoutes() {
	d.member("GET /slipping", slippingPage)
	d.member("GET /slipping/model", slippingModel)
	d.member("POST /slipping/fit", fitNow)
	d.member("POST /slipping/{id}/postponement", putOff)
	d.member("POST /slipping/{id}/reopening", takeUp)
}

const slippingRows = 25

// slipList is a page of relations at risk.
type slipList struct {
	v      *visit
	asked  url.Values
	today  day.Day
	Later  bool
	Rows   []slipRow
	Owner  look.Select
	Team   look.Select
	Known  string // until when the orders were read
	Notice string // why there are no chances
	More   string
	called map[id.Member]string
	Said   map[string]string // what was wrong with a day
	Wrong  id.Account        // of which relation
}

// slipRow is one relation at risk, in words.
type slipRow struct {
	app.Slip
	l *slipList
}

func slippingPage(v *visit) error {
	l, err := v.slipList(v.r.URL.Query())
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, slippingView(l))
}

func (v *visit) slipList(asked url.Values) (*slipList, error) {
	if err := v.may(member.OrderRead); err != nil {
		return nil, err
	}
	l := &slipList{v: v, asked: asked, today: v.app.Today(v.who), Later: asked.Get("show") == "later", called: map[id.Member]string{}}
	ask := app.SlippingAsk{Later: l.Later, Limit: slippingRows}
	ask.Owner, _ = id.Parse[id.Member](asked.Get("owner")) // one that cannot be read is nobody
	ask.Team, _ = id.Parse[id.Team](asked.Get("team"))
	ask.Before, _ = readSlipPlace(asked.Get("after")) // a place that cannot be read is the beginning
	rows, more, err := v.app.Slipping(v.r.Context(), v.who, ask)
	if err != nil {
		return nil, err
	}
	for _, s := range rows {
		l.Rows = append(l.Rows, slipRow{s, l})
	}
	if more {
		l.More = l.address("after", slipPlace(rows[len(rows)-1]))
	}
	if err := l.choices(ask); err != nil {
		return nil, err
	}
	f, err := v.app.SlippingModel(v.r.Context(), v.who)
	if err != nil {
		return nil, err
	}
	l.Known = v.fitted(f)
	if f.Ended != 0 && f.Refusal != nil {
		l.Notice = v.refused(f.Refusal) + " " + v.words.T("slipping.refused_rest")
	}
	return l, nil
}

// choices are the owners and teams that the list can be kept to.
func (l *slipList) choices(ask app.SlippingAsk) error {
	members, err := l.v.app.Members(l.v.r.Context(), l.v.who)
	if err != nil {
		return err
	}
	l.Owner = look.Select{Field: look.Field{Name: "owner", Label: l.t("account.owner"), Value: l.asked.Get("owner")}, Options: []look.Option{{Label: l.t("slipping.anybody")}}}
	for _, m := range members {
		l.called[m.ID] = m.Name
		if m.State == member.Active || m.ID == ask.Owner {
			l.Owner.Options = append(l.Owner.Options, look.Option{Value: m.ID.String(), Label: m.Name})
		}
	}
	teams, err := l.v.app.Teams(l.v.r.Context(), l.v.who)
	if err != nil {
		return err
	}
	l.Team = look.Select{Field: look.Field{Name: "team", Label: l.t("account.team"), Value: l.asked.Get("team")}, Options: []look.Option{{Label: l.t("slipping.any_team")}}}
	for _, g := range teams {
		l.Team.Options = append(l.Team.Options, look.Option{Value: g.ID.String(), Label: g.Name})
	}
	return nil
}

func (l *slipList) t(key string) string { return l.v.words.T(key) }

// address is that of the list with one thing different; the place goes with it
// only when it is that.
func (l *slipList) address(key, value string) string {
	q := url.Values{}
	for _, k := range []string{"show", "owner", "team"} {
		if s := l.asked.Get(k); s != "" {
			q.Set(k, s)
		}
	}
	if q.Set(key, value); value == "" {
		q.Del(key)
	}
	if len(q) == 0 {
		return "/slipping"
	}
	return "/slipping?" + q.Encode()
}

// slipPlace is where the next page begins.
func slipPlace(s app.Slip) string { return strconv.FormatInt(s.Rank, 10) + "~" + s.Account.String() }

func readSlipPlace(s string) (o slipping.Outlook, err error) {
	number, of, _ := strings.Cut(s, "~")
	if o.Account, err = id.Parse[id.Account](of); err != nil {
		return slipping.Outlook{}, err
	}
	if o.Rank, err = strconv.ParseInt(number, 10, 64); err != nil {
		return slipping.Outlook{}, err
	}
	return o, nil
}

// tabs are the list, what was put off, and the model.
func (v *visit) slippingTabs(now, later string, at string) look.Tabs {
	return look.Tabs{Label: v.words.T("slipping.tabs"), Items: []look.Tab{
		{Label: v.words.T("slipping.tab_now"), Href: now, Current: at == "now"},
		{Label: v.words.T("slipping.tab_later"), Href: later, Current: at == "later"},
		{Label: v.words.T("slipping.tab_model"), Href: "/slipping/model", Current: at == "model"},
	}}
}

func (l *slipList) tabs() look.Tabs {
	at := "now"
	if l.Later {
		at = "later"
	}
	return l.v.slippingTabs(l.address("show", ""), l.address("show", "later"), at)
}

func (l *slipList) frame() look.Frame {
	f := l.v.frame(l.t("slipping.title"), "/slipping")
	f.Crumbs = []look.Crumb{{Label: l.t("slipping.title")}}
	f.Head = slippingHead(l.t("slipping.title"), l.t("slipping.lead"), l.tabs())
	return f
}

func (l *slipList) empty() look.EmptyState {
	switch {
	case l.asked.Get("owner") != "" || l.asked.Get("team") != "":
		return look.EmptyState{Title: l.t("slipping.none_filter")}
	case l.Later:
		return look.EmptyState{Title: l.t("slipping.none_later"), Text: l.t("slipping.none_later_text")}
	}
	return look.EmptyState{Picture: look.Ring{Size: 56}, Title: l.t("slipping.none_now"), Text: l.t("slipping.none_now_text")}
}

// fitted says until when the orders were read.
func (v *visit) fitted(f app.Fit) string {
	switch {
	case f.Ended == 0 && f.Step == "":
		return v.words.T("slipping.never")
	case f.Step != "":
		return v.words.T("slipping.busy")
	}
	return v.words.Tf("slipping.known", words.P{"day": v.words.DayText(string(f.Until))})
}

// refused says why something is not told.
func (v *visit) refused(r *slipping.Refusal) string {
	if r == nil {
		return ""
	}
	return v.words.Tn("slipping.refusal_"+string(r.Code), r.Have, words.P{
		"need": v.words.Number(float64(r.Need), 0), "parameter": r.Parameter, "figure": v.words.Number(r.Figure, 2),
	})
}

// lasting says a number of days in the unit that a person would use; every is
// true after "each".
func (v *visit) lasting(days float64, every bool) string {
	unit, n := "days", days
	switch {
	case days >= 730 && !every:
		unit, n = "years", days/365.25
	case days >= 182:
		unit, n = "months", days/30.4375
	case days >= 14:
		unit, n = "weeks", days/7
	}
	if every {
		unit = "every_" + unit
	}
	return v.words.Tn("slipping."+unit, int(math.Round(n)))
}

// chanceText writes a chance; nothing is certain.
func (v *visit) chanceText(p float64) string {
	switch {
	case !slipping.Known(p):
		return v.words.T("slipping.no_chance")
	case p < .01:
		return "< 1%"
	}
	return percent(v, p)
}

// reasonsOf are why somebody is at risk, a sentence each.
func (v *visit) reasonsOf(o slipping.Outlook, today day.Day) (list []string) {
	p := words.P{
		"every": v.lasting(o.Median, true), "ago": v.lasting(float64(o.Silent(today)), false), "times": v.words.Number(o.Times(today), 1), "chance": v.chanceText(o.Chance), "day": "",
	}
	for _, r := range o.Reasons {
		if p["day"] = ""; r.Day != "" {
			p["day"] = v.words.DayText(string(r.Day))
		}
		list = append(list, v.words.Tf("slipping.signal_"+string(r.Signal), p))
	}
	return list
}

func (r slipRow) why() []string { return r.l.v.reasonsOf(r.Outlook.Outlook, r.l.today) }

// doing is the one thing that is proposed: a link to where it is done. Saying
// that somebody went quiet is a decision; everything else begins with who they
// are and how they are reached.
func (v *visit) doing(s app.Slip) look.Button {
	b := look.Button{Label: v.words.T("slipping.action_" + string(s.Action)), Icon: actionIcons[s.Action], Href: "/accounts/" + s.Account.String() + "#reach"}
	if s.Action == slipping.Confirm && v.who.Can(member.CycleDecide) {
		b.Href = "/accounts/" + s.Account.String() + "/ending?kind=" + string(cycle.Inactivity)
	}
	return b
}

var actionIcons = map[slipping.Action]string{
	slipping.Call: "phone", slipping.Visit: "map-pin", slipping.Ask: "message-square-quote", slipping.WinBack: "reply", slipping.Confirm: "hourglass", slipping.Write: "mail",
}

// facts are what is beside the reasons, in one soft line.
func (r slipRow) facts() (list []string) {
	v := r.l.v
	if slipping.Known(r.Chance) && !r.Has(slipping.Doubt) && r.Rank <= 0 { // else it was said
		list = append(list, v.words.T("slipping.chance")+" "+v.chanceText(r.Chance))
	}
	if name := r.l.called[r.Owner]; name != "" {
		list = append(list, name)
	}
	if r.Snooze.Until > r.l.today {
		list = append(list, v.hidden(r.Slip, r.l.called[r.Snooze.By]))
	}
	return list
}

func (v *visit) hidden(s app.Slip, by string) string {
	return v.words.Tf("slipping.hidden", words.P{"day": v.words.DayText(string(s.Snooze.Until)), "who": by})
}

// stake is what can still be kept, and stakeSum its arithmetic.
func (v *visit) stake(s app.Slip) string {
	if s.Rank <= 0 {
		return ""
	}
	return v.words.Tf("slipping.stake", words.P{"stake": v.words.Money(s.Rank/100*100, s.Currency)})
}

func (v *visit) stakeSum(s app.Slip) string {
	if !slipping.Known(s.Chance) {
		return v.words.T("slipping.stake_all")
	}
	return v.words.Tf("slipping.stake_sum", words.P{"year": v.words.Money(s.Year, s.Currency), "chance": v.chanceText(s.Chance)})
}

// begin is the day that the form of later proposes.
func (l *slipList) begin(i id.Account) string {
	if l.Wrong == i && l.asked.Get("until") != "" {
		return l.asked.Get("until")
	}
	return string(l.today.Add(14))
}

// within is the address of the list as it was asked for, for the forms on it.
func (l *slipList) here() string { return l.address("after", l.asked.Get("after")) }

func putOff(v *visit) error {
	if err := v.may(member.CycleDecide); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	i, err := pathID[id.Account](v, "id")
	if err != nil {
		return err
	}
	until, _ := day.Parse(form.Get("until")) // no day is refused below, under its field
	s, err := v.app.PutOff(v.r.Context(), v.who, i, until)
	if wrong := v.wrong(err); wrong != nil {
		asked := url.Values{}
		if u, err := url.Parse(within(form.Get("from"))); err == nil && u.Path == "/slipping" {
			asked = u.Query()
		}
		asked.Set("until", form.Get("until"))
		l, err := v.slipList(asked)
		if err != nil {
			return err
		}
		l.Said, l.Wrong = wrong, i
		return v.show(http.StatusUnprocessableEntity, slippingView(l))
	}
	if err != nil {
		return err
	}
	v.toast(look.Toast{Text: v.words.Tf("slipping.said_put_off", words.P{"name": s.Name, "day": v.words.DayText(string(until))}), Undo: "/slipping/" + i.String() + "/reopening"})
	return v.to(backToList(form))
}

// backToList is the list that a form was on, or the first page of it.
func backToList(form url.Values) string {
	if to := within(form.Get("from")); strings.HasPrefix(to, "/slipping") || strings.HasPrefix(to, "/accounts/") {
		return to
	}
	return "/slipping"
}

func takeUp(v *visit) error {
	if err := v.may(member.CycleDecide); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	i, err := pathID[id.Account](v, "id")
	if err != nil {
		return err
	}
	s, err := v.app.TakeUp(v.r.Context(), v.who, i)
	if err != nil {
		return err
	}
	v.toast(look.Toast{Text: v.words.Tf("slipping.said_taken_up", words.P{"name": s.Name})})
	return v.to(backToList(form))
}

func fitNow(v *visit) error {
	if _, err := v.app.FitNow(v.r.Context(), v.who); err != nil {
		return err
	}
	v.toast(look.Toast{Text: v.words.T("slipping.computing")})
	return v.to("/slipping/model")
}

// outlookFacts are what is expected of the relation on its page.
func (d *dossier) outlookFacts() []look.Fact {
	v, o := d.v, d.outlook
	expected, value := v.words.T("slipping.no_chance"), v.words.T("slipping.no_chance")
	if slipping.Known(o.Expected) {
		expected = v.words.Number(o.Expected, 1)
	}
	if o.Cents >= 0 {
		value = v.words.Money(o.Cents, o.Currency)
	}
	list := []look.Fact{
		{Label: v.words.T("slipping.chance"), Value: v.chanceText(o.Chance)},
		{Label: v.words.T("slipping.expected"), Value: expected},
		{Label: v.words.T("slipping.value"), Value: value},
	}
	return list
}

// outlookWhy is what the relation's own rhythm says, and the signals when there
// are any.
func (d *dossier) outlookWhy() []string {
	v, today := d.v, d.v.app.Today(d.v.who)
	list := v.reasonsOf(d.outlook.Outlook.Outlook, today)
	if d.outlook.Stays >= 0 {
		list = append(list, v.words.Tf("slipping.stay", words.P{"share": percent(v, d.outlook.Stays)}))
	}
	if d.outlook.Has(slipping.Late) || d.outlook.Has(slipping.Missed) {
		return list
	}
	p := words.P{"every": v.lasting(d.outlook.Median, true), "ago": v.lasting(float64(d.outlook.Silent(today)), false)}
	key := "slipping.lately"
	if d.outlook.Times(today) > 0 {
		key = "slipping.steady"
	}
	return append([]string{v.words.Tf(key, p)}, list...)
}

// modelPage is what was learned, in words and figures.
type modelPage struct {
	v *visit
	app.Fit
}

func slippingModel(v *visit) error {
	if err := v.may(member.OrderRead); err != nil {
		return err
	}
	f, err := v.app.SlippingModel(v.r.Context(), v.who)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, slippingModelView(modelPage{v, f}))
}

func (m modelPage) t(key string) string { return m.v.words.T(key) }

func (m modelPage) frame() look.Frame {
	f := m.v.frame(m.t("slipping.model_title"), "/slipping")
	f.Crumbs = []look.Crumb{{Label: m.t("slipping.title"), Href: "/slipping"}, {Label: m.t("slipping.model_title")}}
	f.Head = slippingHead(m.t("slipping.model_title"), m.t("slipping.model_lead"), m.v.slippingTabs("/slipping", "/slipping?show=later", "model"))
	if m.v.who.Can(member.SettingManage) {
		f.Actions = []templ.Component{computeForm(m.v)}
	}
	return f
}

func (m modelPage) base() string {
	return m.v.words.Tf("slipping.base", words.P{"customers": m.number(m.Customers), "repeaters": m.number(m.Repeaters)}) + " " + m.v.fitted(m.Fit)
}

func (m modelPage) number(n int) string { return m.v.words.Number(float64(n), 0) }

// chosen says which model says what.
func (m modelPage) chosen() string {
	p := words.P{"model": m.t("slipping." + string(m.Model)), "alive": m.t("slipping." + string(m.Alive))}
	switch {
	case m.Model == m.Alive:
		return m.v.words.Tf("slipping.chosen_one", p)
	case m.Alive == "":
		return m.v.words.Tf("slipping.chosen_alone", p)
	}
	return m.v.words.Tf("slipping.chosen", p)
}

// values are the parameters of an estimate, each with its error.
func (m modelPage) values(e slipping.Estimate) string {
	var list []string
	for i, name := range e.Names {
		list = append(list, name+"\u00a0"+m.v.words.Number(e.Values[i], 4)+"\u00a0±\u00a0"+m.v.words.Number(e.Errors[i], 4))
	}
	return strings.Join(list, " · ")
}

func (m modelPage) said() words.P {
	s := m.Sanity
	return words.P{"model": m.t("slipping." + string(s.Model)), "cut": m.v.words.DayText(string(s.Cut)), "weeks": m.number(s.Held), "expected": m.v.words.Number(s.Expected, 0), "actual": m.number(s.Actual)}
}

// sanityChart puts what was expected beside what was bought, by week.
func (m modelPage) sanityChart() look.Lines {
	s, w := m.Sanity, m.v.words
	actual, expected, most := look.Line{Label: m.t("slipping.is_actual")}, look.Line{Label: m.t("slipping.is_expected")}, 0.0
	for _, week := range s.Weeks {
		actual.Values, expected.Values = append(actual.Values, float64(week.Actual)), append(expected.Values, week.Expected)
		most = max(most, float64(week.Actual), week.Expected)
	}
	top := look.Nice(most)
	return look.Lines{
		Label: w.Tf("slipping.sanity_chart", m.said()), Lines: []look.Line{actual, expected}, Top: w.Number(top, 0), Most: top,
		Begin: w.DayText(string(s.Weeks[0].Until)), End: w.DayText(string(s.Weeks[len(s.Weeks)-1].Until)), Mark: len(s.Weeks) - s.Held, Marked: m.t("slipping.held_back"),
	}
}

// share writes a share of the whole.
func (m modelPage) share(f float64) string { return m.v.words.Number(100*f, 0) + "%" }

func (m modelPage) stayed() string {
	s := m.Stay
	p := words.P{"ended": m.number(s.Ended), "going": m.number(s.Going), "share": ""}
	key := "slipping.staying_ended"
	if len(s.Months) > 12 {
		key, p["share"] = "slipping.staying_said", m.share(s.Months[12])
	}
	said := m.v.words.Tf(key, p)
	if s.Median > 0 {
		said += " " + m.v.words.Tf("slipping.staying_median", words.P{"months": m.v.words.Tn("slipping.months", s.Median)})
	}
	return said
}

func (m modelPage) stayChart() look.Lines {
	w := m.v.words
	return look.Lines{
		Label: m.t("slipping.staying_chart"), Lines: []look.Line{{Label: m.t("slipping.share"), Values: m.Stay.Months}}, Top: "100%", Most: 1,
		Begin: "0", End: w.Tn("slipping.months", len(m.Stay.Months)-1),
	}
}

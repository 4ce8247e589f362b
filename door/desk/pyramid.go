package desk

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"kring/app"
	"kring/base/day"
	"kring/base/fault"
	"kring/domain/cycle"
	"kring/domain/member"
	"kring/domain/pyramid"
	"kring/look"
	"kring/look/words"
)

// The pages about which relations are worth what: the pyramid, recency against
// frequency, new business, lifetime value. Each layer and cell opens its list.

func (d *Desk) pyramidRoutes() {
	d.member("GET /pyramid", pyramidPage)
	d.member("POST /pyramid", computePyramid)
	d.member("GET /pyramid/rfm", scoresPage)
	d.member("GET /pyramid/new", freshPage)
	d.member("GET /pyramid/value", valuePage)
}

// strategy is the frame of these pages; tab is the one that is open.
func (v *visit) strategy(tab string) look.Frame {
	w := v.words
	f := v.frame(w.T("pyramid.tab_"+tab), "/pyramid")
	f.Shape = look.Full
	f.Crumbs = []look.Crumb{{Label: w.T("nav.strategy"), Href: "/pyramid"}, {Label: w.T("pyramid.tab_" + tab)}}
	tabs := look.Tabs{Label: w.T("nav.strategy")}
	for _, one := range []struct{ key, href string }{
		{"pyramid", "/pyramid"}, {"rfm", "/pyramid/rfm"}, {"new", "/pyramid/new"}, {"value", "/pyramid/value"}, {"ladder", "/ladder"},
	} {
		tabs.Items = append(tabs.Items, look.Tab{Label: w.T("pyramid.tab_" + one.key), Href: one.href, Current: one.key == tab})
	}
	f.Head = strategyHead(look.Heading{Title: w.T("pyramid.title_" + tab), Lead: w.T("pyramid.lead_" + tab)}, tabs)
	return f
}

// pyramidForm is the pyramid of a day, and the question of which.
type pyramidForm struct {
	v     *visit
	p     app.Pyramid
	asked day.Day
	said  map[string]string
	path  string
}

// askedDay reads the day that a page is about; what cannot be read is said.
func (v *visit) askedDay(path string) (f pyramidForm) {
	f = pyramidForm{v: v, said: map[string]string{}, path: path}
	text := v.r.URL.Query().Get("day")
	if text == "" {
		return f
	}
	d, err := day.Parse(text)
	if err == nil && (d < "1990-01-01" || d > v.app.Today(v.who)) {
		err = app.ErrRankDay
	}
	if g, ok := fault.From(err); ok {
		f.said["day"] = v.sentence(g)
		return f
	}
	f.asked = d
	return f
}

func pyramidPage(v *visit) error {
	if err := v.may(member.OrderRead); err != nil {
		return err
	}
	return v.showPyramid(http.StatusOK, v.askedDay("/pyramid"))
}

func (v *visit) showPyramid(code int, f pyramidForm) (err error) {
	if f.p, err = v.app.Pyramid(v.r.Context(), v.who, f.asked); err != nil {
		return err
	}
	if len(f.said) > 0 {
		code = http.StatusUnprocessableEntity
	}
	return v.show(code, pyramidView(f))
}

// computePyramid asks for a day that was not computed yet, or for today again.
func computePyramid(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	d, err := day.Parse(form.Get("day"))
	if form.Get("day") == "" {
		err = nil
	}
	if err == nil {
		_, err = v.app.RankNow(v.r.Context(), v.who, d)
	}
	if said := v.wrong(err); said != nil {
		return v.showPyramid(http.StatusUnprocessableEntity, pyramidForm{v: v, said: said, path: "/pyramid"})
	}
	if err != nil {
		return err
	}
	v.toast(look.Toast{Text: v.words.T("pyramid.asked")})
	if d == "" {
		return v.to("/pyramid")
	}
	return v.to("/pyramid?day=" + string(d))
}

func (f pyramidForm) t(key string) string { return f.v.words.T("pyramid." + key) }

// when says over which days the figures are, and when they were computed.
func (f pyramidForm) when() string {
	w, year := f.v.words, pyramid.Year(f.p.Until)
	return w.Tf("pyramid.when", words.P{
		"from": w.DayText(string(year.From)), "until": w.DayText(string(year.Until)), "computed": w.DayTime(f.p.Computed, f.v.app.Now()),
	})
}

// dayText is what stands in the box.
func (f pyramidForm) dayText() string {
	if f.asked != "" {
		return string(f.asked)
	}
	return string(f.p.Until)
}

// list is the address of the relations of which these conditions hold, on the
// day that is shown.
func (f pyramidForm) list(conditions ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(conditions); i += 2 {
		q.Set(conditions[i], conditions[i+1])
	}
	if f.p.Day != "" {
		q.Set("class_on", string(f.p.Day))
	}
	return "/accounts?" + q.Encode()
}

func (f pyramidForm) money(cents int64) string { return f.v.words.Money(cents, f.p.Currency) }

// average is what each of a cell bought, in whole money: cents of a mean tell
// nothing.
func (f scoresForm) average(c app.Score) string {
	return f.v.words.Tf("pyramid.average", words.P{"amount": f.money((c.Cents/c.Count + 50) / 100 * 100)})
}

// share is a part of a whole in percent; nothing of nothing is a dash.
func (v *visit) share(part, whole int64) string {
	if whole == 0 {
		return "–"
	}
	return v.words.Number(100*float64(part)/float64(whole), 1) + "%"
}

// bar is how wide the bar of a share is, of a hundred.
func bar(part, whole int64) string {
	if whole <= 0 {
		return "0"
	}
	return strconv.FormatFloat(100*float64(part)/float64(whole), 'f', 1, 64)
}

// band is the piece of the pyramid of layer i, as points of a hundred by forty.
func band(i int) string {
	half := func(n int) float64 { return 50 * float64(n) / float64(len(pyramid.Classes)) }
	point := func(x float64, y int) string { return strconv.FormatFloat(x, 'f', 2, 64) + "," + strconv.Itoa(y) }
	return strings.Join([]string{point(50-half(i), 0), point(50+half(i), 0), point(50+half(i+1), 40), point(50-half(i+1), 40)}, " ")
}

// others says what was bought in other currencies.
func (f pyramidForm) others() string {
	var all []string
	for _, m := range f.p.Others {
		all = append(all, f.v.words.Money(m.Cents, m.Currency))
	}
	return strings.Join(all, ", ")
}

// scoresForm is recency against frequency.
type scoresForm struct {
	pyramidForm
	cells []app.Score
	total int64
}

func scoresPage(v *visit) (err error) {
	if err := v.may(member.OrderRead); err != nil {
		return err
	}
	f := scoresForm{pyramidForm: v.askedDay("/pyramid/rfm")}
	if f.p, f.cells, err = v.app.Scores(v.r.Context(), v.who, f.asked); err != nil {
		return err
	}
	for _, c := range f.cells {
		f.total += c.Count
	}
	code := http.StatusOK
	if len(f.said) > 0 {
		code = http.StatusUnprocessableEntity
	}
	return v.show(code, scoresView(f))
}

// rows are the cells by recency, five first.
func (f scoresForm) rows() (all [][]app.Score) {
	for i := 0; i+5 <= len(f.cells); i += 5 {
		all = append(all, f.cells[i:i+5])
	}
	return all
}

// heat is how full a cell is, from 0 to 4.
func (f scoresForm) heat(c app.Score) string {
	if f.total == 0 || c.Count == 0 {
		return "0"
	}
	return strconv.FormatInt(min(4, 1+25*c.Count/f.total), 10)
}

// freshForm is what new customers brought.
type freshForm struct {
	v           *visit
	n           app.NewBusiness
	from, until string
	cost        string
	cents       int64 // of the cost
	said        map[string]string
}

func freshPage(v *visit) (err error) {
	if err := v.may(member.OrderRead); err != nil {
		return err
	}
	q := v.r.URL.Query()
	f := freshForm{v: v, from: strings.TrimSpace(q.Get("from")), until: strings.TrimSpace(q.Get("until")), cost: strings.TrimSpace(q.Get("cost")), said: map[string]string{}}
	if f.cost != "" {
		cents, ok := v.words.ParseMoney(f.cost)
		if f.cents = cents; !ok || cents < 0 {
			f.said["cost"], f.cents = v.words.T("pyramid.cost_bad"), 0
		}
	}
	code := http.StatusOK
	f.n, err = v.app.NewBusiness(v.r.Context(), v.who, app.Months{From: f.from, Until: f.until})
	if said := v.wrong(err); said != nil {
		f.said["from"], err = said["from"], nil
	}
	if err != nil {
		return err
	}
	if len(f.said) > 0 {
		code = http.StatusUnprocessableEntity
	}
	if f.from == "" && f.until == "" {
		f.from, f.until = f.n.From, f.n.Until
	}
	return v.show(code, freshView(f))
}

func (f freshForm) t(key string) string              { return f.v.words.T("pyramid." + key) }
func (f freshForm) money(cents int64) string         { return f.v.words.Money(cents, f.n.Currency) }
func (f freshForm) say(key string, p words.P) string { return f.v.words.Tf("pyramid."+key, p) }

// figures are the numbers of the period, each with its arithmetic.
func (f freshForm) figures() (all []figure) {
	w, n := f.v.words, f.n
	all = append(all, figure{f.t("new_customers"), w.Number(float64(n.Customers), 0), f.t("new_customers_is")})
	share := figure{f.t("new_share"), "–", f.t("new_share_none")}
	if points, ok := n.Share(); ok {
		share.value = w.Number(float64(points)/100, 1) + "%"
		share.sum = f.say("new_share_sum", words.P{"part": f.money(n.Cents), "whole": f.money(n.Total), "share": share.value})
	}
	wait := figure{f.t("new_wait"), "–", f.t("new_wait_none")}
	if days, ok := n.Waits.Median(); ok {
		wait.value = w.Tf("pyramid.days", words.P{"n": w.Number(days, halves(days))})
		wait.sum = f.say("new_wait_sum", words.P{"n": w.Number(float64(n.Waits.Count()), 0)})
	}
	cost := figure{f.t("new_cost"), "–", f.t("new_cost_none")}
	if each, ok := n.Cost(f.cents); ok && f.cents > 0 {
		cost.value = f.money(each)
		cost.sum = f.say("new_cost_sum", words.P{"spent": f.money(f.cents), "n": w.Number(float64(n.Customers), 0), "each": f.money(each)})
	}
	return append(all, share, wait, cost)
}

func halves(f float64) int {
	if f != float64(int64(f)) {
		return 1
	}
	return 0
}

// figure is a number with what it was made of.
type figure struct{ label, value, sum string }

// valueForm is a lifetime value with what goes into it.
type valueForm struct {
	v    *visit
	text map[string]string
	said map[string]string
	val  pyramid.Value
	cost int64
	done bool
	ring app.Ring    // of the last twelve months
	kept cycle.Ratio // what it says of retention
}

func valuePage(v *visit) error {
	if err := v.may(member.OrderRead); err != nil {
		return err
	}
	q := v.r.URL.Query()
	f := valueForm{v: v, text: map[string]string{}, said: map[string]string{}}
	asked := false
	for _, key := range []string{"margin", "retention", "discount", "cost"} {
		f.text[key] = strings.TrimSpace(q.Get(key))
		asked = asked || f.text[key] != ""
	}
	if err := f.keep(!q.Has("retention")); err != nil {
		return err
	}
	if asked {
		f.read()
	}
	code := http.StatusOK
	if len(f.said) > 0 {
		code = http.StatusUnprocessableEntity
	}
	f.done = asked && len(f.said) == 0
	return v.show(code, valueView(f))
}

// keep asks the ring how many customers stayed in the last twelve months, and
// fills that in where nobody typed another share.
func (f *valueForm) keep(fill bool) (err error) {
	year := pyramid.Year(f.v.app.Today(f.v.who))
	f.ring, err = f.v.app.Ring(f.v.r.Context(), f.v.who, app.RingAsk{Span: app.Span{From: year.From, Until: year.Until}})
	if err != nil {
		return err
	}
	f.kept = cycle.Period{Start: f.ring.Start, Flows: f.ring.Flows}.Retention()
	// who came and went within the year can push the textbook's share below zero,
	// and that is no chance to reckon with
	if fill && f.kept.Known() && f.kept.Part >= 0 {
		f.text["retention"] = f.percent()
	}
	return nil
}

// percent is the share that stayed, as it stands in the box.
func (f *valueForm) percent() string {
	return f.v.words.Number(float64(f.kept.BasisPoints())/100, 1)
}

// source says where the retention in the box comes from.
func (f valueForm) source() string {
	w := f.v.words
	if !f.kept.Known() {
		return f.t("retention_unknown")
	}
	return w.Tf("pyramid.retention_from", words.P{
		"part": w.Number(float64(f.kept.Part), 0), "whole": w.Number(float64(f.kept.Whole), 0), "share": f.percent() + "%",
		"from": w.DayText(string(f.ring.From)), "until": w.DayText(string(f.ring.Until)),
	}) + " " + f.v.countedBy(f.ring.Definition) + "."
}

// circle is the address of the ring that the retention is from.
func (f valueForm) circle() string {
	q := url.Values{"period": {"own"}, "from": {string(f.ring.From)}, "until": {string(f.ring.Until)}}
	return "/kring?" + q.Encode()
}

// read takes the numbers that were typed.
func (f *valueForm) read() {
	w := f.v.words
	amount := func(key string, into *int64, needed bool) {
		cents, ok := w.ParseMoney(f.text[key])
		if *into = cents; f.text[key] == "" && !needed {
			return
		}
		if !ok || cents <= 0 {
			f.said[key] = w.T("pyramid.amount_bad")
		}
	}
	percent := func(key string, into *float64) {
		n, ok := w.ParseNumber(strings.TrimSuffix(strings.TrimSpace(f.text[key]), "%"))
		if *into = n / 100; !ok {
			f.said[key] = w.T("pyramid.percent_bad")
		}
	}
	amount("margin", &f.val.Margin, true)
	amount("cost", &f.cost, false)
	percent("retention", &f.val.Retention)
	percent("discount", &f.val.Discount)
	if len(f.said) > 0 {
		return
	}
	for field, said := range f.v.wrong(f.val.Check()) {
		if field != "" {
			f.said[field] = said
		}
	}
}

func (f valueForm) t(key string) string { return f.v.words.T("pyramid." + key) }

// figures are both values and, with a cost, what they are of it.
func (f valueForm) figures() (all []figure) {
	w := f.v.words
	whole := func(cents int64) string { return w.Money((cents+50)/100*100, app.HomeCurrency) }
	p := words.P{
		"m": whole(f.val.Margin), "r": w.Number(f.val.Retention, 3), "d": w.Number(f.val.Discount, 3), "one": w.Number(1+f.val.Discount, 3),
		"below": w.Number(1+f.val.Discount-f.val.Retention, 3), "ahead": whole(f.val.Ahead()), "whole": whole(f.val.Whole()),
	}
	all = append(all, figure{f.t("value_ahead"), p["ahead"].(string), w.Tf("pyramid.value_ahead_sum", p)}, figure{f.t("value_whole"), p["whole"].(string), w.Tf("pyramid.value_whole_sum", p)})
	if f.cost > 0 {
		times := w.Number(float64(f.val.Ahead())/float64(f.cost), 2)
		all = append(all, figure{f.t("value_times"), times + "×", w.Tf("pyramid.value_times_sum", words.P{"ahead": p["ahead"], "cost": whole(f.cost), "times": times})})
	}
	return all
}

// rankFacts are the class of an account and its three numbers, in words.
func (d *dossier) rankFacts() (all []look.Fact) {
	r, w := d.rank, d.v.words
	all = append(all, look.Fact{Label: d.t("account.class"), Value: w.T("account.class." + string(r.Class)), Href: "/accounts?class=" + string(r.Class)})
	if !r.Class.Ranked() {
		return all
	}
	score := func(key string, n int) {
		at := strconv.Itoa(n)
		all = append(all, look.Fact{Label: d.t("account." + key), Value: at, End: soft(w.T("pyramid." + key + "_" + at))})
	}
	score("recency", r.Score.Recency)
	score("frequency", r.Score.Frequency)
	score("money", r.Score.Money)
	return all
}

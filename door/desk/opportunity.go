package desk

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"kring/app"
	"kring/base/day"
	"kring/base/id"
	"kring/domain/member"
	"kring/domain/opportunity"
	"kring/look"
	"kring/look/words"
)

// The board of a pipeline, and the same opportunities as a list.

func (d *Desk) opportunityRoutes() {
	d.member("GET /opportunities", boardPage)
	d.member("GET /opportunities/column", boardColumn)
	d.member("GET /opportunities/new", newOpportunity)
	d.member("POST /opportunities/new", addOpportunity)
	d.member("GET /opportunities/figures", opportunityFigures)
	d.member("GET /opportunities/{id}", opportunityPage)
	d.member("GET /opportunities/{id}/edit", editOpportunity)
	d.member("POST /opportunities/{id}/edit", saveOpportunity)
	d.member("GET /opportunities/{id}/stage", stageForm)
	d.member("POST /opportunities/{id}/stage", moveOpportunity)
	d.member("GET /opportunities/{id}/win", winForm)
	d.member("POST /opportunities/{id}/win", winOpportunity)
	d.member("GET /opportunities/{id}/loss", lossForm)
	d.member("POST /opportunities/{id}/loss", loseOpportunity)
	d.member("POST /opportunities/{id}/reopening", reopenOpportunity)
	d.member("GET /opportunities/{id}/lines", lineGrid)
	d.member("POST /opportunities/{id}/lines", saveLines)
	d.member("GET /opportunities/{id}/people", personForm)
	d.member("POST /opportunities/{id}/people", putPerson)
	d.member("POST /opportunities/{id}/people/removal", dropPerson)
}

// kansen is the board, or the list, as somebody asked for it.
type kansen struct {
	v       *visit
	ask     app.BoardAsk
	text    url.Values
	b       app.Board
	members []member.Member
	groups  []member.Group
	rows    []app.Seen
	next    string // of the list
	said    string // what just happened, for who hears the page
}

// boardKeys are what a board keeps of its address.
var boardKeys = []string{"pipeline", "owner", "team", "close", "view", "state", "stage"}

func (v *visit) askBoard(text url.Values) (*kansen, error) {
	k := &kansen{v: v, text: url.Values{}}
	for _, key := range boardKeys {
		if value := text.Get(key); value != "" && len(value) < 100 {
			k.text.Set(key, value)
		}
	}
	k.ask.Pipeline = id.OrZero[id.Pipeline](k.text.Get("pipeline"))
	k.ask.Team = id.OrZero[id.Team](k.text.Get("team"))
	if k.ask.Owner = id.OrZero[id.Member](k.text.Get("owner")); k.text.Get("owner") == "me" {
		k.ask.Owner = v.who.Member.ID
	}
	k.ask.From, k.ask.Until, _ = app.ClosePeriod(k.text.Get("close"), v.app.Today(v.who))
	var err error
	k.members, k.groups, err = v.app.Colleagues(v.r.Context(), v.who)
	return k, err
}

func boardPage(v *visit) error {
	if err := v.may(member.OpportunityRead); err != nil {
		return err
	}
	k, err := v.askBoard(v.r.URL.Query())
	if err != nil {
		return err
	}
	if k.text.Get("view") == "list" {
		return k.list()
	}
	if k.b, err = v.app.Board(v.r.Context(), v.who, k.ask); err != nil {
		return err
	}
	if v.htmx() {
		return v.show(http.StatusOK, boardView(k))
	}
	return v.show(http.StatusOK, boardPageView(k))
}

const opportunitiesOnPage = 50

// list is the same opportunities as rows.
func (k *kansen) list() error {
	v := k.v
	ask := app.ListAsk{BoardAsk: k.ask, State: opportunity.State(k.text.Get("state")), Stage: k.text.Get("stage"), After: cardPlace(v.r.URL.Query().Get("after")), Limit: opportunitiesOnPage + 1}
	if !slices.Contains(opportunity.States, ask.State) {
		ask.State = opportunity.Open
	}
	all, b, err := v.app.Opportunities(v.r.Context(), v.who, ask)
	if err != nil {
		return err
	}
	if k.b = b; ask.State == opportunity.Open {
		whole, err := v.app.Board(v.r.Context(), v.who, k.ask)
		if err != nil {
			return err
		}
		k.b.Open = whole.Open
	}
	if k.rows = all; len(all) > opportunitiesOnPage {
		k.rows = all[:opportunitiesOnPage]
		k.next = k.here("after", placeOfCard(k.rows[opportunitiesOnPage-1], ask.State != opportunity.Open))
	}
	if v.htmx() && v.r.URL.Query().Get("after") != "" {
		return v.show(http.StatusOK, look.TableRows(k.table()))
	}
	return v.show(http.StatusOK, opportunityListView(k))
}

func cardPlace(text string) (at app.CardPlace) {
	on, name, _ := strings.Cut(text, "_")
	if i, err := id.Parse[id.Opportunity](name); err == nil {
		at = app.CardPlace{Day: day.Day(on), ID: i}
	}
	return at
}

func placeOfCard(s app.Seen, ended bool) string {
	if ended {
		return string(s.Closed) + "_" + s.ID.String()
	}
	return string(s.Close) + "_" + s.ID.String()
}

// boardColumn answers with more cards of one column.
func boardColumn(v *visit) error {
	if err := v.may(member.OpportunityRead); err != nil {
		return err
	}
	q := v.r.URL.Query()
	k, err := v.askBoard(q)
	if err != nil {
		return err
	}
	c, b, err := v.app.BoardCards(v.r.Context(), v.who, k.ask, q.Get("column"), cardPlace(q.Get("after")))
	if err != nil {
		return err
	}
	k.b = b
	return v.show(http.StatusOK, boardCards(k, c))
}

// here is the board with something else; an empty value takes it away.
func (k *kansen) here(more ...string) string {
	q := url.Values{}
	for key := range k.text {
		q.Set(key, k.text.Get(key))
	}
	for i := 0; i+1 < len(more); i += 2 {
		if q.Set(more[i], more[i+1]); more[i+1] == "" {
			q.Del(more[i])
		}
	}
	return address("/opportunities", q)
}

// moreOf is where the rest of a column is.
func (k *kansen) moreOf(c app.BoardColumn) string {
	q := url.Values{}
	for key := range k.text {
		q.Set(key, k.text.Get(key))
	}
	q.Set("column", c.Stage.Key)
	q.Set("after", placeOfCard(c.Cards[len(c.Cards)-1], c.Stage.Key == "won"))
	return "/opportunities/column?" + q.Encode()
}

func (k *kansen) t(key string) string { return k.v.words.T("opportunity." + key) }

// stageName is what a stage is called: its own name, or that of the house.
func stageName(w *words.Words, p opportunity.Pipeline, key string) string {
	if s, there := p.Stage(key); there && s.Name != "" {
		return s.Name
	}
	switch {
	case key == "won" && p.WonName != "":
		return p.WonName
	case key == "lost" && p.LostName != "":
		return p.LostName
	case w.Has("opportunity.stage_" + key):
		return w.T("opportunity.stage_" + key)
	}
	return key
}

// reasonName is why one ended, in words.
func reasonName(w *words.Words, p opportunity.Pipeline, key string) string {
	for _, r := range slices.Concat(p.Wins, p.Losses) {
		if r.Key == key && r.Name != "" {
			return r.Name
		}
	}
	if w.Has("opportunity.reason_" + key) {
		return w.T("opportunity.reason_" + key)
	}
	return key
}

func pipelineName(w *words.Words, p opportunity.Pipeline) string {
	if p.Name == "" {
		return w.T("opportunity.pipeline")
	}
	return p.Name
}

// title is the pipeline, of the team when one is asked for.
func (k *kansen) title() string {
	name := pipelineName(k.v.words, k.b.Pipeline)
	if i := k.ask.Team; !i.IsZero() {
		if at := slices.IndexFunc(k.groups, func(g member.Group) bool { return g.ID == i }); at >= 0 {
			name += " " + k.groups[at].Name
		}
	}
	return name
}

func (k *kansen) frame() look.Frame {
	f := k.v.frame(k.title(), "/opportunities")
	f.Crumbs = []look.Crumb{{Label: k.t("many"), Href: "/opportunities"}, {Label: k.title()}}
	f.Shape, f.Scripts = look.Full, []string{"board.js"}
	f.Actions = append(f.Actions, look.Button{Label: k.t("figures"), Icon: "chart-line", Kind: look.Ghost, Href: "/opportunities/figures?" + k.text.Encode()})
	if k.v.who.Can(member.OpportunityWrite) {
		f.Actions = append(f.Actions, look.Button{Label: k.t("one"), Icon: "plus", Kind: look.Primary, Href: "/opportunities/new?" + url.Values{"pipeline": {k.b.Pipeline.ID.String()}}.Encode(), Key: "K"})
	}
	return f
}

func (k *kansen) ways() look.Segmented {
	list := k.text.Get("view") == "list"
	value := "board"
	if list {
		value = "list"
	}
	return look.Segmented{Label: k.t("way"), Value: value, Options: []look.Option{
		{Value: "board", Label: k.t("board"), Href: k.here("view", "", "state", "", "stage", "")}, {Value: "list", Label: k.t("list"), Href: k.here("view", "list")},
	}}
}

// tokens are the filters that are asked for.
func (k *kansen) tokens() (all []look.FilterToken) {
	add := func(key, value string) {
		if value != "" {
			op := k.t("is")
			if key == "close" {
				op = k.t("in")
			}
			all = append(all, look.FilterToken{ID: "filter-" + key, Field: k.t("filter_" + key), Operator: op, Value: value, Remove: k.here(key, "")})
		}
	}
	for _, g := range k.groups {
		if g.ID == k.ask.Team {
			add("team", g.Name)
		}
	}
	add("owner", k.memberName(k.ask.Owner))
	if key := k.text.Get("close"); slices.Contains(app.ClosePeriods, key) {
		add("close", k.t("close_"+key))
	}
	return all
}

func (k *kansen) memberName(i id.Member) string {
	for _, m := range k.members {
		if m.ID == i {
			return m.Name
		}
	}
	return ""
}

// total says what is open, and what that is worth by its chances.
func (k *kansen) total() (open, rest string) {
	w := k.v.words
	open, rest = w.Money(k.b.Open.Cents, app.HomeCurrency), k.t("open")+" · "+w.Tf("opportunity.weighted", words.P{"amount": w.Money(roundly(k.b.Open.Weighted), app.HomeCurrency)})
	for _, m := range k.b.Open.Others {
		open += " + " + w.Money(m.Cents, m.Currency)
	}
	return open, rest
}

// roundly leaves the cents out: what is weighted is no amount that somebody pays.
func roundly(cents int64) int64 { return cents / 100 * 100 }

func (k *kansen) sum(t app.Total) string {
	s := k.v.words.Money(t.Cents, app.HomeCurrency)
	for _, m := range t.Others {
		s += " + " + k.v.words.Money(m.Cents, m.Currency)
	}
	return s
}

// mayMove says whether who looks moves cards.
func (k *kansen) mayMove() bool { return k.v.who.Can(member.OpportunityWrite) }

// markIcons are the icons of what needs attention.
var markIcons = map[opportunity.Mark]string{
	opportunity.Promised: "handshake", opportunity.PastClose: "calendar-clock", opportunity.Silent: "triangle-alert", opportunity.NoNext: "triangle-alert",
	opportunity.Overdue: "calendar-clock", opportunity.Lapses: "hourglass", opportunity.NoDecider: "triangle-alert", opportunity.Step: "calendar",
}

// footer is the line under a card: what needs attention first.
func (v *visit) footer(s app.Seen) (icon, text string) {
	w := v.words
	today := v.app.Today(v.who)
	on := func(d day.Day) string { return w.Day(d.Start(v.who.Zone()), v.app.Now()) }
	said := func(key string, p words.P) string { return w.Tf("opportunity."+key, p) }
	if s.State == opportunity.Won {
		if s.Sold != "" {
			return "circle-check", said("mark_order", words.P{"number": s.Sold})
		}
		return "circle-check", said("mark_won", words.P{"day": on(s.Closed)})
	}
	if s.State == opportunity.Lost {
		return "circle-x", said("mark_lost", words.P{"day": on(s.Closed)})
	}
	icon = markIcons[s.Mark]
	switch s.Mark {
	case opportunity.Promised:
		return icon, said("mark_promised", words.P{"day": on(s.Signals.Promise)})
	case opportunity.PastClose:
		return icon, said("mark_past_close", words.P{"day": on(s.Close)})
	case opportunity.Silent:
		since := s.Since
		if s.Next != "" {
			since = s.NextDay
		}
		return icon, w.Tn("opportunity.mark_silent", since.Until(today))
	case opportunity.NoNext, opportunity.NoDecider:
		return icon, w.T("opportunity.mark_" + string(s.Mark))
	case opportunity.Overdue:
		return icon, said("mark_overdue", words.P{"step": s.Next, "day": on(s.NextDay)})
	case opportunity.Lapses:
		return icon, said("mark_lapses", words.P{"day": on(s.Signals.Lapse)})
	}
	if s.NextDay == "" {
		return icon, s.Next
	}
	return icon, s.Next + " " + on(s.NextDay)
}

func (k *kansen) table() look.Table {
	t, w := k.t, k.v.words
	ended := k.text.Get("state") == "won" || k.text.Get("state") == "lost"
	when := look.Column{Key: "close", Label: t("close"), Drop: 2}
	if ended {
		when.Label = t("closed")
	}
	table := look.Table{Label: t("many"), More: k.next, Plain: true, Columns: []look.Column{
		{Key: "name", Label: t("one"), Phone: look.PhoneTitle}, {Key: "account", Label: t("account"), Phone: look.PhoneSub}, {Key: "stage", Label: t("stage"), Drop: 2}, when,
		{Key: "mark", Label: t("mark"), Drop: 1}, {Key: "chance", Label: t("chance"), Number: true, Drop: 1}, {Key: "value", Label: t("value"), Number: true, Phone: look.PhoneEnd},
	}}
	for _, s := range k.rows {
		href, on := "/opportunities/"+s.ID.String(), s.Close
		if ended {
			on = s.Closed
		}
		_, mark := k.v.footer(s)
		p := k.b.Pipeline
		stage := s.Stage
		if s.State != opportunity.Open {
			stage = string(s.State)
		}
		table.Rows = append(table.Rows, look.Row{ID: s.ID.String(), Name: s.Name, Href: href, Cells: []look.Cell{
			{Text: s.Name, Href: href}, {Text: s.Account}, {Text: stageName(w, p, stage)}, {Text: w.DayText(string(on))}, {Text: mark}, {Text: points(w, s.Likely(p))}, {Text: w.Money(s.Value.Cents, s.Value.Currency)},
		}})
	}
	return table
}

// points writes basis points as a percentage.
func points(w *words.Words, points int64) string {
	decimals := 0
	if points%100 != 0 {
		decimals = 2
	}
	return w.Number(float64(points)/100, decimals) + "%"
}

// states are the choices of the list.
func (k *kansen) states() look.Segmented {
	value := k.text.Get("state")
	if value == "" {
		value = "open"
	}
	s := look.Segmented{Label: k.t("state"), Value: value}
	for _, one := range opportunity.States {
		set := string(one)
		if one == opportunity.Open {
			set = ""
		}
		s.Options = append(s.Options, look.Option{Value: string(one), Label: k.t("state_" + string(one)), Href: k.here("state", set, "stage", "")})
	}
	return s
}

func (k *kansen) teamOptions() (list []look.Option) {
	for _, g := range k.groups {
		list = append(list, look.Option{Value: g.ID.String(), Label: g.Name})
	}
	return list
}

func (k *kansen) ownerOptions() (list []look.Option) {
	return ownersOf(k.members)
}

func ownersOf(members []member.Member) (list []look.Option) {
	for _, m := range members {
		if m.State == member.Active {
			list = append(list, look.Option{Value: m.ID.String(), Label: m.Name})
		}
	}
	return list
}

func (k *kansen) closeOptions() (list []look.Option) {
	for _, key := range app.ClosePeriods {
		list = append(list, look.Option{Value: key, Label: k.t("close_" + key)})
	}
	return list
}

func (k *kansen) pipelineOptions() (list []look.Option) {
	for _, p := range k.b.Pipelines {
		if p.Archived == 0 {
			list = append(list, look.Option{Value: p.ID.String(), Label: pipelineName(k.v.words, p)})
		}
	}
	return list
}

// won is the column of what was won lately.
func (k *kansen) won() app.BoardColumn {
	c := k.b.Won
	c.Stage.Key = "won"
	return c
}

// told is the sentence at the foot of a column: the pipeline's, or the house's.
func (k *kansen) told(s opportunity.Stage) string {
	if s.Told != "" {
		return s.Told
	}
	if s.Name == "" && k.v.words.Has("opportunity.told_"+s.Key) {
		return k.t("told_" + s.Key)
	}
	return ""
}

// query is how the board was asked for; never empty, so that a form knows that it
// was opened from it.
func (k *kansen) query() string {
	if len(k.text) == 0 {
		return "view=board"
	}
	return k.text.Encode()
}

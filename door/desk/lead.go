package desk

import (
	"errors"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"kring/app"
	"kring/base/day"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/opt"
	"kring/base/workday"
	"kring/domain/lead"
	"kring/domain/match"
	"kring/domain/member"
	"kring/look"
	"kring/look/words"
)

// Leads: the queue, the page of one, and what is done with it.

func (d *Desk) leadRoutes() {
	d.member("GET /leads", leadList)
	d.member("GET /leads/new", leadNew)
	d.member("POST /leads/new", leadAdd)
	d.member("GET /leads/{id}", leadPage)
	d.member("GET /leads/{id}/edit", leadEdit)
	d.member("POST /leads/{id}/edit", leadSave)
	d.member("GET /leads/{id}/conversion", leadConversion)
	d.member("POST /leads/{id}/conversion", leadConvert)
	for deed, do := range leadDeeds {
		d.member("POST /leads/{id}/"+deed, leadDeed(deed, do))
	}
}

const leadsOnPage = 50

// leadAsk is the question of the list, and what it found.
type leadAsk struct {
	v     *visit
	text  url.Values
	q     app.LeadQuery
	all   []lead.Lead
	names map[id.Member]string
	next  string
}

var leadAsked = []string{"show", "state", "source", "sort", "q", "from", "until", "step"}

func leadList(v *visit) error {
	if err := v.may(member.LeadRead); err != nil {
		return err
	}
	a := &leadAsk{v: v, text: v.r.URL.Query(), names: map[id.Member]string{}}
	zone := v.who.Zone()
	a.q = app.LeadQuery{State: lead.State(a.text.Get("state")), Source: a.text.Get("source"), Find: a.text.Get("q"), Reached: a.text.Get("step"), Sort: a.text.Get("sort"), Limit: leadsOnPage + 1}
	if !slices.Contains(app.LeadSorts, a.q.Sort) {
		a.q.Sort = "due"
	}
	if d, err := day.Parse(a.text.Get("from")); err == nil {
		a.q.From = d.Start(zone)
	}
	if d, err := day.Parse(a.text.Get("until")); err == nil {
		a.q.Until = d.Add(1).Start(zone)
	}
	switch a.show() {
	case "todo":
		a.q.Open = true
	case "mine":
		a.q.Open, a.q.Owner = true, v.who.Member.ID
	case "nobody":
		a.q.Open, a.q.Nobody = true, true
	case "rest":
		a.q.State = lead.Nurture
	}
	if at, i, two := strings.Cut(a.text.Get("after"), "_"); two {
		if n, err := strconv.ParseInt(at, 10, 64); err == nil {
			a.q.After = app.LeadPlace{At: n, ID: id.OrZero[id.Lead](i)}
		}
	}
	all, err := v.app.Leads(v.r.Context(), v.who, a.q)
	if err != nil {
		return err
	}
	if a.all = all; len(all) > leadsOnPage {
		a.all = all[:leadsOnPage]
		at := a.q.Place(a.all[leadsOnPage-1])
		a.next = a.here("after", strconv.FormatInt(at.At, 10)+"_"+at.ID.String())
	}
	members, _, err := v.app.Colleagues(v.r.Context(), v.who)
	if err != nil {
		return err
	}
	for _, m := range members {
		a.names[m.ID] = m.Name
	}
	if v.htmx() && a.text.Get("after") != "" {
		return v.show(http.StatusOK, look.TableRows(a.table()))
	}
	return v.show(http.StatusOK, leadListView(a))
}

// show is which part of the leads: what is asked more closely is asked of all.
func (a *leadAsk) show() string {
	if s := a.text.Get("show"); slices.Contains([]string{"todo", "mine", "nobody", "rest", "every"}, s) {
		return s
	}
	if a.text.Get("state")+a.text.Get("step")+a.text.Get("from") != "" {
		return "every"
	}
	return "todo"
}

func (a *leadAsk) here(more ...string) string {
	params := url.Values{}
	for _, key := range leadAsked {
		if s := a.text.Get(key); s != "" {
			params.Set(key, s)
		}
	}
	for i := 0; i < len(more); i += 2 {
		params.Set(more[i], more[i+1])
	}
	if len(params) == 0 {
		return "/leads"
	}
	return "/leads?" + params.Encode()
}

func (a *leadAsk) tabs() look.Tabs {
	t := look.Tabs{Label: a.v.words.T("lead.list")}
	for _, key := range []string{"todo", "mine", "nobody", "rest", "every"} {
		t.Items = append(t.Items, look.Tab{Label: a.v.words.T("lead." + key), Href: "/leads?show=" + key, Current: a.show() == key})
	}
	return t
}

func (a *leadAsk) frame() look.Frame {
	t := a.v.words.T
	f := a.v.frame(t("lead.list"), "/leads")
	f.Crumbs = []look.Crumb{{Label: t("lead.list")}}
	f.Head = leadHead(t("lead.list"), t("lead.list_lead"), a.tabs())
	f.Shape = look.Full
	if a.v.who.Can(member.LeadWrite) {
		f.Actions = append(f.Actions, look.Button{Label: t("lead.lead"), Icon: "plus", Kind: look.Primary, Href: "/leads/new"})
	}
	return f
}

func leadChoices(t func(string) string, prefix, blank string, keys []string) (all []look.Option) {
	if blank != "" {
		all = append(all, look.Option{Label: t(blank)})
	}
	for _, k := range keys {
		all = append(all, look.Option{Value: k, Label: t(prefix + k)})
	}
	return all
}

func leadStates() (all []string) {
	for _, s := range lead.States {
		all = append(all, string(s))
	}
	return all
}

// points writes a score in hundredths.
func (v *visit) points(n int64) string { return v.words.Number(float64(n)/100, 2) }

// clock says until when something should move.
func (v *visit) clock(l lead.Lead, now int64) (text, tone string) {
	switch {
	case l.Due == lead.NoClock:
		return v.words.T("lead.no_clock"), ""
	case l.State == lead.Nurture:
		text = v.words.Tf("lead.recheck_on", words.P{"when": v.words.DayText(string(l.Recheck))})
		if l.Late(now) {
			tone = look.Warn
		}
		return text, tone
	case l.Late(now):
		return v.words.Tf("lead.late", words.P{"when": v.words.DayTime(l.Due, now)}), look.Bad
	}
	return v.words.Tf("lead.before", words.P{"when": v.words.DayTime(l.Due, now)}), ""
}

func (a *leadAsk) table() look.Table {
	t := a.v.words.T
	now := a.v.app.Now()
	table := look.Table{Label: t("lead.list"), More: a.next, Plain: true, Columns: []look.Column{
		{Key: "lead", Label: t("lead.lead"), Phone: look.PhoneTitle}, {Key: "clock", Label: t("lead.clock"), Phone: look.PhoneSub}, {Key: "score", Label: t("lead.score"), Number: true, Phone: look.PhoneEnd},
		{Key: "state", Label: t("lead.state"), Drop: 1}, {Key: "source", Label: t("lead.source"), Drop: 2}, {Key: "owner", Label: t("lead.owner"), Drop: 3}, {Key: "touched", Label: t("lead.touched"), Drop: 4},
	}}
	for _, l := range a.all {
		clock, tone := a.v.clock(l, now)
		first := look.Cell{Text: l.Called(), Href: "/leads/" + l.ID.String()}
		if l.Organisation != "" {
			first.Sub = l.Name
		}
		score := a.v.points(l.Score)
		if l.Unscored {
			score = "—"
		}
		table.Rows = append(table.Rows, look.Row{ID: l.ID.String(), Name: l.Called(), Href: first.Href, Muted: l.State == lead.Disqualified, Cells: []look.Cell{
			first, {Text: clock, Tone: tone}, {Text: score}, {Text: t("lead.state_" + string(l.State))}, {Text: t("lead.source_" + l.Source)}, {Text: a.names[l.Owner]}, {Text: a.v.words.Day(l.Touched, now)},
		}})
	}
	return table
}

// leadForm is a lead being made or changed.
type leadForm struct {
	v       *visit
	l       lead.Lead // zero for a new one
	id      id.Lead   // that a new one will have
	text    url.Values
	said    map[string]string
	members []member.Member
	setting lead.Setting
}

func (v *visit) leadForm(l lead.Lead) (*leadForm, error) {
	members, _, err := v.app.Colleagues(v.r.Context(), v.who)
	if err != nil {
		return nil, err
	}
	s, err := v.app.LeadSetting(v.r.Context(), v.who)
	text := url.Values{}
	for key, value := range map[string]string{
		"name": l.Name, "organisation": l.Organisation, "function": l.Function, "email": l.Email, "phone": l.Phone, "city": l.City, "segment": l.Segment, "language": l.Language,
		"question": l.Question, "note": l.Note, "source": l.Source, "source_from": l.SourceFrom, "owner": l.Owner.String(), "version": decimal64(l.Version),
	} {
		text.Set(key, value)
	}
	if l.Size > 0 {
		text.Set("size", strconv.Itoa(l.Size))
	}
	if l.Unscored {
		text.Set("unscored", "1")
	}
	return &leadForm{v: v, l: l, text: text, said: map[string]string{}, members: members, setting: s}, err
}

func (f *leadForm) t(key string) string { return f.v.words.T(key) }

func (f *leadForm) frame() look.Frame {
	title := f.t("lead.new")
	if !f.l.ID.IsZero() {
		title = f.t("lead.edit")
	}
	fr := f.v.frame(title, "/leads")
	fr.Crumbs = []look.Crumb{{Label: f.t("lead.list"), Href: "/leads"}, {Label: title}}
	fr.Head = look.Heading{Title: title}
	return fr
}

func (f *leadForm) field(name, kind string, most int) look.Field {
	return look.Field{Name: name, Type: kind, Label: f.t("lead." + name), Value: f.text.Get(name), Error: f.said[name], Optional: true, Max: most}
}

func (v *visit) sellers(members []member.Member, right member.Right) (all []look.Option) {
	for _, m := range members {
		if m.State == member.Active && m.Role.Can(right) {
			all = append(all, look.Option{Value: m.ID.String(), Label: m.Name})
		}
	}
	return all
}

func (f *leadForm) segments() (all []string) {
	for _, s := range f.setting.Segments {
		all = append(all, s.Name)
	}
	return all
}

// to is where the form goes.
func (f *leadForm) to() string {
	if f.l.ID.IsZero() {
		return "/leads/new"
	}
	return "/leads/" + f.l.ID.String() + "/edit"
}

func leadNew(v *visit) error {
	if err := v.may(member.LeadWrite); err != nil {
		return err
	}
	f, err := v.leadForm(lead.Lead{Source: "other", Owner: v.who.Member.ID})
	if err != nil {
		return err
	}
	f.id = id.New[id.Lead]()
	return v.show(http.StatusOK, leadFormView(f))
}

func persons(typed string) int {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return 0
	}
	n, err := strconv.Atoi(typed)
	if err != nil {
		return -1 // refused where sizes are
	}
	return n
}

func leadAdd(v *visit) error {
	if err := v.may(member.LeadWrite); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	i, err := id.Parse[id.Lead](form.Get("id"))
	if err != nil {
		i = id.New[id.Lead]()
	}
	l, err := v.app.AddLeadOnce(v.r.Context(), v.who, i, lead.Draft{
		Name: form.Get("name"), Organisation: form.Get("organisation"), Function: form.Get("function"), Email: form.Get("email"), Phone: form.Get("phone"), City: form.Get("city"),
		Size: persons(form.Get("size")), Segment: form.Get("segment"), Language: form.Get("language"), Question: form.Get("question"), Note: form.Get("note"),
		Source: form.Get("source"), SourceFrom: form.Get("source_from"), Owner: id.OrZero[id.Member](form.Get("owner")),
	})
	if said, code := v.inline(err); said != nil {
		f, err := v.leadForm(lead.Lead{})
		if err != nil {
			return err
		}
		f.id, f.text, f.said = i, form, said
		return v.show(code, leadFormView(f))
	}
	if err != nil {
		return err
	}
	return v.saved("lead.said_made", "/leads/"+l.ID.String())
}

func leadEdit(v *visit) error {
	if err := v.may(member.LeadWrite); err != nil {
		return err
	}
	l, err := v.leadAt()
	if err != nil {
		return err
	}
	f, err := v.leadForm(l)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, leadFormView(f))
}

func (v *visit) leadAt() (lead.Lead, error) {
	i, err := pathID[id.Lead](v, "id")
	if err != nil {
		return lead.Lead{}, err
	}
	return v.app.Lead(v.r.Context(), v.who, i)
}

func leadSave(v *visit) error {
	if err := v.may(member.LeadWrite); err != nil {
		return err
	}
	l, err := v.leadAt()
	if err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	get := func(key string) opt.Of[string] { return opt.Some(form.Get(key)) }
	_, err = v.app.ChangeLead(v.r.Context(), v.who, l.ID, version(form.Get("version")), lead.Patch{
		Name: get("name"), Organisation: get("organisation"), Function: get("function"), Email: get("email"), Phone: get("phone"), City: get("city"), Size: opt.Some(persons(form.Get("size"))),
		Segment: get("segment"), Language: get("language"), Question: get("question"), Note: get("note"), Source: get("source"), SourceFrom: get("source_from"),
		Owner: opt.Some(id.OrZero[id.Member](form.Get("owner"))), Unscored: opt.Some(form.Has("unscored")),
	})
	if said, code := v.leadRefusal(err); said != nil {
		f, err := v.leadForm(l)
		if err != nil {
			return err
		}
		if f.text, f.said = form, said; code == http.StatusConflict {
			f.text.Set("version", decimal64(l.Version))
		}
		return v.show(code, leadFormView(f))
	}
	if err != nil {
		return err
	}
	return v.saved("lead.said_changed", "/leads/"+l.ID.String())
}

// leadRefusal is what a form says that was refused or came too late.
func (v *visit) leadRefusal(err error) (map[string]string, int) {
	var stale *app.Stale[lead.Lead]
	if errors.As(err, &stale) {
		return map[string]string{"": v.words.T("fault.stale")}, http.StatusConflict
	}
	return v.inline(err, errStale, lead.ErrState, lead.ErrScore, lead.ErrConverted, app.ErrFull)
}

// leadSheet is the page of a lead, with what was typed into one of its forms.
type leadSheet struct {
	v    *visit
	p    app.LeadPage
	text url.Values
	said map[string]string
	deed string // the form that was refused
}

func (v *visit) leadSheet() (*leadSheet, error) {
	i, err := pathID[id.Lead](v, "id")
	if err != nil {
		return nil, err
	}
	p, err := v.app.LeadPage(v.r.Context(), v.who, i)
	return &leadSheet{v: v, p: p, text: url.Values{}, said: map[string]string{}}, err
}

func leadPage(v *visit) error {
	if err := v.may(member.LeadRead); err != nil {
		return err
	}
	s, err := v.leadSheet()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, leadView(s))
}

func (s *leadSheet) t(key string) string { return s.v.words.T(key) }

func (s *leadSheet) may(r member.Right) bool { return s.v.who.Can(r) }

func (s *leadSheet) is(states ...lead.State) bool { return slices.Contains(states, s.p.Lead.State) }

func (s *leadSheet) name(m id.Member) string {
	for _, one := range s.p.Members {
		if one.ID == m {
			return one.Name
		}
	}
	return s.t("lead.owner_none")
}

func (s *leadSheet) to(deed string) templ.SafeURL {
	return templ.SafeURL("/leads/" + s.p.Lead.ID.String() + "/" + deed)
}

// error is what is wrong with a field of the form of a deed.
func (s *leadSheet) error(deed, field string) string {
	if s.deed != deed {
		return ""
	}
	return s.said[field]
}

func (s *leadSheet) typed(deed, field, stands string) string {
	if s.deed == deed && s.text.Has(field) {
		return s.text.Get(field)
	}
	return stands
}

func (s *leadSheet) frame() look.Frame {
	l := s.p.Lead
	f := s.v.frame(l.Called(), "/leads")
	f.Crumbs = []look.Crumb{{Label: s.t("lead.list"), Href: "/leads"}, {Label: l.Called()}}
	clock, tone := s.v.clock(l, s.p.Now)
	f.Head = look.Heading{Title: l.Called(), Chips: []templ.Component{
		look.Chip{Label: s.t("lead.state_" + string(l.State))}, look.Chip{Label: clock, Tone: tone, Icon: "calendar-clock"},
	}}
	if s.may(member.LeadWrite) && !s.is(lead.Converted) {
		f.Actions = append(f.Actions, look.Button{Label: s.t("lead.change"), Icon: "pencil", Href: string(s.to("edit"))})
	}
	if s.may(member.LeadAccept) && s.is(lead.Sales) {
		f.Actions = append(f.Actions, look.Button{Label: s.t("lead.convert"), Kind: look.Primary, Icon: "arrow-right", Href: string(s.to("conversion"))})
	}
	return f
}

func (s *leadSheet) facts() (all []look.Fact) {
	l := s.p.Lead
	add := func(key, value string) {
		if value != "" {
			all = append(all, look.Fact{Label: s.t("lead." + key), Value: value})
		}
	}
	add("name", l.Name)
	add("organisation", l.Organisation)
	add("function", l.Function)
	add("email", l.Email)
	add("phone", l.Phone)
	add("city", l.City)
	if l.Size > 0 {
		add("size", s.v.words.Number(float64(l.Size), 0))
	}
	add("segment", l.Segment)
	add("source", strings.TrimSuffix(s.t("lead.source_"+l.Source)+", "+l.SourceFrom, ", "))
	all = append(all, look.Fact{Label: s.t("lead.owner"), Value: s.name(l.Owner)})
	add("need", l.Need)
	if l.NextStep != "" {
		add("next_step", l.NextStep+", "+s.v.words.DayText(string(l.NextDay)))
	}
	if l.Role != "" {
		add("role", s.t("lead.role_"+l.Role))
	}
	add("note", l.Note)
	return all
}

// sum is the arithmetic of the score in a sentence.
func (s *leadSheet) sum() string {
	c := s.p.Score
	switch {
	case c.Unscored:
		return s.t("lead.sum_none")
	case c.Own:
		return s.v.words.Tf("lead.sum_own", words.P{"score": s.v.points(c.Total), "why": s.p.Lead.OwnWhy, "counted": s.v.points(c.Fit + c.Behaviour)})
	}
	return s.v.words.Tf("lead.sum_total", words.P{"fit": s.v.points(c.Fit), "behaviour": s.v.points(c.Behaviour), "total": s.v.points(c.Total)})
}

func (s *leadSheet) reason(r lead.Reason) (what, how string) {
	if r.Fit {
		parts := strings.SplitN(r.Key, " ", 3)
		return s.t("lead."+parts[0]) + " " + s.v.words.Tf("lead.is_"+parts[1], words.P{"value": parts[2]}), s.t("lead.sum_fit")
	}
	what = s.t("lead.kind_" + r.Key)
	if r.Text != "" {
		what += ": " + r.Text
	}
	if r.Half == 0 {
		return what, s.v.words.Tf("lead.sum_stays", words.P{"points": s.v.points(r.Points)})
	}
	return what, s.v.words.Tf("lead.sum_fades", words.P{"points": s.v.points(r.Points), "age": r.Age, "half": r.Half})
}

// frameSum is the arithmetic of the qualification.
func (s *leadSheet) frameSum() string {
	levels := map[string]float64{"unknown": 0, "weak": .33, "ok": .66, "strong": 1}
	var parts []string
	for _, p := range s.p.Lead.Frame.Parts() {
		parts = append(parts, s.v.words.Number(float64(p.Weight)/100, 2)+" × "+s.v.words.Number(levels[s.p.Lead.Letter(p.Key).Level], 2))
	}
	return s.v.words.Tf("lead.frame_sum", words.P{"sum": strings.Join(parts, " + "), "answer": s.v.words.Number(s.p.Lead.Answer(), 2)})
}

func (s *leadSheet) optInLink(o lead.OptIn) string {
	return s.v.origin() + app.FormPath + s.p.Form.Key + "/" + o.Secret
}

func (s *leadSheet) optInMail(o lead.OptIn) string {
	return s.v.words.Tf("lead.optin_mail", words.P{"name": s.p.Lead.Name, "wording": o.Wording, "link": s.optInLink(o)})
}

func (s *leadSheet) speed() string {
	return s.v.words.Tf("lead.speed", words.P{"time": workday.Text(time.Duration(s.p.Lead.Speed) * time.Millisecond)})
}

// leadDeeds are what a button on the page does, and what it says afterwards.
var leadDeeds = map[string]func(v *visit, i id.Lead, version int64, form url.Values) (said string, p words.P, err error){
	"work": func(v *visit, i id.Lead, n int64, form url.Values) (string, words.P, error) {
		_, err := v.app.WorkLead(v.r.Context(), v.who, i, n, id.OrZero[id.Member](form.Get("owner")))
		return "worked", nil, err
	},
	"offer": func(v *visit, i id.Lead, n int64, form url.Values) (string, words.P, error) {
		_, err := v.app.OfferLead(v.r.Context(), v.who, i, n, id.OrZero[id.Member](form.Get("owner")))
		return "offered", nil, err
	},
	"acceptance": func(v *visit, i id.Lead, n int64, _ url.Values) (string, words.P, error) {
		_, err := v.app.AcceptLead(v.r.Context(), v.who, i, n)
		return "accepted", nil, err
	},
	"return": func(v *visit, i id.Lead, n int64, form url.Values) (string, words.P, error) {
		_, err := v.app.ReturnLead(v.r.Context(), v.who, i, n, form.Get("why"))
		return "returned", nil, err
	},
	"confirmation": func(v *visit, i id.Lead, n int64, form url.Values) (string, words.P, error) {
		get := func(key string) opt.Of[string] { return opt.Some(form.Get(key)) }
		_, err := v.app.ConfirmLead(v.r.Context(), v.who, i, n, lead.Patch{Need: get("need"), NextStep: get("next_step"), NextDay: get("next_day"), Role: get("role")})
		return "confirmed", nil, err
	},
	"nurture": func(v *visit, i id.Lead, n int64, form url.Values) (string, words.P, error) {
		d, err := day.Parse(form.Get("recheck"))
		if err != nil {
			d = ""
		}
		_, err = v.app.RestLead(v.r.Context(), v.who, i, n, d, form.Get("why"))
		return "nurtured", words.P{"when": v.words.DayText(string(d))}, err
	},
	"disqualification": func(v *visit, i id.Lead, n int64, form url.Values) (string, words.P, error) {
		_, err := v.app.DisqualifyLead(v.r.Context(), v.who, i, n, form.Get("reason"), form.Get("why"))
		return "disqualified", nil, err
	},
	"touches": func(v *visit, i id.Lead, _ int64, form url.Values) (string, words.P, error) {
		_, err := v.app.TouchLead(v.r.Context(), v.who, i, lead.Touch{Kind: form.Get("kind"), Text: form.Get("text"), Ours: form.Has("ours")})
		return "touched", nil, err
	},
	"qualification": func(v *visit, i id.Lead, n int64, form url.Values) (string, words.P, error) {
		frame := lead.Frame(form.Get("frame"))
		var answers []lead.Letter
		for _, p := range frame.Parts() {
			answers = append(answers, lead.Letter{Key: p.Key, Level: form.Get("level_" + p.Key), Evidence: form.Get("evidence_" + p.Key)})
		}
		_, err := v.app.QualifyLead(v.r.Context(), v.who, i, n, frame, answers)
		return "asked", nil, err
	},
	"score": func(v *visit, i id.Lead, n int64, form url.Values) (string, words.P, error) {
		f, ok := v.words.ParseNumber(form.Get("own"))
		if !ok && form.Get("why") != "" {
			f = 9999 // refused where scores are
		}
		_, err := v.app.JudgeLead(v.r.Context(), v.who, i, n, int64(math.Round(f*100)), form.Get("why"))
		return "scored", nil, err
	},
	"objection": func(v *visit, i id.Lead, _ int64, form url.Values) (string, words.P, error) {
		_, err := v.app.ObjectLead(v.r.Context(), v.who, i, form.Get("said"))
		return "objected", nil, err
	},
}

func leadDeed(deed string, do func(*visit, id.Lead, int64, url.Values) (string, words.P, error)) handler {
	return func(v *visit) error {
		l, err := v.leadAt()
		if err != nil {
			return err
		}
		form, err := v.form()
		if err != nil {
			return err
		}
		said, p, err := do(v, l.ID, version(form.Get("version")), form)
		if wrong, code := v.leadRefusal(err); wrong != nil {
			s, err := v.leadSheet()
			if err != nil {
				return err
			}
			s.deed, s.text, s.said = deed, form, wrong
			return v.show(code, leadView(s))
		}
		if err != nil {
			return err
		}
		if p == nil {
			p = words.P{}
		}
		v.toast(look.Toast{Text: v.words.Tf("lead.said_"+said, p)})
		return v.to("/leads/" + l.ID.String())
	}
}

func leadConversion(v *visit) error {
	if err := v.may(member.LeadAccept); err != nil {
		return err
	}
	s, err := v.leadSheet()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, leadConvertView(s))
}

func leadConvert(v *visit) error {
	if err := v.may(member.LeadAccept); err != nil {
		return err
	}
	l, err := v.leadAt()
	if err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	t := app.LeadTarget{Account: id.OrZero[id.Account](form.Get("account")), Contact: id.OrZero[id.Contact](form.Get("contact")), Name: form.Get("name"), Sure: form.Has("sure")}
	if typed := strings.TrimSpace(form.Get("worth")); typed != "" {
		cents, ok := v.words.ParseMoney(typed)
		if t.Cents = cents; !ok {
			err = fault.Field("worth", app.ErrLeadCost)
		}
	}
	if err == nil {
		l, err = v.app.ConvertLead(v.r.Context(), v.who, l.ID, 0, t)
	}
	if said, code := v.leadRefusal(err); said != nil {
		s, err := v.leadSheet()
		if err != nil {
			return err
		}
		s.deed, s.text, s.said = "conversion", form, said
		return v.show(code, leadConvertView(s))
	}
	if err != nil {
		return err
	}
	v.toast(look.Toast{Text: v.words.T("lead.said_converted")})
	return v.to("/opportunities/" + l.Opportunity.String())
}

// targets are what a lead can become: what is here and likely, and a new one.
func (s *leadSheet) targets(found []match.Found, fresh string) (all []look.Option) {
	for _, m := range found {
		label := strings.TrimSuffix(m.Name+", "+m.City, ", ")
		all = append(all, look.Option{Value: m.ID.String(), Label: label, Hint: s.v.words.Tf("lead.convert_p", words.P{"p": s.v.words.Number(m.Probability*100, 0) + " %"})})
	}
	return append(all, look.Option{Value: "new", Label: s.v.words.Tf("lead.convert_new", words.P{"name": fresh})})
}

// firstTarget is what is chosen at first: what is here, when it is likely.
func firstTarget(found []match.Found) string {
	if len(found) > 0 && found[0].Probability >= match.Likely {
		return found[0].ID.String()
	}
	return "new"
}

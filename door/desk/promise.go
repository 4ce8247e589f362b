package desk

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"kring/app"
	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/opt"
	"kring/domain/contact"
	"kring/domain/member"
	"kring/domain/promise"
	"kring/look"
	"kring/look/words"
)

// Promises: the list with what became of them, the form, and the page of one.

func (d *Desk) promiseRoutes() {
	d.member("GET /promises", promiseList)
	d.member("GET /promises/new", newPromise)
	d.member("POST /promises/new", addPromise)
	d.member("GET /promises/{id}", promisePage)
	d.member("POST /promises/{id}", changePromise)
	d.member("POST /promises/{id}/keeping", keepPromise)
	d.member("POST /promises/{id}/day", movePromise)
	d.member("POST /promises/{id}/withdrawal", withdrawPromise)
	d.member("POST /promises/{id}/breaking", breakPromise)
	d.member("POST /promises/{id}/reopening", reopenPromise)
}

// promisesOnPage is how many promises a page of the list has.
const promisesOnPage = 50

// people are colleagues and teams by name.
type people struct {
	members []member.Member
	teams   []member.Group
}

func (v *visit) people() (p people, err error) {
	p.members, p.teams, err = v.app.Colleagues(v.r.Context(), v.who)
	return p, err
}

func (p people) name(i id.Member) string {
	for _, m := range p.members {
		if m.ID == i {
			return m.Name
		}
	}
	return ""
}

func (p people) team(i id.Team) string {
	for _, t := range p.teams {
		if t.ID == i {
			return t.Name
		}
	}
	return ""
}

// keeper is who keeps a promise, by name.
func (p people) keeper(one promise.Promise) string { return or(p.name(one.Owner), p.team(one.Team)) }

type promiseRows struct {
	v      *visit
	ask    app.PromiseAsk
	all    []promise.Line
	people people
	saydo  app.SayDo
	more   string
}

func promiseList(v *visit) error {
	if err := v.may(member.AccountRead); err != nil {
		return err
	}
	q := v.r.URL.Query()
	l := &promiseRows{v: v, ask: app.PromiseAsk{Of: q.Get("of"), Limit: promisesOnPage + 1, Account: id.OrZero[id.Account](q.Get("account"))}}
	if !slices.Contains([]string{"team", "all"}, l.ask.Of) {
		l.ask.Of = "mine"
	}
	l.ask.State = promise.Open
	if s := promise.State(q.Get("state")); slices.Contains(promise.States, s) {
		l.ask.State = s
		l.ask.Back = s != promise.Open
	}
	due, of, _ := strings.Cut(q.Get("after"), "~")
	if i, err := id.Parse[id.Promise](of); err == nil {
		l.ask.After = app.PromisePlace{Due: number64(due), ID: i}
	}
	all, err := v.app.Promises(v.r.Context(), v.who, l.ask)
	if err != nil {
		return err
	}
	if l.all = all; len(all) > promisesOnPage {
		l.all = all[:promisesOnPage]
		last := l.all[promisesOnPage-1]
		l.more = l.here("after", decimal64(last.Due)+"~"+last.ID.String())
	}
	if l.saydo, err = v.app.SayDo(v.r.Context(), v.who, app.PromiseAsk{Of: l.ask.Of, Account: l.ask.Account}); err != nil {
		return err
	}
	if l.people, err = v.people(); err != nil {
		return err
	}
	return v.show(http.StatusOK, promiseListView(l))
}

// here is the list with one thing different.
func (l *promiseRows) here(key, value string) string {
	q := url.Values{}
	if l.ask.Of != "mine" {
		q.Set("of", l.ask.Of)
	}
	if l.ask.State != promise.Open {
		q.Set("state", string(l.ask.State))
	}
	if !l.ask.Account.IsZero() {
		q.Set("account", l.ask.Account.String())
	}
	if q.Set(key, value); value == "" || key == "of" && value == "mine" || key == "state" && value == string(promise.Open) {
		q.Del(key)
	}
	return address("/promises", q)
}

func (l *promiseRows) t(key string) string { return l.v.words.T("promise." + key) }

func (l *promiseRows) frame() look.Frame {
	f := l.v.frame(l.t("many"), "/promises")
	f.Crumbs = []look.Crumb{{Label: l.t("many")}}
	tabs := look.Tabs{Label: l.t("many")}
	for _, of := range []string{"mine", "team", "all"} {
		tabs.Items = append(tabs.Items, look.Tab{Label: l.t("of_" + of), Href: l.here("of", of), Current: l.ask.Of == of})
	}
	f.Head = taskHead(look.Heading{Title: l.t("many"), Lead: l.t("lead")}, tabs)
	f.Shape, f.Aside, f.AsideIs = look.Reading, promiseAside(l), l.t("saydo")
	if l.v.who.Can(member.PromiseWrite) {
		f.Actions = append(f.Actions, look.Button{Label: l.t("one"), Icon: "plus", Kind: look.Primary, Href: "/promises/new", Key: "B"})
	}
	return f
}

func (l *promiseRows) which() look.Segmented {
	s := look.Segmented{Label: l.t("which"), Value: string(l.ask.State)}
	for _, st := range promise.States {
		s.Options = append(s.Options, look.Option{Value: string(st), Label: l.t("state_" + string(st)), Href: l.here("state", string(st))})
	}
	return s
}

// saydo draws what became of promises.
func (v *visit) saydo(s app.SayDo, href string) look.SayDo {
	d := look.SayDo{Href: href, Sum: v.words.T("saydo.none")}
	if ratio, ok := s.Ratio(); ok {
		d.Ratio = v.percent(ratio)
		d.Sum = v.words.Tf("saydo.sum", words.P{"kept": s.OnTime, "due": s.Due})
	}
	for _, m := range s.Marks {
		d.Marks = append(d.Marks, string(m))
	}
	d.Label = v.words.Tf("saydo.says", words.P{"kept": s.OnTime, "late": s.Late, "broken": s.Broken, "open": s.Open, "due": s.Due})
	return d
}

// percent writes basis points, with a decimal when there is one to see.
func (v *visit) percent(points int) string {
	decimals := 1
	if (points+5)/10%10 == 0 {
		decimals = 0
	}
	return v.words.Number(float64(points)/100, decimals) + "%"
}

// dayIn is a day as one speaks of it.
func (v *visit) dayIn(d day.Day) string { return v.words.Day(d.Start(v.who.Zone()), v.app.Now()) }

// promiseMeta is what stands under a promise: to whom, and who keeps it.
func (v *visit) promiseMeta(p promise.Line, keeper string, account bool) string {
	var parts []string
	if account {
		parts = append(parts, p.Name)
	}
	switch {
	case keeper != "" && p.Person != "":
		parts = append(parts, v.words.Tf("promise.by_to", words.P{"owner": keeper, "person": p.Person}))
	case keeper != "":
		parts = append(parts, keeper)
	case p.Person != "":
		parts = append(parts, v.words.Tf("promise.said_to", words.P{"person": p.Person}))
	}
	return strings.Join(parts, " · ")
}

// promiseChip says when a promise is due, how late it is, or what became of it.
func (v *visit) promiseChip(p promise.Promise) look.Chip {
	now, today := v.app.Now(), v.app.Today(v.who)
	late := p.Overdue(now, today)
	text := v.capital(v.dayIn(p.Day))
	if p.At != 0 {
		text += ", " + v.words.Time(p.At)
	}
	switch {
	case p.State == promise.Kept:
		return look.Chip{Label: v.words.T("promise.state_kept"), Icon: "check", Tone: look.Good}
	case p.State != promise.Open:
		return look.Chip{Label: v.words.T("promise.state_" + string(p.State)), Tone: map[promise.State]string{promise.Late: look.Warn, promise.Broken: look.Bad}[p.State]}
	case late > 0 && p.Day == today:
		return look.Chip{Label: v.words.Tf("today.was_at", words.P{"time": v.words.Time(p.At)}), Icon: "triangle-alert", Tone: look.Bad}
	case late > 0:
		return look.Chip{Label: v.words.Tn("today.late", late), Icon: "triangle-alert", Tone: look.Bad}
	case p.Day == today && p.At != 0:
		return look.Chip{Label: text, Icon: "clock", Tone: look.Accent}
	}
	return look.Chip{Label: text, Icon: "clock"}
}

// promiseForm is a promise being made or changed, or its page.
type promiseForm struct {
	v      *visit
	p      promise.Line // zero for a new one
	text   map[string]string
	said   map[string]string
	name   string // of the account that is chosen
	at     []contact.Contact
	people people
	theirs string
	open   string // which fold is open: what was refused
}

func (f *promiseForm) w(key string) string { return f.v.words.T("promise." + key) }

func (v *visit) promiseForm(p promise.Line) (*promiseForm, error) {
	f := &promiseForm{v: v, p: p, said: map[string]string{}, name: p.Name, text: map[string]string{}}
	var err error
	if f.people, err = v.people(); err != nil {
		return nil, err
	}
	if p.Version > 0 {
		d := p.Draft(v.who.Zone())
		keeper := d.Owner.String()
		if keeper == "" {
			keeper = "team:" + d.Team.String()
		}
		f.text = map[string]string{
			"text": d.Text, "norm": d.Norm, "aspect": string(d.Aspect), "account": d.Account.String(), "contact": d.Contact.String(), "owner": keeper, "channel": string(d.Channel),
			"day": string(d.Day), "time": d.Time, "version": decimal64(p.Version),
		}
		f.at, err = v.app.ContactsAt(v.r.Context(), v.who, p.Account)
	}
	return f, err
}

// owners are who can keep it: colleagues, then teams.
func (f *promiseForm) owners() (list []look.Option) {
	for _, m := range f.people.members {
		if m.State != member.Active {
			continue
		}
		label := m.Name
		if m.ID == f.v.who.Member.ID {
			label += " (" + f.v.words.T("task.me") + ")"
		}
		list = append(list, look.Option{Value: m.ID.String(), Label: label})
	}
	for _, t := range f.people.teams {
		list = append(list, look.Option{Value: "team:" + t.ID.String(), Label: f.v.words.Tf("promise.team", words.P{"name": t.Name})})
	}
	return list
}

func (f *promiseForm) contacts() (list []look.Option) {
	for _, c := range f.at {
		list = append(list, look.Option{Value: c.ID.String(), Label: c.Name()})
	}
	return list
}

func (f *promiseForm) aspects() (list []look.Option) {
	for _, a := range promise.Aspects {
		list = append(list, look.Option{Value: string(a), Label: f.w("aspect_" + string(a))})
	}
	return list
}

func (f *promiseForm) channels() (list []look.Option) {
	for _, c := range promise.Channels {
		list = append(list, look.Option{Value: string(c), Label: f.w("channel_" + or(string(c), "none"))})
	}
	return list
}

func (f *promiseForm) frame() look.Frame {
	title := f.w("new")
	if f.p.Version > 0 {
		title = f.p.Text
	}
	fr := f.v.frame(title, "/promises")
	fr.Crumbs = []look.Crumb{{Label: f.w("many"), Href: "/promises"}, {Label: title}}
	h := look.Heading{Title: title}
	if f.p.Version > 0 {
		h.Lead = f.v.promiseMeta(f.p, f.people.keeper(f.p.Promise), true)
		h.Chips = []templComponent{f.v.promiseChip(f.p.Promise)}
	} else {
		h.Lead = f.w("lead")
	}
	fr.Head = h
	return fr
}

func newPromise(v *visit) error {
	if err := v.may(member.PromiseWrite); err != nil {
		return err
	}
	f, err := v.promiseForm(promise.Line{})
	if err != nil {
		return err
	}
	q := v.r.URL.Query()
	f.text["id"], f.text["owner"], f.text["aspect"] = id.New[id.Promise]().String(), v.who.Member.ID.String(), string(promise.Service)
	for _, key := range []string{"text", "account", "contact", "source", "record", "aspect", "channel", "day"} {
		if q.Has(key) {
			f.text[key] = strings.ToValidUTF8(q.Get(key), "")
		}
	}
	f.text["from"] = within(q.Get("from"))
	if i, err := id.Parse[id.Account](f.text["account"]); err == nil {
		if err := f.called(i); err != nil {
			return err
		}
	}
	return v.show(http.StatusOK, promiseFormView(f))
}

// called finds the name of the relation and who is there.
func (f *promiseForm) called(i id.Account) error {
	names, err := f.v.app.AccountNames(f.v.r.Context(), f.v.who, []id.Account{i})
	if err != nil {
		return err
	}
	if f.name = names[i]; f.name == "" {
		return nil
	}
	f.at, err = f.v.app.ContactsAt(f.v.r.Context(), f.v.who, i)
	return err
}

// posted reads the form into its texts and a draft.
func (f *promiseForm) posted(form url.Values) (d promise.Draft, err error) {
	for _, key := range []string{"id", "text", "norm", "aspect", "account", "contact", "owner", "channel", "source", "record", "day", "time", "version", "from"} {
		f.text[key] = form.Get(key)
	}
	wrong := fault.Fields{}
	d = promise.Draft{
		Text: form.Get("text"), Aspect: promise.Aspect(form.Get("aspect")), Norm: form.Get("norm"), Channel: promise.Channel(form.Get("channel")), Day: day.Day(form.Get("day")), Time: form.Get("time"),
		Source: fact.Kind(form.Get("source")), Record: id.OrZero[id.Record](form.Get("record")), Contact: id.OrZero[id.Contact](form.Get("contact")),
	}
	if team, ok := strings.CutPrefix(form.Get("owner"), "team:"); ok {
		d.Team = id.OrZero[id.Team](team)
	} else {
		d.Owner = id.OrZero[id.Member](form.Get("owner"))
	}
	if d.Owner.IsZero() && d.Team.IsZero() && form.Get("owner") != "" {
		wrong.Add("owner", promise.ErrOwner)
	}
	if f.p.Version > 0 {
		return d, wrong.Err()
	}
	d.Account, f.name, err = f.v.pickedAccount(form, "account")
	if err != nil {
		if _, ok := fault.From(err); !ok {
			return d, err
		}
		wrong.Add("account", promise.ErrAccount)
	}
	f.text["account"] = d.Account.String()
	if !d.Account.IsZero() {
		if err := f.called(d.Account); err != nil {
			return d, err
		}
	}
	return d, wrong.Err()
}

func addPromise(v *visit) error {
	if err := v.may(member.PromiseWrite); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	f, err := v.promiseForm(promise.Line{})
	if err != nil {
		return err
	}
	d, err := f.posted(form)
	i, bad := id.Parse[id.Promise](form.Get("id"))
	if bad != nil {
		i = id.New[id.Promise]()
	}
	if err == nil {
		var p promise.Promise
		if p, err = v.app.AddPromiseOnce(v.r.Context(), v.who, i, d); err == nil {
			v.toast(look.Toast{Text: v.words.Tf("promise.made", words.P{"day": v.dayIn(p.Day)}), Href: "/promises/" + i.String(), Label: v.words.T("task.open_it")})
			return v.to(backTo(form, "/promises"))
		}
	}
	if wrong := v.wrong(err); wrong != nil {
		f.said = wrong
		return v.show(http.StatusUnprocessableEntity, promiseFormView(f))
	}
	return err
}

// promiseOf is the promise that the address names.
func promiseOf(v *visit) (*promiseForm, error) {
	i, err := pathID[id.Promise](v, "id")
	if err != nil {
		return nil, err
	}
	p, err := v.app.Promise(v.r.Context(), v.who, i)
	if err != nil {
		return nil, err
	}
	return v.promiseForm(p)
}

func promisePage(v *visit) error {
	if err := v.may(member.AccountRead); err != nil {
		return err
	}
	f, err := promiseOf(v)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, promiseView(f))
}

func changePromise(v *visit) error {
	return turned(v, "changed", "change", func(f *promiseForm, form url.Values, version int64) (promise.Promise, error) {
		d, err := f.posted(form)
		if err != nil {
			return promise.Promise{}, err
		}
		was := f.p.Draft(v.who.Zone())
		p := promise.Patch{}
		if d.Text != was.Text {
			p.Text = opt.Some(d.Text)
		}
		if d.Norm != was.Norm {
			p.Norm = opt.Some(d.Norm)
		}
		if d.Aspect != was.Aspect {
			p.Aspect = opt.Some(d.Aspect)
		}
		if d.Contact != was.Contact {
			p.Contact = opt.Some(d.Contact)
		}
		if d.Channel != was.Channel {
			p.Channel = opt.Some(d.Channel)
		}
		if d.Owner != was.Owner || d.Team != was.Team {
			p.Owner, p.Team = opt.Some(d.Owner), opt.Some(d.Team)
		}
		return v.app.ChangePromise(v.r.Context(), v.who, f.p.ID, version, p)
	})
}

func keepPromise(v *visit) error {
	return turned(v, "kept", "", func(f *promiseForm, _ url.Values, version int64) (promise.Promise, error) {
		return v.app.KeepPromise(v.r.Context(), v.who, f.p.ID, version)
	})
}

func movePromise(v *visit) error {
	return turned(v, "moved", "move", func(f *promiseForm, form url.Values, version int64) (promise.Promise, error) {
		f.text["day"], f.text["time"], f.text["why"] = form.Get("day"), form.Get("time"), form.Get("why")
		return v.app.RenegotiatePromise(v.r.Context(), v.who, f.p.ID, version, day.Day(form.Get("day")), form.Get("time"), form.Get("why"))
	})
}

func withdrawPromise(v *visit) error {
	return turned(v, "withdrawn", "withdraw", func(f *promiseForm, form url.Values, version int64) (promise.Promise, error) {
		f.text["why"] = form.Get("why")
		return v.app.WithdrawPromise(v.r.Context(), v.who, f.p.ID, version, form.Get("why"))
	})
}

func breakPromise(v *visit) error {
	return turned(v, "broken", "break", func(f *promiseForm, form url.Values, version int64) (promise.Promise, error) {
		f.text["why"] = form.Get("why")
		return v.app.BreakPromise(v.r.Context(), v.who, f.p.ID, version, form.Get("why"))
	})
}

func reopenPromise(v *visit) error {
	return turned(v, "reopened", "", func(f *promiseForm, _ url.Values, version int64) (promise.Promise, error) {
		return v.app.ReopenPromise(v.r.Context(), v.who, f.p.ID, version)
	})
}

// turned does something with the promise that the address names, says so with a
// way back, and shows its page again when it is refused.
func turned(v *visit, said, fold string, do func(f *promiseForm, form url.Values, version int64) (promise.Promise, error)) error {
	if err := v.may(member.PromiseWrite); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	f, err := promiseOf(v)
	if err != nil {
		return err
	}
	p, err := do(f, form, number64(form.Get("version")))
	var stale *app.Stale[promise.Promise]
	if errors.As(err, &stale) {
		f.p.Promise, f.open = stale.Now, fold
		f.theirs, f.text["version"] = f.w("state_"+string(stale.Now.State))+": "+stale.Now.Text, decimal64(stale.Now.Version)
		return v.show(http.StatusConflict, promiseView(f))
	}
	if wrong := v.wrong(err); wrong != nil {
		f.said, f.open = wrong, fold
		return v.show(http.StatusUnprocessableEntity, promiseView(f))
	}
	if err != nil {
		return err
	}
	toast := look.Toast{Text: v.words.Tf("promise.said_"+said, words.P{"name": p.Text, "day": v.dayIn(p.Day)})}
	if said == "kept" || said == "withdrawn" || said == "broken" {
		toast.Undo = "/promises/" + p.ID.String() + "/reopening"
	}
	v.toast(toast)
	return v.to(backTo(form, "/promises/"+p.ID.String()))
}

// dueClass marks in a list what is due today or was missed.
func (v *visit) dueClass(p promise.Promise) string {
	switch {
	case p.Overdue(v.app.Now(), v.app.Today(v.who)) > 0:
		return "late"
	case p.Day == v.app.Today(v.who):
		return "due"
	}
	return ""
}

// dueText says when a promise is due.
func (v *visit) dueText(p promise.Promise) string {
	text := v.dayIn(p.Day)
	if p.At != 0 {
		text += " " + v.words.Time(p.At)
	}
	return text
}

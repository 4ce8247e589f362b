package desk

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"kring/app"
	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/repeat"
	"kring/domain/appointment"
	"kring/domain/member"
	"kring/look"
	"kring/look/words"
	"kring/paper/ics"
)

// The calendar by week and by month, appointments, and the link with which
// another program follows a calendar. On a phone the days stand below each other.

func (d *Desk) calendarRoutes() {
	d.member("GET /calendar", calendarPage)
	d.member("POST /calendar/link", makeLink)
	d.member("POST /calendar/link/closing", closeLink)
	d.anyone("GET /calendar/{org}/{file}", calendarFeed)
	d.member("GET /appointments/new", newAppointment)
	d.member("POST /appointments/new", addAppointment)
	d.member("GET /appointments/{id}", appointmentPage)
	d.member("POST /appointments/{id}", changeAppointment)
	d.member("POST /appointments/{id}/move", moveAppointment)
	d.member("POST /appointments/{id}/cancellation", cancelAppointment)
	d.member("POST /appointments/{id}/revival", reviveAppointment)
	d.member("GET /appointments/{id}/file", appointmentFile)
}

// agenda is a stretch of days of one's own calendar, or of a team's beside it.
type agenda struct {
	v      *visit
	month  bool
	on     day.Day // within the stretch
	from   day.Day
	until  day.Day
	team   bool
	called map[id.Member]string
	all    []appointment.Occurrence
	link   *app.Feed
	secret string // shown once
}

func calendarPage(v *visit) error { return v.showCalendar("") }

func (v *visit) showCalendar(secret string) error {
	if err := v.may(member.TaskWrite); err != nil {
		return err
	}
	q := v.r.URL.Query()
	c := &agenda{v: v, month: q.Get("by") == "month", team: q.Get("of") == "team", called: map[id.Member]string{}, secret: secret}
	today := v.app.Today(v.who)
	if on, err := day.Parse(q.Get("on")); err == nil {
		c.on = on
	} else {
		c.on = today
	}
	c.from = repeat.Monday(c.on)
	c.until = c.from.Add(6)
	if c.month {
		c.from = repeat.Monday(c.on.First())
		c.until = repeat.Monday(c.on.First().Months(1).Add(-1)).Add(6)
	}
	ask := app.CalendarAsk{Span: app.Span{From: c.from, Until: c.until}}
	if c.team {
		members, err := v.app.Members(v.r.Context(), v.who)
		if err != nil {
			return err
		}
		for _, m := range members {
			if m.State == member.Active && m.Team == v.who.Member.Team && len(ask.Members) < 25 {
				ask.Members = append(ask.Members, m.ID)
				c.called[m.ID], _, _ = strings.Cut(m.Name, " ")
			}
		}
	}
	var err error
	if c.all, err = v.app.Calendar(v.r.Context(), v.who, ask); err != nil {
		return err
	}
	f, err := v.app.CalendarLink(v.r.Context(), v.who)
	if err == nil {
		c.link = &f
	} else if fault.KindOf(err) != fault.NotFound {
		return err
	}
	return v.show(http.StatusOK, calendarView(c))
}

func (c *agenda) w(key string) string { return c.v.words.T("calendar." + key) }

// at is the calendar with one thing different.
func (c *agenda) at(key, value string) string {
	q := url.Values{"on": {string(c.on)}}
	if c.month {
		q.Set("by", "month")
	}
	if c.team {
		q.Set("of", "team")
	}
	if q.Set(key, value); value == "" {
		q.Del(key)
	}
	return address("/calendar", q)
}

func (c *agenda) step(n int) string {
	if c.month {
		return c.at("on", string(c.on.First().Months(n)))
	}
	return c.at("on", string(c.on.Add(7*n)))
}

func (c *agenda) title() string {
	if c.month {
		return c.v.capital(c.v.words.MonthText(c.on.Month()))
	}
	return c.v.words.Tf("calendar.week_of", words.P{"from": c.v.words.DayText(string(c.from)), "until": c.v.words.DayText(string(c.until))})
}

func (c *agenda) frame() look.Frame {
	f := c.v.frame(c.w("title"), "/calendar")
	f.Shape = look.Full
	f.Scripts = []string{"calendar.js"}
	f.Crumbs = []look.Crumb{{Label: c.w("title")}, {Label: c.title()}}
	f.Head = look.Heading{Title: c.title()}
	f.Actions = []templ.Component{look.Button{Label: c.v.words.T("appointment.one"), Icon: "plus", Kind: look.Primary, Href: c.newAt(c.v.app.Today(c.v.who))}}
	return f
}

func (c *agenda) newAt(on day.Day) string {
	return address("/appointments/new", url.Values{"day": {string(on)}, "from": {c.at("", "")}})
}

func (c *agenda) whose() look.Segmented {
	return look.Segmented{Label: c.w("whose"), Value: map[bool]string{true: "team"}[c.team], Options: []look.Option{{Label: c.w("mine"), Href: c.at("of", "")}, {Value: "team", Label: c.w("team"), Href: c.at("of", "team")}}}
}

func (c *agenda) span() look.Segmented {
	return look.Segmented{Label: c.w("span"), Value: map[bool]string{true: "month"}[c.month], Options: []look.Option{{Label: c.w("week"), Href: c.at("by", "")}, {Value: "month", Label: c.w("month"), Href: c.at("by", "month")}}}
}

// weeks are the days, seven by seven.
func (c *agenda) weeks() (all [][]day.Day) {
	for d := c.from; d <= c.until; d = d.Add(7) {
		var w []day.Day
		for n := range 7 {
			w = append(w, d.Add(n))
		}
		all = append(all, w)
	}
	return all
}

// of are the appointments that touch a day.
func (c *agenda) of(d day.Day) (all []appointment.Occurrence) {
	from, until := d.Start(c.v.who.Zone()), d.Add(1).Start(c.v.who.Zone())
	for _, o := range c.all {
		if o.From < until && o.Until > from {
			all = append(all, o)
		}
	}
	return all
}

func (c *agenda) dayTitle(d day.Day) string {
	return c.v.words.T("calendar.short_"+decimal64(int64(time.UnixMilli(d.Start(c.v.who.Zone())).In(c.v.who.Zone()).Weekday()))) + " " + strings.TrimLeft(string(d[8:]), "0")
}

// who names whose busy time it is, in the calendar of a team.
func (c *agenda) who(o appointment.Occurrence) string {
	if !c.team {
		return ""
	}
	var names []string
	for _, m := range o.Members {
		if name := c.called[m]; name != "" {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

func (c *agenda) hour(o appointment.Occurrence) string {
	if o.AllDay {
		return c.w("all_day")
	}
	return c.v.words.Time(o.From)
}

func makeLink(v *visit) error {
	path, err := v.app.RenewCalendarLink(v.r.Context(), v.who)
	if err != nil {
		return err
	}
	return v.showCalendar(v.origin() + path)
}

func closeLink(v *visit) error {
	if err := v.app.CloseCalendarLink(v.r.Context(), v.who); err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	v.toast(look.Toast{Text: v.words.T("calendar.link_closed")})
	return v.to("/calendar")
}

// calendarFeed answers whoever has the link, and says nothing to anybody else.
func calendarFeed(v *visit) error {
	org, err := id.Parse[id.Org](v.r.PathValue("org"))
	secret, isFile := strings.CutSuffix(v.r.PathValue("file"), ".ics")
	if err != nil || !isFile || len(secret) > 100 {
		return errNoPage
	}
	var b bytes.Buffer
	if err := v.app.CalendarFeed(v.r.Context(), org, secret, v.origin(), &b); err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", ics.MIME)
	_, err = v.w.Write(b.Bytes())
	return err
}

// meetForm is an appointment being made or changed.
type meetForm struct {
	v       *visit
	l       appointment.Line
	text    map[string]string
	members []string
	said    map[string]string
	name    string
	clash   []appointment.Occurrence
	rule    repeat.Rule
	all     []member.Member
	people  []look.Option // contacts at the relation
	guests  []string
	stale   bool
}

func (f *meetForm) w(key string) string { return f.v.words.T("appointment." + key) }

func (v *visit) meetForm(l appointment.Line) (*meetForm, error) {
	members, err := v.app.Members(v.r.Context(), v.who)
	if err != nil {
		return nil, err
	}
	f := &meetForm{v: v, l: l, said: map[string]string{}, all: members, name: l.Name, rule: l.Repeat}
	f.fill(l.Draft())
	f.text["version"] = decimal64(l.Version)
	return f, nil
}

func (f *meetForm) fill(d appointment.Draft) {
	bare := d.Repeat
	bare.Until, bare.Count = "", 0
	f.text = map[string]string{
		"title": d.Title, "note": d.Note, "kind": string(d.Kind), "account": d.Account.String(), "place": d.Place, "day": string(d.Day), "time": d.Time, "minutes": decimal64(int64(d.Minutes)),
		"all_day": map[bool]string{true: "1"}[d.AllDay], "repeat": bare.String(), "repeat_until": string(d.Repeat.Until), "remind": decimal64(int64(d.Remind)),
	}
	for _, m := range d.Members {
		f.members = append(f.members, m.String())
	}
	for _, c := range d.Contacts {
		f.guests = append(f.guests, c.String())
	}
}

// contacts are the people at the relation that is chosen, to be asked along.
func (f *meetForm) contacts() error {
	i, err := id.Parse[id.Account](f.text["account"])
	if err != nil {
		return nil
	}
	p, err := f.v.app.AccountPage(f.v.r.Context(), f.v.who, i, app.Look{})
	if err != nil {
		if fault.KindOf(err) == fault.NotFound {
			return nil
		}
		return err
	}
	f.name = p.Account.Name
	for _, c := range p.Contacts[:min(len(p.Contacts), 20)] {
		f.people = append(f.people, look.Option{Value: c.ID.String(), Label: c.Name()})
	}
	return nil
}

func (f *meetForm) colleagues() (list []look.Option) {
	for _, m := range f.all {
		if m.State == member.Active && m.ID != f.v.who.Member.ID {
			list = append(list, look.Option{Value: m.ID.String(), Label: m.Name})
		}
	}
	return list
}

func (f *meetForm) kinds() (list []look.Option) {
	for _, k := range appointment.Kinds {
		list = append(list, look.Option{Value: string(k), Label: f.w("kind_" + string(k))})
	}
	return list
}

func (f *meetForm) lengths() (list []look.Option) {
	have := false
	for _, n := range []int{15, 30, 45, 60, 90, 120, 180, 240, 480} {
		have = have || decimal64(int64(n)) == f.text["minutes"]
		list = append(list, look.Option{Value: decimal64(int64(n)), Label: f.v.words.Tn("appointment.minutes_n", n)})
	}
	if n := int(number64(f.text["minutes"])); !have && n > 0 {
		list = append(list, look.Option{Value: f.text["minutes"], Label: f.v.words.Tn("appointment.minutes_n", n)})
	}
	return list
}

func (f *meetForm) reminders() (list []look.Option) {
	for _, n := range []int{0, 5, 15, 30, 60, 1440} {
		label := f.w("remind_not")
		if n > 0 {
			label = f.v.words.Tn("appointment.remind_n", n)
		}
		list = append(list, look.Option{Value: decimal64(int64(n)), Label: label})
	}
	return list
}

func (f *meetForm) frame() look.Frame {
	title := f.w("new")
	if f.l.Version > 0 {
		title = f.l.Title
	}
	fr := f.v.frame(title, "/calendar")
	fr.Crumbs = []look.Crumb{{Label: f.v.words.T("calendar.title"), Href: "/calendar"}, {Label: title}}
	h := look.Heading{Title: title}
	if f.l.State == appointment.Cancelled {
		h.Lead = f.w("is_cancelled")
	}
	fr.Head = h
	if f.l.Version > 0 {
		fr.Actions = []templ.Component{look.Button{Label: f.w("file"), Icon: "download", Href: "/appointments/" + f.l.ID.String() + "/file"}}
	}
	return fr
}

func newAppointment(v *visit) error {
	if err := v.may(member.TaskWrite); err != nil {
		return err
	}
	f, err := v.meetForm(appointment.Line{})
	if err != nil {
		return err
	}
	now := time.UnixMilli(v.app.Now()).In(v.who.Zone())
	for key, value := range map[string]string{
		"id": id.New[id.Appointment]().String(), "day": string(v.app.Today(v.who)), "time": now.Truncate(time.Hour).Add(time.Hour).Format("15:04"), "minutes": "60", "kind": string(appointment.Visit), "remind": "15",
	} {
		f.text[key] = value
	}
	for _, key := range []string{"title", "kind", "account", "day", "time", "place", "about", "record"} {
		if q := v.r.URL.Query(); q.Has(key) {
			f.text[key] = strings.ToValidUTF8(q.Get(key), "")
		}
	}
	f.text["from"] = within(v.r.URL.Query().Get("from"))
	if err := f.contacts(); err != nil {
		return err
	}
	return v.show(http.StatusOK, meetView(f))
}

func (f *meetForm) posted(form url.Values) (d appointment.Draft, err error) {
	for _, key := range []string{"id", "title", "note", "kind", "account", "place", "day", "time", "minutes", "all_day", "repeat", "repeat_until", "remind", "version", "from", "about", "record"} {
		f.text[key] = form.Get(key)
	}
	f.members, f.guests = form["members"], form["contacts"]
	wrong := fault.Fields{}
	d = appointment.Draft{
		Title: form.Get("title"), Note: form.Get("note"), Kind: appointment.Kind(form.Get("kind")), Place: form.Get("place"), Day: day.Day(form.Get("day")), Time: form.Get("time"),
		Minutes: int(number64(form.Get("minutes"))), AllDay: form.Get("all_day") != "", Remind: int(number64(form.Get("remind"))), About: fact.Kind(form.Get("about")), Record: id.OrZero[id.Record](form.Get("record")),
	}
	for _, m := range f.members {
		d.Members = append(d.Members, id.OrZero[id.Member](m))
	}
	for _, c := range f.guests {
		d.Contacts = append(d.Contacts, id.OrZero[id.Contact](c))
	}
	d.Account, f.name, err = f.v.pickedAccount(form, "account")
	if err != nil {
		if _, ok := fault.From(err); !ok {
			return d, err
		}
		wrong.Add("account", err)
	}
	f.text["account"] = d.Account.String()
	if d.Repeat, err = readRepeat(form); err != nil {
		wrong.Add("repeat", err)
	}
	f.rule = d.Repeat
	return d, wrong.Err()
}

func addAppointment(v *visit) error {
	if err := v.may(member.TaskWrite); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	f, err := v.meetForm(appointment.Line{})
	if err != nil {
		return err
	}
	d, err := f.posted(form)
	i, bad := id.Parse[id.Appointment](form.Get("id"))
	if bad != nil {
		i = id.New[id.Appointment]()
	}
	var clash []appointment.Occurrence
	if err == nil {
		_, clash, err = v.app.AddAppointment(v.r.Context(), v.who, i, d)
	}
	return f.answer(err, i, clash, "appointment.made", form)
}

// answer goes back to where the form came from, or shows it again.
func (f *meetForm) answer(err error, i id.Appointment, clash []appointment.Occurrence, said string, form url.Values) error {
	v := f.v
	if wrong := v.wrong(err); wrong != nil {
		if f.said = wrong; f.l.Version == 0 {
			if err := f.contacts(); err != nil {
				return err
			}
		}
		return v.show(http.StatusUnprocessableEntity, meetView(f))
	}
	if err != nil {
		return err
	}
	t := look.Toast{Text: v.words.T(said), Href: "/appointments/" + i.String(), Label: v.words.T("task.open_it")}
	if len(clash) > 0 {
		t.Icon, t.Text = "triangle-alert", v.words.Tf("appointment.clash", words.P{"what": v.clashText(clash[0])})
	}
	v.toast(t)
	return v.to(backTo(form, "/calendar"))
}

// clashText says with what an appointment overlaps.
func (v *visit) clashText(o appointment.Occurrence) string {
	title := o.Title
	if title == "" {
		title = v.words.T("calendar.busy")
	}
	return title + ", " + v.words.DayTime(o.From, v.app.Now())
}

func meetOf(v *visit) (*meetForm, error) {
	if err := v.may(member.TaskWrite); err != nil {
		return nil, err
	}
	i, err := pathID[id.Appointment](v, "id")
	if err != nil {
		return nil, err
	}
	l, clash, err := v.app.Appointment(v.r.Context(), v.who, i)
	if err != nil {
		return nil, err
	}
	f, err := v.meetForm(l)
	if err != nil {
		return nil, err
	}
	f.clash = clash
	return f, f.contacts()
}

func appointmentPage(v *visit) error {
	f, err := meetOf(v)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, meetView(f))
}

func changeAppointment(v *visit) error {
	f, err := meetOf(v)
	if err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	d, err := f.posted(form)
	var clash []appointment.Occurrence
	if err == nil {
		_, clash, err = v.app.ChangeAppointment(v.r.Context(), v.who, f.l.ID, number64(form.Get("version")), func(was *appointment.Draft) {
			d.ExternalID = was.ExternalID
			if d.Record.IsZero() {
				d.About, d.Record = was.About, was.Record
			}
			*was = d
		})
	}
	var stale *app.Stale[appointment.Appointment]
	if errors.As(err, &stale) {
		f.stale, f.text["version"] = true, decimal64(stale.Now.Version)
		return v.show(http.StatusConflict, meetView(f))
	}
	return f.answer(err, f.l.ID, clash, "appointment.changed", form)
}

// moveAppointment moves an appointment, or one time of it, to another day: by the
// form on its page, or dragged in the calendar.
func moveAppointment(v *visit) error {
	f, err := meetOf(v)
	if err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	to, clock := day.Day(form.Get("to")), form.Get("time")
	if clock == "" {
		clock = appointment.Clock(f.l.Minute)
	}
	_, clash, err := v.app.MoveAppointment(v.r.Context(), v.who, f.l.ID, 0, day.Day(form.Get("of")), to, clock)
	return f.answer(err, f.l.ID, clash, "appointment.moved", form)
}

func cancelAppointment(v *visit) error {
	return v.endMeeting(func(f *meetForm, form url.Values) error {
		_, err := v.app.CancelAppointment(v.r.Context(), v.who, f.l.ID, number64(form.Get("version")), day.Day(form.Get("of")), form.Get("why"))
		return err
	}, "appointment.said_cancelled", true)
}

func reviveAppointment(v *visit) error {
	return v.endMeeting(func(f *meetForm, form url.Values) error {
		_, err := v.app.ReviveAppointment(v.r.Context(), v.who, f.l.ID, 0, day.Day(form.Get("of")))
		return err
	}, "appointment.said_revived", false)
}

func (v *visit) endMeeting(do func(*meetForm, url.Values) error, said string, undo bool) error {
	f, err := meetOf(v)
	if err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	if err := do(f, form); err != nil {
		return err
	}
	t := look.Toast{Text: v.words.Tf(said, words.P{"name": f.l.Title})}
	if undo {
		t.Undo, t.UndoName, t.UndoValue = "/appointments/"+f.l.ID.String()+"/revival", "of", form.Get("of")
	}
	v.toast(t)
	return v.to(backTo(form, "/calendar"))
}

func appointmentFile(v *visit) error {
	if err := v.may(member.TaskWrite); err != nil {
		return err
	}
	i, err := pathID[id.Appointment](v, "id")
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := v.app.CalendarFile(v.r.Context(), v.who, i, v.origin(), &b); err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", ics.MIME)
	v.w.Header().Set("Content-Disposition", `attachment; filename="afspraak.ics"`)
	_, err = v.w.Write(b.Bytes())
	return err
}

// next is the coming time of what comes back, for leaving one out.
func (f *meetForm) next() string {
	if f.l.Repeat.IsZero() {
		return ""
	}
	from := f.v.app.Now()
	all := f.l.Between(from, from+400*24*3_600_000, f.v.who.Zone(), 1)
	if len(all) == 0 {
		return ""
	}
	return string(all[0].Day)
}

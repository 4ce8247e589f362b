package desk

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"kring/app"
	"kring/base/day"
	"kring/base/id"
	"kring/domain/cycle"
	"kring/domain/member"
	"kring/domain/promise"
	"kring/look"
	"kring/look/words"
)

// Today: one sentence of what the day asks, then what asks for a deed, a row
// each (ui.md §4). A block of which there is nothing is not there.

func (d *Desk) todayRoutes() {
	d.member("GET /today", todayPage)
	d.member("POST /today/later", todayLater)
	d.member("POST /today/promises/{id}/keeping", keepToday)
	d.member("POST /today/promises/{id}/reopening", reopenToday)
}

// A block shows a handful, and all of them when that is asked.
const (
	fewToday = 4
	allToday = 60
)

// morning is what the page of today shows.
type morning struct {
	v   *visit
	t   app.Today
	all bool
}

func todayPage(v *visit) error {
	m := &morning{v: v, all: v.r.URL.Query().Get("show") == "all"}
	most := fewToday
	if m.all {
		most = allToday
	}
	var err error
	if m.t, err = v.app.TodayOf(v.r.Context(), v.who, most); err != nil {
		return err
	}
	return v.show(http.StatusOK, todayView(m))
}

func (m *morning) w(key string) string { return m.v.words.T("today." + key) }

func (m *morning) frame() look.Frame {
	f := m.v.frame(m.w("title"), "/today")
	f.Shape = look.Reading
	f.Crumbs = []look.Crumb{{Label: m.w("title")}, {Label: m.date()}}
	f.Head = look.Heading{Title: m.greeting(), Lead: m.sentence()}
	if m.v.who.Can(member.TaskWrite) {
		f.Actions = append(f.Actions, look.Button{Label: m.v.words.T("appointment.one"), Icon: "calendar-clock", Href: "/appointments/new?from=%2Ftoday"})
		f.Actions = append(f.Actions, look.Button{Label: m.v.words.T("task.one"), Icon: "plus", Kind: look.Primary, Href: "/tasks/new?from=%2Ftoday", Key: "T"})
	}
	if m.t.Ring != nil || m.t.SayDo != nil || m.t.Delight != nil {
		f.Aside, f.AsideIs = todayAside(m), m.w("aside")
	}
	return f
}

// date is the day in full, without its year.
func (m *morning) date() string {
	long := m.v.words.Long(m.t.Now)
	if cut := strings.LastIndex(long, " "); cut > 0 {
		long = long[:cut]
	}
	return m.v.capital(long)
}

// greeting is by the hour of the organisation.
func (m *morning) greeting() string {
	key := "evening"
	switch hour := time.UnixMilli(m.t.Now).In(m.v.who.Zone()).Hour(); {
	case hour < 6:
		key = "night"
	case hour < 12:
		key = "morning"
	case hour < 18:
		key = "afternoon"
	}
	first, _, _ := strings.Cut(m.v.who.Member.Name, " ")
	return m.v.words.Tf("today.good_"+key, words.P{"name": first})
}

// counted writes a small number as a word, as one speaks.
func (m *morning) counted(n int) string {
	if n <= 12 {
		return m.w("number_" + decimal64(int64(n)))
	}
	return m.v.words.Count(min(n, app.MostWaiting), n > app.MostWaiting)
}

// sentence says what today asks.
func (m *morning) sentence() string {
	var said []string
	promised := 0
	for _, p := range m.t.Promises {
		if p.Day <= m.t.Day {
			promised++
		}
	}
	switch n := m.t.Waiting; {
	case promised > 0 && n > 0:
		said = append(said, m.v.words.Tf("today.ask_both", words.P{
			"promises": m.v.words.Tn("today.some_promises", promised, words.P{"count": m.counted(promised)}), "tasks": m.v.words.Tn("today.some_tasks", n, words.P{"count": m.counted(n)}),
		}))
	case promised > 0:
		said = append(said, m.v.words.Tn("today.ask_promises", promised, words.P{"count": m.counted(promised)}))
	case n > 0:
		said = append(said, m.v.words.Tn("today.ask_tasks", n, words.P{"count": m.counted(n)}))
	}
	for _, o := range m.t.Meetings {
		if o.AllDay || o.Until <= m.t.Now {
			continue
		}
		key, whom := "today.meet", strings.Join(o.People, ", ")
		if whom == "" {
			whom = o.Name
		}
		if whom == "" {
			key, whom = "today.meet_about", o.Title
		}
		said = append(said, m.v.words.Tf(key, words.P{"time": m.v.words.Time(o.From), "whom": whom}))
		break
	}
	if len(said) == 0 && m.t.Noticed > 0 {
		said = append(said, m.v.words.Tn("today.ask_notices", m.t.Noticed, words.P{"count": m.counted(m.t.Noticed)}))
	}
	if len(said) == 0 {
		return m.w("ask_nothing")
	}
	return m.v.capital(strings.Join(said, " "))
}

// count is how many there are, behind the title of a block.
func (m *morning) count(n int) string {
	return m.v.words.Count(min(n, app.MostWaiting), n > app.MostWaiting)
}

// notice is a row of what Kring noticed, in words and with its deed.
type notice struct {
	app.Notice
	Icon, Title, Meta, Figure string
	Deed                      look.Button
}

func (m *morning) notice(n app.Notice) notice {
	v, at := m.v, "/accounts/"+n.Account.String()
	l := notice{Notice: n}
	p := words.P{"name": n.Name, "text": n.Text, "n": v.words.Number(float64(n.N), 0), "day": ""}
	if n.Day != "" {
		p["day"] = v.words.Day(n.Day.Start(v.who.Zone()), m.t.Now)
	}
	deed := func(icon, href string) {
		l.Icon, l.Deed = icon, look.Button{Label: m.w("do_" + n.Key), Href: href, Size: look.Small}
	}
	switch n.Key {
	case "decision":
		deed("scale", "/decisions")
		p["text"] = v.words.T("cycle.reason_" + n.Text)
	case "handover", "returned":
		deed("handshake", "/handovers/"+n.Record.String())
	case "inform":
		deed("shield-check", "/imports/"+n.Record.String())
	case "job":
		deed("cog", "/settings/jobs/"+n.Record.String())
	case "duplicates":
		deed("copy", "/duplicates")
		l.Title = v.words.Tn("today.notice_duplicates", n.N)
	case "opportunity", "overdue":
		deed("kanban", at)
		if m.v.has("GET /opportunities/{id}") {
			l.Deed.Href = "/opportunities/" + n.Record.String()
		}
		l.Figure = v.words.Money(n.Cents/100*100, n.Currency)
		p["days"] = v.words.Tn("today.days", n.N)
		if n.Key == "opportunity" && n.N == 0 {
			l.Meta = m.w("quiet_today")
		}
	case "slipping":
		l.Icon = "hourglass"
		l.Deed = v.doing(*n.Slip)
		l.Deed.Size, l.Deed.Icon = look.Small, ""
		l.Meta = strings.Join(v.reasonsOf(n.Slip.Outlook.Outlook, m.t.Day), " ")
		l.Figure = v.stake(*n.Slip)
	}
	if l.Title == "" {
		l.Title = v.words.Tf("today.notice_"+n.Key, p)
	}
	if key := "today.meta_" + n.Key; l.Meta == "" && v.words.Has(key) {
		l.Meta = v.words.Tf(key, p)
	}
	return l
}

func (m *morning) notices() (all []notice) {
	for _, n := range m.t.Notices {
		all = append(all, m.notice(n))
	}
	return all
}

// ring is one's own relations by phase.
func (m *morning) ring() look.RingShare {
	r := look.RingShare{ID: "mine", Unit: m.w("relations")}
	var total int64
	mine := m.v.who.Member.Role != member.Director && m.v.who.Member.Role != member.Admin
	for i, p := range cycle.Phases {
		n := m.t.Ring[p]
		total += n
		href := "/accounts?phase=" + string(p)
		if mine {
			href += "&owner=" + m.v.who.Member.ID.String()
		}
		r.Phases[i] = look.RingPart{Size: n, Text: m.v.words.Number(float64(n), 0), Href: href}
	}
	r.Total = m.v.words.Short(total)
	r.Label = m.v.words.Tn("today.ring_says", int(total))
	return r
}

// years says how many years as one speaks.
func (m *morning) delightTitle() string {
	return m.v.words.Tn("today.delight_title", m.t.Delight.Years, words.P{
		"count": m.counted(m.t.Delight.Years), "day": m.v.capital(m.v.words.Day(m.t.Delight.Day.Start(m.v.who.Zone()), m.t.Now)),
	})
}

func (m *morning) delightText() string {
	return m.v.words.Tf("today.delight_text", words.P{"name": m.t.Delight.Name, "day": m.v.words.DayText(string(m.t.Delight.First))})
}

// delightTask is the form of a task that surprises somebody.
func (m *morning) delightTask() string {
	return address("/tasks/new", url.Values{
		"account": {m.t.Delight.Account.String()}, "day": {string(m.t.Delight.Day)}, "from": {"/today"},
		"text": {m.v.words.Tf("today.delight_task", words.P{"name": m.t.Delight.Name})},
	})
}

// has says whether the desk has a page: some are made by others.
func (v *visit) has(pattern string) bool { return slices.Contains(v.d.patterns, pattern) }

// promiseChip says when a promise is due.
func (m *morning) promiseChip(p promise.Line) look.Chip {
	w := m.v.words
	switch late := p.Overdue(m.t.Now, m.t.Day); {
	case late > 0:
		return look.Chip{Label: w.Tn("today.late", late), Icon: "triangle-alert", Tone: look.Bad}
	case p.Missed(m.t.Now):
		return look.Chip{Label: w.Tf("today.was_at", words.P{"time": w.Time(p.Due)}), Icon: "triangle-alert", Tone: look.Bad}
	case p.At != 0 && p.Day == m.t.Day:
		return look.Chip{Label: m.v.capital(w.Day(p.At, m.t.Now)) + ", " + w.Time(p.At), Icon: "clock", Tone: look.Accent}
	}
	text := m.v.capital(w.Day(p.Day.Start(m.v.who.Zone()), m.t.Now))
	if p.At != 0 {
		text += ", " + w.Time(p.At)
	}
	return look.Chip{Label: text, Icon: "clock"}
}

func (m *morning) promiseMeta(p promise.Line) string {
	if p.Person == "" {
		return p.Name
	}
	return p.Name + " · " + m.v.words.Tf("today.promised_to", words.P{"name": p.Person})
}

// sayDo is the ratio of thirty days in words.
func (m *morning) sayDo() (ratio, said string) {
	s := m.t.SayDo
	if points, ok := s.Ratio(); ok {
		ratio = m.v.words.Number(float64(points)/100, 0) + "%"
	}
	return ratio, m.v.words.Tf("today.say_do_of", words.P{"kept": m.v.words.Number(float64(s.OnTime), 0), "due": m.v.words.Number(float64(s.Due), 0)})
}

// marks are the strip of what became of promises, the oldest first.
func (m *morning) marks() []promise.Mark {
	all := m.t.SayDo.Marks
	return all[max(0, len(all)-24):]
}

func (v *visit) promiseToday(do func(i id.Promise) (promise.Promise, error), said, undo string) error {
	if err := v.may(member.PromiseWrite); err != nil {
		return err
	}
	i, err := pathID[id.Promise](v, "id")
	if err != nil {
		return err
	}
	p, err := do(i)
	if err != nil {
		return err
	}
	t := look.Toast{Text: v.words.Tf(said, words.P{"name": p.Text})}
	if undo != "" {
		t.Undo = "/today/promises/" + i.String() + undo
	}
	v.toast(t)
	return v.to("/today")
}

// keepToday says on Today that a promise was kept.
func keepToday(v *visit) error {
	return v.promiseToday(func(i id.Promise) (promise.Promise, error) { return v.app.KeepPromise(v.r.Context(), v.who, i, 0) }, "today.said_kept", "/reopening")
}

func reopenToday(v *visit) error {
	return v.promiseToday(func(i id.Promise) (promise.Promise, error) { return v.app.ReopenPromise(v.r.Context(), v.who, i, 0) }, "today.said_open", "")
}

// theories are how many lines of theory there are; one a day.
const theories = 7

// theory is the line of today.
func (m *morning) theory() string {
	return m.w("theory_" + decimal64(int64(day.Day("2026-01-01").Until(m.t.Day)%theories+theories)%theories+1))
}

// todayLater puts a notice off for a week, or takes that back.
func todayLater(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	i, err := id.Parse[id.Record](form.Get("record"))
	if err != nil {
		what, of, _ := strings.Cut(form.Get("undo"), "~")
		if i, err = id.Parse[id.Record](of); err != nil {
			return app.ErrLater
		}
		if err := v.app.PutLater(v.r.Context(), v.who, what, i, ""); err != nil {
			return err
		}
		return v.to("/today")
	}
	what := form.Get("what")
	if err := v.app.PutLater(v.r.Context(), v.who, what, i, v.app.Today(v.who).Add(7)); err != nil {
		return err
	}
	v.toast(look.Toast{Text: v.words.T("today.said_later"), Undo: "/today/later", UndoName: "undo", UndoValue: what + "~" + i.String()})
	return v.to("/today")
}

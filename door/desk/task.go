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
	"kring/base/repeat"
	"kring/domain/member"
	"kring/domain/task"
	"kring/look"
	"kring/look/words"
)

// Tasks: the list, the form, and the deeds that Today and the list share.

func (d *Desk) taskRoutes() {
	d.member("GET /tasks", taskList)
	d.member("GET /tasks/new", newTask)
	d.member("POST /tasks/new", addTask)
	d.member("GET /tasks/{id}", taskPage)
	d.member("POST /tasks/{id}", changeTask)
	d.member("POST /tasks/{id}/done", finishTask)
	d.member("POST /tasks/{id}/withdrawal", withdrawTask)
	d.member("POST /tasks/{id}/reopening", reopenTask)
}

// tasksOnPage is how many tasks a page of the list has.
const tasksOnPage = 50

// taskRows is a page of tasks.
type taskRows struct {
	v      *visit
	ask    app.TaskAsk
	all    []task.Line
	called map[id.Member]string
	more   string
}

func taskList(v *visit) error {
	if err := v.may(member.TaskWrite); err != nil {
		return err
	}
	q := v.r.URL.Query()
	l := &taskRows{v: v, called: map[id.Member]string{}, ask: app.TaskAsk{Of: q.Get("of"), State: task.State(q.Get("state")), Limit: tasksOnPage + 1}}
	if !slices.Contains([]string{"given", "all"}, l.ask.Of) {
		l.ask.Of = "mine"
	}
	if l.ask.State != task.Done {
		l.ask.State = task.Open
	}
	l.ask.Account = id.OrZero[id.Account](q.Get("account"))
	due, of, _ := strings.Cut(q.Get("after"), "~")
	if i, err := id.Parse[id.Task](of); err == nil {
		l.ask.After = app.TaskPlace{Due: number64(due), ID: i}
	}
	all, err := v.app.Tasks(v.r.Context(), v.who, l.ask)
	if err != nil {
		return err
	}
	if l.all = all; len(all) > tasksOnPage {
		l.all = all[:tasksOnPage]
		last := l.all[tasksOnPage-1]
		l.more = l.here("after", decimal64(last.Due)+"~"+last.ID.String())
	}
	members, err := v.app.Members(v.r.Context(), v.who)
	if err != nil {
		return err
	}
	for _, m := range members {
		l.called[m.ID] = m.Name
	}
	return v.show(http.StatusOK, taskListView(l))
}

// here is the list with one thing different.
func (l *taskRows) here(key, value string) string {
	q := url.Values{}
	if l.ask.Of != "mine" {
		q.Set("of", l.ask.Of)
	}
	if l.ask.State == task.Done {
		q.Set("state", "done")
	}
	if !l.ask.Account.IsZero() {
		q.Set("account", l.ask.Account.String())
	}
	if q.Set(key, value); value == "" || value == "mine" {
		q.Del(key)
	}
	return address("/tasks", q)
}

func (l *taskRows) t(key string) string { return l.v.words.T("task." + key) }

func (l *taskRows) frame() look.Frame {
	f := l.v.frame(l.t("many"), "/tasks")
	f.Crumbs = []look.Crumb{{Label: l.t("many")}}
	tabs := look.Tabs{Label: l.t("many")}
	for _, of := range []string{"mine", "given", "all"} {
		tabs.Items = append(tabs.Items, look.Tab{Label: l.t("of_" + of), Href: l.here("of", of), Current: l.ask.Of == of})
	}
	f.Head = taskHead(look.Heading{Title: l.t("many"), Lead: l.t("lead")}, tabs)
	f.Actions = append(f.Actions, look.Button{Label: l.t("one"), Icon: "plus", Kind: look.Primary, Href: "/tasks/new", Key: "T"})
	return f
}

// which chooses between what is open and what was done.
func (l *taskRows) which() look.Segmented {
	return look.Segmented{Label: l.t("which"), Value: string(l.ask.State), Options: []look.Option{
		{Value: string(task.Open), Label: l.t("open"), Href: l.here("state", "")}, {Value: string(task.Done), Label: l.t("done"), Href: l.here("state", "done")},
	}}
}

// taskMeta is what stands under a task: about whom, and who does it.
func (v *visit) taskMeta(t task.Line, owner string) string {
	var parts []string
	if t.Name != "" {
		parts = append(parts, t.Name)
	}
	if owner != "" {
		parts = append(parts, owner)
	}
	if !t.Repeat.IsZero() {
		parts = append(parts, v.repeatText(t.Repeat))
	}
	return strings.Join(parts, " · ")
}

// dueChip says when a task is due, and how late it is.
func (v *visit) dueChip(t task.Task) look.Chip {
	now, today := v.app.Now(), v.app.Today(v.who)
	switch late := t.Late(now, today); {
	case t.State != task.Open:
		return look.Chip{Label: v.words.Day(t.Ended, now), Icon: "check"}
	case t.Day == "":
		return look.Chip{}
	case late > 0 && t.Day == today:
		return look.Chip{Label: v.words.Tf("today.was_at", words.P{"time": v.words.Time(t.At)}), Icon: "triangle-alert", Tone: look.Bad}
	case late > 0:
		return look.Chip{Label: v.words.Tn("today.late", late), Icon: "triangle-alert", Tone: look.Bad}
	case t.At != 0 && t.Day == today:
		return look.Chip{Label: v.capital(v.words.Day(t.At, now)) + ", " + v.words.Time(t.At), Icon: "clock", Tone: look.Accent}
	}
	text := v.capital(v.words.Day(t.Day.Start(v.who.Zone()), now))
	if t.At != 0 {
		text += ", " + v.words.Time(t.At)
	}
	return look.Chip{Label: text, Icon: "clock"}
}

// capital begins a sentence; in Dutch "één" does so as "Eén".
func (v *visit) capital(s string) string {
	if rest, ok := strings.CutPrefix(s, "éé"); ok {
		return "Eé" + rest
	}
	for i, r := range s {
		return strings.ToUpper(string(r)) + s[i+len(string(r)):]
	}
	return s
}

var taskIcons = map[task.Kind]string{task.ToDo: "list-checks", task.Call: "phone", task.Meeting: "map-pin"}

// repeats are the rules that a form offers; another stays as it is.
var repeats = []struct{ key, rule string }{
	{"day", "FREQ=DAILY"}, {"workday", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"}, {"week", "FREQ=WEEKLY"}, {"fortnight", "FREQ=WEEKLY;INTERVAL=2"},
	{"month", "FREQ=MONTHLY"}, {"quarter", "FREQ=MONTHLY;INTERVAL=3"}, {"year", "FREQ=YEARLY"},
}

// repeatText says a rule in words.
func (v *visit) repeatText(r repeat.Rule) string {
	if r.IsZero() {
		return ""
	}
	until := ""
	switch {
	case r.Until != "":
		until = " " + v.words.Tf("repeat.until", words.P{"day": v.words.DayText(string(r.Until))})
	case r.Count > 0:
		until = " " + v.words.Tn("repeat.times", r.Count)
	}
	bare := r
	bare.Until, bare.Count = "", 0
	for _, one := range repeats {
		if one.rule == bare.String() {
			return v.words.T("repeat."+one.key) + until
		}
	}
	text := v.words.Tn("repeat.every_"+strings.ToLower(string(r.Every)), r.Step)
	var on []string
	for _, d := range r.On {
		on = append(on, v.words.T("repeat.weekday_"+decimal64(int64(d))))
	}
	switch {
	case r.Nth != 0:
		text += " " + v.words.Tf("repeat.nth", words.P{"nth": v.words.T("repeat.nth_" + strings.ReplaceAll(decimal64(int64(r.Nth)), "-", "last_")), "day": strings.Join(on, ", ")})
	case len(on) > 0:
		text += " " + v.words.Tf("repeat.on", words.P{"days": strings.Join(on, ", ")})
	}
	return text + until
}

// repeatOptions are the rules of a menu, with the one that stands.
func (v *visit) repeatOptions(stands repeat.Rule) []look.Option {
	list := []look.Option{{Label: v.words.T("repeat.never")}}
	bare := stands
	bare.Until, bare.Count = "", 0
	known := bare.IsZero()
	for _, one := range repeats {
		known = known || one.rule == bare.String()
		list = append(list, look.Option{Value: one.rule, Label: v.words.T("repeat." + one.key)})
	}
	if !known {
		list = append(list, look.Option{Value: bare.String(), Label: v.repeatText(bare)})
	}
	return list
}

// readRepeat reads a rule and the day it ends from a form.
func readRepeat(form url.Values) (repeat.Rule, error) {
	r, err := repeat.Parse(form.Get("repeat"))
	if err != nil || r.IsZero() || form.Get("repeat_until") == "" {
		return r, err
	}
	until, err := day.Parse(form.Get("repeat_until"))
	if err != nil {
		return r, fault.Field("repeat_until", day.ErrBad)
	}
	r.Until, r.Count = until, 0
	return r, nil
}

// taskForm is a task being filled in.
type taskForm struct {
	v       *visit
	t       task.Line // zero for a new one
	text    map[string]string
	said    map[string]string
	name    string // of the account that is chosen
	rule    repeat.Rule
	members []member.Member
	theirs  string // what stands now, after a clash
}

func (f *taskForm) w(key string) string { return f.v.words.T("task." + key) }

func (v *visit) taskForm(t task.Line) (*taskForm, error) {
	members, err := v.app.Members(v.r.Context(), v.who)
	if err != nil {
		return nil, err
	}
	f := &taskForm{v: v, t: t, said: map[string]string{}, members: members, name: t.Name, rule: t.Repeat}
	d := t.Draft(v.who.Zone())
	f.text = map[string]string{
		"text": d.Text, "note": d.Note, "kind": string(d.Kind), "account": d.Account.String(), "contact": d.Contact.String(), "owner": d.Owner.String(), "day": string(d.Day), "time": d.Time,
		"repeat": "", "repeat_until": string(d.Repeat.Until), "version": decimal64(t.Version),
	}
	bare := d.Repeat
	bare.Until, bare.Count = "", 0
	f.text["repeat"] = bare.String()
	return f, nil
}

// owners are who can do it.
func (f *taskForm) owners() (list []look.Option) {
	for _, m := range f.members {
		if m.State == member.Active && m.Role.Can(member.TaskWrite) {
			label := m.Name
			if m.ID == f.v.who.Member.ID {
				label += " (" + f.w("me") + ")"
			}
			list = append(list, look.Option{Value: m.ID.String(), Label: label})
		}
	}
	return list
}

func (f *taskForm) kinds() (list []look.Option) {
	for _, k := range task.Kinds {
		list = append(list, look.Option{Value: string(k), Label: f.w("kind_" + string(k))})
	}
	return list
}

func (f *taskForm) frame() look.Frame {
	title := f.w("new")
	if f.t.Version > 0 {
		title = f.t.Text
	}
	fr := f.v.frame(title, "/tasks")
	fr.Crumbs = []look.Crumb{{Label: f.w("many"), Href: "/tasks"}, {Label: title}}
	h := look.Heading{Title: title}
	if f.t.Version > 0 {
		h.Lead = f.w("state_" + string(f.t.State))
		if f.t.State == task.Open {
			h.Lead = ""
		}
	}
	fr.Head = h
	return fr
}

func newTask(v *visit) error {
	if err := v.may(member.TaskWrite); err != nil {
		return err
	}
	q := v.r.URL.Query()
	f, err := v.taskForm(task.Line{})
	if err != nil {
		return err
	}
	f.text["id"], f.text["owner"], f.text["day"], f.text["kind"] = id.New[id.Task]().String(), v.who.Member.ID.String(), string(v.app.Today(v.who)), string(task.ToDo)
	for _, key := range []string{"text", "kind", "account", "contact", "about", "record", "day", "time"} {
		if q.Has(key) {
			f.text[key] = strings.ToValidUTF8(q.Get(key), "")
		}
	}
	f.text["from"] = within(q.Get("from"))
	if err := f.called(); err != nil {
		return err
	}
	return v.show(http.StatusOK, taskFormView(f))
}

// called finds the name of the account that is chosen.
func (f *taskForm) called() error {
	i, err := id.Parse[id.Account](f.text["account"])
	if err != nil {
		return nil
	}
	names, err := f.v.app.AccountNames(f.v.r.Context(), f.v.who, []id.Account{i})
	f.name = names[i]
	return err
}

// posted reads the form into its texts and a draft.
func (f *taskForm) posted(form url.Values) (d task.Draft, err error) {
	for _, key := range []string{"id", "text", "note", "kind", "account", "contact", "about", "record", "owner", "day", "time", "repeat", "repeat_until", "version", "from"} {
		f.text[key] = form.Get(key)
	}
	wrong := fault.Fields{}
	d = task.Draft{Kind: task.Kind(form.Get("kind")), Text: form.Get("text"), Note: form.Get("note"), Day: day.Day(form.Get("day")), Time: form.Get("time"), About: fact.Kind(form.Get("about"))}
	d.Record, d.Contact = id.OrZero[id.Record](form.Get("record")), id.OrZero[id.Contact](form.Get("contact"))
	if d.Owner, err = id.Parse[id.Member](form.Get("owner")); err != nil {
		wrong.Add("owner", task.ErrOwner)
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

// pickedAccount is the relation that a picker chose, or the only one that what
// was typed finds.
func (v *visit) pickedAccount(form url.Values, key string) (i id.Account, name string, err error) {
	typed := strings.TrimSpace(strings.ToValidUTF8(form.Get(key+"_text"), ""))
	if i, err = id.Parse[id.Account](form.Get(key)); err == nil {
		names, err := v.app.AccountNames(v.r.Context(), v.who, []id.Account{i})
		if typed == "" && form.Has(key+"_text") {
			return id.Account{}, "", err // it was emptied
		}
		if names[i] == "" && err == nil {
			err = task.ErrAccount
		}
		return i, names[i], err
	}
	if typed == "" {
		return id.Account{}, "", nil
	}
	hits, err := v.app.SearchKind(v.r.Context(), v.who, fact.Account, typed, 5)
	if err != nil {
		return i, typed, err
	}
	for _, h := range hits {
		if len(hits) == 1 || strings.EqualFold(h.Name, typed) {
			return id.Account(h.ID), h.Name, nil
		}
	}
	return id.Account{}, typed, task.ErrAccount
}

func addTask(v *visit) error {
	if err := v.may(member.TaskWrite); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	f, err := v.taskForm(task.Line{})
	if err != nil {
		return err
	}
	d, err := f.posted(form)
	i, bad := id.Parse[id.Task](form.Get("id"))
	if bad != nil {
		i = id.New[id.Task]()
	}
	if err == nil {
		_, err = v.app.AddTaskOnce(v.r.Context(), v.who, i, d)
	}
	if wrong := v.wrong(err); wrong != nil {
		f.said = wrong
		return v.show(http.StatusUnprocessableEntity, taskFormView(f))
	}
	if err != nil {
		return err
	}
	v.toast(look.Toast{Text: v.words.T("task.made"), Href: "/tasks/" + i.String(), Label: v.words.T("task.open_it")})
	return v.to(backTo(form, "/tasks"))
}

// backTo is the page that a form came from, or another.
func backTo(form url.Values, other string) string {
	if to := within(form.Get("from")); form.Get("from") != "" && to != "/" {
		return to
	}
	return other
}

// taskOf is the task that the address names.
func taskOf(v *visit) (*taskForm, error) {
	i, err := pathID[id.Task](v, "id")
	if err != nil {
		return nil, err
	}
	t, err := v.app.Task(v.r.Context(), v.who, i)
	if err != nil {
		return nil, err
	}
	return v.taskForm(t)
}

func taskPage(v *visit) error {
	if err := v.may(member.TaskWrite); err != nil {
		return err
	}
	f, err := taskOf(v)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, taskFormView(f))
}

func changeTask(v *visit) error {
	if err := v.may(member.TaskWrite); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	f, err := taskOf(v)
	if err != nil {
		return err
	}
	was := f.t.Draft(v.who.Zone())
	d, err := f.posted(form)
	if err == nil {
		p := taskPatch(was, d)
		_, err = v.app.ChangeTask(v.r.Context(), v.who, f.t.ID, number64(form.Get("version")), p)
	}
	var stale *app.Stale[task.Task]
	if errors.As(err, &stale) {
		f.theirs, f.text["version"] = stale.Now.Text, decimal64(stale.Now.Version)
		return v.show(http.StatusConflict, taskFormView(f))
	}
	if wrong := v.wrong(err); wrong != nil {
		f.said = wrong
		return v.show(http.StatusUnprocessableEntity, taskFormView(f))
	}
	if err != nil {
		return err
	}
	v.toast(look.Toast{Text: v.words.T("task.changed")})
	return v.to(backTo(form, "/tasks"))
}

// taskPatch mentions what is different in a form.
func taskPatch(was, d task.Draft) (p task.Patch) {
	if was.Kind != d.Kind {
		p.Kind = opt.Some(d.Kind)
	}
	if was.Text != d.Text {
		p.Text = opt.Some(d.Text)
	}
	if was.Note != d.Note {
		p.Note = opt.Some(d.Note)
	}
	if was.Account != d.Account {
		p.Account = opt.Some(d.Account)
		if was.Contact == d.Contact {
			p.Contact = opt.Some(id.Contact{})
		}
	}
	if was.Contact != d.Contact {
		p.Contact = opt.Some(d.Contact)
	}
	if was.Owner != d.Owner {
		p.Owner = opt.Some(d.Owner)
	}
	if was.Day != d.Day {
		p.Day = opt.Some(d.Day)
	}
	if was.Time != d.Time {
		p.Time = opt.Some(d.Time)
	}
	if was.Repeat.String() != d.Repeat.String() {
		p.Repeat = opt.Some(d.Repeat)
	}
	return p
}

// endTask does something to a task and goes back to where the form was.
func endTask(v *visit, do func(i id.Task, form url.Values) (task.Task, error), said string, undo string) error {
	if err := v.may(member.TaskWrite); err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	i, err := pathID[id.Task](v, "id")
	if err != nil {
		return err
	}
	t, err := do(i, form)
	if err != nil {
		return err
	}
	toast := look.Toast{Text: v.words.Tf(said, words.P{"name": t.Text})}
	if undo != "" {
		toast.Undo = "/tasks/" + i.String() + undo
	}
	v.toast(toast)
	to := backTo(form, "")
	if to == "" {
		return v.back()
	}
	return v.to(to)
}

func finishTask(v *visit) error {
	return endTask(v, func(i id.Task, form url.Values) (task.Task, error) {
		return v.app.FinishTask(v.r.Context(), v.who, i, number64(form.Get("version")))
	}, "task.said_done", "/reopening")
}

func withdrawTask(v *visit) error {
	return endTask(v, func(i id.Task, form url.Values) (task.Task, error) {
		return v.app.WithdrawTask(v.r.Context(), v.who, i, number64(form.Get("version")), form.Get("why"), form.Get("all") != "")
	}, "task.said_withdrawn", "/reopening")
}

func reopenTask(v *visit) error {
	return endTask(v, func(i id.Task, form url.Values) (task.Task, error) {
		return v.app.ReopenTask(v.r.Context(), v.who, i, 0)
	}, "task.said_reopened", "")
}

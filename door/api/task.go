package api

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"kring/app"
	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/opt"
	"kring/base/repeat"
	"kring/domain/appointment"
	"kring/domain/member"
	"kring/domain/task"
)

// taskIn is what is filled in for a task.
type taskIn struct {
	Text       string     `json:"text"`
	Kind       string     `json:"kind,omitempty" doc:"task (when left out), call or meeting"`
	Note       string     `json:"note,omitempty"`
	Account    id.Account `json:"account,omitzero"`
	Contact    id.Contact `json:"contact,omitzero"`
	About      string     `json:"about,omitempty" doc:"the kind of the record, as quote"`
	Record     id.Record  `json:"record,omitzero" doc:"what it rests on"`
	Owner      id.Member  `json:"owner,omitzero" doc:"who does it; the caller when left out"`
	Day        string     `json:"day,omitempty" doc:"on which it is due, 2026-11-25"`
	Time       string     `json:"time,omitempty" doc:"at which hour of that day, 14:30"`
	Repeat     string     `json:"repeat,omitempty" doc:"an RRULE of RFC 5545: FREQ, INTERVAL, BYDAY, COUNT or UNTIL"`
	ExternalID string     `json:"external_id,omitempty"`
}

// taskPatch is what changes of a task; what is left out stays.
type taskPatch struct {
	Text    opt.Of[string]     `json:"text,omitzero"`
	Kind    opt.Of[string]     `json:"kind,omitzero"`
	Note    opt.Of[string]     `json:"note,omitzero"`
	Account opt.Of[id.Account] `json:"account,omitzero"`
	Contact opt.Of[id.Contact] `json:"contact,omitzero"`
	Owner   opt.Of[id.Member]  `json:"owner,omitzero"`
	Day     opt.Of[string]     `json:"day,omitzero"`
	Time    opt.Of[string]     `json:"time,omitzero"`
	Repeat  opt.Of[string]     `json:"repeat,omitzero"`
}

// taskOut is a task as the API shows it.
type taskOut struct {
	ID         id.Task    `json:"id"`
	Kind       task.Kind  `json:"kind"`
	Text       string     `json:"text"`
	Note       string     `json:"note"`
	Account    id.Account `json:"account"`
	Name       string     `json:"account_name"`
	Contact    id.Contact `json:"contact"`
	About      fact.Kind  `json:"about"`
	Record     id.Record  `json:"record"`
	Owner      id.Member  `json:"owner"`
	By         id.Member  `json:"made_by" doc:"null when a machine did"`
	Day        day.Day    `json:"day"`
	At         instant    `json:"at" doc:"the moment on that day; null when all day"`
	Repeat     string     `json:"repeat"`
	State      task.State `json:"state" doc:"open, done or withdrawn"`
	Why        string     `json:"why"`
	Ended      instant    `json:"ended_at"`
	EndedBy    id.Member  `json:"ended_by"`
	Follows    id.Task    `json:"follows" doc:"the one before it, of what comes back"`
	ExternalID string     `json:"external_id"`
	Created    instant    `json:"created_at"`
	Updated    instant    `json:"updated_at"`
	Version    int64      `json:"version"`
}

// withdrawIn says why a task need not be done.
type withdrawIn struct {
	Why string `json:"why,omitempty"`
	All bool   `json:"all,omitempty" doc:"nothing follows any more"`
}

// todayOut is what asks for a deed today.
type todayOut struct {
	Day     day.Day      `json:"day"`
	Tasks   []taskOut    `json:"tasks"`
	Waiting int          `json:"tasks_waiting"`
	Notices []app.Notice `json:"notices"`
	Noticed int          `json:"notices_waiting"`
}

// linkOut is a new link to a calendar.
type linkOut struct {
	Path string `json:"path" doc:"after the address of this Kring; it is told only now"`
}

// meetIn is what is filled in for an appointment.
type meetIn struct {
	Title    string       `json:"title"`
	Kind     string       `json:"kind,omitempty" doc:"visit (when left out), call, online or internal"`
	Note     string       `json:"note,omitempty"`
	Place    string       `json:"place,omitempty"`
	Account  id.Account   `json:"account,omitzero"`
	Members  []id.Member  `json:"members,omitempty" doc:"colleagues besides the caller"`
	Contacts []id.Contact `json:"contacts,omitempty"`
	Day      string       `json:"day"`
	Time     string       `json:"time,omitempty" doc:"14:30, on the wall of the organisation; not when all day"`
	Minutes  int64        `json:"minutes,omitempty" doc:"60 when left out"`
	AllDay   bool         `json:"all_day,omitempty"`
	Repeat   string       `json:"repeat,omitempty" doc:"an RRULE of RFC 5545"`
	Remind   int64        `json:"remind,omitempty" doc:"minutes before"`
}

// meetOut is an appointment as the API shows it.
type meetOut struct {
	ID       id.Appointment    `json:"id"`
	Title    string            `json:"title"`
	Kind     appointment.Kind  `json:"kind"`
	Note     string            `json:"note"`
	Place    string            `json:"place"`
	Account  id.Account        `json:"account"`
	Members  []id.Member       `json:"members"`
	Contacts []id.Contact      `json:"contacts"`
	Day      day.Day           `json:"day" doc:"of this time"`
	Starts   instant           `json:"starts_at"`
	Ends     instant           `json:"ends_at"`
	AllDay   bool              `json:"all_day"`
	Repeat   string            `json:"repeat"`
	Remind   int64             `json:"remind"`
	State    appointment.State `json:"state" doc:"planned or cancelled"`
	Why      string            `json:"why"`
	Version  int64             `json:"version"`
}

// cancelIn calls an appointment off.
type cancelIn struct {
	Why string `json:"why,omitempty"`
	Day string `json:"day,omitempty" doc:"only this time of what comes back"`
}

func taskOperations() []operation {
	enum := func(values ...any) *huma.Schema { return &huma.Schema{Type: "string", Enum: values} }
	const tasks, meets = "Tasks", "Calendar"
	return []operation{
		{
			method: http.MethodGet, path: "/today", name: "get_today", tag: tasks, right: member.Self, status: http.StatusOK, out: todayOut{}, do: getToday,
			title: "Read what asks the caller for a deed today",
		},
		{
			method: http.MethodGet, path: "/tasks", name: "list_tasks", tag: tasks, right: member.TaskWrite, status: http.StatusOK, out: listOf[taskOut]{}, do: listTasks,
			title: "List tasks", about: "In the order in which they are due, those without a day last; those that ended the last first.",
			query: append(pageParams(),
				&huma.Param{Name: "of", In: "query", Description: "whose", Schema: &huma.Schema{Type: "string", Enum: []any{"mine", "given", "all"}, Default: "mine"}},
				&huma.Param{Name: "state", In: "query", Description: "only those that stand there", Schema: enum("open", "done", "withdrawn")},
				&huma.Param{Name: "account", In: "query", Description: "only those of this account", Schema: &huma.Schema{Type: "string", Format: "uuid"}}),
		},
		{
			method: http.MethodPost, path: "/tasks", name: "add_task", tag: tasks, right: member.TaskWrite, status: http.StatusCreated, in: taskIn{}, out: taskOut{}, tagged: true,
			title: "Make a task", do: addTask,
		},
		{
			method: http.MethodGet, path: "/tasks/{id}", name: "get_task", tag: tasks, right: member.TaskWrite, status: http.StatusOK, out: taskOut{}, tagged: true, title: "Read a task", do: getTask,
		},
		{
			method: http.MethodPatch, path: "/tasks/{id}", name: "change_task", tag: tasks, right: member.TaskWrite, status: http.StatusOK, in: taskPatch{}, out: taskOut{}, tagged: true, guarded: true,
			title: "Change a task", do: changeTask, about: "An empty day takes the hour and the repeating with it.",
		},
		{
			method: http.MethodPost, path: "/tasks/{id}/completion", name: "finish_task", tag: tasks, right: member.TaskWrite, status: http.StatusOK, out: taskOut{}, tagged: true, guarded: true,
			title: "Say that a task was done", do: finishTask, about: "Of what comes back the next one follows in the same change.",
		},
		{
			method: http.MethodPost, path: "/tasks/{id}/withdrawal", name: "withdraw_task", tag: tasks, right: member.TaskWrite, status: http.StatusOK, in: withdrawIn{}, out: taskOut{}, tagged: true, guarded: true,
			title: "Say that a task need not be done", do: withdrawTask,
		},
		{
			method: http.MethodDelete, path: "/tasks/{id}/completion", name: "reopen_task", tag: tasks, right: member.TaskWrite, status: http.StatusOK, out: taskOut{}, tagged: true, guarded: true,
			title: "Open a task again", do: reopenTask, about: "The one that followed goes, when nobody touched it.",
		},
		{
			method: http.MethodGet, path: "/appointments", name: "list_appointments", tag: meets, right: member.TaskWrite, status: http.StatusOK, out: listOf[meetOut]{}, do: listAppointments,
			title: "Read one's calendar", about: "Every time of every appointment from one day to another, a hundred days at most; what comes back is there each time. What the caller does not come to is busy time.",
			query: []*huma.Param{
				{Name: "from", In: "query", Required: true, Schema: &huma.Schema{Type: "string", Format: "date"}}, {Name: "until", In: "query", Required: true, Schema: &huma.Schema{Type: "string", Format: "date"}},
				{Name: "member", In: "query", Description: "whose; the caller's when left out", Schema: &huma.Schema{Type: "string", Format: "uuid"}},
			},
		},
		{
			method: http.MethodPost, path: "/appointments", name: "add_appointment", tag: meets, right: member.TaskWrite, status: http.StatusCreated, in: meetIn{}, out: meetOut{}, tagged: true,
			title: "Plan an appointment", do: addAppointment,
		},
		{
			method: http.MethodGet, path: "/appointments/{id}", name: "get_appointment", tag: meets, right: member.TaskWrite, status: http.StatusOK, out: meetOut{}, tagged: true, title: "Read an appointment", do: getAppointment,
		},
		{
			method: http.MethodPut, path: "/appointments/{id}", name: "change_appointment", tag: meets, right: member.TaskWrite, status: http.StatusOK, in: meetIn{}, out: meetOut{}, tagged: true, guarded: true,
			title: "Change an appointment", do: changeAppointment, about: "Everything that is left out becomes empty.",
		},
		{
			method: http.MethodPost, path: "/appointments/{id}/cancellation", name: "cancel_appointment", tag: meets, right: member.TaskWrite, status: http.StatusOK, in: cancelIn{}, out: meetOut{}, tagged: true, guarded: true,
			title: "Cancel an appointment", do: cancelAppointment,
		},
		{
			method: http.MethodPost, path: "/me/calendar-link", name: "renew_calendar_link", tag: meets, right: member.TaskWrite, status: http.StatusCreated, out: linkOut{}, do: renewLink,
			title: "Make a secret link to one's calendar", about: "iCalendar (RFC 5545). The link before opens nothing any more.",
		},
	}
}

func showTask(t task.Line) taskOut {
	return taskOut{
		ID: t.ID, Kind: t.Kind, Text: t.Text, Note: t.Note, Account: t.Account, Name: t.Name, Contact: t.Contact, About: t.About, Record: t.Record, Owner: t.Owner, By: t.By, Day: t.Day, At: instant(t.At),
		Repeat: t.Repeat.String(), State: t.State, Why: t.Why, Ended: instant(t.Ended), EndedBy: t.EndedBy, Follows: t.Follows, ExternalID: t.ExternalID, Created: instant(t.Created), Updated: instant(t.Updated), Version: t.Version,
	}
}

func (c *call) sayTask(status int, t task.Task, err error) (answer, error) {
	if err != nil {
		return answer{}, err
	}
	l, err := c.app.Task(c.r.Context(), c.who, t.ID)
	if err != nil {
		return answer{}, err
	}
	a, err := show(status, showTask(l))
	if a.version = l.Version; status == http.StatusCreated {
		a.location = base + "/tasks/" + t.ID.String()
	}
	return a, err
}

func getToday(c *call) (answer, error) {
	t, err := c.app.TodayOf(c.r.Context(), c.who, 60)
	if err != nil {
		return answer{}, err
	}
	out := todayOut{Day: t.Day, Tasks: []taskOut{}, Waiting: t.Waiting, Notices: append([]app.Notice{}, t.Notices...), Noticed: t.Noticed}
	for _, l := range t.Tasks {
		out.Tasks = append(out.Tasks, showTask(l))
	}
	return show(http.StatusOK, out)
}

func listTasks(c *call) (answer, error) {
	params, err := c.params()
	if err != nil {
		return answer{}, err
	}
	ask := app.TaskAsk{Of: params.Get("of"), State: task.State(params.Get("state")), Limit: 50}
	if ask.Of == "" {
		ask.Of = "mine"
	}
	if n, err := strconv.Atoi(params.Get("limit")); err == nil {
		ask.Limit = min(max(n, 1), 200)
	}
	if ask.State != "" && !slices.Contains(task.States, ask.State) {
		return answer{}, fault.Field("state", task.ErrState)
	}
	if s := params.Get("account"); s != "" {
		if ask.Account, err = id.Parse[id.Account](s); err != nil {
			return answer{}, fault.Field("account", id.ErrBad)
		}
	}
	due, of, _ := strings.Cut(params.Get("cursor"), "~")
	if i, err := id.Parse[id.Task](of); err == nil {
		n, _ := strconv.ParseInt(due, 10, 64) // a place that cannot be read is the beginning
		ask.After = app.TaskPlace{Due: n, ID: i}
	}
	all, err := c.app.Tasks(c.r.Context(), c.who, ask)
	if err != nil {
		return answer{}, err
	}
	page := listOf[taskOut]{Items: []taskOut{}}
	for _, l := range all {
		page.Items = append(page.Items, showTask(l))
	}
	if len(all) == ask.Limit {
		last := all[len(all)-1]
		next := strconv.FormatInt(last.Due, 10) + "~" + last.ID.String()
		page.Next = &next
	}
	return show(http.StatusOK, page)
}

func readRule(text string) (repeat.Rule, error) {
	r, err := repeat.Parse(text)
	if err != nil {
		return r, fault.Field("repeat", repeat.ErrRule)
	}
	return r, nil
}

func addTask(c *call) (answer, error) {
	in, err := take[taskIn](c)
	if err != nil {
		return answer{}, err
	}
	rule, err := readRule(in.Repeat)
	if err != nil {
		return answer{}, err
	}
	t, err := c.app.AddTask(c.r.Context(), c.who, task.Draft{
		Text: in.Text, Kind: task.Kind(in.Kind), Note: in.Note, Account: in.Account, Contact: in.Contact, About: fact.Kind(in.About), Record: in.Record, Owner: in.Owner, Day: day.Day(in.Day), Time: in.Time,
		Repeat: rule, ExternalID: in.ExternalID,
	})
	return c.sayTask(http.StatusCreated, t, err)
}

func getTask(c *call) (answer, error) {
	i, err := named[id.Task](c, "id")
	return c.sayTask(http.StatusOK, task.Task{ID: i}, err)
}

func (c *call) guardedTask() (i id.Task, version int64, err error) {
	if i, err = named[id.Task](c, "id"); err != nil {
		return i, 0, err
	}
	version, err = c.match()
	return i, version, err
}

func changeTask(c *call) (answer, error) {
	i, version, err := c.guardedTask()
	if err != nil {
		return answer{}, err
	}
	in, err := take[taskPatch](c)
	if err != nil {
		return answer{}, err
	}
	p := task.Patch{Text: in.Text, Note: in.Note, Account: in.Account, Contact: in.Contact, Owner: in.Owner, Time: in.Time}
	if k, given := in.Kind.Get(); given {
		p.Kind = opt.Some(task.Kind(k))
	}
	if d, given := in.Day.Get(); given {
		p.Day = opt.Some(day.Day(d))
	}
	if s, given := in.Repeat.Get(); given {
		rule, err := readRule(s)
		if err != nil {
			return answer{}, err
		}
		p.Repeat = opt.Some(rule)
	}
	t, err := c.app.ChangeTask(c.r.Context(), c.who, i, version, p)
	return c.sayTask(http.StatusOK, t, err)
}

func finishTask(c *call) (answer, error) {
	i, version, err := c.guardedTask()
	if err != nil {
		return answer{}, err
	}
	t, err := c.app.FinishTask(c.r.Context(), c.who, i, version)
	return c.sayTask(http.StatusOK, t, err)
}

func withdrawTask(c *call) (answer, error) {
	i, version, err := c.guardedTask()
	if err != nil {
		return answer{}, err
	}
	in, err := take[withdrawIn](c)
	if err != nil {
		return answer{}, err
	}
	t, err := c.app.WithdrawTask(c.r.Context(), c.who, i, version, in.Why, in.All)
	return c.sayTask(http.StatusOK, t, err)
}

func reopenTask(c *call) (answer, error) {
	i, version, err := c.guardedTask()
	if err != nil {
		return answer{}, err
	}
	t, err := c.app.ReopenTask(c.r.Context(), c.who, i, version)
	return c.sayTask(http.StatusOK, t, err)
}

func showMeet(a appointment.Appointment, on day.Day, from, until int64) meetOut {
	return meetOut{
		ID: a.ID, Title: a.Title, Kind: a.Kind, Note: a.Note, Place: a.Place, Account: a.Account, Members: append([]id.Member{}, a.Members...), Contacts: append([]id.Contact{}, a.Contacts...), Day: on,
		Starts: instant(from), Ends: instant(until), AllDay: a.AllDay, Repeat: a.Repeat.String(), Remind: int64(a.Remind), State: a.State, Why: a.Why, Version: a.Version,
	}
}

func (c *call) sayMeet(status int, a appointment.Appointment, err error) (answer, error) {
	if err != nil {
		return answer{}, err
	}
	l, _, err := c.app.Appointment(c.r.Context(), c.who, a.ID)
	if err != nil {
		return answer{}, err
	}
	said, err := show(status, showMeet(l.Appointment, l.Day, l.Starts, l.Ends))
	if said.version = l.Version; status == http.StatusCreated {
		said.location = base + "/appointments/" + a.ID.String()
	}
	return said, err
}

func listAppointments(c *call) (answer, error) {
	params, err := c.params()
	if err != nil {
		return answer{}, err
	}
	ask := app.CalendarAsk{Span: app.Span{From: day.Day(params.Get("from")), Until: day.Day(params.Get("until"))}}
	if s := params.Get("member"); s != "" {
		m, err := id.Parse[id.Member](s)
		if err != nil {
			return answer{}, fault.Field("member", id.ErrBad)
		}
		ask.Members = []id.Member{m}
	}
	all, err := c.app.Calendar(c.r.Context(), c.who, ask)
	if err != nil {
		return answer{}, err
	}
	page := listOf[meetOut]{Items: []meetOut{}}
	for _, o := range all {
		page.Items = append(page.Items, showMeet(o.Appointment, o.Day, o.From, o.Until))
	}
	return show(http.StatusOK, page)
}

func (in meetIn) draft() (appointment.Draft, error) {
	rule, err := readRule(in.Repeat)
	return appointment.Draft{
		Title: in.Title, Kind: appointment.Kind(in.Kind), Note: in.Note, Place: in.Place, Account: in.Account, Members: in.Members, Contacts: in.Contacts, Day: day.Day(in.Day), Time: in.Time,
		Minutes: int(in.Minutes), AllDay: in.AllDay, Repeat: rule, Remind: int(in.Remind),
	}, err
}

func addAppointment(c *call) (answer, error) {
	in, err := take[meetIn](c)
	if err != nil {
		return answer{}, err
	}
	d, err := in.draft()
	if err != nil {
		return answer{}, err
	}
	a, _, err := c.app.AddAppointment(c.r.Context(), c.who, id.New[id.Appointment](), d)
	return c.sayMeet(http.StatusCreated, a, err)
}

func getAppointment(c *call) (answer, error) {
	i, err := named[id.Appointment](c, "id")
	return c.sayMeet(http.StatusOK, appointment.Appointment{ID: i}, err)
}

func (c *call) guardedMeet() (i id.Appointment, version int64, err error) {
	if i, err = named[id.Appointment](c, "id"); err != nil {
		return i, 0, err
	}
	version, err = c.match()
	return i, version, err
}

func changeAppointment(c *call) (answer, error) {
	i, version, err := c.guardedMeet()
	if err != nil {
		return answer{}, err
	}
	in, err := take[meetIn](c)
	if err != nil {
		return answer{}, err
	}
	d, err := in.draft()
	if err != nil {
		return answer{}, err
	}
	a, _, err := c.app.ChangeAppointment(c.r.Context(), c.who, i, version, func(was *appointment.Draft) {
		d.About, d.Record, d.ExternalID = was.About, was.Record, was.ExternalID
		*was = d
	})
	return c.sayMeet(http.StatusOK, a, err)
}

func cancelAppointment(c *call) (answer, error) {
	i, version, err := c.guardedMeet()
	if err != nil {
		return answer{}, err
	}
	in, err := take[cancelIn](c)
	if err != nil {
		return answer{}, err
	}
	a, err := c.app.CancelAppointment(c.r.Context(), c.who, i, version, day.Day(in.Day), in.Why)
	return c.sayMeet(http.StatusOK, a, err)
}

func renewLink(c *call) (answer, error) {
	path, err := c.app.RenewCalendarLink(c.r.Context(), c.who)
	if err != nil {
		return answer{}, err
	}
	return show(http.StatusCreated, linkOut{path})
}

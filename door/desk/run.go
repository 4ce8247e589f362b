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
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/member"
	"kring/domain/process"
	"kring/domain/task"
	"kring/look"
)

// A run of a process: where it is, where its time went, and what can be done now.

func (d *Desk) runRoutes() {
	d.member("GET /runs", runsPage)
	d.member("GET /runs/{id}", runPage)
	d.member("POST /runs/{id}/steps/{at}/beginning", beginStep)
	d.member("POST /runs/{id}/steps/{at}/finish", finishStep)
	d.member("POST /runs/{id}/steps/{at}/skip", skipStep)
	d.member("POST /runs/{id}/steps/{at}/hold", holdStep)
	d.member("POST /runs/{id}/steps/{at}/assignment", assignStep)
	d.member("POST /runs/{id}/steps/{at}/retry", retryStep)
	d.member("POST /runs/{id}/call", callAboutRun)
	d.member("POST /runs/{id}/abort", abortRun)
}

// duration is a time as a person says it: 4 s, 12 min, 1 u 40, 2 d 6 u.
func (v *visit) duration(ms int64) string {
	s := ms / 1000
	with := map[string]any{"s": s, "m": s / 60, "h": s / 3600, "d": s / 86400}
	key := "run.dur_d"
	switch {
	case s < 60:
		key = "run.dur_s"
	case s < 3600:
		key = "run.dur_m"
	case s < 86400:
		key = "run.dur_h"
		if m := s / 60 % 60; m > 0 {
			key, with["m"] = "run.dur_hm", twoDigits(m)
		}
	case s/3600%24 > 0:
		key, with["h"] = "run.dur_dh", s/3600%24
	}
	return v.words.Tf(key, with)
}

func twoDigits(n int64) string {
	if n < 10 {
		return "0" + strconv.FormatInt(n, 10)
	}
	return strconv.FormatInt(n, 10)
}

// shareText is basis points as whole percents.
func (v *visit) shareText(bps int64) string {
	return v.words.Number(float64((bps+50)/100), 0) + "%"
}

// journey is a run as its page shows it, with what was typed and what is wrong
// with it.
type journey struct {
	v       *visit
	p       app.RunPage
	members []member.Member
	now     int64
	text    map[string]string
	checked []string
	said    map[string]string
	form    string // which form was sent
}

func (j *journey) t(key string) string { return j.v.words.T("run." + key) }

func (j *journey) tf(key string, with map[string]any) string { return j.v.words.Tf("run."+key, with) }

func (j *journey) lang() string { return j.v.words.Lang() }

func (j *journey) name(i id.Member) string {
	at := slices.IndexFunc(j.members, func(m member.Member) bool { return m.ID == i })
	if at < 0 {
		return j.v.words.T("record.gone_member")
	}
	return j.members[at].Name
}

func (v *visit) role(r string) string {
	if r == process.Customer || r == process.Supplier {
		return v.words.T("process.role_" + r)
	}
	return v.words.T("role." + r)
}

// lane is in which lane a step is.
func (j *journey) lane(s process.Step) string { return j.v.laneOf(s) }

func (v *visit) laneOf(s process.Step) string {
	switch {
	case !s.Lane.IsZero():
		return s.Lane.In(v.words.Lang())
	case s.Actor == process.Machine:
		return "Kring"
	}
	return v.role(s.Role)
}

// step is the step that is next.
func (j *journey) step() (process.Step, process.Work, bool) {
	w := j.p.Now()
	if w == nil {
		return process.Step{}, process.Work{}, false
	}
	return j.p.Process.Steps[w.At], *w, true
}

func (j *journey) title() string {
	kind := j.t("kind_" + string(j.p.Kind))
	if j.p.Label == "" {
		return kind
	}
	return j.tf("title", map[string]any{"kind": kind, "label": j.p.Label})
}

// whom says for whom the run waits.
func (j *journey) whom(s process.Step, w process.Work) string {
	if !w.Member.IsZero() {
		return j.name(w.Member)
	}
	return strings.ToLower(j.lane(s))
}

func (j *journey) chip() look.Chip {
	s, w, open := j.step()
	if !open {
		tone := look.Good
		if j.p.State == process.Aborted {
			tone = look.Bad
		}
		return look.Chip{Label: j.t("state_" + string(j.p.State)), Tone: tone}
	}
	if w.Stand == process.StepParked {
		return look.Chip{Label: j.t("waits_parked"), Icon: "triangle-alert", Tone: look.Bad}
	}
	if w.Stand == process.StepQueued {
		return look.Chip{Label: j.t("machine_busy"), Icon: "cog"}
	}
	if j.p.State == process.Waiting {
		return look.Chip{Label: j.tf("waits_"+string(w.Wait), map[string]any{"who": j.whom(s, w)}), Icon: "hourglass", Tone: look.Accent}
	}
	return look.Chip{Label: j.t("state_" + string(j.p.State)), Tone: look.Accent}
}

func (j *journey) gist() string {
	with := map[string]any{"process": j.p.Process.Name.In(j.lang()), "name": j.p.Name, "of": len(j.p.Process.Steps), "n": len(j.p.Process.Steps)}
	if j.p.Name == "" {
		with["name"] = j.p.Label
	}
	if w := j.p.Now(); w != nil {
		with["n"] = w.At + 1
		return j.tf("gist", with)
	}
	if j.p.State == process.Aborted {
		with["why"] = j.reason(j.p.Why)
		return j.tf("gist_aborted", with)
	}
	return j.tf("gist_over", with)
}

// reason is why something went otherwise, in words: a deed, or what somebody wrote.
func (j *journey) reason(why string) string {
	if j.v.words.Has("deed." + why) {
		return j.v.words.T("deed." + why)
	}
	return why
}

// why is what a deviation says of a step.
func (j *journey) why(w process.Work) string {
	switch {
	case w.Stand == process.StepPassed:
		return j.tf("passed", map[string]any{"deed": j.reason(w.Reason)})
	case w.Reason == "condition":
		return j.t("skipped_condition")
	case w.Reason == "aborted":
		return j.t("state_aborted")
	}
	return w.Reason
}

// failure is why the machine failed, in words.
func (j *journey) failure(w process.Work) string {
	if j.v.words.Has("fault." + w.Fault) {
		return j.v.words.T("fault." + w.Fault)
	}
	return j.v.words.T("desk.failed")
}

func (j *journey) frame() look.Frame {
	v := j.v
	f := v.frame(j.title(), "/processes")
	f.Crumbs = []look.Crumb{{Label: v.words.T("process.many"), Href: "/processes"}, {Label: j.p.Process.Name.In(j.lang()), Href: "/processes?process=" + j.p.Process.ID.String()}, {Label: j.title()}}
	f.Actions = []templ.Component{look.Button{Label: v.words.T("process.design"), Icon: "workflow", Kind: look.Ghost, Href: "/processes/" + j.p.Process.ID.String()}}
	if _, _, open := j.step(); open && j.may() {
		f.Actions = append(f.Actions, look.Button{Label: j.t("assign"), Icon: "user", Href: "#assign"})
	}
	lead := j.p.Lead(j.now)
	facts := []look.Fact{{Label: j.t("lead_time"), Value: v.duration(lead)}, {Label: j.t("work"), Value: v.duration(j.p.Worked())}, {Label: j.t("waiting"), Value: v.shareText(10_000 - process.Share(j.p.Worked(), lead))}}
	if j.p.State.Open() {
		by := "" // too few earlier runs to say
		if j.p.Sure {
			by = j.tf("likely", map[string]any{"day": v.words.Day(j.p.By, j.now)})
		}
		facts = append(facts, look.Fact{Label: j.t("ready_on"), Value: by})
	}
	f.Head = look.Heading{Title: j.title(), Lead: j.gist(), Chips: []templ.Component{j.chip()}, Facts: facts}
	return f
}

func (j *journey) may() bool { return j.v.who.Can(member.RunWrite) }

func (j *journey) to(at int, deed string) string {
	return "/runs/" + j.p.ID.String() + "/steps/" + strconv.Itoa(at) + "/" + deed
}

// colleagues are to whom a step can be given.
func (j *journey) colleagues() (list []look.Option) {
	for _, m := range j.members {
		if m.State == member.Active && m.Role.Can(member.RunWrite) {
			list = append(list, look.Option{Value: m.ID.String(), Label: m.Name + ", " + j.v.words.T("role."+string(m.Role))})
		}
	}
	return list
}

func (j *journey) waits() (list []look.Option) {
	for _, w := range process.Waits {
		list = append(list, look.Option{Value: string(w), Label: j.v.words.T("process.wait_" + string(w))})
	}
	return list
}

// compared says how long others waited at this step.
func (j *journey) compared() string {
	s, w, open := j.step()
	if !open || j.p.Others == 0 {
		return ""
	}
	text := j.tf("others", map[string]any{"step": s.Name.In(j.lang()), "n": j.p.Others, "median": j.v.duration(j.p.Median)})
	if w.Waited(j.now) > j.p.Median {
		return text + " " + j.t("longer")
	}
	return text + " " + j.t("shorter")
}

// papers are the documents of the run.
func (j *journey) papers() (list []look.Option) {
	for _, s := range j.p.Subjects {
		href := map[fact.Kind]string{fact.Lead: "/leads/", fact.Opportunity: "/opportunities/", fact.Conversation: "/conversations/", fact.Quote: "/quotes/", fact.Order: "/orders/", fact.Invoice: "/invoices/", fact.Contract: "/contracts/"}[s.Kind]
		label := j.t("kind_" + string(s.Kind))
		if s.ID == j.p.Subject {
			label = j.title()
		}
		list = append(list, look.Option{Label: label, Href: map[bool]string{true: href + s.ID.String()}[href != "" && j.v.d.serves(href)]})
	}
	return list
}

// serves says whether there are pages under an address.
func (d *Desk) serves(prefix string) bool {
	return slices.Contains(d.patterns, "GET "+prefix+"{id}")
}

func runOf(v *visit) (*journey, error) {
	i, err := pathID[id.Run](v, "id")
	if err != nil {
		return nil, err
	}
	p, err := v.app.Run(v.r.Context(), v.who, i)
	if err != nil {
		return nil, err
	}
	members, _, err := v.app.Colleagues(v.r.Context(), v.who)
	return &journey{v: v, p: p, members: members, now: v.app.Now(), text: map[string]string{}, said: map[string]string{}}, err
}

func runPage(v *visit) error {
	if err := v.may(member.RunRead); err != nil {
		return err
	}
	j, err := runOf(v)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, runView(j))
}

// stepped does something with a step of the run that the address names, and shows
// its page again when that is refused.
func stepped(v *visit, form string, do func(j *journey, at int, version int64, in url.Values) error) error {
	if err := v.may(member.RunWrite); err != nil {
		return err
	}
	in, err := v.form()
	if err != nil {
		return err
	}
	j, err := runOf(v)
	if err != nil {
		return err
	}
	at, err := strconv.Atoi(v.r.PathValue("at"))
	if err != nil && v.r.PathValue("at") != "" {
		return errNoPage
	}
	j.form, j.checked = form, in["checked"]
	for _, k := range []string{"minutes", "note", "reason", "wait", "member"} {
		j.text[k] = in.Get(k)
	}
	if err := do(j, at, number64(in.Get("version")), in); err != nil {
		if said := v.wrong(err); said != nil {
			j.said = said
			return v.show(http.StatusUnprocessableEntity, runView(j))
		}
		return err
	}
	v.toast(look.Toast{Text: j.t("said_" + form)})
	return v.to("/runs/" + j.p.ID.String())
}

func beginStep(v *visit) error {
	return stepped(v, "begin", func(j *journey, at int, version int64, _ url.Values) error {
		_, err := v.app.BeginStep(v.r.Context(), v.who, j.p.ID, version, at)
		return err
	})
}

func finishStep(v *visit) error {
	return stepped(v, "finish", func(j *journey, at int, version int64, in url.Values) error {
		rep := process.Report{Minutes: -1, Checked: in["checked"], Note: in.Get("note")}
		if typed := strings.TrimSpace(in.Get("minutes")); typed != "" {
			f, ok := v.words.ParseNumber(typed)
			if !ok || f < 0 || f > 120_000 {
				return fault.Field("minutes", process.ErrMinutes)
			}
			rep.Minutes = int64(f)
		}
		_, err := v.app.FinishStep(v.r.Context(), v.who, j.p.ID, version, at, rep)
		return err
	})
}

func skipStep(v *visit) error {
	return stepped(v, "skip", func(j *journey, at int, version int64, in url.Values) error {
		_, err := v.app.SkipStep(v.r.Context(), v.who, j.p.ID, version, at, in.Get("reason"))
		return err
	})
}

func holdStep(v *visit) error {
	return stepped(v, "hold", func(j *journey, at int, version int64, in url.Values) error {
		_, err := v.app.HoldStep(v.r.Context(), v.who, j.p.ID, version, at, process.Wait(in.Get("wait")), in.Get("reason"))
		return err
	})
}

func assignStep(v *visit) error {
	return stepped(v, "assign", func(j *journey, at int, version int64, in url.Values) error {
		to, err := id.Parse[id.Member](in.Get("member"))
		if err != nil {
			return fault.Field("member", process.ErrMember)
		}
		_, err = v.app.AssignStep(v.r.Context(), v.who, j.p.ID, version, at, to)
		return err
	})
}

func retryStep(v *visit) error {
	return stepped(v, "retry", func(j *journey, at int, version int64, _ url.Values) error {
		_, err := v.app.RetryStep(v.r.Context(), v.who, j.p.ID, version, at)
		return err
	})
}

func abortRun(v *visit) error {
	return stepped(v, "abort", func(j *journey, _ int, version int64, in url.Values) error {
		_, err := v.app.AbortRun(v.r.Context(), v.who, j.p.ID, version, in.Get("reason"))
		return err
	})
}

// callAboutRun makes a task to call the customer about the step that is next.
func callAboutRun(v *visit) error {
	if err := v.may(member.TaskWrite); err != nil {
		return err
	}
	j, err := runOf(v)
	if err != nil {
		return err
	}
	s, _, open := j.step()
	if !open {
		return process.ErrEnded
	}
	_, err = v.app.AddTask(v.r.Context(), v.who, task.Draft{
		Kind: task.Call, Account: j.p.Account, About: fact.Run, Record: j.p.ID.Any(), Day: v.app.Today(v.who),
		Text: j.tf("call_task", map[string]any{"name": j.caller(), "step": s.Name.In(j.lang()), "subject": j.title()}),
	})
	if err != nil {
		return err
	}
	v.toast(look.Toast{Text: j.t("called")})
	return v.to("/runs/" + j.p.ID.String())
}

func (j *journey) caller() string {
	if j.p.Contact != "" {
		return j.p.Contact
	}
	return j.p.Name
}

// runList is a list of runs.
type runList struct {
	v       *visit
	ask     app.RunAsk
	lines   []process.Line
	all     map[id.Process]process.Process
	members []member.Member
	turn    string
	more    string
	now     int64
	figures bool // asked from a number
}

func (l *runList) t(key string) string { return l.v.words.T("run." + key) }

func runsPage(v *visit) error {
	if err := v.may(member.RunRead); err != nil {
		return err
	}
	q := v.r.URL.Query()
	l := &runList{v: v, turn: q.Get("turn"), now: v.app.Now(), all: map[id.Process]process.Process{}}
	l.ask = askedRuns(q)
	l.figures = q.Get("process") != "" || q.Get("account") != ""
	if !slices.Contains([]string{"mine", "role", "all", "late", "parked", "over"}, l.turn) {
		l.turn = "mine"
		if l.figures {
			l.turn = "all"
		}
	}
	switch l.turn {
	case "mine", "role":
		l.ask.Turn = l.turn
	case "late":
		l.ask.Late = true
	case "parked":
		l.ask.Parked, l.ask.Open = true, true
	case "over":
		l.ask.Over = true
	default:
		l.ask.Open = l.ask.Open || !l.figures
	}
	l.ask.Limit = 50
	l.ask.After = app.RunPlace{At: number64(q.Get("at")), ID: id.OrZero[id.Run](q.Get("after"))}
	var err error
	if l.lines, err = v.app.Runs(v.r.Context(), v.who, l.ask); err != nil {
		return err
	}
	if len(l.lines) == 50 {
		last := l.lines[49]
		at := last.Started
		if last.State.Open() && (l.ask.Open || l.ask.Turn != "" || l.ask.Late || l.ask.Step != "") {
			at = last.Work.Ready
		}
		next := url.Values{}
		for k, all := range q {
			next[k] = all
		}
		next.Set("at", strconv.FormatInt(at, 10))
		next.Set("after", last.ID.String())
		l.more = "/runs?" + next.Encode()
	}
	all, err := v.app.Processes(v.r.Context(), v.who)
	if err != nil {
		return err
	}
	for _, p := range all {
		l.all[p.ID] = p
	}
	if l.members, _, err = v.app.Colleagues(v.r.Context(), v.who); err != nil {
		return err
	}
	return v.show(http.StatusOK, runsView(l))
}

// askedRuns is what an address asks of a list of runs, without whose turn it is.
func askedRuns(q url.Values) app.RunAsk {
	return app.RunAsk{
		Process: id.OrZero[id.Process](q.Get("process")), Account: id.OrZero[id.Account](q.Get("account")), State: stateOf(q.Get("state")), Open: q.Get("open") != "", Step: q.Get("step"),
		At: q.Get("step_at"), Came: q.Get("came"), From: dayOf(q.Get("from")), Until: dayOf(q.Get("until")), Team: id.OrZero[id.Team](q.Get("team")), Late: q.Get("late") != "",
	}
}

func stateOf(s string) process.State {
	if slices.Contains(process.States, process.State(s)) {
		return process.State(s)
	}
	return ""
}

func dayOf(s string) day.Day {
	d, err := day.Parse(s)
	if err != nil {
		return ""
	}
	return d
}

func (l *runList) frame() look.Frame {
	f := l.v.frame(l.t("many"), "/processes")
	f.Crumbs = []look.Crumb{{Label: l.v.words.T("process.many"), Href: "/processes"}, {Label: l.t("many")}}
	f.Head = look.Heading{Title: l.t("many"), Lead: l.t("lead")}
	return f
}

func (l *runList) stepName(r process.Line) string {
	p := l.all[r.Process]
	if at := p.At(r.Work.Key); at >= 0 {
		return p.Steps[at].Name.In(l.v.words.Lang())
	}
	return r.Work.Key
}

func (l *runList) who(r process.Line) string {
	if at := slices.IndexFunc(l.members, func(m member.Member) bool { return m.ID == r.Work.Member }); at >= 0 {
		return l.members[at].Name
	}
	if r.Role == "" {
		return ""
	}
	return l.v.role(r.Role)
}

func (l *runList) state(r process.Line) string {
	if r.Parked {
		return l.t("stand_parked")
	}
	return l.t("state_" + string(r.State))
}

func (l *runList) label(r process.Line) string {
	if r.Label != "" {
		return l.t("kind_"+string(r.Kind)) + " " + r.Label
	}
	return l.t("kind_" + string(r.Kind))
}

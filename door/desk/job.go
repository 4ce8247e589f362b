package desk

import (
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"kring/base/id"
	"kring/base/job"
	"kring/domain/member"
	"kring/look"
	"kring/look/words"
)

func (d *Desk) jobRoutes() {
	d.member("GET /settings/jobs", jobsPage)
	d.member("GET /settings/jobs/{job}", jobPage)
	d.member("POST /settings/jobs/{job}/retry", retryJob)
	d.member("POST /settings/jobs/{job}/cancellation", cancelJob)
}

// jobStates are the tabs of the page; the first is all.
var jobStates = []job.State{"", job.Waiting, job.Running, job.Parked, job.Done, job.Cancelled}

// jobsForm is a page of jobs.
type jobsForm struct {
	settingPage
	Tabs look.Tabs
	Jobs []jobLine
	More string
}

// jobLine is one job in words.
type jobLine struct {
	ID, Kind, State, Tone, Meta, Text, Reason string
	Progress                                  templ.Component
	Poll                                      bool
	Retry, Cancel, Stopping                   bool
	Facts                                     []look.Fact
}

const jobRows = 50

func jobsPage(v *visit) error {
	if err := v.may(member.SettingManage); err != nil {
		return err
	}
	asked := v.r.URL.Query()
	state := job.State(asked.Get("state"))
	if !slices.Contains(jobStates, state) {
		state = ""
	}
	q := job.Filter{State: state, Limit: jobRows + 1}
	if i, err := id.Parse[id.Job](asked.Get("before")); err == nil {
		q.Before = i
	}
	all, err := v.app.JobPage(v.r.Context(), v.who, q)
	if err != nil {
		return err
	}
	f := jobsForm{settingPage: v.setting("jobs", "")}
	f.Tabs.Label = v.words.T("job.states")
	for _, s := range jobStates {
		tab := look.Tab{Label: v.words.T("job.all"), Href: "/settings/jobs", Current: s == state}
		if s != "" {
			tab.Label, tab.Href = v.words.T("job.state."+string(s)), "/settings/jobs?state="+string(s)
		}
		f.Tabs.Items = append(f.Tabs.Items, tab)
	}
	if len(all) > jobRows {
		all = all[:jobRows]
		f.More = "/settings/jobs?state=" + string(state) + "&before=" + all[jobRows-1].ID.String()
	}
	for _, j := range all {
		f.Jobs = append(f.Jobs, v.jobLine(j))
	}
	return v.show(http.StatusOK, jobsView(f))
}

func (v *visit) jobLine(j job.Job) jobLine {
	w := v.words
	l := jobLine{ID: j.ID.String(), Kind: j.Kind, State: w.T("job.state." + string(j.State)), Text: j.Text, Reason: j.Reason, Poll: !j.State.Ended(),
		Retry: j.State == job.Parked || j.State == job.Cancelled, Cancel: !j.Cancel && (j.State == job.Parked || !j.State.Ended()), Stopping: j.Cancel && j.State == job.Running,
		Tone: map[job.State]string{job.Done: look.Good, job.Parked: look.Bad, job.Running: look.Accent, job.Waiting: look.Warn}[j.State]}
	if key := "job.kind." + j.Kind; w.Has(key) {
		l.Kind = w.T(key)
	}
	if j.State == job.Done { // what made it wait before is over
		l.Reason = ""
	} else if key := "fault." + j.Code; j.Code != "" && w.Has(key) {
		l.Reason = w.T(key)
	}
	l.Meta = w.DayTime(j.Created, v.app.Now())
	if j.Attempt > 0 {
		l.Meta += " · " + w.Tf("job.attempt", words.P{"n": j.Attempt, "of": j.Attempts()})
	}
	if j.Total > 0 && !(j.State == job.Done && j.Total <= j.Done) {
		l.Progress = look.Progress{Label: l.Kind, Value: int(min(j.Done, j.Total)), Max: int(j.Total),
			Words: w.Tf("job.so_far", words.P{"n": w.Count(int(j.Done), false), "all": w.Count(int(j.Total), false)})}
	}
	return l
}

func jobPage(v *visit) error {
	if err := v.may(member.SettingManage); err != nil {
		return err
	}
	i, err := pathID[id.Job](v, "job")
	if err != nil {
		return err
	}
	j, err := v.app.Job(v.r.Context(), v.who, i)
	if err != nil {
		return err
	}
	l := v.jobLine(j)
	if v.htmx() {
		return v.show(http.StatusOK, jobRow(l))
	}
	w := v.words
	stamp := func(ms int64) string {
		if ms == 0 {
			return ""
		}
		return w.Stamp(ms)
	}
	l.Facts = []look.Fact{
		{Label: w.T("job.created"), Value: stamp(j.Created)}, {Label: w.T("job.due"), Value: stamp(j.RunAt)}, {Label: w.T("job.started"), Value: stamp(j.Started)},
		{Label: w.T("job.finished"), Value: stamp(j.Finished)}, {Label: w.T("job.name"), Value: j.Kind}, {Label: w.T("job.args"), Value: string(j.Args)},
	}
	return v.show(http.StatusOK, jobView(jobForm{v.setting("jobs", l.Kind), l}))
}

type jobForm struct {
	settingPage
	Job jobLine
}

func retryJob(v *visit) error {
	i, err := pathID[id.Job](v, "job")
	if err != nil {
		return err
	}
	if err := v.app.RetryJob(v.r.Context(), v.who, i); err != nil {
		return err
	}
	return v.saved("job.retried", "/settings/jobs/"+i.String())
}

func cancelJob(v *visit) error {
	i, err := pathID[id.Job](v, "job")
	if err != nil {
		return err
	}
	if err := v.app.CancelJob(v.r.Context(), v.who, i); err != nil {
		return err
	}
	return v.saved("job.cancel_asked", "/settings/jobs/"+i.String())
}

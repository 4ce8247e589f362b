package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"kring/app"
	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/member"
	"kring/domain/process"
)

// processOut is a process as the API shows it.
type processOut struct {
	ID      id.Process       `json:"id"`
	Key     string           `json:"key"`
	Number  int              `json:"number" doc:"of the version that new runs take"`
	On      bool             `json:"on" doc:"whether documents begin runs"`
	Body    process.Template `json:"template"`
	Version int64            `json:"version"`
}

// templateIn is another version of a process.
type templateIn struct {
	Template process.Template `json:"template"`
}

// runOut is a run as the API shows it.
type runOut struct {
	ID      id.Run         `json:"id"`
	Process id.Process     `json:"process"`
	Number  int            `json:"number" doc:"of the version of the process that it began with"`
	Account id.Account     `json:"account"`
	Name    string         `json:"account_name"`
	Kind    fact.Kind      `json:"kind" doc:"of the document that it is about by now"`
	Subject id.Record      `json:"subject"`
	Label   string         `json:"label"`
	State   process.State  `json:"state" doc:"ready, running, waiting, done or aborted"`
	Why     string         `json:"why" doc:"it was aborted"`
	Step    string         `json:"step" doc:"key of the step that is next"`
	At      int            `json:"at" doc:"its place, from 0"`
	Stand   process.Stand  `json:"step_state"`
	Role    string         `json:"role" doc:"whose step it is"`
	Member  id.Member      `json:"member"`
	Due     instant        `json:"due_at"`
	Works   []process.Work `json:"steps,omitempty" doc:"of one run: what happened at each step that it came to; times in milliseconds UTC"`
	Started instant        `json:"started_at"`
	Ended   instant        `json:"ended_at"`
	Version int64          `json:"version"`
}

// stepIn is what is said of a step.
type stepIn struct {
	At      int          `json:"at" doc:"place of the step, from 0; the run has to be there"`
	Minutes *int64       `json:"minutes,omitempty" doc:"of work; left out: as the clock says"`
	Checked []string     `json:"checked,omitempty" doc:"lines of the checklist: a, b …"`
	Note    string       `json:"note,omitempty"`
	Reason  string       `json:"reason,omitempty"`
	Wait    process.Wait `json:"wait,omitempty"`
	Member  id.Member    `json:"member,omitzero"`
}

// figureOut is what a period says about a process.
type figureOut struct {
	Started    int64        `json:"started"`
	Done       int64        `json:"done"`
	Aborted    int64        `json:"aborted"`
	Open       int64        `json:"open"`
	Lead       int64        `json:"lead_time_ms" doc:"median of those done"`
	LeadSum    int64        `json:"lead_time_sum_ms"`
	Worked     int64        `json:"worked_ms"`
	Touch      int64        `json:"touch_share" doc:"basis points: worked ÷ lead time"`
	InTime     int64        `json:"in_time"`
	Normed     int64        `json:"with_norm"`
	Human      int64        `json:"human_steps"`
	Machine    int64        `json:"machine_steps"`
	Bottleneck string       `json:"bottleneck" doc:"step with the greatest median waiting × number"`
	Steps      []stepFigure `json:"steps"`
}

type stepFigure struct {
	Key        string `json:"key"`
	In         int64  `json:"in"`
	Out        int64  `json:"out"`
	Conversion int64  `json:"conversion" doc:"basis points"`
	Open       int64  `json:"open"`
	Waited     int64  `json:"waited_median_ms"`
	Volume     int64  `json:"volume"`
	Jam        int64  `json:"waited_x_volume_ms"`
	Worked     int64  `json:"worked_ms"`
	InTime     int64  `json:"in_time"`
	Normed     int64  `json:"with_norm"`
}

func processOperations() []operation {
	about := func(name, title, deed, text string, do func(*call) (answer, error)) operation {
		return operation{method: http.MethodPost, path: "/runs/{id}/" + deed, name: name, tag: "Processes", right: member.RunWrite, status: http.StatusOK, in: stepIn{}, out: runOut{}, tagged: true, guarded: true, title: title, about: text, do: do}
	}
	return []operation{
		{
			method: http.MethodGet, path: "/processes", name: "list_processes", tag: "Processes", right: member.RunRead, status: http.StatusOK, out: listOf[processOut]{}, do: listProcesses,
			title: "List processes", about: "The standard ones first; all of them, without pages.", query: pageParams(),
		},
		{
			method: http.MethodGet, path: "/processes/{id}", name: "get_process", tag: "Processes", right: member.RunRead, status: http.StatusOK, out: processOut{}, tagged: true, title: "Read a process", do: getProcess,
		},
		{
			method: http.MethodPut, path: "/processes/{id}", name: "change_process", tag: "Processes", right: member.ProcessManage, status: http.StatusOK, in: templateIn{}, out: processOut{}, tagged: true, guarded: true,
			title: "Change a process", do: changeProcess, about: "The template becomes a new version, for runs that begin from now on.",
		},
		{
			method: http.MethodGet, path: "/processes/{id}/figures", name: "get_process_figures", tag: "Processes", right: member.RunRead, status: http.StatusOK, out: figureOut{}, title: "Read what a period says about a process", do: getFigures,
			about: "About the runs that began in the period, of relations within reach.",
			query: []*huma.Param{
				{Name: "from", In: "query", Description: "begun on this day or later", Schema: &huma.Schema{Type: "string", Format: "date"}},
				{Name: "until", In: "query", Description: "begun on this day or earlier", Schema: &huma.Schema{Type: "string", Format: "date"}},
				{Name: "team", In: "query", Description: "of relations of this team", Schema: &huma.Schema{Type: "string", Format: "uuid"}},
			},
		},
		{
			method: http.MethodGet, path: "/runs", name: "list_runs", tag: "Processes", right: member.RunRead, status: http.StatusOK, out: listOf[runOut]{}, do: listRuns,
			title: "List runs", about: "Those that began last first; within reach.",
			query: append(pageParams(),
				&huma.Param{Name: "process", In: "query", Description: "of this process", Schema: &huma.Schema{Type: "string", Format: "uuid"}},
				&huma.Param{Name: "account", In: "query", Description: "of this account", Schema: &huma.Schema{Type: "string", Format: "uuid"}},
				&huma.Param{Name: "over", In: "query", Description: "only those that are done or aborted", Schema: &huma.Schema{Type: "string", Enum: []any{"true"}}}),
		},
		{method: http.MethodGet, path: "/runs/{id}", name: "get_run", tag: "Processes", right: member.RunRead, status: http.StatusOK, out: runOut{}, tagged: true, title: "Read a run", do: getRun},
		about("begin_step", "Begin a step", "beginning", "Or go on with it.", func(c *call) (answer, error) {
			return c.onRun(func(i id.Run, v int64, in stepIn) (process.Run, error) {
				return c.app.BeginStep(c.r.Context(), c.who, i, v, in.At)
			})
		}),
		about("finish_step", "Finish a step", "finish", "The run goes on to the next.", func(c *call) (answer, error) {
			return c.onRun(func(i id.Run, v int64, in stepIn) (process.Run, error) {
				rep := process.Report{Minutes: -1, Checked: in.Checked, Note: in.Note}
				if in.Minutes != nil {
					rep.Minutes = max(*in.Minutes, -2)
					if rep.Minutes < 0 {
						return process.Run{}, fault.Field("minutes", process.ErrMinutes)
					}
				}
				return c.app.FinishStep(c.r.Context(), c.who, i, v, in.At, rep)
			})
		}),
		about("skip_step", "Leave a step out", "skip", "With the reason.", func(c *call) (answer, error) {
			return c.onRun(func(i id.Run, v int64, in stepIn) (process.Run, error) {
				return c.app.SkipStep(c.r.Context(), c.who, i, v, in.At, in.Reason)
			})
		}),
		about("hold_step", "Put a step on hold", "hold", "For whom it waits, and why.", func(c *call) (answer, error) {
			return c.onRun(func(i id.Run, v int64, in stepIn) (process.Run, error) {
				return c.app.HoldStep(c.r.Context(), c.who, i, v, in.At, in.Wait, in.Reason)
			})
		}),
		about("assign_step", "Give a step to somebody", "assignment", "To nobody without a member.", func(c *call) (answer, error) {
			return c.onRun(func(i id.Run, v int64, in stepIn) (process.Run, error) {
				return c.app.AssignStep(c.r.Context(), c.who, i, v, in.At, in.Member)
			})
		}),
		about("retry_step", "Try a machine step again", "retry", "One that failed three times.", func(c *call) (answer, error) {
			return c.onRun(func(i id.Run, v int64, in stepIn) (process.Run, error) {
				return c.app.RetryStep(c.r.Context(), c.who, i, v, in.At)
			})
		}),
		about("abort_run", "Stop a run", "abort", "With the reason.", func(c *call) (answer, error) {
			return c.onRun(func(i id.Run, v int64, in stepIn) (process.Run, error) {
				return c.app.AbortRun(c.r.Context(), c.who, i, v, in.Reason)
			})
		}),
	}
}

func showProcess(p process.Process) processOut {
	return processOut{ID: p.ID, Key: p.Key, Number: p.Number, On: p.On, Body: p.Template, Version: p.Version}
}

func listProcesses(c *call) (answer, error) {
	if _, _, _, err := c.page(); err != nil {
		return answer{}, err
	}
	all, err := c.app.Processes(c.r.Context(), c.who)
	if err != nil {
		return answer{}, err
	}
	page := listOf[processOut]{Items: []processOut{}}
	for _, p := range all {
		page.Items = append(page.Items, showProcess(p))
	}
	return show(http.StatusOK, page)
}

func getProcess(c *call) (answer, error) {
	i, err := named[id.Process](c, "id")
	if err != nil {
		return answer{}, err
	}
	p, _, err := c.app.Process(c.r.Context(), c.who, i)
	if err != nil {
		return answer{}, err
	}
	a, err := show(http.StatusOK, showProcess(p))
	a.version = p.Version
	return a, err
}

func changeProcess(c *call) (answer, error) {
	i, err := named[id.Process](c, "id")
	if err != nil {
		return answer{}, err
	}
	version, err := c.match()
	if err != nil {
		return answer{}, err
	}
	in, err := take[templateIn](c)
	if err != nil {
		return answer{}, err
	}
	p, err := c.app.ChangeProcess(c.r.Context(), c.who, i, version, in.Template)
	if err != nil {
		return answer{}, err
	}
	a, err := show(http.StatusOK, showProcess(p))
	a.version = p.Version
	return a, err
}

func getFigures(c *call) (answer, error) {
	i, err := named[id.Process](c, "id")
	if err != nil {
		return answer{}, err
	}
	q := c.r.URL.Query()
	ask := app.RunAsk{Process: i, Team: id.OrZero[id.Team](q.Get("team"))}
	for name, into := range map[string]*day.Day{"from": &ask.From, "until": &ask.Until} {
		if q.Get(name) == "" {
			continue
		}
		if *into, err = day.Parse(q.Get(name)); err != nil {
			return answer{}, fault.Field(name, day.ErrBad)
		}
	}
	if _, _, err := c.app.Process(c.r.Context(), c.who, i); err != nil {
		return answer{}, err
	}
	sum, err := c.app.RunFigures(c.r.Context(), c.who, ask)
	if err != nil {
		return answer{}, err
	}
	out := figureOut{
		Started: sum.Started, Done: sum.Done, Aborted: sum.Aborted, Open: sum.Open, Lead: sum.Lead, LeadSum: sum.LeadSum, Worked: sum.Worked, Touch: sum.Touch(),
		InTime: sum.InTime, Normed: sum.Normed, Human: sum.HumanN, Machine: sum.MachineN, Steps: []stepFigure{},
	}
	if at := sum.Bottleneck(); at >= 0 {
		out.Bottleneck = sum.Steps[at].Key
	}
	for _, s := range sum.Steps {
		out.Steps = append(out.Steps, stepFigure{Key: s.Key, In: s.In, Out: s.Out, Conversion: process.Share(s.Out, s.In), Open: s.Open, Waited: s.Waited, Volume: s.Volume, Jam: s.Jam(), Worked: s.Worked, InTime: s.InTime, Normed: s.Normed})
	}
	return show(http.StatusOK, out)
}

func showRun(l process.Line) runOut {
	return runOut{
		ID: l.ID, Process: l.Process, Number: l.Number, Account: l.Account, Name: l.Name, Kind: l.Kind, Subject: l.Subject, Label: l.Label, State: l.State, Why: l.Why,
		Step: l.Work.Key, At: l.At, Stand: l.Work.Stand, Role: l.Role, Member: l.Work.Member, Due: instant(l.Work.Due), Works: l.Works, Started: instant(l.Started), Ended: instant(l.Ended), Version: l.Version,
	}
}

func listRuns(c *call) (answer, error) {
	after, limit, params, err := c.page("process", "account", "over")
	if err != nil {
		return answer{}, err
	}
	ask := app.RunAsk{Process: id.OrZero[id.Process](params.Get("process")), Account: id.OrZero[id.Account](params.Get("account")), Over: params.Get("over") != "", Limit: limit}
	if !after.IsZero() {
		p, err := c.app.Run(c.r.Context(), c.who, id.Run(after))
		if err != nil {
			return answer{}, err
		}
		ask.After = app.RunPlace{At: p.Started, ID: p.ID}
	}
	all, err := c.app.Runs(c.r.Context(), c.who, ask)
	if err != nil {
		return answer{}, err
	}
	page := listOf[runOut]{Items: []runOut{}}
	for _, l := range all {
		page.Items = append(page.Items, showRun(l))
	}
	if len(all) == limit {
		next := all[limit-1].ID.String()
		page.Next = &next
	}
	return show(http.StatusOK, page)
}

func getRun(c *call) (answer, error) {
	i, err := named[id.Run](c, "id")
	if err != nil {
		return answer{}, err
	}
	return c.sayRun(i)
}

func (c *call) sayRun(i id.Run) (answer, error) {
	p, err := c.app.Run(c.r.Context(), c.who, i)
	if err != nil {
		return answer{}, err
	}
	a, err := show(http.StatusOK, showRun(p.Line))
	a.version = p.Version
	return a, err
}

// onRun does something to the run that the address names, and says it as it is
// then.
func (c *call) onRun(do func(i id.Run, version int64, in stepIn) (process.Run, error)) (answer, error) {
	i, err := named[id.Run](c, "id")
	if err != nil {
		return answer{}, err
	}
	version, err := c.match()
	if err != nil {
		return answer{}, err
	}
	in, err := take[stepIn](c)
	if err != nil {
		return answer{}, err
	}
	if _, err := do(i, version, in); err != nil {
		return answer{}, err
	}
	return c.sayRun(i)
}

package store

import (
	"database/sql"
	"encoding/json"
	"slices"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/member"
	"kring/domain/process"
)

const (
	runColumns     = "r.id, r.version, r.process_id, r.number, r.account_id, r.kind, r.subject_id, r.label, r.state, r.at_step, r.why, r.started_at, r.ended_at, r.updated_at, r.role, r.stand, r.step_key, r.member_id, r.due_at, r.ready_at, COALESCE(acc.name, '')"
	runStepColumns = "at_step, step_key, stand, ready_at, begun_at, ended_at, worked_ms, due_at, member_id, wait, reason, deed, checked, note, output, link, attempts, fault, next_at"
)

// Run is one run with its steps, within reach.
func (v *View) Run(i id.Run, reach RunReach) (l process.Line, err error) {
	defer fault.Wrap(&err, "store.Run(%s)", i)
	all, err := v.runs(v.where("r").and("r.id = ?", i).reachRun(reach), "")
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return l, err
	}
	l = all[0]
	l.Works, err = v.works(i)
	return l, err
}

func (v *View) works(i id.Run) (all []process.Work, err error) {
	w := v.where("").and("run_id = ?", i)
	err = v.rows("SELECT "+runStepColumns+" FROM run_step"+w.String()+" ORDER BY at_step", w.args, func(rs *sql.Rows) error {
		x, err := scanWork(rs)
		all = append(all, x)
		return err
	})
	return all, err
}

func scanWork(rs *sql.Rows, more ...any) (x process.Work, err error) {
	var stand, wait, checked string
	if err := rs.Scan(append([]any{&x.At, &x.Key, &stand, &x.Ready, &x.Begun, &x.Ended, &x.Worked, &x.Due, &x.Member, &wait, &x.Reason, &x.Deed, &checked, &x.Note, &x.Output, &x.Link, &x.Attempts, &x.Fault, &x.Next}, more...)...); err != nil {
		return x, err
	}
	x.Stand, x.Wait = process.Stand(stand), process.Wait(wait)
	if checked != "" {
		err = json.Unmarshal([]byte(checked), &x.Checked)
	}
	return x, err
}

// RunReach is how far a member sees among runs: those of relations within reach,
// those at a step of theirs, and of what belongs to no relation yet those at a
// step of their role.
type RunReach struct {
	member.Reach
	Role string
}

func (w *where) reachRun(r RunReach) *where {
	if r.Scope == member.All {
		return w
	}
	of := (&where{}).reach("own", r.Reach)
	args := append(of.args, r.Member, r.Role)
	return w.and("(EXISTS (SELECT 1 FROM account own WHERE own.org_id = r.org_id AND own.id = r.account_id"+of.String()+") OR r.member_id = ? OR r.account_id IS NULL AND r.role = ?)", args...)
}

// RunPlace is the place of a run in a list: when it began, or when its step
// became somebody's turn, and its id.
type RunPlace struct {
	At int64
	ID id.Run
}

// IsZero is the place before all others.
func (p RunPlace) IsZero() bool { return p == RunPlace{} }

// RunQuery says which runs a list shows; what is zero does not count.
type RunQuery struct {
	Process id.Process
	Account id.Account
	Subject id.Record
	State   process.State
	Open    bool
	Over    bool      // done or aborted
	Member  id.Member // whose step it is
	Role    string    // whose step it is, when nobody took it
	Late    int64     // past the norm at this moment
	Parked  bool
	Step    string // open runs that stand there
	At      string // runs that came to this step, with
	Came    string // in, out, left, late, intime, skipped
	From    int64  // begun at this moment or later
	Until   int64  // begun before this moment
	Team    id.Team
	Reach   RunReach
	After   RunPlace
	Limit   int
}

// Runs are runs as a list shows them: what is open by how long it is somebody's
// turn, the longest first; else those that began last first.
func (v *View) Runs(q RunQuery) (_ []process.Line, err error) {
	defer fault.Wrap(&err, "store.Runs")
	w := v.where("r")
	same := func(column string, zero bool, value any) {
		if !zero {
			w.and(column+" = ?", value)
		}
	}
	same("r.process_id", q.Process.IsZero(), q.Process)
	same("r.account_id", q.Account.IsZero(), q.Account)
	same("r.state", q.State == "", string(q.State))
	turn := q.Open || q.Step != "" || !q.Member.IsZero() || q.Role != "" || q.Late != 0 || q.State.Open()
	if turn {
		w.and("r.ended_at = 0")
	}
	if q.Over {
		w.and("r.ended_at > 0")
	}
	same("r.step_key", q.Step == "", q.Step)
	same("r.member_id", q.Member.IsZero(), q.Member)
	if q.Role != "" {
		w.and("r.role = ?", q.Role).and("r.member_id IS NULL")
	}
	if q.Late != 0 {
		w.and("r.due_at > 0").and("r.due_at < ?", q.Late)
	}
	if q.Parked {
		w.and("r.stand = 'parked'")
	}
	if !q.Subject.IsZero() {
		w.and("r.id IN (SELECT s.run_id FROM run_subject s WHERE s.org_id = r.org_id AND s.subject_id = ?)", q.Subject)
	}
	w.begun("r", q.From, q.Until).team("r", q.Team).reachRun(q.Reach)
	if q.At != "" {
		w.came(q.At, q.Came, q.Process)
	}
	order, than, column := " ORDER BY r.started_at DESC, r.id DESC LIMIT ?", "<", "r.started_at"
	if turn {
		order, than, column = " ORDER BY r.ready_at, r.id LIMIT ?", ">", "r.ready_at"
	}
	if !q.After.IsZero() {
		w.and("("+column+", r.id) "+than+" (?, ?)", q.After.At, q.After.ID)
	}
	w.args = append(w.args, q.Limit)
	return v.runs(w, order)
}

// came keeps runs by what became of them at a step.
func (w *where) came(step, how string, p id.Process) *where {
	cond := map[string]string{
		"in":      "",
		"out":     " AND (s.stand IN ('done', 'passed') OR s.stand = 'skipped' AND s.reason <> 'aborted')",
		"left":    " AND s.stand = 'skipped' AND s.reason = 'aborted'",
		"skipped": " AND (s.stand = 'passed' OR s.stand = 'skipped' AND s.reason <> 'aborted')",
		"intime":  " AND s.stand = 'done' AND s.due_at > 0 AND s.ended_at <= s.due_at",
		"late":    " AND s.stand = 'done' AND s.due_at > 0 AND s.ended_at > s.due_at",
	}[how]
	return w.and("EXISTS (SELECT 1 FROM run_step s WHERE s.org_id = r.org_id AND s.run_id = r.id AND s.process_id = ? AND s.step_key = ?"+cond+")", p, step)
}

// begun keeps what began in a period.
func (w *where) begun(alias string, from, until int64) *where {
	if from != 0 {
		w.and(alias+".started_at >= ?", from)
	}
	if until != 0 {
		w.and(alias+".started_at < ?", until)
	}
	return w
}

// team keeps the runs of a team's relations.
func (w *where) team(alias string, t id.Team) *where {
	if t.IsZero() {
		return w
	}
	return w.and("EXISTS (SELECT 1 FROM account ta WHERE ta.org_id = "+alias+".org_id AND ta.id = "+alias+".account_id AND ta.team_id = ?)", t)
}

func (v *View) runs(w *where, rest string) (all []process.Line, err error) {
	err = v.rows("SELECT "+runColumns+" FROM run r LEFT JOIN account acc ON acc.org_id = r.org_id AND acc.id = r.account_id"+w.String()+rest, w.args, func(rs *sql.Rows) error {
		var l process.Line
		var kind, state, stand string
		err := rs.Scan(&l.ID, &l.Version, &l.Process, &l.Number, &l.Account, &kind, &l.Subject, &l.Label, &state, &l.At, &l.Why, &l.Started, &l.Ended, &l.Updated,
			&l.Role, &stand, &l.Work.Key, &l.Work.Member, &l.Work.Due, &l.Work.Ready, &l.Name)
		l.Kind, l.State, l.Work.Stand, l.Work.At = fact.Kind(kind), process.State(state), process.Stand(stand), l.At
		l.Parked = l.Work.Stand == process.StepParked
		all = append(all, l)
		return err
	})
	return all, err
}

// RunsAfter are all runs, for an export of everything.
func (v *View) RunsAfter(after id.Record, limit int) (_ []process.Line, err error) {
	defer fault.Wrap(&err, "store.RunsAfter")
	return v.runs(v.onwards("r", after, limit), " ORDER BY r.id LIMIT ?")
}

// WorksOf are the steps of several runs, by run.
func (v *View) WorksOf(runs []id.Run) (by map[id.Run][]process.Work, err error) {
	defer fault.Wrap(&err, "store.WorksOf(%d)", len(runs))
	by = map[id.Run][]process.Work{}
	for chunk := range slices.Chunk(runs, 200) {
		w := v.where("").in("run_id", len(chunk), anys(chunk)...)
		err := v.rows("SELECT "+runStepColumns+", run_id FROM run_step"+w.String()+" ORDER BY run_id, at_step", w.args, func(rs *sql.Rows) error {
			var i id.Run
			x, err := scanWork(rs, &i)
			by[i] = append(by[i], x)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return by, nil
}

// CountRuns is how many open steps wait for a member: those that are theirs, and
// those of their role that nobody took; up to most.
func (v *View) CountRuns(m id.Member, reach RunReach, most int) (n int, err error) {
	defer fault.Wrap(&err, "store.CountRuns")
	mine := v.where("r").and("r.ended_at = 0").and("r.member_id = ?", m).and("r.stand NOT IN ('queued', 'waiting')")
	role := v.where("r").and("r.ended_at = 0").and("r.role = ?", reach.Role).and("r.member_id IS NULL").and("r.stand NOT IN ('queued', 'waiting')").reachRun(reach)
	q := "SELECT 1 FROM run r" + mine.String() + " UNION ALL SELECT 1 FROM run r" + role.String()
	args := append(append(mine.args, role.args...), most)
	return Remembered(v, q, args, func() (n int, err error) {
		err = v.row("SELECT COUNT(*) FROM (SELECT * FROM ("+q+") waits LIMIT ?) counted", args, &n)
		return n, err
	})
}

// RunsOf are the runs that documents belong to, whoever asks, with their steps:
// the first document that has a run of a process says which.
func (v *View) RunsOf(subjects []id.Record) (all []process.Run, err error) {
	defer fault.Wrap(&err, "store.RunsOf(%d)", len(subjects))
	if len(subjects) == 0 {
		return nil, nil
	}
	w := v.where("r").and("r.id IN (SELECT s.run_id FROM run_subject s WHERE s.org_id = ? AND s.subject_id IN ("+marks(len(subjects))+"))", append([]any{v.org}, anys(subjects)...)...)
	lines, err := v.runs(w, " ORDER BY r.id LIMIT 100")
	if err != nil {
		return nil, err
	}
	for _, l := range lines {
		if l.Works, err = v.works(l.ID); err != nil {
			return nil, err
		}
		all = append(all, l.Run)
	}
	return all, nil
}

// RunSubject is a document of a run.
type RunSubject struct {
	Kind fact.Kind
	ID   id.Record
}

// SubjectsOf are the documents of a run.
func (v *View) SubjectsOf(i id.Run) (all []RunSubject, err error) {
	defer fault.Wrap(&err, "store.SubjectsOf(%s)", i)
	w := v.where("").and("run_id = ?", i)
	err = v.rows("SELECT kind, subject_id FROM run_subject"+w.String()+" LIMIT 200", w.args, func(rs *sql.Rows) error {
		var s RunSubject
		var kind string
		err := rs.Scan(&kind, &s.ID)
		s.Kind = fact.Kind(kind)
		all = append(all, s)
		return err
	})
	return all, err
}

// AddRun stores a run that began; made is false when the document has a run of
// this process already.
func (tx *Tx) AddRun(r process.Run, t process.Template, facts []fact.Fact) (made bool, err error) {
	defer fault.Wrap(&err, "store.AddRun")
	if err := tx.keepProcess(r.Process); err != nil {
		return false, err
	}
	var taken int
	w := tx.where("").and("process_id = ?", r.Process).and("kind = ?", string(r.Kind)).and("subject_id = ?", r.Subject)
	if err := tx.row("SELECT COUNT(*) FROM run_subject"+w.String(), w.args, &taken); err != nil || taken > 0 {
		return false, err
	}
	role, now := turnOf(r, t)
	_, err = tx.exec("INSERT INTO run (org_id, id, version, process_id, number, account_id, kind, subject_id, label, state, at_step, step_key, stand, role, member_id, due_at, ready_at, next_at, why, worked_ms, started_at, ended_at, updated_at) VALUES ("+marks(23)+")",
		tx.org, r.ID, r.Version, r.Process, r.Number, r.Account, string(r.Kind), r.Subject, r.Label, string(r.State), r.At, now.Key, string(now.Stand), role, now.Member, now.Due, now.Ready, now.Next, r.Why, r.Worked(), r.Started, r.Ended, r.Updated)
	if err != nil {
		return false, err
	}
	// Two that begin a run of one document at once meet here: one of them is tried
	// again and finds the other's.
	if _, err := tx.exec("INSERT INTO run_subject (org_id, process_id, kind, subject_id, run_id) VALUES (?, ?, ?, ?, ?)", tx.org, r.Process, string(r.Kind), r.Subject, r.ID); err != nil {
		return false, err
	}
	return true, tx.saveWorks(r, t, facts)
}

// turnOf is the step that is next, and whose it is.
func turnOf(r process.Run, t process.Template) (role string, w process.Work) {
	if now := r.Now(); now != nil {
		return t.Steps[r.At].Role, *now
	}
	return "", process.Work{}
}

// JoinRun says that a document belongs to a run from now on; one that belongs to
// another run of the process stays there.
func (tx *Tx) JoinRun(r process.Run, s RunSubject) (err error) {
	defer fault.Wrap(&err, "store.JoinRun(%s)", r.ID)
	_, err = tx.exec("INSERT INTO run_subject (org_id, process_id, kind, subject_id, run_id) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", tx.org, r.Process, string(s.Kind), s.ID, r.ID)
	return err
}

// SaveRun stores what became of a run; ErrStale when somebody did something to it
// since it was read.
func (tx *Tx) SaveRun(r process.Run, t process.Template, facts []fact.Fact) (_ process.Run, err error) {
	defer fault.Wrap(&err, "store.SaveRun(%s)", r.ID)
	role, now := turnOf(r, t)
	if err := tx.change1(`UPDATE run SET version = version + 1, account_id = ?, kind = ?, subject_id = ?, label = ?, state = ?, at_step = ?, step_key = ?, stand = ?, role = ?, member_id = ?, due_at = ?,
		ready_at = ?, next_at = ?, why = ?, worked_ms = ?, ended_at = ?, updated_at = ? WHERE org_id = ? AND id = ? AND version = ?`,
		r.Account, string(r.Kind), r.Subject, r.Label, string(r.State), r.At, now.Key, string(now.Stand), role, now.Member, now.Due,
		now.Ready, now.Next, r.Why, r.Worked(), r.Ended, r.Updated, tx.org, r.ID, r.Version); err != nil {
		return r, err
	}
	r.Version++
	return r, tx.saveWorks(r, t, facts)
}

func (tx *Tx) saveWorks(r process.Run, t process.Template, facts []fact.Fact) error {
	for i := range r.Works {
		w := &r.Works[i]
		if !w.Dirty {
			continue
		}
		checked := ""
		if len(w.Checked) > 0 {
			b, err := json.Marshal(w.Checked)
			if err != nil {
				return err
			}
			checked = string(b)
		}
		waited := int64(0)
		if w.Ended != 0 {
			waited = w.Waited(w.Ended)
		}
		_, err := tx.exec("INSERT INTO run_step (org_id, run_id, process_id, started_at, machine, waited_ms, "+runStepColumns+") VALUES ("+marks(25)+`) ON CONFLICT (org_id, run_id, at_step) DO UPDATE SET
			stand = excluded.stand, ready_at = excluded.ready_at, begun_at = excluded.begun_at, ended_at = excluded.ended_at, worked_ms = excluded.worked_ms, waited_ms = excluded.waited_ms, due_at = excluded.due_at, member_id = excluded.member_id, wait = excluded.wait,
			reason = excluded.reason, deed = excluded.deed, checked = excluded.checked, note = excluded.note, output = excluded.output, link = excluded.link, attempts = excluded.attempts, fault = excluded.fault, next_at = excluded.next_at`,
			tx.org, r.ID, r.Process, r.Started, t.Steps[w.At].Actor == process.Machine, waited,
			w.At, w.Key, string(w.Stand), w.Ready, w.Begun, w.Ended, w.Worked, w.Due, w.Member, string(w.Wait), w.Reason, w.Deed, checked, w.Note, w.Output, w.Link, w.Attempts, w.Fault, w.Next)
		if err != nil {
			return err
		}
	}
	for i := range facts {
		facts[i].Kind, facts[i].Subject, facts[i].Account, facts[i].Label = fact.Run, r.ID.Any(), r.Account, r.Label
	}
	return tx.recordAll(facts)
}

// MachineSteps are the runs of which the machine's turn came at a moment or
// before, for who looks whether it was forgotten.
func (v *View) MachineSteps(until int64, limit int) (all []process.Line, err error) {
	defer fault.Wrap(&err, "store.MachineSteps")
	w := v.where("r").and("r.next_at > 0").and("r.next_at <= ?", until)
	w.args = append(w.args, limit)
	return v.runs(w, " ORDER BY r.next_at, r.id LIMIT ?")
}

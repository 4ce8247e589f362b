package store

import (
	"database/sql"
	"slices"

	"kring/base/fault"
	"kring/base/id"
	"kring/domain/process"
)

// RunFigures says what became of the runs of a process that q is about: that
// began from q.From on and before q.Until, of q.Team, within q.Reach.
func (v *View) RunFigures(q RunQuery, now int64) (sum process.Sum, err error) {
	defer fault.Wrap(&err, "store.RunFigures(%s)", q.Process)
	scoped := !q.Team.IsZero() || q.Reach.Scope != "all"
	w := v.where("r").and("r.process_id = ?", q.Process).begun("r", q.From, q.Until).team("r", q.Team).reachRun(q.Reach)
	if err := v.row(`SELECT COUNT(*), COUNT(*) FILTER (WHERE r.state = 'done'), COUNT(*) FILTER (WHERE r.state = 'aborted'), COUNT(*) FILTER (WHERE r.ended_at = 0),
		COALESCE(SUM(CASE WHEN r.state = 'done' THEN r.ended_at - r.started_at ELSE 0 END), 0), COALESCE(SUM(CASE WHEN r.state = 'done' THEN r.worked_ms ELSE 0 END), 0),
		COALESCE(MIN(CASE WHEN r.ended_at = 0 THEN r.started_at END), 0) FROM run r`+w.String(), w.args,
		&sum.Started, &sum.Done, &sum.Aborted, &sum.Open, &sum.LeadSum, &sum.Worked, &sum.Oldest); err != nil {
		return sum, err
	}
	if sum.Done > 0 {
		var took []int64
		w := v.where("r").and("r.process_id = ?", q.Process).begun("r", q.From, q.Until).team("r", q.Team).reachRun(q.Reach).and("r.state = 'done'")
		if err := v.rows("SELECT r.ended_at - r.started_at FROM run r"+w.String(), w.args, func(rs *sql.Rows) error {
			var ms int64
			err := rs.Scan(&ms)
			took = append(took, ms)
			return err
		}); err != nil {
			return sum, err
		}
		sum.Lead = process.Median(took)
	}
	from := func() *where {
		w := v.where("s").and("s.process_id = ?", q.Process).begun("s", q.From, q.Until)
		if scoped {
			of := (&where{}).team("r", q.Team).reachRun(q.Reach)
			w.and("EXISTS (SELECT 1 FROM run r WHERE r.org_id = s.org_id AND r.id = s.run_id"+of.String()+")", of.args...)
		}
		return w
	}
	return sum, v.stepFigures(&sum, from, now)
}

// stepFigures fills the steps. What was cut off by the end of a run did not go on.
func (v *View) stepFigures(sum *process.Sum, from func() *where, now int64) error {
	w := from()
	args := append([]any{now}, w.args...)
	err := v.rows(`SELECT s.step_key, s.machine, COUNT(*),
		COUNT(*) FILTER (WHERE s.stand IN ('done', 'passed')), COUNT(*) FILTER (WHERE s.stand = 'skipped'), COUNT(*) FILTER (WHERE s.stand = 'skipped' AND s.reason = 'aborted'),
		COUNT(*) FILTER (WHERE s.ended_at = 0), COUNT(*) FILTER (WHERE s.ended_at = 0 AND s.due_at > 0 AND s.due_at < ?),
		COUNT(*) FILTER (WHERE s.stand = 'passed'), COUNT(*) FILTER (WHERE s.stand = 'done'),
		COUNT(*) FILTER (WHERE s.stand = 'done' AND s.due_at > 0), COUNT(*) FILTER (WHERE s.stand = 'done' AND s.due_at > 0 AND s.ended_at <= s.due_at),
		COUNT(*) FILTER (WHERE s.stand = 'parked'), COALESCE(SUM(s.worked_ms), 0), COALESCE(SUM(s.waited_ms), 0)
		FROM run_step s`+w.String()+" GROUP BY s.step_key, s.machine", args, func(rs *sql.Rows) error {
		var x process.StepSum
		var on, skipped, aborted, passed, done int64
		if err := rs.Scan(&x.Key, &x.Machine, &x.In, &on, &skipped, &aborted, &x.Open, &x.Late, &passed, &done, &x.Normed, &x.InTime, &x.Parked, &x.Worked, &x.WaitsSum); err != nil {
			return err
		}
		x.Out, x.Left, x.Skipped = on+skipped-aborted, aborted, passed+skipped-aborted
		sum.Normed, sum.InTime = sum.Normed+x.Normed, sum.InTime+x.InTime
		if x.Machine {
			sum.MachineN += done
		} else {
			sum.HumanN += done
			sum.HumanMs += x.Worked
		}
		if at := slices.IndexFunc(sum.Steps, func(o process.StepSum) bool { return o.Key == x.Key }); at >= 0 {
			sum.Steps[at] = sum.Steps[at].And(x) // a step that was a person's in one version and the machine's in another
			return nil
		}
		sum.Steps = append(sum.Steps, x)
		return nil
	})
	if err != nil {
		return err
	}
	w = from().and("s.stand IN ('done', 'parked')")
	return v.rows(`SELECT m.step_key, MIN(m.c), MIN(m.waited_ms), MAX(m.waited_ms) FROM (SELECT s.step_key, s.waited_ms,
		ROW_NUMBER() OVER (PARTITION BY s.step_key ORDER BY s.waited_ms) n, COUNT(*) OVER (PARTITION BY s.step_key) c FROM run_step s`+w.String()+`) m
		WHERE m.n = (m.c + 1) / 2 OR m.n = (m.c + 2) / 2 GROUP BY m.step_key`, w.args, func(rs *sql.Rows) error {
		var key string
		var n, low, high int64
		if err := rs.Scan(&key, &n, &low, &high); err != nil {
			return err
		}
		for i := range sum.Steps {
			if sum.Steps[i].Key == key {
				sum.Steps[i].Volume, sum.Steps[i].Waited = n, (low+high)/2
			}
		}
		return nil
	})
}

// mostLeft is how many earlier runs a forecast looks at.
const mostLeft = 500

// RunsLeft is how long the last runs of a process that were done took from a step
// to their end, and how long each waited at that step, in milliseconds, each
// sorted; not the run itself.
func (v *View) RunsLeft(p id.Process, step string, not id.Run) (left, waited []int64, err error) {
	defer fault.Wrap(&err, "store.RunsLeft(%s)", p)
	w := v.where("s").and("s.process_id = ?", p).and("s.step_key = ?", step).and("s.stand = 'done'").and("s.run_id <> ?", not)
	w.args = append(w.args, mostLeft)
	err = v.rows("SELECT r.state, r.ended_at - s.ready_at, s.waited_ms FROM run_step s JOIN run r ON r.org_id = s.org_id AND r.id = s.run_id"+w.String()+" ORDER BY s.started_at DESC LIMIT ?", w.args, func(rs *sql.Rows) error {
		var state string
		var l, m int64
		if err := rs.Scan(&state, &l, &m); err != nil {
			return err
		}
		if waited = append(waited, m); state == string(process.Done) {
			left = append(left, l)
		}
		return nil
	})
	slices.Sort(left)
	slices.Sort(waited)
	return left, waited, err
}

package store

import (
	"database/sql"
	"slices"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/repeat"
	"kring/domain/member"
	"kring/domain/task"
)

const taskColumns = "t.id, t.version, t.kind, t.text, t.note, t.account_id, t.contact_id, t.about, t.subject_id, t.owner_id, t.member_id, t.day, t.at, t.due_at, t.rule, t.first, t.follows_id, t.state, t.why, t.ended_at, t.ended_by, t.external_id, t.created_at, t.updated_at, COALESCE(acc.name, '')"

const taskSet = "kind, text, note, account_id, contact_id, about, subject_id, owner_id, member_id, day, at, due_at, rule, first, follows_id, state, why, ended_at, ended_by, external_id, created_at, updated_at"

// Task is one task, whoever asks; who may see it is for the caller.
func (v *View) Task(i id.Task) (t task.Line, err error) {
	defer fault.Wrap(&err, "store.Task(%s)", i)
	all, err := v.tasks(v.where("t").and("t.id = ?", i), "")
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return t, err
	}
	return all[0], nil
}

// TaskPlace is the place of a task in a list: when it is due, and its id.
type TaskPlace struct {
	Due int64
	ID  id.Task
}

// IsZero is the place before all others.
func (p TaskPlace) IsZero() bool { return p == TaskPlace{} }

// TaskQuery says which tasks a list shows; what is zero does not count.
type TaskQuery struct {
	Owner, By id.Member
	Account   id.Account
	Contact   id.Contact
	Record    id.Record
	Follows   id.Task
	State     task.State
	Until     int64         // due at this moment or before
	Within    *member.Reach // only of accounts within reach; of nobody in particular too, when that is all
	Back      bool          // the last first
	After     TaskPlace
	Limit     int
}

// Tasks are tasks in the order in which they are due; those without a day last.
func (v *View) Tasks(q TaskQuery) (_ []task.Line, err error) {
	defer fault.Wrap(&err, "store.Tasks")
	w := v.where("t")
	same := func(column string, zero bool, value any) {
		if !zero {
			w.and(column+" = ?", value)
		}
	}
	same("t.owner_id", q.Owner.IsZero(), q.Owner)
	same("t.member_id", q.By.IsZero(), q.By)
	same("t.account_id", q.Account.IsZero(), q.Account)
	same("t.contact_id", q.Contact.IsZero(), q.Contact)
	same("t.subject_id", q.Record.IsZero(), q.Record)
	same("t.follows_id", q.Follows.IsZero(), q.Follows)
	same("t.state", q.State == "", string(q.State))
	if q.Until != 0 {
		w.and("t.due_at <= ?", q.Until)
	}
	if q.Within != nil {
		switch {
		case q.Within.Scope == member.Own:
			w.and("t.account_id IN (SELECT acc.id FROM account acc WHERE acc.org_id = t.org_id AND acc.owner_id = ?)", q.Within.Member)
		default:
			w.reachAccount("t", *q.Within)
		}
	}
	order, than := " ORDER BY t.due_at, t.id LIMIT ?", ">"
	if q.Back {
		order, than = " ORDER BY t.due_at DESC, t.id DESC LIMIT ?", "<"
	}
	if !q.After.IsZero() {
		w.and("(t.due_at, t.id) "+than+" (?, ?)", q.After.Due, q.After.ID)
	}
	w.args = append(w.args, q.Limit)
	return v.tasks(w, order)
}

// TasksAfter are all tasks, for an export of everything.
func (v *View) TasksAfter(after id.Record, limit int) (_ []task.Line, err error) {
	defer fault.Wrap(&err, "store.TasksAfter")
	return v.tasks(v.onwards("t", after, limit), " ORDER BY t.id LIMIT ?")
}

// TasksKnown are the tasks that have one of these external ids.
func (v *View) TasksKnown(externals []string) (all []task.Line, err error) {
	defer fault.Wrap(&err, "store.TasksKnown")
	for chunk := range slices.Chunk(externals, 200) {
		some, err := v.tasks(v.where("t").in("t.external_id", len(chunk), anys(chunk)...).and("t.external_id IS NOT NULL"), "")
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// CountTasks is how many open tasks of a member are due at a moment or before,
// up to most.
func (v *View) CountTasks(m id.Member, until int64, most int) (n int, err error) {
	defer fault.Wrap(&err, "store.CountTasks")
	w := v.where("").and("owner_id = ?", m).and("state = 'open'").and("due_at <= ?", until)
	q, args := "SELECT COUNT(*) FROM (SELECT 1 FROM task"+w.String()+" LIMIT ?) counted", append(w.args, most)
	return Remembered(v, q, args, func() (n int, err error) {
		err = v.row(q, args, &n)
		return n, err
	})
}

func (v *View) tasks(w *where, rest string) (all []task.Line, err error) {
	err = v.rows("SELECT "+taskColumns+" FROM task t LEFT JOIN account acc ON acc.org_id = t.org_id AND acc.id = t.account_id"+w.String()+rest, w.args, func(rs *sql.Rows) error {
		var t task.Line
		var kind, about, on, rule, first, state string
		var external sql.NullString
		err := rs.Scan(&t.ID, &t.Version, &kind, &t.Text, &t.Note, &t.Account, &t.Contact, &about, &t.Record, &t.Owner, &t.By, &on, &t.At, &t.Due, &rule, &first, &t.Follows, &state, &t.Why,
			&t.Ended, &t.EndedBy, &external, &t.Created, &t.Updated, &t.Name)
		if err != nil {
			return err
		}
		t.Kind, t.About, t.Day, t.First, t.State, t.ExternalID = task.Kind(kind), fact.Kind(about), day.Day(on), day.Day(first), task.State(state), external.String
		if t.Repeat, err = repeat.Parse(rule); err != nil {
			return err
		}
		all = append(all, t)
		return nil
	})
	return all, err
}

func taskRow(t task.Task) []any {
	return []any{
		string(t.Kind), t.Text, t.Note, t.Account, t.Contact, string(t.About), t.Record, t.Owner, t.By, string(t.Day), t.At, t.Due, t.Repeat.String(), string(t.First), t.Follows,
		string(t.State), t.Why, t.Ended, t.EndedBy, null(t.ExternalID), t.Created, t.Updated,
	}
}

// AddTask stores a new task. ErrTaken when its external id is taken.
func (tx *Tx) AddTask(t task.Task, f fact.Fact) (_ task.Task, err error) {
	defer fault.Wrap(&err, "store.AddTask")
	t.Version = 1
	if _, err := tx.exec("INSERT INTO task (org_id, id, version, "+taskSet+") VALUES ("+marks(25)+")", append([]any{tx.org, t.ID, t.Version}, taskRow(t)...)...); err != nil {
		return t, err
	}
	if err := tx.taskPoints(t); err != nil {
		return t, err
	}
	return t, tx.fact(aboutTask(t, f))
}

// SaveTask stores a changed task; ErrStale when it was changed since t was read.
func (tx *Tx) SaveTask(t task.Task, f fact.Fact) (_ task.Task, err error) {
	defer fault.Wrap(&err, "store.SaveTask(%s)", t.ID)
	if err := tx.change1("UPDATE task SET version = version + 1, ("+taskSet+") = ("+marks(22)+") WHERE org_id = ? AND id = ? AND version = ?", append(taskRow(t), tx.org, t.ID, t.Version)...); err != nil {
		return t, err
	}
	t.Version++
	if err := tx.taskPoints(t); err != nil {
		return t, err
	}
	return t, tx.fact(aboutTask(t, f))
}

// EraseTask takes a task away that followed another which was not done after all.
func (tx *Tx) EraseTask(t task.Task, f fact.Fact) (err error) {
	defer fault.Wrap(&err, "store.EraseTask(%s)", t.ID)
	if err := tx.change1("DELETE FROM task WHERE org_id = ? AND id = ? AND version = ?", tx.org, t.ID, t.Version); err != nil {
		return err
	}
	return tx.fact(aboutTask(t, f))
}

func (tx *Tx) taskPoints(t task.Task) error {
	if t.Account.IsZero() {
		return nil
	}
	return tx.pointedAt(t.Account)
}

func aboutTask(t task.Task, f fact.Fact) fact.Fact {
	f.Kind, f.Subject, f.Account, f.Label = fact.Task, t.ID.Any(), t.Account, t.Text
	return f
}

package app

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"kring/base/column"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/job"
	"kring/domain/field"
	"kring/domain/file"
	"kring/domain/intake"
	"kring/domain/member"
	"kring/store"
)

// intakeFields are what a column of a file can become, the organisation's own
// fields at the end.
func intakeFields(v *store.View, kind fact.Kind) (fields column.Fields, own []field.Definition, err error) {
	if own, err = v.Fields(kind); err != nil {
		return nil, nil, err
	}
	fields = landings[kind].columns()
	for _, f := range own {
		if f.Archived == 0 {
			fields = append(fields, f.Column())
		}
	}
	return fields, own, nil
}

// IntakeFields are what a column of a file of this kind of records can become.
func (a *App) IntakeFields(ctx context.Context, who Who, kind fact.Kind) (fields column.Fields, err error) {
	if err := intakeKind(kind); err != nil {
		return nil, err
	}
	err = a.peek(ctx, who, member.Import, func(v *store.View) error {
		fields, _, err = intakeFields(v, kind)
		return err
	})
	return fields, err
}

// seenIntake is an import of who, or of anybody for those who manage the
// organisation.
func seenIntake(v *store.View, who Who, i id.Record) (intake.Intake, error) {
	in, err := v.Intake(i)
	if err == nil && in.Member != who.Member.ID && !who.Can(member.SettingManage) {
		return intake.Intake{}, store.ErrNotFound
	}
	return in, err
}

// Intake is one import, and the job that works on it or did last.
func (a *App) Intake(ctx context.Context, who Who, i id.Record) (in intake.Intake, j job.Job, err error) {
	err = a.peek(ctx, who, member.Import, func(v *store.View) error {
		if in, err = seenIntake(v, who, i); err != nil || in.Job.IsZero() {
			return err
		}
		j, err = v.Job(in.Job)
		if errors.Is(err, store.ErrNotFound) { // pruned: it ended long ago
			return nil
		}
		return err
	})
	j.Args = nil
	if !who.Can(member.SettingManage) {
		j.Reason = ""
	}
	return in, j, err
}

// Intakes are the imports that who may see, newest first.
func (a *App) Intakes(ctx context.Context, who Who, before id.Record, limit int) (all []intake.Intake, err error) {
	err = a.peek(ctx, who, member.Import, func(v *store.View) error {
		all, err = v.Intakes(whose(who), before, min(max(limit, 1), 200))
		return err
	})
	return all, err
}

// whose is the member to whose imports a list is kept; zero is everybody.
func whose(who Who) id.Member {
	if who.Can(member.SettingManage) {
		return id.Member{}
	}
	return who.Member.ID
}

// IntakesToTell are the imports whose people must still be told that we keep
// their data (P-03), among those that who may see.
func (a *App) IntakesToTell(ctx context.Context, who Who) (all []intake.Intake, err error) {
	err = a.peek(ctx, who, member.Import, func(v *store.View) error {
		found, err := v.IntakesToTell(200)
		for _, i := range found {
			if m := whose(who); m.IsZero() || i.Member == m {
				all = append(all, i)
			}
		}
		return err
	})
	return all, err
}

// IntakeTwins are other imports of the very same file, newest first.
func (a *App) IntakeTwins(ctx context.Context, who Who, in intake.Intake) (all []intake.Intake, err error) {
	err = a.peek(ctx, who, member.Import, func(v *store.View) error {
		found, err := v.IntakesOf(in.SHA256, 10)
		for _, i := range found {
			if i.ID != in.ID && i.Kind == in.Kind {
				all = append(all, i)
			}
		}
		return err
	})
	return all, err
}

// changeIntake changes an import in one transaction.
func (a *App) changeIntake(ctx context.Context, who Who, i id.Record, change func(*store.Tx, intake.Intake) (intake.Intake, []fact.Fact, error)) (in intake.Intake, err error) {
	err = a.write(ctx, who, member.Import, func(tx *store.Tx) error {
		if in, err = seenIntake(&tx.View, who, i); err != nil {
			return err
		}
		next, facts, err := change(tx, in)
		if err != nil {
			return err
		}
		in, err = tx.SaveIntake(next, facts...)
		return err
	})
	return in, err
}

// MapIntake takes over what the columns become and what is asked before
// anything lands, and remembers the mapping for the next file with this header.
func (a *App) MapIntake(ctx context.Context, who Who, i id.Record, m intake.Mapping, o intake.Options) (intake.Intake, error) {
	return a.changeIntake(ctx, who, i, func(tx *store.Tx, in intake.Intake) (intake.Intake, []fact.Fact, error) {
		if len(m) != len(in.Mapping) {
			return in, nil, fault.Field("columns", intake.ErrColumns)
		}
		head := make([]string, len(m))
		for n := range m { // what the file says stays what it says
			m[n].Head, head[n] = in.Mapping[n].Head, in.Mapping[n].Head
			if m[n].Days != column.MonthFirst {
				m[n].Days = column.DayFirst
			}
		}
		fields, _, err := intakeFields(&tx.View, in.Kind)
		if err != nil {
			return in, nil, err
		}
		next, err := in.Map(m, o)
		wrong := fault.Fields{}
		if f, ok := fault.From(err); ok && len(f.Fields) > 0 {
			for name, g := range f.Fields {
				wrong.Add(name, g)
			}
		} else if err != nil {
			return in, nil, err
		}
		if f, ok := fault.From(m.Check(in.Kind, fields, o)); ok {
			for name, g := range f.Fields {
				wrong.Add(name, g)
			}
		}
		if err := landings[in.Kind].source(o, wrong); err != nil {
			return in, nil, err
		}
		if err := wrong.Err(); err != nil {
			return in, nil, err
		}
		if who.Member.ID.IsZero() {
			return next, nil, nil
		}
		return next, nil, tx.RememberMapping(in.Kind, intake.Print(head), who.Member.ID, m)
	})
}

// The jobs of an import.
const (
	intakeWork = "intake.run"
	intakeBack = "intake.undo"
)

func enqueueIntake(tx *store.Tx, kind string, i id.Record) (id.Job, error) {
	args, err := json.Marshal(map[string]any{"intake": i})
	if err != nil {
		return id.Job{}, err
	}
	return tx.Enqueue(job.Job{Kind: kind, Args: args, Unique: i.String()})
}

// CheckIntake begins the dry run: a job that says what would become of each row
// and changes nothing.
func (a *App) CheckIntake(ctx context.Context, who Who, i id.Record) (intake.Intake, error) {
	return a.changeIntake(ctx, who, i, func(tx *store.Tx, in intake.Intake) (next intake.Intake, _ []fact.Fact, err error) {
		if err := mayLand(who, in.Kind); err != nil {
			return in, nil, err
		}
		if next, err = in.BeginCheck(); err != nil {
			return in, nil, err
		}
		next.Job, err = enqueueIntake(tx, intakeWork, in.ID)
		return next, nil, err
	})
}

// RunIntake lets the rows land, as a job.
func (a *App) RunIntake(ctx context.Context, who Who, i id.Record) (intake.Intake, error) {
	return a.changeIntake(ctx, who, i, func(tx *store.Tx, in intake.Intake) (next intake.Intake, _ []fact.Fact, err error) {
		if err := mayLand(who, in.Kind); err != nil {
			return in, nil, err
		}
		if next, err = in.BeginRun(tx.Now(), who.Zone()); err != nil {
			return in, nil, err
		}
		next.Job, err = enqueueIntake(tx, intakeWork, in.ID)
		return next, []fact.Fact{{Deed: "intake.begun", Evidence: next.Options.Origin + " · " + next.Options.Ground}}, err
	})
}

// mayLand asks for the rights to write what lands.
func mayLand(who Who, kind fact.Kind) error {
	for _, right := range landings[kind].rights() {
		if err := may(who, right); err != nil {
			return err
		}
	}
	return nil
}

// UndoIntake takes an import back as a whole, as a job: what it made goes, what
// it changed becomes what it was, unless somebody changed or used it since.
func (a *App) UndoIntake(ctx context.Context, who Who, i id.Record) (intake.Intake, error) {
	return a.changeIntake(ctx, who, i, func(tx *store.Tx, in intake.Intake) (next intake.Intake, _ []fact.Fact, err error) {
		if err := mayLand(who, in.Kind); err != nil {
			return in, nil, err
		}
		stopped, err := ended(tx, in)
		if err != nil {
			return in, nil, err
		}
		if next, err = in.BeginUndo(tx.Now(), stopped); err != nil {
			return in, nil, err
		}
		next.Job, err = enqueueIntake(tx, intakeBack, in.ID)
		return next, []fact.Fact{{Deed: "intake.undone"}}, err
	})
}

// ended says that no job works on an import any more.
func ended(tx *store.Tx, in intake.Intake) (bool, error) {
	j, err := tx.Job(in.Job)
	if errors.Is(err, store.ErrNotFound) {
		return true, nil
	}
	return j.State.Ended(), err
}

// ResumeIntake goes on with an import whose job was cancelled or parked, where
// it was.
func (a *App) ResumeIntake(ctx context.Context, who Who, i id.Record) (intake.Intake, error) {
	return a.changeIntake(ctx, who, i, func(tx *store.Tx, in intake.Intake) (intake.Intake, []fact.Fact, error) {
		stopped, err := ended(tx, in)
		if err != nil {
			return in, nil, err
		}
		if !in.Busy() || !stopped {
			return in, nil, intake.ErrState
		}
		kind := intakeWork
		if in.State == intake.Undoing {
			kind = intakeBack
		}
		in.Job, err = enqueueIntake(tx, kind, in.ID)
		return in, nil, err
	})
}

// StopIntake asks the job of an import to stop; what it did so far stays, and
// it can be resumed or taken back.
func (a *App) StopIntake(ctx context.Context, who Who, i id.Record) error {
	return a.write(ctx, who, member.Import, func(tx *store.Tx) error {
		in, err := seenIntake(&tx.View, who, i)
		if err != nil {
			return err
		}
		if !in.Busy() {
			return intake.ErrState
		}
		return tx.CancelJob(in.Job)
	})
}

// FixIntake mends cells; the import is to be checked again.
func (a *App) FixIntake(ctx context.Context, who Who, i id.Record, fixes []intake.Fix) (intake.Intake, error) {
	return a.changeIntake(ctx, who, i, func(tx *store.Tx, in intake.Intake) (intake.Intake, []fact.Fact, error) {
		next, err := in.Again()
		if err != nil {
			return in, nil, err
		}
		there, err := tx.IntakeFixes(in.ID, 0, 1<<62)
		if err != nil {
			return in, nil, err
		}
		if len(there)+len(fixes) > intake.MaxFixes {
			return in, nil, intake.ErrFixes
		}
		for _, f := range fixes {
			switch {
			case f.Row < 1 || f.Column < 0 || f.Column >= len(in.Mapping):
				return in, nil, intake.ErrCell
			case len(f.Value) > intake.MaxCell:
				return in, nil, intake.ErrLong
			}
			if err := tx.SaveIntakeFix(in.ID, f); err != nil {
				return in, nil, err
			}
		}
		return next, nil, nil
	})
}

// InformIntake notes that the people of an import were told that we keep their
// data (P-03).
func (a *App) InformIntake(ctx context.Context, who Who, i id.Record) (intake.Intake, error) {
	return a.changeIntake(ctx, who, i, func(tx *store.Tx, in intake.Intake) (intake.Intake, []fact.Fact, error) {
		if in.Inform == "" || in.Informed != 0 {
			return in, nil, intake.ErrState
		}
		in.Informed = tx.Now()
		return in, []fact.Fact{{Deed: "intake.informed", Changes: []fact.Change{fact.Of("informed_at", 0, in.Informed)}}}, nil
	})
}

// IntakeRows are the rows of which a deed became, behind a row of the file.
func (a *App) IntakeRows(ctx context.Context, who Who, i id.Record, deed intake.Deed, after int64, limit int) (rows []intake.Row, err error) {
	err = a.read(ctx, who, member.Import, func(v *store.View) error {
		in, err := seenIntake(v, who, i)
		if err != nil {
			return err
		}
		rows, err = v.IntakeRows(in, deed, after, min(max(limit, 1), 500))
		return err
	})
	return rows, err
}

// IntakeKept are the rows whose records were kept when the import was taken
// back, with the reason.
func (a *App) IntakeKept(ctx context.Context, who Who, i id.Record, after int64, limit int) (rows []intake.Row, err error) {
	err = a.read(ctx, who, member.Import, func(v *store.View) error {
		in, err := seenIntake(v, who, i)
		if err != nil {
			return err
		}
		rows, err = v.IntakeKept(in, after, min(max(limit, 1), 500))
		return err
	})
	return rows, err
}

// EachRefused hands over every row that did not land, those that may be here
// already too, in the order of the file, as it stands there.
func (a *App) EachRefused(ctx context.Context, who Who, i id.Record, each func(intake.Row) error) error {
	for _, deed := range []intake.Deed{intake.Refused, intake.Twin} {
		for after := int64(0); ; {
			rows, err := a.IntakeRows(ctx, who, i, deed, after, 500)
			if err != nil {
				return err
			}
			for _, r := range rows {
				if err := each(r); err != nil {
					return err
				}
				after = r.Row
			}
			if len(rows) < 500 {
				break
			}
		}
	}
	return nil
}

// Landing is a row of a file as it would land.
type Landing struct {
	Row      int64
	Cells    []string          // as in the file, mended
	Values   map[string]string // by field, in the form of the record
	Label    string            // what the record would be called
	Problems []intake.Problem
}

// PreviewIntake shows the first rows as they will land with a mapping; those of
// the import when it is nil.
func (a *App) PreviewIntake(ctx context.Context, who Who, i id.Record, m intake.Mapping, rows int) (all []Landing, err error) {
	var in intake.Intake
	var f file.File
	p := &page{a: a, who: who, dry: true}
	err = a.read(ctx, who, member.Import, func(v *store.View) error {
		if in, err = seenIntake(v, who, i); err != nil {
			return err
		}
		if m != nil && len(m) == len(in.Mapping) {
			in.Mapping = m
		}
		p.in = &in
		if err := p.learn(v); err != nil {
			return err
		}
		f, err = v.File(in.File)
		return err
	})
	if err != nil {
		return nil, err
	}
	t, err := a.openTable(ctx, who, f)
	if err != nil {
		return nil, err
	}
	defer t.Close() //nolint:errcheck // it was only read
	first, err := firstRows(t, min(rows, 50))
	if err != nil {
		return nil, err
	}
	err = a.read(ctx, who, member.Import, func(v *store.View) error { return p.prepare(v, first) })
	for _, l := range p.lines {
		all = append(all, Landing{Row: l.n, Cells: l.cells, Values: l.values, Label: l.label, Problems: l.wrong})
	}
	return all, err
}

// WorkIntakes works off imports in this process until ctx ends: the command line
// does its own work.
func (a *App) WorkIntakes(ctx context.Context) error {
	handlers := map[string]func(context.Context, job.Job) error{intakeWork: a.runIntake, intakeBack: a.runIntakeBack}
	return a.db.Work(ctx, handlers, job.Options{Slots: 1, Grace: time.Second})
}

// wholeFile reads a file to its end and counts the rows; broken is the code of
// why it breaks off, when it does.
func wholeFile(ctx context.Context, in *intake.Intake, next func() (int64, bool, error)) (broken string, err error) {
	in.Total = 0
	last := int64(0)
	for {
		n, blank, err := next()
		switch f, bad := breaks(err); {
		case err == io.EOF:
			return "", nil
		case bad:
			in.BrokenAt = last + 1
			return f.Code, nil
		case err != nil:
			return "", err
		}
		last = n
		if !blank {
			in.Total++
		}
		if in.Total%1000 == 0 && ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
	}
}

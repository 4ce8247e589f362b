package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/intake"
)

const intakeColumns = `id, version, kind, file_id, name, size, sha256, format, member_id, state, mapping, options, pass, place, total,
	tally_check, tally_run, tally_undo, broken, broken_at, job_id, inform_before, informed_at, created_at, started_at, ended_at`

// intakeRow are the values of an import after id and version.
func intakeRow(i intake.Intake) ([]any, error) {
	var texts [5]string
	for n, v := range []any{i.Mapping, i.Options, i.Check, i.Run, i.Undo} {
		b, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		texts[n] = string(b)
	}
	return []any{
		string(i.Kind), i.File, i.Name, i.Size, i.SHA256, i.Format, i.Member, string(i.State), texts[0], texts[1], i.Pass, i.Place, i.Total,
		texts[2], texts[3], texts[4], i.Broken, i.BrokenAt, i.Job, null(string(i.Inform)), zeroNull(i.Informed), i.Created, i.Started, i.Ended,
	}, nil
}

const intakeSet = `kind, file_id, name, size, sha256, format, member_id, state, mapping, options, pass, place, total,
	tally_check, tally_run, tally_undo, broken, broken_at, job_id, inform_before, informed_at, created_at, started_at, ended_at`

var (
	addIntake  = "INSERT INTO intake (org_id, id, version, " + intakeSet + ") VALUES (" + marks(27) + ")"
	saveIntake = "UPDATE intake SET version = version + 1, (" + intakeSet + ") = (" + marks(24) + ") WHERE org_id = ? AND id = ? AND version = ?"
)

// AddIntake stores a new import.
func (tx *Tx) AddIntake(i intake.Intake, f fact.Fact) (_ intake.Intake, err error) {
	defer fault.Wrap(&err, "store.AddIntake")
	i.Created, i.Version = tx.now, 1
	row, err := intakeRow(i)
	if err != nil {
		return i, err
	}
	if _, err := tx.exec(addIntake, append([]any{tx.org, i.ID, i.Version}, row...)...); err != nil {
		return i, err
	}
	return i, tx.fact(aboutIntake(i, f))
}

// SaveIntake stores how far an import is; ErrStale when another did since it
// was read. A deed that only counts further is no fact.
func (tx *Tx) SaveIntake(i intake.Intake, f ...fact.Fact) (_ intake.Intake, err error) {
	defer fault.Wrap(&err, "store.SaveIntake(%s)", i.ID)
	row, err := intakeRow(i)
	if err != nil {
		return i, err
	}
	if err := tx.change1(saveIntake, append(row, tx.org, i.ID, i.Version)...); err != nil {
		return i, err
	}
	i.Version++
	for _, one := range f {
		if err := tx.fact(aboutIntake(i, one)); err != nil {
			return i, err
		}
	}
	return i, nil
}

func aboutIntake(i intake.Intake, f fact.Fact) fact.Fact {
	f.Kind, f.Subject, f.Label = fact.Intake, i.ID, i.Name
	return f
}

// Intake is one import.
func (v *View) Intake(i id.Record) (_ intake.Intake, err error) {
	defer fault.Wrap(&err, "store.Intake(%s)", i)
	all, err := v.intakes(v.where("").and("id = ?", i), " LIMIT 1")
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return intake.Intake{}, err
	}
	return all[0], nil
}

// Intakes are imports, newest first: those of a member, or of all when zero.
func (v *View) Intakes(m id.Member, before id.Record, limit int) (_ []intake.Intake, err error) {
	defer fault.Wrap(&err, "store.Intakes")
	w := v.where("")
	if !m.IsZero() {
		w.and("member_id = ?", m)
	}
	if !before.IsZero() {
		w.and("id < ?", before)
	}
	w.args = append(w.args, limit)
	return v.intakes(w, " ORDER BY id DESC LIMIT ?")
}

// IntakesOf are the imports of the very same file, newest first.
func (v *View) IntakesOf(sha256 string, limit int) (_ []intake.Intake, err error) {
	defer fault.Wrap(&err, "store.IntakesOf")
	w := v.where("").and("sha256 = ?", sha256)
	w.args = append(w.args, limit)
	return v.intakes(w, " ORDER BY id DESC LIMIT ?")
}

// IntakesToTell are the imports whose people still must be told that we keep
// their data (P-03), first the one that is due first.
func (v *View) IntakesToTell(limit int) (_ []intake.Intake, err error) {
	defer fault.Wrap(&err, "store.IntakesToTell")
	w := v.where("").and("inform_before IS NOT NULL AND informed_at IS NULL")
	w.args = append(w.args, limit)
	return v.intakes(w, " ORDER BY inform_before, id LIMIT ?")
}

// IntakesBefore are the imports that began before an instant and still have
// their file.
func (v *View) IntakesBefore(at int64, limit int) (_ []intake.Intake, err error) {
	defer fault.Wrap(&err, "store.IntakesBefore")
	w := v.where("").and("file_id IS NOT NULL").and("created_at < ?", at)
	w.args = append(w.args, limit)
	return v.intakes(w, " ORDER BY created_at, id LIMIT ?")
}

func (v *View) intakes(w *where, rest string) (all []intake.Intake, err error) {
	err = v.rows("SELECT "+intakeColumns+" FROM intake"+w.String()+rest, w.args, func(rs *sql.Rows) error {
		var i intake.Intake
		var kind, state string
		var texts [5]string
		var inform sql.NullString
		var informed sql.NullInt64
		err := rs.Scan(&i.ID, &i.Version, &kind, &i.File, &i.Name, &i.Size, &i.SHA256, &i.Format, &i.Member, &state, &texts[0], &texts[1], &i.Pass, &i.Place, &i.Total,
			&texts[2], &texts[3], &texts[4], &i.Broken, &i.BrokenAt, &i.Job, &inform, &informed, &i.Created, &i.Started, &i.Ended)
		if err != nil {
			return err
		}
		i.Kind, i.State, i.Inform, i.Informed = fact.Kind(kind), intake.State(state), day.Day(inform.String), informed.Int64
		for n, into := range []any{&i.Mapping, &i.Options, &i.Check, &i.Run, &i.Undo} {
			if err := json.Unmarshal([]byte(texts[n]), into); err != nil {
				return err
			}
		}
		all = append(all, i)
		return nil
	})
	return all, err
}

// IntakeGate lets one page of one import at a time through in an organisation,
// until its transaction ends: what it looks up stays so until it has written.
func (tx *Tx) IntakeGate() (err error) {
	defer fault.Wrap(&err, "store.IntakeGate")
	_, err = tx.exec("INSERT INTO intake_gate (org_id, passed) VALUES (?, 1) ON CONFLICT (org_id) DO UPDATE SET passed = intake_gate.passed + 1", tx.org)
	return err
}

const intakeRowColumns = "line, part, deed, kind, record_id, label, version, before, cells, problems, undone, code"

// AddIntakeRows writes down what became of rows.
func (tx *Tx) AddIntakeRows(i intake.Intake, rows []intake.Row) (err error) {
	defer fault.Wrap(&err, "store.AddIntakeRows(%s)", i.ID)
	values := make([]any, 0, 15*len(rows))
	for _, r := range rows {
		cells, err := closed(r.Cells, len(r.Cells))
		if err != nil {
			return err
		}
		problems, err := closed(r.Problems, len(r.Problems))
		if err != nil {
			return err
		}
		values = append(values, tx.org, i.ID, i.Pass, r.Row, r.Part, string(r.Deed), string(r.Kind), r.Record, r.Label, r.Version, null(string(r.Before)), cells, problems, r.Undone, r.Code)
	}
	return tx.addRows("INSERT INTO intake_row (org_id, intake_id, pass, "+intakeRowColumns+") VALUES ", 15, values)
}

// closed is a list as JSON, nothing when it is empty.
func closed(v any, n int) (any, error) {
	if n == 0 {
		return nil, nil
	}
	b, err := json.Marshal(v)
	return string(b), err
}

func opened(text sql.NullString, into any) error {
	if text.String == "" {
		return nil
	}
	return json.Unmarshal([]byte(text.String), into)
}

// IntakeRows are the rows of which a deed became, behind a row of the file.
func (v *View) IntakeRows(i intake.Intake, deed intake.Deed, after int64, limit int) (_ []intake.Row, err error) {
	defer fault.Wrap(&err, "store.IntakeRows(%s)", i.ID)
	w := v.where("").and("intake_id = ?", i.ID).and("pass = ?", i.Pass).and("deed = ?", string(deed)).and("line > ?", after)
	if deed != intake.Created {
		w.and("deed <> 'created'") // in the words of its index
	}
	w.args = append(w.args, limit)
	return v.intakeRows(w, " ORDER BY line, part LIMIT ?")
}

// IntakeKept are the rows whose records were kept when the import was taken
// back, behind a row of the file.
func (v *View) IntakeKept(i intake.Intake, after int64, limit int) (_ []intake.Row, err error) {
	defer fault.Wrap(&err, "store.IntakeKept(%s)", i.ID)
	w := v.where("").and("intake_id = ?", i.ID).and("pass = ?", i.Pass).and("undone = 'kept'").and("line > ?", after)
	w.args = append(w.args, limit)
	return v.intakeRows(w, " ORDER BY line, part LIMIT ?")
}

// IntakeMade are the rows that made or changed a record, those before a row of
// the file, last first.
func (v *View) IntakeMade(i intake.Intake, before int64, limit int) (_ []intake.Row, err error) {
	defer fault.Wrap(&err, "store.IntakeMade(%s)", i.ID)
	w := v.where("").and("intake_id = ?", i.ID).and("pass = ?", i.Pass).and("line < ?", before)
	w.args = append(w.args, limit)
	return v.intakeRows(w, " ORDER BY line DESC, part DESC LIMIT ?")
}

func (v *View) intakeRows(w *where, rest string) (all []intake.Row, err error) {
	err = v.rows("SELECT "+intakeRowColumns+" FROM intake_row"+w.String()+rest, w.args, func(rs *sql.Rows) error {
		var r intake.Row
		var deed, kind string
		var before, cells, problems sql.NullString
		if err := rs.Scan(&r.Row, &r.Part, &deed, &kind, &r.Record, &r.Label, &r.Version, &before, &cells, &problems, &r.Undone, &r.Code); err != nil {
			return err
		}
		r.Deed, r.Kind, r.Before = intake.Deed(deed), fact.Kind(kind), []byte(before.String)
		err := errors.Join(opened(cells, &r.Cells), opened(problems, &r.Problems))
		all = append(all, r)
		return err
	})
	return all, err
}

// IntakeMakers are the rows of an import that made or changed these records
// first.
func (v *View) IntakeMakers(i intake.Intake, records []id.Record) (by map[id.Record]intake.Row, err error) {
	defer fault.Wrap(&err, "store.IntakeMakers(%s)", i.ID)
	by = map[id.Record]intake.Row{}
	for chunk := range slices.Chunk(records, 200) {
		w := v.where("").in("record_id", len(chunk), anys(chunk)...).and("intake_id = ?", i.ID).and("pass = ?", i.Pass).and("version > 0").and("record_id IS NOT NULL")
		rows, err := v.intakeRows(w, "")
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			by[r.Record] = r
		}
	}
	return by, nil
}

// SaveIntakeVersion notes which version an import made of a record last.
func (tx *Tx) SaveIntakeVersion(i intake.Intake, r intake.Row) (err error) {
	defer fault.Wrap(&err, "store.SaveIntakeVersion(%s, %d)", i.ID, r.Row)
	return tx.change1("UPDATE intake_row SET version = ? WHERE org_id = ? AND intake_id = ? AND pass = ? AND line = ? AND part = ?",
		r.Version, tx.org, i.ID, i.Pass, r.Row, r.Part)
}

// SaveIntakeUndone notes what became of a row's record when the import was
// taken back.
func (tx *Tx) SaveIntakeUndone(i intake.Intake, r intake.Row) (err error) {
	defer fault.Wrap(&err, "store.SaveIntakeUndone(%s, %d)", i.ID, r.Row)
	return tx.change1("UPDATE intake_row SET undone = ?, code = ? WHERE org_id = ? AND intake_id = ? AND pass = ? AND line = ? AND part = ?",
		r.Undone, r.Code, tx.org, i.ID, i.Pass, r.Row, r.Part)
}

// IntakeKeys are the rows of this pass that are known by one of these names.
func (v *View) IntakeKeys(i intake.Intake, names [][]byte) (at map[string]int64, err error) {
	defer fault.Wrap(&err, "store.IntakeKeys(%s)", i.ID)
	at = map[string]int64{}
	for chunk := range slices.Chunk(names, 200) {
		w := v.where("").and("intake_id = ?", i.ID).and("pass = ?", i.Pass).in("name", len(chunk), anys(chunk)...)
		err := v.rows("SELECT name, line FROM intake_key"+w.String(), w.args, func(rs *sql.Rows) error {
			var name []byte
			var line int64
			err := rs.Scan(&name, &line)
			at[string(name)] = line
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return at, nil
}

// SizeIntake lets PostgreSQL count the tables that an import asks, when they have
// the first of it. Until it counts them by itself, a minute later at the earliest,
// it takes them for all but empty, and looks up a page of keys by walking whatever
// this import noted before: with each page more. SQLite goes by the index anyway.
func (db *DB) SizeIntake(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "store.SizeIntake")
	if db.d != &postgres {
		return nil
	}
	return db.write.with(ctx, func(c *conn) error {
		_, err := c.sql.ExecContext(ctx, "ANALYZE account, contact, orders, block, point, intake_key, intake_row")
		return err
	})
}

// AddIntakeKeys notes by what rows of this pass are known; the first row stands.
func (tx *Tx) AddIntakeKeys(i intake.Intake, at map[string]int64) (err error) {
	defer fault.Wrap(&err, "store.AddIntakeKeys(%s)", i.ID)
	rows := make([]any, 0, 5*len(at))
	for name, line := range at {
		rows = append(rows, tx.org, i.ID, i.Pass, []byte(name), line)
	}
	return tx.addRows("INSERT INTO intake_key (org_id, intake_id, pass, name, line) VALUES ", 5, rows)
}

// SweepIntake forgets some of what was noted in passes before these; more is
// false when nothing was left.
func (tx *Tx) SweepIntake(i id.Record, keys, rows int64) (more bool, err error) {
	defer fault.Wrap(&err, "store.SweepIntake(%s)", i)
	for _, t := range []struct {
		name, key string
		before    int64
	}{{"intake_key", "pass, name", keys}, {"intake_row", "pass, line, part", rows}} {
		n, err := tx.exec("DELETE FROM "+t.name+" WHERE org_id = ? AND intake_id = ? AND ("+t.key+") IN (SELECT "+t.key+" FROM "+t.name+
			" WHERE org_id = ? AND intake_id = ? AND pass < ? LIMIT 2000)", tx.org, i, tx.org, i, t.before)
		if err != nil || n > 0 {
			return n > 0, err
		}
	}
	return false, nil
}

// EraseIntakeFile takes the file of an import away, and the cells that were
// mended; what it counted stays.
func (tx *Tx) EraseIntakeFile(i intake.Intake) (err error) {
	defer fault.Wrap(&err, "store.EraseIntakeFile(%s)", i.ID)
	if _, err := tx.exec("DELETE FROM intake_fix WHERE org_id = ? AND intake_id = ?", tx.org, i.ID); err != nil {
		return err
	}
	gone := i.File
	i.File = id.File{}
	if _, err := tx.SaveIntake(i); err != nil {
		return err
	}
	return tx.EraseFile(gone)
}

// IntakeFixes are the cells that were mended in rows of the file from one to
// another.
func (v *View) IntakeFixes(i id.Record, from, to int64) (all []intake.Fix, err error) {
	defer fault.Wrap(&err, "store.IntakeFixes(%s)", i)
	w := v.where("").and("intake_id = ?", i).and("line >= ?", from).and("line <= ?", to)
	w.args = append(w.args, intake.MaxFixes)
	err = v.rows("SELECT line, col, value FROM intake_fix"+w.String()+" ORDER BY line, col LIMIT ?", w.args, func(rs *sql.Rows) error {
		var f intake.Fix
		err := rs.Scan(&f.Row, &f.Column, &f.Value)
		all = append(all, f)
		return err
	})
	return all, err
}

// SaveIntakeFix stores a mended cell.
func (tx *Tx) SaveIntakeFix(i id.Record, f intake.Fix) (err error) {
	defer fault.Wrap(&err, "store.SaveIntakeFix(%s)", i)
	_, err = tx.exec(`INSERT INTO intake_fix (org_id, intake_id, line, col, value) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (org_id, intake_id, line, col) DO UPDATE SET value = excluded.value`, tx.org, i, f.Row, f.Column, f.Value)
	return err
}

// RecallMapping is what the columns of a file with this header became last, for
// this member, else for anybody.
func (v *View) RecallMapping(kind fact.Kind, print string, m id.Member) (_ intake.Mapping, err error) {
	defer fault.Wrap(&err, "store.RecallMapping")
	w := v.where("").and("kind = ?", string(kind)).and("print = ?", print)
	var text string
	err = v.row("SELECT mapping FROM intake_memory"+w.String()+" ORDER BY CASE WHEN member_id = ? THEN 0 ELSE 1 END, updated_at DESC LIMIT 1", append(w.args, m), &text)
	if err != nil {
		return nil, err
	}
	var mapping intake.Mapping
	return mapping, json.Unmarshal([]byte(text), &mapping)
}

// RememberMapping keeps what the columns of a file became.
func (tx *Tx) RememberMapping(kind fact.Kind, print string, m id.Member, mapping intake.Mapping) (err error) {
	defer fault.Wrap(&err, "store.RememberMapping")
	b, err := json.Marshal(mapping)
	if err != nil {
		return err
	}
	_, err = tx.exec(`INSERT INTO intake_memory (org_id, kind, print, member_id, mapping, updated_at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (org_id, kind, print, member_id) DO UPDATE SET mapping = excluded.mapping, updated_at = excluded.updated_at`,
		tx.org, string(kind), print, m, string(b), tx.now)
	return err
}

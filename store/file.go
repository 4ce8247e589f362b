package store

import (
	"database/sql"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/file"
)

const fileColumns = "id, kind, record_id, name, size, sha256, member_id, added_at, deleted_at"

// BeginFile makes room for a file that is still coming in: pieces follow, each
// in a transaction of its own, so that a slow upload holds nobody up.
func (tx *Tx) BeginFile(f file.File) (_ file.File, err error) {
	defer fault.Wrap(&err, "store.BeginFile")
	f.ID, f.Added = id.New[id.File](), tx.now
	_, err = tx.exec("INSERT INTO file (org_id, id, kind, record_id, name, size, sha256, member_id, added_at, ready) VALUES ("+marks(10)+")",
		tx.org, f.ID, string(f.Kind), f.Record, f.Name, 0, "", f.Member, f.Added, false)
	if err == nil && f.Kind == fact.Account {
		err = tx.pointedAt(id.Account(f.Record))
	}
	return f, err
}

// AddPiece stores the next piece of a file that is coming in.
func (tx *Tx) AddPiece(i id.File, place int, b []byte) (err error) {
	defer fault.Wrap(&err, "store.AddPiece(%s)", i)
	_, err = tx.exec("INSERT INTO file_piece (org_id, file_id, place, bytes) VALUES (?, ?, ?, ?)", tx.org, i, place, b)
	return err
}

// AddFile makes a file that has come in whole a file of its record.
func (tx *Tx) AddFile(f file.File, about fact.Fact) (_ file.File, err error) {
	defer fault.Wrap(&err, "store.AddFile(%s)", f.ID)
	if err := tx.ReadyFile(f); err != nil {
		return f, err
	}
	return f, tx.fact(aboutFile(f, about))
}

// ReadyFile marks a file that has come in whole and belongs to no record: that
// for which it came has its own fact.
func (tx *Tx) ReadyFile(f file.File) (err error) {
	defer fault.Wrap(&err, "store.ReadyFile(%s)", f.ID)
	return tx.change1("UPDATE file SET ready = TRUE, size = ?, sha256 = ? WHERE org_id = ? AND id = ? AND NOT ready", f.Size, f.SHA256, tx.org, f.ID)
}

// BinFile puts a file in the bin, or with deleted 0 takes it out.
func (tx *Tx) BinFile(f file.File, deleted int64, about fact.Fact) (_ file.File, err error) {
	defer fault.Wrap(&err, "store.BinFile(%s)", f.ID)
	f.Deleted = deleted
	if err := tx.change1("UPDATE file SET deleted_at = ? WHERE org_id = ? AND id = ? AND ready", zeroNull(deleted), tx.org, f.ID); err != nil {
		return f, err
	}
	return f, tx.fact(aboutFile(f, about))
}

// EraseFile takes away what never came in whole.
func (tx *Tx) EraseFile(i id.File) (err error) {
	defer fault.Wrap(&err, "store.EraseFile(%s)", i)
	if _, err := tx.exec("DELETE FROM file_piece WHERE org_id = ? AND file_id = ?", tx.org, i); err != nil {
		return err
	}
	_, err = tx.exec("DELETE FROM file WHERE org_id = ? AND id = ?", tx.org, i)
	return err
}

func aboutFile(f file.File, about fact.Fact) fact.Fact {
	about.Kind, about.Subject, about.Label = fact.File, f.ID.Any(), f.Name
	if f.Kind == fact.Account {
		about.Account = id.Account(f.Record)
	}
	return about
}

// Files are the files of a record, latest first, without those in the bin.
func (v *View) Files(record id.Record) (_ []file.File, err error) {
	defer fault.Wrap(&err, "store.Files(%s)", record)
	w := v.where("").and("record_id = ?", record).and("ready AND deleted_at IS NULL")
	w.args = append(w.args, file.MaxFiles)
	return v.files(w, " ORDER BY id DESC LIMIT ?")
}

// File is one file, in the bin or not.
func (v *View) File(i id.File) (_ file.File, err error) {
	defer fault.Wrap(&err, "store.File(%s)", i)
	all, err := v.files(v.where("").and("id = ?", i).and("ready"), "")
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return file.File{}, err
	}
	return all[0], nil
}

// FilesAfter are the files of all records in order of their ids, after one when
// it is not zero, without those in the bin.
func (v *View) FilesAfter(after id.File, limit int) (_ []file.File, err error) {
	defer fault.Wrap(&err, "store.FilesAfter(%s)", after)
	w := v.where("").and("ready AND deleted_at IS NULL")
	if !after.IsZero() {
		w.and("id > ?", after)
	}
	w.args = append(w.args, limit)
	return v.files(w, " ORDER BY id LIMIT ?")
}

// UnreadyFiles are those that began to come in before an instant and never
// came in whole.
func (v *View) UnreadyFiles(before int64) (_ []file.File, err error) {
	defer fault.Wrap(&err, "store.UnreadyFiles")
	return v.files(v.where("").and("NOT ready").and("added_at < ?", before), " ORDER BY added_at, id LIMIT 100")
}

func (v *View) files(w *where, rest string) (all []file.File, err error) {
	err = v.rows("SELECT "+fileColumns+" FROM file"+w.String()+rest, w.args, func(rs *sql.Rows) error {
		var f file.File
		var kind string
		var deleted sql.NullInt64
		err := rs.Scan(&f.ID, &kind, &f.Record, &f.Name, &f.Size, &f.SHA256, &f.Member, &f.Added, &deleted)
		f.Kind, f.Deleted = fact.Kind(kind), deleted.Int64
		all = append(all, f)
		return err
	})
	return all, err
}

// Piece is one piece of a file; ErrNotFound past the last.
func (v *View) Piece(i id.File, place int) (b []byte, err error) {
	defer fault.Wrap(&err, "store.Piece(%s, %d)", i, place)
	err = v.row("SELECT bytes FROM file_piece WHERE org_id = ? AND file_id = ? AND place = ?", []any{v.org, i, place}, &b)
	return b, err
}

package store

import (
	"database/sql"
	"encoding/json"
	"slices"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/find"
	"kring/base/id"
	"kring/domain/bulk"
)

// BulkItem is one record of a bulk. Version and Before say what it was made
// and what it was, once the deed was done to it.
type BulkItem struct {
	Place   int
	Record  id.Record
	Version int64
	Before  []byte
}

// AddBulk writes a bulk down, and its records when they were chosen one by one.
func (tx *Tx) AddBulk(b bulk.Bulk, records []id.Record, f fact.Fact) (_ bulk.Bulk, err error) {
	defer fault.Wrap(&err, "store.AddBulk")
	deed, err := json.Marshal(b.Deed)
	if err != nil {
		return b, err
	}
	b.ID, b.Created, b.Total = id.New[id.Record](), tx.now, len(records)
	if _, err := tx.exec(`INSERT INTO bulk (org_id, id, kind, deed, member_id, query, place, filled, total, done, refused, ended, undone, created_at)
		VALUES (`+marks(14)+")", tx.org, b.ID, string(b.Kind), string(deed), b.Member, b.Query, "", b.Filled, b.Total, 0, 0, false, false, b.Created); err != nil {
		return b, err
	}
	if err := tx.AddBulkItems(b.ID, 0, records); err != nil {
		return b, err
	}
	f.Kind, f.Subject, f.Label = fact.Bulk, b.ID, string(b.Deed.Do)
	return b, tx.fact(f)
}

// AddBulkItems writes down more records of a bulk, from a place on.
func (tx *Tx) AddBulkItems(b id.Record, from int, records []id.Record) (err error) {
	defer fault.Wrap(&err, "store.AddBulkItems(%s)", b)
	rows := make([]any, 0, 4*len(records))
	for i, r := range records {
		rows = append(rows, tx.org, b, from+i, r)
	}
	return tx.addRows("INSERT INTO bulk_item (org_id, bulk_id, place, record_id) VALUES ", 4, rows)
}

// SaveBulk stores how far a bulk is; place is where the list goes on while its
// records are written down.
func (tx *Tx) SaveBulk(b bulk.Bulk, place string) (err error) {
	defer fault.Wrap(&err, "store.SaveBulk(%s)", b.ID)
	return tx.change1("UPDATE bulk SET place = ?, filled = ?, total = ?, done = ?, refused = ?, ended = ?, undone = ?, job_id = ? WHERE org_id = ? AND id = ?",
		place, b.Filled, b.Total, b.Done, b.Refused, b.Ended, b.Undone, b.Job, tx.org, b.ID)
}

// Bulk is one bulk and the place in the list where writing down goes on.
func (v *View) Bulk(i id.Record) (b bulk.Bulk, place string, err error) {
	defer fault.Wrap(&err, "store.Bulk(%s)", i)
	var kind, deed string
	err = v.row(`SELECT id, kind, deed, member_id, query, place, filled, total, done, refused, ended, undone, job_id, created_at
		FROM bulk WHERE org_id = ? AND id = ?`, []any{v.org, i},
		&b.ID, &kind, &deed, &b.Member, &b.Query, &place, &b.Filled, &b.Total, &b.Done, &b.Refused, &b.Ended, &b.Undone, &b.Job, &b.Created)
	if err != nil {
		return b, "", err
	}
	b.Kind = fact.Kind(kind)
	return b, place, json.Unmarshal([]byte(deed), &b.Deed)
}

// BulkItems are the records of a bulk from a place on.
func (v *View) BulkItems(b id.Record, from, most int) (all []BulkItem, err error) {
	defer fault.Wrap(&err, "store.BulkItems(%s)", b)
	w := v.where("").and("bulk_id = ?", b).and("place >= ?", from)
	w.args = append(w.args, most)
	err = v.rows("SELECT place, record_id, version, before FROM bulk_item"+w.String()+" ORDER BY place LIMIT ?", w.args, func(rs *sql.Rows) error {
		var it BulkItem
		var version sql.NullInt64
		var before sql.NullString
		err := rs.Scan(&it.Place, &it.Record, &version, &before)
		it.Version, it.Before = version.Int64, []byte(before.String)
		all = append(all, it)
		return err
	})
	return all, err
}

// SaveBulkItem stores what a record was before the deed, and the version the
// deed made of it.
func (tx *Tx) SaveBulkItem(b id.Record, it BulkItem) (err error) {
	defer fault.Wrap(&err, "store.SaveBulkItem(%s, %d)", b, it.Place)
	return tx.change1("UPDATE bulk_item SET version = ?, before = ? WHERE org_id = ? AND bulk_id = ? AND place = ?", it.Version, string(it.Before), tx.org, b, it.Place)
}

// TagCount is a tag and how many records bear it, exactly up to
// MostCounted of a kind.
type TagCount struct {
	Tag   string `json:"tag"`
	Count int    `json:"count"`

	Accounts int `json:"-"` // of these
	Contacts int `json:"-"`
}

// Tags lists the tags that begin with a text, in the order of the alphabet.
func (v *View) Tags(begin string, limit int) (all []TagCount, err error) {
	defer fault.Wrap(&err, "store.Tags")
	w := v.where("t").and("t.tag >= ?", begin).and("t.tag < ?", find.After(begin))
	const bearing = "(SELECT COUNT(*) FROM (SELECT 1 FROM tagging g WHERE g.org_id = t.org_id AND g.tag = t.tag AND g.kind = ? LIMIT ?) counted)"
	w.args = append([]any{string(fact.Account), MostCounted, string(fact.Contact), MostCounted}, append(w.args, limit)...)
	all, err = Remembered(v, "tag", w.args, func() (all []TagCount, err error) {
		err = v.rows("SELECT t.tag, "+bearing+", "+bearing+" FROM tag t"+w.String()+" ORDER BY t.tag LIMIT ?", w.args, func(rs *sql.Rows) error {
			var t TagCount
			err := rs.Scan(&t.Tag, &t.Accounts, &t.Contacts)
			t.Count = t.Accounts + t.Contacts
			all = append(all, t)
			return err
		})
		return all, err
	})
	return slices.Clone(all), err
}

// SweepTag forgets a tag that no record bears any more.
func (tx *Tx) SweepTag(t string) (err error) {
	defer fault.Wrap(&err, "store.SweepTag")
	_, err = tx.exec("DELETE FROM tag WHERE org_id = ? AND tag = ? AND NOT EXISTS (SELECT 1 FROM tagging g WHERE g.org_id = tag.org_id AND g.tag = tag.tag)", tx.org, t)
	return err
}

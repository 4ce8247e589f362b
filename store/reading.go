package store

import (
	"database/sql"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
)

// Reading is that a member read a version of the definition.
type Reading struct {
	Version int64
	By      id.Member
	ByName  string // as it was that day
	At      int64
}

const readingColumns = "version, member_id, member_name, at"

// Readings are who read a version, by name.
func (v *View) Readings(version int64, limit int) (all []Reading, err error) {
	defer fault.Wrap(&err, "store.Readings(%d)", version)
	w := v.where("").and("version = ?", version)
	w.args = append(w.args, limit)
	err = v.rows("SELECT "+readingColumns+" FROM reading"+w.String()+" ORDER BY member_name, member_id LIMIT ?", w.args, func(rs *sql.Rows) error {
		var r Reading
		err := rs.Scan(&r.Version, &r.By, &r.ByName, &r.At)
		all = append(all, r)
		return err
	})
	return all, err
}

// ReadBy counts the active members, and those of them who read a version.
func (v *View) ReadBy(version int64) (all, read int64, err error) {
	defer fault.Wrap(&err, "store.ReadBy(%d)", version)
	w := v.where("m").and("m.state = 'active'")
	err = v.row(`SELECT COUNT(*), COALESCE(SUM(CASE WHEN EXISTS (SELECT 1 FROM reading r WHERE r.org_id = m.org_id AND r.version = ? AND r.member_id = m.id) THEN 1 ELSE 0 END), 0)
		FROM member m`+w.String(), append([]any{version}, w.args...), &all, &read)
	return all, read, err
}

// ReadDefinition says that the member who acts read a version. Who says so again
// said it already: the first day stays, and there is no second fact.
func (tx *Tx) ReadDefinition(d Definition, f fact.Fact) (r Reading, err error) {
	defer fault.Wrap(&err, "store.ReadDefinition(%d)", d.Version)
	n, err := tx.exec("INSERT INTO reading (org_id, "+readingColumns+") VALUES ("+marks(5)+") ON CONFLICT (org_id, version, member_id) DO NOTHING",
		tx.org, d.Version, tx.actor.Member, tx.actor.Name, tx.now)
	if err != nil {
		return r, err
	}
	if n > 0 {
		if err := tx.fact(tx.aboutDefinition(d, f)); err != nil {
			return r, err
		}
	}
	w := tx.where("").and("version = ?", d.Version).and("member_id = ?", tx.actor.Member)
	return r, tx.row("SELECT "+readingColumns+" FROM reading"+w.String(), w.args, &r.Version, &r.By, &r.ByName, &r.At)
}

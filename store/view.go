package store

import (
	"database/sql"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/view"
)

const viewColumns = "id, version, kind, member_id, shared, name, query, place"

// Views are the views of a list that a member sees: the shared ones and their
// own, in the order of the tabs.
func (v *View) Views(kind fact.Kind, seenBy id.Member) (_ []view.View, err error) {
	defer fault.Wrap(&err, "store.Views")
	w := v.where("").and("kind = ?", string(kind)).and("(shared = TRUE OR member_id = ?)", seenBy)
	return v.views(w)
}

// SavedView is one view, whoever made it.
func (v *View) SavedView(i id.View) (_ view.View, err error) {
	defer fault.Wrap(&err, "store.SavedView(%s)", i)
	all, err := v.views(v.where("").and("id = ?", i))
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return view.View{}, err
	}
	return all[0], nil
}

func (v *View) views(w *where) (all []view.View, err error) {
	err = v.rows("SELECT "+viewColumns+" FROM view"+w.String()+" ORDER BY place, id LIMIT 200", w.args, func(rs *sql.Rows) error {
		var s view.View
		var kind string
		err := rs.Scan(&s.ID, &s.Version, &kind, &s.Member, &s.Shared, &s.Name, &s.Query, &s.Place)
		s.Kind = fact.Kind(kind)
		all = append(all, s)
		return err
	})
	return all, err
}

// AddView stores a new view.
func (tx *Tx) AddView(s view.View, f fact.Fact) (_ view.View, err error) {
	defer fault.Wrap(&err, "store.AddView")
	s.ID, s.Version = id.New[id.View](), 1
	if _, err := tx.exec("INSERT INTO view (org_id, "+viewColumns+") VALUES ("+marks(9)+")",
		tx.org, s.ID, s.Version, string(s.Kind), s.Member, s.Shared, s.Name, s.Query, s.Place); err != nil {
		return s, err
	}
	return s, tx.fact(aboutView(s, f))
}

// SaveView stores a changed view.
func (tx *Tx) SaveView(s view.View, f fact.Fact) (_ view.View, err error) {
	defer fault.Wrap(&err, "store.SaveView(%s)", s.ID)
	if err := tx.change1("UPDATE view SET version = version + 1, shared = ?, name = ?, query = ?, place = ? WHERE org_id = ? AND id = ? AND version = ?",
		s.Shared, s.Name, s.Query, s.Place, tx.org, s.ID, s.Version); err != nil {
		return s, err
	}
	s.Version++
	return s, tx.fact(aboutView(s, f))
}

// EraseView takes a view away.
func (tx *Tx) EraseView(s view.View, f fact.Fact) (err error) {
	defer fault.Wrap(&err, "store.EraseView(%s)", s.ID)
	if err := tx.change1("DELETE FROM view WHERE org_id = ? AND id = ? AND version = ?", tx.org, s.ID, s.Version); err != nil {
		return err
	}
	return tx.fact(aboutView(s, f))
}

func aboutView(s view.View, f fact.Fact) fact.Fact {
	f.Kind, f.Subject, f.Label = fact.View, s.ID.Any(), s.Name
	return f
}

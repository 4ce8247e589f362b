package store

import (
	"database/sql"
	"encoding/json"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/field"
)

const fieldColumns = "id, version, kind, field, label, type, choices, required, purpose, ground, position, created_at, updated_at, archived_at"

// Fields are the own fields of a kind of record, in the order of the form,
// those put away last.
func (v *View) Fields(kind fact.Kind) (_ []field.Definition, err error) {
	defer fault.Wrap(&err, "store.Fields(%s)", kind)
	return v.fields(v.where("").and("kind = ?", string(kind)))
}

// Field is one own field.
func (v *View) Field(i id.Field) (_ field.Definition, err error) {
	defer fault.Wrap(&err, "store.Field(%s)", i)
	all, err := v.fields(v.where("").and("id = ?", i))
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return field.Definition{}, err
	}
	return all[0], nil
}

func (v *View) fields(w *where) (all []field.Definition, err error) {
	err = v.rows("SELECT "+fieldColumns+" FROM field"+w.String()+" ORDER BY CASE WHEN archived_at IS NULL THEN 0 ELSE 1 END, position, id LIMIT 500", w.args, func(rs *sql.Rows) error {
		var f field.Definition
		var kind, label, typ, choices, ground string
		var archived sql.NullInt64
		if err := rs.Scan(&f.ID, &f.Version, &kind, &f.Key, &label, &typ, &choices, &f.Required, &f.Purpose, &ground, &f.Position, &f.Created, &f.Updated, &archived); err != nil {
			return err
		}
		f.Kind, f.Type, f.Ground, f.Archived = fact.Kind(kind), field.Type(typ), field.Ground(ground), archived.Int64
		if err := json.Unmarshal([]byte(label), &f.Label); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(choices), &f.Choices); err != nil {
			return err
		}
		all = append(all, f)
		return nil
	})
	return all, err
}

// AddField stores a new own field.
func (tx *Tx) AddField(f field.Definition, about fact.Fact) (_ field.Definition, err error) {
	defer fault.Wrap(&err, "store.AddField")
	label, choices, err := fieldTexts(f)
	if err != nil {
		return f, err
	}
	if _, err := tx.exec("INSERT INTO field (org_id, "+fieldColumns+") VALUES ("+marks(15)+")",
		tx.org, f.ID, f.Version, string(f.Kind), f.Key, label, string(f.Type), choices, f.Required, f.Purpose, string(f.Ground), f.Position, f.Created, f.Updated, zeroNull(f.Archived)); err != nil {
		return f, err
	}
	return f, tx.fact(aboutField(f, about))
}

// SaveField stores a changed own field.
func (tx *Tx) SaveField(f field.Definition, about fact.Fact) (_ field.Definition, err error) {
	defer fault.Wrap(&err, "store.SaveField(%s)", f.ID)
	label, choices, err := fieldTexts(f)
	if err != nil {
		return f, err
	}
	if err := tx.change1("UPDATE field SET version = version + 1, label = ?, choices = ?, required = ?, purpose = ?, ground = ?, position = ?, updated_at = ?, archived_at = ? WHERE org_id = ? AND id = ? AND version = ?",
		label, choices, f.Required, f.Purpose, string(f.Ground), f.Position, f.Updated, zeroNull(f.Archived), tx.org, f.ID, f.Version); err != nil {
		return f, err
	}
	f.Version++
	return f, tx.fact(aboutField(f, about))
}

func fieldTexts(f field.Definition) (label, choices string, err error) {
	l, err := json.Marshal(f.Label)
	if err != nil {
		return "", "", err
	}
	c, err := json.Marshal(f.Choices)
	return string(l), string(c), err
}

func aboutField(f field.Definition, about fact.Fact) fact.Fact {
	about.Kind, about.Subject, about.Label = fact.Field, f.ID.Any(), f.Label.In("nl")
	return about
}

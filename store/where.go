package store

import "strings"

// where builds the conditions of a list, always beginning with the
// organisation.
type where struct {
	b    strings.Builder
	args []any
}

func (v *View) where(alias string) *where {
	w := &where{}
	w.b.WriteString(" WHERE ")
	if alias != "" {
		w.b.WriteString(alias)
		w.b.WriteByte('.')
	}
	w.b.WriteString("org_id = ?")
	w.args = append(w.args, v.org)
	return w
}

// and adds a condition; it must be one expression or be in brackets.
func (w *where) and(cond string, args ...any) *where {
	w.b.WriteString(" AND ")
	w.b.WriteString(cond)
	w.args = append(w.args, args...)
	return w
}

// marks is "?, ?, ?" for n values.
func marks(n int) string {
	if n == 0 {
		return "NULL"
	}
	return strings.Repeat("?, ", n-1) + "?"
}

func (w *where) String() string { return w.b.String() }

package store

import (
	"strings"

	"kring/domain/member"
)

// where builds the conditions of a list, always beginning with the
// organisation.
type where struct {
	b    strings.Builder
	args []any
	day  any // of the pyramid that a list is about
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

// in adds "expr IN (…)" for n values; without any, nothing fits.
func (w *where) in(expr string, n int, args ...any) *where {
	if n == 0 {
		return w.and("1 = 0")
	}
	return w.and(expr+" IN ("+marks(n)+")", args...)
}

// reach keeps a list of accounts within what a member sees; member.Reach.Why
// says the same in Go.
func (w *where) reach(alias string, r member.Reach) *where {
	switch r.Scope {
	case member.All:
		return w
	case member.Team:
		if len(r.Teams) > 0 {
			args := append([]any{r.Member}, anys(r.Teams)...)
			return w.and("("+alias+".owner_id = ? OR "+alias+".team_id IN ("+marks(len(r.Teams))+"))", args...)
		}
		fallthrough
	case member.Own:
		return w.and(alias+".owner_id = ?", r.Member)
	}
	return w.and("1 = 0")
}

// reachContact keeps a list of contacts within reach: one's own, and those at an
// account that is within reach.
func (w *where) reachContact(alias string, r member.Reach) *where {
	if r.Scope == member.All {
		return w
	}
	at, own := &where{}, &where{}
	at.reach("acc", r)
	own.reach(alias, r)
	return w.and(`(`+strings.TrimPrefix(own.String(), " AND ")+` OR EXISTS (SELECT 1 FROM contact_account ca
		JOIN account acc ON acc.org_id = ca.org_id AND acc.id = ca.account_id
		WHERE ca.org_id = `+alias+".org_id AND ca.contact_id = "+alias+".id"+at.String()+"))", append(own.args, at.args...)...)
}

// reachFacts keeps what happened to contacts within reach; other facts stay. Who
// was merged into somebody else is within reach when they are.
func (w *where) reachFacts(r member.Reach) *where {
	if r.Scope == member.All {
		return w
	}
	of := (&where{}).reachContact("c", r)
	return w.and(`(kind <> 'contact' OR EXISTS (SELECT 1 FROM contact o JOIN contact c ON c.org_id = o.org_id AND c.id = COALESCE(o.merged_into, o.id)
		WHERE o.org_id = fact.org_id AND o.id = fact.subject_id`+of.String()+"))", of.args...)
}

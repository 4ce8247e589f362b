package store

import (
	"database/sql"
	"maps"
	"slices"
	"strings"

	"kring/base/catalogue"
	"kring/base/decimal"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/reach"
	"kring/domain/member"
)

// found is what a record is found by: tokens for the search box, points for
// look-up of a phone number or an address, tags for the list.
type found struct {
	kind   fact.Kind
	id     id.Record
	tokens []string
	tags   []string
	phones reach.Phones
	emails reach.Emails
	own    map[string]any
	fresh  bool // nothing is stored of it yet
	gone   bool // in the bin: it is not found
}

// index brings what a record is found by up to date; changes says which fields
// became different, so that what did not change is left alone.
func (tx *Tx) index(r found, changes []fact.Change) error {
	touched := func(fields ...string) bool {
		return r.fresh || slices.ContainsFunc(changes, func(c fact.Change) bool { return slices.Contains(fields, c.Field) })
	}
	if touched("deleted_at", "name", "given", "infix", "family", "initials", "phones", "emails", "addresses", "tags", "kvk", "branch", "vat_id", "external_id") {
		if !r.fresh {
			if _, err := tx.exec("DELETE FROM search WHERE org_id = ? AND record_id = ?", tx.org, r.id); err != nil {
				return err
			}
		}
		if !r.gone {
			rows := make([]any, 0, 4*len(r.tokens))
			for _, t := range r.tokens {
				rows = append(rows, tx.org, r.id, t, string(r.kind))
			}
			if err := tx.addRows("INSERT INTO search (org_id, record_id, token, kind) VALUES ", 4, rows); err != nil {
				return err
			}
		}
	}
	if touched("phones", "emails") {
		if !r.fresh {
			if _, err := tx.exec("DELETE FROM point WHERE org_id = ? AND record_id = ?", tx.org, r.id); err != nil {
				return err
			}
		}
		var rows []any
		seen := map[string]bool{}
		add := func(kind, value string) {
			if value != "" && !seen[kind+value] {
				seen[kind+value] = true
				rows = append(rows, tx.org, r.id, kind, value, string(r.kind))
			}
		}
		for _, p := range r.phones {
			add("phone", p.E164)
		}
		for _, e := range r.emails {
			add("email", e.Normal)
		}
		if err := tx.addRows("INSERT INTO point (org_id, record_id, kind, value, record_kind) VALUES ", 5, rows); err != nil {
			return err
		}
	}
	if touched("tags") {
		if err := tx.tagged(r); err != nil {
			return err
		}
	}
	if r.fresh || slices.ContainsFunc(changes, func(c fact.Change) bool { return strings.HasPrefix(c.Field, catalogue.Own) }) {
		return tx.ownValues(r)
	}
	return nil
}

// ownValues keeps own fields where a list can filter on them: texts, days and
// choices as text, numbers, money and yes or no as number.
func (tx *Tx) ownValues(r found) error {
	if !r.fresh {
		if _, err := tx.exec("DELETE FROM own_value WHERE org_id = ? AND record_id = ?", tx.org, r.id); err != nil {
			return err
		}
	}
	var rows []any
	for _, field := range slices.Sorted(maps.Keys(r.own)) {
		add := func(place int, text, number any) { rows = append(rows, tx.org, r.id, field, place, text, number) }
		switch v := r.own[field].(type) {
		case string:
			var cents any // money is kept as "1000.50" and asked in cents
			if c, err := decimal.Cents(v, decimal.Point); err == nil {
				cents = float64(c)
			}
			add(0, v, cents)
		case float64:
			add(0, nil, v)
		case int64:
			add(0, nil, float64(v))
		case int:
			add(0, nil, float64(v))
		case bool:
			add(0, nil, map[bool]float64{true: 1}[v])
		case []string:
			for i, s := range v {
				add(i, s, nil)
			}
		case []any: // as JSON reads a list
			for i, s := range v {
				if s, ok := s.(string); ok {
					add(i, s, nil)
				}
			}
		}
	}
	return tx.addRows("INSERT INTO own_value (org_id, record_id, field, place, text, number) VALUES ", 6, rows)
}

func (tx *Tx) tagged(r found) error {
	if !r.fresh {
		if _, err := tx.exec("DELETE FROM tagging WHERE org_id = ? AND record_id = ?", tx.org, r.id); err != nil {
			return err
		}
	}
	var rows []any
	for _, t := range r.tags {
		if _, err := tx.exec("INSERT INTO tag (org_id, tag, created_at) VALUES (?, ?, ?) ON CONFLICT (org_id, tag) DO NOTHING", tx.org, t, tx.now); err != nil {
			return err
		}
		rows = append(rows, tx.org, r.id, t, string(r.kind))
	}
	return tx.addRows("INSERT INTO tagging (org_id, record_id, tag, kind) VALUES ", 4, rows)
}

// addRows inserts rows of n values in one statement, at most 50 at a time.
func (tx *Tx) addRows(insert string, n int, values []any) error {
	for part := range slices.Chunk(values, 50*n) {
		q := insert + strings.Repeat("("+marks(n)+"), ", len(part)/n-1) + "(" + marks(n) + ")"
		if _, err := tx.exec(q, part...); err != nil {
			return err
		}
	}
	return nil
}

// Hit is a record that was found.
type Hit struct {
	Kind fact.Kind
	ID   id.Record
	Name string
	City string // of an account; of a contact the account's name
}

// SearchAccounts finds the accounts within reach of which every word is the
// start of a token; those whose name begins with the first word come first.
func (v *View) SearchAccounts(words []string, r member.Reach, limit int) (hits []Hit, err error) {
	defer fault.Wrap(&err, "store.SearchAccounts")
	return v.search(fact.Account, "SELECT a.id, a.name, COALESCE(a.city, '') FROM account a", words, limit, func(w *where) { w.reach("a", r) })
}

// SearchContacts does so for contacts.
func (v *View) SearchContacts(words []string, r member.Reach, limit int) (hits []Hit, err error) {
	defer fault.Wrap(&err, "store.SearchContacts")
	return v.search(fact.Contact, `SELECT a.id, a.name, COALESCE((SELECT acc.name FROM contact_account ca
		JOIN account acc ON acc.org_id = ca.org_id AND acc.id = ca.account_id
		WHERE ca.org_id = a.org_id AND ca.contact_id = a.id ORDER BY ca.place LIMIT 1), '') FROM contact a`, words, limit, func(w *where) { w.reachContact("a", r) })
}

// search looks at the tokens of the longest word and asks each hit for the
// others; enough candidates are read to put exact names first.
func (v *View) search(kind fact.Kind, sel string, words []string, limit int, scope func(*where)) (hits []Hit, err error) {
	if len(words) == 0 {
		return nil, nil
	}
	longest := slices.MaxFunc(words, func(a, b string) int { return len(a) - len(b) })
	const candidates = 500
	w := v.where("a").and("a.deleted_at IS NULL")
	w.and("a.id IN (SELECT s.record_id FROM search s WHERE s.org_id = ? AND s.token >= ? AND s.token < ? AND s.kind = ? LIMIT ?)",
		v.org, longest, after(longest), string(kind), candidates)
	for _, word := range words {
		if word != longest {
			w.and("EXISTS (SELECT 1 FROM search o WHERE o.org_id = a.org_id AND o.record_id = a.id AND o.token >= ? AND o.token < ?)", word, after(word))
		}
	}
	scope(w)
	w.args = append(w.args, words[0], after(words[0]), limit)
	err = v.rows(sel+w.String()+" ORDER BY CASE WHEN a.name_key >= ? AND a.name_key < ? THEN 0 ELSE 1 END, a.name_key, a.id LIMIT ?", w.args, func(rs *sql.Rows) error {
		h := Hit{Kind: kind}
		err := rs.Scan(&h.ID, &h.Name, &h.City)
		hits = append(hits, h)
		return err
	})
	return hits, err
}

// after is the first text that does not begin with s, in byte order.
func after(s string) string { return s + "\U0010FFFF" }

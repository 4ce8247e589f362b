package store

import (
	"maps"
	"slices"
	"strings"

	"kring/base/catalogue"
	"kring/base/decimal"
	"kring/base/fact"
	"kring/base/id"
	"kring/base/reach"
)

// found is what a record is found by: tokens for the search box, points for
// look-up of a phone number or an address, tags for the list.
type found struct {
	kind   fact.Kind
	id     id.Record
	text   string // base/find makes the tokens of it
	tags   []string
	phones reach.Phones
	emails reach.Emails
	own    map[string]any
	blocks []string // keys under which it is compared with others
	gone   bool     // in the bin: it is not found
}

// index brings what a record is found by up to date; was is the text it was found
// by, changes says which fields became different, so that what did not change is
// left alone.
func (tx *Tx) index(r found, was string, changes []fact.Change) error {
	touched := func(fields ...string) bool {
		return slices.ContainsFunc(changes, func(c fact.Change) bool { return slices.Contains(fields, c.Field) })
	}
	if err := tx.retoken(r, was); err != nil {
		return err
	}
	if touched("phones", "emails") {
		if err := tx.refill("point", r, tx.pointRows); err != nil {
			return err
		}
	}
	if touched(compared...) {
		if err := tx.refill("block", r, tx.blockRows); err != nil {
			return err
		}
	}
	if touched("tags") {
		if err := tx.newTags(r.tags); err != nil {
			return err
		}
		if err := tx.refill("tagging", r, tx.tagRows); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(changes, func(c fact.Change) bool { return strings.HasPrefix(c.Field, catalogue.Own) }) {
		return tx.refill("own_value", r, tx.ownRows)
	}
	return nil
}

// indexFresh writes what new records are found by, those of all in one go.
func (tx *Tx) indexFresh(all []found) error {
	tags := map[string]bool{}
	for _, r := range all {
		for _, t := range r.tags {
			tags[t] = true
		}
	}
	if err := tx.newTags(slices.Sorted(maps.Keys(tags))); err != nil {
		return err
	}
	if err := tx.tokenAll(all); err != nil {
		return err
	}
	for _, rows := range []struct {
		table string
		of    func(found) []any
	}{{"point", tx.pointRows}, {"tagging", tx.tagRows}, {"own_value", tx.ownRows}, {"block", tx.blockRows}} {
		var values []any
		for _, r := range all {
			values = append(values, rows.of(r)...)
		}
		put := foundBy[rows.table]
		if err := tx.addRows(put.insert, put.n, ordered(values, put.n, put.order)); err != nil {
			return err
		}
	}
	return nil
}

// foundBy are the tables in which records are found, the values of a row, and
// those by which many rows are put in order: of the index in which what belongs
// to one record lies far apart.
var foundBy = map[string]struct {
	insert string
	n      int
	order  []int
}{
	"point":     {"INSERT INTO point (org_id, record_id, kind, value, record_kind) VALUES ", 5, []int{3}},
	"tagging":   {"INSERT INTO tagging (org_id, record_id, tag, kind) VALUES ", 4, []int{2}},
	"block":     {"INSERT INTO block (org_id, kind, key, record_id) VALUES ", 4, []int{2}},
	"own_value": {"INSERT INTO own_value (org_id, record_id, field, place, text, number) VALUES ", 6, []int{2, 4}},
}

// refill writes anew what one record is found by in one of the tables.
func (tx *Tx) refill(table string, r found, rows func(found) []any) error {
	if _, err := tx.exec("DELETE FROM "+table+" WHERE org_id = ? AND record_id = ?", tx.org, r.id); err != nil {
		return err
	}
	return tx.addRows(foundBy[table].insert, foundBy[table].n, rows(r))
}

func (tx *Tx) pointRows(r found) (rows []any) {
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
	return rows
}

func (tx *Tx) tagRows(r found) (rows []any) {
	for _, t := range r.tags {
		rows = append(rows, tx.org, r.id, t, string(r.kind))
	}
	return rows
}

// newTags makes those tags known that are not yet.
func (tx *Tx) newTags(tags []string) error {
	for _, t := range tags {
		if _, err := tx.exec("INSERT INTO tag (org_id, tag, created_at) VALUES (?, ?, ?) ON CONFLICT (org_id, tag) DO NOTHING", tx.org, t, tx.now); err != nil {
			return err
		}
	}
	return nil
}

// mostIndexed is how many characters of an own text a list can look at: a
// PostgreSQL index row holds no more than 2,704 bytes.
const mostIndexed = 600

func indexed(s string) string {
	if r := []rune(s); len(r) > mostIndexed {
		return string(r[:mostIndexed])
	}
	return s
}

// ownRows keep own fields where a list can filter on them: texts, days and
// choices as text, numbers, money and yes or no as number.
func (tx *Tx) ownRows(r found) (rows []any) {
	for _, field := range slices.Sorted(maps.Keys(r.own)) {
		add := func(place int, text, number any) { rows = append(rows, tx.org, r.id, field, place, text, number) }
		switch v := r.own[field].(type) {
		case string:
			var cents any // money is kept as "1000.50" and asked in cents
			if c, err := decimal.Cents(v, decimal.Point); err == nil {
				cents = float64(c)
			}
			add(0, indexed(v), cents)
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
	return rows
}

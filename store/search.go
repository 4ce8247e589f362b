package store

import (
	"cmp"
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
	blocks []string // keys under which it is compared with others
	fresh  bool     // nothing is stored of it yet
	gone   bool     // in the bin: it is not found
}

// index brings what a record is found by up to date; changes says which fields
// became different, so that what did not change is left alone.
func (tx *Tx) index(r found, changes []fact.Change) error {
	if r.fresh {
		return tx.indexFresh([]found{r})
	}
	touched := func(fields ...string) bool {
		return slices.ContainsFunc(changes, func(c fact.Change) bool { return slices.Contains(fields, c.Field) })
	}
	if touched("deleted_at", "name", "given", "infix", "family", "initials", "phones", "emails", "addresses", "tags", "kvk", "branch", "vat_id", "external_id") {
		if err := tx.refill("search", r, tx.tokenRows); err != nil {
			return err
		}
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
	for _, rows := range []struct {
		table string
		of    func(found) []any
	}{{"search", tx.tokenRows}, {"point", tx.pointRows}, {"tagging", tx.tagRows}, {"own_value", tx.ownRows}, {"block", tx.blockRows}} {
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
	"search":    {"INSERT INTO search (org_id, record_id, token, kind) VALUES ", 4, []int{3, 2}},
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

func (tx *Tx) tokenRows(r found) []any {
	if r.gone {
		return nil
	}
	rows := make([]any, 0, 4*len(r.tokens))
	for _, t := range r.tokens {
		rows = append(rows, tx.org, r.id, t, string(r.kind))
	}
	return rows
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
	return v.search(sought{
		kind: fact.Account, table: "account", city: "COALESCE(a.city, '')", beside: "f.city", scope: func(w *where) { w.reach("a", r) },
	}, words, limit)
}

// SearchContacts does so for contacts; the account beside a contact is the first
// within the reach at.
func (v *View) SearchContacts(words []string, r, at member.Reach, limit int) (hits []Hit, err error) {
	defer fault.Wrap(&err, "store.SearchContacts")
	seen := (&where{}).reach("acc", at)
	return v.search(sought{kind: fact.Contact, table: "contact", city: "''", beside: `COALESCE((SELECT acc.name FROM contact_account ca
		JOIN account acc ON acc.org_id = ca.org_id AND acc.id = ca.account_id
		WHERE ca.org_id = f.org_id AND ca.contact_id = f.id` + seen.String() + ` ORDER BY ca.place LIMIT 1), '')`, args: seen.args, scope: func(w *where) { w.reachContact("a", r) }}, words, limit)
}

// sought is the kind of record that a search finds.
type sought struct {
	kind         fact.Kind
	table        string
	city, beside string // what is shown beside the name: from the row, and then from what was found
	args         []any  // of beside
	scope        func(*where)
}

// candidates are the most records that are put in order by name.
const candidates = 200

// search reads names that begin with the one word from their index, which is in
// the order wanted; most searches end there. Otherwise it walks the tokens of
// one word (driver) and asks for the others. What is out of reach
// does not count as a candidate.
func (v *View) search(k sought, words []string, limit int) (hits []Hit, err error) {
	if len(words) == 0 || limit <= 0 {
		return nil, nil
	}
	take := func(rs *sql.Rows) error {
		h := Hit{Kind: k.kind}
		err := rs.Scan(&h.ID, &h.Name, &h.City)
		hits = append(hits, h)
		return err
	}
	row := "a.org_id, a.id, a.name, a.name_key, " + k.city + " AS city"
	first, behind := words[0], after(words[0])
	if len(words) == 1 {
		w := v.where("a").and("a.deleted_at IS NULL").and("a.name_key >= ? AND a.name_key < ?", first, behind)
		k.scope(w)
		err := v.rows("SELECT f.id, f.name, "+k.beside+" FROM (SELECT "+row+" FROM "+k.table+" a"+w.String()+" ORDER BY a.name_key, a.id LIMIT ?) f ORDER BY f.name_key, f.id",
			append(slices.Concat(k.args, w.args), limit), take)
		if err != nil || len(hits) == limit {
			return hits, err
		}
	}
	drive, gather, ask, err := v.driver(k.kind, words)
	if err != nil {
		return nil, err
	}
	w := v.where("s").and("s.token >= ? AND s.token < ? AND s.kind = ?", drive, after(drive), string(k.kind))
	w.and("a.org_id = s.org_id AND a.id = s.record_id AND a.deleted_at IS NULL")
	for _, word := range gather {
		w.and("s.record_id IN (SELECT o.record_id FROM search o WHERE o.org_id = ? AND o.kind = ? AND o.token >= ? AND o.token < ?)", v.org, string(k.kind), word, after(word))
	}
	for _, word := range ask {
		w.and("EXISTS (SELECT 1 FROM search o WHERE o.org_id = s.org_id AND o.record_id = s.record_id AND o.token >= ? AND o.token < ?)", word, after(word))
	}
	if len(words) == 1 { // found already
		w.and("NOT (a.name_key >= ? AND a.name_key < ?)", first, behind)
	}
	k.scope(w)
	args := append(slices.Concat(k.args, w.args), candidates, first, behind, limit-len(hits))
	// CROSS JOIN says in which order: tokens first.
	err = v.rows("SELECT f.id, f.name, "+k.beside+" FROM (SELECT DISTINCT "+row+" FROM search s CROSS JOIN "+k.table+" a"+w.String()+` LIMIT ?) f
		ORDER BY CASE WHEN f.name_key >= ? AND f.name_key < ? THEN 0 ELSE 1 END, f.name_key, f.id LIMIT ?`, args, take)
	return hits, err
}

// Words with which fewer tokens begin are rare; with more than many, common.
const (
	few  = 1000
	many = 8000
)

// driver says which word's tokens to walk, and for which of the others to gather
// the records or to ask each. With a
// rare word: its tokens, and each record is asked for the others. When all are
// common, most records have them all and a few steps find enough. In between,
// the records of the rarer words are gathered first and the others' tokens are
// walked until enough are among them.
func (v *View) driver(kind fact.Kind, words []string) (drive string, gather, ask []string, err error) {
	if len(words) == 1 {
		return words[0], nil, nil, nil
	}
	counts := map[string]int{}
	for _, word := range words {
		n := 0
		if err := v.row("SELECT COUNT(*) FROM (SELECT 1 FROM search s WHERE s.org_id = ? AND s.token >= ? AND s.token < ? AND s.kind = ? LIMIT ?) counted",
			[]any{v.org, word, after(word), string(kind), many}, &n); err != nil {
			return "", nil, nil, err
		}
		counts[word] = n
	}
	sorted := slices.Clone(words)
	slices.SortStableFunc(sorted, func(a, b string) int { return cmp.Or(counts[a]-counts[b], len(b)-len(a)) })
	if n := counts[sorted[0]]; n < few || n >= many {
		return sorted[0], nil, sorted[1:], nil
	}
	last := len(sorted) - 1
	for _, word := range sorted[:last] {
		if counts[word] < many {
			gather = append(gather, word)
		} else {
			ask = append(ask, word)
		}
	}
	return sorted[last], gather, ask, nil
}

// after is the first text that does not begin with s, in byte order.
func after(s string) string { return s + "\U0010FFFF" }

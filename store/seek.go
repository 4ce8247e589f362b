package store

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/find"
	"kring/base/id"
	"kring/domain/member"
)

// Hit is a record that was found.
type Hit struct {
	Kind fact.Kind
	ID   id.Record
	Name string
	City string // of an account; of a contact the account's name
}

// SearchAccounts finds the accounts within reach that have all that is looked
// for, those that fit best first (find.Grade), then by name.
func (v *View) SearchAccounts(q find.Query, r member.Reach, limit int) (hits []Hit, err error) {
	defer fault.Wrap(&err, "store.SearchAccounts")
	return v.seek(&seeker{
		kind: fact.Account, table: "account", beside: "COALESCE(a.city, '')", reach: r,
		scope: func(w *where) { w.reach("a", r) }, mine: accountsWithin(v.org, r),
	}, q, limit)
}

// SearchContacts does so for contacts; the account beside a contact is the first
// within the reach at.
func (v *View) SearchContacts(q find.Query, r, at member.Reach, limit int) (hits []Hit, err error) {
	defer fault.Wrap(&err, "store.SearchContacts")
	seen := (&where{}).reach("acc", at)
	return v.seek(&seeker{
		kind: fact.Contact, table: "contact", reach: r,
		beside: `COALESCE((SELECT acc.name FROM contact_account ca JOIN account acc ON acc.org_id = ca.org_id AND acc.id = ca.account_id
		WHERE ca.org_id = a.org_id AND ca.contact_id = a.id` + seen.String() + ` ORDER BY ca.place LIMIT 1), '')`, args: seen.args,
		scope: func(w *where) { w.reachContact("a", r) }, mine: contactsWithin(v.org, r),
	}, q, limit)
}

// seeker looks for records of one kind: it reads their ids from an index, a few
// at a time and in the order of that index, and then the records, until there
// are enough. What it may read is bounded, whatever was typed and however much
// there is; and since the order is that of the index, both databases stop at the
// same place.
type seeker struct {
	kind   fact.Kind
	table  string
	beside string // what is shown beside the name
	args   []any  // of beside
	reach  member.Reach
	scope  func(*where)
	mine   []span // where the records within reach are

	v     *View
	q     find.Query
	limit int
	left  int // ids that may still be read
	seen  map[id.Record]bool
	hits  []graded
}

// span is a query for ids, and its arguments.
type span struct {
	query string
	args  []any
}

type graded struct {
	Hit
	grade int
	key   string
}

const (
	mostRead   = 1_000 // ids that are read for one kind of record
	mostScoped = 6_000 // when not all records are within reach
	mostLike   = 4_000 // tokens that are compared with a pattern
	mostWords  = 40    // words with a part in the middle
	mostOwn    = 4_000 // records within reach that are simply all looked at
	enough     = 8     // found by name, so that several words are not looked for elsewhere
	common     = 200   // tokens from which on a word is common
)

func (v *View) seek(s *seeker, q find.Query, limit int) ([]Hit, error) {
	if s.v, s.q, s.limit = v, q, limit; q.None() || limit <= 0 {
		return nil, nil
	}
	s.left, s.seen = mostRead, map[id.Record]bool{}
	step := s.everywhere
	if s.reach.Scope != member.All {
		if len(s.mine) == 0 {
			return nil, nil
		}
		few, err := s.few()
		if err != nil {
			return nil, err
		}
		if s.left = mostScoped; few {
			step = s.among
		}
	}
	if err := step(); err != nil {
		return nil, err
	}
	slices.SortFunc(s.hits, func(a, b graded) int {
		return cmp.Or(a.grade-b.grade, strings.Compare(a.key, b.key), bytes.Compare(a.ID[:], b.ID[:]))
	})
	hits := make([]Hit, min(limit, len(s.hits)))
	for i := range hits {
		hits[i] = s.hits[i].Hit
	}
	return hits, nil
}

// everywhere looks where the best are first: exact numbers and addresses, names
// that begin so, words that do, and then the middle of words.
func (s *seeker) everywhere() error {
	for _, r := range append(s.q.Exact(), s.q.Turned()...) {
		if err := s.walk(tokens(r), nil); err != nil {
			return err
		}
	}
	if s.q.Digits {
		return nil
	}
	if err := s.walk(source{names: true, Range: find.Begins(s.q.Key)}, nil); err != nil || s.full() {
		return err
	}
	if len(s.q.Terms) == 1 {
		if exact := len(s.q.Exact()) > 0 && len(s.hits) > 0; exact && len(s.hits) >= min(enough, s.limit) {
			return nil // addresses that begin so
		} else if exact {
			s.left = min(s.left, common)
		}
		return s.lead(s.q.Terms[0])
	}
	for _, r := range s.q.Pairs() {
		if err := s.walk(tokens(r), s.q.Likes()); err != nil {
			return err
		}
	}
	if len(s.hits) >= min(enough, s.limit) {
		return nil
	}
	rarest, err := s.rarest()
	if err != nil {
		return err
	}
	if s.reach.Scope == member.All {
		s.left = min(s.left, 2*common)
	}
	return s.lead(rarest)
}

func (s *seeker) full() bool { return len(s.hits) >= s.limit || s.left <= 0 }

// rarest is the term with which the fewest tokens begin; of common ones the
// longest.
func (s *seeker) rarest() (rarest string, err error) {
	least := common + 1
	for _, t := range s.q.Terms {
		r, n := find.Leads(t)[0], 0
		if err := s.v.row("SELECT COUNT(*) FROM (SELECT 1 FROM search WHERE org_id = ? AND kind = ? AND token >= ? AND token < ? LIMIT ?) counted",
			[]any{s.v.org, kindLetter[s.kind], r.From, r.To, common}, &n); err != nil {
			return "", err
		}
		if n < least || n == least && len(t) > len(rarest) {
			rarest, least = t, n
		}
	}
	return rarest, nil
}

// lead looks for the records with a term at the beginning of a word, then in the
// middle of one, that have the other terms as well.
func (s *seeker) lead(term string) error {
	for _, l := range find.Leads(term) {
		likes := s.q.Likes()
		if len(s.q.Terms) == 1 && l.Inner == term {
			likes = nil // what begins so has it
		}
		if err := s.walk(tokens(l.Range), likes); err != nil {
			return err
		}
		if l.Inner == "" || s.full() {
			continue
		}
		if err := s.inside(l.Inner); err != nil {
			return err
		}
	}
	return nil
}

// inside looks for the records with letters in the middle of a word.
func (s *seeker) inside(inner string) error {
	in := find.Begins(inner)
	var words []string
	err := s.v.each("SELECT word FROM word_part WHERE org_id = ? AND part >= ? AND part < ? ORDER BY part, word LIMIT ?", []any{s.v.org, in.From, in.To, 4 * mostWords}, func(scan func(...any) error) error {
		var w string
		err := scan(&w)
		if !slices.ContainsFunc(words, func(other string) bool { return strings.HasPrefix(w, other) }) && !strings.HasPrefix(w, inner) && len(words) < mostWords {
			words = append(words, w)
		}
		return err
	})
	for _, w := range words {
		if err != nil || s.full() {
			break
		}
		err = s.walk(tokens(find.Begins(w)), s.q.Likes())
	}
	return err
}

// source is where ids stand in an order: a range of the tokens, or of the names.
type source struct {
	names bool
	find.Range
}

func tokens(r find.Range) source { return source{Range: r} }

// walk takes the records of a source for which every pattern holds, until there
// are enough.
func (s *seeker) walk(from source, likes []string) error {
	after, last := "", id.Record{}
	chunk := max(8, s.limit-len(s.hits)) // most fit; when they do not, more at once
	for n := max(24, 2*(s.limit-len(s.hits))); !s.full(); n *= 2 {
		n = min(n, s.left)
		var ids []id.Record
		read := 0
		query, args := from.page(s, after, last, n)
		err := s.v.each(query, args, func(scan func(...any) error) error {
			read++
			if err := scan(&after, &last); err != nil {
				return err
			}
			if !s.seen[last] {
				s.seen[last] = true
				ids = append(ids, last)
			}
			return nil
		})
		if err != nil {
			return err
		}
		s.left -= read
		for len(ids) > 0 && len(s.hits) < s.limit {
			some := min(len(ids), chunk)
			chunk = min(2*chunk, 128)
			if err := s.fetch(ids[:some], likes); err != nil {
				return err
			}
			ids = ids[some:]
		}
		for _, i := range ids {
			delete(s.seen, i) // not looked at
		}
		if read < n || from.Like != "" {
			return nil
		}
	}
	return nil
}

// page is the query for the next ids of a source.
func (f source) page(s *seeker, after string, last id.Record, n int) (string, []any) {
	w, key, i, table := s.v.where(""), "token", "record_id", "search"
	if f.names {
		w.and("deleted_at IS NULL")
		key, i, table = "name_key", "id", s.table
	} else {
		w.and("kind = ?", kindLetter[s.kind])
	}
	if after == "" {
		w.and(key+" >= ?", f.From)
	} else {
		w.and("("+key+", "+i+") > (?, ?)", after, last)
	}
	w.and(key+" < ?", f.To)
	order := " ORDER BY " + key + ", " + i + " LIMIT ?"
	query := "SELECT " + key + ", " + i + " FROM " + table + w.String() + order
	if f.Like == "" {
		return query, append(w.args, n)
	}
	return "SELECT token, record_id FROM (" + query + ") c WHERE token LIKE ?" + order, append(w.args, mostLike, f.Like, n)
}

// fetch reads records by their ids; those of which a pattern does not hold, or
// that are out of reach, fall away.
func (s *seeker) fetch(ids []id.Record, likes []string) error {
	w := s.v.where("a")
	args := make([]any, 0, 256)
	for _, i := range ids {
		args = append(args, i)
	}
	n := 8
	for n < len(args) {
		n *= 2
	}
	for len(args) < n { // few different texts
		args = append(args, args[0])
	}
	w.in("a.id", len(args), args...).and("a.deleted_at IS NULL")
	return s.take(w, likes)
}

// take adds the records of a condition to those that were found.
func (s *seeker) take(w *where, likes []string) error {
	for _, l := range likes {
		w.and(`a.sought LIKE ? ESCAPE '\'`, l)
	}
	s.scope(w)
	return s.v.each("SELECT a.id, a.name, a.name_key, COALESCE(a.sought, ''), "+s.beside+" FROM "+s.table+" a"+w.String(), append(slices.Clone(s.args), w.args...), func(scan func(...any) error) error {
		g := graded{Hit: Hit{Kind: s.kind}}
		var text string
		err := scan(&g.ID, &g.Name, &g.key, &text, &g.City)
		g.grade = s.q.Grade(text, g.key)
		s.hits = append(s.hits, g)
		return err
	})
}

// few says whether so few records are within reach that all are looked at.
func (s *seeker) few() (bool, error) {
	var parts []string
	var args []any
	for _, m := range s.mine {
		parts, args = append(parts, m.query), append(args, m.args...)
	}
	n, err := Remembered(s.v, "within "+s.table, args, func() (n int, err error) {
		err = s.v.row("SELECT COUNT(*) FROM (SELECT 1 FROM ("+strings.Join(parts, " UNION ALL ")+") m LIMIT ?) counted", append(slices.Clone(args), mostOwn+1), &n)
		return n, err
	})
	return n <= mostOwn, err
}

// among looks at all records within reach, which are few.
func (s *seeker) among() error {
	var parts []string
	w := s.v.where("a").and("a.deleted_at IS NULL")
	for _, m := range s.mine {
		parts, w.args = append(parts, m.query), append(w.args, m.args...)
	}
	w.and("a.id IN (" + strings.Join(parts, " UNION ") + ")")
	s.v.number(w, s.q)
	if len(s.q.Whole) > 0 && s.q.Digits {
		return s.take(w, nil)
	}
	return s.take(w, s.q.Likes())
}

// number asks for a text with one of the numbers, when nothing else was typed.
func (v *View) number(w *where, q find.Query) {
	if !q.Digits {
		return
	}
	var some []string
	var args []any
	for _, l := range q.NumberLikes() {
		some, args = append(some, `a.sought LIKE ? ESCAPE '\'`), append(args, l)
	}
	w.and("("+strings.Join(some, " OR ")+")", args...)
}

// accountsWithin are the accounts of a member or of teams, each from an index.
func accountsWithin(org id.Org, r member.Reach) []span {
	if r.Scope != member.Own && r.Scope != member.Team {
		return nil
	}
	all := []span{{"SELECT id FROM account WHERE org_id = ? AND owner_id = ? AND deleted_at IS NULL", []any{org, r.Member}}}
	if r.Scope == member.Team && len(r.Teams) > 0 {
		all = append(all, span{"SELECT id FROM account WHERE org_id = ? AND team_id IN (" + marks(len(r.Teams)) + ") AND deleted_at IS NULL", append([]any{org}, anys(r.Teams)...)})
	}
	return all
}

// contactsWithin are the contacts of a member or of teams, and those at the
// accounts within reach.
func contactsWithin(org id.Org, r member.Reach) (all []span) {
	at := accountsWithin(org, r)
	for _, m := range at {
		all = append(all, span{strings.Replace(m.query, "FROM account", "FROM contact", 1), m.args})
	}
	for _, m := range at {
		all = append(all, span{"SELECT ca.contact_id FROM contact_account ca WHERE ca.org_id = ? AND ca.account_id IN (" + m.query + ")", append([]any{org}, m.args...)})
	}
	return all
}

// lists keeps a list to what is looked for, as a search would find it.
func (v *View) lists(w *where, kind fact.Kind, q find.Query) {
	const tokens = "SELECT s.record_id FROM search s WHERE s.org_id = ? AND s.kind = ? AND s.token >= ? AND s.token < ?"
	letter := kindLetter[kind]
	if q.Digits {
		var some []string
		var args []any
		for _, r := range append(q.Exact(), q.Turned()...) {
			some, args = append(some, tokens), append(args, v.org, letter, r.From, r.To)
			if r.Like != "" {
				some[len(some)-1] += " AND s.token LIKE ?"
				args = append(args, r.Like)
			}
		}
		w.and("a.id IN ("+strings.Join(some, " UNION ")+")", args...)
		return
	}
	likes := q.Likes()
	for i, t := range q.Terms {
		var some []string
		var args []any
		for _, l := range find.Leads(t) {
			some, args = append(some, tokens), append(args, v.org, letter, l.From, l.To)
			if l.Inner == "" {
				continue
			}
			in := find.Begins(l.Inner)
			some, args = append(some, `SELECT s.record_id FROM (SELECT DISTINCT p.word FROM word_part p WHERE p.org_id = ? AND p.part >= ? AND p.part < ?) i
				CROSS JOIN search s WHERE s.org_id = ? AND s.kind = ? AND s.token >= i.word AND s.token < i.word || '`+"\U0010FFFF"+`'`), append(args, v.org, in.From, in.To, v.org, letter)
		}
		w.and("a.id IN ("+strings.Join(some, " UNION ")+")", args...)
		if find.IsAddress(t) {
			w.and(`a.sought LIKE ? ESCAPE '\'`, likes[i])
		}
	}
}

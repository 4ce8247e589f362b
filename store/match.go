package store

import (
	"cmp"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/reach"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/match"
	"kring/domain/member"
)

// AccountSubject is what there is to compare of an account.
func AccountSubject(a account.Account) match.Subject {
	s := match.Subject{Kind: fact.Account, ID: a.ID.Any(), Name: a.Name, KvK: a.KvK, Branch: a.Branch, VatID: a.VatID, Website: a.Website}
	if a.Kind == account.Person {
		s.Person = true
		s.Given, s.Infix, s.Family = match.Whole(a.Name)
	}
	return reached(s, a.Phones, a.Emails, a.Addresses)
}

// ContactSubject is what there is to compare of a contact; what its accounts are
// called, and whether it is the person that one of them is, is for whoever knows.
func ContactSubject(c contact.Contact) match.Subject {
	s := match.Subject{Kind: fact.Contact, ID: c.ID.Any(), Person: true, Name: c.Name(), Given: c.Given, Initials: c.Initials, Infix: c.Infix, Family: c.Family}
	for _, l := range c.Accounts {
		s.Accounts = append(s.Accounts, l.Account)
	}
	return reached(s, c.Phones, c.Emails, c.Addresses)
}

func reached(s match.Subject, phones reach.Phones, emails reach.Emails, addresses reach.Addresses) match.Subject {
	for _, p := range phones {
		if p.E164 != "" {
			s.Phones = append(s.Phones, p.E164)
		}
	}
	for _, e := range emails {
		s.Emails = append(s.Emails, e.Normal)
	}
	main := addresses.Main()
	s.Street, s.Number, s.Postcode, s.City, s.Country = main.Street, strings.TrimSpace(main.Number+" "+main.Suffix), main.Postcode, main.City, main.Country
	return s
}

// compared are the fields that a record is compared on.
var compared = []string{"deleted_at", "kind", "name", "given", "infix", "family", "initials", "addresses", "vat_id", "website"}

// blockRows are the keys under which a record is compared.
func (tx *Tx) blockRows(r found) []any {
	if r.gone {
		return nil
	}
	rows := make([]any, 0, 4*len(r.blocks))
	for _, k := range r.blocks {
		rows = append(rows, tx.org, string(r.kind), k, r.id)
	}
	return rows
}

// FillBlocks writes the keys of the next records of a kind, after one, that were
// kept before there were keys; the answer is the last of them, zero at the end.
func (tx *Tx) FillBlocks(kind fact.Kind, after id.Record, limit int) (last id.Record, err error) {
	defer fault.Wrap(&err, "store.FillBlocks(%s)", kind)
	w := tx.where("a").and("a.deleted_at IS NULL").and("a.id > ?", beyond(after))
	w.args = append(w.args, limit)
	all, err := tx.subjects(kind, w, " ORDER BY a.id LIMIT ?")
	if err != nil {
		return last, err
	}
	for _, s := range all {
		if err := tx.refill("block", found{kind: kind, id: s.ID, blocks: match.Blocks(s)}, tx.blockRows); err != nil {
			return last, err
		}
	}
	if len(all) == limit {
		last = all[limit-1].ID
	}
	return last, nil
}

// beyond is where a walk by id begins: an empty text comes before every id.
func beyond(after id.Record) []byte {
	if after.IsZero() {
		return []byte{}
	}
	return after[:]
}

// Alike are for each subject the records that share a key with it, whoever may
// see them: 48 keys in a statement, however many subjects ask. What more than
// match.MaxBlock records share is no key.
func (v *View) Alike(kind fact.Kind, subjects []match.Subject) (_ [][]id.Record, err error) {
	defer fault.Wrap(&err, "store.Alike(%s)", kind)
	found := make([]map[id.Record]bool, len(subjects))
	for i := range found {
		found[i] = map[id.Record]bool{}
	}
	var keys, points, numbers, accounts asking
	for i, s := range subjects {
		for _, k := range match.Blocks(s) {
			keys.add(k, i)
		}
		for _, p := range slices.Concat(s.Phones, s.Emails) {
			points.add(p, i)
		}
		if numbers.add(s.KvK, i); kind == fact.Contact {
			for _, a := range s.Accounts {
				accounts.add(string(a[:]), i)
			}
		}
	}
	take := func(of asking, key string, i id.Record) {
		for _, n := range of.by[key] {
			if i != subjects[n].ID {
				found[n][i] = true
			}
		}
	}
	for _, q := range []struct {
		of   asking
		from string
		args []any
	}{
		{keys, "block b WHERE b.org_id = ? AND b.kind = ? AND b.key = ", []any{v.org, string(kind)}},
		{points, "point b WHERE b.org_id = ? AND b.record_kind = ? AND b.value = ", []any{v.org, string(kind)}},
	} {
		err := v.askEach(q.of, q.from, "b.record_id", q.args, func(key string, i id.Record) { take(q.of, key, i) })
		if err != nil {
			return nil, err
		}
	}
	if kind == fact.Account {
		err = v.askEach(numbers, "account b WHERE b.org_id = ? AND b.kvk IS NOT NULL AND b.kvk = ", "b.id", []any{v.org}, func(key string, i id.Record) { take(numbers, key, i) })
	} else {
		err = v.colleagues(accounts, func(key string, i id.Record) { take(accounts, key, i) })
	}
	all := make([][]id.Record, len(subjects))
	for i, set := range found {
		for r := range set {
			all[i] = append(all[i], r)
		}
		slices.SortFunc(all[i], func(a, b id.Record) int { return slices.Compare(a[:], b[:]) })
	}
	return all, err
}

// asking is values and which subjects ask for each.
type asking struct {
	values []string
	by     map[string][]int
}

func (a *asking) add(value string, subject int) {
	if value == "" {
		return
	}
	if a.by == nil {
		a.by = map[string][]int{}
	}
	if a.by[value] == nil {
		a.values = append(a.values, value)
	}
	if n := len(a.by[value]); n == 0 || a.by[value][n-1] != subject {
		a.by[value] = append(a.by[value], subject)
	}
}

// batches are how many values a statement asks for, so that few texts are prepared;
// what is left over asks for the last value again. Of many more SELECTs in one
// statement the embedded SQLite overruns its stack.
var batches = []int{1, 4, 16, 48}

func padded(values []string) []any {
	at, _ := slices.BinarySearch(batches, len(values))
	args := make([]any, 0, batches[at])
	for i := range batches[at] {
		args = append(args, values[min(i, len(values)-1)])
	}
	return args
}

// askEach looks each value up in an index, unless more than match.MaxBlock rows
// have it: of those no more are read than tell so. Each value has a SELECT of its
// own within one statement: joined to a list of values, a PostgreSQL that does not
// know the table yet walks all of it.
func (v *View) askEach(of asking, from, record string, args []any, take func(key string, i id.Record)) error {
	for part := range slices.Chunk(of.values, batches[len(batches)-1]) {
		var q strings.Builder
		var all []any
		for n, value := range padded(part) {
			if n > 0 {
				q.WriteString(" UNION ALL ")
			}
			q.WriteString("SELECT n, i FROM (SELECT " + strconv.Itoa(n) + " AS n, " + record + " AS i FROM " + from + "? LIMIT " + strconv.Itoa(match.MaxBlock+1) + ") t" + strconv.Itoa(n))
			all = append(append(all, args...), value)
		}
		got := make([][]id.Record, len(all))
		err := v.rows(q.String(), all, func(rs *sql.Rows) error {
			var n int
			var i id.Record
			err := rs.Scan(&n, &i)
			got[n] = append(got[n], i)
			return err
		})
		if err != nil {
			return err
		}
		for n, key := range part {
			if len(got[n]) <= match.MaxBlock {
				for _, i := range got[n] {
					take(key, i)
				}
			}
		}
	}
	return nil
}

// MaxColleagues is at how many contacts of an account each is compared with all.
const MaxColleagues = 60

func (v *View) colleagues(of asking, take func(key string, i id.Record)) error {
	for part := range slices.Chunk(of.values, batches[len(batches)-1]) {
		values := padded(part)
		for i, a := range values {
			values[i] = []byte(a.(string)) //nolint:forcetypeassert // padded makes texts
		}
		in := "ca.org_id = ? AND ca.account_id IN (" + marks(len(values)) + ")"
		ask := append([]any{v.org}, values...)
		few := map[id.Account]bool{}
		err := v.rows("SELECT ca.account_id, COUNT(*) FROM contact_account ca WHERE "+in+" GROUP BY ca.account_id", ask, func(rs *sql.Rows) error {
			var a id.Account
			var n int
			err := rs.Scan(&a, &n)
			few[a] = n <= MaxColleagues
			return err
		})
		if err != nil {
			return err
		}
		err = v.rows("SELECT ca.account_id, ca.contact_id FROM contact_account ca WHERE "+in, ask, func(rs *sql.Rows) error {
			var a id.Account
			var c id.Record
			err := rs.Scan(&a, &c)
			if few[a] {
				take(string(a[:]), c)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Subjects are what there is to compare of those of the records that are within
// reach and not in the bin.
func (v *View) Subjects(kind fact.Kind, ids []id.Record, r member.Reach) (all []match.Subject, err error) {
	defer fault.Wrap(&err, "store.Subjects(%s)", kind)
	for chunk := range slices.Chunk(ids, 200) {
		w := v.where("a").in("a.id", len(chunk), anys(chunk)...).and("a.deleted_at IS NULL")
		if kind == fact.Contact {
			w.reachContact("a", r)
		} else {
			w.reach("a", r)
		}
		some, err := v.subjects(kind, w, "")
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

func (v *View) subjects(kind fact.Kind, w *where, rest string) (all []match.Subject, err error) {
	if kind == fact.Account {
		err = v.rows("SELECT "+accountColumns+" FROM account a"+w.String()+rest, w.args, func(rs *sql.Rows) error {
			a, err := scanAccount(rs.Scan)
			all = append(all, AccountSubject(a))
			return err
		})
		return all, err
	}
	people, err := v.contacts(w, rest)
	if err != nil {
		return nil, err
	}
	for _, c := range people {
		all = append(all, ContactSubject(c))
	}
	return all, v.Employ(all)
}

// Employ fills in what the accounts of people are called.
func (v *View) Employ(people []match.Subject) (err error) {
	defer fault.Wrap(&err, "store.Employ")
	var ids []id.Account
	for _, s := range people {
		ids = append(ids, s.Accounts...)
	}
	slices.SortFunc(ids, func(a, b id.Account) int { return slices.Compare(a[:], b[:]) })
	called, persons := map[id.Account]string{}, map[id.Account]bool{}
	for chunk := range slices.Chunk(slices.Compact(ids), 200) {
		w := v.where("a").in("a.id", len(chunk), anys(chunk)...)
		err := v.rows("SELECT a.id, a.name, a.kind FROM account a"+w.String(), w.args, func(rs *sql.Rows) error {
			var i id.Account
			var name, kind string
			err := rs.Scan(&i, &name, &kind)
			called[i], persons[i] = name, kind == string(account.Person)
			return err
		})
		if err != nil {
			return err
		}
	}
	for i, s := range people {
		var names []string
		for _, a := range s.Accounts {
			if name := called[a]; name != "" {
				names = append(names, name)
			}
			people[i].Own = people[i].Own || persons[a]
		}
		if len(names) > 0 {
			people[i].Account = strings.Join(names, "\n")
		}
	}
	return nil
}

// Group is records that share something.
type Group struct {
	Key string
	IDs []id.Record
}

// The ways to walk all records that share something, in the order of a scan.
const (
	ByBlock   = "block"
	ByPoint   = "point"
	ByKvK     = "kvk"
	ByAccount = "account"
)

// Groups walks what records of a kind share, from after a place on; most rows at
// a time. Groups of one and those of too many are left out. next is the place to
// go on from, "" at the end.
func (v *View) Groups(kind fact.Kind, by, after string, most int) (groups []Group, next string, err error) {
	defer fault.Wrap(&err, "store.Groups(%s, %s)", kind, by)
	limit := match.MaxBlock
	var q string
	args := []any{v.org}
	switch by {
	case ByBlock:
		q = "SELECT key, record_id FROM block WHERE org_id = ? AND kind = ? AND key > ? ORDER BY key, record_id LIMIT ?"
		args = append(args, string(kind), after)
	case ByPoint:
		q = "SELECT value, record_id FROM point WHERE org_id = ? AND value > ? AND record_kind = ? ORDER BY value LIMIT ?"
		args = append(args, after, string(kind))
	case ByKvK:
		q = "SELECT kvk, id FROM account WHERE org_id = ? AND kvk IS NOT NULL AND kvk > ? ORDER BY kvk LIMIT ?"
		args = append(args, after)
	default:
		limit = MaxColleagues
		q = "SELECT account_id, contact_id FROM contact_account WHERE org_id = ? AND account_id > ? ORDER BY account_id, contact_id LIMIT ?"
		args = append(args, beyond(id.OrZero[id.Record](after)))
	}
	n := 0
	err = v.rows(q, append(args, most), func(rs *sql.Rows) error {
		var key string
		var of, i id.Record
		n++
		into := any(&key)
		if limit == MaxColleagues {
			into = &of
		}
		err := rs.Scan(into, &i)
		if !of.IsZero() { // a place is kept as text
			key = of.String()
		}
		if len(groups) == 0 || groups[len(groups)-1].Key != key {
			groups = append(groups, Group{Key: key})
		}
		last := &groups[len(groups)-1]
		last.IDs = append(last.IDs, i)
		return err
	})
	if n == most { // the last one may go on
		if len(groups) > 1 {
			groups = groups[:len(groups)-1]
		}
		next = groups[len(groups)-1].Key
	}
	return slices.DeleteFunc(groups, func(g Group) bool { return len(g.IDs) < 2 || len(g.IDs) > limit }), next, err
}

// Changed is a record and when it was changed.
type Changed struct {
	ID     id.Record
	Moment int64
}

// ChangedSince are the records of a kind changed after a moment, and after one of
// that moment, in that order; the last of them, and how many there were with
// those that nothing is known of.
func (v *View) ChangedSince(kind fact.Kind, moment int64, after id.Record, limit int) (all []match.Subject, last Changed, n int, err error) {
	defer fault.Wrap(&err, "store.ChangedSince(%s)", kind)
	w := v.where("").and("deleted_at IS NULL").and("(updated_at, id) > (?, ?)", moment, beyond(after))
	w.args = append(w.args, limit)
	var ids []id.Record
	err = v.rows("SELECT id, updated_at FROM "+tableOfKind(kind)+w.String()+" ORDER BY updated_at, id LIMIT ?", w.args, func(rs *sql.Rows) error {
		err := rs.Scan(&last.ID, &last.Moment)
		ids = append(ids, last.ID)
		return err
	})
	if err != nil {
		return nil, last, 0, err
	}
	all, err = v.Subjects(kind, ids, member.Reach{Scope: member.All})
	return all, last, len(ids), err
}

func tableOfKind(kind fact.Kind) string {
	if kind == fact.Contact {
		return "contact"
	}
	return "account"
}

// Sample is records of a kind from places spread over the time in which they
// were made, so many of each place.
func (v *View) Sample(kind fact.Kind, places, each int) (all []match.Subject, err error) {
	defer fault.Wrap(&err, "store.Sample(%s)", kind)
	end := func(order string) (i id.Record, err error) {
		w := v.where("").and("deleted_at IS NULL")
		err = v.row("SELECT id FROM "+tableOfKind(kind)+w.String()+" ORDER BY id "+order+" LIMIT 1", w.args, &i)
		return i, ignoreAbsent(err)
	}
	first, err := end("ASC")
	if err != nil || first.IsZero() {
		return nil, err
	}
	last, err := end("DESC")
	if err != nil {
		return nil, err
	}
	from, to := binary.BigEndian.Uint64(first[:8]), binary.BigEndian.Uint64(last[:8])
	seen := map[id.Record]bool{}
	for n := range places {
		at := make([]byte, 16)
		binary.BigEndian.PutUint64(at, from+(to-from)/uint64(places)*uint64(n)) //nolint:gosec // places is small
		w := v.where("a").and("a.deleted_at IS NULL").and("a.id >= ?", at)
		w.args = append(w.args, each)
		some, err := v.subjects(kind, w, " ORDER BY a.id LIMIT ?")
		if err != nil {
			return nil, err
		}
		for _, s := range some {
			if !seen[s.ID] {
				seen[s.ID] = true
				all = append(all, s)
			}
		}
	}
	return all, nil
}

// Scan is how far the search for duplicates among records of a kind is.
type Scan struct {
	Kind    fact.Kind
	Weights json.RawMessage // learned; empty when none were
	Learned int64           // when; 0 never
	Filled  bool            // every record has its keys
	Step    string          // where a scan that runs is: "" when none does
	Place   string
	Since   int64 // until when changes were looked at
	Begun   int64
	Whole   int64 // when everything was last begun to be looked at
	Ended   int64
}

// Scan is how far a scan is; the zero one when there never was any.
func (v *View) Scan(kind fact.Kind) (s Scan, err error) {
	defer fault.Wrap(&err, "store.Scan(%s)", kind)
	var weights string
	s.Kind = kind
	err = v.row("SELECT weights, learned_at, filled, step, place, since, begun_at, whole_at, ended_at FROM scan WHERE org_id = ? AND kind = ?", []any{v.org, string(kind)},
		&weights, &s.Learned, &s.Filled, &s.Step, &s.Place, &s.Since, &s.Begun, &s.Whole, &s.Ended)
	s.Weights = json.RawMessage(weights)
	return s, ignoreAbsent(err)
}

// LearnedAt is when the weights of each kind were learned.
func (v *View) LearnedAt() (at map[fact.Kind]int64, err error) {
	defer fault.Wrap(&err, "store.LearnedAt")
	at = map[fact.Kind]int64{}
	err = v.rows("SELECT kind, learned_at FROM scan WHERE org_id = ?", []any{v.org}, func(rs *sql.Rows) error {
		var kind string
		var ms int64
		err := rs.Scan(&kind, &ms)
		at[fact.Kind(kind)] = ms
		return err
	})
	return at, err
}

// SaveScan keeps how far a scan is.
func (tx *Tx) SaveScan(s Scan) (err error) {
	defer fault.Wrap(&err, "store.SaveScan(%s)", s.Kind)
	_, err = tx.exec(`INSERT INTO scan (org_id, kind, weights, learned_at, filled, step, place, since, begun_at, whole_at, ended_at) VALUES (`+marks(11)+`)
		ON CONFLICT (org_id, kind) DO UPDATE SET weights = excluded.weights, learned_at = excluded.learned_at, filled = excluded.filled, step = excluded.step,
		place = excluded.place, since = excluded.since, begun_at = excluded.begun_at, whole_at = excluded.whole_at, ended_at = excluded.ended_at`,
		tx.org, string(s.Kind), string(s.Weights), s.Learned, s.Filled, s.Step, s.Place, s.Since, s.Begun, s.Whole, s.Ended)
	return err
}

const pairColumns = "p.id, p.version, p.kind, p.a_id, p.b_id, p.probability, p.reasons, p.state, p.until, p.decided_by, p.decided_at, p.found_at"

func scanPair(rs *sql.Rows) (p match.Pair, err error) {
	var kind, reasons, state string
	var until sql.NullString
	var at sql.NullInt64
	if err := rs.Scan(&p.ID, &p.Version, &kind, &p.A, &p.B, &p.Probability, &reasons, &state, &until, &p.By, &at, &p.Found); err != nil {
		return p, err
	}
	p.Kind, p.State, p.Until, p.At = fact.Kind(kind), match.State(state), day.Day(until.String), at.Int64
	return p, json.Unmarshal([]byte(reasons), &p.Reasons)
}

// FoundPairs keeps pairs that a scan found. What was decided about one before
// stands; of one that is open or for later the probability and reasons are new.
func (tx *Tx) FoundPairs(pairs []match.Pair) (err error) {
	defer fault.Wrap(&err, "store.FoundPairs")
	for _, p := range pairs {
		reasons, err := json.Marshal(p.Reasons)
		if err != nil {
			return err
		}
		_, err = tx.exec(`INSERT INTO pair (org_id, id, version, kind, a_id, b_id, probability, reasons, state, found_at) VALUES (?, ?, 1, ?, ?, ?, ?, ?, 'open', ?)
			ON CONFLICT (org_id, a_id, b_id) DO UPDATE SET probability = excluded.probability, reasons = excluded.reasons, found_at = excluded.found_at
			WHERE pair.state IN ('open', 'later')`, tx.org, id.New[id.Record](), string(p.Kind), p.A, p.B, p.Probability, string(reasons), tx.now)
		if err != nil {
			return err
		}
	}
	return nil
}

// ForgetPairs takes away open pairs of these records that were not found since
// a moment: they are no longer alike.
func (tx *Tx) ForgetPairs(ids []id.Record, before int64) (err error) {
	defer fault.Wrap(&err, "store.ForgetPairs")
	for chunk := range slices.Chunk(ids, 200) {
		for _, side := range []string{"a_id", "b_id"} {
			w := tx.where("").in(side, len(chunk), anys(chunk)...).and("state || '' = 'open' AND found_at < ?", before) // as in PairsOf
			if _, err := tx.exec("DELETE FROM pair"+w.String(), w.args...); err != nil {
				return err
			}
		}
	}
	return nil
}

// ForgetOldPairs takes away open pairs of a kind that a whole scan begun at a
// moment did not find; most at a time.
func (tx *Tx) ForgetOldPairs(kind fact.Kind, before int64, most int) (n int64, err error) {
	defer fault.Wrap(&err, "store.ForgetOldPairs")
	return tx.exec(`DELETE FROM pair WHERE org_id = ? AND id IN (SELECT p.id FROM pair p WHERE p.org_id = ? AND p.kind = ? AND p.state = 'open' AND p.found_at < ? LIMIT ?)`,
		tx.org, tx.org, string(kind), before, most)
}

// WakePairs opens the pairs that were put away until today or before.
func (tx *Tx) WakePairs(today day.Day) (err error) {
	defer fault.Wrap(&err, "store.WakePairs")
	_, err = tx.exec("UPDATE pair SET state = 'open', until = NULL, version = version + 1 WHERE org_id = ? AND state = 'later' AND until <= ?", tx.org, string(today))
	return err
}

// SavePair stores what was decided about a pair.
func (tx *Tx) SavePair(p match.Pair, f fact.Fact) (_ match.Pair, err error) {
	defer fault.Wrap(&err, "store.SavePair(%s)", p.ID)
	if err := tx.change1("UPDATE pair SET version = version + 1, state = ?, until = ?, decided_by = ?, decided_at = ? WHERE org_id = ? AND id = ? AND version = ?",
		string(p.State), null(string(p.Until)), p.By, zeroNull(p.At), tx.org, p.ID, p.Version); err != nil {
		return p, err
	}
	p.Version++
	f.Kind, f.Subject = fact.Pair, p.ID
	return p, tx.fact(f)
}

// seen keeps to pairs of which both records are within reach and not in the bin.
func (w *where) seenPair(kinds map[fact.Kind]member.Reach) *where {
	var either []string
	var args []any
	for _, k := range []fact.Kind{fact.Account, fact.Contact} {
		r, may := kinds[k]
		if !may {
			continue
		}
		both := "p.kind = '" + string(k) + "'"
		for _, side := range []string{"p.a_id", "p.b_id"} {
			in := &where{}
			if k == fact.Contact {
				in.reachContact("r", r)
			} else {
				in.reach("r", r)
			}
			both += " AND EXISTS (SELECT 1 FROM " + string(k) + " r WHERE r.org_id = p.org_id AND r.id = " + side + " AND r.deleted_at IS NULL" + in.String() + ")"
			args = append(args, in.args...)
		}
		either = append(either, "("+both+")")
	}
	if len(either) == 0 {
		return w.and("1 = 0")
	}
	return w.and("("+strings.Join(either, " OR ")+")", args...)
}

// PairQuery says which pairs to list, the likeliest first.
type PairQuery struct {
	Kind   fact.Kind // "" both
	State  match.State
	Within map[fact.Kind]member.Reach // the kinds one may see, and how far
	Before match.Pair                 // the last of the page before
	Limit  int
}

// Pairs are a page of pairs of which both records are within reach.
func (v *View) Pairs(q PairQuery) (all []match.Pair, err error) {
	defer fault.Wrap(&err, "store.Pairs")
	w := v.where("p").and("p.state = ?", string(q.State))
	if q.Kind != "" {
		w.and("p.kind = ?", string(q.Kind))
	}
	if !q.Before.ID.IsZero() {
		w.and("(p.probability, p.id) < (?, ?)", q.Before.Probability, q.Before.ID)
	}
	w.seenPair(q.Within)
	w.args = append(w.args, q.Limit)
	return v.pairs(w, " ORDER BY p.probability DESC, p.id DESC LIMIT ?")
}

// CountPairs counts the open pairs that Pairs would give, up to most.
func (v *View) CountPairs(q PairQuery, most int) (n int, err error) {
	defer fault.Wrap(&err, "store.CountPairs")
	w := v.where("p").and("p.state = ?", string(q.State))
	if q.Kind != "" {
		w.and("p.kind = ?", string(q.Kind))
	}
	w.seenPair(q.Within)
	w.args = append(w.args, most)
	return Remembered(v, "pair"+w.String(), w.args, func() (n int, err error) {
		err = v.row("SELECT COUNT(*) FROM (SELECT 1 FROM pair p"+w.String()+" LIMIT ?) counted", w.args, &n)
		return n, err
	})
}

// Pair is one pair of which both records are within reach.
func (v *View) Pair(i id.Record, within map[fact.Kind]member.Reach) (_ match.Pair, err error) {
	defer fault.Wrap(&err, "store.Pair(%s)", i)
	return v.onePair(v.where("p").and("p.id = ?", i).seenPair(within))
}

// PairOf is the pair of two records, whoever may see it.
func (v *View) PairOf(a, b id.Record) (_ match.Pair, err error) {
	defer fault.Wrap(&err, "store.PairOf(%s, %s)", a, b)
	two := match.Same("", a, b)
	return v.onePair(v.where("p").and("p.a_id = ? AND p.b_id = ?", two.A, two.B))
}

func (v *View) onePair(w *where) (match.Pair, error) {
	all, err := v.pairs(w, "")
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return match.Pair{}, err
	}
	return all[0], nil
}

// PairsOf are the open pairs of one record of which the other is within reach.
func (v *View) PairsOf(of id.Record, within map[fact.Kind]member.Reach, limit int) (_ []match.Pair, err error) {
	defer fault.Wrap(&err, "store.PairsOf(%s)", of)
	var all []match.Pair
	for _, side := range []string{"p.a_id", "p.b_id"} {
		w := v.where("p").and(side+" = ?", of).and("p.state || '' = 'open'").seenPair(within) // through the index of the record, not of all that are open
		w.args = append(w.args, limit)
		some, err := v.pairs(w, " ORDER BY p.probability + 0 DESC, p.id LIMIT ?")
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortFunc(all, func(a, b match.Pair) int { return cmp.Compare(b.Probability, a.Probability) })
	return all[:min(len(all), limit)], nil
}

func (v *View) pairs(w *where, rest string) (all []match.Pair, err error) {
	err = v.rows("SELECT "+pairColumns+" FROM pair p"+w.String()+rest, w.args, func(rs *sql.Rows) error {
		p, err := scanPair(rs)
		all = append(all, p)
		return err
	})
	return all, err
}

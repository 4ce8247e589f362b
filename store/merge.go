package store

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/member"
	"kring/domain/merge"
)

// What a merge does with a column that names an account or a contact.
const (
	moves   = "moves"   // points at the survivor from now on; what moved is written down and goes back
	rebuilt = "rebuilt" // is made out of the record: goes with it, is made again when it returns
	follows = "follows" // stays with the record it was said of and is read together with the survivor's
	stays   = "stays"   // is about that record and no other, whatever becomes of it
	folded  = "folded"  // is made out of what moved, at the end of the change (standing.go)
)

// pointer is a column that names an account or a contact. key names the row
// when it moves.
type pointer struct {
	table, column, key string
	way                string
	why                string // for who wonders
}

// pointers are all columns that name an account or a contact. A test reads the
// catalogue: a new one that is not here fails it.
var pointers = []pointer{
	{"fact", "account_id", "id", moves, "whose timeline shows it"},
	{"fact", "subject_id", "", follows, "what was done to a record stays its own; histories are read together"},
	{"file", "record_id", "id", moves, "the files of both are the survivor's"},
	{"orders", "account_id", "id", moves, "what both ordered, the survivor ordered"},
	{"decision", "account_id", "id", moves, "and so for what was decided about it"},
	{"standing", "account_id", "", folded, "the loser counts nowhere, the survivor with what both bought"},
	{"stay", "account_id", "", folded, "as the standing"},
	{"lead", "account_id", "id", moves, "the leads that became it"},
	{"handover", "account_id", "id", moves, "one that waits is withdrawn first; what was handed over before is the survivor's past"},
	{"appointment", "account_id", "id", moves, "whom the survivor meets"},
	{"guest", "contact_id", "id", moves, "who comes; one that is named twice is read once"},
	{"later", "record_id", "", stays, "what one member put off on their own Today"},
	{"task", "account_id", "id", moves, "what is to be done for both, is to be done for the survivor"},
	{"task", "contact_id", "id", moves, "as for accounts"},
	{"promise", "account_id", "id", moves, "what was said to both is to be done for the survivor"},
	{"promise", "contact_id", "id", moves, "as for accounts"},
	{"conversation", "account_id", "id", moves, "who spoke with the loser spoke with the survivor"},
	{"conversation", "contact_id", "id", moves, "who does what was agreed is the survivor"},
	{"attendee", "contact_id", "id", moves, "and so for who was there"},
	{"need", "account_id", "id", moves, "what both need, the survivor needs"},
	{"need", "contact_id", "id", moves, "who said it is the survivor"},
	{"opportunity", "account_id", "id", moves, "what may be sold to both may be sold to the survivor"},
	{"dmu", "contact_id", "id", moves, "who decides is one person from now on; two rows about them are read as one"},
	{"price_list", "account_id", "id", moves, "the prices that were agreed with both are the survivor's"},
	{"quote", "account_id", "id", moves, "what was offered to both, was offered to the survivor"},
	{"quote", "contact_id", "id", moves, "as for accounts"},
	{"proposition", "account_id", "id", moves, "as a quote"},
	{"invoice", "account_id", "id", moves, "what both owe, the survivor owes; who was billed stays as it was sent"},
	{"contract", "account_id", "id", moves, "what was agreed with both, the survivor keeps"},
	{"credit_limit", "account_id", "id", moves, "the latest that was set holds"},
	{"run", "account_id", "id", moves, "what runs for both, runs for the survivor"},
	{"contact_account", "account_id", "", moves, "by itself, in links: two links of one person become one"},
	{"contact_account", "contact_id", "", stays, "the survivor gets links of its own; those of the loser wait with it"},
	{"consent", "subject_id", "", follows, "the ledger is proof; the stricter side wins when it is read"},
	{"search", "record_id", "", rebuilt, "a record that was merged away is not found"},
	{"point", "record_id", "", rebuilt, "nor by its numbers: the survivor has those that were chosen"},
	{"tagging", "record_id", "", rebuilt, "nor counted by its tags"},
	{"own_value", "record_id", "", rebuilt, "nor by its own fields"},
	{"block", "record_id", "", rebuilt, "nor compared with others"},
	{"outlook", "account_id", "", rebuilt, "what is expected is computed again every night"},
	{"rank", "account_id", "", rebuilt, "as the outlook"},
	{"snooze", "account_id", "", stays, "who is slipping away was put off for that record"},
	{"pair", "a_id", "", stays, "what was decided about two records; one that was merged away is in no list of pairs"},
	{"pair", "b_id", "", stays, "as the first of the two"},
	{"account", "merged_into", "id", moves, "who was merged into the loser is part of the survivor now"},
	{"contact", "merged_into", "id", moves, "as for accounts"},
	{"merge", "survivor_id", "", stays, "what was merged into what, then"},
	{"merge", "loser_id", "", stays, "as the survivor"},
	{"merge_moved", "row_id", "", stays, "the way back of one merge"},
	{"merge_link", "contact_id", "", stays, "the way back of one merge"},
	{"intake_row", "record_id", "", stays, "what an import made of a row; taking it back keeps what was merged"},
	{"bulk_item", "record_id", "", stays, "what a bulk did to that record; undoing it refuses one that was merged away"},
}

// Merged are both records of a merge as they were, and what was made of the one
// that stayed.
type Merged[T any] struct{ Was, Made, Loser T }

const mergeColumns = "id, kind, survivor_id, loser_id, loser_name, part_of, member_id, member_name, merged_at, undone_at"

// MergeAccounts makes one account of two: made is what becomes of both.Was,
// which everything that pointed at both.Loser points at from now on. ErrStale
// when either was changed since it was read.
func (tx *Tx) MergeAccounts(both Merged[account.Account], f fact.Fact) (_ merge.Merge, err error) {
	defer fault.Wrap(&err, "store.MergeAccounts(%s, %s)", both.Was.ID, both.Loser.ID)
	m := merge.Merge{Kind: fact.Account, Survivor: both.Was.ID.Any(), Loser: both.Loser.ID.Any(), LoserName: both.Loser.Name}
	if m, err = addMerge(tx, m, both.Loser.ExternalID, both); err != nil {
		return m, err
	}
	if err := tx.touchOrders(both.Was.ID, "o.account_id = ?", both.Loser.ID); err != nil {
		return m, err
	}
	tx.Touch([]id.Account{both.Was.ID, both.Loser.ID})
	if err := tx.sink("account", m, both.Loser.Version); err != nil {
		return m, err
	}
	if err := tx.joinLinks(m); err != nil {
		return m, err
	}
	f.Evidence = m.ID.String()
	_, err = tx.SaveAccount(both.Made, f)
	return m, err
}

// MergeContacts does for contacts what MergeAccounts does for accounts; with is
// the merge of accounts that it comes with, or zero.
func (tx *Tx) MergeContacts(both Merged[contact.Contact], with id.Record, f fact.Fact) (_ merge.Merge, err error) {
	defer fault.Wrap(&err, "store.MergeContacts(%s, %s)", both.Was.ID, both.Loser.ID)
	m := merge.Merge{Kind: fact.Contact, Survivor: both.Was.ID.Any(), Loser: both.Loser.ID.Any(), LoserName: both.Loser.Name(), With: with}
	if m, err = addMerge(tx, m, both.Loser.ExternalID, both); err != nil {
		return m, err
	}
	if err := tx.sink("contact", m, both.Loser.Version); err != nil {
		return m, err
	}
	f.Evidence = m.ID.String()
	_, err = tx.SaveContact(both.Made, f)
	return m, err
}

func addMerge[T any](tx *Tx, m merge.Merge, alias string, both Merged[T]) (merge.Merge, error) {
	m.ID, m.At, m.Member, m.By = id.New[id.Record](), tx.now, tx.actor.Member, tx.actor.Name
	was, err := json.Marshal(both.Was)
	if err != nil {
		return m, err
	}
	made, err := json.Marshal(both.Made)
	if err != nil {
		return m, err
	}
	loser, err := json.Marshal(both.Loser)
	if err != nil {
		return m, err
	}
	_, err = tx.exec(`INSERT INTO merge (org_id, id, kind, survivor_id, loser_id, loser_name, part_of, alias, survivor_was, survivor_made, loser_was,
		member_id, member_name, merged_at) VALUES (`+marks(14)+")",
		tx.org, m.ID, string(m.Kind), m.Survivor, m.Loser, m.LoserName, m.With, null(alias), string(was), string(made), string(loser), m.Member, m.By, m.At)
	return m, err
}

// sink puts the loser away and points what pointed at it at the survivor. Every
// statement is about a whole set of rows, however many there are. Its row is
// locked first, so that nothing comes to point at it meanwhile (pointedAt).
func (tx *Tx) sink(table string, m merge.Merge, version int64) error {
	var n int
	if err := tx.row("SELECT 1 FROM "+table+" WHERE org_id = ? AND id = ?"+tx.d.lock("UPDATE"), []any{tx.org, m.Loser}, &n); err != nil {
		return err
	}
	was, err := tx.sought(table, m.Loser)
	if err != nil {
		return err
	}
	if err := tx.change1("UPDATE "+table+` SET version = version + 1, deleted_at = ?, merged_into = ?, external_id = NULL
		WHERE org_id = ? AND id = ? AND version = ? AND deleted_at IS NULL`, tx.now, m.Survivor, tx.org, m.Loser, version); err != nil {
		return err
	}
	if err := tx.retoken(found{kind: m.Kind, id: m.Loser, gone: true}, was); err != nil {
		return err
	}
	for _, p := range pointers {
		switch {
		case p.way == rebuilt && p.table != "search": // whose tokens are gone
			if _, err := tx.exec("DELETE FROM "+p.table+" WHERE org_id = ? AND "+p.column+" = ?", tx.org, m.Loser); err != nil {
				return err
			}
		case p.way == moves && p.key != "":
			if _, err := tx.exec("INSERT INTO merge_moved (org_id, merge_id, what, row_id) SELECT m.org_id, m.id, '"+p.table+"."+p.column+"', x."+p.key+
				" FROM merge m JOIN "+p.table+" x ON x.org_id = m.org_id AND x."+p.column+" = m.loser_id WHERE m.org_id = ? AND m.id = ?", tx.org, m.ID); err != nil {
				return err
			}
			if _, err := tx.exec("UPDATE "+p.table+" SET "+p.column+" = ? WHERE org_id = ? AND "+p.column+" = ?", m.Survivor, tx.org, m.Loser); err != nil {
				return err
			}
		}
	}
	return nil
}

// pointedAt makes sure that accounts to which something was tied just now are no
// part of another: a merge that began before is waited for, one that begins now
// waits for this change and takes along what it wrote. ErrStale when one is.
func (tx *Tx) pointedAt(accounts ...id.Account) error {
	slices.SortFunc(accounts, func(a, b id.Account) int { return bytes.Compare(a[:], b[:]) })
	for chunk := range slices.Chunk(slices.Compact(accounts), 200) {
		w, n := tx.where("").in("id", len(chunk), anys(chunk)...).and("merged_into IS NULL"), 0
		err := tx.each("SELECT id FROM account"+w.String()+" ORDER BY id"+tx.d.lock("KEY SHARE"), w.args, func(func(...any) error) error {
			n++
			return nil
		})
		if err == nil && n < len(chunk) {
			err = ErrStale
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// joinLinks brings the people at the loser to the survivor. Who was at both has
// one link from now on: the function that the survivor knew, the roles of both.
func (tx *Tx) joinLinks(m merge.Merge) error {
	err := tx.execAll([]statement{
		{`INSERT INTO merge_link (org_id, merge_id, contact_id, united, place, function, roles, main, kept_function, kept_roles)
			SELECT m.org_id, m.id, l.contact_id, s.contact_id IS NOT NULL, l.place, l.function, l.roles, l.main, COALESCE(s.function, ''), COALESCE(s.roles, '')
			FROM merge m
			JOIN contact_account l ON l.org_id = m.org_id AND l.account_id = m.loser_id
			LEFT JOIN contact_account s ON s.org_id = l.org_id AND s.contact_id = l.contact_id AND s.account_id = m.survivor_id
			WHERE m.org_id = ? AND m.id = ?`, []any{tx.org, m.ID}},
		{`UPDATE contact_account AS s SET function = ` + joinedFunction + `, roles = ` + joinedRoles + `, main = (s.main OR l.main)
			FROM merge_link l WHERE l.org_id = ? AND l.merge_id = ? AND l.united AND s.org_id = l.org_id AND s.contact_id = l.contact_id AND s.account_id = ?`,
			[]any{tx.org, m.ID, m.Survivor}},
		{`DELETE FROM contact_account WHERE org_id = ? AND account_id = ?
			AND contact_id IN (SELECT l.contact_id FROM merge_link l WHERE l.org_id = ? AND l.merge_id = ? AND l.united)`, []any{tx.org, m.Loser, tx.org, m.ID}},
		{"UPDATE contact_account SET account_id = ? WHERE org_id = ? AND account_id = ?", []any{m.Survivor, tx.org, m.Loser}},
		tx.touchLinked(m),
	})
	if err != nil {
		return err
	}
	return tx.refind(m)
}

// refind makes those findable by what they do now whose two functions became
// one, or two again: few, of all the people at an account.
func (tx *Tx) refind(m merge.Merge) error {
	var ids []id.Contact
	w := tx.where("").and("merge_id = ?", m.ID).and("united AND function <> '' AND function <> kept_function")
	err := tx.rows("SELECT contact_id FROM merge_link"+w.String(), w.args, func(rs *sql.Rows) error {
		var i id.Contact
		err := rs.Scan(&i)
		ids = append(ids, i)
		return err
	})
	if err != nil {
		return err
	}
	for chunk := range slices.Chunk(ids, 200) {
		people, err := tx.ContactsByID(chunk, member.Reach{Scope: member.All})
		if err != nil {
			return err
		}
		for _, c := range people {
			was, err := tx.sought("contact", c.ID.Any())
			if err != nil {
				return err
			}
			r := foundContact(c)
			if err := tx.retoken(r, was); err != nil {
				return err
			}
			if _, err := tx.exec("UPDATE contact SET sought = ? WHERE org_id = ? AND id = ?", r.text, tx.org, c.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// joinedFunction and joinedRoles are what one link has of two, in SQL;
// contact.Link.With says the same in Go.
var (
	joinedFunction = "CASE WHEN l.kept_function = '' THEN l.function ELSE l.kept_function END"
	joinedRoles    = func() string {
		var b strings.Builder
		b.WriteString("CASE WHEN (l.kept_roles || l.roles) = '' THEN '' ELSE ','")
		for _, r := range contact.Roles {
			b.WriteString(" || CASE WHEN (l.kept_roles || l.roles) LIKE '%," + r + ",%' THEN '" + r + ",' ELSE '' END")
		}
		return b.String() + " END"
	}()
)

// touchLinked gives those whose link changed a new version: who read them
// before has read something else.
func (tx *Tx) touchLinked(m merge.Merge) statement {
	return statement{`UPDATE contact SET version = version + 1 WHERE org_id = ?
		AND id IN (SELECT l.contact_id FROM merge_link l WHERE l.org_id = ? AND l.merge_id = ?)`, []any{tx.org, tx.org, m.ID}}
}

// statement is SQL and its arguments.
type statement struct {
	q    string
	args []any
}

func (tx *Tx) execAll(all []statement) error {
	for _, s := range all {
		if _, err := tx.exec(s.q, s.args...); err != nil {
			return err
		}
	}
	return nil
}

// UnmergeAccounts brings the loser of a merge back as it was, with what came
// from it. now is what the survivor becomes; its facts and the loser's tell.
func (tx *Tx) UnmergeAccounts(m merge.Merge, now, loser account.Account, f fact.Fact) (err error) {
	defer fault.Wrap(&err, "store.UnmergeAccounts(%s)", m.ID)
	if err := tx.splitLinks(m); err != nil {
		return err
	}
	if _, err := tx.SaveAccount(now, f); err != nil {
		return err
	}
	if err := tx.touchOrders(loser.ID, "o.account_id = ? AND o.id IN (SELECT x.row_id FROM merge_moved x WHERE x.org_id = ? AND x.merge_id = ? AND x.what = 'orders.account_id')",
		now.ID, tx.org, m.ID); err != nil {
		return err
	}
	tx.Touch([]id.Account{now.ID, loser.ID})
	if err := tx.raise("account", m, loser.ExternalID); err != nil {
		return err
	}
	if err := tx.indexFresh([]found{foundAccount(loser)}); err != nil {
		return err
	}
	return tx.fact(aboutAccount(loser, fact.Fact{Deed: f.Deed, Evidence: f.Evidence}))
}

// UnmergeContacts does for contacts what UnmergeAccounts does for accounts.
func (tx *Tx) UnmergeContacts(m merge.Merge, now, loser contact.Contact, f fact.Fact) (err error) {
	defer fault.Wrap(&err, "store.UnmergeContacts(%s)", m.ID)
	if _, err := tx.SaveContact(now, f); err != nil {
		return err
	}
	if err := tx.raise("contact", m, loser.ExternalID); err != nil {
		return err
	}
	if err := tx.indexFresh([]found{foundContact(loser)}); err != nil {
		return err
	}
	return tx.fact(aboutContact(loser, fact.Fact{Deed: f.Deed, Why: f.Why, Evidence: f.Evidence}))
}

// raise takes back what sink did, except what was moved on by hand since.
func (tx *Tx) raise(table string, m merge.Merge, external string) error {
	if err := tx.change1("UPDATE merge SET undone_at = ? WHERE org_id = ? AND id = ? AND undone_at IS NULL", tx.now, tx.org, m.ID); err != nil {
		return err
	}
	if err := tx.change1("UPDATE "+table+` SET version = version + 1, deleted_at = NULL, merged_into = NULL, external_id = ?
		WHERE org_id = ? AND id = ? AND merged_into = ?`, null(external), tx.org, m.Loser, m.Survivor); err != nil {
		return err
	}
	for _, p := range pointers {
		if p.way != moves || p.key == "" {
			continue
		}
		if _, err := tx.exec("UPDATE "+p.table+" SET "+p.column+" = ? WHERE org_id = ? AND "+p.column+" = ? AND "+p.key+
			" IN (SELECT x.row_id FROM merge_moved x WHERE x.org_id = ? AND x.merge_id = ? AND x.what = '"+p.table+"."+p.column+"')",
			m.Loser, tx.org, m.Survivor, tx.org, m.ID); err != nil {
			return err
		}
	}
	return tx.execAll([]statement{
		{"DELETE FROM merge_moved WHERE org_id = ? AND merge_id = ?", []any{tx.org, m.ID}},
		{"DELETE FROM merge_link WHERE org_id = ? AND merge_id = ?", []any{tx.org, m.ID}},
	})
}

// splitLinks takes joinLinks back: who came from the loser returns to it. Of two
// links that became one, the survivor's is what it was unless somebody changed
// it since. Whoever left the survivor since has left.
func (tx *Tx) splitLinks(m merge.Merge) error {
	const ofTwo = " FROM merge_link l WHERE l.org_id = ? AND l.merge_id = ? AND l.united AND s.org_id = l.org_id AND s.contact_id = l.contact_id AND s.account_id = ?"
	err := tx.execAll([]statement{
		// The link comes back where it stood; what took its place since moves up.
		{`UPDATE contact_account AS s SET place = s.place + 1
			FROM merge_link l WHERE l.org_id = ? AND l.merge_id = ? AND l.united AND s.org_id = l.org_id AND s.contact_id = l.contact_id AND s.place >= l.place`,
			[]any{tx.org, m.ID}},
		{`INSERT INTO contact_account (org_id, contact_id, account_id, place, function, roles, main)
			SELECT l.org_id, l.contact_id, m.loser_id, l.place, l.function, l.roles, (s.main AND l.main)
			FROM merge m
			JOIN merge_link l ON l.org_id = m.org_id AND l.merge_id = m.id AND l.united
			JOIN contact_account s ON s.org_id = l.org_id AND s.contact_id = l.contact_id AND s.account_id = m.survivor_id
			WHERE m.org_id = ? AND m.id = ?`, []any{tx.org, m.ID}},
		{`UPDATE contact_account AS s SET function = CASE WHEN s.function = ` + joinedFunction + ` THEN l.kept_function ELSE s.function END,
			roles = CASE WHEN s.roles = ` + joinedRoles + ` THEN l.kept_roles ELSE s.roles END, main = (s.main AND NOT l.main)` + ofTwo, []any{tx.org, m.ID, m.Survivor}},
		{`UPDATE contact_account SET account_id = ? WHERE org_id = ? AND account_id = ?
			AND contact_id IN (SELECT l.contact_id FROM merge_link l WHERE l.org_id = ? AND l.merge_id = ? AND NOT l.united)`,
			[]any{m.Loser, tx.org, m.Survivor, tx.org, m.ID}},
		tx.touchLinked(m),
	})
	if err != nil {
		return err
	}
	return tx.refind(m)
}

// Merge is one merge.
func (v *View) Merge(i id.Record) (_ merge.Merge, err error) {
	defer fault.Wrap(&err, "store.Merge(%s)", i)
	all, err := v.merges(v.where("").and("id = ?", i), "")
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return merge.Merge{}, err
	}
	return all[0], nil
}

// MergesInto are the merges into a record that stand, latest first.
func (v *View) MergesInto(survivor id.Record, limit int) (_ []merge.Merge, err error) {
	defer fault.Wrap(&err, "store.MergesInto(%s)", survivor)
	w := v.where("").and("survivor_id = ?", survivor).and("undone_at IS NULL")
	w.args = append(w.args, limit)
	return v.merges(w, " ORDER BY id DESC LIMIT ?")
}

// MergesOf are the merges of a record, either way, also those that were undone,
// latest first and before one when it is not zero.
func (v *View) MergesOf(record, before id.Record, limit int) (_ []merge.Merge, err error) {
	defer fault.Wrap(&err, "store.MergesOf(%s)", record)
	w := v.where("").and("(survivor_id = ? OR loser_id = ?)", record, record)
	if !before.IsZero() {
		w.and("id < ?", before)
	}
	w.args = append(w.args, limit)
	return v.merges(w, " ORDER BY id DESC LIMIT ?")
}

// MergeParts are the merges that came with one of accounts and stand.
func (v *View) MergeParts(with id.Record) (_ []merge.Merge, err error) {
	defer fault.Wrap(&err, "store.MergeParts(%s)", with)
	return v.merges(v.where("").and("part_of = ?", with).and("undone_at IS NULL"), " ORDER BY id DESC LIMIT 10")
}

// mostMerged is how many merges into one record are told apart when its ledgers
// and histories are read together.
const mostMerged = 200

// Joined are the standing merges of records that are part of another now: those
// that made it what it is.
func (v *View) Joined(parts []id.Record) (_ []merge.Merge, err error) {
	defer fault.Wrap(&err, "store.Joined")
	if len(parts) == 0 {
		return nil, nil
	}
	w := v.where("").in("loser_id", len(parts), anys(parts)...).and("undone_at IS NULL")
	w.args = append(w.args, mostMerged)
	return v.merges(w, " ORDER BY id DESC LIMIT ?")
}

// PartsOf are the records that were merged into one, directly or not.
func (v *View) PartsOf(kind fact.Kind, record id.Record) (parts []id.Record, err error) {
	defer fault.Wrap(&err, "store.PartsOf(%s)", record)
	if kind != fact.Account && kind != fact.Contact {
		return nil, nil
	}
	w := v.where("").and("merged_into = ?", record)
	w.args = append(w.args, mostMerged)
	err = v.rows("SELECT id FROM "+string(kind)+w.String()+" ORDER BY id LIMIT ?", w.args, func(rs *sql.Rows) error {
		var i id.Record
		err := rs.Scan(&i)
		parts = append(parts, i)
		return err
	})
	return parts, err
}

// MergedInto is the record that one was merged into; zero when it was not, or
// is not there.
func (v *View) MergedInto(kind fact.Kind, i id.Record) (into id.Record, err error) {
	defer fault.Wrap(&err, "store.MergedInto(%s)", i)
	if kind != fact.Account && kind != fact.Contact {
		return into, nil
	}
	err = v.row("SELECT merged_into FROM "+string(kind)+" WHERE org_id = ? AND id = ?", []any{v.org, i}, &into)
	if errors.Is(err, ErrNotFound) {
		err = nil
	}
	return into, err
}

// Alias is the record that is still found by the external id of one that was
// merged into it; zero when there is none.
func (v *View) Alias(kind fact.Kind, external string) (into id.Record, err error) {
	defer fault.Wrap(&err, "store.Alias(%s)", external)
	if kind != fact.Account && kind != fact.Contact || external == "" {
		return into, nil
	}
	err = v.row("SELECT a.merged_into FROM merge m JOIN "+string(kind)+` a ON a.org_id = m.org_id AND a.id = m.loser_id
		WHERE m.org_id = ? AND m.alias = ? AND m.kind = ? AND m.undone_at IS NULL AND a.merged_into IS NOT NULL ORDER BY m.id DESC LIMIT 1`,
		[]any{v.org, external, string(kind)}, &into)
	if errors.Is(err, ErrNotFound) {
		err = nil
	}
	return into, err
}

// Aliases does so for many, by external id.
func (v *View) Aliases(kind fact.Kind, externals []string) (into map[string]id.Record, err error) {
	defer fault.Wrap(&err, "store.Aliases(%d)", len(externals))
	into = map[string]id.Record{}
	if kind != fact.Account && kind != fact.Contact {
		return into, nil
	}
	for chunk := range slices.Chunk(externals, 200) {
		w := v.where("m").and("m.kind = ?", string(kind)).and("m.undone_at IS NULL").and("a.merged_into IS NOT NULL").in("m.alias", len(chunk), anys(chunk)...)
		w.args = append(w.args, len(chunk)*4)
		err := v.rows("SELECT m.alias, a.merged_into FROM merge m JOIN "+string(kind)+" a ON a.org_id = m.org_id AND a.id = m.loser_id"+w.String()+" ORDER BY m.id LIMIT ?", w.args, func(rs *sql.Rows) error {
			var alias string
			var i id.Record
			err := rs.Scan(&alias, &i)
			into[alias] = i
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return into, nil
}

// MergedAccounts are both accounts of a merge as they were.
func (v *View) MergedAccounts(m id.Record) (both Merged[account.Account], err error) {
	defer fault.Wrap(&err, "store.MergedAccounts(%s)", m)
	return both, v.originals(m, &both.Was, &both.Made, &both.Loser)
}

// MergedContacts are both contacts of a merge as they were.
func (v *View) MergedContacts(m id.Record) (both Merged[contact.Contact], err error) {
	defer fault.Wrap(&err, "store.MergedContacts(%s)", m)
	return both, v.originals(m, &both.Was, &both.Made, &both.Loser)
}

func (v *View) originals(m id.Record, was, made, loser any) error {
	var texts [3]string
	if err := v.row("SELECT survivor_was, survivor_made, loser_was FROM merge WHERE org_id = ? AND id = ?", []any{v.org, m}, &texts[0], &texts[1], &texts[2]); err != nil {
		return err
	}
	return errors.Join(json.Unmarshal([]byte(texts[0]), was), json.Unmarshal([]byte(texts[1]), made), json.Unmarshal([]byte(texts[2]), loser))
}

func (v *View) merges(w *where, rest string) (all []merge.Merge, err error) {
	err = v.rows("SELECT "+mergeColumns+" FROM merge"+w.String()+rest, w.args, func(rs *sql.Rows) error {
		var m merge.Merge
		var kind string
		var undone sql.NullInt64
		err := rs.Scan(&m.ID, &kind, &m.Survivor, &m.Loser, &m.LoserName, &m.With, &m.Member, &m.By, &m.At, &undone)
		m.Kind, m.Undone = fact.Kind(kind), undone.Int64
		all = append(all, m)
		return err
	})
	return all, err
}

// CountFiles counts the files of records, without those in the bin.
func (v *View) CountFiles(records ...id.Record) (n int, err error) {
	defer fault.Wrap(&err, "store.CountFiles")
	w := v.where("").in("record_id", len(records), anys(records)...).and("ready AND deleted_at IS NULL")
	return n, v.row("SELECT COUNT(*) FROM file"+w.String(), w.args, &n)
}

package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/find"
	"kring/base/id"
)

// kindLetter is how the kind of a record is written in the index of tokens, of
// which there are many.
var kindLetter = map[fact.Kind]string{fact.Account: "a", fact.Contact: "c"}

// sought is the text by which a record is found now; empty when it is in the bin.
func (tx *Tx) sought(table string, i id.Record) (string, error) {
	var was sql.NullString
	var deleted sql.NullInt64
	err := tx.row("SELECT sought, deleted_at FROM "+table+" WHERE org_id = ? AND id = ?", []any{tx.org, i}, &was, &deleted)
	if err == ErrNotFound {
		return "", nil // whoever saves it hears of it
	}
	if deleted.Valid {
		return "", err
	}
	return was.String, err
}

// retoken brings the tokens of one record from those of the text that was to
// those of the text that is.
func (tx *Tx) retoken(r found, was string) error {
	is := r.text
	if r.gone {
		is = ""
	}
	if is == was {
		return nil
	}
	had, has := find.Tokens(was), find.Tokens(is)
	for _, t := range had {
		if _, still := slices.BinarySearch(has, t); still {
			continue
		}
		if _, err := tx.exec("DELETE FROM search WHERE org_id = ? AND kind = ? AND token = ? AND record_id = ?", tx.org, kindLetter[r.kind], t, r.id); err != nil {
			return err
		}
	}
	var rows []any
	for _, t := range has {
		if _, had := slices.BinarySearch(had, t); !had {
			rows = append(rows, tx.org, kindLetter[r.kind], t, r.id)
		}
	}
	if err := tx.addRows(addTokens, 4, rows); err != nil {
		return err
	}
	hadWords, hasWords := find.Words(was), find.Words(is)
	if err := tx.addWords(without(hasWords, hadWords)); err != nil {
		return err
	}
	return tx.dropWords(without(hadWords, hasWords))
}

const addTokens = "INSERT INTO search (org_id, kind, token, record_id) VALUES "

// tokenAll writes the tokens of new records, in the order of the index, so that
// those of many records touch as few of its pages as can be.
func (tx *Tx) tokenAll(all []found) error {
	type row struct {
		kind, token string
		id          id.Record
	}
	rows := make([]row, 0, 24*len(all))
	var words []string
	for _, r := range all {
		if r.gone {
			continue
		}
		for _, t := range find.Tokens(r.text) {
			rows = append(rows, row{kindLetter[r.kind], t, r.id})
		}
		words = append(words, find.Words(r.text)...)
	}
	slices.SortFunc(rows, func(a, b row) int {
		return cmp.Or(strings.Compare(a.kind, b.kind), strings.Compare(a.token, b.token), slices.Compare(a.id[:], b.id[:]))
	})
	values := make([]any, 0, 4*len(rows))
	for _, r := range rows {
		values = append(values, tx.org, r.kind, r.token, r.id)
	}
	if err := tx.addRows(addTokens, 4, values); err != nil {
		return err
	}
	slices.Sort(words)
	return tx.addWords(slices.Compact(words))
}

// without are the sorted words that are not among the others.
func without(words, others []string) []string {
	return slices.DeleteFunc(slices.Clone(words), func(w string) bool { _, there := slices.BinarySearch(others, w); return there })
}

// addWords makes sorted words known that are not yet, with their parts. Every
// change takes them in this order, so that two do not wait for each other.
func (tx *Tx) addWords(words []string) error {
	var parts []any
	for some := range slices.Chunk(words, 50) {
		values := make([]any, 0, 2*len(some))
		for _, w := range some {
			values = append(values, tx.org, w)
		}
		q := "INSERT INTO word (org_id, word) VALUES " + strings.Repeat("(?, ?), ", len(some)-1) + "(?, ?) ON CONFLICT (org_id, word) DO NOTHING RETURNING word"
		if tx.heard != nil {
			tx.heard(q, values)
		}
		err := tx.rows(q, values, func(rs *sql.Rows) error {
			var w string
			err := rs.Scan(&w)
			for _, p := range find.Parts(w) {
				parts = append(parts, tx.org, p, w)
			}
			return err
		})
		if err != nil {
			return tx.d.fault(err)
		}
	}
	return tx.addRows("INSERT INTO word_part (org_id, part, word) VALUES ", 3, parts)
}

// dropWords forgets words that no record has any more. On PostgreSQL another
// change may write the first token of a word at this very moment; then the word
// is not found by its middle until a record with it is saved again.
func (tx *Tx) dropWords(words []string) error {
	for _, w := range words {
		q, args := "DELETE FROM word WHERE org_id = ? AND word = ?", []any{tx.org, w}
		for _, letter := range kindLetter {
			for _, r := range find.Bears(w) {
				q += " AND NOT EXISTS (SELECT 1 FROM search WHERE org_id = ? AND kind = ? AND token >= ? AND token < ?)"
				args = append(args, tx.org, letter, r.From, r.To)
			}
		}
		n, err := tx.exec(q, args...)
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		for _, p := range find.Parts(w) {
			if _, err := tx.exec("DELETE FROM word_part WHERE org_id = ? AND part = ? AND word = ?", tx.org, p, w); err != nil {
				return err
			}
		}
	}
	return nil
}

// unsought is how many records are indexed in one transaction.
const unsought = 500

const anyUnsought = "SELECT 1 FROM %s a WHERE a.org_id = ? AND a.sought IS NULL LIMIT 1"

// indexed says whether all records are; an index tells.
func (db *DB) indexed(ctx context.Context) (bool, error) {
	orgs, err := column[id.Org](ctx, db.write.sql, "SELECT id FROM organisation")
	for _, org := range orgs {
		for _, table := range []string{"account", "contact"} {
			some, err := column[int64](ctx, db.write.sql, db.d.rebind(fmt.Sprintf(anyUnsought, table)), org)
			if err != nil || len(some) > 0 {
				return false, err
			}
		}
	}
	return err == nil, err
}

// indexAll indexes the records that are not, after an upgrade; one that was cut
// off goes on at the next start.
func (db *DB) indexAll(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "store.indexAll")
	orgs, err := column[id.Org](ctx, db.write.sql, "SELECT id FROM organisation")
	if err != nil {
		return err
	}
	done := 0
	for _, org := range orgs {
		for _, index := range []func(*Tx) (int, error){(*Tx).indexAccounts, (*Tx).indexContacts} {
			for n := unsought; n == unsought; {
				if err := db.Write(ctx, org, fact.Actor{Kind: "system"}, func(tx *Tx) (err error) { n, err = index(tx); return err }); err != nil {
					return err
				}
				if done += n; n > 0 && done/50_000 != (done-n)/50_000 {
					db.log.Info("records are indexed for searching", "done", done)
				}
			}
		}
	}
	return nil
}

func (tx *Tx) indexAccounts() (n int, err error) {
	var all []found
	err = tx.rows("SELECT "+accountColumns+" FROM account a WHERE a.org_id = ? AND a.sought IS NULL LIMIT ?", []any{tx.org, unsought}, func(rs *sql.Rows) error {
		a, err := scanAccount(rs.Scan)
		all = append(all, foundAccount(a))
		return err
	})
	if err != nil {
		return 0, err
	}
	return len(all), tx.seekable("account", all)
}

func (tx *Tx) indexContacts() (n int, err error) {
	people, err := tx.contacts(tx.where("a").and("a.sought IS NULL"), " LIMIT 500")
	if err != nil {
		return 0, err
	}
	all := make([]found, len(people))
	for i, c := range people {
		all[i] = foundContact(c)
	}
	return len(all), tx.seekable("contact", all)
}

func (tx *Tx) seekable(table string, all []found) error {
	for _, r := range all {
		if _, err := tx.exec("UPDATE "+table+" SET sought = ? WHERE org_id = ? AND id = ?", r.text, tx.org, r.id); err != nil {
			return err
		}
	}
	return tx.tokenAll(all)
}

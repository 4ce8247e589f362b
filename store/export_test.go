package store

import (
	"database/sql"
	"fmt"
	"strings"
)

// Where says how to open the same database again, from another process.
func (db *DB) Where() Config { return Config{Dir: db.dir, URL: db.url} }

// Raw lets a test read the catalogue.
func (db *DB) Raw() *sql.DB { return db.write.sql }

// MostOwn is how many records within reach are simply all looked at.
const MostOwn = mostOwn

// Plans are the plans of the queries with many rows that fn reads, in one text each.
func (v *View) Plans(fn func() error) (plans map[string]string, err error) {
	type call struct {
		q    string
		args []any
	}
	var calls []call
	v.hears = func(q string, args []any) { calls = append(calls, call{q, args}) }
	err = fn()
	v.hears = nil
	if err != nil {
		return nil, err
	}
	explain := "EXPLAIN QUERY PLAN "
	if v.d == &postgres {
		explain = "EXPLAIN "
		if err := v.c.exec(v.ctx, "SET LOCAL enable_seqscan = off"); err != nil { // a table of a test is small
			return nil, err
		}
	}
	plans = map[string]string{}
	for _, c := range calls {
		var lines []string
		err := v.rows(explain+c.q, c.args, func(rs *sql.Rows) error {
			var line string
			var a, b, d any
			into := []any{&line}
			if v.d != &postgres {
				into = []any{&a, &b, &d, &line}
			}
			err := rs.Scan(into...)
			lines = append(lines, line)
			return err
		})
		if err != nil {
			return nil, err
		}
		plans[c.q] = strings.Join(lines, "\n")
	}
	return plans, nil
}

// Rows counts the rows of a table.
func (v *View) Rows(table string) (n int, err error) {
	err = v.row("SELECT COUNT(*) FROM "+table, nil, &n)
	return n, err
}

// Unindex leaves the records as they were before the index had its form.
func (tx *Tx) Unindex() error {
	for _, q := range []string{"UPDATE account SET sought = NULL WHERE org_id = ?", "UPDATE contact SET sought = NULL WHERE org_id = ?", "DELETE FROM search WHERE org_id = ?", "DELETE FROM word WHERE org_id = ?", "DELETE FROM word_part WHERE org_id = ?"} {
		if _, err := tx.exec(q, tx.org); err != nil {
			return err
		}
	}
	return nil
}

// Unsought asks whether there are records that are not indexed.
func (v *View) Unsought() error {
	for _, table := range []string{"account", "contact"} {
		if err := v.rows(fmt.Sprintf(anyUnsought, table), []any{v.org}, func(*sql.Rows) error { return nil }); err != nil {
			return err
		}
	}
	return nil
}

// Pointers lets a test hold the columns that a merge knows to the catalogue:
// table and column, and what a merge does with it.
func Pointers() (all [][3]string) {
	for _, p := range pointers {
		all = append(all, [3]string{p.table, p.column, p.way})
	}
	return all
}

// Attached are the tables that keep an import's record from being erased.
var Attached = attached

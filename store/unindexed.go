package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"kring/base/fault"
)

// An empty database is filled several times as quickly without the indexes that
// are beside the tables: sorted once at the end, they need not be changed a
// million times. Only `kring bench` does so: a database that is left halfway has
// no indexes and is refused by Open.

// Unindexed takes the indexes away that are neither a key nor a promise of
// uniqueness, runs fill, makes the indexes again and counts what is in the
// tables, so that the database knows its own sizes. say tells how far it is.
func (db *DB) Unindexed(ctx context.Context, say func(string), fill func() error) (err error) {
	defer fault.Wrap(&err, "store.Unindexed")
	var made []string
	err = db.write.with(ctx, func(c *conn) error {
		if _, err := c.sql.ExecContext(ctx, db.roomy(true)); err != nil {
			return err
		}
		names, texts, err := db.beside(ctx, c)
		if err != nil {
			return err
		}
		for _, name := range names {
			if _, err := c.sql.ExecContext(ctx, "DROP INDEX "+name); err != nil {
				return err
			}
		}
		made = texts
		return db.heaps(ctx, c)
	})
	if err != nil {
		return err
	}
	if err := fill(); err != nil {
		return err
	}
	return db.write.with(ctx, func(c *conn) error {
		if err := db.sorted(ctx, c, say); err != nil {
			return err
		}
		for i, text := range made {
			if _, err := c.sql.ExecContext(ctx, text); err != nil {
				return fmt.Errorf("%w in %s", err, text)
			}
			say(fmt.Sprintf("%d of %d indexes", i+1, len(made)))
		}
		_, err := c.sql.ExecContext(ctx, "ANALYZE")
		_, e := c.sql.ExecContext(ctx, db.roomy(false))
		return errors.Join(err, e)
	})
}

// scattered are the tables whose key is not in the order in which rows come: each
// page of rows would touch nearly every page of such a table. While the database
// is filled they are heaps, and are sorted once.
var scattered = []struct{ table, key string }{
	{"search", "org_id, kind, token, record_id"},
	{"word_part", "org_id, part, word"},
	{"block", "org_id, kind, key, record_id"},
}

func (db *DB) heaps(ctx context.Context, c *conn) error {
	for _, t := range scattered {
		qs := []string{"ALTER TABLE " + t.table + " DROP CONSTRAINT " + t.table + "_pkey"}
		if db.d == &sqlite {
			qs = []string{
				"ALTER TABLE " + t.table + " RENAME TO " + t.table + "_sorted",
				"CREATE TABLE " + t.table + " AS SELECT * FROM " + t.table + "_sorted WHERE FALSE",
			}
		}
		if err := db.each(ctx, c, qs); err != nil {
			return err
		}
	}
	return nil
}

// sorted turns the heaps into what they are.
func (db *DB) sorted(ctx context.Context, c *conn, say func(string)) error {
	for i, t := range scattered {
		qs := []string{"ALTER TABLE " + t.table + " ADD PRIMARY KEY (" + t.key + ")"}
		if db.d == &sqlite {
			qs = []string{
				"INSERT INTO " + t.table + "_sorted SELECT * FROM " + t.table + " ORDER BY " + t.key,
				"DROP TABLE " + t.table,
				"ALTER TABLE " + t.table + "_sorted RENAME TO " + t.table,
			}
		}
		if err := db.each(ctx, c, qs); err != nil {
			return err
		}
		say(fmt.Sprintf("%d of %d tables sorted", i+1, len(scattered)))
	}
	return nil
}

func (db *DB) each(ctx context.Context, c *conn, qs []string) error {
	for _, q := range qs {
		if _, err := c.sql.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("%w in %s", err, q)
		}
	}
	return nil
}

// roomy gives the connection that fills much memory, and takes it back.
func (db *DB) roomy(much bool) string {
	switch {
	case db.d == &postgres && much:
		return "SET maintenance_work_mem = '512MB'"
	case db.d == &postgres:
		return "RESET maintenance_work_mem"
	case much:
		return "PRAGMA cache_size = -64000"
	}
	return "PRAGMA cache_size = -16000"
}

// beside are the indexes beside the tables, and the texts that make them.
func (db *DB) beside(ctx context.Context, c *conn) (names, texts []string, err error) {
	q := `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND sql NOT LIKE 'CREATE UNIQUE%' ORDER BY name`
	if db.d == &postgres {
		q = `SELECT indexname::text, indexdef FROM pg_catalog.pg_indexes WHERE schemaname = current_schema() AND indexdef NOT LIKE 'CREATE UNIQUE%' ORDER BY indexname`
	}
	rs, err := c.sql.QueryContext(ctx, q)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, rs.Close()) }()
	for rs.Next() {
		var name string
		var text sql.NullString
		if err := rs.Scan(&name, &text); err != nil {
			return nil, nil, err
		}
		names, texts = append(names, name), append(texts, text.String)
	}
	return names, texts, rs.Err()
}

package store

import (
	"context"
	"database/sql"
	values "database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"
)

// Between a row of SQLite and our own values database/sql makes every value
// twice and asks the type of every column: half of what a page of a list costs.
// What is read most is therefore read from the statement itself. On PostgreSQL
// each reads as everything else does.

// each calls take for every row, which gets its values with scan. The texts of
// take's columns may be NULL only where it asks for a sql.NullString. take runs
// no statement of its own.
func (v *View) each(q string, args []any, take func(scan func(into ...any) error) error) (err error) {
	if v.d != &sqlite {
		return v.rows(q, args, func(rs *sql.Rows) error { return take(rs.Scan) })
	}
	if v.hears != nil {
		v.hears(q, args)
	}
	st, err := v.c.quick(q)
	if err != nil {
		return err
	}
	before := v.c.raw.SetInterrupt(v.ctx)
	defer v.c.raw.SetInterrupt(before)
	defer func() {
		err = errors.Join(err, st.Reset())
		if gone := v.ctx.Err(); err != nil && gone != nil {
			err = gone
		}
	}()
	if err := bind(st, args); err != nil {
		return err
	}
	scan := cursor{st}.scan
	for st.Step() {
		if err := take(scan); err != nil {
			return err
		}
	}
	return st.Err()
}

// one reads the one row of a query.
func (v *View) one(q string, args []any, take func(scan func(into ...any) error) error) error {
	found := false
	err := v.each(q, args, func(scan func(into ...any) error) error {
		found = true
		return take(scan)
	})
	if err == nil && !found {
		err = ErrNotFound
	}
	return err
}

// quick is a statement without database/sql around it, prepared once.
func (c *conn) quick(q string) (*sqlite3.Stmt, error) {
	if st, ok := c.quicks[q]; ok {
		return st, nil
	}
	if c.raw == nil {
		// The pool gives a connection to one at a time, so it is ours alone.
		err := c.sql.Raw(func(of any) error {
			c.raw = of.(driver.Conn).Raw()
			return nil
		})
		if err != nil {
			return nil, err
		}
		c.quicks = map[string]*sqlite3.Stmt{}
	}
	defer c.raw.SetInterrupt(c.raw.SetInterrupt(context.Background()))
	st, _, err := c.raw.PrepareFlags(q, sqlite3.PREPARE_PERSISTENT)
	if err != nil {
		return nil, fmt.Errorf("%w in %s", err, strings.Join(strings.Fields(q), " "))
	}
	if len(c.quicks) >= mostStatements {
		for old, st := range c.quicks {
			st.Close() //nolint:errcheck // only forgotten
			delete(c.quicks, old)
			break
		}
	}
	c.quicks[q] = st
	return st, nil
}

// bind gives a statement its values.
func bind(st *sqlite3.Stmt, args []any) error {
	for i, a := range args {
		if err := bindOne(st, i+1, a); err != nil {
			return err
		}
	}
	return nil
}

func bindOne(st *sqlite3.Stmt, at int, a any) error {
	switch a := a.(type) {
	case string:
		return st.BindText(at, a)
	case int:
		return st.BindInt(at, a)
	case int64:
		return st.BindInt64(at, a)
	case float64:
		return st.BindFloat(at, a)
	case bool:
		return st.BindBool(at, a)
	case []byte:
		return st.BindBlob(at, a)
	case nil:
		return st.BindNull(at)
	}
	plain, err := values.DefaultParameterConverter.ConvertValue(a)
	if err != nil {
		return err
	}
	if !values.IsValue(plain) || plain == a {
		return fmt.Errorf("a value of the kind %T", a)
	}
	return bindOne(st, at, plain)
}

// cursor is a statement on one of its rows.
type cursor struct{ st *sqlite3.Stmt }

// scan gives the values of the row, as sql.Rows does for these kinds.
func (c cursor) scan(into ...any) error {
	for i, to := range into {
		switch to := to.(type) {
		case *string:
			*to = c.st.ColumnText(i)
		case *int64:
			*to = c.st.ColumnInt64(i)
		case *int:
			*to = c.st.ColumnInt(i)
		case *bool:
			*to = c.st.ColumnBool(i)
		case *sql.NullString:
			to.Valid = c.st.ColumnType(i) != sqlite3.NULL
			to.String = c.st.ColumnText(i)
		case *sql.NullInt64:
			to.Valid = c.st.ColumnType(i) != sqlite3.NULL
			to.Int64 = c.st.ColumnInt64(i)
		case taker: // before sql.Scanner, which the same types are
			if err := to.Take(c.st.ColumnRawBlob(i)); err != nil {
				return err
			}
		case *any:
			*to = c.value(i)
		case sql.Scanner:
			if err := to.Scan(c.value(i)); err != nil {
				return err
			}
		default:
			return fmt.Errorf("nothing reads a column into %T", to)
		}
	}
	return c.st.Err()
}

// taker is an id, which is 16 bytes or nothing.
type taker interface{ Take(b []byte) error }

func (c cursor) value(i int) any {
	switch c.st.ColumnType(i) {
	case sqlite3.INTEGER:
		return c.st.ColumnInt64(i)
	case sqlite3.FLOAT:
		return c.st.ColumnFloat(i)
	case sqlite3.TEXT:
		return c.st.ColumnText(i)
	case sqlite3.BLOB:
		return c.st.ColumnBlob(i, nil)
	}
	return nil
}

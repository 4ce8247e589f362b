package store

import (
	"context"

	"kring/base/id"
	"kring/domain/filter"
	"kring/domain/member"
)

// Plan is how the database means to find a page of accounts.
func (db *DB) Plan(ctx context.Context, org id.Org, q filter.Query) (plan string, err error) {
	explain := "EXPLAIN QUERY PLAN "
	if db.d == &postgres {
		explain = "EXPLAIN "
	}
	err = db.Read(ctx, org, func(v *View) error {
		if db.d == &postgres { // of a small table it reads all; what is asked is which index there is
			for _, off := range []string{"SET LOCAL enable_seqscan = off", "SET LOCAL enable_bitmapscan = off", "SET LOCAL plan_cache_mode = force_custom_plan"} {
				if _, err := v.c.sql.ExecContext(ctx, off); err != nil {
					return err
				}
			}
		}
		from, args, err := v.page(accounts, q, filter.Lens{}, member.Reach{Scope: member.All})
		if err != nil {
			return err
		}
		rs, err := v.c.sql.QueryContext(ctx, explain+db.d.rebind("SELECT a.id"+from), args...)
		if err != nil {
			return err
		}
		defer rs.Close() //nolint:errcheck // the test is over
		for rs.Next() {
			var line string
			into := []any{&line}
			if db.d == &sqlite {
				var a, b, c int
				into = []any{&a, &b, &c, &line}
			}
			if err := rs.Scan(into...); err != nil {
				return err
			}
			plan += line + "\n"
		}
		return rs.Err()
	})
	return plan, err
}

// LeadPlan is how SQLite means to count those that the first comparison leaves,
// and to ask each of a list that is walked.
func (db *DB) LeadPlan(ctx context.Context, org id.Org, q filter.Query, lens filter.Lens) (count, walk string, err error) {
	err = db.Read(ctx, org, func(v *View) error {
		one, _ := v.led(accounts, q, lens, q.Terms(lens)[0])
		w := v.asked(accounts, q, lens, member.Reach{Scope: member.All})
		if count, err = v.explain(one.query(), one.args); err == nil {
			walk, err = v.explain("SELECT a.id FROM account a"+w.String()+" ORDER BY a.name_key, a.id", w.args)
		}
		return err
	})
	return count, walk, err
}

func (v *View) explain(query string, args []any) (plan string, err error) {
	rs, err := v.c.sql.QueryContext(v.ctx, "EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		return "", err
	}
	defer rs.Close() //nolint:errcheck // the test is over
	for rs.Next() {
		var a, b, c int
		var line string
		if err := rs.Scan(&a, &b, &c, &line); err != nil {
			return "", err
		}
		plan += line + "\n"
	}
	return plan, rs.Err()
}

// Analyze counts what is in the tables.
func (db *DB) Analyze(ctx context.Context) error {
	return db.write.with(ctx, func(c *conn) error {
		_, err := c.sql.ExecContext(ctx, "ANALYZE")
		return err
	})
}

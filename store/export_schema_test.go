package store

import (
	"context"
	"errors"
)

// Versions are those of the migrations, in their order.
func Versions() (all []int64) {
	for _, s := range steps() {
		all = append(all, s.version)
	}
	return all
}

// MigrateTo makes a database as an earlier Kring left it.
func MigrateTo(ctx context.Context, c Config, version int64) (err error) {
	db := newDB(c)
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.connect(ctx); err != nil {
		return err
	}
	if err := db.leases(ctx); err != nil {
		return err
	}
	g, err := db.provider()
	if err != nil {
		return err
	}
	_, err = g.UpTo(ctx, version)
	return err
}

// Do runs one statement, as somebody with the machine in hand could.
func (db *DB) Do(ctx context.Context, q string) error {
	_, err := db.write.sql.ExecContext(ctx, q)
	return err
}

// Connect opens a database and leaves its schema alone.
func Connect(ctx context.Context, c Config) (*DB, error) {
	db := newDB(c)
	return db, db.connect(ctx)
}

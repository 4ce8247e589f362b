package store

import "database/sql"

// Where says how to open the same database again, from another process.
func (db *DB) Where() Config { return Config{Dir: db.dir, URL: db.url} }

// Raw lets a test read the catalogue.
func (db *DB) Raw() *sql.DB { return db.write.sql }

package store

// Where says how to open the same database again, from another process.
func (db *DB) Where() Config { return Config{Dir: db.dir, URL: db.url} }

package store_test

// The rules that let an organisation live on a shard of its own, read from the
// catalogue of a migrated database and not from what we meant to write.

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kring/kit"
	"kring/store"
)

// global are the tables that are read before the organisation is known, and
// those about the database itself. One more needs a reason here.
var global = []string{
	"organisation", "login", "membership", "session", "token", "link", "passkey", "recovery", "attempt", "provider", "pending",
	"lease", "goose_db_version",
}

// table is what a catalogue says of one.
type table struct {
	name    string
	columns []string // "org_id bytes not null"
	keys    []string // "primary: org_id, id", "account_name: org_id, name_key, id"
	refs    []string // "org_id, owner_id → member: org_id, id"
}

// complaintsAbout says what would keep a schema from being distributed.
func complaintsAbout(tables []table, strange []string) (complaints []string) {
	complain := func(format string, args ...any) { complaints = append(complaints, fmt.Sprintf(format, args...)) }
	for _, t := range tables {
		for _, c := range t.columns {
			if kind := strings.Fields(c)[1]; !slices.Contains([]string{"bytes", "text", "bigint", "boolean", "double"}, kind) && t.name != "goose_db_version" {
				complain("%s: column %s: use TEXT, BIGINT, BOOLEAN, DOUBLE PRECISION or BYTES", t.name, c)
			}
		}
		if slices.Contains(global, t.name) {
			continue
		}
		if len(t.columns) == 0 || t.columns[0] != "org_id bytes not null" {
			complain("%s: its first column is org_id BYTES NOT NULL; it has %q", t.name, t.columns)
		}
		if !slices.ContainsFunc(t.keys, func(k string) bool { return strings.HasPrefix(k, "primary: org_id") }) {
			complain("%s: its primary key begins with org_id; it has %q", t.name, t.keys)
		}
		for _, k := range t.keys {
			if name, columns, _ := strings.Cut(k, ": "); !begins(columns) {
				complain("%s: index %s (%s) begins with org_id", t.name, name, columns)
			}
		}
		for _, r := range t.refs {
			from, to, _ := strings.Cut(r, " → ")
			target, columns, _ := strings.Cut(to, ": ")
			switch {
			case target == "organisation" && from == "org_id" && columns == "id":
			case slices.Contains(global, target):
				complain("%s: (%s) points at the global %s; a row of an organisation points within it", t.name, from, target)
			case !begins(from) || !begins(columns):
				complain("%s: (%s) could leave its organisation: (org_id, x_id) REFERENCES x (org_id, id)", t.name, r)
			}
		}
	}
	for _, s := range strange {
		complain("%s: not every database has this; do it in Go", s)
	}
	return complaints
}

func begins(columns string) bool {
	return columns == "org_id" || strings.HasPrefix(columns, "org_id, ")
}

// strangeSQLite and strangePostgres ask for what a distributed database lacks.
const (
	strangeSQLite = `SELECT type || ' ' || name FROM sqlite_schema WHERE type = 'trigger' OR sql LIKE '%AUTOINCREMENT%' AND name <> 'goose_db_version' OR sql LIKE 'CREATE VIRTUAL%'`

	strangePostgres = `
SELECT 'sequence ' || relname FROM pg_class WHERE relkind = 'S' AND relname NOT LIKE 'goose_%'
UNION ALL SELECT 'materialised view ' || relname FROM pg_class WHERE relkind = 'm'
UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL SELECT 'type ' || typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd')
UNION ALL SELECT 'constraint ' || conname FROM pg_constraint WHERE contype = 'x' OR condeferrable
UNION ALL SELECT 'inheritance ' || inhrelid::regclass::text FROM pg_inherits JOIN pg_class ON oid = inhrelid WHERE relkind = 'r'
UNION ALL SELECT 'default of ' || attname || ' in ' || c.relname FROM pg_attrdef
          JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum JOIN pg_class c ON c.oid = adrelid
          WHERE pg_get_expr(adbin, adrelid) LIKE '%(%' AND c.relname NOT LIKE 'goose_%'
UNION ALL SELECT 'text that does not sort by bytes, ' || c.relname || '.' || attname FROM pg_attribute
          JOIN pg_class c ON c.oid = attrelid JOIN pg_collation l ON l.oid = attcollation
          WHERE c.relkind = 'r' AND relnamespace = 'public'::regnamespace AND attnum > 0 AND collname <> 'C'`

	tablesSQLite   = `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`
	tablesPostgres = `SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace ORDER BY relname`

	columnsSQLite = `
SELECT name || ' ' || CASE lower(type) WHEN 'blob' THEN 'bytes' ELSE lower(type) END || iif("notnull" OR pk > 0, ' not null', '')
FROM pragma_table_info(?) ORDER BY cid`
	columnsPostgres = `
SELECT attname || ' ' || CASE format_type(atttypid, NULL) WHEN 'bytea' THEN 'bytes' ELSE format_type(atttypid, NULL) END || CASE WHEN attnotnull THEN ' not null' ELSE '' END
FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`

	keysSQLite = `
SELECT CASE l.origin WHEN 'pk' THEN 'primary' ELSE l.name END || ': ' ||
       (SELECT group_concat(coalesce(x.name, 'expression'), ', ' ORDER BY x.seqno) FROM pragma_index_xinfo(l.name) x WHERE x.key = 1)
FROM pragma_index_list(?) l`
	keysPostgres = `
SELECT CASE WHEN indisprimary THEN 'primary' ELSE indexrelid::regclass::text END || ': ' ||
       (SELECT string_agg(pg_get_indexdef(indexrelid, n, true), ', ' ORDER BY n) FROM generate_series(1, indnkeyatts) n)
FROM pg_index WHERE indrelid = $1::regclass`

	refsSQLite = `
SELECT group_concat("from", ', ' ORDER BY seq) || ' → ' || "table" || ': ' || group_concat(coalesce("to", 'id'), ', ' ORDER BY seq)
FROM pragma_foreign_key_list(?) GROUP BY id`
	refsPostgres = `
SELECT (SELECT string_agg(attname, ', ' ORDER BY k.n) FROM unnest(conkey) WITH ORDINALITY k(a, n) JOIN pg_attribute ON attrelid = conrelid AND attnum = k.a)
       || ' → ' || confrelid::regclass::text || ': ' ||
       (SELECT string_agg(attname, ', ' ORDER BY k.n) FROM unnest(confkey) WITH ORDINALITY k(a, n) JOIN pg_attribute ON attrelid = confrelid AND attnum = k.a)
FROM pg_constraint WHERE contype = 'f' AND conrelid = $1::regclass`
)

func TestCatalogue(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		tables, strange := readCatalogue(t, db)
		if len(tables) < 15 {
			t.Errorf("saw only %d tables", len(tables))
		}
		for _, complaint := range complaintsAbout(tables, strange) {
			t.Error(complaint)
		}
		// The catalogue is truly read: a bad table is seen.
		for _, bad := range []string{
			`CREATE TABLE bad (id BIGINT PRIMARY KEY, org_id BIGINT, account_id BIGINT REFERENCES bad (id), at TIMESTAMP)`,
			`CREATE INDEX bad_at ON bad (at, org_id)`,
		} {
			if _, err := db.Raw().ExecContext(t.Context(), bad); err != nil {
				t.Fatal(err)
			}
		}
		said := strings.Join(complaintsAbout(readCatalogue(t, db)), "\n")
		for _, want := range []string{"bad: its first column", "bad: its primary key", "bad: index bad_at", "bad: (account_id → bad: id) could leave", "bad: column at timestamp"} {
			if !strings.Contains(said, want) {
				t.Errorf("no complaint %q in %q", want, said)
			}
		}
	})
}

// readCatalogue reads the tables and what is strange about the schema.
func readCatalogue(t *testing.T, db *store.DB) (tables []table, strange []string) {
	t.Helper()
	return readCatalogueOf(t, db, db.Raw())
}

// readCatalogueOf does so through another connection.
func readCatalogueOf(t *testing.T, db *store.DB, raw *sql.DB) (tables []table, strange []string) {
	t.Helper()
	ask := func(t *testing.T, query string, args ...any) []string { return askOf(t, raw, query, args...) }
	names, columns, keys, refs, odd := tablesSQLite, columnsSQLite, keysSQLite, refsSQLite, strangeSQLite
	if db.Where().URL != "" {
		names, columns, keys, refs, odd = tablesPostgres, columnsPostgres, keysPostgres, refsPostgres, strangePostgres
	}
	for _, name := range ask(t, names) {
		tables = append(tables, table{name, ask(t, columns, name), ask(t, keys, name), ask(t, refs, name)})
	}
	return tables, ask(t, odd)
}

func askOf(t *testing.T, raw *sql.DB, query string, args ...any) (answers []string) {
	t.Helper()
	rows, err := raw.QueryContext(t.Context(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var answer string
		if err := rows.Scan(&answer); err != nil {
			t.Fatal(err)
		}
		answers = append(answers, answer)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return answers
}

func TestCatalogueComplains(t *testing.T) {
	t.Parallel()
	good := func() table {
		return table{"promise", []string{"org_id bytes not null", "id bytes not null", "text text"},
			[]string{"primary: org_id, id", "promise_due: org_id, due, id"},
			[]string{"org_id → organisation: id", "org_id, account_id → account: org_id, id"}}
	}
	for _, test := range []struct {
		name    string
		change  func(*table)
		strange []string
		want    string
	}{
		{"a good table", func(*table) {}, nil, ""},
		{"org_id comes first", func(p *table) { p.columns = p.columns[1:] }, nil, "first column"},
		{"in the primary key", func(p *table) { p.keys[0] = "primary: id" }, nil, "primary key"},
		{"in every index", func(p *table) { p.keys[1] = "promise_due: due, id" }, nil, "promise_due"},
		{"and every reference", func(p *table) { p.refs[1] = "account_id → account: id" }, nil, "leave its organisation"},
		{"none to global tables", func(p *table) { p.refs[1] = "login_id → login: id" }, nil, "global login"},
		{"five kinds of column", func(p *table) { p.columns[2] = "text jsonb" }, nil, "use TEXT"},
		{"nothing strange", func(*table) {}, []string{"trigger keep_total"}, "do it in Go"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			promise := good()
			test.change(&promise)
			got := strings.Join(complaintsAbout([]table{promise}, test.strange), "\n")
			if (test.want == "") != (got == "") || !strings.Contains(got, test.want) {
				t.Errorf("got %q, want a complaint with %q", got, test.want)
			}
		})
	}
}

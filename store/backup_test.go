package store_test

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kring/base/fact"
	"kring/base/id"
	"kring/base/reach"
	"kring/domain/account"
	"kring/domain/member"
	"kring/domain/organisation"
	"kring/kit"
	"kring/store"
)

// contents is every row of every table, as text, without what belongs to the
// database itself.
func contents(t *testing.T, db *store.DB) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	tables, _ := readCatalogue(t, db)
	for _, tab := range tables {
		if tab.name == "lease" || tab.name == "goose_db_version" {
			continue
		}
		var names []string
		for _, c := range tab.columns {
			name, kind, _ := strings.Cut(c, " ")
			if strings.HasPrefix(kind, "boolean") {
				name = "CASE WHEN " + name + " THEN 1 ELSE 0 END"
			}
			names = append(names, name)
		}
		rs, err := db.Raw().QueryContext(t.Context(), "SELECT "+strings.Join(names, ", ")+" FROM "+tab.name)
		if err != nil {
			t.Fatal(err)
		}
		all[tab.name] = []string{}
		for rs.Next() {
			row, into := make([]any, len(names)), make([]any, len(names))
			for i := range row {
				into[i] = &row[i]
			}
			if err := rs.Scan(into...); err != nil {
				t.Fatal(err)
			}
			all[tab.name] = append(all[tab.name], fmt.Sprintf("%q", fmt.Sprint(row...)))
		}
		if err := errors.Join(rs.Err(), rs.Close()); err != nil {
			t.Fatal(err)
		}
		slices.Sort(all[tab.name])
	}
	return all
}

// someone fills an organisation with a bit of everything.
func someone(t *testing.T, db *store.DB) organisation.Organisation {
	t.Helper()
	o := found(t, db)
	err := db.Write(t.Context(), o.ID, nobody, func(tx *store.Tx) error {
		top, err := tx.AddTeam(member.Group{Name: "Ö, boven"}, fact.Fact{Deed: "team.added"})
		if err != nil {
			return err
		}
		if _, err = tx.AddTeam(member.Group{Name: "Aan de onderkant", Parent: top.ID}, fact.Fact{Deed: "team.added"}); err != nil {
			return err
		}
		for i := range 40 {
			a, err := account.New(id.New[id.Account](), tx.Now(), "NL", account.Draft{
				Name: fmt.Sprintf("Proef %d \"'\\ é €", i), Team: top.ID, Tags: []string{"een", "twee"}, Note: "Regel\nen nog een",
				Phones: reach.Phones{{Number: "038 421 7700"}}, Emails: reach.Emails{{Address: "info@proef.example"}}, Own: map[string]any{"aantal": 1.5},
			})
			if err != nil {
				return err
			}
			if _, err := tx.AddAccount(a, fact.Fact{Deed: "account.created", Changes: account.Diff(account.Account{}, a)}); err != nil {
				return err
			}
		}
		_, err = tx.Enqueue(store.Job{Kind: "proef", RunAt: 1 << 50})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// A backup of either database, made while it is written to, is restored into
// either, with every row as it was.
func TestBackup(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		o := someone(t, db)
		file := filepath.Join(t.TempDir(), "kring.backup")
		if err := store.Backup(t.Context(), db.Where(), file); err != nil {
			t.Fatal(err)
		}
		if i, err := os.Stat(file); err != nil || i.Mode().Perm() != 0o600 {
			t.Errorf("the backup is not private: %v %v", i, err)
		}
		if err := store.Backup(t.Context(), db.Where(), file); err == nil {
			t.Error("a backup is written over")
		}
		targets := map[string]store.Config{"sqlite": {Dir: filepath.Join(t.TempDir(), "new")}}
		if os.Getenv("KRING_TEST_POSTGRES") != "" {
			_, other, _ := kit.Postgres(t)
			targets["postgres"] = store.Config{URL: other.Where().URL}
		}
		want := contents(t, reopen(t, db))
		for name, c := range targets {
			if _, err := store.Restore(t.Context(), c, file); err != nil {
				t.Fatalf("into %s: %v", name, err)
			}
			got := contents(t, open(t, c))
			for table, rows := range want {
				if !slices.Equal(got[table], rows) {
					t.Errorf("into %s: table %s has\n%.400v\nit had\n%.400v", name, table, got[table], rows)
				}
			}
			if len(got["account"]) != 40 || len(got["team"]) != 2 || len(got["job"]) != 1 {
				t.Errorf("into %s: %d accounts, %d teams, %d jobs", name, len(got["account"]), len(got["team"]), len(got["job"]))
			}
			if name == "postgres" {
				if _, err := store.Restore(t.Context(), c, file); err == nil || !strings.Contains(err.Error(), "not empty") {
					t.Errorf("over a database with something in it: %v", err)
				}
			}
		}

		// While it is written to: whole changes only.
		var wg sync.WaitGroup
		var stop atomic.Bool
		for w := range 4 {
			wg.Go(func() {
				for n := 0; !stop.Load(); n++ {
					err := db.Write(t.Context(), o.ID, nobody, func(tx *store.Tx) error {
						for _, half := range []string{"eerste", "tweede"} {
							if _, err := tx.AddTeam(member.Group{Name: fmt.Sprintf("%d %d %s", w, n, half)}, fact.Fact{Deed: "team.added"}); err != nil {
								return err
							}
						}
						return nil
					})
					if err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		for n := range 3 {
			during := filepath.Join(t.TempDir(), fmt.Sprintf("during-%d", n))
			if err := store.Backup(t.Context(), db.Where(), during); err != nil {
				t.Error(err)
				break
			}
			c := store.Config{Dir: filepath.Join(t.TempDir(), "again")}
			if _, err := store.Restore(t.Context(), c, during); err != nil {
				t.Error(err)
				break
			}
			if teams := contents(t, open(t, c))["team"]; len(teams)%2 != 0 {
				t.Errorf("half a change: %d teams", len(teams))
			}
		}
		stop.Store(true)
		wg.Wait()
	})
}

// reopen is a second look at the same database: the first one's connection for
// writing is in use.
func reopen(t *testing.T, db *store.DB) *store.DB {
	t.Helper()
	return open(t, db.Where())
}

func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	_, db, _ := kit.SQLite(t)
	someone(t, db)
	good := filepath.Join(t.TempDir(), "good")
	if err := store.Backup(t.Context(), db.Where(), good); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Restore(t.Context(), db.Where(), good); !errors.Is(err, store.ErrInUse) {
		t.Errorf("restored under a Kring that runs: %v", err)
	}
	here := db.Where()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string, b []byte) string {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	change := func(name, q string) string {
		file := write(name, raw)
		c, err := sql.Open("sqlite3", "file:"+file)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Exec(q); err != nil {
			t.Fatal(err)
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		return file
	}
	torn := slices.Clone(raw)
	for i := len(torn) / 2; i < len(torn)/2+9000; i++ {
		torn[i] ^= 0x5a
	}
	for name, file := range map[string]string{
		"nothing":             filepath.Join(t.TempDir(), "nothing"),
		"a folder":            t.TempDir(),
		"a letter":            write("letter", []byte("Beste Inge,\n")),
		"an empty file":       write("empty", nil),
		"half a file":         write("half", raw[:len(raw)/2]),
		"a torn file":         write("torn", torn),
		"a newer one":         change("newer", "INSERT INTO goose_db_version (version_id, is_applied) VALUES (209912312359, 1)"),
		"a half one":          change("lacking", "DROP TABLE contact_account"),
		"another program's":   change("foreign", "DROP TABLE goose_db_version"),
		"one with loose ends": change("loose", "PRAGMA foreign_keys = OFF; UPDATE team SET parent_id = x'00'"),
	} {
		if aside, err := store.Restore(t.Context(), here, file); err == nil || aside != "" {
			t.Errorf("%s was restored", name)
		}
	}
	// After all that the database is as it was.
	before := contents(t, open(t, here))
	if len(before["account"]) != 40 {
		t.Errorf("%d accounts", len(before["account"]))
	}
}

func TestRestoreKeeps(t *testing.T) {
	t.Parallel()
	_, db, _ := kit.SQLite(t)
	file := filepath.Join(t.TempDir(), "empty")
	if err := store.Backup(t.Context(), db.Where(), file); err != nil {
		t.Fatal(err)
	}
	someone(t, db)
	here := db.Where()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	aside, err := store.Restore(t.Context(), here, file)
	if err != nil {
		t.Fatal(err)
	}
	now := open(t, here)
	if n := len(contents(t, now)["account"]); n != 0 {
		t.Errorf("%d accounts after the restore", n)
	}
	if err := now.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Restore(t.Context(), here, aside); err != nil {
		t.Fatal(err)
	}
	if n := len(contents(t, open(t, here))["account"]); n != 40 {
		t.Errorf("%d accounts after going back", n)
	}
}

// A damaged database is kept too, and gives way.
func TestRestoreOverDamage(t *testing.T) {
	t.Parallel()
	_, db, _ := kit.SQLite(t)
	someone(t, db)
	file := filepath.Join(t.TempDir(), "good")
	if err := errors.Join(store.Backup(t.Context(), db.Where(), file), db.Close()); err != nil {
		t.Fatal(err)
	}
	here := db.Where()
	if err := os.WriteFile(filepath.Join(here.Dir, "kring.db"), []byte("weg ermee"), 0o600); err != nil {
		t.Fatal(err)
	}
	aside, err := store.Restore(t.Context(), here, file)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(aside); err != nil || string(b) != "weg ermee" {
		t.Errorf("what was there: %q %v", b, err)
	}
	if n := len(contents(t, open(t, here))["account"]); n != 40 {
		t.Errorf("%d accounts", n)
	}
}

func TestExamine(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		c := db.Where()
		c.Clock = clock.Now
		look := func() map[string]string {
			t.Helper()
			all, err := store.Examine(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			states := map[string]string{}
			for _, f := range all {
				states[f.Name] = f.State
				if f.State != "fine" {
					states[f.Name] += ": " + f.Text
				}
			}
			return states
		}
		someone(t, db)
		states := look()
		for _, name := range []string{"database", "schema", "integrity", "orphans", "jobs"} {
			if states[name] != "fine" {
				t.Errorf("%s: %s", name, states[name])
			}
		}
		if !strings.Contains(states["administrators"], "1 organisations") {
			t.Errorf("an organisation without administrator: %s", states["administrators"])
		}
		damage := open(t, db.Where())
		for _, q := range []string{
			"DELETE FROM fact WHERE kind = 'account'",
			"UPDATE search SET record_id = org_id WHERE token = 'proef' AND record_id = (SELECT min(record_id) FROM search)",
		} {
			if db.Name() == "postgres" {
				q = strings.Replace(q, "(SELECT min(record_id) FROM search)", "(SELECT record_id FROM search ORDER BY record_id LIMIT 1)", 1)
			}
			if err := damage.Do(t.Context(), q); err != nil {
				t.Fatal(err)
			}
		}
		if c.URL == "" {
			if err := os.Chmod(c.Dir, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		states = look()
		if !strings.HasPrefix(states["orphans"], "wrong") {
			t.Errorf("orphans: %s", states["orphans"])
		}
		if c.URL == "" && !strings.HasPrefix(states["permissions"], "wrong") {
			t.Errorf("permissions: %s", states["permissions"])
		}
		clock.Advance(-48 * time.Hour)
		if s := look()["clock"]; !strings.HasPrefix(s, "worry") && c.URL == "" {
			t.Errorf("a clock that was put back: %s", s)
		}
		if err := damage.Do(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (209912312359, TRUE)"); err != nil {
			t.Fatal(err)
		}
		if s := look()["schema"]; !strings.HasPrefix(s, "wrong") {
			t.Errorf("schema: %s", s)
		}
	})
	if all, err := store.Examine(t.Context(), store.Config{Dir: t.TempDir()}); err != nil || len(all) != 1 || all[0].State != "wrong" {
		t.Errorf("nothing there: %v %v", all, err)
	}
}

// What was acknowledged survives a process that is killed while it writes.
func TestAcknowledgedSurvives(t *testing.T) {
	t.Parallel()
	if where := os.Getenv("KRING_TEST_WRITER"); where != "" {
		writeUntilKilled(t, where)
		return
	}
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		o := found(t, db)
		here := db.Where()
		if here.URL == "" {
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
		}
		said := map[string]bool{}
		for range 3 {
			p := exec.Command(os.Args[0], "-test.run=^TestAcknowledgedSurvives$", "-test.timeout=60s")
			p.Env = append(os.Environ(), "KRING_TEST_WRITER="+here.Dir+here.URL, "KRING_TEST_ORG="+o.ID.String())
			out, err := p.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Start(); err != nil {
				t.Fatal(err)
			}
			lines, n := bufio.NewScanner(out), 0
			for lines.Scan() {
				name, ok := strings.CutPrefix(lines.Text(), "acknowledged ")
				if !ok {
					t.Fatalf("the writer says %q", lines.Text())
				}
				said[name] = true
				if n++; n == 200 {
					p.Process.Kill() //nolint:errcheck // and what it said until then is read on
				}
			}
			if err := p.Wait(); err == nil || n < 200 {
				t.Fatalf("it was not killed while it wrote: %d, %v", n, err)
			}
		}
		again := open(t, here)
		there := map[string]bool{}
		for _, row := range contents(t, again)["fact"] {
			for name := range said {
				if strings.Contains(row, name) {
					there[name] = true
				}
			}
		}
		if len(there) != len(said) {
			t.Errorf("%d acknowledged, %d of them there", len(said), len(there))
		}
		all, err := store.Examine(t.Context(), here)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range all {
			if f.Name == "integrity" && f.State != "fine" {
				t.Errorf("integrity: %s", f.Text)
			}
		}
	})
}

func writeUntilKilled(t *testing.T, where string) {
	c := store.Config{Dir: where}
	if strings.HasPrefix(where, "postgres:") {
		c = store.Config{URL: where}
	}
	org, err := id.Parse[id.Org](os.Getenv("KRING_TEST_ORG"))
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(context.Background(), c)
	if err != nil {
		fmt.Println(err)
		return
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for {
				name := "deed-" + id.New[id.Fact]().String()
				err := db.Write(context.Background(), org, nobody, func(tx *store.Tx) error {
					return tx.Fact(fact.Fact{Deed: "proef", Kind: fact.Organisation, Subject: org.Any(), Label: name})
				})
				mu.Lock()
				if err == nil {
					fmt.Println("acknowledged " + name)
				} else {
					fmt.Println(err)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kring/app"
	"kring/base/id"
	"kring/domain/account"
	"kring/domain/filter"
	"kring/domain/intake"
	"kring/store"
)

// TestMain lets this very binary be kring, so that a test can kill it.
func TestMain(m *testing.M) {
	if os.Getenv("KRING_TEST_BE_KRING") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// A program that is killed in the middle of an import, or of taking one back,
// loses nothing: the next goes on at once where it was, and every row is there
// once, or none.
func TestImportKilled(t *testing.T) {
	t.Parallel()
	const rows = 5_000
	data, file := filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "big.csv")
	var b strings.Builder
	b.WriteString("klantnummer,naam,plaats\n")
	for n := range rows {
		fmt.Fprintf(&b, "K%d,Bedrijf %d,Zwolle\n", n, n)
	}
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, said := kring(t, data, "een lange zin om te onthouden", "setup", "--org", "Proef", "--admin", "anna@proef.example", "--password-stdin"); code != 0 {
		t.Fatal(said)
	}
	v := victim{t: t, data: data}
	v.killed(func(in intake.Intake) bool { return in.Run.Rows > 0 }, "import", "accounts", file, "--key", "external_id", "--twins", "create")
	if v.in.Run.Rows >= rows {
		t.Fatalf("all rows had landed: killing shows nothing")
	}
	v.goOn(intake.Done)
	if v.in.Run.Created != rows || v.in.Run.Rows != rows {
		t.Errorf("%+v", v.in.Run)
	}
	if n := v.accounts(); n != rows {
		t.Errorf("%d accounts", n)
	}
	v.killed(func(in intake.Intake) bool { return in.Undo.Erased > 0 }, "import", "--undo", v.in.ID.String())
	if n := v.accounts(); n == 0 || n == rows {
		t.Fatalf("%d accounts are left: killing shows nothing", n)
	}
	v.goOn(intake.Undone)
	if n := v.accounts(); n != 0 || v.in.Undo.Erased != rows || v.in.Undo.Kept != 0 {
		t.Errorf("%d accounts, %+v", n, v.in.Undo)
	}
}

// victim is one import, seen from beside the programs that work on it.
type victim struct {
	t    *testing.T
	data string
	in   intake.Intake
}

// beside opens the folder that the programs work in.
func (v *victim) beside(do func(a *app.App, who app.Who)) {
	v.t.Helper()
	db, err := store.Open(v.t.Context(), store.Config{Dir: v.data})
	if err != nil {
		v.t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // it only read
	a := app.New(db, app.Config{})
	who, err := a.AsMachine(v.t.Context())
	if err != nil {
		v.t.Fatal(err)
	}
	do(a, who)
}

// until waits for the import to be so.
func (v *victim) until(a *app.App, who app.Who, so func(intake.Intake) bool) {
	v.t.Helper()
	for late := time.After(2 * time.Minute); ; {
		all, err := a.Intakes(v.t.Context(), who, id.Record{}, 1)
		if err != nil {
			v.t.Fatal(err)
		}
		if len(all) == 1 {
			if v.in, _, err = a.Intake(v.t.Context(), who, all[0].ID); err != nil {
				v.t.Fatal(err)
			}
			if so(v.in) {
				return
			}
		}
		select {
		case <-late:
			v.t.Fatalf("it is still %s", v.in.State)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// killed runs the program until the import is so, and kills it.
func (v *victim) killed(so func(intake.Intake) bool, words ...string) {
	v.t.Helper()
	p := exec.CommandContext(v.t.Context(), os.Args[0], append(words, "--data", v.data)...)
	p.Env = append(os.Environ(), "KRING_TEST_BE_KRING=1")
	if err := p.Start(); err != nil {
		v.t.Fatal(err)
	}
	v.beside(func(a *app.App, who app.Who) {
		v.until(a, who, so)
		if err := p.Process.Kill(); err != nil {
			v.t.Fatal(err)
		}
		p.Wait() //nolint:errcheck // it was killed
		v.until(a, who, so)
	})
}

// goOn lets the next program do the rest.
func (v *victim) goOn(to intake.State) {
	v.t.Helper()
	begun := time.Now()
	if code, _, said := kring(v.t, v.data, "", "import", "--resume", v.in.ID.String()); code != 0 {
		v.t.Fatal(said)
	}
	v.beside(func(a *app.App, who app.Who) {
		v.until(a, who, func(in intake.Intake) bool { return in.State == to })
	})
	v.t.Logf("%s after %s", to, time.Since(begun).Round(time.Millisecond))
}

// accounts counts those that are there, each once.
func (v *victim) accounts() int {
	seen := map[string]int{}
	v.beside(func(a *app.App, who app.Who) {
		err := a.ExportAccounts(v.t.Context(), who, filter.New(account.Catalogue()), func(l account.Line) error {
			seen[l.ExternalID]++
			return nil
		})
		if err != nil {
			v.t.Error(err)
		}
	})
	for name, n := range seen {
		if n != 1 {
			v.t.Errorf("%s is there %d times", name, n)
		}
	}
	return len(seen)
}

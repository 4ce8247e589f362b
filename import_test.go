package main

import (
	"bufio"
	"context"
	"encoding/json"
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

// A program that is killed in the middle of an import loses nothing: another
// goes on where it was, and every row is there once.
func TestImportKilled(t *testing.T) {
	t.Parallel()
	const rows = 12_000
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
	victim := exec.CommandContext(t.Context(), os.Args[0], "import", "accounts", file, "--key", "external_id", "--twins", "create", "--data", data)
	victim.Env = append(os.Environ(), "KRING_TEST_BE_KRING=1")
	said, err := victim.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(said).ReadString('\n')
	name, _, _ := strings.Cut(line, ":")
	i, bad := id.Parse[id.Record](name)
	if err != nil || bad != nil {
		t.Fatalf("it did not begin: %q %v", line, err)
	}
	time.Sleep(700 * time.Millisecond)
	if err := victim.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	victim.Wait() //nolint:errcheck // it was killed

	// A minute later, when nobody has heard of the killed one.
	db, err := store.Open(t.Context(), store.Config{Dir: data, Clock: func() time.Time { return time.Now().Add(time.Minute) }})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // the test is over
	a := app.New(db, app.Config{})
	who, err := a.AsMachine(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	in, _, err := a.Intake(t.Context(), who, i)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("killed after %d of %d rows (%s)", in.Run.Rows, rows, in.State)
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	defer stop()
	worked := make(chan error, 1)
	go func() { worked <- a.WorkIntakes(ctx) }()
	for in.State != intake.Done && ctx.Err() == nil {
		time.Sleep(20 * time.Millisecond)
		if in, _, err = a.Intake(t.Context(), who, i); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	if err := <-worked; err != nil {
		t.Fatal(err)
	}
	if in.Run.Created != rows || in.Run.Rows != rows {
		b, _ := json.Marshal(in.Run) //nolint:errcheck // only to show
		t.Errorf("%s", b)
	}
	seen := map[string]int{}
	err = a.ExportAccounts(t.Context(), who, filter.New(account.Catalogue()), func(l account.Line) error {
		seen[l.ExternalID]++
		return nil
	})
	if err != nil || len(seen) != rows {
		t.Errorf("%d accounts, %v", len(seen), err)
	}
	for name, n := range seen {
		if n != 1 {
			t.Errorf("%s is there %d times", name, n)
		}
	}
}

package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestImport: what a terminal says of an import is a sentence, of --json the
// code as well.
func TestImport(t *testing.T) {
	t.Parallel()
	run := kring(t)
	want := func(code int, args ...string) (out, said string) {
		t.Helper()
		got, out, said := run("kersen op sap 1958\n", args...)
		if got != code {
			t.Fatalf("kring %s: code %d, want %d: %s", strings.Join(args, " "), got, code, said)
		}
		return out, said
	}
	file := filepath.Join(t.TempDir(), "a.csv")
	if err := os.WriteFile(file, []byte("naam;land\nLinden;NL\nAker;Ergens\nBos;Nergens\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	want(0, "setup", "--org", "Brandt", "--admin", "anna@brandt.example", "--password-stdin")
	if out, _ := want(0, "import", "accounts", file, "--dry-run"); !strings.Contains(out, "2  There is no such country") || strings.Contains(out, "column.country") {
		t.Error(out)
	}
	out, _ := want(0, "import", "accounts", file, "--dry-run", "--json")
	var told struct {
		Reasons []struct {
			Code, Text string
			Rows       int64
		}
	}
	if err := json.Unmarshal([]byte(out), &told); err != nil || len(told.Reasons) != 1 || told.Reasons[0].Code != "column.country" || told.Reasons[0].Rows != 2 || !strings.HasPrefix(told.Reasons[0].Text, "There is") {
		t.Errorf("%s %v", out, err)
	}
	if out, _ := want(0, "import", "teams", file); !strings.Contains(out, "3 created") {
		t.Error(out)
	}
	for _, kind := range []string{"leads", "account"} {
		if _, said := want(1, "import", kind, file); !strings.Contains(said, "cannot be imported yet") {
			t.Errorf("%s: %s", kind, said)
		}
	}
}

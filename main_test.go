package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"kring/door/cli"
)

// kring runs a command line on a data folder and gives what it printed.
func kring(t *testing.T, data, input string, args ...string) (code int, out, err string) {
	t.Helper()
	var o, e bytes.Buffer
	code = cli.Main(append(args, "--data", data), house(), cli.Terminal{In: strings.NewReader(input), Out: &o, Err: &e})
	return code, o.String(), e.String()
}

func TestCare(t *testing.T) {
	t.Parallel()
	data, file := filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "kring.backup")
	must := func(data, input string, args ...string) (out, said string) {
		t.Helper()
		code, out, said := kring(t, data, input, args...)
		if code != 0 {
			t.Fatalf("kring %s: %d %s%s", strings.Join(args, " "), code, out, said)
		}
		return out, said
	}
	if code, _, said := kring(t, data, "", "backup", file); code != 1 || !strings.Contains(said, "no database") {
		t.Errorf("a backup of nothing: %d %s", code, said)
	}
	must(data, "een lange zin om te onthouden", "setup", "--org", "Proef", "--admin", "anna@proef.example", "--password-stdin")
	must(data, "", "backup", file)
	if out, _ := must(data, "", "doctor"); !strings.Contains(out, "fine") || strings.Contains(out, "wrong") {
		t.Errorf("doctor: %s", out)
	}
	var said struct {
		Findings []struct{ Name, State, Text string }
		Wrong    bool
	}
	out, _ := must(data, "", "doctor", "--json")
	if err := json.Unmarshal([]byte(out), &said); err != nil || said.Wrong || len(said.Findings) < 8 {
		t.Errorf("doctor --json: %v %s", err, out)
	}
	other := filepath.Join(t.TempDir(), "other")
	must(other, "", "restore", file)
	if out, _ := must(other, "", "token", "add", "--user", "anna@proef.example"); !strings.HasPrefix(out, "kring_") {
		t.Errorf("nobody in the restored database: %s", out)
	}
	if _, said := must(other, "", "restore", file); !strings.Contains(said, "before-restore") {
		t.Errorf("restore does not say where the former database is: %s", said)
	}
	if out, _ := must(other, "", "migrate"); !strings.Contains(out, "up to date") {
		t.Errorf("migrate: %s", out)
	}
	if code, _, said := kring(t, data, "", "doctor", "--nonsense"); code != 2 || said == "" {
		t.Errorf("wrong words: %d %s", code, said)
	}
}

package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"kring/app"
	"kring/door/cli"
	"kring/store"
)

// kring runs command lines against one folder.
func kring(t *testing.T) func(in string, args ...string) (code int, out, said string) {
	t.Helper()
	dir := t.TempDir()
	h := cli.House{Open: func(ctx context.Context, w cli.Where, log *slog.Logger, address string) (*app.App, func() error, error) {
		db, err := store.Open(ctx, store.Config{Dir: w.Data, URL: w.Database})
		if err != nil {
			return nil, nil, err
		}
		return app.New(db, app.Config{Address: address}), db.Close, nil
	}}
	return func(in string, args ...string) (int, string, string) {
		t.Helper()
		var out, said bytes.Buffer
		code := cli.Main(append([]string{"--data", dir}, args...), h, cli.Terminal{In: strings.NewReader(in), Out: &out, Err: &said})
		return code, out.String(), said.String()
	}
}

func TestUser(t *testing.T) {
	t.Parallel()
	run := kring(t)
	want := func(code int, in string, args ...string) (out, said string) {
		t.Helper()
		got, out, said := run(in, args...)
		if got != code {
			t.Fatalf("kring %s: code %d, want %d: %s", strings.Join(args, " "), got, code, said)
		}
		return out, said
	}
	if _, said := want(1, "", "user", "list"); !strings.Contains(said, "kring setup") {
		t.Fatalf("before the set-up: %s", said)
	}
	want(0, "kersen op sap 1958\n", "setup", "--org", "Brandt", "--admin", "anna@brandt.example", "--password-stdin")
	want(1, "kersen op sap 1958\n", "setup", "--org", "Nog een", "--admin", "x@brandt.example", "--password-stdin")
	out, _ := want(0, "", "user", "add", "els@brandt.example", "--role", "service", "--address", "https://kring.example")
	if !strings.HasPrefix(out, "https://kring.example/welcome/") || strings.Count(out, "\n") != 1 {
		t.Fatalf("the link: %q", out)
	}
	out, said := want(0, "vlinders boven het veld\n", "user", "add", "Jan@brandt.example", "--name", "Jan de Wit", "--password-stdin")
	if out != "" || !strings.Contains(said, "jan@brandt.example can sign in") {
		t.Fatalf("with a password: %q %q", out, said)
	}
	want(1, "", "user", "add", "jan@brandt.example")
	want(1, "kort\n", "user", "add", "piet@brandt.example", "--password-stdin")
	want(1, "", "user", "add", "piet@brandt.example", "--team", "Nergens")
	want(2, "", "user", "add", "piet@brandt.example", "--role", "baas")
	want(1, "", "user", "disable", "anna@brandt.example") // the last administrator
	want(0, "", "user", "disable", "jan@brandt.example")
	want(1, "", "user", "disable", "jan@brandt.example")
	want(1, "", "user", "reset", "jan@brandt.example")
	want(0, "", "user", "enable", "jan@brandt.example")
	if out, _ := want(0, "", "user", "reset", "jan@brandt.example"); !strings.Contains(out, "/welcome/") {
		t.Fatalf("the reset: %q", out)
	}
	want(1, "", "user", "reset", "niemand@brandt.example")
	out, _ = want(0, "", "--json", "user", "list")
	var all []struct{ Name, Email, Role, State string }
	if err := json.Unmarshal([]byte(out), &all); err != nil || len(all) != 3 || all[0].Name != "Jan de Wit" || all[0].State != "active" || all[2].State != "invited" {
		t.Fatalf("%v: %+v", err, all)
	}
	if out, _ := want(0, "", "token", "add", "--user", "jan@brandt.example"); !strings.HasPrefix(out, "kring_") || strings.Count(out, "\n") != 1 {
		t.Fatalf("the token: %q", out)
	}

	// Without a password the first administrator gets a link.
	run = kring(t)
	out, _ = want(0, "", "setup", "--org", "Brandt", "--admin", "anna@brandt.example", "--name", "Anna")
	if !strings.Contains(out, "/welcome/") {
		t.Fatalf("set up by link: %q", out)
	}
}

package cli_test

import (
	"archive/zip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestExport(t *testing.T) {
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
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	want(1, "export", "accounts", at("a.csv"))
	want(0, "setup", "--org", "Brandt", "--admin", "anna@brandt.example", "--password-stdin")

	if out, _ := want(0, "export", "members", "-"); !strings.HasPrefix(out, "\ufeffname,email,role,team,state,locale,id\r\nanna,anna@brandt.example,admin,,active,") {
		t.Errorf("%q", out)
	}
	if _, said := want(0, "export", "accounts", at("a.csv")); !strings.Contains(said, "accounts: 0") {
		t.Error(said)
	}
	head, err := os.ReadFile(at("a.csv"))
	if err != nil || !strings.HasPrefix(string(head), "\ufeffname,kind,legal_form,kvk,branch,vat_id,sbi,size,counter_value,phone,email,street,") {
		t.Errorf("%q %v", head, err)
	}
	want(1, "export", "accounts", at("a.csv"))
	want(0, "export", "accounts", at("a.csv"), "--force", "--columns", "name,city", "--where", "city=Zwolle&sort=-updated_at", "--semicolon")
	if b, err := os.ReadFile(at("a.csv")); err != nil || string(b) != "\ufeffname;city\r\n" {
		t.Errorf("%q %v", b, err)
	}
	want(0, "export", "contacts", at("c.xlsx"))
	want(1, "export", "accounts", at("a.pdf"))
	want(1, "export", "accounts", at("b.csv"), "--columns", "salaris")
	want(1, "export", "accounts", at("b.csv"), "--where", "hoi=1")
	want(1, "export", "teams", at("b.csv"), "--columns", "name")
	want(1, "export", "everything", at("b.csv"))
	want(2, "export", "alles", at("b.csv"))

	out, _ := want(0, "export", "everything", at("e.zip"), "--json")
	if !strings.Contains(out, `"table": "members",`) || !strings.Contains(out, `"rows": 1`) {
		t.Error(out)
	}
	z, err := zip.OpenReader(at("e.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
	}
	if !slices.Equal(names, []string{"accounts.csv", "contacts.csv", "teams.csv", "members.csv", "fields.csv", "views.csv", "facts.csv", "files.csv", "orders.csv", "moves.csv", "decisions.csv", "handovers.csv", "tasks.csv", "appointments.csv", "consents.csv", "merges.csv", "pairs.csv", "imports.csv", "products.csv", "price_lists.csv", "quotes.csv", "propositions.csv"}) {
		t.Errorf("%q", names)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 3 {
		t.Errorf("%v %v", left, err)
	}
}

package store_test

import (
	"slices"
	"strings"
	"testing"

	"kring/kit"
	"kring/store"
)

// Every table that points at an account or a contact is looked at before an
// import that made it is taken back.
func TestAttached(t *testing.T) {
	t.Parallel()
	_, db, _ := kit.SQLite(t)
	tables, _ := readCatalogue(t, db)
	seen := 0
	for _, table := range tables {
		for _, r := range table.refs {
			from, to, _ := strings.Cut(r, " → ")
			if target, _, _ := strings.Cut(to, ": "); target != "account" && target != "contact" || table.name == "contact_account" || table.name == "standing" || table.name == "stay" {
				continue // who is at it is asked otherwise; where it stands belongs to every account
			}
			seen++
			if !slices.ContainsFunc(store.Attached[table.name], func(column string) bool { return slices.Contains(strings.Split(from, ", "), column) }) {
				t.Errorf("%s points at a record (%s): name it in attached, in store/known.go", table.name, r)
			}
		}
	}
	if seen < 2 {
		t.Errorf("saw only %d tables that point at records", seen)
	}
}

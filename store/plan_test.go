package store

import (
	"testing"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"
)

// SQLite keeps the plan of a statement of which the LIMIT is a value.
func TestPlannedOnce(t *testing.T) {
	t.Parallel()
	db, err := Open(t.Context(), Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // the test is over
	c, err := db.read.take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	err = c.sql.Raw(func(of any) error {
		st, _, err := of.(driver.Conn).Raw().Prepare("SELECT a.id FROM account a WHERE a.org_id = ? AND a.deleted_at IS NULL ORDER BY a.name_key, a.id LIMIT ?")
		if err != nil {
			return err
		}
		defer st.Close() //nolint:errcheck // as above
		for limit := range 4 {
			if err := st.BindInt(2, 50+limit); err != nil {
				return err
			}
			for st.Step() {
			}
			if err := st.Reset(); err != nil {
				return err
			}
		}
		if n := st.Status(sqlite3.STMTSTATUS_REPREPARE, false); n != 0 {
			t.Errorf("planned again %d times", n)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

package app_test

import (
	"testing"

	"kring/base/id"
	"kring/domain/account"
	"kring/domain/filter"
)

// A place in a list that somebody made up is refused or finds nothing; it is
// never an error of the database.
func TestMadeUpCursor(t *testing.T) {
	t.Parallel()
	both(t, func(h *house) {
		for _, sort := range []string{"name", "-updated_at", "size"} {
			for _, value := range []any{"abc", "a\x00b", int64(7), 1.5, 1e300, true, nil} {
				made := filter.New(account.Catalogue()).Sorted(filter.SortBy(sort)).After(value, id.New[id.Record]()).Cursor
				q, err := filter.Parse(account.Catalogue(), map[string][]string{"sort": {sort}, "cursor": {made.String()}}, filter.Limits{})
				if err != nil {
					h.refused(err, filter.ErrCursor)
					continue
				}
				if _, err := h.a.Accounts(h.Context(), h.admin, q); err != nil {
					h.Errorf("%s after %v: %v", sort, value, err)
				}
			}
		}
	})
}

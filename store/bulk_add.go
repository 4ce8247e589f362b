package store

import (
	"slices"
	"strings"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/account"
	"kring/domain/contact"
)

// AddAccounts stores new accounts as AddAccount does, all with a handful of
// statements; facts has one for each account, in the same order.
func (tx *Tx) AddAccounts(all []account.Account, facts []fact.Fact) (err error) {
	defer fault.Wrap(&err, "store.AddAccounts(%d)", len(all))
	rows := make([]any, 0, 34*len(all))
	index, told := make([]found, len(all)), make([]fact.Fact, len(all))
	for i, a := range all {
		row, err := accountRow(a)
		if err != nil {
			return err
		}
		rows = append(append(rows, tx.org, a.ID, 1), row...)
		index[i], told[i] = foundAccount(a), aboutAccount(a, facts[i])
		tx.touchFresh(a)
	}
	if err := tx.addRows("INSERT INTO account (org_id, id, version, "+accountSet+") VALUES ", 34, rows); err != nil {
		return err
	}
	if err := tx.indexFresh(index); err != nil {
		return err
	}
	return tx.recordAll(told)
}

// AddContacts does for contacts what AddAccounts does for accounts; those they
// belong to must exist.
func (tx *Tx) AddContacts(all []contact.Contact, facts []fact.Fact) (err error) {
	defer fault.Wrap(&err, "store.AddContacts(%d)", len(all))
	rows := make([]any, 0, 28*len(all))
	var links []any
	var at []id.Account
	index, told := make([]found, len(all)), make([]fact.Fact, len(all))
	for i, c := range all {
		row, err := contactRow(c)
		if err != nil {
			return err
		}
		rows = append(append(rows, tx.org, c.ID, 1), row...)
		for place, l := range c.Accounts {
			links = append(links, tx.org, c.ID, l.Account, place, l.Function, list(l.Roles), l.Primary)
		}
		at = append(at, accountsOf(c)...)
		index[i], told[i] = foundContact(c), aboutContact(c, facts[i])
	}
	if err := tx.addRows("INSERT INTO contact (org_id, id, version, "+contactSet+") VALUES ", 28, rows); err != nil {
		return err
	}
	if err := tx.addRows("INSERT INTO contact_account (org_id, contact_id, account_id, place, function, roles, main) VALUES ", 7, links); err != nil {
		return err
	}
	if err := tx.pointedAt(at...); err != nil {
		return err
	}
	if err := tx.indexFresh(index); err != nil {
		return err
	}
	return tx.recordAll(told)
}

// AddFacts records deeds beside a change: those of many records in one go.
func (tx *Tx) AddFacts(all []fact.Fact) (err error) {
	defer fault.Wrap(&err, "store.AddFacts(%d)", len(all))
	return tx.recordAll(all)
}

// fewRows is how many rows go into one statement of just their number; of more
// rows, statements of a few sizes serve any number.
const fewRows = 32

// addRows inserts rows of n values, several in a statement.
func (tx *Tx) addRows(insert string, n int, values []any) error {
	return tx.putRows(insert, n, values, "")
}

// putRows does so and says what becomes of a row that is there already.
func (tx *Tx) putRows(insert string, n int, values []any, then string) error {
	shapes := tx.d.shapes
	if count := len(values) / n; 0 < count && count <= fewRows {
		shapes = []int{count}
	}
	for _, rows := range shapes {
		q := ""
		for len(values) >= rows*n {
			if q == "" {
				one := "(" + marks(n) + ")"
				q = insert + strings.Repeat(one+", ", rows-1) + one + then
			}
			if _, err := tx.exec(q, values[:rows*n]...); err != nil {
				return err
			}
			values = values[rows*n:]
		}
	}
	return nil
}

// ordered puts many rows of n values in the order of some of them, which are
// texts: a page of an index is then read and written once for all rows on it.
func ordered(values []any, n int, by []int) []any {
	if len(values)/n <= fewRows {
		return values
	}
	rows := slices.Collect(slices.Chunk(values, n))
	slices.SortFunc(rows, func(a, b []any) int {
		for _, i := range by {
			x, _ := a[i].(string)
			y, _ := b[i].(string)
			if c := strings.Compare(x, y); c != 0 {
				return c
			}
		}
		return 0
	})
	return slices.Concat(rows...)
}

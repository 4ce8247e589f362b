package store

import "kring/base/fault"

// NextNumber takes the next number of a series in a year, from 1 on, without a
// gap: it is taken for good only when this change is. Two changes that want one
// at once wait for each other, so take it late.
func (tx *Tx) NextNumber(series string, year int) (n int64, err error) {
	defer fault.Wrap(&err, "store.NextNumber(%s, %d)", series, year)
	err = tx.row(`INSERT INTO number_series (org_id, series, year, last) VALUES (?, ?, ?, 1)
ON CONFLICT (org_id, series, year) DO UPDATE SET last = number_series.last + 1 RETURNING last`, []any{tx.org, series, year}, &n)
	return n, err
}

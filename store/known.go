package store

import (
	"database/sql"
	"slices"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/member"
)

// Records by what they are known by, many at once: a page of a file asks for
// all its rows together.

// AccountsKnown are the accounts of which a column is one of these values:
// external_id, kvk or name_key. Those in the bin count by external id only.
func (v *View) AccountsKnown(by string, values []string) (all []account.Account, err error) {
	defer fault.Wrap(&err, "store.AccountsKnown(%s)", by)
	rest := map[string]string{
		"external_id": "a.external_id IS NOT NULL", "kvk": "a.kvk IS NOT NULL AND a.deleted_at IS NULL", "name_key": "a.deleted_at IS NULL",
	}[by]
	for chunk := range slices.Chunk(values, 200) {
		w := v.where("a").in("a."+by, len(chunk), anys(chunk)...).and(rest)
		w.args = append(w.args, mostKnown)
		err := v.rows("SELECT "+accountColumns+" FROM account a"+w.String()+" LIMIT ?", w.args, func(rs *sql.Rows) error {
			a, err := scanAccount(rs.Scan)
			all = append(all, a)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// mostKnown bounds what one question finds: a name that a thousand records bear
// tells nothing.
const mostKnown = 2000

// ContactsKnown are the contacts that have one of these external ids.
func (v *View) ContactsKnown(externals []string) (all []contact.Contact, err error) {
	defer fault.Wrap(&err, "store.ContactsKnown")
	for chunk := range slices.Chunk(externals, 200) {
		some, err := v.contacts(v.where("a").in("a.external_id", len(chunk), anys(chunk)...).and("a.external_id IS NOT NULL"), "")
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// Points are the records of a kind that are reached by one of these addresses or
// numbers, by that.
func (v *View) Points(kind fact.Kind, values []string) (at map[string][]id.Record, err error) {
	defer fault.Wrap(&err, "store.Points")
	at = map[string][]id.Record{}
	for chunk := range slices.Chunk(values, 200) {
		w := v.where("").in("value", len(chunk), anys(chunk)...).and("record_kind = ?", string(kind))
		w.args = append(w.args, mostKnown)
		err := v.rows("SELECT value, record_id FROM point"+w.String()+" LIMIT ?", w.args, func(rs *sql.Rows) error {
			var value string
			var i id.Record
			err := rs.Scan(&value, &i)
			at[value] = append(at[value], i)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return at, nil
}

// PeopleAt counts the contacts at accounts, those in the bin too.
func (v *View) PeopleAt(accounts []id.Account) (at map[id.Account]int, err error) {
	defer fault.Wrap(&err, "store.PeopleAt")
	at = map[id.Account]int{}
	for chunk := range slices.Chunk(accounts, 200) {
		w := v.where("").in("account_id", len(chunk), anys(chunk)...)
		err := v.rows("SELECT account_id, COUNT(*) FROM contact_account"+w.String()+" GROUP BY account_id", w.args, func(rs *sql.Rows) error {
			var i id.Account
			var n int
			err := rs.Scan(&i, &n)
			at[i] = n
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return at, nil
}

// attached are the tables in which something can stand that belongs to a
// record, and the columns that name it. Whoever adds a table that points at an
// account or a contact adds it here, or an import that is taken back would erase
// what is in use; a test reads the catalogue and says so.
var attached = map[string][]string{
	"file": {"record_id"}, "consent": {"subject_id"}, "orders": {"account_id"}, "decision": {"account_id"}, "handover": {"account_id"}, "snooze": {"account_id"}, "run": {"account_id"},
	"invoice": {"account_id"}, "contract": {"account_id"}, "credit_limit": {"account_id"},
	"lead":        {"account_id"},
	"opportunity": {"account_id"}, "dmu": {"contact_id"},
	"quote": {"account_id", "contact_id"}, "price_list": {"account_id"}, "proposition": {"account_id"},
	"task": {"account_id", "contact_id"}, "appointment": {"account_id"}, "guest": {"contact_id"}, "promise": {"account_id", "contact_id"}, "need": {"account_id", "contact_id"},
	"conversation": {"account_id", "contact_id"}, "attendee": {"contact_id"},
}

// Used are those of the records to which something is attached.
func (v *View) Used(records []id.Record) (used map[id.Record]bool, err error) {
	defer fault.Wrap(&err, "store.Used")
	used = map[id.Record]bool{}
	for table, columns := range attached {
		for _, column := range columns {
			if err := v.used(table, column, records, used); err != nil {
				return nil, err
			}
		}
	}
	return used, nil
}

func (v *View) used(table, column string, records []id.Record, used map[id.Record]bool) error {
	for chunk := range slices.Chunk(records, 200) {
		w := v.where("").in(column, len(chunk), anys(chunk)...)
		err := v.rows("SELECT DISTINCT "+column+" FROM "+table+w.String(), w.args, func(rs *sql.Rows) error {
			var i id.Record
			err := rs.Scan(&i)
			used[i] = true
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// EraseAccounts takes accounts away for good, with what finds them; nobody may
// be at them any more. That it happened stays a fact.
func (tx *Tx) EraseAccounts(all []account.Account, f fact.Fact) (err error) {
	defer fault.Wrap(&err, "store.EraseAccounts(%d)", len(all))
	told := make([]fact.Fact, len(all))
	ids := make([]id.Record, len(all))
	for i, a := range all {
		ids[i], told[i] = a.ID.Any(), aboutAccount(a, f)
	}
	if err := tx.countOff(each(all, func(a account.Account) id.Account { return a.ID })); err != nil {
		return err
	}
	if err := tx.eraseRuns(ids); err != nil {
		return err
	}
	if err := tx.erase("account", ids); err != nil {
		return err
	}
	return tx.recordAll(told)
}

// eraseRuns takes away the processes that ran for accounts.
func (tx *Tx) eraseRuns(accounts []id.Record) error {
	for chunk := range slices.Chunk(accounts, 200) {
		args := append([]any{tx.org}, anys(chunk)...)
		of := "IN (SELECT r.id FROM run r WHERE r.org_id = ? AND r.account_id IN (" + marks(len(chunk)) + "))"
		for _, table := range []string{"run_step", "run_subject"} {
			if _, err := tx.exec("DELETE FROM "+table+" WHERE org_id = ? AND run_id "+of, append([]any{tx.org}, args...)...); err != nil {
				return err
			}
		}
		if _, err := tx.exec("DELETE FROM run WHERE org_id = ? AND account_id IN ("+marks(len(chunk))+")", args...); err != nil {
			return err
		}
	}
	return nil
}

// EraseContacts does so for contacts and their places at accounts.
func (tx *Tx) EraseContacts(all []contact.Contact, f fact.Fact) (err error) {
	defer fault.Wrap(&err, "store.EraseContacts(%d)", len(all))
	told := make([]fact.Fact, len(all))
	ids := make([]id.Record, len(all))
	for i, c := range all {
		ids[i], told[i] = c.ID.Any(), aboutContact(c, f)
	}
	for chunk := range slices.Chunk(ids, 200) {
		if _, err := tx.exec("DELETE FROM contact_account WHERE org_id = ? AND contact_id IN ("+marks(len(chunk))+")", append([]any{tx.org}, anys(chunk)...)...); err != nil {
			return err
		}
	}
	if err := tx.erase("contact", ids); err != nil {
		return err
	}
	return tx.recordAll(told)
}

func (tx *Tx) erase(table string, ids []id.Record) error {
	for chunk := range slices.Chunk(ids, 200) {
		args := append([]any{tx.org}, anys(chunk)...)
		for found := range foundBy {
			if _, err := tx.exec("DELETE FROM "+found+" WHERE org_id = ? AND record_id IN ("+marks(len(chunk))+")", args...); err != nil {
				return err
			}
		}
		if _, err := tx.exec("DELETE FROM "+table+" WHERE org_id = ? AND id IN ("+marks(len(chunk))+")", args...); err != nil {
			return err
		}
	}
	return nil
}

// ContactReach are those of the contacts that are within reach.
func (v *View) ContactReach(ids []id.Contact, r member.Reach) (within map[id.Contact]bool, err error) {
	defer fault.Wrap(&err, "store.ContactReach")
	within = map[id.Contact]bool{}
	for chunk := range slices.Chunk(ids, 200) {
		w := v.where("a").in("a.id", len(chunk), anys(chunk)...).reachContact("a", r)
		err := v.rows("SELECT a.id FROM contact a"+w.String(), w.args, func(rs *sql.Rows) error {
			var i id.Contact
			err := rs.Scan(&i)
			within[i] = true
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return within, nil
}

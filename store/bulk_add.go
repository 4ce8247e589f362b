package store

import (
	"kring/base/fact"
	"kring/base/fault"
	"kring/domain/account"
	"kring/domain/contact"
)

// AddAccounts stores new accounts as AddAccount does, all with a handful of
// statements; facts has one for each account, in the same order.
func (tx *Tx) AddAccounts(all []account.Account, facts []fact.Fact) (err error) {
	defer fault.Wrap(&err, "store.AddAccounts(%d)", len(all))
	rows := make([]any, 0, 33*len(all))
	index, told := make([]found, len(all)), make([]fact.Fact, len(all))
	for i, a := range all {
		row, err := accountRow(a)
		if err != nil {
			return err
		}
		rows = append(append(rows, tx.org, a.ID, 1), row...)
		index[i], told[i] = foundAccount(a, true), aboutAccount(a, facts[i])
	}
	if err := tx.addRows("INSERT INTO account (org_id, id, version, "+accountSet+") VALUES ", 33, rows); err != nil {
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
	rows := make([]any, 0, 27*len(all))
	var links []any
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
		index[i], told[i] = foundContact(c, true), aboutContact(c, facts[i])
	}
	if err := tx.addRows("INSERT INTO contact (org_id, id, version, "+contactSet+") VALUES ", 27, rows); err != nil {
		return err
	}
	if err := tx.addRows("INSERT INTO contact_account (org_id, contact_id, account_id, place, function, roles, main) VALUES ", 7, links); err != nil {
		return err
	}
	if err := tx.indexFresh(index); err != nil {
		return err
	}
	return tx.recordAll(told)
}

package desk

import (
	"kring/base/id"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/filter"
)

// What differs between the list of accounts and that of contacts.

func accountRows(l *listing, q filter.Query) (rows []record, next filter.Cursor, err error) {
	p, err := l.v.app.AccountRows(l.v.r.Context(), l.v.who, q)
	for _, line := range p.Items {
		rows = append(rows, accountRecord(line))
	}
	return rows, p.Next, err
}

func accountRecord(l account.Line) record {
	return record{id: l.ID.Any(), name: l.Name, place: l.City, deleted: l.Deleted, version: l.Version, value: l.Value}
}

func countAccounts(v *visit, q filter.Query) (int, bool, error) {
	return v.app.CountAccounts(v.r.Context(), v.who, q)
}

func openAccountRow(v *visit, i id.Record) (record, error) {
	a, err := v.app.Account(v.r.Context(), v.who, id.Account(i))
	return accountRecord(a.Line()), err
}

func contactRows(l *listing, q filter.Query) (rows []record, next filter.Cursor, err error) {
	p, err := l.v.app.Contacts(l.v.r.Context(), l.v.who, q)
	if err != nil {
		return nil, next, err
	}
	at := map[id.Account]bool{}
	for _, c := range p.Items {
		line := c.Line()
		at[line.Account] = true
		rows = append(rows, contactRecord(line))
	}
	return rows, p.Next, l.call(at)
}

// call learns what the accounts are called.
func (l *listing) call(at map[id.Account]bool) error {
	var ids []id.Account
	for i := range at {
		if _, known := l.names.accounts[i]; !known && !i.IsZero() {
			ids = append(ids, i)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	called, err := l.v.app.AccountNames(l.v.r.Context(), l.v.who, ids)
	for i, name := range called {
		l.names.accounts[i] = name
	}
	return err
}

func contactRecord(l contact.Line) record {
	return record{id: l.ID.Any(), name: l.Name(), deleted: l.Deleted, version: l.Version, value: l.Value}
}

func countContacts(v *visit, q filter.Query) (int, bool, error) {
	return v.app.CountContacts(v.r.Context(), v.who, q)
}

func openContactRow(v *visit, i id.Record) (record, error) {
	c, err := v.app.Contact(v.r.Context(), v.who, id.Contact(i))
	return contactRecord(c.Line()), err
}

func eachAccount(l *listing, do func(record) error) error {
	return l.v.app.ExportAccounts(l.v.r.Context(), l.v.who, l.q, func(line account.Line) error { return do(accountRecord(line)) })
}

func eachContact(l *listing, do func(record) error) error {
	return l.v.app.ExportContacts(l.v.r.Context(), l.v.who, l.q, func(c contact.Contact) error {
		line := c.Line()
		if err := l.call(map[id.Account]bool{line.Account: true}); err != nil {
			return err
		}
		return do(contactRecord(line))
	})
}

package desk

import (
	"github.com/a-h/templ"

	"kring/base/fact"
	"kring/base/id"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/cycle"
	"kring/domain/filter"
	"kring/domain/member"
	"kring/look"
)

// What differs between the list of accounts and that of contacts.

func accountRows(l *listing, q filter.Query) (rows []record, next filter.Cursor, err error) {
	p, err := l.v.app.AccountRows(l.v.r.Context(), l.v.who, q)
	if err != nil {
		return nil, next, err
	}
	rings, err := l.v.rings(p.Items)
	for _, line := range p.Items {
		r := accountRecord(line)
		if path := rings[line.ID]; path.Phase != "" {
			r.path = &path
		}
		rows = append(rows, r)
	}
	return rows, p.Next, err
}

// rings are where the accounts of a page stand, for who may see that.
func (v *visit) rings(all []account.Line) (map[id.Account]cycle.Path, error) {
	if !v.who.Can(member.OrderRead) || len(all) == 0 {
		return nil, nil
	}
	return v.app.Rings(v.r.Context(), v.who, all)
}

// ringed says whether the list shows where each relation stands.
func (l *listing) ringed() bool {
	return l.kind == fact.Account && l.v.who.Can(member.OrderRead)
}

// lead stands before the name: the ring of a relation, the face of a person.
func (l *listing) lead(r record) templ.Component {
	if r.path == nil {
		return look.Avatar{Name: r.name}
	}
	return l.v.smallRing(*r.path)
}

// smallRing is the ring of a row.
func (v *visit) smallRing(p cycle.Path) look.Ring {
	return look.Ring{Size: 28, Turns: turns(p, v.app.Today(v.who)), Now: phaseKeys[p.Phase]}
}

// phaseCell names the phase, with what it does not say by itself.
func (l *listing) phaseCell(r record) look.Cell {
	if r.path == nil {
		return look.Cell{}
	}
	return look.Cell{Content: look.PhaseBadge{Phase: phaseKeys[r.path.Phase], Extra: l.v.extra(*r.path)}}
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

// ringOne gives a row that stands by itself its ring.
func (l *listing) ringOne(r *record) error {
	if l.kind != fact.Account {
		return nil
	}
	a, err := l.v.app.Account(l.v.r.Context(), l.v.who, id.Account(r.id))
	if err != nil {
		return err
	}
	rings, err := l.v.rings([]account.Line{a.Line()})
	if path := rings[a.ID]; path.Phase != "" {
		r.path = &path
	}
	return err
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

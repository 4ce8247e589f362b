package app

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"kring/base/catalogue"
	"kring/base/decimal"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/reach"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/filter"
	"kring/domain/member"
	"kring/paper/sheet"
	"kring/store"
)

// Begin makes the writer of a table whose columns are of these kinds.
type Begin func(kinds []sheet.Kind) sheet.Writer

// What can be wrong with the question for an export.
var (
	ErrColumn = fault.New(fault.Invalid, "export.column", "an export has no such column")
	ErrFormat = fault.New(fault.Invalid, "export.format", "an export is csv or xlsx")
)

// Table is a list as a table that an import takes back: its columns are the
// keys of the fields, an owner is an e-mail address, a team and a relation are
// names, choices their keys, days 2026-11-25.
type Table struct {
	app     *App
	who     Who
	kind    fact.Kind
	q       filter.Query
	columns []string
	own     map[string]catalogue.Kind
	owners  map[id.Member]string
	teams   map[id.Team]string
}

// Table gets what a list finds ready for writing. Without columns it has all of
// them.
func (a *App) Table(ctx context.Context, who Who, kind fact.Kind, q filter.Query, columns []string) (*Table, error) {
	if !who.Can(member.Export) || !who.Can(readRight(kind)) {
		return nil, ErrDenied
	}
	x := &Table{app: a, who: who, kind: kind, q: q, columns: columns}
	if err := x.learn(ctx); err != nil {
		return nil, err
	}
	if len(columns) > 0 {
		return x, nil
	}
	return x, x.measure(ctx)
}

// Write writes the header and a row for each record, and tells how many there
// were. That it happened is kept.
func (x *Table) Write(ctx context.Context, begin Begin) (n int, err error) {
	w := begin(x.kinds())
	if err := w.Row(x.columns); err != nil {
		return 0, err
	}
	row := make([]string, len(x.columns))
	err = export(ctx, x.app, x.who, x.kind, x.q, x.page, func(r exportRow) error {
		n++
		for i, key := range x.columns {
			row[i] = x.cell(r, key)
		}
		return w.Row(row)
	})
	if err != nil {
		return n, err
	}
	return n, w.Close()
}

// page is a page of records as rows.
func (x *Table) page(v *store.View, q filter.Query) (Page[exportRow], error) {
	if x.kind == fact.Contact {
		return x.contacts(v, q)
	}
	return x.accounts(v, q)
}

func readRight(kind fact.Kind) member.Right {
	switch kind {
	case fact.Contact:
		return member.ContactRead
	case fact.Lead:
		return member.LeadRead
	}
	return member.AccountRead
}

// exportRow is a record as an export sees it.
type exportRow struct {
	cell             func(key string) string
	phones           reach.Phones
	emails           reach.Emails
	owner            id.Member
	team             id.Team
	own              map[string]any
	created, updated int64
	account          string
	others           []string
}

// learn reads the own fields and the names of owners and teams, and checks the
// columns that were asked.
func (x *Table) learn(ctx context.Context) error {
	fields, err := x.app.CatalogueOf(ctx, x.who, x.kind)
	if err != nil {
		return err
	}
	x.own = map[string]catalogue.Kind{}
	all := account.Exported()
	if x.kind == fact.Contact {
		all = contact.Exported()
	}
	last := slices.Index(all, "created_at")
	for _, f := range fields.Fields() {
		if f.Own() {
			x.own[f.Key] = f.Kind
			all = slices.Insert(all, last, f.Key)
			last++
		}
	}
	for _, key := range x.columns {
		if base, _ := nth(key); !slices.Contains(all, base) {
			return ErrColumn.With(fault.Params{"column": key})
		}
	}
	if len(x.columns) == 0 {
		x.columns = all
	}
	people, teams, err := x.app.Colleagues(ctx, x.who)
	if err != nil {
		return err
	}
	x.owners, x.teams = map[id.Member]string{}, map[id.Team]string{}
	for _, m := range people {
		x.owners[m.ID] = m.Email
	}
	for _, g := range teams {
		x.teams[g.ID] = g.Name
	}
	return nil
}

// nth takes phone_2 apart; a key without number is the first.
func nth(key string) (base string, n int) {
	for _, base := range []string{"phone", "email"} {
		if digits, found := strings.CutPrefix(key, base+"_"); found {
			if n, err := strconv.Atoi(digits); err == nil && n > 1 && n <= reach.MaxCount {
				return base, n
			}
		}
	}
	return key, 1
}

// measure counts how many phones and e-mails a record has at most, and gives
// each a column: the header of a file stands before its rows.
func (x *Table) measure(ctx context.Context) error {
	phones, emails := 1, 1
	err := walk(ctx, x.app, x.who, x.q, x.page, func(r exportRow) error {
		phones, emails = max(phones, len(r.phones)), max(emails, len(r.emails))
		return nil
	})
	for base, most := range map[string]int{"phone": phones, "email": emails} {
		for n := most; n > 1; n-- {
			x.columns = slices.Insert(x.columns, slices.Index(x.columns, base)+1, base+"_"+strconv.Itoa(n))
		}
	}
	return err
}

func (x *Table) accounts(v *store.View, q filter.Query) (rows Page[exportRow], err error) {
	p, err := v.Accounts(q, x.app.lens(x.who), x.who.Reach(fact.Account))
	rows.Next = p.Next
	for _, acc := range p.Items {
		rows.Items = append(rows.Items, exportRow{cell: acc.Cell, phones: acc.Phones, emails: acc.Emails, owner: acc.Owner, team: acc.Team, own: acc.Own, created: acc.Created, updated: acc.Updated})
	}
	return rows, err
}

// contacts is a page of contacts as rows, with the names of their relations as
// far as who may see those.
func (x *Table) contacts(v *store.View, q filter.Query) (rows Page[exportRow], err error) {
	p, err := v.Contacts(q, x.app.lens(x.who), x.who.Reach(fact.Contact))
	if err != nil {
		return rows, err
	}
	var ids []id.Account
	for _, c := range p.Items {
		for _, l := range c.Accounts {
			ids = append(ids, l.Account)
		}
	}
	slices.SortFunc(ids, func(a, b id.Account) int { return slices.Compare(a[:], b[:]) })
	called := map[id.Account]string{}
	for some := range slices.Chunk(slices.Compact(ids), 200) {
		names, err := v.AccountNames(some, x.who.Reach(fact.Account))
		if err != nil {
			return rows, err
		}
		for i, name := range names {
			called[i] = name
		}
	}
	rows.Next = p.Next
	for _, c := range p.Items {
		r := exportRow{cell: c.Cell, phones: c.Phones, emails: c.Emails, owner: c.Owner, team: c.Team, own: c.Own, created: c.Created, updated: c.Updated, account: called[c.Primary().Account]}
		for _, l := range c.Accounts {
			if name := called[l.Account]; !l.Primary && name != "" {
				r.others = append(r.others, name)
			}
		}
		rows.Items = append(rows.Items, r)
	}
	return rows, nil
}

// cell is a value as text.
func (x *Table) cell(r exportRow, key string) string {
	base, n := nth(key)
	switch base {
	case "phone":
		return x.nthOf(key, n, phonesOf(r.phones))
	case "email":
		return x.nthOf(key, n, emailsOf(r.emails))
	case "owner":
		return x.owners[r.owner]
	case "team":
		return x.teams[r.team]
	case "account":
		return r.account
	case "other_accounts":
		return strings.Join(r.others, "; ")
	case "created_at":
		return instant(r.created)
	case "updated_at":
		return instant(r.updated)
	}
	if own, ok := strings.CutPrefix(key, catalogue.Own); ok {
		return ownCell(r.own[own])
	}
	return r.cell(key)
}

// nthOf is one of several values. A record that got more since they were
// counted has the rest in the last column, where an import says so.
func (x *Table) nthOf(key string, n int, all []string) string {
	if n > len(all) {
		return ""
	}
	base, _ := nth(key)
	if n > 1 && n < len(all) && !slices.Contains(x.columns, base+"_"+strconv.Itoa(n+1)) {
		return strings.Join(all[n-1:], ", ")
	}
	return all[n-1]
}

// phonesOf are the numbers, the preferred first, an extension behind.
func phonesOf(ps reach.Phones) (all []string) {
	for _, p := range ps {
		number := p.E164
		if p.Ext != "" {
			number += " #" + p.Ext
		}
		if p.Preferred {
			all = slices.Insert(all, 0, number)
		} else {
			all = append(all, number)
		}
	}
	return all
}

func emailsOf(es reach.Emails) (all []string) {
	for _, e := range es {
		if e.Preferred {
			all = slices.Insert(all, 0, e.Address)
		} else {
			all = append(all, e.Address)
		}
	}
	return all
}

func instant(ms int64) string {
	if ms == 0 {
		return ""
	}
	return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z")
}

// ownCell is the value of an own field as text.
func ownCell(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case float64:
		text := decimal.Plain(v)
		if whole, part, found := strings.Cut(text, "."); found && len(part) == 3 {
			return whole + "." + part + "0" // 1.234 could be a thousand and more
		}
		return text
	case []string:
		return strings.Join(v, ", ")
	case []any:
		var words []string
		for _, one := range v {
			if s, ok := one.(string); ok {
				words = append(words, s)
			}
		}
		return strings.Join(words, ", ")
	}
	return ""
}

// kinds are those of the columns, for a writer that tells numbers from text.
func (x *Table) kinds() []sheet.Kind {
	kinds := make([]sheet.Kind, len(x.columns))
	for i, key := range x.columns {
		switch {
		case key == "size", x.own[key] == catalogue.Number, x.own[key] == catalogue.Money:
			kinds[i] = sheet.Number
		case x.own[key] == catalogue.Date:
			kinds[i] = sheet.Day
		}
	}
	return kinds
}

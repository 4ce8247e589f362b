package app

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"kring/base/fact"
	"kring/base/id"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/file"
	"kring/domain/filter"
	"kring/domain/member"
	"kring/paper/sheet"
	"kring/store"
)

// Listed is a table by its name, with a function that writes it.
type Listed struct {
	Name  string
	Write func(ctx context.Context, begin Begin) (n int, err error)
}

// Tables are all tables that a person would want to take along, each ready for
// writing: records with all their columns, and around them who works here, the
// own fields, the shared views, what happened and the list of files.
func (a *App) Tables(who Who) []Listed {
	records := func(kind fact.Kind, q filter.Query) func(context.Context, Begin) (int, error) {
		return func(ctx context.Context, begin Begin) (int, error) {
			t, err := a.Table(ctx, who, kind, q, nil)
			if err != nil {
				return 0, err
			}
			return t.Write(ctx, begin)
		}
	}
	small := func(name string, head []string, rows rowsOf) func(context.Context, Begin) (int, error) {
		return a.listed(who, smallTable{name, head, rows}).Write
	}
	all := []Listed{
		{"accounts", records(fact.Account, filter.New(account.Catalogue()))},
		{"contacts", records(fact.Contact, filter.New(contact.Catalogue()))},
		{"teams", small("teams", []string{"name", "parent", "id"}, a.teamRows(who))},
		{"members", small("members", []string{"name", "email", "role", "team", "state", "locale", "id"}, a.memberRows(who))},
		{"fields", small("fields", []string{"kind", "key", "label_nl", "label_en", "type", "choices", "required", "purpose", "ground", "archived_at"}, a.fieldRows(who))},
		{"views", small("views", []string{"kind", "name", "query"}, a.viewRows(who))},
		{"facts", small("facts", []string{"at", "actor", "actor_kind", "deed", "kind", "subject", "label", "account", "why", "evidence", "changes"}, a.factRows(who))},
		{"files", small("files", []string{"file", "name", "kind", "record", "size", "sha256", "added_at"}, a.fileRows(who))},
	}
	for _, t := range slices.Concat(a.restTables(who), a.quoteTables(who)) {
		all = append(all, a.listed(who, t))
	}
	return all
}

// listed is a small table ready for writing.
func (a *App) listed(who Who, t smallTable) Listed {
	return Listed{t.name, func(ctx context.Context, begin Begin) (n int, err error) {
		if !who.Can(member.Export) {
			return 0, ErrDenied
		}
		w := begin(kindsOf(t.head))
		if err := w.Row(t.head); err != nil {
			return 0, err
		}
		err = t.rows(ctx, func(cells ...string) error {
			n++
			return w.Row(cells)
		})
		if err != nil {
			if n > 0 { // what went out before counts
				err = errors.Join(err, a.tableTold(context.WithoutCancel(ctx), who, t.name, n))
			}
			return n, err
		}
		return n, errors.Join(w.Close(), a.tableTold(ctx, who, t.name, n))
	}}
}

// kindsOf are the kinds of columns, for a workbook.
func kindsOf(head []string) []sheet.Kind {
	kinds := make([]sheet.Kind, len(head))
	for i, key := range head {
		switch key {
		case "amount", "turn":
			kinds[i] = sheet.Number
		case "day":
			kinds[i] = sheet.Day
		}
	}
	return kinds
}

// tableTold keeps that a table left, and how much of it.
func (a *App) tableTold(ctx context.Context, who Who, name string, n int) error {
	return a.write(ctx, who, member.Export, func(tx *store.Tx) error {
		return tx.Fact(fact.Fact{Deed: "organisation.exported", Kind: fact.Organisation, Subject: who.Org.ID.Any(), Label: who.Org.Name, Evidence: name, Changes: []fact.Change{fact.Of("count", 0, n)}})
	})
}

type rowsOf = func(context.Context, func(...string) error) error

func (a *App) teamRows(who Who) rowsOf {
	return func(ctx context.Context, row func(...string) error) error {
		_, teams, err := a.Colleagues(ctx, who)
		called := teamNames(teams)
		for _, g := range teams {
			if err == nil {
				err = row(g.Name, called[g.Parent], g.ID.String())
			}
		}
		return err
	}
}

func teamNames(teams []member.Group) map[id.Team]string {
	called := map[id.Team]string{}
	for _, g := range teams {
		called[g.ID] = g.Name
	}
	return called
}

func (a *App) memberRows(who Who) rowsOf {
	return func(ctx context.Context, row func(...string) error) error {
		people, teams, err := a.Colleagues(ctx, who)
		called := teamNames(teams)
		for _, m := range people {
			if err == nil {
				err = row(m.Name, m.Email, string(m.Role), called[m.Team], string(m.State), m.Locale, m.ID.String())
			}
		}
		return err
	}
}

func (a *App) fieldRows(who Who) rowsOf {
	return func(ctx context.Context, row func(...string) error) error {
		for _, kind := range []fact.Kind{fact.Account, fact.Contact} {
			all, err := a.Fields(ctx, who, kind)
			if err != nil {
				return err
			}
			for _, f := range all {
				var choices []string
				for _, c := range f.Choices {
					choices = append(choices, c.Key)
				}
				if err := row(string(f.Kind), f.Key, f.Label.NL, f.Label.EN, string(f.Type), strings.Join(choices, ", "), strconv.FormatBool(f.Required), f.Purpose, string(f.Ground), instant(f.Archived)); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

func (a *App) viewRows(who Who) rowsOf {
	return func(ctx context.Context, row func(...string) error) error {
		for _, kind := range []fact.Kind{fact.Account, fact.Contact} {
			all, err := a.Views(ctx, who, kind)
			if err != nil {
				return err
			}
			for _, v := range all {
				if err := row(string(v.Kind), v.Name, v.Query); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

// factRows is the whole audit log, newest first.
func (a *App) factRows(who Who) rowsOf {
	return func(ctx context.Context, row func(...string) error) error {
		for q := (fact.Query{Limit: 200}); ; {
			page, err := a.FactLog(ctx, who, q)
			if err != nil || len(page) == 0 {
				return err
			}
			for _, f := range page {
				changes, err := json.Marshal(f.Changes)
				if err != nil {
					return err
				}
				if err := row(instant(f.At), f.Actor.Name, f.Actor.Kind, f.Deed, string(f.Kind), f.Subject.String(), f.Label, f.Account.String(), f.Why, f.Evidence, string(changes)); err != nil {
					return err
				}
				q.Before = f.ID
			}
		}
	}
}

// fileRows lists the files; what is in them comes from EachFile under the same
// names.
func (a *App) fileRows(who Who) rowsOf {
	return func(ctx context.Context, row func(...string) error) error {
		return a.EachFile(ctx, who, func(f file.File, _ func(io.Writer) error) error {
			return row(FilePath(f), f.Name, string(f.Kind), f.Record.String(), strconv.FormatInt(f.Size, 10), f.SHA256, instant(f.Added))
		})
	}
}

// FilePath is the name of a file among others.
func FilePath(f file.File) string { return "files/" + f.ID.String() + "-" + f.Name }

// EachFile hands over the files of all records that who may see, and a way to
// what is in them.
func (a *App) EachFile(ctx context.Context, who Who, do func(file.File, func(io.Writer) error) error) error {
	if !who.Can(member.FileRead) {
		return ErrDenied
	}
	for after := (id.File{}); ; {
		var page []file.File
		var last id.File
		err := a.read(ctx, who, member.Export, func(v *store.View) error {
			all, err := v.FilesAfter(after, 100)
			page, last = nil, id.File{}
			for _, f := range all {
				last = f.ID
				switch out := a.onRecord(v, who, f.Kind, f.Record); {
				case out == nil:
					page = append(page, f)
				case !errors.Is(out, store.ErrNotFound): // out of reach is left out
					return out
				}
			}
			return err
		})
		if err != nil || last.IsZero() {
			return err
		}
		for _, f := range page {
			if err := do(f, func(w io.Writer) error { return a.SendFile(ctx, who, f, w) }); err != nil {
				return err
			}
		}
		after = last
	}
}

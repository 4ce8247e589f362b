package app

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/job"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/intake"
	"kring/domain/member"
	"kring/store"
)

// runIntakeBack is the job that takes an import back, from its last row to its
// first, a page in a transaction each.
func (a *App) runIntakeBack(ctx context.Context, j job.Job) error {
	in, who, _, err := a.beginIntake(ctx, j)
	if err != nil || in.State != intake.Undoing {
		return err
	}
	for ended := false; !ended; {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		err := a.persist(ctx, who, func(tx *store.Tx) error {
			if err := mayLand(who, in.Kind); err != nil {
				return err
			}
			now, err := tx.Intake(in.ID)
			if err != nil || now.State != intake.Undoing {
				return errors.Join(err, staleUnless(now.State == intake.Undoing))
			}
			if err := tx.IntakeGate(); err != nil {
				return err
			}
			rows, err := wholeRows(tx, now)
			if err != nil {
				return err
			}
			if ended = len(rows) == 0; ended {
				now = now.End(tx.Now())
			} else {
				now.Place = rows[len(rows)-1].Row
				if err := a.takeBack(tx, who, &now, rows); err != nil {
					return err
				}
			}
			done := now.Undo.Erased + now.Undo.Restored + now.Undo.Kept
			if err := tx.Progress(j, done, now.Run.Created+now.Run.Updated+now.Run.Besides, ""); err != nil {
				return err
			}
			_, err = tx.SaveIntake(now)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func staleUnless(ok bool) error {
	if ok {
		return nil
	}
	return job.ErrLost
}

// wholeRows are the rows to take back next, last first; the parts of one row
// stay together.
func wholeRows(tx *store.Tx, in intake.Intake) ([]intake.Row, error) {
	rows, err := tx.IntakeMade(in, in.Place, intake.Page)
	if err != nil || len(rows) < intake.Page {
		return rows, err
	}
	last := len(rows)
	for last > 0 && rows[last-1].Row == rows[len(rows)-1].Row {
		last--
	}
	return rows[:last], nil
}

// takeBack takes back what some rows made and changed: first the contacts, so
// that an account made for them has nobody left.
func (a *App) takeBack(tx *store.Tx, who Who, in *intake.Intake, rows []intake.Row) error {
	var people, firms, orders, teams, chances, products []intake.Row
	for _, r := range rows {
		switch {
		case r.Version == 0 || r.Undone != "": // refused, the same, or told by another row
		case r.Kind == fact.Contact:
			people = append(people, r)
		case r.Kind == fact.Product:
			products = append(products, r)
		case r.Kind == fact.Team:
			teams = append(teams, r)
		case r.Kind == fact.Order:
			orders = append(orders, r)
		case r.Kind == fact.Opportunity:
			chances = append(chances, r)
		default:
			firms = append(firms, r)
		}
	}
	people, err := a.contactsBack(tx, who, people)
	if err != nil {
		return err
	}
	if firms, err = a.accountsBack(tx, who, firms); err != nil {
		return err
	}
	if orders, err = a.ordersBack(tx, who, orders); err != nil {
		return err
	}
	if chances, err = a.chancesBack(tx, who, chances); err != nil {
		return err
	}
	if teams, err = a.teamsBack(tx, teams); err != nil {
		return err
	}
	if products, err = a.productsBack(tx, products); err != nil {
		return err
	}
	for _, r := range slices.Concat(people, firms, orders, chances, teams, products) {
		switch r.Undone {
		case "erased":
			in.Undo.Erased++
		case "restored":
			in.Undo.Restored++
		default:
			in.Undo.Kept++
		}
		if err := tx.SaveIntakeUndone(*in, r); err != nil {
			return err
		}
	}
	return nil
}

func keep(r intake.Row, f *fault.Fault) intake.Row {
	r.Undone, r.Code = "kept", f.Code
	return r
}

// everything is the reach of what Kring does by itself.
var everything = member.Reach{Scope: member.All}

// undone is what the facts of taking back say.
var undone = fact.Fact{Why: "import.undone"}

func (a *App) contactsBack(tx *store.Tx, who Who, rows []intake.Row) ([]intake.Row, error) {
	ids := each(rows, func(r intake.Row) id.Contact { return id.Contact(r.Record) })
	all, err := tx.ContactsByID(ids, everything)
	if err != nil {
		return nil, err
	}
	used, err := tx.Used(each(rows, func(r intake.Row) id.Record { return r.Record }))
	if err != nil {
		return nil, err
	}
	now := map[id.Record]contact.Contact{}
	for _, c := range all {
		now[c.ID.Any()] = c
	}
	var gone []contact.Contact
	for n, r := range rows {
		c, there := now[r.Record]
		switch {
		case !there: // erased by somebody: there is nothing left of it
			rows[n].Undone = "erased"
		case c.Version != r.Version:
			rows[n] = keep(r, intake.ErrChanged)
		case r.Deed == intake.Created && used[r.Record]:
			rows[n] = keep(r, intake.ErrUsed)
		case r.Deed == intake.Created:
			gone = append(gone, c)
			rows[n].Undone = "erased"
		default:
			if rows[n], err = contactBack(tx, r, c); err != nil {
				return nil, err
			}
		}
	}
	f := undone
	f.Deed = "contact.erased"
	return rows, tx.EraseContacts(gone, f)
}

// contactBack gives a contact what it was.
func contactBack(tx *store.Tx, r intake.Row, c contact.Contact) (intake.Row, error) {
	var was contact.Contact
	if err := json.Unmarshal(r.Before, &was); err != nil {
		return r, err
	}
	if was.ExternalID != c.ExternalID && was.ExternalID != "" {
		taken, err := tx.ContactsKnown([]string{was.ExternalID})
		if err != nil || len(taken) > 0 {
			return keep(r, contact.ErrExternal), err
		}
	}
	at, err := tx.AccountsByID(each(was.Accounts, func(l contact.Link) id.Account { return l.Account }), everything)
	if err != nil {
		return r, err
	}
	if len(at) < len(was.Accounts) { // one of the accounts is gone since
		return keep(r, intake.ErrChanged), nil
	}
	if was.Team, err = teamStill(tx, was.Team); err != nil {
		return r, err
	}
	was.Version, was.Created, was.Updated = c.Version, c.Created, tx.Now()
	f := undone
	f.Deed, f.Changes = "contact.changed", contact.Diff(c, was)
	_, err = tx.SaveContact(was, f)
	r.Undone = "restored"
	return r, err
}

// teamStill is a team, or none when there is none of it any more.
func teamStill(tx *store.Tx, t id.Team) (id.Team, error) {
	groups, err := tx.Teams()
	for _, g := range groups {
		if g.ID == t {
			return t, nil
		}
	}
	return id.Team{}, err
}

func (a *App) accountsBack(tx *store.Tx, who Who, rows []intake.Row) ([]intake.Row, error) {
	ids := each(rows, func(r intake.Row) id.Account { return id.Account(r.Record) })
	all, err := tx.AccountsByID(ids, everything)
	if err != nil {
		return nil, err
	}
	used, err := tx.Used(each(rows, func(r intake.Row) id.Record { return r.Record }))
	if err != nil {
		return nil, err
	}
	people, err := tx.PeopleAt(ids)
	if err != nil {
		return nil, err
	}
	now := map[id.Record]account.Account{}
	for _, acc := range all {
		now[acc.ID.Any()] = acc
	}
	var gone []account.Account
	for n, r := range rows {
		acc, there := now[r.Record]
		switch {
		case !there:
			rows[n].Undone = "erased"
		case acc.Version != r.Version:
			rows[n] = keep(r, intake.ErrChanged)
		case r.Deed == intake.Created && (used[r.Record] || people[acc.ID] > 0):
			rows[n] = keep(r, intake.ErrUsed)
		case r.Deed == intake.Created:
			gone = append(gone, acc)
			rows[n].Undone = "erased"
		default:
			if rows[n], err = a.accountBack(tx, who, r, acc); err != nil {
				return nil, err
			}
		}
	}
	f := undone
	f.Deed = "account.erased"
	return rows, tx.EraseAccounts(gone, f)
}

// accountBack gives an account what it was.
func (a *App) accountBack(tx *store.Tx, who Who, r intake.Row, acc account.Account) (intake.Row, error) {
	var was account.Account
	if err := json.Unmarshal(r.Before, &was); err != nil {
		return r, err
	}
	if was.ExternalID != acc.ExternalID && was.ExternalID != "" {
		taken, err := tx.AccountsKnown("external_id", []string{was.ExternalID})
		if err != nil || len(taken) > 0 {
			return keep(r, account.ErrExternal), err
		}
	}
	var err error
	if was.Team, err = teamStill(tx, was.Team); err != nil {
		return r, err
	}
	was.Version, was.Created, was.Updated = acc.Version, acc.Created, tx.Now()
	f := undone
	f.Deed, f.Changes = "account.changed", account.Diff(acc, was)
	saved, err := tx.SaveAccount(was, f)
	if err != nil {
		return r, err
	}
	r.Undone = "restored"
	return r, a.afterAccountChanged(tx, who, acc, saved, f.Changes)
}

// pruneIntakes takes away the files of imports that are long over, and with
// them the way back; and files that nobody went on with. Routine.
func (a *App) pruneIntakes(ctx context.Context, _ job.Job) error {
	return a.everyOrganisation(ctx, func(o id.Org) error {
		var old []intake.Intake
		err := a.db.Read(ctx, o, func(v *store.View) (err error) {
			old, err = v.IntakesBefore(v.Now()-intake.Keep*dayLong, 100)
			return err
		})
		for _, in := range old {
			for more := true; more && err == nil; {
				err = a.db.Write(ctx, o, system("routine"), func(tx *store.Tx) error {
					if more, err = tx.SweepIntake(in.ID, 1<<62, 1<<62); err != nil || more {
						return err
					}
					return tx.EraseIntakeFile(in)
				})
			}
		}
		return err
	})
}

const dayLong = int64(24 * 60 * 60 * 1000)

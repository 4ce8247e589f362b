package app

import (
	"context"
	"errors"
	"slices"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/member"
	"kring/store"
)

// ErrNoMember says that an owner or team is none of this organisation.
var (
	ErrNoMember = fault.New(fault.Invalid, "member.unknown", "there is no such member")
	ErrNoTeam   = fault.New(fault.Invalid, "team.unknown", "there is no such team")
)

// AddAccount makes an account. Without an owner it is the maker's; without a
// team it is the owner's team's. A person gets the one contact it has.
func (a *App) AddAccount(ctx context.Context, who Who, d account.Draft) (acc account.Account, err error) {
	err = a.write(ctx, who, member.AccountWrite, func(tx *store.Tx) error {
		acc, err = a.addAccount(tx, who, id.New[id.Account](), d)
		return err
	})
	return acc, err
}

// AddAccountOnce is AddAccount for a form that may be sent twice: the second
// time there is an account with this id, and that is the answer.
func (a *App) AddAccountOnce(ctx context.Context, who Who, i id.Account, d account.Draft) (acc account.Account, err error) {
	err = a.write(ctx, who, member.AccountWrite, func(tx *store.Tx) error {
		if acc, err = seenAccount(&tx.View, who, i); !errors.Is(err, store.ErrNotFound) {
			return err
		}
		acc, err = a.addAccount(tx, who, i, d)
		return err
	})
	return acc, err
}

func (a *App) addAccount(tx *store.Tx, who Who, i id.Account, d account.Draft) (account.Account, error) {
	own, err := ownValues(&tx.View, fact.Account, d.Own, true)
	if err != nil {
		return account.Account{}, err
	}
	d.Own = own
	if d.Owner.IsZero() {
		d.Owner = who.Member.ID
	}
	if d.Team, err = placed(tx, d.Owner, d.Team); err != nil {
		return account.Account{}, err
	}
	acc, err := account.New(i, tx.Now(), who.Org.Settings.Country, d)
	if err != nil {
		return acc, err
	}
	if err := freeAlias(tx, fact.Account, acc.ExternalID, acc.ID.Any(), account.ErrExternal); err != nil {
		return acc, err
	}
	if acc, err = tx.AddAccount(acc, fact.Fact{Deed: "account.created", Changes: account.Diff(account.Account{}, acc)}); err != nil {
		return acc, named(err, account.ErrExternal)
	}
	return acc, a.afterAccountAdded(tx, who, acc)
}

// placed checks that owner and team are of this organisation, and says in
// which team something without one belongs.
func placed(tx *store.Tx, owner id.Member, team id.Team) (id.Team, error) {
	if !owner.IsZero() {
		m, err := tx.Member(owner)
		if errors.Is(err, store.ErrNotFound) {
			return team, fault.Field("owner", ErrNoMember)
		}
		if err != nil {
			return team, err
		}
		if team.IsZero() {
			return m.Team, nil
		}
	}
	if team.IsZero() {
		return team, nil
	}
	groups, err := tx.Teams()
	if err != nil {
		return team, err
	}
	for _, g := range groups {
		if g.ID == team {
			return team, nil
		}
	}
	return team, fault.Field("team", ErrNoTeam)
}

// named gives a "taken" its own words under its field.
func named(err error, f *fault.Fault) error {
	if errors.Is(err, store.ErrTaken) {
		return fault.Field("external_id", f)
	}
	return err
}

// Account is one account within who's reach.
func (a *App) Account(ctx context.Context, who Who, i id.Account) (acc account.Account, err error) {
	err = a.peek(ctx, who, member.AccountRead, func(v *store.View) error {
		acc, _, err = readAccount(v, who, i)
		return err
	})
	return acc, err
}

// accountFor is the account that something is made for: within reach and not in
// the bin. What is wrong is said of the field, in the words of what is made.
func accountFor(tx *store.Tx, i id.Account, r member.Reach, missing, binned *fault.Fault) (account.Account, error) {
	acc, err := tx.Account(i, r)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return acc, fault.Field("account", missing)
	case err == nil && acc.Deleted != 0:
		return acc, fault.Field("account", binned)
	}
	return acc, err
}

// Stale is a conflict with both versions: what stands, and what differs from
// the version that the visitor had read, field by field.
type Stale[T any] struct {
	*fault.Fault
	Now     T             // what stands
	Theirs  []fact.Change // what others changed since the visitor read it
	Version int64         // what the visitor had read
}

// Unwrap lets the doors see the kind.
func (s *Stale[T]) Unwrap() error { return s.Fault }

// asRead is *Stale when what stands is not what the visitor read; a visitor who
// read version 0 takes whatever stands.
func asRead[T any](now T, stands, read int64) error {
	if read == 0 || read == stands {
		return nil
	}
	return &Stale[T]{Fault: store.ErrStale, Now: now, Version: read}
}

// agrees is asRead for a change of some fields: it holds beside what others did to
// other fields since.
func agrees[T any](tx *store.Tx, k fact.Kind, i id.Record, now T, stands, read int64, fields []string) error {
	if read == 0 || read == stands {
		return nil
	}
	theirs, err := since(tx, k, i, stands-read)
	if err != nil {
		return err
	}
	if read > stands || stands-read > mostBehind || touched(theirs, fields) {
		return &Stale[T]{Fault: store.ErrStale, Now: now, Theirs: theirs, Version: read}
	}
	return nil
}

// ChangeAccount changes what the patch mentions. version is what the visitor
// read; 0 takes whatever stands. When somebody else changed other fields in the
// meantime both changes hold; when they touched the same field the answer is
// *Stale with both sides.
func (a *App) ChangeAccount(ctx context.Context, who Who, i id.Account, version int64, p account.Patch) (acc account.Account, err error) {
	err = a.write(ctx, who, member.AccountWrite, func(tx *store.Tx) error {
		acc, err = a.changeAccount(tx, who, i, version, p)
		return err
	})
	return acc, err
}

func (a *App) changeAccount(tx *store.Tx, who Who, i id.Account, version int64, p account.Patch) (account.Account, error) {
	acc, err := seenAccount(&tx.View, who, i)
	if err != nil {
		return acc, err
	}
	if err := agrees(tx, fact.Account, acc.ID.Any(), acc, acc.Version, version, p.Mentions()); err != nil {
		return acc, err
	}
	if p.Own, err = ownValues(&tx.View, fact.Account, p.Own, false); err != nil {
		return acc, err
	}
	owner, moved := p.Owner.Get()
	team, placedAt := p.Team.Get()
	if moved || placedAt {
		if !moved {
			owner = acc.Owner
		}
		if _, err := placed(tx, owner, team); err != nil {
			return acc, err
		}
	}
	next, changes, err := account.Change(acc, tx.Now(), who.Org.Settings.Country, p)
	if err != nil || len(changes) == 0 {
		return acc, err
	}
	if next.ExternalID != acc.ExternalID {
		if err := freeAlias(tx, fact.Account, next.ExternalID, acc.ID.Any(), account.ErrExternal); err != nil {
			return acc, err
		}
	}
	if next, err = tx.SaveAccount(next, fact.Fact{Deed: "account.changed", Changes: changes}); err != nil {
		return acc, named(err, account.ErrExternal)
	}
	return next, a.afterAccountChanged(tx, who, acc, next, changes)
}

// mostBehind is how many versions back a change is compared field by field; what
// was read before that is stale, whatever it touches.
const mostBehind = 100

// since is what changed in the last n versions of a record, oldest first: each
// version has one fact of its kind. It knows the last 200 facts.
func since(tx *store.Tx, kind fact.Kind, subject id.Record, n int64) ([]fact.Change, error) {
	facts, err := tx.FactsOf(subject, id.Fact{}, int(min(max(n, 1)*8+5, 200)))
	if err != nil {
		return nil, err
	}
	facts = slices.DeleteFunc(facts, func(f fact.Fact) bool { return f.Kind != kind }) // an order is the evidence of moves too
	var all []fact.Change
	for i := len(facts) - 1; i >= 0; i-- {
		if int64(i) < n {
			all = append(all, facts[i].Changes...)
		}
	}
	return all, nil
}

func touched(changes []fact.Change, fields []string) bool {
	for _, c := range changes {
		for _, f := range fields {
			if c.Field == f {
				return true
			}
		}
	}
	return false
}

// BinAccount puts an account in the bin, RestoreAccount takes it out.
func (a *App) BinAccount(ctx context.Context, who Who, i id.Account, version int64) (account.Account, error) {
	return a.moveAccount(ctx, who, i, version, account.Bin, "account.binned")
}

// RestoreAccount takes an account out of the bin.
func (a *App) RestoreAccount(ctx context.Context, who Who, i id.Account, version int64) (account.Account, error) {
	return a.moveAccount(ctx, who, i, version, account.Restore, "account.restored")
}

func (a *App) moveAccount(ctx context.Context, who Who, i id.Account, version int64,
	move func(account.Account, int64) (account.Account, []fact.Change, error), deed string) (acc account.Account, err error) {
	err = a.write(ctx, who, member.AccountErase, func(tx *store.Tx) error {
		before, err := seenAccount(&tx.View, who, i)
		if err != nil {
			return err
		}
		if err := asRead(before, before.Version, version); err != nil {
			return err
		}
		acc, err = a.moveAccountTx(tx, who, before, move, deed)
		return err
	})
	return acc, err
}

func (a *App) moveAccountTx(tx *store.Tx, who Who, before account.Account,
	move func(account.Account, int64) (account.Account, []fact.Change, error), deed string) (account.Account, error) {
	next, changes, err := move(before, tx.Now())
	if err != nil {
		return before, err
	}
	if next, err = tx.SaveAccount(next, fact.Fact{Deed: deed, Changes: changes}); err != nil {
		return before, err
	}
	return next, a.afterAccountMoved(tx, who, next)
}

// ContactsAt are the contacts within reach at an account that is.
func (a *App) ContactsAt(ctx context.Context, who Who, at id.Account) (all []contact.Contact, err error) {
	err = a.read(ctx, who, member.ContactRead, func(v *store.View) error {
		_, people, err := readAccount(v, who, at)
		if err != nil {
			return err
		}
		all, err = v.ContactsWithin(at, people, 200)
		return err
	})
	return all, err
}

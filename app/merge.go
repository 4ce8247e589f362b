package app

import (
	"context"
	"errors"
	"slices"

	"kring/base/blend"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/file"
	"kring/domain/match"
	"kring/domain/member"
	"kring/domain/merge"
	"kring/store"
)

// Merged is the answer about a record that was merged into another: where it
// went. It is told to whoever may see that other record.
type Merged struct {
	*fault.Fault
	Kind       fact.Kind
	From, Into id.Record
}

// Unwrap lets the doors see the kind.
func (m *Merged) Unwrap() error { return m.Fault }

// seenAccount is an account within who's reach; of one that was merged, *Merged.
func seenAccount(v *store.View, who Who, i id.Account) (account.Account, error) {
	acc, err := v.Account(i, who.Reach(fact.Account))
	if err == nil && acc.Merged.IsZero() || err != nil && !errors.Is(err, store.ErrNotFound) {
		return acc, err
	}
	into, err := v.MergedInto(fact.Account, i.Any())
	switch {
	case err != nil:
		return account.Account{}, err
	case into.IsZero():
		return account.Account{}, store.ErrNotFound
	}
	if _, err := v.Account(id.Account(into), who.Reach(fact.Account)); err != nil {
		return account.Account{}, err
	}
	return account.Account{}, &Merged{Fault: account.ErrMerged, Kind: fact.Account, From: i.Any(), Into: into}
}

// seenContact does for contacts what seenAccount does for accounts.
func seenContact(v *store.View, who Who, i id.Contact) (contact.Contact, error) {
	c, err := v.Contact(i, who.Reach(fact.Contact))
	if err == nil && c.Merged.IsZero() || err != nil && !errors.Is(err, store.ErrNotFound) {
		return c, err
	}
	into, err := v.MergedInto(fact.Contact, i.Any())
	switch {
	case err != nil:
		return contact.Contact{}, err
	case into.IsZero():
		return contact.Contact{}, store.ErrNotFound
	}
	if _, err := v.Contact(id.Contact(into), who.Reach(fact.Contact)); err != nil {
		return contact.Contact{}, err
	}
	return contact.Contact{}, &Merged{Fault: contact.ErrMerged, Kind: fact.Contact, From: i.Any(), Into: into}
}

// Merge makes one record of two of a kind, both within who's reach: loser
// becomes part of survivor, and everything that pointed at it points there. It
// can be undone for as long as the organisation says.
func (a *App) Merge(ctx context.Context, who Who, kind fact.Kind, survivor, loser id.Record, c merge.Choice) (m merge.Merge, err error) {
	if survivor == loser {
		return m, merge.ErrSelf
	}
	err = a.write(ctx, who, member.Merge, func(tx *store.Tx) error {
		switch kind {
		case fact.Account:
			m, err = a.mergeAccounts(tx, who, id.Account(survivor), id.Account(loser), c)
		case fact.Contact:
			m, err = a.mergeContacts(tx, who, id.Contact(survivor), id.Contact(loser), c)
		default:
			err = merge.ErrKind
		}
		if err != nil {
			return err
		}
		return mergedPair(tx, who, survivor, loser, false)
	})
	return m.Term(who.Org.Settings.Defaults().Unmerge), err
}

func (a *App) mergeAccounts(tx *store.Tx, who Who, survivor, loser id.Account, c merge.Choice) (m merge.Merge, err error) {
	both := store.Merged[account.Account]{}
	if both.Was, err = seenAccount(&tx.View, who, survivor); err != nil {
		return m, err
	}
	if both.Loser, err = seenAccount(&tx.View, who, loser); err != nil {
		return m, err
	}
	switch {
	case both.Was.Deleted != 0 || both.Loser.Deleted != 0:
		return m, merge.ErrBinned
	case c.Version != 0 && c.Version != both.Was.Version:
		return m, &Stale[account.Account]{Fault: store.ErrStale, Now: both.Was, Version: c.Version}
	case c.WithVersion != 0 && c.WithVersion != both.Loser.Version:
		return m, &Stale[account.Account]{Fault: store.ErrStale, Now: both.Loser, Version: c.WithVersion}
	}
	if err := roomForFiles(tx, survivor.Any(), loser.Any()); err != nil {
		return m, err
	}
	if err := a.handedElsewhere(tx, loser, "merged"); err != nil {
		return m, err
	}
	made, changes, err := account.Merge(both.Was, both.Loser, tx.Now(), c.Sides)
	if err != nil {
		return m, err
	}
	both.Made = made
	if made.Owner != both.Was.Owner {
		if err := a.handedElsewhere(tx, survivor, "owner"); err != nil {
			return m, err
		}
	}
	people, err := a.peopleOf(tx, both)
	if err != nil {
		return m, err
	}
	changes = append(changes, fact.Of("merged_with", nil, part{loser.Any(), both.Loser.Name}))
	m, err = tx.MergeAccounts(both, fact.Fact{Deed: "account.merged", Changes: changes})
	if err == nil {
		err = pairDecided(tx, m.Member, m, both.Was.Name, match.Pair.Merge)
	}
	if err != nil || len(people) < 2 {
		return m, err
	}
	_, err = a.joinContacts(tx, people[0], people[1], personSides(both, c.Sides), m.ID)
	return m, err
}

// part is how a fact names a record that a merge is about.
type part struct {
	ID   id.Record `json:"id"`
	Name string    `json:"name"`
}

// peopleOf are the persons that two accounts of kind person are, when they are
// not the same: they become one with the accounts. A person who is both already
// stays as they are.
func (a *App) peopleOf(tx *store.Tx, both store.Merged[account.Account]) (people []contact.Contact, err error) {
	if both.Was.Kind != account.Person {
		return nil, nil
	}
	for _, i := range []id.Account{both.Was.ID, both.Loser.ID} {
		there, err := tx.ContactsAt(i, 1)
		if err != nil {
			return nil, err
		}
		for _, c := range there {
			if len(people) == 0 || people[0].ID != c.ID {
				people = append(people, c)
			}
		}
	}
	return people, nil
}

// personSides is the choice of two accounts as one of the people that they are.
func personSides(both store.Merged[account.Account], sides blend.Sides) blend.Sides {
	of := blend.Sides{}
	for key, follow := range map[string][]string{
		"name": {"given", "infix", "family"}, "phones": {"phones"}, "emails": {"emails"}, "addresses": {"addresses"}, "owner": {"owner"}, "team": {"team"},
	} {
		if blend.Same(both.Was.Value(key), both.Loser.Value(key)) {
			continue
		}
		side := sides[key]
		if side == "" {
			side = account.Proposal(both.Was, both.Loser, key)
		}
		for _, k := range follow {
			of[k] = side
		}
	}
	return of
}

// roomForFiles refuses a merge that would leave a record with more files than
// it can show.
func roomForFiles(tx *store.Tx, survivor, loser id.Record) error {
	n, err := tx.CountFiles(survivor, loser)
	if err != nil {
		return err
	}
	if n > file.MaxFiles {
		return merge.ErrFiles
	}
	return nil
}

func (a *App) mergeContacts(tx *store.Tx, who Who, survivor, loser id.Contact, c merge.Choice) (m merge.Merge, err error) {
	was, err := seenContact(&tx.View, who, survivor)
	if err != nil {
		return m, err
	}
	with, err := seenContact(&tx.View, who, loser)
	if err != nil {
		return m, err
	}
	switch {
	case was.Deleted != 0 || with.Deleted != 0:
		return m, merge.ErrBinned
	case c.Version != 0 && c.Version != was.Version:
		return m, &Stale[contact.Contact]{Fault: store.ErrStale, Now: was, Version: c.Version}
	case c.WithVersion != 0 && c.WithVersion != with.Version:
		return m, &Stale[contact.Contact]{Fault: store.ErrStale, Now: with, Version: c.WithVersion}
	}
	if err := apartAsPersons(tx, was, with); err != nil {
		return m, err
	}
	if err := roomForFiles(tx, survivor.Any(), loser.Any()); err != nil {
		return m, err
	}
	return a.joinContacts(tx, was, with, c.Sides, id.Record{})
}

// apartAsPersons refuses to make one contact of two people who are relations
// themselves: those have one contact each.
func apartAsPersons(tx *store.Tx, a, b contact.Contact) error {
	var persons []id.Account
	for _, c := range []contact.Contact{a, b} {
		for _, l := range c.Accounts {
			acc, err := tx.Account(l.Account, everything)
			if err != nil {
				return err
			}
			if acc.Kind == account.Person && !slices.Contains(persons, acc.ID) {
				persons = append(persons, acc.ID)
			}
		}
	}
	if len(persons) > 1 {
		return merge.ErrPersons
	}
	return nil
}

func (a *App) joinContacts(tx *store.Tx, was, with contact.Contact, sides blend.Sides, of id.Record) (m merge.Merge, err error) {
	// A merge of the accounts may have given either a new version.
	for _, c := range []*contact.Contact{&was, &with} {
		if !of.IsZero() {
			if *c, err = tx.Contact(c.ID, everything); err != nil {
				return m, err
			}
		}
	}
	made, changes, err := contact.Merge(was, with, tx.Now(), sides)
	if err != nil {
		return m, err
	}
	f := fact.Fact{Deed: "contact.merged", Changes: append(changes, fact.Of("merged_with", nil, part{with.ID.Any(), with.Name()}))}
	if !of.IsZero() {
		f.Why = "account.merged"
	}
	m, err = tx.MergeContacts(store.Merged[contact.Contact]{Was: was, Made: made, Loser: with}, of, f)
	if err != nil {
		return m, err
	}
	return m, pairDecided(tx, m.Member, m, was.Name(), match.Pair.Merge)
}

// pairDecided tells the pair that the two records of a merge are, if the search
// for duplicates found them, what became of it.
func pairDecided(tx *store.Tx, by id.Member, m merge.Merge, survivor string, verb func(match.Pair, id.Member, int64) (match.Pair, error)) error {
	before, err := tx.PairOf(m.Survivor, m.Loser)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	p, err := verb(before, by, tx.Now())
	if errors.Is(err, match.ErrSettled) {
		return nil
	}
	if err != nil {
		return err
	}
	deed := "pair.merged"
	if p.State == match.Open {
		deed = "pair.unmerged"
	}
	_, err = tx.SavePair(p, fact.Fact{Deed: deed, Label: survivor + " · " + m.LoserName, Evidence: m.ID.String(), Changes: changed(fact.Of("state", before.State, p.State))})
	return err
}

// Unmerge takes a merge back: both records are as they were, with what happened
// since on the one that stayed unless it was changed or moved by hand.
func (a *App) Unmerge(ctx context.Context, who Who, i id.Record) (m merge.Merge, err error) {
	err = a.write(ctx, who, member.Merge, func(tx *store.Tx) error {
		if m, err = tx.Merge(i); err != nil {
			return err
		}
		if err := a.onRecord(&tx.View, who, m.Kind, m.Survivor); err != nil {
			return afterMerge(err)
		}
		m = m.Term(who.Org.Settings.Defaults().Unmerge)
		latest, err := isLatest(tx, m)
		if err != nil {
			return err
		}
		if err := m.CanUndo(tx.Now(), latest); err != nil {
			return err
		}
		if m.Kind == fact.Contact {
			err = a.splitContacts(tx, who, m)
		} else {
			err = a.splitAccounts(tx, who, m)
		}
		m.Undone = tx.Now()
		if err != nil {
			return err
		}
		return mergedPair(tx, who, m.Survivor, m.Loser, true)
	})
	return m, err
}

// afterMerge: what was merged on has to be taken back from its end.
func afterMerge(err error) error {
	if errors.As(err, new(*Merged)) {
		return merge.ErrOrder
	}
	return err
}

func isLatest(tx *store.Tx, m merge.Merge) (bool, error) {
	last, err := tx.MergesInto(m.Survivor, 1)
	return len(last) == 1 && last[0].ID == m.ID, err
}

func (a *App) splitAccounts(tx *store.Tx, who Who, m merge.Merge) error {
	both, err := tx.MergedAccounts(m.ID)
	if err != nil {
		return err
	}
	now, err := tx.Account(id.Account(m.Survivor), everything)
	if err != nil {
		return err
	}
	if now.Deleted != 0 {
		return merge.ErrBinned
	}
	loser, err := tx.Account(id.Account(m.Loser), everything)
	if err != nil {
		return err
	}
	parts, err := tx.MergeParts(m.ID)
	if err != nil {
		return err
	}
	loser.ExternalID, loser.Deleted, loser.Merged = both.Loser.ExternalID, 0, id.Account{}
	restored, _ := account.Unmerge(both.Was, both.Made, now, tx.Now())
	if restored.ExternalID != "" && restored.ExternalID == loser.ExternalID { // it goes back to whose it was
		restored.ExternalID = both.Was.ExternalID
	}
	changes := account.Diff(now, restored)
	f := fact.Fact{Deed: "account.unmerged", Evidence: m.ID.String(), Changes: append(changes, fact.Of("merged_with", part{m.Loser, m.LoserName}, nil))}
	if err := tx.UnmergeAccounts(m, restored, loser, f); err != nil {
		return named(err, account.ErrExternal)
	}
	if err := pairDecided(tx, who.Member.ID, m, now.Name, match.Pair.Unmerge); err != nil {
		return err
	}
	for _, p := range parts {
		latest, err := isLatest(tx, p)
		if err != nil {
			return err
		}
		if !latest {
			return merge.ErrOrder
		}
		if err := a.splitContacts(tx, who, p); err != nil {
			return err
		}
	}
	return nil
}

func (a *App) splitContacts(tx *store.Tx, who Who, m merge.Merge) error {
	both, err := tx.MergedContacts(m.ID)
	if err != nil {
		return err
	}
	now, err := tx.Contact(id.Contact(m.Survivor), everything)
	if err != nil {
		return err
	}
	if now.Deleted != 0 {
		return merge.ErrBinned
	}
	loser, err := tx.Contact(id.Contact(m.Loser), everything)
	if err != nil {
		return err
	}
	for _, links := range []*[]contact.Link{&both.Was.Accounts, &both.Made.Accounts} {
		if *links, err = linksNow(tx, *links); err != nil {
			return err
		}
	}
	loser.ExternalID, loser.Deleted, loser.Merged = both.Loser.ExternalID, 0, id.Contact{}
	restored, _ := contact.Unmerge(both.Was, both.Made, now, tx.Now())
	if restored.ExternalID != "" && restored.ExternalID == loser.ExternalID {
		restored.ExternalID = both.Was.ExternalID
	}
	f := fact.Fact{Deed: "contact.unmerged", Evidence: m.ID.String(), Changes: append(contact.Diff(now, restored), fact.Of("merged_with", part{m.Loser, m.LoserName}, nil))}
	if !m.With.IsZero() {
		f.Why = "account.unmerged"
	}
	if err := tx.UnmergeContacts(m, restored, loser, f); err != nil {
		return named(err, contact.ErrExternal)
	}
	return pairDecided(tx, who.Member.ID, m, now.Name(), match.Pair.Unmerge)
}

// linksNow are links with the accounts that those became which were merged
// since.
func linksNow(tx *store.Tx, links []contact.Link) (now []contact.Link, err error) {
	now = []contact.Link{}
	for _, l := range links {
		into, err := tx.MergedInto(fact.Account, l.Account.Any())
		if err != nil {
			return nil, err
		}
		if !into.IsZero() {
			l.Account = id.Account(into)
		}
		at := slices.IndexFunc(now, func(o contact.Link) bool { return o.Account == l.Account })
		if at < 0 {
			now = append(now, l)
			continue
		}
		primary := now[at].Primary || l.Primary
		now[at] = now[at].With(l)
		now[at].Primary = primary
	}
	return now, nil
}

// freeAlias refuses an external id by which a record is found that was merged
// into another: it would be in the way when that is undone.
func freeAlias(tx *store.Tx, kind fact.Kind, external string, of id.Record, taken *fault.Fault) error {
	into, err := tx.Alias(kind, external)
	if err == nil && !into.IsZero() && into != of {
		err = fault.Field("external_id", taken)
	}
	return err
}

// accountsCalled are the accounts into which others were merged that had these
// external ids: those still find them.
func accountsCalled(v *store.View, externals []string) (called map[string]account.Account, err error) {
	into, err := v.Aliases(fact.Account, externals)
	if err != nil || len(into) == 0 {
		return nil, err
	}
	var ids []id.Account
	for _, i := range into {
		ids = append(ids, id.Account(i))
	}
	all, err := v.AccountsByID(ids, everything)
	called = map[string]account.Account{}
	for external, i := range into {
		for _, a := range all {
			if a.ID.Any() == i {
				called[external] = a
			}
		}
	}
	return called, err
}

// contactsCalled does so for contacts.
func contactsCalled(v *store.View, externals []string) (called map[string]contact.Contact, err error) {
	into, err := v.Aliases(fact.Contact, externals)
	if err != nil || len(into) == 0 {
		return nil, err
	}
	var ids []id.Contact
	for _, i := range into {
		ids = append(ids, id.Contact(i))
	}
	all, err := v.ContactsByID(ids, everything)
	called = map[string]contact.Contact{}
	for external, i := range into {
		for _, c := range all {
			if c.ID.Any() == i {
				called[external] = c
			}
		}
	}
	return called, err
}

// MostMerges is how many merges are told at a time.
const MostMerges = 50

// Merges are the merges of a record within who's reach, latest first, also those
// that were undone; before one when it is not zero.
func (a *App) Merges(ctx context.Context, who Who, kind fact.Kind, record, before id.Record, limit int) (all []merge.Merge, err error) {
	right := member.AccountRead
	if kind == fact.Contact {
		right = member.ContactRead
	}
	err = a.read(ctx, who, right, func(v *store.View) error {
		if err := a.onRecord(v, who, kind, record); err != nil {
			return err
		}
		all, err = v.MergesOf(record, before, min(limit, 200))
		return err
	})
	for n := range all {
		all[n] = all[n].Term(who.Org.Settings.Defaults().Unmerge)
	}
	return all, err
}

func mergesInto(v *store.View, who Who, record id.Record) ([]merge.Merge, error) {
	all, err := v.MergesInto(record, MostMerges)
	for n := range all {
		all[n] = all[n].Term(who.Org.Settings.Defaults().Unmerge)
	}
	return all, err
}

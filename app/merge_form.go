package app

import (
	"context"

	"kring/base/blend"
	"kring/base/id"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/member"
	"kring/domain/merge"
	"kring/store"
)

// Comparison is two records side by side, before they are merged.
type Comparison[T any] struct {
	Stays, Goes T
	Differ      []Compared // what there is to choose, in the order of the form
	Days        int        // in which it can be undone
}

// Compared is one field that two records have different.
type Compared struct {
	Key        string
	This, With any        // their values
	Both       bool       // it can hold the two
	Proposal   blend.Side // what it gets unless somebody says so
}

// CompareAccounts are two accounts within who's reach side by side; refused
// where Merge refuses whatever is chosen.
func (a *App) CompareAccounts(ctx context.Context, who Who, survivor, loser id.Account) (c Comparison[account.Account], err error) {
	if survivor == loser {
		return c, merge.ErrSelf
	}
	c.Days = who.Org.Settings.Defaults().Unmerge
	err = a.read(ctx, who, member.Merge, func(v *store.View) error {
		if c.Stays, err = seenAccount(v, who, survivor); err != nil {
			return err
		}
		if c.Goes, err = seenAccount(v, who, loser); err != nil {
			return err
		}
		switch {
		case c.Stays.Deleted != 0 || c.Goes.Deleted != 0:
			return merge.ErrBinned
		case c.Stays.Kind != c.Goes.Kind:
			return account.ErrMergeKind
		}
		return nil
	})
	if err != nil {
		return c, err
	}
	for _, key := range account.MergeKeys(c.Stays, c.Goes) {
		c.Differ = append(c.Differ, Compared{key, c.Stays.Value(key), c.Goes.Value(key), account.CanBoth(c.Stays, c.Goes, key), account.Proposal(c.Stays, c.Goes, key)})
	}
	return c, nil
}

// CompareContacts does so for contacts.
func (a *App) CompareContacts(ctx context.Context, who Who, survivor, loser id.Contact) (c Comparison[contact.Contact], err error) {
	if survivor == loser {
		return c, merge.ErrSelf
	}
	c.Days = who.Org.Settings.Defaults().Unmerge
	err = a.read(ctx, who, member.Merge, func(v *store.View) error {
		if c.Stays, err = seenContact(v, who, survivor); err != nil {
			return err
		}
		if c.Goes, err = seenContact(v, who, loser); err != nil {
			return err
		}
		if c.Stays.Deleted != 0 || c.Goes.Deleted != 0 {
			return merge.ErrBinned
		}
		return nil
	})
	if err != nil {
		return c, err
	}
	for _, key := range contact.MergeKeys(c.Stays, c.Goes) {
		c.Differ = append(c.Differ, Compared{key, c.Stays.Value(key), c.Goes.Value(key), contact.CanBoth(c.Stays, c.Goes, key), contact.Proposal(c.Stays, c.Goes, key)})
	}
	return c, nil
}

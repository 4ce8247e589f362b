package app

import (
	"context"

	"kring/base/fact"
	"kring/base/id"
	"kring/domain/consent"
	"kring/domain/member"
	"kring/store"
)

// AddConsent writes down what somebody allowed or objected to, of a record
// within who's reach.
func (a *App) AddConsent(ctx context.Context, who Who, kind fact.Kind, record id.Record, d consent.Draft) (e consent.Entry, err error) {
	err = a.write(ctx, who, member.ConsentWrite, func(tx *store.Tx) error {
		var label string
		switch kind {
		case fact.Account:
			acc, err := seenAccount(&tx.View, who, id.Account(record))
			if err != nil {
				return err
			}
			label = acc.Name
		case fact.Contact:
			c, err := seenContact(&tx.View, who, id.Contact(record))
			if err != nil {
				return err
			}
			label = c.Name()
		case fact.Lead:
			l, err := tx.Lead(id.Lead(record), who.Reach(fact.Account))
			if err != nil {
				return err
			}
			label = l.Organisation
		}
		if e, err = consent.New(tx.Now(), kind, record, d); err != nil {
			return err
		}
		there, err := tx.Consents([]id.Record{record})
		if err != nil {
			return err
		}
		if len(there) >= consent.MaxEntries {
			return consent.ErrMany
		}
		e, err = tx.AddConsent(e, fact.Fact{Deed: "consent.recorded", Label: label, Changes: []fact.Change{
			fact.Of("state", nil, e.State), fact.Of("channel", nil, e.Channel), fact.Of("purpose", nil, e.Purpose),
		}})
		return err
	})
	return e, err
}

// Consents is the ledger of a record within who's reach, latest written first,
// with those of what was merged into it; and what holds of it.
func (a *App) Consents(ctx context.Context, who Who, kind fact.Kind, record id.Record) (all []consent.Entry, standing map[consent.Cell]consent.Entry, err error) {
	right := member.AccountRead
	if kind == fact.Contact {
		right = member.ContactRead
	}
	err = a.read(ctx, who, right, func(v *store.View) error {
		if err := readRecord(v, who, kind, record); err != nil {
			return err
		}
		parts, err := v.PartsOf(kind, record)
		if err != nil {
			return err
		}
		all, standing, err = ledger(v, record, parts)
		return err
	})
	return all, standing, err
}

// ledger is what was said about a record and about its parts.
func ledger(v *store.View, record id.Record, parts []id.Record) ([]consent.Entry, map[consent.Cell]consent.Entry, error) {
	subjects := append([]id.Record{record}, parts...)
	all, err := v.Consents(subjects)
	if err != nil || len(all) == 0 {
		return nil, nil, err
	}
	merges, err := v.Joined(parts)
	if err != nil {
		return nil, nil, err
	}
	var joins []consent.Join
	for _, m := range merges {
		joins = append(joins, consent.Join{At: m.At, From: m.Loser, Into: m.Survivor})
	}
	return all, consent.Standing(record, all, joins), nil
}

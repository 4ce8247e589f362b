package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/id"
	"kring/base/job"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/match"
	"kring/domain/member"
	"kring/domain/organisation"
	"kring/store"
)

// thresholds are from when a likeness is worth saying in an organisation.
func thresholds(o organisation.Organisation) match.Thresholds {
	return match.Thresholds{Warn: o.Settings.MatchWarn, Likely: o.Settings.MatchLikely}.Defaults()
}

// MostFound is how many records that may be the same are told of one.
const MostFound = 10

// lookalikes are for each subject the records within who's reach that may be the
// same, the likeliest first, from the organisation's threshold on: a handful of
// queries for hundreds of subjects.
func (a *App) lookalikes(v *store.View, who Who, kind fact.Kind, subjects []match.Subject) ([][]match.Found, error) {
	all, err := a.alike(v, kind, subjects, who.Reach(kind), thresholds(who.Org).Warn)
	for n := range all {
		all[n] = all[n][:min(len(all[n]), MostFound)]
	}
	return all, err
}

func (a *App) alike(v *store.View, kind fact.Kind, subjects []match.Subject, within member.Reach, warn float64) ([][]match.Found, error) {
	near, err := v.Alike(kind, subjects)
	if err != nil {
		return nil, err
	}
	ids := slices.Concat(near...)
	slices.SortFunc(ids, func(a, b id.Record) int { return slices.Compare(a[:], b[:]) })
	others, err := v.Subjects(kind, slices.Compact(ids), within)
	if err != nil {
		return nil, err
	}
	ready := make(map[id.Record]match.Ready, len(others))
	for _, s := range others {
		ready[s.ID] = match.Prepare(s)
	}
	if kind == fact.Contact {
		if err := v.Employ(subjects); err != nil {
			return nil, err
		}
	}
	m, err := a.matcher(v)
	if err != nil {
		return nil, err
	}
	all := make([][]match.Found, len(subjects))
	for n, s := range subjects {
		mine := match.Prepare(s)
		for _, i := range near[n] {
			o, seen := ready[i]
			if !seen {
				continue
			}
			if p, why := m.Weigh(mine, o); p >= warn {
				all[n] = append(all[n], foundRecord(o.Subject, p, why))
			}
		}
		slices.SortStableFunc(all[n], func(a, b match.Found) int { return cmp.Compare(b.Probability, a.Probability) })
	}
	return all, nil
}

func foundRecord(s match.Subject, p float64, why []match.Reason) match.Found {
	return match.Found{ID: s.ID, Name: s.Name, City: cmp.Or(s.City, firstLine(s.Account)), Probability: p, Reasons: why}
}

func firstLine(s string) string {
	for i, r := range s {
		if r == '\n' {
			return s[:i]
		}
	}
	return s
}

// learned is a matcher made of weights that were learned at a moment.
type learned struct {
	at map[fact.Kind]int64
	m  *match.Matcher
}

// matcher compares with the weights of the organisation. They change once a
// night and are long, so they are read again only when they were learned anew.
func (a *App) matcher(v *store.View) (*match.Matcher, error) {
	at, err := v.LearnedAt()
	if err != nil {
		return nil, err
	}
	if old, ok := a.matchers.Load(v.Org()); ok {
		if l, ok := old.(learned); ok && l.at[fact.Account] == at[fact.Account] && l.at[fact.Contact] == at[fact.Contact] {
			return l.m, nil
		}
	}
	models := match.Shipped()
	for kind, w := range map[fact.Kind]*match.Weights{fact.Account: &models.Firm, fact.Contact: &models.Person} {
		s, err := v.Scan(kind)
		if err != nil {
			return nil, err
		}
		if len(s.Weights) > 0 {
			if err := json.Unmarshal(s.Weights, w); err != nil {
				return nil, err
			}
		}
	}
	m := models.Matcher()
	a.matchers.Store(v.Org(), learned{at, m})
	return m, nil
}

// LikeAccount are the accounts within who's reach that may be the one that this
// draft describes.
func (a *App) LikeAccount(ctx context.Context, who Who, d account.Draft) (found []match.Found, err error) {
	acc, err := account.New(id.Account{}, 0, who.Org.Settings.Country, d)
	if err != nil {
		return nil, err
	}
	return a.like(ctx, who, member.AccountWrite, store.AccountSubject(acc), func(*store.View) error { return nil })
}

// LikeContact does so for contacts.
func (a *App) LikeContact(ctx context.Context, who Who, d contact.Draft) (found []match.Found, err error) {
	c, err := contact.New(id.Contact{}, 0, who.Org.Settings.Country, d)
	if err != nil {
		return nil, err
	}
	return a.like(ctx, who, member.ContactWrite, store.ContactSubject(c), func(v *store.View) error { return a.atAccounts(v, who, nil, c.Accounts) })
}

func (a *App) like(ctx context.Context, who Who, right member.Right, s match.Subject, check func(*store.View) error) (found []match.Found, err error) {
	err = a.read(ctx, who, right, func(v *store.View) error {
		if err := check(v); err != nil {
			return err
		}
		all, err := a.lookalikes(v, who, s.Kind, []match.Subject{s})
		if err == nil {
			found = all[0]
		}
		return err
	})
	return found, err
}

// pairRight is the right that a deed to a pair takes.
func pairRight(kind fact.Kind) member.Right {
	if kind == fact.Contact {
		return member.ContactWrite
	}
	return member.AccountWrite
}

// pairsWithin is which kinds of pairs who may decide about, and how far.
func pairsWithin(who Who) map[fact.Kind]member.Reach {
	within := map[fact.Kind]member.Reach{}
	for _, k := range []fact.Kind{fact.Account, fact.Contact} {
		if who.Can(pairRight(k)) {
			within[k] = who.Reach(k)
		}
	}
	return within
}

// mayPair refuses who may decide about no pair at all.
func mayPair(who Who) error {
	if !who.Can(member.AccountWrite) && !who.Can(member.ContactWrite) {
		return ErrDenied
	}
	return nil
}

// PairPage is a page of pairs with both records of each.
type PairPage struct {
	Pairs    []match.Pair
	Accounts map[id.Record]account.Account
	Contacts map[id.Record]contact.Contact
	Names    map[id.Account]string // what the accounts of the contacts are called
	More     bool
}

// Pairs are pairs of records that may be the same, both within who's reach, the
// likeliest first.
func (a *App) Pairs(ctx context.Context, who Who, kind fact.Kind, state match.State, before match.Pair, limit int) (p PairPage, err error) {
	if !slices.Contains(match.States, state) || kind != "" && kind != fact.Account && kind != fact.Contact {
		return p, match.ErrState
	}
	limit = min(max(limit, 1), 200)
	err = a.read(ctx, who, member.AccountRead, func(v *store.View) error {
		if err := mayPair(who); err != nil {
			return err
		}
		all, err := v.Pairs(store.PairQuery{Kind: kind, State: state, Within: pairsWithin(who), Before: before, Limit: limit + 1})
		if err != nil {
			return err
		}
		if p.More = len(all) > limit; p.More {
			all = all[:limit]
		}
		p, err = pairRecords(v, who, all, p.More)
		return err
	})
	return p, err
}

// Pair is one pair with both its records.
func (a *App) Pair(ctx context.Context, who Who, i id.Record) (p PairPage, err error) {
	err = a.read(ctx, who, member.AccountRead, func(v *store.View) error {
		if err := mayPair(who); err != nil {
			return err
		}
		one, err := v.Pair(i, pairsWithin(who))
		if err != nil {
			return err
		}
		p, err = pairRecords(v, who, []match.Pair{one}, false)
		return err
	})
	return p, err
}

func pairRecords(v *store.View, who Who, all []match.Pair, more bool) (p PairPage, err error) {
	p = PairPage{Pairs: all, Accounts: map[id.Record]account.Account{}, Contacts: map[id.Record]contact.Contact{}, More: more}
	var accounts, at []id.Account
	var contacts []id.Contact
	for _, two := range all {
		if two.Kind == fact.Contact {
			contacts = append(contacts, id.Contact(two.A), id.Contact(two.B))
		} else {
			accounts = append(accounts, id.Account(two.A), id.Account(two.B))
		}
	}
	firms, err := v.AccountsByID(accounts, who.Reach(fact.Account))
	if err != nil {
		return p, err
	}
	for _, f := range firms {
		p.Accounts[f.ID.Any()] = f
	}
	people, err := v.ContactsByID(contacts, who.Reach(fact.Contact))
	if err != nil {
		return p, err
	}
	for _, c := range people {
		p.Contacts[c.ID.Any()] = c
		for _, l := range c.Accounts {
			at = append(at, l.Account)
		}
	}
	p.Names, err = v.AccountNames(at, who.Reach(fact.Account))
	return p, err
}

// MostPairsCounted is how far the open pairs are counted.
const MostPairsCounted = 99

// CountPairs is how many open pairs wait for who.
func (a *App) CountPairs(ctx context.Context, who Who) (n int, err error) {
	within := pairsWithin(who)
	if len(within) == 0 {
		return 0, nil
	}
	err = a.peek(ctx, who, member.AccountRead, func(v *store.View) error {
		n, err = v.CountPairs(store.PairQuery{State: match.Open, Within: within}, MostPairsCounted+1)
		return err
	})
	return n, err
}

// pairsToday is how many open pairs wait for who.
func (a *App) pairsToday(v *store.View, who Who) (int, error) {
	within := pairsWithin(who)
	if len(within) == 0 {
		return 0, nil
	}
	return v.CountPairs(store.PairQuery{State: match.Open, Within: within}, MostPairsCounted+1)
}

// PairsOf are the open pairs of one record, with what the others are.
func (a *App) PairsOf(ctx context.Context, who Who, i id.Record) (p PairPage, err error) {
	within := pairsWithin(who)
	if len(within) == 0 {
		return p, nil
	}
	err = a.read(ctx, who, member.AccountRead, func(v *store.View) error {
		all, err := v.PairsOf(i, within, 5)
		if err != nil || len(all) == 0 {
			return err
		}
		p, err = pairRecords(v, who, all, false)
		return err
	})
	return p, err
}

// KeepApart says that two records are different ones; that is remembered.
func (a *App) KeepApart(ctx context.Context, who Who, i id.Record) (match.Pair, error) {
	return a.decide(ctx, who, i, "pair.kept_apart", func(p match.Pair, now int64) (match.Pair, error) { return p.KeepApart(who.Member.ID, now) })
}

// Postpone puts a pair away until a day.
func (a *App) Postpone(ctx context.Context, who Who, i id.Record, until day.Day) (match.Pair, error) {
	return a.decide(ctx, who, i, "pair.postponed", func(p match.Pair, now int64) (match.Pair, error) {
		return p.Postpone(until, day.At(now, who.Zone()), who.Member.ID, now)
	})
}

// ReopenPair takes back what was decided about a pair.
func (a *App) ReopenPair(ctx context.Context, who Who, i id.Record) (match.Pair, error) {
	return a.decide(ctx, who, i, "pair.reopened", func(p match.Pair, now int64) (match.Pair, error) { return p.Reopen(who.Member.ID, now) })
}

func (a *App) decide(ctx context.Context, who Who, i id.Record, deed string, verb func(match.Pair, int64) (match.Pair, error)) (p match.Pair, err error) {
	err = a.write(ctx, who, member.AccountRead, func(tx *store.Tx) error {
		if err := mayPair(who); err != nil {
			return err
		}
		before, err := tx.Pair(i, pairsWithin(who)) // which are those that who may write
		if err != nil {
			return err
		}
		if p, err = verb(before, tx.Now()); err != nil {
			return err
		}
		label, err := pairLabel(&tx.View, who, before)
		if err != nil {
			return err
		}
		p, err = tx.SavePair(p, fact.Fact{Deed: deed, Label: label, Changes: changed(fact.Of("state", before.State, p.State), fact.Of("until", before.Until, p.Until))})
		return err
	})
	return p, err
}

func pairLabel(v *store.View, who Who, p match.Pair) (string, error) {
	two, err := v.Subjects(p.Kind, []id.Record{p.A, p.B}, who.Reach(p.Kind))
	if err != nil || len(two) < 2 {
		return "", err
	}
	return two[0].Name + " · " + two[1].Name, nil
}

// mergedPair says of two records' pair, when there is one, that they became one;
// apart says that they are two again.
func mergedPair(tx *store.Tx, who Who, x, y id.Record, apart bool) error {
	p, err := tx.PairOf(x, y)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	verb, deed := match.Pair.Merge, "pair.merged"
	if apart {
		verb, deed = match.Pair.Unmerge, "pair.unmerged"
	}
	next, err := verb(p, who.Member.ID, tx.Now())
	if errors.Is(err, match.ErrSettled) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = tx.SavePair(next, fact.Fact{Deed: deed, Changes: []fact.Change{fact.Of("state", p.State, next.State)}})
	return err
}

// ScanNow asks for a look at all records for duplicates; it is done as a job.
func (a *App) ScanNow(ctx context.Context, who Who) (i id.Job, err error) {
	err = a.write(ctx, who, member.SettingManage, func(tx *store.Tx) error {
		i, err = tx.Enqueue(job.Job{Kind: "match.scan", Args: []byte("{}"), Unique: "scan"})
		return err
	})
	return i, err
}

// ScanState is when the records of a kind were last looked at for duplicates.
type ScanState struct {
	Ended   int64 // of the last look; 0 never
	Whole   int64 // of the last look at everything
	Learned int64 // when the weights were learned; 0 are the shipped ones
	Busy    bool
}

// Scans tells how far the look for duplicates is, per kind of record.
func (a *App) Scans(ctx context.Context, who Who) (all map[fact.Kind]ScanState, err error) {
	all = map[fact.Kind]ScanState{}
	err = a.read(ctx, who, member.AccountRead, func(v *store.View) error {
		for _, k := range []fact.Kind{fact.Account, fact.Contact} {
			s, err := v.Scan(k)
			if err != nil {
				return err
			}
			all[k] = ScanState{Ended: s.Ended, Whole: s.Whole, Learned: s.Learned, Busy: s.Step != ""}
		}
		return nil
	})
	return all, err
}

// SaveThresholds sets from when a likeness is worth saying, and from when it is
// likely; 0 is what is shipped.
func (a *App) SaveThresholds(ctx context.Context, who Who, version int64, t match.Thresholds) (organisation.Organisation, error) {
	return a.changeOrganisation(ctx, who, version, "organisation.changed", func(o organisation.Organisation) (organisation.Organisation, error) {
		o.Settings.MatchWarn, o.Settings.MatchLikely = t.Warn, t.Likely
		return o, o.Check()
	})
}

// Thresholds are those of who's organisation.
func (w Who) Thresholds() match.Thresholds { return thresholds(w.Org) }

package app

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/id"
	"kring/base/job"
	"kring/domain/match"
	"kring/domain/member"
	"kring/store"
)

// How the scan for duplicates goes. Once a night, in the organisation's own
// night, it looks at what changed since the last one; once a week it walks
// everything that records share, in the order of the index, a page of rows at a
// time. Each page is read, weighed and written with the place reached in one
// short transaction, so that a scan goes on where it was after a restart, and
// neither memory nor a transaction grows with the number of records.

// The steps of a scan, besides the ways of store.Groups.
const (
	stepFill   = "fill"   // keys of records that were there before there were keys
	stepLearn  = "learn"  // weights
	stepForget = "forget" // open pairs that are no longer alike
	stepNew    = "new"    // what changed
)

// steps are what a whole scan does, in order.
func steps(kind fact.Kind) []string {
	by := store.ByKvK
	if kind == fact.Contact {
		by = store.ByAccount
	}
	return []string{stepFill, stepLearn, store.ByBlock, store.ByPoint, by, stepForget}
}

const (
	scanRows  = 2000 // of an index, read at a time
	scanEach  = 200  // changed records looked at a time
	fillEach  = 300  // records that get keys at a time
	scanNight = 20 * time.Hour
	scanWeek  = 7 * 24 * time.Hour
	nightFrom = 1 // o'clock
	nightTo   = 5
)

// scan is the routine: in the night of each organisation; and the job that a
// person asks for, which looks at everything of one organisation now.
func (a *App) scan(ctx context.Context, j job.Job) error {
	if !j.Org.IsZero() {
		return a.scanOrganisation(ctx, j.Org, true)
	}
	return a.everyOrganisation(ctx, func(o id.Org) error { return a.scanOrganisation(ctx, o, false) })
}

func (a *App) scanOrganisation(ctx context.Context, o id.Org, whole bool) error {
	var zone *time.Location
	err := a.db.Peek(ctx, o, func(v *store.View) error {
		org, err := v.Organisation()
		zone = Who{Org: org}.Zone()
		return err
	})
	if err != nil {
		return err
	}
	err = a.db.Write(ctx, o, system("routine"), func(tx *store.Tx) error { return tx.WakePairs(day.At(tx.Now(), zone)) })
	for _, kind := range []fact.Kind{fact.Account, fact.Contact} {
		err = errors.Join(err, a.scanKind(ctx, o, kind, zone, whole))
	}
	return err
}

func (a *App) scanKind(ctx context.Context, o id.Org, kind fact.Kind, zone *time.Location, whole bool) error {
	var s store.Scan
	err := a.db.Peek(ctx, o, func(v *store.View) (err error) { s, err = v.Scan(kind); return err })
	if err != nil {
		return err
	}
	now := a.db.Now()
	if hour := time.UnixMilli(now).In(zone).Hour(); s.Step == "" {
		rested := now-s.Ended > scanNight.Milliseconds() && hour >= nightFrom && hour < nightTo
		if s.Ended != 0 && !whole && !rested {
			return nil
		}
		s.Begun, s.Step, s.Place = now, stepNew, ""
		if whole || !s.Filled || now-s.Whole > scanWeek.Milliseconds() {
			s.Step = stepFill
		}
	}
	for s.Step != "" {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if s, err = a.scanOn(ctx, o, s); err != nil {
			return err
		}
	}
	return nil
}

// scanOn does the next piece of a scan and says where it is then.
func (a *App) scanOn(ctx context.Context, o id.Org, s store.Scan) (store.Scan, error) {
	var pairs []match.Pair
	var looked []id.Record
	next := ""
	err := a.db.Read(ctx, o, func(v *store.View) (err error) {
		pairs, looked, next = nil, nil, ""
		switch s.Step {
		case stepFill, stepForget:
		case stepLearn:
			s, err = learn(v, s)
		case stepNew:
			pairs, looked, next, err = a.lookAtNew(v, s)
		default:
			pairs, next, err = a.lookAtGroups(v, s)
		}
		return err
	})
	if err != nil {
		return s, err
	}
	err = a.db.Write(ctx, o, system("routine"), func(tx *store.Tx) error {
		if s.Step == stepFill && !s.Filled {
			last, err := tx.FillBlocks(s.Kind, id.OrZero[id.Record](s.Place), fillEach)
			if next = last.String(); err != nil {
				return err
			}
		}
		if s.Step == stepForget {
			n, err := tx.ForgetOldPairs(s.Kind, s.Begun, scanRows)
			if next = ""; err == nil && n == scanRows {
				next = s.Step
			}
			if err != nil {
				return err
			}
		}
		if err := errors.Join(tx.FoundPairs(pairs), tx.ForgetPairs(looked, tx.Now())); err != nil {
			return err
		}
		return tx.SaveScan(scanned(s, next, tx.Now()))
	})
	return scanned(s, next, a.db.Now()), err
}

// scanned is a scan one piece further: on with the step, or to the next one, or
// at its end.
func scanned(s store.Scan, next string, now int64) store.Scan {
	if s.Place = next; next != "" {
		return s
	}
	all := steps(s.Kind)
	at := slices.Index(all, s.Step)
	s.Filled = s.Filled || s.Step == stepFill
	switch {
	case at >= 0 && at+1 < len(all):
		s.Step = all[at+1]
		return s
	case at >= 0:
		s.Whole = s.Begun
	}
	s.Step, s.Since, s.Ended = "", s.Begun, now
	return s
}

// everybody is the reach of the scan; the list of pairs has the reader's.
var everybody = member.Reach{Scope: member.All}

// lookAtGroups weighs the pairs of the next page of what records share.
func (a *App) lookAtGroups(v *store.View, s store.Scan) (pairs []match.Pair, next string, err error) {
	groups, next, err := v.Groups(s.Kind, s.Step, s.Place, scanRows)
	if err != nil {
		return nil, "", err
	}
	seen := map[[2]id.Record]bool{}
	var ids []id.Record
	var two [][2]id.Record
	for _, g := range groups {
		ids = append(ids, g.IDs...)
		for i, x := range g.IDs {
			for _, y := range g.IDs[i+1:] {
				p := match.Same(s.Kind, x, y)
				if k := [2]id.Record{p.A, p.B}; p.A != p.B && !seen[k] {
					seen[k] = true
					two = append(two, k)
				}
			}
		}
	}
	ready, err := prepared(v, s.Kind, ids)
	if err != nil {
		return nil, "", err
	}
	m, err := a.matcher(v)
	if err != nil {
		return nil, "", err
	}
	o, err := v.Organisation()
	if err != nil {
		return nil, "", err
	}
	warn := thresholds(o).Warn
	for _, k := range two {
		x, there := ready[k[0]]
		y, too := ready[k[1]]
		if !there || !too {
			continue
		}
		if p, why := m.Weigh(x, y); p >= warn {
			pairs = append(pairs, match.Pair{Kind: s.Kind, A: k[0], B: k[1], Probability: p, Reasons: why})
		}
	}
	return pairs, next, nil
}

func prepared(v *store.View, kind fact.Kind, ids []id.Record) (map[id.Record]match.Ready, error) {
	ids = slices.Clone(ids)
	slices.SortFunc(ids, func(a, b id.Record) int { return slices.Compare(a[:], b[:]) })
	all, err := v.Subjects(kind, slices.Compact(ids), everybody)
	ready := make(map[id.Record]match.Ready, len(all))
	for _, s := range all {
		ready[s.ID] = match.Prepare(s)
	}
	return ready, err
}

// lookAtNew weighs the next records that changed since the last scan against
// everything that shares a key with them.
func (a *App) lookAtNew(v *store.View, s store.Scan) (pairs []match.Pair, looked []id.Record, next string, err error) {
	at := newPlace{Moment: s.Since}
	if s.Place != "" {
		if err := json.Unmarshal([]byte(s.Place), &at); err != nil {
			return nil, nil, "", err
		}
	}
	some, last, n, err := v.ChangedSince(s.Kind, at.Moment, at.After, scanEach)
	if err != nil {
		return nil, nil, "", err
	}
	o, err := v.Organisation()
	if err != nil {
		return nil, nil, "", err
	}
	found, err := a.alike(v, s.Kind, some, everybody, thresholds(o).Warn)
	if err != nil {
		return nil, nil, "", err
	}
	for i, mine := range some {
		looked = append(looked, mine.ID)
		for _, f := range found[i] {
			p := match.Same(s.Kind, mine.ID, f.ID)
			p.Probability, p.Reasons = f.Probability, f.Reasons
			pairs = append(pairs, p)
		}
	}
	if n == scanEach {
		b, err := json.Marshal(newPlace{last.Moment, last.ID})
		return pairs, looked, string(b), err
	}
	return pairs, looked, "", nil
}

// newPlace is how far the changes were looked at.
type newPlace struct {
	Moment int64     `json:"moment"`
	After  id.Record `json:"after"`
}

// learn finds the weights of a kind in a sample of its records.
func learn(v *store.View, s store.Scan) (store.Scan, error) {
	sample, err := v.Sample(s.Kind, 25, 200)
	if err != nil {
		return s, err
	}
	near, err := v.Alike(s.Kind, sample)
	if err != nil {
		return s, err
	}
	place := map[id.Record]int{}
	for i, o := range sample {
		place[o.ID] = i
	}
	var more []id.Record
	for _, ids := range near {
		for _, i := range ids {
			if _, there := place[i]; !there && len(more) < 2*len(sample) {
				place[i] = len(sample) + len(more)
				more = append(more, i)
			}
		}
	}
	others, err := v.Subjects(s.Kind, more, everybody)
	if err != nil {
		return s, err
	}
	of := map[id.Record]match.Subject{}
	for _, o := range others {
		of[o.ID] = o
	}
	all := sample
	for _, i := range more {
		all = append(all, of[i]) // one in the bin is an empty subject: it says nothing
	}
	pairs := [][2]int{}
	for x, ids := range near {
		for _, i := range ids {
			if y, there := place[i]; there && (y > x || y >= len(sample)) {
				pairs = append(pairs, [2]int{x, y})
			}
		}
	}
	w, ok := match.Learn(s.Kind, all, pairs)
	if !ok {
		return s, nil
	}
	if s.Weights, err = json.Marshal(w); err != nil {
		return s, err
	}
	s.Learned = v.Now()
	return s, nil
}

package app

import (
	"cmp"
	"encoding/json"
	"slices"

	"kring/base/fact"
	"kring/base/id"
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
// queries for hundreds of subjects. What was said to be different stays out.
func (a *App) lookalikes(v *store.View, who Who, kind fact.Kind, subjects []match.Subject) ([][]match.Found, error) {
	return a.alike(v, kind, subjects, who.Reach(kind), thresholds(who.Org).Warn)
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
		all[n] = all[n][:min(len(all[n]), MostFound)]
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

package app

import (
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/intake"
	"kring/store"
)

// twin is a record that a row of a file may be.
type twin struct {
	id      id.Record
	name    string
	certain bool // nobody needs to look
}

// exactTwins finds for each row the records within who's reach that share a
// telling thing with it: an address or number, the trade register number, or
// the whole name and town.
func (p *page) exactTwins(v *store.View, lines []*line, values func(*line) twinValues) error {
	kind := p.in.Kind
	var points, kvks, names []string
	for _, l := range lines {
		t := values(l)
		points, names = append(points, t.points...), append(names, t.name)
		if t.kvk != "" {
			kvks = append(kvks, t.kvk)
		}
	}
	at, err := v.Points(kind, distinct(points))
	if err != nil {
		return err
	}
	found, err := p.twinRecords(v, kind, at, distinct(kvks), distinct(names))
	if err != nil {
		return err
	}
	like := map[string][]id.Record{} // by name and place, and by trade register number
	for i, r := range found {
		if kind == fact.Account {
			like["="+r.name+"|"+r.place] = append(like["="+r.name+"|"+r.place], i)
		}
		if r.kvk != "" {
			like[r.kvk] = append(like[r.kvk], i)
		}
	}
	for _, l := range lines {
		t := values(l)
		seen := map[id.Record]bool{}
		take := func(i id.Record) {
			if r, ok := found[i]; ok && !seen[i] {
				seen[i] = true
				l.twins = append(l.twins, twin{id: i, name: r.label, certain: r.name == t.name})
			}
		}
		for _, point := range t.points {
			for _, i := range at[point] {
				if found[i].near(t) {
					take(i)
				}
			}
		}
		for _, i := range append(like["="+t.name+"|"+t.place], like[t.kvk]...) {
			take(i)
		}
	}
	return nil
}

// twinValues are what records are compared on.
type twinValues struct {
	name, place, kvk, label string
	points                  []string
}

// near says that two records that share an address or number may be one: at a
// switchboard number many people are reached, so the names must be alike.
func (t twinValues) near(o twinValues) bool { return t.name == o.name || t.kvk != "" && t.kvk == o.kvk }

func accountValues(a account.Account) twinValues {
	t := twinValues{name: a.Key(), place: fold.Key(a.City()), kvk: a.KvK, label: a.Name}
	for _, p := range a.Phones {
		t.points = append(t.points, p.E164)
	}
	for _, e := range a.Emails {
		t.points = append(t.points, e.Normal)
	}
	return t
}

func contactValues(c contact.Contact) twinValues {
	t := twinValues{name: c.Key(), label: c.Name()}
	for _, p := range c.Phones {
		t.points = append(t.points, p.E164)
	}
	for _, e := range c.Emails {
		t.points = append(t.points, e.Normal)
	}
	return t
}

func (p *page) twinRecords(v *store.View, kind fact.Kind, at map[string][]id.Record, kvks, names []string) (map[id.Record]twinValues, error) {
	found := map[id.Record]twinValues{}
	var ids []id.Record
	for _, some := range at {
		ids = append(ids, some...)
	}
	ids = distinct(ids)
	reach := p.who.Reach(kind)
	if kind == fact.Contact {
		all, err := v.ContactsByID(each(ids, func(i id.Record) id.Contact { return id.Contact(i) }), reach)
		for _, c := range all {
			if c.Deleted == 0 {
				found[c.ID.Any()] = contactValues(c)
			}
		}
		return found, err
	}
	all, err := v.AccountsByID(each(ids, func(i id.Record) id.Account { return id.Account(i) }), reach)
	if err != nil {
		return nil, err
	}
	for by, values := range map[string][]string{"kvk": kvks, "name_key": names} {
		some, err := v.AccountsKnown(by, values)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	for _, a := range all {
		if a.Deleted == 0 && reach.Why(a.Owner, a.Team) != "" {
			found[a.ID.Any()] = accountValues(a)
		}
	}
	return found, nil
}

// twinned decides about a row that may be a record that is here: true when it is
// not made. to is the record to update, when that is certain and asked.
func (p *page) twinned(l *line) (to id.Record, left bool) {
	if len(l.twins) == 0 || p.in.Options.Twins == intake.Add {
		return to, false
	}
	if p.in.Options.Twins == intake.Follow && len(l.twins) == 1 && l.twins[0].certain {
		return l.twins[0].id, false
	}
	p.doubt(l, l.twins[0].id, intake.ProblemOf(-1, intake.ErrTwin.With(fault.Params{"name": l.twins[0].name})))
	return to, true
}

func distinct[T comparable](list []T) (kept []T) {
	seen := map[T]bool{}
	for _, v := range list {
		if !seen[v] {
			seen[v] = true
			kept = append(kept, v)
		}
	}
	return kept
}

func each[A, B any](list []A, of func(A) B) []B {
	out := make([]B, len(list))
	for i, v := range list {
		out[i] = of(v)
	}
	return out
}

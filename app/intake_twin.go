package app

import (
	"math"

	"kring/base/fault"
	"kring/base/id"
	"kring/domain/intake"
	"kring/domain/match"
	"kring/store"
)

// certain is from when nobody needs to look before a row updates a record that
// it was not known for.
const certain = 0.99

// alikes finds for each row the records within who's reach that it may be,
// leaving out those that this import made itself: such a row is known by what
// stands in the file before.
func (p *page) alikes(v *store.View, lines []*line, of func(*line) match.Subject) error {
	found, err := p.a.lookalikes(v, p.who, p.in.Kind, each(lines, of))
	if err != nil {
		return err
	}
	var ids []id.Record
	for _, some := range found {
		ids = append(ids, each(some, func(f match.Found) id.Record { return f.ID })...)
	}
	made, err := v.IntakeMakers(*p.in, distinct(ids))
	if err != nil {
		return err
	}
	for n, l := range lines {
		for _, f := range found[n] {
			if r, ours := made[f.ID]; !ours || r.Deed != intake.Created {
				l.twins = append(l.twins, f)
			}
		}
	}
	return nil
}

// follow are the records that rows may update though they were not known for
// them.
func (p *page) follow(lines []*line) (ids []id.Record) {
	if p.in.Options.Twins != intake.Follow {
		return nil
	}
	for _, l := range lines {
		for _, t := range l.twins {
			ids = append(ids, t.ID)
		}
	}
	return distinct(ids)
}

// twinned decides about a row that may be a record that is here: left says that
// it is not made. to is the record to update, when that is certain and asked.
func (p *page) twinned(l *line) (to id.Record, left bool) {
	if len(l.twins) == 0 || p.in.Options.Twins == intake.Add {
		return to, false
	}
	first := l.twins[0]
	if p.in.Options.Twins == intake.Follow && first.Probability >= certain && (len(l.twins) == 1 || l.twins[1].Probability < certain) {
		return first.ID, false
	}
	p.doubt(l, first.ID, intake.ProblemOf(-1, intake.ErrTwin.With(fault.Params{"name": first.Name, "percent": math.Floor(first.Probability * 100)})))
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

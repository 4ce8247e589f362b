package promise

import "slices"

// Mark is what became of a promise that fell due, as one mark of the strip.
type Mark string

// The marks. Pending fell due and is still open.
const (
	OnTime     Mark = "on_time"
	AfterTime  Mark = "late"
	NotKept    Mark = "broken"
	Pending    Mark = "open"
	NotCounted Mark = ""
)

// Mark is how a promise counts at a moment: not at all when it was withdrawn in
// time or is not due yet, unless it was kept before.
func (p Promise) Mark(now int64) Mark {
	switch {
	case p.State == Kept:
		return OnTime
	case p.State == Late:
		return AfterTime
	case p.State == Broken:
		return NotKept
	case p.State == Open && p.Missed(now):
		return Pending
	}
	return NotCounted
}

// SayDo is what became of the promises that fell due in a period: the ratio is
// OnTime out of Due (domain.md §2.6).
type SayDo struct {
	Due    int    `json:"due"`
	OnTime int    `json:"on_time"`
	Late   int    `json:"late"`
	Broken int    `json:"broken"`
	Open   int    `json:"open"` // fell due and neither kept nor called broken
	Marks  []Mark `json:"marks"`
}

// Tally counts the promises that were to be kept from one moment up to and
// including another; the oldest mark comes first. A promise that was kept
// before it was due counts on the day for which it was promised, so a period
// that is not over counts only what fell due in it so far.
func Tally(all []Promise, from, until int64) (s SayDo) {
	due := slices.DeleteFunc(slices.Clone(all), func(p Promise) bool { return p.Judged < from || p.Judged > until })
	slices.SortStableFunc(due, func(a, b Promise) int {
		return int(min(max(a.Judged-b.Judged, -1), 1))
	})
	for _, p := range due {
		m := p.Mark(until)
		switch m {
		case OnTime:
			s.OnTime++
		case AfterTime:
			s.Late++
		case NotKept:
			s.Broken++
		case Pending:
			s.Open++
		case NotCounted:
			continue
		}
		s.Due++
		s.Marks = append(s.Marks, m)
	}
	return s
}

// Ratio is kept on time out of due, in basis points, rounded half up; false when
// nothing fell due.
func (s SayDo) Ratio() (int, bool) {
	if s.Due == 0 {
		return 0, false
	}
	return (s.OnTime*20000 + s.Due) / (2 * s.Due), true
}

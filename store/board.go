package store

import (
	"database/sql"
	"slices"

	"kring/base/day"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/cycle"
	"kring/domain/member"
	"kring/domain/need"
	"kring/domain/opportunity"
)

// BoardQuery says which opportunities of a pipeline a board or a list shows; what
// is zero does not count.
type BoardQuery struct {
	Pipeline id.Pipeline
	Owner    id.Member
	Team     id.Team
	From     day.Day // of the close day of an open one, of the end of another
	Until    day.Day // the last day that counts
	Reach    member.Reach
}

// Card is the place of an opportunity in its column: its day and its id.
type Card struct {
	Day day.Day
	ID  id.Opportunity
}

// IsZero is the place before all others.
func (c Card) IsZero() bool { return c == Card{} }

// Sum is what a column holds of one currency, in cents. Own has a chance of its
// own, of which the weighted value is kept; the rest has that of the stage.
type Sum struct {
	Stage    string
	Currency string
	N        int
	Cents    int64
	Own      int64
	Weighted int64
}

func (v *View) board(q BoardQuery, state opportunity.State) *where {
	w := v.where("k").and("k.pipeline_id = ?", q.Pipeline).and("k.state = '" + string(state) + "'")
	if !q.Owner.IsZero() {
		w.and("k.owner_id = ?", q.Owner)
	}
	if !q.Team.IsZero() {
		w.and("k.team_id = ?", q.Team)
	}
	on := "k.closed_day"
	if state == opportunity.Open {
		on = "k.close_day"
	}
	if q.From != "" {
		w.and(on+" >= ?", string(q.From))
	}
	if q.Until != "" {
		w.and(on+" <= ?", string(q.Until))
	}
	if q.Reach.Scope == member.Own { // a portfolio is small: from its accounts to their opportunities
		return w.and("k.account_id IN (SELECT acc.id FROM account acc WHERE acc.org_id = k.org_id AND acc.owner_id = ?)", q.Reach.Member)
	}
	return w.reachAccount("k", q.Reach)
}

// BoardSums are what the columns of a board hold. What many look at is remembered
// for a moment.
func (v *View) BoardSums(q BoardQuery) (all []Sum, err error) {
	defer fault.Wrap(&err, "store.BoardSums")
	w := v.board(q, opportunity.Open)
	return Remembered(v, "board"+w.String(), w.args, func() (all []Sum, err error) {
		err = v.rows(`SELECT k.stage, k.currency, COUNT(*), SUM(k.cents), SUM(CASE WHEN k.chance < 0 THEN 0 ELSE k.cents END), SUM(k.weighted) FROM opportunity k`+
			w.String()+" GROUP BY k.stage, k.currency ORDER BY k.stage, k.currency", w.args, func(rs *sql.Rows) error {
			var s Sum
			err := rs.Scan(&s.Stage, &s.Currency, &s.N, &s.Cents, &s.Own, &s.Weighted)
			all = append(all, s)
			return err
		})
		return all, err
	})
}

// EndedSums are what was won, or lost, in the days that the question names.
func (v *View) EndedSums(q BoardQuery, state opportunity.State) (all []Sum, err error) {
	defer fault.Wrap(&err, "store.EndedSums")
	w := v.board(q, state)
	return Remembered(v, "ended"+w.String(), w.args, func() (all []Sum, err error) {
		err = v.rows("SELECT k.currency, COUNT(*), SUM(k.cents) FROM opportunity k"+w.String()+" GROUP BY k.currency ORDER BY k.currency", w.args, func(rs *sql.Rows) error {
			var s Sum
			err := rs.Scan(&s.Currency, &s.N, &s.Cents)
			all = append(all, s)
			return err
		})
		return all, err
	})
}

// Cards are the open opportunities of a stage, the first to close first, after a
// place when it is not zero.
func (v *View) Cards(q BoardQuery, stage string, after Card, limit int) (_ []opportunity.Opportunity, err error) {
	defer fault.Wrap(&err, "store.Cards(%s)", stage)
	w := v.board(q, opportunity.Open).and("k.stage = ?", stage)
	if !after.IsZero() {
		w.and("(k.close_day, k.id) > (?, ?)", string(after.Day), after.ID)
	}
	w.args = append(w.args, limit)
	return v.opportunities(w, " ORDER BY k.close_day, k.id LIMIT ?")
}

// Ended are what was won, or lost, the latest first, after a place when it is not
// zero.
func (v *View) Ended(q BoardQuery, state opportunity.State, after Card, limit int) (_ []opportunity.Opportunity, err error) {
	defer fault.Wrap(&err, "store.Ended(%s)", state)
	w := v.board(q, state)
	if !after.IsZero() {
		w.and("(k.closed_day, k.id) < (?, ?)", string(after.Day), after.ID)
	}
	w.args = append(w.args, limit)
	return v.opportunities(w, " ORDER BY k.closed_day DESC, k.id DESC LIMIT ?")
}

// OpenCards are the open opportunities of all stages, the first to close first.
func (v *View) OpenCards(q BoardQuery, after Card, limit int) (_ []opportunity.Opportunity, err error) {
	defer fault.Wrap(&err, "store.OpenCards")
	w := v.board(q, opportunity.Open)
	if !after.IsZero() {
		w.and("(k.close_day, k.id) > (?, ?)", string(after.Day), after.ID)
	}
	w.args = append(w.args, limit)
	return v.opportunities(w, " ORDER BY k.close_day, k.id LIMIT ?")
}

// Attention is what can need attention of some opportunities: who decides, what was promised, what lapses.
// Whatever knows something that can need attention adds its question here.
func (v *View) Attention(all []opportunity.Opportunity) (by map[id.Opportunity]opportunity.Signals, err error) {
	defer fault.Wrap(&err, "store.Attention(%d)", len(all))
	by = map[id.Opportunity]opportunity.Signals{}
	ids := each(all, func(o opportunity.Opportunity) id.Opportunity { return o.ID })
	people, err := v.People(ids)
	if err != nil {
		return nil, err
	}
	for _, i := range ids {
		known, _ := opportunity.Deciders(people[i])
		by[i] = opportunity.Signals{Deciders: known}
	}
	for chunk := range slices.Chunk(ids, 200) {
		w := v.where("").in("subject_id", len(chunk), anys(chunk)...).and("subject_id IS NOT NULL").and("state = 'open'")
		err := v.rows("SELECT subject_id, MIN(day) FROM promise"+w.String()+" GROUP BY subject_id", w.args, func(rs *sql.Rows) error {
			var i id.Opportunity
			var due string
			err := rs.Scan(&i, &due)
			s := by[i]
			s.Promise = day.Day(due)
			by[i] = s
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return by, nil
}

// ExplicitNeeds is how many needs of an opportunity were said in so many words,
// and were not dropped.
func (v *View) ExplicitNeeds(i id.Opportunity) (n int, err error) {
	all, err := v.Needs(i)
	for _, one := range all {
		if one.Kind == need.Explicit && one.State != need.Dropped {
			n++
		}
	}
	return n, err
}

// PhasesOf are where some accounts stand on the ring.
func (v *View) PhasesOf(ids []id.Account) (by map[id.Account]cycle.Phase, err error) {
	defer fault.Wrap(&err, "store.PhasesOf(%d)", len(ids))
	by = map[id.Account]cycle.Phase{}
	for chunk := range slices.Chunk(ids, 200) {
		w := v.where("x").in("x.account_id", len(chunk), anys(chunk)...).and("x.rule = "+activeRule, v.org)
		err := v.rows("SELECT x.account_id, x.phase FROM standing x"+w.String(), w.args, func(rs *sql.Rows) error {
			var i id.Account
			var phase string
			err := rs.Scan(&i, &phase)
			by[i] = cycle.Phase(phase)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return by, nil
}

// MostStays is how many of those that left a stage its median looks at.
const MostStays = 1000

// DaysIn are how many days the last opportunities that left a stage were in it.
func (v *View) DaysIn(p id.Pipeline, stage string) (days []int, err error) {
	defer fault.Wrap(&err, "store.DaysIn(%s)", stage)
	w := v.where("").and("pipeline_id = ?", p).and("stage = ?", stage).and("until_day <> ''")
	w.args = append(w.args, MostStays)
	return Remembered(v, "days in"+w.String(), w.args, func() (days []int, err error) {
		err = v.rows("SELECT days FROM opportunity_stay"+w.String()+" ORDER BY until_day DESC, days DESC LIMIT ?", w.args, func(rs *sql.Rows) error {
			var n int
			err := rs.Scan(&n)
			days = append(days, n)
			return err
		})
		return days, err
	})
}

// Figures are the counts of a pipeline: of what ended in some days, and of what
// is open, in one currency.
func (v *View) Figures(q BoardQuery, currency string) (f opportunity.Figures, err error) {
	defer fault.Wrap(&err, "store.Figures")
	count := func(state opportunity.State, what string, into ...any) error {
		in := q
		if state == opportunity.Open {
			in.From, in.Until = "", ""
		}
		w := v.board(in, state)
		w.args = append([]any{currency, currency}, w.args...)
		return v.row("SELECT "+what+" FROM opportunity k"+w.String(), w.args, into...)
	}
	const worth = "COUNT(*), COALESCE(SUM(CASE WHEN k.currency = ? THEN k.cents ELSE 0 END), 0), COALESCE(SUM(CASE WHEN k.currency = ? THEN 1 ELSE 0 END), 0)"
	var same int
	if err := count(opportunity.Won, worth, &f.Won, &f.Worth, &same); err != nil {
		return f, err
	}
	if err := count(opportunity.Lost, worth, &f.Lost, new(int64), &same); err != nil {
		return f, err
	}
	if err := count(opportunity.Open, worth, &f.Open, &f.Value, &same); err != nil {
		return f, err
	}
	open := q
	open.From, open.Until = "", ""
	w := v.board(open, opportunity.Open).and("k.slips > 0")
	if err := v.row("SELECT COUNT(*) FROM opportunity k"+w.String(), w.args, &f.Slipped); err != nil {
		return f, err
	}
	// How many days each took cannot be said in one way to both databases: days
	// are text. They are counted by their two days.
	w = v.board(q, opportunity.Won)
	err = v.rows("SELECT k.opened_day, k.closed_day, COUNT(*) FROM opportunity k"+w.String()+" GROUP BY k.opened_day, k.closed_day", w.args, func(rs *sql.Rows) error {
		var opened, closed string
		var n int64
		err := rs.Scan(&opened, &closed, &n)
		f.Days += n * int64(spent(day.Day(opened), day.Day(closed)))
		return err
	})
	return f, err
}

// Passages are how many that ended in some days were ever in each stage, and how
// many of those were won.
func (v *View) Passages(q BoardQuery) (by map[string]opportunity.Passage, err error) {
	defer fault.Wrap(&err, "store.Passages")
	by = map[string]opportunity.Passage{}
	for _, state := range []opportunity.State{opportunity.Won, opportunity.Lost} {
		w := v.board(q, state)
		err := v.rows(`SELECT s.stage, COUNT(DISTINCT k.id) FROM opportunity k JOIN opportunity_stay s ON s.org_id = k.org_id AND s.opportunity_id = k.id`+w.String()+" GROUP BY s.stage", w.args, func(rs *sql.Rows) error {
			var stage string
			var n int
			err := rs.Scan(&stage, &n)
			p := by[stage]
			p.Stage, p.Entered = stage, p.Entered+n
			if state == opportunity.Won {
				p.Won += n
			}
			by[stage] = p
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return by, nil
}

// Reasons are how often what ended in some days ended for which reason.
func (v *View) Reasons(q BoardQuery, state opportunity.State) (by map[string]int, err error) {
	defer fault.Wrap(&err, "store.Reasons")
	by = map[string]int{}
	w := v.board(q, state)
	err = v.rows("SELECT k.reason, COUNT(*) FROM opportunity k"+w.String()+" GROUP BY k.reason", w.args, func(rs *sql.Rows) error {
		var reason string
		var n int
		err := rs.Scan(&reason, &n)
		by[reason] = n
		return err
	})
	return by, err
}

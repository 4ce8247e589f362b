package store

import (
	"bytes"
	"cmp"
	"database/sql"
	"maps"
	"slices"

	"kring/base/day"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/money"
	"kring/domain/cycle"
	"kring/domain/member"
)

// bucket is a row of flow or turnover but for what is counted in it.
type bucket struct {
	rule  int64
	grain string
	day   day.Day
	owner id.Member
	team  id.Team
}

func (b bucket) compare(c bucket) int {
	return cmp.Or(cmp.Compare(b.rule, c.rule), cmp.Compare(b.grain, c.grain), cmp.Compare(b.day, c.day), bytes.Compare(b.owner[:], c.owner[:]), bytes.Compare(b.team[:], c.team[:]))
}

func (b bucket) row(org id.Org) []any {
	return []any{org, b.rule, b.grain, string(b.day), b.owner[:], b.team[:]}
}

type flowKey struct {
	bucket
	flow cycle.Flow
}

type worthKey struct {
	bucket
	phase    cycle.Phase
	currency string
}

type sum struct{ n, cents int64 }

// sums is what a change adds to flow and turnover, each row once.
type sums struct {
	flows map[flowKey]sum
	worth map[worthKey]sum
}

func newSums() *sums { return &sums{map[flowKey]sum{}, map[worthKey]sum{}} }

func (s *sums) flow(k flowKey, n, cents int64) {
	was := s.flows[k]
	s.flows[k] = sum{was.n + n, was.cents + cents}
}

func (s *sums) buy(k worthKey, n, cents int64) {
	was := s.worth[k]
	s.worth[k] = sum{was.n + n, was.cents + cents}
}

// grains are the two rows in which a day is counted.
func grains(rule int64, d day.Day, s stand) [2]bucket {
	return [2]bucket{{rule, "day", d, s.owner, s.team}, {rule, "month", d.First(), s.owner, s.team}}
}

// moves counts what became different in the stays of an account.
func (s *sums) moves(rule int64, old, now kept) {
	from := 0
	if old.owner == now.owner && old.team == now.team {
		for from < len(old.stays) && from < len(now.stays) && old.stays[from].Move == now.stays[from].Move && old.stays[from].Cents == now.stays[from].Cents {
			from++
		}
	}
	add := func(k kept, sign int64) {
		for _, stay := range k.stays[min(from, len(k.stays)):] {
			for _, b := range grains(rule, stay.Day, k.stand) {
				s.flow(flowKey{b, cycle.Flow{From: stay.From, To: stay.To, Event: stay.Event}}, sign, sign*stay.Cents)
			}
		}
	}
	add(old, -1)
	add(now, +1)
}

// orders counts what became different in what an account bought.
func (s *sums) orders(rule int64, old kept, before []counted, now kept, after []counted) {
	add := func(k kept, orders []counted, sign int64) {
		if !k.counts() {
			return
		}
		for _, o := range orders {
			if o.currency == "" {
				continue
			}
			for _, b := range grains(rule, o.Day, k.stand) {
				s.buy(worthKey{b, k.at(o.Day), o.currency}, sign, sign*o.cents)
			}
		}
	}
	add(old, before, -1)
	add(now, after, +1)
}

// write adds the sums to the tables, row after row in the order of the key: two
// changes that meet wait for each other in one direction only.
func (s *sums) write(tx *Tx) error {
	var rows []any
	for _, k := range slices.SortedFunc(maps.Keys(s.flows), func(a, b flowKey) int {
		return cmp.Or(a.compare(b.bucket), cmp.Compare(a.flow.From, b.flow.From), cmp.Compare(a.flow.To, b.flow.To), cmp.Compare(a.flow.Event, b.flow.Event))
	}) {
		if v := s.flows[k]; v != (sum{}) {
			rows = append(append(rows, k.row(tx.org)...), string(k.flow.From), string(k.flow.To), string(k.flow.Event), v.n, v.cents)
		}
	}
	err := tx.putRows("INSERT INTO flow (org_id, rule, grain, day, owner_id, team_id, came_from, phase, event, n, cents) VALUES ", 11, rows,
		" ON CONFLICT (org_id, rule, grain, day, owner_id, team_id, came_from, phase, event) DO UPDATE SET n = flow.n + excluded.n, cents = flow.cents + excluded.cents")
	if err != nil {
		return err
	}
	rows = rows[:0]
	for _, k := range slices.SortedFunc(maps.Keys(s.worth), func(a, b worthKey) int {
		return cmp.Or(a.compare(b.bucket), cmp.Compare(a.phase, b.phase), cmp.Compare(a.currency, b.currency))
	}) {
		if v := s.worth[k]; v != (sum{}) {
			rows = append(append(rows, k.row(tx.org)...), string(k.phase), k.currency, v.cents, v.n)
		}
	}
	return tx.putRows("INSERT INTO turnover (org_id, rule, grain, day, owner_id, team_id, phase, currency, cents, orders) VALUES ", 10, rows,
		" ON CONFLICT (org_id, rule, grain, day, owner_id, team_id, phase, currency) DO UPDATE SET cents = turnover.cents + excluded.cents, orders = turnover.orders + excluded.orders")
}

// Scope is which relations are counted: those within reach, and of those the
// ones of some teams or an owner when they are named.
type Scope struct {
	Reach member.Reach
	Owner id.Member
	Teams []id.Team
}

// all says whether every relation is counted.
func (s Scope) all() bool {
	return s.Reach.Scope == member.All && s.Owner.IsZero() && len(s.Teams) == 0
}

func (w *where) scope(alias string, s Scope) *where {
	w.reach(alias, s.Reach)
	if !s.Owner.IsZero() {
		w.and(alias+".owner_id = ?", s.Owner)
	}
	if len(s.Teams) > 0 {
		w.in(alias+".team_id", len(s.Teams), anys(s.Teams)...)
	}
	return w
}

// piece is a stretch of days that one grain has; until is not in it.
type piece struct {
	grain       string
	from, until day.Day
}

// pieces cuts the days from one to another, until not included, in whole months
// and the days that are left on either side.
func pieces(from, until day.Day) (all []piece) {
	first := from.First() // of the whole months
	if first != from {
		first = first.Months(1)
	}
	last := until.First()
	if first > last { // within one month
		return []piece{{"day", from, until}}
	}
	for _, p := range []piece{{"day", from, first}, {"month", first, last}, {"day", last, until}} {
		if p.from < p.until {
			all = append(all, p)
		}
	}
	return all
}

// beginning is before the first day that there is.
const beginning = day.Day("0001-01-01")

// FlowSum is how many went a way, and what they had bought in the twelve months
// before.
type FlowSum struct{ N, Cents int64 }

// Flows is who went where from one day to another, until not included; the empty
// day is the beginning.
func (v *View) Flows(rule int64, s Scope, from, until day.Day) (all map[cycle.Flow]FlowSum, err error) {
	defer fault.Wrap(&err, "store.Flows")
	all = map[cycle.Flow]FlowSum{}
	for _, p := range pieces(max(from, beginning), until) {
		w := v.where("f").and("f.rule = ?", rule).and("f.grain = ?", p.grain).and("f.day >= ?", string(p.from)).and("f.day < ?", string(p.until)).scope("f", s)
		err := v.rows("SELECT f.came_from, f.phase, f.event, SUM(f.n), SUM(f.cents) FROM flow f"+w.String()+" GROUP BY f.came_from, f.phase, f.event", w.args, func(rs *sql.Rows) error {
			var from, to, event string
			var n FlowSum
			err := rs.Scan(&from, &to, &event, &n.N, &n.Cents)
			k := cycle.Flow{From: cycle.Phase(from), To: cycle.Phase(to), Event: cycle.Event(event)}
			was := all[k]
			all[k] = FlowSum{was.N + n.N, was.Cents + n.Cents}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// FlowsByMonth is who went where in each month, from the first day of one to
// that of another, which is not included.
func (v *View) FlowsByMonth(rule int64, s Scope, from, until day.Day) (all map[string]cycle.Flows, err error) {
	defer fault.Wrap(&err, "store.FlowsByMonth")
	all = map[string]cycle.Flows{}
	w := v.where("f").and("f.rule = ?", rule).and("f.grain = 'month'").and("f.day >= ?", string(from)).and("f.day < ?", string(until)).scope("f", s)
	err = v.rows("SELECT f.day, f.came_from, f.phase, f.event, SUM(f.n) FROM flow f"+w.String()+" GROUP BY f.day, f.came_from, f.phase, f.event", w.args, func(rs *sql.Rows) error {
		var d, from, to, event string
		var n int64
		err := rs.Scan(&d, &from, &to, &event, &n)
		month := day.Day(d).Month()
		if all[month] == nil {
			all[month] = cycle.Flows{}
		}
		all[month][cycle.Flow{From: cycle.Phase(from), To: cycle.Phase(to), Event: cycle.Event(event)}] = n
		return err
	})
	return all, err
}

// Turnover is what was bought from one day to another, until not included, by the
// phase of who bought it, in Home's cents; others is what was bought in other
// currencies, most first.
func (v *View) Turnover(rule int64, s Scope, from, until day.Day) (worth cycle.Tally, others []money.Money, err error) {
	defer fault.Wrap(&err, "store.Turnover")
	worth = cycle.Tally{}
	other := map[string]int64{}
	for _, p := range pieces(max(from, beginning), until) {
		w := v.where("f").and("f.rule = ?", rule).and("f.grain = ?", p.grain).and("f.day >= ?", string(p.from)).and("f.day < ?", string(p.until)).scope("f", s)
		err := v.rows("SELECT f.phase, f.currency, SUM(f.cents) FROM turnover f"+w.String()+" GROUP BY f.phase, f.currency", w.args, func(rs *sql.Rows) error {
			var phase, currency string
			var cents int64
			err := rs.Scan(&phase, &currency, &cents)
			if currency == Home {
				worth[cycle.Phase(phase)] += cents
			} else {
				other[currency] += cents
			}
			return err
		})
		if err != nil {
			return nil, nil, err
		}
	}
	for currency, cents := range other {
		if cents != 0 {
			others = append(others, money.Money{Cents: cents, Currency: currency})
		}
	}
	slices.SortFunc(others, func(a, b money.Money) int {
		return cmp.Or(cmp.Compare(b.Cents, a.Cents), cmp.Compare(a.Currency, b.Currency))
	})
	return worth, others, nil
}

// Cell is a phase in a month.
type Cell struct {
	Month string
	Phase cycle.Phase
}

// Medians is the middle of the days of the stays in a phase that ended in a month,
// of as many as ended says; of an even number the lower of the two in the middle.
// For all relations an index has them in order; for some they are looked up.
func (v *View) Medians(rule int64, s Scope, ended map[Cell]int64) (days map[Cell]int64, err error) {
	defer fault.Wrap(&err, "store.Medians")
	days = map[Cell]int64{}
	table := "stay s"
	if !s.all() {
		table += " JOIN standing x ON x.org_id = s.org_id AND x.rule = s.rule AND x.account_id = s.account_id"
	}
	for c, n := range ended {
		if n <= 0 {
			continue
		}
		w := v.where("s").and("s.rule = ?", rule).and("s.until_month = ?", c.Month).and("s.phase = ?", string(c.Phase))
		if !s.all() {
			w.scope("x", s)
		}
		var middle int64
		err := v.row("SELECT s.days FROM "+table+w.String()+" ORDER BY s.days LIMIT 1 OFFSET ?", append(w.args, (n-1)/2), &middle)
		if err != nil {
			return nil, err
		}
		days[c] = middle
	}
	return days, nil
}

// Mover is an account that moved.
type Mover struct {
	Account id.Account
	Name    string
	Move    cycle.Move
	Cents   int64 // turnover of the twelve months before
	N       int   // which stay it is, of the account
}

// MoverPlace is the place of a mover in a list.
type MoverPlace struct {
	Day     day.Day
	Account id.Account
	N       int
}

// Movers are the accounts that went one way from one day to another, both
// included, latest first.
func (v *View) Movers(rule int64, s Scope, f cycle.Flow, from, until day.Day, after MoverPlace, limit int) (all []Mover, err error) {
	defer fault.Wrap(&err, "store.Movers")
	w := v.where("s").and("s.rule = ?", rule).and("s.phase = ?", string(f.To)).and("s.came_from = ?", string(f.From)).and("s.event = ?", string(f.Event)).
		and("s.from_day >= ?", string(from)).and("s.from_day <= ?", string(until)).scope("a", s)
	if !after.Account.IsZero() {
		w.and("(s.from_day, s.account_id, s.n) < (?, ?, ?)", string(after.Day), after.Account, after.N)
	}
	w.args = append(w.args, limit)
	err = v.rows("SELECT s.account_id, a.name, s.n, "+stayColumns+" FROM stay s JOIN account a ON a.org_id = s.org_id AND a.id = s.account_id"+w.String()+
		" ORDER BY s.from_day DESC, s.account_id DESC, s.n DESC LIMIT ?", w.args, func(rs *sql.Rows) error {
		var m Mover
		var stay Stay
		err := scanStay(func(into ...any) error { return rs.Scan(append([]any{&m.Account, &m.Name, &m.N}, into...)...) }, &stay)
		m.Move, m.Cents = stay.Move, stay.Cents
		all = append(all, m)
		return err
	})
	return all, err
}

package store

import (
	"bytes"
	"cmp"
	"database/sql"
	"encoding/json"
	"slices"
	"sort"
	"time"

	"kring/base/day"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/account"
	"kring/domain/cycle"
	"kring/domain/order"
)

// What the ring counts is kept: where each account stands and stood, how many
// went which way on which day, what was bought by those who stood where. It is
// all made out of accounts, orders and decisions, so it is not for a use case to
// keep: whatever stores one of those says touch, and at the end of the change
// settleRing folds what was touched, once, and writes what became different. Nothing
// can be stored without it, and nothing is counted twice.
//
// What was counted of an account is found back in its stays and its orders, with
// those orders that changed as they were before. An account that has no row in
// standing was not counted yet.

// Home is the currency in which turnover is counted; what was bought in another
// is told beside it.
const Home = "EUR"

// touched is an account of which something changed.
type touched struct {
	fresh     *account.Account      // made in this change: nothing of it is there but what follows
	orders    []counted             // of a fresh one
	decisions []cycle.Decision      // of a fresh one
	was       map[id.Record]counted // of another: the orders that changed, as they were counted
}

// counted is an order as the ring counts it; one that does not count has no day.
type counted struct {
	cycle.Purchase
	cents    int64 // 0 of what is no money
	currency string
}

func countedOf(i id.Record, d day.Day, cents int64, currency, counter, state string) (c counted) {
	if state != string(order.Confirmed) {
		return c
	}
	c.Purchase = cycle.Purchase{Day: d, ID: i, Other: counter != order.Counters[0]}
	if !c.Other {
		c.cents, c.currency = cents, currency
	}
	return c
}

func countedOrder(o order.Order) counted {
	return countedOf(o.ID.Any(), o.Day, o.Amount.Cents, o.Amount.Currency, o.Counter, string(o.State))
}

// touch says that something changed that is counted of an account.
func (tx *Tx) touch(i id.Account) *touched {
	t := tx.touched[i]
	if t == nil {
		t = &touched{}
		if tx.touched == nil {
			tx.touched = map[id.Account]*touched{}
		}
		tx.touched[i] = t
	}
	return t
}

// touchFresh says so of one that is made in this change.
func (tx *Tx) touchFresh(a account.Account) { tx.touch(a.ID).fresh = &a }

// touchOrder says so of an order, as it was before; zero when it was not there.
func (tx *Tx) touchOrder(of id.Account, i id.Record, was counted) {
	t := tx.touch(of)
	if t.was == nil {
		t.was = map[id.Record]counted{}
	}
	if _, there := t.was[i]; !there {
		t.was[i] = was
	}
	t.stale()
}

// touchNewOrder says so of one that was not there.
func (tx *Tx) touchNewOrder(o order.Order) {
	if t := tx.touch(o.Account); t.fresh != nil {
		if c := countedOrder(o); c.Day != "" {
			t.orders = append(t.orders, c)
		}
		return
	}
	tx.touchOrder(o.Account, o.ID.Any(), counted{})
}

// touchDecision says so of a decision; fresh when it is new.
func (tx *Tx) touchDecision(of id.Account, d cycle.Decision, fresh bool) {
	t := tx.touch(of)
	if t.fresh != nil && fresh {
		t.decisions = append(t.decisions, d)
		return
	}
	t.stale()
}

// stale: what this change did is no longer all there is to know of the account,
// so it is read.
func (t *touched) stale() { t.fresh, t.orders, t.decisions = nil, nil, nil }

// Touch folds accounts again at the end of this change: a day may have moved them.
func (tx *Tx) Touch(accounts []id.Account) {
	for _, i := range accounts {
		tx.touch(i)
	}
}

// Stay is a stay of an account in a phase.
type Stay struct {
	cycle.Move
	Until day.Day // when it went on; "" for the present one
	Cents int64   // turnover of the twelve months until it came
}

// Stays are the stays of accounts under a rule, each in its order; none of one
// that is not counted.
func (v *View) Stays(rule int64, ids []id.Account) (all map[id.Account][]Stay, err error) {
	defer fault.Wrap(&err, "store.Stays(%d)", len(ids))
	all = map[id.Account][]Stay{}
	for chunk := range slices.Chunk(ids, 200) {
		w := v.where("").and("rule = ?", rule).in("account_id", len(chunk), anys(chunk)...)
		err := v.each("SELECT account_id, "+stayColumns+" FROM stay"+w.String()+" ORDER BY account_id, n", w.args, func(scan func(...any) error) error {
			var i id.Account
			var s Stay
			err := scanStay(func(into ...any) error { return scan(append([]any{&i}, into...)...) }, &s)
			all[i] = append(all[i], s)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Overdue are those of these accounts that a day has moved since they were
// counted, which the next pass of the clock writes down.
func (v *View) Overdue(rule int64, ids []id.Account, on day.Day) (all map[id.Account]bool, err error) {
	defer fault.Wrap(&err, "store.Overdue(%d)", len(ids))
	all = map[id.Account]bool{}
	for chunk := range slices.Chunk(ids, 200) {
		w := v.where("").and("rule = ?", rule).in("account_id", len(chunk), anys(chunk)...).and("due <= ?", string(on))
		err := v.each("SELECT account_id FROM standing"+w.String(), w.args, func(scan func(...any) error) error {
			var i id.Account
			err := scan(&i)
			all[i] = true
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// stand is a row of standing but for whose it is.
type stand struct {
	phase              cycle.Phase
	turn               int
	label              cycle.Label
	since, begun       day.Day
	due, bought, quiet day.Day
	stays              int
	owner              id.Member
	team               id.Team
}

// kept is what is counted of an account under a rule; the zero value when
// nothing is.
type kept struct {
	stand
	stays []Stay
}

func (k kept) counts() bool { return len(k.stays) > 0 }

// at is the phase at the end of a day.
func (k kept) at(d day.Day) cycle.Phase {
	n := sort.Search(len(k.stays), func(i int) bool { return k.stays[i].Day > d })
	if n == 0 {
		return ""
	}
	return k.stays[n-1].To
}

// Rule is the thresholds by which paths are folded, and how far its counting is.
type Rule struct {
	Number     int64
	Thresholds cycle.Definition
	Ready      bool
	Place      id.Account // counted up to here, when it is not ready
	Done       int64      // accounts counted
}

// ring is what a fold has to know of the organisation.
type ring struct {
	zone  *time.Location
	rules []Rule
}

const ruleColumns = "r.rule, r.min_purchases, r.loyal_min, r.loyal_months, r.quiet_months, r.other_counters, r.state, r.place, r.done"

func ruleInto(r *Rule, state *string) []any {
	d := &r.Thresholds
	return []any{&r.Number, &d.MinPurchases, &d.LoyalMin, &d.LoyalMonths, &d.QuietMonths, &d.OtherCounters, state, &r.Place, &r.Done}
}

// mostRules bounds how many rules an organisation has at a time.
const mostRules = 20

func (v *View) ring() (g ring, err error) {
	settings := ""
	err = v.rows("SELECT o.settings, "+ruleColumns+" FROM organisation o JOIN rule r ON r.org_id = o.id WHERE o.id = ? AND r.org_id = ? AND r.state <> 'dropped' ORDER BY r.rule LIMIT ?",
		[]any{v.org, v.org, mostRules}, func(rs *sql.Rows) error {
			var r Rule
			var state string
			err := rs.Scan(append([]any{&settings}, ruleInto(&r, &state)...)...)
			r.Ready = state == "ready"
			g.rules = append(g.rules, r)
			return err
		})
	if err != nil || len(g.rules) == 0 {
		return g, err
	}
	var s struct{ Zone string }
	if err := json.Unmarshal([]byte(settings), &s); err != nil {
		return g, err
	}
	g.zone = day.Zone(s.Zone)
	return g, nil
}

// settleRing folds what the change touched and writes what is counted differently.
// It is the last thing that a change does: the rows of flow and turnover are
// shared by many accounts, and who holds them waits for nobody any more.
func (tx *Tx) settleRing() error {
	if len(tx.touched) == 0 && tx.sums == nil {
		return nil
	}
	g, err := tx.ring()
	if err != nil || len(g.rules) == 0 {
		return err
	}
	s := &settling{tx: tx, ring: g, today: day.At(tx.now, g.zone), sums: tx.sums}
	if s.sums == nil {
		s.sums = newSums()
	}
	ids := make([]id.Account, 0, len(tx.touched))
	for i := range tx.touched {
		ids = append(ids, i)
	}
	slices.SortFunc(ids, func(a, b id.Account) int { return bytes.Compare(a[:], b[:]) })
	for chunk := range slices.Chunk(ids, 200) {
		if err := s.chunk(chunk); err != nil {
			return err
		}
	}
	if err := s.write(); err != nil {
		return err
	}
	return s.sums.write(tx)
}

// settling is one settle on its way.
type settling struct {
	tx    *Tx
	ring  ring
	today day.Day
	sums  *sums

	stands, stays []any // rows
	gone          []id.Account
	shorter       []shorter
}

// shorter is an account that has fewer stays than it had.
type shorter struct {
	rule int64
	of   id.Account
	n    int
}

// tale is all that is counted of an account.
type tale struct {
	created   int64
	binned    bool
	owner     id.Member
	team      id.Team
	orders    []counted // those that stand, in the order of their days
	decisions []cycle.Decision
}

func (s *settling) chunk(ids []id.Account) error {
	all := make(map[id.Account]*tale, len(ids))
	var read []id.Account
	for _, i := range ids {
		t := s.tx.touched[i]
		if t.fresh == nil {
			read = append(read, i)
			continue
		}
		sortCounted(t.orders)
		all[i] = &tale{t.fresh.Created, t.fresh.Deleted != 0, t.fresh.Owner, t.fresh.Team, t.orders, t.decisions}
	}
	if err := s.tx.wholes(read, all); err != nil {
		return err
	}
	was, err := s.tx.keptOf(read, s.ring.rules)
	if err != nil {
		return err
	}
	for _, i := range ids {
		w := all[i]
		if w == nil { // erased, and counted off then
			continue
		}
		before := asTheyWere(w.orders, s.tx.touched[i].was)
		for _, r := range s.ring.rules {
			old := was[key{r.Number, i}]
			now := s.fold(*w, r)
			s.keep(r.Number, i, old, now)
			s.sums.moves(r.Number, old, now)
			s.sums.orders(r.Number, old, before, now, w.orders)
		}
	}
	return nil
}

func sortCounted(all []counted) {
	slices.SortFunc(all, func(a, b counted) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), bytes.Compare(a.ID[:], b.ID[:]))
	})
}

// asTheyWere are orders with those that changed as they were before.
func asTheyWere(now []counted, was map[id.Record]counted) []counted {
	if len(was) == 0 {
		return now
	}
	before := make([]counted, 0, len(now))
	for _, o := range now {
		if _, changed := was[o.ID]; !changed {
			before = append(before, o)
		}
	}
	for _, o := range was {
		if o.Day != "" {
			before = append(before, o)
		}
	}
	return before
}

// fold is what is to be counted of an account under a rule.
func (s *settling) fold(w tale, r Rule) (k kept) {
	if w.binned {
		return k
	}
	signals := cycle.Signals{Since: day.At(w.created, s.ring.zone), Decisions: w.decisions, Purchases: make([]cycle.Purchase, len(w.orders))}
	for i, o := range w.orders {
		signals.Purchases[i] = o.Purchase
	}
	// A clock that stands behind that of who made the account does not undo it.
	p := cycle.Follow(signals, r.Thresholds, max(s.today, signals.Since))
	year := yearOf(w.orders)
	for i, m := range p.Moves {
		stay := Stay{Move: m, Cents: year(m.Day)}
		if i+1 < len(p.Moves) {
			stay.Until = p.Moves[i+1].Day
		}
		k.stays = append(k.stays, stay)
	}
	k.stand = stand{p.Phase, p.Turn, p.Label, p.Since, p.Moves[0].Day, p.Due, p.Bought, p.Quiet, len(p.Moves), w.owner, w.team}
	return k
}

// yearOf gives what was bought in the twelve months until a day, that day
// included, of orders in the order of their days.
func yearOf(orders []counted) func(day.Day) int64 {
	sum := make([]int64, len(orders)+1)
	for i, o := range orders {
		sum[i+1] = sum[i]
		if o.currency == Home {
			sum[i+1] += o.cents
		}
	}
	until := func(d day.Day) int64 {
		return sum[sort.Search(len(orders), func(i int) bool { return orders[i].Day > d })]
	}
	return func(d day.Day) int64 { return until(d) - until(d.Months(-12)) }
}

// keep writes down what becomes of the rows of an account.
func (s *settling) keep(rule int64, i id.Account, old, now kept) {
	if !now.counts() {
		if old.counts() {
			s.gone = append(s.gone, i)
		}
		return
	}
	if old.stand != now.stand || !old.counts() {
		k := now.stand
		s.stands = append(s.stands, s.tx.org, rule, i, string(k.phase), k.turn, string(k.label), string(k.since), string(k.begun),
			null(string(k.due)), null(string(k.bought)), null(string(k.quiet)), k.stays, k.owner, k.team)
	}
	for n, stay := range now.stays {
		if n >= len(old.stays) || old.stays[n] != stay {
			var days any
			if stay.Until != "" {
				days = stay.Day.Until(stay.Until)
			}
			month := null(stay.Until.Month())
			s.stays = append(s.stays, s.tx.org, rule, i, n+1, string(stay.To), string(stay.From), string(stay.Event), stay.Turn, string(stay.Reason), stay.Evidence,
				string(stay.Day), null(string(stay.Until)), month, days, stay.Cents)
		}
	}
	if len(now.stays) < len(old.stays) {
		s.shorter = append(s.shorter, shorter{rule, i, len(now.stays)})
	}
}

const standSet = "phase, turn, label, since, begun, due, bought, quiet, stays, owner_id, team_id"

func (s *settling) write() error {
	if err := s.tx.uncounted(s.gone); err != nil {
		return err
	}
	for _, sh := range s.shorter {
		if _, err := s.tx.exec("DELETE FROM stay WHERE org_id = ? AND rule = ? AND account_id = ? AND n > ?", s.tx.org, sh.rule, sh.of, sh.n); err != nil {
			return err
		}
	}
	if err := s.tx.putRows("INSERT INTO standing (org_id, rule, account_id, "+standSet+") VALUES ", 14, s.stands,
		" ON CONFLICT (org_id, rule, account_id) DO UPDATE SET ("+standSet+") = (excluded.phase, excluded.turn, excluded.label, excluded.since, excluded.begun, excluded.due, excluded.bought, excluded.quiet, excluded.stays, excluded.owner_id, excluded.team_id)"); err != nil {
		return err
	}
	return s.tx.putRows("INSERT INTO stay (org_id, rule, account_id, n, phase, came_from, event, turn, reason, evidence, from_day, until_day, until_month, days, cents) VALUES ", 15, s.stays,
		" ON CONFLICT (org_id, rule, account_id, n) DO UPDATE SET (phase, came_from, event, turn, reason, evidence, from_day, until_day, until_month, days, cents) = (excluded.phase, excluded.came_from, excluded.event, excluded.turn, excluded.reason, excluded.evidence, excluded.from_day, excluded.until_day, excluded.until_month, excluded.days, excluded.cents)")
}

// uncounted takes the rows of accounts away that count nowhere any more.
func (tx *Tx) uncounted(ids []id.Account) error {
	ids = slices.Compact(ids)
	for chunk := range slices.Chunk(ids, 200) {
		for _, table := range []string{"stay", "standing"} {
			args := append([]any{tx.org, tx.org}, anys(chunk)...)
			if _, err := tx.exec("DELETE FROM "+table+" WHERE org_id = ? AND rule IN (SELECT r.rule FROM rule r WHERE r.org_id = ?) AND account_id IN ("+marks(len(chunk))+")", args...); err != nil {
				return err
			}
		}
	}
	return nil
}

// countOff takes accounts out of what is counted before they are erased.
func (tx *Tx) countOff(ids []id.Account) error {
	g, err := tx.ring()
	if err != nil || len(g.rules) == 0 {
		return err
	}
	if tx.sums == nil {
		tx.sums = newSums()
	}
	for chunk := range slices.Chunk(ids, 200) {
		all := make(map[id.Account]*tale, len(chunk))
		if err := tx.wholes(chunk, all); err != nil {
			return err
		}
		was, err := tx.keptOf(chunk, g.rules)
		if err != nil {
			return err
		}
		for _, i := range chunk {
			if all[i] == nil {
				continue
			}
			var changed map[id.Record]counted
			if t := tx.touched[i]; t != nil {
				changed = t.was
			}
			before := asTheyWere(all[i].orders, changed)
			for _, r := range g.rules {
				old := was[key{r.Number, i}]
				tx.sums.moves(r.Number, old, kept{})
				tx.sums.orders(r.Number, old, before, kept{}, nil)
			}
			delete(tx.touched, i)
		}
	}
	return tx.uncounted(ids)
}

// wholes reads what is counted of accounts, and on PostgreSQL makes others wait
// who count the same ones.
func (tx *Tx) wholes(ids []id.Account, all map[id.Account]*tale) error {
	if len(ids) == 0 {
		return nil
	}
	lock := ""
	if tx.d == &postgres {
		lock = " FOR NO KEY UPDATE"
	}
	w := tx.where("").in("id", len(ids), anys(ids)...)
	err := tx.rows("SELECT id, created_at, deleted_at IS NOT NULL, owner_id, team_id FROM account"+w.String()+" ORDER BY id"+lock, w.args, func(rs *sql.Rows) error {
		var i id.Account
		one := &tale{}
		err := rs.Scan(&i, &one.created, &one.binned, &one.owner, &one.team)
		all[i] = one
		return err
	})
	if err != nil {
		return err
	}
	if err := tx.countedOf(ids, all); err != nil {
		return err
	}
	w = tx.where("d").in("d.account_id", len(ids), anys(ids)...).and("d.state = 'stands'")
	made, err := tx.decisions(w, "")
	for _, d := range made {
		if one := all[d.Account]; one != nil {
			one.decisions = append(one.decisions, d.Decision)
		}
	}
	return err
}

// countedOf reads the orders of accounts that stand.
func (tx *Tx) countedOf(ids []id.Account, all map[id.Account]*tale) error {
	w := tx.where("").in("account_id", len(ids), anys(ids)...).and("state = 'confirmed'")
	err := tx.rows("SELECT account_id, id, day, cents, currency, counter_value, state FROM orders"+w.String(), w.args, func(rs *sql.Rows) error {
		of, o, err := scanCounted(rs)
		if one := all[of]; one != nil {
			one.orders = append(one.orders, o)
		}
		return err
	})
	for _, i := range ids {
		if one := all[i]; one != nil {
			sortCounted(one.orders)
		}
	}
	return err
}

func scanCounted(rs *sql.Rows) (of id.Account, c counted, err error) {
	var i id.Record
	var d, currency, counter, state string
	var cents int64
	err = rs.Scan(&of, &i, &d, &cents, &currency, &counter, &state)
	return of, countedOf(i, day.Day(d), cents, currency, counter, state), err
}

// touchOrders says of orders that are about to go from one account to another how
// they are counted now.
func (tx *Tx) touchOrders(to id.Account, cond string, args ...any) error {
	w := tx.where("o").and(cond, args...).and("o.state = 'confirmed'")
	return tx.rows("SELECT o.account_id, o.id, o.day, o.cents, o.currency, o.counter_value, o.state FROM orders o"+w.String(), w.args, func(rs *sql.Rows) error {
		of, c, err := scanCounted(rs)
		tx.touchOrder(of, c.ID, c)
		tx.touchOrder(to, c.ID, counted{})
		return err
	})
}

// touchChanged says of one order that is about to become another how it is
// counted now.
func (tx *Tx) touchChanged(next order.Order) error {
	w := tx.where("").and("id = ?", next.ID)
	return tx.rows("SELECT account_id, id, day, cents, currency, counter_value, state FROM orders"+w.String(), w.args, func(rs *sql.Rows) error {
		of, c, err := scanCounted(rs)
		if err == nil && (c != countedOrder(next) || of != next.Account) {
			tx.touchOrder(of, next.ID.Any(), c)
		}
		return err
	})
}

// key names an account under a rule.
type key struct {
	rule int64
	of   id.Account
}

// keptOf reads what is counted of accounts.
func (tx *Tx) keptOf(ids []id.Account, rules []Rule) (all map[key]kept, err error) {
	all = make(map[key]kept, len(ids)*len(rules))
	if len(ids) == 0 {
		return all, nil
	}
	numbers := make([]any, len(rules))
	for i, r := range rules {
		numbers[i] = r.Number
	}
	w := tx.where("").in("rule", len(numbers), numbers...).in("account_id", len(ids), anys(ids)...)
	err = tx.rows("SELECT rule, account_id, "+standSet+" FROM standing"+w.String(), w.args, func(rs *sql.Rows) error {
		var k key
		var s stand
		var phase, label, since, begun string
		var due, bought, quiet sql.NullString
		err := rs.Scan(&k.rule, &k.of, &phase, &s.turn, &label, &since, &begun, &due, &bought, &quiet, &s.stays, &s.owner, &s.team)
		s.phase, s.label, s.since, s.begun = cycle.Phase(phase), cycle.Label(label), day.Day(since), day.Day(begun)
		s.due, s.bought, s.quiet = day.Day(due.String), day.Day(bought.String), day.Day(quiet.String)
		all[k] = kept{stand: s}
		return err
	})
	if err != nil {
		return nil, err
	}
	err = tx.rows("SELECT rule, account_id, "+stayColumns+" FROM stay"+w.String()+" ORDER BY rule, account_id, n", w.args, func(rs *sql.Rows) error {
		var k key
		var s Stay
		err := scanStay(func(into ...any) error { return rs.Scan(append([]any{&k.rule, &k.of}, into...)...) }, &s)
		one := all[k]
		one.stays = append(one.stays, s)
		all[k] = one
		return err
	})
	return all, err
}

const stayColumns = "phase, came_from, event, turn, reason, evidence, from_day, until_day, cents"

func scanStay(scan func(...any) error, s *Stay) error {
	var phase, from, event, reason, since string
	var until sql.NullString
	err := scan(&phase, &from, &event, &s.Turn, &reason, &s.Evidence, &since, &until, &s.Cents)
	s.To, s.From, s.Event, s.Reason, s.Day, s.Until = cycle.Phase(phase), cycle.Phase(from), cycle.Event(event), cycle.Reason(reason), day.Day(since), day.Day(until.String)
	return err
}

// each makes a list of another.
func each[A, B any](list []A, of func(A) B) []B {
	all := make([]B, len(list))
	for i, one := range list {
		all[i] = of(one)
	}
	return all
}

package store

import (
	"database/sql"
	"encoding/json"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/money"
	"kring/domain/cycle"
	"kring/domain/member"
	"kring/domain/order"
)

const orderColumns = "o.id, o.version, o.account_id, o.day, o.cents, o.currency, o.counter_value, o.number, o.lines, o.note, o.external_id, o.state, o.why, o.created_at, o.updated_at, o.stage, o.held, o.wanted, o.confirmed_on, o.accepted_on, o.opportunity_id, o.quote_id, o.quote_version"

const orderSet = "account_id, day, cents, currency, counter_value, number, lines, note, external_id, state, why, created_at, updated_at, stage, held, wanted, confirmed_on, accepted_on, opportunity_id, quote_id, quote_version"

const orderWidth = 24 // columns of a new row

// Order is one order of an account within reach.
func (v *View) Order(i id.Order, r member.Reach) (o order.Order, err error) {
	defer fault.Wrap(&err, "store.Order(%s)", i)
	w := v.where("o").and("o.id = ?", i).reachAccount("o", r)
	all, err := v.orders(w, "")
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return o, err
	}
	return all[0], nil
}

// OrderPlace is the place of an order in a list: its day and its id.
type OrderPlace struct {
	Day day.Day
	ID  id.Order
}

// IsZero is the place before all others.
func (p OrderPlace) IsZero() bool { return p == OrderPlace{} }

// OrdersOf are the orders of an account, the latest first, after a place when it
// is not zero.
func (v *View) OrdersOf(a id.Account, after OrderPlace, limit int) (_ []order.Order, err error) {
	defer fault.Wrap(&err, "store.OrdersOf(%s)", a)
	return v.latest(v.where("o").and("o.account_id = ?", a), after, limit)
}

// Orders are the orders of accounts within reach that a filter finds, the latest
// first.
func (v *View) Orders(f order.Filter, r member.Reach, after OrderPlace, limit int) (_ []order.Order, err error) {
	defer fault.Wrap(&err, "store.Orders")
	w := v.where("o")
	switch {
	case !f.Account.IsZero():
		w.and("o.account_id = ?", f.Account).reachAccount("o", r)
	case r.Scope == member.Own: // a portfolio is small: from its accounts to their orders
		w.and("o.account_id IN (SELECT acc.id FROM account acc WHERE acc.org_id = o.org_id AND acc.owner_id = ?)", r.Member)
	default:
		w.reachAccount("o", r)
	}
	if f.From != "" {
		w.and("o.day >= ?", string(f.From))
	}
	if f.Until != "" {
		w.and("o.day <= ?", string(f.Until))
	}
	switch f.State { // as the index of the cancelled ones says it
	case order.Cancelled:
		w.and("o.state = 'cancelled'")
	case order.Confirmed:
		w.and("o.state = 'confirmed'")
	}
	if f.Stage != "" {
		w.and("o.stage = ?", string(f.Stage))
		if f.Stage != order.Agreed {
			w.and("o.stage <> 'confirmed'") // as its index says it
		}
	}
	return v.latest(w, after, limit)
}

func (v *View) latest(w *where, after OrderPlace, limit int) ([]order.Order, error) {
	if !after.IsZero() {
		w.and("(o.day, o.id) < (?, ?)", string(after.Day), after.ID)
	}
	w.args = append(w.args, limit)
	return v.orders(w, " ORDER BY o.day DESC, o.id DESC LIMIT ?")
}

func (v *View) orders(w *where, rest string) (all []order.Order, err error) {
	err = v.rows("SELECT "+orderColumns+" FROM orders o"+w.String()+rest, w.args, func(rs *sql.Rows) error {
		var o order.Order
		var d, lines, state, stage, wanted, confirmed, accepted string
		var external sql.NullString
		err := rs.Scan(&o.ID, &o.Version, &o.Account, &d, &o.Amount.Cents, &o.Amount.Currency, &o.Counter, &o.Number, &lines, &o.Note, &external, &state, &o.Why, &o.Created, &o.Updated,
			&stage, &o.Held, &wanted, &confirmed, &accepted, &o.Opportunity, &o.Quote, &o.QuoteVersion)
		if err != nil {
			return err
		}
		o.Day, o.State, o.ExternalID = day.Day(d), order.State(state), external.String
		o.Stage, o.Wanted, o.ConfirmedOn, o.AcceptedOn = order.Stage(stage), day.Day(wanted), day.Day(confirmed), day.Day(accepted)
		if err := json.Unmarshal([]byte(lines), &o.Lines); err != nil {
			return err
		}
		all = append(all, o)
		return nil
	})
	return all, err
}

// reachAccount keeps rows that belong to an account within reach.
func (w *where) reachAccount(alias string, r member.Reach) *where {
	if r.Scope == member.All {
		return w
	}
	of := (&where{}).reach("acc", r)
	return w.and("EXISTS (SELECT 1 FROM account acc WHERE acc.org_id = "+alias+".org_id AND acc.id = "+alias+".account_id"+of.String()+")", of.args...)
}

func orderRow(o order.Order) ([]any, error) {
	lines := []byte("[]")
	if len(o.Lines) > 0 {
		var err error
		if lines, err = json.Marshal(o.Lines); err != nil {
			return nil, err
		}
	}
	stage := o.Stage
	if stage == "" { // given back to before there were any
		stage = order.Agreed
	}
	return []any{
		o.Account, string(o.Day), o.Amount.Cents, o.Amount.Currency, o.Counter, o.Number, string(lines), o.Note, null(o.ExternalID), string(o.State), o.Why, o.Created, o.Updated,
		string(stage), o.Held, string(o.Wanted), string(o.ConfirmedOn), string(o.AcceptedOn), o.Opportunity, o.Quote, o.QuoteVersion,
	}, nil
}

// AddOrder stores a new order. ErrTaken when its external id is taken.
func (tx *Tx) AddOrder(o order.Order, f fact.Fact) (_ order.Order, err error) {
	defer fault.Wrap(&err, "store.AddOrder")
	row, err := orderRow(o)
	if err != nil {
		return o, err
	}
	o.Version = 1
	if _, err := tx.exec("INSERT INTO orders (org_id, id, version, "+orderSet+") VALUES ("+marks(orderWidth)+")", append([]any{tx.org, o.ID, o.Version}, row...)...); err != nil {
		return o, err
	}
	if err := tx.pointedAt(o.Account); err != nil {
		return o, err
	}
	tx.touchNewOrder(o)
	return o, tx.fact(aboutOrder(o, f))
}

// SaveOrder stores a changed order; ErrStale when it was changed since o was read.
func (tx *Tx) SaveOrder(o order.Order, f fact.Fact) (_ order.Order, err error) {
	defer fault.Wrap(&err, "store.SaveOrder(%s)", o.ID)
	row, err := orderRow(o)
	if err != nil {
		return o, err
	}
	if err := tx.touchChanged(o); err != nil {
		return o, err
	}
	if err := tx.change1("UPDATE orders SET version = version + 1, ("+orderSet+") = ("+marks(orderWidth-3)+") WHERE org_id = ? AND id = ? AND version = ?", append(row, tx.org, o.ID, o.Version)...); err != nil {
		return o, err
	}
	o.Version++
	return o, tx.fact(aboutOrder(o, f))
}

func aboutOrder(o order.Order, f fact.Fact) fact.Fact {
	f.Kind, f.Subject, f.Account, f.Label = fact.Order, o.ID.Any(), o.Account, o.Amount.String()
	return f
}

// mostSignals bounds what is folded of one account.
const mostSignals = 100_000

// Signals is what moves an account on the ring, but for the day on which it was
// recorded.
func (v *View) Signals(a id.Account) (s cycle.Signals, err error) {
	defer fault.Wrap(&err, "store.Signals(%s)", a)
	w := v.where("").and("account_id = ?", a).and("state = 'confirmed'")
	w.args = append(w.args, mostSignals)
	err = v.rows("SELECT day, id, counter_value FROM orders"+w.String()+" ORDER BY day, id LIMIT ?", w.args, func(rs *sql.Rows) error {
		var p cycle.Purchase
		var d, counter string
		err := rs.Scan(&d, &p.ID, &counter)
		p.Day, p.Other = day.Day(d), counter != order.Counters[0]
		s.Purchases = append(s.Purchases, p)
		return err
	})
	if err != nil {
		return s, err
	}
	s.Decisions, err = v.Decisions(a)
	return s, err
}

// Bought is what an account bought for money between two days, the first
// included, per currency.
func (v *View) Bought(a id.Account, from, until day.Day) (all []money.Money, err error) {
	defer fault.Wrap(&err, "store.Bought(%s)", a)
	w := v.where("").and("account_id = ?", a).and("state = 'confirmed'").and("counter_value = 'money'").and("day >= ?", string(from)).and("day < ?", string(until))
	err = v.rows("SELECT currency, SUM(cents) FROM orders"+w.String()+" GROUP BY currency ORDER BY SUM(cents) DESC, currency LIMIT 20", w.args, func(rs *sql.Rows) error {
		var m money.Money
		err := rs.Scan(&m.Currency, &m.Cents)
		all = append(all, m)
		return err
	})
	return all, err
}

// HoldOrder keeps others from delivering, invoicing or crediting an order until
// this change is done, and changes nothing.
func (tx *Tx) HoldOrder(i id.Order) (err error) {
	defer fault.Wrap(&err, "store.HoldOrder(%s)", i)
	n, err := tx.exec("UPDATE orders SET version = version WHERE org_id = ? AND id = ?", tx.org, i)
	if err == nil && n == 0 {
		err = ErrNotFound
	}
	return err
}

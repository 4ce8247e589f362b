package store

import (
	"database/sql"
	"slices"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/cycle"
	"kring/domain/order"
)

// Orders many at once: a page of a file, or of a list, asks for all its rows
// together.

// OrdersKnown are the orders that have one of these external ids.
func (v *View) OrdersKnown(externals []string) (all []order.Order, err error) {
	defer fault.Wrap(&err, "store.OrdersKnown")
	for chunk := range slices.Chunk(externals, 200) {
		some, err := v.orders(v.where("o").in("o.external_id", len(chunk), anys(chunk)...).and("o.external_id IS NOT NULL"), "")
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// OrdersByID are those of the orders that are there, in no order.
func (v *View) OrdersByID(ids []id.Order) (all []order.Order, err error) {
	defer fault.Wrap(&err, "store.OrdersByID")
	for chunk := range slices.Chunk(ids, 200) {
		some, err := v.orders(v.where("o").in("o.id", len(chunk), anys(chunk)...), "")
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// OrdersBetween are the orders of accounts from one day to another, both
// included, in no order; it knows the first hundred thousand of two hundred
// accounts.
func (v *View) OrdersBetween(accounts []id.Account, from, until day.Day) (all []order.Order, err error) {
	defer fault.Wrap(&err, "store.OrdersBetween")
	for chunk := range slices.Chunk(accounts, 200) {
		w := v.where("o").in("o.account_id", len(chunk), anys(chunk)...).and("o.day >= ?", string(from)).and("o.day <= ?", string(until))
		w.args = append(w.args, mostSignals)
		some, err := v.orders(w, " LIMIT ?")
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// AddOrders stores new orders as AddOrder does, all with a handful of
// statements; facts has one for each order, in the same order.
func (tx *Tx) AddOrders(all []order.Order, facts []fact.Fact) (err error) {
	defer fault.Wrap(&err, "store.AddOrders(%d)", len(all))
	rows := make([]any, 0, orderWidth*len(all))
	told := make([]fact.Fact, len(all))
	for i, o := range all {
		row, err := orderRow(o)
		if err != nil {
			return err
		}
		rows = append(append(rows, tx.org, o.ID, 1), row...)
		told[i] = aboutOrder(o, facts[i])
		tx.touchNewOrder(o)
	}
	if err := tx.addRows("INSERT INTO orders (org_id, id, version, "+orderSet+") VALUES ", orderWidth, rows); err != nil {
		return err
	}
	at := make([]id.Account, len(all))
	for i, o := range all {
		at[i] = o.Account
	}
	if err := tx.pointedAt(at...); err != nil {
		return err
	}
	return tx.recordAll(told)
}

// EraseOrders takes orders away for good. That it happened stays a fact.
func (tx *Tx) EraseOrders(all []order.Order, f fact.Fact) (err error) {
	defer fault.Wrap(&err, "store.EraseOrders(%d)", len(all))
	told := make([]fact.Fact, len(all))
	for i, o := range all {
		told[i] = aboutOrder(o, f)
		tx.touchOrder(o.Account, o.ID.Any(), countedOrder(o))
	}
	for chunk := range slices.Chunk(all, 200) {
		args := []any{tx.org}
		for _, o := range chunk {
			args = append(args, o.ID)
		}
		if _, err := tx.exec("DELETE FROM orders WHERE org_id = ? AND id IN ("+marks(len(chunk))+")", args...); err != nil {
			return err
		}
	}
	return tx.recordAll(told)
}

// SignalsOf is what moves accounts on the ring, each but for the day on which it
// was recorded: two statements for two hundred of them.
func (v *View) SignalsOf(accounts []id.Account) (by map[id.Account]cycle.Signals, err error) {
	defer fault.Wrap(&err, "store.SignalsOf(%d)", len(accounts))
	by = make(map[id.Account]cycle.Signals, len(accounts))
	for chunk := range slices.Chunk(accounts, 200) {
		if len(chunk) == 1 {
			if by[chunk[0]], err = v.Signals(chunk[0]); err != nil {
				return nil, err
			}
			continue
		}
		whole, err := v.signalsOf(chunk, by)
		if err != nil {
			return nil, err
		}
		for _, i := range chunk { // more orders than one answer holds: one account after the other
			if whole {
				break
			}
			if by[i], err = v.Signals(i); err != nil {
				return nil, err
			}
		}
	}
	return by, nil
}

func (v *View) signalsOf(chunk []id.Account, by map[id.Account]cycle.Signals) (whole bool, err error) {
	w := v.where("").in("account_id", len(chunk), anys(chunk)...).and("state = 'confirmed'")
	w.args = append(w.args, mostSignals)
	n := 0
	err = v.rows("SELECT account_id, day, id, counter_value FROM orders"+w.String()+" LIMIT ?", w.args, func(rs *sql.Rows) error {
		var i id.Account
		var p cycle.Purchase
		var d, counter string
		err := rs.Scan(&i, &d, &p.ID, &counter)
		p.Day, p.Other = day.Day(d), counter != order.Counters[0]
		s := by[i]
		s.Purchases = append(s.Purchases, p)
		by[i], n = s, n+1
		return err
	})
	if err != nil || n >= mostSignals {
		return false, err
	}
	w = v.where("d").in("d.account_id", len(chunk), anys(chunk)...)
	w.args = append(w.args, mostSignals)
	all, err := v.decisions(w, " LIMIT ?")
	for _, d := range all {
		s := by[d.Account]
		s.Decisions = append(s.Decisions, d.Decision)
		by[d.Account] = s
	}
	return len(all) < mostSignals, err
}

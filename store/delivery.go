package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"slices"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/member"
	"kring/domain/order"
)

// AddOrderDelivery stores what went to the customer of an order, or came back. The
// fact is that of the order, which is saved in the same change.
func (tx *Tx) AddOrderDelivery(d order.Delivery) (err error) {
	defer fault.Wrap(&err, "store.AddOrderDelivery")
	lines, err := json.Marshal(d.Lines)
	if err != nil {
		return err
	}
	kind := "delivery"
	if d.Return {
		kind = "return"
	}
	_, err = tx.exec("INSERT INTO shipment (org_id, id, order_id, kind, day, lines, signer, signed_at, intact, note, member_id, created_at) VALUES ("+marks(12)+")",
		tx.org, d.ID, d.Order, kind, string(d.Day), string(lines), d.Signer, d.SignedAt, d.Intact, d.Note, d.Member, d.Created)
	return err
}

// DeliveriesOf are the deliveries and returns of orders, the first first.
func (v *View) DeliveriesOf(orders ...id.Order) (all []order.Delivery, err error) {
	defer fault.Wrap(&err, "store.DeliveriesOf")
	for chunk := range slices.Chunk(orders, 200) {
		some, err := v.shipped(v.where("").in("order_id", len(chunk), anys(chunk)...), " ORDER BY id")
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// DeliveriesAfter are all deliveries, for an export of everything.
func (v *View) DeliveriesAfter(after id.Record, limit int) (_ []order.Delivery, err error) {
	defer fault.Wrap(&err, "store.DeliveriesAfter")
	return v.shipped(v.onwards("", after, limit), " ORDER BY id LIMIT ?")
}

func (v *View) shipped(w *where, rest string) (all []order.Delivery, err error) {
	err = v.rows("SELECT id, order_id, kind, day, lines, signer, signed_at, intact, note, member_id, created_at FROM shipment"+w.String()+rest, w.args, func(rs *sql.Rows) error {
		var d order.Delivery
		var kind, lines string
		if err := rs.Scan(&d.ID, &d.Order, &kind, (*string)(&d.Day), &lines, &d.Signer, &d.SignedAt, &d.Intact, &d.Note, &d.Member, &d.Created); err != nil {
			return err
		}
		d.Return = kind == "return"
		all = append(all, d)
		return json.Unmarshal([]byte(lines), &all[len(all)-1].Lines)
	})
	return all, err
}

// mostFigures bounds how many orders figures are made of.
const mostFigures = 5000

// Delivered are the orders of accounts within reach that something was delivered
// of from one day to another, both included, and of which all was.
func (v *View) Delivered(r member.Reach, from, until day.Day) (all []order.Order, err error) {
	defer fault.Wrap(&err, "store.Delivered")
	w := v.where("o").and("o.state = 'confirmed'").and("o.stage IN ('delivered', 'accepted', 'invoiced', 'paid', 'evaluated')").and("o.stage <> 'confirmed'").
		and("EXISTS (SELECT 1 FROM shipment d WHERE d.org_id = o.org_id AND d.order_id = o.id AND d.day >= ? AND d.day <= ?)", string(from), string(until)).reachAccount("o", r)
	w.args = append(w.args, mostFigures)
	return v.orders(w, " ORDER BY o.id DESC LIMIT ?")
}

// CorrectedOf are those of the orders of which an invoice was corrected.
func (v *View) CorrectedOf(orders []id.Order) (yes map[id.Order]bool, err error) {
	defer fault.Wrap(&err, "store.CorrectedOf")
	yes = map[id.Order]bool{}
	for chunk := range slices.Chunk(orders, 200) {
		w := v.where("").in("order_id", len(chunk), anys(chunk)...).and("order_id IS NOT NULL").and("kind = 'credit'").and("state <> 'draft'").and(`lines LIKE '%"what":"correction"%'`)
		err := v.rows("SELECT DISTINCT order_id FROM invoice"+w.String(), w.args, func(rs *sql.Rows) error {
			var i id.Order
			err := rs.Scan(&i)
			yes[i] = true
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return yes, nil
}

// CreditLimit is how much an account may have open, since a day.
type CreditLimit struct {
	ID      id.Record  `json:"id"`
	Account id.Account `json:"account"`
	Cents   int64      `json:"-"` // of the currency of the organisation; below zero is without limit
	Source  string     `json:"source"`
	Day     day.Day    `json:"day"`
	Member  id.Member  `json:"member"`
	Created int64      `json:"created_at"`
}

// CreditLimit is the limit of an account that holds; ErrNotFound when none was
// ever set.
func (v *View) CreditLimit(a id.Account) (l CreditLimit, err error) {
	defer fault.Wrap(&err, "store.CreditLimit(%s)", a)
	w := v.where("").and("account_id = ?", a)
	err = v.row("SELECT id, account_id, cents, source, day, member_id, created_at FROM credit_limit"+w.String()+" ORDER BY id DESC LIMIT 1", w.args,
		&l.ID, &l.Account, &l.Cents, &l.Source, (*string)(&l.Day), &l.Member, &l.Created)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	return l, err
}

// AddCreditLimit sets the limit of an account from now on.
func (tx *Tx) AddCreditLimit(l CreditLimit, f fact.Fact) (err error) {
	defer fault.Wrap(&err, "store.AddCreditLimit")
	if _, err := tx.exec("INSERT INTO credit_limit (org_id, id, account_id, cents, source, day, member_id, created_at) VALUES ("+marks(8)+")",
		tx.org, l.ID, l.Account, l.Cents, l.Source, string(l.Day), l.Member, l.Created); err != nil {
		return err
	}
	if err := tx.pointedAt(l.Account); err != nil {
		return err
	}
	f.Kind, f.Subject, f.Account = fact.Account, l.Account.Any(), l.Account
	return tx.fact(f)
}

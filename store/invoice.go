package store

import (
	"database/sql"
	"encoding/json"
	"slices"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/invoice"
	"kring/domain/member"
)

const invoiceColumns = "kind, account_id, order_id, contract_id, about_id, about_number, about_day, state, number, reference, day, due, term, currency, lines, seller, buyer, your_ref, order_number, " +
	"from_day, until_day, note, reason, step, step_day, dispute, net, vat, gross, credited, paid, refunded, written_off, open_cents, external_id, created_at, updated_at"

const invoiceWidth = 37

const invoiceRead = "i.id, i.version, i.kind, i.account_id, i.order_id, i.contract_id, i.about_id, i.about_number, i.about_day, i.state, i.number, i.reference, i.day, i.due, i.term, i.currency, i.lines, i.seller, " +
	"i.buyer, i.your_ref, i.order_number, i.from_day, i.until_day, i.note, i.reason, i.step, i.step_day, i.dispute, i.net, i.vat, i.gross, i.credited, i.paid, i.refunded, i.written_off, i.external_id, " +
	"i.created_at, i.updated_at, acc.name, acc.owner_id"

func invoiceRow(i invoice.Invoice) ([]any, error) {
	var text [3][]byte
	for n, v := range []any{i.Lines, i.Seller, i.Buyer} {
		b, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		text[n] = b
	}
	return []any{
		string(i.Kind), i.Account, i.Order, i.Contract, i.About, i.AboutNo, string(i.AboutDay), string(i.State), null(i.Number), i.Reference, string(i.Day), string(i.Due), i.Term, i.Currency,
		string(text[0]), string(text[1]), string(text[2]), i.YourRef, i.OrderNo, string(i.From), string(i.Until), i.Note, i.Reason, string(i.Step), string(i.StepDay), i.Dispute, i.Net, i.VAT, i.Gross,
		i.Credited, i.PaidCents, i.Refunded, i.WriteOff, i.Open(), null(i.ExternalID), i.Created, i.Updated,
	}, nil
}

func (v *View) invoices(w *where, rest string) (all []invoice.Listed, err error) {
	err = v.rows("SELECT "+invoiceRead+" FROM invoice i JOIN account acc ON acc.org_id = i.org_id AND acc.id = i.account_id"+w.String()+rest, w.args, func(rs *sql.Rows) error {
		var i invoice.Listed
		var lines, seller, buyer string
		var number, external sql.NullString
		err := rs.Scan(&i.ID, &i.Version, (*string)(&i.Kind), &i.Account, &i.Order, &i.Contract, &i.About, &i.AboutNo, (*string)(&i.AboutDay), (*string)(&i.State), &number, &i.Reference, (*string)(&i.Day),
			(*string)(&i.Due), &i.Term, &i.Currency, &lines, &seller, &buyer, &i.YourRef, &i.OrderNo, (*string)(&i.From), (*string)(&i.Until), &i.Note, &i.Reason, (*string)(&i.Step), (*string)(&i.StepDay), &i.Dispute,
			&i.Net, &i.VAT, &i.Gross, &i.Credited, &i.PaidCents, &i.Refunded, &i.WriteOff, &external, &i.Created, &i.Updated, &i.Name, &i.Owner)
		if err != nil {
			return err
		}
		i.Number, i.ExternalID = number.String, external.String
		for text, into := range map[string]any{lines: &i.Lines, seller: &i.Seller, buyer: &i.Buyer} {
			if text == seller && text == buyer { // two empty parties
				continue
			}
			if err := json.Unmarshal([]byte(text), into); err != nil {
				return err
			}
		}
		all = append(all, i)
		return nil
	})
	return all, err
}

// Invoice is one invoice or credit note of an account within reach.
func (v *View) Invoice(i id.Invoice, r member.Reach) (_ invoice.Listed, err error) {
	defer fault.Wrap(&err, "store.Invoice(%s)", i)
	all, err := v.invoices(v.where("i").and("i.id = ?", i).reach("acc", r), "")
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return invoice.Listed{}, err
	}
	return all[0], nil
}

// InvoiceQuery says which invoices a list shows; what is zero does not count.
type InvoiceQuery struct {
	Account  id.Account
	Order    id.Order
	Contract id.Contract
	About    id.Invoice
	State    invoice.State
	Kind     invoice.Kind
	Number   string // the whole of it
	From     day.Day
	Until    day.Day
	Within   *member.Reach
	Before   id.Invoice
	Limit    int
}

// Invoices are invoices and credit notes, the latest made first.
func (v *View) Invoices(q InvoiceQuery) (_ []invoice.Listed, err error) {
	defer fault.Wrap(&err, "store.Invoices")
	w := v.where("i")
	if !q.Account.IsZero() {
		w.and("i.account_id = ?", q.Account)
	}
	if !q.Order.IsZero() {
		w.and("i.order_id = ?", q.Order)
	}
	if !q.Contract.IsZero() {
		w.and("i.contract_id = ?", q.Contract)
	}
	if !q.About.IsZero() {
		w.and("i.about_id = ?", q.About)
	}
	if q.State != "" {
		w.and("i.state = ?", string(q.State))
	}
	if q.Kind != "" {
		w.and("i.kind = ?", string(q.Kind))
	}
	if q.Number != "" {
		w.and("i.number = ?", q.Number)
	}
	if q.From != "" {
		w.and("i.day >= ?", string(q.From))
	}
	if q.Until != "" {
		w.and("i.day <= ?", string(q.Until))
	}
	if q.Within != nil {
		w.reach("acc", *q.Within)
	}
	if !q.Before.IsZero() {
		w.and("i.id < ?", q.Before)
	}
	w.args = append(w.args, q.Limit)
	return v.invoices(w, " ORDER BY i.id DESC LIMIT ?")
}

// InvoicesAfter are all invoices, for an export of everything.
func (v *View) InvoicesAfter(after id.Record, limit int) (_ []invoice.Listed, err error) {
	defer fault.Wrap(&err, "store.InvoicesAfter")
	return v.invoices(v.onwards("i", after, limit), " ORDER BY i.id LIMIT ?")
}

// InvoicesKnown are those that have one of these external ids.
func (v *View) InvoicesKnown(externals []string) (all []invoice.Listed, err error) {
	defer fault.Wrap(&err, "store.InvoicesKnown")
	for chunk := range slices.Chunk(externals, 200) {
		some, err := v.invoices(v.where("i").in("i.external_id", len(chunk), anys(chunk)...).and("i.external_id IS NOT NULL"), "")
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// mostPapers bounds what is read of one order.
const mostPapers = 2000

// Papers are the invoices and credit notes of an order, the first first.
func (v *View) Papers(o id.Order) (all []invoice.Invoice, err error) {
	defer fault.Wrap(&err, "store.Papers(%s)", o)
	w := v.where("i").and("i.order_id = ?", o)
	w.args = append(w.args, mostPapers)
	found, err := v.invoices(w, " ORDER BY i.id LIMIT ?")
	for _, i := range found {
		all = append(all, i.Invoice)
	}
	return all, err
}

// CreditsOf are the credit notes about an invoice, drafts too.
func (v *View) CreditsOf(i id.Invoice) (all []invoice.Invoice, err error) {
	defer fault.Wrap(&err, "store.CreditsOf(%s)", i)
	w := v.where("i").and("i.about_id = ?", i)
	w.args = append(w.args, mostPapers)
	found, err := v.invoices(w, " ORDER BY i.id LIMIT ?")
	for _, i := range found {
		all = append(all, i.Invoice)
	}
	return all, err
}

// DuePlace is a place in the list of what is open.
type DuePlace struct {
	Due day.Day
	ID  id.Invoice
}

const isOpen = "i.kind = 'invoice' AND i.state <> 'draft' AND i.open_cents <> 0" // as its index says it

// OpenInvoices are those of which something is open, the longest due first; late
// keeps those that were due before a day.
func (v *View) OpenInvoices(r member.Reach, account id.Account, late day.Day, after DuePlace, limit int) (_ []invoice.Listed, err error) {
	defer fault.Wrap(&err, "store.OpenInvoices")
	w := v.where("i").and(isOpen).reach("acc", r)
	if !account.IsZero() {
		w.and("i.account_id = ?", account)
	}
	if late != "" {
		w.and("i.due < ?", string(late)).and("i.open_cents > 0")
	}
	if !after.ID.IsZero() {
		w.and("(i.due, i.id) > (?, ?)", string(after.Due), after.ID)
	}
	w.args = append(w.args, limit)
	return v.invoices(w, " ORDER BY i.due, i.id LIMIT ?")
}

// Aged is what is open by how late it is on a day, per currency.
func (v *View) Aged(r member.Reach, account id.Account, today day.Day) (all []invoice.Aged, err error) {
	defer fault.Wrap(&err, "store.Aged")
	w := v.where("i").and(isOpen).reach("acc", r)
	if !account.IsZero() {
		w.and("i.account_id = ?", account)
	}
	var borders []any
	for _, n := range invoice.Ages {
		borders = append(borders, string(today.Add(-n)))
	}
	const sum = "COALESCE(SUM(CASE WHEN i.open_cents > 0 AND "
	q := "SELECT i.currency, " + sum + "i.due >= ? THEN i.open_cents ELSE 0 END), 0), " + sum + "i.due >= ? AND i.due < ? THEN i.open_cents ELSE 0 END), 0), " +
		sum + "i.due >= ? AND i.due < ? THEN i.open_cents ELSE 0 END), 0), " + sum + "i.due >= ? AND i.due < ? THEN i.open_cents ELSE 0 END), 0), " + sum + "i.due < ? THEN i.open_cents ELSE 0 END), 0), " +
		"COALESCE(SUM(CASE WHEN i.open_cents < 0 THEN -i.open_cents ELSE 0 END), 0), COUNT(*) FROM invoice i JOIN account acc ON acc.org_id = i.org_id AND acc.id = i.account_id" + w.String() +
		" GROUP BY i.currency ORDER BY i.currency LIMIT 20"
	args := append([]any{borders[0], borders[1], borders[0], borders[2], borders[1], borders[3], borders[2], borders[3]}, w.args...)
	err = v.rows(q, args, func(rs *sql.Rows) error {
		var a invoice.Aged
		err := rs.Scan(&a.Currency, &a.Cents[0], &a.Cents[1], &a.Cents[2], &a.Cents[3], &a.Cents[4], &a.Theirs, &a.N)
		all = append(all, a)
		return err
	})
	return all, err
}

// Revenue is what was invoiced less what was credited from one day to another,
// both included, with VAT, in a currency.
func (v *View) Revenue(r member.Reach, currency string, from, until day.Day) (cents int64, err error) {
	defer fault.Wrap(&err, "store.Revenue")
	w := v.where("i").and("i.day >= ?", string(from)).and("i.day <= ?", string(until)).and("i.state <> 'draft'").and("i.currency = ?", currency).reach("acc", r)
	err = v.row("SELECT COALESCE(SUM(CASE WHEN i.kind = 'invoice' THEN i.gross ELSE -i.gross END), 0) FROM invoice i JOIN account acc ON acc.org_id = i.org_id AND acc.id = i.account_id"+w.String(), w.args, &cents)
	return cents, err
}

// Owed is what an account has open in a currency, with VAT.
func (v *View) Owed(a id.Account, currency string) (cents int64, err error) {
	defer fault.Wrap(&err, "store.Owed(%s)", a)
	w := v.where("i").and("i.account_id = ?", a).and(isOpen).and("i.currency = ?", currency)
	err = v.row("SELECT COALESCE(SUM(i.open_cents), 0) FROM invoice i"+w.String(), w.args, &cents)
	return cents, err
}

// AddInvoice stores a draft. ErrTaken when its external id is taken.
func (tx *Tx) AddInvoice(i invoice.Invoice, f fact.Fact) (_ invoice.Invoice, err error) {
	defer fault.Wrap(&err, "store.AddInvoice")
	row, err := invoiceRow(i)
	if err != nil {
		return i, err
	}
	i.Version = 1
	if _, err := tx.exec("INSERT INTO invoice (org_id, id, version, "+invoiceColumns+") VALUES ("+marks(invoiceWidth+3)+")", append([]any{tx.org, i.ID, i.Version}, row...)...); err != nil {
		return i, err
	}
	if err := tx.pointedAt(i.Account); err != nil {
		return i, err
	}
	return i, tx.fact(aboutInvoice(i, f))
}

// SaveInvoice stores a changed invoice; ErrStale when it was changed since i was
// read.
func (tx *Tx) SaveInvoice(i invoice.Invoice, f fact.Fact) (_ invoice.Invoice, err error) {
	defer fault.Wrap(&err, "store.SaveInvoice(%s)", i.ID)
	row, err := invoiceRow(i)
	if err != nil {
		return i, err
	}
	if err := tx.change1("UPDATE invoice SET version = version + 1, ("+invoiceColumns+") = ("+marks(invoiceWidth)+") WHERE org_id = ? AND id = ? AND version = ?", append(row, tx.org, i.ID, i.Version)...); err != nil {
		return i, err
	}
	i.Version++
	return i, tx.fact(aboutInvoice(i, f))
}

// EraseInvoice takes a draft away; one with a number is never erased.
func (tx *Tx) EraseInvoice(i invoice.Invoice, f fact.Fact) (err error) {
	defer fault.Wrap(&err, "store.EraseInvoice(%s)", i.ID)
	if err := tx.change1("DELETE FROM invoice WHERE org_id = ? AND id = ? AND version = ? AND number IS NULL", tx.org, i.ID, i.Version); err != nil {
		return err
	}
	return tx.fact(aboutInvoice(i, f))
}

func aboutInvoice(i invoice.Invoice, f fact.Fact) fact.Fact {
	f.Kind, f.Subject, f.Account, f.Label = fact.Invoice, i.ID.Any(), i.Account, i.Number
	return f
}

// AddPayment stores money that was booked on an invoice; iban is that of who paid.
func (tx *Tx) AddPayment(p invoice.Payment, of invoice.Invoice, iban string, f fact.Fact) (err error) {
	defer fault.Wrap(&err, "store.AddPayment")
	_, err = tx.exec("INSERT INTO payment (org_id, id, invoice_id, way, day, cents, currency, source, entry_id, iban, note, member_id, created_at) VALUES ("+marks(13)+")",
		tx.org, p.ID, p.Invoice, string(p.Way), string(p.Day), p.Cents, p.Currency, p.Source, p.Entry, iban, p.Note, p.Member, p.Created)
	if err != nil {
		return err
	}
	f.Kind, f.Subject, f.Account, f.Label = fact.Payment, p.ID.Any(), of.Account, of.Number
	return tx.fact(f)
}

// PaymentsOf is the money booked on an invoice, the first first.
func (v *View) PaymentsOf(i id.Invoice) (_ []invoice.Payment, err error) {
	defer fault.Wrap(&err, "store.PaymentsOf(%s)", i)
	w := v.where("p").and("p.invoice_id = ?", i)
	w.args = append(w.args, mostPapers)
	return v.payments(w, " ORDER BY p.id LIMIT ?")
}

// Payment is one payment.
func (v *View) Payment(i id.Payment) (p invoice.Payment, err error) {
	defer fault.Wrap(&err, "store.Payment(%s)", i)
	all, err := v.payments(v.where("p").and("p.id = ?", i), "")
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return p, err
	}
	return all[0], nil
}

// PaymentsAfter is all money that was booked, for an export of everything.
func (v *View) PaymentsAfter(after id.Record, limit int) (_ []invoice.Payment, err error) {
	defer fault.Wrap(&err, "store.PaymentsAfter")
	return v.payments(v.onwards("p", after, limit), " ORDER BY p.id LIMIT ?")
}

func (v *View) payments(w *where, rest string) (all []invoice.Payment, err error) {
	err = v.rows("SELECT p.id, p.invoice_id, p.way, p.day, p.cents, p.currency, p.source, p.entry_id, p.note, p.member_id, p.created_at FROM payment p"+w.String()+rest, w.args, func(rs *sql.Rows) error {
		var p invoice.Payment
		err := rs.Scan(&p.ID, &p.Invoice, (*string)(&p.Way), (*string)(&p.Day), &p.Cents, &p.Currency, &p.Source, &p.Entry, &p.Note, &p.Member, &p.Created)
		all = append(all, p)
		return err
	})
	return all, err
}

// Reminder is that a letter went out about an invoice, or that the account
// manager was told before it did.
type Reminder struct {
	ID      id.Record     `json:"id"`
	Invoice id.Invoice    `json:"invoice"`
	Step    invoice.State `json:"step"`
	State   string        `json:"state"` // told, sent
	Day     day.Day       `json:"day"`
	Text    string        `json:"text"`
	Member  id.Member     `json:"member"`
	Created int64         `json:"created_at"`
}

// AddReminder takes down a reminder. The fact is that of its invoice.
func (tx *Tx) AddReminder(r Reminder) (err error) {
	defer fault.Wrap(&err, "store.AddReminder")
	_, err = tx.exec("INSERT INTO reminder (org_id, id, invoice_id, step, state, day, text, member_id, created_at) VALUES ("+marks(9)+")",
		tx.org, r.ID, r.Invoice, string(r.Step), r.State, string(r.Day), r.Text, r.Member, r.Created)
	return err
}

// RemindersOf are the reminders of invoices, the first first.
func (v *View) RemindersOf(invoices ...id.Invoice) (all []Reminder, err error) {
	defer fault.Wrap(&err, "store.RemindersOf")
	for chunk := range slices.Chunk(invoices, 200) {
		w := v.where("").in("invoice_id", len(chunk), anys(chunk)...)
		err := v.rows("SELECT id, invoice_id, step, state, day, text, member_id, created_at FROM reminder"+w.String()+" ORDER BY id", w.args, func(rs *sql.Rows) error {
			var r Reminder
			err := rs.Scan(&r.ID, &r.Invoice, (*string)(&r.Step), &r.State, (*string)(&r.Day), &r.Text, &r.Member, &r.Created)
			all = append(all, r)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// HoldInvoice keeps others from changing an invoice until this change is done,
// and changes nothing.
func (tx *Tx) HoldInvoice(i id.Invoice) (err error) {
	defer fault.Wrap(&err, "store.HoldInvoice(%s)", i)
	n, err := tx.exec("UPDATE invoice SET version = version WHERE org_id = ? AND id = ?", tx.org, i)
	if err == nil && n == 0 {
		err = ErrNotFound
	}
	return err
}

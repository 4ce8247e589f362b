package store

import (
	"database/sql"
	"encoding/json"
	"slices"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/money"
	"kring/domain/account"
	"kring/domain/member"
	"kring/domain/slipping"
)

// What the computation of who is slipping away reads, and what it leaves behind.

// purchased are the orders that are purchases: confirmed, and for money.
const purchased = "o.state = 'confirmed' AND o.counter_value = 'money'"

// FirstPurchase is the day of the first purchase of the organisation; "" when
// there is none.
func (v *View) FirstPurchase() (first day.Day, err error) {
	defer fault.Wrap(&err, "store.FirstPurchase")
	w := v.where("o").and(purchased)
	var on string
	err = v.row("SELECT o.day FROM orders o"+w.String()+" ORDER BY o.day LIMIT 1", w.args, &on)
	return day.Day(on), ignoreAbsent(err)
}

// Buyer is an account that has orders.
type Buyer struct {
	ID      id.Account
	Owner   id.Member
	Team    id.Team
	Created int64
	Binned  bool
}

// Buyers are the next accounts that have orders, after one.
func (v *View) Buyers(after id.Account, limit int) (all []Buyer, err error) {
	defer fault.Wrap(&err, "store.Buyers")
	w := v.where("o").and("o.account_id > ?", beyond(after.Any()))
	args := append(append([]any{}, w.args...), limit, v.org)
	err = v.rows(`SELECT a.id, a.owner_id, a.team_id, a.created_at, a.deleted_at IS NOT NULL
		FROM (SELECT DISTINCT o.account_id FROM orders o`+w.String()+` ORDER BY o.account_id LIMIT ?) b
		JOIN account a ON a.org_id = ? AND a.id = b.account_id ORDER BY a.id`, args, func(rs *sql.Rows) error {
		var b Buyer
		err := rs.Scan(&b.ID, &b.Owner, &b.Team, &b.Created, &b.Binned)
		all = append(all, b)
		return err
	})
	return all, err
}

// EachPurchase hands over what the accounts after one, until and with another,
// bought: account after account, day after day, those of one day in one currency
// together. Nothing of it is kept.
func (v *View) EachPurchase(after, until id.Account, take func(of id.Account, on day.Day, paid money.Money)) (err error) {
	defer fault.Wrap(&err, "store.EachPurchase")
	w := v.where("o").and("o.account_id > ?", beyond(after.Any())).and("o.account_id <= ?", until).and(purchased)
	return v.rows("SELECT o.account_id, o.day, o.currency, SUM(o.cents) FROM orders o"+w.String()+
		" GROUP BY o.account_id, o.day, o.currency ORDER BY o.account_id, o.day, o.currency", w.args, func(rs *sql.Rows) error {
		var of id.Account
		var on string
		var paid money.Money
		err := rs.Scan(&of, &on, &paid.Currency, &paid.Cents)
		take(of, day.Day(on), paid)
		return err
	})
}

// leaving are the decisions with which a relation ends.
const leaving = "d.state = 'stands' AND d.kind <> 'readmission'"

// Leavings are the days on which relations first ended, of the accounts after
// one, until and with another.
func (v *View) Leavings(after, until id.Account) (left map[id.Account]day.Day, err error) {
	defer fault.Wrap(&err, "store.Leavings")
	left = map[id.Account]day.Day{}
	w := v.where("d").and("d.account_id > ?", beyond(after.Any())).and("d.account_id <= ?", until).and(leaving)
	err = v.rows("SELECT d.account_id, MIN(d.day) FROM decision d"+w.String()+" GROUP BY d.account_id", w.args, func(rs *sql.Rows) error {
		var i id.Account
		var on string
		err := rs.Scan(&i, &on)
		left[i] = day.Day(on)
		return err
	})
	return left, err
}

// Fit is what was learned, and how far the computation is.
type Fit struct {
	slipping.Fit
	Step  string     // "write" while outlooks are written; "" when none runs
	Place id.Account // the last account of which the outlook was written
	Begun int64
	Ended int64 // of the last whole computation; 0 never
}

// Fit is what was learned last; the zero one when there never was any.
func (v *View) Fit() (f Fit, err error) {
	defer fault.Wrap(&err, "store.Fit")
	var until, model, alive, models, sanity, stay, refusal, place string
	err = v.row(`SELECT until_day, customers, repeaters, currency, large, model, alive, models, sanity, stay, refusal, step, place, begun_at, ended_at
		FROM fit WHERE org_id = ?`, []any{v.org},
		&until, &f.Customers, &f.Repeaters, &f.Currency, &f.Large, &model, &alive, &models, &sanity, &stay, &refusal, &f.Step, &place, &f.Begun, &f.Ended)
	if err != nil {
		return f, ignoreAbsent(err)
	}
	f.Until, f.Model, f.Alive, f.Place = day.Day(until), slipping.Model(model), slipping.Model(alive), id.OrZero[id.Account](place)
	for text, into := range map[string]any{models: &f.Models, sanity: &f.Sanity, stay: &f.Stay, refusal: &f.Refusal} {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			return f, err
		}
	}
	return f, nil
}

// SaveFit keeps what was learned, from which outlooks are written next.
func (tx *Tx) SaveFit(f Fit) (err error) {
	defer fault.Wrap(&err, "store.SaveFit")
	row := []any{tx.org, string(f.Until), f.Customers, f.Repeaters, f.Currency, f.Large, string(f.Model), string(f.Alive)}
	for _, part := range []any{f.Models, f.Sanity, f.Stay, f.Refusal} {
		text, err := json.Marshal(part)
		if err != nil {
			return err
		}
		row = append(row, string(text))
	}
	_, err = tx.exec(`INSERT INTO fit (org_id, until_day, customers, repeaters, currency, large, model, alive, models, sanity, stay, refusal, step, place, begun_at, ended_at)
		VALUES (`+marks(16)+`) ON CONFLICT (org_id) DO UPDATE SET until_day = excluded.until_day, customers = excluded.customers, repeaters = excluded.repeaters,
		currency = excluded.currency, large = excluded.large, model = excluded.model, alive = excluded.alive, models = excluded.models, sanity = excluded.sanity,
		stay = excluded.stay, refusal = excluded.refusal, step = excluded.step, place = excluded.place, begun_at = excluded.begun_at, ended_at = excluded.ended_at`,
		append(row, f.Step, f.Place.String(), f.Begun, f.Ended)...)
	return err
}

const outlookColumns = "account_id, owner_id, team_id, until_day, first_day, last_day, purchases, intervals, median, regular, chance, expected, cents, year_cents, currency, big, reasons, at_risk, rank"

// SaveOutlooks replaces what was expected of the accounts after the place of a
// fit, until and with the last one; a zero last is all that are left. ErrStale
// when another computation has begun.
func (tx *Tx) SaveOutlooks(f Fit, last id.Account, all []slipping.Outlook) (err error) {
	defer fault.Wrap(&err, "store.SaveOutlooks(%d)", len(all))
	if err := tx.change1("UPDATE fit SET place = ? WHERE org_id = ? AND begun_at = ? AND step <> ''", last.String(), tx.org, f.Begun); err != nil {
		return err
	}
	w := tx.where("").and("account_id > ?", beyond(f.Place.Any()))
	if !last.IsZero() {
		w.and("account_id <= ?", last)
	}
	if _, err := tx.exec("DELETE FROM outlook"+w.String(), w.args...); err != nil {
		return err
	}
	rows := make([]any, 0, 20*len(all))
	for _, o := range all {
		why, err := json.Marshal(o.Reasons)
		if err != nil {
			return err
		}
		rows = append(rows, tx.org, o.Account, o.Owner, o.Team, string(o.Until), string(o.First), string(o.Last), o.Purchases, o.Intervals, o.Median, o.Regular,
			o.Chance, o.Expected, o.Cents, o.Year, o.Currency, o.Big, string(why), o.AtRisk, o.Rank)
	}
	return tx.addRows("INSERT INTO outlook (org_id, "+outlookColumns+") VALUES ", 20, rows)
}

// EndFit says that all outlooks are written.
func (tx *Tx) EndFit(f Fit) (err error) {
	defer fault.Wrap(&err, "store.EndFit")
	return tx.change1("UPDATE fit SET step = '', ended_at = ? WHERE org_id = ? AND begun_at = ? AND step <> ''", tx.now, tx.org, f.Begun)
}

// followOutlook lets what is expected of an account follow its owner and team;
// nothing is expected of one in the bin.
func (tx *Tx) followOutlook(a account.Account, changes []fact.Change) error {
	touched := func(fields ...string) bool {
		return slices.ContainsFunc(changes, func(c fact.Change) bool { return slices.Contains(fields, c.Field) })
	}
	switch {
	case a.Deleted != 0:
		_, err := tx.exec("DELETE FROM outlook WHERE org_id = ? AND account_id = ?", tx.org, a.ID)
		return err
	case touched("owner", "team"):
		_, err := tx.exec("UPDATE outlook SET owner_id = ?, team_id = ? WHERE org_id = ? AND account_id = ?", a.Owner, a.Team, tx.org, a.ID)
		return err
	}
	return nil
}

// Snooze is until when somebody put an account at risk off.
type Snooze struct {
	Until day.Day
	By    id.Member
	At    int64
}

// Outlook is an account of which something is expected, with what a list shows.
type Outlook struct {
	slipping.Outlook
	Name      string
	City      string
	Kind      account.Kind
	LegalForm account.LegalForm
	Snooze    Snooze // zero when nobody put it off
}

// stillTrue keeps what was expected as long as nothing happened since that it did
// not know of: a later purchase, or the end of the relation.
const stillTrue = `NOT EXISTS (SELECT 1 FROM orders o WHERE o.org_id = k.org_id AND o.account_id = k.account_id AND o.day > k.last_day AND ` + purchased + `)
	AND NOT EXISTS (SELECT 1 FROM decision d WHERE d.org_id = k.org_id AND d.account_id = k.account_id AND d.day >= k.last_day AND ` + leaving + ")"

// SlippingQuery says which accounts at risk to list: those with the most at stake
// first.
type SlippingQuery struct {
	Reach  member.Reach
	Owner  id.Member // zero: any
	Teams  []id.Team // none: any
	Later  bool      // those that somebody put off, instead of the others
	Today  day.Day
	Before slipping.Outlook // the last of the page before, by its rank and account
	Limit  int
}

// Slipping is a page of the accounts at risk.
func (v *View) Slipping(q SlippingQuery) (all []Outlook, err error) {
	defer fault.Wrap(&err, "store.Slipping")
	w := v.where("k").and("k.at_risk")
	if !q.Owner.IsZero() {
		w.and("k.owner_id = ?", q.Owner)
	}
	if len(q.Teams) > 0 {
		w.in("k.team_id", len(q.Teams), anys(q.Teams)...)
	}
	if !q.Before.Account.IsZero() {
		w.and("(k.rank, k.account_id) < (?, ?)", q.Before.Rank, q.Before.Account)
	}
	w.reach("k", q.Reach)
	put := "NOT EXISTS"
	if q.Later {
		put = "EXISTS"
	}
	w.and(put+" (SELECT 1 FROM snooze z WHERE z.org_id = k.org_id AND z.account_id = k.account_id AND z.until_day > ?)", string(q.Today))
	w.and(stillTrue).and("a.deleted_at IS NULL").reach("a", q.Reach)
	w.args = append(w.args, q.Limit)
	return v.outlooks(w, " ORDER BY k.rank DESC, k.account_id DESC LIMIT ?")
}

// Outlook is what is expected of one account within reach. ErrNotFound when
// nothing is, or when something happened since.
func (v *View) Outlook(i id.Account, r member.Reach) (one Outlook, err error) {
	defer fault.Wrap(&err, "store.Outlook(%s)", i)
	all, err := v.outlooks(v.where("k").and("k.account_id = ?", i).and(stillTrue).and("a.deleted_at IS NULL").reach("a", r), "")
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return one, err
	}
	return all[0], nil
}

func (v *View) outlooks(w *where, rest string) (all []Outlook, err error) {
	err = v.rows(`SELECT k.account_id, k.owner_id, k.team_id, k.until_day, k.first_day, k.last_day, k.purchases, k.intervals, k.median, k.regular, k.chance, k.expected,
		k.cents, k.year_cents, k.currency, k.big, k.reasons, k.at_risk, k.rank, a.name, a.city, a.kind, a.legal_form, s.until_day, s.member_id, s.at
		FROM outlook k JOIN account a ON a.org_id = k.org_id AND a.id = k.account_id
		LEFT JOIN snooze s ON s.org_id = k.org_id AND s.account_id = k.account_id`+w.String()+rest, w.args, func(rs *sql.Rows) error {
		one, err := scanOutlook(rs)
		all = append(all, one)
		return err
	})
	return all, err
}

func scanOutlook(rs *sql.Rows) (r Outlook, err error) {
	var until, first, last, why, kind, form string
	var city, later sql.NullString
	var at sql.NullInt64
	err = rs.Scan(&r.Account, &r.Owner, &r.Team, &until, &first, &last, &r.Purchases, &r.Intervals, &r.Median, &r.Regular, &r.Chance, &r.Expected,
		&r.Cents, &r.Year, &r.Currency, &r.Big, &why, &r.AtRisk, &r.Rank, &r.Name, &city, &kind, &form, &later, &r.Snooze.By, &at)
	if err != nil {
		return r, err
	}
	r.Until, r.First, r.Last, r.City = day.Day(until), day.Day(first), day.Day(last), city.String
	r.Kind, r.LegalForm = account.Kind(kind), account.LegalForm(form)
	r.Snooze.Until, r.Snooze.At = day.Day(later.String), at.Int64
	return r, json.Unmarshal([]byte(why), &r.Reasons)
}

// PutOff remembers until when somebody put an account at risk off.
func (tx *Tx) PutOff(i id.Account, s Snooze, f fact.Fact) (err error) {
	defer fault.Wrap(&err, "store.PutOff(%s)", i)
	_, err = tx.exec(`INSERT INTO snooze (org_id, account_id, until_day, member_id, at) VALUES (`+marks(5)+`)
		ON CONFLICT (org_id, account_id) DO UPDATE SET until_day = excluded.until_day, member_id = excluded.member_id, at = excluded.at`,
		tx.org, i, string(s.Until), s.By, s.At)
	if err != nil {
		return err
	}
	return tx.fact(aboutOutlook(i, f))
}

// TakeUp forgets that somebody put an account off.
func (tx *Tx) TakeUp(i id.Account, f fact.Fact) (err error) {
	defer fault.Wrap(&err, "store.TakeUp(%s)", i)
	if err := tx.change1("DELETE FROM snooze WHERE org_id = ? AND account_id = ?", tx.org, i); err != nil {
		return err
	}
	return tx.fact(aboutOutlook(i, f))
}

// aboutOutlook is a fact of its own in the timeline of the account: the facts of
// the account itself are counted as its versions.
func aboutOutlook(i id.Account, f fact.Fact) fact.Fact {
	f.Kind, f.Subject, f.Account = fact.Outlook, id.New[id.Record](), i
	return f
}

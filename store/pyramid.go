package store

import (
	"database/sql"
	"encoding/json"
	"slices"
	"strconv"

	"kring/base/day"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/filter"
	"kring/domain/member"
	"kring/domain/order"
	"kring/domain/pyramid"
)

// Ranked is where an account stands in the pyramid, as it was computed.
type Ranked struct {
	Account id.Account
	Class   pyramid.Class
	Cents   int64
	Times   int
	First   day.Day // of all orders; "" without
	Last    day.Day
	Wait    int         // days from the record to the first order; below zero when the order was earlier
	Score   pyramid.RFM // zero for who is not ranked
	Owner   id.Member   // under whom it was counted
	Team    id.Team
}

// Ranking is one computation; Day is "" of the one that is renewed every night,
// else the day that somebody asked to see.
type Ranking struct {
	Day      day.Day
	Until    day.Day  // the last day that counts
	Least    [4]int64 // what the smallest of each layer bought, in cents
	Computed int64
}

// RankSum is a sum over accounts that are counted together.
type RankSum struct {
	Owner     id.Member
	Team      id.Team
	Class     pyramid.Class
	Recency   int
	Frequency int
	Currency  string
}

// RankTotal is how many accounts a sum is of, and what they bought.
type RankTotal struct {
	Count int64
	Cents int64
	Noted int64 // of them with a note
}

// Cohort is a month's turnover of who came in another.
type Cohort struct {
	Owner id.Member
	Team  id.Team
	Came  string // month of the first order; "" long ago
	Month string
}

// Rankable is an account about to be ranked.
type Rankable struct {
	ID      id.Account
	Owner   id.Member
	Team    id.Team
	Created int64
	Suspect bool
	Noted   bool
}

// Rankables are the accounts after one, in the order of their ids.
func (v *View) Rankables(after id.Account, limit int) (all []Rankable, err error) {
	defer fault.Wrap(&err, "store.Rankables")
	w := v.where("a").and("a.id > ?", beyond(id.Record(after))).and("a.deleted_at IS NULL")
	w.args = append(w.args, limit)
	err = v.rows("SELECT a.id, a.owner_id, a.team_id, a.created_at, a.tags, a.note <> '' FROM account a"+w.String()+" ORDER BY a.id LIMIT ?", w.args, func(rs *sql.Rows) error {
		var r Rankable
		var tags string
		err := rs.Scan(&r.ID, &r.Owner, &r.Team, &r.Created, &tags, &r.Noted)
		r.Suspect = slices.Contains(unlist(tags), pyramid.SuspectTag)
		all = append(all, r)
		return err
	})
	return all, err
}

// PurchasesBetween hands over what accounts bought until a day, account by
// account in the order of their ids and the oldest first: of those after one, up
// to another.
func (v *View) PurchasesBetween(after, upto id.Account, until day.Day, take func(of id.Account, on day.Day, cents int64, currency string, paid bool)) (err error) {
	defer fault.Wrap(&err, "store.PurchasesBetween")
	w := v.where("").and("account_id > ?", beyond(id.Record(after))).and("account_id <= ?", upto).and("state = 'confirmed'").and("day <= ?", string(until))
	return v.rows("SELECT account_id, day, cents, currency, counter_value FROM orders"+w.String()+" ORDER BY account_id, day, id", w.args, func(rs *sql.Rows) error {
		var i id.Account
		var on, currency, counter string
		var cents int64
		if err := rs.Scan(&i, &on, &cents, &currency, &counter); err != nil {
			return err
		}
		take(i, day.Day(on), cents, currency, counter == order.Counters[0])
		return nil
	})
}

const rankColumns = "account_id, class, cents, times, first_day, last_day, wait, recency, frequency, money, owner_id, team_id"

func scanRank(rs *sql.Rows) (r Ranked, err error) {
	var class string
	var first, last sql.NullString
	var wait sql.NullInt64
	err = rs.Scan(&r.Account, &class, &r.Cents, &r.Times, &first, &last, &wait, &r.Score.Recency, &r.Score.Frequency, &r.Score.Money, &r.Owner, &r.Team)
	r.Class, r.First, r.Last, r.Wait = pyramid.Class(class), day.Day(first.String), day.Day(last.String), int(wait.Int64)
	return r, err
}

// RanksBetween are the rows of a computation after one account, up to another;
// up to the last when upto is zero.
func (v *View) RanksBetween(d day.Day, after, upto id.Account) (all []Ranked, err error) {
	defer fault.Wrap(&err, "store.RanksBetween")
	w := v.where("").and("day = ?", string(d)).and("account_id > ?", beyond(id.Record(after)))
	if !upto.IsZero() {
		w.and("account_id <= ?", upto)
	}
	err = v.rows("SELECT "+rankColumns+" FROM rank"+w.String()+" ORDER BY account_id", w.args, func(rs *sql.Rows) error {
		r, err := scanRank(rs)
		all = append(all, r)
		return err
	})
	return all, err
}

// RankOf is where an account stands since last night; ErrNotFound when it was
// not there yet.
func (v *View) RankOf(a id.Account) (r Ranked, err error) {
	defer fault.Wrap(&err, "store.RankOf(%s)", a)
	err = ErrNotFound
	w := v.where("").and("day = ''").and("account_id = ?", a)
	scanned := v.rows("SELECT "+rankColumns+" FROM rank"+w.String(), w.args, func(rs *sql.Rows) (e error) {
		r, e = scanRank(rs)
		err = e
		return e
	})
	if scanned != nil {
		return r, scanned
	}
	return r, err
}

// SaveRanks replaces the rows of some accounts, and takes away those of who is
// gone.
func (tx *Tx) SaveRanks(d day.Day, all []Ranked, gone []id.Account) (err error) {
	defer fault.Wrap(&err, "store.SaveRanks(%d)", len(all))
	var values []any
	for _, r := range all {
		gone = append(gone, r.Account)
		var wait any
		if r.First != "" {
			wait = r.Wait
		}
		values = append(values, tx.org, string(d), r.Account, string(r.Class), r.Cents, r.Times, null(string(r.First)), null(string(r.Last)), wait,
			r.Score.Recency, r.Score.Frequency, r.Score.Money, r.Owner, r.Team)
	}
	for chunk := range slices.Chunk(gone, 200) {
		w := tx.where("").and("day = ?", string(d)).in("account_id", len(chunk), anys(chunk)...)
		if _, err := tx.exec("DELETE FROM rank"+w.String(), w.args...); err != nil {
			return err
		}
	}
	return tx.addRows("INSERT INTO rank (org_id, day, "+rankColumns+") VALUES ", 14, values)
}

// SaveRanking stores the sums of a computation that is done; those that were
// there go. cohorts are renewed by the nightly one alone.
func (tx *Tx) SaveRanking(r Ranking, sums map[RankSum]RankTotal, cohorts map[Cohort]RankTotal) (err error) {
	defer fault.Wrap(&err, "store.SaveRanking(%s)", r.Day)
	least, err := json.Marshal(r.Least)
	if err != nil {
		return err
	}
	if _, err := tx.exec(`INSERT INTO ranking (org_id, day, until, least, computed_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (org_id, day) DO UPDATE SET until = excluded.until, least = excluded.least, computed_at = excluded.computed_at`,
		tx.org, string(r.Day), string(r.Until), string(least), r.Computed); err != nil {
		return err
	}
	if _, err := tx.exec("DELETE FROM rank_sum WHERE org_id = ? AND day = ?", tx.org, string(r.Day)); err != nil {
		return err
	}
	var values []any
	for k, n := range sums {
		values = append(values, tx.org, string(r.Day), len(values)/12, k.Owner, k.Team, string(k.Class), k.Recency, k.Frequency, k.Currency, n.Count, n.Cents, n.Noted)
	}
	if err := tx.addRows("INSERT INTO rank_sum (org_id, day, place, owner_id, team_id, class, recency, frequency, currency, n, cents, noted) VALUES ", 12, values); err != nil || r.Day != "" {
		return err
	}
	if _, err := tx.exec("DELETE FROM cohort WHERE org_id = ?", tx.org); err != nil {
		return err
	}
	values = nil
	for k, n := range cohorts {
		values = append(values, tx.org, len(values)/8, k.Owner, k.Team, k.Came, k.Month, n.Count, n.Cents)
	}
	return tx.addRows("INSERT INTO cohort (org_id, place, owner_id, team_id, came, month, n, cents) VALUES ", 8, values)
}

// MostRankings is how many days that somebody asked to see are kept, beside
// last night's.
const MostRankings = 4

// Rankings are the computations that are kept, the latest first.
func (v *View) Rankings() (all []Ranking, err error) {
	defer fault.Wrap(&err, "store.Rankings")
	w := v.where("")
	w.args = append(w.args, 10*MostRankings)
	err = v.rows("SELECT day, until, least, computed_at FROM ranking"+w.String()+" ORDER BY computed_at DESC, day LIMIT ?", w.args, func(rs *sql.Rows) error {
		var r Ranking
		var d, until, least string
		if err := rs.Scan(&d, &until, &least, &r.Computed); err != nil {
			return err
		}
		r.Day, r.Until = day.Day(d), day.Day(until)
		all = append(all, r)
		return json.Unmarshal([]byte(least), &all[len(all)-1].Least)
	})
	return all, err
}

// ForgetRanking takes away a computation, its rows a piece at a time; n is how
// many went.
func (tx *Tx) ForgetRanking(d day.Day, most int) (n int64, err error) {
	defer fault.Wrap(&err, "store.ForgetRanking(%s)", d)
	for _, table := range []string{"ranking", "rank_sum"} {
		if _, err := tx.exec("DELETE FROM "+table+" WHERE org_id = ? AND day = ?", tx.org, string(d)); err != nil {
			return 0, err
		}
	}
	return tx.exec("DELETE FROM rank WHERE org_id = ? AND day = ? AND account_id IN (SELECT account_id FROM rank WHERE org_id = ? AND day = ? LIMIT ?)",
		tx.org, string(d), tx.org, string(d), most)
}

// RankLayers are the sums of a computation within reach, by class and currency;
// the rest of each key is empty.
func (v *View) RankLayers(d day.Day, r member.Reach) (_ map[RankSum]RankTotal, err error) {
	defer fault.Wrap(&err, "store.RankLayers")
	return v.rankSums("class, 0, 0, currency", "class, currency", v.where("s").and("s.day = ?", string(d)).reach("s", r))
}

// RankScores are those of the ranked, by recency and frequency.
func (v *View) RankScores(d day.Day, r member.Reach) (_ map[RankSum]RankTotal, err error) {
	defer fault.Wrap(&err, "store.RankScores")
	return v.rankSums("'', recency, frequency, ''", "recency, frequency", v.where("s").and("s.day = ?", string(d)).and("s.recency > 0").and("s.n > 0").reach("s", r))
}

func (v *View) rankSums(what, by string, w *where) (sums map[RankSum]RankTotal, err error) {
	sums = map[RankSum]RankTotal{}
	err = v.rows("SELECT "+what+", SUM(n), SUM(cents), SUM(noted) FROM rank_sum s"+w.String()+" GROUP BY "+by, w.args, func(rs *sql.Rows) error {
		var k RankSum
		var n RankTotal
		var class string
		err := rs.Scan(&class, &k.Recency, &k.Frequency, &k.Currency, &n.Count, &n.Cents, &n.Noted)
		k.Class = pyramid.Class(class)
		sums[k] = n
		return err
	})
	return sums, err
}

// Fresh is what new customers within reach brought in the months from one until
// another, as 2026-01; all but how long they waited.
func (v *View) Fresh(from, until string, r member.Reach) (f pyramid.Fresh, err error) {
	defer fault.Wrap(&err, "store.Fresh(%s, %s)", from, until)
	w := v.where("c").and("c.month >= ?", from).and("c.month <= ?", until).reach("c", r)
	args := append([]any{from, from}, w.args...)
	err = v.row(`SELECT COALESCE(SUM(CASE WHEN c.came >= ? THEN c.n ELSE 0 END), 0), COALESCE(SUM(CASE WHEN c.came >= ? THEN c.cents ELSE 0 END), 0), COALESCE(SUM(c.cents), 0)
		FROM cohort c`+w.String(), args, &f.Customers, &f.Cents, &f.Total)
	return f, err
}

// Waits is how long those within reach were known before a first order from one
// day until another, of whom the record came first.
func (v *View) Waits(from, until day.Day, r member.Reach) (all pyramid.Waits, err error) {
	defer fault.Wrap(&err, "store.Waits(%s, %s)", from, until)
	w := v.where("x").and("x.day = ''").and("x.first_day >= ?", string(from)).and("x.first_day <= ?", string(until)).and("x.wait >= 0").reach("x", r)
	err = v.rows("SELECT x.wait, COUNT(*) FROM rank x"+w.String()+" GROUP BY x.wait ORDER BY x.wait", w.args, func(rs *sql.Rows) error {
		var one pyramid.Wait
		err := rs.Scan(&one.Days, &one.Count)
		all = append(all, one)
		return err
	})
	return all, err
}

// rankFields are the fields of a list of accounts that are asked of rank.
var rankFields = map[string]string{"class": "x.class", "recency": "x.recency", "frequency": "x.frequency", "money": "x.money"}

// rankDay is the day that a list is about: the one that it names, else last night.
func rankDay(terms []filter.Term) any {
	for _, t := range terms {
		if t.Field.Key == "class_on" && len(t.Args) > 0 {
			return t.Args[0]
		}
	}
	return ""
}

// ranked asks where an account stands in the pyramid. A day that was not
// computed has nobody.
func (w *where) ranked(t filter.Term) bool {
	col := rankFields[t.Field.Key]
	if t.Field.Key == "class_on" {
		return true // says of which day the others are
	}
	if col == "" {
		return false
	}
	from := "rank x WHERE x.org_id = a.org_id AND x.account_id = a.id AND x.day = ?"
	if col != "x.class" {
		from += " AND x.recency > 0"
		t.Args = fifthsOf(t.Args)
	}
	w.existsWith(from, col, t, w.day)
	return true
}

// rankLead is the accounts of a class, or of a score, by their index.
func (v *View) rankLead(t filter.Term, d any) (road, bool) {
	col := rankFields[t.Field.Key]
	if col == "" || t.Field.Key == "frequency" || t.Field.Key == "money" {
		return road{}, false
	}
	cond, args := "x.day = ? AND "+col+" IN ("+marks(len(t.Args))+")", t.Args
	if col != "x.class" {
		cond, args = cond+" AND x.recency > 0", fifthsOf(args)
	}
	return road{from: "rank", name: "account_id", cond: cond, args: append([]any{v.org, d}, args...)}, true
}

// fifthsOf are the choices of a score as the numbers that they are kept as.
func fifthsOf(args []any) []any {
	numbers := make([]any, len(args))
	for i, a := range args {
		s, _ := a.(string)
		numbers[i], _ = strconv.Atoi(s) // one of the choices
	}
	return numbers
}

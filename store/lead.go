package store

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/domain/lead"
	"kring/domain/member"
)

const leadColumns = "l.id, l.version, l.state, l.due_at, l.score, l.owner_id, l.team_id, l.account_id, l.touched_at, l.updated_at, l.body"

const leadSet = "state = ?, is_open = ?, due_at = ?, score = ?, owner_id = ?, team_id = ?, source = ?, form_id = ?, segment = ?, name_key = ?, email = ?, external_id = ?, account_id = ?, touched_at = ?, responded_at = ?, speed = ?, working_at = ?, mql_at = ?, sal_at = ?, sql_at = ?, ended_at = ?, created_at = ?, updated_at = ?, body = ?"

func leadRow(l lead.Lead) ([]any, error) {
	body, err := json.Marshal(l)
	if err != nil {
		return nil, err
	}
	return []any{
		string(l.State), l.Open(), l.Due, l.Score, l.Owner, l.Team, l.Source, l.Form, l.Segment, fold.Key(l.Called()), l.Email, null(l.ExternalID), l.Account,
		l.Touched, l.Responded, l.Speed, l.WorkingAt, l.MQLAt, l.SALAt, l.SQLAt, l.EndedAt, l.Created, l.Updated, string(body),
	}, nil
}

// Lead is one lead within reach.
func (v *View) Lead(i id.Lead, r member.Reach) (l lead.Lead, err error) {
	defer fault.Wrap(&err, "store.Lead(%s)", i)
	return onlyOne(v.leads(v.where("l").and("l.id = ?", i).reachLead(r), ""))
}

func onlyOne[T any](all []T, err error) (first T, _ error) {
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return first, err
	}
	return all[0], nil
}

// reachLead keeps leads within reach: those of whom they are, and those of
// nobody yet, which wait for anyone.
func (w *where) reachLead(r member.Reach) *where {
	if r.Scope == member.All {
		return w
	}
	of := (&where{}).reach("l", r)
	return w.and("(l.owner_id IS NULL OR "+strings.TrimPrefix(of.String(), " AND ")+")", of.args...)
}

// LeadQuery says which leads a list shows; what is zero does not count.
type LeadQuery struct {
	State   lead.State
	Open    bool // those with which somebody should do something
	Owner   id.Member
	Nobody  bool // without an owner
	Source  string
	Form    id.Source
	Segment string
	Find    string // the beginning of the organisation or name
	From    int64  // made at or after, in milliseconds UTC
	Until   int64  // made before
	Reached string // of lead.Steps
	Sort    string // due, score or created
	Within  member.Reach
	After   LeadPlace
	Limit   int
}

// LeadPlace is the place of a lead in a list: the value it is sorted by, and its
// id.
type LeadPlace struct {
	At int64
	ID id.Lead
}

// leadSorts are the orders of a list: the column, and whether the highest come
// first.
var leadSorts = map[string]struct {
	column string
	down   bool
}{"due": {"l.due_at", false}, "score": {"l.score", true}, "created": {"l.created_at", true}}

// LeadSorts are the orders in which leads can be listed.
var LeadSorts = []string{"due", "score", "created"}

// Place is where a lead stands in a list sorted so.
func (q LeadQuery) Place(l lead.Lead) LeadPlace {
	switch q.Sort {
	case "score":
		return LeadPlace{l.Score, l.ID}
	case "created":
		return LeadPlace{l.Created, l.ID}
	}
	return LeadPlace{l.Due, l.ID}
}

// reachedColumns are the columns that say when a lead reached a step.
var reachedColumns = map[string]string{"responded": "responded_at", "working": "working_at", "mql": "mql_at", "sal": "sal_at", "sql": "sql_at", "converted": "ended_at"}

const bought = "(l.ended_at > 0 AND EXISTS (SELECT 1 FROM orders o WHERE o.org_id = l.org_id AND o.account_id = l.account_id AND o.state = 'confirmed'))"

func (v *View) leadWhere(q LeadQuery) *where {
	w := v.where("l")
	if q.Open {
		w.and("l.is_open = ?", true)
	}
	if q.State != "" {
		w.and("l.state = ?", string(q.State))
	}
	switch {
	case q.Nobody:
		w.and("l.owner_id IS NULL")
	case !q.Owner.IsZero():
		w.and("l.owner_id = ?", q.Owner)
	}
	if q.Source != "" {
		w.and("l.source = ?", q.Source)
	}
	if !q.Form.IsZero() {
		w.and("l.form_id = ?", q.Form)
	}
	if q.Segment != "" {
		w.and("l.segment = ?", q.Segment)
	}
	if key := fold.Key(q.Find); key != "" {
		w.and("l.name_key >= ?", key).and("l.name_key < ?", key+"\U0010FFFF")
	}
	if q.From > 0 {
		w.and("l.created_at >= ?", q.From)
	}
	if q.Until > 0 {
		w.and("l.created_at < ?", q.Until)
	}
	if column := reachedColumns[q.Reached]; column != "" {
		w.and("l." + column + " > 0")
	} else if q.Reached == "bought" {
		w.and(bought)
	}
	return w.reachLead(q.Within)
}

// Leads are leads in one of three orders.
func (v *View) Leads(q LeadQuery) (_ []lead.Lead, err error) {
	defer fault.Wrap(&err, "store.Leads")
	sort := leadSorts[cmp.Or(q.Sort, "due")]
	w := v.leadWhere(q)
	than, down := ">", ""
	if sort.down {
		than, down = "<", " DESC"
	}
	if !q.After.ID.IsZero() {
		w.and("("+sort.column+", l.id) "+than+" (?, ?)", q.After.At, q.After.ID)
	}
	w.args = append(w.args, q.Limit)
	return v.leads(w, " ORDER BY "+sort.column+down+", l.id"+down+" LIMIT ?")
}

// CountLeads is how many a list has, up to most.
func (v *View) CountLeads(q LeadQuery, most int) (n int, err error) {
	defer fault.Wrap(&err, "store.CountLeads")
	w := v.leadWhere(q)
	w.args = append(w.args, most)
	err = v.row("SELECT COUNT(*) FROM (SELECT 1 FROM lead l"+w.String()+" LIMIT ?) counted", w.args, &n)
	return n, err
}

// LeadsAfter are all leads, for an export of everything and for work that goes
// over all.
func (v *View) LeadsAfter(after id.Lead, limit int) (_ []lead.Lead, err error) {
	defer fault.Wrap(&err, "store.LeadsAfter")
	return v.leads(v.onwards("l", after.Any(), limit), " ORDER BY l.id LIMIT ?")
}

// LeadsOf are the leads that became an account.
func (v *View) LeadsOf(a id.Account, limit int) (_ []lead.Lead, err error) {
	defer fault.Wrap(&err, "store.LeadsOf(%s)", a)
	w := v.where("l").and("l.account_id = ?", a)
	w.args = append(w.args, limit)
	return v.leads(w, " ORDER BY l.id DESC LIMIT ?")
}

// LeadsMailed are the leads with an e-mail address that were not converted, the
// latest first.
func (v *View) LeadsMailed(mails []string, limit int) (_ []lead.Lead, err error) {
	defer fault.Wrap(&err, "store.LeadsMailed")
	w := v.where("l").in("l.email", len(mails), anys(mails)...).and("l.email <> ''").and("l.state <> 'converted'")
	w.args = append(w.args, limit)
	return v.leads(w, " ORDER BY l.id DESC LIMIT ?")
}

// LeadsKnown are the leads with these external ids, LeadsByID those with these
// ids, whoever asks.
func (v *View) LeadsKnown(externals []string) (all []lead.Lead, err error) {
	defer fault.Wrap(&err, "store.LeadsKnown")
	for chunk := range slices.Chunk(externals, 200) {
		some, err := v.leads(v.where("l").in("l.external_id", len(chunk), anys(chunk)...), "")
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// LeadsByID are the leads with these ids, whoever asks.
func (v *View) LeadsByID(ids []id.Lead) (all []lead.Lead, err error) {
	defer fault.Wrap(&err, "store.LeadsByID")
	for chunk := range slices.Chunk(ids, 200) {
		some, err := v.leads(v.where("l").in("l.id", len(chunk), anys(chunk)...), "")
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// StaleLeads are leads that nobody touched since a moment, nurtured ones or
// others; a converted one is part of its account.
func (v *View) StaleLeads(before int64, rest bool, limit int) (_ []lead.Lead, err error) {
	defer fault.Wrap(&err, "store.StaleLeads")
	w := v.where("l").and("l.touched_at < ?", before).and("l.state <> 'converted'")
	if rest {
		w.and("l.state = 'nurture'")
	} else {
		w.and("l.state <> 'nurture'")
	}
	w.args = append(w.args, limit)
	return v.leads(w, " ORDER BY l.touched_at, l.id LIMIT ?")
}

// CountLeadsWaiting is how many wait for a member at a moment, up to most: their
// own that are new, to be reviewed or due again, and when pool those that nobody
// has.
func (v *View) CountLeadsWaiting(m id.Member, pool bool, now int64, most int) (n int, err error) {
	defer fault.Wrap(&err, "store.CountLeadsWaiting")
	fresh := v.where("").and("owner_id = ?", m).and("state IN ('new', 'mql')")
	again := v.where("").and("owner_id = ?", m).and("state = 'nurture'").and("due_at <= ?", now/minuteMS*minuteMS)
	q := "SELECT 1 FROM lead" + fresh.String() + " UNION ALL SELECT 1 FROM lead" + again.String()
	args := append(fresh.args, again.args...)
	if pool {
		free := v.where("").and("owner_id IS NULL").and("state IN ('new', 'mql')")
		q += " UNION ALL SELECT 1 FROM lead" + free.String()
		args = append(args, free.args...)
	}
	args = append(args, most)
	return Remembered(v, q, args, func() (n int, err error) {
		err = v.row("SELECT COUNT(*) FROM (SELECT * FROM ("+q+") waits LIMIT ?) counted", args, &n)
		return n, err
	})
}

const minuteMS = 60_000

func (v *View) leads(w *where, rest string) (all []lead.Lead, err error) {
	err = v.rows("SELECT "+leadColumns+" FROM lead l"+w.String()+rest, w.args, func(rs *sql.Rows) error {
		var l, row lead.Lead
		var state, body string
		if err := rs.Scan(&row.ID, &row.Version, &state, &row.Due, &row.Score, &row.Owner, &row.Team, &row.Account, &row.Touched, &row.Updated, &body); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(body), &l); err != nil {
			return err
		}
		l.ID, l.Version, l.State, l.Due, l.Score, l.Owner, l.Team, l.Account, l.Touched, l.Updated = row.ID, row.Version, lead.State(state), row.Due, row.Score, row.Owner, row.Team, row.Account, row.Touched, row.Updated
		all = append(all, l)
		return nil
	})
	return all, err
}

// AddLead stores a new lead.
func (tx *Tx) AddLead(l lead.Lead, f fact.Fact) (_ lead.Lead, err error) {
	defer fault.Wrap(&err, "store.AddLead")
	row, err := leadRow(l)
	if err != nil {
		return l, err
	}
	names := strings.ReplaceAll(leadSet, " = ?", "")
	if _, err := tx.exec("INSERT INTO lead (org_id, id, version, "+names+") VALUES ("+marks(3+len(row))+")", append([]any{tx.org, l.ID, l.Version}, row...)...); err != nil {
		return l, err
	}
	return l, tx.fact(aboutLead(l, f))
}

// SaveLead changes a lead that was read; ErrStale when somebody else did
// meanwhile.
func (tx *Tx) SaveLead(l lead.Lead, f fact.Fact) (_ lead.Lead, err error) {
	defer fault.Wrap(&err, "store.SaveLead(%s)", l.ID)
	row, err := leadRow(l)
	if err != nil {
		return l, err
	}
	if err := tx.change1("UPDATE lead SET version = version + 1, "+leadSet+" WHERE org_id = ? AND id = ? AND version = ?", append(row, tx.org, l.ID, l.Version)...); err != nil {
		return l, err
	}
	l.Version++
	return l, tx.fact(aboutLead(l, f))
}

// HoldLead has others who would change a lead wait until this change is done, so
// that what is read after it stands.
func (tx *Tx) HoldLead(i id.Lead) (err error) {
	defer fault.Wrap(&err, "store.HoldLead(%s)", i)
	_, err = tx.exec("UPDATE lead SET version = version WHERE org_id = ? AND id = ?", tx.org, i)
	return err
}

// Rescore writes a score that time changed: no deed, so no fact and no version.
func (tx *Tx) Rescore(l lead.Lead, score int64) (err error) {
	defer fault.Wrap(&err, "store.Rescore(%s)", l.ID)
	_, err = tx.exec("UPDATE lead SET score = ? WHERE org_id = ? AND id = ? AND version = ?", score, tx.org, l.ID, l.Version)
	return err
}

// EraseLead takes a lead away with all that was known of it (P-05).
func (tx *Tx) EraseLead(l lead.Lead, f fact.Fact) (err error) {
	defer fault.Wrap(&err, "store.EraseLead(%s)", l.ID)
	for _, table := range []string{"lead_touch", "lead_optin"} {
		if _, err := tx.exec("DELETE FROM "+table+" WHERE org_id = ? AND lead_id = ?", tx.org, l.ID); err != nil {
			return err
		}
	}
	if err := tx.change1("DELETE FROM lead WHERE org_id = ? AND id = ? AND version = ?", tx.org, l.ID, l.Version); err != nil {
		return err
	}
	return tx.fact(aboutLead(l, f))
}

// aboutLead names a lead by its organisation only: a fact stays when a person is
// erased.
func aboutLead(l lead.Lead, f fact.Fact) fact.Fact {
	f.Kind, f.Subject, f.Account, f.Label = fact.Lead, l.ID.Any(), l.Account, l.Organisation
	return f
}

// LeadTouches are what happened with some leads, the latest first.
func (v *View) LeadTouches(ids []id.Lead) (by map[id.Lead][]lead.Touch, err error) {
	defer fault.Wrap(&err, "store.LeadTouches(%d)", len(ids))
	by = map[id.Lead][]lead.Touch{}
	for chunk := range slices.Chunk(ids, 200) {
		w := v.where("t").in("t.lead_id", len(chunk), anys(chunk)...)
		err := v.rows("SELECT t.id, t.lead_id, t.at, t.kind, t.text, t.ours, t.member_id FROM lead_touch t"+w.String()+" ORDER BY t.lead_id, t.at DESC, t.id DESC", w.args, func(rs *sql.Rows) error {
			var t lead.Touch
			err := rs.Scan(&t.ID, &t.Lead, &t.At, &t.Kind, &t.Text, &t.Ours, &t.Member)
			by[t.Lead] = append(by[t.Lead], t)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return by, nil
}

// TouchesAfter are the touches of all leads, for an export of everything.
func (v *View) TouchesAfter(after id.Record, limit int) (all []lead.Touch, err error) {
	defer fault.Wrap(&err, "store.TouchesAfter")
	w := v.onwards("t", after, limit)
	err = v.rows("SELECT t.id, t.lead_id, t.at, t.kind, t.text, t.ours, t.member_id FROM lead_touch t"+w.String()+" ORDER BY t.id LIMIT ?", w.args, func(rs *sql.Rows) error {
		var t lead.Touch
		err := rs.Scan(&t.ID, &t.Lead, &t.At, &t.Kind, &t.Text, &t.Ours, &t.Member)
		all = append(all, t)
		return err
	})
	return all, err
}

// AddLeadTouch writes down what happened; the change of the lead beside it is
// the fact.
func (tx *Tx) AddLeadTouch(t lead.Touch) (err error) {
	defer fault.Wrap(&err, "store.AddLeadTouch(%s)", t.Lead)
	_, err = tx.exec("INSERT INTO lead_touch (org_id, id, lead_id, at, kind, text, ours, member_id) VALUES ("+marks(8)+")", tx.org, t.ID, t.Lead, t.At, t.Kind, t.Text, t.Ours, t.Member)
	return err
}

// LeadSetting is how the organisation deals with leads: the usual way until it
// chose another.
func (v *View) LeadSetting() (s lead.Setting, err error) {
	defer fault.Wrap(&err, "store.LeadSetting")
	var body string
	err = v.row("SELECT version, body FROM lead_setting WHERE org_id = ?", []any{v.org}, &s.Version, &body)
	if errors.Is(err, ErrNotFound) {
		return lead.Usual(), nil
	}
	if err != nil {
		return s, err
	}
	version := s.Version
	err = json.Unmarshal([]byte(body), &s)
	s.Version = version
	return s, err
}

// SaveLeadSetting writes it; ErrStale when somebody else did meanwhile.
func (tx *Tx) SaveLeadSetting(s lead.Setting, f fact.Fact) (_ lead.Setting, err error) {
	defer fault.Wrap(&err, "store.SaveLeadSetting")
	body, err := json.Marshal(s)
	if err != nil {
		return s, err
	}
	if s.Version == 0 {
		n, err := tx.exec("INSERT INTO lead_setting (org_id, version, body) VALUES (?, 1, ?) ON CONFLICT DO NOTHING", tx.org, string(body))
		if err == nil && n == 0 {
			err = ErrStale
		}
		if err != nil {
			return s, err
		}
	} else if err := tx.change1("UPDATE lead_setting SET version = version + 1, body = ? WHERE org_id = ? AND version = ?", string(body), tx.org, s.Version); err != nil {
		return s, err
	}
	s.Version++
	f.Kind, f.Subject = fact.Lead, tx.org.Any()
	return s, tx.fact(f)
}

// LeadCosts are what leads cost in months from first to last.
func (v *View) LeadCosts(first, last string) (all []lead.Cost, err error) {
	defer fault.Wrap(&err, "store.LeadCosts")
	w := v.where("").and("month >= ?", first).and("month <= ?", last)
	err = v.rows("SELECT month, source, marketing, sales FROM lead_cost"+w.String()+" ORDER BY month, source LIMIT 5000", w.args, func(rs *sql.Rows) error {
		var c lead.Cost
		err := rs.Scan(&c.Month, &c.Source, &c.Marketing, &c.Sales)
		all = append(all, c)
		return err
	})
	return all, err
}

// SaveLeadCost writes what leads of a source cost in a month.
func (tx *Tx) SaveLeadCost(c lead.Cost, f fact.Fact) (err error) {
	defer fault.Wrap(&err, "store.SaveLeadCost")
	if _, err := tx.exec("INSERT INTO lead_cost (org_id, month, source, marketing, sales) VALUES (?, ?, ?, ?, ?) ON CONFLICT (org_id, month, source) DO UPDATE SET marketing = excluded.marketing, sales = excluded.sales",
		tx.org, c.Month, c.Source, c.Marketing, c.Sales); err != nil {
		return err
	}
	f.Kind, f.Subject, f.Label = fact.Lead, tx.org.Any(), c.Source
	return tx.fact(f)
}

// LeadTallies are by source what became of the leads that were made between two
// moments, within reach.
func (v *View) LeadTallies(from, until int64, r member.Reach) (all []lead.Tally, err error) {
	defer fault.Wrap(&err, "store.LeadTallies")
	w := v.where("l").and("l.created_at >= ?", from).and("l.created_at < ?", until).reachLead(r)
	sums := ""
	for _, s := range lead.Steps {
		cond := "l." + reachedColumns[s] + " > 0"
		if s == "bought" {
			cond = bought
		}
		sums += ", SUM(CASE WHEN " + cond + " THEN 1 ELSE 0 END)"
	}
	err = v.rows("SELECT l.source, COUNT(*)"+sums+" FROM lead l"+w.String()+" GROUP BY l.source ORDER BY l.source", w.args, func(rs *sql.Rows) error {
		t := lead.Tally{Reached: map[string]int64{}, Median: -1}
		counts := make([]int64, len(lead.Steps))
		into := []any{&t.Source, &t.Leads}
		for i := range counts {
			into = append(into, &counts[i])
		}
		err := rs.Scan(into...)
		for i, s := range lead.Steps {
			t.Reached[s] = counts[i]
		}
		all = append(all, t)
		return err
	})
	return all, err
}

// LeadSpeed is the median working time until the first response, of one source
// or of all, in milliseconds; -1 when nobody responded. Of an even number it is
// the lower of the two in the middle.
func (v *View) LeadSpeed(from, until int64, source string, n int64, r member.Reach) (ms int64, err error) {
	defer fault.Wrap(&err, "store.LeadSpeed")
	if n == 0 {
		return -1, nil
	}
	w := v.where("l").and("l.created_at >= ?", from).and("l.created_at < ?", until).and("l.responded_at > 0").reachLead(r)
	if source != "" {
		w.and("l.source = ?", source)
	}
	w.args = append(w.args, (n-1)/2)
	err = v.row("SELECT l.speed FROM lead l"+w.String()+" ORDER BY l.speed LIMIT 1 OFFSET ?", w.args, &ms)
	return ms, err
}

// Objected are those of the hashes of which somebody said never.
func (v *View) Objected(hashes [][]byte) (said map[string]bool, err error) {
	defer fault.Wrap(&err, "store.Objected")
	said = map[string]bool{}
	for chunk := range slices.Chunk(hashes, 200) {
		w := v.where("").in("hash", len(chunk), anys(chunk)...)
		err := v.rows("SELECT hash FROM objection"+w.String(), w.args, func(rs *sql.Rows) error {
			var h []byte
			err := rs.Scan(&h)
			said[string(h)] = true
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return said, nil
}

// AddObjection keeps that somebody said never; the change of the lead beside it
// is the fact.
func (tx *Tx) AddObjection(hash []byte) (err error) {
	defer fault.Wrap(&err, "store.AddObjection")
	_, err = tx.exec("INSERT INTO objection (org_id, hash, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", tx.org, hash, tx.now)
	return err
}

// EraseObjection forgets it: they themselves let us in again (C-06).
func (tx *Tx) EraseObjection(hash []byte) (err error) {
	defer fault.Wrap(&err, "store.EraseObjection")
	_, err = tx.exec("DELETE FROM objection WHERE org_id = ? AND hash = ?", tx.org, hash)
	return err
}

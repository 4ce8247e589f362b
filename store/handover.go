package store

import (
	"database/sql"
	"encoding/json"
	"slices"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/handover"
	"kring/domain/member"
)

const handoverColumns = "h.id, h.version, h.account_id, h.from_id, h.to_id, h.member_id, h.state, h.day, h.note, h.reason, h.checklist, h.order_id, h.created_at, h.updated_at, acc.name"

// Handover is one hand-over, whoever asks; who may see it is for the caller.
func (v *View) Handover(i id.Record) (h handover.Line, err error) {
	defer fault.Wrap(&err, "store.Handover(%s)", i)
	return v.handover(v.where("h").and("h.id = ?", i))
}

// HandoverOf is the latest hand-over of an account that waits for somebody:
// proposed, or returned.
func (v *View) HandoverOf(a id.Account) (h handover.Line, err error) {
	defer fault.Wrap(&err, "store.HandoverOf(%s)", a)
	return v.handover(v.where("h").and("h.account_id = ?", a).and("h.state IN ('proposed', 'returned')"))
}

// HandedTo says whether an account is proposed to a member.
func (v *View) HandedTo(a id.Account, m id.Member) (yes bool, err error) {
	defer fault.Wrap(&err, "store.HandedTo(%s)", a)
	w := v.where("h").and("h.account_id = ?", a).and("h.state = 'proposed'").and("h.to_id = ?", m)
	n := 0
	err = v.row("SELECT COUNT(*) FROM handover h"+w.String(), w.args, &n)
	return n > 0, err
}

func (v *View) handover(w *where) (h handover.Line, err error) {
	all, err := v.handovers(w, " ORDER BY h.id DESC LIMIT 1")
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return h, err
	}
	return all[0], nil
}

// OpenHandovers are those of accounts that are proposed and not answered.
func (v *View) OpenHandovers(accounts []id.Account) (by map[id.Account]handover.Handover, err error) {
	defer fault.Wrap(&err, "store.OpenHandovers(%d)", len(accounts))
	by = map[id.Account]handover.Handover{}
	for chunk := range slices.Chunk(accounts, 200) {
		all, err := v.handovers(v.where("h").in("h.account_id", len(chunk), anys(chunk)...).and("h.state = 'proposed'"), "")
		if err != nil {
			return nil, err
		}
		for _, h := range all {
			by[h.Account] = h.Handover
		}
	}
	return by, nil
}

// HandoverQuery says which hand-overs a list shows; what is zero does not count.
type HandoverQuery struct {
	To, From id.Member
	Account  id.Account
	State    handover.State
	Within   *member.Reach // only of accounts within reach
	Before   id.Record
	Limit    int
}

// Handovers are hand-overs as they were proposed, the latest first.
func (v *View) Handovers(q HandoverQuery) (_ []handover.Line, err error) {
	defer fault.Wrap(&err, "store.Handovers")
	w := v.where("h")
	if !q.To.IsZero() {
		w.and("h.to_id = ?", q.To)
	}
	if !q.From.IsZero() {
		w.and("h.from_id = ?", q.From)
	}
	if !q.Account.IsZero() {
		w.and("h.account_id = ?", q.Account)
	}
	if q.State != "" {
		w.and("h.state = ?", string(q.State))
	}
	if q.Within != nil {
		w.reach("acc", *q.Within)
	}
	if !q.Before.IsZero() {
		w.and("h.id < ?", q.Before)
	}
	w.args = append(w.args, q.Limit)
	return v.handovers(w, " ORDER BY h.id DESC LIMIT ?")
}

// HandoversAfter are all hand-overs, for an export of everything.
func (v *View) HandoversAfter(after id.Record, limit int) (_ []handover.Line, err error) {
	defer fault.Wrap(&err, "store.HandoversAfter")
	return v.handovers(v.onwards("h", after, limit), " ORDER BY h.id LIMIT ?")
}

// CountHandovers is how many wait for a member, up to most: those to accept, and
// those that came back.
func (v *View) CountHandovers(m id.Member, most int) (n int, err error) {
	defer fault.Wrap(&err, "store.CountHandovers")
	to := v.where("").and("to_id = ?", m).and("state = 'proposed'")
	from := v.where("").and("from_id = ?", m).and("state = 'returned'")
	q := "SELECT 1 FROM handover" + to.String() + " UNION ALL SELECT 1 FROM handover" + from.String()
	args := append(append(to.args, from.args...), most)
	return Remembered(v, q, args, func() (n int, err error) {
		err = v.row("SELECT COUNT(*) FROM (SELECT * FROM ("+q+") waits LIMIT ?) counted", args, &n)
		return n, err
	})
}

func (v *View) handovers(w *where, rest string) (all []handover.Line, err error) {
	err = v.rows("SELECT "+handoverColumns+" FROM handover h JOIN account acc ON acc.org_id = h.org_id AND acc.id = h.account_id"+w.String()+rest, w.args, func(rs *sql.Rows) error {
		var h handover.Line
		var state, on, items string
		err := rs.Scan(&h.ID, &h.Version, &h.Account, &h.From, &h.To, &h.By, &state, &on, &h.Note, &h.Reason, &items, &h.Order, &h.Created, &h.Updated, &h.Name)
		if err != nil {
			return err
		}
		h.State, h.Day = handover.State(state), day.Day(on)
		if err := json.Unmarshal([]byte(items), &h.Items); err != nil {
			return err
		}
		all = append(all, h)
		return nil
	})
	return all, err
}

// mostPortfolio is how far relations are counted to see who has the fewest.
const mostPortfolio = 10_000

// Portfolios is how many relations each member looks after, with those that are
// proposed to them; of more than ten thousand it says no more.
func (v *View) Portfolios(members []id.Member) (n map[id.Member]int, err error) {
	defer fault.Wrap(&err, "store.Portfolios(%d)", len(members))
	n = make(map[id.Member]int, len(members))
	for _, m := range members {
		var own, coming int
		w := v.where("").and("owner_id = ?", m).and("deleted_at IS NULL")
		w.args = append(w.args, mostPortfolio)
		if err := v.row("SELECT COUNT(*) FROM (SELECT 1 FROM account"+w.String()+" LIMIT ?) counted", w.args, &own); err != nil {
			return nil, err
		}
		w = v.where("").and("to_id = ?", m).and("state = 'proposed'")
		w.args = append(w.args, mostPortfolio)
		if err := v.row("SELECT COUNT(*) FROM (SELECT 1 FROM handover"+w.String()+" LIMIT ?) counted", w.args, &coming); err != nil {
			return nil, err
		}
		n[m] = own + coming
	}
	return n, nil
}

// AddHandover stores a proposal; made is false when the account was on its way
// already.
func (tx *Tx) AddHandover(h handover.Handover, f fact.Fact) (made bool, err error) {
	defer fault.Wrap(&err, "store.AddHandover")
	items, err := json.Marshal(h.Items)
	if err != nil {
		return false, err
	}
	n, err := tx.exec("INSERT INTO handover (org_id, id, version, account_id, from_id, to_id, member_id, state, day, note, reason, checklist, order_id, created_at, updated_at) VALUES ("+marks(15)+") ON CONFLICT DO NOTHING",
		tx.org, h.ID, h.Version, h.Account, h.From, h.To, h.By, string(h.State), string(h.Day), h.Note, h.Reason, string(items), h.Order, h.Created, h.Updated)
	if err != nil || n == 0 {
		return false, err
	}
	return true, tx.fact(aboutHandover(h, f))
}

// SaveHandover stores what became of a hand-over; ErrStale when somebody did
// something to it since h was read.
func (tx *Tx) SaveHandover(h handover.Handover, f fact.Fact) (_ handover.Handover, err error) {
	defer fault.Wrap(&err, "store.SaveHandover(%s)", h.ID)
	items, err := json.Marshal(h.Items)
	if err != nil {
		return h, err
	}
	if err := tx.change1("UPDATE handover SET version = version + 1, to_id = ?, state = ?, note = ?, reason = ?, checklist = ?, updated_at = ? WHERE org_id = ? AND id = ? AND version = ?",
		h.To, string(h.State), h.Note, h.Reason, string(items), h.Updated, tx.org, h.ID, h.Version); err != nil {
		return h, err
	}
	h.Version++
	return h, tx.fact(aboutHandover(h, f))
}

// EraseHandover takes a proposal away that nobody made: what it rested on is
// gone. That it was there stays a fact.
func (tx *Tx) EraseHandover(h handover.Handover, f fact.Fact) (err error) {
	defer fault.Wrap(&err, "store.EraseHandover(%s)", h.ID)
	if err := tx.change1("DELETE FROM handover WHERE org_id = ? AND id = ? AND version = ?", tx.org, h.ID, h.Version); err != nil {
		return err
	}
	return tx.fact(aboutHandover(h, f))
}

func aboutHandover(h handover.Handover, f fact.Fact) fact.Fact {
	f.Kind, f.Subject, f.Account, f.Label = fact.Handover, h.ID, h.Account, string(h.State)
	return f
}

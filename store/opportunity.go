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
	"kring/domain/member"
	"kring/domain/opportunity"
)

const opportunitySet = "account_id, pipeline_id, stage, state, name, cents, currency, margin, close_day, slips, opened_day, entered_day, closed_day, owner_id, team_id, chance, chance_why, go_chance, get_chance, weighted, next_step, next_day, next_since, need, situation, lines, rivals, reason, lessons, lead_id, source, quote_id, order_id, external_id, created_at, updated_at"

const opportunityWidth = 39 // columns of a new row

const opportunityColumns = "k.id, k.version, k.account_id, k.pipeline_id, k.stage, k.state, k.name, k.cents, k.currency, k.margin, k.close_day, k.slips, k.opened_day, k.entered_day, k.closed_day, k.owner_id, k.team_id, k.chance, k.chance_why, k.go_chance, k.get_chance, k.next_step, k.next_day, k.next_since, k.need, k.situation, k.lines, k.rivals, k.reason, k.lessons, k.lead_id, k.source, k.quote_id, k.order_id, k.external_id, k.created_at, k.updated_at"

// Opportunity is one opportunity of an account within reach.
func (v *View) Opportunity(i id.Opportunity, r member.Reach) (o opportunity.Opportunity, err error) {
	defer fault.Wrap(&err, "store.Opportunity(%s)", i)
	all, err := v.opportunities(v.where("k").and("k.id = ?", i).reachAccount("k", r), "")
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return o, err
	}
	return all[0], nil
}

// OpportunitiesByID are those of the opportunities that are there, in no order.
func (v *View) OpportunitiesByID(ids []id.Opportunity) (all []opportunity.Opportunity, err error) {
	defer fault.Wrap(&err, "store.OpportunitiesByID")
	for chunk := range slices.Chunk(ids, 200) {
		some, err := v.opportunities(v.where("k").in("k.id", len(chunk), anys(chunk)...), "")
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// OpportunitiesKnown are the opportunities that have one of these external ids.
func (v *View) OpportunitiesKnown(externals []string) (all []opportunity.Opportunity, err error) {
	defer fault.Wrap(&err, "store.OpportunitiesKnown")
	for chunk := range slices.Chunk(externals, 200) {
		some, err := v.opportunities(v.where("k").in("k.external_id", len(chunk), anys(chunk)...).and("k.external_id IS NOT NULL"), "")
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// OpportunitiesOf are the opportunities of an account, the latest first, after
// one when it is not zero.
func (v *View) OpportunitiesOf(a id.Account, before id.Opportunity, limit int) (_ []opportunity.Opportunity, err error) {
	defer fault.Wrap(&err, "store.OpportunitiesOf(%s)", a)
	w := v.where("k").and("k.account_id = ?", a)
	if !before.IsZero() {
		w.and("k.id < ?", before)
	}
	w.args = append(w.args, limit)
	return v.opportunities(w, " ORDER BY k.id DESC LIMIT ?")
}

// OpportunitiesAfter are all opportunities, for an export of everything.
func (v *View) OpportunitiesAfter(after id.Opportunity, limit int) (_ []opportunity.Opportunity, err error) {
	defer fault.Wrap(&err, "store.OpportunitiesAfter")
	return v.opportunities(v.onwards("k", after.Any(), limit), " ORDER BY k.id LIMIT ?")
}

func (v *View) opportunities(w *where, rest string) (all []opportunity.Opportunity, err error) {
	err = v.rows("SELECT "+opportunityColumns+" FROM opportunity k"+w.String()+rest, w.args, func(rs *sql.Rows) error {
		var o opportunity.Opportunity
		var state, close, opened, entered, closed, next, since, situation, lines, rivals string
		var external sql.NullString
		err := rs.Scan(&o.ID, &o.Version, &o.Account, &o.Pipeline, &o.Stage, &state, &o.Name, &o.Value.Cents, &o.Value.Currency, &o.Margin, &close, &o.Slips, &opened, &entered, &closed,
			&o.Owner, &o.Team, &o.Chance, &o.ChanceWhy, &o.Go, &o.Get, &o.Next, &next, &since, &o.Need, &situation, &lines, &rivals, &o.Reason, &o.Lessons, &o.Lead, &o.Source,
			&o.Quote, &o.Order, &external, &o.Created, &o.Updated)
		if err != nil {
			return err
		}
		o.State, o.Situation, o.ExternalID = opportunity.State(state), opportunity.Situation(situation), external.String
		o.Close, o.Opened, o.Entered, o.Closed, o.NextDay, o.Since = day.Day(close), day.Day(opened), day.Day(entered), day.Day(closed), day.Day(next), day.Day(since)
		if lines != "[]" {
			if err := json.Unmarshal([]byte(lines), &o.Lines); err != nil {
				return err
			}
		}
		if rivals != "[]" {
			if err := json.Unmarshal([]byte(rivals), &o.Rivals); err != nil {
				return err
			}
		}
		all = append(all, o)
		return nil
	})
	return all, err
}

func opportunityRow(o opportunity.Opportunity) ([]any, error) {
	lines, err := listed(o.Lines)
	if err != nil {
		return nil, err
	}
	rivals, err := listed(o.Rivals)
	if err != nil {
		return nil, err
	}
	weighted := int64(0)
	if o.Chance >= 0 {
		weighted = money.Round(o.Value.Cents, o.Chance, 10_000)
	}
	return []any{
		o.Account, o.Pipeline, o.Stage, string(o.State), o.Name, o.Value.Cents, o.Value.Currency, o.Margin, string(o.Close), o.Slips, string(o.Opened), string(o.Entered), string(o.Closed),
		o.Owner, o.Team, o.Chance, o.ChanceWhy, o.Go, o.Get, weighted, o.Next, string(o.NextDay), string(o.Since), o.Need, string(o.Situation), lines, rivals, o.Reason, o.Lessons,
		o.Lead, o.Source, o.Quote, o.Order, null(o.ExternalID), o.Created, o.Updated,
	}, nil
}

// listed is a list as closed JSON.
func listed[T any](all []T) (string, error) {
	if len(all) == 0 {
		return "[]", nil
	}
	b, err := json.Marshal(all)
	return string(b), err
}

// AddOpportunity stores a new opportunity. ErrTaken when its external id is
// taken.
func (tx *Tx) AddOpportunity(o opportunity.Opportunity, f fact.Fact) (opportunity.Opportunity, error) {
	o.Version = 1
	return o, tx.AddOpportunities([]opportunity.Opportunity{o}, []fact.Fact{f})
}

// AddOpportunities stores new opportunities, all with a handful of statements;
// facts has one for each, in the same order. One that ended was in its stage
// from its first day to its last.
func (tx *Tx) AddOpportunities(all []opportunity.Opportunity, facts []fact.Fact) (err error) {
	defer fault.Wrap(&err, "store.AddOpportunities(%d)", len(all))
	rows, stays := make([]any, 0, opportunityWidth*len(all)), make([]any, 0, 8*len(all))
	told, at := make([]fact.Fact, len(all)), make([]id.Account, len(all))
	for i, o := range all {
		row, err := opportunityRow(o)
		if err != nil {
			return err
		}
		rows = append(append(rows, tx.org, o.ID, 1), row...)
		stays = append(stays, tx.org, o.ID, 1, o.Pipeline, o.Stage, string(o.Entered), string(o.Closed), spent(o.Entered, o.Closed))
		told[i], at[i] = aboutOpportunity(o, facts[i]), o.Account
	}
	if err := tx.addRows("INSERT INTO opportunity (org_id, id, version, "+opportunitySet+") VALUES ", opportunityWidth, rows); err != nil {
		return err
	}
	if err := tx.addRows("INSERT INTO opportunity_stay (org_id, opportunity_id, n, pipeline_id, stage, from_day, until_day, days) VALUES ", 8, stays); err != nil {
		return err
	}
	if err := tx.pointedAt(at...); err != nil {
		return err
	}
	return tx.recordAll(told)
}

func spent(from, until day.Day) int {
	if until == "" {
		return 0
	}
	return max(from.Until(until), 0)
}

// SaveOpportunity stores what became of an opportunity that was; ErrStale when it
// was changed since it was read.
func (tx *Tx) SaveOpportunity(was, o opportunity.Opportunity, f fact.Fact) (_ opportunity.Opportunity, err error) {
	defer fault.Wrap(&err, "store.SaveOpportunity(%s)", o.ID)
	row, err := opportunityRow(o)
	if err != nil {
		return o, err
	}
	if err := tx.change1("UPDATE opportunity SET version = version + 1, ("+opportunitySet+") = ("+marks(opportunityWidth-3)+") WHERE org_id = ? AND id = ? AND version = ?", append(row, tx.org, o.ID, was.Version)...); err != nil {
		return o, err
	}
	o.Version = was.Version + 1
	if was.Stage != o.Stage || was.State != o.State || was.Pipeline != o.Pipeline {
		if err := tx.stayed(was, o); err != nil {
			return o, err
		}
	}
	return o, tx.fact(aboutOpportunity(o, f))
}

// stayed ends the stay in one stage and begins that in another.
func (tx *Tx) stayed(was, o opportunity.Opportunity) error {
	until := o.Entered
	if o.State != opportunity.Open {
		until = o.Closed
	}
	if was.State == opportunity.Open {
		_, err := tx.exec("UPDATE opportunity_stay SET until_day = ?, days = ? WHERE org_id = ? AND opportunity_id = ? AND until_day = ''", string(until), spent(was.Entered, until), tx.org, o.ID)
		if err != nil || o.State != opportunity.Open {
			return err
		}
	}
	_, err := tx.exec(`INSERT INTO opportunity_stay (org_id, opportunity_id, n, pipeline_id, stage, from_day, until_day, days)
		SELECT k.org_id, k.id, COALESCE((SELECT MAX(n) FROM opportunity_stay s WHERE s.org_id = k.org_id AND s.opportunity_id = k.id), 0) + 1, k.pipeline_id, k.stage, k.entered_day, '', 0
		FROM opportunity k WHERE k.org_id = ? AND k.id = ?`, tx.org, o.ID)
	return err
}

// EraseOpportunities takes opportunities away for good. That they were there
// stays a fact.
func (tx *Tx) EraseOpportunities(all []opportunity.Opportunity, f fact.Fact) (err error) {
	defer fault.Wrap(&err, "store.EraseOpportunities(%d)", len(all))
	told := make([]fact.Fact, len(all))
	for i, o := range all {
		told[i] = aboutOpportunity(o, f)
	}
	for chunk := range slices.Chunk(all, 200) {
		args := []any{tx.org}
		for _, o := range chunk {
			args = append(args, o.ID)
		}
		for _, of := range []string{"dmu WHERE org_id = ? AND opportunity_id", "opportunity_stay WHERE org_id = ? AND opportunity_id", "opportunity WHERE org_id = ? AND id"} {
			if _, err := tx.exec("DELETE FROM "+of+" IN ("+marks(len(chunk))+")", args...); err != nil {
				return err
			}
		}
	}
	return tx.recordAll(told)
}

func aboutOpportunity(o opportunity.Opportunity, f fact.Fact) fact.Fact {
	f.Kind, f.Subject, f.Account, f.Label = fact.Opportunity, o.ID.Any(), o.Account, o.Name
	return f
}

// StagesOf are the stages that an opportunity was in, the first one first.
func (v *View) StagesOf(i id.Opportunity) (all []opportunity.Stay, err error) {
	defer fault.Wrap(&err, "store.StagesOf(%s)", i)
	w := v.where("").and("opportunity_id = ?", i)
	err = v.rows("SELECT stage, from_day, until_day FROM opportunity_stay"+w.String()+" ORDER BY n LIMIT 500", w.args, func(rs *sql.Rows) error {
		var s opportunity.Stay
		var from, until string
		err := rs.Scan(&s.Stage, &from, &until)
		s.From, s.Until = day.Day(from), day.Day(until)
		all = append(all, s)
		return err
	})
	return all, err
}

// People are those who have a part in the decisions of some opportunities.
func (v *View) People(of []id.Opportunity) (by map[id.Opportunity][]opportunity.Person, err error) {
	defer fault.Wrap(&err, "store.People(%d)", len(of))
	by = map[id.Opportunity][]opportunity.Person{}
	for chunk := range slices.Chunk(of, 200) {
		w := v.where("d").in("d.opportunity_id", len(chunk), anys(chunk)...)
		err := v.rows("SELECT d.opportunity_id, d.contact_id, d.roles, d.influence, d.attitude, d.interest, d.owner_id, d.standing, d.last_day, d.source FROM dmu d"+w.String()+" ORDER BY d.id", w.args, func(rs *sql.Rows) error {
			var i id.Opportunity
			var p opportunity.Person
			var roles, standing, last string
			if err := rs.Scan(&i, &p.Contact, &roles, &p.Influence, &p.Attitude, &p.Interest, &p.Owner, &standing, &last, &p.Source); err != nil {
				return err
			}
			p.Standing, p.Last = opportunity.Standing(standing), day.Day(last)
			err := json.Unmarshal([]byte(roles), &p.Roles)
			by[i] = append(by[i], p)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	for i, people := range by {
		by[i] = opportunity.Together(people)
	}
	return by, nil
}

// SavePeople says who has a part in a decision; the version of the opportunity
// goes with it. ErrStale when it was changed since it was read.
func (tx *Tx) SavePeople(o opportunity.Opportunity, people []opportunity.Person, f fact.Fact) (_ opportunity.Opportunity, err error) {
	defer fault.Wrap(&err, "store.SavePeople(%s)", o.ID)
	if err := tx.change1("UPDATE opportunity SET version = version + 1, updated_at = ? WHERE org_id = ? AND id = ? AND version = ?", tx.now, tx.org, o.ID, o.Version); err != nil {
		return o, err
	}
	o.Version, o.Updated = o.Version+1, tx.now
	if _, err := tx.exec("DELETE FROM dmu WHERE org_id = ? AND opportunity_id = ?", tx.org, o.ID); err != nil {
		return o, err
	}
	rows := make([]any, 0, 12*len(people))
	for _, p := range people {
		roles, err := listed(p.Roles)
		if err != nil {
			return o, err
		}
		rows = append(rows, tx.org, id.New[id.Record](), o.ID, p.Contact, roles, p.Influence, p.Attitude, p.Interest, p.Owner, string(p.Standing), string(p.Last), p.Source)
	}
	if err := tx.addRows("INSERT INTO dmu (org_id, id, opportunity_id, contact_id, roles, influence, attitude, interest, owner_id, standing, last_day, source) VALUES ", 12, rows); err != nil {
		return o, err
	}
	return o, tx.fact(aboutOpportunity(o, f))
}

// OrderFor is an order that stands and came of an opportunity; zero when there
// is none.
func (v *View) OrderFor(i id.Opportunity) (o id.Order, err error) {
	defer fault.Wrap(&err, "store.OrderFor(%s)", i)
	w := v.where("").and("opportunity_id = ?", i).and("opportunity_id IS NOT NULL").and("state = 'confirmed'")
	err = v.rows("SELECT id FROM orders"+w.String()+" ORDER BY id LIMIT 1", w.args, func(rs *sql.Rows) error { return rs.Scan(&o) })
	return o, err
}

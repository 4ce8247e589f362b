package store

import (
	"database/sql"
	"strings"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/cycle"
)

// DefinitionState says whether a definition holds.
type DefinitionState string

// The states. Exactly one definition is active.
const (
	Candidate DefinitionState = "candidate"
	Active    DefinitionState = "active"
	Retired   DefinitionState = "retired"
)

// Definition is a version of what the organisation calls a customer.
type Definition struct {
	cycle.Definition
	Version int64 // from 1; it never changes after
	Name    string
	State   DefinitionState
	Rule    int64
	Ready   bool  // everything is counted under it
	Done    int64 // accounts counted, when it is not
	By      id.Member
	ByName  string // "" of the one that Kring came with
	At      int64  // when it was made
}

// Choice is that somebody made a version the active one.
type Choice struct {
	N       int64 // from 1; the last one holds
	Version int64
	By      id.Member
	ByName  string
	At      int64
	Why     string
}

// addFirstDefinition gives a new organisation the definition of Kring.
func (tx *Tx) addFirstDefinition() error {
	d := cycle.Default
	return tx.execAll([]statement{
		{"INSERT INTO rule (org_id, rule, min_purchases, loyal_min, loyal_months, quiet_months, other_counters, state, done) VALUES (?, 1, ?, ?, ?, ?, ?, 'ready', 0)",
			[]any{tx.org, d.MinPurchases, d.LoyalMin, d.LoyalMonths, d.QuietMonths, d.OtherCounters}},
		{"INSERT INTO definition (org_id, version, rule, name, counts_potential, counts_former, state, member_name, made_at) VALUES (?, 1, 1, '', ?, ?, 'active', '', ?)",
			[]any{tx.org, d.Potential, d.Former, tx.now}},
		{"INSERT INTO choice (org_id, n, version, member_name, at, why) VALUES (?, 1, 1, '', ?, '')", []any{tx.org, tx.now}},
	})
}

const definitionColumns = "d.version, d.name, d.counts_potential, d.counts_former, d.state, d.member_id, d.member_name, d.made_at, " + ruleColumns

func (v *View) definitions(w *where, rest string) (all []Definition, err error) {
	err = v.rows("SELECT "+definitionColumns+" FROM definition d JOIN rule r ON r.org_id = d.org_id AND r.rule = d.rule"+w.String()+rest, w.args, func(rs *sql.Rows) error {
		var d Definition
		var r Rule
		var state, counting string
		var potential, former bool
		err := rs.Scan(append([]any{&d.Version, &d.Name, &potential, &former, &state, &d.By, &d.ByName, &d.At}, ruleInto(&r, &counting)...)...)
		d.Definition, d.State, d.Rule, d.Ready, d.Done = r.Thresholds, DefinitionState(state), r.Number, counting == "ready", r.Done
		d.Potential, d.Former = potential, former
		all = append(all, d)
		return err
	})
	return all, err
}

// ActiveDefinition is what the organisation calls a customer.
func (v *View) ActiveDefinition() (_ Definition, err error) {
	defer fault.Wrap(&err, "store.ActiveDefinition")
	return v.oneDefinition(v.where("d").and("d.state = 'active'"))
}

// Definition is one version.
func (v *View) Definition(version int64) (_ Definition, err error) {
	defer fault.Wrap(&err, "store.Definition(%d)", version)
	return v.oneDefinition(v.where("d").and("d.version = ?", version))
}

func (v *View) oneDefinition(w *where) (Definition, error) {
	all, err := v.definitions(w, "")
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Definition{}, err
	}
	return all[0], nil
}

// Definitions are the versions, latest first; those that were retired too.
func (v *View) Definitions(limit int) (_ []Definition, err error) {
	defer fault.Wrap(&err, "store.Definitions")
	w := v.where("d")
	w.args = append(w.args, limit)
	return v.definitions(w, " ORDER BY d.version DESC LIMIT ?")
}

// Choices are which versions were active since when, latest first.
func (v *View) Choices(limit int) (all []Choice, err error) {
	defer fault.Wrap(&err, "store.Choices")
	w := v.where("")
	w.args = append(w.args, limit)
	err = v.rows("SELECT n, version, member_id, member_name, at, why FROM choice"+w.String()+" ORDER BY n DESC LIMIT ?", w.args, func(rs *sql.Rows) error {
		var c Choice
		err := rs.Scan(&c.N, &c.Version, &c.By, &c.ByName, &c.At, &c.Why)
		all = append(all, c)
		return err
	})
	return all, err
}

// AddDefinition stores a candidate; d.Rule is set, with a rule of its own when
// no other has its thresholds, which then has to be counted.
func (tx *Tx) AddDefinition(d Definition, f fact.Fact) (_ Definition, err error) {
	defer fault.Wrap(&err, "store.AddDefinition")
	if err := tx.HoldOrganisation(); err != nil { // versions and rules are numbered one after the other
		return d, err
	}
	if err := tx.row("SELECT COALESCE(MAX(version), 0) + 1 FROM definition WHERE org_id = ?", []any{tx.org}, &d.Version); err != nil {
		return d, err
	}
	if err := tx.giveRule(&d); err != nil {
		return d, err
	}
	d.State, d.At, d.By, d.ByName = Candidate, tx.now, tx.actor.Member, tx.actor.Name
	if _, err := tx.exec("INSERT INTO definition (org_id, version, rule, name, counts_potential, counts_former, state, member_id, member_name, made_at) VALUES ("+marks(10)+")",
		tx.org, d.Version, d.Rule, d.Name, d.Potential, d.Former, string(d.State), d.By, d.ByName, d.At); err != nil {
		return d, err
	}
	return d, tx.fact(tx.aboutDefinition(d, f))
}

func (tx *Tx) giveRule(d *Definition) error {
	g, err := tx.ring()
	if err != nil {
		return err
	}
	for _, r := range g.rules {
		if r.Thresholds == d.Definition.Rule() {
			d.Rule, d.Ready, d.Done = r.Number, r.Ready, r.Done
			return nil
		}
	}
	if err := tx.row("SELECT COALESCE(MAX(rule), 0) + 1 FROM rule WHERE org_id = ?", []any{tx.org}, &d.Rule); err != nil {
		return err
	}
	_, err = tx.exec("INSERT INTO rule (org_id, rule, min_purchases, loyal_min, loyal_months, quiet_months, other_counters, state, done) VALUES (?, ?, ?, ?, ?, ?, ?, 'counting', 0)",
		tx.org, d.Rule, d.MinPurchases, d.LoyalMin, d.LoyalMonths, d.QuietMonths, d.OtherCounters)
	return err
}

func (tx *Tx) aboutDefinition(d Definition, f fact.Fact) fact.Fact {
	f.Kind, f.Subject, f.Label = fact.Definition, id.Record(tx.org), d.Name
	return f
}

// ChooseDefinition makes a version the active one, instead of the one that is.
// after is the choice that held when it was made: ErrStale when somebody chose
// meanwhile.
func (tx *Tx) ChooseDefinition(d Definition, after int64, why string, f fact.Fact) (c Choice, err error) {
	defer fault.Wrap(&err, "store.ChooseDefinition(%d)", d.Version)
	if err := tx.HoldOrganisation(); err != nil {
		return c, err
	}
	var last int64
	if err := tx.row("SELECT COALESCE(MAX(n), 0) FROM choice WHERE org_id = ?", []any{tx.org}, &last); err != nil {
		return c, err
	}
	if last != after {
		return c, ErrStale
	}
	if _, err := tx.exec("UPDATE definition SET state = 'candidate' WHERE org_id = ? AND state = 'active'", tx.org); err != nil {
		return c, err
	}
	if err := tx.change1("UPDATE definition SET state = 'active' WHERE org_id = ? AND version = ? AND state = 'candidate'", tx.org, d.Version); err != nil {
		return c, err
	}
	c = Choice{N: last + 1, Version: d.Version, By: tx.actor.Member, ByName: tx.actor.Name, At: tx.now, Why: why}
	if _, err := tx.exec("INSERT INTO choice (org_id, n, version, member_id, member_name, at, why) VALUES ("+marks(7)+")", tx.org, c.N, c.Version, c.By, c.ByName, c.At, c.Why); err != nil {
		return c, err
	}
	return c, tx.fact(tx.aboutDefinition(d, f))
}

// RetireDefinition takes a candidate off the page; ErrStale when it is none. What
// was counted under its rule alone is dropped.
func (tx *Tx) RetireDefinition(d Definition, f fact.Fact) (err error) {
	defer fault.Wrap(&err, "store.RetireDefinition(%d)", d.Version)
	if err := tx.HoldOrganisation(); err != nil {
		return err
	}
	if err := tx.change1("UPDATE definition SET state = 'retired' WHERE org_id = ? AND version = ? AND state = 'candidate'", tx.org, d.Version); err != nil {
		return err
	}
	if _, err := tx.exec(`UPDATE rule SET state = 'dropped' WHERE org_id = ? AND rule = ?
		AND NOT EXISTS (SELECT 1 FROM definition d WHERE d.org_id = rule.org_id AND d.rule = rule.rule AND d.state <> 'retired')`, tx.org, d.Rule); err != nil {
		return err
	}
	return tx.fact(tx.aboutDefinition(d, f))
}

// Rules are those by which accounts are counted.
func (v *View) Rules() (_ []Rule, err error) {
	defer fault.Wrap(&err, "store.Rules")
	g, err := v.ring()
	return g.rules, err
}

// Counting are the rules under which not everything is counted yet.
func (v *View) Counting() (all []Rule, err error) {
	defer fault.Wrap(&err, "store.Counting")
	g, err := v.ring()
	for _, r := range g.rules {
		if !r.Ready {
			all = append(all, r)
		}
	}
	return all, err
}

// CountOn counts the next page of accounts under a rule, and says whether that
// was the last.
func (tx *Tx) CountOn(r Rule, limit int) (last bool, err error) {
	defer fault.Wrap(&err, "store.CountOn(%d)", r.Number)
	w := tx.where("")
	if !r.Place.IsZero() {
		w.and("id > ?", r.Place)
	}
	w.args = append(w.args, limit)
	var ids []id.Account
	err = tx.rows("SELECT id FROM account"+w.String()+" ORDER BY id LIMIT ?", w.args, func(rs *sql.Rows) error {
		var i id.Account
		err := rs.Scan(&i)
		ids = append(ids, i)
		return err
	})
	if err != nil {
		return false, err
	}
	state := "ready"
	if len(ids) == limit {
		state = "counting"
	}
	tx.Touch(ids)
	if len(ids) > 0 {
		r.Place = ids[len(ids)-1]
	}
	return state == "ready", tx.change1("UPDATE rule SET state = ?, place = ?, done = done + ? WHERE org_id = ? AND rule = ? AND state = 'counting'", state, r.Place, len(ids), tx.org, r.Number)
}

// Recount has all that is counted looked at again, as when the organisation's
// days begin elsewhere. It stays in use meanwhile.
func (tx *Tx) Recount() (err error) {
	defer fault.Wrap(&err, "store.Recount")
	_, err = tx.exec("UPDATE rule SET place = NULL, done = 0, state = 'counting' WHERE org_id = ? AND state <> 'dropped'", tx.org)
	return err
}

// DropRules takes rows away of rules that no definition has any more; done when
// there are none left.
func (tx *Tx) DropRules(limit int) (done bool, err error) {
	defer fault.Wrap(&err, "store.DropRules")
	for _, t := range []struct{ table, key string }{
		{"stay", "account_id, n"}, {"standing", "account_id"},
		{"flow", "grain, day, owner_id, team_id, came_from, phase, event"}, {"turnover", "grain, day, owner_id, team_id, phase, currency"},
	} {
		key := "(org_id, rule, " + t.key + ")"
		n, err := tx.exec("DELETE FROM "+t.table+" WHERE "+key+" IN (SELECT x.org_id, x.rule, x."+strings.ReplaceAll(t.key, ", ", ", x.")+" FROM "+t.table+
			" x WHERE x.org_id = ? AND x.rule IN (SELECT r.rule FROM rule r WHERE r.org_id = ? AND r.state = 'dropped') LIMIT ?)", tx.org, tx.org, limit)
		if err != nil || n > 0 {
			return false, err
		}
	}
	return true, nil
}

// Due are accounts that time alone moves on a day or earlier under a rule, and
// how many stays each had.
func (v *View) Due(rule int64, on day.Day, limit int) (stays map[id.Account]int, err error) {
	defer fault.Wrap(&err, "store.Due")
	stays = map[id.Account]int{}
	w := v.where("").and("rule = ?", rule).and("due <= ?", string(on))
	w.args = append(w.args, limit)
	err = v.rows("SELECT account_id, stays FROM standing"+w.String()+" ORDER BY due, account_id LIMIT ?", w.args, func(rs *sql.Rows) error {
		var i id.Account
		var n int
		err := rs.Scan(&i, &n)
		stays[i] = n
		return err
	})
	return stays, err
}

// EveryAccount is how many accounts there are, those in the bin too.
func (v *View) EveryAccount() (n int64, err error) {
	defer fault.Wrap(&err, "store.EveryAccount")
	w := v.where("")
	return Remembered(v, "every account", w.args, func() (n int64, err error) {
		return n, v.row("SELECT COUNT(*) FROM account"+w.String(), w.args, &n)
	})
}

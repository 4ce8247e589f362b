package store

import (
	"database/sql"
	"encoding/json"

	"kring/base/day"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/opportunity"
)

const pipelineColumns = "id, version, name, place, stages, won_name, lost_name, wins, losses, required_roles, silent_days, archived_at"

const mostPipelines = 200

// Pipelines are all pipelines, those in use first.
func (v *View) Pipelines() (all []opportunity.Pipeline, err error) {
	defer fault.Wrap(&err, "store.Pipelines")
	w := v.where("")
	w.args = append(w.args, mostPipelines)
	return v.pipelines(w, " ORDER BY CASE WHEN archived_at = 0 THEN 0 ELSE 1 END, place, id LIMIT ?")
}

// Pipeline is one pipeline.
func (v *View) Pipeline(i id.Pipeline) (p opportunity.Pipeline, err error) {
	defer fault.Wrap(&err, "store.Pipeline(%s)", i)
	return v.pipeline(v.where("").and("id = ?", i), "")
}

func (v *View) pipeline(w *where, rest string) (p opportunity.Pipeline, err error) {
	all, err := v.pipelines(w, rest)
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return p, err
	}
	return all[0], nil
}

// HoldPipeline is a pipeline whose stages stay as they are until this change is
// done; alter is for who changes them and waits for all others.
func (tx *Tx) HoldPipeline(i id.Pipeline, alter bool) (p opportunity.Pipeline, err error) {
	defer fault.Wrap(&err, "store.HoldPipeline(%s)", i)
	how := "KEY SHARE"
	if alter {
		how = "UPDATE"
	}
	return tx.pipeline(tx.where("").and("id = ?", i), tx.d.lock(how))
}

func (v *View) pipelines(w *where, rest string) (all []opportunity.Pipeline, err error) {
	err = v.rows("SELECT "+pipelineColumns+" FROM pipeline"+w.String()+rest, w.args, func(rs *sql.Rows) error {
		var p opportunity.Pipeline
		var stages, wins, losses, roles string
		if err := rs.Scan(&p.ID, &p.Version, &p.Name, &p.Place, &stages, &p.WonName, &p.LostName, &wins, &losses, &roles, &p.Silent, &p.Archived); err != nil {
			return err
		}
		for text, into := range map[*string]any{&stages: &p.Stages, &wins: &p.Wins, &losses: &p.Losses, &roles: &p.Roles} {
			if err := json.Unmarshal([]byte(*text), into); err != nil {
				return err
			}
		}
		all = append(all, p)
		return nil
	})
	return all, err
}

func pipelineRow(p opportunity.Pipeline) (row []any, err error) {
	var texts [4]string
	for i, make := range []func() (string, error){
		func() (string, error) { return listed(p.Stages) }, func() (string, error) { return listed(p.Wins) },
		func() (string, error) { return listed(p.Losses) }, func() (string, error) { return listed(p.Roles) },
	} {
		if texts[i], err = make(); err != nil {
			return nil, err
		}
	}
	return []any{p.Name, p.Place, texts[0], p.WonName, p.LostName, texts[1], texts[2], texts[3], p.Silent, p.Archived}, nil
}

// addFirstPipeline gives a new organisation the pipeline of the house, known by
// the organisation's own id.
func (tx *Tx) addFirstPipeline() error {
	return tx.addPipeline(opportunity.Default(id.Pipeline(tx.org)))
}

func (tx *Tx) addPipeline(p opportunity.Pipeline) error {
	row, err := pipelineRow(p)
	if err != nil {
		return err
	}
	_, err = tx.exec("INSERT INTO pipeline (org_id, id, version, name, place, stages, won_name, lost_name, wins, losses, required_roles, silent_days, archived_at) VALUES ("+marks(13)+")",
		append([]any{tx.org, p.ID, 1}, row...)...)
	return err
}

// AddPipeline stores a new pipeline.
func (tx *Tx) AddPipeline(p opportunity.Pipeline, f fact.Fact) (_ opportunity.Pipeline, err error) {
	defer fault.Wrap(&err, "store.AddPipeline")
	p.Version = 1
	if err := tx.addPipeline(p); err != nil {
		return p, err
	}
	return p, tx.fact(aboutPipeline(p, f))
}

// SavePipeline stores a changed pipeline; ErrStale when it was changed since p
// was read.
func (tx *Tx) SavePipeline(p opportunity.Pipeline, f fact.Fact) (_ opportunity.Pipeline, err error) {
	defer fault.Wrap(&err, "store.SavePipeline(%s)", p.ID)
	row, err := pipelineRow(p)
	if err != nil {
		return p, err
	}
	if err := tx.change1("UPDATE pipeline SET version = version + 1, (name, place, stages, won_name, lost_name, wins, losses, required_roles, silent_days, archived_at) = ("+marks(10)+") WHERE org_id = ? AND id = ? AND version = ?",
		append(row, tx.org, p.ID, p.Version)...); err != nil {
		return p, err
	}
	p.Version++
	return p, tx.fact(aboutPipeline(p, f))
}

func aboutPipeline(p opportunity.Pipeline, f fact.Fact) fact.Fact {
	f.Kind, f.Subject, f.Label = fact.Pipeline, p.ID.Any(), p.Name
	return f
}

// InStage is how many open opportunities stand in a stage; "" asks for all
// stages of the pipeline.
func (v *View) InStage(p id.Pipeline, stage string) (n int, err error) {
	defer fault.Wrap(&err, "store.InStage(%s)", stage)
	w := v.where("").and("pipeline_id = ?", p).and("state = 'open'")
	if stage != "" {
		w.and("stage = ?", stage)
	}
	err = v.row("SELECT COUNT(*) FROM opportunity"+w.String(), w.args, &n)
	return n, err
}

// SomeInStage are some opportunities that stand open in a stage.
func (v *View) SomeInStage(p id.Pipeline, stage string, limit int) (_ []opportunity.Opportunity, err error) {
	defer fault.Wrap(&err, "store.SomeInStage(%s)", stage)
	w := v.where("k").and("k.pipeline_id = ?", p).and("k.stage = ?", stage).and("k.state = 'open'")
	w.args = append(w.args, limit)
	return v.opportunities(w, " ORDER BY k.close_day, k.id LIMIT ?")
}

// ClearStage moves all open opportunities of a stage to another, some at a time;
// each gets a fact.
func (tx *Tx) ClearStage(p id.Pipeline, from, to string, today day.Day, f fact.Fact) (err error) {
	defer fault.Wrap(&err, "store.ClearStage(%s)", from)
	const some = 200
	for {
		all, err := tx.SomeInStage(p, from, some)
		if err != nil || len(all) == 0 {
			return err
		}
		told := make([]fact.Fact, len(all))
		ids := make([]id.Opportunity, len(all))
		for i, o := range all {
			next := o
			next.Stage, next.Entered = to, today
			ids[i] = o.ID
			one := f
			one.Changes = opportunity.Diff(o, next)
			told[i] = aboutOpportunity(o, one)
		}
		in := " AND opportunity_id IN (" + marks(len(ids)) + ")"
		for _, o := range all { // how long each was there differs
			if _, err := tx.exec("UPDATE opportunity_stay SET until_day = ?, days = ? WHERE org_id = ? AND opportunity_id = ? AND until_day = ''", string(today), spent(o.Entered, today), tx.org, o.ID); err != nil {
				return err
			}
		}
		if _, err := tx.exec(`INSERT INTO opportunity_stay (org_id, opportunity_id, n, pipeline_id, stage, from_day, until_day, days)
			SELECT org_id, opportunity_id, MAX(n) + 1, ?, ?, ?, '', 0 FROM opportunity_stay WHERE org_id = ?`+in+" GROUP BY org_id, opportunity_id",
			append([]any{p, to, string(today), tx.org}, anys(ids)...)...); err != nil {
			return err
		}
		if _, err := tx.exec("UPDATE opportunity SET version = version + 1, stage = ?, entered_day = ?, updated_at = ? WHERE org_id = ? AND id IN ("+marks(len(ids))+")",
			append([]any{to, string(today), tx.now, tx.org}, anys(ids)...)...); err != nil {
			return err
		}
		if err := tx.recordAll(told); err != nil {
			return err
		}
	}
}

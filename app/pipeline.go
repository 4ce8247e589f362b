package app

import (
	"context"
	"slices"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/member"
	"kring/domain/opportunity"
	"kring/store"
)

// Pipelines are all pipelines, those in use first.
func (a *App) Pipelines(ctx context.Context, who Who) (all []opportunity.Pipeline, err error) {
	err = a.peek(ctx, who, member.OpportunityRead, func(v *store.View) error {
		all, err = store.Remembered(v, "pipelines", nil, v.Pipelines)
		return err
	})
	return all, err
}

// Pipeline is one pipeline.
func (a *App) Pipeline(ctx context.Context, who Who, i id.Pipeline) (p opportunity.Pipeline, err error) {
	err = a.peek(ctx, who, member.OpportunityRead, func(v *store.View) error {
		p, err = v.Pipeline(i)
		return err
	})
	return p, err
}

// AddPipelineOnce makes another pipeline; what it leaves out is as in the house's.
// For a form that may be sent twice: the second time it is there.
func (a *App) AddPipelineOnce(ctx context.Context, who Who, i id.Pipeline, p opportunity.Pipeline) (made opportunity.Pipeline, err error) {
	err = a.write(ctx, who, member.PipelineSet, func(tx *store.Tx) error {
		all, err := tx.Pipelines()
		if err != nil {
			return err
		}
		if at := slices.IndexFunc(all, func(q opportunity.Pipeline) bool { return q.ID == i }); at >= 0 {
			made = all[at]
			return nil
		}
		house := opportunity.Default(i)
		house.Name, house.Place = p.Name, 1
		for _, q := range all {
			house.Place = max(house.Place, q.Place+1)
		}
		if len(p.Stages) > 0 {
			house.Stages = p.Stages
		}
		if made, err = house.Check(); err != nil {
			return err
		}
		made, err = tx.AddPipeline(made, fact.Fact{Deed: "pipeline.made", Changes: opportunity.PipelineDiff(opportunity.Pipeline{}, made)})
		return err
	})
	return made, err
}

// SavePipeline puts other stages and lists in a pipeline. A stage that goes and
// has open opportunities in it needs a stage that they go to: goes is that, by
// key.
func (a *App) SavePipeline(ctx context.Context, who Who, version int64, p opportunity.Pipeline, goes map[string]string) (saved opportunity.Pipeline, err error) {
	err = a.write(ctx, who, member.PipelineSet, func(tx *store.Tx) error {
		was, err := tx.HoldPipeline(p.ID, true)
		if err != nil {
			return err
		}
		if err := asRead(was, was.Version, version); err != nil {
			return err
		}
		next := p
		next.Version, next.Place, next.Archived = was.Version, was.Place, was.Archived
		if next, err = next.Check(); err != nil {
			return err
		}
		if err := a.empty(tx, who, was, next, goes); err != nil {
			return err
		}
		changes := opportunity.PipelineDiff(was, next)
		if saved = was; len(changes) == 0 {
			return nil
		}
		saved, err = tx.SavePipeline(next, fact.Fact{Deed: "pipeline.changed", Changes: changes})
		return err
	})
	return saved, err
}

// empty moves the opportunities out of the stages that go.
func (a *App) empty(tx *store.Tx, who Who, was, next opportunity.Pipeline, goes map[string]string) error {
	wrong := fault.Fields{}
	for _, key := range opportunity.Gone(was, next) {
		n, err := tx.InStage(was.ID, key)
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		to := goes[key]
		if to == "" {
			wrong.Add("goes."+key, opportunity.ErrFull.With(fault.Params{"n": n}))
			continue
		}
		if _, stays := next.Stage(to); !stays {
			wrong.Add("goes."+key, opportunity.ErrWhere)
			continue
		}
		if err := tx.ClearStage(was.ID, key, to, a.Today(who), fact.Fact{Deed: "opportunity.moved", Why: "pipeline.stage", Evidence: was.ID.String()}); err != nil {
			return err
		}
	}
	return wrong.Err()
}

// ArchivePipeline puts a pipeline out of use, or into it again. The last one, and
// one in which opportunities are open, stays.
func (a *App) ArchivePipeline(ctx context.Context, who Who, i id.Pipeline, version int64, archive bool) (p opportunity.Pipeline, err error) {
	err = a.write(ctx, who, member.PipelineSet, func(tx *store.Tx) error {
		if p, err = tx.HoldPipeline(i, true); err != nil {
			return err
		}
		if err := asRead(p, p.Version, version); err != nil {
			return err
		}
		if archive == (p.Archived != 0) {
			return nil
		}
		next, deed := p, "pipeline.revived"
		if next.Archived = 0; archive {
			if err := idle(tx, i); err != nil {
				return err
			}
			next.Archived, deed = tx.Now(), "pipeline.archived"
		}
		p, err = tx.SavePipeline(next, fact.Fact{Deed: deed, Changes: opportunity.PipelineDiff(p, next)})
		return err
	})
	return p, err
}

// idle says why a pipeline cannot go out of use.
func idle(tx *store.Tx, i id.Pipeline) error {
	all, err := tx.Pipelines()
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(q opportunity.Pipeline) bool { return q.ID != i && q.Archived == 0 }) {
		return opportunity.ErrLast
	}
	n, err := tx.InStage(i, "")
	if err == nil && n > 0 {
		err = opportunity.ErrInUse
	}
	return err
}

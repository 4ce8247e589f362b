package app_test

import (
	"errors"
	"testing"

	"kring/app"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/money"
	"kring/base/opt"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/opportunity"
	"kring/domain/order"
)

func euros(n int64) money.Money { return money.Money{Cents: n * 100, Currency: "EUR"} }

// TestOpportunity walks one chance from a need to an order.
func TestOpportunity(t *testing.T) {
	t.Parallel()
	both(t, func(h *house) {
		ctx := h.Context()
		acc, err := h.a.AddAccount(ctx, h.admin, account.Draft{Name: "Zorggroep De Linden"})
		h.must(err)
		inge, err := h.a.AddContact(ctx, h.admin, contact.Draft{Given: "Inge", Family: "Verbeek", Accounts: []contact.Link{{Account: acc.ID}}})
		h.must(err)
		once := id.New[id.Opportunity]()
		o, err := h.a.AddOpportunityOnce(ctx, h.admin, once, opportunity.Draft{Account: acc.ID, Name: "Locatie Zuid, 6 machines", Value: euros(32_800), Close: "2026-12-18"})
		h.must(err)
		if again, err := h.a.AddOpportunityOnce(ctx, h.admin, once, opportunity.Draft{Account: acc.ID, Name: "Locatie Zuid, 6 machines"}); err != nil || again.ID != o.ID || again.Value != o.Value {
			h.Errorf("sent twice: %+v %v", again, err)
		}
		if o.Stage != "need" || o.Owner != h.admin.Member.ID || o.Opened != "2026-11-23" {
			h.Errorf("%+v", o)
		}
		_, err = h.a.MoveOpportunity(ctx, h.admin, o.ID, o.Version, "proposal", app.Answer{})
		if f, ok := fault.From(err); !ok || !errors.Is(f.Fields["need"], opportunity.ErrNeed) || !errors.Is(f.Fields["decider"], opportunity.ErrDecider) {
			h.Fatalf("a stage asks nothing: %v", err)
		}
		o, err = h.a.MoveOpportunity(ctx, h.admin, o.ID, o.Version, "proposal", app.Answer{Patch: opportunity.Patch{Need: opt.Some("Koffie op elke etage.")}, Decider: inge.ID})
		h.must(err)
		if o.Stage != "proposal" {
			h.Errorf("%+v", o)
		}
		_, err = h.a.MoveOpportunity(ctx, h.admin, o.ID, o.Version-1, "quote", app.Answer{})
		var stale *app.Stale[opportunity.Opportunity]
		if !errors.As(err, &stale) || stale.Now.Version != o.Version {
			h.Errorf("moved what somebody else moved: %v", err)
		}
		_, err = h.a.WinOpportunity(ctx, h.admin, o.ID, o.Version, id.Order{}, "", "")
		if f, ok := fault.From(err); !ok || !errors.Is(f.Fields["order"], opportunity.ErrEvidence) {
			h.Errorf("won by a click: %v", err)
		}
		other, err := h.a.AddAccount(ctx, h.admin, account.Draft{Name: "Theater De Kade"})
		h.must(err)
		foreign, err := h.a.PlaceOrder(ctx, h.admin, order.Draft{Account: other.ID, Day: "2026-11-23", Amount: euros(100)})
		h.must(err)
		_, err = h.a.WinOpportunity(ctx, h.admin, o.ID, o.Version, foreign.ID, "", "")
		if f, ok := fault.From(err); !ok || !errors.Is(f.Fields["order"], opportunity.ErrEvidence) {
			h.Errorf("won on the order of another: %v", err)
		}
		sold, err := h.a.PlaceOrder(ctx, h.admin, order.Draft{Account: acc.ID, Day: "2026-11-23", Amount: euros(32_800)})
		h.must(err)
		won, err := h.a.WinOpportunity(ctx, h.admin, o.ID, o.Version, sold.ID, "service", "")
		h.must(err)
		if won.State != opportunity.Won || won.Closed != "2026-11-23" || won.Order != sold.ID {
			h.Errorf("%+v", won)
		}
		if again, err := h.a.WinOpportunity(ctx, h.admin, o.ID, o.Version+1, sold.ID, "", ""); err != nil || again.Version != won.Version {
			h.Errorf("won twice: %+v %v", again, err)
		}
		_, err = h.a.ReopenOpportunity(ctx, h.admin, won.ID, 0)
		h.refused(err, opportunity.ErrStands)
		_, err = h.a.CancelOrder(ctx, h.admin, sold.ID, 0, "Dubbel")
		h.must(err)
		back, err := h.a.ReopenOpportunity(ctx, h.admin, won.ID, 0)
		h.must(err)
		lost, err := h.a.LoseOpportunity(ctx, h.admin, back.ID, back.Version, "timing", "Contract loopt tot 2028.")
		h.must(err)
		if lost.State != opportunity.Lost || lost.Stage != "proposal" {
			h.Errorf("%+v", lost)
		}
	})
}

// TestPipeline: a stage in which opportunities stand goes only when it is said
// where they go; the last pipeline, and one in use, stays.
func TestPipeline(t *testing.T) {
	t.Parallel()
	both(t, func(h *house) {
		ctx := h.Context()
		acc, err := h.a.AddAccount(ctx, h.admin, account.Draft{Name: "Rederij Noordzij"})
		h.must(err)
		o, err := h.a.AddOpportunity(ctx, h.admin, opportunity.Draft{Account: acc.ID, Name: "Koffie aan boord", Value: euros(34_000)})
		h.must(err)
		all, err := h.a.Pipelines(ctx, h.admin)
		h.must(err)
		p := all[0]
		_, err = h.a.ArchivePipeline(ctx, h.admin, p.ID, 0, true)
		h.refused(err, opportunity.ErrLast)
		second, err := h.a.AddPipelineOnce(ctx, h.admin, id.New[id.Pipeline](), opportunity.Pipeline{Name: "Service"})
		h.must(err)
		_, err = h.a.ArchivePipeline(ctx, h.admin, p.ID, 0, true)
		h.refused(err, opportunity.ErrInUse)
		p.Stages = append([]opportunity.Stage{{Name: "Verkennen", Chance: 1000}}, p.Stages[1:]...)
		_, err = h.a.SavePipeline(ctx, h.admin, p.Version, p, nil)
		if f, ok := fault.From(err); !ok || !errors.Is(f.Fields["goes.need"], opportunity.ErrFull) {
			h.Fatalf("a stage went with what stood in it: %v", err)
		}
		_, err = h.a.SavePipeline(ctx, h.admin, p.Version, p, map[string]string{"need": "need"})
		if f, ok := fault.From(err); !ok || !errors.Is(f.Fields["goes.need"], opportunity.ErrWhere) {
			h.Fatalf("moved to a stage that goes: %v", err)
		}
		saved, err := h.a.SavePipeline(ctx, h.admin, p.Version, p, map[string]string{"need": "verkennen"})
		h.must(err)
		if saved.Stages[0].Key != "verkennen" || saved.Version != p.Version+1 {
			h.Errorf("%+v", saved)
		}
		if o, err = h.a.Opportunity(ctx, h.admin, o.ID); err != nil || o.Stage != "verkennen" || o.Version != 2 {
			h.Errorf("%+v %v", o, err)
		}
		_, err = h.a.SavePipeline(ctx, h.admin, p.Version, p, nil)
		var stale *app.Stale[opportunity.Pipeline]
		if !errors.As(err, &stale) {
			h.Errorf("changed what somebody else changed: %v", err)
		}
		if second, err = h.a.ArchivePipeline(ctx, h.admin, second.ID, 0, true); err != nil || second.Archived == 0 {
			h.Errorf("%+v %v", second, err)
		}
		_, err = h.a.AddOpportunity(ctx, h.admin, opportunity.Draft{Account: acc.ID, Pipeline: second.ID, Name: "Nieuw"})
		if f, ok := fault.From(err); !ok || !errors.Is(f.Fields["pipeline"], opportunity.ErrArchived) {
			h.Errorf("into an archived one: %v", err)
		}
	})
}

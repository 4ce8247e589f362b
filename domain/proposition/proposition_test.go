package proposition_test

import (
	"errors"
	"testing"

	"kring/base/day"
	"kring/base/fault"
	"kring/domain/proposition"
)

const today = day.Day("2026-11-23")

func good() proposition.Proposition {
	return proposition.Proposition{
		Name: "Koffie die nooit stilvalt", State: proposition.Active, TestedWith: 6,
		Items: []proposition.Item{
			{Kind: "job", Text: "gasten ontvangen", Importance: 5, Answer: "machine"},
			{Kind: "pain", Text: "storing in het weekend", Importance: 9, Answer: "leenmachine binnen 24 uur", Proof: "11 van 12 op tijd", Until: "2027-01-01"},
			{Kind: "gain", Text: "minder afval", Importance: 3},
		},
		Reference: 20_000_00, Plus: []proposition.Amount{{Name: "minder stilstand", Cents: 9_000_00}}, Minus: []proposition.Amount{{Name: "omleren", Cents: 3_000_00}}, Price: 23_000_00,
		Purchase: 10_000_00, Install: 2_000_00, Yearly: 1_000_00, Years: 5, Residual: 500_00, Saving: 4_000_00,
	}
}

// TestFigures: EVC 26,000, gain 3,000 (domain.md §2.18), fit, TCO, payback.
func TestFigures(t *testing.T) {
	t.Parallel()
	p := good()
	if p.Worth() != 26_000_00 || p.Gain() != 3_000_00 {
		t.Error(p.Worth(), p.Gain())
	}
	if fit, ok := p.Fit(); fit != 7500 || !ok {
		t.Error(fit, ok)
	}
	if p.Owning() != 16_500_00 {
		t.Error(p.Owning())
	}
	if years, ok := p.Payback(); years != 300 || !ok {
		t.Error(years, ok)
	}
	if _, ok := (proposition.Proposition{}).Payback(); ok {
		t.Error("nothing is saved")
	}
	if _, ok := (proposition.Proposition{}).Fit(); ok {
		t.Error("nothing fits nothing")
	}
	if got := p.Unanswered(); len(got) != 1 || got[0].Text != "minder afval" {
		t.Errorf("%+v", got)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*proposition.Proposition)
		field  string
		want   error
	}{
		"proved":       {func(p *proposition.Proposition) { p.Items = p.Items[1:] }, "", nil},
		"no proof":     {func(*proposition.Proposition) {}, "state", proposition.ErrUnproved},
		"old proof":    {func(p *proposition.Proposition) { p.Items = p.Items[1:]; p.Items[0].Until = "2026-11-22" }, "state", proposition.ErrUnproved},
		"untested":     {func(p *proposition.Proposition) { p.TestedWith = 0 }, "tested_with", proposition.ErrUntested},
		"no name":      {func(p *proposition.Proposition) { p.Name = "" }, "name", proposition.ErrName},
		"importance":   {func(p *proposition.Proposition) { p.Items[0].Importance = 11 }, "items.0.importance", proposition.ErrImportance},
		"no text":      {func(p *proposition.Proposition) { p.Items[0].Text = "" }, "items.0.text", proposition.ErrItem},
		"minus":        {func(p *proposition.Proposition) { p.Price = -1 }, "price", proposition.ErrAmount},
		"a long time":  {func(p *proposition.Proposition) { p.Years = 51 }, "years", proposition.ErrYears},
		"no such step": {func(p *proposition.Proposition) { p.State = "done" }, "state", proposition.ErrState},
	} {
		p := good()
		c.change(&p)
		_, err := p.Check(today)
		f, _ := fault.From(err)
		if c.want == nil && err != nil || c.want != nil && (f == nil || !errors.Is(f.Fields[c.field], c.want)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

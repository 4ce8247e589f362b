package app_test

import (
	"reflect"
	"testing"

	"kring/app"
	"kring/base/fact"
	"kring/domain/account"
	"kring/domain/intake"
	"kring/domain/product"
	"kring/domain/quote"
	"kring/kit"
	"kring/store"
)

// TestImportProducts: a catalogue without codes of its own is known by its names;
// taking back keeps what was offered.
func TestImportProducts(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		h := newImporter(t, db)
		file := "product,series,sales_price\nGTX Basic,GTX,550\nGTX Pro,GTX,4821\nMG Special,MG,55\ngtx pro,GTX,1\nKapot,GTX,veel\n"
		want := intake.Tally{Rows: 5, Created: 3, Refused: 2, Reasons: map[string]int64{"intake.repeat": 1, "number.invalid": 1}}
		in := h.check(h.upload(fact.Product, file, intake.Options{}, nil))
		if !reflect.DeepEqual(in.Check, want) {
			t.Errorf("the dry run says %+v", in.Check)
		}
		in = h.run(h.upload(fact.Product, file, intake.Options{}, nil))
		if !reflect.DeepEqual(in.Run, want) || in.Inform != "" {
			t.Errorf("the run says %+v", in.Run)
		}
		by := func() map[string]product.Product {
			all, err := h.w.App.Products(t.Context(), h.who, app.ProductQuery{Limit: 100})
			h.must(err)
			found := map[string]product.Product{}
			for _, p := range all {
				found[p.Code] = p
			}
			return found
		}
		if p := by()["GTX Pro"]; len(by()) != 3 || p.Price != 4821_00 || p.Category != "GTX" || p.VAT != "high" || !p.Active {
			t.Errorf("%+v", by())
		}
		if again := h.run(h.upload(fact.Product, "product,series,sales_price\nGTX Basic,GTX,550\nGTX Pro,GTX,5000\nMG Nieuw,MG,10\n", intake.Options{Key: "name_nl", Mode: intake.Both}, nil)); again.Run.Same != 1 || again.Run.Updated != 1 || again.Run.Created != 1 {
			t.Errorf("again: %+v", again.Run)
		} else if back := h.undo(again); back.Undo != (intake.Taken{Restored: 1, Erased: 1}) || by()["GTX Pro"].Price != 4821_00 {
			t.Errorf("taken back: %+v", back.Undo)
		}
		acc, err := h.w.App.AddAccount(t.Context(), h.who, account.Draft{Name: "Linden"})
		h.must(err)
		_, err = h.w.App.AddQuote(t.Context(), h.who, quote.Text{Account: acc.ID, Lines: []quote.Line{{Product: by()["GTX Basic"].ID, Quantity: 1000, Unit: app.Unpriced}}})
		h.must(err)
		if back := h.undo(in); back.Undo.Kept != 2 || back.Undo.Erased != 1 { // one offered, one changed and put back since
			t.Errorf("the first taken back: %+v %+v", back.Undo, by())
		}
	})
}

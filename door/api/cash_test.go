package api_test

import (
	"fmt"
	"strings"

	"kring/app"
	"kring/base/id"
	"kring/base/money"
	"kring/base/opt"
	"kring/base/reach"
	"kring/domain/account"
	"kring/domain/contract"
	"kring/domain/invoice"
	"kring/domain/order"
	"kring/domain/organisation"
)

// cash makes an order, an invoice, a contract or money from the bank, and gives
// its id.
func (h *house) cash(kind string, admin app.Who, at func() account.Account) string {
	h.t.Helper()
	ctx := h.t.Context()
	if admin.Org.Settings.Seller.Name == "" {
		o, err := h.App.SaveSeller(ctx, admin, admin.Org.Version, organisation.Seller{Name: "Zaak B.V.", Street: "Kade 1", City: "Utrecht", VatID: "NL004495445B01", IBAN: "NL91ABNA0417164300"})
		if err == nil {
			admin.Org = o
		} else { // somebody did so before
			admin.Org.Settings.Seller = organisation.Seller{Name: "Zaak B.V.", Street: "Kade 1", City: "Utrecht", VatID: "NL004495445B01", IBAN: "NL91ABNA0417164300"}
		}
	}
	if kind == "entry" {
		n := unique()
		text := fmt.Sprintf(`<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt><Acct><Id><IBAN>NL91ABNA0417164300</IBAN></Id></Acct><Ntry><Amt Ccy="EUR">12.00</Amt>`+
			`<CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-20</Dt></BookgDt><AcctSvcrRef>%s</AcctSvcrRef></Ntry></Stmt></BkToCstmrStmt></Document>`, n)
		f, err := h.App.ReadBank(ctx, admin, n, strings.NewReader(text))
		h.must(err)
		for after := (id.Record{}); ; {
			b, err := h.App.Bank(ctx, admin, "open", after, 200)
			h.must(err)
			for _, e := range b.Entries {
				if after = e.ID; e.File == f.ID {
					return e.ID.String()
				}
			}
		}
	}
	a := at()
	a, err := h.App.ChangeAccount(ctx, admin, a.ID, a.Version, account.Patch{Addresses: opt.Some(reach.Addresses{{Street: "Laan", Number: "2", City: "Zeist"}})})
	h.must(err)
	if kind == "contract" {
		c, err := h.App.SignContract(ctx, admin, id.New[id.Contract](), contract.Draft{
			Account: a.ID, Title: "Onderhoud", Starts: "2026-11-01", Term: 12, Renewal: contract.Ends, Amount: money.Money{Cents: 1000, Currency: "EUR"}, Period: contract.Year,
		})
		h.must(err)
		return c.ID.String()
	}
	if kind == "draft" || kind == "invoice" {
		n, err := h.App.DraftInvoice(ctx, admin, id.New[id.Invoice](), app.InvoiceDraft{Account: a.ID, Currency: "EUR", Lines: []invoice.Line{{Text: "Werk", Quantity: 1000, Unit: 1000}}})
		h.must(err)
		if kind == "invoice" {
			_, err = h.App.SendInvoice(ctx, admin, n.ID, 0)
			h.must(err)
		}
		return n.ID.String()
	}
	o, err := h.App.PlaceOrder(ctx, admin, order.Draft{Account: a.ID, Day: "2026-11-01", Amount: money.Money{Currency: "EUR"}, Lines: []order.Line{{Text: "Bonen", Quantity: 2000, Unit: 1000}}})
	h.must(err)
	switch kind {
	case "held":
		_, err = h.App.SetCreditLimit(ctx, admin, a.ID, 0, "")
		h.must(err)
		_, err = h.App.CheckCredit(ctx, admin, o.ID, 0)
		h.must(err)
	case "delivered":
		_, err = h.App.Deliver(ctx, admin, o.ID, 0, order.Delivery{ID: id.New[id.Record](), Day: "2026-11-10", Lines: []order.Moved{{Line: 1, Quantity: 1000}}, Intact: true})
		h.must(err)
	}
	return o.ID.String()
}

package ubl_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"math/big"
	"strings"
	"testing"

	"kring/base/id"
	"kring/domain/invoice"
	"kring/paper/ubl"
)

// node is any element, read back.
type node struct {
	Name  xml.Name
	Text  string
	Attrs map[string]string
	Kids  []*node
}

func parse(t testing.TB, text []byte) *node {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(text))
	top := &node{}
	stack := []*node{top}
	for {
		tok, err := d.Token()
		if tok == nil {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := tok.(type) {
		case xml.StartElement:
			n := &node{Name: e.Name, Attrs: map[string]string{}}
			for _, a := range e.Attr {
				n.Attrs[a.Name.Local] = a.Value
			}
			last := stack[len(stack)-1]
			last.Kids, stack = append(last.Kids, n), append(stack, n)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			stack[len(stack)-1].Text += strings.TrimSpace(string(e))
		}
	}
	return top.Kids[0]
}

func (n *node) all(path string) (found []*node) {
	name, rest, more := strings.Cut(path, "/")
	for _, k := range n.Kids {
		if k.Name.Local != name {
			continue
		}
		if !more {
			found = append(found, k)
		} else {
			found = append(found, k.all(rest)...)
		}
	}
	return found
}

func (n *node) get(path string) string {
	if all := n.all(path); len(all) > 0 {
		return all[0].Text
	}
	return ""
}

func num(s string) *big.Rat {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return big.NewRat(-999_999_999, 1)
	}
	return r
}

func sum(all []*node) *big.Rat {
	s := new(big.Rat)
	for _, n := range all {
		s.Add(s, num(n.Text))
	}
	return s
}

// cents rounds half away from zero to two decimals.
func cents(r *big.Rat) *big.Rat { return num(r.FloatString(2)) }

// complaints are the rules of EN 16931 and Peppol that a document breaks, written
// from the text of the rules.
func complaints(root *node) (said []string) {
	rule := func(ok bool, name string) {
		if !ok {
			said = append(said, name)
		}
	}
	line, quantity, kind := "InvoiceLine", "InvoicedQuantity", "InvoiceTypeCode"
	if root.Name.Local == "CreditNote" {
		line, quantity, kind = "CreditNoteLine", "CreditedQuantity", "CreditNoteTypeCode"
	}
	lines, subs := root.all(line), root.all("TaxTotal/TaxSubtotal")
	total := func(name string) *big.Rat { return num(root.get("LegalMonetaryTotal/" + name)) }
	rule(root.get("CustomizationID") != "", "BR-01")
	rule(root.get("ID") != "", "BR-02")
	rule(root.get("IssueDate") != "", "BR-03")
	rule(root.get(kind) != "", "BR-04")
	rule(len(root.get("DocumentCurrencyCode")) == 3, "BR-05")
	rule(root.get("AccountingSupplierParty/Party/PartyLegalEntity/RegistrationName") != "", "BR-06")
	rule(root.get("AccountingCustomerParty/Party/PartyLegalEntity/RegistrationName") != "", "BR-07")
	rule(root.get("AccountingSupplierParty/Party/PostalAddress/Country/IdentificationCode") != "", "BR-09")
	rule(root.get("AccountingCustomerParty/Party/PostalAddress/Country/IdentificationCode") != "", "BR-11")
	rule(len(lines) > 0, "BR-16")
	rule(root.get("BuyerReference") != "" || root.get("OrderReference/ID") != "", "PEPPOL-EN16931-R003")
	rule(root.get("AccountingSupplierParty/Party/EndpointID") != "", "PEPPOL-EN16931-R020")
	rule(total("LineExtensionAmount").Cmp(sum(root.all(line+"/LineExtensionAmount"))) == 0, "BR-CO-10")
	rule(len(root.all("AllowanceCharge")) == 0, "BR-CO-11 and 12: none on this level")
	rule(total("TaxExclusiveAmount").Cmp(total("LineExtensionAmount")) == 0, "BR-CO-13")
	rule(num(root.get("TaxTotal/TaxAmount")).Cmp(sum(root.all("TaxTotal/TaxSubtotal/TaxAmount"))) == 0, "BR-CO-14")
	rule(new(big.Rat).Add(total("TaxExclusiveAmount"), num(root.get("TaxTotal/TaxAmount"))).Cmp(total("TaxInclusiveAmount")) == 0, "BR-CO-15")
	rule(total("PayableAmount").Cmp(total("TaxInclusiveAmount")) == 0, "BR-CO-16")
	rule(len(subs) > 0, "BR-CO-18")
	rule(root.Name.Local == "CreditNote" || root.get("DueDate") != "", "BR-CO-25")
	seen := map[string]bool{}
	seller, buyer := root.get("AccountingSupplierParty/Party/PartyTaxScheme/CompanyID"), root.get("AccountingCustomerParty/Party/PartyTaxScheme/CompanyID")
	for _, s := range subs {
		c, rate := s.get("TaxCategory/ID"), s.get("TaxCategory/Percent")
		key := c + " " + rate
		rule(!seen[key], "one breakdown for "+key)
		seen[key] = true
		taxable, tax := num(s.get("TaxableAmount")), num(s.get("TaxAmount"))
		if rate != "" {
			rule(cents(new(big.Rat).Mul(taxable, new(big.Rat).Quo(num(rate), big.NewRat(100, 1)))).Cmp(tax) == 0, "BR-CO-17")
		}
		of := new(big.Rat)
		for _, l := range lines {
			if l.get("Item/ClassifiedTaxCategory/ID") == c && l.get("Item/ClassifiedTaxCategory/Percent") == rate {
				of.Add(of, num(l.get("LineExtensionAmount")))
			}
		}
		rule(of.Cmp(taxable) == 0, "BR-"+c+"-08")
		reason := s.get("TaxCategory/TaxExemptionReason") + s.get("TaxCategory/TaxExemptionReasonCode")
		switch c {
		case "S":
			rule(num(rate).Sign() > 0, "BR-S-05")
			rule(reason == "", "BR-S-10")
			rule(seller != "", "BR-S-02")
		case "Z":
			rule(tax.Sign() == 0, "BR-Z-09")
			rule(reason == "", "BR-Z-10")
			rule(seller != "", "BR-Z-02")
		case "E":
			rule(tax.Sign() == 0, "BR-E-09")
			rule(reason != "", "BR-E-10")
			rule(seller != "", "BR-E-02")
		case "AE":
			rule(tax.Sign() == 0, "BR-AE-09")
			rule(reason != "", "BR-AE-10")
			rule(seller != "" && buyer != "", "BR-AE-02")
		case "O":
			rule(tax.Sign() == 0 && rate == "", "BR-O-09")
			rule(reason != "", "BR-O-10")
			rule(seller == "" && buyer == "", "BR-O-02")
			rule(len(subs) == 1, "BR-O-11")
		default:
			rule(false, "BR-CL-17")
		}
	}
	ids := map[string]bool{}
	for _, l := range lines {
		rule(l.get("ID") != "" && !ids[l.get("ID")], "BR-21, and a unique id")
		ids[l.get("ID")] = true
		rule(l.get(quantity) != "", "BR-22")
		rule(l.all(quantity)[0].Attrs["unitCode"] != "", "BR-23")
		rule(l.get("Item/Name") != "", "BR-25")
		rule(num(l.get("Price/PriceAmount")).Sign() >= 0, "BR-27")
		rule(seen[l.get("Item/ClassifiedTaxCategory/ID")+" "+l.get("Item/ClassifiedTaxCategory/Percent")], "BR-S-01 and its like")
		base := big.NewRat(1, 1)
		if b := l.get("Price/BaseQuantity"); b != "" {
			base = num(b)
		}
		want := new(big.Rat).Mul(num(l.get(quantity)), new(big.Rat).Quo(num(l.get("Price/PriceAmount")), base))
		want = cents(want)
		want.Sub(want, sum(l.all("AllowanceCharge/Amount")))
		rule(want.Cmp(num(l.get("LineExtensionAmount"))) == 0, "PEPPOL-EN16931-R120 "+l.get("Item/Name"))
		for _, a := range l.all("AllowanceCharge") {
			rule(a.get("AllowanceChargeReasonCode") != "" && num(a.get("Amount")).Sign() >= 0, "BR-42")
		}
	}
	return append(said, empty(root)...)
}

func empty(n *node) (said []string) {
	if n.Text == "" && len(n.Kids) == 0 {
		said = append(said, "PEPPOL-EN16931-R008 "+n.Name.Local)
	}
	for _, k := range n.Kids {
		said = append(said, empty(k)...)
	}
	return said
}

var (
	seller = invoice.Party{Name: "Brandt & Zoon B.V.", Street: "Kade 1", Postcode: "3511 AA", City: "Utrecht", Country: "NL", VatID: "NL004495445B01", KvK: "12345678", IBAN: "NL91ABNA0417164300", Email: "a@brandt.example"}
	buyer  = invoice.Party{Name: "Lunchroom <De Linden>", Street: "Laan 2", Postcode: "3701 AB", City: "Zeist", Country: "NL", VatID: "NL004495445B02", KvK: "87654321"}
)

func line(what invoice.What, text string, quantity, unit, discount, cents int64, c invoice.Category, rate int64) invoice.Line {
	return invoice.Line{What: what, Text: text, Quantity: quantity, Unit: unit, Discount: discount, Cents: cents, Category: c, Rate: rate}
}

func sent(t testing.TB, kind invoice.Kind, lines ...invoice.Line) invoice.Invoice {
	t.Helper()
	i, err := invoice.New(id.New[id.Invoice](), 1, "2026-11-25", invoice.Invoice{
		Kind: kind, Currency: "EUR", Term: 30, Lines: lines, Reason: "returned", OrderNo: "B-17", From: "2026-11-01", Until: "2026-11-20", AboutNo: "2026-0006", AboutDay: "2026-11-01", Note: "Dank voor\nde bestelling",
	})
	if err == nil {
		i, _, err = invoice.Send(i, 2, "2026-11-25", "2026-0007", seller, buyer)
	}
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func write(t testing.TB, i invoice.Invoice) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := ubl.Write(&b, i); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestRules: whatever is on it, the document keeps the rules of the standard.
func TestRules(t *testing.T) {
	t.Parallel()
	for name, i := range map[string]invoice.Invoice{
		"two rates and a discount": sent(t, invoice.Bill, line(invoice.Goods, "Espressomachine", 2000, 125_000, 1000, 225_000, "S", 2100), line(invoice.Goods, "Bonen", 10_500, 1895, 0, 19_898, "S", 900)),
		"an advance set off":       sent(t, invoice.Bill, line(invoice.Goods, "Machine", 1000, 9_999, 0, 9_999, "S", 2100), line(invoice.SetOff, "Aanbetaling", -1000, 3_000, 0, -3_000, "S", 2100)),
		"an advance":               sent(t, invoice.Bill, line(invoice.Advance, "30 %", 1000, 333, 0, 333, "S", 2100)),
		"only the whole is known":  sent(t, invoice.Bill, line(invoice.Goods, "Werk", 3333, 0, 0, 10_000, "S", 2100)),
		"a part, rounded":          sent(t, invoice.Bill, line(invoice.Goods, "Deel", 333, 1895, 333, 610, "S", 900)),
		"reversed":                 sent(t, invoice.Bill, line(invoice.Other, "Montage", 1000, 5_000, 0, 5_000, "AE", 0)),
		"exempt and zero":          sent(t, invoice.Bill, line(invoice.Other, "Cursus", 1000, 5_000, 0, 5_000, "E", 0), line(invoice.Other, "Naar Noorwegen", 1000, 500, 0, 500, "Z", 0)),
		"interest and costs":       sent(t, invoice.Bill, line(invoice.Interest, "Rente", 1000, 123, 0, 123, "O", 0), line(invoice.Costs, "Incassokosten", 1000, 4_000, 0, 4_000, "O", 0)),
		"a credit note":            sent(t, invoice.Credit, line(invoice.Returned, "Bonen", 1000, 1895, 0, 1895, "S", 900), line(invoice.Discount, "Korting terug", -1000, 100, 0, -100, "S", 900)),
	} {
		root := parse(t, write(t, i))
		for _, said := range complaints(root) {
			t.Errorf("%s: %s", name, said)
		}
		if i.Kind == invoice.Credit && root.get("BillingReference/InvoiceDocumentReference/ID") != "2026-0006" {
			t.Errorf("%s does not name its invoice", name)
		}
	}
	text := string(write(t, sent(t, invoice.Bill, line(invoice.Goods, "Machine", 1000, 9_999, 0, 9_999, "S", 2100))))
	for _, want := range []string{"Lunchroom &lt;De Linden&gt;", "<cbc:PaymentID>RF", `<cbc:PayableAmount currencyID="EUR">120.99</cbc:PayableAmount>`, "<cbc:BuyerReference>"} {
		if want != "<cbc:BuyerReference>" && !strings.Contains(text, want) {
			t.Errorf("%s is not in\n%s", want, text)
		}
	}
	if err := ubl.Write(&bytes.Buffer{}, invoice.Invoice{}); !errors.Is(err, ubl.ErrDraft) {
		t.Error(err)
	}
}

// TestComplaints: the rules complain when something is wrong.
func TestComplaints(t *testing.T) {
	t.Parallel()
	good := string(write(t, sent(t, invoice.Bill, line(invoice.Goods, "Machine", 1000, 9_999, 0, 9_999, "S", 2100), line(invoice.Goods, "Bonen", 1000, 1000, 0, 1000, "S", 900))))
	for rule, bend := range map[string][2]string{
		"BR-CO-10": {`<cbc:LineExtensionAmount currencyID="EUR">99.99<`, `<cbc:LineExtensionAmount currencyID="EUR">99.98<`}, "BR-CO-14": {`<cbc:TaxAmount currencyID="EUR">0.90<`, `<cbc:TaxAmount currencyID="EUR">0.91<`},
		"BR-CO-15": {`<cbc:TaxInclusiveAmount currencyID="EUR">`, `<cbc:TaxInclusiveAmount currencyID="EUR">1`}, "BR-CO-17": {`<cbc:TaxAmount currencyID="EUR">0.90<`, `<cbc:TaxAmount currencyID="EUR">0.91<`},
		"BR-21": {`<cbc:ID>2</cbc:ID>`, `<cbc:ID>1</cbc:ID>`}, "BR-S-02": {"cac:PartyTaxScheme", "cac:PartyTaxSchema"}, "BR-02": {"<cbc:ID>2026-0007</cbc:ID>", ""},
	} {
		bent := strings.ReplaceAll(good, bend[0], bend[1])
		if said := strings.Join(complaints(parse(t, []byte(bent))), "; "); bent == good || !strings.Contains(said, rule) {
			t.Errorf("%s: %q", rule, said)
		}
	}
}

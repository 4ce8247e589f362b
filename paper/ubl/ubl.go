// Package ubl writes an invoice or a credit note as UBL 2.1 by EN 16931 and
// Peppol BIS Billing 3.0, so that the customer's bookkeeping reads it by itself.
package ubl

import (
	"encoding/xml"
	"io"
	"strings"

	"kring/base/decimal"
	"kring/base/fault"
	"kring/domain/invoice"
)

// MIME is what such a file is.
const MIME = "application/xml"

// What every e-invoice of this kind says it is (BT-24, BT-23).
const (
	customization = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
	profile       = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
)

// ErrDraft says that what has no number is no invoice yet.
var ErrDraft = fault.New(fault.Conflict, "ubl.draft", "a draft has no number yet; send it first")

const (
	cbc = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
	cac = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
)

// pen writes elements in their order; the first error stays.
type pen struct {
	x   *xml.Encoder
	err error
	cur string // currency of the amounts
}

func (p *pen) token(t xml.Token) {
	if p.err == nil {
		p.err = p.x.EncodeToken(t)
	}
}

func (p *pen) in(name string, body func()) {
	e := xml.Name{Local: name}
	p.token(xml.StartElement{Name: e})
	body()
	p.token(xml.EndElement{Name: e})
}

// say writes an element with text; without text it is left out, for an empty one
// is forbidden (PEPPOL-EN16931-R008).
func (p *pen) say(name, text string, attrs ...string) {
	if text == "" {
		return
	}
	e := xml.StartElement{Name: xml.Name{Local: name}}
	for i := 0; i < len(attrs); i += 2 {
		e.Attr = append(e.Attr, xml.Attr{Name: xml.Name{Local: attrs[i]}, Value: attrs[i+1]})
	}
	p.token(e)
	p.token(xml.CharData(strings.ToValidUTF8(text, "?")))
	p.token(e.End())
}

func (p *pen) money(name string, cents int64) {
	p.say(name, decimal.Amount(cents), "currencyID", p.cur)
}

// percent of basis points.
func percent(rate int64) string { return decimal.Plain(float64(rate) / 100) }

// Write writes one document.
func Write(w io.Writer, i invoice.Invoice) (err error) {
	defer fault.Wrap(&err, "ubl.Write")
	if i.Number == "" {
		return ErrDraft
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	p := &pen{x: xml.NewEncoder(w), cur: i.Currency}
	p.x.Indent("", " ")
	root, line, quantity := "Invoice", "cac:InvoiceLine", "cbc:InvoicedQuantity"
	if i.Kind == invoice.Credit {
		root, line, quantity = "CreditNote", "cac:CreditNoteLine", "cbc:CreditedQuantity"
	}
	e := xml.StartElement{Name: xml.Name{Local: root}, Attr: []xml.Attr{
		{Name: xml.Name{Local: "xmlns"}, Value: "urn:oasis:names:specification:ubl:schema:xsd:" + root + "-2"}, {Name: xml.Name{Local: "xmlns:cac"}, Value: cac}, {Name: xml.Name{Local: "xmlns:cbc"}, Value: cbc},
	}}
	p.token(e)
	p.head(i)
	p.party("cac:AccountingSupplierParty", i.Seller, !outside(i))
	p.party("cac:AccountingCustomerParty", i.Buyer, !outside(i))
	p.paying(i)
	p.totals(i)
	for n, l := range i.Lines {
		p.line(line, quantity, n+1, l)
	}
	p.token(e.End())
	if p.err == nil {
		p.err = p.x.Close()
	}
	return p.err
}

// outside says whether it is about what has no VAT at all; then no VAT id may be
// on it (BR-O-02).
func outside(i invoice.Invoice) bool {
	for _, l := range i.Lines {
		if l.Category == invoice.Outside {
			return true
		}
	}
	return false
}

func (p *pen) head(i invoice.Invoice) {
	p.say("cbc:CustomizationID", customization)
	p.say("cbc:ProfileID", profile)
	p.say("cbc:ID", i.Number)
	p.say("cbc:IssueDate", string(i.Day))
	if i.Kind == invoice.Credit {
		p.say("cbc:CreditNoteTypeCode", "381")
	} else {
		p.say("cbc:DueDate", string(i.Due))
		p.say("cbc:InvoiceTypeCode", typeOf(i))
	}
	p.say("cbc:Note", strings.Join(strings.Fields(i.Note), " "))
	p.say("cbc:DocumentCurrencyCode", i.Currency)
	ref := i.YourRef // one of the two has to be there (PEPPOL-EN16931-R003)
	if ref == "" && i.OrderNo == "" {
		ref = i.Number
	}
	p.say("cbc:BuyerReference", ref)
	if i.From != "" && i.Until != "" {
		p.in("cac:InvoicePeriod", func() {
			p.say("cbc:StartDate", string(i.From))
			p.say("cbc:EndDate", string(i.Until))
		})
	}
	if i.OrderNo != "" {
		p.in("cac:OrderReference", func() { p.say("cbc:ID", i.OrderNo) })
	}
	if i.AboutNo != "" {
		p.in("cac:BillingReference", func() {
			p.in("cac:InvoiceDocumentReference", func() {
				p.say("cbc:ID", i.AboutNo)
				p.say("cbc:IssueDate", string(i.AboutDay))
			})
		})
	}
}

// typeOf: an invoice that asks in advance only is a prepayment invoice.
func typeOf(i invoice.Invoice) string {
	for _, l := range i.Lines {
		if l.What != invoice.Advance {
			return "380"
		}
	}
	return "386"
}

func (p *pen) party(name string, of invoice.Party, vat bool) {
	p.in(name, func() {
		p.in("cac:Party", func() {
			// By what Peppol finds them: trade register, VAT id, else the mail.
			switch {
			case of.KvK != "" && of.Country == "NL":
				p.say("cbc:EndpointID", of.KvK, "schemeID", "0106")
			case of.VatID != "" && of.Country == "NL":
				p.say("cbc:EndpointID", of.VatID, "schemeID", "9944")
			case of.Email != "":
				p.say("cbc:EndpointID", of.Email, "schemeID", "EM")
			}
			p.in("cac:PartyName", func() { p.say("cbc:Name", of.Name) })
			p.in("cac:PostalAddress", func() {
				p.say("cbc:StreetName", of.Street)
				p.say("cbc:CityName", of.City)
				p.say("cbc:PostalZone", of.Postcode)
				p.in("cac:Country", func() { p.say("cbc:IdentificationCode", of.Country) })
			})
			if of.VatID != "" && vat {
				p.in("cac:PartyTaxScheme", func() {
					p.say("cbc:CompanyID", of.VatID)
					p.in("cac:TaxScheme", func() { p.say("cbc:ID", "VAT") })
				})
			}
			p.in("cac:PartyLegalEntity", func() {
				p.say("cbc:RegistrationName", of.Name)
				if of.KvK != "" {
					p.say("cbc:CompanyID", of.KvK, "schemeID", "0106")
				}
			})
			if of.Attn != "" || of.Phone != "" || of.Email != "" {
				p.in("cac:Contact", func() {
					p.say("cbc:Name", of.Attn)
					p.say("cbc:Telephone", of.Phone)
					p.say("cbc:ElectronicMail", of.Email)
				})
			}
		})
	})
}

func (p *pen) paying(i invoice.Invoice) {
	if i.Until != "" {
		p.in("cac:Delivery", func() { p.say("cbc:ActualDeliveryDate", string(i.Until)) })
	}
	if i.Kind == invoice.Credit || i.Seller.IBAN == "" {
		return
	}
	p.in("cac:PaymentMeans", func() {
		p.say("cbc:PaymentMeansCode", "58") // SEPA credit transfer
		p.say("cbc:PaymentID", i.Reference)
		p.in("cac:PayeeFinancialAccount", func() {
			p.say("cbc:ID", i.Seller.IBAN)
			p.say("cbc:Name", i.Seller.Name)
			if i.Seller.BIC != "" {
				p.in("cac:FinancialInstitutionBranch", func() { p.say("cbc:ID", i.Seller.BIC) })
			}
		})
	})
}

// reasons why there is no VAT (BT-120, BT-121).
var reasons = map[invoice.Category][2]string{
	invoice.Reverse: {"VATEX-EU-AE", "Reverse charge"}, invoice.Exempt: {"", "Exempt, art. 11 Wet OB 1968"}, invoice.Outside: {"VATEX-EU-O", "Not subject to VAT"},
}

func (p *pen) category(name string, c invoice.Category, rate int64, why bool) {
	p.in(name, func() {
		p.say("cbc:ID", string(c))
		if c != invoice.Outside { // BR-O-05: without a rate
			p.say("cbc:Percent", percent(rate))
		}
		if r, given := reasons[c]; given && why {
			p.say("cbc:TaxExemptionReasonCode", r[0])
			p.say("cbc:TaxExemptionReason", r[1])
		}
		p.in("cac:TaxScheme", func() { p.say("cbc:ID", "VAT") })
	})
}

func (p *pen) totals(i invoice.Invoice) {
	p.in("cac:TaxTotal", func() {
		p.money("cbc:TaxAmount", i.VAT)
		for _, t := range i.Taxes() {
			p.in("cac:TaxSubtotal", func() {
				p.money("cbc:TaxableAmount", t.Net)
				p.money("cbc:TaxAmount", t.Cents)
				p.category("cac:TaxCategory", t.Category, t.Rate, true)
			})
		}
	})
	p.in("cac:LegalMonetaryTotal", func() {
		p.money("cbc:LineExtensionAmount", i.Net)
		p.money("cbc:TaxExclusiveAmount", i.Net)
		p.money("cbc:TaxInclusiveAmount", i.Gross)
		p.money("cbc:PayableAmount", i.Gross)
	})
}

// unit is how quantities count (UNECE Rec 20): one, a thing without a name.
const unit = "C62"

func (p *pen) line(name, quantity string, n int, l invoice.Line) {
	full, byUnit := l.Full()
	p.in(name, func() {
		p.say("cbc:ID", decimal.Plain(float64(n)))
		p.say(quantity, decimal.Plain(float64(l.Quantity)/1000), "unitCode", unit)
		p.money("cbc:LineExtensionAmount", l.Cents)
		if off := full - l.Cents; off != 0 {
			p.in("cac:AllowanceCharge", func() {
				p.say("cbc:ChargeIndicator", "false")
				p.say("cbc:AllowanceChargeReasonCode", "95") // discount
				p.money("cbc:Amount", off)
				p.money("cbc:BaseAmount", full)
			})
		}
		p.in("cac:Item", func() {
			p.say("cbc:Name", l.Text)
			p.category("cac:ClassifiedTaxCategory", l.Category, l.Rate, false)
		})
		p.in("cac:Price", func() {
			if byUnit {
				p.money("cbc:PriceAmount", l.Unit)
				return
			}
			// Only the whole is known: it is the price of all of it.
			whole, of := l.Cents, l.Quantity
			if whole < 0 || of < 0 {
				whole, of = max(whole, -whole), max(of, -of)
			}
			p.money("cbc:PriceAmount", whole)
			p.say("cbc:BaseQuantity", decimal.Plain(float64(of)/1000), "unitCode", unit)
		})
	})
}

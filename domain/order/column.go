package order

import (
	"strings"

	"kring/base/catalogue"
	"kring/base/column"
	"kring/base/day"
	"kring/base/decimal"
	"kring/base/fault"
	"kring/base/money"
)

// ErrOther says that an order that is here belongs to another relation.
var ErrOther = fault.New(fault.Conflict, "order.other_account", "this order is here already, at another relation")

// Sources says where an order can come from; a file is the one way.
var Sources = []string{"import"}

// Columns are what a column of a file can become of an order, in the order of a
// menu.
func Columns() column.Fields {
	return column.Fields{
		{Key: "account", Kind: catalogue.Text, Words: []string{
			"Relatie", "Klant", "Klantnummer", "Relatienummer", "Account", "Customer", "Customer id", "Customer number", "Debiteurnummer", "Debiteur", "Klantnaam", "Bedrijf", "Company",
			"Account id", "Klantcode", "Klant-id", "Customer name", "Client", "KvK-nummer", "KvK", "E-mail", "Email"}},
		{Key: "day", Kind: catalogue.Date, Words: []string{
			"Dag", "Datum", "Orderdatum", "Besteldatum", "Date", "Order date", "Day", "Aankoopdatum", "Purchase date", "Verkoopdatum", "Factuurdatum", "Invoice date"}},
		{Key: "amount", Kind: catalogue.Money, Words: []string{
			"Bedrag", "Orderbedrag", "Omzet", "Totaal", "Amount", "Total", "Order amount", "Value", "Bedrag excl. btw", "Bedrag exclusief btw", "Revenue", "Sales", "Waarde", "Spend", "Dollar"}},
		{Key: "currency", Kind: catalogue.Text, Words: []string{"Munt", "Valuta", "Currency", "Munteenheid"}},
		{Key: "number", Kind: catalogue.Text, Words: []string{"Ordernummer", "Order number", "Bestelnummer", "Nummer", "Number", "Referentie", "Reference", "Order no", "Factuurnummer", "Invoice number"}},
		{Key: "external_id", Kind: catalogue.Text, Words: []string{"Kenmerk elders", "Order id", "Extern kenmerk", "External id", "Externe id", "Order-id", "Transactie", "Transaction id", "Id", "Code"}},
		{Key: "counter_value", Kind: catalogue.Choice, Words: []string{"Tegenwaarde", "Tegenprestatie", "Value in return", "Counter value"}, Named: map[string][]string{
			"money": {"Geld"}, "data": {"Gegevens"}, "time": {"Tijd"}, "referral": {"Aanbeveling"}, "barter": {"Ruil"}}},
		{Key: "note", Kind: catalogue.Text, Words: []string{"Notitie", "Opmerking", "Omschrijving", "Note", "Remarks", "Description", "Comments", "Memo", "Toelichting"}},
		column.ID,
	}
}

// Drafted is the order that a row of a file describes: what stands, with the
// cells that are filled in its place. The cells are by key, as column.Field.Read
// made them; whose order it is, is the caller's.
func Drafted(o Order, cells map[string]string) (d Draft, err error) {
	d = Draft{Account: o.Account, Day: o.Day, Amount: o.Amount, Counter: o.Counter, Number: o.Number, Lines: o.Lines, Note: o.Note, ExternalID: o.ExternalID, Wanted: o.Wanted, Links: o.Links}
	for key, to := range map[string]*string{"counter_value": &d.Counter, "number": &d.Number, "note": &d.Note, "external_id": &d.ExternalID} {
		if cells[key] != "" {
			*to = cells[key]
		}
	}
	if cells["day"] != "" {
		d.Day = day.Day(cells["day"])
	}
	wrong := fault.Fields{}
	if cells["amount"] != "" {
		d.Amount.Cents, err = decimal.Cents(cells["amount"], decimal.Point)
		wrong.Add("amount", err)
	}
	if d.Amount.Currency == "" {
		d.Amount.Currency = "EUR"
	}
	d.Amount.Currency, err = money.Currency(cells["currency"], d.Amount.Currency)
	wrong.Add("currency", err)
	return d, wrong.Err()
}

// Print is by what a file without names of its orders is searched for the same
// order twice: whose, when, how much.
func (o Order) Print() string {
	return strings.Join([]string{o.Account.String(), string(o.Day), o.amount(), o.Counter, o.Number}, "|")
}

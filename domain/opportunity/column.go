package opportunity

import (
	"kring/base/catalogue"
	"kring/base/column"
	"kring/base/day"
	"kring/base/decimal"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/money"
)

// Sources says where an opportunity can come from; a file is the one way.
var Sources = []string{"import"}

// Columns are what a column of a file can become of an opportunity, in the order
// of a menu. The close day of one that ended is the day on which it did.
func Columns() column.Fields {
	return column.Fields{
		{Key: "account", Kind: catalogue.Text, Words: []string{"Relatie", "Klant", "Account", "Klantnummer", "Customer", "Company", "Bedrijf", "Account id", "Klantnaam", "Customer name", "Organisatie", "KvK-nummer"}},
		{Key: "name", Kind: catalogue.Text, Words: []string{"Kans", "Naam", "Omschrijving", "Opportunity", "Opportunity name", "Name", "Deal", "Deal name", "Title", "Onderwerp"}},
		{Key: "value", Kind: catalogue.Money, Words: []string{"Waarde", "Bedrag", "Value", "Amount", "Close value", "Deal value", "Omzet", "Expected revenue"}},
		{Key: "currency", Kind: catalogue.Text, Words: []string{"Munt", "Valuta", "Currency"}},
		{Key: "margin", Kind: catalogue.Money, Words: []string{"Marge", "Margin"}},
		{Key: "stage", Kind: catalogue.Text, Words: []string{"Stadium", "Fase", "Stage", "Deal stage", "Status", "Sales stage", "Pijplijnfase"}},
		{Key: "opened", Kind: catalogue.Date, Words: []string{"Begonnen", "Aangemaakt op", "Engage date", "Created date", "Opened", "Startdatum", "Start date"}},
		{Key: "close", Kind: catalogue.Date, Words: []string{"Besluit", "Besluit verwacht", "Sluitdatum", "Close date", "Closing date", "Expected close", "Verwachte sluitdatum", "Closed"}},
		{Key: "product", Kind: catalogue.Text, Words: []string{"Product", "Artikel", "Item"}},
		{Key: "owner", Kind: catalogue.Text, Words: []string{"Eigenaar", "Verkoper", "Accountmanager", "Owner", "Sales agent", "Sales rep", "Seller", "Salesperson"}},
		{Key: "team", Kind: catalogue.Text, Words: []string{"Team", "Afdeling", "Regional office", "Sales team"}},
		{Key: "next", Kind: catalogue.Text, Words: []string{"Volgende stap", "Next step", "Actie"}},
		{Key: "next_day", Kind: catalogue.Date, Words: []string{"Dag van de stap", "Next step date"}},
		{Key: "need", Kind: catalogue.Text, Words: []string{"Behoefte", "Need"}},
		{Key: "reason", Kind: catalogue.Text, Words: []string{"Reden", "Reason", "Loss reason", "Verliesreden", "Reden verlies"}},
		{Key: "lessons", Kind: catalogue.Text, Words: []string{"Geleerd", "Lessons"}},
		{Key: "order", Kind: catalogue.Text, Words: []string{"Order", "Ordernummer", "Order number"}},
		{Key: "source", Kind: catalogue.Text, Words: []string{"Bron", "Source", "Lead source"}},
		{Key: "external_id", Kind: catalogue.Text, Words: []string{"Kenmerk elders", "Opportunity id", "Deal id", "External id", "Extern kenmerk", "Kans-id", "Id", "Code"}},
		column.ID,
	}
}

// Told is how an opportunity that a row describes stands: its stage, or how it
// ended. A cell that is empty is the first stage.
func Told(p Pipeline, names map[string]string, cell string) (stage string, s State, err error) {
	key := fold.Key(cell)
	first := ""
	if len(p.Stages) > 0 {
		first = p.Stages[0].Key
	}
	if key == "" {
		return first, Open, nil
	}
	for _, one := range p.Stages {
		if key == fold.Key(one.Name) || key == one.Key || key == fold.Key(names[one.Key]) {
			return one.Key, Open, nil
		}
	}
	last := ""
	if len(p.Stages) > 0 {
		last = p.Stages[len(p.Stages)-1].Key
	}
	switch key {
	case "won", "gewonnen", "closed won", fold.Key(p.WonName):
		return last, Won, nil
	case "lost", "verloren", "closed lost", fold.Key(p.LostName):
		return first, Lost, nil
	}
	return "", "", fault.Field("stage", ErrStage)
}

// Houses are what the stages of the house are called in Dutch, as a file may have
// them; their keys are English.
var Houses = map[string]string{"need": "Behoefte", "proposal": "Voorstel", "quote": "Offerte", "negotiation": "Onderhandeling"}

// Drafted is the opportunity that a row of a file describes, but for whose it is
// and who looks after it. The cells are by key, as column.Field.Read made them.
// One without a name is called after its product.
func Drafted(cells map[string]string) (d Draft, err error) {
	wrong := fault.Fields{}
	cents := func(key string) int64 {
		if cells[key] == "" {
			return 0
		}
		n, err := decimal.Cents(cells[key], decimal.Point)
		wrong.Add(key, err)
		return n
	}
	d = Draft{
		Name: cells["name"], Close: day.Day(cells["close"]), Opened: day.Day(cells["opened"]), Next: cells["next"], NextDay: day.Day(cells["next_day"]), Need: cells["need"],
		Source: cells["source"], ExternalID: cells["external_id"],
	}
	d.Value.Cents, d.Margin = cents("value"), cents("margin")
	d.Value.Currency, err = money.Currency(cells["currency"], "EUR")
	wrong.Add("currency", err)
	if product := cells["product"]; product != "" {
		d.Lines = []Line{{Text: product, Quantity: 1000, Unit: d.Value.Cents}}
		if d.Name == "" {
			d.Name = product
		}
	}
	return d, wrong.Err()
}

// Past puts an opportunity in the past that a row describes: it was in its stage
// from its first day, and it ended on the day that was said.
func Past(o Opportunity, stage string, s State, reason, lessons string) Opportunity {
	o.Stage, o.State = stage, s
	if s != Open {
		o.Closed, o.Reason, o.Lessons = o.Close, reason, lessons
		if o.Closed < o.Opened {
			o.Closed = o.Opened
		}
	}
	return o
}

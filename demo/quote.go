package demo

import (
	"fmt"

	"kring/app"
	"kring/base/fact"
	"kring/base/id"
	"kring/base/vat"
	"kring/domain/organisation"
	"kring/domain/product"
	"kring/domain/proposition"
	"kring/domain/quote"
)

// What Brandt & Zoon sells, for how much, and what it offered lately.

var catalogue = []product.Draft{
	{Code: "KM-200", NameNL: "Espressomachine Kade 200", NameEN: "Kade 200 espresso machine", Category: "Machines", Unit: "stuk", Price: 4_250_00, Cost: 2_760_00},
	{Code: "KM-350", NameNL: "Bonenmachine Oever 350", NameEN: "Oever 350 bean-to-cup machine", Category: "Machines", Unit: "stuk", Price: 5_480_00, Cost: 3_590_00},
	{Code: "KM-120", NameNL: "Bonenmachine Steiger 120", NameEN: "Steiger 120 bean-to-cup machine", Category: "Machines", Unit: "stuk", Price: 2_390_00, Cost: 1_520_00},
	{Code: "WP-10", NameNL: "Waterpunt, gekoeld en bruisend", NameEN: "Water point, chilled and sparkling", Category: "Machines", Unit: "stuk", Price: 1_790_00, Cost: 1_140_00},
	{Code: "OND-1", NameNL: "Onderhoud per machine, een jaar", NameEN: "Maintenance of a machine, one year", Category: "Service", Unit: "jaar", Price: 620_00, Cost: 310_00},
	{Code: "SRV-4U", NameNL: "Storing binnen 4 uur verholpen, ook in het weekend", NameEN: "Faults mended within 4 hours, weekends too", Category: "Service", Unit: "jaar", Price: 480_00, Cost: 300_00},
	{Code: "TRN-1", NameNL: "Baristatraining, dagdeel", NameEN: "Barista training, half a day", Category: "Service", Unit: "dagdeel", Price: 395_00, Cost: 190_00},
	{Code: "BON-FT", NameNL: "Fairtrade espressobonen", NameEN: "Fairtrade espresso beans", Category: "Bonen", Unit: "kg", Price: 18_40, Cost: 10_90, VAT: vat.Low},
	{Code: "BON-HB", NameNL: "Huisblend, donker gebrand", NameEN: "House blend, dark roast", Category: "Bonen", Unit: "kg", Price: 16_20, Cost: 9_60, VAT: vat.Low},
	{Code: "THEE-B", NameNL: "Thee, biologisch, doos van 100", NameEN: "Organic tea, box of 100", Category: "Thee", Unit: "doos", Price: 14_50, Cost: 8_10, VAT: vat.Low},
	{Code: "BEK-H", NameNL: "Herbruikbare bekers, set van 50", NameEN: "Reusable cups, set of 50", Category: "Toebehoren", Unit: "set", Price: 89_00, Cost: 41_00},
	{Code: "KM-90", NameNL: "Filtermachine Kaai 90", NameEN: "Kaai 90 filter machine", Category: "Machines", Unit: "stuk", Price: 890_00, Cost: 610_00},
}

// offer is a quote. lines are a code, a quantity in thousandths, a discount in
// basis points and the need that it answers.
type offer struct {
	at, chance, subject, need, by string
	days                          int // that it is valid
	free                          bool
	lines                         []offered
	sent                          bool
	asks                          string // what the customer asks
	accepts, refuses              string // by whom; why
}

type offered struct {
	code     string
	quantity int64
	off      int64
	answers  string
}

var offers = []offer{
	{at: "Zorggroep De Linden", chance: "Locatie Zuid, 6 machines", by: "Sanne", subject: "Koffie op zes etages, locatie Zuid", need: "Op elke etage binnen een minuut koffie, ook in de nacht.", days: 24, sent: true, asks: "Kan de levering na 18.00 uur? Overdag zijn de liften vol.", lines: []offered{
		{"KM-350", 6000, 0, "op elke etage binnen een minuut koffie"}, {"SRV-4U", 6000, 0, "ook in de nacht"}, {"TRN-1", 1000, 0, "de nachtploeg bedient de machine zelf"}}},
	{at: "Logistiek Terbrugge", chance: "Tweede distributiecentrum", by: "Sanne", subject: "Tweede distributiecentrum", need: "De nachtploeg wil niet meer naar het tankstation.", days: 5, sent: true, lines: []offered{
		{"KM-350", 2000, 500, "de nachtploeg wil niet meer naar het tankstation"}, {"KM-120", 2000, 0, "ook op kantoor goede koffie"}, {"OND-1", 4000, 0, "geen omkijken naar onderhoud"}}},
	{at: "Theater De Kade", chance: "Foyer en artiestenruimte", by: "Sanne", subject: "Foyer en artiestenruimte", need: "In de pauze driehonderd koppen in twintig minuten.", days: 30, lines: []offered{
		{"KM-200", 2000, 1800, "driehonderd koppen in twintig minuten"}, {"BON-FT", 48500, 0, "fairtrade in het hele huis"}}},
	{at: "Museum De Wachter", by: "Sanne", subject: "Thee en bekers voor de foyer", need: "Thee die bij het gebouw past.", days: 30, free: true, sent: true, accepts: "Hanna Visser", lines: []offered{{"THEE-B", 24000, 0, "thee die bij het gebouw past"}, {"BEK-H", 4000, 0, "geen wegwerpbekers meer"}}},
	{at: "Fysio Kerkplein", by: "Sanne", subject: "Thee en water in de wachtkamer", need: "Iets te drinken tijdens het wachten.", days: 30, sent: true, refuses: "Na de verhuizing kijken we opnieuw.", lines: []offered{{"WP-10", 1000, 0, "iets te drinken tijdens het wachten"}}},
}

// offer makes the catalogue, a price list, a proposition, and the quotes of the
// relations that the demo has.
func (f *founder) offer() error {
	admin, err := f.AsMember(f.ctx, person{name: "Roos"}.email())
	if err != nil {
		return err
	}
	_, err = f.SaveQuoteSettings(f.ctx, admin, admin.Org.Version, organisation.Quotes{Terms: "2026-1", House: []string{"Brandt & Zoon B.V.", "Handelskade 18, 8011 VP Zwolle", "KvK 05012345", "btw NL801234567B01"}})
	if err != nil {
		return err
	}
	for name := range f.members { // who know the house's new terms
		if f.members[name], err = f.AsMember(f.ctx, person{name: name}.email()); err != nil {
			return err
		}
	}
	director, by := f.members["Daan"], map[string]id.Product{}
	for _, d := range catalogue {
		d.Active, d.Currency = d.Code != "KM-90", "EUR"
		p, err := f.AddProduct(f.ctx, director, d)
		if err != nil {
			return fmt.Errorf("product %s: %w", d.Code, err)
		}
		by[d.Code] = p.ID
	}
	if _, err := f.SavePriceList(f.ctx, director, product.List{ID: id.New[id.PriceList](), Name: "Bonen vanaf 25 kilo", Prices: []product.Price{{Product: by["BON-FT"], Quantity: 25_000, Cents: 17_20}, {Product: by["BON-HB"], Quantity: 25_000, Cents: 15_10}}}); err != nil {
		return err
	}
	if err := f.promise(director); err != nil {
		return err
	}
	for _, o := range offers {
		if err := f.quoted(o, by); err != nil {
			return fmt.Errorf("quote for %s: %w", o.at, err)
		}
	}
	return nil
}

func (f *founder) promise(who app.Who) error {
	_, err := f.SaveProposition(f.ctx, who, proposition.Proposition{
		ID: id.New[id.Proposition](), Name: "Koffie die nooit stilvalt", Segment: "zorg", State: proposition.Tested, TestedWith: 6, Promise: "Goede koffie op elke afdeling, dag en nacht, zonder omkijken.",
		Items: []proposition.Item{
			{Kind: "job", Text: "Bezoek en collega's ontvangen", Importance: 5, Answer: "Bonenmachine met twee soorten bonen"},
			{Kind: "pain", Text: "Een storing in het weekend duurt tot maandag", Importance: 9, Answer: "Storing binnen 4 uur verholpen", Proof: "11 van de laatste 12 storingen op tijd", Until: f.Today(who).Add(120)},
			{Kind: "pain", Text: "Niemand weet wie de machine vult", Importance: 6, Answer: "Vulronde door ons", Proof: "Locatie Noord, sinds 2024"},
			{Kind: "gain", Text: "Minder afval", Importance: 4},
		},
		Reference: 20_000_00, Plus: []proposition.Amount{{Name: "Minder stilstand", Cents: 9_000_00}}, Minus: []proposition.Amount{{Name: "Omleren", Cents: 3_000_00}}, Price: 23_000_00,
		Purchase: 16_440_00, Install: 900_00, Yearly: 1_860_00, Years: 5, Residual: 2_400_00, Saving: 5_780_00,
	})
	return err
}

func (f *founder) quoted(o offer, by map[string]id.Product) error {
	who, director := f.members[o.by], f.members["Daan"]
	hits, err := f.SearchKind(f.ctx, director, fact.Account, o.at, 1)
	if err != nil || len(hits) == 0 {
		return err
	}
	at := id.Account(hits[0].ID)
	t := quote.Text{Account: at, Subject: o.subject, Need: o.need, Valid: f.Today(who).Add(o.days), Free: o.free, Delivery: "Binnen drie weken na uw akkoord; plaatsen en inregelen is inbegrepen.", Owner: who.Member.ID}
	people, err := f.ContactsAt(f.ctx, director, at)
	if err != nil {
		return err
	}
	if len(people) > 0 {
		t.Contact = people[0].ID
	}
	if o.chance != "" {
		all, err := f.OpportunitiesAt(f.ctx, director, at, id.Opportunity{}, 50)
		if err != nil {
			return err
		}
		for _, one := range all {
			if one.Name == o.chance {
				t.Opportunity = one.ID
			}
		}
	}
	for _, l := range o.lines {
		t.Lines = append(t.Lines, quote.Line{Product: by[l.code], Quantity: l.quantity, Unit: app.Unpriced, Discount: l.off, Answers: l.answers})
	}
	q, err := f.AddQuote(f.ctx, director, t)
	if err != nil {
		return err
	}
	if !o.sent {
		_, err = f.AskApproval(f.ctx, who, q.ID, 0, "Hun inkoop vraagt meer dan ik mag geven; het is de eerste van drie zalen.")
		return err
	}
	q, token, err := f.SendQuote(f.ctx, director, q.ID, q.Version)
	if err != nil {
		return err
	}
	d := app.Device{Agent: "demo", Address: "192.0.2.20"}
	name := o.accepts
	if name == "" && len(people) > 0 {
		name = people[0].Name()
	}
	switch {
	case o.asks != "":
		err = f.AskOffer(f.ctx, token, d, quote.Question{Name: name, Text: o.asks})
	case o.accepts != "":
		err = f.AcceptOffer(f.ctx, token, d, quote.Acceptance{Name: o.accepts, Function: "Bedrijfsleider", Email: "h.visser@dewachter.example", Wording: "Akkoord met offerte " + q.Number})
	case o.refuses != "":
		err = f.RefuseOffer(f.ctx, token, d, o.refuses)
	}
	return err
}

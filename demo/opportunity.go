package demo

import (
	"context"
	"fmt"

	"kring/app"
	"kring/base/day"
	"kring/base/fact"
	"kring/base/id"
	"kring/base/money"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/opportunity"
	"kring/domain/order"
)

// What Brandt & Zoon may sell: the cards of the picture of the board, and why some
// of them were won or lost.

// chance is an opportunity, so many days ago. steps are the stages that it went
// through after the first.
type chance struct {
	at     string // the name of the relation
	name   string
	euros  int64
	close  int // in how many days they decide; 0 is not known
	next   string
	in     int // in how many days the next step is
	need   string
	steps  []string
	sold   string // the number of the order on which it was won
	lost   string // the reason
	learnt string
	gone   bool // who decides left
	rivals []opportunity.Rival
}

var chances = []chance{
	{at: "Meubelfabriek Eikelboom", name: "Kantine en showroom, 4 machines", euros: 19_500, close: 40, next: "Rondleiding", in: 6, need: "Bezoekers van de showroom moeten zelf goede koffie kunnen pakken."},
	{at: "Zorggroep De Linden", name: "Waterpunten bij revalidatie", euros: 8_400, close: 55, next: "Verkennen", in: 13},
	{at: "Rederij Noordzij", name: "Koffie aan boord, drie schepen", euros: 34_000, close: 70},
	{at: "Gemeente Oudeveen", name: "Verlenging stadhuis, 3 jaar", euros: 50_400, close: 21, next: "Besluit", in: 7, need: "Geen omkijken naar onderhoud, ook niet in de avondvergadering.", steps: []string{"proposal"}},
	{at: "Zorggroep De Linden", name: "Locatie Zuid, 6 machines", euros: 32_800, close: 24, next: "Voorstel doornemen", in: 2, need: "Op elke etage binnen een minuut koffie, ook in de nacht.", steps: []string{"proposal"}, rivals: []opportunity.Rival{{Name: "De Automaat", Note: "goedkoper, monteur pas na twee dagen"}}},
	{at: "Logistiek Terbrugge", name: "Tweede distributiecentrum", euros: 18_400, close: 18, next: "Offerte bespreken", in: 3, need: "De nachtploeg wil niet meer naar het tankstation.", steps: []string{"proposal", "quote"}},
	{at: "Theater De Kade", name: "Foyer en artiestenruimte", euros: 11_250, close: 15, next: "Inkoop leest mee", in: 5, need: "In de pauze driehonderd koppen in twintig minuten.", steps: []string{"proposal", "quote"}},
	{at: "Woningstichting Thuisvest", name: "Wijkkantoren, 3 locaties", euros: 17_500, close: 30, next: "Prijs bespreken", in: 8, need: "Elk wijkkantoor dezelfde koffie en één factuur.", steps: []string{"proposal", "quote"}},
	{at: "Ziekenhuis Oosterveld", name: "Raamovereenkomst 2027", euros: 58_900, close: 36, next: "Voorwaarden doornemen", in: 9, need: "Eén contract voor alle afdelingen, opzegbaar per afdeling.", steps: []string{"proposal", "quote", "negotiation"}, gone: true},
	{at: "Museum De Wachter", name: "Tweede machine, foyer", euros: 9_800, close: 5, need: "De rij bij de garderobe moet weg.", steps: []string{"proposal", "quote"}, sold: "2026-1204"},
	{at: "Ingenieursbureau Dijkema", name: "Fairtrade-abonnement", euros: 31_500, close: 5, need: "Alles fairtrade, en dat kunnen laten zien.", steps: []string{"proposal"}, sold: "2026-1198"},
	{at: "Drukkerij Lankhorst", name: "Machine voor de drukkerij", euros: 7_900, close: 10, lost: "budget", learnt: "Eerder vragen wie over het budget gaat."},
	{at: "Fysio Kerkplein", name: "Thee en water in de wachtkamer", euros: 3_200, close: 12, lost: "timing", learnt: "Na de verhuizing, in het voorjaar, opnieuw."},
}

// sell makes the opportunities of the relations that the demo has.
func (f *founder) sell() error {
	director := f.members["Daan"]
	for _, c := range chances {
		hits, err := f.SearchKind(f.ctx, director, fact.Account, c.at, 1)
		if err != nil {
			return err
		}
		if len(hits) == 0 {
			return fmt.Errorf("there is no relation called %s", c.at)
		}
		acc, err := f.Account(f.ctx, director, id.Account(hits[0].ID))
		if err != nil {
			return err
		}
		who, err := f.receiver(acc.Owner)
		if err != nil {
			who = director // looked after by nobody who works here
		}
		err = f.Together(f.ctx, who, func(ctx context.Context) error { return f.chance(ctx, who, acc, c) })
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return nil
}

// ahead is the day so many days from today; "" of none.
func (f *founder) ahead(who app.Who, days int) day.Day {
	if days == 0 {
		return ""
	}
	return f.Today(who).Add(days)
}

func (f *founder) chance(ctx context.Context, who app.Who, acc account.Account, c chance) error {
	o, err := f.AddOpportunity(ctx, who, opportunity.Draft{
		Account: acc.ID, Name: c.name, Value: money.Money{Cents: c.euros * 100, Currency: "EUR"}, Close: f.ahead(who, c.close), Opened: f.Today(who).Add(-30), Owner: acc.Owner, Next: c.next, NextDay: f.ahead(who, c.in),
		Need: c.need, Rivals: c.rivals,
	})
	if err != nil {
		return err
	}
	people, err := f.ContactsAt(ctx, who, acc.ID)
	if err != nil {
		return err
	}
	if len(people) == 0 && len(c.steps) > 0 {
		p, err := f.AddContact(ctx, who, contact.Draft{Family: "Directie", Accounts: []contact.Link{{Account: acc.ID, Function: "Directie", Roles: []contact.Role{contact.Decider}}}})
		if err != nil {
			return err
		}
		people = append(people, p)
	}
	for n, p := range people[:min(3, len(people))] {
		part := opportunity.Person{Contact: p.ID, Roles: [][]opportunity.Role{{opportunity.Decider}, {opportunity.User, opportunity.Initiator}, {opportunity.Influencer}}[n], Influence: 5 - n, Attitude: 1 - n%2, Last: f.Today(who).Add(-6 - 3*n), Source: "Kennismaking"}
		if _, err := f.PutPerson(ctx, who, o.ID, 0, part); err != nil {
			return err
		}
	}
	for _, stage := range c.steps {
		if o, err = f.MoveOpportunity(ctx, who, o.ID, 0, stage, app.Answer{}); err != nil {
			return err
		}
	}
	return f.ended(ctx, who, acc, o, people, c)
}

// ended is how a chance ended, when it did.
func (f *founder) ended(ctx context.Context, who app.Who, acc account.Account, o opportunity.Opportunity, people []contact.Contact, c chance) error {
	switch {
	case c.gone && len(people) > 0:
		_, err := f.PutPerson(ctx, who, o.ID, 0, opportunity.Person{Contact: people[0].ID, Roles: []opportunity.Role{opportunity.Decider}, Influence: 5, Standing: opportunity.Left})
		return err
	case c.sold != "":
		sold, err := f.PlaceOrder(ctx, who, order.Draft{Account: acc.ID, Day: f.Today(who), Amount: o.Value, Number: c.sold, Lines: []order.Line{{Text: c.name, Quantity: 1000, Cents: o.Value.Cents}}})
		if err != nil {
			return err
		}
		_, err = f.WinOpportunity(ctx, who, o.ID, 0, sold.ID, "fit", "")
		return err
	case c.lost != "":
		_, err := f.LoseOpportunity(ctx, who, o.ID, 0, c.lost, c.learnt)
		return err
	}
	return nil
}

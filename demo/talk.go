package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"kring/base/fact"
	"kring/base/id"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/conversation"
	"kring/domain/need"
	"kring/domain/promise"
)

// What was said at Brandt & Zoon: the promises and conversations of the pictures.

// vow is a promise, so many days from today.
type vow struct {
	at, to, text string
	days         int
	clock        string
	aspect       promise.Aspect
	owner        string // Sanne when empty
	done         bool
}

var vows = []vow{
	{at: "Zorggroep De Linden", to: "Inge", text: "Offerte koffiemachines locatie Zuid sturen", clock: "23:45", aspect: promise.Product},
	{at: "Drukkerij Lankhorst", to: "Cornelis", text: "Terugbellen over de dubbele factuur van oktober", days: 0, aspect: promise.Price},
	{at: "Museum De Wachter", to: "", text: "Proefpakket decaf laten bezorgen", aspect: promise.Availability},
	{at: "Zorggroep De Linden", to: "Paul", text: "Storing verholpen binnen 4 uur, ook in het weekend", days: 61, aspect: promise.Service, owner: "Teun"},
	{at: "Zorggroep De Linden", to: "Inge", text: "Barista-training voor nachtploeg", days: 8, aspect: promise.Service},
	{at: "Zorggroep De Linden", to: "Inge", text: "Leenmachine binnen 24 uur geplaatst", aspect: promise.Availability, done: true},
	{at: "Hotel Haverkamp", to: "Ruud", text: "Monteur bellen over de wachttijd", days: 2, aspect: promise.Service},
}

// said fills the bank, and writes down what was promised and spoken.
func (f *founder) said() error {
	if err := f.FillBank(f.ctx, f.members["Roos"]); err != nil {
		return err
	}
	for _, w := range vows {
		if err := f.vow(w); err != nil {
			return fmt.Errorf("%s: %w", w.text, err)
		}
	}
	if err := f.growth(); err != nil {
		return fmt.Errorf("the conversation: %w", err)
	}
	return f.quarter()
}

// known is a relation by name, with who is there.
func (f *founder) known(name string) (acc account.Account, people []contact.Contact, err error) {
	roos := f.members["Roos"]
	hits, err := f.SearchKind(f.ctx, roos, fact.Account, name, 5)
	if err != nil {
		return acc, nil, err
	}
	for _, h := range hits {
		if h.Name == name {
			if acc, err = f.Account(f.ctx, roos, id.Account(h.ID)); err != nil {
				return acc, nil, err
			}
			people, err = f.ContactsAt(f.ctx, roos, acc.ID)
			return acc, people, err
		}
	}
	return acc, nil, fmt.Errorf("there is no relation called %s", name)
}

func called(people []contact.Contact, given string) id.Contact {
	at := slices.IndexFunc(people, func(c contact.Contact) bool { return given != "" && strings.HasPrefix(c.Given, given) })
	if at < 0 {
		return id.Contact{}
	}
	return people[at].ID
}

func (f *founder) vow(w vow) error {
	acc, people, err := f.known(w.at)
	if err != nil {
		return err
	}
	who := f.members["Roos"]
	owner := f.members["Sanne"]
	if w.owner != "" {
		owner = f.members[w.owner]
	}
	p, err := f.AddPromise(f.ctx, who, promise.Draft{
		Text: w.text, Account: acc.ID, Contact: called(people, w.to), Owner: owner.Member.ID, Day: f.Today(who).Add(w.days), Time: w.clock, Aspect: w.aspect, Channel: promise.Phone,
	})
	if err == nil && w.done {
		_, err = f.KeepPromise(f.ctx, who, p.ID, p.Version)
	}
	return err
}

// growth is the conversation of the picture, which goes on.
func (f *founder) growth() error {
	who := f.members["Sanne"]
	acc, people, err := f.known("Fysio Kerkplein")
	if err != nil {
		return err
	}
	var there []conversation.Attendee
	for _, c := range people[:min(1, len(people))] {
		there = append(there, conversation.Attendee{Contact: c.ID})
	}
	ask := func(l conversation.Letter, text string) conversation.Asking {
		return conversation.Asking{Letter: l, Text: text}
	}
	return f.Together(f.ctx, f.members["Roos"], func(ctx context.Context) error {
		roos := f.members["Roos"]
		c, err := f.PlanConversation(ctx, roos, conversation.Draft{
			Account: acc.ID, Title: "Groei naar drie vestigingen", Channel: conversation.Phone, Day: f.Today(roos), Time: "10:30", Minutes: 45, Owner: who.Member.ID, Goal: "Een proefmachine in Hattem", Attendees: there,
			Questions: []conversation.Asking{
				ask(conversation.Situation, "Wanneer opent de derde vestiging?"), ask(conversation.Implication, "Wat kost een gemiste afspraak jullie?"), ask(conversation.Implication, "Wat betekent dit straks bij drie vestigingen?"),
				ask(conversation.Payoff, "Wat zou het schelen als storing binnen 4 uur weg is?"), ask(conversation.Payoff, "Waarom is dat voor jou belangrijk?"),
			},
		})
		if err != nil {
			return err
		}
		if c, err = f.BeginConversation(ctx, roos, c.ID); err != nil {
			return err
		}
		for _, n := range []struct {
			l    conversation.Letter
			text string
		}{
			{conversation.Situation, "Derde vestiging opent 1 februari in Hattem, 11 behandelaars erbij."}, {conversation.Situation, "Koopt nu bonen los bij de groothandel, machine is zeven jaar oud."},
			{conversation.Situation, "Eigenaar beslist zelf, de boekhouder kijkt mee."},
			{conversation.Problem, "Machine valt elke maand uit, meestal op maandagochtend."}, {conversation.Problem, "Niemand voelt zich eigenaar van schoonmaken en bestellen."}, {conversation.Problem, "Smaak verschilt per vestiging, patiënten merken dat op."},
			{conversation.Implication, "Receptie loopt bij storing 40 minuten per dag heen en weer."},
		} {
			if _, err := f.PutNote(ctx, roos, c.ID, 0, conversation.Note{ID: id.New[id.Record](), Letter: n.l, Text: n.text}); err != nil {
				return err
			}
		}
		if _, err := f.HeardNeed(ctx, roos, c.ID, id.New[id.Need](), need.Draft{Words: "Machine valt elke maand uit, meestal op maandagochtend.", Implication: "Receptie loopt bij storing 40 minuten per dag heen en weer."}); err != nil {
			return err
		}
		_, err = f.PromisedIn(ctx, roos, c.ID, id.New[id.Promise](), promise.Draft{Text: "Rekenvoorbeeld drie vestigingen mailen", Owner: who.Member.ID, Day: f.Today(roos).Add(3), Aspect: promise.Price})
		return err
	})
}

// quarter is a conversation later today, and one that was held and waits for its
// report.
func (f *founder) quarter() error {
	roos, sanne := f.members["Roos"], f.members["Sanne"]
	acc, people, err := f.known("Zorggroep De Linden")
	if err != nil {
		return err
	}
	var there []conversation.Attendee
	for _, name := range []string{"Inge", "Paul"} {
		there = append(there, conversation.Attendee{Contact: called(people, name)})
	}
	if _, err := f.PlanConversation(f.ctx, roos, conversation.Draft{
		Account: acc.ID, Title: "Kwartaalgesprek: service herstellen, locatie Zuid", Day: f.Today(roos), Time: "14:00", Minutes: 60, Place: "Zwolle, Lindelaan", Owner: sanne.Member.ID,
		Goal: "Vertrouwen in de service herstellen en locatie Zuid bespreken", Attendees: there,
	}); err != nil {
		return err
	}
	c, err := f.PlanConversation(f.ctx, roos, conversation.Draft{Account: acc.ID, Title: "Zonder koffie in de nacht", Day: f.Today(roos).Add(-1), Time: "11:00", Minutes: 34, Owner: sanne.Member.ID, Attendees: there[:1]})
	if err != nil {
		return err
	}
	_, err = f.HoldConversation(f.ctx, roos, c.ID, conversation.Continuation, 1320, 720)
	return err
}

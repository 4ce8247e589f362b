package process

import "kring/base/id"

// Standard are the three processes of domain.md §2.11, in the order in which a
// customer meets them. An organisation has them from its first day and makes them
// its own by editing; their ids are the same everywhere, since an id counts
// within an organisation only.
func Standard() []Process {
	return []Process{
		{ID: fixed(1), Version: 1, Key: "market_to_sales", Number: 1, On: true, Template: marketToSales},
		{ID: fixed(2), Version: 1, Key: "sales_to_order", Number: 1, On: true, Template: salesToOrder},
		{ID: fixed(3), Version: 1, Key: "order_to_cash", Number: 1, On: true, Template: orderToCash},
	}
}

func fixed(n byte) id.Process {
	return id.Process{0x01, 0x93, 0x7f, 0xc4, 0x2c, 0x00, 0x70, 0x00, 0x80, 0, 0, 0, 0, 0, 0, n}
}

var marketToSales = Template{
	Name:  Text{"Markt naar verkoop", "Market to sales"},
	Owner: "marketer", Begins: []string{"lead.created"}, Ends: []string{"lead.converted", "opportunity.created"}, Stops: []string{"lead.disqualified"},
	Steps: []Step{
		{
			Key: "score", Name: Text{"Lead wegen", "Weigh the lead"}, Actor: Machine, Role: "marketer", Action: ScoreLead,
			Input: Text{"De aanvraag en wat we al weten", "The request and what we know"}, Output: Text{"Een score met redenen", "A score with reasons"},
			Purpose: Text{"Wie echt iets zoekt, hoort het eerst van ons.", "Whoever really needs something hears from us first."},
		},
		{
			Key: "respond", Name: Text{"Eerste reactie", "First response"}, Actor: Human, Role: "new_business", Hours: 8, Minutes: 10, Deeds: []string{"lead.worked"},
			Input: Text{"De aanvraag", "The request"}, Output: Text{"Een eerste gesprek of bericht", "A first talk or message"},
			Purpose: Text{"De klant weet dat de vraag is aangekomen en bij wie.", "The customer knows that the question arrived, and with whom."},
			Checks:  []Text{{"Naam en vraag herhaald", "Repeated the name and the question"}, {"Gezegd wat nu komt", "Said what comes next"}},
		},
		{
			Key: "qualify", Name: Text{"Kwalificeren", "Qualify"}, Actor: Human, Role: "marketer", Hours: 16, Minutes: 20, Deeds: []string{"lead.qualified"}, Wait: ForCustomer,
			Input: Text{"Antwoorden op budget, beslisser, behoefte en moment", "Answers on budget, authority, need and timing"}, Output: Text{"Een gekwalificeerde lead", "A qualified lead"},
			Purpose: Text{"We praten verder als we kunnen helpen, en zeggen het als dat niet zo is.", "We go on when we can help, and say so when we cannot."},
		},
		{
			Key: "inform", Name: Text{"Passende informatie", "Fitting information"}, Actor: Machine, Role: "marketer", Action: SendDraft,
			Draft: Text{
				"Beste {contact},\n\nDank voor uw belangstelling. Graag denken we met u mee over {subject}. {owner} neemt contact met u op.\n\nMet vriendelijke groet,\n{organisation}",
				"Dear {contact},\n\nThank you for your interest. We are glad to think along about {subject}. {owner} will be in touch.\n\nKind regards,\n{organisation}",
			},
			Purpose: Text{"De klant kan rustig nalezen wat bij de vraag past.", "The customer can read at ease what fits the question."},
		},
		{
			Key: "accept", Name: Text{"Beoordelen", "Review"}, Actor: Human, Role: "new_business", Hours: 8, Minutes: 10, Deeds: []string{"lead.accepted"},
			Input: Text{"De gekwalificeerde lead", "The qualified lead"}, Output: Text{"Aangenomen, of terug met een reden", "Accepted, or back with a reason"},
			Purpose: Text{"Eén persoon is aanspreekbaar en kent het verhaal.", "One person is answerable and knows the story."},
		},
		{
			Key: "hand_over", Name: Text{"Naar een kans", "Into an opportunity"}, Actor: Human, Role: "new_business", Hours: 80, Minutes: 30, Deeds: []string{"lead.converted", "opportunity.created"}, Wait: ForCustomer,
			Input: Text{"Bevestigde behoefte en een vervolgafspraak", "A confirmed need and a next step"}, Output: Text{"Een verkoopkans", "A sales opportunity"},
			Purpose: Text{"De klant hoeft niets twee keer te vertellen.", "The customer need not tell anything twice."},
		},
	},
}

var salesToOrder = Template{
	Name:  Text{"Verkoop naar order", "Sales to order"},
	Owner: "account_manager", Begins: []string{"opportunity.created"}, Ends: []string{"opportunity.won", "order.placed"}, Stops: []string{"opportunity.lost"},
	Steps: []Step{
		{
			Key: "plan_call", Name: Text{"Gesprek plannen", "Plan the call"}, Actor: Human, Role: "new_business", Hours: 16, Minutes: 15, Deeds: []string{"conversation.planned"},
			Input: Text{"De kans", "The opportunity"}, Output: Text{"Een afspraak met een doel", "An appointment with a goal"},
			Purpose: Text{"Het gesprek gaat over wat de klant bezighoudt.", "The talk is about what occupies the customer."},
			Checks:  []Text{{"Gewenste vervolgstap bepaald", "Chose the wanted next step"}, {"Vragen voorbereid", "Prepared the questions"}},
		},
		{
			Key: "needs", Name: Text{"Behoefte peilen", "Hear the needs"}, Actor: Human, Role: "new_business", Hours: 40, Minutes: 60, Deeds: []string{"conversation.reported"}, Wait: ForCustomer,
			Output:  Text{"Behoeften in de woorden van de klant", "Needs in the customer's words"},
			Purpose: Text{"We begrijpen het probleem voordat we iets voorstellen.", "We understand the problem before we propose anything."},
		},
		{
			Key: "prepare", Name: Text{"Voorstel klaarleggen", "Set up the proposal"}, Actor: Machine, Role: "account_manager", Action: MakeTask,
			Draft:   Text{"Voorstel maken voor {account}", "Make a proposal for {account}"},
			Purpose: Text{"Het voorstel blijft niet liggen.", "The proposal is not left lying."},
		},
		{
			Key: "proposition", Name: Text{"Voorstel maken", "Make the proposition"}, Actor: Human, Role: "new_business", Hours: 24, Minutes: 60, Deeds: []string{"quote.drafted"},
			Input: Text{"De behoeften", "The needs"}, Output: Text{"Een voorstel dat erop antwoordt", "A proposal that answers them"},
			Purpose: Text{"Elke regel van het voorstel antwoordt op iets dat de klant nodig heeft.", "Each line answers something that the customer needs."},
		},
		{
			Key: "quote", Name: Text{"Offerte sturen", "Send the quote"}, Actor: Human, Role: "new_business", Hours: 24, Minutes: 30, Deeds: []string{"quote.sent"},
			Output:  Text{"Een offerte met een geldigheid", "A quote with a term"},
			Purpose: Text{"De klant ziet zwart op wit wat hij krijgt en wat het kost.", "The customer sees in writing what they get and what it costs."},
		},
		{
			Key: "negotiate", Name: Text{"Onderhandelen", "Negotiate"}, Actor: Human, Role: "new_business", Hours: 40, Minutes: 45, Deeds: []string{"quote.accepted"}, Skip: Condition{Below: 100_000}, Wait: ForCustomer,
			Output:  Text{"Een akkoord waar beiden beter van worden", "An agreement that is better for both"},
			Purpose: Text{"De klant krijgt een eerlijk antwoord op elke vraag.", "The customer gets an honest answer to each question."},
		},
		{
			Key: "close", Name: Text{"Order vastleggen", "Close the order"}, Actor: Human, Role: "new_business", Hours: 16, Minutes: 15, Deeds: []string{"order.placed"}, Wait: ForCustomer,
			Output:  Text{"Een getekende order", "A signed order"},
			Purpose: Text{"Wat is afgesproken, staat vast.", "What was agreed stands."},
		},
	},
}

var orderToCash = Template{
	Name:  Text{"Order naar geld", "Order to cash"},
	Owner: "order_desk", Begins: []string{"order.placed"}, Stops: []string{"order.cancelled"},
	Steps: []Step{
		{
			Key: "credit", Name: Text{"Krediet nakijken", "Check credit"}, Actor: Machine, Role: "order_desk", Action: CheckCredit, Deeds: []string{"order.checked", "order.released"},
			Input: Text{"De order en wat openstaat", "The order and what is open"}, Output: Text{"Op rekening, of eerst overleg", "On account, or talk first"},
			Purpose: Text{"De klant komt niet voor verrassingen te staan na de levering.", "No surprises for the customer after delivery."},
		},
		{
			Key: "confirm", Name: Text{"Order bevestigen", "Confirm the order"}, Actor: Machine, Role: "order_desk", Action: SendDraft, Deeds: []string{"order.confirmed"}, Hours: 8,
			Draft: Text{
				"Beste {contact},\n\nDank voor uw order {subject}. We hebben hem in goede orde ontvangen. {owner} stemt de leverdatum met u af.\n\nMet vriendelijke groet,\n{organisation}",
				"Dear {contact},\n\nThank you for your order {subject}. It arrived in good order. {owner} will agree the day of delivery with you.\n\nKind regards,\n{organisation}",
			},
			Purpose: Text{"De klant heeft zwart op wit wat is afgesproken.", "The customer has in writing what was agreed."},
		},
		{
			Key: "plan", Name: Text{"Datum afstemmen", "Agree the day"}, Actor: Human, Role: "account_manager", Lane: Text{"Sales", "Sales"}, Hours: 16, Minutes: 15, Deeds: []string{"order.planned"}, Wait: ForCustomer,
			Output:  Text{"Een leverdatum", "A day of delivery"},
			Purpose: Text{"De klant kiest het moment.", "The customer chooses the moment."},
		},
		{
			Key: "prepare", Name: Text{"Levering klaarzetten", "Prepare delivery"}, Actor: Human, Role: "order_desk", Lane: Text{"Magazijn", "Warehouse"}, Hours: 16, Minutes: 60,
			Purpose: Text{"Alles is compleet als we komen.", "Everything is complete when we come."},
			Checks:  []Text{{"Compleet", "Complete"}, {"Onbeschadigd", "Undamaged"}},
		},
		{
			Key: "deliver", Name: Text{"Leveren", "Deliver"}, Actor: Human, Role: "service", Hours: 40, Minutes: 90, Deeds: []string{"order.delivered"}, Wait: ForInternal,
			Output:  Text{"Geleverd, met bewijs", "Delivered, with proof"},
			Purpose: Text{"De klant kan aan de slag op de dag die is afgesproken.", "The customer can start on the day that was agreed."},
		},
		{
			Key: "sign_off", Name: Text{"Aftekenen", "Sign off"}, Actor: Human, Role: Customer, Hours: 16, Minutes: 5, Deeds: []string{"order.accepted"}, Wait: ForCustomer,
			Purpose: Text{"De klant bevestigt dat alles klopt, of zegt wat niet.", "The customer confirms that all is right, or says what is not."},
		},
		{
			Key: "invoice", Name: Text{"Factuur maken", "Make the invoice"}, Actor: Machine, Role: "order_desk", Lane: Text{"Boekhouding", "Accounting"}, Action: MakeInvoice, Deeds: []string{"invoice.sent"}, Hours: 8,
			Output:  Text{"Een factuur die klopt met de levering", "An invoice that matches the delivery"},
			Purpose: Text{"De factuur klopt in één keer.", "The invoice is right the first time."},
		},
		{
			Key: "collect", Name: Text{"Betaling ontvangen", "Receive payment"}, Actor: Machine, Role: "order_desk", Lane: Text{"Boekhouding", "Accounting"}, Action: WaitDeed, Deeds: []string{"invoice.paid", "order.paid"}, Hours: 176, Wait: ForCustomer,
			Purpose: Text{"De klant betaalt op de afgesproken termijn, zonder onnodige herinneringen.", "The customer pays as agreed, without needless reminders."},
		},
		{
			Key: "evaluate", Name: Text{"Nabellen", "Follow up"}, Actor: Human, Role: "account_manager", Lane: Text{"Sales", "Sales"}, Hours: 40, Minutes: 15, Deeds: []string{"order.evaluated"},
			Output:  Text{"Hoe het bevalt", "How it went"},
			Purpose: Text{"We horen of het bracht wat de klant ervan verwachtte.", "We hear whether it brought what the customer expected."},
			Checks:  []Text{{"Gevraagd wat beter kon", "Asked what could be better"}},
		},
	},
}

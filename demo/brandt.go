package demo

import (
	"strings"

	"kring/base/fact"
	"kring/base/reach"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/field"
	"kring/domain/member"
	"kring/domain/view"
)

var teams = []struct{ name, parent string }{
	{"Verkoop", ""}, {"Oost", "Verkoop"}, {"West", "Verkoop"}, {"Noord", "Verkoop"}, {"Nieuwe klanten", "Verkoop"}, {"Service", ""}, {"Kantoor", ""},
}

type person struct {
	name   string
	role   member.Role
	team   string
	locale string
	state  member.State
}

func (p person) email() string {
	first, _, _ := strings.Cut(p.name, " ")
	return strings.ToLower(first) + "@brandt.example"
}

// people work at Brandt & Zoon. The first two are named when Kring opens.
var people = []person{
	{"Sanne de Wit", member.AccountManager, "Oost", "nl", member.Active},
	{"Roos Brandt", member.Admin, "Kantoor", "nl", member.Active},
	{"Daan Kuipers", member.Director, "", "nl", member.Active},
	{"Joris van den Heuvel", member.AccountManager, "West", "nl", member.Active},
	{"Milan Postma", member.AccountManager, "Oost", "nl", member.Active},
	{"Femke Dijkstra", member.AccountManager, "Noord", "nl", member.Active},
	{"Anouk Vermeer", member.AccountManager, "West", "nl", member.Active},
	{"Bram Willems", member.NewBusiness, "Nieuwe klanten", "nl", member.Active},
	{"Teun Bakker", member.Service, "Service", "nl", member.Active},
	{"Noor Hendriks", member.Marketer, "Kantoor", "nl", member.Active},
	{"Fatima Tahiri", member.OrderDesk, "Kantoor", "nl", member.Active},
	{"Esther Visser", member.Privacy, "Kantoor", "nl", member.Active},
	{"Claire Mitchell", member.AccountManager, "West", "en", member.Active},
	{"Lotte Kramer", member.Service, "Service", "nl", member.Invited},
	{"Gerrit Mol", member.AccountManager, "Noord", "nl", member.Disabled},
}

// portfolio is what a member looks after besides the relations of the pictures.
type portfolio struct {
	owner   string
	n       int
	regions []string
}

// portfolios add up, with the fourteen of the pictures, to 321.
var portfolios = []portfolio{
	{"Sanne", 32, []string{"oost", "noord"}}, {"Milan", 58, []string{"oost"}}, {"Femke", 66, []string{"noord"}},
	{"Joris", 62, []string{"west"}}, {"Anouk", 31, []string{"west"}}, {"Claire", 20, []string{"west"}}, {"Bram", 38, []string{"zuid", "oost"}},
}

var flavours = []field.Option{
	{Key: "filter", Label: field.Label{NL: "Filterkoffie", EN: "Filter coffee"}}, {Key: "espresso", Label: field.Label{NL: "Espresso", EN: "Espresso"}},
	{Key: "thee", Label: field.Label{NL: "Thee", EN: "Tea"}}, {Key: "chocolade", Label: field.Label{NL: "Chocolade", EN: "Chocolate"}},
	{Key: "water", Label: field.Label{NL: "Water", EN: "Water"}},
}

var fields = []field.Draft{
	{Kind: fact.Account, Key: "regio", Label: field.Label{NL: "Regio", EN: "Region"}, Type: field.Choice, Ground: field.Contract, Purpose: "Wie er langskomt en van welk depot er wordt geleverd.",
		Choices: []field.Option{{Key: "oost", Label: field.Label{NL: "Oost", EN: "East"}}, {Key: "noord", Label: field.Label{NL: "Noord", EN: "North"}}, {Key: "west", Label: field.Label{NL: "West", EN: "West"}}, {Key: "zuid", Label: field.Label{NL: "Zuid", EN: "South"}}}},
	{Kind: fact.Account, Key: "machines", Label: field.Label{NL: "Machines", EN: "Machines"}, Type: field.Number, Ground: field.Contract, Purpose: "Onderhoud en vulling plannen."},
	{Kind: fact.Account, Key: "contract_tot", Label: field.Label{NL: "Contract tot", EN: "Contract until"}, Type: field.Date, Ground: field.Contract, Purpose: "Op tijd over verlenging praten."},
	{Kind: fact.Account, Key: "budget", Label: field.Label{NL: "Budget per jaar", EN: "Yearly budget"}, Type: field.Money, Ground: field.LegitimateInterest, Purpose: "Een voorstel doen dat past."},
	{Kind: fact.Account, Key: "smaken", Label: field.Label{NL: "Smaken", EN: "Flavours"}, Type: field.Choices, Choices: flavours, Ground: field.Contract, Purpose: "De vulling van de machines."},
	{Kind: fact.Account, Key: "eigen_water", Label: field.Label{NL: "Eigen waterpunt", EN: "Own water point"}, Type: field.YesNo, Ground: field.Contract, Purpose: "Of er een aansluiting moet komen."},
	{Kind: fact.Account, Key: "huisregels", Label: field.Label{NL: "Huisregels", EN: "House rules"}, Type: field.Link, Ground: field.Contract, Purpose: "Wat onze mensen moeten weten voor zij naar binnen gaan."},
	{Kind: fact.Contact, Key: "barista", Label: field.Label{NL: "Barista-training", EN: "Barista training"}, Type: field.YesNo, Ground: field.Contract, Purpose: "Wie de machine kent en anderen kan helpen."},
}

// shared are the views of everyone, beside all and one's own.
var shared = []view.View{
	{Kind: fact.Account, Name: "Zorg", Query: "tags=zorg&sort=-size"},
	{Kind: fact.Account, Name: "Contract loopt af", Query: "own.contract_tot=before:2027-06-01&sort=name"},
	{Kind: fact.Account, Name: "Groot", Query: "size=gte:250&sort=-size"},
	{Kind: fact.Account, Name: "Zonder telefoonnummer", Query: "phone=empty:&sort=name"},
	{Kind: fact.Contact, Name: "Beslissers", Query: "roles=decider&sort=name"},
}

func at(street, number, postcode, city string) reach.Addresses {
	return reach.Addresses{{Label: "visit", Street: street, Number: number, Postcode: postcode, City: city, Country: "NL"}}
}

func call(numbers ...string) (all reach.Phones) {
	for i, n := range numbers {
		label := "work"
		if strings.HasPrefix(n, "06") {
			label = "mobile"
		}
		all = append(all, reach.Phone{Number: n, Label: label, Preferred: i == 0})
	}
	return all
}

func mail(addresses ...string) (all reach.Emails) {
	for i, a := range addresses {
		all = append(all, reach.Email{Address: a, Label: "work", Preferred: i == 0})
	}
	return all
}

func works(honorific, given, infix, family, function, host, mobile string, roles ...contact.Role) contact.Draft {
	return contact.Draft{
		Honorific: honorific, Initials: given[:1] + ".", Given: given, Infix: infix, Family: family, Language: "nl",
		Phones: call(mobile), Emails: mail(mailbox(given, infix, family) + "@" + host),
		Accounts: []contact.Link{{Function: function, Roles: roles, Primary: true}},
	}
}

// pictured are the relations that the pictures of the design show.
var pictured = []firm{
	{owner: "Sanne", account: account.Draft{
		Name: "Zorggroep De Linden", LegalForm: account.Foundation, KvK: "41022187", SBI: "8710", Size: 1240, Addresses: append(at("Lindelaan", "12", "8021 AB", "Zwolle"), reach.Address{Label: "invoice", Street: "Postbus", Number: "218", Postcode: "8000 AE", City: "Zwolle", Country: "NL"}, reach.Address{Label: "delivery", Street: "Zuiderkade", Number: "4", Postcode: "8032 CD", City: "Zwolle", Country: "NL"}),
		Phones: call("038 421 7700", "038 421 7755"), Emails: append(mail("facilitair@zorggroepdelinden.example"), reach.Email{Address: "facturen@zorggroepdelinden.example", Label: "invoice"}), Website: "https://www.zorggroepdelinden.example",
		Tags: []string{"zorg", "vip", "tweede ronde"}, Source: "referral", SourceFrom: "Ziekenhuis Oosterveld", CounterValue: []string{"money", "referral"},
		Note: "Tweede ronde. Vertrok zelf in 2022 om de prijs, kwam terug in 2023 voor de service.\nLocatie Zuid opent in het voorjaar: zes machines en twee waterpunten.",
		Own:  map[string]any{"regio": "oost", "machines": 31, "contract_tot": "2027-05-08", "budget": "90000.00", "smaken": []string{"filter", "espresso", "thee", "water"}, "eigen_water": true, "huisregels": "https://www.zorggroepdelinden.example/leveranciers"},
	}, people: []contact.Draft{
		works("ms", "Inge", "", "Verbeek", "Facilitair manager", "zorggroepdelinden.example", "06 2143 8870", contact.Influencer),
		works("mr", "Paul", "", "Hoes", "Directeur bedrijfsvoering", "zorggroepdelinden.example", "06 2143 8801", contact.Decider),
		works("ms", "Mirjam", "", "Bos", "Inkoop", "zorggroepdelinden.example", "06 2143 8834", contact.Buyer),
		works("mr", "Kees", "", "Ooms", "Teamleider nacht", "zorggroepdelinden.example", "06 2143 8859", contact.User),
	}, files: []paper{
		{"Huisregels leveranciers.txt", "Melden bij de receptie. Leveren voor half acht of na zes uur. Handen schoon op elke afdeling.\n"},
		{"Plattegrond locatie Zuid.csv", "verdieping;machines;waterpunten\nbegane grond;2;1\neerste;2;0\ntweede;2;1\n"},
	}},
	{owner: "Sanne", account: account.Draft{
		Name: "Hotel Haverkamp", LegalForm: account.BV, KvK: "38019944", SBI: "5510", Size: 64, Addresses: at("Brink", "21", "7411 BR", "Deventer"),
		Phones: call("0570 61 48 20"), Emails: mail("receptie@haverkamp.example"), Website: "https://www.haverkamp.example", Tags: []string{"horeca", "storing gehad"}, Source: "fair", SourceFrom: "Horecava 2024",
		Note: "Twee keer een halve dag zonder machine in het weekend. Wil eerst over service praten.", Own: map[string]any{"regio": "oost", "machines": 9, "contract_tot": "2027-03-01", "smaken": []string{"espresso", "chocolade"}},
	}, people: []contact.Draft{
		works("mr", "Ruud", "", "Haverkamp", "Eigenaar", "haverkamp.example", "06 3318 2040", contact.Decider, contact.Buyer),
		works("ms", "Joyce", "van", "Vliet", "Hoofd ontbijt", "haverkamp.example", "06 3318 2041", contact.User),
	}},
	{owner: "Sanne", account: account.Draft{
		Name: "Ziekenhuis Oosterveld", LegalForm: account.Foundation, KvK: "41040312", SBI: "8610", Size: 2150, Addresses: at("Oosterveldweg", "1", "7943 KA", "Meppel"),
		Phones: call("0522 23 90 00", "0522 23 91 14"), Emails: mail("inkoop@oosterveld.example"), Website: "https://www.oosterveld.example", Tags: []string{"zorg", "referentie"}, Source: "network",
		Note: "Herfstbezoek plannen. Tevreden, maar wij laten weinig van ons horen.", Own: map[string]any{"regio": "noord", "machines": 44, "contract_tot": "2028-01-01", "budget": "62000.00", "smaken": []string{"filter", "thee", "water"}, "eigen_water": true},
	}, people: []contact.Draft{
		works("mr", "Henk", "", "Scholten", "Hoofd facilitaire dienst", "oosterveld.example", "06 2290 1182", contact.Decider),
		works("ms", "Tineke", "de", "Ruiter", "Inkoper", "oosterveld.example", "06 2290 1107", contact.Buyer),
		works("mr", "Youssef", "", "Haddad", "Teamleider restaurant", "oosterveld.example", "06 2290 1195", contact.User, contact.Initiator),
	}},
	{owner: "Sanne", account: account.Draft{
		Name: "Gemeente Oudeveen", LegalForm: account.Government, SBI: "8411", Size: 380, Addresses: reach.Addresses{{Label: "visit", Street: "Raadhuisplein", Number: "1", City: "Oudeveen", Country: "NL"}},
		Phones: call("0523 28 14 00"), Emails: mail("facilitair@oudeveen.example"), Tags: []string{"overheid", "aanbesteding"}, Source: "site", SourceFrom: "TenderNed",
		Own: map[string]any{"regio": "oost", "machines": 12, "contract_tot": "2026-12-31", "smaken": []string{"filter", "thee"}},
	}, people: []contact.Draft{works("ms", "Anja", "", "Veenstra", "Contractmanager", "oudeveen.example", "06 4410 7733", contact.Decider)}},
	{owner: "Sanne", account: account.Draft{
		Name: "Woningstichting Thuisvest", LegalForm: account.Foundation, KvK: "41028890", SBI: "6820", Size: 145, Addresses: at("Schoolstraat", "40", "7607 CD", "Almelo"),
		Phones: call("0546 53 60 60"), Emails: mail("huismeester@thuisvest.example"), Tags: []string{"wonen"}, Source: "referral", Own: map[string]any{"regio": "oost", "machines": 7, "contract_tot": "2027-11-01"},
	}, people: []contact.Draft{works("mr", "Gerrit", "ter", "Horst", "Manager bedrijfsvoering", "thuisvest.example", "06 5530 9012", contact.Decider)}},
	{owner: "Sanne", account: account.Draft{
		Name: "Ingenieursbureau Dijkema", LegalForm: account.BV, KvK: "04077812", SBI: "7112", Size: 58, Addresses: at("Industrieweg", "118", "9403 AB", "Assen"),
		Phones: call("0592 34 55 10"), Emails: mail("kantoor@dijkema.example"), Website: "https://www.dijkema.example", Tags: []string{"techniek", "duurzaam"}, Source: "search", Own: map[string]any{"regio": "noord", "machines": 4, "contract_tot": "2027-09-15", "smaken": []string{"espresso", "water"}},
	}, people: []contact.Draft{works("ms", "Wendy", "", "Dijkema", "Office manager", "dijkema.example", "06 1877 4520", contact.Influencer, contact.Buyer)}},
	{owner: "Sanne", account: account.Draft{
		Name: "Drukkerij Lankhorst", LegalForm: account.VOF, KvK: "05033419", SBI: "1812", Size: 22, Addresses: at("Oudestraat", "77", "8261 CK", "Kampen"),
		Phones: call("038 331 22 45"), Emails: mail("info@lankhorst.example"), Tags: []string{"maakbedrijf"}, Source: "cold", Note: "Terugbellen over de factuur van oktober.", Own: map[string]any{"regio": "oost", "machines": 2},
	}, people: []contact.Draft{works("mr", "Cornelis", "", "Lankhorst", "Vennoot", "lankhorst.example", "06 2008 3311", contact.Decider, contact.Buyer)}},
	{owner: "Sanne", account: account.Draft{
		Name: "Logistiek Terbrugge", LegalForm: account.BV, KvK: "08155027", SBI: "4941", Size: 190, Addresses: at("Transportweg", "5", "7327 EA", "Apeldoorn"),
		Phones: call("055 534 88 00"), Emails: mail("planning@terbrugge.example"), Tags: []string{"vervoer"}, Source: "webinar", Own: map[string]any{"regio": "oost", "machines": 6, "contract_tot": "2028-04-01"},
	}, people: []contact.Draft{works("ms", "Chantal", "", "Terbrugge", "HR-adviseur", "terbrugge.example", "06 5122 7608", contact.Initiator)}},
	{owner: "Sanne", account: account.Draft{
		Name: "Museum De Wachter", LegalForm: account.Foundation, KvK: "41038116", SBI: "9102", Size: 31, Addresses: at("Houtmarkt", "8", "7201 KM", "Zutphen"),
		Phones: call("0575 51 28 30"), Emails: mail("balie@dewachter.example"), Tags: []string{"cultuur", "vijf jaar"}, Source: "network", Own: map[string]any{"regio": "oost", "machines": 2, "contract_tot": "2027-12-01"},
	}, people: []contact.Draft{works("ms", "Hanneke", "van", "Beek", "Zakelijk leider", "dewachter.example", "06 4093 2218", contact.Decider)}},
	{owner: "Sanne", account: account.Draft{
		Name: "Theater De Kade", LegalForm: account.Foundation, KvK: "41023902", SBI: "9004", Size: 44, Addresses: at("Rodetorenplein", "15", "8011 MJ", "Zwolle"),
		Phones: call("038 427 01 90"), Emails: mail("foyer@dekade.example"), Tags: []string{"cultuur", "proefmaand"}, Source: "customer", Own: map[string]any{"regio": "oost", "machines": 3},
	}, people: []contact.Draft{works("mr", "Thijs", "", "Molenaar", "Hoofd horeca", "dekade.example", "06 2755 0914", contact.Influencer, contact.User)}},
	{owner: "Sanne", account: account.Draft{
		Name: "Fysio Kerkplein", LegalForm: account.Maatschap, KvK: "08210764", SBI: "8691", Size: 9, Addresses: at("Kerkplein", "3", "8051 EV", "Hattem"),
		Phones: call("038 444 19 02"), Emails: mail("praktijk@kerkplein.example"), Tags: []string{"praktijk"}, Source: "social", Own: map[string]any{"regio": "oost", "machines": 1},
	}, people: []contact.Draft{works("ms", "Renée", "", "Koster", "Maat", "kerkplein.example", "06 3661 8027", contact.Decider)}},
	{owner: "Sanne", account: account.Draft{
		Name: "Rederij Noordzij", LegalForm: account.NV, KvK: "01044730", SBI: "5020", Size: 320, Addresses: at("Havenweg", "2", "8861 NR", "Harlingen"),
		Phones: call("0517 41 86 00"), Emails: mail("boord@noordzij.example"), Tags: []string{"vervoer", "welkom terug"}, Source: "customer", Note: "Vertrok zelf. Kennismaken met de nieuwe hofmeester.", Own: map[string]any{"regio": "noord"},
	}, people: []contact.Draft{works("mr", "Sjoerd", "", "Noordzij", "Hofmeester", "noordzij.example", "06 1140 6675", contact.Influencer)}},
	{owner: "Sanne", account: account.Draft{
		Name: "Meubelfabriek Eikelboom", LegalForm: account.BV, KvK: "05061288", SBI: "3109", Size: 75, Addresses: at("Handelsstraat", "29", "8103 GA", "Raalte"),
		Phones: call("0572 35 20 77"), Emails: mail("info@eikelboom.example"), Tags: []string{"maakbedrijf"}, Source: "fair", SourceFrom: "Bedrijvencontactdagen Hardenberg", Own: map[string]any{"regio": "oost"},
	}, people: []contact.Draft{works("mr", "Arjan", "", "Eikelboom", "Directeur", "eikelboom.example", "06 4287 1503", contact.Decider)}},
	{owner: "Sanne", account: account.Draft{
		Name: "Camping Duinrand", LegalForm: account.SoleTrader, KvK: "05089931", SBI: "5530", Size: 6, Addresses: at("Zandweg", "60", "7731 PB", "Ommen"),
		Phones: call("0529 45 12 66"), Emails: mail("balie@duinrand.example"), Tags: []string{"horeca"}, Source: "cold", Note: "Door ons beëindigd in 2025.", Own: map[string]any{"regio": "oost"},
	}, people: []contact.Draft{works("ms", "Geertje", "", "Blom", "Eigenaar", "duinrand.example", "06 5390 4416", contact.Decider)}},
}

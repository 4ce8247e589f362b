package demo

import (
	"kring/domain/account"
	"kring/domain/contact"
)

type counted struct {
	infix, name string
	n           int // how many bear it, in hundreds
}

// families are the family names that most people bear.
var families = []counted{
	{"de", "Jong", 839}, {"", "Jansen", 735}, {"de", "Vries", 711}, {"van den", "Berg", 586}, {"van", "Dijk", 565}, {"", "Bakker", 553}, {"", "Janssen", 540},
	{"", "Visser", 495}, {"", "Smit", 423}, {"", "Meijer", 400}, {"de", "Boer", 383}, {"", "Mulder", 362}, {"de", "Groot", 361}, {"", "Bos", 354}, {"", "Vos", 303},
	{"", "Peters", 301}, {"", "Hendriks", 295}, {"van", "Leeuwen", 286}, {"", "Dekker", 279}, {"", "Brouwer", 254}, {"de", "Wit", 238}, {"", "Dijkstra", 234},
	{"", "Smits", 225}, {"de", "Graaf", 211}, {"van der", "Meer", 208}, {"van der", "Linden", 199}, {"", "Kok", 190}, {"", "Jacobs", 189}, {"de", "Haan", 186},
	{"", "Vermeulen", 184}, {"van den", "Heuvel", 177}, {"van de", "Ven", 174}, {"", "Veenstra", 164}, {"", "Schouten", 160}, {"van den", "Broek", 158}, {"de", "Bruijn", 155},
	{"de", "Bruin", 154}, {"van der", "Heijden", 153}, {"", "Willems", 152}, {"", "Koster", 150}, {"", "Hoekstra", 149}, {"van", "Vliet", 148}, {"", "Verhoeven", 147},
	{"", "Prins", 146}, {"", "Koning", 142}, {"", "Huisman", 141}, {"", "Maas", 139}, {"van", "Beek", 138}, {"", "Kuipers", 135}, {"", "Postma", 132}, {"", "Blom", 131},
	{"van der", "Veen", 130}, {"", "Peeters", 128}, {"", "Kuijpers", 127}, {"van", "Dam", 125}, {"", "Scholten", 124}, {"van", "Wijk", 122}, {"", "Post", 120}, {"", "Timmermans", 118},
	{"", "Groen", 115}, {"", "Gerritsen", 113}, {"", "Driessen", 112}, {"de", "Ruiter", 110}, {"", "Molenaar", 108}, {"", "Sanders", 104}, {"", "Ooms", 62}, {"", "Verbeek", 95},
	{"", "Yilmaz", 62}, {"", "El Amrani", 31}, {"", "Nguyen", 58}, {"", "Özdemir", 34}, {"", "Kaya", 48}, {"", "Singh", 52}, {"", "Mohamed", 40}, {"", "Kowalski", 21},
}

var (
	stems = []string{
		"Acker", "Berken", "Bloem", "Boom", "Brand", "Broek", "Damme", "Door", "Eiken", "Elzen", "Gaast", "Graven", "Haan", "Have", "Heer", "Hille", "Hoog", "Hulst", "IJssel", "Kamp",
		"Kerk", "Klooster", "Kolk", "Koppe", "Land", "Leeuw", "Linde", "Loo", "Meer", "Molen", "Noord", "Oever", "Olden", "Ooster", "Over", "Peppel", "Polder", "Rave", "Riet", "Roos",
		"Rozen", "Schip", "Slag", "Sluis", "Steen", "Ster", "Terp", "Tol", "Veld", "Venne", "Vinke", "Vlas", "Voor", "Water", "Weide", "Wester", "Wilge", "Winter", "Wolde", "Zand",
	}
	ends      = []string{"berg", "beek", "bos", "burg", "dam", "dijk", "donk", "haar", "hof", "horst", "huis", "huizen", "kamp", "laar", "loo", "meer", "mond", "rade", "stein", "veld", "voort", "waard", "wijk", "zicht"}
	elsewhere = []string{"Ait Ben Ali", "Aydin", "Bouzian", "Çelik", "Chen", "Demir", "El Idrissi", "Fernandes", "Haddad", "Hassan", "Ivanova", "Khan", "Kovács", "Lopes", "Müller", "Novak", "Pereira", "Sahin", "Santos", "Tahiri", "Wang", "Wiśniewski", "Yıldız", "Ziani"}

	women = []string{
		"Maria", "Anna", "Johanna", "Linda", "Esther", "Monique", "Sandra", "Ingrid", "Marieke", "Anita", "Wilma", "Petra", "Inge", "Mirjam", "Marjan", "Karin", "Yvonne", "Astrid", "Femke",
		"Sanne", "Lotte", "Eva", "Lisa", "Emma", "Iris", "Roos", "Noor", "Fleur", "Esmée", "Fatima", "Naima", "Ayşe", "Samira", "Joyce", "Chantal", "Saskia", "Annelies", "Hanneke", "Tineke",
		"Willemijn", "Merel", "Maud", "Julia", "Zoë", "Renée", "Loes", "Truus", "Geertje", "Wendy", "Priya",
	}
	men = []string{
		"Jan", "Johannes", "Peter", "Kees", "Hans", "Henk", "Paul", "Mark", "Erik", "Rob", "Marcel", "Bas", "Jeroen", "Martijn", "Dennis", "Bart", "Tom", "Thijs", "Daan", "Sem", "Lucas", "Tim",
		"Joris", "Teun", "Sjoerd", "Wouter", "Ruud", "Gerrit", "Dirk", "Arjan", "Niels", "Koen", "Stefan", "Mohammed", "Ahmed", "Mehmet", "Youssef", "Bram", "Gijs", "Jelle", "Maarten", "Frank",
		"Ronald", "Edwin", "Hendrik", "Cornelis", "Willem", "Milan", "Dewi", "Piotr",
	}

	towns = []Town{
		{"Zwolle", "oost", "038", 8011, 133}, {"Deventer", "oost", "0570", 7411, 103}, {"Apeldoorn", "oost", "055", 7311, 168}, {"Almelo", "oost", "0546", 7601, 74}, {"Enschede", "oost", "053", 7511, 161},
		{"Hengelo", "oost", "074", 7551, 82}, {"Kampen", "oost", "038", 8261, 56}, {"Zutphen", "oost", "0575", 7201, 48}, {"Hattem", "oost", "038", 8051, 13}, {"Raalte", "oost", "0572", 8101, 39},
		{"Ommen", "oost", "0529", 7731, 19}, {"Hardenberg", "oost", "0523", 7771, 63}, {"Arnhem", "oost", "026", 6811, 168}, {"Nijmegen", "oost", "024", 6511, 184}, {"Ede", "oost", "0318", 6711, 124},
		{"Meppel", "noord", "0522", 7941, 36}, {"Assen", "noord", "0592", 9401, 69}, {"Emmen", "noord", "0591", 7811, 108}, {"Groningen", "noord", "050", 9711, 244}, {"Leeuwarden", "noord", "058", 8911, 128},
		{"Heerenveen", "noord", "0513", 8441, 52}, {"Drachten", "noord", "0512", 9201, 46}, {"Harlingen", "noord", "0517", 8861, 16}, {"Sneek", "noord", "0515", 8601, 34}, {"Hoogeveen", "noord", "0528", 7901, 57},
		{"Amsterdam", "west", "020", 1012, 935}, {"Rotterdam", "west", "010", 3011, 672}, {"Den Haag", "west", "070", 2511, 567}, {"Utrecht", "west", "030", 3511, 376}, {"Haarlem", "west", "023", 2011, 166},
		{"Leiden", "west", "071", 2311, 131}, {"Delft", "west", "015", 2611, 110}, {"Amersfoort", "west", "033", 3811, 161}, {"Hilversum", "west", "035", 1211, 94}, {"Alkmaar", "west", "072", 1811, 112},
		{"Zaandam", "west", "075", 1501, 79}, {"Gouda", "west", "0182", 2801, 76}, {"Dordrecht", "west", "078", 3311, 122}, {"Almere", "west", "036", 1311, 228}, {"Lelystad", "west", "0320", 8221, 85},
		{"Eindhoven", "zuid", "040", 5611, 249}, {"Tilburg", "zuid", "013", 5011, 231}, {"Breda", "zuid", "076", 4811, 188}, {"'s-Hertogenbosch", "zuid", "073", 5211, 162}, {"Maastricht", "zuid", "043", 6211, 125},
		{"Venlo", "zuid", "077", 5911, 103}, {"Roermond", "zuid", "0475", 6041, 60}, {"Helmond", "zuid", "0492", 5701, 97}, {"Middelburg", "zuid", "0118", 4331, 51}, {"Goes", "zuid", "0113", 4461, 40},
	}

	streets = []string{
		"Kerk", "School", "Dorps", "Molen", "Station", "Juliana", "Wilhelmina", "Beatrix", "Hoofd", "Nieuw", "Markt", "Haven", "Eiken", "Linden", "Beuken", "Kastanje", "Burgemeester Van der Heide", "Rembrandt",
		"Vermeer", "Industrie", "Ambachts", "Handels", "Transport", "Zuider", "Noorder", "Ooster", "Wester", "Park", "Spoor", "Brink", "Veld", "Vondel", "Thorbecke", "Ceintuur", "Marconi", "Einstein", "Curie",
	}

	nouns = []string{
		"Linde", "Brink", "Esdoorn", "Vlinder", "Regenboog", "Zonnebloem", "Sleutelbloem", "Meander", "Wende", "Horizon", "Brug", "Kade", "Haven", "Molen", "Toren", "Poort", "Akker", "Waterlelie", "IJsvogel",
		"Reiger", "Zwaluw", "Kievit", "Wilg", "Beuk", "Hazelaar", "Kompas", "Anker", "Baken", "Morgenster", "Dageraad", "Wissel", "Schakel", "Kring", "Driehoek", "Lantaarn", "Oever", "Duinroos", "Heide", "Weide", "Bron",
	}

	providers = []string{"mijnpost.example", "thuispost.example", "postbus.example"}
	tags      = []string{"vip", "pers", "nieuwsbrief", "duurzaam", "proefmaand", "contract 2027", "storing gehad", "bovenste lade", "referentie", "buurt", "groot verbruik"}
	notes     = []string{
		"Leveren aan de achterzijde, bellen bij aankomst.", "Kwartaalgesprek altijd op dinsdag.", "Wil in het voorjaar overstappen op bonen uit Ethiopië.",
		"Let op: twee locaties, één factuur.", "Facilitair manager is tot en met maart met verlof.", "Waterpunt op de tweede verdieping is in augustus vervangen.",
		"Heeft een hekel aan ongevraagde reclame. Alleen bellen als er iets is.", "Vraagt om een offerte met en zonder melk.",
	}

	trades = []trade{
		{14, "zorg", "8610", []account.LegalForm{account.Foundation, account.Foundation, account.BV}, [2]int{20, 1400}, []string{"Zorggroep De {noun}", "Woonzorgcentrum De {noun}", "Thuiszorg {town}", "Verpleeghuis {noun}hof"}},
		{10, "praktijk", "8621", []account.LegalForm{account.Maatschap, account.BV, account.SoleTrader}, [2]int{2, 18}, []string{"Huisartsenpraktijk {fam}", "Tandartspraktijk De {noun}", "Fysiotherapie {fam}", "Dierenartspraktijk {town}"}},
		{16, "kantoor", "6920", []account.LegalForm{account.BV, account.Maatschap, account.VOF}, [2]int{3, 120}, []string{"{fam} Accountants", "{fam} & {fam} Advocaten", "Notariskantoor {fam}", "{fam} Advies", "Administratiekantoor {fam}"}},
		{9, "techniek", "7112", []account.LegalForm{account.BV}, [2]int{5, 220}, []string{"Ingenieursbureau {fam}", "{fam} Techniek", "Installatiebedrijf {fam}", "{noun} Software"}},
		{13, "bouw", "4120", []account.LegalForm{account.BV, account.VOF, account.SoleTrader}, [2]int{1, 90}, []string{"Bouwbedrijf {fam}", "{fam} Schilders", "Timmerbedrijf {fam}", "Dakdekkers {fam}"}},
		{12, "winkel", "4711", []account.LegalForm{account.SoleTrader, account.VOF, account.BV}, [2]int{1, 40}, []string{"Bakkerij {fam}", "Slagerij {fam}", "Boekhandel De {noun}", "Fietsen {fam}", "Kwekerij {fam}", "Bloemen van {fam}"}},
		{10, "vervoer", "4941", []account.LegalForm{account.BV, account.CV}, [2]int{8, 260}, []string{"Transport {fam}", "Logistiek {fam}", "{fam} Verhuizingen", "Garage {fam}"}},
		{9, "horeca", "5510", []account.LegalForm{account.BV, account.VOF}, [2]int{4, 80}, []string{"Hotel De {noun}", "Restaurant {noun}", "Herberg De {noun}", "Café {fam}"}},
		{8, "onderwijs", "8520", []account.LegalForm{account.Foundation}, [2]int{10, 180}, []string{"Basisschool De {noun}", "Scholengemeenschap {town}", "Kinderopvang {noun}", "Vrijeschool De {noun}"}},
		{6, "cultuur", "9101", []account.LegalForm{account.Foundation, account.Association}, [2]int{1, 60}, []string{"Theater De {noun}", "Museum {noun}", "Bibliotheek {town}", "Muziekschool De {noun}", "Sportvereniging {town}"}},
		{7, "maakbedrijf", "2511", []account.LegalForm{account.BV, account.NV}, [2]int{12, 400}, []string{"Machinefabriek {fam}", "Drukkerij {fam}", "Meubelfabriek {fam}", "Zuivelfabriek De {noun}", "{fam} Metaal"}},
		{3, "overheid", "8411", []account.LegalForm{account.Government}, [2]int{60, 900}, []string{"Waterschap De {noun}", "Omgevingsdienst {noun}streek", "Veiligheidsregio {noun}land"}},
		{3, "wonen", "6820", []account.LegalForm{account.Foundation, account.Cooperative, account.Association}, [2]int{5, 240}, []string{"Woningstichting De {noun}", "Wooncoöperatie {town}", "VvE De {noun}"}},
	}

	jobs = []job{
		{"Facilitair manager", []contact.Role{contact.Influencer}}, {"Directeur", []contact.Role{contact.Decider}}, {"Directeur bedrijfsvoering", []contact.Role{contact.Decider}},
		{"Inkoop", []contact.Role{contact.Buyer}}, {"Office manager", []contact.Role{contact.Influencer, contact.User}}, {"Receptie", []contact.Role{contact.Gatekeeper}}, {"Teamleider", []contact.Role{contact.User}},
		{"Eigenaar", []contact.Role{contact.Decider, contact.Buyer}}, {"Hoofd facilitaire dienst", []contact.Role{contact.Initiator, contact.Influencer}}, {"Financiën", nil}, {"Gastvrouw", []contact.Role{contact.User}},
		{"HR-adviseur", []contact.Role{contact.Initiator}}, {"Keukenchef", []contact.Role{contact.User}}, {"Conciërge", []contact.Role{contact.User, contact.Gatekeeper}},
	}
)

type job struct {
	name  string
	roles []contact.Role
}

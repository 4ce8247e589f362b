package contact

import (
	"slices"
	"strings"

	"kring/base/catalogue"
	"kring/base/column"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/opt"
	"kring/base/tag"
)

// Columns are what a column of a file can become of a contact, in the order of
// a menu; own fields come after them. name is a whole name, which is taken
// apart where given or family is no column of its own.
func Columns() column.Fields {
	fields := column.Fields{
		{Key: "name", Kind: catalogue.Text, Words: []string{"Naam", "Volledige naam", "Contactpersoon", "Contact", "Name", "Full name", "Contact name", "Display name", "Weergavenaam"}},
		{Key: "honorific", Kind: catalogue.Choice, Words: []string{"Aanhef", "Form of address", "Geslacht", "Title", "Salutation", "Titel", "Gender"}, Named: map[string][]string{
			"mr": {"De heer", "Dhr", "Dhr.", "Heer", "Mr", "Mr.", "M", "Man", "Male"}, "ms": {"Mevrouw", "Mevr", "Mevr.", "Mw", "Mw.", "Ms", "Ms.", "Mrs", "Mrs.", "Miss", "V", "Vrouw", "F", "Female"},
			"mx": {"Neutraal", "Mx", "X"}}},
		{Key: "initials", Kind: catalogue.Text, Words: []string{"Voorletters", "Initialen", "Initials"}},
		{Key: "given", Kind: catalogue.Text, Words: []string{"Voornaam", "Roepnaam", "Given name", "First name", "Firstname", "Forename"}},
		{Key: "infix", Kind: catalogue.Text, Words: []string{"Tussenvoegsel", "Tussenvoegsels", "Voorvoegsel", "Infix", "Prefix", "Name prefix", "Middle name"}},
		{Key: "family", Kind: catalogue.Text, Words: []string{"Achternaam", "Familienaam", "Geslachtsnaam", "Family name", "Last name", "Lastname", "Surname"}},
		{Key: "language", Kind: catalogue.Text, Words: []string{"Taal", "Taalcode", "Language"}},
		{Key: "account", Kind: catalogue.Record, Words: []string{
			"Relatie", "Bedrijf", "Bedrijfsnaam", "Organisatie", "Werkgever", "Klant", "Account", "Account name", "Company", "Company name", "Organization", "Organisation", "Employer", "Customer", "Relation"}},
		{Key: "function", Kind: catalogue.Text, Words: []string{"Functie", "Function", "Functietitel", "Job title", "Position", "Role", "Rol", "Beroep"}},
		{Key: "roles", Kind: catalogue.Choices, Words: []string{"Rol bij besluiten", "Buying role", "DMU-rol", "DMU role"}, Named: map[string][]string{
			"decider": {"Beslisser", "Decision maker"}, "influencer": {"Beïnvloeder", "Influencer"}, "user": {"Gebruiker", "User"}, "buyer": {"Inkoper", "Buyer"},
			"initiator": {"Initiatiefnemer", "Initiator"}, "gatekeeper": {"Poortwachter", "Gatekeeper"}}},
	}
	fields = append(fields, column.Ways()...)
	return append(fields,
		column.Field{Key: "owner", Kind: catalogue.Member, Words: []string{"Eigenaar", "Accountmanager", "Relatiebeheerder", "Owner", "Account manager", "Contact owner", "Assigned to"}},
		column.Field{Key: "team", Kind: catalogue.Team, Words: []string{"Team", "Afdeling", "Regio"}},
		column.Field{Key: "tags", Kind: catalogue.Choices, Words: []string{"Labels", "Label", "Tags", "Tag", "Trefwoorden", "Categorie", "Category", "Categories", "Keywords"}},
		column.Field{Key: "note", Kind: catalogue.Text, Words: []string{"Notitie", "Notities", "Opmerking", "Opmerkingen", "Memo", "Toelichting", "Note", "Notes", "Remarks", "Comments"}},
		column.Field{Key: "source", Kind: catalogue.Choice, Words: []string{"Herkomst", "Bron", "Source", "Lead source", "Origin"}, Named: sourceWords},
		column.Field{Key: "source_from", Kind: catalogue.Text, Words: []string{"Herkomst precies", "Source in detail", "Bron precies", "Campagne", "Campaign"}},
		column.Field{Key: "external_id", Kind: catalogue.Text, Words: []string{
			"Nummer elders", "Number elsewhere", "Contactnummer", "Contact id", "External id", "Externe id", "Extern nummer", "Record id", "Id", "Uid", "Code"}},
		column.ID,
	)
}

// sourceWords are what files call the sources.
var sourceWords = map[string][]string{
	"site": {"Eigen site", "Own site", "Website"}, "search": {"Zoekmachine", "Search engine", "Google"}, "social": {"Sociale media", "Social media", "LinkedIn"},
	"email": {"E-mail", "Email", "Nieuwsbrief", "Newsletter"}, "webinar": {"Webinar"}, "cold": {"Koud benaderd", "Cold approach", "Cold call"},
	"referral": {"Aanbeveling", "Referral", "Via via"}, "network": {"Netwerk", "Network"}, "fair": {"Beurs", "Trade fair", "Fair", "Event"}, "partner": {"Partner"},
	"customer": {"Klant zelf", "Cliënt zelf", "Gast zelf", "The customer", "The client", "The guest"}, "import": {"Import"}, "other": {"Anders", "Other", "Overig"},
}

// Parted takes a whole name apart: "Sanne de Wit" and "Wit, Sanne de" have the
// given name Sanne, the infix de and the family name Wit.
func Parted(whole string) (given, infix, family string) {
	whole = strings.Join(strings.Fields(whole), " ")
	if last, rest, found := strings.Cut(whole, ", "); found {
		words := strings.Fields(rest)
		n := len(words)
		for n > 0 && words[n-1] == strings.ToLower(words[n-1]) {
			n--
		}
		infix, family = fold.Infix(last)
		if before := strings.Join(words[n:], " "); before != "" {
			infix = before
		}
		return strings.Join(words[:n], " "), infix, family
	}
	words := strings.Fields(whole)
	for i := range words { // the infix, else the last word, begins the family name
		if infix, family := fold.Infix(strings.Join(words[i:], " ")); infix != "" {
			return strings.Join(words[:i], " "), infix, family
		}
	}
	if len(words) < 2 {
		return whole, "", ""
	}
	return strings.Join(words[:len(words)-1], " "), "", words[len(words)-1]
}

// named puts a whole name in the cells of its parts, where a row has no parts.
func named(cells map[string]string) map[string]string {
	if cells["name"] == "" || cells["given"]+cells["family"] != "" {
		return cells
	}
	parts := map[string]string{}
	for key, cell := range cells {
		parts[key] = cell
	}
	given, infix, family := Parted(cells["name"])
	parts["given"], parts["family"] = given, family
	if cells["infix"] == "" {
		parts["infix"] = infix
	}
	return parts
}

// Drafted is the contact that a row of a file describes. The cells are by key,
// as column.Field.Read made them; accounts, owner, team and own fields are the
// caller's.
func Drafted(cells map[string]string, w column.Reach) Draft {
	cells = named(cells)
	return Draft{
		Honorific: cells["honorific"], Initials: cells["initials"], Given: cells["given"], Infix: cells["infix"], Family: cells["family"], Language: strings.ToLower(cells["language"]),
		Phones: w.Phones, Emails: w.Emails, Addresses: w.Addresses, Tags: column.Texts(cells["tags"]), Note: cells["note"], Source: cells["source"],
		SourceFrom: cells["source_from"], ExternalID: cells["external_id"],
	}
}

// Patched is what a row of a file changes of a contact: a cell that is empty
// changes nothing, tags and ways to be reached come to those that are there.
func Patched(c Contact, cells map[string]string, w column.Reach) Patch {
	var p Patch
	if cells["name"] != c.Name() {
		cells = named(cells)
	}
	for key, to := range map[string]*opt.Of[string]{
		"honorific": &p.Honorific, "initials": &p.Initials, "given": &p.Given, "infix": &p.Infix, "family": &p.Family, "language": &p.Language, "note": &p.Note,
		"source": &p.Source, "source_from": &p.SourceFrom, "external_id": &p.ExternalID,
	} {
		if cells[key] != "" {
			*to = opt.Some(cells[key])
		}
	}
	var tags []string
	for _, t := range column.Texts(cells["tags"]) {
		if one, err := tag.Normalise(t); err != nil || !c.Tags.Has(one) {
			tags = append(tags, t)
		}
	}
	if tags != nil {
		p.Tags = opt.Some(append(slices.Clone([]string(c.Tags)), tags...))
	}
	p.Phones, p.Emails, p.Addresses = w.Onto(c.Phones, c.Emails, c.Addresses, cells)
	return p
}

// Linked is what a row says a contact is at an account.
func Linked(at id.Account, cells map[string]string) Link {
	l := Link{Account: at, Function: cells["function"]}
	for _, r := range column.Texts(cells["roles"]) {
		l.Roles = append(l.Roles, Role(r))
	}
	return l
}

// With are the links of a contact with that of a row: at the same account it
// says function and roles anew where the row does, elsewhere it comes to them.
// more is false when that is nothing new.
func (c Contact) With(l Link) (all []Link, more bool) {
	all = slices.Clone(c.Accounts)
	for i := range all {
		if all[i].Account != l.Account {
			continue
		}
		if l.Function != "" && l.Function != all[i].Function {
			all[i].Function, more = l.Function, true
		}
		if l.Roles != nil && !slices.Equal(l.Roles, all[i].Roles) {
			all[i].Roles, more = l.Roles, true
		}
		return all, more
	}
	return append(all, l), true
}

// Print is by what a file is searched for the same contact twice: the name, at
// which account, and how the person is reached.
func (c Contact) Print(at string) string {
	return strings.Join([]string{c.Key(), fold.Key(at), c.Emails.Preferred().Normal, c.Phones.Preferred().E164}, "|")
}

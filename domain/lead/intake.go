package lead

import (
	"strconv"

	"kring/base/catalogue"
	"kring/base/column"
)

// Columns are what a column of a file of leads can become.
func Columns() column.Fields {
	sources := map[string][]string{
		"site": {"site", "website", "web", "formulier"}, "download": {"download", "whitepaper"}, "webinar": {"webinar"}, "search": {"zoekmachine", "search", "google"},
		"social": {"social media", "linkedin"}, "email": {"e-mail", "mail", "nieuwsbrief"}, "cold": {"koude acquisitie", "cold call", "koud"}, "referral": {"doorverwijzing", "referral", "aanbeveling"},
		"network": {"netwerk", "network"}, "fair": {"beurs", "fair", "trade show"}, "partner": {"partner"}, "customer": {"klant", "customer"}, "other": {"anders", "other", "overig"},
	}
	return column.Fields{
		{Key: "external_id", Kind: catalogue.Text, Words: []string{"Leadnummer", "Lead id", "Extern id", "External id", "Nummer"}},
		{Key: "name", Kind: catalogue.Text, Words: []string{"Naam", "Name", "Contactpersoon", "Contact", "Volledige naam", "Full name"}},
		{Key: "organisation", Kind: catalogue.Text, Words: []string{"Organisatie", "Organisation", "Bedrijf", "Company", "Bedrijfsnaam", "Firma"}},
		{Key: "function", Kind: catalogue.Text, Words: []string{"Functie", "Function", "Job title", "Title"}},
		{Key: "email", Kind: catalogue.Text, Words: []string{"E-mail", "Email", "E-mailadres", "Mail"}},
		{Key: "phone", Kind: catalogue.Text, Words: []string{"Telefoon", "Phone", "Telefoonnummer", "Mobiel", "Tel"}},
		{Key: "city", Kind: catalogue.Text, Words: []string{"Plaats", "City", "Woonplaats", "Vestigingsplaats"}},
		{Key: "size", Kind: catalogue.Number, Words: []string{"Werkzame personen", "Size", "Medewerkers", "Employees", "Omvang"}},
		{Key: "segment", Kind: catalogue.Text, Words: []string{"Segment", "Branche", "Doelgroep", "Industry"}},
		{Key: "language", Kind: catalogue.Choice, Words: []string{"Taal", "Language"}, Named: map[string][]string{"nl": {"nl", "Nederlands", "Dutch"}, "en": {"en", "Engels", "English"}}},
		{Key: "question", Kind: catalogue.Text, Words: []string{"Vraag", "Question", "Bericht", "Message"}},
		{Key: "note", Kind: catalogue.Text, Words: []string{"Notitie", "Note", "Opmerking", "Comment"}},
		{Key: "source", Kind: catalogue.Choice, Words: []string{"Bron", "Source", "Herkomst", "Lead source"}, Named: sources},
		{Key: "source_from", Kind: catalogue.Text, Words: []string{"Campagne", "Campaign", "Bron precies"}},
	}
}

// Drafted makes a draft of the values of a row, as column.Read made them.
func Drafted(cells map[string]string) Draft {
	size, err := strconv.Atoi(cells["size"])
	if err != nil && cells["size"] != "" {
		size = -1 // refused where sizes are
	}
	return Draft{
		Name: cells["name"], Organisation: cells["organisation"], Function: cells["function"], Email: cells["email"], Phone: cells["phone"], City: cells["city"],
		Size: size, Segment: cells["segment"], Language: cells["language"], Question: cells["question"], Note: cells["note"],
		Source: cells["source"], SourceFrom: cells["source_from"], ExternalID: cells["external_id"],
	}
}

package account

import (
	"slices"
	"strconv"
	"strings"

	"kring/base/catalogue"
	"kring/base/column"
	"kring/base/opt"
	"kring/base/tag"
)

// Columns are what a column of a file can become of an account, in the order of
// a menu; own fields come after them.
func Columns() column.Fields {
	fields := column.Fields{
		{Key: "name", Kind: catalogue.Text, Words: []string{
			"Naam", "Bedrijfsnaam", "Bedrijf", "Organisatie", "Organisatienaam", "Relatie", "Relatienaam", "Klant", "Klantnaam", "Debiteur", "Debiteurnaam", "Handelsnaam", "Statutaire naam", "Firma",
			"Name", "Company", "Company name", "Organization", "Organisation", "Organization name", "Account", "Account name", "Customer", "Customer name", "Business name"}},
		{Key: "kind", Kind: catalogue.Choice, Words: []string{"Soort", "Soort relatie", "Type", "Kind", "Kind of relation"}, Named: map[string][]string{
			"organisation": {"Organisatie", "Organization", "Bedrijf", "Zakelijk", "Company", "Business", "B2B"},
			"person":       {"Persoon", "Particulier", "Privé", "Private", "Individual", "Consumer", "Consument", "B2C"}}},
		{Key: "legal_form", Kind: catalogue.Choice, Words: []string{"Rechtsvorm", "Legal form", "Bedrijfsvorm"}, Named: map[string][]string{
			"sole_trader": {"Eenmanszaak", "Sole trader", "Zzp", "Zzp'er"}, "vof": {"Vennootschap onder firma", "General partnership (vof)", "General partnership"},
			"maatschap": {"Professional partnership"}, "cv": {"Commanditaire vennootschap", "Limited partnership (cv)", "Limited partnership"},
			"bv": {"B.V.", "Besloten vennootschap", "Private company (bv)", "Private company", "Ltd", "GmbH"}, "nv": {"N.V.", "Naamloze vennootschap", "Public company (nv)", "Public company"},
			"foundation": {"Stichting"}, "association": {"Vereniging", "VvE"}, "cooperative": {"Coöperatie", "Coöperatief"}, "government": {"Overheid", "Gemeente"},
			"church": {"Kerkgenootschap", "Kerk"}, "natural_person": {"Particulier", "Private person", "Natuurlijk persoon"},
			"foreign_natural": {"Persoon of vennootschap in het buitenland", "Person or partnership abroad"},
			"foreign_legal":   {"Rechtspersoon in het buitenland", "Legal entity abroad"}, "unknown": {"Niet bekend", "Not known", "Onbekend"}}},
		{Key: "kvk", Kind: catalogue.Text, Words: []string{"KvK-nummer", "KvK", "KvK nr", "Kamer van Koophandel", "Handelsregisternummer", "KvK number", "Chamber of commerce", "Registration number", "Trade register number"}},
		{Key: "branch", Kind: catalogue.Text, Words: []string{"Vestigingsnummer", "Branch number"}},
		{Key: "vat_id", Kind: catalogue.Text, Words: []string{"Btw-nummer", "Btw", "Btw-id", "Btw nr", "VAT number", "VAT", "VAT ID"}},
		{Key: "sbi", Kind: catalogue.Text, Words: []string{"SBI-code", "SBI", "Branchecode", "Industry code", "NACE"}},
		{Key: "size", Kind: catalogue.Number, Words: []string{
			"Werkzame personen", "Medewerkers", "Aantal medewerkers", "Personeel", "Fte", "People at work", "Employees", "Number of employees", "Company size", "Headcount"}},
	}
	fields = append(fields, column.Ways()...)
	return append(fields,
		column.Field{Key: "website", Kind: catalogue.Link, Words: []string{"Website", "Site", "Webadres", "Internet", "Homepage", "Url", "Web", "Domain", "Domein"}},
		column.Field{Key: "owner", Kind: catalogue.Member, Words: []string{"Eigenaar", "Accountmanager", "Relatiebeheerder", "Verantwoordelijke", "Owner", "Account manager", "Account owner", "Sales agent", "Assigned to"}},
		column.Field{Key: "team", Kind: catalogue.Team, Words: []string{"Team", "Afdeling", "Regio"}},
		column.Field{Key: "tags", Kind: catalogue.Choices, Words: []string{"Labels", "Label", "Tags", "Tag", "Trefwoorden", "Branche", "Sector", "Industry", "Segment", "Categorie", "Category", "Keywords", "Categories"}},
		column.Field{Key: "counter_value", Kind: catalogue.Choices, Words: []string{"Tegenwaarde", "Value in return"}, Named: map[string][]string{
			"money": {"Geld"}, "data": {"Gegevens"}, "time": {"Tijd"}, "referral": {"Aanbeveling"}, "barter": {"Ruil"}}},
		column.Field{Key: "note", Kind: catalogue.Text, Words: []string{"Notitie", "Notities", "Opmerking", "Opmerkingen", "Memo", "Toelichting", "Note", "Notes", "Remarks", "Comments", "Description", "Omschrijving"}},
		column.Field{Key: "source", Kind: catalogue.Choice, Words: []string{"Herkomst", "Bron", "Source", "Lead source", "Origin"}, Named: sourceWords},
		column.Field{Key: "source_from", Kind: catalogue.Text, Words: []string{"Herkomst precies", "Source in detail", "Bron precies", "Campagne", "Campaign"}},
		column.Field{Key: "external_id", Kind: catalogue.Text, Words: []string{
			"Nummer elders", "Number elsewhere", "Klantnummer", "Relatienummer", "Debiteurnummer", "Debiteurennummer", "Klantcode", "Relatiecode", "External id", "Externe id", "Extern nummer",
			"Customer number", "Customer id", "Account number", "Account id", "Record id", "Id", "Code"}},
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

// sizeOf reads the number of working persons; one that is no whole number is
// one that New refuses.
func sizeOf(cell string) int {
	if cell == "" {
		return 0
	}
	n, err := strconv.Atoi(cell)
	if err != nil {
		return -1
	}
	return n
}

// Drafted is the account that a row of a file describes. The cells are by key,
// as column.Field.Read made them; owner, team and own fields are the caller's.
func Drafted(cells map[string]string, w column.Reach) Draft {
	return Draft{
		Kind: Kind(cells["kind"]), Name: cells["name"], LegalForm: LegalForm(cells["legal_form"]), KvK: cells["kvk"], Branch: cells["branch"], VatID: cells["vat_id"], SBI: cells["sbi"],
		Size: sizeOf(cells["size"]), CounterValue: column.Texts(cells["counter_value"]), Phones: w.Phones, Emails: w.Emails, Addresses: w.Addresses, Website: cells["website"],
		Tags: column.Texts(cells["tags"]), Note: cells["note"], Source: cells["source"], SourceFrom: cells["source_from"], ExternalID: cells["external_id"],
	}
}

// Patched is what a row of a file changes of an account: a cell that is empty
// changes nothing, tags and ways to be reached come to those that are there.
func Patched(a Account, cells map[string]string, w column.Reach) Patch {
	var p Patch
	for key, to := range map[string]*opt.Of[string]{
		"name": &p.Name, "kvk": &p.KvK, "branch": &p.Branch, "vat_id": &p.VatID, "sbi": &p.SBI, "website": &p.Website, "note": &p.Note, "source": &p.Source,
		"source_from": &p.SourceFrom, "external_id": &p.ExternalID,
	} {
		if cells[key] != "" {
			*to = opt.Some(cells[key])
		}
	}
	if cells["kind"] != "" && Kind(cells["kind"]) != a.Kind {
		p.Kind = opt.Some(Kind(cells["kind"]))
	}
	if cells["legal_form"] != "" {
		p.LegalForm = opt.Some(LegalForm(cells["legal_form"]))
	}
	if cells["size"] != "" {
		p.Size = opt.Some(sizeOf(cells["size"]))
	}
	if cells["counter_value"] != "" {
		p.CounterValue = opt.Some(column.Texts(cells["counter_value"]))
	}
	if more := moreTags(a.Tags, cells["tags"]); more != nil {
		p.Tags = opt.Some(more)
	}
	p.Phones, p.Emails, p.Addresses = w.Onto(a.Phones, a.Emails, a.Addresses, cells)
	return p
}

// moreTags are the tags that stand with those of a cell; nil when that is
// nothing new.
func moreTags(stand tag.Set, cell string) []string {
	all := slices.Clone([]string(stand))
	for _, t := range column.Texts(cell) {
		if one, err := tag.Normalise(t); err != nil || !stand.Has(one) {
			all = append(all, t)
		}
	}
	if len(all) == len(stand) {
		return nil
	}
	return all
}

// Print is by what a file is searched for the same account twice: its name and
// where it is.
func (a Account) Print() string {
	main := a.Addresses.Main()
	return strings.Join([]string{a.Key(), main.Postcode, main.Number, strings.ToLower(main.City)}, "|")
}

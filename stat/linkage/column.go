package linkage

import (
	"strings"

	"kring/base/fold"
)

// Kind is what a column of a plain file is about.
type Kind string

// The kinds of columns.
const (
	KindGiven    Kind = "given"
	KindFamily   Kind = "family"
	KindName     Kind = "name" // of a person, whole
	KindCompany  Kind = "company"
	KindEmail    Kind = "email"
	KindPhone    Kind = "phone"
	KindWebsite  Kind = "website"
	KindStreet   Kind = "street"
	KindNumber   Kind = "number"   // house number
	KindAddition Kind = "addition" // to the house number
	KindAddress  Kind = "address"  // street and number in one
	KindPostcode Kind = "postcode"
	KindCity     Kind = "city"
	KindRegion   Kind = "region"
	KindCountry  Kind = "country"
	KindDate     Kind = "date"
	KindCode     Kind = "code"  // a number given out to one person or company
	KindText     Kind = "text"  // anything else: words,
	KindValue    Kind = "value" // numbers and codes,
	KindDay      Kind = "day"   // and days, of which is not known whose they are

	kindInfix   Kind = "infix"
	kindRecord  Kind = "record"  // identifies the row, not who it is about
	kindMoment  Kind = "moment"  // when the row was made
	kindUnknown Kind = "unknown" // to be told from the values
)

// names of columns, folded and without spaces; Dutch, English and some German.
var names = map[Kind]string{
	KindGiven:    "given givenname first firstname forename fname voornaam voornamen roepnaam voorletters initialen initials vorname prenom",
	KindFamily:   "family familyname last lastname lname surname achternaam familienaam geslachtsnaam nachname nom",
	kindInfix:    "infix tussenvoegsel tussenvoegsels voorvoegsel voorvoegsels tussen nameprefix",
	KindName:     "name naam fullname personname volledigenaam contactpersoon contact contactnaam contactname person persoon naampersoon",
	KindCompany:  "company companyname bedrijf bedrijfsnaam organisation organization organisatie organisatienaam organisationname organizationname firma firmanaam account accountname accountnaam handelsnaam statutairenaam relatie relatienaam klantnaam customername business businessname employer werkgever vendor supplier leverancier",
	KindEmail:    "email mail emailadres emailaddress mailadres privemail workemail",
	KindPhone:    "phone telephone telefoon tel telefoonnummer telnr phonenumber mobile mobilephone mobiel mobielnummer mobieltelefoon gsm cell cellphone telefoonvast telefoonmobiel homephone workphone",
	KindWebsite:  "website web url site homepage domain domein",
	KindStreet:   "street straat straatnaam streetname strasse addressline2 adresregel2 address2 adres2",
	KindNumber:   "streetnumber streetno streetnr housenumber houseno housenr huisnummer huisnr hausnummer",
	KindAddition: "addition toevoeging huisnummertoevoeging huisnrtoev toev suffix huisletter housenumberaddition housenumbersuffix",
	KindAddress:  "address adres address1 adres1 addressline1 addressline adresregel adresregel1 streetaddress bezoekadres postadres visitaddress mailingaddress billingaddress",
	KindPostcode: "postcode zip zipcode postalcode plz pc postcodebezoek",
	KindCity:     "city town suburb woonplaats plaats plaatsnaam stad ort gemeente place locality municipality vestigingsplaats",
	KindRegion:   "state province provincie region regio county bundesland",
	KindCountry:  "country land countrycode landcode",
	KindDate:     "dateofbirth dob birthdate birthday birth geboortedatum gebdatum gebdat geboren born geburtsdatum dateofdeath oprichtingsdatum founded",
	KindCode:     "socsecid ssn socialsecuritynumber bsn burgerservicenummer nino passport passportnumber kvk kvknummer kvknr coc cocnumber vat vatid vatnumber btw btwnummer btwid btwnr iban taxid ein duns rsin lei",
	kindRecord:   "id recid recordid rowid row rij regel rownumber volgnummer guid uuid key sleutel pk index externalid externid extid customerid customernumber klantid klantnummer klantnr relatieid relatienummer relatienr debiteurnummer debiteurnr debtornumber contactid accountid personid persoonid clientid memberid lidnummer userid leadid crmid recordnumber",
	kindMoment:   "created createdat createdon createddate creationdate updated updatedat modified modifiedat modifiedon lastmodified timestamp aangemaakt aangemaaktop gewijzigd gewijzigdop laatstgewijzigd invoerdatum mutatiedatum",
}

var kinds = func() map[string]Kind {
	all := map[string]Kind{}
	for kind, words := range names {
		for w := range strings.FieldsSeq(words) {
			all[w] = kind
		}
	}
	return all
}()

// recognise tells a column by its name. A number behind it (phone_2, fname_c1)
// does not count unless the name with it is known (address_2).
func recognise(header string) Kind {
	key := strings.ReplaceAll(fold.Key(header), " ", "")
	if kind, ok := kinds[key]; ok {
		return kind
	}
	bare := strings.TrimRight(key, "0123456789")
	if kind, ok := kinds[bare]; ok {
		return kind
	}
	if kind, ok := kinds[strings.TrimSuffix(bare, "c")]; ok && bare != key {
		return kind
	}
	return kindUnknown
}

// maybeRecord tells a name that ends as those of record identifiers do.
func maybeRecord(header string) bool {
	words := strings.Fields(fold.Key(header))
	if len(words) == 0 {
		return false
	}
	switch words[len(words)-1] {
	case "id", "uuid", "guid", "ref":
		return true
	}
	return false
}

// column is what a Kind needs to be compared.
type column struct {
	form    func(string) string
	levels  int
	compare func(a, b string) int
	keys    []func(string) string // for blocking
}

var (
	whole = func(s string) string { return s }
	texts = column{form: joined, levels: NameLevels, compare: Text, keys: []func(string) string{whole}}
	codes = column{form: Compact, levels: CodeLevels, compare: Code, keys: []func(string) string{whole}}
)

// columns of the kinds that are compared by themselves.
var columns = map[Kind]column{
	KindGiven:    {Given, NameLevels, GivenName, []func(string) string{whole, Soundex}},
	KindFamily:   {Family, NameLevels, Name, []func(string) string{whole, Soundex}},
	KindCompany:  {Company, NameLevels, Words, []func(string) string{whole, firstWord}},
	KindEmail:    {Email, CodeLevels, Mail, []func(string) string{whole}},
	KindPhone:    {Number, CodeLevels, Phone, []func(string) string{whole}},
	KindWebsite:  {Site, NameLevels, Text, []func(string) string{whole}},
	KindStreet:   {Street, NameLevels, Text, []func(string) string{whole}},
	KindNumber:   {House, CodeLevels, HouseNumber, []func(string) string{whole}},
	KindPostcode: {Postcode, CodeLevels, Code, []func(string) string{whole}},
	KindCity:     texts,
	KindRegion:   texts,
	KindCountry:  texts,
	KindDate:     {Day, CodeLevels, Date, []func(string) string{whole}},
	KindCode:     codes,
	KindText:     texts,
	KindValue:    codes,
	KindDay:      {Day, CodeLevels, Date, []func(string) string{whole}},
}

func joined(s string) string { return strings.ReplaceAll(same(s), " ", "") }

func firstWord(s string) string {
	w, _, _ := strings.Cut(s, " ")
	return w
}

// guess tells the kind of a column with an unknown name from its values.
func guess(values []string) Kind {
	var days, mails, digits, known int
	for _, v := range values {
		if v == "" {
			continue
		}
		known++
		switch {
		case strings.Contains(v, "@") && !strings.Contains(v, " "):
			mails++
		case yearFirst.MatchString(v) || yearLast.MatchString(v):
			days++
		case strings.ContainsAny(v, "0123456789") && !strings.Contains(strings.TrimSpace(v), " "):
			digits++
		}
	}
	most := func(n int) bool { return known > 0 && 10*n >= 9*known }
	switch {
	case most(mails):
		return KindEmail
	case most(days):
		return KindDay
	case most(digits):
		return KindValue
	}
	return KindText
}

// companies tells a column of names in which legal forms are common, or which
// has hardly any name of more than one word that reads as a person's.
func companies(values []string) bool {
	forms, known := 0, 0
	for _, v := range values {
		words := strings.Fields(fold.Key(v))
		if len(words) == 0 {
			continue
		}
		known++
		if last := words[len(words)-1]; unmistakable[last] || unmistakable[words[0]] {
			forms++
		}
	}
	return 20*forms > known
}

var unmistakable = map[string]bool{"bv": true, "nv": true, "vof": true, "stichting": true, "vereniging": true, "gmbh": true, "ltd": true, "limited": true, "inc": true, "llc": true, "plc": true, "corp": true, "corporation": true, "holding": true, "groep": true, "group": true, "company": true, "bvba": true, "sarl": true, "ag": true}

package reach

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/text/language"

	"kring/base/fault"
	"kring/base/fold"
)

// AddressLabels are the labels of addresses that Kring translates.
var AddressLabels = []string{"visit", "post", "invoice", "delivery", "home", "other"}

// What can be wrong with an address.
var (
	ErrPostcode = fault.New(fault.Invalid, "address.postcode", "this is no postcode of this country")
	ErrCountry  = fault.New(fault.Invalid, "address.country", "this is no country code (two letters, such as NL)")
)

// Address is a place, a post box or a door. Country is ISO 3166, two letters.
type Address struct {
	Label    string `json:"label,omitempty"`
	Street   string `json:"street,omitempty"`
	Number   string `json:"number,omitempty"`
	Suffix   string `json:"suffix,omitempty"` // huisnummertoevoeging: A, bis, 2 hoog
	Postcode string `json:"postcode,omitempty"`
	City     string `json:"city,omitempty"`
	Country  string `json:"country,omitempty"`
}

// Addresses are the addresses of one record; the first is the main one.
type Addresses []Address

// Tidy cleans what was typed; region is the country of an address that names
// none. Entries with a label alone, or with no more than that region, fall
// away. Faults name the entry: "0.postcode".
func (as Addresses) Tidy(region string) (Addresses, error) {
	if len(as) > hopeless {
		return nil, errMany()
	}
	kept, wrong := Addresses{}, fault.Fields{}
	for i, a := range as {
		at := strconv.Itoa(i)
		a, err := a.tidy(region)
		wrong.Add(at, err)
		if err != nil || a.Street+a.Number+a.Suffix+a.Postcode+a.City != "" || a.Country != strings.ToUpper(region) {
			kept = append(kept, a)
		}
	}
	if len(kept) > MaxCount {
		return nil, errMany()
	}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	return kept, nil
}

func (a Address) tidy(region string) (Address, error) {
	wrong := fault.Fields{}
	for _, f := range []struct {
		name string
		text *string
		max  int
	}{
		{"label", &a.Label, MaxLabel}, {"street", &a.Street, 120}, {"number", &a.Number, 12}, {"suffix", &a.Suffix, 20},
		{"postcode", &a.Postcode, 12}, {"city", &a.City, 100}, {"country", &a.Country, 2},
	} {
		clean, err := fold.Clean(*f.text, f.max)
		if f.name == "country" && err != nil {
			err = ErrCountry
		}
		wrong.Add(f.name, err)
		*f.text = clean
	}
	if a.Country == "" {
		a.Country = region
	}
	a.Country = strings.ToUpper(a.Country)
	if r, err := language.ParseRegion(a.Country); err != nil || len(a.Country) != 2 || !r.IsCountry() {
		wrong.Add("country", ErrCountry)
	} else {
		a.Country = r.Canonicalize().String() // UK is GB
	}
	postcode, err := Postcode(a.Postcode, a.Country)
	wrong.Add("postcode", err)
	a.Postcode = postcode
	return a, wrong.Err()
}

// postcodes of the countries Kring's users write to most; others pass as typed.
var postcodes = map[string]*regexp.Regexp{
	"NL": regexp.MustCompile(`^([1-9][0-9]{3})([A-Z]{2})$`),
	"BE": regexp.MustCompile(`^([1-9][0-9]{3})$`),
	"LU": regexp.MustCompile(`^(?:L-?)?([1-9][0-9]{3})$`),
	"DE": regexp.MustCompile(`^(?:D-?)?([0-9]{5})$`),
	"FR": regexp.MustCompile(`^(?:F-?)?([0-9]{5})$`),
	"AT": regexp.MustCompile(`^(?:A-?)?([1-9][0-9]{3})$`),
	"CH": regexp.MustCompile(`^(?:CH-?)?([1-9][0-9]{3})$`),
	"DK": regexp.MustCompile(`^(?:DK-?)?([0-9]{4})$`),
	"ES": regexp.MustCompile(`^([0-9]{5})$`),
	"IT": regexp.MustCompile(`^(?:I-?)?([0-9]{5})$`),
}

// Postcode is the one form of a typed postcode: 8011ab becomes 8011 AB. The
// letters SA, SD and SS are not given out in the Netherlands.
func Postcode(typed, country string) (string, error) {
	form, known := postcodes[country]
	if typed == "" || !known {
		return strings.ToUpper(typed), nil
	}
	m := form.FindStringSubmatch(strings.ToUpper(strings.ReplaceAll(typed, " ", "")))
	if m == nil {
		return "", ErrPostcode
	}
	if country == "NL" && (m[2] == "SA" || m[2] == "SD" || m[2] == "SS") {
		return "", ErrPostcode
	}
	return strings.Join(m[1:], " "), nil
}

// Main is the first address; the zero Address when there is none.
func (as Addresses) Main() Address {
	if len(as) == 0 {
		return Address{}
	}
	return as[0]
}

// Lines writes the address as on an envelope; home is the country whose name
// is left out. The country is its code: the caller translates it.
func (a Address) Lines(home string) []string {
	var lines []string
	add := func(parts ...string) {
		if l := strings.Join(strings.Fields(strings.Join(parts, " ")), " "); l != "" {
			lines = append(lines, l)
		}
	}
	add(a.Street, a.Number, a.Suffix)
	add(a.Postcode, a.City)
	if a.Country != home {
		add(a.Country)
	}
	return lines
}

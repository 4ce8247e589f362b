package match_test

import (
	"errors"
	"slices"
	"testing"

	"kring/base/day"
	"kring/base/fault"
	"kring/base/id"
	"kring/domain/match"
)

func TestPair(t *testing.T) {
	t.Parallel()
	a, b, by := id.New[id.Record](), id.New[id.Record](), id.New[id.Member]()
	const today = day.Day("2026-11-25")
	if p := match.Same("account", b, a); p.A != a || p.B != b || p.State != match.Open || p.Other(a) != b || p.Other(b) != a {
		t.Fatal(p)
	}
	keep := func(p match.Pair) (match.Pair, error) { return p.KeepApart(by, 5) }
	later := func(p match.Pair) (match.Pair, error) { return p.Postpone("2026-12-01", today, by, 5) }
	open := func(p match.Pair) (match.Pair, error) { return p.Reopen(by, 5) }
	merge := func(p match.Pair) (match.Pair, error) { return p.Merge(by, 5) }
	unmerge := func(p match.Pair) (match.Pair, error) { return p.Unmerge(by, 5) }
	for _, c := range []struct {
		name string
		from match.State
		verb func(match.Pair) (match.Pair, error)
		to   match.State
		err  error
	}{
		{"open, apart", match.Open, keep, match.Apart, nil},
		{"open, later", match.Open, later, match.Later, nil},
		{"open, open", match.Open, open, match.Open, match.ErrSettled},
		{"open, merged", match.Open, merge, match.Merged, nil},
		{"open, unmerged", match.Open, unmerge, match.Open, match.ErrSettled},
		{"later, apart", match.Later, keep, match.Apart, nil},
		{"later, another day", match.Later, later, match.Later, nil},
		{"later, open", match.Later, open, match.Open, nil},
		{"later, merged", match.Later, merge, match.Merged, nil},
		{"later, unmerged", match.Later, unmerge, match.Later, match.ErrSettled},
		{"apart, apart", match.Apart, keep, match.Apart, match.ErrSettled},
		{"apart, later", match.Apart, later, match.Later, nil},
		{"apart, taken back", match.Apart, open, match.Open, nil},
		{"apart, merged", match.Apart, merge, match.Merged, nil},
		{"apart, unmerged", match.Apart, unmerge, match.Apart, match.ErrSettled},
		{"merged, apart", match.Merged, keep, match.Merged, match.ErrMerged},
		{"merged, later", match.Merged, later, match.Merged, match.ErrMerged},
		{"merged, open", match.Merged, open, match.Merged, match.ErrMerged},
		{"merged, merged", match.Merged, merge, match.Merged, match.ErrSettled},
		{"merged, unmerged", match.Merged, unmerge, match.Open, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := match.Same("account", a, b)
			p.State, p.Until = c.from, "2026-11-30"
			got, err := c.verb(p)
			if got.State != c.to || !errors.Is(err, c.err) {
				t.Fatalf("%s, %v", got.State, err)
			}
			if err == nil && (got.By != by || got.At != 5 || (got.State == match.Later) != (got.Until == "2026-12-01")) {
				t.Fatal(got)
			}
		})
	}
	for _, until := range []day.Day{"", "2026-11-25", "2026-11-01", "2029-11-25", "30-11-2026", "2026-02-31", "x"} {
		if _, err := match.Same("account", a, b).Postpone(until, today, by, 5); fault.KindOf(err) != fault.Invalid || !errors.Is(fieldOf(err, "until"), match.ErrUntil) {
			t.Errorf("%q: %v", until, err)
		}
	}
}

func fieldOf(err error, field string) error {
	f, _ := fault.From(err)
	return f.Fields[field]
}

func firm(name string, more ...func(*match.Subject)) match.Subject {
	s := match.Subject{Kind: "account", Name: name}
	for _, m := range more {
		m(&s)
	}
	return s
}

func person(given, infix, family string, more ...func(*match.Subject)) match.Subject {
	s := match.Subject{Kind: "contact", Person: true, Given: given, Infix: infix, Family: family}
	for _, m := range more {
		m(&s)
	}
	return s
}

func at(street, number, postcode, city string) func(*match.Subject) {
	return func(s *match.Subject) {
		s.Street, s.Number, s.Postcode, s.City, s.Country = street, number, postcode, city, "NL"
	}
}

func in(city string) func(*match.Subject) { return at("", "", "", city) }

func phone(e164 string) func(*match.Subject) {
	return func(s *match.Subject) { s.Phones = append(s.Phones, e164) }
}

func mail(address string) func(*match.Subject) {
	return func(s *match.Subject) { s.Emails = append(s.Emails, address) }
}

func site(link string) func(*match.Subject) { return func(s *match.Subject) { s.Website = link } }

func kvk(number, branch string) func(*match.Subject) {
	return func(s *match.Subject) { s.KvK, s.Branch = number, branch }
}

func works(account string) func(*match.Subject) {
	return func(s *match.Subject) { s.Account = account }
}

func initials(i string) func(*match.Subject) { return func(s *match.Subject) { s.Initials = i } }

// TestWeigh is how a person judges pairs; the thresholds are the shipped ones.
func TestWeigh(t *testing.T) {
	t.Parallel()
	const board = "+31384251200" // of a switchboard
	home := at("Kerkstraat", "12", "8011 AB", "Zwolle")
	for _, c := range []struct {
		name   string
		a, b   match.Subject
		likely float64 // at least; 0: below the threshold of a warning
		word   string  // the first reason
	}{
		{"a firm with and without its form, same town", firm("De Kade B.V.", in("Zwolle")), firm("Kade BV, de", in("ZWOLLE")), .5, "name_same"},
		{"a firm with one name and nothing else", firm("De Kade B.V."), firm("Kade BV de"), .5, "name_same"},
		{"umlaut and ue", firm("Müller Techniek", in("Zwolle"), phone(board)), firm("Mueller Techniek BV", in("Zwolle"), phone(board)), .9, "name_same"},
		{"umlaut left out", firm("Müller Techniek", home), firm("Muller techniek", at("Kerkstr.", "12", "8011AB", "Zwolle")), .9, ""},
		{"a street shortened, a number with an addition", firm("Bakkerij Smit", at("Kerkstraat", "12a", "", "Zwolle")), firm("Bakkery Smit", at("Kerkstr.", "12 A", "", "Zwolle")), .9, ""},
		{"the same phone, the name alike", firm("Installatiebedrijf Smit", phone(board)), firm("Smit Installatiebedrijf B.V.", phone(board)), .9, ""},
		{"the same KvK, another trade name", firm("Zonnebloem Catering", kvk("12345678", "")), firm("Lunchservice Overijssel", kvk("12345678", "")), .5, "kvk_same"},
		{"the same site and a typing mistake", firm("Timmerwerken Hofstra", site("https://www.hofstra.example/contact"), in("Sneek")), firm("Timmerwerken Hofsta", site("https://hofstra.example"), in("Sneek")), .5, ""},
		{"glued together", firm("Groen Tech", in("Assen"), mail("info@groentech.example")), firm("Groentech B.V.", in("Assen"), mail("info@groentech.example")), .9, ""},

		{"two branches of a chain in two towns", firm("Hema", in("Zwolle"), site("https://hema.example"), phone("+31384000001")), firm("Hema B.V.", in("Utrecht"), site("https://hema.example"), phone("+31304000002")), 0, ""},
		{"two branches with one KvK number", firm("Hema", in("Zwolle"), kvk("12345678", "000011112222"), site("https://hema.example")), firm("Hema", in("Utrecht"), kvk("12345678", "000033334444"), site("https://hema.example")), 0, ""},
		{"a firm and its holding at one desk", firm("Jansen Beheer B.V.", home, phone(board), site("https://jansen.example")), firm("Jansen Holding B.V.", home, phone(board), site("https://jansen.example")), 0, ""},
		{"neighbours in one building with one desk", firm("Notariaat Veldman", home, phone(board)), firm("Drukkerij Ploeg", home, phone(board)), 0, ""},
		{"numbered firms", firm("Garage 1", in("Zwolle")), firm("Garage 2", in("Zwolle")), 0, ""},
		{"one word more is a town", firm("Kapsalon Zwolle", phone(board)), firm("Kapsalon Meppel", in("Meppel")), 0, ""},
		{"the same KvK in two towns may be branches", firm("Karwei Bouw", kvk("12345678", ""), in("Zwolle")), firm("Karwei Bouw", kvk("12345678", ""), in("Emmen")), .5, "kvk_same"},
		{"different KvK, same name, another town", firm("De Kade B.V.", kvk("12345678", ""), in("Zwolle")), firm("De Kade B.V.", kvk("87654321", ""), in("Goes")), 0, ""},

		{"Jansen and Janssen at one firm", person("Jan", "", "Jansen", works("De Kade")), person("Jan", "", "Janssen", works("Kade B.V.")), .9, ""},
		{"Jansens as well", person("Marieke", "", "Jansens", works("De Kade"), phone("+31612345678")), person("Marieke", "", "Jansen", works("De Kade"), phone("+31612345678")), .9, ""},
		{"van der Berg and Berg, van der", person("Sanne", "van der", "Berg", mail("sanne@vdberg.example")), person("Sanne", "", "Berg, van der", mail("sanne@vdberg.example")), .9, ""},
		{"an infix typed with the name", person("Sanne", "", "van der Berg", works("De Kade")), person("Sanne", "van der", "Berg", works("De Kade")), .9, ""},
		{"an initial", person("J.", "", "Hofstra", works("De Kade")), person("Jan", "", "Hofstra", works("De Kade")), .9, ""},
		{"initials in their own field", person("", "", "Hofstra", works("De Kade"), initials("J.P.")), person("Jan", "", "Hofstra", works("De Kade")), .9, ""},
		{"a calling name and the name on paper, same mobile", person("Kees", "", "Visser", phone("+31612345678")), person("Cornelis", "", "Visser", phone("+31612345678")), .9, ""},
		{"ij and y", person("Joke", "", "Dijkstra", phone("+31612345678")), person("Joke", "", "Dykstra", phone("+31612345678")), .9, ""},
		{"a name with that of a partner", person("Sanne", "", "Wit-Jansen", mail("sanne@kade.example")), person("Sanne", "de", "Wit", mail("sanne@kade.example")), .9, ""},
		{"another surname after the wedding, same e-mail and firm", person("Sanne", "", "Hofstra", mail("sanne@kade.example"), works("De Kade")), person("Sanne", "de", "Wit", mail("sanne@kade.example"), works("De Kade")), .9, ""},
		{"another firm, the same e-mail at home", person("Bram", "", "Ploeg", mail("bram.ploeg@ziggo.nl"), works("De Kade")), person("Bram", "", "Ploeg", mail("bram.ploeg@ziggo.nl"), works("Veldman")), .9, ""},

		{"colleagues with one switchboard number", person("Jan", "de", "Vries", phone(board), works("De Kade")), person("Piet", "", "Bakker", phone(board), works("De Kade")), 0, ""},
		{"colleagues with one given name", person("Jan", "de", "Vries", phone(board), works("De Kade"), mail("info@kade.example")), person("Jan", "", "Bakker", phone(board), works("De Kade"), mail("info@kade.example")), 0, ""},
		{"colleagues with one rare given name", person("Wobbe", "van de", "Peppelbeek", works("De Kade"), mail("w.peppelbeek@kade.example")), person("Wobbe", "de", "Vries", works("De Kade"), mail("w.vries@kade.example")), 0, ""},
		{"colleagues with one surname", person("Anna", "", "Bakker", phone(board), works("De Kade")), person("Piet", "", "Bakker", phone(board), works("De Kade")), 0, ""},
		{"father and son at one address", person("Gerrit", "", "Ploegmakers", home, phone(board)), person("Wouter", "", "Ploegmakers", home, phone(board)), 0, ""},
		{"father and son with one mailbox", person("Gerrit", "", "Ploegmakers", home, mail("ploegmakers@ziggo.nl")), person("Wouter", "", "Ploegmakers", home, mail("ploegmakers@ziggo.nl")), 0, ""},
		{"a Jan Jansen in every town", person("Jan", "", "Jansen", in("Zwolle")), person("Jan", "", "Jansen", in("Goes")), 0, ""},
		{"a Jan Jansen at every firm", person("Jan", "", "Jansen", works("De Kade")), person("Jan", "", "Jansen", works("Veldman")), 0, ""},
		{"two people called Jan Jansen and nothing else", person("Jan", "", "Jansen"), person("Jan", "", "Jansen"), 0, ""},
		{"the same surname at one firm", person("", "", "Jansen", works("De Kade")), person("Jan", "", "Bakker", works("De Kade")), 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := match.Shipped().Matcher()
			p, why := m.Weigh(match.Prepare(c.a), match.Prepare(c.b))
			q, _ := m.Weigh(match.Prepare(c.b), match.Prepare(c.a))
			if p != q {
				t.Errorf("%.3f the one way, %.3f the other", p, q)
			}
			if c.likely == 0 && p >= match.Warn || p < c.likely {
				t.Errorf("%.3f, because of %v", p, why)
			}
			if c.word != "" && (len(why) == 0 || why[0].Word != c.word) {
				t.Errorf("first %s in %v", c.word, why)
			}
			shares := slices.ContainsFunc(match.Blocks(c.a), func(k string) bool { return slices.Contains(match.Blocks(c.b), k) })
			beside := slices.ContainsFunc(c.a.Phones, func(x string) bool { return slices.Contains(c.b.Phones, x) }) ||
				slices.ContainsFunc(c.a.Emails, func(x string) bool { return slices.Contains(c.b.Emails, x) }) ||
				c.a.KvK != "" && c.a.KvK == c.b.KvK || c.a.Account != ""
			if c.likely > 0 && !shares && !beside {
				t.Errorf("never compared: %q and %q", match.Blocks(c.a), match.Blocks(c.b))
			}
		})
	}
}

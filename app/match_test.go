package app_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"kring/app"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/job"
	"kring/base/opt"
	"kring/base/reach"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/match"
	"kring/domain/member"
	"kring/domain/merge"
	"kring/store"
)

// scan runs the look for duplicates as the night does, or as a person asks.
func scan(h *house, o id.Org) {
	h.Helper()
	h.must(h.a.Jobs()["match.scan"](h.Context(), job.Job{Kind: "match.scan", Org: o}))
}

// Who makes what is there already hears so, with the reason; only of what is
// within reach.
func TestLike(t *testing.T) {
	t.Parallel()
	both(t, func(h *house) {
		ctx := h.Context()
		kade, err := h.a.AddAccount(ctx, h.admin, account.Draft{Name: "De Kade B.V.", Phones: reach.Phones{{Number: "038 425 12 00"}}, Addresses: reach.Addresses{{City: "Zwolle"}}})
		h.must(err)
		_, err = h.a.AddContact(ctx, h.admin, contact.Draft{Given: "Jan", Family: "Hofstra", Phones: reach.Phones{{Number: "06-12345678"}}, Accounts: []contact.Link{{Account: kade.ID}}})
		h.must(err)
		draft := account.Draft{Name: "Kade BV, de", Phones: reach.Phones{{Number: "+31384251200"}}}
		found, err := h.a.LikeAccount(ctx, h.admin, draft)
		h.must(err)
		if len(found) != 1 || found[0].ID != kade.ID.Any() || found[0].Name != "De Kade B.V." || found[0].City != "Zwolle" || found[0].Probability < match.Likely || found[0].Reasons[0].Word != "name_same" {
			h.Fatalf("%+v", found)
		}
		people, err := h.a.LikeContact(ctx, h.admin, contact.Draft{Given: "J.", Family: "Hofstra", Phones: reach.Phones{{Number: "+31612345678"}}, Accounts: []contact.Link{{Account: kade.ID}}})
		h.must(err)
		if len(people) != 1 || people[0].City != "De Kade B.V." {
			h.Fatalf("%+v", people)
		}
		if found, err = h.a.LikeAccount(ctx, h.admin, account.Draft{Name: "Notariaat Veldman"}); err != nil || len(found) != 0 {
			h.Errorf("something else: %+v %v", found, err)
		}
		if _, err = h.a.LikeAccount(ctx, h.admin, account.Draft{}); fault.KindOf(err) != fault.Invalid {
			h.Errorf("a draft that is wrong: %v", err)
		}
		rik := h.colleague("Rik", "rik@brandt.example", member.AccountManager, id.Team{})
		if found, err = h.a.LikeAccount(ctx, rik, draft); err != nil || len(found) != 0 {
			h.Errorf("out of reach: %+v %v", found, err)
		}
		piet := h.colleague("Piet", "piet@brandt.example", member.Privacy, id.Team{})
		if _, err = h.a.LikeAccount(ctx, piet, draft); !errors.Is(err, app.ErrDenied) {
			h.Errorf("without the right: %v", err)
		}
		if found, err = h.a.LikeAccount(ctx, elsewhere(h), draft); err != nil || len(found) != 0 {
			h.Errorf("another organisation: %+v %v", found, err)
		}
	})
}

// A pair that a scan found is decided about, and stays decided; a person and
// their own relation are none.
func TestDuplicates(t *testing.T) {
	t.Parallel()
	both(t, func(h *house) {
		ctx := h.Context()
		add := func(who app.Who, d account.Draft) account.Account {
			h.Helper()
			a, err := h.a.AddAccount(ctx, who, d)
			h.must(err)
			return a
		}
		rik := h.colleague("Rik", "rik@brandt.example", member.AccountManager, id.Team{})
		x := add(h.admin, account.Draft{Name: "De Kade B.V.", Addresses: reach.Addresses{{City: "Zwolle"}}})
		add(rik, account.Draft{Name: "Kade bv", Addresses: reach.Addresses{{City: "Zwolle"}}})
		add(h.admin, account.Draft{Kind: account.Person, Name: "Sanne de Wit", Emails: reach.Emails{{Address: "sanne@wit.example"}}})
		list := func(who app.Who, state match.State) (all []match.Pair) {
			h.Helper()
			p, err := h.a.Pairs(ctx, who, "", state, match.Pair{}, 50)
			h.must(err)
			return p.Pairs
		}
		scan(h, h.admin.Org.ID)
		all := list(h.admin, match.Open)
		if len(all) != 1 || all[0].Kind != fact.Account {
			h.Fatalf("%+v", all)
		}
		if n, err := h.a.CountPairs(ctx, h.admin); n != 1 || err != nil {
			h.Errorf("%d open, %v", n, err)
		}
		if of, err := h.a.PairsOf(ctx, h.admin, x.ID.Any()); err != nil || len(of.Pairs) != 1 || len(of.Accounts) != 2 {
			h.Errorf("of one: %+v %v", of, err)
		}
		if mine := list(rik, match.Open); len(mine) != 0 {
			h.Errorf("one of the two is out of reach: %+v", mine)
		}
		if _, err := h.a.KeepApart(ctx, rik, all[0].ID); !errors.Is(err, store.ErrNotFound) {
			h.Errorf("decided out of reach: %v", err)
		}
		if _, err := h.a.KeepApart(ctx, elsewhere(h), all[0].ID); !errors.Is(err, store.ErrNotFound) {
			h.Errorf("decided elsewhere: %v", err)
		}
		if _, err := h.a.Postpone(ctx, h.admin, all[0].ID, "2026-11-01"); fieldsOf(err)["until"] == nil {
			h.Errorf("put off until yesterday: %v", err)
		}
		_, err := h.a.Postpone(ctx, h.admin, all[0].ID, "2026-12-01")
		h.must(err)
		scan(h, h.admin.Org.ID)
		if len(list(h.admin, match.Open)) != 0 || len(list(h.admin, match.Later)) != 1 {
			h.Error("a pair that was put off came back by itself")
		}
		h.clock.Advance(9 * 24 * time.Hour)
		scan(h, id.Org{}) // the routine, by day: it wakes what is due
		if len(list(h.admin, match.Open)) != 1 {
			h.Error("a pair does not come back on its day")
		}
		_, err = h.a.KeepApart(ctx, h.admin, all[0].ID)
		h.must(err)
		scan(h, h.admin.Org.ID)
		if p := list(h.admin, match.Apart); len(p) != 1 || p[0].By != h.admin.Member.ID || len(list(h.admin, match.Open)) != 0 {
			h.Errorf("kept apart: %+v", p)
		}
		if _, err = h.a.KeepApart(ctx, h.admin, all[0].ID); !errors.Is(err, match.ErrSettled) {
			h.Errorf("twice: %v", err)
		}
		_, err = h.a.ReopenPair(ctx, h.admin, all[0].ID)
		h.must(err)
		m, err := h.a.Merge(ctx, h.admin, fact.Account, all[0].A, all[0].B, merge.Choice{})
		h.must(err)
		if len(list(h.admin, match.Open)) != 0 {
			h.Error("two that were merged are still open")
		}
		_, err = h.a.Unmerge(ctx, h.admin, m.ID)
		h.must(err)
		if len(list(h.admin, match.Open)) != 1 {
			h.Error("two that came apart are open again")
		}
		facts, err := h.a.FactLog(ctx, h.admin, fact.Query{Kind: fact.Pair, Limit: 10})
		h.must(err)
		if len(facts) != 5 || facts[2].Deed != "pair.reopened" || !strings.Contains(facts[2].Label, "De Kade B.V.") {
			h.Errorf("%+v", facts)
		}
		if _, err := h.a.Pairs(ctx, h.admin, "", "odd", match.Pair{}, 50); !errors.Is(err, match.ErrState) {
			h.Errorf("an odd state: %v", err)
		}

		// At night what changed is looked at; what is no longer alike is forgotten.
		h.clock.Advance(time.Date(2026, 12, 4, 2, 0, 0, 0, time.UTC).Sub(h.clock.Now()))
		_, err = h.a.ChangeAccount(ctx, h.admin, x.ID, 0, account.Patch{Name: opt.Some("Notariaat Veldman")})
		h.must(err)
		scan(h, id.Org{})
		if p := list(h.admin, match.Open); len(p) != 0 {
			h.Errorf("no longer alike: %+v", p)
		}
		if _, err := h.a.ScanNow(ctx, rik); !errors.Is(err, app.ErrDenied) {
			h.Errorf("a look at everything without the right: %v", err)
		}
	})
}

// planted is a world in which it is known who is whom: firms and people as they
// come in from files, some of them twice, with the mistakes that people make, and
// others that only look alike.
type planted struct {
	dice     *rand.Rand
	accounts []account.Account
	contacts []contact.Contact
	who      map[id.Record]int // the same number is the same firm or person
	next     int
}

var (
	surnames = strings.Fields(`Jansen Jong Vries Berg Dijk Bakker Janssen Visser Smit Meijer Boer Mulder Groot Bos Vos Peters Hendriks Leeuwen Dekker Brouwer Wit Dijkstra Smits Graaf Meer
		Hofstra Wiegersma Ploegmakers Terpstra Zijlstra Veldman Kuipers Postma Schouten Willems Hoekstra Koster Verhoeven Maas Blom Huisman Prins Peeters Kuiper Veenstra Kramer Molenaar Timmermans
		Driessen Verbeek Bosman Hoogland Schipper Wolters Kok Lammers Rietveld Oosterhuis Steenbergen Nijland Kamphuis Boersma Talsma Wagenaar Roelofs Evers Zwart Vink Lubbers Bloemendal Haverkamp`)
	infixes = []string{"", "", "", "", "van", "de", "van der", "van den"}
	givens  = strings.Fields(`Jan Piet Kees Henk Willem Peter Hans Erik Mark Rob Anna Maria Sanne Linda Petra Monique Ellen Marieke Esther Karin Bram Joris Femke Lotte Daan Sem Fleur Niels Roos Thijs
		Wouter Gerrit Jeroen Martijn Saskia Ingrid Yvonne Bas Koen Tessa`)
	trades = strings.Fields(`Bakkerij Garage Installatiebedrijf Drukkerij Adviesbureau Kwekerij Timmerbedrijf Slagerij Notariaat Accountants Schildersbedrijf Transport Uitgeverij Fysiotherapie Kapsalon Hoveniers`)
	chains = strings.Fields(`Hema Kruidvat Blokker Gamma Jumbo`)
	towns  = strings.Fields(`Zwolle Deventer Kampen Meppel Assen Emmen Goes Breda Tilburg Arnhem Ede Leiden Gouda Hoorn Sneek Heerlen`)
	roads  = strings.Fields(`Kerkstraat Dorpsstraat Stationsweg Molenweg Schoolstraat Nieuwstraat Julianalaan Wilhelminastraat Industrieweg Handelsweg`)
)

func pick(p *planted, list []string) string { return list[p.dice.IntN(len(list))] }

func (p *planted) firm(d account.Draft, who int) account.Account {
	a, err := account.New(id.New[id.Account](), 1, "NL", d)
	if err != nil {
		panic(err)
	}
	p.accounts, p.who[a.ID.Any()] = append(p.accounts, a), who
	return a
}

func (p *planted) person(d contact.Draft, who int) {
	c, err := contact.New(id.New[id.Contact](), 1, "NL", d)
	if err != nil {
		panic(err)
	}
	p.contacts, p.who[c.ID.Any()] = append(p.contacts, c), who
}

func (p *planted) number() int { p.next++; return p.next }

// typo turns two letters in the middle round, doubles one or leaves one out.
func (p *planted) typo(s string) string {
	r := []rune(s)
	if len(r) < 6 {
		return s
	}
	i := 2 + p.dice.IntN(len(r)-4)
	switch p.dice.IntN(3) {
	case 0:
		r[i], r[i+1] = r[i+1], r[i]
	case 1:
		r = append(r[:i], append([]rune{r[i]}, r[i:]...)...)
	default:
		r = append(r[:i], r[i+1:]...)
	}
	return string(r)
}

func (p *planted) address() reach.Address {
	return reach.Address{Street: pick(p, roads), Number: fmt.Sprint(1 + p.dice.IntN(180)), Postcode: fmt.Sprintf("%d %c%c", 1000+p.dice.IntN(8900), 'A'+rune(p.dice.IntN(18)), 'A'+rune(p.dice.IntN(18))), City: pick(p, towns)}
}

func (p *planted) phone(begin string) string {
	return fmt.Sprintf("%s%06d", begin, p.dice.IntN(1_000_000))
}

// again is the same firm as somebody else would type it.
func (p *planted) again(d account.Draft) account.Draft {
	switch p.dice.IntN(5) {
	case 0:
		d.Name = p.typo(d.Name)
	case 1:
		d.Name += " B.V."
	case 2:
		d.Name = strings.ToUpper(d.Name)
	case 3:
		d.Name = strings.ReplaceAll(d.Name, " ", "  ") + " bv"
	}
	if len(d.Addresses) > 0 {
		a := d.Addresses[0]
		switch p.dice.IntN(4) {
		case 0:
			d.Addresses = nil
		case 1:
			a.Postcode = ""
			d.Addresses = reach.Addresses{a}
		case 2:
			a.Street = strings.Replace(a.Street, "straat", "str.", 1)
			d.Addresses = reach.Addresses{a}
		}
	}
	if p.dice.IntN(3) == 0 {
		d.Phones = nil
	}
	if p.dice.IntN(3) == 0 {
		d.Emails = nil
	}
	if p.dice.IntN(2) == 0 {
		d.Website = ""
	}
	return d
}

func plant(firms int) *planted {
	p := &planted{dice: rand.New(rand.NewPCG(2026, 11)), who: map[id.Record]int{}}
	for n := range firms {
		family := pick(p, surnames)
		name := pick(p, trades) + " " + family
		if p.dice.IntN(4) == 0 {
			name = family + " & " + pick(p, surnames) + " " + pick(p, trades)
		}
		host := strings.ToLower(fmt.Sprintf("%s%d.example", family, n))
		d := account.Draft{Name: name, Addresses: reach.Addresses{p.address()}, Phones: reach.Phones{{Number: p.phone("0384")}}, Emails: reach.Emails{{Address: "info@" + host}}, Website: "www." + host}
		who := p.number()
		a := p.firm(d, who)
		if n%12 == 0 {
			p.firm(p.again(d), who)
		}
		for range p.dice.IntN(4) { // colleagues, with one switchboard and at times one mailbox
			c := contact.Draft{Given: pick(p, givens), Infix: pick(p, infixes), Family: pick(p, surnames), Accounts: []contact.Link{{Account: a.ID}}, Phones: d.Phones}
			if p.dice.IntN(2) == 0 {
				c.Phones = append(reach.Phones{{Number: p.phone("0612")}}, c.Phones...)
			}
			if p.dice.IntN(2) == 0 {
				c.Emails = reach.Emails{{Address: strings.ToLower(strings.ReplaceAll(c.Given+"."+c.Family, " ", "")) + fmt.Sprint(p.dice.IntN(1000)) + "@" + host}}
			} else if p.dice.IntN(3) == 0 {
				c.Emails = d.Emails
			}
			one := p.number()
			p.person(c, one)
			if p.dice.IntN(12) == 0 {
				switch p.dice.IntN(4) {
				case 0:
					c.Family = p.typo(c.Family)
				case 1:
					c.Initials, c.Given = c.Given[:1]+".", ""
				case 2:
					c.Infix, c.Family = "", strings.TrimSpace(c.Infix+" "+c.Family)
				}
				if p.dice.IntN(3) == 0 {
					c.Emails = nil
				}
				p.person(c, one)
			}
		}
	}
	for _, chain := range chains { // branches, which look alike and are not
		for range 8 {
			p.firm(account.Draft{Name: chain + pick(p, []string{"", " B.V.", " BV"}), Website: chain + ".example", Addresses: reach.Addresses{p.address()}, Phones: reach.Phones{{Number: p.phone("0387")}}}, p.number())
		}
	}
	for range 30 { // families at one address with one phone number
		home, family, number := p.address(), pick(p, surnames), p.phone("0388")
		at := p.firm(account.Draft{Name: "Familie " + family, Addresses: reach.Addresses{home}}, p.number())
		first := p.dice.IntN(len(givens) - 3)
		for i := range 3 {
			p.person(contact.Draft{Given: givens[first+i], Family: family, Addresses: reach.Addresses{home}, Phones: reach.Phones{{Number: number}}, Accounts: []contact.Link{{Account: at.ID}}}, p.number())
		}
	}
	return p
}

// TestScanFigures measures the scan on a world in which it is known who is whom;
// doc/match.md has the figures.
func TestScanFigures(t *testing.T) {
	t.Parallel()
	both(t, func(h *house) {
		p := plant(1200)
		ctx := h.Context()
		for n := 0; n < max(len(p.accounts), len(p.contacts)); n += 200 {
			h.must(h.db.Write(ctx, h.admin.Org.ID, fact.Actor{Kind: "system", Name: "test"}, func(tx *store.Tx) error {
				some := p.accounts[min(n, len(p.accounts)):min(n+200, len(p.accounts))]
				return tx.AddAccounts(some, make([]fact.Fact, len(some)))
			}))
		}
		for n := 0; n < len(p.contacts); n += 200 {
			h.must(h.db.Write(ctx, h.admin.Org.ID, fact.Actor{Kind: "system", Name: "test"}, func(tx *store.Tx) error {
				some := p.contacts[n:min(n+200, len(p.contacts))]
				return tx.AddContacts(some, make([]fact.Fact, len(some)))
			}))
		}
		begun := time.Now()
		scan(h, h.admin.Org.ID)
		took := time.Since(begun)
		same := map[int][]id.Record{}
		kind := map[id.Record]fact.Kind{}
		for _, a := range p.accounts {
			same[p.who[a.ID.Any()]] = append(same[p.who[a.ID.Any()]], a.ID.Any())
			kind[a.ID.Any()] = fact.Account
		}
		for _, c := range p.contacts {
			same[p.who[c.ID.Any()]] = append(same[p.who[c.ID.Any()]], c.ID.Any())
			kind[c.ID.Any()] = fact.Contact
		}
		truth := map[fact.Kind]int{}
		for _, ids := range same {
			if len(ids) > 1 {
				truth[kind[ids[0]]] += len(ids) * (len(ids) - 1) / 2
			}
		}
		right, said := map[fact.Kind]int{}, map[fact.Kind]int{}
		called := func(page app.PairPage, i id.Record) string {
			if a, ok := page.Accounts[i]; ok {
				return a.Name + " " + a.City()
			}
			return page.Contacts[i].Name()
		}
		before, wrong := match.Pair{}, 0
		for {
			page, err := h.a.Pairs(ctx, h.admin, "", match.Open, before, 200)
			h.must(err)
			for _, two := range page.Pairs {
				said[two.Kind]++
				if p.who[two.A] == p.who[two.B] {
					right[two.Kind]++
				} else if wrong++; wrong <= 12 {
					h.Logf("not the same: %s and %s, %.2f %v", called(page, two.A), called(page, two.B), two.Probability, two.Reasons)
				}
				before = two
			}
			if !page.More {
				break
			}
		}
		for _, k := range []fact.Kind{fact.Account, fact.Contact} {
			precision, recall := float64(right[k])/float64(max(said[k], 1)), float64(right[k])/float64(max(truth[k], 1))
			h.Logf("%s: %d pairs planted, %d found, %d of them right: precision %.3f, recall %.3f", k, truth[k], said[k], right[k], precision, recall)
			if precision < .95 || recall < .9 {
				h.Errorf("%s: precision %.3f, recall %.3f", k, precision, recall)
			}
		}
		h.Logf("%d accounts and %d contacts in %s", len(p.accounts), len(p.contacts), took.Round(time.Millisecond))
	})
}

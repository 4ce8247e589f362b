package store_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"kring/base/fact"
	"kring/base/find"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/reach"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/filter"
	"kring/domain/member"
	"kring/kit"
	"kring/store"
)

var everyone = member.Reach{Scope: member.All}

// numbered is an id that is the same in every database.
func numbered(n int) (i [16]byte) {
	i[6], i[8] = 0x70, 0x80
	binary.BigEndian.PutUint32(i[12:], uint32(n+1))
	return i
}

// told is what a search says of accounts and contacts, as "name (beside)".
func told(t *testing.T, db *store.DB, org id.Org, typed string, r member.Reach, limit int) (all []string) {
	t.Helper()
	err := db.Read(t.Context(), org, func(v *store.View) error {
		q := find.Parse(typed)
		accounts, err := v.SearchAccounts(q, r, limit)
		if err != nil {
			return err
		}
		contacts, err := v.SearchContacts(q, r, r, limit)
		for _, h := range append(accounts, contacts...) {
			all = append(all, h.Name+" ("+h.City+")")
		}
		return err
	})
	if err != nil {
		t.Fatalf("%q: %v", typed, err)
	}
	return all
}

// A table of what is typed and what is found, in this order, on both databases.
func TestSearchWhatIsTyped(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		o := found(t, db)
		n := 0
		err := db.Write(t.Context(), o.ID, nobody, func(tx *store.Tx) error {
			add := func(d account.Draft, people ...contact.Draft) error {
				n++
				a, err := account.New(id.Account(numbered(n)), 1, "NL", d)
				if err != nil {
					return err
				}
				if _, err := tx.AddAccount(a, fact.Fact{Deed: "account.created"}); err != nil {
					return err
				}
				for _, p := range people {
					n++
					p.Accounts = append([]contact.Link{{Account: a.ID, Function: "Inkoper"}}, p.Accounts...)
					c, err := contact.New(id.Contact(numbered(n)), 1, "NL", p)
					if err != nil {
						return err
					}
					if _, err := tx.AddContact(c, fact.Fact{Deed: "contact.created"}); err != nil {
						return err
					}
				}
				return nil
			}
			mail := func(s string) reach.Emails { return reach.Emails{{Address: s}} }
			tel := func(s string) reach.Phones { return reach.Phones{{Number: s}} }
			in := func(city string) reach.Addresses {
				return reach.Addresses{{City: city, Postcode: "8021 AB", Country: "NL"}}
			}
			for _, err := range []error{
				add(account.Draft{Name: "Zorggroep De Linden B.V.", Addresses: in("Zwolle"), Phones: tel("038 421 21 21"), Emails: mail("info@zorggroepdelinden.nl"), KvK: "12345678", Tags: []string{"vip"}, ExternalID: "A-1717"},
					contact.Draft{Given: "Sanne", Infix: "de", Family: "Wit", Phones: tel("06-12345678"), Emails: mail("sanne.dewit@zorggroepdelinden.nl")},
					contact.Draft{Given: "José", Family: "Müller-Jansen", Phones: tel("+49 30 901820")}),
				add(account.Draft{Name: "Linden", Addresses: in("Assen")}),
				add(account.Draft{Name: "Lindenhof Zorg", Addresses: reach.Addresses{{City: "Deventer"}}, Phones: tel("0570 612 345")}),
				add(account.Draft{Name: "Bakkerij Jansen", Addresses: reach.Addresses{{City: "Zwolle"}}},
					contact.Draft{Given: "Jan", Family: "Jansen", Emails: mail("jan@hotmail.com")},
					contact.Draft{Given: "Janneke", Infix: "van", Family: "Dijk"}),
				add(account.Draft{Name: "Café ’t Hoekje", Addresses: reach.Addresses{{City: "'s-Hertogenbosch"}}}),
			} {
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		const (
			group, tree, court = "Zorggroep De Linden B.V. (Zwolle)", "Linden (Assen)", "Lindenhof Zorg (Deventer)"
			baker, cafe        = "Bakkerij Jansen (Zwolle)", "Café ’t Hoekje ('s-Hertogenbosch)"
			sanne, jose        = "Sanne de Wit (Zorggroep De Linden B.V.)", "José Müller-Jansen (Zorggroep De Linden B.V.)"
			jan, janneke       = "Jan Jansen (Bakkerij Jansen)", "Janneke van Dijk (Bakkerij Jansen)"
		)
		for typed, want := range map[string][]string{
			"li": {tree, court, group}, "linden": {tree, court, group, sanne}, "LINDEN": {tree, court, group, sanne}, "groep": {group, sanne}, "roe": {group, sanne},
			"zorggroep de linden bv": {group}, "zor lin": {court, group, sanne}, "lin zor": {court, group, sanne}, "zwolle": {baker, group}, "bak zwo": {baker}, "zwo bak": {baker},
			"cafe hoek": {cafe}, "café": {cafe}, "hertog": {cafe}, "ertog": {cafe},
			"038-4212121": {group}, "+31 38 421": {group}, "0031384212121": {group}, "+31 (0)38 4212121": {group}, "2121": {group}, "4212": {group}, "84212": {group}, "384212121": {group},
			"06": {court, sanne}, "06 12": {court, sanne}, "0031 6 1234": {court, sanne}, "+316": {court, sanne}, "3456": {sanne}, "12345678": {group, sanne}, "345678": {sanne}, "5678": {sanne}, "612345": {court, sanne},
			"+49 30": {jose}, "0049 30 9018": {jose}, "030 9018": {jose}, "90182": {jose},
			"info@z": {group}, "info@zorggroepdelinden.nl": {group}, "linden.nl": {group, sanne}, "@zorggroep": {group, sanne}, "delind": {group, sanne}, "sanne.de": {sanne}, "dewit": {sanne}, "hotmail": {jan}, "otmai": {jan}, "wit@zorg": {sanne},
			"8021 AB": {tree, group}, "8021ab": {tree, group}, "8021": {tree, group}, "a-17": {group}, "a1717": {group}, "1717": {group}, "vip": {group}, "inkoper": {jan, janneke, sanne, jose},
			"sanne wit": {sanne}, "wit sa": {sanne}, "de wit": {sanne}, "sanne linden": {sanne}, "jan jansen": {baker, jan, jose}, "jansen": {baker, jan, jose}, "jan": {baker, jan, jose, janneke}, "jose mul": {jose}, "ja": {baker, jan, jose, janneke},
			"van dijk janneke": {janneke}, "j dijk": {janneke}, "jansen zwolle": {baker}, "vip zorg": {group}, "vip jansen": nil, "xyz": nil, "%": nil, "_": nil, "🎉": nil, "": nil, "zz zz": nil, "99999": nil,
		} {
			got, want := slices.Clone(told(t, db, o.ID, typed, everyone, 20)), slices.Clone(want)
			if typed == "inkoper" || typed == "jan" || typed == "ja" { // who they are, not their order
				slices.Sort(got)
				slices.Sort(want)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%q:\n found %q\nwanted %q", typed, got, want)
			}
		}
	})
}

// town draws a small town whose names are as unequally spread as real ones.
func town(t *testing.T, db *store.DB, org id.Org, n int, owner func(i int) id.Member) ([]account.Account, []contact.Contact) {
	t.Helper()
	rng := rand.New(rand.NewPCG(7, 7))
	given := strings.Fields("Jan Sanne Piet Anna Johannes Sanna Zoë Maria Jannie Ahmed")
	family := strings.Fields("Jansen Bakker Janssen Visser Smit Sanders Lindeman Hoogendijk Müller Jong")
	firm := strings.Fields("Zorggroep Bakkerij Bouwbedrijf Stichting Garage Zorgkwartier Bloemen Installatietechniek")
	pick := func(all []string) string { return all[min(rng.IntN(len(all)), rng.IntN(len(all)))] }
	var accounts []account.Account
	var contacts []contact.Contact
	for i := range n {
		d := account.Draft{Name: pick(firm) + " " + pick(family), KvK: fmt.Sprint(10_000_000 + rng.IntN(9_000_000)), Tags: []string{pick(strings.Fields("klant prospect"))},
			Addresses: reach.Addresses{{City: pick([]string{"Zwolle", "Den Haag", "Assen"}), Postcode: fmt.Sprintf("%d AB", 8000+rng.IntN(20)), Country: "NL"}}, Phones: reach.Phones{{Number: fmt.Sprintf("038 %d", 2_000_000+rng.IntN(7_000_000))}}}
		if owner != nil {
			d.Owner = owner(i)
		}
		host := strings.ReplaceAll(fold.Key(d.Name), " ", "") + ".example"
		d.Emails = reach.Emails{{Address: "info@" + host}}
		a, err := account.New(id.Account(numbered(2*i)), 1, "NL", d)
		if err != nil {
			t.Fatal(err)
		}
		p := contact.Draft{Given: pick(given), Family: pick(family), Accounts: []contact.Link{{Account: a.ID}}, Phones: reach.Phones{{Number: fmt.Sprintf("06 %d", 10_000_000+rng.IntN(49_000_000))}}}
		if rng.IntN(4) == 0 {
			p.Infix = "van der"
		}
		p.Emails = reach.Emails{{Address: fold.Words(p.Given)[0] + "." + fold.Words(p.Family)[0] + "@" + host}}
		c, err := contact.New(id.Contact(numbered(2*i+1)), 1, "NL", p)
		if err != nil {
			t.Fatal(err)
		}
		accounts, contacts = append(accounts, a), append(contacts, c)
	}
	for at := 0; at < n; at += 500 {
		some := min(at+500, n)
		err := db.Write(t.Context(), org, nobody, func(tx *store.Tx) error {
			if err := tx.AddAccounts(accounts[at:some], slices.Repeat([]fact.Fact{{Deed: "account.created"}}, some-at)); err != nil {
				return err
			}
			return tx.AddContacts(contacts[at:some], slices.Repeat([]fact.Fact{{Deed: "contact.created"}}, some-at))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range accounts {
		accounts[i].Version = 1
		contacts[i].Version = 1
	}
	return accounts, contacts
}

var typedInTown = []string{
	"ja", "jan", "jans", "jansen", "sanne jansen", "jan ja", "ja jan", "san ja", "bak jan", "zor", "groep", "zwolle", "bak zwo", "zorg jan zwolle", "klant bak", "jansen klant", "den haag",
	"info@zorg", "info", "groepjansen.example", "06", "0612", "1234", "038 2", "+31 38 3", "8003", "80", "8003 ab", "van der", "van der jansen", "j jansen", "jan van der visser", "inde", "hoo san", "mul", "technie", "1000",
}

// The same was found on both databases, in the same order, also when there is
// more than is wanted.
func TestSearchSameOnBoth(t *testing.T) {
	t.Parallel()
	if os.Getenv("KRING_TEST_POSTGRES") == "" {
		t.Skip("compares with PostgreSQL: tools/postgres go test ./store")
	}
	_, sqlite, _ := kit.SQLite(t)
	_, postgres, _ := kit.Postgres(t)
	var said [2][]string
	for i, db := range []*store.DB{sqlite, postgres} {
		o := found(t, db)
		town(t, db, o.ID, 1500, nil)
		for _, typed := range typedInTown {
			for _, limit := range []int{3, 20} {
				said[i] = append(said[i], fmt.Sprintf("%s %d: %q", typed, limit, told(t, db, o.ID, typed, everyone, limit)))
			}
		}
	}
	for i, s := range said[0] {
		if s != said[1][i] {
			t.Errorf("SQLite     %s\nPostgreSQL %s", s, said[1][i])
		}
		if strings.HasSuffix(s, "[]") {
			t.Errorf("nothing: %s", s)
		}
	}
}

// Every record is found by whatever part of it people type, also after it was
// changed, and after it was thrown away and fetched back; in between it is not.
func TestSearchEveryPart(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		o := found(t, db)
		accounts, contacts := town(t, db, o.ID, 40, nil)
		finds := func(kind fact.Kind, i id.Record, typed string, want bool) {
			t.Helper()
			err := db.Read(t.Context(), o.ID, func(v *store.View) error {
				search := func() ([]store.Hit, error) { return v.SearchAccounts(find.Parse(typed), everyone, 200) }
				if kind == fact.Contact {
					search = func() ([]store.Hit, error) { return v.SearchContacts(find.Parse(typed), everyone, everyone, 200) }
				}
				hits, err := search()
				if got := slices.ContainsFunc(hits, func(h store.Hit) bool { return h.ID == i }); got != want {
					t.Errorf("%s %s by %q: %v", kind, i, typed, got)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		rng := rand.New(rand.NewPCG(3, 3))
		part := func(s string, least int) string {
			r := []rune(s)
			if len(r) <= least {
				return s
			}
			from := rng.IntN(len(r) - least + 1)
			return string(r[from : from+least+rng.IntN(len(r)-from-least+1)])
		}
		typings := func(name string, phones reach.Phones, emails reach.Emails) (all []string) {
			words := fold.Words(name)
			for _, w := range words {
				all = append(all, w, strings.ToUpper(w), part(w, 3), w[:min(2, len(w))])
			}
			last := words[len(words)-1]
			all = append(all, words[0][:2]+" "+last[:2], last+" "+words[0][:1], last[:3]+" "+words[0])
			for _, p := range phones {
				national := "0" + p.E164[3:]
				all = append(all, p.E164, national, "00"+p.E164[1:], p.E164[:3]+" (0)"+national[1:], national[:3]+"-"+national[3:6], part(national, 4), national[6:], national[4:], p.Show("NL"))
			}
			for _, e := range emails {
				local, host, _ := strings.Cut(e.Normal, "@")
				all = append(all, e.Normal, local, host, part(strings.Split(local, ".")[0], 3), strings.TrimSuffix(host, ".example"), part(strings.TrimSuffix(host, ".example"), 4), e.Normal[:len(local)+2], "@"+host, host[3:])
			}
			return all
		}
		save := func(fn func(tx *store.Tx) error) {
			t.Helper()
			if err := db.Write(t.Context(), o.ID, nobody, fn); err != nil {
				t.Fatal(err)
			}
		}
		for i := range accounts {
			a, c := accounts[i], contacts[i]
			before := [2][]string{typings(a.Name, a.Phones, a.Emails), typings(c.Name(), c.Phones, c.Emails)}
			for _, typed := range append(before[0], a.KvK, "8003"[:2], a.Addresses[0].City, a.Addresses[0].Postcode, a.Tags[0]) {
				finds(fact.Account, a.ID.Any(), typed, true)
			}
			for _, typed := range before[1] {
				finds(fact.Contact, c.ID.Any(), typed, true)
			}
			if i%8 > 0 {
				continue
			}
			save(func(tx *store.Tx) (err error) { // changed
				a.Name, a.Emails = fmt.Sprintf("Wijzigingsbureau Quintus%d", i), reach.Emails{{Address: "q@xylofoon.example", Normal: "q@xylofoon.example"}}
				a, err = tx.SaveAccount(a, fact.Fact{Deed: "account.changed", Changes: []fact.Change{fact.Of("name", "", a.Name), fact.Of("emails", nil, a.Emails)}})
				if err == nil {
					c.Family = fmt.Sprintf("Quastenmaker%d", i)
					c, err = tx.SaveContact(c, fact.Fact{Deed: "contact.changed", Changes: []fact.Change{fact.Of("family", "", c.Family)}})
				}
				return err
			})
			finds(fact.Account, a.ID.Any(), fold.Words(accounts[i].Name)[1], false)
			finds(fact.Contact, c.ID.Any(), fold.Words(c.Given)[0]+" quas", true)
			now := [2][]string{typings(a.Name, a.Phones, a.Emails), typings(c.Name(), c.Phones, nil)}
			for _, there := range []bool{true, false, true} { // and in the bin, and back
				if there != (a.Deleted == 0) {
					at := map[bool]int64{false: 5}[there]
					changes := []fact.Change{fact.Of("deleted_at", a.Deleted, at)}
					save(func(tx *store.Tx) (err error) {
						a.Deleted, c.Deleted = at, at
						if a, err = tx.SaveAccount(a, fact.Fact{Deed: "account.changed", Changes: changes}); err == nil {
							c, err = tx.SaveContact(c, fact.Fact{Deed: "contact.changed", Changes: changes})
						}
						return err
					})
				}
				for _, typed := range now[0] {
					finds(fact.Account, a.ID.Any(), typed, there)
				}
				for _, typed := range now[1] {
					finds(fact.Contact, c.ID.Any(), typed, there)
				}
			}
		}
		// What nobody bears any more was forgotten, with its parts.
		save(func(tx *store.Tx) error {
			for _, a := range accounts {
				a, err := tx.Account(a.ID, everyone)
				if err != nil {
					return err
				}
				a.Deleted = 9
				if _, err := tx.SaveAccount(a, fact.Fact{Deed: "account.deleted", Changes: []fact.Change{fact.Of("deleted_at", 0, 9)}}); err != nil {
					return err
				}
			}
			for _, c := range contacts {
				c, err := tx.Contact(c.ID, everyone)
				if err != nil {
					return err
				}
				c.Deleted = 9
				if _, err := tx.SaveContact(c, fact.Fact{Deed: "contact.deleted", Changes: []fact.Change{fact.Of("deleted_at", 0, 9)}}); err != nil {
					return err
				}
			}
			return nil
		})
		for _, table := range []string{"search", "word", "word_part"} {
			err := db.Read(t.Context(), o.ID, func(v *store.View) error {
				n, err := v.Rows(table)
				if n != 0 {
					t.Errorf("%s: %d rows are left", table, n)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

// Within a scope exactly those are found that a search of everything finds and
// that are within reach, whether they are a few or many.
func TestSearchWithinScope(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		o := found(t, db)
		few, many := hire(t, db, o.ID, "few", id.Team{}), hire(t, db, o.ID, "many", id.Team{})
		accounts, contacts := town(t, db, o.ID, store.MostOwn+200, func(i int) id.Member {
			if i%400 == 7 {
				return few.ID
			}
			return many.ID
		})
		mine := map[string]int{}
		for i, a := range accounts {
			if a.Owner == few.ID && strings.HasPrefix(a.Name, "Bakkerij") {
				mine["bakkerij"]++
			}
			if a.Owner == few.ID && contacts[i].Given == "Jan" {
				mine["jan"]++
			}
		}
		own := func(m member.Member) member.Reach { return member.Reach{Scope: member.Own, Member: m.ID} }
		err := db.Read(t.Context(), o.ID, func(v *store.View) error {
			hits, err := v.SearchAccounts(find.Parse("bakkerij"), own(few), 200)
			if err != nil || len(hits) != mine["bakkerij"] {
				t.Errorf("of the few: %d, want %d (%v)", len(hits), mine["bakkerij"], err)
			}
			hits, err = v.SearchAccounts(find.Parse("bakkerij"), own(many), 20)
			if err != nil || len(hits) != 20 {
				t.Errorf("of the many: %d (%v)", len(hits), err)
			}
			i := slices.IndexFunc(accounts, func(a account.Account) bool { return a.Owner == few.ID })
			for reach, want := range map[*member.Reach]bool{new(own(few)): true, new(own(many)): false, {Scope: member.Own, Member: id.New[id.Member]()}: false, {}: false, {Scope: member.Team, Member: few.ID, Teams: []id.Team{id.New[id.Team]()}}: true} {
				for _, typed := range []string{accounts[i].KvK, accounts[i].Name, accounts[i].Emails[0].Normal, accounts[i].Phones[0].E164, accounts[i].Phones[0].E164[6:]} {
					hits, err := v.SearchAccounts(find.Parse(typed), *reach, 200)
					if got := slices.ContainsFunc(hits, func(h store.Hit) bool { return h.ID == accounts[i].ID.Any() }); err != nil || got != want {
						t.Errorf("%+v %q: %v (%v)", *reach, typed, got, err)
					}
				}
				hits, err := v.SearchContacts(find.Parse(contacts[i].Phones[0].E164), *reach, *reach, 200)
				if got := slices.ContainsFunc(hits, func(h store.Hit) bool { return h.ID == contacts[i].ID.Any() }); err != nil || got != want {
					t.Errorf("contact %+v: %v (%v)", *reach, got, err)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// Every query of a search is answered from an index; nothing is read whole.
func TestSearchPlans(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		o := found(t, db)
		m := hire(t, db, o.ID, "els", id.Team{})
		town(t, db, o.ID, 60, func(i int) id.Member { return map[bool]id.Member{true: m.ID}[i%3 == 0] })
		for _, typed := range []string{"jan", "san ja", "groep", "inde zwolle", "0612", "8012 ab", "info@zorg", "xyz abc"} {
			for _, r := range []member.Reach{everyone, {Scope: member.Own, Member: m.ID}, {Scope: member.Team, Member: m.ID, Teams: []id.Team{id.New[id.Team]()}}} {
				err := db.Read(t.Context(), o.ID, func(v *store.View) error {
					plans, err := v.Plans(func() error {
						if _, err := v.SearchAccounts(find.Parse(typed), r, 20); err != nil {
							return err
						}
						_, err := v.SearchContacts(find.Parse(typed), r, r, 20)
						return err
					})
					for q, plan := range plans {
						for line := range strings.SplitSeq(plan, "\n") {
							line = strings.TrimSpace(line)
							whole := strings.Contains(line, "Seq Scan") || strings.HasPrefix(line, "SCAN ") && !strings.HasPrefix(line, "SCAN c") && !strings.HasPrefix(line, "SCAN m") && !strings.Contains(line, "CONSTANT")
							if whole {
								t.Errorf("%q: %s\n%s", typed, strings.Join(strings.Fields(q), " "), plan)
							}
						}
					}
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

// Whatever is typed, there is an answer.
func TestSearchAnything(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		o := found(t, db)
		town(t, db, o.ID, 20, nil)
		for _, typed := range []string{
			"a a a a a", strings.Repeat("jansen ", 40), strings.Repeat("é", 250), "%%%%", "____", `\`, "'; DROP TABLE search; --", "🎉🎉", "\xff\xfe", "\x00jan", "@", "@@", ".", "...", "jan@", "@jan", "0", "00", "+", "+31", "000000000", "٠٦١٢", strings.Repeat("9", 200), "&jsaann", "/061", "&",
		} {
			told(t, db, o.ID, typed, everyone, 20)
		}
	})
}

// Records of before the index had its form are found after the upgrade, also
// when that was cut off; and the check whether there are any reads no table.
func TestSearchAfterUpgrade(t *testing.T) {
	t.Parallel()
	places(t, func(t *testing.T, c store.Config) {
		db := open(t, c)
		o := found(t, db)
		town(t, db, o.ID, 700, nil)
		var before []string
		for _, typed := range typedInTown {
			before = append(before, fmt.Sprint(typed, told(t, db, o.ID, typed, everyone, 20)))
		}
		err := db.Write(t.Context(), o.ID, nobody, func(tx *store.Tx) error { return tx.Unindex() })
		if err != nil {
			t.Fatal(err)
		}
		if got := told(t, db, o.ID, "groep", everyone, 20); len(got) > 0 {
			t.Fatalf("still found: %q", got)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		db = open(t, c)
		for i, typed := range typedInTown {
			if got := fmt.Sprint(typed, told(t, db, o.ID, typed, everyone, 20)); got != before[i] {
				t.Errorf("before %s\nafter  %s", before[i], got)
			}
		}
		err = db.Read(t.Context(), o.ID, func(v *store.View) error {
			plans, err := v.Plans(v.Unsought)
			for q, plan := range plans {
				if !strings.Contains(plan, "_unsought") {
					t.Errorf("%s\n%s", q, plan)
				}
			}
			if len(plans) != 2 {
				t.Errorf("%d plans", len(plans))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// A list that is searched holds what a search finds.
func TestListFindsLikeSearch(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		o := found(t, db)
		town(t, db, o.ID, 120, nil)
		for _, typed := range typedInTown {
			err := db.Read(t.Context(), o.ID, func(v *store.View) error {
				hits, err := v.SearchAccounts(find.Parse(typed), everyone, 200)
				if err != nil {
					return err
				}
				p, err := v.Accounts(filter.Query{Search: typed, Limit: 200, Sort: filter.Sort{Key: "name"}}, filter.Lens{}, everyone)
				if err != nil {
					return err
				}
				for _, h := range hits {
					if !slices.ContainsFunc(p.Items, func(a account.Account) bool { return a.ID.Any() == h.ID }) {
						t.Errorf("%q: %s is not in the list", typed, h.Name)
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"kring/base/fact"
	"kring/base/id"
	"kring/base/reach"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/match"
	"kring/domain/member"
	"kring/kit"
	"kring/store"
)

var everything = member.Reach{Scope: member.All}

// TestAlike: records that share a key are found, from whichever index it comes;
// what everybody shares finds nobody, and what is gone is not found.
func TestAlike(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		o := found(t, db)
		add := func(d account.Draft) (a account.Account) {
			t.Helper()
			a, err := account.New(id.New[id.Account](), 1, "NL", d)
			if err == nil {
				err = db.Write(t.Context(), o.ID, nobody, func(tx *store.Tx) error {
					a, err = tx.AddAccount(a, fact.Fact{Deed: "account.created"})
					return err
				})
			}
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		person := func(given, family, phone string, at account.Account) (c contact.Contact) {
			t.Helper()
			d := contact.Draft{Given: given, Family: family, Accounts: []contact.Link{{Account: at.ID}}}
			if phone != "" {
				d.Phones = reach.Phones{{Number: phone}}
			}
			c, err := contact.New(id.New[id.Contact](), 1, "NL", d)
			if err == nil {
				err = db.Write(t.Context(), o.ID, nobody, func(tx *store.Tx) error {
					c, err = tx.AddContact(c, fact.Fact{Deed: "contact.created"})
					return err
				})
			}
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		kade := add(account.Draft{Name: "De Kade B.V.", Website: "kade.example", KvK: "12345678", Phones: reach.Phones{{Number: "038 4251200"}}, Emails: reach.Emails{{Address: "info@kade.example"}},
			Addresses: reach.Addresses{{Street: "Kerkstraat", Number: "12", Suffix: "a", Postcode: "8011ab", City: "Zwolle"}}})
		other := add(account.Draft{Name: "Notariaat Veldman", Addresses: reach.Addresses{{City: "Meppel"}}})
		for i := range match.MaxBlock + 1 {
			add(account.Draft{Name: fmt.Sprintf("Filiaal %c", 'a'+i), Phones: reach.Phones{{Number: "088 1234567"}}})
		}
		jan := person("Jan", "Hofstra", "06 12345678", kade)
		piet := person("Piet", "Bakker", "", kade)

		alike := func(kind fact.Kind, s ...match.Subject) (names [][]string) {
			t.Helper()
			err := db.Read(t.Context(), o.ID, func(v *store.View) error {
				near, err := v.Alike(kind, s)
				for _, ids := range near {
					all, err := v.Subjects(kind, ids, everything)
					if err != nil {
						return err
					}
					mine := []string{}
					for _, s := range all {
						mine = append(mine, s.Name)
					}
					slices.Sort(mine)
					names = append(names, mine)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return names
		}
		firm := func(change func(*match.Subject)) match.Subject {
			s := match.Subject{Kind: fact.Account}
			change(&s)
			return s
		}
		for name, s := range map[string]match.Subject{
			"name":     firm(func(s *match.Subject) { s.Name = "Kade BV, de" }),
			"sound":    firm(func(s *match.Subject) { s.Name = "De Cade" }),
			"kvk":      firm(func(s *match.Subject) { s.KvK = "12345678" }),
			"phone":    firm(func(s *match.Subject) { s.Phones = []string{"+31384251200"} }),
			"email":    firm(func(s *match.Subject) { s.Emails = []string{"info@kade.example"} }),
			"site":     firm(func(s *match.Subject) { s.Website = "http://www.kade.example/over" }),
			"postcode": firm(func(s *match.Subject) { s.Postcode, s.Number = "8011 AB", "12" }),
		} {
			if got := alike(fact.Account, s)[0]; !slices.Equal(got, []string{"De Kade B.V."}) {
				t.Errorf("by %s: %q", name, got)
			}
		}
		if got := alike(fact.Account, firm(func(s *match.Subject) { s.Phones = []string{"+31881234567"} }))[0]; len(got) != 0 {
			t.Errorf("by a switchboard that all have: %q", got)
		}
		if got := alike(fact.Account, store.AccountSubject(kade))[0]; len(got) != 0 {
			t.Errorf("itself: %q", got)
		}
		if got := alike(fact.Contact, match.Subject{Kind: fact.Contact, Person: true, Family: "Smit", Accounts: []id.Account{kade.ID}})[0]; !slices.Equal(got, []string{"Jan Hofstra", "Piet Bakker"}) {
			t.Errorf("colleagues: %q", got)
		}
		if got := alike(fact.Contact, match.Subject{Kind: fact.Contact, Person: true, Given: "Hofstra", Family: "Jan"})[0]; !slices.Equal(got, []string{"Jan Hofstra"}) {
			t.Errorf("turned round: %q", got)
		}
		if got := alike(fact.Contact, match.Subject{Kind: fact.Contact, Person: true, Phones: []string{"+31612345678"}}, match.Subject{Kind: fact.Contact}, store.ContactSubject(piet)); len(got[0]) != 1 || len(got[1]) != 0 || !slices.Equal(got[2], []string{"Jan Hofstra"}) {
			t.Errorf("several at once: %q", got)
		}

		// Many subjects at once cost a handful of statements, and find the same.
		many := make([]match.Subject, 500)
		for i := range many {
			many[i] = firm(func(s *match.Subject) { s.Name, s.City = fmt.Sprintf("Winkel %d", i), "Assen" })
		}
		many[321].Name, many[499].KvK = "Kade", "12345678"
		got := alike(fact.Account, many...)
		if len(got[321]) != 1 || len(got[499]) != 1 || len(got[0]) != 0 {
			t.Errorf("500 at once: %q %q %q", got[321], got[499], got[0])
		}

		// A change keeps the keys up to date, and the bin takes them away.
		err := db.Write(t.Context(), o.ID, nobody, func(tx *store.Tx) error {
			next := kade
			next.Name = "Veldmans Notariaat"
			next, err := tx.SaveAccount(next, fact.Fact{Deed: "account.changed", Changes: []fact.Change{fact.Of("name", kade.Name, next.Name)}})
			kade = next
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := alike(fact.Account, firm(func(s *match.Subject) { s.Name = "De Kade" }))[0]; len(got) != 0 {
			t.Errorf("its former name: %q", got)
		}
		if got := alike(fact.Account, store.AccountSubject(other))[0]; !slices.Equal(got, []string{"Veldmans Notariaat"}) {
			t.Errorf("its new name: %q", got)
		}
		err = db.Write(t.Context(), o.ID, nobody, func(tx *store.Tx) error {
			next := jan
			next.Deleted = tx.Now()
			_, err := tx.SaveContact(next, fact.Fact{Deed: "contact.binned", Changes: []fact.Change{fact.Of("deleted_at", 0, next.Deleted)}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := alike(fact.Contact, match.Subject{Kind: fact.Contact, Person: true, Given: "Jan", Family: "Hofstra", Phones: []string{"+31612345678"}})[0]; len(got) != 0 {
			t.Errorf("in the bin: %q", got)
		}
	})
}

// TestPairs: a pair is kept once, what was decided stands, and a list shows only
// pairs of which both records are within reach.
func TestPairs(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		o := found(t, db)
		sanne, joris := hire(t, db, o.ID, "sanne", id.Team{}), hire(t, db, o.ID, "joris", id.Team{})
		var ids []id.Record
		write := func(fn func(tx *store.Tx) error) {
			t.Helper()
			if err := db.Write(t.Context(), o.ID, nobody, fn); err != nil {
				t.Fatal(err)
			}
		}
		write(func(tx *store.Tx) error {
			ids = nil
			for i := range 6 {
				a, err := account.New(id.New[id.Account](), 1, "NL", account.Draft{Name: fmt.Sprint("De Kade ", i), Owner: []member.Member{sanne, joris}[i/4].ID})
				if err != nil {
					return err
				}
				if _, err = tx.AddAccount(a, fact.Fact{Deed: "account.created"}); err != nil {
					return err
				}
				ids = append(ids, a.ID.Any())
			}
			return nil
		})
		pair := func(a, b int, p float64) match.Pair {
			two := match.Same(fact.Account, ids[a], ids[b])
			two.Probability, two.Reasons = p, []match.Reason{{Word: "name_same", Weight: 14}}
			return two
		}
		keep := func(pairs ...match.Pair) {
			t.Helper()
			write(func(tx *store.Tx) error { return tx.FoundPairs(pairs) })
		}
		list := func(q store.PairQuery) (seen string) {
			t.Helper()
			if q.Within == nil {
				q.Within = map[fact.Kind]member.Reach{fact.Account: everything, fact.Contact: everything}
			}
			q.Limit = 2
			err := db.Read(t.Context(), o.ID, func(v *store.View) error {
				n, err := v.CountPairs(q, 100)
				if err != nil {
					return err
				}
				for {
					page, err := v.Pairs(q)
					for _, p := range page {
						seen += fmt.Sprintf("%d-%d ", slices.Index(ids, p.A), slices.Index(ids, p.B))
						n--
						q.Before = p
					}
					if err != nil || len(page) < q.Limit {
						if n != 0 {
							t.Errorf("counts %d more than there are", n)
						}
						return err
					}
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			return strings.TrimSpace(seen)
		}
		keep(pair(0, 1, .6), pair(3, 2, .9), pair(1, 2, .9), pair(3, 4, .95))
		if got := list(store.PairQuery{State: match.Open}); got != "3-4 1-2 2-3 0-1" {
			t.Errorf("likeliest first: %s", got)
		}
		mine := map[fact.Kind]member.Reach{fact.Account: {Scope: member.Own, Member: sanne.ID}}
		if got := list(store.PairQuery{State: match.Open, Kind: fact.Account, Within: mine}); got != "1-2 2-3 0-1" {
			t.Errorf("both within reach: %s", got)
		}
		if got := list(store.PairQuery{State: match.Open, Within: map[fact.Kind]member.Reach{}}); got != "" {
			t.Errorf("without a right: %s", got)
		}
		one := func(a, b int) (p match.Pair) {
			t.Helper()
			if err := db.Read(t.Context(), o.ID, func(v *store.View) (err error) { p, err = v.PairOf(ids[b], ids[a]); return err }); err != nil {
				t.Fatal(err)
			}
			return p
		}
		decide := func(p match.Pair, err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			write(func(tx *store.Tx) error { _, err := tx.SavePair(p, fact.Fact{Deed: "pair.kept_apart"}); return err })
		}
		decide(one(0, 1).KeepApart(sanne.ID, 7))
		decide(one(1, 2).Postpone("2026-11-30", "2026-11-23", sanne.ID, 7))
		clock.Advance(time.Hour)
		keep(pair(0, 1, .99), pair(1, 2, .8), pair(3, 4, .7))
		if p := one(0, 1); p.State != match.Apart || p.Probability != .6 || p.By != sanne.ID || p.At != 7 {
			t.Errorf("kept apart: %+v", p)
		}
		if p := one(1, 2); p.State != match.Later || p.Probability != .8 || p.Until != "2026-11-30" {
			t.Errorf("for later: %+v", p)
		}
		if got := list(store.PairQuery{State: match.Open}); got != "2-3 3-4" {
			t.Errorf("open: %s", got)
		}
		write(func(tx *store.Tx) error { return tx.WakePairs("2026-11-29") })
		if got := list(store.PairQuery{State: match.Later}); got != "1-2" {
			t.Errorf("later: %s", got)
		}
		write(func(tx *store.Tx) error { return tx.WakePairs("2026-11-30") })
		if got := list(store.PairQuery{State: match.Open}); got != "2-3 1-2 3-4" && got != "2-3 3-4 1-2" {
			t.Errorf("awake: %s", got)
		}
		write(func(tx *store.Tx) error { return tx.ForgetPairs([]id.Record{ids[2]}, tx.Now()) }) // 2-3 was found an hour ago
		if got := list(store.PairQuery{State: match.Open}); strings.Contains(got, "2-3") || !strings.Contains(got, "1-2") {
			t.Errorf("no longer alike: %s", got)
		}
		err := db.Read(t.Context(), o.ID, func(v *store.View) error {
			of, err := v.PairsOf(ids[1], map[fact.Kind]member.Reach{fact.Account: everything}, 5)
			if len(of) != 1 || of[0].Other(ids[1]) != ids[2] {
				t.Errorf("of one record: %+v", of)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		write(func(tx *store.Tx) error {
			n, err := tx.ForgetOldPairs(fact.Account, tx.Now()+1, 10)
			if n != 2 {
				t.Errorf("a whole scan forgets %d", n)
			}
			return err
		})
		if p := one(0, 1); p.State != match.Apart {
			t.Error("what was decided is remembered")
		}
	})
}

// TestGroups walks all that share something, each once, at whatever page.
func TestGroups(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		o := found(t, db)
		err := db.Write(t.Context(), o.ID, nobody, func(tx *store.Tx) error {
			for i := range 60 {
				a, err := account.New(id.New[id.Account](), int64(i), "NL", account.Draft{Name: fmt.Sprint("Winkel ", i/2), KvK: fmt.Sprintf("1234%04d", i/3),
					Phones: reach.Phones{{Number: fmt.Sprintf("0384%06d", 100000+i/4)}}, Addresses: reach.Addresses{{City: "Zwolle"}}})
				if err != nil {
					return err
				}
				if _, err = tx.AddAccount(a, fact.Fact{Deed: "account.created"}); err != nil {
					return err
				}
				for n := range 2 {
					c, err := contact.New(id.New[id.Contact](), 1, "NL", contact.Draft{Given: fmt.Sprint("Jan", n), Family: fmt.Sprint("Bakker", i), Accounts: []contact.Link{{Account: a.ID}}})
					if err != nil {
						return err
					}
					if _, err = tx.AddContact(c, fact.Fact{Deed: "contact.created"}); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		err = db.Read(t.Context(), o.ID, func(v *store.View) error {
			for _, c := range []struct {
				kind   fact.Kind
				by     string
				groups int
				size   int
			}{{fact.Account, store.ByBlock, 60, 2}, {fact.Account, store.ByKvK, 20, 3}, {fact.Account, store.ByPoint, 15, 4}, {fact.Contact, store.ByAccount, 60, 2}, {fact.Contact, store.ByPoint, 0, 0}} {
				for _, most := range []int{5, 7, 64, 1000} {
					n, after := 0, ""
					for {
						groups, next, err := v.Groups(c.kind, c.by, after, most)
						if err != nil {
							return err
						}
						for _, g := range groups {
							if n++; len(g.IDs) != c.size {
								t.Errorf("%s by %s, %d at a time: %q has %d", c.kind, c.by, most, g.Key, len(g.IDs))
							}
						}
						if after = next; next == "" {
							break
						}
						if !utf8.ValidString(next) { // it is kept as text
							t.Fatalf("%s by %s: the place %q", c.kind, c.by, next)
						}
					}
					if n != c.groups {
						t.Errorf("%s by %s, %d at a time: %d groups", c.kind, c.by, most, n)
					}
				}
			}
			n, moment, after := 0, int64(9), id.Record{}
			for {
				some, last, read, err := v.ChangedSince(fact.Account, moment, after, 7)
				if err != nil {
					return err
				}
				if n += len(some); read < 7 {
					break
				}
				moment, after = last.Moment, last.ID
			}
			if n != 51 { // one of the moment itself
				t.Errorf("%d changed since", n)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// TestMatchPlans: what is compared is found through an index, at whatever size.
func TestMatchPlans(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		const keys = "SELECT n, i FROM (SELECT 0 AS n, b.record_id AS i FROM "
		one := map[string]string{"sqlite": "X'00'", "postgres": `'\x00'`}[db.Name()]
		for name, c := range map[string]struct{ q, index string }{
			"keys":           {keys + "block b WHERE b.org_id = ? AND b.kind = 'account' AND b.key = 'a' LIMIT 26) t0 UNION ALL " + keys + "block b WHERE b.org_id = ? AND b.kind = 'account' AND b.key = 'b' LIMIT 26) t1", "block_pkey"},
			"points":         {keys + "point b WHERE b.org_id = ? AND b.record_kind = 'account' AND b.value = 'a' LIMIT 26) t0", "point_value"},
			"walk of keys":   {"SELECT key, record_id FROM block WHERE org_id = ? AND kind = 'account' AND key > 'a' ORDER BY key, record_id LIMIT 2000", "block_pkey"},
			"walk of points": {"SELECT value, record_id FROM point WHERE org_id = ? AND value > 'a' AND record_kind = 'account' ORDER BY value LIMIT 2000", "point_value"},
			"walk of kvk":    {"SELECT kvk, id FROM account WHERE org_id = ? AND kvk IS NOT NULL AND kvk > '1' ORDER BY kvk LIMIT 2000", "account_kvk"},
			"changed":        {"SELECT id, updated_at FROM account WHERE org_id = ? AND deleted_at IS NULL AND (updated_at, id) > (5, " + one + ") ORDER BY updated_at, id LIMIT 200", "account_updated"},
			"open pairs":     {"SELECT p.id FROM pair p WHERE p.org_id = ? AND p.state = 'open' AND (p.probability, p.id) < (0.9, " + one + ") ORDER BY p.probability DESC, p.id DESC LIMIT 50", "pair_state"},
			"of one kind":    {"SELECT p.id FROM pair p WHERE p.org_id = ? AND p.state = 'open' AND p.kind = 'account' ORDER BY p.probability DESC, p.id DESC LIMIT 50", "pair_kind"},
			"of one record":  {"SELECT p.id FROM pair p WHERE p.org_id = ? AND p.b_id = " + one + " AND p.state || '' = 'open'", "pair_second"},
			"later":          {"SELECT p.id FROM pair p WHERE p.org_id = ? AND p.state = 'later' AND p.until <= '2026-11-30'", "pair_later"},
			"its keys":       {"DELETE FROM block WHERE org_id = ? AND record_id = " + one, "block_record"},
		} {
			plan := explained(t, db, strings.ReplaceAll(c.q, "?", one))
			index := strings.ReplaceAll(c.index, "block_pkey", map[string]string{"sqlite": "PRIMARY KEY", "postgres": "block_pkey"}[db.Name()])
			if db.Name() == "postgres" && strings.HasPrefix(index, "pair") {
				index = "pair" // empty, all of its indexes cost the same
			}
			if !strings.Contains(plan, index) {
				t.Errorf("%s: not through %s:\n%s", name, index, plan)
			}
			if strings.Contains(plan, "SCAN b") || strings.Contains(plan, "SCAN p") || strings.Contains(plan, "Seq Scan") || strings.Contains(plan, "TEMP B-TREE") || strings.Contains(plan, "Sort") {
				t.Errorf("%s: walks or sorts a table:\n%s", name, plan)
			}
		}
	})
}

func explained(t *testing.T, db *store.DB, q string) string {
	t.Helper()
	c, err := db.Raw().Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	explain := "EXPLAIN QUERY PLAN "
	if db.Name() == "postgres" {
		explain = "EXPLAIN "
		for _, off := range []string{"enable_seqscan", "enable_sort", "enable_bitmapscan", "enable_hashjoin", "enable_mergejoin"} { // an empty table is scanned for want of anything better
			if _, err := c.ExecContext(t.Context(), "SET "+off+" = off"); err != nil {
				t.Fatal(err)
			}
		}
	}
	rows, err := c.QueryContext(t.Context(), explain+q)
	if err != nil {
		t.Fatalf("%v in %s", err, q)
	}
	defer rows.Close()
	cols, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var plan strings.Builder
	for rows.Next() {
		var line string
		into := make([]any, len(cols))
		for i := range into {
			into[i] = new(any)
		}
		into[len(into)-1] = &line
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		plan.WriteString(line + "\n")
	}
	return plan.String()
}

package store_test

import (
	"bytes"
	"database/sql"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kring/app"
	"kring/base/blend"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/opt"
	"kring/base/reach"
	"kring/domain/account"
	"kring/domain/consent"
	"kring/domain/contact"
	"kring/domain/match"
	"kring/domain/member"
	"kring/domain/merge"
	"kring/kit"
	"kring/store"
)

// noRecords are the columns of bytes that name something else than an account
// or a contact.
var noRecords = []string{
	"org_id", "id", "owner_id", "team_id", "parent_id", "process_id", "run_id", "member_id", "login_id", "webhook_id", "fact_id", "file_id", "job_id", "bulk_id", "merge_id", "part_of",
	"decided_by", "from_id", "to_id", "order_id", "approver_id", "actor_id", "intake_id", "name", "bytes", "holder", "request",
	"opportunity_id", "quote_id", "conversation_id", "problem_id", "need_id", "hash",
	"appointment_id", "pipeline_id",
	"subject_id", "follows_id", "ended_by", // a quote or another record of work; a task; a member
	"opportunity_id", "quote_id", "contract_id", "about_id", "invoice_id", "entry_id", // of orders, invoices, payments
	"form_id", "lead_id", "hash", // of leads
	"ladder_id", "evidence", "place", // an order or a decision; how far a count is
}

// A column that names an account or a contact is known to the merge, so that
// nothing is left behind when two become one.
func TestPointers(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		tables, _ := readCatalogue(t, db)
		known := store.Pointers()
		for _, one := range tables {
			if slices.Contains(global, one.name) {
				continue
			}
			for _, c := range one.columns {
				name, kind := strings.Fields(c)[0], strings.Fields(c)[1]
				if kind != "bytes" || slices.Contains(noRecords, name) {
					continue
				}
				if !slices.ContainsFunc(known, func(p [3]string) bool { return p[0] == one.name && p[1] == name }) {
					t.Errorf("%s.%s: does it name an account or a contact? Say in store/merge.go what a merge does with it; else name the column in noRecords", one.name, name)
				}
			}
		}
		for _, p := range known {
			if !slices.ContainsFunc(tables, func(o table) bool {
				return o.name == p[0] && slices.ContainsFunc(o.columns, func(c string) bool { return strings.HasPrefix(c, p[1]+" bytes") })
			}) {
				t.Errorf("%s.%s is gone: take it out of the pointers", p[0], p[1])
			}
		}
	})
}

// beside is a second connection to a database, since the first has its one
// writer.
func beside(t *testing.T, db *store.DB) *sql.DB {
	t.Helper()
	driver, source := "pgx", db.Where().URL
	if source == "" {
		driver, source = "sqlite3", "file:"+filepath.ToSlash(filepath.Join(db.Where().Dir, "kring.db"))
	}
	raw, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { raw.Close() })
	return raw
}

// merging is a small random world in an organisation of its own.
type merging struct {
	t        *testing.T
	draw     *rapid.T
	a        *app.App
	who      app.Who
	db       *store.DB
	raw      *sql.DB
	tables   []table
	accounts []id.Account
	contacts []id.Contact
}

func (m *merging) pick(n int) int { return rapid.IntRange(0, n-1).Draw(m.draw, "n") }

func (m *merging) must(err error) {
	m.t.Helper()
	if err != nil {
		m.draw.Fatalf("%v", err)
	}
}

// able is must for what may be refused in words.
func (m *merging) able(err error) bool {
	m.t.Helper()
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Conflict, fault.NotFound:
		return false
	}
	m.must(err)
	return true
}

func (m *merging) phones() (list reach.Phones) {
	for n := range m.pick(3) {
		list = append(list, reach.Phone{Number: fmt.Sprintf("06-123456%d%d", n, m.pick(3))})
	}
	return list
}

func (m *merging) tags() (list []string) {
	for range m.pick(3) {
		list = append(list, []string{"vip", "zorg", "koffie", "west"}[m.pick(4)])
	}
	return list
}

func (m *merging) fill() {
	ctx := m.t.Context()
	for n := range 5 {
		d := account.Draft{Name: fmt.Sprintf("Firma %d", n), Phones: m.phones(), Tags: m.tags(), Size: m.pick(3) * 10, Note: []string{"", "Een", "Twee"}[m.pick(3)]}
		if n > 2 {
			d.Kind, d.Name = account.Person, fmt.Sprintf("Jan Persoon%d", n)
		}
		if m.pick(2) == 0 {
			d.ExternalID = fmt.Sprintf("X%d", n)
		}
		acc, err := m.a.AddAccount(ctx, m.who, d)
		m.must(err)
		m.accounts = append(m.accounts, acc.ID)
		if d.Kind == account.Person {
			there, err := m.a.ContactsAt(ctx, m.who, acc.ID)
			m.must(err)
			m.contacts = append(m.contacts, there[0].ID)
		}
	}
	for n := range 5 {
		c, err := m.a.AddContact(ctx, m.who, contact.Draft{Given: "Sanne", Family: fmt.Sprintf("Wit%d", n), Accounts: m.links(), Phones: m.phones(), Tags: m.tags()})
		m.must(err)
		m.contacts = append(m.contacts, c.ID)
	}
	for range 3 {
		kind, i := m.record()
		_, err := m.a.AddFile(ctx, m.who, kind, i, "a.txt", strings.NewReader("a"))
		m.must(err)
	}
	for range 6 {
		m.consent()
	}
}

func (m *merging) links() (links []contact.Link) {
	for _, n := range slices.Compact([]int{m.pick(2), m.pick(2) + 1}) {
		links = append(links, contact.Link{Account: m.accounts[n], Function: []string{"", "Inkoper", "Baas"}[m.pick(3)], Roles: []contact.Role{contact.Role(contact.Roles[m.pick(6)])}})
	}
	links[m.pick(len(links))].Primary = true
	return links
}

func (m *merging) record() (fact.Kind, id.Record) {
	if m.pick(2) == 0 {
		return fact.Account, m.accounts[m.pick(len(m.accounts))].Any()
	}
	return fact.Contact, m.contacts[m.pick(len(m.contacts))].Any()
}

func (m *merging) consent() {
	kind, i := m.record()
	_, err := m.a.AddConsent(m.t.Context(), m.who, kind, i, consent.Draft{
		Channel: []consent.Channel{consent.Email, consent.Phone}[m.pick(2)], Purpose: consent.Commercial,
		State: consent.State(consent.States[m.pick(3)]), Source: consent.Sources[m.pick(len(consent.Sources))], Wording: "Ja, mail mij.",
	})
	m.able(err)
}

func (m *merging) standing(kind fact.Kind, i id.Record) map[consent.Cell]consent.Entry {
	_, standing, err := m.a.Consents(m.t.Context(), m.who, kind, i)
	m.able(err)
	return standing
}

// merge merges two at random; zero when that was refused.
func (m *merging) merge() id.Record {
	kind, x := m.record()
	_, y := m.record()
	sides := blend.Sides{}
	if m.pick(2) == 0 {
		sides["phones"] = []blend.Side{blend.This, blend.With, blend.Both}[m.pick(3)]
	}
	mine, other := m.standing(kind, x), m.standing(kind, y)
	done, err := m.a.Merge(m.t.Context(), m.who, kind, x, y, merge.Choice{Sides: sides})
	if !m.able(err) {
		return id.Record{}
	}
	now := m.standing(kind, x)
	for _, c := range consent.Channels {
		cell := consent.Cell{Channel: consent.Channel(c), Purpose: consent.Commercial}
		if want := strictest(mine[cell].State, other[cell].State); now[cell].State != want {
			m.draw.Fatalf("%v: %q and %q became %q", cell, mine[cell].State, other[cell].State, now[cell].State)
		}
	}
	return done.ID
}

func strictest(a, b consent.State) consent.State {
	order := []consent.State{"", consent.Given, consent.Withdrawn, consent.Objection}
	return order[max(slices.Index(order, a), slices.Index(order, b))]
}

// deed does something at random.
func (m *merging) deed() {
	ctx := m.t.Context()
	a, c := m.accounts[m.pick(len(m.accounts))], m.contacts[m.pick(len(m.contacts))]
	var err error
	switch m.pick(8) {
	case 0:
		_, err = m.a.ChangeAccount(ctx, m.who, a, 0, account.Patch{Tags: opt.Some(m.tags()), Phones: opt.Some(m.phones())})
	case 1:
		_, err = m.a.ChangeContact(ctx, m.who, c, 0, contact.Patch{Accounts: opt.Some(m.links()), Tags: opt.Some(m.tags())})
	case 2:
		_, err = m.a.BinAccount(ctx, m.who, a, 0)
	case 3:
		_, err = m.a.RestoreAccount(ctx, m.who, a, 0)
	case 4:
		_, err = m.a.BinContact(ctx, m.who, c, 0)
	case 5:
		_, err = m.a.RestoreContact(ctx, m.who, c, 0)
	case 6:
		m.consent()
	case 7:
		kind, i := m.record()
		_, err = m.a.AddFile(ctx, m.who, kind, i, "b.txt", strings.NewReader("b"))
	}
	m.able(err)
}

// whole says what points at a record that is part of another by now, or at
// none at all.
func (m *merging) whole() {
	ask := func(what, q string) {
		rows, err := m.raw.QueryContext(m.t.Context(), strings.ReplaceAll(q, "@org", m.org()))
		m.must(err)
		defer rows.Close()
		if rows.Next() {
			m.draw.Fatalf("dangling: %s", what)
		}
		m.must(rows.Err())
	}
	for _, p := range store.Pointers() {
		if p[2] != "moves" && p[2] != "rebuilt" {
			continue
		}
		for _, kind := range []string{"account", "contact"} {
			ask(strings.Join(p[:], " "), "SELECT 1 FROM "+p[0]+" x JOIN "+kind+" r ON r.org_id = x.org_id AND r.id = x."+p[1]+" WHERE x.org_id = @org AND r.merged_into IS NOT NULL")
		}
	}
	ask("a main account", `SELECT c.id FROM contact c LEFT JOIN contact_account l ON l.org_id = c.org_id AND l.contact_id = c.id AND l.main
		WHERE c.org_id = @org AND c.merged_into IS NULL GROUP BY c.id HAVING COUNT(l.contact_id) <> 1`)
	ask("merged and not in the bin", "SELECT 1 FROM account a WHERE a.org_id = @org AND a.merged_into IS NOT NULL AND a.deleted_at IS NULL")
	ask("search of what is gone", "SELECT 1 FROM search s JOIN account a ON a.org_id = s.org_id AND a.id = s.record_id WHERE s.org_id = @org AND a.deleted_at IS NOT NULL")
	ask("two links in one place", "SELECT contact_id FROM contact_account WHERE org_id = @org GROUP BY contact_id, place HAVING COUNT(*) > 1")
	ask("two people at a person", `SELECT l.account_id FROM contact_account l JOIN account a ON a.org_id = l.org_id AND a.id = l.account_id AND a.kind = 'person'
		JOIN contact c ON c.org_id = l.org_id AND c.id = l.contact_id AND c.deleted_at IS NULL WHERE l.org_id = @org GROUP BY l.account_id HAVING COUNT(*) > 1`)
}

func (m *merging) org() string {
	h := hex.EncodeToString(m.who.Org.ID[:])
	if m.db.Where().URL != "" {
		return `'\x` + h + "'"
	}
	return "x'" + h + "'"
}

// passing are the columns that a merge and its undoing leave different: who read
// a record before it has read something else. log are the tables that only grow;
// what was in them stays.
var (
	passing = []string{"version", "updated_at"}
	log     = []string{"fact", "merge", "delivery", "job"}
)

// dump is every row of the organisation, table by table.
func (m *merging) dump() map[string][]string {
	all := map[string][]string{}
	for _, one := range m.tables {
		if slices.Contains(global, one.name) {
			continue
		}
		var columns []string
		for _, c := range one.columns {
			if name := strings.Fields(c)[0]; !slices.Contains(passing, name) {
				columns = append(columns, name)
			}
		}
		if one.name == "contact_account" { // of a place only the order counts
			columns[slices.Index(columns, "place")] = "ROW_NUMBER() OVER (PARTITION BY contact_id ORDER BY place) AS place"
		}
		rows, err := m.raw.QueryContext(m.t.Context(), "SELECT "+strings.Join(columns, ", ")+" FROM "+one.name+" WHERE org_id = "+m.org())
		m.must(err)
		for rows.Next() {
			row, into := make([]any, len(columns)), make([]any, len(columns))
			for i := range row {
				into[i] = &row[i]
			}
			m.must(rows.Scan(into...))
			var b bytes.Buffer
			for i, v := range row {
				fmt.Fprintf(&b, "%s=%v ", columns[i], v)
			}
			all[one.name] = append(all[one.name], b.String())
		}
		m.must(rows.Err())
		m.must(rows.Close())
		slices.Sort(all[one.name])
	}
	return all
}

// same compares what was with what is.
func (m *merging) same(was, now map[string][]string) {
	for _, one := range m.tables {
		a, b := was[one.name], now[one.name]
		if slices.Contains(log, one.name) {
			b = slices.DeleteFunc(slices.Clone(b), func(row string) bool { return !slices.Contains(a, row) })
		}
		if slices.Equal(a, b) {
			continue
		}
		for _, row := range a {
			if !slices.Contains(b, row) {
				m.draw.Errorf("%s lost %s", one.name, row)
			}
		}
		for _, row := range b {
			if !slices.Contains(a, row) {
				m.draw.Errorf("%s gained %s", one.name, row)
			}
		}
	}
	if m.draw.Failed() {
		m.draw.FailNow()
	}
}

// Whatever is merged, taken apart, binned and edited: nothing points at what is
// part of something else, nobody's refusal is lost, and merges taken back from
// the last to the first leave everything as it was.
func TestMergeProperties(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, clock *kit.Clock) {
		w, raw := kit.New(t, db), beside(t, db)
		tables, _ := readCatalogueOf(t, db, raw)
		n := 0
		rapid.Check(t, func(draw *rapid.T) {
			if n++; testing.Short() && n > 20 {
				return
			}
			o := w.Organisation(fmt.Sprint("Proef ", n))
			m := &merging{t: t, draw: draw, a: app.New(db, app.Config{}), who: w.MemberOf(o, fmt.Sprint("Anna ", n), member.Director), db: db, raw: raw, tables: tables}
			m.fill()
			var done []id.Record
			for range 6 {
				clock.Advance(time.Minute)
				switch m.pick(3) {
				case 0:
					if i := m.merge(); !i.IsZero() {
						done = append(done, i)
					}
				case 1:
					m.deed()
				case 2:
					if len(done) > 0 {
						_, err := m.a.Unmerge(t.Context(), m.who, done[m.pick(len(done))])
						m.able(err)
					}
				}
				m.whole()
			}
			was := m.dump()
			var last []id.Record
			for range 3 {
				clock.Advance(time.Minute)
				if i := m.merge(); !i.IsZero() {
					last = append(last, i)
				}
			}
			m.whole()
			for _, i := range slices.Backward(last) {
				clock.Advance(time.Minute)
				_, err := m.a.Unmerge(t.Context(), m.who, i)
				m.must(err)
			}
			m.whole()
			m.same(was, m.dump())
		})
	})
}

// Two people merge the same two records at the same moment, each the other way
// around: one of them does, the other is told.
func TestMergeAtOnce(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		w := kit.New(t, db)
		o := w.Organisation("Proef")
		a, who := app.New(db, app.Config{}), w.MemberOf(o, "Anna", member.Director)
		for n := range 10 {
			var two [2]id.Record
			for i := range two {
				acc, err := a.AddAccount(t.Context(), who, account.Draft{Name: fmt.Sprint("Firma ", n, i)})
				if err != nil {
					t.Fatal(err)
				}
				two[i] = acc.ID.Any()
			}
			var errs [2]error
			var wait sync.WaitGroup
			for i := range errs {
				wait.Go(func() {
					_, errs[i] = a.Merge(t.Context(), who, fact.Account, two[i], two[1-i], merge.Choice{})
				})
			}
			wait.Wait()
			if (errs[0] == nil) == (errs[1] == nil) {
				t.Fatalf("%v and %v", errs[0], errs[1])
			}
			for _, err := range errs {
				if err != nil && fault.KindOf(err) != fault.Conflict {
					t.Fatal(err)
				}
			}
		}
	})
}

// A merge is a handful of statements however much hangs on the record, and
// brings all of it over and back.
func TestMergeLarge(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		const people, facts = 2000, 10000
		w := kit.New(t, db)
		a, who := w.App, w.Member("Anna", member.Director)
		fail := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		var two [2]account.Account
		for n := range two {
			var err error
			two[n], err = a.AddAccount(t.Context(), who, account.Draft{Name: fmt.Sprint("Groot ", n)})
			fail(err)
		}
		var all []contact.Contact
		told := make([]fact.Fact, people)
		for n := range people {
			c, err := contact.New(id.New[id.Contact](), 1, "NL", contact.Draft{Given: "Sanne", Family: fmt.Sprint("Wit", n), Accounts: []contact.Link{{Account: two[1].ID, Primary: true}}})
			fail(err)
			all, told[n] = append(all, c), fact.Fact{Deed: "contact.created"}
		}
		fail(db.Write(t.Context(), who.Org.ID, fact.Actor{Kind: "member", Member: who.Member.ID, Name: "Anna"}, func(tx *store.Tx) error { return tx.AddContacts(all, told) }))
		raw := beside(t, db)
		random := "randomblob(16)"
		if db.Where().URL != "" {
			random = "decode(md5(random()::text || f.id::text || o.id::text), 'hex')"
		}
		_, err := raw.ExecContext(t.Context(), "INSERT INTO fact (org_id, id, at, actor_kind, actor_id, actor_name, deed, kind, subject_id, account_id, label, changes, why, evidence) SELECT f.org_id, "+random+
			", f.at, f.actor_kind, f.actor_id, f.actor_name, f.deed, f.kind, f.subject_id, f.account_id, f.label, f.changes, f.why, f.evidence FROM fact f CROSS JOIN (SELECT id FROM fact WHERE deed = 'contact.created' ORDER BY id LIMIT 4) o WHERE f.deed = 'contact.created'")
		fail(err)
		count := func(table string, i id.Account) (n int) {
			t.Helper()
			of := fmt.Sprintf("x'%s'", hex.EncodeToString(i[:]))
			if db.Where().URL != "" {
				of = fmt.Sprintf("decode('%s', 'hex')", hex.EncodeToString(i[:]))
			}
			fail(raw.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM "+table+" WHERE account_id = "+of).Scan(&n))
			return n
		}
		had := count("fact", two[1].ID)
		if had < facts {
			t.Fatalf("%d facts, want %d and more", had, facts)
		}
		m, err := a.Merge(t.Context(), who, fact.Account, two[0].ID.Any(), two[1].ID.Any(), merge.Choice{})
		fail(err)
		if left, came, at := count("fact", two[1].ID), count("fact", two[0].ID), count("contact_account", two[0].ID); left != 0 || came < had || at != people {
			t.Errorf("merged: %d facts left, %d came, %d people", left, came, at)
		}
		_, err = a.Unmerge(t.Context(), who, m.ID)
		fail(err)
		if back, at := count("fact", two[1].ID), count("contact_account", two[1].ID); back < had || at != people || count("contact_account", two[0].ID) != 0 {
			t.Errorf("apart: %d of %d facts and %d people are back", back, had, at)
		}
	})
}

// The pair that the search for duplicates found is decided with the merge, and
// open again when that is undone.
func TestMergePair(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		w := kit.New(t, db)
		a, who := w.App, w.Member("Anna", member.Director)
		var two [2]id.Record
		for n := range two {
			acc, err := a.AddAccount(t.Context(), who, account.Draft{Name: fmt.Sprint("Kade ", n)})
			if err != nil {
				t.Fatal(err)
			}
			two[n] = acc.ID.Any()
		}
		found := match.Same(fact.Account, two[0], two[1])
		found.ID, found.Probability = id.New[id.Record](), 0.9
		state := func(want match.State) {
			t.Helper()
			err := db.Read(t.Context(), who.Org.ID, func(v *store.View) error {
				p, err := v.PairOf(two[1], two[0])
				if err == nil && p.State != want {
					t.Errorf("the pair is %s, want %s", p.State, want)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := db.Write(t.Context(), who.Org.ID, fact.Actor{Kind: "member", Member: who.Member.ID, Name: "Anna"}, func(tx *store.Tx) error { return tx.FoundPairs([]match.Pair{found}) }); err != nil {
			t.Fatal(err)
		}
		state(match.Open)
		m, err := a.Merge(t.Context(), who, fact.Account, two[0], two[1], merge.Choice{})
		if err != nil {
			t.Fatal(err)
		}
		state(match.Merged)
		if _, err := a.Unmerge(t.Context(), who, m.ID); err != nil {
			t.Fatal(err)
		}
		state(match.Open)
	})
}

// What is tied to an account in the very moment in which that goes into another
// is the survivor's, or refused: whichever of the two comes first.
func TestTiedWhileMerging(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		w := kit.New(t, db)
		who := w.Member("Sanne", member.Admin)
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		for n := range 8 {
			stays, err := w.App.AddAccount(t.Context(), who, account.Draft{Kind: account.Organisation, Name: fmt.Sprintf("Linden %d", n)})
			must(err)
			goes, err := w.App.AddAccount(t.Context(), who, account.Draft{Kind: account.Organisation, Name: fmt.Sprintf("De Linden %d", n)})
			must(err)
			c, err := contact.New(id.New[id.Contact](), 1, "NL", contact.Draft{Given: "Inge", Accounts: []contact.Link{{Account: goes.ID}}})
			must(err)
			var merged, tied error
			done, written, all := make(chan struct{}), make(chan struct{}), sync.WaitGroup{}
			all.Go(func() {
				defer close(done)
				if n%2 == 0 { // else the two race
					<-written
				}
				_, merged = w.App.Merge(t.Context(), who, fact.Account, stays.ID.Any(), goes.ID.Any(), merge.Choice{})
			})
			all.Go(func() {
				once := sync.OnceFunc(func() { close(written) })
				tied = db.Write(t.Context(), w.Org.ID, nobody, func(tx *store.Tx) error {
					defer once()
					_, err := tx.AddContact(c, fact.Fact{Deed: "contact.created"})
					once()
					select { // a merge that does not wait for this comes to its end here
					case <-done:
					case <-time.After(100 * time.Millisecond):
					}
					return err
				})
			})
			all.Wait()
			must(merged)
			if tied != nil && fault.KindOf(tied) != fault.Conflict {
				t.Fatal(tied)
			}
			must(db.Peek(t.Context(), w.Org.ID, func(v *store.View) error {
				people, err := v.PeopleAt([]id.Account{goes.ID, stays.ID})
				if people[goes.ID] != 0 {
					t.Errorf("%d contacts are left at the account that went", people[goes.ID])
				}
				if tied == nil && people[stays.ID] != 1 {
					t.Errorf("the contact is at neither: %v", people)
				}
				return err
			}))
		}
	})
}

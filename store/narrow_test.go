package store_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"kring/base/fact"
	"kring/base/id"
	"kring/base/reach"
	"kring/domain/account"
	"kring/domain/filter"
	"kring/domain/member"
	"kring/kit"
	"kring/store"
)

// A list of which a filter leaves many is read in the order of an index; of what
// it leaves few, those are gathered. Neither reads the whole table, and both find
// the same.
func TestNarrow(t *testing.T) {
	t.Parallel()
	kit.Both(t, func(t *testing.T, db *store.DB, _ *kit.Clock) {
		o := found(t, db)
		const n = 2500 // more than are gathered
		var all []account.Account
		for i := range n {
			a, err := account.New(id.New[id.Account](), int64(1+i*7919%n), "NL", account.Draft{
				Name: fmt.Sprintf("Bakkerij %04d", i*31%n), Tags: []string{"brood", fmt.Sprintf("wijk %d", i%250)}, Size: i % 400,
				Phones: reach.Phones{{Number: fmt.Sprintf("038 42%05d", i)}}, Emails: reach.Emails{{Address: fmt.Sprintf("info@b%d.example", i)}},
				Addresses: reach.Addresses{{City: []string{"Zwolle", "Kampen"}[i/2400]}}, KvK: fmt.Sprintf("%08d", 41000000+i), ExternalID: fmt.Sprintf("E%d", i),
			})
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, a)
		}
		if err := db.Write(t.Context(), o.ID, nobody, func(tx *store.Tx) error { return tx.AddAccounts(all, make([]fact.Fact, n)) }); err != nil {
			t.Fatal(err)
		}
		if err := db.Analyze(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, order := range []string{"name", "-name", "updated_at", "-created_at", "size", "-city"} {
			for ask, want := range map[string]int{
				"": n, "kind=organisation": n, "tags=brood": n, "city=zwolle": 2400,
				"tags=wijk 7": 10, "city=KAMPEN": 100, "phone=038 4200123": 1, "email=info@b99.example": 1, "kvk=41000777": 1, "external_id=E5": 1, "tags=brood&city=Kampen": 100, "tags=wijk 7,wijk 8": 20,
				"city=zwolle&kind=organisation": 2400, "size=gte:200": 1200,
			} {
				values, err := url.ParseQuery(ask)
				if err != nil {
					t.Fatal(err)
				}
				values.Set("sort", order)
				values.Set("limit", "60")
				q, err := filter.Parse(account.Catalogue(), values, filter.Limits{})
				if err != nil {
					t.Fatal(err)
				}
				seen, count := pageThrough(t, db, o.ID, q)
				if seen != want || count != want {
					t.Errorf("%s by %s: %d and counted %d, want %d", ask, order, seen, count, want)
				}
				plan, err := db.Plan(t.Context(), o.ID, q)
				if err != nil {
					t.Fatal(err)
				}
				few := want <= 100
				for _, bad := range []string{"SCAN a\n", "SCAN account", "Seq Scan on account"} {
					if strings.Contains(plan, bad) {
						t.Errorf("%s by %s reads the whole table:\n%s", ask, order, plan)
					}
				}
				if !few && (strings.Contains(plan, "TEMP B-TREE FOR ORDER") || strings.Contains(plan, "Sort")) {
					t.Errorf("%s by %s is put in order though an index has it:\n%s", ask, order, plan)
				}
				if index := "account_" + strings.TrimSuffix(strings.TrimPrefix(order, "-"), "_at"); few && strings.Contains(plan, index+" ") && !(strings.Contains(ask, "city") && index == "account_city") {
					t.Errorf("%s by %s walks all for a few:\n%s", ask, order, plan)
				}
			}
		}
	})
}

// Who stood in a phase on a day that is past is counted in one index: a row of
// each, to see until when, is another page of the disk. And each account of a list
// is asked for its own stays, also when the index was not counted yet.
func TestThenInOneIndex(t *testing.T) {
	t.Parallel()
	_, db, _ := kit.SQLite(t)
	o := found(t, db)
	for _, on := range []string{"2026-01-10", "2026-11-30"} {
		q, err := filter.Parse(account.Catalogue(), url.Values{"phase": {"loyal"}, "phase_on": {on}}, filter.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		count, walk, err := db.LeadPlan(t.Context(), o.ID, q, filter.Lens{Today: "2026-12-01"})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(count, "x USING COVERING INDEX stay_phase (org_id=? AND rule=? AND phase=? AND from_day<?)") {
			t.Errorf("on %s:\n%s", on, count)
		}
		if strings.Contains(walk, "stay_phase") || strings.Count(walk, " USING PRIMARY KEY (org_id=? AND rule=? AND account_id=?)") != 2 {
			t.Errorf("on %s each account of the list asks more than its own stays:\n%s", on, walk)
		}
	}
}

// pageThrough reads a list to its end, and counts it.
func pageThrough(t *testing.T, db *store.DB, org id.Org, q filter.Query) (seen, count int) {
	t.Helper()
	all := member.Reach{Scope: member.All}
	known := map[id.Account]bool{}
	err := db.Read(t.Context(), org, func(v *store.View) (err error) {
		if count, _, err = v.CountAccounts(q, filter.Lens{}, all); err != nil {
			return err
		}
		for {
			p, err := v.Accounts(q, filter.Lens{}, all)
			if err != nil {
				return err
			}
			for _, a := range p.Items {
				known[a.ID] = true
			}
			seen += len(p.Items)
			if p.Next.IsZero() {
				return nil
			}
			q.Cursor = p.Next
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(known) != seen {
		t.Errorf("%d records were seen, %d times", len(known), seen)
	}
	return seen, count
}

package app_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"kring/app"
	"kring/base/fact"
	"kring/base/id"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/member"
	"kring/store"
)

// What the member page says and what the SQL of the lists does is the same,
// for every member, role and record of a small random world.
func TestWhySee(t *testing.T) {
	t.Parallel()
	both(t, func(h *house) {
		ctx := h.Context()
		dice := rand.New(rand.NewPCG(1958, 23))
		var teams []id.Team
		for n := range 5 {
			parent := id.Team{}
			if n > 0 {
				parent = teams[dice.IntN(n)]
			}
			g, err := h.a.AddTeam(ctx, h.admin, fmt.Sprintf("Team %d", n), parent)
			h.must(err)
			teams = append(teams, g.ID)
		}
		anyTeam := func() id.Team {
			if n := dice.IntN(len(teams) + 1); n < len(teams) {
				return teams[n]
			}
			return id.Team{}
		}
		org, err := h.a.SaveScopes(ctx, h.admin, h.admin.Org.Version, scopes(member.Service, fact.Account, member.Own))
		h.must(err)
		org, err = h.a.SaveScopes(ctx, h.admin, org.Version, scopes(member.Marketer, fact.Contact, member.Team))
		h.must(err)
		_, err = h.a.SaveScopes(ctx, h.admin, org.Version, scopes(member.NewBusiness, fact.Contact, member.Own))
		h.must(err)
		people := []id.Member{h.admin.Member.ID}
		for n, role := range []member.Role{member.AccountManager, member.AccountManager, member.NewBusiness, member.Service, member.Marketer, member.Director} {
			m, _, err := h.a.Invite(ctx, machine(h), app.Invitation{Name: fmt.Sprintf("P%d", n), Email: fmt.Sprintf("p%d@brandt.example", n),
				Role: role, Team: anyTeam(), Password: "vlinders boven het veld"})
			h.must(err)
			people = append(people, m.ID)
		}
		anybody := func() id.Member { return people[dice.IntN(len(people))] }
		var accounts []id.Account
		var contacts []id.Contact
		for n := range 14 {
			acc, err := h.a.AddAccount(ctx, h.admin, account.Draft{Name: fmt.Sprintf("Firma %d", n), Owner: anybody(), Team: anyTeam()})
			h.must(err)
			accounts = append(accounts, acc.ID)
			d := contact.Draft{Given: fmt.Sprintf("K%d", n), Accounts: []contact.Link{{Account: acc.ID}}}
			if n%2 == 0 {
				d.Owner, d.Team = anybody(), anyTeam()
			}
			if n > 0 && n%3 == 0 {
				d.Accounts = append(d.Accounts, contact.Link{Account: accounts[dice.IntN(n)]})
			}
			c, err := h.a.AddContact(ctx, h.admin, d)
			h.must(err)
			contacts = append(contacts, c.ID)
		}
		grounds := map[string]int{}
		agree := func(m id.Member, kind fact.Kind, record id.Record, err error) {
			h.Helper()
			s, sightErr := h.a.WhySee(ctx, h.admin, m, kind, record)
			h.must(sightErr)
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				h.Fatal(err)
			}
			if (s.Ground != "") != (err == nil) {
				h.Errorf("%s of %s: the page says %q, the list %v", kind, s.Member.Role, s.Ground, err)
			}
			if s.Ground == "team" && (len(s.Path) == 0 || s.Path[len(s.Path)-1].ID != s.Member.Team) {
				h.Errorf("the way up does not end at %s", s.Member.Team)
			}
			grounds[string(kind)+" "+s.Ground]++
		}
		for n, m := range people {
			who := h.admin
			if n > 0 {
				who = h.in(fmt.Sprintf("p%d@brandt.example", n-1), "vlinders boven het veld")
			}
			for _, i := range accounts {
				_, err := h.a.Account(ctx, who, i)
				agree(m, fact.Account, i.Any(), err)
			}
			for _, i := range contacts {
				_, err := h.a.Contact(ctx, who, i)
				agree(m, fact.Contact, i.Any(), err)
			}
		}
		for _, g := range []string{"account all", "account own", "account team", "account ", "contact all", "contact own", "contact team", "contact "} {
			if grounds[g] == 0 {
				h.Errorf("this world has no %q, so it shows too little: %v", g, grounds)
			}
		}
		_, err = h.a.WhySee(ctx, h.admin, people[1], fact.View, id.Record{})
		h.refused(err, app.ErrSightKind)
		_, err = h.a.WhySee(ctx, h.in("p0@brandt.example", "vlinders boven het veld"), people[1], fact.Account, accounts[0].Any())
		h.refused(err, app.ErrDenied)
	})
}

func machine(h *house) app.Who {
	h.Helper()
	who, err := h.a.AsMachine(h.Context())
	h.must(err)
	return who
}

package kit

import (
	"crypto/sha256"
	"strings"
	"testing"

	"kring/app"
	"kring/base/fact"
	"kring/base/id"
	"kring/domain/entry"
	"kring/domain/member"
	"kring/domain/organisation"
	"kring/store"
)

// World is an organisation with the people a test needs.
type World struct {
	t   testing.TB
	DB  *store.DB
	App *app.App
	Org organisation.Organisation
}

// New makes a world with one organisation, "Proef".
func New(t testing.TB, db *store.DB) *World {
	t.Helper()
	w := &World{t: t, DB: db, App: app.New(db, app.Config{})}
	w.Org = w.Organisation("Proef")
	return w
}

var nobody = fact.Actor{Kind: "system", Name: "kit"}

// Organisation makes another organisation.
func (w *World) Organisation(name string) (o organisation.Organisation) {
	w.t.Helper()
	w.must(w.DB.Write(w.t.Context(), store.Nowhere, nobody, func(tx *store.Tx) (err error) {
		o, err = tx.AddOrganisation(organisation.Organisation{Name: name, Settings: organisation.Settings{}.Defaults()}, fact.Fact{Deed: "organisation.founded"})
		return err
	}))
	return o
}

// Team makes a team.
func (w *World) Team(name string) (g member.Group) {
	w.t.Helper()
	w.must(w.DB.Write(w.t.Context(), w.Org.ID, nobody, func(tx *store.Tx) (err error) {
		g, err = tx.AddTeam(member.Group{Name: name}, fact.Fact{Deed: "team.added"})
		return err
	}))
	return g
}

// Member makes an active member in a team or none, and gives who they are at
// the door. The password is never set: tests of sign-in set their own.
func (w *World) Member(name string, role member.Role, team ...id.Team) app.Who {
	w.t.Helper()
	return w.MemberOf(w.Org, name, role, team...)
}

// MemberOf makes a member of another organisation.
func (w *World) MemberOf(o organisation.Organisation, name string, role member.Role, team ...id.Team) app.Who {
	w.t.Helper()
	mail := strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@" + o.ID.String()[24:] + ".example"
	w.must(w.DB.Write(w.t.Context(), o.ID, nobody, func(tx *store.Tx) error {
		l, err := tx.AddLogin(entry.Login{Email: mail})
		if err != nil {
			return err
		}
		m := member.Member{Login: l.ID, Name: name, Email: mail, Role: role, State: member.Active, Locale: "nl"}
		if len(team) > 0 {
			m.Team = team[0]
		}
		_, err = tx.AddMember(m, fact.Fact{Deed: "member.added"})
		return err
	}))
	who, err := w.App.AsMember(w.t.Context(), mail)
	w.must(err)
	return who
}

// Session signs a member in and gives what their cookie holds.
func (w *World) Session(who app.Who) (secret string) {
	w.t.Helper()
	secret = id.New[id.Record]().String()
	hash := sha256.Sum256([]byte(secret))
	w.must(w.DB.Write(w.t.Context(), who.Org.ID, nobody, func(tx *store.Tx) error {
		s := entry.Session{Hash: hash[:], Login: who.Member.Login, Org: who.Org.ID, Member: who.Member.ID, Until: tx.Now() + entry.SessionIdle, Proof: "password"}
		return tx.AddSession(s, fact.Fact{Deed: "member.signed_in", Kind: fact.Member, Subject: who.Member.ID.Any()})
	}))
	return secret
}

func (w *World) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

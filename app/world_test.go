package app_test

import (
	"kring/app"
	"kring/base/fact"
	"kring/base/fault"
	"kring/domain/account"
	"kring/domain/entry"
	"kring/domain/filter"
	"kring/domain/member"
	"kring/domain/organisation"
	"kring/store"
)

type factOf = fact.Fact

const wordGuest = organisation.Guest

func scopes(r member.Role, k fact.Kind, s member.Scope) map[member.Role]map[fact.Kind]member.Scope {
	return map[member.Role]map[fact.Kind]member.Scope{r: {k: s}}
}

// elsewhere is the administrator of a second organisation in the same database.
func elsewhere(h *house) app.Who {
	h.Helper()
	err := h.db.Write(h.Context(), store.Nowhere, fact.Actor{Kind: "system", Name: "test"}, func(tx *store.Tx) error {
		if _, err := tx.AddOrganisation(organisation.Organisation{Name: "Elders", Settings: organisation.Settings{}.Defaults()}, fact.Fact{Deed: "organisation.founded"}); err != nil {
			return err
		}
		l, err := tx.AddLogin(entry.Login{Email: "baas@elders.example"})
		if err != nil {
			return err
		}
		_, err = tx.AddMember(member.Member{Login: l.ID, Name: "Baas", Email: l.Email, Role: member.Admin, State: member.Active, Locale: "nl"}, fact.Fact{Deed: "member.added"})
		return err
	})
	h.must(err)
	who, err := h.a.AsMember(h.Context(), "baas@elders.example")
	h.must(err)
	return who
}

var faultFields = fault.ErrFields

func fieldsOf(err error) map[string]*fault.Fault {
	f, _ := fault.From(err)
	return f.Fields
}

// everything is the question of a list that leaves nothing out.
func everything() filter.Query {
	q := filter.New(account.Catalogue())
	q.Limit = 200
	return q
}

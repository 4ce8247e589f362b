package app

import (
	"context"
	"maps"
	"reflect"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/opt"
	"kring/base/workday"
	"kring/domain/member"
	"kring/domain/organisation"
	"kring/store"
)

// OrganisationPatch is what changes of the organisation; what is not mentioned
// stays.
type OrganisationPatch struct {
	Name    opt.Of[string]            `json:"name,omitzero"`
	Word    opt.Of[organisation.Word] `json:"word,omitzero"`
	Locale  opt.Of[string]            `json:"locale,omitzero"`
	Zone    opt.Of[string]            `json:"zone,omitzero"`
	Country opt.Of[string]            `json:"country,omitzero"`
	Opening opt.Of[workday.Opening]   `json:"opening,omitzero"`
	Unmerge opt.Of[int]               `json:"unmerge,omitzero"`
}

// SaveOrganisation changes the organisation's name, its word for customers, its
// language, time zone or country; every screen follows.
func (a *App) SaveOrganisation(ctx context.Context, who Who, version int64, p OrganisationPatch) (organisation.Organisation, error) {
	return a.changeOrganisation(ctx, who, version, "organisation.changed", func(o organisation.Organisation) (organisation.Organisation, error) {
		fs := fault.Fields{}
		name, err := fold.Clean(p.Name.Or(o.Name), organisation.MaxName)
		fs.Add("name", err)
		s := &o.Settings
		o.Name = name
		s.Word, s.Locale, s.Zone, s.Country = p.Word.Or(s.Word), p.Locale.Or(s.Locale), p.Zone.Or(s.Zone), p.Country.Or(s.Country)
		s.Opening = p.Opening.Or(s.Opening)
		if days, given := p.Unmerge.Get(); given && days < 1 {
			fs.Add("unmerge", organisation.ErrUnmerge)
		} else if given {
			s.Unmerge = days
		}
		add(fs, o.Check())
		return o, fs.Err()
	})
}

// SaveSeller says who sends quotes and invoices: legal name, address, numbers,
// terms.
func (a *App) SaveSeller(ctx context.Context, who Who, version int64, s organisation.Seller) (organisation.Organisation, error) {
	return a.changeOrganisation(ctx, who, version, "organisation.changed", func(o organisation.Organisation) (organisation.Organisation, error) {
		return o.WithSeller(s)
	})
}

// ScopedKinds are the kinds of record whose scope an administrator sets.
var ScopedKinds = []fact.Kind{fact.Account, fact.Contact}

// ErrScopedKind says that a kind of record has no scope.
var ErrScopedKind = fault.New(fault.Invalid, "organisation.scoped_kind", "a scope is set for account and contact")

// Scopes is how far each role sees per kind of record, as it stands.
func Scopes(o organisation.Organisation) map[member.Role]map[fact.Kind]member.Scope {
	all := map[member.Role]map[fact.Kind]member.Scope{}
	for _, r := range member.Roles {
		all[r] = map[fact.Kind]member.Scope{}
		for _, k := range ScopedKinds {
			all[r][k] = scopeOf(o.Settings, r, k)
		}
	}
	return all
}

// SaveScopes sets how far roles see per kind of record. What is not mentioned
// stays; a role's default is not kept as a choice, so it follows a later Kring.
func (a *App) SaveScopes(ctx context.Context, who Who, version int64, set map[member.Role]map[fact.Kind]member.Scope) (organisation.Organisation, error) {
	return a.changeOrganisation(ctx, who, version, "organisation.scopes_changed", func(o organisation.Organisation) (organisation.Organisation, error) {
		fs := fault.Fields{}
		scopes := map[string]map[string]string{}
		for r, kinds := range o.Settings.Scopes {
			scopes[r] = maps.Clone(kinds)
		}
		for r, kinds := range set {
			fs.Add(string(r), r.Valid())
			for k, s := range kinds {
				field := string(r) + "." + string(k)
				if k != fact.Account && k != fact.Contact {
					fs.Add(field, ErrScopedKind)
				}
				fs.Add(field, s.Valid())
				if scopes[string(r)] == nil {
					scopes[string(r)] = map[string]string{}
				}
				scopes[string(r)][string(k)] = string(s)
				if s == r.DefaultScope() {
					delete(scopes[string(r)], string(k))
				}
			}
			if len(scopes[string(r)]) == 0 {
				delete(scopes, string(r))
			}
		}
		if len(scopes) == 0 {
			scopes = nil
		}
		o.Settings.Scopes = scopes
		return o, fs.Err()
	})
}

func (a *App) changeOrganisation(ctx context.Context, who Who, version int64, deed string, change func(organisation.Organisation) (organisation.Organisation, error)) (o organisation.Organisation, err error) {
	err = a.write(ctx, who, member.SettingManage, func(tx *store.Tx) error {
		was, err := tx.Organisation()
		if err != nil {
			return err
		}
		if was.Version != version {
			return store.ErrStale
		}
		if o, err = change(was); err != nil {
			return err
		}
		changes := organisationChanges(was, o)
		if len(changes) == 0 {
			return nil
		}
		if o, err = tx.SaveOrganisation(o, fact.Fact{Deed: deed, Changes: changes}); err != nil || o.Settings.Zone == was.Settings.Zone {
			return err
		}
		if err := tx.Recount(); err != nil { // the day on which a relation began is another
			return err
		}
		return enqueueCount(tx)
	})
	return o, err
}

func organisationChanges(was, is organisation.Organisation) (all []fact.Change) {
	a, b := was.Settings, is.Settings
	for _, c := range []struct {
		field    string
		from, to any
	}{
		{"name", was.Name, is.Name}, {"word", a.Word, b.Word}, {"locale", a.Locale, b.Locale},
		{"zone", a.Zone, b.Zone}, {"country", a.Country, b.Country}, {"scopes", a.Scopes, b.Scopes},
		{"match_warn", a.MatchWarn, b.MatchWarn}, {"match_likely", a.MatchLikely, b.MatchLikely},
		{"unmerge", a.Unmerge, b.Unmerge}, {"seller", a.Seller, b.Seller},
		{"quotes", a.Quotes, b.Quotes}, {"opening", a.Opening, b.Opening},
	} {
		if !reflect.DeepEqual(c.from, c.to) {
			all = append(all, fact.Of(c.field, c.from, c.to))
		}
	}
	return all
}

package contact

import (
	"slices"

	"kring/base/blend"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/part"
)

// several are the fields that can hold the values of two records.
var several = []string{"phones", "emails", "addresses", "tags", "note", "accounts"}

// ours are the fields that say who the person is: a merge leaves them to the
// contact that stays.
var ours = []string{"initials", "given", "infix", "family", "owner", "team", "source", "source_from", "external_id"}

// MergeKeys are the fields that have something to choose when b is merged into
// a, in the order of the form. Where they belong is no choice: the one person
// belongs wherever either did.
func MergeKeys(a, b Contact) (keys []string) {
	for _, c := range Diff(a, b) {
		if c.Field != "accounts" {
			keys = append(keys, c.Field)
		}
	}
	return keys
}

// CanBoth says whether a field can hold the values of both.
func CanBoth(a, b Contact, key string) bool {
	return slices.Contains(several, key) || a.parts().CanBoth(b.parts(), key)
}

// Proposal is whose value a field gets unless somebody says so; see
// account.Proposal. What stands before a family name goes with it: half of two
// names is nobody's.
func Proposal(a, b Contact, key string) blend.Side {
	if key == "infix" && a.Family != b.Family {
		return Proposal(a, b, "family")
	}
	side := blend.Propose(a.Value(key), b.Value(key), CanBoth(a, b, key), b.Updated > a.Updated && !slices.Contains(ours, key))
	if side == blend.Both && a.unite(b, key) != nil {
		side = blend.This
	}
	return side
}

// Merge is what a becomes when b is merged into it: it belongs wherever either
// did. Faults name the field.
func Merge(a, b Contact, now int64, sides blend.Sides) (Contact, []fact.Change, error) {
	m := a
	wrong := sides.Settle(blend.Merge{
		Fields: slices.DeleteFunc(slices.Clone(Fields), func(key string) bool { return key == "accounts" }), Keys: MergeKeys(a, b),
		Propose: func(key string) blend.Side { return Proposal(a, b, key) },
		CanBoth: func(key string) bool { return CanBoth(a, b, key) },
		Take:    func(key string) { m.from(b, key) },
		Unite:   func(key string) error { return m.unite(b, key) },
	})
	wrong.Add("accounts", m.unite(b, "accounts"))
	m.agree(wrong)
	if err := wrong.Err(); err != nil {
		return a, nil, err
	}
	m.Updated = now
	return m, Diff(a, m), nil
}

// Unmerge is what now becomes when a merge is undone that made after out of
// before; see account.Unmerge.
func Unmerge(before, after, now Contact, at int64) (Contact, []fact.Change) {
	m := now
	for _, c := range Diff(before, after) {
		key := c.Field
		switch x := now.Value(key); {
		case blend.Same(x, after.Value(key)):
			m.from(before, key)
		case key == "accounts":
			if kept := blend.Back(before.Accounts, after.Accounts, now.Accounts, func(l Link) id.Account { return l.Account }); len(kept) > 0 {
				m.Accounts = onePrimary(kept)
			}
		default:
			m.parts().Back(before.parts(), after.parts(), key)
		}
	}
	changes := Diff(now, m)
	if len(changes) > 0 {
		m.Updated = at
	}
	return m, changes
}

func onePrimary(links []Link) []Link {
	links = slices.Clone(links)
	at := max(slices.IndexFunc(links, func(l Link) bool { return l.Primary }), 0)
	for i := range links {
		links[i].Primary = i == at
	}
	return links
}

// united are the links of two contacts that become one: at an account where
// both are, the function of the first holds and the roles of both.
func united(a, b []Link) ([]Link, error) {
	all := onePrimary(blend.Lists(a, b, func(l Link) id.Account { return l.Account }))
	if len(all) > MaxLinks {
		return nil, ErrManyLinks.With(fault.Params{"max": MaxLinks})
	}
	for i, l := range all[:len(a)] {
		if o, both := (Contact{Accounts: b}).At(l.Account); both {
			all[i] = l.With(o)
		}
	}
	return all, nil
}

// With is the one link of who had two to the same account.
func (l Link) With(o Link) Link {
	if l.Function == "" {
		l.Function = o.Function
	}
	both := slices.Concat(l.Roles, o.Roles)
	l.Roles = nil
	for _, r := range Roles {
		if slices.Contains(both, Role(r)) {
			l.Roles = append(l.Roles, Role(r))
		}
	}
	return l
}

// parts are the fields that every kind of record has.
func (c *Contact) parts() part.Fields {
	return part.Fields{
		Owner: &c.Owner, Team: &c.Team, Phones: &c.Phones, Emails: &c.Emails, Addresses: &c.Addresses, Tags: &c.Tags, Note: &c.Note,
		Source: &c.Source, SourceFrom: &c.SourceFrom, ExternalID: &c.ExternalID, Own: &c.Own,
	}
}

// from takes over one field.
func (c *Contact) from(b Contact, key string) {
	switch key {
	case "honorific":
		c.Honorific = b.Honorific
	case "initials":
		c.Initials = b.Initials
	case "given":
		c.Given = b.Given
	case "infix":
		c.Infix = b.Infix
	case "family":
		c.Family = b.Family
	case "language":
		c.Language = b.Language
	case "accounts":
		c.Accounts = b.Accounts
	default:
		c.parts().Take(b.parts(), key)
	}
}

// unite gives one field the values of both; c is left as it was when they do
// not fit.
func (c *Contact) unite(b Contact, key string) error {
	if key != "accounts" {
		return c.parts().Unite(b.parts(), key, MaxNote)
	}
	all, err := united(c.Accounts, b.Accounts)
	if err == nil {
		c.Accounts = all
	}
	return err
}

package contact

import (
	"maps"
	"slices"
	"strings"

	"kring/base/blend"
	"kring/base/catalogue"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/base/reach"
	"kring/base/tag"
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
	if slices.Contains(several, key) {
		return true
	}
	name, own := strings.CutPrefix(key, catalogue.Own)
	return own && blend.Words(a.Own[name]) != nil && blend.Words(b.Own[name]) != nil
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
	m, wrong := a, fault.Fields{}
	for _, key := range slices.Sorted(maps.Keys(sides)) {
		if key == "accounts" || !slices.Contains(Fields, key) && !strings.HasPrefix(key, catalogue.Own) {
			wrong.Add(key, blend.ErrField)
		}
	}
	for _, key := range MergeKeys(a, b) {
		side := sides[key]
		if side == "" {
			side = Proposal(a, b, key)
		}
		switch {
		case side == blend.This:
		case side == blend.With:
			m.from(b, key)
		case side == blend.Both && CanBoth(a, b, key):
			wrong.Add(key, m.unite(b, key))
		default:
			wrong.Add(key, blend.ErrSide)
		}
	}
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
		case key == "phones":
			m.Phones = now.Phones.Back(before.Phones, after.Phones)
		case key == "emails":
			m.Emails = now.Emails.Back(before.Emails, after.Emails)
		case key == "addresses":
			m.Addresses = now.Addresses.Back(before.Addresses, after.Addresses)
		case key == "tags":
			m.Tags = blend.Back(before.Tags, after.Tags, now.Tags, blend.Itself)
			slices.Sort(m.Tags)
		case key == "accounts":
			if kept := blend.Back(before.Accounts, after.Accounts, now.Accounts, func(l Link) id.Account { return l.Account }); len(kept) > 0 {
				m.Accounts = onePrimary(kept)
			}
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
	case "owner":
		c.Owner = b.Owner
	case "team":
		c.Team = b.Team
	case "phones":
		c.Phones = b.Phones
	case "emails":
		c.Emails = b.Emails
	case "addresses":
		c.Addresses = b.Addresses
	case "tags":
		c.Tags = b.Tags
	case "note":
		c.Note = b.Note
	case "source":
		c.Source = b.Source
	case "source_from":
		c.SourceFrom = b.SourceFrom
	case "external_id":
		c.ExternalID = b.ExternalID
	default:
		name := strings.TrimPrefix(key, catalogue.Own)
		c.Own = maps.Clone(c.Own)
		if v, ok := b.Own[name]; ok {
			c.Own[name] = v
		} else {
			delete(c.Own, name)
		}
	}
}

// unite gives one field the values of both; c is left as it was when they do
// not fit.
func (c *Contact) unite(b Contact, key string) (err error) {
	switch key {
	case "phones":
		var all reach.Phones
		if all, err = c.Phones.With(b.Phones); err == nil {
			c.Phones = all
		}
	case "emails":
		var all reach.Emails
		if all, err = c.Emails.With(b.Emails); err == nil {
			c.Emails = all
		}
	case "addresses":
		var all reach.Addresses
		if all, err = c.Addresses.With(b.Addresses); err == nil {
			c.Addresses = all
		}
	case "tags":
		var all tag.Set
		if all, err = c.Tags.With(b.Tags...); err == nil {
			c.Tags = all
		}
	case "note":
		var text string
		if text, err = fold.Text(strings.TrimSpace(c.Note+"\n\n"+b.Note), MaxNote); err == nil {
			c.Note = text
		}
	case "accounts":
		var all []Link
		if all, err = united(c.Accounts, b.Accounts); err == nil {
			c.Accounts = all
		}
	default:
		name := strings.TrimPrefix(key, catalogue.Own)
		c.Own = maps.Clone(c.Own)
		c.Own[name] = blend.Lists(blend.Words(c.Own[name]), blend.Words(b.Own[name]), blend.Itself)
	}
	return err
}

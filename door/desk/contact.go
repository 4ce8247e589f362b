package desk

import (
	"errors"

	"kring/app"
	"kring/base/catalogue"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/opt"
	"kring/domain/contact"
	"kring/domain/match"
	"kring/domain/member"
)

// What the pages of a contact have that others have not.
var contactFolder = &folder{
	kind: fact.Contact, word: "contact", path: "/contacts", icon: "user",
	read: member.ContactRead, write: member.ContactWrite, erase: member.ContactErase,
	keys:  contact.Fields,
	ways:  []string{"phones", "emails", "addresses"},
	shown: []string{"honorific", "initials", "given", "infix", "family", "language", "owner", "team", "source", "source_from", "external_id"},
	parts: []formPart{
		{keys: []string{"given", "infix", "family"}},
		{key: "work", keys: []string{"accounts"}},
		{key: "reach", keys: []string{"phones", "emails"}},
		{key: "ours", keys: []string{"tags", "note"}},
		{key: "own", more: true},
		{key: "person", keys: []string{"honorific", "initials", "language", "addresses"}, more: true},
		{key: "origin", keys: []string{"owner", "team", "source", "source_from", "external_id"}, more: true},
	},
	load: loadContact, add: addContact, like: likeContact, change: changeContact, preview: previewContact, stale: staleContact, move: moveContact,
	catalogue: func(v *visit) (catalogue.Catalogue, error) { return v.app.ContactCatalogue(v.r.Context(), v.who) },
	compare: func(v *visit, stays, goes id.Record) ([]app.Compared, int, error) {
		c, err := v.app.CompareContacts(v.r.Context(), v.who, id.Contact(stays), id.Contact(goes))
		return c.Differ, c.Days, err
	},
}

func contactLeaf(c contact.Contact) leaf {
	return leaf{
		id: c.ID.Any(), name: c.Name(), version: c.Version, created: c.Created, updated: c.Updated, binned: c.Deleted, value: c.Value, person: true,
		links: c.Accounts,
	}
}

func loadContact(v *visit, i id.Record, l app.Look) (leaf, app.RecordPage, error) {
	p, err := v.app.ContactPage(v.r.Context(), v.who, id.Contact(i), l)
	found := contactLeaf(p.Contact)
	found.called = p.Accounts
	return found, p.RecordPage, err
}

// contactPatch is what the form says of these fields.
func contactPatch(q *asked, keys []string) (p contact.Patch, err error) {
	text := func(key string) opt.Of[string] { return opt.Some(q.text(key)) }
	for _, k := range keys {
		switch k {
		case "honorific":
			p.Honorific = text(k)
		case "initials":
			p.Initials = text(k)
		case "given":
			p.Given = text(k)
		case "infix":
			p.Infix = text(k)
		case "family":
			p.Family = text(k)
		case "language":
			p.Language = text(k)
		case "accounts":
			links, err := q.links()
			if err != nil {
				return p, err
			}
			p.Accounts = opt.Some(links)
		case "owner":
			p.Owner = opt.Some(oneID[id.Member](q, k))
		case "team":
			p.Team = opt.Some(oneID[id.Team](q, k))
		case "phones":
			p.Phones = opt.Some(q.phones())
		case "emails":
			p.Emails = opt.Some(q.emails())
		case "addresses":
			p.Addresses = opt.Some(q.addresses())
		case "tags":
			p.Tags = opt.Some(q.tags())
		case "note":
			p.Note = text(k)
		case "source":
			p.Source = text(k)
		case "source_from":
			p.SourceFrom = text(k)
		case "external_id":
			p.ExternalID = text(k)
		default:
			if name, value, ok := q.own(k); ok {
				if p.Own == nil {
					p.Own = map[string]any{}
				}
				p.Own[name] = value
			}
		}
	}
	return p, nil
}

// contactDraft is what the form says of a new contact, when it can be read.
func contactDraft(v *visit, q *asked) (contact.Draft, error) {
	p, err := contactPatch(q, q.mentioned())
	if err != nil {
		return contact.Draft{}, err
	}
	d := contact.Draft{
		Honorific: p.Honorific.Or(""), Initials: p.Initials.Or(""), Given: p.Given.Or(""), Infix: p.Infix.Or(""), Family: p.Family.Or(""), Language: p.Language.Or(""),
		Accounts: p.Accounts.Or(nil), Owner: p.Owner.Or(id.Member{}), Team: p.Team.Or(id.Team{}), Phones: p.Phones.Or(nil), Emails: p.Emails.Or(nil),
		Addresses: p.Addresses.Or(nil), Tags: p.Tags.Or(nil), Note: p.Note.Or(""), Source: p.Source.Or(""), SourceFrom: p.SourceFrom.Or(""),
		ExternalID: p.ExternalID.Or(""), Own: p.Own,
	}
	return d, q.both(func() error {
		_, err := contact.New(id.Contact{}, 0, v.region(), d)
		return err
	})
}

func likeContact(v *visit, q *asked) ([]match.Found, error) {
	d, err := contactDraft(v, q)
	if err != nil {
		return nil, err
	}
	return v.app.LikeContact(v.r.Context(), v.who, d)
}

func addContact(v *visit, q *asked) (leaf, error) {
	d, err := contactDraft(v, q)
	if err != nil {
		return leaf{}, err
	}
	c, err := v.app.AddContactOnce(v.r.Context(), v.who, once[id.Contact](q), d)
	return contactLeaf(c), err
}

func changeContact(v *visit, i id.Record, version int64, q *asked, keys []string) (leaf, error) {
	q.wrong = fault.Fields{}
	p, err := contactPatch(q, keys)
	if err != nil {
		return leaf{}, err
	}
	if len(q.wrong) > 0 {
		now, err := v.app.Contact(v.r.Context(), v.who, id.Contact(i))
		if err != nil {
			return leaf{}, err
		}
		return leaf{}, q.both(func() error {
			_, _, err := contact.Change(now, 0, v.region(), p)
			return err
		})
	}
	c, err := v.app.ChangeContact(v.r.Context(), v.who, id.Contact(i), version, p)
	return contactLeaf(c), err
}

func previewContact(v *visit, l leaf, q *asked, keys []string) (leaf, error) {
	now, err := v.app.Contact(v.r.Context(), v.who, id.Contact(l.id))
	if err != nil {
		return leaf{}, err
	}
	p, err := contactPatch(q, keys)
	if err != nil {
		return leaf{}, err
	}
	c, _, err := contact.Change(now, 0, v.region(), p)
	return contactLeaf(c), err
}

func staleContact(err error) (now leaf, theirs []fact.Change, stale bool) {
	var s *app.Stale[contact.Contact]
	if !errors.As(err, &s) {
		return now, nil, false
	}
	return contactLeaf(s.Now), s.Theirs, true
}

func moveContact(v *visit, i id.Record, version int64, bin bool) (leaf, error) {
	move := v.app.RestoreContact
	if bin {
		move = v.app.BinContact
	}
	c, err := move(v.r.Context(), v.who, id.Contact(i), version)
	return contactLeaf(c), err
}

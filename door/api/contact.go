package api

import (
	"kring/app"
	"kring/base/fact"
	"kring/base/id"
	"kring/domain/contact"
	"kring/domain/member"
)

// contactItem is an item of a bulk of contacts.
type contactItem struct {
	ID      id.Contact `json:"id,omitzero" doc:"which contact to change; without it one is added"`
	Version int64      `json:"version,omitempty" doc:"as If-Match: the version that was read"`
	contact.Patch
}

var contacts = &records[contact.Contact, contact.Draft, contact.Patch, contactItem, contactOut, id.Contact]{
	one: "contact", many: "contacts", tag: "Contacts", kind: fact.Contact,
	read: member.ContactRead, write: member.ContactWrite, erase: member.ContactErase,
	fields: contact.Catalogue, fieldsOf: (*app.App).ContactCatalogue,
	list: (*app.App).Contacts, get: (*app.App).Contact, add: (*app.App).AddContact, like: (*app.App).LikeContact, change: (*app.App).ChangeContact,
	bin: (*app.App).BinContact, restore: (*app.App).RestoreContact,
	put:  putContact,
	name: func(c contact.Contact) (id.Contact, int64) { return c.ID, c.Version },
	item: func(i contactItem) (id.Contact, int64, contact.Patch) { return i.ID, i.Version, i.Patch },
	stale: func(stands contact.Contact, theirs []fact.Change, version int64) error {
		return &app.Stale[contact.Contact]{Fault: errStale, Now: stands, Theirs: theirs, Version: version}
	},
}

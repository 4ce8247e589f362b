package store

import (
	"database/sql"
	"encoding/json"
	"slices"

	"kring/base/fact"
	"kring/base/fault"
	"kring/base/fold"
	"kring/base/id"
	"kring/domain/contact"
	"kring/domain/match"
	"kring/domain/member"
)

const contactColumns = `a.id, a.version, a.honorific, a.initials, a.given, a.infix, a.family, a.language, a.owner_id, a.team_id,
	a.reach, a.tags, a.own, a.note, a.source, a.source_from, a.external_id, a.created_at, a.updated_at, a.deleted_at, a.merged_into`

const contactSet = `honorific, initials, given, infix, family, name, name_key, language, owner_id, team_id, city, city_key, phone, email,
	reach, tags, own, note, source, source_from, external_id, created_at, updated_at, deleted_at, sought`

var (
	addContact  = "INSERT INTO contact (org_id, id, version, " + contactSet + ") VALUES (" + marks(28) + ")"
	saveContact = "UPDATE contact SET version = version + 1, (" + contactSet + ") = (" + marks(25) + ") WHERE org_id = ? AND id = ? AND version = ?"
)

// Contact is one contact, in the bin or not, when it is within reach.
func (v *View) Contact(i id.Contact, r member.Reach) (_ contact.Contact, err error) {
	defer fault.Wrap(&err, "store.Contact(%s)", i)
	all, err := v.contacts(v.where("a").and("a.id = ?", i).reachContact("a", r), " LIMIT 1")
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return contact.Contact{}, err
	}
	return all[0], nil
}

// ContactsByID are those of the contacts that are within reach, in no order.
func (v *View) ContactsByID(ids []id.Contact, r member.Reach) (all []contact.Contact, err error) {
	defer fault.Wrap(&err, "store.ContactsByID")
	for chunk := range slices.Chunk(ids, 200) {
		some, err := v.contacts(v.where("a").in("a.id", len(chunk), anys(chunk)...).reachContact("a", r), "")
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// ContactsAt are the contacts of an account by name, without those in the bin.
func (v *View) ContactsAt(at id.Account, limit int) (_ []contact.Contact, err error) {
	defer fault.Wrap(&err, "store.ContactsAt(%s)", at)
	w := v.where("a").and("a.deleted_at IS NULL").
		and("a.id IN (SELECT ca.contact_id FROM contact_account ca WHERE ca.org_id = ? AND ca.account_id = ?)", v.org, at)
	w.args = append(w.args, limit)
	return v.contacts(w, fewByName)
}

// fewByName puts a few rows in order. Joined to nothing, the name is no longer
// that of the index: with a LIMIT both databases might walk everybody by name to
// find the few.
const fewByName = " ORDER BY a.name_key || '', a.id LIMIT ?"

// ContactsWithin is ContactsAt with only those within reach.
func (v *View) ContactsWithin(at id.Account, r member.Reach, limit int) (_ []contact.Contact, err error) {
	defer fault.Wrap(&err, "store.ContactsWithin(%s)", at)
	w := v.where("a").and("a.deleted_at IS NULL").
		and("a.id IN (SELECT ca.contact_id FROM contact_account ca WHERE ca.org_id = ? AND ca.account_id = ?)", v.org, at).reachContact("a", r)
	w.args = append(w.args, limit)
	return v.contacts(w, fewByName)
}

// EveryoneAt is ContactsAt with those in the bin, but not those who were merged
// into somebody else.
func (v *View) EveryoneAt(at id.Account, limit int) (_ []contact.Contact, err error) {
	defer fault.Wrap(&err, "store.EveryoneAt(%s)", at)
	w := v.where("a").and("a.merged_into IS NULL").
		and("a.id IN (SELECT ca.contact_id FROM contact_account ca WHERE ca.org_id = ? AND ca.account_id = ?)", v.org, at)
	w.args = append(w.args, limit)
	return v.contacts(w, fewByName)
}

func (v *View) contacts(w *where, rest string) (all []contact.Contact, err error) {
	err = v.rows("SELECT "+contactColumns+" FROM contact a"+w.String()+rest, w.args, func(rs *sql.Rows) error {
		c, err := scanContact(rs.Scan)
		all = append(all, c)
		return err
	})
	if err != nil {
		return nil, err
	}
	return all, v.links(all)
}

func scanContact(scan func(...any) error) (c contact.Contact, err error) {
	var ways, tags, own string
	var external sql.NullString
	var deleted sql.NullInt64
	err = scan(&c.ID, &c.Version, &c.Honorific, &c.Initials, &c.Given, &c.Infix, &c.Family, &c.Language, &c.Owner, &c.Team,
		&ways, &tags, &own, &c.Note, &c.Source, &c.SourceFrom, &external, &c.Created, &c.Updated, &deleted, &c.Merged)
	if err != nil {
		return c, err
	}
	c.ExternalID, c.Deleted = external.String, deleted.Int64
	return c, unpack(ways, tags, own, &c.Phones, &c.Emails, &c.Addresses, (*[]string)(&c.Tags), &c.Own)
}

// links fills in at which accounts the contacts are.
func (v *View) links(all []contact.Contact) error {
	at := map[id.Contact]*contact.Contact{}
	var ids []any
	for i := range all {
		all[i].Accounts = []contact.Link{}
		at[all[i].ID] = &all[i]
		ids = append(ids, all[i].ID)
	}
	for chunk := range slices.Chunk(ids, 200) {
		w := v.where("").in("contact_id", len(chunk), chunk...)
		err := v.rows("SELECT contact_id, account_id, function, roles, main FROM contact_account"+w.String()+" ORDER BY contact_id, place", w.args, func(rs *sql.Rows) error {
			var c id.Contact
			var l contact.Link
			var roles string
			if err := rs.Scan(&c, &l.Account, &l.Function, &roles, &l.Primary); err != nil {
				return err
			}
			for _, r := range unlist(roles) {
				l.Roles = append(l.Roles, contact.Role(r))
			}
			at[c].Accounts = append(at[c].Accounts, l)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func contactRow(c contact.Contact) ([]any, error) {
	w, err := json.Marshal(ways{c.Phones, c.Emails, c.Addresses})
	if err != nil {
		return nil, err
	}
	own, err := json.Marshal(c.Own)
	if err != nil {
		return nil, err
	}
	if len(c.Phones)+len(c.Emails)+len(c.Addresses) == 0 {
		w = []byte("{}")
	}
	if len(c.Own) == 0 {
		own = []byte("{}")
	}
	city := c.Addresses.Main().City
	return []any{
		c.Honorific, c.Initials, c.Given, c.Infix, c.Family, c.Name(), c.Key(), c.Language, c.Owner, c.Team, null(city), fold.Key(city),
		null(c.Phones.Preferred().E164), null(c.Emails.Preferred().Normal), string(w), list(c.Tags), string(own), c.Note,
		c.Source, c.SourceFrom, null(c.ExternalID), c.Created, c.Updated, zeroNull(c.Deleted), c.Trace().Text(),
	}, nil
}

// AddContact stores a new contact with its links and what finds it. The
// accounts it belongs to must exist, else ErrDangling.
func (tx *Tx) AddContact(c contact.Contact, f fact.Fact) (_ contact.Contact, err error) {
	defer fault.Wrap(&err, "store.AddContact")
	row, err := contactRow(c)
	if err != nil {
		return c, err
	}
	c.Version = 1
	if _, err := tx.exec(addContact, append([]any{tx.org, c.ID, c.Version}, row...)...); err != nil {
		return c, err
	}
	if err := tx.link(c); err != nil {
		return c, err
	}
	if err := tx.indexFresh([]found{foundContact(c)}); err != nil {
		return c, err
	}
	return c, tx.fact(aboutContact(c, f))
}

// SaveContact stores a changed contact; f.Changes says what became different.
// ErrStale when it was changed since c was read.
func (tx *Tx) SaveContact(c contact.Contact, f fact.Fact) (_ contact.Contact, err error) {
	defer fault.Wrap(&err, "store.SaveContact(%s)", c.ID)
	row, err := contactRow(c)
	if err != nil {
		return c, err
	}
	was, err := tx.sought("contact", c.ID.Any())
	if err != nil {
		return c, err
	}
	if err := tx.change1(saveContact, append(row, tx.org, c.ID, c.Version)...); err != nil {
		return c, err
	}
	c.Version++
	if slices.ContainsFunc(f.Changes, func(ch fact.Change) bool { return ch.Field == "accounts" }) {
		if _, err := tx.exec("DELETE FROM contact_account WHERE org_id = ? AND contact_id = ?", tx.org, c.ID); err != nil {
			return c, err
		}
		if err := tx.link(c); err != nil {
			return c, err
		}
	}
	if err := tx.index(foundContact(c), was, f.Changes); err != nil {
		return c, err
	}
	return c, tx.fact(aboutContact(c, f))
}

func (tx *Tx) link(c contact.Contact) error {
	for i, l := range c.Accounts {
		if _, err := tx.exec("INSERT INTO contact_account (org_id, contact_id, account_id, place, function, roles, main) VALUES (?, ?, ?, ?, ?, ?, ?)",
			tx.org, c.ID, l.Account, i, l.Function, list(l.Roles), l.Primary); err != nil {
			return err
		}
	}
	return tx.pointedAt(accountsOf(c)...)
}

func accountsOf(c contact.Contact) (all []id.Account) {
	for _, l := range c.Accounts {
		all = append(all, l.Account)
	}
	return all
}

func foundContact(c contact.Contact) found {
	return found{kind: fact.Contact, id: c.ID.Any(), text: c.Trace().Text(), tags: c.Tags, phones: c.Phones, emails: c.Emails, own: c.Own,
		blocks: match.Blocks(ContactSubject(c)), gone: c.Deleted != 0}
}

func aboutContact(c contact.Contact, f fact.Fact) fact.Fact {
	f.Kind, f.Subject, f.Account, f.Label = fact.Contact, c.ID.Any(), c.Primary().Account, c.Name()
	return f
}

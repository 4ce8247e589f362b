package desk

import (
	"errors"

	"kring/app"
	"kring/base/catalogue"
	"kring/base/fact"
	"kring/base/fault"
	"kring/base/id"
	"kring/base/opt"
	"kring/domain/account"
	"kring/domain/match"
	"kring/domain/member"
)

// What the pages of an account have that others have not.
var accountFolder = &folder{
	kind: fact.Account, word: "account", path: "/accounts", icon: "building-2",
	read: member.AccountRead, write: member.AccountWrite, erase: member.AccountErase,
	keys: account.Fields,
	ways: []string{"phones", "emails", "addresses", "website"},
	shown: []string{
		"owner", "team", "kind", "legal_form", "kvk", "branch", "vat_id", "sbi", "size", "counter_value",
		"source", "source_from", "external_id",
	},
	parts: []formPart{
		{keys: []string{"kind", "name"}},
		{key: "reach", keys: []string{"phones", "emails", "addresses", "website"}},
		{key: "ours", keys: []string{"owner", "team", "tags", "note"}},
		{key: "own", more: true},
		{key: "register", keys: []string{"legal_form", "kvk", "branch", "vat_id", "sbi", "size"}, more: true},
		{key: "origin", keys: []string{"counter_value", "source", "source_from", "external_id"}, more: true},
	},
	load: loadAccount, add: addAccount, like: likeAccount, change: changeAccount, preview: previewAccount, stale: staleAccount, move: moveAccount,
	catalogue: func(v *visit) (catalogue.Catalogue, error) { return v.app.AccountCatalogue(v.r.Context(), v.who) },
	compare: func(v *visit, stays, goes id.Record) ([]app.Compared, int, error) {
		c, err := v.app.CompareAccounts(v.r.Context(), v.who, id.Account(stays), id.Account(goes))
		return c.Differ, c.Days, err
	},
}

func accountLeaf(a account.Account) leaf {
	return leaf{
		id: a.ID.Any(), name: a.Name, version: a.Version, created: a.Created, updated: a.Updated, binned: a.Deleted, value: a.Value, person: a.Kind == account.Person,
	}
}

func loadAccount(v *visit, i id.Record, l app.Look) (leaf, app.RecordPage, error) {
	p, err := v.app.AccountPage(v.r.Context(), v.who, id.Account(i), l)
	found := accountLeaf(p.Account)
	found.people, found.standing, found.orders, found.outlook, found.handover, found.rank = p.Contacts, p.Standing, p.Orders, p.Outlook, p.Handover, p.Rank
	found.opportunities = p.Opportunities
	found.promises, found.saydo, found.talks = p.Promises, p.Kept, p.Talks
	return found, p.RecordPage, err
}

// accountPatch is what the form says of these fields.
func accountPatch(q *asked, keys []string) (p account.Patch) {
	text := func(key string) opt.Of[string] { return opt.Some(q.text(key)) }
	for _, k := range keys {
		switch k {
		case "kind":
			p.Kind = opt.Some(account.Kind(q.text(k)))
		case "name":
			p.Name = text(k)
		case "legal_form":
			p.LegalForm = opt.Some(account.LegalForm(q.text(k)))
		case "kvk":
			p.KvK = text(k)
		case "branch":
			p.Branch = text(k)
		case "vat_id":
			p.VatID = text(k)
		case "sbi":
			p.SBI = text(k)
		case "size":
			p.Size = opt.Some(q.size())
		case "counter_value":
			p.CounterValue = opt.Some(q.values(k))
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
		case "website":
			p.Website = text(k)
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
	return p
}

// accountDraft is what the form says of a new account, when it can be read.
func accountDraft(v *visit, q *asked) (account.Draft, error) {
	p := accountPatch(q, q.mentioned())
	d := account.Draft{
		Kind: p.Kind.Or(""), Name: p.Name.Or(""), LegalForm: p.LegalForm.Or(""), KvK: p.KvK.Or(""), Branch: p.Branch.Or(""), VatID: p.VatID.Or(""), SBI: p.SBI.Or(""),
		Size: p.Size.Or(0), CounterValue: p.CounterValue.Or(nil), Owner: p.Owner.Or(id.Member{}), Team: p.Team.Or(id.Team{}), Phones: p.Phones.Or(nil),
		Emails: p.Emails.Or(nil), Addresses: p.Addresses.Or(nil), Website: p.Website.Or(""), Tags: p.Tags.Or(nil), Note: p.Note.Or(""), Source: p.Source.Or(""),
		SourceFrom: p.SourceFrom.Or(""), ExternalID: p.ExternalID.Or(""), Own: p.Own,
	}
	return d, q.both(func() error {
		_, err := account.New(id.Account{}, 0, v.region(), d)
		return err
	})
}

func likeAccount(v *visit, q *asked) ([]match.Found, error) {
	d, err := accountDraft(v, q)
	if err != nil {
		return nil, err
	}
	return v.app.LikeAccount(v.r.Context(), v.who, d)
}

func addAccount(v *visit, q *asked) (leaf, error) {
	d, err := accountDraft(v, q)
	if err != nil {
		return leaf{}, err
	}
	a, err := v.app.AddAccountOnce(v.r.Context(), v.who, once[id.Account](q), d)
	return accountLeaf(a), err
}

func changeAccount(v *visit, i id.Record, version int64, q *asked, keys []string) (leaf, error) {
	q.wrong = fault.Fields{}
	p := accountPatch(q, keys)
	if err := q.wrong.Err(); err != nil {
		now, err2 := v.app.Account(v.r.Context(), v.who, id.Account(i))
		if err2 != nil {
			return leaf{}, err2
		}
		return leaf{}, q.both(func() error {
			_, _, err := account.Change(now, 0, v.region(), p)
			return err
		})
	}
	a, err := v.app.ChangeAccount(v.r.Context(), v.who, id.Account(i), version, p)
	return accountLeaf(a), err
}

// previewAccount is what the account would be.
func previewAccount(v *visit, l leaf, q *asked, keys []string) (leaf, error) {
	now, err := v.app.Account(v.r.Context(), v.who, id.Account(l.id))
	if err != nil {
		return leaf{}, err
	}
	a, _, err := account.Change(now, 0, v.region(), accountPatch(q, keys))
	return accountLeaf(a), err
}

func staleAccount(err error) (now leaf, theirs []fact.Change, stale bool) {
	var s *app.Stale[account.Account]
	if !errors.As(err, &s) {
		return now, nil, false
	}
	return accountLeaf(s.Now), s.Theirs, true
}

func moveAccount(v *visit, i id.Record, version int64, bin bool) (leaf, error) {
	move := v.app.RestoreAccount
	if bin {
		move = v.app.BinAccount
	}
	a, err := move(v.r.Context(), v.who, id.Account(i), version)
	return accountLeaf(a), err
}

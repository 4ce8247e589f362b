package api

import (
	"net/http"

	"kring/app"
	"kring/base/fact"
	"kring/base/id"
	"kring/domain/account"
	"kring/domain/member"
)

// accountItem is an item of a bulk of accounts.
type accountItem struct {
	ID      id.Account `json:"id,omitzero" doc:"which account to change; without it one is added"`
	Version int64      `json:"version,omitempty" doc:"as If-Match: the version that was read"`
	account.Patch
}

var accounts = &records[account.Account, account.Draft, account.Patch, accountItem, accountOut, id.Account]{
	one: "account", many: "accounts", tag: "Accounts", kind: fact.Account,
	read: member.AccountRead, write: member.AccountWrite, erase: member.AccountErase,
	fields: account.Catalogue, fieldsOf: (*app.App).AccountCatalogue,
	list: (*app.App).Accounts, get: (*app.App).Account, add: (*app.App).AddAccount, like: (*app.App).LikeAccount, change: (*app.App).ChangeAccount,
	bin: (*app.App).BinAccount, restore: (*app.App).RestoreAccount,
	put:  putAccount,
	name: func(a account.Account) (id.Account, int64) { return a.ID, a.Version },
	item: func(i accountItem) (id.Account, int64, account.Patch) { return i.ID, i.Version, i.Patch },
	stale: func(stands account.Account, theirs []fact.Change, version int64) error {
		return &app.Stale[account.Account]{Fault: errStale, Now: stands, Theirs: theirs, Version: version}
	},
}

func accountOperations() []operation {
	return append(accounts.operations(), operation{
		method: http.MethodGet, path: "/accounts/{id}/contacts", name: "list_account_contacts", tag: "Accounts", right: member.ContactRead, status: http.StatusOK,
		out: listOf[contactOut]{}, title: "List the contacts at an account", do: contactsAt,
	})
}

func contactsAt(c *call) (answer, error) {
	i, err := named[id.Account](c, "id")
	if err != nil {
		return answer{}, err
	}
	all, err := c.app.ContactsAt(c.r.Context(), c.who, i)
	if err != nil {
		return answer{}, err
	}
	b := append(make([]byte, 0, 64+1024*len(all)), `{"items":[`...)
	for i, one := range all {
		if i > 0 {
			b = append(b, ',')
		}
		b = putContact(b, one)
	}
	return answer{status: http.StatusOK, body: append(b, `],"next":null}`...)}, nil
}

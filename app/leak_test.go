package app_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"kring/app"
	"kring/base/fact"
	"kring/base/id"
	"kring/base/opt"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/filter"
	"kring/domain/member"
	"kring/store"
)

// Nothing that is out of reach shows through something that is not.
func TestNothingShowsThrough(t *testing.T) {
	t.Parallel()
	both(t, func(h *house) {
		ctx := h.Context()
		org, err := h.a.SaveScopes(ctx, h.admin, h.admin.Org.Version, scopes(member.Service, fact.Account, member.Own))
		h.must(err)
		_, err = h.a.SaveScopes(ctx, h.admin, org.Version, scopes(member.Marketer, fact.Contact, member.Own))
		h.must(err)
		secret, err := h.a.AddAccount(ctx, h.admin, account.Draft{Name: "Geheim BV"})
		h.must(err)
		inge, err := h.a.AddContact(ctx, h.admin, contact.Draft{Given: "Inge", Family: "Verbeek", Accounts: []contact.Link{{Account: secret.ID}}})
		h.must(err)

		// All contacts, own accounts: the account's name is not said.
		joris := h.colleague("Joris", "joris@brandt.example", member.Service, id.Team{})
		hits, err := h.a.Search(ctx, joris, "inge verbeek", 10)
		h.must(err)
		if len(hits) != 1 || hits[0].Name != "Inge Verbeek" || hits[0].City != "" {
			h.Errorf("search: %+v", hits)
		}
		if hits, err := h.a.Search(ctx, h.admin, "inge", 10); err != nil || len(hits) != 1 || hits[0].City != "Geheim BV" {
			h.Errorf("search by who may see it: %+v %v", hits, err)
		}

		// All accounts, own contacts: the account's page does not show them.
		milan := h.colleague("Milan", "milan@brandt.example", member.Marketer, id.Team{})
		if _, err := h.a.Contact(ctx, milan, inge.ID); !errors.Is(err, store.ErrNotFound) {
			h.Fatalf("this world shows too little: %v", err)
		}
		page, err := h.a.AccountPage(ctx, milan, secret.ID, app.Look{Facts: 50})
		h.must(err)
		line, err := h.a.Timeline(ctx, milan, secret.ID, id.Fact{}, 50)
		h.must(err)
		all, err := h.a.ContactsAt(ctx, milan, secret.ID)
		h.must(err)
		if len(page.Contacts)+len(all) != 0 {
			h.Errorf("contacts of others: %+v %+v", page.Contacts, all)
		}
		if len(line) != 1 || len(page.Facts) != 1 {
			h.Errorf("%d and %d facts, want the account's own", len(line), len(page.Facts))
		}
		if line, err := h.a.Timeline(ctx, h.admin, secret.ID, id.Fact{}, 50); err != nil || len(line) != 2 {
			h.Errorf("%d facts for who sees all, %v", len(line), err)
		}
	})
}

// What was read too long ago, or never, is not written over what stands.
func TestFarBehind(t *testing.T) {
	t.Parallel()
	both(t, func(h *house) {
		ctx := h.Context()
		acc, err := h.a.AddAccount(ctx, h.admin, account.Draft{Name: "Linden"})
		h.must(err)
		first := acc.Version
		acc, err = h.a.ChangeAccount(ctx, h.admin, acc.ID, 0, account.Patch{Name: opt.Some("Nieuwe naam")})
		h.must(err)
		_, err = h.a.ChangeAccount(ctx, h.admin, acc.ID, acc.Version+7, account.Patch{Name: opt.Some("Uit de toekomst")})
		h.refused(err, store.ErrStale)
		for n := range 205 {
			_, err = h.a.ChangeAccount(ctx, h.admin, acc.ID, 0, account.Patch{Note: opt.Some(fmt.Sprint(n))})
			h.must(err)
		}
		_, err = h.a.ChangeAccount(ctx, h.admin, acc.ID, first, account.Patch{Name: opt.Some("Van lang geleden")})
		h.refused(err, store.ErrStale)
	})
}

// An export that breaks off was an export.
func TestExportBrokenOff(t *testing.T) {
	t.Parallel()
	both(t, func(h *house) {
		ctx, leave := context.WithCancel(h.Context())
		for n := range 3 {
			_, err := h.a.AddAccount(ctx, h.admin, account.Draft{Name: fmt.Sprint("Firma ", n)})
			h.must(err)
		}
		oops := errors.New("the line broke")
		got := 0
		err := h.a.ExportAccounts(ctx, h.admin, filter.New(account.Catalogue()), func(account.Line) error {
			if got++; got == 2 {
				leave()
				return oops
			}
			return nil
		})
		if !errors.Is(err, oops) {
			h.Fatal(err)
		}
		all, err := h.a.FactLog(h.Context(), h.admin, fact.Query{Deed: "account.exported", Limit: 10})
		h.must(err)
		if len(all) != 1 || string(all[0].Changes[0].To) != "2" {
			h.Fatalf("%+v", all)
		}
	})
}
